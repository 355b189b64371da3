//! Opens a log as the program does, all of it at once.

use std::path::{Path, PathBuf};
use std::time::Duration;

use creditscope::{
    check,
    model::{Diagnostic, Episode, EpisodeId, FileState, FileSummary, LogSummary},
    runtime::OpenedLogs,
    source::{Tail, TailEvent, TailFile},
    store::{Pass, Store},
};

/// A log and everything found in it.
pub struct Opened {
    /// Its episodes.
    pub episodes: Vec<Episode>,
    /// What the index knows.
    pub summary: LogSummary,
    /// Findings of the parser, of the store and of the rules, sorted.
    pub findings: Vec<Diagnostic>,
}

/// A file below `sample-logs`.
pub fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-logs").join(name)
}

/// Reads the log at `path`, every line in full.
pub fn open(path: &Path) -> Opened {
    let mut tail = TailFile::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut store = Store::new(Pass::Everything);
    let summary = FileSummary {
        path: path.display().to_string(),
        format: "native".into(),
        read: 0,
        size: 0,
        generation: 0,
        state: FileState::Reading,
        began: None,
        inode: None,
    };
    let file = store.add_life(summary, tail.source(), None, None);
    let mut index = |event: TailEvent<'_>| match event {
        TailEvent::Lines { offset, bytes, .. } | TailEvent::Unterminated { offset, bytes, .. } => {
            store.read(file, offset, bytes);
        }
        other => panic!("{}: {other:?}", path.display()),
    };
    while !tail.poll(Duration::ZERO, 1 << 20, &mut index).unwrap().caught_up {}
    tail.finish(&mut index);
    found(&mut store)
}

/// Reads what is at `path`, a file of any format or a directory, as the program does.
pub fn open_logs(path: &Path) -> Opened {
    let mut logs = OpenedLogs::open(&[path.display().to_string()], Pass::Everything, || ()).unwrap();
    read(&mut logs);
    logs.finish();
    found(&mut logs.store)
}

/// Reads what is new in `logs`.
pub fn read(logs: &mut OpenedLogs) {
    while !logs.poll(Duration::ZERO, 1 << 20).caught_up {}
}

/// Everything in `store`, and what is wrong with it.
pub fn found(store: &mut Store) -> Opened {
    let episodes: Vec<Episode> =
        (0..store.episode_count()).map(|at| store.episode(EpisodeId::from_index(at)).unwrap()).collect();
    let summary = store.summary();
    let mut findings = summary.diagnostics.to_vec();
    findings.extend(summary.counters.findings.iter().cloned());
    for episode in &episodes {
        findings.extend(episode.diagnostics.iter().cloned());
        findings.extend(check::check(episode));
    }
    Opened { episodes, summary, findings: check::sorted(findings) }
}
