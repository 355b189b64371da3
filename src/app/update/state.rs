//! What surrounds the acts of the episode on the screen: asked for when view 6 is shown, and received.

use std::sync::Arc;

use crate::{
    app::{
        message::Effect,
        model::Model,
        screen::{Screen, View},
    },
    context::Context,
    model::EpisodeId,
};

/// Asks for it where it is on the screen and older than the episode.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.screen != Screen::Episode || model.view != View::STATE {
        return;
    }
    let Some(open) = model.open.as_mut() else { return };
    if open.state.waits || open.state.asked == Some(open.revision) {
        return;
    }
    (open.state.asked, open.state.waits) = (Some(open.revision), true);
    effects.push(Effect::Context { id: open.id, revision: open.revision });
}

/// It was read.
pub(super) fn context(model: &mut Model, id: EpisodeId, revision: u64, result: Result<Arc<Context>, String>) {
    let Some(open) = model.open.as_mut().filter(|it| it.id == id) else { return };
    if open.state.asked != Some(revision) {
        return;
    }
    open.state.waits = false;
    match result {
        Err(why) => open.state.error = Some(why),
        Ok(context) => {
            open.state.error = None;
            let is_first = open.state.context.is_none();
            open.state.context = Some(context);
            let moment = open.moment();
            let first = open.context().and_then(|it| it.history.changed(moment).first().copied());
            if let Some(first) = first.filter(|_| is_first) {
                open.state.key = first as usize;
            }
        }
    }
}
