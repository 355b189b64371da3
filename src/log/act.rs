//! The nodes of the causal graph and what they act on: `action`, `message`, `state`.

use super::Payload;
use crate::model::{Timestamp, ValueOf};

/// An agent acted.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Action {
    /// Who acted.
    pub agent: String,
    /// What it did: any JSON. An explicit `null` is the null action.
    pub action: Option<Payload>,
    /// `llm`, `tool`, `env`, `plan`, ...
    pub kind: Option<String>,
    /// Ids of the acts it came from. Absent: inferred from order; empty: a root.
    pub parents: Option<Vec<String>>,
    /// The agent's state before it acted.
    pub pre_state: Option<Payload>,
    /// What the agent observed.
    pub obs: Option<Payload>,
    /// What came of it.
    pub result: Option<Payload>,
    /// How long it took, in seconds.
    pub dur: Option<f64>,
    /// The acting policy's view of its alternatives.
    pub policy: Option<Policy>,
    /// The action taken by default; an explicit `null` is the null action.
    pub default: Option<Payload>,
    /// Tokens and cost.
    pub usage: Option<Usage>,
    /// Span id of the trace.
    pub span_id: Option<String>,
    /// What went wrong; a record without it whose `status` is a failing one says `status failed`.
    pub error: Option<String>,
    /// Which try of this id it is: 1, 2, ... Absent: a record that contradicts an earlier one of the same id is
    /// the next.
    pub attempt: Option<u32>,
    /// Turn within the episode: acts of one turn are compared with each other.
    pub turn: Option<i64>,
}

/// Whether what an action's `error` holds says that something went wrong: nothing, blanks and `false` do not.
pub(super) fn says_error(text: &str) -> bool {
    text != "false" && text.chars().any(|it| !it.is_whitespace() && !it.is_control())
}

/// Whether a word in an action's `status` says that it went wrong. Such a field is none of the format, but common.
pub(super) fn says_failed(word: &str) -> bool {
    const FAILING: [&str; 9] =
        ["error", "errored", "fail", "failed", "failure", "crashed", "timeout", "timed_out", "aborted"];
    FAILING.iter().any(|it| word.eq_ignore_ascii_case(it))
}

/// The acting policy's own numbers. A list in place of an object counts its alternatives `0`, `1`, ...
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Policy {
    /// Which policy acted.
    pub id: Option<String>,
    /// The alternative taken: a key of `probs` and `q`.
    pub chosen: Option<Payload>,
    /// Probability of each alternative, in logged order; NaN where no finite number was logged.
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, f64>"))]
    pub probs: Vec<(String, f64)>,
    /// Log-probability of the alternative taken.
    pub logp: Option<f64>,
    /// Value of each alternative in reward units, in logged order; NaN where no finite number was logged.
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, f64>"))]
    pub q: Vec<(String, f64)>,
    /// V(h), in reward units.
    pub value: Option<f64>,
    /// What `value` and `q` estimate; absent: what the episode says.
    #[cfg_attr(test, schemars(with = "Option<super::schema::shape::ValueOf>"))]
    pub value_of: Option<ValueOf>,
}

/// What an action cost.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Usage {
    /// Input tokens.
    #[cfg_attr(test, schemars(rename = "in"))]
    pub input: Option<u64>,
    /// Output tokens.
    #[cfg_attr(test, schemars(rename = "out"))]
    pub output: Option<u64>,
    /// Cost in the log's currency.
    pub cost: Option<f64>,
}

/// An agent told others something. A node of the causal graph, creditable like an action.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Message {
    /// Who sent it.
    pub from: String,
    /// Whom it addresses: an id, a list of ids, or `*` for all.
    #[cfg_attr(test, schemars(with = "super::schema::shape::Names"))]
    pub to: Vec<String>,
    /// What it says: any JSON.
    pub content: Option<Payload>,
    /// Ids of the acts it came from. Absent: inferred from order; empty: a root.
    pub parents: Option<Vec<String>>,
    /// When it arrived; read like `ts`.
    #[cfg_attr(test, schemars(with = "Option<super::schema::shape::Moment>"))]
    pub recv_ts: Option<Timestamp>,
}

/// A state, or a change of it.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct State {
    /// `env`, `collective`, or an agent id.
    pub scope: String,
    /// The state: any JSON.
    pub state: Option<Payload>,
    /// The change: a JSON patch (RFC 6902).
    pub delta: Option<Payload>,
    /// Ids of the acts after which it holds.
    pub after: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_that_something_went_wrong() {
        for text in ["timeout", "0", "{}", "é"] {
            assert!(says_error(text), "{text}");
        }
        for text in ["", " \n\t", "false", "\u{1b}"] {
            assert!(!says_error(text), "{text:?}");
        }
        assert!(says_failed("Failed") && says_failed("ERROR"));
        assert!(!says_failed("ok") && !says_failed("failed over to the other host"));
    }
}
