//! Which of a repository's tags are versions, and which of them is meant.

use gosemver::{Constraint, Version};
use helm_chart::Compat;

/// Why no tag fits; texts as Helm's `GetTagMatchingVersionOrConstraint`.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum SelectError {
    #[error(transparent)]
    Constraint(#[from] gosemver::Error),
    #[error("{} not locate a version matching provided version string {wanted}", could(*.compat))]
    NoMatch { wanted: String, compat: Compat },
}

fn could(compat: Compat) -> &'static str {
    if compat == Compat::V3 { "Could" } else { "could" }
}

/// The chart versions among tags, the newest first: tags that are strict semantic versions once `_` is `+` again.
pub fn versions<T: AsRef<str>>(tags: impl IntoIterator<Item = T>) -> Vec<String> {
    let parse = |tag: T| Version::parse_strict(tag.as_ref().replace('_', "+")).ok();
    let mut versions: Vec<Version> = tags.into_iter().filter_map(parse).collect();
    versions.sort_by(|a, b| b.cmp(a));
    versions.iter().map(Version::to_string).collect()
}

/// The versions that a version or constraint means, best first; never empty. No text means any released version.
pub fn matching<'v>(
    versions: &'v [String],
    wanted: &str,
    compat: Compat,
) -> Result<Vec<&'v str>, SelectError> {
    if let Some(exact) = versions.iter().find(|v| *v == wanted) {
        return Ok(vec![exact]);
    }
    let constraint = Constraint::parse(if wanted.is_empty() { "*" } else { wanted })?;
    let fits = |v: &&String| Version::parse(v).is_ok_and(|v| constraint.check(&v));
    let found: Vec<&str> = versions.iter().filter(fits).map(String::as_str).collect();
    match found.is_empty() {
        true => Err(SelectError::NoMatch { wanted: wanted.to_owned(), compat }),
        false => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use helm_chart::Compat;

    use super::{matching, versions};

    #[test]
    fn versions_are_sorted_and_other_tags_left_out() {
        let tags =
            ["latest", "1.2", "v1.0.0", "0.9.0", "1.10.0", "1.9.0_b1", "2.0.0-rc.1", "sha256-abc", "1.9.0"];
        assert_eq!(versions(tags), ["2.0.0-rc.1", "1.10.0", "1.9.0+b1", "1.9.0", "0.9.0"]);
    }

    #[test]
    fn the_newest_that_fits_is_meant() {
        let versions = versions(["2.0.0-rc.1", "1.10.0", "1.9.0_b1", "0.9.0"]);
        let first = |wanted| matching(&versions, wanted, Compat::V4).map(|v| v[0].to_owned());
        for (wanted, found) in [
            ("", "1.10.0"),
            ("~1.9", "1.9.0+b1"),
            (">0.0.0-0", "2.0.0-rc.1"),
            ("1.9.0+b1", "1.9.0+b1"),
            ("<1", "0.9.0"),
        ] {
            assert_eq!(first(wanted).expect(wanted), found);
        }
        let text = |wanted, compat| matching(&versions, wanted, compat).expect_err(wanted).to_string();
        assert_eq!(text("^7", Compat::V4), "could not locate a version matching provided version string ^7");
        assert_eq!(text("^7", Compat::V3), "Could not locate a version matching provided version string ^7");
        assert_eq!(text("no", Compat::V4), "improper constraint: \"no\"");
    }
}
