//! Semantic versions and version constraints as the Go library Masterminds/semver 3.5 reads them.
//!
//! Helm decides with them whether a chart fits a cluster, which dependency to take and what `semverCompare` answers,
//! so what parses, what matches and what an error says are the library's.
//!
//! ```
//! use gosemver::{Constraint, Version};
//!
//! let version = Version::parse("v1.29.3-gke.100")?;
//! assert_eq!(version.to_string(), "1.29.3-gke.100");
//! assert_eq!(version.original(), "v1.29.3-gke.100");
//!
//! let constraint = Constraint::parse(">= 1.21.0-0, < 2 || ^3.1")?;
//! assert!(constraint.check(&version));
//! # Ok::<(), gosemver::Error>(())
//! ```

mod compare;
mod constraint;
mod error;
mod scan;
mod term;
mod version;

pub use constraint::Constraint;
pub use error::{Error, NumberError, Overflow};
pub use version::Version;
