//! Replacement templates (`Regexp.Expand`).

use crate::unicode;

/// A replacement, read once for all matches.
pub(crate) struct Template<'t> {
    parts: Vec<Part<'t>>,
}

enum Part<'t> {
    Text(&'t [u8]),
    /// The groups meant: the first that took part is inserted.
    Groups(Vec<usize>),
}

impl<'t> Template<'t> {
    /// Reads a template. A dollar sign that starts no name stands for itself; a name that no group has, for nothing.
    pub fn parse(template: &'t [u8], names: &[Option<String>]) -> Template<'t> {
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some(dollar) = rest.iter().position(|&byte| byte == b'$') {
            let (before, after) = (&rest[..dollar], &rest[dollar + 1..]);
            if let Some(after) = after.strip_prefix(b"$") {
                parts.push(Part::Text(&rest[..=dollar]));
                rest = after;
            } else if let Some((name, after)) = name(after) {
                parts.push(Part::Text(before));
                parts.push(Part::Groups(groups(name, names)));
                rest = after;
            } else {
                parts.push(Part::Text(&rest[..=dollar]));
                rest = after;
            }
        }
        parts.push(Part::Text(rest));
        Template { parts }
    }

    /// How many groups the search must report, the whole match included.
    pub fn group_count(&self) -> usize {
        let groups = self.parts.iter().flat_map(|part| match part {
            Part::Groups(groups) => groups.as_slice(),
            Part::Text(_) => &[],
        });
        groups.max().map_or(1, |group| group + 1)
    }

    /// Appends the template, names replaced by what the groups matched, until there is more than `max`.
    pub fn expand<'g>(&self, out: &mut Vec<u8>, max: usize, group: impl Fn(usize) -> Option<&'g [u8]>) {
        for part in &self.parts {
            if out.len() > max {
                return;
            }
            match part {
                Part::Text(text) => out.extend_from_slice(text),
                Part::Groups(groups) => {
                    out.extend_from_slice(groups.iter().find_map(|&index| group(index)).unwrap_or_default());
                }
            }
        }
    }
}

/// Reads `name` or `{name}`; the longest name is taken.
fn name(text: &[u8]) -> Option<(&str, &[u8])> {
    let (braced, text) = match text.strip_prefix(b"{") {
        Some(text) => (true, text),
        None => (false, text),
    };
    let valid = text.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let length = valid.find(|c| c != '_' && !unicode::is_letter_or_digit(c)).unwrap_or(valid.len());
    let (name, rest) = (&valid[..length], &text[length..]);
    match (name, braced) {
        ("", _) => None,
        (name, true) => rest.strip_prefix(b"}").map(|rest| (name, rest)),
        (name, false) => Some((name, rest)),
    }
}

/// The groups that a name means: a number without needless zeros is a group's number.
fn groups(name: &str, names: &[Option<String>]) -> Vec<usize> {
    let number = name.bytes().all(|byte| byte.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    if number {
        return name.parse().ok().filter(|&group| group < names.len()).into_iter().collect();
    }
    (0..names.len()).filter(|&group| names[group].as_deref() == Some(name)).collect()
}
