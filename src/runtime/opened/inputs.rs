//! Adds what is found: followed, translated, imported or listed, depending on what its head says it is.

use std::{
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use super::{
    Followed, OpenError, OpenedLogs, Wake,
    backfill::Backfill,
    followed::{Blank, Look, TakenFor},
    foreign_options, native_options, summary_of,
    twins::Twin,
};
use crate::{
    import::{self, DocumentReader, Format, LineReader, NATIVE, Reader, Start, UnknownFormat},
    model::{Diagnostic, FileId, FileState, FileSummary, Inode, Severity, rule},
    runtime::{
        beside::Beside,
        head::{self, Head},
        native_lines::NativeLines,
        piped::Piped,
        spawn,
        translated::{Begin, Translated},
    },
    source::{
        Input, NamedPipe, PackedTail, SourceFile, Spool, SpoolStore, Tail, TailFile, TailOptions, because,
        feed, without_ending,
    },
    text,
};

/// A log of our own format, as it is.
pub(super) const NATIVE_LOG: TakenFor = TakenFor { format: &NATIVE, packed: false };

/// What makes a reader of lines.
pub(super) type BeginReader = fn(&Start<'_>) -> Box<dyn LineReader>;

/// A document to be read as a whole.
pub(super) struct Document {
    pub(super) path: PathBuf,
    pub(super) format: &'static Format,
    pub(super) reader: &'static dyn DocumentReader,
}

impl OpenedLogs {
    pub(super) fn list(&mut self, problems: &[crate::source::DiscoverError]) {
        for problem in problems {
            let awaited = self.awaits && problem.is_about_an_argument();
            let severity = if awaited { Severity::Note } else { Severity::Warning };
            let message = text::clean(&problem.to_string());
            self.store.diagnose(Diagnostic::of_input(rule::UNREADABLE_FILE, message).milder(severity));
        }
    }

    pub(super) fn list_error(&mut self, error: &OpenError) {
        let found = Diagnostic::of_input(rule::UNREADABLE_FILE, error.to_string());
        self.store.diagnose(found.milder(Severity::Warning));
    }

    pub(super) fn add(&mut self, input: Input, wake: &Wake) -> Result<(), OpenError> {
        match input {
            Input::Stdin => self.pipe("stdin", Box::new(std::io::stdin()), None, wake),
            Input::Pipe(path) => {
                let pipe = NamedPipe::open(&path).map_err(|error| {
                    OpenError::Argument(format!("cannot open '{}': {}", path.display(), because(&error)))
                })?;
                let has_writer = pipe.has_writer();
                self.pipe(&path.to_string_lossy(), Box::new(pipe), Some(has_writer), wake)
            }
            Input::File(path) => self.add_file(path),
        }
    }

    fn pipe(
        &mut self,
        name: &str,
        mut reader: Box<dyn Read + Send>,
        has_writer: Option<Arc<AtomicBool>>,
        wake: &Wake,
    ) -> Result<(), OpenError> {
        let (spool, writer) = Spool::create(name).map_err(|it| OpenError::Spool(it.to_string()))?;
        let wake = Arc::clone(wake);
        spawn("stdin", move || feed(&mut *reader, writer, &*wake));
        self.piped.push(Piped::new(spool, Path::new(name), has_writer));
        Ok(())
    }

    /// Starts to compare a compressed file with what was read. `false` if it is not compressed or there is
    /// nothing to compare.
    pub(super) fn add_twin(&mut self, path: &Path) -> bool {
        let is_log = |it: &Head| {
            let reader = it.format.as_ref().map(|it| &it.reader);
            it.packed && matches!(reader, Ok(Reader::Native | Reader::Lines(_)))
        };
        if self.followed.is_empty() || !head::of_file(path, self.format).is_ok_and(|it| is_log(&it)) {
            return false;
        }
        let Ok(tail) = self.tail(path, true, native_options()) else { return false };
        let twin = Twin::new(path.to_owned(), tail, self);
        self.twins.push(twin);
        true
    }

    pub(super) fn add_file(&mut self, path: PathBuf) -> Result<(), OpenError> {
        if self.followed.iter().any(|it| it.path == path) {
            return Ok(());
        }
        let shown = text::clean(&path.to_string_lossy());
        let unreadable =
            |error| OpenError::Argument(format!("cannot read '{shown}': {}", text::clean(&because(&error))));
        let Head { format, packed, without_run, has_line } =
            head::of_file(&path, self.format).map_err(unreadable)?;
        let format = match format {
            Ok(format) => format,
            Err(why) if !has_line && self.look_again_later(&path, &why) => return Ok(()),
            Err(why) if self.single => return Err(OpenError::Format { path: shown, why }),
            Err(why) => {
                self.list_unknown(&shown, &why, self.discovery.names(&path));
                return Ok(());
            }
        };
        let taken_for = TakenFor { format, packed };
        match format.reader {
            Reader::Native if packed => {
                let tail = self.tail(&path, packed, native_options())?;
                self.follow(tail, &path, taken_for, false);
                self.place_in_a_run(without_run);
            }
            Reader::Native => {
                let mut tail = TailFile::open_with(&path, native_options()).map_err(unreadable)?;
                let is_blank = self.format.is_none() && path.metadata().is_ok_and(|it| it.len() == 0);
                if is_blank {
                    // Held open, so that it can be read whatever it is renamed to before it is taken for something.
                    tail.begin_at(0).map_err(unreadable)?;
                }
                // Beside others, one without a run is read after them and from its start.
                let waits = without_run && !self.single;
                let backfill =
                    if waits { None } else { Backfill::of(&mut tail, self.store.pass(), self.portions) };
                let source = tail.source();
                self.add_followed(Box::new(tail), &path, taken_for, false, source, None);
                self.backfill(backfill);
                if let Some(followed) = self.followed.last_mut().filter(|_| is_blank) {
                    followed.blank = Some(Blank::default());
                }
                self.place_in_a_run(without_run);
            }
            Reader::Lines(begin) => {
                let tail = self.tail(&path, packed, foreign_options())?;
                self.translate(tail, &path, taken_for, false, begin)?;
            }
            Reader::Document(reader) => self.documents.push_back(Document { path, format, reader }),
        }
        Ok(())
    }

    /// Lists what is no log: a file that was named is missing, one of a directory is none of its logs.
    pub(super) fn list_unknown(&mut self, shown: &str, why: &UnknownFormat, is_named: bool) {
        let severity = if is_named { Severity::Warning } else { Severity::Note };
        let message = format!("'{shown}' is not a log: {why}");
        self.store.count_unread(why.kind());
        self.store.diagnose(Diagnostic::of_input(rule::UNKNOWN_FORMAT, message).milder(severity));
    }

    /// Follows the file at `path`.
    pub(super) fn tail(
        &mut self,
        path: &Path,
        packed: bool,
        options: TailOptions,
    ) -> Result<Box<dyn Tail>, OpenError> {
        let shown = || text::clean(&path.to_string_lossy());
        let unreadable = |error| {
            OpenError::Argument(format!("cannot read '{}': {}", shown(), text::clean(&because(&error))))
        };
        if !packed {
            return Ok(Box::new(TailFile::open_with(path, options).map_err(unreadable)?));
        }
        let spool = match &self.unpacked {
            Some(spool) => spool.clone(),
            None => {
                let spool = SpoolStore::create().map_err(|it| OpenError::Spool(it.to_string()))?;
                self.unpacked.insert(spool).clone()
            }
        };
        Ok(Box::new(PackedTail::open(path, spool, options).map_err(unreadable)?))
    }

    pub(super) fn follow(&mut self, tail: Box<dyn Tail>, path: &Path, taken_for: TakenFor, piped: bool) {
        let source = tail.source();
        self.add_followed(tail, path, taken_for, piped, source, None);
    }

    /// Lets the file that was added last be a part of a run. If it names none, it waits for those that may.
    fn place_in_a_run(&mut self, without_run: bool) {
        let Some(followed) = self.followed.last_mut() else { return };
        self.store.may_join_a_run(followed.lives[0].1);
        followed.waits = without_run && !self.single;
        self.waiting |= followed.waits;
    }

    /// Lets the file that was added last start at its end.
    fn backfill(&mut self, backfill: Option<Backfill>) {
        let Some(followed) = self.followed.last_mut().filter(|_| backfill.is_some()) else { return };
        let size = backfill.as_ref().map_or(0, |it| it.size);
        self.store.set_progress(followed.lives[0].1, 0, size, FileState::Reading);
        followed.backfill = backfill;
        self.backfilling += 1;
    }

    /// Follows a file or pipe whose lines are turned into native ones.
    fn translate(
        &mut self,
        tail: Box<dyn Tail>,
        path: &Path,
        taken_for: TakenFor,
        piped: bool,
        begin: BeginReader,
    ) -> Result<(), OpenError> {
        let translated = self.translated(path, piped, begin)?;
        self.add_followed(tail, path, taken_for, piped, translated.source(), Some(translated));
        Ok(())
    }

    /// What becomes of the lines of a file.
    pub(super) fn translated(
        &self,
        path: &Path,
        piped: bool,
        begin: BeginReader,
    ) -> Result<Translated, OpenError> {
        let shown = text::clean(&path.to_string_lossy());
        let (name, map) = (name_of(path), self.map.clone());
        let folder = path.parent().map(Path::to_owned).filter(|_| !piped);
        let beside = folder.map(|it| Arc::new(Beside(it)) as Arc<dyn import::Beside>);
        let begin: Begin =
            Box::new(move || begin(&Start { name: &name, map: map.as_deref(), beside: beside.as_ref() }));
        Translated::new(&shown, begin).map_err(|it| OpenError::Spool(it.to_string()))
    }

    fn add_followed(
        &mut self,
        tail: Box<dyn Tail>,
        path: &Path,
        taken_for: TakenFor,
        piped: bool,
        source: SourceFile,
        translated: Option<Translated>,
    ) {
        let inode = tail.identity().map(|it| Inode { device: it.device, number: it.inode });
        let summary = FileSummary { inode, ..summary_of(path, taken_for, 0) };
        let lines = translated.as_ref().map(|_| Vec::new());
        if let Some(preview) = &mut self.preview {
            preview.add(FileId::from_index(self.store.file_count()), summary.clone(), source.clone(), false);
        }
        let id = self.store.add_life(summary, source, lines, None);
        if !piped {
            self.expect_beside(path, id);
        }
        self.followed.push(Followed {
            tail,
            path: path.to_owned(),
            is_link: path.is_symlink(),
            taken_for,
            lives: vec![(0, id)],
            ended: false,
            piped,
            translated,
            failed: None,
            backfill: None,
            waits: false,
            blank: None,
            last: Look::default(),
        });
    }

    /// Looks at the pipes whose content is still unknown. Returns whether anything has come of it.
    pub(super) fn look_at_pipes(&mut self, now: Duration) -> bool {
        let mut changed = false;
        for mut piped in std::mem::take(&mut self.piped) {
            let Some(format) = self.format.map(Ok).or_else(|| piped.format(now)) else {
                self.piped.push(piped);
                continue;
            };
            let shown = text::clean(&piped.path.to_string_lossy());
            let format = match format {
                Ok(format) => format,
                Err(why) => {
                    self.list_unknown(&shown, &why, true);
                    self.refused = self.single.then(|| format!("'{shown}' is not a log: {why}"));
                    changed = true;
                    continue;
                }
            };
            let taken_for = TakenFor { format, packed: false };
            match format.reader {
                Reader::Native => {
                    let Piped { spool, path, .. } = piped;
                    self.follow(Box::new(spool), &path, taken_for, true);
                }
                Reader::Lines(begin) => {
                    let Piped { spool, path, .. } = piped;
                    if let Err(error) = self.translate(Box::new(spool), &path, taken_for, true, begin) {
                        self.list_error(&error);
                    }
                }
                Reader::Document(_) if piped.is_waiting_for_its_end() => {
                    self.piped.push(piped);
                    continue;
                }
                Reader::Document(reader) => {
                    let bytes = piped.document();
                    let document = Document { path: piped.path, format, reader };
                    let result = bytes.and_then(|it| self.import_document(&document, &it));
                    self.list_import(&shown, result);
                }
            }
            changed = true;
        }
        changed
    }

    pub(super) fn import(&mut self, document: &Document) {
        let shown = text::clean(&document.path.to_string_lossy());
        let file = FileId::from_index(self.store.file_count());
        let result = head::document(&document.path).and_then(|it| self.import_document(document, &it));
        if file.index() < self.store.file_count() {
            self.expect_beside(&document.path, file);
        }
        self.list_import(&shown, result);
    }

    fn list_import(&mut self, shown: &str, result: std::io::Result<()>) {
        if let Err(why) = result {
            let message = format!("cannot read '{shown}': {}", text::clean(&because(&why)));
            self.store.diagnose(Diagnostic::of_input(rule::UNREADABLE_FILE, message));
        }
    }

    /// Turns a document into native lines in the spool that all imports share.
    fn import_document(&mut self, document: &Document, bytes: &[u8]) -> std::io::Result<()> {
        let Document { path, format, reader } = document;
        let shown = text::clean(&path.to_string_lossy());
        let size = bytes.len() as u64;
        let (spool, writer) = match &mut self.imports {
            Some(imports) => imports,
            None => self.imports.insert(Spool::create("imported documents")?),
        };
        let taken_for = TakenFor { format, packed: false };
        let summary =
            FileSummary { read: size, size, state: FileState::CaughtUp, ..summary_of(path, taken_for, 0) };
        let file = self.store.add_life(summary, spool.source(), Some(Vec::new()), None);
        let map = self.map.clone();
        let mut native = NativeLines::new(&mut self.store, file, writer);
        reader.read_by(
            bytes,
            &Start { name: &name_of(path), map: map.as_deref(), beside: None },
            &mut native,
        );
        for problem in native.finish().map_err(std::io::Error::other)? {
            let line = bytes[..problem.offset.min(bytes.len())].iter().filter(|it| **it == b'\n').count();
            let message = format!("{shown}:{}: {}", line + 1, problem.message);
            let found = Diagnostic::of_input(problem.rule, message).milder(problem.severity);
            self.store.diagnose(found);
        }
        Ok(())
    }
}

/// The reader's name for a file: its folder and name without ending, `Hand-Crafted/12`.
fn name_of(path: &Path) -> String {
    let path = without_ending(path).unwrap_or(path);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    match path.parent().and_then(Path::file_name) {
        Some(folder) => format!("{}/{stem}", folder.to_string_lossy()),
        None => stem.into_owned(),
    }
}
