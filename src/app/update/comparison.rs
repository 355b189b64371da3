//! What a what-if changes.

use std::sync::Arc;

use super::jobs;
use crate::{
    app::{
        job::ComparisonJob,
        message::{Effect, Receive},
        model::Model,
        request::RequestId,
        screen::{Screen, View},
    },
    credit::Comparison,
};

/// Asks what the what-if changes, if the screen shows it and does not have it.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    let shown = model.screen == Screen::Episode && model.view == View::WHAT_IF;
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
        jobs::ask(model, request, ComparisonJob { episode, of }, effects);
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
