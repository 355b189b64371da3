//! From bytes at offsets to blocks of whole lines.
//!
//! Reads a file forward with positioned reads into one buffer. Hands on everything up to the last `\n` as one
//! block and keeps the rest (a partial line, perhaps half a character) for the next read. Knows one file of
//! one generation; does not know whether that file still is what it was (see [`super::follow`]).

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use memchr::{memchr, memrchr};
use rustix::fs::SeekFrom;

use super::fingerprint::{Fingerprint, SAMPLE, holds};
use super::follow::{Check, Position};
use super::{SkipReason, TailEvent};

/// Holes shorter than this are read like any other NULs.
const HOLE: u64 = 1 << 20;

/// The lines of one file, read so far.
#[derive(Debug)]
pub struct LineBuffer {
    generation: u32,
    block: usize,
    longest_line: usize,
    base: u64,
    /// `bytes[start..end]` is the partial last line; `end` stands at `offset` of the file.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    offset: u64,
    /// Where the line that is being skipped began.
    skipping: Option<u64>,
    /// The last line was handed on without its `\n`, which may still come.
    awaits_newline: bool,
    /// Bytes are handed on as they come.
    unframed: bool,
    /// Whether NULs at the start of a line are left to whoever looks at lines one by one.
    with_nuls: bool,
    /// Where the NULs begin that stand before the partial line, and how many there are.
    hole: Option<(u64, u64)>,
    fingerprint: Fingerprint,
}

impl LineBuffer {
    /// Lines of a file from its start, read `block` bytes at a time; those longer than `longest_line` bytes
    /// (at least a block) are skipped.
    pub fn new(generation: u32, block: usize, longest_line: usize) -> Self {
        let block = block.max(1);
        Self {
            generation,
            block,
            longest_line: longest_line.max(block),
            base: 0,
            bytes: Vec::new(),
            start: 0,
            end: 0,
            offset: 0,
            skipping: None,
            awaits_newline: false,
            unframed: false,
            with_nuls: false,
            hole: None,
            fingerprint: Fingerprint::default(),
        }
    }

    /// The same for a file of bytes without lines: they are handed on as they come, including NULs.
    pub(super) fn unframed(self, unframed: bool) -> Self {
        Self { unframed, ..self }
    }

    /// The same for lines that begin `base` bytes into the file; offsets still count from 0.
    pub(super) fn starting_at(self, base: u64) -> Self {
        Self { base, ..self }
    }

    /// The same for a reader that cuts off the NULs at the start of a line itself: to look for them here
    /// would be one more pass over all bytes.
    pub(super) fn with_nuls(self) -> Self {
        Self { with_nuls: true, ..self }
    }

    /// The same as if the first bytes of the file, whose fingerprint is given, had been handed on.
    pub(super) fn behind(self, fingerprint: Fingerprint) -> Self {
        Self { offset: fingerprint.len(), fingerprint, ..self }
    }

    /// The generation that the events carry.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// How far it came.
    pub fn position(&self) -> Position {
        Position { read: self.offset, delivered: self.offset - self.partial().len() as u64 }
    }

    /// The last line as far as it is written.
    pub fn partial(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// The samples of what was handed on.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// Reads on up to the size `to`, or `budget` bytes. Returns how many bytes were read: fewer if the file
    /// is shorter.
    ///
    /// # Errors
    /// If the file cannot be read; what was read before the error is handed on.
    pub fn read(
        &mut self,
        file: &File,
        to: u64,
        budget: usize,
        sink: &mut dyn FnMut(TailEvent<'_>),
    ) -> io::Result<usize> {
        let mut got = 0;
        while self.offset < to && got < budget {
            let left = usize::try_from(to - self.offset).unwrap_or(usize::MAX);
            let want = left.min(self.block).min(budget - got);
            self.make_room(want);
            let room = &mut self.bytes[self.end..self.end + want];
            let count = match file.read_at(room, self.base + self.offset) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                result => result?,
            };
            if count == 0 {
                break;
            }
            let fresh = self.end;
            let only_nuls = !self.unframed
                && self.start == self.end
                && self.bytes[fresh..fresh + count].iter().all(|it| *it == 0);
            self.end += count;
            self.offset += count as u64;
            got += count;
            self.hand_on(fresh, sink);
            if only_nuls {
                self.jump_hole(file, to);
            }
        }
        Ok(got)
    }

    /// Takes bytes that continue what was taken before, and come from elsewhere than a file.
    pub(super) fn push(&mut self, bytes: &[u8], sink: &mut dyn FnMut(TailEvent<'_>)) {
        self.make_room(bytes.len());
        let fresh = self.end;
        self.bytes[fresh..fresh + bytes.len()].copy_from_slice(bytes);
        self.end += bytes.len();
        self.offset += bytes.len() as u64;
        self.hand_on(fresh, sink);
    }

    /// Hands on the partial line as it is if `accept` says it is whole; returns whether it was.
    pub fn settle(&mut self, accept: &dyn Fn(&[u8]) -> bool, sink: &mut dyn FnMut(TailEvent<'_>)) -> bool {
        if self.start == self.end {
            self.tell_hole(sink);
        }
        if self.start == self.end || !accept(self.partial()) {
            return false;
        }
        let Position { delivered, .. } = self.position();
        sink(TailEvent::Unterminated {
            generation: self.generation,
            offset: delivered,
            bytes: &self.bytes[self.start..self.end],
        });
        self.consume(self.end - self.start);
        self.awaits_newline = true;
        true
    }

    /// Ends this file's lines: hands on its partial line if `accept` says it is whole, and reports it
    /// otherwise.
    pub fn close(&mut self, accept: &dyn Fn(&[u8]) -> bool, sink: &mut dyn FnMut(TailEvent<'_>)) {
        if self.settle(accept, sink) {
            return;
        }
        let Position { delivered, read } = self.position();
        let torn = self.skipping.take().map(|from| (from, SkipReason::TooLong));
        let torn = torn.or((delivered < read).then_some((delivered, SkipReason::Torn)));
        if let Some((offset, reason)) = torn {
            sink(TailEvent::Skipped { generation: self.generation, offset, len: read - offset, reason });
        }
        self.consume(self.end - self.start);
    }

    /// Forgets the partial line: it is read again from its start.
    pub fn rewind(&mut self) {
        self.offset = self.position().delivered;
        self.end = self.start;
    }

    /// Frees the buffer between polls, since a thousand files must not keep one each. A buffer with a line
    /// longer than a block stays, because it would be copied at every poll.
    pub fn relax(&mut self) {
        let needed = self.end - self.start;
        if needed < self.block && self.bytes.capacity() > needed {
            self.bytes = self.partial().to_vec();
            (self.start, self.end) = (0, self.bytes.len());
        }
    }

    /// Compares `file`, of `size` bytes, with what was read; compares every sample if `thorough`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn check(&self, file: &File, size: u64, thorough: bool) -> io::Result<Check> {
        let Position { delivered, read } = self.position();
        let print = &self.fingerprint;
        if size < delivered
            || !(if thorough { print.matches_throughout(file)? } else { print.matches(file)? })
        {
            return Ok(Check::Changed);
        }
        let last = &self.partial()[self.partial().len().saturating_sub(SAMPLE)..];
        Ok(if size < read || !holds(file, read - last.len() as u64, last)? {
            Check::PartialChanged
        } else {
            Check::Same
        })
    }

    fn make_room(&mut self, want: usize) {
        if self.bytes.len() - self.end < want && self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.bytes.len() - self.end < want {
            self.bytes.resize(self.end + want, 0);
        }
    }

    /// Hands on the lines that the bytes since `fresh` have completed.
    fn hand_on(&mut self, fresh: usize, sink: &mut dyn FnMut(TailEvent<'_>)) {
        if self.unframed {
            let (generation, offset) = (self.generation, self.position().delivered);
            sink(TailEvent::Lines { generation, offset, bytes: &self.bytes[self.start..self.end] });
            self.consume(self.end - self.start);
            return;
        }
        let mut fresh = fresh;
        if self.skipping.is_some() || self.awaits_newline {
            self.start_of_next_line(sink);
            fresh = self.start;
        }
        if self.skipping.is_none() && self.end - self.start > self.longest_line {
            let first = memchr(b'\n', &self.bytes[fresh..self.end]).map(|it| fresh + it - self.start);
            if first.is_none_or(|len| len > self.longest_line) {
                self.skipping = Some(self.position().delivered);
                self.start_of_next_line(sink);
                fresh = self.start;
            }
        }
        if self.hole.is_some() {
            // It may go on.
            self.skip_nuls(self.end);
            if self.start < self.end {
                self.tell_hole(sink);
            }
            fresh = fresh.max(self.start);
        }
        if let Some(last) = memrchr(b'\n', &self.bytes[fresh..self.end]) {
            self.emit(fresh + last + 1, sink);
        }
        self.skip_nuls(self.end);
    }

    /// Cuts off the NULs at the start of `bytes[start..to]`.
    fn skip_nuls(&mut self, to: usize) {
        let nuls = leading_nuls(&self.bytes[self.start..to]);
        if nuls > 0 {
            let from = self.position().delivered;
            self.hole.get_or_insert((from, 0)).1 += nuls as u64;
            self.consume(nuls);
        }
    }

    fn tell_hole(&mut self, sink: &mut dyn FnMut(TailEvent<'_>)) {
        if let Some((offset, len)) = self.hole.take() {
            sink(TailEvent::Hole { generation: self.generation, offset, len });
        }
    }

    /// If its `\n` is there, ends the line that is being skipped or that was handed on without one.
    fn start_of_next_line(&mut self, sink: &mut dyn FnMut(TailEvent<'_>)) {
        let generation = self.generation;
        if let Some(offset) = self.skipping {
            let Some(len) = memchr(b'\n', self.partial()) else {
                self.consume(self.end - self.start);
                return;
            };
            self.consume(len);
            let len = self.position().delivered - offset;
            self.consume(1);
            self.skipping = None;
            sink(TailEvent::Skipped { generation, offset, len, reason: SkipReason::TooLong });
        } else if self.awaits_newline && self.start < self.end {
            self.awaits_newline = false;
            let rest = self.partial();
            let ended = rest.starts_with(b"\n").then_some(1).or(rest.starts_with(b"\r\n").then_some(2));
            self.consume(ended.unwrap_or(0));
        }
    }

    /// Hands on `bytes[start..to]`, whole lines, without the NULs at the start of each.
    fn emit(&mut self, to: usize, sink: &mut dyn FnMut(TailEvent<'_>)) {
        let generation = self.generation;
        let nul = |bytes: &[u8]| memchr(0, bytes).is_some();
        if self.with_nuls || !nul(&self.bytes[self.start..to]) {
            let offset = self.position().delivered;
            sink(TailEvent::Lines { generation, offset, bytes: &self.bytes[self.start..to] });
            self.consume(to - self.start);
            return;
        }
        while self.start < to {
            self.skip_nuls(to);
            self.tell_hole(sink);
            let run = &self.bytes[self.start..to];
            let len = memchr::memmem::find(run, b"\n\0").map_or(run.len(), |it| it + 1);
            if len > 0 {
                sink(TailEvent::Lines { generation, offset: self.position().delivered, bytes: &run[..len] });
            }
            self.consume(len);
        }
    }

    fn consume(&mut self, count: usize) {
        self.fingerprint.push(&self.bytes[self.start..self.start + count]);
        self.start += count;
    }

    /// Jumps to the end of the hole at `offset`. A copytruncated log whose writer does not append begins with
    /// gigabytes of NULs that are not on the disk.
    fn jump_hole(&mut self, file: &File, to: u64) {
        if self.start < self.end || to - self.offset < HOLE || self.base > 0 {
            return;
        }
        let data = match rustix::fs::seek(file, SeekFrom::Data(self.offset)) {
            Ok(data) => data.clamp(self.offset, to),
            Err(rustix::io::Errno::NXIO) => to,
            // The file system cannot tell: the NULs are read.
            Err(_) => return,
        };
        let len = data - self.offset;
        self.fingerprint.push_nuls(len);
        self.hole.get_or_insert((self.offset, 0)).1 += len;
        self.offset = data;
    }
}

fn leading_nuls(bytes: &[u8]) -> usize {
    bytes.iter().position(|it| *it != 0).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests;
