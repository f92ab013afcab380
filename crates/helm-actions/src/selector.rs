//! Label selectors as users write them (Kubernetes' `labels.Parse`).

use std::collections::BTreeMap;

/// A label selector: all its requirements hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selector(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Exists,
    Missing,
    In(Vec<String>),
    NotIn(Vec<String>),
    Greater(i64),
    Less(i64),
}

/// A text that is no selector; the words are those of Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SelectorError {
    #[error("unable to parse requirement: found '{found}', expected: {expected}")]
    Unexpected { found: String, expected: &'static str },
    #[error("found '{found}', expected: {expected}")]
    Trailing { found: String, expected: &'static str },
    #[error("unable to parse requirement: for 'Gt', 'Lt' operators, the value must be an integer")]
    NotANumber,
}

impl Selector {
    /// Reads requirements such as `app=web,tier in (a,b),!old`. The empty text selects everything.
    pub(crate) fn parse(text: &str) -> Result<Selector, SelectorError> {
        let mut tokens = Tokens { rest: text };
        let mut requirements = Vec::new();
        if tokens.peek().is_empty() {
            return Ok(Selector::default());
        }
        loop {
            requirements.push(requirement(&mut tokens)?);
            match tokens.next() {
                "" => return Ok(Selector(requirements)),
                "," if tokens.peek().is_empty() => {
                    let expected = "identifier after ','";
                    return Err(SelectorError::Trailing { found: String::new(), expected });
                }
                "," => {}
                found => {
                    return Err(SelectorError::Trailing {
                        found: found.to_owned(),
                        expected: "',' or 'end of string'",
                    });
                }
            }
        }
    }

    /// Whether labels satisfy all requirements.
    pub(crate) fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.0.iter().all(|requirement| requirement.matches(labels.get(&requirement.key).map(String::as_str)))
    }
}

impl Requirement {
    fn matches(&self, value: Option<&str>) -> bool {
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        match &self.test {
            Test::Exists => value.is_some(),
            Test::Missing => value.is_none(),
            Test::In(values) => value.is_some_and(|value| values.iter().any(|wanted| wanted == value)),
            Test::NotIn(values) => value.is_none_or(|value| values.iter().all(|wanted| wanted != value)),
            Test::Greater(bound) => number().is_some_and(|number| number > *bound),
            Test::Less(bound) => number().is_some_and(|number| number < *bound),
        }
    }
}

fn requirement(tokens: &mut Tokens<'_>) -> Result<Requirement, SelectorError> {
    let negated = tokens.peek() == "!";
    if negated {
        tokens.next();
    }
    let key = tokens.next();
    if !is_word(key) {
        let expected = "!, identifier, or 'end of string'";
        return Err(SelectorError::Unexpected { found: key.to_owned(), expected });
    }
    let key = key.to_owned();
    if negated || matches!(tokens.peek(), "" | ",") {
        return Ok(Requirement { key, test: if negated { Test::Missing } else { Test::Exists } });
    }
    let operator = tokens.next();
    let test = match operator {
        "=" | "==" => Test::In(vec![value(tokens)?]),
        "!=" => Test::NotIn(vec![value(tokens)?]),
        "in" => Test::In(values(tokens)?),
        "notin" => Test::NotIn(values(tokens)?),
        ">" => Test::Greater(value(tokens)?.parse().map_err(|_| SelectorError::NotANumber)?),
        "<" => Test::Less(value(tokens)?.parse().map_err(|_| SelectorError::NotANumber)?),
        found => {
            let expected = "in, notin, =, ==, !=, gt, lt";
            return Err(SelectorError::Unexpected { found: found.to_owned(), expected });
        }
    };
    Ok(Requirement { key, test })
}

/// One value, which may be empty.
fn value(tokens: &mut Tokens<'_>) -> Result<String, SelectorError> {
    match tokens.peek() {
        "" | "," => Ok(String::new()),
        word if is_word(word) => Ok(tokens.next().to_owned()),
        found => Err(SelectorError::Unexpected { found: found.to_owned(), expected: "identifier" }),
    }
}

/// Values in parentheses.
fn values(tokens: &mut Tokens<'_>) -> Result<Vec<String>, SelectorError> {
    let open = tokens.next();
    if open != "(" {
        return Err(SelectorError::Unexpected { found: open.to_owned(), expected: "'('" });
    }
    let mut values = Vec::new();
    loop {
        match tokens.peek() {
            "," | ")" => values.push(String::new()),
            word if is_word(word) => values.push(tokens.next().to_owned()),
            found => {
                let expected = "',', ')' or identifier";
                return Err(SelectorError::Unexpected { found: found.to_owned(), expected });
            }
        }
        match tokens.next() {
            ")" => return Ok(values),
            "," => {}
            found => {
                return Err(SelectorError::Unexpected { found: found.to_owned(), expected: "',' or ')'" });
            }
        }
    }
}

fn is_word(token: &str) -> bool {
    !token.is_empty() && !token.starts_with(is_symbol)
}

fn is_symbol(c: char) -> bool {
    matches!(c, '=' | '!' | '(' | ')' | ',' | '>' | '<')
}

/// Words, operators and marks; the empty text at the end.
struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    fn peek(&self) -> &'a str {
        let text = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
        for operator in ["==", "!=", "=", "!", "(", ")", ",", ">", "<"] {
            if text.starts_with(operator) {
                return &text[..operator.len()];
            }
        }
        let end =
            text.find(|c: char| is_symbol(c) || matches!(c, ' ' | '\t' | '\r' | '\n')).unwrap_or(text.len());
        &text[..end]
    }

    fn next(&mut self) -> &'a str {
        let token = self.peek();
        let text = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
        self.rest = &text[token.len()..];
        token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_hold_as_in_kubernetes() {
        let labels: BTreeMap<String, String> =
            [("app", "web"), ("tier", "a"), ("n", "5")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let cases = [
            ("", true),
            ("app=web", true),
            ("app == web , tier!=b", true),
            ("tier in (a, b),!old", true),
            ("tier notin (a)", false),
            ("other notin (a)", true),
            ("other!=x", true),
            ("app", true),
            ("!app", false),
            ("n>4,n<6", true),
            ("app=", false),
        ];
        for (text, matches) in cases {
            assert_eq!(Selector::parse(text).map(|s| s.matches(&labels)), Ok(matches), "{text}");
        }
        for text in ["=", "a b", "a in b", "a in (b", "a,", "a>x", ",", "!"] {
            assert!(Selector::parse(text).is_err(), "{text}");
        }
    }
}
