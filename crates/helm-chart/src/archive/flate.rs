//! What is wrong with a gzip stream that does not unpack, in the words of Go's `compress/gzip` and `compress/flate`.
//!
//! The library that unpacks says only that a stream is damaged. Go says before which byte, and counts bytes as its own
//! decoder takes them in: bit by bit, no more than a code may need. So that part of the decoder is repeated here, without
//! any output; it runs over damaged streams only.

use super::ArchiveError;

/// How far a distance reaches back at most.
const WINDOW: u64 = 32 * 1024;

/// The order in which the lengths of length codes are written.
const CODE_ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The first fault of a stream that failed to unpack after at most so many bytes.
pub(super) fn fault(data: &[u8], limit: u64) -> ArchiveError {
    let mut rest = data;
    let mut unpacked = 0;
    while let Some(body) = after_header(rest) {
        let mut decoder = Decoder { data: body, ..Decoder::default() };
        match decoder.stream(limit - unpacked) {
            Err(Stop::Corrupt) => return ArchiveError::Corrupt(decoder.at as u64),
            Err(Stop::CutOff) => return ArchiveError::CutOff,
            Ok(()) => {}
        }
        unpacked += decoder.written;
        rest = body.get(decoder.at + 8..).unwrap_or_default();
        if rest.is_empty() || unpacked >= limit {
            return ArchiveError::Checksum;
        }
    }
    ArchiveError::NotGzip
}

/// What follows a gzip header; nothing where there is none.
pub(super) fn after_header(data: &[u8]) -> Option<&[u8]> {
    let flags = *data.get(3).filter(|_| data.starts_with(super::sniff::GZIP))?;
    let mut rest = data.get(10..)?;
    if flags & 4 != 0 {
        let length = usize::from(u16::from_le_bytes(*rest.first_chunk()?));
        rest = rest.get(2 + length..)?;
    }
    // Name and comment, each up to a zero byte.
    for flag in [8, 16] {
        if flags & flag != 0 {
            rest = &rest[rest.iter().take(512).position(|b| *b == 0)? + 1..];
        }
    }
    if flags & 2 != 0 { rest.get(2..) } else { Some(rest) }
}

enum Stop {
    Corrupt,
    CutOff,
}

type Step<T> = Result<T, Stop>;

#[derive(Default)]
struct Decoder<'d> {
    data: &'d [u8],
    /// Bytes taken in.
    at: usize,
    bits: u32,
    count: u32,
    /// Bytes that came out.
    written: u64,
}

/// Codes by their length and bits, the last bit of a code first.
struct Codes {
    /// For each length: code and symbol, sorted by code.
    by_length: [Vec<(u32, u16)>; 16],
    /// The bits that are taken in before a code is looked for.
    shortest: u32,
}

impl Codes {
    /// The canonical codes of lengths; nothing where these fit no code.
    fn new(lengths: &[u8]) -> Option<Codes> {
        let mut codes = Codes { by_length: Default::default(), shortest: 0 };
        let longest = lengths.iter().copied().max().unwrap_or_default();
        if longest == 0 {
            return Some(codes);
        }
        let mut code = 0_u32;
        for length in 1..=longest {
            code <<= 1;
            for (symbol, _) in lengths.iter().enumerate().filter(|(_, l)| **l == length) {
                let reversed = code.reverse_bits() >> (32 - u32::from(length));
                codes.by_length[usize::from(length)].push((reversed, symbol as u16));
                code += 1;
            }
            codes.by_length[usize::from(length)].sort_unstable();
        }
        let complete = code == 1 << longest || (code == 1 && longest == 1);
        codes.shortest = lengths.iter().copied().filter(|l| *l > 0).min().map_or(0, u32::from);
        complete.then_some(codes)
    }

    /// The length and symbol of the code that bits begin with.
    fn find(&self, bits: u32) -> Option<(u32, u16)> {
        self.by_length.iter().enumerate().skip(1).find_map(|(length, codes)| {
            let code = bits & ((1 << length) - 1);
            let at = codes.binary_search_by_key(&code, |(code, _)| *code).ok()?;
            Some((length as u32, codes[at].1))
        })
    }
}

impl Decoder<'_> {
    /// Reads blocks up to the last, or until so many bytes came out.
    fn stream(&mut self, limit: u64) -> Step<()> {
        loop {
            let last = self.take(3, 0)?;
            match last >> 1 {
                0 => self.stored()?,
                1 => self.fixed(limit)?,
                2 => self.dynamic(limit)?,
                _ => return Err(Stop::Corrupt),
            }
            if last & 1 != 0 || self.written >= limit {
                return Ok(());
            }
        }
    }

    fn more(&mut self) -> Step<()> {
        let byte = *self.data.get(self.at).ok_or(Stop::CutOff)?;
        self.at += 1;
        self.bits |= u32::from(byte) << self.count;
        self.count += 8;
        Ok(())
    }

    /// So many bits, added to a base.
    fn take(&mut self, count: u32, base: u32) -> Step<u32> {
        while self.count < count {
            self.more()?;
        }
        let taken = self.bits & ((1 << count) - 1);
        self.bits >>= count;
        self.count -= count;
        Ok(base + taken)
    }

    fn symbol(&mut self, codes: &Codes) -> Step<u32> {
        let mut wanted = codes.shortest;
        loop {
            while self.count < wanted {
                self.more()?;
            }
            let (length, symbol) = codes.find(self.bits).ok_or(Stop::Corrupt)?;
            if length <= self.count {
                self.bits >>= length;
                self.count -= length;
                return Ok(u32::from(symbol));
            }
            wanted = length;
        }
    }

    fn stored(&mut self) -> Step<()> {
        (self.bits, self.count) = (0, 0);
        let Some(header) = self.data.get(self.at..self.at + 4) else {
            self.at = self.data.len();
            return Err(Stop::CutOff);
        };
        self.at += 4;
        let [length, check] = [0, 2].map(|at| u16::from_le_bytes([header[at], header[at + 1]]));
        if check != !length {
            return Err(Stop::Corrupt);
        }
        if self.data.len() - self.at < usize::from(length) {
            return Err(Stop::CutOff);
        }
        self.at += usize::from(length);
        self.written += u64::from(length);
        Ok(())
    }

    fn fixed(&mut self, limit: u64) -> Step<()> {
        let mut lengths = [8; 288];
        lengths[144..256].fill(9);
        lengths[256..280].fill(7);
        let codes = Codes::new(&lengths).ok_or(Stop::Corrupt)?;
        self.compressed(&codes, None, limit)
    }

    fn dynamic(&mut self, limit: u64) -> Step<()> {
        while self.count < 14 {
            self.more()?;
        }
        let literals = self.take(5, 257)? as usize;
        if literals > 286 {
            return Err(Stop::Corrupt);
        }
        let distances = self.take(5, 1)? as usize;
        if distances > 30 {
            return Err(Stop::Corrupt);
        }
        let mut code_lengths = [0; 19];
        for at in CODE_ORDER.into_iter().take(self.take(4, 4)? as usize) {
            code_lengths[at] = self.take(3, 0)? as u8;
        }
        let codes = Codes::new(&code_lengths).ok_or(Stop::Corrupt)?;
        let mut lengths = Vec::with_capacity(literals + distances);
        while lengths.len() < literals + distances {
            let (value, repeat) = match self.symbol(&codes)? {
                16 => (*lengths.last().ok_or(Stop::Corrupt)?, self.take(2, 3)?),
                17 => (0, self.take(3, 3)?),
                18 => (0, self.take(7, 11)?),
                length => (length as u8, 1),
            };
            lengths.resize(lengths.len() + repeat as usize, value);
        }
        if lengths.len() > literals + distances {
            return Err(Stop::Corrupt);
        }
        let mut codes = Codes::new(&lengths[..literals]).ok_or(Stop::Corrupt)?;
        let distance_codes = Codes::new(&lengths[literals..]).ok_or(Stop::Corrupt)?;
        // The end must be found at any rate.
        codes.shortest = codes.shortest.max(u32::from(lengths[256]));
        self.compressed(&codes, Some(&distance_codes), limit)
    }

    fn compressed(&mut self, codes: &Codes, distance_codes: Option<&Codes>, limit: u64) -> Step<()> {
        while self.written < limit {
            let length = match self.symbol(codes)? {
                256 => return Ok(()),
                0..256 => {
                    self.written += 1;
                    continue;
                }
                code @ 257..265 => code - 254,
                285 => 258,
                code @ 265..285 => {
                    let bits = (code - 261) / 4;
                    self.take(bits, (((code - 261) % 4 + 4) << bits) + 3)?
                }
                _ => return Err(Stop::Corrupt),
            };
            let distance = match distance_codes {
                Some(codes) => self.symbol(codes)?,
                None => self.take(5, 0)?.reverse_bits() >> 27,
            };
            let distance = match distance {
                0..4 => distance + 1,
                4..30 => {
                    let bits = (distance - 2) / 2;
                    self.take(bits, (((distance & 1) + 2) << bits) + 1)?
                }
                _ => return Err(Stop::Corrupt),
            };
            if u64::from(distance) > self.written.min(WINDOW) {
                return Err(Stop::Corrupt);
            }
            self.written += u64::from(length);
        }
        Ok(())
    }
}
