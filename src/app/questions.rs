//! Questions that take a look at every act of an episode, and their answers: what filters leave, the way of the blame
//! around an act, where it was lost, how messages divide the credit.
//!
//! ```text
//! update -> Effect::Ask(question) -> a thread: Question::answer -> Message::Answered -> update
//! ```
//!
//! Of each kind the newest question wins. Where the episode is short the answer is made at once (`update::beside`):
//! it is the same.

use std::sync::Arc;

use super::{
    listing::{Listing, ListingQuestion},
    lists::TableActs,
    message::Analysis,
};
use crate::{
    credit::{self, Comparison, FailureStudy, MessageSetting, MessageTable, RunOutcomes},
    model::{ActId, Attribution, Episode, Unavailable},
};

/// What takes a look at every act of an episode with this many, or fewer, is not felt.
pub const SHORT_EPISODE: usize = 2_000;

/// So it is with one look at every agent of a team of this many, or fewer.
pub const SMALL_TEAM: usize = 500;

/// Something to work out from all acts of an episode.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// Which acts pass the filters.
    Listing(ListingQuestion),
    /// An act, its causes and effects, as far as they are listed.
    Path {
        /// The act.
        act: ActId,
        /// What filters leave; `None`: every act.
        listing: Option<Arc<Listing>>,
    },
    /// What the rules of failure attribution say.
    Failure {
        /// The outcomes of the run, as far as they were looked at.
        run: Option<Arc<RunOutcomes>>,
    },
    /// What a what-if changes.
    Comparison {
        /// What the log says, and the credit on the screen.
        of: (Option<Arc<Analysis>>, Arc<Analysis>),
    },
    /// The credit of every message.
    Messages {
        /// The credit that is divided.
        analysis: Arc<Analysis>,
        /// How.
        setting: MessageSetting,
    },
}

/// The answer to a [`Question`] of the same name.
#[derive(Clone, Debug)]
pub enum Answer {
    /// What filters leave.
    Listing(Listing),
    /// Acts, ascending.
    Path(Vec<ActId>),
    /// Where it was lost, and the acts of the rows of that table.
    Failure(FailureStudy, TableActs),
    /// Credit before and after, in the order of the ranks before; `None`: one of them is not known.
    Comparison(Option<Box<Comparison>>),
    /// The credit of every message, or what is missing for it.
    Messages(Result<MessageTable, Unavailable>, MessageRows),
}

impl Question {
    /// Works it out. Pure: the same question about the same episode gives the same answer.
    pub fn answer(self, episode: &Episode) -> Answer {
        match self {
            Question::Listing(question) => Answer::Listing(Listing::of(episode, question)),
            Question::Path { act, listing } => {
                let mut acts = episode.links.through(act);
                acts.retain(|it| listing.as_ref().is_none_or(|listing| listing.holds(*it)));
                Answer::Path(acts)
            }
            Question::Failure { run } => {
                let study = credit::failure_study(episode, None, run.as_deref());
                let acts = TableActs::of(study.rows.iter().map(|it| it.0));
                Answer::Failure(study, acts)
            }
            Question::Comparison { of: (logged, analysis) } => {
                let before = before(logged.as_deref(), &analysis);
                let compared = before.zip(analysis.credit.as_ref().ok());
                let compared = compared.map(|(before, after)| credit::compare(episode, before, after));
                Answer::Comparison(compared.map(|mut it| {
                    it.rows.sort_by_key(|it| (it.rank_before.unwrap_or(u32::MAX), it.agent));
                    Box::new(it)
                }))
            }
            Question::Messages { analysis, setting } => {
                let table = match &analysis.credit {
                    Ok(credit) => credit::message_table(episode, &analysis.scenario, credit, setting),
                    Err(why) => Err(why.clone()),
                };
                let rows = MessageRows::of(&table);
                Answer::Messages(table, rows)
            }
        }
    }
}

/// The credit that `analysis` is set beside: by the same method without the edits, else what the log says.
pub fn before<'a>(logged: Option<&'a Analysis>, analysis: &'a Analysis) -> Option<&'a Attribution> {
    analysis.unedited.as_ref().or(logged.and_then(|it| it.credit.as_ref().ok()))
}

/// What is looked up in a table of messages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MessageRows {
    /// The messages in the order of the table.
    pub acts: TableActs,
    /// The largest number of a message, without its sign.
    pub largest: f64,
}

impl MessageRows {
    /// Of the rows of a table; of none where there is none.
    pub fn of(table: &Result<MessageTable, Unavailable>) -> Self {
        let messages = || table.iter().flat_map(|it| &it.senders).flat_map(|it| &it.messages);
        let numbers = messages().flat_map(|it| [it.flow, it.centred, it.softmax]).flatten();
        Self {
            acts: TableActs::of(messages().map(|it| it.act)),
            largest: numbers.fold(0.0, |size, it| f64::max(size, it.abs())),
        }
    }
}
