//! What comes in and what goes out.

use std::sync::Arc;

use super::{
    agents::AgentRanking,
    index::{ActRanking, ReadEpisode},
    key::Key,
    questions::{Answer, MessageRows, Question},
    shape::Shape,
};
use crate::{
    credit::{Interactions, MessageSetting, RunOutcomes, Study, Sweep, Target, Verdict},
    filter::Filter,
    graph::InteractionGraph,
    model::{
        Attribution, Episode, EpisodeId, Explanation, Growth, LogSummary, Origin, RecordText, Scenario,
        Unavailable,
    },
    search::{Hit, Pattern},
};

/// Everything computed for one scenario of one episode, in one go.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// The scenario asked for, with the method filled in.
    pub scenario: Scenario,
    /// Credit, or why there is none.
    pub credit: Result<Attribution, Unavailable>,
    /// Where the scenario edits the episode: credit by the same method without the edits, so that a
    /// comparison shows the edit and not the method.
    pub unedited: Option<Attribution>,
    /// Credit per act, by the same method or by the nearest that knows acts.
    pub acts: Option<Attribution>,
    /// What pairs of agents earn beyond their own credits, or what the log lacks for it.
    pub pairs: Result<Interactions, Unavailable>,
    /// Every other method and baseline under the same edits.
    pub sweep: Sweep,
    /// What to tell first.
    pub verdict: Verdict,
    /// The acts in the order of `acts`, and the way of the blame.
    pub ranking: Arc<ActRanking>,
    /// The agents in the order of `credit`.
    pub agents: Arc<AgentRanking>,
    /// Where another method took the place of the one asked for: which did, and why.
    pub instead: Option<String>,
    /// Where the credit is drawn and that takes long: how far it has come. Until it ends the same request is
    /// answered again and again, with newer credit and the sweep and verdict of the first.
    pub sampling: Option<SamplingState>,
}

/// How far a sampled value has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SamplingState {
    /// Permutations walked.
    pub permutations: u64,
    /// Permutations asked for.
    pub asked: u64,
    /// The largest standard error of an agent; `None`: not known yet.
    pub widest: Option<f64>,
    /// Whether it goes on.
    pub end: SamplingEnd,
}

/// Whether a sampled value goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SamplingEnd {
    /// It does.
    Open,
    /// All that was asked for is there.
    Done,
    /// Somebody stopped it.
    Stopped,
}

/// How a search goes on: what is new since the last news, and how far it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchNews {
    /// The number of the request.
    pub request: u64,
    /// Hits that were not told of before, in the order of the files. The first ten thousand are told.
    pub hits: Vec<Hit>,
    /// Records that match so far, those that are not told of included.
    pub found: u64,
    /// Bytes searched.
    pub searched: u64,
    /// Bytes there are.
    pub size: u64,
    /// Whether all there is has been searched; a log that grows goes on.
    pub done: bool,
    /// Why a file could not be searched to its end.
    pub problem: Option<String>,
}

/// How filters on episodes go on: what is new since the last news, and how far they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiftNews {
    /// The number of the request.
    pub request: u64,
    /// A filter, by its place in the request, and an episode that has a record which passes it.
    pub found: Vec<(usize, EpisodeId)>,
    /// Bytes looked through.
    pub searched: u64,
    /// Bytes there are.
    pub size: u64,
    /// Whether that is all there is; a log that grows goes on.
    pub done: bool,
    /// Why a file could not be looked through to its end.
    pub problem: Option<String>,
}

/// Which number is to be explained.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainQuestion {
    /// The method and the edits.
    pub scenario: Scenario,
    /// The row of the sweep that it is of; `None`: the credit shown.
    pub row: Option<usize>,
    /// The agent or act.
    pub target: Target,
}

/// Something that happened outside.
#[derive(Clone, Debug)]
pub enum Message {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted: whatever somebody had copied, line ends and control characters included.
    Paste(String),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// The logs grew or changed.
    Log(LogSummary),
    /// An episode was put together; answers [`Effect::Open`], and comes again when the episode grows.
    Episode {
        /// Which.
        id: EpisodeId,
        /// Its revision.
        revision: u64,
        /// The episode, or why it cannot be read.
        result: Result<ReadEpisode, String>,
    },
    /// The shape of an episode was worked out; answers [`Effect::Shape`] with the same number.
    Shape {
        /// The number of the request.
        request: u64,
        /// The result.
        result: Box<Shape>,
    },
    /// The graph with the credit that crosses its edges; answers [`Effect::Flow`] with the same number.
    Flow {
        /// The number of the request.
        request: u64,
        /// The result.
        result: Box<InteractionGraph>,
    },
    /// Records were appended to an episode that was sent, and change nothing of what it was.
    Grown {
        /// Which.
        id: EpisodeId,
        /// The revision they were appended to, and the one they make of it.
        revisions: (u64, u64),
        /// What they add.
        growth: Box<Growth>,
    },
    /// The time asked for with [`Effect::Settle`] or [`Effect::Rest`] has come.
    Settle,
    /// The arithmetic of a number was worked out; answers [`Effect::Explain`] with the same number.
    Explained {
        /// The number of the request.
        request: u64,
        /// The arithmetic, or why there is none.
        result: Box<Result<Explanation, Unavailable>>,
    },
    /// Credit was computed; answers [`Effect::Analyse`] with the same number, several times while values are drawn.
    Analysis {
        /// The number of the request.
        request: u64,
        /// The result.
        result: Box<Analysis>,
    },
    /// What takes longer than credit was computed; answers [`Effect::Study`] with the same number.
    Study {
        /// The number of the request.
        request: u64,
        /// The result.
        result: Box<Study>,
        /// What is looked up in its messages.
        rows: Box<MessageRows>,
    },
    /// A question about all acts was answered; answers [`Effect::Ask`] with the same number.
    Answered {
        /// The number of the request.
        request: u64,
        /// The answer.
        answer: Box<Answer>,
    },
    /// The episodes of a run were looked at; answers [`Effect::Survey`].
    Run {
        /// The episode it was asked for.
        id: EpisodeId,
        /// How the run went.
        outcomes: Box<RunOutcomes>,
    },
    /// A record was read; answers [`Effect::Payload`].
    Payload {
        /// Which record.
        origin: Origin,
        /// Its text, or why it cannot be read.
        result: Result<Arc<RecordText>, String>,
    },
    /// News of a search; answers [`Effect::Search`], again and again.
    Search(SearchNews),
    /// News of filters on episodes; answers [`Effect::Sift`], again and again.
    Sifted(SiftNews),
    /// Which records of an episode match; answers [`Effect::Match`].
    Matched {
        /// The number of the request.
        request: u64,
        /// For each pattern the places of the records that match, as file and offset, ascending.
        places: Vec<Vec<(u32, u64)>>,
    },
    /// The time asked for with [`Effect::Wake`] has come.
    Wake,
    /// A copy was made; the path of the file that holds it, or why there is none.
    Copied(Result<String, String>),
}

/// Something asked of the outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Put this episode together, and again whenever it grows.
    Open(EpisodeId),
    /// Work out the graph of an episode, and check it.
    Shape {
        /// Comes back with the answer.
        request: u64,
        /// The episode.
        episode: Arc<Episode>,
    },
    /// Build the graph with the credit of acts on the edges they start.
    Flow {
        /// Comes back with the answer.
        request: u64,
        /// The episode.
        episode: Arc<Episode>,
        /// Its credit.
        analysis: Arc<Analysis>,
    },
    /// Compute credit.
    Analyse {
        /// Comes back with the answer.
        request: u64,
        /// The episode.
        episode: Arc<Episode>,
        /// What to compute; an empty method name asks for the best the log supports.
        scenario: Scenario,
        /// Whether the nearest method takes the place of one that cannot follow the edits.
        or_nearest: bool,
    },
    /// Work out what takes a look at every act.
    Ask {
        /// Comes back with the answer.
        request: u64,
        /// The episode.
        episode: Arc<Episode>,
        /// What to work out.
        question: Question,
    },
    /// Work out the arithmetic of a number.
    Explain {
        /// Comes back with the answer.
        request: u64,
        /// The episode.
        episode: Arc<Episode>,
        /// Its credit, in which the number is known.
        analysis: Arc<Analysis>,
        /// Whose number.
        question: ExplainQuestion,
    },
    /// Stop drawing for this request: what there is is its last answer.
    StopSampling(u64),
    /// Compute what takes longer than credit: curves, messages, how sure it is.
    Study {
        /// Comes back with the answer.
        request: u64,
        /// The episode.
        episode: Arc<Episode>,
        /// Its credit.
        analysis: Arc<Analysis>,
        /// How messages are divided.
        setting: MessageSetting,
        /// Whether nobody looks at it yet: what the screen shows does not wait for it.
        ahead: bool,
    },
    /// Look at the episodes of this one's run.
    Survey(EpisodeId),
    /// Read a record in full.
    Payload(Origin),
    /// Search the logs for this, and what comes to them; an older search ends.
    Search {
        /// Comes back with every answer.
        request: u64,
        /// What to look for.
        pattern: Arc<Pattern>,
    },
    /// Search no more.
    StopSearch,
    /// Look for the episodes that have a record which passes each of these filters, without its `!`, now and in
    /// what comes, in place of the filters before; none: look for none.
    Sift {
        /// Comes back with every answer.
        request: u64,
        /// Filters about records.
        filters: Vec<Arc<Filter>>,
    },
    /// Tell which records of an episode match.
    Match {
        /// Comes back with the answer.
        request: u64,
        /// Which episode.
        episode: EpisodeId,
        /// What to look for.
        patterns: Vec<Arc<Pattern>>,
    },
    /// Send [`Message::Settle`] after this many milliseconds.
    Settle(u64),
    /// Send [`Message::Settle`] when many times as long has passed as it takes to answer the [`Effect::Analyse`]
    /// before: an episode that grows is not computed anew for each of its records.
    Rest,
    /// Send [`Message::Wake`] after this many milliseconds.
    Wake(u64),
    /// Hand this text to the clipboard and to a file.
    Copy(String),
    /// Turn mouse capture on or off.
    Mouse(bool),
    /// Draw every cell again.
    Redraw,
    /// Give the terminal back and stop until continued.
    Suspend,
    /// End with this exit code.
    Quit(u8),
}
