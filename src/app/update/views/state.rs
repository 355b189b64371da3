//! View 6: the state just after an act, and what was measured beside the acts.

use super::{Rows, ViewRow};
use crate::{
    app::{
        action::Action as A,
        layout,
        lists::ActRows,
        message::Effect,
        model::Model,
        open::OpenEpisode,
        screen::{Overlay, View},
        update::{handled::Handled, select},
    },
    context::{Moment, Write},
    model::ActId,
};

pub(super) const ROW: ViewRow = ViewRow {
    hints: |_| &[A::Left, A::NextError, A::Down, A::Open, A::Variant, A::Copy, A::Help, A::Quit],
    hint,
    rows: |open| Rows::Acts(ActRows::All(open.episode.acts.len())),
    on_action,
    ..ViewRow::plain(View::STATE, "State", "state after an act; telemetry")
};

fn hint(model: &Model, action: A) -> Option<&'static str> {
    let telemetry = model.open.as_ref().is_some_and(|it| it.state.telemetry);
    Some(match action {
        A::Left => "act",
        A::NextError if !telemetry => "change",
        A::Down if telemetry => "row",
        A::Down => "key",
        A::Open if !telemetry => "value",
        A::Copy => "trace",
        A::Variant if telemetry => "state",
        A::Variant => "telemetry",
        _ => return None,
    })
}

fn on_action(model: &mut Model, action: A, count: usize, effects: &mut Vec<Effect>) -> Handled {
    let page = layout::page(model.size);
    let Some(open) = model.open.as_mut() else { return Handled::No };
    match action {
        A::Left | A::Right => {
            let last = open.episode.acts.len().saturating_sub(1);
            let at = open.act.map_or(0, crate::model::ActId::index);
            if !open.episode.acts.is_empty() {
                select::select(open, ActId::from_index(super::sideways(action, count, at, last)));
            }
        }
        A::Variant => open.state.telemetry = !open.state.telemetry,
        A::NextError | A::PreviousError if !open.state.telemetry => {
            model.notice = to_change(open, action == A::NextError);
        }
        A::Open if !open.state.telemetry => model.overlay = value(open),
        A::Copy => {
            let act = open.act.map(|it| open.episode.act(it));
            let of_act = act.and_then(|it| it.trace.as_deref());
            match of_act.or(open.episode.trace_id.as_deref()) {
                Some(trace) => effects.push(Effect::Copy(format!("{trace}\n"))),
                None => return Handled::No,
            }
        }
        _ => return move_rows(open, action, count, page),
    }
    Handled::Yes
}

fn move_rows(open: &mut OpenEpisode, action: A, count: usize, page: usize) -> Handled {
    if open.state.telemetry {
        let row = select::moved(action, count, open.state.row, open.telemetry_rows(), page);
        open.state.row = row.unwrap_or(open.state.row);
        return if row.is_some() { Handled::Yes } else { Handled::No };
    }
    let keys = open.state_keys(false);
    let at = open.state_key().and_then(|(key, _)| keys.iter().position(|it| *it == key)).unwrap_or(0);
    let Some(row) = select::moved(action, count, at, keys.len(), page) else { return Handled::No };
    open.state.key = keys.get(row).copied().unwrap_or(open.state.key);
    Handled::Yes
}

/// To the act that set the key under the cursor last, or to the next that sets it. Returns what there is to say.
fn to_change(open: &mut OpenEpisode, onwards: bool) -> Option<String> {
    let moment = open.moment();
    let (at, key) = open.state_key()?;
    let name = format!("{}.{}", key.owner.name(&open.episode), key.name);
    let write = |it: &Write| it.moment;
    let target: Option<Moment> = match (onwards, key.is_changed(moment)) {
        (true, _) => key.after(moment).map(write),
        (false, true) => key.before(moment).map(write),
        (false, false) => key.at(moment).map(write),
    };
    open.state.key = at;
    match target.map(|it| it.checked_sub(1)) {
        Some(Some(act)) => {
            select::select(open, ActId(act));
            None
        }
        Some(None) => Some(format!("{name} is as it was before the first act")),
        None if onwards => Some(format!("{name} is not set after this act")),
        None => Some(format!("{name} is not set before this act")),
    }
}

/// The value under the cursor in full, with what it was.
fn value(open: &OpenEpisode) -> Option<Overlay> {
    let (_, key) = open.state_key()?;
    let moment = open.moment();
    let title = format!("{} {}: what it was set to", key.owner.name(&open.episode), key.name);
    let name = |it: &Write| match (it.by.act().and_then(|act| open.episode.acts.get(act.index())), it.moment)
    {
        (Some(act), _) => format!("{} {}", act.id, open.episode.agent(act.agent).name),
        (None, _) => "before the first act".to_owned(),
    };
    let mut lines = Vec::new();
    let holds = key.at(moment).map(|it| it.moment);
    for it in key.writes.iter().rev() {
        let mark = match holds {
            Some(holds) if holds == it.moment => "holds now",
            Some(holds) if holds < it.moment => "later",
            _ => "before",
        };
        lines.push(format!("{} ({mark})", name(it)));
        lines.push(format!("  {}", it.value.as_deref().unwrap_or("removed")));
    }
    Some(Overlay::Value(title, lines))
}
