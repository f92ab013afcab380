//! Constraints: alternatives of comparisons that must all hold.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::error::Error;
use crate::scan::{self, Scanned};
use crate::term::{Operator, Term};
use crate::version::Version;

const MAX_LENGTH: usize = 512;
const MAX_GROUPS: usize = 32;

/// What versions are wanted (`Constraints`): groups of comparisons, of which one group must hold in all its parts.
#[derive(Clone, Debug)]
pub struct Constraint {
    groups: Vec<Group>,
    include_prerelease: bool,
}

#[derive(Clone, Debug)]
struct Group {
    terms: Vec<Term>,
    /// A group that names a pre-release welcomes pre-releases.
    has_prerelease: bool,
}

impl Constraint {
    /// Reads a constraint (`NewConstraint`), such as `>=1.2, <2 || ~3.1.x || 4 - 5`.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Constraint, Error> {
        let text = text.as_ref();
        if text.len() > MAX_LENGTH {
            return Err(Error::ConstraintTooLong);
        }
        let text = rewrite_ranges(text);
        let groups = split_alternatives(&text);
        if groups.len() > MAX_GROUPS {
            return Err(Error::TooManyGroups);
        }
        let groups = groups.into_iter().map(Group::parse).collect::<Result<_, _>>()?;
        Ok(Constraint { groups, include_prerelease: false })
    }

    /// Whether pre-releases are taken although no group names one (the field `IncludePrerelease`).
    pub fn include_prerelease(mut self, include: bool) -> Constraint {
        self.include_prerelease = include;
        self
    }

    /// Whether a version fits (`Check`).
    pub fn check(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| {
            let welcome = self.include_prerelease || group.has_prerelease;
            group.terms.iter().all(|term| term.accept(version, welcome).is_ok())
        })
    }

    /// Whether a version fits, and if not, why (`Validate`): one reason for each comparison that failed.
    pub fn validate(&self, version: &Version) -> (bool, Vec<String>) {
        let mut reasons = Vec::new();
        let mut told_prerelease = false;
        for group in &self.groups {
            let welcome = self.include_prerelease || group.has_prerelease;
            let unwelcome = !welcome && !version.prerelease().is_empty();
            let mut holds = true;
            for term in &group.terms {
                if let Err(refusal) = term.accept(version, welcome) {
                    holds = false;
                    // That the version is a pre-release is said once.
                    if !(unwelcome && told_prerelease) {
                        reasons.push(term.explain(refusal, version));
                    }
                    told_prerelease |= unwelcome;
                }
            }
            if holds {
                return (true, Vec::new());
            }
        }
        (false, reasons)
    }
}

impl fmt::Display for Constraint {
    /// `Constraints.String`: alternatives joined by ` || `, comparisons by a space.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, group) in self.groups.iter().enumerate() {
            if i > 0 {
                f.write_str(" || ")?;
            }
            for (j, term) in group.terms.iter().enumerate() {
                if j > 0 {
                    f.write_str(" ")?;
                }
                write!(f, "{term}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for Constraint {
    type Err = Error;

    fn from_str(text: &str) -> Result<Constraint, Error> {
        Constraint::parse(text)
    }
}

impl Group {
    /// The shape of the whole group is judged before any of its versions.
    fn parse(text: &[u8]) -> Result<Group, Error> {
        let terms = scan_terms(text).ok_or_else(|| Error::ImproperConstraint(text.to_vec()))?;
        let terms = terms
            .iter()
            .map(|(operator, spelling, version)| Term::new(*operator, spelling, version))
            .collect::<Result<Vec<_>, _>>()?;
        let has_prerelease = terms.iter().any(Term::has_prerelease);
        Ok(Group { terms, has_prerelease })
    }
}

/// Reads comparisons, separated by blanks or by one comma each.
fn scan_terms(text: &[u8]) -> Option<Vec<(Operator, &str, Scanned<'_>)>> {
    let mut terms = Vec::new();
    let mut rest = text;
    scan::take(&mut rest, scan::space);
    loop {
        let spelling = std::str::from_utf8(scan::take(&mut rest, is_operator)).ok()?;
        let operator = Operator::parse(spelling)?;
        scan::take(&mut rest, scan::space);
        let version = scan::version(rest, scan::digit_or_wildcard)?;
        rest = &rest[version.text.len()..];
        terms.push((operator, spelling, version));
        let blanks = scan::take(&mut rest, scan::space);
        match rest.split_first() {
            None => return Some(terms),
            Some((b',', after)) => rest = after,
            Some(_) if blanks.is_empty() => return None,
            Some(_) => {}
        }
        scan::take(&mut rest, scan::space);
    }
}

fn is_operator(byte: u8) -> bool {
    matches!(byte, b'=' | b'!' | b'<' | b'>' | b'~' | b'^')
}

fn split_alternatives(text: &[u8]) -> Vec<&[u8]> {
    let mut groups = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"||") {
        groups.push(&rest[..at]);
        rest = &rest[at + 2..];
    }
    groups.push(rest);
    groups
}

/// Writes hyphen ranges, `1.2 - 3`, as comparisons. As in the library a range's first text is replaced, wherever in
/// the constraint that text first stands.
fn rewrite_ranges(text: &[u8]) -> Cow<'_, [u8]> {
    let mut rewritten = Cow::Borrowed(text);
    let mut start = 0;
    while start < text.len() {
        let Some((length, low, high)) = range(&text[start..]) else {
            start += 1;
            continue;
        };
        let found = &text[start..start + length];
        if let Some(at) = rewritten.windows(length).position(|window| window == found) {
            let comparisons = format!(">= {low}, <= {high} ");
            rewritten.to_mut().splice(at..at + length, comparisons.into_bytes());
        }
        start += length;
    }
    rewritten
}

/// Reads a hyphen range with the blanks around it: its length and its two versions.
fn range(text: &[u8]) -> Option<(usize, &str, &str)> {
    let mut rest = text;
    scan::take(&mut rest, scan::space);
    let low = scan::version(rest, scan::digit_or_wildcard)?.text;
    rest = &rest[low.len()..];
    if scan::take(&mut rest, scan::space).is_empty() {
        return None;
    }
    rest = rest.strip_prefix(b"-")?;
    if scan::take(&mut rest, scan::space).is_empty() {
        return None;
    }
    let high = scan::version(rest, scan::digit_or_wildcard)?.text;
    rest = &rest[high.len()..];
    scan::take(&mut rest, scan::space);
    Some((text.len() - rest.len(), low, high))
}
