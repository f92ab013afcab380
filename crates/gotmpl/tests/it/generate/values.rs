//! Random data for the templates.

use govalue::{Int, Key, Kind, List, Map, Type, Value};

use super::Generator;
use crate::host::{Foo, bracket, sum, values_type};

impl Generator {
    fn int(&mut self) -> Value {
        Value::int(self.rng.below(12) as i64 - 2)
    }

    fn string(&mut self) -> Value {
        Value::from(self.rng.pick(&["", "a", "text", "x y", "<&\">", "é", "12", "A-b_c"]))
    }

    fn leaf(&mut self) -> Value {
        match self.rng.below(7) {
            0 => Value::Nil,
            1 => Value::Bool(self.rng.chance(50)),
            2 => Value::Float(self.rng.below(100) as f64 / 8.0 - 3.0),
            3 => self.string(),
            4 => Value::int64(self.rng.below(9) as i64),
            5 => Value::Int(Int::unsigned(Kind::Uint8, self.rng.below(6) as u64)),
            _ => self.int(),
        }
    }

    fn map(&mut self, depth: usize) -> Value {
        let mut entries =
            vec![("a", self.int()), ("b", self.string()), ("c", self.leaf()), ("x", self.leaf())];
        if depth > 0 {
            entries.push(("m", self.map(depth - 1)));
            entries.push(("l", self.list()));
        }
        entries.retain(|_| !self.rng.chance(15));
        Value::Map(entries.into_iter().collect::<Map>())
    }

    fn list(&mut self) -> Value {
        let len = self.rng.below(4);
        Value::from((0..len).map(|_| self.leaf()).collect::<Vec<_>>())
    }

    /// Data of the types that the field names promise.
    pub(super) fn data(&mut self) -> Value {
        let mut entries = vec![
            ("b1", Value::Bool(true)),
            ("b2", Value::Bool(false)),
            ("by", Value::Bytes(b"ab"[..].into())),
            ("c1", Value::complex(1.0, 2.5)),
            ("f1", Value::Float(self.rng.below(64) as f64 / 16.0)),
            ("f2", Value::Float(1e21)),
            ("fn", bracket()),
            ("i1", self.int()),
            ("i2", self.int()),
            ("i64", Value::int64(4)),
            ("l1", self.list()),
            ("l0", Value::from(Vec::new())),
            ("m1", self.map(2)),
            ("m2", Value::Map(Map::new())),
            ("mn", Value::Map(Map::nil(Map::string_any()))),
            ("n1", Value::Nil),
            ("o3", Foo::nil()),
            ("s1", self.string()),
            ("s2", self.string()),
            ("sum", sum()),
            ("uni", Value::from("日本\u{a0}")),
            ("u1", Value::Int(Int::unsigned(Kind::Uint8, self.rng.below(9) as u64))),
        ];
        let (any, other) = (self.leaf(), self.leaf());
        entries.push(("o1", Foo::pointer("foo", any)));
        entries.push(("o2", Foo::value("val", other)));
        let lm = Value::from(vec![self.map(0), self.map(0)]);
        entries.push(("lm", lm));
        let ints: Vec<Value> = (0..self.rng.below(4)).map(|_| self.int()).collect();
        entries.push((
            "ar",
            Value::List(List::with_type(Type::Array(ints.len(), Type::INT.into()), ints.clone())),
        ));
        entries.push(("li", Value::List(List::with_type(Type::slice(Type::INT), ints))));
        entries.push(("ls", Value::List(List::strings(["p", "q"]))));
        entries.push(("ln", Value::List(List::nil(Type::slice(Type::Any)))));
        let typed = [("one", Value::int(1)), ("two", Value::int(2))].map(|(k, v)| (Key::from(k), v));
        entries.push(("mi", Value::Map(Map::from_entries(Type::map(Type::STRING, Type::INT), typed.into()))));
        let values =
            [("i", self.int()), ("m", self.map(1)), ("n", Value::Nil)].map(|(k, v)| (Key::from(k), v));
        entries.push(("v1", Value::Map(Map::from_entries(values_type(), values.into()))));
        entries.retain(|_| !self.slip(3));
        match self.rng.below(20) {
            0 if self.slips => Value::Nil,
            1 if self.slips => self.leaf(),
            2 if self.slips => self.list(),
            _ => Value::Map(entries.into_iter().collect::<Map>()),
        }
    }
}
