//! C3's replay buckets, and the numbers its own code computes from them.

use std::{fs, path::PathBuf};

use serde_json::Value;

use super::cli::{close, creditscope, json};

/// What the reference implementation wrote, where it is found.
fn oracle() -> Option<PathBuf> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/logs/c3_generated");
    folder.is_dir().then_some(folder)
}

fn read(path: &std::path::Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_mode_of_the_reference() {
    let Some(folder) = oracle() else { return };
    for (role, agent) in [("actor", "Actor"), ("reasoner", "Reasoner")] {
        let log = folder.join(format!("buckets_toy.{role}.jsonl"));
        let audit = json(&["audit", log.to_str().unwrap(), "--c3-compat"]);
        let section = &audit["replays"][0];
        assert_eq!((&section["agent"], audit["replays"].as_array().unwrap().len()), (&agent.into(), 1));
        for (at, mode) in ["c3_loo", "c3_full_mean", "magrpo_mean", "magrpo_rloo"].iter().enumerate() {
            let suffix = if *mode == "c3_loo" { String::new() } else { format!(".{mode}") };
            let want = read(&folder.join(format!("credit_toy.{role}{suffix}.json")));
            let got = &section["c3"]["credit"][at];
            let what = format!("{role} {mode}");
            assert_eq!((&got["mode"], &want["mode"]), (&Value::from(*mode), &Value::from(*mode)));
            for key in ["spearman_all_candidates", "spearman_real_only"] {
                close(
                    &got["fidelity"][key],
                    want["fidelity"][key].as_f64().unwrap(),
                    &format!("{what} {key}"),
                );
            }
            for key in ["n_all_candidates", "n_real_only", "estimate_v_by_extra_samples"] {
                assert_eq!(got["fidelity"][key], want["fidelity"][key], "{what} {key}");
            }
            for key in ["mean", "std", "stderr"] {
                close(&got["var"][key], want["var"][key].as_f64().unwrap(), &format!("{what} {key}"));
            }
            assert_eq!(got["var"]["n_buckets"], want["var"]["n_buckets"], "{what}");
            let details = fs::read_to_string(folder.join(format!("credit_details_toy.{role}{suffix}.jsonl")));
            check_details(&got["details"], &details.unwrap(), &what);
        }
    }
}

fn check_details(got: &Value, want: &str, what: &str) {
    let got = got.as_array().unwrap();
    assert_eq!(got.len(), want.lines().count(), "{what}");
    for (got, want) in got.iter().zip(want.lines()) {
        let want: Value = serde_json::from_str(want).unwrap();
        for key in ["bucket_id", "candidate_j", "is_real_j"] {
            assert_eq!(got[key], want[key], "{what} {key}");
        }
        for key in ["returns_count", "barR", "baseline_loo", "deltaR_loo", "A_hat", "V_hat", "deltaR_vhat"] {
            close(&got[key], want[key].as_f64().unwrap(), &format!("{what} {key}"));
        }
    }
}

#[test]
fn influence_of_the_reference() {
    let Some(folder) = oracle() else { return };
    let log = folder.join("buckets_toy.reasoner.jsonl");
    let audit = json(&["audit", log.to_str().unwrap(), "--c3-compat"]);
    let got = &audit["replays"][0]["c3"]["mi"];
    let want = &read(&folder.join("influence_toy.reasoner.json"))["mi"];
    for key in ["mean", "std", "stderr"] {
        close(&got[key], want[key].as_f64().unwrap(), key);
    }
    for key in ["n_buckets", "vocab", "vocab_size", "units"] {
        assert_eq!(got[key], want[key], "{key}");
    }
    // The honest form: nearly all next texts differ, so chance alone gives as much.
    let null = &audit["replays"][0]["influence"]["null"];
    assert!(null["p"].as_f64().unwrap() > 0.05, "{null}");
}

#[test]
fn buckets_open_with_their_replay_credit() {
    let Some(folder) = oracle() else { return };
    for (role, agent, credit) in
        [("actor", "Actor", -1.0 / 7.0), ("reasoner", "Reasoner", 0.464_285_714_285_714_3)]
    {
        let log = folder.join(format!("buckets_toy.{role}.jsonl"));
        let report = json(&["report", log.to_str().unwrap(), "--method", "replay-loo"]);
        close(&report["verdict"]["credit"]["value"], credit, role);
        // Also without asking for it: whatever method is best supported rests on the replays.
        let report = json(&["report", log.to_str().unwrap()]);
        assert_eq!(report["credit"]["provenance"], "replayed", "{role}");
        assert_eq!(report["verdict"]["agents"], serde_json::json!([agent]), "{role}");
    }
}

/// A bucket of two candidates and one drawn anew, written after the format's description.
fn bucket(id: &str, returns: [&str; 3], next: [&str; 2]) -> String {
    format!(
        "{{\"bucket_id\":\"{id}\",\"candidates\":[\
         {{\"action_text\":\"a\",\"j\":0,\"next_actions\":[{}],\"returns\":{}}},\
         {{\"action_text\":\"b\",\"j\":1,\"next_actions\":[{}],\"returns\":{}}},\
         {{\"action_text\":\"c\",\"j\":2,\"next_actions\":[],\"returns\":{}}}],\
         \"ctx_hash\":9200722560867875417,\"meta\":{{\"credit_n\":2,\"real_j\":0,\"v_extra_start\":2,\
         \"v_extra_n\":1}},\"question_id\":\"{id}\",\"restart\":{{\"question\":\"?\",\"role_outputs_prefix\":{{}},\
         \"roles_topo\":[\"Planner\",\"Coder\"]}},\"target_role\":\"Planner\"}}\n",
        next[0], returns[0], next[1], returns[1], returns[2]
    )
}

#[test]
fn numbers_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("buckets.jsonl");
    // Means 1 and 0.25, V 0.5; means 0.5 and 0.75, V 0. The long texts differ only after their 200th
    // character.
    let long = |end: &str| format!("\"{}{end}\"", "x".repeat(300));
    let log = bucket("one", ["[1,1]", "[0,0.5]", "[0.5]"], [&long("y"), &long("z")])
        + &bucket("two", ["[0.5]", "[0.75]", "[0,0]"], ["", ""]);
    fs::write(&path, log).unwrap();
    let audit = json(&["audit", path.to_str().unwrap(), "--c3-compat"]);
    let section = &audit["replays"][0];
    let c3 = &section["c3"]["credit"];

    // Leave-one-out of two: 0.75, -0.75 and -0.25, 0.25. Their variances 0.5625 and 0.0625: mean 0.3125.
    close(&c3[0]["var"]["mean"], 0.3125, "variance");
    let credits: Vec<f64> =
        c3[0]["details"].as_array().unwrap().iter().map(|it| it["A_hat"].as_f64().unwrap()).collect();
    assert_eq!(credits, [0.75, -0.75, -0.25, 0.25]);
    // Against V of the extra candidates the differences are 0.5, -0.25, 0.5, 0.75. Ranks of credit are 4 1 2
    // 3, of the differences 2.5 1 2.5 4: products about 2.5 are 0 + 2.25 + 0 + 0.75, squares 5 and 4.5.
    close(&c3[0]["fidelity"]["spearman_all_candidates"], 3.0 / (5.0f64 * 4.5).sqrt(), "fidelity");
    // What really happened: credits 0.75 and -0.25, differences equal: no order, which counts as 0 there.
    close(&c3[0]["fidelity"]["spearman_real_only"], 0.0, "real only");
    // Only the first bucket has halves: credit 1, -1 against 0.5, 0 (minus V of the extra candidate).
    let honest = &section["credits"][0]["fidelity"];
    close(&honest["all_candidates"]["value"], 1.0, "split-half");
    assert_eq!((&honest["groups"], &honest["without"]), (&1.into(), &1.into()));
    assert_eq!(honest["real_only"]["state"], "undefined");
    // Influence: one text each, both known; V = 2 + 1, whole = 1.03, marginal (1.01 + 0.01)/2/1.03. The
    // second bucket has no texts: 0 there, left out here.
    let information = (1.01 * (1.01f64 / 0.51).ln() + 0.01 * (0.01f64 / 0.51).ln()) / 1.03;
    close(&section["c3"]["mi"]["mean"], information / 2.0, "influence");
    close(&section["influence"]["value"]["value"], information, "influence without groups that have none");
    assert_eq!(section["influence"]["distinct"], 2);
}

#[test]
fn a_line_that_is_no_bucket_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("buckets.jsonl");
    fs::write(&path, bucket("one", ["[1]", "[0]", "[1]"], ["", ""]) + "{\"bucket_id\": \n").unwrap();
    let audit = json(&["audit", path.to_str().unwrap()]);
    assert_eq!((&audit["bad_lines"], &audit["episodes"]), (&1.into(), &1.into()));
    let output = creditscope(&["audit", path.to_str().unwrap(), "--max-bad", "0"]);
    assert_eq!(output.status.code(), Some(3));
    let check = creditscope(&["check", path.to_str().unwrap()]);
    let check = String::from_utf8(check.stdout).unwrap();
    assert!(check.contains("buckets.jsonl:2: error bad-json"), "{check}");
}
