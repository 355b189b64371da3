//! `creditscope diff` of two episodes of which everything is known: tests/data/compare/days.jsonl, where scout searched in
//! one and passed in the other.

use std::process::{Command, Output};

use serde_json::Value;

use super::open::sample;

fn days(episode: &str) -> String {
    format!("{}/tests/data/compare/days.jsonl#{episode}", env!("CARGO_MANIFEST_DIR"))
}

fn diff(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_creditscope")).arg("diff").args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn where_they_part_and_what_the_passed_one_did() {
    let (failed, passed) = (days("failed"), days("passed"));
    let text = stdout(&diff(&[&failed, &passed]));
    for words in [
        "only B has scout-0 'search holiday calendars'; A goes on with scout-0 'tell coder: pass'",
        "3 same, 3 changed (~), 1 replaced (≠), 2 only in B (>)",
        "B, which passed, did scout-0 'search holiday calendars', then scout-1 'open hit 1'; A, which failed,",
        "+ search holiday calendars",
        "2 of 4 values differ",
        "scout.hits   0     7",
        "replayed, 8 of 8 coalitions x 8 runs each",
    ] {
        assert!(text.replace("\n           ", " ").contains(words), "{words}\n{text}");
    }
    let json: Value = serde_json::from_str(&stdout(&diff(&[&failed, &passed, "--format", "json"]))).unwrap();
    assert_eq!(json["first_divergence"], 1);
    assert_eq!(json["counts"]["same"], 3);
    assert_eq!(json["rows"].as_array().unwrap().len(), 9);
    assert_eq!(json["instead"]["failed"], "A");
    let of = |agent: &str, what: &str| {
        let rows = json["credit"].as_array().unwrap();
        let row = rows.iter().find(|it| it["agent"] == agent).unwrap().clone();
        row[what]["value"].as_f64().unwrap()
    };
    for agent in ["planner", "scout", "coder"] {
        assert!((of(agent, "b") - of(agent, "a") - of(agent, "difference")).abs() < 1e-12);
    }
    // B alone against A alone, the other way round.
    let back: Value = serde_json::from_str(&stdout(&diff(&[&passed, &failed, "--format", "json"]))).unwrap();
    let difference = |json: &Value| json["team"]["difference"].clone();
    let (there, back) = (difference(&json), difference(&back));
    assert_eq!(there["value"].as_f64().unwrap(), -back["value"].as_f64().unwrap());
    let end = |of: &Value, at: usize| of["interval"][at].as_f64().unwrap();
    assert!((end(&there, 0) + end(&back, 1)).abs() < 1e-12 && (end(&there, 1) + end(&back, 0)).abs() < 1e-12);
    let markdown = stdout(&diff(&[&failed, &passed, "--format", "markdown"]));
    assert!(markdown.contains("```diff\n  action:\n+ search holiday calendars\n"), "{markdown}");
}

#[test]
fn rules_set_the_exit_code() {
    let (failed, passed) = (days("failed"), days("passed"));
    let code = |rule: &str| {
        let output = diff(&[&failed, &passed, "--fail", rule]);
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).trim().to_owned())
    };
    // R 0.4 and 0.8; 6 of 9 rows are not the same.
    assert_eq!(code("reward < 0"), (0, String::new()));
    assert_eq!(code("reward > 0.3"), (2, "FAIL reward > 0.3   it is 0.4".to_owned()));
    assert_eq!(code("acts >= 6"), (2, "FAIL acts >= 6   it is 6".to_owned()));
    assert_eq!(code("credit(coder) > 0.1").0, 2);
    let (exit, why) = code("credit(nobody) > 0");
    assert!(exit == 1 && why.contains("can never hold"), "{why}");
}

#[test]
fn what_cannot_be_compared_says_what_to_do() {
    let log = days("failed").replace("#failed", "");
    let why = |arguments: &[&str]| {
        let output = diff(arguments);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let of_one = why(&[&log, &days("failed")]);
    assert!(of_one.contains("has 2 episodes: say which, as '") && of_one.contains("#passed'"), "{of_one}");
    assert!(
        why(&[&days("other"), &days("failed")]).contains("no episode 'other'; there are 2: passed, failed")
    );
    assert!(why(&[&log]).contains("<B>"), "{}", why(&[&log]));
}

#[test]
fn an_episode_differs_from_itself_in_nothing() {
    let demo = sample("forage-saboteur.jsonl");
    let text = stdout(&diff(&[demo.to_str().unwrap(), demo.to_str().unwrap()]));
    assert!(text.contains("nowhere: all acts are the same, with the same results"), "{text}");
}

#[test]
fn two_runs_are_compared_pair_by_pair() {
    // The same log as both runs: two pairs that do not differ.
    let log = days("failed").replace("#failed", "");
    let text = stdout(&diff(&[&log, &log]));
    for words in [
        "2 by task, seed and occurrence",
        "R is not told apart: A +0.600, B +0.600, B - A 0.000 [0.000, 0.000]; B wins 0, loses 0, 2 tied; sign test 1.000.",
        "As logged 0 of 3 agents changed; by one method none did.",
        "the same in 2 of 2 pairs",
    ] {
        assert!(text.replace("\n  ", " ").contains(words), "{words}\n{text}");
    }
    let json: Value = serde_json::from_str(&stdout(&diff(&[&log, &log, "--format", "json"]))).unwrap();
    assert_eq!((&json["a"]["method"], &json["ruler"]), (&Value::from("shapley"), &Value::from("B")));
    assert_eq!(json["agents"].as_array().unwrap().len(), 3);
    assert!(stdout(&diff(&[&log, &log, "--format", "markdown"])).contains("## Reward"));
    // A demo of one episode is no run.
    let demo = sample("forage-saboteur.jsonl");
    let output = diff(&[&log, demo.to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("has 2 episodes: say which"));
}

#[test]
fn runs_without_rewards_are_told_by_status_and_no_number_is_made_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, failed: usize| {
        let mut log = String::new();
        for at in 0..4 {
            let status = if at < failed { "failure" } else { "success" };
            log += &format!(
                "{{\"type\":\"episode_start\",\"episode\":\"{name}{at}\",\"task\":\"t{at}\",\"agents\":[\"ann\"]}}\n\
                 {{\"type\":\"episode_end\",\"episode\":\"{name}{at}\",\"status\":\"{status}\"}}\n"
            );
        }
        let path = folder.path().join(name);
        std::fs::write(&path, log).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (a, b) = (run("a.jsonl", 1), run("b.jsonl", 3));
    let text = stdout(&diff(&[&a, &b]));
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("No pair has a logged reward in both runs"), "{text}");
    assert!(text.contains("By status A ends well in 3 of 4 pairs, B in 1."), "{text}");
    let json: serde_json::Value =
        serde_json::from_str(&stdout(&diff(&[&a, &b, "--format", "json"]))).unwrap();
    assert_eq!(
        (&json["reward"]["difference"], &json["reward"]["a"]),
        (&serde_json::Value::Null, &serde_json::Value::Null)
    );
    let gated = diff(&[&a, &b, "--fail", "reward < 0"]);
    assert_eq!(gated.status.code(), Some(1));
}

#[test]
fn two_methods_on_one_run_are_compared_by_whom_they_blame() {
    let run = "sample-logs/runs/forage-lazy.jsonl.gz";
    let of =
        |more: &[&str]| diff(&[&[run, run, "--method", "shapley", "--against", "removal"], more].concat());
    let json: serde_json::Value = serde_json::from_str(&stdout(&of(&["--format", "json"]))).unwrap();
    assert_eq!((json["episodes"].as_u64(), json["credited"].as_u64()), (Some(600), Some(600)));
    // Every episode is in one cell of the table.
    let cells =
        json["least"]["counts"].as_array().unwrap().iter().flat_map(|it| it.as_array().unwrap().clone());
    assert_eq!(cells.map(|it| it.as_u64().unwrap()).sum::<u64>(), 600);
    let agents = json["agents"].as_array().unwrap();
    assert_eq!(agents[1]["agent"], "bee");
    // Who does without anyone loses little: removal gives less than a share to all three.
    assert!(agents.iter().all(|it| it["b"].as_f64() < it["a"].as_f64()), "{json}");
    let text = stdout(&of(&[]));
    assert!(text.contains("methods A shapley"), "{text}");
    assert!(text.contains("their numbers are not subtracted"), "{text}");
    let wrong = diff(&[run, "sample-logs/dev-team.jsonl", "--method", "shapley", "--against", "removal"]);
    assert_eq!(wrong.status.code(), Some(1));
}
