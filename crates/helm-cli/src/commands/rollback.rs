//! `helm rollback`.

use helm_actions::{RollbackRequest, rollback};

use crate::conduct;
use crate::connect;
use crate::context::Context;
use crate::error::CliError;
use crate::parse::Args;

pub(crate) fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let given = args.positional();
    let revision = match given.get(1) {
        None => 0,
        Some(text) => text.parse::<i64>().map_err(|_| {
            CliError::usage(format!(
                "could not convert revision to a number: strconv.Atoi: parsing {}: invalid syntax",
                crate::text::quote(text)
            ))
        })?,
    };
    let name = given[0].to_owned();
    let request = RollbackRequest {
        revision,
        apply: conduct::apply_choice(context, args)?,
        max_history: conduct::max_history(context, args),
        cleanup_on_fail: args.on("cleanup-on-fail"),
        conduct: conduct::conduct(context, args)?,
        ..RollbackRequest::new(&name)
    };
    connect::run(context, false, None, |action| async move { rollback(&action, &request).await })?;
    context.println("Rollback was a success! Happy Helming!")
}
