//! Splits that need only the reward (METHODS 2): broadcast, uniform, activity.
//!
//! They ask nothing of the log but R, so they cannot say who mattered; broadcast and uniform cannot even
//! single an agent out.

use crate::model::{ActKind, AgentId, Attribution, Caveat, Estimate, Provenance, Term, Unavailable, Value};
use crate::stats::sum;

use super::figure;
use super::method::{Baseline, Target};
use super::question::{Question, caveat, missing, total};

/// What an activity share counts.
pub(super) const ACTIVITY: &[Baseline] = &[
    activity("actions", "actions", "k = actions"),
    activity("messages", "messages", "k = messages sent"),
    activity("tokens", "tokens", "k = input + output tokens"),
    activity("seconds", "seconds", "k = seconds taken"),
];

const fn activity(name: &'static str, title: &'static str, formula: &'static str) -> Baseline {
    Baseline { name, title, formula, source: "accounting convention", needs: &[], names_culprit: true }
}

pub(super) fn broadcast(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let weights = question.remaining().into_iter().map(|agent| (agent, 1.0)).collect();
    split(question, "broadcast (R to everyone)", Shares { weights, caveats: Vec::new() })
}

pub(super) fn uniform(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let (shares, who) = uniform_shares(question);
    split(question, &format!("uniform (R over {who})"), shares)
}

pub(super) fn active(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let shares = activity_shares(question)?;
    let what = question.baseline.map_or("actions", |it| it.title);
    split(question, &format!("activity (share of {what})"), shares)
}

/// Weights of R by agent, ascending.
struct Shares {
    weights: Vec<(AgentId, f64)>,
    caveats: Vec<Caveat>,
}

fn uniform_shares(question: &Question<'_>) -> (Shares, String) {
    let mut agents = question.remaining();
    let mut who = figure::count(agents.len(), "agent");
    if question.switch("active") {
        agents.retain(|agent| question.episode.acts.iter().any(|act| act.agent == *agent));
        who = figure::count(agents.len(), "active agent");
    }
    let share = 1.0 / agents.len() as f64;
    (Shares { weights: agents.into_iter().map(|it| (it, share)).collect(), caveats: Vec::new() }, who)
}

fn activity_shares(question: &Question<'_>) -> Result<Shares, Unavailable> {
    let what = question.baseline.map_or("actions", |it| it.name);
    let agents = question.remaining();
    let mut counts = vec![0.0; question.episode.agents.len()];
    let (mut known, mut unknown) = (0usize, 0usize);
    for act in question.episode.acts.iter().filter(|it| !question.is_dropped(it.agent)) {
        let amount = match what {
            "messages" => Some(f64::from(u8::from(act.kind == ActKind::Message))),
            "tokens" => act.usage.tokens().map(|it| it as f64),
            "seconds" => act.duration.filter(|it| it.is_finite() && *it >= 0.0),
            _ => Some(f64::from(u8::from(act.kind == ActKind::Action))),
        };
        match amount {
            Some(amount) => {
                known += 1;
                counts[act.agent.index()] += amount;
            }
            None => unknown += 1,
        }
    }
    if known == 0 && unknown > 0 {
        let record = if what == "tokens" { "`usage`" } else { "`dur`" };
        return Err(missing(format!("no act has {record}: the share of {what} is not known")));
    }
    let mut caveats = Vec::new();
    if unknown > 0 {
        let text = format!("{unknown} of {} acts say no {what}; they count as 0", known + unknown);
        caveats.push(caveat(text));
    }
    let all = sum(counts.iter().copied());
    let weights = if all > 0.0 {
        agents.into_iter().map(|agent| (agent, counts[agent.index()] / all)).collect()
    } else {
        caveats.push(caveat(format!("there are no {what}: R is split evenly")));
        let share = 1.0 / agents.len() as f64;
        agents.into_iter().map(|agent| (agent, share)).collect()
    };
    Ok(Shares { weights, caveats })
}

fn split(question: &Question<'_>, title: &str, shares: Shares) -> Result<Attribution, Unavailable> {
    let pot = question.pot()?;
    if shares.weights.is_empty() {
        return Err(missing("no agent is left to divide the reward among"));
    }
    let mut attribution = question.start(title, Provenance::Structural);
    for (agent, weight) in &shares.weights {
        attribution.agents[agent.index()].value = Value::Number(Estimate::exact(pot.value * weight));
    }
    for credit in &mut attribution.agents {
        if matches!(credit.value, Value::Unavailable(_)) {
            // Left out by `active`: its share is 0, not unknown.
            credit.value = Value::Number(Estimate::exact(0.0));
        }
    }
    attribution.sum = total(&attribution.agents);
    attribution.contract = question.method.efficient.then_some(pot.value);
    attribution.reward = Some(pot.value);
    attribution.caveats.extend(pot.caveats);
    attribution.caveats.extend(shares.caveats);
    Ok(attribution)
}

/// The arithmetic of all three: one weight times R.
pub(super) fn terms(question: &Question<'_>, target: Target) -> Result<Vec<Term>, Unavailable> {
    let Target::Agent(agent) = target else {
        return Err(missing(format!("{} knows agents only", question.method.name)));
    };
    let pot = question.pot()?;
    let weights = match question.method.name {
        "uniform" => uniform_shares(question).0.weights,
        "activity" => activity_shares(question)?.weights,
        _ => vec![(agent, 1.0)],
    };
    let weight = weights.iter().find(|it| it.0 == agent).map_or(0.0, |it| it.1);
    Ok(vec![Term {
        text: "R".to_owned(),
        weight,
        value: Some(pot.value),
        standard_error: None,
        n: None,
        origins: pot.origin.into_iter().collect(),
    }])
}
