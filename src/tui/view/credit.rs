//! View 1: credit per agent, acts by credit, who talked to whom, the act under the cursor.

use super::{acts, bare, bars, detail, graph, own, put_agent, strip, sweep, timeline, window};
use crate::{
    app::{
        Action, CreditVariant, OpenEpisode, Pane, View,
        layout::{Area, Overview, Wide},
        pointer::Pointed,
    },
    credit::total_words,
    model::{AgentId, Attribution, Estimate, OwnReward, Value, signed},
    text,
    tui::{paint::Painter, theme::Role},
};

pub(super) fn draw(open: &OpenEpisode, body: &mut Painter<'_>) {
    if let Some(study) = open.own_study().filter(|_| open.credit_variant() != CreditVariant::Bars) {
        return own::draw(open, study, body);
    }
    if open.is_zoomed {
        return zoomed(open, body);
    }
    let focus = |pane: Pane| open.pane == pane;
    let (width, height) = (body.width(), body.height());
    let (room, agents) = (Area::new(width, height), open.episode.agents.len());
    let is_bare = open.is_bare();
    let rows = if is_bare { bare::below_rows(open) } else { open.sweep().map_or(0, sweep::rows_wanted) };
    if let Some(panes) = Wide::of(room, agents, rows) {
        return wide(panes, open, body);
    }
    let Overview { left, upper, lower, strip } = Overview::of(room, agents);
    // What a trace has is what was done.
    let left = if is_bare { left.min(bare::agents_width(open)) } else { left };
    let graph_width = graph::summary_width(open).clamp(24, width / 2);
    let titles = [
        (Pane::Agents, (0, 0, left)),
        (Pane::Acts, (left, 0, width - left)),
        (Pane::Graph, (0, upper, graph_width)),
        (Pane::Act, (graph_width, upper, width - graph_width)),
    ];
    for (pane, (x, y, columns)) in titles.into_iter().filter(|it| lower > 0 || it.1.1 == 0) {
        body.point(x, y, columns, Pointed::Pane(pane));
    }
    credit_pane(open, &mut body.part(0, 0, left, upper).focus(focus(Pane::Agents)));
    acts::draw(open, &mut body.part(left, 0, width - left, upper).focus(focus(Pane::Acts)));
    wall(body, left, 1, upper - 1);
    if lower == 0 {
        return;
    }
    graph::summary(open, &mut body.part(0, upper, graph_width, lower).focus(focus(Pane::Graph)));
    let act = &mut body.part(graph_width, upper, width - graph_width, lower).focus(focus(Pane::Act));
    detail::summary(open, act);
    wall(body, graph_width, upper + 1, lower.saturating_sub(1));
    if strip > 0 {
        strip::blame_density(open, &mut body.part(0, height - 1, width, 1));
    }
}

/// Rows around the bars of agents: title, axis, sum, doubts.
const BESIDE_BARS: usize = 6;
/// The least rows for what other methods say.
const LEAST_BELOW: usize = 6;

/// The pane with the cursor over the whole view.
fn zoomed(open: &OpenEpisode, body: &mut Painter<'_>) {
    let (width, height) = (body.width(), body.height());
    let pane = &mut body.part(0, 0, width, height).focus(true);
    match open.pane {
        Pane::Agents => {
            // What other methods say fills what the bars leave.
            let rows = (open.episode.agents.len() + BESIDE_BARS).min(height);
            let rows = if height - rows < LEAST_BELOW { height } else { rows };
            credit_pane(open, &mut pane.part(0, 0, width, rows).focus(true));
            let below = &mut pane.part(0, rows, width, height - rows);
            match rows == height {
                true => {}
                false if open.is_bare() => bare::below(open, below),
                false => sweep::summary(open, below),
            }
        }
        Pane::Acts => acts::draw(open, pane),
        Pane::Graph => graph::summary(open, pane),
        Pane::Act => detail::summary(open, pane),
    }
}

/// The layout of large terminals: credit, sweep and graph on the left, the timeline in the middle, the act on
/// the right.
fn wide(panes: Wide, open: &OpenEpisode, body: &mut Painter<'_>) {
    let (width, height) = (body.width(), body.height());
    let Wide { left, middle, right, credit, sweep, below: acts_rows } = panes;
    let focus = |pane: Pane| open.pane == pane;
    credit_pane(open, &mut body.part(0, 0, left, credit).focus(focus(Pane::Agents)));
    let below = &mut body.part(0, credit, left, sweep);
    if open.is_bare() {
        bare::below(open, below)
    } else {
        sweep::summary(open, below)
    }
    let used = credit + sweep;
    graph::draw_in(open, &mut body.part(0, used, left, height - used).focus(focus(Pane::Graph)));
    let acts_top = height - acts_rows;
    timeline::lanes(open, &mut body.part(left + 1, 0, middle - 1, acts_top));
    if right > 0 {
        let acts = &mut body.part(left + 1, acts_top, middle - 1, acts_rows).focus(focus(Pane::Acts));
        acts::draw(open, acts);
        let act = &mut body.part(width - right, 0, right, height).focus(focus(Pane::Act));
        detail::summary(open, act);
        wall(body, width - right, 0, height);
    } else {
        // Of the two, the act is what has no list of its own here.
        let has_focus = open.pane.is_of_acts();
        detail::summary(open, &mut body.part(left + 1, acts_top, middle - 1, acts_rows).focus(has_focus));
    }
    wall(body, left, 0, height);
}

fn wall(body: &mut Painter<'_>, x: usize, y: usize, rows: usize) {
    let glyph = body.theme().glyphs.wall.to_string();
    for row in y..y + rows {
        body.put(x, row, &glyph, Role::Rule);
    }
}

/// Bars per agent, with the sum below.
pub(super) fn credit_pane(open: &OpenEpisode, pane: &mut Painter<'_>) {
    if open.is_bare() {
        bare::agents(open, pane);
        return;
    }
    let analysis = open.analysis();
    let name = View::CREDIT.heading();
    let title = match analysis.map(|it| &it.credit) {
        Some(Ok(credit)) => format!("{name}  {}", credit.title),
        Some(Err(_)) => format!("{name}  unavailable"),
        None => name,
    };
    let word = open.credit().map_or("", |it| it.provenance.word());
    pane.rule(0, &title, word);
    match analysis.map(|it| &it.credit) {
        None => {
            pane.put(1, 1, "computing", Role::Dim);
        }
        Some(Err(unavailable)) => {
            let mut lines = text::wrap(&unavailable.missing, pane.width().saturating_sub(2));
            if let Some(nearest) = &unavailable.nearest {
                lines.push(format!("nearest available: {nearest}"));
            }
            for (y, line) in lines.iter().enumerate() {
                pane.put(1, y + 1, line, Role::Plain);
            }
        }
        Some(Ok(credit)) => {
            let used = credit_rows(open, credit, pane);
            let (width, left) = (pane.width(), pane.height().saturating_sub(used));
            sweep::doubts(open, &mut pane.part(0, used, width, left));
        }
    }
}

/// The scale of the bars of a credit; known already for the one on the screen.
pub(super) fn scale(open: &OpenEpisode, credit: &Attribution) -> bars::Scale {
    let shown = open.analysis().filter(|it| it.credit.as_ref().is_ok_and(|it| std::ptr::eq(it, credit)));
    match shown {
        Some(analysis) => bars::Scale::around(analysis.agents.extent),
        None => bars::Scale::of(open.roster().shown(0, usize::MAX).filter_map(|it| credit.agent(it))),
    }
}

/// Columns of a row of bars.
struct Columns {
    name: usize,
    bar: usize,
    number: usize,
    half: usize,
    /// Of what an agent earned for itself; 0: nobody did.
    own: usize,
}

/// Bars of any attribution, from the second row of `pane` on, and their sum. Returns the row behind it.
pub(super) fn credit_rows(open: &OpenEpisode, credit: &Attribution, pane: &mut Painter<'_>) -> usize {
    let width = pane.width();
    let order = open.agent_order();
    let scale = scale(open, credit);
    let value = |agent: AgentId| &credit.agents[agent.index()].value;
    let rows = pane.height().saturating_sub(3);
    let at = order.row_of(open.agent).unwrap_or(0);
    let top = window(at, order.len(), rows);
    let longest = open.longest_agents(top, rows);
    let widest = |of: &dyn Fn(AgentId) -> usize| longest.iter().map(|it| of(*it)).max().unwrap_or(0);
    let name = open.index.name_columns.clamp(5, (width / 4).clamp(5, 18));
    let number = widest(&|it| bars::number(value(it), scale.places).len()).max(6);
    let half = widest(&|it| bars::half_width(value(it), scale.places).len());
    let half = if half == 0 { 0 } else { half.max(3) + 1 };
    let earned = |it: &OwnReward| signed(it.value, scale.places);
    let own = open
        .own_study()
        .map_or(0, |it| it.own.iter().map(|it| earned(it).len()).max().unwrap_or(0).max(3) + 1);
    let bar = width.saturating_sub(name + number + half + own + 5);
    let columns = Columns { name, bar, number, half, own };
    pane.put(1, 1, "agent", Role::Dim);
    bars::axis(pane, 2 + columns.name, 1, columns.bar, &scale);
    let plus_minus = half_heading(
        order.shown(top, rows).filter_map(|it| credit.agent(it)),
        pane.theme().glyphs.plus_minus,
    );
    let numbers = 3 + columns.name + columns.bar;
    pane.put_right(numbers + columns.number, 1, "credit", Role::Dim);
    if columns.half > 0 {
        pane.put_right(numbers + columns.number + columns.half + 1, 1, &plus_minus, Role::Dim);
    }
    if columns.own > 0 {
        pane.put_right(numbers + columns.number + columns.half + columns.own + 1, 1, "own", Role::Dim);
    }
    for (row, agent) in order.shown(top, rows).enumerate() {
        agent_row(open, pane, row + 2, &columns, &scale, agent, value(agent));
    }
    let hidden = order.len().saturating_sub(rows);
    let sum = 2 + rows.min(order.len());
    let left = pane.height().saturating_sub(sum);
    sum + sum_lines(open, credit, &scale, hidden, &mut pane.part(0, sum, width, left.min(2)))
}

/// The heading of the half widths of `numbers`: `±95`, or another level where all intervals have it; `±` where
/// levels differ.
fn half_heading<'a>(numbers: impl Iterator<Item = &'a Estimate>, plus_minus: &str) -> String {
    let mut levels = numbers.filter(|it| it.interval.is_some()).map(Estimate::level_words);
    match levels.next() {
        Some(first) if levels.all(|it| it == first) => format!("{plus_minus}{}", first.trim_end_matches('%')),
        Some(_) => plus_minus.to_owned(),
        None => String::new(),
    }
}

fn agent_row(
    open: &OpenEpisode,
    pane: &mut Painter<'_>,
    y: usize,
    columns: &Columns,
    scale: &bars::Scale,
    agent: AgentId,
    value: &Value,
) {
    pane.point(0, y, pane.width(), Pointed::Agent(agent));
    let here = agent == open.agent;
    if here {
        let marker = if open.pane.is_of_acts() { "-" } else { ">" };
        pane.put(0, y, marker, Role::Cursor);
    }
    let role = if here { Role::Cursor } else { Role::Plain };
    put_agent(open, pane, (1, y), columns.name, agent, role);
    bars::bar(pane, 2 + columns.name, y, columns.bar, scale, value);
    let right = 3 + columns.name + columns.bar + columns.number;
    pane.put_right(right, y, &bars::number(value, scale.places), bars::role(value));
    pane.put_right(right + columns.half + 1, y, &bars::half_width(value, scale.places), Role::Dim);
    let own = open.own_study().and_then(|it| it.own.iter().find(|it| it.agent == agent));
    if let Some(own) = own {
        let text = signed(own.value, scale.places);
        pane.put_right(right + columns.half + columns.own + 1, y, &text, Role::Plain);
    }
}

/// The sum and what it explains, on two lines if there is room; bars never stand without it. Returns the lines used.
fn sum_lines(
    open: &OpenEpisode,
    credit: &Attribution,
    scale: &bars::Scale,
    hidden: usize,
    part: &mut Painter<'_>,
) -> usize {
    let more = if hidden > 0 { format!("{hidden} more ({})", Action::Down.key()) } else { String::new() };
    let columns = part.width().saturating_sub(6 + if hidden > 0 { more.len() + 1 } else { 0 });
    let role = if credit.balances() == Some(false) { Role::Warn } else { Role::Strong };
    part.put(1, 0, "sum", Role::Dim);
    let lines = total_words(&open.episode, credit, scale.places).lines(columns, part.height().clamp(1, 2));
    for (y, line) in lines.iter().enumerate() {
        part.put(5, y, line, role);
    }
    let right = part.width();
    part.put_right(right, 0, &more, Role::Dim);
    lines.len()
}
