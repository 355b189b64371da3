//! Searching logs that may be larger than memory: files to blocks, blocks to hits, on a thread of its own.
//!
//! ```text
//! log thread: what there is to read -> Blocks -> Collector -> places, snippets -> log thread: whose episode
//!             a search, a growing log               256 KiB of whole lines at a time
//! ```
//!
//! The search thread reads the files itself and never waits for the index; the log thread only adds what it
//! alone knows, the episode and the line number. A new search, or the end of one, is looked for before every
//! block. The same parts run without a thread for `creditscope report --search` and for pictures.

mod blocks;
mod collect;
mod worker;

pub use blocks::{Block, Blocks, LineCounter};
pub use collect::HitCollector;
pub(super) use collect::name_hits;
pub(super) use worker::{Searcher, Sought};

use std::sync::Arc;

use crate::{app::SearchNews, search::Pattern, store::Store};

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
