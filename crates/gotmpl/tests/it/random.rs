//! Random templates.
