//! Rules: asked of the episodes as they are read, in the order of the list; what a hit does; and their list.

use super::{cursor, jobs, log, toggle_overlay};
use crate::{
    app::{
        action::Action,
        job::RuleJob,
        key::Key,
        message::{Effect, Receive},
        model::Model,
        prompt::{self, Prompt, PromptKind},
        request::RequestId,
        screen::{Overlay, Screen},
        view::rules::{ADD, DELETE, DOES, Does, EDIT, RuleChoice, RuleEntry, SAVE, unasked},
    },
    rules::{Rule, Watch},
};

/// Asks rules that are on about the episodes that were read since. Waits until all are read: a rule takes them in order.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.overlay == Some(Overlay::Rules) {
        model.rules.see();
    }
    if !model.rules.are_on() || !model.log.loaded {
        return;
    }
    let of = (model.film.changes(), model.rules.revision);
    if !model.film.is_complete(&model.log) || model.rules.asked_of == Some(of) {
        return;
    }
    model.rules.asked_of = Some(of);
    let known = model.film.known();
    for at in 0..model.rules.entries.len() {
        let entry = &mut model.rules.entries[at];
        let Ok(watch) = &entry.watch else { continue };
        if !entry.choice.on {
            continue;
        }
        if entry.asking.is_pending() {
            // What has come meanwhile is asked for when the answer is there.
            model.rules.asked_of = None;
            continue;
        }
        let new = unasked(&entry.asked, &known);
        if new.is_empty() {
            continue;
        }
        let points = new.iter().filter_map(|it| it.1.clone()).collect();
        let job = RuleJob { watch: watch.clone(), points };
        let request = model.request.take_next();
        model.rules.entries[at].asking.ask(request, new.iter().map(|it| it.0).collect());
        jobs::ask(model, request, job, effects);
    }
}

impl Receive for RuleJob {
    fn receive(model: &mut Model, request: RequestId, answer: Box<Watch>, effects: &mut Vec<Effect>) {
        let Some(at) = model.rules.entries.iter().position(|it| it.asking.is_asked(request)) else { return };
        let entry = &mut model.rules.entries[at];
        let (before, is_first) = (entry.hits().len(), entry.asked.is_empty());
        if !entry.answered(request, *answer) || entry.hits().len() == before {
            return;
        }
        // What was there when the rule came is history: it is marked.
        if !is_first {
            hit(model, at, effects);
        }
    }
}

/// What the newest hit of a rule does.
fn hit(model: &mut Model, at: usize, effects: &mut Vec<Effect>) {
    let entry = &model.rules.entries[at];
    let Some(hit) = entry.hits().last().cloned() else { return };
    let does = entry.choice.does;
    let held = does.hold && model.log.following && model.held.is_none();
    let what = if held { "; the screen is held there" } else { "" };
    model.notice = Some(format!(
        "rule {} in {}: {}{what}; {} lists the rules",
        at + 1,
        hit.name,
        crate::text::clean(&hit.numbers),
        Action::Rules.key()
    ));
    if does.bell {
        effects.push(Effect::Bell);
    }
    if held {
        let is_there = hit.at < model.log.episodes.len();
        if is_there && (model.open.is_none() || model.screen == Screen::Episodes) {
            model.row = hit.at;
        }
        log::hold(model, effects);
    }
}

/// Shows or hides the list of rules.
pub(super) fn toggle_list(model: &mut Model) {
    toggle_overlay(model, Overlay::Rules);
}

/// Keys of the list that have no meaning elsewhere. `false` if it is none.
pub(super) fn list_key(model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> bool {
    let row = model.rules.row;
    match key {
        ADD => ask(model, None),
        EDIT if row < model.rules.entries.len() => ask(model, Some(row)),
        DELETE if row < model.rules.entries.len() => {
            let gone = model.rules.entries.remove(row);
            model.rules.history.push(gone.choice.text.clone());
            model.rules.row = row.min(model.rules.entries.len().saturating_sub(1));
            model.rules.change();
            let (add, earlier) = (ADD.name(), Key::named(prompt::EARLIER).name());
            model.notice = Some(format!("rule {} is deleted; {add} and {earlier} bring it back", row + 1));
        }
        DOES if row < model.rules.entries.len() => {
            let does = &mut model.rules.entries[row].choice.does;
            *does = does.next();
            model.rules.change();
        }
        SAVE => match model.rules.file.is_some() {
            true => effects.push(Effect::SaveRules(model.rules.choices())),
            false => {
                model.notice = Some("there is no place for a configuration file: HOME is not set".to_owned())
            }
        },
        _ => return false,
    }
    true
}

/// Begins a line for a new rule, or for that in a row.
fn ask(model: &mut Model, row: Option<usize>) {
    let mut prompt = Prompt::new(PromptKind::Rule(row));
    if let Some(entry) = row.and_then(|it| model.rules.entries.get(it)) {
        prompt.set(entry.choice.text.clone());
    }
    model.prompt = Some(prompt);
}

/// A key while a rule is being typed.
pub(super) fn type_key(model: &mut Model, row: Option<usize>, key: Key) {
    let Some(prompt) = model.prompt.as_mut() else { return };
    match key.code {
        prompt::LEAVE => model.prompt = None,
        prompt::TAKE => take(model, row),
        _ => {
            if prompt.edit(key, &model.rules.history) {
                prompt.error = None;
            }
        }
    }
}

/// Text was pasted into the rule.
pub(super) fn paste(model: &mut Model, text: &str) {
    if let Some(prompt) = model.prompt.as_mut() {
        prompt.paste(text);
        prompt.error = None;
    }
}

/// Takes the rule that was typed, if it holds; else the cursor goes to the fault.
fn take(model: &mut Model, row: Option<usize>) {
    let Some(prompt) = model.prompt.as_mut() else { return };
    let text = prompt.text.trim().to_owned();
    if text.is_empty() {
        model.prompt = None;
        return;
    }
    if let Err(why) = Rule::parse(&prompt.text) {
        let at = prompt.text.char_indices().nth(why.column - 1).map_or(prompt.text.len(), |it| it.0);
        prompt.at = at;
        prompt.error = Some(why.to_string());
        return;
    }
    model.prompt = None;
    model.rules.history.push(text.clone());
    model.rules.change();
    match row.and_then(|it| model.rules.entries.get_mut(it)) {
        Some(entry) => *entry = RuleEntry::of(RuleChoice { text, ..entry.choice.clone() }),
        None => {
            model.rules.entries.push(RuleEntry::of(RuleChoice { text, on: true, does: Does::default() }));
            model.rules.row = model.rules.entries.len() - 1;
        }
    }
}

/// Actions on the list. `false` if it is none.
pub(super) fn list(model: &mut Model, action: Action, count: usize, effects: &mut Vec<Effect>) -> bool {
    let rules = &mut model.rules;
    let Some(entry) = rules.entries.get_mut(rules.row) else { return false };
    let hits = entry.hits().len();
    match action {
        Action::Hold => {
            entry.choice.on = !entry.choice.on;
            rules.change();
        }
        Action::NextHit | Action::PreviousHit if hits > 0 => {
            let at = entry.hit.unwrap_or(hits - 1).min(hits - 1);
            let step = if action == Action::NextHit { count } else { hits - count % hits };
            // The first step from the newest goes on to the first.
            entry.hit = Some((at + step) % hits);
        }
        Action::NextHit | Action::PreviousHit => model.notice = Some("this rule has not hit".to_owned()),
        Action::Open => match entry.hit().map(|it| it.at).filter(|it| *it < model.log.episodes.len()) {
            Some(row) => {
                model.overlay = None;
                model.row = row;
                cursor::open_row(model, effects);
            }
            None => model.notice = Some("this rule has not hit: there is no episode to open".to_owned()),
        },
        Action::Down => rules.row = (rules.row + count).min(rules.entries.len() - 1),
        Action::Up => rules.row = rules.row.saturating_sub(count),
        Action::First => rules.row = 0,
        Action::Last => rules.row = rules.entries.len() - 1,
        _ => return false,
    }
    true
}

/// The rules were written, or could not be.
pub(super) fn saved(model: &mut Model, result: Result<String, String>) {
    model.notice = Some(match result {
        Ok(path) => {
            model.rules.changed = false;
            format!("{path} holds the rules")
        }
        Err(why) => format!("the rules are not saved: {why}"),
    });
}
