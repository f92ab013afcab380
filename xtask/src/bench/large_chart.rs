//! A large chart: ten custom resource definitions of some 300 KB each, and 114 objects of twelve kinds.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Definitions in `crds/`.
pub(super) const DEFINITIONS: usize = 10;
/// Objects that the templates render to.
pub(super) const OBJECTS: usize = 114;

/// The group of the definitions.
pub(super) const GROUP: &str = "bench.example.com";

/// Names of properties. They differ, so that what is stored of the chart is not all repetition.
const WORDS: [&str; 16] = [
    "affinity", "backoff", "capacity", "domain", "endpoint", "filter", "gateway", "header", "interval",
    "journal", "kernel", "limit", "matcher", "network", "origin", "policy",
];

/// Writes the chart into a folder.
pub(super) fn write(dir: &Path) -> Result<(), String> {
    let put = |path: &str, text: &str| {
        let path = dir.join(path);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::write(&path, text)).map_err(|e| format!("{}: {e}", path.display()))
    };
    put("Chart.yaml", "apiVersion: v2\nname: large\nversion: 1.0.0\n")?;
    put("values.yaml", "image: registry.example.com/app:1.0\nlevel: info\n")?;
    for at in 0..DEFINITIONS {
        put(&format!("crds/kind-{at:02}.yaml"), &definition(at))?;
    }
    for (name, count, body) in KINDS {
        put(&format!("templates/{name}.yaml"), &template(name, *count, body))?;
    }
    Ok(())
}

/// The kinds of the objects: how many there are, and their text below the metadata.
const KINDS: &[(&str, usize, &str)] = &[
    ("serviceaccount", 12, "apiVersion: v1\nkind: ServiceAccount\n"),
    ("secret", 6, "apiVersion: v1\nkind: Secret\nstringData:\n  token: {{ printf \"token-%d\" $i }}\n"),
    (
        "configmap",
        18,
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  level: {{ $.Values.level }}\n  rules.yaml: |\n    \
         {{- range $n := until 40 }}\n    - name: rule-{{ $n }}\n      match: app-{{ $i }}\n    {{- end }}\n",
    ),
    (
        "role",
        12,
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nrules:\n- apiGroups: [\"\"]\n  resources: [pods]\n  \
         verbs: [get, list]\n",
    ),
    (
        "rolebinding",
        12,
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nroleRef: {apiGroup: rbac.authorization.k8s.io, \
         kind: Role, name: \"large-role-{{ $i }}\"}\nsubjects:\n- {kind: ServiceAccount, name: \
         \"large-serviceaccount-{{ $i }}\", namespace: \"{{ $.Release.Namespace }}\"}\n",
    ),
    (
        "service",
        12,
        "apiVersion: v1\nkind: Service\nspec:\n  selector: {app: \"app-{{ $i }}\"}\n  ports:\n  - {name: http, port: \
         80, targetPort: 8080}\n",
    ),
    (
        "deployment",
        12,
        "apiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: 0\n  selector: {matchLabels: {app: \"app-{{ $i }}\"}}\n  \
         template:\n    metadata: {labels: {app: \"app-{{ $i }}\"}}\n    spec:\n      serviceAccountName: \
         large-serviceaccount-{{ $i }}\n      containers:\n      - name: app\n        image: {{ $.Values.image }}\n        \
         env:\n        {{- range $n := until 12 }}\n        - {name: VARIABLE_{{ $n }}, value: \"{{ $n }}\"}\n        \
         {{- end }}\n        ports: [{name: http, containerPort: 8080}]\n        readinessProbe: {httpGet: {path: \
         /ready, port: http}}\n        resources: {requests: {cpu: 10m, memory: 16Mi}}\n",
    ),
    (
        "poddisruptionbudget",
        6,
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nspec:\n  maxUnavailable: 1\n  selector: {matchLabels: {app: \
         \"app-{{ $i }}\"}}\n",
    ),
    (
        "networkpolicy",
        6,
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec:\n  podSelector: {matchLabels: {app: \"app-{{ $i \
         }}\"}}\n  ingress:\n  - ports: [{port: 8080, protocol: TCP}]\n",
    ),
    (
        "ingress",
        4,
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nspec:\n  rules:\n  - host: app-{{ $i }}.example.com\n    \
         http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: \"large-service-{{ $i }}\", port: {name: \
         http}}}}]}\n",
    ),
    (
        "cronjob",
        4,
        "apiVersion: batch/v1\nkind: CronJob\nspec:\n  schedule: \"0 4 1 1 *\"\n  jobTemplate:\n    spec:\n      \
         template:\n        spec:\n          restartPolicy: Never\n          containers: [{name: job, image: \
         \"{{ $.Values.image }}\"}]\n",
    ),
    (
        "custom",
        10,
        "apiVersion: bench.example.com/v1\nkind: Kind{{ printf \"%02d\" $i }}\nspec:\n  name: custom-{{ $i }}\n",
    ),
];

fn template(name: &str, count: usize, body: &str) -> String {
    let metadata = format!(
        "metadata:\n  name: large-{name}-{{{{ $i }}}}\n  labels:\n    app.kubernetes.io/name: large\n    \
         app.kubernetes.io/instance: {{{{ $.Release.Name }}}}\n"
    );
    format!("{{{{- range $i := until {count} }}}}\n---\n{metadata}{body}{{{{- end }}}}\n")
}

fn definition(at: usize) -> String {
    let mut text = format!(
        "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: kind{at:02}s.{GROUP}
spec:
  group: {GROUP}
  names: {{kind: Kind{at:02}, listKind: Kind{at:02}List, plural: kind{at:02}s, singular: kind{at:02}}}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              name: {{type: string}}
"
    );
    for (outer, word) in WORDS.iter().enumerate() {
        let _ = writeln!(
            text,
            "              {word}:\n                type: object\n                properties:"
        );
        for middle in 0..5 {
            let _ = writeln!(
                text,
                "                  part{middle}:\n                    type: object\n                    properties:"
            );
            for (inner, leaf) in WORDS.iter().enumerate() {
                let _ = writeln!(
                    text,
                    "                      {leaf}:\n                        type: {kind}\n                        \
                     description: |-\n                          The {leaf} of part {middle} of the {word}, number \
                     {number}.\n                          More is told in the manual of the operator.",
                    kind = ["string", "integer", "boolean"][(outer + inner) % 3],
                    number = at * 7919 + outer * 211 + middle * 31 + inner,
                );
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_told() {
        assert_eq!(KINDS.iter().map(|(_, count, _)| count).sum::<usize>(), OBJECTS);
    }
}
