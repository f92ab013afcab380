//! Running plugins as programs, with the environment that Helm gives them.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use helm_chart::Compat;
use helm_plugin::{Plugin, Runtime, prepare};

use crate::context::Context;
use crate::error::CliError;
use crate::settings::Settings;
use crate::text::quote;

/// Helm's variables and those of the plugin.
pub(super) fn variables(settings: &Settings, plugin: &Plugin) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = crate::commands::env::variables(settings)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    all.extend(own_variables(plugin));
    all
}

/// Those of the plugin alone: hooks and post-renderers of Helm 4 get no others.
fn own_variables(plugin: &Plugin) -> [(String, String); 2] {
    [
        ("HELM_PLUGIN_NAME".to_owned(), plugin.metadata.name.clone()),
        ("HELM_PLUGIN_DIR".to_owned(), plugin.dir.to_string_lossy().into_owned()),
    ]
}

/// The process's environment with more on top, for `$NAME` in commands.
fn environment(more: &[(String, String)]) -> BTreeMap<String, String> {
    let own = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
    own.chain(more.iter().cloned()).collect()
}

/// What Go says of a program that cannot be started.
fn start_error(program: &str, error: &io::Error) -> String {
    let looked_up = !program.contains('/');
    match error.kind() {
        io::ErrorKind::NotFound if looked_up => {
            format!("exec: {}: executable file not found in $PATH", quote(program))
        }
        _ => format!("fork/exec {program}: {}", crate::text::io_error(error)),
    }
}

/// Go's `ExitCode`: -1, which leaves a process as 255, for one that a signal ended.
fn exit_code(status: ExitStatus) -> u8 {
    status.code().map_or(255, |code| code as u8)
}

fn exited(plugin: &str) -> String {
    format!("plugin {} exited with error", quote(plugin))
}

fn no_webassembly(plugin: &Plugin) -> CliError {
    CliError::new(format!(
        "plugin {} runs on WebAssembly (extism/v1), which this program does not run",
        quote(&plugin.metadata.name)
    ))
}

/// `helm NAME …`.
pub(super) fn run_command(context: &Context, plugin: &Plugin, args: &[String]) -> Result<(), CliError> {
    let Runtime::Subprocess(programs) = &plugin.metadata.runtime else { return Err(no_webassembly(plugin)) };
    let ignore = plugin.metadata.cli().is_some_and(|config| config.ignore_flags);
    let vars = variables(&context.settings, plugin);
    let env = environment(&vars);
    let name = &plugin.metadata.name;
    let prepared = prepare(&programs.commands, true, if ignore { &[] } else { args }, &env);
    let (program, args) = match (prepared, context.compat()) {
        (Ok(prepared), _) => prepared,
        (Err(error), Compat::V4) => {
            return Err(CliError::new(format!("failed to prepare plugin command: {error}")));
        }
        (Err(error), Compat::V3) => {
            let _ = write!(io::stderr(), "{error}");
            return Err(CliError::new(exited(name)));
        }
    };
    context.flush()?;
    debug_command(context, "executing plugin command", name, &program, &args);
    let status = Command::new(&program).args(&args).envs(vars).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            let code = exit_code(status);
            let shown = status.code().unwrap_or(-1);
            context.log.debug(
                "plugin execution failed",
                &[
                    ("pluginName", name),
                    ("error", &format!("exit status {shown}")),
                    ("exitCode", &shown.to_string()),
                    ("stderr", ""),
                ],
            );
            Err(CliError::with_code(exited(name), code))
        }
        Err(error) => Err(CliError::new(start_error(&program, &error))),
    }
}

fn debug_command(context: &Context, message: &str, name: &str, program: &str, args: &[String]) {
    let line = std::iter::once(program).chain(args.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
    context.log.debug(message, &[("pluginName", name), ("command", &line)]);
}

/// Runs what a plugin wants to be run after an event: `install`, `update` or `delete`.
pub(crate) fn run_hook(context: &Context, plugin: &Plugin, event: &str) -> Result<(), CliError> {
    let Some(programs) = plugin.metadata.subprocess() else { return Ok(()) };
    let commands = programs.hooks.get(event).map_or(&[][..], Vec::as_slice);
    if commands.is_empty() {
        return Ok(());
    }
    let vars = match context.compat() {
        Compat::V4 => own_variables(plugin).to_vec(),
        Compat::V3 => variables(&context.settings, plugin),
    };
    let expand = programs.expand_hook_args;
    let (program, args) = match (prepare(commands, expand, &[], &environment(&vars)), context.compat()) {
        (Ok(prepared), _) => prepared,
        (Err(error), Compat::V4) => return Err(CliError::new(error)),
        (Err(_), Compat::V3) => return Ok(()),
    };
    context.flush()?;
    debug_command(context, "executing plugin hook command", &plugin.metadata.name, &program, &args);
    // Helm gives hooks nothing to read.
    let status = Command::new(&program).args(&args).envs(vars).stdin(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(CliError::new(format!(
            "plugin {event} hook for {} exited with error",
            quote(&plugin.metadata.name)
        ))),
        Err(error) => Err(CliError::new(start_error(&program, &error))),
    }
}

/// How a program that was given a text ended.
pub(super) struct Answer {
    pub(super) success: bool,
    /// In Go's words: `exit status 3`.
    pub(super) status: String,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
}

/// Runs a program with a text as its input.
pub(super) fn feed(
    program: &str,
    args: &[String],
    vars: &[(String, String)],
    input: &str,
) -> Result<Answer, String> {
    let mut child = Command::new(program)
        .args(args)
        .envs(vars.iter().cloned())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| start_error(program, &e))?;
    let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let (written, errors) = std::thread::scope(|scope| {
        let writer = scope.spawn(move || {
            // A program need not read all; what it makes of that is its affair.
            stdin.map(|mut pipe| pipe.write_all(input.as_bytes()))
        });
        let reader = scope.spawn(move || {
            let mut all = Vec::new();
            stderr.map(|mut pipe| pipe.read_to_end(&mut all));
            all
        });
        let mut out = Vec::new();
        if let Some(mut pipe) = child.stdout.take() {
            let _ = pipe.read_to_end(&mut out);
        }
        let _ = writer.join();
        (out, reader.join().unwrap_or_default())
    });
    let status = child.wait().map_err(|e| start_error(program, &e))?;
    let text = match status.code() {
        Some(code) => format!("exit status {code}"),
        None => "signal: killed".to_owned(),
    };
    Ok(Answer { success: status.success(), status: text, stdout: written, stderr: errors })
}

/// A post-renderer of Helm 4.
pub(super) fn post_render(plugin: &Plugin, extra: &[String], input: &str) -> Result<Vec<u8>, String> {
    let Runtime::Subprocess(programs) = &plugin.metadata.runtime else {
        return Err(no_webassembly(plugin).to_string());
    };
    let vars = own_variables(plugin);
    let (program, args) = prepare(&programs.commands, true, extra, &environment(&vars))
        .map_err(|e| format!("failed to prepare plugin command: {e}"))?;
    let answer = feed(&program, &args, &vars, input)?;
    if answer.success { Ok(answer.stdout) } else { Err(exited(&plugin.metadata.name)) }
}

/// What a getter is asked for.
pub(super) struct Fetch<'a> {
    pub(super) url: &'a str,
    pub(super) scheme: &'a str,
    pub(super) username: &'a str,
    pub(super) password: &'a str,
    pub(super) pass_credentials: bool,
    /// Certificate, key and authorities.
    pub(super) files: [&'a str; 3],
}

/// Runs a plugin that fetches a file.
pub(super) fn fetch(
    plugin: &Plugin,
    helm: &[(String, String)],
    compat: Compat,
    fetch: &Fetch<'_>,
) -> Result<Vec<u8>, String> {
    let Runtime::Subprocess(programs) = &plugin.metadata.runtime else {
        return Err(no_webassembly(plugin).to_string());
    };
    let found = programs.protocols.iter().find(|p| p.protocols.iter().any(|s| s == fetch.scheme));
    let found = found.ok_or_else(|| format!("no downloader found for protocol {}", quote(fetch.scheme)))?;
    let mut vars = helm.to_vec();
    vars.extend(own_variables(plugin));
    vars.extend([
        ("HELM_PLUGIN_USERNAME".to_owned(), fetch.username.to_owned()),
        ("HELM_PLUGIN_PASSWORD".to_owned(), fetch.password.to_owned()),
        ("HELM_PLUGIN_PASS_CREDENTIALS_ALL".to_owned(), fetch.pass_credentials.to_string()),
    ]);
    let (program, mut args) = prepare(&found.commands, false, &[], &environment(&vars))
        .map_err(|e| format!("failed to prepare commands for protocol {}: {e}", quote(fetch.scheme)))?;
    args.extend(fetch.files.iter().map(|f| (*f).to_owned()));
    args.push(fetch.url.to_owned());
    let path = lexical_join(&plugin.dir, &program);
    let output = Command::new(&path)
        .args(&args)
        .envs(vars)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| start_error(&path, &e))?;
    match (output.status.success(), compat) {
        (true, _) => Ok(output.stdout),
        (false, Compat::V4) => Err(exited(&plugin.metadata.name)),
        (false, Compat::V3) => Err(exited(found.commands.first().map_or("", |c| c.command.as_str()))),
    }
}

/// Go's `filepath.Join`: `..` takes a name away, whatever is on the disk.
fn lexical_join(dir: &Path, program: &str) -> String {
    let mut path = dir.to_owned();
    for part in program.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                path.pop();
            }
            part => path.push(part),
        }
    }
    path.to_string_lossy().into_owned()
}
