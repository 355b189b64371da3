//! Playing an episode: act by act, forwards or backwards, faster or slower, or on to the next act that matters.

use std::sync::Arc;

use super::select::select;
use crate::{
    app::{
        action::Action,
        message::Effect,
        model::Model,
        open::OpenEpisode,
        screen::{Screen, View},
        sentences,
        so_far::{MOST_ACTS, SoFar},
        view::Playing,
    },
    model::ActId,
};

/// Starts or stops playback. Forwards from the last act it starts over, and so backwards from the first.
pub(super) fn play(model: &mut Model, direction: Playing, effects: &mut Vec<Effect>) {
    if model.view != View::STATE {
        model.view = View::TIMELINE;
    }
    let Some(open) = model.open.as_mut() else { return };
    if open.timeline.playing == Some(direction) {
        open.timeline.playing = None;
        return;
    }
    let was_still = open.timeline.playing.replace(direction).is_none();
    let acts = open.timeline_acts();
    let (first, last) = (acts.get(0), acts.len().checked_sub(1).and_then(|it| acts.get(it)));
    let start = match direction {
        Playing::Forwards => first.filter(|_| open.act >= last),
        Playing::Backwards => last.filter(|_| open.act <= first),
    };
    if let Some(start) = start {
        select(open, start);
    }
    // What already plays has its next act coming.
    if was_still {
        effects.push(Effect::Wake(open.timeline.pace.pause()));
    }
}

/// One act further, if it plays.
pub(super) fn play_on(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(open) = model.open.as_mut() else { return };
    let Some(direction) = open.timeline.playing else { return };
    match neighbour(open, direction) {
        Some(next) => {
            select(open, next);
            effects.push(Effect::Wake(open.timeline.pace.pause()));
        }
        None => open.timeline.playing = None,
    }
}

/// The listed act after or before the one under the cursor.
fn neighbour(open: &OpenEpisode, direction: Playing) -> Option<ActId> {
    let acts = open.timeline_acts();
    match direction {
        Playing::Forwards => acts.get(open.act.map_or(0, |it| acts.row_from(ActId(it.0 + 1)))),
        Playing::Backwards => {
            let row = open.act.map_or(0, |it| acts.row_from(it));
            acts.get(row.checked_sub(1)?)
        }
    }
}

/// Plays faster or slower from now on.
pub(super) fn change_pace(model: &mut Model, action: Action) {
    let Some(open) = model.open.as_mut() else { return };
    let pace = open.timeline.pace;
    open.timeline.pace = if action == Action::Faster { pace.faster() } else { pace.slower() };
    model.notice = Some(format!("plays {}", open.timeline.pace.words()));
}

/// While it plays: goes on to the next act that matters, and stops there. `false` if nothing plays.
pub(super) fn to_decisive(model: &mut Model) -> bool {
    let Some(open) = model.open.as_mut() else { return false };
    let Some(direction) = open.timeline.playing.take() else { return false };
    let from = open.act;
    while let Some(next) = neighbour(open, direction) {
        select(open, next);
        if let Some(why) = matters(open, next) {
            model.notice = Some(why);
            return true;
        }
    }
    if let Some(from) = from {
        select(open, from);
    }
    let side = if direction == Playing::Forwards { "after" } else { "before" };
    model.notice = Some(format!("no act to blame and no error {side} this one: stopped"));
    true
}

/// Why an act matters: it is to blame, or something went wrong in it.
fn matters(open: &OpenEpisode, act: ActId) -> Option<String> {
    let culprits = open.culprits();
    if let Some(rank) = culprits.iter().position(|it| *it == act) {
        return Some(sentences::culprit_notice(open, act, (rank, culprits.len())));
    }
    let at = open.episode.act(act);
    at.has_error().then(|| format!("{}: {}", at.id, at.error_words().unwrap_or("went wrong")))
}

/// Counts the episode up to the act under the cursor, where that is shown and not known.
pub(super) fn refresh(model: &mut Model) {
    let is_shown = model.screen == Screen::Episode && model.view == View::TIMELINE;
    let Some(open) = model.open.as_mut().filter(|_| is_shown) else { return };
    let wanted = open.act.filter(|_| open.episode.acts.len() <= MOST_ACTS);
    let Some(act) = wanted else {
        open.timeline.so_far = None;
        return;
    };
    let analysis = open.analysis().map(|it| Arc::as_ptr(it).addr());
    let stamp = (open.revision, analysis, act);
    if open.timeline.so_far.as_ref().is_none_or(|it| it.0 != stamp) {
        open.timeline.so_far = Some((
            stamp,
            Arc::new(SoFar::of(&open.episode, |it| open.act_credit(it).map(|it| it.value), act)),
        ));
    }
}
