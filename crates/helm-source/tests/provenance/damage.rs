//! Damaged provenance files and keyrings: the same verdict, and the same words.

use helm_testkit::random::{Random, cases};
use serde_json::json;

use crate::world::{KeyPair, World, user};

/// Changes, removes, repeats or inserts something.
fn damage(random: &mut Random, sound: &[u8]) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    for _ in 0..=random.below(2) {
        let at = random.below(bytes.len());
        let length = 1 + random.below(6).min(bytes.len() - at - 1);
        match random.below(6) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = u8::try_from(random.below(256)).expect("a byte"),
            2 => drop(bytes.drain(at..at + length)),
            3 => bytes.truncate(at.max(1)),
            4 => bytes.insert(at, b" \n\t-=:A\x80\xff"[random.below(9)]),
            _ => {
                let again = bytes[at..at + length].to_vec();
                bytes.splice(at..at, again);
            }
        }
        if bytes.is_empty() {
            return vec![b'x'];
        }
    }
    bytes
}

fn signed(world: &mut World, algorithm: &str) -> (KeyPair, Vec<u8>) {
    let key = world.key(algorithm, json!({"subkey": algorithm == "ed25519"}));
    world.write_archive("demo-1.2.3.tgz", b"content");
    world.write("keys", &key.secret);
    let prov = world.sign(&user(algorithm), crate::METADATA, None).expect("we sign");
    world.write("keys", &key.public);
    (key, prov)
}

/// Some of the places, or all with enough `CASES`.
fn places(random: &mut Random, length: usize, normal: usize) -> Vec<usize> {
    let wanted = cases(normal);
    match wanted >= length {
        true => (0..length).collect(),
        false => (0..wanted).map(|_| random.below(length)).collect(),
    }
}

#[test]
fn every_byte_of_a_provenance_file_counts_as_in_helm() {
    let mut world = World::new();
    let mut random = Random::seeded("every_byte_of_a_provenance_file_counts_as_in_helm");
    for algorithm in ["ed25519", "rsa2048"] {
        let (_, prov) = signed(&mut world, algorithm);
        for at in places(&mut random, prov.len(), 40) {
            let mut changed = prov.clone();
            changed[at] ^= 1;
            world.write_prov(&changed);
            let _ =
                world.agree4(&format!("{algorithm}: byte {at} of\n{}", String::from_utf8_lossy(&changed)));
        }
    }
}

/// The signature's packet is damaged beneath its armour, where every field has an error of its own.
#[test]
fn every_byte_of_a_signature_counts_as_in_helm() {
    let mut world = World::new();
    let mut random = Random::seeded("every_byte_of_a_signature_counts_as_in_helm");
    for algorithm in ["ed25519", "rsa2048"] {
        let (_, prov) = signed(&mut world, algorithm);
        let (text, packet) = open(&prov);
        for at in places(&mut random, packet.len(), 50) {
            let mut changed = packet.clone();
            changed[at] ^= random.pick(&[1, 0x80, 0xff]);
            world.write_prov(&close(&text, &changed));
            let _ = world.agree4(&format!("{algorithm}: byte {at} of {changed:02x?}"));
        }
        for at in places(&mut random, packet.len(), 10) {
            world.write_prov(&close(&text, &packet[..at]));
            let _ = world.agree4(&format!("{algorithm}: {at} bytes of {packet:02x?}"));
        }
    }
}

#[test]
fn random_damage_is_judged_as_in_helm() {
    let mut world = World::new();
    let mut random = Random::seeded("random_damage_is_judged_as_in_helm");
    let samples: Vec<_> = ["ed25519", "rsa2048", "p256"].map(|a| (a, signed(&mut world, a))).into();
    for case in 0..cases(40) {
        let (algorithm, (key, prov)) = &samples[random.below(samples.len())];
        let (text, packet) = open(prov);
        let what = format!("case {case}, {algorithm}");
        world.write("keys", &key.public);
        let changed = match random.below(2) {
            0 => damage(&mut random, prov),
            _ => close(&text, &damage(&mut random, &packet)),
        };
        world.write_prov(&changed);
        let _ = world.agree(&format!("{what}: {}", String::from_utf8_lossy(&changed)));
        // The same with a damaged keyring. Of packets that have no place in one, Go reads more or less than we do; so
        // it may give another reason for its refusal.
        world.write_prov(prov);
        let others = samples.iter().filter(|(other, _)| other != algorithm);
        let mut ring = damage(&mut random, &key.public);
        if random.chance(50) {
            others.for_each(|(_, (other, _))| ring.extend(&other.public));
        }
        world.write("keys", &ring);
        let (theirs, ours) = (world.verify_by_helm(4), world.verify4());
        assert_eq!(ours.ok(), theirs.ok(), "{what}: keyring {ring:02x?}");
    }
}

/// The text before the signature, and the signature's packet.
fn open(prov: &[u8]) -> (String, Vec<u8>) {
    use base64::Engine as _;
    let prov = String::from_utf8(prov.to_vec()).expect("text");
    let (text, armor) = prov.split_once("-----BEGIN PGP SIGNATURE-----\n\n").expect("a signature");
    let body: String = armor.lines().take_while(|l| !l.starts_with(['-', '='])).collect();
    let packet = base64::engine::general_purpose::STANDARD.decode(body).expect("base64");
    (text.to_owned(), packet)
}

fn close(text: &str, packet: &[u8]) -> Vec<u8> {
    format!("{text}{}", crate::world::armor("PGP SIGNATURE", packet).replace("Comment: made by a test\n", ""))
        .into_bytes()
}
