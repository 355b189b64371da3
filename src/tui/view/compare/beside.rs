//! What differs in the records under the cursor: texts and states; and what agents spent.

use crate::{
    app::{Action, Compared, Model},
    compare::{Inside, LineOf, Side, Spent},
    text,
    tui::{paint::Painter, theme::Role},
};

/// Rows that one line of a text takes at most.
const WRAPPED: usize = 4;

/// The line between this pane and the one at its left.
pub(super) fn wall(pane: &mut Painter<'_>) {
    let wall = pane.theme().glyphs.wall.to_string();
    for y in 0..pane.height() {
        pane.put(0, y, &wall, Role::Rule);
    }
}

/// Texts, and below them states.
pub(super) fn texts_and_states(model: &Model, pane: &mut Painter<'_>) {
    let (columns, rows) = (pane.width(), pane.height());
    let known = model.compare.inside.get().map_or(0, |it| state_lines(it).len());
    let lower = (known + 2).min(rows / 2);
    texts(model, &mut pane.part(0, 0, columns, rows - lower));
    states(model, &mut pane.part(0, rows - lower, columns, lower));
}

/// What the records under the cursor hold; `None`: it is being read, or no row is under the cursor.
fn inside(model: &Model) -> Result<&Inside, &'static str> {
    let Some(row) = model.compare.row() else { return Err("these rows are the same") };
    let is_of_row = model.compare.inside.of() == Some(&row);
    model.compare.inside.get().filter(|_| is_of_row).map(|it| &**it).ok_or("reading the records")
}

/// Texts of the two records.
pub(super) fn texts(model: &Model, pane: &mut Painter<'_>) {
    pane.rule(0, "Texts  - A  + B", &next_pane());
    let inside = match inside(model) {
        Ok(inside) => inside,
        Err(why) => {
            pane.put(1, 1, why, Role::Dim);
            return;
        }
    };
    if inside.texts.is_empty() {
        pane.put(1, 1, "the same in both", Role::Dim);
    }
    let columns = pane.width().saturating_sub(3);
    let mut lines: Vec<(String, Role)> = Vec::new();
    for change in &inside.texts {
        lines.push((format!("{}:", change.field), Role::Dim));
        for line in &change.lines {
            let (mark, line, role) = match line {
                LineOf::Both(text) => (" ", text.clone(), Role::Dim),
                LineOf::One(Side::A, text) => ("-", text.clone(), Role::Negative),
                LineOf::One(Side::B, text) => ("+", text.clone(), Role::Positive),
                LineOf::Left(n) => (" ", format!("... {n} more lines the same"), Role::Dim),
            };
            let wrapped = text::wrap(&line, columns).into_iter().take(WRAPPED).enumerate();
            lines
                .extend(wrapped.map(|(at, it)| (format!("{} {it}", if at == 0 { mark } else { " " }), role)));
        }
    }
    put(pane, &lines);
}

/// States after the acts under the cursor.
pub(super) fn states(model: &Model, pane: &mut Painter<'_>) {
    let inside = inside(model);
    let title = match &inside {
        Ok(inside) if inside.known > 0 => format!("State after these acts  {}", inside.state_words()),
        _ => "State after these acts".to_owned(),
    };
    pane.rule(0, &title, &next_pane());
    match inside {
        Ok(inside) if inside.known == 0 => {
            pane.put(1, 1, "no states are logged of both", Role::Dim);
        }
        Ok(inside) => put(pane, &state_lines(inside)),
        Err(why) => {
            pane.put(1, 1, why, Role::Dim);
        }
    }
}

fn state_lines(inside: &Inside) -> Vec<(String, Role)> {
    let value = |it: &Option<String>| it.clone().unwrap_or_else(|| "(not there)".to_owned());
    let line = |it: &crate::compare::StateChange| format!("{}  {} -> {}", it.key, value(&it.a), value(&it.b));
    inside.states.iter().map(|it| (line(it), Role::Plain)).collect()
}

/// What each agent spent.
pub(super) fn spent(compared: &Compared, pane: &mut Painter<'_>) {
    let to = pane.theme().glyphs.to;
    pane.rule(0, &format!("Spent by agent, A {to} B"), &next_pane());
    let longest = compared.spent.iter().map(|it| text::width(&it.agent)).max().unwrap_or(0).clamp(5, 14);
    const STEP: usize = 19;
    for (at, word) in ["acts", "tokens", "seconds busy", "cost"].into_iter().enumerate() {
        pane.put(2 + longest + at * STEP, 1, word, Role::Dim);
    }
    for (y, row) in compared.spent.iter().take(pane.height().saturating_sub(2)).enumerate() {
        pane.put_fit(1, y + 2, longest, &row.agent, Role::Plain);
        let [a, b] = [row.a, row.b].map(words);
        for (at, (a, b)) in a.into_iter().zip(b).enumerate() {
            let text = if a == b { a } else { format!("{a} {to} {b}") };
            pane.put_fit(2 + longest + at * STEP, y + 2, STEP - 1, &text, Role::Plain);
        }
    }
}

fn words(of: Spent) -> [String; 4] {
    let none = || "-".to_owned();
    [
        of.acts.to_string(),
        of.tokens.map_or_else(none, |it| it.to_string()),
        of.seconds.map_or_else(none, |it| format!("{it:.1}")),
        of.cost.map_or_else(none, |it| format!("{it:.4}")),
    ]
}

/// The key for the other panes.
fn next_pane() -> String {
    format!("{} next", Action::NextPane.key())
}

fn put(pane: &mut Painter<'_>, lines: &[(String, Role)]) {
    let (columns, rows) = (pane.width().saturating_sub(1), pane.height().saturating_sub(1));
    for (y, (line, role)) in lines.iter().take(rows).enumerate() {
        pane.put_fit(1, y + 1, columns, line, *role);
    }
    if lines.len() > rows && rows > 0 {
        let right = pane.width();
        pane.put_right(right, rows, &format!(" {} more ", lines.len() - rows), Role::Dim);
    }
}
