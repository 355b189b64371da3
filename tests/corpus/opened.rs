//! Logs of other makers, opened as the program opens them.

use std::path::{Path, PathBuf};

use creditscope::{
    import::{RowMap, format},
    model::{Episode, EpisodeId, LogSummary},
    runtime::{LogArguments, OpenedLogs},
    store::Pass,
};

/// What was read.
pub struct Opened {
    /// Every episode, in the order of the list.
    pub episodes: Vec<Episode>,
    /// What the list says.
    pub summary: LogSummary,
}

/// How to read files.
#[derive(Clone, Copy, Default)]
pub struct As<'a> {
    /// The name of the format; `None`: by content.
    pub format: Option<&'a str>,
    /// The map of rows.
    pub map: Option<&'a str>,
}

/// Opens `paths`, each of which must be there.
pub fn open(paths: &[&Path], how: As<'_>) -> Opened {
    let names: Vec<String> = paths.iter().map(|it| it.display().to_string()).collect();
    let map: Option<RowMap> = how.map.map(|it| it.parse().unwrap());
    let forced = how.format.map(|it| format(it).unwrap());
    let arguments =
        LogArguments { names: &names, format: forced, map: map.as_ref(), hides_annotations: false };
    let mut logs = OpenedLogs::open(arguments, Pass::Headers, || {}).unwrap();
    let summary = logs.read_all();
    let episodes =
        (0..summary.episodes.len()).map(|at| logs.store.episode(EpisodeId::from_index(at)).unwrap());
    Opened { episodes: episodes.collect(), summary }
}

impl Opened {
    /// Findings that lost something, as text.
    pub fn errors(&self) -> Vec<String> {
        let errors =
            self.summary.diagnostics.iter().filter(|it| it.severity == creditscope::model::Severity::Error);
        errors.map(|it| it.message.clone()).collect()
    }

    /// The sum of all rewards of the team.
    pub fn team_reward(&self) -> f64 {
        self.rewards(|agent| agent.is_none())
    }

    /// The sum of all rewards of single agents.
    pub fn own_reward(&self) -> f64 {
        self.rewards(|agent| agent.is_some())
    }

    fn rewards(&self, counts: impl Fn(Option<creditscope::model::AgentId>) -> bool) -> f64 {
        let all = self.episodes.iter().flat_map(|it| it.rewards.iter());
        all.filter(|it| counts(it.agent)).filter_map(|it| it.value).sum()
    }

    /// How many acts there are.
    pub fn acts(&self) -> usize {
        self.episodes.iter().map(|it| it.acts.len()).sum()
    }
}

/// A small log of our own.
pub fn own(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats").join(name)
}

/// A real log, if the checkout has them beside it.
pub fn real(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/logs").join(name);
    path.exists().then_some(path)
}
