//! Lines that the scan took for a record and that turn out not to be what they seemed.
//!
//! ```text
//! Store::take_unread -> Unread    lines that were only scanned; the caller reads them in full when it likes
//!                         `-> Suspect    those with a problem
//! Store::revise <-----------------'      reads them again, lists them, moves their rows where they belong
//! Store::recount                         counts episodes anew that lost a row (see `recount`)
//! ```
//!
//! In the end the index is what reading every line in full gives. Three things stay as they were scanned. A
//! `seq` in a line that turns out to hold no record counts as seen, because its writer did write it. A `run`
//! record found after damage is counted, but does not begin its run after the fact. And in the list of
//! episodes a record that turns out to be another one counts as the last of its id, until the episode is
//! opened.

use std::ops::Range;

use super::{
    Life, Pass, Store,
    rows::{Row, RowId},
    scanned::{Extra, LineScanner, NOBODY, Scanned, ScannedRow},
};
use crate::{
    log::{RecordType, scan_header},
    model::FileId,
    source::{Read, SourceFile},
};

/// The least rows between two marks.
const MARK: u32 = 1024;

/// Lines of one life of a file that were only scanned.
#[derive(Clone, Debug)]
pub struct Unread {
    /// Which.
    pub file: FileId,
    /// Reads it, from any thread.
    pub source: SourceFile,
    /// Under which generation `source` knows it.
    pub generation: u32,
    /// Where they stand: from the start of a line to the end of one. The last may lack its line end.
    pub bytes: Range<u64>,
    /// Lines of the file before them.
    pub lines: u32,
    /// The starts of those that were read in full and listed, ascending.
    pub listed: Vec<u64>,
}

/// A line with a problem, or one that is not a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// Which file.
    pub file: FileId,
    /// Its first byte.
    pub offset: u64,
    /// Bytes without the line end.
    pub len: u32,
    /// Lines of the file before it.
    pub line: u32,
}

/// What a life keeps for it.
#[derive(Debug, Default)]
pub(super) struct Revision {
    /// Where the lines begin that were not handed out yet, and how many lines there are before them.
    unread: Option<(u64, u32)>,
    listed: Vec<u64>,
    /// Offsets, ascending, and the next row at that moment: later lines have later rows.
    marks: Vec<(u64, RowId)>,
}

impl Revision {
    /// Notes that more lines are about to be added after this many `lines` and rows.
    pub(super) fn note(&mut self, scanned: &Scanned, lines: u32, next: RowId) {
        if scanned.bytes.is_empty() {
            return;
        }
        let start = scanned.bytes.start;
        self.unread.get_or_insert((start, lines));
        self.listed.extend_from_slice(&scanned.listed);
        if self.marks.last().is_none_or(|it| start > it.0 && next.0 - it.1.0 >= MARK) {
            self.marks.push((start, next));
        }
    }

    /// The range of rows that contains the row at `offset`.
    fn among(&self, offset: u64, end: RowId) -> (RowId, RowId) {
        let next = self.marks.partition_point(|it| it.0 <= offset);
        let from = next.checked_sub(1).map_or(RowId(0), |it| self.marks[it].1);
        (from, self.marks.get(next).map_or(end, |it| it.1))
    }
}

impl Store {
    /// Lines added since the last call that were only scanned. There are none among lines that were read in
    /// full in the first place.
    pub fn take_unread(&mut self) -> Vec<Unread> {
        if self.pass != Pass::Headers {
            return Vec::new();
        }
        let take = |(at, life): (usize, &mut Life)| {
            let (start, lines) = life.revision.unread.take()?;
            Some(Unread {
                file: FileId::from_index(at),
                source: life.source.clone(),
                generation: life.generation,
                bytes: start..life.lines_end(),
                lines,
                listed: std::mem::take(&mut life.revision.listed),
            })
        };
        self.lives.iter_mut().enumerate().filter_map(take).collect()
    }

    /// Lines that the first pass only scanned.
    pub fn scanned_lines(&self) -> u64 {
        if self.pass == Pass::Everything {
            return 0;
        }
        let all: u64 = self.lives.iter().map(|it| u64::from(it.lines)).sum();
        all.saturating_sub(self.lines_in_full)
    }

    /// Reads lines in full, each once. Lists what is wrong with them and removes the rows of lines that are
    /// no record. A line that can no longer be read, or is fine, stays as it is. Returns whether it found
    /// anything.
    pub fn revise(&mut self, suspects: &[Suspect]) -> bool {
        let mut scanner = LineScanner::new(Pass::Everything);
        let (mut line, mut scanned) = (Vec::new(), Scanned::default());
        let mut told = false;
        for suspect in suspects {
            let Some(life) = self.lives.get(suspect.file.index()) else { continue };
            let at = Read { generation: life.generation, offset: suspect.offset, len: suspect.len as usize };
            if life.source.read(at, &mut line).is_err() {
                continue;
            }
            scanned.clear();
            scanner.scan(suspect.offset, &line, &mut scanned);
            // Otherwise these are not the bytes that were scanned.
            if scanned.lines == 1 {
                told |= self.revise_line(suspect, &line, &mut scanned);
            }
        }
        told
    }

    fn revise_line(&mut self, suspect: &Suspect, line: &[u8], scanned: &mut Scanned) -> bool {
        let Suspect { file, offset, len, .. } = *suspect;
        let life = &self.lives[file.index()];
        let (from, to) = life.revision.among(offset, self.rows.next());
        let taken_for = self.rows.at_place(file, offset, u64::from(len), from, to);
        if taken_for.is_none() && life.line_map.is_some() {
            // Of a spool that several share: it is another's.
            return false;
        }
        let same = match (&taken_for, scanned.rows.as_slice()) {
            (Some((_, old)), [new]) => is_all(new, offset, line) && self.is_same(old, new, scanned),
            (None, []) => scanned.records == 1 && scanned.types[kind_of(line) as usize] == 1,
            _ => false,
        };
        if same && scanned.extras.iter().all(|it| !matches!(it.1, Extra::Problem { .. })) {
            return false;
        }
        // The number that the index knows it by.
        let number = taken_for.as_ref().map_or(suspect.line, |it| it.1.origin.line.wrapping_sub(1));
        scanned.counted.clear();
        scanned.listed.clear();
        if same {
            scanned.rows.clear();
            (scanned.records, scanned.types) = (0, Default::default());
            scanned.extras.retain_mut(|(row, extra)| {
                *row = 0;
                matches!(extra, Extra::Problem { .. })
            });
        } else {
            scanned.extras.retain(|it| !matches!(it.1, Extra::Run { .. }));
            let kind = taken_for.as_ref().map_or_else(|| kind_of(line), |it| it.1.kind);
            self.records = self.records.saturating_sub(1);
            let count = &mut self.types[kind as usize];
            *count = count.saturating_sub(1);
            if let Some((id, old)) = taken_for {
                self.remove(id, &old);
            }
        }
        self.add_late(file, number, offset, scanned);
        true
    }

    /// Joins a line that stands before known lines; the file continues as it was.
    fn add_late(&mut self, file: FileId, line: u32, offset: u64, scanned: &Scanned) {
        let life = &mut self.lives[file.index()];
        let goes_on = (life.lines, life.run, std::mem::take(&mut life.revision));
        (life.lines, life.run) = (line, life.run_at(offset));
        self.add(file, scanned);
        self.lines_in_full -= u64::from(scanned.in_full);
        let life = &mut self.lives[file.index()];
        (life.lines, life.run, life.revision) = goes_on;
    }

    /// Whether a row is what a full reading of its line, which is one record, gives.
    fn is_same(&self, old: &Row, new: &ScannedRow, scanned: &Scanned) -> bool {
        let run = self.lives[old.origin.file.index()].run_at(old.origin.offset);
        let episode = self.episodes.find(run, scanned.episodes.name(new.episode));
        let agent = match new.agent {
            NOBODY => None,
            agent => Some(self.episodes.known_agent(scanned.agents.name(agent))),
        };
        let id = new.id.hash(&scanned.prefixes) == old.id.hash(&self.prefixes);
        let value = new.value.map(f64::to_bits) == old.value.map(f64::to_bits);
        episode.is_some_and(|it| it.0 == old.episode)
            && agent == old.agent.map(Some)
            && (new.kind, new.time) == (old.kind, old.time)
            && id
            && value
    }
}

/// Whether a record is all there is in its line.
fn is_all(row: &ScannedRow, offset: u64, line: &[u8]) -> bool {
    let blank = |it: &&u8| matches!(**it, b' ' | b'\t' | b'\r' | b'\n' | 0);
    let before = line.iter().take_while(blank).count() as u64;
    let behind = line.iter().rev().take_while(blank).count() as u64;
    // A scanned row covers the line; a parsed one covers its content without the space around it.
    row.offset <= offset + before && row.offset + u64::from(row.len) + behind >= offset + line.len() as u64
}

/// What an index takes a line for that belongs to no episode.
fn kind_of(line: &[u8]) -> RecordType {
    if let Some(header) = scan_header(line) {
        return header.record_type;
    }
    // It does not close: what stands at its start was believed.
    let word = memchr::memmem::find(line, b"\"type\"").and_then(|at| {
        let rest =
            line[at + 6..].trim_ascii_start().strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"\"")?;
        std::str::from_utf8(rest.split(|it| *it == b'"').next()?).ok()
    });
    RecordType::from_name(word.unwrap_or_default())
}
