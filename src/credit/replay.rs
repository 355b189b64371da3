//! Replay groups: what really happened against its siblings from one frozen context. docs/METHODS.md has the
//! seven methods, from `#replay-loo` to `#replay-value`, with their papers.
//!
//! The arithmetic of one group is in `siblings`; here groups become credit of acts and agents.
//!
//! Decided here:
//! * The credit of an act is that of the candidate marked as what really happened (or of its substitute).
//!   Candidates marked `extra` only serve to estimate V and take no part.
//! * A group of one candidate is undefined: 0 would be a claim.
//! * An act with several groups gets the mean of their credits.
//! * An agent's credit is the sum over its replayed acts. Replays are expensive, so unlike with single
//!   deviations acts without a group do not make it unavailable; a caveat says how many there are. Groups
//!   tied to no act count for their agent by their mean.

mod broken_off;
mod left_out;
mod rows;
mod siblings;
mod weighed;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::model::{
    ActId, AgentId, Attribution, Estimate, Provenance, ReplayGroup, Term, Unavailable, Value,
};
use crate::stats::{Arm, Credit, Weights, sum};

use super::figure;
use super::method::Target;
use super::question::{Question, caveat, missing, total};
use super::runs::{Runs, measured, with_interval};

pub(super) use rows::*;
use siblings::{GroupCredit, Kind, NoCredit, Part, credit};

/// What a group speaks of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Act(ActId),
    Agent(AgentId),
}

/// Groups by subject; only those that a declared credit names, if it names some that exist.
fn groups<'a>(question: &Question<'a>) -> BTreeMap<Subject, Vec<&'a ReplayGroup>> {
    let replays = &question.episode.replays;
    let wanted = question.group.filter(|name| replays.iter().any(|it| it.name == *name));
    let mut by_subject: BTreeMap<Subject, Vec<&ReplayGroup>> = BTreeMap::new();
    for group in replays.iter().filter(|it| wanted.is_none_or(|name| it.name == name)) {
        let subject = match (group.act, group.agent) {
            (Some(act), _) => Subject::Act(act),
            (None, Some(agent)) => Subject::Agent(agent),
            (None, None) => continue,
        };
        by_subject.entry(subject).or_default().push(group);
    }
    by_subject
}

/// Whether groups of `subject` are credited. Nobody knows when a group without an act took place: with a
/// window it counts for nothing.
fn counts(question: &Question<'_>, subject: Subject) -> bool {
    match subject {
        Subject::Act(act) => !question.leaves_out(act),
        Subject::Agent(agent) => !question.is_dropped(agent) && question.scenario.window.is_none(),
    }
}

fn owner(question: &Question<'_>, subject: Subject) -> AgentId {
    match subject {
        Subject::Act(act) => question.episode.act(act).agent,
        Subject::Agent(agent) => agent,
    }
}

/// The number of one subject, and how it follows from the runs: the mean over its groups.
fn subject_value(question: &Question<'_>, groups: &[&ReplayGroup], runs: &mut Runs) -> (Value, Credit) {
    let mut known = Vec::new();
    let mut refused = None;
    for group in groups {
        match credit(question, group) {
            Ok(credit) => known.push(credit),
            Err(why) => refused = refused.or(Some(why)),
        }
    }
    if known.is_empty() {
        let none = || Value::Unavailable("no replay group is logged".to_owned());
        return (refused.map_or_else(none, NoCredit::value), Credit::default());
    }
    let k = known.len() as f64;
    let mut terms = Vec::new();
    for part in known.iter().flat_map(|it| &it.parts) {
        if part.modelled {
            terms.push((runs.push(Arm::Stated(part.value)), part.weight / k));
        }
        let samples = part.samples.iter();
        terms.extend(samples.map(|(sample, share)| (runs.place(sample), part.weight * share / k)));
    }
    let value = sum(known.iter().map(|it| it.estimate.value)) / k;
    let n = known.iter().filter_map(|it| it.estimate.n).min();
    (Value::Number(Estimate { n, ..Estimate::exact(value) }), Credit::of(Weights::of(terms)))
}

/// Every candidate of every group: what kind of returns these are is told from all of them.
fn all_runs(question: &Question<'_>) -> Runs {
    let mut runs = Runs::of(question.episode);
    for group in &question.episode.replays {
        for candidate in group.candidates.iter().filter(|it| it.returns.mean.is_some()) {
            runs.place(&candidate.returns);
        }
        runs.end_group();
    }
    runs
}

pub(super) fn compute(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let groups = groups(question);
    if groups.is_empty() {
        return Err(missing(if question.episode.replays.is_empty() {
            "no replay group is logged (`counterfactual` of kind `replay`)"
        } else {
            "no replay group names an act or agent of this episode"
        }));
    }
    let kind = Kind::of(question);
    let provenance = if kind == Kind::ValueOnly { Provenance::Modelled } else { Provenance::Replayed };
    let mut attribution = question.start(title(question, kind), provenance);
    let kept = groups.iter().filter(|it| counts(question, *it.0));
    let mut runs = all_runs(question);
    let kept: Vec<(Subject, (Value, Credit))> =
        kept.map(|(subject, groups)| (*subject, subject_value(question, groups, &mut runs))).collect();
    let table = runs.table();
    let (kept, credits): (Vec<(Subject, Value)>, Vec<Credit>) = kept
        .into_iter()
        .map(|(subject, (value, credit))| ((subject, with_interval(&table, &credit, value)), credit))
        .unzip();
    if !kept.iter().any(|it| it.1.number().is_some()) {
        let why = kept.iter().find_map(|it| match &it.1 {
            Value::Undefined(why) | Value::Unavailable(why) => Some(why.clone()),
            Value::Number(_) => None,
        });
        return Err(missing(why.unwrap_or_else(|| match question.scenario.window {
            Some(_) => "nothing in the window was replayed".to_owned(),
            None => "every replayed agent is taken out".to_owned(),
        })));
    }
    let mut by_agent = FxHashMap::default();
    for at in 0..attribution.agents.len() {
        let agent = attribution.agents[at].agent;
        if !question.is_dropped(agent) {
            let own = kept.iter().zip(&credits).filter(|it| owner(question, it.0.0) == agent);
            let credit = Credit::sum(own.filter(|it| it.0.1.number().is_some()).map(|it| it.1));
            let value = agent_value(question, &kept, agent);
            attribution.agents[at].value = with_interval(&table, &credit, value);
            by_agent.insert(agent, credit);
        }
    }
    attribution.measured = Some(measured(&attribution, table, by_agent));
    attribution.acts = kept
        .into_iter()
        .filter_map(|(subject, value)| match subject {
            Subject::Act(act) => Some((act, value)),
            Subject::Agent(_) => None,
        })
        .collect();
    attribution.sum = total(&attribution.agents);
    attribution.reward = question.episode.reward().map(|it| it.value);
    attribution.sample = sample(question);
    partial_cover(question, &mut attribution);
    let credited = groups.iter().filter(|it| counts(question, *it.0)).flat_map(|it| it.1).copied();
    attribution.caveats.extend(broken_off::caveats(question, credited));
    option_caveats(question, &mut attribution);
    if !question.scenario.dropped.is_empty() {
        let text = format!("replays were recorded with {}", question.dropped_names());
        attribution.caveats.push(caveat(text));
    }
    if question.scenario.reward.is_some() || question.scenario.discount.is_some() {
        attribution
            .caveats
            .push(caveat("returns of replays are as logged: reward and discount do not change them"));
    }
    Ok(attribution)
}

fn title(question: &Question<'_>, kind: Kind) -> String {
    let mut title = plain_title(question, kind);
    for (option, word) in [("by-replays", "by replays"), ("normalise", "normalised"), ("pooled", "pooled")] {
        if question.switch(option) {
            title = format!("{}, {word})", title.trim_end_matches(')'));
        }
    }
    title
}

fn plain_title(question: &Question<'_>, kind: Kind) -> String {
    let against = if question.switch("mean") { "mean of all" } else { "leave-one-out" };
    match kind {
        Kind::LeaveOneOut | Kind::Mean => {
            let name = if kind == Kind::Mean { "replay group mean" } else { "replay leave-one-out" };
            format!("{name} ({})", question.baseline.map_or("equal weights", |it| it.title))
        }
        Kind::Assisted => {
            let alpha = figure::exact(question.param("alpha").unwrap_or(0.5));
            format!("value-assisted replays ({against}, alpha {alpha})")
        }
        Kind::ValueOnly => format!("critic's values of candidates ({against})"),
        Kind::Normalised => match question.baseline.filter(|it| it.rescales) {
            Some(convention) => format!("normalised replays ({})", convention.title),
            None => format!("normalised replays ({against})"),
        },
        Kind::Tree => format!("replay tree ({against})"),
        Kind::Pooled => format!("pooled replays ({against})"),
    }
}

/// What the options do to the number.
fn option_caveats(question: &Question<'_>, attribution: &mut Attribution) {
    let candidates = || question.episode.replays.iter().flat_map(|it| &it.candidates).filter(|it| !it.extra);
    if question.switch("normalise") {
        let text = "normalised: in standard deviations of its group, not in reward units";
        attribution.caveats.push(caveat(text));
    }
    if question.switch("pooled") {
        let text = "pooled: contexts differ, so part of the number is the luck of the situation";
        attribution.caveats.push(caveat(text));
    }
    if question.switch("drop-duplicates") {
        attribution.caveats.push(caveat(
            "duplicate candidates are dropped: what the policy favours weighs no more than the rest, so the \
             baseline is no longer that of the policy",
        ));
    }
    let least = question.param("min-replays").unwrap_or(0.0);
    let few = candidates().filter(|it| it.returns.n.is_none_or(|n| f64::from(n) < least)).count();
    if least > 0.0 && few > 0 {
        let few = figure::count(few, "candidate");
        attribution.caveats.push(caveat(format!("{few} with fewer than {least} replays left out")));
    }
}

fn agent_value(question: &Question<'_>, kept: &[(Subject, Value)], agent: AgentId) -> Value {
    let own: Vec<&(Subject, Value)> = kept.iter().filter(|it| owner(question, it.0) == agent).collect();
    let numbers: Vec<Estimate> = own.iter().filter_map(|it| it.1.number().copied()).collect();
    match (numbers.is_empty(), own.first()) {
        (false, _) => Value::Number(Estimate {
            n: numbers.iter().filter_map(|it| it.n).min(),
            ..Estimate::exact(sum(numbers.iter().map(|it| it.value)))
        }),
        (true, Some((_, value))) => value.clone(),
        (true, None) => Value::Unavailable("none of its acts was replayed".to_owned()),
    }
}

fn sample(question: &Question<'_>) -> String {
    let replays = &question.episode.replays;
    let candidates = || replays.iter().flat_map(|it| &it.candidates).filter(|it| !it.extra);
    let broken_off = replays.iter().flat_map(|it| &it.left_out).filter(|it| !it.candidate.extra).count();
    let all = candidates().count() + broken_off;
    let runs: u64 = candidates().filter_map(|it| it.returns.n).map(u64::from).sum();
    let text = format!(
        "{}, {}",
        figure::count(replays.len(), "group"),
        figure::part(candidates().count(), all, "candidate")
    );
    if runs == 0 { text } else { format!("{text}, {}", figure::count(runs as usize, "replay")) }
}

/// Says, for each agent with a number, how many of its acts are left out.
fn partial_cover(question: &Question<'_>, attribution: &mut Attribution) {
    let episode = question.episode;
    let mut partial = Vec::new();
    let numbers = attribution.acts.iter().filter(|it| it.1.number().is_some());
    let mut covered_of = vec![0; episode.agents.len()];
    numbers.for_each(|it| covered_of[episode.act(it.0).agent.index()] += 1);
    for credit in attribution.agents.iter().filter(|it| it.value.number().is_some()) {
        let covered: usize = covered_of[credit.agent.index()];
        let acts = question.acts_of(credit.agent).iter().filter(|it| question.in_window(**it)).count();
        if covered < acts {
            partial.push(format!(
                "{}: {covered} of {}",
                question.agent(credit.agent),
                figure::count(acts, "act")
            ));
        }
    }
    if !partial.is_empty() {
        let text = format!("only replayed acts are credited ({})", partial.join("; "));
        attribution.caveats.push(caveat(text));
    }
}

pub(super) fn terms(question: &Question<'_>, target: Target) -> Result<Vec<Term>, Unavailable> {
    let groups = groups(question);
    let one = |group: &ReplayGroup, credit: &GroupCredit<'_>, weight: f64| Term {
        text: format!("A in replay group '{}'", group.name),
        weight,
        value: Some(credit.estimate.value),
        standard_error: credit.estimate.standard_error,
        n: credit.estimate.n,
        origins: credit.parts.iter().map(|it| it.candidate.origin).collect(),
    };
    let credits = |groups: &[&'_ ReplayGroup]| -> Vec<Term> {
        let known: Vec<_> =
            groups.iter().filter_map(|it| credit(question, it).ok().map(|credit| (*it, credit))).collect();
        let weight = 1.0 / known.len() as f64;
        known.iter().map(|(group, credit)| one(group, credit, weight)).collect()
    };
    match target {
        Target::Act(act) => {
            let of_act = groups.get(&Subject::Act(act)).map_or(&[][..], Vec::as_slice);
            if let [group] = of_act
                && let Ok(credit) = credit(question, group)
            {
                return Ok(credit.parts.iter().map(candidate_term).collect());
            }
            Ok(credits(of_act))
        }
        Target::Agent(agent) => {
            let own = groups.iter().filter(|it| owner(question, *it.0) == agent && counts(question, *it.0));
            Ok(own.flat_map(|(_, groups)| credits(groups)).collect())
        }
    }
}

fn candidate_term(part: &Part<'_>) -> Term {
    let candidate = part.candidate;
    let what = match part.samples.len() {
        _ if part.modelled => "q",
        0 | 1 => "Rbar",
        _ => "mean of the leaves below it, Rbar",
    };
    let received = match part.received {
        0.0 => String::new(),
        it => format!(", with {} received before", figure::exact(it)),
    };
    Term {
        text: format!(
            "{what} of candidate {} '{}'{}{received}",
            candidate.j,
            candidate.label,
            if candidate.real { ", which happened" } else { "" }
        ),
        weight: part.weight,
        value: Some(part.value),
        standard_error: part.standard_error,
        n: if part.modelled { None } else { candidate.returns.n },
        origins: vec![candidate.origin],
    }
}

#[cfg(test)]
mod tests;
