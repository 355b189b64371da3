//! State of the film of a run: what was read of its episodes, newest first, and where the cursor is.

use std::sync::Arc;

use crate::{
    app::{request::RequestId, slot::Slot},
    model::{EpisodeId, EpisodeSummary, LogSummary, Segmented},
    training::{Film, Point, Sharing},
};

/// A film is made anew when so many episodes have come, or all are read.
const BATCH: usize = 64;

/// A row of the list, and the revision that its episode had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) struct RowAt {
    row: usize,
    id: EpisodeId,
    revision: u64,
}

/// What is known of the episode in a row: the revision that it had, [`NEVER`] before it was looked at; and the point,
/// `None` where it cannot be read.
type Known = (u64, Option<Arc<Point>>);

/// No episode has so many records.
const NEVER: u64 = u64::MAX;

/// What is known of the episodes of a run, and the film that was made of it.
#[derive(Clone, Debug, Default)]
pub struct FilmState {
    /// Whether it is on the screen in place of the list.
    pub shown: bool,
    /// What is known, by row of the list.
    points: Vec<Known>,
    /// How many of these were looked at.
    looked_at: usize,
    sharing: Sharing,
    reading: Option<RowAt>,
    pointing: Slot<(), RowAt>,
    /// The film; of how many changes and cells.
    pub film: Slot<Arc<Film>, (usize, usize)>,
    changes: usize,
    /// The list of which every episode is known, after so many changes.
    complete: Option<(Arc<Segmented<EpisodeSummary>>, usize)>,
    /// The agent under the cursor.
    pub agent: usize,
    /// The cell under the cursor; `None`: the newest, whichever that is.
    pub cell: Option<usize>,
    /// Whether somebody moved the cursor: until then it is on the first agent that fell.
    pub(in crate::app) moved: bool,
}

impl FilmState {
    /// What is known of the episode in a row.
    pub fn point(&self, row: usize) -> Option<&Arc<Point>> {
        self.points.get(row)?.1.as_ref()
    }

    /// How many rows were looked at.
    pub fn looked_at(&self) -> usize {
        self.looked_at
    }

    /// The cell under the cursor.
    pub fn cell(&self) -> usize {
        let last = self.film.get().map_or(0, |it| it.cells().saturating_sub(1));
        self.cell.map_or(last, |it| it.min(last))
    }

    /// Whether every episode of the list that has ended is known.
    pub(in crate::app) fn is_complete(&self, log: &LogSummary) -> bool {
        let of = |it: &(Arc<Segmented<EpisodeSummary>>, usize)| {
            Arc::ptr_eq(&it.0, &log.episodes) && it.1 == self.changes
        };
        self.complete.as_ref().is_some_and(of)
    }

    /// Every episode of the list that has ended is known.
    pub(in crate::app) fn complete(&mut self, log: &LogSummary) {
        self.complete = Some((Arc::clone(&log.episodes), self.changes));
    }

    /// How often what is known has changed.
    pub(in crate::app) fn changes(&self) -> usize {
        self.changes
    }

    /// Whether an episode is being read or credited.
    pub(in crate::app) fn is_busy(&self) -> bool {
        self.reading.is_some() || self.pointing.is_pending()
    }

    /// Whether the newest state of the episode in this row is not known. One that is still written waits for its end.
    pub(in crate::app) fn lacks(&self, row: usize, summary: &EpisodeSummary, following: bool) -> bool {
        let waits = summary.open && following;
        !waits && self.points.get(row).is_none_or(|it| it.0 != summary.revision)
    }

    /// The episode in this row is being read.
    pub(in crate::app) fn read(&mut self, row: usize, summary: &EpisodeSummary) {
        self.reading = Some(RowAt { row, id: summary.id, revision: summary.revision });
    }

    /// The row of the episode that was being read; it is being credited now, or cannot be if there is no request.
    pub(in crate::app) fn is_read(&mut self, id: EpisodeId, request: Option<RequestId>) -> Option<usize> {
        let of = self.reading.take_if(|it| it.id == id)?;
        match request {
            Some(request) => self.pointing.ask(request, of),
            None => self.keep(of, None),
        }
        Some(of.row)
    }

    /// The answer to `request`, about an episode in the list of `log`.
    pub(in crate::app) fn pointed(&mut self, request: RequestId, mut point: Arc<Point>, log: &LogSummary) {
        let Some(of) = self.pointing.take(request) else { return };
        if let Some(row) = log.episodes.get(of.row) {
            self.sharing.share(Arc::make_mut(&mut point), &row.name);
        }
        self.keep(of, Some(point));
    }

    fn keep(&mut self, of: RowAt, point: Option<Arc<Point>>) {
        if self.points.len() <= of.row {
            self.points.resize(of.row + 1, (NEVER, None));
        }
        let before = std::mem::replace(&mut self.points[of.row], (of.revision, point));
        self.looked_at += usize::from(before.0 == NEVER);
        self.changes += 1;
    }

    /// What a film must be made of now, for so many cells; `None`: what is there will do. `done`: nothing more is to be
    /// read.
    pub(in crate::app) fn lacks_film(&self, cells: usize, done: bool) -> Option<(usize, usize)> {
        let wanted = (self.changes, cells);
        let newest = self.film.newest().copied();
        let behind = newest
            .is_none_or(|it| it.1 != cells || done && it.0 != self.changes || self.changes >= it.0 + BATCH);
        (behind && !self.film.is_pending() && self.changes > 0).then_some(wanted)
    }

    /// All rows that were looked at, ascending, with what is known of each.
    pub(in crate::app) fn known(&self) -> Vec<(usize, Option<Arc<Point>>)> {
        let rows = self.points.iter().enumerate().filter(|it| it.1.0 != NEVER);
        rows.map(|(row, it)| (row, it.1.clone())).collect()
    }

    /// All points, ascending by row.
    pub(in crate::app) fn all(&self) -> Vec<Arc<Point>> {
        self.points.iter().filter_map(|it| it.1.clone()).collect()
    }
}

#[cfg(test)]
impl FilmState {
    /// Bytes of memory that are kept for the episodes of the list, beside their rows.
    pub(in crate::app) fn bytes(&self, log: &LogSummary) -> usize {
        let names: Vec<Arc<str>> = log.episodes.iter().map(|it| Arc::clone(&it.name)).collect();
        let own: usize = self.points.iter().flat_map(|it| &it.1).map(|it| it.own_bytes(&names)).sum();
        own + self.points.capacity() * size_of::<Known>()
    }
}
