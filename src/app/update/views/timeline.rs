//! View 3: acts in time, as lanes or as a strip of steps.

use super::{Rows, ViewRow, has_errors, sideways};
use crate::app::{
    action::Action as A, message::Effect, model::Model, screen::View, update::handled::Handled,
};

pub(super) const ROW: ViewRow = ViewRow {
    hints: |model| match has_errors(model) {
        false => &[A::Cause, A::SameAgentOn, A::Scope, A::Variant, A::Play, A::Open, A::WhatIf, A::Help],
        true => &[A::NextError, A::Cause, A::SameAgentOn, A::Scope, A::Variant, A::Play, A::Open, A::Help],
    },
    rows: |open| Rows::Acts(open.timeline_acts()),
    on_action,
    ..ViewRow::plain(View::TIMELINE, "Timeline", "timeline: acts and causes")
};

fn on_action(model: &mut Model, action: A, count: usize, _: &mut Vec<Effect>) -> Handled {
    let Some(open) = model.open.as_mut() else { return Handled::No };
    match action {
        A::Left | A::Right => {
            let last = open.episode.agents.len().saturating_sub(1);
            open.timeline.lane = sideways(action, count, open.timeline.lane, last);
        }
        A::Variant => open.timeline.strip = !open.timeline.strip,
        _ => return Handled::No,
    }
    Handled::Yes
}
