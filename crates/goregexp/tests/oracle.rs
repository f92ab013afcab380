//! Patterns against Go's package regexp: what compiles, what errors say, what matches, replaces and splits.

use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use goregexp::{Captures, Error, Regex, quote_meta};
use helm_testkit::oracle::Oracle;
use serde_json::{Value, json};

/// Patterns of every kind: common ones, what only Go or only Rust accepts, and what nobody does.
const PATTERNS: &[&str] = &[
    "",
    "a",
    "abc",
    ".",
    "..",
    "a.c",
    "^",
    "$",
    "^$",
    "^a",
    "a$",
    "^a$",
    "a|b",
    "a|",
    "|a",
    "|",
    "a||b",
    "(a)",
    "()",
    "(a|b)",
    "(a)(b)",
    "((a)b)",
    "(a)|(b)",
    "a*",
    "a+",
    "a?",
    "a*?",
    "a+?",
    "a??",
    "(a*)*",
    "(a*)+",
    "(a+)*",
    "(a|b)*",
    "(a*|b)*",
    "(|a)*",
    "(|a)+",
    "(a|)*",
    "(a?)*?",
    "(a*?)*",
    "(a+)(b+)",
    "(a+?)(a*)",
    "(?:a)*",
    "(?:a|b)+c",
    "a{2}",
    "a{2,}",
    "a{2,3}",
    "a{2,3}?",
    "a{0}",
    "(a){0}",
    "(a){0}b",
    "a{0,1}",
    "a{,3}",
    "a{,}",
    "a{",
    "a{1",
    "a{1,",
    "a{a}",
    "a{1,2,3}",
    "a{01}",
    "a{1 }",
    "{",
    "}",
    "{1}",
    "{,1}",
    "a{1000}",
    "a{1001}",
    "a{1000,1001}",
    "a{2,1}",
    "a{99999999999}",
    "a{1,99999999999}",
    "(a{10}){100}",
    "(a{10}){101}",
    "((a{10}){10}){11}",
    "(a{2}){0}",
    "((a{100}){0}){100}",
    "(a{100}){0,}",
    "((a{100}){0,}){11}",
    "(a*){1000}",
    "(a{1000}|b{1000}){1}",
    "(a{1000}){2}",
    "a**",
    "a*+",
    "a+*",
    "a++",
    "a??+",
    "a???",
    "a*?*",
    "a{2}{3}",
    "a{2}*",
    "a{2}+?",
    "x{2}{3}",
    "(a*)**",
    "a|*",
    "(*",
    "(|*)",
    "*",
    "+a",
    "?",
    "**",
    "^*",
    "$*",
    "^+a",
    "(?:)*",
    "()*",
    "(?i)*",
    "a(?i)*",
    "a*(?i)*",
    "a*(?i)+?",
    "\\b*",
    "a\\Q\\E*",
    "a*\\Q\\E*",
    "a\\E",
    "\\Q",
    "\\Qa.b\\E",
    "\\Qa.b\\E*",
    "\\Qa.b",
    "\\Q\\",
    "\\Q\\\\E",
    "\\Qab\\E+",
    "(\\Q)\\E)",
    "\\Q\\Q\\E",
    "(",
    ")",
    "(a",
    "a)",
    "((a)",
    "(a))",
    "(?",
    "(?)",
    "(?:",
    "(?:a",
    "(?i",
    "(?i)",
    "(?i:",
    "(?i:a)b",
    "(?i)a(?-i)b",
    "(?-i)a",
    "(?-)a",
    "(?--i)",
    "(?i-)a",
    "(?i-s)a.",
    "(?is-mU)a.",
    "(?U)a*",
    "(?U)a*?",
    "(?U:a*)a*",
    "(?s).",
    "(?s:.)\n",
    "(?m)^a$",
    "(?m)^",
    "(?m)$",
    "(?m:^)a",
    "(?-m)^",
    "(?x)a b",
    "(?u)a",
    "(?R)",
    "(?a)",
    "(?#c)",
    "(?=a)",
    "(?!a)",
    "(?<=a)",
    "(?<!a)",
    "(?>a)",
    "(?|a)",
    "(?&a)",
    "(?1)",
    "(?P<n>a)",
    "(?P<n>a)(?P<n>b)",
    "(?<n>a)",
    "(?<n>a)(?P<m>b)",
    "(?P<>a)",
    "(?P<n",
    "(?P<n a>)",
    "(?P<é>a)",
    "(?P<1>a)",
    "(?P<a-b>a)",
    "(?<>a)",
    "(?<n",
    "(?<",
    "(?P<",
    "(?P=n)",
    "(?P>n)",
    "(?'n'a)",
    "(?P",
    "[a]",
    "[ab]",
    "[a-c]",
    "[^a]",
    "[^a-c]",
    "[]a]",
    "[^]a]",
    "[]",
    "[^]",
    "[",
    "[^",
    "[a",
    "[a-",
    "[a-]",
    "[-a]",
    "[a-b-c]",
    "[--a]",
    "[+--]",
    "[c-a]",
    "[a-\\d]",
    "[\\d-z]",
    "[\\d]",
    "[^\\d]",
    "[\\D]",
    "[\\d\\D]",
    "[^\\d\\D]",
    "[\\w-]",
    "[\\s]",
    "[\\S]",
    "[[]",
    "[[a]",
    "[a[b]",
    "[a[b]]",
    "[a&&b]",
    "[a--b]",
    "[a~~b]",
    "[a||b]",
    "[[:alpha:]]",
    "[[:^alpha:]]",
    "[^[:alpha:]]",
    "[[:alpha:][:digit:]]",
    "[[:word:]]",
    "[[:foo:]]",
    "[[:alpha]]",
    "[[:alpha:]",
    "[:alpha:]",
    "[[:^foo:]]",
    "[[:Alpha:]]",
    "[[:",
    "[[:]",
    "[[::]]",
    "[[=a=]]",
    "[[.a.]]",
    "[[:punct:]]",
    "[[:space:]]",
    "[[:print:]]",
    "[[:graph:]]",
    "[[:cntrl:]]",
    "[[:xdigit:]]",
    "[[:blank:]]",
    "[[:ascii:]]",
    "[[:lower:]]",
    "[[:upper:]]",
    "(?i)[[:upper:]]",
    "(?i)[^[:upper:]]",
    "[\\b]",
    "[\\B]",
    "[\\A]",
    "[\\z]",
    "[\\Q]\\E]",
    "[\\.]",
    "[\\]]",
    "[\\[-\\]]",
    "[\\x41-\\x43]",
    "[\\101-\\103]",
    "[\\n\\t]",
    "[\\pL]",
    "[\\p{Lu}]",
    "[^\\p{Lu}]",
    "[\\PL]",
    "[\\p{^L}]",
    "[\\pL\\d_]",
    "[é-ü]",
    "[^é]",
    "[\\x{10FFFF}]",
    "[\\x{D800}]",
    "[\\x{D800}-\\x{DFFF}]",
    "[^\\x{D800}]",
    "[\\x{D7FF}-\\x{E000}]",
    "[^\\x00-\\x{10FFFF}]",
    "[^\\x00-\\x{10FFFF}]|a",
    "a[^\\x00-\\x{10FFFF}]*",
    "\\x{D800}|a",
    "\\d",
    "\\D",
    "\\w",
    "\\W",
    "\\s",
    "\\S",
    "\\b",
    "\\B",
    "\\bfoo\\b",
    "\\Bo",
    "o\\B",
    "\\b\\b",
    "\\B\\B",
    "(\\b|o)+",
    "\\A",
    "\\z",
    "\\Z",
    "\\Aa",
    "a\\z",
    "\\a",
    "\\f",
    "\\n",
    "\\r",
    "\\t",
    "\\v",
    "\\e",
    "\\c",
    "\\cA",
    "\\C",
    "\\G",
    "\\h",
    "\\H",
    "\\K",
    "\\N",
    "\\R",
    "\\X",
    "\\y",
    "\\_",
    "\\-",
    "\\/",
    "\\#",
    "\\ ",
    "\\<",
    "\\>",
    "\\`",
    "\\'",
    "\\\"",
    "\\@",
    "\\é",
    "\\b{start}",
    "\\<foo\\>",
    "\\0",
    "\\00",
    "\\012",
    "\\0123",
    "\\1",
    "\\12",
    "\\123",
    "\\1234",
    "\\18",
    "\\8",
    "\\9",
    "(a)\\1",
    "\\x",
    "\\x4",
    "\\x41",
    "\\x414",
    "\\x{41}",
    "\\x{}",
    "\\x{",
    "\\x{4",
    "\\x{41",
    "\\x{0041}",
    "\\x{110000}",
    "\\x{10FFFF}",
    "\\x{GG}",
    "\\x{ 41}",
    "\\xGG",
    "\\x{FFFD}",
    "\\u0041",
    "\\u{41}",
    "\\U00000041",
    "\\pL",
    "\\p{L}",
    "\\PL",
    "\\p{^L}",
    "\\P{^L}",
    "\\p",
    "\\p{",
    "\\p{L",
    "\\pX",
    "\\p{}",
    "\\p{^}",
    "\\p{Foo}",
    "\\pé",
    "\\p{Greek}",
    "\\p{greek}",
    "\\p{GREEK}",
    "\\p{Greek}+",
    "\\p{^Greek}",
    "\\p{Latin}",
    "\\p{Letter}",
    "\\p{Lowercase_Letter}",
    "\\p{lowercase letter}",
    "\\p{L&}",
    "\\p{LC}",
    "\\p{lc}",
    "\\p{Any}",
    "\\p{any}",
    "\\p{ASCII}",
    "\\p{Assigned}",
    "\\p{Old_Italic}",
    "\\p{SignWriting}",
    "\\p{Script=Greek}",
    "\\p{sc=Greek}",
    "\\p{gc=L}",
    "\\p{Alphabetic}",
    "\\p{White_Space}",
    "\\p{Latn}",
    "\\p{cntrl}",
    "\\p{N}\\pP",
    "\\p{Emoji}",
    "\\p{_L_u_}",
    "\\p{l-u}",
    "(?i)\\p{Lu}",
    "(?i)\\P{Lu}",
    "(?i)\\p{^Lu}",
    "(?i)[\\p{Ll}]",
    "(?i)\\p{Any}",
    "(?i)\\p{Greek}",
    "(?i)abc",
    "(?i)ABC",
    "(?i)[a-c]",
    "(?i)[^a-c]",
    "(?i)k",
    "(?i)K",
    "(?i)ſ",
    "(?i)[k]",
    "(?i)[^k]",
    "(?i)é",
    "(?i)ß",
    "(?i)ẞ",
    "(?i)Σ",
    "(?i)ς",
    "(?i)i",
    "(?i)İ",
    "(?i)ı",
    "(?i)Ǆ",
    "(?i)\\w",
    "(?i)\\W",
    "(?i)[\\w]",
    "(?i)[^\\w]",
    "(?i)1",
    "(?i)@",
    "(?i)[Z-a]",
    "(?i)\\x{212A}",
    "(?i)Ꭰ",
    "(?i)ꭰ",
    "(?i)ᲀ",
    "(?i)ƛ",
    "(?i)\u{A7DC}",
    "é",
    "日本",
    "[日本]",
    "日*",
    ".é",
    "(?s).*",
    ".*",
    ".+",
    ".*?",
    "^.*$",
    "(?m)^.*$",
    "(.*)(.*)",
    "(.*?)(.*)",
    "(.+)-(.+)",
    "(\\w+)\\s(\\w+)",
    "^(\\d+)\\.(\\d+)",
    "^v?[0-9]+(\\.[0-9]+)*$",
    "[^a-zA-Z0-9-]+",
    "[^-A-Za-z0-9_.]",
    "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    "https?://([^/:]+)(:\\d+)?(/.*)?",
    "\\$\\{([^}]+)\\}",
    "(^|[^a-z])foo($|[^a-z])",
    "foo|foobar",
    "foobar|foo",
    "(foo|foobar)(bar)?",
    "(a|ab)(c|bcd)(d*)",
    "(a+|b+|c+)*",
    "a|ab|abc",
    "(?:a|ab)(?:c|bcd)",
    "x*",
    "x*y*",
    "(x*)(y*)",
    "(?:x|y)*?z",
    "(a)|b|(c)",
    "(?:(a)|b)*",
    "(?:(a)|(b))*",
    "((a)|b)*",
    "(a|(b))*",
    "(?:(a)?b)*",
    "(a*)(a|aa)",
    "(?:a?)*?$",
    "^(?:a?)*?$",
    "a$b",
    "a^b",
    "(?m)a$\nb",
    "(?m)$\n^",
    "\\\\",
    "\\",
    "a\\",
    "[\\",
    "\"",
    "'",
    "`",
    "~",
    "#",
    " ",
    "\t",
    "\n",
    "a\nb",
    "\0",
    "$^",
    "^^",
    "$$",
    "a{3}b{2,}c{0,2}",
    "(?i:k)(?-i:K)",
    "(?i)(?-i:a)b",
    "(?:(?i)a)b",
    "((?i)a)b",
    "(?s)(?-s:.)\n",
    "[\\x{0}-\\x{7F}]",
    "[ -~]",
    "[!--]",
    "[^\n]",
    "[^\\n]",
    "(?s)[^a]",
    "[\\s\\S]",
    "\\x{fffd}",
    "[^\\x{fffd}]",
    "[\\x{80}-\\x{ff}]",
    "\u{fffd}+",
    "(\u{fffd})(.)",
    "a.b",
    "a..b",
    "^..$",
    "^...$",
    "\\pL+",
    "\\PL+",
    "\\S+",
    "[^a]+",
    "\\W",
    "\\w\\b",
    "(?i)straße",
    "ab??a{1,}?|ab??",
    "(?:a|ab)c|(?:a|ab)b",
    "(?:x*a|x*b|x*)|x*ab",
    "a{2}b|a{2}c|a{2}",
];

/// Egrep patterns that the list above lacks.
const POSIX_PATTERNS: &[&str] = &[
    "[a-b-c]", "[a-]", "[-a]", "[a-b-]", "[^a]", "[^\\n]", "^a", "a$", "a*?", "a**", "a+*", "(?:a)", "(?i)",
    "\\pL", "\\d", "\\Q", "[a-\\d]", "[a-z-é]", "[\\d]", "[a-b-", "\\A", "\\b", "\\B", "\\.", "\\n",
];

const TEXTS: &[&str] = &[
    "",
    "a",
    "b",
    "ab",
    "aa",
    "aaa",
    "aab",
    "abab",
    "abc",
    "abcd",
    "ABC",
    "aBc",
    "xyz",
    "foo",
    "foobar",
    "foo bar",
    " foo  bar ",
    "a.b",
    "a b",
    "a\nb",
    "\n",
    "a\n",
    "\na\n\nb\n",
    "1.2.3",
    "v1.29.3",
    "key=value",
    "https://host:80/path",
    "${name} and ${other}",
    "-_-",
    "é",
    "éa",
    "aéb",
    "日本語",
    "ÀÉÎõü ſ K ß ẞ ΣσςƛꟜ Ǆǅǆ",
    "İıIi",
    "Ꭰꭰ ᲀв",
    "\u{1f600}",
    "x\u{1f600}y",
    "\0",
    "a\0b",
    "\u{7f}\u{80}\u{ff}",
    "\u{d7ff}\u{e000}\u{fffd}\u{10ffff}",
    "\u{a0}\u{2028}\u{85}\t\u{b}\u{c}\r ",
    "0123456789_",
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    "a{,3}",
    "aaaaaaaaaaaa",
    "xxyyxz",
    "\u{7}\u{8}\u{1b}",
    "٣५ Ⅷ ½ ª ʰ \u{300}",
    "\u{16d40}\u{10d50}\u{1c89}\u{a7cb}",
];

const BROKEN_TEXTS: &[&[u8]] = &[
    b"\xff",
    b"a\xffb",
    b"\xff\xfe",
    b"\xc3",
    b"\xe6\x97",
    b"\xf0\x9f\x98",
    b"\xed\xa0\x80",
    b"a\xc3\xa9\xc3",
    b"\x80a\x80",
    b"\xf4\x90\x80\x80",
    b"\xc0\x80",
];

const REPLACEMENTS: &[&str] = &[
    "<$0>",
    "[$1]",
    "${1}x$2",
    "$1x",
    "$n$m",
    "${n}",
    "$$",
    "$",
    "${",
    "${1",
    "$-",
    "$é$١",
    "\\1",
    "",
    "$01$00$10${0}",
];

fn encode(bytes: &[u8]) -> Value {
    json!(BASE64_STANDARD.encode(bytes))
}

fn decode(value: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(value.as_str().unwrap_or_default()).expect("base64")
}

fn oracle() -> Oracle {
    Oracle::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle"))
}

fn spans(captures: &Captures<'_>) -> Vec<i64> {
    let index = |i: Option<usize>| i.map_or(-1, |i| i as i64);
    (0..captures.iter().len())
        .flat_map(|group| {
            let span = captures.index(group);
            [index(span.clone().map(|s| s.start)), index(span.map(|s| s.end))]
        })
        .collect()
}

fn results(regex: &Regex, question: &Value) -> Value {
    let limit = question["limit"].as_i64().unwrap_or(-1);
    let replacement = decode(&question["replacement"]);
    let answer = |text: &Value| {
        let text = &decode(text);
        let all: Vec<_> = regex.find_all_submatch(text, limit).iter().map(spans).collect();
        let index: Vec<_> =
            regex.find_all_index(text, limit).iter().map(|s| [s.start as i64, s.end as i64]).collect();
        assert_eq!(all.iter().map(|s| s[..2].to_vec()).collect::<Vec<_>>(), index, "with and without groups");
        json!([
            regex.is_match(text),
            regex.find_submatch(text).as_ref().map(spans),
            (!all.is_empty()).then_some(all),
            encode(&regex.replace_all(text, &replacement)),
            encode(&regex.replace_all_literal(text, &replacement)),
            regex.split(text, limit).into_iter().map(encode).collect::<Vec<_>>(),
        ])
    };
    let names: Vec<_> = regex.group_names().map(Option::unwrap_or_default).collect();
    let results: Vec<_> = question["texts"].as_array().into_iter().flatten().map(answer).collect();
    json!({"names": names, "results": results})
}

fn ours(question: &Value) -> Value {
    let pattern = decode(&question["pattern"]);
    let compiled: Result<Regex, Error> = match question["ask"].as_str() {
        Some("posix") => Regex::new_posix(pattern),
        _ if question["longest"] == true => Regex::new(&pattern).and_then(|regex| regex.longest()),
        _ => Regex::new(pattern),
    };
    match compiled {
        Ok(regex) => results(&regex, question),
        Err(e) => json!({"error": e.to_string()}),
    }
}

/// Asks all questions and reports every difference, by text where there are several.
fn judge(questions: Vec<Value>) {
    let answers = oracle().ask_all(&questions);
    let mut differences = 0;
    for (question, theirs) in questions.iter().zip(answers) {
        let ours = ours(question);
        if ours == theirs {
            continue;
        }
        differences += 1;
        if differences <= 20 {
            report(question, &ours, &theirs);
        }
    }
    assert_eq!(differences, 0, "of {}", questions.len());
}

fn report(question: &Value, ours: &Value, theirs: &Value) {
    let pattern = String::from_utf8_lossy(&decode(&question["pattern"])).into_owned();
    let (ask, longest, limit) = (&question["ask"], &question["longest"], &question["limit"]);
    eprintln!("pattern {pattern:?} ask {ask} longest {longest} limit {limit}");
    let (Some(our_results), Some(their_results)) = (ours["results"].as_array(), theirs["results"].as_array())
    else {
        eprintln!("  ours   {}\n  theirs {}", ours["error"], theirs["error"]);
        return;
    };
    if ours["names"] != theirs["names"] {
        eprintln!("  ours   {}\n  theirs {}", ours["names"], theirs["names"]);
    }
    let texts = question["texts"].as_array().expect("texts");
    for ((text, our), their) in texts.iter().zip(our_results).zip(their_results) {
        if our != their {
            let text = decode(text);
            eprintln!("  text {:?}\n    ours   {our}\n    theirs {their}", String::from_utf8_lossy(&text));
            return;
        }
    }
}

fn all_texts() -> Vec<Value> {
    TEXTS.iter().map(|text| text.as_bytes()).chain(BROKEN_TEXTS.iter().copied()).map(encode).collect()
}

fn question(
    ask: &str,
    pattern: &[u8],
    texts: &[Value],
    replacement: &str,
    limit: i64,
    longest: bool,
) -> Value {
    json!({
        "ask": ask, "pattern": encode(pattern), "texts": texts, "replacement": encode(replacement.as_bytes()),
        "limit": limit, "longest": longest,
    })
}

#[test]
fn the_grid_of_patterns_and_texts_is_alike() {
    let texts = all_texts();
    let questions = PATTERNS.iter().enumerate().map(|(i, pattern)| {
        let replacement = REPLACEMENTS[i % REPLACEMENTS.len()];
        question("perl", pattern.as_bytes(), &texts, replacement, [-1, 2, -1, 0, 1][i % 5], false)
    });
    judge(questions.collect());
}

#[test]
fn the_longest_match_is_alike() {
    let texts = all_texts();
    let longest = PATTERNS.iter().map(|p| question("perl", p.as_bytes(), &texts, "<$1>", -1, true));
    let posix = POSIX_PATTERNS
        .iter()
        .chain(PATTERNS)
        .map(|p| question("posix", p.as_bytes(), &texts, "<$1>", -1, false));
    judge(longest.chain(posix).collect());
}

#[test]
fn replacements_are_alike() {
    let texts = all_texts();
    let patterns = ["(?P<n>a)|(?P<m>b)", "(.)(?P<n>.)?", "(?P<n>x)?(?P<n>a)", "", "(é)|(\\xff)?"];
    let questions = patterns.iter().flat_map(|pattern| {
        REPLACEMENTS
            .iter()
            .map(|replacement| question("perl", pattern.as_bytes(), &texts, replacement, -1, false))
    });
    judge(questions.collect());
}

#[test]
fn patterns_that_are_not_text_are_refused_alike() {
    let patterns: &[&[u8]] = &[
        b"\xff",
        b"a\xff",
        b"\\\xff",
        b"[\xff]",
        b"[a-\xff]",
        b"\\Q\xff",
        b"\\Qa\xff\\E",
        b"(?P<\xff>a)",
        b"(?P<n\xff",
        b"(?\xff)",
        b"\\p\xff",
        b"\\p{\xff}",
        b"\\p{L\xff",
        b"\\x\xff",
        b"\\x4\xff",
        b"\\x{\xff}",
        b"[[:\xff:]]",
        b"a{\xff}",
        b"(?i\xff",
        b"\xc3",
        b"\xed\xa0\x80",
    ];
    let error = |pattern: &[u8]| Regex::new(pattern).expect_err("not a pattern").to_string();
    let asked: Vec<_> =
        patterns.iter().map(|pattern| question("perl", pattern, &[], "", -1, false)).collect();
    for (pattern, answer) in patterns.iter().zip(oracle().ask_all(&asked)) {
        assert_eq!(json!(error(pattern)), answer["error"], "{pattern:?}");
    }
    let posix = question("posix", b"[a-b-\xff]", &[], "", -1, false);
    let error = Regex::new_posix(b"[a-b-\xff]").expect_err("not a pattern").to_string();
    assert_eq!(json!(error), oracle().ask(&posix)["error"]);
}

#[test]
fn limits_are_alike() {
    let nest =
        |open: &str, close: &str, levels: usize| format!("{}a{}", open.repeat(levels), close.repeat(levels));
    let patterns = [
        nest("(", ")", 999),
        nest("(", ")", 1000),
        nest("(?:", ")", 5000),
        nest("(b", ")", 499),
        nest("(b", ")", 500),
        nest("(?:b|", ")", 333),
        nest("(", ")*", 499),
        nest("(", ")*", 500),
        nest("(?:", ")*", 998),
        nest("(?:", "b)*", 499),
        nest("(?:", "b)*", 500),
        "(".repeat(3000),
        ")".repeat(3000),
        "a".repeat(100_000),
        "[".repeat(3000),
        "a|".repeat(5000),
        "(a)".repeat(2000),
        "a{1000}".repeat(100),
        "a{1000}".repeat(4000),
        "\\pL".repeat(1000),
    ];
    let questions: Vec<_> =
        patterns.iter().map(|p| question("perl", p.as_bytes(), &[], "", -1, false)).collect();
    for (pattern, answer) in patterns.iter().zip(oracle().ask_all(&questions)) {
        let ours = Regex::new(pattern).err().map(|e| e.to_string());
        let start = &pattern[..pattern.len().min(20)];
        assert_eq!(json!(ours), answer["error"], "{start}… of {} bytes", pattern.len());
    }
}

#[test]
fn quoting_is_alike() {
    let texts = all_texts();
    let questions: Vec<_> = texts.iter().map(|text| json!({"ask": "quote", "texts": [text]})).collect();
    for (text, answer) in texts.iter().zip(oracle().ask_all(&questions)) {
        assert_eq!(quote_meta(&decode(text)), decode(&answer), "{text}");
    }
}

/// A small generator (xorshift), so that a seed repeats a run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    /// A pattern that mostly is one.
    fn pattern(&mut self, depth: usize) -> String {
        const ATOMS: &[&str] = &[
            "a",
            "b",
            "c",
            "é",
            ".",
            "[ab]",
            "[^a]",
            "\\w",
            "\\b",
            "\\B",
            "^",
            "$",
            "",
            "x",
            "[[:alpha:]]",
            "\\pL",
            "\\x{fffd}",
            "\\d",
            "ab",
            "\\s",
        ];
        const OPERATORS: &[&str] =
            &["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}?", "{0}"];
        let mut text = String::new();
        for _ in 0..1 + self.below(3) {
            let atom = match self.below(4) {
                0 if depth > 0 => {
                    let open = self.pick(&["(", "(", "(?:", "(?i:", "(?s:", "(?m:", "(?U:", "(?P<n>"]);
                    format!("{open}{})", self.pattern(depth - 1))
                }
                1 if depth > 0 => format!("(?:{}|{})", self.pattern(depth - 1), self.pattern(depth - 1)),
                _ => self.pick(ATOMS).to_owned(),
            };
            text += &atom;
            text += self.pick(OPERATORS);
            if self.below(6) == 0 {
                text += "|";
            }
        }
        text
    }

    /// A row of tokens that mostly is no pattern.
    fn noise(&mut self) -> String {
        const TOKENS: &[&str] = &[
            "a", "b", "1", "-", "(", ")", "[", "]", "{", "}", "*", "+", "?", "|", "^", "$", "\\", ".", ",",
            "(?", ":", "i", "P<", ">", "[:", ":]", "\\p", "L", "\\Q", "\\E", "x", "\\x", "é", "&&", "0", "~",
        ];
        (0..self.below(9)).map(|_| self.pick(TOKENS)).collect()
    }

    fn text(&mut self) -> Vec<u8> {
        const PIECES: &[&[u8]] =
            &[b"a", b"b", b"c", b"ab", b"x", b"A", b" ", b"\n", b"1", b"_", "é".as_bytes(), b"\xff", b"\xc3"];
        (0..self.below(8)).flat_map(|_| PIECES[self.below(PIECES.len())].to_vec()).collect()
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn random_patterns_are_alike() {
    let seed = setting("SEED").unwrap_or_else(|| u64::from(std::process::id()) * 2_654_435_761 + 1);
    let cases = setting("CASES").unwrap_or(2500);
    println!("SEED={seed}");
    let mut random = Random(seed);
    let mut questions = Vec::new();
    for case in 0..cases {
        let pattern = if case % 3 == 0 { random.noise() } else { random.pattern(2) };
        let texts: Vec<_> = (0..6).map(|_| encode(&random.text())).collect();
        let replacement = random.pick(REPLACEMENTS);
        let limit = [-1, -1, 0, 1, 2][random.below(5)];
        let ask = if random.below(8) == 0 { "posix" } else { "perl" };
        questions.push(question(ask, pattern.as_bytes(), &texts, replacement, limit, random.below(5) == 0));
    }
    judge(questions);
}
