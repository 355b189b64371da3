//! Causes before effects. Time stamps of different writers are compared with room for clock skew.

use crate::model::{Act, ActId, Episode, LinkKind, Origin, Timestamp, rule};

use super::finding::{Check, Finding};
use super::rounding::shown;

/// The rules of this file.
pub(super) const CHECKS: &[Check] =
    &[Check { rule: rule::TIME_BACKWARDS, run: backwards }, Check { rule: rule::CLOCK_OFFSET, run: offsets }];

/// Clocks of synchronised machines differ by less than this, in seconds.
const SKEW: f64 = 1.0;

pub(super) fn backwards(episode: &Episode) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, act) in episode.acts.iter().enumerate() {
        of_act(episode, ActId::from_index(at), act, &mut findings);
    }
    for reward in &episode.rewards {
        if let Some(delay) = reward.delay.filter(|it| *it < 0.0) {
            let message = format!("the delay of a reward is {} s, which cannot be negative", shown(delay));
            findings.push(Finding::at(reward.origin, message));
        }
        after(episode, &reward.of, reward.time, "a reward", reward.origin, &mut findings);
    }
    for state in &episode.states {
        let what = format!("the state of '{}'", state.scope);
        after(episode, &state.after, state.time, &what, state.origin, &mut findings);
    }
    findings
}

pub(super) fn offsets(episode: &Episode) -> Vec<Finding> {
    let wrong = episode.clocks.iter().filter(|it| it.ahead.abs() > SKEW);
    wrong
        .map(|it| {
            let name = &episode.agent(it.agent).name;
            let message = format!(
                "the clock of '{name}' is {:.1} s {} ({name} {:+.1} s, by {} crossings to and from others): its times are put right",
                it.ahead.abs(),
                if it.ahead < 0.0 { "behind" } else { "ahead" },
                it.ahead,
                it.crossings
            );
            let first = episode.acts.iter().find(|act| act.agent == it.agent);
            Finding { message, origin: first.map(|it| it.origin) }
        })
        .collect()
}

fn of_act(episode: &Episode, id: ActId, act: &Act, findings: &mut Vec<Finding>) {
    if let Some(duration) = act.duration.filter(|it| *it < 0.0) {
        let message = format!("`dur` of '{}' is {} s, which cannot be negative", act.id, shown(duration));
        findings.push(Finding::at(act.origin, message));
    }
    if let Some(early) = earlier(act.received, act.time) {
        let message = format!(
            "message '{}' is received {} s before it is sent: check the clocks of its two writers",
            act.id,
            shown(early)
        );
        findings.push(Finding::at(act.origin, message));
    }
    for link in episode.links.parents(id).iter().filter(|it| it.kind == LinkKind::Logged) {
        let parent = episode.act(link.act);
        if let Some(early) = earlier(act.time, parent.time) {
            let message = format!(
                "'{}' happens {} s before its parent '{}': check the clocks of their writers, or the link",
                act.id,
                shown(early),
                parent.id
            );
            findings.push(Finding::at(act.origin, message));
        }
    }
}

/// Lists causes that `what` names although they come after it.
fn after(
    episode: &Episode,
    causes: &[ActId],
    time: Option<Timestamp>,
    what: &str,
    origin: Origin,
    findings: &mut Vec<Finding>,
) {
    for cause in causes {
        let act = episode.act(*cause);
        if let Some(early) = earlier(time, act.time) {
            let message = format!(
                "{what} comes {} s before '{}', which it follows: check the clocks of their writers",
                shown(early),
                act.id
            );
            findings.push(Finding::at(origin, message));
        }
    }
}

/// By how many seconds `effect` is before `cause`, if that is more than clock skew.
fn earlier(effect: Option<Timestamp>, cause: Option<Timestamp>) -> Option<f64> {
    let early = cause?.seconds_since(effect?);
    (early > SKEW).then_some(early)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{check, seconds, sound};
    use crate::model::{ActId, AgentId, Clock, Link, LinkKind, Links};

    #[test]
    fn a_duration_is_not_negative() {
        let mut episode = sound();
        check("time-backwards", &episode, &[]);
        episode.acts[0].duration = Some(-0.5);
        episode.rewards[0].delay = Some(-2.0);
        check(
            "time-backwards",
            &episode,
            &["`dur` of 'a1' is -0.5 s, which", "the delay of a reward is -2 s, which"],
        );
    }

    #[test]
    fn effects_follow_causes_but_for_clock_skew() {
        let mut episode = sound();
        episode.acts[0].time = seconds(2.9);
        check("time-backwards", &episode, &[]);
        episode.acts[0].time = seconds(5.0);
        check("time-backwards", &episode, &["'a2' happens 3 s before its parent 'a1'"]);
        let inferred = Link { act: ActId(0), kind: LinkKind::Inferred };
        episode.links = Links::from_parents(vec![vec![], vec![inferred]]);
        check("time-backwards", &episode, &[]);
    }

    #[test]
    fn clocks_beyond_skew_are_listed() {
        let mut episode = sound();
        let clock = |ahead| Clock { agent: AgentId(1), ahead, crossings: 4 };
        episode.clocks = vec![clock(0.9)];
        check("clock-offset", &episode, &[]);
        episode.clocks = vec![clock(-40.0)];
        check(
            "clock-offset",
            &episode,
            &["the clock of 'coder' is 40.0 s behind (coder -40.0 s, by 4 crossings"],
        );
    }

    #[test]
    fn messages_rewards_and_states_follow_too() {
        let mut episode = sound();
        episode.acts[1].received = seconds(0.5);
        check("time-backwards", &episode, &["message 'a2' is received 1.5 s before it is sent"]);
        episode.acts[1].received = seconds(1.5);
        episode.rewards[0].of = vec![ActId(1)];
        episode.rewards[0].time = seconds(0.0);
        check("time-backwards", &episode, &["a reward comes 2 s before 'a2', which it follows"]);
    }
}
