//! Lock files: the digest by which Helm knows whether they still fit, and how they are written.

use std::fs;
use std::io::Write;
use std::path::Path;

use govalue::json;
use helm_chart::{Dependency, Lock, PathError};
use sha2::{Digest, Sha256};

/// The digest over what a chart asks for and what was resolved (Helm's `HashReq`): SHA-256 of both lists as Go
/// encodes them in JSON.
pub(super) fn digest(asked: &[Dependency], resolved: &[Dependency]) -> String {
    hash(&format!("[{},{}]", list(asked), list(resolved)))
}

/// Whether a lock belongs to what a chart asks for.
pub(super) fn fits(asked: &[Dependency], lock: &Lock) -> bool {
    if digest(asked, &lock.dependencies) == lock.digest {
        return true;
    }
    // Go tells an absent list, which is null, from an empty one.
    if !asked.is_empty() && !lock.dependencies.is_empty() {
        return false;
    }
    let forms = |all: &[Dependency]| match all {
        [] => vec!["[]".to_owned(), "null".to_owned()],
        all => vec![list(all)],
    };
    let locked = forms(&lock.dependencies);
    forms(asked).iter().any(|a| locked.iter().any(|l| hash(&format!("[{a},{l}]")) == lock.digest))
}

/// The digest that Helm 2 put into `requirements.lock` (Helm's `HashV2Req`).
pub(super) fn digest_of_helm2(asked: &[Dependency]) -> String {
    hash(&format!("{{\"dependencies\":{}}}", list(asked)))
}

fn hash(text: &str) -> String {
    let bytes = Sha256::digest(text.as_bytes());
    bytes.iter().fold("sha256:".to_owned(), |mut out, byte| {
        out.push_str(&format!("{byte:02x}"));
        out
    })
}

/// The list in Go's JSON: fields in the order of Helm's struct, empty ones left out, `<`, `>` and `&` escaped.
fn list(all: &[Dependency]) -> String {
    let entries: Vec<String> = all.iter().map(entry).collect();
    format!("[{}]", entries.join(","))
}

fn entry(dependency: &Dependency) -> String {
    let mut out = format!("{{\"name\":{}", string(&dependency.name));
    let mut text = |key: &str, value: &str, always: bool| {
        if always || !value.is_empty() {
            out.push_str(&format!(",\"{key}\":{}", string(value)));
        }
    };
    text("version", &dependency.version, false);
    text("repository", &dependency.repository, true);
    text("condition", &dependency.condition, false);
    if !dependency.tags.is_empty() {
        let tags: Vec<String> = dependency.tags.iter().map(|t| string(t)).collect();
        out.push_str(&format!(",\"tags\":[{}]", tags.join(",")));
    }
    if dependency.enabled {
        out.push_str(",\"enabled\":true");
    }
    if !dependency.import_values.is_empty() {
        let values: Vec<String> = dependency.import_values.iter().map(any).collect();
        out.push_str(&format!(",\"import-values\":[{}]", values.join(",")));
    }
    if !dependency.alias.is_empty() {
        out.push_str(&format!(",\"alias\":{}", string(&dependency.alias)));
    }
    out.push('}');
    out
}

fn string(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    json::append_string(&mut out, text.as_bytes(), true);
    String::from_utf8_lossy(&out).into_owned()
}

/// A value that Go read into `any`: its numbers are `float64`.
fn any(value: &serde_json::Value) -> String {
    let encoded = json::decode(value.to_string().as_bytes()).and_then(|value| json::encode(&value));
    encoded.map_or_else(|_| "null".to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Why a lock file cannot be written; texts as Helm's.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum LockError {
    #[error("error getting info for {}: {source}", quoted(path))]
    Unknown { path: String, source: PathError },
    #[error("the {file} file is a symlink to {}", quoted(target))]
    Link { file: &'static str, target: String },
    #[error("{0}")]
    Yaml(#[from] govalue::yaml::YamlError),
    #[error("{0}")]
    Path(#[from] PathError),
}

fn quoted(text: &str) -> String {
    govalue::strconv::quote(text.as_bytes())
}

/// What a lock file is named while it is written.
const TEMPORARY: (&str, &str) = (".helm-", ".lock.tmp");

/// Whether a file of this name is a lock file that is being written.
pub(super) fn is_temporary(name: &str) -> bool {
    name.strip_prefix(TEMPORARY.0).is_some_and(|rest| rest.ends_with(TEMPORARY.1))
}

/// Writes the lock file of a chart; an old one is there until the new one is complete.
pub(super) fn write(chart: &str, lock: &Lock, file: &'static str) -> Result<(), LockError> {
    let path = super::path::join(&[chart, file]);
    let target = Path::new(&path);
    let fail = |operation| {
        let path = path.clone();
        move |source| PathError { operation, path, source }
    };
    let old = match fs::symlink_metadata(target) {
        Ok(found) if found.is_symlink() => {
            let target = fs::read_link(target).map_err(fail("readlink"))?;
            return Err(LockError::Link { file, target: target.to_string_lossy().into_owned() });
        }
        Ok(found) => Some(found.permissions()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(e) => return Err(LockError::Unknown { path: path.clone(), source: fail("lstat")(e) }),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1);
    // As any new file: what the umask leaves of this.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut written = builder.tempfile_in(chart).map_err(fail("open"))?;
    written.write_all(&text(lock)?).map_err(fail("write"))?;
    if let Some(permissions) = old {
        fs::set_permissions(written.path(), permissions).map_err(fail("chmod"))?;
    }
    written.persist(target).map_err(|e| fail("open")(e.error))?;
    Ok(())
}

/// The text of a lock file that was made here: without dependencies the list is empty, not absent.
fn text(lock: &Lock) -> Result<Vec<u8>, LockError> {
    if !lock.dependencies.is_empty() {
        return Ok(lock.to_yaml()?);
    }
    let generated = lock.generated.to_string();
    let fields = serde_json::json!({"dependencies": [], "digest": lock.digest, "generated": generated});
    Ok(govalue::yaml::sigs::marshal_json(&fields)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_go_json() {
        let dependency = Dependency {
            name: "a<b".to_owned(),
            version: "1.x".to_owned(),
            tags: vec!["t".to_owned()],
            import_values: vec![serde_json::json!({"parent": "p", "child": "c"}), serde_json::json!(1e21)],
            ..Dependency::default()
        };
        assert_eq!(
            entry(&dependency),
            r#"{"name":"a\u003cb","version":"1.x","repository":"","tags":["t"],"import-values":[{"child":"c","parent":"p"},1e+21]}"#
        );
    }

    #[test]
    fn a_new_lock_is_a_plain_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let chart = folder.path().to_str().expect("a plain path");
        let lock = Lock { digest: digest(&[], &[]), ..Lock::default() };
        write(chart, &lock, "Chart.lock").expect("written");
        let text = fs::read_to_string(folder.path().join("Chart.lock")).expect("readable");
        assert!(text.starts_with("dependencies: []\ndigest: sha256:"), "{text}");
        assert!(fits(&[], &helm_chart::read_lock(text.as_bytes(), helm_chart::Compat::V4).unwrap().unwrap()));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
}
