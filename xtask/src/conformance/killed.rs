//! The client killed at random points of each verb: the next command must succeed without a hand, and both Helms must read
//! the history. `SEED` repeats a run, `KILLS` sets how often each verb is killed.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::{Pair, Program, Score};
use crate::cluster::Cluster;

const CHART: &str = "apiVersion: v2\nname: small\nversion: 0.1.0\n";
const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  a: {{ .Values.a | \
                        default 1 | quote }}\n---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name \
                        }}\nspec:\n  containers:\n  - name: a\n    image: b\n";

/// A verb that is killed: what comes before, itself, and what comes after.
struct Scene {
    verb: &'static str,
    before: &'static [&'static [&'static str]],
    killed: &'static [&'static str],
    after: &'static [&'static str],
}

const SCENES: &[Scene] = &[
    Scene {
        verb: "install",
        before: &[],
        killed: &["install", "r", ".", "--wait"],
        after: &["upgrade", "r", ".", "--install"],
    },
    Scene {
        verb: "upgrade",
        before: &[&["install", "r", "."]],
        killed: &["upgrade", "r", ".", "--set", "a=2", "--wait"],
        after: &["upgrade", "r", ".", "--set", "a=2"],
    },
    Scene {
        verb: "rollback",
        before: &[&["install", "r", "."], &["upgrade", "r", ".", "--set", "a=2"]],
        killed: &["rollback", "r", "1", "--wait"],
        after: &["rollback", "r", "1"],
    },
    Scene {
        verb: "uninstall",
        before: &[&["install", "r", "."]],
        killed: &["uninstall", "r", "--wait"],
        after: &["uninstall", "r", "--ignore-not-found"],
    },
];

pub(super) fn run(pair: &Pair, cluster: &Cluster) -> Result<Score, String> {
    let number =
        |name: &str, default| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    let (mut state, kills) = (number("SEED", 1_u64), number("KILLS", 3_u64));
    println!("killed clients: SEED={state} KILLS={kills}");
    let chart = tempfile::tempdir().map_err(|e| e.to_string())?;
    fs::create_dir(chart.path().join("templates")).map_err(|e| e.to_string())?;
    fs::write(chart.path().join("Chart.yaml"), CHART).map_err(|e| e.to_string())?;
    fs::write(chart.path().join("templates/all.yaml"), TEMPLATE).map_err(|e| e.to_string())?;
    let mut score = Score::default();
    for scene in SCENES {
        for at in 0..kills {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let after = Duration::from_millis((state >> 33) % 700);
            let namespace = format!("killed-{}-{at}", scene.verb);
            let outcome = play(pair, cluster, chart.path(), scene, &namespace, after);
            score.count(&format!("killed {} after {after:?}", scene.verb), outcome.err());
        }
    }
    Ok(score)
}

fn play(
    pair: &Pair,
    cluster: &Cluster,
    chart: &Path,
    scene: &Scene,
    namespace: &str,
    after: Duration,
) -> Result<(), String> {
    let config = cluster.kubeconfig();
    let env = [("KUBECONFIG", config.to_str().unwrap_or_default()), ("HELM_NAMESPACE", namespace)];
    let helm = |program, args: &[&str]| {
        let ran = pair.run(program, args, chart, &env)?;
        if ran.code == 0 { Ok(ran.stdout) } else { Err(format!("{args:?} failed: {}", ran.stderr)) }
    };
    cluster.kubectl(&["create", "namespace", namespace])?;
    for step in scene.before {
        helm(Program::Ours, step)?;
    }
    let mut child = Command::new(&pair.ours)
        .args(scene.killed)
        .current_dir(chart)
        .envs(env)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| e.to_string())?;
    std::thread::sleep(after);
    child.kill().and_then(|()| child.wait()).map_err(|e| e.to_string())?;
    // As if the lease had not been renewed for long. There is none where the command was quicker than the signal.
    let old = r#"{"spec":{"renewTime":"2020-01-01T00:00:00.000000Z"}}"#;
    cluster.kubectl(&["patch", "lease", "sh.helm.lease.v1.r", "-n", namespace, "--type=merge", "-p", old])?;
    helm(Program::Ours, scene.after)?;
    if scene.verb == "uninstall" {
        let left =
            cluster.kubectl(&["get", "secret,lease,pod,configmap/r", "-n", namespace, "-o", "name"])?;
        let left: Vec<&str> = left.stdout.lines().filter(|line| !line.contains("root-ca")).collect();
        return if left.is_empty() { Ok(()) } else { Err(format!("left behind: {left:?}")) };
    }
    for program in [Program::Helm4, Program::Helm3] {
        let text = helm(program, &["history", "r", "-o", "json"])?;
        let history: Vec<Value> = serde_json::from_str(&text).map_err(|e| format!("{e}: {text}"))?;
        let deployed = history.iter().filter(|revision| revision["status"] == "deployed").count();
        let last = history.last().map(|revision| revision["status"].clone());
        let pending = text.contains("pending");
        if deployed != 1 || last.as_ref().and_then(Value::as_str) != Some("deployed") || pending {
            return Err(format!("history after it: {text}"));
        }
    }
    let leases = cluster.kubectl(&["get", "lease", "-n", namespace, "-o", "name"])?;
    if leases.stdout.is_empty() { Ok(()) } else { Err(format!("left behind: {}", leases.stdout)) }
}
