use tokio::sync::watch;

/// The end of an operation before its time: given to the operation, which ends at its current step.
#[derive(Clone, Debug)]
pub struct Cancel(watch::Receiver<bool>);

/// Ends operations: see [`Cancel`].
#[derive(Debug)]
pub struct Canceller(watch::Sender<bool>);

impl Cancel {
    /// A pair: what ends operations, and what they look at.
    pub fn pair() -> (Canceller, Cancel) {
        let (sender, receiver) = watch::channel(false);
        (Canceller(sender), Cancel(receiver))
    }

    /// Never ends anything.
    pub fn never() -> Cancel {
        Cancel::pair().1
    }

    /// Whether the operation is to end.
    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    /// The signal itself.
    pub(crate) fn signal(&self) -> watch::Receiver<bool> {
        self.0.clone()
    }

    /// Waits until the operation is to end; for ever if nobody can say so any more.
    pub async fn cancelled(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|cancelled| *cancelled).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Canceller {
    /// Ends all operations that were given the other half.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }
}
