//! Variant of view 4: credit of every message, by propagation and by both ways to divide its sender's credit.

use super::title;
use crate::{
    app::{Action, OpenEpisode},
    credit::{MessageRow, MessageTable, Sender},
    model::{places, signed},
    text,
    tui::view::stepped_window,
    tui::{paint::Painter, theme::Role},
};

/// Columns of a number.
const NUMBER: usize = 10;

/// A row of the table.
enum Row<'a> {
    Message(&'a MessageRow),
    Sums(&'a Sender),
}

pub(super) fn draw(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let wait = if open.methods.is_dividing() { "being divided anew, " } else { "" };
    title(open, pane, &format!("{wait}structural, not causal"));
    let Some(study) = open.study() else {
        pane.put(1, 1, "computing", Role::Dim);
        return;
    };
    let width = pane.width();
    let table = match &study.messages {
        Ok(table) => table,
        Err(why) => {
            pane.put_fit(1, 1, width.saturating_sub(2), &format!("n/a: {}", why.missing), Role::Plain);
            return;
        }
    };
    let about = about(table, width.saturating_sub(2));
    for (y, (line, role)) in about.iter().enumerate() {
        pane.put(1, y + 1, line, *role);
    }
    let height = pane.height();
    let top = 1 + about.len();
    rows(open, table, &mut pane.part(0, top, width, height - top.min(height)));
}

/// What is split and how, and where the flow comes from.
fn about(table: &MessageTable, width: usize) -> Vec<(String, Role)> {
    let flow = match &table.flow {
        Ok(title) => format!("flow: {title}"),
        Err(why) => format!("flow n/a: {}", why.missing),
    };
    let (tau, beta) = (Action::Right.keys(), Action::ScrollRight.keys());
    let lines = [
        (format!("credit split: {}", table.title), Role::Strong),
        (format!("{}  ({tau} tau, {beta} beta)", table.sentence()), Role::Plain),
        (flow, Role::Plain),
    ];
    lines
        .into_iter()
        .flat_map(|(line, role)| text::wrap(&line, width).into_iter().map(move |it| (it, role)))
        .collect()
}

fn rows(open: &OpenEpisode, table: &MessageTable, pane: &mut Painter<'_>) {
    let episode = &open.episode;
    let width = pane.width();
    let acts = open.methods_acts();
    let places = places(open.methods.messages.get().map_or(0.0, |it| it.largest));
    let id = acts.shown(0, 500).map(|it| text::width(&episode.act(it).id)).max().unwrap_or(3).clamp(3, 16);
    let route = width.saturating_sub(id + 4 * NUMBER + 4).min(48);
    let right = |column: usize| id + route + 4 + (column + 1) * NUMBER;
    let count = acts.len();
    pane.rule(0, "Messages", &format!("{count} ({})", Action::Down.keys()));
    pane.put(2, 1, "message", Role::Dim);
    for (column, heading) in ["score", "flow", "centred", "softmax"].iter().enumerate() {
        pane.put_right(right(column), 1, heading, Role::Dim);
    }
    let shown = pane.height().saturating_sub(2);
    let here = |row: &Row<'_>| matches!(row, Row::Message(it) if Some(it.act) == open.act);
    // After the messages of a sender comes a row with their sums.
    let len = count + table.senders.len();
    let mut before = 0;
    let at = open.act.and_then(|it| acts.row_of(it)).unwrap_or(0);
    let passed = table.senders.iter().take_while(|it| {
        before += it.messages.len();
        before <= at
    });
    let top = stepped_window(at + passed.count(), len, shown);
    for (y, row) in rows_from(table, top).take(shown).enumerate() {
        let y = y + 2;
        let put = |pane: &mut Painter<'_>, column: usize, value: Option<f64>| {
            let role = match value {
                Some(it) if it < 0.0 => Role::Negative,
                Some(it) if it > 0.0 => Role::Positive,
                _ => Role::Dim,
            };
            pane.put_right(right(column), y, &value.map_or("n/a".to_owned(), |it| signed(it, places)), role);
        };
        match &row {
            Row::Message(it) => {
                let role = if here(&row) { Role::Cursor } else { Role::Plain };
                if here(&row) {
                    pane.put(1, y, ">", Role::Cursor);
                }
                let act = episode.act(it.act);
                let x = pane.put_tail(2, y, id, &act.id, role) + 1;
                let to: Vec<&str> = act.to.iter().map(|it| episode.agent(*it).name.as_str()).collect();
                let arrow = pane.theme().glyphs.to;
                let text =
                    format!("{} {arrow} {}  {}", episode.agent(act.agent).name, to.join(", "), act.label);
                pane.put_fit(x, y, route, &text, role);
                let score = it.score.map_or("-".to_owned(), |it| format!("{}", (it * 1e4).round() / 1e4));
                pane.put_right(right(0), y, &score, Role::Dim);
                for (column, value) in [it.flow, it.centred, it.softmax].into_iter().enumerate() {
                    put(pane, column + 1, value);
                }
            }
            Row::Sums(it) => {
                pane.put_fit(4, y, id + route, &sums(open, it, places), Role::Strong);
                put(pane, 1, it.flow);
                for (column, residual) in [it.centred_residual, it.softmax_residual].into_iter().enumerate() {
                    put(
                        pane,
                        column + 2,
                        it.credit.zip(residual).map(|(credit, residual)| credit + residual),
                    );
                }
            }
        }
    }
}

/// The rows from `top` on; senders before it are skipped as a whole.
fn rows_from(table: &MessageTable, mut top: usize) -> impl Iterator<Item = Row<'_>> {
    let passed = table.senders.iter().take_while(|it| {
        let is_before = top > it.messages.len();
        top -= if is_before { it.messages.len() + 1 } else { 0 };
        is_before
    });
    let first = passed.count();
    table.senders[first..].iter().enumerate().flat_map(move |(at, sender)| {
        let from = if at == 0 { top } else { 0 };
        sender.messages[from..].iter().map(Row::Message).chain([Row::Sums(sender)])
    })
}

/// `SUM of coder  credit -0.60  residual 0 ok`.
fn sums(open: &OpenEpisode, sender: &Sender, places: usize) -> String {
    let name = &open.episode.agent(sender.agent).name;
    let Some(credit) = sender.credit else { return format!("{name} has no number: nothing to divide") };
    let worst = [sender.centred_residual, sender.softmax_residual].into_iter().flatten();
    let worst = worst.fold(0.0, |worst, it| f64::max(worst, it.abs()));
    let check = if worst <= 1e-9 * credit.abs().max(1.0) {
        "residual 0 ok".to_owned()
    } else {
        format!("residual {}", signed(worst, 6))
    };
    format!("SUM {name} {}  {check}", signed(credit, places).trim_start())
}
