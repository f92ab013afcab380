//! Random indexes of repositories, written as Helm, people and other programs write them.

use helm_testkit::random::Random;

const NAMES: &[&str] =
    &["demo", "web", "façade", "on", "1", "Web-Server", "demo-web", "x.y_z", "null", "a b"];

const VERSIONS: &[&str] = &[
    "1.0.0",
    "1.1.0",
    "1.10.0",
    "2.0.0-rc.1",
    "1.0.1+b.5",
    "v1.2.3",
    "1.2",
    "7",
    "one",
    "",
    "01.2.3",
    "1.2.3.4",
    "1.0.0-alpha.10",
    "1.0.0-alpha.9",
    "3.0.0",
];

/// Texts that are hard to write or to read.
const TEXTS: &[&str] = &[
    "plain words",
    "A chart of the web: with a colon",
    "ends:",
    "- a dash",
    "# no comment",
    "one # two",
    "it's",
    "\"quoted\"",
    "back\\slash",
    "two\nlines",
    "two\n\nparagraphs\n",
    "\nbegins with a break",
    "    deep\nless",
    "ends with breaks\n\n",
    "trailing ",
    " leading",
    "a\ttab",
    "größer",
    "next\u{85}line",
    "separated\u{2028}lines",
    "\u{a0}hard blank",
    "😀",
    "",
    "null",
    "~",
    "yes",
    "NO",
    "true",
    "1.10",
    "010",
    "0x1F",
    "0b11",
    "0o17",
    "1e3",
    "1e400",
    ".5",
    "+1",
    "1_000",
    "12:30:45",
    "2021-01-01",
    "2021-01-01T10:00:00Z",
    "1000000",
    "123456789",
    "12345678901234567890",
    "1234567890123456789012345678901234567890123456789012345678901234",
    "0123456789012345678901234567890123456789012345678901234567890123",
    "12345678901234567890123456789012345678901234567890e1234567890123",
    "{{ x }}",
    "[a",
    "{a",
    "&a",
    "*a",
    "!t",
    "%d",
    "@at",
    "`tick`",
    "|",
    ">",
    "=",
    "<<",
    "? x",
    "a very long description that goes on and on, until a writer that folds its lines at eighty columns has to do it",
    "<b>&amp;</b>",
];

/// An index, in any of its forms.
pub(super) fn index(r: &mut Random) -> String {
    let json = r.chance(20);
    let mut writer = Writer { odd: if r.chance(35) { 8 } else { 0 }, out: String::new() };
    if json {
        writer.json(r);
    } else {
        writer.yaml(r);
    }
    let mut text = writer.out;
    match r.below(30) {
        0 => text = text.replace('\n', "\r\n"),
        1 => text = format!("---\n{text}"),
        2 => text = format!("# made by hand\n\n{text}"),
        3 => text = format!("\u{feff}{text}"),
        4 => text += "...\n",
        _ => {}
    }
    if r.chance(12) { damaged(r, &text) } else { text }
}

/// A text with a line or a character less, more or different.
fn damaged(r: &mut Random, text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = r.below(lines.len().max(1));
    match r.below(6) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[at].clone()),
        2 => lines[at].insert(0, ' '),
        3 => lines[at] = lines[at].strip_prefix(' ').unwrap_or_default().to_owned(),
        4 => lines.truncate(at + 1),
        _ => {
            let mut chars: Vec<char> = lines[at].chars().collect();
            let place = r.below(chars.len() + 1);
            chars
                .insert(place, r.pick(&[' ', '\t', ':', '#', '\'', '"', '-', '[', '}', ',', '\\', 'x', '&']));
            lines[at] = chars.into_iter().collect();
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

struct Writer {
    /// How many of a hundred things are odd.
    odd: usize,
    out: String,
}

impl Writer {
    fn odd(&self, r: &mut Random) -> bool {
        r.chance(self.odd)
    }

    fn text(&self, r: &mut Random) -> &'static str {
        if self.odd > 0 && r.chance(50) { r.pick(TEXTS) } else { TEXTS[r.below(2)] }
    }

    fn version(&self, r: &mut Random) -> &'static str {
        if self.odd > 0 { r.pick(VERSIONS) } else { VERSIONS[r.below(6)] }
    }

    /// The fields of a version, each with its kind.
    fn fields(&self, r: &mut Random, chart: &str) -> Vec<(&'static str, Field)> {
        let mut fields = vec![("name", Field::Text(chart.to_owned()))];
        fields.push(("version", Field::Text(self.version(r).to_owned())));
        let digits = "1234567890123456789012345678901234567890123456789012345678901234";
        let hex = "d41d8cd98f00b204e9800998ecf8427ed41d8cd98f00b204e9800998ecf8427e";
        let digest = r.pick(&[hex, hex, hex, digits, "sha256:12", "no"]);
        for (name, share) in
            [("apiVersion", 80), ("appVersion", 70), ("description", 80), ("home", 20), ("icon", 10)]
        {
            if r.chance(share) {
                let text = if name == "apiVersion" { "v2" } else { self.text(r) };
                fields.push((name, Field::Text(text.to_owned())));
            }
        }
        for (name, share) in [("type", 10), ("condition", 2), ("tags", 2), ("kubeVersion", 5), ("engine", 3)]
        {
            if r.chance(share) {
                let text = if name == "type" { "application" } else { self.text(r) };
                fields.push((name, Field::Text(text.to_owned())));
            }
        }
        if r.chance(80) {
            fields.push(("digest", Field::Text(digest.to_owned())));
        }
        for (name, share) in [("urls", 90), ("keywords", 60), ("sources", 20)] {
            if r.chance(share) {
                let list = (0..r.below(4)).map(|_| match name {
                    "urls" => format!("http://127.0.0.1:1/{chart}.tgz"),
                    _ => self.text(r).to_owned(),
                });
                fields.push((name, Field::List(list.collect())));
            }
        }
        if r.chance(60) {
            let time = r.pick(&["2024-01-02T10:11:12.123456789Z", "2024-01-02T10:11:12+01:00"]);
            fields.push(("created", Field::Text(time.to_owned())));
        }
        if r.chance(20) {
            fields.push((
                "annotations",
                Field::Map(vec![("note", self.text(r).to_owned()), ("b", "c".to_owned())]),
            ));
        }
        if r.chance(20) {
            let people =
                (0..r.below(3)).map(|_| vec![("name", self.text(r).to_owned()), ("email", "a@b".to_owned())]);
            fields.push(("maintainers", Field::Maps(people.collect())));
        }
        if r.chance(20) {
            let others = (0..r.below(3)).map(|at| {
                vec![
                    ("name", format!("d{at}")),
                    ("version", "1.x".to_owned()),
                    ("repository", "http://h".to_owned()),
                ]
            });
            fields.push(("dependencies", Field::Maps(others.collect())));
        }
        if r.chance(8) {
            fields.push((r.pick(&["deprecated", "removed"]), Field::Plain(r.pick(&["true", "false"]))));
        }
        if self.odd(r) {
            let odd = r.pick(&["null", "[]", "{}", "1", "1.5", "true", "[a]", "{a: b}", "[null]"]);
            let at = r.below(fields.len());
            fields[at].1 = Field::Plain(odd);
        }
        if self.odd(r) {
            let name = r.pick(&["unknown", "Name", "VERSION", "appversion", "name", "urls"]);
            fields.push((name, Field::Text(self.text(r).to_owned())));
        }
        for at in (1..fields.len()).rev() {
            fields.swap(at, r.below(at + 1));
        }
        fields
    }

    fn yaml(&mut self, r: &mut Random) {
        let generated = "generated: \"2024-01-02T10:11:12.123456789Z\"\n";
        if !self.odd(r) {
            self.out += r.pick(&["apiVersion: v1\n", "apiVersion: \"v1\"\n", "apiVersion: 1\n"]);
        }
        if r.chance(30) {
            self.out += generated;
        }
        if self.odd(r) {
            self.out +=
                r.pick(&["serverInfo: {a: 1}\n", "annotations:\n  a: b\n", "publicKeys: [a]\n", "what: 1\n"]);
        }
        self.out += "entries:\n";
        let indent = r.pick(&[2, 2, 2, 1, 4]);
        let deeper = r.pick(&[0, 0, 2]);
        let mut known = Vec::new();
        for _ in 0..1 + r.below(3) {
            let name = if self.odd > 0 { r.pick(NAMES) } else { NAMES[r.below(3)] };
            if known.contains(&name) && !self.odd(r) {
                continue;
            }
            known.push(name);
            self.indent(indent);
            self.scalar(r, name, indent);
            self.out.truncate(self.out.trim_end().len());
            self.out += ":";
            let versions = r.below(4);
            if versions == 0 {
                self.out += r.pick(&[" []\n", "\n", " null\n"]);
                continue;
            }
            self.out += "\n";
            for _ in 0..versions {
                self.yaml_version(r, name, indent + deeper);
            }
        }
        if r.chance(30) && !self.out.contains("generated") {
            self.out += generated;
        }
    }

    fn yaml_version(&mut self, r: &mut Random, name: &str, indent: usize) {
        if self.odd(r) {
            self.indent(indent);
            self.out +=
                r.pick(&["-\n", "- null\n", "- {name: x, version: 1.0.0}\n", "- text\n", "# comment\n"]);
        }
        let chart = if self.odd(r) { r.pick(NAMES) } else { name };
        for (at, (key, field)) in self.fields(r, chart).into_iter().enumerate() {
            if self.odd(r) {
                self.out += r.pick(&["# at the left\n", "\n", "      # inside\n", "   \n"]);
            }
            self.indent(indent);
            self.out += if at == 0 { "- " } else { "  " };
            self.out += key;
            self.out += ":";
            self.field(r, &field, indent + 2);
        }
    }

    fn field(&mut self, r: &mut Random, field: &Field, indent: usize) {
        match field {
            Field::Text(text) => {
                self.out += " ";
                self.scalar(r, text, indent);
            }
            Field::Plain(text) => self.out += &format!(" {text}\n"),
            Field::List(list) if list.is_empty() => self.out += r.pick(&[" []\n", " [ ]\n", "\n", " null\n"]),
            Field::List(list) if r.chance(25) => {
                let items: Vec<String> = list.iter().map(|text| self.flow(r, text)).collect();
                self.out += &format!(" [{}]\n", items.join(r.pick(&[", ", ",", " , "])));
            }
            Field::List(list) => {
                self.out += "\n";
                let inner = indent + r.pick(&[0, 0, 2]);
                for text in list {
                    self.indent(inner);
                    self.out += "- ";
                    self.scalar(r, text, inner);
                }
            }
            Field::Map(map) => {
                self.out += "\n";
                for (key, text) in map {
                    self.indent(indent + 2);
                    self.out += &format!("{key}: ");
                    self.scalar(r, text, indent + 2);
                }
            }
            Field::Maps(maps) if maps.is_empty() => self.out += " []\n",
            Field::Maps(maps) => {
                self.out += "\n";
                for map in maps {
                    for (at, (key, text)) in map.iter().enumerate() {
                        self.indent(indent);
                        self.out += if at == 0 { "- " } else { "  " };
                        self.out += &format!("{key}: ");
                        self.scalar(r, text, indent + 2);
                    }
                }
            }
        }
    }

    fn indent(&mut self, by: usize) {
        self.out.extend(std::iter::repeat_n(' ', by));
    }

    fn flow(&self, r: &mut Random, text: &str) -> String {
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric());
        match r.below(3) {
            0 if plain || self.odd(r) => text.to_owned(),
            1 if !text.contains('\n') => format!("'{}'", text.replace('\'', "''")),
            _ => double(text),
        }
    }

    /// A scalar with its line break, in one of the forms that can hold it.
    fn scalar(&mut self, r: &mut Random, text: &str, indent: usize) {
        let simple = text.bytes().all(|b| b.is_ascii_alphanumeric() || b" .-/@".contains(&b))
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && !text.ends_with(' ');
        let inner = " ".repeat(indent + 2);
        let printable = !text.chars().any(char::is_control) || text.contains('\n');
        let form = match r.below(12) {
            0..=5 if simple || self.odd(r) => text.to_owned(),
            6 if !text.contains('\n') => format!("'{}'", text.replace('\'', "''")),
            7 if simple && text.contains(' ') => text.replacen(' ', &format!("\n{inner}"), 1),
            8 if simple && text.contains(' ') => {
                format!("\"{}\"", text.replacen(' ', &format!("\n{inner}"), 1))
            }
            9 if printable && !text.starts_with([' ', '\n']) && !text.is_empty() => {
                let lines: Vec<String> = text
                    .lines()
                    .map(|l| if l.is_empty() { String::new() } else { format!("{inner}{l}") })
                    .collect();
                let chomp = r.pick(&["-", "", "+"]);
                format!("{}{chomp}\n{}", r.pick(&["|", ">"]), lines.join("\n"))
            }
            10 if simple && self.odd > 0 => format!("{text} # remark"),
            11 if self.odd(r) => r.pick(&["&a x", "*a", "!!str 1", "!!int '1'", "!x y", "[a]"]).to_owned(),
            _ => double(text),
        };
        self.out += &form;
        self.out += "\n";
    }

    fn json(&mut self, r: &mut Random) {
        let mut charts = Vec::new();
        for _ in 0..1 + r.below(3) {
            let name = NAMES[r.below(if self.odd > 0 { NAMES.len() } else { 3 })];
            if charts.iter().any(|chart: &String| chart.starts_with(&double(name))) {
                continue;
            }
            let versions: Vec<String> = (0..r.below(4)).map(|_| self.json_version(r, name)).collect();
            charts.push(format!("{}: [{}]", double(name), versions.join(", ")));
        }
        let mut fields = Vec::new();
        if !self.odd(r) {
            fields.push(
                r.pick(&["\"apiVersion\": \"v1\"", "\"ApiVersion\": \"v1\"", "\"apiVersion\": \"2\""])
                    .to_owned(),
            );
        }
        fields.push(format!("\"entries\": {{{}}}", charts.join(", ")));
        if r.chance(30) {
            fields.push("\"generated\": \"2024-01-02T10:11:12.123456789Z\"".to_owned());
        }
        if self.odd(r) {
            let odd =
                ["\"what\": 1", "\"serverInfo\": {\"a\": [1]}", "\"apiVersion\": 1", "\"publicKeys\": null"];
            fields.push(r.pick(&odd).to_owned());
        }
        let separator = r.pick(&[",", ", ", ",\n  "]);
        self.out = format!("{{{}}}\n", fields.join(separator));
    }

    fn json_version(&self, r: &mut Random, name: &str) -> String {
        if self.odd(r) {
            return r.pick(&["null", "{}", "1", "\"x\"", "[]"]).to_owned();
        }
        let list =
            |list: &[String]| format!("[{}]", list.iter().map(|t| double(t)).collect::<Vec<_>>().join(", "));
        let map = |map: &[(&str, String)]| {
            let fields: Vec<String> = map.iter().map(|(k, v)| format!("\"{k}\": {}", double(v))).collect();
            format!("{{{}}}", fields.join(", "))
        };
        let mut known = std::collections::HashSet::new();
        let fields: Vec<String> = self
            .fields(r, name)
            .iter()
            // Which of two spellings of a field comes last is told apart in YAML only.
            .filter(|(key, _)| known.insert(key.to_ascii_lowercase()))
            .map(|(key, field)| {
                let value = match field {
                    Field::Text(text) => double(text),
                    Field::Plain("[a]") => "[\"a\"]".to_owned(),
                    Field::Plain("{a: b}") => "{\"a\": \"b\"}".to_owned(),
                    Field::Plain(text) => (*text).to_owned(),
                    Field::List(texts) => list(texts),
                    Field::Map(fields) => map(fields),
                    Field::Maps(maps) => {
                        format!("[{}]", maps.iter().map(|m| map(m)).collect::<Vec<_>>().join(", "))
                    }
                };
                format!("\"{key}\": {value}")
            })
            .collect();
        format!("{{{}}}", fields.join(", "))
    }
}

enum Field {
    Text(String),
    Plain(&'static str),
    List(Vec<String>),
    Map(Vec<(&'static str, String)>),
    Maps(Vec<Vec<(&'static str, String)>>),
}

/// A text in double quotes, as JSON has it, which is YAML too.
fn double(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
