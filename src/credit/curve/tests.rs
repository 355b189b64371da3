//! Curves along sliders, their flips, and the savings on long episodes.

use super::*;
use crate::credit::fixture::assert_close;
use crate::model::Status;
use crate::model::draft::Draft;

fn with(method: &str, baseline: Option<&str>) -> Scenario {
    Scenario { baseline: baseline.map(str::to_owned), ..Scenario::of_method(method) }
}

#[test]
fn blame_moves_along_rho() {
    // A chain of two acts and R = -1: the first loses 1 - rho, the last rho.
    let episode = Draft::of(2).act(0, &[]).act(1, &[0]).reward(-1.0, &[]).end(Status::Failure).episode();
    let found = curve(&episode, &with("backprop", None), "rho", 11).expect("a reward");
    assert_eq!((found.param, found.points.len()), ("rho", 11));
    assert_close(&[found.points[3].at], &[0.3]);
    assert_close(
        &found.points[3].credit.iter().map(|it| it.expect("a number")).collect::<Vec<_>>(),
        &[-0.7, -0.3],
    );
    let first = found.flips.first().expect("a flip");
    assert!((first.at - 0.5).abs() < 1e-6, "{first:?}");
    assert_eq!(first.before, [AgentId(0)]);
    // At 0.5 alone the two tie: one flip, not two.
    assert_eq!((found.flips.len(), &first.after), (1, &vec![AgentId(1)]));
    assert_eq!(found.sentences(&episode), ["most blamed changes from a0 to a1 at rho = 0.5"]);
    assert_eq!(found.current, (0.5, 0.5));
    assert_eq!(found.points.last().map(|it| it.blamed.as_slice()), Some(&[AgentId(1)][..]));
}

#[test]
fn what_is_spared_on_a_very_long_episode_is_said() {
    let episode = Draft::of(2).act(0, &[]).act(1, &[0]).reward(-1.0, &[]).end(Status::Failure).episode();
    let scenario = with("backprop", None);
    let all = curves(&episode, &scenario);
    assert_eq!((all.cut, all.list[0].points.len()), (None, CURVE_STEPS));
    // Nothing left except for the fewest points: a flip is somewhere between two of them.
    let few = curves_within(&episode, &scenario, Budget::of(&episode, 1));
    assert_eq!(few.list.len(), all.list.len());
    assert!(few.list.iter().all(|it| it.points.len() == LEAST_STEPS));
    let cut = few.cut.expect("a sentence");
    let words =
        "2 acts by 2 agents: a curve has 5 points of 41, and flips are found within 12.5% of its range";
    assert_eq!(cut, words);
    let near = |it: &Curve| it.flips.iter().all(|it| (it.at - 0.5).abs() <= 0.125);
    assert!(few.list[0].flips.len() == 1 && near(&few.list[0]), "{:?}", few.list[0].flips);
    // The coarse one and the exact one agree on who is blamed where.
    let (coarse, exact) = (&few.list[0].points, &all.list[0].points);
    assert!(coarse.iter().enumerate().all(|(at, it)| it == &exact[at * 10]));
}

#[test]
fn the_temperature_has_its_one_in_the_middle() {
    let episode =
        Draft::of(1).acts(&[0]).table(0, &[("x", 1.0, 0.9), ("y", 0.0, 0.1)], Some(0), None).episode();
    let found = curve(&episode, &with("difference", Some("tempered")), "tau", 5).expect("odds");
    let at: Vec<f64> = found.points.iter().map(|it| it.at).collect();
    assert_close(&at, &[0.0, 1.0 / 3.0, 1.0, 3.0, 1000.0]);
    // Greedy 0, the policy 0.1, about even 0.5.
    let credit: Vec<f64> = found.points.iter().map(|it| it.credit[0].expect("odds")).collect();
    assert_close(&[credit[0], credit[2]], &[0.0, 0.1]);
    assert!((credit[4] - 0.5).abs() < 1e-2 && credit.is_sorted());
}

#[test]
fn unknown_parameters_are_refused() {
    let episode = Draft::of(1).acts(&[0]).reward(1.0, &[]).episode();
    let refused = curve(&episode, &with("backprop", None), "lambda", 5).expect_err("no such thing");
    assert_eq!(refused.missing, "backprop has no parameter 'lambda'; it has: rho, tau");
    assert!(curve(&Draft::of(1).acts(&[0]).episode(), &with("backprop", None), "rho", 5).is_err());
}

#[test]
fn what_is_worth_a_curve_is_read_from_the_table() {
    let draft = Draft::of(2).act(0, &[]).act(1, &[0]).reward(-1.0, &[]).end(Status::Failure);
    let names = |episode: &Episode, reference: &Scenario| -> Vec<String> {
        sliders(episode, reference).iter().map(|it| format!("{} {}", it.scenario.method, it.param)).collect()
    };
    let episode = draft.clone().episode();
    // No tempered policy without odds, no value-assisted replay without replays.
    let found = names(&episode, &with("eligibility", None));
    assert_eq!(found, ["eligibility gamma", "eligibility lambda", "backprop rho", "discount gamma"]);
    let odds = [("x", -1.0, 0.9), ("y", 0.0, 0.1)];
    let odd = draft.table(0, &odds, Some(0), None).episode();
    assert_eq!(names(&odd, &with("backprop", None))[..2], ["backprop rho", "difference tau"]);
    let tempered = sliders(&odd, &with("backprop", None)).remove(1).scenario;
    assert_eq!(tempered.baseline.as_deref(), Some("tempered"));
    assert_eq!(curves(&episode, &with("backprop", None)).list.len(), 4);
}

#[test]
fn the_value_in_force_is_that_of_the_scenario() {
    let episode = Draft::of(2).acts(&[0, 1]).reward(1.0, &[]).episode();
    let check = |scenario: &Scenario, want: f64| {
        let found = curve(&episode, scenario, "gamma", 3).expect("a reward");
        assert_close(&[found.current.0, found.current.1], &[want, want]);
        assert_eq!(found.scenario_at(0.25).params["gamma"].get(), 0.25);
    };
    check(&with("discount", None), 0.9);
    check(&Scenario { discount: Some(0.5.into()), ..with("discount", None) }, 0.5);
    let params = [("gamma".to_owned(), 0.3.into())].into();
    check(&Scenario { params, ..with("discount", None) }, 0.3);
}

#[test]
fn a_discount_does_not_pin_the_slider() {
    let episode = Draft::of(2).acts(&[0, 1]).reward(1.0, &[]).episode();
    let scenario = Scenario { discount: Some(0.5.into()), ..with("discount", None) };
    let found = curve(&episode, &scenario, "gamma", 3).expect("a reward");
    assert_ne!(found.points[1].credit, found.points[2].credit);
}
