//! The Sprig template function library.
