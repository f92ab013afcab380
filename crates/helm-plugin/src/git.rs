//! Plugins in git repositories, by the program `git`, called as Helm's library for version control calls it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use gosemver::{Constraint, Version};
use govalue::strconv::quote;

/// Why a repository cannot be had; the texts are Helm's library's, what git said stays out of them.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the texts say it")]
pub enum GitError {
    #[error("Cannot detect VCS")]
    Unknown,
    #[error("git is not installed")]
    NotInstalled,
    #[error("Unable to retrieve local repo information")]
    Local,
    #[error("The Remote does not match the VCS endpoint")]
    WrongRemote,
    #[error("Unable to get repository")]
    Get,
    #[error("Unable to update repository")]
    Update,
    #[error("Unable to update checked out version")]
    Checkout,
    #[error("Unable to retrieve tags")]
    Tags,
    #[error("{0}")]
    Constraint(String),
    #[error("requested version {} does not exist for plugin {}", quote(version.as_bytes()), quote(remote.as_bytes()))]
    NoVersion { version: String, remote: String },
}

/// A copy of a repository on this disk.
#[derive(Debug)]
pub struct Checkout {
    /// Where it comes from.
    pub remote: String,
    /// Its folder.
    pub folder: PathBuf,
}

/// Hosts of git repositories whose URLs need no `.git` at the end, and how many names the path has at least.
const HOSTS: &[(&str, usize)] = &[
    ("github.com", 2),
    ("bitbucket.org", 2),
    ("git.launchpad.net", 1),
    ("hub.jazz.net", 3),
    ("go.googlesource.com", 1),
    ("git.openstack.org", 2),
    ("git.code.sf.net", 3),
];

/// Whether a source is the address of a git repository (`detectVcsFromURL`). Helm would also ask a server that it does
/// not know for `go-import` tags; such addresses want `.git` at the end here.
fn is_git(source: &str) -> bool {
    let (scheme, authority, path) = match source.split_once("://") {
        Some(("file", path)) => return Path::new(path).join(".git").exists(),
        Some((scheme, rest)) => {
            let rest = rest.split(['?', '#']).next().unwrap_or_default();
            let at = rest.find('/').unwrap_or(rest.len());
            (scheme, &rest[..at], &rest[at..])
        }
        // `user@host:path`
        None => match source.split_once(':') {
            Some((authority, path)) if authority.contains('@') => ("ssh", authority, path),
            _ => return false,
        },
    };
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    if host.is_empty() {
        return false;
    }
    if matches!(scheme, "git" | "git+ssh") {
        return true;
    }
    if let Some((_, names)) = HOSTS.iter().find(|(known, _)| *known == host) {
        return path.split('/').filter(|name| !name.is_empty()).count() >= *names;
    }
    path.ends_with(".git") || user.split(':').next() == Some("git")
}

impl Checkout {
    /// A repository that is, or will be, copied to a folder.
    pub fn new(remote: &str, folder: &Path) -> Result<Checkout, GitError> {
        let is_there = folder.join(".git").exists();
        if !is_git(remote) && !is_there {
            return Err(GitError::Unknown);
        }
        installed()?;
        let checkout = Checkout { remote: remote.to_owned(), folder: folder.to_owned() };
        if is_there && checkout.configured_remote()? != remote {
            return Err(GitError::WrongRemote);
        }
        Ok(checkout)
    }

    /// What was copied to a folder before.
    pub fn existing(folder: &Path) -> Result<Checkout, GitError> {
        if !folder.join(".git").exists() {
            return Err(GitError::Unknown);
        }
        installed()?;
        let mut checkout = Checkout { remote: String::new(), folder: folder.to_owned() };
        checkout.remote = checkout.configured_remote()?;
        Ok(checkout)
    }

    fn configured_remote(&self) -> Result<String, GitError> {
        let out = self.git(&["config", "--get", "remote.origin.url"]).ok_or(GitError::Local)?;
        Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned())
    }

    /// Runs git in the folder; `None` when it failed.
    fn git(&self, args: &[&str]) -> Option<Output> {
        run(Command::new("git").args(args).current_dir(&self.folder))
    }

    /// Copies the repository, or brings the copy up to date.
    pub fn sync(&self) -> Result<(), GitError> {
        if self.folder.exists() {
            return self.update();
        }
        let mut clone = Command::new("git");
        clone.args(["clone", "--recursive", "--"]).arg(&self.remote).arg(&self.folder);
        run(&mut clone).map(drop).ok_or(GitError::Get)
    }

    /// Brings the copy up to date.
    pub fn update(&self) -> Result<(), GitError> {
        let done = |args: &[&str]| self.git(args).map(drop).ok_or(GitError::Update);
        done(&["fetch", "--tags", "--", "origin"])?;
        let head = fs::read_to_string(self.folder.join(".git/HEAD")).map_err(|_| GitError::Update)?;
        if !head.trim().starts_with("ref:") {
            return Ok(());
        }
        done(&["pull"])?;
        self.submodules().ok_or(GitError::Update)
    }

    fn submodules(&self) -> Option<()> {
        self.git(&["submodule", "update", "--init", "--recursive"])?;
        self.git(&["clean", "-x", "-d", "-f", "-f"])?;
        self.git(&["submodule", "foreach", "--recursive", "git clean -x -d -f -f"]).map(drop)
    }

    /// Whether files were changed since.
    pub fn is_dirty(&self) -> bool {
        self.git(&["diff"]).is_none_or(|out| !out.stdout.is_empty())
    }

    /// The reference for a version: itself where git knows it, else the highest tag that a constraint allows.
    pub fn solve(&self, version: &str) -> Result<String, GitError> {
        // No reference begins so; git would take it for an option.
        let is_option = version.starts_with('-');
        if !is_option
            && (self.git(&["rev-parse", "--verify", version]).is_some()
                || self.git(&["show-ref", version]).is_some())
        {
            return Ok(version.to_owned());
        }
        let constraint = Constraint::parse(version).map_err(|e| GitError::Constraint(e.to_string()))?;
        let refs = self.git(&["show-ref"]).ok_or(GitError::Tags)?;
        let refs = String::from_utf8_lossy(&refs.stdout).into_owned();
        let tags = refs.lines().filter_map(|line| line.split_once("tags/")).map(|(_, tag)| tag);
        let versions = tags.filter_map(|tag| Version::parse(tag).ok());
        match versions.filter(|v| constraint.check(v)).max() {
            Some(found) => Ok(found.original().to_owned()),
            None => Err(GitError::NoVersion { version: version.to_owned(), remote: self.remote.clone() }),
        }
    }

    /// Goes to a reference.
    pub fn checkout(&self, reference: &str) -> Result<(), GitError> {
        self.git(&["checkout", reference]).ok_or(GitError::Checkout)?;
        self.submodules().ok_or(GitError::Checkout)
    }
}

fn run(command: &mut Command) -> Option<Output> {
    let out = command.stdin(Stdio::null()).output().ok()?;
    out.status.success().then_some(out)
}

fn installed() -> Result<(), GitError> {
    let found = Command::new("git").arg("--version").stdin(Stdio::null()).output();
    found.map(drop).map_err(|_| GitError::NotInstalled)
}

#[cfg(test)]
mod tests {
    use super::is_git;

    #[test]
    fn repositories_are_told_by_their_addresses() {
        for git in [
            "https://github.com/a/b",
            "https://example.com/x.git",
            "git@example.com:a/b",
            "ssh://git@example.com/a/b",
            "git://example.com/a",
        ] {
            assert!(is_git(git), "{git}");
        }
        for other in
            ["https://github.com/a", "https://example.com/x", "a/b", "file:///nowhere/x.git", "x.git"]
        {
            assert!(!is_git(other), "{other}");
        }
    }
}
