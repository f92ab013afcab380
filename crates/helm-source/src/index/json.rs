//! An index in JSON, one version after the other: the tree of the whole would be ten times as large as its text.

use std::collections::HashSet;
use std::fmt;

use helm_chart::{Compat, IndexForm};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

use super::fast::patient_version;
use super::full::{FIELDS, Reader};
use super::{Draft, Index};
use crate::http::Validators;

/// Reads an index; `None` when it is no JSON, or none without mistakes or repeated keys.
pub(super) fn parse(data: &[u8], validators: &Validators, compat: Compat) -> Option<Index> {
    if !data.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let mut document = serde_json::Deserializer::from_slice(data);
    let mut reading = Reading { draft: Draft::default(), api_version: String::new(), compat };
    document.deserialize_map(Document(&mut reading)).ok()?;
    document.end().ok()?;
    (!reading.api_version.is_empty()).then(|| reading.draft.finish(validators))
}

struct Reading {
    draft: Draft,
    api_version: String,
    compat: Compat,
}

/// What ends the reading; nobody sees it.
fn spoiled<E: Error>() -> E {
    E::custom("to be read the patient way")
}

/// The index.
struct Document<'a>(&'a mut Reading);

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an index")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            let field = FIELDS.iter().find(|field| field.eq_ignore_ascii_case(&key));
            if let Some(field) = field
                && !seen.insert(*field)
            {
                return Err(spoiled());
            }
            if field == Some(&"entries") {
                map.next_value_seed(Charts(self.0))?;
                continue;
            }
            let value: Json = map.next_value()?;
            if let Some(field) = field {
                let alone = Json::Object([((*field).to_owned(), value)].into_iter().collect());
                let index = Reader::read(alone, IndexForm::Json, self.0.compat).map_err(|_| spoiled())?;
                if *field == "apiVersion" {
                    self.0.api_version = index.api_version;
                }
            }
        }
        Ok(())
    }
}

/// The charts by name.
struct Charts<'a>(&'a mut Reading);

impl<'de> DeserializeSeed<'de> for Charts<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Charts<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("charts by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            map.next_value_seed(Versions { reading: self.0, chart: &name })?;
            self.0.draft.chart(&name);
            if !names.insert(name) {
                return Err(spoiled());
            }
        }
        Ok(())
    }
}

/// The versions of a chart.
struct Versions<'a> {
    reading: &'a mut Reading,
    chart: &'a str,
}

impl<'de> DeserializeSeed<'de> for Versions<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Versions<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("versions of a chart")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Reading { draft, compat, .. } = self.reading;
        while let Some(entry) = list.next_element::<Json>()? {
            patient_version(draft, self.chart, &entry, IndexForm::Json, *compat).ok_or_else(spoiled)?;
        }
        Ok(())
    }
}
