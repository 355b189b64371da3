//! Games whose true credit is known: each method is as right or wrong as `sample-logs/README.md` says.

use serde_json::Value;

use super::cli::{close, creditscope, json, sample};

const GAMES: [&str; 7] = ["or", "xor", "and", "lazy", "saboteur", "redundancy", "delayed"];

const THIRD: f64 = 1.0 / 3.0;

/// Asserts the credit of every agent of `truth-GAME` under `method`, which may end with a slash and its
/// baseline.
#[track_caller]
fn check(game: &str, method: &str, want: &[(&str, f64)]) {
    let log = sample(&format!("truth-{game}.jsonl"));
    let (name, baseline) = method.split_once('/').map_or((method, None), |(name, it)| (name, Some(it)));
    let mut arguments = vec!["report", &log, "--method", name];
    arguments.extend(baseline.iter().flat_map(|it| ["--baseline", it]));
    let report = json(&arguments);
    let agents = report["credit"]["agents"].as_array().unwrap();
    assert_eq!(agents.len(), want.len(), "{game} {method}");
    for (got, (agent, want)) in agents.iter().zip(want) {
        assert_eq!(got["agent"], *agent, "{game} {method}");
        close(&got["value"], *want, &format!("{game} {method} {agent}"));
    }
}

#[track_caller]
fn named(game: &str, want: &[&str]) {
    let report = json(&["report", &sample(&format!("truth-{game}.jsonl"))]);
    let named: Vec<&str> =
        report["verdict"]["agents"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    assert_eq!(named, want, "{game}: {}", report["verdict"]["sentence"]);
}

#[test]
fn nothing_is_wrong_with_these_logs() {
    for game in GAMES {
        let log = sample(&format!("truth-{game}.jsonl"));
        let found = json(&["check", &log]);
        assert_eq!(found["findings"], Value::Array(Vec::new()), "{game}");
        let audit = json(&["audit", &log]);
        assert_eq!(audit["declared"].as_array().unwrap().len(), 2, "{game}");
        for key in ["worst_residual", "worst_recomputed"] {
            assert!(audit[key].as_f64().unwrap() < 1e-12, "{game} {key}: {}", audit[key]);
        }
        let rule = creditscope(&["audit", &log, "--fail", "residual > 1e-9", "--fail", "findings > 0"]);
        assert_eq!(rule.status.code(), Some(0), "{game}");
    }
}

#[test]
fn or_removal_credits_nobody() {
    let all = |value: f64| [("north", value), ("east", value), ("south", value)];
    check("or", "shapley", &all(THIRD));
    // Without any one of them the others still report.
    check("or", "removal", &all(0.0));
    check("or", "difference/null", &all(0.0));
    check("or", "difference/policy", &all(0.0));
    check("or", "first-in", &all(1.0));
    // Pivotal in one of four coalitions of the others.
    check("or", "banzhaf", &all(0.25));
}

#[test]
fn xor_removal_blames_both_in_full() {
    let both = |value: f64| [("left", value), ("right", value)];
    check("xor", "shapley", &both(0.0));
    check("xor", "removal", &both(-1.0));
    check("xor", "first-in", &both(1.0));
    check("xor", "difference/null", &both(-1.0));
    check("xor", "difference/policy", &both(-0.5));
}

#[test]
fn and_removal_credits_everybody_with_all() {
    let all = |value: f64| [("first", value), ("second", value), ("third", value)];
    check("and", "shapley", &all(THIRD));
    check("and", "removal", &all(1.0));
    check("and", "difference/null", &all(1.0));
    check("and", "first-in", &all(0.0));
    check("and", "banzhaf", &all(0.25));
    // By the order of the acts alone the last one gets half: 1/2, then half of each half that is passed on.
    check("and", "backprop", &[("first", 0.125), ("second", 0.375), ("third", 0.5)]);
}

#[test]
fn a_lazy_agent_earns_by_talking_only() {
    let truth = [("worker", 0.625), ("helper", 0.375), ("idler", 0.0)];
    for method in ["shapley", "removal", "banzhaf", "first-in", "difference/null"] {
        check("lazy", method, &truth);
    }
    check("lazy", "activity/messages", &[("worker", 0.0), ("helper", 0.0), ("idler", 1.0)]);
    check("lazy", "uniform", &[("worker", THIRD), ("helper", THIRD), ("idler", THIRD)]);
    check("lazy", "backprop", &[("worker", 0.156_25), ("helper", 0.5), ("idler", 0.343_75)]);
    named("lazy", &["worker"]);
}

#[test]
fn a_saboteur_is_found_by_counterfactuals_only() {
    let truth = [("worker", 0.625), ("helper", 0.375), ("saboteur", -0.5)];
    for method in ["shapley", "removal", "banzhaf", "first-in", "difference/null"] {
        check("saboteur", method, &truth);
    }
    check("saboteur", "activity/actions", &[("worker", 0.125), ("helper", 0.125), ("saboteur", 0.25)]);
    check("saboteur", "backprop", &[("worker", 0.031_25), ("helper", 0.093_75), ("saboteur", 0.375)]);
    named("saboteur", &["saboteur"]);
    let report = json(&["report", &sample("truth-saboteur.jsonl")]);
    assert_eq!(report["verdict"]["act"], "saboteur-check");
}

#[test]
fn of_two_copies_neither_is_missed() {
    let of = |copies: f64, writer: f64| [("copy-1", copies), ("copy-2", copies), ("writer", writer)];
    // The writer completes the team in 4 of 6 orders, all but those it comes first in; a copy in the one
    // order writer, this copy, the other.
    check("redundancy", "shapley", &of(1.0 / 6.0, 2.0 / 3.0));
    check("redundancy", "removal", &of(0.0, 1.0));
    check("redundancy", "difference/null", &of(0.0, 1.0));
    check("redundancy", "first-in", &of(0.0, 0.0));
    check("redundancy", "banzhaf", &of(0.25, 0.75));
}

#[test]
fn what_came_early_is_not_seen_by_time() {
    let truth = [("scout", 1.0), ("carrier", 0.0)];
    for method in ["shapley", "removal", "difference/null", "replay-loo"] {
        check("delayed", method, &truth);
    }
    // Three boxes, one of them right: 1 - 1/3.
    check("delayed", "difference/policy", &[("scout", 2.0 / 3.0), ("carrier", 0.0)]);
    check("delayed", "replay-mean", &[("scout", 2.0 / 3.0), ("carrier", 0.0)]);
    // A chain: the last walk keeps 1/2, the one before 1/4, ... the first 1/32; 1/32 is left for the scout's
    // message and its pick.
    check("delayed", "backprop", &[("scout", 1.0 / 32.0), ("carrier", 31.0 / 32.0)]);
    let report = json(&["report", &sample("truth-delayed.jsonl"), "--method", "discount"]);
    let carrier = report["credit"]["agents"][1]["value"].as_f64().unwrap();
    assert!(carrier > 0.9, "the carrier, which did nothing that mattered, gets {carrier}");
    named("delayed", &["scout"]);
}
