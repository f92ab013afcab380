//! Opening what somebody else may have put there: never a device, a pipe or a socket, never without measure.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Opens a file for reading, at once: a pipe that nobody writes to would be waited for.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = rustix::fs::OFlags::NONBLOCK.bits();
    OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// Opens a regular file. A folder opens too, and fails when it is read, as for Go.
pub fn open_regular(path: &Path) -> io::Result<File> {
    // A socket cannot be opened at all, and says so in odd words.
    let irregular = |found: &std::fs::Metadata| !found.is_file() && !found.is_dir();
    if irregular(&std::fs::metadata(path)?) {
        return Err(not_regular());
    }
    let file = open(path)?;
    if irregular(&file.metadata()?) {
        return Err(not_regular());
    }
    Ok(file)
}

/// Reads a regular file of at most so many bytes.
pub fn read_regular(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    read_within(open_regular(path)?, max)
}

/// Reads a file that the user named: one that is regular, a device of bytes, or a pipe that the shell hands over
/// (`/dev/stdin`, `<(…)`). Any other pipe might never be written to.
pub fn read_named(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    let found = std::fs::metadata(path)?;
    let handed_over =
        ["/dev/fd/", "/dev/stdin", "/proc/self/fd/"].iter().any(|p| path.to_string_lossy().starts_with(p));
    if found.is_file() || found.is_dir() {
        return read_regular(path, max);
    }
    if handed_over || is_device_of_bytes(&found) {
        return read_within(File::open(path)?, max);
    }
    Err(not_regular())
}

#[cfg(unix)]
fn is_device_of_bytes(found: &std::fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_char_device(&found.file_type())
}

#[cfg(not(unix))]
fn is_device_of_bytes(_: &std::fs::Metadata) -> bool {
    false
}

fn not_regular() -> io::Error {
    io::Error::other("not a regular file")
}

/// Reads to the end, unless that lies beyond the bound.
fn read_within(file: File, max: u64) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    file.take(max + 1).read_to_end(&mut data)?;
    if data.len() as u64 > max {
        return Err(io::Error::other(format!("file is larger than {max} bytes")));
    }
    Ok(data)
}

#[cfg(all(test, unix))]
mod tests {
    use std::path::Path;

    use super::{read_named, read_regular};

    #[test]
    fn what_is_no_file_or_too_large_is_refused_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("file"), "12345").expect("written");
        let socket = std::os::unix::net::UnixListener::bind(at("socket")).expect("a socket");
        let made = std::process::Command::new("mkfifo").arg(at("fifo")).status().expect("mkfifo runs");
        assert!(made.success());
        assert_eq!(read_regular(&at("file"), 5).expect("read"), b"12345");
        let text = |read: std::io::Result<Vec<u8>>| read.map_err(|e| e.to_string()).expect_err("refused");
        assert_eq!(text(read_regular(&at("file"), 4)), "file is larger than 4 bytes");
        assert_eq!(text(read_named(&at("file"), 4)), "file is larger than 4 bytes");
        for path in [at("fifo"), at("socket")] {
            assert_eq!(text(read_regular(&path, 5)), "not a regular file");
            assert_eq!(text(read_named(&path, 5)), "not a regular file");
        }
        assert_eq!(text(read_regular(Path::new("/dev/zero"), 5)), "not a regular file");
        assert_eq!(text(read_named(Path::new("/dev/zero"), 5)), "file is larger than 5 bytes");
        assert_eq!(read_named(Path::new("/dev/null"), 5).expect("read"), b"");
        drop(socket);
    }
}
