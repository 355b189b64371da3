//! The difference of two agents' credits, with its own standard error.
//!
//! Two intervals that overlap may still belong to numbers that differ for sure: a coalition that holds both
//! agents moves them together. `Var(phi_i - phi_j) = sum_S (coef_i - coef_j)^2 Var v(S)`. Only coalitions
//! that hold exactly one of the two count; there the coefficients differ by `with(s) - without(s)`.

use crate::model::{AgentId, Estimate, Unavailable};
use crate::stats::sum;

use super::super::game::Table;
use super::super::question::{Question, missing};
use super::logged::LoggedGame;
use super::{coefficients, tabulate};

/// `a`'s credit minus `b`'s, for Shapley and Banzhaf.
///
/// # Errors
/// When a coalition is missing, or one of the two does not play.
pub(in super::super) fn contrast(
    question: &Question<'_>,
    a: AgentId,
    b: AgentId,
) -> Result<Estimate, Unavailable> {
    if !matches!(question.method.name, "shapley" | "banzhaf") {
        return Err(missing(format!("{} gives no difference of its own", question.method.name)));
    }
    let mut game = LoggedGame::of(question)?;
    let player = |agent: AgentId| {
        let at = game.players().iter().position(|it| *it == agent);
        at.ok_or_else(|| missing(format!("{} is not a player", question.agent(agent))))
    };
    let (i, j) = (player(a)?, player(b)?);
    let table: Table = tabulate(question, &mut game)?;
    if !table.missing.is_empty() {
        return Err(missing(format!("{} coalitions are not logged", table.missing.len())));
    }
    let coefficients = coefficients(question, table.n);
    let difference = |mask: usize| {
        let size = mask.count_ones() as usize;
        match (mask >> i & 1 == 1, mask >> j & 1 == 1) {
            (true, false) => coefficients.with[size] - coefficients.without[size],
            (false, true) => coefficients.without[size] - coefficients.with[size],
            _ => 0.0,
        }
    };
    let value = sum(table.values.iter().enumerate().map(|(mask, it)| difference(mask) * it));
    let variance = table
        .variances
        .as_ref()
        .map(|it| sum(it.iter().enumerate().map(|(mask, variance)| difference(mask).powi(2) * variance)));
    let n = table.runs.map(|it| it.0);
    Ok(match variance {
        Some(variance) => Estimate::with_standard_error(value, variance.max(0.0).sqrt(), n),
        None => Estimate { n, ..Estimate::exact(value) },
    })
}
