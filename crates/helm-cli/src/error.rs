//! From errors to what a person reads and a script gets: the one place that knows messages and exit codes.

use std::fmt;

/// An error on its way to the user.
#[derive(Debug)]
pub(crate) struct CliError {
    message: String,
    /// Exit code of the process.
    code: u8,
}

impl CliError {
    /// A failure of the work itself.
    pub(crate) fn new(message: impl fmt::Display) -> CliError {
        CliError { message: message.to_string(), code: 1 }
    }

    /// A command line that cannot be understood; Helm exits with 1 for these too.
    pub(crate) fn usage(message: impl Into<String>) -> CliError {
        CliError { message: message.into(), code: 1 }
    }

    /// An error whose exit code is another than 1.
    pub(crate) fn with_code(message: impl fmt::Display, code: u8) -> CliError {
        CliError { message: message.to_string(), code }
    }

    /// The same error after a phrase that says what failed.
    pub(crate) fn context(self, phrase: &str) -> CliError {
        CliError { message: format!("{phrase}: {}", self.message), ..self }
    }

    pub(crate) fn exit_code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Adds what was being done to any error.
pub(crate) trait OrFail<T> {
    fn or_fail(self) -> Result<T, CliError>;
}

impl<T, E: fmt::Display> OrFail<T> for Result<T, E> {
    fn or_fail(self) -> Result<T, CliError> {
        self.map_err(CliError::new)
    }
}
