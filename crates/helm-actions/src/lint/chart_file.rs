//! Rules for `Chart.yaml`.

use govalue::{Value, strconv, yaml};
use helm_chart::{Compat, Metadata, PathError, read_metadata, read_metadata_strict};

use super::address::{is_email, is_request_url, is_url};
use super::{Linter, Severity};

const FILE: &str = "Chart.yaml";

pub(super) fn check(linter: &mut Linter<'_>) {
    let path = linter.dir.join(FILE);
    let folder = if path.is_dir() { Err("should be a file, not a directory") } else { Ok(()) };
    linter.rule(Severity::Error, FILE, folder);
    let compat = linter.request.compat;
    let data = helm_chart::dir::read_regular(&path, helm_chart::MAX_CHART_SIZE).map_err(|e| {
        let operation = if e.kind() == std::io::ErrorKind::IsADirectory { "read" } else { "open" };
        PathError::new(operation, &path)(e).to_string()
    });
    let parsed = data.and_then(|data| {
        let metadata = read_metadata(&data, compat).map_err(|e| e.to_string())?;
        Ok((metadata, data))
    });
    let (metadata, data) = match parsed {
        Ok(parsed) => parsed,
        Err(e) => {
            linter.rule(Severity::Error, FILE, Err(format!("unable to parse YAML\n\t{e}")));
            return;
        }
    };
    if compat >= Compat::V4 {
        let strict = read_metadata_strict(&data, compat).map(|_| ());
        let strict = strict.map_err(|e| format!("failed to strictly parse chart metadata file\n\t{e}"));
        linter.rule(Severity::Warning, FILE, strict);
    }
    let raw = yaml::sigs::unmarshal(&data).unwrap_or_default();
    let rules: [(Severity, Result<(), String>); 12] = [
        (Severity::Error, name(&metadata)),
        (Severity::Error, api_version(&metadata)),
        (Severity::Error, is_string(&raw, "version")),
        (Severity::Error, version(&metadata)),
        (Severity::Error, is_string(&raw, "appVersion")),
        (Severity::Error, maintainers(&metadata)),
        (Severity::Error, sources(&metadata)),
        (Severity::Info, icon(&metadata)),
        (Severity::Error, icon_url(&metadata)),
        (Severity::Error, chart_type(&metadata)),
        (Severity::Error, dependencies(&metadata)),
        (Severity::Warning, if compat == Compat::V4 { strict_version(&metadata) } else { Ok(()) }),
    ];
    for (severity, outcome) in rules {
        linter.rule(severity, FILE, outcome);
    }
}

fn quoted(text: &str) -> String {
    strconv::quote(text.as_bytes())
}

fn fail(condition: bool, text: impl FnOnce() -> String) -> Result<(), String> {
    if condition { Err(text()) } else { Ok(()) }
}

fn name(m: &Metadata) -> Result<(), String> {
    fail(m.name.is_empty(), || "name is required".to_owned())?;
    fail(m.name.contains('/'), || format!("chart name {} is invalid", quoted(&m.name)))
}

fn api_version(m: &Metadata) -> Result<(), String> {
    let choice = "The value must be either \"v1\" or \"v2\"";
    fail(m.api_version.is_empty(), || format!("apiVersion is required. {choice}"))?;
    fail(!matches!(m.api_version.as_str(), "v1" | "v2"), || {
        format!("apiVersion '{}' is not valid. {choice}", m.api_version)
    })
}

/// YAML may have made a number of a version.
fn is_string(raw: &Value, key: &str) -> Result<(), String> {
    let value = raw.as_map().and_then(|m| m.get(key));
    match value {
        None | Some(Value::Str(_)) => Ok(()),
        Some(other) => Err(format!("{key} should be of type string but it's of type {}", other.type_name())),
    }
}

fn version(m: &Metadata) -> Result<(), String> {
    fail(m.version.is_empty(), || "version is required".to_owned())?;
    let parsed = gosemver::Version::parse(&m.version)
        .map_err(|_| format!("version '{}' is not a valid SemVer", m.version))?;
    let constraint = gosemver::Constraint::parse(">0.0.0-0").map_err(|e| e.to_string())?;
    let (valid, reasons) = constraint.validate(&parsed);
    match reasons.first() {
        Some(reason) if !valid => Err(format!("version {reason}")),
        _ => Ok(()),
    }
}

fn strict_version(m: &Metadata) -> Result<(), String> {
    match gosemver::Version::parse_strict(&m.version) {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("version '{}' is not a valid SemVerV2", m.version)),
    }
}

fn maintainers(m: &Metadata) -> Result<(), String> {
    fail(m.file_shape.null_maintainer, || "a maintainer entry is empty".to_owned())?;
    for maintainer in &m.maintainers {
        fail(maintainer.name.is_empty(), || "each maintainer requires a name".to_owned())?;
        fail(!maintainer.email.is_empty() && !is_email(&maintainer.email), || {
            format!("invalid email '{}' for maintainer '{}'", maintainer.email, maintainer.name)
        })?;
        fail(!maintainer.url.is_empty() && !is_url(&maintainer.url), || {
            format!("invalid url '{}' for maintainer '{}'", maintainer.url, maintainer.name)
        })?;
    }
    Ok(())
}

fn sources(m: &Metadata) -> Result<(), String> {
    match m.sources.iter().find(|s| !is_request_url(s)) {
        Some(source) => Err(format!("invalid source URL '{source}'")),
        None => Ok(()),
    }
}

fn icon(m: &Metadata) -> Result<(), String> {
    fail(m.icon.is_empty(), || "icon is recommended".to_owned())
}

fn icon_url(m: &Metadata) -> Result<(), String> {
    fail(!m.icon.is_empty() && !is_request_url(&m.icon), || format!("invalid icon URL '{}'", m.icon))
}

fn chart_type(m: &Metadata) -> Result<(), String> {
    fail(!m.chart_type.is_empty() && m.api_version != "v2", || {
        format!("chart type is not valid in apiVersion '{}'. It is valid in apiVersion 'v2'", m.api_version)
    })
}

fn dependencies(m: &Metadata) -> Result<(), String> {
    fail(!m.dependencies.is_empty() && m.api_version != "v2", || {
        format!(
            "dependencies are not valid in the Chart file with apiVersion '{}'. They are valid in apiVersion 'v2'",
            m.api_version
        )
    })
}
