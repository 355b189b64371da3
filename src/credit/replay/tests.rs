//! Replay groups against expected values.

use proptest::prelude::*;

use crate::credit::fixture::{assert_close, list, vectors};
use crate::credit::{Target, compute, explain};
use crate::model::draft::Draft;
use crate::model::{
    ActId, AgentId, Attribution, BrokenOff, Episode, Provenance, Sample, Scenario, Status, Substitute, Value,
};

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
fn conventions_of_the_grpo_family() {
    // Returns 0, 1, 0, 0: 0 - 0.25, over the sample's spread 0.5 or the population's sqrt(0.1875).
    let returns = [(0.0, 1), (1.0, 1), (0.0, 1), (0.0, 1)];
    let first = |method, baseline| each(&returns, method, baseline)[0];
    assert_close(&[first("replay-normalised", "trl")], &[-0.25 / 0.5001]);
    assert_close(&[first("replay-normalised", "verl")], &[-0.25 / 0.500_001]);
    assert_close(&[first("replay-normalised", "openrlhf")], &[-0.25 / 0.500_000_001]);
    assert_close(&[first("replay-normalised", "whitened")], &[-0.25 / (0.1875f64.sqrt() + 1e-9)]);
    // Of leave-one-out numbers, which are 4/3 as far apart: -1/3 over sqrt(1/3 + 1e-8).
    let population = -1.0 / 3.0 / (1.0 / 3.0 + 1e-8f64).sqrt();
    assert_close(&[first("replay-normalised", "population")], &[population]);
    // One alone: verl keeps its return, for the others there is nothing to compare with.
    assert_close(&each(&[(2.0, 1)], "replay-normalised", "verl"), &[2.0 / 1.000_001]);
    let alone = Draft::of(1).acts(&[0]).replay(0, 0, &[(2.0, 1)]).episode();
    assert!(compute(&alone, &scenario("replay-normalised", "trl")).is_err());
    assert_eq!(credit(&alone, "replay-normalised", "verl").title, "normalised replays (verl)");
}

/// What happened in the first of three groups of two roles, under options.
fn optional(method: &str, options: &[&str]) -> (f64, Vec<crate::model::Term>) {
    let episode = Draft::of(2)
        .acts(&[0, 0, 1])
        .replay(0, 1, &[(1.0, 2), (0.25, 4), (0.0, 6)])
        .replay(1, 0, &[(0.5, 4), (-1.0, 2)])
        .replay(2, 0, &[(9.0, 4), (8.0, 2)])
        .with(|it| {
            for (at, candidate) in it.replays.iter_mut().flat_map(|it| &mut it.candidates).enumerate() {
                candidate.q = Some(0.1 * (at * at) as f64);
            }
        })
        .episode();
    let params = options.iter().map(|it| ((*it).to_owned(), 1.0.into())).collect();
    let scenario = Scenario { params, ..Scenario::of_method(method) };
    let got = compute(&episode, &scenario).expect("candidates");
    let told = explain(&episode, &scenario, Target::Act(ActId(0))).expect("covered");
    (got.act(ActId(0)).expect("a number").value, told.terms)
}

#[test]
fn options_combine() {
    let value = |method: &str, options: &[&str]| optional(method, options).0;
    // Each method that has a name of its own is another with an option.
    assert_close(&[value("replay-loo", &["normalise"])], &[value("replay-normalised", &[])]);
    assert_close(&[value("replay-loo", &["pooled"])], &[value("replay-pooled", &[])]);
    assert_close(&[value("replay-mean", &["pooled"])], &[value("replay-pooled", &["mean"])]);
    assert_close(
        &[value("replay-mean", &["normalise", "pooled"])],
        &[value("replay-pooled", &["mean", "normalise"])],
    );
    // Pooled are the two groups of the agent: 0.25 - (1 + 0 + 0.5 - 1) / 4.
    assert_close(&[value("replay-loo", &["pooled"])], &[0.125]);
    // q is 0, 0.1, 0.4 with 2, 4, 6 replays: 0.1 - (0 x 2 + 0.4 x 6) / 8.
    assert_close(&[value("replay-value", &["by-replays"])], &[-0.2]);
    // The same evenly, 0.1 - 0.2; of all three -0.25, -0.1 and 0.35, whose population variance is 0.195/3.
    assert_close(&[value("replay-value", &["normalise"])], &[-0.1 / (0.195f64 / 3.0 + 1e-8).sqrt()]);
    for method in ["replay-loo", "replay-mean", "replay-assisted", "replay-value"] {
        for options in [&["normalise"][..], &["pooled"], &["normalise", "pooled"]] {
            let (value, terms) = optional(method, options);
            let total: f64 = terms.iter().map(|it| it.weight * it.value.expect("known")).sum();
            assert!((total - value).abs() < 1e-12, "{method} {options:?}: {total} {value}");
        }
    }
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

/// What happened returns 0, another candidate 1, and two that broke off 0.
fn broken_off(statuses: [Status; 2]) -> Episode {
    Draft::of(1)
        .acts(&[0])
        .replay(0, 0, &[(0.0, 1), (1.0, 1), (0.0, 1), (0.0, 1)])
        .last_replay(|group| {
            let broken = group.candidates.split_off(2).into_iter().zip(statuses);
            group.left_out = broken.map(|(candidate, status)| BrokenOff { status, candidate }).collect();
        })
        .episode()
}

#[test]
fn candidates_that_broke_off_are_left_out_and_counted() {
    // 0 - 1 = -1; with the two as 0 it is 0 - (1 + 0 + 0) / 3 = -0.33.
    let got = credit(&broken_off([Status::Aborted, Status::Aborted]), "replay-loo", "equal");
    assert_close(&[got.act(ActId(0)).expect("a number").value], &[-1.0]);
    let said = |it: &Attribution| it.caveats.iter().map(|it| it.text.clone()).collect::<Vec<_>>();
    let expected = "2 of 4 candidates aborted, left out; as 0 they would say -0.33";
    assert!(said(&got).contains(&expected.to_owned()), "{:?}", said(&got));
    let got = credit(&broken_off([Status::Aborted, Status::Error]), "replay-loo", "equal");
    assert!(said(&got).iter().any(|it| it.starts_with("2 of 4 candidates broke off")), "{:?}", said(&got));
    // Against the mean of all: 0 - 1/2, and with them 0 - 1/4.
    let got = credit(&broken_off([Status::Error, Status::Error]), "replay-mean", "equal");
    assert_close(&[got.act(ActId(0)).expect("a number").value], &[-0.5]);
    let expected = "2 of 4 candidates ended with an error, left out; as 0 they would say -0.25";
    assert!(said(&got).contains(&expected.to_owned()), "{:?}", said(&got));
}

#[test]
fn what_is_left_when_others_broke_off_may_be_nothing() {
    let mut episode = broken_off([Status::Aborted, Status::Aborted]);
    let why = |it: &Episode| compute(it, &scenario("replay-loo", "equal")).expect_err("no credit").missing;
    episode.replays[0].candidates.pop();
    assert!(why(&episode).ends_with("nothing to compare with (2 of 3 candidates aborted, left out)"));
    episode.replays[0].candidates.clear();
    episode.replays[0].left_out[0].candidate.real = true;
    assert!(why(&episode).contains("what really happened in replay group 'g0' aborted"), "{}", why(&episode));
}

#[test]
fn of_two_marked_as_real_the_act_counts() {
    let draft = Draft::of(1).acts(&[0]).last(|it| it.label = "other".to_owned());
    let mut episode = draft.replay(0, 0, &[(0.0, 2), (1.0, 2), (4.0, 2)]).episode();
    // One that is marked is not the act.
    let why = compute(&episode, &scenario("replay-loo", "equal")).expect_err("another").missing;
    assert_eq!(why, "replay group 'g0' marks 'c0' as what really happened, and action t0 (a0) is 'other'");
    episode.replays[0].candidates[1].real = true;
    let why = compute(&episode, &scenario("replay-loo", "equal")).expect_err("which?").missing;
    assert!(why.contains("marks 2 candidates as what really happened"), "{why}");
    // 1 - (0 + 4) / 2.
    episode.replays[0].candidates[1].label = "other".to_owned();
    let got = credit(&episode, "replay-loo", "equal");
    assert_close(&[got.act(ActId(0)).expect("a number").value], &[-1.0]);
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

/// Credit of every candidate in turn, under parameters; with `q` if the critic has values.
fn each_with(returns: &[f64], q: &[f64], method: &str, params: &[(&str, f64)]) -> Vec<f64> {
    let candidates: Vec<(f64, u32)> = returns.iter().map(|it| (*it, 1)).collect();
    let params: std::collections::BTreeMap<_, _> =
        params.iter().map(|it| (it.0.to_owned(), it.1.into())).collect();
    let one = |real| {
        let draft = Draft::of(1).acts(&[0]).replay(0, real, &candidates).last_replay(|group| {
            for (candidate, q) in group.candidates.iter_mut().zip(q) {
                candidate.q = Some(*q);
            }
        });
        let scenario = Scenario { params: params.clone(), ..Scenario::of_method(method) };
        let got = compute(&draft.episode(), &scenario).unwrap_or_else(|it| panic!("{method}: {it:?}"));
        got.act(ActId(0)).expect("a number").value
    };
    (0..returns.len()).map(one).collect()
}

#[test]
fn vectors_of_nested_groups() {
    let vector = &vectors()["replay"]["tree"];
    let leaves = list(&vector["leaf_rewards_by_k_id"]);
    let (first, second) = leaves.split_at(4);
    let q0 = list(&vector["q_scores_depth0"]);
    let q1 = list(&vector["q_scores_depth1"]);
    let nodes = list(&vector["node_reward_depth0_subtree_mean"]);
    let mean = [("mean", 1.0)];
    assert_close(&each_with(&nodes, &q0, "replay-loo", &[]), &list(&vector["adv_depth0_loo"]));
    assert_close(&each_with(&nodes, &q0, "replay-mean", &[]), &list(&vector["adv_depth0_full_mean"]));
    assert_close(&each_with(&nodes, &q0, "replay-value", &[]), &list(&vector["value_only_depth0_loo"]));
    let assisted = each_with(&nodes, &q0, "replay-assisted", &[("alpha", 0.5)]);
    assert_close(&assisted, &list(&vector["value_assisted_alpha0.5_depth0"]));
    let both = |method: &str| {
        let one = |returns: &[f64], q: &[f64]| each_with(returns, q, method, &[]);
        [one(first, &q1[..4]), one(second, &q1[4..])].concat()
    };
    assert_close(&both("replay-loo"), &list(&vector["adv_depth1_loo"]));
    assert_close(&both("replay-mean"), &list(&vector["adv_depth1_full_mean"]));
    assert_close(&both("replay-assisted"), &list(&vector["value_assisted_alpha0.5_depth1"]));
    let normalised = each_with(first, &[], "replay-normalised", &[]);
    assert_close(&normalised, &list(&vector["normalized_depth1_group0_loo"]));
    let normalised = each_with(first, &[], "replay-normalised", &mean);
    assert_close(&normalised, &list(&vector["normalized_depth1_group0_full_mean"]));
    // The tree: what happened at act 0 has no replays of its own, its leaves are the candidates of act 1.
    let pairs = |returns: &[f64]| -> Vec<(f64, u32)> { returns.iter().map(|it| (*it, 1)).collect() };
    let draft = Draft::of(2).acts(&[0, 1]).replay(0, 0, &[(0.0, 1), (nodes[1], 4)]);
    let draft = draft.last_replay(|it| it.candidates[0].returns = Sample::default());
    let episode = draft.replay(1, 1, &pairs(first)).episode();
    let got = compute(&episode, &Scenario::of_method("replay-tree")).expect("leaves below");
    let want = [list(&vector["adv_depth0_loo"])[0], list(&vector["adv_depth1_loo"])[1]];
    assert_close(
        &[got.act(ActId(0)).expect("a number").value, got.act(ActId(1)).expect("a number").value],
        &want,
    );
    // Without replay the two groups of one role are one pool of eight.
    let want = list(&vector["no_replay_depth1_loo_over_all8"]);
    for (at, want) in want.into_iter().enumerate() {
        let (one, other) = (at / 4, 1 - at / 4);
        let halves = [first, second];
        let draft = Draft::of(2).acts(&[0, 1]).replay(one as u32, at % 4, &pairs(halves[one]));
        let draft = draft.replay(other as u32, 0, &pairs(halves[other])).with(|it| {
            for agent in &mut it.agents {
                agent.role = Some("actor".to_owned());
            }
        });
        let got = compute(&draft.episode(), &Scenario::of_method("replay-pooled")).expect("a pool");
        assert_close(&[got.act(ActId(one as u32)).expect("a number").value], &[want]);
    }
}

#[test]
fn vectors_of_normalisation() {
    let vector = &vectors()["replay"]["magrpo"];
    let rewards = list(&vector["rewards"]);
    let normalised = each_with(&rewards, &[], "replay-normalised", &[("mean", 1.0)]);
    assert_close(&normalised, &list(&vector["mean_normalised"]));
    // The reference divides leave-one-out by the spread of the rewards: that is n/(n-1) times the above.
    let scaled: Vec<f64> = normalised.iter().map(|it| it * 8.0 / 7.0).collect();
    assert_close(&scaled, &list(&vector["loo_over_std"]));
    let loo = each_with(&rewards, &[], "replay-loo", &[]);
    let std = vector["std"].as_f64().expect("a number");
    assert_close(&loo.iter().map(|it| it / std).collect::<Vec<_>>(), &scaled);
    let constant = &vector["constant"];
    let got = each_with(&list(&constant["rewards"]), &[], "replay-normalised", &[]);
    assert_close(&got, &list(&constant["adv"]));
    let ties = &vectors()["replay"]["ties"];
    assert_close(&each_with(&list(&ties["barR"]), &[], "replay-loo", &[]), &list(&ties["loo"]));
    assert_close(&each_with(&list(&ties["barR"]), &[], "replay-normalised", &[]), &list(&ties["normalized"]));
}

#[test]
fn dropping_duplicates_is_biased_and_says_so() {
    let vector = &vectors()["replay"]["duplicates"];
    let (q, policy) = (list(&vector["Q"]), list(&vector["policy"]));
    let expected: f64 = q.iter().zip(&policy).map(|(q, p)| q * p).sum();
    assert_close(&[expected], &[vector["V"].as_f64().expect("V")]);
    // Ten draws from the policy: nine of the first action, one of the second.
    let draws: Vec<usize> =
        policy.iter().enumerate().flat_map(|(at, p)| vec![at; (p * 10.0).round() as usize]).collect();
    let candidates: Vec<(f64, u32)> = draws.iter().map(|it| (q[*it], 1)).collect();
    let all = |method: &str, real: usize, drop: f64| {
        let taken = Draft::of(1).acts(&[0]).last(|it| it.label = format!("action {}", draws[real]));
        let draft = taken.replay(0, real, &candidates).last_replay(|group| {
            for (candidate, at) in group.candidates.iter_mut().zip(&draws) {
                candidate.label = format!("action {at}");
            }
        });
        let params = [("drop-duplicates".to_owned(), drop.into())].into();
        compute(&draft.episode(), &Scenario { params, ..Scenario::of_method(method) }).expect("candidates")
    };
    let number = |it: &Attribution| it.act(ActId(0)).expect("a number").value;
    let kept = [all("replay-mean", 0, 0.0), all("replay-mean", 9, 0.0)];
    assert_close(&[number(&kept[0]), number(&kept[1])], &list(&vector["true_advantage"]));
    let dropped = [all("replay-loo", 3, 1.0), all("replay-loo", 9, 1.0)];
    assert_close(&[number(&dropped[0]), number(&dropped[1])], &list(&vector["loo_over_distinct_actions"]));
    assert!(dropped[0].caveats.iter().any(|it| it.text.starts_with("duplicate candidates are dropped")));
    assert!(!kept[0].caveats.iter().any(|it| it.text.starts_with("duplicate candidates are dropped")));
}

#[test]
fn few_replays_can_be_left_out() {
    let episode = Draft::of(1).acts(&[0]).replay(0, 0, &[(1.0, 8), (0.0, 8), (9.0, 1)]).episode();
    let params = [("min-replays".to_owned(), 2.0.into())].into();
    let got = compute(&episode, &Scenario { params, ..Scenario::of_method("replay-loo") }).expect("two left");
    assert_close(&[got.act(ActId(0)).expect("a number").value], &[1.0]);
    assert!(got.caveats.iter().any(|it| it.text == "1 candidate with fewer than 2 replays left out"));
}

#[test]
fn a_missing_critic_is_named() {
    let episode = Draft::of(1).acts(&[0]).replay(0, 0, &[(1.0, 4), (0.0, 4)]).episode();
    let refused = compute(&episode, &Scenario::of_method("replay-value")).expect_err("no q");
    assert_eq!(refused.missing, "candidate 0 of replay group 'g0' has no critic's value (`q`)");
    assert_eq!(refused.nearest.as_deref(), Some("replay-loo/equal"));
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
        // Who stands where does not matter.
        let turned: Vec<(f64, u32)> = candidates.iter().rev().copied().collect();
        for (before, after) in loo.iter().zip(each(&turned, "replay-loo", "replays").iter().rev()) {
            prop_assert!((before - after).abs() < 1e-12);
        }
        let shifted: Vec<(f64, u32)> = candidates.iter().map(|it| (it.0 + shift, it.1)).collect();
        for (before, after) in loo.iter().zip(each(&shifted, "replay-loo", "replays")) {
            prop_assert!((before - after).abs() < 1e-9);
        }
    }
}
