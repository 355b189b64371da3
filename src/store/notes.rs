//! Notes about a log, which stand in a file beside it: credit records of persons, each put to the episode it names in the
//! runs of that log.

use super::{Pass, Store, episodes::RunKey};
use crate::{
    log::{Problem, Record, parse_line},
    model::{FileId, rule},
    text,
};

impl Store {
    /// Indexes a line, at `offset` of `notes`, that is about the log of `log`. Notes make no episode: one about an episode that
    /// the log does not hold is listed.
    pub fn read_note(&mut self, notes: FileId, log: FileId, offset: u64, line: &[u8]) {
        if self.pass == Pass::Places {
            return self.read(notes, offset, line);
        }
        let parsed = parse_line(line).records;
        let Some((record, _)) = parsed.first() else { return self.read(notes, offset, line) };
        match self.run_of_note(log, record) {
            Some(run) => {
                self.lives[notes.index()].begin_run(offset, run);
                self.read(notes, offset, line);
            }
            None => {
                let origin = self.next_line(notes, offset, line.len());
                let name = text::clean(record.episode.as_deref().unwrap_or_default());
                let message = format!("a note about episode '{name}', which its log does not hold");
                self.diagnose(Problem::new(rule::NOTE_OF_UNKNOWN, 0, message).at(origin));
            }
        }
    }

    /// The run whose episode a note names: the one it names itself, or else the last of the log that has the episode.
    fn run_of_note(&self, log: FileId, record: &Record) -> Option<RunKey> {
        let name = record.episode.as_deref()?;
        let path = &self.lives[log.index()].summary.path;
        let lives = self.lives.iter().filter(|it| it.summary.path == *path).rev();
        let mut runs = lives.flat_map(super::Life::runs);
        let named = record.extra.iter().find(|it| it.0 == "run").map(|it| it.1.text());
        let named = named.and_then(|it| self.episodes.run_named(&it));
        let has = |run: &RunKey| self.episodes.find(*run, name).is_some();
        named.filter(has).or_else(|| runs.find(has))
    }

    /// The id of an episode as logged, and the name of its run if it has one.
    pub fn logged_name(&self, id: crate::model::EpisodeId) -> (&str, Option<&str>) {
        (self.episodes.name(id), self.episodes.run(id).and_then(|it| it.run.as_deref()))
    }
}
