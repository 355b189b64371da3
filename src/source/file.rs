//! A followed file: looks at the disk, asks [`super::follow`] what to do, and does it.
//!
//! ```text
//! poll: stat the path -> (fingerprint check) -> Follow::step -> read / rewind / restart / replace -> again
//! ```
//!
//! A file that was replaced or rotated away stays open for a while as a *retired* one, because a process that
//! still holds it may write a last line. Files stay open while there is room for them (see
//! [`super::OpenFiles`]).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::descriptor::{Descriptor, find, stat_path};
use super::fingerprint::Fingerprint;
use super::follow::{Action, Check, FileKey, Follow, Observation, RestartReason, Stat};
use super::source_file::SourceFile;
use super::{LifeRead, Progress, Tail, TailEvent};

mod options;
mod stream;

pub use options::{Accept, Framing, TailOptions};
pub(super) use stream::Stream;

/// A file without news for this long is closed if others need the room; the next change opens it again.
const IDLE_CLOSE: Duration = Duration::from_secs(60);

/// How many replaced files are watched for late lines at once.
const RETIRED: usize = 16;

/// How many steps other than reading one poll takes, so that a path replaced without end cannot hold it.
const TURNS: usize = 16;

/// A file followed by its path.
pub struct TailFile {
    path: PathBuf,
    /// The directory that holds the file itself, after following symbolic links.
    home: PathBuf,
    options: TailOptions,
    follow: Follow,
    stream: Stream,
    retired: Vec<Stream>,
    source: SourceFile,
    /// Whether its directory was searched for the followed file since the path last named it.
    searched: bool,
}

impl TailFile {
    /// Follows the file at `path` from its beginning. Reads nothing yet.
    ///
    /// # Errors
    /// If there is no regular file at `path`, or its metadata cannot be read.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::open_with(path, TailOptions::default())
    }

    /// As [`TailFile::open`], with options.
    ///
    /// # Errors
    /// If there is no regular file at `path`, or its metadata cannot be read.
    pub fn open_with(path: &Path, options: TailOptions) -> io::Result<Self> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, format!("no file '{}'", path.display()));
        let key = stat_path(path)?.ok_or_else(missing)?.key;
        let home = home_of(path);
        Ok(Self {
            source: SourceFile::at_path(path.to_owned(), home.clone(), key, options.open_files.clone()),
            path: path.to_owned(),
            home,
            follow: Follow::new(key),
            stream: Stream::new(0, &options, None),
            retired: Vec::new(),
            options,
            searched: false,
        })
    }

    /// Continues at `offset`, where a line begins, as if the lines before it had been handed on: somebody
    /// else reads those. Call it before the first poll.
    ///
    /// # Errors
    /// If the file cannot be read or is shorter. It is then followed from its beginning.
    pub fn begin_at(&mut self, offset: u64) -> io::Result<()> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, "the file was replaced");
        let descriptor = self.descriptor()?.ok_or_else(missing)?;
        let print = Fingerprint::of_prefix(descriptor.file(), offset)?;
        let stream = Stream::new(0, &self.options, Some(descriptor));
        self.stream = Stream { lines: stream.lines.behind(print), ..stream };
        Ok(())
    }

    /// The followed path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The current generation: how often the file began anew.
    pub fn generation(&self) -> u32 {
        self.stream.lines.generation()
    }

    /// Whether the path names no file at present.
    pub fn is_gone(&self) -> bool {
        self.follow.is_missing()
    }

    /// As [`Tail::has_read`].
    pub fn has_read(&self, path: &Path) -> bool {
        if path == self.path {
            return true;
        }
        let Ok(Some(candidate)) = Descriptor::open(path, &self.options.open_files) else { return false };
        let is_current = || {
            let size = candidate.stat().map_or(0, |it| it.size);
            self.follow.key() == candidate.key()
                && self.stream.lines.position().delivered > 0
                && matches!(self.stream.lines.check(candidate.file(), size, true), Ok(Check::Same))
        };
        is_current() || self.source.has_been(&candidate)
    }

    /// Reads what late writers have added to replaced files. Gives up a file that cannot be read.
    fn poll_retired(&mut self, now: Duration, left: &mut usize, sink: &mut dyn FnMut(TailEvent<'_>)) {
        let mut at = 0;
        while at < self.retired.len() {
            let too_many = self.retired.len() > RETIRED;
            let old = &mut self.retired[at];
            let size = old.size().unwrap_or(0);
            let read = old.lines.position().read;
            let mut failed = size < read;
            if size > read
                && *left > 0
                && let Some(descriptor) = &old.descriptor
            {
                match old.lines.read(descriptor.file(), size, *left, sink) {
                    Ok(got) => *left = left.saturating_sub(got),
                    Err(_) => failed = true,
                }
                old.grown = Some(now);
            }
            let over = !old.is_behind()
                && (old.quiet_for(now) >= self.options.grace || self.options.open_files.is_crowded());
            if failed || over || too_many {
                let mut old = self.retired.remove(at);
                old.lines.close(&*self.options.accept, sink);
                self.source.ended(old.lines.generation(), old.lines.fingerprint());
            } else {
                old.settle(now, &self.options, sink);
                old.lines.relax();
                at += 1;
            }
        }
    }

    /// Looks at the path and at the followed file, and compares as far as needed.
    fn observe(&mut self, now: Duration) -> io::Result<(Observation, Option<Arc<Descriptor>>)> {
        let path = stat_path(&self.path)?;
        let at_path = path.filter(|it| it.key == self.follow.key());
        let position = self.stream.lines.position();
        let mut seen = Observation {
            now,
            path,
            open: None,
            position,
            check: Check::NotAsked,
            successor: Check::NotAsked,
        };
        let mut successor = None;
        if at_path.is_some() {
            self.searched = false;
            if !self.options.open_files.is_filling() {
                // Also if there is nothing to read yet: only a descriptor lets us read a deleted file to its
                // end.
                self.descriptor()?;
            }
        } else {
            if self.stream.descriptor.is_none() && !self.searched {
                self.searched = true;
                self.stream.descriptor = self.find_renamed().map(Arc::new);
            }
            seen.open = self.stream.descriptor.as_ref().map(|it| it.stat()).transpose()?;
            let is_drained = seen.open.is_none_or(|it| it.size <= position.read);
            if let Some(next) = path.filter(|_| is_drained) {
                successor = Descriptor::open(&self.path, &self.options.open_files)?
                    .filter(|it| it.key() == next.key)
                    .map(Arc::new);
                if let Some(successor) = &successor {
                    seen.successor = self.stream.lines.check(successor.file(), next.size, true)?;
                }
            }
        }
        if let Some(stat) = at_path.or(seen.open)
            && self.follow.needs_check(now, &stat, position)
            && let Some(descriptor) = self.descriptor()?
        {
            seen.check = self.stream.lines.check(descriptor.file(), stat.size, false)?;
        }
        Ok((seen, successor))
    }

    /// The followed file under another name in its directory. Its inode may by now belong to another file, so
    /// the content must match. If nothing was handed on, there is nothing to match, and the time of birth
    /// must do.
    fn find_renamed(&self) -> Option<Descriptor> {
        let found = find(&self.home, self.follow.key(), &self.options.open_files)?;
        let size = found.stat().ok()?.size;
        let position = self.stream.lines.position();
        let trusted = if position.delivered == 0 {
            found.key().born.is_some()
        } else {
            self.stream.lines.check(found.file(), size, true).ok()? != Check::Changed
        };
        trusted.then_some(found)
    }

    /// The followed file, opened if need be; `None` if the path has just come to name another one.
    fn descriptor(&mut self) -> io::Result<Option<Arc<Descriptor>>> {
        if self.stream.descriptor.is_none() {
            let key = self.follow.key();
            self.stream.descriptor = Descriptor::open(&self.path, &self.options.open_files)?
                .filter(|it| it.key() == key)
                .map(Arc::new);
        }
        Ok(self.stream.descriptor.clone())
    }

    /// A new generation of the same file.
    fn restart(&mut self, reason: RestartReason, sink: &mut dyn FnMut(TailEvent<'_>)) {
        self.stream.lines.close(&*self.options.accept, sink);
        let print = self.stream.lines.fingerprint().clone();
        let generation = self.generation() + 1;
        let descriptor = self.stream.descriptor.take();
        self.stream = Stream::new(generation, &self.options, descriptor);
        let file = self.follow.key();
        self.source.overwritten(file, print);
        sink(TailEvent::Restart { generation, reason, file });
    }

    /// Begins a new generation in another file and retires the old one.
    fn replace(
        &mut self,
        old: Stat,
        next: Option<Arc<Descriptor>>,
        reason: RestartReason,
        now: Duration,
        sink: &mut dyn FnMut(TailEvent<'_>),
    ) {
        let generation = self.generation() + 1;
        let mut old_stream =
            std::mem::replace(&mut self.stream, Stream::new(generation, &self.options, next));
        self.source.replaced(
            (old.key, old_stream.lines.fingerprint()),
            old_stream.descriptor.clone(),
            self.follow.key(),
        );
        self.home = home_of(&self.path);
        sink(TailEvent::Restart { generation, reason, file: self.follow.key() });
        if old_stream.descriptor.is_some() && !self.options.open_files.is_crowded() {
            old_stream.grown = Some(now);
            self.retired.push(old_stream);
        } else {
            old_stream.lines.close(&*self.options.accept, sink);
        }
    }

    /// Carries out what [`Follow`] decided, other than `Idle` and `Read`.
    fn carry_out(
        &mut self,
        action: Action,
        seen: &Observation,
        old: Stat,
        next: Option<Arc<Descriptor>>,
        sink: &mut dyn FnMut(TailEvent<'_>),
    ) {
        match action {
            Action::Idle | Action::Read { .. } => {}
            Action::Rewind { .. } => {
                self.stream.lines.rewind();
                self.stream.refused = None;
            }
            Action::Restart { reason } => self.restart(reason, sink),
            Action::Adopt => {
                self.stream.descriptor = next;
                self.source.moved_to(self.follow.key());
                self.home = home_of(&self.path);
            }
            Action::Replace { reason } => self.replace(old, next, reason, seen.now, sink),
            Action::Gone => {
                if let Some(descriptor) = &self.stream.descriptor {
                    self.source.keep(descriptor.clone());
                }
                sink(TailEvent::Gone);
            }
            Action::Returned => {
                self.source.moved_to(self.follow.key());
                sink(TailEvent::Returned);
            }
        }
    }

    /// Follows the current generation and its successors.
    fn poll_current(
        &mut self,
        now: Duration,
        budget: usize,
        sink: &mut dyn FnMut(TailEvent<'_>),
    ) -> io::Result<Progress> {
        let mut left = budget;
        let mut turns = TURNS;
        let mut idle = false;
        let mut size = self.stream.lines.position().read;
        while left > 0 && turns > 0 && !idle {
            let (seen, next) = self.observe(now)?;
            let followed = seen.path.filter(|it| it.key == self.follow.key()).or(seen.open);
            size = followed.map_or(seen.position.read, |it| it.size);
            let unknown = Stat { key: self.follow.key(), size, stamp: Default::default(), links: 0 };
            match self.follow.step(&seen) {
                Action::Idle => idle = true,
                Action::Read { to, .. } => {
                    let Some(descriptor) = self.descriptor()? else { break };
                    let got = self.stream.lines.read(descriptor.file(), to, left, sink)?;
                    if got == 0 && self.stream.lines.position().read < to {
                        // The file became shorter since the look at it: the next poll will see.
                        break;
                    }
                    left = left.saturating_sub(got);
                    self.stream.grown = Some(now);
                }
                action => {
                    turns -= 1;
                    self.carry_out(action, &seen, followed.unwrap_or(unknown), next, sink);
                }
            }
        }
        self.stream.grown.get_or_insert(now);
        let caught_up = idle && !self.retired.iter().any(Stream::is_behind);
        if idle {
            self.stream.settle(now, &self.options, sink);
        }
        self.release(now, idle);
        Ok(Progress { caught_up, offset: self.stream.lines.position().read, size })
    }

    /// After a poll: what can be given back.
    fn release(&mut self, now: Duration, caught_up: bool) {
        self.stream.lines.relax();
        let open_files = &self.options.open_files;
        // A silent file makes room for others, unless it could not be opened again because it has no path.
        let silent = self.stream.quiet_for(now) >= IDLE_CLOSE && !self.is_gone();
        if caught_up && (open_files.is_crowded() || open_files.is_filling() && silent) {
            self.stream.descriptor = None;
        }
    }
}

impl Tail for TailFile {
    fn poll(
        &mut self,
        now: Duration,
        budget: usize,
        sink: &mut dyn FnMut(TailEvent<'_>),
    ) -> io::Result<Progress> {
        // At most half goes to late lines: a process that never lets go of an old file must not starve the
        // new one.
        let mut left_for_late = budget / 2;
        self.poll_retired(now, &mut left_for_late, sink);
        let left = (budget - budget / 2 + left_for_late).max(1);
        let progress = self.poll_current(now, left, sink);
        if progress.as_ref().is_err_and(|it| it.kind() == io::ErrorKind::StaleNetworkFileHandle) {
            // Deleted on the file server: the next poll opens the path anew and compares.
            self.stream.descriptor = None;
        }
        progress
    }

    fn finish(&mut self, sink: &mut dyn FnMut(TailEvent<'_>)) {
        for stream in self.retired.iter_mut().chain([&mut self.stream]) {
            stream.lines.settle(&|_| true, sink);
        }
    }

    fn source(&self) -> SourceFile {
        self.source.clone()
    }

    fn has_read(&self, path: &Path) -> bool {
        TailFile::has_read(self, path)
    }

    fn lives(&self) -> Vec<LifeRead> {
        let of = |stream: &Stream, lives: bool| LifeRead {
            generation: stream.lines.generation(),
            print: stream.lines.fingerprint().clone(),
            lives,
        };
        let late: Vec<LifeRead> = self.retired.iter().map(|it| of(it, false)).collect();
        let past = self.source.past();
        let past = past.into_iter().filter(|it| late.iter().all(|late| late.generation != it.generation));
        past.chain(late.iter().cloned()).chain([of(&self.stream, !self.is_gone())]).collect()
    }

    fn identity(&self) -> Option<FileKey> {
        Some(self.follow.key())
    }
}

/// The directory of the file that `path` leads to.
fn home_of(path: &Path) -> PathBuf {
    let file = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}
