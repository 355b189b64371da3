//! Rollouts of one task against each other.

mod trainers;

use std::sync::Arc;

use crate::credit::fixture::assert_close;
use crate::credit::{Target, compute, explain, sweep};
use crate::model::draft::{Draft, line};
use crate::model::{
    ActId, AgentId, Attribution, Episode, Origin, Peer, Peers, Rollout, RolloutAct, SameTask, Scenario,
    Status, Unavailable, Value,
};

/// A rollout that earned `total`, its acts as (agent, state, reward). Agents are a0 and a1, with roles lead and hand.
fn rollout(total: f64, own: &[f64], acts: &[(u32, u64, f64)]) -> Rollout {
    let act = |(at, (agent, state, reward)): (usize, &(u32, u64, f64))| RolloutAct {
        id: format!("t{at}").into(),
        agent: *agent,
        turn: None,
        state: Some(*state).filter(|it| *it > 0),
        tokens: None,
        reward: *reward,
        origin: Origin::default(),
    };
    Rollout {
        total: Some(total),
        status: Some(Status::Success),
        agents: vec!["a0".into(), "a1".into()],
        roles: vec![Some("lead".into()), Some("hand".into())],
        own: own.iter().map(|it| Some((*it, Origin::default()))).collect(),
        acts: acts.iter().enumerate().map(act).collect(),
        ..Rollout::default()
    }
}

/// An episode that is the first of these rollouts.
fn among(rollouts: Vec<Rollout>) -> Episode {
    let first = &rollouts[0];
    let agents: Vec<u32> = first.acts.iter().map(|it| it.agent).collect();
    let mut episode = Draft::of(2).acts(&agents).reward(first.total.expect("a return"), &[]).episode();
    for (agent, role) in episode.agents.iter_mut().zip(["lead", "hand"]) {
        agent.role = Some(role.to_owned());
    }
    if !first.own.is_empty() {
        for (at, own) in first.own.iter().enumerate() {
            let mut reward = crate::model::draft::reward(own.expect("a number").0);
            reward.agent = Some(AgentId(at as u32));
            episode.rewards.push(reward);
        }
    }
    let origins: Vec<Origin> = episode.acts.iter().map(|it| it.origin).collect();
    let peer = |(at, mut it): (usize, Rollout)| {
        if at == 0 {
            it.acts.iter_mut().zip(&origins).for_each(|(act, origin)| act.origin = *origin);
        }
        if it.own.is_empty() {
            it.own = vec![None; 2];
        }
        Peer {
            name: format!("r{at}").into(),
            total: it.total,
            status: it.status.clone(),
            open: it.open,
            update: None,
            place: line(100 + at as u32),
            rollout: Some(Arc::new(it)),
        }
    };
    let members = rollouts.into_iter().enumerate().map(peer).collect();
    let name = "g".to_owned();
    let same = SameTask::Group;
    episode.peers = Some(Arc::new(Peers {
        same,
        name,
        update: None,
        members,
        this: 0,
        expected: None,
        differs_in_case: false,
    }));
    episode
}

fn plain(totals: &[f64]) -> Episode {
    among(totals.iter().map(|it| rollout(*it, &[], &[(0, 0, 0.0), (1, 0, *it)])).collect())
}

fn of(episode: &Episode, method: &str, baseline: &str) -> Result<Attribution, Unavailable> {
    compute(episode, &Scenario { baseline: Some(baseline.to_owned()), ..Scenario::of_method(method) })
}

#[track_caller]
fn check(episode: &Episode, method: &str, baseline: &str, agents: [f64; 2]) {
    let found = of(episode, method, baseline).expect(method);
    let numbers: Vec<f64> = found.agents.iter().filter_map(|it| Some(it.value.number()?.value)).collect();
    assert_close(&numbers, &agents);
}

fn has_caveat(found: &Attribution, words: &str) -> bool {
    found.caveats.iter().any(|it| it.text.contains(words))
}

#[test]
fn a_rollout_has_one_number_and_each_rollout_counts_once() {
    // 0 against 0, 1, 0, 0 whatever their lengths.
    let episode = plain(&[0.0, 1.0, 0.0, 0.0]);
    check(&episode, "group", "mean", [-0.25, -0.25]);
    check(&episode, "group", "loo", [-1.0 / 3.0; 2]);
    check(&episode, "group", "trl", [-0.25 / 0.5001; 2]);
    let found = of(&episode, "group", "mean").expect("four");
    assert_eq!((found.sum, found.contract, found.sample.as_str()), (-0.25, None, "4 rollouts of group 'g'"));
    assert!(found.acts.is_empty() && has_caveat(&found, "no division of R"));
    let rows = sweep(&episode, &Scenario::of_method("uniform")).rows;
    assert!(rows.iter().any(|it| it.name() == "group/mean" && it.result.is_ok() && it.blamed.is_empty()));
}

#[test]
fn a_task_that_was_tried_once_is_no_group() {
    let mut episode = plain(&[1.0]);
    let undefined =
        of(&episode, "group", "mean").expect("a group that the log names").agents[0].value.clone();
    assert!(matches!(undefined, Value::Undefined(_)), "{undefined:?}");
    let peers = Arc::make_mut(episode.peers.as_mut().unwrap());
    peers.same = SameTask::Task;
    let refused = of(&episode, "group", "mean").expect_err("one");
    assert!(refused.missing.starts_with("no other episode of this task is logged"), "{}", refused.missing);
}

#[test]
fn every_sample_is_explained_with_its_record() {
    let episode = plain(&[0.0, 1.0, 0.0, 0.0]);
    let scenario = Scenario { baseline: Some("trl".to_owned()), ..Scenario::of_method("group") };
    let told = explain(&episode, &scenario, Target::Agent(AgentId(1))).expect("four");
    let sum: f64 = told.terms.iter().filter_map(|it| Some(it.weight * it.value?)).sum();
    assert_close(&[sum], &[-0.25 / 0.5001]);
    let lines: Vec<u32> = told.terms.iter().map(|it| it.origins[0].line).collect();
    assert_eq!((told.terms[0].text.as_str(), lines), ("R of r1", vec![101, 100, 102, 103]));
}

#[test]
fn what_broke_off_or_goes_on_is_left_out_and_counted() {
    let mut rollouts: Vec<Rollout> =
        [1.0, 0.0, 5.0, 7.0, 9.0].map(|it| rollout(it, &[], &[(0, 0, it)])).into();
    rollouts[2].status = Some(Status::Aborted);
    (rollouts[3].open, rollouts[3].status) = (true, None);
    rollouts[4].total = Some(f64::NAN);
    let found = of(&among(rollouts), "group", "mean").expect("two");
    assert_close(&[found.sum], &[0.5]);
    assert_eq!(found.sample, "2 of 5 rollouts of group 'g'");
    assert!(has_caveat(&found, "4 of 5 rollouts so far"), "{:?}", found.caveats);
    assert!(has_caveat(&found, "1 rollout ended as 'error' or 'aborted': left out"));
    assert!(has_caveat(&found, "1 rollout without a return"));
}

#[test]
fn a_group_that_is_expected_to_grow_says_so() {
    let mut episode = plain(&[0.0, 1.0, 1.0, 0.0, 0.0]);
    Arc::make_mut(episode.peers.as_mut().expect("peers")).expected = Some(8);
    let found = of(&episode, "group", "mean").expect("five");
    assert!(found.sample.starts_with("5 of 8 rollouts"), "{}", found.sample);
    assert!(has_caveat(&found, "5 of 8 rollouts so far"));
}

#[test]
fn one_alone_is_undefined_and_a_rollout_that_broke_off_has_no_number() {
    let alone = plain(&[1.0]);
    let found = of(&alone, "group", "mean").expect("a state, not an error");
    assert!(matches!(found.agents[0].value, Value::Undefined(_)), "{found:?}");
    check(&alone, "group", "verl", [1.0 / 1.000_001; 2]);
    let mut aborted = plain(&[1.0, 0.0]);
    Arc::make_mut(aborted.peers.as_mut().expect("peers")).members[0].status = Some(Status::Aborted);
    let why = of(&aborted, "group", "mean").expect_err("it broke off").missing;
    assert_eq!(why, "the rollout ended as 'aborted': it is left out of its group");
    let without = Draft::of(1).acts(&[0]).reward(1.0, &[]).episode();
    assert!(of(&without, "group", "mean").expect_err("no others").missing.contains("no other episode"));
}

#[test]
fn an_agent_is_compared_with_itself() {
    // a0 earns 3 against 3, 1, 2 (mean 2); a1 earns 0 against 0, 4, 2 (mean 2).
    let own = [[3.0, 0.0], [1.0, 4.0], [2.0, 2.0]];
    let episode = among(own.map(|it| rollout(it[0] + it[1], &it, &[(0, 0, 0.0), (1, 0, 0.0)])).into());
    check(&episode, "group-agent", "mean", [1.0, -2.0]);
    // Dr. MAS: sqrt(1) and sqrt(4) are the spreads over n - 1.
    check(&episode, "group-agent", "verl", [1.0 / 1.000_001, -2.0 / 2.000_001]);
    check(&episode, "group-role", "mean", [1.0, -2.0]);
    // Without rewards of their own all have that of the team.
    check(&plain(&[1.0, 0.0]), "group-agent", "mean", [0.5, 0.5]);
}

#[test]
fn acts_of_one_turn_are_compared() {
    // First acts of a0 earn 0.2, 0.2, 0.7, 0.7: mean 0.45. Second acts 1 and 0: mean 0.5.
    let long = |last: f64| rollout(0.2 + last, &[], &[(0, 0, 0.2), (0, 0, last)]);
    let short = || rollout(0.7, &[], &[(0, 0, 0.7)]);
    let episode = among(vec![long(1.0), long(0.0), short(), short()]);
    let found = of(&episode, "group-turn", "mean").expect("turns");
    let of_act = |act| found.act(ActId(act)).map_or(f64::NAN, |it| it.value);
    assert_close(&[of_act(0), of_act(1)], &[-0.25, 0.5]);
    // What the rollouts earned: 1.2, 0.2, 0.7, 0.7, mean 0.7.
    assert_close(&[of(&episode, "group", "mean").expect("four").sum], &[0.5]);
}

#[test]
fn gigpo_adds_the_part_by_state() {
    // gamma 0.5. States 7, 8 of this rollout; the other begins in 7 too. Returns to go: here 0 + 0.5 x 4 = 2 and 4; there
    // 1. By rollout: 4 against 1, mean 2.5: A_E = 1.5. State 7: 2 against 1: A_S = 0.5; state 8 is alone: 0.
    let here = rollout(4.0, &[], &[(0, 7, 0.0), (1, 8, 4.0)]);
    let episode = among(vec![here, rollout(1.0, &[], &[(0, 7, 1.0)])]);
    let params = [("gamma".to_owned(), 0.5.into()), ("step-weight".to_owned(), 2.0.into())].into();
    let scenario = Scenario { params, ..Scenario::of_method("group-state") };
    let found = compute(&episode, &scenario).expect("states");
    let of_act = |act| found.act(ActId(act)).map_or(f64::NAN, |it| it.value);
    assert_close(&[of_act(0), of_act(1)], &[2.5, 1.5]);
    let agents: Vec<f64> = found.agents.iter().filter_map(|it| Some(it.value.number()?.value)).collect();
    assert_close(&agents, &[2.5, 1.5]);
    let told = explain(&episode, &scenario, Target::Act(ActId(0))).expect("states");
    let sum: f64 = told.terms.iter().filter_map(|it| Some(it.weight * it.value?)).sum();
    assert_close(&[sum], &[2.5]);
}

#[test]
fn what_makes_a_comparison_unfair_is_said() {
    let mut episode = among(vec![rollout(0.0, &[], &[(0, 5, 0.0)]), rollout(1.0, &[], &[(0, 6, 1.0)])]);
    let peers = Arc::make_mut(episode.peers.as_mut().expect("peers"));
    (peers.members[0].update, peers.members[1].update) = (Some(3), Some(4));
    (peers.same, peers.differs_in_case) = (SameTask::AloneInGroup, true);
    let found = of(&episode, "group", "mean").expect("two");
    for words in ["2 different states", "2 updates (3 to 4)", "a group of its own", "but for capital letters"]
    {
        assert!(has_caveat(&found, words), "{words}: {:?}", found.caveats);
    }
    let flat = of(&plain(&[1.0, 1.0]), "group", "trl").expect("two");
    assert!(flat.sum == 0.0 && has_caveat(&flat, "every rollout of the group earned 1: no spread"));
}

#[test]
fn a_status_is_no_number_beside_numbers() {
    // The log wrote NaN for the return of the last: its success is not +1 among 0 and 1.
    let mut rollouts: Vec<Rollout> = [1.0, 0.0, 1.0].map(|it| rollout(it, &[], &[(0, 0, it)])).into();
    rollouts[2].is_by_status = true;
    let found = of(&among(rollouts.clone()), "group", "mean").expect("two");
    assert_close(&[found.sum], &[0.5]);
    assert!(has_caveat(
        &found,
        "1 rollout with a status and no number, beside others that have one: left out"
    ));
    assert!(!has_caveat(&found, "without a return") && !has_caveat(&found, "a success counts as +1"));
    rollouts.rotate_right(1);
    let refused = of(&among(rollouts.clone()), "group", "mean").expect_err("it has no number").missing;
    assert!(refused.starts_with("a return of this rollout"), "{refused}");
    // Where no rollout has a number, all are on one scale.
    rollouts.iter_mut().for_each(|it| it.is_by_status = true);
    let found = of(&among(rollouts), "group", "mean").expect("three");
    assert_close(&[found.sum], &[1.0 / 3.0]);
    assert!(has_caveat(&found, "a success counts as +1"));
}

#[test]
fn a_group_over_two_versions_of_a_policy_says_so() {
    let mut rollouts: Vec<Rollout> = [1.0, 0.0].map(|it| rollout(it, &[], &[(0, 0, it)])).into();
    for (it, version) in rollouts.iter_mut().zip(["pi@1", "pi@2"]) {
        it.policies = vec![Some(version.into()), Some("other@1".into())];
    }
    let found = of(&among(rollouts.clone()), "group", "mean").expect("two");
    assert!(has_caveat(&found, "a0 plays by 2 policies in the group (pi@1, pi@2)"), "{:?}", found.caveats);
    rollouts[1].policies = rollouts[0].policies.clone();
    let found = of(&among(rollouts), "group", "mean").expect("two");
    assert!(!has_caveat(&found, "policies"), "{:?}", found.caveats);
}
