//! Two attributions side by side: what changed for whom, and whether the blame moved.

use crate::model::{AgentId, Attribution, Episode, Estimate, Value};
use crate::stats::{Draws, kendall_tau_b};

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
    /// Probability that the two name different agents, by 4,000 seeded draws of every credit from its normal
    /// error, drawn independently. `None` unless every number on both sides has a standard error and one of
    /// them is not 0.
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

const DRAWS: usize = 4_000;

fn p_flip(failed: bool, before: &Attribution, after: &Attribution) -> Option<f64> {
    let (before, after) = (with_errors(before)?, with_errors(after)?);
    if before.iter().chain(&after).all(|it| it.1.standard_error == Some(0.0)) {
        return None;
    }
    let sign = if failed { 1.0 } else { -1.0 };
    let mut draws = Draws::new(0);
    let mut extreme = |entries: &[(AgentId, Estimate)]| {
        let mut lowest: Option<(f64, AgentId)> = None;
        for (agent, it) in entries {
            let drawn = sign * (it.value + it.standard_error.unwrap_or(0.0) * draws.normal());
            if lowest.is_none_or(|lowest| drawn < lowest.0) {
                lowest = Some((drawn, *agent));
            }
        }
        lowest.map(|it| it.1)
    };
    let flips = (0..DRAWS).filter(|_| extreme(&before) != extreme(&after)).count();
    Some(flips as f64 / DRAWS as f64)
}

/// All numbers, if each has a standard error and there are at least two.
fn with_errors(attribution: &Attribution) -> Option<Vec<(AgentId, Estimate)>> {
    let numbers = attribution.agents.iter().filter_map(|it| it.value.number().map(|n| (it.agent, *n)));
    let numbers: Vec<(AgentId, Estimate)> = numbers.collect();
    (numbers.len() > 1 && numbers.iter().all(|it| it.1.standard_error.is_some())).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::fixture::attribution;
    use crate::model::Status;
    use crate::model::draft::Draft;

    fn noisy(values: &[f64], error: f64) -> Attribution {
        let mut it = attribution(values);
        for (credit, value) in it.agents.iter_mut().zip(values) {
            credit.value = Value::Number(Estimate::with_standard_error(*value, error, Some(8)));
        }
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
        // Two coins each: P(differ) = 1/2, three standard errors of 4,000 draws are 0.024.
        assert!((p(&[0.0, 0.0], &[0.0, 0.0], 1.0) - 0.5).abs() < 0.03);
    }
}
