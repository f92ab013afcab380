//! Unpacking gzip streams as Go's `compress/gzip` does: what came out before a fault is handed over before the fault is.

use std::io::{self, Read};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::flate::after_header;

/// The content of one gzip stream or several, one behind the other.
pub(super) struct Unzip<'d> {
    rest: &'d [u8],
    /// The stream at hand.
    stream: Option<(Decompress, Crc)>,
    fault: Option<Fault>,
}

#[derive(Clone, Copy)]
enum Fault {
    CutOff,
    Header,
    Checksum,
    Corrupt,
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> io::Error {
        match fault {
            Fault::CutOff => io::ErrorKind::UnexpectedEof.into(),
            Fault::Header => io::Error::new(io::ErrorKind::InvalidData, "header"),
            Fault::Checksum => io::Error::new(io::ErrorKind::InvalidData, "checksum"),
            Fault::Corrupt => io::Error::new(io::ErrorKind::InvalidData, "corrupt"),
        }
    }
}

impl<'d> Unzip<'d> {
    pub(super) fn new(data: &'d [u8]) -> Unzip<'d> {
        Unzip { rest: data, stream: None, fault: None }
    }

    fn start(&mut self) -> Result<(), Fault> {
        if self.rest.len() < 10 {
            return Err(Fault::CutOff);
        }
        if !self.rest.starts_with(super::sniff::GZIP) {
            return Err(Fault::Header);
        }
        self.rest = after_header(self.rest).ok_or(Fault::CutOff)?;
        self.stream = Some((Decompress::new(false), Crc::new()));
        Ok(())
    }

    /// Unpacks a piece of the stream at hand.
    fn unpack(&mut self, out: &mut [u8]) -> usize {
        let Some((inflate, crc)) = &mut self.stream else { return 0 };
        let (taken, given) = (inflate.total_in(), inflate.total_out());
        let result = inflate.decompress(self.rest, out, FlushDecompress::None);
        let taken = (inflate.total_in() - taken) as usize;
        let given = (inflate.total_out() - given) as usize;
        crc.update(&out[..given]);
        self.rest = &self.rest[taken..];
        match result {
            Err(_) => self.fault = Some(Fault::Corrupt),
            Ok(Status::StreamEnd) => {
                let sums = [crc.sum(), crc.amount()];
                self.fault = self.end(sums).err();
            }
            Ok(_) if taken == 0 && given == 0 => self.fault = Some(Fault::CutOff),
            Ok(_) => {}
        }
        given
    }

    /// Compares what stands behind a stream: its checksum and length.
    fn end(&mut self, sums: [u32; 2]) -> Result<(), Fault> {
        self.stream = None;
        let (trailer, rest) = self.rest.split_at_checked(8).ok_or(Fault::CutOff)?;
        self.rest = rest;
        let same = trailer.iter().eq(sums.map(u32::to_le_bytes).as_flattened());
        if same { Ok(()) } else { Err(Fault::Checksum) }
    }
}

impl Read for Unzip<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(fault) = self.fault {
                return Err(fault.into());
            }
            if out.is_empty() || (self.stream.is_none() && self.rest.is_empty()) {
                return Ok(0);
            }
            if self.stream.is_none() {
                self.fault = self.start().err();
                continue;
            }
            match self.unpack(out) {
                0 => {}
                given => return Ok(given),
            }
        }
    }
}
