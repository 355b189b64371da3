//! Files as blocks of whole lines: the next 256 KiB not seen yet.

use std::ops::Range;

use memchr::{memchr_iter, memrchr};

use crate::{
    model::FileId,
    source::{Read, ReadError},
    store::Searchable,
    text,
};

/// Bytes read at a time, unless one line has more.
const BLOCK: u64 = 256 << 10;
/// The longest line that is held in memory; a longer one is no record and is skipped.
const LONGEST: u64 = 64 << 20;

/// Whole lines of one file.
pub struct Block<'a> {
    /// Which file.
    pub file: FileId,
    /// Where the first byte stands.
    pub offset: u64,
    /// Lines of the file before it.
    pub lines: u32,
    /// The lines; the last may lack its end.
    pub bytes: &'a [u8],
}

impl<'a> Block<'a> {
    /// Tells to which line of the file a place in the block belongs. Ask for places in ascending order.
    pub fn counter(&self) -> LineCounter<'a> {
        LineCounter { bytes: self.bytes, at: 0, lines: self.lines }
    }
}

/// Counts the lines of a block, each byte once.
pub struct LineCounter<'a> {
    bytes: &'a [u8],
    at: usize,
    lines: u32,
}

impl LineCounter<'_> {
    /// The index, from 0, of the line at `at` of the block, among the lines of its file.
    pub fn index_of(&mut self, at: usize) -> u32 {
        let passed = memchr_iter(b'\n', &self.bytes[self.at..at.max(self.at)]).count() as u32;
        (self.at, self.lines) = (at.max(self.at), self.lines.saturating_add(passed));
        self.lines
    }
}

/// A file on the way to its end.
struct Place {
    searchable: Searchable,
    /// The first byte not seen yet: the start of a line, or the end of one that lacks its line end.
    at: u64,
    /// Lines before it.
    lines: u32,
    /// It cannot be read any more.
    failed: bool,
}

/// Reads files block by block. Lines that come later are added with [`Blocks::cover`].
#[derive(Default)]
pub struct Blocks {
    places: Vec<Place>,
    /// No place before this one has anything left.
    turn: usize,
    buffer: Vec<u8>,
    problem: Option<String>,
    /// Lines left out.
    skipped: u64,
}

impl Blocks {
    /// The files that hold anything, in order.
    pub fn files(&self) -> impl Iterator<Item = FileId> {
        let holding = self.places.iter().filter(|it| !it.searchable.bytes.is_empty());
        holding.map(|it| it.searchable.file)
    }

    /// Lines left out so far, as they are too long to be held in memory.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Says what there is: the files known before, perhaps with more in them, and new ones.
    pub fn cover(&mut self, all: Vec<Searchable>) {
        for searchable in all {
            match self.places.binary_search_by_key(&searchable.file, |it| it.searchable.file) {
                Ok(at) => self.places[at].searchable = searchable,
                Err(at) => {
                    let first = searchable.bytes.start;
                    self.places.insert(at, Place { searchable, at: first, lines: 0, failed: false });
                }
            }
        }
        self.turn = 0;
    }

    /// Hands the next block to `visit`. `false` if everything has been seen.
    pub fn next(&mut self, visit: &mut dyn FnMut(Block<'_>)) -> bool {
        while let Some(place) = self.places.get_mut(self.turn) {
            if place.failed || place.at >= place.searchable.bytes.end {
                self.turn += 1;
                continue;
            }
            match place.read(&mut self.buffer) {
                // A skipped line leaves nothing to show.
                Ok(len) => {
                    let bytes = &self.buffer[..len];
                    let (file, offset, lines) = (place.searchable.file, place.at, place.lines);
                    self.skipped += u64::from(len == 0);
                    if len > 0 {
                        visit(Block { file, offset, lines, bytes });
                    }
                    place.at += len as u64;
                    place.lines = lines.saturating_add(memchr_iter(b'\n', bytes).count() as u32);
                }
                Err(why) => {
                    place.failed = true;
                    self.problem.get_or_insert_with(|| text::clean(&why.to_string()));
                }
            }
            return true;
        }
        false
    }

    /// Bytes seen, and bytes there are. What cannot be read counts as seen.
    pub fn progress(&self) -> (u64, u64) {
        self.places.iter().fold((0, 0), |(seen, size), it| {
            let Range { start, end } = it.searchable.bytes;
            (seen + if it.failed { end } else { it.at } - start, size + (end - start))
        })
    }

    /// Why a file could not be searched to its end; the first such reason.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }
}

impl Place {
    /// Reads whole lines from the current place and returns their length. Skips a line that is longer than
    /// what is held in memory: then the length is 0.
    fn read(&mut self, buffer: &mut Vec<u8>) -> Result<usize, ReadError> {
        let mut len = BLOCK;
        loop {
            let left = self.searchable.bytes.end - self.at;
            self.fill(self.at, len.min(left), buffer)?;
            if left <= len {
                return Ok(buffer.len());
            }
            if let Some(end) = memrchr(b'\n', buffer) {
                return Ok(end + 1);
            }
            // One long line: read again with more room, so that nothing needs to be joined.
            if len >= LONGEST {
                self.skip_line(buffer)?;
                return Ok(0);
            }
            len *= 2;
        }
    }

    fn fill(&self, offset: u64, len: u64, buffer: &mut Vec<u8>) -> Result<(), ReadError> {
        let read = Read { generation: self.searchable.generation, offset, len: len as usize };
        self.searchable.source.read(read, buffer)
    }

    /// To the line end behind a line that is too long.
    fn skip_line(&mut self, buffer: &mut Vec<u8>) -> Result<(), ReadError> {
        self.at += buffer.len() as u64;
        // Memory for one such line is enough.
        *buffer = Vec::new();
        while self.at < self.searchable.bytes.end {
            self.fill(self.at, BLOCK.min(self.searchable.bytes.end - self.at), buffer)?;
            if let Some(end) = memchr::memchr(b'\n', buffer) {
                self.at += end as u64 + 1;
                self.lines = self.lines.saturating_add(1);
                break;
            }
            self.at += buffer.len() as u64;
        }
        buffer.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;
    use crate::source::{Tail, TailFile};

    struct Log {
        file: tempfile::NamedTempFile,
        tail: TailFile,
        size: u64,
    }

    impl Log {
        fn of(bytes: &[u8]) -> Self {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(bytes).unwrap();
            let tail = TailFile::open(file.path()).unwrap();
            Self { file, tail, size: bytes.len() as u64 }
        }

        fn append(&mut self, bytes: &[u8]) {
            self.file.write_all(bytes).unwrap();
            self.size += bytes.len() as u64;
        }

        fn searchable(&self, file: u32) -> Searchable {
            let source = self.tail.source();
            Searchable { file: FileId(file), source, generation: 0, bytes: 0..self.size }
        }
    }

    /// Index, offset and bytes of all lines that are not blank.
    fn lines(blocks: &mut Blocks) -> Vec<(u32, u64, Vec<u8>)> {
        let mut lines = Vec::new();
        while blocks.next(&mut |block| {
            let mut at = 0;
            let mut counter = block.counter();
            for line in block.bytes.split(|it| *it == b'\n') {
                if !line.is_empty() {
                    let offset = block.offset + at as u64;
                    lines.push((counter.index_of(at), offset, line.to_vec()));
                }
                at += line.len() + 1;
            }
        }) {}
        lines
    }

    fn expected(bytes: &[u8]) -> Vec<(u32, u64, Vec<u8>)> {
        let mut at = 0;
        let mut lines = Vec::new();
        for (index, line) in bytes.split(|it| *it == b'\n').enumerate() {
            if !line.is_empty() {
                lines.push((index as u32, at, line.to_vec()));
            }
            at += line.len() as u64 + 1;
        }
        lines
    }

    #[test]
    fn lines_longer_than_a_block_stay_whole() {
        let long = |len: usize| [vec![b'x'; len], vec![b'\n']].concat();
        let block = BLOCK as usize;
        let text = [
            long(10),
            long(block - 12),
            long(block),
            long(1 << 20),
            long(0),
            long(block - 1),
            long(3 * block + 1),
            b"end".to_vec(),
        ]
        .concat();
        let log = Log::of(&text);
        let mut blocks = Blocks::default();
        blocks.cover(vec![log.searchable(0)]);
        assert!(lines(&mut blocks) == expected(&text));
        assert_eq!(blocks.progress(), (text.len() as u64, text.len() as u64));
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over_and_counted() {
        let mut log = Log::of(b"first\n");
        let long = vec![b'x'; LONGEST as usize + 5];
        log.append(&long);
        log.append(b"\nlast\n");
        let mut blocks = Blocks::default();
        blocks.cover(vec![log.searchable(0)]);
        let offset = 6 + long.len() as u64 + 1;
        let seen = lines(&mut blocks);
        assert_eq!(seen, [(0, 0, b"first".to_vec()), (2, offset, b"last".to_vec())]);
        assert!(blocks.buffer.capacity() < LONGEST as usize);
    }

    #[test]
    fn what_comes_later_is_seen_once() {
        let mut log = Log::of(b"one\ntwo");
        let mut blocks = Blocks::default();
        blocks.cover(vec![log.searchable(3)]);
        assert_eq!(lines(&mut blocks).len(), 2);
        assert!(lines(&mut blocks).is_empty());
        log.append(b"\nthree\n");
        let other = Log::of(b"four\n");
        blocks.cover(vec![other.searchable(1), log.searchable(3)]);
        assert_eq!(lines(&mut blocks), [(0, 0, b"four".to_vec()), (2, 8, b"three".to_vec())]);
    }

    #[test]
    fn a_file_that_is_gone_is_named_and_the_others_are_searched() {
        let gone = Log::of(b"one\n");
        let there = Log::of(b"two\n");
        let mut blocks = Blocks::default();
        blocks.cover(vec![gone.searchable(0), there.searchable(1)]);
        let path = gone.file.path().display().to_string();
        drop(gone.file);
        assert_eq!(lines(&mut blocks), [(0, 0, b"two".to_vec())]);
        assert_eq!(blocks.progress(), (8, 8));
        assert!(blocks.problem().unwrap().contains(&path), "{:?}", blocks.problem());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn blocks_hold_every_line_once(
            lengths in prop::collection::vec(
                prop_oneof![6 => 0..4_000_usize, 3 => 0..40_usize, 1 => 250_000..600_000_usize], 0..100),
            ended in any::<bool>(),
        ) {
            let mut text = Vec::new();
            for (at, len) in lengths.iter().enumerate() {
                text.extend(std::iter::repeat_n(b'a' + (at % 26) as u8, *len));
                text.push(b'\n');
            }
            if !ended {
                text.pop();
            }
            let log = Log::of(&text);
            let mut blocks = Blocks::default();
            blocks.cover(vec![log.searchable(0)]);
            prop_assert!(lines(&mut blocks) == expected(&text));
        }
    }
}
