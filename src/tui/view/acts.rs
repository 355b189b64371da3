//! The list of acts beside the bars.

use super::{mark_error, put_agent, stepped_window};
use crate::{
    app::{Action, Figures, OpenEpisode, Pane, sentences},
    model::{ActId, places},
    text,
    tui::{paint::Painter, theme::Role},
};

pub(super) fn draw(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let word = open.analysis().and_then(|it| it.acts.as_ref()).map(|it| (it.provenance.word(), &it.method));
    // Until credit is known there is no other order.
    let by_time = open.lists_by_time() || open.ranking().is_none();
    let figures = open.figures();
    let (word_of_order, sort) = (if by_time { "time" } else { "size" }, Action::Sort.key());
    let order = format!("by {word_of_order} ({sort})");
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
    let episode = &open.episode;
    let widest = |of: &dyn Fn(ActId) -> usize| acts.shown(0, 200).map(of).max().unwrap_or(0);
    let id = widest(&|it| text::width(&episode.act(it).id)).clamp(3, if pane.width() < 40 { 8 } else { 14 });
    // In a narrow pane what was done matters more than when.
    let narrow = pane.width() < 40;
    let when = if narrow { 0 } else { sentences::when_width(open).min(10) };
    let agent = widest(&|it| text::width(&episode.agent(episode.act(it).agent).name));
    let agent = agent.clamp(5, if narrow { 6 } else { 8 + pane.width() / 20 });
    let places = places(open.largest_act());
    let number = if figures == Figures::None { 0 } else { 4 + places.max(1) };
    let what = pane.width().saturating_sub(id + when + agent + number + 6);
    let mut x = 2;
    let unit = if open.index.start.is_some() { "t/s" } else { "step" };
    x = pane.put_fit(x, 1, id, "act", Role::Dim) + 1;
    if when > 0 {
        pane.put_right(x + when, 1, if when < unit.len() { "" } else { unit }, Role::Dim);
        x += when + 1;
    }
    x = pane.put_fit(x, 1, agent, "agent", Role::Dim) + 1;
    pane.put_fit(x, 1, what, "what", Role::Dim);
    let right = pane.width();
    pane.put_right(right, 1, figures.heading(), Role::Dim);
    let rows = pane.height().saturating_sub(2);
    let at = open.act.and_then(|it| acts.row_of(it)).unwrap_or(0);
    let top = stepped_window(at, acts.len(), rows);
    for (row, act) in acts.shown(top, rows).enumerate() {
        let y = row + 2;
        let it = episode.act(act);
        let here = Some(act) == open.act;
        let role = if here { Role::Cursor } else { Role::Plain };
        if here {
            pane.put(1, y, if open.pane == Pane::Acts { ">" } else { "-" }, Role::Cursor);
        }
        let found = if open.found.holds(act) { Role::Match } else { role };
        let mut x = pane.put_tail(2, y, id, &it.id, found) + 1;
        mark_error(open, pane, (x - 1, y), act);
        if when > 0 {
            pane.put_right(x + when, y, &sentences::when(open, act), Role::Dim);
            x += when + 1;
        }
        x = put_agent(open, pane, (x, y), agent, it.agent, role) + 1;
        pane.put_fit(x, y, what, &it.label, role);
        if figures == Figures::Suspicion {
            pane.put_right(right, y, &sentences::act_figure(open, act, places), Role::Dim);
        } else if let Some(credit) = open.act_credit(act).filter(|_| figures == Figures::Credit) {
            let text = sentences::act_figure(open, act, places);
            let role = if credit.value < 0.0 { Role::Negative } else { Role::Positive };
            pane.put_right(right, y, &text, if credit.value == 0.0 { Role::Dim } else { role });
        }
    }
    if acts.len() > top + rows && rows > 1 {
        let more = format!(" {} more ", acts.len() - top - rows);
        pane.put_right(right, rows + 1, &more, Role::Dim);
    }
}
