use std::fmt;

/// How loud a [`Warning`] is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// A detail that Helm 4 shows with `--debug` (`level=DEBUG`) and Helm 3 never does.
    Debug,
    /// A remark (Helm 4's `level=INFO`).
    Info,
    /// Something the user should know (Helm 4's `level=WARN`).
    Warn,
}

/// What Helm would log while it loads a chart or merges values. Data, so that the rim decides how to show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Warning {
    /// How loud Helm 4 is about it; Helm 3 prints all but details.
    pub level: Level,
    /// Helm 4's structured message.
    pub message: String,
    /// Helm 4's structured fields, in order.
    pub fields: Vec<(&'static str, String)>,
    /// Helm 3's line, the place in its source that it is prefixed with included.
    pub legacy: String,
}

impl Warning {
    /// A message that both Helms write through Go's `log` package; `place` is Helm 3's `file:line`.
    pub(crate) fn log(place: &str, message: String) -> Warning {
        let legacy = format!("{place}: {message}");
        Warning { level: Level::Info, message, fields: Vec::new(), legacy }
    }

    /// A message that Helm 4 writes with fields and Helm 3 as a sentence.
    pub(crate) fn structured(
        level: Level,
        message: &str,
        fields: Vec<(&'static str, String)>,
        legacy: String,
    ) -> Warning {
        Warning { level, message: message.to_owned(), fields, legacy }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.fields.iter().try_for_each(|(key, value)| write!(f, " {key}={value}"))
    }
}
