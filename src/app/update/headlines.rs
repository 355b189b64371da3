//! Finds out who is named in the episodes of the list: one at a time is read and judged, the nearest to the cursor
//! first.

use std::sync::Arc;

use super::jobs;
use crate::{
    app::{
        episode_list::MOST_JUDGED,
        job::HeadlineJob,
        layout,
        message::{Effect, Receive},
        model::Model,
        request::RequestId,
        screen::Screen,
    },
    model::{Episode, EpisodeId},
};

/// Asks for the next episode whose verdict is not known, if nothing is under way: the one under the cursor where there is
/// room for a look at it, then those around it, then all others of a list that is not long.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    let state = &model.headlines;
    if model.screen != Screen::Episodes || model.film.shown || model.groups.shown || state.is_busy() {
        return;
    }
    let (log, list) = (&model.log, &model.list);
    let count = list.len(log.episodes.len());
    let (at, near) = (list.row_of(model.row), usize::from(model.size.rows));
    // The row of the cursor and the ones below it, then the ones above it.
    let below = at..count.min(at + near);
    let above = (at.saturating_sub(near)..at.min(count)).rev();
    let rest = 0..if count <= MOST_JUDGED { count } else { 0 };
    let in_row = |it: usize| log.episodes.get(list.episode_at(it));
    let here = in_row(at).filter(|_| count > 0 && layout::has_preview(model.size));
    let here = here.filter(|it| state.lacks_preview(it, log.following));
    let mut rows = below.chain(above).chain(rest).filter_map(in_row);
    if let Some(next) = here.or_else(|| rows.find(|it| state.lacks(it, log.following))) {
        let id = next.id;
        model.headlines.read(next);
        effects.push(Effect::Peek(id));
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
    fn receive(model: &mut Model, request: RequestId, answer: Self::Answer, _: &mut Vec<Effect>) {
        let here = model.log.episodes.get(model.row).filter(|_| layout::has_preview(model.size));
        let (card, seen) = *answer;
        model.headlines.judged(request, card, seen, here.map(|it| it.id));
    }
}
