//! The filters of the session, and what they leave of the list of episodes. For acts see `listing`.

use std::{collections::BTreeSet, sync::Arc};

use super::{key::Key, request::RequestId};
use crate::{
    filter::{ERROR, FIELDS, Filter, OPERATORS, count, types},
    model::{EpisodeId, EpisodeSummary, Segmented},
};

/// The key that deletes the filter under the cursor of their list.
pub const DELETE: Key = Key::char('d');
/// The key that deletes all of them.
pub const DELETE_ALL: Key = Key::char('D');

/// A filter of the session.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The filter.
    pub filter: Arc<Filter>,
    /// Whether it is on.
    pub on: bool,
}

/// The filters of the session: they stay from episode to episode.
#[derive(Clone, Debug, Default)]
pub struct FilterState {
    /// All of them, in the order in which they were added.
    pub entries: Vec<Entry>,
    /// Row of the list of filters.
    pub row: usize,
    /// Filters typed, the newest last.
    pub history: Vec<String>,
    /// Rises with every change of `entries`.
    pub revision: u64,
    /// Which episodes have records that pass.
    pub passing: PassingEpisodes,
    /// Agents seen so far, and kinds of acts, for the completion.
    pub agents: BTreeSet<String>,
    /// Kinds of acts seen so far.
    pub kinds: BTreeSet<String>,
}

/// Which episodes have records that pass the filters about records.
#[derive(Clone, Debug, Default)]
pub struct PassingEpisodes {
    /// The request under way, or answered.
    pub request: RequestId,
    /// The requested filters, by their texts without `!`, and the episodes found for each.
    pub filters: Vec<(Arc<Filter>, BTreeSet<EpisodeId>)>,
    /// Percent looked through; `None`: all.
    pub percent: Option<u64>,
    /// Rises with every news.
    pub revision: u64,
}

impl FilterState {
    /// The filters that are on.
    pub fn on(&self) -> impl Iterator<Item = &Arc<Filter>> {
        self.entries.iter().filter(|it| it.on).map(|it| &it.filter)
    }

    /// The filters that are on and about records.
    pub fn about_records(&self) -> Vec<Arc<Filter>> {
        self.on().filter(|it| !it.is_about_episodes()).cloned().collect()
    }

    /// What was looked through and how many filters are on, beside the number of episodes that are `listed` of `all`:
    /// `3 of 12, 2 filters`; `None` if no filter is on.
    pub fn episodes_note(&self, listed: usize, all: usize) -> Option<String> {
        let on = self.on().count();
        let part = self.passing.percent.map_or(String::new(), |it| format!(", {it}% looked through"));
        (on > 0).then(|| format!("{listed} of {all}, {}{part}", count(on)))
    }

    /// The episodes that pass, ascending; `None` if no filter is on.
    pub(super) fn passing_episodes(&self, episodes: &Segmented<EpisodeSummary>) -> Option<Vec<usize>> {
        self.on().next()?;
        let passes = |row: usize| {
            let (summary, id) = (&episodes[row], EpisodeId::from_index(row));
            self.on().all(|it| it.passes_summary(summary))
                && self.passing.filters.iter().all(|(it, episodes)| episodes.contains(&id) != it.negated)
        };
        Some((0..episodes.len()).filter(|it| passes(*it)).collect())
    }

    /// Changes whenever other episodes may pass.
    pub(super) fn stamp(&self) -> (u64, u64) {
        (self.revision, self.passing.revision)
    }

    /// What could stand where the user is typing: whole lines that begin with `text`.
    pub fn completions(&self, text: &str) -> Vec<String> {
        let (sign, rest) = text.strip_prefix('!').map_or(("", text), |it| ("!", it));
        let operator =
            OPERATORS.iter().filter_map(|it| Some((rest.find(it)?, it.len()))).min_by_key(|it| it.0);
        let Some((at, len)) = operator else {
            let fields = FIELDS.iter().filter(|it| it.starts_with(rest));
            let fields = fields.map(|it| format!("{it}{}", if *it == "reward" { "<" } else { "=" }));
            let alone = ERROR.starts_with(rest).then(|| ERROR.to_owned());
            return fields.chain(alone).map(|it| format!("{sign}{it}")).collect();
        };
        let (head, value) = rest.split_at(at + len);
        // Of several names the last is completed.
        let (before, last) = match value.rfind(',') {
            Some(comma) => value.split_at(comma + 1),
            None => ("", value),
        };
        let values: Vec<&str> = match &rest[..at] {
            "agent" => self.agents.iter().map(String::as_str).collect(),
            "kind" => self.kinds.iter().map(String::as_str).collect(),
            "type" => types().collect(),
            "status" => vec!["success", "failure", "truncated", "error", "aborted", "open"],
            _ => Vec::new(),
        };
        let starts = |it: &&&str| it.to_lowercase().starts_with(&last.to_lowercase());
        values.iter().filter(starts).map(|it| format!("{sign}{head}{before}{it}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let names = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
        let state = FilterState {
            agents: names(&["Coder", "clerk", "tester"]),
            kinds: names(&["llm", "tool"]),
            ..FilterState::default()
        };
        assert_eq!(state.completions(text), expected, "{text}");
    }

    #[test]
    fn completions() {
        check("", &["agent=", "type=", "kind=", "status=", "reward<", "text=", "error"]);
        check("!e", &["!error"]);
        check("!t", &["!type=", "!text="]);
        check("agent=c", &["agent=Coder", "agent=clerk"]);
        check("agent!=t", &["agent!=tester"]);
        check("!agent=tester,c", &["!agent=tester,Coder", "!agent=tester,clerk"]);
        check("kind=", &["kind=llm", "kind=tool"]);
        check("type=rew", &["type=reward"]);
        check("status=a", &["status=aborted"]);
        check("reward<", &[]);
        check("/x", &[]);
        check("nothing", &[]);
    }
}
