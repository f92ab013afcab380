//! Computing strategic merge patches.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::super::{PatchError, go_text};
use super::list::{self, Elements, Positions};
use super::schema::{Rule, Schema};
use super::{DELETE_FROM_LIST, DIRECTIVE, RETAIN_KEYS, SET_ORDER};

/// Which differences a patch is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// All of them.
    All,
    /// What is new or other than before.
    Changes,
    /// What is no more.
    Deletions,
}

impl Scope {
    fn changes(self) -> bool {
        self != Scope::Deletions
    }

    fn deletions(self) -> bool {
        self != Scope::Changes
    }
}

/// The patch from one map to another.
pub(super) fn maps(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    schema: Schema,
    scope: Scope,
    retain_keys: bool,
) -> Result<Map<String, Value>, PatchError> {
    let mut patch = Map::new();
    for (key, value) in new {
        let Some(before) = old.get(key) else {
            if scope.changes() {
                patch.insert(key.clone(), value.clone());
            }
            continue;
        };
        if key == DIRECTIVE {
            directive(before, value, &mut patch)?;
            continue;
        }
        match (before, value) {
            (Value::Object(before), Value::Object(after)) => {
                inner_map(key, before, after, schema, scope, &mut patch)?;
            }
            (Value::Array(before), Value::Array(after)) => {
                inner_list(key, before, after, schema, scope, &mut patch)?;
            }
            _ if scope.changes() && before != value => {
                patch.insert(key.clone(), value.clone());
            }
            _ => {}
        }
    }
    if scope.deletions() {
        for key in old.keys().filter(|key| !new.contains_key(*key)) {
            patch.insert(key.clone(), Value::Null);
        }
    }
    if retain_keys {
        let kept: Vec<Value> =
            new.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key.as_str().into()).collect();
        let has_more = || old.iter().any(|(key, value)| !value.is_null() && !new.contains_key(key));
        if !kept.is_empty() && (!patch.is_empty() || has_more()) {
            patch.insert(RETAIN_KEYS.to_owned(), Value::Array(kept));
        }
    }
    Ok(patch)
}

/// Takes a directive that stands in the states themselves over into the patch.
fn directive(before: &Value, value: &Value, patch: &mut Map<String, Value>) -> Result<(), PatchError> {
    if !before.is_string() || !value.is_string() {
        return Err(PatchError::BadDirective(format!("invalid value for special key: {DIRECTIVE}")));
    }
    if before != value {
        patch.insert(DIRECTIVE.to_owned(), value.clone());
    }
    Ok(())
}

fn inner_map(
    key: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    schema: Schema,
    scope: Scope,
    patch: &mut Map<String, Value>,
) -> Result<(), PatchError> {
    let rule = match schema.map_field(key) {
        Ok(rule) => rule,
        // What cannot be looked up does not matter as long as it stays the same.
        Err(_) if before == after => return Ok(()),
        Err(error) => return Err(error),
    };
    if rule.replace {
        if scope.changes() {
            patch.insert(key.to_owned(), Value::Object(after.clone()));
        }
        return Ok(());
    }
    let inner = maps(before, after, rule.schema, scope, rule.retain_keys)?;
    if !inner.is_empty() {
        patch.insert(key.to_owned(), Value::Object(inner));
    }
    Ok(())
}

fn inner_list(
    key: &str,
    before: &[Value],
    after: &[Value],
    schema: Schema,
    scope: Scope,
    patch: &mut Map<String, Value>,
) -> Result<(), PatchError> {
    let rule = match schema.list_field(key) {
        Ok(rule) => rule,
        Err(_) if before == after => return Ok(()),
        Err(error) => return Err(error),
    };
    if !rule.merge {
        if scope.changes() && before != after {
            patch.insert(key.to_owned(), Value::Array(after.to_vec()));
        }
        return Ok(());
    }
    let difference = lists(before, after, rule, scope)?;
    let mut put = |key: String, list: Vec<Value>| {
        if !list.is_empty() {
            patch.insert(key, Value::Array(list));
        }
    };
    put(key.to_owned(), difference.content);
    put(format!("{DELETE_FROM_LIST}{key}"), difference.deleted_scalars);
    put(format!("{SET_ORDER}{key}"), difference.order);
    Ok(())
}

/// How one merged list differs from another.
#[derive(Default)]
struct ListDifference {
    /// Elements added or changed, then instructions to delete others.
    content: Vec<Value>,
    deleted_scalars: Vec<Value>,
    order: Vec<Value>,
}

fn lists(before: &[Value], after: &[Value], rule: Rule, scope: Scope) -> Result<ListDifference, PatchError> {
    if before.is_empty() {
        let content = if scope.changes() { after.to_vec() } else { Vec::new() };
        return Ok(ListDifference { content, ..ListDifference::default() });
    }
    match list::elements(before, after)? {
        Elements::Maps => lists_of_maps(before, after, rule, scope),
        Elements::Scalars => lists_of_scalars(before, after, scope),
    }
}

fn lists_of_maps(
    before: &[Value],
    after: &[Value],
    rule: Rule,
    scope: Scope,
) -> Result<ListDifference, PatchError> {
    let key = rule.merge_key;
    let (mut changed, mut deleted) = (Vec::new(), Vec::new());
    let (old, new) = (sorted(before, key)?, sorted(after, key)?);
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => go_text::text(a.0).cmp(&go_text::text(b.0)),
        };
        match order {
            Ordering::Less => {
                if let Some((identity, _)) = old.next().filter(|_| scope.deletions()) {
                    let mut deletion = Map::new();
                    deletion.insert(key.to_owned(), identity.clone());
                    deletion.insert(DIRECTIVE.to_owned(), "delete".into());
                    deleted.push(Value::Object(deletion));
                }
            }
            Ordering::Greater => {
                changed.extend(new.next().filter(|_| scope.changes()).map(|(_, element)| element.clone()));
            }
            Ordering::Equal => {
                let (Some((_, a)), Some((identity, b))) = (old.next(), new.next()) else { break };
                let (Value::Object(a), Value::Object(b)) = (a, b) else { continue };
                let mut inner = maps(a, b, rule.schema, scope, rule.retain_keys)?;
                if !inner.is_empty() {
                    inner.insert(key.to_owned(), identity.clone());
                    changed.push(Value::Object(inner));
                }
            }
        }
    }
    let mut content = list::sort_like(changed, &Positions::of(after, key)?, key)?;
    let same_order = same_order(before, after, key)?;
    content.append(&mut deleted);
    let reorder = (scope.changes() && (!content.is_empty() || !same_order))
        || (scope.deletions() && !content.is_empty());
    let mut order = Vec::new();
    if reorder {
        for element in after {
            let mut entry = Map::new();
            entry.insert(key.to_owned(), list::identity(element, key)?.clone());
            order.push(Value::Object(entry));
        }
    }
    Ok(ListDifference { content, deleted_scalars: Vec::new(), order })
}

/// Elements with the values of their merge keys, by the printed text of these.
fn sorted<'a>(elements: &'a [Value], key: &str) -> Result<Vec<(&'a Value, &'a Value)>, PatchError> {
    let mut keyed = elements
        .iter()
        .map(|element| Ok((list::identity(element, key)?, element)))
        .collect::<Result<Vec<_>, PatchError>>()?;
    list::sort_by_text(&mut keyed, |(identity, _)| identity);
    Ok(keyed)
}

fn same_order(before: &[Value], after: &[Value], key: &str) -> Result<bool, PatchError> {
    if before.len() != after.len() {
        return Ok(false);
    }
    for (a, b) in before.iter().zip(after) {
        if list::identity(a, key)? != list::identity(b, key)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn lists_of_scalars(before: &[Value], after: &[Value], scope: Scope) -> Result<ListDifference, PatchError> {
    let mut old = before.to_vec();
    let mut new = after.to_vec();
    list::sort_by_text(&mut old, |value| value);
    list::sort_by_text(&mut new, |value| value);
    let (mut added, mut deleted) = (Vec::new(), Vec::new());
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        let order = match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) => go_text::text(a).cmp(&go_text::text(b)),
            (Some(_), None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        match order {
            Ordering::Equal => (i, j) = (i + 1, j + 1),
            Ordering::Less => {
                deleted.push(old[i].clone());
                i += 1;
            }
            Ordering::Greater => {
                added.push(new[j].clone());
                j += 1;
            }
        }
    }
    if !scope.changes() {
        added.clear();
    }
    if !scope.deletions() {
        deleted.clear();
    }
    list::deduplicate(&mut deleted);
    let content = list::sort_like(added, &Positions::of(after, "")?, "")?;
    // Compared with the sorted list, as in Go, whose sort works on the state itself: an order is given wherever
    // the new state is not sorted.
    let reorder = (scope.deletions() && !deleted.is_empty()) || (scope.changes() && old != after);
    let order = if reorder { after.to_vec() } else { Vec::new() };
    Ok(ListDifference { content, deleted_scalars: deleted, order })
}
