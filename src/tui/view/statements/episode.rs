//! Statements about an episode: how it ended, the verdict, its agents and its acts.

use crate::{
    app::{Model, OpenEpisode, sentences},
    credit::{PartKind, total_words},
    model::{ActId, AgentId, Value, places, signed},
    text::count,
    tui::view::{credit, header},
};

/// The episode in a line, and the parts of its verdict, each in one.
pub(super) fn head(model: &Model, open: &OpenEpisode) -> Vec<String> {
    let episode = &open.episode;
    let counted = format!("{}, {}", count(episode.agents.len(), "agent"), acts(open));
    let name = format!("{}: episode {}, {counted}", super::state(model), episode.name);
    let mut lines = vec![name];
    lines.extend(open.credit_behind().map(|seen| header::behind_in(seen, episode.acts.len(), usize::MAX)));
    let Some(analysis) = open.analysis() else {
        lines.push("computing credit".to_owned());
        return lines;
    };
    let parts = analysis.verdict.parts(episode);
    lines.extend(parts.iter().map(|it| format!("{}: {}", it.word, it.sentence.whole())));
    lines
}

/// `42 acts`; of one that grows their number is told as news.
fn acts(open: &OpenEpisode) -> String {
    match open.episode.outcome {
        Some(_) => count(open.episode.acts.len(), "act"),
        None => "not ended".to_owned(),
    }
}

/// Whom the verdict names, as its part says it.
pub(super) fn who(open: &OpenEpisode) -> Option<String> {
    let parts = open.analysis()?.verdict.parts(&open.episode);
    let part = parts.iter().find(|it| it.kind == PartKind::Finding)?;
    Some(format!("{}: {}", part.word, part.sentence.whole()))
}

/// `coder -0.500, from -0.700 to -0.300, coalitions`; of a bare trace what stands there in place of credit.
pub(super) fn agent(open: &OpenEpisode, agent: AgentId) -> String {
    let name = &open.episode.agent(agent).name;
    let acts = count(open.index.acts_of(agent).len(), "act");
    let errors = match open.index.errors_of(agent) {
        0 => String::new(),
        some => format!(", {}", count(some, "error")),
    };
    let Some(credit) = open.credit().filter(|_| !open.is_bare()) else {
        let estimate = open.estimate().and_then(|it| it.agents.iter().find(|it| it.0 == agent));
        let p = estimate.map_or(String::new(), |(_, p)| format!("P {p:.2} of blame by the text, "));
        return format!("{name}: {p}{acts}{errors}");
    };
    let decimals = credit::scale(open, credit).places;
    let number = |it: f64| signed(it, decimals).trim_start().to_owned();
    let said = match &credit.agents[agent.index()].value {
        Value::Number(it) => {
            let range = it.interval.map(|(low, high)| format!(", from {} to {}", number(low), number(high)));
            let unsure = if it.sign_unsure() { ", its sign is not sure" } else { "" };
            format!(" {}{}{unsure}", number(it.value), range.unwrap_or_default())
        }
        Value::Undefined(why) => format!(": undefined: {why}"),
        Value::Unavailable(why) => format!(": not available: {why}"),
    };
    format!("{name}{said}, {}, {acts}{errors}", credit.provenance.word())
}

/// What the credits of the agents add up to.
pub(super) fn sum(open: &OpenEpisode) -> Option<String> {
    let credit = open.credit().filter(|_| !open.is_bare())?;
    Some(format!("sum {}", total_words(&open.episode, credit, places(credit.sum)).whole()))
}

/// An act in a line, with when it was.
pub(super) fn act(open: &OpenEpisode, act: ActId) -> String {
    let when = match sentences::when(open, act) {
        it if it.is_empty() => String::new(),
        it if it.starts_with('#') => format!(", step {}", &it[1..]),
        it => format!(", after {it} s"),
    };
    let better = sentences::better(&open.episode, act);
    let better = better.map_or(String::new(), |(mean, label)| format!(", better: {label}, R {mean:.2}"));
    format!("{}{when}{better}", sentences::act_line(open, act).replace("credit  ", "credit "))
}
