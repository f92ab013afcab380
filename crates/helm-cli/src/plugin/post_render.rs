//! `--post-renderer`: a plugin for Helm 4, a program for Helm 3, and by the grace of this program for Helm 4 too.

use std::sync::Arc;

use helm_actions::PostRenderer;
use helm_chart::Compat;
use helm_plugin::Plugin;

use super::process;
use crate::context::Context;
use crate::error::CliError;
use crate::flag::Flag;
use crate::parse::Args;
use crate::text::quote;

/// The flags of `install`, `upgrade` and `template`.
pub(crate) const FLAGS: &[Flag] = &[
    Flag::array(
        "post-renderer",
        "what rendered manifests go through before they are used: a plugin of the type postrenderer/v1 or an executable",
    ),
    Flag::array("post-renderer-args", "an argument for the post-renderer; may be repeated"),
];

#[derive(Debug)]
enum What {
    Plugin(Box<Plugin>),
    /// The path of an executable.
    Program(String),
}

#[derive(Debug)]
struct Renderer {
    what: What,
    args: Vec<String>,
    compat: Compat,
}

/// What the flags ask for.
pub(crate) fn post_renderer(
    context: &Context,
    args: &Args,
) -> Result<Option<Arc<dyn PostRenderer>>, CliError> {
    let names: Vec<String> = args.all("post-renderer").into_iter().filter(|n| !n.is_empty()).collect();
    let Some(name) = names.last() else { return Ok(None) };
    let fail = |problem: String| {
        CliError::usage(format!("invalid argument {} for \"--post-renderer\" flag: {problem}", quote(name)))
    };
    let compat = context.compat();
    let what = match compat {
        Compat::V3 => What::Program(executable(name).map_err(fail)?),
        Compat::V4 if names.len() > 1 => {
            return Err(fail("cannot specify --post-renderer flag more than once".to_owned()));
        }
        Compat::V4 => {
            match super::find_one(context, name, "postrenderer/v1").map_err(|e| fail(e.to_string()))? {
                Some(plugin) => What::Plugin(Box::new(plugin)),
                None => match executable(name) {
                    Ok(path) => {
                        context.log.plain(&format!(
                            "WARNING: --post-renderer {name} is an executable and no plugin of the type \
                         postrenderer/v1; Helm 4 does not run it"
                        ));
                        What::Program(path)
                    }
                    Err(_) => {
                        return Err(fail(format!("plugin: {{Name:{name} Type:postrenderer/v1}} not found")));
                    }
                },
            }
        }
    };
    Ok(Some(Arc::new(Renderer { what, args: args.all("post-renderer-args"), compat })))
}

/// The full path of an executable: as it is where it has a `/`, else from `PATH`.
fn executable(name: &str) -> Result<String, String> {
    use std::path::{Path, absolute};
    let runnable = |path: &Path| -> Result<(), &'static str> {
        let Ok(metadata) = path.metadata() else { return Err("no such file or directory") };
        if metadata.is_dir() {
            return Err("is a directory");
        }
        #[cfg(unix)]
        if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 == 0 {
            return Err("permission denied");
        }
        Ok(())
    };
    let failed = |why: &str| format!("unable to find binary at {name}: exec: {}: {why}", quote(name));
    let found = if name.contains('/') {
        let why = match runnable(Path::new(name)) {
            Ok(()) => None,
            Err("no such file or directory") => Some(format!("stat {name}: no such file or directory")),
            Err(why) => Some(why.to_owned()),
        };
        if let Some(why) = why {
            return Err(failed(&why));
        }
        Path::new(name).to_owned()
    } else {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut all = std::env::split_paths(&path).map(|dir| dir.join(name));
        all.find(|path| runnable(path).is_ok()).ok_or_else(|| failed("executable file not found in $PATH"))?
    };
    let full = absolute(found).map_err(|e| crate::text::io_error(&e))?;
    Ok(full.to_string_lossy().into_owned())
}

impl PostRenderer for Renderer {
    fn run(&self, manifests: &str) -> Result<String, String> {
        let (name, output) = match &self.what {
            What::Plugin(plugin) => {
                let name = &plugin.metadata.name;
                let output = process::post_render(plugin, &self.args, manifests)
                    .map_err(|e| format!("failed to invoke post-renderer plugin {}: {e}", quote(name)))?;
                (name, output)
            }
            What::Program(path) => {
                let failed = |status: &str, stderr: &[u8]| {
                    let stderr = String::from_utf8_lossy(stderr);
                    format!("error while running command {path}. error output:\n{stderr}: {status}")
                };
                let answer = process::feed(path, &self.args, &[], manifests).map_err(|e| failed(&e, b""))?;
                if !answer.success {
                    return Err(failed(&answer.status, &answer.stderr));
                }
                (path, answer.stdout)
            }
        };
        if self.compat == Compat::V4 && output.trim_ascii().is_empty() {
            return Err(format!("post-renderer {} produced empty output", quote(name)));
        }
        Ok(String::from_utf8_lossy(&output).into_owned())
    }
}
