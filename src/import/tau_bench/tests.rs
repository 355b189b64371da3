//! Heads and broken results; the sums are held in tests/corpus.

use std::path::Path;

use super::*;
use crate::import::{sniff, tests::Collected};

#[test]
fn heads_and_broken_results() {
    let document = include_str!("../../../tests/data/formats/tau/shop.json");
    let named = |head: &str| sniff(Path::new("x.json"), head.as_bytes()).ok().map(|it| it.name);
    assert_eq!(named(document), Some("tau-bench"));
    assert_eq!(named(&document[..200]), Some("tau-bench"));
    let read = |text: &str| Collected::of(|sink| Results.read(text.as_bytes(), "runs/a", sink));
    let all = read(document);
    let ids: Vec<&str> =
        all.lines.iter().filter_map(|it| it.json.split("\"id\":\"").nth(1)?.split('"').next()).collect();
    let ids: Vec<&str> = ids.into_iter().filter(|it| it.starts_with('s')).collect();
    // The system's words are no act; of two calls in one message each has its own id.
    assert_eq!(ids, ["s1", "s2", "s2.1", "s4", "s4.2", "s7", "s8", "s0", "s1"]);
    assert!(all.lines.iter().any(|it| it.json.contains("\"arguments\":\"not json\"")));
    // One result alone, a call without an answer, and an answer without a call.
    let alone = read(
        "{\"traj\": [{\"role\": \"assistant\", \"tool_calls\": [{\"id\": \"c\"}]}, {\"role\": \"tool\", \"content\": \"x\"}, 7]}",
    );
    assert_eq!(alone.problems, []);
    assert_eq!(alone.lines.len(), 6);
    assert!(read("[{\"traj\": [").problems[0].message.starts_with("the document is not JSON, or was cut"));
}
