//! The episode up to the act under the cursor: what each agent had done and cost by then.

use super::{
    bars::{Scale, bar},
    put_agent,
};
use crate::{
    app::{Extent, OpenEpisode, so_far::SoFar},
    model::{AgentId, Estimate, Value, signed},
    text,
    tui::{paint::Painter, theme::Role},
};

/// Rows beside those of agents: the title, the heads of the columns, and what the team has.
const FRAME: usize = 3;
/// The least columns for a bar.
const BAR: usize = 10;

fn known(open: &OpenEpisode) -> Option<&SoFar> {
    open.timeline.so_far.as_ref().map(|it| &*it.1)
}

/// How many rows it takes, at most `most`; 0 if nothing is counted or there is no room for one agent.
pub(super) fn rows(open: &OpenEpisode, most: usize) -> usize {
    let agents = known(open).map_or(0, |it| it.agents.len());
    if agents == 0 || most < FRAME + 1 { 0 } else { (agents + FRAME).min(most) }
}

/// A column of numbers: its head, and the number of an agent.
type Column = (&'static str, fn(&SoFar, AgentId) -> String);

const COLUMNS: [Column; 4] = [
    ("actions", |it, agent| it.agents[agent.index()].actions.to_string()),
    ("messages", |it, agent| it.agents[agent.index()].messages.to_string()),
    ("errors", |it, agent| it.agents[agent.index()].errors.to_string()),
    ("tokens", |it, agent| it.agents[agent.index()].tokens.map_or(String::new(), |it| it.to_string())),
];

/// Draws it over the whole pane.
pub(super) fn draw(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let Some(so_far) = known(open).filter(|_| pane.height() > FRAME) else { return };
    let episode = &open.episode;
    pane.rule(0, &format!("So far: {} of {} acts", so_far.acts, episode.acts.len()), "");
    let room = pane.height() - FRAME;
    let order = so_far.order();
    // Without room for all, those who have lost most.
    let shown = &order[..order.len().min(room)];
    let names = shown.iter().map(|it| text::width(&episode.agent(*it).name)).max().unwrap_or(0);
    let width = pane.width();
    let names = names.clamp(5, (width / 3).max(5));
    let mut x = 1 + names;
    pane.put(1, 1, "agent", Role::Dim);
    for (y, agent) in shown.iter().enumerate() {
        let role = if *agent == open.agent { Role::Cursor } else { Role::Plain };
        put_agent(open, pane, (1, y + 2), names, *agent, role);
    }
    let says = |column: &Column| {
        // What nobody has is no column.
        so_far.agents.iter().enumerate().any(|(at, _)| {
            let number = column.1(so_far, AgentId::from_index(at));
            !number.is_empty() && number != "0"
        })
    };
    for column in COLUMNS.iter().filter(|it| says(it)) {
        let numbers: Vec<String> = shown.iter().map(|it| column.1(so_far, *it)).collect();
        let widest = numbers.iter().map(String::len).max().unwrap_or(0).max(column.0.len());
        if x + 1 + widest > width {
            break;
        }
        x += 1 + widest;
        pane.put_right(x, 1, column.0, Role::Dim);
        for (y, number) in numbers.iter().enumerate() {
            pane.put_right(x, y + 2, number, Role::Plain);
        }
    }
    credit(so_far, shown, x + 2, pane);
    let words = so_far.words(episode);
    let rest = order.len() - shown.len();
    let more = if rest > 0 { format!("{rest} more agents  ") } else { String::new() };
    pane.put_fit(1, 2 + shown.len(), width.saturating_sub(1), &format!("{more}{words}"), Role::Dim);
}

/// The credit of the acts so far, as numbers and as bars.
fn credit(so_far: &SoFar, shown: &[AgentId], x: usize, pane: &mut Painter<'_>) {
    let estimates: Vec<Estimate> =
        so_far.agents.iter().map(|it| Estimate::exact(it.credit.unwrap_or(0.0))).collect();
    let scale = Scale::around(Extent::of(estimates.iter()));
    let head = "credit of acts";
    let number = 2 + head.len();
    if so_far.agents.iter().all(|it| it.credit.is_none()) || x + number > pane.width() {
        return;
    }
    pane.put(x, 1, head, Role::Dim);
    let bars = pane.width().saturating_sub(x + number + 1);
    for (y, agent) in shown.iter().enumerate() {
        let Some(value) = so_far.agents[agent.index()].credit else { continue };
        pane.put_right(x + head.len(), y + 2, &signed(value, scale.places), Role::Plain);
        if bars >= BAR {
            bar(pane, x + number, y + 2, bars, &scale, &Value::Number(Estimate::exact(value)));
        }
    }
}
