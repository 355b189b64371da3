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

/// Revisions of the filters and of what is known of them, and a list of episodes.
pub type RowsOf = ((u64, u64), Arc<Segmented<EpisodeSummary>>);

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
    /// The rows of the episode list that are shown; `None` for all.
    pub rows: Option<Arc<Vec<usize>>>,
    /// The filters, news and episodes for which `rows` was made.
    pub rows_of: Option<RowsOf>,
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

    /// `3 of 12, 2 filters` for the list of episodes; `None` if no filter is on and every episode is listed.
    pub fn episodes_note(&self, all: usize) -> Option<String> {
        let rows = self.rows.as_ref()?;
        let part = self.passing.percent.map_or(String::new(), |it| format!(", {it}% looked through"));
        Some(format!("{} of {all}, {}{part}", rows.len(), count(self.on().count())))
    }

    /// How many rows the list of episodes has, of `all`.
    pub fn row_count(&self, all: usize) -> usize {
        self.rows.as_ref().map_or(all, |it| it.len())
    }

    /// The episode in a row that is listed.
    pub fn episode_at(&self, row: usize) -> usize {
        self.rows.as_ref().map_or(row, |it| it.get(row).copied().unwrap_or(0))
    }

    /// The listed row nearest to an episode.
    pub fn row_of(&self, episode: usize) -> usize {
        let Some(rows) = &self.rows else { return episode };
        rows.partition_point(|it| *it < episode).min(rows.len().saturating_sub(1))
    }

    /// The listed episode `by` rows after (if negative, before) the one in `row`, which need not be listed,
    /// of `all`; at most the last or first. `None` if there is none further.
    pub fn step(&self, row: usize, by: isize, all: usize) -> Option<usize> {
        let len = self.row_count(all) as isize;
        let (from, is_listed) = match &self.rows {
            None => (row, true),
            Some(rows) => {
                let from = rows.partition_point(|it| *it < row);
                (from, rows.get(from) == Some(&row))
            }
        };
        // From an episode that is not listed, its neighbours are one step away.
        let first = if by > 0 { from as isize + isize::from(is_listed) } else { from as isize - 1 };
        let last = (first + by - by.signum()).clamp(0, (len - 1).max(0));
        (0..len).contains(&first).then(|| self.episode_at(last as usize))
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
    fn steps_lead_over_what_is_not_listed() {
        let state = FilterState { rows: Some(Arc::new(vec![2, 5, 9])), ..FilterState::default() };
        let all = FilterState::default();
        let step = |row, by| state.step(row, by, 12);
        assert_eq!([step(2, 1), step(5, 1), step(9, 1)], [Some(5), Some(9), None]);
        assert_eq!([step(0, 1), step(3, 1), step(11, 1)], [Some(2), Some(5), None]);
        assert_eq!([step(0, -1), step(3, -1), step(11, -1)], [None, Some(2), Some(9)]);
        assert_eq!([step(2, 9), step(9, -9), step(2, 2)], [Some(9), Some(2), Some(9)]);
        assert_eq!([all.step(3, 2, 5), all.step(0, -1, 5), all.step(4, 1, 5)], [Some(4), None, None]);
        let none = FilterState { rows: Some(Arc::new(Vec::new())), ..FilterState::default() };
        assert_eq!([none.step(0, 1, 5), none.step(3, -1, 5)], [None, None]);
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
