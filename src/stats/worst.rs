//! Which of several credits can be the least.
//!
//! One stays unless another is below it for sure: unless the interval of its difference to some other lies wholly
//! above 0, at half the error of the level, shared over the others (Bonferroni; Hsu 1984 with two-sided intervals).
//! The least one is then in the set in at least `level` of all measurements, and one that is alone in it differs
//! from every other by the interval that is printed. Only the test of the truly least one has to hold, so the
//! error is shared over the others and not over all pairs. The two intervals side by side are never compared:
//! credits share what they rest on.

use super::credit::Credit;
use super::table::Table;

/// The error that a single comparison among `n` credits may have, one-sided.
pub fn error_of_one(n: usize, level: f64) -> f64 {
    (1.0 - level) / 2.0 / (n.max(2) - 1) as f64
}

/// Places of the `credits` that can be the least, ascending. A difference without an interval excludes nobody.
pub fn can_be_least(table: &Table, credits: &[Credit], level: f64) -> Vec<usize> {
    let alpha = error_of_one(credits.len(), level);
    let values: Vec<f64> = credits.iter().map(|it| it.value(table.means())).collect();
    not_above(&values, |high, low| table.is_above(&credits[high], &credits[low], alpha))
}

/// Places of the `values` that are not above another for sure; `is_above(a, b)` says whether `a` is above `b`, and is
/// asked only where the value of `a` is above that of `b`: of many equal ones nothing is compared with anything.
pub fn not_above(values: &[f64], is_above: impl Fn(usize, usize) -> bool) -> Vec<usize> {
    // The least are those that exclude the most.
    let mut least_first: Vec<usize> = (0..values.len()).collect();
    least_first.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let below = |at: usize| least_first.iter().take_while(move |other| values[**other] < values[at]);
    let stays = |at: &usize| !below(*at).any(|other| is_above(*at, *other));
    (0..values.len()).filter(stays).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Arm, Draws, Weights};

    fn arms(count: usize, draws: &mut Draws, mean: impl Fn(usize) -> f64) -> Table {
        let arm = |at| Arm::Returns((0..8).map(|_| mean(at) + draws.normal()).collect());
        Table::new((0..count).map(arm).collect(), None)
    }

    #[test]
    fn one_far_below_is_alone_and_a_single_one_always_is() {
        let each: Vec<Credit> = (0..4).map(|it| Credit::of(Weights::of(vec![(it, 1.0)]))).collect();
        let table = arms(4, &mut Draws::new(3), |at| if at == 2 { -5.0 } else { 0.0 });
        assert_eq!(can_be_least(&table, &each, 0.95), [2]);
        assert_eq!(can_be_least(&table, &each[..1], 0.95), [0]);
        assert_eq!(can_be_least(&table, &[], 0.95), [0; 0]);
    }

    #[test]
    fn a_shared_arm_excludes_nobody_by_its_own_noise() {
        // Both credits rest on the last arm, whose spread is large: their difference does not.
        let steady = |mean: f64| Arm::Returns(vec![mean - 0.01, mean, mean + 0.01, mean + 0.02]);
        let noisy = Arm::Returns(vec![-9.0, 3.0, 8.0, -2.5]);
        let table = Table::new(vec![steady(0.0), steady(0.1), noisy], None);
        let credit = |arm| Credit::of(Weights::of(vec![(arm, 1.0), (2, 1.0)]));
        assert_eq!(can_be_least(&table, &[credit(0), credit(1)], 0.95), [0]);
    }
}
