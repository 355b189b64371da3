//! smolagents: the memory of an agent (`agent.memory.get_full_steps()`, or its replay), a document that is a list.
//!
//! What becomes what:
//!
//! * the task: that of the episode
//! * a planning step: an act of kind `plan`
//! * a step: an act with what the model said (its code, if it wrote some), the observations as its result, time, tokens
//!   and error. A call of a managed agent (`x = search_agent(...)`) is in the code: what that agent did stands in its own
//!   memory, not in this
//! * the final answer: the end of the episode
//!
//! The file does not name the agent: it is called `agent`.

use super::{
    DocumentReader, Format, Head, HeadObject, Reader, Score, Sink,
    document::read_document,
    json::{Fields, items},
    row::task_line,
    team::{Place, Team},
};
use crate::{
    log::{Action, Body, EpisodeEnd, Payload, Problem, Usage},
    model::{Timestamp, rule},
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "smolagents",
    title: "smolagents memory",
    about: "steps of an agent of smolagents (`memory.get_full_steps()`), one document: a memory an episode",
    score: |head: &Head<'_>| {
        let is_step =
            |it: &HeadObject<'_>| it.has("step_number") && (it.has("timing") || it.has("tool_calls"));
        let is_task = |it: &HeadObject<'_>| it.has("task") && it.has("task_images");
        let is_list = head.bytes.trim_ascii_start().first() == Some(&b'[');
        Score::certain_if(is_list && head.objects.iter().any(|it| is_step(it) || is_task(it)))
    },
    reader: Reader::Document(&Memories),
};

const AGENT: &str = "agent";

/// Reads documents.
struct Memories;

impl DocumentReader for Memories {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        read_document(document, sink, |root, places, sink| {
            let mut team = Team::new(name.to_owned());
            let mut begun = false;
            for (at, raw) in items(root).into_iter().enumerate() {
                let step = Fields::of(raw);
                let timing = step.object("timing");
                let ts = timing.number("start_time").map(Timestamp::from_seconds);
                let place = Place { line: places.line(raw), ts };
                if step.has("task") || step.has("system_prompt") {
                    if step.has("task") && !std::mem::replace(&mut begun, true) {
                        team.start(place, step.text("task").map(|it| task_line(&it)), sink);
                    }
                    continue;
                }
                if !std::mem::replace(&mut begun, true) {
                    team.start(place, None, sink);
                }
                let id = step.text("step_number").map_or_else(|| format!("p{at}"), |it| format!("step{it}"));
                team.act(id, place, action(&step, &timing), sink);
                if step.flag("is_final_answer") == Some(true) {
                    let answer = step.text("action_output").or_else(|| step.text("observations"));
                    let reason = Some("final answer".to_owned());
                    let end = EpisodeEnd { reason, answer, ..EpisodeEnd::default() };
                    sink.record(place.line, &team.record(None, None, Body::EpisodeEnd(end)));
                }
            }
            if !begun {
                sink.problem(Problem::new(rule::MISSING_FIELD, 0, "the memory has no step"));
            }
        });
    }
}

fn action(step: &Fields<'_>, timing: &Fields<'_>) -> Action {
    let usage = step.object("token_usage");
    let count = |key: &str| usage.integer(key).and_then(|it| u64::try_from(it).ok());
    let usage = Usage { input: count("input_tokens"), output: count("output_tokens"), cost: None };
    let error = step.object("error");
    let says = error.text("message").map(|message| match error.text("type") {
        Some(kind) => format!("{kind}: {message}"),
        None => message,
    });
    let plan = step.payload("plan");
    let kind = if plan.is_some() { "plan" } else { "llm" };
    let output = step.text("model_output").map(|it| Payload::from_text(&it));
    let calls = step.payload("tool_calls").filter(|it| it.json() != "[]");
    Action {
        agent: AGENT.to_owned(),
        action: plan.or(output).or(calls),
        kind: Some(kind.to_owned()),
        result: step.payload("observations").or_else(|| step.payload("action_output")),
        dur: timing.number("duration").filter(|it| *it >= 0.0),
        usage: (usage != Usage::default()).then_some(usage),
        error: says,
        ..Action::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{spans::tests::shown, tests::Collected};

    #[test]
    fn steps_of_a_memory() {
        let file = r#"[
 {"task": "Count wells", "task_images": null},
 {"step_number": 1, "timing": {"start_time": 10.0, "end_time": 12.5, "duration": 2.5},
  "model_output": "x = scout()", "code_action": "x = scout()", "observations": "two",
  "token_usage": {"input_tokens": 5, "output_tokens": 2}, "error": null, "is_final_answer": false},
 {"step_number": 2, "timing": {"start_time": 13.0}, "model_output": "1/0", "observations": null,
  "error": {"type": "AgentExecutionError", "message": "division by zero"}, "is_final_answer": false},
 {"step_number": 3, "model_output": "final_answer(2)", "action_output": 2, "is_final_answer": true}
]"#;
        assert_eq!((FORMAT.score)(&Head::of(file.as_bytes())), Score::CERTAIN);
        let (records, problems) = shown(&Collected::of(|sink| Memories.read(file.as_bytes(), "d/m", sink)));
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(
            records,
            [
                "2 start d/m: Count wells ()",
                "3 step1 agent llm < : x = scout() = two [5+2]",
                "6 step2 agent llm < step1: 1/0 ! AgentExecutionError: division by zero",
                "8 step3 agent llm < step2: final_answer(2) = 2",
                "8 end - final answer: 2",
            ]
        );
    }
}
