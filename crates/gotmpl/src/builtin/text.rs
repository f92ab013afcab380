use govalue::{CallError, Str, Value, fmt};

use super::{Builtin, escape};
use crate::exec::printable;

/// Calls a function that makes text of its arguments. The buffer is an empty one to work in.
pub(crate) fn call(builtin: Builtin, args: &[Value], buffer: &mut Vec<u8>) -> Result<Value, CallError> {
    match (builtin, args) {
        // A string that stays as it is is shared.
        (Builtin::Print, [text @ Value::Str(_)]) => return Ok(text.clone()),
        (Builtin::Printf, [Value::Str(format), text @ Value::Str(_)]) if &**format == b"%s" => {
            return Ok(text.clone());
        }
        (Builtin::Print, args) => fmt::append(buffer, args),
        (Builtin::Println, args) => fmt::appendln(buffer, args),
        (Builtin::Printf, [Value::Str(format), args @ ..]) => fmt::append_format(buffer, format, args),
        (Builtin::Html, args) => return escaped(args, escape::html),
        (Builtin::Js, args) => return escaped(args, escape::js),
        (Builtin::UrlQuery, args) => return escaped(args, escape::url_query),
        _ => {}
    }
    checked(buffer).map(|text| Value::from(Str::from(text)))
}

fn checked(text: &[u8]) -> Result<&[u8], CallError> {
    if text.len() > fmt::MAX_LENGTH {
        return Err(format!("text of more than {} bytes", fmt::MAX_LENGTH).into());
    }
    Ok(text)
}

/// Escapes the text of the arguments, each as an action would print it. Text that needs no escaping is shared.
fn escaped(args: &[Value], escape: fn(&[u8]) -> Option<Vec<u8>>) -> Result<Value, CallError> {
    let text = match args {
        [Value::Str(s)] => s.clone(),
        _ => {
            let args: Vec<Value> = args.iter().map(as_printed).collect();
            Str::from(checked(&fmt::sprint(&args))?)
        }
    };
    Ok(Value::Str(match escape(&text) {
        Some(escaped) => Str::from(checked(&escaped)?),
        None => text,
    }))
}

fn as_printed(value: &Value) -> Value {
    match value {
        Value::Nil => Value::from("<no value>"),
        value => printable(value).unwrap_or_else(|| value.clone()),
    }
}
