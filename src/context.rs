//! What surrounds the acts of an episode: the state of the world and of the agents, act by act; numbers that were measured
//! beside them; how the team worked together.
//!
//! ```text
//! state records, pre_state of acts -> document::Document -> changes of keys -> History      what a key was after every act
//! History                          -> knowledge                                            who holds an old value
//! metric records                   -> telemetry::Series                                    numbers beside the acts
//! episode, History                 -> team::FIGURES                                        how the team worked together
//! ```
//!
//! Pure: whoever calls it has read the records. What the log does not hold is said, never made up.

mod agreement;
mod document;
mod history;
mod key;
mod knowledge;
mod record;
mod team;
mod telemetry;
#[cfg(test)]
mod tests;
mod work;

pub use agreement::{Disagreement, Holder};
pub use history::{Check, History};
pub use key::{By, Moment, Owner, StateKey, Write};
pub use knowledge::Subject;
pub use record::{Content, PreState, StateRecord};
pub use team::{FIGURES, Figure, FigureRow, Group, figures, short};
pub use telemetry::{Arrival, Series, arrivals, series};
pub use work::{AgentWork, works};

use crate::model::Episode;

/// Everything of this layer about one episode.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// The state after every act.
    pub history: History,
    /// The numbers of metric records, by name and agent.
    pub series: Vec<Series>,
    /// When each reward came.
    pub arrivals: Vec<Arrival>,
    /// How the team worked together, in the order of [`FIGURES`].
    pub figures: Vec<Figure>,
    /// What each agent did with its time.
    pub works: Vec<AgentWork>,
    /// How many agents and acts the episode has of which all this is.
    pub of: (usize, usize),
}

/// The context of `episode`, of which these records were read.
pub fn context(episode: &Episode, records: Vec<StateRecord>, pre_states: &[PreState]) -> Context {
    let history = History::of(episode, records, pre_states);
    Context {
        series: series(episode),
        arrivals: arrivals(episode),
        figures: figures(episode, &history),
        works: works(episode),
        of: (episode.agents.len(), episode.acts.len()),
        history,
    }
}
