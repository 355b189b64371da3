//! TraceElephant: failures of teams with every request and answer, two documents an episode in a folder of its own.
//!
//! Written by what a loader of the data set reads, and not checked against its files. What becomes what:
//!
//! * `step_records.json`, a list of `{step_id, agent_id, agent_name, input, output, tool_logs}` (older: `history.json`,
//!   `{agent_name, request, response}`): an act a step, with what the model was asked and what its tools logged. An
//!   output may be what Python prints of an answer (`ChatCompletion(...)`); its words are taken out
//! * `trace_metadata.json` (older: `summary.json`): the task, the system, and who made the decisive mistake:
//!   `mistake_agent`, `mistake_step` (the `step_id` of a step), `mistake_reason`
//!
//! Both are of the episode that their folder names, and of one run, so that they come together.

use serde_json::Value as Json;

use super::{
    DocumentReader, Format, Head, Reader, Score, Sink,
    annotated::{Annotated, Said},
    document::read_document,
    json::{Fields, items, payload, text},
    python,
    row::task_line,
    turns::run,
};
use crate::{
    log::{Action, Body, Credit, CreditItem, EpisodeEnd, EpisodeStart, Payload, Problem, Record},
    model::rule,
};

/// The row of steps.
pub static STEPS: Format = Format {
    name: "trace-elephant",
    title: "TraceElephant steps",
    about: "steps of failed teams (TraceElephant, `step_records.json`) with every request: each folder an episode",
    score: |head: &Head<'_>| {
        let is_list = head.bytes.trim_ascii_start().starts_with(b"[");
        let is_step = head.objects.first().is_some_and(|it| {
            let old = it.has("request") && (it.has("response") || it.is_cut);
            it.has("agent_name") && (it.has("step_id") && (it.has("input") || it.has("output")) || old)
        });
        Score::certain_if(is_list && is_step)
    },
    reader: Reader::Document(&Steps),
};

/// The row of findings.
pub static FINDING: Format = Format {
    name: "trace-elephant-labels",
    title: "TraceElephant labels",
    about: "who made the decisive mistake in the steps beside (TraceElephant, `trace_metadata.json`), the task, the system",
    score: |head: &Head<'_>| {
        let is_finding = head.objects.first().is_some_and(|it| {
            it.has("mistake_agent") && !it.has("history")
                || it.has("agent_configuration") && it.has("task_instruction")
        });
        let is_list = head.bytes.trim_ascii_start().starts_with(b"[");
        Score::certain_if(is_finding && !is_list)
    },
    reader: Reader::Document(&Finding),
};

/// What both call the episode: their folder.
fn episode(name: &str) -> String {
    name.rsplit_once('/').map_or(name, |it| it.0).to_owned()
}

/// Reads steps.
struct Steps;

impl DocumentReader for Steps {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        read_document(document, sink, |root, places, sink| {
            let steps = items(root);
            if steps.is_empty() {
                let message = "the document has no steps";
                return sink.problem(Problem::new(rule::MISSING_FIELD, 0, message));
            }
            sink.record(1, &run("TraceElephant"));
            let said = steps.iter().enumerate().map(|(at, raw)| step(at, raw, places.line(raw)));
            Annotated { episode: episode(name), said: said.collect(), line: 1, ..Annotated::default() }
                .write(sink);
        });
    }
}

fn step(at: usize, raw: &str, line: u32) -> Said {
    let it = Fields::of(raw);
    let agent = it.text("agent_name").or_else(|| it.text("agent_id")).unwrap_or_else(|| "?".to_owned());
    let asked = it.raw("input").or_else(|| it.raw("request"));
    let messages = asked.map(Fields::of).and_then(|it| it.raw("messages"));
    let answered = it.raw("output").or_else(|| it.raw("response"));
    let action = Action {
        agent,
        action: Some(answered.map_or_else(|| Payload::from_text(""), words)),
        kind: Some("llm".to_owned()),
        obs: messages.or(asked).and_then(payload),
        result: it.payload("tool_logs").filter(|it| !matches!(it.json(), "[]" | "{}" | "\"\"")),
        ..Action::default()
    };
    let id = Some(it.text("step_id").map_or_else(|| act(&at.to_string()), |it| act(&it)));
    let known = ["step_id", "agent_name", "input", "request", "output", "response", "tool_logs"];
    Said { id, line, action, extra: it.rest(&known) }
}

/// The id of the act that a step is.
fn act(step: &str) -> String {
    format!("s{}", step.trim())
}

/// What a model answered, without what its API puts around.
fn words(raw: &str) -> Payload {
    let shown = text(raw);
    // Python's repr begins with the name of a class.
    let is_repr =
        shown.split_once('(').is_some_and(|it| it.0.chars().all(|it| it.is_alphanumeric() || it == '_'));
    let value = if raw.starts_with('{') {
        serde_json::from_str(raw).ok()
    } else if is_repr {
        python::value(&shown).map(|it| it.0)
    } else {
        None
    };
    let message =
        value.as_ref().and_then(|it| it.pointer("/choices/0/message").or_else(|| it.get("message")));
    let message = message.or(value.as_ref());
    let said = message.and_then(|it| it.get("content")).and_then(Json::as_str).filter(|it| !it.is_empty());
    let calls = message
        .and_then(|it| it.get("tool_calls"))
        .filter(|it| it.as_array().is_some_and(|it| !it.is_empty()));
    match (said, calls) {
        (Some(said), None) => Payload::from_text(said),
        (Some(said), Some(calls)) => {
            Payload::from_value(&serde_json::json!({ "content": said, "tool_calls": calls }))
        }
        (None, Some(calls)) => Payload::from_value(&serde_json::json!({ "tool_calls": calls })),
        (None, None) => payload(raw).unwrap_or_else(|| Payload::from_text(&shown)),
    }
}

/// Reads findings.
struct Finding;

impl DocumentReader for Finding {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        read_document(document, sink, |root, places, sink| {
            let it = Fields::of(root);
            let episode = episode(name);
            sink.record(1, &run("TraceElephant"));
            let mut push = |line: u32, id: Option<&str>, body: Body, extra: Vec<(String, Payload)>| {
                let (episode, id) = (Some(episode.clone()), id.map(str::to_owned));
                sink.record(
                    line,
                    &Record { episode, id, extra: super::json::kept(extra), ..Record::new(body) },
                );
            };
            let task = ["task_instruction", "question"].iter().find_map(|key| it.text(key));
            let start = EpisodeStart {
                task: task.as_deref().map(task_line),
                group: it.text("task_id"),
                ..EpisodeStart::default()
            };
            let known = [
                "task_instruction",
                "question",
                "task_id",
                "ground_truth",
                "mistake_agent",
                "mistake_step",
                "mistake_reason",
            ];
            push(1, None, Body::EpisodeStart(start), it.rest(&known));
            let line = it.raw("mistake_agent").map_or(1, |it| places.line(it));
            let agent = it.text("mistake_agent").filter(|it| !is_none(it));
            let of = it.text("mistake_step").filter(|it| !is_none(it)).map(|it| act(&it));
            if agent.is_some() || of.is_some() {
                let item = CreditItem {
                    of,
                    agent,
                    label: Some("mistake".to_owned()),
                    reason: it.text("mistake_reason"),
                    ..CreditItem::default()
                };
                let credit = Credit {
                    algorithm: "human_annotation".to_owned(),
                    units: Some("label".to_owned()),
                    items: vec![item],
                    ..Credit::default()
                };
                push(line, Some("annotation"), Body::Credit(credit), Vec::new());
            }
            // The data set is one of failures.
            let status = it.has("mistake_agent").then(|| "failure".to_owned());
            let end = EpisodeEnd { status, ground_truth: it.text("ground_truth"), ..EpisodeEnd::default() };
            push(line, None, Body::EpisodeEnd(end), Vec::new());
        });
    }
}

/// How the data set writes that there is none.
fn is_none(text: &str) -> bool {
    text.trim().is_empty() || text.trim().eq_ignore_ascii_case("none")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{spans::tests::shown, tests::Collected};

    const WALK: &str = include_str!("../../tests/data/formats/trace_elephant/walk/step_records.json");
    const WHO: &str = include_str!("../../tests/data/formats/trace_elephant/walk/trace_metadata.json");

    fn read(reader: &dyn DocumentReader, file: &str) -> Vec<String> {
        let (records, problems) = shown(&Collected::of(|sink| reader.read(file.as_bytes(), "walk/x", sink)));
        assert_eq!(problems, Vec::<String>::new());
        records
    }

    #[test]
    fn steps_and_their_finding() {
        assert_eq!((STEPS.score)(&Head::of(WALK.as_bytes())), Score::CERTAIN);
        assert_eq!((FINDING.score)(&Head::of(WHO.as_bytes())), Score::CERTAIN);
        assert_eq!((FINDING.score)(&Head::of(WALK.as_bytes())), Score::NONE);
        let steps = read(&Steps, WALK);
        assert_eq!(steps[0], "1 run TraceElephant");
        assert_eq!(steps[1], "1 start walk:  (guide walker)");
        assert_eq!(steps[2], "2 s0 guide llm < : Go north, it's near.");
        assert!(steps[3].starts_with("4 s1 walker llm < ?: [look()]"), "{}", steps[3]);
        assert_eq!(steps[4], "7 s2 walker llm < ?: I am lost.");
        let found = read(&Finding, WHO);
        assert!(
            found[2].contains("of: Some(\"s0\")") && found[2].contains("agent: Some(\"guide\")"),
            "{}",
            found[2]
        );
        assert_eq!(found[3], "6 end failure -: ");
    }

    #[test]
    fn the_older_files() {
        let old = r#"[{"agent_name": "a", "request": {"messages": []}, "response": "done"}]"#;
        assert_eq!((STEPS.score)(&Head::of(old.as_bytes())), Score::CERTAIN);
        assert_eq!(read(&Steps, old)[2], "1 s0 a llm < : done");
        let found =
            r#"{"question": "q", "mistake_agent": "a", "mistake_step": "none", "mistake_reason": "r"}"#;
        assert_eq!((FINDING.score)(&Head::of(found.as_bytes())), Score::CERTAIN);
        let found = read(&Finding, found);
        assert!(found[2].contains("of: None, agent: Some(\"a\")"), "{}", found[2]);
    }
}
