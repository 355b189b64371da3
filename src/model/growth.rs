//! What was appended to an episode, so that a growing one need not be put together anew for every record.

use super::{Act, ActionTable, Diagnostic, Episode, Link, Reward};

/// Records that stand behind all others of an episode and change nothing of what was there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Growth {
    /// New acts, in order of time, with what each came from; their ids go on where the episode's end.
    pub acts: Vec<(Act, Vec<Link>)>,
    /// New rewards.
    pub rewards: Vec<Reward>,
    /// Alternatives that the policies of new acts logged, by act.
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
    /// Appends what has come: the same episode as put together from all of its records, but for the order of its
    /// findings.
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
