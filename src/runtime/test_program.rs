//! The program on a log in memory, for tests: keys in, model out.

use std::path::Path;

use super::{Headless, OpenedLogs};
use crate::{
    app::{Effect, Key, Message, Model, OpenEpisode},
    graph::Charset,
    model::{EpisodeId, LogSummary},
    store::Pass,
};

/// A model, the log behind it, and nobody at the terminal.
pub(crate) struct TestProgram {
    pub(crate) headless: Headless,
    /// The effects of the last message.
    pub(crate) effects: Vec<Effect>,
}

impl TestProgram {
    /// Opens a log. If it has only one episode, that is on the screen.
    pub(crate) fn of(text: &str) -> Self {
        let mut logs = OpenedLogs::embedded("log.jsonl", text.as_bytes(), Pass::Headers).unwrap();
        logs.read_all();
        let model = Model::new(vec!["log.jsonl".to_owned()], Charset::Unicode);
        Self { headless: Headless::unstudied(model, logs, 80, 24), effects: Vec::new() }
    }

    /// Opens a sample log.
    pub(crate) fn sample(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-logs").join(name);
        Self::of(&std::fs::read_to_string(path).unwrap())
    }

    pub(crate) fn model(&self) -> &Model {
        &self.headless.model
    }

    pub(crate) fn model_mut(&mut self) -> &mut Model {
        &mut self.headless.model
    }

    pub(crate) fn send(&mut self, message: Message) {
        self.effects = self.headless.send(message);
    }

    pub(crate) fn key(&mut self, key: Key) {
        self.send(Message::Key(key));
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.headless.keys(keys);
    }

    /// Shows the episode in this row of the list.
    pub(crate) fn open(&mut self, row: usize) {
        self.headless.model.row = row;
        let id = EpisodeId::from_index(row);
        self.headless.model.opening = Some(id);
        let revision = self.headless.logs.store.revision(id);
        let episode = self.headless.logs.store.episode_among_peers(id);
        let result = episode.map(Into::into).map_err(|it| it.to_string());
        self.send(Message::Episode { id, revision, result });
    }

    /// The log as it stands, as growing or not.
    pub(crate) fn log(&mut self, following: bool) -> LogSummary {
        LogSummary { following, loaded: true, ..self.headless.logs.store.summary() }
    }

    /// The episode on the screen.
    pub(crate) fn episode(&self) -> &OpenEpisode {
        self.headless.model.open.as_ref().unwrap()
    }

    /// The id of the act under the cursor.
    pub(crate) fn act(&self) -> &str {
        let open = self.episode();
        &open.episode.act(open.act.unwrap()).id
    }

    /// What the footer says.
    pub(crate) fn notice(&self) -> &str {
        self.headless.model.notice.as_deref().unwrap_or("")
    }
}
