use std::fmt;

use govalue::{Map, Str, Value};

/// One step into values.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Step {
    /// A key of a table.
    Key(Str),
    /// A position in a list, from 0.
    Index(usize),
}

/// A place in values: `image.tag`, `hosts[0].name`, `labels.app\.kubernetes\.io/name`, written as `--set` takes it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Path(pub Vec<Step>);

/// A path that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("invalid path {}: {reason}", govalue::strconv::quote(path.as_bytes()))]
pub struct PathError {
    /// The path as it was given.
    pub path: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl Path {
    /// Reads a path. It may begin with a dot or with `.Values.`, as templates write it; nothing is the whole of the
    /// values.
    pub fn parse(text: &str) -> Result<Path, PathError> {
        let fail = |reason| PathError { path: text.to_owned(), reason };
        let rest = match text.strip_prefix(".Values") {
            Some(rest) if rest.is_empty() || rest.starts_with(['.', '[']) => rest,
            _ => text,
        };
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        let (mut steps, mut name, mut named) = (Vec::new(), String::new(), false);
        let mut chars = rest.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => {
                    name.push(chars.next().ok_or_else(|| fail("it ends with a backslash"))?);
                    named = true;
                }
                '.' if named => {
                    steps.push(Step::Key(Str::from(std::mem::take(&mut name))));
                    named = false;
                }
                // After a position in a list.
                '.' if matches!(steps.last(), Some(Step::Index(_))) => {}
                '.' => return Err(fail("there is an empty name in it")),
                '[' => {
                    if std::mem::take(&mut named) {
                        steps.push(Step::Key(Str::from(std::mem::take(&mut name))));
                    }
                    let digits: String = chars.by_ref().take_while(|c| *c != ']').collect();
                    let index = digits.parse().map_err(|_| fail("what is in brackets is no number"))?;
                    steps.push(Step::Index(index));
                }
                c => {
                    name.push(c);
                    named = true;
                }
            }
        }
        if named {
            steps.push(Step::Key(Str::from(name)));
        } else if rest.ends_with('.') {
            return Err(fail("there is an empty name in it"));
        }
        Ok(Path(steps))
    }

    /// The path with one step more.
    #[must_use]
    pub fn then(&self, step: Step) -> Path {
        let mut steps = self.0.clone();
        steps.push(step);
        Path(steps)
    }

    /// The path with a key more.
    #[must_use]
    pub fn key(&self, key: impl Into<Str>) -> Path {
        self.then(Step::Key(key.into()))
    }

    /// The part before the first position in a list: the list itself.
    pub(crate) fn to_list(&self) -> Path {
        let keys = self.0.iter().take_while(|s| matches!(s, Step::Key(_)));
        Path(keys.cloned().collect())
    }

    /// The value at this path.
    pub fn find(&self, values: &Map) -> Option<Value> {
        self.0.iter().try_fold(Value::Map(values.clone()), |value, step| match (value, step) {
            (Value::Map(map), Step::Key(key)) => map.get(key),
            (Value::List(list), Step::Index(at)) => list.items().get(*at).cloned(),
            _ => None,
        })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => {
                    if at > 0 {
                        f.write_str(".")?;
                    }
                    for c in key.to_str().chars() {
                        if matches!(c, '.' | '[' | ']' | ',' | '=' | '\\') {
                            f.write_str("\\")?;
                        }
                        write!(f, "{c}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Path;

    #[test]
    fn paths_are_read_and_shown_alike() {
        for text in ["", "a", "a.b", "a[0].b", "a[0][1]", "labels.app\\.kubernetes\\.io/name"] {
            assert_eq!(Path::parse(text).expect("a path").to_string(), text);
        }
        for (text, same) in [(".Values.a.b", "a.b"), (".Values", ""), (".a", "a"), (".Valuesx", "Valuesx")] {
            assert_eq!(Path::parse(text).expect("a path").to_string(), same);
        }
        for (text, reason) in [
            ("a..b", "there is an empty name in it"),
            ("a.", "there is an empty name in it"),
            ("a[x]", "what is in brackets is no number"),
            ("a\\", "it ends with a backslash"),
        ] {
            assert_eq!(
                Path::parse(text).expect_err("no path").to_string(),
                format!("invalid path {}: {reason}", govalue::strconv::quote(text.as_bytes()))
            );
        }
    }
}
