//! Reads all rollouts of a log for the ledger of its groups, a few at a time, and again those that have changed.

use std::time::{Duration, Instant};

use crate::{
    forensics::{GroupLedgers, Ledger},
    model::{EpisodeId, Rollout},
    store::Store,
};

/// Rollouts that one thread reads at once.
const TOGETHER: usize = 256;
/// Threads that read.
const THREADS: usize = 4;

/// The ledgers of a log, as far as its rollouts were read.
#[derive(Default)]
pub struct GroupReading {
    ledgers: GroupLedgers,
    /// By episode: its revision when it was read.
    read: Vec<Option<u64>>,
    /// The first that was not looked at in this round.
    next: usize,
}

impl GroupReading {
    /// Looks at all episodes again: those that have changed are read anew.
    pub fn begin(&mut self) {
        self.next = 0;
    }

    /// Reads for about `time`. Returns whether all that have changed were read.
    pub fn step(&mut self, store: &Store, time: Duration) -> bool {
        let began = Instant::now();
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS);
        while self.next < store.episode_count() {
            let ids = self.changed(store, threads * TOGETHER);
            let parts: Vec<&[EpisodeId]> = ids.chunks(ids.len().div_ceil(threads).max(1)).collect();
            let read = |part: &[EpisodeId]| store.read_rollouts(part);
            let rollouts: Vec<Option<Rollout>> = if ids.len() < TOGETHER {
                parts.into_iter().flat_map(read).collect()
            } else {
                std::thread::scope(|scope| {
                    let running: Vec<_> = parts.iter().map(|it| scope.spawn(|| read(it))).collect();
                    let done = running.into_iter().map(|it| it.join().expect("reading does not panic"));
                    done.flatten().collect()
                })
            };
            for (id, rollout) in ids.iter().zip(rollouts) {
                if let Some(rollout) = rollout {
                    self.ledgers.put(id.0, &rollout);
                }
            }
            if began.elapsed() >= time {
                break;
            }
        }
        self.next >= store.episode_count()
    }

    /// The next episodes that were not read as they are now, at most `most`.
    fn changed(&mut self, store: &Store, most: usize) -> Vec<EpisodeId> {
        self.read.resize(store.episode_count(), None);
        let mut ids = Vec::new();
        while self.next < self.read.len() && ids.len() < most {
            let id = EpisodeId::from_index(self.next);
            let revision = Some(store.revision(id));
            if self.read[self.next] != revision {
                self.read[self.next] = revision;
                ids.push(id);
            }
            self.next += 1;
        }
        ids
    }

    /// How many rollouts were read that have ended.
    pub fn rollouts(&self) -> usize {
        self.ledgers.len()
    }

    /// The ledgers of what was read.
    pub fn ledgers(&mut self) -> Vec<Ledger> {
        self.ledgers.ledgers()
    }

    /// Those of a whole log at once.
    pub fn all(store: &Store) -> Vec<Ledger> {
        let mut reading = Self::default();
        while !reading.step(store, Duration::MAX) {}
        reading.ledgers()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::test_program::TestProgram;

    /// Rollouts `from..to` in groups of three, of two tasks.
    fn log(from: usize, to: usize) -> String {
        let one = |at: usize| {
            format!(
                "{{\"type\":\"episode_start\",\"episode\":\"e{at}\",\"group\":\"g{}\",\"task\":\"t{}\",\"agents\":[\"a\"]}}\n\
                 {{\"type\":\"action\",\"episode\":\"e{at}\",\"agent\":\"a\",\"action\":\"x\",\"usage\":{{\"out\":7}}}}\n\
                 {{\"type\":\"credit\",\"episode\":\"e{at}\",\"algorithm\":\"grpo\",\"agents\":{{\"a\":{}}}}}\n\
                 {{\"type\":\"episode_end\",\"episode\":\"e{at}\",\"status\":\"success\",\"return\":{}}}\n",
                at / 3,
                at / 3 % 2,
                (at % 5) as f64 - 2.0,
                at % 3
            )
        };
        (from..to).map(one).collect()
    }

    #[test]
    fn what_is_read_in_steps_and_again_is_what_is_read_at_once() {
        let program = TestProgram::of(&log(0, 1100));
        let store = &program.headless.logs.store;
        let mut reading = GroupReading::default();
        let mut steps = 0;
        while !reading.step(store, Duration::ZERO) {
            steps += 1;
            assert!(!reading.ledgers().is_empty());
        }
        assert!(steps > 0 && reading.rollouts() == 1100, "{steps} {}", reading.rollouts());
        let whole = GroupReading::all(store);
        assert_eq!(reading.ledgers(), whole);
        assert_eq!((whole[0].groups, whole[0].usual_size, whole[0].all[0].tokens), (367, 3, 7700));
        // Nothing has changed: nothing is read.
        reading.begin();
        assert!(reading.changed(store, 10).is_empty());
        // A longer log under the same ids: what was there is not read again.
        let longer = TestProgram::of(&log(0, 1103));
        let store = &longer.headless.logs.store;
        reading.begin();
        assert_eq!(reading.changed(store, 10), [1100, 1101, 1102].map(EpisodeId));
        reading.begin();
        reading.read.truncate(1100);
        while !reading.step(store, Duration::ZERO) {}
        assert_eq!(reading.ledgers(), GroupReading::all(store));
    }
}
