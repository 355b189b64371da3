//! What the rollouts of a run say of the advantages that the log declares of the open episode.

use std::sync::Arc;

use super::{groups, jobs};
use crate::{
    app::{
        job::AdvantagesJob,
        message::{Effect, Receive},
        model::Model,
        request::RequestId,
    },
    credit::{self, AdvantageSummary},
    model::{EpisodeId, Rollout},
};

/// Asks for the rollouts where the episode declares advantages, and again once an eighth more episodes have ended; tells
/// the verdict what is known.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    let loaded = model.log.loaded && model.works_ahead;
    let listed = model.log.episodes.len();
    let Some(open) = model.open.as_mut().filter(|it| loaded && it.analysis().is_some()) else { return };
    let is_new = open.methods.gathered.is_none_or(|it| listed > it + it / 8);
    if is_new && !open.methods.advantages.is_pending() && !credit::group_algorithms(&open.episode).is_empty()
    {
        open.methods.gathered = Some(listed);
        effects.push(Effect::Gather(open.id));
    }
    let Some(known) = open.methods.advantages.get().cloned() else { return };
    let slot = if open.forks.is_logged() { &mut open.logged } else { &mut open.edited };
    if let Some(analysis) = slot.get_mut().filter(|it| it.verdict.advantages != *known) {
        Arc::make_mut(analysis).verdict.tell_advantages(known.to_vec());
    }
}

/// The rollouts around an episode were read.
pub(super) fn gathered(
    model: &mut Model,
    id: EpisodeId,
    rollouts: Arc<Vec<Arc<Rollout>>>,
    effects: &mut Vec<Effect>,
) {
    groups::gathered(model, id, &rollouts, effects);
    let Some(open) = model.open.as_mut().filter(|it| it.id == id) else { return };
    let request = model.request.take_next();
    open.methods.advantages.ask(request, rollouts.len());
    let job = AdvantagesJob { episode: open.episode.clone(), rollouts };
    jobs::ask(model, request, job, effects);
}

impl Receive for AdvantagesJob {
    fn receive(
        model: &mut Model,
        request: RequestId,
        answer: Arc<Vec<AdvantageSummary>>,
        _: &mut Vec<Effect>,
    ) {
        if let Some(open) = model.open.as_mut() {
            open.methods.advantages.fill(request, answer);
        }
    }
}
