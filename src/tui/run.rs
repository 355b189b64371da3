//! The loop: messages in, model changed, effects out, and a frame when something is different.
//!
//! ```text
//! message -> update -> effects, at once -> ... until the next frame is due -> frame
//! ```
//!
//! A frame is due a little after the last one: 30 a second while somebody types, 10 while only the log grows.
//! Frames for what is computed meanwhile are paced apart. A frame waits a moment longer for the answer to a
//! key, so that a step from act to act is one frame and not two with "reading" in between.

use std::{
    collections::VecDeque,
    io,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use ratatui::{buffer::Buffer, layout::Rect};

use super::{
    clipboard,
    paint::{Painter, Probe},
    picture::PICTURES,
    plain::Reader,
    terminal::Terminal,
    theme::Theme,
    view::{self, statements::Statements},
};
use crate::{
    app::{
        Drawn, Effect, Message, Model, RequestId, Rest,
        export::{Export, Exported},
        pointer::Pointed,
        update,
    },
    model::{EpisodeId, Origin},
};

/// The least time between two frames after a key: 30 a second.
const KEY_FRAME: Duration = Duration::from_millis(33);
/// The least time between two frames that show appended records (10 a second), and before a frame that shows
/// only what was computed.
const LIVE_FRAME: Duration = Duration::from_millis(100);
/// How long a frame waits for the answer to a key: shorter than a person notices.
const ANSWER: Duration = Duration::from_millis(30);

/// What the loop must know of its surroundings.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Colours and glyphs.
    pub theme: Theme,
    /// Whether tmux stands between us and the terminal.
    pub tmux: bool,
    /// Whether lines of text are written in place of frames.
    pub plain: bool,
}

/// Runs until the user quits or nothing can send messages any more. Returns the exit code.
///
/// `outside` carries out effects that are not about the terminal.
///
/// # Errors
/// If the terminal is gone.
pub fn run(
    terminal: &mut Terminal,
    model: &mut Model,
    messages: &Receiver<Message>,
    setting: Setting,
    outside: impl FnMut(Effect),
) -> io::Result<u8> {
    let area = terminal.area();
    let mut program = Program {
        terminal,
        model,
        setting,
        outside,
        awaited: Awaited::opening(Instant::now()),
        resting: None,
        timers: Timers::default(),
        reader: setting.plain.then(Reader::default),
    };
    if let Some(code) = program.take(Message::Resize(area.width, area.height), true)? {
        return Ok(code);
    }
    let mut paced = Paced::default();
    let mut due = Some(Instant::now());
    loop {
        let now = Instant::now();
        let at = due.map(|it| it.max(program.awaited.until().unwrap_or(it)));
        let timer = program.timers.next();
        let next = match at {
            Some(at) if at <= now => {
                // Whatever is queued by now is applied before the frame.
                for message in messages.try_iter().take(messages.len()) {
                    let urgent = program.awaited.is_urgent(&message);
                    paced.note(&message);
                    if let Some(code) = program.take(message, urgent)? {
                        return Ok(code);
                    }
                }
                if program.draw()? {
                    paced.drawn(Instant::now());
                }
                due = program.reader.as_ref().and_then(Reader::again);
                continue;
            }
            _ => match timer.into_iter().chain(at).min() {
                Some(until) => messages.recv_deadline(until),
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            },
        };
        let next = match next {
            Err(RecvTimeoutError::Timeout) => Ok(program.timers.take(Instant::now())),
            next => next.map(Some),
        };
        match next {
            Ok(Some(message)) => {
                let urgent = program.awaited.is_urgent(&message);
                paced.note(&message);
                let earliest = paced.earliest(&message, urgent).unwrap_or(now);
                due = Some(due.map_or(earliest, |it| it.min(earliest)));
                if let Some(code) = program.take(message, urgent)? {
                    return Ok(code);
                }
            }
            Ok(None) => {}
            Err(_) => return Ok(0),
        }
    }
}

/// The picture of `model`.
pub fn frame(model: &Model, theme: Theme) -> Buffer {
    draw(model, theme).0
}

/// The picture of `model`, and what only the picture tells.
fn draw(model: &Model, theme: Theme) -> (Buffer, Drawn) {
    let mut buffer = Buffer::empty(area(model));
    let theme = theme.chosen(model.theme);
    let drawn = view::draw(model, Painter::new(&mut buffer, area(model), &theme));
    (buffer, drawn)
}

/// What the picture of `model` has in a cell that can be pointed at.
pub fn pointed(model: &Model, theme: Theme, at: (u16, u16)) -> Option<Pointed> {
    let mut buffer = Buffer::empty(area(model));
    let (theme, probe) = (theme.chosen(model.theme), Probe::new(at));
    view::draw(model, Painter::new(&mut buffer, area(model), &theme).probe(&probe));
    probe.found()
}

fn area(model: &Model) -> Rect {
    Rect::new(0, 0, model.size.columns.max(1), model.size.rows.max(1))
}

/// Model and terminal, and the requests to the outside.
struct Program<'a, F> {
    terminal: &'a mut Terminal,
    model: &'a mut Model,
    setting: Setting,
    outside: F,
    awaited: Awaited,
    /// The computation of a growing episode, since when, and the rest after it.
    resting: Option<(Instant, Rest)>,
    timers: Timers,
    /// Writes lines of text in place of frames.
    reader: Option<Reader>,
}

impl<F: FnMut(Effect)> Program<'_, F> {
    /// Applies a message and carries out its effects. Returns the exit code if one of them is to quit.
    /// `urgent` means that somebody waits for the result.
    fn take(&mut self, message: Message, urgent: bool) -> io::Result<Option<u8>> {
        let began = Instant::now();
        if let (Some((since, rest)), Message::Worked { slot, answer }) = (&mut self.resting, &message)
            && let Some(pause) = rest.answered(slot.request, answer, since.elapsed())
        {
            self.resting = None;
            self.timers.set(pause, Message::Settle);
        }
        let is_resized = matches!(message, Message::Resize(..));
        if let Some(reader) = self.reader.as_mut().filter(|_| urgent && !is_resized) {
            reader.asked();
        }
        let mut effects: VecDeque<Effect> = update(self.model, message).into();
        while let Some(effect) = effects.pop_front() {
            if urgent {
                self.awaited.note(&effect, Instant::now());
            }
            match effect {
                Effect::Quit(code) => return Ok(Some(code)),
                Effect::Wake(pause) => self.timers.set(pause, Message::Wake),
                Effect::Settle(pause) => self.timers.set(pause, Message::Settle),
                Effect::Rest(rest) => self.resting = Some((began, rest)),
                Effect::Redraw if self.reader.is_some() => {
                    // Lines of text do not depend on the size.
                    self.reader.iter_mut().filter(|_| !is_resized).for_each(Reader::forget);
                }
                Effect::Redraw => self.terminal.resize(self.model.size.columns, self.model.size.rows),
                Effect::Suspend => self.terminal.stop()?,
                Effect::TakeAgain => {
                    self.terminal.take_again()?;
                    self.reader.iter_mut().for_each(Reader::forget);
                    // Meanwhile the terminal may have got another size.
                    let area = self.terminal.area();
                    effects.extend(update(self.model, Message::Resize(area.width, area.height)));
                }
                Effect::Bell => self.terminal.send(b"\x07")?,
                Effect::Point { at, gesture } => {
                    let what = pointed(self.model, self.setting.theme, at);
                    effects.extend(update(self.model, Message::Pointed { what, gesture }));
                }
                Effect::Mouse(captured) => self.terminal.mouse(captured)?,
                Effect::Copy(text) => {
                    let sequence =
                        clipboard::osc52(&text, self.setting.tmux).filter(|_| self.reader.is_none());
                    let sent = sequence.is_some();
                    if let Some(bytes) = sequence {
                        self.terminal.send(&bytes)?;
                    }
                    (self.outside)(Effect::Keep { text, sent });
                }
                Effect::Export(export) => {
                    let what = self.drawn(export.what);
                    (self.outside)(Effect::Export(Box::new(Export { what, ..*export })));
                }
                effect => (self.outside)(effect),
            }
        }
        Ok(None)
    }

    /// The picture of the screen where one is to be exported.
    fn drawn(&self, what: Exported) -> Exported {
        let picture = match &what {
            Exported::Screen(name) => PICTURES.iter().find(|it| it.name == *name),
            Exported::Text(_) | Exported::Report(_) => None,
        };
        picture.map_or(what, |it| {
            let theme = Theme::new(it.color, self.model.charset);
            Exported::Text((it.draw)(&frame(self.model, theme)))
        })
    }

    /// `false`: the picture is the same as before.
    fn draw(&mut self) -> io::Result<bool> {
        self.awaited.since = None;
        if self.reader.is_some() {
            return self.tell();
        }
        let (frame, drawn) = draw(self.model, self.setting.theme);
        self.take(Message::Drawn(drawn), false)?;
        self.terminal.show(frame)
    }

    /// Writes what is new as lines of text; `false`: nothing is.
    fn tell(&mut self) -> io::Result<bool> {
        let now = Statements::of(self.model, &self.setting.theme);
        self.take(Message::Drawn(Drawn { reach: now.reach(), detail: None }), false)?;
        let Some(reader) = &mut self.reader else { return Ok(false) };
        let lines = reader.news(self.model, now, Instant::now());
        if lines.is_empty() {
            return Ok(false);
        }
        // In raw mode a line feed alone stays in its column.
        let bytes: String = lines.iter().flat_map(|it| [it.as_str(), "\r\n"]).collect();
        self.terminal.send(bytes.as_bytes())?;
        Ok(true)
    }
}

/// When there were frames.
#[derive(Debug, Default)]
struct Paced {
    last: Option<Instant>,
    /// The last frame that showed appended records; whether the next one does.
    growth: Option<Instant>,
    grows: bool,
}

impl Paced {
    /// Notes what the next frame shows.
    fn note(&mut self, message: &Message) {
        self.grows |= is_growth(message);
    }

    fn drawn(&mut self, now: Instant) {
        self.last = Some(now);
        if std::mem::take(&mut self.grows) {
            self.growth = Some(now);
        }
    }

    /// Before this nothing need be drawn for `message`; `None` for at once. Appended records do not wait for
    /// a frame that only showed what was computed from what there was before.
    fn earliest(&self, message: &Message, urgent: bool) -> Option<Instant> {
        match (urgent, is_growth(message)) {
            (true, _) => self.last.map(|it| it + KEY_FRAME),
            (false, true) => self.growth.map(|it| it + LIVE_FRAME),
            (false, false) => self.last.map(|it| it + LIVE_FRAME),
        }
    }
}

/// Whether a message brings what was appended to the log.
fn is_growth(message: &Message) -> bool {
    matches!(message, Message::Log(_) | Message::Grown { .. })
}

/// Messages that come by themselves after a while.
#[derive(Debug, Default)]
struct Timers {
    /// When, and which; a handful.
    pending: Vec<(Instant, Message)>,
}

impl Timers {
    fn set(&mut self, pause: Duration, message: Message) {
        self.pending.push((Instant::now() + pause, message));
    }

    /// When the next comes.
    fn next(&self) -> Option<Instant> {
        self.pending.iter().map(|it| it.0).min()
    }

    /// The next, if its time has come.
    fn take(&mut self, now: Instant) -> Option<Message> {
        let first = self.pending.iter().enumerate().min_by_key(|it| it.1.0)?.0;
        (self.pending[first].0 <= now).then(|| self.pending.swap_remove(first).1)
    }
}

/// What a person waits for.
#[derive(Debug, Default)]
struct Awaited {
    /// The log, at the start.
    log: bool,
    episode: Option<EpisodeId>,
    payload: Option<Origin>,
    /// The last requests for jobs that somebody waits for.
    requests: VecDeque<RequestId>,
    /// The number of the last search, until its first news.
    search: Option<RequestId>,
    /// Since when, if no frame was drawn meanwhile.
    since: Option<Instant>,
}

impl Awaited {
    fn opening(now: Instant) -> Self {
        Self { log: true, since: Some(now), ..Self::default() }
    }

    /// Remembers what was asked for.
    fn note(&mut self, effect: &Effect, now: Instant) {
        match effect {
            Effect::Open(id) => self.episode = Some(*id),
            Effect::Payload(origin) => self.payload = Some(*origin),
            Effect::Work { slot, job } if job.is_awaited() => {
                self.requests.push_back(slot.request);
                if self.requests.len() > 4 {
                    self.requests.pop_front();
                }
            }
            Effect::Search { request, .. } => self.search = Some(*request),
            _ => return,
        }
        self.since.get_or_insert(now);
    }

    /// Whether a person waits for this message: a key, or the answer to one. A log that grows by itself is
    /// not urgent.
    fn is_urgent(&mut self, message: &Message) -> bool {
        match message {
            Message::Key(_)
            | Message::Pointer { .. }
            | Message::Pointed { .. }
            | Message::Paste(_)
            | Message::Resize(..)
            | Message::Wake
            | Message::Continued
            | Message::Copied { .. }
            | Message::Annotated { .. }
            | Message::Exported { .. }
            | Message::RulesSaved(_)
            | Message::Xray { .. } => true,
            Message::Matched { .. } => true,
            Message::Filtered(_) | Message::Grown { .. } | Message::Settle | Message::Drawn(_) => false,
            // It takes its time: meanwhile the screen shows the rest.
            Message::Run { .. }
            | Message::Gathered { .. }
            | Message::Groups { .. }
            | Message::Peeked { .. }
            | Message::Inside { .. }
            | Message::Context { .. } => false,
            Message::Log(summary) => {
                let first = self.log;
                self.log &= !summary.loaded;
                first
            }
            Message::Episode { id, .. } => self.episode.take_if(|it| it == id).is_some(),
            Message::Payload { origin, .. } => self.payload.take_if(|it| it == origin).is_some(),
            // Only the first answer; later finds are like a growing log.
            Message::Search(news) => self.search.take_if(|it| *it == news.request).is_some(),
            Message::Worked { slot, .. } => {
                let at = self.requests.iter().position(|it| *it == slot.request);
                at.and_then(|it| self.requests.remove(it)).is_some()
            }
        }
    }

    /// When to draw even without an answer; `None` if no answer is awaited.
    fn until(&self) -> Option<Instant> {
        let waiting = self.log
            || self.episode.is_some()
            || self.payload.is_some()
            || self.search.is_some()
            || !self.requests.is_empty();
        self.since.filter(|_| waiting).map(|it| it + ANSWER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{Key, KeyCode, Shape, ShapeJob},
        model::{FileId, LogSummary},
    };

    const ORIGIN: Origin = Origin { file: FileId(0), offset: 7, len: 3, line: 1 };

    #[test]
    fn answers_to_keys_are_urgent_and_live_growth_is_not() {
        let mut awaited = Awaited::default();
        let payload = || Message::Payload { origin: ORIGIN, result: Err(String::new()) };
        let log = |loaded| Message::Log(LogSummary { loaded, ..LogSummary::default() });
        assert!(awaited.is_urgent(&Message::Key(Key::named(KeyCode::Down))));
        assert!(!awaited.is_urgent(&payload()));
        awaited.note(&Effect::Payload(ORIGIN), Instant::now());
        assert!(awaited.is_urgent(&payload()));
        assert!(!awaited.is_urgent(&payload()));
        assert!(!awaited.is_urgent(&log(true)));
        let mut opening = Awaited::opening(Instant::now());
        assert!(opening.is_urgent(&log(false)));
        assert!(opening.is_urgent(&log(true)));
        assert!(!opening.is_urgent(&log(true)));
    }

    #[test]
    fn what_is_appended_waits_for_frames_of_its_own_kind_alone() {
        let log = || Message::Log(LogSummary::default());
        let shape = || Message::worked::<ShapeJob>(RequestId(1), Shape::default());
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let mut paced = Paced::default();
        assert_eq!([log(), shape()].map(|it| paced.earliest(&it, false)), [None, None]);
        paced.note(&log());
        paced.drawn(at(0));
        assert_eq!([log(), shape()].map(|it| paced.earliest(&it, false)), [Some(at(100)); 2]);
        assert_eq!(paced.earliest(&log(), true), Some(at(33)));
        paced.note(&shape());
        paced.drawn(at(100));
        assert_eq!([log(), shape()].map(|it| paced.earliest(&it, false)), [Some(at(100)), Some(at(200))]);
    }

    #[test]
    fn timers_come_in_order_and_not_before_their_time() {
        let (mut timers, now) = (Timers::default(), Instant::now());
        assert!(timers.next().is_none() && timers.take(now).is_none());
        timers.set(Duration::from_secs(20), Message::Settle);
        timers.set(Duration::from_secs(10), Message::Wake);
        assert!(timers.take(now).is_none());
        let first = timers.next().unwrap();
        assert!(
            first >= now + Duration::from_secs(10) && timers.take(first - Duration::from_nanos(1)).is_none()
        );
        assert!(matches!(timers.take(first), Some(Message::Wake)));
        assert!(timers.take(first).is_none());
        assert!(matches!(timers.take(first + Duration::from_secs(11)), Some(Message::Settle)));
        assert!(timers.next().is_none());
    }

    #[test]
    fn a_frame_waits_for_an_answer_but_not_for_long() {
        let now = Instant::now();
        let mut awaited = Awaited::default();
        assert_eq!(awaited.until(), None);
        awaited.note(&Effect::Wake(Duration::from_millis(5)), now);
        assert_eq!(awaited.until(), None);
        awaited.note(&Effect::Payload(ORIGIN), now);
        awaited.note(&Effect::Open(EpisodeId(0)), now + Duration::from_secs(1));
        assert_eq!(awaited.until(), Some(now + ANSWER), "of the first question");
        awaited.payload = None;
        awaited.episode = None;
        assert_eq!(awaited.until(), None);
    }
}
