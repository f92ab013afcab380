//! The `helm` binary: arguments, output and exit codes around the verbs of `helm-actions`.
//!
//! The path of a run: [`parse`] finds the command and its flags, [`settings`] reads the environment, the command
//! turns flags into a request and prints what comes back, [`error`] says how failures read.

mod color;
mod command;
mod commands;
mod completion;
mod conduct;
mod connect;
mod context;
mod error;
mod flag;
mod help;
mod log;
mod output;
mod parse;
mod plugin;
mod printer;
mod request;
mod schema;
mod screen;
mod settings;
mod signing;
mod source;
mod terminal;
mod text;
mod values;
mod world;

use std::ffi::OsString;
use std::process::ExitCode;

use context::Context;
use error::CliError;
use parse::Parsed;
use plugin::Dispatched;

/// Counts what is held, so that a rendering can be told to stop before memory ends.
#[global_allocator]
static HELD: cap::Cap<std::alloc::System> = cap::Cap::new(std::alloc::System, usize::MAX);

fn main() -> ExitCode {
    let argv: Vec<OsString> = std::env::args_os().collect();
    match run(&argv) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let text = error.to_string();
            if !text.is_empty() {
                screen::error_line(&format!("Error: {text}"));
            }
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(argv: &[OsString]) -> Result<(), CliError> {
    let compat = settings::compat(argv.first().map(OsString::as_os_str))?;
    if let Some(descriptions) = completion::asked(argv) {
        return completion::run(argv.get(2..).unwrap_or_default(), descriptions, compat);
    }
    let dispatched = plugin::dispatch(argv, compat);
    if let Dispatched::Ran(outcome) = dispatched {
        return outcome;
    }
    let Parsed { command, path, args, outcome } = parse::parse(argv, compat);
    let tables = matches!(args.text("output"), "" | "table");
    let mut context = Context::new(settings::Settings::read(compat, &args)?, tables);
    context.prints_charts = matches!(path.get(1), Some(&"show" | &"template"));
    // Helm looks at all plugins before it runs anything, and tells of broken ones.
    if matches!(dispatched, Dispatched::Own) {
        plugin::commands(&context.settings, context.log);
    }
    outcome?;
    for (flag, instead) in args.deprecated() {
        context.log.plain(&format!("Flag --{flag} has been deprecated, {instead}"));
    }
    let outcome = match command.run {
        Some(run) if !args.help() => {
            command.check_arity(&path, args.positional().len(), compat).and_then(|()| run(&context, &args))
        }
        _ => context.print(&help::text(command, &path, &context)),
    };
    // What was printed before a failure is still the user's.
    context.flush().and(outcome)
}
