use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use govalue::Str;
use helm_chart::{BufferedFile, Compat, Time, archive, assemble};
use serde_json::{Value as Json, json};

use crate::random::{Random, cases};
use crate::{BOTH, number, oracle};

fn chart_files(r: &mut Random) -> Vec<Json> {
    let mut files = vec![
        json!({"name": "Chart.yaml", "data": "apiVersion: v2\nname: app\nversion: 1.2.3-a+b\nkeywords: [x, 1]\n"}),
        json!({"name": "values.yaml", "data": "a: 1 # kept\n"}),
    ];
    if r.chance(20) {
        files[0]["data"] = json!("name: app\nversion: 1.0.0\n");
        files.push(
            json!({"name": "requirements.yaml", "data": "dependencies:\n- name: sub\n  version: 1.0.0\n"}),
        );
    }
    if r.chance(30) {
        files.push(
            json!({"name": "Chart.lock", "data": "digest: x\ngenerated: \"2021-03-29T12:42:34.3+02:00\"\n"}),
        );
    }
    if r.chance(30) {
        files.push(json!({"name": "values.schema.json", "data": r.pick(&["{}", "{\"a\": [1]}", "{"])}));
    }
    for _ in 0..r.below(4) {
        let folder = "long-folder/".repeat(r.below(16));
        let name = r.pick(&[
            "README.md",
            "templates/a.yaml",
            "crds/a.yaml",
            "é.txt",
            "a//b",
            "templates/../x",
            "exec",
        ]);
        files.push(json!({"name": format!("{folder}{name}"), "data": "x".repeat(r.below(40))}));
    }
    if r.chance(40) {
        files.push(
            json!({"name": "charts/sub/Chart.yaml", "data": "apiVersion: v2\nname: sub\nversion: 1.0.0\n"}),
        );
        files.push(json!({"name": "charts/sub/templates/s.yaml", "data": "s: 1\n"}));
    }
    files
}

#[test]
fn charts_are_packaged_as_in_helm() {
    let mut r = Random::seeded("pack");
    let questions: Vec<Json> =
        (0..cases(600)).map(|_| json!({"op": "pack", "compat": 4, "files": chart_files(&mut r)})).collect();
    for (question, answer) in questions.iter().zip(oracle().ask_all(&questions)) {
        let files = question["files"].as_array().unwrap().iter().map(|f| BufferedFile {
            name: f["name"].as_str().unwrap().to_owned(),
            mod_time: None,
            data: Str::from(f["data"].as_str().unwrap()),
        });
        let chart = assemble(files.collect(), Compat::V4, &mut Vec::new()).expect("a chart");
        let folder = tempfile::tempdir().expect("a folder");
        let stamped = chart.stamped(Time::from_unix(1_234_567_890, 0));
        match archive::save(&stamped, folder.path(), Time::ZERO, Compat::V4) {
            Err(error) => assert_eq!(json!(error.to_string()), answer["error"], "{question}"),
            Ok(path) => {
                assert_eq!(answer["error"], Json::Null, "{question}");
                assert_eq!(json!(path.file_name().unwrap().to_str()), answer["name"]);
                let data = std::fs::read(&path).expect("the archive");
                let mut unzipped = GzDecoder::new(&data[..]);
                let mut stream = Vec::new();
                unzipped.read_to_end(&mut stream).expect("gzip");
                let header = unzipped.header().expect("a header");
                assert_eq!(header.comment(), answer["comment"].as_str().map(str::as_bytes));
                assert_eq!(header.extra(), answer["extra"].as_str().map(str::as_bytes));
                let theirs = STANDARD.decode(answer["tar"].as_str().unwrap()).unwrap();
                let blocks = stream.chunks(512).zip(theirs.chunks(512));
                for (at, (ours, theirs)) in blocks.enumerate() {
                    assert_eq!(shown(ours), shown(theirs), "block {at} of {question}");
                }
                assert_eq!(stream.len(), theirs.len(), "{question}");
                assert_eq!(data, archive::pack(&stamped, Time::ZERO, Compat::V4).unwrap());
            }
        }
    }
}

/// A block for reading.
fn shown(block: &[u8]) -> String {
    String::from_utf8_lossy(block).replace('\0', "·")
}

const NAMES: &[&str] = &[
    "app/Chart.yaml",
    "app/values.yaml",
    "app/templates/a",
    "app/../x",
    "app/../../x",
    "../x",
    "/etc/passwd",
    "app//x",
    "app//etc/x",
    "app\\templates\\a",
    "app\\..\\x",
    "app/c:/x",
    "app/./y",
    "app/",
    "app",
    "Chart.yaml",
    "Chart.yaml/x",
    "app/a/../b",
    "app/..x",
    "c:\\x\\y",
    "app/é",
    "",
    "app/sub/../../..",
];

fn tar_entry(r: &mut Random, builder: &mut tar::Builder<Vec<u8>>) {
    let name = r.pick(NAMES);
    let data = r.pick(&["", "text", "\u{feff}bom"]);
    let mut header = if r.chance(80) { tar::Header::new_ustar() } else { tar::Header::new_gnu() };
    let kinds = [
        tar::EntryType::Regular,
        tar::EntryType::Regular,
        tar::EntryType::Regular,
        tar::EntryType::Regular,
        tar::EntryType::Directory,
        tar::EntryType::Symlink,
        tar::EntryType::Link,
        tar::EntryType::XGlobalHeader,
        tar::EntryType::Char,
        tar::EntryType::Block,
        tar::EntryType::Fifo,
        tar::EntryType::Continuous,
        tar::EntryType::new(b'z'),
        tar::EntryType::new(0),
    ];
    let kind = r.pick(&kinds);
    header.set_entry_type(kind);
    header.set_mode(if r.chance(95) { 0o644 } else { 0o040_755 });
    let has_data = kind == tar::EntryType::Regular;
    header.set_size(if has_data { data.len() as u64 } else { 0 });
    if matches!(kind, tar::EntryType::Symlink | tar::EntryType::Link) {
        header.set_link_name("/etc/passwd").expect("a link name");
    }
    // Names that the builder would refuse.
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    match r.below(20) {
        0 => builder.append_pax_extensions([("path", &b"app/templates/long"[..])]).expect("records"),
        1 => builder.append_pax_extensions([("size", &b"4"[..]), ("mtime", b"1.5")]).expect("records"),
        2 => {
            let key = r.pick(&["uid", "mtime", "size", "x", "linkpath", "ctime"]);
            let value = r.pick(&[&b"-1"[..], b"x", b"1.x", b"", b"a\0b", b"99999999999999999999"]);
            builder.append_pax_extensions([(key, value)]).expect("records");
        }
        3 => long_name(builder, r.pick(&["app/templates/gnu", "../x", "/x", "app/\0x"])),
        _ => {}
    }
    if r.chance(10) && has_data {
        let long = format!("app/{}/{}", "f".repeat(120), r.pick(&["x", "../../y"]));
        builder.append_pax_extensions([("path", long.as_bytes())]).expect("records");
    }
    header.set_cksum();
    builder.append(&header, if has_data { data.as_bytes() } else { b"" }).expect("an entry");
}

/// GNU's entry before another one, which gives it its name.
fn long_name(builder: &mut tar::Builder<Vec<u8>>, name: &str) {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_size(name.len() as u64 + 1);
    header.set_cksum();
    builder.append(&header, format!("{name}\0").as_bytes()).expect("a name");
}

/// Changes a byte of a header, the sum of which is then right again as a rule.
fn damage_header(r: &mut Random, stream: &mut [u8]) {
    let start = r.below(stream.len() / 512) * 512;
    let block = &mut stream[start..start + 512];
    let at =
        r.pick(&[0, 100, 107, 108, 124, 130, 136, 156, 257, 262, 263, 329, 345, 357, 476, 508]) + r.below(3);
    // Names are text.
    let values = [0, b' ', b'0', b'7', b'8', b'a', b'/', b'+', b'-', 0x80, 0xff];
    let count = if at < 100 || (345..500).contains(&at) { 9 } else { values.len() };
    block[at] = values[r.below(count)];
    if r.chance(90) {
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|b| u32::from(*b)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
}

#[test]
fn archives_are_read_as_in_helm() {
    let mut r = Random::seeded("unpack");
    let questions: Vec<Json> = (0..cases(4000))
        .map(|case| {
            let mut builder = tar::Builder::new(Vec::new());
            for _ in 0..r.below(4) {
                tar_entry(&mut r, &mut builder);
            }
            let mut stream = builder.into_inner().expect("a tar");
            if r.chance(20) {
                damage_header(&mut r, &mut stream);
            }
            if r.chance(10) {
                stream.truncate(r.below(stream.len()));
            }
            let level = r.pick(&[0, 1, 6, 9]);
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
            gzip.write_all(&stream).expect("gzip");
            let mut data = gzip.finish().expect("gzip");
            match r.below(15) {
                0 => data.truncate(r.below(data.len())),
                1 => data = b"name: not-an-archive".to_vec(),
                2 => data.extend_from_within(..),
                3 => data.extend_from_slice(b"more"),
                4..=6 => {
                    let at = 10 + r.below(data.len() - 10);
                    data[at] ^= 1 << r.below(8);
                }
                _ => {}
            }
            json!({"op": "unpack", "compat": number(BOTH[case % 2]), "text": STANDARD.encode(data)})
        })
        .collect();
    for (question, answer) in questions.iter().zip(oracle().ask_all(&questions)) {
        let data = STANDARD.decode(question["text"].as_str().unwrap()).unwrap();
        let compat = BOTH[usize::from(question["compat"] == 4)];
        match archive::read_files(&data, compat) {
            Err(error) => assert_eq!(json!(error.to_string()), answer["error"], "{question}"),
            Ok(files) => {
                let files: Vec<Json> =
                    files.iter().map(|f| json!({"name": f.name, "data": f.data.to_str()})).collect();
                assert_eq!(json!(files), answer["files"], "{question} {answer}");
            }
        }
    }
}
