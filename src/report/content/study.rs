//! Curves with their flips, and messages with their sums.

use super::super::{
    Report,
    document::{Block, Column, Section, Table},
    figures::{count, inline},
};
use crate::{
    credit::{Curve, MessageRow, Sender},
    model::{places, signed},
};

/// Messages beyond this number are counted; JSON has them all.
const MESSAGES: usize = 12;

/// Every curve with its range, the value in force and its flips.
pub(super) fn curves(report: &Report<'_>) -> Option<Section> {
    let curves = &report.study?.curves;
    if curves.is_empty() {
        return None;
    }
    let mut section = Section::new("Baseline curves");
    let mut table = Table::new(&[
        Column::words("curve"),
        Column::number("from"),
        Column::number("to"),
        Column::number("in force"),
        Column::number("flips"),
        Column::words("what it does"),
    ]);
    for curve in curves {
        let ends = [curve.points.first(), curve.points.last()].map(|it| it.map_or(0.0, |it| it.at));
        table.rows.push(vec![
            curve.name(),
            setting(ends[0]),
            setting(ends[1]),
            setting(curve.current.0),
            curve.flips.len().to_string(),
            curve.what.to_owned(),
        ]);
    }
    section.blocks.push(Block::Table(table));
    for curve in curves {
        for sentence in curve.sentences(report.episode) {
            section.item(format!("{}: {sentence}", curve.name()));
        }
    }
    if curves.iter().all(|it| it.flips.is_empty()) {
        section.text("along none of them does the verdict flip");
    }
    if let Some(cut) = &report.study?.cut {
        section.text(cut.clone());
    }
    Some(section)
}

/// The points of the curves requested by name.
pub(super) fn points(report: &Report<'_>) -> Vec<Section> {
    let Some(study) = report.study else { return Vec::new() };
    let wanted = |it: &&Curve| report.curves.iter().any(|name| name == "all" || it.is_called(name));
    study.curves.iter().filter(wanted).map(|it| of_curve(report, it)).collect()
}

fn of_curve(report: &Report<'_>, curve: &Curve) -> Section {
    let episode = report.episode;
    let mut section = Section::new(format!("Curve {}", curve.name()));
    let sizes = curve.points.iter().flat_map(|it| &it.credit).flatten().map(|it| it.abs());
    let places = places(sizes.filter(|it| it.is_finite()).fold(0.0, f64::max)).max(3);
    let names: Vec<&str> = episode.agents.iter().map(|it| it.name.as_str()).collect();
    for point in &curve.points {
        let credit: Vec<String> = names
            .iter()
            .zip(&point.credit)
            .map(|(name, it)| {
                let number = it.map_or("n/a".to_owned(), |it| signed(it, places).trim_start().to_owned());
                format!("{name} {number}")
            })
            .collect();
        let blamed = super::super::figures::names(episode, &point.blamed);
        section.item(format!("{} = {}: {}; {blamed}", curve.param, setting(point.at), credit.join(", ")));
    }
    section
}

/// A value of a parameter, to three significant digits.
fn setting(value: f64) -> String {
    let short: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    if short == 0.0 { "0".to_owned() } else { short.to_string() }
}

/// Credit of messages with the sums that must come out.
pub(super) fn messages(report: &Report<'_>) -> Option<Section> {
    let table = report.study?.messages.as_ref().ok()?;
    let episode = report.episode;
    let mut section = Section::new("Messages (structural, not causal)");
    section.field("divided", table.title.clone());
    section.field("splits", table.sentence());
    section.field(
        "flow",
        match &table.flow {
            Ok(title) => title.clone(),
            Err(why) => format!("unavailable: {}", why.missing),
        },
    );
    let all: Vec<(&Sender, &MessageRow)> =
        table.senders.iter().flat_map(|sender| sender.messages.iter().map(move |it| (sender, it))).collect();
    let size = |it: &MessageRow| {
        [it.flow, it.centred, it.softmax].into_iter().flatten().fold(0.0, |size, it| f64::max(size, it.abs()))
    };
    let places = places(all.iter().map(|it| size(it.1)).fold(0.0, f64::max)).max(3);
    let number = |it: Option<f64>| it.map_or("n/a".to_owned(), |it| signed(it, places));
    let mut rows = Table::new(&[
        Column::words("message"),
        Column::words("from"),
        Column::words("to"),
        Column::number("score"),
        Column::number("flow"),
        Column::number("centred"),
        Column::number("softmax"),
    ]);
    let mut largest = all.clone();
    largest.sort_by(|a, b| size(b.1).total_cmp(&size(a.1)).then(a.1.act.cmp(&b.1.act)));
    for (sender, it) in largest.iter().take(MESSAGES) {
        let act = episode.act(it.act);
        rows.rows.push(vec![
            act.id.clone(),
            episode.agent(sender.agent).name.clone(),
            super::super::figures::names(episode, &act.to),
            it.score.map_or(String::new(), |it| format!("{}", (it * 1e6).round() / 1e6)),
            number(it.flow),
            number(it.centred),
            number(it.softmax),
        ]);
    }
    section.blocks.push(Block::Table(rows.without_empty_columns()));
    if all.len() > MESSAGES {
        section.text(format!(
            "{}: --format json has them all",
            count((all.len() - MESSAGES) as u64, "more message")
        ));
    }
    for sender in &table.senders {
        let name = &episode.agent(sender.agent).name;
        let messages = count(sender.messages.len() as u64, "message");
        section.item(match sender.credit {
            None => format!("{name}: {messages}, but no number to divide"),
            Some(credit) => {
                let residual = |it: Option<f64>| it.map_or("n/a".to_owned(), |it| inline(it, places));
                let flow = sender.flow.map_or(String::new(), |it| format!(", flow {}", inline(it, places)));
                format!(
                    "{name}: {messages} divide {}; residual centred {}, softmax {}{flow}",
                    inline(credit, places),
                    residual(sender.centred_residual),
                    residual(sender.softmax_residual)
                )
            }
        });
    }
    Some(section)
}
