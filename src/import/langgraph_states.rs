//! The states of a LangGraph thread (`get_state_history`), written down as a JSON list or one a line, newest first.
//!
//! A snapshot is `{config, values, next, metadata, created_at, parent_config}`. Messages pile up in the states, so what
//! a step added is what its snapshot has and the one before (`parent_config`) has not. What becomes what:
//!
//! * a thread: an episode, named by `thread_id` (and the namespace of a subgraph)
//! * the first words of the user: the task; later ones: messages to the team
//! * a message that a step added: an act of the node that ran (`next` of the snapshot before, if that is one), else of the
//!   name that the message has
//! * a call of a tool and the message that answers it: an act of kind `tool` of the agent that asked
//! * other values that a step changed, where it added no message: an act of the node
//! * what branches off an earlier state follows from what was there
//! * the newest snapshot, if nothing comes next: the end, with the last words as answer

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value as Json};

use super::{
    DocumentReader, Format, Head, Reader, Score, Sink,
    document::{Places, read_values},
    json::items,
    row::task_line,
    team::{Answer, Call, Place, Team, tokens, word},
};
use crate::{
    log::{Action, Body, EpisodeEnd, Message, Payload, Problem, timestamp_from_text},
    model::rule,
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "langgraph-states",
    title: "LangGraph states",
    about: "states of LangGraph threads (`get_state_history` as JSON): each thread an episode, each step what it added",
    score: |head: &Head<'_>| {
        let is_snapshot = head.objects.first().is_some_and(|it| {
            it.has("config") && it.has("values") && (it.is_cut || it.has("next") || it.has("parent_config"))
        });
        Score::certain_if(is_snapshot && (head.holds(b"\"thread_id\"") || head.holds(b"\"checkpoint_id\"")))
    },
    reader: Reader::Document(&States),
};

/// Reads documents.
struct States;

/// A state and where it stands.
struct Snapshot {
    line: u32,
    thread: String,
    id: String,
    parent: Option<String>,
    json: Json,
}

impl Snapshot {
    fn of(raw: &str, places: &Places<'_>) -> Option<Self> {
        let json: Json = serde_json::from_str(raw).ok()?;
        let about = &json["config"]["configurable"];
        json.get("values")?;
        let namespace = word(about, "checkpoint_ns");
        let thread = match &about["thread_id"] {
            Json::String(it) => it.clone(),
            Json::Null => String::new(),
            other => other.to_string(),
        };
        let thread = if namespace.is_empty() { thread } else { format!("{thread}:{namespace}") };
        let parent = json["parent_config"]["configurable"]["checkpoint_id"].as_str().map(str::to_owned);
        Some(Self { line: places.line(raw), thread, id: word(about, "checkpoint_id"), parent, json })
    }

    fn messages(&self) -> &[Json] {
        self.json["values"]["messages"].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// The node that runs next, if it is one.
    fn next(&self) -> Option<&str> {
        let next = self.json["next"].as_array()?;
        match next.as_slice() {
            [one] => one.as_str().filter(|it| *it != "__start__"),
            _ => None,
        }
    }
}

impl DocumentReader for States {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        let mut all = Vec::new();
        read_values(document, sink, |root, places, sink| {
            let rows = if root.starts_with('[') { items(root) } else { vec![root] };
            for raw in rows {
                match Snapshot::of(raw, places) {
                    Some(it) => all.push(it),
                    None => {
                        let message = "no state of a thread: it has no `values`";
                        sink.problem(Problem::new(rule::MISSING_FIELD, places.offset(raw), message));
                    }
                }
            }
        });
        let mut threads: Vec<(String, Vec<Snapshot>)> = Vec::new();
        for it in all {
            match threads.iter_mut().find(|thread| thread.0 == it.thread) {
                Some(thread) => thread.1.push(it),
                None => threads.push((it.thread.clone(), vec![it])),
            }
        }
        for (thread, mut states) in threads {
            states.reverse();
            states.sort_by_key(|it| it.json["created_at"].as_str().and_then(timestamp_from_text));
            let episode = if thread.is_empty() { name.to_owned() } else { thread };
            Thread { team: Team::new(episode), states: &states, last: HashMap::new(), count: 0 }.tell(sink);
        }
    }
}

/// A thread on its way to records.
struct Thread<'a> {
    team: Team,
    states: &'a [Snapshot],
    /// The last act of each snapshot, by its place.
    last: HashMap<usize, Option<String>>,
    count: usize,
}

impl Thread<'_> {
    fn tell(mut self, sink: &mut dyn Sink) {
        let places: HashMap<&str, usize> =
            self.states.iter().enumerate().map(|(at, it)| (it.id.as_str(), at)).collect();
        let first = self
            .states
            .iter()
            .find_map(|it| it.messages().iter().find(|it| is_users(it)).map(|said| (it, said)));
        let task = first.and_then(|(_, said)| said["content"].as_str()).map(task_line);
        let Some(oldest) = self.states.first() else { return };
        self.team.start(place(oldest), task, sink);
        let mut is_task_told = first.is_none();
        for (at, state) in self.states.iter().enumerate() {
            let known = state.parent.as_ref().map(|it| places.get(it.as_str()).copied());
            // The first of a list that is cut has a parent that is not there.
            let before = known.unwrap_or_else(|| at.checked_sub(1).filter(|_| state.id.is_empty()));
            let before = before.filter(|it| *it < at);
            self.team.goes_on_from(before.and_then(|it| self.last.get(&it).cloned().flatten()));
            self.step(state, before.map(|it| &self.states[it]), &mut is_task_told, sink);
            self.last.insert(at, self.team.last());
        }
        self.team.give_up(sink);
        let Some(newest) = self.states.last() else { return };
        if newest.json["next"].as_array().is_some_and(Vec::is_empty) {
            let last = newest.messages().last().and_then(|it| it["content"].as_str());
            let end = EpisodeEnd { answer: last.map(str::to_owned), ..EpisodeEnd::default() };
            let record = self.team.record(None, place(newest).ts, Body::EpisodeEnd(end));
            sink.record(newest.line, &record);
        }
    }

    /// What one step added.
    fn step(
        &mut self,
        state: &Snapshot,
        before: Option<&Snapshot>,
        is_task_told: &mut bool,
        sink: &mut dyn Sink,
    ) {
        let had = before.map(Snapshot::messages).unwrap_or_default();
        let node = before.and_then(Snapshot::next);
        let known: HashSet<&str> = had.iter().filter_map(|it| it["id"].as_str()).collect();
        let is_new =
            |at: usize, it: &Json| it["id"].as_str().map_or(at >= had.len(), |id| !known.contains(id));
        let added: Vec<&Json> =
            state.messages().iter().enumerate().filter(|(at, it)| is_new(*at, it)).map(|it| it.1).collect();
        for said in &added {
            if is_users(said) && !std::mem::replace(is_task_told, true) {
                continue;
            }
            self.message(said, node, state, sink);
        }
        let changed = changed(&state.json["values"], before.map(|it| &it.json["values"]));
        if let (true, Some(node), Some(changed)) = (added.is_empty(), node, changed) {
            let id = self.id(None);
            let action = Action { action: Some(Payload::from_value(&changed)), ..act(node, "state") };
            self.team.act(id, place(state), action, sink);
        }
    }

    fn id(&mut self, own: Option<&str>) -> String {
        self.count += 1;
        own.map_or_else(|| format!("s{}", self.count), str::to_owned)
    }

    fn message(&mut self, said: &Json, node: Option<&str>, state: &Snapshot, sink: &mut dyn Sink) {
        let place = place(state);
        let content = &said["content"];
        let id = self.id(said["id"].as_str());
        match said["type"].as_str().or(said["role"].as_str()).unwrap_or_default() {
            "system" => {}
            "tool" => {
                let error = (said["status"] == "error").then(|| word(said, "content"));
                let answer = Answer { ts: place.ts, result: Some(content.clone()), error: error.clone() };
                if !self.team.answer(&word(said, "tool_call_id"), answer, sink) {
                    // Who asked is not there.
                    let agent = node.unwrap_or("tools");
                    let result = Some(Payload::from_value(content));
                    let call = Payload::from_value(&serde_json::json!({ "tool": said["name"] }));
                    let action = Action { action: Some(call), result, error, ..act(agent, "tool") };
                    self.team.act(id, place, action, sink);
                }
            }
            _ if is_users(said) => {
                let content = Some(Payload::from_value(content));
                let message = Message {
                    from: "user".to_owned(),
                    to: vec!["*".to_owned()],
                    content,
                    ..Message::default()
                };
                self.team.message(id, place, message, sink);
            }
            _ => {
                let name = said["name"].as_str().filter(|it| !it.is_empty());
                let agent = node.or(name).unwrap_or("graph").to_owned();
                let mut usage = tokens(&said["usage_metadata"], "input_tokens", "output_tokens");
                let calls = said["tool_calls"].as_array().map(Vec::as_slice).unwrap_or_default();
                let is_silent =
                    content.is_null() || content == "" || content.as_array().is_some_and(Vec::is_empty);
                if !is_silent || calls.is_empty() {
                    let action = Some(Payload::from_value(content));
                    let action = Action { action, usage: usage.take(), ..act(&agent, "llm") };
                    self.team.act(id.clone(), place, action, sink);
                }
                for (at, call) in calls.iter().enumerate() {
                    self.team.ask(Call {
                        id: word(call, "id"),
                        act: if at == 0 && is_silent { id.clone() } else { format!("{id}.{}", at + 1) },
                        agent: agent.clone(),
                        place,
                        tool: word(call, "name"),
                        input: call["args"].clone(),
                        usage: usage.take(),
                    });
                }
            }
        }
    }
}

fn act(agent: &str, kind: &str) -> Action {
    Action { agent: agent.to_owned(), kind: Some(kind.to_owned()), ..Action::default() }
}

fn place(of: &Snapshot) -> Place {
    Place { line: of.line, ts: of.json["created_at"].as_str().and_then(timestamp_from_text) }
}

fn is_users(said: &Json) -> bool {
    matches!(said["type"].as_str().or(said["role"].as_str()), Some("human" | "user"))
}

/// The values besides messages that are not as they were.
fn changed(now: &Json, before: Option<&Json>) -> Option<Json> {
    let fields = now.as_object()?.iter().filter(|(key, value)| {
        key.as_str() != "messages" && before.and_then(|it| it.get(key.as_str())) != Some(*value)
    });
    let fields: Map<String, Json> = fields.map(|(key, value)| (key.clone(), value.clone())).collect();
    (!fields.is_empty()).then_some(Json::Object(fields))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{spans::tests::shown, tests::Collected};

    const FILE: &str = include_str!("../../tests/data/formats/langgraph_states.json");

    fn read(file: &str) -> (Vec<String>, Vec<String>) {
        shown(&Collected::of(|sink| States.read(file.as_bytes(), "d/one", sink)))
    }

    #[test]
    fn what_each_step_added() {
        assert_eq!((FORMAT.score)(&Head::of(FILE.as_bytes())), Score::CERTAIN);
        assert_eq!((FORMAT.score)(&Head::of(&FILE.as_bytes()[..400])), Score::CERTAIN);
        let (records, problems) = read(FILE);
        assert_eq!(problems, Vec::<String>::new());
        let records: Vec<&str> = records.iter().map(|it| it.split_once(' ').unwrap().1).collect();
        assert_eq!(
            records,
            [
                "start th-7: Where is gold? ()",
                "m2 scout tool < : dig(at=3) = rock [9+2] ! rock",
                "m4 scout llm < m2: Not at 3.",
                "s4 judge state < m4: {verdict: keep looking}",
                "end - -: Not at 3.",
            ]
        );
    }

    #[test]
    fn branches_follow_from_what_was_there() {
        let state = |id: &str, parent: &str, at: u32, said: &[(&str, &str)], next: &str| {
            let said: Vec<Json> = said
                .iter()
                .map(|(id, words)| serde_json::json!({"id": id, "type": "ai", "content": words}))
                .collect();
            serde_json::json!({
                "config": {"configurable": {"thread_id": "t", "checkpoint_id": id}}, "values": {"messages": said}, "next": [next],
                "created_at": format!("2026-01-01T00:00:0{at}Z"), "parent_config": {"configurable": {"checkpoint_id": parent}}
            })
        };
        let file = Json::from(vec![
            state("c", "a", 3, &[("1", "x"), ("3", "z")], "e"),
            state("b", "a", 2, &[("1", "x"), ("2", "y")], "d"),
            state("a", "", 1, &[("1", "x")], "n"),
        ]);
        let (records, _) = read(&file.to_string());
        assert_eq!(records[1..], ["1 1 graph llm < : x", "1 2 n llm < 1: y", "1 3 n llm < 1: z"]);
        assert_eq!(read("[{\"config\": {}}]").1, ["missing-field: no state of a thread: it has no `values`"]);
    }
}
