//! How the log thread deals with lines that are read in full after the index: it hands them on when all is
//! indexed and nobody waits, and lists what comes of it, a little at a time.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use crate::{
    model::Validating,
    runtime::{
        OpenedLogs,
        validation::{Validated, Validator},
    },
    store::Suspect,
};

/// Time between two looks for new lines of a growing log.
const NEW_LINES: Duration = Duration::from_millis(250);
/// Before that it is not worth a word.
const LONG: Duration = Duration::from_secs(1);
/// Time between two looks at the requests while suspects are examined.
const SLICE: Duration = Duration::from_millis(5);
/// Suspects examined, and rows counted, between two looks at the clock.
const SUSPECTS: usize = 64;
const ROWS: usize = 2_000;

/// Lines under way, and those that came back.
pub(super) struct Validation {
    validator: Validator,
    suspects: VecDeque<Suspect>,
    /// Since when, and how many bytes of how many were read.
    since: Option<Instant>,
    progress: Validating,
    /// When new lines were looked for last.
    looked: Option<Instant>,
}

impl Validation {
    pub(super) fn new(validator: Validator) -> Self {
        Self {
            validator,
            suspects: VecDeque::new(),
            since: None,
            progress: Validating::default(),
            looked: None,
        }
    }

    /// Whether the thread is to wait for others.
    pub(super) fn yield_to_others(&self, yields: bool) {
        self.validator.yield_to_others(yields);
    }

    /// Hands on what was only scanned. Call it when everything there is was scanned.
    pub(super) fn hand_on(&mut self, logs: &mut OpenedLogs, growing: bool) {
        if growing && self.looked.is_some_and(|it| it.elapsed() < NEW_LINES) {
            return;
        }
        self.looked = Some(Instant::now());
        let unread = logs.store.take_unread();
        if !unread.is_empty() {
            self.since.get_or_insert_with(Instant::now);
            self.progress.size += unread.iter().map(|it| it.bytes.end - it.bytes.start).sum::<u64>();
            self.validator.read(unread);
        }
    }

    /// Takes what came back. Returns whether there is something new to report.
    pub(super) fn take(&mut self, validated: Validated) -> bool {
        let before = self.word();
        self.progress.read += validated.bytes;
        self.suspects.extend(validated.suspects);
        if self.progress.read >= self.progress.size {
            (self.since, self.progress) = (None, Validating::default());
        }
        self.word() != before
    }

    /// How far it is, where that is worth a word.
    pub(super) fn word(&self) -> Option<Validating> {
        self.since.filter(|it| it.elapsed() >= LONG).map(|_| self.progress)
    }

    /// Whether something came back that was not examined yet.
    pub(super) fn has_work(&self, logs: &OpenedLogs) -> bool {
        !self.suspects.is_empty() || logs.store.is_to_recount()
    }

    /// Examines some of what came back, after a poll of the files. Returns whether this changed the log.
    pub(super) fn settle(&mut self, logs: &mut OpenedLogs) -> bool {
        let began = Instant::now();
        let mut changed = false;
        while self.has_work(logs) && began.elapsed() < SLICE {
            if self.suspects.is_empty() {
                changed |= logs.store.recount(ROWS);
                continue;
            }
            let some: Vec<Suspect> = self.suspects.drain(..SUSPECTS.min(self.suspects.len())).collect();
            changed |= logs.store.revise(&some);
            self.validator.looked_at(some.len());
        }
        changed
    }
}
