//! Spans of Agent Lightning's store, an object a line: an attempt of a rollout is an episode.
//!
//! Its rewards are spans in traces of their own (`agentlightning.annotation`, before 0.3 `agentlightning.reward`),
//! so everything is joined by `rollout_id` and `attempt_id`. Of a reward with several dimensions the first is
//! the value, as its own trainer takes it, and all are components. A root that says nothing of itself is what
//! one agent did.

use serde_json::Value as Json;

use super::{
    Format, Head, Reader, Score,
    spans::{Attributes, Batch, Evaluation, Span, SpanReader, id, moment, number, object, text},
    values::Value,
};
use crate::log::Problem;

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "agent-lightning",
    title: "Agent Lightning",
    about: "spans of Agent Lightning's store: each attempt of a rollout an episode, with its rewards",
    score,
    reader: Reader::Lines(|_| Box::new(SpanReader::rootless(parse))),
};

fn score(head: &Head<'_>) -> Score {
    let keys = ["rollout_id", "attempt_id", "sequence_id"];
    let is_span = |it: &super::HeadObject<'_>| keys.iter().all(|key| it.has(key));
    Score::certain_if(head.objects.iter().any(is_span))
}

fn parse(value: &Value<'_>, into: &mut Batch) -> Result<(), Problem> {
    let json = object(value)?;
    let Some(span) = span(&json, value.line()) else { return Ok(()) };
    match reward(&span) {
        Some(reward) => into.evaluations.push(reward),
        None => into.spans.push(span),
    }
    Ok(())
}

fn span(json: &Json, line: u32) -> Option<Span> {
    let (rollout, attempt) = (text(json.get("rollout_id"))?, text(json.get("attempt_id")));
    let parent = id(json.get("parent_id"));
    let name = text(json.get("name")).unwrap_or_default();
    let mut attributes = Attributes::of(json.get("attributes"));
    if parent.is_none()
        && !attributes.iter().any(|(key, _)| is_telling(key))
        && !name.starts_with("agentlightning.")
    {
        attributes.push("agent.name", name.as_str().into());
    }
    let status = json.get("status");
    let is_failed = status.and_then(|it| it.get("status_code")).is_some_and(|it| it == "ERROR");
    let described = status.and_then(|it| text(it.get("description")));
    Some(Span {
        trace: attempt.map_or(rollout.clone(), |it| format!("{rollout}/{it}")),
        id: id(json.get("span_id"))?,
        parent,
        name,
        start: moment(json.get("start_time")),
        end: moment(json.get("end_time")),
        attributes,
        error: is_failed.then(|| described.unwrap_or_else(|| "error".to_owned())),
        service: None,
        line,
    })
}

/// Whether an attribute says what a span is.
fn is_telling(key: &str) -> bool {
    ["gen_ai.", "llm.", "openinference.", "agent.", "traceloop."].iter().any(|it| key.starts_with(it))
}

/// The reward that a span is.
fn reward(span: &Span) -> Option<Evaluation> {
    let listed = span.attributes.listed("agentlightning.reward.#");
    let named = |it: &serde_json::Map<String, Json>| Some((text(it.get("name")), number(it.get("value"))?));
    let mut all: Vec<(Option<String>, f64)> = listed.iter().filter_map(named).collect();
    if all.is_empty() && span.name.starts_with("agentlightning.reward") {
        all.extend(number(span.attributes.get("reward")).map(|it| (None, it)));
    }
    let (name, value) = all.first()?.clone();
    let several = all.len() > 1;
    let components = all.into_iter().filter_map(|(name, it)| Some((name?, it))).filter(|_| several).collect();
    Some(Evaluation {
        trace: span.trace.clone(),
        name,
        value: Some(value),
        components,
        source: Some("agent-lightning".to_owned()),
        time: span.start,
        line: span.line,
        ..Evaluation::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::spans::tests::told;

    #[test]
    fn an_attempt_is_an_episode_with_its_rewards() {
        let file = r#"{"rollout_id":"ro","attempt_id":"at","sequence_id":1,"trace_id":"t1","span_id":"a1","parent_id":"a0","name":"agentlightning.message","status":{"status_code":"UNSET"},"attributes":{"agentlightning.message.body":"thinking"},"start_time":1.5,"end_time":1.5}
{"rollout_id":"ro","attempt_id":"at","sequence_id":2,"trace_id":"t1","span_id":"a0","parent_id":null,"name":"solver","status":{"status_code":"UNSET"},"attributes":{"agent.name":"solver"},"start_time":1.0,"end_time":2.0}
{"rollout_id":"ro","attempt_id":"at","sequence_id":3,"trace_id":"t2","span_id":"b0","parent_id":null,"name":"judge","status":{"status_code":"ERROR","description":"late"},"attributes":{},"start_time":3.0,"end_time":4.0}
{"rollout_id":"ro","attempt_id":"at","sequence_id":4,"trace_id":"t3","span_id":"c0","parent_id":null,"name":"agentlightning.annotation","status":{"status_code":"OK"},"attributes":{"agentlightning.reward.0.name":"acc","agentlightning.reward.0.value":0.5,"agentlightning.reward.1.name":"fmt","agentlightning.reward.1.value":0.2},"start_time":5.0,"end_time":5.0}
"#;
        let (records, problems) = told(&mut SpanReader::rootless(parse), file);
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(
            records,
            [
                "2 start ro/at:  (solver judge)",
                "1 a1 solver step < : thinking",
                "3 b0 judge agent < ?: judge ! late",
                "4 evaluation/all/acc reward 0.5 of all : acc",
                "2 end error late: ",
            ]
        );
        assert_eq!(score(&Head::of(file.as_bytes())), Score::CERTAIN);
    }
}
