//! Small sessions in every layout in which sub-agents are written.

#![allow(clippy::needless_pass_by_value, reason = "values are written in their places")]

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::*;
use crate::import::{Beside, Head, LineReader, Start, spans::tests::told};

/// Files beside the one that is read.
#[derive(Debug, Default)]
struct Files(Vec<(&'static str, String)>);

impl Beside for Files {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.0.iter().find(|it| it.0 == path).map(|it| it.1.clone().into_bytes())
    }

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|it| it.0.to_owned()).collect()
    }
}

/// A turn: uuid, parent, seconds, and what more it has.
fn turn(kind: &str, uuid: &str, parent: Option<&str>, second: u32, more: Json) -> Json {
    let mut out = json!({
        "type": kind, "uuid": uuid, "parentUuid": parent, "sessionId": "s", "isSidechain": false,
        "timestamp": format!("2026-03-01T10:00:{second:02}.000Z")
    });
    out.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    out
}

fn user(content: Json) -> Json {
    json!({"message": {"role": "user", "content": content}})
}

fn says(id: &str, block: Json, tokens: u64) -> Json {
    json!({"message": {"id": id, "role": "assistant", "model": "mini", "content": [block],
        "usage": {"input_tokens": 3, "output_tokens": tokens, "cache_read_input_tokens": 9}}})
}

fn call(id: &str, tool: &str, input: Json) -> Json {
    json!({"type": "tool_use", "id": id, "name": tool, "input": input})
}

fn result(id: &str, content: &str, failed: bool) -> Json {
    user(json!([{"type": "tool_result", "tool_use_id": id, "content": content, "is_error": failed}]))
}

fn lines(turns: &[Json]) -> String {
    turns.iter().map(|it| format!("{it}\n")).collect()
}

fn read(name: &str, files: Files, turns: &[Json]) -> Vec<String> {
    let beside: Arc<dyn Beside> = Arc::new(files);
    let mut session = Session::new(&Start { name, map: None, beside: Some(&beside) });
    let (records, problems) = told(&mut session as &mut dyn LineReader, &lines(turns));
    assert_eq!(problems, Vec::<String>::new());
    records
}

/// A session that lints, calls a scout and merges; the scout's answer names it.
fn session() -> Vec<Json> {
    let mut back = result("t3", "found", false);
    back["toolUseResult"] = json!({"status": "completed", "agentId": "a1", "totalTokens": 5});
    vec![
        turn("user", "u1", None, 0, user(json!("Mend the bug"))),
        turn("assistant", "u2", Some("u1"), 1, says("m1", json!({"type": "text", "text": "On it."}), 1)),
        turn("assistant", "u3", Some("u2"), 2, says("m1", call("t1", "Bash", json!({"command": "lint"})), 1)),
        turn("assistant", "u4", Some("u3"), 3, says("m1", call("t2", "Read", json!({"file": "x"})), 7)),
        turn("user", "u5", Some("u3"), 5, result("t1", "exit 1\nlines", true)),
        turn("user", "u6", Some("u4"), 6, result("t2", "text", false)),
        turn(
            "assistant",
            "u7",
            Some("u6"),
            7,
            says("m2", call("t3", "Agent", json!({"name": "scout", "prompt": "Look around"})), 4),
        ),
        turn("user", "u8", Some("u7"), 20, back),
        turn("assistant", "u9", Some("u8"), 21, says("m3", json!({"type": "text", "text": "Done."}), 2)),
    ]
}

fn scout(side: bool) -> Vec<Json> {
    let own = |mut it: Json| {
        it["agentId"] = json!("a1");
        it["isSidechain"] = json!(true);
        it
    };
    let plain = |mut it: Json| {
        it["isSidechain"] = json!(true);
        it
    };
    let turns = [
        turn("user", "v1", None, 8, user(json!("Look around"))),
        turn("assistant", "v2", Some("v1"), 9, says("n1", call("t4", "Grep", json!({"q": "bug"})), 5)),
        turn("user", "v3", Some("v2"), 10, result("t4", "here", false)),
        turn("assistant", "v4", Some("v3"), 11, says("n2", json!({"type": "text", "text": "found"}), 6)),
    ];
    turns.into_iter().map(|it| if side { plain(it) } else { own(it) }).collect()
}

const LEAD: [&str; 7] = [
    "1 start s: Mend the bug ()",
    "3 t1 lead tool < m1: Bash(command=lint) = exit 1 lines ! exit 1",
    "4 t2 lead tool < m1: Read(file=x) = text",
    "2 m1 lead llm < : [Bash(command=lint), Read(file=x)] [3+7]",
    "7 t3 lead -> scout < m2: Look around",
    "7 m2 lead llm < t1,t2: [Agent(name=scout, prompt=Look around)] [3+4]",
    "9 m3 lead llm < t3/answer: Done. [3+2]",
];

fn check(records: &[String], expected: &[&str]) {
    for it in expected {
        assert!(records.iter().any(|record| record == it), "{it}\n{records:#?}");
    }
}

#[test]
fn what_stands_beside_a_session_is_known_and_tells_of_nothing() {
    let about = "{\"agentType\":\"general-purpose\",\"description\":\"Look around\"}";
    let report = "{\n  \"runId\": \"wf\",\n  \"status\": \"completed\",\n  \"workflowProgress\": [\n    {\"type\": \"workflow_phase\"}\n  ]\n}\n";
    for document in [about, report] {
        let format = crate::import::sniff(std::path::Path::new("x.json"), document.as_bytes());
        assert_eq!(format.map(|it| it.name), Ok("claude-code-beside"), "{document}");
    }
}

#[test]
fn a_session_and_the_file_of_its_sub_agent() {
    let beside = Files(vec![("s/subagents/agent-a1.jsonl", lines(&scout(false)))]);
    let records = read("p/s", beside, &session());
    check(&records, &LEAD);
    check(&records, &["8 t3/answer scout -> lead < n2: found"]);
    assert_eq!(records.len(), 9);
    let beside = Files(vec![("../../s.jsonl", lines(&session()))]);
    let records = read("subagents/agent-a1", beside, &scout(false));
    check(
        &records,
        &[
            "2 n1 scout llm < t3: [Grep(q=bug)] [3+5]",
            "2 t4 scout tool < n1: Grep(q=bug) = here",
            "4 n2 scout llm < t4: found [3+6]",
        ],
    );
    check(&records, &["1 run s"]);
    assert_eq!(records.len(), 4);
    // While it runs, the session does not say yet whose answer it is: what it was told does.
    let beside = Files(vec![("s.jsonl", lines(&session()[..7]))]);
    check(&read("p/agent-a1", beside, &scout(false)), &["2 n1 scout llm < t3: [Grep(q=bug)] [3+5]"]);
    // Without the session: what is beside it, or its id.
    let beside = Files(vec![("agent-a1.meta.json", json!({"description": "a look"}).to_string())]);
    check(&read("p/agent-a1", beside, &scout(false)), &["2 n1 a look llm < ?: [Grep(q=bug)] [3+5]"]);
    check(&read("p/agent-a1", Files::default(), &scout(false)), &["2 n1 a1 llm < ?: [Grep(q=bug)] [3+5]"]);
}

#[test]
fn a_sub_agent_within_the_session() {
    let mut inline = session();
    inline.splice(7..7, scout(true));
    let records = read("p/s", Files::default(), &inline);
    check(&records, &["9 n1 scout llm < t3: [Grep(q=bug)] [3+5]", "12 t3/answer scout -> lead < n2: found"]);
    // The same as lines of progress, which know the call.
    let progress = scout(false).into_iter().map(|it| {
        let message = json!({"type": it["type"], "uuid": it["uuid"], "timestamp": it["timestamp"], "message": it["message"]});
        turn("progress", &format!("p{}", it["uuid"]), Some("u7"), 9, json!({
            "parentToolUseID": "t3", "data": {"type": "agent_progress", "agentId": "a1", "message": message}
        }))
    });
    let mut inline = session();
    inline.splice(7..7, progress);
    let records = read("p/s", Files::default(), &inline);
    check(&records, &LEAD[..6]);
    check(&records, &["9 n1 scout llm < t3: [Grep(q=bug)] [3+5]", "12 t3/answer scout -> lead < n2: found"]);
}

#[test]
fn messages_between_agents_and_a_fork() {
    let records = read(
        "p/s",
        Files::default(),
        &[
            turn(
                "user",
                "u1",
                None,
                0,
                user(json!(
                    "<command-message>go</command-message>\n<command-name>/go</command-name>\n<command-args>now</command-args>"
                )),
            ),
            turn(
                "assistant",
                "u2",
                Some("u1"),
                1,
                says("m1", call("t1", "SendMessage", json!({"to": "bob", "message": "begin"})), 1),
            ),
            turn("user", "u3", Some("u2"), 2, result("t1", "sent", false)),
            turn(
                "user",
                "u4",
                Some("u3"),
                3,
                user(json!("<teammate-message teammate_id=\"bob\">ready</teammate-message>")),
            ),
            turn("assistant", "u5", Some("u3"), 4, says("m2", json!({"type": "text", "text": "a"}), 1)),
            turn("assistant", "u6", Some("u2"), 5, says("m3", json!({"type": "text", "text": "b"}), 1)),
            turn("assistant", "u7", Some("u6"), 6, says("m4", call("t9", "Bash", json!({})), 1)),
        ],
    );
    check(
        &records,
        &[
            "1 start s: /go now ()",
            "2 t1 lead -> bob < m1: begin",
            "4 u4 bob -> lead < ?: ready",
            "5 m2 lead llm < t1: a [3+1]",
            "6 m3 lead llm < m1: b [3+1]",
            // The call never came back.
            "7 t9 lead tool < m4: Bash()",
        ],
    );
}

#[test]
fn a_message_that_goes_on_after_a_pause_is_told_again_as_the_same() {
    let mut reader = Session::new(&Start { name: "p/s", map: None, beside: None });
    let turns = session();
    let (mut records, mut number) = (Vec::new(), 0);
    for part in [&turns[..3], &turns[3..]] {
        let collected = crate::import::tests::Collected::of(|sink| {
            for it in part {
                number += 1;
                reader.read(it.to_string().as_bytes(), number, sink);
            }
            reader.settle(false, sink);
        });
        records.extend(collected.lines.into_iter().map(|it| it.json));
    }
    let of_first: Vec<&String> = records.iter().filter(|it| it.contains("\"id\":\"m1\"")).collect();
    assert_eq!(of_first.len(), 2, "{records:#?}");
    assert!(!of_first[0].contains("\"attempt\"") && of_first[1].contains("\"attempt\":1"), "{of_first:?}");
    assert!(of_first[0].contains("\"out\":1") && of_first[1].contains("\"out\":7"), "{of_first:?}");
}

#[test]
fn what_is_no_turn_is_passed_over() {
    let start = Start { name: "p/s", map: None, beside: None };
    let file = "{\"type\":\"permission-mode\",\"sessionId\":\"s\"}\n{\"sessionId\":\"s\",\"type\":\n\n";
    let (records, problems) = told(&mut Session::new(&start), file);
    assert_eq!(records, ["1 run s"]);
    assert!(
        problems[0].starts_with("bad-json: ") && problems[1].ends_with("without turns: nobody acts in it"),
        "{problems:?}"
    );
    let sure = |head: &str| score(&Head::of(head.as_bytes()));
    assert_eq!(sure(&lines(&session())), Score::CERTAIN);
    assert_eq!(sure("{\"type\":\"summary\",\"summary\":\"x\",\"leafUuid\":\"y\"}\n"), Score::LIKELY);
    assert_eq!(sure("{\"type\":\"user\",\"message\":{}}\n"), Score::NONE);
}
