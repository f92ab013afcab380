//! Printing values as Go's package `fmt` does.
//!
//! [`sprintf`] knows every verb and flag, [`sprint`] and [`sprintln`] the spacing rules, [`append_value`] is the
//! short way for one operand of `Print` (what an action of a template writes).
//!
//! One thing differs on purpose: a map that contains itself ends Go's program with a stack overflow; here the inner
//! occurrence prints as `%!v(CYCLE)`.

mod directive;
mod number;
mod printer;
mod spec;
mod text;
mod walk;

use crate::{Kind, Value};
use printer::Printer;

/// Formats by a format text (`fmt.Sprintf`).
pub fn sprintf(format: &[u8], args: &[Value]) -> Vec<u8> {
    let mut out = Vec::with_capacity(format.len() + 16 * args.len());
    append_format(&mut out, format, args);
    out
}

/// Appends [`sprintf`] (`fmt.Appendf`).
pub fn append_format(out: &mut Vec<u8>, format: &[u8], args: &[Value]) {
    directive::run(&mut Printer::new(out), format, args);
}

/// The operands one after another, a space between two that are not strings (`fmt.Sprint`).
pub fn sprint(args: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut after_string = true;
    for (i, arg) in args.iter().enumerate() {
        let string = arg.kind() == Kind::String;
        if i > 0 && !string && !after_string {
            out.push(b' ');
        }
        append_value(&mut out, arg);
        after_string = string;
    }
    out
}

/// The operands with spaces between them and a newline at the end (`fmt.Sprintln`).
pub fn sprintln(args: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    for (i, arg) in args.iter().enumerate() {
        if i > 0 {
            out.push(b' ');
        }
        append_value(&mut out, arg);
    }
    out.push(b'\n');
    out
}

/// Appends a value as `fmt.Print` writes it (`%v`).
pub fn append_value(out: &mut Vec<u8>, v: &Value) {
    match v {
        Value::Str(s) => out.extend_from_slice(s),
        Value::Int(i) if i.kind().is_signed() => crate::strconv::append_int(out, i.as_i64(), 10),
        Value::Int(i) => crate::strconv::append_uint(out, i.as_u64(), 10),
        Value::Bool(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
        Value::Nil => out.extend_from_slice(b"<nil>"),
        v => Printer::new(out).argument(v, 'v'),
    }
}
