//! Input that could not be read is said by every command in every format, and no gate passes over it.

use std::{
    fs,
    io::{BufRead, BufReader, Write as _},
    path::Path,
    process::{Command, Output, Stdio},
};

const ACTS: &str = r#"{"type":"action","episode":"e","id":"a1","agent":"ada","action":"plan"}
{"type":"action","episode":"e","id":"a2","agent":"bob","action":"drop"}
{"type":"credit","episode":"e","algorithm":"own","agents":{"ada":0.25,"bob":-1.25}}
{"type":"episode_end","episode":"e","status":"failure","return":-1}
"#;

/// What is wrong with the input, and the words that say so.
struct Fault {
    name: &'static str,
    /// Puts the inputs into a folder and names them.
    inputs: fn(&Path) -> Vec<&'static str>,
    /// Part of what stderr and JSON say.
    says: &'static str,
    /// Limit of the size of files, in KiB.
    limit: Option<u32>,
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

const FAULTS: [Fault; 5] = [
    Fault {
        name: "a link to nowhere in a directory",
        inputs: |at| {
            fs::create_dir(at.join("logs")).unwrap();
            fs::write(at.join("logs/good.jsonl"), ACTS).unwrap();
            std::os::unix::fs::symlink("nowhere.jsonl", at.join("logs/gone.jsonl")).unwrap();
            vec!["logs"]
        },
        says: "gone.jsonl",
        limit: None,
    },
    Fault {
        name: "a link out of a directory",
        inputs: |at| {
            fs::create_dir_all(at.join("logs")).unwrap();
            fs::create_dir_all(at.join("elsewhere")).unwrap();
            fs::write(at.join("logs/good.jsonl"), ACTS).unwrap();
            std::os::unix::fs::symlink(at.join("elsewhere"), at.join("logs/out")).unwrap();
            vec!["logs"]
        },
        says: "leads out of its directory",
        limit: None,
    },
    Fault {
        name: "a cut member of gzip",
        inputs: |at| {
            fs::write(at.join("good.jsonl"), ACTS).unwrap();
            let packed = gz(ACTS.replace("\"e\"", "\"f\"").repeat(40).as_bytes());
            fs::write(at.join("cut.jsonl.gz"), &packed[..packed.len() - 9]).unwrap();
            vec!["good.jsonl", "cut.jsonl.gz"]
        },
        says: "gzip",
        limit: None,
    },
    Fault {
        name: "a named file that is no log",
        inputs: |at| {
            fs::write(at.join("good.jsonl"), ACTS).unwrap();
            fs::write(at.join("other.json"), "{\"name\": \"package\", \"version\": \"1.0.0\"}").unwrap();
            vec!["good.jsonl", "other.json"]
        },
        says: "other.json",
        limit: None,
    },
    Fault {
        name: "no room for what is unpacked",
        inputs: |at| {
            let mut acts = ACTS.to_owned();
            for act in 0..20_000 {
                acts += &format!(
                    "{{\"type\":\"action\",\"episode\":\"f\",\"id\":\"b{act}\",\"agent\":\"ada\",\"action\":\"step\"}}\n"
                );
            }
            fs::write(at.join("big.jsonl.gz"), gz(acts.as_bytes())).unwrap();
            vec!["big.jsonl.gz"]
        },
        says: "no space",
        limit: Some(500),
    },
];

/// A command, its formats, and a gate that what was read passes.
const COMMANDS: [(&[&str], &[&str], [&str; 2]); 4] = [
    (&["report"], &["text", "json", "markdown", "csv", "screen", "svg"], ["--fail", "reward > 1e9"]),
    (&["report", "--search", "nobody said this"], &["text", "json"], ["--fail", "matches > 0"]),
    (&["audit"], &["text", "json"], ["--fail", "findings > 99"]),
    (&["check"], &["text", "json"], ["--max-bad", "99"]),
];

fn run(folder: &Path, fault: &Fault, arguments: &[&str]) -> Output {
    let limit = fault.limit.map_or(String::new(), |it| format!("trap '' XFSZ; ulimit -f {}; ", it * 2));
    let mut shell = Command::new("sh");
    shell.current_dir(folder).arg("-c").arg(format!("{limit}exec \"$0\" \"$@\""));
    shell.arg(env!("CARGO_BIN_EXE_creditscope")).args(arguments).output().unwrap()
}

#[test]
fn every_command_says_it_in_every_format_and_no_gate_passes() {
    for fault in &FAULTS {
        let folder = tempfile::tempdir().unwrap();
        let inputs = (fault.inputs)(folder.path());
        for (command, formats, gate) in COMMANDS {
            for format in formats {
                let arguments = [command, &inputs, &["--format", format]].concat();
                let what = format!("{}: {arguments:?}", fault.name);
                let plain = run(folder.path(), fault, &arguments);
                let stderr = String::from_utf8_lossy(&plain.stderr);
                assert!(stderr.contains("creditscope: not read: "), "{what}: {plain:?}");
                assert!(stderr.contains(fault.says), "{what}: {stderr}");
                assert_eq!(plain.status.code(), Some(0), "{what}: {stderr}");
                if *format == "json" {
                    let json: serde_json::Value = serde_json::from_slice(&plain.stdout).unwrap();
                    assert!(json.to_string().contains(fault.says), "{what}: {json}");
                }
                let gated = run(folder.path(), fault, &[&arguments[..], &gate].concat());
                assert_eq!(gated.status.code(), Some(1), "{what} {gate:?}: {gated:?}");
            }
        }
        let failing =
            run(folder.path(), fault, &[&["check"], &inputs[..], &["--fail-on", "warning"]].concat());
        assert_eq!(failing.status.code(), Some(2), "{}: {failing:?}", fault.name);
    }
}

/// A hole is told with its place and length; nothing but a hole is no log.
#[test]
fn runs_of_nuls_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let hole = |len: usize| "\0".repeat(len);
    let second = ACTS.replace("\"e\"", "\"f\"");
    let [before, after] = [ACTS, &second];
    fs::write(folder.path().join("hole.jsonl"), format!("{before}{}{after}", hole(5000))).unwrap();
    fs::write(folder.path().join("begins.jsonl"), format!("{}{after}", hole(3 << 20))).unwrap();
    fs::write(folder.path().join("ends.jsonl"), format!("{before}{}", hole(77))).unwrap();
    fs::write(folder.path().join("nothing.jsonl"), hole(3 << 20)).unwrap();
    fs::write(folder.path().join("nothing.jsonl.gz"), gz(hole(1 << 20).as_bytes())).unwrap();
    let at = before.len();
    for (name, says) in [
        ("hole.jsonl", format!("warning nul-bytes: 5000 NUL bytes at byte {at}: a hole")),
        ("begins.jsonl", "begins.jsonl:1: warning nul-bytes: 3145728 NUL bytes at byte 0: a hole".to_owned()),
        ("ends.jsonl", format!("warning nul-bytes: 77 NUL bytes at byte {at}: a hole")),
    ] {
        let output = run(folder.path(), &FAULTS[0], &["check", name]);
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert_eq!(
            (stdout.matches(&says).count(), stdout.matches("nul-bytes").count()),
            (1, 1),
            "{output:?}"
        );
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    for name in ["nothing.jsonl", "nothing.jsonl.gz"] {
        for command in ["report", "check", "audit"] {
            let output = run(folder.path(), &FAULTS[0], &[command, name]);
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{command} {name}: {output:?}");
            assert!(stderr.contains("nothing but NUL bytes: it is no log"), "{command} {name}: {output:?}");
        }
    }
}

#[test]
fn a_pipe_without_a_writer_is_waited_for_aloud() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Command::new("mkfifo").arg(folder.path().join("p")).status().unwrap().success());
    for arguments in [&["report", "p"][..], &["check", "--follow", "p"]] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_creditscope"));
        program.current_dir(folder.path()).args(arguments);
        let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut told = String::new();
        BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut told).unwrap();
        assert!(told.contains("waiting for a writer: 'p' is a named pipe"), "{arguments:?}: {told}");
        if arguments[0] == "check" {
            // It would wait for the next writer.
            child.kill().unwrap();
            child.wait().unwrap();
            continue;
        }
        fs::write(folder.path().join("p"), ACTS).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(String::from_utf8_lossy(&output.stdout).contains("creditscope report"), "{output:?}");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
}

#[test]
fn a_rule_that_can_never_hold_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("good.jsonl"), ACTS).unwrap();
    let check = |arguments: &[&str], code: i32, says: &str| {
        let arguments = [&arguments[..1], &["good.jsonl"], &arguments[1..]].concat();
        let output = run(folder.path(), &FAULTS[0], &arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
        assert!(stderr.contains(says), "{arguments:?}: {stderr}");
    };
    check(&["report", "--fail", "credit(nobody) > 0"], 1, "no episode has an agent 'nobody' (column 8)");
    check(&["report", "--fail", "reward > NaN"], 1, "a limit that no number passes at column 10");
    check(&["report", "--fail", "reward < inf"], 1, "column 10");
    check(&["report", "--fail", "reward > x"], 1, "no number at column 10");
    check(&["report", "--fail", " blame > 1"], 1, "no quantity 'blame' at column 2");
    check(&["report", "--success", "NaN"], 1, "--success");
    check(&["report", "--fail", "credit(ada) > 0"], 2, "FAIL credit(ada) > 0   it is 0.25 in episode e");
    check(&["report", "--format", "svg", "--fail", "credit(ada) > 0"], 2, "FAIL credit(ada) > 0");
    check(&["report", "--fail", "credit(ada) > 1"], 0, "");
    check(&["audit", "--fail", "fidelity < 1"], 1, "the audit has no such number");
    check(&["report", "--search", "x", "--fail", "matches > NaN"], 1, "column 11");
}

#[test]
fn what_is_repeated_of_the_command_line_is_harmless() {
    let output = run(Path::new("/"), &FAULTS[0], &["report", "--explode=\u{1b}]0;title\u{7}"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(!output.stderr.contains(&0x1b) && !output.stderr.contains(&7), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("--explode"), "{output:?}");
}
