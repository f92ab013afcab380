use govalue::{Str, Value, fmt};

use super::{Builtin, escape};
use crate::exec::printable;

/// Calls a function that makes text of its arguments.
pub(crate) fn call(builtin: Builtin, args: &[Value]) -> Value {
    let text = match builtin {
        Builtin::Print => fmt::sprint(args),
        Builtin::Println => fmt::sprintln(args),
        Builtin::Printf => match args {
            [Value::Str(format), args @ ..] => fmt::sprintf(format, args),
            _ => Vec::new(),
        },
        Builtin::Html => return escaped(args, escape::html),
        Builtin::Js => return escaped(args, escape::js),
        Builtin::UrlQuery => return escaped(args, escape::url_query),
        _ => Vec::new(),
    };
    Value::Str(Str::from(text))
}

/// Escapes the text of the arguments, each as an action would print it. Text that needs no escaping is shared.
fn escaped(args: &[Value], escape: fn(&[u8]) -> Option<Vec<u8>>) -> Value {
    let text = match args {
        [Value::Str(s)] => s.clone(),
        _ => {
            let args: Vec<Value> = args.iter().map(as_printed).collect();
            Str::from(fmt::sprint(&args))
        }
    };
    match escape(&text) {
        Some(escaped) => Value::Str(Str::from(escaped)),
        None => Value::Str(text),
    }
}

fn as_printed(value: &Value) -> Value {
    match value {
        Value::Nil => Value::from("<no value>"),
        value => printable(value).unwrap_or_else(|| value.clone()),
    }
}
