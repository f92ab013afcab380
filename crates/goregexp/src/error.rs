//! Why a pattern is none.

use std::fmt;

/// A pattern that Go refuses (`syntax.Error`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    expression: Vec<u8>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, expression: &[u8]) -> Error {
        Error { kind, expression: expression.to_vec() }
    }

    /// What is wrong (`syntax.Error.Code`).
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The part of the pattern that is wrong (`syntax.Error.Expr`).
    pub fn expression(&self) -> &[u8] {
        &self.expression
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error parsing regexp: {}: `{}`", self.kind, String::from_utf8_lossy(&self.expression))
    }
}

impl std::error::Error for Error {}

/// What can be wrong with a pattern (`syntax.ErrorCode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A range or a name of a character class is none (`ErrInvalidCharRange`).
    CharRange,
    /// A backslash sequence that does not exist (`ErrInvalidEscape`).
    Escape,
    /// A named group without a proper name (`ErrInvalidNamedCapture`).
    NamedCapture,
    /// `(?` followed by something that RE2 does not know (`ErrInvalidPerlOp`).
    PerlOp,
    /// A repetition of a repetition, such as `a**` (`ErrInvalidRepeatOp`).
    RepeatOp,
    /// A repeat count beyond 1000 or with its limits swapped (`ErrInvalidRepeatSize`).
    RepeatSize,
    /// Bytes that are not UTF-8 (`ErrInvalidUTF8`).
    Utf8,
    /// A character class without its end (`ErrMissingBracket`).
    MissingBracket,
    /// A group without its end (`ErrMissingParen`).
    MissingParen,
    /// A repetition of nothing (`ErrMissingRepeatArgument`).
    MissingRepeatArgument,
    /// A backslash at the end (`ErrTrailingBackslash`).
    TrailingBackslash,
    /// The end of a group without its start (`ErrUnexpectedParen`).
    UnexpectedParen,
    /// More than 1000 levels (`ErrNestingDepth`).
    NestingDepth,
    /// The compiled pattern would take too much memory (`ErrLarge`).
    Large,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ErrorKind::CharRange => "invalid character class range",
            ErrorKind::Escape => "invalid escape sequence",
            ErrorKind::NamedCapture => "invalid named capture",
            ErrorKind::PerlOp => "invalid or unsupported Perl syntax",
            ErrorKind::RepeatOp => "invalid nested repetition operator",
            ErrorKind::RepeatSize => "invalid repeat count",
            ErrorKind::Utf8 => "invalid UTF-8",
            ErrorKind::MissingBracket => "missing closing ]",
            ErrorKind::MissingParen => "missing closing )",
            ErrorKind::MissingRepeatArgument => "missing argument to repetition operator",
            ErrorKind::TrailingBackslash => "trailing backslash at end of expression",
            ErrorKind::UnexpectedParen => "unexpected )",
            ErrorKind::NestingDepth => "expression nests too deeply",
            ErrorKind::Large => "expression too large",
        })
    }
}
