//! The program without threads and without a terminal: every request is answered at once, so the state after
//! a message is the steady one. For pictures, tests and benches.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use super::{
    Gathering, GroupReading, OpenedLogs, Survey,
    divergence::inside,
    search::{filter_all, match_records, search_all},
};
use crate::{
    app::{Effect, Key, KeyCode, Message, Model, update},
    model::{LogSummary, Timestamp},
};

/// A model and the logs behind it.
pub struct Headless {
    /// The state.
    pub model: Model,
    /// The logs.
    pub logs: OpenedLogs,
}

impl Headless {
    /// Shows `logs`, which have been read to their end, on a terminal of this size.
    pub fn new(model: Model, mut logs: OpenedLogs, columns: u16, rows: u16) -> Self {
        let summary = LogSummary { loaded: true, ..logs.store.summary() };
        let mut headless = Self { model: Model { mouse: false, ..model }, logs };
        headless.send(Message::Resize(columns, rows));
        headless.send(Message::Log(summary));
        headless
    }

    /// The same, but nothing is studied before somebody looks at it: the verdict does not say how sure it is.
    /// For tests that open many episodes.
    pub fn unstudied(model: Model, logs: OpenedLogs, columns: u16, rows: u16) -> Self {
        Self::new(Model { works_ahead: false, ..model }, logs, columns, rows)
    }

    /// Applies a message and everything that follows from it, in the order of the requests. Returns the
    /// effects that concern the terminal or a clock.
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

    /// Presses keys: see [`Headless::key`].
    pub fn keys(&mut self, keys: &str) {
        for key in keys.chars() {
            self.send(Message::Key(Self::key(key)));
        }
    }

    /// The key that a letter stands for: a newline is Enter, a tabulator Tab, an escape Esc, and any other
    /// character itself.
    pub fn key(letter: char) -> Key {
        match letter {
            '\n' => Key::named(KeyCode::Enter),
            '\t' => Key::named(KeyCode::Tab),
            '\x1b' => Key::named(KeyCode::Esc),
            letter => Key::char(letter),
        }
    }

    /// The answer to `effect`; `None` if nothing here answers it. For callers that want to stand between
    /// question and answer.
    pub fn answer(&mut self, effect: &Effect) -> Option<Message> {
        match effect {
            Effect::Open(id) => {
                let revision = self.logs.store.revision(*id);
                let episode = self.logs.store.episode_among_peers(*id);
                let result = episode.map(Into::into).map_err(|it| it.to_string());
                Some(Message::Episode { id: *id, revision, result })
            }
            Effect::Work { slot, job } => Some(Message::Worked { slot: *slot, answer: job.run() }),
            Effect::Survey(id) => {
                let episode = self.model.open.as_ref().filter(|it| it.id == *id).map(|it| &it.episode);
                let outcomes = Box::new(Survey::all(&mut self.logs.store, *id, episode?));
                Some(Message::Run { id: *id, outcomes })
            }
            Effect::Gather(id) => {
                let rollouts = Arc::new(Gathering::all(&mut self.logs.store, *id));
                Some(Message::Gathered { id: *id, rollouts })
            }
            Effect::Groups => {
                let ledgers = Arc::new(GroupReading::all(&self.logs.store));
                let read = ledgers.iter().map(|it| it.rollouts).sum();
                Some(Message::Groups { ledgers, read, done: true })
            }
            Effect::Peek(id) => {
                let episode = self.logs.store.episode(*id).ok().map(Arc::new);
                Some(Message::Peeked { id: *id, episode })
            }
            Effect::Inside { request, a, b } => {
                let store = &self.logs.store;
                let inside = Arc::new(inside((store, a), (store, b)));
                Some(Message::Inside { request: *request, inside })
            }
            Effect::Payload(origin) => {
                let result = self.logs.store.record(*origin).map(Into::into).map_err(|it| it.to_string());
                Some(Message::Payload { origin: *origin, result })
            }
            Effect::Xray { id, act } => {
                let result = self.logs.xray(*id, act.as_deref()).map(|it| Box::new(it.1));
                Some(Message::Xray { id: *id, result })
            }
            Effect::Context { id, revision } => {
                let result = self.logs.context(*id).map(Arc::new);
                Some(Message::Context { id: *id, revision: *revision, result })
            }
            Effect::Annotate(note) => {
                let result = self.logs.annotate(note, Timestamp::from_micros(0), Duration::ZERO);
                Some(Message::Annotated { note: note.clone(), result })
            }
            Effect::Search { request, pattern } => {
                Some(Message::Search(search_all(&self.logs.store, *request, pattern)))
            }
            Effect::Filter { request, filters } if !filters.is_empty() => {
                Some(Message::Filtered(filter_all(&self.logs.store, *request, filters)))
            }
            Effect::Match { request, episode, patterns } => {
                let places = match_records(&self.logs.store, *episode, patterns);
                Some(Message::Matched { request: *request, places })
            }
            Effect::Filter { .. }
            | Effect::StopSearch
            | Effect::StopWork(_)
            | Effect::Wake(_)
            | Effect::Settle(_)
            | Effect::Rest(_)
            | Effect::Copy(_)
            | Effect::Keep { .. }
            | Effect::SaveRules(_)
            | Effect::Export(_)
            | Effect::Bell
            | Effect::Mouse(_)
            | Effect::Point { .. }
            | Effect::Redraw
            | Effect::Suspend
            | Effect::TakeAgain
            | Effect::Quit(_) => None,
        }
    }
}
