//! Command lines that need no cluster: output, error text and exit code.

use std::fs;

use helm_testkit::document::words;

use super::{Pair, Program, Score, difference};

/// Runs every line of `conformance/commands.txt` with both programs.
pub(crate) fn run(pair: &Pair) -> Result<Score, String> {
    let path = crate::root().join("conformance/commands.txt");
    let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let dir = crate::root().join("conformance/charts");
    let mut score = Score::default();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let args: Vec<String> = words(line);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        for (theirs, ours) in [(Program::Helm4, Program::Ours), (Program::Helm3, Program::OursAs3)] {
            let name = format!("helm {line} ({theirs:?})");
            let (a, b) = (pair.run(theirs, &args, &dir, &[])?, pair.run(ours, &args, &dir, &[])?);
            let code = (a.code != b.code).then(|| format!("  exit code {} instead of {}", b.code, a.code));
            let found = code
                .or_else(|| difference("stdout", &a.stdout, &b.stdout))
                .or_else(|| difference("stderr", &without_debug(&a.stderr), &without_debug(&b.stderr)));
            score.count(&name, found);
        }
    }
    println!("commands: {} of {} identical", score.passed, score.passed + score.failed);
    Ok(score)
}

/// Helm 3's debug lines carry the time of the moment; those that end with a line break of their own leave an empty line.
fn without_debug(stderr: &str) -> String {
    if !stderr.contains(" [debug] ") {
        return stderr.to_owned();
    }
    stderr.lines().filter(|l| !l.contains(" [debug] ") && !l.is_empty()).map(|l| format!("{l}\n")).collect()
}
