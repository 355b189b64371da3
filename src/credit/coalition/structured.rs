//! Coalition methods that know who belongs to whom, talks to whom or builds on whom: Owen, Myerson,
//! precedence.

use crate::model::{AgentId, Attribution, Term, Unavailable, Value};
use crate::stats::sum;

use super::super::figure;
use super::super::game::{Coalition, Game};
use super::super::method::Target;
use super::super::question::{Question, caveat, missing, total};
use super::arms;
use super::linear::{Evaluated, Form, evaluate};
use super::logged::LoggedGame;
use super::terms::form_terms;

/// A form and what is to be said of it.
pub(super) struct Structure {
    pub(super) form: Form,
    /// What the method is called in titles.
    pub(super) name: &'static str,
    /// What the structure is made of.
    pub(super) note: String,
    pub(super) divides: Divides,
}

/// What the numbers add up to, above v(0).
pub(super) enum Divides {
    /// What the whole team earns.
    Team,
    /// What these parts earn, each by itself.
    Parts(Vec<Coalition>),
}

/// Makes the structure for the players of a game.
pub(super) type Make = fn(&Question<'_>, &[AgentId]) -> Result<Structure, Unavailable>;

pub(super) fn compute(question: &Question<'_>, make: Make) -> Result<Attribution, Unavailable> {
    let mut game = LoggedGame::of(question)?;
    let players = game.players().to_vec();
    let Structure { form, name, note, divides } = make(question, &players)?;
    let Evaluated { estimates, absent, bounds, runs } = evaluate(question, &form, &mut game)?;
    let known = form.len() - absent.len();
    let kind = if absent.is_empty() { "exact" } else { "bounds" };
    let mut attribution =
        game.start(question, format!("{name} ({kind}, {known}/{} coalitions, {note})", form.len()));
    for (agent, estimate) in players.iter().zip(estimates) {
        attribution.agents[agent.index()].value = Value::Number(estimate);
    }
    let rows: Vec<(Coalition, &[f64])> = form.rows().collect();
    let coalitions: Vec<Coalition> = rows.iter().map(|it| it.0).collect();
    if let Some(runs) =
        arms::arms(&game, bounds, coalitions.into_iter(), players.len(), |row, player| rows[row].1[player])
    {
        arms::measure(&mut attribution, &game, runs, absent.is_empty());
    }
    attribution.sum = total(&attribution.agents);
    let grand = game.value(Coalition::all(players.len())).ok().map(|it| it.value);
    attribution.empty_value = game.value(Coalition::EMPTY).ok().map(|it| it.value);
    attribution.reward = grand.or(attribution.reward);
    attribution.contract = match divides {
        Divides::Team => grand.zip(attribution.empty_value).map(|(all, none)| all - none),
        Divides::Parts(parts) => above_empty(&mut game, &parts),
    };
    attribution.sample = match runs {
        None => format!("{known} of {} coalitions", form.len()),
        Some((low, high)) if low == high => format!("{known} of {} coalitions x {low} runs", form.len()),
        Some((low, high)) => format!("{known} of {} coalitions x {low} to {high} runs", form.len()),
    };
    if !absent.is_empty() {
        attribution.caveats.push(caveat(format!(
            "{} of {} coalitions it needs are not logged: the intervals hold whatever they are within [{}, {}], \
             and the numbers are their middles",
            absent.len(),
            form.len(),
            figure::exact(bounds.0),
            figure::exact(bounds.1)
        )));
    }
    if runs.is_none() {
        attribution.caveats.push(caveat("the log does not say how many runs each value rests on"));
    }
    Ok(attribution)
}

/// What the parts earn above v(0), where logged.
fn above_empty(game: &mut LoggedGame<'_>, parts: &[Coalition]) -> Option<f64> {
    let none = game.value(Coalition::EMPTY).ok()?.value;
    let earned: Option<Vec<f64>> = parts.iter().map(|it| Some(game.value(*it).ok()?.value - none)).collect();
    earned.map(sum)
}

pub(super) fn terms(question: &Question<'_>, make: Make, target: Target) -> Result<Vec<Term>, Unavailable> {
    let Target::Agent(agent) = target else {
        return Err(missing(format!("{} knows agents only", question.method.name)));
    };
    let mut game = LoggedGame::of(question)?;
    let players = game.players().to_vec();
    let player = players.iter().position(|it| *it == agent);
    let player = player.ok_or_else(|| missing(format!("{} is not a player", question.agent(agent))))?;
    let form = make(question, &players)?.form;
    let bounds = evaluate(question, &form, &mut game)?.bounds;
    Ok(form_terms(&mut game, &form, player, bounds))
}

#[cfg(test)]
mod tests;
