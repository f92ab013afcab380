//! Tables and their keys: how a document becomes nested maps, and which keys contradict one another.
//!
//! A table may be named before, between and after the keys that imply it (`[a.b]`, then `[a]`), but be defined once
//! only. As in BurntSushi's decoder a table that was implied is noted by its name and may be defined once more.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use govalue::time::Time;
use govalue::{Key, List, Map, Type, Value};

use super::scan::{Fault, KeyStart, Quotes, Scanned, Scanner, Token};
use super::{MAX_DEPTH, dotted, scalar};

/// Decodes a document into maps, lists and scalars as Go's decoder does into `map[string]interface {}`. `now` gives
/// dates without a zone the machine's. The error is Go's text.
pub(crate) fn decode(text: &[u8], now: &dyn Fn() -> Time) -> Result<Map, String> {
    let marks: [&[u8]; 3] = [b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"];
    let text = marks.iter().find_map(|mark| text.strip_prefix(*mark)).unwrap_or(text);
    if text.iter().take(6).any(|b| *b == 0) {
        let message = "files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8";
        return Err(format!("toml: line 1: {message}"));
    }
    let mut document = Document::new(text, now);
    match document.read() {
        Ok(()) => Ok(document.map(ROOT)),
        Err(fault) => {
            let Fault { line, message } = *fault;
            let key = document.last_key();
            let key =
                if key.is_empty() { key } else { format!(" (last key {})", govalue::strconv::quote(key)) };
            Err(format!("toml: line {line}{key}: {message}"))
        }
    }
}

/// What a key holds.
#[derive(Clone)]
enum Node {
    Scalar(Value),
    /// An array in brackets, which is complete.
    Array(Rc<Vec<Node>>),
    /// The number of a table.
    Table(usize),
    /// The numbers of the tables of `[[key]]`, to which more may be added.
    Tables(Vec<usize>),
}

const ROOT: usize = 0;

struct Document<'t> {
    scanner: Scanner<'t>,
    now: &'t dyn Fn() -> Time,
    tables: Vec<BTreeMap<String, Node>>,
    /// Names of tables that were implied and not defined yet.
    implied: HashSet<String>,
    /// Names of keys whose value is an array in brackets.
    arrays: HashSet<String>,
    /// The key of the present table.
    context: Vec<String>,
    /// The last part of the present key.
    key: String,
    /// Where the first part of the present key ends.
    key_place: usize,
    /// How many arrays and inline tables are open.
    depth: usize,
}

impl<'t> Document<'t> {
    fn new(text: &'t [u8], now: &'t dyn Fn() -> Time) -> Document<'t> {
        Document {
            scanner: Scanner::new(text),
            now,
            tables: vec![BTreeMap::new()],
            implied: HashSet::new(),
            arrays: HashSet::new(),
            context: Vec::new(),
            key: String::new(),
            key_place: 0,
            depth: 0,
        }
    }

    /// The key that an error names.
    fn last_key(&self) -> String {
        match (self.context.is_empty(), self.key.is_empty()) {
            (_, true) => dotted(&self.context),
            (true, false) => self.key.clone(),
            (false, false) => format!("{}.{}", dotted(&self.context), self.key),
        }
    }

    fn fault<T>(&self, message: String) -> Scanned<T> {
        self.scanner.fault_at(self.key_place, message)
    }

    fn read(&mut self) -> Scanned<()> {
        while let Some(c) = self.scanner.skip_to_item()? {
            if c == '[' {
                self.scanner.take();
                self.header()?;
            } else {
                let outer = self.context.len();
                self.pair()?;
                self.context.truncate(outer);
                self.key.clear();
            }
            self.scanner.end_of_item()?;
        }
        Ok(())
    }

    /// `[key]` or `[[key]]` after its first bracket.
    fn header(&mut self) -> Scanned<()> {
        let is_array = self.scanner.is_table_array()?;
        let mut key = vec![self.key_part(KeyStart::TableName, true)?];
        while self.scanner.table_name_goes_on()? {
            key.push(self.key_part(KeyStart::TableName, false)?);
        }
        if is_array {
            self.scanner.end_of_table_array()?;
        }
        self.open(key, is_array)?;
        self.note_type("", false);
        Ok(())
    }

    fn key_part(&mut self, start: KeyStart, is_first: bool) -> Scanned<String> {
        let (text, quotes) = self.scanner.key_part(start)?;
        if is_first {
            self.key_place = self.scanner.place();
        }
        match quotes {
            Some(quotes) => self.string(text, quotes),
            None => Ok(text.to_owned()),
        }
    }

    /// Reads `a.b.c =` and makes the tables of all parts but the last, which becomes the present key. Answers the
    /// other parts.
    fn pair_key(&mut self) -> Scanned<Vec<String>> {
        let mut key = vec![self.key_part(KeyStart::Pair, true)?];
        while self.scanner.key_goes_on()? {
            key.push(self.key_part(KeyStart::AfterDot, false)?);
        }
        self.key = key.pop().unwrap_or_default();
        for part in &key {
            let mut table = self.context.clone();
            table.push(part.clone());
            self.implied.insert(dotted(&table));
            self.open(table, false)?;
        }
        Ok(key)
    }

    /// `key = value` at the top level.
    fn pair(&mut self) -> Scanned<()> {
        self.pair_key()?;
        let key = self.key.clone();
        let (node, is_array) = self.value(false)?;
        self.set(&key, node)?;
        self.note_type(&key, is_array);
        Ok(())
    }

    fn string(&self, text: &str, quotes: Quotes) -> Scanned<String> {
        let place = self.scanner.place();
        scalar::string(text, quotes).or_else(|message| self.scanner.fault_at(place, message))
    }

    /// A value, and whether it is an array.
    fn value(&mut self, in_array: bool) -> Scanned<(Node, bool)> {
        let token = self.scanner.value()?;
        if matches!(token, Token::Array | Token::Table) {
            self.depth += 1;
            if self.depth + self.context.len() > MAX_DEPTH {
                let message = format!("exceeded max depth of {MAX_DEPTH}");
                return self.scanner.fault_at(self.scanner.place(), message);
            }
            let node = match token {
                Token::Array => (self.array()?, true),
                _ => (self.inline_table(in_array)?, false),
            };
            self.depth -= 1;
            return Ok(node);
        }
        Ok((Node::Scalar(self.scalar(token)?), false))
    }

    fn scalar(&self, token: Token<'_>) -> Scanned<Value> {
        let read = match token {
            Token::Bool(b) => Ok(Value::Bool(b)),
            Token::Integer(text) => scalar::integer(text).map(Value::int64),
            Token::Float(text) => scalar::float(text).map(Value::Float),
            Token::Date(text) => scalar::date(text, self.now).map(Time::into_value),
            Token::String(text, quotes) => scalar::string(text, quotes).map(Value::str),
            Token::Array | Token::Table => Ok(Value::Nil),
        };
        read.or_else(|message| self.scanner.fault_at(self.scanner.place(), message))
    }

    /// The values after `[`.
    fn array(&mut self) -> Scanned<Node> {
        let key = self.key.clone();
        self.note_type(&key, true);
        let mut items = Vec::new();
        while !self.scanner.closes(']')? {
            items.push(self.value(true)?.0);
            if !self.scanner.array_goes_on()? {
                break;
            }
        }
        Ok(Node::Array(Rc::new(items)))
    }

    /// The pairs after `{`. They are put into the document, where contradictions are found, and into a table of their
    /// own: what an array holds is that.
    fn inline_table(&mut self, in_array: bool) -> Scanned<Node> {
        let outer = self.context.len();
        let outer_key = std::mem::take(&mut self.key);
        self.context.push(outer_key.clone());
        self.implied.insert(dotted(&self.context));
        self.open(self.context.clone(), in_array)?;
        let own = self.new_table();
        while !self.scanner.closes('}')? {
            let parents = self.pair_key()?;
            let key = self.key.clone();
            let (node, is_array) = self.value(false)?;
            self.set(&key, node.clone())?;
            self.note_type(&key, is_array);
            let mut table = own;
            for parent in parents {
                table = match self.tables[table].get(&parent) {
                    Some(Node::Table(inner)) => *inner,
                    Some(_) => {
                        let name = govalue::strconv::quote(dotted(&self.context));
                        return self.fault(format!("{name} is not a table"));
                    }
                    None => {
                        let inner = self.new_table();
                        self.tables[table].insert(parent, Node::Table(inner));
                        inner
                    }
                };
            }
            self.tables[table].insert(key, node);
            self.context.truncate(outer + 1);
            if !self.scanner.inline_table_goes_on()? {
                break;
            }
        }
        self.context.truncate(outer);
        self.key = outer_key;
        Ok(Node::Table(own))
    }

    fn new_table(&mut self) -> usize {
        self.tables.push(BTreeMap::new());
        self.tables.len() - 1
    }

    /// Makes a table, or adds one to an array of tables, and makes it the present one.
    fn open(&mut self, mut key: Vec<String>, is_array: bool) -> Scanned<()> {
        if self.depth + key.len() > MAX_DEPTH {
            return self.fault(format!("exceeded max depth of {MAX_DEPTH}"));
        }
        let mut table = ROOT;
        for i in 0..key.len() - 1 {
            if !self.tables[table].contains_key(&key[i]) {
                self.implied.insert(dotted(&key[..=i]));
                let implied = self.new_table();
                self.tables[table].insert(key[i].clone(), Node::Table(implied));
            }
            table = match self.inside(table, &key[i]) {
                Some(inner) => inner,
                None => {
                    let name = dotted(&key[..=i]);
                    return self.fault(format!("Key '{name}' was already created as a hash."));
                }
            };
        }
        let new = self.new_table();
        let last = key.pop().unwrap_or_default();
        if is_array {
            match self.tables[table].entry(last.clone()).or_insert_with(|| Node::Tables(Vec::new())) {
                Node::Tables(tables) => tables.push(new),
                _ => {
                    self.context.clone_from(&key);
                    key.push(last);
                    let name = dotted(&key);
                    let why = "was already created and cannot be used as an array.";
                    return self.fault(format!("Key '{name}' {why}"));
                }
            }
            self.context = key;
        } else {
            self.context = key;
            self.set(&last, Node::Table(new))?;
        }
        self.context.push(last);
        Ok(())
    }

    /// The table that a key of a table holds, or the last one of its array.
    fn inside(&self, table: usize, key: &str) -> Option<usize> {
        match self.tables[table].get(key)? {
            Node::Table(inner) => Some(*inner),
            Node::Tables(tables) => tables.last().copied(),
            Node::Scalar(_) | Node::Array(_) => None,
        }
    }

    /// Gives a key of the present table its value.
    fn set(&mut self, key: &str, node: Node) -> Scanned<()> {
        let mut table = ROOT;
        for (i, part) in self.context.iter().enumerate() {
            table = match self.inside(table, part) {
                Some(inner) => inner,
                None => {
                    let name = dotted(&self.context[..=i]);
                    return self.fault(format!("Key '{name}' has already been defined."));
                }
            };
        }
        if self.tables[table].contains_key(key) {
            let name = self.full_name(key);
            if !self.implied.remove(&name) {
                return self.fault(format!("Key '{name}' has already been defined."));
            }
            // A table that was implied holds what was put into it already.
            if !self.arrays.contains(&name) {
                return Ok(());
            }
        }
        self.tables[table].insert(key.to_owned(), node);
        Ok(())
    }

    fn full_name(&self, key: &str) -> String {
        let parts: Vec<&str> = self.context.iter().map(String::as_str).chain([key]).collect();
        dotted(&parts)
    }

    /// Notes whether the value of a key is an array. An empty key stands for the present table, as in Go.
    fn note_type(&mut self, key: &str, is_array: bool) {
        let name = if key.is_empty() && !self.context.is_empty() {
            dotted(&self.context)
        } else {
            self.full_name(key)
        };
        if is_array {
            self.arrays.insert(name);
        } else {
            self.arrays.remove(&name);
        }
    }

    fn map(&self, table: usize) -> Map {
        let entries = self.tables[table].iter().map(|(k, v)| (Key::from(k.as_str()), self.to_value(v)));
        Map::from_entries(Map::string_any(), entries.collect())
    }

    fn to_value(&self, node: &Node) -> Value {
        match node {
            Node::Scalar(value) => value.clone(),
            Node::Table(table) => Value::Map(self.map(*table)),
            Node::Array(items) => Value::List(items.iter().map(|item| self.to_value(item)).collect()),
            Node::Tables(tables) => {
                let maps = tables.iter().map(|table| Value::Map(self.map(*table))).collect();
                Value::List(List::with_type(Type::slice(Map::string_any()), maps))
            }
        }
    }
}
