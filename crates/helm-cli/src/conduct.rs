//! Flags that the verbs which change a cluster have in common.

use std::collections::BTreeMap;
use std::time::Duration;

use helm_actions::{ApplyChoice, ApplyMode, Conduct, DryRun, OnFailure, Rendering, Wait};
use helm_chart::Compat;

use crate::context::Context;
use crate::error::CliError;
use crate::parse::Args;
use crate::request::{DryRunFlag, dry_run, exclusive};

/// Checks what excludes one another and reads how to go about it.
pub(crate) fn conduct(context: &Context, args: &Args) -> Result<Conduct, CliError> {
    exclusive(args, &["force-replace", "force-conflicts"])?;
    exclusive(args, &["force", "force-conflicts"])?;
    let dry_run = match dry_run(context, args, false)? {
        DryRunFlag::None => DryRun::No,
        DryRunFlag::Client => DryRun::Client,
        DryRunFlag::Server => DryRun::Server,
    };
    Ok(Conduct {
        dry_run,
        hooks: !args.on("no-hooks"),
        wait: wait(context, args)?,
        wait_for_jobs: args.on("wait-for-jobs"),
        timeout: timeout(args),
        description: args.text("description").to_owned(),
    })
}

/// `--timeout`; a negative one is over at once.
pub(crate) fn timeout(args: &Args) -> Duration {
    duration(args, "timeout")
}

/// The duration that a flag says; none for a negative one.
pub(crate) fn duration(args: &Args, flag: &str) -> Duration {
    Duration::from_nanos(u64::try_from(args.duration(flag).nanos()).unwrap_or(0))
}

/// `--wait` in both Helms' forms.
pub(crate) fn wait(context: &Context, args: &Args) -> Result<Wait, CliError> {
    if context.compat() == Compat::V3 {
        return Ok(if args.on("wait") { Wait::Legacy } else { Wait::HookOnly });
    }
    let value = args.text("wait");
    match value {
        "watcher" => Ok(Wait::Watcher),
        "hookOnly" => Ok(Wait::HookOnly),
        "true" => {
            context.log.warn(
                "--wait=true is deprecated (boolean value) and can be replaced with --wait=watcher",
                &[],
            );
            Ok(Wait::Watcher)
        }
        "false" => {
            context.log.warn(
                "--wait=false is deprecated (boolean value) and can be replaced with --wait=hookOnly",
                &[],
            );
            Ok(Wait::HookOnly)
        }
        // The parser lets nothing else through.
        _ => Ok(Wait::Legacy),
    }
}

/// How a chart is rendered.
pub(crate) fn rendering(context: &Context, args: &Args) -> Result<Rendering, CliError> {
    Ok(Rendering {
        subchart_notes: args.on("render-subchart-notes"),
        schema: crate::schema::choice(context, args),
        hide_secrets: args.on("hide-secret"),
        enable_dns: args.on("enable-dns"),
        skip_openapi_validation: args.on("disable-openapi-validation"),
        post_renderer: crate::plugin::post_renderer(context, args)?,
    })
}

/// `--rollback-on-failure`, under either name.
pub(crate) fn on_failure(args: &Args) -> OnFailure {
    if args.on("rollback-on-failure") || args.on("atomic") { OnFailure::RollBack } else { OnFailure::Keep }
}

fn replaces(args: &Args) -> bool {
    args.on("force-replace") || args.on("force")
}

/// How an install writes objects.
pub(crate) fn install_mode(context: &Context, args: &Args) -> Result<ApplyMode, CliError> {
    let server_side = args.on("server-side") && context.compat() == Compat::V4;
    match (replaces(args), server_side) {
        (true, true) => {
            Err(CliError::new("invalid operation: cannot use server-side apply and force replace together"))
        }
        (true, false) => Ok(ApplyMode::Replace),
        (false, true) => Ok(ApplyMode::ServerSide { force_conflicts: args.on("force-conflicts") }),
        (false, false) => Ok(ApplyMode::ThreeWay),
    }
}

/// How an upgrade or a rollback writes objects.
pub(crate) fn apply_choice(context: &Context, args: &Args) -> Result<ApplyChoice, CliError> {
    let force_conflicts = args.on("force-conflicts");
    let server_side = match (context.compat(), args.text("server-side")) {
        (Compat::V3, _) | (_, "false") => false,
        (_, "auto") if !replaces(args) => return Ok(ApplyChoice::Latched { force_conflicts }),
        (_, "auto") => return Ok(ApplyChoice::LatchedReplace),
        (_, "true") => true,
        (_, other) => {
            return Err(CliError::new(format!("invalid/unknown release server-side apply method: {other}")));
        }
    };
    Ok(ApplyChoice::Fixed(match (replaces(args), server_side) {
        (true, true) => {
            return Err(CliError::new(
                "invalid operation: cannot use server-side apply and force replace together",
            ));
        }
        (true, false) => ApplyMode::Replace,
        (false, true) => ApplyMode::ServerSide { force_conflicts },
        (false, false) => ApplyMode::ThreeWay,
    }))
}

/// `--labels`.
pub(crate) fn labels(args: &Args) -> BTreeMap<String, String> {
    let pairs = args.all("labels");
    pairs.iter().filter_map(|p| p.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

/// `--history-max`, else `HELM_MAX_HISTORY`; 0 keeps all.
pub(crate) fn max_history(context: &Context, args: &Args) -> usize {
    let number =
        if args.given("history-max") { args.int("history-max") } else { context.settings.max_history };
    usize::try_from(number).unwrap_or(0)
}
