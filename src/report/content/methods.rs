//! What every other method and baseline says of the same question, or why it cannot.

use super::super::{
    Report,
    document::{Block, Column, Section, Table},
    figures::{self, count},
};
use crate::{
    credit::{Agreement, FlipProbability, SweepRow},
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
    let failed = report.episode.failed();
    let mut table = Table::new(&[
        Column::words("method"),
        Column::words("rests on"),
        Column::words(if failed { "most blamed" } else { "most credited" }),
        Column::number("credit"),
        Column::number("sum"),
        Column::number("order"),
        Column::number("to log"),
        Column::number("P(flip)"),
        Column::words("verdict"),
    ]);
    for row in &able {
        let Ok(credit) = &row.result else { continue };
        let places = figures::decimals(credit.agents.iter().map(|it| &it.value));
        let first = row.blamed.first().and_then(|it| credit.agents.get(it.index())).map(|it| &it.value);
        let number = first.and_then(Value::number).map_or(String::new(), |it| signed(it.value, places));
        let votes = if row.counted { " *" } else { "" };
        let least = if row.names_least(failed) { "least: " } else { "" };
        table.rows.push(vec![
            row.name(),
            row.data.map_or(String::new(), |it| it.word().to_owned()),
            match row.blamed.is_empty() {
                true => "-".to_owned(),
                false => format!("{least}{}", figures::names(report.episode, &row.blamed)),
            },
            number,
            signed(credit.sum, places),
            row.tau.map_or(String::new(), |it| format!("{it:+.2}")),
            row.declared_tau.map_or(String::new(), |it| format!("{it:+.2}")),
            row.flip.as_ref().map_or(String::new(), FlipProbability::words),
            format!("{}{votes}", agreement(row)),
        ]);
    }
    if !table.rows.is_empty() {
        section.blocks.push(Block::Table(table.without_empty_columns()));
        section.text(
            "rests on: rows with the same are one measurement read by several formulas, no second opinion; only \
             coalitions and replays are measurements, and one row of each votes (*)",
        );
        section.text(
            "order: +1 where a method has the agents in the same order as the credit above, -1 in the reverse \
             (Kendall's tau)",
        );
        if let Some(declared) = &sweep.declared {
            section.text(format!("to log: the same against the credit that the log assigned ({declared})"));
        }
        let draws: Vec<u32> = sweep.rows.iter().filter_map(|it| Some(it.flip.as_ref()?.draws)).collect();
        if !draws.is_empty() {
            section.text(format!(
                "P(flip): how often the method would name another, its values drawn anew within their standard \
                 errors ({}); empty: the errors of its values are not known",
                draws_words(draws)
            ));
        }
    }
    let unable: Vec<&SweepRow> = sweep.rows.iter().filter(|it| it.result.is_err()).collect();
    if !unable.is_empty() {
        let left_out = match sweep.left_out() {
            0 => String::new(),
            n => format!(", or not within what a sweep may take ({n})"),
        };
        let variants = count(unable.len() as u64, "variant");
        section.text(format!("{variants} cannot be computed from this log{left_out}:"));
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

/// How a row stands to the verdict: only a voice can flip it.
fn agreement(row: &SweepRow) -> &'static str {
    if row.agrees == Agreement::Flips && !row.counted { "differs" } else { row.agrees.word() }
}

/// `2 of 2 measurements agree (coalitions, replays)`, and who says otherwise.
fn tally(report: &Report<'_>) -> String {
    let others = report.sweep.rows.iter().filter(|it| it.counted && it.agrees == Agreement::Flips);
    let says =
        |row: &SweepRow| format!("; {} says {}", row.name(), figures::names(report.episode, &row.blamed));
    report.sweep.tally() + &others.map(says).collect::<String>()
}

/// How many draws the rows took. Rows take different numbers, and those whose answer follows without draws took none.
fn draws_words(mut draws: Vec<u32>) -> String {
    draws.sort_unstable();
    let (computed, drawn) = draws.split_at(draws.partition_point(|it| *it == 0));
    let (Some(fewest), Some(most)) = (drawn.first(), drawn.last()) else {
        return "computed without draws".to_owned();
    };
    let up_to = count(u64::from(*most), "seeded draw");
    let range = if fewest == most { up_to } else { format!("{fewest} to {up_to}") };
    match computed.len() {
        0 => format!("{range} a row"),
        n => format!("{range} a row; {} computed without draws", count(n as u64, "row")),
    }
}

#[cfg(test)]
mod tests {
    use super::draws_words;

    #[test]
    fn a_row_without_draws_does_not_speak_for_the_others() {
        assert_eq!(
            draws_words(vec![0, 500, 2000, 500]),
            "500 to 2000 seeded draws a row; 1 row computed without draws"
        );
        assert_eq!(draws_words(vec![500, 500]), "500 seeded draws a row");
        assert_eq!(draws_words(vec![0, 0]), "computed without draws");
    }
}
