//! `mergo.Merge` on dictionaries, with and without overwriting.

use govalue::{Key, Kind, Map, Type, Value};
use thiserror::Error;

use crate::function::dict;

/// Entries that one merge may visit. Go goes on until its stack ends the program, for dictionaries inside themselves.
const MAX_ENTRIES: usize = 1 << 20;

/// Why a merge stopped.
#[derive(Debug, Error)]
pub(super) enum Failure {
    /// What `mergo` returns as an error; `merge` hides it.
    #[error("{0}")]
    Error(&'static str),
    /// What panics in `mergo`.
    #[error("{0}")]
    Panic(String),
}

/// Merges the sources, in turn, into the destination, which is changed and returned.
pub(super) fn into(destination: Map, sources: &[Value], overwrite: bool) -> Result<Map, Failure> {
    let mut destination = destination;
    let mut merge = Merge { overwrite, visited: 0, pending: Vec::new() };
    for source in sources {
        let source = dict(Some(source));
        if destination.is_nil() && !source.is_nil() {
            destination = Map::new();
        }
        merge.pending.push((destination.clone(), source));
        while let Some((destination, source)) = merge.pending.pop() {
            merge.maps(&destination, &source)?;
        }
    }
    Ok(destination)
}

struct Merge {
    overwrite: bool,
    visited: usize,
    /// Maps inside maps that are still to be merged. Not recursion: the depth is the user's.
    pending: Vec<(Map, Map)>,
}

impl Merge {
    /// The step of `deepMerge` for a map into a map that is not nil.
    fn maps(&mut self, destination: &Map, source: &Map) -> Result<(), Failure> {
        let entries = source.snapshot();
        if !entries.is_empty() {
            check_key(destination, source)?;
        }
        self.visited += entries.len();
        if self.visited > MAX_ENTRIES {
            return Err(Failure::Panic("merge: dictionaries are too large or contain themselves".to_owned()));
        }
        entries.iter().try_for_each(|(key, theirs)| self.entry(destination, source, key, theirs))
    }

    fn entry(&mut self, destination: &Map, source: &Map, key: &Key, theirs: &Value) -> Result<(), Failure> {
        let ours = destination.get_key(key);
        if nil_element(source, theirs) {
            return if self.overwrite { assign(destination, source, key, theirs) } else { Ok(()) };
        }
        match (&ours, theirs.kind()) {
            (Some(Value::Map(ours)), Kind::Map) if !ours.is_nil() => {
                let Value::Map(theirs) = theirs else { return Ok(()) };
                if !ours.is_empty() {
                    self.pending.push((ours.clone(), theirs.clone()));
                    return Ok(());
                }
                // The entries go into the map that was empty, which stays in its place if there are any.
                self.maps(ours, theirs)?;
                if !ours.is_empty() {
                    return Ok(());
                }
            }
            (_, Kind::Map | Kind::Struct | Kind::Pointer) => self.check_pointer(ours.as_ref(), theirs)?,
            (_, Kind::Slice) => {
                check_slice(destination, ours.as_ref(), theirs, self.overwrite)?;
                if self.overwrite {
                    destination.insert(key.clone(), theirs.clone());
                    return Ok(());
                }
            }
            _ => {}
        }
        let pointer_element = source.ty().elem().is_some_and(|t| t.kind() == Kind::Pointer);
        if (self.overwrite && !pointer_element) || ours.as_ref().is_none_or(is_empty) {
            assign(destination, source, key, theirs)?;
        }
        Ok(())
    }

    /// A map or struct does not go into a pointer to something else.
    fn check_pointer(&self, ours: Option<&Value>, theirs: &Value) -> Result<(), Failure> {
        let Some(Value::Object(ours)) = ours else { return Ok(()) };
        let into_pointer = ours.kind() == Kind::Pointer && !ours.is_nil() && !self.overwrite;
        if into_pointer
            && theirs.kind() != Kind::Pointer
            && !theirs.is_nil()
            && ours.type_of().elem() != theirs.type_of().as_ref()
        {
            return Err(Failure::Error("src and dst must be of same type"));
        }
        Ok(())
    }
}

/// How a slice in the source fails on a map of other things.
fn check_slice(
    destination: &Map,
    ours: Option<&Value>,
    theirs: &Value,
    overwrite: bool,
) -> Result<(), Failure> {
    let Some(elem) = destination.ty().elem().filter(|t| t.kind() != Kind::Interface) else { return Ok(()) };
    if ours.is_some()
        && !matches!(elem.kind(), Kind::Map | Kind::Slice | Kind::Pointer | Kind::Func | Kind::Chan)
    {
        return Err(Failure::Panic(format!("reflect: call of reflect.Value.IsNil on {} Value", elem.kind())));
    }
    let written = if overwrite { theirs } else { ours.unwrap_or(theirs) };
    match written.type_of() {
        Some(ty) if ty != *elem => Err(not_assignable("SetMapIndex", &ty, elem)),
        _ => Ok(()),
    }
}

fn not_assignable(function: &str, from: &Type, to: &Type) -> Failure {
    Failure::Panic(format!("reflect.Value.{function}: value of type {from} is not assignable to type {to}"))
}

/// `srcElement.IsNil()`: of an `interface {}` element only the nil interface is nil.
fn nil_element(source: &Map, v: &Value) -> bool {
    match source.ty().elem().map(Type::kind) {
        None | Some(Kind::Interface) => matches!(v, Value::Nil),
        Some(Kind::Map | Kind::Slice | Kind::Func | Kind::Chan) => v.is_nil(),
        _ => false,
    }
}

/// Looking up a key of another type panics in Go's reflection.
fn check_key(destination: &Map, source: &Map) -> Result<(), Failure> {
    let (ours, theirs) = (destination.ty().key(), source.ty().key());
    match (ours, theirs) {
        (Some(ours), Some(theirs)) if ours != theirs && *ours != Type::Any => {
            Err(not_assignable("MapIndex", theirs, ours))
        }
        _ => Ok(()),
    }
}

/// `dst.SetMapIndex(key, srcElement)`: the declared element types must agree.
fn assign(destination: &Map, source: &Map, key: &Key, value: &Value) -> Result<(), Failure> {
    let (ours, theirs) = (destination.ty().elem(), source.ty().elem());
    match (ours, theirs) {
        (Some(ours), Some(theirs)) if ours != theirs && *ours != Type::Any => {
            Err(not_assignable("SetMapIndex", theirs, ours))
        }
        _ => {
            destination.insert(key.clone(), value.clone());
            Ok(())
        }
    }
}

/// `isEmptyValue`: zero, empty or nil, through pointers; structs and complex numbers never are.
fn is_empty(v: &Value) -> bool {
    match v {
        Value::Complex(_) => false,
        Value::Object(o) => match o.kind() {
            Kind::Pointer => o.is_nil() || o.deref().is_some_and(|v| is_empty(&v)),
            Kind::Struct | Kind::Chan => false,
            _ => o.underlying().is_none_or(|v| is_empty(&v)),
        },
        _ => !v.truth(),
    }
}
