//! Trajectories of SWE-agent (`.traj`) and mini-swe-agent (`.traj.json`), one document an episode.
//!
//! SWE-agent, `{trajectory[], history[], info, environment}`:
//!
//! * trajectory[].action: an act of the agent that history names (`main`, `primary`); observation: its result;
//!   execution_time: how long it took; thought, state and response: fields of the act
//! * the first message of the user in the history: the task
//! * info.exit_status: why it ended (submitted is not solved: nothing here says whether it was); info.submission: the
//!   answer; info.model_stats: metrics of tokens and cost
//!
//! mini-swe-agent, `{messages[], info}` or the list of messages alone: what `agent` says is an act, what the user's side
//! answers its result; the first words of the user are the task.

use super::{
    DocumentReader, Format, Head, Reader, Score, Sink,
    chat::{Beside, Turns},
    document::read_document,
    json::{Fields, items, number},
    row::task_line,
};
use crate::{
    log::{Action, Body, EpisodeEnd, EpisodeStart, Metric, Problem, RosterAgent},
    model::rule,
};

/// The row of SWE-agent.
pub static FORMAT: Format = Format {
    name: "swe-agent",
    title: "SWE-agent trajectory",
    about: "trajectories of SWE-agent (`.traj`), one document an episode: actions with their observations",
    score: |head: &Head<'_>| {
        let first = head.objects.first();
        let has = |key: &str| first.is_some_and(|it| it.has(key));
        let is_cut = first.is_some_and(|it| it.is_cut);
        match () {
            () if has("trajectory") && has("history") && has("info") => Score::CERTAIN,
            () if is_cut && has("trajectory") => Score::LIKELY,
            () if is_cut && has("history") && has("info") => Score::LIKELY,
            () => Score::NONE,
        }
    },
    reader: Reader::Document(&Trajectories),
};

/// The row of mini-swe-agent.
pub static MINI: Format = Format {
    name: "mini-swe-agent",
    title: "mini-swe-agent trajectory",
    about: "trajectories of mini-swe-agent (`.traj.json`), one document an episode: commands with their output",
    score: |head: &Head<'_>| {
        let Some(first) = head.objects.first() else { return Score::NONE };
        let is_document = first.has("trajectory_format") || first.has("messages") && first.has("info");
        let text = |key: &str| head.holds(key.as_bytes());
        let is_list = first.text("role").as_deref() == Some("system") && text("mswea_bash_command");
        Score::certain_if(is_document && (text("mini") || text("mswea")) || is_list)
    },
    reader: Reader::Document(&Messages),
};

fn start(agent: &str, task: Option<String>) -> Body {
    let agents = vec![RosterAgent { id: agent.to_owned(), ..RosterAgent::default() }];
    Body::EpisodeStart(EpisodeStart {
        agents,
        task: task.map(|it| task_line(&it)),
        ..EpisodeStart::default()
    })
}

/// How it ended, and what it used, as `info` says.
fn end(raw: &str, info: &Fields<'_>, turns: &mut Turns<'_>) {
    let stats = info.object("model_stats");
    let values: Vec<(String, f64)> =
        stats.iter().filter_map(|(key, raw)| Some((key.to_owned(), number(raw)?))).collect();
    if !values.is_empty() {
        let metric = Metric { values, ..Metric::default() };
        turns.push(info.raw("model_stats").unwrap_or(raw), None, Body::Metric(metric), Beside::default());
    }
    let end = EpisodeEnd {
        reason: info.text("exit_status"),
        answer: info.text("submission"),
        ..EpisodeEnd::default()
    };
    turns.push(info.raw("exit_status").unwrap_or(raw), None, Body::EpisodeEnd(end), Beside::default());
}

/// What the first message of a role says.
fn first_of(role: &str, messages: &[&str]) -> Option<String> {
    let mut all = messages.iter().map(|it| Fields::of(it));
    all.find(|it| it.text("role").as_deref() == Some(role)).and_then(|it| it.text("content"))
}

/// Reads documents of SWE-agent.
struct Trajectories;

impl DocumentReader for Trajectories {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        read_document(document, sink, |raw, places, sink| {
            let root = Fields::of(raw);
            let steps = root.items("trajectory");
            if steps.is_empty() {
                let message = "the document has no list `trajectory`";
                return sink.problem(Problem::new(rule::MISSING_FIELD, 0, message));
            }
            let history = root.items("history");
            let agent = history.iter().find_map(|it| Fields::of(it).text("agent"));
            let agent = agent.unwrap_or_else(|| "agent".to_owned());
            let mut turns = Turns::new(name.to_owned(), places, sink);
            let extra = root.rest(&["trajectory", "history", "info"]);
            turns.push(
                raw,
                None,
                start(&agent, first_of("user", &history)),
                Beside { extra, ..Beside::default() },
            );
            for (at, raw) in steps.into_iter().enumerate() {
                let step = Fields::of(raw);
                let action = Action {
                    agent: agent.clone(),
                    action: step.payload("action"),
                    kind: Some("tool".to_owned()),
                    result: step.payload("observation"),
                    dur: step.number("execution_time"),
                    ..Action::default()
                };
                let extra = step.rest(&["action", "observation", "execution_time", "messages", "query"]);
                let extra = extra.into_iter().filter(|it| !it.1.is_null()).collect();
                turns.action(
                    raw,
                    format!("t{at}"),
                    action,
                    Beside { step: Some(at as i64), ts: None, extra },
                );
            }
            end(raw, &root.object("info"), &mut turns);
        });
    }
}

/// Reads documents of mini-swe-agent.
struct Messages;

impl DocumentReader for Messages {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        read_document(document, sink, |raw, places, sink| {
            let root = Fields::of(raw);
            let messages = if raw.starts_with('[') { items(raw) } else { root.items("messages") };
            if messages.is_empty() {
                let message = "the document has no list of messages";
                return sink.problem(Problem::new(rule::MISSING_FIELD, 0, message));
            }
            let mut turns = Turns::new(name.to_owned(), places, sink);
            let extra = root.rest(&["messages", "info"]);
            turns.push(
                raw,
                None,
                start("agent", first_of("user", &messages)),
                Beside { extra, ..Beside::default() },
            );
            let role = |it: &Fields<'_>| it.text("role").unwrap_or_default();
            for (at, raw) in messages.iter().enumerate() {
                let message = Fields::of(raw);
                if role(&message) != "assistant" {
                    continue;
                }
                let after =
                    messages.get(at + 1).map(|it| Fields::of(it)).filter(|it| role(it) != "assistant");
                let action = Action {
                    agent: "agent".to_owned(),
                    action: message.payload("content"),
                    kind: Some("llm".to_owned()),
                    result: after.and_then(|it| it.payload("content")),
                    ..Action::default()
                };
                let extra = message.rest(&["role", "content"]);
                turns.action(
                    raw,
                    format!("s{at}"),
                    action,
                    Beside { step: Some(at as i64), ts: None, extra },
                );
            }
            end(raw, &root.object("info"), &mut turns);
        });
    }
}

#[cfg(test)]
mod tests;
