//! The line that is being typed, and the state of the search.

use super::palette;
use crate::{
    app::{
        Key, KeyCode, Model,
        export::ENDINGS,
        palette::Offer,
        prompt::{COMPLETE, EARLIER, ExportStep, LEAVE, NoteStep, Prompt, PromptKind, TAKE},
    },
    text,
    tui::{paint::Painter, theme::Role},
};

/// Draws the prompt over the whole line, with a note about it at the right.
pub(super) fn draw(model: &Model, prompt: &Prompt, line: &mut Painter<'_>) {
    line.blank();
    let width = line.width();
    let (say, role) = say(model, prompt);
    let say = line.fit(&say, width * 3 / 5);
    let sign = sign(model, prompt, width);
    let x = line.put(0, 0, &sign, Role::Strong);
    let gap = if say.is_empty() { 0 } else { 2 };
    let room = width.saturating_sub(x + text::width(&say) + gap).max(1);
    typed(prompt, &mut line.part(x, 0, room, 1));
    line.put_right(width, 0, &say, role);
}

/// What helps with the line: what is wrong with it, or what it takes.
fn say(model: &Model, prompt: &Prompt) -> (String, Role) {
    match (&prompt.error, prompt.kind) {
        (Some(error), _) => (error.clone(), Role::Warn),
        (None, PromptKind::Search) if model.search.is_on() => (model.search.status(), Role::Dim),
        (None, PromptKind::Search) => {
            let [earlier, go, back] = [EARLIER, TAKE, LEAVE].map(|it| Key::named(it).name());
            (format!("regex; {earlier}: earlier  {go}: go  {back}: back"), Role::Dim)
        }
        (None, PromptKind::Filter) => (completions(model, prompt), Role::Dim),
        (None, PromptKind::Rule(_)) => ("R < -0.5 and share(coder) > 0.5".to_owned(), Role::Dim),
        (None, PromptKind::Glossary) => (glossary_keys(), Role::Dim),
        (None, PromptKind::Note(step)) => (note_keys(step), Role::Dim),
        (None, PromptKind::Export(step)) => (export_keys(step), Role::Dim),
        (None, PromptKind::Palette(_)) => (palette::keys(), Role::Dim),
    }
}

/// What the line asks for, before what is typed.
fn sign(model: &Model, prompt: &Prompt, width: usize) -> String {
    match prompt.kind {
        PromptKind::Search => "/".to_owned(),
        PromptKind::Filter => "filter: ".to_owned(),
        PromptKind::Rule(_) => "rule: ".to_owned(),
        PromptKind::Glossary => "words with: ".to_owned(),
        PromptKind::Note(step) => note_sign(model, step, width),
        PromptKind::Export(step) => export_sign(model, step, width),
        PromptKind::Palette(Offer::All) => ":".to_owned(),
        PromptKind::Palette(Offer::Help) => "keys with: ".to_owned(),
    }
}

/// The line as a statement: what it asks for, what is typed, and what helps with it.
pub(super) fn told(model: &Model, prompt: &Prompt) -> String {
    let typed = text::clean(&prompt.text);
    let line = format!("{}{typed}", sign(model, prompt, 300));
    if let (PromptKind::Palette(_), Some(it)) = (prompt.kind, model.palette.chosen()) {
        let about = if it.about.is_empty() { &it.text } else { &it.about };
        return format!(
            "{line}; {} found, {} does: {}, {about}",
            model.palette.found.len(),
            Key::named(TAKE).name(),
            it.text
        );
    }
    let help = say(model, prompt).0;
    if typed.is_empty() || prompt.error.is_some() { format!("{line} ({help})") } else { line }
}

/// What a note asks.
fn note_sign(model: &Model, step: NoteStep, width: usize) -> String {
    let Some(note) = &model.noting else { return String::new() };
    let subject = text::fit(&note.subject(), width / 3);
    match step {
        NoteStep::Culprit => format!("{}: to blame? y n ", subject.trim_end()),
        NoteStep::Reason if note.is_culprit => format!("{}, to blame: why? ", subject.trim_end()),
        NoteStep::Reason => format!("{}, not to blame: why? ", subject.trim_end()),
        NoteStep::By => "who says so? ".to_owned(),
    }
}

fn note_keys(step: NoteStep) -> String {
    let [go, back] = [TAKE, LEAVE].map(|it| Key::named(it).name());
    match step {
        NoteStep::Culprit => format!("{back}: back"),
        NoteStep::Reason => format!("{go}: on  {back}: back"),
        NoteStep::By => format!("{go}: write it beside the log  {back}: back"),
    }
}

/// What an export asks.
fn export_sign(model: &Model, step: ExportStep, width: usize) -> String {
    let path = model.exporting.as_ref().map_or(String::new(), |it| text::clean(&it.path));
    match step {
        ExportStep::Name => "export to: ".to_owned(),
        ExportStep::Overwrite => format!("{} is there: replace it? y n ", text::fit(&path, width / 2)),
    }
}

fn export_keys(step: ExportStep) -> String {
    let back = Key::named(LEAVE).name();
    match step {
        ExportStep::Name => {
            let endings: Vec<&str> = ENDINGS.iter().map(|it| it.name).collect();
            format!("{}  {back}: back", endings.join(" "))
        }
        ExportStep::Overwrite => format!("{back}: back"),
    }
}

fn glossary_keys() -> String {
    let [up, down, keep, back] = [KeyCode::Up, KeyCode::Down, TAKE, LEAVE].map(|it| Key::named(it).name());
    format!("{up} {down}  {keep}: keep  {back}: back")
}

/// What Tab would insert, or what a filter looks like.
fn completions(model: &Model, prompt: &Prompt) -> String {
    let complete = Key::named(COMPLETE).name();
    let all = model.filters.completions(prompt.typed());
    if all.is_empty() || prompt.text.is_empty() {
        return format!("{complete}  agent= type= kind= status= reward< text= /regex/  ! not");
    }
    // Only what differs: the value, or the field.
    let names = all.iter().map(|it| it.rsplit(['=', ',']).find(|it| !it.is_empty()).unwrap_or(it));
    format!("{complete}  {}", names.collect::<Vec<_>>().join(" "))
}

/// The text around the cursor, and the cursor.
fn typed(prompt: &Prompt, line: &mut Painter<'_>) {
    let room = line.width().saturating_sub(1);
    // What is typed reaches the screen cleaned: a log's text may have been pasted.
    let before = text::clean(&prompt.text[..prompt.at]);
    let x = line.put(0, 0, text::fit_end(&before, room), Role::Plain);
    let mut rest = prompt.text[prompt.at..].chars();
    let under = rest.next().map_or(" ".to_owned(), |it| text::clean(it.encode_utf8(&mut [0; 4])));
    let x = line.put(x, 0, if under.is_empty() { " " } else { &under }, Role::State);
    line.put(x, 0, &text::clean(rest.as_str()), Role::Plain);
}

/// The state of the search, at the right end of the line. Returns the columns that are left.
pub(super) fn status(model: &Model, line: &mut Painter<'_>) -> usize {
    let width = line.width();
    let Some(pattern) = &model.search.pattern else { return width };
    let status = model.search.status();
    let pattern = line.fit(&text::clean(pattern.text()), (width / 4).max(4));
    let text = format!(" /{pattern} {status}");
    let left = width.saturating_sub(text::width(&text));
    line.put(left, 0, &text, Role::Strong);
    left
}
