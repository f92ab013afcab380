use govalue::Str;
use govalue::strconv::{Unquoted, unquote_char};

use crate::MAX_DEPTH;
use crate::node::{Bound, Node};

/// What is wrong with a template; texts as client-go's.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum ParseError {
    #[error("unclosed action")]
    UnclosedAction,
    #[error("unrecognized character in action: {}", unicode(*.0))]
    Character(char),
    #[error("invalid multiple recursive descent")]
    Recursive,
    #[error("cannot parse number {0}")]
    Number(String),
    #[error("unterminated array")]
    UnterminatedArray,
    #[error("invalid array index {0}")]
    Index(String),
    #[error("array index {0} is not a number")]
    IndexNumber(String),
    #[error("unterminated filter")]
    UnterminatedFilter,
    #[error("unclosed array expect ]")]
    UnclosedFilter,
    #[error("unterminated quoted string")]
    UnterminatedQuote,
    #[error("unquote string {0} error invalid syntax")]
    Quote(String),
    #[error("template is nested more than {MAX_DEPTH} deep")]
    TooDeep,
}

/// Go's `%#U`.
fn unicode(c: char) -> String {
    let code = format!("U+{:04X}", u32::from(c));
    if govalue::strconv::is_print(c) { format!("{code} '{c}'") } else { code }
}

/// Reads a template into its texts and actions.
pub(crate) fn parse(text: &str, depth: usize) -> Result<Vec<Node>, ParseError> {
    if depth > MAX_DEPTH {
        return Err(ParseError::TooDeep);
    }
    let mut parser = Parser { text, at: 0, depth };
    let mut nodes = Vec::new();
    loop {
        let rest = &text[parser.at..];
        let Some(brace) = rest.find('{') else {
            if !rest.is_empty() {
                nodes.push(Node::Text(Str::from(rest)));
            }
            return Ok(nodes);
        };
        if brace > 0 {
            nodes.push(Node::Text(Str::from(&rest[..brace])));
        }
        parser.at += brace + 1;
        nodes.push(Node::List(parser.action()?));
    }
}

/// Reads a text as if it were in braces; what follows a brace inside is read and dropped, as client-go does.
fn parse_action(text: &str, depth: usize) -> Result<Vec<Node>, ParseError> {
    match parse(&format!("{{{text}}}"), depth + 1)?.into_iter().next() {
        Some(Node::List(nodes)) => Ok(nodes),
        _ => Ok(Vec::new()),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Skips a text that may stand here.
    fn skip(&mut self, text: &str) -> bool {
        let there = self.rest().starts_with(text);
        if there {
            self.at += text.len();
        }
        there
    }

    /// Reads up to the brace that closes the action.
    fn action(&mut self) -> Result<Vec<Node>, ParseError> {
        let mut nodes = Vec::new();
        loop {
            if self.skip("}") {
                return Ok(nodes);
            }
            if self.skip("[?(") {
                nodes.push(self.filter()?);
                continue;
            }
            if self.skip("..") {
                if nodes.last() == Some(&Node::Recursive) {
                    return Err(ParseError::Recursive);
                }
                nodes.push(Node::Recursive);
                if self.peek().is_some_and(is_alphanumeric) {
                    nodes.push(self.field());
                }
                continue;
            }
            match self.peek() {
                None | Some('\r' | '\n') => return Err(ParseError::UnclosedAction),
                Some(' ' | '@' | '$') => self.at += 1,
                Some('[') => self.array(&mut nodes)?,
                Some(quote @ ('"' | '\'')) => nodes.push(self.quoted(quote)?),
                Some('.') => {
                    self.at += 1;
                    nodes.push(self.field());
                }
                Some(c) if matches!(c, '+' | '-') || is_digit(c) => nodes.push(self.number()?),
                Some(c) if is_alphanumeric(c) => nodes.push(self.word()),
                Some(c) => return Err(ParseError::Character(c)),
            }
        }
    }

    fn word(&mut self) -> Node {
        let rest = self.rest();
        let word = &rest[..rest.find(is_terminator).unwrap_or(rest.len())];
        self.at += word.len();
        match word {
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            word => Node::Identifier(word.to_owned()),
        }
    }

    fn number(&mut self) -> Result<Node, ParseError> {
        let start = self.at;
        if matches!(self.peek(), Some('+' | '-')) {
            self.at += 1;
        }
        while self.peek().is_some_and(|c| c == '.' || is_digit(c)) {
            self.next();
        }
        let text = &self.text[start..self.at];
        if let Ok(int) = govalue::strconv::atoi(text) {
            return Ok(Node::Int(int));
        }
        match govalue::strconv::parse_float(text, 64) {
            Ok(float) => Ok(Node::Float(float)),
            Err(_) => Err(ParseError::Number(text.to_owned())),
        }
    }

    /// The key after a dot, up to the next character that ends one and is not escaped.
    fn field(&mut self) -> Node {
        let start = self.at;
        while let Some(c) = self.peek() {
            if c == '\\' {
                self.at += 1;
                self.next();
            } else if is_terminator(c) {
                break;
            } else {
                self.next();
            }
        }
        match &self.text[start..self.at] {
            "*" => Node::Wildcard,
            name => Node::Field(name.replace('\\', "")),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Node, ParseError> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.next() {
                None | Some('\n') => return Err(ParseError::UnterminatedQuote),
                Some(c) if c == quote && self.text.as_bytes()[self.at - 2] != b'\\' => break,
                Some(_) => {}
            }
        }
        let literal = &self.text[start..self.at];
        match unquoted(literal) {
            Some(text) => Ok(Node::Text(Str::from(text))),
            None => Err(ParseError::Quote(literal.to_owned())),
        }
    }

    /// Positions, keys or a union of them in brackets.
    fn array(&mut self, nodes: &mut Vec<Node>) -> Result<(), ParseError> {
        let rest = self.rest();
        let Some(end) = rest.find([']', '\n']).filter(|end| rest[*end..].starts_with(']')) else {
            return Err(ParseError::UnterminatedArray);
        };
        self.at += end + 1;
        let inside = match &rest[1..end] {
            "*" => ":",
            inside => inside,
        };
        if inside.contains(',') {
            let parts = inside.split(',').map(|part| {
                let part = part.trim_matches(' ');
                parse_action(&format!("[{part}]"), self.depth)
            });
            nodes.push(Node::Union(parts.collect::<Result<_, _>>()?));
            return Ok(());
        }
        let key = inside.strip_prefix('\'').and_then(|i| i.strip_suffix('\'')).filter(|k| !k.contains('\''));
        match key {
            Some(key) => nodes.extend(parse_action(&format!(".{key}"), self.depth)?),
            None => nodes.push(Node::Slice(bounds(inside)?)),
        }
        Ok(())
    }

    /// A filter after its `[?(`.
    fn filter(&mut self) -> Result<Node, ParseError> {
        let start = self.at;
        let (mut pair, mut closed) = (None, false);
        loop {
            match self.next() {
                None | Some('\n') => return Err(ParseError::UnterminatedFilter),
                Some(quote @ ('"' | '\'')) => match pair {
                    None => pair = Some(quote),
                    Some(pair) if pair == quote && self.text.as_bytes()[self.at - 2] != b'\\' => {
                        closed = true
                    }
                    Some(_) => {}
                },
                Some(')') if pair.is_some() == closed => break,
                Some(_) => {}
            }
        }
        let text = &self.text[start..self.at - 1];
        if !self.skip("]") {
            return Err(ParseError::UnclosedFilter);
        }
        let Some((left, operator, right)) = comparison(text) else {
            let left = parse_action(text, self.depth)?;
            return Ok(Node::Filter { left, right: Vec::new(), operator: "exists".to_owned() });
        };
        let (left, right) = (parse_action(left, self.depth)?, parse_action(right, self.depth)?);
        Ok(Node::Filter { left, right, operator: operator.to_owned() })
    }
}

/// What is left and right of the first run of operator characters, neither side empty.
fn comparison(text: &str) -> Option<(&str, &str, &str)> {
    const OPERATOR: [char; 4] = ['!', '<', '>', '='];
    let begin = text.find(OPERATOR).filter(|at| *at > 0)?;
    let after = &text[begin..];
    let mut length = after.find(|c| !OPERATOR.contains(&c)).unwrap_or(after.len());
    if length == after.len() {
        // Something must be on the right, be it the last character of the operator.
        length = length.checked_sub(1).filter(|l| *l > 0)?;
    }
    Some((&text[..begin], &after[..length], &after[length..]))
}

/// The numbers of `begin:end:step`.
fn bounds(text: &str) -> Result<[Bound; 3], ParseError> {
    let fail = || ParseError::Index(text.to_owned());
    let mut parts = text.splitn(4, ':');
    let mut bounds = [Bound::default(); 3];
    let mut given = 0;
    for bound in &mut bounds {
        let Some(part) = parts.next() else { break };
        if !part.strip_prefix('-').unwrap_or(part).bytes().all(|b| b.is_ascii_digit()) {
            return Err(fail());
        }
        if !part.is_empty() {
            let number = govalue::strconv::atoi(part);
            bound.value = Some(number.map_err(|_| ParseError::IndexNumber(part.to_owned()))?);
        }
        given += 1;
    }
    if parts.next().is_some() {
        return Err(fail());
    }
    if given == 1 {
        let after = bounds[0].value.unwrap_or(0).wrapping_add(1);
        bounds[1] = Bound { value: Some(after), derived: true };
    }
    Ok(bounds)
}

/// The text of a literal in single or double quotes; both may be of any length.
fn unquoted(literal: &str) -> Option<Vec<u8>> {
    let quote = *literal.as_bytes().first()?;
    let inside = literal.as_bytes().get(1..literal.len() - 1)?;
    if !inside.contains(&b'\\') && !inside.contains(&quote) {
        return Some(inside.to_vec());
    }
    let mut text = Vec::with_capacity(inside.len());
    let mut rest = inside;
    while !rest.is_empty() {
        let (unquoted, after) = unquote_char(rest, quote)?;
        match unquoted {
            Unquoted::Byte(byte) => text.push(byte),
            Unquoted::Char(c) => text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        rest = after;
    }
    Some(text)
}

fn is_terminator(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}')
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || (!c.is_ascii() && c.is_numeric())
}

fn is_alphanumeric(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::{comparison, parse};

    #[test]
    fn comparisons_are_cut_at_the_operator() {
        assert_eq!(comparison("@.a==1"), Some(("@.a", "==", "1")));
        assert_eq!(comparison("@.a=="), Some(("@.a", "=", "=")));
        assert_eq!(comparison("@.a="), None);
        assert_eq!(comparison("==1"), None);
        assert_eq!(comparison("@.a"), None);
    }

    #[test]
    fn nesting_has_an_end() {
        let text = format!("{{{}@{}}}", "[?(".repeat(100_000), ")]".repeat(100_000));
        assert!(parse(&text, 0).is_err());
        let text = format!("{{{}}}", "[".repeat(100_000));
        assert!(parse(&text, 0).is_err());
    }
}
