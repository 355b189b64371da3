//! Methods that follow the value of the situation through time: generalised advantages (docs/METHODS.md#gae,
//! Schulman et al. 2016), return redistribution (`#redistribution`, Arjona-Medina et al. 2019), potential
//! shaping (`#shaping`, Ng, Harada and Russell 1999). Discounting and eligibility need no values: `discount`.
//!
//! **Convention of values.** `policy.value` is the expected reward still *to come*, as PPO and MAPPO log it, unless
//! the log says that it is of the whole `episode` (`value_of`) or the `to-come` switch decides. The mean of what
//! was drawn anew from a context is a return of the whole episode. Redistribution and shaping follow what the
//! episode is expected to bring, so they add what was received before; advantages take V to come. Either way a
//! reward in the middle counts once, and a critic that foresees all gives 0 to every act.
//!
//! Decided here:
//! * Acts at one time stamp are one joint step. Each of them gets the whole advantage (it is the advantage of
//!   the joint act). A redistributed change must add up, so they share it evenly.
//! * Between two known values lies a span. If several steps lie in it, its credit belongs to the span. An
//!   agent that alone acts in it gets it, but no single act does. If several agents act in it, nobody gets
//!   it: they are unavailable, and a caveat says how much it is.
//! * With a window a span counts if all of it lies inside; what it divides is then no longer R.
//! * Nothing is logged after the last act. The redistributed change of the last step is part of the residual
//!   `R - V`, unless `end` gives the value after it. The potential after it is R, the return that came out,
//!   unless `end` says otherwise (0 in Ng, Harada and Russell).

mod rows;
mod timeline;

use crate::model::{
    ActId, AgentId, Attribution, Estimate, Number, Origin, Provenance, Term, Unavailable, Value,
};
use crate::stats::{Sum, sum};

use super::figure;
use super::method::Target;
use super::pass;
use super::question::{Question, caveat, total};

pub(super) use rows::{GAE, REDISTRIBUTION, SHAPING};
use timeline::{Span, Timeline, value_before};

/// What each span earned, and how its credit is shared inside it.
struct Credited {
    timeline: Timeline,
    credits: Vec<f64>,
    /// Whether the acts of a joint step share its credit, instead of each getting all of it.
    shared: bool,
    /// V before the first span, if the method divides R - V_0.
    prior: Option<f64>,
    reward: f64,
    caveats: Vec<crate::model::Caveat>,
    title: String,
}

pub(super) fn gamma(question: &Question<'_>) -> f64 {
    let run = question.episode.gamma.filter(|it| (0.0..=1.0).contains(it));
    let scenario = question.scenario.discount.map(Number::get);
    scenario.or_else(|| question.param("gamma")).or(run).unwrap_or(1.0)
}

fn credited(question: &Question<'_>) -> Result<Credited, Unavailable> {
    let pot = question.pot()?;
    let timeline = Timeline::of(question, pot.value)?;
    let n = timeline.spans.len();
    let mut credits = vec![0.0; n];
    let gamma = gamma(question);
    let (shared, prior, title) = match question.method.name {
        "gae" => {
            let lambda = question.param("lambda").unwrap_or(0.95);
            let rewards: Vec<f64> = timeline.spans.iter().map(|it| it.reward).collect();
            pass::advantages(&rewards, &timeline.values_to_come(), gamma, lambda, &mut credits);
            let title =
                format!("advantage (gamma {}, lambda {})", figure::exact(gamma), figure::exact(lambda));
            (false, None, title)
        }
        "shaping" => {
            let mut potentials = timeline.whole_values();
            potentials.push(question.param("end").unwrap_or(pot.value));
            pass::shaping(&potentials, gamma, &mut credits);
            (false, None, format!("potential shaping (gamma {})", figure::exact(gamma)))
        }
        _ => {
            let values = timeline.whole_values();
            let residual = question.baseline.map_or("last", |it| it.name);
            let steps: Vec<f64> = timeline.spans.iter().map(|it| it.steps as f64).collect();
            credits = redistributed(&values, &steps, question.param("end"), pot.value, residual);
            let what = question.baseline.map_or("", |it| it.title);
            (true, values.first().copied(), format!("return redistribution ({what})"))
        }
    };
    Ok(Credited { timeline, credits, shared, prior, reward: pot.value, caveats: pot.caveats, title })
}

/// `c_t = V_{t+1} - V_t` plus the residual `R - V_T` to the last step, to all of them, or as `|c_t|`
/// (Arjona-Medina et al. 2019). `values` are before each span, `steps` in each. `end` is V_T; without it the
/// last change is part of the residual.
fn redistributed(values: &[f64], steps: &[f64], end: Option<f64>, reward: f64, residual: &str) -> Vec<f64> {
    let last = values.last().copied().unwrap_or(0.0);
    let after = values.iter().skip(1).copied().chain([end.unwrap_or(last)]);
    let changes: Vec<f64> = values.iter().zip(after).map(|(before, after)| after - before).collect();
    let left = reward - end.unwrap_or(last);
    let size = sum(changes.iter().map(|it| it.abs()));
    let all = sum(steps.iter().copied());
    let share = |at: usize| match residual {
        "uniform" => steps[at] / all,
        "proportional" if size > 0.0 => changes[at].abs() / size,
        "proportional" => steps[at] / all,
        _ => f64::from(u8::from(at + 1 == changes.len())),
    };
    changes.iter().enumerate().map(|(at, change)| change + left * share(at)).collect()
}

/// What one act gets of its span; `None` if its span covers several steps.
fn act_share(span: &Span, credit: f64, shared: bool) -> Option<f64> {
    let among = if shared { span.acts.len() as f64 } else { 1.0 };
    (span.steps == 1).then_some(credit / among)
}

/// What `agent` gets of a span; `None` if others are in it too, and nobody can say.
fn agent_share(
    question: &Question<'_>,
    span: &Span,
    credit: f64,
    shared: bool,
    agent: AgentId,
) -> Option<f64> {
    if span.steps > 1 {
        return span.agent(question).map(|_| credit);
    }
    let own = span.acts.iter().filter(|it| question.episode.act(**it).agent == agent).count();
    act_share(span, credit, shared).map(|it| it * own as f64)
}

/// What one agent has of the spans that count.
#[derive(Clone, Copy, Default)]
struct Own<'a> {
    credits: Sum,
    spans: usize,
    /// The first span that nobody can divide, in which it acts with others.
    undivided: Option<&'a Span>,
    /// Its first act before any known value.
    unvalued: Option<ActId>,
}

/// What every agent has, in one pass over the acts: by agent, each in the order of the spans.
fn own<'a>(question: &Question<'_>, found: &'a Credited) -> Vec<Own<'a>> {
    let agent_of = |act: &ActId| question.episode.act(*act).agent.index();
    let mut all = vec![Own::default(); question.episode.agents.len()];
    for act in found.timeline.before.iter().filter(|it| question.in_window(**it)) {
        all[agent_of(act)].unvalued.get_or_insert(*act);
    }
    let mut agents: Vec<usize> = Vec::new();
    for (span, credit) in found.timeline.spans.iter().zip(&found.credits) {
        if !counts(question, span) {
            continue;
        }
        agents.clear();
        agents.extend(span.acts.iter().map(agent_of));
        agents.sort_unstable();
        let alone = agents.first() == agents.last();
        for acts in agents.chunk_by(|a, b| a == b) {
            let share = match act_share(span, *credit, found.shared) {
                Some(share) => Some(share * acts.len() as f64),
                None => alone.then_some(*credit),
            };
            let own = &mut all[acts[0]];
            match share {
                Some(share) => {
                    own.credits.add(share);
                    own.spans += 1;
                }
                None => {
                    own.undivided.get_or_insert(span);
                }
            }
        }
    }
    all
}

pub(super) fn compute(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let found = credited(question)?;
    let episode = question.episode;
    let mut attribution = question.start(found.title.clone(), Provenance::Modelled);
    let spans = || found.timeline.spans.iter().zip(&found.credits);
    for (credit, own) in attribution.agents.iter_mut().zip(own(question, &found)) {
        if !question.is_dropped(credit.agent) {
            credit.value = agent_value(question, own);
        }
    }
    for (span, credit) in spans().filter(|it| !question.agents_only && counts(question, it.0)) {
        let share = act_share(span, *credit, found.shared);
        for act in span.acts.iter().filter(|it| !question.is_dropped(episode.act(**it).agent)) {
            let value = match share {
                Some(share) => Value::Number(Estimate::exact(share)),
                None => Value::Unavailable(format!(
                    "V(h) is not logged for every step of {}: only the span has a number",
                    span.name(question)
                )),
            };
            attribution.acts.push((*act, value));
        }
    }
    attribution.acts.sort_by_key(|it| it.0);
    attribution.sum = total(&attribution.agents);
    attribution.reward = Some(found.reward);
    attribution.sample = figure::count(found.timeline.spans.len(), "known value");
    attribution.caveats.extend(found.caveats.iter().cloned());
    if let Some(prior) = found.prior {
        attribution.empty_value = Some(prior);
        attribution.contract = question.scenario.window.is_none().then_some(found.reward - prior);
        attribution.caveats.push(caveat(format!(
            "V before the first act is {}: what was expected from the start is nobody's credit",
            figure::exact(prior)
        )));
    }
    attribution.caveats.extend(notes(question, &found));
    Ok(attribution)
}

/// Whether a span is credited: all of it lies in the window.
fn counts(question: &Question<'_>, span: &Span) -> bool {
    span.acts.iter().all(|it| question.in_window(*it))
}

fn agent_value(question: &Question<'_>, own: Own<'_>) -> Value {
    if let Some(act) = own.unvalued {
        return Value::Unavailable(format!("V(h) is not logged for {}", question.act(act)));
    }
    if let Some(span) = own.undivided {
        return Value::Unavailable(format!(
            "V(h) is not logged for every step of {}, in which others act too",
            span.name(question)
        ));
    }
    if own.spans == 0 {
        let when =
            if question.scenario.window.is_some() { "did not act in the window" } else { "never acted" };
        return Value::Undefined(format!("it {when}: no change of value is its own"));
    }
    Value::Number(Estimate::exact(own.credits.value()))
}

fn notes(question: &Question<'_>, found: &Credited) -> Vec<crate::model::Caveat> {
    let mut notes = Vec::new();
    let spans = || found.timeline.spans.iter().zip(&found.credits);
    let nobodys = || spans().filter(|it| it.0.steps > 1 && it.0.agent(question).is_none());
    for (span, credit) in nobodys().take(3) {
        let text = format!("{} is the credit of the span {}", figure::signed(*credit), span.name(question));
        notes.push(caveat(format!("{text}, not of one agent: V(h) is not logged in between")));
    }
    let more = nobodys().count().saturating_sub(3);
    if more > 0 {
        notes.push(caveat(format!("{} more like it", figure::count(more, "span"))));
    }
    let joint = spans().filter(|it| it.0.steps == 1 && it.0.acts.len() > 1).count();
    if joint > 0 {
        let how = if found.shared { "is shared evenly" } else { "is that of each act in it" };
        notes.push(caveat(format!("the credit of {} {how}", figure::count(joint, "joint step"))));
    }
    if !found.timeline.before.is_empty() {
        let acts = figure::count(found.timeline.before.len(), "act");
        notes.push(caveat(format!("{acts} before the first known V(h) have no number")));
    }
    let scenario = question.scenario;
    if scenario.discount.is_some() && question.method.param("gamma").is_none() {
        notes.push(caveat("values of situations cannot be discounted again: the discount leaves them"));
    }
    if !scenario.dropped.is_empty() {
        notes.push(caveat(format!("values were recorded with {}", question.dropped_names())));
    }
    notes
}

pub(super) fn terms(question: &Question<'_>, target: Target) -> Result<Vec<Term>, Unavailable> {
    let found = credited(question)?;
    let episode = question.episode;
    let origins = |span: &Span| -> Vec<Origin> {
        let valued = span.acts.iter().filter(|it| value_before(question, **it).is_some());
        valued.take(1).map(|it| episode.act(*it).origin).collect()
    };
    let term = |text: String, weight: f64, value: f64, origins: Vec<Origin>| Term {
        text,
        weight,
        value: Some(value),
        standard_error: None,
        n: None,
        origins,
    };
    // The reward is all that is known of the end, unless `end` was set by hand.
    let ending = || -> Vec<Origin> {
        let pot = question.pot().ok().and_then(|it| it.origin);
        pot.into_iter().filter(|_| !question.scenario.params.contains_key("end")).collect()
    };
    let spans = || found.timeline.spans.iter().zip(&found.credits);
    match target {
        Target::Agent(agent) => {
            let own = spans().filter(|it| counts(question, it.0));
            let own = own.filter(|it| it.0.acts.iter().any(|act| episode.act(*act).agent == agent));
            let share = |(span, credit): (&Span, &f64)| {
                let share = agent_share(question, span, *credit, found.shared, agent)?;
                let weight = if *credit == 0.0 { 1.0 } else { share / credit };
                Some(term(format!("credit of {}", span.name(question)), weight, *credit, origins(span)))
            };
            Ok(own.filter_map(share).collect())
        }
        Target::Act(act) => {
            let Some(at) = found.timeline.spans.iter().position(|it| it.acts.contains(&act)) else {
                return Ok(Vec::new());
            };
            let (span, credit) = (&found.timeline.spans[at], found.credits[at]);
            let share = if found.shared { 1.0 / span.acts.len() as f64 } else { 1.0 };
            let mut terms: Vec<Term> = span_terms(question, &found, at)
                .into_iter()
                .map(|(text, weight, value, of)| {
                    let from = found.timeline.spans.get(of).map_or_else(ending, origins);
                    term(text, weight * share, value, from)
                })
                .collect();
            if terms.is_empty() {
                terms.push(term("no change".to_owned(), share, credit, origins(span)));
            }
            Ok(terms)
        }
    }
}

/// The arithmetic of one span: what, weight, value, and the span whose record says so.
fn span_terms(question: &Question<'_>, found: &Credited, at: usize) -> Vec<(String, f64, f64, usize)> {
    let spans = &found.timeline.spans;
    let name = |at: usize| spans[at].name(question);
    let gamma = gamma(question);
    let n = spans.len();
    if question.method.name == "gae" {
        let decay = gamma * question.param("lambda").unwrap_or(0.95);
        let values = found.timeline.values_to_come();
        let term = |k: usize| {
            let (reward, value) = (spans[k].reward, values[k]);
            let after = values.get(k + 1).copied().unwrap_or(0.0);
            let text = format!(
                "delta at {}: r {} + {} x V {} - V {}",
                name(k),
                figure::exact(reward),
                figure::exact(gamma),
                figure::exact(after),
                figure::exact(value)
            );
            (text, decay.powi((k - at) as i32), reward + gamma * after - value, k)
        };
        return (at..n).map(term).filter(|it| it.3 == at || it.1 * it.2 != 0.0).collect();
    }
    let values = found.timeline.whole_values();
    let value = |what: &str, at: usize| {
        let received = values[at] - spans[at].value;
        if received == 0.0 {
            return what.to_owned();
        }
        let (coming, received) = (figure::exact(spans[at].value), figure::exact(received));
        format!("{what}: {coming} to come and {received} received")
    };
    let before = (value("V before", at), -1.0, values[at], at);
    let end = question.param("end");
    let after = |weight: f64, end: f64| match values.get(at + 1) {
        Some(it) => (value("V after", at + 1), weight, *it, at + 1),
        None => ("V at the end".to_owned(), weight, end, n),
    };
    if question.method.name == "shaping" {
        return vec![after(gamma, end.unwrap_or(found.reward)), before];
    }
    let end = end.unwrap_or(values[n - 1]);
    let left = found.reward - end;
    let after = after(1.0, end);
    let share = (found.credits[at] - (after.2 - values[at])) / left;
    let (reward, last) = (figure::exact(found.reward), figure::exact(end));
    let text = format!("its part of the residual R {reward} - V {last} at the end");
    let residual = (left != 0.0 && share != 0.0).then_some((text, share, left, n));
    [after, before].into_iter().chain(residual).collect()
}

#[cfg(test)]
mod tests;
