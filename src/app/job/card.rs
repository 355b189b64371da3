//! What the list says of an episode once it has been read and judged.

use std::sync::Arc;

use super::Analysis;
use crate::{
    credit::{Headline, Rung, VerdictFinding},
    model::{Episode, Timestamp, Usage},
};

/// One episode in a few words and numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// Who, at which act, on what grounds.
    pub headline: Headline,
    /// The agents named, the first first; of an estimate the most suspect one. Empty: nobody is.
    pub named: Box<[Box<str>]>,
    /// Whether it failed, so that those named lost it; else they earned it.
    pub failed: bool,
    /// The act named.
    pub act: Option<NamedAct>,
    /// Whom an estimate from the text alone names.
    pub suspect: Option<Suspect>,
    /// Its task.
    pub task: Option<Box<str>>,
    /// Input and output tokens of all acts that say; `None`: none does.
    pub tokens: Option<u64>,
    /// The cost of all acts that say, in the log's currency.
    pub cost: Option<f64>,
    /// From the first time in it to the last, in seconds.
    pub seconds: Option<f64>,
}

/// An act that a verdict names.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedAct {
    /// Its id.
    pub id: Box<str>,
    /// Its place among the acts, from 0 to below 1.
    pub place: f32,
}

/// Whom an estimate from the text alone names.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspect {
    /// The agent.
    pub agent: Box<str>,
    /// How probably it is to blame.
    pub p: f64,
}

impl Card {
    /// Of an episode and what was found out about it.
    pub fn of(episode: &Episode, analysis: &Analysis) -> Self {
        let verdict = &analysis.verdict;
        let name = |it| Box::from(episode.agent(it).name.as_str());
        let suspect = analysis.estimate.as_ref().and_then(|it| it.agents.first());
        let headline = verdict.headline(episode);
        let named = match (verdict.named(), &verdict.finding) {
            _ if verdict.is_all_equal() => Vec::new(),
            ([], VerdictFinding::Judged(it)) if !it.agent_text.is_empty() => vec![Box::from(&*it.agent_text)],
            ([], VerdictFinding::Estimated(it)) => vec![name(it.suspect().0)],
            ([], VerdictFinding::Entered(it)) => vec![name(it.agent)],
            (agents, _) => agents.iter().map(|it| name(*it)).collect(),
        };
        let act = verdict.headline_act().map(|it| NamedAct {
            id: Box::from(episode.act(it).id.as_str()),
            place: it.index() as f32 / episode.acts.len() as f32,
        });
        let usage = || episode.acts.iter().map(|it| &it.usage);
        Self {
            named: named.into(),
            failed: analysis.failed,
            act,
            suspect: suspect.map(|(agent, p)| Suspect { agent: name(*agent), p: *p }),
            task: episode.task.as_deref().filter(|it| !it.is_empty()).map(Box::from),
            tokens: sum(usage().filter_map(Usage::tokens)),
            cost: sum(usage().filter_map(|it| it.cost)),
            seconds: seconds(episode),
            headline,
        }
    }

    /// Whom the verdict names, in a word: those that tie together.
    pub fn culprit(&self) -> &str {
        match &*self.named {
            [] => "nobody",
            [one] => one,
            _ => &self.headline.who,
        }
    }

    /// Whether the estimate from the text names somebody whom the verdict, which does not rest on it, names too; `None`: one
    /// of both names nobody.
    pub fn is_suspect_named(&self) -> Option<bool> {
        let suspect = self.suspect.as_ref()?;
        let is_founded = self.headline.rung < Rung::Estimated && !self.named.is_empty();
        is_founded.then(|| self.named.contains(&suspect.agent))
    }
}

/// `None` of nothing.
fn sum<N: std::iter::Sum>(values: impl Iterator<Item = N>) -> Option<N> {
    let mut values = values.peekable();
    values.peek().is_some().then(|| values.sum())
}

/// From the first time in an episode to the last.
fn seconds(episode: &Episode) -> Option<f64> {
    let ends = |it: &crate::model::Act| {
        let start = it.time?;
        let lasted = (it.duration.unwrap_or(0.0).max(0.0) * 1e6) as i64;
        let end = Timestamp::from_micros(start.micros().saturating_add(lasted));
        Some((start, end.max(it.received.unwrap_or(start))))
    };
    let of_acts = episode.acts.iter().filter_map(ends);
    let of_end = episode.outcome.as_ref().and_then(|it| it.time).map(|it| (it, it));
    let (first, last) = of_acts.chain(of_end).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    let seconds = last.seconds_since(first);
    (seconds > 0.0).then_some(seconds)
}

/// An episode that is not opened, and what was found out about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The episode.
    pub episode: Arc<Episode>,
    /// What was found out.
    pub analysis: Arc<Analysis>,
}
