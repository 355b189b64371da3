//! The part of a large file that is still to be read, in stretches: what comes before the followed part, and
//! what was found while reading. [`super::large`] reads it.

use std::{collections::VecDeque, ops::Range};

use crate::{
    runtime::readers::Ticket,
    source::{SourceFile, Tail, TailEvent, TailFile},
    store::Pass,
};

/// How a large file is cut up, in bytes.
#[derive(Clone, Copy, Debug)]
pub(in crate::runtime) struct Portions {
    /// Smaller files are read from start to end.
    pub(in crate::runtime) large: u64,
    /// Before the end: what is read first.
    pub(in crate::runtime) tail: u64,
    /// How much is scanned in one go: little enough to answer requests in between, and to stay in the
    /// processor's caches.
    pub(in crate::runtime) stretch: u64,
}

impl Default for Portions {
    fn default() -> Self {
        Self { large: 16 << 20, tail: 4 << 20, stretch: 4 << 20 }
    }
}

/// The part of a file that has not been handed to the threads.
pub(super) struct Backfill {
    todo: VecDeque<Step<Range<u64>>>,
    /// At most this many bytes a step, except for a longer line.
    stretch: u64,
    /// Steps that were handed on and not joined.
    pub(super) under_way: usize,
    /// Bytes joined of the current generation.
    pub(super) joined: u64,
    /// Bytes of the file when it was opened.
    pub(super) size: u64,
}

/// Something that happens to the store.
pub(super) enum Step<T> {
    /// Lines of a generation.
    Lines(u32, T),
    /// Anything else that a tail told.
    Event(TailEvent<'static>),
}

/// A step that was handed on.
pub(super) struct Ahead {
    /// Whose it is.
    pub(super) followed: usize,
    pub(super) bytes: Range<u64>,
    pub(super) step: Step<Ticket>,
}

impl Backfill {
    /// Lets `tail` begin near the end of the file at `path`, if the file is large.
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

    /// Notes an event of a tail, for when the store has come that far.
    pub(super) fn note(&mut self, event: &TailEvent<'_>) {
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
            TailEvent::Hole { generation, offset, len } => {
                self.todo.push_back(Step::Event(TailEvent::Hole { generation, offset, len }));
            }
            TailEvent::Restart { generation, reason, file } => {
                self.todo.push_back(Step::Event(TailEvent::Restart { generation, reason, file }));
            }
            TailEvent::Gone => self.todo.push_back(Step::Event(TailEvent::Gone)),
            TailEvent::Returned => self.todo.push_back(Step::Event(TailEvent::Returned)),
            // Only compressed files and pipes send these, and they are not read this way.
            TailEvent::Damaged { .. } | TailEvent::Ended { .. } => {}
        }
    }

    /// The next step, of lines no more than a stretch.
    pub(super) fn next(&mut self, source: &SourceFile) -> Option<(Range<u64>, Step<Range<u64>>)> {
        let (generation, range) = match self.todo.pop_front()? {
            Step::Event(event) => return Some((0..0, Step::Event(event))),
            Step::Lines(generation, range) => (generation, range),
        };
        let about = (range.start + self.stretch).min(range.end);
        // Whoever reads the stretch reports what cannot be read.
        let end = source.line_end(generation, about.saturating_sub(1).max(range.start), range.end);
        let end = end.unwrap_or(range.end);
        if end < range.end {
            self.todo.push_front(Step::Lines(generation, end..range.end));
        }
        Some((range.start..end, Step::Lines(generation, range.start..end)))
    }

    /// Whether all of it is in the store.
    pub(super) fn is_done(&self) -> bool {
        self.todo.is_empty() && self.under_way == 0
    }
}
