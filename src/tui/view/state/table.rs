//! Keys in a table: before, after, who set each, how long ago, and in which acts.

use super::strip;
use crate::{
    app::OpenEpisode,
    context::{By, Context, Owner, StateKey, Write},
    tui::{paint::Painter, theme::Role, view::window},
};

/// Columns of an owner, a key, a value, who set it and when.
const OWNER: usize = 10;
const KEY: usize = 22;
const BY: usize = 18;
const AGO: usize = 9;
/// The most columns of the marks of acts.
const STRIP: usize = 40;

/// Draws the table from row 1 on; the row after it.
pub(super) fn draw(open: &OpenEpisode, context: &Context, pane: &mut Painter<'_>) -> usize {
    let history = &context.history;
    let room = pane.height().saturating_sub(2);
    let mut keys = open.state_keys(false);
    if keys.len() > room {
        // What the act changes must be seen.
        keys = open.state_keys(true);
    }
    let cursor = open.state_key().map(|it| it.0);
    let at = keys.iter().position(|it| Some(*it) == cursor).unwrap_or(0);
    let top = window(at, keys.len(), room);
    let strip = open.episode.acts.len().min(STRIP);
    let fixed = OWNER + KEY + BY + AGO + strip + 8;
    let value = (pane.width().saturating_sub(fixed) / 2).clamp(8, 40);
    let columns = Columns::of(value);
    heading(pane, &columns);
    let mut before: Option<&Owner> = None;
    for (y, at) in keys.iter().skip(top).take(room).enumerate() {
        let key = &history.keys[*at];
        let is_new = before != Some(&key.owner);
        before = Some(&key.owner);
        if is_new {
            pane.put_fit(1, 2 + y, OWNER - 1, key.owner.name(&open.episode), Role::Strong);
        }
        row(open, pane, &columns, 2 + y, (key, cursor == Some(*at), strip));
    }
    2 + keys.len().min(room)
}

struct Columns {
    value: usize,
    before: usize,
    after: usize,
    by: usize,
    ago: usize,
    strip: usize,
}

impl Columns {
    fn of(value: usize) -> Self {
        let before = OWNER + KEY + 3;
        let after = before + value + 1;
        let by = after + value + 1;
        Self { value, before, after, by, ago: by + BY + 1, strip: by + BY + AGO + 3 }
    }
}

fn heading(pane: &mut Painter<'_>, columns: &Columns) {
    let heads = [
        (OWNER + 2, "key"),
        (columns.before, "before"),
        (columns.after, "after"),
        (columns.by, "set by"),
        (columns.ago, "ago"),
        (columns.strip, "in acts: o set"),
    ];
    for (x, word) in heads {
        pane.put(x, 1, word, Role::Dim);
    }
}

fn row(
    open: &OpenEpisode,
    pane: &mut Painter<'_>,
    columns: &Columns,
    y: usize,
    (key, here, strip_columns): (&StateKey, bool, usize),
) {
    let moment = open.moment();
    let changed = key.is_changed(moment) && moment > 0;
    let role = if here { Role::Cursor } else { Role::Plain };
    if here {
        pane.put(0, y, ">", Role::Cursor);
    }
    if changed {
        pane.put(OWNER, y, "*", Role::Warn);
    }
    pane.put_tail(OWNER + 2, y, KEY, &key.name, role);
    let text = |it: Option<&Write>| it.and_then(|it| it.value.as_deref()).unwrap_or("-").to_owned();
    let now = key.at(moment);
    let (before, after) = match changed {
        true => (text(key.before(moment)), text(now)),
        false => (text(now), "=".to_owned()),
    };
    pane.put_fit(columns.before, y, columns.value, &before, Role::Plain);
    let role = if changed { Role::Strong } else { Role::Dim };
    pane.put_fit(columns.after, y, columns.value, &after, role);
    let (by, ago) = now.map_or_else(Default::default, |it| set_by(open, it));
    pane.put_fit(columns.by, y, BY, &by, Role::Plain);
    pane.put_fit(columns.ago, y, AGO, &ago, Role::Dim);
    let dot = if pane.theme().glyphs.ascii { '.' } else { '·' };
    pane.put(columns.strip, y, &strip(open, key, strip_columns, dot), Role::Dim);
}

/// Who set a value, and how long before the act under the cursor.
fn set_by(open: &OpenEpisode, write: &Write) -> (String, String) {
    let act = write.by.act().and_then(|it| open.episode.acts.get(it.index()));
    let by = match (write.by, act) {
        (By::Start, _) | (_, None) => return ("start".to_owned(), String::new()),
        (By::Act(_), Some(act)) => act.id.clone(),
        (By::Order(_), Some(act)) => format!("{} (by order)", act.id),
        (By::Seen(_), Some(act)) => format!("seen by {}", act.id),
    };
    let since = || open.episode.act(open.act?).time.zip(act?.time).map(|(now, then)| now.seconds_since(then));
    (by, since().map_or(String::new(), |it| format!("{it:.1} s")))
}
