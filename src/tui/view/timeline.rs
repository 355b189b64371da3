//! View 3: one lane per agent, time down; messages cross from lane to lane.

use super::{detail, mark_error, put_agent, so_far, strip, window};
use crate::{
    app::{ActRows, Action, Figures, OpenEpisode, Playing, Scope, View, pointer::Pointed, sentences},
    model::{ActId, ActKind, AgentId, LinkKind, places},
    text,
    tui::{paint::Painter, theme::Role},
};

/// From so many columns on the act stands beside the lanes, in so many.
const BESIDE: (usize, usize) = (140, 58);

pub(super) fn draw(open: &OpenEpisode, body: &mut Painter<'_>) {
    let (width, height) = (body.width(), body.height());
    if width >= BESIDE.0 && !open.timeline.strip {
        let (left, rows) = (width - BESIDE.1, height.saturating_sub(1));
        lanes(open, &mut body.part(0, 0, left - 1, rows));
        let wall = body.theme().glyphs.wall.to_string();
        for y in 0..rows {
            body.put(left - 1, y, &wall, Role::Rule);
        }
        let above = so_far::rows(open, rows / 2);
        so_far::draw(open, &mut body.part(left, 0, BESIDE.1, above));
        detail::summary(open, &mut body.part(left, above, BESIDE.1, rows - above));
        return strip::blame_density(open, &mut body.part(0, height.saturating_sub(1), width, 1));
    }
    let below = match open.timeline.playing {
        Some(_) => so_far::rows(open, height / 2),
        None if height >= 18 => (height / 4).clamp(5, 14),
        None => 0,
    };
    let upper = height - below - 1;
    if open.timeline.strip {
        step_strip(open, &mut body.part(0, 0, width, upper));
    } else {
        lanes(open, &mut body.part(0, 0, width, upper));
    }
    let mut lower = body.part(0, upper, width, below);
    // Nobody reads an act in passing.
    match open.timeline.playing {
        _ if below == 0 => {}
        Some(_) => so_far::draw(open, &mut lower),
        None => detail::summary(open, &mut lower),
    }
    strip::blame_density(open, &mut body.part(0, height - 1, width, 1));
}

fn scope_title(open: &OpenEpisode, shown: usize) -> String {
    let all = open.episode.acts.len();
    let listed = open.listed.is_filtered();
    let play = match open.timeline.playing {
        Some(Playing::Forwards) => {
            let [stop, next] = [Action::Play, Action::Scope].map(Action::key);
            format!("  PLAYING ({stop} stops, {next} next to blame)")
        }
        Some(Playing::Backwards) => format!("  PLAYING BACK ({} stops)", Action::PlayBack.key()),
        None => String::new(),
    };
    let clocks = open.episode.clock_words().map_or(String::new(), |it| format!("  clocks {it}"));
    let play = format!("{play}{clocks}");
    let scope = Action::Scope.key();
    match open.timeline.scope {
        Scope::All if listed => format!("all that pass ({scope}){play}"),
        Scope::All => format!("all {all} acts ({scope}){play}"),
        Scope::Top => format!("top {shown} of {all} acts by credit ({scope}){play}"),
        Scope::BlamePath => {
            let wait = if open.is_path_pending() { ", being worked out" } else { "" };
            format!("blame path: {shown} of {all} acts{wait} ({scope}){play}")
        }
    }
}

/// The title of the pane; what is not listed is named right after the view.
fn title_of(open: &OpenEpisode, title: &str) -> String {
    match open.listed.note() {
        Some(note) => {
            let name = View::TIMELINE.heading();
            let rest = title.strip_prefix(&name).unwrap_or(title);
            format!("{name}  {note} ({}){rest}", Action::Filters.key())
        }
        None => title.to_owned(),
    }
}

fn nothing_to_show(open: &OpenEpisode) -> String {
    let scope = Action::Scope.key();
    if open.is_path_pending() {
        "the blame path is being worked out".to_owned()
    } else if open.listed.is_filtered() {
        format!("no act passes the filters ({} lists them, {scope} shows more)", Action::Filters.key())
    } else {
        format!("no acts to show ({scope} shows more)")
    }
}

/// Where things stand in a row of lanes.
struct Lanes {
    id: usize,
    when: usize,
    first: usize,
    lane: usize,
    shown: Vec<AgentId>,
    hidden: usize,
    places: usize,
}

impl Lanes {
    fn of(open: &OpenEpisode, acts: &ActRows<'_>, width: usize) -> Self {
        let episode = &open.episode;
        let sample = || acts.shown(0, 500);
        let widest = if width < 100 { 9 } else { 16 };
        let id = sample().map(|it| text::width(&episode.act(it).id)).max().unwrap_or(3).clamp(3, widest);
        let when = sentences::when_width(open).min(10);
        let first = id + when + 4;
        let places = places(open.largest_act());
        let room = width.saturating_sub(first + places + 9);
        let agents = episode.agents.len().max(1);
        let visible = (room / 9).clamp(1, agents);
        let lane = room / visible;
        let last = agents - visible;
        // The lane of the cursor is always among those shown.
        let wanted = open.act.map_or(open.timeline.lane, |it| episode.act(it).agent.index());
        let start = if wanted < visible { 0 } else { wanted + 1 - visible }.min(last);
        let shown: Vec<AgentId> = (start..start + visible).map(AgentId::from_index).collect();
        Self { id, when, first, lane, shown, hidden: agents - visible, places }
    }

    /// The column of the agent's lane; to the edge for one that is not shown.
    fn column(&self, agent: AgentId) -> usize {
        let start = self.shown.first().map_or(0, |it| it.index());
        let slot = agent.index().saturating_sub(start).min(self.shown.len());
        self.first + slot * self.lane
    }

    fn end(&self) -> usize {
        self.first + self.shown.len() * self.lane
    }
}

/// The lanes with a heading.
pub(super) fn lanes(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let acts = open.timeline_acts();
    pane.rule(0, &title_of(open, &View::TIMELINE.heading()), &scope_title(open, acts.len()));
    if acts.is_empty() {
        pane.put(2, 1, &nothing_to_show(open), Role::Dim);
        return;
    }
    let lanes = Lanes::of(open, &acts, pane.width());
    if lanes.hidden > 0 {
        let all = open.episode.agents.len();
        let title = format!("{}  {} of {all} lanes", View::TIMELINE.heading(), all - lanes.hidden);
        pane.rule(0, &title_of(open, &title), &scope_title(open, acts.len()));
    }
    pane.put(1, 1, "act", Role::Dim);
    let unit = if open.index.start.is_some() { "t/s" } else { "step" };
    if lanes.when >= unit.len() {
        pane.put_right(lanes.id + lanes.when + 2, 1, unit, Role::Dim);
    }
    let (right, figures) = (pane.width(), open.figures().heading());
    for agent in &lanes.shown {
        let column = lanes.column(*agent);
        let role = if *agent == open.agent { Role::Cursor } else { Role::Plain };
        let is_last = lanes.shown.last() == Some(agent);
        let more = if is_last { right.saturating_sub(lanes.end() + text::width(figures) + 1) } else { 0 };
        put_agent(open, pane, (column, 1), lanes.lane - 1 + more, *agent, role);
    }
    pane.put_right(right, 1, figures, Role::Dim);
    let rows = pane.height().saturating_sub(2);
    let top = window(row_at(open, &acts), acts.len(), rows);
    for (row, act) in acts.shown(top, rows).enumerate() {
        let before = (top + row).checked_sub(1).and_then(|it| acts.get(it));
        act_row(open, pane, &lanes, row + 2, act, before);
    }
    let end = rows.min(acts.len() - top);
    if end < rows && open.timeline.scope != Scope::Top {
        end_row(open, pane, &lanes, end + 2);
    }
}

fn act_row(
    open: &OpenEpisode,
    pane: &mut Painter<'_>,
    lanes: &Lanes,
    y: usize,
    act: ActId,
    before: Option<ActId>,
) {
    let episode = &open.episode;
    pane.point(0, y, pane.width(), Pointed::Act(act));
    let glyphs = pane.theme().glyphs;
    let it = episode.act(act);
    let here = Some(act) == open.act;
    let linked = open.act.and_then(|cursor| {
        let parents = episode.links.parents(cursor).iter().map(|link| (link, "cause"));
        let children = episode.links.children(cursor).iter().map(|link| (link, "effect"));
        parents.chain(children).find(|(link, _)| link.act == act).map(|(link, word)| (link.kind, word))
    });
    let role = match (here, linked) {
        (true, _) => Role::Cursor,
        (_, Some(_)) => Role::Linked,
        _ => Role::Plain,
    };
    if here {
        pane.put(0, y, ">", Role::Cursor);
    } else if let Some((kind, word)) = linked {
        let mark = match (word, kind) {
            ("cause", LinkKind::Logged) => "^",
            ("cause", LinkKind::Inferred) => "'",
            (_, LinkKind::Logged) => "v",
            (_, LinkKind::Inferred) => ",",
        };
        pane.put(0, y, mark, Role::Strong);
    }
    pane.put_tail(1, y, lanes.id, &it.id, if open.found.holds(act) { Role::Match } else { role });
    mark_error(open, pane, (lanes.id + 1, y), act);
    pane.put_right(lanes.id + lanes.when + 2, y, &sentences::when(open, act), Role::Dim);
    if let Some(gap) = before.and_then(|before| idle_seconds(open, before, act)) {
        let mark = if gap >= 2.0 { if glyphs.ascii { "~" } else { "≈" } } else { " " };
        pane.put(lanes.id + lanes.when + 2, y, mark, Role::Dim);
    }
    for agent in &lanes.shown {
        pane.put(lanes.column(*agent), y, &glyphs.wall.to_string(), Role::Rule);
    }
    if !lanes.shown.contains(&it.agent) {
        // Its lane is off the screen: the name replaces it.
        let name = &episode.agent(it.agent).name;
        let word = if it.kind == ActKind::Message { "tells" } else { "does" };
        let text = format!("({name} {word} {})", it.label);
        let room = lanes.end().saturating_sub(lanes.first + 2);
        pane.put_fit(lanes.first + 2, y, room, &text, if here { role } else { Role::Dim });
    } else if it.kind == ActKind::Message && !it.to.is_empty() {
        message(open, pane, lanes, y, act);
    } else {
        let from = lanes.column(it.agent);
        let (dot, role) = match it.has_error() {
            true => (glyphs.error, Role::Warn),
            false => (glyphs.dot, if here { Role::Strong } else { Role::Plain }),
        };
        pane.put(from, y, &dot.to_string(), role);
        // A label may run over lanes to its right: it matters more than the bare lines.
        let has_figure = !sentences::act_figure(open, act, lanes.places).is_empty();
        let end = if has_figure { lanes.end() } else { pane.width().saturating_sub(1) };
        let room = end.saturating_sub(from + 2);
        if room > 2 {
            let text = pane.fit(&it.label, room - 1);
            // Plain, wherever the cursor is: its row and those of cause and effect are marked at their
            // beginning, so a step down the list writes no label again.
            pane.put(from + 1, y, &format!(" {text} "), Role::Plain);
        }
    }
    credit_column(open, pane, lanes, y, act);
}

fn credit_column(open: &OpenEpisode, pane: &mut Painter<'_>, lanes: &Lanes, y: usize, act: ActId) {
    let right = pane.width();
    if open.figures() != Figures::Credit {
        pane.put_right(right, y, &format!(" {}", sentences::act_figure(open, act, lanes.places)), Role::Dim);
        return;
    }
    let Some(credit) = open.act_credit(act) else { return };
    let text = sentences::act_figure(open, act, lanes.places);
    let (role, mark) = match credit.value {
        value if value < 0.0 => (Role::Negative, pane.theme().glyphs.loss),
        value if value > 0.0 => (Role::Positive, pane.theme().glyphs.gain),
        _ => (Role::Dim, ' '),
    };
    pane.put_right(right - 1, y, &format!(" {text}"), role);
    pane.put_right(right, y, &mark.to_string(), role);
}

/// An arrow from the sender's lane to the recipients'.
fn message(open: &OpenEpisode, pane: &mut Painter<'_>, lanes: &Lanes, y: usize, act: ActId) {
    let glyphs = pane.theme().glyphs;
    let it = open.episode.act(act);
    let here = Some(act) == open.act;
    let role = if here { Role::Strong } else { Role::Plain };
    let from = lanes.column(it.agent);
    let targets: Vec<usize> = it.to.iter().map(|to| lanes.column(*to)).collect();
    let low = targets.iter().copied().chain([from]).min().unwrap_or(from);
    let high = targets.iter().copied().chain([from]).max().unwrap_or(from).min(lanes.end());
    for column in low..=high {
        pane.put(column, y, &glyphs.line.0.to_string(), role);
    }
    for agent in &lanes.shown {
        let column = lanes.column(*agent);
        if (low + 1..high).contains(&column) {
            pane.put(column, y, &glyphs.cross.to_string(), Role::Rule);
        }
    }
    for target in &targets {
        let head = if *target < from { glyphs.arrows.0 } else { glyphs.arrows.1 };
        pane.put((*target).min(lanes.end()), y, &head.to_string(), role);
    }
    pane.put(from, y, &glyphs.dot.to_string(), role);
    // The text stands on the longer free stretch beside the sender.
    let (start, room) = if high > from { (from + 2, high - from) } else { (low + 2, from - low) };
    if room > 6 {
        let text = pane.fit(&it.label, (room - 4).min(60));
        pane.put(start, y, &text, role);
    }
}

/// Seconds in which nobody acted.
fn idle_seconds(open: &OpenEpisode, before: ActId, act: ActId) -> Option<f64> {
    let (earlier, later) = (open.episode.act(before), open.episode.act(act));
    Some(later.time?.seconds_since(earlier.time?) - earlier.duration.unwrap_or(0.0))
}

fn end_row(open: &OpenEpisode, pane: &mut Painter<'_>, lanes: &Lanes, y: usize) {
    end_at(open, pane, lanes.first, y);
}

/// How it ended, and what was said, from column `x` on.
pub(super) fn end_at(open: &OpenEpisode, pane: &mut Painter<'_>, x: usize, y: usize) {
    let (word, role) = super::header::outcome(open);
    let mut line = format!("{}  {word}", super::header::reward(open));
    let end = open.episode.outcome.as_ref();
    if let Some(reason) = end.and_then(|it| it.reason.as_deref()) {
        line += &format!("  {reason}");
    }
    let source = open.index.reward_source.and_then(|it| open.episode.rewards.get(it));
    if let Some(source) = source.and_then(|it| it.source.as_deref()) {
        line += &format!("  by {source}");
    }
    if let Some(answer) = end.and_then(|it| it.answer.as_deref()) {
        line += &format!("  answer {answer}");
    }
    if let Some(truth) = end.and_then(|it| it.ground_truth.as_deref()) {
        line += &format!("  truth {truth}");
    }
    pane.put(1, y, if end.is_some() { "END" } else { "..." }, Role::Strong);
    let columns = pane.width().saturating_sub(x);
    pane.put_fit(x, y, columns, &line, role);
}

/// One row per agent, one column per act: the whole episode at a glance.
fn step_strip(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let acts = open.timeline_acts();
    let title = format!("{}  step strip ({}: lanes)", View::TIMELINE.heading(), Action::Variant.key());
    pane.rule(0, &title_of(open, &title), &scope_title(open, acts.len()));
    if acts.is_empty() {
        pane.put(2, 1, &nothing_to_show(open), Role::Dim);
        return;
    }
    let episode = &open.episode;
    let glyphs = pane.theme().glyphs;
    let name = open.index.name_columns.clamp(5, 16);
    let columns = pane.width().saturating_sub(name + 3);
    let at = row_at(open, &acts);
    let first = window(at, acts.len(), columns);
    let rows = pane.height().saturating_sub(4);
    let agents = episode.agents.len();
    let top = window(open.agent.index(), agents, rows);
    let columns: Vec<StripColumn> =
        acts.shown(first, columns).map(|it| StripColumn::of(open, it, top..top + rows)).collect();
    for (row, agent) in episode.agent_ids().skip(top).take(rows).enumerate() {
        let role = if agent == open.agent { Role::Cursor } else { Role::Plain };
        put_agent(open, pane, (1, row + 1), name, agent, role);
        for (slot, column) in columns.iter().enumerate() {
            let (glyph, role) = if column.agent == agent {
                match (column.is_blamed, column.credit) {
                    (true, _) => ('!', Role::Warn),
                    _ if column.has_error => (glyphs.error, Role::Warn),
                    (_, credit) if credit < 0.0 => (glyphs.loss, Role::Negative),
                    (_, credit) if credit > 0.0 => (glyphs.gain, Role::Positive),
                    _ => (glyphs.dot, Role::Plain),
                }
            } else if column.told.contains(&agent) {
                (glyphs.line.0, Role::Dim)
            } else {
                (glyphs.middot, Role::Rule)
            };
            pane.put(name + 2 + slot, row + 1, &glyph.to_string(), role);
        }
    }
    let shown = rows.min(agents - top);
    pane.put(name + 2 + at - first, shown + 1, "^", Role::Strong);
    let more = match agents.saturating_sub(shown) {
        0 => String::new(),
        hidden => format!("  {hidden} more agents ({})", Action::Down.key()),
    };
    let error = match open.index.errors.as_slice() {
        [] => String::new(),
        _ => format!("  {} error", glyphs.error),
    };
    let legend = format!(
        "{} lost  {} earned  {} no credit  {} told  ! judged a mistake{error}{more}",
        glyphs.loss, glyphs.gain, glyphs.dot, glyphs.line.0
    );
    pane.put(1, shown + 2, &legend, Role::Dim);
}

/// One act as a column of the strip.
struct StripColumn {
    agent: AgentId,
    is_blamed: bool,
    has_error: bool,
    credit: f64,
    /// Whom it tells, of the agents that are shown.
    told: Vec<AgentId>,
}

impl StripColumn {
    fn of(open: &OpenEpisode, act: ActId, shown: std::ops::Range<usize>) -> Self {
        let it = open.episode.act(act);
        let mut labels = open.index.labels_of(act).filter_map(|it| open.episode.labels.get(it));
        Self {
            agent: it.agent,
            is_blamed: labels.any(crate::model::Label::blames),
            has_error: it.has_error(),
            credit: open
                .act_credit(act)
                .filter(|_| open.figures() == Figures::Credit)
                .map_or(0.0, |it| it.value),
            told: it.to.iter().copied().filter(|it| shown.contains(&it.index())).collect(),
        }
    }
}

/// The row of the act under the cursor, or of the next act that is shown.
fn row_at(open: &OpenEpisode, acts: &ActRows<'_>) -> usize {
    let row = open.act.map_or(0, |it| acts.row_from(it));
    if row < acts.len() { row } else { 0 }
}
