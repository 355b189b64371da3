//! Who gets a key: the first of a stack that takes it.
//!
//! ```text
//! key -> prompt -> typed number -> count -> overlay -> film -> list of episodes -> comparison -> view -> global
//! ```

use super::{
    blame, compare, cursor, export, film, filter, form, glossary, groups, handled::Handled,
    keymap::action_of, log, note, origins, palette, playback, rules, search, sweep, toggle_overlay, views,
    whose,
};
use crate::app::{
    action::Action,
    key::{Key, KeyCode},
    message::Effect,
    model::Model,
    open::OpenEpisode,
    palette::Offer,
    prompt::PromptKind,
    screen::{Overlay, Screen, View},
    view::{Forks, Playing},
};

/// Exit code of `^C`: 128 and the number of SIGINT, as a shell has it.
const INTERRUPTED: u8 = 130;

/// The greatest number before a motion.
const MOST: usize = 1_000_000;

/// A key, with what it asks for and the number that was typed before it.
#[derive(Clone, Copy, Debug)]
struct Press {
    key: Key,
    /// `None`: no action has this key.
    action: Option<Action>,
    number: Option<usize>,
}

impl Press {
    /// How many times to do it.
    fn count(self) -> usize {
        self.number.unwrap_or(1)
    }
}

/// Takes a key, or leaves it to the next.
type Layer = fn(&mut Model, Press, &mut Vec<Effect>) -> Handled;

/// Who is offered a key, in this order. The last one takes every key.
const STACK: [Layer; 9] =
    [prompt, typed_number, count, overlay, run_film, episode_list, comparison, view, global];

/// A key was pressed.
pub(super) fn on_key(model: &mut Model, key: Key, effects: &mut Vec<Effect>) {
    model.notice = None;
    let press = Press { key, action: action_of(key), number: model.count.take() };
    model.quit_asked &= press.action == Some(Action::Quit);
    let moves = press.action.filter(|_| model.prompt.is_none() && model.overlay.is_none());
    let moves = moves.filter(|it| model.screen == Screen::Episode && is_motion(*it));
    let _taken = STACK.iter().find(|layer| layer(model, press, effects) == Handled::Yes);
    // Whoever moves stays; only who goes to the end of the newest episode stays there as the log moves on.
    if let Some(action) = moves {
        model.follows_newest = action == Action::Last && model.log.following && log::shows_newest(model);
    }
}

/// Whether an action moves over acts or agents. Who goes to another episode opens it, which decides for itself.
fn is_motion(action: Action) -> bool {
    use Action as A;
    matches!(
        action,
        A::Up
            | A::Down
            | A::First
            | A::Last
            | A::HalfUp
            | A::HalfDown
            | A::SameAgentBack
            | A::SameAgentOn
            | A::Play
            | A::PlayBack
    ) || is_jump(action)
}

/// Pasted text goes into the line that is being typed. Elsewhere its letters would be commands, so it is
/// refused.
pub(super) fn on_paste(model: &mut Model, text: &str, effects: &mut Vec<Effect>) {
    model.notice = None;
    match model.prompt.as_ref().map(|it| it.kind) {
        Some(PromptKind::Search) => search::paste(model, text, effects),
        Some(PromptKind::Filter) => filter::paste(model, text),
        Some(PromptKind::Rule(_)) => rules::paste(model, text),
        Some(PromptKind::Glossary) => glossary::paste(model, text),
        Some(PromptKind::Note(_)) => note::paste(model, text),
        Some(PromptKind::Export(_)) => export::paste(model, text),
        Some(PromptKind::Palette(offer)) => palette::paste(model, offer, text),
        None if form::typing(model) => form::paste(model, text, effects),
        None => {
            let (search, filter) = (Action::Search.key(), Action::Filter.key());
            model.notice =
                Some(format!("nothing is being typed to paste into: {search} searches, {filter} filters"));
        }
    }
}

/// The line that is being typed takes all keys except those that mean the same everywhere.
fn prompt(model: &mut Model, press: Press, effects: &mut Vec<Effect>) -> Handled {
    let is_for_the_terminal =
        matches!(press.action, Some(Action::Interrupt | Action::Suspend | Action::Redraw));
    let Some(prompt) = model.prompt.as_ref().filter(|_| !is_for_the_terminal) else { return Handled::No };
    match prompt.kind {
        PromptKind::Search => search::type_key(model, press.key, effects),
        PromptKind::Filter => filter::type_key(model, press.key),
        PromptKind::Rule(row) => rules::type_key(model, row, press.key),
        PromptKind::Glossary => glossary::type_key(model, press.key),
        PromptKind::Note(step) => note::type_key(model, step, press.key, effects),
        PromptKind::Export(step) => export::type_key(model, step, press.key, effects),
        PromptKind::Palette(offer) => {
            if let Some(key) = palette::type_key(model, offer, press.key, effects) {
                on_key(model, key, effects);
            }
        }
    }
    Handled::Yes
}

/// The number that is being typed into the what-if form.
fn typed_number(model: &mut Model, press: Press, effects: &mut Vec<Effect>) -> Handled {
    (form::typing(model) && form::type_key(model, press.key, effects)).into()
}

/// A digit of a number. A digit that no action has starts it; any digit continues it.
fn count(model: &mut Model, press: Press, _: &mut Vec<Effect>) -> Handled {
    let Key { code: KeyCode::Char(c), ctrl: false } = press.key else { return Handled::No };
    let Some(digit) = c.to_digit(10).filter(|_| press.number.is_some() || press.action.is_none()) else {
        return Handled::No;
    };
    model.count = Some((press.number.unwrap_or(0) * 10 + digit as usize).min(MOST));
    Handled::Yes
}

/// The pane over the view: its list, or its lines.
fn overlay(model: &mut Model, press: Press, effects: &mut Vec<Effect>) -> Handled {
    if model.overlay == Some(Overlay::Filters) && filter::list_key(model, press.key) {
        return Handled::Yes;
    }
    if model.overlay == Some(Overlay::Rules) && rules::list_key(model, press.key, effects) {
        return Handled::Yes;
    }
    if model.overlay == Some(Overlay::Help) && glossary::help_key(model, press.key) {
        return Handled::Yes;
    }
    if model.overlay == Some(Overlay::Help) && press.action == Some(Action::Search) {
        palette::prompt(model, Offer::Help);
        return Handled::Yes;
    }
    let Some(action) = press.action else { return Handled::No };
    let count = press.count();
    let is_listed = match model.overlay {
        None => return Handled::No,
        Some(Overlay::Filters) => filter::list(model, action, count),
        Some(Overlay::Rules) => rules::list(model, action, count, effects),
        Some(Overlay::Hits) => search::list(model, action, count, effects),
        Some(Overlay::Sweep) => sweep::on_action(model, action, count, effects),
        Some(_) => false,
    };
    (is_listed || cursor::overlay(model, action, count)).into()
}

/// The film of the run or its groups, which may stand in place of the list.
fn run_film(model: &mut Model, press: Press, effects: &mut Vec<Effect>) -> Handled {
    let is_there = model.screen == Screen::Episodes && model.overlay.is_none();
    let Some(action) = press.action.filter(|_| is_there) else { return Handled::No };
    if model.groups.shown {
        return groups::on_action(model, action, press.count(), effects);
    }
    if model.film.shown {
        return film::on_action(model, action, press.count(), effects);
    }
    model.film.shown = action == Action::Variant;
    model.film.shown.into()
}

fn episode_list(model: &mut Model, press: Press, effects: &mut Vec<Effect>) -> Handled {
    let Some(action) = press.action.filter(|_| model.screen == Screen::Episodes) else { return Handled::No };
    let is_taken = cursor::list(model, action, press.count(), effects);
    if is_taken && is_jump(action) {
        filter::say_hidden(model);
    }
    is_taken.into()
}

fn comparison(model: &mut Model, press: Press, effects: &mut Vec<Effect>) -> Handled {
    let is_shown = model.screen == Screen::Compare && model.overlay.is_none();
    let Some(action) = press.action.filter(|_| is_shown) else { return Handled::No };
    compare::on_action(model, action, press.count(), effects)
}

fn view(model: &mut Model, press: Press, effects: &mut Vec<Effect>) -> Handled {
    press.action.map_or(Handled::No, |it| views::on_action(model, it, press.count(), effects))
}

/// Keys that mean the same everywhere; a key without a meaning says so.
fn global(model: &mut Model, press: Press, effects: &mut Vec<Effect>) -> Handled {
    match press.action {
        Some(action) => {
            run(model, action, press.count(), effects);
            if is_jump(action) {
                filter::say_hidden(model);
            }
        }
        None => {
            let help = Action::Help.key();
            model.notice = Some(format!("{} does nothing here; {help} lists the keys", press.key.name()));
        }
    }
    Handled::Yes
}

/// Whether an action goes to its target even if that is not listed.
fn is_jump(action: Action) -> bool {
    use Action as A;
    matches!(
        action,
        A::NextCulprit
            | A::PreviousCulprit
            | A::NextError
            | A::PreviousError
            | A::Cause
            | A::Effect
            | A::NextHit
            | A::PreviousHit
    )
}

fn run(model: &mut Model, action: Action, count: usize, effects: &mut Vec<Effect>) {
    match action {
        Action::Interrupt => effects.push(Effect::Quit(INTERRUPTED)),
        Action::Suspend => effects.push(Effect::Suspend),
        Action::Redraw => effects.push(Effect::Redraw),
        Action::Mouse if model.plain => {
            model.notice = Some("plain mode leaves the mouse to the terminal".to_owned());
        }
        Action::Mouse => {
            model.mouse = !model.mouse;
            effects.push(Effect::Mouse(model.mouse));
        }
        Action::Command => palette::prompt(model, Offer::All),
        Action::Theme => palette::dress(model, model.theme.next()),
        Action::Help => toggle_overlay(model, Overlay::Help),
        Action::Rules => rules::toggle_list(model),
        Action::Findings => toggle_overlay(model, Overlay::Findings),
        Action::Quit => {
            if !back(model) && !asks_to_quit(model) {
                effects.push(Effect::Quit(0));
            }
        }
        Action::Search => search::prompt(model),
        Action::NextHit => search::step(model, count as isize, effects),
        Action::PreviousHit => search::step(model, -(count as isize), effects),
        Action::Hits => toggle_overlay(model, Overlay::Hits),
        Action::Filter => filter::prompt(model),
        Action::Filters => filter::toggle_list(model),
        Action::Back if stop_sampling(model, effects) => {}
        Action::Back => {
            let dropped = model.overlay.is_none() && search::drop_search(model, effects);
            if !dropped && !back(model) {
                model.notice = Some(format!("{} quits", Action::Quit.key()));
            }
        }
        Action::Hold => log::hold(model, effects),
        Action::Compare => compare::pick(model, effects),
        Action::ShowEpisodes => {
            model.overlay = None;
            model.compare.left_for_act = false;
            model.screen = Screen::Episodes;
        }
        Action::Show(view) => show(model, view, effects),
        Action::EpisodeOn => cursor::episode(model, count as isize, effects),
        Action::EpisodeBack => cursor::episode(model, -(count as isize), effects),
        Action::Copy => blame::copy(model, effects),
        Action::Export => export::prompt(model),
        _ if model.screen == Screen::Episodes || model.open.is_none() => {
            model.notice = Some(format!("open an episode first: {}", Action::Open.key()));
        }
        _ => on_episode(model, action, count, effects),
    }
}

/// Says once that quitting loses what-ifs. `false` if none are lost, or if that was said.
fn asks_to_quit(model: &mut Model) -> bool {
    let lost = model.open.as_ref().is_some_and(|it| it.forks.has_edits());
    if !lost || std::mem::replace(&mut model.quit_asked, true) {
        return false;
    }
    let [quit, copy] = [Action::Quit, Action::Copy].map(Action::key);
    model.notice = Some(format!(
        "what-if edits would be lost: {quit} again quits, {copy} in view 5 copies their command"
    ));
    true
}

/// Actions on the episode on the screen, in any view.
fn on_episode(model: &mut Model, action: Action, count: usize, effects: &mut Vec<Effect>) {
    match action {
        Action::NextCulprit => blame::culprit(model, count as isize),
        Action::PreviousCulprit => blame::culprit(model, -(count as isize)),
        Action::NextError => blame::error(model, count as isize),
        Action::PreviousError => blame::error(model, -(count as isize)),
        Action::Cause => blame::follow_link(model, blame::Direction::Cause, count),
        Action::Effect => blame::follow_link(model, blame::Direction::Effect, count),
        Action::Explain => {
            let act = model.open.as_ref().and_then(|it| views::act_under_cursor(model.view, it));
            blame::explain(model, act, effects);
        }
        Action::Caveats => toggle_overlay(model, Overlay::Caveats),
        Action::Sweep => toggle_overlay(model, Overlay::Sweep),
        Action::WhatIf => {
            show(model, View::WHAT_IF, effects);
            form::to_action(model);
        }
        Action::Undo => form::history(model, effects, Forks::undo, "nothing to undo"),
        Action::Redo => form::history(model, effects, Forks::redo, "nothing to redo"),
        Action::Discard => form::history(
            model,
            effects,
            |forks| {
                forks.discard();
                true
            },
            "",
        ),
        Action::RewardOf => whose::next(model, effects),
        Action::Origins => origins::ask(model, effects),
        Action::Annotate => note::prompt(model),
        Action::Play => playback::play(model, Playing::Forwards, effects),
        Action::PlayBack => playback::play(model, Playing::Backwards, effects),
        Action::Faster | Action::Slower => playback::change_pace(model, action),
        _ => {}
    }
}

/// Stops what is being drawn, if nothing lies over it that Esc would close. `false` if nothing is drawn.
fn stop_sampling(model: &Model, effects: &mut Vec<Effect>) -> bool {
    let open = model.open.as_ref().filter(|it| model.overlay.is_none() && !it.form.list);
    let Some(request) = open.and_then(OpenEpisode::sampling_request) else {
        return false;
    };
    effects.push(Effect::StopWork(request));
    true
}

fn show(model: &mut Model, view: View, effects: &mut Vec<Effect>) {
    model.overlay = None;
    model.view = view;
    if let Some(open) = model.open.as_mut() {
        open.form.list = false;
    }
    if model.open.is_some() {
        model.screen = Screen::Episode;
    } else {
        cursor::open_row(model, effects);
    }
}

/// One level back: overlay, playback, view, list. `false` if there is nothing to leave.
fn back(model: &mut Model) -> bool {
    model.explaining.cancel();
    if model.overlay.take().is_some() {
        model.overlay_top = 0;
        return true;
    }
    if model.screen == Screen::Episodes {
        return false;
    }
    if let Some(open) = model.open.as_mut().filter(|it| it.timeline.playing.is_some()) {
        open.timeline.playing = None;
        return true;
    }
    if let Some(open) = model.open.as_mut().filter(|it| it.form.list) {
        open.form.list = false;
        return true;
    }
    if let Some(open) = model.open.as_mut().filter(|it| it.is_zoomed && model.view == View::CREDIT) {
        open.is_zoomed = false;
        return true;
    }
    if std::mem::take(&mut model.compare.left_for_act) {
        model.screen = Screen::Compare;
        return true;
    }
    if model.view != View::CREDIT {
        model.view = View::CREDIT;
        return true;
    }
    if model.log.episodes.len() > 1 {
        model.screen = Screen::Episodes;
        return true;
    }
    false
}
