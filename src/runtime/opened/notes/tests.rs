//! Notes: written, read at once and again, and refused.

use std::{
    env, fs,
    path::Path,
    process::{self, Command, Stdio},
    time::Duration,
};

use super::append;
use crate::{
    model::{EpisodeId, Note, Timestamp},
    runtime::{LogArguments, OpenedLogs},
    source::Beside,
    store::Pass,
};

const LOG: &str = r#"{"type":"run","credit_log":1,"run":"r"}
{"type":"action","episode":"e","id":"a 1","agent":"x\u0007y","action":"go"}
{"type":"action","episode":"e","agent":"z","action":"stay"}
{"type":"episode_end","episode":"e","status":"failure"}
{"type":"run","credit_log":1,"run":"s"}
{"type":"action","episode":"e","id":"a1","agent":"x","action":"other"}
{"type":"episode_end","episode":"e","status":"failure"}
"#;

fn open(path: &Path) -> OpenedLogs {
    let names = [path.to_str().unwrap().to_owned()];
    let mut logs = OpenedLogs::open(LogArguments::from(&names), Pass::Headers, || {}).unwrap();
    logs.read_all();
    logs
}

fn note(logs: &OpenedLogs, episode: u32, act: usize, is_culprit: bool, by: &str) -> Note {
    let read = logs.store.episode(EpisodeId(episode)).unwrap();
    let act = &read.acts[act];
    Note {
        episode: EpisodeId(episode),
        agent: read.agent(act.agent).name.clone(),
        act: Some(act.id.clone()),
        at: act.origin,
        is_culprit,
        reason: "it \"went\"".to_owned(),
        by: by.to_owned(),
    }
}

/// Judge, agent, act, label, reason of each judgement of an episode.
fn labels(logs: &OpenedLogs, episode: u32) -> Vec<String> {
    let episode = logs.store.episode(EpisodeId(episode)).unwrap();
    let act = |it: Option<crate::model::ActId>| it.map_or("?".to_owned(), |it| episode.act(it).id.clone());
    let one = |it: &crate::model::Label| {
        format!(
            "{} {} {} {} {}",
            it.by(),
            it.agent_text,
            act(it.act),
            it.label,
            it.reason.as_deref().unwrap_or("")
        )
    };
    episode.labels.iter().map(one).collect()
}

fn write(logs: &mut OpenedLogs, note: &Note) -> Result<String, String> {
    logs.annotate(note, Timestamp::from_seconds(7.0), Duration::ZERO)
}

#[test]
fn a_note_stands_beside_the_log_and_is_read_at_once_and_on_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    fs::write(&path, LOG).unwrap();
    let mut logs = open(&path);
    // Logged names reach the file as they are, whatever is shown of them; an act without an id goes by its place.
    for (act, culprit) in [(0, true), (1, false)] {
        let note = note(&logs, 0, act, culprit, "ana");
        assert!(write(&mut logs, &note).unwrap().ends_with("run.jsonl.notes.jsonl"));
    }
    let other = note(&logs, 1, 0, true, "ben");
    write(&mut logs, &other).unwrap();
    let expected = ["ana x^Gy a 1 mistake it \"went\"", "ana z z#0 ok it \"went\""];
    assert_eq!(labels(&logs, 0), expected);
    assert_eq!(labels(&logs, 1), ["ben x a1 mistake it \"went\""], "the run is told apart by its name");
    assert_eq!(fs::read_to_string(&path).unwrap(), LOG, "the log is as it was");
    let mut again = open(&path);
    assert_eq!((labels(&again, 0), again.store.episode_count()), (expected.map(str::to_owned).to_vec(), 2));
    let summary = again.store.summary();
    assert_eq!(
        (summary.notes, summary.episodes.iter().map(|it| it.notes).collect::<Vec<_>>()),
        (3, vec![2, 1])
    );
    // Whoever judges the same again has thought better of it.
    let better = note(&again, 0, 0, false, "ana");
    write(&mut again, &better).unwrap();
    assert_eq!(labels(&again, 0), ["ana z z#0 ok it \"went\"", "ana x^Gy a 1 ok it \"went\""]);
    // In its directory and beside it the file with the notes is no log.
    let of_folder = open(folder.path());
    assert_eq!((of_folder.store.episode_count(), labels(&of_folder, 0).len()), (2, 2));
}

#[test]
fn what_others_note_meanwhile_is_read_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    fs::write(&path, LOG).unwrap();
    let (mut logs, mut others) = (open(&path), open(&path));
    let of_others = note(&others, 0, 0, true, "ben");
    write(&mut others, &of_others).unwrap();
    assert!(logs.poll_notes(Duration::ZERO) && !logs.poll_notes(Duration::ZERO));
    assert_eq!(labels(&logs, 0).len(), 1);
}

#[test]
fn where_no_file_can_stand_beside_the_log_it_says_why() {
    let mut logs = OpenedLogs::embedded("demo", LOG.as_bytes(), Pass::Headers).unwrap();
    logs.read_all();
    let of_demo = note(&logs, 0, 0, true, "ana");
    assert!(write(&mut logs, &of_demo).unwrap_err().starts_with("the log is no file of its own"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    fs::write(&path, LOG).unwrap();
    let mut logs = open(&path);
    // A directory of that name stands for a folder that may not be written to, which root may.
    fs::create_dir(Beside::Notes.of(&path)).unwrap();
    let refused = note(&logs, 0, 0, true, "ana");
    let why = write(&mut logs, &refused).unwrap_err();
    assert!(why.starts_with("cannot write '") && why.contains("run.jsonl.notes.jsonl': "), "{why}");
}

#[test]
fn notes_about_documents_of_others_are_read_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("1.json");
    let text = r#"{"question":"q","ground_truth":"g","is_correct":false,"history":[
        {"content":"one","role":"human"},{"content":"two","role":"Orchestrator (thought)"},{"content":"three","role":"WebSurfer"}],
        "mistake_agent":"WebSurfer","mistake_step":"2","mistake_reason":"no"}"#;
    fs::write(&path, text).unwrap();
    let mut logs = open(&path);
    let before = labels(&logs, 0).len();
    let of_act = note(&logs, 0, 1, true, "ana");
    write(&mut logs, &of_act).unwrap();
    let again = labels(&open(&path), 0);
    assert_eq!(again.len(), before + 1, "{again:?}");
    assert!(again.iter().any(|it| it.starts_with("ana ")), "{again:?}");
}

/// Where a process that this test starts writes to.
const WRITES_TO: &str = "CREDITSCOPE_TEST_NOTES";
const LINES: usize = 200;

#[test]
fn two_processes_that_note_at_one_time_tear_no_line() {
    let line = |who: u32, at: usize| format!("{who} {at} {}", "x".repeat(5_000));
    if let Some(path) = env::var_os(WRITES_TO) {
        (0..LINES).for_each(|at| append(Path::new(&path), &line(process::id(), at)).unwrap());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n");
    fs::write(&path, "left without an end").unwrap();
    let name = "runtime::opened::notes::tests::two_processes_that_note_at_one_time_tear_no_line";
    let start = || {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", name]).env(WRITES_TO, &path).stdout(Stdio::null()).spawn().unwrap()
    };
    let mut writers = [start(), start()];
    assert!(writers.iter_mut().all(|it| it.wait().unwrap().success()));
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<&str> = text.lines().filter(|it| !it.is_empty()).collect();
    let all = writers.iter().flat_map(|it| (0..LINES).map(|at| line(it.id(), at)));
    let mut expected: Vec<String> = all.chain(["left without an end".to_owned()]).collect();
    lines.sort_unstable();
    expected.sort_unstable();
    assert!(lines == expected, "{} of {} lines are whole", lines.len(), expected.len());
}
