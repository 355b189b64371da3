//! From blocks to hits: counts every line that matches and describes the first of them.

use std::sync::Arc;

use super::Block;
use crate::{
    model::Origin,
    search::{Found, Hit, Pattern, Scanner},
    store::Store,
};

/// Finds what matches one pattern.
pub struct HitCollector {
    scanner: Scanner,
    /// How many more hits may be kept.
    room: usize,
    found: u64,
    /// Those that nobody has taken yet, each with its index among the lines of its file.
    hits: Vec<(Found, u32)>,
}

impl HitCollector {
    /// Keeps at most `most` hits of `pattern`.
    pub fn new(pattern: Arc<Pattern>, most: usize) -> Self {
        Self { scanner: Scanner::new(pattern), room: most, found: 0, hits: Vec::new() }
    }

    /// Looks through a block.
    pub fn take(&mut self, block: &Block<'_>) {
        let pattern = Arc::clone(self.scanner.pattern());
        let Self { scanner, room, found, hits } = self;
        let mut counter = block.counter();
        scanner.scan(block.bytes, |range| {
            *found += 1;
            if *room == 0 {
                return;
            }
            *room -= 1;
            let index = counter.index_of(range.start);
            let offset = block.offset + range.start as u64;
            let origin = Origin { file: block.file, line: 0, offset, len: range.len() as u32 };
            hits.push((Found::of(origin, &block.bytes[range], &pattern), index));
        });
    }

    /// Lines that matched so far.
    pub fn found(&self) -> u64 {
        self.found
    }

    /// The hits since the last call.
    pub fn drain(&mut self) -> Vec<(Found, u32)> {
        std::mem::take(&mut self.hits)
    }
}

/// Adds what only the index knows: number of the line, and whose episode it is.
pub fn name_hits(store: &Store, found: Vec<(Found, u32)>) -> Vec<Hit> {
    let named = |(Found { hit, episode }, index): (Found, u32)| {
        let Origin { file, offset, .. } = hit.origin;
        let line = store.line_number(file, index);
        let episode = episode.and_then(|it| store.episode_named(file, offset, &it));
        Hit { origin: Origin { line, ..hit.origin }, episode, ..hit }
    };
    found.into_iter().map(named).collect()
}
