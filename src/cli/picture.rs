//! The screen of the terminal as text or as a picture: for documentation and for those without a terminal.

use anyhow::Context;

use super::{
    arguments::{Format, Report},
    print,
};
use crate::{
    app::{Effect, Key, KeyCode, Message, Model, update},
    graph::Charset,
    model::{EpisodeId, LogSummary},
    runtime::{self, OpenedLogs},
    tui::{
        picture, run,
        theme::{ColorMode, Theme},
    },
};

/// Draws the screen after the keys of `--keys`.
pub(super) fn run(
    options: &Report,
    logs: &OpenedLogs,
    summary: LogSummary,
    id: EpisodeId,
) -> anyhow::Result<u8> {
    let size = options.size.split_once('x').and_then(|(columns, rows)| {
        let (columns, rows): (u16, u16) = (columns.parse().ok()?, rows.parse().ok()?);
        (columns > 0 && rows > 0).then_some((columns, rows))
    });
    let (columns, rows) = size.with_context(|| format!("--size: '{}' is not COLSxROWS", options.size))?;
    let mut model = Model::new(options.logs.clone(), Charset::Unicode);
    let mut messages = vec![Message::Resize(columns, rows)];
    let name = summary.episodes[id.index()].name.clone();
    model.wanted = Some(name);
    messages.push(Message::Log(summary));
    messages.extend(options.keys.chars().map(|it| Message::Key(key_of(it))));
    for message in messages {
        settle(&mut model, logs, message);
    }
    let color = if options.format == Format::Svg { ColorMode::Indexed256 } else { ColorMode::Mono };
    let frame = run::frame(&model, Theme::new(color, model.charset));
    print(&match options.format {
        Format::Svg => picture::svg(&frame),
        _ => picture::text(&frame),
    })
}

fn key_of(c: char) -> Key {
    match c {
        '\n' => Key::named(KeyCode::Enter),
        '\t' => Key::named(KeyCode::Tab),
        c => Key::char(c),
    }
}

/// Applies a message and everything that follows from it, without threads.
fn settle(model: &mut Model, logs: &OpenedLogs, message: Message) {
    let mut todo = vec![message];
    while let Some(message) = todo.pop() {
        for effect in update(model, message) {
            match effect {
                Effect::Open(id) => {
                    let revision = logs.store.revision(id);
                    let result = logs.store.episode(id).map(Into::into);
                    todo.push(Message::Episode { id, revision, result });
                }
                Effect::Analyse { request, episode, scenario } => {
                    let result = Box::new(runtime::analyse(&episode, &scenario));
                    todo.push(Message::Analysis { request, result });
                }
                Effect::Payload(origin) => {
                    let result = logs.store.record(origin).map(Into::into);
                    todo.push(Message::Payload { origin, result });
                }
                Effect::Wake(_)
                | Effect::Copy(_)
                | Effect::Mouse(_)
                | Effect::Redraw
                | Effect::Suspend
                | Effect::Quit(_) => {}
            }
        }
    }
}
