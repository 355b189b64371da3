//! The columnar index of the opened logs: one row per record, payloads left in their files.
//!
//! ```text
//! whole lines -> LineScanner::scan -> Scanned      any number of stretches at once, each on its own
//!                  `-> parse_line, where the header is odd
//! Scanned     -> Store::add     -> rows + episode summaries      in the order of the file
//! EpisodeId -> Store::episode -> rows read again -> records -> assemble -> model::Episode
//! Origin    -> Store::record  -> one line read again -> RecordText
//! ```
//!
//! Knows no thread and no clock. A line that cannot be read is counted and listed, never fatal.

mod assemble;
mod context;
mod episodes;
mod join;
mod live;
mod names;
mod notes;
mod places;
mod reading;
mod record_text;
mod recount;
mod reread;
mod reviewer;
mod revise;
mod rollouts;
mod rows;
mod scanned;
#[cfg(test)]
mod tests;
mod words;
mod writers;

use std::{borrow::Cow, sync::Arc};

use crate::{
    log::{self, Problem, Record, RecordType, parse_line},
    model::{
        Diagnostic, EpisodeId, FileId, FileState, FileSummary, LogSummary, Origin, RecordText, Severity, rule,
    },
    source::SourceFile,
};

use episodes::Episodes;
pub use live::LiveEpisode;
use names::Names;
pub use places::Searchable;
use reading::Reader;
use recount::Recounts;
pub use reread::RereadError;
pub use reviewer::Reviewer;
pub use revise::{Suspect, Unread};
use rows::Rows;
pub use scanned::{LineScanner, Scanned};
use writers::{Stream, Writers};

/// How much of a line the first pass reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Nothing: only where the lines stand. Keeps nothing of them; for a search without an index.
    Places,
    /// Only what the index needs. A broken payload is found when its episode is opened, or when somebody
    /// reads the lines that [`Store::take_unread`] gives.
    Headers,
    /// Everything, so that every problem is known: for `check`.
    Everything,
}

/// One life of a file.
struct Life {
    summary: FileSummary,
    source: SourceFile,
    generation: u32,
    /// Lines read so far.
    lines: u32,
    /// For an imported document: the line of the document from which each line of the spool came.
    line_map: Option<Vec<u32>>,
    /// Which run its episodes belong to.
    run: episodes::RunKey,
    /// The counters that it continues.
    stream: Stream,
    /// Where its lines stand, and the runs before the current one.
    extent: places::Extent,
    /// What of it was not read in full.
    revision: revise::Revision,
}

impl Life {
    /// The line number, from 1, that the user sees for line `number` of what is read.
    fn line(&self, number: u32) -> u32 {
        match &self.line_map {
            Some(map) => map.get(number as usize - 1).copied().unwrap_or(0),
            None => number,
        }
    }
}

/// What is known of the opened logs.
pub struct Store {
    pass: Pass,
    /// Whether what persons judged is left out.
    hides_annotations: bool,
    lives: Vec<Life>,
    rows: Rows,
    episodes: Episodes,
    /// What stands before the counters of ids.
    prefixes: Names,
    /// For lines that are read here.
    scanner: LineScanner,
    scanned: Scanned,
    records: u64,
    types: [u64; RecordType::KNOWN.len() + 1],
    bad_lines: u64,
    input_errors: u64,
    /// Files that are not read, by kind.
    unread: Arc<Vec<(String, u64)>>,
    lines_in_full: u64,
    recounts: Recounts,
    starts: rollouts::Starts,
    writers: Writers,
    /// Shared with the summaries handed out; copied only if it grows while one of them is in use.
    diagnostics: Arc<Vec<Diagnostic>>,
    more_diagnostics: u64,
    /// An episode with more records than this is not read.
    most_records: u64,
}

impl Store {
    /// An empty index.
    pub fn new(pass: Pass) -> Self {
        Self {
            pass,
            hides_annotations: false,
            lives: Vec::new(),
            rows: Rows::default(),
            episodes: Episodes::default(),
            prefixes: Names::default(),
            scanner: LineScanner::new(pass),
            scanned: Scanned::default(),
            records: 0,
            types: [0; RecordType::KNOWN.len() + 1],
            bad_lines: 0,
            input_errors: 0,
            unread: Arc::default(),
            lines_in_full: 0,
            recounts: Recounts::default(),
            starts: rollouts::Starts::default(),
            writers: Writers::default(),
            diagnostics: Arc::default(),
            more_diagnostics: 0,
            most_records: live::MOST_RECORDS,
        }
    }

    /// The same, in which it is as if no person had judged any episode: their credit records are not read.
    pub fn without_annotations(self) -> Self {
        Self { hides_annotations: true, ..self }
    }

    /// Adds a file, or another life of one. `before` is its last life, whose run continues.
    pub fn add_life(
        &mut self,
        summary: FileSummary,
        source: SourceFile,
        line_map: Option<Vec<u32>>,
        before: Option<FileId>,
    ) -> FileId {
        let id = FileId::from_index(self.lives.len());
        let run = match before {
            Some(before) => self.lives[before.index()].run,
            None => self.episodes.run_of_file(),
        };
        let stream = match before {
            Some(before) => self.lives[before.index()].stream,
            None => self.writers.stream(),
        };
        // An imported file is read again from its spool, which has one generation whatever happens to the
        // file.
        let generation = if line_map.is_some() { 0 } else { summary.generation };
        let (extent, revision) = Default::default();
        self.lives.push(Life {
            summary,
            source,
            generation,
            lines: 0,
            line_map,
            run,
            stream,
            extent,
            revision,
        });
        id
    }

    /// A file of which nothing was read is of another format: its records come from `source`, whose lines are made from
    /// those of the file.
    pub fn read_as(&mut self, file: FileId, format: Cow<'static, str>, source: SourceFile) {
        let life = &mut self.lives[file.index()];
        (life.source, life.line_map, life.generation) = (source, Some(Vec::new()), 0);
        life.summary.format = format;
    }

    /// Lets what a file holds before a `run` record, if it holds one, be a part of the one run that has an episode
    /// of it. To be called before its first line.
    pub fn may_join_a_run(&mut self, file: FileId) {
        self.episodes.may_join(self.lives[file.index()].run);
    }

    /// Says how far reading of a file has come.
    pub fn set_progress(&mut self, file: FileId, read: u64, size: u64, state: FileState) {
        let summary = &mut self.lives[file.index()].summary;
        (summary.read, summary.size, summary.state) = (read, size, state);
    }

    /// Says how far reading has come.
    pub fn set_read(&mut self, file: FileId, read: u64) {
        self.lives[file.index()].summary.read = read;
    }

    /// An empty index that reads as this one does.
    pub fn another(&self) -> Self {
        Self { hides_annotations: self.hides_annotations, ..Self::new(self.pass) }
    }

    /// How thoroughly lines are read.
    pub fn pass(&self) -> Pass {
        self.pass
    }

    /// Number of files, each life of one counted.
    pub fn file_count(&self) -> usize {
        self.lives.len()
    }

    /// Sets the state of a file; how far it has been read stays.
    pub fn set_state(&mut self, file: FileId, state: FileState) {
        self.lives[file.index()].summary.state = state;
    }

    /// Lists a part of a compressed file that cannot be unpacked, after the last line read. Its data is lost.
    pub fn diagnose_packed(&mut self, file: FileId, message: String) {
        let line = self.lives[file.index()].lines;
        self.diagnose_line(file, line, Problem::new(rule::DAMAGED_ARCHIVE, 0, message));
    }

    /// Indexes whole lines that stand at `offset` of `file`.
    pub fn read(&mut self, file: FileId, offset: u64, bytes: &[u8]) {
        let mut scanned = std::mem::take(&mut self.scanned);
        scanned.clear();
        self.scanner.scan(offset, bytes, &mut scanned);
        self.add(file, &scanned);
        self.scanned = scanned;
    }

    /// Indexes whole lines made from a foreign file, each from the line in `numbers`; they stand at `offset`
    /// of its spool.
    pub fn read_imported(&mut self, file: FileId, offset: u64, bytes: &[u8], numbers: &[u32]) {
        let map = self.lives[file.index()].line_map.get_or_insert_default();
        map.extend_from_slice(numbers);
        self.read(file, offset, bytes);
    }

    /// Adds a finding about line `number` of a foreign file; an error means that the line is lost.
    pub fn diagnose_line(&mut self, file: FileId, number: u32, problem: Problem) {
        self.bad_lines += u64::from(problem.severity == Severity::Error);
        self.diagnose(problem.at(Origin { file, line: number, ..Origin::default() }));
    }

    /// The records of one line, in full: for what the episode keeps shortened.
    ///
    /// # Errors
    /// When its bytes can no longer be read: why.
    pub fn records_at(&self, origin: Origin) -> Result<Vec<Record>, RereadError> {
        let mut reader = Reader::new(&self.lives);
        Ok(parse_line(reader.first(&[origin])?).records.into_iter().map(|it| it.0).collect())
    }

    /// Counts a line that could not be read at all.
    pub fn skip(&mut self, file: FileId, offset: u64, problem: Problem) {
        let origin = self.next_line(file, offset, 0);
        self.bad_lines += 1;
        self.lines_in_full += 1;
        self.diagnose(problem.at(origin));
    }

    /// Lists `len` NUL bytes of a file where a line would begin.
    pub fn hole(&mut self, file: FileId, offset: u64, len: u64) {
        let life = &self.lives[file.index()];
        let origin =
            Origin { file, line: life.line(life.lines + 1), offset, len: len.min(u32::MAX.into()) as u32 };
        self.diagnose(scanned::hole(offset, len).at(origin));
    }

    /// Adds a finding that is not about a line.
    pub fn diagnose(&mut self, diagnostic: Diagnostic) {
        self.input_errors += u64::from(diagnostic.severity == Severity::Error && diagnostic.origin.is_none());
        // Bad lines never crowd out a file that is missing.
        let most = LogSummary::DIAGNOSTICS * if diagnostic.origin.is_none() { 2 } else { 1 };
        if self.diagnostics.len() < most {
            Arc::make_mut(&mut self.diagnostics).push(diagnostic);
        } else {
            self.more_diagnostics += 1;
        }
    }

    /// Counts a file of this kind that is not read.
    pub fn count_unread(&mut self, kind: &str) {
        let unread = Arc::make_mut(&mut self.unread);
        match unread.iter_mut().find(|it| it.0 == kind) {
            Some((_, n)) => *n += 1,
            None => unread.push((kind.to_owned(), 1)),
        }
    }

    /// Takes out the findings kept so far, for a caller who reports them as they come and keeps none.
    pub fn take_diagnostics(&mut self) -> Vec<Diagnostic> {
        Arc::unwrap_or_clone(std::mem::take(&mut self.diagnostics))
    }

    /// Bytes read, over all files and generations.
    pub fn bytes_read(&self) -> u64 {
        self.lives.iter().map(|it| it.summary.read).sum()
    }

    fn next_line(&mut self, file: FileId, offset: u64, len: usize) -> Origin {
        let life = &mut self.lives[file.index()];
        life.lines += 1;
        Origin { file, line: life.line(life.lines), offset, len: len as u32 }
    }

    /// The state of everything, cheap to clone.
    pub fn summary(&mut self) -> LogSummary {
        LogSummary {
            episodes: self.episodes.summaries(),
            files: Arc::new(self.lives.iter().map(|it| it.summary.clone()).collect()),
            errors: self.episodes.errors(),
            notes: self.episodes.notes(),
            records: self.records,
            bad_lines: self.bad_lines,
            input_errors: self.input_errors,
            unread: Arc::clone(&self.unread),
            diagnostics: Arc::clone(&self.diagnostics),
            more_diagnostics: self.more_diagnostics,
            counters: self.writers.counters(),
            following: false,
            polling: None,
            awaited: None,
            loaded: false,
            reading: None,
            validating: None,
            listed: Arc::default(),
            moved: Arc::default(),
        }
    }

    /// Records by type, those there are.
    pub fn records_by_type(&self) -> Vec<(String, u64)> {
        let all = RecordType::KNOWN.into_iter().chain([RecordType::Unknown]);
        let counted = all.map(|it| (it.name().to_owned(), self.types[it as usize]));
        counted.filter(|it| it.1 > 0).collect()
    }

    /// Number of episodes.
    pub fn episode_count(&self) -> usize {
        self.episodes.len()
    }

    /// Whether any episode has not ended yet.
    pub fn has_open_episode(&self) -> bool {
        self.episodes.has_open()
    }

    /// The revision of an episode: it rises with every record that is added or removed.
    pub fn revision(&self, id: EpisodeId) -> u64 {
        self.episodes.revision(id)
    }

    /// Bytes of memory that the rows of all records take.
    pub fn row_bytes(&self) -> usize {
        self.rows.bytes()
    }

    /// Reads one record in full, for the detail pane.
    ///
    /// # Errors
    /// When its bytes can no longer be read: why.
    pub fn record(&self, origin: Origin) -> Result<RecordText, RereadError> {
        let mut reader = Reader::new(&self.lives);
        Ok(record_text::record_text(origin, reader.first(&[origin])?))
    }
}

/// Whether an unterminated last line is a record: it parses without a problem.
pub fn is_record(line: &[u8]) -> bool {
    let parsed = log::parse_line(line);
    !parsed.records.is_empty() && parsed.problems.iter().all(|it| it.severity != Severity::Error)
}
