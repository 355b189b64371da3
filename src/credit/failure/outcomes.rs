//! The episodes of a run as the spectra need them: who took part, what was done, and how each ended.

use super::{Elements, SpectrumRun, TaskRun};
use crate::model::{Episode, Status};

/// The episodes of one run, as far as they were looked at. Built one by one, so that a long run can be cut.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunOutcomes {
    /// The run; `None` if none is logged: all episodes without a run belong together.
    pub run: Option<String>,
    /// Episodes of the run that have ended, seen or not.
    pub ended: usize,
    /// Those that broke off (status error or aborted): whether they would have failed is not known.
    pub broken_off: usize,
    /// With the agents that acted, by episode.
    pub agents: Vec<SpectrumRun>,
    /// With the kinds of action, by episode.
    pub actions: Vec<SpectrumRun>,
    /// With their deeds, those that name a task.
    pub tasks: Vec<TaskRun>,
}

impl RunOutcomes {
    /// Adds an episode that has ended. One that broke off is only counted.
    pub fn add(&mut self, episode: &Episode) {
        let status = episode.outcome.as_ref().and_then(|it| it.status.as_ref());
        if matches!(status, Some(Status::Error | Status::Aborted)) {
            self.broken_off += 1;
            return;
        }
        self.agents.push(SpectrumRun::of(episode, Elements::Agents));
        self.actions.push(SpectrumRun::of(episode, Elements::Actions));
        self.tasks.extend(TaskRun::of(episode));
    }

    /// How many of the episodes looked at failed.
    pub fn failed(&self) -> usize {
        self.agents.iter().filter(|it| it.failed).count()
    }

    /// The least return of a success, if every failure of the run has less: the level that counts as success.
    pub fn success_level(&self) -> Option<f64> {
        let totals =
            |failed: bool| self.agents.iter().filter(move |it| it.failed == failed).map(|it| it.total);
        let passed = totals(false).collect::<Option<Vec<f64>>>()?.into_iter().reduce(f64::min)?;
        let failed = totals(true).collect::<Option<Vec<f64>>>()?.into_iter().reduce(f64::max)?;
        (failed < passed).then_some(passed)
    }
}
