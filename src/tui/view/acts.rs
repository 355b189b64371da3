//! The list of acts beside the bars.

use super::{
    bars::{Scale, bar},
    mark_error, put_agent, stepped_window, timeline,
};
use crate::{
    app::{ActOrder, ActRows, Action, Extent, Figures, OpenEpisode, pointer::Pointed, sentences},
    credit::{self, Verdict},
    model::{ActId, Estimate, Value, places, signed, unsigned},
    text,
    tui::{paint::Painter, theme::Role},
};

pub(super) fn draw(open: &OpenEpisode, pane: &mut Painter<'_>) {
    heading(open, pane);
    let acts = open.act_order();
    if acts.is_empty() {
        let why = if open.listed.is_filtered() {
            format!("no act passes the filters ({})", Action::Filters.key())
        } else {
            "no acts in this episode".to_owned()
        };
        pane.put(2, 1, &why, Role::Dim);
        return;
    }
    let columns = Columns::of(open, &acts, pane.width());
    columns.draw(open, pane);
    let is_story = open.acts_in() == ActOrder::Story;
    let rows = pane.height().saturating_sub(2);
    // A story has its end below it.
    let rows = if is_story && rows > acts.len().min(3) { rows - 1 } else { rows };
    let rules = if is_story { rules_together(open, pane.width()) } else { Vec::new() };
    let has_rules = !rules.is_empty() && rows >= acts.len().min(BESIDE_RULES) + rules.len();
    let rows = if has_rules { rows - rules.len() } else { rows };
    let at = open.act.and_then(|it| acts.row_of(it)).unwrap_or(0);
    let top = stepped_window(at, acts.len(), rows);
    let more = match acts.len().saturating_sub(top + rows) {
        0 => String::new(),
        more => format!(" {more} more "),
    };
    for (row, act) in acts.shown(top, rows).enumerate() {
        let is_last = row + 1 == rows && rows > 1;
        let note = if is_last { text::width(&more) } else { 0 };
        draw_act(open, &columns, (row + 2, note), act, pane);
    }
    let end = 2 + rows.min(acts.len());
    if is_story && end < pane.height() {
        timeline::end_at(open, pane, 6, end);
    }
    if has_rules {
        pane.put(1, end + 1, "rules", Role::Strong);
        for (at, line) in rules.iter().enumerate() {
            pane.put(7, end + 1 + at, line, Role::Dim);
        }
    }
    if rows > 1 {
        let edge = pane.width();
        pane.put_right(edge, rows + 1, &more, Role::Dim);
    }
}

/// What the numbers are, in which order the acts are listed, and what is not listed.
fn heading(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let word = open.analysis().and_then(|it| it.acts.as_ref()).map(|it| (it.provenance.word(), &it.method));
    // Until credit is known there is no other order.
    let by_time = open.acts_in() == ActOrder::Time || open.ranking().is_none();
    let figures = open.figures();
    let sort = Action::Sort.key();
    if open.acts_in() == ActOrder::Story {
        return story_heading(open, word.map(|it| it.0), pane);
    }
    let order = format!("by {} ({sort})", if by_time { "time" } else { "size" });
    let title = match word {
        _ if figures == Figures::None => format!("Acts {order}"),
        _ if figures == Figures::Suspicion && pane.width() < 40 => format!("Acts: P ({sort})"),
        _ if figures == Figures::Suspicion => format!("Acts: P by the text, {order}"),
        Some((_, method)) if pane.width() < 40 => format!("Acts: {method} ({sort})"),
        Some((_, method)) => format!("Acts: {method}, {order}"),
        None => format!("Acts {order}"),
    };
    // What is not listed is said first of all.
    let title = match open.listed.note() {
        Some(note) if pane.width() < 40 => note,
        Some(note) => format!("{note}  {title}"),
        None => title,
    };
    let none = if open.analysis().is_some() { "no credit per act" } else { "computing" };
    let right = match word {
        _ if figures == Figures::Suspicion => "estimated",
        _ if figures == Figures::None && by_time => "",
        word => word.map_or(none, |it| it.0),
    };
    pane.rule(0, &title, right);
}

/// The heading of the story: how many acts of how many, and by which method their credit is.
fn story_heading(open: &OpenEpisode, word: Option<&str>, pane: &mut Painter<'_>) {
    let (shown, all, sort) = (open.act_order().len(), open.episode.acts.len(), Action::Sort.key());
    let method = open.analysis().and_then(|it| it.acts.as_ref()).map(|it| it.method.clone());
    let method = method.map_or(String::new(), |it| format!(", {it}"));
    let title = match pane.width() {
        ..40 => format!("Story: {shown} of {all} acts ({sort})"),
        40..60 => format!("Story: {shown} of {all} acts{method} ({sort})"),
        _ => format!("Story, from cause to end: {shown} of {all} acts{method} ({sort})"),
    };
    pane.rule(0, &title, word.unwrap_or(""));
}

/// Where things stand in a row.
struct Columns {
    /// Of the id, and of the gap after it.
    id: usize,
    gap: usize,
    when: usize,
    agent: usize,
    what: usize,
    /// The column after the number.
    right: usize,
    /// Of the interval, and of the bar, after the number; 0: they are not shown.
    interval: usize,
    bar: usize,
    /// Of what would have been better, after the number; 0: it is not shown.
    better: usize,
    /// Decimals of the number.
    places: usize,
}

impl Columns {
    fn of(open: &OpenEpisode, acts: &ActRows<'_>, width: usize) -> Self {
        let episode = &open.episode;
        let widest = |of: &dyn Fn(ActId) -> usize| acts.shown(0, 200).map(of).max().unwrap_or(0);
        // In a narrow pane what was done matters more than when.
        let narrow = width < 40;
        let id = widest(&|it| text::width(&episode.act(it).id)).clamp(
            3,
            if narrow {
                8
            } else if width < WIDE {
                14
            } else {
                32
            },
        );
        let when = if narrow { 0 } else { sentences::when_width(open).min(10) };
        let agent = widest(&|it| text::width(&episode.agent(episode.act(it).agent).name));
        let agent = agent.clamp(5, if narrow { 6 } else { 8 + width / 20 });
        let places = places(open.largest_act());
        let number = if open.figures() == Figures::None { 0 } else { 4 + places.max(1) };
        let better = better_columns(open, acts, width);
        let has_credit = open.figures() == Figures::Credit && width >= WIDE;
        let range = |it: ActId| interval(open, it, places).map_or(0, |it| it.len());
        let interval = if has_credit { widest(&range) } else { 0 };
        let interval = interval + usize::from(interval > 0);
        let bar = if has_credit { BAR } else { 0 };
        // When, who and what say more of an act than its id, which stands below for the one under the cursor.
        let id = match better {
            0 => id,
            _ if width < NAMED => 0,
            _ if width < WIDE => id.min(12),
            _ => id,
        };
        // An act in which something went wrong has its mark there.
        let gap = usize::from(id > 0 || !open.index.errors.is_empty());
        let after = interval + bar + better;
        let what = width.saturating_sub(id + gap + when + agent + number + after + 5);
        Self { id, gap, when, agent, what, right: width - after, interval, bar, better, places }
    }

    /// The column before what would have been better.
    fn better_at(&self) -> usize {
        self.right + self.interval + self.bar
    }

    fn draw(&self, open: &OpenEpisode, pane: &mut Painter<'_>) {
        let unit = if open.index.start.is_some() { "t/s" } else { "step" };
        let mut x = pane.put_fit(2, 1, self.id, "act", Role::Dim) + self.gap;
        if self.when > 0 {
            pane.put_right(x + self.when, 1, if self.when < unit.len() { "" } else { unit }, Role::Dim);
            x += self.when + 1;
        }
        x = pane.put_fit(x, 1, self.agent, "agent", Role::Dim) + 1;
        pane.put_fit(x, 1, self.what, "what", Role::Dim);
        pane.put_right(self.right, 1, open.figures().heading(), Role::Dim);
        if self.interval > 0 {
            let first = open.act_order().get(0).and_then(|it| open.act_credit(it));
            let level = first.map_or(String::new(), |it| format!("{} ", it.level_words()));
            pane.put_fit(self.right + 1, 1, self.interval - 1, &format!("{level}interval"), Role::Dim);
        }
        if self.better > 0 {
            pane.put_fit(self.better_at() + 1, 1, self.better - 1, "better: R", Role::Dim);
        }
    }
}

/// Row `y`, at the end of which `note` columns are taken.
fn draw_act(
    open: &OpenEpisode,
    columns: &Columns,
    (y, note): (usize, usize),
    act: ActId,
    pane: &mut Painter<'_>,
) {
    let (episode, figures) = (&open.episode, open.figures());
    pane.point(0, y, pane.width(), Pointed::Act(act));
    let it = episode.act(act);
    let here = Some(act) == open.act;
    let linked = open.act.filter(|_| open.acts_in() == ActOrder::Story).and_then(|it| link(open, it, act));
    let role = match linked {
        _ if here => Role::Cursor,
        Some(_) => Role::Linked,
        None => Role::Plain,
    };
    if let Some(mark) = linked.filter(|_| !here) {
        pane.put(1, y, mark, Role::Strong);
    }
    if here {
        pane.put(1, y, if open.pane.is_of_acts() { ">" } else { "-" }, Role::Cursor);
    }
    let found = if open.found.holds(act) { Role::Match } else { role };
    let mut x = pane.put_tail(2, y, columns.id, &it.id, found) + columns.gap;
    mark_error(open, pane, (2 + columns.id, y), act);
    if columns.when > 0 {
        pane.put_right(x + columns.when, y, &sentences::when(open, act), Role::Dim);
        x += columns.when + 1;
    }
    x = put_agent(open, pane, (x, y), columns.agent, it.agent, role) + 1;
    let figure = sentences::act_figure(open, act, columns.places);
    let better = sentences::better(episode, act).filter(|_| columns.better > 0);
    // An act without numbers has the room of those.
    let is_bare = better.is_none() && figure.is_empty();
    let room = if is_bare { pane.width().saturating_sub(x + note) } else { 0 };
    let room = room.max(columns.what);
    pane.put_fit(x, y, room, &it.label, role);
    // What came of it, where there is room for more than its beginning.
    let to = pane.theme().glyphs.to;
    let used = text::width(&it.label) + text::width(to) + 2;
    if !it.result.is_empty() && used + RESULT <= room {
        pane.put(x + text::width(&it.label) + 1, y, to, Role::Dim);
        pane.put_fit(x + used, y, room - used, &it.result, Role::Dim);
    }
    if figures == Figures::Suspicion {
        pane.put_right(columns.right, y, &figure, Role::Dim);
    } else if let Some(credit) = open.act_credit(act).filter(|_| figures == Figures::Credit) {
        let role = if credit.value < 0.0 { Role::Negative } else { Role::Positive };
        pane.put_right(columns.right, y, &figure, if credit.value == 0.0 { Role::Dim } else { role });
        if let Some(interval) = interval(open, act, columns.places).filter(|_| columns.interval > 0) {
            pane.put_fit(columns.right + 1, y, columns.interval - 1, &interval, Role::Dim);
        }
        if columns.bar > 0 {
            let largest = open.largest_act();
            let scale = Scale::around(Extent { largest, ends: (-largest, largest) });
            let at = columns.right + columns.interval + 1;
            bar(pane, at, y, columns.bar - 2, &scale, &Value::Number(Estimate::exact(credit.value)));
        }
    }
    if let Some((mean, label)) = better {
        let text = format!("{} {label}", unsigned(mean, 2));
        let role = if here { Role::Cursor } else { Role::Dim };
        pane.put_fit(columns.better_at() + 1, y, columns.better - 1, &text, role);
    }
}

/// What the rules of failure attribution say of which act, in lines for a pane of `width` columns.
fn rules_together(open: &OpenEpisode, width: usize) -> Vec<String> {
    let Some(study) = open.methods.failure.get() else { return Vec::new() };
    let verdict = open.analysis().map(|it| &it.verdict).filter(|it| it.is_by_numbers());
    let told = credit::together(&open.episode, study, verdict.and_then(Verdict::act));
    told.map_or(Vec::new(), |it| text::wrap(&it, width.saturating_sub(8)))
}

/// How `act` goes with the one under the cursor: `^` a cause of it, `v` an effect.
fn link(open: &OpenEpisode, cursor: ActId, act: ActId) -> Option<&'static str> {
    let links = &open.episode.links;
    if links.parents(cursor).iter().any(|it| it.act == act) {
        return Some("^");
    }
    links.children(cursor).iter().any(|it| it.act == act).then_some("v")
}

/// Columns of what would have been better, with its mean return, where alternatives of the acts listed first are known.
fn better_columns(open: &OpenEpisode, acts: &ActRows<'_>, width: usize) -> usize {
    let known = || acts.shown(0, 200).filter_map(|it| sentences::better(&open.episode, it));
    let longest = known().map(|it| text::width(it.1)).max().unwrap_or(0);
    if longest == 0 || width < BETTER.0 { 0 } else { (longest + 6).clamp(10, (width / 4).max(BETTER.1)) }
}

/// From so many columns on an act has its interval, its bar, and its id in full.
const WIDE: usize = 100;
/// Columns of a bar, with the gaps around it.
const BAR: usize = 18;
/// The rows of a story that go before what the rules say.
const BESIDE_RULES: usize = 8;
/// The least columns for what came of an act.
const RESULT: usize = 8;

/// The interval of the credit of an act: `[-0.41, -0.35]`.
fn interval(open: &OpenEpisode, act: ActId, places: usize) -> Option<String> {
    let (low, high) = open.act_credit(act)?.interval?;
    Some(format!("[{}, {}]", signed(low, places).trim_start(), signed(high, places).trim_start()))
}

/// From so many columns on acts are listed by their ids, too, where what would have been better is said.
const NAMED: usize = 56;
/// The least columns of a list that says what would have been better, and the columns of that.
const BETTER: (usize, usize) = (42, 12);
