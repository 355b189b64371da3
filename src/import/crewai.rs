//! CrewAI: the tasks of a crew, as `output_log_file` writes them, and the output of a crew.
//!
//! A log is a list of `{timestamp, task_name, task, agent, status, output}`, rewritten with every task that starts or is
//! completed. What becomes what:
//!
//! * a task: an act of its agent, from its start to its end, with the task as what the agent saw and the output as what
//!   it did. One that was not completed stands with an error; crews run their tasks in order, so each comes from the
//!   one before
//! * the output of a crew (`tasks_output`, `token_usage`): the same without times; tokens are those of the whole crew
//!
//! There are no calls of tools and no reward in either.

use super::{
    DocumentReader, Format, Head, HeadObject, Reader, Score, Sink,
    chat::moment,
    document::{Places, read_document},
    json::{Fields, items},
    team::{Place, Team},
};
use crate::{
    log::{Action, Body, EpisodeEnd, Metric, Payload, Problem},
    model::rule,
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "crewai",
    title: "CrewAI log",
    about: "tasks of CrewAI crews (`output_log_file` as JSON, or the output of a crew), one document: a crew an episode",
    score: |head: &Head<'_>| {
        let is_task = |it: &HeadObject<'_>| it.has("task_name") && it.has("agent") && it.has("status");
        let is_output = |it: &HeadObject<'_>| it.has("tasks_output") && it.has("raw");
        Score::certain_if(head.objects.first().is_some_and(|it| is_task(it) || is_output(it)))
    },
    reader: Reader::Document(&Crews),
};

/// Reads documents.
struct Crews;

impl DocumentReader for Crews {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        read_document(document, sink, |root, places, sink| {
            let output = Fields::of(root);
            if output.has("tasks_output") {
                return self::output(&output, name, places, sink);
            }
            let events = items(root);
            if events.is_empty() {
                let message = "the log has no task that was started";
                return sink.problem(Problem::new(rule::MISSING_FIELD, 0, message));
            }
            log(&events, name, places, sink);
        });
    }
}

/// A task that was started.
struct Task<'a> {
    raw: &'a str,
    start: Fields<'a>,
    end: Option<Fields<'a>>,
}

fn log(events: &[&str], name: &str, places: &Places<'_>, sink: &mut dyn Sink) {
    let mut tasks: Vec<Task<'_>> = Vec::new();
    for raw in events {
        let it = Fields::of(raw);
        let is_start = it.text("status").as_deref() == Some("started");
        let same = |a: &Fields<'_>| {
            a.text("task_name") == it.text("task_name")
                && a.text("agent") == it.text("agent")
                && a.text("task") == it.text("task")
        };
        let waiting = tasks.iter_mut().find(|task| task.end.is_none() && same(&task.start));
        match waiting.filter(|_| !is_start) {
            Some(task) => task.end = Some(it),
            None => tasks.push(Task { raw, end: (!is_start).then(|| Fields::of(raw)), start: it }),
        }
    }
    let mut team = Team::new(name.to_owned());
    let place = |raw: &str, it: &Fields<'_>| Place {
        line: places.line(raw),
        ts: it.text("timestamp").and_then(|it| moment(&it)),
    };
    if let Some(first) = tasks.first() {
        team.start(place(first.raw, &first.start), first.start.text("task"), sink);
    }
    for (at, task) in tasks.iter().enumerate() {
        let from = place(task.raw, &task.start);
        let ended = task.end.as_ref();
        let to = ended.and_then(|it| it.text("timestamp")).and_then(|it| moment(&it));
        let status = ended.and_then(|it| it.text("status"));
        let error = match status.as_deref() {
            Some("completed") => None,
            Some(other) => Some(other.to_owned()),
            None => Some("not completed".to_owned()),
        };
        let action = Action {
            agent: task.start.text("agent").unwrap_or_else(|| "crew".to_owned()),
            action: ended.and_then(|it| it.payload("output")),
            obs: task.start.text("task").map(|it| Payload::from_text(&it)),
            kind: Some("task".to_owned()),
            dur: from.ts.zip(to).map(|(from, to)| to.seconds_since(from)).filter(|it| *it >= 0.0),
            error,
            ..Action::default()
        };
        team.act(id(&task.start, at), from, action, sink);
    }
    if let Some(last) = tasks.last().filter(|_| tasks.iter().all(|it| it.end.is_some())) {
        let answer = last.end.as_ref().and_then(|it| it.text("output"));
        end(&team, answer, places.line(last.raw), sink);
    }
}

/// A name may be that of several tasks.
fn id(task: &Fields<'_>, at: usize) -> String {
    let name = task.text("task_name").or_else(|| task.text("name"));
    format!("{}-{}", at + 1, name.unwrap_or_else(|| "task".to_owned()))
}

fn output(output: &Fields<'_>, name: &str, places: &Places<'_>, sink: &mut dyn Sink) {
    let mut team = Team::new(name.to_owned());
    let tasks = output.items("tasks_output");
    let first = tasks.first().map(|it| Fields::of(it));
    let start = Place { line: 1, ts: None };
    team.start(start, first.and_then(|it| it.text("description")), sink);
    for (at, raw) in tasks.iter().enumerate() {
        let it = Fields::of(raw);
        let action = Action {
            agent: it.text("agent").unwrap_or_else(|| "crew".to_owned()),
            action: it.payload("raw"),
            obs: it.text("description").map(|it| Payload::from_text(&it)),
            kind: Some("task".to_owned()),
            ..Action::default()
        };
        team.act(id(&it, at), Place { line: places.line(raw), ts: None }, action, sink);
    }
    let usage = output.object("token_usage");
    let values: Vec<(String, f64)> = ["prompt_tokens", "completion_tokens", "successful_requests"]
        .into_iter()
        .filter_map(|key| Some((key.replace('_', " "), usage.number(key)?)))
        .collect();
    if !values.is_empty() {
        let metric = Metric { values, ..Metric::default() };
        sink.record(1, &team.record(None, None, Body::Metric(metric)));
    }
    end(&team, output.text("raw"), 1, sink);
}

fn end(team: &Team, answer: Option<String>, line: u32, sink: &mut dyn Sink) {
    let reason = Some("all tasks were run".to_owned());
    let end = EpisodeEnd { answer, reason, ..EpisodeEnd::default() };
    sink.record(line, &team.record(None, None, Body::EpisodeEnd(end)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{spans::tests::shown, tests::Collected};

    fn read(file: &str) -> Vec<String> {
        assert_eq!((FORMAT.score)(&Head::of(file.as_bytes())), Score::CERTAIN);
        let (records, problems) = shown(&Collected::of(|sink| Crews.read(file.as_bytes(), "d/crew", sink)));
        assert_eq!(problems, Vec::<String>::new());
        records
    }

    #[test]
    fn tasks_with_their_ends() {
        let file = r#"[
  {"timestamp": "2026-01-01 00:00:01", "task_name": "find", "task": "Find water", "agent": "Scout", "status": "started"},
  {"timestamp": "2026-01-01 00:00:03", "task_name": "find", "task": "Find water", "agent": "Scout", "status": "completed", "output": "north"},
  {"timestamp": "2026-01-01 00:00:03", "task_name": "dig", "task": "Dig", "agent": "Digger", "status": "started"}
]"#;
        assert_eq!(
            read(file),
            [
                "2 start d/crew: Find water ()",
                "2 1-find Scout task < : north",
                "4 2-dig Digger task < 1-find:  ! not completed",
            ]
        );
    }

    #[test]
    fn the_output_of_a_crew() {
        let file = r#"{"raw": "well", "tasks_output": [
  {"name": "find", "description": "Find water", "agent": "Scout", "raw": "north"},
  {"name": "dig", "description": "Dig", "agent": "Digger", "raw": "well"}
], "token_usage": {"prompt_tokens": 7, "total_tokens": 9}}"#;
        assert_eq!(
            read(file),
            [
                "1 start d/crew: Find water ()",
                "2 1-find Scout task < : north",
                "3 2-dig Digger task < 1-find: well",
                "1 metric all [(\"prompt tokens\", 7.0)]",
                "1 end - all tasks were run: well",
            ]
        );
    }
}
