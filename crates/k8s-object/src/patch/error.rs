/// Why a patch could not be computed or applied. Displays as Kubernetes' `mergepatch` and `json-patch` packages
/// say it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// A strategic patch met a list inside a list.
    #[error("lists of lists are not supported")]
    ListOfLists,
    /// The elements of a list that is merged by key are not all maps, or not all scalars.
    #[error("list element types are not identical: {lists}")]
    MixedList {
        /// The lists, as Go prints them.
        lists: String,
    },
    /// An element of a list that is merged by key lacks that key.
    #[error("map: {element} does not contain declared merge key: {key}")]
    NoMergeKey {
        /// The element, as Go prints it.
        element: String,
        /// The key.
        key: String,
    },
    /// A field the kind does not have, where its patch strategy had to be known.
    #[error("unable to find api field in struct {parent} for the json field {field:?}")]
    UnknownField {
        /// The Go type of the map the field is in.
        parent: String,
        /// The field.
        field: String,
    },
    /// A patch directive that does not have the form it needs.
    #[error("{0}")]
    BadDirective(String),
    /// A value of the wrong type.
    #[error("expected a {expected}, but received a {found}")]
    WrongType {
        /// The Go type that was needed.
        expected: &'static str,
        /// The Go type that was there.
        found: &'static str,
    },
    /// The fields that name an object were about to change.
    #[error("precondition failed for: {patch}: at least one field was changed: apiVersion, kind or name")]
    Precondition {
        /// The patch, as Go prints it.
        patch: String,
    },
    /// A JSON patch operation that cannot be applied.
    #[error("{operation} operation does not apply: doc is missing path: {path:?}: missing value")]
    MissingPath {
        /// The operation.
        operation: String,
        /// The path it is about.
        path: String,
    },
    /// A JSON patch `test` that does not hold.
    #[error("testing value {path} failed: test failed")]
    TestFailed {
        /// The path it is about.
        path: String,
    },
}
