//! File events as a hint: they wake the next poll earlier, and nothing depends on them.
//!
//! Watches the *directories* of the files, because a watch on a file is lost when the file is replaced. Gives
//! no events on file systems for which the kernel has none (NFS, FUSE, shares); [`Watch::polling_because`]
//! then says why.
//!
//! Our own opening and reading of the files makes events too. Those never wake, or we would wake ourselves.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, MetadataKind, ModifyKind, RemoveKind, RenameMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// Which events of the watched directories matter.
#[derive(Debug, Default)]
struct Interest {
    /// Names of followed files; an event may give a path in another form than it was asked for.
    names: HashSet<OsString>,
    /// Directories in which anything new matters.
    directories: HashSet<PathBuf>,
    /// Something may appear that has to be found first: the followed files are not all there is.
    expects: bool,
}

impl Interest {
    fn covers(&self, path: &Path) -> bool {
        path.file_name().is_some_and(|it| self.names.contains(it))
            || path.parent().is_some_and(|it| self.directories.contains(it))
            || self.directories.contains(path)
    }
}

/// The files to which something may have happened since the last question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    names: HashSet<OsString>,
    all: bool,
}

impl Changed {
    /// Nothing is known: any may have changed.
    pub fn anything() -> Self {
        Self { names: HashSet::new(), all: true }
    }

    /// Whether events named the file with this path, or a file in a watched directory that it links to.
    pub fn names(&self, path: &Path) -> bool {
        self.all || path.file_name().is_some_and(|it| self.names.contains(it))
    }

    fn is_empty(&self) -> bool {
        !self.all && self.names.is_empty()
    }

    /// Adds an event. Returns whether it is news.
    fn add(&mut self, event: &notify::Result<Event>) -> bool {
        let paths = match event {
            Ok(event) if !event.need_rescan() && !event.paths.is_empty() && !removes_directory(event) => {
                &event.paths
            }
            _ => return !std::mem::replace(&mut self.all, true),
        };
        let names = paths.iter().filter_map(|it| it.file_name());
        names.fold(false, |is_new, it| self.names.insert(it.to_owned()) | is_new)
    }
}

/// The shortest rest after a wake: a poll finds all that came meanwhile.
const REST: Duration = Duration::from_millis(80);
/// An event taken so soon after another one had waited in the queue.
const BATCH: Duration = Duration::from_millis(1);
/// The longest rest, whatever [`Watch::rest_until`] says.
const LONGEST_REST: Duration = Duration::from_millis(330);

/// The longest rest where a file may appear: it may be gone again soon.
const EXPECTING_REST: Duration = Duration::from_millis(40);

/// What the next poll waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum News {
    /// File events, if there are any.
    #[default]
    Events,
    /// The clock alone.
    Polling,
}

/// Watches directories and calls back.
pub struct Watch {
    watcher: Option<RecommendedWatcher>,
    watched: BTreeSet<PathBuf>,
    interest: Arc<Mutex<Interest>>,
    /// A watched directory was removed, and its watch with it.
    stale: Arc<AtomicBool>,
    /// Until when nothing need be reported.
    rest: Arc<Mutex<Option<Instant>>>,
    /// Whether directories are being added. Adding waits for the notifying thread, which must not rest then.
    adding: Arc<AtomicBool>,
    /// What was reported since the last question.
    changed: Arc<Mutex<Changed>>,
    /// A file appeared since the last question.
    appeared: Arc<AtomicBool>,
    problem: Option<String>,
}

impl Watch {
    /// Calls `wake` whenever there is `news`: see [`Watch::new`].
    pub fn of(news: News, wake: impl Fn() + Send + 'static) -> Self {
        match news {
            News::Events => Self::new(wake),
            News::Polling => Self {
                watcher: None,
                watched: BTreeSet::new(),
                interest: Arc::default(),
                stale: Arc::default(),
                rest: Arc::default(),
                adding: Arc::default(),
                changed: Arc::default(),
                appeared: Arc::default(),
                problem: Some("as asked".to_owned()),
            },
        }
    }

    /// Calls `wake`, from a thread of `notify`, whenever a poll may find something. `wake` must be quick.
    pub fn new(wake: impl Fn() + Send + 'static) -> Self {
        let interest = Arc::<Mutex<Interest>>::default();
        let stale = Arc::<AtomicBool>::default();
        let rest = Arc::<Mutex<Option<Instant>>>::default();
        let changed = Arc::<Mutex<Changed>>::default();
        let adding = Arc::<AtomicBool>::default();
        let appeared = Arc::<AtomicBool>::default();
        let handler = {
            let (interest, stale) = (interest.clone(), stale.clone());
            let (rest, changed, adding) = (rest.clone(), changed.clone(), adding.clone());
            let appeared = appeared.clone();
            let mut ended: Option<Instant> = None;
            move |event: notify::Result<Event>| {
                if event.as_ref().map_or(true, |it| it.need_rescan() || removes_directory(it)) {
                    stale.store(true, Ordering::Relaxed);
                }
                let expects = {
                    let interest = lock(&interest);
                    if !is_news(&event, &interest) {
                        return;
                    }
                    interest.expects
                };
                // What appears is opened at once: it may be renamed or deleted before the next look.
                let appears = expects && event.as_ref().is_ok_and(makes_name);
                appeared.fetch_or(appears, Ordering::Relaxed);
                let (is_first, is_new) = {
                    let mut changed = lock(&changed);
                    (changed.is_empty(), changed.add(&event))
                };
                let more = lock(&rest).map(|it| it.saturating_duration_since(Instant::now()));
                let is_awaited = adding.load(Ordering::Relaxed);
                let longest = match (is_awaited || appears, expects) {
                    (true, _) => Duration::ZERO,
                    (false, true) => EXPECTING_REST,
                    (false, false) => LONGEST_REST,
                };
                let more = more.unwrap_or_default().min(longest);
                // A busy file makes an event for every record; while we sleep the kernel merges them. But
                // others may be in the queue and may have waited long enough.
                let queued = ended.is_some_and(|it| it.elapsed() < BATCH);
                if is_first || appears {
                    std::thread::sleep(more);
                    wake();
                } else if !is_new && !queued && !is_awaited {
                    std::thread::sleep(more.max(REST.min(longest)));
                }
                ended = Some(Instant::now());
            }
        };
        let (watcher, problem) = match notify::recommended_watcher(handler) {
            Ok(watcher) => (Some(watcher), None),
            Err(error) => (None, Some(reason(&error))),
        };
        Self { watcher, watched: BTreeSet::new(), interest, stale, rest, adding, changed, appeared, problem }
    }

    /// Nothing need be reported before `until`: what is found earlier would not be shown earlier. A fraction
    /// of a second at most.
    pub fn rest_until(&self, until: Instant) {
        *lock(&self.rest) = Some(until);
    }

    /// Whether something watched went away and needs to be covered again.
    pub fn is_stale(&self) -> bool {
        self.stale.load(Ordering::Relaxed)
    }

    /// Whether a file appeared where one may since [`Watch::forget_appeared`].
    pub fn has_appeared(&self) -> bool {
        self.appeared.load(Ordering::Relaxed)
    }

    /// Files are about to be looked for.
    pub fn forget_appeared(&self) {
        self.appeared.store(false, Ordering::Relaxed);
    }

    /// What was reported since the last call.
    pub fn take_changed(&self) -> Changed {
        std::mem::take(&mut *lock(&self.changed))
    }

    /// Watches `files` for changes, and `directories` for new files and the places of what is `awaited`. Repeat it after
    /// each scan: what is watched already costs nothing, and what was lost is watched again. Returns whether something is
    /// watched that was not before: what appeared there meanwhile made no event.
    pub fn cover<'a>(
        &mut self,
        files: impl IntoIterator<Item = &'a Path>,
        directories: impl IntoIterator<Item = &'a Path>,
        awaited: impl IntoIterator<Item = &'a Path>,
    ) -> bool {
        let mut wanted = BTreeSet::new();
        let mut awaited = awaited.into_iter().peekable();
        let mut expects = awaited.peek().is_some();
        for file in files.into_iter().chain(awaited) {
            // The path itself, and the file that a link leads to.
            for path in [absolute(file), file.canonicalize().ok()].into_iter().flatten() {
                if let (Some(parent), Some(name)) = (path.parent(), path.file_name()) {
                    wanted.insert(parent.to_owned());
                    lock(&self.interest).names.insert(name.to_owned());
                }
            }
        }
        for path in directories.into_iter().flat_map(|it| [absolute(it), it.canonicalize().ok()]).flatten() {
            lock(&self.interest).directories.insert(path.clone());
            expects = true;
            wanted.insert(path);
        }
        lock(&self.interest).expects = expects;
        if self.stale.swap(false, Ordering::Relaxed) {
            self.watched.clear();
        }
        self.adding.store(true, Ordering::Relaxed);
        let before = self.watched.len();
        for directory in wanted {
            self.watch(directory);
        }
        self.adding.store(false, Ordering::Relaxed);
        self.watched.len() > before
    }

    /// Why changes are found only by polling, in a few words; `None` while events can be expected.
    pub fn polling_because(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    fn watch(&mut self, directory: PathBuf) {
        let Some(watcher) = &mut self.watcher else { return };
        if self.watched.contains(&directory) || !directory.is_dir() {
            return;
        }
        if let Some(system) = without_events(&directory) {
            self.problem = Some(format!("{system} tells of no changes"));
        }
        if let Err(error) = watcher.watch(&directory, RecursiveMode::NonRecursive) {
            self.problem = Some(reason(&error));
        }
        // Also after a failure, which is reported once and not tried again every second.
        self.watched.insert(directory);
    }
}

/// Whether an event is worth a poll.
fn is_news(event: &notify::Result<Event>, interest: &Interest) -> bool {
    let Ok(event) = event else { return true };
    if event.need_rescan() || removes_directory(event) {
        return true;
    }
    let changes = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(MetadataKind::AccessTime)) => false,
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    };
    changes && (event.paths.is_empty() || event.paths.iter().any(|it| interest.covers(it)))
}

/// Whether a name is there that was not before.
fn makes_name(event: &Event) -> bool {
    match event.kind {
        EventKind::Create(_) => true,
        EventKind::Modify(ModifyKind::Name(mode)) => mode != RenameMode::From,
        _ => false,
    }
}

fn removes_directory(event: &Event) -> bool {
    matches!(event.kind, EventKind::Remove(RemoveKind::Folder))
}

fn reason(error: &notify::Error) -> String {
    match &error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "the limit of file watches is reached (inotify max_user_watches)".into()
        }
        notify::ErrorKind::Io(error) => format!("file events are not available: {error}"),
        _ => format!("file events are not available: {error}"),
    }
}

fn absolute(path: &Path) -> Option<PathBuf> {
    std::path::absolute(path).ok()
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The name of the file system at `directory`, if changes made by other machines raise no events there.
#[cfg(target_os = "linux")]
fn without_events(directory: &Path) -> Option<&'static str> {
    // `f_type` of statfs(2); the numbers are from linux/magic.h and the sources of the file systems.
    const SYSTEMS: [(u32, &str); 11] = [
        (0x6969, "NFS"),
        (0x517B, "SMB"),
        (0xFF53_4D42, "CIFS"),
        (0xFE53_4D42, "SMB"),
        (0x6573_5546, "FUSE"),
        (0x0102_1997, "9P"),
        (0x00C3_6400, "Ceph"),
        (0x0BD0_0BD0, "Lustre"),
        (0x4750_4653, "GPFS"),
        (0x5346_414F, "AFS"),
        (0x786F_4256, "a shared folder"),
    ];
    // The width and sign of the field differ between architectures; the numbers have 32 bits.
    let kind = rustix::fs::statfs(directory).ok()?.f_type as u32;
    SYSTEMS.iter().find(|it| it.0 == kind).map(|it| it.1)
}

#[cfg(not(target_os = "linux"))]
fn without_events(_: &Path) -> Option<&'static str> {
    None
}

#[cfg(test)]
mod tests;
