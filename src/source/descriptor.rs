//! Open files, counted: a thousand logs must not need a thousand descriptors.
//!
//! Every file is opened through [`Descriptor`]. While few files are open they stay open, so that a file can
//! be read to its end after it is renamed or deleted. Once [`OpenFiles`] is crowded, the holders close their
//! files and open them again when there is something to read.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::UNIX_EPOCH;

use rustix::fs::OFlags;
use rustix::process::{Resource, getrlimit};

use super::follow::{FileKey, Stamp, Stat};

/// How many files may stay open when nobody reads them; clones share one count.
#[derive(Clone, Debug)]
pub struct OpenFiles(Arc<Count>);

#[derive(Debug)]
struct Count {
    open: AtomicUsize,
    most: usize,
}

impl OpenFiles {
    /// At most `most` files stay open; 0 closes each one as soon as it is read.
    pub fn at_most(most: usize) -> Self {
        Self(Arc::new(Count { open: AtomicUsize::new(0), most }))
    }

    /// The count that the whole process shares: a quarter of the descriptors that the process may have.
    pub fn of_process() -> Self {
        static SHARED: LazyLock<OpenFiles> = LazyLock::new(|| {
            let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
            OpenFiles::at_most(usize::try_from(limit / 4).map_or(1024, |it| it.clamp(32, 1024)))
        });
        SHARED.clone()
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        self.0.open.load(Ordering::Relaxed)
    }

    /// Whether a file that is not being read should be closed.
    pub(super) fn is_crowded(&self) -> bool {
        self.count() > self.0.most
    }

    /// Whether a file that has been silent for long should make room.
    pub(super) fn is_filling(&self) -> bool {
        self.count() > self.0.most / 2
    }
}

/// An open regular file.
#[derive(Debug)]
pub(super) struct Descriptor {
    file: File,
    key: FileKey,
    open_files: OpenFiles,
}

impl Descriptor {
    /// Opens the regular file at `path`; `None` if there is none.
    pub(super) fn open(path: &Path, open_files: &OpenFiles) -> io::Result<Option<Self>> {
        // Non-blocking, because opening a named pipe that took the path's place would wait for a writer.
        let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
        let Some(file) = present(OpenOptions::new().read(true).custom_flags(flags).open(path))? else {
            return Ok(None);
        };
        let metadata = file.metadata()?;
        if metadata.is_file() { Self::of(file, open_files).map(Some) } else { Ok(None) }
    }

    /// Counts a file that was opened elsewhere.
    pub(super) fn of(file: File, open_files: &OpenFiles) -> io::Result<Self> {
        let key = stat_of(&file.metadata()?).key;
        open_files.0.open.fetch_add(1, Ordering::Relaxed);
        Ok(Self { file, key, open_files: open_files.clone() })
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn key(&self) -> FileKey {
        self.key
    }

    pub(super) fn stat(&self) -> io::Result<Stat> {
        Ok(stat_of(&self.file.metadata()?))
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        self.open_files.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The `stat` of the regular file at `path`; `None` if there is none.
pub(super) fn stat_path(path: &Path) -> io::Result<Option<Stat>> {
    Ok(present(path.metadata())?.and_then(|it| regular(&it)))
}

/// The file `key` in the directory `home`, under any name: a rotation may have renamed it.
pub(super) fn find(home: &Path, key: FileKey, open_files: &OpenFiles) -> Option<Descriptor> {
    let renamed = home
        .read_dir()
        .ok()?
        .flatten()
        .find(|entry| entry.metadata().is_ok_and(|it| it.is_file() && stat_of(&it).key == key))?;
    Descriptor::open(&renamed.path(), open_files).ok().flatten().filter(|it| it.key == key)
}

fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        // A file that was deleted on the server of a network file system.
        Err(error) if error.kind() == io::ErrorKind::StaleNetworkFileHandle => Ok(None),
        Err(error) => Err(error),
    }
}

fn regular(metadata: &Metadata) -> Option<Stat> {
    metadata.is_file().then(|| stat_of(metadata))
}

fn stat_of(metadata: &Metadata) -> Stat {
    let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    let born = metadata.created().ok().and_then(|it| it.duration_since(UNIX_EPOCH).ok());
    let born = born.and_then(|it| i128::try_from(it.as_nanos()).ok());
    Stat {
        key: FileKey { device: metadata.dev(), inode: metadata.ino(), born },
        size: metadata.size(),
        stamp: Stamp {
            modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        },
        links: metadata.nlink(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn only_regular_files_are_there() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        fs::write(&file, "x").unwrap();
        let check = |path: &Path, there: bool| {
            assert_eq!(stat_path(path).unwrap().is_some(), there, "stat {}", path.display());
            assert_eq!(
                Descriptor::open(path, &OpenFiles::of_process()).unwrap().is_some(),
                there,
                "open {}",
                path.display()
            );
        };
        check(&file, true);
        check(&dir.path().join("b"), false);
        check(&file.join("c"), false);
        check(dir.path(), false);
    }

    #[test]
    fn a_renamed_file_is_found_in_its_directory() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        fs::write(&file, "x").unwrap();
        let key = stat_path(&file).unwrap().unwrap().key;
        fs::rename(&file, dir.path().join("a.1")).unwrap();
        fs::write(&file, "y").unwrap();
        let open_files = OpenFiles::at_most(0);
        let found = find(dir.path(), key, &open_files).unwrap();
        assert_eq!(found.stat().unwrap().key, key);
        assert!(open_files.is_crowded());
        drop(found);
        assert_eq!(open_files.count(), 0);
        fs::remove_file(dir.path().join("a.1")).unwrap();
        assert!(find(dir.path(), key, &open_files).is_none());
    }
}
