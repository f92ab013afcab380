//! Unicode as Go 1.26 knows it: version 15.0, categories, scripts and simple case folding.
//!
//! The tables come from `regex-syntax`, which has a later version of Unicode; its `Age` property takes out what was
//! added since.

use std::sync::LazyLock;

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// The characters that Unicode 15.0 knows.
static KNOWN: LazyLock<ClassUnicode> = LazyLock::new(|| property("age=15.0"));

/// The names of categories, which `regex-syntax` knows by the same names.
const CATEGORIES: &[&str] = &[
    "C", "Cc", "Cf", "Cn", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd",
    "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp",
    "Zs",
];

/// Other names of categories (`unicode.CategoryAliases`), as they look after [`canonical`].
const CATEGORY_ALIASES: &[(&str, &str)] = &[
    ("Lc", "LC"),
    ("Casedletter", "LC"),
    ("Closepunctuation", "Pe"),
    ("Combiningmark", "M"),
    ("Connectorpunctuation", "Pc"),
    ("Control", "Cc"),
    ("Currencysymbol", "Sc"),
    ("Dashpunctuation", "Pd"),
    ("Decimalnumber", "Nd"),
    ("Enclosingmark", "Me"),
    ("Finalpunctuation", "Pf"),
    ("Format", "Cf"),
    ("Initialpunctuation", "Pi"),
    ("Letter", "L"),
    ("Letternumber", "Nl"),
    ("Lineseparator", "Zl"),
    ("Lowercaseletter", "Ll"),
    ("Mark", "M"),
    ("Mathsymbol", "Sm"),
    ("Modifierletter", "Lm"),
    ("Modifiersymbol", "Sk"),
    ("Nonspacingmark", "Mn"),
    ("Number", "N"),
    ("Openpunctuation", "Ps"),
    ("Other", "C"),
    ("Otherletter", "Lo"),
    ("Othernumber", "No"),
    ("Otherpunctuation", "Po"),
    ("Othersymbol", "So"),
    ("Paragraphseparator", "Zp"),
    ("Privateuse", "Co"),
    ("Punctuation", "P"),
    ("Separator", "Z"),
    ("Spaceseparator", "Zs"),
    ("Spacingmark", "Mc"),
    ("Surrogate", "Cs"),
    ("Symbol", "S"),
    ("Titlecaseletter", "Lt"),
    ("Unassigned", "Cn"),
    ("Uppercaseletter", "Lu"),
    ("Cntrl", "Cc"),
    ("Digit", "Nd"),
    ("Punct", "P"),
];

/// The scripts that a pattern can name. Go drops underscores and capitals from the name in the pattern but not from
/// its table, so that a script of two words cannot be named.
const SCRIPTS: &[&str] = &[
    "Adlam",
    "Ahom",
    "Arabic",
    "Armenian",
    "Avestan",
    "Balinese",
    "Bamum",
    "Batak",
    "Bengali",
    "Bhaiksuki",
    "Bopomofo",
    "Brahmi",
    "Braille",
    "Buginese",
    "Buhid",
    "Carian",
    "Chakma",
    "Cham",
    "Cherokee",
    "Chorasmian",
    "Common",
    "Coptic",
    "Cuneiform",
    "Cypriot",
    "Cyrillic",
    "Deseret",
    "Devanagari",
    "Dogra",
    "Duployan",
    "Elbasan",
    "Elymaic",
    "Ethiopic",
    "Georgian",
    "Glagolitic",
    "Gothic",
    "Grantha",
    "Greek",
    "Gujarati",
    "Gurmukhi",
    "Han",
    "Hangul",
    "Hanunoo",
    "Hatran",
    "Hebrew",
    "Hiragana",
    "Inherited",
    "Javanese",
    "Kaithi",
    "Kannada",
    "Katakana",
    "Kawi",
    "Kharoshthi",
    "Khmer",
    "Khojki",
    "Khudawadi",
    "Lao",
    "Latin",
    "Lepcha",
    "Limbu",
    "Lisu",
    "Lycian",
    "Lydian",
    "Mahajani",
    "Makasar",
    "Malayalam",
    "Mandaic",
    "Manichaean",
    "Marchen",
    "Medefaidrin",
    "Miao",
    "Modi",
    "Mongolian",
    "Mro",
    "Multani",
    "Myanmar",
    "Nabataean",
    "Nandinagari",
    "Newa",
    "Nko",
    "Nushu",
    "Ogham",
    "Oriya",
    "Osage",
    "Osmanya",
    "Palmyrene",
    "Phoenician",
    "Rejang",
    "Runic",
    "Samaritan",
    "Saurashtra",
    "Sharada",
    "Shavian",
    "Siddham",
    "Sinhala",
    "Sogdian",
    "Soyombo",
    "Sundanese",
    "Syriac",
    "Tagalog",
    "Tagbanwa",
    "Takri",
    "Tamil",
    "Tangsa",
    "Tangut",
    "Telugu",
    "Thaana",
    "Thai",
    "Tibetan",
    "Tifinagh",
    "Tirhuta",
    "Toto",
    "Ugaritic",
    "Vai",
    "Vithkuqi",
    "Wancho",
    "Yezidi",
    "Yi",
];

/// The characters of a category or script, by its name in `\p{…}`; with those that differ in case only, if asked for.
pub(crate) fn table(name: &str, folded: bool) -> Option<ClassUnicode> {
    let mut class = table_as_is(name)?;
    // Go has no table of what folds into LC.
    if folded && !matches!(&*canonical(name), "Lc" | "Casedletter") {
        fold(&mut class);
    }
    Some(class)
}

fn table_as_is(name: &str) -> Option<ClassUnicode> {
    let name = &*canonical(name);
    let category =
        CATEGORY_ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, category)| category);
    match category {
        "Any" => Some(ClassUnicode::new([ClassUnicodeRange::new('\0', char::MAX)])),
        "Ascii" => Some(ClassUnicode::new([ClassUnicodeRange::new('\0', '\x7f')])),
        "Assigned" => {
            let mut assigned = unassigned();
            negate(&mut assigned);
            Some(assigned)
        }
        // Surrogates are never in a text.
        "Cs" => Some(ClassUnicode::empty()),
        "Cn" => Some(unassigned()),
        "C" => {
            let mut class = known("gc=C");
            class.union(&unassigned());
            Some(class)
        }
        "LC" => Some(known("gc=LC")),
        // A later version moved one character from one category to the other.
        "Mc" | "Mn" => {
            let moved = ClassUnicode::new([ClassUnicodeRange::new('\u{1171e}', '\u{1171e}')]);
            let mut class = known(&format!("gc={category}"));
            match category {
                "Mn" => class.union(&moved),
                _ => class.difference(&moved),
            }
            Some(class)
        }
        _ if CATEGORIES.contains(&category) => Some(known(&format!("gc={category}"))),
        _ if SCRIPTS.contains(&category) => Some(known(&format!("sc={category}"))),
        _ => None,
    }
}

/// Adds the characters that differ in case only (`unicode.SimpleFold`).
pub(crate) fn fold(class: &mut ClassUnicode) {
    if class.is_ascii() {
        class.case_fold_simple();
        return;
    }
    let mut folded = class.clone();
    folded.intersect(&KNOWN);
    folded.case_fold_simple();
    folded.intersect(&KNOWN);
    class.union(&folded);
}

/// Turns a class into all other characters.
///
/// `regex-syntax` takes the surrogates for a gap between U+D7FF and U+E000, which is none when both are in the class.
pub(crate) fn negate(class: &mut ClassUnicode) {
    if contains(class, '\u{d7ff}') && contains(class, '\u{e000}') {
        class.push(ClassUnicodeRange::new('\u{d7ff}', '\u{e000}'));
    }
    class.negate();
}

/// Whether a character is a letter or a decimal digit (`unicode.IsLetter`, `unicode.IsDigit`).
pub(crate) fn is_letter_or_digit(c: char) -> bool {
    static TABLE: LazyLock<ClassUnicode> = LazyLock::new(|| {
        let mut class = known("gc=L");
        class.union(&known("gc=Nd"));
        class
    });
    match c.is_ascii() {
        true => c.is_ascii_alphanumeric(),
        false => contains(&TABLE, c),
    }
}

fn contains(class: &ClassUnicode, c: char) -> bool {
    let ranges = class.ranges();
    let next = ranges.partition_point(|range| range.start() <= c);
    next > 0 && c <= ranges[next - 1].end()
}

fn unassigned() -> ClassUnicode {
    let mut class = KNOWN.clone();
    negate(&mut class);
    class.union(&property("gc=Cn"));
    class
}

fn known(query: &str) -> ClassUnicode {
    let mut class = property(query);
    class.intersect(&KNOWN);
    class
}

/// A table of `regex-syntax`, which gives its tables out by parsing only.
fn property(query: &str) -> ClassUnicode {
    let parsed = regex_syntax::parse(&format!("\\p{{{query}}}"));
    match parsed.map(|hir| hir.into_kind()) {
        Ok(HirKind::Class(Class::Unicode(class))) => class,
        // A class of one character comes as a text.
        Ok(HirKind::Literal(text)) => {
            let text = String::from_utf8_lossy(&text.0);
            ClassUnicode::new(text.chars().map(|c| ClassUnicodeRange::new(c, c)))
        }
        _ => ClassUnicode::empty(),
    }
}

/// A name without blanks, hyphens and underscores, the first letter a capital and the others not.
fn canonical(name: &str) -> String {
    let mut letters = name.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters.map(|c| c.to_ascii_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use helm_testkit::oracle::Oracle;
    use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};
    use serde_json::{Value, json};

    use super::{CATEGORIES, CATEGORY_ALIASES, SCRIPTS, fold, negate};
    use crate::syntax::{Dialect, parse};

    fn oracle() -> Oracle {
        Oracle::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle"))
    }

    /// Ranges of code points as a class; surrogates fall away.
    fn class(ranges: &Value) -> ClassUnicode {
        let codes: Vec<u32> =
            ranges.as_array().into_iter().flatten().map(|c| c.as_u64().unwrap_or(0) as u32).collect();
        ClassUnicode::new(codes.chunks(2).filter_map(|pair| {
            let low = char::from_u32(pair[0]).unwrap_or('\u{e000}');
            let high = char::from_u32(pair[1]).unwrap_or('\u{d7ff}');
            (low <= high).then(|| ClassUnicodeRange::new(low, high))
        }))
    }

    fn parsed(pattern: &str) -> ClassUnicode {
        match parse(pattern.as_bytes(), Dialect::Perl).map(|parsed| parsed.hir.into_kind()) {
            Ok(HirKind::Class(Class::Unicode(class))) => class,
            Ok(HirKind::Class(Class::Bytes(class))) if class.ranges().is_empty() => ClassUnicode::empty(),
            Ok(HirKind::Literal(text)) => {
                let c = String::from_utf8_lossy(&text.0).chars().next().expect("a character");
                ClassUnicode::new([ClassUnicodeRange::new(c, c)])
            }
            other => panic!("{pattern}: {other:?}"),
        }
    }

    fn difference(mut from: ClassUnicode, mut what: ClassUnicode) -> ClassUnicode {
        negate(&mut what);
        from.intersect(&what);
        from
    }

    #[test]
    fn tables_are_those_of_go() {
        let names =
            CATEGORIES.iter().chain(SCRIPTS).copied().chain(CATEGORY_ALIASES.iter().map(|(alias, _)| *alias));
        let patterns: Vec<String> = names
            .chain(["Any", "Assigned", "ASCII"])
            .flat_map(|name| {
                [format!("\\p{{{name}}}"), format!("\\P{{{name}}}"), format!("(?i)\\p{{{name}}}")]
            })
            .collect();
        let questions: Vec<Value> =
            patterns.iter().map(|p| json!({"ask": "class", "pattern": BASE64_STANDARD.encode(p)})).collect();
        let mut differences = Vec::new();
        for (pattern, answer) in patterns.iter().zip(oracle().ask_all(&questions)) {
            let missing = difference(class(&answer), parsed(pattern));
            let extra = difference(parsed(pattern), class(&answer));
            if !missing.ranges().is_empty() || !extra.ranges().is_empty() {
                differences.push(format!(
                    "{pattern}: missing {:?}, extra {:?}",
                    missing.ranges(),
                    extra.ranges()
                ));
            }
        }
        assert!(differences.is_empty(), "{differences:#?}");
    }

    #[test]
    fn folding_is_that_of_go() {
        let orbits = oracle().ask(&json!({"ask": "folds"}));
        let mut alone = ClassUnicode::new([ClassUnicodeRange::new('\0', char::MAX)]);
        let mut cased = Vec::new();
        for orbit in orbits.as_array().expect("orbits") {
            let pairs: Vec<&Value> = orbit.as_array().into_iter().flatten().flat_map(|c| [c, c]).collect();
            let c = pairs[0].as_u64().and_then(|c| char::from_u32(c as u32)).expect("a character");
            let mut folded = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
            fold(&mut folded);
            assert_eq!(folded, class(&json!(pairs)), "{c:?}");
            cased.push(ClassUnicodeRange::new(c, c));
        }
        alone = difference(alone, ClassUnicode::new(cased));
        let mut folded = alone.clone();
        fold(&mut folded);
        assert_eq!(folded, alone);
    }
}
