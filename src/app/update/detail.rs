//! The record of the act under the cursor.

use std::sync::Arc;

use crate::{
    app::{message::Effect, model::Model, screen::Screen},
    model::{Origin, RecordText},
};

/// Asks for the record of the act under the cursor wherever the screen shows it.
pub(super) fn read_payload(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.screen != Screen::Episode {
        return;
    }
    let Some(open) = model.open.as_mut() else { return };
    let Some(act) = open.act else { return };
    let origin = open.episode.act(act).origin;
    if open.detail.pending != Some(origin) {
        open.detail.pending = Some(origin);
        open.detail.payload = None;
        open.detail.error = None;
        effects.push(Effect::Payload(origin));
    }
}

/// A record was read.
pub(super) fn payload(model: &mut Model, origin: Origin, result: Result<Arc<RecordText>, String>) {
    let Some(open) = model.open.as_mut() else { return };
    if open.detail.pending != Some(origin) {
        return;
    }
    match result {
        Ok(payload) => {
            open.detail.payload = Some(payload);
            open.detail.error = None;
        }
        Err(why) => {
            open.detail.payload = None;
            open.detail.error = Some(why);
        }
    }
}
