//! The blame path around an act that no verdict names.

use super::{
    jobs,
    select::{nearest, select},
};
use crate::{
    app::{
        job::PathJob,
        message::{Effect, Receive},
        model::Model,
        request::RequestId,
    },
    model::ActId,
};

impl Receive for PathJob {
    fn receive(model: &mut Model, request: RequestId, acts: Vec<ActId>, _: &mut Vec<Effect>) {
        if let Some(open) = model.open.as_mut() {
            open.lists.around.fill(request, acts);
        }
    }
}

/// Asks for the blame path around the act under the cursor, if the screen shows it and does not have it. Puts
/// the cursor on something that the timeline shows, if that has changed.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    ask_for_path(model, effects);
    let Some(open) = model.open.as_mut() else { return };
    if open.is_path_pending() || !std::mem::take(&mut open.lists.snap) {
        return;
    }
    let shown = open.timeline_acts();
    let Some(act) = open.act.filter(|it| shown.row_of(*it).is_none()) else { return };
    let from = shown.row_from(act);
    let around: Vec<ActId> = shown.shown(from.saturating_sub(1), 2).collect();
    if let Some(nearest) = nearest(&around, act) {
        select(open, nearest);
        ask_for_path(model, effects);
    }
}

fn ask_for_path(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(open) = model.open.as_mut() else { return };
    let Some(wanted) = open.path_wanted() else {
        open.lists.around.cancel();
        return;
    };
    if open.lists.around.newest() == Some(&wanted) {
        return;
    }
    let (episode, listing) = (open.episode.clone(), open.listed.listing().cloned());
    let request = model.request.take_next();
    open.lists.around.ask(request, wanted);
    jobs::ask(model, request, PathJob { episode, act: wanted.0, listing }, effects);
}
