//! The program on a log in memory, for tests: keys in, model out.

use std::path::Path;

use super::{OpenedLogs, settle};
use crate::{
    app::{Effect, Key, KeyCode, Message, Model, OpenEpisode},
    graph::Charset,
    model::{EpisodeId, LogSummary},
    store::Pass,
};

/// A model, the log behind it, and nobody at the terminal.
pub(crate) struct Stage {
    pub(crate) model: Model,
    pub(crate) logs: OpenedLogs,
    /// What left for the outside with the last message.
    pub(crate) effects: Vec<Effect>,
}

impl Stage {
    /// Opens a log; its only episode, if there is one only, is on the screen.
    pub(crate) fn of(text: &str) -> Self {
        let logs = OpenedLogs::embedded("log.jsonl", text.as_bytes(), Pass::Headers).unwrap();
        let model = Model::new(vec!["log.jsonl".to_owned()], Charset::Unicode);
        let mut stage = Self { model, logs, effects: Vec::new() };
        let summary = stage.logs.read_all();
        stage.send(Message::Resize(80, 24));
        stage.send(Message::Log(summary));
        stage
    }

    /// Opens a sample log.
    pub(crate) fn sample(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-logs").join(name);
        Self::of(&std::fs::read_to_string(path).unwrap())
    }

    pub(crate) fn send(&mut self, message: Message) {
        self.effects = settle(&mut self.model, &self.logs, message);
    }

    /// Presses one key after the other; `\n` is Enter, `\t` Tab, `\x1b` Esc.
    pub(crate) fn press(&mut self, keys: &str) {
        for c in keys.chars() {
            self.key(match c {
                '\n' => Key::named(KeyCode::Enter),
                '\t' => Key::named(KeyCode::Tab),
                '\x1b' => Key::named(KeyCode::Esc),
                c => Key::char(c),
            });
        }
    }

    pub(crate) fn key(&mut self, key: Key) {
        self.send(Message::Key(key));
    }

    /// Shows the episode in this row of the list.
    pub(crate) fn open(&mut self, row: usize) {
        self.model.row = row;
        let id = EpisodeId::from_index(row);
        self.model.opening = Some(id);
        let revision = self.logs.store.revision(id);
        let result = self.logs.store.episode(id).map(Into::into);
        self.send(Message::Episode { id, revision, result });
    }

    /// The log as it stands, as growing or not.
    pub(crate) fn log(&mut self, following: bool) -> LogSummary {
        LogSummary { following, loaded: true, ..self.logs.store.summary() }
    }

    /// The episode on the screen.
    pub(crate) fn episode(&self) -> &OpenEpisode {
        self.model.open.as_ref().unwrap()
    }

    /// The id of the act under the cursor.
    pub(crate) fn act(&self) -> &str {
        let open = self.episode();
        &open.episode.act(open.act.unwrap()).id
    }

    /// What the footer says.
    pub(crate) fn notice(&self) -> &str {
        self.model.notice.as_deref().unwrap_or("")
    }
}
