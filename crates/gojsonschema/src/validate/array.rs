//! Keywords about lists.

use super::Step;
use crate::error::{Kind, Token};
use crate::schema::{Additional, Schema};
use crate::value::{Json, duplicates};

impl<'s, 'v> Step<'s, 'v, '_> {
    pub(super) fn check_array(&mut self, items: &'v [Json]) {
        let schema = self.schema();
        let got = items.len();
        if let Some(want) = schema.min_items.filter(|want| (got as i64) < *want) {
            self.add(Kind::MinItems { got, want });
        }
        if let Some(want) = schema.max_items.filter(|want| got as i64 > *want) {
            self.add(Kind::MaxItems { got, want });
        }
        if schema.unique_items
            && let Some(duplicates) = duplicates(items)
        {
            self.add(Kind::UniqueItems { duplicates });
        }
        for (at, (item, id)) in items.iter().zip(&schema.prefix_items).enumerate() {
            let result = self.inside(*id, item, Token::At(at));
            self.note(result);
        }
        let known = schema.prefix_items.len().min(items.len());
        match schema.rest_items {
            Some(Additional::Allowed(false)) if known < items.len() => {
                self.add(Kind::AdditionalItems { count: items.len() - known });
            }
            Some(Additional::Schema(id)) => {
                for (at, item) in items.iter().enumerate().skip(known) {
                    let result = self.inside(id, item, Token::At(at));
                    self.note(result);
                }
            }
            _ => {}
        }
        self.check_contained(schema, items);
    }

    fn check_contained(&mut self, schema: &'s Schema, items: &'v [Json]) {
        let Some(id) = schema.contains else { return };
        let (mut failures, mut got) = (Vec::new(), Vec::new());
        for (at, item) in items.iter().enumerate() {
            match self.inside(id, item, Token::At(at)) {
                Err(failure) => failures.push(failure),
                Ok(()) => {
                    got.push(at);
                    if schema.draft >= 2020 {
                        self.open.take_item(at);
                    }
                }
            }
        }
        let count = got.len() as i64;
        match schema.min_contains {
            Some(want) if count < want => {
                self.add_all(failures, Kind::MinContains { got: got.clone(), want })
            }
            None if count == 0 => self.add_all(failures, Kind::Contains),
            _ => {}
        }
        if let Some(want) = schema.max_contains.filter(|want| count > *want) {
            self.add(Kind::MaxContains { got, want });
        }
    }
}
