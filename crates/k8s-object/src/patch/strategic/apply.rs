//! Applying strategic merge patches, to objects and to other patches.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::super::{PatchError, go_text};
use super::list::{self, Elements};
use super::schema::{Rule, Schema};
use super::{DELETE_FROM_LIST, DIRECTIVE, RETAIN_KEYS, SET_ORDER};

/// What a patch is applied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// An object: instructions are carried out.
    Document,
    /// Another patch: instructions are kept, for whoever applies the result.
    Patch,
}

/// Applies a patch to a map.
pub(super) fn maps(
    mut document: Map<String, Value>,
    mut patch: Map<String, Value>,
    schema: Schema,
    target: Target,
) -> Result<Map<String, Value>, PatchError> {
    if let Some(directive) = patch.remove(DIRECTIVE) {
        return match directive.as_str() {
            Some("replace") => Ok(patch),
            Some("delete") => Ok(Map::new()),
            _ => Err(unknown_directive(&directive, patch)),
        };
    }
    retain_keys(&mut document, &mut patch, target)?;
    ordered_lists(&mut document, &mut patch, schema, target)?;
    for (key, value) in patch {
        field(&mut document, key, value, schema, target)?;
    }
    Ok(document)
}

fn unknown_directive(directive: &Value, mut patch: Map<String, Value>) -> PatchError {
    patch.insert(DIRECTIVE.to_owned(), directive.clone());
    let (directive, patch) = (go_text::text(directive).into_owned(), Value::Object(patch));
    PatchError::BadDirective(format!("unknown patch type: {directive} in map: {}", go_text::text(&patch)))
}

/// Carries out `$retainKeys`: every key it does not name goes.
fn retain_keys(
    document: &mut Map<String, Value>,
    patch: &mut Map<String, Value>,
    target: Target,
) -> Result<(), PatchError> {
    let Some(kept) = patch.remove(RETAIN_KEYS) else { return Ok(()) };
    if target == Target::Patch {
        return match document.get(RETAIN_KEYS) {
            Some(other) if *other != kept => Err(PatchError::BadDirective(format!(
                "{} and {} are not deep equal: this may happen when calculating the 3-way diff patch",
                go_text::text(other),
                go_text::text(&kept)
            ))),
            _ => {
                document.insert(RETAIN_KEYS.to_owned(), kept);
                Ok(())
            }
        };
    }
    let invalid = || PatchError::BadDirective("invalid patch format of retainKeys".to_owned());
    let Value::Array(kept) = kept else { return Err(invalid()) };
    let kept: HashSet<&str> = kept.iter().filter_map(Value::as_str).collect();
    let is_instruction = |key: &str| key.starts_with(DELETE_FROM_LIST) || key.starts_with(SET_ORDER);
    if patch
        .iter()
        .any(|(key, value)| !value.is_null() && !is_instruction(key) && !kept.contains(key.as_str()))
    {
        return Err(invalid());
    }
    document.retain(|key, _| kept.contains(key.as_str()));
    Ok(())
}

/// Merges the lists that have a `$setElementOrder`, and takes both out of the patch.
fn ordered_lists(
    document: &mut Map<String, Value>,
    patch: &mut Map<String, Value>,
    schema: Schema,
    target: Target,
) -> Result<(), PatchError> {
    let directives: Vec<String> = patch.keys().filter(|key| key.starts_with(SET_ORDER)).cloned().collect();
    for directive in directives {
        let Some(order) = patch.remove(&directive) else { continue };
        let Some(key) = directive.strip_prefix(SET_ORDER) else { continue };
        if target == Target::Patch {
            match document.get(&directive) {
                Some(other) if *other != order => return Err(invalid_order()),
                Some(_) => {}
                None => {
                    document.insert(directive.clone(), order.clone());
                }
            }
        }
        let order = into_list(order)?;
        let live = document.remove(key).map(into_list).transpose()?;
        let changes = patch.remove(key).map(into_list).transpose()?;
        let rule = schema.list_field(key)?;
        check_order(changes.as_deref().unwrap_or_default(), &order, rule.merge_key)?;
        let before = live.clone().unwrap_or_default();
        let all_changes = changes.clone().unwrap_or_default();
        let merged = match (live, changes) {
            (None, None) => continue,
            (Some(live), None) => live,
            (None, Some(changes)) => without_directives_in_list(changes),
            (Some(live), Some(changes)) => merge_or_replace(live, changes, rule, target)?,
        };
        list::elements(&before, &all_changes)?;
        let arranged = list::arrange(merged, &order, &before, rule.merge_key)?;
        document.insert(key.to_owned(), Value::Array(arranged));
    }
    Ok(())
}

fn invalid_order() -> PatchError {
    PatchError::BadDirective("invalid patch format of setElementOrder list".to_owned())
}

fn into_list(value: Value) -> Result<Vec<Value>, PatchError> {
    match value {
        Value::Array(list) => Ok(list),
        other => Err(PatchError::WrongType { expected: go_text::LIST, found: go_text::type_name(&other) }),
    }
}

/// The elements of a patch have to stand in the order the patch gives.
fn check_order(changes: &[Value], order: &[Value], merge_key: &str) -> Result<(), PatchError> {
    if changes.is_empty() || order.is_empty() {
        return Ok(());
    }
    let mut rest = order.iter();
    'changes: for change in changes.iter().filter(|change| !list::is_directive(change)) {
        let identity = list::identity(change, merge_key)?;
        for entry in rest.by_ref() {
            if list::identity(entry, merge_key)? == identity {
                continue 'changes;
            }
        }
        let print = |list: &[Value]| go_text::text(&Value::Array(list.to_vec())).into_owned();
        return Err(PatchError::BadDirective(format!(
            "The order in patch list:\n{}\n doesn't match $setElementOrder list:\n{}\n",
            print(changes),
            print(order)
        )));
    }
    Ok(())
}

/// Applies one field of a patch.
fn field(
    document: &mut Map<String, Value>,
    key: String,
    value: Value,
    schema: Schema,
    target: Target,
) -> Result<(), PatchError> {
    let (key, is_deletion) = match key.strip_prefix(DELETE_FROM_LIST) {
        Some(_) if target == Target::Patch => {
            document.insert(key, value);
            return Ok(());
        }
        Some(bare) => (bare.to_owned(), true),
        None => (key, false),
    };
    if value.is_null() {
        document.remove(&key);
        if target == Target::Patch && !is_deletion {
            document.insert(key, Value::Null);
        }
        return Ok(());
    }
    let before = document.get_mut(&key).map(Value::take);
    let after = match (before, value) {
        (Some(Value::Object(before)), Value::Object(value)) => {
            let rule = schema.map_field(&key)?;
            Some(Value::Object(if rule.replace { value } else { maps(before, value, rule.schema, target)? }))
        }
        (Some(Value::Array(before)), Value::Array(value)) => {
            let rule = schema.list_field(&key)?;
            Some(Value::Array(if is_deletion {
                delete_scalars(before, &value)
            } else {
                merge_or_replace(before, value, rule, target)?
            }))
        }
        (Some(before), _) if is_deletion => Some(before),
        (None, _) if is_deletion => None,
        (Some(before), value) => {
            let same_type = go_text::type_name(&before) == go_text::type_name(&value);
            without_directives(if same_type { value } else { without_nulls(value, target) })
        }
        (None, value) => without_directives(without_nulls(value, target)),
    };
    match after {
        Some(after) => document.insert(key, after),
        None => document.remove(&key),
    };
    Ok(())
}

fn delete_scalars(list: Vec<Value>, gone: &[Value]) -> Vec<Value> {
    let gone: HashSet<&Value> = gone.iter().collect();
    list.into_iter().filter(|value| !gone.contains(value)).collect()
}

fn merge_or_replace(
    before: Vec<Value>,
    changes: Vec<Value>,
    rule: Rule,
    target: Target,
) -> Result<Vec<Value>, PatchError> {
    if rule.merge { merge_lists(before, changes, rule, target) } else { Ok(changes) }
}

fn merge_lists(
    mut before: Vec<Value>,
    changes: Vec<Value>,
    rule: Rule,
    target: Target,
) -> Result<Vec<Value>, PatchError> {
    if before.is_empty() && changes.is_empty() {
        return Ok(before);
    }
    let key = rule.merge_key;
    if list::elements(&before, &changes)? == Elements::Scalars {
        let live = before.clone();
        before.extend(changes.iter().cloned());
        list::deduplicate(&mut before);
        return list::arrange(before, &changes, &live, key);
    }
    if key.is_empty() {
        let sort = rule.schema.sort();
        return Err(PatchError::BadDirective(format!("cannot merge lists without merge key for {sort}")));
    }
    let (before, changes) = carry_out_directives(before, changes, key)?;
    let mut merged = before.clone();
    for change in &changes {
        let identity = list::identity(change, key)?;
        let position = merged.iter().position(|element| element.get(key) == Some(identity));
        match (position.map(|position| merged[position].take()), change) {
            (Some(Value::Object(element)), Value::Object(change)) => {
                let element = maps(element, change.clone(), rule.schema, target)?;
                merged[position.unwrap_or_default()] = Value::Object(element);
            }
            _ => merged.push(change.clone()),
        }
    }
    list::arrange(merged, &changes, &before, key)
}

/// Carries out the elements of a patch that are instructions: deletes elements, or drops all there were.
fn carry_out_directives(
    mut before: Vec<Value>,
    changes: Vec<Value>,
    key: &str,
) -> Result<(Vec<Value>, Vec<Value>), PatchError> {
    let mut replace = false;
    let mut content = Vec::with_capacity(changes.len());
    for change in changes {
        match change.get(DIRECTIVE).map(Value::as_str) {
            None => content.push(change),
            Some(Some("delete")) => {
                let gone = list::identity(&change, key)?;
                before.retain(|element| element.get(key) != Some(gone));
            }
            Some(Some("replace")) => replace = true,
            Some(Some("merge")) => {
                let text = "merging lists cannot yet be specified in the patch";
                return Err(PatchError::BadDirective(text.to_owned()));
            }
            Some(_) => {
                return Err(match change {
                    Value::Object(mut map) => {
                        let directive = map.remove(DIRECTIVE).unwrap_or_default();
                        unknown_directive(&directive, map)
                    }
                    _ => PatchError::BadDirective("unknown patch type".to_owned()),
                });
            }
        }
    }
    Ok(if replace { (content, Vec::new()) } else { (before, content) })
}

/// Drops instructions for something that is not there; nothing is left of a map that is one itself.
fn without_directives(value: Value) -> Option<Value> {
    match value {
        Value::Object(map) if map.contains_key(DIRECTIVE) => None,
        Value::Object(map) => Some(Value::Object(
            map.into_iter().filter_map(|(k, v)| Some((k, without_directives(v)?))).collect(),
        )),
        Value::Array(list) => Some(Value::Array(without_directives_in_list(list))),
        scalar => Some(scalar),
    }
}

fn without_directives_in_list(list: Vec<Value>) -> Vec<Value> {
    list.into_iter().filter_map(without_directives).collect()
}

/// In an object, keys that a patch sets to null are absent.
fn without_nulls(value: Value, target: Target) -> Value {
    match value {
        value if target == Target::Patch => value,
        Value::Object(map) => Value::Object(
            map.into_iter()
                .filter(|(_, v)| !v.is_null())
                .map(|(k, v)| (k, without_nulls(v, target)))
                .collect(),
        ),
        Value::Array(list) => Value::Array(list.into_iter().map(|v| without_nulls(v, target)).collect()),
        scalar => scalar,
    }
}
