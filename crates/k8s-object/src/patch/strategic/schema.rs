//! What Kubernetes' API types say about patching: which fields exist, which lists are merged and by what key.
//!
//! The table is made from the Go types by the test oracle (`tests/oracle/schema.go`), which also checks that it is
//! up to date. A line is one struct type, `id GoName field=shape[!strategy,…[:key]] …`; a shape is the id of a
//! struct, `m` for a map, `.` for a scalar, with a `[` in front for a list of it. After an empty line come the
//! kinds, `group/version/Kind id`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::super::PatchError;
use crate::GroupVersionKind;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("kubernetes.schema")));

struct Table {
    /// The lines of struct types, after their ids.
    types: Vec<&'static str>,
    kinds: HashMap<&'static str, &'static str>,
}

impl Table {
    fn read(text: &'static str) -> Table {
        let (types, kinds) = text.split_once("\n\n").unwrap_or((text, ""));
        Table {
            types: types.lines().map(|line| line.split_once(' ').map_or("", |(_, rest)| rest)).collect(),
            kinds: kinds.lines().filter_map(|line| line.split_once(' ')).collect(),
        }
    }
}

/// The Go type behind some part of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Schema(&'static str);

/// How a field's value is to be patched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// The type of the value; of an element, for a list.
    pub schema: Schema,
    /// Whether a list is merged and not replaced.
    pub merge: bool,
    /// Whether a map is replaced and not merged.
    pub replace: bool,
    /// Whether patches list the keys to retain.
    pub retain_keys: bool,
    /// The key that tells a list's elements apart; empty for lists of scalars.
    pub merge_key: &'static str,
}

impl Schema {
    /// The type of a kind that is built into Kubernetes.
    pub fn of_kind(kind: &GroupVersionKind) -> Option<Schema> {
        let name = format!("{}/{}/{}", kind.group, kind.version, kind.kind);
        TABLE.kinds.get(name.as_str()).map(|shape| Schema(shape))
    }

    /// The rule for a field that holds a map.
    pub fn map_field(self, field: &str) -> Result<Rule, PatchError> {
        self.rule(field)
    }

    /// The rule for a field that holds a list.
    pub fn list_field(self, field: &str) -> Result<Rule, PatchError> {
        let rule = self.rule(field)?;
        match rule.schema.0.strip_prefix('[') {
            Some(element) if element.starts_with('[') => {
                Err(PatchError::BadDirective("unexpected slice of slice".to_owned()))
            }
            Some(element) => Ok(Rule { schema: Schema(element), ..rule }),
            None => Err(PatchError::BadDirective("expected slice or array type, but got: struct".to_owned())),
        }
    }

    /// Go's name for the sort of type this is.
    pub fn sort(self) -> &'static str {
        match self.0.as_bytes().first() {
            Some(b'm') => "map",
            Some(b'[') => "slice",
            Some(b'0'..=b'9') => "struct",
            _ => "string",
        }
    }

    fn rule(self, field: &str) -> Result<Rule, PatchError> {
        let line = self.0.parse::<usize>().ok().and_then(|id| TABLE.types.get(id)).ok_or_else(|| {
            PatchError::BadDirective(format!(
                "merging an object in json but data type is not struct, instead is: {}",
                self.sort()
            ))
        })?;
        let (name, fields) = line.split_once(' ').unwrap_or((line, ""));
        let (mut found, mut found_folded) = (None, None);
        for (key, shape) in fields.split(' ').filter_map(|entry| entry.split_once('=')) {
            if key == field {
                found = Some(shape);
                break;
            }
            // Go's JSON takes a name in any case where the exact one is not to be found.
            if found_folded.is_none() && key.eq_ignore_ascii_case(field) {
                found_folded = Some(shape);
            }
        }
        let entry = found
            .or(found_folded)
            .ok_or_else(|| PatchError::UnknownField { parent: name.to_owned(), field: field.to_owned() })?;
        let (entry, merge_key) = entry.split_once(':').unwrap_or((entry, ""));
        let (shape, strategies) = entry.split_once('!').unwrap_or((entry, ""));
        let has = |wanted: &str| strategies.split(',').any(|strategy| strategy == wanted);
        Ok(Rule {
            schema: Schema(shape),
            merge: has("merge"),
            replace: has("replace"),
            retain_keys: has("retainKeys"),
            merge_key,
        })
    }
}
