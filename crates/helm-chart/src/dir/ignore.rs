use super::glob::{self, BadPattern};

/// Why a `.helmignore` cannot be used; texts as Helm's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum IgnoreError {
    #[error("double-star (**) syntax is not supported")]
    DoubleStar,
    #[error("syntax error in pattern")]
    BadPattern,
    #[error("bufio.Scanner: token too long")]
    LineTooLong,
    #[error(".helmignore: too many rules for so many files")]
    TooMany,
}

impl From<BadPattern> for IgnoreError {
    fn from(_: BadPattern) -> Self {
        IgnoreError::BadPattern
    }
}

/// The longest line that Go's scanner takes.
const MAX_LINE: usize = 64 * 1024;

/// The rules of a `.helmignore` file.
///
/// Unlike in Git, the first rule that decides wins, `!` ignores what its pattern does *not* match, and `**` is
/// refused.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    pattern: String,
    /// Match the whole path; otherwise only its last element.
    whole_path: bool,
    negated: bool,
    folders_only: bool,
}

impl Rules {
    /// Reads the rules of a file.
    pub fn parse(data: &[u8]) -> Result<Rules, IgnoreError> {
        let mut rules = Rules::default();
        let data = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
        for line in data.split(|b| *b == b'\n') {
            if line.len() >= MAX_LINE {
                return Err(IgnoreError::LineTooLong);
            }
            rules.add(&String::from_utf8_lossy(line))?;
        }
        Ok(rules)
    }

    /// The number of rules.
    pub(super) fn len(&self) -> usize {
        self.rules.len()
    }

    /// Adds what Helm always ignores: hidden files in `templates/`.
    pub fn add_defaults(&mut self) {
        let hidden = Rule {
            pattern: "templates/.?*".to_owned(),
            whole_path: true,
            negated: false,
            folders_only: false,
        };
        self.rules.push(hidden);
    }

    fn add(&mut self, line: &str) -> Result<(), IgnoreError> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if line.contains("**") {
            return Err(IgnoreError::DoubleStar);
        }
        // As in Helm, the pattern is tried with its marks still on.
        glob::matches(line, "abc")?;
        let (negated, rest) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        let (folders_only, rest) = rest.strip_suffix('/').map_or((false, rest), |rest| (true, rest));
        let (rooted, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let whole_path = rooted || rest.contains('/');
        self.rules.push(Rule { pattern: rest.to_owned(), whole_path, negated, folders_only });
        Ok(())
    }

    /// Whether the file or folder at a path relative to the chart is to be left out.
    pub fn ignore(&self, path: &str, is_folder: bool) -> bool {
        if matches!(path, "" | "." | "./") {
            return false;
        }
        for rule in &self.rules {
            let fits = !rule.folders_only || is_folder;
            if rule.negated {
                if !fits || !rule.matches(path) {
                    return true;
                }
            } else if fits && rule.matches(path) {
                return true;
            }
        }
        false
    }
}

impl Rule {
    fn matches(&self, path: &str) -> bool {
        let name = if self.whole_path { path } else { path.rsplit('/').next().unwrap_or(path) };
        glob::matches(&self.pattern, name).unwrap_or(false)
    }
}
