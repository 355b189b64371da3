//! An episode of three trajectories.

use std::path::Path;

use super::*;
use crate::import::{sniff, tests::Collected};
use crate::log::parse_line;

const DOCUMENT: &str = include_str!("../../../tests/data/formats/rllm/episode_000000_sums.json");

fn import(text: &str) -> Collected {
    Collected::of(|sink| Episodes.read(text.as_bytes(), "episodes/a", sink))
}

#[test]
fn trajectories_are_chains_of_acts() {
    assert_eq!(sniff(Path::new("x.json"), DOCUMENT.as_bytes()), Ok(&FORMAT));
    let all = import(DOCUMENT);
    assert_eq!(all.problems, []);
    let records: Vec<Record> =
        all.lines.iter().map(|it| parse_line(it.json.as_bytes()).records.remove(0).0).collect();
    let acts: Vec<String> = records
        .iter()
        .filter_map(|it| match &it.body {
            Body::Action(act) => Some(format!(
                "{} {} {} {:?}",
                it.id.as_deref().unwrap(),
                act.agent,
                act.action.as_ref().unwrap().text(),
                act.parents.as_deref().unwrap_or_default()
            )),
            _ => None,
        })
        .collect();
    let expected = [
        "solver.0 solver 6 []",
        "solver.1 solver 7 [\"solver.0\"]",
        "solver 2.0 solver 8 []",
        "judge.0 judge 7 []",
    ];
    assert_eq!(acts, expected);
    let rewards: Vec<(f64, String)> = records
        .iter()
        .filter_map(|it| match &it.body {
            Body::Reward(reward) => Some((reward.value?, reward.of.join("+"))),
            _ => None,
        })
        .collect();
    // The steps of the first sum to its reward; those of the second do not; the third has those of its steps alone.
    let expected = [(0.5, "solver.0"), (1.0, "solver.1"), (0.25, "solver 2.0"), (2.0, "judge.0")];
    assert_eq!(rewards, expected.map(|it| (it.0, it.1.to_owned())));
    let Some(Body::EpisodeEnd(end)) = records.last().map(|it| &it.body) else { panic!("an end") };
    assert_eq!((end.status.as_deref(), end.ground_truth.as_deref()), (Some("success"), Some("7")));
    assert_eq!(all.lines[1].line, 8, "the first step stands there");
}

#[test]
fn several_documents_and_broken_ones() {
    let two =
        format!("{DOCUMENT}\n{{\"id\": \"x:0\", \"trajectories\": [{{}}, 7]}}\n{{\"id\": 1}}\n{{\"trajec");
    let all = import(&two);
    let messages: Vec<&str> = all.problems.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0], "the episode has no `trajectories`");
    assert!(messages[1].starts_with("the document is not JSON, or was cut"), "{messages:?}");
    assert!(all.lines.iter().any(|it| it.json.contains("\"x:0\"")));
}
