//! From blocks to hits, and to the episodes that filters ask about.

use std::sync::Arc;

use super::Block;
use crate::{
    filter::{Filter, RecordTest},
    model::{EpisodeId, FileId, Origin},
    search::{Found, Hit, Pattern, Scanner},
    store::Store,
};

/// Finds what matches one pattern: counts every match and describes the first of them.
pub struct HitCollector {
    scanner: Scanner,
    /// How many more hits may be kept.
    room: usize,
    found: u64,
    /// Hits that nobody has taken yet, each with its index among the lines of its file.
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

    /// How many hits nobody has taken yet.
    pub(super) fn waiting(&self) -> usize {
        self.hits.len()
    }

    /// The hits since the last call.
    pub fn drain(&mut self) -> Vec<(Found, u32)> {
        std::mem::take(&mut self.hits)
    }
}

/// Adds what only the index knows: the line number, and whose episode it is.
pub fn name_hits(store: &Store, found: Vec<(Found, u32)>) -> Vec<Hit> {
    let named = |(Found { hit, episode }, index): (Found, u32)| {
        let Origin { file, offset, .. } = hit.origin;
        let line = store.line_number(file, index);
        let episode = episode.and_then(|it| store.episode_named(file, offset, &it));
        Hit { origin: Origin { line, ..hit.origin }, episode, ..hit }
    };
    found.into_iter().map(named).collect()
}

/// A record that passes one of several filters.
pub(in crate::runtime) struct Passing {
    /// Which filter.
    filter: usize,
    file: FileId,
    offset: u64,
    /// Its episode, as written.
    episode: String,
}

/// Finds the records that pass filters, without their `!`.
pub struct EpisodeCollector {
    tests: Vec<RecordTest>,
    found: Vec<Passing>,
}

impl EpisodeCollector {
    /// Asks what these filters ask.
    pub fn new(filters: &[Arc<Filter>]) -> Self {
        let tests = filters.iter().map(|it| RecordTest::new(Arc::clone(it))).collect();
        Self { tests, found: Vec::new() }
    }

    /// Looks through a block.
    pub fn take(&mut self, block: &Block<'_>) {
        for (filter, test) in self.tests.iter_mut().enumerate() {
            test.scan(block.bytes, |at, episode| {
                let offset = block.offset + at as u64;
                self.found.push(Passing { filter, file: block.file, offset, episode });
            });
        }
    }

    /// What was found since the last call.
    pub(super) fn drain(&mut self) -> Vec<Passing> {
        std::mem::take(&mut self.found)
    }

    /// How much that is.
    pub(super) fn waiting(&self) -> usize {
        self.found.len()
    }
}

/// The episodes that the index knows for what was found: which filter and which episode, each pair once.
pub(in crate::runtime) fn name_episodes(store: &Store, found: &[Passing]) -> Vec<(usize, EpisodeId)> {
    let named = |it: &Passing| Some((it.filter, store.episode_named(it.file, it.offset, &it.episode)?));
    let mut pairs: Vec<(usize, EpisodeId)> = found.iter().filter_map(named).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}
