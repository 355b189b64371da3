//! The screen of the terminal as text or as a picture: for documentation and for those without a terminal.

use std::sync::Arc;

use anyhow::Context;

use super::{arguments::Report, print};
use crate::{
    app::{Model, filters::Entry, rules::RulesState},
    filter::Filter,
    graph::Charset,
    model::{EpisodeId, LogSummary},
    runtime::{Headless, OpenedLogs},
    tui::{picture::Picture, run, theme::Theme},
};

/// A picture has at most so many cells: more than any terminal, and 100 MB of memory.
const MOST_CELLS: u32 = 1_000_000;

/// Prints the screen after the keys of `--keys`.
pub(super) fn run(
    picture: &Picture,
    options: &Report,
    logs: OpenedLogs,
    summary: &LogSummary,
    id: EpisodeId,
    filters: &[Arc<Filter>],
) -> anyhow::Result<u8> {
    let wanted = options.size.as_deref().unwrap_or("100x30");
    let size = wanted.split_once('x').and_then(|(columns, rows)| {
        let (columns, rows): (u16, u16) = (columns.parse().ok()?, rows.parse().ok()?);
        (columns > 0 && rows > 0).then_some((columns, rows))
    });
    let (columns, rows) = size.with_context(|| format!("--size: '{wanted}' is not COLSxROWS"))?;
    if u32::from(columns) * u32::from(rows) > MOST_CELLS {
        anyhow::bail!("--size: '{wanted}' has more than {MOST_CELLS} cells");
    }
    let mut model = Model::new(options.logs.words(), Charset::Unicode);
    model.rules = RulesState::of(options.rules.clone(), None);
    model.wanted = Some(summary.episodes[id.index()].name.to_string());
    model.filters.entries = filters.iter().map(|it| Entry { filter: Arc::clone(it), on: true }).collect();
    let mut headless = Headless::new(model, logs, columns, rows);
    headless.keys(&options.keys);
    let frame = run::frame(&headless.model, Theme::new(picture.color, Charset::Unicode));
    print(&(picture.draw)(&frame))
}
