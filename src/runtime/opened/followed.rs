//! One input that is polled: a file or a pipe, what it was taken for, and its lives in the store.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{Backfill, Round, Translated, Which, skipped};
use crate::{
    import::Format,
    model::{Diagnostic, FileId, FileState, FileSummary, Inode, rule},
    source::{SourceFile, Tail, TailEvent, because},
    store::Store,
    text,
};

/// What grew is expected to go on for so long.
const GROWING: Duration = Duration::from_secs(3);

/// What a reader keeps back of a file that grew waits so long for more, and so long where it waits for what
/// may never come. Of a file that did not grow, it waits a moment: it may have been read while it was written.
const SETTLE: (Duration, Duration) = (GROWING, Duration::from_secs(60));
const SETTLE_UNGROWN: Duration = Duration::from_secs(1);

/// What an input was taken for.
#[derive(Clone, Copy)]
pub(super) struct TakenFor {
    pub(super) format: &'static Format,
    pub(super) packed: bool,
}

impl TakenFor {
    /// For the list of files.
    pub(super) fn words(self) -> Cow<'static, str> {
        let title = self.format.title;
        if self.packed { format!("{title}, compressed").into() } else { title.into() }
    }
}

/// Something that is polled.
pub(super) struct Followed {
    pub(super) tail: Box<dyn Tail>,
    pub(super) path: PathBuf,
    /// Whether its path is a link: what is told of it is told by another name.
    pub(super) is_link: bool,
    pub(super) taken_for: TakenFor,
    /// Its present life in the store, and the one before.
    pub(super) lives: Vec<(u32, FileId)>,
    pub(super) ended: bool,
    /// Fed through a pipe: it has an end.
    pub(super) piped: bool,
    /// Of a foreign format: what becomes of its lines.
    pub(super) translated: Option<Translated>,
    /// Why it could not be read at the last poll.
    pub(super) failed: Option<String>,
    /// What of it comes before what is followed, until it is read.
    pub(super) backfill: Option<Backfill>,
    /// It names no run: it is read once all others have been, which may tell of which run it is a part.
    pub(super) waits: bool,
    /// It was empty when it was found, and is not taken for anything yet.
    pub(super) blank: Option<Blank>,
    /// How the last look at it went.
    pub(super) last: Look,
}

/// A file that is followed as a native log and was empty so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Blank {
    /// When the first bytes were seen.
    pub(super) since: Option<Duration>,
}

/// A look at an input.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    /// When, and when it was seen to change last; `None`: never.
    at: Option<Duration>,
    changed: Option<Duration>,
    /// There is more to read.
    more: bool,
    /// It was read to its end once, and grew after that.
    reached: bool,
    grown: bool,
}

impl Look {
    /// A look found nothing to read.
    pub(super) fn looked(&mut self, now: Duration) {
        self.at = Some(now);
    }
}

impl Followed {
    /// Whether it is to be looked at, `pace` after the last time at the latest.
    pub(super) fn is_due(&self, now: Duration, which: Which<'_>, pace: Duration) -> bool {
        let likely = match which {
            Which::All => true,
            Which::Growing => self.last.changed.is_some_and(|it| now.saturating_sub(it) < GROWING),
            Which::Named(changed) => changed.names(&self.path) || self.is_link,
        };
        // A pipe wakes us itself.
        likely || self.piped || self.last.more || self.last.at.is_none_or(|it| now.saturating_sub(it) >= pace)
    }

    /// Whether what it holds stands before what the next files hold: rows are listed in the order of their files.
    pub(super) fn comes_first(&self) -> bool {
        self.translated.is_some() && !self.last.reached
    }

    /// Reads on; also the bytes handed on.
    pub(super) fn poll(&mut self, store: &mut Store, now: Duration, budget: usize) -> (Round, usize) {
        let (mut round, read) = self.read_on(store, now, budget);
        let changed = if round.changed { Some(now) } else { self.last.changed };
        let grown = self.last.grown || (self.last.reached && read > 0);
        let reached = self.last.reached || round.caught_up;
        self.last = Look { at: Some(now), changed, more: !round.caught_up, reached, grown };
        if round.caught_up {
            round.changed |= self.settle_in_time(store, now);
        }
        (round, read)
    }

    /// Has the reader hand on what it kept back, where nothing has come for long enough.
    fn settle_in_time(&mut self, store: &mut Store, now: Duration) -> bool {
        let quiet = self.last.changed.map_or(Duration::ZERO, |it| now.saturating_sub(it));
        let ended = quiet >= if self.last.grown { SETTLE.1 } else { SETTLE_UNGROWN };
        (ended || quiet >= SETTLE.0) && self.settle(store, ended)
    }

    /// Has the reader hand on what it kept back; `ended`: all of it. `true`: there was something.
    pub(super) fn settle(&mut self, store: &mut Store, ended: bool) -> bool {
        let (generation, file) = *self.lives.last().expect("a followed file has a life from the start");
        self.translated.as_mut().is_some_and(|it| it.settle(store, file, generation, ended))
    }

    fn read_on(&mut self, store: &mut Store, now: Duration, budget: usize) -> (Round, usize) {
        let Self { tail, lives, path, taken_for, ended, piped, translated, failed, .. } = self;
        let source = tail.source();
        let mut changed = false;
        let mut read = 0;
        let result = tail.poll(now, budget, &mut |event| {
            changed = true;
            if let TailEvent::Lines { bytes, .. } | TailEvent::Unterminated { bytes, .. } = event {
                read += bytes.len();
            }
            *ended |= matches!(event, TailEvent::Ended { .. });
            apply(store, lives, (path, *taken_for), &source, translated.as_mut(), &event);
        });
        let (_, file) = *lives.last().expect("a followed file has a life from the start");
        match result {
            Ok(progress) => {
                let state = if progress.caught_up { FileState::CaughtUp } else { FileState::Reading };
                *failed = None;
                let gone = !*piped && progress.caught_up && !path.exists();
                store.set_progress(
                    file,
                    progress.offset,
                    progress.size,
                    if gone { FileState::Gone } else { state },
                );
                (Round { changed, caught_up: progress.caught_up }, read)
            }
            Err(error) => {
                let why = text::clean(&because(&error));
                changed |= failed.as_ref() != Some(&why);
                if changed {
                    // What cannot be read at this poll may be readable at the next: it is told once.
                    let message = format!("cannot read '{}': {why}", text::clean(&path.to_string_lossy()));
                    store.diagnose(Diagnostic::of_input(rule::UNREADABLE_FILE, message));
                }
                store.set_state(file, FileState::Failed(why.clone()));
                *failed = Some(why);
                (Round { changed, caught_up: true }, read)
            }
        }
    }
}

/// A file in the list, as it begins.
pub(super) fn summary_of(path: &Path, taken_for: TakenFor, generation: u32) -> FileSummary {
    let (path, format) = (text::clean(&path.to_string_lossy()), taken_for.words());
    FileSummary { path, format, generation, ..FileSummary::default() }
}

/// Hands what a poll found to the store.
pub(super) fn apply(
    store: &mut Store,
    lives: &mut Vec<(u32, FileId)>,
    (path, taken_for): (&Path, TakenFor),
    source: &SourceFile,
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
            let file = life(lives, generation);
            match translated {
                Some(translated) => translated.skip(store, file, generation, skipped(len, reason)),
                None => store.skip(file, offset, skipped(len, reason)),
            }
        }
        TailEvent::Hole { generation, offset, len } => store.hole(life(lives, generation), offset, len),
        TailEvent::Damaged { generation, damage } => {
            let shown = text::clean(&path.to_string_lossy());
            let message = format!("at byte {} of '{shown}' as compressed: {}", damage.at, damage.what);
            store.diagnose_packed(life(lives, generation), message);
        }
        TailEvent::Restart { generation, reason, file } => {
            let before = lives.last().map(|it| it.1);
            let mut translated = translated;
            if let (Some(translated), Some((generation, file))) = (translated.as_deref_mut(), lives.last()) {
                translated.settle(store, *file, *generation, true);
            }
            let (source, line_map) = match translated {
                Some(it) => (it.source(), Some(Vec::new())),
                None => (source.clone(), None),
            };
            let summary = FileSummary {
                began: Some(reason.name()),
                inode: Some(Inode { device: file.device, number: file.inode }),
                ..summary_of(path, taken_for, generation)
            };
            let id = store.add_life(summary, source, line_map, before);
            lives.push((generation, id));
            let message = format!("'{}' begins anew: {reason}", text::clean(&path.to_string_lossy()));
            store.diagnose(Diagnostic::of_input(rule::FILE_RESTARTED, message));
        }
        TailEvent::Gone => {
            let (_, file) = *lives.last().expect("a followed file has a life from the start");
            store.set_state(file, FileState::Gone);
        }
        TailEvent::Returned => {}
        TailEvent::Ended { error } => {
            let (generation, file) = *lives.last().expect("a followed file has a life from the start");
            translated.map(|it| it.settle(store, file, generation, true));
            if let Some(error) = error {
                let message = text::clean(&error.to_string());
                store.diagnose(Diagnostic::of_input(rule::INPUT_BROKE_OFF, message));
            }
        }
    }
}
