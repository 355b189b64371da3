//! Credit of the episode on the screen: asked for, and received.

use std::sync::Arc;

use super::{fields, jobs, select::to_culprit_agent, shape};
use crate::{
    app::{
        job::{Analysis, CreditJob, SamplingEnd},
        message::{Effect, Receive},
        model::Model,
        request::RequestId,
        rest::Rest,
        slot::Slot,
    },
    credit, graph,
    model::Scenario,
};

/// Which analysis is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Of what the log says.
    Logged,
    /// Of the what-if on the screen.
    Edited,
}

/// Asks for all that depends on the whole episode on the screen. Returns the rest that is due afterwards.
pub(super) fn request_all(model: &mut Model, effects: &mut Vec<Effect>) -> Option<Rest> {
    let edited = !model.open.as_ref()?.forks.is_logged();
    // Each has a lane: neither waits for the other.
    let shape = shape::request(model, effects)?;
    let logged = request(model, Wanted::Logged, effects)?;
    let last = if edited { request(model, Wanted::Edited, effects)? } else { logged };
    Some(Rest::after(last, shape))
}

/// Asks for credit; an older request of the same kind is forgotten.
pub(super) fn request(model: &mut Model, wanted: Wanted, effects: &mut Vec<Effect>) -> Option<RequestId> {
    let open = model.open.as_mut()?;
    let request = model.request.take_next();
    let (slot, scenario, or_nearest) = match wanted {
        Wanted::Logged => (&mut open.logged, Scenario::default(), false),
        Wanted::Edited => {
            let or_nearest = open.forks.may_be_replaced();
            (&mut open.edited, open.forks.scenario().clone(), or_nearest)
        }
    };
    slot.ask(request, ());
    let preferred = model.preferred.clone();
    let job = CreditJob { episode: open.episode.clone(), scenario, preferred, or_nearest };
    jobs::ask(model, request, job, effects);
    Some(request)
}

impl Receive for CreditJob {
    fn receive(model: &mut Model, request: RequestId, result: Analysis, _: &mut Vec<Effect>) {
        let Some(open) = model.open.as_mut() else { return };
        if let Some(state) = result.sampling.filter(|it| it.end == SamplingEnd::Stopped) {
            model.notice = Some(format!("stopped at {} permutations of {}", state.permutations, state.asked));
        }
        let is_part = result.sampling.is_some_and(|it| it.end == SamplingEnd::Open);
        let result = Arc::new(result);
        let keep = |slot: &mut Slot<_>, result| {
            if is_part { slot.fill_part(request, result) } else { slot.fill(request, result) }
        };
        if open.logged.awaits(request) {
            let by = credit::scenario_name(&result.scenario);
            keep(&mut open.logged, result);
            if !std::mem::replace(&mut open.placed, true) {
                to_culprit_agent(open);
                tell_other_method(model, &by);
                return drop_outdated(model);
            }
        } else if open.edited.awaits(request) {
            if let Some(notice) = fields::decided(open, &result) {
                model.notice = Some(notice);
            }
            keep(&mut open.edited, result);
        } else {
            return;
        }
        drop_outdated(model);
    }
}

/// Says so if the credit of the episode that was opened is by another method than that of the one before: numbers of the
/// two are not to be compared.
fn tell_other_method(model: &mut Model, by: &str) {
    let before = model.credited_by.replace(by.to_owned()).filter(|it| !it.is_empty() && *it != by);
    if let Some(before) = before.filter(|_| !by.is_empty() && model.notice.is_none()) {
        model.notice = Some(format!("credit is by {by} here, and was by {before} in the episode before"));
    }
}

/// Drops what was made of the credit that was on the screen before.
fn drop_outdated(model: &mut Model) {
    if let Some(open) = model.open.as_mut() {
        open.methods.outdate();
        open.graph.flow.cancel();
        open.graph.pairs = shape::pairs(open);
        if open.graph.pairs.is_none() && !open.graph.weight.is_directed() {
            // There is nothing to show of pairs: back to the messages.
            open.graph.weight = graph::Weight::default();
            open.graph.edge = None;
        }
    }
}
