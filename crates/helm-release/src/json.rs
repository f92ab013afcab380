//! JSON as Go's `encoding/json` writes it, and objects whose unknown fields survive a rewrite.

use std::fmt;
use std::io;
use std::sync::Arc;

use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::ser::Formatter;
use serde_json::value::RawValue;

/// A JSON value kept as the text in which it was read. Cloning shares the text.
#[derive(Clone)]
pub struct Raw(Arc<RawValue>);

impl Raw {
    /// The value that `value` serialises to, in Go's spelling.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Raw, serde_json::Error> {
        let text = String::from_utf8(to_vec(value)?).map_err(serde_json::Error::custom)?;
        Raw::from_text(text)
    }

    /// A value from its text, which is checked.
    pub fn from_text(text: String) -> Result<Raw, serde_json::Error> {
        Ok(Raw(Arc::from(RawValue::from_string(text)?)))
    }

    /// The JSON text.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Reads the value as a type.
    pub fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.get())
    }

    /// Whether the value is `null`, `{}` or `[]`: what Go's `omitempty` leaves out.
    pub fn is_empty(&self) -> bool {
        let text = self.get().trim();
        let inner = text.strip_prefix(['{', '[']).and_then(|t| t.strip_suffix(['}', ']']));
        text == "null" || inner.is_some_and(|t| t.trim().is_empty())
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Eq for Raw {}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get())
    }
}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|raw| Raw(Arc::from(raw)))
    }
}

/// The fields of an object that this program does not know, in their order.
pub type Extra = Vec<(String, Raw)>;

/// The fields of one JSON object, to be taken by name; what nobody took is [`Extra`].
pub(crate) struct Fields(Vec<(String, Raw)>);

impl Fields {
    /// Takes a field. `null` is the zero value, as in Go.
    pub(crate) fn take<T: DeserializeOwned + Default>(&mut self, name: &str) -> Result<T, serde_json::Error> {
        match self.take_raw(name) {
            Some(raw) => raw.parse(),
            None => Ok(T::default()),
        }
    }

    /// Takes a field as it stands; `None` for a missing one and for `null`. Of equal names the last counts.
    pub(crate) fn take_raw(&mut self, name: &str) -> Option<Raw> {
        let at = self.0.iter().rposition(|(key, _)| key == name)?;
        let raw = self.0.swap_remove(at).1;
        self.0.retain(|(key, _)| key != name);
        (raw.get() != "null").then_some(raw)
    }

    /// The fields that nobody took.
    pub(crate) fn rest(self) -> Extra {
        self.0
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;
        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    fields.push(entry);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(FieldsVisitor)
    }
}

/// Writes the unknown fields after the known ones.
pub(crate) fn write_extra<M: SerializeMap>(map: &mut M, extra: &Extra) -> Result<(), M::Error> {
    extra.iter().try_for_each(|(key, raw)| map.serialize_entry(key, raw))
}

/// Writes a field unless it is empty (Go's `omitempty`).
pub(crate) fn write_text<M: SerializeMap>(map: &mut M, key: &str, text: &str) -> Result<(), M::Error> {
    if text.is_empty() { Ok(()) } else { map.serialize_entry(key, text) }
}

/// Serialises in the spelling of Go's `json.Marshal`: compact, `<`, `>`, `&`, U+2028 and U+2029 escaped.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = Vec::new();
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, GoFormatter))?;
    Ok(out)
}

struct GoFormatter;

impl Formatter for GoFormatter {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            let c = rest[at..].chars().next().expect("found above");
            writer.write_all(&rest.as_bytes()[..at])?;
            write!(writer, "\\u{:04x}", u32::from(c))?;
            rest = &rest[at + c.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped_as_go_does() {
        assert_eq!(
            to_vec("a<b>&c\u{2028}\u{8}\u{1}é\"").unwrap(),
            b"\"a\\u003cb\\u003e\\u0026c\\u2028\\b\\u0001\xc3\xa9\\\"\""
        );
    }

    #[test]
    fn empty_values_are_what_go_omits() {
        for (text, empty) in [("{}", true), ("null", true), ("{ }", true), ("[]", true), ("{\"a\":1}", false)]
        {
            assert_eq!(Raw::from_text(text.to_owned()).unwrap().is_empty(), empty, "{text}");
        }
    }

    #[test]
    fn the_last_of_equal_fields_counts() {
        let mut fields: Fields = serde_json::from_str(r#"{"a":1,"b":null,"a":2,"z":[1, 2]}"#).unwrap();
        assert_eq!(fields.take::<i64>("a").unwrap(), 2);
        assert_eq!(fields.take::<String>("b").unwrap(), "");
        let rest = fields.rest();
        assert_eq!((rest.len(), rest[0].1.get()), (1, "[1, 2]"));
    }
}
