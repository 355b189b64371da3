//! Heads and broken logs; the sums are held in tests/corpus.

use std::path::Path;

use super::*;
use crate::import::{sniff, tests::Collected};

#[test]
fn heads_and_broken_logs() {
    let document = include_str!("../../../tests/data/formats/inspect/team.json");
    assert_eq!(sniff(Path::new("x.json"), document.as_bytes()), Ok(&FORMAT));
    let read = |text: &str| Collected::of(|sink| Logs.read(text.as_bytes(), "runs/a", sink));
    let all = read(document);
    assert_eq!(all.problems, []);
    // Where the first act stands.
    let act = all.lines.iter().find(|it| it.json.contains("\"model0\"")).unwrap();
    assert_eq!(
        document.lines().nth(act.line as usize - 1).map(|it| it.contains("\"event\": \"model\"")),
        Some(true)
    );
    let error = read("{\"version\": 2, \"status\": \"error\", \"eval\": {}}").problems.remove(0);
    assert_eq!(error.message, "the log has no samples (its status is 'error')");
    // Spans that contain each other, and events of nowhere.
    let odd = "{\"samples\": [{\"events\": [{\"event\": \"span_begin\", \"id\": \"a\", \"parent_id\": \"a\", \"type\": \"agent\"}, {\"event\": \"model\", \"span_id\": \"x\"}, {\"event\": \"tool\"}, 7]}]}";
    assert_eq!(read(odd).problems, []);
}

#[test]
fn what_scores_are_worth() {
    for (raw, worth_it) in [
        ("\"C\"", Some(1.0)),
        ("\"I\"", Some(0.0)),
        ("0.25", Some(0.25)),
        ("true", Some(1.0)),
        ("\"good\"", None),
        ("{}", None),
    ] {
        assert_eq!(worth(raw), worth_it, "{raw}");
    }
}
