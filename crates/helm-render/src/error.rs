//! Errors of rendering, in the words of the imitated Helm.

use gotmpl::{ExecError, ParseError};
use helm_chart::Compat;

/// What `required` and `fail` raise: a message of the chart's author for its user.
#[derive(Debug, thiserror::Error)]
#[error("HELM_ERR_START{0}HELM_ERR_END")]
pub(crate) struct AuthorMessage(pub String);

/// Why a chart could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template is malformed.
    #[error("parse error at ({location}): {message}")]
    Parse {
        /// Template, line and column.
        location: String,
        /// What is wrong there.
        message: String,
        /// The error itself, with its place.
        source: Box<ParseError>,
    },
    /// `required` or `fail` ended the rendering.
    #[error("execution error at ({location}): {message}")]
    Author {
        /// Template, line and column of the outermost call.
        location: String,
        /// The chart author's message.
        message: String,
        /// The error itself, with its chain.
        source: Box<ExecError>,
    },
    /// Executing a template failed.
    #[error("{text}")]
    Exec {
        /// Helm's text.
        text: String,
        /// The error itself, with its chain.
        source: Box<ExecError>,
    },
    /// The templates are too large to be held.
    #[error("parse error at ({0}): {1}")]
    Exhausted(String, gotmpl::Exhausted),
    /// Values do not satisfy a chart's schema, or could not be merged.
    #[error("{0}")]
    Values(String),
}

impl RenderError {
    /// Helm shows the last part of the error's text and its place.
    pub(crate) fn parse(error: ParseError) -> RenderError {
        let text = error.to_string();
        let mut parts = text.split(": ").skip(1);
        let location = parts.next().unwrap_or_default().to_owned();
        let message = text.rsplit(": ").next().unwrap_or_default().to_owned();
        RenderError::Parse { location, message, source: Box::new(error) }
    }

    pub(crate) fn exec(error: ExecError, compat: Compat) -> RenderError {
        let text = error.to_string();
        if let Some(message) = author_message(&error) {
            let location = text.split(": ").nth(1).unwrap_or_default().to_owned();
            return RenderError::Author { location, message, source: Box::new(error) };
        }
        let text = match compat {
            Compat::V3 => text,
            Compat::V4 => trace(&error).unwrap_or(text),
        };
        RenderError::Exec { text, source: Box::new(error) }
    }
}

fn author_message(error: &ExecError) -> Option<String> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(e) = cause {
        if let Some(message) = e.downcast_ref::<AuthorMessage>() {
            return Some(message.0.clone());
        }
        cause = e.source();
    }
    None
}

/// Helm 4's form of an execution error: one block for each template of the chain that led to it. `None` when an
/// error in the chain is not a template's: Helm then prints Go's text.
fn trace(error: &ExecError) -> Option<String> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(e) = cause {
        let block = Block::of(e.downcast_ref::<ExecError>()?);
        if blocks.last() != Some(&block) {
            blocks.push(block);
        }
        cause = e.source();
    }
    let text: String = blocks.iter().map(Block::text).collect();
    Some(text.trim().to_owned())
}

#[derive(PartialEq)]
struct Block {
    location: String,
    executing: String,
    message: String,
}

impl Block {
    fn of(error: &ExecError) -> Block {
        let text = error.to_string();
        let rest = text.strip_prefix("template: ").unwrap_or(&text);
        if rest.starts_with("no template ") {
            return Block { location: String::new(), executing: String::new(), message: text };
        }
        let cut = |message: &str| message.split(" template:").next().unwrap_or_default().to_owned();
        if let Some((location, after)) = rest.split_once(": executing ")
            && let Some((executing, message)) = after.split_once(">: ")
        {
            return Block {
                location: location.to_owned(),
                executing: format!("executing {executing}>:"),
                message: cut(message),
            };
        }
        let (location, message) = rest.rsplit_once(": ").unwrap_or(("", rest));
        Block { location: location.to_owned(), executing: String::new(), message: cut(message) }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        if !self.location.is_empty() {
            text += &format!("{}\n  ", self.location);
        }
        if !self.executing.is_empty() {
            text += &format!("{}\n    ", self.executing);
        }
        if !self.message.is_empty() {
            text += &format!("{}\n", self.message);
        }
        text
    }
}
