//! The lists of acts on the screen, as rows: which act stands in a row, and in which row an act stands, without a
//! look at the others.
//!
//! What filters leave is kept in order of time and of size ([`ActLists`]), made anew when filters or credit have
//! changed and not with every key. Where it is not there yet, the same list is made on the spot.

use std::{borrow::Cow, sync::Arc};

use super::{
    index::ActRanking,
    model::{OpenEpisode, Scope},
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
        acts: Cow<'a, [ActId]>,
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

/// What filters leave of the lists of acts, and the way of the blame where no verdict names an act.
#[derive(Clone, Debug, Default)]
pub struct ActLists {
    /// For which filters and ranking `by_size` and `path` are.
    made_for: Option<(u64, Option<Arc<ActRanking>>)>,
    /// Listed acts, largest credit first; empty: no filter is on.
    by_size: Vec<ActId>,
    /// Listed acts of the blame path of the ranking.
    path: Vec<ActId>,
    /// An act, its causes and effects, and which of them are listed by which filters.
    around: Option<(ActId, u64, Vec<ActId>)>,
}

impl ActLists {
    /// Forgets everything: the episode is another.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn is_for(&self, filters: u64, ranking: Option<&Arc<ActRanking>>) -> bool {
        self.made_for.as_ref().is_some_and(|it| {
            it.0 == filters
                && match (&it.1, ranking) {
                    (Some(a), Some(b)) => Arc::ptr_eq(a, b),
                    (None, None) => true,
                    _ => false,
                }
        })
    }
}

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
        let more = self.episode.acts.len().saturating_sub(ranking.by_size.len());
        if !self.listed.is_filtered() {
            return ActRows::BySize { acts: Cow::Borrowed(&ranking.by_size), ranking, more };
        }
        if self.lists.is_for(self.listed.version, Some(ranking)) {
            return ActRows::BySize { acts: Cow::Borrowed(&self.lists.by_size), ranking, more: 0 };
        }
        ActRows::BySize { acts: Cow::Owned(self.listed_by_size(ranking)), ranking, more: 0 }
    }

    /// The acts that are listed, in order of time.
    fn acts_in_time(&self) -> ActRows<'_> {
        match self.listed.acts() {
            Some(acts) => ActRows::InTime(Cow::Borrowed(acts)),
            None => ActRows::All(self.episode.acts.len()),
        }
    }

    /// Listed acts by size, those that came after the ranking was made behind the others.
    fn listed_by_size(&self, ranking: &ActRanking) -> Vec<ActId> {
        let later = self.episode.act_ids().skip(ranking.by_size.len());
        ranking.by_size.iter().copied().chain(later).filter(|it| self.listed.holds(*it)).collect()
    }

    /// The acts the timeline shows, in order of time: of those that are listed.
    pub fn timeline_acts(&self) -> ActRows<'_> {
        match self.timeline.scope {
            Scope::All => self.acts_in_time(),
            Scope::Top => ActRows::InTime(Cow::Owned(self.top_acts())),
            Scope::BlamePath => ActRows::InTime(self.listed_path()),
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

    /// The act to blame (or the one under the cursor), all its causes and all its effects, in order of time.
    fn blame_path(&self) -> Cow<'_, [ActId]> {
        match (self.ranking().filter(|it| !it.path.is_empty()), self.act) {
            (Some(ranking), _) => Cow::Borrowed(&ranking.path),
            (None, Some(act)) => Cow::Owned(self.episode.links.through(act)),
            (None, None) => Cow::Borrowed(&[]),
        }
    }

    fn listed_path(&self) -> Cow<'_, [ActId]> {
        let filters = self.listed.version;
        match self.ranking().filter(|it| !it.path.is_empty()) {
            Some(ranking) if !self.listed.is_filtered() => Cow::Borrowed(&ranking.path),
            Some(ranking) if self.lists.is_for(filters, Some(ranking)) => Cow::Borrowed(&self.lists.path),
            None => match &self.lists.around {
                Some((act, of, acts)) if Some(*act) == self.act && *of == filters => Cow::Borrowed(acts),
                _ => Cow::Owned(self.only_listed(&self.blame_path())),
            },
            Some(_) => Cow::Owned(self.only_listed(&self.blame_path())),
        }
    }

    fn only_listed(&self, acts: &[ActId]) -> Vec<ActId> {
        acts.iter().copied().filter(|it| self.listed.holds(*it)).collect()
    }

    /// Makes the lists that the screen shows, where they are of something else.
    pub(super) fn refresh_lists(&mut self) {
        let filters = self.listed.version;
        let ranking = self.ranking().cloned();
        if self.listed.is_filtered() && !self.lists.is_for(filters, ranking.as_ref()) {
            self.lists.by_size = ranking.as_ref().map(|it| self.listed_by_size(it)).unwrap_or_default();
            self.lists.path = ranking.as_ref().map(|it| self.only_listed(&it.path)).unwrap_or_default();
            self.lists.made_for = Some((filters, ranking.clone()));
        }
        let names_none = ranking.is_none_or(|it| it.path.is_empty());
        if let Some(act) = self.act.filter(|_| self.timeline.scope == Scope::BlamePath && names_none)
            && self.lists.around.as_ref().is_none_or(|it| (it.0, it.1) != (act, filters))
        {
            let acts = self.only_listed(&self.episode.links.through(act));
            self.lists.around = Some((act, filters, acts));
        }
    }
}

#[cfg(test)]
mod tests;
