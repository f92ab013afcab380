//! `helm create`.

use std::path::Path;

use helm_chart::{Time, scaffold};

use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::parse::Args;

pub(crate) fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let target = args.positional()[0];
    context.println(&format!("Creating {target}"))?;
    let (parent, name) = split(target);
    let Some(starter) = args.text_if_given("starter") else {
        let created = scaffold::create(name, Path::new(parent)).or_fail()?;
        return created.overwritten.iter().try_for_each(|file| {
            context.println(&format!(
                "WARNING: File {} already exists. Overwriting.",
                crate::text::quote(&file.to_string_lossy())
            ))
        });
    };
    // An absolute path replaces the folder of starters.
    let starter = context.settings.data_home.join("starters").join(starter);
    let now = Time::from_unix(jiff::Timestamp::now().as_second(), 0);
    let mut warnings = Vec::new();
    let metadata = scaffold::starter_metadata(name);
    let created =
        scaffold::create_from(metadata, Path::new(parent), &starter, now, context.compat(), &mut warnings);
    warnings.iter().for_each(|w| context.log.chart_warning(w));
    created.or_fail().map(|_| ())
}

/// Go's `filepath.Dir` and `filepath.Base`.
fn split(path: &str) -> (&str, &str) {
    let parent = match path.rsplit_once('/') {
        Some((parent, _)) if parent.trim_end_matches('/').is_empty() => "/",
        Some((parent, _)) => parent.trim_end_matches('/'),
        None => ".",
    };
    let trimmed = path.trim_end_matches('/');
    let name = trimmed.rsplit('/').next().unwrap_or(trimmed);
    match name {
        "" if path.is_empty() => (parent, "."),
        "" => (parent, "/"),
        name => (parent, name),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn paths_are_split_as_in_go() {
        for (path, parts) in [
            ("a", (".", "a")),
            ("a/b", ("a", "b")),
            ("a/b/", ("a/b", "b")),
            ("a//b", ("a", "b")),
            ("/a", ("/", "a")),
            ("/", ("/", "/")),
            ("", (".", ".")),
            (".", (".", ".")),
        ] {
            assert_eq!(split(path), parts, "{path}");
        }
    }
}
