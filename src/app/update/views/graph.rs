//! View 2: who talked to whom.

use super::{Rows, ViewRow};
use crate::app::{
    action::Action as A,
    layout,
    message::Effect,
    model::Model,
    screen::View,
    update::{graph, handled::Handled},
};

pub(super) const ROW: ViewRow = ViewRow {
    hints: |_| &[A::Variant, A::Open, A::Right, A::Weight, A::Down, A::Explain, A::Help, A::Quit],
    hint: |_, action| match action {
        A::Open => Some("ego"),
        A::Right => Some("edge"),
        A::Down => Some("agent"),
        _ => None,
    },
    drawing: |size| Some(layout::GraphPanes::of(size).drawing),
    rows: |open| Rows::Agents(open.roster()),
    on_action,
    ..ViewRow::plain(View::GRAPH, "Graph", "graph: who talked to whom")
};

fn on_action(model: &mut Model, action: A, _: usize, _: &mut Vec<Effect>) -> Handled {
    let charset = model.charset;
    let Some(open) = model.open.as_mut() else { return Handled::No };
    match action {
        // Enter on an agent shows its neighbourhood; Enter there goes back.
        A::Open => graph::toggle_ego(open),
        A::Left | A::Right => graph::follow_edge(open, action == A::Right),
        A::Variant => graph::next_drawing(open, charset),
        _ => return Handled::No,
    }
    Handled::Yes
}
