//! The film of a run in place of the list of episodes: a row per agent, a cell per few episodes.

use crate::{
    app::{Action, Model, layout},
    model::{EpisodeSummary, signed, unsigned},
    text,
    training::{AgentFilm, Film, Row},
    tui::{paint::Painter, theme::Role},
};

/// Decimals of credit.
const PLACES: usize = 3;
/// The most rows of sentences.
const SENTENCES: usize = 4;

pub(super) fn draw(model: &Model, pane: &mut Painter<'_>) {
    let all = model.log.episodes.len();
    let looked_at = model.film.looked_at();
    let Some(film) = model.film.film.get() else {
        pane.rule(0, "Run", &next_key());
        let what = if model.log.loaded { "reading the newest episodes" } else { "reading the log first" };
        pane.put(2, 2, what, Role::Dim);
        return;
    };
    let width = pane.width();
    let mut lines = Vec::new();
    for sentence in film.sentences() {
        lines.extend(text::wrap(&sentence, width.saturating_sub(2)));
    }
    lines.truncate(SENTENCES.min(pane.height() / 4).max(1));
    for (y, line) in lines.iter().enumerate() {
        pane.put(1, y, line, Role::Strong);
    }
    let mut y = lines.len();
    let reading = if looked_at < all { format!("  {looked_at} of {all} read") } else { String::new() };
    let left = if film.left_out > 0 { format!("  {} left out", film.left_out) } else { String::new() };
    pane.rule(y, &format!("Run  cell {} ep{left}{reading}", film.per_cell), &next_key());
    y += 1;
    y = cells(model, film, pane, y);
    below(model, film, pane, y);
}

/// Plain lines for a screen without room.
pub(super) fn lines(model: &Model) -> Vec<String> {
    let Some(film) = model.film.film.get() else { return vec!["reading the newest episodes".to_owned()] };
    let agent = |it: &AgentFilm| {
        let fell = if it.alarm.is_some() { " fell" } else { "" };
        format!("{} {}{fell}", it.name, signed(it.now.0, PLACES))
    };
    film.sentences().into_iter().take(1).chain(film.agents.iter().map(agent)).collect()
}

fn next_key() -> String {
    format!("{} groups", Action::Variant.key())
}

/// Rows of agents, of R and of what the sums miss; the row after them.
fn cells(model: &Model, film: &Film, pane: &mut Painter<'_>, top: usize) -> usize {
    let (x, cursor) = (layout::FILM_NAME, model.film.cell());
    let mut y = top;
    axis(film, pane, y);
    y += 1;
    let room = pane.height().saturating_sub(6);
    let end = x + film.cells() + 1;
    for (at, agent) in film.agents.iter().enumerate() {
        if y >= room {
            pane.put(1, y, &format!("{} more agents", film.agents.len() - at), Role::Dim);
            y += 1;
            break;
        }
        let here = at == model.film.agent;
        if here {
            pane.put(0, y, ">", Role::Cursor);
        }
        pane.put_fit(1, y, x - 2, &agent.name, if here { Role::Cursor } else { Role::Plain });
        row(pane, (x, y), &agent.row);
        if here {
            pane.restyle(x + cursor, y, 1, Role::State);
        }
        now(pane, (end, y), agent);
        y += 1;
        if agent.alarm.is_some() && y < room {
            band(pane, (x, y), agent);
            y += 1;
        }
    }
    pane.put(1, y, "R", Role::Plain);
    row(pane, (x, y), &film.reward);
    if let Some(slope) = film.reward_slope {
        let mark = if slope.sign_unsure() { "?" } else { "" };
        pane.put(end, y, &format!("{:>7}  {}{mark}", "", signed(slope.per_100, PLACES)), Role::Plain);
    }
    y += 1;
    pane.put(1, y, "|sum-R|", Role::Plain);
    row(pane, (x, y), &film.residual);
    if film.off.0 > 0 {
        pane.put(end, y, &format!("{} of {} off", film.off.0, film.off.1), Role::Warn);
    }
    y + 1
}

/// Numbers of episodes over the cells, and headings.
fn axis(film: &Film, pane: &mut Painter<'_>, y: usize) {
    const STEP: usize = 10;
    let x = layout::FILM_NAME;
    for cell in (0..film.cells()).step_by(STEP) {
        let number = (cell * film.per_cell).to_string();
        if cell + number.len() <= film.cells() {
            pane.put(x + cell, y, &number, Role::Dim);
        }
    }
    pane.put(x + film.cells() + 1, y, "now      per 100", Role::Dim);
}

fn row(pane: &mut Painter<'_>, (x, y): (usize, usize), row: &Row) {
    let glyphs = pane.theme().glyphs;
    let losses = if glyphs.ascii { ['a', 'b', 'c'] } else { ['░', '▒', '▓'] };
    let gains = if glyphs.ascii { ['1', '2', '3', '4', '5', '6', '7', '8'] } else { glyphs.levels };
    for cell in 0..row.cells.len() {
        let (glyph, role) = match row.level(cell) {
            None => continue,
            Some(0) => ('_', Role::Dim),
            Some(it) if it > 0 => (gains[(it as usize - 1).min(7)], Role::Positive),
            Some(it) => (losses[(it.unsigned_abs() as usize - 1).min(2)], Role::Negative),
        };
        pane.put(x + cell, y, glyph.encode_utf8(&mut [0; 4]), role);
    }
}

/// Mean of the newest episodes, and the trend.
fn now(pane: &mut Painter<'_>, (x, y): (usize, usize), agent: &AgentFilm) {
    let (mean, half, _) = agent.now;
    let plus_minus = pane.theme().glyphs.plus_minus;
    let now = format!("{}{plus_minus}{}", signed(mean, PLACES), unsigned(half, PLACES));
    let role = if mean < 0.0 { Role::Negative } else { Role::Plain };
    let next = pane.put(x, y, &now, role) + 1;
    if let Some(slope) = agent.slope {
        let mark = if slope.sign_unsure() { "?" } else { "" };
        let role = if slope.sign_unsure() { Role::Dim } else { Role::Plain };
        pane.put(next, y, &format!("{}{mark}", signed(slope.per_100, PLACES)), role);
    }
}

/// Where an agent that fell is below its band.
fn band(pane: &mut Painter<'_>, (x, y): (usize, usize), agent: &AgentFilm) {
    let (below, within) = if pane.theme().glyphs.ascii { ("v", ".") } else { ("▼", "·") };
    pane.put(3, y, "band", Role::Dim);
    for (cell, is_below) in agent.below.iter().enumerate() {
        match (is_below, agent.falls[cell]) {
            (true, _) => pane.put(x + cell, y, below, Role::Warn),
            (false, Some(_)) => pane.put(x + cell, y, within, Role::Dim),
            (false, None) => x,
        };
    }
}

/// The episodes of the cell under the cursor, and what moves together.
fn below(model: &Model, film: &Film, pane: &mut Painter<'_>, top: usize) {
    let mut y = top;
    let room = pane.height();
    if room >= y + 8 && !film.together.is_empty() {
        let pair = |it: &crate::training::Together| {
            let after = it.after.map_or(String::new(), |it| format!(" -> {:+.2}", it.r));
            format!("{}/{} r {:+.2}{after}", it.names.0, it.names.1, it.before.r)
        };
        let words: Vec<String> = film.together.iter().map(pair).collect();
        let width = pane.width().saturating_sub(2);
        pane.put_fit(1, y, width, &format!("together: {}", words.join("  ")), Role::Dim);
        y += 1;
    }
    let rows = film.episodes_of(model.film.cell());
    let agent = film.agents.get(model.film.agent).map_or("", |it| it.name.as_str());
    let number = |at: usize| model.log.episodes.get(at).map_or(String::new(), |it| it.name.to_string());
    let title = match rows.len() {
        1 => number(rows.start),
        _ => format!("{}..{}", number(rows.start), number(rows.end.saturating_sub(1))),
    };
    let opens = if agent.is_empty() { "the last".to_owned() } else { format!("the least of {agent}") };
    pane.rule(y, &title, &format!("{} opens {opens}", Action::Open.key()));
    y += 1;
    for at in rows.rev().take(room.saturating_sub(y)) {
        let Some(summary) = model.log.episodes.get(at) else { continue };
        episode(model, pane, y, (at, summary), agent);
        y += 1;
    }
}

fn episode(
    model: &Model,
    pane: &mut Painter<'_>,
    y: usize,
    (at, summary): (usize, &EpisodeSummary),
    agent: &str,
) {
    const NAME: usize = 18;
    pane.put_tail(1, y, NAME, &summary.name, Role::Plain);
    let (word, role) = super::header::status_word(summary.status.as_ref());
    pane.put_fit(NAME + 2, y, 9, if summary.open { "open" } else { word }, role);
    let Some(point) = model.film.point(at) else {
        pane.put(NAME + 20, y, "not read yet", Role::Dim);
        return;
    };
    if let Some(reward) = point.reward() {
        pane.put_right(NAME + 19, y, &signed(reward, PLACES), Role::Plain);
    }
    let mut x = NAME + 21;
    if let Some(credit) = point.of_agent(agent) {
        let role = if credit < 0.0 { Role::Negative } else { Role::Plain };
        x = pane.put(x, y, &format!("{agent} {}", signed(credit, PLACES)), role) + 2;
    }
    if let Some((name, value)) = point.least() {
        x = pane.put(x, y, &format!("least {name} {}", signed(value, PLACES)), Role::Dim) + 2;
    }
    let room = pane.width().saturating_sub(x);
    pane.put_fit(x, y, room, point.ending(), Role::Dim);
}
