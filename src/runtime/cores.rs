//! All cores, for jobs that divide their arithmetic.

use std::num::NonZero;

use crate::{
    app::{self, Analysis, Cores, Task},
    credit::{MessageSetting, Study},
    model::{Episode, Scenario},
};

/// As many threads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Threads(pub(super) usize);

impl Threads {
    /// One for each core.
    pub(super) fn all() -> Self {
        Self(std::thread::available_parallelism().map_or(1, NonZero::get))
    }
}

impl Cores for Threads {
    fn count(&self) -> usize {
        self.0
    }

    fn run<'a>(&self, tasks: Vec<Task<'a>>) {
        std::thread::scope(|scope| {
            let running: Vec<_> = tasks.into_iter().map(|it| scope.spawn(it)).collect();
            running.into_iter().for_each(|it| it.join().expect("a task does not panic"));
        });
    }
}

/// What takes longer than credit, on all cores: see [`app::study`].
pub fn study(episode: &Episode, analysis: &Analysis, setting: MessageSetting) -> Study {
    app::study(episode, analysis, setting, &Threads::all())
}

/// Everything computed for one scenario, on all cores: see [`app::analyse`].
pub fn analyse(episode: &Episode, scenario: &Scenario) -> Analysis {
    app::analyse(episode, scenario, &Threads::all())
}
