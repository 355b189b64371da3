//! Group credit beside what the code of trainers itself gives: tests/oracles/trainers.py wrote the numbers.

use super::{among, of, rollout};
use crate::credit::compute;
use crate::credit::fixture::list;
use crate::model::{ActId, AgentId, Attribution, Scenario};

/// How far two numbers may be apart.
const NEAR: f64 = 1e-6;

fn oracle() -> serde_json::Value {
    let text = include_str!("../../../../tests/data/oracles/trainers.json");
    serde_json::from_str(text).expect("JSON")
}

fn array<'a>(value: &'a serde_json::Value, name: &str) -> &'a Vec<serde_json::Value> {
    value[name].as_array().unwrap_or_else(|| panic!("{name} of {value}"))
}

/// What the rollout gets that stands at `own`, where all are turned so that it comes first.
fn turned<T: Clone>(items: &[T], own: usize) -> Vec<T> {
    items[own..].iter().chain(&items[..own]).cloned().collect()
}

#[track_caller]
fn near(what: &str, got: f64, want: f64) {
    assert!((got - want).abs() <= NEAR, "{what}: {got}, not {want}");
}

fn first_agent(found: &Attribution) -> f64 {
    found.agent(AgentId(0)).expect("a number").value
}

#[test]
fn returns_of_a_group_give_what_trl_verl_and_openrlhf_give() {
    let oracle = oracle();
    let mut compared = 0;
    for group in array(&oracle, "groups") {
        let returns = list(&group["returns"]);
        for row in array(group, "advantages") {
            let (trainer, baseline) =
                (row[0].as_str().expect("a name"), row[1].as_str().expect("a baseline"));
            for (own, want) in list(&row[2]).into_iter().enumerate() {
                let mut rollouts: Vec<_> = turned(&returns, own)
                    .into_iter()
                    .map(|it| rollout(it, &[], &[(0, 0, 0.0), (1, 0, it)]))
                    .collect();
                if group["left_out"].is_number() {
                    rollouts.push(rollout(f64::NAN, &[], &[(0, 0, 0.0)]));
                }
                let found = of(&among(rollouts), "group", baseline).expect("a group");
                near(&format!("{trainer} of {returns:?}"), first_agent(&found), want);
                compared += 1;
            }
        }
    }
    // 15 groups of 2, 3, 4, 8 and 16 and one of 4 by nine rows, one alone and six beside one without a number.
    assert_eq!(compared, 9 * (3 * (2 + 3 + 4 + 8 + 16) + 4) + 1 + 6);
}

#[test]
fn each_agent_is_compared_with_itself_as_in_dr_mas() {
    for case in array(&oracle(), "agents") {
        let own: Vec<Vec<f64>> = array(case, "own").iter().map(list).collect();
        for (at, want) in array(case, "rederived").iter().map(list).enumerate() {
            let rollouts = turned(&own, at);
            let rollouts = rollouts.iter().map(|it| rollout(it[0] + it[1], it, &[(0, 0, 0.0), (1, 0, 0.0)]));
            let found = of(&among(rollouts.collect()), "group-agent", "verl").expect("a group");
            for (agent, want) in want.into_iter().enumerate() {
                let got = found.agent(AgentId(agent as u32)).expect("a number").value;
                near(&format!("agent {agent} of rollout {at}"), got, want);
            }
        }
    }
}

#[test]
fn acts_get_what_gigpo_gives() {
    for case in array(&oracle(), "states") {
        let number = |name: &str| case[name].as_f64().expect("a number");
        let rollouts: Vec<Vec<(u32, u64, f64)>> = array(case, "rollouts")
            .iter()
            .map(|acts| {
                let acts = acts.as_array().expect("acts").iter();
                acts.map(|it| (0, it[0].as_u64().expect("a state"), it[1].as_f64().expect("a reward")))
                    .collect()
            })
            .collect();
        let params = [("gamma", "gamma"), ("step-weight", "weight")];
        let params = params.map(|(name, of)| (name.to_owned(), number(of).into())).into();
        let baseline = Some("verl".to_owned());
        let scenario = Scenario { params, baseline, ..Scenario::of_method("group-state") };
        for (at, want) in array(case, "rederived").iter().map(list).enumerate() {
            let rollouts = turned(&rollouts, at);
            let total = |acts: &[(u32, u64, f64)]| acts.iter().map(|it| it.2).sum();
            let episode = among(rollouts.iter().map(|it| rollout(total(it), &[], it)).collect());
            let found = compute(&episode, &scenario).expect("states");
            for (act, want) in want.into_iter().enumerate() {
                let got = found.act(ActId(act as u32)).expect("a number").value;
                near(&format!("act {act} of rollout {at}"), got, want);
            }
        }
    }
}
