//! What files are recognised as: the table, and small logs of many makers, written here.

use std::path::Path;

use super::*;
use crate::log::{Problem, Record, write};

/// What a reader handed on.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Collected {
    /// The native lines, in their order.
    pub(super) lines: Vec<ImportedLine>,
    /// What is wrong.
    pub(super) problems: Vec<Problem>,
}

/// One native line and where it comes from.
#[derive(Debug, PartialEq)]
pub(super) struct ImportedLine {
    /// The record, without a line end.
    pub(super) json: String,
    /// Line in the original, from 1.
    pub(super) line: u32,
}

impl Collected {
    /// What `read` hands on.
    pub(super) fn of(read: impl FnOnce(&mut dyn Sink)) -> Self {
        let mut collected = Self::default();
        read(&mut collected);
        collected
    }
}

impl Sink for Collected {
    fn record(&mut self, line: u32, record: &Record) {
        self.lines.push(ImportedLine { json: write(record), line });
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

fn check(head: &str, expected: &str) {
    let format = sniff(Path::new("dir/x.json"), head.as_bytes());
    assert_eq!(format.map(|it| it.name), Ok(expected), "{head}");
}

fn unknown(head: &[u8], expected: &str) {
    let why = sniff(Path::new("dir/x.json"), head).expect_err(expected).to_string();
    assert!(why.starts_with(&format!("{expected}; ")), "{why}");
}

#[test]
fn rows_are_well_formed() {
    for (at, it) in FORMATS.iter().enumerate() {
        assert!(it.name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-'));
        assert!(FORMATS[..at].iter().all(|other| other != it && other.title != it.title), "{}", it.name);
        assert!(!it.about.is_empty(), "{}", it.name);
        assert!(!it.about.contains(['\n', '|']) && !it.about.ends_with('.'), "{}", it.name);
        assert_eq!(format(it.name), Some(*it));
    }
    assert_eq!(format("nothing"), None);
}

#[test]
fn a_refusal_says_what_to_do() {
    let why = |name: &str, head: &[u8]| sniff(Path::new(name), head).unwrap_err().to_string();
    assert_eq!(
        why("x.json", b"{\"a\":1}"),
        "JSON with the fields `a`; `creditscope formats` lists what is read"
    );
    let rows = b"{\"who\":\"a\",\"reply\":\"x\",\"move\":\"up\"}\n{\"who\":\"b\",\"reply\":\"y\",\"move\":\"down\"}\n";
    let why_rows = why("x.jsonl", rows);
    assert!(
        why_rows.starts_with("JSON with the fields `who`, `reply`, `move`; `creditscope map FILE` proposes"),
        "{why_rows}"
    );
    let kinds: &[(&str, &[u8], &str)] = &[
        ("events.out.tfevents.1796045136.vm", b"\x18\0\0\0\0\0\0\0", "events of TensorBoard; it holds curves"),
        ("x", b"\x18\0\0\0\0\0\0\0\xa3\x7f\x4b\x22\t\xba\x6a\x22T^\xc3\xdaA\x1a\rbrain.Event:2.................................", "events of TensorBoard"),
        ("run-85g5bke5.wandb", b":W&B\xe1\xbe\0I", "an offline run of Weights & Biases; it holds curves"),
        ("run.json", b"{\n  \"artifacts\": [],\n  \"command\": \"main\",\n  \"experiment\": {}", "a part of a run of Sacred"),
        ("metrics.json", b"{\"r\": {\"steps\": [0], \"timestamps\": [\"t\"], \"values\": [1]}}", "a part of a run of Sacred"),
        ("info.json", b"{\"r\": [{\"dtype\": \"float64\", \"value\": 0.0}]}", "a part of a run of Sacred"),
        ("s.evalset.json", b"{\"eval_set_id\": \"s\", \"eval_cases\": []}", "an eval set of ADK"),
        ("x.pkl", b"\x80\x04\x95\x10", "a pickle of Python; it is not opened"),
        ("x.pt", b"PK\x03\x04....archive/data.pkl", "tensors of PyTorch"),
        ("x.npz", b"PK\x03\x04....obs.npy", "arrays of NumPy"),
        ("x.zip", b"PK\x03\x04....", "a zip archive that holds no log of Inspect; unpack it"),
        ("x.db", b"SQLite format 3\0", "an SQLite database"),
        (
            "x.sqlite",
            b"SQLite format 3\0....CREATE TABLE writes (thread_id TEXT, checkpoint_ns TEXT, value BLOB)",
            "checkpoints of LangGraph in SQLite; write",
        ),
    ];
    for (name, head, expected) in kinds {
        let why = why(name, head);
        assert!(why.starts_with(expected), "{name}: {why}");
        assert!(why.len() < 180, "{why}");
    }
}

#[test]
fn native_logs() {
    check("", "native");
    check("\n\n", "native");
    check("{\"type\":\"run\",\"credit_log\":1}\n{\"type\":", "native");
    check("junk\n{\"episode\":\"e\",\"agent\":\"a\",\"type\":\"action\"}\n", "native");
    check("{\"type\": \"action\", \"episode\": \"e\", \"action\": \"a long text that is c", "native");
    check("{\"type\": \"action\", \"action\": \"a long text that is c", "native");
    check("e\":\"cut\"}\n{\"type\":\"reward\",\"episode\":1,\"value\":0}\n", "native");
    check("{\"type\":\"action\",\"episode\":\"e\",\"agent\":\"a\",\"history\":[]}\n", "native");
    check("{\"episode\":\"e\",\"type\":\"episode_end\"}", "native");
    // Damaged ones are for the reader to tell.
    check("{\"type\":\"action\",\"agent\":\"a\"}\n{\"type\":\"reward\",\"value\":1}\n", "native");
    check("{\"type\":\"action\",\"episode\":\"e\",\"agent\":\"a\"}{\"type\":\"action\"}\n", "native");
    check("\u{feff}{\"type\":\"metric\",\"values\":{\"loss\":1}}\n", "native");
}

#[test]
fn who_and_when_documents() {
    check("{\n  \"history\": [\n    {\"content\": \"hi\", \"role\": \"human\"},", "who-and-when");
    check("{\"is_correct\": false, \"question\": \"q\", \"history\": [", "who-and-when");
    check(
        "{\"history\":[{\"role\":\"human\"}],\"mistake_agent\":\"a\",\"mistake_step\":\"0\"}",
        "who-and-when",
    );
}

#[test]
fn replay_buckets() {
    check("{\"bucket_id\":\"b\",\"candidates\":[{\"action_text\":\"a text that is c", "c3");
    check("{\"target_role\": \"Actor\", \"ctx_hash\": 9200722560867875417}\n", "c3");
    check("# comment\n\n{\"bucket_id\":\"b\",\"candidates\":[]}\n", "c3");
}

#[test]
fn others_are_named() {
    unknown(b"PK\x03\x04....", "a zip archive that holds no log of Inspect");
    unknown(b"hello\n", "text without a JSON object in its first lines");
    unknown(b"[1, 2]\n", "text without a JSON object in its first lines");
    unknown(b"\x9f\xe2\x8d\n\xfe", "binary data without a JSON object in its first lines");
    unknown(b"{\"a\":[], \"b\":[], \"c\":{}}", "JSON with the fields `a`, `b`, `c`");
    unknown(b"{\"messages\":[{\"type\":\"x\"}]}", "JSON with the fields `messages`");
    unknown(b"{\"type\":\"span\",\"name\":\"x\"}", "JSON with the fields `type`, `name`");
    unknown(b"[\"updates\", {\"node\": 1}]\n", "JSON with the fields `node`");
    unknown(b"2026-01-01 INFO begins\n{}\n{\"event\":\"x\"}\n", "JSON with the fields `event`");
}

/// Traces and sessions that contain our words, but not at the top level or not in our sense.
#[test]
fn logs_of_others_are_not_native() {
    let cases: &[(&str, &str)] = &[
        // A session that is cut in a long line, with its type after the message.
        (
            r#"{"sessionId":"s-1","message":{"type":"message","role":"assistant","content":[{"type":"action","episode":"e","agent":"a"},{"type":"text","text":"on"#,
            "`sessionId`, `message`",
        ),
        // An old rollout of Codex.
        ("{\"type\":\"message\",\"role\":\"user\",\"content\":[]}\n", "`type`, `role`, `content`"),
        // A session of ADK.
        (
            r#"{"id":"s","events":[{"id":"e","author":"roller","type":"action","content":{"parts":[{"type":"message"}]}}]}"#,
            "`id`, `events`",
        ),
        // Stream events of LangGraph and runs of LangSmith.
        ("[\"updates\",{\"node\":{\"messages\":[{\"type\":\"action\"}]}}]\n", "`node`"),
        (
            "{\"id\":\"r\",\"type\":\"run\",\"run_type\":\"chain\",\"outputs\":{\"type\":\"state\"}}\n",
            "`id`, `type`, `run_type`, `outputs`",
        ),
        // An event of AutoGen, a step of an environment.
        (
            "{\"type\":\"Message\",\"payload\":\"{\\\"type\\\":\\\"message\\\"}\",\"sender\":\"a\"}\n",
            "`type`, `payload`, `sender`",
        ),
        ("{\"type\":\"state\",\"t\":0}\n{\"type\":\"action\",\"t\":0}\n", "`type`, `t`"),
    ];
    // API messages within the lines of others have a `type` of their own.
    check(
        r#"{"parentUuid":null,"isSidechain":false,"sessionId":"s-1","type":"user","message":{"role":"user","content":"fix it"},"uuid":"u-1"}
{"parentUuid":"u-1","sessionId":"s-1","type":"assistant","message":{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","text":"on it"}]},"uuid":"u-2"}
"#,
        "claude-code",
    );
    check(
        r#"{"timestamp":"2026-01-01T00:00:00Z","type":"session_meta","payload":{"id":"x","cli_version":"0.40.0"}}
{"timestamp":"2026-01-01T00:00:01Z","type":"response_item","payload":{"type":"message","role":"user","content":[]}}
"#,
        "codex",
    );
    check(
        r#"{"object":"trace.span","id":"span_1","trace_id":"t","span_data":{"type":"agent","name":"a","output":[{"type":"message"}]}}"#,
        "openai-agents",
    );
    check("{\"type\":\"MultiAgentBatch\",\"policy_batches\":{\"p0\":{\"type\":\"reward\"}}}\n", "rllib");
    for (head, fields) in cases {
        unknown(head.as_bytes(), &format!("JSON with the fields {fields}"));
    }
}
