//! A growing episode: what was appended is shown at once; what depends on the whole of it is computed when
//! there is time for that.
//!
//! ```text
//! Grown -> acts and rewards appended -> a frame
//!      `-> Settled: graph, findings, credit now, then Resting until Settle
//!          Resting: Behind ---------------------- computed at Settle
//! ```

use std::{sync::Arc, time::Duration};

use super::credit::request_all;
use crate::{
    app::{
        message::Effect,
        model::Model,
        open::{OpenEpisode, Settling},
    },
    model::{EpisodeId, Growth},
};

/// In an episode with more acts, what has come is drawn before anything is computed.
const AT_ONCE: usize = 2_000;
/// Long enough for that.
const SOON: Duration = Duration::from_millis(40);

/// Records were appended to the episode on the screen.
pub(super) fn grown(
    model: &mut Model,
    id: EpisodeId,
    revisions: (u64, u64),
    growth: Growth,
    effects: &mut Vec<Effect>,
) {
    // A held screen keeps what it shows; when it is released the episode comes whole.
    let held = model.held.is_some();
    let Some(open) = model.open.as_mut().filter(|it| it.id == id && !held) else { return };
    if open.revision != revisions.0 {
        // Appended to something that is not what is here.
        effects.push(Effect::Open(id));
        return;
    }
    append(open, growth);
    open.revision = revisions.1;
    open.listed.grow(&open.episode, revisions.1);
    match open.settling {
        Settling::Settled if open.episode.acts.len() <= AT_ONCE => compute(model, effects),
        Settling::Settled => {
            open.settling = Settling::Behind;
            effects.push(Effect::Settle(SOON));
        }
        Settling::Resting | Settling::Behind => open.settling = Settling::Behind,
    }
}

fn append(open: &mut OpenEpisode, growth: Growth) {
    let (acts, rewards) = (open.episode.acts.len(), open.episode.rewards.len());
    let followed = open.act.is_none_or(|it| it.index() + 1 == acts);
    // Copied only while somebody still computes from the old state.
    Arc::make_mut(&mut open.episode).grow(growth);
    Arc::make_mut(&mut open.index).grow(&open.episode, acts, rewards);
    if let Some(shape) = open.graph.shape.get_mut() {
        Arc::make_mut(shape).grow(&open.episode);
    }
    open.found.stamp = None;
    if followed {
        open.act = open.episode.act_ids().next_back();
    }
}

/// The time to compute has come again: computes what waits for it.
pub(super) fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(open) = model.open.as_mut() else { return };
    match open.settling {
        Settling::Behind => compute(model, effects),
        Settling::Settled | Settling::Resting => open.settling = Settling::Settled,
    }
}

/// Brings all that depends on the whole episode up to date, or asks for it.
fn compute(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(open) = model.open.as_mut() else { return };
    open.settling = Settling::Resting;
    open.blamed = None;
    open.methods.outdate();
    let rest = request_all(model, effects);
    effects.extend(rest.map(Effect::Rest));
}
