//! `helm push`.

use std::fs;
use std::io;
use std::path::Path;

use helm_source::oci::{self, Artifact, Reference};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::command::{Arity, BLANK, Command};
use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::flag::{INSECURE_SKIP_TLS_VERIFY, PASSWORD, REGISTRY, USERNAME};
use crate::parse::Args;
use crate::source;

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "push",
    usage: "push [chart] [remote]",
    short: "push a chart to a registry",
    long: "Pushes a packaged chart to a registry, and its provenance file if there is one beside it.",
    arity: Arity::AtLeast(2),
    flags: &[REGISTRY, &[INSECURE_SKIP_TLS_VERIFY, PASSWORD, USERNAME]],
    run: Some(run),
    ..BLANK
};

fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let [archive, remote] = args.positional()[..2] else {
        return Err(CliError::usage("\"helm push\" requires at least 2 arguments"));
    };
    let sources = source::sources(context);
    let session = oci::session(&sources, &source::access(args)).or_fail()?;
    let repository = repository(remote)?;
    let (metadata, artifact) = read(context, Path::new(archive))?;
    let joined = clean(&format!("{repository}/{}", metadata.name));
    let reference = Reference::parse(&format!("{joined}:{}", metadata.version)).or_fail()?;
    let manifest = artifact.manifest.0.digest.clone();
    source::run(context, async { session.push(&reference, artifact).await })?;
    oci::transferred("Pushed", &reference, &manifest)
        .iter()
        .for_each(|line| (sources.registries.output)(line));
    Ok(())
}

/// What follows `oci://`; other protocols have no pusher.
fn repository(remote: &str) -> Result<String, CliError> {
    let url = gonet::Url::parse(remote)
        .map_err(|_| CliError::new(format!("invalid chart URL format: {remote}")))?;
    match url.scheme.as_str() {
        "oci" => Ok(url.to_string().trim_start_matches(oci::SCHEME).to_owned()),
        "" => Err(CliError::new("scheme prefix missing from remote (e.g. \"oci://\")")),
        other => Err(CliError::new(format!("scheme {} not supported", crate::text::quote(other)))),
    }
}

/// Go's `path.Join` as far as repositories need it: empty parts and dots go.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The chart as a registry holds it. Its time is that of the archive's last change, as in Helm.
fn read(context: &Context, path: &Path) -> Result<(helm_chart::Metadata, Artifact), CliError> {
    let about = fs::metadata(path).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => CliError::new(format!("{}: no such file", path.display())),
        _ => CliError::new(crate::text::path_error("stat", path, &e)),
    })?;
    if about.is_dir() {
        return Err(CliError::new("cannot push directory, must provide chart archive (.tgz)"));
    }
    let mut warnings = Vec::new();
    let chart = helm_chart::load(path, context.compat(), &mut warnings).or_fail()?;
    warnings.iter().for_each(|warning| context.log.chart_warning(warning));
    let open =
        |path: &Path| fs::read(path).map_err(|e| CliError::new(crate::text::path_error("open", path, &e)));
    let archive = open(path)?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".prov");
    let beside = Path::new(&beside);
    let provenance = if beside.exists() { Some(open(beside)?) } else { None };
    let changed = Timestamp::try_from(about.modified().or_fail()?).or_fail()?;
    let artifact = Artifact::chart(&chart.metadata, archive, provenance, &rfc3339(changed)).or_fail()?;
    Ok((chart.metadata.clone(), artifact))
}

/// Go's `time.RFC3339` in the local time zone.
fn rfc3339(time: Timestamp) -> String {
    let local = time.to_zoned(TimeZone::system());
    let zone = if local.offset().is_zero() { "Z" } else { "%:z" };
    local.strftime(&format!("%Y-%m-%dT%H:%M:%S{zone}")).to_string()
}

#[cfg(test)]
mod tests {
    use super::{clean, repository};

    #[test]
    fn the_repository_is_what_follows_the_scheme() {
        let text = |remote| repository(remote).map_err(|e| e.to_string());
        assert_eq!(text("oci://h:5000/a//b/"), Ok("h:5000/a//b/".to_owned()));
        assert_eq!(clean("h:5000/a//b//../web"), "h:5000/a/web");
        assert_eq!(text("h/a"), Err("scheme prefix missing from remote (e.g. \"oci://\")".to_owned()));
        assert_eq!(text("https://h/a"), Err("scheme \"https\" not supported".to_owned()));
    }
}
