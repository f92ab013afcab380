use std::fmt;

/// Why YAML could not be read or written. `Display` is the text of the Go error.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct YamlError {
    stage: Stage,
    line: Option<u32>,
    message: String,
}

/// Where in the pipeline of `sigs.k8s.io/yaml` an error arose: each step wraps the text of the one before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// go-yaml itself.
    Yaml,
    /// go-yaml, called by `sigs.k8s.io/yaml` to read.
    YamlToJson,
    /// Building the JSON document from what go-yaml read.
    ToJson,
    /// Reading that JSON document into the wanted type.
    FromJson,
    /// `json.Marshal` of the value to be written.
    Marshal,
}

impl YamlError {
    /// An error of go-yaml: `yaml: MESSAGE`, or `yaml: line N: MESSAGE`.
    pub(super) fn yaml(line: Option<u32>, message: impl Into<String>) -> YamlError {
        YamlError { stage: Stage::Yaml, line, message: message.into() }
    }

    /// go-yaml's list of problems that did not stop it from reading on; every entry names its line.
    pub(super) fn type_errors(problems: &[String]) -> YamlError {
        YamlError::yaml(None, format!("unmarshal errors:\n  {}", problems.join("\n  ")))
    }

    pub(super) fn to_json(message: impl Into<String>) -> YamlError {
        YamlError { stage: Stage::ToJson, line: None, message: message.into() }
    }

    pub(super) fn from_json(message: impl Into<String>) -> YamlError {
        YamlError { stage: Stage::FromJson, line: None, message: message.into() }
    }

    pub(super) fn marshal(message: impl Into<String>) -> YamlError {
        YamlError { stage: Stage::Marshal, line: None, message: message.into() }
    }

    /// The same error as `sigs.k8s.io/yaml` reports it when it reads.
    pub(super) fn while_converting(mut self) -> YamlError {
        if self.stage == Stage::Yaml {
            self.stage = Stage::YamlToJson;
        }
        self
    }

    /// The line that Go's text names, counted as Go counts it (its parser's errors name the line before).
    pub fn line(&self) -> Option<u32> {
        self.line
    }

    /// The problem, without line and without the words that Go's packages put before it.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.stage {
            Stage::Yaml => "yaml: ",
            Stage::YamlToJson => "error converting YAML to JSON: yaml: ",
            Stage::ToJson => "error converting YAML to JSON: ",
            Stage::FromJson => "error unmarshaling JSON: while decoding JSON: ",
            Stage::Marshal => "error marshaling into JSON: ",
        })?;
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for YamlError {}
