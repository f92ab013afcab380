//! `helm unlock`: takes a release that a dead process left pending.

use helm_actions::unlock;

use crate::connect;
use crate::context::Context;
use crate::error::CliError;
use crate::parse::Args;

pub(crate) fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let name = args.positional()[0].to_owned();
    let version = connect::run(context, false, None, |action| {
        let name = name.clone();
        async move { unlock(&action, &name).await }
    })?;
    context.println(&format!("release \"{name}\" unlocked: revision {version} is marked as failed"))
}
