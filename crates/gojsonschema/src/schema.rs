//! A compiled schema.

use std::collections::BTreeMap;
use std::fmt;

use goregexp::Regex;

use crate::format::Check;
use crate::number::Decimal;
use crate::value::Json;

/// A schema's place in the list of all that were compiled together.
pub(crate) type Id = usize;

/// A schema with what its keywords ask for. References to other schemas are places in a list.
#[derive(Clone, Default, Debug)]
pub(crate) struct Schema {
    /// The document and the pointer into it.
    pub(crate) url: String,
    pub(crate) pointer: String,
    /// Both as they are shown.
    pub(crate) location: String,
    /// The schema with an identifier of its own that this one is part of.
    pub(crate) resource: Id,
    pub(crate) dynamic_anchors: BTreeMap<String, Id>,
    pub(crate) all_properties_evaluated: bool,
    pub(crate) all_items_evaluated: bool,
    pub(crate) items_evaluated: usize,
    /// The number of the draft, from 2019 on its year.
    pub(crate) draft: u16,

    pub(crate) boolean: Option<bool>,
    pub(crate) reference: Option<Id>,
    pub(crate) recursive_reference: Option<Id>,
    pub(crate) recursive_anchor: bool,
    /// The schema first meant, and the anchor by which another may stand for it.
    pub(crate) dynamic_reference: Option<(Id, String)>,
    pub(crate) dynamic_anchor: String,
    pub(crate) types: Types,
    pub(crate) choice: Option<Vec<Json>>,
    pub(crate) constant: Option<Json>,
    pub(crate) not: Option<Id>,
    pub(crate) all_of: Vec<Id>,
    pub(crate) any_of: Vec<Id>,
    pub(crate) one_of: Vec<Id>,
    pub(crate) condition: Option<Id>,
    pub(crate) then: Option<Id>,
    pub(crate) otherwise: Option<Id>,
    pub(crate) format: Option<Format>,

    pub(crate) max_properties: Option<i64>,
    pub(crate) min_properties: Option<i64>,
    pub(crate) required: Vec<String>,
    pub(crate) property_names: Option<Id>,
    pub(crate) properties: BTreeMap<String, Id>,
    pub(crate) pattern_properties: Vec<(Regex, Id)>,
    pub(crate) additional_properties: Option<Additional>,
    pub(crate) dependencies: BTreeMap<String, Dependency>,
    pub(crate) dependent_required: BTreeMap<String, Vec<String>>,
    pub(crate) dependent_schemas: BTreeMap<String, Id>,
    pub(crate) unevaluated_properties: Option<Id>,

    pub(crate) min_items: Option<i64>,
    pub(crate) max_items: Option<i64>,
    pub(crate) unique_items: bool,
    pub(crate) contains: Option<Id>,
    pub(crate) min_contains: Option<i64>,
    pub(crate) max_contains: Option<i64>,
    /// A schema for each position: `prefixItems`, and the list form of `items` before it.
    pub(crate) prefix_items: Vec<Id>,
    /// A schema for the items behind those: `items`, and `additionalItems` before it.
    pub(crate) rest_items: Option<Additional>,
    pub(crate) unevaluated_items: Option<Id>,

    pub(crate) min_length: Option<i64>,
    pub(crate) max_length: Option<i64>,
    pub(crate) pattern: Option<(Regex, String)>,

    pub(crate) minimum: Option<Decimal>,
    pub(crate) maximum: Option<Decimal>,
    pub(crate) exclusive_minimum: Option<Decimal>,
    pub(crate) exclusive_maximum: Option<Decimal>,
    pub(crate) multiple_of: Option<Decimal>,
}

/// What is asked of the properties or items that nothing else speaks of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Additional {
    Allowed(bool),
    Schema(Id),
}

/// What the presence of a property asks for.
#[derive(Clone, Debug)]
pub(crate) enum Dependency {
    Names(Vec<String>),
    Schema(Id),
}

/// A format by name, and its check of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Format {
    pub(crate) name: &'static str,
    pub(crate) check: Check,
}

/// A type of JSON values, in the order in which several are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum JsonType {
    Null,
    Boolean,
    Number,
    Integer,
    String,
    Array,
    Object,
}

const TYPES: [(JsonType, &str); 7] = [
    (JsonType::Null, "null"),
    (JsonType::Boolean, "boolean"),
    (JsonType::Number, "number"),
    (JsonType::Integer, "integer"),
    (JsonType::String, "string"),
    (JsonType::Array, "array"),
    (JsonType::Object, "object"),
];

impl JsonType {
    pub(crate) fn of(value: &Json) -> JsonType {
        match value {
            Json::Null => JsonType::Null,
            Json::Bool(_) => JsonType::Boolean,
            Json::Number(_) => JsonType::Number,
            Json::String(_) => JsonType::String,
            Json::Array(_) => JsonType::Array,
            Json::Object(_) => JsonType::Object,
        }
    }
}

impl fmt::Display for JsonType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        TYPES.iter().find(|(known, _)| known == self).map_or(Ok(()), |(_, name)| f.write_str(name))
    }
}

/// A set of types.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Types(u8);

impl Types {
    /// A type by name; names of no type are passed over.
    pub(crate) fn add(&mut self, name: &str) {
        if let Some((found, _)) = TYPES.iter().find(|(_, known)| *known == name) {
            self.0 |= 1 << *found as u8;
        }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn contains(self, wanted: JsonType) -> bool {
        self.0 & 1 << wanted as u8 != 0
    }
}

impl fmt::Display for Types {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> =
            TYPES.iter().filter(|(t, _)| self.contains(*t)).map(|(_, name)| *name).collect();
        f.write_str(&names.join(" or "))
    }
}
