//! The thread that owns the store: it polls the files and answers requests about them. It hands searches to
//! the search thread and adds to the results what only the index knows. It has the validate thread read in
//! full what is indexed, and lists what that finds.

mod pace;
mod request;
mod validating;

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crossbeam_channel::{Receiver, RecvError, RecvTimeoutError, Sender, unbounded};

use super::{
    Gathering, GroupReading, OpenedLogs, Survey, Which,
    divergence::inside,
    export::Prepared,
    progress::reading,
    search::{Findings, Searcher, Sought, match_records, name_episodes, name_hits},
    spawn,
    validation::{Validated, Validator},
};
use crate::{
    app::{FilterNews, Message, SearchNews},
    model::{EpisodeId, LogSummary, Timestamp},
    runtime::Round,
    source::{News, Watch},
    store::LiveEpisode,
};

use pace::Pace;
pub use pace::Rescans;
use request::Request;
use validating::Validation;

/// Bytes read between two looks at the requests: about ten milliseconds of work.
const BUDGET: usize = 4 << 20;
/// Time between two polls of followed files; file events may come earlier.
const POLL: Duration = Duration::from_millis(200);
/// The same where none come.
const POLL_ONLY: Duration = Duration::from_millis(100);
/// The same for a growing log, which is not polled before the result could be shown; but no later than this.
const LONGEST_POLL: Duration = Duration::from_millis(330);
/// Reading continues for this many times as long as it takes to assemble a long episode that grows.
const EPISODE_SHARE: u32 = 4;
/// Before a pipe that brings nothing is mentioned.
pub const SILENCE: Duration = Duration::from_secs(2);
/// Time between two looks at the requests while the episodes of a run are surveyed.
const SURVEY: Duration = Duration::from_millis(10);
/// Time between two ledgers of groups that are still being read.
const GROUPS: Duration = Duration::from_millis(300);

/// Whether to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// If an episode is open, none has begun, or the log was seen to grow.
    WhileOpen,
    /// In any case.
    Always,
    /// In no case.
    Never,
}

/// Hands requests to the log thread.
pub struct LogThread {
    requests: Sender<Request>,
}

impl LogThread {
    /// Starts the thread on the logs that `open` gives. It polls them when there is `news` and sends messages
    /// to `send`. `open` gets a function that wakes the thread.
    ///
    /// # Errors
    /// Those of `open`.
    pub fn start<E>(
        open: impl FnOnce(Box<dyn Fn() + Send + Sync>) -> Result<OpenedLogs, E>,
        follow: Follow,
        news: News,
        send: impl Fn(Message) + Send + 'static,
    ) -> Result<Self, E> {
        let (requests, queue) = unbounded();
        let wake = requests.clone();
        let logs = open(Box::new(move || {
            let _ = wake.send(Request::Woken);
        }))?;
        let mut logs = logs;
        logs.show_tail_first();
        let found = requests.clone();
        let searcher = Searcher::start(move |sought| {
            let _ = found.send(Request::Sought(sought));
        });
        let read = requests.clone();
        let validator = Validator::start(move |validated| {
            let _ = read.send(Request::Validated(validated));
        });
        let wake = requests.clone();
        spawn("log", move || {
            let watch = Watch::of(news, move || {
                let _ = wake.send(Request::Woken);
            });
            State {
                logs,
                follow,
                send,
                watch,
                open: None,
                survey: None,
                gathering: None,
                groups: GroupReading::default(),
                groups_due: None,
                searcher,
                validation: Validation::new(validator),
                sought: false,
                searching: false,
                filtering: false,
                started: Instant::now(),
                pace: Pace::new(),
                rescans: Rescans::new(Instant::now()),
                loaded: false,
                grown: false,
                dirty: true,
                awaited: None,
            }
            .run(&queue);
        });
        Ok(Self { requests })
    }
}

/// An episode that was sent.
struct Opened {
    id: EpisodeId,
    revision: u64,
    /// How its group stood: see [`OpenedLogs::group_stamp`].
    group: (usize, usize),
    /// When it was sent, and how long assembling it took.
    sent: Instant,
    cost: Duration,
    /// What it takes to append to it.
    live: Option<LiveEpisode>,
}

struct State<F> {
    logs: OpenedLogs,
    follow: Follow,
    send: F,
    watch: Watch,
    /// The episode on the screen.
    open: Option<Opened>,
    /// The run that is being looked at.
    survey: Option<Survey>,
    /// Rollouts that are being read.
    gathering: Option<Gathering>,
    /// The groups as they were read, and when what is known of them is due; `None`: nobody waits.
    groups: GroupReading,
    groups_due: Option<Instant>,
    searcher: Searcher,
    validation: Validation,
    /// A search or a filter is under way.
    sought: bool,
    /// Whether new records must be searched, and whether filters apply to them.
    searching: bool,
    filtering: bool,
    started: Instant,
    pace: Pace,
    rescans: Rescans,
    loaded: bool,
    /// Something came after the first pass: the log is being written, whatever its episodes say.
    grown: bool,
    /// Something has come that no summary has told yet.
    dirty: bool,
    /// A named pipe without a writer that was told of.
    awaited: Option<String>,
}

/// Seconds since the epoch.
#[expect(
    clippy::disallowed_methods,
    reason = "a note is dated when it is written; nothing is computed from it"
)]
fn seconds_now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |it| it.as_secs_f64())
}

impl<F: Fn(Message)> State<F> {
    fn run(mut self, queue: &Receiver<Request>) {
        self.cover();
        loop {
            let (caught_up, first_end) = self.read();
            let following = self.following();
            // After this nothing may come that would bring the rest.
            let last = caught_up && !following;
            if last || first_end || self.pace.is_due(Instant::now()) {
                self.tell(following, last);
            }
            if caught_up {
                self.step_survey();
                self.step_gathering();
                self.step_groups();
                self.validation.hand_on(&mut self.logs, following);
            }
            let busy =
                !caught_up || self.survey.is_some() || self.gathering.is_some() || self.groups_due.is_some();
            self.validation.yield_to_others(busy || self.sought);
            let Ok(next) = self.next(queue, busy, following) else { return };
            for request in next.into_iter().chain(queue.try_iter()) {
                match request {
                    Request::Validated(validated) => self.dirty |= self.validation.take(validated),
                    request => self.answer(request),
                }
            }
            if following {
                self.look_for_files();
            }
        }
    }

    /// Reads on, and uses the results of reading in full. Whether the end of what there is was reached, and
    /// whether that was for the first time.
    fn read(&mut self) -> (bool, bool) {
        // The results are used after every file was checked to be what was read.
        let settles = self.validation.has_work(&self.logs);
        let round = self.poll(settles);
        self.dirty |= round.changed;
        self.look_for_writer();
        self.grown |= round.changed && self.loaded;
        let first_end = round.caught_up && !self.loaded;
        if first_end {
            if !self.following() {
                self.logs.finish();
            }
            self.loaded = true;
            self.dirty = true;
        }
        if round.caught_up {
            self.dirty |= self.logs.poll_notes(self.started.elapsed());
        }
        if round.caught_up && settles {
            self.dirty |= self.validation.settle(&mut self.logs);
        }
        (round.caught_up, first_end)
    }

    /// Sees whether a named pipe has been without a writer for a while.
    fn look_for_writer(&mut self) {
        if self.started.elapsed() < SILENCE {
            return;
        }
        let awaited = self.logs.waits_for_writer();
        self.dirty |= awaited != self.awaited;
        self.awaited = awaited;
    }

    /// Sends a summary and what the open episode has become, if there is anything new.
    fn tell(&mut self, following: bool, last: bool) {
        if !self.dirty && !self.is_behind() {
            return;
        }
        let began = Instant::now();
        if std::mem::take(&mut self.dirty) {
            self.report(following);
            if self.searching || self.filtering {
                self.searcher.cover(self.logs.store.searchable());
            }
        }
        self.pace.made(began, Instant::now(), self.loaded);
        self.send_grown_episode(last);
        let next = self.pace.sent(Instant::now());
        if self.loaded {
            self.watch.rest_until(next);
        }
    }

    /// The next request, if there is one before there is something else to do; waits for it only where there
    /// is nothing else.
    ///
    /// # Errors
    /// When nobody can ask any more.
    fn next(
        &self,
        queue: &Receiver<Request>,
        busy: bool,
        following: bool,
    ) -> Result<Option<Request>, RecvError> {
        if busy || self.validation.has_work(&self.logs) {
            return Ok(queue.try_recv().ok());
        }
        if !following && (self.awaited.is_some() || self.logs.waits_for_writer().is_none()) {
            return queue.recv().map(Some);
        }
        match self.wait(queue, self.pace.left(Instant::now())) {
            Ok(request) => Ok(request),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(RecvError),
        }
    }

    /// Looks for new files and sees to it that all are watched, from time to time.
    fn look_for_files(&mut self) {
        let now = Instant::now();
        if !self.rescans.is_due(now, self.watch.has_appeared()) {
            return;
        }
        self.watch.forget_appeared();
        let more = self.logs.rescan();
        self.dirty |= more;
        if self.rescans.covers(now, more || self.watch.is_stale(), self.logs.store.file_count()) {
            self.cover();
        }
        self.rescans.looked(Instant::now());
    }

    /// Reads on. A file that is not followed is read once: what is appended later stays unread, whatever woke
    /// the thread. But a broken line is only listed if its file still is what was read.
    fn poll(&mut self, all: bool) -> Round {
        let read = self.loaded && self.follow == Follow::Never && !self.logs.is_piped();
        if read && !all {
            return Round { changed: false, caught_up: true };
        }
        let (now, changed) = (self.started.elapsed(), self.watch.take_changed());
        let which = match self.watch.polling_because() {
            _ if all || !self.loaded => Which::All,
            Some(_) => Which::Growing,
            None => Which::Named(&changed),
        };
        self.logs.poll_some(now, BUDGET, which)
    }

    /// Waits for a request, for the next poll or, if something is to be shown, until `shown`. Before that
    /// nothing more would appear, so changed files are looked at then too, and not at each of their records.
    fn wait(&self, queue: &Receiver<Request>, shown: Duration) -> Result<Option<Request>, RecvTimeoutError> {
        let now = Instant::now();
        let poll = if self.watch.polling_because().is_some() { POLL_ONLY } else { POLL };
        let mut until = now + if self.dirty { shown } else { shown.max(poll) }.min(LONGEST_POLL);
        loop {
            let appeared = self.watch.has_appeared().then(|| self.rescans.next(true));
            match queue.recv_deadline(appeared.map_or(until, |it| until.min(it)))? {
                Request::Woken if self.watch.has_appeared() && self.rescans.next(true) > Instant::now() => {}
                Request::Woken if self.watch.has_appeared() => return Ok(Some(Request::Woken)),
                Request::Woken if self.loaded && Instant::now() < now + shown => {
                    until = until.min(now + shown);
                }
                request => return Ok(Some(request)),
            }
        }
    }

    /// Whether the logs may grow and are followed.
    fn following(&mut self) -> bool {
        if self.logs.is_finished() {
            return false;
        }
        match self.follow {
            Follow::Never => false,
            Follow::Always => true,
            Follow::WhileOpen => {
                let store = &self.logs.store;
                !self.loaded || self.grown || store.has_open_episode() || store.episode_count() == 0
            }
        }
    }

    /// Sees to it that all files are watched, and those that appeared in a folder before that are found.
    fn cover(&mut self) {
        while self.follow != Follow::Never && self.logs.cover(&mut self.watch) {
            self.dirty |= self.logs.rescan();
        }
    }

    fn report(&mut self, following: bool) {
        let summary = LogSummary {
            following: following && self.loaded,
            polling: self.watch.polling_because().filter(|_| following).map(str::to_owned),
            awaited: self.awaited.clone(),
            loaded: self.loaded,
            ..self.logs.summary()
        };
        let summary = LogSummary {
            reading: reading(&summary, self.started.elapsed()),
            validating: self.validation.word(),
            ..summary
        };
        if let Some(open) = &mut self.open {
            // The same episode under its final id: what was shown of it may have lacked its beginning.
            let settled = self.logs.settled(open.id);
            if settled != open.id {
                (open.id, open.revision, open.live) = (settled, 0, None);
            }
        }
        (self.send)(Message::Log(summary));
    }

    /// Whether the episode on the screen has grown since it was sent.
    fn is_behind(&self) -> bool {
        let changed = |open: &Opened| self.logs.revision(open.id).is_some_and(|it| it != open.revision);
        self.open.as_ref().is_some_and(changed)
    }

    /// Sends what was appended to the episode on the screen. `false` if more than its end changed.
    fn send_growth(&mut self) -> bool {
        let Some(open) = self.open.as_mut() else { return false };
        let (id, before) = (open.id, open.revision);
        let Some(revision) = self.logs.revision(id) else { return false };
        let growth = open.live.as_mut().and_then(|it| self.logs.growth(it));
        let Some(growth) = growth else {
            open.live = None;
            return false;
        };
        open.revision = revision;
        (self.send)(Message::Grown { id, revisions: (before, revision), growth: Box::new(growth) });
        true
    }

    /// Sends the episode on the screen again if it has grown: what was appended to it, or else all of it. A
    /// long episode is not sent every time, unless this is the `last`.
    fn send_grown_episode(&mut self, last: bool) {
        let Some((id, group)) = self.open.as_ref().map(|it| (it.id, it.group)) else { return };
        let group_changed = self.logs.group_stamp(id) != group;
        if !group_changed && (!self.is_behind() || self.send_growth()) {
            return;
        }
        let Some(open) = self.open.as_ref() else { return };
        if last || open.sent.elapsed() >= open.cost * EPISODE_SHARE {
            self.send_episode(open.id);
        }
    }

    fn send_episode(&mut self, id: EpisodeId) {
        let Some(revision) = self.logs.revision(id) else { return };
        self.validation.yield_to_others(true);
        let began = Instant::now();
        // A log that does not grow keeps nothing for appending.
        let read = if self.following() {
            self.logs.live_episode(id)
        } else {
            self.logs.episode(id).map(|it| (it, None))
        };
        let group = self.logs.group_stamp(id);
        let (result, live) = match read {
            Ok((mut episode, live)) => {
                episode.peers = self.logs.peers(id);
                (Ok(episode.into()), live)
            }
            Err(why) => (Err(why.to_string()), None),
        };
        (self.send)(Message::Episode { id, revision, result });
        self.open = Some(Opened { id, revision, group, sent: Instant::now(), cost: began.elapsed(), live });
    }

    /// Does a little of the survey under way, and sends its result at the end.
    fn step_survey(&mut self) {
        let Some(mut survey) = self.survey.take() else { return };
        if survey.step(&self.logs.store, SURVEY) {
            let id = survey.id;
            (self.send)(Message::Run { id, outcomes: Box::new(survey.finish()) });
        } else {
            self.survey = Some(survey);
        }
    }

    /// Reads a few of the rollouts that are wanted, and sends them at the end.
    fn step_gathering(&mut self) {
        let Some(mut gathering) = self.gathering.take() else { return };
        if gathering.step(&mut self.logs.store, SURVEY) {
            let id = gathering.id;
            (self.send)(Message::Gathered { id, rollouts: Arc::new(gathering.finish()) });
        } else {
            self.gathering = Some(gathering);
        }
    }

    /// Reads a few rollouts for the ledger of groups, and tells from time to time what is known.
    fn step_groups(&mut self) {
        let Some(due) = self.groups_due else { return };
        let done = self.groups.step(&self.logs.store, SURVEY);
        if done || Instant::now() >= due {
            let (read, ledgers) = (self.groups.rollouts(), Arc::new(self.groups.ledgers()));
            (self.send)(Message::Groups { ledgers, read, done });
            self.groups_due = (!done).then(|| Instant::now() + GROUPS);
        }
    }

    fn answer(&mut self, request: Request) {
        match request {
            Request::Woken | Request::Validated(_) => {}
            Request::Open(id) => {
                let settled = self.logs.settled(id);
                if settled != id {
                    // Whoever asked must know the id of the answer.
                    let following = self.following();
                    self.report(following);
                }
                self.send_episode(settled);
            }
            Request::Survey(id) => {
                if id.index() < self.logs.store.episode_count() {
                    self.survey = Some(Survey::of(&mut self.logs.store, id));
                }
            }
            Request::Gather(id) => {
                if id.index() < self.logs.store.episode_count() {
                    self.gathering = Some(Gathering::of(&mut self.logs.store, id));
                }
            }
            Request::Groups => {
                self.groups.begin();
                self.groups_due = Some(Instant::now() + GROUPS);
            }
            Request::Peek(id) => {
                // An episode that was listed before it was indexed comes under its final id.
                let is_listed = self.logs.settled(id) == id;
                let episode = self.logs.episode(id).ok().filter(|_| is_listed).map(Arc::new);
                (self.send)(Message::Peeked { id, episode });
            }
            Request::Inside(request, rows) => {
                let store = &self.logs.store;
                let inside = Arc::new(inside((store, &rows.0), (store, &rows.1)));
                (self.send)(Message::Inside { request, inside });
            }
            Request::Payload(origin) => {
                let result = self.logs.store.record(origin).map(Arc::new).map_err(|it| it.to_string());
                (self.send)(Message::Payload { origin, result });
            }
            Request::Xray(id, act) => {
                let result = self.logs.xray(id, act.as_deref()).map(|it| Box::new(it.1));
                (self.send)(Message::Xray { id, result });
            }
            Request::Context(id, revision) => {
                let result = self.logs.context(id).map(Arc::new);
                (self.send)(Message::Context { id, revision, result });
            }
            Request::Annotate(note) => {
                let at = Timestamp::from_seconds(seconds_now());
                let result = self.logs.annotate(&note, at, self.started.elapsed());
                self.dirty = true;
                (self.send)(Message::Annotated { note, result });
            }
            Request::Export(export, answer) => {
                let prepared = Prepared::of(&mut self.logs, export);
                spawn("export", move || answer(prepared.write()));
            }
            Request::Search(request, pattern) => {
                (self.searching, self.sought) = (true, true);
                self.validation.yield_to_others(true);
                self.searcher.search(request, pattern, self.logs.store.searchable());
            }
            Request::StopSearch => {
                (self.searching, self.sought) = (false, false);
                self.searcher.end_search();
            }
            Request::Filter(request, filters) => {
                self.filtering = !filters.is_empty();
                self.sought = self.filtering;
                if self.filtering {
                    self.searcher.filter(request, filters, self.logs.store.searchable());
                } else {
                    self.searcher.end_filter();
                }
            }
            Request::Match(request, id, patterns) => {
                if id.index() < self.logs.store.episode_count() {
                    let places = match_records(&self.logs.store, id, &patterns);
                    (self.send)(Message::Matched { request, places });
                }
            }
            Request::Sought(sought) => {
                self.sought = !sought.done;
                self.pass_on(sought);
            }
        }
    }

    /// Sends what the search thread has found, with what only the index knows.
    fn pass_on(&self, sought: Sought) {
        let Sought { request, findings, searched, size, done, problem } = sought;
        let store = &self.logs.store;
        (self.send)(match findings {
            Findings::Hits(hits, found) => {
                let hits = name_hits(store, hits);
                Message::Search(SearchNews { request, hits, found, searched, size, done, problem })
            }
            Findings::Passing(found) => {
                let found = name_episodes(store, &found);
                Message::Filtered(FilterNews { request, found, searched, size, done, problem })
            }
        });
    }
}
