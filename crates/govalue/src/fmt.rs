//! Printing values as Go's package `fmt` does.
//!
//! [`sprintf`] knows every verb and flag, [`sprint`] and [`sprintln`] the spacing rules, [`append_value`] is the
//! short way for one operand of `Print` (what an action of a template writes).
//!
//! Two things differ on purpose. A map that contains itself ends Go's program with a stack overflow; here the inner
//! occurrence prints as `%!v(CYCLE)`. Text stops with `%!(TOOLONG)` soon after [`MAX_LENGTH`] bytes: Go goes on until
//! memory ends.

mod directive;
mod number;
mod printer;
mod spec;
mod text;
mod walk;

use crate::{Kind, Value};
use printer::Printer;

/// The length after which text is not continued. A value that holds another in two places, and so on for sixty-four
/// levels, would otherwise be printed until memory ends.
pub const MAX_LENGTH: usize = 1 << 26;

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
    append(&mut out, args);
    out
}

/// Appends [`sprint`] (`fmt.Append`).
pub fn append(out: &mut Vec<u8>, args: &[Value]) {
    let begin = out.len();
    let mut after_string = true;
    for (i, arg) in args.iter().enumerate() {
        let string = arg.kind() == Kind::String;
        if i > 0 && !string && !after_string {
            out.push(b' ');
        }
        append_value(out, arg);
        after_string = string;
        if too_long(out, begin) {
            return;
        }
    }
}

/// The operands with spaces between them and a newline at the end (`fmt.Sprintln`).
pub fn sprintln(args: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    appendln(&mut out, args);
    out
}

/// Appends [`sprintln`] (`fmt.Appendln`).
pub fn appendln(out: &mut Vec<u8>, args: &[Value]) {
    let begin = out.len();
    for (i, arg) in args.iter().enumerate() {
        if i > 0 {
            out.push(b' ');
        }
        append_value(out, arg);
        if too_long(out, begin) {
            return;
        }
    }
    out.push(b'\n');
}

/// Whether what was made is too long already; then it ends by saying so.
fn too_long(out: &mut Vec<u8>, begin: usize) -> bool {
    let too_long = out.len() - begin > MAX_LENGTH;
    if too_long {
        out.extend_from_slice(b"%!(TOOLONG)");
    }
    too_long
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
