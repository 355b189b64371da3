//! Asks for background jobs, and takes the answers that stand beside others: the blame path and the comparison.
//!
//! A short job is done at once, in the same words.

use std::sync::Arc;

use super::{ask::select, cursor};
use crate::{
    app::{
        job::{ComparisonJob, Job, PathJob, RequestId},
        message::{Effect, Receive, SlotRef},
        model::Model,
        screen::{Screen, View},
    },
    credit::Comparison,
    model::ActId,
};

/// Asks for `job`, under a number that its slot waits for.
pub(super) fn ask<W: Receive>(model: &mut Model, request: RequestId, job: W, effects: &mut Vec<Effect>) {
    if !job.is_short() {
        effects.push(Effect::Work { slot: SlotRef::of::<W>(request), job: Job::new(job) });
        return;
    }
    let answer = job.run();
    // What grows is copied while somebody else holds it.
    drop(job);
    W::receive(model, request, answer, effects);
}

impl Receive for PathJob {
    fn receive(model: &mut Model, request: RequestId, acts: Vec<ActId>, _: &mut Vec<Effect>) {
        if let Some(open) = model.open.as_mut() {
            open.lists.around.fill(request, acts);
        }
    }
}

impl Receive for ComparisonJob {
    fn receive(
        model: &mut Model,
        request: RequestId,
        comparison: Option<Box<Comparison>>,
        _: &mut Vec<Effect>,
    ) {
        if let Some(open) = model.open.as_mut() {
            open.compared.fill(request, comparison);
        }
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
        open.lists.around.cancel();
        return;
    };
    if open.lists.around.newest() == Some(&wanted) {
        return;
    }
    let (episode, listing) = (open.episode.clone(), open.listed.listing().cloned());
    let request = model.request.take_next();
    open.lists.around.ask(request, wanted);
    ask(model, request, PathJob { episode, act: wanted.0, listing }, effects);
}

/// Asks what the what-if changes, where the screen shows it and has it not.
fn ask_for_comparison(model: &mut Model, effects: &mut Vec<Effect>) {
    let shown = model.screen == Screen::Episode && model.view == View::WhatIf;
    let Some(open) = model.open.as_mut().filter(|_| shown) else { return };
    let Some(analysis) = open.analysis().cloned() else { return };
    let of = (open.logged.get().cloned(), analysis);
    let is_known = open.compared.newest().is_some_and(|it| {
        let same_logged = match (&it.0, &of.0) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        same_logged && Arc::ptr_eq(&it.1, &of.1)
    });
    if !is_known {
        let (episode, request) = (open.episode.clone(), model.request.take_next());
        open.compared.ask(request, of.clone());
        ask(model, request, ComparisonJob { episode, of }, effects);
    }
}
