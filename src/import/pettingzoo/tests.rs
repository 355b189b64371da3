//! Heads and odd rows; the sums are held in tests/corpus.

use std::path::Path;

use super::*;
use crate::import::{sniff, tests::Collected};

#[test]
fn heads_are_told_apart() {
    let check = |head: &str, expected: Option<&str>| {
        assert_eq!(sniff(Path::new("x"), head.as_bytes()).ok().map(|it| it.name), expected, "{head}");
    };
    check("{\"t\": 0, \"actions\": {\"a\": 1}, \"rewards\": {\"a\": 1}}\n", Some("pettingzoo"));
    check(
        "{\"agent\": \"a\", \"reward\": 0, \"action\": 1, \"terminated\": false, \"truncated\": false}\n",
        Some("pettingzoo"),
    );
    check("{\"agent\": \"a\", \"reward\": 0, \"action\": 1}\n", Some("rows"));
    check("{\"actions\": [1], \"rewards\": [1], \"t\": [0], \"eps_id\": [1]}\n", Some("rllib"));
}

#[test]
fn odd_rows_cost_themselves() {
    let mut rows = Loop::new("runs/a");
    let text = "{\"x\": 1}\n{\"t\": 0, \"actions\": [1], \"rewards\": {\"a\": \"x\"}}\n{\"agent\": null, \"rewards\": 3}\n{\"agent\": \"a\", \"action\": 1}\n";
    let all = Collected::of(|sink| {
        for (at, line) in text.split_inclusive('\n').enumerate() {
            rows.read(line.as_bytes(), at as u32 + 1, sink);
        }
    });
    let messages: Vec<&str> = all.problems.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(messages, ["the row has neither an `agent` nor `actions` or `rewards`"]);
    // The start of the only episode, and the one act; without `t` the step goes on by one.
    assert_eq!(all.lines.len(), 2);
    assert!(all.lines[1].json.contains("\"a@2\""), "{}", all.lines[1].json);
}
