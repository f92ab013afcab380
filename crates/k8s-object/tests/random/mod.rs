//! Random Kubernetes objects and changes to them.

#![allow(dead_code, reason = "each test uses its own part")]

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

/// The seed and number of cases of a run: `SEED` and `CASES`, or by the clock and the test's own number.
pub fn settings(cases: usize) -> (u64, usize) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |d| d.as_nanos() as u64);
    (number("SEED").unwrap_or_else(clock), number("CASES").map_or(cases, |n| n as usize))
}

/// A small generator of random numbers (SplitMix64).
pub struct Random {
    state: u64,
    /// Whether what a patch cannot say, or says ambiguously, is left out: nulls, lists whose elements share their
    /// merge key.
    unambiguous: bool,
}

impl Random {
    pub fn new(seed: u64) -> Random {
        Random { state: seed, unambiguous: false }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    pub fn unambiguous_object(&mut self, api_version: &str, kind: &str) -> Value {
        self.unambiguous = true;
        self.object(api_version, kind)
    }

    pub fn unambiguous_mutated(&mut self, value: &Value) -> Value {
        self.unambiguous = true;
        self.mutated(value)
    }

    /// An object of a kind, with fields the kind has and some it has not.
    pub fn object(&mut self, api_version: &str, kind: &str) -> Value {
        let mut object = json!({
            "apiVersion": api_version,
            "kind": kind,
            "metadata": { "name": "web", "labels": self.labels(), "finalizers": self.words() },
        });
        if self.chance(30) {
            object["metadata"]["ownerReferences"] = self.keyed("uid", &["name", "kind"]);
        }
        let spec = match kind {
            "Deployment" | "StatefulSet" => json!({
                "replicas": self.below(4),
                "template": { "metadata": { "labels": self.labels() }, "spec": self.pod_spec() },
                "strategy": self.strategy(),
            }),
            "Pod" => self.pod_spec(),
            "Service" => {
                json!({ "ports": self.ports("port"), "selector": self.labels(), "externalIPs": self.words() })
            }
            "ServiceAccount" => {
                object["secrets"] = self.keyed("name", &["namespace"]);
                object["imagePullSecrets"] = self.keyed("name", &[]);
                return object;
            }
            "Ingress" => json!({ "rules": self.rules(), "tls": [{ "hosts": self.words() }] }),
            "PodDisruptionBudget" => json!({ "selector": { "matchLabels": self.labels() } }),
            "ConfigMap" => {
                object["data"] = self.labels();
                return object;
            }
            _ => {
                json!({ "a": self.labels(), "b": self.words(), "c": [{ "d": 1, "e": null }, 2, null], "f": {} })
            }
        };
        object["spec"] = spec;
        object
    }

    fn strategy(&mut self) -> Value {
        match self.below(3) {
            0 => json!({ "type": "Recreate" }),
            1 => json!({ "type": "RollingUpdate", "rollingUpdate": { "maxSurge": self.below(3) } }),
            _ => json!({}),
        }
    }

    fn rules(&mut self) -> Value {
        let path = json!({ "path": self.pick(&["/", "/a"]), "pathType": "Prefix" });
        json!([{ "host": self.pick(&["a", "b"]), "http": { "paths": [path] } }])
    }

    fn pod_spec(&mut self) -> Value {
        let containers: Vec<Value> = self.names().into_iter().map(|name| self.container(name)).collect();
        let volumes: Vec<Value> = self.names().into_iter().map(|name| self.volume(name)).collect();
        let mut spec = json!({ "containers": containers, "volumes": volumes, "nodeSelector": self.labels() });
        if self.chance(30) {
            spec["imagePullSecrets"] = self.keyed("name", &[]);
        }
        if self.chance(30) {
            spec["hostAliases"] = self.keyed("ip", &[]);
        }
        if self.chance(20) {
            spec["tolerations"] = json!([{ "key": self.pick(&["a", "b"]), "operator": "Exists" }]);
        }
        if self.chance(20) {
            spec["securityContext"] = json!({ "runAsUser": self.below(3), "supplementalGroups": [1, 2] });
        }
        if self.chance(10) {
            spec["unheardOf"] = json!({ "a": self.below(2) });
        }
        spec
    }

    fn container(&mut self, name: &str) -> Value {
        let mut container = json!({
            "name": name,
            "image": self.pick(&["a:1", "a:2", "b:1"]),
            "env": self.keyed("name", &["value"]),
            "ports": self.ports("containerPort"),
            "args": self.words(),
        });
        if self.chance(50) {
            container["volumeMounts"] = self.keyed("mountPath", &["name", "subPath"]);
        }
        if self.chance(50) {
            container["resources"] = json!({ "limits": self.labels(), "requests": self.labels() });
        }
        container
    }

    fn volume(&mut self, name: &str) -> Value {
        match self.below(3) {
            0 => json!({ "name": name, "emptyDir": {} }),
            1 => json!({ "name": name, "configMap": { "name": self.pick(&["x", "y"]), "items": [] } }),
            _ => json!({ "name": name, "secret": { "secretName": self.pick(&["x", "y"]) } }),
        }
    }

    fn ports(&mut self, key: &str) -> Value {
        let mut ports = Vec::new();
        for number in [80, 443, 53, 8080] {
            if self.chance(50) {
                ports.push(json!({ key: number, "protocol": self.pick(&["TCP", "UDP"]) }));
            }
        }
        if !self.unambiguous && self.chance(30) {
            ports.push(json!({ key: 53, "protocol": "UDP", "name": "second" }));
        }
        Value::Array(ports)
    }

    fn keyed(&mut self, key: &str, others: &[&str]) -> Value {
        let names = self.names();
        let elements = names.into_iter().map(|name| {
            let mut element = Map::new();
            element.insert(key.to_owned(), name.into());
            for other in others {
                if self.chance(60) {
                    element.insert((*other).to_owned(), self.pick(&["1", "2", "3"]).into());
                }
            }
            Value::Object(element)
        });
        Value::Array(elements.collect())
    }

    fn names(&mut self) -> Vec<&'static str> {
        let mut names: Vec<&str> =
            ["c", "a", "e", "b", "d"].into_iter().filter(|_| self.chance(50)).collect();
        self.shuffle(&mut names);
        names
    }

    fn words(&mut self) -> Value {
        self.names().into()
    }

    fn labels(&mut self) -> Value {
        let labels = ["app", "tier", "zone"].into_iter().filter(|_| self.chance(60)).collect::<Vec<_>>();
        Value::Object(labels.into_iter().map(|key| (key.to_owned(), self.pick(&["x", "y"]).into())).collect())
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i + 1));
        }
    }

    /// The same object with some things changed, added, removed or put in another order.
    pub fn mutated(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                let keep = |key: &str| ["apiVersion", "kind", "name", "metadata", "spec"].contains(&key);
                let mut changed = Map::new();
                for (key, value) in map {
                    if keep(key) || self.is_merge_key(key) {
                        let is_part = value.is_object();
                        changed
                            .insert(key.clone(), if is_part { self.mutated(value) } else { value.clone() });
                    } else if !self.chance(8) {
                        changed.insert(key.clone(), self.mutated(value));
                    }
                }
                if self.chance(4) {
                    changed.insert(self.pick(&["added", "terminationMessagePath"]).to_owned(), "new".into());
                }
                if !self.unambiguous && self.chance(2) {
                    changed.insert("nothing".to_owned(), Value::Null);
                }
                Value::Object(changed)
            }
            Value::Array(list) => {
                let mut changed = Vec::with_capacity(list.len());
                for value in list {
                    if !self.chance(10) {
                        let value = self.mutated(value);
                        // Go's result for a set that holds a value twice depends on how its slices are allocated.
                        if value.is_object() || !changed.contains(&value) {
                            changed.push(value);
                        }
                    }
                }
                if self.chance(10) {
                    self.shuffle(&mut changed);
                }
                if !changed.is_empty() && changed.iter().all(Value::is_string) && self.chance(10) {
                    changed.push("f".into());
                }
                Value::Array(changed)
            }
            Value::String(_) if self.chance(10) => self.pick(&["1", "2", "x", "y"]).into(),
            Value::Number(_) if self.chance(10) => self.below(4).into(),
            other => other.clone(),
        }
    }

    /// Keys that tell elements apart stay, or the lists would lose their sense.
    fn is_merge_key(&self, key: &str) -> bool {
        ["name", "containerPort", "port", "mountPath", "ip", "uid"].contains(&key)
    }
}
