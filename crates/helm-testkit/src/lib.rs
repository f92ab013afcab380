//! Chart builder, hermetic environment, servers and oracles for the tests; never shipped.
//!
//! [`http::Server`] answers requests with a closure of the test; [`files`] answers with a folder, [`museum`] as
//! ChartMuseum does, and [`fault::FaultProxy`] stands before any server and does what goes wrong on real networks.

pub mod document;
pub mod fault;
pub mod files;
pub mod http;
pub mod museum;
pub mod oracle;
pub mod random;
pub mod registry;
