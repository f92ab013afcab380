//! Cases by hand: for each function what it is for and where it breaks.

use govalue::{Map, Value};

use crate::judge::{Case, judge};

/// Judges templates without data.
fn check(templates: &[&str]) {
    let data = Value::Map(Map::new());
    let cases: Vec<Case> =
        templates.iter().map(|t| Case { template: (*t).to_owned(), data: data.clone() }).collect();
    judge(&cases);
}

#[test]
fn strings() {
    check(&[
        r#"{{ hello }}"#,
        r#"{{ abbrev 5 "hello world" }}|{{ abbrev 3 "hello world" }}|{{ abbrevboth 5 10 "1234 5678 9123" }}"#,
        r#"{{ abbrevboth 5 7 "1234 5678 9123 4567" }}|{{ abbrevboth 1 6 "1234 5678" }}|{{ abbrevboth -9 8 "0123456789" }}"#,
        r#"{{ trunc 5 "hello world" }}|{{ trunc -5 "hello world" }}|{{ trunc 50 "x" }}|{{ trunc -50 "x" }}|{{ trunc 1 "é" | printf "%q" }}"#,
        r#"{{ substr 0 5 "hello world" }}|{{ substr -1 5 "hello world" }}|{{ substr 2 -1 "hello" }}|{{ substr 1 99 "abc" }}"#,
        r#"{{ substr 5 3 "abcdefgh" }}"#,
        r#"{{ substr -1 9 "abc" }}"#,
        r#"{{ substr -1 -1 "abc" }}"#,
        r#"{{ substr 9 -1 "abc" }}"#,
        r#"{{ trim "  x\u00a0\t" }}|{{ trimAll "$x" "$$5x00$" }}|{{ trimall "é" "éaé" }}|{{ trimSuffix "-" "a--" }}|{{ trimPrefix "-" "--a" }}"#,
        r#"{{ repeat 3 "ab" }}|{{ repeat 0 "ab" }}"#,
        r#"{{ repeat -1 "ab" }}"#,
        r#"{{ repeat 9223372036854775807 "ab" }}"#,
        r#"{{ indent -1 "ab" }}"#,
        r#"{{ wrap 5 "The quick brown fox jumped" }}|{{ wrapWith 5 "\t" "Hello World averylongword" }}|{{ wrap 0 "a b" }}|{{ wrapWith 3 "" "abcdefg" }}"#,
        r#"{{ contains "cat" "catch" }}{{ contains "" "" }}{{ hasPrefix "cat" "catch" }}{{ hasSuffix "ch" "catch" }}"#,
        r#"{{ quote "a" 1 nil 2.5 true "q\"uote" }}|{{ squote "a" 1 nil 2.5 }}|{{ quote }}|{{ squote "it's" }}|{{ quote (list 1 "a" nil) }}"#,
        r#"{{ quote nil }}|{{ quote "" nil "" }}|{{ squote "" }}|{{ cat "hello" "beautiful" nil "world" }}|{{ cat }}|{{ cat "a" "" "b " }}"#,
        r#"{{ indent 4 "a\nb\n\nc" }}|{{ nindent 2 "a\nb\n" }}|{{ indent 2 "" }}|{{ nindent 0 "x" }}"#,
        r#"{{ replace " " "-" "I Am Henry VIII" }}|{{ replace "" "-" "añb" }}|{{ replace "aa" "b" "aaaaa" }}"#,
        r#"{{ plural "one anchovy" "many anchovies" 1 }}|{{ plural "one" "many" 0 }}|{{ len "x" | plural "one" "many" }}"#,
        r#"{{ toString 1 }}|{{ toString nil }}|{{ toString (list 1 2) }}|{{ toString 1.0 }}|{{ toStrings (list 1 nil "a") }}|{{ toStrings 5 }}"#,
        r#"{{ join "_" (list "a" 1 nil true) }}|{{ join "-" "x" }}|{{ join "," nil }}|{{ list 3 2 1 | join "," }}"#,
        r#"{{ sortAlpha (list "c" "a" "B" 3 nil) }}|{{ sortAlpha "x" }}|{{ sortAlpha nil }}"#,
        r#"{{ $a := split "$" "foo$bar$baz" }}{{ $a._0 }}{{ $a._2 }}{{ printf "%T" $a }}|{{ splitn "$" 2 "a$b$c" }}|{{ splitn "$" 0 "a$b" }}|{{ split "" "añb" }}"#,
        r#"{{ splitList "$" "foo$bar$baz" }}|{{ splitList "" "añb" | printf "%q" }}|{{ splitList "," "" | len }}|{{ splitList "" "" | len }}|{{ splitn "" 2 "añb" }}"#,
        r#"{{ upper "héllo ß ǆ" }}|{{ lower "HÉLLO İ" }}|{{ title "hello wOrld foo_bar x-y ǆ" }}|{{ untitle "Hello World" }}"#,
        r#"{{ swapcase "This Is a.Test ǅ" }}|{{ initials "First Try" }}|{{ initials "été à la" }}|{{ nospace "h e l l o é" }}|{{ nospace "é" }}"#,
        r#"{{ camelcase "http_server" }}|{{ camelcase "_complex__case_" }}|{{ camelcase "GOLANG_IS_GREAT" }}|{{ camelcase "__" }}|{{ camelcase "a" }}"#,
        r#"{{ snakecase "FirstName" }}|{{ snakecase "HTTPServer" }}|{{ snakecase "HTTP2xx" }}|{{ snakecase "Bld4Floor3rd" }}|{{ kebabcase "FirstName 20 Times" }}"#,
        r#"{{ fail "no way" }}"#,
    ]);
}

#[test]
fn numbers() {
    check(&[
        r#"{{ int "0x10" }} {{ int "010" }} {{ int "8.00" }} {{ int "8.5" }} {{ int 8.9 }} {{ int true }} {{ int nil }} {{ int "abc" }} {{ int "1e3" }}"#,
        r#"{{ int64 1e19 }} {{ int64 -1e19 }} {{ int "9223372036854775808" }} {{ float64 "1e3" }} {{ float64 "x" }} {{ float64 7 }} {{ int ".0" }} {{ int "0" }} {{ int "100" }}"#,
        r#"{{ atoi "12" }} {{ atoi "x" }} {{ atoi "99999999999999999999" }} {{ atoi "-99999999999999999999" }} {{ atoi "+5" }} {{ atoi "" }} {{ atoi "1_0" }}"#,
        r#"{{ printf "%T %T %T %T" (int 1) (int64 1) (add 1 2) (until 2) }}"#,
        r#"{{ seq }}|{{ seq 5 }}|{{ seq -3 }}|{{ seq 0 }}|{{ seq 0 2 }}|{{ seq 2 -2 }}|{{ seq 0 2 10 }}|{{ seq 0 -2 -5 }}|{{ seq 5 2 1 }}|{{ seq 1 0 2 }}|{{ seq 1 2 3 4 }}|{{ seq 1 -1 5 }}"#,
        r#"{{ until 5 }}|{{ until -3 }}|{{ until 0 }}|{{ untilStep 3 9 2 }}|{{ untilStep 9 3 -2 }}|{{ untilStep 3 9 0 }}|{{ untilStep 9 3 1 }}|{{ untilStep 3 3 1 }}"#,
        r#"{{ toDecimal "777" }}|{{ toDecimal 0755 }}|{{ toDecimal "9" }}|{{ toDecimal nil }}"#,
        r#"{{ add }} {{ add 1 2 3 }} {{ add "1" 2.9 true }} {{ add1 5 }} {{ sub 5 "2" }} {{ mul 2 3 4 }} {{ div 7 2 }} {{ div -7 2 }} {{ mod -7 3 }}"#,
        r#"{{ add 9223372036854775807 1 }} {{ mul 9223372036854775807 2 }} {{ div -9223372036854775808 -1 }} {{ mod -9223372036854775808 -1 }}"#,
        r#"{{ div 1 0 }}"#,
        r#"{{ mod 1 "x" }}"#,
        r#"{{ max 1 5 3 }} {{ biggest 1 2 }} {{ min 4 2 9 }} {{ max "7" 3 }} {{ maxf 1.5 2 }} {{ minf 1.5 2 -0.5 }}"#,
        r#"{{ add1f 1.5 }} {{ addf 0.1 0.2 }} {{ subf 7.5 2 3 }} {{ mulf 1.1 1.1 }} {{ divf 10 4 }} {{ divf 2 3 }} {{ divf 20000 3 }} {{ divf -2 3 }} {{ addf }} {{ mulf 3 }}"#,
        r#"{{ divf 1 0 }}"#,
        r#"{{ addf (divf 1 3) 1e22 }} {{ divf 1e-300 1e10 }} {{ mulf 1e300 1e300 }} {{ divf 0 -3 }} {{ subf 0.3 0.1 }} {{ divf 5e-17 1 }} {{ divf 1 -6 }}"#,
        r#"{{ ceil 1.2 }} {{ floor -1.2 }} {{ ceil "123.001" }} {{ floor nil }} {{ round 123.5555 3 }} {{ round 123.5555 3 0.3 }} {{ round -1.5 0 }} {{ round 1234 -2 }} {{ round "1.005" 2 }}"#,
        r#"{{ round 2.5 400 }} {{ round 2.5 -400 }} {{ round 1e300 10 }} {{ round 123456.789 15 }} {{ round 5.5 22 }} {{ round 5.5 23 }} {{ round 0.1 300 }} {{ round 3 -310 }} {{ round 1e-300 310 }}"#,
        r#"{{ randInt 5 5 }}"#,
        r#"{{ randInt 5 3 }}"#,
    ]);
}

#[test]
fn lists() {
    check(&[
        r#"{{ list 1 "a" nil }}|{{ tuple }}|{{ list | toJson }}|{{ append (list 1) 2 }}|{{ prepend (list 1) 2 }}|{{ append (until 2) "x" | printf "%T" }}"#,
        r#"{{ first (list 1 2) }}|{{ first (list) }}|{{ last (list 1 2) }}|{{ rest (list 1 2 3) }}|{{ rest (list) | toJson }}|{{ initial (list 1 2) }}|{{ initial (list) | toJson }}"#,
        r#"{{ first "abc" }}"#,
        r#"{{ last 5 }}"#,
        r#"{{ rest nil }}"#,
        r#"{{ initial (dict) }}"#,
        r#"{{ append "x" 1 }}"#,
        r#"{{ prepend 1.5 1 }}"#,
        r#"{{ mustFirst true }}"#,
        r#"{{ reverse (list 1 2 3) }}|{{ reverse (until 0) | toJson }}|{{ compact (list 1 0 "" nil "a" (list)) }}|{{ uniq (list 1 1 "1" 1.0 (list 1) (list 1)) }}"#,
        r#"{{ without (list 1 2 3) 1 3 }}|{{ has 4 (list 1 4) }}|{{ has "4" (list 4) }}|{{ has 1 nil }}|{{ without (list) 1 | toJson }}"#,
        r#"{{ has 1 "x" }}"#,
        r#"{{ slice (list 1 2 3 4 5) 1 3 }}|{{ slice (list 1 2 3) }}|{{ slice (list 1 2 3) 2 }}|{{ slice (list) 1 }}|{{ slice (list 1 2) "1" }}|{{ slice (until 4) 1 2 | printf "%T" }}"#,
        r#"{{ slice (list 1 2 3) 2 1 }}"#,
        r#"{{ slice (list 1 2 3) -1 }}"#,
        r#"{{ mustSlice "abc" 1 }}"#,
        r#"{{ concat (list 1) (list "a" (list 2)) (until 2) }}|{{ concat | toJson }}|{{ concat (list) | toJson }}"#,
        r#"{{ concat (list 1) "x" }}"#,
        r#"{{ concat nil }}"#,
        r#"{{ chunk 2 (list 1 2 3 4 5) }}|{{ chunk 3 (list 1 2 3) }}|{{ chunk 5 (list) }}|{{ chunk 9 (list 1) | toJson }}|{{ chunk -2 (list 1 2 3) }}|{{ chunk -2 (list 1) }}"#,
        r#"{{ chunk 0 (list 1 2) }}"#,
        r#"{{ chunk -1 (list 1 2 3 4) }}"#,
        r#"{{ chunk 2 "x" }}"#,
        r#"{{ $x := splitList "," "c,b,a" }}{{ sortAlpha $x }}{{ $x }}{{ $y := list "b" "a" }}{{ sortAlpha $y }}{{ $y }}"#,
    ]);
}

#[test]
fn dicts() {
    check(&[
        r#"{{ dict "a" 1 "b" }}|{{ dict }}|{{ dict 1 2 nil 3 true 4 }}|{{ get (dict "a" 1) "a" }}|{{ get (dict) "a" | printf "%q" }}|{{ hasKey (dict "a" nil) "a" }}"#,
        r#"{{ $d := dict "a" 1 }}{{ $e := set $d "b" 2 }}{{ $_ := unset $d "a" }}{{ $d }}{{ $e }}"#,
        r#"{{ pluck "a" (dict "a" 1) (dict "b" 2) (dict "a" 3) }}|{{ pluck "x" | toJson }}|{{ keys (dict "b" 1 "a" 2) (dict "a" 1) | sortAlpha }}|{{ keys | toJson }}"#,
        r#"{{ pick (dict "a" 1 "b" 2) "a" "z" }}|{{ omit (dict "a" 1 "b" 2) "a" "z" }}|{{ values (dict "a" 1) }}"#,
        r#"{{ dig "a" "b" "def" (dict "a" (dict "b" 1)) }}|{{ dig "a" "x" "def" (dict "a" (dict "b" 1)) }}|{{ dig "a" "def" (dict "a" nil) }}"#,
        r#"{{ dig "a" (dict) }}"#,
        r#"{{ dig "a" "b" "def" (dict "a" "str") }}"#,
        r#"{{ dig "a" "b" "def" (dict "a" nil) }}"#,
        r#"{{ dig 1 "def" (dict) }}"#,
        r#"{{ dig "a" "def" (list) }}"#,
        r#"{{ dig "a" "def" nil }}"#,
        r#"{{ $a := dict "a" 1 "n" (dict "x" 1) }}{{ $b := dict "a" 2 "b" 3 "n" (dict "x" 2 "y" 3) }}{{ merge $a $b }}{{ $a }}{{ $b }}"#,
        r#"{{ $a := dict "a" 1 "n" (dict "x" 1) "l" (list 1) }}{{ mergeOverwrite $a (dict "a" 2 "n" (dict "x" 2 "y" 3) "l" (list) "z" nil "e" "") }}{{ $a }}"#,
        r#"{{ merge (dict "a" 0 "b" "" "c" false "d" nil "e" (list) "f" (dict)) (dict "a" 1 "b" 2 "c" 3 "d" 4 "e" (list 5) "f" (dict "x" 6)) }}"#,
        r#"{{ merge (dict "a" (dict "x" 1) "b" "s" "c" (list 1)) (dict "a" "s" "b" (dict "y" 1) "c" (dict)) }}"#,
        r#"{{ mergeOverwrite (dict "a" (dict "x" 1) "b" "s" "c" (list 1)) (dict "a" "s" "b" (dict "y" 1) "c" (dict)) }}"#,
        r#"{{ $a := dict }}{{ $b := dict "k" (dict "x" 1) }}{{ $m := merge $a $b }}{{ $_ := set $b.k "y" 2 }}{{ $m }}"#,
        r#"{{ $a := dict "k" (dict) }}{{ $b := dict "k" (dict "x" 1) }}{{ $m := merge $a $b }}{{ $_ := set $b.k "y" 2 }}{{ $m }}"#,
        r#"{{ merge (dict "a" (semver "1.2.3")) (dict "a" (dict)) }}|{{ mustMerge (dict "a" (semver "1.2.3")) (dict "b" 1) }}"#,
        r#"{{ mustMerge (dict "a" (semver "1.2.3")) (dict "a" (dict)) }}"#,
        r#"{{ mustMergeOverwrite (dict "a" (semver "1.2.3")) (dict "a" (dict)) (dict "b" (semver "2.0.0")) }}"#,
        r#"{{ merge (dict "a" (split "," "x,y")) (dict "a" (dict "_0" 1 "z" 2)) }}"#,
        r#"{{ merge (dict "a" (dict "_0" 1 "z" 2)) (dict "a" (split "," "x,y")) }}"#,
        r#"{{ $d := dict "a" (dict "b" 1) }}{{ $c := deepCopy $d }}{{ $_ := set $d.a "b" 2 }}{{ $c }}{{ $d }}|{{ deepCopy (list 1 (dict "a" nil)) }}|{{ deepCopy "x" }}"#,
        r#"{{ deepCopy nil }}"#,
        r#"{{ mustDeepCopy nil }}"#,
        r#"{{ set "x" "a" 1 }}"#,
        r#"{{ merge "x" (dict) }}"#,
    ]);
}

#[test]
fn inspection() {
    check(&[
        r#"{{ default "d" "" }}|{{ default "d" nil }}|{{ default "d" 0 }}|{{ default "d" "x" }}|{{ default "d" }}|{{ default "d" (list) }}|{{ default "d" 0.0 }}|{{ default "d" false }}"#,
        r#"{{ empty 0 }}{{ empty "" }}{{ empty nil }}{{ empty (dict) }}{{ empty (list 0) }}{{ empty 1.5 }}{{ empty (semver "1.2.3") }}"#,
        r#"{{ coalesce 0 "" nil 2 3 }}|{{ coalesce }}|{{ all 1 "" }}{{ all }}{{ all 1 2 }}{{ any 0 "" }}{{ any }}{{ any 0 1 }}"#,
        r#"{{ ternary "y" "n" true }}{{ ternary "y" "n" false }}{{ true | ternary 1 2 }}"#,
        r#"{{ ternary "y" "n" "x" }}"#,
        r#"{{ typeOf nil }} {{ typeOf 1 }} {{ typeOf 1.5 }} {{ typeOf "x" }} {{ typeOf (list) }} {{ typeOf (dict) }} {{ typeOf (until 1) }} {{ typeOf (split "," "a") }} {{ typeOf (semver "1.2.3") }} {{ typeOf (chunk 1 (list 1)) }}"#,
        r#"{{ kindOf nil }} {{ kindOf 1 }} {{ kindOf 1.5 }} {{ kindOf "x" }} {{ kindOf (list) }} {{ kindOf (dict) }} {{ kindOf (semver "1.2.3") }} {{ kindOf true }}"#,
        r#"{{ typeIs "int" 1 }}{{ typeIs "string" 1 }}{{ typeIsLike "semver.Version" (semver "1.2.3") }}{{ typeIsLike "*semver.Version" (semver "1.2.3") }}{{ kindIs "int" 1 }}{{ kindIs "ptr" (semver "1.2.3") }}"#,
        r#"{{ deepEqual (list 1 2) (list 1 2) }}{{ deepEqual 1 1.0 }}{{ deepEqual nil nil }}{{ deepEqual (list) nil }}{{ deepEqual (dict "a" (list)) (dict "a" (list)) }}{{ deepEqual (until 0) (list) }}"#,
        r#"{{ deepEqual (semver "1.2.3") (semver "1.2.3") }}{{ deepEqual (semver "1.2.3") (semver "v1.2.3") }}"#,
    ]);
}

#[test]
fn encodings() {
    check(&[
        r#"{{ b64enc "hé\x00\xff" }}|{{ b64dec "aGVsbG8=" }}|{{ b64dec "!" }}|{{ b64dec "aGVsbG8" }}|{{ b64dec "aGV\nsbG8=\n" }}|{{ b64dec "aGVsbG8=x" }}|{{ b64dec "YQ=a" }}|{{ b64dec "YQ=" }}|{{ b64dec "Y" }}|{{ b64dec "Y=" }}|{{ b64dec "=" }}"#,
        r#"{{ b32enc "hello" }}|{{ b32enc "" }}|{{ b32enc "a" }}|{{ b32dec "NBSWY3DP" }}|{{ b32dec "ME======" }}|{{ b32dec "ME=====" }}|{{ b32dec "m" }}|{{ b32dec "NBSWY3D=" }}|{{ b32dec "NBS=====" }}|{{ b32dec "ME====A=" }}|{{ b32dec "NB\nSWY3DP" }}|{{ b32dec "NBSWY" }}"#,
        r#"{{ toJson (dict "b" (list 1 1.5 nil true "<&>") "a" "\u2028") }}|{{ toRawJson (dict "a" "<&>") }}|{{ toPrettyJson (dict "a" (list) "b" (dict) "c" (list 1 2)) }}"#,
        r#"{{ fromJson "{\"a\":[1,2.5,null,true]}" }}|{{ fromJson "{" }}|{{ (fromJson "{\"a\":1}").a | typeOf }}|{{ fromJson "" }}"#,
        r#"{{ mustFromJson "{" }}"#,
        r#"{{ mustFromJson "[1,]" }}"#,
        r#"{{ mustFromJson "nul" }}"#,
        r#"{{ mustFromJson "" }}"#,
        r#"{{ mustToJson (float64 "NaN") }}"#,
        r#"{{ toRawJson (float64 "Inf") }}"#,
        r#"{{ toJson (float64 "Inf") }}|{{ toPrettyJson (float64 "Inf") }}|"#,
    ]);
}

#[test]
fn paths_and_urls() {
    check(&[
        r#"{{ base "" }} {{ base "/" }} {{ base "a/b/" }} {{ dir "a/b/c" }} {{ dir "" }} {{ dir "/" }} {{ dir "a" }} {{ ext "a.b/c" }} {{ ext "a.tar.gz" }} {{ isAbs "/a" }} {{ isAbs "a" }}"#,
        r#"{{ clean "a/../../b" }} {{ clean "/../a" }} {{ clean "" }} {{ clean "a//b/./c/.." }} {{ clean "/" }} {{ clean "../../x" }} {{ osBase "a/b" }} {{ osDir "a/b" }} {{ osClean "a/./b" }} {{ osExt "x.y" }} {{ osIsAbs "/" }}"#,
        r#"{{ urlParse "http://admin:secret@server.com:8080/api?list=false#anchor" }}|{{ urlParse "" }}|{{ urlParse "mailto:a@b" }}|{{ urlParse "/just/path" }}|{{ urlParse "//host/x" }}|{{ urlParse "*" }}|{{ urlParse "http://[::1]:80/x" }}"#,
        r#"{{ urlParse "HTTP://h%41/" }}"#,
        r#"{{ urlParse "http://[fe80::1%25en0]/p%2Fq" }}"#,
        r#"{{ urlParse ":x" }}"#,
        r#"{{ urlParse "a:b:c" }}|{{ urlParse "1a:b" }}"#,
        r#"{{ urlParse "http://a b/" }}"#,
        r#"{{ urlParse "http://a/%zz" }}"#,
        r#"{{ urlParse "http://a/%z" }}"#,
        r#"{{ urlParse "http://a:x/" }}"#,
        r#"{{ urlParse "http://a:1:2/" }}"#,
        r#"{{ urlParse "pg://a:1,b:2/" }}"#,
        r#"{{ urlParse "http://[::1/" }}"#,
        r#"{{ urlParse "http://x[::1]/" }}"#,
        r#"{{ urlParse "http://[1.2.3.4]/" }}"#,
        r#"{{ urlParse "http://[1:2:3]/" }}"#,
        r#"{{ urlParse "http://[::g]/" }}"#,
        r#"{{ urlParse "http://[::1]x/" }}"#,
        r#"{{ urlParse "http://[1:2:3:4:5:6:7:8:9]/" }}"#,
        r#"{{ urlParse "http://[1::2::3]/" }}"#,
        r#"{{ urlParse "http://[::1.2.3.4]/" }}"#,
        r#"{{ urlParse "http://[::1.2.3.400]/" }}"#,
        r#"{{ urlParse "http://[12345::]/" }}"#,
        r#"{{ urlParse "http://u ser@h/" }}"#,
        r#"{{ urlParse "http://h/\x01" }}"#,
        r#"{{ urlParse "http://h/#%zz" }}"#,
        r#"{{ urlJoin (urlParse "http://admin:secret@server.com:8080/api?list=false#anchor") }}|{{ urlJoin (dict) }}|{{ urlJoin (dict "path" "a:b" ) }}|{{ urlJoin (dict "host" "h" "path" "p q?é" "userinfo" "u@:p" "query" "a b" "fragment" "x y") }}"#,
        r#"{{ urlJoin (dict "scheme" "http" "opaque" "o p") }}|{{ urlJoin (dict "scheme" "file" "path" "/x") }}|{{ urlJoin (dict "scheme" "http") }}"#,
        r#"{{ urlJoin (dict "host" 80) }}"#,
        r#"{{ urlJoin (dict "host" nil) }}"#,
        r#"{{ urlJoin (dict "userinfo" "a b") }}"#,
    ]);
}

#[test]
fn regexes_and_versions() {
    check(&[
        r#"{{ regexMatch "^a+$" "aaa" }}{{ regexMatch "[" "x" }}{{ mustRegexMatch "b" "abc" }}"#,
        r#"{{ mustRegexMatch "[" "x" }}"#,
        r#"{{ regexFind "[" "x" }}"#,
        r#"{{ regexFind "`[" "x" }}"#,
        r#"{{ mustRegexFind "(" "x" }}"#,
        r#"{{ regexFindAll "[2,4,6,8]" "123456789" -1 }}|{{ regexFindAll "x" "abc" -1 | toJson }}|{{ regexFindAll "a*" "baaab" 2 | toJson }}|{{ regexFind "[a-z][1-9]" "abcd1234" }}|{{ regexFind "x" "" }}"#,
        r#"{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }}|{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "$1W" }}|{{ regexReplaceAllLiteral "a(x*)b" "-ab-axxb-" "${1}" }}|{{ regexQuoteMeta "1.2.3[x]" }}"#,
        r#"{{ regexSplit "z+" "pizza" -1 }}|{{ regexSplit "z+" "pizza" 0 | toJson }}|{{ regexSplit "" "abc" 2 | toJson }}|{{ mustRegexSplit "a" "banana" 2 }}"#,
        r#"{{ $v := semver "v1.2.3-beta.1+ci" }}{{ $v }} {{ $v.Major }} {{ $v.Minor }} {{ $v.Patch }} {{ $v.Prerelease }} {{ $v.Metadata }} {{ $v.Original }} {{ $v.IncMinor }} {{ $v.Major | typeOf }} {{ toJson $v }}"#,
        r#"{{ (semver "1.2.3").Compare (semver "1.2.4") }}{{ (semver "1.2.3").LessThan (semver "1.2.4") }}{{ (semver "1.2.3").SetPrerelease "rc.1" }}{{ printf "%v %s" (semver "1") (semver "2.1") }}"#,
        r#"{{ (semver "1.2.3").IncPatch.Compare (semver "1.2.4") }}"#,
        r#"{{ (semver "1.2.3").Nope }}"#,
        r#"{{ (semver "1.2.3").SetPrerelease "!!" }}"#,
        r#"{{ semver "x" }}"#,
        r#"{{ semverCompare "^1.2.0" "1.3.0" }}{{ semverCompare ">=1.2 <2 || 3.x" "3.1" }}{{ semverCompare "1.2.0" "v1.2.0" }}"#,
        r#"{{ semverCompare "x y" "1.0" }}"#,
        r#"{{ semverCompare ">1" "abc" }}"#,
        r#"{{ deepCopy (semver "1.2.3") }}"#,
    ]);
}
#[test]
fn dates() {
    check(&[
        r#"{{ date "2006-01-02 15:04:05 MST" 1500000000 }}|{{ dateInZone "Mon, 02 Jan 2006 15:04:05.000 -0700" 1500000000 "UTC" }}|{{ date_in_zone "2006-01-02T15:04:05Z07:00" (int64 1500000000) "America/New_York" }}|{{ htmlDate 0 }}|{{ htmlDateInZone 0 "Asia/Tokyo" }}"#,
        r#"{{ dateInZone "2006-01-02 15:04 MST" 0 "Nowhere/Land" }}|{{ dateInZone "Jan _2 002 06 3:04PM" 86400 "" }}|{{ dateInZone "2006" 0 "Local" }}"#,
        r#"{{ toDate "2006-01-02" "2017-12-31" | date "02/01/2006" }}|{{ toDate "2006-01-02" "x" }}|{{ toDate "2006-01-02 15:04 MST" "2017-07-31 12:30 CEST" }}|{{ toDate "2006-01-02 15:04" "2017-07-31 12:30" }}"#,
        r#"{{ mustToDate "2006-01-02" "x" }}"#,
        r#"{{ mustToDate "2006-01-02" "2017-02-31" }}"#,
        r#"{{ toDate "2006-01-02" "2017-12-31" | dateModify "-1.5h" }}|{{ toDate "2006-01-02" "2017-12-31" | date_modify "x" }}|{{ toDate "2006-01-02" "2017-12-31" | mustDateModify "24h" | unixEpoch }}"#,
        r#"{{ toDate "2006-01-02" "9999-07-01" | dateModify "100000h" }}|{{ toDate "2006-01-02" "9999-12-01" | dateModify "100000h" }}|{{ date "2006-01-02 MST" 9000000000000 }}"#,
        r#"{{ toDate "2006-01-02" "2017-12-31" | mustDateModify "x" }}"#,
        r#"{{ toDate "2006-01-02" "2017-12-31" | must_date_modify "1" }}"#,
        r#"{{ unixEpoch "x" }}"#,
        r#"{{ duration "95" }} {{ duration 95 }} {{ duration (int64 95) }} {{ duration "x" }} {{ duration "99999999999999999999" }} {{ duration "-1" }} {{ duration 1.5 }}"#,
        r#"{{ durationRound "2h10m5s" }} {{ durationRound "2400h10m5s" }} {{ durationRound "-2400h" }} {{ durationRound "20000h" }} {{ durationRound "x" }} {{ durationRound 5 }} {{ durationRound (int64 60000000001) }} {{ durationRound "0s" }} {{ durationRound "1500ms" }} {{ durationRound "61s" }}"#,
        r#"{{ $t := toDate "2006-01-02" "2017-12-31" }}{{ $t.Year }} {{ $t.Month }} {{ $t.Weekday }} {{ $t.Unix }} {{ $t.Format "Jan" }} {{ typeOf $t }} {{ int $t.Month }} {{ float64 $t.Weekday }} {{ deepCopy $t }} {{ toJson $t }} {{ empty $t }}"#,
    ]);
}
