//! What can be wrong with a version or a constraint, in the library's words.

use std::fmt;

use govalue::strconv::quote;

/// Why a text is not a version or not a constraint (the errors of Masterminds/semver).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The text does not look like a version (`ErrInvalidSemVer`).
    InvalidVersion,
    /// A strict version must not be empty (`ErrEmptyString`).
    Empty,
    /// A number of a strict version has something else than digits (`ErrInvalidCharacters`).
    InvalidCharacters,
    /// A number starts with a needless zero (`ErrSegmentStartsZero`).
    LeadingZero,
    /// The build metadata is malformed (`ErrInvalidMetadata`).
    InvalidMetadata,
    /// The pre-release is malformed (`ErrInvalidPrerelease`).
    InvalidPrerelease,
    /// The version has more than 256 bytes (`ErrVersionTooLong`).
    VersionTooLong,
    /// A number of a strict version is missing or too large.
    Number(NumberError),
    /// A number of a version is too large.
    Segment(NumberError),
    /// The constraint has more than 512 bytes (`ErrConstraintTooLong`).
    ConstraintTooLong,
    /// The constraint has more than 32 alternatives (`ErrTooManyConstraintGroups`).
    TooManyGroups,
    /// An alternative of the constraint, given here, is malformed.
    ImproperConstraint(Vec<u8>),
    /// A version inside the constraint has the right shape but is none.
    ConstraintVersion,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::InvalidVersion => f.write_str("invalid semantic version"),
            Error::Empty => f.write_str("version string empty"),
            Error::InvalidCharacters => f.write_str("invalid characters in version"),
            Error::LeadingZero => f.write_str("version segment starts with 0"),
            Error::InvalidMetadata => f.write_str("invalid metadata string"),
            Error::InvalidPrerelease => f.write_str("invalid prerelease string"),
            Error::VersionTooLong => f.write_str("version string is too long (max 256 bytes)"),
            Error::Number(cause) => cause.fmt(f),
            Error::Segment(cause) => write!(f, "error parsing version segment: {cause}"),
            Error::ConstraintTooLong => f.write_str("constraint string is too long (max 512 bytes)"),
            Error::TooManyGroups => f.write_str("too many constraint groups (max 32)"),
            Error::ImproperConstraint(text) => write!(f, "improper constraint: {}", quote(text)),
            Error::ConstraintVersion => f.write_str("constraint parser error"),
        }
    }
}

impl std::error::Error for Error {}

/// A number that Go's `strconv.ParseUint` refuses; a row of digits, so empty or too large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberError(pub(crate) String);

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = if self.0.is_empty() { "invalid syntax" } else { "value out of range" };
        write!(f, "strconv.ParseUint: parsing \"{}\": {reason}", self.0)
    }
}

impl std::error::Error for NumberError {}

/// The next version does not fit 64 bits (the library panics with this text).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow(pub(crate) &'static str);

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} version increment would overflow uint64", self.0)
    }
}

impl std::error::Error for Overflow {}
