//! Texts as Go prints them.

use std::io;
use std::path::Path;

/// Go's `%q`.
pub(crate) fn quote(text: &str) -> String {
    govalue::strconv::quote(text.as_bytes())
}

/// The text of a Go `*PathError`: `open values.yaml: no such file or directory`.
pub(crate) fn path_error(operation: &str, path: &Path, error: &io::Error) -> String {
    format!("{operation} {}: {}", path.display(), io_error(error))
}

/// The system's message in C's words, without Rust's `(os error 2)`.
pub(crate) fn io_error(error: &io::Error) -> String {
    let text = error.to_string();
    let message = text.split(" (os error").next().unwrap_or(&text);
    match message.chars().next() {
        // "No such file" begins in lower case in Go; names such as "Exec format error" do as well.
        Some(first) => first.to_lowercase().chain(message.chars().skip(1)).collect(),
        None => String::new(),
    }
}
