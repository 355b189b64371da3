//! Joint steps: acts, own rewards and the team's, from the files themselves.

use std::{collections::BTreeMap, fs, path::Path};

use creditscope::model::Episode;
use serde_json::Value;

use super::opened::{As, Opened, open, own, real};

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap().replace("NaN", "null");
    text.lines().map(|it| serde_json::from_str(it).unwrap()).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-6 * (1.0 + other.abs())
}

/// What each agent got, by its place in the roster.
fn own_sums(episode: &Episode) -> Vec<f64> {
    let of = |at: usize| {
        let its = episode.rewards.iter().filter(|it| it.agent.is_some_and(|it| it.index() == at));
        its.filter_map(|it| it.value).sum()
    };
    (0..episode.agents.len()).map(of).collect()
}

/// The acts that a replay holds: of agents that were active a step before, without fillers.
fn check_kaggle(path: &Path) -> Opened {
    let document = json(path);
    let steps = list(&document["steps"]);
    let opened = open(&[path], As::default());
    assert_eq!(opened.errors(), Vec::<String>::new(), "{}", path.display());
    let [episode] = opened.episodes.as_slice() else { panic!("one episode") };
    assert_eq!(episode.agents.len(), list(&steps[0]).len());
    let mut acts: Vec<(i64, usize, String)> = Vec::new();
    for (t, pair) in steps.windows(2).enumerate() {
        for (at, state) in list(&pair[1]).iter().enumerate() {
            let is_filler = state["action"]["submission"] == -1 || state["action"].is_null();
            if pair[0][at]["status"] == "ACTIVE" && !is_filler {
                acts.push((t as i64 + 1, at, state["action"].to_string()));
            }
        }
    }
    let read: Vec<(i64, usize)> =
        episode.acts.iter().map(|it| (it.step.unwrap(), it.agent.index())).collect();
    assert_eq!(read, acts.iter().map(|it| (it.0, it.1)).collect::<Vec<_>>());
    for (at, sum) in own_sums(episode).into_iter().enumerate() {
        let held: Vec<f64> = steps.iter().filter_map(|it| it[at]["reward"].as_f64()).collect();
        assert!(close(sum, held.last().unwrap() - held[0]), "{at}: {sum} of {held:?}");
    }
    assert_eq!(opened.team_reward(), 0.0);
    // Each act comes from those of the step before in which anybody acted.
    let mut before: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < read.len() {
        let step: Vec<usize> = (at..read.len()).take_while(|it| read[*it].0 == read[at].0).collect();
        for act in &step {
            let id = episode.act_ids().nth(*act).unwrap();
            let parents: Vec<usize> = episode.links.parents(id).iter().map(|it| it.act.index()).collect();
            assert_eq!(parents, before, "{act}");
        }
        at += step.len();
        before = step;
    }
    opened
}

#[test]
fn kaggle_replays() {
    let opened = check_kaggle(&own("kaggle/duel.json"));
    let episode = &opened.episodes[0];
    // ada moves 3; the other ada has its turn at steps 2 and 3; ada's filler at step 3 is none.
    assert_eq!(episode.acts.len(), 3);
    assert_eq!(own_sums(episode), [4.0, 2.0]);
    assert_eq!(episode.agents[1].name, "ada #1");
    assert_eq!(episode.outcome.as_ref().unwrap().reason.as_deref(), Some("TIMEOUT of ada #1"));
}

#[test]
fn real_kaggle_replays() {
    for name in ["coin_game", "halite", "llm_20_questions", "negotiation", "word_association"] {
        let Some(path) = real(&format!("kaggle_replays/{name}.json")) else { return };
        let opened = check_kaggle(&path);
        let teams: Vec<_> = opened.episodes[0].agents.iter().filter_map(|it| it.team.clone()).collect();
        let is_two_against_two = ["llm_20_questions", "word_association"].contains(&name);
        assert_eq!(teams.len(), if is_two_against_two { 4 } else { 0 });
    }
}

fn check_overcooked(path: &Path) -> Opened {
    let document = json(path);
    let opened = open(&[path], As::default());
    assert_eq!(opened.errors(), Vec::<String>::new());
    assert_eq!(opened.episodes.len(), list(&document["ep_actions"]).len());
    for (at, episode) in opened.episodes.iter().enumerate() {
        let joint = list(&document["ep_actions"][at]);
        assert_eq!(episode.acts.len(), joint.iter().map(|it| list(it).len()).sum::<usize>());
        let rewards: Vec<f64> = list(&document["ep_rewards"][at]).iter().filter_map(Value::as_f64).collect();
        let read: Vec<f64> = episode.rewards.iter().filter_map(|it| it.value).collect();
        assert_eq!(read, rewards);
        assert!(episode.rewards.iter().all(|it| it.agent.is_none() && it.of.len() == 2));
        assert_eq!(episode.states.len(), joint.len());
        assert_eq!(episode.outcome.as_ref().unwrap().total, document["ep_returns"][at].as_f64());
    }
    opened
}

#[test]
fn overcooked_trajectories() {
    let opened = check_overcooked(&own("overcooked/kitchen.json"));
    assert_eq!(opened.episodes[0].task.as_deref(), Some("two_pots"));
    for name in ["overcooked/test_traj.json", "overcooked/test_trajectory.json"] {
        if let Some(path) = real(name) {
            check_overcooked(&path);
        }
    }
}

/// By trial: its steps and its last score.
fn check_trials(path: &Path, expected: &[(usize, f64)]) {
    let opened = open(&[path], As::default());
    assert_eq!(opened.errors(), Vec::<String>::new());
    assert_eq!(opened.episodes.len(), expected.len());
    for (episode, (steps, score)) in opened.episodes.iter().zip(expected) {
        assert_eq!((episode.acts.len(), episode.rewards.len()), (2 * steps, *steps));
        assert_eq!(episode.reward().map(|it| it.value), Some(*score));
        assert_eq!(episode.agents.len(), 2);
        assert!(episode.agents.iter().all(|it| it.role.is_some()));
    }
    assert_eq!(opened.own_reward(), 0.0);
}

#[test]
fn overcooked_trials() {
    check_trials(&own("overcooked/trials.csv"), &[(3, 25.0), (2, 3.0)]);
    let Some(path) = real("overcooked/dummy_2020_hh_trials.csv") else { return };
    // Counted and summed with Python's csv module, by trial: rows, and the sum of the column `reward`.
    check_trials(&path, &[(396, 196.0), (396, 215.0), (397, 47.0)]);
}

/// Acts and rewards of a parallel loop, by episode and agent.
fn check_parallel(path: &Path) -> Opened {
    let opened = open(&[path], As::default());
    assert_eq!(opened.errors(), Vec::<String>::new());
    let mut acts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut sums: BTreeMap<(String, String), f64> = BTreeMap::new();
    for row in lines(path) {
        let key = |agent: &String| (row["episode"].to_string(), agent.clone());
        for (agent, action) in row["actions"].as_object().unwrap() {
            *acts.entry(key(agent)).or_default() += usize::from(!action.is_null());
        }
        for (agent, reward) in row["rewards"].as_object().unwrap() {
            *sums.entry(key(agent)).or_default() += reward.as_f64().unwrap_or(0.0);
        }
    }
    for episode in &opened.episodes {
        let name = episode.name.rsplit(':').next().unwrap().to_owned();
        for (at, sum) in own_sums(episode).into_iter().enumerate() {
            let key = (name.clone(), episode.agents[at].name.clone());
            let its = episode.acts.iter().filter(|it| it.agent.index() == at).count();
            assert_eq!(its, acts.remove(&key).unwrap_or(0), "{key:?}");
            assert!(close(sum, sums.remove(&key).unwrap_or(0.0)), "{key:?}");
        }
    }
    assert!(acts.is_empty() && sums.is_empty(), "{acts:?} {sums:?}");
    assert_eq!(opened.team_reward(), 0.0);
    opened
}

#[test]
fn rows_of_a_parallel_loop() {
    let opened = check_parallel(&own("pettingzoo/parallel.jsonl"));
    let ended: Vec<bool> = opened.summary.episodes.iter().map(|it| !it.open).collect();
    assert_eq!(ended, [true, true, true]);
    // A reward of an agent that was born in the step is for no act.
    let hen = opened.episodes[0].rewards.iter().find(|it| it.of.is_empty()).unwrap();
    assert_eq!(opened.episodes[0].agents[hen.agent.unwrap().index()].name, "hen");
    if let Some(path) = real("pettingzoo/pettingzoo_parallel_rows.jsonl") {
        let opened = check_parallel(&path);
        let born = opened.episodes.iter().flat_map(|it| it.rewards.iter()).filter(|it| it.of.is_empty());
        // Six agents are named by rewards before they act.
        assert_eq!(born.count(), 6);
    }
}

#[test]
fn rows_of_turns_reward_what_was_done_before() {
    let opened = open(&[&own("pettingzoo/turns.jsonl")], As::default());
    assert_eq!(opened.errors(), Vec::<String>::new());
    assert_eq!(opened.episodes.len(), 2);
    let episode = &opened.episodes[0];
    let paid: Vec<(f64, String)> = episode
        .rewards
        .iter()
        .map(|it| {
            (it.value.unwrap(), it.of.first().map(|it| episode.act(*it).id.clone()).unwrap_or_default())
        })
        .collect();
    let expected = [(0.0, ""), (0.0, ""), (1.5, "fox@0"), (-2.0, "owl@1"), (0.25, "fox@2")];
    assert_eq!(paid, expected.map(|it| (it.0, it.1.to_owned())));
    assert_eq!(episode.acts.len(), 3);
    // The file ends, so the second has ended too.
    assert!(opened.summary.episodes.iter().all(|it| !it.open));
}

/// Acts, rewards and advantages of batches, by episode and agent.
fn check_rllib(path: &Path) -> Opened {
    let opened = open(&[path], As::default());
    assert_eq!(opened.errors(), Vec::<String>::new());
    let mut acts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut sums: BTreeMap<(String, String), f64> = BTreeMap::new();
    let mut advantages = 0.0;
    for batch in lines(path) {
        let mut parts: Vec<(String, &Value)> = Vec::new();
        match batch["policy_batches"].as_object() {
            Some(policies) => parts.extend(policies.iter().map(|it| (it.0.clone(), it.1))),
            None => parts.push(("agent".to_owned(), &batch)),
        }
        for (policy, columns) in parts {
            for (at, episode) in list(&columns["eps_id"]).iter().enumerate() {
                let key = (episode.to_string(), format!("{policy} {}", columns["agent_index"][at]));
                *acts.entry(key.clone()).or_default() += 1;
                *sums.entry(key).or_default() += columns["rewards"][at].as_f64().unwrap_or(0.0);
                advantages += columns["advantages"][at].as_f64().unwrap_or(0.0);
            }
        }
    }
    for episode in &opened.episodes {
        for (at, sum) in own_sums(episode).into_iter().enumerate() {
            let key = (episode.name.clone(), episode.agents[at].name.clone());
            let its = episode.acts.iter().filter(|it| it.agent.index() == at).count();
            assert_eq!(Some(its), acts.remove(&key), "{key:?}");
            assert!(close(sum, sums.remove(&key).unwrap()), "{key:?}");
        }
    }
    assert!(acts.is_empty(), "{acts:?}");
    let declared = opened.episodes.iter().flat_map(|it| &it.declared).flat_map(|it| &it.items);
    assert!(close(declared.filter_map(|it| it.value).sum(), advantages));
    assert_eq!(opened.team_reward(), 0.0);
    opened
}

#[test]
fn batches_of_rllib() {
    let opened = check_rllib(&own("rllib/batches.json"));
    let named: Vec<&str> = opened.episodes.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(named, ["900", "901"]);
    // The noise of 32-bit floats is gone.
    assert_eq!(opened.episodes[0].rewards.iter().next().unwrap().value, Some(-0.1));
    assert!(opened.summary.episodes.iter().all(|it| !it.open));
    let notes: Vec<&str> = opened.summary.diagnostics.iter().map(|it| it.message.as_str()).collect();
    assert!(notes.contains(&"1 rewards are no numbers: they are left out"), "{notes:?}");
    if let Some(folder) = real("rllib_json/rllib_out") {
        let path = fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
        let opened = check_rllib(&path);
        assert_eq!(opened.episodes.iter().map(|it| it.acts.len()).collect::<Vec<_>>(), [8, 10, 12]);
        assert!(opened.episodes.iter().all(|it| it.agents.len() == 2 && it.agents[0].policy.is_some()));
    }
}
