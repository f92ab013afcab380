//! Helm's own template functions.

use std::sync::{Arc, LazyLock};

use gotmpl::{FuncMap, Function, State};
use govalue::time::Duration;
use govalue::{CallError, List, Map, Signature, Str, Type, Value, json, yaml};
use helm_chart::Compat;

use crate::error::AuthorMessage;
use crate::host::{LintNote, RenderHost};
use crate::{duration, toml};

/// How often one template may be inside itself through `include`.
const MAX_INCLUDE_DEPTH: usize = 1000;

/// How deep `tpl` may be inside itself. In Helm the native stack is the limit.
const MAX_TPL_DEPTH: usize = 500;

/// All functions that a chart's templates may call at a compatibility level, Sprig's included.
pub fn functions(compat: Compat, host: Arc<dyn sprig::Host>) -> FuncMap {
    let mut map = sprig::functions(host);
    map.extend(if compat == Compat::V3 { helm_functions() } else { helm4_functions() });
    only_with_dns(&mut map, "getHostByName");
    map
}

/// Makes a function answer an empty text unless `--enable-dns` is given.
fn only_with_dns(map: &mut FuncMap, name: &'static str) {
    let Some(function) = map.get(name) else { return };
    let (signature, body) = (function.signature.clone(), function.body.clone());
    let body = move |state: &mut State<'_>, args: &[Value]| match RenderHost::of(state).enable_dns {
        true => body(state, args),
        false => Ok(Value::str("")),
    };
    map.insert(name, Function { signature, body: Arc::new(body) });
}

type Entry = (&'static str, Function);

fn entry(
    name: &'static str,
    params: &[Type],
    result: Type,
    fallible: bool,
    body: impl Fn(&mut State<'_>, &[Value]) -> Result<Value, CallError> + Send + Sync + 'static,
) -> Entry {
    let signature = Signature { params: params.to_vec(), variadic: false, result, fallible };
    (name, Function { signature, body: Arc::new(body) })
}

/// A text that took some time to write.
fn written(state: &mut State<'_>, text: Vec<u8>) -> Result<Value, CallError> {
    state.spend(text.len() as u64 / 8)?;
    Ok(Value::Str(Str::from(text)))
}

/// A function of one value that always answers a string.
fn to_text(name: &'static str, body: fn(&Value) -> Vec<u8>) -> Entry {
    entry(name, &[Type::Any], Type::STRING, false, move |state, args| written(state, body(&args[0])))
}

/// A function of one value whose failure is a Go panic.
fn must_text(name: &'static str, body: fn(&Value) -> Result<Vec<u8>, String>) -> Entry {
    entry(name, &[Type::Any], Type::STRING, false, move |state, args| written(state, body(&args[0])?))
}

/// A function from text to a value.
fn from_text(name: &'static str, result: Type, body: fn(&[u8]) -> Value) -> Entry {
    entry(name, &[Type::STRING], result, false, move |state, args| {
        // Reading is slow: about 100 nanoseconds a byte at worst.
        state.spend(text(&args[0]).len() as u64)?;
        Ok(body(text(&args[0])))
    })
}

fn text(value: &Value) -> &[u8] {
    value.as_str().map_or(&[], |s| s.as_bytes())
}

/// The functions of both Helms.
fn helm_functions() -> FuncMap {
    static ALL: LazyLock<FuncMap> = LazyLock::new(|| func_map(build_common()));
    ALL.clone()
}

/// The functions of Helm 4: the common ones and its own.
fn helm4_functions() -> FuncMap {
    static ALL: LazyLock<FuncMap> =
        LazyLock::new(|| func_map(build_common().into_iter().chain(build_helm4())));
    ALL.clone()
}

fn func_map(entries: impl IntoIterator<Item = Entry>) -> FuncMap {
    let mut map = FuncMap::new();
    for (name, function) in entries {
        map.insert(name, function);
    }
    map
}

fn build_common() -> Vec<Entry> {
    let list = || Type::slice(Type::Any);
    vec![
        to_text("toYaml", |v| to_yaml(v).into_bytes()),
        must_text("toYamlPretty", |v| {
            yaml::v3::encode(v, 2).map(trim_newline).map_err(|e| e.message().to_owned())
        }),
        to_text("toJson", |v| json::encode(v).unwrap_or_default()),
        entry("toToml", &[Type::Any], Type::STRING, false, |_, args| match toml::encode(&args[0]) {
            Ok(text) => Ok(Value::Str(Str::from(text))),
            Err(toml::EncodeError::Refused(message)) => Ok(Value::str(message)),
            Err(panic) => Err(panic.into()),
        }),
        from_text("fromYaml", Map::string_any(), |t| {
            into_map(yaml::sigs::unmarshal(t).map_err(|e| e.to_string()))
        }),
        from_text("fromYamlArray", list(), |t| {
            into_list(yaml::sigs::unmarshal(t).map_err(|e| e.to_string()))
        }),
        from_text("fromJson", Map::string_any(), from_json),
        from_text("fromJsonArray", list(), from_json_array),
        entry("fromToml", &[Type::STRING], Map::string_any(), false, |state, args| {
            let world = &RenderHost::of(state).world;
            let table = toml::decode(text(&args[0]), &|| world.now());
            Ok(Value::Map(table.unwrap_or_else(|e| error_map(&e))))
        }),
        entry("include", &[Type::STRING, Type::Any], Type::STRING, true, include),
        entry("tpl", &[Type::STRING, Type::Any], Type::STRING, true, tpl),
        entry("required", &[Type::STRING, Type::Any], Type::Any, true, required),
        entry("fail", &[Type::STRING], Type::STRING, true, fail),
        entry("lookup", &[const { Type::STRING }; 4], Map::string_any(), true, lookup),
    ]
}

fn build_helm4() -> Vec<Entry> {
    let duration_type = Duration::go_type();
    let float = |name, convert: fn(Duration) -> f64| {
        entry(name, &[Type::Any], Type::FLOAT64, false, move |_, args| {
            Ok(Value::Float(duration::from_value(&args[0]).map_or(0.0, convert)))
        })
    };
    let int = |name, divisor: i64| {
        entry(name, &[Type::Any], Type::INT64, false, move |_, args| {
            Ok(Value::int64(duration::from_value(&args[0]).map_or(0, |d| d.nanos() / divisor)))
        })
    };
    let step = |name, apply: fn(Duration, Duration) -> Duration| {
        entry(name, &[Type::Any, Type::Any], Duration::go_type(), false, move |_, args| {
            let Ok(d) = duration::from_value(&args[0]) else {
                return Ok(Duration::from_nanos(0).into_value());
            };
            let multiple = duration::from_value(&args[1]);
            Ok(multiple.map_or(d, |m| apply(d, m)).into_value())
        })
    };
    vec![
        must_text("mustToYaml", |v| yaml::sigs::marshal(v).map(trim_newline).map_err(|e| e.to_string())),
        must_text("mustToJson", |v| json::encode(v).map_err(|e| e.to_string())),
        must_text("mustToToml", |v| toml::encode(v).map_err(|e| e.to_string())),
        entry("mustToDuration", &[Type::Any], duration_type, false, |_, args| {
            Ok(duration::from_value(&args[0])?.into_value())
        }),
        float("durationSeconds", Duration::seconds),
        int("durationMilliseconds", 1_000_000),
        int("durationMicroseconds", 1_000),
        int("durationNanoseconds", 1),
        float("durationMinutes", Duration::minutes),
        float("durationHours", Duration::hours),
        float("durationDays", |d| d.hours() / 24.0),
        float("durationWeeks", |d| d.hours() / 24.0 / 7.0),
        step("durationRoundTo", Duration::round),
        step("durationTruncateTo", Duration::truncate),
    ]
}

/// `toYaml`: a value as YAML without the last line break; an empty text when it cannot be written.
pub(crate) fn to_yaml(value: &Value) -> String {
    let bytes = yaml::sigs::marshal(value).map(trim_newline).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

fn trim_newline(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    bytes
}

fn error_map(message: &str) -> Map {
    [("Error", message)].into_iter().collect()
}

/// `fromJson`: an error stands beside what was read before it.
fn from_json(text: &[u8]) -> Value {
    let decoded = json::decode_into(text, json::Target::Map, json::DecodeOptions::default());
    let Some(error) = decoded.error else { return decoded.value };
    match decoded.value {
        Value::Map(map) if !map.is_nil() => {
            map.insert("Error", error.to_string());
            Value::Map(map)
        }
        _ => Value::Map(error_map(&error.to_string())),
    }
}

/// `fromJsonArray`: an error is the only item.
fn from_json_array(text: &[u8]) -> Value {
    let decoded = json::decode_into(text, json::Target::List, json::DecodeOptions::default());
    match decoded.error {
        Some(error) => Value::List(List::new(vec![Value::str(error.to_string())])),
        None => decoded.value,
    }
}

fn into_map(decoded: Result<Value, String>) -> Value {
    Value::Map(match decoded {
        Ok(Value::Map(map)) => map,
        // The decoder leaves the empty map as it is.
        Ok(Value::Nil) => Map::new(),
        Ok(other) => error_map(&mismatch(&other, &Map::string_any())),
        Err(message) => error_map(&message),
    })
}

fn into_list(decoded: Result<Value, String>) -> Value {
    let wanted = Type::slice(Type::Any);
    Value::List(match decoded {
        Ok(Value::List(list)) => list,
        Ok(Value::Nil) => List::new(Vec::new()),
        Ok(other) => List::new(vec![Value::str(mismatch(&other, &wanted))]),
        Err(message) => List::new(vec![Value::str(message)]),
    })
}

/// The error of `sigs.k8s.io/yaml` for a value of another kind than wanted.
fn mismatch(value: &Value, wanted: &Type) -> String {
    let kind = match value {
        Value::Bool(_) => "bool",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "number",
    };
    format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go value of type {wanted}"
    )
}

#[derive(Debug, thiserror::Error)]
enum FunctionError {
    #[error("rendering template has a nested reference name: {0}: unable to execute template")]
    Recursion(String),
    #[error("tpl is nested more than {MAX_TPL_DEPTH} deep")]
    TplDepth,
    #[error("cannot parse template {}: {source}", govalue::strconv::quote(text))]
    TplParse { text: Str, source: gotmpl::ParseError },
    #[error("error during tpl function execution for {}: {source}", govalue::strconv::quote(text))]
    TplExec { text: Str, source: Box<gotmpl::ExecError> },
}

/// `include NAME DATA`: a named template's output as a string.
fn include(state: &mut State<'_>, args: &[Value]) -> Result<Value, CallError> {
    let name = args[0].as_str().cloned().unwrap_or_default();
    let host = RenderHost::of(state);
    let depth = host.included.entry(name.clone()).or_insert(0);
    if *depth > MAX_INCLUDE_DEPTH {
        return Err(FunctionError::Recursion(name.to_string()).into());
    }
    *depth += 1;
    let result = state.render(state.templates(), &name, &args[1]);
    if let Some(depth) = RenderHost::of(state).included.get_mut(&name) {
        *depth -= 1;
    }
    Ok(Value::Str(result?))
}

/// `tpl TEXT DATA`: text as a template that sees the chart's named templates; its own definitions stay inside.
fn tpl(state: &mut State<'_>, args: &[Value]) -> Result<Value, CallError> {
    let source = args[0].as_str().cloned().unwrap_or_default();
    if memchr::memmem::find(&source, b"{{").is_none() {
        return Ok(Value::Str(without_no_value(source)));
    }
    let host = RenderHost::of(state);
    if host.in_tpl >= MAX_TPL_DEPTH {
        return Err(FunctionError::TplDepth.into());
    }
    host.in_tpl += 1;
    let result = tpl_of(state, source, &args[1]);
    RenderHost::of(state).in_tpl -= 1;
    result
}

fn tpl_of(state: &mut State<'_>, source: Str, data: &Value) -> Result<Value, CallError> {
    // The text is read a few times, and every part of it becomes a node.
    state.spend(source.len() as u64 / 16)?;
    let mut templates = state.templates().clone();
    let template = templates
        .parse(ROOT_TEMPLATE, source.clone())
        .map_err(|e| FunctionError::TplParse { text: source.clone(), source: e })?;
    let text = state
        .render_template(&templates, &template, data)
        .map_err(|e| FunctionError::TplExec { text: source, source: Box::new(e) })?;
    Ok(Value::Str(without_no_value(text)))
}

/// The name of Helm's root template, which is also that of every `tpl` text.
pub(crate) const ROOT_TEMPLATE: &str = "gotpl";

/// Removes what Go prints for a missing value.
pub(crate) fn without_no_value<T: AsRef<[u8]> + From<Vec<u8>>>(text: T) -> T {
    const NO_VALUE: &[u8] = b"<no value>";
    let (mut clean, mut done) = (Vec::new(), 0);
    for at in memchr::memmem::find_iter(text.as_ref(), NO_VALUE) {
        clean.extend_from_slice(&text.as_ref()[done..at]);
        done = at + NO_VALUE.len();
    }
    if done == 0 {
        return text;
    }
    clean.extend_from_slice(&text.as_ref()[done..]);
    T::from(clean)
}

/// `required MESSAGE VALUE`: the value, or an error when it is nil or an empty string.
fn required(state: &mut State<'_>, args: &[Value]) -> Result<Value, CallError> {
    let missing = match &args[1] {
        Value::Nil => true,
        Value::Str(s) => s.is_empty(),
        _ => false,
    };
    if !missing {
        return Ok(args[1].clone());
    }
    let message = String::from_utf8_lossy(text(&args[0])).into_owned();
    let host = RenderHost::of(state);
    if host.lint {
        host.notes.push(LintNote::MissingRequired { message, nil: matches!(args[1], Value::Nil) });
        return Ok(Value::str(""));
    }
    Err(AuthorMessage(message).into())
}

/// `fail MESSAGE`.
fn fail(state: &mut State<'_>, args: &[Value]) -> Result<Value, CallError> {
    let message = String::from_utf8_lossy(text(&args[0])).into_owned();
    let host = RenderHost::of(state);
    if host.lint {
        host.notes.push(LintNote::Fail { message });
        return Ok(Value::str(""));
    }
    Err(AuthorMessage(message).into())
}

/// `lookup APIVERSION KIND NAMESPACE NAME`.
fn lookup(state: &mut State<'_>, args: &[Value]) -> Result<Value, CallError> {
    let host = RenderHost::of(state);
    if host.lint {
        return Ok(Value::Map(Map::new()));
    }
    let arg = |i: usize| String::from_utf8_lossy(text(&args[i])).into_owned();
    Ok(host.world.lookup(&arg(0), &arg(1), &arg(2), &arg(3))?)
}
