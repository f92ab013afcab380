//! `helm help`.

use std::ffi::OsString;

use crate::command::{Arity, BLANK, Command};
use crate::context::Context;
use crate::error::CliError;
use crate::parse::{self, Args};

pub(crate) const COMMAND: Command = Command {
    name: "help",
    usage: "help [command]",
    short: "print the help of a command",
    long: "Prints the help of a command: helm help [path to command].",
    arity: Arity::Any,
    run: Some(run),
    ..BLANK
};

fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let words: &[OsString] = args.positional_os();
    let found = parse::find(words, context.compat());
    if found.unknown.is_none() {
        return context.print(&crate::help::text(found.command, &found.path, context));
    }
    // Go prints a list of texts with each one between backquotes, or as a literal where it holds one.
    let topics: Vec<String> = args.positional().iter().map(|w| backquoted(w)).collect();
    context.log.plain(&format!("Unknown help topic [{}]", topics.join(" ")));
    context.log.text(&crate::help::usage(&crate::command::ROOT, &["helm"], context));
    Ok(())
}

fn backquoted(text: &str) -> String {
    match govalue::strconv::can_backquote(text.as_bytes()) {
        true => format!("`{text}`"),
        false => crate::text::quote(text),
    }
}
