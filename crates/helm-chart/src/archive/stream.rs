//! Reading tar streams as Go's `archive/tar` does, nothing kept in memory but what is asked for.

use std::io::{self, Read};

use super::ArchiveError;

const BLOCK: usize = 512;
/// The greatest extension header (long name, PAX records), in bytes; Go's `maxSpecialFileSize`.
const MAX_EXTENSION: u64 = 1024 * 1024;

/// An entry's header.
pub(super) struct Header {
    pub(super) name: String,
    pub(super) kind: u8,
    pub(super) mode: u64,
    /// Size as the header says; links and folders have no content all the same.
    pub(super) size: u64,
    pub(super) seconds: i64,
}

impl Header {
    /// Whether Go's `FileInfo().IsDir()` is true.
    pub(super) fn is_folder(&self) -> bool {
        // Old archives have no kind of their own for folders.
        let old = self.kind == 0 && self.name.ends_with('/');
        self.kind == b'5' || old || self.mode & !0o7777 == 0o040_000
    }
}

/// A tar stream; the content of an entry must be read before the next header, or is skipped.
pub(super) struct Stream<R> {
    source: R,
    /// Bytes of the present entry that were not read, and those that fill up its last block.
    remaining: u64,
    padding: u64,
}

impl<R: Read> Stream<R> {
    pub(super) fn new(source: R) -> Stream<R> {
        Stream { source, remaining: 0, padding: 0 }
    }

    /// The next entry, extension headers applied; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Header>, ArchiveError> {
        let mut extension = Extension::default();
        let mut long_name = String::new();
        loop {
            let Some(block) = self.block()? else { return Ok(None) };
            let mut header = parse(&block)?;
            self.expect(&header);
            match header.kind {
                b'x' => extension = Extension::read(&self.special()?)?,
                b'g' => {
                    Extension::read(&self.special()?)?;
                    return Ok(Some(header));
                }
                b'L' => long_name = text(&self.special()?),
                b'K' => drop(self.special()?),
                _ => {
                    // What is wrong with records shows where they are wanted.
                    if extension.is_wrong {
                        return Err(ArchiveError::TarHeader);
                    }
                    header.name = extension.name.unwrap_or(header.name);
                    if !long_name.is_empty() {
                        header.name = long_name;
                    }
                    header.seconds = extension.seconds.unwrap_or(header.seconds);
                    if let Some(size) = extension.size {
                        header.size = size_of(header.kind, size)?;
                        self.expect(&header);
                    }
                    return Ok(Some(header));
                }
            }
        }
    }

    /// Gets ready for the content of an entry.
    fn expect(&mut self, header: &Header) {
        self.remaining = if has_content(header.kind) { header.size } else { 0 };
        self.padding = self.remaining.wrapping_neg() % BLOCK as u64;
    }

    /// The content of the present entry, which is no longer than `limit`.
    pub(super) fn content(&mut self, limit: u64) -> Result<Vec<u8>, ArchiveError> {
        let wanted = self.remaining.min(limit);
        let mut data = Vec::new();
        (&mut self.source).take(wanted).read_to_end(&mut data).map_err(stream_error)?;
        self.remaining -= data.len() as u64;
        if (data.len() as u64) < wanted { Err(ArchiveError::CutOff) } else { Ok(data) }
    }

    fn special(&mut self) -> Result<Vec<u8>, ArchiveError> {
        if self.remaining > MAX_EXTENSION {
            return Err(ArchiveError::ExtensionTooLong);
        }
        self.content(MAX_EXTENSION)
    }

    /// The next block with something in it; two blocks of zeros, or none, are the end.
    fn block(&mut self) -> Result<Option<[u8; BLOCK]>, ArchiveError> {
        if self.skip(self.remaining)? < self.remaining {
            return Err(ArchiveError::CutOff);
        }
        if self.skip(self.padding)? < self.padding {
            return Ok(None);
        }
        (self.remaining, self.padding) = (0, 0);
        let Some(block) = self.read_block()? else { return Ok(None) };
        if block.iter().any(|b| *b != 0) {
            return Ok(Some(block));
        }
        match self.read_block()? {
            Some(block) if block.iter().any(|b| *b != 0) => Err(ArchiveError::TarHeader),
            _ => Ok(None),
        }
    }

    fn skip(&mut self, bytes: u64) -> Result<u64, ArchiveError> {
        io::copy(&mut (&mut self.source).take(bytes), &mut io::sink()).map_err(stream_error)
    }

    fn read_block(&mut self) -> Result<Option<[u8; BLOCK]>, ArchiveError> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while filled < BLOCK {
            match self.source.read(&mut block[filled..]).map_err(stream_error)? {
                0 if filled == 0 => return Ok(None),
                0 => return Err(ArchiveError::CutOff),
                read => filled += read,
            }
        }
        Ok(Some(block))
    }
}

/// What extension headers say about the entry after them.
#[derive(Default)]
struct Extension {
    name: Option<String>,
    seconds: Option<i64>,
    size: Option<i64>,
    /// Whether a number or time is none.
    is_wrong: bool,
}

impl Extension {
    /// Reads PAX records, `LENGTH KEY=VALUE\n` (`parsePAXRecord` and `mergePAX` of `archive/tar`).
    fn read(mut records: &[u8]) -> Result<Extension, ArchiveError> {
        let mut extension = Extension::default();
        while !records.is_empty() {
            let blank = records.iter().position(|b| *b == b' ').ok_or(ArchiveError::TarHeader)?;
            let length = std::str::from_utf8(&records[..blank]).ok().and_then(|n| n.parse::<usize>().ok());
            let length = length.filter(|n| *n >= 5 && *n > blank + 1).ok_or(ArchiveError::TarHeader)?;
            let record = records.get(blank + 1..length).and_then(|r| r.strip_suffix(b"\n"));
            extension.record(record.ok_or(ArchiveError::TarHeader)?)?;
            records = &records[length..];
        }
        Ok(extension)
    }

    fn record(&mut self, record: &[u8]) -> Result<(), ArchiveError> {
        let equals = record.iter().position(|b| *b == b'=').ok_or(ArchiveError::TarHeader)?;
        let (key, value) = (&record[..equals], &record[equals + 1..]);
        let in_text = matches!(key, b"path" | b"linkpath" | b"uname" | b"gname");
        if key.is_empty() || if in_text { value } else { key }.contains(&0) {
            return Err(ArchiveError::TarHeader);
        }
        let value = String::from_utf8_lossy(value);
        let (whole, fraction) = value.split_once('.').unwrap_or((&value, ""));
        match key {
            _ if value.is_empty() => {}
            b"path" => self.name = Some(value.into_owned()),
            b"size" => self.size = self.number(&value),
            b"uid" | b"gid" => drop(self.number(&value)),
            b"mtime" | b"atime" | b"ctime" => {
                self.is_wrong |= !fraction.bytes().all(|b| b.is_ascii_digit());
                let seconds = self.number(whole);
                if key == b"mtime" {
                    self.seconds = seconds;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn number(&mut self, text: &str) -> Option<i64> {
        let number = text.parse().ok();
        self.is_wrong |= number.is_none();
        number
    }
}

/// Links, devices and folders have no content, whatever size they claim.
fn has_content(kind: u8) -> bool {
    !matches!(kind, b'1'..=b'6')
}

/// The size that an entry claims; less than nothing is an error only where there is content.
fn size_of(kind: u8, claimed: i64) -> Result<u64, ArchiveError> {
    match u64::try_from(claimed) {
        Ok(size) => Ok(size),
        Err(_) if has_content(kind) => Err(ArchiveError::TarHeader),
        Err(_) => Ok(0),
    }
}

fn parse(block: &[u8; BLOCK]) -> Result<Header, ArchiveError> {
    let sum = |byte: fn(u8) -> i64| -> i64 {
        block.iter().enumerate().map(|(at, b)| if (148..156).contains(&at) { 32 } else { byte(*b) }).sum()
    };
    let written = octal(&block[148..156])?;
    // Old programs summed signed bytes.
    if written != sum(i64::from) && written != sum(|b| i64::from(b as i8)) {
        return Err(ArchiveError::TarHeader);
    }
    let mode = u64::try_from(number(&block[100..108])?).unwrap_or_default();
    number(&block[108..116])?;
    number(&block[116..124])?;
    let size = size_of(block[156], number(&block[124..136])?)?;
    let seconds = number(&block[136..148])?;
    let mut name = text(&block[..100]);
    let prefix = prefix(block)?;
    if !prefix.is_empty() {
        name = format!("{prefix}/{name}");
    }
    Ok(Header { name, kind: block[156], mode, size, seconds })
}

/// What stands before the name in the formats that have such; what else these have must be sound.
fn prefix(block: &[u8; BLOCK]) -> Result<String, ArchiveError> {
    let format = &block[257..265];
    let is_gnu = format == b"ustar  \0";
    if !is_gnu && !format.starts_with(b"ustar\0") {
        return Ok(String::new());
    }
    number(&block[329..337])?;
    number(&block[337..345])?;
    if is_gnu {
        // Times stand here; where they are none, the archive comes from an old program that writes a prefix.
        let is_time = |field: &[u8]| field[0] == 0 || number(field).is_ok();
        let prefix = text(&block[345..500]);
        let times = is_time(&block[345..357]) && is_time(&block[357..369]);
        return Ok(if times || !prefix.is_ascii() { String::new() } else { prefix });
    }
    if &block[508..] == b"tar\0" {
        number(&block[476..488])?;
        number(&block[488..500])?;
        return Ok(text(&block[345..476]));
    }
    Ok(text(&block[345..500]))
}

/// Text up to the first NUL.
fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(field.split(|b| *b == 0).next().unwrap_or_default()).into_owned()
}

/// A number in octal digits, or as two's complement behind a set first bit.
fn number(field: &[u8]) -> Result<i64, ArchiveError> {
    if field.first().is_some_and(|b| b & 0x80 != 0) {
        let negative = field[0] & 0x40 != 0;
        let start = if negative { -1_i128 } else { 0 };
        let value = field.iter().enumerate().try_fold(start, |value, (at, byte)| {
            let byte = if at > 0 {
                *byte
            } else if negative {
                byte | 0x80
            } else {
                byte & 0x7f
            };
            value.checked_mul(256).map(|v| v | i128::from(byte))
        });
        return value.and_then(|v| i64::try_from(v).ok()).ok_or(ArchiveError::TarHeader);
    }
    octal(field)
}

/// A number in octal digits, among blanks and zero bytes.
fn octal(field: &[u8]) -> Result<i64, ArchiveError> {
    let digits = String::from_utf8_lossy(field);
    let digits = digits.trim_matches([' ', '\0']);
    match digits.split('\0').next().unwrap_or_default() {
        "" if digits.is_empty() => Ok(0),
        digits if digits.starts_with('+') => Err(ArchiveError::TarHeader),
        digits => u64::from_str_radix(digits, 8).map(|n| n as i64).map_err(|_| ArchiveError::TarHeader),
    }
}

/// What went wrong in the compressed stream, in Go's words.
fn stream_error(error: io::Error) -> ArchiveError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => ArchiveError::CutOff,
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            let text = error.to_string();
            match () {
                () if text.contains("checksum") => ArchiveError::Checksum,
                () if text.contains("header") => ArchiveError::NotGzip,
                // Where it is, who has the whole stream will say.
                () => ArchiveError::Corrupt(0),
            }
        }
        _ => ArchiveError::Io(error),
    }
}
