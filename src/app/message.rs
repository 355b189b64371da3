//! What comes in and what goes out.

use std::sync::Arc;

use super::key::Key;
use crate::{
    credit::{Interactions, Sweep, Verdict},
    model::{Attribution, Episode, EpisodeId, LogSummary, Origin, RecordText, Scenario, Unavailable},
    search::{Hit, Pattern},
};

/// Everything computed for one scenario of one episode, in one go.
#[derive(Clone, Debug)]
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

/// Something that happened outside.
#[derive(Clone, Debug)]
pub enum Message {
    /// A key was pressed.
    Key(Key),
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
        result: Result<Arc<Episode>, String>,
    },
    /// Credit was computed; answers [`Effect::Analyse`] with the same number.
    Analysis {
        /// The number of the request.
        request: u64,
        /// The result.
        result: Box<Analysis>,
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
    /// Compute credit.
    Analyse {
        /// Comes back with the answer.
        request: u64,
        /// The episode.
        episode: Arc<Episode>,
        /// What to compute; an empty method name asks for the best the log supports.
        scenario: Scenario,
    },
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
