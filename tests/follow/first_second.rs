//! A file is opened when it appears, not at the next look for files, which comes once a second.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_creditscope");
const MS: Duration = Duration::from_millis(1);

fn act(n: u32) -> String {
    format!(
        "{{\"type\":\"action\",\"episode\":\"e\",\"agent\":\"a\",\"id\":\"x{n}\",\"ts\":{n},\"seq\":{n},\"action\":{n}}}\n"
    )
}

/// Writes records of `numbers`, 10 ms apart.
fn write(path: &Path, numbers: std::ops::Range<u32>) {
    let mut file = fs::File::create(path).unwrap();
    for n in numbers {
        file.write_all(act(n).as_bytes()).unwrap();
        sleep(10 * MS);
    }
}

/// Follows `argument` below a folder, in which `live` appears after `pause`, and is renamed so that no look for files finds
/// it 150 ms later. The summary.
fn rotated(argument: &str, live: &str, pause: Duration) -> Value {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("runs")).unwrap();
    let mut command = Command::new(PROGRAM);
    command.args(["check", "--follow", "--format", "json", "--idle-exit", "2", argument]);
    let child =
        command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    sleep(pause);
    let live = folder.path().join(live);
    fs::create_dir_all(live.parent().unwrap()).unwrap();
    write(&live, 0..15);
    fs::rename(&live, folder.path().join("rotated.1")).unwrap();
    write(&live, 15..20);
    let output = child.wait_with_output().unwrap();
    let last = String::from_utf8(output.stdout).unwrap().lines().last().map(str::to_owned);
    serde_json::from_str(&last.unwrap()).unwrap()
}

#[test]
fn a_file_that_is_renamed_150_ms_after_it_appeared_is_read() {
    let cases = [
        // Looks for files come at all phases of their second.
        ("runs", "runs/live.jsonl", 600),
        ("runs", "runs/live.jsonl", 850),
        ("runs", "runs/live.jsonl", 1100),
        ("runs", "runs/live.jsonl", 1350),
        ("runs", "runs/a/b/live.jsonl", 700),
        ("runs/*.jsonl", "runs/live.jsonl", 950),
        ("runs/live.jsonl", "runs/live.jsonl", 600),
        ("runs/live.jsonl", "runs/live.jsonl", 1200),
        ("not/there/yet/live.jsonl", "not/there/yet/live.jsonl", 900),
    ];
    std::thread::scope(|scope| {
        let run = |(argument, live, pause)| scope.spawn(move || rotated(argument, live, pause * MS));
        let summaries = cases.map(|it| (it, run(it)));
        for (case, summary) in summaries {
            let summary = summary.join().unwrap();
            assert_eq!(summary["records"], 20, "{case:?}: {summary}");
            assert_eq!(summary["counters"]["missing"], 0, "{case:?}");
        }
    });
}

#[test]
fn what_came_before_a_file_was_there_is_not_said_to_be_nothing() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("live.jsonl"), 15..17);
    let run = |format| {
        let mut command = Command::new(PROGRAM);
        command.args(["check", "--format", format, "live.jsonl"]).current_dir(folder.path());
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let json: Value = serde_json::from_str(&run("json")).unwrap();
    let counters = &json["counters"];
    assert_eq!(
        (&counters["missing"], &counters["missing_at_least"]),
        (&Value::Null, &0.into()),
        "{counters}"
    );
    let text = run("text");
    assert!(text.contains("what came before the first record of 1 counter is not known"), "{text}");
}
