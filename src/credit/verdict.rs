//! The verdict: five parts, each a value with its data and its words, in the order in which a reader asks.
//!
//! 1. [`Outcome`]: how the episode ended;
//! 2. [`Finding`]: who, at which act, what it did and what would have been better;
//! 3. [`Ground`]: the rung of the ladder that this stands on, and how much of it there is;
//! 4. [`Stability`]: how many independent measurements agree, and how often another would be named;
//! 5. [`Against`]: whatever contradicts.
//!
//! Decided here:
//! * The numbers that were asked for lead if they say something: they rest on more than the shape of the trace, are
//!   in units of the reward, and tell agents apart. Else the best founded row of the sweep that does; else a judge, a
//!   person before a model; else an estimate from the text, which names nobody as a fact; else nothing does. **The
//!   shape of a trace never leads.**
//! * The act of the one agent named is its *first* act that attains its lowest (in a success: highest) credit per act,
//!   read from the numbers that lead or else from the best founded row that speaks of acts. It is never an act whose
//!   credit has the other sign, and never one that a better founded row has cleared. Agents that tie have no act.
//! * A failed episode is a failed episode whether its reward is 0, -1 or missing.

mod advantages;
mod against;
mod check;
mod deed;
mod entered;
mod estimated;
mod finding;
mod ground;
mod judgement;
mod outcome;
mod parts;
mod stability;
mod task;
mod told;
mod words;

use std::collections::BTreeSet;

use crate::forensics;
use crate::model::{ActId, AgentId, Attribution, Episode, Label, Provenance};
use crate::suspicion;

use super::TaskClue;
use super::blame::{self, Blame, blame};
use super::choice::{LADDER_LENGTH, act_rank, ladder_place, names_culprit, names_extreme, tells_apart};
use super::declared;
use super::sweep::{Data, Sweep, SweepRow, one_sided};
use super::whose::has_own_values;

pub use against::Against;
pub(super) use check::tolerance;
pub use check::{Check, Off};
pub use deed::{Deed, Worth};
pub use estimated::Estimated;
pub use finding::{Equal, Finding, Named, Reference, Share, Unexplained};
pub use ground::{Ground, Rung, Unlock};
pub use judgement::Judgement;
pub use outcome::{Ending, Outcome};
pub use parts::{Headline, Part, PartKind};
pub use stability::{Stability, Vote};
pub use told::{advantages, group_algorithms};

/// Who earned or lost the reward of one episode, by one attribution, the sweep around it, and its judges.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// How the episode ended.
    pub outcome: Outcome,
    /// Who, at which act, what that is worth.
    pub finding: Finding,
    /// On what grounds.
    pub ground: Ground,
    /// How sure.
    pub stability: Stability,
    /// What contradicts, the gravest first.
    pub against: Vec<Against>,
    /// `method` or `method/baseline` whose numbers lead; empty: no numbers do.
    pub method: String,
    /// What goes with failure over the episodes of the task, once those were looked at.
    pub task: Option<TaskClue>,
    /// What is known of the advantages that the log declares of it, once the rollouts of its run were looked at.
    pub advantages: Vec<forensics::Summary>,
}

impl Verdict {
    /// The verdict where no method has anything to divide: a judge's, or that nothing can tell.
    pub fn nothing(episode: &Episode) -> Self {
        without_numbers(episode, &Sweep::default(), &check::checks(episode), Vec::new())
    }

    /// Who is named, the first first; empty: nobody is.
    pub fn named(&self) -> &[AgentId] {
        self.finding.agents()
    }

    /// The act named.
    pub fn act(&self) -> Option<ActId> {
        self.finding.act()
    }

    /// Who may be to blame by an estimate, where nobody is named.
    pub fn suspected(&self) -> Option<&Estimated> {
        match &self.finding {
            Finding::Estimated(it) => Some(it),
            _ => None,
        }
    }

    /// Whether what goes with failure over the episodes of a task may lead: nothing above says who.
    pub fn may_be_told_by_task(&self) -> bool {
        matches!(self.finding, Finding::Estimated(_) | Finding::Entered(_) | Finding::Unknown)
    }

    /// What goes with failure over the episodes of the task, where that leads.
    pub fn by_task(&self) -> Option<&TaskClue> {
        self.task.as_ref().filter(|_| self.may_be_told_by_task())
    }

    /// Whether numbers are there and tell nobody apart.
    pub fn is_all_equal(&self) -> bool {
        matches!(self.finding, Finding::Equal(_))
    }

    /// Whether numbers lead.
    pub fn is_by_numbers(&self) -> bool {
        matches!(self.finding, Finding::Named(_))
    }
}

/// Who stands out, by `attribution` if it says something, and how far `sweep` (of the same scenario) agrees.
pub fn verdict(episode: &Episode, attribution: &Attribution, sweep: &Sweep) -> Verdict {
    let silent = silent(episode, attribution, sweep);
    let checks = check::checks(episode);
    let equal = |flat: &Attribution| {
        let mut verdict = equal(episode, flat, sweep, &checks);
        verdict.ground.shown = (name(flat) != name(attribution)).then(|| name(attribution));
        verdict
    };
    if let Some(tie) = measured_tie(episode, sweep).or_else(|| modelled_tie(episode, attribution, sweep)) {
        return equal(tie);
    }
    // What its own formula refutes leads only where nothing else was measured or modelled.
    let founded = founded_tie(episode, attribution, sweep);
    let may_lead =
        |it: &Attribution| shape_of(it, &checks).is_none() && (founded.is_none() || !is_refuted(it, &checks));
    let asked = speaks(episode, attribution) && may_lead(attribution);
    let leads = if asked { Some(attribution) } else { best(episode, sweep, may_lead) };
    let is_judged = judgement(episode).is_some();
    match (leads, founded) {
        // Somebody's word of who earned least tells less of a failure than somebody's word of who failed.
        (Some(leads), _) if is_judged && is_word_of_least(episode, leads) => {
            without_numbers(episode, sweep, &checks, silent)
        }
        (Some(leads), _) => {
            let mut verdict = by_numbers(episode, leads, sweep, &checks, silent);
            verdict.ground.shown = (!asked).then(|| name(attribution));
            verdict
        }
        (None, Some(flat)) if !is_judged => equal(flat),
        (None, _) => {
            let mut verdict = without_numbers(episode, sweep, &checks, silent);
            verdict.ground.shape =
                shape_of(attribution, &checks).map(|it| (it.key.clone(), it.method.clone()));
            verdict
        }
    }
}

/// The recomputation of declared numbers that shows them to be the shape of the trace alone, which never leads.
fn shape_of<'a>(attribution: &Attribution, checks: &'a [Check]) -> Option<&'a Check> {
    let key = attribution.baseline.as_ref().filter(|_| attribution.provenance == Provenance::Declared)?;
    checks.iter().find(|it| it.key == *key && it.confirmed && it.is_shape)
}

/// Whether these are declared numbers that their own formula does not give.
fn is_refuted(attribution: &Attribution, checks: &[Check]) -> bool {
    let key = attribution.baseline.as_ref().filter(|_| attribution.provenance == Provenance::Declared);
    key.is_some_and(|key| checks.iter().any(|it| it.key == *key && !it.confirmed))
}

/// A measurement by which everybody costs or earns the same, and not 0, where no other measurement tells agents
/// apart: that is an answer. Another formula on the same data is no better one for naming somebody.
fn measured_tie<'a>(episode: &Episode, sweep: &'a Sweep) -> Option<&'a Attribution> {
    let rows = || sweep.rows.iter().filter_map(|it| Some((it, it.result.as_ref().ok()?)));
    let main = |data: Data| {
        let method = if data == Data::Coalitions { "shapley" } else { "replay-loo" };
        rows().find(|it| it.0.data == Some(data) && it.0.scenario.method == method).map(|it| it.1)
    };
    let measured = [Data::Coalitions, Data::Replays];
    let is_tie = |it: &Attribution| {
        let values: Vec<f64> = it.agents.iter().filter_map(|it| Some(it.value.number()?.value)).collect();
        let size = values.iter().map(|it| it.abs()).fold(0.0, f64::max);
        values.len() > 1
            && values.len() == it.agents.len()
            && size > blame::tolerance_of(it).max(1e-12)
            && !tells_apart(episode, it)
    };
    let tie = measured.iter().filter_map(|it| main(*it)).find(|it| is_tie(it))?;
    let others = measured.iter().filter_map(|it| main(*it)).any(|it| tells_apart(episode, it));
    (!others).then_some(tie)
}

/// A redistribution of values by which everybody costs or earns the same, where it or the shape of the trace is asked for
/// and nothing with a place on the ladder tells agents apart: another way to put what the values do not explain, or
/// another sum of the same changes, is no better one for naming somebody.
fn modelled_tie<'a>(
    episode: &Episode,
    attribution: &Attribution,
    sweep: &'a Sweep,
) -> Option<&'a Attribution> {
    let is_asked = attribution.method == REDISTRIBUTION || attribution.provenance == Provenance::Structural;
    let rows = || sweep.rows.iter().filter_map(|it| Some((it, it.result.as_ref().ok()?)));
    let of_values = |row: &SweepRow| row.scenario.method == REDISTRIBUTION;
    let first = rows().find(|it| of_values(it.0))?.1;
    let knows_all = first.agents.iter().all(|it| it.value.number().is_some_and(|it| it.value.abs() > 1e-12));
    let others = rows().filter(|it| !of_values(it.0) && ladder_place(&it.0.scenario).is_some());
    let mut others = others.filter(|it| names_culprit(&it.0.scenario) && speaks(episode, it.1));
    let is_tie = first.agents.len() > 1 && knows_all && !tells_apart(episode, first);
    (is_asked && is_tie && others.next().is_none()).then_some(first)
}

/// The method that redistributes the changes of values.
const REDISTRIBUTION: &str = "redistribution";

/// Numbers that are the same for all: the ones that were asked for, or else the best founded that are measured or
/// modelled.
fn founded_tie<'a>(
    episode: &Episode,
    attribution: &'a Attribution,
    sweep: &'a Sweep,
) -> Option<&'a Attribution> {
    let on_ladder = sweep.rows.iter().filter(|it| {
        names_culprit(&it.scenario)
            && !one_sided(&it.scenario, episode.failed())
            && ladder_place(&it.scenario).is_some()
    });
    let flat = |it: &&Attribution| {
        let known = it.agents.iter().filter(|it| it.value.number().is_some()).count();
        matches!(it.provenance, Provenance::Replayed | Provenance::Modelled)
            && known == it.agents.len()
            && known > 0
            && !tells_apart(episode, it)
    };
    if is_flat(episode, attribution) {
        return Some(attribution);
    }
    let rows = on_ladder.filter_map(|it| Some((ladder_place(&it.scenario), it.result.as_ref().ok()?)));
    let best = rows.filter(|it| flat(&it.1)).min_by_key(|it| (Rung::of(it.1.provenance), it.0));
    best.map(|it| it.1)
}

fn by_numbers(
    episode: &Episode,
    leads: &Attribution,
    sweep: &Sweep,
    checks: &[Check],
    silent: Vec<Data>,
) -> Verdict {
    let found = blame(episode.failed(), leads).and_then(|it| Some((Named::of(episode, &it, leads)?, it)));
    let Some((mut named, found)) = found else { return without_numbers(episode, sweep, checks, silent) };
    let acts = decisive(episode, leads, sweep, &found).map(|(act, of)| {
        let mut deed = Deed::of(episode, act, found.kind.is_low());
        deed.credit = of.act(act).copied();
        deed.method = name(of);
        deed.provenance = Some(of.provenance);
        named.deed = Some(deed);
        of
    });
    let mut ground = Ground::of_numbers(Rung::of(leads.provenance).unwrap_or(Rung::Nothing), leads);
    confirm(&mut ground, leads, checks);
    if let Some(acts) = acts.filter(|it| it.method != leads.method && it.provenance == Provenance::Replayed) {
        ground.act_amount = ground::act_amount(acts);
    }
    ground.silent = silent;
    let outcome = Outcome::of(episode);
    let finding = Finding::Named(Box::new(named));
    let against = against::against(episode, &finding, &outcome, Some(leads), acts, sweep, checks);
    // What agrees is counted against whom the sweep was asked about: the same, where its reference leads.
    let stability = Stability::of(episode, &finding, sweep, checks);
    Verdict {
        method: name(leads),
        against,
        stability,
        outcome,
        finding,
        ground,
        task: None,
        advantages: Vec::new(),
    }
}

/// Declared credit that comes out when it is computed anew is more than somebody's word.
fn confirm(ground: &mut Ground, leads: &Attribution, checks: &[Check]) {
    let confirmed = checks.iter().find(|it| it.confirmed && leads.baseline.as_ref() == Some(&it.key));
    if let Some(check) = confirmed.filter(|_| ground.rung == Rung::Declared) {
        ground.rung = Rung::DeclaredChecked;
        ground.checked_by = Some(check.method.clone());
    }
    let refuted = checks.iter().find(|it| !it.confirmed && leads.baseline.as_ref() == Some(&it.key));
    ground.refuted_by = refuted.filter(|_| ground.rung == Rung::Declared).map(|it| it.method.clone());
}

/// Numbers are there and the same for all, and nothing else speaks.
fn equal(episode: &Episode, attribution: &Attribution, sweep: &Sweep, checks: &[Check]) -> Verdict {
    let numbers = attribution.agents.iter().filter_map(|it| Some((it.agent, it.value.number()?.value)));
    let (agents, values): (Vec<AgentId>, Vec<f64>) = numbers.unzip();
    let unknown =
        attribution.agents.iter().filter(|it| matches!(it.value, crate::model::Value::Unavailable(_)));
    let finding = Finding::Equal(Equal {
        credit: values.first().copied().unwrap_or(0.0),
        by: name(attribution),
        unknown: unknown.map(|it| it.agent).collect(),
        agents,
    });
    let outcome = Outcome::of(episode);
    let against = against::against(episode, &finding, &outcome, None, None, sweep, checks);
    let mut ground = Ground {
        unlock: Some(Unlock::of(episode)),
        ..Ground::of_numbers(Rung::of(attribution.provenance).unwrap_or(Rung::Nothing), attribution)
    };
    confirm(&mut ground, attribution, checks);
    Verdict {
        ground,
        outcome,
        finding,
        stability: Stability::default(),
        against,
        method: name(attribution),
        task: None,
        advantages: Vec::new(),
    }
}

/// A judge's word, or that nothing can tell.
fn without_numbers(episode: &Episode, sweep: &Sweep, checks: &[Check], silent: Vec<Data>) -> Verdict {
    let outcome = Outcome::of(episode);
    let (finding, ground) = match judgement(episode) {
        Some(it) => {
            let ground = Ground::of_judge(&it);
            (Finding::Judged(it), ground)
        }
        None if let Some(it) = Estimated::of(episode) => {
            let ground = Ground { unlock: Some(Unlock::of(episode)), ..Ground::nothing(Rung::Estimated) };
            (Finding::Estimated(Box::new(it)), ground)
        }
        None if let Some(it) = suspicion::entered(episode) => {
            let ground = Ground { unlock: Some(Unlock::of(episode)), ..Ground::nothing(Rung::Estimated) };
            (Finding::Entered(Box::new(it)), ground)
        }
        None => {
            // Where a choice is all that is missing, no record is.
            let is_open = episode.whose().is_none() && has_own_values(episode);
            let unlock = (!is_open).then(|| Unlock::of(episode));
            (Finding::Unknown, Ground { unlock, ..Ground::nothing(Rung::Nothing) })
        }
    };
    let against = against::against(episode, &finding, &outcome, None, None, sweep, checks);
    Verdict {
        task: None,
        advantages: Vec::new(),
        outcome,
        finding,
        ground: Ground { silent, ..ground },
        stability: Stability::default(),
        against,
        method: String::new(),
    }
}

/// Whether these numbers may lead: they rest on more than the trace's shape, are rewards, and tell agents apart. Declared
/// credit does not say whose reward it divides where nobody's was chosen.
fn speaks(episode: &Episode, attribution: &Attribution) -> bool {
    let is_of_nobody = attribution.provenance == Provenance::Declared && episode.whose().is_none();
    attribution.provenance != Provenance::Structural
        && !is_of_nobody
        && declared::is_in_reward_units(episode, attribution)
        && tells_apart(episode, attribution)
}

/// Whether these are declared numbers by which nobody lost (in a success: gained) anything.
fn is_word_of_least(episode: &Episode, attribution: &Attribution) -> bool {
    attribution.provenance == Provenance::Declared && !names_extreme(episode, attribution)
}

/// Whether numbers that could lead are there, and are all the same.
fn is_flat(episode: &Episode, attribution: &Attribution) -> bool {
    attribution.provenance != Provenance::Structural
        && declared::is_in_reward_units(episode, attribution)
        && !tells_apart(episode, attribution)
        && attribution.agents.iter().any(|it| it.value.number().is_some())
}

/// The best founded row that may lead: by rung, then by how many agents it leaves unknown, then as the ladder of
/// methods has it.
fn best<'a>(
    episode: &Episode,
    sweep: &'a Sweep,
    may_lead: impl Fn(&Attribution) -> bool,
) -> Option<&'a Attribution> {
    let rows = sweep
        .rows
        .iter()
        .filter(|it| names_culprit(&it.scenario) && !one_sided(&it.scenario, episode.failed()));
    let speaking = rows.filter_map(|row| Some((row, row.result.as_ref().ok()?)));
    let speaking = speaking.filter(|it| it.0.data.is_none_or(|data| !sweep.is_silent(data)));
    let speaking = speaking.filter(|it| speaks(episode, it.1) && may_lead(it.1));
    let key = |(row, attribution): &(&SweepRow, &Attribution)| {
        let known = attribution.agents.iter().filter(|it| it.value.number().is_some()).count();
        let unknown = attribution.agents.len() - known;
        let place = ladder_place(&row.scenario).unwrap_or(LADDER_LENGTH);
        (Rung::of(attribution.provenance), !names_extreme(episode, attribution), unknown, place)
    };
    speaking.min_by_key(key).map(|it| it.1)
}

/// What was measured and tells nobody apart, although it could have led.
fn silent(episode: &Episode, attribution: &Attribution, sweep: &Sweep) -> Vec<Data> {
    if episode.agents.len() < 2 {
        return Vec::new();
    }
    let rows =
        sweep.rows.iter().filter(|it| names_culprit(&it.scenario)).filter_map(|it| it.result.as_ref().ok());
    let all: Vec<&Attribution> = std::iter::once(attribution).chain(rows).collect();
    let of = |data: Data| all.iter().filter(move |it| Data::of(it) == Some(data));
    let measured = [Data::Coalitions, Data::Replays].into_iter();
    let made = measured.filter(|data| of(*data).next().is_some());
    made.filter(|data| sweep.is_silent(*data) || of(*data).all(|it| !speaks(episode, it))).collect()
}

/// `method` or `method/baseline`.
fn name(attribution: &Attribution) -> String {
    match &attribution.baseline {
        Some(baseline) => format!("{}/{baseline}", attribution.method),
        None => attribution.method.clone(),
    }
}

/// The judgement that leads where no numbers do: a person's before a model's, one that names an agent and an act
/// before one that names less; else what a model's probabilities of blame say.
fn judgement(episode: &Episode) -> Option<Judgement> {
    let labels = episode.labels.iter().filter(|it| it.blames() && !it.agent_text.is_empty());
    let key = |it: &&Label| {
        let human = Judgement::of(it).human;
        (!human, it.agent.is_none(), it.act.is_none() && it.act_text.is_none())
    };
    let label = labels.min_by_key(key).map(Judgement::of);
    label.or_else(|| Judgement::by_probability(episode).next())
}

fn decisive<'a>(
    episode: &Episode,
    leads: &'a Attribution,
    sweep: &'a Sweep,
    found: &Blame,
) -> Option<(ActId, &'a Attribution)> {
    let [agent] = found.agents.as_slice() else { return None };
    let sign = if found.kind.is_low() { 1.0 } else { -1.0 };
    let rows = sweep.rows.iter().filter(|it| names_culprit(&it.scenario));
    let mut sources: Vec<&Attribution> = rows
        .filter_map(|it| it.result.as_ref().ok())
        .filter(|it| act_rank(it).is_some() && it.provenance != Provenance::Structural)
        .collect();
    sources.sort_by_key(|it| act_rank(it));
    if act_rank(leads).is_some() {
        sources.insert(0, leads);
    }
    let mut cleared: BTreeSet<ActId> = BTreeSet::new();
    for source in sources {
        let numbers = || source.acts.iter().filter_map(|it| Some((it.0, it.1.number()?.value)));
        let tolerance = blame::tolerance(numbers().map(|it| it.1)).max(blame::tolerance_of(source));
        let own = || numbers().filter(|it| episode.act(it.0).agent == *agent);
        let blamed = own().filter(|it| sign * it.1 < -tolerance && !cleared.contains(&it.0));
        let extreme = blamed.clone().map(|it| sign * it.1).fold(f64::INFINITY, f64::min);
        if let Some((act, _)) = blamed.clone().find(|it| sign * it.1 <= extreme + tolerance) {
            return Some((act, source));
        }
        cleared.extend(own().map(|it| it.0));
    }
    None
}

#[cfg(test)]
mod tests;
