//! Waiting until objects are ready, done or gone.

use std::fmt;
use std::time::Duration;

use k8s_object::ObjectRef;
use k8s_object::readiness::Verdict;
use tokio::sync::watch;

use crate::{Cluster, Error, Resource};

mod legacy;
mod watcher;

/// How to find out about objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitStrategy {
    /// Objects are watched and judged by the kstatus rules.
    Watcher,
    /// Objects are read every two seconds and judged by Helm 3's rules.
    Legacy,
    /// Only hooks are waited for, as by [`WaitStrategy::Watcher`].
    HookOnly,
}

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitFor {
    /// Objects are ready; Jobs need only have started.
    Ready,
    /// Objects are ready, Jobs have completed.
    ReadyWithJobs,
    /// Hooks are done: Jobs have completed, Pods have succeeded.
    HookDone,
    /// Objects are gone.
    Deleted,
}

/// News about an object that is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitEvent {
    /// The object.
    pub object: ObjectRef,
    /// How it stands now.
    pub verdict: Verdict,
}

/// What is told the news.
pub type WaitObserver<'a> = &'a (dyn Fn(&WaitEvent) + Send + Sync);

/// How to wait.
#[derive(Clone)]
pub struct WaitOptions<'a> {
    /// How to find out about objects.
    pub strategy: WaitStrategy,
    /// What to wait for.
    pub until: WaitFor,
    /// How long to wait at most. Zero means half a minute for the watcher and no limit for the legacy strategy, as
    /// in Helm.
    pub timeout: Duration,
    /// Ends the wait when it becomes true.
    pub cancel: Option<watch::Receiver<bool>>,
    /// Is told whenever the verdict on an object changes.
    pub observer: Option<WaitObserver<'a>>,
}

impl fmt::Debug for WaitOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitOptions")
            .field("strategy", &self.strategy)
            .field("until", &self.until)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl<'a> WaitOptions<'a> {
    /// Waits with a strategy for something, for some time at most.
    pub fn new(strategy: WaitStrategy, until: WaitFor, timeout: Duration) -> WaitOptions<'a> {
        WaitOptions { strategy, until, timeout, cancel: None, observer: None }
    }

    fn tell(&self, object: &ObjectRef, verdict: &Verdict) {
        if let Some(observer) = self.observer {
            observer(&WaitEvent { object: object.clone(), verdict: verdict.clone() });
        }
    }

    /// Comes true when the caller cancels; never without a way to.
    async fn cancelled(&self) {
        if let Some(mut signal) = self.cancel.clone()
            && signal.wait_for(|cancelled| *cancelled).await.is_ok()
        {
            return;
        }
        std::future::pending().await
    }
}

impl Cluster {
    /// Waits for objects. The error names, in Helm's words, each that is not as it should be.
    pub async fn wait(&self, resources: &[Resource], options: &WaitOptions<'_>) -> Result<(), Error> {
        match (options.strategy, options.until) {
            (WaitStrategy::HookOnly, WaitFor::Ready | WaitFor::ReadyWithJobs | WaitFor::Deleted) => Ok(()),
            (WaitStrategy::Watcher | WaitStrategy::HookOnly, _) => {
                watcher::wait(self, resources, options).await
            }
            (WaitStrategy::Legacy, _) => legacy::wait(self, resources, options).await,
        }
    }
}
