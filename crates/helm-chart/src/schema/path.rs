//! The way from one schema to another inside it, and from value to value along with it.

use std::collections::VecDeque;

use boon::{ErrorKind, InstanceToken};

use super::message::Failure;

/// A part of the way to a value.
#[derive(Clone, PartialEq)]
pub(super) enum Token {
    /// A property.
    Name(String),
    /// A position in a list.
    At(usize),
}

/// A step of the way.
#[derive(PartialEq)]
pub(super) enum Move<'e> {
    /// To one schema of `allOf`, `anyOf` or `oneOf`.
    Choice { keyword: &'e str, index: &'e str },
    /// To a value inside the value.
    Value { keyword: &'e str, name: &'e str, token: Option<Token> },
    /// To another schema for the same value.
    Aside { keyword: &'e str, name: &'e str },
}

/// The moves from a failure to one inside it.
pub(super) struct Moves<'e>(VecDeque<Move<'e>>);

impl<'e> Moves<'e> {
    /// `at` is the value that `parent` is about.
    pub(super) fn new(parent: &'e Failure<'_, '_>, cause: &'e Failure<'_, '_>, at: &[Token]) -> Moves<'e> {
        let start = match &parent.kind {
            ErrorKind::Reference { url, .. } | ErrorKind::Schema { url } => url,
            _ => parent.schema_url,
        };
        let way = cause.schema_url.strip_prefix(start).unwrap_or_default();
        let mut steps: VecDeque<&str> = way.split('/').filter(|step| !step.is_empty()).collect();
        // These stand for the first step themselves.
        let taken = match parent.kind {
            ErrorKind::AllOf | ErrorKind::AnyOf | ErrorKind::OneOf(None) => 2,
            ErrorKind::PropertyName { .. } => 1,
            _ => 0,
        };
        steps.drain(..taken.min(steps.len()));
        let tokens = &cause.instance_location.tokens;
        let mut ahead: VecDeque<Token> = match (&parent.kind, &cause.kind) {
            // The name of a property is looked at as a value of its own.
            (ErrorKind::PropertyName { .. }, _) => tokens.iter().map(owned).collect(),
            // The validator says nothing of where; the schema does, short of positions in lists.
            (_, ErrorKind::PropertyName { .. }) => named(steps.make_contiguous()),
            _ => tokens.iter().skip(at.len()).map(owned).collect(),
        };
        let mut moves = VecDeque::new();
        while let Some(keyword) = steps.pop_front() {
            moves.extend(next_move(keyword, &mut steps, &mut ahead));
        }
        moves.extend(ahead.into_iter().map(|token| Move::Value {
            keyword: "",
            name: "",
            token: Some(token),
        }));
        Moves(moves)
    }

    /// Takes up to so many moves off the front.
    pub(super) fn take(&mut self, count: usize) -> Vec<Move<'e>> {
        let count = count.min(self.0.len());
        self.0.drain(..count).collect()
    }
}

fn next_move<'e>(
    keyword: &'e str,
    steps: &mut VecDeque<&'e str>,
    ahead: &mut VecDeque<Token>,
) -> Option<Move<'e>> {
    let mut name = || steps.pop_front().unwrap_or_default();
    Some(match keyword {
        "allOf" | "anyOf" | "oneOf" => Move::Choice { keyword, index: name() },
        "properties" | "patternProperties" | "prefixItems" => {
            Move::Value { keyword, name: name(), token: ahead.pop_front() }
        }
        "items" => {
            // Draft 2019-09 and before: a schema for each position.
            let is_position = steps.front().is_some_and(|s| s.bytes().all(|b| b.is_ascii_digit()));
            let name = if is_position { steps.pop_front().unwrap_or_default() } else { "" };
            Move::Value { keyword, name, token: ahead.pop_front() }
        }
        "additionalProperties"
        | "additionalItems"
        | "unevaluatedProperties"
        | "unevaluatedItems"
        | "contains" => Move::Value { keyword, name: "", token: ahead.pop_front() },
        "dependentSchemas" | "dependencies" => Move::Aside { keyword, name: name() },
        "if" | "then" | "else" => Move::Aside { keyword, name: "" },
        _ => return None,
    })
}

/// How many first moves all have in common; none when there is no choice among them.
pub(super) fn common(ways: &[Moves<'_>]) -> usize {
    let Some((first, others)) = ways.split_first() else { return 0 };
    let equal = |at: &usize| others.iter().all(|way| way.0.get(*at) == first.0.get(*at));
    let count = (0..first.0.len()).take_while(equal).count();
    let chooses = first.0.iter().take(count).any(|m| matches!(m, Move::Choice { .. }));
    if chooses { count } else { 0 }
}

fn owned(token: &InstanceToken<'_>) -> Token {
    match token {
        InstanceToken::Prop(name) => Token::Name(name.to_string()),
        InstanceToken::Item(at) => Token::At(*at),
    }
}

/// The properties on a way through a schema.
fn named(steps: &[&str]) -> VecDeque<Token> {
    let pairs = steps.windows(2).filter(|pair| pair[0] == "properties");
    let name = |step: &str| decoded(step).replace("~1", "/").replace("~0", "~");
    pairs.map(|pair| Token::Name(name(pair[1]))).collect()
}

/// A URL's fragment without its percent encoding.
pub(super) fn decoded(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let [first, tail @ ..] = rest {
        let code =
            if *first == b'%' { tail.get(..2).and_then(|h| std::str::from_utf8(h).ok()) } else { None };
        match code.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A JSON pointer to a value.
pub(super) fn pointer(tokens: &[Token]) -> String {
    tokens.iter().fold(String::new(), |mut out, token| {
        out.push('/');
        match token {
            Token::Name(name) => out.push_str(&name.replace('~', "~0").replace('/', "~1")),
            Token::At(at) => out.push_str(&at.to_string()),
        }
        out
    })
}
