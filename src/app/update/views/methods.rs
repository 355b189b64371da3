//! View 4: credit by method, and its variants.

use super::{Rows, ViewRow, sideways};
use crate::app::{
    action::Action as A,
    message::Effect,
    model::Model,
    screen::View,
    update::{handled::Handled, methods},
    view::MethodsVariant,
};

pub(super) const ROW: ViewRow = ViewRow {
    hints,
    hint,
    rows: |open| match open.methods_acts() {
        acts if acts.is_empty() => Rows::Agents(open.agent_order()),
        acts => Rows::Acts(acts),
    },
    on_action,
    ..ViewRow::plain(View::METHODS, "Credit by method", "credit by method")
};

fn hints(model: &Model) -> &'static [A] {
    match variant(model) {
        MethodsVariant::Table => {
            &[A::Variant, A::Right, A::Down, A::Explain, A::Sweep, A::WhatIf, A::Help, A::Quit]
        }
        MethodsVariant::Curves => {
            &[A::Variant, A::Right, A::Down, A::Open, A::Undo, A::Sweep, A::Help, A::Quit]
        }
        MethodsVariant::Failure => {
            &[A::Variant, A::Down, A::Open, A::Explain, A::Cause, A::Caveats, A::Help, A::Quit]
        }
        MethodsVariant::Estimate => {
            &[A::Variant, A::Down, A::NextCulprit, A::Open, A::Cause, A::SameAgentOn, A::Help, A::Quit]
        }
        MethodsVariant::Messages => {
            &[A::Variant, A::Down, A::Right, A::ScrollRight, A::Explain, A::Open, A::Help, A::Quit]
        }
    }
}

fn hint(model: &Model, action: A) -> Option<&'static str> {
    let variant = variant(model);
    Some(match (variant, action) {
        (_, A::Variant) => variant.next().hint(),
        (MethodsVariant::Table, A::Down) => "agent",
        (MethodsVariant::Table, A::Right) => "method",
        (MethodsVariant::Curves, A::Down) => "curve",
        (MethodsVariant::Curves, A::Right) => "value",
        (MethodsVariant::Curves, A::Open) => "what-if",
        (MethodsVariant::Failure | MethodsVariant::Estimate, A::Down) => "act",
        (MethodsVariant::Messages, A::Down) => "message",
        (MethodsVariant::Messages, A::Right) => "tau",
        (MethodsVariant::Messages, A::ScrollRight) => "beta",
        _ => return None,
    })
}

fn variant(model: &Model) -> MethodsVariant {
    model.open.as_ref().map_or(MethodsVariant::Table, |it| it.methods.variant)
}

fn on_action(model: &mut Model, action: A, count: usize, effects: &mut Vec<Effect>) -> Handled {
    if methods::on_action(model, action, count, effects) {
        return Handled::Yes;
    }
    let Some(open) = model.open.as_mut() else { return Handled::No };
    match action {
        A::Left | A::Right => {
            let last = open.sweep().map_or(0, |it| it.rows.len()).saturating_sub(1);
            open.methods.column = Some(sideways(action, count, open.method_column(), last));
        }
        A::Variant => methods::next_variant(model),
        _ => return Handled::No,
    }
    Handled::Yes
}
