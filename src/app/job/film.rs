//! The film of a run, and what it keeps of each episode.

use std::sync::Arc;

use super::{Lane, Work};
use crate::{
    model::Episode,
    training::{Film, Point},
};

/// Credits an episode of a run that is not on the screen.
#[derive(Debug, PartialEq)]
pub struct PointJob {
    /// The episode.
    pub episode: Arc<Episode>,
    /// Its row in the list.
    pub row: usize,
}

impl Work for PointJob {
    type Answer = Arc<Point>;

    const LANE: Lane = Lane::Study;

    fn run(&self) -> Arc<Point> {
        Arc::new(Point::of(&self.episode, self.row, None))
    }

    /// The film is there without it.
    fn is_awaited(&self) -> bool {
        false
    }
}

/// Makes a film of what is known.
#[derive(Debug, PartialEq)]
pub struct FilmJob {
    /// What is known, ascending by row.
    pub points: Vec<Arc<Point>>,
    /// Episodes of the run.
    pub episodes: usize,
    /// The most cells.
    pub cells: usize,
}

impl Work for FilmJob {
    type Answer = Arc<Film>;

    const LANE: Lane = Lane::Study;

    fn run(&self) -> Arc<Film> {
        Arc::new(Film::of(&self.points, self.episodes, self.cells))
    }

    fn is_awaited(&self) -> bool {
        false
    }
}
