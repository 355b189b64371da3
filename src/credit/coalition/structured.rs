//! Coalition methods that know who belongs, talks or builds on whom: Owen, Myerson, precedence.

use crate::model::{AgentId, Attribution, LinkKind, Term, Unavailable, Value};
use crate::stats::sum;

use super::super::figure;
use super::super::game::{Coalition, Game};
use super::super::method::Target;
use super::super::question::{Question, caveat, missing, total};
use super::joint;
use super::linear::{Evaluated, Form, evaluate};
use super::logged::LoggedGame;
use super::terms::form_terms;
use super::{myerson, owen, precedence};

/// A form and what is to be said of it.
struct Structure {
    form: Form,
    name: &'static str,
    note: String,
}

fn structure(question: &Question<'_>, players: &[AgentId]) -> Result<Structure, Unavailable> {
    match question.method.name {
        "owen" => {
            let by_role = question.baseline.is_some_and(|it| it.name == "role");
            let name = if by_role { "Owen by role" } else { "Owen by team" };
            let note = question.baseline.map_or("", |it| it.title).to_owned();
            Ok(Structure { form: owen::form(question, players)?, name, note })
        }
        "myerson" => {
            let graph = myerson::neighbours(question, players)?;
            let edges: u32 = graph.masks.iter().map(|it| it.count_ones()).sum::<u32>() / 2;
            let from = if graph.declared { "declared" } else { "from messages and links" };
            let note = format!("{}, {from}", figure::count(edges as usize, "edge"));
            Ok(Structure { form: myerson::form(&graph.masks)?, name: "Myerson", note })
        }
        _ => {
            let before = precedence::predecessors(question, players)?;
            let pairs: u32 = before.iter().map(|it| it.count_ones()).sum();
            let links = question.episode.act_ids().flat_map(|it| question.episode.links.parents(it));
            let inferred = links.filter(|it| it.kind == LinkKind::Inferred).count();
            let mut note = format!("{pairs} pairs ordered");
            if inferred > 0 {
                note.push_str(&format!(", {} inferred", figure::count(inferred, "link")));
            }
            Ok(Structure { form: precedence::form(&before)?, name: "precedence Shapley", note })
        }
    }
}

pub(in super::super) fn compute(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let mut game = LoggedGame::of(question)?;
    let players = game.players().to_vec();
    let Structure { form, name, note } = structure(question, &players)?;
    let Evaluated { estimates, absent, bounds, runs } = evaluate(question, &form, &mut game)?;
    let known = form.len() - absent.len();
    let differences = joint::of_form(question.episode.agents.len(), &players, &form, bounds, |coalition| {
        game.value(coalition).ok().map(|it| it.standard_error)
    });
    let kind = if absent.is_empty() { "exact" } else { "bounds" };
    let mut attribution =
        game.start(question, format!("{name} ({kind}, {known}/{} coalitions, {note})", form.len()));
    attribution.differences = differences;
    for (agent, estimate) in players.iter().zip(estimates) {
        attribution.agents[agent.index()].value = Value::Number(estimate);
    }
    attribution.sum = total(&attribution.agents);
    let grand = game.value(Coalition::all(players.len())).ok().map(|it| it.value);
    attribution.empty_value = game.value(Coalition::EMPTY).ok().map(|it| it.value);
    attribution.reward = grand.or(attribution.reward);
    // The Myerson value divides what the connected parts earn, which may be less than v(N).
    if question.method.name == "myerson" {
        attribution.contract = component_values(question, &mut game, &players);
    } else {
        attribution.contract = grand.zip(attribution.empty_value).map(|(all, none)| all - none);
    }
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

/// What the connected parts of the whole team earn above v(0), where logged.
fn component_values(question: &Question<'_>, game: &mut LoggedGame<'_>, players: &[AgentId]) -> Option<f64> {
    let graph = myerson::neighbours(question, players).ok()?;
    let none = game.value(Coalition::EMPTY).ok()?.value;
    let mut left = Coalition::all(players.len()).0;
    let mut earned = Vec::new();
    while left != 0 {
        let part = myerson::part(left, &graph.masks);
        earned.push(game.value(Coalition(part)).ok()?.value - none);
        left &= !part;
    }
    Some(sum(earned))
}

pub(in super::super) fn terms(question: &Question<'_>, target: Target) -> Result<Vec<Term>, Unavailable> {
    let Target::Agent(agent) = target else {
        return Err(missing(format!("{} knows agents only", question.method.name)));
    };
    let mut game = LoggedGame::of(question)?;
    let players = game.players().to_vec();
    let player = players.iter().position(|it| *it == agent);
    let player = player.ok_or_else(|| missing(format!("{} is not a player", question.agent(agent))))?;
    let form = structure(question, &players)?.form;
    let bounds = evaluate(question, &form, &mut game)?.bounds;
    Ok(form_terms(&mut game, &form, player, bounds))
}

#[cfg(test)]
mod tests;
