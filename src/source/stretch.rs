//! A stretch of a file, read as lines apart from the rest, so that several threads can read one large file.
//!
//! ```text
//! SourceFile -> line_end     where the next stretch begins: after a line end
//!            -> lines        the lines of one stretch, as a tail hands them on
//! TailFile::begin_at         ... and the tail continues after the last stretch
//! ```

use std::ops::Range;
use std::os::unix::fs::FileExt;

use memchr::memchr;

use super::byte_range::{Read, ReadError};
use super::file::TailOptions;
use super::lines::LineBuffer;
use super::segments::Run;
use super::source_file::SourceFile;
use super::{SkipReason, TailEvent};

/// Bytes searched for a line end at a time.
const PIECE: usize = 64 << 10;

/// What a stretch holds, in the order of the file.
#[derive(Clone, Copy, Debug)]
pub enum StretchEvent<'a> {
    /// Whole lines; the last may be without its `\n` at the end of the stretch.
    Lines {
        /// Where the first byte stands in the file.
        offset: u64,
        /// The lines.
        bytes: &'a [u8],
    },
    /// A line that is not handed on.
    Skipped {
        /// Where its first byte stands.
        offset: u64,
        /// Bytes.
        len: u64,
        /// Why.
        reason: SkipReason,
    },
    /// NULs where a line would begin, beyond those that are left in place.
    Hole {
        /// Where the first of them stands.
        offset: u64,
        /// How many.
        len: u64,
    },
}

impl SourceFile {
    /// Reads the lines of `stretch`, which begins and ends at the start of a line. Skips lines that are too
    /// long, as a tail does. May leave NULs at the start of a line in place, because looking for them takes
    /// time.
    ///
    /// # Errors
    /// [`ReadError`]; what came before it was handed on.
    pub fn lines(
        &self,
        generation: u32,
        stretch: Range<u64>,
        sink: &mut dyn FnMut(StretchEvent<'_>),
    ) -> Result<(), ReadError> {
        for Run { descriptor, at, bytes } in self.runs(generation, stretch)? {
            let options = TailOptions::default();
            let mut lines =
                LineBuffer::new(generation, options.block, options.longest_line).starting_at(at).with_nuls();
            let size = bytes.end - bytes.start;
            let mut hand_on = |event: TailEvent<'_>| match event {
                TailEvent::Lines { offset, bytes: lines, .. }
                | TailEvent::Unterminated { offset, bytes: lines, .. } => {
                    sink(StretchEvent::Lines { offset: bytes.start + offset, bytes: lines });
                }
                TailEvent::Hole { offset, len, .. } => {
                    sink(StretchEvent::Hole { offset: bytes.start + offset, len });
                }
                TailEvent::Skipped { offset, len, reason, .. } => {
                    sink(StretchEvent::Skipped { offset: bytes.start + offset, len, reason });
                }
                _ => {}
            };
            let got = lines.read(descriptor.file(), size, usize::MAX, &mut hand_on);
            let read = lines.position().read;
            let place = Read { generation, offset: bytes.start + read, len: 0 };
            got.map_err(|error| self.io(place, error))?;
            lines.close(&|_| true, &mut hand_on);
            if read < size {
                return Err(self.truncated(Read { offset: bytes.start, len: size as usize, ..place }));
            }
        }
        Ok(())
    }

    /// The index after the first `\n` at or after `from`, if there is one before `to`; otherwise `to`.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn line_end(&self, generation: u32, from: u64, to: u64) -> Result<u64, ReadError> {
        let mut piece = vec![0; PIECE];
        let mut runs = self.runs(generation, from..to)?.into_iter().peekable();
        while let Some(run) = runs.next() {
            let Run { bytes, .. } = &run;
            let mut at = bytes.start;
            while at < bytes.end {
                let want = PIECE.min((bytes.end - at) as usize);
                let got = self.piece(&run, Read { generation, offset: at, len: want }, &mut piece)?;
                match memchr(b'\n', &piece[..got]) {
                    Some(end) => return Ok(at + end as u64 + 1),
                    None if got == 0 => break,
                    None => at += got as u64,
                }
            }
            // No line continues across a gap.
            if runs.peek().is_some() {
                return Ok(bytes.end);
            }
        }
        Ok(to)
    }

    fn piece(&self, run: &Run, at: Read, into: &mut [u8]) -> Result<usize, ReadError> {
        loop {
            let place = run.at + (at.offset - run.bytes.start);
            match run.descriptor.file().read_at(&mut into[..at.len], place) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                result => return result.map_err(|error| self.io(at, error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path, time::Duration};

    use proptest::prelude::*;

    use super::super::{Tail, TailFile};
    use super::*;

    /// What a tail that begins at its start makes of a file.
    fn by_tail(path: &Path) -> Vec<(u64, Vec<u8>)> {
        let mut tail = TailFile::open(path).unwrap();
        let mut lines = Vec::new();
        let mut take = |event: TailEvent<'_>| match event {
            TailEvent::Lines { offset, bytes, .. } | TailEvent::Unterminated { offset, bytes, .. } => {
                lines.extend(split(offset, bytes));
            }
            _ => {}
        };
        while !tail.poll(Duration::ZERO, 1 << 20, &mut take).unwrap().caught_up {}
        tail.finish(&mut take);
        lines
    }

    fn split(offset: u64, bytes: &[u8]) -> Vec<(u64, Vec<u8>)> {
        let mut at = offset;
        let mut lines = Vec::new();
        for line in bytes.split_inclusive(|it| *it == b'\n') {
            let nuls = line.iter().take_while(|it| **it == 0).count();
            let text = &line[nuls..];
            if !text.is_empty() {
                lines.push((at + nuls as u64, text.strip_suffix(b"\n").unwrap_or(text).to_vec()));
            }
            at += line.len() as u64;
        }
        lines
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn stretches_hold_what_the_file_holds(text in "([a-c\\x00]{0,5}\n){0,30}[a-c]{0,3}", step in 1..20_u64) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("log");
            fs::write(&path, &text).unwrap();
            let source = TailFile::open(&path).unwrap().source();
            let size = text.len() as u64;
            let mut from = 0;
            let mut lines = Vec::new();
            while from < size {
                let to = source.line_end(0, (from + step).min(size), size).unwrap();
                source.lines(0, from..to, &mut |event| if let StretchEvent::Lines { offset, bytes } = event {
                    lines.extend(split(offset, bytes));
                }).unwrap();
                from = to;
            }
            prop_assert_eq!(lines, by_tail(&path));
        }
    }

    #[test]
    fn a_tail_goes_on_where_it_is_told_to_and_still_notices_a_rewrite() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let text: String = (0..2_000).map(|it| format!("line {it}\n")).collect();
        fs::write(&path, &text).unwrap();
        let at = text.find("line 1500\n").unwrap() as u64;
        let mut tail = TailFile::open(&path).unwrap();
        tail.begin_at(at).unwrap();
        let mut seen = Vec::new();
        let mut restarts = 0;
        let mut poll = |seconds: u64, seen: &mut Vec<u8>| {
            tail.poll(Duration::from_secs(seconds), 1 << 20, &mut |event| match event {
                TailEvent::Lines { bytes, .. } => seen.extend_from_slice(bytes),
                TailEvent::Restart { .. } => restarts += 1,
                _ => {}
            })
            .unwrap();
            restarts
        };
        assert_eq!(poll(0, &mut seen), 0);
        assert_eq!(seen, &text.as_bytes()[at as usize..]);
        fs::write(&path, text.replace("line 700\n", "LINE 700\n") + "more\n").unwrap();
        seen.clear();
        assert_eq!(poll(1, &mut seen), 0, "only what is compared can be noticed");
        assert_eq!(seen, b"more\n");
        fs::write(&path, text.replace("line", "LINE") + "more\nand more\n").unwrap();
        seen.clear();
        assert_eq!(poll(2, &mut seen), 1);
        assert!(seen.starts_with(b"LINE 0\n"));
    }

    #[test]
    fn what_was_cut_off_is_an_error_after_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        fs::write(&path, "a\nb\n").unwrap();
        let source = TailFile::open(&path).unwrap().source();
        let mut lines = 0;
        let error = source.lines(0, 0..9, &mut |_| lines += 1).unwrap_err();
        assert!(matches!(error, ReadError::Truncated { offset: 0, len: 9, .. }) && lines == 1);
        assert!(source.lines(1, 0..4, &mut |_| {}).is_err());
    }
}
