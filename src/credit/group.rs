//! Groups of rollouts: an episode, or an agent's part or an act of it, against the same of the other rollouts of its
//! task. docs/METHODS.md has a section for each row.
//!
//! Decided here:
//! * A sample is a rollout, or one agent's, role's, turn's or state's part of it. Each rollout counts once, however
//!   many acts it has.
//! * Rollouts that broke off (error, aborted), have not ended or have no number are left out and counted.
//! * What is alone in its group is undefined: 0 would be a claim. Where the convention gives it a number (verl), it has
//!   that.
//! * A number of the whole rollout is shown once and not summed over acts or agents.

mod advantage;
mod notes;
mod rows;
mod samples;

use std::sync::Arc;

use crate::model::{
    ActId, AgentId, Attribution, Estimate, Peers, Provenance, SameTask, Term, Unavailable, Value,
};
use crate::stats::sum;

use super::method::Target;
use super::question::{Question, missing, total};

use advantage::{ALONE, Form, Group, Sample};
pub(super) use rows::*;
use samples::{Key, Samples};

/// The other rollouts.
///
/// # Errors
/// When the log has none, or this one does not count.
fn peers<'a>(question: &Question<'a>) -> Result<&'a Arc<Peers>, Unavailable> {
    let peers = question.episode.peers.as_ref().ok_or_else(nobody_else)?;
    let own = peers.members.get(peers.this).ok_or_else(|| missing("the episode is not in its group"))?;
    // A group that the log names may be of one; that a task was tried once makes no group.
    if peers.members.len() == 1 && peers.same != SameTask::Group {
        return Err(nobody_else());
    }
    if own.open {
        return Err(missing("the rollout has not ended: its return is not known yet"));
    }
    if own.is_broken_off() {
        let word = own.status.as_ref().map_or("", |it| it.word());
        return Err(missing(format!("the rollout ended as '{word}': it is left out of its group")));
    }
    Ok(peers)
}

fn nobody_else() -> Unavailable {
    missing("no other episode of this task is logged (`group` of `episode_start`, or an equal `task`)")
}

fn form(question: &Question<'_>) -> Form {
    Form::of(question.baseline.map_or("mean", |it| it.name))
}

/// The advantage of a group, in one of the three states.
fn value(group: Option<Group>, form: Form) -> Value {
    let Some(group) = group else {
        return Value::Unavailable("the log says nothing of what it earned".to_owned());
    };
    group.advantage(form).map_or_else(|| Value::Undefined(ALONE.to_owned()), Value::Number)
}

pub(super) fn compute(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let peers = peers(question)?;
    let samples = Samples::of(question, peers)?;
    let key = samples.key();
    let form = form(question);
    let title = format!("{} ({})", question.method.title, question.baseline.map_or("mean", |it| it.title));
    let mut attribution = question.start(title, Provenance::Replayed);
    let of_acts = matches!(key, Key::Turn | Key::State);
    if of_acts {
        for act in question.episode.act_ids().filter(|it| !question.leaves_out(*it)) {
            if let Some(value) = act_value(question, &samples, act, form) {
                attribution.acts.push((act, value));
            }
        }
    }
    let whole = (!of_acts || key == Key::State).then(|| value(samples.rollouts(), form));
    for agent in question.remaining() {
        let value = match key {
            Key::Task => whole.clone(),
            Key::Agent | Key::Role => Some(value(samples.agent(agent), form)),
            Key::Turn | Key::State => agent_value(question, &samples, &attribution, agent, whole.as_ref()),
        };
        if let Some(value) = value {
            attribution.agents[agent.index()].value = value;
        }
    }
    // One number of all agents is not the sum of as many.
    attribution.sum = match (key, whole.as_ref().and_then(Value::number)) {
        (Key::Task, Some(whole)) => whole.value,
        _ => total(&attribution.agents),
    };
    attribution.reward = question.episode.reward().map(|it| it.value);
    attribution.sample = notes::sample(peers);
    attribution.caveats.extend(notes::caveats(question, peers, &samples));
    Ok(attribution)
}

/// The number of an act: of its turn, or of its rollout and its state.
fn act_value(question: &Question<'_>, samples: &Samples<'_>, act: ActId, form: Form) -> Option<Value> {
    let group = samples.act(act)?;
    if samples.key() == Key::Turn {
        return Some(value(Some(group), form));
    }
    let whole = value(samples.rollouts(), form);
    let Value::Number(whole) = whole else { return Some(whole) };
    let weight = question.param("step-weight").unwrap_or(1.0);
    let step = step_part(&group, form).map_or(0.0, |it| it.value);
    Some(Value::Number(Estimate { n: whole.n, ..Estimate::exact(whole.value + weight * step) }))
}

/// The part by state; none if it is alone.
fn step_part(group: &Group, form: Form) -> Option<Estimate> {
    (group.samples.len() > 1).then(|| group.advantage(form)).flatten()
}

/// An agent's number of those of its acts; the part of the whole rollout counts once.
fn agent_value(
    question: &Question<'_>,
    samples: &Samples<'_>,
    attribution: &Attribution,
    agent: AgentId,
    whole: Option<&Value>,
) -> Option<Value> {
    let own = || attribution.acts.iter().filter(|it| question.episode.act(it.0).agent == agent);
    let Some(whole) = whole else {
        let numbers: Vec<&Estimate> = own().filter_map(|it| it.1.number()).collect();
        if numbers.is_empty() {
            return own().next().map(|it| it.1.clone());
        }
        let n = numbers.iter().filter_map(|it| it.n).min();
        return Some(Value::Number(Estimate {
            n,
            ..Estimate::exact(sum(numbers.iter().map(|it| it.value)))
        }));
    };
    let Value::Number(whole) = whole else { return Some(whole.clone()) };
    let (weight, form) = (question.param("step-weight").unwrap_or(1.0), form(question));
    let steps = own().filter_map(|it| step_part(&samples.act(it.0)?, form));
    let value = sum([whole.value].into_iter().chain(steps.map(|it| weight * it.value)));
    Some(Value::Number(Estimate { n: whole.n, ..Estimate::exact(value) }))
}

pub(super) fn terms(question: &Question<'_>, target: Target) -> Result<Vec<Term>, Unavailable> {
    let samples = Samples::of(question, peers(question)?)?;
    let form = form(question);
    let weight = question.param("step-weight").unwrap_or(1.0);
    let of =
        |group: Option<Group>, factor: f64| group.map_or_else(Vec::new, |it| group_terms(&it, form, factor));
    Ok(match (samples.key(), target) {
        (Key::Task, _) => of(samples.rollouts(), 1.0),
        (Key::Agent | Key::Role, Target::Agent(agent)) => of(samples.agent(agent), 1.0),
        (Key::Agent | Key::Role, Target::Act(_)) => Vec::new(),
        (Key::Turn, Target::Act(act)) => of(samples.act(act), 1.0),
        (Key::State, Target::Act(act)) => {
            let step = samples.act(act).filter(|it| it.samples.len() > 1);
            of(samples.rollouts(), 1.0).into_iter().chain(of(step, weight)).collect()
        }
        (Key::Turn | Key::State, Target::Agent(agent)) => {
            let by_state = samples.key() == Key::State;
            let whole = if by_state { of(samples.rollouts(), 1.0) } else { Vec::new() };
            let acts = question.acts_of(agent).iter().filter(|it| !question.leaves_out(**it));
            let one = |act: &ActId| {
                let group = samples.act(*act)?;
                let part = if by_state { step_part(&group, form) } else { group.advantage(form) };
                Some(Term {
                    text: format!("A{} of {}", if by_state { "_S" } else { "" }, question.act(*act)),
                    weight: if by_state { weight } else { 1.0 },
                    value: Some(part?.value),
                    standard_error: None,
                    n: None,
                    origins: vec![question.episode.act(*act).origin],
                })
            };
            whole.into_iter().chain(acts.filter_map(one)).collect()
        }
    })
}

/// Terms of a group beyond this number are one.
const SHOWN: usize = 200;

/// One term a sample.
fn group_terms(group: &Group, form: Form, factor: f64) -> Vec<Term> {
    let Some(weights) = group.weights(form) else { return Vec::new() };
    let term = |(sample, weight): (&Sample, f64)| Term {
        text: sample.what.clone(),
        weight: weight * factor,
        value: Some(sample.value),
        standard_error: None,
        n: None,
        origins: vec![sample.origin],
    };
    let counted = group.samples.iter().zip(weights).filter(|it| it.1 != 0.0);
    let mut terms: Vec<Term> = counted.map(term).collect();
    if terms.len() > SHOWN {
        let size = |it: &Term| (it.weight * it.value.unwrap_or(0.0)).abs();
        terms.sort_by(|a, b| size(b).total_cmp(&size(a)));
        let rest = terms.split_off(SHOWN);
        terms.push(Term {
            text: format!("{} other rollouts together", rest.len()),
            weight: factor,
            value: Some(sum(rest.iter().map(|it| it.weight * it.value.unwrap_or(0.0))) / factor),
            standard_error: None,
            n: None,
            origins: Vec::new(),
        });
    }
    terms
}

#[cfg(test)]
mod tests;
