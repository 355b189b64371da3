//! What was taken against the best (or worst) of several others.
//!
//! The best is picked after the fact, so its own interval is too sure. The difference to the truly best is below the
//! largest of the single upper bounds, none of which needs a correction, as only the truly best has to stay below
//! its own; and above the largest of the lower bounds, whose error is shared over all (Bonferroni), as any may be
//! the one that is picked.

use super::arm::mean;
use super::contrast::{Interval, NoInterval, Weights};
use super::noise::{mean_noise_share, variances_of_means};
use super::student::student_quantile;
use super::sum;
use super::table::{ReturnKind, Table};

/// What an action is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Against {
    /// The best of the others: regret.
    Best,
    /// The best of all, itself included: never above 0.
    BestResponse,
    /// The worst of the others: gain.
    Worst,
    /// The worst of all, itself included: never below 0.
    WorstResponse,
}

/// A comparison with the best or worst of several: mean of the taken arm minus the extreme mean of the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Pick {
    /// The arm taken.
    pub taken: usize,
    /// The arms compared with, at least one, the taken one not among them.
    pub others: Vec<usize>,
    /// With which of them.
    pub against: Against,
}

/// A pick with its interval.
pub(super) struct PickEnds {
    pub(super) value: f64,
    pub(super) interval: Interval,
    /// Whether the luck of picking shows at the lower end of the interval, not the upper one.
    pub(super) picked_low: bool,
}

impl Pick {
    fn sign(&self) -> f64 {
        match self.against {
            Against::Best | Against::BestResponse => 1.0,
            Against::Worst | Against::WorstResponse => -1.0,
        }
    }

    fn includes_taken(&self) -> bool {
        matches!(self.against, Against::BestResponse | Against::WorstResponse)
    }

    /// The first of the others with the extreme mean.
    fn extreme(&self, means: &[f64]) -> usize {
        let sign = self.sign();
        let first = self.others.first().copied().unwrap_or(self.taken);
        self.others
            .iter()
            .fold(first, |best, it| if sign * means[*it] > sign * means[best] { *it } else { best })
    }

    /// Its number, where the arms have these means.
    pub fn value(&self, means: &[f64]) -> f64 {
        let value = means[self.taken] - means[self.extreme(means)];
        match self.against {
            Against::BestResponse => value.min(0.0),
            Against::WorstResponse => value.max(0.0),
            Against::Best | Against::Worst => value,
        }
    }

    /// Arms and weights of that number; none where the taken arm is the extreme one itself.
    pub fn terms(&self, means: &[f64]) -> Vec<(usize, f64)> {
        let extreme = self.extreme(means);
        let own = self.includes_taken() && self.sign() * (means[self.taken] - means[extreme]) > 0.0;
        if own { Vec::new() } else { vec![(self.taken, 1.0), (extreme, -1.0)] }
    }

    /// Drawn towards 0 by the share of the spread between candidates that is noise: less biased where they are alike,
    /// as much off the other way where they differ. For ranking, not for printing.
    pub fn shrunk(&self, table: &Table) -> f64 {
        let candidates: Vec<usize> = self.others.iter().copied().chain([self.taken]).collect();
        let share = variances_of_means(table).map_or(0.0, |it| noise(table, &candidates, &it));
        self.value(table.means()) * (1.0 - share)
    }

    /// The interval at `level`.
    ///
    /// # Errors
    /// Why the data carry none.
    pub fn interval(&self, table: &Table, level: f64) -> Result<Interval, NoInterval> {
        self.ends(table, level).map(|it| it.interval)
    }

    pub(super) fn ends(&self, table: &Table, level: f64) -> Result<PickEnds, NoInterval> {
        let (sign, value) = (self.sign(), self.value(table.means()));
        let error = (1.0 - level) / 2.0;
        let (mut up, mut down) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        let (mut df, mut standard_error) = (f64::INFINITY, 0.0);
        for other in &self.others {
            let it = table.contrast(&Weights::of(vec![(*other, sign), (self.taken, -sign)]))?;
            let above = it.centre + it.reach + student_quantile(1.0 - error, it.df) * it.standard_error;
            if above > up {
                (up, df, standard_error) = (above, it.df, it.standard_error);
            }
            let shared = student_quantile(1.0 - error / self.others.len() as f64, it.df);
            down = down.max(it.centre - it.reach - shared * it.standard_error);
        }
        // Of the best minus the taken; the regret is its negative.
        let (mut low, mut high) = (-up, -down);
        if table.kind() == ReturnKind::PassFail {
            let (fail, pass) = table.bounds();
            (low, high) = (low.max(fail - pass), high.min(pass - fail));
        }
        if self.includes_taken() {
            (low, high) = (low.min(0.0), high.min(0.0));
        }
        if sign < 0.0 {
            (low, high) = (-high, -low);
        }
        let interval = Interval { low: low.min(value), high: high.max(value), level, df, standard_error };
        Ok(PickEnds { value, interval, picked_low: sign < 0.0 })
    }
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
