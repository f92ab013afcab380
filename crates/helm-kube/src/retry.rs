//! Trying again after a conflict, as client-go's `retry.DefaultRetry`: five attempts, ten milliseconds apart.

use std::time::Duration;

use crate::Error;

const ATTEMPTS: usize = 5;
const PAUSE: Duration = Duration::from_millis(10);

/// Runs `attempt` until it succeeds or fails with an error `again` does not hold for.
pub(crate) async fn retry<T>(
    again: impl Fn(&Error) -> bool,
    mut attempt: impl AsyncFnMut() -> Result<T, Error>,
) -> Result<T, Error> {
    for _ in 1..ATTEMPTS {
        match attempt().await {
            Err(error) if again(&error) => tokio::time::sleep(PAUSE).await,
            outcome => return outcome,
        }
    }
    attempt().await
}

/// Whether the server could not count the object against a quota because somebody else was just counted.
pub(crate) fn is_quota_conflict(error: &Error) -> bool {
    error.is_conflict()
        && error.status().is_some_and(|status| {
            status.message.contains("Operation cannot be fulfilled on resourcequotas")
                && status.message.contains("the object has been modified")
        })
}
