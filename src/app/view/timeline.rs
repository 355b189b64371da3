//! State of view 3: acts in time.

use crate::app::screen::Scope;

/// State of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimelineState {
    /// Which acts.
    pub scope: Scope,
    /// Whether it plays.
    pub playing: bool,
    /// The first lane shown.
    pub lane: usize,
    /// Lanes, or a strip of steps.
    pub strip: bool,
}

impl Default for TimelineState {
    fn default() -> Self {
        Self { scope: Scope::All, playing: false, lane: 0, strip: false }
    }
}
