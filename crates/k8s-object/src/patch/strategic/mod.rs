//! Strategic merge patch: JSON merge patch that knows Kubernetes' types, so that lists of containers or ports are
//! merged element by element.
//!
//! The format is Kubernetes' (`k8s.io/apimachinery/pkg/util/strategicpatch`): `null` removes a key,
//! `{"$patch": "delete", KEY: …}` removes an element, `$deleteFromPrimitiveList/FIELD` removes scalars,
//! `$setElementOrder/FIELD` gives the order, `$retainKeys` names all keys that stay.

mod apply;
mod diff;
mod list;
mod schema;

use serde_json::{Map, Value};

use self::schema::Schema;
use super::PatchError;
use crate::GroupVersionKind;

const DIRECTIVE: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const DELETE_FROM_LIST: &str = "$deleteFromPrimitiveList/";
const SET_ORDER: &str = "$setElementOrder/";

/// Strategic merge patches of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Strategic {
    schema: Schema,
}

impl Strategic {
    /// The patches of a kind; none for kinds that are not built into Kubernetes, which have no such patches.
    pub fn of_kind(kind: &GroupVersionKind) -> Option<Strategic> {
        Schema::of_kind(kind).map(|schema| Strategic { schema })
    }

    /// The patch that turns one state into another.
    ///
    /// `apply(diff(a, b), a) == b`, but for what the format cannot say: nulls in `b`, elements that share a merge
    /// key, and a mere change of the order of a set of scalars.
    pub fn diff(
        self,
        from: &Map<String, Value>,
        to: &Map<String, Value>,
    ) -> Result<Map<String, Value>, PatchError> {
        diff::maps(from, to, self.schema, diff::Scope::All, false)
    }

    /// The patch that brings a live object to a new state: what the new state says is changed, what was in the
    /// original state and is no more is removed, what others have added meanwhile stays.
    pub fn three_way(
        self,
        original: &Map<String, Value>,
        modified: &Map<String, Value>,
        current: &Map<String, Value>,
    ) -> Result<Map<String, Value>, PatchError> {
        let changes = diff::maps(current, modified, self.schema, diff::Scope::Changes, false)?;
        let deletions = diff::maps(original, modified, self.schema, diff::Scope::Deletions, false)?;
        apply::maps(deletions, changes, self.schema, apply::Target::Patch)
    }

    /// Applies a patch to a state.
    pub fn apply(
        self,
        patch: Map<String, Value>,
        document: Map<String, Value>,
    ) -> Result<Map<String, Value>, PatchError> {
        apply::maps(document, patch, self.schema, apply::Target::Document)
    }
}
