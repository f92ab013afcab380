//! Globs as `.Files.Glob` reads them (the language of gobwas/glob with `/` as separator).
//!
//! `*` any text without a separator, `**` any text, `?` one character that is no separator, `[abc]`, `[!abc]`,
//! `[a-z]`, `{alternative,alternative}`, `\` takes the next character literally.

use std::collections::BTreeSet;

const SEPARATOR: char = '/';

/// Patterns may nest alternatives this deep; deeper ones are refused.
const MAX_DEPTH: usize = 100;

#[derive(Debug, PartialEq)]
enum Node {
    Literal(Vec<char>),
    Any,
    Super,
    Single,
    List { chars: Vec<char>, not: bool },
    Range { low: char, high: char, not: bool },
    AnyOf(Vec<Vec<Node>>),
}

/// A compiled glob.
#[derive(Debug, PartialEq)]
pub(crate) struct Glob(Vec<Node>);

impl Glob {
    /// Compiles a pattern; `None` when it is malformed.
    pub(crate) fn new(pattern: &str) -> Option<Glob> {
        let mut parser = Parser { chars: pattern.chars().collect(), at: 0 };
        let nodes = parser.sequence(0)?;
        (parser.at == parser.chars.len()).then_some(Glob(nodes))
    }

    /// Whether the whole text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        advance(&self.0, &text, BTreeSet::from([0])).contains(&text.len())
    }
}

struct Parser {
    chars: Vec<char>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    /// Reads up to the end, or inside alternatives up to their `,` or `}` (not taken).
    fn sequence(&mut self, depth: usize) -> Option<Vec<Node>> {
        let mut nodes = Vec::new();
        while let Some(c) = self.peek() {
            match c {
                ',' | '}' if depth > 0 => break,
                '{' => {
                    self.at += 1;
                    nodes.push(self.alternatives(depth + 1)?);
                }
                '[' => {
                    self.at += 1;
                    nodes.push(self.class()?);
                }
                '?' => {
                    self.at += 1;
                    nodes.push(Node::Single);
                }
                '*' => {
                    self.at += 1;
                    if self.peek() == Some('*') {
                        self.at += 1;
                        nodes.push(Node::Super);
                    } else {
                        nodes.push(Node::Any);
                    }
                }
                _ => nodes.push(Node::Literal(self.literal(depth > 0))),
            }
        }
        Some(nodes)
    }

    fn literal(&mut self, in_alternatives: bool) -> Vec<char> {
        let mut text = Vec::new();
        while let Some(c) = self.peek() {
            match c {
                '?' | '*' | '[' | '{' => break,
                '}' | ',' if in_alternatives => break,
                '\\' => {
                    self.at += 1;
                    text.extend(self.next());
                }
                _ => {
                    self.at += 1;
                    text.push(c);
                }
            }
        }
        text
    }

    fn alternatives(&mut self, depth: usize) -> Option<Node> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut all = vec![self.sequence(depth)?];
        loop {
            match self.next() {
                Some(',') => all.push(self.sequence(depth)?),
                // A missing `}` at the very end is forgiven.
                Some(_) | None => return Some(Node::AnyOf(all)),
            }
        }
    }

    fn class(&mut self) -> Option<Node> {
        let not = self.peek() == Some('!');
        if not {
            self.at += 1;
        }
        let low = self.next()?;
        if self.peek() == Some('-') {
            self.at += 1;
            let high = self.next()?;
            return (self.next() == Some(']') && low <= high).then_some(Node::Range { low, high, not });
        }
        self.at -= 1;
        let mut chars = Vec::new();
        loop {
            match self.next()? {
                ']' => break,
                '\\' => chars.push(self.next()?),
                c => chars.push(c),
            }
        }
        (!chars.is_empty()).then_some(Node::List { chars, not })
    }
}

/// The places in the text that can be reached by matching all nodes from any of the given places.
fn advance(nodes: &[Node], text: &[char], mut places: BTreeSet<usize>) -> BTreeSet<usize> {
    for node in nodes {
        if places.is_empty() {
            break;
        }
        places = step(node, text, &places);
    }
    places
}

fn step(node: &Node, text: &[char], places: &BTreeSet<usize>) -> BTreeSet<usize> {
    let one = |accept: &dyn Fn(char) -> bool| {
        places.iter().filter(|&&p| text.get(p).is_some_and(|&c| accept(c))).map(|p| p + 1).collect()
    };
    match node {
        Node::Literal(chars) => {
            places.iter().filter(|&&p| text[p..].starts_with(chars)).map(|p| p + chars.len()).collect()
        }
        Node::Single => one(&|c| c != SEPARATOR),
        Node::List { chars, not } => one(&|c| chars.contains(&c) != *not),
        Node::Range { low, high, not } => one(&|c| (*low..=*high).contains(&c) != *not),
        Node::Super => match places.first() {
            Some(&first) => (first..=text.len()).collect(),
            None => BTreeSet::new(),
        },
        Node::Any => {
            let mut reached = BTreeSet::new();
            for &place in places {
                let mut at = place;
                while reached.insert(at) && at < text.len() && text[at] != SEPARATOR {
                    at += 1;
                }
            }
            reached
        }
        Node::AnyOf(all) => all.iter().flat_map(|nodes| advance(nodes, text, places.clone())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn matches_like_gobwas() {
        let cases = [
            ("*.txt", "a.txt", true),
            ("*.txt", "dir/a.txt", false),
            ("**.txt", "dir/a.txt", true),
            ("dir/*", "dir/a.txt", true),
            ("dir/*", "dir/sub/a.txt", false),
            ("dir/**", "dir/sub/a.txt", true),
            ("**/a.txt", "a.txt", false),
            ("{a,b}.txt", "b.txt", true),
            ("{a,b*}.txt", "bcd.txt", true),
            ("[a-c].txt", "b.txt", true),
            ("[!a-c].txt", "b.txt", false),
            ("[abc]?", "cz", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("", "", true),
            ("*", "", true),
            ("?", "/", false),
        ];
        for (pattern, text, want) in cases {
            let glob = Glob::new(pattern).unwrap_or_else(|| panic!("{pattern} compiles"));
            assert_eq!(glob.matches(text), want, "{pattern} {text}");
        }
    }

    #[test]
    fn refuses_malformed_classes() {
        for pattern in ["[", "[]", "[a-", "[z-a]", "[a-b", "[a"] {
            assert_eq!(Glob::new(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn many_stars_take_polynomial_time() {
        let glob = Glob::new(&"*a".repeat(60)).expect("compiles");
        assert!(!glob.matches(&"a".repeat(59)));
    }
}
