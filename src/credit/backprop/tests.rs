//! Reward passed back along small graphs.

use proptest::prelude::*;

use crate::credit::fixture::{assert_close, numbers, vectors};
use crate::credit::{Target, compute, explain};
use crate::model::draft::Draft;
use crate::model::{
    ActId, AgentId, Attribution, DeclaredEdge, Episode, Provenance, Scenario, Status, Timestamp,
};
use crate::stats::sum;

fn with(weights: &str, rho: f64) -> Scenario {
    Scenario {
        baseline: Some(weights.to_owned()),
        params: [("rho".to_owned(), rho.into())].into(),
        ..Scenario::of_method("backprop")
    }
}

fn acts(attribution: &Attribution) -> Vec<f64> {
    attribution.acts.iter().map(|it| it.1.number().expect("a number").value).collect()
}

fn list(value: &serde_json::Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|it| it.as_f64().expect("a number")).collect()
}

/// The seven acts of the vectors.
fn pipeline(reward: f64) -> Draft {
    let vector = &vectors()["propagation"];
    let tokens = list(&vector["tokens"]);
    let names: Vec<&str> =
        vector["agents"].as_array().expect("agents").iter().map(|it| it.as_str().expect("a name")).collect();
    let mut draft = Draft::team(&names);
    for (at, act) in vector["acts"].as_array().expect("acts").iter().enumerate() {
        let parents: Vec<u32> = list(&act["parents"]).into_iter().map(|it| it as u32).collect();
        let agent = act["agent"].as_u64().expect("an agent") as u32;
        draft = draft.act(agent, &parents).tokens(tokens[at] as u64);
    }
    let terminal: Vec<u32> = list(&vector["terminal"]).into_iter().map(|it| it as u32).collect();
    draft.reward(reward, &terminal)
}

#[test]
fn vectors_of_propagation() {
    for case in vectors()["propagation"]["cases"].as_array().expect("cases") {
        let number = |name: &str| case[name].as_f64().expect("a number");
        let scenario = with(case["weights"].as_str().expect("weights"), number("rho"));
        let got = compute(&pipeline(number("R")).episode(), &scenario).expect("available");
        assert_close(&acts(&got), &list(&case["acts"]));
        assert_close(&numbers(&got), &list(&case["agents"]));
        assert_close(&[got.residual().expect("a division")], &[0.0]);
        assert_eq!(got.provenance, Provenance::Structural);
    }
}

#[test]
fn declared_weights_are_those_of_the_vectors() {
    // In the vectors planner -> coder weighs 1, searcher -> coder 3, coder -> coder and tester -> coder 2.
    let edge = |from: u32, to: u32, weight: f64| DeclaredEdge {
        from: AgentId(from),
        to: AgentId(to),
        kind: None,
        weight: Some(weight),
    };
    for case in vectors()["propagation"]["cases"]
        .as_array()
        .expect("cases")
        .iter()
        .filter(|it| it["weights"] == "tokens")
    {
        let number = |name: &str| case[name].as_f64().expect("a number");
        let draft = pipeline(number("R"));
        let draft = draft
            .with(|it| it.edges = vec![edge(0, 2, 1.0), edge(1, 2, 3.0), edge(2, 2, 2.0), edge(3, 2, 2.0)]);
        let got = compute(&draft.episode(), &with("declared", number("rho"))).expect("weights");
        assert_close(&acts(&got), &list(&case["acts"]));
    }
    assert!(compute(&pipeline(1.0).episode(), &with("declared", 0.5)).is_err());
}

#[test]
fn the_younger_parent_weighs_more() {
    // Parents at 0 s and 10 s of an act at 10 s, tau 10: e^-1 to 1.
    let at = |seconds: f64| Some(Timestamp::from_seconds(seconds));
    let draft =
        Draft::of(3).act(0, &[]).last(|it| it.time = at(0.0)).act(1, &[]).last(|it| it.time = at(10.0));
    let episode = draft.act(2, &[0, 1]).last(|it| it.time = at(10.0)).reward(1.0, &[]).episode();
    let got = compute(&episode, &with("recency", 0.5)).expect("times");
    let (old, young) = ((-1.0f64).exp(), 1.0);
    assert_close(&acts(&got), &[0.5 * old / (old + young), 0.5 * young / (old + young), 0.5]);
}

#[test]
fn off_the_path_is_exactly_zero() {
    let got = compute(&pipeline(1.0).episode(), &with("uniform", 0.5)).expect("available");
    assert_eq!(got.act(ActId(6)).expect("a number").value, 0.0);
    let want = "1 act not on a causal path to the reward";
    assert!(got.caveats.iter().any(|it| it.text == want), "{:?}", got.caveats);
}

#[test]
fn without_a_target_the_reward_starts_at_the_last_sinks() {
    // Nothing came of agent 1's act, long before the end; agent 2 keeps half and passes half to agent 0.
    let draft = Draft::of(3).act(0, &[]).act(1, &[]).message(2, &[0]).end(Status::Failure);
    let got = compute(&draft.episode(), &with("uniform", 0.5)).expect("available");
    assert_close(&acts(&got), &[-0.5, 0.0, -0.5]);
    // The message is its sender's.
    assert_close(&[got.agent(AgentId(2)).expect("a number").value], &[-0.5]);
    // Without any link, every act may have led to the end.
    let draft = Draft::of(2).act(0, &[]).act(1, &[]).end(Status::Failure);
    let got = compute(&draft.episode(), &with("uniform", 0.5)).expect("available");
    assert_close(&acts(&got), &[-0.5, -0.5]);
}

#[test]
fn several_rewards_start_where_they_belong() {
    let draft = Draft::of(2).acts(&[0, 1]).reward(3.0, &[0]).reward(-1.0, &[1]);
    let episode = draft.episode();
    assert_close(&numbers(&compute(&episode, &with("uniform", 0.5)).expect("available")), &[3.0, -1.0]);
    // Scaled to a reward set by hand.
    let scenario = Scenario { reward: Some(4.0.into()), ..with("uniform", 0.5) };
    assert_close(&numbers(&compute(&episode, &scenario).expect("available")), &[6.0, -2.0]);
}

#[test]
fn a_dropped_agent_passes_everything_on() {
    let chain = Draft::of(3).act(0, &[]).act(1, &[0]).act(2, &[1]).reward(1.0, &[]).episode();
    let drop = |agent| Scenario { dropped: [AgentId(agent)].into(), ..with("uniform", 0.5) };
    let got = compute(&chain, &drop(1)).expect("available");
    assert_close(&numbers(&got), &[0.5, f64::NAN, 0.5]);
    let got = compute(&chain, &drop(0)).expect("available");
    assert_close(&numbers(&got), &[f64::NAN, 0.25, 0.5]);
    assert_close(&[got.residual().expect("a division")], &[-0.25]);
    let want = "0.25 reached the first acts of a0 and is left undivided";
    assert!(got.caveats.iter().any(|it| it.text == want), "{:?}", got.caveats);
}

#[test]
fn explained_by_what_children_pass_on() {
    let told =
        explain(&pipeline(1.0).episode(), &with("uniform", 0.5), Target::Act(ActId(2))).expect("covered");
    // Act 4 got 0.5, kept 0.25 and passed 0.125 each to acts 2 and 3; act 3 kept half of that.
    assert_eq!(told.substituted, "t2 (coder) = 0.5 x 0.0625 + 0.5 x 0.125 = 0.09375");
}

fn trees() -> impl Strategy<Value = Episode> {
    let links = proptest::collection::vec((0u32..4, proptest::collection::vec(0u32..40, 0..4)), 1..40);
    links.prop_map(|acts| {
        let mut draft = Draft::of(4);
        for (at, (agent, parents)) in acts.iter().enumerate() {
            let parents: Vec<u32> = parents.iter().copied().filter(|it| (*it as usize) < at).collect();
            draft = draft.act(*agent, &parents).tokens(at as u64 + 1);
            draft = draft.last(|it| it.time = Some(Timestamp::from_seconds(at as f64)));
        }
        let edges = (0..3).map(|it| DeclaredEdge {
            from: AgentId(it),
            to: AgentId(it + 1),
            kind: None,
            weight: Some(f64::from(it) + 0.5),
        });
        draft.reward(-1.7, &[]).with(|it| it.edges.extend(edges)).episode()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_is_lost_at_any_rho(episode in trees(), rho in 0.0..=1.0f64, how in 0usize..4) {
        let weights = super::WEIGHTS[how].name;
        for rho in [0.0, rho, 1.0] {
            let got = compute(&episode, &with(weights, rho)).expect("available");
            prop_assert!((sum(acts(&got)) + 1.7).abs() < 1e-12);
            prop_assert!(got.residual().expect("a division").abs() < 1e-12);
            for act in episode.act_ids() {
                let kept = got.act(act).expect("a number").value;
                let (root, sink) =
                    (episode.links.parents(act).is_empty(), episode.links.children(act).is_empty());
                prop_assert!(rho > 0.0 || root || kept == 0.0, "rho 0: roots only");
                prop_assert!(rho < 1.0 || sink || kept == 0.0, "rho 1: sinks only");
            }
        }
    }
}
