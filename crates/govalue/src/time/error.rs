use std::fmt;

use crate::Str;

/// Text as package `time` quotes it in errors: bytes beyond printable ASCII in hexadecimal.
pub(super) struct Quoted<'a>(pub &'a [u8]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for b in self.0 {
            match *b {
                b'"' | b'\\' => write!(f, "\\{}", char::from(*b))?,
                b' '..=0x7f => write!(f, "{}", char::from(*b))?,
                _ => write!(f, "\\x{b:02x}")?,
            }
        }
        f.write_str("\"")
    }
}

/// A time text that does not follow its layout (`time.ParseError`). `Display` is Go's text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseError {
    /// The whole layout.
    pub layout: Str,
    /// The whole text.
    pub value: Str,
    /// The element of the layout that failed.
    pub layout_element: Str,
    /// What stood there in the text.
    pub value_element: Str,
    /// What else is wrong, as `: hour out of range`.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "parsing time {}", Quoted(&self.value))?;
        if !self.message.is_empty() {
            return f.write_str(&self.message);
        }
        let (layout, found, wanted) =
            (Quoted(&self.layout), Quoted(&self.value_element), Quoted(&self.layout_element));
        write!(f, " as {layout}: cannot parse {found} as {wanted}")
    }
}

impl std::error::Error for ParseError {}

/// A text that is not a duration. `Display` is Go's text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DurationError {
    /// What is wrong.
    pub message: String,
    /// The whole text.
    pub value: Str,
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "time: {} {}", self.message, Quoted(&self.value))
    }
}

impl std::error::Error for DurationError {}

/// A name that is no time zone. `Display` is the text of Go's `time.LoadLocation`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ZoneError {
    /// No such zone.
    Unknown(String),
    /// Not even the form of a name.
    Invalid,
}

impl fmt::Display for ZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ZoneError::Unknown(name) => write!(f, "unknown time zone {name}"),
            ZoneError::Invalid => f.write_str("time: invalid location name"),
        }
    }
}

impl std::error::Error for ZoneError {}
