//! Keys two in a row below their owner: as much of the state as a small screen holds.

use super::told;
use crate::{
    app::OpenEpisode,
    context::{Context, Owner},
    text,
    tui::{paint::Painter, theme::Role, view::window},
};

/// Columns of an owner, and of the name of a key.
const OWNER: usize = 9;
const KEY: usize = 14;

/// Draws the keys from row 1 on; the row after them.
pub(super) fn draw(open: &OpenEpisode, context: &Context, pane: &mut Painter<'_>) -> usize {
    let history = &context.history;
    let moment = open.moment();
    let rows_of = |keys: Vec<usize>| {
        let mut rows: Vec<(&Owner, Vec<usize>)> = Vec::new();
        for key in keys {
            let owner = &history.keys[key].owner;
            match rows.last_mut().filter(|it| it.0 == owner && it.1.len() < 2) {
                Some(row) => row.1.push(key),
                None => rows.push((owner, vec![key])),
            }
        }
        rows
    };
    let room = pane.height().saturating_sub(1);
    let mut rows = rows_of(open.state_keys(false));
    if rows.len() > room {
        // What the act changes must be seen.
        rows = rows_of(open.state_keys(true));
    }
    let cursor = open.state_key().map(|it| it.0);
    let at = rows.iter().position(|it| it.1.iter().any(|key| Some(*key) == cursor)).unwrap_or(0);
    let top = window(at, rows.len(), room);
    let cell = pane.width().saturating_sub(OWNER + 1) / 2;
    let mut before: Option<&Owner> = None;
    for (y, (owner, keys)) in rows.iter().skip(top).take(room).enumerate() {
        if before != Some(*owner) {
            pane.put_fit(1, 1 + y, OWNER - 1, owner.name(&open.episode), Role::Strong);
        }
        before = Some(*owner);
        for (column, key) in keys.iter().enumerate() {
            let x = OWNER + 1 + column * cell;
            put(open, context, pane, (x, 1 + y), *key, (cell, cursor == Some(*key), moment));
        }
    }
    1 + rows.len().min(room)
}

fn put(
    open: &OpenEpisode,
    context: &Context,
    pane: &mut Painter<'_>,
    (x, y): (usize, usize),
    at: usize,
    (cell, here, moment): (usize, bool, u32),
) {
    let key = &context.history.keys[at];
    let changed = key.is_changed(moment) && open.act.is_some();
    if here {
        pane.put(x.saturating_sub(1), y, ">", Role::Cursor);
    }
    if changed {
        pane.put(x, y, "*", Role::Warn);
    }
    let role = if here { Role::Cursor } else { Role::Plain };
    pane.put_tail(x + 1, y, KEY.min(cell.saturating_sub(2)), &key.name, role);
    let arrow = pane.theme().glyphs.to;
    let value = told(key, moment, arrow);
    let role = if changed { Role::Strong } else { Role::Plain };
    let room = cell.saturating_sub(KEY + 3);
    pane.put_fit(x + KEY + 2, y, room, &text::shorten(&value, room), role);
}
