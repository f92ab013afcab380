use std::error::Error;
use std::fmt;

use govalue::CallError;

use crate::caret;
use govalue::strconv::quote;

/// Why a text is not a template. `Display` is the text of Go's `Template.Parse` error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError(Box<ParseFailure>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct ParseFailure {
    template: String,
    line: usize,
    column: usize,
    message: String,
}

impl ParseError {
    pub(crate) fn new(template: String, line: usize, column: usize, message: String) -> ParseError {
        ParseError(Box::new(ParseFailure { template, line, column, message }))
    }

    /// Name under which the text was parsed (`Tree.ParseName`).
    pub fn template(&self) -> &str {
        &self.0.template
    }

    /// Line of the offending token, from 1: the number in Go's text.
    pub fn line(&self) -> usize {
        self.0.line
    }

    /// Byte offset in its line of the offending token, from 0 (not part of Go's text).
    pub fn column(&self) -> usize {
        self.0.column
    }

    /// What is wrong, without the place: Go's text behind the second colon (`text/template/parse`).
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// A second view: the message, the source line and a caret under the offending token.
    pub fn caret_view(&self, source: &[u8]) -> String {
        let p = &self.0;
        let mut view = format!("error: {}\n", p.message);
        caret::point_at(&mut view, &p.template, source, p.line, p.column);
        view
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let p = &self.0;
        write!(f, "template: {}:{}: {}", p.template, p.line, p.message)
    }
}

impl Error for ParseError {}

/// Why an execution stopped. `Display` is the text of Go's `template.ExecError`; [`Error::source`] is the error of
/// the function or method that failed (for nested templates another [`ExecError`]).
#[derive(Debug)]
pub struct ExecError(Box<ExecFailure>);

#[derive(Debug)]
enum ExecFailure {
    /// The template to execute does not exist.
    NoTemplate { name: String, set: String },
    /// Evaluating a node failed.
    At { place: Place, message: String, source: Option<CallError> },
}

/// Where an execution stopped: the template, its place in the source and the text of the node (what Go's
/// `Tree.ErrorContext` gives).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Name of the template that was executing (`Template.Name`).
    pub template: String,
    /// Name under which the text that defines it was parsed (differs for templates made by `define`).
    pub file: String,
    /// Line of the node, from 1 (`Tree.ErrorContext`).
    pub line: usize,
    /// Byte offset of the node in its line, from 0 (`Tree.ErrorContext`).
    pub column: usize,
    /// The node as Go prints it, spacing normalised.
    pub node: String,
}

impl ExecError {
    pub(crate) fn no_template(name: &[u8], set: &str) -> ExecError {
        let name = String::from_utf8_lossy(name).into_owned();
        ExecError(Box::new(ExecFailure::NoTemplate { name, set: set.to_owned() }))
    }

    pub(crate) fn at(place: Place, message: String, source: Option<CallError>) -> ExecError {
        ExecError(Box::new(ExecFailure::At { place, message, source }))
    }

    fn take_source(&mut self) -> Option<CallError> {
        match &mut *self.0 {
            ExecFailure::At { source, .. } => source.take(),
            ExecFailure::NoTemplate { .. } => None,
        }
    }

    /// Where it stopped; `None` when the template to execute does not exist.
    pub fn place(&self) -> Option<&Place> {
        match &*self.0 {
            ExecFailure::At { place, .. } => Some(place),
            ExecFailure::NoTemplate { .. } => None,
        }
    }

    /// What is wrong, without the place. For a failed call this is `error calling NAME` and [`Error::source`] has
    /// the reason (`template.ExecError`).
    pub fn message(&self) -> String {
        match &*self.0 {
            ExecFailure::At { message, .. } => message.clone(),
            ExecFailure::NoTemplate { .. } => self.to_string(),
        }
    }

    /// The places from the outermost template to the one where it went wrong: the chain of calls, which in Go are
    /// the errors that `errors.Unwrap` gives one after another.
    pub fn chain(&self) -> Vec<&Place> {
        let mut places: Vec<&Place> = self.place().into_iter().collect();
        let mut next = self.source();
        while let Some(error) = next {
            places.extend(error.downcast_ref::<ExecError>().and_then(ExecError::place));
            next = error.source();
        }
        places
    }

    /// The innermost reason, without any place: the last error of the chain (`errors.Unwrap`).
    pub fn root_message(&self) -> String {
        let mut last: &dyn Error = self;
        while let Some(error) = last.source() {
            last = error;
        }
        last.downcast_ref::<ExecError>().map_or_else(|| last.to_string(), ExecError::message)
    }

    /// A second view: the reason, the source line with a caret under the node, and the chain of calls that led
    /// there. `source` gives the text that was parsed under a name, where the caller still has it.
    pub fn caret_view<'s>(&self, source: impl Fn(&str) -> Option<&'s [u8]>) -> String {
        let mut view = format!("error: {}\n", self.root_message());
        let chain = self.chain();
        for (depth, place) in chain.iter().rev().enumerate() {
            if depth > 0 {
                view.push_str("called from\n");
            }
            caret::point_at(
                &mut view,
                &place.file,
                source(&place.file).unwrap_or(b""),
                place.line,
                place.column,
            );
        }
        view
    }
}

impl ExecFailure {
    /// Writes everything but the reason of a failed call, and returns that.
    fn write(&self, f: &mut fmt::Formatter<'_>) -> Result<Option<&CallError>, fmt::Error> {
        match self {
            ExecFailure::NoTemplate { name, set } => {
                write!(f, "template: no template {} associated with template {}", quote(name), quote(set))?;
                Ok(None)
            }
            ExecFailure::At { place: p, message, source } => {
                let template = quote(&p.template);
                let (file, line, column, node) = (&p.file, p.line, p.column, &p.node);
                write!(f, "template: {file}:{line}:{column}: executing {template} at <{node}>: {message}")?;
                Ok(source.as_ref())
            }
        }
    }
}

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A loop, because chains of templates that include one another can be long.
        let mut reason = self.0.write(f)?;
        while let Some(error) = reason {
            f.write_str(": ")?;
            reason = match error.downcast_ref::<ExecError>() {
                Some(inner) => inner.0.write(f)?,
                None => return error.fmt(f),
            };
        }
        Ok(())
    }
}

impl Drop for ExecError {
    fn drop(&mut self) {
        // A loop for the same reason.
        let mut reason = self.take_source();
        while let Some(Ok(mut inner)) = reason.map(|error| error.downcast::<ExecError>()) {
            reason = inner.take_source();
        }
    }
}

impl Error for ExecError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &*self.0 {
            ExecFailure::At { source, .. } => source.as_deref().map(|e| e as _),
            ExecFailure::NoTemplate { .. } => None,
        }
    }
}
