//! Reading logs to their end without a terminal.

use std::time::{Duration, Instant};

use anyhow::Context;

use super::progress::{self, Progress};
use crate::{
    app::command_line,
    model::{Diagnostic, EpisodeId, LogSummary, Severity, rule},
    runtime::{LogArguments, OpenedLogs, SILENCE},
    store::Pass,
};

/// The demo episode, part of the program.
pub(super) const DEMO: &[u8] = include_bytes!("../../sample-logs/forage-saboteur.jsonl");
/// The name of the demo, in place of a path.
pub(super) const DEMO_NAME: &str = command_line::DEMO;

/// Reasons why there is no episode, at most.
const REASONS: usize = 5;

/// Opens `logs`; none is the demo.
pub(super) fn open(
    logs: LogArguments<'_>,
    pass: Pass,
    wake: impl Fn() + Send + Sync + 'static,
) -> Result<OpenedLogs, crate::runtime::OpenError> {
    match logs.names {
        [] => OpenedLogs::embedded(DEMO_NAME, DEMO, pass),
        [one] if one == DEMO_NAME => OpenedLogs::embedded(DEMO_NAME, DEMO, pass),
        _ => OpenedLogs::open(logs, pass, wake),
    }
}

/// Says once, after a while, that nothing comes because nobody writes to a named pipe.
#[derive(Default)]
pub(super) struct Silence {
    told: bool,
}

impl Silence {
    /// `since`: how long the logs are open.
    pub(super) fn tell(&mut self, opened: &OpenedLogs, since: Duration) {
        if self.told || since < SILENCE {
            return;
        }
        if let Some(path) = opened.waits_for_writer() {
            eprintln!("creditscope: waiting for a writer: '{path}' is a named pipe to which nobody writes");
            self.told = true;
        }
    }
}

/// Opens `logs` and reads all there is.
pub(super) fn read_all(logs: LogArguments<'_>, pass: Pass) -> anyhow::Result<(OpenedLogs, LogSummary)> {
    let (wake, woken) = crossbeam_channel::bounded::<()>(1);
    let mut opened = open(logs, pass, move || {
        let _ = wake.try_send(());
    })?;
    let started = Instant::now();
    let mut silence = Silence::default();
    let progress = Progress::begin("reading");
    loop {
        let round = opened.poll(started.elapsed(), 16 << 20);
        progress.say(|| {
            let summary = opened.summary();
            progress::reading(summary.bytes(), summary.records)
        });
        if !round.caught_up {
            continue;
        }
        if !opened.is_piped() {
            break;
        }
        // A pipe: more comes when it comes.
        progress.interrupt(|| silence.tell(&opened, started.elapsed()));
        let _ = woken.recv_timeout(Duration::from_millis(200));
    }
    if let Some(why) = opened.refused() {
        anyhow::bail!("{why}");
    }
    opened.finish();
    drop(progress);
    let summary = LogSummary { loaded: true, ..opened.store.summary() };
    Ok((opened, summary))
}

/// The episode called `name`; without a name the first that failed, or else the first. Only of those in
/// `passing`, if that is given.
pub(super) fn pick(
    summary: &LogSummary,
    name: Option<&str>,
    passing: Option<&[usize]>,
) -> anyhow::Result<EpisodeId> {
    use crate::model::Status;
    let episodes = &summary.episodes;
    let at = match name {
        Some(name) => episodes.iter().position(|it| &*it.name == name).with_context(|| {
            let mut names: Vec<&str> = episodes.iter().take(8).map(|it| &*it.name).collect();
            if episodes.len() > names.len() {
                names.push("...");
            }
            format!("no episode '{name}'; there are {}: {}", episodes.len(), names.join(", "))
        })?,
        None => {
            let failed = |status: &Option<Status>| {
                matches!(status, Some(Status::Failure | Status::Error | Status::Truncated))
            };
            let all: Vec<usize> = (0..episodes.len()).collect();
            let among = passing.unwrap_or(&all);
            if among.is_empty() && !episodes.is_empty() {
                anyhow::bail!("none of {} episodes passes the filters", episodes.len());
            }
            let first = among.iter().copied().find(|it| failed(&episodes[*it].status));
            first.or(among.first().copied()).unwrap_or(0)
        }
    };
    if episodes.is_empty() {
        anyhow::bail!("{}", no_episode(summary));
    }
    Ok(EpisodeId::from_index(at))
}

/// Why a log that holds something has no episode; `None` if it has one, or has not begun.
pub(super) fn without_episode(summary: &LogSummary) -> Option<String> {
    let is_lost = |it: &Diagnostic| {
        [rule::UNKNOWN_FORMAT, rule::NUL_BYTES].contains(&it.rule) || it.severity == Severity::Error
    };
    let anything = summary.records > 0 || summary.bad_lines > 0 || summary.diagnostics.iter().any(is_lost);
    (summary.episodes.is_empty() && anything).then(|| no_episode(summary))
}

/// Says that there is no episode, and why.
fn no_episode(summary: &LogSummary) -> String {
    let bad = summary.bad_lines;
    // Files that were skipped are the likeliest reason.
    let about_files = summary.diagnostics.iter().filter(|it| it.origin.is_none());
    let mut why: Vec<&str> = about_files.map(|it| it.message.as_str()).collect();
    if why.is_empty() && summary.records > 0 {
        why.push("none of the records names the episode that it belongs to");
    }
    if summary.records == 0 && bad == 0 && summary.diagnostics.iter().any(|it| it.rule == rule::NUL_BYTES) {
        why.push("it holds nothing but NUL bytes: it is no log");
    }
    let more = why.len().saturating_sub(REASONS);
    why.truncate(REASONS);
    let mut why: String = why.iter().map(|it| format!("\n  {it}")).collect();
    if more > 0 {
        why += &format!("\n  and {more} more: `creditscope check` lists them");
    }
    format!("no episode in {} records ({bad} lines could not be read){why}", summary.records)
}
