//! The configuration file, through the program: where it is looked for, what goes before it, and what a slip in it costs.

use std::{fs, path::Path};

use assert_cmd::Command;

/// Standard output and error of a run that ends with `code`.
#[track_caller]
fn run(home: &Path, arguments: &[&str], code: i32) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_creditscope"));
    let output = command.env_clear().env("HOME", home).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {out}{err}");
    (out, err)
}

/// A home with this configuration.
fn home(config: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/creditscope");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), config).unwrap();
    home
}

#[test]
fn every_value_is_shown_with_its_origin() {
    let home = home("poll = true\nsize = \"90x20\"\n[keys]\nplay = \"K\"\n");
    let (out, err) = run(home.path(), &["config", "--color", "never"], 0);
    assert_eq!(err, "");
    let line = |start: &str| out.lines().find(|it| it.starts_with(start)).unwrap().to_owned();
    assert!(line("color = \"never\"").ends_with("# --color"));
    assert!(line("poll = true").ends_with("# config.toml:1"));
    assert!(line("ascii = false").ends_with("# default"));
    assert!(line("play = [\"K\"]").ends_with("# config.toml:4"));
    assert!(out.starts_with("# ") && out.lines().next().unwrap().ends_with("config.toml: read"));
    let (none, _) = run(tempfile::tempdir().unwrap().path(), &["config"], 0);
    assert!(none.lines().next().unwrap().ends_with("not there: all defaults"));
    assert!(run(home.path(), &["config", "--default"], 0).0.contains("[keys]"));
    assert!(run(home.path(), &["config", "--schema"], 0).0.contains("\"$schema\""));
}

#[test]
fn a_slip_is_named_and_the_rest_works() {
    let home = home("size = \"50x8\"\ncolour = \"never\"\n[keys]\nnext-culprit = \"Z\"\n");
    let (out, err) = run(home.path(), &["report", "--format", "screen", "--keys", "?"], 0);
    assert!(err.contains("config.toml:2:1: no setting 'colour'"), "{err}");
    assert_eq!(out.lines().count(), 8);
    let (help, _) = run(home.path(), &["report", "--format", "screen", "--size", "100x60", "--keys", "?"], 0);
    assert!(help.contains("Z B"), "{help}");
}

#[test]
fn the_method_to_begin_with_is_that_of_the_file_where_a_log_supports_it() {
    let home = home("method = \"shapley\"\n");
    let method = |arguments: &[&str]| -> serde_json::Value {
        let (out, _) = run(home.path(), arguments, 0);
        serde_json::from_str::<serde_json::Value>(&out).unwrap()["credit"]["method"].clone()
    };
    assert_eq!(method(&["report", "--format", "json"]), "shapley");
    assert_eq!(method(&["report", "--format", "json", "--method", "removal"]), "removal");
    // A log without coalitions is credited by the best that it supports.
    let log = home.path().join("log.jsonl");
    fs::write(&log, "{\"type\":\"action\",\"episode\":\"e\",\"agent\":\"a\"}\n{\"type\":\"reward\",\"episode\":\"e\",\"value\":1}\n").unwrap();
    assert_ne!(method(&["report", log.to_str().unwrap(), "--format", "json"]), "shapley");
}

#[test]
fn rows_are_read_by_a_map_of_the_file() {
    let home = home("[formats.judge]\nmap = \"agent=.who,action=.said,reward=.score\"\n");
    let log = home.path().join("rows.jsonl");
    fs::write(&log, "{\"who\":\"ann\",\"said\":\"yes\",\"score\":0.5}\n").unwrap();
    let log = log.to_str().unwrap();
    let (out, _) = run(home.path(), &["report", log, "--map", "judge"], 0);
    assert!(out.contains("ann"), "{out}");
    let (_, err) = run(home.path(), &["report", log, "--map", "jugde"], 1);
    assert!(err.contains("no map 'jugde' in the configuration; there are judge"), "{err}");
    let (_, err) = run(tempfile::tempdir().unwrap().path(), &["report", log, "--map", "judge"], 1);
    assert!(err.contains("'judge' is not WHAT=PATH"), "{err}");
}

#[test]
fn a_file_that_is_asked_for_must_be_there() {
    let home = home("");
    let (_, err) = run(home.path(), &["config", "--config", "/nowhere/c.toml"], 1);
    assert!(err.contains("cannot read the configuration '/nowhere/c.toml'"), "{err}");
    let other = home.path().join("other.toml");
    fs::write(&other, "poll = true").unwrap();
    let (out, _) = run(home.path(), &["config", "--config", other.to_str().unwrap()], 0);
    assert!(out.contains("# other.toml:1"), "{out}");
}
