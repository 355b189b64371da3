//! One report in all formats: the same facts in each.

use super::{sample::Sample, *};
use crate::credit::{Interaction, InteractionKind};
use crate::model::{AgentId, Estimate};
use crate::text::width;

#[track_caller]
fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "'{part}' is not in:\n{text}");
    }
}

/// As JSON.
fn printed(report: &Report<'_>) -> String {
    serde_json::to_string_pretty(&json(report)).unwrap() + "\n"
}

#[test]
fn text_says_everything_in_100_columns() {
    let sample = Sample::new();
    let text = text(&sample.report());
    has(
        &text,
        &[
            "creditscope report: run.jsonl\n",
            "e of run travel",
            "failure (goal_missed), 1 step",
            "-0.50 (success): the `reward` record, run.jsonl:5",
            "without idle; seed 7",
            "  WHO   Of those with a number, planner: -0.25 ±0.10 of the 0.30 lost against a team of nobody; most\n",
            "        of it at a1: \"plan | all\" (-0.75 ±0.05); late has none: not known\n",
            "  SURE  One measurement, coalitions: no second one checks it\n",
            "  BUT   a person names coder at a2: \"no test\". 1 of 2 formulas on the same coalitions differs:",
            "CREDIT: SHAPLEY EXACT 16/16\n",
            "  agent         credit  ?  95% interval     n  why there is no number\n",
            "  planner        -0.25     [-0.35, -0.15]  16\n",
            "  coder          +0.05  ?  [-0.05, +0.15]  16\n",
            "  idle       undefined                         taken out, as asked\n",
            "  late     unavailable                         v({late}) is not logged\n",
            "-0.20 IS NOT -0.30: +0.100 off",
            "replayed, 16 coalitions x 32 replays",
            "an absent agent takes its null action",
            "two coalitions are missing",
            "  a1   planner      -0.75  [-0.80, -0.70]  16  plan | all\n",
            "one measurement (coalitions)",
            "coma: probabilities of the alternatives of a1 (nearest available: deviation/uniform)",
            "human_annotation names coder at a2, mistake: no test (run.jsonl:7)",
            "planner = 0.5 x (-0.5) = -0.25",
            "v({planner}) - v({})",
            "run.jsonl:6: error return-mismatch: `return` is 1",
            "1 error, 0 warnings, 0 notes; 2 lines of the log lost data",
            "  creditscope report run.jsonl --episode e\n",
        ],
    );
    assert!(text.lines().all(|it| width(it) <= 100 && it.trim_end() == it), "{text}");
}

#[test]
fn markdown_says_the_same() {
    let sample = Sample::new();
    let text = markdown(&sample.report());
    has(
        &text,
        &[
            "# creditscope report: run.jsonl\n",
            "- **task**: find a \\| flight\n",
            "## Credit: Shapley exact 16/16\n",
            "| planner | -0.25 |  | \\[-0.35, -0.15\\] | 16 |  |\n",
            "| late | unavailable |  |  |  | v({late}) is not logged |\n",
            "-0.20 IS NOT -0.30: +0.100 off",
            "| a1 | planner | -0.75 | \\[-0.80, -0.70\\] | 16 | plan \\| all |\n",
            "- human\\_annotation names coder at a2",
            "- run.jsonl:6: error return-mismatch: `return` is 1",
        ],
    );
}

#[test]
fn json_says_the_same_at_full_precision() {
    let sample = Sample::new();
    let text = printed(&sample.report());
    assert!(!text.contains("NaN"));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let agents = &json["credit"]["agents"];
    assert_eq!(agents[0]["agent"], "planner");
    assert_eq!(agents[0]["ci95"], serde_json::json!([-0.35, -0.15]));
    assert_eq!(agents[1]["sign_unsure"], true);
    assert_eq!(agents[2]["state"], "undefined");
    assert_eq!(agents[3]["reason"], "v({late}) is not logged");
    assert_eq!(json["credit"]["residual"], -0.2 - -0.3);
    assert_eq!(json["credit"]["overlap"], serde_json::Value::Null);
    assert_eq!(json["credit"]["absence"], "null");
    assert_eq!(json["reward"]["file_line"], "run.jsonl:5");
    assert_eq!(json["acts"]["acts"][1]["state"], "undefined");
    assert_eq!(json["verdict"]["agents"], serde_json::json!(["planner"]));
    let against = &json["verdict"]["against"];
    assert_eq!(
        (&against[0]["kind"], &against[1]["rows"][0]["agents"][0]),
        (&"judge".into(), &"coder".into())
    );
    assert_eq!(json["verdict"]["ground"]["rung"], "measured");
    assert_eq!(json["verdict"]["outcome"]["reason"], "goal_missed");
    assert_eq!(json["verdict"]["finding"]["deed"]["act"], "a1");
    assert_eq!(json["sweep"][2]["nearest"], "deviation/uniform");
    assert_eq!(json["annotations"][0]["agent"], "coder");
    assert_eq!(json["explanations"][0]["terms"][0]["records"][0], "run.jsonl:4");
    assert_eq!(json["findings"][0]["rule"], "return-mismatch");
    assert_eq!(json["scenario"]["dropped"], serde_json::json!(["idle"]));
    assert_eq!(json["bad_lines"], 2);
}

#[test]
fn what_cannot_be_computed_is_said_and_why() {
    let sample = Sample::unavailable();
    let report = sample.report();
    for format in [text, markdown] {
        let text = format(&report);
        has(&text, &["shapley: no coalition values are logged", "declared"]);
    }
    let json: serde_json::Value = serde_json::from_str(&printed(&report)).unwrap();
    assert_eq!(json["credit"]["state"], "unavailable");
    assert_eq!(json["credit"]["nearest"], "declared");
}

#[test]
fn a_method_that_divides_nothing_has_an_overlap() {
    let mut sample = Sample::new();
    let credit = sample.credit.as_mut().unwrap();
    (credit.contract, credit.empty_value) = (None, None);
    has(&text(&sample.report()), &["-0.20, no shares of R -0.50: credits overlap or leave something out"]);
    let json: serde_json::Value = serde_json::from_str(&printed(&sample.report())).unwrap();
    assert_eq!(json["credit"]["overlap"], -0.2 - -0.5);
    assert_eq!(json["credit"]["residual"], serde_json::Value::Null);
}

#[test]
fn pairs_are_listed_by_size_with_what_they_are() {
    let sample = Sample::new();
    let pair = |a: u32, b: u32, value: f64, kind| Interaction {
        a: AgentId(a),
        b: AgentId(b),
        value: Estimate { interval: Some((value - 0.1, value + 0.1)), ..Estimate::exact(value) },
        kind,
    };
    let known = Interactions {
        pairs: vec![
            pair(0, 1, 0.05, InteractionKind::Unsure),
            pair(0, 2, 0.25, InteractionKind::Synergy),
            pair(1, 2, -0.5, InteractionKind::Redundancy),
        ],
        absence: None,
        sample: "8 of 8 coalitions".to_owned(),
        caveats: Vec::new(),
    };
    let report = Report { pairs: Some(&known), ..sample.report() };
    let text = text(&report);
    let at = |it: &str| text.find(it).unwrap_or_else(|| panic!("{it} is not in {text}"));
    assert!(at("-0.50") < at("+0.25") && at("+0.25") < at("unsure"));
    has(&text, &["PAIRS: SHAPLEY INTERACTION INDEX", "grounds  8 of 8 coalitions"]);
    let json: serde_json::Value = serde_json::from_str(&printed(&report)).unwrap();
    assert_eq!(json["pairs"][2]["interaction"]["value"], -0.5);
    assert_eq!(json["pairs"][0]["kind"], "unsure");
}

#[test]
fn hostile_names_of_files_do_nothing() {
    let sample = Sample::new();
    let report = Report {
        log: "x\u{1b}[2J.jsonl",
        files: &|it| format!("x\u{1b}[2J.jsonl:{}", it.line),
        ..sample.report()
    };
    for format in [text, markdown, printed, csv] {
        assert!(!format(&report).contains('\u{1b}'));
    }
}
