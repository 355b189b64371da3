//! Two attributions side by side: what changed for whom, and whether the blame moved.

use crate::model::{AgentId, Attribution, Episode, Value};
use crate::stats::{Credit, End, FlipDraws, Side, chance_to_differ, kendall_tau_b};

use super::blame::{blame, ranks};

/// One agent before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparisonRow {
    /// Who.
    pub agent: AgentId,
    /// Credit before.
    pub before: Value,
    /// Credit after.
    pub after: Value,
    /// After minus before, where both are numbers.
    pub change: Option<f64>,
    /// Rank before, 1 = most blamed (in a success: earned most). Agents inside overlapping intervals share a
    /// rank.
    pub rank_before: Option<u32>,
    /// Rank after.
    pub rank_after: Option<u32>,
    /// Whether it is named after and was not before.
    pub new_most_blamed: bool,
}

/// Two attributions of one episode.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// One row per agent, ascending by id.
    pub rows: Vec<ComparisonRow>,
    /// Sum of the credits before.
    pub sum_before: f64,
    /// Sum of the credits after.
    pub sum_after: f64,
    /// Who stood out before; ties: all of them.
    pub named_before: Vec<AgentId>,
    /// Who stands out after.
    pub named_after: Vec<AgentId>,
    /// Whether all blamed after differ from all blamed before.
    pub flips: bool,
    /// Kendall's tau-b between the two, over agents with both numbers.
    pub tau: Option<f64>,
    /// Probability that the two name different agents, by at most 4,000 seeded draws from the error of what was
    /// measured; by the same draws if both rest on the same runs. `None` unless the numbers on both sides
    /// follow from runs with a known spread.
    pub p_flip: Option<f64>,
}

/// Sets `after` beside `before`. Both must be of `episode`.
pub fn compare(episode: &Episode, before: &Attribution, after: &Attribution) -> Comparison {
    let failed = episode.failed();
    let named = |it: &Attribution| blame(failed, it).filter(|it| !it.all_equal || it.known == 1);
    let named = |it| named(it).map(|it| it.agents).unwrap_or_default();
    let (named_before, named_after): (Vec<AgentId>, Vec<AgentId>) = (named(before), named(after));
    let (ranks_before, ranks_after) = (ranks(failed, before), ranks(failed, after));
    let row = |agent: AgentId| {
        let value = |it: &Attribution| match it.agents.get(agent.index()) {
            Some(credit) => credit.value.clone(),
            None => Value::Unavailable("not an agent of this attribution".to_owned()),
        };
        let (old, new) = (value(before), value(after));
        let change = old.number().zip(new.number()).map(|(old, new)| new.value - old.value);
        let rank = |ranks: &[Option<u32>]| ranks.get(agent.index()).copied().flatten();
        ComparisonRow {
            agent,
            change,
            before: old,
            after: new,
            rank_before: rank(&ranks_before),
            rank_after: rank(&ranks_after),
            new_most_blamed: named_after.contains(&agent) && !named_before.contains(&agent),
        }
    };
    let rows: Vec<ComparisonRow> = episode.agent_ids().map(row).collect();
    let both = rows.iter().filter_map(|it| Some((it.before.number()?.value, it.after.number()?.value)));
    let (old, new): (Vec<f64>, Vec<f64>) = both.unzip();
    let moved = !named_before.is_empty()
        && !named_after.is_empty()
        && named_after.iter().all(|it| !named_before.contains(it));
    Comparison {
        rows,
        sum_before: before.sum,
        sum_after: after.sum,
        named_before,
        named_after,
        flips: moved,
        tau: kendall_tau_b(&old, &new),
        p_flip: p_flip(failed, before, after),
    }
}

const DRAWS: FlipDraws = FlipDraws { most: 4_000, seed: 0 };

fn p_flip(failed: bool, before: &Attribution, after: &Attribution) -> Option<f64> {
    let (credits, names) = credits(before)?;
    let (other_credits, other_names) = self::credits(after)?;
    let one = Side { table: &before.measured.as_ref()?.table, credits: &credits, names: &names };
    let other = Side { table: &after.measured.as_ref()?.table, credits: &other_credits, names: &other_names };
    let end = if failed { End::Least } else { End::Largest };
    chance_to_differ(one, other, end, DRAWS)
}

/// How every agent's number follows from the runs, and whose it is. `None` if fewer than two have one, or one of them
/// does not follow from runs.
fn credits(attribution: &Attribution) -> Option<(Vec<Credit>, Vec<usize>)> {
    let measured = attribution.measured.as_ref()?;
    let known = attribution.agents.iter().filter(|it| it.value.number().is_some()).map(|it| it.agent);
    let names: Vec<usize> = known.clone().map(AgentId::index).collect();
    let credits: Option<Vec<Credit>> = known.map(|it| measured.credit(it).cloned()).collect();
    credits.filter(|it| it.len() > 1).map(|it| (it, names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::credit::fixture::attribution;
    use crate::model::draft::Draft;
    use crate::model::{Measured, Status};
    use crate::stats::{Arm, Table, Weights};

    /// Numbers that are measured by themselves, each with this standard error.
    fn noisy(values: &[f64], error: f64) -> Attribution {
        let mut it = attribution(values);
        let arm = |mean: &f64| Arm::Summary { mean: *mean, std: error, n: None };
        let table = Arc::new(Table::new(values.iter().map(arm).collect(), None));
        let credit = |arm| Some(Credit::of(Weights::of(vec![(arm, 1.0)])));
        it.measured = Some(Measured { table, agents: (0..values.len()).map(credit).collect() });
        it
    }

    #[test]
    fn a_flip_and_a_hold() {
        let episode = Draft::of(3).end(Status::Failure).episode();
        let found = compare(&episode, &attribution(&[-0.4, -0.2, 0.1]), &attribution(&[-0.1, -0.2, 0.1]));
        assert!(found.flips && found.rows[1].new_most_blamed && !found.rows[0].new_most_blamed);
        assert_eq!((found.rows[0].rank_before, found.rows[0].rank_after), (Some(1), Some(2)));
        assert!((found.rows[0].change.expect("both") - 0.3).abs() < 1e-12);
        // One of three pairs turned round: (2 - 1) / 3.
        assert!((found.tau.expect("order") - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(found.p_flip, None);
        let same = attribution(&[-0.4, -0.2, 0.1]);
        assert!(!compare(&episode, &same, &same).flips);
    }

    #[test]
    fn an_undefined_agent_has_no_change() {
        let episode = Draft::of(2).end(Status::Failure).episode();
        let mut after = attribution(&[-0.4, -0.2]);
        after.agents[0].value = Value::Undefined("taken out".to_owned());
        let found = compare(&episode, &attribution(&[-0.4, -0.2]), &after);
        assert_eq!((found.rows[0].change, found.rows[0].rank_after), (None, None));
        assert!(found.flips);
    }

    #[test]
    fn p_flip_follows_the_uncertainty() {
        let episode = Draft::of(2).end(Status::Failure).episode();
        let p = |a: &[f64], b: &[f64], error| {
            compare(&episode, &noisy(a, error), &noisy(b, error)).p_flip.expect("errors known")
        };
        assert!(p(&[-0.4, 0.0], &[0.0, -0.4], 0.01) > 0.999);
        assert!(p(&[-0.4, 0.0], &[-0.4, 0.0], 0.01) < 0.001);
        // Four independent normals: either side names one or the other, P(differ) = 1/2 if all means are alike. Three
        // standard errors of 4,000 draws are 0.024. One mean is moved a little, as equal tables share their draws.
        assert!((p(&[0.0, 0.0], &[0.0, 1e-6], 1.0) - 0.5).abs() < 0.03);
        assert_eq!(p(&[0.0, 0.0], &[0.0, 0.0], 1.0), 0.0);
    }
}
