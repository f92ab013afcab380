use govalue::{Int, Kind, Str, Value, fmt, json};

use crate::MAX_RESULTS;
use crate::compare::holds;
use crate::node::{Bound, Node};

/// Why a template picks nothing; texts as client-go's.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is told by its text")]
pub enum ExecError {
    #[error("{0} is not found")]
    NotFound(String),
    #[error("{0} is not array or slice")]
    NotList(String),
    #[error("{0} is not array or slice and cannot be filtered")]
    NotFiltered(String),
    #[error("array index out of bounds: index {index}, length {length}")]
    OutOfBounds { index: i64, length: i64 },
    #[error("starting index {begin} is greater than ending index {end}")]
    Backwards { begin: i64, end: i64 },
    #[error("step must be > 0")]
    Step,
    #[error("not in range, nothing to end")]
    NothingToEnd,
    #[error("unrecognized identifier {0}")]
    Identifier(String),
    #[error("unrecognized filter operator {0}")]
    Operator(String),
    #[error("can only compare one element at a time")]
    SeveralCompared,
    #[error("invalid type for comparison")]
    NotComparable,
    #[error("incompatible types for comparison")]
    Incomparable,
    #[error("{0}")]
    Unprintable(String),
    #[error("template picks more than {MAX_RESULTS} values")]
    TooMany,
}

/// An error, and what had been picked when it occurred: a test for existence in a filter looks at that.
struct Failure {
    error: ExecError,
    picked: Vec<Value>,
}

type Picked = Result<Vec<Value>, Failure>;

pub(crate) fn execute(nodes: &[Node], data: &Value, out: &mut Vec<u8>) -> Result<(), ExecError> {
    let mut machine = Machine { nodes, begin: 0, inside: 0, end: 0, last_end: None };
    let mut results = Vec::new();
    machine.run(0, data, &mut results)?;
    let before = out.len();
    for result in &results {
        if let Err(error) = print(result, out) {
            out.truncate(before);
            return Err(error);
        }
    }
    Ok(())
}

/// One result after the other, blanks between the values of each.
fn print(values: &[Value], out: &mut Vec<u8>) -> Result<(), ExecError> {
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        match value {
            Value::Map(_) | Value::List(_) => {
                out.extend(json::encode(value).map_err(|e| ExecError::Unprintable(e.to_string()))?);
            }
            Value::Nil => out.extend_from_slice(b"null"),
            value if is_absent(value) => out.extend_from_slice(b"<no value>"),
            value => fmt::append_value(out, value),
        }
    }
    Ok(())
}

struct Machine<'t> {
    nodes: &'t [Node],
    /// Loops that were opened and not entered yet.
    begin: usize,
    /// Loops around this point.
    inside: usize,
    /// Ends that were met.
    end: usize,
    /// Where the last end of a loop stands.
    last_end: Option<usize>,
}

impl Machine<'_> {
    /// Executes from a top node on, to the end of the loop around it.
    fn run(&mut self, from: usize, data: &Value, results: &mut Vec<Vec<Value>>) -> Result<(), ExecError> {
        let nodes = self.nodes;
        let mut at = from;
        while let Some(node) = nodes.get(at) {
            let data = if matches!(data, Value::Nil) { absent() } else { data.clone() };
            let picked = self.walk(vec![data], node).map_err(|f| f.error)?;
            if self.end > 0 && self.end <= self.inside {
                self.end -= 1;
                self.last_end = Some(at);
                return Ok(());
            }
            if self.begin > 0 {
                self.begin -= 1;
                self.inside += 1;
                if picked.is_empty() {
                    // The body is gone through all the same, to find its end.
                    self.run(at + 1, &Value::Nil, &mut Vec::new())?;
                }
                for value in &picked {
                    self.run(at + 1, value, results)?;
                    bounded(results.len())?;
                }
                self.inside -= 1;
                if let Some(end) = self.last_end.filter(|end| *end > at) {
                    at = end;
                }
            } else {
                results.push(picked);
            }
            at += 1;
        }
        Ok(())
    }

    fn walk(&mut self, input: Vec<Value>, node: &Node) -> Picked {
        match node {
            Node::List(nodes) => self.steps(input, nodes),
            Node::Text(text) => Ok(vec![Value::Str(text.clone())]),
            Node::Int(i) => Ok(vec![Value::int(*i); input.len()]),
            Node::Float(f) => Ok(vec![Value::Float(*f); input.len()]),
            Node::Bool(b) => Ok(vec![Value::Bool(*b); input.len()]),
            Node::Field(name) => field(&input, name),
            Node::Slice(bounds) => slice(input, bounds),
            Node::Filter { left, right, operator } => self.filter(input, left, right, operator),
            Node::Wildcard => {
                let picked: Vec<Value> = input.iter().flat_map(children).collect();
                bounded(picked.len()).map_err(Failure::bare)?;
                Ok(picked)
            }
            Node::Recursive => {
                let mut picked = Vec::new();
                input.iter().try_for_each(|value| descend(value, &mut picked)).map_err(Failure::bare)?;
                Ok(picked)
            }
            Node::Union(parts) => {
                let mut picked = Vec::new();
                for part in parts {
                    match self.steps(input.clone(), part) {
                        Ok(values) => picked.extend(values),
                        Err(failure) => return Err(Failure { error: failure.error, picked: input }),
                    }
                    bounded(picked.len()).map_err(Failure::bare)?;
                }
                Ok(picked)
            }
            Node::Identifier(word) => self.word(input, word),
        }
    }

    fn steps(&mut self, input: Vec<Value>, nodes: &[Node]) -> Picked {
        nodes.iter().try_fold(input, |values, node| self.walk(values, node))
    }

    fn word(&mut self, input: Vec<Value>, word: &str) -> Picked {
        match word {
            "range" => {
                self.begin += 1;
                Ok(input)
            }
            "end" if self.inside > 0 => {
                self.end += 1;
                Ok(Vec::new())
            }
            "end" => Err(Failure::bare(ExecError::NothingToEnd)),
            word => Err(Failure { error: ExecError::Identifier(word.to_owned()), picked: input }),
        }
    }

    fn filter(&mut self, input: Vec<Value>, left: &[Node], right: &[Node], operator: &str) -> Picked {
        let mut picked = Vec::new();
        for value in &input {
            let Value::List(list) = value else {
                let error = ExecError::NotFiltered(text_of(value));
                return Err(Failure { error, picked: input });
            };
            for item in list.items() {
                let lefts = self.steps(vec![item.clone()], left);
                if operator == "exists" {
                    let found = lefts.unwrap_or_else(|failure| failure.picked);
                    picked.extend((!found.is_empty()).then(|| item.clone()));
                    continue;
                }
                let lefts = match lefts {
                    Ok(lefts) => lefts,
                    Err(failure) => return Err(Failure { error: failure.error, picked: input }),
                };
                let [left] = &lefts[..] else {
                    if lefts.is_empty() {
                        continue;
                    }
                    return Err(Failure { error: ExecError::SeveralCompared, picked: input });
                };
                let rights = match self.steps(vec![item.clone()], right) {
                    Ok(rights) => rights,
                    Err(failure) => return Err(Failure { error: failure.error, picked: input }),
                };
                let [right] = &rights[..] else {
                    if rights.is_empty() {
                        continue;
                    }
                    return Err(Failure { error: ExecError::SeveralCompared, picked: input });
                };
                match holds(left, operator, right) {
                    Ok(true) => picked.push(item.clone()),
                    Ok(false) => {}
                    Err(error) => return Err(Failure { error, picked }),
                }
            }
        }
        Ok(picked)
    }
}

impl Failure {
    fn bare(error: ExecError) -> Failure {
        Failure { error, picked: Vec::new() }
    }
}

fn bounded(count: usize) -> Result<(), ExecError> {
    if count > MAX_RESULTS { Err(ExecError::TooMany) } else { Ok(()) }
}

fn field(input: &[Value], name: &str) -> Picked {
    if input.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<Value> = input.iter().filter_map(|value| value.as_map()?.get(name)).collect();
    if found.is_empty() { Err(Failure::bare(ExecError::NotFound(name.to_owned()))) } else { Ok(found) }
}

fn slice(input: Vec<Value>, bounds: &[Bound; 3]) -> Picked {
    let mut picked = Vec::new();
    for value in &input {
        let list = match value {
            Value::Nil => continue,
            Value::List(list) => list,
            other => {
                let error = ExecError::NotList(other.type_name());
                return Err(Failure { error, picked: input });
            }
        };
        let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
        match range(bounds, length) {
            // An empty part ends the step, also for the values that follow.
            Ok(None) => return Ok(picked),
            Ok(Some((begin, end, step))) => {
                picked.extend(list.items()[begin..end].iter().step_by(step).cloned());
            }
            Err(error) => return Err(Failure { error, picked: input }),
        }
        bounded(picked.len()).map_err(Failure::bare)?;
    }
    Ok(picked)
}

/// Begin, end and step within a list; nothing when there is nothing between begin and end.
fn range(bounds: &[Bound; 3], length: i64) -> Result<Option<(usize, usize, usize)>, ExecError> {
    let mut begin = bounds[0].value.unwrap_or(0);
    if begin < 0 {
        begin = begin.wrapping_add(length);
    }
    let mut end = bounds[1].value.unwrap_or(length);
    if end < 0 || (end == 0 && bounds[1].derived) {
        end = end.wrapping_add(length);
    }
    if begin == end {
        return Ok(None);
    }
    if begin >= length || begin < 0 {
        return Err(ExecError::OutOfBounds { index: begin, length });
    }
    if end > length || end < 0 {
        return Err(ExecError::OutOfBounds { index: end.wrapping_sub(1), length });
    }
    if begin > end {
        return Err(ExecError::Backwards { begin, end });
    }
    let step = match bounds[2].value {
        Some(step) if step <= 0 => return Err(ExecError::Step),
        step => step.unwrap_or(1),
    };
    let size = |i: i64| usize::try_from(i).unwrap_or(usize::MAX);
    Ok(Some((size(begin), size(end), size(step))))
}

/// What is directly in a value: entries, items, or the bytes of a text.
fn children(value: &Value) -> Vec<Value> {
    match value {
        Value::Map(map) => map.snapshot().iter().map(|(_, v)| v.clone()).collect(),
        Value::List(list) => list.items().to_vec(),
        Value::Str(text) => {
            text.as_bytes().iter().map(|b| Value::Int(Int::unsigned(Kind::Uint8, u64::from(*b)))).collect()
        }
        _ => Vec::new(),
    }
}

/// A value that has something in it, and all such values below, outermost first. The depth is that of the data, which
/// readers bound.
fn descend(value: &Value, picked: &mut Vec<Value>) -> Result<(), ExecError> {
    let children = children(value);
    if children.is_empty() {
        return Ok(());
    }
    picked.push(value.clone());
    bounded(picked.len())?;
    children.iter().try_for_each(|child| descend(child, picked))
}

/// What stands for a `reflect.Value` of nothing at all, which is what a loop over null sees. No data holds bytes.
fn absent() -> Value {
    Value::Bytes(Str::default())
}

fn is_absent(value: &Value) -> bool {
    matches!(value, Value::Bytes(_))
}

fn text_of(value: &Value) -> String {
    if is_absent(value) {
        return "<invalid reflect.Value>".to_owned();
    }
    String::from_utf8_lossy(&fmt::sprint(std::slice::from_ref(value))).into_owned()
}
