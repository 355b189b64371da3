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
