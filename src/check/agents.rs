//! Who is in the episode, and whether two names are one agent.

use std::collections::{HashMap, HashSet};

use crate::model::{AgentId, Episode, Origin, rule};

use super::finding::{Check, Finding};

/// The rules of this file.
pub(super) const CHECKS: &[Check] = &[
    Check { rule: rule::AGENT_WITHOUT_ACTS, run: without_acts },
    Check { rule: rule::AGENT_NOT_IN_ROSTER, run: not_in_roster },
    Check { rule: rule::DUPLICATE_AGENT, run: duplicate },
];

pub(super) fn without_acts(episode: &Episode) -> Vec<Finding> {
    if episode.acts.is_empty() || episode.outcome.is_none() {
        return Vec::new();
    }
    let acting: HashSet<AgentId> = episode.acts.iter().map(|it| it.agent).collect();
    let idle = |it: &AgentId| episode.agent(*it).in_roster && !acting.contains(it);
    let message = |it: AgentId| {
        format!(
            "agent '{}' is in the roster of episode '{}' but never acts: methods that count acts leave it out",
            episode.agent(it).name,
            episode.name
        )
    };
    episode.agent_ids().filter(idle).map(|it| Finding::whole(message(it))).collect()
}

pub(super) fn not_in_roster(episode: &Episode) -> Vec<Finding> {
    if !episode.agents.iter().any(|it| it.in_roster) {
        return Vec::new();
    }
    let first_uses = first_uses(episode);
    let strangers = episode.agent_ids().filter(|it| !episode.agent(*it).in_roster);
    strangers
        .map(|it| Finding {
            message: format!(
                "agent '{}' is not in the roster: add it to `agents`, or correct the name",
                episode.agent(it).name
            ),
            origin: first_uses[it.index()],
        })
        .collect()
}

/// The first record that names each agent.
fn first_uses(episode: &Episode) -> Vec<Option<Origin>> {
    let mut first: Vec<Option<Origin>> = vec![None; episode.agents.len()];
    let mut name = |agent: AgentId, origin: Origin| {
        if let Some(first) = first.get_mut(agent.index()) {
            *first = Some(first.map_or(origin, |it| it.min(origin)));
        }
    };
    for act in &episode.acts {
        std::iter::once(act.agent).chain(act.to.iter().copied()).for_each(|it| name(it, act.origin));
    }
    for reward in &episode.rewards {
        reward.agent.into_iter().for_each(|it| name(it, reward.origin));
    }
    for group in &episode.replays {
        let earliest = group.candidates.iter().map(|it| it.origin).min();
        group.agent.into_iter().zip(earliest).for_each(|(it, origin)| name(it, origin));
    }
    for value in episode.coalitions.iter().flat_map(|it| it.values.iter()) {
        value.agents.iter().for_each(|it| name(it, value.origin));
    }
    first
}

pub(super) fn duplicate(episode: &Episode) -> Vec<Finding> {
    let folded: Vec<String> = episode.agents.iter().map(|it| fold(&it.name)).collect();
    let first_uses = first_uses(episode);
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut findings = Vec::new();
    for (at, name) in folded.iter().enumerate().filter(|it| !it.1.is_empty()) {
        let first = *places.entry(name).or_insert(at);
        if first == at {
            continue;
        }
        let (a, b) = (&episode.agents[first], &episode.agents[at]);
        // A roster that lists both means both.
        if a.in_roster && b.in_roster && a.name != b.name {
            continue;
        }
        let message = if a.name == b.name {
            format!(
                "two agents are shown as '{}': their ids differ in characters that cannot be seen",
                a.name
            )
        } else {
            format!(
                "agents '{}' and '{}' differ in case or spacing only: if they are one, use one name, or their credit is split",
                a.name, b.name
            )
        };
        findings.push(Finding { message, origin: first_uses[at] });
    }
    findings
}

fn fold(name: &str) -> String {
    name.chars().filter(|it| !matches!(it, ' ' | '_' | '-' | '.')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::{act, check, sound};
    use crate::model::Agent;

    fn agent(name: &str, in_roster: bool) -> Agent {
        Agent { name: name.to_owned(), in_roster, ..Agent::default() }
    }

    #[test]
    fn an_idle_agent_is_noted() {
        let mut episode = sound();
        check("agent-without-acts", &episode, &[]);
        episode.agents.push(agent("critic", true));
        check("agent-without-acts", &episode, &["agent 'critic' is in the roster of episode 'e'"]);
        episode.outcome = None;
        check("agent-without-acts", &episode, &[]);
    }

    #[test]
    fn a_stranger_is_told_at_its_first_record() {
        let mut episode = sound();
        episode.agents.push(agent("critic", false));
        episode.acts.push(act("a9", 2, 9));
        check("agent-not-in-roster", &episode, &["agent 'critic' is not in the roster"]);
        assert_eq!(super::not_in_roster(&episode)[0].origin.unwrap().line, 9);
        // Without a roster nobody is a stranger.
        for agent in &mut episode.agents {
            agent.in_roster = false;
        }
        check("agent-not-in-roster", &episode, &[]);
    }

    #[test]
    fn names_that_look_alike() {
        let mut episode = sound();
        episode.agents.push(agent("Coder", false));
        check("duplicate-agent", &episode, &["agents 'coder' and 'Coder' differ in case or spacing only"]);
        episode.agents[2].in_roster = true;
        check("duplicate-agent", &episode, &[]);
        episode.agents[2].name = "coder".to_owned();
        check("duplicate-agent", &episode, &["two agents are shown as 'coder'"]);
        episode.agents[2] = agent("coder2", false);
        check("duplicate-agent", &episode, &[]);
    }
}
