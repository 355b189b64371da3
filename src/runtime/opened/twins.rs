//! Compressed files that appear beside what is read. A rotated log that was compressed under a new name has
//! the same content as a file that was read, and is not read again.
//!
//! ```text
//! a compressed file appears -> unpacked, compared with all that was read
//!   -> the same: what was read stays, and is read from there from now on (the plain file is gone or will be)
//!   -> another: added like any file
//! ```
//!
//! The fingerprint of what was read (its beginning, its end, samples between) and its length decide. If the
//! plain file is still there, its first bytes are compared too. Whatever the compressed file has after that
//! content is read on.

use std::{path::PathBuf, time::Duration};

use super::{OpenedLogs, followed::TakenFor, summary_of};
use crate::{
    model::{Diagnostic, FileId, FileState, FileSummary, rule},
    source::{Fingerprint, LifeRead, Read, SourceFile, StretchEvent, Tail, TailEvent},
    text,
};

/// A compressed file that stops growing for this long before it has all of some file is no copy of it.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes unpacked in one go: most files turn out to be other logs with the first of them.
const BUDGET: usize = 1 << 20;
/// Bytes at the beginning that are compared one by one if the plain file can still be read.
const COMPARED: u64 = 64 << 10;

/// A compressed file that may be, or is, a copy.
pub(super) struct Twin {
    path: PathBuf,
    tail: Box<dyn Tail>,
    generation: u32,
    /// Bytes of this generation that were unpacked and handed on, and when their number last grew.
    unpacked: u64,
    grown: Option<Duration>,
    state: State,
}

enum State {
    /// It may be a copy of these.
    Open(Vec<Candidate>),
    /// It is a copy: more lines belong to this file, if they can be added to it.
    Copy(Option<FileId>),
}

/// Something that was read.
struct Candidate {
    /// By its place among those that are followed.
    followed: usize,
    life: LifeRead,
    source: SourceFile,
    /// Samples found, how many of their bytes were there, and bytes compared one by one.
    found: usize,
    same: usize,
    compared: u64,
}

/// What a look at a twin came to.
enum Verdict {
    Unclear,
    Copy(Box<Candidate>),
    Other,
}

impl Twin {
    pub(super) fn new(path: PathBuf, tail: Box<dyn Tail>, logs: &OpenedLogs) -> Self {
        let state = State::Open(candidates(logs));
        Self { path, tail, generation: 0, unpacked: 0, grown: None, state }
    }

    pub(super) fn has_read(&self, path: &std::path::Path) -> bool {
        self.path == path || self.tail.has_read(path)
    }

    /// Whether it is not told yet what it is.
    fn is_open(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    /// What it is, as far as it was unpacked; `last` if nothing more comes.
    fn verdict(&mut self, caught_up: bool, now: Duration, last: bool) -> Verdict {
        let State::Open(candidates) = &mut self.state else { return Verdict::Unclear };
        let source = self.tail.source();
        candidates.retain_mut(|it| it.agrees(&source, self.generation, self.unpacked));
        let quiet = self.grown.is_some_and(|it| now.saturating_sub(it) >= PATIENCE);
        let over = caught_up && (quiet || last);
        if candidates.is_empty() {
            // An empty file is unknown so far, except that nothing was read that it could be a copy of.
            return Verdict::Other;
        }
        // A file of which more was read may still turn out to be the original.
        if !over && candidates.iter().any(|it| it.life.print.len() > self.unpacked) {
            return Verdict::Unclear;
        }
        let unpacked = self.unpacked;
        let mut whole: Vec<Candidate> = std::mem::take(candidates);
        whole.retain(|it| it.is_whole(unpacked));
        match whole.into_iter().max_by_key(|it| it.life.print.len()) {
            Some(it) => Verdict::Copy(Box::new(it)),
            None => Verdict::Other,
        }
    }
}

impl Candidate {
    /// Whether the first `unpacked` bytes of a twin are those that were read.
    fn agrees(&mut self, twin: &SourceFile, generation: u32, unpacked: u64) -> bool {
        let print: &Fingerprint = &self.life.print;
        let samples = print.samples();
        for (start, sample) in &samples[self.found..] {
            if start + sample.len() as u64 > unpacked {
                break;
            }
            let Some(same) = twin.holds(generation, *start, sample) else { return false };
            self.same += same;
            self.found += 1;
        }
        let to = unpacked.min(print.len()).min(COMPARED);
        if to > self.compared {
            let mut plain = Vec::new();
            let (generation_read, len) = (self.life.generation, (to - self.compared) as usize);
            let at = Read { generation: generation_read, offset: self.compared, len };
            // Where it is gone the samples have to do.
            if self.source.read(at, &mut plain).is_ok() && twin.holds(generation, at.offset, &plain).is_none()
            {
                return false;
            }
            self.compared = to;
        }
        true
    }

    /// Whether a twin of this many bytes has all that was read, and hardly more.
    fn is_whole(&self, unpacked: u64) -> bool {
        let read = self.life.print.len();
        // What is still written to its path continues there.
        self.same > 0 && (read == unpacked || (!self.life.lives && read < unpacked && read >= unpacked / 2))
    }
}

/// All that was read and that its content can identify.
fn candidates(logs: &OpenedLogs) -> Vec<Candidate> {
    let of = |(at, followed): (usize, &super::Followed)| {
        let source = followed.tail.source();
        let lives = if followed.backfill.is_none() { followed.tail.lives() } else { Vec::new() };
        let read = lives.into_iter().filter(|it| !it.print.is_empty());
        let candidate = move |life| Candidate {
            followed: at,
            life,
            source: source.clone(),
            found: 0,
            same: 0,
            compared: 0,
        };
        read.map(candidate).collect::<Vec<_>>()
    };
    logs.followed.iter().enumerate().flat_map(of).collect()
}

impl OpenedLogs {
    /// Looks at compressed files that may be copies. Returns whether something came of it, and whether all
    /// are caught up.
    pub(super) fn poll_twins(&mut self, now: Duration, last: bool) -> (bool, bool) {
        let (mut changed, mut all_caught_up) = (false, true);
        for mut twin in std::mem::take(&mut self.twins) {
            let caught_up = self.poll_twin(&mut twin, now);
            all_caught_up &= caught_up;
            match twin.verdict(caught_up, now, last) {
                Verdict::Unclear => self.twins.push(twin),
                Verdict::Copy(candidate) => {
                    self.take_copy(&mut twin, &candidate);
                    self.twins.push(twin);
                    changed = true;
                }
                Verdict::Other => {
                    // It is read from its beginning.
                    if let Err(error) = self.add_file(twin.path) {
                        self.list_error(&error);
                    }
                    (changed, all_caught_up) = (true, false);
                }
            }
        }
        (changed, all_caught_up)
    }

    /// Whether it waits for a compressed file that is not identified yet.
    pub(super) fn has_open_twins(&self) -> bool {
        self.twins.iter().any(Twin::is_open)
    }

    /// Unpacks more of it; whether that was all.
    fn poll_twin(&mut self, twin: &mut Twin, now: Duration) -> bool {
        twin.grown.get_or_insert(now);
        let mut restarted = false;
        let Twin { tail, generation, grown, state, .. } = twin;
        let store = &mut self.store;
        let polled = tail.poll(now, BUDGET, &mut |event| match event {
            TailEvent::Lines { generation: of, offset, bytes }
            | TailEvent::Unterminated { generation: of, offset, bytes }
                if of == *generation && !restarted =>
            {
                *grown = Some(now);
                if let State::Copy(Some(file)) = state {
                    store.read(*file, offset, bytes);
                }
            }
            TailEvent::Restart { generation: new, .. } => {
                // The next rotated log has taken its name.
                *generation = new;
                restarted = true;
            }
            _ => {}
        });
        if restarted {
            // What was unpacked of it so far was skipped: it is read again from its beginning.
            let opened = self.tail(&twin.path, true, super::native_options());
            if let Ok(tail) = opened {
                *twin = Twin::new(twin.path.clone(), tail, self);
            }
            return false;
        }
        if twin.is_open() {
            let all = twin.tail.lives();
            let unpacked = all.iter().find(|it| it.generation == twin.generation).map(|it| it.print.len());
            twin.unpacked = unpacked.unwrap_or_default();
        }
        // A file that cannot be read now may be readable later.
        polled.is_ok_and(|it| it.caught_up)
    }

    /// What was read of a candidate stays, and can be read from its copy.
    fn take_copy(&mut self, twin: &mut Twin, candidate: &Candidate) {
        let LifeRead { generation, ref print, lives } = candidate.life;
        let followed = &self.followed[candidate.followed];
        let name = text::clean(&followed.path.to_string_lossy());
        let file = followed.lives.iter().rev().find(|it| it.0 == generation).map(|it| it.1);
        let native = file.filter(|_| followed.translated.is_none());
        if native.is_some() {
            candidate.source.found_in(generation, twin.tail.source(), twin.generation);
        }
        if let Some(file) = native.filter(|_| !lives) {
            let more = print.len()..twin.unpacked;
            let store = &mut self.store;
            let read = twin.tail.source().lines(twin.generation, more, &mut |event| match event {
                StretchEvent::Lines { offset, bytes } => store.read(file, offset, bytes),
                StretchEvent::Skipped { .. } | StretchEvent::Hole { .. } => {}
            });
            // It was unpacked a moment ago. If it cannot be read again, the disk is full or broken, which is
            // reported elsewhere.
            let _ = read;
        }
        let shown = text::clean(&twin.path.to_string_lossy());
        let size = twin.path.metadata().map_or(0, |it| it.len());
        let summary = FileSummary {
            read: size,
            size,
            state: FileState::SameAs(name.clone()),
            ..summary_of(&twin.path, TakenFor { packed: true, ..followed.taken_for }, 0)
        };
        self.store.add_life(summary, twin.tail.source(), None, None);
        let message =
            format!("'{shown}' has the same content as '{name}', which was read: it is not read again");
        self.store.diagnose(Diagnostic::of_input(rule::COMPRESSED_COPY, message));
        twin.state = State::Copy(native.filter(|_| !lives));
    }
}
