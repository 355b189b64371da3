//! Whose reward is credited by default and by choice, and what that makes of logged values.

use proptest::prelude::*;

use super::*;
use crate::credit::fixture::{assert_close, numbers};
use crate::credit::{best_scenario, compute, methods};
use crate::model::draft::{Draft, reward};
use crate::model::{Attribution, Reward, Status};

fn own_reward(agent: u32, value: f64) -> Reward {
    Reward { agent: Some(AgentId(agent)), ..reward(value) }
}

/// What each of the agents 0, 1, ... earns, without runs.
fn own(values: &[f64]) -> Sample {
    let one = |(at, it): (usize, &f64)| (AgentId::from_index(at), Sample::stated(*it));
    Sample { own: values.iter().enumerate().map(one).collect(), ..Sample::default() }
}

fn of(method: &str, whose: Whose) -> Scenario {
    Scenario { whose: Some(whose), ..Scenario::of_method(method) }
}

fn agent(at: u32) -> Whose {
    Whose::Agent(AgentId(at))
}

/// Acts of two agents, the second after the first, with these own rewards.
fn pair(first: f64, second: f64) -> Draft {
    let draft = Draft::team(&["ada", "bob"]).act(0, &[]).act(1, &[0]);
    draft.with(|it| it.rewards = vec![own_reward(0, first), own_reward(1, second)].into())
}

#[track_caller]
fn check_default(episode: &Episode, whose: Option<&Whose>, reward: Option<f64>) {
    assert_eq!(episode.whose_by_default().as_ref(), whose);
    assert_eq!(episode.reward().map(|it| it.value), reward);
}

#[test]
fn whose_by_default() {
    check_default(&pair(1.0, 2.0).episode(), Some(&Whose::Sum), Some(3.0));
    // Nothing is of no sign.
    check_default(&pair(-4.0, 0.0).episode(), Some(&Whose::Sum), Some(-4.0));
    check_default(&pair(1.0, -1.0).episode(), None, None);
    // A status is no reward of the team: it does not stand in where agents are paid.
    check_default(&pair(1.0, -1.0).end(Status::Failure).episode(), None, None);
    check_default(&pair(1.0, -3.0).reward(-2.0, &[]).episode(), Some(&Whose::Team), Some(-2.0));
    let with_return =
        pair(1.0, -3.0).end(Status::Failure).with(|it| it.outcome.as_mut().unwrap().total = Some(5.0));
    check_default(&with_return.episode(), Some(&Whose::Team), Some(5.0));
    // Of one agent, rewards of both signs are one number.
    let both = pair(1.0, 2.0).with(|it| it.rewards.push(own_reward(0, -0.5))).episode();
    check_default(&both, Some(&Whose::Sum), Some(2.5));
}

#[test]
fn what_the_end_says_stands_in_where_no_record_does() {
    let episode = pair(1.0, 2.0).end(Status::Success).with(|it| {
        it.rewards = vec![own_reward(0, 1.0)].into();
        it.outcome.as_mut().unwrap().own = vec![(AgentId(0), 9.0), (AgentId(1), 4.0)];
    });
    check_default(&episode.episode(), Some(&Whose::Sum), Some(5.0));
}

#[test]
fn nobody_is_chosen_for_both_signs() {
    let why = compute(&pair(1.0, -1.0).end(Status::Failure).episode(), &Scenario::default()).unwrap_err();
    assert_eq!(why.missing, "ada +1, bob -1: no team reward; choose whose is credited");
}

#[test]
fn the_chosen_reward_is_divided() {
    let episode = pair(1.0, -1.0).episode();
    let credit = |whose| numbers(&compute(&episode, &of("backprop", whose)).unwrap());
    // The last act keeps half and passes half to its cause.
    assert_close(&credit(agent(0)), &[0.5, 0.5]);
    assert_close(&credit(agent(1)), &[-0.5, -0.5]);
    assert_close(&credit(Whose::Sum), &[0.0, 0.0]);
    let found = compute(&episode, &of("uniform", agent(0))).unwrap();
    assert!(found.title.ends_with(", reward of ada"), "{}", found.title);
    assert!(found.caveats.iter().any(|it| it.text == "R is what ada earned: the sum of 1 per-agent reward"));
}

#[test]
fn one_agents_reward_beside_the_teams() {
    let episode = pair(1.0, -3.0).reward(-2.0, &[]).episode();
    let credit =
        |whose| numbers(&compute(&episode, &Scenario { whose, ..Scenario::of_method("uniform") }).unwrap());
    assert_close(&credit(None), &[-1.0, -1.0]);
    assert_close(&credit(Some(Whose::Team)), &[-1.0, -1.0]);
    assert_close(&credit(Some(agent(1))), &[-1.5, -1.5]);
    assert_close(&credit(Some(Whose::Sum)), &[-1.0, -1.0]);
}

/// The value of doing nothing instead of `t1`: 0 for ada and 2 for bob; of `t1` itself 1 and -1.
fn replaced() -> Episode {
    let draft = pair(1.0, -1.0).table(1, &[("u", 7.0, 0.5), ("null", 3.0, 0.5)], Some(0), Some(1));
    let draft = draft.last_table(|it| {
        it.alternatives[0].q = Sample { mean: Some(7.0), ..own(&[1.0, -1.0]) };
        it.alternatives[1].q = Sample { mean: Some(3.0), ..own(&[0.0, 2.0]) };
        it.value = Some(5.0);
    });
    draft.episode()
}

fn difference(episode: &Episode, whose: Option<Whose>, baseline: &str) -> Result<Attribution, Unavailable> {
    let baseline = Some(baseline.to_owned());
    compute(episode, &Scenario { whose, baseline, ..Scenario::of_method("difference") })
}

#[test]
fn alternatives_are_worth_what_the_chosen_earn() {
    let episode = replaced();
    let of_bob = |whose| difference(&episode, whose, "null").unwrap().agent(AgentId(1)).unwrap().value;
    // bob's act: ada 1 - 0, bob -1 - 2, both 0 - 2.
    assert_close(
        &[of_bob(Some(agent(0))), of_bob(Some(agent(1))), of_bob(Some(Whose::Sum))],
        &[1.0, -3.0, -2.0],
    );
    // The team's values stand as they are, also where nobody chose: 7 - 3.
    assert_close(&[of_bob(None), of_bob(Some(Whose::Team))], &[4.0, 4.0]);
    // V is the team's.
    assert!(difference(&episode, None, "critic").is_ok());
    let why = difference(&episode, Some(agent(0)), "critic").unwrap_err();
    assert!(
        why.missing.ends_with("; it takes `rewards` of ada in the candidates of each act"),
        "{}",
        why.missing
    );
}

#[test]
fn a_record_that_lacks_one_of_several_has_no_value() {
    let mut episode = replaced();
    episode.tables.last_mut().unwrap().alternatives[1].q.own.pop();
    assert!(difference(&episode, Some(agent(0)), "null").is_ok());
    assert!(difference(&episode, Some(agent(1)), "null").is_err());
    assert!(
        difference(&episode, Some(Whose::Sum), "null").unwrap().agent(AgentId(1)).is_some(),
        "7 - 3 stands in"
    );
    episode.rewards.push(reward(0.0));
    // Now the team has a reward of its own, and its values say nothing of the sum.
    assert!(difference(&episode, Some(Whose::Sum), "null").is_err());
}

#[test]
fn one_team_of_several() {
    let mut episode = pair(1.0, -1.0).episode();
    episode.agents[0].team = Some("red".to_owned());
    episode.agents[1].team = Some("blue".to_owned());
    assert_eq!(episode.teams(), ["red", "blue"]);
    let red = episode.whose_named("red").unwrap();
    assert_close(&numbers(&compute(&episode, &of("uniform", red.clone())).unwrap()), &[0.5, 0.5]);
    // A team called as an agent is, is named with its kind.
    episode.agents[0].team = Some("bob".to_owned());
    let team = Whose::Members("bob".to_owned());
    assert_eq!(episode.whose_name(&team), "team:bob");
    assert_eq!((episode.whose_named("team:bob"), episode.whose_named("bob")), (Some(team), Some(agent(1))));
    assert_eq!((episode.whose_named("sum"), episode.whose_named("eve")), (Some(Whose::Sum), None));
}

#[test]
fn runs_are_added_run_by_run() {
    let runs = |agent: u32, returns: &[f64]| (AgentId(agent), Sample::of_returns(returns.to_vec()));
    let sample =
        Sample { own: vec![runs(0, &[1.0, 0.0, 2.0]), runs(1, &[-1.0, 1.0, -2.0])], ..Sample::default() };
    let both = own_value(&sample, &[AgentId(0), AgentId(1)], false);
    // 0, 1, 0: mean 1/3, variance (2 * 1/9 + 4/9) / 2 = 1/3.
    assert_eq!((both.returns.as_slice(), both.n), (&[0.0, 1.0, 0.0][..], Some(3)));
    assert_close(&[both.mean.unwrap(), both.std.unwrap().powi(2)], &[1.0 / 3.0, 1.0 / 3.0]);
    let one = own_value(&sample, &[AgentId(1)], false);
    assert_eq!(one.returns, [-1.0, 1.0, -2.0]);
    assert_eq!(own_value(&sample, &[AgentId(2)], false).mean, None);
}

#[test]
fn the_sum_by_default_reads_what_single_agents_earn() {
    // a0 and a1 earn 1 each together, a0 alone 1: a1 adds 1.
    let draft = Draft::of(2)
        .acts(&[0, 1])
        .with(|it| it.rewards = vec![own_reward(0, 1.0), own_reward(1, 1.0)].into());
    let samples = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]].map(|it| Some(own(&it)));
    let episode = draft.coalition_samples(&samples).episode();
    assert_eq!(best_scenario(&episode).unwrap().method, "shapley");
    assert_close(&numbers(&compute(&episode, &Scenario::of_method("shapley")).unwrap()), &[1.0, 1.0]);
}

#[test]
fn declared_credit_is_of_the_reward_it_names() {
    let mut episode =
        pair(1.0, -3.0).reward(-2.0, &[]).declared("uniform", &[(0, -1.5), (1, -1.5)]).episode();
    episode.rewards.get_mut(1).unwrap().id = Some("r1".to_owned());
    episode.declared[0].reward = Some("r1".to_owned());
    assert!(compute(&episode, &of("declared", agent(1))).is_ok());
    assert!(compute(&episode, &of("declared", agent(0))).is_err());
    // An even split of bob's -3, not of the team's -2.
    let audited = crate::credit::audit(&episode);
    assert_eq!(audited[0].agrees(1e-9), Some(true), "{:?}", audited[0]);
}

/// Values of every set of three agents, to two agents that are paid apart.
fn game() -> impl Strategy<Value = Vec<[f64; 2]>> {
    proptest::collection::vec([-2.0..2.0_f64, -2.0..2.0_f64], 8)
}

fn played(values: &[[f64; 2]]) -> Episode {
    let samples: Vec<Option<Sample>> = values.iter().map(|it| Some(own(it))).collect();
    let draft = Draft::of(3).act(0, &[]).act(1, &[0]).act(2, &[1]);
    let [first, second] = values[7];
    let draft = draft.with(|it| it.rewards = vec![own_reward(0, first), own_reward(1, second)].into());
    draft.coalition_samples(&samples).episode()
}

/// Methods whose credit is linear in the rewards and in what sets of agents earn.
const LINEAR: [&str; 8] =
    ["shapley", "banzhaf", "removal", "first-in", "backprop", "discount", "uniform", "broadcast"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// What is due of each agent's reward adds up to what is due of their sum.
    #[test]
    fn credit_of_the_sum_is_the_sum_of_credits(values in game()) {
        let episode = played(&values);
        for method in LINEAR {
            let credit = |whose| numbers(&compute(&episode, &of(method, whose)).unwrap());
            let (first, second, sum) = (credit(agent(0)), credit(agent(1)), credit(Whose::Sum));
            for at in 0..3 {
                prop_assert!((first[at] + second[at] - sum[at]).abs() < 1e-9, "{method} {first:?} {second:?} {sum:?}");
            }
        }
    }

    /// What one wins the other loses: so is what is due of it.
    #[test]
    fn zero_sum_is_symmetric(values in game()) {
        let zero: Vec<[f64; 2]> = values.iter().map(|it| [it[0], -it[0]]).collect();
        let episode = played(&zero);
        for method in LINEAR {
            let credit = |whose| numbers(&compute(&episode, &of(method, whose)).unwrap());
            let (first, second) = (credit(agent(0)), credit(agent(1)));
            for at in 0..3 {
                prop_assert!((first[at] + second[at]).abs() < 1e-9, "{method} {first:?} {second:?}");
            }
        }
    }

    /// Every method answers or says what is missing, for every choice; and a copy made for one choice answers as
    /// the log does.
    #[test]
    fn any_choice_is_answered(values in game(), mixed in any::<bool>()) {
        let episode = if mixed { played(&values) } else { replaced() };
        for whose in episode.whose_choices() {
            let made = rewarded(&episode, &of("", whose.clone())).into_owned();
            let other = rewarded(&made, &of("", Whose::Sum)).into_owned();
            prop_assert_eq!(&other, &rewarded(&episode, &of("", Whose::Sum)).into_owned());
            for row in methods() {
                let scenario = of(row.name, whose.clone());
                let (found, of_made) = (compute(&episode, &scenario), compute(&made, &scenario));
                prop_assert_eq!(&found, &of_made);
                prop_assert!(found.is_ok() || !found.unwrap_err().missing.is_empty());
            }
        }
    }
}
