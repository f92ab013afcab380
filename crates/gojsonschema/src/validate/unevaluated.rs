//! Which properties and items no schema has spoken of.

use std::collections::BTreeSet;

use super::Step;
use crate::error::Token;
use crate::schema::Schema;
use crate::value::Json;

/// Properties or items; nothing is kept where nobody asks.
#[derive(Default)]
pub(super) struct Unevaluated<'v> {
    properties: BTreeSet<&'v str>,
    items: BTreeSet<usize>,
}

impl<'v> Unevaluated<'v> {
    /// All that a schema may leave open, if it or the caller asks.
    pub(super) fn of(value: &'v Json, schema: &Schema, asked: bool) -> Unevaluated<'v> {
        let mut open = Unevaluated::default();
        match value {
            Json::Object(properties)
                if !schema.all_properties_evaluated && (asked || schema.unevaluated_properties.is_some()) =>
            {
                open.properties = properties.keys().map(String::as_str).collect();
            }
            Json::Array(items)
                if !schema.all_items_evaluated && (asked || schema.unevaluated_items.is_some()) =>
            {
                open.items = (schema.items_evaluated..items.len()).collect();
            }
            _ => {}
        }
        open
    }

    pub(super) fn is_empty(&self) -> bool {
        self.properties.is_empty() && self.items.is_empty()
    }

    pub(super) fn take_property(&mut self, name: &str) {
        self.properties.remove(name);
    }

    pub(super) fn take_item(&mut self, at: usize) {
        self.items.remove(&at);
    }

    /// Keeps what is open in both.
    pub(super) fn keep(&mut self, other: &Unevaluated<'_>) {
        self.properties.retain(|name| other.properties.contains(name));
        self.items.retain(|at| other.items.contains(at));
    }
}

impl<'v> Step<'_, 'v, '_> {
    pub(super) fn check_unevaluated(&mut self) {
        let (schema, value) = (self.schema(), self.value);
        if let (Json::Object(properties), Some(inner)) = (value, schema.unevaluated_properties) {
            for name in std::mem::take(&mut self.open.properties) {
                if let Some(value) = properties.get(name) {
                    let result = self.inside(inner, value, Token::Name(name));
                    self.note(result);
                }
            }
        }
        if let (Json::Array(items), Some(inner)) = (value, schema.unevaluated_items) {
            for at in std::mem::take(&mut self.open.items) {
                let result = self.inside(inner, &items[at], Token::At(at));
                self.note(result);
            }
        }
    }
}
