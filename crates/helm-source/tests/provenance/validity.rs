//! Keys and signatures that are whole but not in force, and signed messages that say odd things.

use serde_json::json;

use crate::world::{World, now, user};

const DAY: i64 = 24 * 3600;

#[test]
fn keys_that_are_not_in_force_are_refused() {
    let mut world = World::new();
    world.write_archive("demo-1.2.3.tgz", b"content");
    let long_ago = now() - 100 * DAY;
    for (what, key, message, error) in [
        ("in force", json!({"created": long_ago, "lifetime": 200 * DAY}), json!({}), None),
        ("expired", json!({"created": long_ago, "lifetime": DAY}), json!({}), Some("openpgp: key expired")),
        (
            "expired, signed before",
            json!({"created": long_ago, "lifetime": DAY}),
            json!({"at": long_ago + 60}),
            Some("openpgp: key expired"),
        ),
        (
            "of the future",
            json!({"created": now() + DAY}),
            json!({"at": now() + 2 * DAY}),
            Some("openpgp: key expired"),
        ),
        ("revoked", json!({"revoked": true}), json!({}), Some("openpgp: signature made by revoked key")),
        (
            "compromised",
            json!({"revoked": true, "compromisedRevoked": true, "created": now() + DAY}),
            json!({"at": now() + 2 * DAY}),
            Some("openpgp: signature made by revoked key"),
        ),
        (
            "a signature that ran out",
            json!({"created": long_ago}),
            json!({"at": long_ago + 60, "lifetime": DAY}),
            Some("openpgp: signature expired"),
        ),
        (
            "a signature of the future",
            json!({}),
            json!({"at": now() + DAY}),
            Some("openpgp: signature expired"),
        ),
        ("a signing subkey", json!({"subkey": true}), json!({"subkey": true}), None),
        (
            "an expired signing subkey",
            json!({"subkey": true, "created": long_ago, "lifetime": DAY}),
            json!({"subkey": true, "at": long_ago + 60}),
            Some("openpgp: key expired"),
        ),
    ] {
        let algorithm = if key["subkey"] == true { "rsa2048" } else { "ed25519" };
        let key = world.key(algorithm, key.clone());
        world.write("keys", &key.secret);
        let text = message_for(b"content");
        let prov = world.message(&text, message.clone());
        world.write("keys", &key.public);
        world.write_prov(&prov);
        let verdict = world.agree(what);
        assert_eq!(verdict.as_ref().err().map(String::as_str), error, "{what}: {verdict:?}");
    }
}

#[test]
fn unlocked_secret_keyrings_verify_too() {
    let mut world = World::new();
    world.write_archive("demo-1.2.3.tgz", b"content");
    let key = world.key("p256", json!({"subkey": true}));
    world.write("keys", &key.secret);
    let prov = world.sign(&user("p256"), "name: demo", None).expect("we sign");
    world.write_prov(&prov);
    world.agree("by the secret keyring").expect("a good signature");
}

fn message_for(archive: &[u8]) -> String {
    use sha2::Digest as _;
    let digits: String = sha2::Sha256::digest(archive).iter().map(|b| format!("{b:02x}")).collect();
    format!("name: demo\n\n...\nfiles:\n  demo-1.2.3.tgz: sha256:{digits}\n")
}

#[test]
fn odd_messages_are_judged_alike() {
    let mut world = World::new();
    world.write_archive("demo-1.2.3.tgz", b"content");
    let key = world.key("ed25519", json!({}));
    let good = message_for(b"content");
    let sums = good.split_once("...\n").expect("two parts").1;
    let messages = [
        good.clone(),
        message_for(b"other content"),
        good.replace("demo-1.2.3.tgz", "other-1.2.3.tgz"),
        good.replace("files:", "Files:"),
        good.replace("...", "---"),
        good.replace("\n...\n", "\n...\n...\n"),
        good.replace("\n...\n", "\n...\n\n...\n"),
        good.clone() + "\n...\nmore: [",
        good.replace("name: demo", "name: ["),
        good.replace("name: demo", "name: [a"),
        "...\n".to_owned() + sums,
        "\n...\n".to_owned() + sums,
        "\n...\n".to_owned(),
        "\n...\n[]\n".to_owned(),
        "\n...\ntext\n".to_owned(),
        "\n...\n12\n".to_owned(),
        "\n...\nfiles: 1\n".to_owned(),
        "\n...\nfiles: [a]\n".to_owned(),
        "\n...\nfiles:\n  demo-1.2.3.tgz: 1\n".to_owned(),
        "\n...\nfiles:\n  demo-1.2.3.tgz: {}\n".to_owned(),
        "\n...\nfiles:\n  demo-1.2.3.tgz:\n".to_owned(),
        "\n...\nfiles:\n  demo-1.2.3.tgz: true\n".to_owned(),
        "\n...\nimages: 1\n".to_owned() + sums,
        "\n...\nimages:\n  a: b\nunknown: [1]\n".to_owned() + sums,
        "\n...\n\tfiles: x\n".to_owned(),
        "\n...\nfiles: {a: 'b\n".to_owned(),
        String::new(),
        "a".to_owned(),
        "- a\n--b\n\n\n".to_owned() + &good,
        good.replace('\n', "\r\n"),
        good.replace("demo\n", "demo \t \n"),
    ];
    for text in &messages {
        world.write("keys", &key.secret);
        let prov = world.message(text, json!({}));
        world.write("keys", &key.public);
        world.write_prov(&prov);
        let _ = world.agree(text);
    }
    world.write_prov(b"");
    assert_eq!(
        world.agree("an empty file").expect_err("empty").split(": ").last(),
        Some("signature block not found")
    );
}
