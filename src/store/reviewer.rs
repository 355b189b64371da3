//! Reads in full the lines that were only scanned, and says which of them have a problem. Builds nothing of
//! the sound ones; knows no thread and no clock.

use memchr::memchr;

use super::revise::{Suspect, Unread};
use crate::{
    log::{is_sound, parse_line},
    source::{ReadError, StretchEvent},
};

/// Goes through some lines, a stretch at a time.
pub struct Reviewer {
    unread: Unread,
    /// Those that were listed and have been passed.
    passed: usize,
}

impl Reviewer {
    /// At the first of them.
    pub fn new(unread: Unread) -> Self {
        Self { unread, passed: 0 }
    }

    /// Bytes that are left.
    pub fn left(&self) -> u64 {
        self.unread.bytes.end - self.unread.bytes.start
    }

    /// Reads about `bytes` more bytes of whole lines. Adds the lines that are not what they seem to
    /// `suspects`.
    ///
    /// # Errors
    /// What is left can no longer be read.
    pub fn step(&mut self, bytes: u64, suspects: &mut Vec<Suspect>) -> Result<(), ReadError> {
        let Unread { source, generation, bytes: left, .. } = &self.unread;
        let (source, generation, start, end) = (source.clone(), *generation, left.start, left.end);
        let about = start.saturating_add(bytes.max(1)).min(end);
        let to = if about < end { source.line_end(generation, about - 1, end)? } else { end };
        source.lines(generation, start..to, &mut |event| match event {
            StretchEvent::Lines { offset, bytes } => self.lines(offset, bytes, suspects),
            // It was listed when it was passed over.
            StretchEvent::Skipped { .. } => self.unread.lines += 1,
            StretchEvent::Hole { .. } => {}
        })?;
        self.unread.bytes.start = to;
        Ok(())
    }

    fn lines(&mut self, offset: u64, bytes: &[u8], suspects: &mut Vec<Suspect>) {
        let mut at = 0;
        while at < bytes.len() {
            let end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |it| at + it);
            // As a truncated file leaves them: they belong to no line.
            let start = at + bytes[at..end].iter().take_while(|it| **it == 0).count();
            let place = offset + start as u64;
            let line = &bytes[start..end];
            if !is_sound(line) && !self.is_listed(place) && has_something_to_tell(line) {
                suspects.push(Suspect {
                    file: self.unread.file,
                    offset: place,
                    len: line.len() as u32,
                    line: self.unread.lines,
                });
            }
            self.unread.lines += 1;
            at = end + 1;
        }
    }

    /// Whether the line that begins there was read in full and listed. Places must be asked in ascending
    /// order.
    fn is_listed(&mut self, place: u64) -> bool {
        let later = &self.unread.listed[self.passed..];
        self.passed += later.partition_point(|it| *it < place);
        self.unread.listed.get(self.passed) == Some(&place)
    }
}

fn has_something_to_tell(line: &[u8]) -> bool {
    let parsed = parse_line(line);
    // Nothing at all: it is blank.
    !parsed.problems.is_empty() || parsed.records.len() > 1
}
