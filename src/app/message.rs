//! What comes in and what goes out.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    export::{Export, ExportError},
    index::ReadEpisode,
    job::{Answer, Job, Work},
    key::Key,
    model::Model,
    pointer::{Gesture, Pointed},
    request::RequestId,
    rest::Rest,
};
use crate::{
    compare::Inside,
    context::Context,
    credit::RunOutcomes,
    filter::Filter,
    forensics::Ledger,
    model::{ActId, Episode, EpisodeId, Growth, LogSummary, Note, Origin, Place, RecordText, Rollout},
    search::{Hit, Pattern},
    suspicion::Xray,
};

/// News of a search: what is new since the last news, and how far it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchNews {
    /// The number of the request.
    pub request: RequestId,
    /// New hits, in the order of the files. Only the first ten thousand of a search are sent.
    pub hits: Vec<Hit>,
    /// Records that match so far, including those that are not sent.
    pub found: u64,
    /// Bytes searched.
    pub searched: u64,
    /// Bytes there are.
    pub size: u64,
    /// Whether all there is has been searched; a growing log continues.
    pub done: bool,
    /// Why a file could not be searched to its end.
    pub problem: Option<String>,
}

/// News of filters on episodes: what is new since the last news, and how far they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FilterNews {
    /// The number of the request.
    pub request: RequestId,
    /// A filter, by its place in the request, and an episode with a record that passes it.
    pub found: Vec<(usize, EpisodeId)>,
    /// Bytes looked through.
    pub searched: u64,
    /// Bytes there are.
    pub size: u64,
    /// Whether that is all there is; a growing log continues.
    pub done: bool,
    /// Why a file could not be searched to its end.
    pub problem: Option<String>,
}

/// A row of a comparison in one of the two episodes.
#[derive(Clone, Debug, PartialEq)]
pub struct RowActs {
    /// The episode.
    pub episode: Arc<Episode>,
    /// Its act in the row.
    pub act: Option<ActId>,
    /// Its last act up to there: after it the states are compared.
    pub last: Option<ActId>,
}

/// What only a frame knows, because it depends on how lines are broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// The last row of the overlay that may be the first one shown.
    pub reach: usize,
    /// The first row and column of the act in full, if it moved to what a search found.
    pub detail: Option<(usize, usize)>,
}

/// Where the answer to a job goes.
#[derive(Clone, Copy)]
pub struct SlotRef {
    /// The number of the request.
    pub request: RequestId,
    fill: fn(&mut Model, RequestId, Answer, &mut Vec<Effect>),
}

impl SlotRef {
    /// To whoever asks for jobs of kind `W`.
    pub fn of<W: Receive>(request: RequestId) -> Self {
        let fill = |model: &mut Model, request, answer: Answer, effects: &mut Vec<Effect>| {
            if let Some(answer) = answer.into::<W>() {
                W::receive(model, request, answer, effects);
            }
        };
        Self { request, fill }
    }

    /// Hands the answer over.
    pub(super) fn fill(self, model: &mut Model, answer: Answer, effects: &mut Vec<Effect>) {
        (self.fill)(model, self.request, answer, effects);
    }
}

impl fmt::Debug for SlotRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SlotRef").field(&self.request).finish()
    }
}

impl PartialEq for SlotRef {
    fn eq(&self, other: &Self) -> bool {
        self.request == other.request
    }
}

/// What to do with the answer to a kind of job. Implemented where the job is requested.
pub trait Receive: Work + Sized {
    /// Takes the answer to `request`. Drops one that nobody waits for any more.
    fn receive(model: &mut Model, request: RequestId, answer: Self::Answer, effects: &mut Vec<Effect>);
}

/// Something that happened outside.
#[derive(Clone, Debug)]
pub enum Message {
    /// A key was pressed.
    Key(Key),
    /// The mouse did something in the cell of this column and row.
    Pointer {
        /// Column and row.
        at: (u16, u16),
        /// What it did.
        gesture: Gesture,
    },
    /// What is in that cell; answers [`Effect::Point`].
    Pointed {
        /// What can be pointed at there.
        what: Option<Pointed>,
        /// What the mouse did.
        gesture: Gesture,
    },
    /// Text was pasted: whatever somebody had copied, including line ends and control characters.
    Paste(String),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// The logs grew or changed.
    Log(LogSummary),
    /// An episode was assembled. Answers [`Effect::Open`], and comes again when the episode grows.
    Episode {
        /// Which.
        id: EpisodeId,
        /// Its revision.
        revision: u64,
        /// The episode, or why it cannot be read.
        result: Result<ReadEpisode, String>,
    },
    /// Records were appended to an episode that was sent, and change nothing that was there.
    Grown {
        /// Which.
        id: EpisodeId,
        /// The revision to which they were appended, and the revision that results.
        revisions: (u64, u64),
        /// What they add.
        growth: Box<Growth>,
    },
    /// The time requested with [`Effect::Settle`] or [`Effect::Rest`] has come.
    Settle,
    /// A job is done, or a part of it. Answers [`Effect::Work`] with the same slot, several times while
    /// values are drawn.
    Worked {
        /// Where it goes.
        slot: SlotRef,
        /// The answer.
        answer: Answer,
    },
    /// The episodes of a run were looked at; answers [`Effect::Survey`].
    Run {
        /// The episode it was asked for.
        id: EpisodeId,
        /// How the run went.
        outcomes: Box<RunOutcomes>,
    },
    /// The rollouts around an episode were read; answers [`Effect::Gather`].
    Gathered {
        /// The episode it was asked for.
        id: EpisodeId,
        /// Its own group and the groups nearest to it, in the order of the log.
        rollouts: Arc<Vec<Arc<Rollout>>>,
    },
    /// The groups of the log, as far as they were read; answers [`Effect::Groups`], repeatedly.
    Groups {
        /// The ledger of each run.
        ledgers: Arc<Vec<Ledger>>,
        /// Ended rollouts that were read.
        read: usize,
        /// Whether that is all.
        done: bool,
    },
    /// The rules were written to this file, or why not; answers [`Effect::SaveRules`].
    RulesSaved(Result<String, String>),
    /// An episode of the list was read; answers [`Effect::Peek`].
    Peeked {
        /// Which.
        id: EpisodeId,
        /// The episode; `None` if it cannot be read.
        episode: Option<Arc<Episode>>,
    },
    /// What the records of a row of a comparison hold; answers [`Effect::Inside`].
    Inside {
        /// The number of the request.
        request: RequestId,
        /// What they hold.
        inside: Arc<Inside>,
    },
    /// A record was read; answers [`Effect::Payload`].
    Payload {
        /// Which record.
        origin: Origin,
        /// Its text, or why it cannot be read.
        result: Result<Arc<RecordText>, String>,
    },
    /// Where the values of a text come from; answers [`Effect::Xray`].
    Xray {
        /// Of which episode.
        id: EpisodeId,
        /// The way of each, or why it cannot be told.
        result: Result<Box<Xray>, String>,
    },
    /// What surrounds the acts of an episode; answers [`Effect::Context`].
    Context {
        /// Of which episode.
        id: EpisodeId,
        /// The revision it was asked for.
        revision: u64,
        /// States, metrics and teamwork, or why they cannot be read.
        result: Result<Arc<Context>, String>,
    },
    /// A note was written, or not; answers [`Effect::Annotate`].
    Annotated {
        /// The note.
        note: Box<Note>,
        /// The path of the file that holds it, or why none does.
        result: Result<String, String>,
    },
    /// A file was written, or not; answers [`Effect::Export`].
    Exported {
        /// What was to be written.
        export: Box<Export>,
        /// The bytes of the file, or why there is none.
        result: Result<u64, ExportError>,
    },
    /// News of a search. Answers [`Effect::Search`], repeatedly.
    Search(SearchNews),
    /// News of filters on episodes. Answers [`Effect::Filter`], repeatedly.
    Filtered(FilterNews),
    /// Which records of an episode match; answers [`Effect::Match`].
    Matched {
        /// The number of the request.
        request: RequestId,
        /// For each pattern the places of the matching records, ascending.
        places: Vec<Vec<Place>>,
    },
    /// A frame was drawn.
    Drawn(Drawn),
    /// The time requested with [`Effect::Wake`] has come.
    Wake,
    /// The process was stopped and goes on: the terminal shows what others wrote.
    Continued,
    /// A copy was made; answers [`Effect::Keep`].
    Copied {
        /// The path of the file that holds it, or why there is none.
        file: Result<String, String>,
        /// Whether it was sent to the terminal, which may or may not take it.
        sent: bool,
    },
}

impl Message {
    /// The answer to a job of kind `W`.
    pub fn worked<W: Receive>(request: RequestId, answer: W::Answer) -> Self {
        Self::Worked { slot: SlotRef::of::<W>(request), answer: Answer::new::<W>(answer) }
    }
}

/// Something asked of the outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Assemble this episode, and again whenever it grows.
    Open(EpisodeId),
    /// Do this job off the loop.
    Work {
        /// Where the answer goes.
        slot: SlotRef,
        /// What to work out.
        job: Job,
    },
    /// Stop the job of this request, whose answer comes in parts: what there is is its last answer.
    StopWork(RequestId),
    /// Look at the episodes of this one's run.
    Survey(EpisodeId),
    /// Read the rollouts around this episode.
    Gather(EpisodeId),
    /// Read what has changed of the groups of the log.
    Groups,
    /// Read this episode once, for the list.
    Peek(EpisodeId),
    /// Read what the records of a row of a comparison hold.
    Inside {
        /// Comes back with the answer.
        request: RequestId,
        /// The row in A.
        a: RowActs,
        /// The row in B.
        b: RowActs,
    },
    /// Read a record in full.
    Payload(Origin),
    /// Trace the values of the text of an act, or else of the answer.
    Xray {
        /// Which episode.
        id: EpisodeId,
        /// The act, by its id.
        act: Option<String>,
    },
    /// Read what surrounds the acts of an episode.
    Context {
        /// Which episode.
        id: EpisodeId,
        /// Its revision.
        revision: u64,
    },
    /// Write a note of the person at the screen beside its log.
    Annotate(Box<Note>),
    /// Write what is on the screen to a file.
    Export(Box<Export>),
    /// Search the logs for this, and what comes to them; an older search ends.
    Search {
        /// Comes back with every answer.
        request: RequestId,
        /// What to look for.
        pattern: Arc<Pattern>,
    },
    /// Search no more.
    StopSearch,
    /// Look for the episodes with a record that passes each of these filters, ignoring their `!`, now and in
    /// what comes. They replace the filters before; an empty list ends the search.
    Filter {
        /// Comes back with every answer.
        request: RequestId,
        /// Filters about records.
        filters: Vec<Arc<Filter>>,
    },
    /// Tell which records of an episode match.
    Match {
        /// Comes back with the answer.
        request: RequestId,
        /// Which episode.
        episode: EpisodeId,
        /// What to look for.
        patterns: Vec<Arc<Pattern>>,
    },
    /// Send [`Message::Settle`] after this pause.
    Settle(Duration),
    /// Send [`Message::Settle`] when these requests are answered and the rest after them is over: a growing
    /// episode is not computed anew for each of its records.
    Rest(Rest),
    /// Send [`Message::Wake`] after this pause.
    Wake(Duration),
    /// Hand this text to the clipboard of the terminal, then [`Effect::Keep`] it.
    Copy(String),
    /// Write this text to the file that holds the last copy of the session.
    Keep {
        /// What was copied.
        text: String,
        /// Whether it was sent to the terminal.
        sent: bool,
    },
    /// Write these rules to the configuration file.
    SaveRules(Vec<super::rules::RuleChoice>),
    /// Ring the bell of the terminal.
    Bell,
    /// Tell what the frame on the screen has in this cell.
    Point {
        /// Column and row.
        at: (u16, u16),
        /// What the mouse did there.
        gesture: Gesture,
    },
    /// Turn mouse capture on or off.
    Mouse(bool),
    /// Draw every cell again.
    Redraw,
    /// Give the terminal back and stop until continued.
    Suspend,
    /// Take the terminal again, whatever was done to it, and draw every cell.
    TakeAgain,
    /// End with this exit code.
    Quit(u8),
}
