//! What was appended to an episode, so that a growing episode need not be assembled anew for every record.

use super::{Act, ActionTable, Diagnostic, Episode, Link, Reward};

/// Records that come after all others of an episode and change nothing that was there before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Growth {
    /// New acts, in order of time, each with its links to causes. Their ids continue those of the episode.
    pub acts: Vec<(Act, Vec<Link>)>,
    /// New rewards.
    pub rewards: Vec<Reward>,
    /// Alternatives that policies logged for new acts, by act.
    pub tables: Vec<ActionTable>,
    /// Findings about the new records.
    pub diagnostics: Vec<Diagnostic>,
}

impl Growth {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.acts.is_empty() && self.rewards.is_empty() && self.diagnostics.is_empty()
    }
}

impl Episode {
    /// Appends the growth. The result is the episode that all of its records give, except for the order of
    /// its findings.
    pub fn grow(&mut self, growth: Growth) {
        for (act, parents) in growth.acts {
            self.links.push(parents);
            self.acts.push(act);
        }
        self.rewards.extend(growth.rewards);
        self.tables.extend(growth.tables);
        self.diagnostics.extend(growth.diagnostics);
    }
}
