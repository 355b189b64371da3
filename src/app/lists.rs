//! The lists of acts on the screen, as rows: which act stands in a row, and in which row an act stands,
//! without a look at the others.
//!
//! What filters leave is kept in order of time and of size ([`Listing`](super::listing::Listing)). It is made
//! anew when filters or credit have changed, not with every key. Until it is there the earlier rows stay.

use std::borrow::Cow;

use super::{index::ActRanking, slot::Slot};
use crate::model::ActId;

/// Acts in the order in which they are listed.
#[derive(Clone, Debug)]
pub enum ActRows<'a> {
    /// So many, every one in order of time.
    All(usize),
    /// Some, in order of time.
    InTime(Cow<'a, [ActId]>),
    /// In an order of their own.
    Table(&'a TableActs),
    /// Largest credit first; the `more` acts that are not ranked stand at the end, in order of time.
    BySize {
        /// In their order.
        acts: &'a [ActId],
        /// What they are ordered by.
        ranking: &'a ActRanking,
        /// How many have come since the ranking was made.
        more: usize,
    },
}

impl ActRows<'_> {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            ActRows::All(count) => *count,
            ActRows::InTime(acts) => acts.len(),
            ActRows::Table(table) => table.acts.len(),
            ActRows::BySize { acts, more, .. } => acts.len() + more,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The act in a row.
    pub fn get(&self, row: usize) -> Option<ActId> {
        match self {
            ActRows::All(count) => (row < *count).then(|| ActId::from_index(row)),
            ActRows::InTime(acts) => acts.get(row).copied(),
            ActRows::Table(table) => table.acts.get(row).copied(),
            ActRows::BySize { acts, more, .. } => match acts.get(row) {
                Some(act) => Some(*act),
                // Unfiltered, so that the row is its place.
                None if row < acts.len() + more => Some(ActId::from_index(row)),
                None => None,
            },
        }
    }

    /// The row of an act; `None`: it is not listed.
    pub fn row_of(&self, act: ActId) -> Option<usize> {
        let row = match self {
            ActRows::All(_) => act.index(),
            ActRows::InTime(acts) => acts.partition_point(|it| *it < act),
            ActRows::Table(table) => table.row_of(act)?,
            ActRows::BySize { more: 1.., ranking, .. } => ranking.place(act),
            ActRows::BySize { acts, ranking, .. } => {
                acts.partition_point(|it| ranking.place(*it) < ranking.place(act))
            }
        };
        (self.get(row) == Some(act)).then_some(row)
    }

    /// The row of an act in a list in order of time, or the row of the first act after it.
    pub fn row_from(&self, act: ActId) -> usize {
        match self {
            ActRows::All(count) => act.index().min(*count),
            ActRows::InTime(acts) => acts.partition_point(|it| *it < act),
            ActRows::Table(_) | ActRows::BySize { .. } => self.row_of(act).unwrap_or(0),
        }
    }

    /// The acts from row `top` on: `rows` of them, or as many as there are.
    pub fn shown(&self, top: usize, rows: usize) -> impl Iterator<Item = ActId> + Clone + '_ {
        (top..self.len().min(top.saturating_add(rows))).filter_map(|it| self.get(it))
    }

    /// All of them: for tests and exports, not for a key.
    pub fn to_vec(&self) -> Vec<ActId> {
        self.shown(0, usize::MAX).collect()
    }
}

/// Acts in the order of a table, each once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableActs {
    acts: Vec<ActId>,
    /// The same with their rows, ascending.
    rows: Vec<(ActId, u32)>,
}

impl TableActs {
    /// Of the rows of a table.
    pub fn of(acts: impl Iterator<Item = ActId>) -> Self {
        let acts: Vec<ActId> = acts.collect();
        let mut rows: Vec<(ActId, u32)> =
            acts.iter().enumerate().map(|(row, act)| (*act, row as u32)).collect();
        rows.sort_unstable();
        Self { acts, rows }
    }

    fn row_of(&self, act: ActId) -> Option<usize> {
        let at = self.rows.partition_point(|it| it.0 < act);
        self.rows.get(at).filter(|it| it.0 == act).map(|it| it.1 as usize)
    }
}

/// The blame path if no verdict names an act: the one around the act under the cursor.
#[derive(Clone, Debug, Default)]
pub struct ActLists {
    /// The acts around one act, and which act that is. They stay on the screen while those around another are
    /// computed.
    pub(super) around: Slot<Vec<ActId>, Around>,
    /// Whether the cursor goes to something that is shown once that is known, because other acts are shown
    /// now.
    pub(super) snap: bool,
}

/// An act, and the listing of its episode: the version of the listing and the revision of the episode.
pub type Around = (ActId, u64, u64);

#[cfg(test)]
mod tests;
