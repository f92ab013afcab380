//! `helm verify`.

use std::path::Path;

use helm_source::provenance;

use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::parse::Args;

pub(crate) fn run(context: &Context, args: &Args) -> Result<(), CliError> {
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
