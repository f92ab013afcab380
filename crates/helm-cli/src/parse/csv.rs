//! One record of comma-separated values as Go's `encoding/csv` reads it, which pflag uses for flags with lists.

/// Reads a flag with a list (`stringSlice`).
pub(super) fn record(text: &str) -> Result<Vec<String>, String> {
    if text.is_empty() { Ok(Vec::new()) } else { read(text) }
}

/// Reads a flag with `key=value` pairs (`stringToString`).
pub(super) fn pairs(text: &str) -> Result<Vec<String>, String> {
    let unformed = |pair: &str| format!("{pair} must be formatted as key=value");
    let pairs = match text.matches('=').count() {
        0 => return Err(unformed(text)),
        1 => vec![text.trim_matches('"').to_owned()],
        _ => read(text)?,
    };
    match pairs.iter().find(|p| !p.contains('=')) {
        Some(pair) => Err(unformed(pair)),
        None => Ok(pairs),
    }
}

/// A place in the text, for errors: line and column in bytes, both from 1.
fn mistake(start: usize, line: usize, column: usize, what: &str) -> String {
    let place = format!("parse error on line {line}, column {column}: {what}");
    if start == line { place } else { format!("record on line {start}; {place}") }
}

const BARE: &str = "bare \" in non-quoted field";
const QUOTE: &str = "extraneous or missing \" in quoted-field";

/// Go reads lines with `\n` for `\r\n`, and passes over empty ones.
fn read(text: &str) -> Result<Vec<String>, String> {
    let mut lines = text.split_inclusive('\n').enumerate().map(|(at, line)| (at + 1, unix(line)));
    let Some((start, mut line)) = lines.find(|(_, line)| line != "\n") else { return Err("EOF".to_owned()) };
    let (mut number, mut at) = (start, 0);
    let mut fields = Vec::new();
    loop {
        let rest = &line[at..];
        if !rest.starts_with('"') {
            let end = rest.find(',');
            let field = rest[..end.unwrap_or(rest.len())].trim_end_matches('\n');
            if let Some(quote) = field.find('"') {
                return Err(mistake(start, number, at + quote + 1, BARE));
            }
            fields.push(field.to_owned());
            match end {
                Some(end) => at += end + 1,
                None => return Ok(fields),
            }
            continue;
        }
        at += 1;
        let mut field = String::new();
        loop {
            let rest = &line[at..];
            let Some(quote) = rest.find('"') else {
                field += rest;
                let column = at + rest.len() + 1;
                match lines.next() {
                    Some((next, text)) => (number, line, at) = (next, text, 0),
                    // The last line has no more to give.
                    None if rest.ends_with('\n') => return Err(mistake(start, number + 1, 1, QUOTE)),
                    None => return Err(mistake(start, number, column, QUOTE)),
                }
                continue;
            };
            field += &rest[..quote];
            at += quote + 1;
            match line[at..].bytes().next() {
                Some(b'"') => {
                    field.push('"');
                    at += 1;
                }
                Some(b',') => {
                    at += 1;
                    break;
                }
                None | Some(b'\n') => {
                    fields.push(field);
                    return Ok(fields);
                }
                Some(_) => return Err(mistake(start, number, at, QUOTE)),
            }
        }
        fields.push(field);
    }
}

fn unix(line: &str) -> String {
    match line.strip_suffix("\r\n") {
        Some(text) => format!("{text}\n"),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{pairs, record};

    #[test]
    fn values_may_be_quoted() {
        let all = |text| record(text).expect("a record");
        assert_eq!(all("a,b"), ["a", "b"]);
        assert_eq!(all("\"a,b\",c"), ["a,b", "c"]);
        assert_eq!(all("a,"), ["a", ""]);
        assert_eq!(all("\"x\ny\",z\nlost"), ["x\ny", "z"]);
        assert_eq!(all("\n\na"), ["a"]);
        assert!(all("").is_empty());
        assert_eq!(all("\"say \"\"x\"\"\""), ["say \"x\""]);
    }

    #[test]
    fn mistakes_have_a_place() {
        let wrong = |text| record(text).expect_err("no record");
        assert_eq!(wrong("a\"b"), "parse error on line 1, column 2: bare \" in non-quoted field");
        assert_eq!(
            wrong("\"a\"b"),
            "parse error on line 1, column 3: extraneous or missing \" in quoted-field"
        );
        assert_eq!(wrong("\"a"), "parse error on line 1, column 3: extraneous or missing \" in quoted-field");
        assert_eq!(wrong("\n"), "EOF");
    }

    #[test]
    fn pairs_have_an_equals_sign() {
        assert_eq!(pairs("a=b").expect("a pair"), ["a=b"]);
        assert_eq!(pairs("\"a=b\"").expect("a pair"), ["a=b"]);
        assert_eq!(pairs("a=b,c=d").expect("pairs"), ["a=b", "c=d"]);
        assert_eq!(pairs("a").expect_err("no pair"), "a must be formatted as key=value");
        assert_eq!(pairs("a=b,c,d=e").expect_err("no pair"), "c must be formatted as key=value");
    }
}
