//! Where the unpacked bytes of a compressed log stand in the spool that all compressed logs share.

use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::byte_range::{Read, ReadError};
use super::descriptor::Descriptor;

/// A run of unpacked bytes.
#[derive(Clone, Copy, Debug)]
struct Segment {
    /// Where it begins in the unpacked log, and how long it is.
    offset: u64,
    len: u64,
    /// Where it stands in the spool.
    at: u64,
}

/// Bytes of a source that stand together in a file.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) descriptor: Arc<Descriptor>,
    /// Where they begin in the file, and in the source.
    pub(super) at: u64,
    pub(super) bytes: Range<u64>,
}

/// The unpacked bytes of one log, by generation.
#[derive(Debug)]
pub(super) struct Segments {
    path: PathBuf,
    spool: Arc<Descriptor>,
    /// In the order of their offsets, which is that of their arrival.
    of_generation: Mutex<Vec<Vec<Segment>>>,
}

impl Segments {
    pub(super) fn new(path: PathBuf, spool: Arc<Descriptor>) -> Self {
        Self { path, spool, of_generation: Mutex::default() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Notes that `len` bytes at `offset` of the log were written to `at` of the spool.
    pub(super) fn add(&self, generation: u32, offset: u64, len: usize, at: u64) {
        let mut all = self.of_generation.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = generation as usize;
        if all.len() <= generation {
            all.resize_with(generation + 1, Vec::new);
        }
        let len = len as u64;
        match all[generation].last_mut() {
            Some(last) if last.offset + last.len == offset && last.at + last.len == at => last.len += len,
            _ => all[generation].push(Segment { offset, len, at }),
        }
    }

    /// Replaces the content of `into` by the bytes at `range`, which may lie in several neighbouring
    /// segments.
    pub(super) fn read(&self, range: Read, into: &mut Vec<u8>) -> Result<(), ReadError> {
        into.clear();
        let pieces = self.pieces(range).ok_or_else(|| ReadError::Truncated {
            path: self.path.clone(),
            offset: range.offset,
            len: range.len,
        })?;
        // Only now, since the length is known to be that of existing bytes.
        into.resize(range.len, 0);
        let mut done = 0;
        for (at, len) in pieces {
            if let Err(source) = self.spool.file().read_exact_at(&mut into[done..done + len], at) {
                into.clear();
                return Err(self.io(range.offset, source));
            }
            done += len;
        }
        Ok(())
    }

    /// Where the handed-on bytes of `range` stand: whole lines, in runs between which something is missing.
    pub(super) fn runs(&self, generation: u32, range: Range<u64>) -> Vec<Run> {
        let all = self.of_generation.lock().unwrap_or_else(PoisonError::into_inner);
        let segments = all.get(generation as usize).map_or(&[][..], Vec::as_slice);
        let first = segments.partition_point(|it| it.offset + it.len <= range.start);
        let within = segments[first..].iter().take_while(|it| it.offset < range.end);
        within
            .map(|it| {
                let bytes = it.offset.max(range.start)..(it.offset + it.len).min(range.end);
                Run { descriptor: self.spool.clone(), at: it.at + (bytes.start - it.offset), bytes }
            })
            .collect()
    }

    /// Places in the spool, with their lengths; `None` if a part was not handed on.
    fn pieces(&self, range: Read) -> Option<Vec<(u64, usize)>> {
        let all = self.of_generation.lock().unwrap_or_else(PoisonError::into_inner);
        let segments = all.get(range.generation as usize)?;
        let mut at = segments.partition_point(|it| it.offset + it.len <= range.offset);
        let (mut from, mut left) = (range.offset, range.len as u64);
        let mut pieces = Vec::new();
        while left > 0 {
            let segment = segments.get(at).filter(|it| it.offset <= from)?;
            let inside = from - segment.offset;
            let len = (segment.len - inside).min(left);
            pieces.push((segment.at + inside, usize::try_from(len).ok()?));
            from += len;
            left -= len;
            at += 1;
        }
        Some(pieces)
    }

    fn io(&self, offset: u64, source: io::Error) -> ReadError {
        ReadError::Io { path: self.path.clone(), offset, source }
    }
}
