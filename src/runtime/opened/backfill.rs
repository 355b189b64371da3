//! Large files: their ends are followed at once, and what comes before is read in stretches, by several threads.
//!
//! ```text
//!  0 ......................................... cut ........ size ... grows
//!  | stretches, scanned by threads, joined in order |  tail, followed from the start
//!  |                                                |    `-> preview: a small index of its own, shown meanwhile
//!  `---------------> store ------------------------->`---> store, when its turn has come
//! ```
//!
//! What the tail finds meanwhile is noted as places and read again when the store has come so far: the index in
//! the end is the one that reading from the start to the end gives, whatever was shown before and however many
//! threads there were.

use std::{collections::VecDeque, ops::Range, time::Duration};

use super::{Followed, OpenedLogs, Round, apply, preview::Preview};
use crate::{
    model::{Diagnostic, FileState, rule},
    runtime::readers::{Readers, Stretch, Ticket},
    source::{SourceFile, Tail, TailEvent, TailFile, because},
    store::Pass,
    text,
};

/// How a large file is cut up, in bytes.
#[derive(Clone, Copy, Debug)]
pub(in crate::runtime) struct Portions {
    /// Smaller files are read from their start to their end.
    pub(in crate::runtime) large: u64,
    /// Before the end: what is read first.
    pub(in crate::runtime) tail: u64,
    /// What is scanned in one go: little enough to answer between two of them, and to stay near the processor.
    pub(in crate::runtime) stretch: u64,
}

impl Default for Portions {
    fn default() -> Self {
        Self { large: 16 << 20, tail: 4 << 20, stretch: 4 << 20 }
    }
}

/// What of a file has not been handed to the threads.
pub(super) struct Backfill {
    todo: VecDeque<Step<Range<u64>>>,
    /// Bytes of a step at most, but for a line that is longer.
    stretch: u64,
    /// Steps that were handed on and not joined.
    under_way: usize,
    /// Bytes joined of the generation that is being joined.
    joined: u64,
    /// Bytes of the file when it was opened.
    pub(super) size: u64,
}

/// Something that happens to the store.
enum Step<T> {
    /// Lines of a generation.
    Lines(u32, T),
    /// Anything else that a tail told.
    Event(TailEvent<'static>),
}

/// A step that was handed on.
pub(super) struct Ahead {
    /// Whose it is.
    followed: usize,
    bytes: Range<u64>,
    step: Step<Ticket>,
}

impl Backfill {
    /// Lets `tail` begin near the end of the file at `path`, if that is a large one.
    pub(super) fn of(tail: &mut TailFile, pass: Pass, portions: Portions) -> Option<Self> {
        let size = std::fs::metadata(tail.path()).ok()?.len();
        if size < portions.large || pass == Pass::Places {
            return None;
        }
        let source = tail.source();
        let cut =
            source.line_end(0, size.saturating_sub(portions.tail), size).ok().filter(|it| *it < size)?;
        tail.begin_at(cut).ok()?;
        let todo = VecDeque::from([Step::Lines(0, 0..cut)]);
        Some(Self { todo, stretch: portions.stretch, under_way: 0, joined: 0, size })
    }

    /// Notes what a tail told, for when the store has come so far.
    fn note(&mut self, event: &TailEvent<'_>) {
        match *event {
            TailEvent::Lines { generation, offset, bytes }
            | TailEvent::Unterminated { generation, offset, bytes } => {
                let end = offset + bytes.len() as u64;
                match self.todo.back_mut() {
                    Some(Step::Lines(last, range)) if *last == generation && range.end == offset => {
                        range.end = end;
                    }
                    _ => self.todo.push_back(Step::Lines(generation, offset..end)),
                }
            }
            TailEvent::Skipped { generation, offset, len, reason } => {
                self.todo.push_back(Step::Event(TailEvent::Skipped { generation, offset, len, reason }));
            }
            TailEvent::Restart { generation, reason, file } => {
                self.todo.push_back(Step::Event(TailEvent::Restart { generation, reason, file }));
            }
            TailEvent::Gone => self.todo.push_back(Step::Event(TailEvent::Gone)),
            TailEvent::Returned => self.todo.push_back(Step::Event(TailEvent::Returned)),
            // Only compressed files and pipes tell these, and they are not read this way.
            TailEvent::Damaged { .. } | TailEvent::Ended { .. } => {}
        }
    }

    /// The next step, of lines no more than a stretch.
    fn next(&mut self, source: &SourceFile) -> Option<(Range<u64>, Step<Range<u64>>)> {
        let (generation, range) = match self.todo.pop_front()? {
            Step::Event(event) => return Some((0..0, Step::Event(event))),
            Step::Lines(generation, range) => (generation, range),
        };
        let about = (range.start + self.stretch).min(range.end);
        // What cannot be read is told by whoever reads the stretch.
        let end = source.line_end(generation, about.saturating_sub(1).max(range.start), range.end);
        let end = end.unwrap_or(range.end);
        if end < range.end {
            self.todo.push_front(Step::Lines(generation, end..range.end));
        }
        Some((range.start..end, Step::Lines(generation, range.start..end)))
    }

    fn is_done(&self) -> bool {
        self.todo.is_empty() && self.under_way == 0
    }
}

impl OpenedLogs {
    /// Shows what is at the end of large files while what comes before is read: see [`OpenedLogs::summary`].
    pub fn show_tail_first(&mut self) {
        if self.followed.iter().any(|it| it.backfill.is_some()) {
            self.preview = Some(Preview::new(self.store.pass(), &self.followed));
        }
    }

    /// Lets `threads` read large files; 0: as many as there are cores, up to four.
    pub fn set_threads(&mut self, threads: usize) {
        self.readers = Readers::new(self.store.pass(), threads);
    }

    pub(super) fn is_backfilling(&self) -> bool {
        self.backfilling > 0
    }

    /// Looks at the end of a large file: it is noted, and shown in the preview.
    pub(super) fn poll_tail(&mut self, at: usize, now: Duration, budget: usize) -> bool {
        let Followed { tail, backfill: Some(backfill), path, lives, .. } = &mut self.followed[at] else {
            return false;
        };
        let (_, file) = *lives.last().expect("a followed file has a life from the start");
        let mut changed = false;
        let result = tail.poll(now, budget, &mut |event| {
            changed = true;
            backfill.note(&event);
            match event {
                TailEvent::Lines { offset, bytes, .. } | TailEvent::Unterminated { offset, bytes, .. } => {
                    if let Some(preview) = &mut self.preview {
                        preview.read(file, offset, bytes);
                    }
                }
                // Its lives are counted from here on as they are joined.
                TailEvent::Restart { .. } => self.preview.iter_mut().for_each(Preview::freeze),
                _ => {}
            }
        });
        match result {
            Ok(progress) => {
                let state = if path.exists() { FileState::Reading } else { FileState::Gone };
                self.store.set_progress(file, backfill.joined, progress.size, state);
            }
            // It is tried again, and told when the store has come so far.
            Err(error) => self.store.set_state(file, FileState::Failed(text::clean(&because(&error)))),
        }
        changed
    }

    /// Joins stretches of large files to the store, about `budget` bytes, in turn.
    pub(super) fn join(&mut self, budget: usize) -> Round {
        let mut left = budget as u64;
        while self.is_backfilling() && left > 0 {
            self.hand_on();
            let Some(Ahead { followed, bytes, step }) = self.ahead.pop_front() else {
                break;
            };
            left = left.saturating_sub((bytes.end - bytes.start).max(1));
            self.take(followed, &bytes, step);
        }
        Round { changed: true, caught_up: false }
    }

    /// Hands steps to the threads, as many as may be under way, of each file in turn.
    fn hand_on(&mut self) {
        let count = self.followed.len();
        let mut idle = 0;
        while self.ahead.len() < self.readers.ahead() && idle < count {
            self.handed = (self.handed + 1) % count;
            let Followed { backfill: Some(backfill), tail, .. } = &mut self.followed[self.handed] else {
                idle += 1;
                continue;
            };
            let source = tail.source();
            let Some((bytes, step)) = backfill.next(&source) else {
                idle += 1;
                continue;
            };
            idle = 0;
            backfill.under_way += 1;
            let step = match step {
                Step::Event(event) => Step::Event(event),
                Step::Lines(generation, bytes) => {
                    Step::Lines(generation, self.readers.start(Stretch { source, generation, bytes }))
                }
            };
            self.ahead.push_back(Ahead { followed: self.handed, bytes, step });
        }
    }

    /// Takes a step of a file.
    fn take(&mut self, at: usize, bytes: &Range<u64>, step: Step<Ticket>) {
        let Followed { tail, lives, path, format, backfill, .. } = &mut self.followed[at];
        let Some(filling) = backfill else { return };
        let store = &mut self.store;
        match step {
            Step::Event(event) => {
                if matches!(event, TailEvent::Restart { .. }) {
                    filling.joined = 0;
                }
                apply(store, lives, (path, format), &tail.source(), None, &event);
            }
            Step::Lines(generation, ticket) => {
                let filled = self.readers.wait(ticket);
                let found = lives.iter().rev().find(|it| it.0 == generation);
                let file = found.or(lives.last()).expect("a followed file has a life from the start").1;
                store.add(file, &filled.scanned);
                self.readers.give_back(filled.scanned);
                if let Some(why) = filled.problem {
                    let place = text::clean(&path.to_string_lossy());
                    let message =
                        format!("bytes {} to {} of '{place}' are lost: {why}", bytes.start, bytes.end);
                    store.diagnose(Diagnostic::of_input(rule::UNREADABLE_FILE, message));
                }
                filling.joined = bytes.end;
                store.set_read(file, bytes.end);
            }
        }
        filling.under_way -= 1;
        if filling.is_done() {
            *backfill = None;
            self.backfilling -= 1;
            if !self.is_backfilling() {
                self.all_joined();
            }
        }
    }

    /// Everything that was shown ahead of its turn is in the store.
    fn all_joined(&mut self) {
        if let Some(preview) = self.preview.take() {
            self.moved = preview.moved(&self.store);
        }
        // Threads and buffers are given back; files that appear later need them rarely.
        self.readers = self.readers.renewed();
    }
}
