//! The table of views: a row each. A row stands in a file of its own, with what its keys do.
//!
//! A new view is such a file, its row in [`VIEWS`], a file in `tui::view` and its row there.

mod credit;
mod graph;
mod methods;
mod state;
mod timeline;
mod what_if;

use super::{cursor, handled::Handled, playback, select};
use crate::{
    app::{
        action::Action,
        agents::AgentRows,
        layout::{self, Area},
        lists::ActRows,
        message::Effect,
        model::Model,
        open::OpenEpisode,
        screen::{Overlay, Pane, Scope, Screen, Size, View},
    },
    model::ActId,
};

/// Every view, in the order of their digits.
pub const VIEWS: [ViewRow; 6] =
    [credit::ROW, graph::ROW, timeline::ROW, methods::ROW, what_if::ROW, state::ROW];

/// What there is to know of a view; how it is painted is in `tui::view`.
#[derive(Clone, Copy, Debug)]
pub struct ViewRow {
    /// Which.
    pub view: View,
    /// The name on the screen.
    pub title: &'static str,
    /// What its digit shows, for the help.
    pub help: &'static str,
    /// What is hinted at in the footer.
    pub hints: fn(&Model) -> &'static [Action],
    /// What a key does here, if that is more exact than the table's word.
    pub hint: fn(&Model, Action) -> Option<&'static str>,
    /// Whether the key that holds a growing log does something else here.
    pub is_hold_taken: bool,
    /// The room for the drawing of the graph; `None` if it is not shown.
    pub(super) drawing: fn(Size) -> Option<Area>,
    /// What the keys for rows move over: what the cursor is on.
    pub(super) rows: fn(&OpenEpisode) -> Rows<'_>,
    /// What keys do here and nowhere else. An episode is on the screen.
    pub(super) on_action: fn(&mut Model, Action, usize, &mut Vec<Effect>) -> Handled,
}

impl ViewRow {
    /// A view in which keys do what they do in all views, and j and k move over agents.
    pub(super) const fn plain(view: View, title: &'static str, help: &'static str) -> Self {
        Self {
            view,
            title,
            help,
            hints: |_| &[Action::Down, Action::Explain, Action::Help, Action::Quit],
            hint: |_, _| None,
            is_hold_taken: false,
            drawing: |_| None,
            rows: |open| Rows::Agents(open.agent_order()),
            on_action: |_, _, _, _| Handled::No,
        }
    }
}

/// The rows of a view.
pub(super) enum Rows<'a> {
    /// Of acts.
    Acts(ActRows<'a>),
    /// Of agents.
    Agents(AgentRows<'a>),
}

impl View {
    /// Its row.
    pub fn row(self) -> &'static ViewRow {
        VIEWS.iter().find(|it| it.view == self).unwrap_or(&VIEWS[0])
    }

    /// Digit and name, as titles begin.
    pub fn heading(self) -> String {
        format!("{} {}", self.digit(), self.row().title)
    }
}

/// The act under the cursor of a view; `None` if the cursor is on an agent.
pub(super) fn act_under_cursor(view: View, open: &OpenEpisode) -> Option<ActId> {
    open.act.filter(|_| matches!((view.row().rows)(open), Rows::Acts(_)))
}

/// What an action does in the view of the episode on the screen.
pub(super) fn on_action(
    model: &mut Model,
    action: Action,
    count: usize,
    effects: &mut Vec<Effect>,
) -> Handled {
    if model.screen != Screen::Episode || model.open.is_none() {
        return Handled::No;
    }
    if action == Action::Scope && playback::to_decisive(model) {
        return Handled::Yes;
    }
    match (model.view.row().on_action)(model, action, count, effects) {
        Handled::Yes => Handled::Yes,
        Handled::No => in_any(model, action, count),
    }
}

/// What an action does in every view that has no other meaning for it.
fn in_any(model: &mut Model, action: Action, count: usize) -> Handled {
    let view = model.view;
    let Some(open) = model.open.as_mut() else { return Handled::No };
    match action {
        Action::Open if open.act.is_some() => model.overlay = Some(Overlay::Detail),
        Action::Open => {}
        Action::NextPane | Action::PreviousPane => {
            let at = VIEWS.iter().position(|it| it.view == view).unwrap_or(0);
            let by = if action == Action::NextPane { 1 } else { VIEWS.len() - 1 };
            model.view = VIEWS[(at + by) % VIEWS.len()].view;
        }
        Action::SameAgentOn => cursor::same_agent(open, count as isize),
        Action::SameAgentBack => cursor::same_agent(open, -(count as isize)),
        Action::Sort => open.by_roster = !open.by_roster,
        Action::Scope => {
            open.timeline.scope = match open.timeline.scope {
                Scope::All => Scope::Top,
                Scope::Top => Scope::BlamePath,
                Scope::BlamePath => Scope::All,
            };
            // If the cursor is not among them, it goes there once they are known.
            open.lists.snap = true;
        }
        Action::Variant => model.notice = Some("this view has one form".to_owned()),
        Action::Zoom => {
            model.notice = Some(format!("only the panes of view {} are zoomed", View::CREDIT.digit()))
        }
        Action::Weight => super::graph::next_weight(model),
        Action::Wrap => open.detail.wrap = !open.detail.wrap,
        Action::Left | Action::Right => {
            open.pane = match (action, open.pane) {
                (Action::Right, Pane::Agents | Pane::Acts) => Pane::Acts,
                (Action::Right, Pane::Graph | Pane::Act) => Pane::Act,
                (_, Pane::Agents | Pane::Acts) => Pane::Agents,
                (_, Pane::Graph | Pane::Act) => Pane::Graph,
            };
        }
        Action::ScrollRight => open.graph.scroll.0 += 8,
        Action::ScrollLeft => open.graph.scroll.0 = open.graph.scroll.0.saturating_sub(8),
        _ => return move_rows(open, view, action, count, layout::page(model.size)),
    }
    Handled::Yes
}

fn move_rows(open: &mut OpenEpisode, view: View, action: Action, count: usize, page: usize) -> Handled {
    let moved = |at: Option<usize>, len| select::moved(action, count, at.unwrap_or(0), len, page);
    match (view.row().rows)(open) {
        Rows::Acts(acts) => {
            let Some(row) = moved(open.act.and_then(|it| acts.row_of(it)), acts.len()) else {
                return Handled::No;
            };
            if let Some(act) = acts.get(row) {
                select::select(open, act);
            }
        }
        Rows::Agents(agents) => {
            let Some(row) = moved(agents.row_of(open.agent), agents.len()) else { return Handled::No };
            if let Some(agent) = agents.get(row) {
                open.agent = agent;
                open.graph.edge = None;
            }
        }
    }
    Handled::Yes
}

/// Whether something went wrong in an act of the episode on the screen.
fn has_errors(model: &Model) -> bool {
    model.open.as_ref().is_some_and(|it| !it.index.errors.is_empty())
}

/// `at` moved by `count`, at most to `last`.
fn sideways(action: Action, count: usize, at: usize, last: usize) -> usize {
    if action == Action::Right { (at + count).min(last) } else { at.saturating_sub(count) }
}
