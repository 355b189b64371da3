//! `creditscope report --groups`: what the groups of a run gave to learn from.

use std::sync::Arc;

use super::{arguments::Report, headless, output_format::OutputFormat, print, print_json, unread::Unread};
use crate::{
    forensics,
    model::{EpisodeId, Rollout},
    report,
    runtime::validate,
    store::Pass,
};

/// Prints the ledger of every run; the exit code.
pub(super) fn run(options: &Report) -> anyhow::Result<u8> {
    let name = match options.format {
        OutputFormat::Document(it) => it.name,
        OutputFormat::Picture(_) => "",
    };
    if !["text", "json", "csv"].contains(&name) {
        anyhow::bail!("--groups prints text, json or csv");
    }
    let (mut logs, _) = headless::read_all(options.logs.arguments(), Pass::Headers)?;
    validate(&mut logs);
    let summary = logs.store.summary();
    if let Some(why) = headless::without_episode(&summary) {
        anyhow::bail!("{why}");
    }
    let unread = Unread::of(&summary);
    unread.tell();
    let ids = (0..summary.episodes.len()).map(EpisodeId::from_index);
    let rollouts: Vec<Arc<Rollout>> = ids.filter_map(|it| logs.store.rollout(it).ok()).collect();
    let rollouts: Vec<&Rollout> = rollouts.iter().map(|it| &**it).collect();
    let ledgers = forensics::ledgers(&rollouts);
    match name {
        "json" => print_json(&report::groups_json(&options.logs.shown(), &ledgers))?,
        "csv" => print(&report::groups_csv(&ledgers))?,
        _ => print(&report::groups_text(&options.logs.shown(), &ledgers))?,
    };
    Ok(unread.exit_code(0, false))
}
