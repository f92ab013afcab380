//! Expressions without a mistake in them: each has the type that is wanted, whatever the data.

use super::{Generator, Want};

impl Generator {
    /// A function of that type's values that gives a value of the same type.
    pub(super) fn sound_stage(&mut self, want: Want) -> &'static str {
        self.rng.pick(match want {
            Want::Int => &["add 1", "add 0x2", "ident", "or 3", "and 1"],
            Want::Text => &["upper", "print", "join \"-\" \"a\"", "printf \"%s|\"", "html", "js", "urlquery"],
            Want::Bool => &["not", "and true", "or false", "yes", "eq true", "ne false"],
            Want::Any => {
                &["print", "typeOf", "ident", "not", "list", "printf \"%v\"", "and 1", "or 0", "eq nil"]
            }
            _ => &["ident"],
        })
    }

    /// A call whose arguments are `depth` deep.
    pub(super) fn sound_call(&mut self, want: Want, depth: usize) -> String {
        match want {
            Want::Int => self.sound_int(depth),
            Want::Text => self.sound_text(depth),
            Want::Bool => self.sound_bool(depth),
            Want::Float => {
                let float = self.operand(Want::Float, depth);
                format!("half {float}")
            }
            Want::Map => {
                let map = self.operand(Want::Map, depth);
                self.choose(&[
                    "index $.lm 0".to_owned(),
                    "index $ \"m1\"".to_owned(),
                    format!("ident {map}"),
                    format!("or {map} $.m2"),
                    format!("and $.s1 {map} | or $.m1"),
                ])
            }
            Want::List => {
                let [any, int, text] = [Want::Any, Want::Int, Want::Text].map(|w| self.operand(w, depth));
                self.choose(&[
                    format!("list {any} {int} {text}"),
                    format!("slice (list {any} {int} {text}) 1 2"),
                    format!("slice (list {any} {text}) 1"),
                    "slice $.ls 0 2".to_owned(),
                    "list".to_owned(),
                    "ident $.li".to_owned(),
                ])
            }
            Want::Object | Want::Any => {
                let [any, bool] = [Want::Any, Want::Bool].map(|w| self.operand(w, depth));
                self.choose(&[
                    format!("ident {any}"),
                    "$.o1.Get".to_owned(),
                    "none".to_owned(),
                    format!("index (list {any} {bool}) 1"),
                    format!("and {bool} {any}"),
                    "$.o1.Add \"more\"".to_owned(),
                ])
            }
        }
    }

    fn sound_int(&mut self, depth: usize) -> String {
        let [a, b] = [Want::Int, Want::Int].map(|w| self.operand(w, depth));
        let list = self.operand(Want::List, depth);
        self.choose(&[
            format!("add {a} {b}"),
            format!("len {list}"),
            // Not of any text: a printed one may hold an address, which is no fixed length.
            "len $.s1".to_owned(),
            format!("index (list {a} {b}) 1"),
            format!("total (list {a} {b})"),
            "count $.m1".to_owned(),
            format!("call $.sum {a} {b} 1"),
            format!("or {a} {b}"),
            format!("and {a} {b}"),
        ])
    }

    fn sound_text(&mut self, depth: usize) -> String {
        if self.rng.chance(12) {
            let name = self.template_name();
            return format!("include \"{name}\" $");
        }
        if self.rng.chance(5) {
            return "tpl \"{{.s1}}{{.i1}}{{len .s2}}\" $".to_owned();
        }
        let [a, b] = [Want::Text, Want::Text].map(|w| self.operand(w, depth));
        let [any, int] = [Want::Any, Want::Int].map(|w| self.operand(w, depth));
        let verb = self.rng.pick(&["%v", "%+v", "%#v", "%T", "%q", "%s", "%-12v", "%8v", "%x", "%.2v"]);
        // A printed address would be spelled in other digits.
        let plain = [Want::Int, Want::Float, Want::Bool][self.rng.below(3)];
        let plain = self.operand(plain, depth);
        self.choose(&[
            format!("upper {a}"),
            format!("join {a} {b} {a}"),
            format!("print {any} {int}"),
            format!("printf \"%v %d %s\" {any} {int} {a}"),
            format!("printf \"{verb}|%[1]v|%*d\" {plain} 5 {int}"),
            "slice \"abc\" 0 2".to_owned(),
            format!("slice (print {a} \"xyz\") 1"),
            format!("call $.fn {a}"),
            format!("html {a}"),
            format!("js {a} {b}"),
            format!("urlquery {a}"),
            format!("typeOf {any}"),
            "$.o1.Repeat 2".to_owned(),
            format!("$.o1.Join {a} {b}"),
            format!("println {any}"),
            "small 1 2".to_owned(),
        ])
    }

    fn sound_bool(&mut self, depth: usize) -> String {
        let same = [Want::Int, Want::Text, Want::Float][self.rng.below(3)];
        let [a, b, c] = [same, same, same].map(|w| self.operand(w, depth));
        let [yes, any] = [Want::Bool, Want::Any].map(|w| self.operand(w, depth));
        self.choose(&[
            format!("eq {a} {b}"),
            format!("ne {a} {b}"),
            format!("eq {a} {b} {c}"),
            format!("lt {a} {b}"),
            format!("ge {a} {b}"),
            format!("le {a} {b}"),
            format!("gt {a} {b}"),
            format!("not {any}"),
            format!("and {yes} {yes}"),
            format!("or {yes} (not {any})"),
            format!("yes {yes}"),
            format!("eq {any} nil"),
        ])
    }

    /// Fields that always have the type, at the root of the data.
    pub(super) fn sound_field(&mut self, want: Want) -> String {
        let name = self.rng.pick(match want {
            Want::Int => &["i1", "i2", "v1.i", "mi.one"],
            Want::Text => &["s1", "s2", "o1.Name", "o2.Name", "uni"],
            Want::Bool => &["b1", "b2"],
            Want::Float => &["f1", "f2"],
            Want::Map => &["m1", "m2", "v1", "v1.m"],
            Want::List => &["l1", "li", "ls", "lm", "by", "ar", "ln", "l0"],
            Want::Object | Want::Any => {
                &["o1", "o2", "o3", "n1", "m1.x", "o1.Any", "fn", "i64", "c1", "u1", "mn"]
            }
        });
        let root = if self.at_root { self.rng.pick(&["", "", "$"]) } else { "$" };
        format!("{root}.{name}")
    }
}
