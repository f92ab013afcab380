//! Writing tar streams as Go's `archive/tar` does: USTAR headers, PAX records for names that do not fit.

use crate::Time;

const BLOCK: usize = 512;

/// A tar stream in memory.
#[derive(Default)]
pub(super) struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// Adds a regular file that all may read and its owner may write.
    pub(super) fn add(&mut self, name: &str, data: &[u8], time: Time) {
        // Go rounds to the nearest second.
        let seconds = time.unix_seconds() + i64::from(time.nanos() >= 500_000_000);
        let seconds = u64::try_from(seconds).unwrap_or_default();
        match split_name(name) {
            Some((prefix, name)) => {
                self.header(name.as_bytes(), prefix.as_bytes(), b'0', 0o644, data.len(), seconds)
            }
            None => {
                self.extended_name(name);
                let short: Vec<u8> = name.bytes().filter(u8::is_ascii).take(100).collect();
                // Some programs take a slash at the end for a folder.
                let short = short.strip_suffix(b"/").unwrap_or(&short);
                self.header(short, b"", b'0', 0o644, data.len(), seconds);
            }
        }
        self.content(data);
    }

    /// The stream with its end mark.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.out.resize(self.out.len() + 2 * BLOCK, 0);
        self.out
    }

    fn content(&mut self, data: &[u8]) {
        self.out.extend_from_slice(data);
        self.out.resize(self.out.len().next_multiple_of(BLOCK), 0);
    }

    /// A PAX header that gives the next file its name.
    fn extended_name(&mut self, name: &str) {
        let record = pax_record("path", name);
        let (folder, base) = name.rsplit_once('/').unwrap_or(("", name));
        let header = format!("{folder}/PaxHeaders.0/{base}");
        let header: Vec<u8> = header.trim_start_matches('/').bytes().filter(u8::is_ascii).take(100).collect();
        let header = header.strip_suffix(b"/").unwrap_or(&header);
        self.header(header, b"", b'x', 0, record.len(), 0);
        self.content(record.as_bytes());
    }

    fn header(&mut self, name: &[u8], prefix: &[u8], kind: u8, mode: u64, size: usize, seconds: u64) {
        let mut block = [0_u8; BLOCK];
        block[..name.len()].copy_from_slice(name);
        octal(&mut block[100..108], mode);
        octal(&mut block[108..116], 0);
        octal(&mut block[116..124], 0);
        octal(&mut block[124..136], size as u64);
        octal(&mut block[136..148], seconds);
        block[156] = kind;
        block[257..265].copy_from_slice(b"ustar\x0000");
        if kind == b'0' {
            octal(&mut block[329..337], 0);
            octal(&mut block[337..345], 0);
        }
        block[345..345 + prefix.len()].copy_from_slice(prefix);
        block[148..156].fill(b' ');
        let sum = block.iter().map(|b| u64::from(*b)).sum();
        octal(&mut block[148..155], sum);
        self.out.extend_from_slice(&block);
    }
}

/// Octal digits with zeros before and a NUL behind.
fn octal(field: &mut [u8], value: u64) {
    let digits = field.len() - 1;
    let text = format!("{value:0digits$o}");
    let text = &text.as_bytes()[text.len() - digits..];
    field[..digits].copy_from_slice(text);
    field[digits] = 0;
}

/// A name as the two fields of a USTAR header hold it: a prefix of folders and the rest.
fn split_name(name: &str) -> Option<(&str, &str)> {
    if !name.is_ascii() {
        return None;
    }
    if name.len() <= 100 {
        return Some(("", name));
    }
    let within = name.len().min(156);
    let at = name[..within].rfind('/')?;
    let (prefix, rest) = (&name[..at], &name[at + 1..]);
    (at > 0 && !rest.is_empty() && rest.len() <= 100).then_some((prefix, rest))
}

/// `LENGTH KEY=VALUE\n`, the length counting itself.
fn pax_record(key: &str, value: &str) -> String {
    let content = key.len() + value.len() + 3;
    let mut length = content + content.to_string().len();
    if content + length.to_string().len() != length {
        length += 1;
    }
    format!("{length} {key}={value}\n")
}
