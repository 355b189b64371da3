//! Heads and odd batches; the sums are held in tests/corpus.

use std::path::Path;

use super::*;
use crate::import::{sniff, tests::Collected};

fn import(text: &str) -> Collected {
    let mut batches = Batches { name: "runs/a".to_owned(), ..Batches::default() };
    Collected::of(|sink| {
        for (at, line) in text.split_inclusive('\n').enumerate() {
            batches.read(line.as_bytes(), at as u32 + 1, sink);
        }
    })
}

#[test]
fn heads_are_told_apart() {
    let check = |head: &str, expected: Option<&str>| {
        assert_eq!(sniff(Path::new("x.json"), head.as_bytes()).ok().map(|it| it.name), expected, "{head}");
    };
    check("{\"type\": \"SampleBatch\", \"actions\": [1]}\n", Some("rllib"));
    check(
        "{\"type\": \"MultiAgentBatch\", \"count\": 4, \"policy_batches\": {\"a\": {\"obs\": \"BCJN",
        Some("rllib"),
    );
    check("{\"type\": \"Batch\"}\n", None);
}

#[test]
fn an_episode_goes_on_in_a_later_line() {
    let row = |t: u32, done: bool| {
        format!(
            "{{\"type\":\"SampleBatch\",\"actions\":[{t}],\"rewards\":[1],\"dones\":[{done}],\"eps_id\":[\"e\"],\"t\":[{t}]}}\n"
        )
    };
    let all = import(&(row(3, false) + &row(4, true)));
    let kinds: Vec<String> =
        all.lines.iter().map(|it| it.json.split('"').nth(3).unwrap_or_default().to_owned()).collect();
    assert_eq!(kinds, ["episode_start", "action", "reward", "action", "reward", "episode_end"]);
    // It was not seen from its start: what came before its first act is not known.
    assert!(
        !all.lines[1].json.contains("parents") && all.lines[3].json.contains("\"parents\":[\"policy@3\"]")
    );
}

#[test]
fn columns_of_unequal_length_lose_nothing() {
    let all = import(
        "{\"type\":\"SampleBatch\",\"actions\":[1,2,3],\"rewards\":[0.5],\"note\":[7],\"prob\":[1,null,2]}\n",
    );
    let acts: Vec<&str> =
        all.lines.iter().map(|it| it.json.as_str()).filter(|it| it.contains("\"action\"")).collect();
    assert_eq!(acts.len(), 3);
    assert!(acts[0].contains("\"prob\":1") && !acts[0].contains("note"));
    assert!(acts[2].contains("policy@2"), "{}", acts[2]);
    let nothing = import("{\"type\":\"SampleBatch\",\"obs\":\"BCJN\"}\n");
    let messages: Vec<&str> = nothing.problems.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0], "the batch has no column of `actions` or `rewards`");
}
