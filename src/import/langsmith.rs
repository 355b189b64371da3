//! Runs of LangSmith: an object a line, or the bodies that its client sends (`{"post": [...], "patch": [...]}`).
//!
//! A patch completes the run with its id in the same body. Who acts is the node of the graph
//! (`metadata.langgraph_node`): runs of models are called after their class. Feedback may be good or bad when it
//! is high, so it is a judgement and no reward.

use serde_json::{Map, Value as Json};

use super::{
    Format, Head, Reader, Score,
    spans::{Attributes, Batch, Evaluation, Span, SpanReader, moment, number, object, text},
    values::Value,
};
use crate::log::Problem;

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "langsmith",
    title: "LangSmith",
    about: "runs of LangSmith, one a line or as its client sends them: each trace an episode, nodes of a graph as agents",
    score,
    reader: Reader::Lines(|_| Box::new(SpanReader::new(parse))),
};

fn score(head: &Head<'_>) -> Score {
    let is_run =
        |it: &super::HeadObject<'_>| it.has("run_type") && (it.has("dotted_order") || it.has("trace_id"));
    let is_body =
        |it: &super::HeadObject<'_>| (it.has("post") || it.has("patch")) && head.holds(b"\"run_type\"");
    Score::certain_if(head.objects.iter().any(|it| is_run(it) || is_body(it)))
}

fn parse(value: &Value<'_>, into: &mut Batch) -> Result<(), Problem> {
    let json = object(value)?;
    let lines = value.lines_of("id");
    let list = |key: &str| json.get(key).and_then(Json::as_array).cloned().unwrap_or_default();
    let mut runs = list("post");
    for patch in list("patch") {
        match runs.iter_mut().find(|it| it.get("id").is_some() && it.get("id") == patch.get("id")) {
            Some(run) => complete(run, patch),
            None => runs.push(patch),
        }
    }
    if json.get("run_type").is_some() {
        runs.push(json);
    }
    for run in &runs {
        let line = text(run.get("id")).and_then(|id| lines.get(&id).copied()).unwrap_or_else(|| value.line());
        if let Some(span) = span(run, line) {
            into.evaluations.extend(feedback(run, &span));
            into.spans.push(span);
        }
    }
    Ok(())
}

/// Adds the fields of `patch` that say something to `run`.
fn complete(run: &mut Json, patch: Json) {
    let (Json::Object(run), Json::Object(patch)) = (run, patch) else { return };
    run.extend(patch.into_iter().filter(|it| !it.1.is_null()).collect::<Map<_, _>>());
}

fn span(run: &Json, line: u32) -> Option<Span> {
    let mut attributes = Attributes::default();
    let mut add = |key: &str, value: Option<&Json>| {
        if let Some(value) = value.filter(|it| !it.is_null()) {
            attributes.push(key, value.clone());
        }
    };
    let metadata = run.get("extra").and_then(|it| it.get("metadata"));
    add("langsmith.span.kind", run.get("run_type"));
    add("input.value", run.get("inputs"));
    add("output.value", run.get("outputs"));
    add("metadata", metadata);
    add("llm.model_name", metadata.and_then(|it| it.get("ls_model_name")));
    let (tokens_in, tokens_out) = tokens(run);
    add("gen_ai.usage.input_tokens", tokens_in);
    add("gen_ai.usage.output_tokens", tokens_out);
    let id = text(run.get("id"))?;
    Some(Span {
        trace: text(run.get("trace_id")).unwrap_or_else(|| id.clone()),
        parent: text(run.get("parent_run_id")),
        name: text(run.get("name")).unwrap_or_default(),
        start: moment(run.get("start_time")),
        end: moment(run.get("end_time")),
        attributes,
        error: text(run.get("error")).map(|it| it.lines().next().unwrap_or_default().to_owned()),
        service: text(run.get("session_name")),
        id,
        line,
    })
}

/// Input and output tokens, wherever a version of the client puts them.
fn tokens(run: &Json) -> (Option<&Json>, Option<&Json>) {
    let places = [
        "/outputs/llm_output/token_usage",
        "/outputs/generations/0/0/message/kwargs/usage_metadata",
        "/outputs/usage_metadata",
        "/outputs/usage",
        "/extra/metadata/usage_metadata",
        "",
    ];
    let one = |names: [&str; 2]| {
        let all = places.iter().filter_map(|it| run.pointer(it));
        all.flat_map(|it| names.map(|name| it.get(name))).flatten().find(|it| it.is_number())
    };
    (one(["input_tokens", "prompt_tokens"]), one(["output_tokens", "completion_tokens"]))
}

/// The mean of each kind of feedback on a run.
fn feedback<'a>(run: &'a Json, span: &'a Span) -> impl Iterator<Item = Evaluation> + use<'a> {
    let stats = run.get("feedback_stats").and_then(Json::as_object).into_iter().flatten();
    stats.map(|(name, it)| Evaluation {
        trace: span.trace.clone(),
        span: span.parent.as_ref().map(|_| span.id.clone()),
        name: Some(name.clone()),
        value: number(it.get("avg")),
        source: Some("feedback".to_owned()),
        time: span.end,
        is_judgement: true,
        line: span.line,
        ..Evaluation::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::spans::tests::told;

    #[test]
    fn runs_and_bodies() {
        let file = r#"{"id":"r1","trace_id":"r1","parent_run_id":null,"dotted_order":"1","name":"graph","run_type":"chain","start_time":"2026-01-01T00:00:00Z","end_time":"2026-01-01T00:00:09Z","inputs":{"messages":[{"type":"human","content":"How far?"}]},"outputs":{"answer":"far"},"error":null,"feedback_stats":{"liked":{"n":2,"avg":0.5}}}
{"id":"r2","trace_id":"r1","parent_run_id":"r1","name":"scout","run_type":"chain","start_time":"2026-01-01T00:00:01Z","end_time":"2026-01-01T00:00:04Z","extra":{"metadata":{"langgraph_node":"scout"}},"error":null}
{"id":"r3","trace_id":"r1","parent_run_id":"r2","name":"Model","run_type":"llm","start_time":"2026-01-01T00:00:02Z","end_time":"2026-01-01T00:00:03Z","extra":{"metadata":{"langgraph_node":"scout"}},"outputs":{"generations":[[{"text":"far","message":{"kwargs":{"content":"far","usage_metadata":{"input_tokens":4,"output_tokens":1}}}}]]},"error":"Timeout\nat line 3"}
"#;
        let (records, problems) = told(&mut SpanReader::new(parse), file);
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(
            records,
            [
                "1 start r1: How far? (scout)",
                "3 r3 scout llm < : far [4+1] ! Timeout",
                "1 metric all [(\"liked\", 0.5)]",
                "1 end - -: far",
            ]
        );
        let body = r#"{"post":[{"id":"a","trace_id":"a","name":"Chat","run_type":"llm","start_time":1700000000000,"inputs":{"messages":[{"role":"user","content":"hi"}]}}],
            "patch":[{"id":"a","end_time":1700000001000,"outputs":{"choices":[{"message":{"role":"assistant","content":"hello"}}],"usage":{"prompt_tokens":3,"completion_tokens":2}}}]}"#;
        let (records, _) = told(&mut SpanReader::new(parse), body);
        assert_eq!(records, ["2 start a: hi (Chat)", "2 a Chat llm < : hello [3+2]", "2 end - -: hello"]);
        for it in [file, body] {
            assert_eq!(score(&Head::of(it.as_bytes())), Score::CERTAIN);
        }
    }
}
