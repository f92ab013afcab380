//! Which values an upgrade starts from: `--reuse-values`, `--reset-values`, `--reset-then-reuse-values`, none of them or
//! several, over random charts. Releases are recorded in an API server that knows Secrets only; the charts make no
//! objects, and their notes print what templates see.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use helm_testkit::http::{Request, Response, Server};
use helm_testkit::random::Random;
use serde_json::{Value as Json, json};

use super::chart::{self, File};
use super::draw::Draw;
use super::flags;
use crate::conformance::judge::{self, Judge};
use crate::conformance::{Pair, Program};
use crate::process::Ran;

const SECRETS: &str = "/api/v1/namespaces/default/secrets";
/// How often Helm is asked again when it answers otherwise.
const AGAIN: usize = 30;

/// Charts and the commands that are given them, one after the other.
struct Story {
    files: Vec<File>,
    commands: Vec<Vec<String>>,
}

fn story(seed: u64, at: usize) -> Story {
    let mut r = Draw::notes_only(Random::new(seed.wrapping_mul(999_983).wrapping_add(at as u64)));
    let mut files = Vec::new();
    for folder in ["first/", "second/"] {
        let depth = r.below(3);
        files.extend(chart::chart(&mut r, "root", folder, depth));
    }
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let mut commands = vec![words("install release first")];
    commands[0].extend(flags::values(&mut r, "install-", &mut files));
    for at in 0..1 + r.below(3) {
        let mut command =
            words(r.pick(&["upgrade release second", "upgrade release first", "upgrade -i release second"]));
        let reuse: &[&str] = match r.below(10) {
            0 => &[],
            1 => &["--reset-values"],
            2..=4 => &["--reuse-values"],
            5 | 6 => &["--reset-then-reuse-values"],
            7 => &["--reuse-values", "--reset-values"],
            8 => &["--reuse-values", "--reset-then-reuse-values"],
            _ => &["--reset-then-reuse-values", "--reset-values"],
        };
        command.extend(reuse.iter().map(|f| (*f).to_owned()));
        if r.chance(65) {
            command.extend(flags::values(&mut r, &format!("upgrade-{at}-"), &mut files));
        }
        commands.push(command);
        commands.push(words("get values release -o json"));
        commands.push(words("get values release --all -o json"));
    }
    Story { files, commands }
}

/// API servers of their own for Helm and for this program.
pub(super) struct Stage {
    servers: [Api; 2],
}

impl Stage {
    pub(super) fn new(dir: &Path) -> Result<Stage, String> {
        let api = |name: &str| Api::start(&dir.join(name)).map_err(|e| format!("{name}: {e}"));
        Ok(Stage { servers: [api("theirs.kubeconfig")?, api("ours.kubeconfig")?] })
    }

    /// Plays a story with both programs; answers the commands and the difference, if any, and whether all went well.
    pub(super) fn compare(
        &self,
        pair: &Pair,
        judge: &mut Judge,
        program: Program,
        dir: &Path,
        (seed, at): (u64, usize),
    ) -> Result<(String, Option<String>, bool), String> {
        let story = story(seed, at);
        let _ = std::fs::remove_dir_all(dir);
        std::fs::create_dir_all(dir).map_err(|e| e.to_string())?;
        story.files.iter().try_for_each(|f| f.write(dir)).map_err(|e| format!("story {at}: {e}"))?;
        let [theirs, ours] = &self.servers;
        ours.clear();
        let mut answers = Vec::new();
        for command in &story.commands {
            let command = ours.named(command);
            let args: Vec<&str> = command.iter().map(String::as_str).collect();
            answers.push(pair.run(program, &args, dir, &[])?);
        }
        let mut difference = None;
        let mut fine = false;
        for _ in 0..AGAIN {
            theirs.clear();
            let asked: Vec<Ran> = story.commands.iter().map(|c| judge.ask(dir, &theirs.named(c))).collect();
            fine = asked.iter().all(|ran| ran.code == 0);
            difference = asked.iter().zip(&answers).enumerate().find_map(|(at, (theirs, ours))| {
                let found = judge::compare(&untimed(theirs), &untimed(ours))?;
                Some(format!("  command {}\n{found}", at + 1))
            });
            if difference.is_none() {
                break;
            }
        }
        let told: Vec<String> = story.commands.iter().map(|c| format!("helm {}", c.join(" "))).collect();
        Ok((told.join("; "), difference, fine))
    }
}

/// An answer without the moment at which it was given.
fn untimed(ran: &Ran) -> Ran {
    let lines = ran.stdout.lines().filter(|line| !line.starts_with("LAST DEPLOYED: "));
    Ran { stdout: lines.collect::<Vec<_>>().join("\n"), ..ran.clone() }
}

type Secrets = Arc<Mutex<BTreeMap<String, Json>>>;

/// A Kubernetes API that keeps Secrets of one namespace and knows of Pods that there are none.
struct Api {
    kubeconfig: String,
    secrets: Secrets,
    _server: Server,
}

impl Api {
    fn start(kubeconfig: &Path) -> std::io::Result<Api> {
        let secrets = Secrets::default();
        let kept = secrets.clone();
        let server = Server::start(move |request| answer(request, &kept));
        let config = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": {"server": server.url()}}],
            "users": [{"name": "u", "user": {}}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "c",
        });
        std::fs::write(kubeconfig, config.to_string())?;
        Ok(Api { kubeconfig: kubeconfig.display().to_string(), secrets, _server: server })
    }

    fn clear(&self) {
        self.secrets.lock().expect("no thread panicked").clear();
    }

    /// The command for this server.
    fn named(&self, command: &[String]) -> Vec<String> {
        let mut command = command.to_vec();
        command.extend(["--kubeconfig".to_owned(), self.kubeconfig.clone()]);
        command
    }
}

fn answer(request: &Request, secrets: &Secrets) -> Response {
    let mut secrets = secrets.lock().expect("no thread panicked");
    let body = || match request.body.strip_prefix(b"k8s\0") {
        Some(message) => decoded(message),
        None => serde_json::from_slice::<Json>(&request.body).unwrap_or_default(),
    };
    let name = request.path.strip_prefix(SECRETS).map(|rest| rest.trim_start_matches('/'));
    match (request.method.as_str(), request.path.as_str(), name) {
        (_, "/version", _) => ok(json!({"major": "1", "minor": "36", "gitVersion": "v1.36.0"})),
        (_, "/api", _) => ok(json!({"kind": "APIVersions", "versions": ["v1"]})),
        (_, "/apis", _) => ok(json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": []})),
        (_, "/api/v1", _) => ok(kinds()),
        ("POST", _, Some("")) => {
            let secret = body();
            let name = secret["metadata"]["name"].as_str().unwrap_or_default().to_owned();
            if secrets.contains_key(&name) {
                return failure("409 Conflict", 409, "AlreadyExists", &name);
            }
            secrets.insert(name, stored(secret.clone()));
            Response { status: "201 Created".to_owned(), ..ok(stored(secret)) }
        }
        ("GET", _, Some("")) => {
            let chosen = |secret: &&Json| selected(secret, &request.query);
            let items: Vec<&Json> = secrets.values().filter(chosen).collect();
            ok(
                json!({"kind": "SecretList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": items}),
            )
        }
        (method, _, Some(name)) => match (method, secrets.get(name).cloned()) {
            (_, None) => failure("404 Not Found", 404, "NotFound", name),
            ("GET", Some(secret)) => ok(secret),
            ("DELETE", Some(_)) => {
                secrets.remove(name);
                ok(json!({"kind": "Status", "apiVersion": "v1", "status": "Success"}))
            }
            (_, Some(_)) => {
                let secret = stored(body());
                secrets.insert(name.to_owned(), secret.clone());
                ok(secret)
            }
        },
        ("GET", "/api/v1/pods", _) => ok(
            json!({"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": []}),
        ),
        _ => failure("404 Not Found", 404, "NotFound", ""),
    }
}

fn ok(body: Json) -> Response {
    Response::ok(body.to_string()).header("Content-Type", "application/json")
}

fn failure(status: &str, code: u16, reason: &str, name: &str) -> Response {
    let body = json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": code,
        "message": format!("secrets \"{name}\" {reason}"), "details": {"name": name, "kind": "secrets"},
    });
    Response { status: status.to_owned(), ..ok(body) }
}

fn kinds() -> Json {
    let kind = |name: &str, kind: &str| {
        json!({"name": name, "singularName": "", "namespaced": true, "kind": kind,
            "verbs": ["create", "delete", "get", "list", "patch", "update", "watch"]})
    };
    json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "v1",
        "resources": [kind("pods", "Pod"), kind("secrets", "Secret")]})
}

/// A Secret as a server gives it back.
fn stored(mut secret: Json) -> Json {
    secret["kind"] = json!("Secret");
    secret["apiVersion"] = json!("v1");
    secret["metadata"]["namespace"] = json!("default");
    secret["metadata"]["uid"] = json!("0");
    secret["metadata"]["resourceVersion"] = json!("1");
    secret
}

/// Whether the labels of a Secret are those that the query asks for.
fn selected(secret: &Json, query: &str) -> bool {
    let selector = query.split('&').find_map(|part| part.strip_prefix("labelSelector=")).unwrap_or_default();
    let selector = selector.replace("%3D", "=").replace("%2C", ",");
    let mut wanted = selector.split(',').filter_map(|pair| pair.split_once('='));
    wanted.all(|(label, value)| secret["metadata"]["labels"][label] == value)
}

/// A Secret out of Kubernetes' Protobuf form, in which Go's client sends it: name, labels, data and type.
fn decoded(message: &[u8]) -> Json {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let entry = |bytes| -> Option<(String, Vec<u8>)> {
        let fields = members(bytes);
        let find = |number| fields.iter().find(|(n, _)| *n == number).map(|(_, v)| *v);
        Some((text(find(1)?), find(2).unwrap_or_default().to_vec()))
    };
    let mut secret = json!({"metadata": {"labels": {}}, "data": {}});
    let raw = members(message).into_iter().find(|(number, _)| *number == 2).map_or(&[][..], |(_, raw)| raw);
    for (number, bytes) in members(raw) {
        match number {
            1 => {
                for (number, bytes) in members(bytes) {
                    match (number, entry(bytes)) {
                        (1, _) => secret["metadata"]["name"] = json!(text(bytes)),
                        (11, Some((label, value))) => {
                            secret["metadata"]["labels"][label] = json!(text(&value))
                        }
                        _ => {}
                    }
                }
            }
            2 => {
                if let Some((key, value)) = entry(bytes) {
                    secret["data"][key] = json!(STANDARD.encode(value));
                }
            }
            3 => secret["type"] = json!(text(bytes)),
            _ => {}
        }
    }
    secret
}

/// The fields of a Protobuf message that have a length; numbers are passed over.
fn members(mut message: &[u8]) -> Vec<(u64, &[u8])> {
    let mut found = Vec::new();
    while let Some(tag) = varint(&mut message) {
        let Some(value) = varint(&mut message) else { break };
        if tag & 7 == 2 {
            let length = usize::try_from(value).unwrap_or(usize::MAX).min(message.len());
            let (bytes, rest) = message.split_at(length);
            found.push((tag >> 3, bytes));
            message = rest;
        }
    }
    found
}

fn varint(message: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = message.split_first()?;
        *message = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
