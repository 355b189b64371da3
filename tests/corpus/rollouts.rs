//! Rollout rows: counts, sums and groups, from the rows themselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::Value;

use super::opened::{As, Opened, open, own, real};

/// The rows of files of JSON Lines, in the order given.
fn rows(paths: &[&Path]) -> Vec<Value> {
    let lines = paths.iter().flat_map(|it| {
        let text = fs::read_to_string(it).unwrap().replace("NaN", "null");
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    });
    lines.map(|it| serde_json::from_str(&it).unwrap()).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().or_else(|| value.as_str().and_then(|it| it.parse().ok())).unwrap()
}

/// What was read of verl's dumps is what stands in their rows.
fn check_verl(opened: &Opened, rows: &[Value]) {
    assert_eq!(opened.errors(), Vec::<String>::new());
    assert_eq!(opened.episodes.len(), rows.len());
    let mut groups: BTreeMap<(String, i64), BTreeSet<String>> = BTreeMap::new();
    for (episode, row) in opened.episodes.iter().zip(rows) {
        assert_eq!(episode.acts.len(), 1);
        let act = episode.acts.iter().next().unwrap();
        assert_eq!(episode.agents[act.agent.index()].name, "policy");
        assert_eq!(episode.reward().map(|it| it.value), Some(number(&row["score"])));
        assert_eq!(episode.global_step, row["step"].as_i64());
        assert!(act.label.contains(row["output"].as_str().unwrap().split_whitespace().next().unwrap()));
        let key = match row["uid"].as_str() {
            Some(uid) => uid.rsplitn(3, '_').last().unwrap(),
            None => row["input"].as_str().unwrap(),
        };
        let group = episode.group.clone().unwrap();
        groups.entry((key.to_owned(), row["step"].as_i64().unwrap())).or_default().insert(group);
        let truth = row["gts"].as_str().unwrap();
        assert_eq!(episode.outcome.as_ref().unwrap().ground_truth.as_deref(), Some(truth));
    }
    // One name for each group of the rows, and another for each other group.
    assert!(groups.values().all(|it| it.len() == 1), "{groups:?}");
    let names: BTreeSet<&String> = groups.values().flatten().collect();
    assert_eq!(names.len(), groups.keys().map(|it| &it.0).collect::<BTreeSet<_>>().len());
}

#[test]
fn verl_dumps_of_a_directory_come_in_the_order_of_their_numbers() {
    let folder = own("verl");
    let files: Vec<_> = ["1", "2", "10"].iter().map(|it| folder.join(format!("{it}.jsonl"))).collect();
    let rows = rows(&files.iter().map(AsRef::as_ref).collect::<Vec<_>>());
    check_verl(&open(&[&folder], As::default()), &rows);
}

#[test]
fn real_verl_dumps() {
    let Some(folder) = real("verl/verl_rollout") else { return };
    let files = [folder.join("1.jsonl"), folder.join("2.jsonl")];
    let rows = rows(&files.iter().map(AsRef::as_ref).collect::<Vec<_>>());
    assert_eq!(rows.len(), 24);
    check_verl(&open(&[&folder], As::default()), &rows);
}

#[test]
fn rows_by_a_map_keep_their_numbers() {
    let path = own("rows/prompts.jsonl");
    let map = "action=.response,reward=.reward,advantage=.advantage,group=.prompt,agent=solver";
    let opened = open(&[&path], As { map: Some(map), format: Some("rows") });
    let rows = rows(&[&path]);
    assert_eq!(opened.errors(), Vec::<String>::new());
    assert_eq!((opened.episodes.len(), opened.acts()), (rows.len(), rows.len()));
    let sum: f64 = rows.iter().map(|it| number(&it["reward"])).sum();
    assert_eq!((opened.team_reward(), opened.own_reward()), (sum, 0.0));
    for (episode, row) in opened.episodes.iter().zip(&rows) {
        assert_eq!(episode.agents[0].name, "solver");
        assert_eq!(episode.declared[0].items[0].value, row["advantage"].as_f64());
    }
}

#[test]
fn rows_of_csv_by_a_map_keep_their_numbers() {
    let path = own("rows/turns.csv");
    let map = "episode=.game,step=.turn,agent=.who,action=.move,reward=.gain,own=.own_gain,done=.over";
    let opened = open(&[&path], As { map: Some(map), format: Some("rows") });
    // By hand from the four rows: 0 + 0 + 1.5 - 1, and 0.5 - 0.5 of north's own.
    assert_eq!((opened.team_reward(), opened.own_reward()), (0.5, 0.0));
    assert_eq!((opened.episodes.len(), opened.acts()), (2, 4));
    assert_eq!(opened.episodes[0].agents.len(), 2);
    assert!(opened.summary.episodes.iter().all(|it| !it.open));
}

/// What was read of completions is what stands in their rows.
fn check_completions(opened: &Opened, rows: &[Value], rewards: &[&str]) {
    assert_eq!(opened.errors(), Vec::<String>::new());
    assert_eq!(opened.episodes.len(), rows.len());
    for (episode, row) in opened.episodes.iter().zip(rows) {
        let sum: f64 = rewards.iter().filter_map(|it| row[*it].as_f64()).sum();
        let known = rewards.iter().any(|it| row[*it].is_number());
        let read: Vec<f64> = episode.rewards.iter().filter_map(|it| it.value).collect();
        assert_eq!(read, if known { vec![sum] } else { Vec::new() });
        assert_eq!(episode.declared[0].items[0].value, row["advantage"].as_f64());
        assert_eq!(episode.global_step, row["step"].as_i64());
        assert_eq!((episode.agents.len(), episode.acts.len()), (1, 1));
    }
}

#[test]
fn completions_of_trl() {
    let path = own("trl/completions.jsonl");
    check_completions(&open(&[&path], As::default()), &rows(&[&path]), &["length_reward", "truth_reward"]);
}

#[cfg(feature = "parquet")]
mod tables {
    use serde_json::json;

    use super::*;

    #[test]
    fn completions_of_trl() {
        // The table was written from these numbers, with pyarrow.
        let row = |reward: Option<f64>, advantage: f64| json!({"step": 4, "truth_reward": reward, "advantage": advantage});
        let rows = [row(Some(1.0), 0.7), row(Some(0.0), -0.7), row(None, 0.0)];
        let opened = open(&[&own("parquet/completions_00004.parquet")], As::default());
        check_completions(&opened, &rows, &["truth_reward"]);
        let groups: BTreeSet<_> = opened.episodes.iter().map(|it| it.group.clone().unwrap()).collect();
        assert_eq!(groups.into_iter().collect::<Vec<_>>(), ["Name a hill", "Name a river"]);
    }

    #[test]
    fn rows_of_a_table_by_a_map() {
        let map = "episode=.game,agent=.who,action=.move,own=.gain";
        let opened = open(&[&own("parquet/moves.parquet")], As { map: Some(map), format: Some("rows") });
        assert_eq!(opened.errors(), Vec::<String>::new());
        // Written from 0.5 and -1.25 in one game, 2 in the other.
        assert_eq!((opened.episodes.len(), opened.acts(), opened.own_reward()), (2, 3, 1.25));
    }

    #[test]
    fn failures_of_a_table() {
        let opened = open(&[&own("parquet/failures.parquet")], As::default());
        assert_eq!(opened.errors(), Vec::<String>::new());
        let named: Vec<(&str, usize)> =
            opened.episodes.iter().map(|it| (it.labels[0].agent_text.as_str(), it.acts.len())).collect();
        assert_eq!(named, [("Engineer", 2), ("Team Leader", 1)]);
    }

    #[test]
    fn real_completions() {
        let Some(path) = real("trl/completions_00001.parquet") else { return };
        let opened = open(&[&path], As::default());
        assert_eq!(opened.errors(), Vec::<String>::new());
        assert_eq!(opened.episodes.len(), 12);
        // Summed with pyarrow: accuracy_reward and format_reward, without what is null.
        assert!((opened.team_reward() - (5.0 + 1.1464602669412147)).abs() < 1e-9);
        let groups: BTreeSet<_> = opened.episodes.iter().map(|it| it.group.clone().unwrap()).collect();
        assert_eq!(groups.len(), 3);
        assert!(opened.episodes.iter().all(|it| it.declared.len() == 1 && it.outcome.is_some()));
    }
}

#[test]
fn episodes_of_rllm() {
    let path = own("rllm/episode_000000_sums.json");
    let opened = open(&[&path], As::default());
    assert_eq!(opened.errors(), Vec::<String>::new());
    let document: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let trajectories = document["trajectories"].as_array().unwrap();
    let steps = trajectories.iter().flat_map(|it| it["steps"].as_array().unwrap());
    assert_eq!(opened.acts(), steps.clone().count());
    let advantages: f64 = steps.filter_map(|it| it["advantage"].as_f64()).sum();
    let declared: f64 = opened.episodes[0].declared[0].items.iter().filter_map(|it| it.value).sum();
    assert_eq!(declared, advantages);
    // 1.5 and 0.25 of the trajectories, and 2 of the one that has no number of its own.
    assert_eq!((opened.team_reward(), opened.own_reward()), (0.0, 3.75));
    assert_eq!(opened.episodes[0].group.as_deref(), Some("sums-4"));
}

#[test]
fn trees_that_c3_trains_on() {
    let path = own("c3/train_rollouts.jsonl");
    let opened = open(&[&path], As::default());
    assert_eq!(opened.errors(), Vec::<String>::new());
    let lines = rows(&[&path]);
    let nodes: Vec<&Value> = lines
        .iter()
        .flat_map(|it| it["experiences"].as_array().unwrap())
        .filter_map(|it| it.get("info"))
        .collect();
    let leaves: Vec<&&Value> = nodes.iter().filter(|it| it["is_leaf"][0] == 1).collect();
    assert_eq!(opened.episodes.len(), leaves.len());
    assert_eq!(opened.team_reward(), leaves.iter().map(|it| number(&it["reward"][0])).sum::<f64>());
    for (episode, leaf) in opened.episodes.iter().zip(&leaves) {
        let said = leaf["traj_role_outputs"].as_object().unwrap();
        assert_eq!(episode.acts.len(), said.len());
        for act in &episode.acts {
            assert_eq!(act.label, said[&episode.agents[act.agent.index()].name].as_str().unwrap());
        }
        // The credit of the leaf's own act, and of the nodes above it.
        let declared: f64 = episode.declared[0].items.iter().filter_map(|it| it.value).sum();
        let above = nodes.iter().find(|it| it["c3_node_id"] == leaf["c3_parent_id"]).unwrap();
        assert_eq!(declared, number(&leaf["c3_credit_scalar"][0]) + number(&above["c3_credit_scalar"][0]));
        // Both roles have an alternative in each context.
        assert_eq!(episode.replays.len(), said.len());
        assert_eq!(episode.global_step, lines[0]["global_step"].as_i64());
    }
    let groups: BTreeSet<_> = opened.episodes.iter().filter_map(|it| it.group.clone()).collect();
    assert_eq!(groups.len(), 1);
}

#[test]
fn evaluations_of_c3() {
    let path = own("c3/eval_only.jsonl");
    let opened = open(&[&path], As::default());
    assert_eq!(opened.errors(), Vec::<String>::new());
    let rows = rows(&[&path]);
    assert_eq!(opened.episodes.len(), rows.len());
    assert_eq!(opened.team_reward(), rows.iter().filter_map(|it| it["answer_reward"].as_f64()).sum::<f64>());
    let mut groups = BTreeMap::<String, usize>::new();
    for (episode, row) in opened.episodes.iter().zip(&rows) {
        assert_eq!(episode.acts.len(), row["traj_role_outputs"].as_object().unwrap().len());
        assert_eq!(episode.task.as_deref(), row["prompt"].as_str());
        assert_eq!(episode.outcome.as_ref().unwrap().ground_truth.as_deref(), row["label"].as_str());
        assert_eq!(episode.reward().map(|it| it.value), row["answer_reward"].as_f64());
        *groups.entry(episode.group.clone().unwrap()).or_default() += 1;
    }
    assert_eq!(groups.into_values().collect::<Vec<_>>(), [2, 1], "samples of one question");
}
