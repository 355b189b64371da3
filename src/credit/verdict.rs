//! The verdict: who, how much of it, at which act, on what grounds, and who disagrees.
//!
//! Decided here: the decisive act of the one agent named is its *first* act that attains its lowest (in a
//! success: highest) credit per act. It is read from the attribution itself, or else from the best founded
//! row of the sweep that credits its acts: measured before modelled before declared before structural. It is
//! never an act whose credit has the other sign, and never one that a better founded row has cleared. Agents
//! that tie have no decisive act.

mod sentence;

use std::collections::BTreeSet;

use crate::model::{ActId, AgentId, Attribution, Episode, Estimate, Provenance};

use super::blame::{Blame, BlameKind, blame, tolerance};
use super::choice::{act_rank, names_culprit};
use super::declared;
use super::flip::FlipProbability;
use super::question::outcome_words;
use super::sweep::{Agreement, Sweep};
use super::table::methods;

/// What a verdict rests on, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Coalitions or replays that were run.
    Measured,
    /// Values a model estimates.
    Modelled,
    /// The word of the log's writer.
    Declared,
    /// Only the shape of the trace.
    Structural,
    /// Nothing: no number for anybody.
    Nothing,
}

impl Level {
    /// The level of numbers of this provenance.
    pub fn of(provenance: Provenance) -> Self {
        match provenance {
            Provenance::Replayed => Level::Measured,
            Provenance::Modelled => Level::Modelled,
            Provenance::Declared => Level::Declared,
            Provenance::Structural => Level::Structural,
        }
    }

    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Level::Measured => "measured",
            Level::Modelled => "modelled",
            Level::Declared => "declared",
            Level::Structural => "structural",
            Level::Nothing => "nothing",
        }
    }
}

/// Who earned or lost the reward of one episode, by one attribution and the sweep around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What it rests on.
    pub level: Level,
    /// Whether the episode failed: the named agents lost (otherwise they earned).
    pub failed: bool,
    /// Whether the episode is still open.
    pub open: bool,
    /// In what sense the named stand out; `None` if nobody has a number.
    pub kind: Option<BlameKind>,
    /// Who; of a tie all. All agents with a number if nobody is told apart ([`Verdict::all_equal`]).
    pub named: Vec<AgentId>,
    /// Whether the numbers tell nobody apart.
    pub all_equal: bool,
    /// How many agents have a number.
    pub known: usize,
    /// Credit of the first named.
    pub credit: Option<Estimate>,
    /// Its part of the gross loss (sum of negative credits) or gross gain, 0..=1; `None` if there is none.
    pub share: Option<f64>,
    /// The decisive act.
    pub act: Option<ActId>,
    /// What the decisive act's number rests on.
    pub act_provenance: Option<Provenance>,
    /// Who says so: `method/baseline` of the row it was read from.
    pub act_method: Option<String>,
    /// Counted rows of the sweep that name the same.
    pub holds: usize,
    /// Counted rows of the sweep.
    pub of: usize,
    /// Counted rows that name some of the same agents, and others.
    pub ties: usize,
    /// Counted rows that name others: `method/baseline` and whom, one entry per agent named.
    pub flips: Vec<(String, AgentId)>,
    /// How often the verdict would name another if the values were drawn anew; `None` if their uncertainty is
    /// not known or it was not counted yet ([`super::study`]).
    pub flip: Option<FlipProbability>,
    /// Index into [`Episode::labels`] of the judgement to show beside it.
    pub label: Option<usize>,
    /// `method` or `method/baseline`.
    pub method: String,
    /// Title of the attribution.
    pub title: String,
    /// Total reward used.
    pub reward: Option<f64>,
    /// Whether the numbers divide a status that stands for a reward, because none is logged.
    pub outcome_only: bool,
    /// Whether any row of the sweep rests on more than the shape of the trace.
    pub evidence: bool,
    /// For declared credit: whether this log lets it be recomputed.
    pub recomputable: bool,
}

impl Verdict {
    /// The verdict if no method has anything to divide.
    pub fn nothing(episode: &Episode) -> Self {
        Self {
            level: Level::Nothing,
            failed: episode.failed(),
            open: episode.outcome.is_none(),
            kind: None,
            named: Vec::new(),
            all_equal: false,
            known: 0,
            credit: None,
            share: None,
            act: None,
            act_provenance: None,
            act_method: None,
            holds: 0,
            of: 0,
            ties: 0,
            flips: Vec::new(),
            flip: None,
            label: label(episode),
            method: String::new(),
            title: String::new(),
            reward: episode.reward().map(|it| it.value),
            outcome_only: false,
            evidence: false,
            recomputable: false,
        }
    }
}

/// Who stands out in `attribution`, and how far `sweep` (of the same scenario) agrees.
pub fn verdict(episode: &Episode, attribution: &Attribution, sweep: &Sweep) -> Verdict {
    let nothing = Verdict {
        method: name(attribution),
        title: attribution.title.clone(),
        reward: attribution.reward,
        outcome_only: attribution.caveats.iter().any(|it| it.text == outcome_words(episode)),
        evidence: has_evidence(sweep),
        ..Verdict::nothing(episode)
    };
    let Some(found) = blame(episode.failed(), attribution) else { return nothing };
    let act = decisive(episode, attribution, sweep, &found);
    let flips = sweep.rows.iter().filter(|it| it.counted && it.agrees == Agreement::Flips);
    Verdict {
        level: Level::of(attribution.provenance),
        kind: Some(found.kind),
        all_equal: found.all_equal && found.known > 1,
        known: found.known,
        credit: found.agents.first().and_then(|it| attribution.agent(*it)).copied(),
        share: found.shares.first().copied().flatten(),
        act: act.as_ref().map(|it| it.act),
        act_provenance: act.as_ref().map(|it| it.provenance),
        act_method: act.map(|it| it.method),
        holds: sweep.count(Agreement::Holds),
        of: sweep.counted(),
        ties: sweep.count(Agreement::Tie),
        flips: flips.flat_map(|row| row.blamed.iter().map(|it| (row.name(), *it))).collect(),
        recomputable: attribution.method == "declared" && is_recomputable(episode, attribution, sweep),
        named: found.agents,
        ..nothing
    }
}

fn name(attribution: &Attribution) -> String {
    match &attribution.baseline {
        Some(baseline) => format!("{}/{baseline}", attribution.method),
        None => attribution.method.clone(),
    }
}

fn has_evidence(sweep: &Sweep) -> bool {
    let mut found = sweep.rows.iter().filter_map(|it| it.result.as_ref().ok());
    found.any(|it| it.provenance != Provenance::Structural)
}

/// The judgement to show: the first that names an agent and an act, or else an agent, or else any.
fn label(episode: &Episode) -> Option<usize> {
    let find = |wanted: fn(&crate::model::Label) -> bool| episode.labels.iter().position(wanted);
    find(|it| it.blames() && it.agent.is_some() && it.act.is_some())
        .or_else(|| find(|it| it.agent.is_some() && it.act.is_some()))
        .or_else(|| find(|it| it.agent.is_some()))
        .or_else(|| find(|_| true))
}

fn is_recomputable(episode: &Episode, attribution: &Attribution, sweep: &Sweep) -> bool {
    let keys = declared::keys(episode);
    let at = keys.iter().position(|it| Some(it) == attribution.baseline.as_ref());
    let named = at.and_then(|at| declared::named_method(methods(), &episode.declared[at]));
    named.is_some_and(|(row, baseline)| {
        sweep.rows.iter().any(|it| {
            it.result.is_ok()
                && it.scenario.method == row.name
                && (baseline.is_none() || it.scenario.baseline.as_deref() == baseline)
        })
    })
}

struct Decisive {
    act: ActId,
    provenance: Provenance,
    method: String,
}

fn decisive(episode: &Episode, attribution: &Attribution, sweep: &Sweep, found: &Blame) -> Option<Decisive> {
    let [agent] = found.agents.as_slice() else { return None };
    let sign = if found.kind.is_low() { 1.0 } else { -1.0 };
    let rows = sweep.rows.iter().filter(|it| names_culprit(&it.scenario));
    let mut sources: Vec<&Attribution> =
        rows.filter_map(|it| it.result.as_ref().ok()).filter(|it| act_rank(it).is_some()).collect();
    sources.sort_by_key(|it| act_rank(it));
    if act_rank(attribution).is_some() {
        sources.insert(0, attribution);
    }
    let mut cleared: BTreeSet<ActId> = BTreeSet::new();
    for source in sources {
        let numbers = || source.acts.iter().filter_map(|it| Some((it.0, it.1.number()?.value)));
        let tolerance = tolerance(numbers().map(|it| it.1));
        let own = || numbers().filter(|it| episode.act(it.0).agent == *agent);
        let blamed = own().filter(|it| sign * it.1 < -tolerance && !cleared.contains(&it.0));
        let extreme = blamed.clone().map(|it| sign * it.1).fold(f64::INFINITY, f64::min);
        if let Some((act, _)) = blamed.clone().find(|it| sign * it.1 <= extreme + tolerance) {
            return Some(Decisive { act, provenance: source.provenance, method: name(source) });
        }
        cleared.extend(own().map(|it| it.0));
    }
    None
}

#[cfg(test)]
mod tests;
