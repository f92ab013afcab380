//! Chart builder, hermetic environment and oracles for the tests; never shipped.

pub mod oracle;
