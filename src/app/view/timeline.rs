//! State of view 3: acts in time.

use std::{sync::Arc, time::Duration};

use crate::{
    app::{screen::Scope, so_far::SoFar},
    model::ActId,
};

/// Which way an episode plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Playing {
    /// As it happened.
    Forwards,
    /// From the end to the beginning.
    Backwards,
}

/// How fast an episode plays, by its place in [`PACES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace(usize);

/// Milliseconds between two acts.
const PACES: [u64; 6] = [1600, 800, 400, 200, 100, 50];

impl Default for Pace {
    fn default() -> Self {
        Self(2)
    }
}

impl Pace {
    /// Between two acts.
    pub fn pause(self) -> Duration {
        Duration::from_millis(PACES[self.0])
    }

    /// Twice as fast, if there is such a pace.
    pub fn faster(self) -> Self {
        Self((self.0 + 1).min(PACES.len() - 1))
    }

    /// Half as fast, if there is such a pace.
    pub fn slower(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// `2.5 acts a second`.
    pub fn words(self) -> String {
        let rate = 1000.0 / PACES[self.0] as f64;
        format!("{} acts a second", if rate < 1.0 { format!("{rate:.2}") } else { format!("{rate}") })
    }
}

/// What the acts so far were counted for: revision and analysis of the episode, and the act.
type SoFarStamp = (u64, Option<usize>, ActId);

/// State of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineState {
    /// Which acts.
    pub scope: Scope,
    /// Whether it plays, and which way.
    pub playing: Option<Playing>,
    /// How fast.
    pub pace: Pace,
    /// The episode up to the act under the cursor.
    pub so_far: Option<(SoFarStamp, Arc<SoFar>)>,
    /// The first lane shown.
    pub lane: usize,
    /// Lanes, or a strip of steps.
    pub strip: bool,
}

impl Default for TimelineState {
    fn default() -> Self {
        Self { scope: Scope::All, playing: None, pace: Pace::default(), so_far: None, lane: 0, strip: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paces_double_and_end() {
        let words = |it: Pace| it.words();
        assert_eq!(words(Pace::default()), "2.5 acts a second");
        assert_eq!(words(Pace::default().faster()), "5 acts a second");
        assert_eq!(words(Pace(0).slower()), "0.62 acts a second");
        assert_eq!(words(Pace(5).faster()), "20 acts a second");
    }
}
