//! What is said of a failure of which nothing was measured, and of one whose judgement is hidden.

use std::process::Command;

use serde_json::Value;

fn report(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_creditscope"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["report", "tests/data/estimate.jsonl"]);
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn verdict(arguments: &[&str]) -> Value {
    let report: Value = serde_json::from_str(&report(&[arguments, &["--format", "json"]].concat())).unwrap();
    report["verdict"].clone()
}

#[test]
fn an_estimate_leads_where_nothing_else_speaks_and_names_nobody() {
    let verdict = verdict(&["--episode", "ships"]);
    let (finding, ground) = (&verdict["finding"], &verdict["ground"]);
    assert_eq!((finding["kind"].as_str(), ground["rung"].as_str()), (Some("estimated"), Some("estimated")));
    assert_eq!((&verdict["agents"], &verdict["act"]), (&serde_json::json!([]), &Value::Null));
    assert_eq!(finding["suspect"]["agent"], "Counter");
    assert_eq!((&finding["top"][0]["act"], &finding["top"][0]["agent"]), (&"s1".into(), &"Counter".into()));
    let sum =
        |key: &str| finding[key].as_array().unwrap().iter().map(|it| it["p"].as_f64().unwrap()).sum::<f64>();
    assert!((sum("p_of_acts") - 1.0).abs() < 1e-9);
    // The terminal has the rest.
    assert!(sum("p_of_agents") < 1.0);
    let agents: Vec<&str> =
        finding["p_of_agents"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(agents, ["Counter", "Checker", "Planner"]);
    // No claim without its yardstick.
    assert!(finding["right"]["first_worker"]["agent"].is_u64() && finding["right"]["agent"].is_u64());
    let text = report(&["--episode", "ships"]);
    assert!(text.contains("WHO?  Perhaps Counter, P 0.87; at s1 (P 0.78)"), "{text}");
    assert!(text.contains("the first worker to act: 18"), "{text}");
}

#[test]
fn a_person_comes_before_an_estimate_unless_its_word_is_hidden() {
    let judged = verdict(&["--episode", "ships-judged"]);
    assert_eq!((&judged["finding"]["kind"], &judged["agents"][0]), (&"judged".into(), &"Checker".into()));
    assert_eq!(
        (&judged["against"][0]["kind"], &judged["against"][0]["agents"][0]),
        (&"estimate".into(), &"Counter".into())
    );
    let hidden = verdict(&["--episode", "ships-judged", "--no-annotations"]);
    assert_eq!(hidden["finding"]["kind"], "estimated");
    let alone = verdict(&["--episode", "ships"]);
    assert_eq!(hidden["finding"]["p_of_acts"], alone["finding"]["p_of_acts"]);
    let text = report(&["--episode", "ships-judged", "--no-annotations"]);
    assert!(!text.contains("looked at nothing but the number"), "{text}");
    assert!(text.contains("--no-annotations"), "the command line repeats it: {text}");
}

/// A log of failures in which the act that a person names holds words of assumption, and no other act does.
fn annotated(failures: usize) -> String {
    let mut log = String::new();
    for at in 0..failures {
        let guess = at % 4;
        for act in 0..4 {
            let text = if act == guess {
                "Let us assume that the table likely holds it all, in every row of it"
            } else {
                "The table was read row by row, and every row of it was counted as it stands"
            };
            let agent = ["ann", "bob"][act % 2];
            log += &format!(
                r#"{{"type":"action","episode":"e{at}","id":"s{act}","agent":"{agent}","action":"{text}"}}"#
            );
            log += "\n";
        }
        let agent = ["ann", "bob"][guess % 2];
        log += &format!(
            r#"{{"type":"credit","episode":"e{at}","algorithm":"human_annotation","items":[{{"of":"s{guess}","agent":"{agent}","label":"mistake"}}]}}"#
        );
        log += "\n";
        log += &format!(r#"{{"type":"episode_end","episode":"e{at}","status":"failure"}}"#);
        log += "\n";
    }
    log
}

fn fit(failures: usize) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("annotated.jsonl");
    std::fs::write(&log, annotated(failures)).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_creditscope")).arg("fit").arg(&log).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn a_fit_finds_the_signal_that_tells_and_is_held_to_failures_it_has_not_seen() {
    let (is_done, said) = fit(40);
    assert!(is_done, "{said}");
    assert!(
        said.contains("40 failures with a person's finding: 40 chats or pipelines, 0 with a lead"),
        "{said}"
    );
    let numbers = |line: &str| -> Vec<f64> {
        let line = said.lines().find(|it| it.starts_with(line)).unwrap_or_else(|| panic!("{line}: {said}"));
        let words = line.split(|c: char| c.is_whitespace() || c == ',');
        words.filter_map(|it| it.parse().ok()).collect()
    };
    // Of 40: every agent, every act; the first act of the agent that acts less is right in a quarter, its agent in half.
    assert_eq!(numbers("chats, pipelines"), [40.0, 40.0, 40.0, 40.0, 20.0, 10.0, 20.0]);
    let weight = |signal: &str| numbers(signal)[0];
    assert!(weight("simulated") > 1.0, "{said}");
    assert!(weight("simulated") > weight("length").abs().max(weight("any_new").abs()), "{said}");
}

#[test]
fn a_fit_on_too_few_says_how_many_it_needs() {
    let (is_done, said) = fit(3);
    assert!(!is_done);
    assert!(said.contains("3 of 3 episodes failed") && said.contains("a fit needs 20"), "{said}");
}
