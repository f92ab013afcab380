//! Names that Kubernetes accepts, by kind (`k8s.io/apimachinery/pkg/api/validation`).

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
    and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_1123: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must \
    start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an \
    alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for \
    validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

/// Why a name is not accepted for a kind; empty when it is.
pub(super) fn problems(kind: &str, name: &str) -> Vec<String> {
    match kind.to_lowercase().as_str() {
        "service" => {
            check(name, 63, |n| is_label(n) && n.starts_with(|c: char| c.is_ascii_lowercase()), LABEL_1035)
        }
        "namespace" => {
            let dots = !is_label(name) && name.split('.').all(is_label);
            check(name, 63, is_label, if dots { "must not contain dots" } else { LABEL_1123 })
        }
        "certificatesigningrequest" => Vec::new(),
        "role" | "clusterrole" | "rolebinding" | "clusterrolebinding" => path_segment(name),
        _ => check(name, 253, |n| n.split('.').all(is_label), SUBDOMAIN),
    }
}

fn check(name: &str, longest: usize, fits: impl Fn(&str) -> bool, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if name.len() > longest {
        problems.push(format!("must be no more than {longest} characters"));
    }
    if !fits(name) {
        problems.push(text.to_owned());
    }
    problems
}

fn is_label(text: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.starts_with(alphanumeric)
        && text.ends_with(alphanumeric)
        && text.chars().all(|c| alphanumeric(c) || c == '-')
}

fn path_segment(name: &str) -> Vec<String> {
    if matches!(name, "." | "..") {
        return vec![format!("may not be '{name}'")];
    }
    ['/', '%'].iter().filter(|c| name.contains(**c)).map(|c| format!("may not contain '{c}'")).collect()
}

#[cfg(test)]
mod tests {
    use super::problems;

    #[test]
    fn kinds_have_rules_of_their_own() {
        assert!(problems("Deployment", "a.b-c.9").is_empty());
        assert_eq!(problems("Deployment", "Upper").len(), 1);
        assert_eq!(problems("Service", "9a").len(), 1);
        assert!(problems("Namespace", "9a").is_empty());
        assert!(problems("Role", "system:any Thing").is_empty());
        assert_eq!(problems("Role", "a/b%").len(), 2);
        assert_eq!(problems("ConfigMap", "").len(), 1);
    }
}
