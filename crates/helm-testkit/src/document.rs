//! Examples in documents, for tests that hold what a document says.

use std::path::Path;

/// The files and command lines of a Markdown document.
#[derive(Debug, Default)]
pub struct Example {
    /// Path and content of each file: a fenced block after a line that ends with the path in backquotes and a colon.
    pub files: Vec<(String, String)>,
    /// What stands in `console` blocks.
    pub commands: Vec<Shown>,
}

/// A command line after `$`, and what it prints.
#[derive(Debug)]
pub struct Shown {
    /// The words of the command line; single quotes hold blanks together.
    pub words: Vec<String>,
    /// Its output, errors included.
    pub output: String,
}

impl Example {
    /// Reads a document.
    pub fn read(document: &str) -> Example {
        let mut example = Example::default();
        let mut lines = document.lines();
        let mut name = None;
        while let Some(line) = lines.next() {
            let Some(language) = line.strip_prefix("```") else {
                if !line.is_empty() {
                    name = file_name(line);
                }
                continue;
            };
            let content: String =
                lines.by_ref().take_while(|l| *l != "```").map(|l| format!("{l}\n")).collect();
            match (language, name.take()) {
                ("console", _) => example.commands.extend(commands(&content)),
                (_, Some(name)) => example.files.push((name, content)),
                _ => {}
            }
        }
        example
    }

    /// Writes the files beneath a folder.
    pub fn write(&self, dir: &Path) -> std::io::Result<()> {
        for (name, content) in &self.files {
            let path = dir.join(name);
            std::fs::create_dir_all(path.parent().unwrap_or(dir))?;
            std::fs::write(path, content)?;
        }
        Ok(())
    }
}

fn file_name(line: &str) -> Option<String> {
    let (_, name) = line.strip_suffix("`:")?.rsplit_once('`')?;
    Some(name.to_owned())
}

fn commands(block: &str) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), found.last_mut()) {
            (Some(command), _) => found.push(Shown { words: words(command), output: String::new() }),
            (None, Some(shown)) => shown.output += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    found
}

/// Splits a line at blanks; single quotes keep blanks.
pub fn words(line: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match (c, all.last_mut()) {
            ('\'', _) => quoted = !quoted,
            (' ', _) if !quoted => all.push(String::new()),
            (c, Some(word)) => word.push(c),
            (_, None) => {}
        }
    }
    all
}
