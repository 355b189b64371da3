//! The runs that coalition values rest on, and how the players' numbers follow from them.
//!
//! `phi_i - phi_j = sum_S (c_i(S) - c_j(S)) v(S)`: a value that both weigh alike (a coalition that holds both, or
//! neither) leaves the difference alone, however noisy it is. So two intervals may overlap and the two agents still
//! differ for sure. Values that are not logged lie in `[lo, hi]` and add to an interval what they can.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::model::{Attribution, Estimate, Value};
use crate::stats::{Arm, Credit, Table, Weights};

use super::super::game::Coalition;
use super::super::runs::{MOST_WEIGHTS, Runs, estimate, measured};
use super::logged::{LoggedGame, Source};

/// The table of the values of `coalitions`, and `count` numbers that are linear in them: `weight` of a row of
/// `coalitions` in a number. What is not logged lies within `bounds`. `None` if that is too much to keep.
pub(in super::super) fn arms(
    game: &LoggedGame<'_>,
    (low, high): (f64, f64),
    coalitions: impl ExactSizeIterator<Item = Coalition>,
    count: usize,
    weight: impl Fn(usize, usize) -> f64,
) -> Option<(Arc<Table>, Vec<Credit>)> {
    if coalitions.len().saturating_mul(count) > MOST_WEIGHTS {
        return None;
    }
    let sources: Vec<Source<'_>> = coalitions.map(|it| game.source(it)).collect();
    let mut runs = Runs::of(game.episode());
    let mut places = vec![0; sources.len()];
    let mut by_row: FxHashMap<usize, usize> = FxHashMap::default();
    for (place, source) in places.iter_mut().zip(&sources) {
        if let Source::Logged(row, sample) = source {
            *place = *by_row.entry(*row).or_insert_with(|| runs.add(sample));
        }
    }
    runs.end_group();
    for (place, source) in places.iter_mut().zip(&sources) {
        match source {
            Source::Logged(..) => {}
            Source::ByHand(value) => *place = runs.push(Arm::Within(*value, *value)),
            Source::Missing => *place = runs.push(Arm::Within(low, high)),
        }
    }
    let credit = |number: usize| {
        let terms = places.iter().enumerate().map(|(row, place)| (*place, weight(row, number)));
        Credit::of(Weights::of(terms.filter(|it| it.1 != 0.0).collect()))
    };
    Some((runs.table(), (0..count).map(credit).collect()))
}

/// Gives the players of `attribution` the intervals that their runs carry.
pub(super) fn measure(
    attribution: &mut Attribution,
    game: &LoggedGame<'_>,
    (table, credits): (Arc<Table>, Vec<Credit>),
    complete: bool,
) {
    for (agent, credit) in game.players().iter().zip(&credits) {
        let value = &mut attribution.agents[agent.index()].value;
        if let Value::Number(number) = value {
            *number = of_credit(&table, credit, number, complete);
        }
    }
    let by_agent = game.players().iter().copied().zip(credits).collect();
    attribution.measured = Some(measured(attribution, table, by_agent));
}

/// The number with the interval that its runs carry. Bounds of what is not logged have no standard error.
pub(in super::super) fn of_credit(
    table: &Table,
    credit: &Credit,
    number: &Estimate,
    complete: bool,
) -> Estimate {
    let found = estimate(table, credit, number.value, number.n);
    Estimate { standard_error: found.standard_error.filter(|_| complete), ..found }
}

#[cfg(test)]
mod tests {
    use crate::credit::{compute, contrast};
    use crate::model::draft::Draft;
    use crate::model::{AgentId, Episode, Sample, Scenario, Status};

    /// v(0) = 0, v(a), v(b), v(both), each with its standard error.
    fn team(values: [(f64, f64); 4]) -> Episode {
        let sample = |(mean, error): (f64, f64)| {
            Some(Sample { mean: Some(mean), std: Some(error * 4.0), n: Some(16), ..Sample::default() })
        };
        Draft::of(2).coalition_samples(&values.map(sample)).end(Status::Failure).episode()
    }

    #[track_caller]
    fn half(episode: &Episode, method: &str) -> f64 {
        let credit = compute(episode, &Scenario::of_method(method)).expect("available");
        let measured = credit.measured.expect("few enough");
        let of = |a, b| measured.difference(AgentId(a), AgentId(b), 0.95).expect("known");
        let (one, other) = (of(0, 1), of(1, 0));
        assert!((one.low + other.high).abs() < 1e-12 && (one.high + other.low).abs() < 1e-12, "{method}");
        (one.high - one.low) / 2.0
    }

    #[test]
    fn what_both_share_cancels() {
        // phi_a - phi_b = v(a) - v(b), by every method here; only their errors 0.03 and 0.04 count. Satterthwaite:
        // 0.05^4 / ((0.03^4 + 0.04^4) / 15) = 27.819 degrees of freedom, t(0.975) = 2.0490.
        let episode = team([(0.0, 9.0), (-0.5, 0.03), (-0.2, 0.04), (-0.7, 7.0)]);
        let mut teams = episode.clone();
        teams.agents.iter_mut().for_each(|it| it.team = Some(it.name.clone()));
        for (method, episode) in [
            ("shapley", &episode),
            ("banzhaf", &episode),
            ("first-in", &episode),
            ("removal", &episode),
            ("owen", &teams),
        ] {
            let got = half(episode, method);
            assert!((got - 2.0490 * 0.05).abs() < 1e-5, "{method} {got}");
        }
        let contrast =
            contrast(&episode, &Scenario::of_method("shapley"), AgentId(0), AgentId(1)).expect("complete");
        assert!((contrast.standard_error.expect("known") - 0.05).abs() < 1e-12);
    }

    #[test]
    fn missing_values_reach_as_far_as_the_bounds() {
        // v(b) is not logged and lies in [-0.7, 0]: v(a) - v(b) is known to within 0.35.
        let sample = |it: f64| (!it.is_nan()).then(|| Sample::stated(it));
        let episode = Draft::of(2).coalition_samples(&[0.0, -0.5, f64::NAN, -0.7].map(sample)).episode();
        assert!((half(&episode, "shapley") - 0.35).abs() < 1e-12);
    }

    #[test]
    fn stated_values_carry_no_interval() {
        let episode = Draft::of(2).coalitions(&[0.0, 1.0, 0.5, 1.5]).episode();
        let credit = compute(&episode, &Scenario::of_method("shapley")).expect("complete");
        let number = credit.agent(AgentId(0)).expect("a number");
        assert_eq!((number.interval, number.no_interval), (None, Some(crate::stats::NoInterval::Stated)));
    }
}
