//! `creditscope check --follow`: a tail without a screen. Prints what happens as it happens, and a summary at
//! the end, so that a script can test a log while it is written.
//!
//! Ends after `--idle-exit` seconds without a byte, when every pipe has ended, or by a signal. It prints a
//! summary in any case.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use crossbeam_channel::Receiver;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

use super::{
    INTERRUPTED, RULE_HIT, TERMINATED, TOO_MANY_BAD,
    arguments::{Check, CheckFormat, FailOn},
    headless,
};
use crate::{
    check,
    model::{Diagnostic, EpisodeId, FileId, FileSummary, LogSummary, Place, Severity, rule},
    report::{FollowEvent, FollowSummary},
    runtime::{OpenedLogs, Rescans},
    source::Watch,
    store::Pass,
};

/// Bytes read between two looks at the clock.
const BUDGET: usize = 4 << 20;
/// Time between two polls of the files; file events come earlier if they work.
const POLL: Duration = Duration::from_millis(100);
/// A gap between the numbers of a writer is reported if nothing has filled it for this long.
const RIPE: Duration = Duration::from_secs(1);

/// A followed log and what was told of it.
struct Tailing {
    logs: OpenedLogs,
    json: bool,
    started: Instant,
    woken: Receiver<()>,
    watch: Watch,
    /// Lives of files told of.
    lives: usize,
    rescans: Rescans,
    caught_up: bool,
    rules: BTreeMap<&'static str, u64>,
    worst: Option<Severity>,
    /// Findings about lines already reported: an opened episode brings them again.
    told: HashSet<(FileId, u32, &'static str)>,
    /// What the counters say, since when.
    ripening: HashMap<(Place, &'static str), Instant>,
    silence: headless::Silence,
}

/// Follows until it ends; the exit code.
pub(super) fn run(options: &Check) -> anyhow::Result<u8> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let terminated = Arc::new(AtomicBool::new(false));
    for (signal, raised) in [(SIGINT, &interrupted), (SIGTERM, &terminated)] {
        // A second one ends the program at once.
        flag::register_conditional_default(signal, Arc::clone(raised)).context("cannot handle signals")?;
        flag::register(signal, Arc::clone(raised)).context("cannot handle signals")?;
    }
    let (wake, woken) = crossbeam_channel::bounded::<()>(1);
    let of_files = wake.clone();
    let logs = OpenedLogs::await_them(options.logs.arguments(), Pass::Everything, move || {
        let _ = wake.try_send(());
    })?;
    let watch = Watch::new(move || {
        let _ = of_files.try_send(());
    });
    let mut tailing = Tailing {
        logs,
        json: options.format == CheckFormat::Json,
        started: Instant::now(),
        woken,
        watch,
        lives: 0,
        rescans: Rescans::new(Instant::now()),
        caught_up: false,
        rules: BTreeMap::new(),
        worst: None,
        told: HashSet::new(),
        ripening: HashMap::new(),
        silence: headless::Silence::default(),
    };
    let idle = options.idle_exit.map(Duration::from_secs_f64);
    let signalled = || interrupted.load(Ordering::Relaxed) || terminated.load(Ordering::Relaxed);
    let ended = tailing.follow(idle, &signalled)?;
    tailing.logs.finish();
    let summary = tailing.tell(true)?;
    if ended != "interrupted" {
        tailing.tell_episodes(&summary)?;
    }
    tailing.conclude(ended, &summary)?;
    if terminated.load(Ordering::Relaxed) {
        return Ok(TERMINATED);
    }
    if interrupted.load(Ordering::Relaxed) {
        return Ok(INTERRUPTED);
    }
    if options.max_bad.is_some_and(|it| summary.bad_lines > it) {
        return Ok(TOO_MANY_BAD);
    }
    let least = options.fail_on.map(FailOn::severity);
    if least.is_some() && tailing.worst >= least {
        return Ok(RULE_HIT);
    }
    match headless::without_episode(&summary) {
        Some(why) => anyhow::bail!("{why}"),
        None => Ok(0),
    }
}

impl Tailing {
    /// Reads and tells until it ends: why.
    fn follow(
        &mut self,
        idle: Option<Duration>,
        signalled: &dyn Fn() -> bool,
    ) -> anyhow::Result<&'static str> {
        let mut bytes = 0;
        let mut grown = Instant::now();
        self.look_for_files();
        loop {
            let round = self.logs.poll(self.started.elapsed(), BUDGET);
            if let Some(why) = self.logs.refused() {
                anyhow::bail!("{why}");
            }
            let read = self.logs.store.bytes_read();
            if std::mem::replace(&mut bytes, read) != read || round.changed {
                grown = Instant::now();
            }
            if signalled() {
                return Ok("interrupted");
            }
            let first_end = round.caught_up && !self.caught_up;
            if round.changed || first_end || !self.ripening.is_empty() {
                self.tell(false)?;
            }
            if first_end {
                self.caught_up = true;
                let records = self.logs.store.summary().records;
                self.print(FollowEvent::CaughtUp(records))?;
            }
            if !round.caught_up {
                continue;
            }
            self.silence.tell(&self.logs, self.started.elapsed());
            if self.logs.is_finished() {
                return Ok("finished");
            }
            if idle.is_some_and(|it| grown.elapsed() >= it) {
                return Ok("idle");
            }
            let _ = self.woken.recv_timeout(POLL);
            if self.rescans.is_due(Instant::now(), self.watch.has_appeared()) && self.look_for_files() {
                // Something to read: the clock begins anew.
                grown = Instant::now();
            }
        }
    }

    /// Looks for new files and sees to it that all are watched. Returns whether there are any.
    fn look_for_files(&mut self) -> bool {
        self.watch.forget_appeared();
        let mut more = self.logs.rescan();
        // What appears in a folder before it is watched makes no event.
        while self.logs.cover(&mut self.watch) {
            more |= self.logs.rescan();
        }
        self.rescans.looked(Instant::now());
        more
    }

    /// Reports what is new; with `last` also what may still change.
    fn tell(&mut self, last: bool) -> anyhow::Result<LogSummary> {
        let found = self.logs.store.take_diagnostics();
        let summary = self.logs.store.summary();
        for id in self.lives..summary.files.len() {
            self.print(FollowEvent::File(FileId::from_index(id), &summary.files[id]))?;
        }
        self.lives = summary.files.len();
        for it in &found {
            let file = self.count(it, &summary);
            let lost = it.severity == Severity::Error && it.origin.is_some();
            self.print(if lost { FollowEvent::BadLine(it, file) } else { FollowEvent::Found(it, file) })?;
        }
        let now = Instant::now();
        let mut ripening = HashMap::new();
        for it in &summary.counters.findings {
            // By its place: the numbers in the message may still change.
            let key = it.origin.map(|origin| (origin.place(), it.rule.name())).unwrap_or_default();
            let since = self.ripening.get(&key).copied().unwrap_or(now);
            let is_shared = it.rule == rule::INTERLEAVED_WRITERS;
            let ripe = last || (!is_shared && now.duration_since(since) >= RIPE);
            let line = it.origin.map_or(0, |it| it.line);
            if ripe && !self.told.contains(&(key.0.file, line, it.rule.name())) {
                self.found(it, &summary)?;
            } else if !ripe && !is_shared {
                ripening.insert(key, since);
            }
        }
        self.ripening = ripening;
        Ok(summary)
    }

    fn found(&mut self, it: &Diagnostic, summary: &LogSummary) -> anyhow::Result<()> {
        let file = self.count(it, summary);
        self.print(FollowEvent::Found(it, file))
    }

    /// Counts a finding; the file of its place.
    fn count<'a>(&mut self, it: &Diagnostic, summary: &'a LogSummary) -> Option<&'a FileSummary> {
        if let Some(origin) = it.origin {
            self.told.insert((origin.file, origin.line, it.rule.name()));
        }
        *self.rules.entry(it.rule.name()).or_default() += 1;
        self.worst = self.worst.max(Some(it.severity));
        it.origin.and_then(|it| summary.files.get(it.file.index()))
    }

    /// What is wrong with episodes as a whole.
    fn tell_episodes(&mut self, summary: &LogSummary) -> anyhow::Result<()> {
        for id in (0..summary.episodes.len()).map(EpisodeId::from_index) {
            // One that cannot be read again was overwritten, which was reported.
            let Ok(episode) = self.logs.store.episode(id) else { continue };
            let mut found = episode.diagnostics.clone();
            found.extend(check::check(&episode));
            for it in check::sorted(found) {
                let key = it.origin.map(|origin| (origin.file, origin.line, it.rule.name()));
                if key.is_none_or(|it| !self.told.contains(&it)) {
                    self.found(&it, summary)?;
                }
            }
        }
        Ok(())
    }

    fn conclude(&self, ended: &str, summary: &LogSummary) -> anyhow::Result<()> {
        let types = self.logs.store.records_by_type();
        let summary = FollowSummary {
            ended,
            records: summary.records,
            episodes: summary.episodes.len() as u64,
            types: &types,
            bad_lines: summary.bad_lines,
            rules: &self.rules,
            lives: &summary.files,
            counters: &summary.counters,
        };
        write_out(&if self.json { summary.json() + "\n" } else { summary.text() })
    }

    fn print(&self, event: FollowEvent<'_>) -> anyhow::Result<()> {
        write_out(&(if self.json { event.json() } else { event.text() } + "\n"))
    }
}

/// Writes at once: whoever reads the other end waits for it.
fn write_out(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}
