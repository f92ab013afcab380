//! One operand under one verb.

use std::sync::Arc;

use super::number::{self, Radix};
use super::spec::Spec;
use super::text;
use crate::{CallError, Int, Kind, Type, Value, utf8};

/// Where text goes, and how the directive at hand wants it.
pub(super) struct Printer<'a> {
    pub out: &'a mut Vec<u8>,
    pub spec: Spec,
    /// Printing the value of a wrong verb: its methods are not asked, they could be what is wrong.
    pub erroring: bool,
}

impl<'a> Printer<'a> {
    pub fn new(out: &'a mut Vec<u8>) -> Printer<'a> {
        Printer { out, spec: Spec::default(), erroring: false }
    }

    /// Prints an argument of a `Print` function.
    pub fn argument(&mut self, v: &Value, verb: char) {
        match (verb, v) {
            ('T' | 'v', Value::Nil) => self.spec.pad(self.out, b"<nil>"),
            (_, Value::Nil) => self.bad_verb(v, verb),
            ('T', _) => text::plain(self.out, &self.spec, v.type_name().as_bytes()),
            ('p', _) => self.pointer(v, verb),
            (_, Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Complex(_) | Value::Str(_)) => {
                self.scalar(v, v, verb);
            }
            (_, Value::Bytes(b)) if self.spec.sharp_v && verb == 'v' => self.byte_elements(b, verb, "[]byte"),
            // An operand of Errorf only.
            ('w', Value::Map(_) | Value::List(_) | Value::Func(_) | Value::Object(_)) => {
                self.bad_verb(v, verb)
            }
            _ => self.walk(v, verb),
        }
    }

    /// `%!verb(type=value)`.
    pub fn bad_verb(&mut self, v: &Value, verb: char) {
        self.out.extend_from_slice(b"%!");
        utf8::push(self.out, verb);
        self.out.push(b'(');
        if let Value::Nil = v {
            self.out.extend_from_slice(b"<nil>");
        } else {
            self.out.extend_from_slice(v.type_name().as_bytes());
            self.out.push(b'=');
            let outer = std::mem::replace(&mut self.erroring, true);
            self.argument(v, 'v');
            self.erroring = outer;
        }
        self.out.push(b')');
    }

    /// A boolean, number or string: `plain`, for a value of a defined type beneath `subject`.
    pub fn scalar(&mut self, subject: &Value, plain: &Value, verb: char) {
        let known = match plain {
            Value::Bool(b) => self.boolean(*b, verb),
            Value::Int(i) => self.integer(*i, verb),
            Value::Float(x) => self.float(*x, if subject.kind() == Kind::Float32 { 32 } else { 64 }, verb),
            Value::Complex(c) => {
                let bits = if subject.kind() == Kind::Complex64 { 32 } else { 64 };
                self.complex(**c, bits, verb)
            }
            Value::Str(s) => self.string(s, verb),
            _ => false,
        };
        if !known {
            self.bad_verb(subject, verb);
        }
    }

    fn boolean(&mut self, b: bool, verb: char) -> bool {
        let known = matches!(verb, 't' | 'v');
        if known {
            self.spec.pad(self.out, if b { b"true" } else { b"false" });
        }
        known
    }

    fn integer(&mut self, i: Int, verb: char) -> bool {
        let negative = i.kind().is_signed() && i.as_i64() < 0;
        let magnitude = if negative { i.as_i64().unsigned_abs() } else { i.as_u64() };
        let radix = match verb {
            'v' if self.spec.sharp_v && i.kind().is_unsigned() => {
                self.address(magnitude, true);
                return true;
            }
            'v' | 'd' => Radix::DECIMAL,
            'b' => Radix::of(2),
            'o' => Radix::of(8),
            'O' => Radix { octal_prefix: true, ..Radix::of(8) },
            'x' => Radix::HEX,
            'X' => Radix { upper: true, ..Radix::HEX },
            'c' | 'q' | 'U' => {
                let write = match verb {
                    'c' => text::character,
                    'q' => text::quoted_character,
                    _ => text::code_point,
                };
                write(self.out, &self.spec, i.as_u64());
                return true;
            }
            _ => return false,
        };
        number::integer(self.out, &self.spec, negative, magnitude, &radix);
        true
    }

    /// Hexadecimal with or without `0x`, whatever the flags say.
    fn address(&mut self, v: u64, prefixed: bool) {
        let spec = Spec { sharp: prefixed, ..self.spec };
        number::integer(self.out, &spec, false, v, &Radix::HEX);
    }

    fn float(&mut self, v: f64, bits: u32, verb: char) -> bool {
        let (format, precision) = match verb {
            'v' => (b'g', -1),
            'b' | 'g' | 'G' | 'x' | 'X' => (verb as u8, -1),
            'f' | 'e' | 'E' => (verb as u8, 6),
            'F' => (b'f', 6),
            _ => return false,
        };
        number::float(self.out, &self.spec, v, bits, format, precision);
        true
    }

    fn complex(&mut self, (re, im): (f64, f64), bits: u32, verb: char) -> bool {
        if !matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E') {
            return false;
        }
        let plus = self.spec.plus;
        self.out.push(b'(');
        self.float(re, bits, verb);
        // The imaginary part always has a sign.
        self.spec.plus = true;
        self.float(im, bits, verb);
        self.spec.plus = plus;
        self.out.extend_from_slice(b"i)");
        true
    }

    /// A string, or what a method made.
    pub fn string(&mut self, s: &[u8], verb: char) -> bool {
        match verb {
            'v' if self.spec.sharp_v => text::quoted(self.out, &self.spec, s),
            'v' | 's' => text::plain(self.out, &self.spec, s),
            'x' | 'X' => text::hex(self.out, &self.spec, s, verb == 'X'),
            'q' => text::quoted(self.out, &self.spec, s),
            _ => return false,
        }
        true
    }

    /// The elements of a byte slice, one by one.
    pub fn byte_elements(&mut self, bytes: &[u8], verb: char, type_name: &str) {
        let go_syntax = self.spec.sharp_v;
        self.out.extend_from_slice(if go_syntax { type_name.as_bytes() } else { b"" });
        self.out.push(if go_syntax { b'{' } else { b'[' });
        for (i, &b) in bytes.iter().enumerate() {
            if i > 0 {
                self.out.extend_from_slice(if go_syntax { b", " } else { b" " });
            }
            let element = Value::Int(Int::unsigned(Kind::Uint8, u64::from(b)));
            self.scalar(&element, &element, verb);
        }
        self.out.push(if go_syntax { b'}' } else { b']' });
    }

    /// A value that is an address, or has one for `%p`.
    pub fn pointer(&mut self, v: &Value, verb: char) {
        let Some(address) = address_of(v) else { return self.bad_verb(v, verb) };
        match verb {
            'v' if self.spec.sharp_v => {
                self.out.push(b'(');
                self.out.extend_from_slice(v.type_name().as_bytes());
                self.out.extend_from_slice(b")(");
                if address == 0 {
                    self.out.extend_from_slice(b"nil");
                } else {
                    self.address(address, true);
                }
                self.out.push(b')');
            }
            'v' if address == 0 => self.spec.pad(self.out, b"<nil>"),
            'v' | 'p' => self.address(address, !self.spec.sharp),
            'b' | 'o' | 'd' | 'x' | 'X' => {
                self.integer(Int::unsigned(Kind::Uintptr, address), verb);
            }
            _ => self.bad_verb(v, verb),
        }
    }

    /// What the value's own `GoString`, `Error` or `String` says, where the verb asks for it.
    pub fn method_text(&self, v: &Value, verb: char) -> Option<Vec<u8>> {
        if self.erroring {
            return None;
        }
        if self.spec.sharp_v {
            let Value::Object(o) = v else { return None };
            return o.go_text().map(String::into_bytes);
        }
        if !matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
            return None;
        }
        match v {
            Value::Object(o) => o.text().map(String::into_bytes),
            Value::Map(m) => named_text(v, m.ty()),
            Value::List(l) => named_text(v, l.ty()),
            _ => None,
        }
    }
}

/// The text of a method of a defined map or slice type.
fn named_text(v: &Value, ty: &Type) -> Option<Vec<u8>> {
    let Type::Named(named) = ty else { return None };
    let methods = named.methods?;
    let method = ["Error", "String"].into_iter().find_map(|name| methods.method(v, name))?;
    if !method.signature.params.is_empty() {
        return None;
    }
    let made: Result<Value, CallError> = (method.body)(&[]);
    made.ok()?.as_str().map(|s| s.to_vec())
}

/// The address of a value of a pointer-like kind; `None` for other kinds.
fn address_of(v: &Value) -> Option<u64> {
    if !matches!(v.kind(), Kind::Chan | Kind::Func | Kind::Map | Kind::Pointer | Kind::Slice) {
        return None;
    }
    if v.is_nil() {
        return Some(0);
    }
    let address = match v {
        Value::Bytes(b) => b.as_ptr().addr(),
        Value::List(l) => l.items().as_ptr().addr(),
        Value::Map(m) => m.address(),
        Value::Func(f) => Arc::as_ptr(f).addr(),
        Value::Object(o) => Arc::as_ptr(o).addr(),
        _ => 0,
    };
    Some(address as u64)
}
