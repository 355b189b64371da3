//! What the groups of a run gave to learn from: by task and agent, who was pushed and who had no signal.
//!
//! ```text
//! rollout -> Sample, a few numbers an agent -> its group -> counts and wrong signs of the group, until it changes
//!                                                `-> sums by task and agent, by update and agent     Ledger
//! ```
//!
//! One more rollout costs what its group does, and a sum over groups: [`GroupLedgers`] keeps the rest.

mod counts;
mod run;
mod sample;
mod words;

use std::{collections::BTreeMap, sync::Arc};

use crate::model::Rollout;

pub use counts::LedgerRow;

use run::RunGroups;

/// Wrong pushes that are kept of a run.
const WRONG: usize = 50;

/// What one agent has in the groups of one policy update.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct UpdateCell {
    /// What its declared numbers add up to.
    pub mass: f64,
    /// Groups that it is in, and those of them without a spread.
    pub groups: usize,
    /// See `groups`.
    pub flat: usize,
}

/// A declared number of the other sign than is right.
#[derive(Clone, Debug, PartialEq)]
pub struct WrongPush {
    /// Which episode, as whoever collects them counts.
    pub at: u32,
    /// Its name; display-safe.
    pub episode: Arc<str>,
    /// Whose.
    pub agent: String,
    /// The task; display-safe.
    pub task: String,
    /// What the rollout returned.
    pub reward: Option<f64>,
    /// What is compared: the agent's own reward, or the return.
    pub own: f64,
    /// The mean of the group that is right.
    pub mean: f64,
    /// As declared.
    pub declared: f64,
    /// What is right.
    pub right: f64,
}

/// The ledger of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    /// The run.
    pub run: Option<String>,
    /// The algorithm whose numbers are counted; `None`: the log declares none.
    pub algorithm: Option<String>,
    /// Rollouts that have ended, and those of them that broke off.
    pub rollouts: usize,
    /// See `rollouts`.
    pub broken_off: usize,
    /// Groups, and the number of rollouts that most of them have.
    pub groups: usize,
    /// See `groups`.
    pub usual_size: usize,
    /// Whether each agent is compared with itself only, as agents earn for themselves.
    pub by_agent: bool,
    /// Declared numbers, one on all acts of a rollout once.
    pub pushes: usize,
    /// By task, in order of name, and agent, in order of the roster.
    pub rows: Vec<LedgerRow>,
    /// The first of these of each task.
    pub starts: Vec<usize>,
    /// By agent, over all tasks.
    pub all: Vec<LedgerRow>,
    /// The policy updates that the log names, ascending.
    pub updates: Vec<i64>,
    /// By agent, as in `all`, and update.
    pub by_update: Vec<Vec<UpdateCell>>,
    /// Numbers of the wrong sign, the worst first: at most fifty.
    pub wrong: Vec<WrongPush>,
}

/// The groups of all runs, kept so that one more rollout costs little.
#[derive(Debug, Default)]
pub struct GroupLedgers {
    runs: BTreeMap<Option<Arc<str>>, RunGroups>,
}

impl GroupLedgers {
    /// Takes a rollout, or takes it again. One that has not ended is left out. `at`: which it is; rollouts of one run come
    /// ascending the first time, so that agents stand in the order of their first.
    pub fn put(&mut self, at: u32, rollout: &Rollout) {
        let run = self.runs.entry(rollout.run.clone()).or_default();
        run.remove(at);
        if !rollout.open {
            run.add(at, rollout);
        }
    }

    /// How many rollouts there are.
    pub fn len(&self) -> usize {
        self.runs.values().map(RunGroups::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The ledgers of all runs, in order of name.
    pub fn ledgers(&mut self) -> Vec<Ledger> {
        let with = self.runs.iter_mut().filter(|it| it.1.len() > 0);
        with.map(|(run, of)| Ledger { run: run.as_deref().map(str::to_owned), ..of.ledger(WRONG) }).collect()
    }
}

/// The ledgers of all runs, in order of name. Rollouts that have not ended are left out.
pub fn ledgers(rollouts: &[&Rollout]) -> Vec<Ledger> {
    let mut all = GroupLedgers::default();
    (0..).zip(rollouts).for_each(|(at, it)| all.put(at, it));
    all.ledgers()
}
