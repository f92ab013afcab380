//! Registries with tokens, and registries that misbehave: what Helm says, said by both.

use std::path::Path;

use helm_testkit::registry::{Auth, Failure, Registry};

use crate::conformance::{Pair, Program, Score, difference};

const SECRET: &str = "s3cr3t-of-ann";

/// A request that fails, and how; Helm is asked first, then we are.
struct Case {
    applies: &'static str,
    times: usize,
    what: Failure,
    line: &'static str,
}

fn answer(status: u16, body: &str) -> Failure {
    Failure::Answer { status, headers: Vec::new(), body: body.to_owned() }
}

fn cases() -> Vec<Case> {
    let denied = r#"{"errors":[{"code":"DENIED","message":"not you","detail":{"who":"ann"}}]}"#;
    let pull = "pull oci://HOST/charts/web --plain-http --version 0.1.0";
    let case = |applies, times, what, line| Case { applies, times, what, line };
    vec![
        case("GET /v2/charts/web/manifests", 1, answer(403, denied), pull),
        case("GET /v2/charts/web/manifests", 1, answer(404, denied), pull),
        case("GET /v2/charts/web/manifests", 100, answer(500, ""), pull),
        case("GET /v2/charts/web/blobs", 100, answer(401, ""), pull),
        case("GET /v2/charts/web/blobs", 100, answer(404, ""), pull),
        case(
            "GET /v2/charts/web/tags",
            1,
            answer(200, "not JSON"),
            "pull oci://HOST/charts/web --plain-http",
        ),
        case("GET /v2/charts/web/tags", 1, answer(418, "<html>"), "pull oci://HOST/charts/web --plain-http"),
        case(
            "HEAD /v2/charts/new",
            1,
            answer(403, ""),
            "push web-0.1.0.tgz oci://HOST/charts/new --plain-http",
        ),
        case(
            "POST /v2/charts/new",
            100,
            answer(403, denied),
            "push web-0.1.0.tgz oci://HOST/charts/new --plain-http",
        ),
        case(
            "PUT /v2/charts/new/web/blobs",
            100,
            answer(400, denied),
            "push web-0.1.0.tgz oci://HOST/charts/new --plain-http",
        ),
        case("GET /token", 100, answer(503, ""), "pull oci://HOST/charts/web --plain-http"),
        case("GET /token", 100, answer(200, "{}"), "pull oci://HOST/charts/web --plain-http"),
        case("GET /v2/", 100, answer(404, ""), "registry login HOST -u ann -p s3cr3t-of-ann --plain-http"),
        case(
            "GET /v2/",
            100,
            answer(403, denied),
            "registry login HOST -u ann -p s3cr3t-of-ann --plain-http",
        ),
    ]
}

pub(super) fn run(pair: &Pair) -> Result<Score, String> {
    let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
    let registry = Registry::start(Auth::Token {
        username: "ann".to_owned(),
        password: SECRET.to_owned(),
        identity: "identity-of-ann".to_owned(),
        anonymous_pull: false,
        oauth2: true,
    });
    let host = registry.host();
    let home = dir.path().join("home");
    let home = home.to_str().unwrap_or_default();
    let play = |program: Program, line: &str| {
        let line = line.replace("HOST", &host);
        let args: Vec<&str> = line.split(' ').collect();
        pair.run(program, &args, dir.path(), &[("HOME", home)])
    };
    let must = |program: Program, line: &str| match play(program, line)? {
        ran if ran.code == 0 => Ok(()),
        ran => Err(format!("{program:?}: helm {line}: {}", ran.stderr)),
    };
    must(Program::Helm4, "create web")?;
    must(Program::Helm4, "package web")?;
    let login = format!("registry login HOST -u ann -p {SECRET} --plain-http");
    let mut score = Score::default();
    for (one, other) in [(Program::Helm4, Program::Ours), (Program::Ours, Program::Helm3)] {
        must(one, &login)?;
        must(other, "push web-0.1.0.tgz oci://HOST/charts --plain-http")?;
        must(one, "pull oci://HOST/charts/web --plain-http --version ^0 -d home")?;
        score.count("a token for each", None);
    }
    for case in cases() {
        let ask = |program| {
            registry.fail(case.applies, case.times, case.what.clone());
            let ran = play(program, case.line);
            registry.heal();
            ran
        };
        let (theirs, ours) = (ask(Program::Helm4)?, ask(Program::Ours)?);
        let what = format!("helm {} with {:?} for {}", case.line, case.what, case.applies);
        let code = (theirs.code != ours.code)
            .then(|| format!("  exit code {} instead of {}", ours.code, theirs.code));
        let found = code
            .or_else(|| difference("stdout", &theirs.stdout, &ours.stdout))
            .or_else(|| difference("stderr", &any_digest(&theirs.stderr), &any_digest(&ours.stderr)))
            .or_else(|| ours.stderr.contains(SECRET).then(|| "  shows the password".to_owned()))
            .or_else(|| left_behind(dir.path()));
        score.count(&what, found);
    }
    identity(pair, &registry, dir.path(), &mut score)?;
    println!("registry faults: {} of {} identical", score.passed, score.passed + score.failed);
    Ok(score)
}

/// Of blobs that are fetched at the same time any may fail first.
fn any_digest(text: &str) -> String {
    let mut parts = text.split("sha256:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + "sha256:*" + part.trim_start_matches(|c: char| c.is_ascii_hexdigit())
    })
}

/// Whether a failure left a part of a chart.
fn left_behind(dir: &Path) -> Option<String> {
    let names = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.file_name());
    let odd: Vec<_> =
        names.filter(|n| !["home", "web", "web-0.1.0.tgz"].iter().any(|known| n == known)).collect();
    (!odd.is_empty()).then(|| format!("  leaves {odd:?} behind"))
}

/// An identity token in `config.json`, as `docker login` keeps it, is exchanged by all programs.
fn identity(pair: &Pair, registry: &Registry, dir: &Path, score: &mut Score) -> Result<(), String> {
    let home = dir.join("identity");
    let folder = home.join(".config/helm/registry");
    std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
    let host = registry.host();
    let config = format!(r#"{{"auths":{{"{host}":{{"identitytoken":"identity-of-ann"}}}}}}"#);
    std::fs::write(folder.join("config.json"), config).map_err(|e| e.to_string())?;
    let reference = format!("oci://{host}/charts/web");
    for program in [Program::Helm4, Program::Ours, Program::Helm3, Program::OursAs3] {
        let env = [("HOME", home.to_str().unwrap_or_default())];
        let ran = pair.run(program, &["show", "chart", &reference, "--plain-http"], dir, &env)?;
        let found = (ran.code != 0).then(|| format!("  {}", ran.stderr));
        score.count(&format!("an identity token, by {program:?}"), found);
    }
    Ok(())
}
