//! Provenance against the libraries of both Helms: who can read whose signatures and keyrings, and with which words
//! either refuses. `SEED` and `CASES` choose other and more random cases.

mod damage;
mod validity;
mod world;

use serde_json::json;

use world::{KeyPair, World, user};

/// Kinds of keys that sign charts.
const ALGORITHMS: [&str; 7] = ["rsa2048", "rsa4096", "ed25519", "p256", "p384", "p521", "secp256k1"];

/// Metadata with everything that a clear-signed message treats in its own way.
const METADATA: &str = "apiVersion: v2\ndescription: |-\n  From here  \n\n  -----BEGIN PGP\n  to \u{e4}\t\nkeywords:\n- a\n- -b\n\
    - ''\nname: demo\nversion: 1.2.3\n";

#[test]
fn each_verifies_what_the_other_signs() {
    let mut world = World::new();
    for algorithm in ALGORITHMS {
        let key = world.key(algorithm, json!({}));
        for name in ["demo-1.2.3.tgz", "a: b #c.tgz"] {
            world.write_archive(name, algorithm.as_bytes());
            world.write("keys", &key.secret);
            let theirs = world.sign_by_helm(&user(algorithm), METADATA, "").expect("Helm signs");
            let ours = world.sign(&user(algorithm), METADATA, None).expect("we sign");
            assert_same_shape(&theirs, &ours);
            world.write("keys", &key.public);
            for prov in [theirs, ours] {
                world.write_prov(&prov);
                let found = world.agree(algorithm).expect("a good signature");
                assert_eq!(found["fingerprint"], key.fingerprint);
                assert_eq!(found["users"], json!([user(algorithm)]));
            }
        }
    }
}

/// The same lines but for the signature, which has the same size within a few bytes and the checksum.
fn assert_same_shape(theirs: &[u8], ours: &[u8]) {
    let split = |text: &[u8]| {
        let text = String::from_utf8(text.to_vec()).expect("text");
        let at = text.find("\n-----BEGIN PGP SIGNATURE-----").expect("a signature");
        (text[..at].to_owned(), text[at..].to_owned())
    };
    let ((their_text, their_signature), (our_text, our_signature)) = (split(theirs), split(ours));
    assert_eq!(their_text, our_text);
    assert!(their_signature.len().abs_diff(our_signature.len()) <= 16);
    assert!(our_signature.ends_with("\n-----END PGP SIGNATURE-----"));
    assert!(our_signature.lines().all(|l| l.len() <= 64));
}

#[test]
fn locked_keys_open_with_their_passphrase_only() {
    let mut world = World::new();
    for algorithm in ["rsa2048", "ed25519", "p256"] {
        let KeyPair { secret, public, .. } = world.key(algorithm, json!({"locked": "corr\u{e9}ct horse"}));
        world.write_archive("demo-1.2.3.tgz", b"content");
        world.write("keys", &secret);
        let wrong = world.sign(&user(algorithm), METADATA, Some("battery staple")).expect_err("locked");
        let theirs = world.sign_by_helm(&user(algorithm), METADATA, "battery staple").expect_err("locked");
        assert_eq!(wrong, theirs);
        let ours = world.sign(&user(algorithm), METADATA, Some("corr\u{e9}ct horse")).expect("open");
        world.write("keys", &public);
        world.write_prov(&ours);
        world.agree(algorithm).expect("a good signature");
    }
}

#[test]
fn keys_are_found_as_helm_finds_them() {
    let mut world = World::new();
    let first = world.key("ed25519", json!({"users": ["Ann Lee <ann@example.com>", "Lee"]}));
    let second = world.key("p256", json!({"users": ["Bob Lee <bob@example.com>"]}));
    world.write_archive("demo-1.2.3.tgz", b"content");
    for (keys, id) in [
        (vec![&first.secret, &second.secret], "ann"),
        (vec![&first.secret, &second.secret], "bob@"),
        (vec![&first.secret, &second.secret], "Lee"),
        (vec![&first.secret, &second.secret], "ee"),
        (vec![&first.secret], "Le"),
        (vec![&second.secret, &first.secret], "Ann Lee <ann@example.com>"),
        (vec![&second.secret, &first.secret], "nobody"),
        (vec![&first.public, &second.secret], "ann"),
        (vec![&first.public, &second.secret], "bob"),
        (vec![], "bob"),
    ] {
        let ring: Vec<u8> = keys.into_iter().flatten().copied().collect();
        world.write("keys", &ring);
        let theirs = world.sign_by_helm(id, METADATA, "").map(drop);
        let ours = world.sign(id, METADATA, None).map(drop);
        assert_eq!(ours, theirs, "looking for {id}");
    }
}

#[test]
fn keyrings_are_read_in_all_forms() {
    let mut world = World::new();
    let keys = ["rsa2048", "ed25519", "p384"].map(|algorithm| world.key(algorithm, json!({})));
    world.write_archive("demo-1.2.3.tgz", b"content");
    world.write("keys", &keys[1].secret);
    let prov = world.sign(&user("ed25519"), METADATA, None).expect("we sign");
    world.write_prov(&prov);
    let all: Vec<u8> = keys.iter().flat_map(|k| k.public.clone()).collect();
    let armored = world::armor("PGP PUBLIC KEY BLOCK", &all);
    let each = keys.iter().map(|k| world::armor("PGP PUBLIC KEY BLOCK", &k.public)).collect::<Vec<_>>();
    let keybox = world::keybox(&keys.iter().map(|k| (2, 0, k.public.clone())).collect::<Vec<_>>());
    let ephemeral = world::keybox(&keys.iter().map(|k| (2, 2, k.public.clone())).collect::<Vec<_>>());
    let other = world::keybox(&[(3, 0, b"a certificate".to_vec()), (2, 0, keys[1].public.clone())]);
    for (form, ring) in [
        ("binary", all.clone()),
        ("secret", keys[1].secret.clone()),
        ("armored", armored.clone().into_bytes()),
        ("armored with blanks", format!("\n \n{armored}\n\n").into_bytes()),
        ("keybox", keybox.clone()),
        ("keybox with certificate", other),
    ] {
        world.write("keys", &ring);
        world.agree4(form).expect(form);
    }
    // Helm means to read all blocks, but what its reader took ahead of the first one's end is lost.
    world.write("keys", each.concat().as_bytes());
    world.verify4().expect("all blocks are read");
    for (form, ring) in [
        ("empty", vec![]),
        ("without the key", keys[0].public.clone()),
        ("ephemeral keybox", ephemeral),
        ("cut keybox", keybox[..keybox.len() - 1].to_vec()),
        ("short keybox", [&keybox[..], &[0, 0]].concat()),
        ("keybox with no length", [&keybox[..], &[0; 20]].concat()),
        ("text", b"no keyring".to_vec()),
        ("armored message", world::armor("PGP MESSAGE", &all).into_bytes()),
        ("armor without a block", b"-----BEGIN PGP\n".to_vec()),
        ("armored signature", prov.clone()),
        (
            "new algorithms",
            [world.key("ed25519new", json!({})).public, world.key("ed448new", json!({})).public].concat(),
        ),
    ] {
        world.write("keys", &ring);
        let error = world.agree4(form).expect_err(form);
        assert!(!error.contains("panic"), "{form}: {error}");
    }
    let brainpool = world.key("brainpool256", json!({}));
    world.write("keys", &brainpool.public);
    let error = world.verify4().expect_err("curves that are not computed");
    assert!(error.contains("unsupported feature: public key type: brainpool"), "{error}");
    for (ring, words) in [(keybox, "a GnuPG keybox"), (armored.into_bytes(), "ASCII-armored")] {
        world.write("keys", &ring);
        let (theirs, ours) =
            (world.verify_by_helm(3).expect_err("binary only"), world.verify3().expect_err("as Helm 3"));
        assert!(ours.starts_with(&theirs) && ours.contains(words), "{ours}");
    }
}
