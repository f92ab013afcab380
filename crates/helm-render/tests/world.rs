//! Chance, clock and names reach templates through the world only: a world that stands still gives the same bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use govalue::time::{Time, Zone};
use govalue::{Map, Value};
use helm_chart::{Chart, File};
use helm_render::{Capabilities, LookupError, ReleaseInfo, RenderInput, World, render};

/// A world of one instant, one stream of numbers and one host.
#[derive(Default)]
struct Fixed {
    state: AtomicU64,
    clock: AtomicUsize,
    chance: AtomicUsize,
    names: AtomicUsize,
}

impl sprig::Host for Fixed {
    fn now(&self) -> Time {
        self.clock.fetch_add(1, Ordering::Relaxed);
        Time::from_unix(1_700_000_000, 0).in_zone(&Zone::fixed("XYZ", 3600))
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        self.chance.fetch_add(1, Ordering::Relaxed);
        for byte in buffer {
            let state = self.state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            *byte = (state ^ (state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9).to_be_bytes()[0];
        }
    }

    fn lookup_host(&self, name: &str) -> Result<Vec<String>, String> {
        self.names.fetch_add(1, Ordering::Relaxed);
        match name {
            "db.example" => Ok(vec!["192.0.2.7".to_owned()]),
            _ => Err(format!("lookup {name}: no such host")),
        }
    }
}

impl World for Fixed {
    fn lookup(&self, _: &str, kind: &str, _: &str, name: &str) -> Result<Value, LookupError> {
        match name {
            "broken" => Err(LookupError("the server is down".to_owned())),
            _ => {
                Ok(Value::Map([("kind", Value::str(kind)), ("name", Value::str(name))].into_iter().collect()))
            }
        }
    }
}

fn rendered(template: &str, enable_dns: bool, world: Arc<Fixed>) -> Result<String, String> {
    let mut chart = Chart::default();
    chart.metadata.name = "demo".to_owned();
    let file = File { name: "templates/t.yaml".to_owned(), data: template.into(), mod_time: None };
    chart.templates.push(file);
    let (values, capabilities) = (Map::new(), Capabilities::offline());
    let release = ReleaseInfo::install("web", "shop");
    let input = RenderInput { enable_dns, ..RenderInput::new(&chart, &values, &capabilities, release) };
    let rendered = render(&input, world).map_err(|e| e.to_string())?;
    Ok(rendered.files.into_iter().map(|f| f.text).collect())
}

const EVERYTHING: &str = r#"
{{- $key := genPrivateKey "ecdsa" }}
{{ $key }}
{{ genPrivateKey "ed25519" }}
{{ $ca := genCAWithKey "ca" 10 $key }}{{ $ca.Cert }}
{{ (genSignedCertWithKey "a" (list "10.0.0.1") (list "a.example") 10 $ca $key).Cert }}
{{ (genSelfSignedCertWithKey "s" nil nil 10 $key).Cert }}
{{ randAlphaNum 30 }} {{ randAlpha 30 }} {{ randNumeric 30 }} {{ randAscii 30 | quote }} {{ randBytes 30 }}
{{ randInt 0 1000000 }} {{ shuffle "abcdefghijklmnop" }} {{ uuidv4 }}
{{ bcrypt "x" }} {{ htpasswd "u" "p" }} {{ encryptAES "k" "text" }}
{{ now }} {{ ago (now | dateModify "-5m") }} {{ date "2006-01-02 MST" 0 }} {{ htmlDate now }} {{ now | unixEpoch }}
{{ fromToml "at = 07:32:00" }}
{{ lookup "v1" "Secret" "shop" "token" }}
"#;

#[test]
fn the_same_world_gives_the_same_bytes() {
    let (first, second) = (Arc::new(Fixed::default()), Arc::new(Fixed::default()));
    let text = rendered(EVERYTHING, false, first.clone()).expect("it renders");
    assert_eq!(rendered(EVERYTHING, false, second).as_deref(), Ok(&*text));
    assert!(text.contains("2023-11-14 23:13:20 +0100 XYZ 5m0s"), "{text}");
    assert!(text.contains("map[at:0000-01-01 07:32:00 +0100 time-local]"), "{text}");
    assert!(text.contains("map[kind:Secret name:token]"), "{text}");
    assert!(first.clock.load(Ordering::Relaxed) > 5 && first.chance.load(Ordering::Relaxed) > 15);
    let other = Fixed { state: AtomicU64::new(77), ..Fixed::default() };
    assert_ne!(rendered(EVERYTHING, false, Arc::new(other)).as_deref(), Ok(&*text));
}

#[test]
fn names_are_looked_up_when_allowed_only() {
    let template = r#"[{{ getHostByName "db.example" }}]"#;
    let world = Arc::new(Fixed::default());
    assert_eq!(rendered(template, false, world.clone()).as_deref(), Ok("[]"));
    assert_eq!(world.names.load(Ordering::Relaxed), 0, "nobody was asked");
    assert_eq!(rendered(template, true, world.clone()).as_deref(), Ok("[192.0.2.7]"));
    let error = rendered(r#"{{ getHostByName "absent.example" }}"#, true, world).expect_err("no address");
    assert!(error.ends_with("error calling getHostByName: invalid argument to Intn"), "{error}");
}

#[test]
fn a_failed_lookup_ends_the_rendering() {
    let template = r#"{{ lookup "v1" "Pod" "" "broken" }}"#;
    let error = rendered(template, false, Arc::new(Fixed::default())).expect_err("the lookup fails");
    assert!(error.contains("error calling lookup: the server is down"), "{error}");
}

/// As much as the main thread of a program has; that of a test has less, which frames without optimisation use up.
const STACK: usize = 8 << 20;

#[test]
fn values_inside_themselves_end_in_an_error() {
    let test = std::thread::Builder::new().stack_size(STACK).spawn(knots_end_in_an_error);
    test.expect("a thread starts").join().expect("the thread does not panic");
}

fn knots_end_in_an_error() {
    const KNOT: &str = "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}";
    for call in ["toToml $d", "mustToToml $d", "toYaml $d", "toYamlPretty $d", "toJson $d"] {
        // Some answer with the error or with nothing; none runs for ever.
        let _ = rendered(&format!("{KNOT}{{{{ {call} | trunc 100 }}}}"), false, Arc::new(Fixed::default()));
    }
    for open in ["[", "{a=", "a.", "{a=["] {
        let text = format!("a = {}", open.repeat(5000));
        let call = format!("{{{{ fromToml {text:?} }}}}");
        let shown = rendered(&call, false, Arc::new(Fixed::default())).expect("the error is the value");
        assert!(shown.contains("Error:toml: line 1"), "{open}: {shown}");
    }
}
