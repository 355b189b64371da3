//! Large files: their ends are followed at once, and what comes before is read in stretches, by several
//! threads.
//!
//! ```text
//!  0 ......................................... cut ........ size ... grows
//!  | stretches, scanned by threads, joined in order |  tail, followed from the start
//!  |                                                |    `-> preview: a small index of its own, shown meanwhile
//!  `---------------> store ------------------------->`---> store, when its turn has come
//! ```
//!
//! What the tail finds meanwhile is noted as places and read again when the store has come that far. In the
//! end the index is the one that reading from start to end gives, whatever was shown before and for any
//! number of threads.

use std::{ops::Range, time::Duration};

use super::{
    Followed, OpenedLogs, Round, apply,
    backfill::{Ahead, Step},
    preview::Preview,
};
use crate::{
    model::{Diagnostic, FileState, rule},
    runtime::readers::{Readers, Stretch, Ticket},
    source::{TailEvent, because},
    text,
};

impl OpenedLogs {
    /// Shows what is at the end of large files while the part before it is read: see [`OpenedLogs::summary`].
    pub fn show_tail_first(&mut self) {
        if self.followed.iter().any(|it| it.backfill.is_some()) {
            self.preview = Some(Preview::new(self.store.another(), &self.followed));
        }
    }

    /// Lets `threads` threads read large files; 0 means one per core, up to four.
    pub fn set_threads(&mut self, threads: usize) {
        self.readers = Readers::new(self.store.pass(), threads);
    }

    pub(super) fn is_backfilling(&self) -> bool {
        self.backfilling > 0
    }

    /// Looks at the end of a large file, notes it and shows it in the preview.
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
                // From here on its lives are counted as they are joined.
                TailEvent::Restart { .. } => self.preview.iter_mut().for_each(Preview::freeze),
                _ => {}
            }
        });
        match result {
            Ok(progress) => {
                let state = if path.exists() { FileState::Reading } else { FileState::Gone };
                self.store.set_progress(file, backfill.joined, progress.size, state);
            }
            // It is tried again, and reported when the store has come that far.
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

    /// Hands steps to the threads, as many as may be under way, taking the files in turn.
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
        let Followed { tail, lives, path, taken_for, backfill, .. } = &mut self.followed[at];
        let Some(filling) = backfill else { return };
        let store = &mut self.store;
        match step {
            Step::Event(event) => {
                if matches!(event, TailEvent::Restart { .. }) {
                    filling.joined = 0;
                }
                apply(store, lives, (path, *taken_for), &tail.source(), None, &event);
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

    /// Everything that was shown early is in the store.
    fn all_joined(&mut self) {
        if let Some(preview) = self.preview.take() {
            self.moved = preview.moved(&self.store);
        }
        // Frees threads and buffers; files that appear later rarely need them.
        self.readers = self.readers.renewed();
    }
}
