//! Packed data as an [`io::Read`] of its unpacked bytes: for heads of files and for whole documents.

use std::io::{self, Read};

use super::super::damage::Damage;
use super::Unpacker;

/// Bytes read of the packed data at once.
const PIECE: usize = 32 << 10;

/// Unpacks what `R` gives; data that is not packed passes through. Damage is an error of kind
/// [`io::ErrorKind::InvalidData`] that says where it is.
pub struct Unpacking<R> {
    packed: R,
    unpacker: Unpacker,
    /// Bytes that [`Unpacker::end`] returned once the end was reached.
    rest: Option<Vec<u8>>,
    /// What is wrong after the bytes given last.
    damage: Option<Damage>,
}

impl<R: Read> Unpacking<R> {
    /// At the start of `packed`.
    pub fn new(packed: R) -> Self {
        Self { packed, unpacker: Unpacker::new(), rest: None, damage: None }
    }
}

impl<R: Read> Read for Unpacking<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let damaged = |it: Damage| {
            io::Error::new(io::ErrorKind::InvalidData, format!("at byte {}: {}", it.at, it.what))
        };
        if into.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(damage) = self.damage.take() {
                return Err(damaged(damage));
            }
            if let Some(rest) = &mut self.rest {
                let count = rest.len().min(into.len());
                into[..count].copy_from_slice(&rest[..count]);
                rest.drain(..count);
                return Ok(count);
            }
            let outcome = self.unpacker.unpack(into);
            self.damage = outcome.damage;
            if outcome.produced > 0 {
                return Ok(outcome.produced);
            }
            if self.damage.is_some() {
                continue;
            }
            let mut piece = vec![0; PIECE];
            match self.packed.read(&mut piece) {
                Ok(0) => {
                    let (rest, damage) = self.unpacker.end();
                    (self.rest, self.damage) = (Some(rest), damage);
                }
                Ok(count) => self.unpacker.feed(&piece[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}
