//! Plans of coalitions.

use super::*;
use crate::model::draft::Draft;
use crate::model::{Scenario, Status};

/// Runs around `mean` with the given spread: as many above as below.
fn runs(mean: f64, spread: f64, n: usize) -> Vec<f64> {
    (0..n).map(|it| if it % 2 == 0 { mean + spread } else { mean - spread }).collect()
}

fn sample(mean: f64, spread: f64, n: usize) -> Option<Sample> {
    Some(Sample::of_returns(runs(mean, spread, n)))
}

/// Two agents: alone they earn `a` and `b`, together 1. `None`: not logged.
fn team(a: Option<Sample>, b: Option<Sample>) -> Episode {
    Draft::of(2)
        .coalition_samples(&[sample(0.0, 0.1, 16), a, b, sample(1.0, 0.1, 16)])
        .end(Status::Failure)
        .episode()
}

#[test]
fn what_is_missing_is_planned_and_no_answer_is_given_before() {
    let mut plan = CoalitionPlan::of(&team(None, sample(0.6, 0.02, 16)), None).unwrap();
    assert_eq!((plan.counts(), plan.missing()), ((4, 3), vec![1]));
    assert_eq!(plan.certainty(&[], 1), None);
    plan.add(1, &runs(0.2, 0.02, 16));
    // phi_0 = (0.2 - 0 + 1 - 0.6) / 2 = 0.3; phi_1 = 0.7.
    let found = plan.certainty(&[], 1).unwrap();
    assert!((found.credit[0].1 - 0.3).abs() < 1e-12 && (found.credit[1].1 - 0.7).abs() < 1e-12, "{found:?}");
    assert_eq!(found.candidates, [AgentId(0)]);
}

#[test]
fn the_values_are_those_of_the_method() {
    let values: Vec<f64> = (0..16).map(|it| f64::from(it * it % 7) + 0.25).collect();
    let episode = Draft::of(4).coalitions(&values).end(Status::Failure).episode();
    let plan = CoalitionPlan::of(&episode, None).unwrap();
    let method = crate::credit::compute(&episode, &Scenario::of_method("shapley")).unwrap();
    let found = plan.certainty(&[], 1).unwrap();
    for (it, (agent, value)) in method.agents.iter().zip(&found.credit) {
        let number = it.value.number().unwrap().value;
        assert!(it.agent == *agent && (number - value).abs() < 1e-12, "{number} {value}");
    }
    assert_eq!(found.flip, None, "stated values show no spread");
}

#[test]
fn runs_go_where_the_difference_is_least_known() {
    // phi_0 - phi_1 = v(0) - v(1): the ends do not matter, and the wide one needs four times the runs in the end.
    let plan = CoalitionPlan::of(&team(sample(0.4, 0.1, 4), sample(0.5, 0.4, 4)), None).unwrap();
    let more = plan.next(40, 4);
    assert_eq!((more[0], more[3], more.iter().sum::<u32>()), (0, 0, 40));
    assert!(more[2] > 2 * more[1], "{more:?}");
}

#[test]
fn the_chance_after_more_runs_is_what_these_runs_give() {
    let plan = CoalitionPlan::of(&team(sample(0.4, 0.3, 8), sample(0.5, 0.3, 8)), None).unwrap();
    let now = plan.certainty(&[0; 4], 7).unwrap().flip.unwrap();
    let predicted = plan.certainty(&[0, 56, 56, 0], 7).unwrap().flip.unwrap();
    assert!(predicted.1 < now.1 - 0.1, "{now:?} {predicted:?}");
    let run = CoalitionPlan::of(&team(sample(0.4, 0.3, 64), sample(0.5, 0.3, 64)), None).unwrap();
    let after = run.certainty(&[], 7).unwrap().flip.unwrap();
    assert!(
        (after.0 - predicted.0).abs() < 0.05 && (after.1 - predicted.1).abs() < 0.05,
        "{after:?} {predicted:?}"
    );
}

#[test]
fn a_team_without_a_table_is_run_whole() {
    let plan =
        CoalitionPlan::of(&Draft::of(3).acts(&[0, 1, 2]).end(Status::Failure).episode(), None).unwrap();
    assert_eq!((plan.counts(), plan.missing().len()), ((8, 0), 8));
    assert_eq!((plan.absence(), plan.group()), (&Absence::Resampled, "replayed"));
    assert_eq!(plan.sides(0b101), (vec![AgentId(0), AgentId(2)], vec![AgentId(1)]));
}

#[test]
fn one_agent_and_too_many_are_refused() {
    assert!(CoalitionPlan::of(&Draft::of(1).episode(), None).is_err());
    let why = CoalitionPlan::of(&Draft::of(13).episode(), None).unwrap_err();
    assert!(why.starts_with("13 agents have 2^13 coalitions"), "{why}");
}
