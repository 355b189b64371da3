//! Where the values of an act come from, or those of the answer.

use super::{toggle_overlay, views};
use crate::{
    app::{
        message::Effect,
        model::Model,
        screen::{Overlay, Screen},
    },
    model::EpisodeId,
    suspicion::Xray,
};

/// What is said until the texts were read.
const TRACING: &str = "the values are being traced";

/// Asks for the values of the act under the cursor, or else, where the cursor is on an agent, of the answer. Closes the pane
/// that shows them.
pub(super) fn ask(model: &mut Model, effects: &mut Vec<Effect>) {
    if matches!(model.overlay, Some(Overlay::Origins(_))) {
        model.overlay = None;
        return;
    }
    let Some(open) = &model.open else { return };
    let act = views::act_under_cursor(model.view, open).map(|it| open.episode.act(it).id.clone());
    effects.push(Effect::Xray { id: open.id, act });
    model.notice = Some(TRACING.to_owned());
}

/// The values were traced.
pub(super) fn traced(model: &mut Model, id: EpisodeId, result: Result<Box<Xray>, String>) {
    model.notice.take_if(|it| it == TRACING);
    let is_shown = model.screen == Screen::Episode && model.open.as_ref().is_some_and(|it| it.id == id);
    match result {
        Err(why) => model.notice = Some(why),
        Ok(xray) if is_shown && model.overlay.is_none() => {
            if xray.values.is_empty() {
                let open = model.open.as_ref().expect("an episode is shown");
                let act = open.episode.acts.get(xray.act.index()).map_or("it", |it| it.id.as_str());
                model.notice = Some(format!("{act} holds no number of 10 or more, no name, url or path"));
            } else {
                toggle_overlay(model, Overlay::Origins(xray));
            }
        }
        Ok(_) => {}
    }
}
