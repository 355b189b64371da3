//! Single deviations against expected values.

use proptest::prelude::*;

use super::baseline::BASELINES;
use crate::credit::fixture::{assert_close, numbers, vectors};
use crate::credit::{Target, compute, explain};
use crate::model::draft::Draft;
use crate::model::{
    ActId, AgentId, Attribution, Episode, Provenance, Sample, Scenario, Substitute, Unavailable, Value,
};

fn with(baseline: &str) -> Scenario {
    Scenario { baseline: Some(baseline.to_owned()), ..Scenario::of_method("difference") }
}

fn credit(episode: &Episode, baseline: &str) -> Attribution {
    compute(episode, &with(baseline)).unwrap_or_else(|missing| panic!("{baseline}: {missing:?}"))
}

fn refused(episode: &Episode, baseline: &str) -> Unavailable {
    compute(episode, &with(baseline)).expect_err(baseline)
}

/// The climbing game (Claus and Boutilier 1998): both agents play action 1, action 2 is the null action.
fn climbing() -> Episode {
    let (p, q) = ([0.2, 0.5, 0.3], [0.25, 0.25, 0.5]);
    let row = |values: [f64; 3], odds: [f64; 3]| {
        [("a", values[0], odds[0]), ("b", values[1], odds[1]), ("c", values[2], odds[2])]
    };
    Draft::of(2)
        .acts(&[0, 1])
        .table(0, &row([-30.0, 7.0, 0.0], p), Some(1), Some(2))
        .table(1, &row([-30.0, 7.0, 6.0], q), Some(1), Some(2))
        .reward(7.0, &[])
        .episode()
}

#[test]
fn climbing_game_vectors() {
    let want = &vectors()["climbing_game"];
    for (ours, theirs) in [
        ("zero", "zero"),
        ("null", "null_action"),
        ("uniform", "uniform_mean"),
        ("policy", "policy_mean_COMA"),
        ("best-response", "best_response"),
        ("worst", "worst_case"),
        ("best-alternative", "best_alternative"),
        ("others-mean", "others_mean_excl_taken"),
    ] {
        let got = credit(&climbing(), ours);
        let want: Vec<f64> = (0..2).map(|it| want[it][theirs].as_f64().expect(theirs)).collect();
        assert_close(&numbers(&got), &want);
        assert_close(&[got.sum], &[want[0] + want[1]]);
        assert_eq!((got.provenance, got.contract), (Provenance::Modelled, None));
    }
    assert_eq!(credit(&climbing(), "policy").title, "COMA (policy baseline)");
    assert_eq!(credit(&climbing(), "null").title, "difference rewards (null action)");
}

#[test]
fn any_alternative_can_be_the_null_action() {
    let episode = climbing();
    let with_null = |pick: f64| {
        let params = [("null".to_owned(), pick.into())].into();
        let scenario = Scenario { params, ..with("null") };
        compute(&episode, &scenario).expect("values are logged")
    };
    // Alternatives are worth (-30, 7, 0) and (-30, 7, 6); 0 and what is past the last mean the logged
    // default.
    assert_close(&numbers(&with_null(1.0)), &[37.0, 37.0]);
    assert_close(&numbers(&with_null(2.0)), &[0.0, 0.0]);
    assert_close(&numbers(&with_null(0.0)), &numbers(&with_null(4.0)));
    assert_eq!(with_null(1.0).title, "difference rewards (alternative 1 as the null action)");
}

#[test]
fn advantages_of_every_action() {
    for agent in 0..2u32 {
        let want = &vectors()["climbing_game"][agent as usize];
        let (odds, q) =
            [([0.2, 0.5, 0.3], [-30.0, 7.0, 0.0]), ([0.25, 0.25, 0.5], [-30.0, 7.0, 6.0])][agent as usize];
        let advantage = |taken: usize| {
            let row: Vec<(&str, f64, f64)> =
                (0..3).map(|it| (["a", "b", "c"][it], q[it], odds[it])).collect();
            let episode = Draft::of(1).acts(&[0]).table(0, &row, Some(taken), None).episode();
            numbers(&credit(&episode, "policy"))[0]
        };
        let all: Vec<f64> = (0..3).map(advantage).collect();
        assert_close(&all, &crate::credit::fixture::list(&want["advantages"]));
        let mean: f64 = all.iter().zip(odds).map(|(a, p)| a * p).sum();
        let sd = all.iter().zip(odds).map(|(a, p)| a * a * p).sum::<f64>().sqrt();
        assert_close(&[mean, sd], &[0.0, want["policy_sd"].as_f64().expect("a number")]);
        // Against the policy's other choices alone: A / (1 - pi(taken)).
        let others = want["policy_mean_excl_taken_renorm"].as_f64().expect("a number");
        assert_close(&[all[1] / (1.0 - odds[1])], &[others]);
    }
}

#[test]
fn temperature_runs_from_greedy_to_uniform() {
    let at = |tau: f64| {
        let params = [("tau".to_owned(), tau.into())].into();
        let scenario = Scenario { params, ..with("tempered") };
        numbers(&compute(&climbing(), &scenario).expect("odds are logged"))[0]
    };
    // Greedy: the policy of agent 0 favours what it took, so 7 - 7.
    assert_close(&[at(0.0), at(1.0)], &[0.0, 9.5]);
    // tau 0.5 squares the odds: (0.04, 0.25, 0.09) / 0.38.
    assert_close(&[at(0.5)], &[7.0 - (-30.0 * 0.04 + 7.0 * 0.25) / 0.38]);
    assert!((at(1000.0) - (7.0 + 23.0 / 3.0)).abs() < 0.1);
}

#[test]
fn constant_and_critic() {
    let episode = climbing();
    let params = [("k".to_owned(), 2.0.into())].into();
    let got = compute(&episode, &Scenario { params, ..with("constant") }).expect("values are logged");
    assert_close(&numbers(&got), &[5.0, 5.0]);
    // V(h) alone: the reward that came out stands in for Q(taken), and it is said.
    let draft = Draft::of(1).acts(&[0]).table(0, &[], None, None).last_table(|it| it.value = Some(0.66));
    let episode = draft.reward(1.0, &[]).episode();
    let got = credit(&episode, "critic");
    assert_close(&numbers(&got), &[1.0 - 0.66]);
    assert!(got.caveats.iter().any(|it| it.text.contains("G is the realised reward")), "{:?}", got.caveats);
}

#[test]
fn realised_reward() {
    // R = 1, Q(taken) = 0.9, Q(null) = 0.1: 0.9 realised, 0.8 expected.
    let draft = Draft::of(1).acts(&[0]).table(0, &[("x", 0.9, -1.0), ("null", 0.1, -1.0)], Some(0), Some(1));
    let episode = draft.reward(1.0, &[]).episode();
    let params = [("realised".to_owned(), 1.0.into())].into();
    let realised = compute(&episode, &Scenario { params, ..with("null") }).expect("R is logged");
    assert_close(&numbers(&realised), &[0.9]);
    assert_close(&numbers(&credit(&episode, "null")), &[0.8]);
}

#[test]
fn masked_and_null_actions_stay_out_of_the_policy() {
    // Vector `nan_rule`: 0 x NaN is nothing, b = (7 + 6) / 2.
    let masked = [("a", f64::NAN, 0.0), ("b", 7.0, 0.5), ("c", 6.0, 0.5)];
    let episode = Draft::of(1).acts(&[0]).table(0, &masked, Some(1), None).episode();
    assert_close(&numbers(&credit(&episode, "policy")), &[0.5]);
    assert_close(&numbers(&credit(&episode, "uniform")), &[0.5]);
    // 0.9 - (0.6 x 0.9 + 0.3 x 0.5): the null action is not the policy's to choose.
    let table = [("search", 0.9, 0.6), ("ask", 0.5, 0.3), ("stop", 0.0, 0.1), ("null", 0.1, -1.0)];
    let episode = Draft::of(1).acts(&[0]).table(0, &table, Some(0), Some(3)).episode();
    assert_close(&numbers(&credit(&episode, "policy")), &[0.21]);
    assert_close(&numbers(&credit(&episode, "uniform")), &[0.9 - 1.4 / 3.0]);
    assert_close(&numbers(&credit(&episode, "null")), &[0.8]);
}

#[test]
fn what_is_missing_is_named() {
    let one = |table: &[(&str, f64, f64)], taken, default| {
        Draft::team(&["coder"]).acts(&[0]).table(0, table, taken, default).episode()
    };
    let episode = one(&[("x", 0.9, -1.0), ("y", 0.1, -1.0)], Some(0), None);
    let got = refused(&episode, "policy");
    assert_eq!(
        got.missing,
        "COMA needs policy probabilities for action t0 (coder): the alternatives have values but no probabilities"
    );
    assert_eq!(got.nearest.as_deref(), Some("difference/uniform"));
    let check = |episode: &Episode, baseline: &str, want: &str| {
        assert_eq!(refused(episode, baseline).missing, want);
    };
    check(
        &episode,
        "null",
        "difference rewards need the value of the default (null) action for action t0 (coder)",
    );
    check(
        &episode,
        "critic",
        "no alternatives are logged for any act (`policy.q`, or `counterfactual` records)",
    );
    let episode = one(&[("x", 0.9, 0.5), ("y", 0.1, 0.3), ("z", 0.1, -1.0)], Some(0), None);
    let want =
        "COMA needs policy probabilities for action t0 (coder): 'z' has none, and the others sum to 0.8";
    check(&episode, "policy", want);
    let episode = one(&[("x", 0.9, 0.5), ("y", f64::NAN, 0.5)], Some(0), None);
    check(&episode, "policy", "COMA needs the value of 'y' for action t0 (coder)");
    let episode = one(&[("x", 0.9, 0.5), ("y", 0.1, 0.5)], None, None);
    check(&episode, "uniform", "the value of the action taken at action t0 (coder) is not logged");
    let episode = Draft::team(&["coder"]).acts(&[0]).episode();
    check(
        &episode,
        "null",
        "no alternatives are logged for any act (`policy.q`, or `counterfactual` records)",
    );
}

#[test]
fn probabilities_are_renormalised_with_a_warning() {
    let table = [("x", 1.0, 0.4), ("y", 0.0, 0.4)];
    let episode = Draft::team(&["coder"]).acts(&[0]).table(0, &table, Some(0), None).episode();
    let got = credit(&episode, "policy");
    assert_close(&numbers(&got), &[0.5]);
    let want = "the probabilities at action t0 (coder) sum to 0.8: renormalised";
    assert!(got.caveats.iter().any(|it| it.text == want), "{:?}", got.caveats);
}

#[test]
fn one_alternative_is_no_contrast() {
    let episode = Draft::of(1).acts(&[0]).table(0, &[("x", 0.9, 1.0)], Some(0), None).episode();
    for baseline in ["policy", "uniform", "best-alternative", "others-mean", "best-response", "worst"] {
        let got = credit(&episode, baseline);
        assert_close(&numbers(&got), &[0.0]);
        assert!(got.caveats.iter().any(|it| it.text.starts_with("no contrast at 1 act")), "{baseline}");
    }
    let episode = Draft::of(1).acts(&[0]).table(0, &[("x", 0.9, -1.0)], Some(0), Some(0)).episode();
    assert_close(&numbers(&credit(&episode, "null")), &[0.0]);
}

#[test]
fn only_the_null_actions_are_known() {
    // D = G - G(null) with the reward that came out: -1 - 0.5 and -1 - (-1).
    let draft = Draft::of(2).acts(&[0, 1]).table(0, &[("null", 0.5, -1.0)], None, Some(0));
    let episode = draft.table(1, &[("null", -1.0, -1.0)], None, Some(0)).reward(-1.0, &[]).episode();
    let got = credit(&episode, "null");
    assert_close(&numbers(&got), &[-1.5, 0.0]);
    assert!(got.caveats.iter().all(|it| !it.text.contains("no contrast")), "{:?}", got.caveats);
}

#[test]
fn a_regret_is_over_the_alternatives_that_have_a_value() {
    let nan = f64::NAN;
    let rows = [("x", -1.0, 0.2), ("y", 1.0, 0.3), ("z", nan, 0.5)];
    let draft = Draft::of(2).acts(&[0, 1]).table(0, &rows, Some(0), None);
    let draft = draft.table(1, &[("x", -1.0, 0.5), ("y", 0.0, 0.5)], Some(0), None);
    let episode = draft.reward(-1.0, &[]).end(crate::model::Status::Failure).episode();
    // -1 - 1 at least, and -1 - 0; of means nothing can be said.
    let got = credit(&episode, "best-alternative");
    assert_close(&numbers(&got), &[-2.0, -1.0]);
    let want = "at 1 act not every alternative has a value: the loss is at least that over the best that has";
    assert!(got.caveats.iter().any(|it| it.text == want), "{:?}", got.caveats);
    assert_close(&numbers(&credit(&episode, "best-response")), &[-2.0, -1.0]);
    assert_close(&numbers(&credit(&episode, "uniform")), &[nan, -0.5]);
    // No gain over the one that is known to be worse, and none known over 'z'.
    assert_close(&numbers(&credit(&episode, "worst")), &[nan, 0.0]);
    // A regret of 0 over what is known clears nobody.
    let cleared = [("x", 2.0, 0.2), ("y", 1.0, 0.3), ("z", nan, 0.5)];
    let draft = Draft::of(1).acts(&[0]).table(0, &cleared, Some(0), None).reward(-1.0, &[]);
    let why = "regret needs the value of 'z' for action t0 (a0)";
    assert_eq!(refused(&draft.clone().episode(), "best-alternative").missing, why);
    assert_close(&numbers(&credit(&draft.episode(), "worst")), &[1.0]);
    // Unknown is not innocent: the first baseline that knows both is preferred to those that know one.
    let best = crate::credit::best_scenario(&episode).expect("a method");
    assert_eq!(best.baseline.as_deref(), Some("best-alternative"));
}

#[test]
fn values_to_come_meet_returns_of_the_whole_episode() {
    // 1 is received for t0, then t1 is worth 0.25 to come; replays of its alternative came to 1.75 in all.
    let rows = [("u", 0.25, -1.0), ("other", 1.75, -1.0)];
    let draft = Draft::of(1).acts(&[0, 0]).table(1, &rows, Some(0), None);
    let draft = draft.last_table(|it| it.alternatives[1].stated = false).reward(1.0, &[0]).reward(0.25, &[1]);
    let episode = draft.episode();
    // 0.25 + 1 - 1.75.
    let act = ActId(1);
    let got = compute(&episode, &with("best-alternative")).expect("known");
    assert_close(&[got.act(act).expect("a number").value], &[-0.5]);
    let told = explain(&episode, &with("best-alternative"), Target::Act(act)).expect("told");
    let received: Vec<f64> =
        told.terms.iter().filter(|it| it.text.starts_with("received")).map(|it| it.weight).collect();
    assert_eq!(received, [1.0]);
    // Of the whole episode: 0.25 - 1.75.
    let params = [("to-come".to_owned(), 0.0.into())].into();
    let whole = Scenario { params, ..with("best-alternative") };
    let got = compute(&episode, &whole).expect("known");
    assert_close(&[got.act(act).expect("a number").value], &[-1.5]);
}

#[test]
fn part_of_an_agents_acts_is_not_its_credit() {
    let table = [("x", 0.9, 0.5), ("y", 0.1, 0.5)];
    let draft = Draft::of(3).acts(&[0, 0, 1]).message(0, &[]).message(1, &[]);
    let episode = draft.table(0, &table, Some(0), None).table(2, &table, Some(1), None).episode();
    let got = credit(&episode, "uniform");
    let want = Value::Unavailable("1 of 2 acts has no alternatives logged".to_owned());
    assert_eq!(got.agents[0].value, want);
    // Messages without alternatives do not count against an agent that also acts.
    assert_close(&[got.agent(AgentId(1)).expect("covered").value], &[-0.4]);
    assert!(matches!(&got.agents[2].value, Value::Undefined(why) if why.contains("never acted")));
    assert_close(&[got.act(ActId(0)).expect("covered").value], &[0.4]);
}

#[test]
fn standard_errors_and_provenance() {
    let measured =
        |mean, std, n| Sample { mean: Some(mean), std: Some(std), n: Some(n), ..Sample::default() };
    let table = [("x", 0.0, 0.6), ("y", 0.0, 0.3), ("z", 0.0, 0.1)];
    let draft = Draft::of(1).acts(&[0]).table(0, &table, Some(0), None).last_table(|it| {
        it.alternatives[0].q = measured(0.9, 0.2, 4);
        it.alternatives[1].q = measured(0.5, 0.3, 9);
        it.alternatives[2].q = measured(0.0, 0.4, 16);
    });
    let episode = draft.episode();
    let got = credit(&episode, "policy");
    let estimate = got.agent(AgentId(0)).expect("covered");
    // Every SE is 0.1: SE^2 = 0.01 (0.4^2 + 0.3^2 + 0.1^2).
    assert_close(&[estimate.standard_error.expect("known")], &[0.1 * 0.26f64.sqrt()]);
    assert_eq!((estimate.n, got.provenance), (Some(4), Provenance::Replayed));
    let told = explain(&episode, &with("policy"), Target::Act(ActId(0))).expect("covered");
    assert_eq!(told.substituted, "t0 (a0) = 0.9 - 0.6 x 0.9 - 0.3 x 0.5 - 0.1 x 0 = 0.21");
    assert_eq!(told.terms.len(), 4);
    assert_eq!(told.terms[1].origins[0].line, 2);
}

#[test]
fn a_substitute_takes_its_own_value() {
    let substitutes = [(ActId(0), Substitute::Alternative("a".to_owned()))].into();
    let scenario = Scenario { substitutes, ..with("null") };
    // Agent 0 plays action a instead: -30 - 0; agent 1 is untouched: 7 - 6.
    assert_close(&numbers(&compute(&climbing(), &scenario).expect("logged")), &[-30.0, 1.0]);
    let substitutes = [(ActId(0), Substitute::Default)].into();
    let scenario = Scenario { substitutes, ..with("null") };
    assert_close(&numbers(&compute(&climbing(), &scenario).expect("logged")), &[0.0, 1.0]);
}

#[test]
fn a_dropped_agent_is_undefined() {
    let scenario = Scenario { dropped: [AgentId(0)].into(), ..with("null") };
    let got = compute(&climbing(), &scenario).expect("logged");
    assert_close(&numbers(&got), &[f64::NAN, 1.0]);
    assert!(matches!(got.agents[0].value, Value::Undefined(_)));
}

/// An act with 2 to 5 alternatives: values, odds (normalised), the one taken.
fn tables() -> impl Strategy<Value = (Vec<f64>, Vec<f64>, usize)> {
    (2usize..6).prop_flat_map(|n| {
        let values = proptest::collection::vec(-10.0..10.0f64, n);
        let odds = proptest::collection::vec(0.05..1.0f64, n);
        (values, odds, 0..n).prop_map(|(values, odds, taken)| {
            let total: f64 = odds.iter().sum();
            (values, odds.iter().map(|it| it / total).collect(), taken)
        })
    })
}

fn one_act(values: &[f64], odds: &[f64], taken: usize) -> Episode {
    let names = ["a", "b", "c", "d", "e"];
    let rows: Vec<(&str, f64, f64)> = (0..values.len()).map(|it| (names[it], values[it], odds[it])).collect();
    Draft::of(1).acts(&[0]).table(0, &rows, Some(taken), Some(0)).reward(0.0, &[]).episode()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn coma_advantages_average_to_zero((values, odds, _) in tables()) {
        let advantage = |taken| numbers(&credit(&one_act(&values, &odds, taken), "policy"))[0];
        let mean: f64 = odds.iter().enumerate().map(|(at, p)| p * advantage(at)).sum();
        prop_assert!(mean.abs() < 1e-12, "{mean}");
    }

    #[test]
    fn a_shift_of_every_value_changes_nothing((values, odds, taken) in tables(), shift in -5.0..5.0f64) {
        let shifted: Vec<f64> = values.iter().map(|it| it + shift).collect();
        for baseline in BASELINES.iter().filter(|it| !["zero", "constant", "critic"].contains(&it.name)) {
            let before = numbers(&credit(&one_act(&values, &odds, taken), baseline.name))[0];
            let after = numbers(&credit(&one_act(&shifted, &odds, taken), baseline.name))[0];
            prop_assert!((before - after).abs() < 1e-9, "{}: {before} {after}", baseline.name);
        }
    }

    #[test]
    fn regret_is_never_above_zero((values, odds, taken) in tables()) {
        let episode = one_act(&values, &odds, taken);
        prop_assert!(numbers(&credit(&episode, "best-response"))[0] <= 0.0);
        prop_assert!(numbers(&credit(&episode, "worst"))[0] >= 0.0);
    }
}
