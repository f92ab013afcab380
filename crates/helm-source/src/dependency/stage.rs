//! The new content of `charts/` beside the old one, and the moment in which they change places.
//!
//! Everything is made ready in a folder next to `charts/`, entries that stay included (as hard links). Then the two
//! folders are exchanged by one system call, so that a process that is killed at any moment leaves either the old
//! content or the new one. Where the file system has no such call, or `charts/` is a link or a mount of its own,
//! files are moved one by one and moved back when one of the moves fails.
//!
//! What a killed process leaves is one folder `charts-XXXXXX.tmp`, which the next run removes.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use helm_chart::PathError;
use tempfile::TempDir;

use super::path::join;

const PREFIX: &str = "charts-";
const SUFFIX: &str = ".tmp";

/// Why `charts/` cannot be changed; texts as Helm's where it has one.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum StageError {
    #[error("{} is not a directory", govalue::strconv::quote(.0.as_bytes()))]
    NotAFolder(String),
    #[error("unable to retrieve file info for '{path}': {source}")]
    Unknown { path: String, source: PathError },
    #[error("{0}")]
    Path(#[from] PathError),
}

fn fail(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> PathError {
    let path = path.to_string_lossy().into_owned();
    move |source| PathError { operation, path, source }
}

/// A folder that is going to be `charts/`.
pub(super) struct Stage {
    charts: PathBuf,
    folder: TempDir,
}

impl Stage {
    /// Makes the folder. A run that is alone on the chart removes what killed ones left.
    pub(super) fn new(chart: &str, alone: bool) -> Result<Stage, StageError> {
        let charts = PathBuf::from(join(&[chart, "charts"]));
        match fs::metadata(&charts) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(StageError::NotAFolder(charts.to_string_lossy().into_owned())),
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => {
                let source = fail("stat", &charts)(e);
                return Err(StageError::Unknown { path: charts.to_string_lossy().into_owned(), source });
            }
        }
        let chart = Path::new(chart);
        if alone {
            remove_left_over(chart);
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755));
        let folder = builder.tempdir_in(chart).map_err(fail("mkdir", chart))?;
        Ok(Stage { charts, folder })
    }

    /// Where new files go.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes what was staged the content of `charts/`. Entries that were there stay if they are folders or if `keep`
    /// says so; it is asked for every file that was not staged under the same name.
    pub(super) fn commit(self, keep: &mut dyn FnMut(&Path) -> bool) -> Result<(), StageError> {
        let change = Change::of(self.path(), &self.charts, keep)?;
        if change.is_none() {
            return Ok(());
        }
        if !fs::exists(&self.charts).unwrap_or(false) {
            fs::rename(self.path(), &self.charts).map_err(fail("rename", &self.charts))?;
            return Ok(());
        }
        if let ([file], []) = (&change.moved[..], &change.removed[..]) {
            return Ok(move_file(&self.path().join(file), &self.charts.join(file))?);
        }
        if self.fill(&change).and_then(|()| exchange(self.path(), &self.charts)).is_ok() {
            return Ok(());
        }
        Ok(move_each(&change, self.path(), &self.charts)?)
    }

    /// Puts what stays of the old content into the new folder, which also takes the old one's place in every other
    /// respect.
    fn fill(&self, change: &Change) -> io::Result<()> {
        if fs::symlink_metadata(&self.charts)?.is_symlink() {
            return Err(ErrorKind::Unsupported.into());
        }
        for name in &change.kept {
            link(&self.charts.join(name), &self.path().join(name))?;
        }
        let found = fs::metadata(&self.charts)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let own = fs::metadata(self.path())?;
            if (own.uid(), own.gid()) != (found.uid(), found.gid()) {
                std::os::unix::fs::chown(self.path(), Some(found.uid()), Some(found.gid()))?;
            }
        }
        fs::set_permissions(self.path(), found.permissions())
    }
}

/// Removes what runs left that are no more.
fn remove_left_over(chart: &Path) {
    for entry in fs::read_dir(chart).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if super::lock::is_temporary(&name) {
            let _ = fs::remove_file(entry.path());
        }
        let random = name.strip_prefix(PREFIX).and_then(|n| n.strip_suffix(SUFFIX));
        let is_stage = random.is_some_and(|r| r.len() == 6 && r.bytes().all(|b| b.is_ascii_alphanumeric()));
        if is_stage {
            // Not worth a word: it is in nobody's way.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The difference between the old content and the new, by file names.
#[derive(Debug, Default)]
struct Change {
    /// Files to bring in, in the place of others where names are equal.
    moved: Vec<PathBuf>,
    /// Files to take away.
    removed: Vec<PathBuf>,
    /// Entries to leave, those that the new content repeats among them.
    kept: Vec<PathBuf>,
}

impl Change {
    fn of(stage: &Path, charts: &Path, keep: &mut dyn FnMut(&Path) -> bool) -> Result<Change, PathError> {
        let mut change = Change::default();
        let staged = entries(stage)?;
        let mut same = BTreeSet::new();
        let old = if fs::exists(charts).unwrap_or(false) { entries(charts)? } else { BTreeSet::new() };
        for name in old {
            let path = charts.join(&name);
            if staged.contains(&name) {
                if equal(&stage.join(&name), &path) {
                    same.insert(name);
                }
            } else if fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir()) || keep(&path) {
                change.kept.push(name);
            } else {
                change.removed.push(name);
            }
        }
        change.moved.extend(staged.into_iter().filter(|name| !same.contains(name)));
        Ok(change)
    }

    fn is_none(&self) -> bool {
        self.moved.is_empty() && self.removed.is_empty()
    }
}

fn entries(folder: &Path) -> Result<BTreeSet<PathBuf>, PathError> {
    let read = fs::read_dir(folder).map_err(fail("open", folder))?;
    read.map(|entry| entry.map(|e| PathBuf::from(e.file_name())))
        .collect::<io::Result<_>>()
        .map_err(fail("readdirent", folder))
}

/// Whether two files are the same to their bytes.
fn equal(a: &Path, b: &Path) -> bool {
    let length = |path: &Path| fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file).map(|m| m.len());
    match (length(a), length(b)) {
        (Some(x), Some(y)) if x == y => {
            matches!((fs::read(a), fs::read(b)), (Ok(a), Ok(b)) if a == b)
        }
        _ => false,
    }
}

/// The same entry under another name: hard links to files, folders and symbolic links made anew.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(from)?;
    if found.is_symlink() {
        return symlink(&fs::read_link(from)?, to);
    }
    if !found.is_dir() {
        return fs::hard_link(from, to);
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        link(&from.join(&name), &to.join(&name))?;
    }
    fs::set_permissions(to, found.permissions())
}

#[cfg(unix)]
fn symlink(target: &Path, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, to)
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Lets two folders change names, all at once.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Moves a file, by way of a copy if the target is on another file system.
fn move_file(from: &Path, to: &Path) -> Result<(), PathError> {
    let first = match fs::rename(from, to) {
        Err(e) if e.kind() == ErrorKind::CrossesDevices => e,
        other => return other.map_err(fail("rename", to)),
    };
    let Some(folder) = to.parent() else { return Err(fail("rename", to)(first)) };
    let copy = tempfile::NamedTempFile::with_prefix_in(".", folder).map_err(fail("open", folder))?;
    fs::copy(from, copy.path()).map_err(fail("open", to))?;
    copy.persist(to).map_err(|e| fail("rename", to)(e.error))?;
    Ok(())
}

/// Carries a change out file by file, and takes it back when something fails.
fn move_each(change: &Change, stage: &Path, charts: &Path) -> Result<(), PathError> {
    let old = stage.join(".old");
    fs::create_dir(&old).map_err(fail("mkdir", &old))?;
    let mut done: Vec<(PathBuf, PathBuf)> = Vec::new();
    let steps = change
        .moved
        .iter()
        .chain(&change.removed)
        .map(|name| (charts.join(name), old.join(name)))
        .chain(change.moved.iter().map(|name| (stage.join(name), charts.join(name))));
    for (from, to) in steps {
        match move_file(&from, &to) {
            Ok(()) => done.push((from, to)),
            Err(e) if e.source.kind() == ErrorKind::NotFound && to.starts_with(&old) => {}
            Err(e) => {
                for (from, to) in done.iter().rev() {
                    // The first error is the one to tell.
                    let _ = move_file(to, from);
                }
                return Err(e);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(folder: &Path) -> Vec<(String, String)> {
        let mut all = Vec::new();
        let mut open = vec![folder.to_path_buf()];
        while let Some(next) = open.pop() {
            for entry in fs::read_dir(next).expect("a folder").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let name = path.strip_prefix(folder).expect("inside").to_string_lossy().into_owned();
                    all.push((name, fs::read_to_string(&path).expect("text")));
                }
            }
        }
        all.sort();
        all
    }

    fn write(path: PathBuf, text: &str) {
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    fn old_chart() -> TempDir {
        let chart = tempfile::tempdir().expect("a folder");
        for (name, text) in
            [("a-1.tgz", "a1"), ("b-1.tgz", "b1"), ("notes", "n"), ("unpacked/Chart.yaml", "u")]
        {
            write(chart.path().join("charts").join(name), text);
        }
        chart
    }

    fn new_content(chart: &Path) -> Stage {
        let stage = Stage::new(chart.to_str().expect("a plain path"), true).expect("a stage");
        write(stage.path().join("a-2.tgz"), "a2");
        write(stage.path().join("b-1.tgz"), "b1 anew");
        stage
    }

    const EXPECTED: [(&str, &str); 4] =
        [("a-2.tgz", "a2"), ("b-1.tgz", "b1 anew"), ("notes", "n"), ("unpacked/Chart.yaml", "u")];

    fn assert_new(chart: &Path) {
        let found = tree(&chart.join("charts"));
        let found: Vec<(&str, &str)> = found.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        assert_eq!(found, EXPECTED);
    }

    #[test]
    fn folders_change_places() {
        let chart = old_chart();
        let stage = new_content(chart.path());
        stage.commit(&mut |path| path.ends_with("notes")).expect("committed");
        assert_new(chart.path());
        assert_eq!(fs::read_dir(chart.path()).expect("a folder").count(), 1, "nothing is left over");
    }

    #[test]
    fn a_linked_folder_is_changed_file_by_file() {
        let (chart, elsewhere) = (old_chart(), tempfile::tempdir().expect("a folder"));
        fs::rename(chart.path().join("charts"), elsewhere.path().join("charts")).expect("moved");
        symlink(&elsewhere.path().join("charts"), &chart.path().join("charts")).expect("linked");
        let stage = new_content(chart.path());
        stage.commit(&mut |path| path.ends_with("notes")).expect("committed");
        assert_new(chart.path());
        assert!(chart.path().join("charts").is_symlink());
    }

    #[test]
    fn failing_moves_are_taken_back() {
        let chart = old_chart();
        let before = tree(chart.path());
        let stage = new_content(chart.path());
        let missing = Change {
            moved: vec!["a-2.tgz".into(), "none.tgz".into()],
            removed: vec!["a-1.tgz".into()],
            kept: Vec::new(),
        };
        let charts = chart.path().join("charts");
        assert!(move_each(&missing, stage.path(), &charts).is_err());
        drop(stage);
        assert_eq!(tree(chart.path()), before);
    }

    #[test]
    fn who_is_alone_cleans_up() {
        let chart = old_chart();
        let before = tree(chart.path());
        let path = chart.path().to_str().expect("a plain path").to_owned();
        let dead = chart.path().join("charts-abcdef.tmp");
        write(dead.join("x"), "left by a killed run");
        drop(Stage::new(&path, false).expect("a stage"));
        assert!(dead.exists());
        drop(Stage::new(&path, true).expect("a stage"));
        assert_eq!(tree(chart.path()), before);
    }

    #[test]
    fn equal_content_is_left_alone() {
        let chart = old_chart();
        let stage = Stage::new(chart.path().to_str().expect("a plain path"), true).expect("a stage");
        write(stage.path().join("b-1.tgz"), "b1");
        let file = chart.path().join("charts/b-1.tgz");
        let before = fs::metadata(&file).expect("there").modified().expect("a time");
        stage.commit(&mut |_| true).expect("committed");
        assert_eq!(fs::metadata(&file).expect("there").modified().expect("a time"), before);
    }
}
