//! The `helm` binary.
fn main() {}
