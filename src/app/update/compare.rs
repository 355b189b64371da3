//! Compares two episodes: marks one, reads both, and moves over the rows.

use std::sync::Arc;

use super::{handled::Handled, jobs, select::moved};
use crate::{
    app::{
        action::Action,
        command_line,
        job::{CompareJob, Compared},
        layout,
        message::{Effect, Receive, RowActs},
        model::Model,
        request::RequestId,
        screen::{Overlay, Screen},
        view::{CompareLine, ComparePane, CompareState},
    },
    compare::{Inside, RowKind, Side},
    model::{Episode, EpisodeId},
};

/// Marks the episode under the cursor or on the screen; if another is marked, compares it with this one.
pub(super) fn pick(model: &mut Model, effects: &mut Vec<Effect>) {
    let here = match model.screen {
        Screen::Episodes => model.log.episodes.get(model.row).map(|it| it.id),
        Screen::Episode => model.open.as_ref().map(|it| it.id),
        Screen::Compare => return,
    };
    let Some(here) = here else {
        model.notice = Some("no episode yet".to_owned());
        return;
    };
    let key = Action::Compare.key();
    match model.compare.marked.map(|it| model.log.settled(it)) {
        Some(marked) if marked == here => {
            model.compare.marked = None;
            model.notice = Some(format!("{} is no longer marked", name(model, here)));
        }
        Some(marked) => begin(model, (marked, here), effects),
        None => {
            model.compare.marked = Some(here);
            model.notice =
                Some(format!("{} is marked; {key} on another compares the two", name(model, here)));
        }
    }
}

fn name(model: &Model, id: EpisodeId) -> String {
    model.log.row(id).map_or_else(String::new, |row| model.log.episodes[row].name.to_string())
}

/// Compares these two, the first as A.
fn begin(model: &mut Model, pair: (EpisodeId, EpisodeId), effects: &mut Vec<Effect>) {
    let came_from = Some(model.screen).filter(|it| *it != Screen::Compare).or(model.compare.came_from);
    model.compare =
        CompareState { marked: model.compare.marked, pair: Some(pair), came_from, ..CompareState::default() };
    model.screen = Screen::Compare;
    model.overlay = None;
    for id in [pair.0, pair.1] {
        match model.open.as_ref().filter(|it| it.id == id) {
            Some(open) => {
                model.compare.read.insert(id, Arc::clone(&open.episode));
            }
            None => effects.push(Effect::Peek(id)),
        }
    }
    ask(model, effects);
}

/// An episode of the pair was read; `None`: it cannot be.
pub(super) fn peeked(
    model: &mut Model,
    id: EpisodeId,
    episode: Option<&Arc<Episode>>,
    effects: &mut Vec<Effect>,
) {
    let is_wanted = model.compare.pair.is_some_and(|it| it.0 == id || it.1 == id);
    if !is_wanted || model.compare.read.contains_key(&id) {
        return;
    }
    match episode {
        Some(episode) => {
            model.compare.read.insert(id, Arc::clone(episode));
            ask(model, effects);
        }
        None => {
            model.notice = Some(format!("{} cannot be read", name(model, id)));
            leave(model);
        }
    }
}

/// Asks for the comparison once both are read.
fn ask(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(pair) = model.compare.pair else { return };
    let read = |id: EpisodeId| model.compare.read.get(&id).cloned();
    let Some((a, b)) = read(pair.0).zip(read(pair.1)) else { return };
    let request = model.request.take_next();
    model.compare.compared.ask(request, pair);
    jobs::ask(model, request, CompareJob { a, b }, effects);
}

impl Receive for CompareJob {
    fn receive(model: &mut Model, request: RequestId, answer: Arc<Compared>, _: &mut Vec<Effect>) {
        if !model.compare.compared.fill(request, answer) {
            return;
        }
        let state = &mut model.compare;
        state.read.clear();
        let Some(compared) = state.compared.get() else { return };
        let Some(at) = compared.comparison.acts.first_divergence() else { return };
        to_row(state, at);
    }
}

/// Puts the cursor on a row that is not the same, which is never folded.
fn to_row(state: &mut CompareState, row: usize) {
    let found = state.lines().iter().position(|it| *it == CompareLine::Row(row));
    state.line = found.unwrap_or(state.line);
    let Some(compared) = state.compared.get() else { return };
    let row = compared.comparison.acts.rows[row];
    if row.of(state.side).is_none() {
        state.side = state.side.other();
    }
}

/// Asks what the records of the row under the cursor hold, if that is not known.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(row) = model.compare.row().filter(|_| model.screen == Screen::Compare) else { return };
    let state = &model.compare;
    if state.inside.newest() == Some(&row) {
        return;
    }
    let Some(compared) = state.compared.get().cloned() else { return };
    let acts = compared.comparison.acts.acts_of(row);
    let of = |episode: &Arc<Episode>, (act, last)| RowActs { episode: Arc::clone(episode), act, last };
    let (a, b) = (of(&compared.a, acts.0), of(&compared.b, acts.1));
    let request = model.request.take_next();
    model.compare.inside.ask(request, row);
    effects.push(Effect::Inside { request, a, b });
}

/// What the records of a row hold.
pub(super) fn inside(model: &mut Model, request: RequestId, inside: Arc<Inside>) {
    model.compare.inside.fill(request, inside);
}

/// What keys do while two episodes are compared.
pub(super) fn on_action(
    model: &mut Model,
    action: Action,
    count: usize,
    effects: &mut Vec<Effect>,
) -> Handled {
    let lines = model.compare.lines();
    let page = layout::page(model.size) / 2;
    if let Some(line) = moved(action, count, model.compare.line, lines.len(), page) {
        model.compare.line = line;
        return Handled::Yes;
    }
    match action {
        Action::NextHit | Action::PreviousHit => step(model, &lines, action == Action::NextHit, count),
        Action::Left => model.compare.side = Side::A,
        Action::Right => model.compare.side = Side::B,
        Action::NextPane | Action::PreviousPane => {
            let by = if action == Action::NextPane { 1 } else { ComparePane::ALL.len() - 1 };
            let at = ComparePane::ALL.iter().position(|it| *it == model.compare.pane).unwrap_or(0);
            model.compare.pane = ComparePane::ALL[(at + by) % ComparePane::ALL.len()];
        }
        Action::Scope => fold(model),
        Action::Sort => {
            if let Some((a, b)) = model.compare.pair {
                begin(model, (b, a), effects);
            }
        }
        Action::Open => open(model, &lines, effects),
        Action::Copy => copy(model, effects),
        Action::Compare => model.notice = Some("these two are compared".to_owned()),
        Action::Back | Action::Quit => leave(model),
        Action::Help
        | Action::Findings
        | Action::Hold
        | Action::Redraw
        | Action::Mouse
        | Action::Interrupt => {
            return Handled::No;
        }
        Action::Suspend | Action::ShowEpisodes | Action::Show(_) => return Handled::No,
        _ => model.notice = Some("open one of the two acts first".to_owned()),
    }
    Handled::Yes
}

/// To the next line that is not the same.
fn step(model: &mut Model, lines: &[CompareLine], on: bool, count: usize) {
    let Some(compared) = model.compare.compared.get().cloned() else { return };
    let differs = |at: &usize| match &lines[*at] {
        CompareLine::Row(row) => compared.comparison.acts.rows[*row].kind != RowKind::Same,
        CompareLine::Folded(_) => false,
    };
    let at = model.compare.line;
    let found: Option<usize> = if on {
        (at + 1..lines.len()).filter(differs).nth(count - 1)
    } else {
        (0..at.min(lines.len())).rev().filter(differs).nth(count - 1)
    };
    match found.map(|it| &lines[it]) {
        Some(CompareLine::Row(row)) => to_row(&mut model.compare, *row),
        _ => model.notice = Some(format!("no {} difference", if on { "further" } else { "earlier" })),
    }
}

/// Shows rows of the same acts, or folds them; the cursor stays on its row.
fn fold(model: &mut Model) {
    let state = &mut model.compare;
    let row = match state.lines().get(state.line) {
        Some(CompareLine::Row(row)) => *row,
        Some(CompareLine::Folded(rows)) => rows.start,
        None => return,
    };
    state.unfolded = !state.unfolded;
    let holds = |it: &CompareLine| match it {
        CompareLine::Row(at) => *at == row,
        CompareLine::Folded(rows) => rows.contains(&row),
    };
    state.line = state.lines().iter().position(holds).unwrap_or(0);
}

/// Opens the act under the cursor in its episode, or shows the rows that are folded there.
fn open(model: &mut Model, lines: &[CompareLine], effects: &mut Vec<Effect>) {
    let Some(CompareLine::Row(row)) = lines.get(model.compare.line) else { return fold(model) };
    let (Some(pair), Some(compared)) = (model.compare.pair, model.compare.compared.get()) else { return };
    let row = compared.comparison.acts.rows[*row];
    let side =
        if row.of(model.compare.side).is_some() { model.compare.side } else { model.compare.side.other() };
    let Some(act) = row.of(side) else { return };
    let id = if side == Side::A { pair.0 } else { pair.1 };
    model.compare.left_for_act = true;
    if let Some(at) = model.log.row(id) {
        model.row = at;
    }
    match model.open.as_mut().filter(|it| it.id == id) {
        Some(open) => {
            super::select::select(open, act);
            model.screen = Screen::Episode;
            model.overlay = Some(Overlay::Detail);
        }
        None => {
            model.opening = Some(id);
            model.opening_at = Some(act);
            effects.push(Effect::Open(id));
        }
    }
}

/// The command line that prints the same.
fn copy(model: &Model, effects: &mut Vec<Effect>) {
    let Some((a, b)) = model.compare.pair else { return };
    let command = command_line::of_diff(&model.arguments, &name(model, a), &name(model, b));
    effects.push(Effect::Copy(command + "\n"));
}

/// Back to where it was asked for.
fn leave(model: &mut Model) {
    model.compare.compared.cancel();
    model.compare.left_for_act = false;
    let is_open = model.open.is_some();
    model.screen = match model.compare.came_from {
        Some(Screen::Episode) if is_open => Screen::Episode,
        _ => Screen::Episodes,
    };
}
