use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::{Type, Value};

struct Inner {
    ty: Type,
    items: Option<Vec<Value>>,
    /// The strings of a list that was sorted in place.
    sorted: OnceLock<Vec<Value>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        release(self.items.take().unwrap_or_default().into_iter());
    }
}

/// Drops values without recursion, however deeply they nest.
pub(crate) fn release(values: impl Iterator<Item = Value>) {
    let composite = |v: &Value| matches!(v, Value::List(_) | Value::Map(_));
    let mut pending: Vec<Value> = values.filter(composite).collect();
    while let Some(value) = pending.pop() {
        match value {
            Value::List(mut l) => {
                if let Some(inner) = Arc::get_mut(&mut l.0) {
                    pending.extend(inner.items.take().unwrap_or_default().into_iter().filter(composite));
                }
            }
            Value::Map(mut m) => m.take_last(&mut |entries| {
                pending.extend(entries.into_iter().map(|(_, v)| v).filter(composite));
            }),
            _ => {}
        }
    }
}

/// A Go slice or array with its type. Shared, and immutable but for [`List::sort_in_place`]: every other Sprig
/// function on lists makes a new one.
#[derive(Clone)]
pub struct List(Arc<Inner>);

impl List {
    /// A `[]interface {}`.
    pub fn new(items: Vec<Value>) -> List {
        static TYPE: OnceLock<Type> = OnceLock::new();
        List::with_type(TYPE.get_or_init(|| Type::slice(Type::Any)).clone(), items)
    }

    /// A list of a slice or array type (which may be a defined one) (`reflect.MakeSlice`).
    pub fn with_type(ty: Type, items: Vec<Value>) -> List {
        List(Arc::new(Inner { ty, items: Some(items), sorted: OnceLock::new() }))
    }

    /// The nil slice of a type (Go spec, slice types).
    pub fn nil(ty: Type) -> List {
        List(Arc::new(Inner { ty, items: None, sorted: OnceLock::new() }))
    }

    /// A `[]string`.
    pub fn strings<S: Into<Value>>(items: impl IntoIterator<Item = S>) -> List {
        List::with_type(Type::slice(Type::STRING), items.into_iter().map(Into::into).collect())
    }

    /// The list's type.
    pub fn ty(&self) -> &Type {
        &self.0.ty
    }

    /// The type of its elements (`reflect.Type.Elem`).
    pub fn elem_type(&self) -> &Type {
        self.0.ty.elem().unwrap_or(&Type::Any)
    }

    /// Whether this is a nil slice (`reflect.Value.IsNil`).
    pub fn is_nil(&self) -> bool {
        self.0.items.is_none()
    }

    /// The elements.
    pub fn items(&self) -> &[Value] {
        let items = self.0.sorted.get().or(self.0.items.as_ref());
        items.map_or(&[], Vec::as_slice)
    }

    /// Sorts a list of strings for everybody who shares it, as Go's `sort.Strings` does (Sprig's `sortAlpha` calls it
    /// on the list that it was given).
    pub fn sort_in_place(&self) {
        self.0.sorted.get_or_init(|| {
            let mut items = self.items().to_vec();
            items.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
            items
        });
    }

    /// Number of elements (Go spec, length).
    pub fn len(&self) -> usize {
        self.items().len()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.items().is_empty()
    }

    /// Whether both are the same slice in memory.
    pub fn ptr_eq(&self, other: &List) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// A number that tells lists in memory apart while they live.
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// A copy in which no map or list is shared with the original.
    pub fn deep_copy(&self) -> List {
        if self.is_nil() {
            return self.clone();
        }
        List::with_type(self.0.ty.clone(), self.items().iter().map(Value::deep_copy).collect())
    }
}

impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        self.ptr_eq(other)
            || (self.ty() == other.ty() && self.is_nil() == other.is_nil() && self.items() == other.items())
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.items()).finish()
    }
}

impl<V: Into<Value>> FromIterator<V> for List {
    /// Collects a `[]interface {}`.
    fn from_iter<I: IntoIterator<Item = V>>(iter: I) -> Self {
        List::new(iter.into_iter().map(Into::into).collect())
    }
}
