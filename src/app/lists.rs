//! The lists of acts on the screen, as rows: which act stands in a row, and in which row an act stands, without a
//! look at the others.
//!
//! What filters leave is kept in order of time and of size ([`Listing`](super::listing::Listing)), made anew when
//! filters or credit have changed and not with every key. Until it is there the rows are those before.

use std::{borrow::Cow, sync::Arc};

use super::{
    index::ActRanking,
    model::{OpenEpisode, Scope},
    slot::Slot,
};
use crate::model::ActId;

/// Acts with credit that the timeline shows of all, at most.
const TOP: usize = 20;

/// Acts in the order in which they are listed.
#[derive(Clone, Debug)]
pub enum ActRows<'a> {
    /// So many, every one in order of time.
    All(usize),
    /// Some, in order of time.
    InTime(Cow<'a, [ActId]>),
    /// In an order of their own.
    Table(&'a TableActs),
    /// Largest credit first; acts beyond those ranked, of which there are `more`, in order of time behind them.
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

    /// The row of an act in a list in order of time, or that of the first behind it.
    pub fn row_from(&self, act: ActId) -> usize {
        match self {
            ActRows::All(count) => act.index().min(*count),
            ActRows::InTime(acts) => acts.partition_point(|it| *it < act),
            ActRows::Table(_) | ActRows::BySize { .. } => self.row_of(act).unwrap_or(0),
        }
    }

    /// The acts from row `top` on, `rows` of them or as many as there are.
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

/// The way of the blame where no verdict names an act: around the one under the cursor.
#[derive(Clone, Debug, Default)]
pub struct ActLists {
    /// The acts around one, and which one that is. They stay on the screen while those around another are worked out.
    pub(super) around: Slot<Vec<ActId>, Around>,
    /// Whether the cursor goes to what is shown once that is known: something else is shown than before.
    pub(super) snap: bool,
}

/// An act, and what of its episode is listed: by the version of the listing, and the revision of the episode.
pub type Around = (ActId, u64, u64);

impl OpenEpisode {
    /// The ranking of acts by the credit on the screen.
    pub fn ranking(&self) -> Option<&Arc<ActRanking>> {
        self.analysis().map(|it| &it.ranking)
    }

    /// The largest credit of an act, without its sign: how many decimals tell acts apart, whatever is listed.
    pub fn largest_act(&self) -> f64 {
        self.ranking().map_or(0.0, |it| it.largest)
    }

    /// The acts that are listed, in the order of the credit view: largest credit first, the blamed sign before
    /// the other.
    pub fn act_order(&self) -> ActRows<'_> {
        if self.acts_by_time { self.acts_in_time() } else { self.by_size() }
    }

    fn by_size(&self) -> ActRows<'_> {
        let Some(ranking) = self.ranking() else { return self.acts_in_time() };
        match self.listed.listing().map(|it| it.by_size()) {
            None => {
                let more = self.episode.acts.len().saturating_sub(ranking.by_size.len());
                ActRows::BySize { acts: &ranking.by_size, ranking, more }
            }
            // By the credit it was made with, until it is made anew.
            Some(Some((acts, ranking))) => ActRows::BySize { acts, ranking, more: 0 },
            Some(None) => self.acts_in_time(),
        }
    }

    /// The acts that are listed, in order of time.
    fn acts_in_time(&self) -> ActRows<'_> {
        match self.listed.acts() {
            Some(acts) => ActRows::InTime(Cow::Borrowed(acts)),
            None => ActRows::All(self.episode.acts.len()),
        }
    }

    /// The acts the timeline shows, in order of time: of those that are listed.
    pub fn timeline_acts(&self) -> ActRows<'_> {
        match self.timeline.scope {
            Scope::All => self.acts_in_time(),
            Scope::Top => ActRows::InTime(Cow::Owned(self.top_acts())),
            Scope::BlamePath => ActRows::InTime(Cow::Borrowed(self.blame_path())),
        }
    }

    /// Those with the largest credit and the one under the cursor, ascending, as far as they are listed.
    fn top_acts(&self) -> Vec<ActId> {
        let known = self.ranking().map_or(0, |it| it.known);
        // Behind those that have credit come those that have none.
        let with_credit = |it: &ActId| self.act_credit(*it).is_some();
        let mut top: Vec<ActId> = self.by_size().shown(0, TOP.min(known)).filter(with_credit).collect();
        top.extend(self.act.filter(|it| self.listed.holds(*it)));
        top.sort_unstable();
        top.dedup();
        top
    }

    /// The act to blame (or the one under the cursor), all its causes and all its effects, in order of time, as far
    /// as they are listed.
    fn blame_path(&self) -> &[ActId] {
        match (self.ranking().filter(|it| !it.path.is_empty()), self.listed.listing()) {
            (Some(ranking), None) => &ranking.path,
            (Some(_), Some(listing)) => listing.path(),
            (None, _) => self.lists.around.get().map_or(&[], Vec::as_slice),
        }
    }

    /// What the blame path has to be of, where that is the act under the cursor.
    pub(super) fn path_wanted(&self) -> Option<Around> {
        let names_none = self.ranking().is_none_or(|it| it.path.is_empty());
        let act = self.act.filter(|_| self.timeline.scope == Scope::BlamePath && names_none)?;
        Some((act, self.listed.version, self.revision))
    }

    /// Whether the acts that the timeline shows are being worked out.
    pub fn is_path_pending(&self) -> bool {
        self.lists.around.is_pending() && self.path_wanted().is_some()
    }
}

#[cfg(test)]
mod tests;
