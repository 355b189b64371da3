//! The least core (Maschler, Peleg and Shapley 1979): shares that leave no coalition much to complain of.
//!
//! Decided here:
//! * What coalitions earn is counted above v(nobody), so the shares divide v(all) - v(nobody) as Shapley does.
//! * The least core is a set. The number is its nucleolus, which is one point of it and treats equal players equally;
//!   the interval is the range of the share over the set. It says what the game leaves open, not how well it is known.
//! * Coalitions that are not logged have no say, and a caveat counts them. Where those that are leave a share or the
//!   greatest grievance without end, there is no number.
//! * A log that declares `least_core` may mean any point of the set; only `nucleolus` names one that can be recomputed.

use crate::model::{Attribution, Estimate, Term, Unavailable, Value};
use crate::stats::solve;

use super::super::figure;
use super::super::game::{Coalition, Game};
use super::super::method::{Family, Method, Need, Target};
use super::super::question::{Question, caveat, missing, total};
use super::grievance::{Free, LeastCore, Settled, indicator, least_core};
use super::logged::LoggedGame;

/// The row of the least core.
pub(in crate::credit) const METHOD: Method = Method {
    name: "least-core",
    title: "least core",
    family: Family::Coalition,
    needs: &[Need::Coalitions],
    baselines: &[],
    params: &[],
    formula: "sum x = v(N) - v(0), greatest grievance max_S [v(S) - v(0) - sum_S x] the least, then the next",
    source: "least core: Maschler, Peleg and Shapley 1979; the point in it: nucleolus, Schmeidler 1969",
    caveats: &[
        "an interval is the range that the least core leaves; how well the values are known is not in it",
    ],
    efficient: true,
    names_culprit: true,
    variant_of: None,
    aliases: &[("nucleolus", None)],
    compute,
    terms,
};

/// More coalitions take too long: every one of 12 players, or some of more.
const MOST_COALITIONS: usize = 1 << 12;
/// Of more players the square that a program keeps is too large.
const MOST_PLAYERS: usize = 24;
/// Coalitions named in a caveat; more are counted.
const NAMED: usize = 3;

fn solved(question: &Question<'_>, game: &mut LoggedGame<'_>) -> Result<LeastCore, Unavailable> {
    let n = game.n_players();
    let values = game.known();
    if n > MOST_PLAYERS || values.len() > MOST_COALITIONS {
        return Err(missing(format!(
            "the least core of {n} players and {} coalitions; the most it takes is {MOST_PLAYERS} players and \
             {MOST_COALITIONS} coalitions",
            values.len()
        )));
    }
    let needed = |coalition: Coalition| {
        let found = values.iter().find(|it| it.0 == coalition).map(|it| it.1);
        let name = question.method.name;
        found
            .ok_or_else(|| missing(format!("{name} needs coalition values: {}", game.why_missing(coalition))))
    };
    let (none, all) = (needed(Coalition::EMPTY)?, needed(Coalition::all(n))?);
    let proper: Vec<(Coalition, f64)> = values
        .iter()
        .filter(|it| it.0 != Coalition::EMPTY && it.0 != Coalition::all(n))
        .map(|it| (it.0, it.1 - none))
        .collect();
    least_core(n, all - none, &proper).map_err(|it| {
        let what = match it {
            Free::Unsettled => {
                return missing("numbers that a program can settle: those logged differ too much in size");
            }
            Free::Grievance => "the greatest grievance".to_owned(),
            Free::Share(player) => format!("the share of {}", question.agent(game.players()[player])),
        };
        let (logged, of) = (proper.len(), figure::significant(2.0_f64.powi(n as i32) - 2.0));
        missing(format!("coalitions that hold {what}: by the {logged} of {of} logged it may be anything"))
    })
}

fn compute(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let mut game = LoggedGame::of(question)?;
    let core = solved(question, &mut game)?;
    let known = game.known();
    let n = game.n_players();
    let all = 2.0_f64.powi(n as i32);
    let counted = format!("{}/{all} coalitions", known.len());
    let title = match core.grievance {
        Some(it) => format!("least core (greatest grievance {}, {counted})", figure::exact(it)),
        None => format!("least core ({counted})"),
    };
    let mut attribution = game.start(question, title);
    let runs = known.iter().filter_map(|it| game.value(it.0).ok()?.n).min();
    for ((agent, share), range) in game.players().iter().zip(&core.shares).zip(&core.ranges) {
        let interval = (range.0 < range.1).then_some(*range);
        let estimate = Estimate { interval, level: 1.0, n: runs, ..Estimate::exact(*share) };
        attribution.agents[agent.index()].value = Value::Number(estimate);
    }
    attribution.sum = total(&attribution.agents);
    let value = |game: &mut LoggedGame<'_>, it| game.value(it).ok().map(|it| it.value);
    attribution.empty_value = value(&mut game, Coalition::EMPTY);
    attribution.reward = value(&mut game, Coalition::all(n)).or(attribution.reward);
    attribution.contract = Some(core.settled[0].earns);
    attribution.sample = format!("{} of {all} coalitions", known.len());
    attribution.caveats.extend(told(&game, &core).map(caveat));
    if (known.len() as f64) < all {
        attribution.caveats.push(caveat(format!(
            "{} of {all} coalitions are not logged and have no say: each may have a greater grievance",
            all - known.len() as f64
        )));
    }
    Ok(attribution)
}

/// What e* says, and who holds it.
fn told(game: &LoggedGame<'_>, core: &LeastCore) -> Option<String> {
    let grievance = core.grievance?;
    let mut names: Vec<String> = core.held_by.iter().take(NAMED).map(|it| game.name(*it)).collect();
    if core.held_by.len() > NAMED {
        names.push(format!("{} more", core.held_by.len() - NAMED));
    }
    let by = names.join(", ");
    Some(if grievance > 0.0 {
        let much = figure::exact(grievance);
        format!(
            "the core is empty: however it is shared, some coalition gets {much} less than it earns alone ({by})"
        )
    } else {
        let much = figure::exact(-grievance);
        format!(
            "the core is not empty: every coalition gets what it earns alone and at least {much} more ({by})"
        )
    })
}

/// What decides a share: coalitions whose grievance is settled. Each gets what it earns less its grievance, and the
/// share is a sum of these.
fn terms(question: &Question<'_>, target: Target) -> Result<Vec<Term>, Unavailable> {
    let Target::Agent(agent) = target else {
        return Err(missing(format!("{} knows agents only", question.method.name)));
    };
    let mut game = LoggedGame::of(question)?;
    let core = solved(question, &mut game)?;
    let player = game.players().iter().position(|it| *it == agent);
    let player = player.ok_or_else(|| missing(format!("{} is not a player", question.agent(agent))))?;
    let weights = weights(game.n_players(), &core.settled, player);
    let weighed = core.settled.iter().zip(weights).filter(|it| it.1.abs() > 1e-12);
    Ok(weighed.map(|(settled, weight)| term(&game, settled, weight)).collect())
}

/// How often each settled coalition goes into the share of a player: these times the coalitions are the player alone.
fn weights(n: usize, settled: &[Settled], player: usize) -> Vec<f64> {
    let rows: Vec<Vec<f64>> = settled.iter().map(|it| indicator(n, it.coalition)).collect();
    let matrix = (0..n).map(|member| rows.iter().map(|it| it[member]).collect()).collect();
    solve(matrix, indicator(n, Coalition::EMPTY.with(player)))
}

fn term(game: &LoggedGame<'_>, settled: &Settled, weight: f64) -> Term {
    let earns = format!("{} - {}", game.name(settled.coalition), game.name(Coalition::EMPTY));
    let grievance = settled.grievance;
    let text = match grievance {
        0.0 => earns,
        less if less > 0.0 => format!("{earns}, {} less", figure::exact(less)),
        more => format!("{earns}, and {} more", figure::exact(-more)),
    };
    let records = [settled.coalition, Coalition::EMPTY];
    Term {
        text,
        weight,
        value: Some(settled.earns - grievance),
        standard_error: None,
        n: None,
        origins: records.iter().filter_map(|it| game.origin(*it)).collect(),
    }
}

#[cfg(test)]
mod tests;
