//! Who stands out in an attribution: the most blamed of a failure, the biggest earner of a success.
//!
//! Decided here:
//! * In a failed episode the most negative credit is blamed; in a success the most positive is named.
//! * A failure in which nobody has negative credit has no loser: the least earner is named, and named as that
//!   ([`BlameKind::EarnedLeast`]). Likewise a success in which nobody gained.
//! * Values closer than `1e-12` of the largest are equal. Agents that cannot be told from the extreme one tie
//!   with it if their own value has the blamed sign. They cannot be told apart if the difference of the two
//!   may be 0, for methods that know its uncertainty ([`Attribution::differences`]), and otherwise if their
//!   intervals meet. All that tie are named.
//! * A share is part of the gross loss (the sum of negative credits) or gross gain: never above 100%.

use crate::model::{AgentId, Attribution, Estimate};
use crate::stats::sum;

/// In what sense agents stand out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlameKind {
    /// A failure: they lost the most.
    Lost,
    /// A failure in which nobody lost: these earned least.
    EarnedLeast,
    /// A success: they earned the most.
    Earned,
    /// A success in which nobody gained: these lost least.
    LostLeast,
}

impl BlameKind {
    /// Whether the extreme is at the low end.
    pub fn is_low(self) -> bool {
        matches!(self, BlameKind::Lost | BlameKind::EarnedLeast)
    }
}

/// The agents that stand out.
#[derive(Clone, Debug, PartialEq)]
pub struct Blame {
    /// In what sense.
    pub kind: BlameKind,
    /// The extreme one first, then those that tie with it, by value and then by id.
    pub agents: Vec<AgentId>,
    /// Whether all agents with a number have the same: nobody is singled out.
    pub all_equal: bool,
    /// How many agents have a number.
    pub known: usize,
    /// Share of each named agent in the gross loss or gain; `None` if nobody lost or gained.
    pub shares: Vec<Option<f64>>,
}

/// Who stands out in `attribution`; `failed` as in [`crate::model::Episode::failed`]. `None` if no agent has
/// a number.
pub fn blame(failed: bool, attribution: &Attribution) -> Option<Blame> {
    let sign = if failed { 1.0 } else { -1.0 };
    // From here on the blamed end is the low one.
    let mut entries: Vec<(AgentId, Estimate)> = attribution
        .agents
        .iter()
        .filter_map(|it| it.value.number().map(|estimate| (it.agent, *estimate)))
        .filter(|it| !it.1.value.is_nan())
        .collect();
    let tolerance = tolerance(entries.iter().map(|it| it.1.value));
    entries.sort_by(|a, b| (sign * a.1.value).total_cmp(&(sign * b.1.value)).then(a.0.cmp(&b.0)));
    let (first, extreme) = *entries.first()?;
    let last = entries.last().map_or(extreme.value, |it| it.1.value);
    let lost = sign * extreme.value < -tolerance;
    let kind = match (failed, lost) {
        (true, true) => BlameKind::Lost,
        (true, false) => BlameKind::EarnedLeast,
        (false, true) => BlameKind::Earned,
        (false, false) => BlameKind::LostLeast,
    };
    let gross = sum(entries.iter().map(|it| sign * it.1.value).filter(|it| *it < -tolerance));
    let ties = |agent: AgentId, it: &Estimate| {
        (it.value - extreme.value).abs() <= tolerance
            || (meet(attribution, (agent, it), (first, &extreme)) && (!lost || sign * it.value < -tolerance))
    };
    let mut named: Vec<&(AgentId, Estimate)> = entries.iter().filter(|it| ties(it.0, &it.1)).collect();
    // Rounding must not decide the order of equal values.
    let equal = named.iter().take_while(|it| (it.1.value - extreme.value).abs() <= tolerance).count();
    named[..equal].sort_by_key(|it| it.0);
    let shares = named.iter().map(|it| (lost && gross < 0.0).then(|| sign * it.1.value / gross)).collect();
    Some(Blame {
        kind,
        agents: named.iter().map(|it| it.0).collect(),
        all_equal: (last - extreme.value).abs() <= tolerance,
        known: entries.len(),
        shares,
    })
}

/// Two of these values count as equal below this difference: `1e-12` of the largest magnitude.
pub(super) fn tolerance(values: impl Iterator<Item = f64>) -> f64 {
    values.filter(|it| it.is_finite()).fold(0.0, |scale: f64, it| scale.max(it.abs())) * 1e-12
}

/// Whether the data leave open which of two agents has the larger number.
fn meet(attribution: &Attribution, a: (AgentId, &Estimate), b: (AgentId, &Estimate)) -> bool {
    match attribution.differences.as_ref().and_then(|it| it.half(a.0, b.0)) {
        Some(half) => (a.1.value - b.1.value).abs() <= half,
        None => overlap(a.1, b.1),
    }
}

/// Whether the intervals of two numbers meet. A number without one is a point; two points never overlap.
pub(super) fn overlap(a: &Estimate, b: &Estimate) -> bool {
    if a.interval.is_none() && b.interval.is_none() {
        return false;
    }
    let (a, b) = (a.interval.unwrap_or((a.value, a.value)), b.interval.unwrap_or((b.value, b.value)));
    a.0 <= b.1 && b.0 <= a.1
}

/// Rank of each agent from the blamed end, from 1; agents that cannot be told apart share a rank. `None` for
/// an agent without a number.
pub(super) fn ranks(failed: bool, attribution: &Attribution) -> Vec<Option<u32>> {
    let tolerance =
        tolerance(attribution.agents.iter().filter_map(|it| it.value.number()).map(|it| it.value));
    let numbers: Vec<(AgentId, Option<&Estimate>)> =
        attribution.agents.iter().map(|it| (it.agent, it.value.number())).collect();
    let before = |a: (AgentId, &Estimate), b: (AgentId, &Estimate)| {
        let lower = if failed { b.1.value - a.1.value } else { a.1.value - b.1.value };
        lower > tolerance && !meet(attribution, a, b)
    };
    let is_point = |it: &(AgentId, Option<&Estimate>)| it.1.is_none_or(|it| it.interval.is_none());
    if attribution.differences.is_none() && numbers.iter().all(is_point) {
        // Points never meet: the rank of a point is its place among all.
        let sign = if failed { 1.0 } else { -1.0 };
        let mut sorted: Vec<f64> = numbers.iter().filter_map(|it| Some(sign * it.1?.value)).collect();
        sorted.sort_by(f64::total_cmp);
        let before = |own: f64| sorted.partition_point(|it| own - it > tolerance) as u32;
        return numbers.iter().map(|it| Some(1 + before(sign * it.1?.value))).collect();
    }
    let known = || numbers.iter().filter_map(|it| Some((it.0, it.1?)));
    let rank = |own: (AgentId, &Estimate)| 1 + known().filter(|it| before(*it, own)).count() as u32;
    numbers.iter().map(|it| Some(rank((it.0, it.1?)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::fixture::attribution;
    use crate::model::{Differences, Value};

    fn check(failed: bool, values: &[f64], kind: BlameKind, named: &[u32]) -> Blame {
        let found = blame(failed, &attribution(values)).expect("numbers");
        let agents: Vec<u32> = found.agents.iter().map(|it| it.0).collect();
        assert_eq!((found.kind, agents.as_slice()), (kind, named), "{values:?}");
        found
    }

    #[test]
    fn extremes_and_ties() {
        check(true, &[-0.1, -0.4, 0.2], BlameKind::Lost, &[1]);
        check(true, &[-0.3, -0.1 - 0.2, 0.2], BlameKind::Lost, &[0, 1]);
        check(true, &[0.3, 0.1, 0.2], BlameKind::EarnedLeast, &[1]);
        check(false, &[0.3, 0.1, 0.2], BlameKind::Earned, &[0]);
        check(false, &[-0.3, -0.1], BlameKind::LostLeast, &[1]);
        assert!(check(true, &[-0.5, -0.5], BlameKind::Lost, &[0, 1]).all_equal);
        // Rounding noise is not a loss.
        check(true, &[-1e-17, 0.5], BlameKind::EarnedLeast, &[0]);
    }

    #[test]
    fn shares_are_of_the_gross_loss() {
        // The losses are 0.4 + 0.1, whatever others earned.
        let found = check(true, &[-0.4, -0.1, 0.6], BlameKind::Lost, &[0]);
        assert_eq!(found.shares, [Some(0.8)]);
        let found = check(false, &[0.5, -0.2], BlameKind::Earned, &[0]);
        assert_eq!(found.shares, [Some(1.0)]);
        assert_eq!(check(true, &[0.1, 0.2], BlameKind::EarnedLeast, &[0]).shares, [None]);
    }

    #[test]
    fn overlapping_intervals_tie() {
        let mut both = attribution(&[-0.4, -0.3, -0.1, 0.1]);
        for (agent, half) in [(0, 0.1), (1, 0.05), (2, 0.01), (3, 0.9)] {
            if let Value::Number(it) = &mut both.agents[agent].value {
                it.interval = Some((it.value - half, it.value + half));
            }
        }
        let found = blame(true, &both).expect("numbers");
        // Agent 3's interval is wide, but it earned: it is not among those who lost most.
        assert_eq!(found.agents, [AgentId(0), AgentId(1)]);
        assert_eq!(ranks(true, &both), [Some(1), Some(1), Some(3), Some(1)]);
    }

    #[test]
    fn a_known_difference_decides_where_intervals_overlap() {
        let mut both = attribution(&[-0.4, -0.3, -0.1]);
        for credit in &mut both.agents {
            if let Value::Number(it) = &mut credit.value {
                it.interval = Some((it.value - 0.2, it.value + 0.2));
            }
        }
        assert_eq!(blame(true, &both).expect("numbers").agents, [AgentId(0), AgentId(1), AgentId(2)]);
        // The first two share their uncertainty: they differ by 0.1 for sure. Nothing is known of the third.
        let mut differences = Differences::of(3);
        differences.set(AgentId(0), AgentId(1), 0.05);
        differences.set(AgentId(0), AgentId(2), 0.35);
        both.differences = Some(differences);
        assert_eq!(blame(true, &both).expect("numbers").agents, [AgentId(0), AgentId(2)]);
        assert_eq!(ranks(true, &both), [Some(1), Some(2), Some(1)]);
    }

    #[test]
    fn nothing_known_blames_nobody() {
        let mut none = attribution(&[1.0]);
        none.agents[0].value = Value::Undefined("x".to_owned());
        assert_eq!(blame(true, &none), None);
    }
}
