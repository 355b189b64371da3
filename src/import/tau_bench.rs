//! Results of tau-bench: a list of `{task_id, reward, info, traj, trial}`, or one of them.
//!
//! What becomes what:
//!
//! * a result: an episode `<file>:<task>.<trial>`; trials of one task are a group. A result alone in its document, as
//!   AgentRx has them, is called as its task
//! * traj: what `assistant` and `user` (a simulated one) say to each other, and the tools that the assistant calls;
//!   the system's prompt stays with the episode
//! * info.task.instruction: the task, as the user got it; info.task.actions: what should have been done
//! * reward, 1 or 0: the team's reward; 1 is a success

use super::{
    DocumentReader, Format, Head, Reader, Score, Sink, agentrx,
    chat::{Beside, Parties, Turns},
    document::read_document,
    json::{Fields, items},
    row::{task_line, team_reward},
};
use crate::{
    log::{Body, EpisodeEnd, EpisodeStart, Problem, Reward, RosterAgent},
    model::rule,
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "tau-bench",
    title: "tau-bench results",
    about: "results of tau-bench, a document of episodes: an assistant, its user and tools; trials are a group",
    score: |head: &Head<'_>| {
        let first = head.objects.first();
        let has = |key: &str| first.is_some_and(|it| it.has(key));
        match () {
            () if has("task_id") && has("traj") => Score::CERTAIN,
            // A long info may hide the rest.
            () if has("task_id") && has("reward") && has("info") && first.is_some_and(|it| it.is_cut) => {
                Score::LIKELY
            }
            () => Score::NONE,
        }
    },
    reader: Reader::Document(&Results),
};

/// The agents of every conversation here, each with its role.
pub(super) fn roster() -> Vec<RosterAgent> {
    let of = |id: &str, role: &str| RosterAgent {
        id: id.to_owned(),
        role: Some(role.to_owned()),
        ..RosterAgent::default()
    };
    vec![of("assistant", "agent"), of("user", "user")]
}

/// Reads documents.
struct Results;

impl DocumentReader for Results {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        read_document(document, sink, |root, places, sink| {
            let results = if root.starts_with('[') { items(root) } else { vec![root] };
            for (at, raw) in results.into_iter().enumerate() {
                let result = Fields::of(raw);
                if !result.has("traj") {
                    let message = format!("result {at} has no `traj`");
                    sink.problem(Problem::new(rule::MISSING_FIELD, places.offset(raw), message));
                    continue;
                }
                let task = result.text("task_id").unwrap_or_else(|| at.to_string());
                let trial = result.text("trial").map(|it| format!(".{it}")).unwrap_or_default();
                // One alone is called as what is judged beside it.
                let is_alone = root.starts_with('{');
                if is_alone {
                    sink.record(1, &agentrx::run());
                }
                let episode = if is_alone { task.clone() } else { format!("{name}:{task}{trial}") };
                let turns = Turns::new(episode, places, sink);
                write(raw, &result, task, turns);
            }
        });
    }
}

fn write(raw: &str, result: &Fields<'_>, group: String, mut turns: Turns<'_>) {
    let info = result.object("info");
    let task = info.object("task");
    let messages = result.items("traj");
    let system =
        messages.iter().map(|it| Fields::of(it)).find(|it| it.text("role").as_deref() == Some("system"));
    let start = EpisodeStart {
        agents: roster(),
        task: task.text("instruction").map(|it| task_line(&it)),
        group: Some(group),
        ..EpisodeStart::default()
    };
    let mut extra = result.rest(&["task_id", "reward", "info", "traj", "trial"]);
    extra.extend(system.and_then(|it| it.payload("content")).map(|it| ("system".to_owned(), it)));
    extra.extend(result.payload("info").map(|it| ("info".to_owned(), it)));
    turns.push(raw, None, Body::EpisodeStart(start), Beside { extra, ..Beside::default() });
    Parties { assistant: "assistant", user: "user" }.write(&messages, &mut turns);
    let reward = result.number("reward");
    if let Some((value, at)) = reward.zip(result.raw("reward")) {
        let reward = Reward { source: Some("environment".to_owned()), ..team_reward(value) };
        turns.push(at, None, Body::Reward(reward), Beside::default());
    }
    let actions = task.items("actions");
    let named: Vec<String> = actions.into_iter().filter_map(|it| Fields::of(it).text("name")).collect();
    let end = EpisodeEnd {
        status: reward.map(|it| if it >= 1.0 { "success" } else { "failure" }.to_owned()),
        ground_truth: (!named.is_empty()).then(|| named.join(", ")),
        ..EpisodeEnd::default()
    };
    turns.push(result.raw("reward").unwrap_or(raw), None, Body::EpisodeEnd(end), Beside::default());
}

#[cfg(test)]
mod tests;
