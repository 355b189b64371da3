//! What to do next about a followed path: a pure state machine, without IO.
//!
//! ```text
//! what stat said of the path and of the open file,   ->  step  ->  Action
//! what comparing the fingerprints gave
//! ```
//!
//! It follows the path, not the inode. An inode alone identifies nothing, because it is reused; nor does a
//! size, because a file may be rewritten to the same size. When the path comes to name another file, the old
//! one is read to its end first.

use std::time::Duration;

/// For this long after a change every step compares the fingerprint, even with an unchanged stamp: a file
/// system may keep times no finer than two seconds, and a rewrite within one tick keeps the stamp.
pub const UNSETTLED: Duration = Duration::from_secs(2);

/// What identifies a file. While it is open no other file has the same key. After it is deleted, another file
/// gets its inode; the two differ in the time of birth, if the file system keeps that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileKey {
    /// The device.
    pub device: u64,
    /// The inode on it.
    pub inode: u64,
    /// When it was created, nanoseconds since the Unix epoch by the clock of its file system.
    pub born: Option<i128>,
}

/// When a file last changed, nanoseconds since the Unix epoch by the clock of its file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Stamp {
    /// Last change of the content (a program can set this time).
    pub modified: i128,
    /// Last change of content or metadata (a program cannot set this time).
    pub changed: i128,
}

/// What `stat` says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Which file.
    pub key: FileKey,
    /// Its size in bytes.
    pub size: u64,
    /// When it was touched.
    pub stamp: Stamp,
    /// How many names it has: 0 after it was deleted or replaced.
    pub links: u64,
}

/// How much of the followed file was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Position {
    /// Bytes read, with a partial last line.
    pub read: u64,
    /// End of the last line handed on.
    pub delivered: u64,
}

/// The result of comparing a file with the fingerprint of what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Not compared: [`Follow::needs_check`] did not ask.
    NotAsked,
    /// It holds what was read.
    Same,
    /// It holds what was handed on, but the partial last line was taken back or changed.
    PartialChanged,
    /// It holds something else.
    Changed,
}

/// One look at the world.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    /// Monotonic time.
    pub now: Duration,
    /// The file that the path names.
    pub path: Option<Stat>,
    /// The followed file if the path names another file or none, and it is still open or was found elsewhere.
    pub open: Option<Stat>,
    /// How much of the followed file was read.
    pub position: Position,
    /// The followed file against what was read of it.
    pub check: Check,
    /// The file that the path names, if it is another one, compared with what was read of the followed one.
    pub successor: Check,
}

/// Why a file begins anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestartReason {
    /// Same file, now shorter than what was read.
    Truncated,
    /// Same file, not shorter, other content.
    Rewritten,
    /// The path names another file; the old one lives on under another name.
    Rotated,
    /// The path names another file; the old one has no name left.
    Replaced,
    /// The path named nothing for a while, then another file.
    Recreated,
}

impl RestartReason {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            RestartReason::Truncated => "truncated",
            RestartReason::Rewritten => "rewritten",
            RestartReason::Rotated => "rotated",
            RestartReason::Replaced => "replaced",
            RestartReason::Recreated => "recreated",
        }
    }
}

impl std::fmt::Display for RestartReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            RestartReason::Truncated => "it was truncated",
            RestartReason::Rewritten => "it was rewritten in place",
            RestartReason::Rotated => "it was rotated",
            RestartReason::Replaced => "it was replaced",
            RestartReason::Recreated => "it was deleted and made again",
        })
    }
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing until the next look.
    Idle,
    /// Read these bytes of the followed file.
    Read {
        /// From here: what was read before.
        from: u64,
        /// To here, its size.
        to: u64,
    },
    /// Forget the partial last line and read again from here.
    Rewind {
        /// End of the last line handed on.
        to: u64,
    },
    /// A new generation of the followed file begins at 0.
    Restart {
        /// Why.
        reason: RestartReason,
    },
    /// The path's file continues the followed one (a copy with more at its end, as rsync leaves it): open it
    /// and continue at the same offset.
    Adopt,
    /// The followed file is read to its end: open the path's file as a new generation.
    Replace {
        /// Why.
        reason: RestartReason,
    },
    /// The path names no file any more, and the open file is read to its end.
    Gone,
    /// The path names a file again; look again.
    Returned,
}

/// The state: which file is followed and how it looked.
#[derive(Clone, Debug)]
pub struct Follow {
    key: FileKey,
    /// Size and stamp at the last step; `None` once they prove nothing.
    remembered: Option<(u64, Stamp)>,
    unsettled_until: Duration,
    missing: bool,
    was_missing: bool,
}

impl Follow {
    /// Follows the file `key` from its beginning.
    pub fn new(key: FileKey) -> Self {
        Self { key, remembered: None, unsettled_until: Duration::ZERO, missing: false, was_missing: false }
    }

    /// The followed file.
    pub fn key(&self) -> FileKey {
        self.key
    }

    /// Whether the path named no file at the last step.
    pub fn is_missing(&self) -> bool {
        self.missing
    }

    /// Whether the followed file, looking like `stat`, must be compared with what was read of it.
    pub fn needs_check(&self, now: Duration, stat: &Stat, position: Position) -> bool {
        position.read > 0
            && stat.size >= position.delivered
            && (now < self.unsettled_until || self.remembered != Some((stat.size, stat.stamp)))
    }

    /// Decides. The caller must carry out every answer except `Idle` before the next step.
    pub fn step(&mut self, seen: &Observation) -> Action {
        match seen.path {
            None => match seen.open.map_or(Action::Idle, |stat| self.examine(&stat, seen)) {
                Action::Idle if !self.missing => {
                    self.missing = true;
                    Action::Gone
                }
                action => action,
            },
            Some(_) if self.missing => {
                self.missing = false;
                self.was_missing = true;
                self.remembered = None;
                Action::Returned
            }
            Some(path) if path.key == self.key => {
                let action = self.examine(&path, seen);
                self.was_missing = false;
                action
            }
            Some(path) => match seen.open.map_or(Action::Idle, |stat| self.examine(&stat, seen)) {
                Action::Idle => self.succeed(path, seen),
                action => action,
            },
        }
    }

    /// The followed file itself.
    fn examine(&mut self, stat: &Stat, seen: &Observation) -> Action {
        let Position { read, delivered } = seen.position;
        let content = if stat.size < delivered { Check::Changed } else { seen.check };
        let action = match content {
            Check::Changed => Action::Restart {
                reason: match stat.size < delivered {
                    _ if self.was_missing => RestartReason::Recreated,
                    true => RestartReason::Truncated,
                    false => RestartReason::Rewritten,
                },
            },
            Check::PartialChanged => Action::Rewind { to: delivered },
            Check::Same | Check::NotAsked if stat.size < read => Action::Rewind { to: delivered },
            Check::Same | Check::NotAsked if stat.size > read => Action::Read { from: read, to: stat.size },
            Check::Same | Check::NotAsked => Action::Idle,
        };
        if self.remembered != Some((stat.size, stat.stamp)) {
            self.remembered = Some((stat.size, stat.stamp));
            self.unsettled_until = seen.now + UNSETTLED;
        }
        action
    }

    /// Another file has taken the path, and the followed one is read to its end.
    fn succeed(&mut self, path: Stat, seen: &Observation) -> Action {
        // If nothing was handed on, anything would be a continuation; and the old file may still get lines.
        let continues = seen.position.delivered > 0
            && path.size >= seen.position.delivered
            && matches!(seen.successor, Check::Same | Check::PartialChanged);
        let reason = match seen.open {
            _ if self.was_missing => RestartReason::Recreated,
            Some(old) if old.links > 0 => RestartReason::Rotated,
            _ => RestartReason::Replaced,
        };
        self.key = path.key;
        self.remembered = None;
        self.was_missing = false;
        if continues { Action::Adopt } else { Action::Replace { reason } }
    }
}

#[cfg(test)]
mod tests;
