//! `creditscope report --run`: a run in which one agent goes lazy.

use std::{io::Write, process::Command};

use creditscope::stats::Draws;
use serde_json::Value;

/// 300 episodes of three agents that learn, with declared credit in eighths; from the 180th on scout earns nothing.
fn run(lazy: usize) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".jsonl").tempfile().unwrap();
    let mut draws = Draws::new(5);
    for at in 0..300 {
        let skill = 0.5 + 0.001 * at as f64;
        let mut earn = || (0..3).filter(|_| draws.uniform() < skill).count() as f64 / 8.0;
        let (coder, scout, critic) = (earn(), earn(), earn());
        let scout = if at >= lazy { 0.0 } else { scout };
        let reward = coder + scout + critic;
        writeln!(
            file,
            r#"{{"type":"action","episode":"ep-{at:04}","id":"a","agent":"coder","action":"write"}}"#
        )
        .unwrap();
        writeln!(
            file,
            r#"{{"type":"credit","episode":"ep-{at:04}","algorithm":"shapley","agents":{{"coder":{coder},"scout":{scout},"critic":{critic}}}}}"#
        )
        .unwrap();
        writeln!(
            file,
            r#"{{"type":"episode_end","episode":"ep-{at:04}","status":"success","return":{reward}}}"#
        )
        .unwrap();
    }
    file
}

fn report(file: &tempfile::NamedTempFile, format: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_creditscope"));
    let output = command.args(["report", "--run", "--format", format]).arg(file.path()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_agent_that_went_lazy_is_named_and_where() {
    let file = run(180);
    let json: Value = serde_json::from_str(&report(&file, "json")).unwrap();
    let agents = json["agents"].as_array().unwrap();
    let alarm = |name: &str| agents.iter().find(|it| it["agent"] == name).unwrap()["alarm"].clone();
    assert_eq!((alarm("coder"), alarm("critic")), (Value::Null, Value::Null));
    let place = |name: &Value| name.as_str().unwrap()[3..].parse::<usize>().unwrap();
    let scout = alarm("scout");
    assert!((180..=210).contains(&place(&scout["rang"])), "{scout}");
    assert!(place(&scout["began"]).abs_diff(180) <= 3, "{scout}");
    assert_eq!((json["episodes"].as_u64(), json["off"][0].as_u64()), (Some(300), Some(0)));
    let text = report(&file, "text");
    assert!(text.contains("scout stopped earning at ep-01"), "{text}");
    assert!(report(&file, "markdown").contains("## Film"));
}

#[test]
fn a_healthy_run_does_not_ring() {
    let json: Value = serde_json::from_str(&report(&run(usize::MAX), "json")).unwrap();
    assert!(json["agents"].as_array().unwrap().iter().all(|it| it["alarm"].is_null()));
    assert_eq!(json["sentences"][0], "No agent's credit has fallen.");
}

/// The exit code of `check --fail`, and what it says on stderr.
fn check_fail(file: &tempfile::NamedTempFile, rules: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_creditscope"));
    command.arg("check").arg(file.path());
    rules.iter().for_each(|it| {
        command.args(["--fail", it]);
    });
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_rule_gates_a_run_and_names_the_episode() {
    let (lazy, healthy) = (run(180), run(usize::MAX));
    let (code, told) = check_fail(&lazy, &["fall(*) > 10"]);
    assert_eq!(code, Some(2), "{told}");
    let episode = told.lines().next().unwrap().rsplit("episode ep-").next().unwrap();
    assert!((180..=210).contains(&episode.parse::<usize>().unwrap()), "{told}");
    assert!(told.contains("(scout)"), "{told}");
    assert_eq!(check_fail(&healthy, &["fall(*) > 10"]), (Some(0), String::new()));
    let (code, told) = check_fail(&healthy, &["R > -1", "fall(*) > 10"]);
    assert_eq!((code, told.lines().count()), (Some(2), 21), "{told}");
    assert!(told.ends_with("and in 280 more episodes\n"), "{told}");
    let (code, told) = check_fail(&healthy, &["drift(scuot) < 0"]);
    assert!(code == Some(1) && told.contains("can never hold: column 7: no agent 'scuot'"), "{told}");
    let (code, told) = check_fail(&healthy, &["R < inf"]);
    assert!(code == Some(1) && told.contains("\n  R < inf\n      ^"), "{told}");
}

/// The recorded run of learners in Level-Based Foraging in which bee goes lazy at ep-450, as `recorders/training.py` wrote it.
const RECORDED: &str = "sample-logs/runs/forage-lazy.jsonl.gz";

#[test]
fn the_lazy_agent_of_the_recorded_run_rings_within_30_episodes_and_nobody_before() {
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_creditscope"));
        let output = command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, out, _) = run(&["report", "--run", "--format", "json", RECORDED]);
    assert_eq!(code, Some(0));
    let json: Value = serde_json::from_str(&out).unwrap();
    let agent = |name: &str| {
        json["agents"].as_array().unwrap().iter().find(|it| it["agent"] == name).unwrap()["alarm"].clone()
    };
    assert_eq!((agent("ant"), agent("cat")), (Value::Null, Value::Null));
    // A second program of the same definition, in numpy, rings at the same episode.
    assert_eq!(agent("bee")["rang"], "ep-455");
    assert_eq!((json["episodes"].as_u64(), json["off"][0].as_u64()), (Some(600), Some(0)));
    let (code, _, told) = run(&["check", RECORDED, "--fail", "fall(*) > 10"]);
    assert_eq!((code, told.lines().count()), (Some(2), 1), "{told}");
    assert!(told.contains("(bee) in episode ep-455"), "{told}");
    let (code, _, told) = run(&["check", RECORDED, "--fail", "fall(ant) > 10 or fall(cat) > 10"]);
    assert_eq!((code, told.as_str()), (Some(0), ""));
}
