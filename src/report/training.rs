//! What `creditscope report --run` prints: the run as a film, who fell and where, trends, what moves together, and the
//! newest episodes.
//!
//! JSON keys: `log`, `episodes`, `known`, `left_out`, `per_cell`, `sentences`, `reward` and `residual` (`cells`: means or
//! null, `largest`), `reward_slope` (null or `per_100`, `interval`), `off` (episodes whose sum misses R, of how many),
//! `agents` (`agent`, `row`, `below`, `falls`, `now`: `mean`, `half_width`, `n`, `slope`, `alarm`: null or `rang`, `began`,
//! `between`, `credit`, `reward`, `zero`: shares, each before and after), `together` (`agents`, `before`, `after`: `r`,
//! `interval`), `newest`.

use serde_json::{Value as Json, json};

use super::{
    document::{Block, Column, Document, Section, Table},
    figures::{self, count},
    json::value::number,
    markdown, text,
};
use crate::{
    model::{Estimate, signed, unsigned},
    training::{AgentFilm, Correlation, Film, Row, Slope},
};

/// Cells of the film in a report.
pub const FILM_CELLS: usize = 60;
/// Decimals of credit.
const PLACES: usize = 3;
/// A gain from low to high, and a loss.
const GAINS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const LOSSES: [char; 3] = ['░', '▒', '▓'];

/// A run to report about.
pub struct TrainingReport<'a> {
    /// The log as named.
    pub log: &'a str,
    /// The run.
    pub film: &'a Film,
}

/// The run as plain text, ended by a line end.
pub fn training_text(report: &TrainingReport<'_>) -> String {
    text::render(&content(report))
}

/// The run as Markdown, ended by a line end.
pub fn training_markdown(report: &TrainingReport<'_>) -> String {
    markdown::render(&content(report))
}

fn content(report: &TrainingReport<'_>) -> Document {
    let film = report.film;
    let left = if film.left_out > 0 { format!(", {} left out", film.left_out) } else { String::new() };
    let log = crate::text::clean(report.log);
    let title = format!("creditscope run: {log}, {}{left}", count(film.episodes as u64, "episode"));
    let mut sections = vec![happened(film), cells(film)];
    sections.extend([agents(film), together(film), newest(film)].into_iter().flatten());
    Document { title, sections }
}

fn happened(film: &Film) -> Section {
    let mut section = Section::new("What happened");
    film.sentences().into_iter().for_each(|it| section.item(it));
    section
}

fn cells(film: &Film) -> Section {
    let mut section =
        Section::new(format!("Film: a cell is the mean of {}", count(film.per_cell as u64, "episode")));
    let names = film.agents.iter().map(|it| crate::text::width(&it.name)).max().unwrap_or(0).clamp(7, 14);
    let line = |name: &str, row: &Row| {
        let cells: String = (0..row.cells.len()).map(|it| glyph(row.level(it))).collect();
        format!("{} {cells}  top {}", crate::text::pad(name, names), unsigned(row.largest, PLACES))
    };
    let mut lines = Vec::new();
    for agent in &film.agents {
        lines.push(line(&agent.name, &agent.row));
        if agent.alarm.is_some() {
            let mark = |cell: usize| match (agent.below[cell], agent.falls[cell]) {
                (true, _) => '▼',
                (false, Some(_)) => '·',
                (false, None) => ' ',
            };
            let marks: String = (0..film.cells()).map(mark).collect();
            lines.push(format!("{} {marks}  below its band", crate::text::pad("", names)));
        }
    }
    lines.push(line("R", &film.reward));
    lines.push(line("|R-sum|", &film.residual));
    section.blocks.push(Block::Lines(lines));
    section.text("▁..█ a gain, _ nearly nothing, ░▒▓ a loss, blank: not read; each row by its own top. Only falls ring.");
    section
}

fn glyph(level: Option<i8>) -> char {
    match level {
        None => ' ',
        Some(0) => '_',
        Some(it) if it > 0 => GAINS[(it as usize - 1).min(7)],
        Some(it) => LOSSES[(it.unsigned_abs() as usize - 1).min(2)],
    }
}

fn agents(film: &Film) -> Option<Section> {
    if film.agents.is_empty() {
        return None;
    }
    let mut section = Section::new("Agents");
    let mut table = Table::new(&[
        Column::words("agent"),
        Column::number("now"),
        Column::number("±95%"),
        Column::number("episodes"),
        Column::number("per 100"),
        Column::words("?"),
        Column::words("95%"),
        Column::words("rang at"),
        Column::words("credit is 0"),
    ]);
    for agent in &film.agents {
        let (mean, half, n) = agent.now;
        let [slope, mark, interval] = agent.slope.map_or_else(Default::default, slope_cells);
        let alarm = agent.alarm.as_ref();
        let zero = alarm.and_then(|it| it.zero);
        table.rows.push(vec![
            agent.name.clone(),
            signed(mean, PLACES),
            unsigned(half, PLACES),
            n.to_string(),
            slope,
            mark,
            interval,
            alarm.map_or(String::new(), |it| it.rang.1.to_string()),
            zero.map_or(String::new(), |(a, b)| format!("{:.0}% -> {:.0}%", 100.0 * a, 100.0 * b)),
        ]);
    }
    section.blocks.push(Block::Table(table.without_empty_columns()));
    section.text(
        "now: the newest 100 episodes; per 100: least squares over the newest 150; ? 0 is in the interval",
    );
    Some(section)
}

fn slope_cells(slope: Slope) -> [String; 3] {
    let mark = if slope.sign_unsure() { "?" } else { "" };
    let interval = Estimate { interval: Some(slope.interval), ..Estimate::exact(slope.per_100) };
    [signed(slope.per_100, PLACES), mark.to_owned(), figures::interval(&interval, PLACES)]
}

fn together(film: &Film) -> Option<Section> {
    if film.together.is_empty() {
        return None;
    }
    let mut section = Section::new("Credits that move together (r)");
    let fell = film.agents.iter().any(|it| it.alarm.is_some());
    let before = if fell { "before the fall" } else { "whole run" };
    let mut table = Table::new(&["agents", before, "after it"].map(Column::words));
    let cell = |it: &Correlation| {
        let interval = Estimate { interval: Some(it.interval), ..Estimate::exact(it.r) };
        format!("{} {}", figures::inline(it.r, 2), figures::interval(&interval, 2))
    };
    for pair in &film.together {
        let names = format!("{}, {}", pair.names.0, pair.names.1);
        table.rows.push(vec![names, cell(&pair.before), pair.after.as_ref().map_or(String::new(), cell)]);
    }
    section.blocks.push(Block::Table(table.without_empty_columns()));
    Some(section)
}

fn newest(film: &Film) -> Option<Section> {
    let mut section = Section::new("Newest");
    let mut table = Table::new(&[
        Column::words("episode"),
        Column::number("R"),
        Column::words("outcome"),
        Column::words("least credit"),
        Column::words("ended"),
    ]);
    for it in &film.newest {
        let outcome = match (it.left_out, it.failed) {
            (true, _) => "left out",
            (false, true) => "FAIL",
            (false, false) => "ok",
        };
        table.rows.push(vec![
            it.name.to_string(),
            it.reward.map_or(String::new(), |it| figures::inline(it, PLACES)),
            outcome.to_owned(),
            it.least
                .as_ref()
                .map_or(String::new(), |it| format!("{} {}", it.0, figures::inline(it.1, PLACES))),
            it.ending.to_string(),
        ]);
    }
    section.blocks.push(Block::Table(table.without_empty_columns()));
    (!film.newest.is_empty()).then_some(section)
}

/// The run as JSON.
pub fn training_json(report: &TrainingReport<'_>) -> Json {
    let film = report.film;
    let correlation = |it: &Correlation| json!({ "r": number(it.r), "interval": pair(it.interval) });
    let together = film.together.iter().map(|it| {
        json!({
            "agents": [it.names.0, it.names.1],
            "before": correlation(&it.before),
            "after": it.after.as_ref().map(correlation),
        })
    });
    let newest = film.newest.iter().map(|it| {
        json!({
            "episode": it.name,
            "reward": it.reward.map(number),
            "failed": it.failed,
            "left_out": it.left_out,
            "least": it.least.as_ref().map(|it| json!({ "agent": it.0, "credit": number(it.1) })),
            "ending": it.ending,
        })
    });
    json!({
        "log": crate::text::clean(report.log),
        "episodes": film.episodes,
        "known": film.known,
        "left_out": film.left_out,
        "per_cell": film.per_cell,
        "sentences": film.sentences(),
        "reward": row(&film.reward),
        "reward_slope": film.reward_slope.map(slope),
        "residual": row(&film.residual),
        "off": [film.off.0, film.off.1],
        "agents": film.agents.iter().map(agent).collect::<Vec<_>>(),
        "together": together.collect::<Vec<_>>(),
        "newest": newest.collect::<Vec<_>>(),
    })
}

fn agent(it: &AgentFilm) -> Json {
    let alarm = it.alarm.as_ref().map(|it| {
        json!({
            "rang": it.rang.1,
            "began": it.began.as_ref().map(|it| &it.1),
            "between": it.between.as_ref().map(|it| [&it.0, &it.1]),
            "credit": it.means.map(pair),
            "reward": it.rewards.map(pair),
            "zero": it.zero.map(pair),
        })
    });
    json!({
        "agent": it.name,
        "row": row(&it.row),
        "below": it.below,
        "falls": it.falls.iter().map(|it| it.map(number)).collect::<Vec<_>>(),
        "now": { "mean": number(it.now.0), "half_width": number(it.now.1), "n": it.now.2 },
        "slope": it.slope.map(slope),
        "alarm": alarm,
    })
}

fn row(row: &Row) -> Json {
    json!({ "cells": row.cells.iter().map(|it| it.map(number)).collect::<Vec<_>>(), "largest": number(row.largest) })
}

fn slope(it: Slope) -> Json {
    json!({ "per_100": number(it.per_100), "interval": pair(it.interval) })
}

fn pair(it: (f64, f64)) -> Json {
    json!([number(it.0), number(it.1)])
}
