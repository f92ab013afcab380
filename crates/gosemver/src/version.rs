//! One version: how it is read, shown and counted up.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, NumberError, Overflow};
use crate::scan;

const MAX_LENGTH: usize = 256;

/// A semantic version. Two versions that differ in build metadata only are equal (`Version.Equal`).
#[derive(Clone, Debug)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
    prerelease: String,
    metadata: String,
    original: String,
}

impl Version {
    /// The release `major.minor.patch` (`New`).
    pub fn new(major: u64, minor: u64, patch: u64) -> Version {
        let mut version = Version {
            major,
            minor,
            patch,
            prerelease: String::new(),
            metadata: String::new(),
            original: String::new(),
        };
        version.original = version.to_string();
        version
    }

    /// Reads a version generously (`NewVersion`): a leading `v`, leading zeros and missing numbers are all right.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Version, Error> {
        let text = text.as_ref();
        if text.len() > MAX_LENGTH {
            return Err(Error::VersionTooLong);
        }
        let parts = scan::version(text, scan::digit)
            .filter(|parts| parts.text.len() == text.len())
            .ok_or(Error::InvalidVersion)?;
        let segment = |digits: &str| match digits {
            "" => Ok(0),
            _ => number(digits).map_err(Error::Segment),
        };
        let version = Version {
            major: segment(parts.major)?,
            minor: segment(parts.minor)?,
            patch: segment(parts.patch)?,
            prerelease: parts.prerelease.to_owned(),
            metadata: parts.metadata.to_owned(),
            original: parts.text.to_owned(),
        };
        if !version.prerelease.is_empty() {
            validate_prerelease(&version.prerelease)?;
        }
        Ok(version)
    }

    /// Reads a version by the letter of semver.org (`StrictNewVersion`).
    pub fn parse_strict(text: impl AsRef<[u8]>) -> Result<Version, Error> {
        let text = text.as_ref();
        if text.is_empty() {
            return Err(Error::Empty);
        }
        if text.len() > MAX_LENGTH {
            return Err(Error::VersionTooLong);
        }
        // What is not UTF-8 has a byte that no part allows; which part complains is the same for U+FFFD.
        let text = &*String::from_utf8_lossy(text);
        let mut parts = text.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Error::InvalidVersion);
        };
        let (rest, metadata) = split_checked(rest, '+', validate_metadata)?;
        let (patch, prerelease) = split_checked(rest, '-', validate_prerelease)?;
        for digits in [major, minor, patch] {
            if !digits.bytes().all(scan::digit) {
                return Err(Error::InvalidCharacters);
            }
            if starts_with_needless_zero(digits) {
                return Err(Error::LeadingZero);
            }
        }
        let segment = |digits: &str| number(digits).map_err(Error::Number);
        Ok(Version {
            major: segment(major)?,
            minor: segment(minor)?,
            patch: segment(patch)?,
            prerelease: prerelease.to_owned(),
            metadata: metadata.to_owned(),
            original: text.to_owned(),
        })
    }

    /// The first number (`Major`).
    pub fn major(&self) -> u64 {
        self.major
    }

    /// The second number (`Minor`).
    pub fn minor(&self) -> u64 {
        self.minor
    }

    /// The third number (`Patch`).
    pub fn patch(&self) -> u64 {
        self.patch
    }

    /// What follows `-`, empty when it is a release (`Prerelease`).
    pub fn prerelease(&self) -> &str {
        &self.prerelease
    }

    /// What follows `+`, or nothing (`Metadata`).
    pub fn metadata(&self) -> &str {
        &self.metadata
    }

    /// The text it was read from (`Original`).
    pub fn original(&self) -> &str {
        &self.original
    }

    /// The next patch version; a pre-release becomes its release (`IncPatch`).
    pub fn inc_patch(&self) -> Result<Version, Overflow> {
        let patch = match self.prerelease.as_str() {
            "" => self.patch.checked_add(1).ok_or(Overflow("patch"))?,
            _ => self.patch,
        };
        Ok(self.release(self.major, self.minor, patch))
    }

    /// The next minor version (`IncMinor`).
    pub fn inc_minor(&self) -> Result<Version, Overflow> {
        let minor = self.minor.checked_add(1).ok_or(Overflow("minor"))?;
        Ok(self.release(self.major, minor, 0))
    }

    /// The next major version (`IncMajor`).
    pub fn inc_major(&self) -> Result<Version, Overflow> {
        let major = self.major.checked_add(1).ok_or(Overflow("major"))?;
        Ok(self.release(major, 0, 0))
    }

    /// The same version with another pre-release, given without its hyphen (`SetPrerelease`).
    pub fn set_prerelease(&self, prerelease: &str) -> Result<Version, Error> {
        if !prerelease.is_empty() {
            validate_prerelease(prerelease)?;
        }
        Ok(Version { prerelease: prerelease.to_owned(), ..self.clone() }.with_original(self))
    }

    /// The same version with other build metadata, given without its plus sign (`SetMetadata`).
    pub fn set_metadata(&self, metadata: &str) -> Result<Version, Error> {
        if !metadata.is_empty() {
            validate_metadata(metadata)?;
        }
        Ok(Version { metadata: metadata.to_owned(), ..self.clone() }.with_original(self))
    }

    fn release(&self, major: u64, minor: u64, patch: u64) -> Version {
        Version::new(major, minor, patch).with_original(self)
    }

    /// Makes up the original text; a leading `v` is inherited.
    fn with_original(mut self, from: &Version) -> Version {
        let prefix = if from.original.starts_with('v') { "v" } else { "" };
        self.original = format!("{prefix}{self}");
        self
    }
}

impl fmt::Display for Version {
    /// `Version.String`: complete, without a leading `v`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.prerelease.is_empty() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

impl FromStr for Version {
    type Err = Error;

    fn from_str(text: &str) -> Result<Version, Error> {
        Version::parse(text)
    }
}

/// Splits at the first `separator` and checks what follows it, if it is there.
fn split_checked(
    text: &str,
    separator: char,
    check: fn(&str) -> Result<(), Error>,
) -> Result<(&str, &str), Error> {
    match text.split_once(separator) {
        Some((before, after)) => check(after).map(|()| (before, after)),
        None => Ok((text, "")),
    }
}

/// The number that a row of digits stands for.
fn number(digits: &str) -> Result<u64, NumberError> {
    digits.parse().map_err(|_| NumberError(digits.to_owned()))
}

fn starts_with_needless_zero(digits: &str) -> bool {
    digits.len() > 1 && digits.starts_with('0')
}

fn validate_prerelease(text: &str) -> Result<(), Error> {
    text.split('.').try_for_each(|identifier| {
        if !is_identifier(identifier) {
            Err(Error::InvalidPrerelease)
        } else if identifier.bytes().all(scan::digit) && starts_with_needless_zero(identifier) {
            Err(Error::LeadingZero)
        } else {
            Ok(())
        }
    })
}

fn validate_metadata(text: &str) -> Result<(), Error> {
    if text.split('.').all(is_identifier) { Ok(()) } else { Err(Error::InvalidMetadata) }
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
