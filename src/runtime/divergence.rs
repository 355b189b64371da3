//! What stands in the records where two episodes part: their texts, and the state of the world after them.

use crate::{
    compare::{EpisodeComparison, Inside, WorldState, text_changes},
    log::Body,
    model::{ActId, Episode},
    store::Store,
};

/// Reads the records where two episodes part.
pub fn inside(compared: &EpisodeComparison, a: (&Store, &Episode), b: (&Store, &Episode)) -> Inside {
    let Some((of_a, of_b)) = compared.divergence() else { return Inside::default() };
    let record = |(store, episode): (&Store, &Episode), act: Option<ActId>| {
        act.and_then(|it| store.record(episode.act(it).origin).ok())
    };
    let texts = text_changes(record(a, of_a).as_ref(), record(b, of_b).as_ref());
    let (last_a, last_b) = compared.state_acts();
    let (a, b) = (state_after(a, last_a), state_after(b, last_b));
    let broken = a.broken + b.broken;
    // What one of them never logged is no difference.
    let states = if a.is_empty() || b.is_empty() { Vec::new() } else { a.changes(&b) };
    Inside { texts, states, known: a.len().max(b.len()), broken }
}

/// The state after an act: what was logged of it up to there.
fn state_after((store, episode): (&Store, &Episode), act: Option<ActId>) -> WorldState {
    let mut world = WorldState::default();
    let Some(act) = act else { return world };
    let time = episode.act(act).time;
    for state in &episode.states {
        let is_later = match state.after.last() {
            Some(_) => state.after.iter().any(|it| *it > act),
            None => state.time.zip(time).is_some_and(|(of_state, of_act)| of_state > of_act),
        };
        if is_later {
            continue;
        }
        for record in store.records_at(state.origin).unwrap_or_default() {
            let Body::State(it) = record.body else { continue };
            if let Some(whole) = &it.state {
                world.set(&state.scope, whole.value());
            }
            if let Some(delta) = &it.delta {
                world.change(&state.scope, delta.value());
            }
        }
    }
    world
}
