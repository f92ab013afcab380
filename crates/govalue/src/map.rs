use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use crate::list::release;
use crate::trace::Tracer;
use crate::{Int, Kind, Str, Trace, Type, Value};

/// A map key. The order is that in which Go's `fmt` and `text/template` visit the keys of a map; of keys of several
/// types, which a `map[interface {}]…` may have, it is that in which Go's linker lays out the basic types (package
/// `internal/fmtsort`).
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
    /// The place of the key's type among types.
    fn rank(&self) -> u8 {
        match self {
            Key::Str(_) => 0,
            Key::Int(i) => match i.kind() {
                Kind::Int8 => 1,
                Kind::Uint8 => 2,
                Kind::Int16 => 3,
                Kind::Uint16 => 4,
                Kind::Int32 => 5,
                Kind::Uint32 => 6,
                Kind::Int64 => 7,
                Kind::Uint64 => 8,
                Kind::Int => 9,
                Kind::Uint => 10,
                _ => 11,
            },
            Key::Float(_) => 12,
            Key::Bool(_) => 13,
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

    /// The key that a value makes; `None` for a value that cannot be a key here (Go spec, map types).
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

    pub(crate) fn cmp_bytes(&self, s: &[u8]) -> Ordering {
        match self {
            Key::Str(k) => k.as_bytes().cmp(s),
            _ => Ordering::Greater,
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
            (Key::Int(a), Key::Int(b)) if a.kind() == b.kind() => a.cmp(b),
            (Key::Bool(a), Key::Bool(b)) => a.cmp(b),
            (Key::Float(a), Key::Float(b)) => a.partial_cmp(b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan())),
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
    /// `None` stands for `map[string]interface {}`, the type of most maps.
    ty: Option<Type>,
    entries: Store,
}

/// Where the entries are.
enum Store {
    Own {
        first: Entries,
        /// What the entries became when the map was changed. Most maps never are: reading them takes no lock.
        changed: OnceLock<Box<RwLock<Arc<Entries>>>>,
        /// Where reads are noted, for a map of which somebody wants to know.
        trace: Option<Trace>,
    },
    /// Those of another map: the same map under another type.
    Of(Arc<Inner>),
}

impl Inner {
    /// The map whose entries these are.
    fn owner(self: &Arc<Inner>) -> &Arc<Inner> {
        match &self.entries {
            Store::Own { .. } => self,
            // A view of a view is not made.
            Store::Of(owner) => owner,
        }
    }

    /// The entries that a map was made with, and what they became.
    fn parts(self: &Arc<Inner>) -> (&Entries, &OnceLock<Box<RwLock<Arc<Entries>>>>) {
        static NONE: (Entries, OnceLock<Box<RwLock<Arc<Entries>>>>) = (Vec::new(), OnceLock::new());
        match &self.owner().entries {
            Store::Own { first, changed, .. } => (first, changed),
            Store::Of(_) => (&NONE.0, &NONE.1),
        }
    }

    /// Changes the entries.
    fn change<T>(self: &Arc<Inner>, change: impl FnOnce(&mut Entries) -> T) -> T {
        let (first, changed) = self.parts();
        let lock = changed.get_or_init(|| Box::new(RwLock::new(Arc::new(first.clone()))));
        let mut entries = lock.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut entries))
    }

    /// Hands over all entries that nobody else can see.
    fn take_last(&mut self, take: &mut impl FnMut(Entries)) {
        match &mut self.entries {
            Store::Own { first, changed, .. } => {
                take(std::mem::take(first));
                if let Some(lock) = changed.take() {
                    let entries = lock.into_inner().unwrap_or_else(PoisonError::into_inner);
                    take(Arc::try_unwrap(entries).unwrap_or_default());
                }
            }
            Store::Of(owner) => {
                if let Some(owner) = Arc::get_mut(owner) {
                    owner.take_last(take);
                }
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.take_last(&mut |entries| release(entries.into_iter().map(|(_, v)| v)));
    }
}

/// The place of a string key. Few entries are looked through one by one: lengths tell most keys apart.
fn position(entries: &[(Key, Value)], key: &[u8]) -> Option<usize> {
    const FEW: usize = 8;
    if entries.len() > FEW {
        return entries.binary_search_by(|(k, _)| k.cmp_bytes(key)).ok();
    }
    entries.iter().position(|(k, _)| matches!(k, Key::Str(s) if s.len() == key.len() && s.as_bytes() == key))
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

/// The entries of a [`Map`] at one time, in key order (the order of Go's `internal/fmtsort`).
#[derive(Clone)]
pub struct Snapshot(Seen);

#[derive(Clone)]
enum Seen {
    Nothing,
    First(Arc<Inner>),
    Changed(Arc<Entries>),
}

impl Deref for Snapshot {
    type Target = [(Key, Value)];

    fn deref(&self) -> &[(Key, Value)] {
        match &self.0 {
            Seen::Nothing => &[],
            Seen::First(inner) => inner.parts().0,
            Seen::Changed(entries) => entries,
        }
    }
}

impl Default for Map {
    fn default() -> Self {
        Map::new()
    }
}

impl Map {
    /// An empty `map[string]interface {}`.
    pub fn new() -> Map {
        Map::from_string_entries(Vec::new())
    }

    /// An empty map of the given map type (which may be a defined one) (`reflect.MakeMap`).
    pub fn with_type(ty: Type) -> Map {
        Map::from_entries(ty, Vec::new())
    }

    /// The nil map of a type (Go spec, map types).
    pub fn nil(ty: Type) -> Map {
        Map { inner: Err(Box::new(ty)) }
    }

    /// A `map[string]interface {}` from entries in any order; of equal keys the last wins.
    pub fn from_string_entries(entries: Vec<(Key, Value)>) -> Map {
        Map::make(None, entries)
    }

    /// A map of a type from entries in any order; of equal keys the last wins.
    pub fn from_entries(ty: Type, entries: Vec<(Key, Value)>) -> Map {
        Map::make(Map::unusual(ty), entries)
    }

    fn make(ty: Option<Type>, entries: Vec<(Key, Value)>) -> Map {
        Map::make_traced(ty, entries, None)
    }

    pub(crate) fn with_trace(ty: Type, entries: Vec<(Key, Value)>, trace: Trace) -> Map {
        Map::make_traced(Map::unusual(ty), entries, Some(trace))
    }

    fn make_traced(ty: Option<Type>, mut entries: Vec<(Key, Value)>, trace: Option<Trace>) -> Map {
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.reverse();
            entries.dedup_by(|a, b| a.0 == b.0);
            entries.reverse();
        }
        Map::with_store(ty, Store::Own { first: entries, changed: OnceLock::new(), trace })
    }

    fn with_store(ty: Option<Type>, entries: Store) -> Map {
        Map { inner: Ok(Arc::new(Inner { ty, entries })) }
    }

    /// A type other than that of most maps.
    fn unusual(ty: Type) -> Option<Type> {
        let usual = matches!(&ty, Type::Map(kv) if matches!(**kv, (Type::Basic(Kind::String), Type::Any)));
        (!usual).then_some(ty)
    }

    /// A deep copy that notes what is read of it, and the record of that. Maps that are shared in the original are
    /// shared in the copy. Maps that nobody traces pay nothing for it.
    pub fn traced(&self) -> (Map, Trace) {
        Tracer::default().map(self)
    }

    fn trace(&self) -> Option<&Trace> {
        match &self.inner.as_ref().ok()?.owner().entries {
            Store::Own { trace, .. } => trace.as_ref(),
            Store::Of(_) => None,
        }
    }

    /// Notes that a key is looked up.
    fn note(&self, key: &[u8]) {
        if let Some(trace) = self.trace() {
            trace.note_key(key);
        }
    }

    /// The type `map[string]interface {}`.
    pub fn string_any() -> Type {
        Map::string_any_ref().clone()
    }

    fn string_any_ref() -> &'static Type {
        static TYPE: OnceLock<Type> = OnceLock::new();
        TYPE.get_or_init(|| Type::map(Type::STRING, Type::Any))
    }

    /// The same entries (shared) seen as another map type, as a Go conversion does.
    pub fn retyped(&self, ty: Type) -> Map {
        match &self.inner {
            Err(_) => Map::nil(ty),
            Ok(i) => Map::with_store(Map::unusual(ty), Store::Of(i.owner().clone())),
        }
    }

    /// The map's type.
    pub fn ty(&self) -> &Type {
        match &self.inner {
            Ok(i) => i.ty.as_ref().unwrap_or_else(|| Map::string_any_ref()),
            Err(t) => t,
        }
    }

    /// Whether the type is `map[string]interface {}`; a nil map's may be, too, without this saying so.
    pub fn is_string_any(&self) -> bool {
        self.inner.as_ref().is_ok_and(|i| i.ty.is_none())
    }

    /// Whether this is a nil map (`reflect.Value.IsNil`).
    pub fn is_nil(&self) -> bool {
        self.inner.is_err()
    }

    /// Whether both are references to the same entries.
    pub fn ptr_eq(&self, other: &Map) -> bool {
        match (&self.inner, &other.inner) {
            (Ok(a), Ok(b)) => Arc::ptr_eq(a.owner(), b.owner()),
            (Err(a), Err(b)) => a == b,
            _ => false,
        }
    }

    /// The address that `%p` prints; 0 for a nil map.
    pub fn address(&self) -> usize {
        self.inner.as_ref().map_or(0, |i| Arc::as_ptr(i.owner()).addr())
    }

    /// Hands over the entries of the last reference to a map, which is about to go.
    pub(crate) fn take_last(&mut self, take: &mut impl FnMut(Vec<(Key, Value)>)) {
        if let Some(inner) = self.inner.as_mut().ok().and_then(Arc::get_mut) {
            inner.take_last(take);
        }
    }

    /// The entries now, in key order (the order of Go's `internal/fmtsort`).
    pub fn snapshot(&self) -> Snapshot {
        if let Some(trace) = self.trace() {
            trace.note_whole();
        }
        self.snapshot_to_copy()
    }

    /// As [`Map::snapshot`], but nothing is noted where the map is traced: for those who copy it with
    /// [`Map::copied`], which reports reads itself.
    pub fn snapshot_to_copy(&self) -> Snapshot {
        let Ok(inner) = &self.inner else { return Snapshot(Seen::Nothing) };
        Snapshot(match inner.parts().1.get() {
            None => Seen::First(inner.owner().clone()),
            Some(lock) => Seen::Changed(lock.read().unwrap_or_else(PoisonError::into_inner).clone()),
        })
    }

    /// Reads the entries.
    fn with_entries<T>(&self, read: impl FnOnce(&[(Key, Value)]) -> T) -> T {
        let Ok(inner) = &self.inner else { return read(&[]) };
        match inner.parts() {
            (first, changed) if changed.get().is_none() => read(first),
            (first, changed) => match changed.get() {
                Some(lock) => read(&lock.read().unwrap_or_else(PoisonError::into_inner)),
                None => read(first),
            },
        }
    }

    /// Number of entries (Go spec, length).
    pub fn len(&self) -> usize {
        self.with_entries(<[_]>::len)
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a string key (Go spec, index expressions).
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.note(key.as_ref());
        self.with_entries(|entries| Some(entries[position(entries, key.as_ref())?].1.clone()))
    }

    /// The value of a string key, borrowed where the map was never changed.
    pub fn peek(&self, key: &[u8]) -> Option<Cow<'_, Value>> {
        self.note(key);
        let Ok(inner) = &self.inner else { return None };
        let (first, changed) = inner.parts();
        if changed.get().is_some() {
            return self.get(key).map(Cow::Owned);
        }
        Some(Cow::Borrowed(&first[position(first, key)?].1))
    }

    /// The value of any key (Go spec, index expressions).
    pub fn get_key(&self, key: &Key) -> Option<Value> {
        if let Key::Str(key) = key {
            self.note(key);
        }
        self.with_entries(|entries| {
            let at = entries.binary_search_by(|(k, _)| k.cmp(key)).ok()?;
            Some(entries[at].1.clone())
        })
    }

    /// Whether a string key is present.
    pub fn contains(&self, key: impl AsRef<[u8]>) -> bool {
        self.note(key.as_ref());
        self.with_entries(|entries| position(entries, key.as_ref()).is_some())
    }

    /// Sets an entry and returns the value that it replaced. Does nothing on a nil map.
    pub fn insert(&self, key: impl Into<Key>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        let Ok(inner) = &self.inner else { return None };
        inner.change(|entries| {
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
        })
    }

    /// Removes the entry of a string key and returns its value (Go spec, deletion of map elements).
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        let Ok(inner) = &self.inner else { return None };
        if !self.contains(key.as_ref()) {
            return None;
        }
        inner.change(|entries| Some(entries.remove(position(entries, key.as_ref())?).1))
    }

    /// A new map of the same type with the same values (maps inside stay shared).
    pub fn shallow_copy(&self) -> Map {
        match &self.inner {
            Err(_) => self.clone(),
            Ok(i) => {
                let entries = self.snapshot_to_copy().to_vec();
                Map::make_traced(i.ty.clone(), entries, self.trace().cloned())
            }
        }
    }

    /// A copy in which no map or list is shared with the original.
    pub fn deep_copy(&self) -> Map {
        self.copied(self.snapshot_to_copy().iter().map(|(_, v)| v.deep_copy()))
    }

    /// A copy in which other values stand under the keys, in their order: copies of those that stand there now. Reads
    /// of it are noted with those of this map. For copying by other means than [`Map::deep_copy`].
    pub fn copied(&self, values: impl IntoIterator<Item = Value>) -> Map {
        let Ok(inner) = &self.inner else { return self.clone() };
        let entries = self.snapshot_to_copy().iter().map(|(k, _)| k.clone()).zip(values).collect();
        Map::make_traced(inner.ty.clone(), entries, self.trace().cloned())
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
        Map::from_string_entries(entries)
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
