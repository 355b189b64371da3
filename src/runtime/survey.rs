//! Looks at the episodes of a run, one after the other: who took part, and how it ended.
//!
//! That needs each episode assembled. So a long run is looked at in steps, between other work, and only the
//! [`MOST`] episodes nearest to the requested one.

use std::time::{Duration, Instant};

use crate::{
    credit::RunOutcomes,
    model::{Episode, EpisodeId},
    store::Store,
};

/// The most episodes looked at.
const MOST: usize = 500;

/// A run being looked at.
pub struct Survey {
    /// The episode it was asked for.
    pub id: EpisodeId,
    /// The episodes still to be looked at, the next one last.
    left: Vec<EpisodeId>,
    outcomes: RunOutcomes,
}

impl Survey {
    /// The episodes of the same run as `id` that have ended, as the log stands.
    pub fn of(store: &mut Store, id: EpisodeId) -> Self {
        let summary = store.summary();
        let run = summary.episodes.get(id.index()).and_then(|it| it.run.clone());
        let ended = summary.episodes.iter().enumerate().filter(|it| !it.1.open && it.1.run == run);
        let mut ids: Vec<EpisodeId> = ended.map(|it| EpisodeId::from_index(it.0)).collect();
        let count = ids.len();
        // First the nearest in the order of the log; then those in that order.
        ids.sort_by_key(|it| (it.index().abs_diff(id.index()), it.index()));
        ids.truncate(MOST);
        ids.sort_unstable_by(|a, b| b.cmp(a));
        let outcomes =
            RunOutcomes { run: run.map(|it| it.to_string()), ended: count, ..RunOutcomes::default() };
        Self { id, left: ids, outcomes }
    }

    /// Looks at episodes for about `time`. Returns whether all have been looked at.
    pub fn step(&mut self, store: &Store, time: Duration) -> bool {
        let began = Instant::now();
        while let Some(id) = self.left.pop() {
            if let Ok(episode) = store.episode(id) {
                self.outcomes.add(&episode);
            }
            if began.elapsed() >= time {
                break;
            }
        }
        self.left.is_empty()
    }

    /// What was seen.
    pub fn finish(self) -> RunOutcomes {
        self.outcomes
    }

    /// The whole run at once. `episode` is the requested one, which is not assembled again.
    pub fn all(store: &mut Store, id: EpisodeId, episode: &Episode) -> RunOutcomes {
        let mut survey = Self::of(store, id);
        while let Some(next) = survey.left.pop() {
            if next == id {
                survey.outcomes.add(episode);
            } else {
                survey.left.push(next);
                survey.step(store, Duration::ZERO);
            }
        }
        survey.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::test_program::TestProgram;

    /// Episodes of run r and s, `n` of r; every third fails, with the coder.
    fn log(n: usize) -> String {
        let one = |at: usize| {
            let (agent, status) =
                if at.is_multiple_of(3) { ("coder", "failure") } else { ("tester", "success") };
            let run = if at == 1 { "s" } else { "r" };
            format!(
                "{{\"type\":\"run\",\"credit_log\":1,\"run\":\"{run}\"}}\n\
                 {{\"type\":\"action\",\"run\":\"{run}\",\"episode\":\"e{at}\",\"agent\":\"{agent}\",\"action\":\"x\"}}\n\
                 {{\"type\":\"episode_end\",\"run\":\"{run}\",\"episode\":\"e{at}\",\"status\":\"{status}\"}}\n"
            )
        };
        (0..n).map(one).collect()
    }

    #[test]
    fn a_run_is_looked_at_in_steps_and_alone() {
        let mut program = TestProgram::of(&log(7));
        let store = &mut program.headless.logs.store;
        let mut survey = Survey::of(store, EpisodeId(0));
        let mut steps = 0;
        while !survey.step(store, Duration::ZERO) {
            steps += 1;
        }
        let found = survey.finish();
        // e1 is of another run.
        assert_eq!((steps, found.run.as_deref(), found.ended), (5, Some("r"), 6));
        assert_eq!((found.agents.len(), found.failed()), (6, 3));
        let episode = store.episode(EpisodeId(6)).unwrap();
        assert_eq!(found, Survey::all(store, EpisodeId(6), &episode));
    }

    #[test]
    fn a_long_run_is_cut_around_the_episode() {
        let mut program = TestProgram::of(&log(MOST + 30));
        let (store, id) = (&mut program.headless.logs.store, EpisodeId((MOST + 29) as u32));
        let episode = store.episode(id).unwrap();
        let found = Survey::all(store, id, &episode);
        assert_eq!((found.agents.len(), found.ended), (MOST, MOST + 29));
        // The first episodes of the run are left out: e30 is the first that is not, and it failed.
        assert!(found.agents[0].failed && !found.agents[1].failed);
    }
}
