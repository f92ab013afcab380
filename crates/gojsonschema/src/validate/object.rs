//! Keywords about objects.

use std::collections::BTreeMap;

use super::{Step, whole};
use crate::error::{Kind, Token, pointer};
use crate::schema::{Additional, Dependency, Schema};
use crate::value::Json;

type Properties = BTreeMap<String, Json>;

fn missing<'s>(properties: &Properties, wanted: &'s [String]) -> Option<Vec<&'s str>> {
    let missing: Vec<&str> =
        wanted.iter().filter(|name| !properties.contains_key(*name)).map(String::as_str).collect();
    Some(missing).filter(|missing| !missing.is_empty())
}

impl<'s, 'v> Step<'s, 'v, '_> {
    pub(super) fn check_object(&mut self, properties: &'v Properties) {
        let schema = self.schema();
        let got = properties.len();
        if let Some(want) = schema.min_properties.filter(|want| (got as i64) < *want) {
            self.add(Kind::MinProperties { got, want });
        }
        if let Some(want) = schema.max_properties.filter(|want| got as i64 > *want) {
            self.add(Kind::MaxProperties { got, want });
        }
        if let Some(missing) = missing(properties, &schema.required) {
            self.add(Kind::Required { missing });
        }
        if self.is_decided() {
            return;
        }
        for (property, dependency) in &schema.dependencies {
            if properties.contains_key(property) {
                match dependency {
                    Dependency::Names(names) => {
                        if let Some(missing) = missing(properties, names) {
                            self.add(Kind::Dependency { property, missing });
                        }
                    }
                    Dependency::Schema(id) => {
                        let result = self.aside(*id, "", false);
                        self.note(result);
                    }
                }
            }
        }
        if !self.check_properties(schema, properties) || schema.draft == 4 {
            return;
        }
        self.check_names(schema, properties);
        if schema.draft == 6 {
            return;
        }
        for (_, id) in schema.dependent_schemas.iter().filter(|(name, _)| properties.contains_key(*name)) {
            let result = self.aside(*id, "", false);
            self.note(result);
        }
        for (property, names) in schema.dependent_required.iter().filter(|(n, _)| properties.contains_key(*n))
        {
            if let Some(missing) = missing(properties, names) {
                self.add(Kind::Dependency { property, missing });
            }
        }
    }

    /// Judges each property; false when it broke off.
    fn check_properties(&mut self, schema: &'s Schema, properties: &'v Properties) -> bool {
        let mut additional = Vec::new();
        for (name, value) in properties {
            if self.is_decided() {
                return false;
            }
            let mut spoken = false;
            if let Some(id) = schema.properties.get(name) {
                spoken = true;
                let result = self.inside(*id, value, Token::Name(name));
                self.note(result);
            }
            for (_, id) in schema.pattern_properties.iter().filter(|(p, _)| p.is_match(name.as_bytes())) {
                spoken = true;
                let result = self.inside(*id, value, Token::Name(name));
                self.note(result);
            }
            if !spoken && let Some(rule) = schema.additional_properties {
                spoken = true;
                match rule {
                    Additional::Allowed(true) => {}
                    Additional::Allowed(false) => additional.push(name.clone()),
                    Additional::Schema(id) => {
                        let result = self.inside(id, value, Token::Name(name));
                        self.note(result);
                    }
                }
            }
            if spoken {
                self.open.take_property(name);
            }
        }
        if !additional.is_empty() {
            self.add(Kind::AdditionalProperties { names: additional });
        }
        true
    }

    /// Judges the names of properties, each as a value of its own.
    fn check_names(&mut self, schema: &'s Schema, properties: &Properties) {
        let Some(id) = schema.property_names else { return };
        for name in properties.keys() {
            let (id, meta) = self.in_dialect(id);
            let value = Json::String(name.clone());
            if let Err(mut failure) = whole(self.context, id, meta, &value, self.scope.depth + 1) {
                failure.at = pointer(self.way);
                failure.kind = Kind::PropertyNames { property: name.clone() };
                self.errors.push(failure);
            }
        }
    }
}
