//! Reading one kubeconfig file, with Go's YAML: what client-go takes, and its errors, are the measure.

use std::path::Path;

use govalue::yaml::sigs;
use kube::config::{AuthInfo, Kubeconfig};

use crate::transport::system_reason;

/// Reads a file. Paths in it are relative to the folder it is in.
pub(super) fn read(path: &Path) -> Result<Kubeconfig, String> {
    let text = std::fs::read(path).map_err(|e| format!("open {}: {}", path.display(), system_reason(&e)))?;
    let value = sigs::to_json_value(&text).map_err(|e| {
        // client-go's decoder shows go-yaml's error as it is.
        let line = e.line().map(|line| format!("line {line}: ")).unwrap_or_default();
        format!("yaml: {line}{}", e.message())
    })?;
    if value.is_null() {
        return Ok(Kubeconfig::default());
    }
    let mut kubeconfig: Kubeconfig = serde_json::from_value(value).map_err(|e| e.to_string())?;
    if let Some(folder) = path.parent() {
        make_absolute(&mut kubeconfig, folder);
    }
    Ok(kubeconfig)
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
