//! The difference of two agents' credits, with its own standard error.
//!
//! Two intervals that overlap may still belong to numbers that differ for sure: a coalition that holds both
//! agents moves them together. `Var(phi_i - phi_j) = sum_S (coef_i - coef_j)^2 Var v(S)`. Only coalitions
//! that hold exactly one of the two count; there the coefficients differ by `with(s) - without(s)`.

use crate::model::{AgentId, Estimate, LEVEL, Unavailable};

use super::super::question::{Question, missing};
use super::logged::LoggedGame;
use super::semivalue;

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
    let game = LoggedGame::of(question)?;
    for agent in [a, b] {
        if !game.players().contains(&agent) {
            return Err(missing(format!("{} is not a player", question.agent(agent))));
        }
    }
    let attribution = semivalue(question)?;
    let numbers = attribution.agent(a).zip(attribution.agent(b));
    let (of_a, of_b) = numbers.ok_or_else(|| missing("one of the two has no number"))?;
    let plain = Estimate { n: of_a.n, ..Estimate::exact(of_a.value - of_b.value) };
    let measured = attribution.measured.as_ref().ok_or_else(|| missing("there are too many coalitions"))?;
    Ok(match measured.difference(a, b, LEVEL) {
        Ok(it) => Estimate {
            interval: Some((it.low, it.high)),
            standard_error: (it.standard_error > 0.0).then_some(it.standard_error),
            ..plain
        },
        Err(why) => Estimate { no_interval: Some(why), ..plain },
    })
}
