//! `creditscope report --search`: the records that match, as they are found.
//!
//! The log is read once to learn where its lines stand, and searched right after that, while the bytes are
//! still in memory; nothing of it is kept. Only filters about episodes need the index, and so the whole log
//! first.

use std::{
    io::{self, BufWriter, Write},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;

use super::{
    RULE_HIT, TOO_MANY_BAD, arguments::Report, fail_rule::SearchRule, filters, headless, unread::Unread,
};
use crate::{
    filter::{Filter, RecordTest},
    model::{LogSummary, Origin},
    report::{self, MatchFormat, MatchQuestion, MatchSummary},
    runtime::{
        OpenedLogs,
        search::{Block, Blocks},
    },
    search::{Found, Pattern, Scanner},
    store::{Pass, Store},
};

/// Bytes read before they are searched.
const BUDGET: usize = 8 << 20;
/// How long to wait for more from a pipe.
const PAUSE: Duration = Duration::from_millis(200);

/// Prints what matches; the exit code.
pub(super) fn run(options: &Report, pattern: &str) -> anyhow::Result<u8> {
    let format = options.format.of_matches()?;
    let pattern = Arc::new(Pattern::new(pattern).with_context(|| format!("--search '{pattern}'"))?);
    let filters = filters::parse(&options.filter)?;
    let rules = options.fail.iter().map(|it| SearchRule::parse(it)).collect::<Result<Vec<_>, _>>();
    let rules = rules.map_err(anyhow::Error::msg)?;
    // Bad lines are known only to those who read lines.
    let about_episodes = filters.iter().any(|it| it.is_about_episodes());
    let pass = match options.max_bad {
        Some(_) => Pass::Everything,
        None if about_episodes => Pass::Headers,
        None => Pass::Places,
    };
    let question = MatchQuestion { search: pattern.text(), filters: &options.filter };
    let mut search = Search {
        out: BufWriter::new(io::stdout().lock()),
        format,
        scanner: Scanner::new(Arc::clone(&pattern)),
        records: filters.iter().map(|it| RecordTest::new(Arc::clone(it))).collect(),
        episodes: filters.iter().filter(|it| it.is_about_episodes()).cloned().collect(),
        episode: options.episode.as_deref(),
        count: 0,
        filtered: 0,
    };
    search.out.write_all(report::matches_begin(format, &question).as_bytes())?;
    let (blocks, summary) = read(options, pass, about_episodes, &mut search)?;
    // What broke off or could not be read was not searched either.
    let mut unread = Unread::of(&summary);
    if let Some(problem) = blocks.problem() {
        unread.add(problem.to_owned());
    }
    let problem = unread.sentences().first().map(String::as_str);
    let summary_line = MatchSummary {
        count: search.count,
        filtered: search.filtered,
        bytes: blocks.progress().0,
        files: summary.files.len() as u64,
        problem,
    };
    search.out.write_all(report::matches_end(format, &question, &summary_line).as_bytes())?;
    search.out.flush()?;
    unread.tell();
    if options.max_bad.is_some_and(|it| summary.bad_lines > it) {
        eprintln!("creditscope: {} lines could not be read", summary.bad_lines);
        return Ok(TOO_MANY_BAD);
    }
    let hits: Vec<String> = rules.iter().filter_map(|it| it.hit(search.count)).collect();
    hits.iter().for_each(|it| eprintln!("{it}"));
    let code = if hits.is_empty() { 0 } else { RULE_HIT };
    Ok(unread.exit_code(code, !rules.is_empty() || options.max_bad.is_some()))
}

/// Reads the logs to their end and searches what was read.
fn read(
    options: &Report,
    pass: Pass,
    whole_first: bool,
    search: &mut Search<'_>,
) -> anyhow::Result<(Blocks, LogSummary)> {
    let (wake, woken) = crossbeam_channel::bounded::<()>(1);
    let mut opened = headless::open(options.logs.arguments(), pass, move || {
        let _ = wake.try_send(());
    })?;
    let started = Instant::now();
    let mut blocks = Blocks::default();
    let mut silence = headless::Silence::default();
    loop {
        let round = opened.poll(started.elapsed(), BUDGET);
        if !whole_first {
            search.take(&mut opened, &mut blocks)?;
        }
        if !round.caught_up {
            continue;
        }
        if opened.is_finished() || !opened.is_piped() {
            break;
        }
        silence.tell(&opened, started.elapsed());
        let _ = woken.recv_timeout(PAUSE);
    }
    if let Some(why) = opened.refused() {
        anyhow::bail!("{why}");
    }
    opened.finish();
    search.take(&mut opened, &mut blocks)?;
    Ok((blocks, opened.store.summary()))
}

/// A search that prints what it finds.
struct Search<'a> {
    out: BufWriter<io::StdoutLock<'a>>,
    format: MatchFormat,
    scanner: Scanner,
    /// The tests of records, and of their episodes.
    records: Vec<RecordTest>,
    episodes: Vec<Arc<Filter>>,
    /// The name of the only episode that is printed.
    episode: Option<&'a str>,
    /// Records printed, and records that match but do not pass.
    count: u64,
    filtered: u64,
}

impl Search<'_> {
    /// Searches what has come.
    fn take(&mut self, opened: &mut OpenedLogs, blocks: &mut Blocks) -> io::Result<()> {
        let summary = opened.store.summary();
        let store = &opened.store;
        blocks.cover(store.searchable());
        let mut result = Ok(());
        while result.is_ok() && blocks.next(&mut |block| result = self.block(store, &summary, &block)) {}
        result
    }

    fn block(&mut self, store: &Store, summary: &LogSummary, block: &Block<'_>) -> io::Result<()> {
        let mut ranges = Vec::new();
        self.scanner.scan(block.bytes, |it| ranges.push(it));
        let pattern = Arc::clone(self.scanner.pattern());
        let mut counter = block.counter();
        for range in ranges {
            let index = counter.index_of(range.start);
            let line = &block.bytes[range.clone()];
            let (file, offset) = (block.file, block.offset + range.start as u64);
            let origin =
                Origin { file, line: store.line_number(file, index), offset, len: line.len() as u32 };
            let found = Found::of(origin, line, &pattern);
            if self.episode.is_some_and(|it| found.episode.as_deref() != Some(it)) {
                continue;
            }
            if !self.passes(store, summary, &found, line) {
                self.filtered += 1;
                continue;
            }
            let path = summary.files.get(file.index()).map_or("?", |it| it.path.as_str());
            let place = format!("{path}:{}", origin.line);
            let row = report::matches_row(self.format, &place, &found.hit, self.count);
            self.out.write_all(row.as_bytes())?;
            self.count += 1;
        }
        Ok(())
    }

    /// Whether a record passes the filters. A record without an episode passes no filter about episodes.
    fn passes(&mut self, store: &Store, summary: &LogSummary, found: &Found, line: &[u8]) -> bool {
        let Origin { file, offset, .. } = found.hit.origin;
        let of_episodes = self.episodes.is_empty() || {
            let name = found.episode.as_deref();
            let id = name.and_then(|it| store.episode_named(file, offset, it));
            let row = id.and_then(|it| summary.episodes.get(it.index()));
            row.is_some_and(|row| self.episodes.iter().all(|it| it.passes_summary(row)))
        };
        of_episodes && self.records.iter_mut().all(|it| it.passes_record(line))
    }
}
