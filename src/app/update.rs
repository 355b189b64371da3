//! How messages change the model: pure, total, and the same on every machine.

mod advantages;
mod blame;
mod compare;
mod comparison;
mod credit;
mod cursor;
mod detail;
mod episode;
mod export;
mod fields;
mod film;
mod filter;
mod form;
mod glossary;
mod graph;
mod groups;
mod growth;
mod handled;
mod headlines;
mod jobs;
pub mod keymap;
mod keys;
mod log;
mod methods;
mod note;
mod origins;
mod palette;
mod path;
mod playback;
mod pointer;
mod rules;
mod search;
mod select;
mod shape;
mod state;
mod sweep;
pub mod views;
mod whose;

use super::{
    message::{Effect, Message},
    model::Model,
    screen::{Overlay, Size},
};

/// Applies `message` to `model`; what must happen outside comes back as effects, in order.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    let mut effects = Vec::new();
    match message {
        Message::Key(key) => keys::on_key(model, key, &mut effects),
        Message::Pointer { at, gesture } => effects.push(Effect::Point { at, gesture }),
        Message::Pointed { what, gesture } => pointer::pointed(model, what, gesture, &mut effects),
        Message::Paste(text) => keys::on_paste(model, &text, &mut effects),
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
        Message::Gathered { id, rollouts } => advantages::gathered(model, id, rollouts, &mut effects),
        Message::RulesSaved(result) => rules::saved(model, result),
        Message::Groups { ledgers, read, done } => model.groups.take(ledgers, read, done),
        Message::Peeked { id, episode } => {
            compare::peeked(model, id, episode.as_ref(), &mut effects);
            film::peeked(model, id, episode.as_ref(), &mut effects);
            headlines::peeked(model, id, episode, &mut effects);
        }
        Message::Inside { request, inside } => compare::inside(model, request, inside),
        Message::Payload { origin, result } => detail::payload(model, origin, result),
        Message::Xray { id, result } => origins::traced(model, id, result),
        Message::Context { id, revision, result } => state::context(model, id, revision, result),
        Message::Annotated { note, result } => note::annotated(model, &note, result, &mut effects),
        Message::Exported { export, result } => export::exported_to(model, export, result),
        Message::Search(news) => search::news(model, news, &mut effects),
        Message::Filtered(news) => filter::news(model, news),
        Message::Matched { request, places } => filter::matched(model, request, places),
        Message::Drawn(drawn) => cursor::drawn(model, drawn),
        Message::Wake => playback::play_on(model, &mut effects),
        Message::Continued => effects.push(Effect::TakeAgain),
        Message::Copied { file, sent } => {
            model.notice = Some(match (file, sent) {
                // The path first: it must not be what is cut.
                (Ok(path), true) => format!("{path} holds it; sent to the terminal too (OSC 52)"),
                (Ok(path), false) if model.plain => format!("{path} holds it"),
                (Ok(path), false) => format!("{path} holds it; too long to be sent to the terminal"),
                (Err(why), true) => format!("sent to the terminal (OSC 52); no file: {why}"),
                (Err(why), false) => format!("not copied: {why}"),
            });
        }
    }
    search::refresh(model);
    filter::refresh(model, &mut effects);
    path::refresh(model, &mut effects);
    comparison::refresh(model, &mut effects);
    compare::refresh(model, &mut effects);
    detail::read_payload(model, &mut effects);
    methods::refresh(model, &mut effects);
    advantages::refresh(model, &mut effects);
    state::refresh(model, &mut effects);
    shape::request_flow(model, &mut effects);
    headlines::refresh(model, &mut effects);
    film::refresh(model, &mut effects);
    rules::refresh(model, &mut effects);
    groups::refresh(model, &mut effects);
    playback::refresh(model);
    let pane = (model.view.row().drawing)(model.size);
    graph::refresh(model, pane);
    effects
}

fn toggle_overlay(model: &mut Model, overlay: Overlay) {
    model.overlay_top = 0;
    model.overlay = if model.overlay.as_ref() == Some(&overlay) { None } else { Some(overlay) };
}
