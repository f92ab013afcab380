//! Colours for people: states, namespaces, headers.

use std::io::IsTerminal;

use helm_chart::Compat;
use helm_release::Status;

use crate::settings::{ColorMode, Settings};

/// Whether and how words are coloured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    on: bool,
}

impl Palette {
    /// Helm 3 knows no colours; Helm 4 uses them on a terminal or when told to.
    pub(crate) fn new(settings: &Settings) -> Palette {
        let wanted = match settings.color {
            ColorMode::Never => false,
            ColorMode::Always => true,
            ColorMode::Auto => !settings.dumb_terminal && std::io::stdout().is_terminal(),
        };
        Palette { on: wanted && settings.compat == Compat::V4 }
    }

    fn paint(self, text: &str, start: u8, end: u8) -> String {
        if self.on { format!("\x1b[{start}m{text}\x1b[{end}m") } else { text.to_owned() }
    }

    /// A state: green when well, red when failed, yellow when under way.
    pub(crate) fn status(self, status: &Status) -> String {
        let text = status.to_string();
        match status {
            Status::Deployed => self.paint(&text, 32, 0),
            Status::Failed | Status::Unknown => self.paint(&text, 31, 0),
            Status::PendingInstall
            | Status::PendingUpgrade
            | Status::PendingRollback
            | Status::Uninstalling => self.paint(&text, 33, 0),
            _ => text,
        }
    }

    /// A namespace, in cyan.
    pub(crate) fn namespace(self, name: &str) -> String {
        self.paint(name, 36, 0)
    }

    /// A column's heading, in bold.
    pub(crate) fn header(self, text: &str) -> String {
        self.paint(text, 1, 22)
    }
}

/// The width of a text on the screen, colours left out.
pub(crate) fn visible_width(text: &str) -> usize {
    use unicode_width::UnicodeWidthStr;
    let mut width = 0;
    let mut rest = text;
    while let Some(at) = rest.find("\x1b[") {
        width += rest[..at].width();
        let tail = &rest[at + 2..];
        rest = tail.find('m').map_or("", |end| &tail[end + 1..]);
    }
    width + rest.width()
}

#[cfg(test)]
mod tests {
    use super::visible_width;

    #[test]
    fn colours_have_no_width() {
        assert_eq!(visible_width("\x1b[32mdeployed\x1b[0m"), 8);
        assert_eq!(visible_width("plain"), 5);
        assert_eq!(visible_width("世界"), 4);
    }
}
