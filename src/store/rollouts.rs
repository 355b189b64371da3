//! Which episodes are rollouts of one task, and what is kept of each to compare it with the others.
//!
//! ```text
//! rows of episode_start, those that are new -> Starts: group, task, update of each episode     as hashes
//! Store::peers(id) -> members of its group -> Rollout of each, kept until the episode changes
//! ```
//!
//! Nothing of this is made while logs are indexed: whoever asks pays for what came since the last time.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use rustc_hash::{FxHashMap, FxHasher};

use super::{Reader, RereadError, Store, assemble, live::Lines, parse_line, rows::RowId};
use crate::{
    log::{Body, Payload, Record},
    model::{ActFacts, Episode, EpisodeId, Origin, Peer, Peers, Rollout, SameTask},
    text,
};

/// Up to this many rollouts of a group are kept with what agents did in them; of more, only what they earned.
const DETAILED: usize = 512;
/// Together they have at most this many records.
const DETAILED_RECORDS: u64 = 100_000;

/// What an `episode_start` says of the group of its episode.
#[derive(Clone, Copy, Debug, Default)]
struct Start {
    group: Option<u64>,
    task: Option<u64>,
    update: Option<i64>,
}

/// What is known of groups.
#[derive(Default)]
pub(super) struct Starts {
    /// By episode.
    of: Vec<Start>,
    /// Episodes by the hash of their group, and by that of their task, of all runs.
    groups: FxHashMap<u64, Vec<EpisodeId>>,
    tasks: FxHashMap<u64, Vec<EpisodeId>>,
    /// Hashes of groups by that of the group in small letters.
    small: FxHashMap<u64, Vec<u64>>,
    /// Whether any episode names an update.
    has_updates: bool,
    /// The first row that was not looked at.
    next: u32,
    /// Rollouts, with the revision of the episode that they were made of.
    kept: FxHashMap<EpisodeId, (u64, Arc<Rollout>)>,
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    hasher.finish()
}

impl Starts {
    fn start(&self, id: EpisodeId) -> Start {
        self.of.get(id.index()).copied().unwrap_or_default()
    }

    fn note(&mut self, id: EpisodeId, group: Option<&str>, task: Option<&str>, update: Option<i64>) {
        if self.of.len() <= id.index() {
            self.of.resize(id.index() + 1, Start::default());
        }
        let start = &mut self.of[id.index()];
        if let Some(group) = group {
            let at = hash(group);
            start.group = Some(at);
            push(&mut self.groups, at, id);
            let same = self.small.entry(hash(&group.to_lowercase())).or_default();
            if !same.contains(&at) {
                same.push(at);
            }
        }
        if let Some(task) = task {
            start.task = Some(hash(task));
            push(&mut self.tasks, hash(task), id);
        }
        start.update = update.or(start.update);
        self.has_updates |= update.is_some();
    }
}

fn push(lists: &mut FxHashMap<u64, Vec<EpisodeId>>, at: u64, id: EpisodeId) {
    let list = lists.entry(at).or_default();
    if !list.contains(&id) || list.len() > DETAILED {
        list.push(id);
    }
}

impl Store {
    /// An episode with the other rollouts of its task.
    ///
    /// # Errors
    /// As [`Store::episode`].
    pub fn episode_among_peers(&mut self, id: EpisodeId) -> Result<Episode, RereadError> {
        self.read_starts();
        let (mut episode, facts) = self.episode_with_facts(id)?;
        if self.group_of(id).is_some() {
            self.keep_rollout(id, Rollout::of(&episode, facts));
        }
        episode.peers = self.peers(id);
        Ok(episode)
    }

    /// The rollouts of the task of an episode; `None`: it is the only one, and the log gives no group.
    pub fn peers(&mut self, id: EpisodeId) -> Option<Arc<Peers>> {
        self.read_starts();
        let (same, ids) = self.group_of(id)?;
        let this = ids.iter().position(|it| *it == id)?;
        let expected = self.expected(same, &ids);
        let records: u64 = ids.iter().map(|it| self.episodes.revision(*it)).sum();
        let detailed = ids.len() <= DETAILED && records <= DETAILED_RECORDS;
        let mut members = Vec::with_capacity(ids.len());
        for id in &ids {
            let rollout = if detailed { self.rollout(*id).ok() } else { None };
            members.push(self.peer(*id, rollout));
        }
        let (start, update) = (self.starts.start(id), self.starts.start(id).update);
        let name = self.group_name(id, same);
        let twins = |at: u64| self.starts.small.values().any(|it| it.len() > 1 && it.contains(&at));
        let differs_in_case = same == SameTask::Group && start.group.is_some_and(twins);
        let update = update.filter(|_| same != SameTask::Group && self.starts.has_updates);
        Some(Arc::new(Peers { same, name, update, members, this, expected, differs_in_case }))
    }

    /// Rises or falls whenever the group of an episode changes: how many there are, and how many have ended.
    pub fn group_stamp(&mut self, id: EpisodeId) -> (usize, usize) {
        self.read_starts();
        let ids = self.group_of(id).map_or_else(Vec::new, |it| it.1);
        let ended = ids.iter().filter(|it| !self.episodes.is_open(**it)).count();
        (ids.len(), ended)
    }

    /// The episodes of the group of an episode, and of the groups of its run that are nearest to it in the log: whole groups,
    /// together at most `most` if its own has no more.
    pub fn groups_near(&mut self, id: EpisodeId, most: usize) -> Vec<EpisodeId> {
        self.read_starts();
        let run = self.episodes.run_of(id);
        let mut groups: FxHashMap<(bool, u64), Vec<EpisodeId>> = FxHashMap::default();
        let all = (0..self.episodes.len()).map(EpisodeId::from_index);
        for it in all.filter(|it| self.episodes.run_of(*it) == run) {
            let start = self.starts.start(it);
            let alone = u64::from(it.0);
            let key = start.group.or(start.task).map_or((false, alone), |it| (true, it));
            groups.entry(key).or_default().push(it);
        }
        let distance = |it: &[EpisodeId]| it.iter().map(|it| it.index().abs_diff(id.index())).min();
        let mut groups: Vec<Vec<EpisodeId>> = groups.into_values().collect();
        groups.sort_unstable_by_key(|it| (distance(it), it.first().copied()));
        let mut found: Vec<EpisodeId> = Vec::new();
        for group in groups {
            if !found.is_empty() && found.len() + group.len() > most {
                break;
            }
            found.extend(group);
        }
        // A group of very many is cut: the nearest are as good a sample as any.
        found.sort_unstable_by_key(|it| (it.index().abs_diff(id.index()), it.index()));
        found.truncate(most);
        found.sort_unstable();
        found
    }

    /// What is kept of an episode to compare it with others.
    ///
    /// # Errors
    /// As [`Store::episode`].
    pub fn rollout(&mut self, id: EpisodeId) -> Result<Arc<Rollout>, RereadError> {
        let revision = self.episodes.revision(id);
        if let Some((_, kept)) = self.starts.kept.get(&id).filter(|it| it.0 == revision) {
            return Ok(Arc::clone(kept));
        }
        let rollout = self.read_rollout(id)?;
        Ok(self.keep_rollout(id, rollout))
    }

    /// The same, read anew.
    ///
    /// # Errors
    /// As [`Store::episode`].
    pub fn read_rollout(&self, id: EpisodeId) -> Result<Rollout, RereadError> {
        let lines = self.lines(id, &self.few_origins(id)?)?;
        Ok(self.rollout_of(id, lines))
    }

    /// The same of several, read together where they stand beside each other; `None`: it cannot be read.
    pub fn read_rollouts(&self, ids: &[EpisodeId]) -> Vec<Option<Rollout>> {
        let all: Vec<Vec<Origin>> = ids.iter().map(|it| self.few_origins(*it).unwrap_or_default()).collect();
        let origins: Vec<Origin> = all.iter().flatten().copied().collect();
        let mut reader = Reader::new(&self.lives);
        let mut at = 0;
        let of = ids.iter().zip(all.iter().map(Vec::len));
        of.map(|(id, count)| {
            let lines = self.lines_by(&mut reader, *id, &origins[at..], count);
            at += count;
            lines.ok().filter(|it| !it.records.is_empty()).map(|it| self.rollout_of(*id, it))
        })
        .collect()
    }

    fn rollout_of(&self, id: EpisodeId, lines: Lines) -> Rollout {
        let facts = act_facts(&lines.records);
        let (name, run) = (self.episodes.name(id), self.episodes.run(id));
        let brief = assemble::brief(name, run, &lines.records);
        let episode =
            brief.unwrap_or_else(|| assemble::assemble(name, run, lines.records, lines.diagnostics));
        Rollout::of(&episode, |origin| facts.get(&origin).copied().unwrap_or_default())
    }

    /// An episode, and the turn and the state of each of its actions by the place of its record.
    fn episode_with_facts(
        &self,
        id: EpisodeId,
    ) -> Result<(Episode, impl Fn(Origin) -> ActFacts + use<>), RereadError> {
        let lines = self.lines(id, &self.few_origins(id)?)?;
        let facts = act_facts(&lines.records);
        let (name, run) = (self.episodes.name(id), self.episodes.run(id));
        let episode = assemble::assemble(name, run, lines.records, lines.diagnostics);
        Ok((episode, move |origin| facts.get(&origin).copied().unwrap_or_default()))
    }

    fn keep_rollout(&mut self, id: EpisodeId, rollout: Rollout) -> Arc<Rollout> {
        let rollout = Arc::new(rollout);
        self.starts.kept.insert(id, (self.episodes.revision(id), Arc::clone(&rollout)));
        rollout
    }

    /// The episodes of the group of an episode, in order of first appearance.
    fn group_of(&self, id: EpisodeId) -> Option<(SameTask, Vec<EpisodeId>)> {
        let start = self.starts.start(id);
        let run = self.episodes.run_of(id);
        let of_run = |list: Option<&Vec<EpisodeId>>| -> Vec<EpisodeId> {
            let all = list.into_iter().flatten().copied();
            let mut all: Vec<EpisodeId> = all.filter(|it| self.episodes.run_of(*it) == run).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let by_group = start.group.map(|it| of_run(self.starts.groups.get(&it)));
        if let Some(ids) = by_group.as_ref().filter(|it| it.len() > 1) {
            return Some((SameTask::Group, ids.clone()));
        }
        let mut by_task = start.task.map_or_else(Vec::new, |it| of_run(self.starts.tasks.get(&it)));
        by_task.retain(|it| self.starts.start(*it).update == start.update);
        match by_group {
            // Groups of one are a mistake if all rollouts of the task have one of their own.
            Some(alone) => {
                let group = |it: &EpisodeId| self.starts.start(*it).group;
                let mut groups: Vec<u64> = by_task.iter().filter_map(group).collect();
                groups.sort_unstable();
                groups.dedup();
                let all_alone = by_task.len() > 1 && groups.len() == by_task.len();
                Some(if all_alone { (SameTask::AloneInGroup, by_task) } else { (SameTask::Group, alone) })
            }
            None => (by_task.len() > 1).then_some((SameTask::Task, by_task)),
        }
    }

    /// How many rollouts a group of the run has: as many as most of the others, if two or more agree.
    fn expected(&self, same: SameTask, ids: &[EpisodeId]) -> Option<usize> {
        let first = *ids.first()?;
        let run = self.episodes.run_of(first);
        let own = self.starts.start(first);
        let lists = if same == SameTask::Group { &self.starts.groups } else { return None };
        let mut sizes: FxHashMap<usize, usize> = FxHashMap::default();
        let of_run = |it: &&EpisodeId| self.episodes.run_of(**it) == run;
        for (at, list) in lists {
            let has_ended = list.iter().all(|it| !self.episodes.is_open(*it));
            if Some(*at) != own.group && has_ended && list.first().is_some_and(|it| of_run(&it)) {
                *sizes.entry(list.len()).or_default() += 1;
            }
        }
        let most = sizes.into_iter().max_by_key(|it| (it.1, it.0)).filter(|it| it.1 > 1)?.0;
        (most > ids.len()).then_some(most)
    }

    fn peer(&self, id: EpisodeId, rollout: Option<Arc<Rollout>>) -> Peer {
        let brief = self.episodes.brief(id);
        let place = match &rollout {
            Some(rollout) => rollout.place,
            None => {
                let last = self.episodes.range(id).1;
                let row = self.rows.of_episode(id.0, last, last).next();
                row.map_or_else(Origin::default, |it| self.seen(it.origin))
            }
        };
        Peer {
            name: text::clean(self.episodes.name(id)).into(),
            total: rollout.as_ref().map_or(brief.reward, |it| it.total),
            status: brief.status,
            open: brief.open,
            update: self.starts.start(id).update,
            place,
            rollout,
        }
    }

    /// The name of the group or task, as its first member that can be read has it.
    fn group_name(&self, id: EpisodeId, same: SameTask) -> String {
        let kept = self.starts.kept.get(&id).map(|it| Arc::clone(&it.1));
        let rollout = kept.or_else(|| self.read_rollout(id).ok().map(Arc::new));
        let name = |it: &Rollout| if same == SameTask::Group { it.group.clone() } else { it.task.clone() };
        rollout.and_then(|it| name(&it)).map_or_else(String::new, |it| it.to_string())
    }

    /// Reads the `episode_start` records that have come since the last time.
    fn read_starts(&mut self) {
        let found = self.rows.starts(RowId(self.starts.next));
        self.starts.next = self.rows.next().0;
        if found.is_empty() {
            return;
        }
        let origins: Vec<Origin> = found.iter().map(|it| it.1).collect();
        let mut reader = Reader::new(&self.lives);
        for (at, (episode, _)) in found.iter().enumerate() {
            let Ok(bytes) = reader.first(&origins[at..]) else { continue };
            let id = EpisodeId(*episode);
            for (record, _) in parse_line(bytes).records {
                if let Body::EpisodeStart(it) = &record.body
                    && record.episode.as_deref() == Some(self.episodes.name(id))
                {
                    let update = it.update.or(it.global_step);
                    self.starts.note(id, it.group.as_deref(), it.task.as_deref(), update);
                }
            }
        }
    }
}

/// The turn and the state of each action, by its record. Without a `pre_state` an action begins in the state that was
/// logged last.
pub(super) fn act_facts(records: &[(Box<Record>, Origin)]) -> FxHashMap<Origin, ActFacts> {
    let mut facts = FxHashMap::default();
    let mut last = None;
    for (record, origin) in records {
        match &record.body {
            Body::State(it) => last = it.state.as_ref().or(it.delta.as_ref()).map(state_hash).or(last),
            Body::Action(it) => {
                let state = it.pre_state.as_ref().map(state_hash).or(last);
                facts.insert(*origin, ActFacts { turn: it.turn, state });
            }
            _ => {}
        }
    }
    facts
}

/// Equal for equal states, in whatever order their fields are written.
fn state_hash(state: &Payload) -> u64 {
    let json = state.json();
    if json.starts_with(['{', '[']) { hash(&state.value().to_string()) } else { hash(json) }
}
