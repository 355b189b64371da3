//! `creditscope convert`: what is converted says what the log said, and converting it again changes nothing.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use assert_cmd::Command;
use creditscope::{
    credit,
    model::{Attribution, Episode, Value},
};

use super::open::{Opened, open_logs, sample};

fn convert(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_creditscope")).arg("convert").args(arguments).output().unwrap()
}

/// Converts `from` to `to`, with more `options`.
#[track_caller]
fn converted(from: &Path, to: &Path, options: &[&str]) {
    let paths = [from.to_str().unwrap(), "--output", to.to_str().unwrap()];
    let output = convert(&[&paths[..], options].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{}: {said}", from.display());
    assert!(said.contains(" records written to "), "{said}");
}

/// Every file below `folder` by its path there.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            let name = PathBuf::from(entry.file_name());
            found.extend(files(&path).into_iter().map(|it| (name.join(it.0), it.1)));
        } else {
            found.insert(entry.file_name().into(), fs::read(&path).unwrap());
        }
    }
    found
}

/// What an episode says, without the places where it says so.
fn said(episode: &Episode) -> String {
    let agents: Vec<&str> = episode.agents.iter().map(|it| it.name.as_str()).collect();
    let acts = episode.act_ids().map(|at| {
        let it = episode.act(at);
        let parents: Vec<_> = episode.links.parents(at).iter().map(|it| (it.act, it.kind)).collect();
        format!("{} {:?} {:?} {:?} {:?} {parents:?}\n", it.id, it.agent, it.kind, it.time, it.label)
    });
    let credit =
        credit::best_scenario(episode).map(|it| credit::compute(episode, &it).map(|it| numbers(&it)));
    format!(
        "{} {agents:?} {:?} {:?}\n{}{credit:?}",
        episode.name,
        episode.reward().map(|it| it.value),
        episode.outcome.as_ref().map(|it| &it.status),
        acts.collect::<String>()
    )
}

fn numbers(credit: &Attribution) -> Vec<Value> {
    credit.agents.iter().map(|it| it.value.clone()).collect()
}

fn all(opened: &Opened) -> Vec<String> {
    let mut all: Vec<String> = opened.episodes.iter().map(said).collect();
    all.sort();
    all
}

/// Logs of every format that needs no map: a file or a folder each.
fn logs() -> Vec<PathBuf> {
    let formats = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats");
    let mut logs: Vec<PathBuf> = fs::read_dir(&formats).unwrap().map(|it| it.unwrap().path()).collect();
    // In a folder, files with these endings are not taken for logs.
    logs.retain(|it| !it.ends_with("chatdev"));
    logs.extend(["chatdev/run.log", "ag2/runtime.log"].map(|it| formats.join(it)));
    // Rows of any columns, which only a map can read.
    logs.retain(|it| !it.ends_with("rows") && !it.ends_with("parquet"));
    logs.extend(["dev-team.jsonl", "forage-replays.jsonl", "live-interleaved.jsonl"].map(sample));
    logs.sort();
    assert!(logs.len() > 30);
    logs
}

#[test]
fn what_is_converted_says_what_the_log_said() {
    for log in logs() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("once")).unwrap();
        converted(&log, &folder.path().join("once"), &[]);
        let (before, after) = (open_logs(&log), open_logs(&folder.path().join("once")));
        assert!(!before.episodes.is_empty(), "{}", log.display());
        assert_eq!(all(&before), all(&after), "{}", log.display());
    }
}

#[test]
fn converting_again_and_by_way_of_a_table_changes_no_byte() {
    for log in logs() {
        let folder = tempfile::tempdir().unwrap();
        let steps = ["once", "twice", "table", "back"].map(|it| folder.path().join(it));
        // Of a file, the folder must be there; of a folder, it is made.
        fs::create_dir(&steps[0]).unwrap();
        converted(&log, &steps[0], &[]);
        converted(&steps[0], &steps[1], &[]);
        let (once, twice) = (files(&steps[0]), files(&steps[1]));
        assert_eq!(once, twice, "{}", log.display());
        if cfg!(feature = "parquet") {
            converted(&steps[0], &steps[2], &["--to", "parquet"]);
            assert!(files(&steps[2]).keys().all(|it| it.extension().unwrap() == "parquet"));
            converted(&steps[2], &steps[3], &[]);
            assert_eq!(once, files(&steps[3]), "{}", log.display());
        }
    }
}

#[test]
fn a_native_log_is_copied_byte_for_byte_to_stdout() {
    let log = sample("forage-saboteur.jsonl");
    let output = convert(&[log.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stdout, fs::read(&log).unwrap());
}

#[test]
fn nothing_is_replaced_and_no_log_is_written_over_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let (log, out) = (folder.path().join("a.jsonl"), folder.path().join("out.jsonl"));
    fs::copy(sample("dev-team.jsonl"), &log).unwrap();
    fs::write(&out, "mine").unwrap();
    let (log_name, out_name) = (log.to_str().unwrap(), out.to_str().unwrap());
    let refused = |arguments: &[&str], why: &str| {
        let output = convert(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(why), "{said}");
    };
    refused(&[log_name, "-o", out_name], "out.jsonl' exists: --overwrite replaces it");
    refused(&[log_name, "-o", log_name, "--overwrite"], "a.jsonl' is what is read");
    refused(&[log_name, sample("truth-or.jsonl").to_str().unwrap()], "2 files are read: name a folder");
    refused(&[log_name, sample("truth-or.jsonl").to_str().unwrap(), "-o", out_name], "2 files are read and");
    // A name that cannot be shown as it is, and another name of the same file.
    let odd = folder.path().join("a\u{1b}[2J.jsonl");
    fs::rename(&log, &odd).unwrap();
    let odd_name = odd.to_str().unwrap();
    refused(&[odd_name, "-o", odd_name, "--overwrite"], "is what is read");
    fs::rename(&odd, &log).unwrap();
    assert_eq!(fs::read(&out).unwrap(), b"mine");
    assert_eq!(convert(&[log_name, "-o", out_name, "--overwrite"]).status.code(), Some(0));
    assert_eq!(fs::read(&out).unwrap(), fs::read(&log).unwrap());
    // No temporary file is left behind.
    assert_eq!(files(folder.path()).len(), 2);
}

#[test]
fn what_could_not_be_read_is_told_and_the_rest_is_converted() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    fs::create_dir(&log).unwrap();
    fs::copy(sample("dev-team.jsonl"), log.join("a.jsonl")).unwrap();
    let whole =
        fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats/langfuse.json")).unwrap();
    fs::write(log.join("b.json"), &whole[..whole.len() / 2]).unwrap();
    let output = convert(&[log.to_str().unwrap(), "-o", folder.path().join("out").to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("creditscope: not read: "), "{said}");
    assert!(folder.path().join("out/a.jsonl").exists());
}

#[test]
fn notes_stay_beside_their_log() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("chat.json");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats/autogen/table.jsonl"), &log)
        .unwrap();
    let plain = open_logs(&log).episodes.remove(0);
    let (name, agent) = (plain.name.as_str(), plain.agents[0].name.as_str());
    let note = format!(
        r#"{{"type":"credit","episode":"{name}","algorithm":"human_annotation","items":[{{"agent":"{agent}","label":"mistake"}}]}}"#
    ) + "\n";
    fs::write(folder.path().join("chat.json.notes.jsonl"), &note).unwrap();
    let judged = |log: &Path| open_logs(log).episodes.iter().map(|it| it.labels.len()).sum::<usize>();
    assert_eq!(judged(&log), plain.labels.len() + 1);
    // To a file, to a folder, and as a table.
    let outs = ["out.jsonl", "out.parquet"].map(|it| folder.path().join(it));
    for out in outs.iter().filter(|it| cfg!(feature = "parquet") || it.extension().unwrap() == "jsonl") {
        converted(&log, out, &[]);
        assert_eq!(judged(out), judged(&log), "{}", out.display());
    }
    let many = folder.path().join("many");
    fs::create_dir(&many).unwrap();
    converted(&log, &many, &[]);
    let names: Vec<String> = files(&many).keys().map(|it| it.display().to_string()).collect();
    assert_eq!(names, ["chat.jsonl", "chat.jsonl.notes.jsonl"]);
    assert_eq!(judged(&many), judged(&log));
    // To stdout goes the log, and that is said.
    let output = convert(&[log.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("human_annotation"));
    assert!(String::from_utf8_lossy(&output.stderr).contains(".notes.jsonl' beside the log is not written"));
}
