//! What is found is added: followed, translated, imported or listed, by what its head says it is.

use std::{fs::File, io::Read, path::Path, path::PathBuf, sync::Arc, time::Duration};

use super::{
    Followed, NATIVE, OpenError, OpenedLogs, Wake, backfill::Backfill, followed::Look, native_options,
    summary_of, twins::Twin,
};
use crate::{
    import::{Format, who_and_when},
    model::{Diagnostic, FileId, FileState, FileSummary, Severity, rule},
    runtime::{
        head::{self, Head},
        piped::Piped,
        spawn,
        translated::Translated,
    },
    source::{
        Input, PackedTail, SourceFile, Spool, SpoolStore, Tail, TailFile, TailOptions, because, feed,
        without_ending,
    },
    text,
};

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
            Input::Stdin => self.pipe("stdin", Box::new(std::io::stdin()), wake),
            Input::Pipe(path) => {
                let file = File::open(&path).map_err(|error| {
                    OpenError::Argument(format!("cannot open '{}': {}", path.display(), because(&error)))
                })?;
                self.pipe(&path.to_string_lossy(), Box::new(file), wake)
            }
            Input::File(path) => self.add_file(path),
        }
    }

    fn pipe(&mut self, name: &str, mut reader: Box<dyn Read + Send>, wake: &Wake) -> Result<(), OpenError> {
        let (spool, writer) = Spool::create(name).map_err(|it| OpenError::Spool(it.to_string()))?;
        let wake = Arc::clone(wake);
        spawn("stdin", move || feed(&mut *reader, writer, &*wake));
        self.piped.push(Piped::new(spool, Path::new(name)));
        Ok(())
    }

    /// Begins to compare a compressed file with what was read. `false`: it is none, or there is nothing to compare.
    pub(super) fn add_twin(&mut self, path: &Path) -> bool {
        let is_log = |it: &Head| it.packed && matches!(it.format, Format::Native | Format::C3Buckets);
        if self.followed.is_empty() || !head::of_file(path).is_ok_and(|it| is_log(&it)) {
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
        let Head { format, packed } = head::of_file(&path).map_err(unreadable)?;
        match format {
            Format::Native => {
                let options = native_options();
                if packed {
                    let tail = self.tail(&path, packed, options)?;
                    self.follow(tail, &path, "native, compressed", false);
                } else {
                    let mut tail = TailFile::open_with(&path, options).map_err(unreadable)?;
                    let backfill = Backfill::of(&mut tail, self.store.pass(), self.portions);
                    let source = tail.source();
                    self.add_followed(Box::new(tail), &path, NATIVE, false, source, None);
                    self.backfill(backfill);
                }
            }
            Format::WhoAndWhen => self.documents.push_back(path),
            Format::C3Buckets => {
                let tail = self.tail(&path, packed, TailOptions::default())?;
                self.translate(
                    tail,
                    &path,
                    if packed { "C3, compressed" } else { Translated::FORMAT },
                    false,
                )?;
            }
            Format::Unknown { why } if self.single => return Err(OpenError::Format { path: shown, why }),
            Format::Unknown { why } => self.list_unknown(&shown, &why),
        }
        Ok(())
    }

    fn list_unknown(&mut self, shown: &str, why: &str) {
        let message = format!("'{shown}' is not a log: {why}");
        self.store.diagnose(Diagnostic::of_input(rule::UNKNOWN_FORMAT, message));
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

    pub(super) fn follow(&mut self, tail: Box<dyn Tail>, path: &Path, format: &'static str, piped: bool) {
        let source = tail.source();
        self.add_followed(tail, path, format, piped, source, None);
    }

    /// Lets the file that was added last begin at its end.
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
        format: &'static str,
        piped: bool,
    ) -> Result<(), OpenError> {
        let shown = text::clean(&path.to_string_lossy());
        let translated = Translated::new(&shown).map_err(|it| OpenError::Spool(it.to_string()))?;
        self.add_followed(tail, path, format, piped, translated.source(), Some(translated));
        Ok(())
    }

    fn add_followed(
        &mut self,
        tail: Box<dyn Tail>,
        path: &Path,
        format: &'static str,
        piped: bool,
        source: SourceFile,
        translated: Option<Translated>,
    ) {
        let inode = tail.identity().map(|it| (it.device, it.inode));
        let summary = FileSummary { inode, ..summary_of(path, format, 0) };
        let lines = translated.as_ref().map(|_| Vec::new());
        if let Some(preview) = &mut self.preview {
            preview.add(FileId::from_index(self.store.file_count()), summary.clone(), source.clone(), false);
        }
        let id = self.store.add_life(summary, source, lines, None);
        self.followed.push(Followed {
            tail,
            path: path.to_owned(),
            is_link: path.is_symlink(),
            format,
            lives: vec![(0, id)],
            ended: false,
            piped,
            translated,
            failed: None,
            backfill: None,
            last: Look::default(),
        });
    }

    /// Looks at the pipes of which it is not known yet what they bring; whether anything has come of it.
    pub(super) fn look_at_pipes(&mut self, now: Duration) -> bool {
        let mut changed = false;
        for mut piped in std::mem::take(&mut self.piped) {
            let Some(format) = piped.format(now) else {
                self.piped.push(piped);
                continue;
            };
            let shown = text::clean(&piped.path.to_string_lossy());
            match format {
                Format::Native => {
                    let Piped { spool, path, .. } = piped;
                    self.follow(Box::new(spool), &path, NATIVE, true);
                }
                Format::C3Buckets => {
                    let Piped { spool, path, .. } = piped;
                    if let Err(error) = self.translate(Box::new(spool), &path, Translated::FORMAT, true) {
                        self.list_error(&error);
                    }
                }
                Format::WhoAndWhen if piped.is_waiting_for_its_end() => {
                    self.piped.push(piped);
                    continue;
                }
                Format::WhoAndWhen => {
                    let result = piped.document().and_then(|it| self.import_document(&piped.path, &it));
                    self.list_import(&shown, result);
                }
                Format::Unknown { why } => {
                    self.list_unknown(&shown, &why);
                    self.refused = self.single.then(|| format!("'{shown}' is not a log: {why}"));
                }
            }
            changed = true;
        }
        changed
    }

    pub(super) fn import(&mut self, path: &Path) {
        let shown = text::clean(&path.to_string_lossy());
        let result = head::document(path).and_then(|it| self.import_document(path, &it));
        self.list_import(&shown, result);
    }

    fn list_import(&mut self, shown: &str, result: std::io::Result<()>) {
        if let Err(why) = result {
            let message = format!("cannot read '{shown}': {}", text::clean(&because(&why)));
            self.store.diagnose(Diagnostic::of_input(rule::UNREADABLE_FILE, message));
        }
    }

    /// Turns a document into native lines in the spool that all imports share.
    fn import_document(&mut self, path: &Path, document: &[u8]) -> std::io::Result<()> {
        let shown = text::clean(&path.to_string_lossy());
        let size = document.len() as u64;
        let imported = who_and_when::import(document, &episode_name(path));
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
            let message = format!("{shown}:{}: {}", line + 1, problem.message);
            let found = Diagnostic::of_input(problem.rule, message).milder(problem.severity);
            self.store.diagnose(found);
        }
        Ok(())
    }
}

/// A document holds one episode, named after its folder and itself: `Hand-Crafted/12`.
fn episode_name(path: &Path) -> String {
    let path = without_ending(path).unwrap_or(path);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    match path.parent().and_then(Path::file_name) {
        Some(folder) => format!("{}/{stem}", folder.to_string_lossy()),
        None => stem.into_owned(),
    }
}
