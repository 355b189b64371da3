//! Advantages, redistribution and shaping: expected values, spans, conventions.

use proptest::prelude::*;

use super::redistributed;
use crate::credit::fixture::{assert_close, list, numbers, vectors};
use crate::credit::{Target, compute, explain};
use crate::model::draft::Draft;
use crate::model::{
    ActId, AgentId, Attribution, Episode, Policy, Provenance, Scenario, Timestamp, Value, ValueOf,
};
use crate::stats::sum;

/// An action at `time` with V(h) before it; NaN if not logged.
fn step(draft: Draft, agent: u32, time: f64, value: f64) -> Draft {
    draft.act(agent, &[]).last(|act| {
        act.time = Some(Timestamp::from_seconds(time));
        let value = (!value.is_nan()).then_some(value);
        act.policy = Some(Policy { value, ..Policy::default() });
    })
}

fn steps(agents: &[u32], values: &[f64]) -> Draft {
    let n = agents.iter().max().map_or(0, |it| it + 1) as usize;
    let both = agents.iter().zip(values).enumerate();
    both.fold(Draft::of(n), |draft, (at, (agent, value))| step(draft, *agent, at as f64, *value))
}

fn with(method: &str, baseline: Option<&str>, params: &[(&str, f64)]) -> Scenario {
    let params = params.iter().map(|it| (it.0.to_owned(), it.1.into())).collect();
    Scenario { baseline: baseline.map(str::to_owned), params, ..Scenario::of_method(method) }
}

fn credit(episode: &Episode, scenario: &Scenario) -> Attribution {
    compute(episode, scenario).unwrap_or_else(|it| panic!("{it:?}"))
}

fn acts(attribution: &Attribution) -> Vec<f64> {
    attribution.acts.iter().map(|it| it.1.number().map_or(f64::NAN, |it| it.value)).collect()
}

#[test]
fn vectors_of_redistribution() {
    let vector = &vectors()["redistribution"];
    let values = list(&vector["values"]);
    let (before, end) = (&values[..6], values[6]);
    let agents: Vec<u32> = list(&vector["agents"]).into_iter().map(|it| it as u32).collect();
    let episode = steps(&agents, before).reward(0.0, &[]).episode();
    for (residual, key) in [
        ("last", "residual_to_last"),
        ("uniform", "residual_uniform"),
        ("proportional", "residual_proportional_abs"),
    ] {
        assert_close(&redistributed(before, &[1.0; 6], Some(end), 0.0, residual), &list(&vector[key]));
        let got = credit(&episode, &with("redistribution", Some(residual), &[("end", end)]));
        assert_close(&acts(&got), &list(&vector[key]));
        // The credits and the prior are R.
        assert_close(&[got.sum + got.empty_value.expect("a prior")], &[0.0]);
        assert_close(&[got.residual().expect("a division")], &[0.0]);
        assert_eq!(got.provenance, Provenance::Modelled);
    }
    // Without a residual the changes of V remain.
    assert_close(&redistributed(before, &[1.0; 6], Some(end), end, "uniform"), &list(&vector["delta"]));
    let uniform = credit(&episode, &with("redistribution", Some("uniform"), &[("end", end)]));
    assert_close(&numbers(&uniform), &list(&vector["by_agent_uniform"]));
    assert_close(&[uniform.empty_value.expect("a prior")], &[vector["prior_bar"].as_f64().expect("V_0")]);
    // What nobody logs after the last act is part of the residual: the last act gets the same.
    let got = credit(&episode, &with("redistribution", None, &[]));
    assert_close(&acts(&got), &list(&vector["residual_to_last"]));
    let worst =
        acts(&got).iter().enumerate().skip(1).take(4).min_by(|a, b| a.1.total_cmp(b.1)).map(|it| it.0);
    assert_eq!(worst, vector["argmin_delta_t"].as_u64().map(|it| it as usize));
}

#[test]
fn vectors_of_advantages() {
    let vector = &vectors()["gae"];
    let episode = steps(&[0, 1, 2], &list(&vector["values"])).reward(1.0, &[]).episode();
    for case in vector["cases"].as_array().expect("cases") {
        let number = |name: &str| case[name].as_f64().expect("a number");
        let params = [("gamma", number("gamma")), ("lambda", number("lambda"))];
        assert_close(&acts(&credit(&episode, &with("gae", None, &params))), &list(&case["adv"]));
    }
}

#[test]
fn a_reward_in_the_middle_counts_once() {
    // Two rewards of 0.5, at 0.5 s and at the end; V of the whole episode, or of what is to come.
    let whole = |values: &[f64]| {
        steps(&[0, 1, 0], values).reward(0.5, &[]).reward(0.5, &[]).with(|it| {
            it.rewards[0].time = Some(Timestamp::from_seconds(0.5));
            it.rewards[1].time = Some(Timestamp::from_seconds(9.0));
        })
    };
    let (to_come, episode) = (whole(&[0.6, 0.3, 0.4]).episode(), whole(&[0.6, 0.8, 0.9]).episode());
    for (gamma, lambda) in [(1.0, 1.0), (0.9, 0.5)] {
        let params = [("gamma", gamma), ("lambda", lambda)];
        let got = acts(&credit(&to_come, &with("gae", None, &params)));
        let params = [("gamma", gamma), ("lambda", lambda), ("to-come", 0.0)];
        assert_close(&acts(&credit(&episode, &with("gae", None, &params))), &got);
        if gamma == 1.0 {
            // R - V_t.
            assert_close(&got, &[0.4, 0.2, 0.1]);
        }
    }
    let got = acts(&credit(&to_come, &with("redistribution", None, &[])));
    assert_close(&got, &[0.2, 0.1, 0.1]);
    assert_close(&acts(&credit(&episode, &with("redistribution", None, &[("to-come", 0.0)]))), &got);
    // The log says so itself, for all acts or act by act.
    let said = whole(&[0.6, 0.8, 0.9]).with(|it| it.value_of = ValueOf::Episode).episode();
    assert_close(&acts(&credit(&said, &with("redistribution", None, &[]))), &got);
    let own = whole(&[0.6, 0.8, 0.4]).with(|it| {
        let policy = it.acts[1].policy.as_mut().expect("a policy");
        policy.value_of = Some(ValueOf::Episode);
    });
    assert_close(&acts(&credit(&own.episode(), &with("redistribution", None, &[]))), &got);
}

/// A critic that foresees all: 1 at once, 0.5 later. V to come 1.5, then 0.5.
fn foreseen() -> Draft {
    let draft = steps(&[0, 1], &[1.5, 0.5]).table(0, &[], None, None).last_table(|it| it.value = Some(1.5));
    let draft = draft.table(1, &[], None, None).last_table(|it| it.value = Some(0.5));
    draft.reward(1.0, &[0]).reward(0.5, &[1]).with(|it| {
        it.rewards[0].time = Some(Timestamp::from_seconds(0.5));
        it.rewards[1].time = Some(Timestamp::from_seconds(2.0));
    })
}

#[test]
fn what_a_critic_foresees_is_nobodys_credit() {
    let episode = foreseen().episode();
    for (method, baseline) in
        [("gae", None), ("redistribution", None), ("shaping", None), ("difference", Some("critic"))]
    {
        let got = credit(&episode, &with(method, baseline, &[]));
        assert_close(&acts(&got), &[0.0, 0.0]);
        for act in [ActId(0), ActId(1)] {
            let told = explain(&episode, &with(method, baseline, &[]), Target::Act(act)).expect("told");
            assert_close(&[told.terms.iter().map(|it| it.weight * it.value.expect("known")).sum()], &[0.0]);
        }
    }
    // Values of the whole episode taken for values to come: 1.5 received and expected twice.
    let got = credit(&episode, &with("gae", None, &[("to-come", 0.0), ("lambda", 1.0)]));
    assert_close(&acts(&got), &[0.0, 1.0]);
}

#[test]
fn a_reward_counts_at_what_it_is_of_or_when_it_came() {
    // 1 for the first act, which arrives at the end. V to come 1 and 0: the critic gives it to the first act.
    let draft = steps(&[0, 1], &[1.0, 0.0]).reward(1.0, &[0]);
    let episode = draft.with(|it| it.rewards[0].time = Some(Timestamp::from_seconds(9.0))).episode();
    let params = [("gamma", 1.0), ("lambda", 1.0)];
    assert_close(&acts(&credit(&episode, &with("gae", None, &params))), &[0.0, 0.0]);
    let by_time = [("gamma", 1.0), ("lambda", 1.0), ("by-time", 1.0)];
    assert_close(&acts(&credit(&episode, &with("gae", None, &by_time))), &[0.0, 1.0]);
}

#[test]
fn shaping_telescopes_to_the_return() {
    let episode = steps(&[0, 1, 0], &[0.2, 0.5, 0.1]).reward(1.0, &[]).episode();
    let got = credit(&episode, &with("shaping", None, &[]));
    assert_close(&acts(&got), &[0.3, -0.4, 0.9]);
    // With the potential of the end at 0, and a discount.
    let got = credit(&episode, &with("shaping", None, &[("end", 0.0), ("gamma", 0.5)]));
    assert_close(&acts(&got), &[0.25 - 0.2, 0.05 - 0.5, -0.1]);
}

#[test]
fn acts_at_one_time_are_one_step() {
    let draft = step(step(Draft::of(2), 0, 0.0, 0.5), 1, 0.0, 0.5);
    let episode = step(draft, 0, 1.0, 0.9).reward(1.0, &[]).episode();
    // The joint change 0.4 is shared; each act has the whole advantage.
    assert_close(&acts(&credit(&episode, &with("redistribution", None, &[]))), &[0.2, 0.2, 0.1]);
    let params = [("gamma", 1.0), ("lambda", 1.0)];
    assert_close(&acts(&credit(&episode, &with("gae", None, &params))), &[0.5, 0.5, 0.1]);
}

#[test]
fn a_missing_value_credits_the_span() {
    let nan = f64::NAN;
    // Agent 0 alone in its span: it gets the change, no single act does.
    let episode = steps(&[0, 0, 1], &[0.5, nan, 0.9]).reward(1.0, &[]).episode();
    let got = credit(&episode, &with("redistribution", None, &[]));
    assert_close(&numbers(&got), &[0.4, 0.1]);
    assert_close(&acts(&got), &[nan, nan, 0.1]);
    // Two agents in a span: nobody gets it, and it is said.
    let episode = steps(&[0, 1, 2], &[0.5, nan, 0.9]).reward(1.0, &[]).episode();
    let got = credit(&episode, &with("redistribution", None, &[]));
    assert_close(&numbers(&got), &[nan, nan, 0.1]);
    let want =
        "+0.40 is the credit of the span acts t0 to t1, not of one agent: V(h) is not logged in between";
    assert!(got.caveats.iter().any(|it| it.text == want), "{:?}", got.caveats);
    // Before the first value nothing is known.
    let episode = steps(&[0, 1], &[nan, 0.9]).reward(1.0, &[]).episode();
    let got = credit(&episode, &with("gae", None, &[]));
    assert!(
        matches!(&got.agents[0].value, Value::Unavailable(why) if why == "V(h) is not logged for action t0 (a0)")
    );
    let none = Draft::of(1).acts(&[0]).reward(1.0, &[]).episode();
    assert_eq!(
        compute(&none, &with("gae", None, &[])).expect_err("no value").missing,
        "V(h) is not logged for any act (`policy.value`)"
    );
}

#[test]
fn explained_by_its_terms() {
    let episode = steps(&[0, 1, 0], &[0.2, 0.5, 0.1]).reward(1.0, &[]).episode();
    for method in ["gae", "redistribution", "shaping"] {
        let scenario = with(method, None, &[]);
        for target in [Target::Act(ActId(0)), Target::Act(ActId(2)), Target::Agent(AgentId(0))] {
            let told = explain(&episode, &scenario, target).expect("covered");
            let total: f64 = told.terms.iter().map(|it| it.weight * it.value.expect("known")).sum();
            assert_close(&[total], &[told.result.number().expect("a number").value]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn redistribution_divides_what_was_not_expected(
        values in proptest::collection::vec(-2.0..2.0f64, 1..8),
        reward in -2.0..2.0f64,
        how in 0usize..3,
    ) {
        let agents: Vec<u32> = (0..values.len() as u32).map(|it| it % 3).collect();
        let episode = steps(&agents, &values).reward(reward, &[]).episode();
        let baseline = ["last", "uniform", "proportional"][how];
        let got = credit(&episode, &with("redistribution", Some(baseline), &[]));
        prop_assert!((got.sum - (reward - values[0])).abs() < 1e-12);
        prop_assert!((sum(acts(&got)) - got.sum).abs() < 1e-12);
        // gamma = lambda = 1: R - V_t.
        let got = credit(&episode, &with("gae", None, &[("gamma", 1.0), ("lambda", 1.0)]));
        for (advantage, value) in acts(&got).iter().zip(&values) {
            prop_assert!((advantage - (reward - value)).abs() < 1e-12);
        }
    }
}
