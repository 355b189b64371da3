//! The program without threads and without a terminal: what is asked for is done at once, so that the state
//! after a message is the steady one. For pictures, tests and benches.

use super::{OpenedLogs, analyse};
use crate::{
    app::{Effect, Key, KeyCode, Message, Model, update},
    model::LogSummary,
};

/// A model and the logs behind it.
pub struct Rehearsal {
    /// The state.
    pub model: Model,
    logs: OpenedLogs,
}

impl Rehearsal {
    /// Shows `logs`, which have been read to their end, on a terminal of this size.
    pub fn new(mut model: Model, mut logs: OpenedLogs, columns: u16, rows: u16) -> Self {
        let summary = LogSummary { loaded: true, ..logs.store.summary() };
        model.mouse = false;
        let mut rehearsal = Self { model, logs };
        rehearsal.send(Message::Resize(columns, rows));
        rehearsal.send(Message::Log(summary));
        rehearsal
    }

    /// Applies a message and everything that follows from it. Effects on the terminal are left out.
    pub fn send(&mut self, message: Message) {
        let mut todo = vec![message];
        while let Some(message) = todo.pop() {
            let effects = update(&mut self.model, message);
            todo.extend(effects.into_iter().rev().filter_map(|it| self.answer(it)));
        }
    }

    /// Presses keys: a newline is Enter, a tabulator Tab, an escape Esc, any other character itself.
    pub fn keys(&mut self, keys: &str) {
        for key in keys.chars() {
            self.send(Message::Key(match key {
                '\n' => Key::named(KeyCode::Enter),
                '\t' => Key::named(KeyCode::Tab),
                '\x1b' => Key::named(KeyCode::Esc),
                key => Key::char(key),
            }));
        }
    }

    fn answer(&self, effect: Effect) -> Option<Message> {
        match effect {
            Effect::Open(id) => {
                let revision = self.logs.store.revision(id);
                let result = self.logs.store.episode(id).map(Into::into);
                Some(Message::Episode { id, revision, result })
            }
            Effect::Analyse { request, episode, scenario } => {
                let result = Box::new(analyse(&episode, &scenario));
                Some(Message::Analysis { request, result })
            }
            Effect::Payload(origin) => {
                let result = self.logs.store.record(origin).map(Into::into);
                Some(Message::Payload { origin, result })
            }
            Effect::Wake(_)
            | Effect::Copy(_)
            | Effect::Mouse(_)
            | Effect::Redraw
            | Effect::Suspend
            | Effect::Quit(_) => None,
        }
    }
}
