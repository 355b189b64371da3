//! Variant of view 4: credit along one parameter, a small line per agent, with the places where the blame
//! moves.
//!
//! All lines share one scale, so that they can be compared; `A`, `B`, ... below mark the flips, `o` the value
//! in force, `^` the cursor.

use super::title;
use crate::{
    app::{Action, OpenEpisode},
    credit::{Curve, Flip},
    model::{AgentId, Number, places, signed},
    text,
    tui::view::sweep,
    tui::{paint::Painter, plot::plot, theme::Role},
};

/// The most rows of one line.
const TALLEST: usize = 5;

pub(super) fn draw(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let Some(study) = open.study() else {
        title(open, pane, "");
        pane.put(1, 1, "computing", Role::Dim);
        return;
    };
    let Some(curve) = open.curve() else {
        title(open, pane, "");
        let why = "no parameter of any method moves the credit of this episode";
        pane.put(1, 1, why, Role::Plain);
        return;
    };
    let at = open.curve_at();
    title(open, pane, &format!("curve {} of {} ({})", at + 1, study.curves.len(), Action::Down.keys()));
    let width = pane.width();
    let x = pane.put(1, 1, &curve.name(), Role::Strong);
    pane.put_fit(x + 2, 1, width.saturating_sub(x + 3), curve.what, Role::Dim);
    let notes = notes(open, curve, width.saturating_sub(2));
    let height = pane.height();
    // Heading, axis, the cursor's line; flips get what they need, but not all there is.
    let below = notes.len().min((height / 3).max(2)) + 3;
    let agents = agents_shown(open, curve, height.saturating_sub(below + 2));
    let tall = (height.saturating_sub(below + 2) / agents.len().max(1)).clamp(1, TALLEST);
    let frame = Frame::of(open, curve, &agents, width);
    for (row, agent) in agents.iter().enumerate() {
        frame.line(open, curve, *agent, pane, 2 + row * tall, tall);
    }
    let y = 2 + agents.len() * tall;
    frame.axis(curve, pane, y);
    let hidden = open.episode.agents.len() - agents.len();
    cursor_line(open, curve, hidden, pane, y + 1);
    for (row, (line, role)) in notes.iter().enumerate() {
        pane.put_fit(1, y + 2 + row, width.saturating_sub(2), line, *role);
    }
    let rest = y + 3 + notes.len();
    if height > rest + 1 {
        list(open, &mut pane.part(0, rest, width, height - rest));
    }
}

/// First the agents that are blamed somewhere, then the others in the order of the credit shown; as many as
/// there are rows.
fn agents_shown(open: &OpenEpisode, curve: &Curve, rows: usize) -> Vec<AgentId> {
    let order = open.agent_order();
    let mut agents: Vec<AgentId> = order.shown(0, rows.max(1)).collect();
    if order.len() > rows {
        let named = curve.points.iter().flat_map(|it| &it.blamed).copied();
        let mut first: Vec<AgentId> = named.collect();
        first.sort_unstable_by_key(|it| order.row_of(*it));
        first.dedup();
        agents.retain(|it| !first.contains(it));
        agents.splice(0..0, first);
        agents.truncate(rows.max(1));
    }
    agents
}

/// Where names, lines and numbers stand, and the scale of the lines.
struct Frame {
    name: usize,
    left: usize,
    columns: usize,
    range: (f64, f64),
    places: usize,
    cursor: usize,
}

impl Frame {
    fn of(open: &OpenEpisode, curve: &Curve, agents: &[AgentId], width: usize) -> Self {
        let credits = || curve.points.iter().flat_map(|it| &it.credit).flatten().copied();
        let finite = || credits().filter(|it| it.is_finite());
        let range = (finite().fold(0.0, f64::min), finite().fold(0.0, f64::max));
        let places = places(finite().fold(0.0, |size, it| f64::max(size, it.abs())));
        let name = agents.iter().map(|it| text::width(&open.episode.agent(*it).name)).max().unwrap_or(5);
        let name = name.clamp(5, (width / 5).max(8));
        let number = finite().map(|it| signed(it, places).len()).max().unwrap_or(6).max(6);
        let left = name + 3;
        let columns = width.saturating_sub(left + number + 4).max(8);
        let point = curve.points.get(open.curve_point(curve));
        let cursor = place_column(point.map_or(0.0, |it| it.place), columns);
        Self { name, left, columns, range, places, cursor }
    }

    fn line(
        &self,
        open: &OpenEpisode,
        curve: &Curve,
        agent: AgentId,
        pane: &mut Painter<'_>,
        y: usize,
        tall: usize,
    ) {
        let glyphs = pane.theme().glyphs;
        let (low, high) = self.range;
        let values: Vec<Option<f64>> =
            curve.points.iter().map(|it| it.credit.get(agent.index()).copied().flatten()).collect();
        let rows = plot(&values, self.range, (self.columns, tall), glyphs.ascii);
        // The zero line, where nothing of the curve is.
        let span = if high > low { high - low } else { 1.0 };
        let zero = (((high / span) * tall as f64) as usize).min(tall - 1);
        let middle = (tall - 1) / 2;
        let point = curve.points.get(open.curve_point(curve));
        let credit = point.and_then(|it| it.credit.get(agent.index()).copied().flatten());
        let blamed = point.is_some_and(|it| it.blamed.contains(&agent));
        let role = match credit {
            Some(it) if it < 0.0 => Role::Negative,
            Some(it) if it > 0.0 => Role::Positive,
            _ => Role::Plain,
        };
        for (row, line) in rows.iter().enumerate() {
            for (column, mark) in line.chars().enumerate() {
                let x = self.left + column;
                if column == self.cursor && mark == ' ' {
                    pane.put(x, y + row, &glyphs.wall.to_string(), Role::Dim);
                } else if mark != ' ' {
                    pane.put(x, y + row, &mark.to_string(), role);
                } else if row == zero {
                    pane.put(x, y + row, &glyphs.middot.to_string(), Role::Dim);
                }
            }
        }
        let name = &open.episode.agent(agent).name;
        let here = if blamed { Role::Strong } else { Role::Plain };
        pane.put_fit(1, y + middle, self.name, name, here);
        let right = self.left + self.columns;
        let number = credit.map_or("n/a".to_owned(), |it| signed(it, self.places));
        let x = pane.put(right + 1, y + middle, &number, role);
        if blamed {
            pane.put(x + 1, y + middle, &glyphs.arrows.0.to_string(), Role::Strong);
        }
    }

    fn axis(&self, curve: &Curve, pane: &mut Painter<'_>, y: usize) {
        let rule = pane.theme().glyphs.rule.to_string();
        pane.put(self.left, y, &rule.repeat(self.columns), Role::Rule);
        let ends = [curve.points.first(), curve.points.last()].map(|it| it.map_or(0.0, |it| it.at));
        pane.put_right(self.left, y, &format!("{} ", setting(ends[0])), Role::Dim);
        pane.put(self.left + self.columns, y, &format!(" {}", setting(ends[1])), Role::Dim);
        pane.put(self.left + place_column(curve.current.1, self.columns), y, "o", Role::Strong);
        for (at, flip) in curve.flips.iter().enumerate() {
            let column = place_column(flip.place, self.columns);
            pane.put(self.left + column, y, &letter(at).to_string(), Role::Warn);
        }
        pane.put(self.left + self.cursor, y, "^", Role::Cursor);
    }
}

fn place_column(place: f64, columns: usize) -> usize {
    ((place * (columns - 1) as f64).round() as usize).min(columns - 1)
}

/// `A` to `Z`, then `*`.
fn letter(at: usize) -> char {
    u8::try_from(at).ok().filter(|it| *it < 26).map_or('*', |it| char::from(b'A' + it))
}

/// A value of the parameter, to three significant digits.
fn setting(value: f64) -> String {
    let short: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    format!("{}", Number::new(short).get())
}

/// The value under the cursor, whom it blames, and what Enter does.
fn cursor_line(open: &OpenEpisode, curve: &Curve, hidden: usize, pane: &mut Painter<'_>, y: usize) {
    let Some(point) = curve.points.get(open.curve_point(curve)) else { return };
    let word = if open.failed() { "most blamed" } else { "most credited" };
    let who = match point.blamed.as_slice() {
        [] => "nobody is told apart".to_owned(),
        blamed => format!("{word}: {}", sweep::names(&open.episode, blamed)),
    };
    let x = pane.put(1, y, &format!("^ {} = {}", curve.param, setting(point.at)), Role::Strong);
    let x = pane.put(x + 2, y, &who, Role::Plain);
    let mut rest = format!("o in force: {}", setting(curve.current.0));
    if hidden > 0 {
        rest += &format!("  {hidden} more agents");
    }
    pane.put_fit(x + 2, y, pane.width().saturating_sub(x + 3), &rest, Role::Dim);
}

/// A line per flip, or that there is none.
fn notes(open: &OpenEpisode, curve: &Curve, width: usize) -> Vec<(String, Role)> {
    let line = |(at, text): (usize, String)| (format!("{} {text}", letter(at)), Role::Plain);
    let mut lines: Vec<_> = curve.sentences(&open.episode).into_iter().enumerate().map(line).collect();
    if curve.flips.is_empty() {
        lines.push((format!("the verdict does not flip along {}", curve.param), Role::Plain));
    }
    let cut = open.study().and_then(|it| it.cut.as_deref()).map(|it| text::wrap(it, width));
    lines.extend(cut.into_iter().flatten().map(|it| (it, Role::Dim)));
    lines
}

/// All curves, with how often each flips.
fn list(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let Some(study) = open.study() else { return };
    let at = open.curve_at();
    pane.rule(0, "Curves", "");
    let rows = pane.height().saturating_sub(1);
    let top = super::window(at, study.curves.len(), rows);
    let width = study.curves.iter().map(|it| text::width(&it.name())).max().unwrap_or(0);
    for (row, (index, curve)) in study.curves.iter().enumerate().skip(top).take(rows).enumerate() {
        let here = index == at;
        if here {
            pane.put(0, row + 1, ">", Role::Cursor);
        }
        let flips = |flips: &[Flip]| match flips.len() {
            0 => "no flip".to_owned(),
            1 => "1 flip".to_owned(),
            n => format!("{n} flips"),
        };
        let role = if here { Role::Cursor } else { Role::Plain };
        pane.put(1, row + 1, &text::pad(&curve.name(), width), role);
        let role = if curve.flips.is_empty() { Role::Dim } else { Role::Warn };
        pane.put(width + 3, row + 1, &flips(&curve.flips), role);
    }
}
