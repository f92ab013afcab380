use govalue::{Map, Trace, Traced, Value};
use helm_chart::origin::{Path, Step, closest};

/// How many tables are looked through for a key that may stand elsewhere.
const MAX_TABLES: usize = 10_000;

/// The key that was probably meant: one beside it that templates asked for, then one beside it that has a default,
/// then one of the same name elsewhere that templates asked for.
pub(super) fn to(path: &Path, trace: &Trace, computed: &Map, mistakes: &[Path]) -> Option<Path> {
    let (Step::Key(last), above) = path.0.split_last()? else { return None };
    let (last, above) = (last.to_str(), Path(above.to_vec()));
    let is_mistake = |key: &str| mistakes.contains(&above.key(key));
    if let Some(table) = trace_at(trace, &above) {
        let asked = table.looked_up();
        let asked: Vec<String> =
            asked.iter().map(|k| k.to_str().into_owned()).filter(|k| !is_mistake(k)).collect();
        if let Some(meant) = closest(&last, asked.iter().map(String::as_str)) {
            return Some(above.key(meant));
        }
    }
    if let Some(Value::Map(table)) = above.find(computed) {
        let entries = table.snapshot();
        let keys = entries.iter().filter_map(|(k, _)| k.as_str());
        let keys: Vec<String> = keys.map(|k| k.to_str().into_owned()).filter(|k| !is_mistake(k)).collect();
        if let Some(meant) = closest(&last, keys.iter().map(String::as_str)) {
            return Some(above.key(meant));
        }
    }
    elsewhere(&last, trace)
}

/// The records of the table at a path.
fn trace_at<'t>(trace: &'t Trace, path: &Path) -> Option<&'t Trace> {
    let mut at = trace;
    let mut steps = path.0.iter().peekable();
    while let Some(step) = steps.next() {
        let Step::Key(key) = step else { return None };
        let mut below = at.at(key);
        while let (Traced::List(items), Some(Step::Index(index))) = (below, steps.peek()) {
            below = items.get(*index)?;
            steps.next();
        }
        match below {
            Traced::Map(inner) => at = inner,
            _ => return None,
        }
    }
    Some(at)
}

/// The least deep key of that name that templates asked for.
fn elsewhere(name: &str, trace: &Trace) -> Option<Path> {
    let mut tables = std::collections::VecDeque::from([(Path::default(), trace)]);
    for _ in 0..MAX_TABLES {
        let (path, table) = tables.pop_front()?;
        if !path.0.is_empty() && table.was_looked_up(name) {
            return Some(path.key(name));
        }
        for (key, below) in table.inside() {
            if let Traced::Map(inner) = below {
                tables.push_back((path.key(key.clone()), inner));
            }
        }
    }
    None
}
