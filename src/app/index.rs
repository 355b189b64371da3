//! What every key looks up in an episode and in its credit, found once, so that a key costs what is on the
//! screen and not what is in the episode.
//!
//! [`EpisodeIndex`] belongs to an episode and comes with it, [`ActRanking`] to a credit result. Both are made
//! off the loop, say nothing that their sources do not say, and never change.

use std::{collections::BTreeSet, sync::Arc};

use super::story::story;

use crate::{
    credit::{Rung, Verdict},
    graph::{self, Pair},
    model::{ActId, AgentId, Attribution, Episode, Provenance, RewardTotal, Timestamp},
    suspicion::TextEstimate,
    text,
};

/// An episode and its index, as they come from whoever has read it.
#[derive(Clone, Debug)]
pub struct ReadEpisode {
    /// What the log says.
    pub episode: Arc<Episode>,
    /// What is looked up in it.
    pub index: Arc<EpisodeIndex>,
}

impl From<Arc<Episode>> for ReadEpisode {
    fn from(episode: Arc<Episode>) -> Self {
        Self { index: Arc::new(EpisodeIndex::of(&episode)), episode }
    }
}

impl From<Episode> for ReadEpisode {
    fn from(episode: Episode) -> Self {
        Arc::new(episode).into()
    }
}

/// Only this much of the beginnings and ends of names is compared: no column is wider.
const NAME_CHARS: usize = 64;

/// What is looked up in an episode by act and by agent, and what needs a look at all its acts or rewards.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EpisodeIndex {
    /// The acts of each agent.
    by_agent: Vec<Vec<ActId>>,
    /// Places of the judgements of each act in [`Episode::labels`].
    labels: Vec<(ActId, u32)>,
    /// Places of the replay groups of each act in [`Episode::replays`].
    replays: Vec<(ActId, u32)>,
    /// Places of the states after each act in [`Episode::states`].
    states: Vec<(ActId, u32)>,
    /// Acts in which something went wrong, ascending.
    pub errors: Vec<ActId>,
    /// How many of them are each agent's.
    errors_of: Vec<u32>,
    /// Columns of the longest name of an agent.
    pub name_columns: usize,
    /// At most this many characters are common to two names of agents, at their beginnings and at their ends.
    alike: (usize, usize),
    /// Kinds of acts.
    pub kinds: BTreeSet<String>,
    /// As [`Episode::start`].
    pub start: Option<Timestamp>,
    /// As [`Episode::reward`].
    pub reward: Option<RewardTotal>,
    /// As [`Episode::failed`].
    pub failed: bool,
    /// The place of the last reward that says who gave it.
    pub reward_source: Option<usize>,
}

impl EpisodeIndex {
    /// Looks at everything once.
    pub fn of(episode: &Episode) -> Self {
        let sorted = |pairs: &mut dyn Iterator<Item = (ActId, usize)>| {
            let mut found: Vec<(ActId, u32)> = pairs.map(|(act, at)| (act, at as u32)).collect();
            found.sort_unstable();
            found.dedup();
            found
        };
        let mut by_agent = vec![Vec::new(); episode.agents.len()];
        add_acts(&mut by_agent, episode, 0);
        let mut errors_of = vec![0; episode.agents.len()];
        let mut errors = Vec::new();
        add_errors(&mut errors, &mut errors_of, episode, 0);
        let mut kinds = BTreeSet::new();
        add_kinds(&mut kinds, episode, 0);
        let labels = episode.labels.iter().enumerate();
        let replays = episode.replays.iter().enumerate();
        let states = episode.states.iter().enumerate();
        Self {
            by_agent,
            errors,
            errors_of,
            name_columns: widest(episode, 0),
            alike: alike(episode),
            kinds,
            labels: sorted(&mut labels.filter_map(|(at, it)| Some((it.act?, at)))),
            replays: sorted(&mut replays.filter_map(|(at, it)| Some((it.act?, at)))),
            states: sorted(&mut states.flat_map(|(at, it)| it.after.iter().map(move |act| (*act, at)))),
            start: episode.start(),
            reward: episode.reward(),
            failed: episode.failed(),
            reward_source: episode.rewards.iter().rposition(|it| it.source.is_some()),
        }
    }

    /// Adds what was appended to `episode` after its first `acts` acts and `rewards` rewards.
    pub(super) fn grow(&mut self, episode: &Episode, acts: usize, rewards: usize) {
        self.name_columns = self.name_columns.max(widest(episode, self.by_agent.len()));
        self.by_agent.resize(episode.agents.len(), Vec::new());
        add_acts(&mut self.by_agent, episode, acts);
        self.errors_of.resize(episode.agents.len(), 0);
        add_errors(&mut self.errors, &mut self.errors_of, episode, acts);
        add_kinds(&mut self.kinds, episode, acts);
        self.start = self.start.or_else(|| episode.acts.range(acts..usize::MAX).find_map(|it| it.time));
        let mut new = episode.rewards.range(rewards..usize::MAX);
        if new.len() > 0 {
            self.reward = episode.reward();
            self.failed = episode.failed();
            let source = new.rposition(|it| it.source.is_some());
            self.reward_source = source.map(|it| rewards + it).or(self.reward_source);
        }
    }

    /// Whether names of agents cut to this many columns are told apart better by their ends than by their
    /// beginnings.
    pub fn ends_tell(&self, columns: usize) -> bool {
        let shown = columns.saturating_sub(1);
        self.alike.0 >= shown && self.alike.1 < shown
    }

    /// The acts of an agent, ascending.
    pub fn acts_of(&self, agent: AgentId) -> &[ActId] {
        self.by_agent.get(agent.index()).map_or(&[], Vec::as_slice)
    }

    /// In how many acts of an agent something went wrong.
    pub fn errors_of(&self, agent: AgentId) -> u32 {
        self.errors_of.get(agent.index()).copied().unwrap_or(0)
    }

    /// Places of the judgements that name an act, ascending.
    pub fn labels_of(&self, act: ActId) -> impl Iterator<Item = usize> + '_ {
        of(&self.labels, act)
    }

    /// Places of the replay groups of an act, ascending.
    pub fn replays_of(&self, act: ActId) -> impl Iterator<Item = usize> + '_ {
        of(&self.replays, act)
    }

    /// Places of the states that follow an act, ascending.
    pub fn states_of(&self, act: ActId) -> impl Iterator<Item = usize> + '_ {
        of(&self.states, act)
    }
}

/// Columns of the longest name of an agent after the first `from` agents.
fn widest(episode: &Episode, from: usize) -> usize {
    episode.agents.iter().skip(from).map(|it| text::width(&it.name)).max().unwrap_or(0)
}

/// Adds the acts after the first `from` to those of their agents.
fn add_acts(by_agent: &mut [Vec<ActId>], episode: &Episode, from: usize) {
    for act in episode.act_ids().skip(from) {
        if let Some(acts) = by_agent.get_mut(episode.act(act).agent.index()) {
            acts.push(act);
        }
    }
}

/// Adds the acts after the first `from` in which something went wrong, and counts them by agent.
fn add_errors(errors: &mut Vec<ActId>, of: &mut [u32], episode: &Episode, from: usize) {
    for act in episode.act_ids().skip(from) {
        let it = episode.act(act);
        if it.has_error() {
            errors.push(act);
            of.get_mut(it.agent.index()).into_iter().for_each(|it| *it += 1);
        }
    }
}

/// How much names of agents have in common: neighbours in sorted order have as much in common as any.
fn alike(episode: &Episode) -> (usize, usize) {
    let most = |mut names: Vec<Vec<char>>| {
        names.sort_unstable();
        names.dedup();
        let common = |pair: &[Vec<char>]| pair[0].iter().zip(&pair[1]).take_while(|it| it.0 == it.1).count();
        names.windows(2).map(common).max().unwrap_or(0)
    };
    let names = || episode.agents.iter().map(|it| it.name.chars());
    let beginnings = names().map(|it| it.take(NAME_CHARS).collect());
    let ends = names().map(|it| it.rev().take(NAME_CHARS).collect());
    (most(beginnings.collect()), most(ends.collect()))
}

/// Adds the kinds of the acts after the first `from`.
fn add_kinds(kinds: &mut BTreeSet<String>, episode: &Episode, from: usize) {
    for kind in episode.acts.range(from..usize::MAX).map(|it| &it.category) {
        if !kind.is_empty() && !kinds.contains(kind) {
            kinds.insert(kind.clone());
        }
    }
}

fn of(pairs: &[(ActId, u32)], act: ActId) -> impl Iterator<Item = usize> + '_ {
    let from = pairs.partition_point(|it| it.0 < act);
    pairs[from..].iter().take_while(move |it| it.0 == act).map(|it| it.1 as usize)
}

/// Acts by their credit, and the blame path through them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ActRanking {
    /// All acts: largest credit first, of either sign; those without credit last; equal ones in order of
    /// time.
    pub by_size: Vec<ActId>,
    /// The place of each act in `by_size`.
    pub places: Vec<u32>,
    /// How many acts have credit: they are the first of `by_size`.
    pub known: usize,
    /// The acts to blame, most blamed first: see [`ActRanking::of`].
    pub culprits: Vec<ActId>,
    /// The largest credit of an act, without its sign.
    pub largest: f64,
    /// For each act the sum of the credit of the acts before it, ignoring signs; at the end that of all.
    pub before: Vec<f64>,
    /// What led to the first of them and what followed, ascending.
    pub story: Vec<ActId>,
    /// The act that the verdict names, its causes and effects, ascending.
    pub path: Vec<ActId>,
    /// Pairs of agents of neighbours on the path: see [`graph::pairs_along`].
    pub path_pairs: Vec<Pair>,
}

impl ActRanking {
    /// Ranks the acts of `episode` by their credit in `acts`, or by the P of `estimate` where these are the shape of the
    /// trace alone, under `verdict`.
    ///
    /// Acts to blame (in a success: to credit) are those with that sign, the one that the verdict names
    /// first. What a person or a model blames comes after a measurement, but before the shape of a trace.
    pub fn of(
        episode: &Episode,
        acts: Option<&Attribution>,
        verdict: &Verdict,
        estimate: Option<&TextEstimate>,
    ) -> Self {
        let mut values: Vec<Option<f64>> = vec![None; episode.acts.len()];
        for (act, value) in acts.iter().flat_map(|it| &it.acts) {
            if let (Some(slot), Some(number)) = (values.get_mut(act.index()), value.number()) {
                *slot = Some(number.value);
            }
        }
        // Where nothing has a number, acts are ordered by the P of an estimate.
        let is_shape = acts.is_none_or(|it| it.provenance == Provenance::Structural);
        if let Some(it) = estimate.filter(|_| is_shape && verdict.ground.rung >= Rung::Judged) {
            values = it.acts.iter().map(|p| Some(*p)).collect();
        }
        let size = |it: &ActId| values[it.index()].map_or(-1.0, f64::abs);
        let mut by_size: Vec<ActId> = episode.act_ids().collect();
        by_size.sort_unstable_by(|a, b| size(b).total_cmp(&size(a)).then(a.cmp(b)));
        let mut places = vec![0_u32; by_size.len()];
        for (place, act) in by_size.iter().enumerate() {
            places[act.index()] = place as u32;
        }
        let mut sum = 0.0;
        let mut before = Vec::with_capacity(values.len() + 1);
        before.push(0.0);
        before.extend(values.iter().map(|it| {
            sum += it.map_or(0.0, f64::abs);
            sum
        }));
        let culprits = culprits(episode, &by_size, &values, Some(verdict));
        let path = verdict.act().map(|it| episode.links.through(it)).unwrap_or_default();
        Self {
            known: values.iter().flatten().count(),
            story: if episode.failed() { story(episode, &culprits) } else { Vec::new() },
            culprits,
            largest: values.iter().flatten().map(|it| it.abs()).fold(0.0, f64::max),
            path_pairs: graph::pairs_along(episode, &path),
            by_size,
            places,
            before,
            path,
        }
    }

    /// The row of an act if all are listed: acts that came later stand after the others.
    pub fn place(&self, act: ActId) -> usize {
        self.places.get(act.index()).map_or(act.index(), |it| *it as usize)
    }

    /// The credit of the acts from `from` to before `to`, ignoring signs.
    pub fn weight(&self, from: usize, to: usize) -> f64 {
        let at = |it: usize| self.before.get(it).or(self.before.last()).copied().unwrap_or(0.0);
        (at(to) - at(from)).max(0.0)
    }
}

/// Acts to blame if no credit is known: those that a judge names.
pub(super) fn judged(episode: &Episode) -> Vec<ActId> {
    culprits(episode, &[], &[], None)
}

fn culprits(
    episode: &Episode,
    by_size: &[ActId],
    values: &[Option<f64>],
    verdict: Option<&Verdict>,
) -> Vec<ActId> {
    if let Some(it) = verdict.and_then(Verdict::suspected) {
        // Nobody is named: these are the acts to look at first.
        let first = it.act.into_iter().chain(it.estimate.top.iter().copied());
        let mut seen = vec![false; episode.acts.len()];
        return first.filter(|it| !std::mem::replace(&mut seen[it.index()], true)).collect();
    }
    let sign = if verdict.is_some() && episode.failed() { -1.0 } else { 1.0 };
    let signed = |it: &ActId| values[it.index()].map_or(0.0, |it| sign * it);
    let largest = by_size.iter().map(signed).fold(0.0, f64::max);
    // Less is the rounding of a sum, not a loss.
    let least = f64::max(1e-12, 1e-9 * largest);
    let mut acts: Vec<ActId> = by_size.iter().copied().filter(|it| signed(it) > least).collect();
    if let Some(first) = verdict.and_then(Verdict::act) {
        acts.retain(|it| *it != first);
        acts.insert(0, first);
    }
    let judged_first = verdict.is_none_or(|it| !it.is_by_numbers());
    let mut judged: Vec<ActId> =
        episode.labels.iter().filter(|it| it.blames()).filter_map(|it| it.act).collect();
    let head = acts.first().or(judged.last()).copied().filter(|_| !judged_first);
    judged.splice(0..0, head);
    judged.append(&mut acts);
    let mut seen = vec![false; episode.acts.len()];
    judged.retain(|it| !std::mem::replace(&mut seen[it.index()], true));
    judged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Agent;

    #[test]
    fn names_are_cut_where_they_tell_most() {
        let check = |names: &[&str], columns: usize, expected: bool| {
            let agent = |it: &&str| Agent { name: (*it).to_owned(), ..Agent::default() };
            let agents = names.iter().map(agent).collect();
            let index = EpisodeIndex::of(&Episode { agents, ..Episode::default() });
            assert_eq!(index.ends_tell(columns), expected, "{names:?} in {columns}");
        };
        check(&["agent_01", "agent_02"], 6, true);
        check(&["agent_01", "agent_02"], 9, false);
        check(&["WebSurfer", "WebScraper", "Orchestrator"], 6, false);
        // Neither end tells them apart.
        check(&["coder_1_worker", "coder_2_worker"], 6, false);
        check(&["worker", "worker", "tester"], 4, false);
        check(&["one"], 2, false);
        check(&[], 2, false);
    }
}
