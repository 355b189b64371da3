//! `creditscope report --groups`: what the groups of a run gave to learn from.

use super::{arguments::Report, headless, output_format::OutputFormat, print, print_json, unread::Unread};
use crate::{
    report,
    runtime::{GroupReading, validate},
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
    let ledgers = GroupReading::all(&logs.store);
    match name {
        "json" => print_json(&report::groups_json(&options.logs.shown(), &ledgers))?,
        "csv" => print(&report::groups_csv(&ledgers))?,
        _ => print(&report::groups_text(&options.logs.shown(), &ledgers))?,
    };
    Ok(unread.exit_code(0, false))
}
