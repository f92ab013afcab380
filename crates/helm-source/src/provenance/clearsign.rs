//! Clear-signed messages (RFC 9580, section 7) by the rules of go-crypto's `clearsign`.

use super::armor;

/// The beginning of a message.
const START: &[u8] = b"-----BEGIN PGP SIGNED MESSAGE-----";
/// The line that ends its text.
const SIGNATURE: &[u8] = b"-----BEGIN PGP SIGNATURE-----";
/// The end of a message.
const END: &[u8] = b"\n-----END PGP SIGNATURE-----";
/// Names that the only header, `Hash`, may hold.
const HASHES: [&str; 9] =
    ["MD5", "SHA1", "RIPEMD160", "SHA224", "SHA256", "SHA384", "SHA512", "SHA3-256", "SHA3-512"];

/// A message and its signature, not verified.
pub(super) struct Message {
    /// The text with the line ends of this system.
    pub(super) text: Vec<u8>,
    /// The text as it was signed: lines without blanks at their ends, joined by CR LF.
    pub(super) signed: Vec<u8>,
    /// The packets of the signature.
    pub(super) signature: armor::Body,
}

/// The first message of a text; nothing when there is none or it is malformed.
pub(super) fn decode(data: &[u8]) -> Option<Message> {
    let mut rest = match data.strip_prefix(START) {
        Some(rest) => rest,
        None => {
            let start = [b"\n", START].concat();
            let at = data.windows(start.len()).position(|w| w == start)?;
            &data[at + start.len()..]
        }
    };
    let first = take_line(&mut rest);
    if !first.is_empty() {
        return None;
    }
    skip_headers(&mut rest)?;
    let (mut text, mut signed) = (Vec::new(), Vec::new());
    let mut is_first = true;
    loop {
        let line_start = rest;
        let line = take_line(&mut rest);
        if line.is_empty() && rest.is_empty() {
            return None;
        }
        if line == SIGNATURE {
            rest = line_start;
            break;
        }
        let line = line.strip_prefix(b"- ").unwrap_or(line);
        let line = &line[..line.iter().rposition(|b| !matches!(b, b' ' | b'\t')).map_or(0, |at| at + 1)];
        if !is_first {
            text.push(b'\n');
            signed.extend_from_slice(b"\r\n");
        }
        is_first = false;
        text.extend_from_slice(line);
        signed.extend_from_slice(line);
    }
    if is_first {
        return None;
    }
    let end = rest.windows(END.len()).position(|w| w == END)? + END.len();
    let signature = armor::decode(&rest[..end])?.body;
    Some(Message { text, signed, signature })
}

/// The next line without its end.
fn take_line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let (line, after) = match rest.iter().position(|b| *b == b'\n') {
        Some(at) => (rest[..at].strip_suffix(b"\r").unwrap_or(&rest[..at]), &rest[at + 1..]),
        None => (*rest, &rest[rest.len()..]),
    };
    *rest = after;
    line
}

fn skip_headers(rest: &mut &[u8]) -> Option<()> {
    loop {
        if rest.is_empty() {
            return None;
        }
        let line = take_line(rest);
        let line = match std::str::from_utf8(line) {
            Ok(line) if line.trim().is_empty() => return Some(()),
            Ok(line) if line.bytes().all(|b| (0x20..=0x7e).contains(&b)) => line,
            _ => return None,
        };
        let (key, values) = line.split_once(':')?;
        let known = |value: &str| HASHES.iter().any(|h| value.trim().eq_ignore_ascii_case(h));
        if key.trim() != "Hash" || !values.split(',').all(known) {
            return None;
        }
    }
}

/// What is signed for a text. Signing does not hash blanks at the ends of lines, and readers strip them before they
/// verify; so they go from the message too.
pub(super) struct Draft {
    text: Vec<u8>,
    /// The bytes to sign.
    pub(super) signed: Vec<u8>,
}

impl Draft {
    pub(super) fn new(text: &[u8]) -> Draft {
        let (mut shown, mut signed) =
            (Vec::with_capacity(text.len() + 16), Vec::with_capacity(text.len() + 64));
        for (at, line) in text.split(|b| *b == b'\n').enumerate() {
            let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\r');
            let line = &line[..line.iter().rposition(|b| !blank(b)).map_or(0, |last| last + 1)];
            if at > 0 {
                shown.push(b'\n');
                signed.extend_from_slice(b"\r\n");
            }
            if line.starts_with(b"-") {
                shown.extend_from_slice(b"- ");
            }
            shown.extend_from_slice(line);
            signed.extend_from_slice(line);
        }
        Draft { text: shown, signed }
    }

    /// The message with the packet of its signature, made with SHA-512.
    pub(super) fn finish(&self, packet: &[u8]) -> Vec<u8> {
        let mut out = [START, b"\nHash: SHA512\n\n", &self.text, b"\n"].concat();
        armor::encode("PGP SIGNATURE", packet, &mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{Draft, decode};

    #[test]
    fn what_is_written_is_read_back() {
        for text in
            ["", "a", "a\n", "- b \n-c\t\n\n...\nd: \r\n", "  \n-----BEGIN PGP SIGNATURE-----\n", "\n\n"]
        {
            let draft = Draft::new(text.as_bytes());
            let message = decode(&draft.finish(b"packet")).expect("a whole message");
            assert_eq!(message.signed, draft.signed, "{text:?}");
            assert_eq!(message.signature.bytes, b"packet");
            let lines: Vec<&str> = text.split('\n').map(|l| l.trim_end_matches([' ', '\t', '\r'])).collect();
            assert_eq!(message.text, lines.join("\n").into_bytes());
        }
    }

    #[test]
    fn malformed_messages_are_none() {
        let good = Draft::new(b"a\n").finish(b"x");
        let good = String::from_utf8(good).expect("text");
        assert!(decode(format!("mail\n{good}\nmore").as_bytes()).is_some());
        assert!(decode(good.replace("\n", "\r\n").as_bytes()).is_some());
        for (from, to) in [
            ("MESSAGE-----", "MESSAGE----- "),
            ("Hash: SHA512", "Hash: SHA99"),
            ("Hash: SHA512", "Comment: x"),
            ("Hash: SHA512", "Hash\u{e4}: SHA512"),
            ("-----END PGP", "-----END"),
            ("-----BEGIN PGP SIGNATURE-----\n\n", "-----BEGIN PGP SIGNATURE-----\nx\n"),
            ("\na\n\n", "\n"),
        ] {
            assert!(decode(good.replace(from, to).as_bytes()).is_none(), "{from:?} to {to:?}");
        }
        assert!(decode(b"").is_none());
    }
}
