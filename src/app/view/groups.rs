//! State of the groups of a run in place of the list.

use std::sync::Arc;

use crate::{app::slot::Slot, forensics::Ledger, model::EpisodeId};

/// The groups of the run that has most rollouts; where the cursor is.
#[derive(Clone, Debug, Default)]
pub struct GroupsState {
    /// Whether they are on the screen in place of the list.
    pub shown: bool,
    ledgers: Option<Arc<Vec<Ledger>>>,
    /// Ended rollouts that they are of.
    pub read: usize,
    /// Records of the log when they were asked for, and whether all was read since.
    asked: Option<u64>,
    is_reading: bool,
    /// The task under the cursor; one more than there are: all of them.
    pub task: usize,
    /// The agent under the cursor.
    pub agent: usize,
    /// The wrong push under the cursor; `None`: the cursor is on the tasks.
    pub wrong: Option<usize>,
    /// Which formulas wrote the numbers, in sentences; by rollouts around which episode, and how many.
    pub forms: Slot<Arc<Vec<String>>, (EpisodeId, usize)>,
    /// Whether the rollouts for that were asked for.
    pub(in crate::app) gathering: Option<EpisodeId>,
}

impl GroupsState {
    /// What is known of the run with most rollouts.
    pub fn ledger(&self) -> Option<&Ledger> {
        self.ledgers.as_ref()?.iter().max_by_key(|it| it.rollouts)
    }

    /// Runs of the log.
    pub fn runs(&self) -> usize {
        self.ledgers.as_ref().map_or(0, |it| it.len())
    }

    /// Whether some of the log is still being read.
    pub fn is_reading(&self) -> bool {
        self.is_reading
    }

    /// Whether a log of so many records has to be read; then it is noted as asked for.
    pub(in crate::app) fn lacks(&mut self, records: u64) -> bool {
        let lacks = !self.is_reading && self.asked != Some(records);
        if lacks {
            (self.asked, self.is_reading) = (Some(records), true);
        }
        lacks
    }

    /// What was read.
    pub(in crate::app) fn take(&mut self, ledgers: Arc<Vec<Ledger>>, read: usize, done: bool) {
        self.read = read;
        self.is_reading = !done;
        self.ledgers = Some(ledgers);
        let (tasks, agents) = self.ledger().map_or((0, 0), |it| (it.task_count(), it.all.len()));
        self.task = self.task.min(tasks);
        self.agent = self.agent.min(agents.saturating_sub(1));
    }
}
