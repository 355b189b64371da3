//! Finds out who is named in the episodes of the list: one at a time is read and judged, the nearest to the cursor
//! first.

use std::sync::Arc;

use super::jobs;
use crate::{
    app::{
        job::HeadlineJob,
        message::{Effect, Receive},
        model::Model,
        request::RequestId,
        screen::Screen,
    },
    credit::Headline,
    model::{Episode, EpisodeId},
};

/// Asks for the next episode whose verdict is not known, if nothing is under way.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    let state = &model.headlines;
    if model.screen != Screen::Episodes || model.film.shown || model.groups.shown || state.is_busy() {
        return;
    }
    let (log, filters) = (&model.log, &model.filters);
    let count = filters.row_count(log.episodes.len());
    let (at, near) = (filters.row_of(model.row), usize::from(model.size.rows));
    // The row of the cursor and the ones below it, then the ones above it.
    let below = at..count.min(at + near);
    let above = (at.saturating_sub(near)..at.min(count)).rev();
    let mut rows = below.chain(above).filter_map(|it| log.episodes.get(filters.episode_at(it)));
    if let Some(next) = rows.find(|it| state.lacks(it, log.following)) {
        model.headlines.read(next);
        effects.push(Effect::Peek(next.id));
    }
}

/// An episode was read; `None`: it cannot be.
pub(super) fn peeked(
    model: &mut Model,
    id: EpisodeId,
    episode: Option<Arc<Episode>>,
    effects: &mut Vec<Effect>,
) {
    let request = episode.as_ref().map(|_| model.request.take_next());
    if !model.headlines.is_read(id, request) {
        return;
    }
    if let (Some(episode), Some(request)) = (episode, request) {
        jobs::ask(model, request, HeadlineJob { episode }, effects);
    }
}

impl Receive for HeadlineJob {
    fn receive(model: &mut Model, request: RequestId, answer: Headline, _: &mut Vec<Effect>) {
        model.headlines.judged(request, answer);
    }
}
