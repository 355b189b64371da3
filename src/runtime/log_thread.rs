//! The thread that owns the store: it polls the files and answers requests about them. It hands searches to
//! the search thread and adds to the results what only the index knows. It has the validate thread read in
//! full what is indexed, and lists what that finds.

mod request;
mod validating;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use super::{
    OpenedLogs, Survey, Which,
    progress::reading,
    search::{Findings, Searcher, Sought, match_records, name_episodes, name_hits},
    spawn,
    validation::{Validated, Validator},
};
use crate::{
    app::{Message, SearchNews, SiftNews},
    model::{EpisodeId, LogSummary},
    runtime::Round,
    source::{News, Watch},
    store::LiveEpisode,
};

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
/// Between two looks for new files.
const RESCAN: Duration = Duration::from_secs(1);
/// Time per file between two checks that all files are watched; new files are checked at once.
const COVER: Duration = Duration::from_millis(10);
/// The least time between two summaries while a large log is read.
const REPORT: Duration = Duration::from_millis(60);
/// The same while a log grows, which is shown ten times a second.
const LIVE_REPORT: Duration = Duration::from_millis(95);
/// The same once it has grown without a pause for several summaries: nobody reads lines that fast, and each
/// frame of them costs.
const STREAM_REPORT: Duration = Duration::from_millis(320);
const STREAM: u32 = 10;
/// What comes this soon after the last summary could be shown has waited for it.
const WAITED: Duration = Duration::from_millis(20);
/// A summary of very many episodes takes a while, here and on the screen. Reading continues for this many
/// times as long before the next.
const REPORT_SHARE: u32 = 15;
/// The same for assembling a long episode that grows.
const EPISODE_SHARE: u32 = 4;
/// Time between two looks at the requests while the episodes of a run are surveyed.
const SURVEY: Duration = Duration::from_millis(10);

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
                searcher,
                validation: Validation::new(validator),
                sought: false,
                searching: false,
                sifting: false,
                started: Instant::now(),
                loaded: false,
                grown: false,
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
    searcher: Searcher,
    validation: Validation,
    /// A search or a filter is under way.
    sought: bool,
    /// Whether new records must be searched, and whether filters apply to them.
    searching: bool,
    sifting: bool,
    started: Instant,
    loaded: bool,
    /// Something came after the first pass: the log is being written, whatever its episodes say.
    grown: bool,
}

impl<F: Fn(Message)> State<F> {
    fn run(mut self, queue: &Receiver<Request>) {
        let mut reported: Option<Instant> = None;
        let mut pause = REPORT;
        // Summaries in a row for which something was waiting.
        let mut stream = 0;
        let mut rescanned = Instant::now();
        let mut covered = rescanned;
        let mut dirty = true;
        self.cover();
        loop {
            // The results of reading in full are used after every file was checked to be what was read.
            let settles = self.validation.has_work(&self.logs);
            let round = self.poll(settles);
            dirty |= round.changed;
            self.grown |= round.changed && self.loaded;
            let first_end = round.caught_up && !self.loaded;
            if first_end {
                if !self.following() {
                    self.logs.finish();
                }
                self.loaded = true;
                dirty = true;
            }
            if round.caught_up && settles {
                dirty |= self.validation.settle(&mut self.logs);
            }
            let following = self.following();
            // After this nothing may come that would bring the rest.
            let last = round.caught_up && !following;
            let due = last || first_end || reported.is_none_or(|it| it.elapsed() >= pause);
            if due && (dirty || self.is_behind()) {
                let began = Instant::now();
                if std::mem::take(&mut dirty) {
                    self.report(following);
                    if self.searching || self.sifting {
                        self.searcher.cover(self.logs.store.searchable());
                    }
                }
                let waited = reported.is_some_and(|it| it.elapsed() < pause + WAITED);
                stream = if waited && self.loaded { stream + 1 } else { 0 };
                let least = match (self.loaded, stream >= STREAM) {
                    (false, _) => REPORT,
                    (true, false) => LIVE_REPORT,
                    (true, true) => STREAM_REPORT,
                };
                pause = least.max(began.elapsed() * REPORT_SHARE);
                self.send_grown_episode(last);
                let now = Instant::now();
                reported = Some(now);
                if self.loaded {
                    self.watch.rest_until(now + pause);
                }
            }
            if round.caught_up {
                self.step_survey();
                self.validation.hand_on(&mut self.logs, following);
            }
            let busy = !round.caught_up || self.survey.is_some();
            self.validation.yield_to_others(busy || self.sought);
            let next = if busy || self.validation.has_work(&self.logs) {
                queue.try_recv().ok()
            } else if following {
                let shown = reported.map_or(Duration::ZERO, |it| pause.saturating_sub(it.elapsed()));
                match self.wait(queue, shown, dirty) {
                    Ok(request) => request,
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            } else {
                match queue.recv() {
                    Ok(request) => Some(request),
                    Err(_) => return,
                }
            };
            for request in next.into_iter().chain(queue.try_iter()) {
                match request {
                    Request::Validated(validated) => dirty |= self.validation.take(validated),
                    request => self.answer(request),
                }
            }
            if following && rescanned.elapsed() >= RESCAN {
                rescanned = Instant::now();
                let more = self.logs.rescan();
                dirty |= more;
                if more
                    || self.watch.is_stale()
                    || covered.elapsed() >= COVER * self.logs.store.file_count() as u32
                {
                    covered = rescanned;
                    self.cover();
                }
            }
        }
    }

    /// Reads on. A file that is not followed is read once: what is appended later stays unread, whatever woke
    /// the thread. But a broken line is only listed if its file still is what was read.
    fn poll(&mut self, all: bool) -> Round {
        let read = self.loaded && self.follow == Follow::Never && !self.logs.is_piped();
        if read && !all {
            return Round { changed: false, caught_up: true };
        }
        let (now, told) = (self.started.elapsed(), self.watch.take_told());
        let which = match self.watch.polling_because() {
            _ if all || !self.loaded => Which::All,
            Some(_) => Which::Growing,
            None => Which::Told(&told),
        };
        self.logs.poll_some(now, BUDGET, which)
    }

    /// Waits for a request, for the next poll or, if something is to be shown, until `shown`. Before that
    /// nothing more would appear, so changed files are looked at then too, and not at each of their records.
    fn wait(
        &self,
        queue: &Receiver<Request>,
        shown: Duration,
        dirty: bool,
    ) -> Result<Option<Request>, RecvTimeoutError> {
        let now = Instant::now();
        let poll = if self.watch.polling_because().is_some() { POLL_ONLY } else { POLL };
        let mut until = now + if dirty { shown } else { shown.max(poll) }.min(LONGEST_POLL);
        loop {
            match queue.recv_deadline(until)? {
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

    fn cover(&mut self) {
        if self.follow != Follow::Never {
            let (files, directories) = self.logs.watched();
            self.watch.cover(files.iter().map(PathBuf::as_path), directories.iter().map(PathBuf::as_path));
        }
    }

    fn report(&mut self, following: bool) {
        let summary = LogSummary {
            following: following && self.loaded,
            polling: self.watch.polling_because().filter(|_| following).map(str::to_owned),
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
        if !self.is_behind() || self.send_growth() {
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
        let (result, live) = match read {
            Ok((episode, live)) => (Ok(episode.into()), live),
            Err(why) => (Err(why.to_string()), None),
        };
        (self.send)(Message::Episode { id, revision, result });
        self.open = Some(Opened { id, revision, sent: Instant::now(), cost: began.elapsed(), live });
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
            Request::Payload(origin) => {
                let result = self.logs.store.record(origin).map(Arc::new).map_err(|it| it.to_string());
                (self.send)(Message::Payload { origin, result });
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
            Request::Sift(request, filters) => {
                self.sifting = !filters.is_empty();
                self.sought = self.sifting;
                if self.sifting {
                    self.searcher.sift(request, filters, self.logs.store.searchable());
                } else {
                    self.searcher.end_sift();
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
                Message::Sifted(SiftNews { request, found, searched, size, done, problem })
            }
        });
    }
}
