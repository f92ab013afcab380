//! Any bytes as a template with any delimiters: templates or an error, whose views can be made.
#![no_main]

use gotmpl::{Options, TemplateSet};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, text) = input;
    let delims = match choice % 4 {
        0 => ("", ""),
        1 => ("<<", ">>"),
        2 => ("{", "}"),
        _ => ("- ", " -"),
    };
    let options = Options { delims: (delims.0.to_owned(), delims.1.to_owned()), ..Options::default() };
    let mut set = TemplateSet::new(options);
    match set.parse("t", text) {
        Ok(template) => {
            assert_eq!(&**template.source(), text);
            let mut copy = set.clone();
            let _ = copy.parse("u", text);
            assert!(set.names().iter().all(|name| set.lookup(name).is_some() && copy.lookup(name).is_some()));
        }
        Err(error) => {
            assert!(error.line() <= 1 + text.iter().filter(|b| **b == b'\n').count());
            let _ = (error.to_string(), error.caret_view(text));
        }
    }
});
