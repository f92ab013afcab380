//! The texts of Go's run-time panics, which `text/template` turns into errors of the call.

use govalue::{CallError, Value};

/// Bytes that one call may produce: more is refused where Go would ask the system for memory until it is killed.
pub(crate) const MAX_BYTES: usize = 1 << 26;

/// Elements that one call may produce.
pub(crate) const MAX_ITEMS: usize = 1 << 20;

/// A nil pointer was followed; `reflect.TypeOf(nil).Kind()` is one.
pub(crate) fn nil_dereference() -> CallError {
    "runtime error: invalid memory address or nil pointer dereference".into()
}

/// Integer division by zero.
pub(crate) fn divide_by_zero() -> CallError {
    "runtime error: integer divide by zero".into()
}

/// `make` of a slice or string whose length is negative or beyond memory.
pub(crate) fn makeslice() -> CallError {
    "runtime error: makeslice: len out of range".into()
}

/// `s[low:high]` on a string, with Go's panic when the bounds are wrong.
pub(crate) fn slice(s: &[u8], low: i64, high: i64) -> Result<&[u8], CallError> {
    if high < 0 {
        return Err(format!("runtime error: slice bounds out of range [:{high}]").into());
    }
    if high as u64 > s.len() as u64 {
        return Err(
            format!("runtime error: slice bounds out of range [:{high}] with length {}", s.len()).into()
        );
    }
    if low < 0 {
        return Err(format!("runtime error: slice bounds out of range [{low}:]").into());
    }
    if low > high {
        return Err(format!("runtime error: slice bounds out of range [{low}:{high}]").into());
    }
    Ok(&s[low as usize..high as usize])
}

/// A failed type assertion `x.(wanted)` on an `interface {}`.
pub(crate) fn type_assertion(found: &Value, wanted: &str) -> CallError {
    match found.type_of() {
        None => format!("interface conversion: interface {{}} is nil, not {wanted}").into(),
        Some(found) => format!("interface conversion: interface {{}} is {found}, not {wanted}").into(),
    }
}
