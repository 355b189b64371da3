//! The program as a user calls it.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

/// Runs `creditscope` with these arguments.
pub fn creditscope<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_creditscope")).args(arguments).output().unwrap()
}

/// The JSON that `creditscope ARGUMENTS --format json` prints; it must succeed.
pub fn json(arguments: &[&str]) -> Value {
    let output = creditscope(&[arguments, &["--format", "json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A file below `sample-logs`.
pub fn sample(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-logs").join(name);
    path.display().to_string()
}

/// Asserts that a JSON number is `want` to 1e-12.
#[track_caller]
pub fn close(got: &Value, want: f64, what: &str) {
    let got = got.as_f64().unwrap_or_else(|| panic!("{what}: {got} is no number"));
    assert!((got - want).abs() < 1e-12, "{what}: {got} is not {want}");
}

#[test]
fn rules_set_the_exit_code() {
    let log = sample("forage-saboteur.jsonl");
    let check = |rule: &str, code: i32| {
        let output = creditscope(&["audit", &log, "--fail", rule]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{rule}: {stderr}");
        assert_eq!(stderr.contains("FAIL"), code == 2, "{rule}: {stderr}");
    };
    check("residual > 0.05", 0);
    check("worst_recomputed > 0.001", 0);
    check("worst_recomputed > 1e-7", 2);
    check("fidelity < 0.99", 2);
    check("influence > 3", 0);
    check("variance > 0.001", 2);
    check("findings > 0", 0);
    check("share(porter) > 0.1", 1);
    // Coalitions alone have no replays: no fidelity, so a rule about it can never hold, which is no pass.
    let log = sample("truth-or.jsonl");
    for rule in ["fidelity < 0.99", "influence >= 0"] {
        let output = creditscope(&["audit", &log, "--fail", rule]);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("can never hold"), "{output:?}");
    }
}

#[test]
fn text_says_what_the_json_says() {
    let log = sample("forage-saboteur.jsonl");
    let json = json(&["audit", &log]);
    let text = creditscope(&["audit", &log]).stdout;
    let text = String::from_utf8(text).unwrap();
    let influence = json["replays"][0]["influence"]["value"]["value"].as_f64().unwrap();
    assert!(text.contains(&format!("+{influence:.3} [")), "{text}");
    assert!(text.contains("REPLAY GROUPS OF porter") && text.contains("ALL REPLAY GROUPS"), "{text}");
    assert!(text.contains("recomputed as shapley: largest difference 4.2e-7"), "{text}");
    assert_eq!(json["findings"], serde_json::json!([]));
    // The same log and seed give the same bytes.
    assert_eq!(creditscope(&["audit", &log]).stdout, text.as_bytes());
}

#[test]
fn replay_hygiene_is_told() {
    let log = sample("broken/mixed-policies.jsonl");
    let json = json(&["audit", &log]);
    assert_eq!(json["findings"][0]["rule"], "mixed-policies");
    let code = creditscope(&["audit", &log, "--fail", "findings > 0"]).status.code();
    assert_eq!(code, Some(2));
}

#[test]
fn a_residual_is_told() {
    let log = sample("broken/credit-residual.jsonl");
    let json = json(&["audit", &log]);
    assert!(json["worst_residual"].as_f64().unwrap() > 0.0, "{json}");
    assert_eq!(creditscope(&["audit", &log, "--fail", "residual > 1e-6"]).status.code(), Some(2));
}

#[test]
fn one_episode_alone() {
    let log = sample("dev-team.jsonl");
    let json = json(&["audit", &log, "--episode", "merge-repaired"]);
    assert_eq!((&json["episodes"], json["declared"].as_array().unwrap().len()), (&1.into(), 2));
    let output = creditscope(&["audit", &log, "--episode", "no-such"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no episode 'no-such'"));
}
