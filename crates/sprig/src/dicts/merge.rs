//! `mergo.Merge` on dictionaries, with and without overwriting.

use govalue::{Key, Kind, Map, Type, Value};
use thiserror::Error;

use crate::function::dict;

/// Maps inside maps that a merge follows. Go goes on until its stack ends the program.
const MAX_DEPTH: usize = 1000;

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
    for source in sources {
        let source = dict(Some(source));
        if destination.is_nil() && !source.is_nil() {
            destination = Map::new();
        }
        maps(&destination, &source, overwrite, 0)?;
    }
    Ok(destination)
}

/// The step of `deepMerge` for a map into a map that is not nil.
fn maps(destination: &Map, source: &Map, overwrite: bool, depth: usize) -> Result<(), Failure> {
    if depth > MAX_DEPTH {
        return Err(Failure::Panic("merge: dictionaries are nested too deeply".to_owned()));
    }
    for (key, theirs) in source.snapshot().iter() {
        entry(destination, source, key, theirs, overwrite, depth)?;
    }
    Ok(())
}

fn entry(
    destination: &Map,
    source: &Map,
    key: &Key,
    theirs: &Value,
    overwrite: bool,
    depth: usize,
) -> Result<(), Failure> {
    check_key(destination, source)?;
    let ours = destination.get_key(key);
    if nil_element(source, theirs) {
        if overwrite {
            assign(destination, source, key, theirs)?;
        }
        return Ok(());
    }
    let kind = theirs.kind();
    match kind {
        Kind::Map | Kind::Struct | Kind::Pointer => nested(ours.as_ref(), theirs, overwrite, depth)?,
        Kind::Slice => {
            check_slice(destination, ours.as_ref(), theirs, overwrite)?;
            if overwrite {
                destination.insert(key.clone(), theirs.clone());
            }
        }
        _ => {}
    }
    // Looked at after the maps inside were merged: one that was empty may have entries now.
    let keep = ours.as_ref().is_some_and(|ours| !is_empty(ours));
    if keep && (kind == Kind::Slice || kind == Kind::Map && ours.is_some_and(|o| o.kind() == Kind::Map)) {
        return Ok(());
    }
    let pointer_element = source.ty().elem().is_some_and(|t| t.kind() == Kind::Pointer);
    if (overwrite && !pointer_element) || !keep {
        assign(destination, source, key, theirs)?;
    }
    Ok(())
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

/// What a map, struct or pointer in the source does inside the value that is already there.
fn nested(ours: Option<&Value>, theirs: &Value, overwrite: bool, depth: usize) -> Result<(), Failure> {
    match (ours, theirs) {
        (Some(Value::Map(ours)), Value::Map(theirs)) if !ours.is_nil() => {
            maps(ours, theirs, overwrite, depth + 1)
        }
        (Some(Value::Object(o)), _)
            if o.kind() == Kind::Pointer
                && !o.is_nil()
                && !theirs.is_nil()
                && theirs.kind() != Kind::Pointer
                && !overwrite
                && Some(o.type_of().elem().cloned().unwrap_or(Type::Any)) != theirs.type_of() =>
        {
            Err(Failure::Error("src and dst must be of same type"))
        }
        _ => Ok(()),
    }
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
