//! What every other method and baseline says of the same question, or why it cannot.

use super::super::{
    Report,
    document::{Block, Column, Section, Table},
    figures::{self, count},
};
use crate::{
    credit::{Agreement, SweepRow},
    model::{Value, signed},
};

/// The sweep; `None` if it was not run.
pub(super) fn sweep(report: &Report<'_>) -> Option<Section> {
    let sweep = report.sweep;
    if sweep.rows.is_empty() {
        return None;
    }
    let mut section = Section::new("Other methods and baselines");
    section.text(tally(report));
    let able: Vec<&SweepRow> = sweep.rows.iter().filter(|it| it.result.is_ok()).collect();
    let named = if report.episode.failed() { "most blamed" } else { "most credited" };
    let mut table = Table::new(&[
        Column::words("method"),
        Column::words(named),
        Column::number("credit"),
        Column::number("sum"),
        Column::number("tau"),
        Column::number("to declared"),
        Column::number("P(flip)"),
        Column::words("verdict"),
    ]);
    for row in &able {
        let Ok(credit) = &row.result else { continue };
        let places = figures::decimals(credit.agents.iter().map(|it| &it.value));
        let first = row.blamed.first().and_then(|it| credit.agents.get(it.index())).map(|it| &it.value);
        let number = first.and_then(Value::number).map_or(String::new(), |it| signed(it.value, places));
        let counted = if row.counted || row.agrees == Agreement::NoVoice { "" } else { ", not counted" };
        table.rows.push(vec![
            row.name(),
            if row.blamed.is_empty() { "-".to_owned() } else { figures::names(report.episode, &row.blamed) },
            number,
            signed(credit.sum, places),
            row.tau.map_or(String::new(), |it| format!("{it:+.2}")),
            row.declared_tau.map_or(String::new(), |it| format!("{it:+.2}")),
            row.flip.as_ref().map_or(String::new(), |it| figures::percent(it.probability)),
            format!("{}{counted}", row.agrees.word()),
        ]);
    }
    if !table.rows.is_empty() {
        section.blocks.push(Block::Table(table.without_empty_columns()));
        section.text("tau: Kendall's rank correlation with the credit above; not counted: says the same thing again, or has less ground than the credit above");
        if let Some(declared) = &sweep.declared {
            section
                .text(format!("to declared: the same against the credit that the log assigned ({declared})"));
        }
        if let Some(flip) = sweep.rows.iter().find_map(|it| it.flip.as_ref()) {
            section.text(format!(
                "P(flip): how often the method would name another, its values drawn anew within their standard \
                 errors ({} seeded draws); empty: the errors of its values are not known",
                flip.draws
            ));
        }
    }
    let unable: Vec<&SweepRow> = sweep.rows.iter().filter(|it| it.result.is_err()).collect();
    if !unable.is_empty() {
        section.text(format!("{} cannot be computed from this log:", count(unable.len() as u64, "variant")));
    }
    // Baselines of one method mostly lack the same record: it is named once.
    let reason = |row: &SweepRow| row.result.as_ref().err().cloned();
    for rows in unable.chunk_by(|a, b| a.scenario.method == b.scenario.method && reason(a) == reason(b)) {
        let Some(why) = reason(rows[0]) else { continue };
        let names: Vec<String> = rows.iter().map(|it| it.name()).collect();
        let nearest = why.nearest.map_or(String::new(), |it| format!(" (nearest available: {it})"));
        section.item(format!("{}: {}{nearest}", names.join(", "), why.missing));
    }
    Some(section)
}

/// `holds under 5 of 7, 1 undecided, 1 flips: removal says coder`.
fn tally(report: &Report<'_>) -> String {
    let verdict = report.verdict;
    if verdict.of == 0 {
        return "no method here can confirm or contradict the verdict".to_owned();
    }
    let mut text = format!("holds under {} of {}", verdict.holds, verdict.of);
    if verdict.ties > 0 {
        text += &format!(", {} undecided", verdict.ties);
    }
    let says = |(row, agent): &(String, crate::model::AgentId)| {
        format!("{row} says {}", report.episode.agent(*agent).name)
    };
    if !verdict.flips.is_empty() {
        let flips: Vec<String> = verdict.flips.iter().map(says).collect();
        text += &format!("; flips: {}", flips.join(", "));
    }
    text
}
