//! The language of format texts.

use super::printer::Printer;
use super::spec::Spec;
use super::text;
use crate::{Value, utf8};

/// The largest width, precision or argument number that Go accepts.
const MAX_NUMBER: i64 = 1_000_000;

/// Where a format is being read, and which argument comes next.
struct Reader<'a> {
    format: &'a [u8],
    at: usize,
    args: &'a [Value],
    next: usize,
    /// Whether any directive named its argument: then no complaint about arguments left over.
    reordered: bool,
    good_index: bool,
    /// Whether the last thing read was an argument index.
    after_index: bool,
}

/// Prints the arguments by a format.
pub(super) fn run(printer: &mut Printer<'_>, format: &[u8], args: &[Value]) {
    let mut reader =
        Reader { format, at: 0, args, next: 0, reordered: false, good_index: true, after_index: false };
    let begin = printer.out.len();
    while reader.at < format.len() {
        if super::too_long(printer.out, begin) {
            return;
        }
        let rest = &format[reader.at..];
        let literal = rest.iter().position(|&b| b == b'%').unwrap_or(rest.len());
        printer.out.extend_from_slice(&rest[..literal]);
        reader.at += literal + 1;
        if literal < rest.len() {
            reader.directive(printer);
        }
    }
    if !reader.reordered && reader.next < args.len() {
        extra(printer, &args[reader.next..]);
    }
}

fn extra(printer: &mut Printer<'_>, args: &[Value]) {
    printer.spec = Spec::default();
    printer.out.extend_from_slice(b"%!(EXTRA ");
    for (i, arg) in args.iter().enumerate() {
        if i > 0 {
            printer.out.extend_from_slice(b", ");
        }
        if let Value::Nil = arg {
            printer.out.extend_from_slice(b"<nil>");
        } else {
            printer.out.extend_from_slice(arg.type_name().as_bytes());
            printer.out.push(b'=');
            printer.argument(arg, 'v');
        }
    }
    printer.out.push(b')');
}

impl Reader<'_> {
    /// One directive, read from behind its `%`.
    fn directive(&mut self, printer: &mut Printer<'_>) {
        self.good_index = true;
        printer.spec = self.flags();
        // The common case: a lower-case verb behind nothing but flags.
        let simple =
            self.format.get(self.at).filter(|b| b.is_ascii_lowercase() && self.next < self.args.len());
        if let Some(&verb) = simple {
            self.at += 1;
            return self.print(printer, char::from(verb));
        }
        self.after_index = false;
        self.argument_index();
        self.width(printer);
        self.precision(printer);
        if !self.after_index {
            self.argument_index();
        }
        let (verb, len) = utf8::decode(&self.format[self.at.min(self.format.len())..]);
        self.at += len;
        match verb.unwrap_or(char::REPLACEMENT_CHARACTER) {
            _ if len == 0 => printer.out.extend_from_slice(b"%!(NOVERB)"),
            '%' => printer.out.push(b'%'),
            verb if !self.good_index => complain(printer, verb, b"(BADINDEX)"),
            verb if self.next >= self.args.len() => complain(printer, verb, b"(MISSING)"),
            verb => self.print(printer, verb),
        }
    }

    fn print(&mut self, printer: &mut Printer<'_>, verb: char) {
        if matches!(verb, 'v' | 'w') {
            printer.spec.for_value();
        }
        let arg = &self.args[self.next];
        self.next += 1;
        match (verb, arg) {
            ('s', Value::Str(s)) => text::plain(printer.out, &printer.spec, s),
            _ => printer.argument(arg, verb),
        }
    }

    fn flags(&mut self) -> Spec {
        let mut spec = Spec::default();
        while let Some(b) = self.format.get(self.at) {
            match b {
                b'#' => spec.sharp = true,
                b'0' => spec.zero = true,
                b'+' => spec.plus = true,
                b'-' => spec.minus = true,
                b' ' => spec.space = true,
                _ => break,
            }
            self.at += 1;
        }
        spec
    }

    fn width(&mut self, printer: &mut Printer<'_>) {
        if self.format.get(self.at) == Some(&b'*') {
            self.at += 1;
            let width = self.number_argument();
            if width.is_none() {
                printer.out.extend_from_slice(b"%!(BADWIDTH)");
            }
            if width.is_some_and(|w| w < 0) {
                // No zeros to the right.
                printer.spec.minus = true;
                printer.spec.zero = false;
            }
            printer.spec.width = width.map(|w| w.unsigned_abs() as usize);
            self.after_index = false;
        } else {
            printer.spec.width = self.literal_number(self.format.len());
            if self.after_index && printer.spec.width.is_some() {
                self.good_index = false;
            }
        }
    }

    fn precision(&mut self, printer: &mut Printer<'_>) {
        if self.format.get(self.at) != Some(&b'.') || self.at + 1 >= self.format.len() {
            return;
        }
        self.at += 1;
        if self.after_index {
            self.good_index = false;
        }
        self.after_index = false;
        self.argument_index();
        if self.format.get(self.at) == Some(&b'*') {
            self.at += 1;
            let precision = self.number_argument().and_then(|p| usize::try_from(p).ok());
            if precision.is_none() {
                printer.out.extend_from_slice(b"%!(BADPREC)");
            }
            printer.spec.precision = precision;
            self.after_index = false;
        } else {
            printer.spec.precision = Some(self.literal_number(self.format.len()).unwrap_or(0));
        }
    }

    /// Reads digits up to `end`; a number that is far too large swallows everything.
    fn literal_number(&mut self, end: usize) -> Option<usize> {
        let mut number = None;
        while let Some(digit) = self.format[..end].get(self.at).filter(|b| b.is_ascii_digit()) {
            let so_far = number.unwrap_or(0);
            if so_far > MAX_NUMBER as usize {
                self.at = end;
                return None;
            }
            number = Some(so_far * 10 + usize::from(digit - b'0'));
            self.at += 1;
        }
        number
    }

    /// A width or precision taken from the arguments.
    fn number_argument(&mut self) -> Option<i64> {
        let arg = self.args.get(self.next)?;
        self.next += 1;
        let plain = match arg {
            Value::Object(o) => &o.underlying()?,
            v => v,
        };
        match plain {
            Value::Int(i) if i.kind().is_signed() => Some(i.as_i64()),
            Value::Int(i) => i64::try_from(i.as_u64()).ok(),
            _ => None,
        }
        .filter(|n| (-MAX_NUMBER..=MAX_NUMBER).contains(n))
    }

    /// Reads `[n]`, if that is what comes next.
    fn argument_index(&mut self) {
        self.after_index = false;
        if self.format.get(self.at) != Some(&b'[') {
            return;
        }
        self.reordered = true;
        let rest = &self.format[self.at..];
        let Some(close) = rest.iter().position(|&b| b == b']').filter(|_| rest.len() >= 3) else {
            self.good_index = false;
            self.at += 1;
            return;
        };
        let end = self.at + close;
        self.at += 1;
        let number = self.literal_number(end).filter(|_| self.at == end);
        self.at = end + 1;
        self.after_index = number.is_some();
        match number.and_then(|n| n.checked_sub(1)).filter(|&n| n < self.args.len()) {
            Some(index) => self.next = index,
            None => self.good_index = false,
        }
    }
}

fn complain(printer: &mut Printer<'_>, verb: char, what: &[u8]) {
    printer.out.extend_from_slice(b"%!");
    utf8::push(printer.out, verb);
    printer.out.extend_from_slice(what);
}
