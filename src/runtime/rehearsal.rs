//! The program without threads and without a terminal: what is asked for is done at once, so that the state
//! after a message is the steady one. For pictures, tests and benches.

use std::collections::VecDeque;

use super::{OpenedLogs, analyse, search::search_all};
use crate::{
    app::{Effect, Key, KeyCode, Message, Model, update},
    model::LogSummary,
};

/// A model and the logs behind it.
pub struct Rehearsal {
    /// The state.
    pub model: Model,
    /// The logs.
    pub logs: OpenedLogs,
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

    /// Applies a message and everything that follows from it, in the order in which it is asked for. What is
    /// about the terminal or a clock comes back.
    pub fn send(&mut self, message: Message) -> Vec<Effect> {
        let mut outside = Vec::new();
        let mut messages = VecDeque::from([message]);
        while let Some(message) = messages.pop_front() {
            for effect in update(&mut self.model, message) {
                match self.answer(&effect) {
                    Some(answer) => messages.push_back(answer),
                    None => outside.push(effect),
                }
            }
        }
        outside
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

    /// What answers `effect`; `None`: nothing here does.
    fn answer(&self, effect: &Effect) -> Option<Message> {
        match effect {
            Effect::Open(id) => {
                let revision = self.logs.store.revision(*id);
                let result = self.logs.store.episode(*id).map(Into::into);
                Some(Message::Episode { id: *id, revision, result })
            }
            Effect::Analyse { request, episode, scenario } => {
                let result = Box::new(analyse(episode, scenario));
                Some(Message::Analysis { request: *request, result })
            }
            Effect::Payload(origin) => {
                let result = self.logs.store.record(*origin).map(Into::into);
                Some(Message::Payload { origin: *origin, result })
            }
            Effect::Search { request, pattern } => {
                Some(Message::Search(search_all(&self.logs.store, *request, pattern)))
            }
            Effect::StopSearch
            | Effect::Wake(_)
            | Effect::Copy(_)
            | Effect::Mouse(_)
            | Effect::Redraw
            | Effect::Suspend
            | Effect::Quit(_) => None,
        }
    }
}
