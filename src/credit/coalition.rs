//! Coalition methods: what the team earns with and without an agent. docs/METHODS.md has one section for each
//! method, with its paper, from `#shapley` to `#shapley-sampled`.
//!
//! Decided here:
//! * Of several logged tables the one with the most players is used, then the most complete, then the first
//!   (or the one a declared credit names); a caveat says so. The others with the same players are measurements of their
//!   own, whose Shapley values the sweep sets beside it.
//! * Dropping agents plays the subgame on the rest, with the coalitions logged for it; nothing is
//!   extrapolated. A reward set by hand replaces the value of the grand coalition (of the subgame).
//! * Coalition values cannot be discounted again, and they were recorded with the logged actions. So a
//!   discount is a caveat, and a substituted act makes these methods unavailable.
//! * Missing coalitions are never made up. Shapley and Banzhaf are linear in v, so each agent gets the sharp
//!   bounds that values in `[lo, hi]` allow (default: the range of the logged values), shown as an interval
//!   around its middle.
//! * Coalition values count as replayed: somebody ran those teams, though the log may not say how often.

mod arms;
mod contrast;
mod grievance;
mod least_core;
mod linear;
mod logged;
mod myerson;
mod owen;
mod precedence;
mod rows;
mod sampled;
mod structured;
mod terms;
mod walks;

use crate::model::{AgentId, Attribution, Episode, Estimate, Members, Unavailable, Value};
use crate::stats::{Sum, sum};

use super::figure;
use super::game::{Coalition, Game, Table};
use super::question::{Question, caveat, missing, total};
use super::semivalue::Coefficients;

use arms::measure;
pub(super) use arms::{arms, of_credit};
pub(super) use contrast::contrast;
pub(super) use least_core::METHOD as LEAST_CORE;
pub(super) use logged::{LoggedGame, best_supported};
pub(super) use myerson::METHOD as MYERSON;
pub(super) use owen::METHOD as OWEN;
pub(super) use precedence::METHOD as PRECEDENCE;
pub(super) use rows::{BANZHAF, FIRST_IN, REMOVAL, SHAPLEY};
pub use sampled::Sampling;
pub(super) use sampled::{METHOD as SAMPLED, first_look, luck};
use terms::terms;

/// v(0) of the episode's first coalition table, if it is logged.
pub(super) fn empty_value(episode: &Episode) -> Option<f64> {
    let table = episode.coalitions.first()?;
    table.values.mean(table.values.members().position(Members::is_empty)?)
}

/// v(N) of the same table, where it is logged.
pub(super) fn full_value(episode: &Episode) -> Option<f64> {
    let table = episode.coalitions.first()?;
    let all: Members = table.players.iter().copied().collect();
    table.values.mean(table.values.members().rposition(|it| *it == all)?)
}

/// 1.96: a 95% interval in standard errors.
pub(super) const NORMAL_95: f64 = 1.959_963_984_540_054;

/// Shapley and Banzhaf.
pub(super) fn semivalue(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let mut game = LoggedGame::of(question)?;
    let table = tabulate(question, &mut game)?;
    let complete = table.missing.is_empty();
    let kind = if complete { "exact" } else { "bounds" };
    let name = if question.method.name == "shapley" { "Shapley" } else { "Banzhaf" };
    let title = format!("{name} ({kind}, {}/{} coalitions)", table.known(), table.values.len());
    let mut attribution = game.start(question, title);
    let estimates = estimates(question, &table)?;
    for (agent, estimate) in game.players().iter().zip(estimates) {
        attribution.agents[agent.index()].value = Value::Number(estimate);
    }
    let within = if complete { (0.0, 0.0) } else { bounds(question, &table)? };
    let coefficients = coefficients(question, table.n);
    let coalitions = (0..table.values.len()).map(|it| Coalition(it as u64));
    let weight =
        |mask: usize, player: usize| coefficients.of(mask.count_ones() as usize, mask >> player & 1 == 1);
    if let Some(runs) = arms(&game, within, coalitions, table.n, weight) {
        measure(&mut attribution, &game, runs, complete);
    }
    attribution.sum = total(&attribution.agents);
    let grand = table.get(Coalition::all(table.n));
    attribution.empty_value = table.get(Coalition::EMPTY);
    attribution.reward = grand.or(attribution.reward);
    if question.method.efficient {
        attribution.contract = grand.zip(attribution.empty_value).map(|(all, none)| all - none);
    }
    attribution.sample = sample(&table);
    if !complete {
        let (low, high) = bounds(question, &table)?;
        attribution.caveats.push(caveat(format!(
            "{} of {} coalitions are not logged: the intervals hold whatever they are within [{}, {}], and the \
             numbers are their middles",
            table.missing.len(),
            table.values.len(),
            figure::exact(low),
            figure::exact(high)
        )));
    }
    if table.variances.is_none() && table.uncertain < table.known() {
        let text = format!("{} of {} values have no known uncertainty", table.uncertain, table.known());
        attribution.caveats.push(caveat(format!("{text}: no interval")));
    }
    if table.runs.is_none() {
        attribution.caveats.push(caveat("the log does not say how many runs each value rests on"));
    }
    Ok(attribution)
}

pub(super) fn tabulate(question: &Question<'_>, game: &mut LoggedGame<'_>) -> Result<Table, Unavailable> {
    let n = game.n_players();
    if n > Table::MAX_PLAYERS {
        return Err(missing(format!(
            "{} needs 2^{n} coalition values; the most it takes is {} players",
            question.method.name,
            Table::MAX_PLAYERS
        )));
    }
    let table = Table::of(game);
    if table.known() == 0 {
        return Err(missing("none of the coalitions of these players is logged"));
    }
    Ok(table)
}

pub(super) fn coefficients(question: &Question<'_>, n: usize) -> Coefficients {
    if question.method.name == "banzhaf" { Coefficients::banzhaf(n) } else { Coefficients::shapley(n) }
}

/// Where missing values may lie.
pub(super) fn bounds(question: &Question<'_>, table: &Table) -> Result<(f64, f64), Unavailable> {
    let (low, high) = table.range().unwrap_or((0.0, 0.0));
    let (low, high) = (question.param("lo").unwrap_or(low), question.param("hi").unwrap_or(high));
    if low > high {
        return Err(missing(format!("the bounds of missing values are empty: lo {low} is above hi {high}")));
    }
    Ok((low, high))
}

fn estimates(question: &Question<'_>, table: &Table) -> Result<Vec<Estimate>, Unavailable> {
    let coefficients = coefficients(question, table.n);
    let known = coefficients.apply(&table.values);
    let errors = table.variances.as_ref().map(|it| coefficients.squared().apply(it));
    let error = |player: usize| errors.as_ref().map(|it| it[player].max(0.0).sqrt());
    let n = table.runs.map(|it| it.0);
    if table.missing.is_empty() {
        let estimate = |(player, value): (usize, &f64)| match error(player) {
            Some(error) => Estimate::with_standard_error(*value, error, n),
            None => Estimate { n, ..Estimate::exact(*value) },
        };
        return Ok(known.iter().enumerate().map(estimate).collect());
    }
    let (low, high) = bounds(question, table)?;
    let (mut lows, mut highs) = (vec![Sum::default(); table.n], vec![Sum::default(); table.n]);
    for coalition in &table.missing {
        let size = coalition.size();
        for player in 0..table.n {
            let weight = coefficients.of(size, coalition.contains(player));
            lows[player].add(weight * if weight >= 0.0 { low } else { high });
            highs[player].add(weight * if weight >= 0.0 { high } else { low });
        }
    }
    let estimate = |(player, value): (usize, &f64)| {
        let noise = error(player).unwrap_or(0.0) * NORMAL_95;
        let (low, high) = (value + lows[player].value(), value + highs[player].value());
        let interval = Some((low - noise, high + noise));
        Estimate { interval, n, ..Estimate::exact((low + high) / 2.0) }
    };
    Ok(known.iter().enumerate().map(estimate).collect())
}

/// Removal `v(N) - v(N\i)` and first in `v({i}) - v(0)`: one marginal contribution each.
pub(super) fn marginal(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let mut game = LoggedGame::of(question)?;
    let removal = question.method.name == "removal";
    let title = if removal { "removal (leave one out)" } else { "first in (alone against nobody)" };
    let mut attribution = game.start(question, title.to_owned());
    let players: Vec<AgentId> = game.players().to_vec();
    let mut refused = None;
    let (mut known, mut runs) = (0usize, None::<u32>);
    for (player, agent) in players.iter().enumerate() {
        let (more, less) = pair(removal, players.len(), player);
        let value = match (game.value(more), game.value(less)) {
            (Ok(more), Ok(less)) => {
                known += 1;
                let estimate = difference(&more, &less);
                runs = [runs, estimate.n].into_iter().flatten().min();
                Value::Number(estimate)
            }
            (Err(absent), _) | (_, Err(absent)) => {
                let why = game.why_missing(absent.0);
                refused = refused.or_else(|| Some(why.clone()));
                Value::Unavailable(why)
            }
        };
        attribution.agents[agent.index()].value = value;
    }
    if known == 0 {
        let name = question.method.name;
        return Err(missing(format!("{name} needs coalition values: {}", refused.unwrap_or_default())));
    }
    let n = players.len();
    let pairs: Vec<(Coalition, Coalition)> = (0..n).map(|it| pair(removal, n, it)).collect();
    // Of an agent without a number nothing is asked: what is missing there is of no account.
    let coalitions: Vec<Coalition> = pairs.iter().flat_map(|it| [it.0, it.1]).collect();
    let weight = |row: usize, player: usize| match row.checked_sub(2 * player) {
        Some(0) => 1.0,
        Some(1) => -1.0,
        _ => 0.0,
    };
    if let Some(runs) = arms(&game, (0.0, 0.0), coalitions.into_iter(), n, weight) {
        measure(&mut attribution, &game, runs, true);
    }
    attribution.sum = total(&attribution.agents);
    attribution.empty_value = game.value(Coalition::EMPTY).ok().map(|it| it.value);
    let grand = game.value(Coalition::all(players.len())).ok().map(|it| it.value);
    attribution.reward = grand.or(attribution.reward);
    attribution.sample = format!("{known} of {} players", players.len());
    if runs.is_none() {
        attribution.caveats.push(caveat("the log does not say how many runs each value rests on"));
    }
    Ok(attribution)
}

/// The two coalitions whose values are compared for `player`.
fn pair(removal: bool, n: usize, player: usize) -> (Coalition, Coalition) {
    if removal {
        (Coalition::all(n), Coalition::all(n).without(player))
    } else {
        (Coalition::EMPTY.with(player), Coalition::EMPTY)
    }
}

fn difference(more: &Estimate, less: &Estimate) -> Estimate {
    let value = sum([more.value, -less.value]);
    let n = [more.n, less.n].into_iter().flatten().min();
    match more.standard_error.zip(less.standard_error) {
        Some((a, b)) => Estimate::with_standard_error(value, a.hypot(b), n),
        None => Estimate { n, ..Estimate::exact(value) },
    }
}

pub(super) fn sample(table: &Table) -> String {
    let text = format!("{} of {} coalitions", table.known(), table.values.len());
    match table.runs {
        None => text,
        Some((low, high)) if low == high => format!("{text} x {}", figure::count(low as usize, "run")),
        Some((low, high)) => format!("{text} x {low} to {high} runs"),
    }
}

#[cfg(test)]
mod tests;
