//! Reads the rollouts around an episode, one after the other: its own group, and the groups nearest to it.
//!
//! Of a long run it takes a while, so it is done in steps between other work, and of the [`MOST`] nearest only.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    model::{EpisodeId, Rollout},
    store::Store,
};

/// The most rollouts read, but for those of the own group.
const MOST: usize = 400;

/// Rollouts being read.
pub struct Gathering {
    /// The episode it was asked for.
    pub id: EpisodeId,
    /// The episodes still to be read, the next one last.
    left: Vec<EpisodeId>,
    rollouts: Vec<Arc<Rollout>>,
}

impl Gathering {
    /// The episodes of the run of `id` in whole groups, as the log stands.
    pub fn of(store: &mut Store, id: EpisodeId) -> Self {
        let mut left = store.groups_near(id, MOST);
        left.sort_unstable_by(|a, b| b.cmp(a));
        Self { id, left, rollouts: Vec::new() }
    }

    /// Reads for about `time`. Returns whether all have been read.
    pub fn step(&mut self, store: &mut Store, time: Duration) -> bool {
        let began = Instant::now();
        while let Some(id) = self.left.pop() {
            self.rollouts.extend(store.rollout(id).ok());
            if began.elapsed() >= time {
                break;
            }
        }
        self.left.is_empty()
    }

    /// What was read, in the order of the log.
    pub fn finish(self) -> Vec<Arc<Rollout>> {
        self.rollouts
    }

    /// All of it at once.
    pub fn all(store: &mut Store, id: EpisodeId) -> Vec<Arc<Rollout>> {
        let mut gathering = Self::of(store, id);
        while !gathering.step(store, Duration::MAX) {}
        gathering.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::test_program::TestProgram;

    /// `groups` groups of four, one after the other.
    fn log(groups: usize) -> String {
        let one = |at: usize| {
            format!(
                "{{\"type\":\"episode_start\",\"episode\":\"e{at}\",\"group\":\"g{}\",\"agents\":[{{\"id\":\"a\"}}]}}\n\
                 {{\"type\":\"episode_end\",\"episode\":\"e{at}\",\"status\":\"success\",\"return\":1}}\n",
                at / 4
            )
        };
        let run = "{\"type\":\"run\",\"credit_log\":1,\"run\":\"r\"}\n".to_owned();
        run + &(0..4 * groups).map(one).collect::<String>()
    }

    #[test]
    fn a_short_run_is_read_whole_and_of_a_long_one_the_nearest_groups() {
        let mut program = TestProgram::of(&log(3));
        let store = &mut program.headless.logs.store;
        let names = |found: &[Arc<Rollout>]| found.iter().map(|it| it.name.to_string()).collect::<Vec<_>>();
        let found = names(&Gathering::all(store, EpisodeId(5)));
        assert_eq!((found.len(), found[0].as_str(), found[11].as_str()), (12, "e0", "e11"));
        let mut steps = Gathering::of(store, EpisodeId(5));
        while !steps.step(store, Duration::ZERO) {}
        assert_eq!(names(&steps.finish()), found);

        let mut program = TestProgram::of(&log(MOST / 4 + 50));
        let store = &mut program.headless.logs.store;
        // The last group: those before it, in whole groups.
        let found = names(&Gathering::all(store, EpisodeId(MOST as u32 + 199)));
        assert_eq!((found.len(), found[0].as_str()), (MOST, "e200"));
    }
}
