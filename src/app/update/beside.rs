//! What takes a look at every act is asked of a thread beside the loop; of a short episode it is answered at once,
//! in the same words.

use std::sync::Arc;

use super::{ask::select, cursor, filter, methods};
use crate::{
    app::{
        message::Effect,
        model::{Model, OpenEpisode, Screen, View},
        questions::{Answer, Question, SHORT_EPISODE, SMALL_TEAM},
    },
    model::{ActId, Episode},
};

/// Whether a look at every act may be felt.
pub(super) fn is_long(episode: &Episode) -> bool {
    episode.acts.len() > SHORT_EPISODE || episode.agents.len() > SMALL_TEAM
}

/// Asks `question` about the episode on the screen, under the next number.
pub(super) fn ask(model: &mut Model, question: Question, effects: &mut Vec<Effect>) {
    let Some(open) = model.open.as_mut() else { return };
    model.requests += 1;
    let (request, episode) = (model.requests, open.episode.clone());
    if is_long(&episode) {
        effects.push(Effect::Ask { request, episode, question });
    } else {
        put(open, request, question.answer(&episode));
    }
}

/// A question was answered. An answer nobody waits for any more is dropped.
pub(super) fn answered(model: &mut Model, request: u64, answer: Answer) {
    if let Some(open) = model.open.as_mut() {
        put(open, request, answer);
    }
}

fn put(open: &mut OpenEpisode, request: u64, answer: Answer) {
    match answer {
        Answer::Listing(listing) => filter::listed(open, request, listing),
        Answer::Path(acts) => {
            if let Some((_, around)) = open.lists.pending.take_if(|it| it.0 == request) {
                open.lists.around = Some((around, acts));
            }
        }
        Answer::Comparison(result) => {
            if let Some((_, of)) = open.compared.pending.take_if(|it| it.0 == request) {
                (open.compared.result, open.compared.of) = (result, Some(of));
            }
        }
        Answer::Failure(study, acts) => methods::failure(open, request, study, acts),
        Answer::Messages(table, rows) => methods::messages(open, request, table, rows),
    }
}

/// Asks for the way of the blame around the act under the cursor, where the screen shows it and has it not, and puts
/// the cursor on what the timeline shows, where that has changed.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    ask_for_path(model, effects);
    ask_for_comparison(model, effects);
    let Some(open) = model.open.as_mut() else { return };
    if open.is_path_pending() || !std::mem::take(&mut open.lists.snap) {
        return;
    }
    let shown = open.timeline_acts();
    let Some(act) = open.act.filter(|it| shown.row_of(*it).is_none()) else { return };
    let from = shown.row_from(act);
    let around: Vec<ActId> = shown.shown(from.saturating_sub(1), 2).collect();
    if let Some(nearest) = cursor::nearest(&around, act) {
        select(open, nearest);
        ask_for_path(model, effects);
    }
}

fn ask_for_path(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(open) = model.open.as_mut() else { return };
    let Some(wanted) = open.path_wanted() else {
        open.lists.pending = None;
        return;
    };
    let known = open.lists.around.as_ref().map(|it| it.0);
    let asked = open.lists.pending.map(|it| it.1);
    if asked.or(known) == Some(wanted) {
        return;
    }
    open.lists.pending = Some((model.requests + 1, wanted));
    let question = Question::Path { act: wanted.0, listing: open.listed.listing().cloned() };
    ask(model, question, effects);
}

/// Asks what the what-if changes, where the screen shows it and has it not.
fn ask_for_comparison(model: &mut Model, effects: &mut Vec<Effect>) {
    let shown = model.screen == Screen::Episode && model.view == View::WhatIf;
    let Some(open) = model.open.as_mut().filter(|_| shown) else { return };
    let Some(analysis) = open.analysis().cloned() else { return };
    let of = (open.logged.clone(), analysis);
    let known = open.compared.pending.as_ref().map(|it| &it.1).or(open.compared.of.as_ref());
    let is_known = known.is_some_and(|it| {
        let same_logged = match (&it.0, &of.0) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        same_logged && Arc::ptr_eq(&it.1, &of.1)
    });
    if !is_known {
        open.compared.pending = Some((model.requests + 1, of.clone()));
        ask(model, Question::Comparison { of }, effects);
    }
}
