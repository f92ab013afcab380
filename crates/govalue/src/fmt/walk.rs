//! Composite values, walked without recursion: their depth is the user's.

use super::printer::Printer;
use crate::{Int, Kind, List, Map, Object, Snapshot, StructField, Type, Value};

/// A composite value that is being printed, and how far.
struct Frame {
    parts: Parts,
    at: usize,
    /// Whether the parts' methods may be asked: not behind an unexported field.
    methods: bool,
}

enum Parts {
    List(List),
    Map(Map, Snapshot),
    Fields(Vec<StructField>),
}

impl Frame {
    fn new(parts: Parts, methods: bool) -> Option<Frame> {
        Some(Frame { parts, at: 0, methods })
    }

    fn len(&self) -> usize {
        match &self.parts {
            Parts::List(l) => l.len(),
            Parts::Map(_, entries) => entries.len(),
            Parts::Fields(fields) => fields.len(),
        }
    }
}

/// What is about to be printed, and where it stands.
struct Place<'a> {
    /// The frames around it.
    outer: &'a [Frame],
    methods: bool,
    /// The declared type of an element or field.
    declared: &'a Type,
}

impl Printer<'_> {
    /// Prints a value of any kind.
    pub(super) fn walk(&mut self, root: &Value, verb: char) {
        let begin = self.out.len();
        let mut stack: Vec<Frame> = Vec::new();
        let place = Place { outer: &[], methods: true, declared: &Type::Any };
        stack.extend(self.open(root, verb, &place));
        while let Some(frame) = stack.last_mut() {
            let at = frame.at;
            frame.at += 1;
            if at == frame.len() {
                let brace = self.spec.sharp_v || matches!(frame.parts, Parts::Fields(_));
                self.out.push(if brace { b'}' } else { b']' });
                stack.pop();
                continue;
            }
            if at > 0 {
                self.out.extend_from_slice(if self.spec.sharp_v { b", " } else { b" " });
            }
            if super::too_long(self.out, begin) {
                return;
            }
            let next = self.part(&stack, at, verb);
            stack.extend(next);
        }
    }

    /// Prints or opens one part of the innermost frame.
    fn part(&mut self, stack: &[Frame], at: usize, verb: char) -> Option<Frame> {
        let frame = stack.last()?;
        let place = |methods, declared| Place { outer: stack, methods, declared };
        match &frame.parts {
            Parts::List(l) => self.open(&l.items()[at], verb, &place(frame.methods, l.elem_type())),
            Parts::Map(map, entries) => {
                let (key, value) = &entries[at];
                let key = key.to_value();
                self.scalar(&key, &key, verb);
                self.out.push(b':');
                self.open(value, verb, &place(frame.methods, map.ty().elem().unwrap_or(&Type::Any)))
            }
            Parts::Fields(fields) => {
                let field = &fields[at];
                if self.spec.plus_v || self.spec.sharp_v {
                    self.out.extend_from_slice(field.name.as_bytes());
                    self.out.push(b':');
                }
                let exported = field.name.starts_with(char::is_uppercase);
                self.open(&field.value, verb, &place(frame.methods && exported, &field.ty))
            }
        }
    }

    /// Prints a value without parts, or begins one with parts and returns its frame.
    fn open(&mut self, v: &Value, verb: char, place: &Place<'_>) -> Option<Frame> {
        if let Value::Map(_) | Value::List(_) | Value::Object(_) = v
            && place.methods
            && let Some(text) = self.method_text(v, verb)
        {
            if self.spec.sharp_v {
                super::text::plain(self.out, &self.spec, &text);
            } else {
                self.string(&text, verb);
            }
            return None;
        }
        match v {
            Value::Nil => self.nil(place.declared, verb),
            Value::Bytes(b) => {
                if !(matches!(verb, 's' | 'q' | 'x' | 'X') && self.string(b, verb)) {
                    self.byte_elements(b, verb, "[]uint8");
                }
            }
            Value::List(l) => return self.open_list(l, l.ty(), verb, place),
            Value::Map(m) => return self.open_map(m, m.ty(), place),
            Value::Func(_) => self.pointer(v, verb),
            Value::Object(o) => return self.open_object(v, &**o, verb, place),
            scalar => self.scalar(scalar, scalar, verb),
        }
        None
    }

    /// A nil of a declared type.
    fn nil(&mut self, declared: &Type, verb: char) {
        let kind = declared.kind();
        if self.spec.sharp_v {
            let (open, close) = if kind == Kind::Pointer { ("(", ")") } else { ("", "") };
            self.out.extend_from_slice(format!("{open}{declared}{close}(nil)").as_bytes());
            return;
        }
        match kind {
            Kind::Map => self.out.extend_from_slice(b"map[]"),
            Kind::Slice if !matches!(verb, 's' | 'q' | 'x' | 'X') => self.out.extend_from_slice(b"[]"),
            Kind::Pointer | Kind::Func | Kind::Chan => self.nil_address(declared, verb),
            _ => self.out.extend_from_slice(b"<nil>"),
        }
    }

    fn nil_address(&mut self, declared: &Type, verb: char) {
        if matches!(verb, 'b' | 'o' | 'd' | 'x' | 'X') {
            let zero = Value::Int(Int::unsigned(Kind::Uintptr, 0));
            return self.scalar(&zero, &zero, verb);
        }
        let wrong = verb != 'v';
        if wrong {
            self.out.extend_from_slice(format!("%!{verb}({declared}=").as_bytes());
        }
        self.spec.pad(self.out, b"<nil>");
        if wrong {
            self.out.push(b')');
        }
    }

    fn type_prefix(&mut self, ty: &Type) {
        if self.spec.sharp_v {
            self.out.extend_from_slice(ty.to_string().as_bytes());
        }
    }

    fn open_list(&mut self, l: &List, ty: &Type, verb: char, place: &Place<'_>) -> Option<Frame> {
        if matches!(verb, 's' | 'q' | 'x' | 'X') && l.elem_type().kind() == Kind::Uint8 {
            let byte = |v: &Value| if let Value::Int(i) = v { i.as_u64() as u8 } else { 0 };
            let bytes: Vec<u8> = l.items().iter().map(byte).collect();
            self.string(&bytes, verb);
            return None;
        }
        self.type_prefix(ty);
        if self.spec.sharp_v && l.is_nil() {
            self.out.extend_from_slice(b"(nil)");
            return None;
        }
        self.out.push(if self.spec.sharp_v { b'{' } else { b'[' });
        Frame::new(Parts::List(l.clone()), place.methods)
    }

    fn open_map(&mut self, m: &Map, ty: &Type, place: &Place<'_>) -> Option<Frame> {
        let inside_itself = |f: &Frame| matches!(&f.parts, Parts::Map(outer, _) if outer.ptr_eq(m));
        if !m.is_nil() && place.outer.iter().any(inside_itself) {
            self.out.extend_from_slice(b"%!v(CYCLE)");
            return None;
        }
        self.type_prefix(ty);
        match (self.spec.sharp_v, m.is_nil()) {
            (true, true) => {
                self.out.extend_from_slice(b"(nil)");
                return None;
            }
            (true, false) => self.out.push(b'{'),
            (false, _) => self.out.extend_from_slice(b"map["),
        }
        Frame::new(Parts::Map(m.clone(), m.snapshot()), place.methods)
    }

    fn open_object(&mut self, v: &Value, o: &dyn Object, verb: char, place: &Place<'_>) -> Option<Frame> {
        match o.kind() {
            Kind::Struct => {
                self.type_prefix(&o.type_of());
                self.out.push(b'{');
                Frame::new(Parts::Fields(o.fields()), place.methods)
            }
            Kind::Pointer => self.open_pointer(v, o, verb, place),
            _ => match o.underlying() {
                Some(Value::Map(m)) => self.open_map(&m, &o.type_of(), place),
                Some(Value::List(l)) => self.open_list(&l, &o.type_of(), verb, place),
                Some(Value::Bytes(b)) => {
                    if !(matches!(verb, 's' | 'q' | 'x' | 'X') && self.string(&b, verb)) {
                        self.byte_elements(&b, verb, &o.type_of().to_string());
                    }
                    None
                }
                Some(plain) if !matches!(plain, Value::Nil | Value::Func(_) | Value::Object(_)) => {
                    self.scalar(v, &plain, verb);
                    None
                }
                _ => {
                    self.pointer(v, verb);
                    None
                }
            },
        }
    }

    /// A pointer: what it points to at the top, its address further down.
    fn open_pointer(&mut self, v: &Value, o: &dyn Object, verb: char, place: &Place<'_>) -> Option<Frame> {
        if !place.outer.is_empty() || o.is_nil() {
            self.pointer(v, verb);
            return None;
        }
        let target = o.deref();
        let composite = |t: &Value| matches!(t.kind(), Kind::Array | Kind::Slice | Kind::Struct | Kind::Map);
        match target {
            Some(target) if composite(&target) => {
                self.out.push(b'&');
                self.open(&target, verb, place)
            }
            Some(_) => {
                self.pointer(v, verb);
                None
            }
            None => {
                let fields = o.fields();
                if fields.is_empty() {
                    self.pointer(v, verb);
                    return None;
                }
                self.out.push(b'&');
                self.type_prefix(o.type_of().elem().unwrap_or(&Type::Any));
                self.out.push(b'{');
                Frame::new(Parts::Fields(fields), place.methods)
            }
        }
    }
}
