//! What stands in the records of a row of a comparison: their texts, and the state of the world after them.

use crate::{
    app::RowActs,
    compare::{Inside, WorldState, text_changes},
    log::Body,
    store::Store,
};

/// Of more states than this none is rebuilt: a key must not take long.
const MOST_STATES: usize = 4_000;

/// Reads the records of a row: of A in its store, of B in its own.
pub fn inside(a: (&Store, &RowActs), b: (&Store, &RowActs)) -> Inside {
    let record = |(store, row): (&Store, &RowActs)| {
        row.act.and_then(|it| store.record(row.episode.act(it).origin).ok())
    };
    let texts = text_changes(record(a).as_ref(), record(b).as_ref());
    let (a, b) = (state_after(a), state_after(b));
    let broken = a.broken + b.broken;
    // What one of them never logged is no difference.
    let states = if a.is_empty() || b.is_empty() { Vec::new() } else { a.changes(&b) };
    Inside { texts, states, known: a.len().max(b.len()), broken }
}

/// The state after the last act up to a row: what was logged of it until then.
fn state_after((store, row): (&Store, &RowActs)) -> WorldState {
    let mut world = WorldState::default();
    let Some(act) = row.last.filter(|_| row.episode.states.len() <= MOST_STATES) else { return world };
    let time = row.episode.act(act).time;
    for state in &row.episode.states {
        let is_later = match state.after.is_empty() {
            false => state.after.iter().any(|it| *it > act),
            true => state.time.zip(time).is_some_and(|(of_state, of_act)| of_state > of_act),
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
