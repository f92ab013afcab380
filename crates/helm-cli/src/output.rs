//! Output in the formats of `-o`: tables, JSON, YAML.

use serde::Serialize;

use crate::color::visible_width;
use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::parse::Args;

/// What `-o` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Table,
    Json,
    Yaml,
}

impl Format {
    /// Reads `-o`, of which the parser lets nothing else through.
    pub(crate) fn of(args: &Args) -> Format {
        match args.text("output") {
            "json" => Format::Json,
            "yaml" => Format::Yaml,
            _ => Format::Table,
        }
    }

    /// Prints a value, or the text that `table` makes.
    pub(crate) fn print<T: Serialize + ?Sized>(
        self,
        context: &Context,
        value: &T,
        table: impl FnOnce() -> Result<String, CliError>,
    ) -> Result<(), CliError> {
        match self {
            Format::Table => context.print(&table()?),
            Format::Json => context.println(&json(value)?),
            Format::Yaml => context.print(&yaml(value)?),
        }
    }
}

/// A value as Go's `encoding/json` writes it: `<`, `>`, `&` and the two line separators escaped.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, CliError> {
    let text = serde_json::to_string(value).or_fail()?;
    if !text.contains(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        return Ok(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    Ok(out)
}

/// A value as `sigs.k8s.io/yaml` writes it.
pub(crate) fn yaml<T: Serialize + ?Sized>(value: &T) -> Result<String, CliError> {
    let value = serde_json::to_value(value).or_fail()?;
    let bytes = govalue::yaml::sigs::marshal_json(&value).or_fail()?;
    String::from_utf8(bytes).or_fail()
}

/// A table as Helm lays it out: columns padded to their widest cell, a tab between them, a line break at the end.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    table_within(rows, 0)
}

/// As [`table`], with cells cut off at a width unless that is 0.
pub(crate) fn table_within(rows: &[Vec<String>], max: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let bounded = |width: usize| if max == 0 { width } else { width.min(max) };
    let width_of = |cell: &String| bounded(cell.lines().map(visible_width).max().unwrap_or(0));
    let widths: Vec<usize> =
        (0..columns).map(|i| rows.iter().filter_map(|r| r.get(i)).map(width_of).max().unwrap_or(0)).collect();
    let cut = |row: &Vec<String>| row.iter().map(|cell| cut_off(cell, max)).collect::<Vec<_>>();
    let lines: Vec<String> = rows.iter().map(|row| table_row(&cut(row), &widths)).collect();
    lines.join("\n") + "\n"
}

/// A text that is too wide ends in three dots, as the table library that Helm uses cuts it.
fn cut_off(cell: &str, max: usize) -> String {
    if max == 0 || visible_width(cell) <= max {
        return cell.to_owned();
    }
    let (mut out, mut width) = (String::new(), 0);
    for c in cell.chars() {
        out.push(c);
        width += unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if width + 3 >= max {
            break;
        }
    }
    out + "..."
}

/// A cell may have several lines; the row then has as many.
fn table_row(row: &[String], widths: &[usize]) -> String {
    let cells: Vec<Vec<&str>> = row.iter().map(|c| c.split('\n').collect()).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(1);
    let line = |at: usize| {
        let parts: Vec<String> = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| {
                let text = cell.get(at).copied().unwrap_or_default();
                format!("{text}{}", " ".repeat(width.saturating_sub(visible_width(text))))
            })
            .collect();
        parts.join("\t")
    };
    (0..height).map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::{json, table, table_within};

    #[test]
    fn columns_are_padded_and_separated_by_tabs() {
        let rows = [vec!["NAME".to_owned(), "X".to_owned()], vec!["a".to_owned(), "yes".to_owned()]];
        assert_eq!(table(&rows), "NAME\tX  \na   \tyes\n");
        assert_eq!(table(&[]), "\n");
    }

    #[test]
    fn wide_cells_are_cut_off() {
        let rows = [vec!["abcdefghij".to_owned(), "x".to_owned()], vec!["abcde".to_owned(), "yz".to_owned()]];
        assert_eq!(table_within(&rows, 7), "abcd...\tx \nabcde  \tyz\n");
        assert_eq!(table_within(&rows, 2), "a...\tx \na...\tyz\n");
        assert_eq!(table_within(&rows, 0), table(&rows));
    }

    #[test]
    fn json_is_safe_for_html() {
        assert_eq!(json("a<b>&").expect("a string"), "\"a\\u003cb\\u003e\\u0026\"");
    }
}
