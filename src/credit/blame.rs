//! Who stands out in an attribution: the most blamed of a failure, the biggest earner of a success.
//!
//! Decided here:
//! * In a failed episode the most negative credit is blamed; in a success the most positive is named.
//! * A failure in which nobody has negative credit has no loser: the least earner is named, and named as that
//!   ([`BlameKind::EarnedLeast`]). Likewise a success in which nobody gained.
//! * Values closer than `1e-12` of the largest, or than `1e-12`, are equal; largest of the values themselves and of
//!   what they were made of, so that rounding names nobody.
//! * Declared numbers that differ by one unit of their last digit are equal: thirds of 1 are written 0.33, 0.33
//!   and 0.34.
//! * Named are all that can be the extreme one: an agent is left out only if the interval of its difference to
//!   some other excludes 0, at an error shared over the others ([`error_of_one`]). A sign has no say in it. Where
//!   runs carry no interval they leave nobody out. Numbers that are stated, or whose differences are not known,
//!   are told apart if their intervals do not meet.
//! * A share is part of the gross loss (the sum of negative credits) or gross gain: never above 100%.

use crate::model::{AgentId, Attribution, Estimate, LEVEL, Provenance};
use crate::stats::{Interval, NoInterval, error_of_one, not_above, sum};

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
    /// How many agents have the extreme number itself.
    pub equal: usize,
    /// How far the first is from the next: the second of those named, else the nearest that is not.
    pub margin: Option<Margin>,
}

/// How far two agents are apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margin {
    /// The agent compared with the first one named.
    pub other: AgentId,
    /// Its number minus that of the first one named, in reward units.
    pub difference: f64,
    /// The interval of that difference, at the level at which agents are told apart; or why there is none.
    pub interval: Result<Interval, NoInterval>,
}

impl Margin {
    /// Why there is no interval, in words.
    pub fn why_no_interval(&self) -> Option<&'static str> {
        self.interval.err().map(NoInterval::words)
    }
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
    let tolerance = tolerance_of(attribution);
    entries.sort_by(|a, b| (sign * a.1.value).total_cmp(&(sign * b.1.value)).then(a.0.cmp(&b.0)));
    let extreme = entries.first()?.1;
    let last = entries.last().map_or(extreme.value, |it| it.1.value);
    let lost = sign * extreme.value < -tolerance;
    let kind = match (failed, lost) {
        (true, true) => BlameKind::Lost,
        (true, false) => BlameKind::EarnedLeast,
        (false, true) => BlameKind::Earned,
        (false, false) => BlameKind::LostLeast,
    };
    let gross = sum(entries.iter().map(|it| sign * it.1.value).filter(|it| *it < -tolerance));
    let apart = Apart::of(failed, attribution, entries.len());
    let values: Vec<f64> = entries.iter().map(|it| sign * it.1.value).collect();
    let above = |a: usize, b: usize| apart.is_beyond(tolerance, entries[b], entries[a]);
    let mut named: Vec<&(AgentId, Estimate)> =
        not_above(&values, above).into_iter().map(|it| &entries[it]).collect();
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
        equal,
        margin: margin(attribution, &apart, &named, &entries),
    })
}

/// Two of these values count as equal below this difference: `1e-12` of the largest magnitude.
pub(super) fn tolerance(values: impl Iterator<Item = f64>) -> f64 {
    values.filter(|it| it.is_finite()).fold(0.0, |scale: f64, it| scale.max(it.abs())) * 1e-12
}

/// [`tolerance`] of an attribution: of its numbers and of what they were made of.
pub(super) fn tolerance_of(attribution: &Attribution) -> f64 {
    let numbers = attribution.agents.iter().filter_map(|it| it.value.number()).map(|it| it.value);
    let totals = [attribution.reward, attribution.empty_value, attribution.contract];
    let returns = attribution.measured.as_ref().map(|it| it.table.scale());
    tolerance(numbers.chain(totals.into_iter().flatten()).chain(returns))
        .max(DUST)
        .max(last_unit(attribution))
}

/// What a sum of floats leaves over, whatever the reward unit: no number is written that is as small.
const DUST: f64 = 1e-12;

/// The most digits after the point that are looked for: sums of fewer differ beyond.
const DIGITS: usize = 9;

/// One unit of the last digit that declared numbers are written with. 0 for others, for numbers with less than two
/// digits after the point, and where it is more than a twentieth of the largest: these say nothing of their precision.
fn last_unit(attribution: &Attribution) -> f64 {
    if attribution.provenance != Provenance::Declared {
        return 0.0;
    }
    let numbers = attribution.agents.iter().filter_map(|it| it.value.number()).map(|it| it.value);
    let (mut digits, mut largest) = (0, 0.0_f64);
    for value in numbers.filter(|it| it.is_finite()) {
        let text = format!("{value:.DIGITS$}");
        let text = text.trim_end_matches('0');
        digits = digits.max(text.split_once('.').map_or(0, |it| it.1.len()));
        largest = largest.max(value.abs());
    }
    let unit = 10f64.powi(-(digits as i32));
    // A difference of two decimals is not exact in binary.
    if digits < 2 || unit > largest / 20.0 { 0.0 } else { unit * (1.0 + 1e-6) }
}

/// The named agent and the next.
fn margin(
    attribution: &Attribution,
    apart: &Apart<'_>,
    named: &[&(AgentId, Estimate)],
    entries: &[(AgentId, Estimate)],
) -> Option<Margin> {
    let (first, own) = **named.first()?;
    let next = named.get(1).copied().or_else(|| entries.iter().find(|it| it.0 != first));
    let (other, estimate) = *next?;
    let level = 1.0 - 2.0 * apart.alpha;
    let measured = attribution.measured.as_ref().ok_or(NoInterval::NothingMeasured);
    let interval = measured.and_then(|it| it.difference(other, first, level));
    Some(Margin { other, difference: estimate.value - own.value, interval })
}

/// Tells the agents of an attribution apart.
struct Apart<'a> {
    attribution: &'a Attribution,
    failed: bool,
    /// The error a single comparison may have.
    alpha: f64,
}

impl<'a> Apart<'a> {
    fn of(failed: bool, attribution: &'a Attribution, known: usize) -> Self {
        Self { attribution, failed, alpha: error_of_one(known, LEVEL) }
    }

    /// Whether `a` stands out more than `b` for sure: its number is lower (in a success: higher).
    fn is_beyond(&self, tolerance: f64, a: (AgentId, Estimate), b: (AgentId, Estimate)) -> bool {
        let distance = if self.failed { b.1.value - a.1.value } else { a.1.value - b.1.value };
        if distance <= tolerance {
            return false;
        }
        let Some(measured) = &self.attribution.measured else { return !overlap(&a.1, &b.1) };
        let (low, high) = if self.failed { (a.0, b.0) } else { (b.0, a.0) };
        let apart = measured.is_above(high, low, self.alpha);
        apart
            || match measured.difference(high, low, LEVEL) {
                Err(NoInterval::Stated) => !overlap(&a.1, &b.1),
                Err(NoInterval::NothingMeasured) => true,
                _ => false,
            }
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
    let tolerance = tolerance_of(attribution);
    let numbers: Vec<(AgentId, Option<&Estimate>)> =
        attribution.agents.iter().map(|it| (it.agent, it.value.number())).collect();
    let is_point = |it: &(AgentId, Option<&Estimate>)| it.1.is_none_or(|it| it.interval.is_none());
    let stated = attribution.measured.as_ref().is_none_or(|it| !it.table.has_runs());
    if stated && numbers.iter().all(is_point) {
        // Points never meet: the rank of a point is its place among all.
        let sign = if failed { 1.0 } else { -1.0 };
        let mut sorted: Vec<f64> = numbers.iter().filter_map(|it| Some(sign * it.1?.value)).collect();
        sorted.sort_by(f64::total_cmp);
        let before = |own: f64| sorted.partition_point(|it| own - it > tolerance) as u32;
        return numbers.iter().map(|it| Some(1 + before(sign * it.1?.value))).collect();
    }
    let known = || numbers.iter().filter_map(|it| Some((it.0, *it.1?)));
    let apart = Apart::of(failed, attribution, known().count());
    let rank = |own: (AgentId, Estimate)| {
        1 + known().filter(|it| apart.is_beyond(tolerance, *it, own)).count() as u32
    };
    numbers.iter().map(|it| Some(rank((it.0, *it.1?)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::fixture::attribution;
    use std::sync::Arc;

    use crate::model::{Measured, Value};
    use crate::stats::{Arm, Credit, Table, Weights};

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
    fn declared_numbers_tie_within_their_last_digit() {
        let named = |values: &[f64]| {
            let declared = Attribution { provenance: Provenance::Declared, ..attribution(values) };
            let found = blame(true, &declared).expect("numbers");
            (found.agents.len(), found.all_equal)
        };
        assert_eq!(named(&[-0.3333, -0.3333, -0.3334]), (3, true));
        assert_eq!(named(&[-0.4333, -0.4334, -0.1333]), (2, false));
        assert_eq!(named(&[-0.4333, -0.4335, -0.1332]), (1, false));
        // 0.01 of 0.05, one digit, and whole numbers are no rounding.
        assert_eq!(named(&[-0.05, -0.04]), (1, false));
        assert_eq!(named(&[-0.5, -0.4]), (1, false));
        assert_eq!(named(&[-5.0, -4.0]), (1, false));
        // Numbers that are computed are as exact as they are.
        assert_eq!(blame(true, &attribution(&[-0.3333, -0.3334])).expect("numbers").agents.len(), 1);
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
        // Agent 3's interval is wide: it may have lost most, whatever the sign of its number.
        assert_eq!(found.agents, [AgentId(0), AgentId(1), AgentId(3)]);
        assert_eq!(ranks(true, &both), [Some(1), Some(1), Some(3), Some(1)]);
    }

    /// Two agents that share a noisy arm and differ by 0.1, one that is 0.3 above the first with noise of its own.
    fn sharing() -> Attribution {
        let mut both = attribution(&[-0.4, -0.3, -0.1]);
        let arm = |mean, std| Arm::Summary { mean, std, n: Some(16) };
        let table = Table::new(vec![arm(-0.4, 4.0), arm(0.1, 0.08), arm(-0.1, 0.8)], None);
        let credit = |terms: &[(usize, f64)]| Some(Credit::of(Weights::of(terms.to_vec())));
        let agents = vec![credit(&[(0, 1.0)]), credit(&[(0, 1.0), (1, 1.0)]), credit(&[(2, 1.0)])];
        for value in both.agents.iter_mut().map(|it| &mut it.value) {
            if let Value::Number(it) = value {
                it.interval = Some((it.value - 2.0, it.value + 2.0));
            }
        }
        both.measured = Some(Measured { table: Arc::new(table), agents });
        both
    }

    #[test]
    fn a_known_difference_decides_where_intervals_overlap() {
        // What the first two share is what is uncertain: 0.1 apart for sure, 5 standard errors of 0.02. The third
        // differs by a noise of 1.
        let both = sharing();
        let found = blame(true, &both).expect("numbers");
        assert_eq!(found.agents, [AgentId(0), AgentId(2)]);
        assert_eq!(ranks(true, &both), [Some(1), Some(2), Some(1)]);
        let margin = found.margin.expect("another");
        let interval = margin.interval.expect("measured");
        // Among three agents each comparison has half of 5%.
        assert_eq!((margin.other, interval.level), (AgentId(2), 0.975));
        assert!(interval.low < 0.0 && interval.high > 0.3);
        // In a success the highest stands out. The second may be as high; the first is below the second for sure.
        assert_eq!(blame(false, &both).expect("numbers").agents, [AgentId(2), AgentId(1)]);
    }

    #[test]
    fn runs_without_an_interval_leave_nobody_out() {
        let mut both = attribution(&[-2.0, 1.0]);
        let arm = |mean| Arm::Summary { mean, std: 0.0, n: Some(1) };
        let credit = |arm| Some(Credit::of(Weights::of(vec![(arm, 1.0)])));
        let table = Arc::new(Table::new(vec![arm(-2.0), arm(1.0)], None));
        both.measured = Some(Measured { table, agents: vec![credit(0), credit(1)] });
        let found = blame(true, &both).expect("numbers");
        assert_eq!(found.agents, [AgentId(0), AgentId(1)]);
        assert_eq!(found.margin.expect("another").interval, Err(NoInterval::OneRunEach));
    }

    #[test]
    fn rounding_is_measured_by_what_went_in() {
        let mut both = attribution(&[-6.9e-18, 0.0]);
        both.reward = Some(-0.1);
        let found = blame(true, &both).expect("numbers");
        assert_eq!((found.kind, found.all_equal), (BlameKind::EarnedLeast, true));
    }

    #[test]
    fn nothing_known_blames_nobody() {
        let mut none = attribution(&[1.0]);
        none.agents[0].value = Value::Undefined("x".to_owned());
        assert_eq!(blame(true, &none), None);
    }
}
