//! The logs named on the command line, being read into a store.

use std::{
    collections::VecDeque,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::translated::Translated;
use crate::{
    import::{self, Format, who_and_when},
    model::{Diagnostic, FileId, FileState, FileSummary, LogSummary, Severity},
    source::{
        Discovery, Input, SkipReason, Spool, SpoolWriter, Tail, TailEvent, TailFile, TailOptions, feed,
    },
    store::{Pass, Store, is_record},
    text,
};

/// Bytes read at a time where nobody waits.
const BLOCK: usize = 16 << 20;
/// The least bytes read of a file in its turn: a smaller read costs as much.
const LEAST_SHARE: usize = 64 << 10;
/// Bytes of a file that tell its format.
const HEAD: usize = 64 << 10;
/// The same where the first line is longer than that: its `type` may stand at its end.
const LONG_HEAD: u64 = 16 << 20;
/// The largest document that is imported; a log of its own format has no such limit.
const LARGEST_DOCUMENT: u64 = 1 << 30;

/// Why the logs cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// An argument names nothing that can be read.
    #[error("{0}")]
    Argument(String),
    /// The only file is of no known format.
    #[error("'{path}' is not a log: {why}")]
    Format {
        /// Which file.
        path: String,
        /// What it looks like.
        why: String,
    },
    /// A temporary file cannot be made.
    #[error("{0}")]
    Spool(String),
}

/// Something that is polled.
struct Followed {
    tail: Box<dyn Tail>,
    path: PathBuf,
    /// Its present life in the store, and the one before.
    lives: Vec<(u32, FileId)>,
    ended: bool,
    /// Fed through a pipe: it has an end.
    piped: bool,
    /// Of a foreign format: what becomes of its lines.
    translated: Option<Translated>,
}

/// How far a round of polling came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// Something was read, or a file changed its state.
    pub changed: bool,
    /// Nothing is left to read until something is written.
    pub caught_up: bool,
}

/// The logs named on the command line.
pub struct OpenedLogs {
    discovery: Discovery,
    /// The index.
    pub store: Store,
    followed: Vec<Followed>,
    documents: VecDeque<PathBuf>,
    imports: Option<(Spool, SpoolWriter)>,
    single: bool,
    /// Whose turn it was last, so that one busy file does not starve the others.
    turn: usize,
}

impl OpenedLogs {
    /// Finds the logs that `arguments` name (`-` is stdin) and begins to read. `wake` is called when stdin has
    /// brought something.
    ///
    /// # Errors
    /// An argument names nothing, nothing below it can be read, or the only file is of no known format.
    pub fn open(
        arguments: &[String],
        pass: Pass,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, OpenError> {
        let mut logs = Self {
            discovery: Discovery::new(arguments.iter().map(PathBuf::from)),
            store: Store::new(pass),
            followed: Vec::new(),
            documents: VecDeque::new(),
            imports: None,
            single: false,
            turn: 0,
        };
        let (inputs, problems) = logs.discovery.scan();
        if inputs.is_empty() {
            let what = problems.first().map_or("no log".to_owned(), |it| text::clean(&it.to_string()));
            return Err(OpenError::Argument(what));
        }
        // An argument that names nothing is an error at once; trouble below a directory is listed.
        if let Some(problem) = problems.iter().find(|it| it.is_about_an_argument()) {
            return Err(OpenError::Argument(text::clean(&problem.to_string())));
        }
        logs.list(&problems);
        logs.single = inputs.len() == 1;
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(wake);
        for input in inputs {
            logs.add(input, &wake)?;
        }
        Ok(logs)
    }

    /// Opens a log that is in memory, such as the embedded demo.
    ///
    /// # Errors
    /// No temporary file can be made.
    pub fn embedded(name: &str, bytes: &[u8], pass: Pass) -> Result<Self, OpenError> {
        let (spool, writer) = Spool::create(name).map_err(|it| OpenError::Spool(it.to_string()))?;
        writer.write(bytes).map_err(|it| OpenError::Spool(it.to_string()))?;
        writer.finish(None);
        let mut logs = Self {
            discovery: Discovery::default(),
            store: Store::new(pass),
            followed: Vec::new(),
            documents: VecDeque::new(),
            imports: None,
            single: true,
            turn: 0,
        };
        logs.follow(Box::new(spool), PathBuf::from(name), true);
        Ok(logs)
    }

    /// Looks for files that have appeared since. `true`: there are some.
    pub fn rescan(&mut self) -> bool {
        let (inputs, problems) = self.discovery.scan();
        self.list(&problems);
        let quiet: Arc<dyn Fn() + Send + Sync> = Arc::new(|| {});
        let before = self.followed.len() + self.documents.len();
        for input in inputs {
            // A file that appears later and is no log is listed, not fatal.
            if let Err(error) = self.add(input, &quiet) {
                self.store.diagnose(Diagnostic {
                    rule: "unreadable-file",
                    severity: Severity::Warning,
                    message: error.to_string(),
                    origin: None,
                });
            }
        }
        self.followed.len() + self.documents.len() > before || !problems.is_empty()
    }

    /// The files and directories in which something may happen.
    pub fn watched(&self) -> (Vec<PathBuf>, Vec<PathBuf>) {
        let files = self.followed.iter().map(|it| it.path.clone()).filter(|it| it.is_file()).collect();
        (files, self.discovery.directories().map(Path::to_owned).collect())
    }

    fn list(&mut self, problems: &[crate::source::DiscoverError]) {
        for problem in problems {
            self.store.diagnose(Diagnostic {
                rule: "unreadable-file",
                severity: Severity::Warning,
                message: text::clean(&problem.to_string()),
                origin: None,
            });
        }
    }

    fn add(&mut self, input: Input, wake: &Arc<dyn Fn() + Send + Sync>) -> Result<(), OpenError> {
        match input {
            Input::Stdin => self.pipe("stdin", Box::new(std::io::stdin()), wake),
            Input::Pipe(path) => {
                let file = File::open(&path).map_err(|error| {
                    OpenError::Argument(format!("cannot open '{}': {error}", path.display()))
                })?;
                self.pipe(&path.to_string_lossy(), Box::new(file), wake)
            }
            Input::File(path) => self.add_file(path),
        }
    }

    fn pipe(
        &mut self,
        name: &str,
        mut reader: Box<dyn Read + Send>,
        wake: &Arc<dyn Fn() + Send + Sync>,
    ) -> Result<(), OpenError> {
        let (spool, writer) = Spool::create(name).map_err(|it| OpenError::Spool(it.to_string()))?;
        let wake = Arc::clone(wake);
        super::spawn("stdin", move || feed(&mut *reader, writer, &*wake));
        self.follow(Box::new(spool), PathBuf::from(name), true);
        Ok(())
    }

    fn add_file(&mut self, path: PathBuf) -> Result<(), OpenError> {
        if self.followed.iter().any(|it| it.path == path) {
            return Ok(());
        }
        let shown = text::clean(&path.to_string_lossy());
        let head =
            head_of(&path).map_err(|error| OpenError::Argument(format!("cannot read '{shown}': {error}")))?;
        match import::sniff(&path, &head) {
            Format::Native => {
                let options = TailOptions { accept: Arc::new(is_record), ..TailOptions::default() };
                let tail = TailFile::open_with(&path, options)
                    .map_err(|error| OpenError::Argument(format!("cannot read '{shown}': {error}")))?;
                self.follow(Box::new(tail), path, false);
            }
            Format::WhoAndWhen => self.documents.push_back(path),
            Format::C3Buckets => {
                let tail = TailFile::open(&path)
                    .map_err(|error| OpenError::Argument(format!("cannot read '{shown}': {error}")))?;
                let translated = Translated::new(&shown).map_err(|it| OpenError::Spool(it.to_string()))?;
                let source = translated.source();
                let summary = summary_of(&path, Translated::FORMAT, 0);
                let id = self.store.add_life(summary, source, Some(Vec::new()), None);
                self.followed.push(Followed {
                    tail: Box::new(tail),
                    path,
                    lives: vec![(0, id)],
                    ended: false,
                    piped: false,
                    translated: Some(translated),
                });
            }
            Format::Unknown { why } if self.single => return Err(OpenError::Format { path: shown, why }),
            Format::Unknown { why } => self.store.diagnose(Diagnostic {
                rule: "unknown-format",
                severity: Severity::Note,
                message: format!("'{shown}' is not a log: {why}"),
                origin: None,
            }),
        }
        Ok(())
    }

    fn follow(&mut self, tail: Box<dyn Tail>, path: PathBuf, piped: bool) {
        let id = self.store.add_life(summary_of(&path, "native", 0), tail.source(), None, None);
        self.followed.push(Followed {
            tail,
            path,
            lives: vec![(0, id)],
            ended: false,
            piped,
            translated: None,
        });
    }

    /// Reads at most about `budget` bytes. `now` is monotonic.
    pub fn poll(&mut self, now: Duration, budget: usize) -> Round {
        if let Some(path) = self.documents.pop_front() {
            self.import(&path);
            return Round { changed: true, caught_up: false };
        }
        let mut round = Round { changed: false, caught_up: true };
        let count = self.followed.len();
        let share = (budget / count.max(1)).max(LEAST_SHARE);
        let mut left = budget;
        for _ in 0..count {
            if left == 0 {
                // The others come first next time.
                round.caught_up = false;
                break;
            }
            self.turn = (self.turn + 1) % count;
            let followed = &mut self.followed[self.turn];
            if followed.ended {
                continue;
            }
            let (one, read) = poll_one(followed, &mut self.store, now, share);
            left = left.saturating_sub(read);
            round.changed |= one.changed;
            round.caught_up &= one.caught_up;
        }
        round
    }

    /// Reads what is there now to its end; nothing more is expected. Of a pipe: what has come so far.
    pub fn read_all(&mut self) -> LogSummary {
        while !self.poll(Duration::ZERO, BLOCK).caught_up {}
        self.finish();
        LogSummary { loaded: true, ..self.store.summary() }
    }

    /// Takes unterminated last lines as they are: nothing more is expected.
    pub fn finish(&mut self) {
        for followed in &mut self.followed {
            let Followed { tail, lives, path, translated, .. } = followed;
            let source = tail.source();
            let store = &mut self.store;
            tail.finish(&mut |event| apply(store, lives, path, &source, translated.as_mut(), &event));
        }
    }

    /// Whether a pipe is among the inputs: its end has to be waited for.
    pub fn is_piped(&self) -> bool {
        self.followed.iter().any(|it| it.piped)
    }

    /// Whether everything that is followed has come to its end and cannot grow: pipes and imports only.
    pub fn is_finished(&self) -> bool {
        self.documents.is_empty() && self.followed.iter().all(|it| it.ended)
    }

    fn import(&mut self, path: &Path) {
        let shown = text::clean(&path.to_string_lossy());
        if let Err(why) = self.try_import(path, &shown) {
            self.store.diagnose(Diagnostic {
                rule: "unreadable-file",
                severity: Severity::Error,
                message: format!("cannot read '{shown}': {why}"),
                origin: None,
            });
        }
    }

    /// Turns a document into native lines in the spool that all imports share.
    fn try_import(&mut self, path: &Path, shown: &str) -> std::io::Result<()> {
        let size = std::fs::metadata(path)?.len();
        if size > LARGEST_DOCUMENT {
            let why = format!("{size} bytes are more than the {LARGEST_DOCUMENT} that are imported");
            return Err(std::io::Error::other(why));
        }
        let document = std::fs::read(path)?;
        let imported = who_and_when::import(&document, &episode_name(path));
        let (spool, writer) = match &mut self.imports {
            Some(imports) => imports,
            None => self.imports.insert(Spool::create("imported documents")?),
        };
        let offset = writer.written();
        let mut bytes = Vec::new();
        for line in &imported.lines {
            bytes.extend_from_slice(line.json.as_bytes());
            bytes.push(b'\n');
        }
        writer.write(&bytes).map_err(std::io::Error::other)?;
        let lines = imported.lines.iter().map(|it| it.line).collect();
        let summary =
            FileSummary { read: size, size, state: FileState::CaughtUp, ..summary_of(path, "Who&When", 0) };
        let file = self.store.add_life(summary, spool.source(), Some(lines), None);
        self.store.read(file, offset, &bytes);
        for problem in imported.problems {
            let line =
                document[..problem.offset.min(document.len())].iter().filter(|it| **it == b'\n').count();
            self.store.diagnose(Diagnostic {
                rule: problem.rule,
                severity: problem.severity,
                message: format!("{shown}:{}: {}", line + 1, problem.message),
                origin: None,
            });
        }
        Ok(())
    }
}

/// A document holds one episode, named after its folder and itself: `Hand-Crafted/12`.
fn episode_name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    match path.parent().and_then(Path::file_name) {
        Some(folder) => format!("{}/{stem}", folder.to_string_lossy()),
        None => stem.into_owned(),
    }
}

fn summary_of(path: &Path, format: &'static str, generation: u32) -> FileSummary {
    FileSummary {
        path: text::clean(&path.to_string_lossy()),
        format,
        read: 0,
        size: 0,
        generation,
        state: FileState::Reading,
    }
}

/// The first bytes of a file, with at least one whole line unless that is very long.
fn head_of(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = BufReader::with_capacity(HEAD, File::open(path)?).take(HEAD as u64);
    let mut head = Vec::new();
    file.read_to_end(&mut head)?;
    if head.len() == HEAD && !head.contains(&b'\n') {
        file.set_limit(LONG_HEAD);
        file.read_until(b'\n', &mut head)?;
    }
    Ok(head)
}

/// Reads on in one file; also the bytes handed on.
fn poll_one(followed: &mut Followed, store: &mut Store, now: Duration, budget: usize) -> (Round, usize) {
    let Followed { tail, lives, path, ended, translated, .. } = followed;
    let source = tail.source();
    let mut changed = false;
    let mut read = 0;
    let result = tail.poll(now, budget, &mut |event| {
        changed = true;
        if let TailEvent::Lines { bytes, .. } | TailEvent::Unterminated { bytes, .. } = event {
            read += bytes.len();
        }
        *ended |= matches!(event, TailEvent::Ended { .. });
        apply(store, lives, path, &source, translated.as_mut(), &event);
    });
    let (_, file) = *lives.last().expect("a followed file has a life from the start");
    match result {
        Ok(progress) => {
            let state = if progress.caught_up { FileState::CaughtUp } else { FileState::Reading };
            let gone = !*ended && progress.caught_up && !path.exists() && path.is_absolute();
            store.set_progress(
                file,
                progress.offset,
                progress.size,
                if gone { FileState::Gone } else { state },
            );
            (Round { changed, caught_up: progress.caught_up }, read)
        }
        Err(error) => {
            store.set_progress(file, 0, 0, FileState::Failed(text::clean(&error.to_string())));
            (Round { changed: true, caught_up: true }, read)
        }
    }
}

/// Hands what a poll found to the store.
fn apply(
    store: &mut Store,
    lives: &mut Vec<(u32, FileId)>,
    path: &Path,
    source: &crate::source::SourceFile,
    translated: Option<&mut Translated>,
    event: &TailEvent<'_>,
) {
    let life = |lives: &[(u32, FileId)], generation: u32| {
        let found = lives.iter().rev().find(|it| it.0 == generation);
        found.or(lives.last()).expect("a followed file has a life from the start").1
    };
    match *event {
        TailEvent::Lines { generation, offset, bytes }
        | TailEvent::Unterminated { generation, offset, bytes } => {
            let file = life(lives, generation);
            match translated {
                Some(translated) => translated.read(store, file, generation, bytes),
                None => store.read(file, offset, bytes),
            }
        }
        TailEvent::Skipped { generation, offset, len, reason } => {
            let (rule, message) = match reason {
                SkipReason::TooLong => {
                    ("line-too-long", format!("a line of {len} bytes is longer than is read"))
                }
                SkipReason::Torn => {
                    ("torn-line", format!("{len} bytes of a line whose end was never written"))
                }
            };
            let file = life(lives, generation);
            match translated {
                Some(translated) => translated.skip(store, file, generation, rule, message),
                None => store.skip(file, offset, rule, message),
            }
        }
        TailEvent::Restart { generation, reason } => {
            let before = lives.last().map(|it| it.1);
            let (format, source, line_map) = match translated {
                Some(it) => (Translated::FORMAT, it.source(), Some(Vec::new())),
                None => ("native", source.clone(), None),
            };
            let id = store.add_life(summary_of(path, format, generation), source, line_map, before);
            lives.push((generation, id));
            store.diagnose(Diagnostic {
                rule: "file-restarted",
                severity: Severity::Note,
                message: format!("'{}' begins anew: {reason}", text::clean(&path.to_string_lossy())),
                origin: None,
            });
        }
        TailEvent::Gone => {
            let (_, file) = *lives.last().expect("a followed file has a life from the start");
            store.set_progress(file, 0, 0, FileState::Gone);
        }
        TailEvent::Returned => {}
        TailEvent::Ended { error } => {
            if let Some(error) = error {
                store.diagnose(Diagnostic {
                    rule: "input-broke-off",
                    severity: Severity::Error,
                    message: text::clean(&error.to_string()),
                    origin: None,
                });
            }
        }
    }
}
