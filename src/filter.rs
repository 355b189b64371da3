//! Filters: what is listed, never what is computed.
//!
//! ```text
//! filter = ["!"] field op value  |  ["!"] "error"  |  ["!"] "/" regex ["/"]
//!
//! agent=coder          who acts; names separated by commas, `*` stands for any characters
//! type=reward          the type of a record; an act also has the types of the records about it
//! kind=tool            the kind of an action as logged; `message` for messages, `action` if none is logged
//! status=failure       how the episode ended: success, failure, truncated, error, aborted, open, or as logged
//! reward<0.5           the reward of the episode: < <= > >= = or a range as in reward=-1..0.5
//! error                in which something went wrong: `error` in the record, or a failing `status`
//! text=regex  /regex/  what a record holds, as a search would find it
//! ```
//!
//! `!` in front, or `!=`, negates. Case matters if the filter holds an upper-case letter. A list of acts
//! shows the acts that pass all filters about records. The list of episodes shows the episodes that pass all
//! filters about episodes and have, for each other filter, a record that passes it (with `!`: have none).
//! Nothing here reads a file.

mod acts;
mod parse;
mod records;
mod words;

pub use acts::ActTypes;
pub use parse::{ERROR, FIELDS, FilterError, OPERATORS};
pub use records::RecordTest;
pub use words::Words;

use std::sync::Arc;

use crate::{
    log::RecordType,
    model::{EpisodeSummary, Status},
    search::Pattern,
};

/// A filter as it was typed, and what it asks.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    text: String,
    /// Asks for the opposite.
    pub negated: bool,
    /// What it asks.
    pub test: Test,
}

/// What a filter asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Who acts.
    Agent(Words),
    /// Of which type a record is.
    Type(Words),
    /// Of which kind an act is.
    Kind(Words),
    /// How the episode ended.
    Status(Words),
    /// What the episode came to.
    Reward(Bounds),
    /// In which something went wrong.
    Error,
    /// What the record holds.
    Text(Arc<Pattern>),
}

/// A range of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// The least, and whether it belongs to the range.
    pub low: (f64, bool),
    /// The largest value, and whether it belongs to the range.
    pub high: (f64, bool),
}

impl Bounds {
    /// Whether `value` is in the range.
    pub fn hold(&self, value: f64) -> bool {
        let (low, high) = (self.low, self.high);
        (value > low.0 || (low.1 && value == low.0)) && (value < high.0 || (high.1 && value == high.0))
    }
}

impl Filter {
    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it asks about the episode as a whole rather than about its records.
    pub fn is_about_episodes(&self) -> bool {
        matches!(self.test, Test::Status(_) | Test::Reward(_))
    }

    /// The pattern, if the filter asks what records hold.
    pub fn pattern(&self) -> Option<&Arc<Pattern>> {
        match &self.test {
            Test::Text(pattern) => Some(pattern),
            _ => None,
        }
    }

    /// Whether an episode passes, as far as the list of episodes can tell: filters about records pass here.
    /// An episode without a reward is in no range.
    pub fn passes_summary(&self, summary: &EpisodeSummary) -> bool {
        let holds = match &self.test {
            Test::Status(words) => words.hold(status_word(summary)),
            Test::Reward(bounds) => summary.reward.is_some_and(|it| bounds.hold(it)),
            _ => return true,
        };
        holds != self.negated
    }
}

/// How an episode ended, in the word that filters use.
fn status_word(summary: &EpisodeSummary) -> &str {
    match &summary.status {
        _ if summary.open => "open",
        Some(Status::Success) => "success",
        Some(Status::Failure) => "failure",
        Some(Status::Truncated) => "truncated",
        Some(Status::Error) => "error",
        Some(Status::Aborted) => "aborted",
        Some(Status::Other(word)) => word,
        None => "ended",
    }
}

/// The types of record that the format knows.
pub fn types() -> impl Iterator<Item = &'static str> {
    RecordType::KNOWN.into_iter().map(RecordType::name)
}

/// `2 filters`.
pub fn count(filters: usize) -> String {
    if filters == 1 { "1 filter".to_owned() } else { format!("{filters} filters") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(status: Option<Status>, reward: Option<f64>, open: bool) -> EpisodeSummary {
        EpisodeSummary { status, reward, open, ..EpisodeSummary::default() }
    }

    #[track_caller]
    fn check(filter: &str, summary: &EpisodeSummary, expected: bool) {
        assert_eq!(Filter::parse(filter).unwrap().passes_summary(summary), expected, "{filter}");
    }

    #[test]
    fn how_an_episode_ended() {
        let failed = summary(Some(Status::Failure), None, false);
        check("status=failure", &failed, true);
        check("status=FAIL", &failed, true);
        check("status=success,failure", &failed, true);
        check("status=success", &failed, false);
        check("!status=success", &failed, true);
        check("status!=failure", &failed, false);
        check("status=open", &summary(None, None, true), true);
        check("status=ended", &summary(None, None, false), true);
        check("status=gave*", &summary(Some(Status::Other("gave up".to_owned())), None, false), true);
    }

    #[test]
    fn what_an_episode_came_to() {
        let half = summary(None, Some(0.5), false);
        check("reward<0.5", &half, false);
        check("reward<=0.5", &half, true);
        check("reward>0.4", &half, true);
        check("reward=0.5", &half, true);
        check("reward!=0.5", &half, false);
        check("reward=0..1", &half, true);
        check("reward=-1..0.4", &half, false);
        check("reward>0", &summary(None, None, false), false);
        check("agent=nobody", &half, true);
    }
}
