//! `report --search` and `report --filter`, through the program itself.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use assert_cmd::Command;
use serde_json::Value;

/// The folder of the samples.
fn samples_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-logs")
}

fn report(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_creditscope"));
    command.current_dir(samples_folder()).arg("report").args(arguments).output().unwrap()
}

fn text(output: &Output) -> String {
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let output = report(&[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&text(&output)).unwrap()
}

/// Numbers of the lines of a sample that hold `word` as it stands.
fn lines_with(name: &str, word: &str) -> Vec<String> {
    let text = fs::read_to_string(samples_folder().join(name)).unwrap();
    let numbered = text.lines().enumerate().filter(|(_, line)| line.contains(word));
    numbered.map(|(at, _)| format!("{name}:{}", at + 1)).collect()
}

#[test]
fn every_line_that_holds_a_word_is_printed_with_its_place() {
    let found = text(&report(&["dev-team.jsonl", "--search", "Tester|tester-1"]));
    let places: Vec<&str> = found.lines().filter_map(|it| it.split_once(": ")).map(|it| it.0).collect();
    // An upper-case letter makes case matter.
    assert_eq!(places, lines_with("dev-team.jsonl", "tester-1"));
    let summary = format!("{} records of ", places.len());
    assert!(places.len() > 10 && found.lines().last().unwrap().starts_with(&summary), "{found}");
}

#[test]
fn formats_agree() {
    let arguments = ["dev-team.jsonl", "forage-success.jsonl", "--search", "plan"];
    let json = json(&arguments);
    let matches = json["matches"].as_array().unwrap();
    assert_eq!(json["count"].as_u64(), Some(matches.len() as u64));
    assert_eq!(json["files"], 2);
    let text = text(&report(&arguments));
    for it in matches {
        let place = it["file_line"].as_str().unwrap();
        assert!(text.contains(&format!("{place}: {}", it["type"].as_str().unwrap())), "{place} in {text}");
    }
    let markdown = report(&[&arguments[..], &["--format", "markdown"]].concat());
    let rows = String::from_utf8(markdown.stdout).unwrap().lines().filter(|it| it.starts_with('|')).count();
    assert_eq!(rows, matches.len() + 2);
    assert_eq!(report(&[&arguments[..], &["--format", "csv"]].concat()).status.code(), Some(1));
}

#[test]
fn filters_limit_the_matches_and_it_is_said() {
    let all = json(&["dev-team.jsonl", "--search", "e"]);
    let some =
        json(&["dev-team.jsonl", "--search", "e", "--filter", "agent=tester", "--filter", "type=action"]);
    let is_listed = |it: &&Value| it["agent"] == "tester" && it["type"] == "action";
    let expected: Vec<&Value> = all["matches"].as_array().unwrap().iter().filter(is_listed).collect();
    assert!(!expected.is_empty());
    assert_eq!(some["matches"].as_array().unwrap().iter().collect::<Vec<_>>(), expected);
    assert_eq!(some["filters"][1], "type=action");
    let failed = json(&["dev-team.jsonl", "--search", "type", "--filter", "status=success"]);
    let of = |it: &Value| it["episode"].as_str().unwrap_or("-").to_owned();
    assert!(failed["matches"].as_array().unwrap().iter().all(|it| of(it) == "merge-repaired"), "{failed}");
    assert!(failed["count"].as_u64() > Some(5));
}

#[test]
fn exit_codes() {
    let code = |more: &[&str]| report(&[&["dev-team.jsonl"], more].concat()).status.code();
    assert_eq!(code(&["--search", "nowhere"]), Some(0));
    assert_eq!(code(&["--search", "tester", "--fail", "matches > 0"]), Some(2));
    assert_eq!(code(&["--search", "tester", "--fail", "matches < 1"]), Some(0));
    assert_eq!(code(&["--search", "("]), Some(1));
    assert_eq!(code(&["--search", "x", "--fail", "residual > 0"]), Some(1));
    assert_eq!(code(&["--filter", "colour=red"]), Some(1));
    assert_eq!(code(&["--filter", "reward<-99"]), Some(1));
    assert_eq!(code(&["--filter", "status=failure"]), Some(0));
}

#[test]
fn filters_limit_what_a_report_lists_and_change_no_number() {
    let plain = json(&["dev-team.jsonl", "--episode", "merge-repaired"]);
    let some = json(&["dev-team.jsonl", "--episode", "merge-repaired", "--filter", "agent=coder"]);
    assert_eq!((&plain["filters"], &some["filters"]["all_episodes"]), (&Value::Null, &Value::from(5)));
    for key in ["verdict", "sweep", "reward"] {
        assert_eq!(plain[key], some[key], "{key}");
    }
    assert_eq!(plain["credit"]["agents"], some["credit"]["agents"]);
    assert_eq!(plain["credit"]["sum"], some["credit"]["sum"]);
    let acts = |it: &Value| it["acts"]["acts"].as_array().unwrap().clone();
    let (all, listed) = (acts(&plain), acts(&some));
    assert!(listed.len() < all.len() && !listed.is_empty(), "{listed:?}");
    assert!(listed.iter().all(|it| all.contains(it)), "{listed:?}");
    let printed =
        text(&report(&["dev-team.jsonl", "--filter", "status=failure", "--filter", "agent=tester"]));
    assert!(printed.contains("FILTERS: WHAT IS LISTED, NEVER WHAT IS COMPUTED"), "{printed}");
    assert!(printed.contains("4 of 5 pass: duration-forgotten, "), "{printed}");
    // Without a choice the report is about an episode that passes.
    let passed = json(&["dev-team.jsonl", "--filter", "status=success"]);
    assert_eq!(passed["episode"]["name"], "merge-repaired");
}

#[test]
fn stdin_is_searched_too() {
    let log = fs::read(samples_folder().join("dev-team.jsonl")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_creditscope"));
    let output = command.args(["report", "-", "--search", "tester-1"]).write_stdin(log).output().unwrap();
    let found = String::from_utf8(output.stdout).unwrap();
    let expected: Vec<String> = lines_with("dev-team.jsonl", "tester-1")
        .iter()
        .map(|it| it.replace("dev-team.jsonl", "stdin"))
        .collect();
    let places: Vec<&str> = found.lines().filter_map(|it| it.split_once(": ")).map(|it| it.0).collect();
    assert_eq!(places, expected);
}
