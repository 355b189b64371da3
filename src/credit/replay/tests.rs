//! Replay groups against expected values.

use proptest::prelude::*;

use crate::credit::fixture::{Draft, assert_close, vectors};
use crate::credit::{Target, compute, explain};
use crate::model::{ActId, AgentId, Attribution, Episode, Provenance, Sample, Scenario, Substitute, Value};

fn scenario(method: &str, baseline: &str) -> Scenario {
    Scenario { baseline: Some(baseline.to_owned()), ..Scenario::of_method(method) }
}

fn credit(episode: &Episode, method: &str, baseline: &str) -> Attribution {
    compute(episode, &scenario(method, baseline)).unwrap_or_else(|it| panic!("{method}/{baseline}: {it:?}"))
}

/// Credit of every candidate in turn, each as what really happened.
fn each(candidates: &[(f64, u32)], method: &str, baseline: &str) -> Vec<f64> {
    let one = |real| {
        let episode = Draft::of(1).acts(&[0]).replay(0, real, candidates).episode();
        credit(&episode, method, baseline).act(ActId(0)).expect("a number").value
    };
    (0..candidates.len()).map(one).collect()
}

fn list(value: &serde_json::Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|it| it.as_f64().expect("a number")).collect()
}

#[test]
fn vectors_of_replay_groups() {
    let vectors = &vectors()["replay"];
    let figure = &vectors["paper_figure_1"];
    let candidates: Vec<(f64, u32)> = list(&figure["barR"]).into_iter().map(|it| (it, 3)).collect();
    assert_close(&each(&candidates, "replay-loo", "equal"), &list(&figure["loo"]));
    assert_close(&each(&candidates, "replay-mean", "equal"), &list(&figure["full_mean"]));
    // Equal counts weigh nothing.
    assert_close(&each(&candidates, "replay-loo", "replays"), &list(&figure["loo"]));
    let weighted = &vectors["weighted"];
    let counts = list(&weighted["counts"]).into_iter().map(|it| it as u32);
    let candidates: Vec<(f64, u32)> = list(&weighted["barR"]).into_iter().zip(counts).collect();
    assert_close(&each(&candidates, "replay-loo", "replays"), &list(&weighted["loo_weighted"]));
    assert_close(&each(&candidates, "replay-mean", "replays"), &list(&weighted["full_mean_weighted"]));
    let magrpo = &vectors["magrpo"];
    let candidates: Vec<(f64, u32)> = list(&magrpo["rewards"]).into_iter().map(|it| (it, 1)).collect();
    assert_close(&each(&candidates, "replay-mean", "equal"), &list(&magrpo["mean"]));
    assert_close(&each(&candidates, "replay-loo", "equal"), &list(&magrpo["loo"]));
}

#[test]
fn vectors_of_the_standard_error() {
    let vector = &vectors()["replay"]["standard_error"];
    let (means, errors) = (list(&vector["barR"]), list(&vector["se_barR"]));
    let candidates: Vec<(f64, u32)> = means.iter().map(|it| (*it, 4)).collect();
    for (real, want) in list(&vector["se_A"]).into_iter().enumerate() {
        let draft = Draft::of(1).acts(&[0]).replay(0, real, &candidates).last_replay(|group| {
            for (candidate, error) in group.candidates.iter_mut().zip(&errors) {
                candidate.returns.std = Some(error * 2.0);
            }
        });
        let got = credit(&draft.episode(), "replay-loo", "equal");
        assert_close(&[got.act(ActId(0)).and_then(|it| it.standard_error).expect("known")], &[want]);
    }
}

#[test]
fn one_candidate_is_undefined() {
    let episode =
        Draft::of(2).acts(&[0, 1]).replay(0, 0, &[(0.5, 4)]).replay(1, 0, &[(1.0, 4), (0.0, 4)]).episode();
    let got = credit(&episode, "replay-loo", "equal");
    assert!(matches!(&got.agents[0].value, Value::Undefined(why) if why.contains("one candidate")));
    assert_close(&[got.agent(AgentId(1)).expect("a number").value], &[1.0]);
    let alone = Draft::of(1).acts(&[0]).replay(0, 0, &[(0.5, 4)]).episode();
    assert!(compute(&alone, &scenario("replay-loo", "equal")).is_err());
}

#[test]
fn extras_and_unknown_returns_take_no_part() {
    let draft = Draft::of(1).acts(&[0]).replay(0, 0, &[(1.0, 4), (0.0, 4), (9.0, 4), (5.0, 4)]);
    let draft = draft.last_replay(|group| {
        group.candidates[2].extra = true;
        group.candidates[3].returns = Sample::default();
    });
    let got = credit(&draft.episode(), "replay-loo", "equal");
    assert_close(&[got.agent(AgentId(0)).expect("a number").value], &[1.0]);
    assert_eq!(got.provenance, Provenance::Replayed);
}

#[test]
fn what_is_missing_is_named() {
    let refused = |draft: Draft, baseline: &str| {
        compute(&draft.episode(), &scenario("replay-loo", baseline)).expect_err("missing").missing
    };
    let group = || Draft::of(1).acts(&[0]).replay(0, 0, &[(1.0, 4), (0.0, 4)]);
    assert_eq!(
        refused(group().last_replay(|it| it.candidates[0].real = false), "equal"),
        "replay group 'g0' does not mark which candidate really happened"
    );
    assert_eq!(
        refused(group().last_replay(|it| it.candidates[1].returns.n = None), "replays"),
        "candidate 1 of replay group 'g0' does not say how often it was replayed"
    );
    assert_eq!(
        refused(Draft::of(1).acts(&[0]), "equal"),
        "no replay group is logged (`counterfactual` of kind `replay`)"
    );
}

#[test]
fn sums_over_acts_and_says_what_it_leaves_out() {
    let pair = [(1.0, 4), (0.0, 4)];
    let episode = Draft::team(&["planner"])
        .acts(&[0, 0, 0])
        .replay(0, 0, &pair)
        .replay(1, 1, &[(0.5, 4), (0.0, 4)])
        .replay(0, 0, &[(0.5, 4), (0.0, 4)])
        .episode();
    let got = credit(&episode, "replay-loo", "equal");
    // Act 0 has two groups: (1 + 0.5) / 2; act 1: 0 - 0.5.
    assert_close(&[got.agent(AgentId(0)).expect("a number").value], &[0.75 - 0.5]);
    let want = "only replayed acts are credited (planner: 2 of 3 acts)";
    assert!(got.caveats.iter().any(|it| it.text == want), "{:?}", got.caveats);
    let told = explain(&episode, &scenario("replay-loo", "equal"), Target::Act(ActId(1))).expect("covered");
    assert_eq!(told.substituted, "t1 (planner) = -1 x 0.5 + 0 = -0.5".replace("-1 x 0.5", "- 0.5"));
}

#[test]
fn a_substitute_is_another_candidate() {
    let episode = Draft::of(1).acts(&[0]).replay(0, 0, &[(1.0, 4), (0.0, 4)]).episode();
    let with = |substitute| Scenario {
        substitutes: [(ActId(0), substitute)].into(),
        ..scenario("replay-loo", "equal")
    };
    let got = compute(&episode, &with(Substitute::Alternative("c1".to_owned()))).expect("a candidate");
    assert_close(&[got.agent(AgentId(0)).expect("a number").value], &[-1.0]);
    assert!(compute(&episode, &with(Substitute::Alternative("x".to_owned()))).is_err());
    assert!(compute(&episode, &with(Substitute::Default)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn identities(candidates in proptest::collection::vec((-5.0..5.0f64, 1u32..9), 2..7), shift in -5.0..5.0f64) {
        let loo = each(&candidates, "replay-loo", "equal");
        prop_assert!(loo.iter().sum::<f64>().abs() < 1e-9, "equal weights sum to 0");
        let (loo, mean) = (each(&candidates, "replay-loo", "replays"), each(&candidates, "replay-mean", "replays"));
        let all: f64 = candidates.iter().map(|it| f64::from(it.1)).sum();
        let mut balance = 0.0;
        for (at, (_, m)) in candidates.iter().enumerate() {
            let m = f64::from(*m);
            prop_assert!((loo[at] - all / (all - m) * mean[at]).abs() < 1e-9);
            balance += m * (all - m) * loo[at];
        }
        prop_assert!(balance.abs() < 1e-7, "{balance}");
        let shifted: Vec<(f64, u32)> = candidates.iter().map(|it| (it.0 + shift, it.1)).collect();
        for (before, after) in loo.iter().zip(each(&shifted, "replay-loo", "replays")) {
            prop_assert!((before - after).abs() < 1e-9);
        }
    }
}
