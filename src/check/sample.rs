//! An episode that breaks no rule, for tests to break.

use crate::model::{
    Absence, Act, ActId, ActKind, ActionTable, Agent, AgentId, Alternative, Candidate, CoalitionTable,
    CoalitionValue, CreditItem, DeclaredCredit, Episode, Link, LinkKind, Links, Origin, Outcome, ReplayGroup,
    Reward, Sample, Status, Timestamp, Usage,
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

fn line(line: u32) -> Origin {
    Origin { line, ..Origin::default() }
}

/// A time stamp this many seconds after the epoch.
pub(super) fn seconds(seconds: f64) -> Option<Timestamp> {
    Some(Timestamp::from_seconds(seconds))
}

/// An action by the agent with this index.
pub(super) fn act(id: &str, agent: u32, at: u32) -> Act {
    Act {
        id: id.to_owned(),
        kind: ActKind::Action,
        agent: AgentId(agent),
        to: Vec::new(),
        time: seconds(f64::from(at)),
        received: None,
        step: None,
        duration: None,
        category: String::new(),
        label: String::new(),
        result: String::new(),
        error: None,
        policy: None,
        default_action: None,
        usage: Usage::default(),
        origin: line(at),
    }
}

/// A global reward.
pub(super) fn reward(value: f64) -> Reward {
    Reward {
        id: None,
        value: Some(value),
        agent: None,
        source: None,
        name: None,
        of: Vec::new(),
        time: None,
        step: None,
        delay: None,
        origin: line(5),
    }
}

/// Credit of the agent with this index.
pub(super) fn item(agent: u32, value: f64) -> CreditItem {
    CreditItem {
        agent: Some(AgentId(agent)),
        act: None,
        unknown: None,
        value: Some(value),
        baseline: None,
        std: None,
        interval: None,
        level: None,
        n: None,
        origin: line(8),
    }
}

/// Planner and coder: the planner plans (`a1`), the coder acts on it (`a2`), and R = 1. The game is worth 0.1
/// to nobody, 0.3 and 0.6 to each alone, 0.9 to both, so Shapley is 0.25 and 0.55. Declared here are 0.3 and
/// 0.5, which sum to the same 0.8.
pub(super) fn sound() -> Episode {
    let agent = |name: &str| Agent { name: name.to_owned(), in_roster: true, ..Agent::default() };
    let alternative = |label: &str, taken| Alternative {
        label: label.to_owned(),
        q: Sample::stated(0.5),
        probability: Some(if taken { 0.6 } else { 0.4 }),
        taken,
        default: !taken,
        origin: line(6),
    };
    let candidate = |j: i64, label: &str, returns: [f64; 4], extra| Candidate {
        j,
        label: label.to_owned(),
        returns: Sample::of_returns(returns.to_vec()),
        q: None,
        probability: None,
        real: j == 0,
        extra,
        next: Vec::new(),
        origin: line(7),
    };
    let coalition = |agents: &[u32], value| CoalitionValue {
        agents: agents.iter().copied().map(AgentId).collect(),
        value: Sample::stated(value),
        origin: line(9),
    };
    let mut first = act("a1", 0, 1);
    first.label = "plan".to_owned();
    Episode {
        name: "e".to_owned(),
        agents: vec![agent("planner"), agent("coder")],
        acts: vec![first, act("a2", 1, 2)].into(),
        links: Links::from_parents(vec![vec![], vec![Link { act: ActId(0), kind: LinkKind::Logged }]]),
        rewards: vec![reward(1.0)].into(),
        outcome: Some(Outcome {
            status: Some(Status::Success),
            total: Some(1.0),
            origin: line(10),
            ..Outcome::default()
        }),
        tables: vec![ActionTable {
            act: ActId(0),
            alternatives: vec![alternative("plan", true), alternative("wait", false)],
            value: None,
            groups: Vec::new(),
        }]
        .into(),
        replays: vec![ReplayGroup {
            name: "replays".to_owned(),
            act: Some(ActId(1)),
            agent: Some(AgentId(1)),
            context: None,
            frozen: Vec::new(),
            left_out: Vec::new(),
            candidates: vec![
                candidate(0, "fix", [1.0, 1.0, 0.0, 1.0], false),
                candidate(1, "wait", [0.0, 0.0, 0.0, 1.0], false),
                candidate(2, "fix", [1.0, 0.0, 0.0, 1.0], true),
            ],
        }],
        coalitions: vec![CoalitionTable {
            name: "game".to_owned(),
            players: vec![AgentId(0), AgentId(1)],
            values: vec![
                coalition(&[], 0.1),
                coalition(&[0], 0.3),
                coalition(&[1], 0.6),
                coalition(&[0, 1], 0.9),
            ],
            absence: Absence::Null,
        }],
        declared: vec![DeclaredCredit {
            id: None,
            algorithm: "shapley".to_owned(),
            params: Vec::new(),
            reward: None,
            items: vec![item(0, 0.3), item(1, 0.5)],
            confidence: None,
            units: None,
            origin: line(8),
        }],
        ..Episode::default()
    }
}
