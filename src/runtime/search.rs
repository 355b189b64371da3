//! Searches logs that may be larger than memory: files to blocks, blocks to hits, on a thread of its own.
//!
//! ```text
//! log thread: what there is to read -> Blocks -> Collector -> places, snippets -> log thread: whose episode
//!             a search, a growing log               256 KiB of lines at a time, for a search or filters
//! ```
//!
//! The search thread reads the files itself and never waits for the index. The log thread only adds what it
//! alone knows, the episode and the line number. Before every block it checks whether a new search has come
//! or this one has ended. The same parts run without a thread for `creditscope report --search` and for
//! pictures.

mod blocks;
mod collect;
mod worker;

pub use blocks::{Block, Blocks, LineCounter};
pub use collect::{EpisodeCollector, HitCollector};
pub(super) use collect::{name_episodes, name_hits};
pub(super) use worker::{Findings, Searcher, Sought};

use std::sync::Arc;

use crate::{
    app::{FilterNews, RequestId, SearchNews},
    filter::Filter,
    model::{EpisodeId, Place},
    search::{Pattern, Scanner},
    store::Store,
};

/// At most this many hits of one search are kept and can be visited; more are counted.
pub const KEPT_HITS: usize = 10_000;

/// Searches all that `store` has read, at once.
pub fn search_all(store: &Store, request: RequestId, pattern: &Arc<Pattern>) -> SearchNews {
    let mut blocks = Blocks::default();
    blocks.cover(store.searchable());
    let mut collector = HitCollector::new(Arc::clone(pattern), KEPT_HITS);
    while blocks.next(&mut |block| collector.take(&block)) {}
    let (searched, size) = blocks.progress();
    let hits = name_hits(store, collector.drain());
    let problem = blocks.problem().map(str::to_owned);
    SearchNews { request, hits, found: collector.found(), searched, size, done: true, problem }
}

/// The episodes with a record that passes each of `filters`, in all that `store` has read, at once.
pub fn filter_all(store: &Store, request: RequestId, filters: &[Arc<Filter>]) -> FilterNews {
    let mut blocks = Blocks::default();
    blocks.cover(store.searchable());
    let mut collector = EpisodeCollector::new(filters);
    let mut found = Vec::new();
    while blocks.next(&mut |block| collector.take(&block)) {
        found.extend(name_episodes(store, &collector.drain()));
    }
    let (searched, size) = blocks.progress();
    let problem = blocks.problem().map(str::to_owned);
    FilterNews { request, found, searched, size, done: true, problem }
}

/// For each pattern the places of an episode's records that match; ascending.
pub fn match_records(store: &Store, id: EpisodeId, patterns: &[Arc<Pattern>]) -> Vec<Vec<Place>> {
    let mut scanners: Vec<Scanner> = patterns.iter().map(|it| Scanner::new(Arc::clone(it))).collect();
    let mut places = vec![Vec::new(); patterns.len()];
    store.each_record(id, |origin, bytes| {
        for (scanner, places) in scanners.iter_mut().zip(&mut places) {
            if scanner.is_match(bytes) {
                places.push(origin.place());
            }
        }
    });
    places.iter_mut().for_each(|it| it.sort_unstable());
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{log::json::unescape::unescape, model::FileId, runtime::OpenedLogs, store::Pass};

    fn logs(text: &[u8]) -> OpenedLogs {
        let mut logs = OpenedLogs::embedded("log.jsonl", text, Pass::Headers).unwrap();
        logs.read_all();
        logs
    }

    fn search(text: &[u8], pattern: &str) -> SearchNews {
        search_all(&logs(text).store, RequestId(7), &Arc::new(Pattern::new(pattern).unwrap()))
    }

    #[test]
    fn hits_have_their_line_and_episode() {
        let text = br#"{"type":"action","episode":"e","agent":"a","id":"x"}
no record

{"type":"action","episode":"f","agent":"b","id":"y"}
"#;
        let news = search(text, "no rec|\"y\"");
        let seen: Vec<_> = news.hits.iter().map(|it| (it.origin.line, it.episode, &*it.record)).collect();
        assert_eq!(seen, [(2, None, "unreadable"), (4, Some(EpisodeId(1)), "action")]);
        let size = text.len() as u64;
        assert_eq!((news.request, news.found, news.searched, news.size), (RequestId(7), 2, size, size));
        assert!(news.done && news.problem.is_none());
    }

    #[test]
    fn more_hits_than_are_kept_are_counted() {
        let text = "{\"type\":\"action\",\"episode\":\"e\",\"agent\":\"a\"}\n".repeat(KEPT_HITS + 5);
        let news = search(text.as_bytes(), "agent");
        assert_eq!((news.hits.len(), news.found), (KEPT_HITS, KEPT_HITS as u64 + 5));
    }

    #[test]
    fn a_hit_across_the_border_of_two_blocks_is_found() {
        for long in [(256 << 10) - 5, 256 << 10, 1 << 20] {
            let text = format!("{}\n{{\"x\":\"needle\"}}\n", "x".repeat(long));
            let news = search(text.as_bytes(), "needle");
            let places: Vec<u64> = news.hits.iter().map(|it| it.origin.offset).collect();
            assert_eq!(places, [long as u64 + 1], "{long}");
            let inside = format!("{}needle{}\n", "x".repeat(long - 3), "y".repeat(900_000));
            assert_eq!(search(inside.as_bytes(), "needle").found, 1, "{long}");
        }
    }

    #[test]
    fn records_of_an_episode_that_match() {
        let logs = logs(
            br#"{"type":"action","episode":"e","agent":"a","action":"go"}
{"type":"action","episode":"f","agent":"a","action":"go"}
{"type":"action","episode":"e","agent":"a","action":"\u0067o \u0067o"}
{"type":"action","episode":"e","agent":"a","action":"no"}
"#,
        );
        let patterns = ["go", "\"no\"", "x"].map(|it| Arc::new(Pattern::new(it).unwrap()));
        let places = match_records(&logs.store, EpisodeId(0), &patterns);
        let offsets: Vec<Vec<u64>> =
            places.iter().map(|it| it.iter().map(|it| it.offset).collect()).collect();
        assert_eq!(offsets, [vec![0, 116], vec![187], vec![]]);
        assert!(places.iter().flatten().all(|it| it.file == FileId(0)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn a_search_finds_what_a_look_at_each_line_finds(
            pattern in prop::sample::select(vec!["a", "ab", r"a\s", "^a", r"\bx", "é", "A|x", "[^x]a", "x\"$"]),
            lines in prop::collection::vec((
                prop::collection::vec(prop::sample::select(vec![
                    &b"a"[..], b"b", b"x", b" ", b"A", b"\\n", b"\\u0061", b"\\u00e9", "é".as_bytes(), b"\xff", b"\"",
                ]), 0..8),
                prop_oneof![8 => 0..60_usize, 1 => 200_000..300_000_usize],
            ), 0..30),
        ) {
            let text: Vec<u8> = lines
                .iter()
                .flat_map(|(pieces, fill)| [pieces.concat(), vec![b'z'; *fill], b"\n".to_vec()].concat())
                .collect();
            let regex = regex::bytes::RegexBuilder::new(pattern)
                .case_insensitive(!pattern.contains('A'))
                .multi_line(true)
                .build()
                .unwrap();
            let mut expected = Vec::new();
            let mut offset = 0;
            for (index, line) in text.split_inclusive(|it| *it == b'\n').enumerate() {
                let bytes = &line[..line.len() - 1];
                let mut seen = Vec::new();
                unescape(bytes, &mut seen);
                if !bytes.is_empty() && (regex.is_match(bytes) || regex.is_match(&seen)) {
                    expected.push((index as u32 + 1, offset));
                }
                offset += line.len() as u64;
            }
            let news = search(&text, pattern);
            let found: Vec<_> = news.hits.iter().map(|it| (it.origin.line, it.origin.offset)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
