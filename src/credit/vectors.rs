//! Every key of `tests/data/vectors.json` is read by some test: beside the methods, in `audit`, or here.

use std::collections::BTreeSet;

use super::fixture::{assert_close, list, numbers, vectors};
use crate::credit::compute;
use crate::model::Scenario;
use crate::model::draft::Draft;
use crate::stats::{population_variance, spearman, sum};

/// The tests that read a key, as a source text.
const READERS: &[&str] = &[
    include_str!("../audit/information.rs"),
    include_str!("backprop/tests.rs"),
    include_str!("coalition/structured/tests.rs"),
    include_str!("coalition/tests.rs"),
    include_str!("deviation/tests.rs"),
    include_str!("discount.rs"),
    include_str!("failure/prefix.rs"),
    include_str!("failure/spectrum.rs"),
    include_str!("interaction/tests.rs"),
    include_str!("messages.rs"),
    include_str!("pass.rs"),
    include_str!("replay/tests.rs"),
    include_str!("sampling/tests.rs"),
    include_str!("semivalue.rs"),
    include_str!("split.rs"),
    include_str!("time/tests.rs"),
    include_str!("vectors.rs"),
];

/// Keys that describe a vector and are not expected values.
const WORDS: &[&str] =
    &["about", "name", "source", "rule", "id", "agent", "fanout", "bucket_id", "n", "warn"];

fn keys(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(entries) => {
            for (key, value) in entries {
                found.insert(key.clone());
                keys(value, found);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|it| keys(it, found)),
        _ => {}
    }
}

#[test]
fn every_key_is_read() {
    let mut found = BTreeSet::new();
    keys(&vectors(), &mut found);
    let read = |key: &str| READERS.iter().any(|it| it.contains(&format!("\"{key}\"")));
    // Read by a name put together from a word and `_permanent` or `_nonpermanent`.
    let joined = |key: &str| key.ends_with("permanent") && READERS.iter().any(|it| it.contains("_{kind}"));
    let unread: Vec<&String> =
        found.iter().filter(|it| !WORDS.contains(&it.as_str()) && !read(it) && !joined(it)).collect();
    assert!(unread.is_empty(), "{unread:?}");
}

#[test]
fn removal_explains_the_bonus_for_helping() {
    // The thinker is rewarded with R + lambda for turning a failure of the solver alone into success, and
    // R - lambda for the reverse. With rewards of -1 and 1 that bonus is half its removal credit.
    let vector = &vectors()["replay"]["removal_bonus"];
    let rewards = &vector["rewards_pm1"];
    let lambda = vector["lambda"].as_f64().expect("lambda");
    let (joint, solo) = (list(&rewards["joint"]), list(&rewards["solo"]));
    let removal = |joint: f64, solo: f64| {
        let episode =
            Draft::team(&["thinker", "solver"]).coalitions(&[f64::NAN, f64::NAN, solo, joint]).episode();
        numbers(&compute(&episode, &Scenario::of_method("removal")).expect("logged"))[0]
    };
    let bonus: Vec<f64> = joint.iter().zip(&solo).map(|(joint, solo)| removal(*joint, *solo) / 2.0).collect();
    assert_close(&bonus, &list(&vector["event_bonus"]));
    let thinker: Vec<f64> = joint.iter().zip(&bonus).map(|(r, bonus)| r + lambda * bonus).collect();
    assert_close(&thinker, &list(&vector["thinker_reward"]));
    assert_close(&joint, &list(&vector["solver_reward"]));
}

/// Returns per bucket and candidate.
fn returns() -> Vec<Vec<Vec<f64>>> {
    let vectors = vectors();
    let buckets = vectors["diagnostics"]["buckets"].as_array().expect("buckets");
    let candidates = |bucket: &serde_json::Value| {
        bucket["returns"].as_array().expect("returns").iter().map(list).collect()
    };
    buckets.iter().map(candidates).collect()
}

/// Credit of every candidate by its replays `from..to`.
fn credits(bucket: &[Vec<f64>], method: &str, take: &dyn Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    let mean = |it: &Vec<f64>| {
        let taken = take(it);
        (sum(taken.iter().copied()) / taken.len() as f64, taken.len() as u32)
    };
    let candidates: Vec<(f64, u32)> = bucket.iter().map(mean).collect();
    let one = |real| {
        let episode = Draft::of(1).acts(&[0]).replay(0, real, &candidates).episode();
        numbers(&compute(&episode, &Scenario::of_method(method)).expect("candidates"))[0]
    };
    (0..bucket.len()).map(one).collect()
}

#[test]
fn vectors_of_variance_and_fidelity() {
    let vectors = vectors();
    let diagnostics = &vectors["diagnostics"];
    let all: &dyn Fn(&[f64]) -> Vec<f64> = &|it: &[f64]| it.to_vec();
    for (mode, method) in [("c3_loo", "replay-loo"), ("c3_full_mean", "replay-mean")] {
        let want = &diagnostics["by_mode"][mode];
        let number = |name: &str| want[name].as_f64().expect("a number");
        let credit: Vec<Vec<f64>> = returns().iter().map(|it| credits(it, method, all)).collect();
        let variances: Vec<f64> = credit.iter().filter_map(|it| population_variance(it)).collect();
        assert_close(&variances, &list(&want["credit_var_per_bucket"]));
        assert_close(&[sum(variances) / 3.0], &[number("credit_var_mean")]);
        // Delta = Rbar - mean of all, which is what the full mean computes.
        let delta: Vec<Vec<f64>> = returns().iter().map(|it| credits(it, "replay-mean", all)).collect();
        let fidelity = spearman(&credit.concat(), &delta.concat(), 0.0).expect("ranks");
        let real: Vec<usize> = diagnostics["buckets"]
            .as_array()
            .expect("buckets")
            .iter()
            .map(|it| it["real_j"].as_u64().expect("j") as usize)
            .collect();
        let only_real =
            |it: &[Vec<f64>]| -> Vec<f64> { it.iter().zip(&real).map(|(it, j)| it[*j]).collect() };
        let real_only = spearman(&only_real(&credit), &only_real(&delta), 0.0).expect("ranks");
        assert_close(
            &[fidelity, real_only],
            &[number("fidelity_all_candidates"), number("fidelity_real_only")],
        );
    }
    assert!(diagnostics["split_half_rule"].is_string());
    let first: &dyn Fn(&[f64]) -> Vec<f64> = &|it: &[f64]| it[..it.len() / 2].to_vec();
    let second: &dyn Fn(&[f64]) -> Vec<f64> = &|it: &[f64]| it[it.len() / 2..].to_vec();
    let credit: Vec<f64> = returns().iter().flat_map(|it| credits(it, "replay-loo", first)).collect();
    let delta: Vec<f64> = returns().iter().flat_map(|it| credits(it, "replay-mean", second)).collect();
    let want = diagnostics["split_half_fidelity_all_candidates"].as_f64().expect("a number");
    assert_close(&[spearman(&credit, &delta, 0.0).expect("ranks")], &[want]);
    let ties = &diagnostics["spearman_ties"];
    let want = ties["rho"].as_f64().expect("a number");
    assert_close(&[spearman(&list(&ties["a"]), &list(&ties["b"]), 0.0).expect("ranks")], &[want]);
}
