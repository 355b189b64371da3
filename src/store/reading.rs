//! Reads records again from their files. Neighbours are read together, as opening a file costs more than
//! reading on.

use super::{Life, RereadError};
use crate::{
    model::{FileId, Origin},
    source::Read,
};

/// At most this many bytes are read at once, unless one record has more.
const BLOCK: u64 = 1 << 20;
/// Records further apart than this are read one by one.
const GAP: u64 = 32 << 10;

/// Reads records of these files, best in the order in which they stand there.
pub(super) struct Reader<'a> {
    lives: &'a [Life],
    block: Vec<u8>,
    /// Where the block stands.
    file: FileId,
    offset: u64,
}

impl<'a> Reader<'a> {
    pub(super) fn new(lives: &'a [Life]) -> Self {
        Self { lives, block: Vec::new(), file: FileId::default(), offset: 0 }
    }

    /// The bytes of the first of `origins`; the others are those that will be asked for next.
    ///
    /// # Errors
    /// When they can no longer be read: why.
    pub(super) fn first(&mut self, origins: &[Origin]) -> Result<&[u8], RereadError> {
        let Some(first) = origins.first() else { return Ok(&[]) };
        if !self.holds(*first) {
            let together = neighbours(origins);
            // If the range cannot be had because its end is gone, a part of it perhaps can.
            if self.read(*first, together).is_err() {
                self.read(*first, u64::from(first.len))?;
            }
        }
        let from = (first.offset - self.offset) as usize;
        Ok(&self.block[from..from + first.len as usize])
    }

    fn holds(&self, origin: Origin) -> bool {
        let end = self.offset + self.block.len() as u64;
        self.file == origin.file
            && (self.offset..end).contains(&origin.offset)
            && origin.offset + u64::from(origin.len) <= end
    }

    fn read(&mut self, first: Origin, len: u64) -> Result<(), RereadError> {
        self.block.clear();
        (self.file, self.offset) = (first.file, first.offset);
        let life = self.lives.get(first.file.index()).ok_or(RereadError::NoFile)?;
        let at = Read { generation: life.generation, offset: first.offset, len: len as usize };
        Ok(life.source.read(at, &mut self.block)?)
    }
}

/// Length of the range from the first record to the last one worth reading with it.
fn neighbours(origins: &[Origin]) -> u64 {
    let first = origins[0];
    let mut end = first.offset + u64::from(first.len);
    for next in &origins[1..] {
        let next_end = next.offset + u64::from(next.len);
        let near = (end..=end + GAP).contains(&next.offset) && next_end - first.offset <= BLOCK;
        if next.file != first.file || !near {
            break;
        }
        end = next_end;
    }
    end - first.offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(places: &[(u32, u64, u32)], expected: u64) {
        let origins: Vec<Origin> = places
            .iter()
            .map(|(file, offset, len)| Origin { file: FileId(*file), line: 1, offset: *offset, len: *len })
            .collect();
        assert_eq!(neighbours(&origins), expected, "{places:?}");
    }

    #[test]
    fn what_is_read_together() {
        check(&[(0, 10, 5)], 5);
        check(&[(0, 10, 5), (0, 16, 5), (0, 30, 5)], 25);
        check(&[(0, 10, 5), (1, 16, 5)], 5);
        check(&[(0, 10, 5), (0, 2, 5)], 5);
        check(&[(0, 10, 5), (0, 15 + GAP, 5)], 10 + GAP);
        check(&[(0, 10, 5), (0, 16 + GAP, 5)], 5);
        check(&[(0, 0, 5), (0, 6, BLOCK as u32)], 5);
        check(&[(0, 0, u32::MAX), (0, u64::from(u32::MAX), 5)], u64::from(u32::MAX));
    }
}
