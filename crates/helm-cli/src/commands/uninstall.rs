//! `helm uninstall`.

use helm_actions::{Propagation, UninstallOptions, uninstall};

use crate::conduct;
use crate::connect;
use crate::context::Context;
use crate::error::CliError;
use crate::parse::Args;

pub(crate) fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let propagation = match args.text("cascade") {
        "background" => Propagation::Background,
        "foreground" => Propagation::Foreground,
        "orphan" => Propagation::Orphan,
        other => {
            return Err(CliError::usage(format!(
                "invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\""
            )));
        }
    };
    let options = UninstallOptions {
        dry_run: args.on("dry-run"),
        hooks: !args.on("no-hooks"),
        ignore_not_found: args.on("ignore-not-found"),
        keep_history: args.on("keep-history"),
        propagation,
        wait: conduct::wait(context, args)?,
        timeout: conduct::timeout(args),
        description: args.text("description").to_owned(),
    };
    for name in args.positional() {
        let outcome = connect::run(context, false, None, |action| {
            let (name, options) = (name.to_owned(), options.clone());
            async move { uninstall(&action, &name, &options).await }
        })?;
        if let Some(info) = outcome.map(|o| o.info).filter(|i| !i.is_empty()) {
            context.println(&info)?;
        }
        context.println(&format!("release \"{name}\" uninstalled"))?;
    }
    Ok(())
}
