//! Messages to stderr besides results and errors: Helm 4's structured lines, Helm 3's plain ones.

use helm_chart::{Compat, Level, Warning};

use crate::screen::error_line;

/// Where a program's remarks go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Log {
    pub(crate) compat: Compat,
    pub(crate) debug: bool,
}

impl Log {
    fn line(self, level: &str, message: &str, fields: &[(&str, &str)]) {
        let mut line = format!("level={level} msg={}", quote_if_needed(message));
        for (key, value) in fields {
            line += &format!(" {key}={}", quote_if_needed(value));
        }
        error_line(&line);
    }

    /// A detail that only `--debug` shows.
    pub(crate) fn debug(self, message: &str, fields: &[(&str, &str)]) {
        if self.debug && self.compat == Compat::V4 {
            self.line("DEBUG", message, fields);
        }
    }

    /// A remark that Helm makes without being asked.
    pub(crate) fn info(self, message: &str, fields: &[(&str, &str)]) {
        if self.compat == Compat::V4 {
            self.line("INFO", message, fields);
        }
    }

    /// Something the user should know.
    pub(crate) fn warn(self, message: &str, fields: &[(&str, &str)]) {
        match self.compat {
            Compat::V4 => self.line("WARN", message, fields),
            Compat::V3 => {
                error_line(&format!("WARNING: {message}"));
            }
        }
    }

    /// A remark of a verb.
    pub(crate) fn at(self, level: helm_actions::Level, message: &str, fields: &[(&str, &str)]) {
        use helm_actions::Level;
        match (self.compat, level) {
            (_, Level::Debug) => self.debug(message, fields),
            // Helm 3 says these only when debugging.
            (Compat::V3, _) => {}
            (Compat::V4, Level::Info) => self.line("INFO", message, fields),
            (Compat::V4, Level::Error) => self.line("ERROR", message, fields),
            (Compat::V4, Level::Warn) => self.warn(message, fields),
        }
    }

    /// An object whose hook annotation names no event is left out.
    pub(crate) fn unknown_hook(self, events: &str) {
        match self.compat {
            Compat::V4 => self.info("skipping unknown hooks", &[("hookTypes", events)]),
            Compat::V3 => {
                self.plain(&format!(
                    "manifest_sorter.go:199: info: skipping unknown hook: {}",
                    crate::text::quote(events)
                ));
            }
        }
    }

    /// A text to stderr as it is.
    pub(crate) fn text(self, text: &str) {
        crate::screen::error_text(text);
    }

    /// A plain line to stderr.
    pub(crate) fn plain(self, line: &str) {
        error_line(line);
    }

    /// What loading or merging remarked.
    pub(crate) fn chart_warning(self, warning: &Warning) {
        let fields: Vec<(&str, &str)> = warning.fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        match (self.compat, warning.level) {
            (Compat::V3, Level::Debug) => {}
            (Compat::V3, _) => self.plain(&warning.legacy),
            (Compat::V4, Level::Debug) => self.debug(&warning.message, &fields),
            (Compat::V4, Level::Warn) => self.line("WARN", &warning.message, &fields),
            (Compat::V4, Level::Info) => self.line("INFO", &warning.message, &fields),
        }
    }
}

/// The quoting of Go's `slog.TextHandler`.
pub(crate) fn quote_if_needed(text: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii() {
            c > ' ' && c != '"' && c != '='
        } else {
            c != char::REPLACEMENT_CHARACTER && govalue::strconv::is_print(c)
        }
    };
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { crate::text::quote(text) }
}

#[cfg(test)]
mod tests {
    use super::quote_if_needed;

    #[test]
    fn quotes_as_slog_does() {
        for plain in ["chart", "a\\b", "naïve—text", "\u{7f}"] {
            assert_eq!(quote_if_needed(plain), plain);
        }
        for (text, quoted) in [
            ("", r#""""#),
            ("a b", r#""a b""#),
            ("k=v", r#""k=v""#),
            ("\u{a0}", r#""\u00a0""#),
            ("\t", r#""\t""#),
        ] {
            assert_eq!(quote_if_needed(text), quoted);
        }
    }
}
