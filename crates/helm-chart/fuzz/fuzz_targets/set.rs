//! Any text for `--set` and its relatives: values or an error, never a crash, no list without bounds.
#![no_main]

use helm_chart::values::Options;
use helm_chart::Compat;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let all = || text.split('\u{1}').map(str::to_owned).collect::<Vec<_>>();
    let kinds = [
        Options { set: all(), ..Options::default() },
        Options { strings: all(), ..Options::default() },
        Options { json: all(), ..Options::default() },
        Options { literals: all(), ..Options::default() },
        Options { file_contents: all(), ..Options::default() },
    ];
    for options in kinds {
        for compat in [Compat::V3, Compat::V4] {
            let _ = options.merge(compat, &mut |_| Ok(b"content".to_vec()));
        }
    }
});
