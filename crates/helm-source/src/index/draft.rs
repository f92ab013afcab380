//! Putting an index together.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};

use gosemver::Version;
use helm_chart::ChartVersion;

use super::image::{CHARTS, CHECKED, CHECKSUM, COUNTS, Index, MAGIC, VALIDATORS, checksum_of};
use crate::http::Validators;

/// A version of a chart on its way into an index.
#[derive(Clone, Copy, Debug, Default)]
pub struct Listed<'a> {
    /// The chart's own name.
    pub name: &'a str,
    /// The version.
    pub version: &'a str,
    /// Version of the application inside.
    pub app_version: &'a str,
    /// One sentence about the chart.
    pub description: &'a str,
    /// SHA-256 of the archive.
    pub digest: &'a str,
}

/// A text's place: start and length.
type Place = (u32, u32);

/// An index that is being read.
#[derive(Debug, Default)]
pub struct Draft {
    text: Vec<u8>,
    known: HashMap<u64, Place>,
    charts: Vec<(String, Place, u32, u32)>,
    versions: Vec<[u32; 14]>,
    lists: Vec<Place>,
    notes: Vec<(String, [Place; 3])>,
    /// The versions of the chart that is being read.
    open: Vec<(Version, [u32; 14])>,
}

impl Draft {
    /// Adds a version of the chart that is being read. One that is no version is left out: validation told of it.
    pub fn version<'a>(
        &mut self,
        listed: Listed<'_>,
        keywords: impl IntoIterator<Item = &'a str>,
        urls: impl IntoIterator<Item = &'a str>,
    ) {
        let Ok(version) = Version::parse(listed.version) else { return };
        let texts = [listed.name, listed.version, listed.app_version, listed.description, listed.digest];
        let mut record = [0; 14];
        for (at, text) in texts.into_iter().enumerate() {
            (record[2 * at], record[2 * at + 1]) = self.intern(text);
        }
        (record[10], record[11]) = self.list(keywords);
        (record[12], record[13]) = self.list(urls);
        self.open.push((version, record));
    }

    /// Adds a version that was read whole.
    pub(super) fn entry(&mut self, entry: &ChartVersion) {
        let metadata = &entry.metadata;
        let listed = Listed {
            name: &metadata.name,
            version: &metadata.version,
            app_version: &metadata.app_version,
            description: &metadata.description,
            digest: &entry.digest,
        };
        let (keywords, urls) = (metadata.keywords.iter(), entry.urls.iter());
        self.version(listed, keywords.map(String::as_str), urls.map(String::as_str));
    }

    /// Ends a chart: all versions since the last one are its own.
    pub fn chart(&mut self, name: &str) {
        self.open.sort_by(|(a, _), (b, _)| b.cmp(a));
        let first = self.versions.len() as u32;
        self.versions.extend(self.open.drain(..).map(|(_, record)| record));
        let place = self.intern(name);
        self.charts.push((name.to_owned(), place, first, self.versions.len() as u32 - first));
    }

    /// Remembers that an entry was left out; without a reason there was none.
    pub fn note(&mut self, chart: &str, version: &str, error: &str) {
        let places = [self.intern(chart), self.intern(version), self.intern(error)];
        self.notes.push((chart.to_owned(), places));
    }

    /// The index.
    pub fn finish(mut self, validators: &Validators) -> Index {
        self.charts.sort_by(|a, b| a.0.cmp(&b.0));
        // Among the entries of one chart Helm goes from the last to the first.
        self.notes.reverse();
        self.notes.sort_by(|a, b| a.0.cmp(&b.0));
        let (etag, date) = (self.intern(&validators.etag), self.intern(&validators.last_modified));
        let mut image = vec![0; CHARTS];
        image[..8].copy_from_slice(MAGIC);
        let counts =
            [self.charts.len(), self.versions.len(), self.lists.len(), self.notes.len(), self.text.len()];
        for (at, count) in counts.into_iter().enumerate() {
            image[COUNTS + 4 * at..][..4].copy_from_slice(&(count as u32).to_le_bytes());
        }
        for (at, number) in [etag.0, etag.1, date.0, date.1].into_iter().enumerate() {
            image[VALIDATORS + 4 * at..][..4].copy_from_slice(&number.to_le_bytes());
        }
        let mut put = |number: u32| image.extend_from_slice(&number.to_le_bytes());
        for (_, place, first, count) in &self.charts {
            [place.0, place.1, *first, *count].into_iter().for_each(&mut put);
        }
        self.versions.iter().flatten().copied().for_each(&mut put);
        self.lists.iter().flat_map(|(start, length)| [*start, *length]).for_each(&mut put);
        let notes = self.notes.iter().flat_map(|(_, places)| places).flat_map(|(a, b)| [*a, *b]);
        notes.for_each(&mut put);
        image.append(&mut self.text);
        seal(&mut image);
        Index::from_image(image).unwrap_or_else(|| Draft::default().finish(&Validators::default()))
    }

    fn list<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) -> Place {
        let first = self.lists.len() as u32;
        for text in texts {
            let place = self.intern(text);
            self.lists.push(place);
        }
        (first, self.lists.len() as u32 - first)
    }

    /// The place of a text; what was seen before is not stored again.
    fn intern(&mut self, text: &str) -> Place {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let place = (self.text.len() as u32, text.len() as u32);
        match self.known.entry(hasher.finish()) {
            Entry::Occupied(known) => {
                let (start, length) = *known.get();
                let same = self.text.get(start as usize..(start + length) as usize);
                if same == Some(text.as_bytes()) {
                    return (start, length);
                }
            }
            Entry::Vacant(slot) => {
                slot.insert(place);
            }
        }
        self.text.extend_from_slice(text.as_bytes());
        place
    }
}

/// Writes the checksum of an image into it.
pub(super) fn seal(image: &mut [u8]) {
    let checksum = checksum_of(&image[CHECKED..]).to_le_bytes();
    image[CHECKSUM..CHECKED].copy_from_slice(&checksum);
}
