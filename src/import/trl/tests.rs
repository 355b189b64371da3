//! Heads and columns; the sums are held in tests/corpus.

use std::path::Path;

use super::*;
use crate::import::{sniff, tests::Collected};
use crate::log::{Body, Record, parse_line};

fn import(text: &str) -> (Vec<Record>, Vec<String>) {
    let mut completions = Completions::new("runs/a");
    let all = Collected::of(|sink| {
        for (at, line) in text.split_inclusive('\n').enumerate() {
            completions.read(line.as_bytes(), at as u32 + 1, sink);
        }
    });
    let read = |json: &str| parse_line(json.as_bytes()).records.remove(0).0;
    let messages = all.problems.into_iter().map(|it| it.message).collect();
    (all.lines.iter().map(|it| read(&it.json)).collect(), messages)
}

#[test]
fn a_row_is_an_episode_with_its_advantage() {
    let text = include_str!("../../../tests/data/formats/trl/completions.jsonl");
    assert_eq!(sniff(Path::new("x.jsonl"), text.as_bytes()), Ok(&FORMAT));
    let (records, messages) = import(text);
    // Start, act, reward, credit, end of each.
    assert_eq!(records.len(), 15);
    let weights = "the rewards length_reward, truth_reward are added as they are: the file has no weights";
    assert_eq!(messages, [weights, "a bare NaN or Infinity, which JSON does not have"]);
    let Body::EpisodeStart(start) = &records[5].body else { panic!("a start") };
    assert_eq!((start.task.as_deref(), start.global_step), (Some("Name a tree"), Some(3)));
    assert_eq!(start.group.as_deref(), Some("Name a tree"));
    let Body::Action(act) = &records[6].body else { panic!("an act") };
    assert_eq!(act.action.as_ref().unwrap().text(), "a fish");
    assert_eq!(records[6].extra[0].0, "difficulty");
    let Body::Reward(reward) = &records[7].body else { panic!("a reward") };
    // truth_reward gave nothing.
    assert_eq!((reward.value, reward.components.len()), (Some(0.5), 1));
    let Body::Credit(credit) = &records[8].body else { panic!("credit") };
    assert_eq!(credit.items[0].value, Some(-0.75));
}

#[test]
fn without_a_name_that_says_reward_numbers_are_rewards() {
    let (records, _) = import(
        "{\"step\":1,\"prompt\":\"p\",\"completion\":\"c\",\"brevity\":0.5,\"tag\":\"x\",\"advantage\":1}\n",
    );
    let Body::Reward(reward) = &records[2].body else { panic!("a reward") };
    assert_eq!((reward.value, reward.components.len()), (Some(0.5), 0));
    assert_eq!(import("{\"step\":1}\n").1, ["the row has no `completion`"]);
}
