//! Records that Helm 3.22.0 and Helm 4.3.1 wrote (install, upgrade, failed upgrade, rollback and uninstall of a
//! small chart with hooks): what they stored is read, and written back byte for byte.

use helm_release::{Compat, Hook, HookPhase, Release, Status, codec};

/// The records of one generation, oldest first, as they lay in their Secrets.
fn records(helm: u8) -> Vec<Vec<u8>> {
    let read = |version: u8| {
        let path = format!("{}/tests/data/records/helm{helm}-v{version}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
    };
    (1..=4).map(read).collect()
}

fn compat(helm: u8) -> Compat {
    if helm == 3 { Compat::V3 } else { Compat::V4 }
}

#[test]
fn records_are_written_back_byte_for_byte() {
    for helm in [3, 4] {
        for stored in records(helm) {
            let release = codec::decode(&stored).unwrap();
            let json = String::from_utf8(codec::unpack(&stored).unwrap()).unwrap();
            assert_eq!(String::from_utf8(release.to_json(compat(helm)).unwrap()).unwrap(), json);
            let packed = codec::encode(&release, compat(helm)).unwrap();
            assert_eq!(codec::unpack(packed.as_bytes()).unwrap(), json.as_bytes());
        }
    }
}

#[test]
fn records_tell_the_story_of_the_release() {
    for helm in [3, 4] {
        let releases: Vec<Release> =
            records(helm).iter().map(|stored| codec::decode(stored).unwrap()).collect();
        let states: Vec<&Status> = releases.iter().map(|release| &release.info.status).collect();
        assert_eq!(states, [&Status::Superseded, &Status::Superseded, &Status::Failed, &Status::Uninstalled]);
        assert_eq!(releases[1].info.description, "second <one>");
        assert_eq!(releases[3].info.rollback_revision, if helm == 4 { 1 } else { 0 });
        assert!(releases[3].info.deleted.is_some() && releases[0].info.deleted.is_none());
        assert_eq!(releases[0].is_server_side(), helm == 4);
        let values = releases[1].config_values().unwrap();
        assert_eq!(values.get("berths"), Some(govalue::Value::Float(4.0)));
        let failed: Vec<&Hook> =
            releases[2].hooks.iter().filter(|h| h.last_run.phase == HookPhase::Failed).collect();
        assert_eq!(failed.iter().map(|hook| hook.kind.as_str()).collect::<Vec<_>>(), ["Job"]);
        let chart = releases[0].chart.as_ref().unwrap();
        assert_eq!((chart.head().name.as_str(), chart.head().version.as_str()), ("harbor", "1.2.3"));
        let values = chart.values().unwrap();
        assert_eq!(values.get("large"), Some(govalue::Value::Float(1e6)));
        assert_eq!(chart.metadata().unwrap().annotations["example.com/berth"], "4");
    }
}

#[test]
fn summaries_agree_with_records() {
    for helm in [3, 4] {
        for stored in records(helm) {
            let release = codec::decode(&stored).unwrap();
            assert_eq!(codec::decode_summary(&stored).unwrap(), helm_release::Summary::from(&release));
        }
    }
}

#[test]
fn a_stored_chart_is_written_as_helm_writes_it() {
    for helm in [3, 4] {
        let release = codec::decode(&records(helm)[0]).unwrap();
        let record = release.chart.unwrap();
        let json = serde_json::to_string(&record).unwrap();
        let chart: helm_chart::Chart = serde_json::from_str(&json).unwrap();
        let again = helm_release::ChartRecord::of(&chart).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), json, "helm {helm}");
    }
}

#[test]
fn fields_of_other_programs_survive() {
    let json = concat!(
        r#"{"name":"a","info":{"status":"deployed","mood":"calm <sea>","deleted":null},"#,
        r#""chart":{"metadata":{"name":"c","berth":7},"cargo":[1,2.50]},"config":{"n":1e3},"#,
        r#""hooks":[{"name":"h","last_run":{"phase":"","ran_by":"x"},"crew":3}],"version":2,"fleet":{"b":1,"a":null}}"#,
    );
    let release: Release = serde_json::from_str(json).unwrap();
    let written = String::from_utf8(release.to_json(Compat::V4).unwrap()).unwrap();
    let expected = json.replace(",\"deleted\":null", "");
    assert_eq!(written, expected);
}

#[test]
fn uncompressed_and_damaged_records() {
    use base64::Engine;
    let plain = base64::prelude::BASE64_STANDARD.encode(r#"{"name":"old","version":1}"#);
    assert_eq!(codec::decode(plain.as_bytes()).unwrap().name, "old");
    assert_eq!(codec::decode(format!("{}\n{}", &plain[..8], &plain[8..]).as_bytes()).unwrap().name, "old");
    assert_eq!(codec::decode(b"e30*").unwrap_err().to_string(), "illegal base64 data at input byte 3");
    let stored = &records(4)[0];
    assert!(codec::decode(&stored[..stored.len() / 2 / 4 * 4]).is_err());
    assert!(codec::decode(b"").is_err());
    assert!(codec::decode(b"e30=").is_ok());
}
