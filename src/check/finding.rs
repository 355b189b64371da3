//! How a rule about episodes is checked, and where a finding without a record of its own is placed.

use crate::model::{Act, Episode, Origin, Rule};

/// A rule about episodes, and how to check it.
pub(super) struct Check {
    pub(super) rule: &'static Rule,
    pub(super) run: fn(&Episode) -> Vec<Finding>,
}

/// One finding of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// What, where, what to do; display-safe; no trailing period.
    pub(super) message: String,
    /// The record; `None` if it is about the episode as a whole.
    pub(super) origin: Option<Origin>,
}

impl Finding {
    /// A finding about a record.
    pub(super) fn at(origin: Origin, message: String) -> Self {
        Self { message, origin: Some(origin) }
    }

    /// A finding about the episode as a whole.
    pub(super) fn whole(message: String) -> Self {
        Self { message, origin: None }
    }
}

/// The record that stands for the episode as a whole: its end, or else its last act, or else anything there
/// is.
pub(super) fn place(episode: &Episode) -> Option<Origin> {
    let of = |act: Option<&Act>| act.map(|it| it.origin);
    let end = episode.outcome.as_ref().map(|it| it.origin);
    end.or_else(|| of(episode.acts.last()))
        .or_else(|| episode.rewards.last().map(|it| it.origin))
        .or_else(|| episode.declared.last().map(|it| it.origin))
        .or_else(|| episode.states.last().map(|it| it.origin))
        .or_else(|| {
            episode.coalitions.iter().rev().find_map(|it| it.values.iter().next_back()).map(|it| it.origin)
        })
        .or_else(|| episode.replays.iter().flat_map(|it| &it.candidates).last().map(|it| it.origin))
}

/// `a, b and 3 more`: at most `most` names, each in quotes.
pub(super) fn quoted<'a>(names: impl ExactSizeIterator<Item = &'a str>, most: usize) -> String {
    let total = names.len();
    let shown: Vec<String> = names.take(most).map(|it| format!("'{it}'")).collect();
    match total.saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
