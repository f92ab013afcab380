//! The Sprig template function library (v3.3.0) as Helm exposes it: everything but `env` and `expandenv`.
//!
//! [`functions`] gives the function map for a [`gotmpl::TemplateSet`]. Each function has Go's signature, so that the
//! engine checks and converts arguments as `text/template` does; bodies reproduce results, typed results and the
//! texts of errors and panics. The clock, randomness and name look-up are reached through [`Host`] only.
//!
//! Every module has a table `FUNCTIONS` of names, signatures and bodies; the list in [`TABLES`] joins them.

mod case;
mod convert;
mod cost;
mod crypto;
mod dates;
mod dicts;
mod encoding;
mod equal;
mod function;
mod inspect;
mod lists;
mod numbers;
mod panics;
mod paths;
mod random;
mod regexes;
mod strings;
mod unicode;
mod urls;
mod versions;

use std::sync::Arc;

use gotmpl::{FuncMap, Function};
use govalue::time::Time;
use govalue::{CallError, Str};

use function::{Entry, functions};

/// The world outside of a template: the clock, randomness and the resolver.
pub trait Host: Send + Sync {
    /// The present time, in the local time zone: `time.Local` is the zone of this value.
    fn now(&self) -> Time;

    /// Fills a buffer with random bytes, good enough for keys.
    fn fill_random(&self, buffer: &mut [u8]);

    /// The addresses of a host name, as `net.LookupHost`.
    fn lookup_host(&self, name: &str) -> Result<Vec<String>, String>;

    /// How many bytes the process holds at the moment, where somebody counts.
    fn held_bytes(&self) -> Option<usize> {
        None
    }
}

/// Every table of functions. A new module joins by being named here.
static TABLES: &[&[Entry]] = &[
    FUNCTIONS,
    case::FUNCTIONS,
    crypto::FUNCTIONS,
    dates::FUNCTIONS,
    dicts::FUNCTIONS,
    encoding::FUNCTIONS,
    inspect::FUNCTIONS,
    lists::FUNCTIONS,
    numbers::FUNCTIONS,
    paths::FUNCTIONS,
    random::FUNCTIONS,
    regexes::FUNCTIONS,
    strings::FUNCTIONS,
    urls::FUNCTIONS,
    versions::FUNCTIONS,
];

functions! { FUNCTIONS:
    "fail" (string) -> string = |message: &Str| Err::<Str, CallError>(unicode::to_string(message).into());
}

/// All functions, bound to a host.
pub fn functions(host: Arc<dyn Host>) -> FuncMap {
    let mut map = FuncMap::new();
    for entry in TABLES.iter().copied().flatten() {
        let host = host.clone();
        let body = entry.body;
        let signature = (entry.signature)();
        let body: Arc<gotmpl::Body> = match cost::of(entry.name) {
            None => Arc::new(move |_, args| body(&*host, args)),
            Some(cost) => Arc::new(move |state, args| {
                state.spend(cost(args))?;
                body(&*host, args)
            }),
        };
        map.insert(entry.name, Function { signature, body });
    }
    map
}
