//! One member of a gzip file (RFC 1952): header, deflated data, checksum.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::step::{Broken, Step};

/// Bytes of a header before its optional parts.
const FIXED: usize = 10;
/// The checksum and the length, both of 32 bits.
const TRAILER: usize = 8;

/// Bits of the flags.
const CRC_OF_HEADER: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0xe0;

/// How far the member has come.
enum Part {
    Fixed,
    /// The length of the extra field.
    ExtraLength,
    /// This many bytes to skip.
    Extra(usize),
    Name,
    Comment,
    CrcOfHeader,
    Data,
    Trailer,
}

/// A member being unpacked.
pub(super) struct Gunzip {
    part: Part,
    flags: u8,
    /// The bytes so far of the current part, if it is a short one.
    held: Vec<u8>,
    inflate: Decompress,
    crc: Crc,
}

impl Gunzip {
    pub(super) fn new() -> Self {
        Self {
            part: Part::Fixed,
            flags: 0,
            held: Vec::with_capacity(FIXED),
            inflate: Decompress::new(false),
            crc: Crc::new(),
        }
    }

    /// Unpacks some of `input` into `output`.
    ///
    /// # Errors
    /// What is wrong: it is not a gzip member, or a damaged one.
    pub(super) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Broken> {
        let mut step = Step::default();
        while !step.ended {
            let rest = &input[step.consumed..];
            if let Part::Data = self.part {
                let (read, written, whole) = self.inflate(rest, &mut output[step.produced..]);
                step.consumed += read;
                step.produced += written;
                if !whole {
                    let why = "its deflated data is damaged".to_owned();
                    let Step { consumed, produced, .. } = step;
                    return Err(Broken { consumed, produced, why });
                }
                if matches!(self.part, Part::Data) {
                    break;
                }
            } else {
                let Some(byte) = rest.first() else { break };
                step.consumed += 1;
                let Step { consumed, produced, .. } = step;
                step.ended =
                    self.take(*byte).map_err(|why| Broken { consumed, produced, why: why.to_owned() })?;
            }
        }
        Ok(step)
    }

    /// Bytes read, bytes written, and whether the data is sound.
    fn inflate(&mut self, input: &[u8], output: &mut [u8]) -> (usize, usize, bool) {
        let before = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress(input, output, FlushDecompress::None);
        let read = (self.inflate.total_in() - before.0) as usize;
        let written = (self.inflate.total_out() - before.1) as usize;
        self.crc.update(&output[..written]);
        if matches!(status, Ok(Status::StreamEnd)) {
            self.part = Part::Trailer;
        }
        (read, written, status.is_ok())
    }

    /// Takes a byte of the header or of the trailer. Returns whether it was the last one of the member.
    fn take(&mut self, byte: u8) -> Result<bool, &'static str> {
        match &mut self.part {
            Part::Fixed => {
                self.held.push(byte);
                if self.held.len() == FIXED {
                    let (magic, method, flags) = (&self.held[..2], self.held[2], self.held[3]);
                    if magic != [0x1f, 0x8b] || method != 8 || flags & RESERVED != 0 {
                        return Err("it does not begin like one");
                    }
                    self.flags = flags;
                    self.next_of_header(EXTRA);
                }
            }
            Part::ExtraLength => {
                self.held.push(byte);
                if let [low, high] = self.held[..] {
                    match usize::from(u16::from_le_bytes([low, high])) {
                        0 => self.next_of_header(NAME),
                        length => self.part = Part::Extra(length),
                    }
                }
            }
            Part::Extra(left) => {
                *left -= 1;
                if *left == 0 {
                    self.next_of_header(NAME);
                }
            }
            Part::Name if byte == 0 => self.next_of_header(COMMENT),
            Part::Comment if byte == 0 => self.next_of_header(CRC_OF_HEADER),
            Part::Name | Part::Comment | Part::Data => {}
            Part::CrcOfHeader => {
                self.held.push(byte);
                if self.held.len() == 2 {
                    self.next_of_header(0);
                }
            }
            Part::Trailer => {
                self.held.push(byte);
                if self.held.len() == TRAILER {
                    return self.compare().map(|()| true);
                }
            }
        }
        Ok(false)
    }

    /// Goes to the first part from `flag` on that the flags announce, or else to the data.
    fn next_of_header(&mut self, flag: u8) {
        self.held.clear();
        let parts = [
            (EXTRA, Part::ExtraLength),
            (NAME, Part::Name),
            (COMMENT, Part::Comment),
            (CRC_OF_HEADER, Part::CrcOfHeader),
        ];
        let from = parts.iter().position(|it| it.0 == flag).unwrap_or(parts.len());
        let next = parts.into_iter().skip(from).find(|it| self.flags & it.0 != 0);
        self.part = next.map_or(Part::Data, |it| it.1);
    }

    fn compare(&mut self) -> Result<(), &'static str> {
        let number = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|it| self.held[at + it]));
        let (sum, length) = (number(0), number(4));
        self.held.clear();
        if sum != self.crc.sum() {
            return Err("its checksum is wrong: what was unpacked of it may be");
        }
        if length != self.crc.amount() {
            return Err("its length is wrong: what was unpacked of it may be");
        }
        Ok(())
    }
}
