//! Precedence (`Version.Compare`): numbers first, a pre-release before its release, metadata never.

use std::cmp::Ordering;

use crate::version::Version;

impl Ord for Version {
    /// `Version.Compare`: build metadata does not count.
    fn cmp(&self, other: &Self) -> Ordering {
        let numbers = |v: &Version| (v.major(), v.minor(), v.patch());
        numbers(self).cmp(&numbers(other)).then_with(|| match (self.prerelease(), other.prerelease()) {
            ("", "") => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (left, right) => prereleases(left, right),
        })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

/// Compares two pre-releases identifier by identifier; the one that ends first is the lesser.
pub(crate) fn prereleases(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let (l, r) = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (l, r) => (l.unwrap_or_default(), r.unwrap_or_default()),
        };
        match identifiers(l, r) {
            Ordering::Equal => {}
            unequal => return unequal,
        }
    }
}

/// Nothing before numbers before words. A row of digits beyond 64 bits counts as a word, as in the library.
fn identifiers(left: &str, right: &str) -> Ordering {
    match (left, right) {
        _ if left == right => return Ordering::Equal,
        ("", _) => return Ordering::Less,
        (_, "") => return Ordering::Greater,
        _ => {}
    }
    match (left.parse::<u64>(), right.parse::<u64>()) {
        (Ok(l), Ok(r)) => l.cmp(&r),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => left.cmp(right),
    }
}
