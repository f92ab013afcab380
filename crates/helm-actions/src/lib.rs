//! The verbs as functions over a target.
