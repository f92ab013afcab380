//! The revisions of one release and what may be done next.

use crate::{Release, Status};

/// What tells one revision of a release from another: a record, or what is known of one without unpacking it.
pub trait Revision {
    /// The name of the release.
    fn release(&self) -> &str;
    /// The number of the revision.
    fn version(&self) -> u32;
    /// Its status.
    fn status(&self) -> &Status;
}

impl Revision for Release {
    fn release(&self) -> &str {
        &self.name
    }

    fn version(&self) -> u32 {
        self.version
    }

    fn status(&self) -> &Status {
        &self.info.status
    }
}

/// The revisions of one release, oldest first. Never empty.
#[derive(Clone, Debug)]
pub struct History<R>(Vec<R>);

impl<R: Revision> History<R> {
    /// A history of revisions in any order; `None` when there are none.
    pub fn new(mut revisions: Vec<R>) -> Option<History<R>> {
        revisions.sort_by_key(R::version);
        (!revisions.is_empty()).then_some(History(revisions))
    }

    /// The revisions, oldest first.
    pub fn revisions(&self) -> &[R] {
        &self.0
    }

    /// The revisions, oldest first.
    pub fn into_revisions(self) -> Vec<R> {
        self.0
    }

    /// The newest revision.
    pub fn last(&self) -> &R {
        self.0.last().expect("a history is never empty")
    }

    /// The newest revision that is deployed. Two writers at once can leave several.
    pub fn deployed(&self) -> Option<&R> {
        self.0.iter().rev().find(|revision| *revision.status() == Status::Deployed)
    }

    /// The revision with a number.
    pub fn revision(&self, version: u32) -> Option<&R> {
        self.0.iter().find(|revision| revision.version() == version)
    }

    /// The number of the next revision.
    pub fn next_version(&self) -> u32 {
        self.last().version().saturating_add(1)
    }

    /// The newest revision that once was deployed: where a failed upgrade goes back to.
    pub fn last_successful(&self) -> Option<&R> {
        let good = |r: &&R| matches!(r.status(), Status::Superseded | Status::Deployed);
        self.0.iter().rev().find(good)
    }

    /// The revision whose objects an upgrade starts from.
    pub fn upgrade_base(&self) -> Result<&R, NotUpgradable> {
        let last = self.last();
        if last.status().is_pending() {
            return Err(NotUpgradable::Pending);
        }
        match self.deployed() {
            Some(deployed) => Ok(deployed),
            None if matches!(last.status(), Status::Failed | Status::Superseded) => Ok(last),
            None => Err(NotUpgradable::NothingDeployed(last.release().to_owned())),
        }
    }

    /// The revisions to delete so that at most `keep` stay: the oldest ones, but never the newest deployed one.
    pub fn to_prune(&self, keep: usize) -> Vec<u32> {
        let deployed = self.deployed().map(R::version);
        let surplus = self.0.len().saturating_sub(keep);
        self.0.iter().map(R::version).filter(|version| Some(*version) != deployed).take(surplus).collect()
    }
}

/// Why no upgrade may begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotUpgradable {
    /// The newest revision is in a pending state.
    #[error("another operation (install/upgrade/rollback) is in progress")]
    Pending,
    /// No revision is deployed, and the newest one was removed.
    #[error("\"{0}\" has no deployed releases")]
    NothingDeployed(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(states: &[Status]) -> History<Release> {
        let release = |(at, status): (usize, &Status)| {
            let mut release = Release { name: "demo".into(), version: at as u32 + 1, ..Release::default() };
            release.info.status = status.clone();
            release
        };
        History::new(states.iter().enumerate().rev().map(release).collect()).unwrap()
    }

    #[test]
    fn the_base_of_an_upgrade() {
        use Status::{Deployed, Failed, PendingUpgrade, Superseded, Uninstalled};
        let base = |states: &[Status]| history(states).upgrade_base().map(|r| r.version);
        assert_eq!(base(&[Superseded, Deployed]), Ok(2));
        assert_eq!(base(&[Deployed, Failed]), Ok(1));
        assert_eq!(base(&[Superseded, Failed]), Ok(2));
        assert_eq!(base(&[Failed]), Ok(1));
        assert_eq!(base(&[Deployed, PendingUpgrade]), Err(NotUpgradable::Pending));
        let none = base(&[Superseded, Uninstalled]).unwrap_err();
        assert_eq!(none.to_string(), "\"demo\" has no deployed releases");
    }

    #[test]
    fn pruning_spares_the_deployed_revision() {
        use Status::{Deployed, Failed, Superseded};
        let history = history(&[Deployed, Superseded, Failed, Failed]);
        assert_eq!(history.to_prune(3), [2]);
        assert_eq!(history.to_prune(1), [2, 3, 4]);
        assert_eq!(history.to_prune(0), [2, 3, 4]);
        assert!(history.to_prune(9).is_empty());
    }
}
