//! The columnar index of the opened logs: one row per record, payloads left in their files.
//!
//! ```text
//! whole lines -> Store::read -> scan_header -> rows (place, kind) + episode summaries
//!                                  `-> parse_line, where the header is odd
//! EpisodeId -> Store::episode -> rows read again -> records -> assemble -> model::Episode
//! Origin    -> Store::record  -> one line read again -> RecordText
//! ```
//!
//! Knows no thread and no clock. A line that cannot be read is counted and listed, never fatal.

mod assemble;
mod episodes;
mod places;
mod reading;
mod record_text;
mod rows;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use memchr::memchr;

use crate::{
    log::{self, Body, Header, Record, RecordType, parse_line, scan_header},
    model::{
        Diagnostic, Episode, EpisodeId, FileId, FileState, FileSummary, LogSummary, Origin, RecordText,
        Severity,
    },
    source::SourceFile,
};

use episodes::Episodes;
pub use places::Searchable;
use reading::Reader;
use rows::{Row, Rows};

/// How thoroughly lines are read on the first pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Not at all: only where they stand. Nothing is kept of them; for a search without an index.
    Places,
    /// Only what the index needs; a broken payload is found when its episode is opened.
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
    /// For an imported document: the line of the document that each line of the spool came from.
    line_map: Option<Vec<u32>>,
    /// Which run its episodes belong to.
    run: episodes::RunKey,
    /// Where its lines stand, and the runs before the present one.
    extent: places::Extent,
}

/// What is known of the opened logs.
pub struct Store {
    pass: Pass,
    lives: Vec<Life>,
    rows: Rows,
    episodes: Episodes,
    records: u64,
    types: [u64; RecordType::KNOWN.len() + 1],
    bad_lines: u64,
    /// Shared with the summaries given out; copied only when it grows while one of them is in use.
    diagnostics: Arc<Vec<Diagnostic>>,
    more_diagnostics: u64,
}

impl Store {
    /// An empty index.
    pub fn new(pass: Pass) -> Self {
        Self {
            pass,
            lives: Vec::new(),
            rows: Rows::default(),
            episodes: Episodes::default(),
            records: 0,
            types: [0; RecordType::KNOWN.len() + 1],
            bad_lines: 0,
            diagnostics: Arc::default(),
            more_diagnostics: 0,
        }
    }

    /// Adds a file, or another life of one (`before`: its last life, whose run goes on).
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
        // An imported file is read again from its spool, which has one generation whatever the file goes through.
        let generation = if line_map.is_some() { 0 } else { summary.generation };
        let extent = places::Extent::default();
        self.lives.push(Life { summary, source, generation, lines: 0, line_map, run, extent });
        id
    }

    /// Says how far reading of a file has come.
    pub fn set_progress(&mut self, file: FileId, read: u64, size: u64, state: FileState) {
        let summary = &mut self.lives[file.index()].summary;
        (summary.read, summary.size, summary.state) = (read, size, state);
    }

    /// Says how a file stands; how far reading has come stays.
    pub fn set_state(&mut self, file: FileId, state: FileState) {
        self.lives[file.index()].summary.state = state;
    }

    /// Lists a part of a compressed file that cannot be unpacked, behind the last line read; its data is lost.
    pub fn diagnose_packed(&mut self, file: FileId, message: String) {
        let line = self.lives[file.index()].lines;
        self.diagnose_line(file, line, "damaged-archive", Severity::Error, message);
    }

    /// Indexes whole lines that stand at `offset` of `file`.
    pub fn read(&mut self, file: FileId, offset: u64, bytes: &[u8]) {
        self.lives[file.index()].note_lines(offset, bytes.len());
        if self.pass == Pass::Places {
            return;
        }
        let mut at = 0;
        while at < bytes.len() {
            let end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |it| at + it);
            self.line(file, offset + at as u64, &bytes[at..end]);
            at = end + 1;
        }
    }

    /// Indexes whole lines that were made of line `number` of a foreign file; they stand at `offset` of its spool.
    pub fn read_imported(&mut self, file: FileId, offset: u64, bytes: &[u8], number: u32) {
        let lines = bytes.iter().filter(|it| **it == b'\n').count();
        let map = self.lives[file.index()].line_map.get_or_insert_default();
        map.extend(std::iter::repeat_n(number, lines));
        self.read(file, offset, bytes);
    }

    /// Adds a finding about line `number` of a foreign file; an error means that the line is lost.
    pub fn diagnose_line(
        &mut self,
        file: FileId,
        number: u32,
        rule: &'static str,
        severity: Severity,
        message: String,
    ) {
        self.bad_lines += u64::from(severity == Severity::Error);
        let origin = Some(Origin { file, line: number, ..Origin::default() });
        self.diagnose(Diagnostic { rule, severity, message, origin });
    }

    /// The records of one line, in full: for what the episode keeps shortened.
    ///
    /// # Errors
    /// When its bytes can no longer be read: why.
    pub fn records_at(&self, origin: Origin) -> Result<Vec<Record>, String> {
        let mut reader = Reader::new(&self.lives);
        Ok(parse_line(reader.first(&[origin])?).records.into_iter().map(|it| it.0).collect())
    }

    /// Counts a line that could not be read at all.
    pub fn skip(&mut self, file: FileId, offset: u64, rule: &'static str, message: String) {
        let origin = self.next_line(file, offset, 0);
        self.bad_lines += 1;
        self.diagnose(Diagnostic { rule, severity: Severity::Error, message, origin: Some(origin) });
    }

    /// Adds a finding that is not about a line.
    pub fn diagnose(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < LogSummary::DIAGNOSTICS {
            Arc::make_mut(&mut self.diagnostics).push(diagnostic);
        } else {
            self.more_diagnostics += 1;
        }
    }

    fn next_line(&mut self, file: FileId, offset: u64, len: usize) -> Origin {
        let life = &mut self.lives[file.index()];
        let index = life.lines as usize;
        life.lines += 1;
        let line = match &life.line_map {
            Some(map) => map.get(index).copied().unwrap_or(0),
            None => life.lines,
        };
        Origin { file, line, offset, len: len as u32 }
    }

    fn line(&mut self, file: FileId, offset: u64, line: &[u8]) {
        let origin = self.next_line(file, offset, line.len());
        if self.pass == Pass::Headers
            && let Some(header) = scan_header(line)
            && self.index_header(origin, &header)
        {
            return;
        }
        let parsed = parse_line(line);
        let lost = parsed.problems.iter().any(|it| it.severity == Severity::Error);
        self.bad_lines += u64::from(lost);
        for problem in parsed.problems {
            self.diagnose(Diagnostic {
                rule: problem.rule,
                severity: problem.severity,
                message: problem.message,
                origin: Some(origin),
            });
        }
        for (record, range) in parsed.records {
            let origin = Origin { offset: offset + range.start as u64, len: range.len() as u32, ..origin };
            self.index_record(origin, &record);
        }
    }

    /// Indexes a record by its header alone. `false`: its content is needed.
    fn index_header(&mut self, origin: Origin, header: &Header<'_>) -> bool {
        if !header.complete {
            return false;
        }
        self.records += 1;
        self.types[header.record_type as usize] += 1;
        if let Some(episode) = header.episode.as_deref() {
            let run = self.lives[origin.file.index()].run;
            let row = self.rows.push(Row { origin });
            self.episodes.header(run, episode, header, row);
        }
        true
    }

    fn index_record(&mut self, origin: Origin, record: &Record) {
        self.records += 1;
        self.types[record.record_type() as usize] += 1;
        let life = &mut self.lives[origin.file.index()];
        if let Body::Run(run) = &record.body {
            let run = self.episodes.run_of_record(run);
            life.begin_run(origin.offset, run);
        }
        let run = life.run;
        let Some(episode) = record.episode.as_deref() else { return };
        let row = self.rows.push(Row { origin });
        self.episodes.record(run, episode, record, row);
    }

    /// The state of everything, cheap to clone.
    pub fn summary(&mut self) -> LogSummary {
        LogSummary {
            episodes: self.episodes.summaries(),
            files: Arc::new(self.lives.iter().map(|it| it.summary.clone()).collect()),
            records: self.records,
            bad_lines: self.bad_lines,
            diagnostics: Arc::clone(&self.diagnostics),
            more_diagnostics: self.more_diagnostics,
            following: false,
            polling: None,
            loaded: false,
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

    /// The revision of an episode: the number of its records.
    pub fn revision(&self, id: EpisodeId) -> u64 {
        self.episodes.rows(id).len() as u64
    }

    /// Reads an episode in full.
    ///
    /// # Errors
    /// When none of its bytes can be read any more: why.
    pub fn episode(&self, id: EpisodeId) -> Result<Episode, String> {
        let name = self.episodes.name(id);
        let mut records = Vec::new();
        let mut diagnostics = Vec::new();
        let mut lost = (0_u32, None);
        let origins: Vec<Origin> =
            self.episodes.rows(id).iter().map(|it| self.rows.get(*it).origin).collect();
        let mut reader = Reader::new(&self.lives);
        for (index, origin) in origins.iter().copied().enumerate() {
            let bytes = match reader.first(&origins[index..]) {
                Ok(bytes) => bytes,
                Err(why) => {
                    lost = (lost.0 + 1, lost.1.or(Some((why, origin))));
                    continue;
                }
            };
            let parsed = parse_line(bytes);
            diagnostics.extend(parsed.problems.into_iter().map(|it| Diagnostic {
                rule: it.rule,
                severity: it.severity,
                message: it.message,
                origin: Some(origin),
            }));
            // What was taken for one record by its outside may hold those of other episodes once it is read.
            let own = parsed.records.into_iter().filter(|it| it.0.episode.as_deref() == Some(name));
            records.extend(own.map(|(record, _)| (record, origin)));
        }
        if let (count, Some((why, origin))) = lost {
            if records.is_empty() {
                return Err(why);
            }
            let message = format!("{count} records of this episode can no longer be read: {why}");
            let severity = Severity::Error;
            diagnostics.push(Diagnostic { rule: "lost-record", severity, message, origin: Some(origin) });
        }
        Ok(assemble::assemble(name, self.episodes.run(id), records, diagnostics))
    }

    /// Reads one record in full, for the detail pane.
    ///
    /// # Errors
    /// When its bytes can no longer be read: why.
    pub fn record(&self, origin: Origin) -> Result<RecordText, String> {
        let mut reader = Reader::new(&self.lives);
        Ok(record_text::record_text(origin, reader.first(&[origin])?))
    }
}

/// Whether an unterminated last line is a record: it parses without a problem.
pub fn is_record(line: &[u8]) -> bool {
    let parsed = log::parse_line(line);
    !parsed.records.is_empty() && parsed.problems.iter().all(|it| it.severity != Severity::Error)
}
