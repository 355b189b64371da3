//! What to know of a group before acting on its numbers.

use std::collections::BTreeSet;

use crate::credit::figure;
use crate::credit::question::{Question, caveat};
use crate::model::{AgentId, Caveat, Peer, Peers, SameTask};

use super::samples::{Key, Samples, is_by_status};

/// `8 of 8 rollouts of group 'q-9'`; of one that still grows `5 of 8`.
pub(super) fn sample(peers: &Peers) -> String {
    let counted = peers.members.iter().filter(|it| it.counts()).count();
    let all = peers.members.len().max(peers.expected.unwrap_or(0));
    let name = match peers.same {
        SameTask::Group => format!("group '{}'", peers.name),
        SameTask::Task | SameTask::AloneInGroup => "one task".to_owned(),
    };
    let update = peers.update.map_or(String::new(), |it| format!(", update {it}"));
    format!("{} of {name}{update}", figure::part(counted, all, "rollout"))
}

pub(super) fn caveats(question: &Question<'_>, peers: &Peers, samples: &Samples<'_>) -> Vec<Caveat> {
    let mut notes = Vec::new();
    let count = |is: &dyn Fn(&Peer) -> bool| peers.members.iter().filter(|it| is(it)).count();
    let open = count(&|it| it.open);
    let to_come = peers.expected.map_or(0, |it| it.saturating_sub(peers.members.len()));
    if open + to_come > 0 {
        let all = figure::count(peers.members.len() + to_come, "rollout");
        let ended = peers.members.len() - open;
        notes.push(format!("the group still grows: {ended} of {all} so far, and the number changes with it"));
    }
    let broken_off = count(&|it| !it.open && it.is_broken_off());
    if broken_off > 0 {
        let n = figure::count(broken_off, "rollout");
        notes.push(format!("{n} ended as 'error' or 'aborted': left out, not counted as 0"));
    }
    let by_status = samples.by_status();
    if by_status > 0 {
        let n = figure::count(by_status, "rollout");
        notes.push(format!("{n} with a status and no number, beside others that have one: left out"));
    }
    let unknown = peers.members.len() - open - broken_off - by_status - samples.count();
    if unknown > 0 {
        notes.push(format!("{} without a return: left out", figure::count(unknown, "rollout")));
    }
    if peers.same == SameTask::AloneInGroup {
        notes.push(
            "every rollout of this task has a group of its own: they are compared by their task".to_owned(),
        );
    }
    let updates: BTreeSet<i64> = peers.members.iter().filter_map(|it| it.update).collect();
    if let (Some(first), Some(last)) = (updates.first(), updates.last())
        && updates.len() > 1
    {
        notes.push(format!(
            "the group holds rollouts of {} updates ({first} to {last}): policies are compared with older ones",
            updates.len()
        ));
    } else {
        notes.extend(policies(question, peers));
    }
    if peers.differs_in_case {
        notes.push(format!(
            "another group of the run has the name '{}' but for capital letters: it is another group",
            peers.name
        ));
    }
    let first_states = || {
        let members = peers.members.iter().filter(|it| it.counts());
        members.map(|it| it.rollout.as_ref()?.acts.first()?.state).collect::<Option<BTreeSet<u64>>>()
    };
    if samples.key() != Key::State
        && let Some(states) = first_states().filter(|it| it.len() > 1)
    {
        let n = states.len();
        notes.push(format!(
            "the rollouts begin in {n} different states: they may not be of one task, and part of the number is the \
             luck of the situation"
        ));
    }
    if by_status == 0 && peers.members.iter().any(is_by_status) {
        notes.push("some rollouts have no reward: a success counts as +1, a failure as -1".to_owned());
    }
    let group = samples.rollouts().filter(|it| it.samples.len() > 1 && it.is_flat());
    if let Some(flat) = group.filter(|_| matches!(samples.key(), Key::Task)) {
        let value = figure::exact(flat.samples[0].value);
        notes.push(format!("every rollout of the group earned {value}: no spread, so no signal"));
    }
    if !question.scenario.dropped.is_empty() {
        notes.push("the other rollouts were recorded with the whole team".to_owned());
    }
    notes.into_iter().map(caveat).collect()
}

/// That an agent plays by several policies or versions of one, where updates do not tell.
fn policies(question: &Question<'_>, peers: &Peers) -> Option<String> {
    let of = |agent: AgentId| -> BTreeSet<&str> {
        let name = question.agent(agent);
        let rollouts = peers.members.iter().filter(|it| it.counts()).filter_map(|it| it.rollout.as_deref());
        rollouts.filter_map(|it| it.policy_of(name)).collect()
    };
    let (agent, policies) =
        question.remaining().into_iter().map(|it| (it, of(it))).find(|it| it.1.len() > 1)?;
    let names: Vec<&str> = policies.iter().copied().take(3).collect();
    Some(format!(
        "{} plays by {} policies in the group ({}): they are compared with each other",
        question.agent(agent),
        policies.len(),
        names.join(", ")
    ))
}
