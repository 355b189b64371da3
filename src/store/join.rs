//! Joins stretches that were scanned apart to what is known: the part of the index pass that runs in the
//! order of the file.

use super::{
    Pass, Store,
    rows::Row,
    scanned::{Extra, Judge, NOBODY, Scanned},
};
use crate::{
    model::{Diagnostic, EpisodeId, FileId, Origin, rule},
    text,
};

/// Translates numbers of a stretch to those of the store, as far as they were asked for.
#[derive(Default)]
struct Joined {
    episodes: Vec<Option<EpisodeId>>,
    agents: Vec<Option<u32>>,
    /// The text before counters of ids; `None` for a text that gets no number because there are too many.
    prefixes: Vec<Option<Option<u8>>>,
}

impl Joined {
    fn episode(&mut self, number: u32, find: impl FnOnce() -> EpisodeId) -> EpisodeId {
        known(&mut self.episodes, number, find)
    }

    fn agent(&mut self, number: u32, find: impl FnOnce() -> u32) -> u32 {
        known(&mut self.agents, number, find)
    }

    fn prefix(&mut self, number: u32, find: impl FnOnce() -> Option<u8>) -> Option<u8> {
        known(&mut self.prefixes, number, find)
    }
}

/// What `list` holds for `number`; found out the first time.
#[inline]
fn known<T: Copy>(list: &mut Vec<Option<T>>, number: u32, find: impl FnOnce() -> T) -> T {
    let at = number as usize;
    if let Some(Some(known)) = list.get(at) {
        return *known;
    }
    if list.len() <= at {
        list.resize(at + 1, None);
    }
    *list[at].insert(find())
}

impl Store {
    /// Joins the rows of a stretch of `file` to what came before it.
    pub fn add(&mut self, file: FileId, scanned: &Scanned) {
        let life = &mut self.lives[file.index()];
        life.note_lines(scanned.bytes.start, scanned.bytes.end);
        life.revision.note(scanned, life.lines, self.rows.next());
        if self.pass == Pass::Places {
            return;
        }
        self.counters(file, scanned);
        let mut joined = Joined::default();
        let first_line = self.lives[file.index()].lines + 1;
        let mut extras = scanned.extras.iter().peekable();
        let mut last = EpisodeId(0);
        for (index, row) in scanned.rows.iter().enumerate() {
            while let Some((_, extra)) = extras.next_if(|it| it.0 as usize <= index) {
                self.extra(file, first_line, scanned, &mut joined, last, extra);
            }
            let next = self.rows.next();
            let run = self.lives[file.index()].run;
            let episode = joined
                .episode(row.episode, || self.episodes.id(run, scanned.episodes.name(row.episode), next));
            last = episode;
            self.tell_joined(Origin { file, line: first_line + row.line, offset: row.offset, len: row.len });
            let agent = (row.agent != NOBODY)
                .then(|| joined.agent(row.agent, || self.episodes.agent(scanned.agents.name(row.agent))));
            let row = Row {
                origin: Origin { file, line: first_line + row.line, offset: row.offset, len: row.len },
                kind: row.kind,
                episode: episode.0,
                agent,
                id: row.id.renumbered(&scanned.prefixes, |prefix| {
                    joined.prefix(prefix, || self.prefixes.prefix(scanned.prefixes.name(prefix).as_bytes()))
                }),
                time: row.time,
                value: row.value,
                failed: row.failed,
            };
            self.episodes.count(&row, next, &self.rows, &self.prefixes);
            self.rows.push(&row);
        }
        for (_, extra) in extras {
            self.extra(file, first_line, scanned, &mut joined, last, extra);
        }
        self.records += scanned.records;
        self.types.iter_mut().zip(scanned.types).for_each(|(sum, it)| *sum += it);
        self.bad_lines += scanned.bad_lines;
        self.lines_in_full += u64::from(scanned.in_full);
        self.more_diagnostics += scanned.more_problems;
        self.lives[file.index()].lines += scanned.lines;
    }

    /// Lists files that turned out to be a part of a run, now that the record at `origin` was read.
    fn tell_joined(&mut self, origin: Origin) {
        for joined in self.episodes.take_joined() {
            let place = joined
                .row
                .and_then(|it| self.rows.of_episode(joined.episode.0, it, it).next().map(|row| row.origin));
            let at = place.unwrap_or(origin);
            let at = Origin { line: self.lives[at.file.index()].line(at.line), ..at };
            let name = text::clean(self.episodes.name(joined.episode));
            let run = joined.run.map_or("the one run".to_owned(), |it| format!("run '{it}'"));
            let message = format!(
                "the file names no run; {run} has its episode '{name}' too: the file is read as a part of that run"
            );
            self.diagnose(Diagnostic::at(rule::JOINED_RUN, at, message));
        }
    }

    /// Follows the writers' counters through a stretch.
    fn counters(&mut self, file: FileId, scanned: &Scanned) {
        let life = &self.lives[file.index()];
        for it in &scanned.counted {
            let line = life.line(life.lines + 1 + it.line);
            self.writers.see(life.stream, Origin { file, line, offset: it.offset, len: it.len }, it.seq);
            if let Some(writer) = &it.writer {
                self.writers.name(life.stream, writer);
            }
        }
    }

    fn extra(
        &mut self,
        file: FileId,
        first_line: u32,
        scanned: &Scanned,
        joined: &mut Joined,
        episode: EpisodeId,
        extra: &Extra,
    ) {
        match extra {
            Extra::Agent(agent) => {
                let agent = joined.agent(*agent, || self.episodes.agent(scanned.agents.name(*agent)));
                self.episodes.take_part(episode, agent);
            }
            Extra::Roster => self.episodes.has_roster(episode),
            Extra::End { status, total } => self.episodes.end(episode, status.as_deref(), *total),
            Extra::Credit { by: Judge::Person | Judge::NamedPerson, .. } if self.hides_annotations => {}
            Extra::Credit { declared, label, by } => {
                self.episodes.credit(episode, (*declared, *by == Judge::NamedPerson), label.as_deref());
            }
            Extra::Run { offset, run } => {
                let run = self.episodes.run_of_record(run);
                self.lives[file.index()].begin_run(*offset, run);
                // The same name is another episode from here on.
                joined.episodes.clear();
            }
            Extra::Problem { offset, len, line, problem } => {
                let line = self.lives[file.index()].line(first_line + line);
                self.diagnose(problem.clone().at(Origin { file, line, offset: *offset, len: *len }));
            }
        }
    }
}
