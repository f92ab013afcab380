use std::borrow::Cow;
use std::sync::Arc;

use govalue::{Kind, Map, Method, MethodSet, Object, Type, Value};

use super::convert::zero;
use super::machine::{Machine, Result};
use super::operand::{Operand, Via, indirect};
use crate::MissingKey;
use crate::tree::{NodeId, Slice, Span};
use govalue::strconv::quote;

/// What a field was read from, to name its declared type in an error.
type Owner<'n> = Option<(Arc<dyn Object>, &'n str)>;

/// Where a chain of fields begins.
pub(super) enum Root {
    Dot,
    /// Index of the variable among all.
    Variable(usize),
    Value(Operand),
}

impl<'s> Machine<'s> {
    /// `.a.b.c`, where the last name may be a method with arguments.
    pub fn eval_fields(
        &mut self,
        root: Root,
        node: NodeId,
        fields: Slice,
        args: &'s [NodeId],
        mut last: Option<Operand>,
    ) -> Result<Operand> {
        let unit = self.unit;
        let names = unit.fields(fields);
        // A name with arguments is a method's.
        let plain = names.len() - usize::from(!args.is_empty() || last.is_some());
        let mut owner: Owner<'s> = None;
        let mut walk = match &root {
            Root::Dot => self.walk_maps(&self.dot, &names[..plain]),
            Root::Variable(slot) => self.walk_maps(&self.limits.vars[*slot].1, &names[..plain]),
            Root::Value(value) => self.walk_maps(value, &names[..plain]),
        };
        let mut at = 0;
        loop {
            if walk.steps > 0 {
                at += walk.steps;
                owner = None;
            }
            if at == names.len() {
                return Ok(walk.to);
            }
            if walk.stopped {
                // Names consist of letters and digits, so they are text.
                let name = std::str::from_utf8(unit.text(names[at])).unwrap_or_default();
                let next_owner = match &walk.to.value {
                    Value::Object(object) => Some((object.clone(), name)),
                    _ => None,
                };
                at += 1;
                let (args, last) = if at == names.len() { (args, last.take()) } else { (&[][..], None) };
                walk.to = self.eval_field(walk.to, name, &owner, node, args, last)?;
                owner = next_owner;
                if at == names.len() {
                    return Ok(walk.to);
                }
            }
            walk = self.walk_maps(&walk.to, names.get(at..plain).unwrap_or_default());
        }
    }

    /// The common case: follows names through maps with string keys, without taking what lies on the way.
    fn walk_maps(&self, from: &Operand, names: &[Span]) -> Walk {
        let (mut value, mut via) = (&from.value, from.via);
        for (steps, &name) in names.iter().enumerate() {
            let stop = |stopped| Walk { to: Operand { value: value.clone(), via }, steps, stopped };
            let Value::Map(map) = value else { return stop(true) };
            let name = self.unit.text(name);
            if !map.is_string_any() && !is_entry(value, map, name) {
                return stop(true);
            }
            let absent = |to| Walk { to, steps: steps + 1, stopped: false };
            match map.peek(name) {
                Some(Cow::Borrowed(found)) => (value, via) = (found, Via::Interface),
                Some(Cow::Owned(value)) => return absent(Operand { value, via: Via::Interface }),
                None => match self.missing_key {
                    MissingKey::Default => return absent(Operand::ABSENT),
                    MissingKey::Zero => return absent(Operand { value: Value::Nil, via: Via::Interface }),
                    MissingKey::Error => return stop(true),
                },
            }
        }
        Walk { to: Operand { value: value.clone(), via }, steps: names.len(), stopped: true }
    }

    fn eval_field(
        &mut self,
        receiver: Operand,
        name: &str,
        owner: &Owner<'_>,
        node: NodeId,
        args: &'s [NodeId],
        last: Option<Operand>,
    ) -> Result<Operand> {
        if receiver.is_absent() {
            if self.missing_key == MissingKey::Error {
                return Err(self.error(format!("nil data; no entry for key {}", quote(name.as_bytes()))));
            }
            return Ok(Operand::ABSENT);
        }
        if receiver.is_nil_interface() {
            return Err(self.error(format!("nil pointer evaluating {}.{name}", type_text(&receiver, owner))));
        }
        if let Some(method) = find_method(&receiver.value, name) {
            return self.call_method(&method, name, node, args, last);
        }
        let has_arguments = !args.is_empty() || last.is_some();
        let (target, is_nil) = indirect(receiver.value.clone());
        if let Value::Object(object) = &target
            && let Some(method) = object.method(name)
        {
            return self.call_method(&method, name, node, args, last);
        }
        match &target {
            Value::Map(map) => {
                if let Some(found) = self.eval_key(map, name, has_arguments)? {
                    return Ok(found);
                }
            }
            Value::Object(object) => {
                if let Some(found) =
                    self.object_field(&**object, name, &receiver, owner, has_arguments, is_nil)?
                {
                    return Ok(found);
                }
                if let Some(Value::Map(map)) = object.underlying()
                    && let Some(found) = self.eval_key(&map, name, has_arguments)?
                {
                    return Ok(found);
                }
            }
            _ => {}
        }
        Err(self.error(format!("can't evaluate field {name} in type {}", type_text(&receiver, owner))))
    }

    fn eval_key(&self, map: &Map, name: &str, has_arguments: bool) -> Result<Option<Operand>> {
        let Some((key_type, elem)) = map.ty().key().zip(map.ty().elem()) else { return Ok(None) };
        if !matches!(key_type, Type::Any | Type::Basic(Kind::String)) {
            return Ok(None);
        }
        if has_arguments {
            return Err(self.error(format!("{name} is not a method but has arguments")));
        }
        if let Some(value) = map.get(name) {
            return Ok(Some(Operand::typed(value, elem)));
        }
        match self.missing_key {
            MissingKey::Default => Ok(Some(Operand::ABSENT)),
            MissingKey::Zero => Ok(Some(Operand::typed(zero(elem), elem))),
            MissingKey::Error => {
                Err(self.error(format!("map has no entry for key {}", quote(name.as_bytes()))))
            }
        }
    }

    fn object_field(
        &self,
        object: &dyn Object,
        name: &str,
        receiver: &Operand,
        owner: &Owner<'_>,
        has_arguments: bool,
        is_nil: bool,
    ) -> Result<Option<Operand>> {
        if is_nil {
            // A nil pointer still knows which fields its type has, where the host tells.
            let fields = object.fields();
            if fields.is_empty() || fields.iter().any(|f| f.name == name) {
                let typ = type_text(receiver, owner);
                return Err(self.error(format!("nil pointer evaluating {typ}.{name}")));
            }
            return Ok(None);
        }
        if !matches!(object.kind(), Kind::Struct | Kind::Pointer) {
            return Ok(None);
        }
        let exported = name.chars().next().is_some_and(char::is_uppercase);
        if !exported {
            if object.fields().iter().any(|f| f.name == name) {
                let typ = type_text(receiver, owner);
                return Err(self.error(format!("{name} is an unexported field of struct type {typ}")));
            }
            return Ok(None);
        }
        let Some(value) = object.field(name) else { return Ok(None) };
        if has_arguments {
            return Err(self.error(format!("{name} has arguments but cannot be invoked as function")));
        }
        let through_pointer = matches!(&receiver.value, Value::Object(o) if o.kind() == Kind::Pointer);
        let addressable =
            object.kind() == Kind::Pointer || through_pointer || receiver.via == Via::Addressable;
        let via = match value {
            Value::Nil => Via::Interface,
            _ if addressable => Via::Addressable,
            _ => Via::Plain,
        };
        Ok(Some(Operand { value, via }))
    }
}

/// How far names led through maps.
struct Walk {
    to: Operand,
    /// How many names were followed.
    steps: usize,
    /// Whether the next name, if there is one, needs more than a look into a map.
    stopped: bool,
}

/// Whether a name is that of an entry of a map of a defined type, not of a method.
fn is_entry(value: &Value, map: &Map, name: &[u8]) -> bool {
    let Type::Named(named) = map.ty() else { return false };
    let Type::Map(types) = &named.underlying else { return false };
    let exported = name.first().is_none_or(|b| !(b.is_ascii_lowercase() || *b == b'_'));
    let is_method = |methods: &dyn MethodSet| {
        std::str::from_utf8(name).is_ok_and(|name| methods.method(value, name).is_some())
    };
    matches!(**types, (Type::Basic(Kind::String), Type::Any))
        && !(exported && named.methods.is_some_and(is_method))
}

/// The declared type of a value, for an error.
fn type_text(operand: &Operand, owner: &Owner<'_>) -> String {
    if let Some((object, name)) = owner
        && let Some(field) = object.fields().into_iter().find(|f| f.name == *name)
    {
        return field.ty.to_string();
    }
    operand.type_name()
}

/// The method of a value, whether it is a host object or a plain value of a defined type.
fn find_method(value: &Value, name: &str) -> Option<Method> {
    let ty = match value {
        Value::Object(object) => return object.method(name),
        Value::Map(map) => map.ty(),
        Value::List(list) => list.ty(),
        _ => return None,
    };
    match ty {
        Type::Named(named) => named.methods?.method(value, name),
        _ => None,
    }
}
