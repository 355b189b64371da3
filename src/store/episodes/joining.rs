//! Files that name no run: a rotated file may have lost its `run` record to the file before it. Such a file is
//! a part of the one run that has an episode of it, and so are its other episodes.
//!
//! If several runs have the episode nobody can tell, and the file stays by itself. So it does if it and the
//! run come to have the same episode in two places: the ids of episodes that were shown never change. Callers
//! read files that name a run before those that do not, so that all runs are known by then.

use std::sync::Arc;

use super::{Episodes, RunKey};
use crate::{model::EpisodeId, store::rows::RowId};

/// Whether a run is a part of another.
#[derive(Clone, Copy, Default)]
pub(super) enum Joins {
    /// It stands for itself.
    #[default]
    Never,
    /// It is a file without a run, of which it is not known yet.
    Open,
    /// It is a part of this run, which has a record.
    To(RunKey),
}

/// A file that turned out to be a part of a run.
pub(in crate::store) struct Joined {
    /// The name of the run that it is a part of; display-safe.
    pub(in crate::store) run: Option<Arc<str>>,
    /// The episode that both have, and its first row if the file has one.
    pub(in crate::store) episode: EpisodeId,
    pub(in crate::store) row: Option<RowId>,
}

impl Episodes {
    /// Lets the run of a file that names none be a part of one that is named.
    pub(in crate::store) fn may_join(&mut self, run: RunKey) {
        let entry = &mut self.runs[run.0 as usize];
        if entry.run.is_none() && entry.episodes.is_empty() {
            entry.joins = Joins::Open;
        }
    }

    /// A run gets its first episode.
    pub(super) fn begins(&mut self, run: RunKey) {
        if matches!(self.runs[run.0 as usize].joins, Joins::Open) {
            self.may_join.push(run);
        }
    }

    /// What has joined since the last call.
    pub(in crate::store) fn take_joined(&mut self) -> Vec<Joined> {
        std::mem::take(&mut self.joined)
    }

    /// The run that `run` is a part of, or itself.
    pub(super) fn settled(&self, run: RunKey) -> RunKey {
        match self.runs[run.0 as usize].joins {
            Joins::To(run) => run,
            Joins::Never | Joins::Open => run,
        }
    }

    /// The episode `name`, new to `run`, if another run has it and the two turn out to be one.
    pub(super) fn join_for(&mut self, run: RunKey, name: &str) -> Option<EpisodeId> {
        let entry = &self.runs[run.0 as usize];
        let (from, to) = if matches!(entry.joins, Joins::Open) {
            if self.with_record.is_empty() {
                return None;
            }
            let Some(to) = self.only_run_with(name, None) else {
                // Several have it: what comes later cannot tell which of them it is.
                if self.with_record.iter().any(|it| self.has(*it, name)) {
                    self.never_joins(run);
                }
                return None;
            };
            (run, to)
        } else if entry.run.is_some() && !self.may_join.is_empty() {
            let from = self.may_join.iter().copied().find(|it| self.has(*it, name))?;
            self.only_run_with(name, Some(run))?;
            (from, run)
        } else {
            return None;
        };
        self.join(from, to, name)
    }

    fn has(&self, run: RunKey, name: &str) -> bool {
        self.runs[run.0 as usize].episodes.contains_key(name)
    }

    /// The only run with a record that has this episode, or is about to have it.
    fn only_run_with(&self, name: &str, about_to: Option<RunKey>) -> Option<RunKey> {
        let mut all = self.with_record.iter().filter(|it| Some(**it) == about_to || self.has(**it, name));
        all.next().copied().filter(|_| all.next().is_none())
    }

    fn never_joins(&mut self, run: RunKey) {
        self.runs[run.0 as usize].joins = Joins::Never;
        self.may_join.retain(|it| *it != run);
    }

    /// Makes `from` a part of `to` by the episode `name`, which one of them has. `None`: both have another.
    fn join(&mut self, from: RunKey, to: RunKey, name: &str) -> Option<EpisodeId> {
        let own = std::mem::take(&mut self.runs[from.0 as usize].episodes);
        self.never_joins(from);
        if own.keys().any(|it| self.has(to, it)) {
            self.runs[from.0 as usize].episodes = own;
            return None;
        }
        self.runs[from.0 as usize].joins = Joins::To(to);
        let mut moved: Vec<(Arc<str>, EpisodeId)> = own.into_iter().collect();
        moved.sort_unstable_by_key(|it| it.1);
        let row = moved.iter().find(|it| &*it.0 == name).map(|it| self.entries[it.1.index()].first);
        for (name, id) in moved {
            self.entries[id.index()].run = to;
            self.runs[to.0 as usize].episodes.insert(name, id);
            self.mark(id);
        }
        let entry = &self.runs[to.0 as usize];
        let episode = *entry.episodes.get(name)?;
        self.joined.push(Joined { run: entry.name.clone(), episode, row });
        Some(episode)
    }
}
