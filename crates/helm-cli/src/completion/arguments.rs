//! Candidates for arguments and for values of flags: releases, revisions, charts, repositories, namespaces.

use helm_actions::{ListRequest, SortBy, history, list};
use helm_chart::Compat;
use helm_kube::{ListOptions, ResourceType};
use helm_source::repositories::File;

use super::{Candidates, Directive, charts, context, words};
use crate::connect;
use crate::context::Context;
use crate::flag::{Flag, Takes};
use crate::parse::{Args, Partial};
use crate::plugin;

/// Candidates for the next argument of a command; none where the shell's default is right.
pub(super) fn of_command(
    line: &Partial,
    args: &Args,
    unfinished: &str,
    compat: Compat,
) -> Option<Candidates> {
    let given = args.positional();
    let after = |wanted: usize, then: &dyn Fn() -> Candidates| match given.len() < wanted {
        true => then(),
        false => Candidates::no_more_arguments(),
    };
    let files = || Candidates::none(Directive::DEFAULT);
    let no_files = || Candidates::none(Directive::NO_FILES);
    let all_charts = || with_context(args, compat, |c| charts::references(c, unfinished, true));
    let releases = || with_context(args, compat, |c| releases(c, &given));
    Some(match line.path.get(1..).unwrap_or_default() {
        ["install" | "template"] => match given.len() == usize::from(!args.on("generate-name")) {
            true => all_charts(),
            false => no_files(),
        },
        ["upgrade"] if given.len() == 1 => all_charts(),
        ["upgrade" | "status" | "history" | "test"] | ["get", _] => after(1, &releases),
        ["rollback"] if given.len() == 1 => with_context(args, compat, |c| revisions(c, given[0])),
        ["rollback"] => after(1, &releases),
        ["uninstall"] => releases(),
        ["show", _] => after(1, &all_charts),
        ["pull"] if given.is_empty() => {
            with_context(args, compat, |c| charts::references(c, unfinished, false))
        }
        ["pull"] | ["registry", _] => no_files(),
        ["push"] if given.len() == 1 => {
            Candidates::new(vec!["oci://".to_owned()], Directive::NO_FILES.and(Directive::NO_SPACE))
        }
        ["push"] | ["create" | "verify"] | ["repo", "index"] => after(1, &files),
        ["repo", "add"] => after(2, &no_files),
        ["repo", "remove" | "update"] => with_context(args, compat, |c| repositories(c, &given)),
        ["plugin", "uninstall" | "update"] => with_context(args, compat, |c| plugins(c, &given)),
        ["plugin", "install"] => after(1, &files),
        ["env"] => after(1, &|| {
            with_context(args, compat, |c| {
                let names = crate::commands::env::names(&c.settings).map(str::to_owned).collect();
                Candidates::new(names, Directive::NO_FILES)
            })
        }),
        ["version" | "list"] | ["repo" | "plugin", "list"] | ["completion", _] => after(0, &files),
        ["help"] => topics(&given, unfinished, compat),
        _ => return None,
    })
}

/// Candidates for a flag's value.
pub(super) fn of_flag(line: &Partial, args: &Args, flag: &Flag, compat: Compat) -> Candidates {
    let given = args.positional();
    let path = line.path.get(1..).unwrap_or_default();
    let texts =
        |lines: &[&str]| Candidates::new(lines.iter().map(|&l| l.to_owned()).collect(), Directive::NO_FILES);
    match (path, flag.long) {
        (_, "output") if flag.takes == Takes::Format => texts(&[
            "json\tOutput result in JSON format",
            "table\tOutput result in human-readable format",
            "yaml\tOutput result in YAML format",
        ]),
        (_, "color" | "colour") => texts(&["never", "auto", "always"]),
        (_, "namespace") => with_context(args, compat, namespaces),
        (_, "kube-context") => with_context(args, compat, |c| {
            let contexts = connect::connect_options(&c.settings).contexts();
            let lines = contexts.into_iter().map(|(name, cluster)| format!("{name}\t{cluster}")).collect();
            Candidates::new(lines, Directive::NO_FILES)
        }),
        (["get", _] | ["status"], "revision") => match given.first() {
            Some(name) if given.len() == 1 => with_context(args, compat, |c| revisions(c, name)),
            _ => Candidates::none(Directive::NO_FILES),
        },
        (["install" | "template" | "upgrade" | "pull"] | ["show", _], "version") => {
            let at = match path {
                ["install" | "template"] => usize::from(!args.on("generate-name")),
                ["upgrade"] => 1,
                _ => 0,
            };
            match given.get(at) {
                Some(chart) if given.len() == at + 1 => {
                    with_context(args, compat, |c| charts::versions(c, chart))
                }
                _ => Candidates::none(Directive::NO_FILES),
            }
        }
        _ => Candidates::none(Directive::DEFAULT),
    }
}

/// Settings that cannot be read leave the shell's default.
fn with_context(args: &Args, compat: Compat, find: impl FnOnce(&Context) -> Candidates) -> Candidates {
    context(args, compat).map_or_else(|| Candidates::none(Directive::DEFAULT), |c| find(&c))
}

/// Releases in every state, those that were typed left out.
fn releases(context: &Context, given: &[&str]) -> Candidates {
    let request = ListRequest {
        filter: String::new(),
        selector: String::new(),
        states: Vec::new(),
        sort: SortBy::Name,
        reverse: false,
        offset: 0,
        max: 0,
    };
    let found = connect::run(context, false, None, |action| async move { list(&action, &request).await });
    let Ok(found) = found else { return Candidates::none(Directive::DEFAULT) };
    let line = |s: &helm_release::Summary| {
        format!("{}\t{}-{} -> {}", s.name, s.chart_name, s.chart_version, s.status)
    };
    let left = found.iter().filter(|s| !given.contains(&s.name.as_str()));
    Candidates::new(left.map(line).collect(), Directive::NO_FILES)
}

/// The revisions of a release.
fn revisions(context: &Context, name: &str) -> Candidates {
    let name = name.to_owned();
    let found = connect::run(context, false, None, |action| async move { history(&action, &name).await });
    let Ok(found) = found else { return Candidates::none(Directive::ERROR) };
    let line = |release: &helm_release::Release| {
        let of = helm_release::Summary::from(release);
        format!("{}\tApp: {}, Chart: {}-{}", of.version, of.app_version, of.chart_name, of.chart_version)
    };
    Candidates::new(found.iter().map(line).collect(), Directive::NO_FILES)
}

/// The namespaces of the cluster, if it answers within three seconds.
fn namespaces(context: &Context) -> Candidates {
    let patience = std::time::Duration::from_secs(3);
    let found = connect::run(context, true, None, |action| async move {
        let (kind, options) = (ResourceType::NAMESPACE, ListOptions::default());
        let found = action.target.cluster.list(&kind, "", &options);
        Ok(tokio::time::timeout(patience, found).await.ok().and_then(Result::ok))
    });
    match found {
        Ok(Some(found)) => {
            let names = found.iter().map(|n| n.name().to_owned()).collect();
            Candidates::new(names, Directive::NO_FILES)
        }
        _ => Candidates::none(Directive::DEFAULT),
    }
}

/// The installed plugins, those that were typed left out.
fn plugins(context: &Context, given: &[&str]) -> Candidates {
    let folders = plugin::folders(&context.settings);
    let found = plugin::load(&folders, context.compat(), context.log).unwrap_or_default();
    let commands = found.iter().filter_map(|p| Some((&p.metadata.name, &p.metadata.cli()?.short)));
    let left = commands.filter(|(name, _)| !given.contains(&name.as_str()));
    Candidates::new(left.map(|(name, short)| format!("{name}\t{short}")).collect(), Directive::NO_FILES)
}

/// The plugins that are commands and begin so.
pub(super) fn plugin_commands(args: &Args, unfinished: &str, compat: Compat) -> Vec<String> {
    let Some(context) = context(args, compat) else { return Vec::new() };
    let commands = plugin::commands(&context.settings, context.log);
    let begins = commands.into_iter().filter(|c| c.name.starts_with(unfinished));
    begins.map(|c| format!("{}\t{}", c.name, c.short)).collect()
}

/// The repositories that were added, those that were typed left out.
fn repositories(context: &Context, given: &[&str]) -> Candidates {
    let known = known_repositories(context);
    let left = known.into_iter().filter(|(name, _)| !given.contains(&name.as_str()));
    Candidates::new(left.map(|(name, url)| format!("{name}\t{url}")).collect(), Directive::NO_FILES)
}

/// Name and address of the repositories that were added; passwords in addresses are hidden.
pub(super) fn known_repositories(context: &Context) -> Vec<(String, String)> {
    let file = File::load(context.settings.repository_config.as_ref()).unwrap_or_default();
    file.repositories.into_iter().map(|r| (r.name, gourl::mask_password(&r.url))).collect()
}

/// What `helm help` can tell of.
fn topics(given: &[&str], unfinished: &str, compat: Compat) -> Candidates {
    let typed: Vec<_> = given.iter().map(std::ffi::OsString::from).collect();
    let below = Partial::find(&typed, compat).map(|p| words::subcommands(p.command, unfinished, compat));
    Candidates::new(below.unwrap_or_default().lines, Directive::NO_FILES)
}
