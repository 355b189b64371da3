//! Conversations, and labels beside them.

use std::path::Path;

use super::*;
use crate::import::{sniff, tests::Collected};

const LABELED: &str = include_str!("../../../tests/data/formats/agentrx/labels.json");
const CONVERSATION: &str =
    include_str!("../../../tests/data/formats/agentrx/b0a70000-1111-4222-8333-444455556666.json");

fn labels(text: &str) -> Collected {
    Collected::of(|sink| Labels.read(text.as_bytes(), "x", sink))
}

#[test]
fn heads_are_told_apart() {
    let check = |head: &str, expected: Option<&str>| {
        assert_eq!(sniff(Path::new("x.json"), head.as_bytes()).ok().map(|it| it.name), expected, "{head}");
    };
    check(LABELED, Some("agentrx-labels"));
    check(CONVERSATION, Some("messages"));
    check(&CONVERSATION[..150], Some("messages"));
    check(
        "[{\"content\": \"a\", \"role\": \"user\", \"name\": \"ann\"}, {\"content\": \"b\", \"role\": \"user\"}]",
        Some("messages"),
    );
    check("[{\"content\": \"a\", \"role\": \"user\"}, {\"content\": \"b\", \"role\": \"assistant\"}]", None);
}

#[test]
fn an_index_names_files() {
    let file = include_str!("../../../tests/data/formats/agentrx/trajectories_info.json");
    assert_eq!((INFO.score)(&Head::of(file.as_bytes())), Score::CERTAIN);
    assert_eq!(
        (INFO.score)(&Head::of(b"{\"a\": [{\"b\": {\"step\": 1, \"reason\": \"\", \"name\": \"\"}}]}")),
        Score::NONE
    );
    let all = Collected::of(|sink| Index.read(file.as_bytes(), "x", sink));
    assert_eq!((all.lines.len(), all.problems.len()), (5, 0));
    assert!(all.lines[1].json.contains("\"episode\":\"plan_adherence_failure_2\""), "{}", all.lines[1].json);
    assert!(all.lines[1].json.contains("\"of\":\"s1\""), "{}", all.lines[1].json);
    let named =
        |name: &str| Collected::of(|sink| Messages.read(CONVERSATION.as_bytes(), name, sink)).lines.len();
    assert_eq!(named("x/plan_adherence_failure_2"), named("x/boat-1") + 1, "the run");
}

#[test]
fn conversations_keep_their_lines() {
    let all = Collected::of(|sink| Messages.read(CONVERSATION.as_bytes(), "runs/boat-1", sink));
    assert_eq!(all.problems, []);
    let lines: Vec<u32> = all.lines.iter().map(|it| it.line).collect();
    assert_eq!(lines[1..6], [2, 3, 4, 5, 6]);
    assert!(all.lines.iter().all(|it| it.json.contains("\"episode\":\"boat-1\"")));
    let cut = Collected::of(|sink| Messages.read(&CONVERSATION.as_bytes()[..200], "x", sink));
    assert_eq!((cut.lines.len(), cut.problems.len()), (0, 1));
}

#[test]
fn the_root_cause_comes_first_and_steps_count_from_one() {
    let all = labels(LABELED);
    assert_eq!(all.problems, []);
    assert_eq!(all.lines.len(), 4, "the run, a judgement and two ends");
    let (root, other) = all.lines[1].json.split_once("\"Plan\"").unwrap();
    assert!(root.contains("\"of\":\"s3\"") && root.contains("\"agent\":\"WebSurfer\""), "{root}");
    assert!(root.contains("root cause: Tool Output") && root.contains("Without wood nothing floats"));
    assert!(other.contains("Wood is no plan"), "{other}");
    assert_eq!(labels("[{}, 7]").problems.len(), 1);
}
