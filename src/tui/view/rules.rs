//! The rules: what they are, where they hit, and what a hit does.

use super::window;
use crate::{
    app::{
        Action, Model,
        rules::{ADD, DELETE, DOES, EDIT, RuleEntry, SAVE},
    },
    model::signed,
    text,
    tui::{paint::Painter, theme::Role},
};

/// Columns before the text of a rule, and of hits, first, last and what it does behind it.
const LEFT: usize = 8;
const HITS: usize = 6;
const EPISODE: usize = 10;
const DOES_COLUMNS: usize = 10;
/// Columns that the text of rules has at least, where there are so many.
const SHORTEST: usize = 34;
/// Columns of names of rows beside the strip.
const NAMES: usize = 9;

/// Draws the list; its cursor moves it, it has no scroll position.
pub(super) fn draw(model: &Model, pane: &mut Painter<'_>) -> usize {
    let rules = &model.rules;
    let (width, height) = (pane.width(), pane.height());
    let keys = |pane: &mut Painter<'_>| {
        let [add, edit, delete, does, save] = [ADD, EDIT, DELETE, DOES, SAVE].map(crate::app::Key::name);
        let turn = Action::Hold.key();
        let text = format!(
            "{turn} on/off  {add} add  {edit} edit  {delete} delete  {does} what a hit does  {save} save"
        );
        pane.put_fit(1, height.saturating_sub(1), width.saturating_sub(1), &text, Role::Dim);
    };
    keys(pane);
    if rules.entries.is_empty() {
        examples(pane);
        return 0;
    }
    pane.put_fit(1, 0, width - 1, &state(model), Role::Strong);
    // The strip takes half, if there is room for it at all.
    let strips = if height >= 12 && width >= 60 { rules.entries.len().min((height - 6) / 2) } else { 0 };
    let strip_rows = if strips > 0 { strips + 3 } else { 0 };
    let rows = height.saturating_sub(4 + strip_rows).max(1);
    let first = window(rules.row, rules.entries.len(), rows);
    let longest = rules.entries.iter().map(|it| text::width(&it.choice.text)).max().unwrap_or(0);
    let from = (LEFT + longest.max(SHORTEST) + 2).min(width.saturating_sub(behind(width)));
    heading(pane, 1, from);
    for (y, (at, entry)) in rules.entries.iter().enumerate().skip(first).take(rows).enumerate() {
        row(pane, (from, 2 + y), at, entry, at == rules.row);
    }
    let mut y = 2 + rows.min(rules.entries.len());
    if let Some(entry) = rules.entries.get(rules.row) {
        let (said, role) = about(entry);
        pane.put_fit(1, y, width - 1, &said, role);
        y += 1;
    }
    if strips > 0 {
        strip(
            model,
            &mut pane.part(0, y, width, strip_rows),
            (window(rules.row, rules.entries.len(), strips), strips),
        );
    }
    0
}

/// What is watched.
fn state(model: &Model) -> String {
    let rules = &model.rules;
    let on = rules.entries.iter().filter(|it| it.choice.on && it.watch.is_ok()).count();
    let wrong = rules.entries.iter().filter(|it| it.watch.is_err()).count();
    let wrong = if wrong > 0 { format!(", {wrong} cannot be read") } else { String::new() };
    let (known, all) = (model.film.looked_at(), model.log.episodes.len());
    let asked = match on {
        0 => String::new(),
        _ if known < all => format!("; {known} of {all} episodes are read"),
        _ => format!("; asked of {all} episodes"),
    };
    let file =
        model.rules.file.as_deref().map_or("; not saved".to_owned(), |it| format!("; not saved to {it}"));
    let saved = if rules.changed { file } else { String::new() };
    let all = match rules.entries.len() {
        1 => "1 rule".to_owned(),
        more => format!("{more} rules"),
    };
    format!("{on} of {all} on{wrong}{asked}{saved}")
}

fn heading(pane: &mut Painter<'_>, y: usize, from: usize) {
    let width = pane.width();
    pane.put(1, y, "   on   rule", Role::Dim);
    let mut x = from;
    for (title, columns) in columns(width) {
        pane.put(x, y, title, Role::Dim);
        x += columns;
    }
}

/// The columns behind the text of a rule.
fn columns(width: usize) -> Vec<(&'static str, usize)> {
    let all = [("hits", HITS), ("first", EPISODE), ("last", EPISODE), ("does", DOES_COLUMNS)];
    all.into_iter().filter(|it| width >= 60 || !["first", "last"].contains(&it.0)).collect()
}

fn behind(width: usize) -> usize {
    columns(width).iter().map(|it| it.1).sum()
}

fn row(pane: &mut Painter<'_>, (from, y): (usize, usize), at: usize, entry: &RuleEntry, here: bool) {
    let width = pane.width();
    let role = match (here, entry.choice.on && entry.problem().is_none()) {
        (true, _) => Role::Cursor,
        (false, true) => Role::Plain,
        (false, false) => Role::Dim,
    };
    let mark = if entry.choice.on { "[x]" } else { "[ ]" };
    let number = format!("{}{:<2} {mark}", if here { ">" } else { " " }, at + 1);
    pane.put(0, y, &number, role);
    pane.put_fit(LEFT, y, from.saturating_sub(LEFT + 1), &text::clean(&entry.choice.text), role);
    let hits = entry.hits();
    let mut x = from;
    for (title, columns) in columns(width) {
        let cell = match title {
            "hits" if entry.watch.is_ok() => hits.len().to_string(),
            "first" => hits.first().map_or("-".to_owned(), |it| it.name.to_string()),
            "last" => hits.last().map_or("-".to_owned(), |it| it.name.to_string()),
            "does" => entry.choice.does.words().join(" "),
            _ => "-".to_owned(),
        };
        pane.put_tail(x, y, columns - 1, &cell, role);
        x += columns;
    }
}

/// The hit under the cursor of a rule, or why there is none.
fn about(entry: &RuleEntry) -> (String, Role) {
    if let Some(why) = entry.problem() {
        return (why.to_string(), Role::Warn);
    }
    match entry.hit() {
        None if !entry.choice.on => ("it is off".to_owned(), Role::Dim),
        None => ("it has not hit".to_owned(), Role::Dim),
        Some(hit) => {
            let hits = entry.hits();
            let at = hits.iter().position(|it| it.at == hit.at).map_or(0, |it| it + 1);
            let [next, open] = [Action::NextHit.keys(), Action::Open.key()];
            let text = format!(
                "hit {at} of {} ({next}): {}, {} ({open} opens it)",
                hits.len(),
                hit.name,
                hit.numbers
            );
            (text::clean(&text), Role::Plain)
        }
    }
}

/// Where rules hit over the run: a digit says how often in a cell; and R below.
fn strip(model: &Model, pane: &mut Painter<'_>, (first, strips): (usize, usize)) {
    let (width, episodes) = (pane.width(), model.log.episodes.len());
    let room = width.saturating_sub(NAMES + 1).max(1);
    let per_cell = episodes.div_ceil(room).max(1);
    let cells = episodes.div_ceil(per_cell);
    let each = if per_cell == 1 { "episode".to_owned() } else { format!("{per_cell} episodes") };
    pane.rule(0, "Where they hit", &format!("1 cell = {each}, digit: how often"));
    let glyphs = pane.theme().glyphs;
    let quiet = if glyphs.ascii { '.' } else { '\u{b7}' };
    for (y, (at, entry)) in model.rules.entries.iter().enumerate().skip(first).take(strips).enumerate() {
        let mut counts = vec![0usize; cells];
        for hit in entry.hits() {
            if let Some(count) = counts.get_mut(hit.at / per_cell) {
                *count += 1;
            }
        }
        let cell = |it: &usize| match it {
            0 => quiet,
            1..=9 => char::from_digit(*it as u32, 10).unwrap_or('9'),
            _ => '+',
        };
        let role = if at == model.rules.row { Role::Strong } else { Role::Plain };
        pane.put(1, 1 + y, &format!("rule {}", at + 1), role);
        pane.put(NAMES, 1 + y, &counts.iter().map(cell).collect::<String>(), role);
    }
    let (mut sums, mut top) = (vec![(0.0, 0usize); cells], f64::NEG_INFINITY);
    for row in 0..episodes {
        if let Some(reward) = model.film.point(row).and_then(|it| it.reward()) {
            let cell = &mut sums[row / per_cell];
            *cell = (cell.0 + reward, cell.1 + 1);
        }
    }
    let means: Vec<Option<f64>> = sums.iter().map(|it| (it.1 > 0).then(|| it.0 / it.1 as f64)).collect();
    let low = means.iter().flatten().copied().fold(f64::INFINITY, f64::min);
    top = means.iter().flatten().copied().fold(top, f64::max);
    if top < low {
        return;
    }
    let levels: Vec<char> =
        if glyphs.ascii { ('1'..='8').collect() } else { "▁▂▃▄▅▆▇█".chars().collect() };
    let level = |it: &Option<f64>| {
        it.map_or(' ', |it| {
            levels[if top > low { ((it - low) / (top - low) * 7.0).round() as usize } else { 3 }]
        })
    };
    let number = |it: f64| signed(it, 2).trim_start().to_owned();
    pane.put(1, 1 + strips, "R", Role::Dim);
    pane.put(NAMES, 1 + strips, &means.iter().map(level).collect::<String>(), Role::Plain);
    pane.put_fit(
        NAMES,
        2 + strips,
        room,
        &format!("mean R of a cell: {} to {}", number(low), number(top)),
        Role::Dim,
    );
}

/// What a rule looks like.
fn examples(pane: &mut Painter<'_>) {
    let add = ADD.name();
    let examples = [
        "R < -0.5 and share(coder) > 0.5   an episode: who lost most of it",
        "fall(*) > 10                      an agent's credit has fallen",
        "drift(coder) > 3sigma             its slope over 150 episodes; < -.05 per 100",
        "acts(scout) < 2 for 5             in five episodes in a row",
        "rate(residual > .05, 30) > .1     of the last 30 more than a tenth",
        "tau(prev) < 0.2 for 10            the order of agents changes each time",
        "errors > 3 or failed and least = coder",
    ];
    pane.put(1, 0, &format!("no rule: {add} adds one, such as"), Role::Plain);
    let width = pane.width().saturating_sub(3);
    for (y, example) in examples.iter().enumerate() {
        pane.put_fit(3, 1 + y, width, example, Role::Plain);
    }
}
