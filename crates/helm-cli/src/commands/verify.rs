//! `helm verify`.

use std::path::Path;

use helm_source::provenance;

use crate::command::{Arity, BLANK, Command};
use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::flag::KEYRING;
use crate::parse::Args;

/// The command.
pub(crate) const COMMAND: Command = Command {
    name: "verify",
    usage: "verify PATH",
    short: "check the signature of a packaged chart",
    long: "Checks that an archive is the one that its provenance file (PATH.prov) was made for, and that a key of the \
           keyring signed it.",
    arity: Arity::Exactly(1),
    flags: &[&[KEYRING]],
    run: Some(run),
    ..BLANK
};

fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let path = args.positional()[0];
    let beside = format!("{path}.prov");
    let keyring = crate::source::keyring(context, args);
    let verified = provenance::verify_chart(Path::new(path), Path::new(&beside), &keyring, context.compat())
        .or_fail()?;
    print(context, &verified)
}

/// What a good signature says, in Helm's lines.
pub(crate) fn print(context: &Context, verified: &provenance::Verification) -> Result<(), CliError> {
    for user in &verified.signed_by {
        context.println(&format!("Signed by: {user}"))?;
    }
    context.println(&format!("Using Key With Fingerprint: {}", verified.fingerprint))?;
    context.println(&format!("Chart Hash Verified: {}", verified.file_hash))
}
