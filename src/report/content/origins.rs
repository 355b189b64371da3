//! Where each value of the answer entered, the worst first, and what was known and dropped.

use super::super::{
    Report,
    document::{Block, Column, Section, Table},
};
use crate::{
    model::ActId,
    suspicion::{Entry, Mark, Traced},
    text::{clean, fit},
};

/// Values, and dropped values, beyond these numbers are counted; JSON has them all.
const VALUES: usize = 40;
const DROPPED: usize = 12;
/// Columns of a value.
const VALUE: usize = 40;
/// Acts of a way that are told.
const WAY: usize = 6;

/// The section; `None` if it was not requested.
pub(super) fn origins(report: &Report<'_>) -> Option<Section> {
    let xray = report.xray?;
    let it = report.episode.act(xray.act);
    let agent = &report.episode.agent(it.agent).name;
    let mut section = Section::new(format!("Provenance of what {agent} says at {}", it.id));
    let count = |mark: Mark| format!("{} {}", xray.count(mark), mark.word());
    let counts = [Mark::Passed, Mark::Computed, Mark::Altered, Mark::Nowhere].map(count).join(", ");
    section.text(format!(
        "of {} values {counts}; where a value entered, not whether it is right",
        xray.values.len()
    ));
    if !xray.has_results {
        section
            .text("the log tells no results from words: what an agent read elsewhere counts as from nowhere");
    }
    let mut table = Table::new(&[
        Column::words(""),
        Column::words("value"),
        Column::words("entered"),
        Column::words("from"),
        Column::words("way"),
    ]);
    for it in xray.worst_first().into_iter().take(VALUES) {
        table.rows.push(row(report, it));
    }
    section.blocks.push(Block::Table(table.without_empty_columns()));
    if xray.values.len() > VALUES {
        section.text(format!("{} more values: --format json has them all", xray.values.len() - VALUES));
    }
    if !xray.dropped.is_empty() {
        let beside = xray.dropped.iter().filter(|it| it.is_beside).count();
        section.text(format!(
            "known and dropped: {} values of results stand in no later act, {beside} of them beside a value of the answer",
            xray.dropped.len()
        ));
        for it in xray.dropped.iter().take(DROPPED) {
            let beside = if it.is_beside { ", beside a value of the answer" } else { "" };
            section.item(format!(
                "{} ({}){beside}",
                fit(&clean(&it.text), VALUE).trim_end(),
                name(report, it.act)
            ));
        }
    }
    Some(section)
}

fn name(report: &Report<'_>, act: ActId) -> String {
    let it = report.episode.act(act);
    format!("{} {}", it.id, report.episode.agent(it.agent).name)
}

fn row(report: &Report<'_>, it: &Traced) -> Vec<String> {
    let entered = match it.entry {
        Entry::Task => "task".to_owned(),
        Entry::Result(act) => format!("result of {}", name(report, act)),
        Entry::Said(act) => name(report, act),
    };
    let mut acts: Vec<&str> = it.way.iter().map(|it| report.episode.act(*it).id.as_str()).collect();
    acts.dedup();
    let more = acts.len().saturating_sub(WAY);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    acts.truncate(WAY);
    vec![
        format!("{} {}", it.mark.sign(), it.mark.word()),
        fit(&clean(&it.text), VALUE).trim_end().to_owned(),
        entered,
        it.from.as_deref().map(clean).unwrap_or_default(),
        format!("{}{more}", acts.join(" > ")),
    ]
}
