//! Heads and broken trajectories; the sums are held in tests/corpus.

use std::path::Path;

use super::*;
use crate::import::{sniff, tests::Collected};

#[test]
fn heads_are_told_apart() {
    let check = |head: &str, expected: Option<&str>| {
        assert_eq!(sniff(Path::new("x"), head.as_bytes()).ok().map(|it| it.name), expected, "{head}");
    };
    let document = include_str!("../../../tests/data/formats/swe/hut.traj");
    check(document, Some("swe-agent"));
    check(&document[..200], Some("swe-agent"));
    check(include_str!("../../../tests/data/formats/swe/mini.traj.json"), Some("mini-swe-agent"));
    check(
        "{\"info\": {}, \"messages\": [], \"trajectory_format\": \"mini-swe-agent-1\"}",
        Some("mini-swe-agent"),
    );
    check("[{\"role\": \"system\", \"content\": \"hello\"}]", None);
}

#[test]
fn broken_trajectories_say_why() {
    let read = |reader: &dyn DocumentReader, text: &str| {
        let all = Collected::of(|sink| reader.read(text.as_bytes(), "runs/a", sink));
        (all.lines.len(), all.problems.into_iter().map(|it| it.message).collect::<Vec<_>>())
    };
    assert_eq!(read(&Trajectories, "{}"), (0, vec!["the document has no list `trajectory`".to_owned()]));
    assert_eq!(read(&Trajectories, "{\"trajectory\": [7, {}]}"), (4, Vec::new()));
    assert_eq!(read(&Messages, "{\"messages\": 7}").1, ["the document has no list of messages"]);
    assert_eq!(read(&Messages, "[{\"role\": \"assistant\"}, 7]"), (3, Vec::new()));
}
