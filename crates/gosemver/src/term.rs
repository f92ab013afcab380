//! One comparison of a constraint, `>= 1.2` say: what it accepts and what it says when it does not.

use std::fmt;

use crate::compare::prereleases;
use crate::error::Error;
use crate::scan::Scanned;
use crate::version::Version;

/// The operators of the constraint language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// None or `=`: equal, or a tilde range when the version has wildcards.
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Tilde,
    Caret,
}

impl Operator {
    /// The operator that a row of operator characters spells.
    pub fn parse(text: &str) -> Option<Operator> {
        Some(match text {
            "" | "=" => Operator::Equal,
            "!=" => Operator::NotEqual,
            ">" => Operator::Greater,
            "<" => Operator::Less,
            ">=" | "=>" => Operator::GreaterEqual,
            "<=" | "=<" => Operator::LessEqual,
            "~" | "~>" => Operator::Tilde,
            "^" => Operator::Caret,
            _ => return None,
        })
    }
}

/// How much of a term's version is left open, by a wildcard or by leaving it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Nothing,
    Patch,
    Minor,
    Major,
}

/// One comparison.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    operator: Operator,
    /// The operator and the version as they were written.
    spelling: String,
    operator_length: usize,
    /// The version, zeros in the place of what is open.
    version: Version,
    open: Open,
}

/// Why a term refuses a version.
#[derive(Clone, Copy)]
pub(crate) enum Refusal {
    Prerelease,
    Equal,
    NotEqual,
    LessOrEqual,
    GreaterOrEqual,
    Less,
    Greater,
    Major,
    MajorOrMinor,
    MinorOfZero,
    Minor,
    PatchOfZero,
}

impl Term {
    /// Puts a term together; fails where the version has the shape of one but is none.
    pub fn new(operator: Operator, operator_text: &str, parts: &Scanned<'_>) -> Result<Term, Error> {
        let (hyphen, prerelease) =
            if parts.prerelease.is_empty() { ("", "") } else { ("-", parts.prerelease) };
        let (open, version) = if is_open(parts.major) {
            (Open::Major, Version::parse(format!("0.0.0{hyphen}{prerelease}")))
        } else if is_open(parts.minor) {
            (Open::Minor, Version::parse(format!("{}.0.0{hyphen}{prerelease}", parts.major)))
        } else if is_open(parts.patch) {
            (Open::Patch, Version::parse(format!("{}.{}.0{hyphen}{prerelease}", parts.major, parts.minor)))
        } else {
            (Open::Nothing, Version::parse(parts.text))
        };
        Ok(Term {
            operator,
            spelling: format!("{operator_text}{}", parts.text),
            operator_length: operator_text.len(),
            version: version.map_err(|_| Error::ConstraintVersion)?,
            open,
        })
    }

    /// Whether the term's version is a pre-release.
    pub fn has_prerelease(&self) -> bool {
        !self.version.prerelease().is_empty()
    }

    /// Whether the term accepts a version. Pre-releases are refused unless they are `welcome`.
    pub fn accept(&self, version: &Version, welcome: bool) -> Result<(), Refusal> {
        if !welcome && !version.prerelease().is_empty() {
            return Err(Refusal::Prerelease);
        }
        match self.operator {
            Operator::Equal if self.open != Open::Nothing => self.tilde(version),
            Operator::Equal => unless(*version != self.version, Refusal::NotEqual),
            Operator::NotEqual => unless(self.covers(version), Refusal::Equal),
            Operator::Greater => unless(!self.exceeded_by(version), Refusal::LessOrEqual),
            Operator::Less => unless(*version >= self.version, Refusal::GreaterOrEqual),
            Operator::GreaterEqual => unless(*version < self.version, Refusal::Less),
            Operator::LessEqual => unless(self.is_below(version), Refusal::Greater),
            Operator::Tilde => self.tilde(version),
            Operator::Caret => self.caret(version),
        }
    }

    /// The sentence for a refusal.
    pub fn explain(&self, refusal: Refusal, version: &Version) -> String {
        let wanted = &self.spelling[self.operator_length..];
        let middle = match refusal {
            Refusal::Prerelease => {
                return format!(
                    "\"{version}\" is a prerelease version and the constraint is only looking for release versions"
                );
            }
            Refusal::Equal => "is equal to",
            Refusal::NotEqual => "is not equal to",
            Refusal::LessOrEqual => "is less than or equal to",
            Refusal::GreaterOrEqual => "is greater than or equal to",
            Refusal::Less => "is less than",
            Refusal::Greater => "is greater than",
            Refusal::Major => "does not have same major version as",
            Refusal::MajorOrMinor => "does not have same major and minor version as",
            Refusal::Minor | Refusal::MinorOfZero => "does not have same minor version as",
            Refusal::PatchOfZero => "does not equal",
        };
        let end = match refusal {
            Refusal::MinorOfZero => ". Expected minor versions to match when constraint major version is 0",
            Refusal::PatchOfZero => {
                ". Expect version and constraint to equal when major and minor versions are 0"
            }
            _ => "",
        };
        format!("\"{version}\" {middle} \"{wanted}\"{end}")
    }

    /// Whether a version lies in what `!=` excludes. A wildcard for everything excludes 0.0.0 only, as in the library.
    fn covers(&self, version: &Version) -> bool {
        let wanted = &self.version;
        match self.open {
            Open::Nothing | Open::Major => version == wanted,
            Open::Minor => version.major() == wanted.major(),
            Open::Patch => {
                version.major() == wanted.major()
                    && version.minor() == wanted.minor()
                    && prereleases(version.prerelease(), wanted.prerelease()).is_eq()
            }
        }
    }

    /// Whether a version is greater than all that the term's version covers: `> 11` wants 12 or more.
    fn exceeded_by(&self, version: &Version) -> bool {
        let wanted = &self.version;
        match self.open {
            Open::Nothing => version > wanted,
            _ if version.major() != wanted.major() => version.major() > wanted.major(),
            Open::Minor => false,
            Open::Patch => version.minor() > wanted.minor(),
            Open::Major => version > wanted,
        }
    }

    /// Whether the term's version, with all that it covers, is less than a version.
    fn is_below(&self, version: &Version) -> bool {
        let wanted = &self.version;
        match self.open {
            Open::Nothing => version > wanted,
            _ if version.major() != wanted.major() => version.major() > wanted.major(),
            Open::Minor => false,
            Open::Patch | Open::Major => version.minor() > wanted.minor(),
        }
    }

    /// `~1.2.3` is >=1.2.3 <1.3.0, `~1` is >=1.0.0 <2.0.0, `~0.0.0` and `~*` are anything.
    fn tilde(&self, version: &Version) -> Result<(), Refusal> {
        let wanted = &self.version;
        unless(version < wanted, Refusal::Less)?;
        let zero = wanted.major() == 0 && wanted.minor() == 0 && wanted.patch() == 0;
        if zero && matches!(self.open, Open::Nothing | Open::Major) {
            return Ok(());
        }
        unless(version.major() != wanted.major(), Refusal::Major)?;
        unless(version.minor() != wanted.minor() && self.open != Open::Minor, Refusal::MajorOrMinor)
    }

    /// `^` keeps the leftmost number that is not zero: `^1.2.3` is <2.0.0, `^0.2.3` is <0.3.0, `^0.0.3` is <0.0.4.
    fn caret(&self, version: &Version) -> Result<(), Refusal> {
        let wanted = &self.version;
        unless(version < wanted, Refusal::Less)?;
        unless(version.major() != wanted.major(), Refusal::Major)?;
        if wanted.major() > 0 || self.open == Open::Minor {
            return Ok(());
        }
        if wanted.minor() > 0 || self.open == Open::Patch {
            return unless(version.minor() != wanted.minor(), Refusal::MinorOfZero);
        }
        unless(version.minor() > 0, Refusal::Minor)?;
        unless(version.patch() != wanted.patch(), Refusal::PatchOfZero)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelling)
    }
}

fn unless(refused: bool, refusal: Refusal) -> Result<(), Refusal> {
    if refused { Err(refusal) } else { Ok(()) }
}

fn is_open(number: &str) -> bool {
    matches!(number, "" | "x" | "X" | "*")
}
