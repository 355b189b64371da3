//! The list of episodes: which are listed, in which order, in which groups, and what they have in common.
//!
//! ```text
//! filters -> episodes that pass -\
//! log -> summaries --------------+-> rows, groups -> totals
//! headlines -> cards -----------/
//! ```
//!
//! Rows are made anew when one of these has changed, not with every key. As long as nothing is filtered, ordered or grouped,
//! a row is the place of its episode in the log, and nothing is kept.

mod column;
mod summary;
mod totals;

use std::sync::Arc;

use super::{headlines::Headlines, job::Card};
use crate::model::{EpisodeSummary, Segmented};

pub use column::{Column, cost, duration};
pub use summary::Said;
pub use totals::{Blamed, Rewards, Totals};

/// From so many listed episodes on, not all of them are read and judged, and what only that tells orders nothing.
pub const MOST_JUDGED: usize = 1_000;

/// Of so many rows each is asked whether it is known.
const MOST_LOOKED_UP: usize = 20_000;

/// By what the list is divided into groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Grouping {
    /// Their task.
    Task,
    /// How they ended.
    Outcome,
    /// Whom the verdict names.
    Who,
}

impl Grouping {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Grouping::Task => "task",
            Grouping::Outcome => "outcome",
            Grouping::Who => "who",
        }
    }

    /// The one after it; `None`: no groups.
    fn next(this: Option<Self>) -> Option<Self> {
        match this {
            None => Some(Grouping::Task),
            Some(Grouping::Task) => Some(Grouping::Outcome),
            Some(Grouping::Outcome) => Some(Grouping::Who),
            Some(Grouping::Who) => None,
        }
    }

    /// The group of an episode; `None`: not known.
    fn of<'a>(self, row: &'a EpisodeSummary, card: Option<&'a Card>) -> Option<&'a str> {
        match self {
            Grouping::Task => card.map(|it| it.task.as_deref().unwrap_or("no task logged")),
            Grouping::Outcome => Some(row.outcome_word()),
            Grouping::Who => card.map(Card::culprit),
        }
    }
}

/// Some rows that follow each other and have something in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its first row.
    pub start: usize,
    /// The line of its head.
    line: usize,
    /// What they have in common; `None`: it is not known yet.
    pub title: Option<Box<str>>,
    /// What they add up to.
    pub totals: Totals,
}

/// A line of the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Line<'a> {
    /// The head of a group.
    Group(&'a Group),
    /// An episode, by its place in the log.
    Episode(usize),
}

/// Rows in an order of their own.
#[derive(Clone, Debug, Default, PartialEq)]
struct Rows {
    /// The episode in each row, by its place in the log.
    episodes: Vec<usize>,
    /// The row of each episode of the log; [`UNLISTED`]: it has none.
    places: Vec<u32>,
    groups: Vec<Group>,
    /// Whether the episodes are in the order of the log.
    is_ascending: bool,
}

const UNLISTED: u32 = u32::MAX;

/// What the rows were made for: filters, cards, order, and the episodes of the log.
#[derive(Clone, Debug)]
struct Stamp {
    passing: (u64, u64),
    cards: u64,
    order: (Option<Column>, bool, Option<Grouping>),
    episodes: Arc<Segmented<EpisodeSummary>>,
}

/// The rows of the list.
#[derive(Clone, Debug, Default)]
pub struct EpisodeList {
    /// The column that rows are ordered by; `None`: the order of the log.
    pub sort: Option<Column>,
    /// Whether that order is turned around.
    pub reversed: bool,
    /// By what they are grouped.
    pub grouping: Option<Grouping>,
    /// What the listed episodes have in common.
    pub totals: Totals,
    rows: Option<Arc<Rows>>,
    made_for: Option<Stamp>,
    /// What the log says of the listed episodes.
    row_totals: Option<(RowsOf, Totals)>,
}

/// The filters and the episodes of a list.
type RowsOf = ((u64, u64), Arc<Segmented<EpisodeSummary>>);

impl EpisodeList {
    /// How many rows there are, of `all` episodes of the log.
    pub fn len(&self, all: usize) -> usize {
        self.rows.as_ref().map_or(all, |it| it.episodes.len())
    }

    /// Whether some episodes are not listed, or may not be.
    pub fn is_filtered(&self) -> bool {
        self.rows.as_ref().is_some_and(|it| it.episodes.len() < it.places.len())
    }

    /// The episode in a row.
    pub fn episode_at(&self, row: usize) -> usize {
        self.rows.as_ref().map_or(row, |it| it.episodes.get(row).copied().unwrap_or(0))
    }

    /// The row of an episode; `None`: it is not listed.
    pub fn place_of(&self, episode: usize) -> Option<usize> {
        match &self.rows {
            None => Some(episode),
            Some(rows) => rows.places.get(episode).filter(|it| **it != UNLISTED).map(|it| *it as usize),
        }
    }

    /// The row of an episode, or the one nearest to it in the order of the log; the first where rows have another order.
    pub fn row_of(&self, episode: usize) -> usize {
        let Some(rows) = &self.rows else { return episode };
        let nearest = || match rows.is_ascending {
            true => {
                rows.episodes.partition_point(|it| *it < episode).min(rows.episodes.len().saturating_sub(1))
            }
            false => 0,
        };
        self.place_of(episode).unwrap_or_else(nearest)
    }

    /// The listed episode `by` rows after (if negative, before) the one at `from`, which need not be listed, of `all`; at
    /// most the last or first. `None` if there is none further.
    pub fn step(&self, from: usize, by: isize, all: usize) -> Option<usize> {
        let len = self.len(all) as isize;
        let place = self.place_of(from);
        let at = match (&self.rows, place) {
            (_, Some(row)) => row,
            (Some(rows), None) if rows.is_ascending => rows.episodes.partition_point(|it| *it < from),
            (_, None) => 0,
        };
        // From an episode that is not listed, its neighbours are one step away.
        let first = if by > 0 { at as isize + isize::from(place.is_some()) } else { at as isize - 1 };
        let last = (first + by - by.signum()).clamp(0, (len - 1).max(0));
        (0..len).contains(&first).then(|| self.episode_at(last as usize))
    }

    /// How many lines rows and heads of groups take.
    pub fn line_count(&self, all: usize) -> usize {
        self.len(all) + self.groups().len()
    }

    /// The line of a row.
    pub fn line_of(&self, row: usize) -> usize {
        row + self.groups().partition_point(|it| it.start <= row)
    }

    /// What stands in a line.
    pub fn line(&self, line: usize) -> Line<'_> {
        let groups = self.groups();
        let heads = groups.partition_point(|it| it.line < line);
        match groups.get(heads).filter(|it| it.line == line) {
            Some(group) => Line::Group(group),
            None => Line::Episode(self.episode_at(line - heads)),
        }
    }

    fn groups(&self) -> &[Group] {
        self.rows.as_ref().map_or(&[], |it| &it.groups)
    }

    /// Whether rows of which only reading tells are to be ordered or grouped, and there are too many to read.
    pub fn is_too_long_to_order(&self, all: usize) -> bool {
        let is_read_for = self.sort.is_some_and(Column::is_of_card)
            || self.grouping.is_some_and(|it| it != Grouping::Outcome);
        is_read_for && self.len(all) > MOST_JUDGED
    }

    /// To the next column that tells rows apart, `by` further; after the last comes the order of the log.
    pub fn sort_by_next(&mut self, by: usize) {
        let columns = self.totals.columns();
        let at =
            self.sort.and_then(|it| columns.iter().position(|column| *column == it)).map_or(0, |it| it + 1);
        let next = (at + by) % (columns.len() + 1);
        self.sort = next.checked_sub(1).map(|it| columns[it]);
        self.reversed = false;
    }

    /// To the next way to group.
    pub fn group_by_next(&mut self) {
        self.grouping = Grouping::next(self.grouping);
    }

    /// Adds up the rows: what the log says of them if other ones are listed or the log has changed, and what is known of those
    /// that were read.
    fn add_up(
        &mut self,
        episodes: &Arc<Segmented<EpisodeSummary>>,
        headlines: &Headlines,
        stamp: (u64, u64),
    ) {
        let len = self.len(episodes.len());
        let kept = self.row_totals.take().filter(|it| it.0.0 == stamp && Arc::ptr_eq(&it.0.1, episodes));
        let rows = || (0..len).map(|it| &episodes[self.episode_at(it)]);
        let (of, row_totals) =
            kept.unwrap_or_else(|| ((stamp, Arc::clone(episodes)), Totals::of_rows(len, &rows())));
        // Of a long list few are known: those are gone through, not the list.
        let totals = row_totals.clone();
        let totals = if len <= MOST_LOOKED_UP {
            totals.with_cards(&rows().filter_map(|it| Some((it, headlines.card(it)?))))
        } else {
            let row = |id: crate::model::EpisodeId| {
                let row = episodes.get(id.index()).filter(|it| it.id == id)?;
                self.place_of(id.index()).map(|_| row)
            };
            totals.with_cards(&headlines.cards().filter_map(|(id, card)| Some((row(id)?, card))))
        };
        (self.totals, self.row_totals) = (totals, Some((of, row_totals)));
    }

    /// Makes the rows anew if something has changed. `passing` are the episodes that pass the filters, ascending, and their
    /// stamp; without filters it is `None`.
    pub(super) fn refresh(
        &mut self,
        episodes: &Arc<Segmented<EpisodeSummary>>,
        headlines: &Headlines,
        stamp: (u64, u64),
        passing: impl FnOnce() -> Option<Vec<usize>>,
    ) -> bool {
        let order = (self.sort, self.reversed, self.grouping);
        let is_same = |it: &Stamp| {
            it.passing == stamp
                && it.cards == headlines.revision()
                && it.order == order
                && Arc::ptr_eq(&it.episodes, episodes)
        };
        if self.made_for.as_ref().is_some_and(is_same) {
            return false;
        }
        self.made_for = Some(Stamp {
            passing: stamp,
            cards: headlines.revision(),
            order,
            episodes: Arc::clone(episodes),
        });
        let of = |it: usize| (&episodes[it], headlines.card(&episodes[it]));
        let passing = passing();
        let is_ordered = self.sort.is_some() || self.grouping.is_some();
        let rows = match passing {
            None if !is_ordered => None,
            passing => {
                let mut listed = passing.unwrap_or_else(|| (0..episodes.len()).collect());
                let is_short = listed.len() <= MOST_JUDGED;
                if let Some(column) = self.sort.filter(|it| is_short || !it.is_of_card()) {
                    column.sort(&mut listed, self.reversed, of);
                }
                let groups = self.grouping.filter(|it| is_short || *it == Grouping::Outcome);
                let groups = groups.map_or(Vec::new(), |by| group(by, &mut listed, of));
                Some(Arc::new(Rows::of(listed, groups, episodes.len())))
            }
        };
        self.rows = rows;
        self.add_up(episodes, headlines, stamp);
        true
    }
}

impl Rows {
    fn of(episodes: Vec<usize>, groups: Vec<Group>, all: usize) -> Self {
        let mut places = vec![UNLISTED; all];
        for (row, episode) in episodes.iter().enumerate() {
            places[*episode] = row as u32;
        }
        Self { is_ascending: episodes.is_sorted(), episodes, places, groups }
    }
}

/// Puts `rows` in groups, the largest first, what is not known last; within a group they keep their order.
fn group<'a>(
    by: Grouping,
    rows: &mut Vec<usize>,
    of: impl Fn(usize) -> (&'a EpisodeSummary, Option<&'a Card>),
) -> Vec<Group> {
    let mut groups: Vec<(Option<&str>, Vec<usize>)> = Vec::new();
    let mut places = rustc_hash::FxHashMap::default();
    for row in rows.drain(..) {
        let (summary, card) = of(row);
        let title = by.of(summary, card);
        let at = *places.entry(title).or_insert(groups.len());
        if at == groups.len() {
            groups.push((title, Vec::new()));
        }
        groups[at].1.push(row);
    }
    groups.sort_by_key(|(title, rows)| (title.is_none(), std::cmp::Reverse(rows.len())));
    let made = groups.into_iter().enumerate().map(|(heads, (title, members))| {
        let totals = Totals::of(members.len(), members.iter().map(|it| of(*it)));
        let (start, title) = (rows.len(), title.map(Box::from));
        let group = Group { start, line: start + heads, title, totals };
        rows.extend(members);
        group
    });
    made.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rows: Option<&[usize]>, all: usize) -> EpisodeList {
        let rows = rows.map(|it| Arc::new(Rows::of(it.to_vec(), Vec::new(), all)));
        EpisodeList { rows, ..EpisodeList::default() }
    }

    #[test]
    fn steps_lead_over_what_is_not_listed() {
        let some = list(Some(&[2, 5, 9]), 12);
        let step = |row, by| some.step(row, by, 12);
        assert_eq!([step(2, 1), step(5, 1), step(9, 1)], [Some(5), Some(9), None]);
        assert_eq!([step(0, 1), step(3, 1), step(11, 1)], [Some(2), Some(5), None]);
        assert_eq!([step(0, -1), step(3, -1), step(11, -1)], [None, Some(2), Some(9)]);
        assert_eq!([step(2, 9), step(9, -9), step(2, 2)], [Some(9), Some(2), Some(9)]);
        let all = list(None, 5);
        assert_eq!([all.step(3, 2, 5), all.step(0, -1, 5), all.step(4, 1, 5)], [Some(4), None, None]);
        let none = list(Some(&[]), 5);
        assert_eq!([none.step(0, 1, 5), none.step(3, -1, 5)], [None, None]);
    }

    #[test]
    fn in_another_order_steps_follow_the_rows() {
        let turned = list(Some(&[9, 5, 2]), 12);
        assert_eq!([turned.step(9, 1, 12), turned.step(2, 1, 12)], [Some(5), None]);
        assert_eq!([turned.row_of(5), turned.row_of(3)], [1, 0]);
        assert_eq!(turned.place_of(3), None);
    }

    #[test]
    fn every_line_is_a_head_or_a_row() {
        let head = |start, line| Group { start, line, title: None, totals: Totals::default() };
        let rows = Rows::of(vec![4, 0, 3], vec![head(0, 0), head(2, 3)], 5);
        let list = EpisodeList { rows: Some(Arc::new(rows)), ..EpisodeList::default() };
        assert_eq!(list.line_count(5), 5);
        let lines: Vec<Option<usize>> = (0..5)
            .map(|it| match list.line(it) {
                Line::Group(_) => None,
                Line::Episode(at) => Some(at),
            })
            .collect();
        assert_eq!(lines, [None, Some(4), Some(0), None, Some(3)]);
        assert_eq!([0, 1, 2].map(|it| list.line_of(it)), [1, 2, 4]);
    }
}
