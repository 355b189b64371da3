//! Logs as they come: empty, damaged, tiny, huge, or without what the program is about. Each gives a screen
//! that can be used, or a message that says what is wrong.

use std::{fs, path::Path, time::Duration};

use serde_json::{Value, json};

use super::{
    logs::{self, Log, action},
    session::{Ended, Run, Session, together},
};

/// It says `expected` and ends with 1, without taking the terminal.
#[track_caller]
fn check_refused(path: impl AsRef<Path>, expected: &[&str]) {
    let path = path.as_ref();
    let mut session = Run::log(path).start();
    assert_eq!(session.end(), Ended::Code(1), "{}", path.display());
    for text in expected {
        assert!(session.has(text), "no {text:?}:\n{}", session.screen());
    }
    assert!(!session.wire().contains(&0x1b), "the terminal was taken for a message");
    assert!(session.has("creditscope: "), "{}", session.screen());
    assert!(!session.has("panicked"), "{}", session.screen());
}

#[test]
fn what_cannot_be_read_is_said() {
    let log = Log::raw(b"");
    check_refused("/nowhere/at/all.jsonl", &["/nowhere/at/all.jsonl"]);
    check_refused(log.directory().join("*.none"), &["*.none"]);
    let empty = tempfile::tempdir().unwrap();
    check_refused(empty.path(), &[&empty.path().display().to_string()]);
    for (name, bytes) in [
        ("garbage.bin", (0..=255_u8).cycle().map(|it| it.wrapping_mul(167)).take(9000).collect::<Vec<u8>>()),
        ("prose.txt", b"Dear log,\nnothing happened today.\n".to_vec()),
        ("other.json", br#"{"name": "package", "version": "1.0.0"}"#.to_vec()),
        ("packed.zip", b"PK\x03\x04\x14\0\0\0\x08\0".to_vec()),
    ] {
        let path = log.directory().join(name);
        fs::write(&path, bytes).unwrap();
        check_refused(&path, &[name, "not a log"]);
    }
}

#[test]
fn a_compressed_log_cut_short_says_what_is_wrong_and_waits() {
    let log = Log::raw(b"");
    let path = log.directory().join("packed.jsonl.gz");
    fs::write(&path, b"\x1f\x8b\x08\0\0\0\0\0").unwrap();
    let mut session = Run::log(&path).start();
    session.wait_until("why there is nothing", |it| it.has("no episode") && it.has("gzip"));
    session.keys("q");
    assert_eq!(session.end(), Ended::Code(0));
}

/// Every view and pane of whatever is there, and out again.
#[track_caller]
fn visit(session: &mut Session, what: &str) {
    for keys in [
        "1", "\tjj", "e", "\x1b", "2", "vvvv", "jl", "3", "jjG", "\r", "\x1b", "v.", "4", "ljs", "5", "jlx",
        "\x1b", "S", "\x1b", "!", "\x1b", "i", "\x1b", "b", "c", "C", "y", "0", "j\r",
    ] {
        session.keys(keys);
        session.settle(Duration::from_millis(15));
    }
    // It answers after all that.
    session.keys("\x1b\x1b");
    session.settle(Duration::from_millis(15));
    session.keys("?");
    session.wait_until(&format!("the help on {what}"), |it| it.has("MOVE"));
    session.keys("\x03");
    assert_eq!(session.end(), Ended::Code(130), "{what}");
}

/// Logs that give a screen that can be used, and what it shows.
#[derive(Default)]
struct Cases(Vec<(&'static str, Log, &'static [&'static str])>);

impl Cases {
    fn add(&mut self, what: &'static str, lines: &[Value], expected: &'static [&'static str]) {
        self.add_log(what, Log::of(lines), expected);
    }

    fn add_log(&mut self, what: &'static str, log: Log, expected: &'static [&'static str]) {
        self.0.push((what, log, expected));
    }

    /// Visits all of them, some at a time.
    fn check(self) {
        let mut cases = self.0.into_iter();
        loop {
            let some = [cases.next(), cases.next(), cases.next(), cases.next()];
            if some[0].is_none() {
                return;
            }
            together(some.map(|case| {
                || {
                    let Some((what, log, expected)) = case else { return };
                    let mut session = Run::log(log.path()).start();
                    for text in expected {
                        session.wait_for(text);
                    }
                    visit(&mut session, what);
                }
            }));
        }
    }
}

fn credit(agents: &Value) -> Value {
    json!({"type": "credit", "episode": "e1", "algorithm": "own", "agents": agents})
}

fn end(value: f64) -> Value {
    json!({"type": "episode_end", "episode": "e1", "status": "failure", "return": value})
}

#[test]
fn little() {
    let mut cases = Cases::default();
    cases.add_log("an empty file", Log::raw(b""), &["0 records"]);
    cases.add_log("blank lines", Log::raw(b"\n\n  \n"), &["0 records"]);
    cases.add(
        "a run and nothing else",
        &[json!({"type": "run", "credit_log": 1, "run": "r"})],
        &["no episode"],
    );
    cases.add(
        "an episode that only begins",
        &[json!({"type": "episode_start", "episode": "e1"})],
        &["e1", "0 acts"],
    );
    cases.add("an episode that only ends", &[end(-1.0)], &["FAIL"]);
    cases.add("one act", &[action("a1", "ann", 1.0, "go", &[])], &["1 agent ", "1 act "]);
    cases.add("one reward", &[json!({"type": "reward", "episode": "e1", "value": 0.5})], &["0 acts"]);
    cases.add("one metric", &[json!({"type": "metric", "values": {"x": 1}})], &["no episode"]);
    cases.check();
}

#[test]
fn without_what_it_is_about() {
    let mut cases = Cases::default();
    let acts = || vec![action("a1", "ann", 1.0, "go", &[]), action("a2", "bob", 2.0, "stop", &["a1"])];
    cases.add("no credit and no reward", &acts(), &["no reward logged"]);
    let mut lines = acts();
    lines.push(end(-1.0));
    cases.add("no credit", &lines, &["R -1"]);
    let mut lines = acts();
    lines.push(credit(&json!({"ann": 0.5})));
    cases.add("no reward", &lines, &["no reward logged", "+0.50"]);
    let lines = [action("a1", "ann", 1.0, "go", &[]), credit(&json!({"ann": -1})), end(-1.0)];
    cases.add("one agent", &lines, &["1 agent ", "-1.0"]);
    cases.add(
        "credit for agents that never acted",
        &[credit(&json!({"x": 1, "y": -1})), end(0.0)],
        &["e1", "FAIL"],
    );
    cases.add("credit without values", &[credit(&json!({"x": null, "y": "NaN"})), end(0.0)], &["e1"]);
    cases.check();
}

#[test]
fn much() {
    let mut cases = Cases::default();
    let agent = |n: usize| format!("agent-{n:03}");
    let mut lines: Vec<Value> = (0..600)
        .map(|n| action(&format!("a{n}"), &agent(n % 200), n as f64, "go", &[&format!("a{}", n / 2)]))
        .collect();
    let values: serde_json::Map<String, Value> =
        (0..200).map(|n| (agent(n), json!(0.01 * n as f64 - 1.0))).collect();
    lines.extend([credit(&values.into()), end(-1.0)]);
    cases.add("200 agents", &lines, &["200 agents", "600 acts", " sum "]);
    let name = "界".repeat(150);
    let lines = [action("a1", &name, 1.0, "go", &[]), credit(&json!({name.clone(): -1})), end(-1.0)];
    cases.add("a name of 300 columns", &lines, &["界界", " sum "]);
    let text = "all work and no play\n".repeat(4200);
    let message = json!({"type": "message", "episode": "e1", "id": "m1", "from": "ann", "to": ["bob"], "ts": 1.0, "content": text});
    cases.add(
        "a message of 88 kB",
        &[message, credit(&json!({"ann": 0.5})), end(0.5)],
        &["all work and no play"],
    );
    let deep = "[".repeat(400) + &"]".repeat(400);
    let line = format!(
        "{{\"type\":\"action\",\"episode\":\"e1\",\"id\":\"a1\",\"agent\":\"ann\",\"ts\":1,\"action\":{deep}}}\n"
    );
    cases.add_log("brackets in brackets", Log::raw(line.as_bytes()), &["e1"]);
    let everybody: Vec<String> = (0..100).map(agent).collect();
    let message = json!({"type": "message", "episode": "e1", "id": "m1", "from": "ann", "to": everybody, "ts": 1.0, "content": "hi"});
    cases.add("a message to a hundred", &[message], &["101 agents"]);
    cases.check();
}

#[test]
fn tangled() {
    let mut cases = Cases::default();
    let lines = [
        action("a1", "ann", 1.0, "go", &["a3"]),
        action("a2", "bob", 2.0, "go", &["a1"]),
        action("a3", "ann", 3.0, "go", &["a2", "a3", "nobody"]),
        credit(&json!({"ann": 0.5, "bob": -0.5})),
        end(0.0),
    ];
    cases.add("parents in a circle", &lines, &["3 acts", " sum "]);
    let lines: Vec<Value> = (0..20).map(|_| action("same", "ann", 1.0, "go", &["same"])).collect();
    cases.add("one act twenty times", &lines, &["1 act "]);
    let lines: Vec<Value> =
        (0..20).rev().map(|n| action(&format!("a{n}"), "ann", -1e9 * f64::from(n), "go", &[])).collect();
    cases.add("time runs backwards", &lines, &["20 acts"]);
    let lines = [
        action("a1", "ann", 1e18, "go", &[]),
        action("a2", "bob", 0.0, "go", &["a1"]),
        credit(&json!({"ann": 1e308, "bob": -1e308})),
        end(1e-300),
    ];
    cases.add("numbers of all sizes", &lines, &["e1", " sum "]);
    let lines = [
        json!({"type": "message", "episode": "e1", "id": "m", "from": "ann", "to": "ann", "ts": 1, "content": "hm"}),
    ];
    cases.add("a message to oneself", &lines, &["1 act "]);
    cases.check();
}

#[test]
fn damaged() {
    let mut cases = Cases::default();
    let good = logs::ended_episode().iter().map(|it| format!("{it}\n")).collect::<String>();
    let bytes = |parts: &[&[u8]]| Log::raw(&parts.concat());
    cases.add_log(
        "junk between",
        bytes(&[b"{\"type\":\n", good.as_bytes(), b"]]]\n\xff\xfe\n"]),
        &["2 acts", "bad lines"],
    );
    cases.add_log(
        "a byte order mark and CRLF",
        bytes(&[b"\xef\xbb\xbf", good.replace('\n', "\r\n").as_bytes()]),
        &["2 acts"],
    );
    cases.add_log("NULs as copytruncate leaves them", bytes(&[&[0; 5000], good.as_bytes()]), &["2 acts"]);
    cases.add_log("cut in the middle", Log::raw(&good.as_bytes()[..good.len() - 30]), &["2 acts"]);
    cases.add_log("glued lines", Log::raw(good.replacen("}\n{", "}{", 2).as_bytes()), &["2 acts"]);
    let nan = good.replace("0.25", "NaN").replace("-0.5", "-Infinity");
    cases.add_log("NaN as Python writes it", Log::raw(nan.as_bytes()), &["2 acts"]);
    cases.check();
}

/// Public logs of many makers, where they are at hand: a screen or a message, never a panic.
#[test]
fn a_directory_of_other_documents_is_told_file_by_file() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("b.json"), r#"{"name": "package", "version": "1.0.0"}"#).unwrap();
    fs::write(directory.path().join("\u{1b}[2Jc.json"), r#"{"shippedSpans": []}"#).unwrap();
    let mut session = Run::log(directory.path()).start();
    session.wait_until("why there is nothing", |it| it.has("`name`,") && it.has("`shippedSpans`"));
    assert!(session.has("2 files not read: 2 other JSON"), "{}", session.screen());
    session.keys("q");
    assert_eq!(session.end(), Ended::Code(0));
    let mut report = assert_cmd::Command::cargo_bin("creditscope").unwrap();
    let told = report.arg("report").arg(directory.path()).assert().code(1);
    let told = String::from_utf8_lossy(&told.get_output().stderr).into_owned();
    assert!(told.contains("b.json' is not a log") && told.contains("shippedSpans"), "{told}");
    assert!(!told.contains('\u{1b}'), "{told:?}");
}

#[test]
fn logs_of_other_programs() {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/logs");
    let Ok(entries) = fs::read_dir(&all) else { return };
    for directory in entries.flatten().map(|it| it.path()).filter(|it| it.is_dir()) {
        let mut session = Run::log(&directory).start();
        let mut refused = false;
        session.wait_until("a screen or a message", |it| {
            refused = it.has("creditscope: ");
            let one = it.has(" sum ") || it.has("no reward logged");
            refused || it.has("episodes") && !it.has("reading") || one
        });
        let what = directory.display().to_string();
        if refused {
            assert_eq!(session.end(), Ended::Code(1), "{what}");
        } else {
            visit(&mut session, &what);
        }
    }
}
