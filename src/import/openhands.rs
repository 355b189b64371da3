//! Trajectories of OpenHands: a list of events, or `output.jsonl` with the events of an instance in each line.
//!
//! An event is an action (`action`, `args`) or an observation that answers one (`observation`, `content`,
//! `cause`: the id of the action). Older events have no id; there an observation answers the action before it.
//! An action that does something is a tool call; one that only speaks (`message`, `finish`, `think`) is a
//! message of the model. An agent that finishes, or is stopped, ends the episode. Tokens stand on the completion (`tool_call_metadata.model_response`), once for all
//! actions that came of it.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::{
    Format, Head, LineReader, Reader, Score, Sink, Start,
    turns::{Called, Said, Turns},
    values::{Value, Values},
};
use crate::{
    log::{Body, EpisodeEnd, Message, Metric, Payload, Problem, Usage, timestamp_from_text},
    model::{Timestamp, rule},
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "openhands",
    title: "OpenHands",
    about: "trajectories of OpenHands, a list of events, and its `output.jsonl`: each an episode, with how it ended",
    score,
    reader: Reader::Lines(|start| Box::new(Trajectories::new(start))),
};

fn score(head: &Head<'_>) -> Score {
    let of = |it: &super::HeadObject<'_>| {
        let event = it.has("source") && it.has("timestamp") && it.has("id");
        if event && (it.has("action") && it.has("args") || it.has("observation") && it.has("content")) {
            Score::CERTAIN
        } else if it.has("history") && it.has("instruction") && it.has("metrics") && head.holds(b"\"action\"")
        {
            // Who&When has a history too.
            Score::CERTAIN
        } else {
            Score::NONE
        }
    };
    head.objects.iter().map(of).max().unwrap_or(Score::NONE)
}

/// Reads files.
struct Trajectories {
    name: String,
    values: Values,
    /// The trajectory whose events are the objects of the file.
    trajectory: Option<Trajectory>,
    count: u32,
}

impl Trajectories {
    fn new(start: &Start<'_>) -> Self {
        Self { name: start.name.to_owned(), values: Values::default(), trajectory: None, count: 0 }
    }

    fn take(&mut self, value: &Value<'_>, sink: &mut dyn Sink) -> Result<(), Problem> {
        let bad = |it| Problem::new(rule::BAD_JSON, 0, format!("no event: {it}"));
        let json: Json = serde_json::from_str(value.text).map_err(bad)?;
        let line = value.line();
        let Some(history) = json["history"].as_array() else {
            let trajectory = self.trajectory.get_or_insert_with(|| Trajectory::new(&self.name));
            trajectory.event(&json, line, sink);
            return Ok(());
        };
        self.count += 1;
        let number = json["issue"]["number"].as_u64().map(|it| it.to_string());
        let id = json["instance_id"].as_str().map(str::to_owned).or(number);
        let id = id.unwrap_or_else(|| format!("{}/{}", self.name, self.count));
        let mut trajectory = Trajectory::new(&id);
        // Old histories hold pairs of an action and its observation.
        let events =
            history.iter().flat_map(|it| it.as_array().map_or(std::slice::from_ref(it), Vec::as_slice));
        events.for_each(|it| trajectory.event(it, line, sink));
        trajectory.settle(sink);
        trajectory.end(&json, line, sink);
        Ok(())
    }
}

impl LineReader for Trajectories {
    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        let mut values = std::mem::take(&mut self.values);
        let problems =
            values.read(line, number, &mut |value, problems| problems.extend(self.take(&value, sink).err()));
        self.values = values;
        problems.into_iter().for_each(|it| sink.problem(it));
    }

    fn settle(&mut self, ended: bool, sink: &mut dyn Sink) {
        if !ended {
            return;
        }
        let mut values = std::mem::take(&mut self.values);
        let mut lost = Vec::new();
        let problem = values.finish(&mut |value, _| lost.extend(self.take(&value, sink).err()));
        problem.into_iter().chain(lost).for_each(|it| sink.problem(it));
        if let Some(it) = &mut self.trajectory {
            it.settle(sink);
            it.finish(sink);
        }
    }
}

/// A trajectory so far.
struct Trajectory {
    turns: Turns,
    begun: bool,
    /// Actions that were not answered, with their lines.
    open: Vec<(u32, Called)>,
    /// Completions whose tokens were told.
    counted: HashSet<String>,
    events: u32,
    finished: Option<String>,
    /// The line and the time at which the agent finished or was stopped, if nothing came after that; what it said stands in
    /// `finished`.
    end: Option<(u32, Option<Timestamp>)>,
}

impl Trajectory {
    fn new(episode: &str) -> Self {
        Self {
            turns: Turns::new(episode, "agent", Some(Vec::new())),
            begun: false,
            open: Vec::new(),
            counted: HashSet::new(),
            events: 0,
            finished: None,
            end: None,
        }
    }

    fn event(&mut self, json: &Json, line: u32, sink: &mut dyn Sink) {
        self.events += 1;
        let id = |key: &str| {
            json[key].as_str().map(str::to_owned).or_else(|| json[key].as_i64().map(|it| it.to_string()))
        };
        let time = json["timestamp"].as_str().and_then(timestamp_from_text);
        let state = json["args"]["agent_state"].as_str().or(json["extras"]["agent_state"].as_str());
        if json["action"] == "finish" || matches!(state, Some("finished" | "stopped" | "rejected" | "error"))
        {
            self.end = Some((line, time));
        } else if json["action"].is_string() && state.is_none() {
            self.end = None;
        }
        if let Some(observation) = json["observation"].as_str() {
            // `null` only says that the action was heard.
            let cause = id("cause");
            let at = self.open.iter().position(|it| cause.as_ref().is_none_or(|cause| it.1.id == *cause));
            if let Some(at) = at.filter(|_| observation != "null") {
                let (line, call) = self.open.remove(at);
                let code = ["metadata", "exit_code"];
                let code = json["extras"][code[0]][code[1]]
                    .as_i64()
                    .or_else(|| json["extras"]["exit_code"].as_i64());
                let content = json["content"].as_str().unwrap_or_default();
                let error = match code.filter(|it| *it > 0) {
                    Some(code) => Some(format!("exit code {code}")),
                    None => {
                        (observation == "error").then(|| content.lines().next().unwrap_or("error").to_owned())
                    }
                };
                let result = Some(Json::from(content));
                sink.record(line, &self.turns.call(Called { end: time, result, error, ..call }));
            }
            return;
        }
        let Some(action) = json["action"].as_str() else { return };
        let args = json.get("args").unwrap_or(json);
        let words = ["content", "final_thought", "thought", "message"]
            .iter()
            .find_map(|it| args[*it].as_str().filter(|it| !it.is_empty()));
        let said = words.or(json["message"].as_str()).unwrap_or_default().to_owned();
        let from_user = json["source"] == "user" || (self.events == 1 && action == "message");
        if !std::mem::replace(&mut self.begun, true) {
            let task = from_user.then(|| said.clone());
            sink.record(line, &self.turns.start(time, task));
        }
        if from_user {
            self.turns.hear(&said);
            return;
        }
        if matches!(json["source"].as_str(), Some("environment"))
            || matches!(action, "change_agent_state" | "system" | "recall")
        {
            return;
        }
        self.settle(sink);
        let id = id("id").unwrap_or_else(|| format!("e{}", self.events - 1));
        let usage = self.usage(json);
        if matches!(action, "message" | "finish" | "think" | "reject") {
            if action == "finish" {
                self.finished = Some(said.clone());
            }
            sink.record(line, &self.turns.say(Said { id, time, words: said, usage, ..Said::default() }));
            return;
        }
        let thought = args["thought"].as_str().unwrap_or_default().to_owned();
        if usage.is_some() || !thought.is_empty() {
            let message =
                Said { id: format!("{id}/thought"), time, words: thought, usage, ..Said::default() };
            sink.record(line, &self.turns.say(message));
        }
        if action == "delegate" {
            let message = Message {
                from: self.turns.agent.clone(),
                to: vec![args["agent"].as_str().unwrap_or("delegate").to_owned()],
                content: args.get("inputs").map(Payload::from_value),
                parents: self.turns.comes_back(&id),
                ..Message::default()
            };
            sink.record(line, &self.turns.record(Some(id), time, Body::Message(message)));
            return;
        }
        let mut input = args.clone();
        if let Some(fields) = input.as_object_mut() {
            fields.retain(|key, value| {
                !value.is_null() && !matches!(key.as_str(), "thought" | "action" | "confirmation_state")
            });
        }
        self.open.push((line, Called { id, time, tool: action.to_owned(), input, ..Called::default() }));
    }

    /// The tokens of the completion that an action came of, if no action before had them.
    fn usage(&mut self, json: &Json) -> Option<Usage> {
        let response = &json["tool_call_metadata"]["model_response"];
        let id = response["id"].as_str()?;
        let count = |key: &str| response["usage"][key].as_u64();
        let usage = Usage { input: count("prompt_tokens"), output: count("completion_tokens"), cost: None };
        (usage != Usage::default() && self.counted.insert(id.to_owned())).then_some(usage)
    }

    /// Tells the actions that were not answered.
    fn settle(&mut self, sink: &mut dyn Sink) {
        for (line, call) in std::mem::take(&mut self.open) {
            sink.record(line, &self.turns.call(call));
        }
    }

    /// Tells that the agent finished or was stopped, if it was.
    fn finish(&mut self, sink: &mut dyn Sink) {
        if let Some((line, time)) = self.end.take().filter(|_| self.begun) {
            let answer = self.finished.take().filter(|it| !it.is_empty());
            let end = EpisodeEnd { answer, ..EpisodeEnd::default() };
            sink.record(line, &self.turns.record(None, time, Body::EpisodeEnd(end)));
        }
    }

    /// What a line of `output.jsonl` says of the whole.
    fn end(&mut self, json: &Json, line: u32, sink: &mut dyn Sink) {
        if let Some(cost) = json["metrics"]["accumulated_cost"].as_f64() {
            let agent = Some(self.turns.agent.clone());
            let metric = Metric { agent, values: vec![("cost".to_owned(), cost)], ..Metric::default() };
            sink.record(line, &self.turns.record(None, None, Body::Metric(metric)));
        }
        let success = json["success"].as_bool().or_else(|| json["test_result"]["resolved"].as_bool());
        let error = json["error"].as_str().filter(|it| !it.is_empty());
        let status = match (success, error) {
            (Some(true), _) => Some("success"),
            (Some(false), _) => Some("failure"),
            (None, Some(_)) => Some("error"),
            (None, None) => None,
        };
        let end = EpisodeEnd {
            status: status.map(str::to_owned),
            reason: error.map(str::to_owned),
            answer: self.finished.take().filter(|it| !it.is_empty()),
            ..EpisodeEnd::default()
        };
        sink.record(line, &self.turns.record(None, None, Body::EpisodeEnd(end)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::spans::tests::told;

    fn read(file: &str) -> Vec<String> {
        let start = Start { name: "d/one", map: None, beside: None };
        let (records, problems) = told(&mut Trajectories::new(&start), file);
        assert_eq!(problems, Vec::<String>::new());
        records
    }

    #[test]
    fn a_list_of_events() {
        let file = r#"[
{"id": 0, "timestamp": "2026-01-01T00:00:00", "source": "user", "action": "message", "args": {"content": "Rename it"}},
{"id": 3, "timestamp": "2026-01-01T00:00:01", "source": "agent", "action": "run", "args": {"command": "mv a b", "thought": "I move it"},
 "tool_call_metadata": {"model_response": {"id": "m1", "usage": {"prompt_tokens": 7, "completion_tokens": 2}}}},
{"id": 4, "timestamp": "2026-01-01T00:00:02", "source": "agent", "cause": 3, "observation": "run", "content": "no a", "extras": {"metadata": {"exit_code": 1}}},
{"id": 5, "timestamp": "2026-01-01T00:00:03", "source": "agent", "action": "finish", "args": {"thought": "Done."}}
]"#;
        assert_eq!(
            read(file),
            [
                "2 start d/one: Rename it ()",
                "3 3/thought agent llm < : I move it [7+2]",
                "3 3 agent tool < 3/thought: run(command=mv a b) = no a ! exit code 1",
                "6 5 agent llm < 3: Done.",
                "6 end - -: Done.",
            ]
        );
        assert_eq!(score(&Head::of(file.as_bytes())), Score::CERTAIN);
    }

    #[test]
    fn a_line_of_output() {
        let file = r#"{"instruction": "i", "history": [{"content": "Fix", "action": "message"}, {"command": "ls", "thought": "", "action": "run"}, {"content": "x", "extras": {"exit_code": 0}, "observation": "run"}, {"outputs": {}, "thought": "Fixed.", "action": "finish"}], "instance_id": "repo-1", "metrics": {"accumulated_cost": 0.5}, "success": false, "error": null}
"#;
        assert_eq!(
            read(file),
            [
                "1 start repo-1: Fix ()",
                "1 e1 agent tool < : run(command=ls) = x",
                "1 e3 agent llm < e1: Fixed.",
                "1 metric agent [(\"cost\", 0.5)]",
                "1 end failure -: Fixed.",
            ]
        );
        assert_eq!(score(&Head::of(file.as_bytes())), Score::CERTAIN);
    }
}
