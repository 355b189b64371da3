//! Logs of other makers, written here: what is not read is refused and says so, and no command takes a log without
//! an episode for a sound one.

use std::{fs, path::Path, process::Output};

use assert_cmd::Command;
use serde_json::Value;

/// A name, what is in it, and what the program says it is.
const OTHERS: [(&str, &str, &str); 3] = [
    (
        "adk.json",
        r#"{
  "id": "s", "app_name": "dice",
  "events": [
    {"id": "e", "author": "roller", "type": "action", "content": {"parts": [{"type": "message"}]}}
  ]
}"#,
        "JSON with the fields `id`, `app_name`, `events`;",
    ),
    (
        "langgraph.jsonl",
        r#"["updates",{"solver":{"messages":[{"type":"action","content":"2"}]}}]
["updates",{"checker":{"messages":[{"type":"message","content":"ok"}]}}]
"#,
        "JSON with the fields `solver`;",
    ),
    ("chatdev.jsonl", "[2026-01-01 INFO] Programmer: {\"type\":\"message\"}\n", "text without a JSON object"),
];

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_creditscope"));
    command.current_dir(folder).args(arguments).output().unwrap()
}

/// What it says on stderr, where it ends with 1.
#[track_caller]
fn refused(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    said
}

#[test]
fn logs_of_others_are_refused_by_every_command() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text, what) in OTHERS {
        fs::write(folder.path().join(name), text).unwrap();
        for command in ["check", "report", "audit"] {
            let said = refused(&run(folder.path(), &[command, name]));
            let expected = format!("'{name}' is not a log: {what}");
            assert!(said.contains(&expected), "{command} {name}: {said}");
            assert!(said.contains("`creditscope formats` lists what"), "{said}");
            assert!(said.lines().all(|it| it.len() < 200), "{said}");
        }
        refused(&run(folder.path(), &["check", "--follow", "--idle-exit", "0", name]));
    }
    // All of them in a directory: each is listed, and that is why there is nothing.
    for command in ["check", "report", "audit"] {
        let said = refused(&run(folder.path(), &[command, "."]));
        assert!(
            said.contains("no episode in 0 records") && said.contains("'./adk.json' is not a log"),
            "{said}"
        );
    }
    for command in ["check -", "report -", "report - --search fix"] {
        let script = format!("cat langgraph.jsonl | '{}' {command}", env!("CARGO_BIN_EXE_creditscope"));
        let piped = Command::new("sh").current_dir(folder.path()).args(["-c", &script]).output().unwrap();
        assert!(refused(&piped).contains("'stdin' is not a log"), "{command}");
    }
}

#[test]
fn records_without_an_episode_are_no_sound_log() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        (
            "run.jsonl",
            "{\"type\":\"run\",\"credit_log\":1}\n{\"type\":\"metric\",\"values\":{\"loss\":1}}\n",
            2,
            0,
        ),
        (
            "lost.jsonl",
            "{\"type\":\"action\",\"agent\":\"a\"}\n{\"type\":\"action\",\"agent\":\"b\"}\n",
            0,
            2,
        ),
    ];
    for (name, text, records, bad) in cases {
        fs::write(folder.path().join(name), text).unwrap();
        let why = format!("no episode in {records} records ({bad} lines could not be read)");
        let follow = ["check", "--follow", "--idle-exit", "0", name];
        for arguments in [&["check", name][..], &["audit", name], &["report", name], &follow] {
            let said = refused(&run(folder.path(), arguments));
            assert!(said.contains(&why), "{arguments:?}: {said}");
            assert_eq!(said.contains("names the episode"), records > 0, "{said}");
        }
        // What check found is printed all the same, and other exit codes come first.
        let check = run(folder.path(), &["check", name, "--format", "json"]);
        let report: Value = serde_json::from_slice(&check.stdout).unwrap();
        assert_eq!(
            (&report["counts"]["records"], &report["counts"]["bad_lines"]),
            (&records.into(), &bad.into())
        );
        let code = |more: &[&str]| run(folder.path(), &[&["check", name], more].concat()).status.code();
        assert_eq!(code(&["--max-bad", "0"]), Some(if bad > 0 { 3 } else { 1 }));
        assert_eq!(code(&["--fail-on", "error"]), Some(if bad > 0 { 2 } else { 1 }));
    }
    // A log that has not begun is not one that went wrong.
    fs::write(folder.path().join("empty.jsonl"), "\n").unwrap();
    assert_eq!(run(folder.path(), &["check", "empty.jsonl"]).status.code(), Some(0));
}

#[test]
fn a_format_can_be_forced() {
    let folder = tempfile::tempdir().unwrap();
    // By its content this is nothing known: no annotation, and the history comes last.
    let chat = r#"{"title":"t","history":[{"role":"user","content":"q"},{"role":"Coder","content":"c"}]}"#;
    fs::write(folder.path().join("chat.json"), chat).unwrap();
    refused(&run(folder.path(), &["report", "chat.json"]));
    let forced = ["report", "chat.json", "--log-format", "who-and-when", "--format", "json"];
    let output = run(folder.path(), &forced);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["episode"]["agents"].as_array().map(Vec::len), Some(2), "{report}");
    // The command line that gives these numbers names the format.
    let text = String::from_utf8(run(folder.path(), &forced[..4]).stdout).unwrap();
    assert!(text.contains("creditscope report chat.json --log-format who-and-when"), "{text}");
    // Without a subcommand the format of the output has no say, so the short word will do.
    let plain = run(folder.path(), &["chat.json", "--format", "who-and-when"]);
    assert_eq!(String::from_utf8(plain.stdout).unwrap(), text);
    let script =
        format!("cat chat.json | '{}' report - --log-format who-and-when", env!("CARGO_BIN_EXE_creditscope"));
    let piped = Command::new("sh").current_dir(folder.path()).args(["-c", &script]).output().unwrap();
    assert!(
        piped.status.success() && String::from_utf8_lossy(&piped.stdout).contains("2 agents, 2 acts"),
        "{piped:?}"
    );
    // Forced to be what it is not: what is wrong with it is said.
    let native = run(folder.path(), &["check", "chat.json", "--log-format", "native"]);
    assert!(refused(&native).contains("no episode in 0 records (1 lines could not be read)"));
    let bucket = run(folder.path(), &["check", "chat.json", "--log-format", "c3"]);
    assert!(String::from_utf8_lossy(&bucket.stdout).contains("the bucket has no `bucket_id`"));
    refused(&bucket);
}

#[test]
fn formats_are_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output =
        |format: &str| String::from_utf8(run(folder, &["formats", "--format", format]).stdout).unwrap();
    let json: Value = serde_json::from_str(&output("json")).unwrap();
    let rows = json["formats"].as_array().unwrap();
    assert!(rows.len() >= 3);
    for row in rows {
        let name = row["name"].as_str().unwrap();
        assert!(output("text").contains(name) && output("markdown").contains(&format!("| `{name}` |")));
        let help = run(folder, &["check", "--help"]);
        assert!(String::from_utf8_lossy(&help.stdout).contains(name));
        let said = refused(&run(folder, &["check", "sample-logs", "--log-format", "nothing"]));
        assert!(said.contains("possible values: ") && said.contains(name), "{said}");
    }
}
