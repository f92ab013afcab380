//! `package --sign`: which key, its passphrase, and the file beside the archive.

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use helm_chart::Chart;
use helm_source::provenance::{Keyring, ProvenanceError, Signer};

use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::parse::Args;

/// What `--sign` and its companions say.
pub(crate) struct Signing {
    key: String,
    keyring: PathBuf,
    passphrase_file: Option<PathBuf>,
    /// What the passphrase file holds: stdin can be read once only.
    passphrase: RefCell<Option<Vec<u8>>>,
}

impl Signing {
    /// Nothing without `--sign`.
    pub(crate) fn from_args(context: &Context, args: &Args) -> Result<Option<Signing>, CliError> {
        if !args.on("sign") {
            return Ok(None);
        }
        let key = args.text("key").to_owned();
        if key.is_empty() {
            return Err(CliError::usage("--key is required for signing a package"));
        }
        let keyring = crate::source::keyring(context, args);
        if keyring.as_os_str().is_empty() {
            return Err(CliError::usage("--keyring is required for signing a package"));
        }
        let passphrase_file = args.text_if_given("passphrase-file").map(PathBuf::from);
        Ok(Some(Signing { key, keyring, passphrase_file, passphrase: RefCell::default() }))
    }

    /// Writes the provenance file of an archive that was made of a chart.
    pub(crate) fn sign(&self, context: &Context, archive: &Path) -> Result<(), CliError> {
        let keyring = Keyring::open(&self.keyring, context.compat()).or_fail()?;
        let signer = keyring.signer(&self.key);
        if let Err(error @ ProvenanceError::Ambiguous(_)) = signer {
            return Err(CliError::new(error));
        }
        // A passphrase file is opened whether a passphrase is needed or not.
        let from_file = self.passphrase_from_file()?;
        let mut signer = signer.or_fail()?;
        if let Some(user) = signer.locked_user() {
            let passphrase = match from_file {
                Some(passphrase) => passphrase,
                None => {
                    let prompt = format!("Password for key {} >  ", crate::text::quote(user));
                    ask(context, &prompt)?
                }
            };
            signer.unlock(&passphrase).or_fail()?;
        }
        let chart = load(context, archive)?;
        let metadata = serde_json::to_value(&chart.metadata).or_fail()?;
        let metadata = govalue::yaml::sigs::marshal_json(&metadata).or_fail()?;
        let content = std::fs::read(archive)
            .map_err(|e| CliError::new(crate::text::path_error("open", archive, &e)))?;
        let name = archive.file_name().unwrap_or_default().to_string_lossy();
        let signed = signer.sign(&content, &name, &metadata).or_fail()?;
        let mut beside = archive.as_os_str().to_owned();
        beside.push(".prov");
        write_readable(Path::new(&beside), &signed)
            .map_err(|e| CliError::new(crate::text::path_error("open", Path::new(&beside), &e)))
    }

    /// The first line of the passphrase file.
    fn passphrase_from_file(&self) -> Result<Option<Vec<u8>>, CliError> {
        let Some(path) = &self.passphrase_file else { return Ok(None) };
        if let Some(passphrase) = &*self.passphrase.borrow() {
            return Ok(Some(passphrase.clone()));
        }
        let passphrase = if path.as_os_str() == "-" {
            if !stdin_is_pipe() {
                return Err(CliError::new("specified reading passphrase from stdin, without input on stdin"));
            }
            first_line(io::stdin().lock())
        } else {
            let file = std::fs::File::open(path)
                .map_err(|e| CliError::new(crate::text::path_error("open", path, &e)))?;
            first_line(BufReader::new(file))
        };
        let passphrase = passphrase.map_err(|e| match e.kind() {
            io::ErrorKind::UnexpectedEof => CliError::new("EOF"),
            _ => CliError::new(crate::text::path_error("read", path, &e)),
        })?;
        *self.passphrase.borrow_mut() = Some(passphrase.clone());
        Ok(Some(passphrase))
    }
}

/// The key that signs a plugin: unlike for charts, any key of the keyring will do when none is named.
pub(crate) fn plugin_signer(context: &Context, args: &Args) -> Result<Signer, CliError> {
    let keyring = Keyring::open(&crate::source::keyring(context, args), context.compat())
        .map_err(|e| CliError::new(format!("error reading from keyring: {e}")))?;
    let mut signer = keyring
        .signer(args.text("key"))
        .map_err(|e| CliError::new(format!("error reading from keyring: {e}")))?;
    let signing = Signing {
        key: String::new(),
        keyring: PathBuf::new(),
        passphrase_file: args.text_if_given("passphrase-file").map(PathBuf::from),
        passphrase: RefCell::default(),
    };
    let from_file = signing.passphrase_from_file()?;
    if let Some(user) = signer.locked_user() {
        let passphrase = match from_file {
            Some(passphrase) => passphrase,
            None => ask(context, &format!("Password for key {} >  ", crate::text::quote(user)))?,
        };
        signer.unlock(&passphrase).or_fail()?;
    }
    Ok(signer)
}

/// Writes a file that others may read and not write, whatever the umask allows.
fn write_readable(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o644);
    options.open(path)?.write_all(content)
}

/// Asks on the terminal; elsewhere the prompt is printed too, as Helm does.
fn ask(context: &Context, prompt: &str) -> Result<Vec<u8>, CliError> {
    if !io::stdin().is_terminal() {
        context.println(prompt)?;
        return Err(CliError::new("inappropriate ioctl for device"));
    }
    context.flush()?;
    Ok(crate::terminal::read_hidden(prompt)?.into_bytes())
}

fn load(context: &Context, archive: &Path) -> Result<Chart, CliError> {
    let mut warnings = Vec::new();
    let chart = helm_chart::archive::load(archive, context.compat(), &mut warnings);
    // They were printed when the folder was read.
    chart.map_err(|e| CliError::new(format!("failed to load chart for signing: {e}")))
}

/// A line without its end, as Go's `bufio.Reader.ReadLine` gives it: at most as long as its buffer.
fn first_line(input: impl BufRead) -> io::Result<Vec<u8>> {
    const BUFFER: u64 = 4096;
    let mut line = Vec::new();
    input.take(BUFFER).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    if line.ends_with(b"\n") {
        line.pop();
        if line.ends_with(b"\r") {
            line.pop();
        }
    }
    Ok(line)
}

#[cfg(unix)]
fn stdin_is_pipe() -> bool {
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::FileTypeExt as _;
    let file = io::stdin().as_fd().try_clone_to_owned().map(std::fs::File::from);
    file.and_then(|f| f.metadata()).is_ok_and(|m| m.file_type().is_fifo())
}

#[cfg(not(unix))]
fn stdin_is_pipe() -> bool {
    !io::stdin().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::first_line;

    #[test]
    fn lines_end_as_go_ends_them() {
        assert_eq!(first_line(&b"secret\r\nmore"[..]).expect("a line"), b"secret");
        assert_eq!(first_line(&b"secret"[..]).expect("a line"), b"secret");
        assert_eq!(first_line(&b"\n"[..]).expect("a line"), b"");
        assert!(first_line(&b""[..]).is_err());
        assert_eq!(first_line(&[b'x'; 5000][..]).expect("a line").len(), 4096);
    }
}
