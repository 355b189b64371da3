//! Small traces of a team, in every container that OTLP comes in.

use serde_json::json;

use super::*;
use crate::import::{LineReader, spans::tests::told};

/// A span: id, parent, name, start and end in microseconds, attributes.
fn span(id: &str, parent: &str, name: &str, times: (u64, u64), attributes: &Json) -> Json {
    let pairs = attributes.as_object().unwrap().iter();
    let attributes: Vec<Json> = pairs
        .map(|(key, value)| {
            let value = match value {
                Json::Number(it) if it.is_u64() => json!({"intValue": it.to_string()}),
                Json::Number(it) => json!({"doubleValue": it}),
                Json::String(it) => json!({"stringValue": it}),
                other => json!({"stringValue": other.to_string()}),
            };
            json!({"key": key, "value": value})
        })
        .collect();
    let nanos = |it: u64| (1_700_000_000_000_000_000 + it * 1000).to_string();
    json!({
        "traceId": "0000000000000000000000000000abcd", "spanId": id, "parentSpanId": parent, "name": name, "kind": 1,
        "startTimeUnixNano": nanos(times.0), "endTimeUnixNano": nanos(times.1), "attributes": attributes, "status": {}
    })
}

fn export(spans: &[Json]) -> Json {
    json!({"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {}, "spans": spans}]}]})
}

fn read(file: &str) -> (Vec<String>, Vec<String>) {
    told(&mut SpanReader::new(parse), file)
}

fn words(text: &str) -> Json {
    json!([{"role": "assistant", "parts": [{"type": "text", "content": text}]}])
}

/// A boss that asks an expert by a tool, as GenAI spans say it; children come first.
fn team() -> Vec<Json> {
    let chat = |agent: &str, said: Json, tokens: u64| {
        json!({
            "gen_ai.operation.name": "chat", "gen_ai.agent.name": agent, "gen_ai.output.messages": said.to_string(),
            "gen_ai.usage.input_tokens": tokens, "gen_ai.usage.output_tokens": 2
        })
    };
    let calls = json!([{"role": "assistant", "parts": [{"type": "tool_call", "name": "ask", "arguments": {"q": "size"}}]}]);
    let agent = |name: &str| {
        json!({
            "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name, "final_result": "42",
            "gen_ai.aggregated_usage.input_tokens": 99
        })
    };
    let tool = json!({
        "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "ask", "gen_ai.agent.name": "boss",
        "gen_ai.tool.call.arguments": "{\"q\": \"size\"}", "gen_ai.tool.call.result": "42"
    });
    vec![
        span("a1", "a0", "chat m", (1, 10), &chat("boss", calls, 5)),
        span("b1", "b0", "chat m", (21, 30), &chat("expert", words("42"), 7)),
        span("b0", "t1", "invoke_agent expert", (20, 31), &agent("expert")),
        span("t1", "a0", "execute_tool ask", (15, 35), &tool),
        span("a2", "a0", "chat m", (40, 50), &chat("boss", words("It is 42"), 6)),
        span("a0", "", "invoke_agent boss", (0, 60), &agent("boss")),
    ]
}

const TEAM: [&str; 7] = [
    "start 0000000000000000000000000000abcd: ask(q=size) (boss expert)",
    "a1 boss llm < : [ask(q=size)] [5+2]",
    "t1 boss -> expert < a1: {q: size}",
    "b1 expert llm < t1: 42 [7+2]",
    "b0 expert -> boss < b1: 42",
    "a2 boss llm < b0: It is 42 [6+2]",
    "end - -: 42",
];

/// The records without their lines.
fn unnumbered(told: &[String]) -> Vec<&str> {
    told.iter().map(|it| it.split_once(' ').unwrap().1).collect()
}

#[test]
fn an_agent_that_is_called_as_a_tool_gets_a_message_and_answers() {
    let lines: String = team().iter().map(|it| format!("{}\n", export(std::slice::from_ref(it)))).collect();
    let (records, problems) = read(&lines);
    let mut expected = TEAM.to_vec();
    expected[0] = "start 0000000000000000000000000000abcd:  (boss expert)";
    assert_eq!(unnumbered(&records), expected);
    assert_eq!(problems, Vec::<String>::new());
    // Each leads back to the line of its span.
    let numbers: Vec<&str> = records.iter().map(|it| it.split_once(' ').unwrap().0).collect();
    assert_eq!(numbers, ["6", "1", "4", "2", "4", "5", "6"]);
}

#[test]
fn every_container_gives_the_same() {
    let lines: String = team().iter().map(|it| format!("{}\n", export(std::slice::from_ref(it)))).collect();
    let expected = read(&lines).0;
    let expected = unnumbered(&expected);
    let whole = export(&team());
    let batches = json!({"batches": whole["resourceSpans"]});
    let list = json!([whole]);
    for file in [
        format!("{whole:#}"),
        format!("{list:#}"),
        format!("{batches}\n"),
        json!({"trace": batches}).to_string(),
    ] {
        let (records, problems) = read(&file);
        assert_eq!(unnumbered(&records), expected, "{file}");
        assert_eq!(problems, Vec::<String>::new());
    }
    // Parents first.
    let mut reversed = team();
    reversed.reverse();
    assert_eq!(unnumbered(&read(&export(&reversed).to_string()).0), expected);
}

#[test]
fn a_trace_whose_root_never_comes_is_told_in_the_end() {
    let mut spans = team();
    spans.truncate(5);
    let lines: String = spans.iter().map(|it| format!("{}\n", export(std::slice::from_ref(it)))).collect();
    let mut reader = SpanReader::new(parse);
    let collected = crate::import::tests::Collected::of(|sink| {
        for (at, line) in lines.split_inclusive('\n').enumerate() {
            reader.read(line.as_bytes(), at as u32 + 1, sink);
        }
    });
    assert!(collected.lines.is_empty(), "the spans around are still to come");
    let collected = crate::import::tests::Collected::of(|sink| reader.settle(false, sink));
    let (part, _) = crate::import::spans::tests::shown(&collected);
    assert_eq!(unnumbered(&part)[0], "a1 boss llm < ?: [ask(q=size)] [5+2]");
    let (rest, _) = told(&mut reader, "");
    assert!(rest.iter().all(|it| !it.contains("a1 boss")), "{rest:?}");
    assert!(rest.iter().any(|it| it.contains("boss -> expert")), "{rest:?}");
}

#[test]
fn a_trace_that_goes_on_has_a_task_already() {
    let asked = json!({
        "gen_ai.operation.name": "chat", "gen_ai.agent.name": "scout",
        "gen_ai.input.messages": "[{\"role\": \"user\", \"content\": \"Where is gold?\"}]"
    });
    let mut reader = SpanReader::new(parse);
    let mut tell = |spans: &[Json], line: u32| {
        let file = export(spans).to_string();
        let collected = crate::import::tests::Collected::of(|sink| {
            reader.read(file.as_bytes(), line, sink);
            reader.settle(false, sink);
        });
        unnumbered(&crate::import::spans::tests::shown(&collected).0)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let first = tell(&[span("01", "ff", "chat", (1, 2), &asked)], 1);
    assert!(first[0].starts_with("start ") && first[0].ends_with(": Where is gold? ()"), "{first:?}");
    assert_eq!(first.len(), 2);
    assert_eq!(tell(&[span("02", "ff", "chat", (3, 4), &asked)], 2).len(), 1, "the task is told once");
    // The root has the last word, and says who is there.
    let whole = tell(&[span("ff", "", "team", (0, 9), &json!({"input.value": "Find gold."}))], 3);
    assert!(whole[0].ends_with(": Find gold. (scout)"), "{whole:?}");
}

#[test]
fn circles_and_repeated_ids_are_told() {
    let chat = json!({"gen_ai.operation.name": "chat", "gen_ai.agent.name": "a"});
    let spans = [
        span("01", "02", "chat", (1, 2), &chat),
        span("02", "01", "chat", (3, 4), &chat),
        span("02", "", "chat", (5, 6), &chat),
    ];
    let (records, problems) = read(&export(&spans).to_string());
    assert!(problems[0].starts_with("repeated-record: 1 spans"), "{problems:?}");
    assert!(problems[1].starts_with("parent-cycle: "), "{problems:?}");
    assert_eq!(records.iter().filter(|it| it.contains(" llm ")).count(), 1, "{records:?}");
}

#[test]
fn evaluations_are_rewards_of_the_agent_or_the_team() {
    let mut spans = team();
    let evaluation = |span: &str, name: &str, value: f64| {
        json!({
            "traceId": "0000000000000000000000000000abcd", "spanId": span, "eventName": "gen_ai.evaluation.result",
            "timeUnixNano": "1700000000000090000",
            "attributes": [
                {"key": "gen_ai.evaluation.name", "value": {"stringValue": name}},
                {"key": "gen_ai.evaluation.score.value", "value": {"doubleValue": value}}
            ]
        })
    };
    spans[2]["status"] = json!({"code": "STATUS_CODE_ERROR", "message": "unsure"});
    let logs = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [evaluation("a0", "done", 1.0), evaluation("b0", "care", 0.25)]}]}]});
    let (records, _) = read(&format!("{logs}\n{}\n", export(&spans)));
    let records = unnumbered(&records);
    assert!(records.contains(&"evaluation/a0/done reward 1 of all : done"), "{records:?}");
    assert!(records.contains(&"evaluation/b0/care reward 0.25 of expert b0: care"), "{records:?}");
    assert!(records.contains(&"b1 expert llm < t1: 42 [7+2] ! unsure"), "{records:?}");
}

#[test]
fn nothing_of_a_broken_file_is_lost_but_what_is_broken() {
    let good = export(&team());
    let (records, problems) =
        read(&format!("{{\"resourceSpans\": 5}}\n{{\"resourceSpans\":[{{\"x\n{good}\n"));
    assert_eq!(unnumbered(&records).len(), TEAM.len());
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems.iter().all(|it| it.starts_with("bad-json")), "{problems:?}");
    // A document that is cut: what is whole is read.
    let text = format!("{good:#}");
    let (records, problems) = read(&text[..text.len() * 9 / 10]);
    assert!(records.iter().any(|it| it.contains("a1 boss llm")), "{records:?}");
    assert!(problems[0].contains("its whole parts are read"), "{problems:?}");
}
