//! Replay groups of many episodes, with as little of each as the diagnostics need.

use crate::model::{Candidate, Episode, ReplayGroup};

use super::Symbol;

/// A replay group: candidates of one frozen context.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Its episode.
    pub episode: String,
    /// Its name in the log.
    pub name: String,
    /// Whose act was replaced, if the log says so.
    pub agent: Option<String>,
    /// The candidates by `j`.
    pub candidates: Vec<Replayed>,
}

/// A candidate of a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replayed {
    /// Its index in the log.
    pub j: i64,
    /// Finite returns, in logged order; empty if only a mean is logged.
    pub returns: Vec<f64>,
    /// Mean return; `None` if the log holds none. The candidate then takes no part.
    pub mean: Option<f64>,
    /// Replays behind the mean; 1 if the log does not say.
    pub n: f64,
    /// Whether it is what really happened.
    pub real: bool,
    /// Whether it only serves to estimate V(h).
    pub extra: bool,
    /// What the next agent said, one per replay.
    pub next: Vec<Symbol>,
}

impl Group {
    /// The candidates that earn credit and have a mean.
    pub fn credited(&self) -> impl Iterator<Item = &Replayed> {
        self.candidates.iter().filter(|it| !it.extra && it.mean.is_some())
    }

    /// The candidates that only serve to estimate V(h), with a mean.
    pub fn drawn_anew(&self) -> impl Iterator<Item = &Replayed> {
        self.candidates.iter().filter(|it| it.extra && it.mean.is_some())
    }
}

/// The replay groups of `episode`. `next` gives the whole texts that followed a candidate, because the model
/// shortens them and two long texts may begin alike.
pub fn groups(episode: &Episode, next: &mut dyn FnMut(&Candidate) -> Vec<String>) -> Vec<Group> {
    let group = |it: &ReplayGroup| Group {
        episode: episode.name.clone(),
        name: it.name.clone(),
        agent: it.agent.map(|agent| episode.agent(agent).name.clone()),
        candidates: it.candidates.iter().map(|it| replayed(it, next)).collect(),
    };
    episode.replays.iter().map(group).collect()
}

fn replayed(candidate: &Candidate, next: &mut dyn FnMut(&Candidate) -> Vec<String>) -> Replayed {
    let sample = &candidate.returns;
    let texts = if candidate.next.is_empty() || candidate.extra { Vec::new() } else { next(candidate) };
    Replayed {
        j: candidate.j,
        returns: sample.returns.iter().copied().filter(|it| it.is_finite()).collect(),
        mean: sample.mean.filter(|it| it.is_finite()),
        n: sample.n.map_or(1.0, f64::from),
        real: candidate.real,
        extra: candidate.extra,
        next: texts.iter().map(|it| Symbol::of(it)).collect(),
    }
}
