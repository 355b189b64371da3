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
use super::contrast::{NoInterval, Weights};
use super::credit::{Credit, arms_of};
use super::drawn::Drawn;
use super::noise::{Noise, noise_shares};
use super::student::student_cdf;
use super::sum;
use super::table::{ReturnKind, Table};

/// How sure it is which of the `credits` stands out at this `end`.
///
/// # Errors
/// When there is one credit, or the data carry no spread.
pub fn flip_range(
    table: &Table,
    credits: &[Credit],
    end: End,
    draws: FlipDraws,
) -> Result<FlipRange, NoInterval> {
    if credits.len() < 2 {
        return Err(NoInterval::NothingMeasured);
    }
    let weights: Vec<Weights> = credits.iter().map(|it| it.linear(table.means())).collect();
    let arms = arms_of(credits);
    let noise = Noise::of(table, &weights, &arms)?;
    let now: Vec<f64> = credits.iter().map(|it| it.value(table.means())).collect();
    let linear = credits.iter().all(|it| it.picks.is_empty());
    if let ([a, b], ReturnKind::Real, true) = (&now[..], table.kind(), linear) {
        return Ok(of_two(end.sign() * a, end.sign() * b, &noise, table.scale()));
    }
    Ok(Drawn::of(table, credits, &weights, arms, &noise, &now).range(&now, end, draws))
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
