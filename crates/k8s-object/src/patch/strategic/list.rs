//! What patching needs to know about lists: what they hold, and how their elements are put in order.

use std::collections::HashMap;

use serde_json::Value;

use super::super::{PatchError, go_text};
use super::DIRECTIVE;

/// What the elements of a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Elements {
    /// Maps.
    Maps,
    /// Texts, numbers or booleans.
    Scalars,
}

/// What all elements of both lists are; they have to be of one type, and not lists.
pub(super) fn elements(a: &[Value], b: &[Value]) -> Result<Elements, PatchError> {
    let mut all = a.iter().chain(b);
    let first = all
        .next()
        .ok_or_else(|| PatchError::BadDirective("no elements in any of the given slices".to_owned()))?;
    let wanted = go_text::type_name(first);
    if first.is_array() {
        return Err(PatchError::ListOfLists);
    }
    if first.is_null() || all.any(|value| go_text::type_name(value) != wanted) {
        let lists = Value::Array(vec![Value::Array(a.to_vec()), Value::Array(b.to_vec())]);
        return Err(PatchError::MixedList { lists: go_text::text(&lists).into_owned() });
    }
    Ok(if first.is_object() { Elements::Maps } else { Elements::Scalars })
}

/// The value that tells an element from the others: that of the merge key in a map, or the scalar itself.
pub(super) fn identity<'a>(element: &'a Value, merge_key: &str) -> Result<&'a Value, PatchError> {
    if merge_key.is_empty() {
        return Ok(element);
    }
    let map = element.as_object().ok_or_else(|| PatchError::WrongType {
        expected: go_text::MAP,
        found: go_text::type_name(element),
    })?;
    map.get(merge_key).ok_or_else(|| PatchError::NoMergeKey {
        element: go_text::text(element).into_owned(),
        key: merge_key.to_owned(),
    })
}

/// Whether an element is an instruction and no content.
pub(super) fn is_directive(element: &Value) -> bool {
    element.as_object().is_some_and(|map| map.contains_key(DIRECTIVE))
}

fn is_deletion(element: &Value) -> bool {
    element.get(DIRECTIVE).is_some_and(|directive| directive == "delete")
}

/// Where each element stands in a list, by identity; the first of equals counts.
pub(super) struct Positions<'a>(HashMap<&'a Value, usize>);

impl<'a> Positions<'a> {
    pub fn of(list: &'a [Value], merge_key: &str) -> Result<Positions<'a>, PatchError> {
        let mut positions = HashMap::with_capacity(list.len());
        for (index, element) in list.iter().enumerate() {
            positions.entry(identity(element, merge_key)?).or_insert(index);
        }
        Ok(Positions(positions))
    }

    pub fn get(&self, identity: &Value) -> Option<usize> {
        self.0.get(identity).copied()
    }
}

/// Sorts elements as they are ordered elsewhere; deletions go to the end.
pub(super) fn sort_like(
    elements: Vec<Value>,
    order: &Positions<'_>,
    merge_key: &str,
) -> Result<Vec<Value>, PatchError> {
    let mut keyed = Vec::with_capacity(elements.len());
    for element in elements {
        let position = order.get(identity(&element, merge_key)?);
        keyed.push((!merge_key.is_empty() && is_deletion(&element), position, element));
    }
    keyed.sort_by_key(|(deletion, position, _)| (*deletion, if *deletion { None } else { *position }));
    Ok(keyed.into_iter().map(|(_, _, element)| element).collect())
}

/// Puts the elements of a merged list in order: those that `order` names as it says, the others as they stand in
/// `live`, and the two woven together by where both stand in `live`.
pub(super) fn arrange(
    merged: Vec<Value>,
    order: &[Value],
    live: &[Value],
    merge_key: &str,
) -> Result<Vec<Value>, PatchError> {
    let named = Positions::of(order, merge_key)?;
    let live = Positions::of(live, merge_key)?;
    let (mut ordered, mut others) = (Vec::new(), Vec::new());
    for element in merged {
        let known = named.get(identity(&element, merge_key)?).is_some();
        if known { ordered.push(element) } else { others.push(element) }
    }
    let ordered = sort_like(ordered, &named, merge_key)?;
    let others = sort_like(others, &live, merge_key)?;

    let mut result = Vec::with_capacity(ordered.len() + others.len());
    let (mut ordered, mut others) = (ordered.into_iter().peekable(), others.into_iter().peekable());
    while let (Some(a), Some(b)) = (others.peek(), ordered.peek()) {
        let positions = (live.get(identity(a, merge_key)?), live.get(identity(b, merge_key)?));
        let other_first = matches!(positions, (Some(a), Some(b)) if a < b);
        result.extend(if other_first { others.next() } else { ordered.next() });
    }
    result.extend(ordered);
    result.extend(others);
    Ok(result)
}

/// Sorts as Go's packages do here: by printed text, with equal elements in reverse.
///
/// Their comparison says of equal elements that each is less than the other, which makes an insertion sort turn
/// them round; the outcome shows where elements share a merge key, such as a port under two protocols.
pub(super) fn sort_by_text<T>(list: &mut [T], text: impl Fn(&T) -> &Value) {
    list.reverse();
    list.sort_by(|a, b| go_text::text(text(a)).cmp(&go_text::text(text(b))));
}

/// Drops equal scalars. As in Go, the last element takes the place of one that is dropped.
pub(super) fn deduplicate(list: &mut Vec<Value>) {
    let mut seen = std::collections::HashSet::with_capacity(list.len());
    let mut index = 0;
    while index < list.len() {
        if seen.insert(list[index].clone()) {
            index += 1;
        } else {
            list.swap_remove(index);
        }
    }
}
