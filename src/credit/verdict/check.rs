//! Declared credit against the same computed anew: confirmed, refuted, or nothing here can tell.
//!
//! Two numbers agree where they differ by no more than the written precision of the record allows, or by less
//! than a ten-thousandth of its largest number: what they were computed from was rounded too.

use crate::model::{AgentId, Episode};

use super::super::audit::{AuditRow, audit_record};
use super::super::declared;
use super::super::method::{Family, Target};

/// Records looked at: a log may hold one for each of thousands of steps.
const RECORDS: usize = 8;

/// One declared credit, computed anew.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Its name among the declared credits of the episode.
    pub key: String,
    /// `method/baseline` that computed it anew.
    pub method: String,
    /// How many forms its name leaves open; none of them gives its numbers where it is not confirmed.
    pub forms: usize,
    /// Whether every number agrees.
    pub confirmed: bool,
    /// Whether what computes it only looks at the shape of the trace and at R: then it says of nobody that it
    /// mattered.
    pub is_shape: bool,
    /// Whether the sum agrees, whatever the split.
    pub sum_agrees: bool,
    /// Declared minus computed, of what differs, the largest first.
    pub off: Vec<Off>,
}

/// One number that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Off {
    /// Whose.
    pub name: String,
    /// The agent, where it is the number of one.
    pub agent: Option<AgentId>,
    /// As declared.
    pub declared: f64,
    /// As computed.
    pub computed: f64,
}

/// All declared credits in reward units that can be computed anew.
pub(super) fn checks(episode: &Episode) -> Vec<Check> {
    let usable = |at: &usize| declared::has_reward_units(&episode.declared[*at]);
    let records = (0..episode.declared.len()).filter(usable).take(RECORDS);
    records.filter_map(|at| check(audit_record(episode, at)?)).collect()
}

fn check(row: AuditRow) -> Option<Check> {
    // What was read off the numbers confirms nothing.
    let method = row.method().filter(|_| !row.is_fitted)?;
    let pairs: Vec<(&super::super::AuditItem, f64, f64)> = row
        .items
        .iter()
        .filter_map(|it| Some((it, it.declared?, it.recomputed.number()?.value)))
        .filter(|it| it.1.is_finite() && it.2.is_finite())
        .collect();
    if pairs.is_empty() {
        return None;
    }
    let tolerance = tolerance(pairs.iter().map(|it| it.1));
    let mut off: Vec<Off> = pairs
        .iter()
        .filter(|it| (it.1 - it.2).abs() > tolerance)
        .map(|(item, declared, computed)| Off {
            name: item.name.clone(),
            agent: match item.target {
                Some(Target::Agent(agent)) => Some(agent),
                _ => None,
            },
            declared: *declared,
            computed: *computed,
        })
        .collect();
    off.sort_by(|a, b| {
        let size = |it: &Off| (it.declared - it.computed).abs();
        size(b).total_cmp(&size(a)).then_with(|| a.name.cmp(&b.name))
    });
    let sums = pairs.iter().fold((0.0, 0.0), |(a, b), it| (a + it.1, b + it.2));
    Some(Check {
        key: row.key,
        method,
        forms: row.forms,
        confirmed: off.is_empty(),
        is_shape: row.recomputed.as_ref().is_ok_and(|it| is_shape(&it.method)),
        sum_agrees: (sums.0 - sums.1).abs() <= tolerance * pairs.len() as f64,
        off,
    })
}

/// Whether a method only looks at the shape of the trace and at R.
fn is_shape(name: &str) -> bool {
    let by_time = ["discount", "eligibility"];
    by_time.contains(&name)
        || super::super::method(name).is_some_and(|it| matches!(it.family, Family::Split | Family::Graph))
}

/// How far a number may be off: half of the last digit that the most precise of them is written with, once
/// for the number itself and once for each of two it was made of; at least 1e-4 and at most 1e-3 of the
/// largest, or else less than one unit of that digit, where that is no more than a twentieth of the largest: thirds
/// of 1 are written 0.33, 0.33 and 0.34.
pub(in crate::credit) fn tolerance(declared: impl Iterator<Item = f64>) -> f64 {
    let (mut digits, mut largest) = (0, 0.0_f64);
    for value in declared.filter(|it| it.is_finite()) {
        let text = format!("{value}");
        digits = digits.max(text.split_once('.').map_or(0, |it| it.1.len()));
        largest = largest.max(value.abs());
    }
    let unit = 10f64.powi(-(digits.min(15) as i32));
    let written = if digits < 2 || unit > largest / 20.0 { 0.0 } else { unit * (1.0 - 1e-6) };
    (1.5 * unit).clamp(1e-4 * largest, 1e-3 * largest).max(written)
}

#[cfg(test)]
mod tests {
    use super::tolerance;

    #[test]
    fn rounding_is_what_the_most_precise_number_says() {
        let check = |values: &[f64], expected: f64| {
            let found = tolerance(values.iter().copied());
            assert!((found - expected).abs() < 1e-5 * expected, "{values:?}: {found}");
        };
        check(&[-0.4999, 0.5], 1.5e-4);
        // Whole numbers say little of their precision: a thousandth of the largest.
        check(&[-4.0, 1.0], 4e-3);
        check(&[1.0 / 3.0], 1e-4 / 3.0);
        // Less than a unit of two digits; of one digit, and beside small numbers, as much as ever.
        check(&[-0.33, -0.33, -0.34], 0.01);
        check(&[-0.3, -0.4], 4e-4);
        check(&[-0.05, 0.02], 5e-5);
    }
}
