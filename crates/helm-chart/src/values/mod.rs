//! Values: reading files of them, looking up paths in them, and laying them over one another.

mod coalesce;
mod lookup;
mod merge;
mod options;

pub use coalesce::{CoalesceError, coalesce, coalesce_tables, merge};
pub(crate) use coalesce::{Tree, coalesce_tree, merge_tables, merge_tree};
pub use lookup::{LookupError, path_value, table};
pub(crate) use merge::load_placed;
pub use merge::{ValuesError, load, load_first, merge_maps};
pub(crate) use options::Setter;
pub use options::{MergeError, Options, Reader};

use govalue::Type;

use crate::Compat;

/// The key whose table every subchart sees.
pub const GLOBAL: &str = "global";

/// The type of `.Values`: a defined map type, unlike the tables inside it.
pub fn values_type(compat: Compat) -> Type {
    let name = match compat {
        Compat::V3 => "chartutil.Values",
        Compat::V4 => "common.Values",
    };
    Type::named(name, govalue::Map::string_any())
}
