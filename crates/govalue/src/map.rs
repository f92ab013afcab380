use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::list::release;
use crate::{Int, Str, Type, Value};

/// A map key. The order is that in which Go's `fmt` and `text/template` visit the keys of a map.
#[derive(Clone, Debug)]
pub enum Key {
    /// A boolean; false before true.
    Bool(bool),
    /// An integer of any kind.
    Int(Int),
    /// A `float64`; NaN first.
    Float(f64),
    /// A string, ordered bytewise.
    Str(Str),
}

impl Key {
    fn rank(&self) -> u8 {
        match self {
            Key::Bool(_) => 0,
            Key::Int(_) => 1,
            Key::Float(_) => 2,
            Key::Str(_) => 3,
        }
    }

    /// The key as a value.
    pub fn to_value(&self) -> Value {
        match self {
            Key::Bool(b) => Value::Bool(*b),
            Key::Int(i) => Value::Int(*i),
            Key::Float(f) => Value::Float(*f),
            Key::Str(s) => Value::Str(s.clone()),
        }
    }

    /// The key that a value makes; `None` for a value that cannot be a key here.
    pub fn from_value(v: &Value) -> Option<Key> {
        match v {
            Value::Bool(b) => Some(Key::Bool(*b)),
            Value::Int(i) => Some(Key::Int(*i)),
            Value::Float(f) => Some(Key::Float(*f)),
            Value::Str(s) => Some(Key::Str(s.clone())),
            _ => None,
        }
    }

    /// The string, for a string key.
    pub fn as_str(&self) -> Option<&Str> {
        match self {
            Key::Str(s) => Some(s),
            _ => None,
        }
    }

    fn cmp_bytes(&self, s: &[u8]) -> Ordering {
        match self {
            Key::Str(k) => k.as_bytes().cmp(s),
            _ => Ordering::Less,
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Key::Str(a), Key::Str(b)) => a.cmp(b),
            (Key::Int(a), Key::Int(b)) => a.cmp(b),
            (Key::Bool(a), Key::Bool(b)) => a.cmp(b),
            (Key::Float(a), Key::Float(b)) => a.total_cmp(b),
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }
}

impl From<&str> for Key {
    fn from(s: &str) -> Self {
        Key::Str(Str::from(s))
    }
}

impl From<Str> for Key {
    fn from(s: Str) -> Self {
        Key::Str(s)
    }
}

impl From<String> for Key {
    fn from(s: String) -> Self {
        Key::Str(Str::from(s))
    }
}

type Entries = Vec<(Key, Value)>;

struct Inner {
    ty: Type,
    entries: Arc<RwLock<Arc<Entries>>>,
}

impl Inner {
    /// The entries, if nobody else can see them.
    fn take_last(&mut self) -> Entries {
        let entries = Arc::get_mut(&mut self.entries);
        let entries = entries.map(|lock| lock.get_mut().unwrap_or_else(PoisonError::into_inner));
        entries.and_then(Arc::get_mut).map(std::mem::take).unwrap_or_default()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        release(self.take_last().into_iter().map(|(_, v)| v));
    }
}

/// A Go map: a reference to shared, changeable entries, kept in key order.
///
/// Cloning gives a second reference to the same entries, as assignment does in Go. [`Map::snapshot`] is how to
/// iterate: it costs nothing and does not see later changes (the rule of `range` in `text/template`).
/// A nil map has a type and no entries; inserting into one panics in Go and is refused here.
#[derive(Clone)]
pub struct Map {
    /// `Err` holds the type of a nil map.
    inner: Result<Arc<Inner>, Box<Type>>,
}

impl Default for Map {
    fn default() -> Self {
        Map::new()
    }
}

impl Map {
    /// An empty `map[string]interface {}`.
    pub fn new() -> Map {
        Map::from_entries(Map::string_any(), Vec::new())
    }

    /// An empty map of the given map type (which may be a defined one).
    pub fn with_type(ty: Type) -> Map {
        Map::from_entries(ty, Vec::new())
    }

    /// The nil map of a type.
    pub fn nil(ty: Type) -> Map {
        Map { inner: Err(Box::new(ty)) }
    }

    /// A map of a type from entries in any order; of equal keys the last wins.
    pub fn from_entries(ty: Type, mut entries: Vec<(Key, Value)>) -> Map {
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.reverse();
            entries.dedup_by(|a, b| a.0 == b.0);
            entries.reverse();
        }
        Map { inner: Ok(Arc::new(Inner { ty, entries: Arc::new(RwLock::new(Arc::new(entries))) })) }
    }

    /// The type `map[string]interface {}`.
    pub fn string_any() -> Type {
        static TYPE: std::sync::OnceLock<Type> = std::sync::OnceLock::new();
        TYPE.get_or_init(|| Type::map(Type::STRING, Type::Any)).clone()
    }

    /// The same entries (shared) seen as another map type, as a Go conversion does.
    pub fn retyped(&self, ty: Type) -> Map {
        match &self.inner {
            Err(_) => Map::nil(ty),
            Ok(i) => Map { inner: Ok(Arc::new(Inner { ty, entries: i.entries.clone() })) },
        }
    }

    /// The map's type.
    pub fn ty(&self) -> &Type {
        match &self.inner {
            Ok(i) => &i.ty,
            Err(t) => t,
        }
    }

    /// Whether this is a nil map.
    pub fn is_nil(&self) -> bool {
        self.inner.is_err()
    }

    /// Whether both are references to the same entries.
    pub fn ptr_eq(&self, other: &Map) -> bool {
        match (&self.inner, &other.inner) {
            (Ok(a), Ok(b)) => Arc::ptr_eq(&a.entries, &b.entries),
            (Err(a), Err(b)) => a == b,
            _ => false,
        }
    }

    /// The address that `%p` prints; 0 for a nil map.
    pub fn address(&self) -> usize {
        self.inner.as_ref().map_or(0, |i| Arc::as_ptr(&i.entries).addr())
    }

    /// The entries of the last reference to a map, which is about to go.
    pub(crate) fn take_last(&mut self) -> Vec<(Key, Value)> {
        self.inner.as_mut().ok().and_then(Arc::get_mut).map(Inner::take_last).unwrap_or_default()
    }

    /// The entries now, in key order.
    pub fn snapshot(&self) -> Arc<Vec<(Key, Value)>> {
        match &self.inner {
            Ok(i) => i.entries.read().unwrap_or_else(PoisonError::into_inner).clone(),
            Err(_) => Arc::new(Vec::new()),
        }
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        match &self.inner {
            Ok(i) => i.entries.read().unwrap_or_else(PoisonError::into_inner).len(),
            Err(_) => 0,
        }
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a string key.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        let Ok(inner) = &self.inner else { return None };
        let entries = inner.entries.read().unwrap_or_else(PoisonError::into_inner);
        let at = entries.binary_search_by(|(k, _)| k.cmp_bytes(key.as_ref())).ok()?;
        Some(entries[at].1.clone())
    }

    /// The value of any key.
    pub fn get_key(&self, key: &Key) -> Option<Value> {
        let Ok(inner) = &self.inner else { return None };
        let entries = inner.entries.read().unwrap_or_else(PoisonError::into_inner);
        let at = entries.binary_search_by(|(k, _)| k.cmp(key)).ok()?;
        Some(entries[at].1.clone())
    }

    /// Whether a string key is present.
    pub fn contains(&self, key: impl AsRef<[u8]>) -> bool {
        self.get(key).is_some()
    }

    /// Sets an entry and returns the value that it replaced. Does nothing on a nil map.
    pub fn insert(&self, key: impl Into<Key>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        let Ok(inner) = &self.inner else { return None };
        let mut entries = inner.entries.write().unwrap_or_else(PoisonError::into_inner);
        let entries = Arc::make_mut(&mut entries);
        if entries.last().is_none_or(|(k, _)| *k < key) {
            entries.push((key, value));
            return None;
        }
        match entries.binary_search_by(|(k, _)| k.cmp(&key)) {
            Ok(at) => Some(std::mem::replace(&mut entries[at].1, value)),
            Err(at) => {
                entries.insert(at, (key, value));
                None
            }
        }
    }

    /// Removes the entry of a string key and returns its value.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        let Ok(inner) = &self.inner else { return None };
        let mut entries = inner.entries.write().unwrap_or_else(PoisonError::into_inner);
        let at = entries.binary_search_by(|(k, _)| k.cmp_bytes(key.as_ref())).ok()?;
        Some(Arc::make_mut(&mut entries).remove(at).1)
    }

    /// A new map of the same type with the same values (maps inside stay shared).
    pub fn shallow_copy(&self) -> Map {
        match &self.inner {
            Err(_) => self.clone(),
            Ok(i) => {
                let entries = Arc::new(RwLock::new(self.snapshot()));
                Map { inner: Ok(Arc::new(Inner { ty: i.ty.clone(), entries })) }
            }
        }
    }

    /// A copy in which no map or list is shared with the original.
    pub fn deep_copy(&self) -> Map {
        if self.is_nil() {
            return self.clone();
        }
        let entries = self.snapshot().iter().map(|(k, v)| (k.clone(), v.deep_copy())).collect();
        Map::from_entries(self.ty().clone(), entries)
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.ptr_eq(other) || (self.ty() == other.ty() && *self.snapshot() == *other.snapshot())
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.snapshot().iter().map(|(k, v)| (k, v))).finish()
    }
}

impl<K: Into<Key>, V: Into<Value>> FromIterator<(K, V)> for Map {
    /// Collects a `map[string]interface {}`.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(iter: I) -> Self {
        let entries = iter.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        Map::from_entries(Map::string_any(), entries)
    }
}

impl Int {
    /// Compares by value, whatever the kinds.
    fn wide(self) -> i128 {
        if self.kind().is_unsigned() { i128::from(self.as_u64()) } else { i128::from(self.as_i64()) }
    }
}

impl PartialOrd for Int {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Int {
    fn cmp(&self, other: &Self) -> Ordering {
        self.wide().cmp(&other.wide()).then((self.kind() as u8).cmp(&(other.kind() as u8)))
    }
}

const _: () = assert!(size_of::<Value>() <= 24);
