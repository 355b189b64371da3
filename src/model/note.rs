//! What a person at the screen notes about an act or an agent.

use super::{EpisodeId, Origin};

/// A person's judgement, before it is written beside the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The episode.
    pub episode: EpisodeId,
    /// The agent, as shown.
    pub agent: String,
    /// The act, as shown; `None`: the note is about the agent as a whole.
    pub act: Option<String>,
    /// The record of the act, or of an act of the agent: it tells the ids as logged, and beside which log the note stands.
    pub at: Origin,
    /// Whether it is to blame.
    pub is_culprit: bool,
    /// Why; may be empty.
    pub reason: String,
    /// Who says so.
    pub by: String,
}

impl Note {
    /// The label of what is to blame, and that of what is not.
    pub const LABELS: [&'static str; 2] = ["mistake", "ok"];

    /// `s9 (coder)`, `coder`.
    pub fn subject(&self) -> String {
        match &self.act {
            Some(act) => format!("{act} ({})", self.agent),
            None => self.agent.clone(),
        }
    }

    /// The label that it gives.
    pub fn label(&self) -> &'static str {
        Self::LABELS[usize::from(!self.is_culprit)]
    }
}
