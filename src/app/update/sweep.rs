//! The sweep: its cell under the cursor, and taking over a method from it.

use super::{blame, form, select::moved};
use crate::app::{
    action::Action,
    layout,
    message::Effect,
    model::Model,
    sweep::{SweepLine, sweep_lines},
};
use crate::model::Scenario;

/// Actions on the sweep. `false` if it is none.
pub(super) fn on_action(model: &mut Model, action: Action, count: usize, effects: &mut Vec<Effect>) -> bool {
    let page = layout::page(model.size);
    let Some(open) = model.open.as_mut() else { return false };
    let (column, all) = (open.method_column(), open.methods.all);
    let Some(sweep) = open.sweep() else { return false };
    match action {
        Action::Open => {
            apply(model, effects);
            return true;
        }
        Action::Explain => {
            blame::explain(model, None, effects);
            return true;
        }
        Action::Scope => {
            open.methods.all = !all;
            return true;
        }
        Action::Left | Action::Right => {
            let order = open.agent_order();
            let at = order.row_of(open.agent).unwrap_or(0);
            let next = match action {
                Action::Right => (at + count).min(order.len().saturating_sub(1)),
                _ => at.saturating_sub(count),
            };
            open.agent = order.get(next).unwrap_or(open.agent);
            return true;
        }
        _ => {}
    }
    let rows: Vec<usize> = sweep_lines(&open.episode, sweep, column, all)
        .into_iter()
        .filter_map(|it| match it {
            SweepLine::Row(row) => Some(row),
            _ => None,
        })
        .collect();
    let at = rows.iter().position(|it| *it == column).unwrap_or(0);
    let Some(next) = moved(action, count, at, rows.len(), page) else { return false };
    // Below the last row there is more to read: from there on the pane is scrolled, and back first.
    let is_at_end = next == at && matches!(action, Action::Down | Action::HalfDown | Action::Last);
    if is_at_end || (model.overlay_top > 0 && matches!(action, Action::Up | Action::HalfUp)) {
        return false;
    }
    open.methods.column = rows.get(next).copied().or(open.methods.column);
    model.overlay_top = 0;
    true
}

/// Makes the method under the cursor the one on the screen.
fn apply(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(open) = model.open.as_mut() else { return };
    let row = open.sweep().and_then(|it| it.rows.get(open.method_column()));
    let Some(row) = row.filter(|it| it.result.is_ok()) else { return };
    let (scenario, name) = (row.scenario.clone(), row.name());
    model.overlay = None;
    credit_by(model, scenario, &name, effects);
}

/// Credits by `scenario`, which is called `name`.
pub(super) fn credit_by(model: &mut Model, scenario: Scenario, name: &str, effects: &mut Vec<Effect>) {
    let undo = Action::Undo.key();
    model.notice = Some(format!("credit by {name} ({undo} takes it back)"));
    form::edit(model, scenario, effects);
}
