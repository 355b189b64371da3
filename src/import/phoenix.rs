//! What Arize Phoenix saves: a list of spans, `context.span_id` naming each and `parent_id` the one around it.
//!
//! `id` is the row in its database and says nothing. Annotations are in another file.

use serde_json::Value as Json;

use super::{
    Format, Head, Reader, Score,
    spans::{Attributes, Batch, Span, SpanReader, id, moment, object, text},
    values::Value,
};
use crate::log::Problem;

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "phoenix",
    title: "Phoenix",
    about: "spans as Arize Phoenix saves them, a list or an object a line: each trace an episode, with OpenInference attributes",
    score,
    reader: Reader::Lines(|_| Box::new(SpanReader::new(parse))),
};

fn score(head: &Head<'_>) -> Score {
    let is_span =
        |it: &super::HeadObject<'_>| it.has("context") && it.has("parent_id") && it.has("span_kind");
    Score::certain_if(head.objects.iter().any(is_span))
}

fn parse(value: &Value<'_>, into: &mut Batch) -> Result<(), Problem> {
    let json = object(value)?;
    into.spans.extend(span(&json, value.line()));
    Ok(())
}

fn span(json: &Json, line: u32) -> Option<Span> {
    let context = json.get("context")?;
    let mut attributes = Attributes::of(json.get("attributes"));
    let kind = "openinference.span.kind";
    if let (None, Some(said)) = (attributes.get(kind), json.get("span_kind")) {
        attributes.push(kind, said.clone());
    }
    let is_failed = json.get("status_code").is_some_and(|it| it == "ERROR");
    let said = text(json.get("status_message"));
    Some(Span {
        trace: id(context.get("trace_id"))?,
        id: id(context.get("span_id"))?,
        parent: id(json.get("parent_id")),
        name: text(json.get("name")).unwrap_or_default(),
        start: moment(json.get("start_time")),
        end: moment(json.get("end_time")),
        attributes,
        error: is_failed.then(|| said.unwrap_or_else(|| "error".to_owned())),
        service: None,
        line,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::import::spans::tests::told;

    #[test]
    fn a_sub_agent_below_a_tool_is_called() {
        let span = |own: &str,
                    parent: Option<&str>,
                    name: &str,
                    kind: &str,
                    times: (u32, u32),
                    attributes: Json| {
            let at = |it: u32| format!("2026-01-01T00:00:{it:02}+00:00");
            json!({
                "id": format!("row-{own}"), "name": name, "context": {"trace_id": "t", "span_id": own}, "span_kind": kind,
                "parent_id": parent, "start_time": at(times.0), "end_time": at(times.1), "status_code": "OK",
                "status_message": "", "attributes": attributes, "events": []
            })
        };
        let said =
            |it: &str| json!({"llm.output_messages.0.message.content": it, "llm.token_count.prompt": 4});
        let file = json!([
            span("1", None, "lead", "AGENT", (0, 9), json!({"input.value": "do it"})),
            span("2", Some("1"), "m", "LLM", (1, 2), said("ask")),
            span(
                "3",
                Some("1"),
                "call_subagent",
                "TOOL",
                (3, 6),
                json!({"input.value": "{\"q\": 1}", "output.value": "done"})
            ),
            span("4", Some("3"), "helper", "AGENT", (4, 6), json!({})),
            span("5", Some("4"), "m", "LLM", (4, 5), said("done")),
            span("6", Some("1"), "m", "LLM", (7, 8), said("all done"))
        ]);
        let (records, problems) = told(&mut SpanReader::new(parse), &format!("{file:#}"));
        assert_eq!(problems, Vec::<String>::new());
        let records: Vec<&str> = records.iter().map(|it| it.split_once(' ').unwrap().1).collect();
        assert_eq!(
            records,
            [
                "start t: do it (lead helper)",
                "2 lead llm < : ask [4+0]",
                "3 lead -> helper < 2: {q: 1}",
                "5 helper llm < 3: done [4+0]",
                "4 helper -> lead < 5: done",
                "6 lead llm < 4: all done [4+0]",
                "end - -: ",
            ]
        );
        assert_eq!(score(&Head::of(file.to_string().as_bytes())), Score::CERTAIN);
    }
}
