//! Variant of view 4: what an estimate from the text says of every act and agent, and why. Dim throughout: nothing here
//! was measured.

use super::title;
use crate::{
    app::OpenEpisode,
    model::ActId,
    suspicion::TextEstimate,
    text,
    tui::view::{mark_error, put_agent, reasons, stepped_window},
    tui::{paint::Painter, theme::Role},
};

/// From this width on reasons stand beside the acts.
const WIDE: usize = 110;
/// Why there may be no estimate.
const NONE: &str = "no estimate: only of an episode that has ended and failed, whose acts are logged in words, and of which nothing was measured, modelled or declared";
/// Columns of a bar of P 1.
const BAR: usize = 20;

pub(super) fn draw(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let (width, height) = (pane.width(), pane.height());
    let Some(estimate) = open.analysis().and_then(|it| it.estimate.as_deref()) else {
        title(open, pane, "");
        let why = if open.analysis().is_some() { NONE } else { "computing" };
        for (y, line) in text::wrap(why, width.saturating_sub(2)).iter().enumerate() {
            pane.put(1, y + 1, line, Role::Plain);
        }
        return;
    };
    title(open, pane, "P of each act, by the text alone");
    let agents = (estimate.agents.len() + 1).min(height / 4);
    if width >= WIDE {
        let left = width * 11 / 20;
        let rows = height.saturating_sub(agents + 1);
        acts(open, estimate, &mut pane.part(0, 1, left, rows));
        by_agent(open, estimate, &mut pane.part(0, 1 + rows, left, agents));
        reasons::draw(open, estimate, &mut pane.part(left + 1, 1, width - left - 1, height - 1));
    } else {
        let below = (height / 3).max(4);
        let rows = height.saturating_sub(agents + below + 1);
        acts(open, estimate, &mut pane.part(0, 1, width, rows));
        by_agent(open, estimate, &mut pane.part(0, 1 + rows, width, agents));
        reasons::draw(open, estimate, &mut pane.part(0, 1 + rows + agents, width, below));
    }
}

/// `|`-marked acts are in the window; the first three have their rank.
fn acts(open: &OpenEpisode, estimate: &TextEstimate, pane: &mut Painter<'_>) {
    let acts = open.methods_acts();
    let episode = &open.episode;
    let (width, rows) = (pane.width(), pane.height().saturating_sub(1));
    let widest = |of: &dyn Fn(ActId) -> usize| acts.shown(0, 200).map(of).max().unwrap_or(0);
    let id = widest(&|it| text::width(&episode.act(it).id)).clamp(3, 14);
    let agent =
        widest(&|it| text::width(&episode.agent(episode.act(it).agent).name)).clamp(5, 8 + width / 10);
    let bar = BAR.min(width / 5);
    let numbers = 2 + id + 1 + agent + 1;
    let what = numbers + 7 + bar + 3;
    pane.put(2, 0, "act", Role::Dim);
    pane.put_fit(2 + id + 1, 0, agent, "agent", Role::Dim);
    pane.put_right(numbers + 4, 0, "P", Role::Dim);
    pane.put_fit(what, 0, width.saturating_sub(what), "what", Role::Dim);
    let at = open.act.and_then(|it| acts.row_of(it)).unwrap_or(0);
    let top = stepped_window(at, acts.len(), rows);
    let glyphs = pane.theme().glyphs;
    let window = estimate.window.0..=estimate.window.1;
    for (row, act) in acts.shown(top, rows).enumerate() {
        let (y, it) = (row + 1, episode.act(act));
        let here = Some(act) == open.act;
        let role = if here { Role::Cursor } else { Role::Plain };
        if here {
            pane.put(1, y, ">", Role::Cursor);
        }
        let x = pane.put_tail(2, y, id, &it.id, role);
        mark_error(open, pane, (x, y), act);
        put_agent(open, pane, (2 + id + 1, y), agent, it.agent, role);
        let p = estimate.act(act);
        pane.put_right(numbers + 4, y, &format!("{p:.2}"), Role::Dim);
        if !estimate.is_unlike() && window.contains(&act) {
            pane.put(numbers + 5, y, &glyphs.wall.to_string(), Role::Rule);
        }
        let filled = (p * bar as f64).round() as usize;
        pane.put(numbers + 6, y, &glyphs.loss.to_string().repeat(filled), Role::Dim);
        if let Some(rank) = estimate.top.iter().position(|it| *it == act) {
            pane.put(numbers + 7 + bar, y, &(rank + 1).to_string(), Role::Strong);
        }
        pane.put_fit(what, y, width.saturating_sub(what), &it.label, Role::Plain);
    }
}

fn by_agent(open: &OpenEpisode, estimate: &TextEstimate, pane: &mut Painter<'_>) {
    pane.rule(0, "By agent", "tools and persons are not named");
    let name = open.index.name_columns.clamp(5, pane.width() / 3);
    let glyph = pane.theme().glyphs.loss.to_string();
    for (y, (agent, p)) in estimate.agents.iter().take(pane.height().saturating_sub(1)).enumerate() {
        put_agent(open, pane, (2, y + 1), name, *agent, Role::Plain);
        pane.put_right(2 + name + 6, y + 1, &format!("{p:.2}"), Role::Dim);
        pane.put(2 + name + 8, y + 1, &glyph.repeat((p * BAR as f64).round() as usize), Role::Dim);
    }
}
