//! Episodes that rLLM saves: `episodes/episode_<n>_<task>.json`, a document an episode, or several one after the other.
//!
//! Read by what its code writes (`Episode.to_dict`); no file of a real run was at hand. What becomes what:
//!
//! * id, `<task>:<rollout>`: the episode, and by its part before the colon the group; task: the task
//! * trajectories[].name: an agent; a name that repeats is one agent with several trajectories
//! * steps[]: its acts, `<name>.<step>`, each the parent of the next; what a trajectory begins with is not written
//! * action, else `model_response` or `output`: what was done; `observation` or `input`: what the agent saw
//! * steps[].reward: the agent's own rewards, if they sum to the trajectory's reward; else that alone, for its last act
//! * steps[].advantage: declared credit of the acts, where it is a number
//! * is_correct, termination_reason: how the episode ended

use super::{
    DocumentReader, Format, Head, Reader, Score, Sink,
    document::{Places, read_values},
    json::{Fields, kept},
    row::{advantages, own_reward, task_line},
};
use crate::{
    log::{
        Action, Body, CreditItem, EpisodeEnd, EpisodeStart, Payload, Problem, Record, Reward, RosterAgent,
    },
    model::rule,
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "rllm",
    title: "rLLM episodes",
    about: "episodes of rLLM, a document each: trajectories of agents with rewards and advantages of steps",
    score: |head: &Head<'_>| {
        let first = head.objects.first();
        let has = |key: &str| first.is_some_and(|it| it.has(key));
        match () {
            () if has("trajectories") && (has("termination_reason") || has("is_correct")) => Score::CERTAIN,
            () if has("trajectories") && has("task") => Score::LIKELY,
            () => Score::NONE,
        }
    },
    reader: Reader::Document(&Episodes),
};

/// Reads documents.
struct Episodes;

impl DocumentReader for Episodes {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        let mut count = 0;
        read_values(document, sink, |root, places, sink| {
            let episode = Fields::of(root);
            if !episode.has("trajectories") {
                let message = "the episode has no `trajectories`";
                return sink.problem(Problem::new(rule::MISSING_FIELD, places.offset(root), message));
            }
            count += 1;
            let id = episode.text("id").unwrap_or_else(|| format!("{name}:{count}"));
            Writer { id, places, sink }.write(root, &episode);
        });
    }
}

/// Hands on the records of one episode.
struct Writer<'a> {
    id: String,
    places: &'a Places<'a>,
    sink: &'a mut dyn Sink,
}

impl Writer<'_> {
    fn push(
        &mut self,
        part: &str,
        id: Option<String>,
        step: Option<i64>,
        body: Body,
        extra: Vec<(String, Payload)>,
    ) {
        let record =
            Record { episode: Some(self.id.clone()), id, step, extra: kept(extra), ..Record::new(body) };
        self.sink.record(self.places.line(part), &record);
    }

    fn write(mut self, root: &str, episode: &Fields<'_>) {
        let trajectories: Vec<(&str, Fields<'_>)> =
            episode.items("trajectories").into_iter().map(|it| (it, Fields::of(it))).collect();
        let names: Vec<String> =
            trajectories.iter().map(|it| it.1.text("name").unwrap_or_else(|| "agent".to_owned())).collect();
        let mut agents: Vec<RosterAgent> = Vec::new();
        for name in &names {
            if agents.iter().all(|it| it.id != *name) {
                agents.push(RosterAgent { id: name.clone(), ..RosterAgent::default() });
            }
        }
        let task = episode.object("task");
        let question = ["question", "problem", "prompt", "instruction"].iter().find_map(|it| task.text(it));
        let start = EpisodeStart {
            agents,
            task: question.or_else(|| episode.text("task")).map(|it| task_line(&it)),
            group: self.id.rsplit_once(':').map(|it| it.0.to_owned()),
            ..EpisodeStart::default()
        };
        self.push(root, None, None, Body::EpisodeStart(start), episode.rest(&PLACED));
        let mut credit = Vec::new();
        for (at, (raw, trajectory)) in trajectories.iter().enumerate() {
            let times = names[..at].iter().filter(|it| **it == names[at]).count();
            let name = if times == 0 { names[at].clone() } else { format!("{} {}", names[at], times + 1) };
            self.trajectory((raw, trajectory), &names[at], &name, &mut credit);
        }
        if !credit.is_empty() {
            self.push(
                root,
                Some("advantages".to_owned()),
                None,
                Body::Credit(advantages(credit)),
                Vec::new(),
            );
        }
        let status = episode.flag("is_correct").map(|it| if it { "success" } else { "failure" });
        let end = EpisodeEnd {
            status: status.map(str::to_owned),
            reason: episode.text("termination_reason"),
            ground_truth: ["ground_truth", "answer"].iter().find_map(|it| task.text(it)),
            ..EpisodeEnd::default()
        };
        self.push(root, None, None, Body::EpisodeEnd(end), Vec::new());
    }

    /// Hands on what `agent` does in a trajectory called `name`.
    fn trajectory(
        &mut self,
        (raw, trajectory): (&str, &Fields<'_>),
        agent: &str,
        name: &str,
        credit: &mut Vec<CreditItem>,
    ) {
        let steps: Vec<(&str, Fields<'_>)> =
            trajectory.items("steps").into_iter().map(|it| (it, Fields::of(it))).collect();
        let act_id = |at: usize| format!("{name}.{at}");
        let mut paid: Vec<(&str, usize, f64)> = Vec::new();
        for (at, (raw, step)) in steps.iter().enumerate() {
            let first = |keys: &[&str]| keys.iter().find_map(|it| step.payload(it));
            let action = Action {
                agent: agent.to_owned(),
                action: first(&["action", "model_response", "output"]),
                obs: first(&["observation", "input"]),
                kind: Some("llm".to_owned()),
                parents: (at > 0).then(|| vec![act_id(at - 1)]),
                ..Action::default()
            };
            self.push(
                raw,
                Some(act_id(at)),
                Some(at as i64),
                Body::Action(Box::new(action)),
                step.rest(&STEP),
            );
            paid.extend(step.number("reward").map(|it| (*raw, at, it)));
            let value = step.number("advantage");
            credit.extend(value.map(|it| CreditItem {
                of: Some(act_id(at)),
                value: Some(it),
                ..CreditItem::default()
            }));
        }
        let sum: f64 = paid.iter().map(|it| it.2).sum();
        if let Some(total) = trajectory.number("reward")
            && (total - sum).abs() > 1e-9
        {
            paid = vec![(raw, steps.len().saturating_sub(1), total)];
        }
        for (raw, at, value) in paid {
            let of = if steps.is_empty() { Vec::new() } else { vec![act_id(at)] };
            let reward = Reward { of, ..own_reward(agent, value) };
            self.push(raw, None, Some(at as i64), Body::Reward(reward), Vec::new());
        }
    }
}

/// Fields of an episode, and of a step, that have a place in the log.
const PLACED: [&str; 5] = ["id", "task", "trajectories", "is_correct", "termination_reason"];
const STEP: [&str; 7] = ["id", "action", "observation", "input", "reward", "advantage", "chat_completions"];

#[cfg(test)]
mod tests;
