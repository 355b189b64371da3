//! What stands beside a log and is read as a part of it: notes of persons and what was run again.
//!
//! A record is appended by one write to a file opened with `O_APPEND`, so that several programs may write at once. The log
//! itself is never written to. These files are read after all logs are, as they name episodes of these.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{FEW, OpenedLogs, followed::TakenFor, followed::apply, native_options, summary_of};
use crate::{
    import::NATIVE,
    log::{Body, Credit, CreditItem, Payload, Record, write},
    model::{Diagnostic, EpisodeId, FileId, FileSummary, Note, Timestamp, rule},
    source::{Beside, Tail, TailEvent, TailFile, because},
    store::Store,
    text,
};

/// Bytes of notes read at a time.
const BLOCK: usize = 16 << 20;

/// A log and a file beside it: below, its notes.
pub(super) struct Noted {
    kind: Beside,
    /// The first life of the log.
    log: FileId,
    log_path: PathBuf,
    path: PathBuf,
    /// The notes, once there are any.
    read: Option<Tailed>,
    /// Whether it was looked for.
    sought: bool,
}

/// A file with notes that is followed, and its lives in the store.
type Tailed = (Box<dyn Tail>, Vec<(u32, FileId)>);

impl OpenedLogs {
    /// Notes about the log of `file`, and what was run again of it, may stand beside it.
    pub(super) fn expect_beside(&mut self, path: &Path, file: FileId) {
        for kind in Beside::ALL {
            let (log_path, path) = (path.to_owned(), kind.of(path));
            self.noted.push(Noted { kind, log: file, log_path, path, read: None, sought: false });
        }
    }

    /// Reads what was noted since. To be called when all logs were read as far as they have come. Whether anything was new.
    /// Of more than a few logs, those without notes are asked for them once.
    pub fn poll_notes(&mut self, now: Duration) -> bool {
        if self.preview.is_some() || self.is_backfilling() {
            return false;
        }
        let few = self.noted.len() <= FEW * Beside::ALL.len();
        let mut changed = false;
        for at in 0..self.noted.len() {
            let noted = &mut self.noted[at];
            let seek = noted.read.is_none() && (few || !noted.sought);
            noted.sought = true;
            if seek && noted.path.is_file() {
                let (path, shown) = (noted.path.clone(), text::clean(&noted.path.to_string_lossy()));
                match TailFile::open_with(&path, native_options()) {
                    Ok(tail) => self.add_notes(at, Box::new(tail)),
                    Err(error) => self.list_unreadable_notes(&shown, &error),
                }
            }
            changed |= self.read_notes(at, now);
        }
        changed
    }

    fn add_notes(&mut self, at: usize, tail: Box<dyn Tail>) {
        let noted = &mut self.noted[at];
        let format = match noted.kind {
            Beside::Notes => FileSummary::NOTES,
            Beside::Replays => FileSummary::REPLAYS,
        };
        let summary = FileSummary { format: format.into(), ..summary_of(&noted.path, TAKEN_FOR, 0) };
        let id = self.store.add_life(summary, tail.source(), None, None);
        noted.read = Some((tail, vec![(0, id)]));
    }

    fn list_unreadable_notes(&mut self, shown: &str, error: &io::Error) {
        let message = format!("cannot read '{shown}': {}", text::clean(&because(error)));
        self.store.diagnose(Diagnostic::of_input(rule::UNREADABLE_FILE, message));
    }

    fn read_notes(&mut self, at: usize, now: Duration) -> bool {
        let Noted { log, path, read, .. } = &mut self.noted[at];
        let Some((tail, lives)) = read else { return false };
        let (source, store) = (tail.source(), &mut self.store);
        let mut changed = false;
        let polled = tail.poll(now, BLOCK, &mut |event| {
            changed = true;
            match event {
                TailEvent::Lines { generation, offset, bytes }
                | TailEvent::Unterminated { generation, offset, bytes } => {
                    let file = lives.iter().rev().find(|it| it.0 == generation).or(lives.last());
                    if let Some((_, file)) = file {
                        read_lines(store, (*file, *log), offset, bytes);
                    }
                }
                event => apply(store, lives, (path, TAKEN_FOR), &source, None, &event),
            }
        });
        if let (Ok(progress), Some((_, file))) = (&polled, lives.last()) {
            store.set_progress(*file, progress.offset, progress.size, crate::model::FileState::CaughtUp);
        }
        if let Err(error) = polled {
            let shown = text::clean(&path.to_string_lossy());
            self.list_unreadable_notes(&shown, &error);
            self.noted[at].read = None;
        }
        changed
    }

    /// Writes a note beside the log of the record it is about, and reads it. The path of the file.
    ///
    /// # Errors
    /// There is no file beside which it could stand, or it cannot be written: why.
    pub fn annotate(&mut self, note: &Note, at: Timestamp, now: Duration) -> Result<String, String> {
        let line = self.note_line(note, at);
        let path = self.append_beside(Beside::Notes, note.at.file, &line)?;
        self.poll_notes(now);
        Ok(path)
    }

    /// The file of this kind beside the log of `file`.
    ///
    /// # Errors
    /// The log is no file of its own.
    pub fn path_beside(&self, kind: Beside, file: FileId) -> Result<PathBuf, String> {
        let at = self.noted_log(kind, file).ok_or_else(|| {
            "the log is no file of its own (stdin, a pipe or the demo): save it to one first".to_owned()
        })?;
        Ok(self.noted[at].path.clone())
    }

    /// Appends a record to the file of this kind beside the log of `file`. The path of the file.
    ///
    /// # Errors
    /// There is no file beside which it could stand, or it cannot be written: why.
    pub fn append_beside(&mut self, kind: Beside, file: FileId, line: &str) -> Result<String, String> {
        let path = self.path_beside(kind, file)?;
        let shown = text::clean(&path.to_string_lossy());
        append(&path, line)
            .map_err(|it| format!("cannot write '{shown}': {}", text::clean(&because(&it))))?;
        self.noted.iter_mut().filter(|it| it.path == path).for_each(|it| it.sought = false);
        Ok(shown)
    }

    /// The file of this kind beside the log to which a life belongs.
    fn noted_log(&self, kind: Beside, file: FileId) -> Option<usize> {
        let is_life = |noted: &Noted, path: &Path| noted.log_path == path;
        let followed = self.followed.iter().find(|it| it.lives.iter().any(|life| life.1 == file));
        self.noted.iter().position(|it| {
            let is_of = match followed {
                Some(followed) => is_life(it, &followed.path),
                None => it.log == file,
            };
            it.kind == kind && is_of
        })
    }

    /// The record, with ids as they are logged.
    fn note_line(&self, note: &Note, at: Timestamp) -> String {
        let records = self.store.records_at(note.at).unwrap_or_default();
        let shown = |it: &str| text::clean(it);
        let is_it = |it: &&Record| it.agent().is_some_and(|it| shown(it) == note.agent);
        let record = records.iter().find(is_it);
        let agent = record.and_then(Record::agent).unwrap_or(&note.agent);
        let act = note.act.as_ref().map(|act| {
            let logged = record.and_then(|it| it.id.as_deref()).filter(|it| shown(it) == *act);
            logged.unwrap_or(act).to_owned()
        });
        let (episode, run) = self.logged_name(note.episode);
        let item = CreditItem {
            of: act,
            agent: Some(agent.to_owned()),
            label: Some(note.label().to_owned()),
            reason: Some(note.reason.clone()).filter(|it| !it.is_empty()),
            ..CreditItem::default()
        };
        let credit = Credit {
            algorithm: "human_annotation".to_owned(),
            items: vec![item],
            params: vec![("annotator".to_owned(), Payload::from_text(&note.by))],
            units: Some("label".to_owned()),
            ..Credit::default()
        };
        let mut record = Record::new(Body::Credit(credit));
        (record.episode, record.ts) = (Some(episode), Some(at));
        record.extra.extend(run.map(|it| ("run".to_owned(), Payload::from_text(&it))));
        write(&record)
    }

    /// The id of an episode as logged, and the name of its run if it has one.
    pub fn logged_name(&self, episode: EpisodeId) -> (String, Option<String>) {
        let Some((store, id)) = self.place(episode) else { return Default::default() };
        let (episode, run) = store.logged_name(id);
        (episode.to_owned(), run.map(str::to_owned))
    }
}

const TAKEN_FOR: TakenFor = TakenFor { format: &NATIVE, packed: false };

/// Hands whole lines that stand at `offset` to the store.
fn read_lines(store: &mut Store, (notes, log): (FileId, FileId), offset: u64, bytes: &[u8]) {
    let mut at = offset;
    for line in bytes.split_inclusive(|it| *it == b'\n') {
        store.read_note(notes, log, at, line);
        at += line.len() as u64;
    }
}

/// Appends `line` and its end by one write. Whoever wrote before may have left out the end of a line.
fn append(path: &Path, line: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).read(true).create(true).open(path)?;
    let mut bytes = Vec::with_capacity(line.len() + 2);
    if !ends_a_line(&mut file)? {
        bytes.push(b'\n');
    }
    bytes.extend_from_slice(line.as_bytes());
    bytes.push(b'\n');
    match file.write(&bytes)? {
        n if n == bytes.len() => Ok(()),
        n => Err(io::Error::other(format!("the disk took {n} of {} bytes", bytes.len()))),
    }
}

/// Whether nothing stands in the file, or its last byte ends a line.
fn ends_a_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests;
