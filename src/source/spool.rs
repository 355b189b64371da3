//! Input that cannot be read twice (stdin, a pipe, the output of an importer), copied to an unlinked
//! temporary file.
//!
//! ```text
//! reader -> feed (the caller's thread; unpacks) -> SpoolWriter -> temporary file -> Spool::poll -> TailEvent
//!                                                                            '-> SourceFile::read
//! ```
//!
//! The file has no name and disappears with the last handle, even after a crash. If the disk is full or the
//! input breaks, what came before stays readable and [`TailEvent::Ended`] says what happened.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::damage::Damage;
use super::descriptor::Descriptor;
use super::lines::LineBuffer;
use super::source_file::SourceFile;
use super::{Progress, Tail, TailEvent, TailOptions};

/// Bytes of lines that are written at once.
const PIECE: usize = 256 << 10;

/// Why a spool ends before its input.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The temporary directory is full.
    #[error("no space left in '{}' to hold {from}: {}; point TMPDIR to a larger disk", directory.display(), kept_part(*kept))]
    DiskFull {
        /// What is read.
        from: String,
        /// Where the copy is.
        directory: PathBuf,
        /// How many bytes are usable.
        kept: u64,
    },
    /// The temporary file cannot be written for another reason.
    #[error("cannot write the copy of {from} in '{}': {source}; {}", directory.display(), kept_part(*kept))]
    Write {
        /// What is read.
        from: String,
        /// Where the copy is.
        directory: PathBuf,
        /// How many bytes are usable.
        kept: u64,
        /// What the system reported.
        source: io::Error,
    },
    /// The input cannot be read on.
    #[error("cannot read {from} after byte {kept}: {source}; what came before is kept")]
    Read {
        /// What is read.
        from: String,
        /// How many bytes are usable.
        kept: u64,
        /// What the system reported.
        source: io::Error,
    },
    /// The writer was dropped without saying that it was done.
    #[error("{from} was given up after byte {kept}; what came before is kept")]
    Abandoned {
        /// What is read.
        from: String,
        /// How many bytes are usable.
        kept: u64,
    },
}

fn kept_part(bytes: u64) -> String {
    if bytes == 0 { "nothing of it is kept".to_owned() } else { format!("its first {bytes} bytes are kept") }
}

impl SpoolError {
    fn of_write(from: &str, directory: &Path, kept: u64, source: io::Error) -> Self {
        let (from, directory) = (from.to_owned(), directory.to_owned());
        let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded, io::ErrorKind::FileTooLarge];
        if full.contains(&source.kind()) {
            SpoolError::DiskFull { from, directory, kept }
        } else {
            SpoolError::Write { from, directory, kept, source }
        }
    }
}

#[derive(Debug)]
struct Shared {
    from: String,
    directory: PathBuf,
    descriptor: Arc<Descriptor>,
    /// Where its bytes begin in the file.
    base: u64,
    written: AtomicU64,
    /// Of compressed input: damage that was not reported yet.
    damage: Mutex<Vec<Damage>>,
    /// Set once, when nothing more will be written.
    end: OnceLock<Option<SpoolError>>,
}

impl Shared {
    fn file(&self) -> &File {
        self.descriptor.file()
    }

    fn written(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }
}

/// The writing side of a [`Spool`]. If it is dropped without [`SpoolWriter::finish`], the spool ends as
/// abandoned.
#[derive(Debug)]
pub struct SpoolWriter(Arc<Shared>);

impl SpoolWriter {
    /// Appends `bytes`; the reader sees them at its next poll.
    ///
    /// # Errors
    /// [`SpoolError::DiskFull`] or [`SpoolError::Write`]; the part that was written is kept.
    pub fn write(&self, bytes: &[u8]) -> Result<(), SpoolError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let kept = self.0.written();
            let error = match self.0.file().write_at(rest, self.0.base + kept) {
                Ok(count) if count > 0 => {
                    self.0.written.store(kept + count as u64, Ordering::Release);
                    rest = &rest[count..];
                    continue;
                }
                Ok(_) => io::ErrorKind::WriteZero.into(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => error,
            };
            return Err(self.write_error(error));
        }
        Ok(())
    }

    /// Bytes written so far.
    pub fn written(&self) -> u64 {
        self.0.written()
    }

    /// Ends the spool: nothing more will be written, because of `error` if there is one.
    pub fn finish(self, error: Option<SpoolError>) {
        self.end(error);
    }

    /// Tells of input that cannot be unpacked.
    pub(super) fn damaged(&self, damage: Option<Damage>) {
        if let Some(damage) = damage {
            self.0.damage.lock().unwrap_or_else(PoisonError::into_inner).push(damage);
        }
    }

    /// Why the spool ends where its input cannot be read.
    pub(super) fn read_error(&self, source: io::Error) -> SpoolError {
        SpoolError::Read { from: self.0.from.clone(), kept: self.written(), source }
    }

    fn end(&self, error: Option<SpoolError>) {
        // Only the first end counts.
        let _ = self.0.end.set(error);
    }

    fn write_error(&self, source: io::Error) -> SpoolError {
        SpoolError::of_write(&self.0.from, &self.0.directory, self.0.written(), source)
    }
}

impl Drop for SpoolWriter {
    fn drop(&mut self) {
        self.end(Some(SpoolError::Abandoned { from: self.0.from.clone(), kept: self.0.written() }));
    }
}

/// The reading side, polled as a followed file is. It has one generation, 0, and never restarts.
pub struct Spool {
    shared: Arc<Shared>,
    lines: LineBuffer,
    options: TailOptions,
    /// When bytes came last, and up to which offset the partial line was found not to be whole.
    grown: Option<Duration>,
    refused: Option<u64>,
    ended: bool,
}

impl Spool {
    /// An empty spool in the system's temporary directory. `from` names the input in messages: `stdin`.
    ///
    /// # Errors
    /// No temporary file can be made.
    pub fn create(from: &str) -> io::Result<(Self, SpoolWriter)> {
        Self::create_in(&std::env::temp_dir(), from, TailOptions::default())
    }

    /// As [`Spool::create`], in `directory` and with options (`grace` has no meaning here).
    ///
    /// # Errors
    /// No temporary file can be made.
    pub fn create_in(directory: &Path, from: &str, options: TailOptions) -> io::Result<(Self, SpoolWriter)> {
        let descriptor = Arc::new(temporary_file(directory, &options)?);
        Ok(Self::part_of(descriptor, 0, directory, from, options))
    }

    fn part_of(
        descriptor: Arc<Descriptor>,
        base: u64,
        directory: &Path,
        from: &str,
        options: TailOptions,
    ) -> (Self, SpoolWriter) {
        let shared = Arc::new(Shared {
            from: from.to_owned(),
            directory: directory.to_owned(),
            descriptor,
            base,
            written: AtomicU64::new(0),
            damage: Mutex::default(),
            end: OnceLock::new(),
        });
        let lines = LineBuffer::new(0, options.block, options.longest_line).starting_at(base);
        let reader =
            Self { shared: shared.clone(), lines, options, grown: None, refused: None, ended: false };
        (reader, SpoolWriter(shared))
    }

    /// Bytes in the spool so far.
    pub fn size(&self) -> u64 {
        self.shared.written()
    }

    /// `None` while the writer is at work; afterwards how it ended.
    pub fn end(&self) -> Option<Result<(), &SpoolError>> {
        self.shared.end.get().map(|error| error.as_ref().map_or(Ok(()), Err))
    }
}

impl Tail for Spool {
    fn poll(
        &mut self,
        now: Duration,
        budget: usize,
        sink: &mut dyn FnMut(TailEvent<'_>),
    ) -> io::Result<Progress> {
        // Looks at the end before the size: everything written before the end is then seen.
        let end = self.shared.end.get();
        let size = self.shared.written();
        if self.lines.read(self.shared.file(), size, budget.max(1), sink)? > 0 {
            self.grown = Some(now);
        }
        let grown = *self.grown.get_or_insert(now);
        for damage in self.shared.damage.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            sink(TailEvent::Damaged { generation: 0, damage: &damage });
        }
        let offset = self.lines.position().read;
        let caught_up = offset == size;
        self.lines.relax();
        if caught_up {
            let quiet = now.saturating_sub(grown) >= self.options.settle;
            if quiet && self.refused != Some(offset) && !self.lines.settle(&*self.options.accept, sink) {
                self.refused = Some(offset);
            }
        }
        if let Some(error) = end
            && caught_up
            && !self.ended
        {
            self.ended = true;
            // If the input broke off, the rest of a line is not its writer's fault.
            let whole = |line: &[u8]| error.is_none() || (self.options.accept)(line);
            self.lines.settle(&whole, sink);
            sink(TailEvent::Ended { error: error.as_ref() });
        }
        Ok(Progress { caught_up, offset, size })
    }

    fn finish(&mut self, sink: &mut dyn FnMut(TailEvent<'_>)) {
        if !self.ended {
            self.lines.settle(&|_| true, sink);
        }
    }

    fn source(&self) -> SourceFile {
        let Shared { from, descriptor, base, .. } = &*self.shared;
        let end = self.end().map(|_| base + self.size());
        SourceFile::held(PathBuf::from(from), descriptor.clone(), *base, end)
    }
}

/// Many ended spools in one temporary file, so that the output of an importer for a directory of documents
/// takes one descriptor. The space is freed with the last of them.
#[derive(Clone, Debug)]
pub struct SpoolStore {
    directory: PathBuf,
    descriptor: Arc<Descriptor>,
    end: Arc<Mutex<u64>>,
}

impl SpoolStore {
    /// An empty store in the system's temporary directory.
    ///
    /// # Errors
    /// No temporary file can be made.
    pub fn create() -> io::Result<Self> {
        let directory = std::env::temp_dir();
        let descriptor = Arc::new(temporary_file(&directory, &TailOptions::default())?);
        Ok(Self { directory, descriptor, end: Arc::default() })
    }

    /// Appends `bytes` and returns where they now stand. `from` names their source in messages; `kept` says
    /// how many bytes of it are usable.
    ///
    /// # Errors
    /// [`SpoolError::DiskFull`] or [`SpoolError::Write`]. Then nothing of `bytes` is kept, and the store can
    /// still be used.
    pub(in crate::source) fn append(&self, from: &str, kept: u64, bytes: &[u8]) -> Result<u64, SpoolError> {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let at = *end;
        self.descriptor
            .file()
            .write_all_at(bytes, at)
            .map_err(|error| SpoolError::of_write(from, &self.directory, kept, error))?;
        *end += bytes.len() as u64;
        Ok(at)
    }

    /// The file.
    pub(in crate::source) fn descriptor(&self) -> Arc<Descriptor> {
        self.descriptor.clone()
    }

    /// An ended spool of `lines`, each without its `\n`. `from` names the document in messages.
    ///
    /// # Errors
    /// [`SpoolError::DiskFull`] or [`SpoolError::Write`]; the store can still be used.
    pub fn add<L: AsRef<[u8]>>(
        &self,
        from: &str,
        lines: impl IntoIterator<Item = L>,
    ) -> Result<Spool, SpoolError> {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let options = TailOptions::default();
        let (spool, writer) = Spool::part_of(self.descriptor.clone(), *end, &self.directory, from, options);
        let mut piece = Vec::new();
        for line in lines {
            piece.extend_from_slice(line.as_ref());
            piece.push(b'\n');
            if piece.len() >= PIECE {
                writer.write(&piece)?;
                piece.clear();
            }
        }
        writer.write(&piece)?;
        *end += writer.written();
        writer.finish(None);
        Ok(spool)
    }
}

fn temporary_file(directory: &Path, options: &TailOptions) -> io::Result<Descriptor> {
    tempfile::tempfile_in(directory).and_then(|it| Descriptor::of(it, &options.open_files)).map_err(|error| {
        let place = directory.display();
        io::Error::new(
            error.kind(),
            format!("cannot make a temporary file in '{place}': {error}; set TMPDIR"),
        )
    })
}

#[cfg(test)]
mod tests;
