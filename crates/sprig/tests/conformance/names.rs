//! The names of the real function map against ours.

use serde_json::json;

use crate::judge::{functions, oracle};

#[test]
fn every_function_is_there() {
    let answer = oracle().ask(&json!({"names": true}));
    let theirs: Vec<&str> =
        answer["names"].as_array().expect("names").iter().filter_map(|n| n.as_str()).collect();
    let functions = functions();
    let mut ours: Vec<&str> = functions.names().collect();
    ours.sort_unstable();
    let missing: Vec<_> = theirs.iter().filter(|n| !ours.contains(n)).collect();
    let extra: Vec<_> = ours.iter().filter(|n| !theirs.contains(n)).collect();
    assert!(missing.is_empty() && extra.is_empty(), "missing {missing:?}, extra {extra:?}");
}
