//! Large logs: the screen before the index, keys while the index grows, the end of the file first; and a line
//! of 64 MiB, with memory in bounds.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    time::Duration,
};

use super::{
    logs::Log,
    process,
    session::{Ended, PROGRAM, Run, Session, together},
};

/// Sizes of a log that takes a while to index, especially in a debug build. The test uses the first size at
/// which the walk ends before the index does: how fast a machine is, is not for a test to say.
const LARGE: [usize; 5] = [64 << 20, 128 << 20, 256 << 20, 512 << 20, 1 << 30];
/// The longest line that is read, with its end.
const LINE: usize = 64 << 20;
/// Acts of an episode of the large log.
const ACTS: usize = 40;

/// Episodes of records of half a kilobyte, `bytes` of them, then an open one; the name of the last whole one.
fn write_large(path: &Path, bytes: usize) -> String {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    let (mut written, mut episode) = (0, 0);
    let mut lines = String::new();
    let said = "what it said ".repeat(35);
    while written < bytes {
        lines.clear();
        let ts = episode * 100;
        let _ = writeln!(lines, r#"{{"type":"episode_start","episode":"ep-{episode:05}","ts":{ts}}}"#);
        for act in 0..ACTS {
            let (agent, at) = (["ann", "bob", "eve"][act % 3], ts + act);
            let _ = writeln!(
                lines,
                r#"{{"type":"action","episode":"ep-{episode:05}","id":"a{act}","agent":"{agent}","ts":{at},"action":"step","result":"{said}"}}"#
            );
        }
        let _ = writeln!(
            lines,
            r#"{{"type":"episode_end","episode":"ep-{episode:05}","ts":{},"status":"success","return":1}}"#,
            ts + 99
        );
        file.write_all(lines.as_bytes()).unwrap();
        written += lines.len();
        episode += 1;
    }
    writeln!(
        file,
        r#"{{"type":"action","episode":"newest","id":"n0","agent":"ann","ts":{},"action":"go"}}"#,
        episode * 100
    )
    .unwrap();
    file.flush().unwrap();
    format!("ep-{:05}", episode - 1)
}

/// Whether the header still says how far the index is. An optimised build may finish before the first key.
fn is_reading(session: &Session) -> bool {
    session.has("% of ") || !cfg!(debug_assertions)
}

/// What an impatient person does and sees. Returns whether all keys were answered before the index was
/// complete; what they show is checked either way.
fn walked(log: &Path, last: &str) -> bool {
    let mut session = Run::log(log).start();
    let mut ahead = true;
    // The end of the file comes first: the newest episode stands under the cursor.
    session.wait_for("> newest");
    session.wait_for(last);
    session.wait_for("rec/s");
    let header = session.screen().lines().next().unwrap().to_owned();
    println!("{header}");
    assert!(!header.contains("rec/s") || header.contains("% of ") && header.contains(" left"), "{header}");
    for (keys, expected) in [
        ("k", format!("> {last}")),
        ("j", "> newest".to_owned()),
        ("?", "MOVE".to_owned()),
        ("\x1b", "> newest".to_owned()),
        ("\r", "ep newest".to_owned()),
        ("3", "3 Timeline".to_owned()),
        ("2", "2 Graph".to_owned()),
        ("4", "4 Credit by method".to_owned()),
        ("1", "1 Credit".to_owned()),
        ("[", format!("ep {last}")),
        ("3G", ">a39".to_owned()),
        ("]", "ep newest".to_owned()),
        ("/a1", "/a1".to_owned()),
        ("\x1b", "ep newest".to_owned()),
    ] {
        session.keys(keys);
        session.wait_until(&expected, |it| it.has(&expected));
        ahead &= is_reading(&session);
    }
    // In the end all of it is there, and the episode that was opened ahead of its turn is the same.
    session.wait_for("LIVE");
    assert!(session.has("ep newest"), "{}", session.screen());
    session.keys("0g");
    session.wait_for("> ep-00000");
    session.keys("G");
    session.wait_for("> newest");
    ahead
}

/// Quits while the log is being read: at once, without an end of the index.
fn left(log: &Path, keys: &str, code: u32) {
    let mut session = Run::log(log).start();
    session.wait_for("newest");
    session.keys(keys);
    assert_eq!(session.end(), Ended::Code(code));
    assert!(!session.has("LIVE"), "it was read to its end first");
}

/// Lines are appended while the index grows: they are not lost, and the newest episode shows them.
fn grown(log: &Path, last: &str) {
    let mut session = Run::log(log).start();
    session.wait_for("> newest");
    session.keys("\r3");
    session.wait_for("1 act ");
    let mut file = File::options().append(true).open(log).unwrap();
    writeln!(
        file,
        r#"{{"type":"action","episode":"newest","id":"n1","agent":"bob","ts":99999999,"action":"more"}}"#
    )
    .unwrap();
    session.wait_for("2 acts");
    assert!(is_reading(&session), "{}", session.screen());
    session.wait_for("LIVE");
    assert!(session.has("2 acts"), "{}", session.screen());
    session.keys("[");
    session.wait_until("the episode before", |it| it.has(&format!("ep {last}")) && it.has("40 acts"));
}

#[test]
fn a_large_log_is_walked_left_and_appended_to_while_it_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("run.jsonl");
    let last = LARGE.into_iter().find_map(|bytes| {
        let last = write_large(&log, bytes);
        walked(&log, &last).then_some(last)
    });
    let last = last.expect("the index of 1 GiB is there before fifteen keys are answered");
    together([("q", 0), ("\x03", 130)].map(|(keys, code)| {
        let log = &log;
        move || left(log, keys, code)
    }));
    grown(&log, &last);
}

/// An act whose record takes a line of [`LINE`] bytes, its end included.
fn long_act() -> Vec<u8> {
    let head =
        r#"{"type":"action","episode":"e1","id":"long","agent":"bob","ts":102,"action":"say","result":""#;
    let end = "\"}\n";
    let mut line = Vec::with_capacity(LINE);
    line.extend_from_slice(head.as_bytes());
    line.resize(LINE - end.len(), b'y');
    line.extend_from_slice(end.as_bytes());
    line
}

fn act(id: &str, ts: u32) -> String {
    format!(r#"{{"type":"action","episode":"e1","id":"{id}","agent":"ann","ts":{ts},"action":"look"}}"#)
        + "\n"
}

/// The line, a copy of it while it is parsed, and what else there is.
const BOUND: u64 = 3 * LINE as u64;
/// What of that the program takes at least.
const OWN: u64 = 20 << 20;

fn check_printed(log: &Path, arguments: &[&str], expected: &str) {
    let output = std::process::Command::new(PROGRAM).args(arguments).arg(log).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(expected), "{arguments:?}: {text}");
    assert!(text.len() < 100_000, "{arguments:?} prints {} bytes", text.len());
}

#[test]
fn a_line_of_64_mib_is_read_and_what_follows_it() {
    let line = long_act();
    let log = Log::raw((act("a0", 100) + &act("a1", 101)).as_bytes());
    log.append_raw(&line);
    log.append_raw((act("a3", 103) + &act("a4", 104)).as_bytes());
    check_printed(log.path(), &["check"], "action 5");
    check_printed(log.path(), &["report"], "5 acts");
    let mut session = Run::log(log.path()).start();
    session.wait_for("5 acts");
    session.keys("3gjj");
    session.wait_for(">long");
    session.keys("\r");
    session.wait_for("yyyyyyyyyyyyyyyy");
    session.keys("G");
    session.wait_for("more bytes in the log)");
    session.keys("\x1b");
    session.wait_until("the act to close", |it| !it.has("Esc closes"));
    session.keys("G");
    session.wait_for(">a4");
    assert!(!session.has("bad line"), "{}", session.screen());
    let peak = process::peak_memory(session.program());
    println!("a line of 64 MiB: {} MiB at most", peak >> 20);
    assert!(peak < 2 * BOUND, "{peak} bytes");
}

#[test]
fn a_line_of_64_mib_is_followed_while_it_is_written() {
    let log = Log::raw((act("a0", 100) + &act("a1", 101)).as_bytes());
    let mut session = Run::log(log.path()).start();
    session.wait_for("2 acts");
    session.wait_for("LIVE");
    // What the program takes without it: its own code and tables, which grow with the formats it reads.
    let before = process::peak_memory(session.program());
    let line = long_act();
    for (n, piece) in line.chunks(4 << 20).enumerate() {
        log.append_raw(piece);
        if n % 4 == 0 {
            session.keys("3");
            session.settle(Duration::from_millis(30));
        }
    }
    session.wait_for("3 acts");
    log.append_raw(act("a3", 103).as_bytes());
    session.wait_for("4 acts");
    session.keys("3G");
    session.wait_for(">a3");
    assert!(!session.has("bad line"), "{}", session.screen());
    let peak = process::peak_memory(session.program());
    println!("a line of 64 MiB, followed: {} MiB at most, {} before", peak >> 20, before >> 20);
    assert!(peak - before < BOUND - OWN, "{peak} bytes, {before} before");
    fs::remove_file(log.path()).unwrap();
}
