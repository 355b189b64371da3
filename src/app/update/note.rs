//! A note about an act or an agent: is it to blame, why, and who says so, asked one after the other in the last line.

use super::views;
use crate::{
    app::{
        key::{Key, KeyCode},
        message::Effect,
        model::Model,
        prompt::{self, NoteStep, Prompt, PromptKind},
    },
    model::Note,
};

/// Begins a note about the act under the cursor, or else the agent.
pub(super) fn prompt(model: &mut Model) {
    let Some(open) = &model.open else { return };
    let episode = &open.episode;
    let act = views::act_under_cursor(model.view, open);
    let agent = act.map_or(open.agent, |it| episode.act(it).agent);
    let Some(named) = episode.agents.get(agent.index()) else {
        model.notice = Some("there is nobody to note anything about".to_owned());
        return;
    };
    // Of an agent that never acts the record of any other act tells the log.
    let of_agent = episode.acts.iter().find(|it| it.agent == agent).or_else(|| episode.acts.first());
    let at = act.map(|it| episode.act(it)).or(of_agent).map(|it| it.origin);
    let Some(at) = at.or_else(|| episode.outcome.as_ref().map(|it| it.origin)) else {
        model.notice = Some("the episode has no act and no end yet: there is nothing to note".to_owned());
        return;
    };
    model.noting = Some(Note {
        episode: open.id,
        agent: named.name.clone(),
        act: act.map(|it| episode.act(it).id.clone()),
        at,
        is_culprit: true,
        reason: String::new(),
        by: String::new(),
    });
    model.prompt = Some(Prompt::new(PromptKind::Note(NoteStep::Culprit)));
}

/// A key while a note is being typed.
pub(super) fn type_key(model: &mut Model, step: NoteStep, key: Key, effects: &mut Vec<Effect>) {
    let Some(prompt) = model.prompt.as_mut() else { return };
    match (step, key.code) {
        (_, prompt::LEAVE) => leave(model),
        (NoteStep::Culprit, KeyCode::Char(c)) if !key.ctrl => match c.to_ascii_lowercase() {
            'y' => culprit(model, true),
            'n' => culprit(model, false),
            _ => prompt.error = Some("y or n".to_owned()),
        },
        (NoteStep::Culprit, prompt::TAKE) => prompt.error = Some("y or n".to_owned()),
        (NoteStep::Culprit, KeyCode::Backspace) => leave(model),
        (NoteStep::Culprit, _) => {}
        (NoteStep::Reason, prompt::TAKE) => reason(model),
        (NoteStep::By, prompt::TAKE) => take(model, effects),
        (NoteStep::Reason | NoteStep::By, _) => {
            if prompt.edit(key, &[]) {
                prompt.error = None;
            }
        }
    }
}

/// Text was pasted into the note.
pub(super) fn paste(model: &mut Model, text: &str) {
    let typed = model.prompt.as_mut().filter(|it| it.kind != PromptKind::Note(NoteStep::Culprit));
    if let Some(prompt) = typed {
        prompt.paste(text);
        prompt.error = None;
    }
}

fn leave(model: &mut Model) {
    model.prompt = None;
    model.noting = None;
    model.notice = Some("nothing was noted".to_owned());
}

fn culprit(model: &mut Model, is_culprit: bool) {
    if let Some(note) = &mut model.noting {
        note.is_culprit = is_culprit;
    }
    model.prompt = Some(Prompt::new(PromptKind::Note(NoteStep::Reason)));
}

fn reason(model: &mut Model) {
    let Some(typed) = model.prompt.take() else { return };
    if let Some(note) = &mut model.noting {
        note.reason = typed.text.trim().to_owned();
    }
    let mut by = Prompt::new(PromptKind::Note(NoteStep::By));
    by.set(model.user.clone());
    model.prompt = Some(by);
}

/// Who says so is typed: that is all.
fn take(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(prompt) = model.prompt.as_mut() else { return };
    let by = prompt.text.trim().to_owned();
    if by.is_empty() {
        prompt.error = Some("a name: agreement is counted between persons".to_owned());
        return;
    }
    model.prompt = None;
    model.user.clone_from(&by);
    if let Some(note) = model.noting.take() {
        effects.push(Effect::Annotate(Box::new(Note { by, ..note })));
    }
}

/// A note was written, or could not be.
pub(super) fn annotated(
    model: &mut Model,
    note: &Note,
    result: Result<String, String>,
    effects: &mut Vec<Effect>,
) {
    let subject = note.subject();
    match result {
        Ok(path) => {
            model.notice = Some(format!("{path} holds the note about {subject}"));
            // What is held stays as it is, like all that comes.
            if model.open.as_ref().is_some_and(|it| it.id == note.episode) {
                effects.push(Effect::Open(note.episode));
            }
        }
        Err(why) => model.notice = Some(format!("{subject} is not noted: {why}")),
    }
}
