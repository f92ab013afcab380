use helm_release::{History, Revision, validate_name};
use helm_store::Record;

use crate::{ActionError, Context, Failure};

/// The revisions of a release that is about to be changed: see [`helm_store::Store::claimed_records`].
pub(crate) async fn claimed_records(context: &Context, name: &str) -> Result<Vec<Record>, ActionError> {
    tokio::select! {
        biased;
        () = context.cancel.cancelled() => Err(ActionError::Cancelled),
        records = context.store().claimed_records(name) => Ok(records?),
    }
}

/// Marks the newest revision of a release as failed where it was left pending. Answers its number.
pub async fn unlock(context: &Context, name: &str) -> Result<u32, Failure> {
    context.cluster().check_reachable().await?;
    if validate_name(name).is_err() {
        return Err(ActionError::InvalidName { context: "unlock: r", name: name.to_owned() }.into());
    }
    let before = context.store().records(name).await?;
    let pending = |records: Vec<Record>| {
        let last = History::new(records)?.into_revisions().pop()?;
        last.status().is_pending().then_some(last)
    };
    let Some(last) = pending(before) else {
        return Err(ActionError::NotPending(name.to_owned()).into());
    };
    let version = last.version();
    // A writer who lives is waited for; one who died has its revision marked by this.
    if let Some(mut last) = pending(claimed_records(context, name).await?) {
        context.store().mark_failed(&mut last, "unlocked by the user").await?;
    }
    Ok(version)
}
