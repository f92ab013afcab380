//! What every command gets: settings, where to print, how to reach a cluster.

use std::cell::RefCell;
use std::io::{self, Write};

use helm_chart::Compat;

use crate::color::Palette;
use crate::error::CliError;
use crate::log::Log;
use crate::screen::for_stdout;
use crate::settings::Settings;

/// The surroundings of one run.
pub(crate) struct Context {
    pub(crate) settings: Settings,
    pub(crate) log: Log,
    out: RefCell<io::BufWriter<io::Stdout>>,
    tables: bool,
    /// Whether what is printed is a chart's content, which other words would spoil.
    pub(crate) prints_charts: bool,
    pub(crate) palette: Palette,
}

impl Context {
    pub(crate) fn new(settings: Settings, tables: bool) -> Context {
        let log = Log { compat: settings.compat, debug: settings.debug };
        let palette = Palette::new(&settings);
        Context {
            settings,
            log,
            out: RefCell::new(io::BufWriter::with_capacity(1 << 16, io::stdout())),
            tables,
            prints_charts: false,
            palette,
        }
    }

    /// Whether results are for people; words in between must not spoil JSON and YAML.
    pub(crate) fn prints_tables(&self) -> bool {
        self.tables
    }

    pub(crate) fn compat(&self) -> Compat {
        self.settings.compat
    }

    /// Prints to stdout. A reader that went away ends the program quietly, as it does other tools in a pipe.
    pub(crate) fn print(&self, text: &str) -> Result<(), CliError> {
        self.out.borrow_mut().write_all(for_stdout(text).as_bytes()).map_err(write_error)
    }

    /// Prints a line to stdout.
    pub(crate) fn println(&self, line: &str) -> Result<(), CliError> {
        let mut out = self.out.borrow_mut();
        out.write_all(for_stdout(line).as_bytes()).and_then(|()| out.write_all(b"\n")).map_err(write_error)
    }

    /// Hands everything that was printed on.
    pub(crate) fn flush(&self) -> Result<(), CliError> {
        self.out.borrow_mut().flush().map_err(write_error)
    }
}

fn write_error(error: io::Error) -> CliError {
    match error.kind() {
        io::ErrorKind::BrokenPipe => CliError::with_code("", 141),
        _ => CliError::new(format!("write /dev/stdout: {}", crate::text::io_error(&error))),
    }
}
