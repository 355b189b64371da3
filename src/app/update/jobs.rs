//! Asks for background jobs. A short one is done at once, in the same words.

use crate::app::{
    job::Job,
    message::{Effect, Receive, SlotRef},
    model::Model,
    request::RequestId,
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
