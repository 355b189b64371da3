//! Byte ranges of files that were read before: payloads, parsed when somebody looks at them.
//!
//! A [`SourceFile`] shares with its tail what became of each generation. A file that still has its path is
//! opened for the read and closed again. A renamed or deleted one is read through the descriptor that the
//! tail left here, or is looked for in its directory. One that was compressed is read from its unpacked copy.
//! Bytes that are gone give a typed error, never knowingly other bytes. Nobody can know of a rewrite that no
//! poll has seen yet, so a caller compares what it parses.

use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::LifeRead;
use super::byte_range::{Read, ReadError};
use super::descriptor::{Descriptor, OpenFiles, find};
use super::fingerprint::Fingerprint;
use super::follow::FileKey;
use super::segments::{Run, Segments};

/// How many past generations of one file are kept open.
const HELD_PER_FILE: usize = 8;

/// Where the bytes of one generation are.
#[derive(Debug)]
enum Place {
    /// At the path, if that still is this file.
    AtPath(FileKey),
    /// Open, with or without a name; the fingerprint serves once the descriptor is let go.
    Held(Arc<Descriptor>, Box<Fingerprint>),
    /// Under some other name, perhaps.
    Elsewhere(FileKey, Box<Fingerprint>),
    /// Nowhere: the file holds other bytes now.
    Overwritten(Box<Fingerprint>),
    /// Also unpacked from another file with the same content: its source and generation.
    Twin(SourceFile, u32, Box<Place>),
}

impl Place {
    /// Where the bytes are, apart from what another file has of them.
    fn own(&mut self) -> &mut Place {
        match self {
            Place::Twin(_, _, own) => own.own(),
            own => own,
        }
    }
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    /// The directory to look in for a renamed file.
    home: PathBuf,
    open_files: OpenFiles,
    /// Where the bytes begin in the file, if not all of it belongs to this source; and their end, once known.
    base: u64,
    end: Option<u64>,
    /// Indexed by generation.
    places: Mutex<Vec<Place>>,
    /// Only for a compressed file: where its unpacked bytes are, of all generations.
    unpacked: Option<Arc<Segments>>,
}

/// Reads byte ranges of one source; cheap to clone, usable from any thread.
#[derive(Clone, Debug)]
pub struct SourceFile(Arc<Shared>);

impl SourceFile {
    pub(super) fn at_path(path: PathBuf, home: PathBuf, key: FileKey, open_files: OpenFiles) -> Self {
        let places = Mutex::new(vec![Place::AtPath(key)]);
        Self(Arc::new(Shared { path, home, open_files, base: 0, end: None, places, unpacked: None }))
    }

    /// A part of an open file: from `base`, to `end` if that is known.
    pub(super) fn held(label: PathBuf, descriptor: Arc<Descriptor>, base: u64, end: Option<u64>) -> Self {
        let places = Mutex::new(vec![Place::Held(descriptor, Box::default())]);
        let (home, open_files) = (PathBuf::new(), OpenFiles::of_process());
        Self(Arc::new(Shared { path: label, home, open_files, base, end, places, unpacked: None }))
    }

    /// The unpacked bytes of a compressed file.
    pub(super) fn unpacked(segments: Arc<Segments>) -> Self {
        Self(Arc::new(Shared {
            path: segments.path().to_owned(),
            home: PathBuf::new(),
            open_files: OpenFiles::of_process(),
            base: 0,
            end: None,
            places: Mutex::default(),
            unpacked: Some(segments),
        }))
    }

    /// The followed path; for a [`super::Spool`], what it was read from.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Replaces the content of `into` by the bytes at `at`.
    ///
    /// # Errors
    /// [`ReadError`]; `into` is then empty.
    pub fn read(&self, at: Read, into: &mut Vec<u8>) -> Result<(), ReadError> {
        if let Some(segments) = &self.0.unpacked {
            return segments.read(at, into);
        }
        if let Some((twin, generation)) = self.twin(at.generation)
            && twin.read(Read { generation, ..at }, into).is_ok()
        {
            return Ok(());
        }
        into.clear();
        let descriptor = self.descriptor(at)?;
        let size = descriptor.file().metadata().map_err(|it| self.io(at, it))?.len();
        let Shared { base, end, .. } = *self.0;
        let size = end.map_or(size, |it| it.min(size)).saturating_sub(base);
        // Compared with the size of the file first, so that an absurd length is an error and not an
        // allocation.
        if size < at.offset.saturating_add(at.len as u64) {
            return Err(self.truncated(at));
        }
        into.resize(at.len, 0);
        descriptor.file().read_exact_at(into, base + at.offset).map_err(|error| {
            into.clear();
            match error.kind() {
                io::ErrorKind::UnexpectedEof => self.truncated(at),
                _ => self.io(at, error),
            }
        })
    }

    /// The file of the requested generation, opened if need be.
    fn descriptor(&self, at: Read) -> Result<Arc<Descriptor>, ReadError> {
        let Shared { path, home, open_files, .. } = &*self.0;
        let vanished = || ReadError::Vanished { path: path.clone(), generation: at.generation };
        let (key, print) = {
            let mut places = self.places();
            match places.get_mut(at.generation as usize).ok_or_else(vanished)?.own() {
                Place::Overwritten(_) => return Err(self.truncated(at)),
                Place::Twin(..) => return Err(vanished()),
                Place::Held(descriptor, _) => return Ok(descriptor.clone()),
                Place::AtPath(key) => (*key, None),
                Place::Elsewhere(key, print) => (*key, Some(print.clone())),
            }
        };
        let found = match print {
            None => Descriptor::open(path, open_files)
                .map_err(|it| self.io(at, it))?
                .filter(|it| it.key() == key)
                .or_else(|| find(home, key, open_files)),
            Some(print) => find(home, key, open_files).filter(|it| is_that(it, &print)),
        };
        found.map(Arc::new).ok_or_else(vanished)
    }

    /// Where the bytes of `range` stand; opens their file if need be. Of a compressed file only the bytes
    /// that were handed on, in runs of whole lines.
    pub(super) fn runs(&self, generation: u32, range: Range<u64>) -> Result<Vec<Run>, ReadError> {
        if let Some(segments) = &self.0.unpacked {
            return Ok(segments.runs(generation, range));
        }
        let mut runs = match self.twin(generation) {
            Some((twin, of_twin)) => twin.runs(of_twin, range.clone())?,
            None => Vec::new(),
        };
        let start = runs.last().map_or(range.start, |it| it.bytes.end);
        if start < range.end || runs.is_empty() {
            let descriptor = self.descriptor(Read { generation, offset: start, len: 0 })?;
            runs.push(Run { descriptor, at: self.0.base + start, bytes: start..range.end });
        }
        Ok(runs)
    }

    /// How many of `bytes` stand there, as some may not have been handed on; `None` if other bytes stand
    /// there.
    pub fn holds(&self, generation: u32, offset: u64, bytes: &[u8]) -> Option<usize> {
        let mut found = Vec::new();
        let mut same = 0;
        for run in self.runs(generation, offset..offset + bytes.len() as u64).ok()? {
            let part = (run.bytes.start - offset) as usize..(run.bytes.end - offset) as usize;
            found.resize(part.len(), 0);
            run.descriptor.file().read_exact_at(&mut found, run.at).ok()?;
            if found != bytes[part.clone()] {
                return None;
            }
            same += part.len();
        }
        Some(same)
    }

    pub(super) fn truncated(&self, at: Read) -> ReadError {
        ReadError::Truncated { path: self.0.path.clone(), offset: at.offset, len: at.len }
    }

    pub(super) fn io(&self, at: Read, source: io::Error) -> ReadError {
        ReadError::Io { path: self.0.path.clone(), offset: at.offset, source }
    }

    /// The current generation's file, whose fingerprint is `print`, is now overwritten; its next life begins.
    pub(super) fn overwritten(&self, key: FileKey, print: Fingerprint) {
        let mut places = self.places();
        if let Some(last) = places.last_mut() {
            *last.own() = Place::Overwritten(Box::new(print));
        }
        places.push(Place::AtPath(key));
    }

    /// Another file has taken the path and begins a generation. Keeps the old one open if there is room.
    pub(super) fn replaced(
        &self,
        old: (FileKey, &Fingerprint),
        descriptor: Option<Arc<Descriptor>>,
        key: FileKey,
    ) {
        let mut places = self.places();
        let past = places.len().saturating_sub(1);
        if let Some(last) = places.last_mut() {
            *last.own() = match descriptor {
                Some(descriptor) if !self.0.open_files.is_crowded() => {
                    Place::Held(descriptor, Box::new(old.1.clone()))
                }
                _ => Place::Elsewhere(old.0, Box::new(old.1.clone())),
            };
        }
        places.push(Place::AtPath(key));
        // Lets go of the oldest; without a descriptor it may still be found by name.
        if let Some(place) = past.checked_sub(HELD_PER_FILE).and_then(|it| places.get_mut(it))
            && let own = place.own()
            && let Place::Held(descriptor, print) = own
        {
            *own = Place::Elsewhere(descriptor.key(), std::mem::take(print));
        }
    }

    /// The current generation goes on in another file.
    pub(super) fn moved_to(&self, key: FileKey) {
        if let Some(last) = self.places().last_mut() {
            *last.own() = Place::AtPath(key);
        }
    }

    /// The path no longer names the current generation. Keeps it open.
    pub(super) fn keep(&self, descriptor: Arc<Descriptor>) {
        if let Some(last) = self.places().last_mut() {
            *last.own() = Place::Held(descriptor, Box::default());
        }
    }

    /// No late lines of a past generation are expected any more: this is all that was read of it.
    pub(super) fn ended(&self, generation: u32, all: &Fingerprint) {
        if let Some(Place::Held(_, print) | Place::Elsewhere(_, print)) =
            self.places().get_mut(generation as usize).map(Place::own)
        {
            **print = all.clone();
        }
    }

    /// What was read of the generations before the current one.
    pub(super) fn past(&self) -> Vec<LifeRead> {
        let mut places = self.places();
        let past = places.len().saturating_sub(1);
        let read = |(at, place): (usize, &mut Place)| match place.own() {
            Place::Held(_, print) | Place::Elsewhere(_, print) | Place::Overwritten(print) => {
                Some(LifeRead { generation: at as u32, print: (**print).clone(), lives: false })
            }
            Place::AtPath(_) | Place::Twin(..) => None,
        };
        places[..past].iter_mut().enumerate().filter_map(read).collect()
    }

    /// From now on `generation` is read from `twin`, which has the same content in a generation of its own,
    /// as far as it goes.
    pub fn found_in(&self, generation: u32, twin: SourceFile, of_twin: u32) {
        if let Some(place) = self.places().get_mut(generation as usize) {
            let own = match std::mem::replace(place, Place::Overwritten(Box::default())) {
                Place::Twin(_, _, own) => own,
                own => Box::new(own),
            };
            *place = Place::Twin(twin, of_twin, own);
        }
    }

    fn twin(&self, generation: u32) -> Option<(SourceFile, u32)> {
        match self.places().get(generation as usize)? {
            Place::Twin(twin, generation, _) => Some((twin.clone(), *generation)),
            _ => None,
        }
    }

    /// Whether `candidate` is the file of a past generation under another name.
    pub(super) fn has_been(&self, candidate: &Descriptor) -> bool {
        self.places().iter_mut().any(|place| match place.own() {
            Place::Held(descriptor, _) => descriptor.key() == candidate.key(),
            Place::Elsewhere(key, print) => *key == candidate.key() && is_that(candidate, print),
            Place::AtPath(_) | Place::Overwritten(_) | Place::Twin(..) => false,
        })
    }

    fn places(&self) -> MutexGuard<'_, Vec<Place>> {
        self.0.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a file with the right inode is the file that was read: the inode may have been reused. Never asked
/// for a file of which nothing was read.
fn is_that(candidate: &Descriptor, print: &Fingerprint) -> bool {
    !print.is_empty() && print.matches_throughout(candidate.file()).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::descriptor::stat_path;

    use super::*;

    fn read(source: &SourceFile, generation: u32, offset: u64, len: usize) -> Result<String, ReadError> {
        let mut bytes = vec![1; 3];
        source
            .read(Read { generation, offset, len }, &mut bytes)
            .inspect_err(|_| assert!(bytes.is_empty()))?;
        Ok(String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn a_range_is_read_or_the_error_says_why_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.jsonl");
        fs::write(&path, "0123456789").unwrap();
        let key = stat_path(&path).unwrap().unwrap().key;
        let source = SourceFile::at_path(path.clone(), dir.path().into(), key, OpenFiles::of_process());
        assert_eq!(read(&source, 0, 2, 3).unwrap(), "234");
        assert_eq!(read(&source, 0, 10, 0).unwrap(), "");
        assert!(matches!(read(&source, 0, 8, 3), Err(ReadError::Truncated { offset: 8, len: 3, .. })));
        assert!(matches!(read(&source, 0, u64::MAX, usize::MAX), Err(ReadError::Truncated { .. })));
        assert!(matches!(read(&source, 1, 0, 1), Err(ReadError::Vanished { generation: 1, .. })));

        fs::rename(&path, dir.path().join("a.jsonl.1")).unwrap();
        assert_eq!(read(&source, 0, 2, 3).unwrap(), "234", "renamed, no poll has seen it yet");
        fs::remove_file(dir.path().join("a.jsonl.1")).unwrap();
        let error = read(&source, 0, 2, 3).unwrap_err();
        assert!(matches!(error, ReadError::Vanished { generation: 0, .. }));
        assert!(error.to_string().contains("a.jsonl' (generation 0) was deleted"), "{error}");

        source.overwritten(key, Fingerprint::default());
        let error = read(&source, 0, 2, 3).unwrap_err();
        assert!(
            error.to_string().ends_with(
                "no longer holds bytes 2 to 5: it was truncated or rewritten after they were read"
            ),
            "{error}"
        );
    }

    #[test]
    fn past_generations_are_kept_open_but_not_all_of_them() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, "00").unwrap();
        let mut descriptor = Arc::new(Descriptor::open(&path, &OpenFiles::of_process()).unwrap().unwrap());
        let source =
            SourceFile::at_path(path.clone(), dir.path().into(), descriptor.key(), OpenFiles::of_process());
        for generation in 1..=20 {
            fs::remove_file(&path).unwrap();
            // The inode of a deleted file soon belongs to another: only the content tells them apart.
            fs::write(&path, format!("{generation:02}")).unwrap();
            let next = Arc::new(Descriptor::open(&path, &OpenFiles::of_process()).unwrap().unwrap());
            let mut print = Fingerprint::default();
            print.push(format!("{:02}", generation - 1).as_bytes());
            source.replaced((descriptor.key(), &print), Some(descriptor), next.key());
            descriptor = next;
        }
        let held = (0..=20).filter_map(|it| read(&source, it, 0, 2).ok()).collect::<Vec<_>>();
        assert_eq!(held, (12..=20).map(|it| it.to_string()).collect::<Vec<_>>());
    }
}
