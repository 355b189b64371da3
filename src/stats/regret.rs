//! What was taken against the best of several others.
//!
//! The best is picked after the fact, so its own interval is too sure. The difference to the truly best is below the
//! largest of the single upper bounds, none of which needs a correction, as only the truly best has to stay below
//! its own; and above the largest of the lower bounds, whose error is shared over all (Bonferroni), as any may be
//! the one that is picked.

use super::arm::mean;
use super::contrast::{Interval, NoInterval, Weights};
use super::flip::{mean_noise_share, variances_of_means};
use super::student::student_quantile;
use super::sum;
use super::table::{ReturnKind, Table};

/// Mean return of what was taken minus the largest mean of the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Regret {
    /// As logged.
    pub raw: f64,
    /// Drawn towards 0 by the share of the spread between candidates that is noise: less biased where they are alike,
    /// as much off the other way where they differ. For ranking, not for printing.
    pub shrunk: f64,
    /// Where the truth may be; or why that is not known.
    pub interval: Result<Interval, NoInterval>,
    /// The arm with the largest mean among the others; the first of equal ones.
    pub best: usize,
}

/// [`Regret`] of having taken arm `taken` of `table`, against `others`; `None` where there are none.
pub fn regret(table: &Table, taken: usize, others: &[usize], level: f64) -> Option<Regret> {
    let means = table.means();
    let first_best = |best: usize, other: &usize| if means[*other] > means[best] { *other } else { best };
    let best = others.iter().fold(*others.first()?, first_best);
    let raw = means[taken] - means[best];
    let candidates: Vec<usize> = others.iter().copied().chain([taken]).collect();
    let shrunk = variances_of_means(table).map_or(raw, |it| raw * (1.0 - noise(table, &candidates, &it)));
    Some(Regret { raw, shrunk, interval: interval(table, taken, others, level, raw), best })
}

/// [`Regret`] against the best response, which may be what was taken: never above 0.
pub fn best_response(table: &Table, taken: usize, others: &[usize], level: f64) -> Option<Regret> {
    let found = regret(table, taken, others, level)?;
    let cut = |it: Interval| Interval { low: it.low.min(0.0), high: it.high.min(0.0), ..it };
    let best = if found.raw > 0.0 { taken } else { found.best };
    let (raw, shrunk) = (found.raw.min(0.0), found.shrunk.min(0.0));
    Some(Regret { raw, shrunk, interval: found.interval.map(cut), best })
}

/// The share of the spread between candidates that is noise.
fn noise(table: &Table, candidates: &[usize], variances: &[(f64, f64)]) -> f64 {
    let variance = sum(candidates.iter().map(|it| variances[*it].0)) / candidates.len() as f64;
    if variance <= 0.0 {
        return 0.0;
    }
    let means: Vec<f64> = candidates.iter().map(|it| table.means()[*it]).collect();
    let centre = mean(&means);
    let squares = sum(means.iter().map(|it| (it - centre).powi(2)));
    mean_noise_share(squares / variance, candidates.len())
}

fn interval(
    table: &Table,
    taken: usize,
    others: &[usize],
    level: f64,
    raw: f64,
) -> Result<Interval, NoInterval> {
    let error = (1.0 - level) / 2.0;
    let (mut up, mut down) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    let (mut df, mut standard_error) = (f64::INFINITY, 0.0);
    for other in others {
        let it = table.contrast(&Weights::of(vec![(*other, 1.0), (taken, -1.0)]))?;
        let above = it.centre + student_quantile(1.0 - error, it.df) * it.standard_error;
        if above > up {
            (up, df, standard_error) = (above, it.df, it.standard_error);
        }
        let shared = student_quantile(1.0 - error / others.len() as f64, it.df);
        down = down.max(it.centre - shared * it.standard_error);
    }
    let (mut low, mut high) = (-up, -down);
    if table.kind() == ReturnKind::PassFail {
        let (fail, pass) = table.bounds();
        (low, high) = (low.max(fail - pass), high.min(pass - fail));
    }
    Ok(Interval { low: low.min(raw), high: high.max(raw), level, df, standard_error })
}
