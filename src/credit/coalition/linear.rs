//! Methods that are linear in some of the coalition values: one coefficient per agent and coalition.
//!
//! Owen, Myerson and precedence all have this form. They differ only in which coalitions they need and with
//! what weight. Numbers, standard errors, sharp bounds and explanations follow from the coefficients.

use crate::model::{Estimate, Unavailable};
use crate::stats::Sum;

use super::super::game::{Coalition, Game};
use super::super::question::{Question, missing};
use super::NORMAL_95;
use super::logged::LoggedGame;

/// At most this many coefficients in a form: 2^24 take 128 MiB.
const MOST: usize = 1 << 24;

/// `phi_i = sum over rows of coefficient(i) v(coalition)`.
#[derive(Debug)]
pub(super) struct Form {
    n: usize,
    /// Ascending.
    coalitions: Vec<Coalition>,
    /// `n` per coalition.
    coefficients: Vec<f64>,
}

impl Form {
    /// From `(coalition, player, coefficient)` in any order; repeated entries add up.
    ///
    /// # Errors
    /// When there are too many to hold.
    pub(super) fn of(n: usize, mut entries: Vec<(Coalition, usize, f64)>) -> Result<Self, Unavailable> {
        // Stable, so that equal ones add up in a fixed order.
        entries.sort_by_key(|it| (it.0, it.1));
        let mut coalitions: Vec<Coalition> = entries.iter().map(|it| it.0).collect();
        coalitions.dedup();
        if coalitions.len().saturating_mul(n) > MOST {
            return Err(missing(format!(
                "it needs {} coalitions of {n} players: too many",
                coalitions.len()
            )));
        }
        let mut coefficients = vec![0.0; coalitions.len() * n];
        let mut row = 0;
        for (coalition, player, coefficient) in entries {
            while coalitions[row] != coalition {
                row += 1;
            }
            coefficients[row * n + player] += coefficient;
        }
        Ok(Self { n, coalitions, coefficients })
    }

    /// Each coalition it needs, with the coefficient of every player.
    pub(super) fn rows(&self) -> impl Iterator<Item = (Coalition, &[f64])> {
        self.coalitions.iter().copied().zip(self.coefficients.chunks_exact(self.n.max(1)))
    }

    /// How many coalitions it needs.
    pub(super) fn len(&self) -> usize {
        self.coalitions.len()
    }
}

/// The numbers of a form in a game.
pub(super) struct Evaluated {
    pub(super) estimates: Vec<Estimate>,
    /// The coalitions that it needs and the log lacks.
    pub(super) absent: Vec<Coalition>,
    /// Where those may lie.
    pub(super) bounds: (f64, f64),
    /// Fewest and most runs behind a value, if known.
    pub(super) runs: Option<(u32, u32)>,
}

/// # Errors
/// When no value is known, or the bounds of missing ones are empty.
pub(super) fn evaluate(
    question: &Question<'_>,
    form: &Form,
    game: &mut LoggedGame<'_>,
) -> Result<Evaluated, Unavailable> {
    let mut values = vec![Sum::default(); form.n];
    let mut variances = Some(vec![Sum::default(); form.n]);
    let mut absent = Vec::new();
    let mut runs = None::<(u32, u32)>;
    for (coalition, coefficients) in form.rows() {
        let Ok(estimate) = game.value(coalition) else {
            absent.push(coalition);
            continue;
        };
        let value = estimate.value;
        if let Some(n) = estimate.n {
            runs = Some(runs.map_or((n, n), |(low, high)| (n.min(low), n.max(high))));
        }
        for (sum, coefficient) in values.iter_mut().zip(coefficients) {
            sum.add(coefficient * value);
        }
        variances = variances.zip(estimate.standard_error).map(|(mut sums, error)| {
            for (sum, coefficient) in sums.iter_mut().zip(coefficients) {
                sum.add((coefficient * error).powi(2));
            }
            sums
        });
    }
    if absent.len() == form.len() {
        return Err(missing("none of the coalitions it needs is logged"));
    }
    // What a coalition of this team can earn shows in all of them, also in those that the form does not need.
    let range =
        game.known().into_iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (_, value)| {
            (value.min(low), value.max(high))
        });
    let (low, high) = range;
    let (low, high) = (question.param("lo").unwrap_or(low), question.param("hi").unwrap_or(high));
    if low > high {
        return Err(missing(format!("the bounds of missing values are empty: lo {low} is above hi {high}")));
    }
    let error = |player: usize| variances.as_ref().map(|it| it[player].value().max(0.0).sqrt());
    let n = runs.map(|it| it.0);
    let (mut lows, mut highs) = (vec![Sum::default(); form.n], vec![Sum::default(); form.n]);
    for (_, coefficients) in form.rows().filter(|it| absent.binary_search(&it.0).is_ok()) {
        for (player, weight) in coefficients.iter().enumerate() {
            lows[player].add(weight * if *weight >= 0.0 { low } else { high });
            highs[player].add(weight * if *weight >= 0.0 { high } else { low });
        }
    }
    let estimate = |player: usize| {
        let value = values[player].value();
        if absent.is_empty() {
            return match error(player) {
                Some(error) => Estimate::with_standard_error(value, error, n),
                None => Estimate { n, ..Estimate::exact(value) },
            };
        }
        let noise = error(player).unwrap_or(0.0) * NORMAL_95;
        let (low, high) = (value + lows[player].value(), value + highs[player].value());
        let interval = Some((low - noise, high + noise));
        Estimate { interval, n, ..Estimate::exact((low + high) / 2.0) }
    };
    let estimates = (0..form.n).map(estimate).collect();
    Ok(Evaluated { estimates, absent, bounds: (low, high), runs })
}
