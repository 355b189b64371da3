//! What is on the screen, made from the model alone. Nothing here blocks: it has no file and no channel.

mod acts;
mod bare;
mod bars;
mod compare;
mod credit;
mod detail;
mod episodes;
mod film;
mod filters;
mod footer;
mod glossary;
mod graph;
mod groups;
mod header;
mod hits;
mod methods;
mod origins;
mod overlay;
mod own;
mod palette;
mod prompt;
mod reasons;
mod rules;
mod so_far;
mod sparkline;
mod state;
pub mod statements;
mod strip;
mod sweep;
mod telemetry;
#[cfg(test)]
mod tests;
mod timeline;
mod tiny;
mod whatif;

use super::{
    paint::Painter,
    theme::{Role, Theme},
};
use crate::{
    app::{
        Action, Drawn, Model, OpenEpisode, Overlay, Screen, View,
        layout::{Area, FULL},
        prompt::PromptKind,
    },
    model::{ActId, AgentId, Origin},
};

/// Draws the whole screen; what only that tells.
pub fn draw(model: &Model, mut screen: Painter<'_>) -> Drawn {
    let (width, height) = (screen.width(), screen.height());
    if !Area::new(width, height).holds(FULL) {
        return tiny::draw(model, &mut screen);
    }
    if model.screen == Screen::Compare {
        compare::draw(model, &mut screen.part(0, 0, width, height - 1));
        let drawn = overlay::draw(model, &mut screen.part(0, 1, width, height - 2));
        offer(model, &mut screen.part(0, 1, width, height - 2));
        footer::draw(model, &mut screen.part(0, height - 1, width, 1));
        return drawn;
    }
    let top = header::draw(model, &mut screen);
    let mut body = screen.part(0, top, width, height - top - 1);
    body.mark(model.search.pattern.as_deref());
    match model.open.as_ref().filter(|_| model.screen == Screen::Episode) {
        None if model.groups.shown => groups::draw(model, &mut body),
        None if model.film.shown => film::draw(model, &mut body),
        None => episodes::draw(model, &mut body),
        Some(open) => (painting(model.view).draw)(model, open, &mut body),
    }
    let mut over = screen.part(0, 1, width, height - 2);
    over.mark(model.search.pattern.as_deref().filter(|_| model.overlay == Some(Overlay::Detail)));
    let drawn = overlay::draw(model, &mut over);
    // The verdict stays in sight.
    offer(model, &mut screen.part(0, top, width, height - top - 1));
    footer::draw(model, &mut screen.part(0, height - 1, width, 1));
    drawn
}

/// Draws the palette over `body`, if it is open.
fn offer(model: &Model, body: &mut Painter<'_>) {
    if let Some(PromptKind::Palette(offer)) = model.prompt.as_ref().map(|it| it.kind) {
        palette::draw(model, offer, body);
    }
}

/// How a view is painted.
struct Painting {
    view: View,
    /// On a screen that has room for its layout.
    draw: fn(&Model, &OpenEpisode, &mut Painter<'_>),
    /// On a smaller one.
    tiny: Tiny,
}

/// How a view is painted on a screen that is too small for its layout.
#[derive(Clone, Copy)]
enum Tiny {
    /// By a painter of its own.
    Pane(fn(&OpenEpisode, &mut Painter<'_>)),
    /// As plain lines; the second value is the line of the cursor.
    Lines(fn(&OpenEpisode) -> (Vec<String>, usize)),
}

/// A row for every one of `app::views::VIEWS`.
const PAINTINGS: [Painting; 6] = [
    Painting {
        view: View::CREDIT,
        draw: |_, open, body| credit::draw(open, body),
        tiny: Tiny::Pane(tiny::bars_of),
    },
    Painting { view: View::GRAPH, draw: graph::draw, tiny: Tiny::Lines(graph::lines) },
    Painting {
        view: View::TIMELINE,
        draw: |_, open, body| timeline::draw(open, body),
        tiny: Tiny::Pane(tiny::acts_of),
    },
    Painting {
        view: View::METHODS,
        draw: |_, open, body| methods::draw(open, body),
        tiny: Tiny::Lines(methods::lines),
    },
    Painting { view: View::WHAT_IF, draw: whatif::draw, tiny: Tiny::Lines(whatif::lines) },
    Painting {
        view: View::STATE,
        draw: |_, open, body| state::draw(open, body),
        tiny: Tiny::Lines(state::lines),
    },
];

/// How `view` is painted.
fn painting(view: View) -> &'static Painting {
    PAINTINGS.iter().find(|it| it.view == view).unwrap_or(&PAINTINGS[0])
}

/// Writes the name of an agent in a number of columns, cut where that loses least. Returns the column after
/// them.
fn put_agent(
    open: &OpenEpisode,
    pane: &mut Painter<'_>,
    (x, y): (usize, usize),
    columns: usize,
    agent: AgentId,
    role: Role,
) -> usize {
    let name = &open.episode.agent(agent).name;
    if open.index.ends_tell(columns) {
        pane.put_tail(x, y, columns, name, role)
    } else {
        pane.put_fit(x, y, columns, name, role)
    }
}

/// Marks an act in which something went wrong, in the column after its id.
fn mark_error(open: &OpenEpisode, pane: &mut Painter<'_>, (x, y): (usize, usize), act: ActId) {
    if open.episode.act(act).has_error() {
        let glyph = pane.theme().glyphs.error.to_string();
        pane.put(x, y, &glyph, Role::Warn);
    }
}

/// `3 errors` and their glyph; nothing if there are none.
fn errors(number: u64, theme: &Theme) -> Option<String> {
    let word = if number == 1 { "error" } else { "errors" };
    (number > 0).then(|| format!("{number} {word} {}", theme.glyphs.error))
}

/// Where a record stands: `run.jsonl:17`.
fn place(model: &Model, origin: Origin) -> String {
    let path = model.log.files.get(origin.file.index()).map_or("?", |it| it.path.as_str());
    let name = path.rsplit('/').next().unwrap_or(path);
    match origin.line {
        // Not counted: the lines before it were not read yet.
        0 => format!("{name} byte {}", origin.offset),
        line => format!("{name}:{line}"),
    }
}

/// The first row to show of `len`, so that row `at` is among the `rows` shown: a third from the top where
/// possible, and no empty rows at the end.
fn window(at: usize, len: usize, rows: usize) -> usize {
    at.saturating_sub(rows / 3).min(len.saturating_sub(rows))
}

/// Like [`window`], but moving by half its rows at a time: for panes beside others, where the terminal cannot
/// scroll and every row that moves is written anew.
fn stepped_window(at: usize, len: usize, rows: usize) -> usize {
    let half = (rows / 2).max(1);
    (at / half * half).saturating_sub(half / 2).min(len.saturating_sub(rows))
}

/// Draws lines of text from `top`. Returns the last line that may be the first one shown.
///
/// What says that there is more stands at the end of the last row. A line that would be cut by it waits for the next
/// row down, unless the pane has no other row.
fn scrolled(pane: &mut Painter<'_>, top: usize, lines: &[(String, Role)]) -> usize {
    let rows = pane.height();
    let reach = lines.len().saturating_sub(rows);
    let top = top.min(reach);
    let more = |shown: usize| match lines.len().saturating_sub(top + shown) {
        0 => String::new(),
        1 => format!(" 1 more line ({}) ", Action::Down.key()),
        left => format!(" {left} more lines ({}) ", Action::Down.key()),
    };
    let beside = |note: &str| pane.width().saturating_sub(1 + crate::text::width(note));
    let last = rows.checked_sub(1).and_then(|it| lines.get(top + it));
    let is_cut = last.is_some_and(|(line, _)| crate::text::width(line) > beside(&more(rows)));
    let is_moved = is_cut && rows > 1 && top < reach;
    let shown = if is_moved { rows - 1 } else { rows };
    let note = more(shown);
    let room = beside(&note);
    for (y, (line, role)) in lines.iter().skip(top).take(shown).enumerate() {
        if y + 1 == rows && !note.is_empty() {
            pane.put_fit(1, y, room, line, *role);
        } else {
            pane.put(1, y, line, *role);
        }
    }
    if !note.is_empty() && rows > 0 {
        let right = pane.width();
        pane.put_right(right, rows - 1, &note, Role::Dim);
    }
    reach
}
