//! Rules for custom resource definitions (Helm 4).

use super::{Linter, Severity, documents};

const FOLDER: &str = "crds/";

pub(super) fn check(linter: &mut Linter<'_>) {
    let dir = linter.dir.join("crds");
    if !dir.exists() {
        return;
    }
    let folder = if dir.is_dir() { Ok(()) } else { Err("not a directory") };
    if !linter.rule(Severity::Error, FOLDER, folder) {
        return;
    }
    let chart = match linter.load() {
        Ok(chart) => chart,
        Err(e) => {
            linter.rule(Severity::Error, FOLDER, Err(e));
            return;
        }
    };
    for crd in chart.crds() {
        for document in documents::read(&crd.file.data.to_str(), linter.request.compat) {
            let head = match document {
                Ok(Some(head)) => head,
                Ok(None) => continue,
                Err(e) => {
                    linter.rule(Severity::Error, crd.name, Err(format!("unable to parse YAML: {e}")));
                    return;
                }
            };
            let version = head.api_version.starts_with("apiextensions.k8s.io");
            let version = if version { Ok(()) } else { Err("apiVersion is not in 'apiextensions.k8s.io'") };
            linter.rule(Severity::Error, crd.name, version);
            let kind = head.kind == "CustomResourceDefinition";
            let kind = if kind { Ok(()) } else { Err("object kind is not 'CustomResourceDefinition'") };
            linter.rule(Severity::Error, crd.name, kind);
        }
    }
}
