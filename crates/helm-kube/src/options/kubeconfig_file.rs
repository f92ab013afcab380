//! Reading one kubeconfig file, with Go's YAML: what client-go takes, and its errors, are the measure.

use std::io::ErrorKind;
use std::path::Path;

use govalue::strconv::quote;
use govalue::yaml::sigs;
use kube::config::{AuthInfo, Kubeconfig};
use serde_json::Value;

use crate::transport::system_reason;

/// Reads a file. Paths in it are relative to the folder it is in.
pub(super) fn read(path: &Path) -> Result<Kubeconfig, String> {
    let text = std::fs::read(path).map_err(|e| {
        let operation = if e.kind() == ErrorKind::IsADirectory { "read" } else { "open" };
        format!("{operation} {}: {}", path.display(), system_reason(&e))
    })?;
    let value = sigs::to_json_value(&text).map_err(|e| {
        // client-go's decoder shows go-yaml's error as it is.
        let line = e.line().map(|line| format!("line {line}: ")).unwrap_or_default();
        format!("yaml: {line}{}", e.message())
    })?;
    if value.is_null() {
        return Ok(Kubeconfig::default());
    }
    check_kind(&value)?;
    let mut kubeconfig: Kubeconfig = serde_json::from_value(value).map_err(|e| e.to_string())?;
    if let Some(folder) = path.parent() {
        make_absolute(&mut kubeconfig, folder);
    }
    Ok(kubeconfig)
}

/// Refuses what says to be something else, in the words of client-go's decoder.
fn check_kind(value: &Value) -> Result<(), String> {
    let found = match value {
        Value::Object(_) => None,
        Value::Array(_) => Some("array"),
        Value::Bool(_) => Some("bool"),
        Value::Number(_) => Some("number"),
        Value::String(_) | Value::Null => Some("string"),
    };
    if let Some(found) = found {
        return Err(format!(
            "couldn't get version/kind; json parse error: json: cannot unmarshal {found} into Go value of type struct \
             {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \
             \"json:\\\"kind,omitempty\\\"\" }}"
        ));
    }
    let text = |key: &str, default: &'static str| {
        value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).unwrap_or(default).to_owned()
    };
    let (version, kind) = (text("apiVersion", "v1"), text("kind", "Config"));
    if version != "v1" || kind != "Config" {
        let scheme = "pkg/runtime/scheme.go:111";
        return Err(format!(
            "no kind {} is registered for version {} in scheme \"{scheme}\"",
            quote(&kind),
            quote(&version)
        ));
    }
    Ok(())
}

fn make_absolute(kubeconfig: &mut Kubeconfig, folder: &Path) {
    for cluster in kubeconfig.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()) {
        join(folder, &mut cluster.certificate_authority);
    }
    for user in kubeconfig.auth_infos.iter_mut().filter_map(|named| named.auth_info.as_mut()) {
        let AuthInfo { client_certificate, client_key, token_file, exec, .. } = user;
        for file in [client_certificate, client_key, token_file] {
            join(folder, file);
        }
        // A bare command is looked for on the PATH, one with a folder in it beside the kubeconfig.
        if let Some(exec) = exec
            && exec.command.as_ref().is_some_and(|command| Path::new(command).components().count() > 1)
        {
            join(folder, &mut exec.command);
        }
    }
}

fn join(folder: &Path, file: &mut Option<String>) {
    if let Some(name) = file
        && !name.is_empty()
        && let Some(joined) = folder.join(&*name).to_str()
    {
        *name = joined.to_owned();
    }
}
