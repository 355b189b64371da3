//! Heads and broken replays; the sums are held in tests/corpus.

use std::path::Path;

use super::*;
use crate::import::{sniff, tests::Collected};

fn messages(document: &str) -> Vec<String> {
    let all = Collected::of(|sink| Replays.read(document.as_bytes(), "runs/a", sink));
    all.problems.into_iter().map(|it| it.message).collect()
}

#[test]
fn heads_are_told_apart() {
    let check = |head: &str, expected: Option<&str>| {
        assert_eq!(sniff(Path::new("x.json"), head.as_bytes()).ok().map(|it| it.name), expected, "{head}");
    };
    let document = include_str!("../../../tests/data/formats/kaggle/duel.json");
    check(document, Some("kaggle"));
    check(&document[..300], Some("kaggle"));
    check("{\"configuration\": {}, \"steps\": []}", None);
}

#[test]
fn broken_replays_say_why() {
    let document = include_str!("../../../tests/data/formats/kaggle/duel.json");
    assert_eq!(messages(document), ["rewards count from what agents have at step 0: ada 10"]);
    assert!(messages(&document[..900])[0].starts_with("the document is not JSON, or was cut: EOF"));
    assert_eq!(messages("{\"steps\": 7}"), ["the document has no list `steps`"]);
    assert_eq!(messages("[]"), ["the document has no list `steps`"]);
    assert_eq!(messages(""), ["the document is empty"]);
    // Steps of unequal length, and things that are no steps.
    assert_eq!(
        messages("{\"steps\": [[{}], 7, [{\"action\": 1}, {\"reward\": 2}], {}]}"),
        Vec::<String>::new()
    );
}
