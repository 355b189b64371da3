//! Counts an episode anew from its rows, after some of them turned out not to be records.

use super::{Entry, Episodes};
use crate::{
    model::EpisodeId,
    store::{
        names::Names,
        rows::{Row, RowId, Rows},
    },
};

/// What an episode adds up to, as far as it was counted.
pub(in crate::store) struct Recounted {
    id: EpisodeId,
    entry: Entry,
}

impl Recounted {
    /// Counts a row of the episode; in their order.
    pub(in crate::store) fn count(&mut self, row: &Row, id: RowId, rows: &Rows, prefixes: &Names) {
        if self.entry.records == 0 {
            self.entry.first = id;
        }
        self.entry.count(row, id, rows, prefixes);
    }

    /// Another agent takes part.
    pub(in crate::store) fn take_part(&mut self, agent: u32) {
        self.entry.add_agent(agent);
    }

    /// An `episode_start` names its agents.
    pub(in crate::store) fn has_roster(&mut self) {
        self.entry.has_roster = true;
    }

    /// Somebody assigned credit.
    pub(in crate::store) fn credit(&mut self, kind: (bool, bool), label: Option<&str>) {
        self.entry.credit(kind, label);
    }

    /// It ended.
    pub(in crate::store) fn end(&mut self, word: Option<&str>, total: Option<f64>) {
        self.entry.end(word, total);
    }
}

impl Episodes {
    /// A record of an episode turned out not to be one. Its episode is counted anew: see
    /// [`Episodes::recount`].
    pub(in crate::store) fn remove_record(&mut self, id: EpisodeId) {
        self.mark(id);
        self.entries[id.index()].remove_record();
    }

    /// Begins to count an episode anew, from its first row.
    pub(in crate::store) fn recount(&self, id: EpisodeId) -> Recounted {
        let old = &self.entries[id.index()];
        Recounted { id, entry: Entry::new(old.name.clone(), old.run, old.first) }
    }

    /// Takes what was counted, which is all there is of the episode. An episode without any record left keeps
    /// its place in the list; a record that names it begins another.
    pub(in crate::store) fn take_recounted(&mut self, recounted: Recounted) {
        let Recounted { id, mut entry } = recounted;
        let old = &mut self.entries[id.index()];
        entry.went_from(old);
        (entry.changed, entry.run) = (old.changed, old.run);
        entry.open &= entry.records > 0;
        self.open -= usize::from(old.open);
        self.open += usize::from(entry.open);
        if entry.records == 0 {
            self.runs[entry.run.0 as usize].episodes.remove(&entry.name);
        }
        *old = entry;
        self.mark(id);
    }
}
