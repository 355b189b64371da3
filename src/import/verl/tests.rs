//! Rollouts of both trainers.

use std::path::Path;

use super::*;
use crate::import::{sniff, tests::Collected};
use crate::log::{Body, Record, parse_line};

fn import(text: &str) -> (Vec<Record>, Vec<Problem>) {
    let mut rollouts = Rollouts { name: "dump/2".to_owned() };
    let all = Collected::of(|sink| {
        for (at, line) in text.split_inclusive('\n').enumerate() {
            rollouts.read(line.as_bytes(), at as u32 + 1, sink);
        }
    });
    let read = |json: &str| parse_line(json.as_bytes()).records.remove(0).0;
    (all.lines.iter().map(|it| read(&it.json)).collect(), all.problems)
}

#[test]
fn a_line_is_an_episode() {
    let text = include_str!("../../../tests/data/formats/verl/1.jsonl");
    let (records, problems) = import(text);
    // Three lines of four records: start, act, reward, end.
    assert_eq!(records.len(), 12);
    // The bare NaN.
    assert_eq!(problems.iter().map(|it| it.rule.name()).collect::<Vec<_>>(), ["nonfinite-number"]);
    assert_eq!(records[4].episode.as_deref(), Some("dump/2:2"));
    let Body::EpisodeStart(start) = &records[4].body else { panic!("a start") };
    assert!(start.group.as_deref().unwrap().starts_with("user How many legs has… #"), "{start:?}");
    let task = "user How many legs has a stool of three? assistant";
    assert_eq!((start.global_step, start.task.as_deref()), (Some(1), Some(task)));
    let Body::Action(act) = &records[5].body else { panic!("an act") };
    assert_eq!((act.agent.as_str(), act.action.as_ref().unwrap().text()), ("policy", "four".to_owned()));
    assert_eq!(records[5].extra.len(), 2, "acc and format_reward");
    let Body::Reward(reward) = &records[6].body else { panic!("a reward") };
    assert_eq!((reward.value, reward.of.as_slice()), (Some(0.0), &["output".to_owned()][..]));
    let Body::EpisodeEnd(end) = &records[7].body else { panic!("an end") };
    assert_eq!((end.status.as_deref(), end.ground_truth.as_deref()), (Some("failure"), Some("3")));
}

#[test]
fn the_group_is_the_sample_or_the_input() {
    let group = |text: &str| match &import(text).0[0].body {
        Body::EpisodeStart(it) => it.group.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(group("{\"input\":\"q\",\"output\":\"a\",\"uid\":\"s_7_1_0\"}").as_deref(), Some("s_7"));
    assert_eq!(group("{\"input\":\"q\",\"output\":\"a\",\"uid\":\"x\"}").as_deref(), Some("q"));
    let long = |end: &str| {
        group(&format!("{{\"input\":\"{}{end}\",\"output\":\"a\"}}", "word ".repeat(30))).unwrap()
    };
    assert_ne!(long("one"), long("two"));
    assert_eq!(long("one"), long("one"));
    assert!(long("one").chars().count() <= 32, "{}", long("one"));
}

#[test]
fn heads_are_told_apart() {
    let check = |head: &str, expected: Option<&str>| {
        assert_eq!(sniff(Path::new("1.jsonl"), head.as_bytes()).ok().map(|it| it.name), expected, "{head}");
    };
    check(
        "{\"input\": \"q\", \"output\": \"a\", \"gts\": \"b\", \"score\": 0.0, \"step\": 1}\n",
        Some("verl"),
    );
    check("{\"input\": \"q\", \"output\": \"a\", \"score\": 0.0, \"step\": 1}\n", Some("verl"));
    check("{\"input\": \"a long prompt that is c", Some("verl"));
    check("{\"input\": \"q\", \"output\": \"a\", \"gts\": \"b\", \"sco", Some("verl"));
    check("{\"input\": \"q\", \"output\": \"a\"}\n", None);
}

#[test]
fn rows_without_anything_are_lost() {
    let (records, problems) = import("{\"input\":\"q\"}\n{\"output\":\"a\"}\n");
    assert_eq!((records.len(), problems.len()), (3, 1));
    assert_eq!(problems[0].rule.name(), "missing-field");
}
