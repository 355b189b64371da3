//! The choices of one field as a list, a row each, grouped by what they belong with. Choices that cannot be
//! picked say what is missing for them. Below the list stands all that is known of the choice under the
//! cursor.

use crate::{
    app::{
        Action, OpenEpisode, View,
        whatif::{Choice, Field, FieldKind},
    },
    credit, text,
    tui::{paint::Painter, theme::Role, view::window},
};

/// Rows kept for the text about the choice under the cursor.
const ABOUT: usize = 5;
/// The list is never shorter than this, whatever that leaves for the rest.
const LEAST: usize = 4;

/// One row of the list.
enum Row<'a> {
    Group(&'a str),
    Choice(usize, &'a Choice),
}

pub(super) fn draw(open: &OpenEpisode, field: &Field, pane: &mut Painter<'_>) {
    let (width, height) = (pane.width(), pane.height());
    let at = open.form.choice.min(field.last_choice().unwrap_or(0));
    let (pick, close) = (Action::Open.key(), Action::Back.key());
    let title = format!("{}  {}: {pick} picks, {close} closes", View::WHAT_IF.heading(), field.title);
    pane.rule(0, &title, &position(at, field));
    let rows = rows(field);
    let about = about(open, field, at, width.saturating_sub(2));
    let below = about.len().min(ABOUT).min(height.saturating_sub(2 + LEAST));
    let room = height.saturating_sub(1 + below + usize::from(below > 0));
    let cursor = rows.iter().position(|it| matches!(it, Row::Choice(index, _) if *index == at)).unwrap_or(0);
    let first = window(cursor, rows.len(), room);
    let name = field.choices.iter().map(|it| text::width(&it.label)).max().unwrap_or(0).clamp(6, 24);
    for (y, row) in rows.iter().skip(first).take(room).enumerate() {
        match row {
            Row::Group(title) => {
                pane.put_fit(1, y + 1, width.saturating_sub(2), title, Role::Dim);
            }
            Row::Choice(index, choice) => {
                choice_row(field, choice, *index == at, name, &mut pane.part(0, y + 1, width, 1));
            }
        }
    }
    if below > 0 {
        let y = height - below - 1;
        pane.rule(y, "", "");
        for (line, (words, role)) in about.iter().take(below).enumerate() {
            pane.put_fit(1, y + 1 + line, width.saturating_sub(2), words, *role);
        }
    }
}

fn position(at: usize, field: &Field) -> String {
    format!("{} of {}", at + 1, field.window.1)
}

fn rows(field: &Field) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut group = "";
    for (index, choice) in field.choices.iter().enumerate() {
        if choice.group != group {
            group = choice.group;
            rows.push(Row::Group(group));
        }
        rows.push(Row::Choice(field.window.0 + index, choice));
    }
    rows
}

fn choice_row(field: &Field, choice: &Choice, here: bool, name: usize, pane: &mut Painter<'_>) {
    let marks = pane.theme().glyphs.marks;
    let (off, on) = if field.is_single_choice() { (marks[0], marks[1]) } else { (marks[2], marks[3]) };
    // A choice that cannot be picked also has a mark, not only a colour.
    let mark = match (&choice.blocked, choice.selected) {
        (Some(_), _) => "(-)",
        (None, true) => on,
        (None, false) => off,
    };
    let role = match (here, &choice.blocked, choice.selected) {
        (true, ..) => Role::State,
        (_, Some(_), _) => Role::Blocked,
        (_, None, true) => Role::Strong,
        (_, None, false) => Role::Plain,
    };
    if here {
        pane.put(0, 0, ">", Role::Cursor);
    }
    let x = pane.put(2, 0, mark, role);
    let label = pane.fit(&choice.label, name);
    pane.put(x, 0, &label, role);
    let x = x + name + 2;
    let (words, role) = match &choice.blocked {
        Some(why) => (why.sentence(), Role::Dim),
        None => (choice.what.clone(), Role::Plain),
    };
    pane.put_fit(x, 0, pane.width().saturating_sub(x + 1), &words, role);
}

/// What is known of the choice under the cursor.
fn about(open: &OpenEpisode, field: &Field, at: usize, columns: usize) -> Vec<(String, Role)> {
    let Some(choice) = field.choice(at) else { return Vec::new() };
    let mut lines = Vec::new();
    let mut say =
        |words: &str, role| lines.extend(text::wrap(words, columns).into_iter().map(|it| (it, role)));
    if let Some(why) = &choice.blocked {
        say(&format!("cannot  {}", why.sentence()), Role::Warn);
    }
    let method = credit::method(&choice.scenario.method);
    match (&field.kind, method) {
        (FieldKind::Method, Some(method)) => {
            say(&format!("{}  {}", method.title, method.formula), Role::Plain);
            let needs: Vec<&str> = method.needs.iter().map(|it| it.sentence()).collect();
            say(&format!("needs  {}", needs.join("; ")), Role::Plain);
            method.caveats.iter().for_each(|it| say(it, Role::Dim));
            say(method.source, Role::Dim);
        }
        (FieldKind::Baseline, Some(method)) => match method.baseline(&choice.label) {
            Some(baseline) => {
                say(&format!("{}  {}", baseline.title, baseline.formula), Role::Plain);
                let needs: Vec<&str> = baseline.needs.iter().map(|it| it.sentence()).collect();
                if !needs.is_empty() {
                    say(&format!("needs  {}", needs.join("; ")), Role::Plain);
                }
                say(baseline.source, Role::Dim);
            }
            None => say(&choice.what, Role::Plain),
        },
        (FieldKind::Action(act), _) => {
            say(
                &format!("in place of what {} did: {}", open.episode.act(*act).id, choice.label),
                Role::Plain,
            );
        }
        (FieldKind::Param(name), Some(method)) => {
            method.param(name).into_iter().for_each(|it| say(it.what, Role::Plain));
        }
        _ => {}
    }
    lines
}
