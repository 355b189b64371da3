//! P(flip): the chance that an independent measurement of the same size finds another least credit.
//!
//! Another measurement differs from this one by the errors of both, so arms are drawn around what was measured
//! with the square root of 2 times their standard errors, scaled by a chi-square where the errors are estimates
//! themselves, and pass/fail means are rounded to whole runs. How far credits must first be drawn towards each other
//! (the least is the least in part by luck) depends on how truths are spread, which one log cannot show.
//! So there are two answers and the truth is taken to lie around their range: `plain` draws nothing together and is
//! right where one culprit stands beside many who are alike, `shrunk` draws together by the share `B` of the
//! spread between credits that is noise, from its posterior under a flat prior (Stein 1956; Efron and Morris 1973),
//! and is right where credits are spread smoothly. How far each is off, by kind of truth, is in docs/STATISTICS.md.

use super::arm::ROUNDING;
use super::chance::{End, FlipDraws, FlipRange};
use super::clear::clear;
use super::contrast::{NoInterval, Weights};
use super::credit::{Credit, arms_of};
use super::drawn::{Drawn, extreme};
use super::joint::{is_worth_it, joint_range};
use super::noise::{Noise, noise_shares};
use super::normals::Normals;
use super::student::student_cdf;
use super::sum;
use super::table::{ReturnKind, Table};

/// How sure it is which of the `credits` stands out at this `end`. `normals` are kept for whoever asks next.
///
/// # Errors
/// When there is one credit, or the data carry no spread.
pub fn flip_range(
    table: &Table,
    credits: &[Credit],
    end: End,
    draws: FlipDraws,
    normals: &mut Normals,
) -> Result<FlipRange, NoInterval> {
    if credits.len() < 2 {
        return Err(NoInterval::NothingMeasured);
    }
    let weights: Vec<Weights> = credits.iter().map(|it| it.linear(table.means())).collect();
    let arms = arms_of(credits);
    let now: Vec<f64> = credits.iter().map(|it| it.value(table.means())).collect();
    let noise = Noise::of(table, &weights, &arms, &extreme(&now, end, table.scale()))?;
    let linear = credits.iter().all(|it| it.picks.is_empty());
    if let ([a, b], ReturnKind::Real, true) = (&now[..], table.kind(), linear) {
        return Ok(of_two(end.sign() * a, end.sign() * b, &noise, table.scale()));
    }
    if linear && let Some(found) = clear(table, &weights, &now, end, &noise) {
        return Ok(found);
    }
    if linear && is_worth_it(table, credits.len(), arms.len()) {
        return Ok(joint_range(table, &weights, &now, end, &noise, draws, normals));
    }
    Ok(Drawn::of(table, credits, &weights, arms, noise, &now).range(&now, end, draws, normals))
}

/// The two answers for two credits of real-valued returns, without drawing.
fn of_two(a: f64, b: f64, noise: &Noise, scale: f64) -> FlipRange {
    let apart = (a - b).abs();
    let (plain, shrunk) = if apart <= ROUNDING * a.abs().max(b.abs()).max(scale) {
        // A tie will not be a tie again.
        (1.0, 1.0)
    } else {
        let error = (2.0 * noise.variance).sqrt();
        let at = |share: f64| student_cdf(-(1.0 - share) * apart / ((2.0 - share).sqrt() * error), noise.df);
        (at(0.0), sum(noise_shares(apart * apart / 2.0 / noise.variance, 2).map(|it| it.1 * at(it.0))))
    };
    let other = 1.0 - plain;
    let least = if a <= b { vec![other, plain] } else { vec![plain, other] };
    FlipRange { plain, shrunk, draws: 0, least }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Arm, can_be_least};

    /// Returns of four seeds; the others are off by as much in every run.
    const RUNS: [f64; 4] = [0.3, 1.7, -0.6, 2.2];

    fn shared(offsets: &[f64]) -> Table {
        let arm = |off: &f64| Arm::Returns(RUNS.map(|it| it + off).to_vec());
        Table::new(offsets.iter().map(arm).collect(), None)
            .with_shared_seeds(std::iter::once(0..offsets.len()))
    }

    fn each(count: usize) -> Vec<Credit> {
        (0..count).map(|it| Credit::of(Weights::of(vec![(it, 1.0)]))).collect()
    }

    #[test]
    fn differences_that_never_vary_borrow_the_spread_of_the_runs() {
        // Squares from the mean 0.9: 0.36 + 0.64 + 2.25 + 1.69 = 4.94, variance 4.94 / 3. The difference of two means
        // of 4 has standard error sqrt(2 * 4.94 / 3 / 4) = 0.907377, with 6 degrees of freedom, as if unpaired.
        let error = (2.0 * 4.94 / 3.0 / 4.0_f64).sqrt();
        let (table, credits) = (shared(&[0.0, 1.0]), each(2));
        let contrast = table.contrast(&credits[1].weights.minus(&credits[0].weights)).expect("an interval");
        assert!((contrast.value - 1.0).abs() < 1e-12 && (contrast.standard_error - error).abs() < 1e-9);
        assert!((contrast.df - 6.0).abs() < 1e-9, "{contrast:?}");
        // The set and the chance say the same: T_6(-1 / (sqrt 2 * 0.907)) = 0.233.
        assert_eq!(can_be_least(&table, &credits, 0.95), [0, 1]);
        let draws = FlipDraws { most: 400, seed: 1 };
        let found = flip_range(&table, &credits, End::Least, draws, &mut Normals::new(1)).expect("a spread");
        let want = student_cdf(-1.0 / (2.0_f64.sqrt() * error), 6.0);
        assert!((found.plain - want).abs() < 1e-9, "{found:?} {want}");
    }

    #[test]
    fn a_third_that_varies_does_not_make_a_constant_difference_sure() {
        let mut table = shared(&[0.0, 0.3, 0.0]);
        let mut arms = table.arms().to_vec();
        arms[2] = Arm::Returns(vec![9.0, 8.5, 9.5, 9.2]);
        table = Table::new(arms, None).with_shared_seeds(std::iter::once(0..3));
        let credits = each(3);
        assert_eq!(can_be_least(&table, &credits, 0.95), [0, 1]);
        let found =
            flip_range(&table, &credits, End::Least, FlipDraws { most: 400, seed: 1 }, &mut Normals::new(1));
        // 0.3 of a standard error of 0.907 between two measurements: about T(-0.23) = 0.41, and never below 0.3.
        assert!(found.is_ok_and(|it| it.ends().0 > 0.3));
    }

    #[test]
    fn arms_without_a_spread_of_their_own_borrow_that_of_the_table() {
        let arms = vec![
            Arm::Returns(vec![1.0, 1.0, 1.0]),
            Arm::Returns(vec![1.2, 1.2, 1.2]),
            Arm::Returns(vec![4.0, 5.0, 6.5]),
        ];
        let table = Table::new(arms, None);
        let credits = each(3);
        assert_eq!(can_be_least(&table, &credits, 0.95), [0, 1]);
        let found =
            flip_range(&table, &credits, End::Least, FlipDraws { most: 400, seed: 1 }, &mut Normals::new(1));
        assert!(found.is_ok_and(|it| it.ends().0 > 0.3));
    }
}
