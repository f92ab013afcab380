use govalue::{Kind, Type, Value};

/// How a value was come by, as far as `reflect.Value` would know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Via {
    /// There is no value (the zero `reflect.Value`).
    Absent,
    /// A value of its own type.
    Plain,
    /// A field of a struct that has an address: methods of its pointer print it.
    Addressable,
    /// A value out of an `interface {}`: an element of a map or slice, a function's result. It may be nil.
    Interface,
}

/// A value during evaluation: what Go keeps in a `reflect.Value`.
#[derive(Clone, Debug)]
pub(crate) struct Operand {
    pub value: Value,
    pub via: Via,
}

impl Operand {
    pub const ABSENT: Operand = Operand { value: Value::Nil, via: Via::Absent };

    /// A value of its own type, or none for nil (`reflect.ValueOf`).
    pub fn plain(value: Value) -> Operand {
        let via = if matches!(value, Value::Nil) { Via::Absent } else { Via::Plain };
        Operand { value, via }
    }

    /// A value whose declared type is this one.
    pub fn typed(value: Value, declared: &Type) -> Operand {
        match declared {
            Type::Any => Operand { value, via: Via::Interface },
            _ => Operand::plain(value),
        }
    }

    pub fn is_absent(&self) -> bool {
        self.via == Via::Absent
    }

    /// Whether there is no value, be it that an interface holds none.
    pub fn is_nothing(&self) -> bool {
        matches!(self.value, Value::Nil)
    }

    /// Turns an interface into what it holds, in place (`indirectInterface`).
    pub fn strip_interface(&mut self) {
        if self.via == Via::Interface {
            self.via = if self.is_nothing() { Via::Absent } else { Via::Plain };
        }
    }

    /// A nil `interface {}`.
    pub fn is_nil_interface(&self) -> bool {
        self.via == Via::Interface && matches!(self.value, Value::Nil)
    }

    /// The value inside an interface.
    pub fn concrete(mut self) -> Operand {
        self.strip_interface();
        self
    }

    /// The name of the declared type, as far as it is known here.
    pub fn type_name(&self) -> String {
        match self.via {
            Via::Interface => "interface {}".to_owned(),
            _ => self.value.type_name(),
        }
    }
}

/// Follows pointers to what they point to, as far as the host lets see it. The flag tells a nil on the way.
pub(crate) fn indirect(mut value: Value) -> (Value, bool) {
    while let Value::Object(object) = &value {
        if object.kind() != Kind::Pointer {
            break;
        }
        if object.is_nil() {
            return (value, true);
        }
        let Some(target) = object.deref() else { break };
        value = target;
    }
    (value, false)
}
