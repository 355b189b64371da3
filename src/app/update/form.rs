//! Editing a what-if.

use super::{
    credit::{Wanted, request},
    fields::{field_kind, stay_on},
};
use crate::app::{
    action::Action,
    job::is_short,
    key::{Key, KeyCode},
    message::Effect,
    model::Model,
    screen::{Overlay, Screen, View},
    whatif::{Field, FieldKind, Forks, Form, form},
};
use crate::{credit, model::Scenario};

/// Whether a number is being typed.
pub(super) fn typing(model: &Model) -> bool {
    model.screen == Screen::Episode
        && model.view == View::WHAT_IF
        && model.open.as_ref().is_some_and(|it| it.form.typing.is_some())
}

/// A key while a number is being typed. `false`: it is not part of a number and keeps its own meaning.
pub(super) fn type_key(model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> bool {
    let Some(open) = model.open.as_mut() else { return false };
    let Some(text) = open.form.typing.as_mut() else { return false };
    match key.code {
        KeyCode::Char(c) if !key.ctrl && (c.is_ascii_digit() || "+-.eE".contains(c)) => {
            if text.len() < 24 {
                text.push(c);
            }
        }
        KeyCode::Backspace => {
            text.pop();
        }
        KeyCode::Esc => open.form.typing = None,
        KeyCode::Enter => {
            let typed = open.form.typing.take().unwrap_or_default();
            let fields = Form::fields(open);
            let (Some(field), Some(scenario)) = (fields.get(open.form.field), form::current(open)) else {
                return true;
            };
            match typed.parse::<f64>().ok().filter(|it| it.is_finite()) {
                Some(value) => {
                    let next = form::with_number(open, &scenario, field, value);
                    edit(model, next, effects);
                }
                None => model.notice = Some(format!("'{typed}' is not a number")),
            }
        }
        _ => {
            open.form.typing = None;
            return false;
        }
    }
    true
}

/// Text was pasted into a number: it is taken whole, or not at all.
pub(super) fn paste(model: &mut Model, text: &str, effects: &mut Vec<Effect>) {
    let text = text.trim();
    if !text.chars().all(|c| c.is_ascii_digit() || "+-.eE".contains(c)) {
        model.notice = Some("what was pasted is not a number".to_owned());
        return;
    }
    for c in text.chars() {
        type_key(model, Key::char(c), effects);
    }
}

/// Puts the cursor on the field of the act's action, if there is one.
pub(super) fn to_action(model: &mut Model) {
    let Some(open) = model.open.as_mut() else { return };
    let fields = Form::fields(open);
    let at = fields.iter().position(|it| matches!(it.kind, FieldKind::Action(_)));
    if let Some(at) = at {
        open.form.field = at;
        open.form.choice = selected(&fields[at]);
    } else if let Some(act) = open.act {
        let id = open.episode.act(act).id.clone();
        model.notice = Some(format!("no alternatives of {id} in the log: its action cannot be replaced"));
    }
}

fn selected(field: &Field) -> usize {
    field.choices.iter().position(|it| it.selected).map_or(0, |it| field.window.0 + it)
}

/// Actions of the form. `false`: not one.
pub(super) fn on_action(model: &mut Model, action: Action, effects: &mut Vec<Effect>) -> bool {
    let Some(open) = model.open.as_mut() else { return false };
    let fields = Form::fields(open);
    if fields.is_empty() {
        return false;
    }
    open.form.field = open.form.field.min(fields.len() - 1);
    if open.form.list {
        return on_list(model, &fields, action, effects);
    }
    let step = match action {
        Action::Down | Action::NextPane => 1,
        Action::Up | Action::PreviousPane => -1,
        Action::First => isize::MIN,
        Action::Last => isize::MAX,
        Action::Left | Action::Right => {
            sideways(model, &fields, action == Action::Right, effects);
            return true;
        }
        Action::Open => return open_or_pick(model, &fields, effects),
        Action::Scope => {
            open.form.list = !fields[open.form.field].choices.is_empty();
            return true;
        }
        _ => return false,
    };
    open.form.field = open.form.field.saturating_add_signed(step).min(fields.len() - 1);
    open.form.choice = selected(&fields[open.form.field]);
    true
}

/// Picks the choice under the cursor; if that is the one in force, shows all choices as a list.
fn open_or_pick(model: &mut Model, fields: &[Field], effects: &mut Vec<Effect>) -> bool {
    let Some(open) = model.open.as_mut() else { return false };
    let field = &fields[open.form.field];
    let in_force = field.choice(open.form.choice).is_some_and(|it| it.selected);
    if field.is_single_choice() && in_force {
        open.form.list = true;
        return true;
    }
    pick(model, effects)
}

/// Actions of the list of choices. `false` if it is none.
fn on_list(model: &mut Model, fields: &[Field], action: Action, effects: &mut Vec<Effect>) -> bool {
    let half = usize::from(model.size.rows / 2).max(1) as isize;
    let Some(open) = model.open.as_mut() else { return false };
    let field = &fields[open.form.field];
    let Some(last) = field.last_choice() else {
        open.form.list = false;
        return true;
    };
    let step = match action {
        Action::Down | Action::NextPane => 1,
        Action::Up | Action::PreviousPane => -1,
        Action::HalfDown => half,
        Action::HalfUp => -half,
        Action::First => isize::MIN,
        Action::Last => isize::MAX,
        Action::Left | Action::Scope => {
            open.form.list = false;
            return true;
        }
        Action::Open => {
            return pick(model, effects);
        }
        _ => return false,
    };
    open.form.choice = open.form.choice.min(last).saturating_add_signed(step).min(last);
    true
}

fn sideways(model: &mut Model, fields: &[Field], right: bool, effects: &mut Vec<Effect>) {
    let Some(open) = model.open.as_mut() else { return };
    let field = &fields[open.form.field];
    match field.number {
        None => {
            let last = field.last_choice().unwrap_or(0);
            let at = open.form.choice.min(last);
            open.form.choice = if right { (at + 1).min(last) } else { at.saturating_sub(1) };
        }
        Some((value, _)) => {
            let Some(scenario) = form::current(open) else { return };
            let steps = (value / field.step).round() + if right { 1.0 } else { -1.0 };
            // Steps of a power of ten are divided by its inverse, so that 0.3 is 0.3.
            let inverse = (1.0 / field.step).round();
            let next = form::with_number(open, &scenario, field, steps / inverse);
            edit(model, next, effects);
        }
    }
}

/// Picks the choice under the cursor, or starts typing a number. A choice that cannot be picked says why, and
/// a list of choices stays; it also stays if several choices may hold.
pub(super) fn pick(model: &mut Model, effects: &mut Vec<Effect>) -> bool {
    let Some(open) = model.open.as_mut() else { return false };
    let fields = Form::fields(open);
    let Some(field) = fields.get(open.form.field) else { return false };
    if field.number.is_some() {
        open.form.typing = Some(String::new());
        return true;
    }
    let Some(choice) = field.choice(open.form.choice) else { return true };
    if let Some(why) = &choice.blocked {
        model.notice = Some(format!("{}: {}", choice.label, why.sentence()));
        return true;
    }
    open.form.list &= !field.is_single_choice();
    let next = choice.scenario.clone();
    edit(model, next, effects);
    true
}

/// Makes `next` the scenario on the screen. If its method cannot follow an edit of the episode, the nearest
/// one that can replaces it, and a message says so: at once, or for a long episode when that is known.
pub(super) fn edit(model: &mut Model, mut next: Scenario, effects: &mut Vec<Effect>) {
    let Some(open) = model.open.as_mut() else { return };
    let asks_more = next.edits_episode() || next.whose.is_some();
    let may_fail = asks_more && form::current(open).is_some_and(|it| it.method == next.method);
    let later = may_fail && !is_short(&open.episode);
    if may_fail
        && !later
        && let Some((nearest, why)) = credit::replacement(&open.episode, &next)
    {
        model.notice = Some(why);
        next = nearest;
    }
    let Some(logged) = open.logged.get().map(|it| it.scenario.clone()) else { return };
    let before = open.forks.number();
    let kind = field_kind(open);
    open.forks.push(next, &logged);
    stay_on(open, kind.as_ref());
    if open.forks.number() != before {
        if later {
            open.forks.let_replace();
        }
        request(model, Wanted::Edited, effects);
    }
}

/// Walks the history of edits with `walk`; shows `nothing` if it cannot.
pub(super) fn history(
    model: &mut Model,
    effects: &mut Vec<Effect>,
    walk: impl FnOnce(&mut Forks) -> bool,
    nothing: &str,
) {
    let Some(open) = model.open.as_mut() else { return };
    if !walk(&mut open.forks) {
        model.notice = Some(nothing.to_owned());
        return;
    }
    open.form.typing = None;
    open.form.list = false;
    if matches!(model.overlay, Some(Overlay::Explain(_))) {
        model.overlay = None;
    }
    let logged = open.forks.is_logged();
    effects.extend(open.edited.begun().map(Effect::StopWork));
    open.edited.cancel();
    if !logged {
        request(model, Wanted::Edited, effects);
    }
}
