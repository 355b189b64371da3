//! Advantages of a log that are not what they should be stand in the verdict's fifth part, in words and as data.

use std::{fmt::Write as _, fs, process::Command};

use serde_json::Value;

/// A rollout: its group, its return, what `act` declares of each act, and the reward of each act where there is one.
struct Sample<'a> {
    group: &'a str,
    total: f64,
    declared: &'a [f64],
    rewards: &'a [f64],
}

fn sample<'a>(group: &'a str, total: f64, declared: &'a [f64]) -> Sample<'a> {
    Sample { group, total, declared, rewards: &[] }
}

/// Rollouts `r0`, `r1`, ... of one task; acts `r0-0`, `r0-1`, ... of these agents in turn.
fn log(algorithm: &str, agents: &[&str], samples: &[Sample<'_>]) -> String {
    let mut out = "{\"type\":\"run\",\"credit_log\":1,\"run\":\"r\"}\n".to_owned();
    for (at, it) in samples.iter().enumerate() {
        let group = it.group;
        writeln!(out, r#"{{"type":"episode_start","episode":"r{at}","task":"sort","group":"{group}"}}"#)
            .unwrap();
        let mut items = Vec::new();
        for (turn, value) in it.declared.iter().enumerate() {
            let agent = agents[turn % agents.len()];
            writeln!(
                out,
                r#"{{"type":"action","episode":"r{at}","id":"r{at}-{turn}","agent":"{agent}","action":"x"}}"#
            )
            .unwrap();
            items.push(format!(r#"{{"of":"r{at}-{turn}","value":{value}}}"#));
        }
        for (turn, value) in it.rewards.iter().enumerate() {
            writeln!(out, r#"{{"type":"reward","episode":"r{at}","value":{value},"of":["r{at}-{turn}"]}}"#)
                .unwrap();
        }
        let items = items.join(",");
        writeln!(
            out,
            r#"{{"type":"credit","episode":"r{at}","algorithm":"{algorithm}","params":{{"std":false}},"items":[{items}]}}"#
        )
        .unwrap();
        let (status, total) = (if it.total > 0.5 { "success" } else { "failure" }, it.total);
        writeln!(out, r#"{{"type":"episode_end","episode":"r{at}","status":"{status}","return":{total}}}"#)
            .unwrap();
    }
    out
}

/// The verdict of the episode, as JSON.
fn verdict(log: &str, episode: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    fs::write(&path, log).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_creditscope"));
    command.arg("report").arg(&path).args(["--episode", episode, "--format", "json"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut json: Value = serde_json::from_slice(&output.stdout).unwrap();
    json["verdict"].take()
}

/// What the rollouts say against the advantages; `None`: nothing.
fn against(verdict: &Value) -> Option<&Value> {
    verdict["against"].as_array().unwrap().iter().find(|it| it["kind"] == "advantages")
}

#[track_caller]
fn check(verdict: &Value, words: &str) {
    let found = against(verdict).unwrap_or_else(|| panic!("nothing: {}", verdict["against"]));
    assert_eq!(found["words"], words);
    // The one line that has all parts says it too.
    assert!(verdict["sentence"].as_str().unwrap().contains(words), "{}", verdict["sentence"]);
}

#[test]
fn a_baseline_that_counts_turns() {
    // 1 with three turns, 0 with one, twice: the mean over turns is 6/8.
    let (won, lost) = ([0.25; 3], [-0.75]);
    let samples = [(1.0, &won[..]), (0.0, &lost[..]), (1.0, &won[..]), (0.0, &lost[..])];
    let log = log("grpo", &["ada"], &samples.map(|(total, declared)| sample("g", total, declared)));
    let found = verdict(&log, "r1");
    let data = against(&found).unwrap();
    assert_eq!(data["slip"], "the baseline counts turns, not rollouts");
    // Two sizes are no evidence for a name, and each of the 8 numbers is off: 0.5 is right, not 0.25 or 0.75.
    assert_eq!(
        (data["level"].as_str(), &data["numbers"], &data["numbers_off"]),
        (Some("fits"), &8.into(), &8.into())
    );
    assert_eq!(
        (&data["off_here"][0]["declared"], &data["off_here"][0]["right"]),
        (&(-0.75).into(), &(-0.5).into())
    );
    let words = data["words"].as_str().unwrap();
    assert!(
        words.starts_with("the 8 declared grpo numbers fit a mistake: the baseline counts turns"),
        "{words}"
    );
    assert!(words.ends_with("; r1-0 has -0.75, right is -0.50"), "{words}");
    assert_eq!(found["ground"]["refuted_by"], "return minus the mean over rollouts of the group");
}

#[test]
fn groups_of_one_keep_the_return() {
    let declared = [[1.0], [0.0], [1.0], [0.0]];
    let groups = ["g0", "g1", "g2", "g3"];
    let samples = [0, 1, 2, 3].map(|it| sample(groups[it], declared[it][0], &declared[it]));
    let found = verdict(&log("rloo", &["ada"], &samples), "r1");
    let data = against(&found).unwrap();
    assert_eq!(data["slip"], "the declared advantage is the reward: the baseline is 0");
    // By task, leave one out: 0 - 2/3 for a failure.
    let right = data["off_here"][0]["right"].as_f64().unwrap();
    assert!((right + 2.0 / 3.0).abs() < 1e-9, "{right}");
    assert_eq!((&data["signal_lost"], &data["wrong_sign"]), (&2.into(), &0.into()));
}

#[test]
fn turns_compared_with_the_same_turn_pay_for_stopping() {
    // First turns earn 0.2 (goes on), 0.2 (goes on), 0.8 and 0.8 (stop): their mean is 0.5. Second turns earn 1 and 0.4:
    // their mean is 0.7. The returns are 1.2, 0.6, 0.8 and 0.8, their mean 0.85.
    let declared: [&[f64]; 4] = [&[-0.3, 0.3], &[-0.3, -0.3], &[0.3], &[0.3]];
    let rewards: [&[f64]; 4] = [&[0.2, 1.0], &[0.2, 0.4], &[0.8], &[0.8]];
    let totals = [1.2, 0.6, 0.8, 0.8];
    let samples = [0, 1, 2, 3].map(|it| Sample {
        group: "g",
        total: totals[it],
        declared: declared[it],
        rewards: rewards[it],
    });
    // Declared minus right: -0.3 - 0.35 and -0.3 + 0.25, so -0.35 for going on; 0.3 + 0.05, so +0.35 for stopping. Of the
    // other sign than is right are the first turn of r0, and both that stop.
    check(
        &verdict(&log("mt_grpo", &["ada"], &samples), "r1"),
        "the 6 declared mt_grpo numbers fit a mistake: compared turn by turn: -0.35 for going on, +0.35 for stopping: \
         a hidden length bonus (3 other formulas fit too); 3 signs are wrong; r1-0 has \
         -0.30, right is -0.25",
    );
}

#[test]
fn a_group_that_is_one_trajectory() {
    let samples = [1.0, 0.0, 1.0].map(|it| sample("g", it, &[0.0, 0.0]));
    check(
        &verdict(&log("grpo", &["ada", "bob"], &samples), "r1"),
        "all 6 declared grpo numbers are 0 though the returns differ: each baseline is its own return; 6 have no signal \
         though there is one (ada and bob); r1-0 has 0.00, right is -0.67",
    );
}

#[test]
fn what_is_right_is_confirmed_and_a_critic_is_not_judged() {
    // Mean 0.5.
    let samples = [1.0, 0.0, 0.25, 0.75].map(|it| (it, [it - 0.5]));
    let right = samples.each_ref().map(|(total, declared)| sample("g", *total, declared));
    let found = verdict(&log("grpo", &["ada"], &right), "r1");
    assert!(against(&found).is_none(), "{}", found["against"]);
    assert_eq!(found["ground"]["rung"], "declared, checked");
    // A learned baseline is no formula over the group: nothing can be said of it.
    let learned = [1.0, 0.0, 0.25, 0.75].map(|it| (it, [it - 0.318_271 * (1.0 + it)]));
    let learned = learned.each_ref().map(|(total, declared)| sample("g", *total, declared));
    let found = verdict(&log("advantage_critic", &["ada"], &learned), "r1");
    assert!(against(&found).is_none(), "{}", found["against"]);
}

#[test]
fn numbers_of_no_known_form_are_told_where_the_name_promises_one() {
    let odd = [[0.913], [-0.171], [0.377], [-0.649]];
    let samples = [(1.0, &odd[0]), (0.0, &odd[1]), (0.25, &odd[2]), (0.75, &odd[3])];
    let samples = samples.map(|(total, declared)| sample("g", total, declared));
    let found = verdict(&log("grpo", &["ada"], &samples), "r3");
    let data = against(&found).unwrap();
    assert_eq!((data["level"].as_str(), &data["slip"]), (Some("none"), &Value::Null));
    // 0.25 - 0.5 is pushed up by 0.377, and 0.75 - 0.5 down by 0.649.
    assert_eq!(data["wrong_sign"], 2);
}
