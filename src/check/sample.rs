//! An episode that breaks no rule, for tests to break.

use crate::model::{
    Act, CreditItem, Episode, Outcome, Reward, Sample, Status, Timestamp,
    draft::{self, Draft, line},
};

/// Asserts that `rule` has as many findings as `expected` texts, and that they hold those texts, in this
/// order.
#[track_caller]
pub(super) fn check(rule: &str, episode: &Episode, expected: &[&str]) {
    let found: Vec<String> =
        super::check(episode).into_iter().filter(|it| it.rule == rule).map(|it| it.message).collect();
    assert!(crate::model::rule::ALL.iter().any(|it| **it == *rule), "no rule '{rule}'");
    assert_eq!(found.len(), expected.len(), "{rule}: {found:#?}");
    for (message, part) in found.iter().zip(expected) {
        assert!(message.contains(part), "{rule}: '{message}' lacks '{part}'");
        assert!(!message.ends_with('.'), "{message}");
    }
}

/// A time stamp this many seconds after the epoch.
pub(super) fn seconds(seconds: f64) -> Option<Timestamp> {
    Some(Timestamp::from_seconds(seconds))
}

/// An action by the agent with this index.
pub(super) fn act(id: &str, agent: u32, at: u32) -> Act {
    Act { id: id.to_owned(), time: seconds(f64::from(at)), origin: line(at), ..draft::action(agent) }
}

/// A global reward.
pub(super) fn reward(value: f64) -> Reward {
    Reward { origin: line(5), ..draft::reward(value) }
}

/// Credit of the agent with this index.
pub(super) fn item(agent: u32, value: f64) -> CreditItem {
    CreditItem { origin: line(8), ..draft::credit_item(agent, value) }
}

/// Planner and coder: the planner plans (`a1`), the coder acts on it (`a2`), and R = 1. The game is worth 0.1
/// to nobody, 0.3 and 0.6 to each alone, 0.9 to both, so that Shapley is 0.25 and 0.55; declared here as 0.3
/// and 0.5, which sum to the same 0.8.
pub(super) fn sound() -> Episode {
    let returns =
        [("fix", [1.0, 1.0, 0.0, 1.0]), ("wait", [0.0, 0.0, 0.0, 1.0]), ("fix", [1.0, 0.0, 0.0, 1.0])];
    Draft::team(&["planner", "coder"])
        .given(Act { label: "plan".to_owned(), ..act("a1", 0, 1) }, &[])
        .given(act("a2", 1, 2), &[0])
        .reward(1.0, &[])
        .table(0, &[("plan", 0.5, 0.6), ("wait", 0.5, 0.4)], Some(0), Some(1))
        .replay(1, 0, &[(0.0, 0); 3])
        .last_replay(|group| {
            group.name = "replays".to_owned();
            for (candidate, (label, returns)) in group.candidates.iter_mut().zip(returns) {
                candidate.label = label.to_owned();
                candidate.returns = Sample::of_returns(returns.to_vec());
            }
            group.candidates[2].extra = true;
        })
        .coalitions(&[0.1, 0.3, 0.6, 0.9])
        .declared("shapley", &[(0, 0.3), (1, 0.5)])
        .with(|episode| {
            episode.name = "e".to_owned();
            episode.coalitions[0].name = "game".to_owned();
            let outcome = Outcome { status: Some(Status::Success), total: Some(1.0), ..Outcome::default() };
            episode.outcome = Some(outcome);
        })
        .episode()
}
