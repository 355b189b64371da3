//! Heads and broken trajectories; the sums are held in tests/corpus.

use std::path::Path;

use super::*;
use crate::import::{sniff, tests::Collected};

#[test]
fn heads_are_told_apart() {
    let check = |head: &str, expected: Option<&str>| {
        assert_eq!(sniff(Path::new("x"), head.as_bytes()).ok().map(|it| it.name), expected, "{head}");
    };
    check("{\"ep_rewards\": [[0]], \"ep_actions\": [[]]}", Some("overcooked"));
    check("{\n \"ep_observations\": [\n [", Some("overcooked"));
    check("{\"ep_states\": [[]]}", None);
    check("state,joint_action,reward,trial_id\n", Some("overcooked-csv"));
    check("{\"joint_action\": 1, \"trial_id\": 2}\n", None);
}

#[test]
fn broken_trajectories_say_why() {
    let messages = |document: &str| -> Vec<String> {
        let all = Collected::of(|sink| Trajectories.read(document.as_bytes(), "runs/a", sink));
        all.problems.into_iter().map(|it| it.message).collect()
    };
    assert_eq!(messages("{\"ep_actions\": []}"), ["the document has no list `ep_actions`"]);
    assert_eq!(
        messages("{\"ep_actions\": [[[1, 2], 3]], \"ep_rewards\": {}, \"ep_states\": [0]}"),
        Vec::<String>::new()
    );
    let mut trials = Trials::default();
    let rows = "joint_action,trial_id\n\"[1, 2]\",\n\"not a list\",t\n[1],t,1\n";
    let all = Collected::of(|sink| {
        for (at, line) in rows.split_inclusive('\n').enumerate() {
            trials.read(line.as_bytes(), at as u32 + 1, sink);
        }
    });
    let messages: Vec<&str> = all.problems.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(messages, ["the row has no `trial_id`", "3 cells under 2 names: the row is lost"]);
}
