//! The program as a script sees it: sources of every kind, `check --follow`, and what goes wrong around them.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::packed::{gz, zst};
use super::tailing::append;

const PROGRAM: &str = env!("CARGO_BIN_EXE_creditscope");

fn act(n: u32) -> String {
    format!(
        "{{\"type\":\"action\",\"episode\":\"e\",\"agent\":\"a\",\"id\":\"x{n}\",\"ts\":{n},\"seq\":{n},\"action\":{n}}}\n"
    )
}

fn acts(range: std::ops::Range<u32>) -> String {
    range.map(act).collect()
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).current_dir(folder).stdin(Stdio::null()).output().unwrap()
}

/// Runs a shell script in `folder`; `$P` is the program.
fn shell(folder: &Path, script: &str) -> Output {
    let mut command = Command::new("sh");
    command.args(["-c", script]).env("P", PROGRAM).current_dir(folder).stdin(Stdio::null());
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// `check --follow --format json` at work.
struct Follower {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    events: Vec<Value>,
}

impl Follower {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(PROGRAM);
        command.args(["check", "--follow", "--format", "json"]).args(arguments).current_dir(folder);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines, events: Vec::new() }
    }

    /// Waits for an event with this name and these values.
    #[track_caller]
    fn wait(&mut self, name: &str, wanted: &[(&str, Value)]) -> Value {
        loop {
            let Some(Ok(line)) = self.lines.next() else {
                panic!("no {name} {wanted:?} in {:#?}", self.events)
            };
            assert!(line.starts_with("{\"event\":\""), "{line}");
            let event: Value = serde_json::from_str(&line).unwrap();
            self.events.push(event.clone());
            if event["event"] == name && wanted.iter().all(|(key, value)| event[*key] == *value) {
                return event;
            }
        }
    }

    /// The exit code, once it has ended by itself.
    fn end(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

#[test]
fn a_script_follows_a_log_that_suffers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.jsonl");
    // Not there yet: it is waited for.
    let mut it = Follower::start(folder.path(), &["live.jsonl", "--idle-exit", "2"]);
    it.wait("caught_up", &[("records", 0.into())]);
    fs::write(&path, acts(0..3)).unwrap();
    let inode = fs::metadata(&path).unwrap().ino();
    let file = it.wait("file", &[("file", "live.jsonl".into()), ("inode", inode.into())]);
    assert_eq!((&file["reason"], &file["generation"]), (&Value::Null, &0.into()));
    append(&path, "junk\n");
    let offset = acts(0..3).len();
    let bad = it.wait("bad_line", &[("offset", offset.into()), ("line", 4.into())]);
    assert!(bad["reason"].as_str().unwrap().contains("'junk' is not JSON"), "{bad}");
    append(&path, act(7).trim_end().to_owned() + &act(8));
    it.wait("finding", &[("rule", "glued-lines".into()), ("line", 5.into())]);
    it.wait("finding", &[("rule", "seq-gap".into()), ("line", 5.into())]);
    fs::write(&path, act(9)).unwrap();
    it.wait(
        "generation",
        &[("reason", "truncated".into()), ("generation", 1.into()), ("inode", inode.into())],
    );
    let mut old = fs::OpenOptions::new().append(true).open(&path).unwrap();
    fs::rename(&path, folder.path().join("live.jsonl.1")).unwrap();
    old.write_all(act(10).as_bytes()).unwrap();
    fs::write(&path, act(11)).unwrap();
    let rotated = it.wait("generation", &[("generation", 2.into())]);
    assert_ne!(rotated["inode"], inode);
    let summary = it.wait("summary", &[]);
    assert_eq!(summary["ended"], "idle");
    assert_eq!(summary["records"], 8);
    assert_eq!(summary["records_by_type"]["action"], 8);
    assert_eq!(summary["bad_lines"], 1);
    assert_eq!(summary["counters"]["gaps"], 1);
    assert_eq!(summary["counters"]["missing"], 4);
    assert_eq!(summary["generations"].as_array().unwrap().len(), 2);
    assert_eq!(it.end(), Some(0));
}

#[test]
fn a_rotated_file_below_a_directory_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.jsonl");
    fs::write(&path, acts(0..3)).unwrap();
    let mut it = Follower::start(folder.path(), &[".", "--idle-exit", "2.5"]);
    it.wait("caught_up", &[("records", 3.into())]);
    let mut old = fs::OpenOptions::new().append(true).open(&path).unwrap();
    fs::rename(&path, folder.path().join("live-1.jsonl")).unwrap();
    fs::write(&path, acts(3..5)).unwrap();
    it.wait("generation", &[("reason", "rotated".into())]);
    // After the rescan that comes upon the new name.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    old.write_all(act(5).as_bytes()).unwrap();
    let summary = it.wait("summary", &[]);
    assert_eq!((&summary["records"], &summary["records_by_type"]["action"]), (&6.into(), &6.into()));
    assert_eq!(summary["files"].as_array().unwrap().len(), 2, "{summary}");
}

#[test]
fn writers_that_share_a_file_are_counted_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let header = |rank: u32| {
        format!(
            "{{\"type\":\"run\",\"credit_log\":1,\"run\":\"r\",\"seq\":0,\"writer\":{{\"host\":\"n\",\"pid\":{rank}}}}}\n"
        )
    };
    let log: String =
        header(1) + &header(2) + &(1..20).map(|it| act(it) + &act(it).replace("x", "y")).collect::<String>();
    fs::write(folder.path().join("a.jsonl"), log).unwrap();
    let report = json(&run(folder.path(), &["check", "a.jsonl", "--format", "json"]));
    assert_eq!(report["counters"]["writers"], 2);
    assert_eq!(report["counters"]["gaps"], 0);
    let text = text(&run(folder.path(), &["check", "a.jsonl"]).stdout);
    assert!(text.contains("2 writers share this file (host n pid 1; host n pid 2)"), "{text}");
}

#[test]
fn the_exit_code_says_how_it_went() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.jsonl"), acts(0..2) + "junk\n").unwrap();
    let check = |arguments: &[&str], code: i32| {
        let all = [&["check", "a.jsonl", "--follow", "--idle-exit", "0"], arguments].concat();
        let output = run(folder.path(), &all);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
        assert!(text(&output.stdout).contains("idle: read 2 records"), "{output:?}");
    };
    check(&[], 0);
    check(&["--max-bad", "1"], 0);
    check(&["--max-bad", "0"], 3);
    check(&["--fail-on", "error"], 2);
    assert_eq!(run(folder.path(), &["check", "a.jsonl", "--idle-exit", "1"]).status.code(), Some(1));
    assert_eq!(
        run(folder.path(), &["check", "a.jsonl", "--follow", "--idle-exit", "-1"]).status.code(),
        Some(1)
    );
}

#[test]
fn an_interrupt_prints_the_summary() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.jsonl"), acts(0..2)).unwrap();
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut it = Follower::start(folder.path(), &["a.jsonl"]);
        it.wait("caught_up", &[("records", 2.into())]);
        kill_process(Pid::from_child(&it.child), signal).unwrap();
        let summary = it.wait("summary", &[]);
        assert_eq!((&summary["ended"], &summary["records"]), (&"interrupted".into(), &2.into()));
        assert_eq!(it.end(), Some(code));
    }
}

#[test]
fn every_kind_of_source_is_one_view() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("runs/node-1")).unwrap();
    let write = |name: &str, bytes: Vec<u8>| fs::write(folder.path().join(name), bytes).unwrap();
    write("file.jsonl", acts(0..2).into());
    write("runs/node-1/a.jsonl.gz", gz(acts(2..4)));
    write("runs/b.jsonl.zst", [zst(acts(4..5)), zst(acts(5..6))].concat());
    write("glob-1.txt", acts(6..8).into());
    write("piped.zst", zst(acts(8..10)));
    let script = "cat piped.zst | $P check file.jsonl runs 'glob-*.txt' - --format json";
    let report = json(&shell(folder.path(), script));
    assert_eq!((&report["counts"]["records"], &report["counts"]["files"]), (&10.into(), &5.into()));
    assert_eq!(report["counts"]["bad_lines"], 0);
    // What is piped is read without naming it, whatever it is.
    let piped = text(&shell(folder.path(), "cat piped.zst | $P report").stdout);
    assert!(piped.contains("creditscope report: -") && piped.contains("e"), "{piped}");
    for script in ["$P report < /dev/null", "$P report <&-", ": | $P report"] {
        let demo = text(&shell(folder.path(), script).stdout);
        assert!(demo.contains("demo:forage-saboteur"), "{script}: {demo}");
    }
    let junk = shell(folder.path(), "echo junk | $P report");
    assert_eq!(junk.status.code(), Some(1));
    assert!(text(&junk.stderr).contains("'stdin' is not a log"), "{junk:?}");
}

#[test]
fn foreign_documents_are_read_compressed_and_piped() {
    let folder = tempfile::tempdir().unwrap();
    let document = r#"{"history":[{"role":"human","content":"q"},{"role":"Coder","name":"Coder","content":"c"}],
        "mistake_agent":"Coder","mistake_step":"1","mistake_reason":"r","question":"q","is_correct":false}"#;
    let bucket = r#"{"bucket_id":"b","candidates":[{"action_text":"a","j":0,"next_actions":[],"returns":[1.0]}],"ctx_hash":1,"meta":{"credit_n":1,"real_j":0},"question_id":0,"restart":{"roles_topo":["A"]},"target_role":"A"}"#;
    for (name, text) in [("doc.json", document), ("bucket.jsonl", bucket)] {
        let plain = format!("{text}\n");
        fs::write(folder.path().join(name), &plain).unwrap();
        fs::write(folder.path().join(format!("{name}.gz")), gz(&plain)).unwrap();
        fs::write(folder.path().join(format!("{name}.zst")), zst(&plain)).unwrap();
        let types = |output: &Output| json(output)["records_by_type"].clone();
        let expected = types(&run(folder.path(), &["check", name, "--format", "json"]));
        assert!(expected.as_object().is_some_and(|it| !it.is_empty()));
        for script in [
            format!("$P check {name}.gz --format json"),
            format!("$P check {name}.zst --format json"),
            format!("$P check - --format json < {name}"),
            format!("cat {name}.gz | $P check --format json"),
        ] {
            assert_eq!(types(&shell(folder.path(), &script)), expected, "{script}");
        }
    }
}

#[test]
fn a_thousand_files_do_with_64_descriptors() {
    let folder = tempfile::tempdir().unwrap();
    for at in 0..1000_u32 {
        let bytes = if at % 2 == 0 { act(at).into_bytes() } else { gz(act(at)) };
        let ending = if at % 2 == 0 { "jsonl" } else { "jsonl.gz" };
        fs::write(folder.path().join(format!("{at}.{ending}")), bytes).unwrap();
    }
    for arguments in ["check . --format json", "check . --format json --follow --idle-exit 1"] {
        let output = shell(folder.path(), &format!("ulimit -n 64; exec $P {arguments}"));
        let stdout = text(&output.stdout);
        let last = stdout.lines().last().unwrap();
        let summary: Value =
            serde_json::from_str(if arguments.contains("follow") { last } else { &stdout }).unwrap();
        let records =
            if arguments.contains("follow") { &summary["records"] } else { &summary["counts"]["records"] };
        assert_eq!(*records, 1000, "{arguments}: {}", text(&output.stderr));
        assert_eq!(output.status.code(), Some(0));
    }
}

/// `ulimit -f` refuses to write more, as a full disk does.
#[test]
fn a_full_disk_for_the_spool_is_told_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.jsonl"), acts(0..10)).unwrap();
    fs::write(folder.path().join("big.jsonl.gz"), gz(acts(0..60_000))).unwrap();
    for (script, from) in [
        ("trap '' XFSZ; ulimit -f 2000; exec $P check a.jsonl big.jsonl.gz", "big.jsonl.gz"),
        ("trap '' XFSZ; cat big.jsonl.gz | (ulimit -f 2000; exec $P check a.jsonl -)", "stdin"),
    ] {
        let output = shell(folder.path(), script);
        let stdout = text(&output.stdout);
        let message = format!("to hold {from}: its first ");
        assert!(
            stdout.contains("input-broke-off: no space left in '") && stdout.contains(&message),
            "{output:?}"
        );
        assert!(stdout.contains("point TMPDIR to a larger disk"), "{stdout}");
        let read = stdout.lines().find(|it| it.starts_with("read ")).unwrap();
        let records: u32 = read.split(' ').nth(1).unwrap().parse().unwrap();
        assert!((1000..60_010).contains(&records), "what came before is kept: {read}");
        // The line at which it broke off is not a writer's broken line, nor is the file damaged.
        assert!(read.ends_with("; 0 lines lost data") && !stdout.contains("damaged-archive"), "{stdout}");
    }
}

#[test]
fn files_that_cannot_be_read_are_told_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.jsonl"), acts(0..3)).unwrap();
    // A file whose reads fail with EIO.
    let output = run(folder.path(), &["check", "a.jsonl", "/proc/self/mem"]);
    let stdout = text(&output.stdout);
    assert!(stdout.contains("cannot read '/proc/self/mem': input/output error"), "{output:?}");
    assert!(stdout.contains("read 3 records"), "{stdout}");
    let alone = run(folder.path(), &["check", "/proc/self/mem"]);
    assert_eq!(alone.status.code(), Some(1));
    assert!(text(&alone.stderr).contains("cannot read '/proc/self/mem': input/output error"), "{alone:?}");
    // Links in circles, and one to itself.
    fs::create_dir(folder.path().join("deep")).unwrap();
    std::os::unix::fs::symlink("..", folder.path().join("deep/up")).unwrap();
    std::os::unix::fs::symlink("self.jsonl", folder.path().join("self.jsonl")).unwrap();
    let output = run(folder.path(), &["check", "."]);
    assert!(text(&output.stdout).contains("read 3 records of 1 episode from 1 file"), "{output:?}");
    let alone = run(folder.path(), &["check", "self.jsonl"]);
    assert_eq!(alone.status.code(), Some(1));
    let circle = "cannot read 'self.jsonl': its symbolic links lead in a circle";
    assert!(text(&alone.stderr).contains(circle), "{alone:?}");
    // A link to something gone: the way to the log that somebody wants.
    std::os::unix::fs::symlink("gone.jsonl", folder.path().join("latest.jsonl")).unwrap();
    let output = run(folder.path(), &["check", "."]);
    let nowhere = "latest.jsonl': it is a link to 'gone.jsonl', which is not there";
    assert!(text(&output.stdout).contains(nowhere), "{output:?}");
    let alone = run(folder.path(), &["check", "latest.jsonl"]);
    assert!(text(&alone.stderr).contains(nowhere), "{alone:?}");
    // A name that is not UTF-8.
    let name = std::ffi::OsStr::from_bytes(b"a\xff.jsonl");
    let alone = Command::new(PROGRAM).arg("check").arg(name).output().unwrap();
    assert_eq!(alone.status.code(), Some(1));
    assert!(text(&alone.stderr).contains("its name is not UTF-8: name the directory it is in"), "{alone:?}");
}

/// As a user who may not read a file. The superuser may read everything, so the test then runs as nobody.
#[test]
fn a_file_without_permission_is_told_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(folder.path().join("a.jsonl"), acts(0..3)).unwrap();
    let closed = folder.path().join("closed.jsonl");
    fs::write(&closed, acts(3..5)).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let program = folder.path().join("program");
    fs::copy(PROGRAM, &program).unwrap();
    let is_root = rustix::process::geteuid().is_root();
    let become_nobody = if is_root { "setpriv --reuid=65534 --regid=65534 --clear-groups " } else { "" };
    if is_root && !Command::new("setpriv").arg("--version").output().is_ok_and(|it| it.status.success()) {
        return;
    }
    for arguments in ["check a.jsonl closed.jsonl", "check ."] {
        let output = shell(folder.path(), &format!("{become_nobody}./program {arguments}"));
        let stdout = text(&output.stdout);
        assert!(stdout.contains("closed.jsonl': permission denied"), "{output:?}");
        assert!(stdout.contains("read 3 records"), "{stdout}");
    }
    let alone = shell(folder.path(), &format!("{become_nobody}./program check closed.jsonl"));
    assert_eq!(alone.status.code(), Some(1));
    assert!(text(&alone.stderr).contains("cannot read 'closed.jsonl': permission denied"), "{alone:?}");
}

/// Bytes, times, modes and names of everything below a folder.
fn picture(folder: &Path) -> Vec<(String, Vec<u8>, i64, i64, u32, u64)> {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    let mut all = Vec::new();
    for path in entries {
        let of = fs::symlink_metadata(&path).unwrap();
        let bytes = if of.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
        all.push((path.display().to_string(), bytes, of.mtime(), of.mtime_nsec(), of.mode(), of.ino()));
        if of.is_dir() {
            all.extend(picture(&path));
        }
    }
    all
}

#[test]
fn nothing_is_ever_written_to_what_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    fs::create_dir_all(logs.join("deep")).unwrap();
    let document = r#"{"history":[{"role":"human","content":"q"}],"mistake_agent":"A","mistake_step":"0","question":"q"}"#;
    for (name, bytes) in [
        ("native.jsonl", acts(0..50).into_bytes()),
        ("unterminated.jsonl", acts(0..5).trim_end().as_bytes().to_vec()),
        ("broken.jsonl", b"junk\n".to_vec()),
        ("packed.jsonl.gz", gz(acts(50..60))),
        ("cut.jsonl.gz", gz(acts(50..60))[..40].to_vec()),
        ("packed.jsonl.zst", zst(acts(60..70))),
        ("deep/document.json", document.into()),
        ("deep/document.json.gz", gz(document)),
    ] {
        fs::write(logs.join(name), bytes).unwrap();
        fs::set_permissions(logs.join(name), fs::Permissions::from_mode(0o444)).unwrap();
    }
    for it in ["deep", ""] {
        fs::set_permissions(logs.join(it), fs::Permissions::from_mode(0o555)).unwrap();
    }
    let before = picture(folder.path());
    for arguments in [
        "check logs",
        "check logs --follow --idle-exit 1",
        "check 'logs/*.jsonl*' logs/deep/document.json.gz",
        "check - < logs/packed.jsonl.gz",
        "report logs/native.jsonl",
        "report logs --format json",
        "report logs --format screen",
        "audit logs/native.jsonl",
    ] {
        let output = shell(folder.path(), &format!("$P {arguments}"));
        assert_eq!(output.status.code(), Some(0), "{arguments}: {output:?}");
        assert_eq!(picture(folder.path()), before, "{arguments}");
    }
    for it in ["", "deep"] {
        fs::set_permissions(logs.join(it), fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// A line that unpacks to more than the address space would hold.
#[test]
fn a_bomb_takes_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.jsonl.gz");
    let mut encoder =
        flate2::write::GzEncoder::new(fs::File::create(&path).unwrap(), flate2::Compression::fast());
    encoder.write_all(acts(0..3).as_bytes()).unwrap();
    for _ in 0..400 {
        encoder.write_all(&vec![b'x'; 1 << 20]).unwrap();
    }
    encoder.write_all(b"\n").unwrap();
    encoder.write_all(acts(3..5).as_bytes()).unwrap();
    encoder.finish().unwrap();
    let output = shell(folder.path(), "ulimit -v 400000; exec $P check bomb.jsonl.gz");
    let stdout = text(&output.stdout);
    assert!(stdout.contains("line-too-long") && stdout.contains("read 5 records"), "{output:?}");
}

/// Finding nothing in what could not be read to its end is no answer.
#[test]
fn a_search_says_what_it_could_not_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("big.jsonl.gz"), gz(acts(0..60_000))).unwrap();
    let script = "trap '' XFSZ; ulimit -f 2000; exec $P report big.jsonl.gz --search nowhere";
    let output = shell(folder.path(), script);
    let stdout = text(&output.stdout);
    assert!(
        stdout.contains("0 records of ") && stdout.contains("; not searched to the end: no space"),
        "{output:?}"
    );
}

/// What only a reading of payloads shows is counted by whatever depends on it, and a large log that was not
/// read in full is not called whole.
#[test]
fn broken_payloads_count_where_lines_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let broken = "{\"type\":\"action\",\"episode\":\"f\",\"agent\":\"a\",\"action\":[1,,2]}\n";
    fs::write(folder.path().join("a.jsonl"), acts(0..10) + broken).unwrap();
    for (script, code, expected) in [
        ("exec $P report a.jsonl --format json", 0, "\"bad_lines\": 1,\n  \"scanned_lines\": 0"),
        ("exec $P report a.jsonl --max-bad 0 2>&1", 3, "1 lines could not be read"),
        ("exec $P report a.jsonl --fail 'bad_lines > 0' 2>&1", 2, "FAIL bad_lines > 0"),
        ("exec $P report a.jsonl --search x --max-bad 0 2>&1", 3, "1 lines could not be read"),
        ("exec $P audit a.jsonl --max-bad 0 2>&1", 3, ""),
        ("exec $P check a.jsonl", 0, "a.jsonl:11: error bad-json"),
    ] {
        let output = shell(folder.path(), script);
        let stdout = text(&output.stdout);
        assert_eq!(output.status.code(), Some(code), "{script}: {output:?}");
        assert!(stdout.contains(expected), "{script}: {stdout}");
    }
}
