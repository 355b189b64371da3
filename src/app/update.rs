//! How messages change the model: pure, total, and the same on every machine.

mod blame;
mod comparison;
mod credit;
mod cursor;
mod detail;
mod episode;
mod fields;
mod filter;
mod form;
mod graph;
mod growth;
mod jobs;
mod log;
mod methods;
mod path;
mod search;
mod select;
mod shape;

use super::{
    action::{self, Action},
    key::{Key, KeyCode},
    message::{Effect, Message},
    model::Model,
    open::OpenEpisode,
    prompt::PromptKind,
    screen::{Overlay, Screen, Size, View},
    whatif::Forks,
};

/// Exit code of `^C`: 128 and the number of SIGINT, as a shell has it.
const INTERRUPTED: u8 = 130;

/// Applies `message` to `model`; what has to happen outside comes back as effects, in order.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    let mut effects = Vec::new();
    match message {
        Message::Key(key) => on_key(model, key, &mut effects),
        Message::Paste(text) => on_paste(model, &text, &mut effects),
        Message::Resize(columns, rows) => {
            model.size = Size { columns, rows };
            effects.push(Effect::Redraw);
        }
        Message::Log(summary) => log::log(model, summary, &mut effects),
        Message::Episode { id, revision, result } => {
            episode::episode(model, id, revision, result, &mut effects);
        }
        Message::Worked { slot, answer } => slot.fill(model, answer, &mut effects),
        Message::Grown { id, revisions, growth } => {
            growth::grown(model, id, revisions, *growth, &mut effects);
        }
        Message::Settle => growth::settle(model, &mut effects),
        Message::Run { id, outcomes } => methods::run(model, id, *outcomes),
        Message::Payload { origin, result } => detail::payload(model, origin, result),
        Message::Search(news) => search::news(model, news, &mut effects),
        Message::Filtered(news) => filter::news(model, news),
        Message::Matched { request, places } => filter::matched(model, request, places),
        Message::Drawn(drawn) => cursor::drawn(model, drawn),
        Message::Wake => cursor::play_on(model, &mut effects),
        Message::Copied(result) => {
            model.notice = Some(match result {
                // The path first: it must not be what is cut.
                Ok(path) => format!("{path} holds it; also sent to the terminal (OSC 52)"),
                Err(why) => format!("not copied: {why}"),
            });
        }
    }
    search::refresh(model);
    filter::refresh(model, &mut effects);
    path::refresh(model, &mut effects);
    comparison::refresh(model, &mut effects);
    detail::read_payload(model, &mut effects);
    methods::refresh(model, &mut effects);
    shape::request_flow(model, &mut effects);
    graph::refresh(model);
    effects
}

fn on_key(model: &mut Model, key: Key, effects: &mut Vec<Effect>) {
    model.notice = None;
    if let Some(kind) = model.prompt.as_ref().map(|it| it.kind)
        && !is_for_the_terminal(key)
    {
        match kind {
            PromptKind::Search => search::type_key(model, key, effects),
            PromptKind::Filter => filter::type_key(model, key),
        }
        return;
    }
    if model.overlay == Some(Overlay::Filters) && filter::list_key(model, key) {
        model.count = None;
        return;
    }
    if form::typing(model) && form::type_key(model, key, effects) {
        return;
    }
    if let KeyCode::Char(digit @ '0'..='9') = key.code
        && !key.ctrl
        && (model.count.is_some() || !is_view_digit(digit))
    {
        let value = digit.to_digit(10).expect("matched a digit") as usize;
        model.count = Some((model.count.unwrap_or(0) * 10 + value).min(1_000_000));
        return;
    }
    let Some(action) = action::action_of(key) else {
        model.count = None;
        let help = Action::Help.key();
        model.notice = Some(format!("{} does nothing here; {help} lists the keys", key.name()));
        return;
    };
    let count = model.count.take().unwrap_or(1);
    apply(model, action, count, effects);
}

/// Pasted text goes into the line that is being typed. Elsewhere its letters would be commands: it is refused.
fn on_paste(model: &mut Model, text: &str, effects: &mut Vec<Effect>) {
    model.notice = None;
    match model.prompt.as_ref().map(|it| it.kind) {
        Some(PromptKind::Search) => search::paste(model, text, effects),
        Some(PromptKind::Filter) => filter::paste(model, text),
        None if form::typing(model) => form::paste(model, text, effects),
        None => {
            let (search, filter) = (Action::Search.key(), Action::Filter.key());
            model.notice =
                Some(format!("nothing is being typed to paste into: {search} searches, {filter} filters"));
        }
    }
}

/// Keys that mean the same wherever one types.
fn is_for_the_terminal(key: Key) -> bool {
    matches!(action::action_of(key), Some(Action::Interrupt | Action::Suspend | Action::Redraw))
}

/// Digits that show a view when they begin a command; the others begin a count.
fn is_view_digit(digit: char) -> bool {
    digit == '0' || View::ALL.iter().any(|it| it.digit() == digit)
}

fn apply(model: &mut Model, action: Action, count: usize, effects: &mut Vec<Effect>) {
    run(model, action, count, effects);
    use Action as A;
    // These go where they lead, whatever is listed.
    let is_jump = matches!(
        action,
        A::NextCulprit | A::PreviousCulprit | A::Cause | A::Effect | A::NextHit | A::PreviousHit
    );
    if is_jump {
        filter::say_hidden(model);
    }
}

fn run(model: &mut Model, action: Action, count: usize, effects: &mut Vec<Effect>) {
    match action {
        Action::Interrupt => effects.push(Effect::Quit(INTERRUPTED)),
        Action::Suspend => effects.push(Effect::Suspend),
        Action::Redraw => effects.push(Effect::Redraw),
        Action::Mouse => {
            model.mouse = !model.mouse;
            effects.push(Effect::Mouse(model.mouse));
        }
        Action::Help => toggle_overlay(model, Overlay::Help),
        Action::Findings => toggle_overlay(model, Overlay::Findings),
        Action::Quit => {
            if !back(model) {
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
        _ if model.overlay == Some(Overlay::Filters) && filter::list(model, action, count) => {}
        Action::Hold => form_or(model, effects, form::pick, log::hold),
        Action::ShowEpisodes => {
            model.overlay = None;
            model.screen = Screen::Episodes;
        }
        Action::Show(view) => show(model, view, effects),
        Action::EpisodeOn => cursor::episode(model, count as isize, effects),
        Action::EpisodeBack => cursor::episode(model, -(count as isize), effects),
        Action::Copy => blame::copy(model, effects),
        _ if model.overlay == Some(Overlay::Hits) && search::list(model, action, count, effects) => {}
        _ if model.overlay.is_some() && cursor::overlay(model, action, count) => {}
        _ if model.screen == Screen::Episodes && cursor::list(model, action, count, effects) => {}
        _ => on_episode(model, action, count, effects),
    }
}

/// Actions that need an episode. From the list they open the one under the cursor first.
fn on_episode(model: &mut Model, action: Action, count: usize, effects: &mut Vec<Effect>) {
    if model.screen == Screen::Episodes || model.open.is_none() {
        model.notice = Some(format!("open an episode first: {}", Action::Open.key()));
        return;
    }
    match action {
        Action::NextCulprit => blame::culprit(model, count as isize),
        Action::PreviousCulprit => blame::culprit(model, -(count as isize)),
        Action::Cause => blame::follow_link(model, blame::Direction::Cause, count),
        Action::Effect => blame::follow_link(model, blame::Direction::Effect, count),
        Action::Explain => blame::explain(model, effects),
        Action::Caveats => toggle_overlay(model, Overlay::Caveats),
        Action::Sweep => toggle_overlay(model, Overlay::Sweep),
        Action::WhatIf => {
            show(model, View::WhatIf, effects);
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
        Action::Play => cursor::play(model, effects),
        Action::Variant => next_variant(model),
        Action::Weight => graph::next_weight(model),
        _ if model.view == View::Methods && methods::on_action(model, action, count, effects) => {}
        _ => form_or(
            model,
            effects,
            |model, effects| form::on_action(model, action, effects),
            |model, _| cursor::episode_view(model, action, count),
        ),
    }
}

/// The next way to draw; on the timeline lanes or step strip.
fn next_variant(model: &mut Model) {
    let Some(open) = model.open.as_mut() else { return };
    match model.view {
        View::Timeline => open.timeline.strip = !open.timeline.strip,
        View::Graph | View::Credit => graph::next_drawing(open, model.charset),
        View::Methods => methods::next_variant(model),
        View::WhatIf => model.notice = Some("this view has one form".to_owned()),
    }
}

/// Runs `in_form` on the what-if view; elsewhere, or when it does not know the action, `otherwise`.
fn form_or(
    model: &mut Model,
    effects: &mut Vec<Effect>,
    in_form: impl FnOnce(&mut Model, &mut Vec<Effect>) -> bool,
    otherwise: impl FnOnce(&mut Model, &mut Vec<Effect>),
) {
    let on_form = model.screen == Screen::Episode && model.view == View::WhatIf && model.overlay.is_none();
    if !(on_form && in_form(model, effects)) {
        otherwise(model, effects);
    }
}

/// Stops what is being drawn, where nothing lies over it that Esc would close. `false`: nothing is.
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

fn toggle_overlay(model: &mut Model, overlay: Overlay) {
    model.overlay_top = 0;
    model.overlay = if model.overlay.as_ref() == Some(&overlay) { None } else { Some(overlay) };
}

/// One level back: overlay, playback, view, list. `false`: there is nothing to back out of.
fn back(model: &mut Model) -> bool {
    model.explaining.cancel();
    if model.overlay.take().is_some() {
        model.overlay_top = 0;
        return true;
    }
    if model.screen == Screen::Episodes {
        return false;
    }
    if let Some(open) = model.open.as_mut().filter(|it| it.timeline.playing) {
        open.timeline.playing = false;
        return true;
    }
    if let Some(open) = model.open.as_mut().filter(|it| it.form.list) {
        open.form.list = false;
        return true;
    }
    if model.view != View::Credit {
        model.view = View::Credit;
        return true;
    }
    if model.log.episodes.len() > 1 {
        model.screen = Screen::Episodes;
        return true;
    }
    false
}
