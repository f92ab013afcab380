//! Asking a person.

use std::io::{self, BufRead, Write};

use crate::error::{CliError, OrFail};

fn prompt(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).or_fail()
}

/// Asks for a line.
pub(crate) fn read_line(question: &str) -> Result<String, CliError> {
    prompt(question)?;
    let mut line = String::new();
    match io::stdin().lock().read_line(&mut line) {
        Ok(0) => Err(CliError::new("EOF")),
        Ok(_) => Ok(line.trim_end_matches(['\n', '\r']).to_owned()),
        Err(e) => Err(CliError::new(crate::text::io_error(&e))),
    }
}

/// Asks for a secret, which is not shown while it is typed. Only a terminal can be asked.
#[cfg(unix)]
pub(crate) fn read_hidden(question: &str) -> Result<String, CliError> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

    prompt(question)?;
    let input = io::stdin();
    let before = tcgetattr(&input).map_err(|e| CliError::new(crate::text::io_error(&e.into())))?;
    let mut hidden = before.clone();
    // Keys come one by one, Ctrl-C among them: being ended by it here would leave the terminal mute.
    hidden.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
    tcsetattr(&input, OptionalActions::Flush, &hidden).map_err(io::Error::from).or_fail()?;
    let line = read_keys(&input);
    tcsetattr(&input, OptionalActions::Now, &before).map_err(io::Error::from).or_fail()?;
    prompt("\n")?;
    line
}

/// Where a terminal cannot be made mute, secrets come by other ways.
#[cfg(not(unix))]
pub(crate) fn read_hidden(_: &str) -> Result<String, CliError> {
    Err(CliError::new("secrets cannot be typed here: hand them over by standard input or a file"))
}

/// A line key by key, with the keys that take some back.
#[cfg(unix)]
fn read_keys(input: &io::Stdin) -> Result<String, CliError> {
    let mut line: Vec<u8> = Vec::new();
    loop {
        let mut key = [0];
        let read = rustix::io::retry_on_intr(|| rustix::io::read(input, &mut key));
        match read.map_err(io::Error::from).or_fail()? {
            0 if line.is_empty() => return Err(CliError::new("EOF")),
            0 => break,
            _ => {}
        }
        match key[0] {
            b'\n' | b'\r' => break,
            3 | 28 => return Err(CliError::with_code("", 130)),
            4 if line.is_empty() => return Err(CliError::new("EOF")),
            4 => break,
            8 | 127 => {
                // A letter may have several bytes.
                while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
            }
            21 => line.clear(),
            byte => line.push(byte),
        }
    }
    String::from_utf8(line).or_fail()
}
