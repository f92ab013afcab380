use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::{Key, List, Map, Str, Value};

/// What was read of a map, and of the maps inside it: made by [`Map::traced`], filled by every reader of the map that
/// came with it and of its copies.
///
/// Looking up a key notes the key, whether it is there or not. Visiting the entries in any way (`range`, `toYaml`,
/// comparing, merging) notes that the map was read whole; maps inside then have records of their own. Copies report to
/// the same records as their originals, and two references to one map share them.
#[derive(Clone)]
pub struct Trace(Arc<Records>);

struct Records {
    looked_up: Mutex<BTreeSet<Str>>,
    whole: AtomicBool,
    /// What the map held when tracing began, sorted; scalars are not among it.
    inside: Vec<(Key, Traced)>,
}

/// Where records continue below a key.
#[derive(Clone, Debug)]
pub enum Traced {
    /// Nothing that could be read in parts.
    Scalar,
    /// A map.
    Map(Trace),
    /// A list that has maps somewhere inside.
    List(Vec<Traced>),
}

impl Trace {
    /// The string keys that were looked up one by one, present or not, sorted.
    pub fn looked_up(&self) -> Vec<Str> {
        self.keys().iter().cloned().collect()
    }

    /// Whether this key was looked up.
    pub fn was_looked_up(&self, key: impl AsRef<[u8]>) -> bool {
        self.keys().contains(key.as_ref())
    }

    /// Whether all entries were visited.
    pub fn was_read_whole(&self) -> bool {
        self.0.whole.load(Ordering::Relaxed)
    }

    /// Whether nobody looked into the map. It may have been tested for being empty all the same.
    pub fn is_untouched(&self) -> bool {
        !self.was_read_whole() && self.keys().is_empty()
    }

    /// The records below a string key.
    pub fn at(&self, key: impl AsRef<[u8]>) -> &Traced {
        let inside = &self.0.inside;
        let found = inside.binary_search_by(|(k, _)| k.cmp_bytes(key.as_ref()));
        found.map_or(&Traced::Scalar, |at| &inside[at].1)
    }

    /// The string keys below which records continue, in order.
    pub fn inside(&self) -> impl Iterator<Item = (&Str, &Traced)> {
        self.0.inside.iter().filter_map(|(key, traced)| Some((key.as_str()?, traced)))
    }

    fn keys(&self) -> std::sync::MutexGuard<'_, BTreeSet<Str>> {
        self.0.looked_up.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cold]
    pub(crate) fn note_key(&self, key: &[u8]) {
        let mut keys = self.keys();
        if !keys.contains(key) {
            keys.insert(Str::from(key));
        }
    }

    #[cold]
    pub(crate) fn note_whole(&self) {
        self.0.whole.store(true, Ordering::Relaxed);
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace")
            .field("looked_up", &*self.keys())
            .field("whole", &self.was_read_whole())
            .finish_non_exhaustive()
    }
}

/// Copies a tree of maps into one that is traced. What was shared stays shared.
#[derive(Default)]
pub(crate) struct Tracer {
    done: HashMap<usize, (Map, Trace)>,
}

impl Tracer {
    pub(crate) fn map(&mut self, map: &Map) -> (Map, Trace) {
        if let Some((copy, trace)) = self.done.get(&map.address()).filter(|_| !map.is_nil()) {
            return (copy.retyped(map.ty().clone()), trace.clone());
        }
        let (mut entries, mut inside) = (Vec::with_capacity(map.len()), Vec::new());
        for (key, value) in map.snapshot().iter() {
            let (value, traced) = self.value(value);
            if !matches!(traced, Traced::Scalar) {
                inside.push((key.clone(), traced));
            }
            entries.push((key.clone(), value));
        }
        let records = Records { looked_up: Mutex::default(), whole: AtomicBool::new(false), inside };
        let trace = Trace(Arc::new(records));
        if map.is_nil() {
            return (map.clone(), trace);
        }
        let copy = Map::with_trace(map.ty().clone(), entries, trace.clone());
        self.done.insert(map.address(), (copy.clone(), trace.clone()));
        (copy, trace)
    }

    fn value(&mut self, value: &Value) -> (Value, Traced) {
        match value {
            Value::Map(map) => {
                let (map, trace) = self.map(map);
                (Value::Map(map), Traced::Map(trace))
            }
            Value::List(list) => {
                let (items, traced): (Vec<Value>, Vec<Traced>) =
                    list.items().iter().map(|item| self.value(item)).unzip();
                if traced.iter().all(|t| matches!(t, Traced::Scalar)) {
                    return (value.clone(), Traced::Scalar);
                }
                (Value::List(List::with_type(list.ty().clone(), items)), Traced::List(traced))
            }
            _ => (value.clone(), Traced::Scalar),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Trace, Traced};
    use crate::{List, Map, Value, yaml};

    fn traced(text: &str) -> (Map, Trace) {
        yaml::sigs::unmarshal_map(text.as_bytes()).expect("the YAML is right").traced()
    }

    fn inner(map: &Map, key: &str) -> Map {
        map.get(key).and_then(|v| v.as_map().cloned()).expect("there is a map")
    }

    fn below<'t>(trace: &'t Trace, key: &str) -> &'t Trace {
        let Traced::Map(inner) = trace.at(key) else { panic!("there is a map") };
        inner
    }

    #[test]
    fn look_ups_are_noted_found_or_not() {
        let (map, trace) = traced("a: {b: 1, c: 2}\nd: 3\n");
        assert!(trace.is_untouched());
        let a = inner(&map, "a");
        a.get("b");
        a.contains("x");
        assert_eq!(trace.looked_up(), ["a".into()] as [crate::Str; 1]);
        assert_eq!(below(&trace, "a").looked_up(), ["b".into(), "x".into()] as [crate::Str; 2]);
        assert!(!trace.was_looked_up("d") && !trace.was_read_whole());
        assert!(!below(&trace, "a").was_looked_up("c"));
    }

    #[test]
    fn copies_and_conversions_report_to_their_originals() {
        let (map, trace) = traced("a: {b: 1}\nlist: [{x: 1, y: 2}, 5]\n");
        inner(&map.deep_copy(), "a").get("b");
        assert!(below(&trace, "a").was_looked_up("b") && !trace.was_read_whole());
        map.retyped(crate::Type::named("common.Values", Map::string_any())).get("q");
        map.shallow_copy().get("r");
        assert!(trace.was_looked_up("q") && trace.was_looked_up("r"));
        let list: List = map.get("list").and_then(|v| v.as_list().cloned()).expect("a list");
        list.items()[0].as_map().expect("a map").get("x");
        let Traced::List(items) = trace.at("list") else { panic!("a list") };
        let Traced::Map(item) = &items[0] else { panic!("a map") };
        assert!(item.was_looked_up("x") && !item.was_looked_up("y"));
    }

    #[test]
    fn writing_a_map_out_reads_it_whole() {
        let (map, trace) = traced("a: {b: {c: 1}}\nd: {e: 1}\n");
        yaml::sigs::marshal(&map.get("a").expect("a")).expect("it can be written");
        assert!(below(&trace, "a").was_read_whole() && below(below(&trace, "a"), "b").was_read_whole());
        assert!(below(&trace, "d").is_untouched());
    }

    #[test]
    fn what_was_shared_stays_shared() {
        let shared: Map = [("k", 1.0)].into_iter().collect();
        let map: Map = [("a", shared.clone()), ("b", shared)].into_iter().collect();
        let (map, trace) = map.traced();
        inner(&map, "a").insert("new", Value::Bool(true));
        assert!(inner(&map, "b").contains("new"));
        assert!(below(&trace, "a").was_looked_up("new"));
    }
}
