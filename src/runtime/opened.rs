//! The logs named on the command line, being read into a store.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

mod backfill;
mod followed;
mod inputs;
mod large;
mod notes;
mod preview;
mod twins;
mod undecided;

use super::{
    piped::Piped,
    readers::{Readers, skipped},
    translated::Translated,
};
use crate::{
    context::Context,
    import::{Format, RowMap, UnknownFormat},
    model::{Episode, EpisodeId, Growth, LogSummary, Peers, Reading},
    source::{Changed, Discovery, Input, Spool, SpoolStore, SpoolWriter, TailOptions, Watch},
    store::{LiveEpisode, Pass, RereadError, Store, is_record},
    suspicion::Xray,
    text,
};

pub(super) use backfill::Portions;
use backfill::{Ahead, Backfill};
use followed::{Followed, apply, summary_of};
use inputs::{Document, NATIVE_LOG};
use notes::Noted;
use preview::Preview;
use twins::Twin;
use undecided::Unsure;

/// Bytes read at a time where nobody waits.
const BLOCK: usize = 16 << 20;
/// The least bytes read of a file in its turn: a smaller read costs as much.
const LEAST_SHARE: usize = 64 << 10;

/// How logs of our own format are followed.
fn native_options() -> TailOptions {
    TailOptions { accept: Arc::new(is_record), ..TailOptions::default() }
}

/// How lines of other formats are followed. A document that was written in many lines ends in one of brackets, often
/// without a newline: that is whole as well, and must come before the reader takes the document for cut off.
fn foreign_options() -> TailOptions {
    let lines = TailOptions::default();
    let whole = Arc::clone(&lines.accept);
    let closes = |line: &[u8]| line.contains(&b'}') && line.iter().all(|it| b"}] \t\r".contains(it));
    TailOptions {
        accept: Arc::new(move |line: &[u8]| closes(line) || whole(line)),
        settle: Duration::from_millis(500),
        ..lines
    }
}

/// Called when a pipe has brought something.
type Wake = Arc<dyn Fn() + Send + Sync>;

/// The logs to open.
#[derive(Clone, Copy, Debug)]
pub struct LogArguments<'a> {
    /// Files, directories and globs; `-` is stdin.
    pub names: &'a [String],
    /// What each file is read as, whatever it looks like; `None`: its content decides.
    pub format: Option<&'static Format>,
    /// What the columns of rows mean.
    pub map: Option<&'a RowMap>,
    /// Whether to look at them as if no person had judged any episode.
    pub hides_annotations: bool,
}

impl<'a, T: AsRef<[String]> + ?Sized> From<&'a T> for LogArguments<'a> {
    fn from(names: &'a T) -> Self {
        Self { names: names.as_ref(), format: None, map: None, hides_annotations: false }
    }
}

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
        why: UnknownFormat,
    },
    /// A temporary file cannot be made.
    #[error("{0}")]
    Spool(String),
}

/// How far a round of polling came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// Something was read, or a file changed its state.
    pub changed: bool,
    /// Nothing is left to read until something is written.
    pub caught_up: bool,
}

/// Which files to look at, of many. Those that had more to read, and those that were not looked at for a
/// second, come in any case.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// Each.
    All,
    /// Those that have grown of late.
    Growing,
    /// Those that something was told of.
    Named(&'a Changed),
}

/// So many files are looked at whenever one is.
const FEW: usize = 64;
/// For each of more, so long may pass until the next look at one of which nothing is known; but no longer
/// than that.
const PACE: (Duration, Duration) = (Duration::from_millis(1), Duration::from_secs(1));

/// The logs named on the command line.
pub struct OpenedLogs {
    discovery: Discovery,
    /// The index.
    pub store: Store,
    followed: Vec<Followed>,
    /// Pipes of which it is not known yet what they bring.
    piped: Vec<Piped>,
    /// Compressed files that may be copies of what was read, or are.
    twins: Vec<Twin>,
    /// Files whose beginning does not tell what they are.
    unsure: Vec<Unsure>,
    /// Whole documents to be read, each with its reader.
    documents: VecDeque<Document>,
    /// Logs beside which notes may stand.
    noted: Vec<Noted>,
    /// When it was polled last.
    now: Duration,
    imports: Option<(Spool, SpoolWriter)>,
    /// What compressed files hold.
    unpacked: Option<SpoolStore>,
    /// What each file is read as; `None`: what it looks like.
    format: Option<&'static Format>,
    /// What the columns of rows mean.
    map: Option<Arc<RowMap>>,
    single: bool,
    /// What was named and is not there yet may come.
    awaits: bool,
    /// The only input is of no known format.
    refused: Option<String>,
    /// Some of the files wait for all others.
    waiting: bool,
    /// Whose turn it was last, so that one busy file does not starve the others; the first file's is after the
    /// greatest number.
    turn: usize,
    portions: Portions,
    readers: Readers,
    /// What was handed to the threads, in the order in which it is joined; whose turn it was last.
    ahead: VecDeque<Ahead>,
    handed: usize,
    /// Files of which the beginning is being read.
    backfilling: usize,
    /// The ends of those; whether it was looked at yet.
    preview: Option<Preview>,
    previewed: bool,
    /// What the episodes of the last preview have become.
    moved: Arc<Vec<EpisodeId>>,
}

impl OpenedLogs {
    /// As [`OpenedLogs::open`], but what is not there yet is waited for: [`OpenedLogs::rescan`] finds it.
    ///
    /// # Errors
    /// The only input is of no known format or cannot be read.
    pub fn await_them<'a>(
        arguments: impl Into<LogArguments<'a>>,
        pass: Pass,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, OpenError> {
        let logs = Self { awaits: true, ..Self::of(arguments.into(), pass) };
        logs.find(&(Arc::new(wake) as Wake))
    }

    /// Finds the logs that `arguments` name (`-` is stdin) and begins to read. `wake` is called when stdin
    /// has brought something.
    ///
    /// # Errors
    /// An argument names nothing, nothing below it can be read, or the only file is of no known format.
    pub fn open<'a>(
        arguments: impl Into<LogArguments<'a>>,
        pass: Pass,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, OpenError> {
        Self::open_in(arguments, pass, Portions::default(), wake)
    }

    /// As [`OpenedLogs::open`], with large files cut into such portions.
    pub(super) fn open_in<'a>(
        arguments: impl Into<LogArguments<'a>>,
        pass: Pass,
        portions: Portions,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, OpenError> {
        let logs = Self { portions, ..Self::of(arguments.into(), pass) };
        logs.find(&(Arc::new(wake) as Wake))
    }

    /// Begins with whatever the arguments name.
    fn find(self, wake: &Wake) -> Result<Self, OpenError> {
        let awaits = self.awaits;
        let mut logs = self;
        let (inputs, problems) = logs.discovery.scan();
        if inputs.is_empty() && !awaits {
            let what = problems.first().map_or("no log".to_owned(), |it| text::clean(&it.to_string()));
            return Err(OpenError::Argument(what));
        }
        // An argument that names nothing is an error at once; trouble below a directory is listed.
        if let Some(problem) = problems.iter().find(|it| it.is_about_an_argument()).filter(|_| !awaits) {
            return Err(OpenError::Argument(text::clean(&problem.to_string())));
        }
        logs.list(&problems);
        logs.single = inputs.len() == 1 && problems.is_empty();
        let mut failed = None;
        for input in inputs {
            if let Err(error) = logs.add(input, wake) {
                if logs.single {
                    return Err(error);
                }
                logs.list_error(&error);
                failed.get_or_insert(error);
            }
        }
        match failed {
            Some(error) if logs.is_empty() => Err(error),
            _ => Ok(logs),
        }
    }

    /// Opens a log that is in memory, such as the embedded demo.
    ///
    /// # Errors
    /// No temporary file can be made.
    pub fn embedded(name: &str, bytes: &[u8], pass: Pass) -> Result<Self, OpenError> {
        let (spool, writer) = Spool::create(name).map_err(|it| OpenError::Spool(it.to_string()))?;
        writer.write(bytes).map_err(|it| OpenError::Spool(it.to_string()))?;
        writer.finish(None);
        let mut logs = Self { single: true, ..Self::of((&[]).into(), pass) };
        logs.follow(Box::new(spool), Path::new(name), NATIVE_LOG, true);
        Ok(logs)
    }

    fn of(arguments: LogArguments<'_>, pass: Pass) -> Self {
        Self {
            discovery: Discovery::new(arguments.names.iter().map(PathBuf::from)),
            store: if arguments.hides_annotations {
                Store::new(pass).without_annotations()
            } else {
                Store::new(pass)
            },
            followed: Vec::new(),
            piped: Vec::new(),
            twins: Vec::new(),
            unsure: Vec::new(),
            documents: VecDeque::new(),
            noted: Vec::new(),
            now: Duration::ZERO,
            imports: None,
            unpacked: None,
            format: arguments.format,
            map: arguments.map.cloned().map(Arc::new),
            single: false,
            awaits: false,
            refused: None,
            waiting: false,
            turn: usize::MAX,
            portions: Portions::default(),
            readers: Readers::new(pass, 0),
            ahead: VecDeque::new(),
            handed: 0,
            backfilling: 0,
            preview: None,
            previewed: false,
            moved: Arc::default(),
        }
    }

    /// Looks for files that have appeared since. `true`: there are some.
    pub fn rescan(&mut self) -> bool {
        let (inputs, problems) = self.discovery.scan();
        self.list(&problems);
        let quiet: Wake = Arc::new(|| {});
        let before = self.followed.len() + self.documents.len() + self.twins.len();
        for input in inputs {
            if let Input::File(path) = &input
                && self.was_read(path)
            {
                continue;
            }
            // A file that appears later and is no log is listed, not fatal.
            if let Err(error) = self.add(input, &quiet) {
                self.list_error(&error);
            }
        }
        self.followed.len() + self.documents.len() + self.twins.len() > before || !problems.is_empty()
    }

    /// Whether a file that has appeared is one that was read under another name, or may be a compressed copy of one.
    fn was_read(&mut self, path: &Path) -> bool {
        let twice = self.followed.iter().any(|it| it.tail.has_read(path) || it.is_blank_at(path))
            || self.twins.iter().any(|it| it.has_read(path));
        twice || self.add_twin(path)
    }

    /// Has `watch` tell of what happens to the files and where new ones may appear. `true`: something is watched that was
    /// not, and [`OpenedLogs::rescan`] is due.
    pub fn cover(&self, watch: &mut Watch) -> bool {
        let files = self.followed.iter().map(|it| it.path.as_path()).filter(|it| it.is_file());
        watch.cover(files, self.discovery.directories(), self.discovery.awaited())
    }

    fn is_empty(&self) -> bool {
        self.followed.is_empty()
            && self.piped.is_empty()
            && self.documents.is_empty()
            && self.unsure.is_empty()
    }

    /// Why the only input cannot be shown, where that came out after it was opened.
    pub fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// Reads at most about `budget` bytes. `now` is monotonic.
    pub fn poll(&mut self, now: Duration, budget: usize) -> Round {
        self.poll_some(now, budget, Which::All)
    }

    /// As [`OpenedLogs::poll`], of some of the files.
    pub fn poll_some(&mut self, now: Duration, budget: usize, which: Which<'_>) -> Round {
        self.now = now;
        if let Some(document) = self.documents.pop_front() {
            self.import(&document);
            return Round { changed: true, caught_up: false };
        }
        let looked = !self.piped.is_empty() && self.look_at_pipes(now);
        let looked = looked | (!self.unsure.is_empty() && self.look_again(now));
        let mut round = Round { changed: looked, caught_up: true };
        if self.waiting && self.followed.iter().all(|it| it.waits || it.ended) {
            self.let_read();
        }
        let count = self.followed.len();
        let share = (budget / count.max(1)).max(LEAST_SHARE);
        let pace = if count <= FEW { Duration::ZERO } else { PACE.1.min(PACE.0 * count as u32) };
        let mut left = budget;
        for _ in 0..count {
            if left == 0 {
                // The others come first next time.
                round.caught_up = false;
                break;
            }
            let before = self.turn;
            self.turn = self.turn.wrapping_add(1) % count;
            if self.followed[self.turn].waits {
                continue;
            }
            if self.followed[self.turn].backfill.is_some() {
                round.changed |= self.poll_tail(self.turn, now, share);
                continue;
            }
            let followed = &self.followed[self.turn];
            if followed.ended || !followed.is_due(now, which, pace) {
                continue;
            }
            if followed.blank.is_some() && !self.decide(self.turn, now) {
                continue;
            }
            let followed = &mut self.followed[self.turn];
            let comes_first = followed.comes_first();
            let (one, read) = followed.poll(&mut self.store, now, if comes_first { left } else { share });
            left = left.saturating_sub(read);
            round.changed |= one.changed;
            round.caught_up &= one.caught_up;
            if comes_first && !one.caught_up && read > 0 {
                self.turn = before;
                break;
            }
        }
        if self.waiting {
            if round.caught_up && !self.is_backfilling() {
                self.let_read();
            }
            round.caught_up = false;
        }
        if !self.twins.is_empty() {
            let (changed, caught_up) = self.poll_twins(now, false);
            round.changed |= changed;
            round.caught_up &= caught_up;
        }
        if self.is_backfilling() {
            // What stands at the end of large files is shown before anything else is done.
            let show = self.preview.is_some() && !std::mem::replace(&mut self.previewed, true);
            if show {
                return Round { caught_up: false, ..round };
            }
            let joined = self.join(budget);
            return Round { caught_up: joined.caught_up && !self.waiting, ..joined };
        }
        round
    }

    /// Lets the files be read that waited for all others.
    fn let_read(&mut self) {
        self.followed.iter_mut().for_each(|it| it.waits = false);
        self.waiting = false;
    }

    /// The state of everything; while the beginnings of large files are read, with what stands at their ends.
    pub fn summary(&mut self) -> LogSummary {
        let mut summary = LogSummary { moved: Arc::clone(&self.moved), ..self.store.summary() };
        if let Some(preview) = &mut self.preview {
            let (ends, listed) = preview.episodes(&self.store);
            summary.listed = Arc::new(listed);
            summary.errors += ends.iter().map(|it| u64::from(it.errors)).sum::<u64>();
            Arc::make_mut(&mut summary.episodes).extend(ends);
            summary.reading = Some(Reading { tail: true, ..Reading::default() });
        }
        summary
    }

    /// The id that an episode has now.
    pub fn settled(&self, id: EpisodeId) -> EpisodeId {
        let moved = id.provisional_index().and_then(|it| self.moved.get(it));
        moved.copied().unwrap_or(id)
    }

    /// Where an episode is read from; `None`: there is no such episode.
    fn place(&self, id: EpisodeId) -> Option<(&Store, EpisodeId)> {
        match (&self.preview, id.provisional_index()) {
            (_, None) => (id.index() < self.store.episode_count()).then_some((&self.store, id)),
            (Some(preview), Some(_)) => preview.of(id),
            (None, Some(_)) => None,
        }
    }

    /// The revision of an episode, provisional or not: it changes with every record; `None`: there is none.
    pub fn revision(&self, id: EpisodeId) -> Option<u64> {
        self.place(id).map(|(store, id)| store.revision(id))
    }

    /// Reads an episode in full, provisional or not.
    ///
    /// # Errors
    /// When none of its bytes can be read any more: why.
    pub fn episode(&self, id: EpisodeId) -> Result<Episode, RereadError> {
        let (store, id) = self.place(id).ok_or(RereadError::NoEpisode)?;
        store.episode(id)
    }

    /// The other rollouts of an episode's task; none of a provisional one.
    pub fn peers(&mut self, id: EpisodeId) -> Option<Arc<Peers>> {
        let is_known = id.provisional_index().is_none() && id.index() < self.store.episode_count();
        if is_known { self.store.peers(id) } else { None }
    }

    /// Changes whenever the group of an episode does.
    pub fn group_stamp(&mut self, id: EpisodeId) -> (usize, usize) {
        let is_known = id.provisional_index().is_none() && id.index() < self.store.episode_count();
        if is_known { self.store.group_stamp(id) } else { Default::default() }
    }

    /// Where the values of a text of an episode come from, provisional or not: see [`Store::xray`].
    ///
    /// # Errors
    /// Those of [`Store::xray`].
    pub fn xray(&self, id: EpisodeId, act: Option<&str>) -> Result<(Episode, Xray), String> {
        let (store, id) = self.place(id).ok_or("there is no such episode")?;
        store.xray(id, act)
    }

    /// What surrounds the acts of an episode, provisional or not: see [`Store::context`].
    ///
    /// # Errors
    /// Those of [`Store::context`].
    pub fn context(&self, id: EpisodeId) -> Result<Context, String> {
        let (store, id) = self.place(id).ok_or("there is no such episode")?;
        store.context(id).map(|it| it.1)
    }

    /// As [`OpenedLogs::episode`], with what [`OpenedLogs::growth`] needs; `None`: nothing can be appended to
    /// it.
    ///
    /// # Errors
    /// When none of its bytes can be read any more: why.
    pub fn live_episode(&self, id: EpisodeId) -> Result<(Episode, Option<LiveEpisode>), RereadError> {
        if id.provisional_index().is_some() || id.index() >= self.store.episode_count() {
            return Ok((self.episode(id)?, None));
        }
        self.store.live_episode(id)
    }

    /// What has come to an episode since; `None`: it has to be read in full.
    pub fn growth(&self, live: &mut LiveEpisode) -> Option<Growth> {
        self.store.growth(live)
    }

    /// Reads what is there now to its end; nothing more is expected. Of a pipe: what has come so far.
    pub fn read_all(&mut self) -> LogSummary {
        while !self.poll(Duration::ZERO, BLOCK).caught_up {}
        self.finish();
        LogSummary { loaded: true, ..self.store.summary() }
    }

    /// Takes unterminated last lines as they are: nothing more is expected.
    pub fn finish(&mut self) {
        self.give_up_unsure();
        if self.has_open_twins() {
            while !self.poll_twins(self.now, true).1 {}
            // Those that are no copies are files to be read.
            while !self.poll(self.now, BLOCK).caught_up {}
        }
        for followed in &mut self.followed {
            let Followed { tail, lives, path, taken_for, translated, .. } = followed;
            let source = tail.source();
            let store = &mut self.store;
            tail.finish(&mut |event| {
                apply(store, lives, (path, *taken_for), &source, translated.as_mut(), &event)
            });
            followed.settle(&mut self.store, true);
        }
        self.poll_notes(self.now);
    }

    /// Whether a pipe among the inputs has not come to its end, which has to be waited for.
    pub fn is_piped(&self) -> bool {
        !self.piped.is_empty() || self.followed.iter().any(|it| it.piped && !it.ended)
    }

    /// A named pipe among the inputs that nobody has opened for writing so far; display-safe.
    pub fn waits_for_writer(&self) -> Option<String> {
        let piped = self.piped.iter().find(|it| it.waits_for_writer())?;
        Some(text::clean(&piped.path.to_string_lossy()))
    }

    /// Whether everything that is followed has come to its end and cannot grow: pipes and imports only.
    pub fn is_finished(&self) -> bool {
        !self.awaits
            && self.documents.is_empty()
            && self.piped.is_empty()
            && self.followed.iter().all(|it| it.ended)
    }
}
