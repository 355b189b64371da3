//! Searching logs that may be larger than memory: files to blocks, blocks to hits, on a thread of its own.
//!
//! ```text
//! log thread: what there is to read -> Blocks -> Collector -> places, snippets -> log thread: whose episode
//!             a search, a growing log               256 KiB of whole lines at a time, for a search or filters
//! ```
//!
//! The search thread reads the files itself and never waits for the index; the log thread only adds what it
//! alone knows, the episode and the line number. A new search, or the end of one, is looked for before every
//! block. The same parts run without a thread for `creditscope report --search` and for pictures.

mod blocks;
mod collect;
mod worker;

pub use blocks::{Block, Blocks, LineCounter};
pub use collect::{EpisodeCollector, HitCollector};
pub(super) use collect::{name_episodes, name_hits};
pub(super) use worker::{Findings, Searcher, Sought};

use std::sync::Arc;

use crate::{
    app::{SearchNews, SiftNews},
    filter::Filter,
    model::EpisodeId,
    search::{Pattern, Scanner},
    store::Store,
};

/// The most hits of one search that are kept and can be visited; more are counted.
pub const KEPT_HITS: usize = 10_000;

/// Looks through all that `store` has read, at once.
pub fn search_all(store: &Store, request: u64, pattern: &Arc<Pattern>) -> SearchNews {
    let mut blocks = Blocks::default();
    blocks.cover(store.searchable());
    let mut collector = HitCollector::new(Arc::clone(pattern), KEPT_HITS);
    while blocks.next(&mut |block| collector.take(&block)) {}
    let (searched, size) = blocks.progress();
    let hits = name_hits(store, collector.drain());
    let problem = blocks.problem().map(str::to_owned);
    SearchNews { request, hits, found: collector.found(), searched, size, done: true, problem }
}

/// The episodes that have a record which passes each of `filters`, of all that `store` has read, at once.
pub fn sift_all(store: &Store, request: u64, filters: &[Arc<Filter>]) -> SiftNews {
    let mut blocks = Blocks::default();
    blocks.cover(store.searchable());
    let mut collector = EpisodeCollector::new(filters);
    let mut found = Vec::new();
    while blocks.next(&mut |block| collector.take(&block)) {
        found.extend(name_episodes(store, &collector.drain()));
    }
    let (searched, size) = blocks.progress();
    let problem = blocks.problem().map(str::to_owned);
    SiftNews { request, found, searched, size, done: true, problem }
}

/// For each pattern the places, as file and offset, of the records of an episode that match; ascending.
pub fn match_records(store: &Store, id: EpisodeId, patterns: &[Arc<Pattern>]) -> Vec<Vec<(u32, u64)>> {
    let mut scanners: Vec<Scanner> = patterns.iter().map(|it| Scanner::new(Arc::clone(it))).collect();
    let mut places = vec![Vec::new(); patterns.len()];
    store.each_record(id, |origin, bytes| {
        for (scanner, places) in scanners.iter_mut().zip(&mut places) {
            if scanner.is_match(bytes) {
                places.push((origin.file.0, origin.offset));
            }
        }
    });
    places.iter_mut().for_each(|it| it.sort_unstable());
    places
}
