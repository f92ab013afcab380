//! `helm template`: render without a cluster. No runtime, no socket.

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use helm_actions::template::{TemplateError, TemplateOutput, TemplateRequest, template};
use helm_chart::Compat;
use helm_release::{Hook, HookEvent, manifest};
use helm_render::{Capabilities, KubeVersion, Offline, ReleaseInfo};

use crate::context::Context;
use crate::error::CliError;
use crate::parse::Args;
use crate::request::{DryRunFlag, dry_run, exclusive, name_and_chart};
use crate::world::Machine;

pub(crate) fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    exclusive(args, &["force-replace", "force-conflicts"])?;
    exclusive(args, &["force", "force-conflicts"])?;
    exclusive(args, &["validate", "dry-run"])?;
    let kube_version = kube_version(context, args)?;
    if args.on("validate") || dry_run(context, args, true)? == DryRunFlag::Server {
        return super::install::template_on_server(context, args);
    }
    let post_renderer = crate::plugin::post_renderer(context, args)?;
    context.log.debug("Original chart version", &[("version", args.text("version"))]);
    let (name, reference) = name_and_chart(args, Some("release-name"))?;
    let path = crate::source::locate(context, args, &reference)?;
    let values = crate::values::merged(context, args)?;
    let chart = crate::values::load_installable(context, args, &path)?;
    check_name(context, &name)?;
    let mut capabilities = Capabilities::offline();
    if let Some(version) = kube_version {
        capabilities.kube_version = version;
    }
    let capabilities = capabilities.with_api_versions(&args.all("api-versions"));
    let namespace = context.settings.namespace();
    let release = ReleaseInfo {
        is_upgrade: args.on("is-upgrade"),
        is_install: !args.on("is-upgrade"),
        ..ReleaseInfo::install(&name, &namespace)
    };
    let request = TemplateRequest {
        chart: &chart,
        values: &values,
        release,
        capabilities: &capabilities,
        compat: context.compat(),
        schema: crate::schema::choice(context, args),
        enable_dns: args.on("enable-dns"),
        include_crds: args.on("include-crds"),
        post_renderer,
    };
    let mut warnings = Vec::new();
    let outcome = template(request, Arc::new(Offline::new(Arc::new(Machine))), &mut warnings);
    for warning in &warnings {
        context.log.chart_warning(warning);
    }
    match outcome {
        Ok(output) => print(context, args, &name, output),
        Err(TemplateError::Manifest { source, output }) if context.settings.debug => {
            print(context, args, &name, *output)?;
            Err(CliError::new(source))
        }
        Err(TemplateError::Manifest { source, .. }) => {
            Err(CliError::new(format!("{source}\n\nUse --debug flag to render out invalid YAML")))
        }
        Err(error) => {
            if context.settings.debug && has_release(&error) {
                print(context, args, &name, TemplateOutput::default())?;
            }
            Err(failure(context, error))
        }
    }
}

/// A release could not be made under this name.
fn check_name(context: &Context, name: &str) -> Result<(), CliError> {
    let Err(problem) = helm_release::validate_name(name) else { return Ok(()) };
    let text = format!("release name {}: {problem}", crate::text::quote(name));
    if context.compat() == Compat::V3 {
        return Err(CliError::new(text));
    }
    context.log.at(helm_actions::Level::Error, "release name check failed", &[("error", &text)]);
    Err(CliError::new(text).context("release name check failed"))
}

/// Helm has a release to show, without objects, as soon as values are known.
fn has_release(error: &TemplateError) -> bool {
    !matches!(
        error,
        TemplateError::Dependencies(_) | TemplateError::Render(helm_render::RenderError::Values(_))
    )
}

/// With a release to show, Helm hints at `--debug`.
fn failure(context: &Context, error: TemplateError) -> CliError {
    if matches!(error, TemplateError::Dependencies(_)) {
        if context.compat() == Compat::V3 {
            return CliError::new(error);
        }
        let message = "chart dependencies processing failed";
        context.log.at(helm_actions::Level::Error, message, &[("error", &error.to_string())]);
        return CliError::new(error).context(message);
    }
    let hint = match has_release(&error) && !context.settings.debug {
        true => "\n\nUse --debug flag to render out invalid YAML",
        false => "",
    };
    CliError::new(format!("{error}{hint}"))
}

fn kube_version(context: &Context, args: &Args) -> Result<Option<KubeVersion>, CliError> {
    args.text_if_given("kube-version")
        .map(|text| {
            KubeVersion::parse(text, context.compat())
                .map_err(|e| CliError::usage(format!("invalid kube version '{text}': {e}")))
        })
        .transpose()
}

/// Prints or writes what was rendered.
pub(crate) fn print(
    context: &Context,
    args: &Args,
    name: &str,
    output: TemplateOutput,
) -> Result<(), CliError> {
    for events in &output.unknown_hooks {
        context.log.unknown_hook(events);
    }
    let shown_hooks: Vec<&Hook> = output
        .hooks
        .iter()
        .filter(|_| !args.on("no-hooks"))
        .filter(|h| !(args.on("skip-tests") && h.runs_at(&HookEvent::Test)))
        .collect();
    let mut text = String::new();
    if let Some(dir) = args.text_if_given("output-dir") {
        let dir = if args.on("release-name") { format!("{dir}/{name}") } else { dir.to_owned() };
        let mut writer = FolderWriter { context, dir, written: HashSet::new() };
        for (path, content) in &output.objects {
            writer.write(path, content)?;
        }
        for hook in &shown_hooks {
            writer.write(&hook.path, &hook.manifest)?;
        }
        text.push('\n');
    } else {
        text = output.manifest().trim().to_owned() + "\n";
        for hook in &shown_hooks {
            text += &format!("---\n# Source: {}\n{}\n", hook.path, hook.manifest);
        }
    }
    let only = args.all("show-only");
    if only.is_empty() { context.print(&text) } else { show_only(context, &text, &only) }
}

/// Prints the documents whose template matches one of the patterns, pattern by pattern.
fn show_only(context: &Context, text: &str, patterns: &[String]) -> Result<(), CliError> {
    let documents = manifest::split(text, context.compat());
    let mut chosen = Vec::new();
    for pattern in patterns {
        let before = chosen.len();
        for document in &documents {
            let Some(path) = source_path(document) else { continue };
            if helm_chart::dir::path_match(pattern, path) {
                chosen.push(document);
            }
        }
        if chosen.len() == before {
            return Err(CliError::new(format!("could not find template {pattern} in chart")));
        }
    }
    chosen.into_iter().try_for_each(|document| context.print(&format!("---\n{document}\n")))
}

/// The template's path within the root chart, from the comment that names the source.
fn source_path(document: &str) -> Option<&str> {
    let at = document.find("# Source: ")?;
    let line = document[at + "# Source: ".len()..].lines().next()?;
    line.split_once('/').map(|(_, path)| path).filter(|p| !p.is_empty())
}

/// Writes files beneath `--output-dir`; documents of one template go into one file.
struct FolderWriter<'a> {
    context: &'a Context,
    dir: String,
    written: HashSet<String>,
}

impl FolderWriter<'_> {
    fn write(&mut self, path: &str, content: &str) -> Result<(), CliError> {
        let file = format!("{}/{path}", self.dir);
        let target = Path::new(&file);
        let fail = |operation: &str, e: &std::io::Error| {
            CliError::new(crate::text::path_error(operation, target, e))
        };
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)
                .map_err(|e| CliError::new(crate::text::path_error("mkdir", parent, &e)))?;
        }
        let again = !self.written.insert(file.clone());
        let mut options = fs::OpenOptions::new();
        let options =
            if again { options.append(true) } else { options.write(true).truncate(true).create(true) };
        let mut opened = options.open(target).map_err(|e| fail("open", &e))?;
        writeln!(opened, "---\n# Source: {path}\n{content}").map_err(|e| fail("write", &e))?;
        self.context.println(&format!("wrote {file}"))
    }
}
