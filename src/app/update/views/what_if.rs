//! View 5: the what-if form.

use super::ViewRow;
use crate::app::{
    action::Action as A,
    message::Effect,
    model::Model,
    screen::View,
    update::{form, handled::Handled},
};

pub(super) const ROW: ViewRow = ViewRow {
    hints: |_| &[A::Down, A::Right, A::Open, A::Undo, A::Discard, A::Sweep, A::Copy, A::Help],
    hint: |_, action| match action {
        A::Open => Some("pick, list"),
        A::Down => Some("field"),
        A::Right => Some("choice"),
        _ => None,
    },
    is_hold_taken: true,
    on_action,
    ..ViewRow::plain(View::WHAT_IF, "What-if", "what-if")
};

fn on_action(model: &mut Model, action: A, _: usize, effects: &mut Vec<Effect>) -> Handled {
    // Under a pane nobody sees what is edited.
    if model.overlay.is_some() {
        return Handled::No;
    }
    match action {
        A::Hold => form::pick(model, effects),
        _ => form::on_action(model, action, effects),
    }
    .into()
}
