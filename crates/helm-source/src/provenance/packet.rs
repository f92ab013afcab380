//! The stream of packets (RFC 9580, section 4): which are skipped and which errors end it is as in go-crypto.

use super::error::PgpError;

/// Kinds of packets that matter here.
pub(super) mod tag {
    pub(crate) const SIGNATURE: u8 = 2;
    pub(crate) const SECRET_KEY: u8 = 5;
    pub(crate) const PUBLIC_KEY: u8 = 6;
    pub(crate) const SECRET_SUBKEY: u8 = 7;
    pub(crate) const PUBLIC_SUBKEY: u8 = 14;
    pub(crate) const USER_ID: u8 = 13;
    pub(super) const MARKER: u8 = 10;
    pub(super) const TRUST: u8 = 12;
    /// Kinds that are known but not looked into.
    pub(super) const OPAQUE: [u8; 10] = [1, 3, 4, 8, 9, 11, 17, 18, 20, 21];
}

/// Kind and content of a packet.
pub(super) type Packet<'a> = (u8, std::borrow::Cow<'a, [u8]>);

/// Reads packets off bytes, and gives what stopped the decoding of these bytes to those who want more of them.
pub(super) struct Packets<'a> {
    all: &'a [u8],
    rest: &'a [u8],
    failure: Option<PgpError>,
}

impl<'a> Packets<'a> {
    pub(super) fn new(bytes: &'a [u8], failure: Option<PgpError>) -> Packets<'a> {
        Packets { all: bytes, rest: bytes, failure }
    }

    /// The next packet of a known kind; nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<Packet<'a>>, PgpError> {
        loop {
            let Some((&first, rest)) = self.rest.split_first() else {
                return match &self.failure {
                    Some(failure) => Err(failure.clone()),
                    None => Ok(None),
                };
            };
            self.rest = rest;
            if first & 0x80 == 0 {
                return Err(PgpError::structural("tag byte does not have MSB set"));
            }
            let (kind, content) = match first & 0x40 {
                0 => ((first & 0x3f) >> 2, self.old_content(first & 3)?),
                _ => (first & 0x3f, self.new_content()?),
            };
            match kind {
                tag::MARKER | tag::TRUST | 40.. => {}
                tag::SIGNATURE
                | tag::SECRET_KEY
                | tag::PUBLIC_KEY
                | tag::SECRET_SUBKEY
                | tag::PUBLIC_SUBKEY
                | tag::USER_ID => return Ok(Some((kind, content))),
                opaque if tag::OPAQUE.contains(&opaque) => return Ok(Some((kind, content))),
                unknown => return Err(PgpError::CriticalPacket(unknown)),
            }
        }
    }

    /// Puts the end of the last packet back, which nobody read: what is wrong with its length then shows in the next
    /// packet.
    pub(super) fn give_back(&mut self, unread: usize) {
        let at = self.all.len() - self.rest.len();
        self.rest = &self.all[at.saturating_sub(unread)..];
    }

    /// What a reader of a packet gets that ends too early.
    pub(super) fn truncation(&self) -> PgpError {
        match &self.failure {
            Some(failure) if self.rest.is_empty() => failure.clone(),
            _ => PgpError::UnexpectedEof,
        }
    }

    fn old_content(&mut self, length_kind: u8) -> Result<std::borrow::Cow<'a, [u8]>, PgpError> {
        let length = match length_kind {
            3 => self.rest.len(),
            kind => self.number(1 << kind)?,
        };
        Ok(self.take(length).into())
    }

    fn new_content(&mut self) -> Result<std::borrow::Cow<'a, [u8]>, PgpError> {
        let mut parts: Vec<&[u8]> = Vec::new();
        loop {
            let first = self.number(1)?;
            let length = match first {
                0..192 => first,
                192..224 => ((first - 192) << 8) + self.number(1)? + 192,
                224..255 => {
                    parts.push(self.take(1 << (first & 0x1f)));
                    continue;
                }
                _ => self.number(4)?,
            };
            let last = self.take(length);
            return Ok(match parts.is_empty() {
                true => last.into(),
                false => {
                    parts.push(last);
                    parts.concat().into()
                }
            });
        }
    }

    fn number(&mut self, bytes: usize) -> Result<usize, PgpError> {
        if self.rest.len() < bytes {
            self.rest = &[];
            return Err(self.truncation());
        }
        Ok(self.take(bytes).iter().fold(0, |number, byte| number << 8 | usize::from(*byte)))
    }

    /// As many bytes as there are: a packet that says to be longer is fine as long as nobody needs the rest.
    fn take(&mut self, length: usize) -> &'a [u8] {
        let (content, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        content
    }
}

/// Reads numbers and byte strings off the content of a packet.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.bytes(1).map(|b| b[0])
    }

    pub(super) fn u16(&mut self) -> Option<usize> {
        self.bytes(2).map(|b| usize::from(b[0]) << 8 | usize::from(b[1]))
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.bytes(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]))
    }

    /// A multiprecision integer without its length.
    pub(super) fn integer(&mut self) -> Option<&'a [u8]> {
        let bits = self.u16()?;
        self.bytes(bits.div_ceil(8))
    }
}

#[cfg(test)]
mod tests {
    use super::{Packets, PgpError};

    #[test]
    fn all_forms_of_lengths_are_read() {
        let long = [&[0xcd, 192, 8][..], &[b'x'; 200]].concat();
        let partial = [&[0xcd, 0xe1, b'a', b'b', 0xe0, b'c', 1, b'd'][..]].concat();
        let old = [0xb4, 2, b'o', b'k'];
        let unbounded = [0xb7, b'e', b'n', b'd'];
        let five = [0xcd, 255, 0, 0, 0, 1, b'z'];
        let skipped = [0xca, 3, b'P', b'G', b'P', 0xf0, 1, 0];
        let all = [&long[..], &skipped, &partial, &old, &five, &unbounded].concat();
        let mut packets = Packets::new(&all, None);
        let mut contents = Vec::new();
        while let Some((kind, content)) = packets.next().expect("sound packets") {
            assert_eq!(kind, 13);
            contents.push(String::from_utf8(content.into_owned()).expect("text"));
        }
        assert_eq!(contents, [&"x".repeat(200), "abcd", "ok", "z", "end"]);
    }

    #[test]
    fn broken_streams_say_what_go_says() {
        let error = |bytes: &[u8]| Packets::new(bytes, None).next().expect_err("broken");
        assert_eq!(error(&[0]), PgpError::structural("tag byte does not have MSB set"));
        assert_eq!(error(&[0xc0, 0]), PgpError::CriticalPacket(0));
        assert_eq!(error(&[0xcd]), PgpError::UnexpectedEof);
        assert_eq!(error(&[0xcd, 255, 1]), PgpError::UnexpectedEof);
        assert!(Packets::new(&[], None).next().expect("no packet").is_none());
        assert_eq!(
            Packets::new(&[], Some(PgpError::Base64(8))).next().expect_err("cut"),
            PgpError::Base64(8)
        );
    }
}
