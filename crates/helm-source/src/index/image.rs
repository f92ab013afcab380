//! The block of bytes: numbers of four bytes in little endian, then all texts, each only once.
//!
//! | part | content |
//! |---|---|
//! | head | [`MAGIC`], checksum of what follows, stamp of the source (24 bytes), numbers of entries, validators |
//! | charts | name, first version, number of versions; sorted by name |
//! | versions | seven texts and lists each; newest first within a chart |
//! | lists | texts: keywords and URLs |
//! | notes | what was left out of the index and why |
//! | text | UTF-8 |

use std::fmt;

use gosemver::Constraint;

use crate::http::Validators;

/// The first bytes; another layout gets another number.
pub(super) const MAGIC: &[u8; 8] = b"helmidx\x01";
/// Where the checksum is, and where what it is made over begins.
pub(super) const CHECKSUM: usize = 8;
pub(super) const CHECKED: usize = 12;
/// Where the stamp of the source is: size, time of change, number of the file.
pub(super) const STAMP: usize = 12;
/// Where the numbers of charts, versions, lists, notes and bytes of text are.
pub(super) const COUNTS: usize = 36;
/// Where the references to the two validators are.
pub(super) const VALIDATORS: usize = 56;
/// Where the charts begin.
pub(super) const CHARTS: usize = 72;
pub(super) const CHART_SIZE: usize = 16;
pub(super) const VERSION_SIZE: usize = 56;
pub(super) const LIST_SIZE: usize = 8;
pub(super) const NOTE_SIZE: usize = 24;

/// An index that was read before.
#[derive(Clone)]
pub struct Index {
    image: Vec<u8>,
    charts: usize,
    versions: usize,
    versions_at: usize,
    lists_at: usize,
    notes: usize,
    notes_at: usize,
    text_at: usize,
}

impl Index {
    /// Takes an image; `None` when it is not one, or was damaged.
    pub(super) fn from_image(image: Vec<u8>) -> Option<Index> {
        if image.get(..8)? != MAGIC || image.len() < CHARTS {
            return None;
        }
        let checksum = u32::from_le_bytes(image.get(CHECKSUM..CHECKED)?.try_into().ok()?);
        if checksum_of(image.get(CHECKED..)?) != checksum {
            return None;
        }
        let count = |at: usize| number(&image, COUNTS + 4 * at) as usize;
        let (charts, versions, lists, notes, text) = (count(0), count(1), count(2), count(3), count(4));
        let versions_at = CHARTS + charts * CHART_SIZE;
        let lists_at = versions_at + versions * VERSION_SIZE;
        let notes_at = lists_at + lists * LIST_SIZE;
        let text_at = notes_at + notes * NOTE_SIZE;
        if text_at + text != image.len() || std::str::from_utf8(&image[text_at..]).is_err() {
            return None;
        }
        Some(Index { image, charts, versions, versions_at, lists_at, notes, notes_at, text_at })
    }

    pub(super) fn image(&self) -> &[u8] {
        &self.image
    }

    fn text(&self, at: usize) -> &str {
        let (start, length) = (number(&self.image, at) as usize, number(&self.image, at + 4) as usize);
        let bytes = self.image.get(self.text_at + start..self.text_at + start + length);
        bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// What the server gave to ask with whether the index changed.
    pub fn validators(&self) -> Validators {
        Validators {
            etag: self.text(VALIDATORS).to_owned(),
            last_modified: self.text(VALIDATORS + 8).to_owned(),
        }
    }

    /// The charts by name.
    pub fn charts(&self) -> impl ExactSizeIterator<Item = Chart<'_>> {
        (0..self.charts).map(|at| Chart { index: self, at: CHARTS + at * CHART_SIZE })
    }

    /// The chart of a name.
    pub fn chart(&self, name: &str) -> Option<Chart<'_>> {
        let (mut low, mut high) = (0, self.charts);
        while low < high {
            let middle = low.midpoint(high);
            let chart = Chart { index: self, at: CHARTS + middle * CHART_SIZE };
            match chart.name().cmp(name) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(chart),
            }
        }
        None
    }

    /// What was left out of the index.
    pub fn notes(&self) -> impl Iterator<Item = Note<'_>> {
        (0..self.notes).map(|at| {
            let at = self.notes_at + at * NOTE_SIZE;
            Note { chart: self.text(at), version: self.text(at + 8), error: self.text(at + 16) }
        })
    }

    /// The version that a text means: the newest stable one for none, the exact one, or the newest in a range.
    pub fn get(&self, name: &str, version: &str) -> Result<Version<'_>, NotListed> {
        let chart = self.chart(name).ok_or(NotListed::Name)?;
        if chart.versions().len() == 0 {
            return Err(NotListed::Versions);
        }
        let constraint = Constraint::parse(if version.is_empty() { "*" } else { version })
            .map_err(|e| NotListed::Constraint(e.to_string()))?;
        let exact = chart.versions().find(|v| !version.is_empty() && v.version() == version);
        let fits = |v: &Version<'_>| {
            gosemver::Version::parse(v.version()).is_ok_and(|version| constraint.check(&version))
        };
        exact
            .or_else(|| chart.versions().find(fits))
            .ok_or_else(|| NotListed::Version { name: name.to_owned(), version: version.to_owned() })
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").field("charts", &self.charts).field("versions", &self.versions).finish()
    }
}

/// A chart in an index.
#[derive(Clone, Copy, Debug)]
pub struct Chart<'a> {
    index: &'a Index,
    at: usize,
}

impl<'a> Chart<'a> {
    /// The name under which the index lists it.
    pub fn name(self) -> &'a str {
        self.index.text(self.at)
    }

    /// Its versions, newest first.
    pub fn versions(self) -> impl DoubleEndedIterator<Item = Version<'a>> + ExactSizeIterator {
        let first = number(&self.index.image, self.at + 8) as usize;
        let count = number(&self.index.image, self.at + 12) as usize;
        let count = count.min(self.index.versions.saturating_sub(first));
        (first..first + count)
            .map(move |at| Version { index: self.index, at: self.index.versions_at + at * VERSION_SIZE })
    }
}

/// A version of a chart in an index.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    index: &'a Index,
    at: usize,
}

impl<'a> Version<'a> {
    /// The chart's own name.
    pub fn name(self) -> &'a str {
        self.index.text(self.at)
    }

    /// The version.
    pub fn version(self) -> &'a str {
        self.index.text(self.at + 8)
    }

    /// Version of the application inside.
    pub fn app_version(self) -> &'a str {
        self.index.text(self.at + 16)
    }

    /// One sentence about the chart.
    pub fn description(self) -> &'a str {
        self.index.text(self.at + 24)
    }

    /// SHA-256 of the archive as the index has it, or nothing.
    pub fn digest(self) -> &'a str {
        self.index.text(self.at + 32)
    }

    /// Words to find the chart by.
    pub fn keywords(self) -> impl ExactSizeIterator<Item = &'a str> {
        self.list(self.at + 40)
    }

    /// Where the archive is.
    pub fn urls(self) -> impl ExactSizeIterator<Item = &'a str> {
        self.list(self.at + 48)
    }

    fn list(self, at: usize) -> impl ExactSizeIterator<Item = &'a str> {
        let index = self.index;
        let (first, count) = (number(&index.image, at) as usize, number(&index.image, at + 4) as usize);
        let all = (index.notes_at - index.lists_at) / LIST_SIZE;
        let count = count.min(all.saturating_sub(first));
        (first..first + count).map(move |at| index.text(index.lists_at + at * LIST_SIZE))
    }
}

/// An entry that was left out of an index because it is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note<'a> {
    /// The name under which the index lists the chart.
    pub chart: &'a str,
    /// The version, as far as there was one.
    pub version: &'a str,
    /// What is wrong; empty when there was no entry at all.
    pub error: &'a str,
}

/// Why an index does not give a version; texts as Helm's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotListed {
    /// No chart of that name.
    #[error("no chart name found")]
    Name,
    /// The chart has no versions.
    #[error("no chart version found")]
    Versions,
    /// The version that was asked for is none.
    #[error("{0}")]
    Constraint(String),
    /// No version fits.
    #[error("no chart version found for {name}-{version}")]
    Version {
        /// The chart.
        name: String,
        /// What was asked for.
        version: String,
    },
}

fn number(image: &[u8], at: usize) -> u32 {
    image.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
}

pub(super) fn checksum_of(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
