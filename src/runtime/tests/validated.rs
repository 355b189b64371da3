//! What the index only scanned is read in full afterwards, whatever the source.

use std::{fs, io::Write, path::Path};

use flate2::{Compression, write::GzEncoder};

use super::*;

const BROKEN: &str = "{\"type\":\"action\",\"episode\":\"e\",\"agent\":\"b\",\"action\":[1,,2]}\n";

/// `acts` acts of one episode, with a broken one after each hundred.
fn hurt(acts: usize) -> String {
    let lines = (0..acts).map(|it| act("e", it) + if it % 100 == 99 { BROKEN } else { "" });
    lines.collect()
}

/// The summary of a log that was read without a thread and then validated.
fn validated(path: &Path) -> LogSummary {
    let mut logs = open(path);
    logs.read_all();
    validate(&mut logs);
    logs.store.summary()
}

#[track_caller]
fn check(summary: &LogSummary, records: u64, bad: u64) {
    assert_eq!((summary.records, summary.bad_lines), (records, bad));
    assert_eq!(summary.diagnostics.iter().filter(|it| it.rule == "bad-json").count() as u64, bad);
    let row = &summary.episodes[0];
    assert_eq!((u64::from(row.records), u64::from(row.acts), row.agents), (records, records, 1));
}

#[test]
fn broken_payloads_are_listed_by_the_thread_and_leave_the_episode() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    fs::write(&path, hurt(3_000)).unwrap();
    let (thread, messages) = start(&path, Follow::Never);
    thread.open(EpisodeId(0));
    let summary = wait_for(&messages, |it| it.bad_lines == 30 && it.episodes[0].agents == 1);
    check(&summary, 3_000, 30);
    assert_eq!(summary.diagnostics[0].origin.unwrap().line, 101);
    assert_eq!(summary.validating, None);
}

#[test]
fn lines_that_come_are_read_in_full_too_and_the_open_episode_is_sent_without_the_broken() {
    let folder = folder(1, 2);
    let path = folder.path().join("000.jsonl");
    let (thread, messages) = start(&path, Follow::Always);
    wait_for(&messages, |it| it.loaded && it.following);
    thread.open(EpisodeId(0));
    let mut episode = Default::default();
    wait_for_acts(&messages, &mut episode, 2);
    let broken = BROKEN.replace("\"e\"", "\"e0\"");
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all((broken + &act("e0", 2)).as_bytes()).unwrap();
    // The broken line is never an act of an opened episode, as it is not read. In the list it was one for a
    // moment.
    let summary = wait_for(&messages, |it| it.bad_lines == 1 && it.episodes[0].agents == 1);
    check(&summary, 3, 1);
    assert_eq!(summary.diagnostics[0].origin.unwrap().line, 3);
    wait_for_acts(&messages, &mut episode, 3);
}

#[test]
fn what_was_truncated_meanwhile_makes_no_finding() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    fs::write(&path, hurt(200)).unwrap();
    let mut logs = open(&path);
    while !logs.poll(Duration::ZERO, 1 << 20).caught_up {}
    let unread = logs.store.take_unread();
    fs::write(&path, act("f", 0)).unwrap();
    for second in 1..3 {
        while !logs.poll(Duration::from_secs(second), 1 << 20).caught_up {}
    }
    for unread in unread {
        let mut suspects = Vec::new();
        let mut reviewer = crate::store::Reviewer::new(unread);
        assert!(reviewer.step(1 << 20, &mut suspects).is_err());
        assert!(suspects.is_empty());
    }
    validate(&mut logs);
    let summary = logs.store.summary();
    assert_eq!((summary.bad_lines, summary.records, summary.episodes.len()), (0, 203, 2));
}

#[test]
fn compressed_and_rotated_files_are_read_in_full() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl.gz");
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(hurt(500).as_bytes()).unwrap();
    fs::write(&path, packed.finish().unwrap()).unwrap();
    check(&validated(&path), 500, 5);
    let path = folder.path().join("plain.jsonl");
    fs::write(&path, hurt(500)).unwrap();
    let mut logs = open(&path);
    while !logs.poll(Duration::ZERO, 1 << 20).caught_up {}
    fs::rename(&path, folder.path().join("plain.jsonl.1")).unwrap();
    fs::write(&path, "").unwrap();
    while !logs.poll(Duration::from_secs(1), 1 << 20).caught_up {}
    validate(&mut logs);
    check(&logs.store.summary(), 500, 5);
}

#[test]
fn a_large_log_that_is_read_from_its_end_is_validated_to_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    fs::write(&path, hurt(20_000)).unwrap();
    let portions = opened::Portions { large: 1 << 10, tail: 4 << 10, stretch: 16 << 10 };
    let arguments = [path.display().to_string()];
    let mut behind = OpenedLogs::open_in(&arguments, Pass::Headers, portions, || {}).unwrap();
    behind.set_threads(3);
    behind.read_all();
    validate(&mut behind);
    // `check` reads the same in full at once, also in stretches.
    let mut at_once = OpenedLogs::open_in(&arguments, Pass::Everything, portions, || {}).unwrap();
    at_once.set_threads(3);
    at_once.read_all();
    let (behind, at_once) = (behind.store.summary(), at_once.store.summary());
    check(&behind, 20_000, 200);
    check(&at_once, 20_000, 200);
    let lines = |it: &LogSummary| it.diagnostics.iter().map(|it| it.origin).collect::<Vec<_>>();
    assert_eq!(lines(&behind), lines(&at_once));
}

#[test]
fn what_is_imported_is_validated_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = r#"{"bucket_id":"one","candidates":[{"action_text":"a","j":0,"next_actions":[],"returns":[1.0]}],"ctx_hash":1,"meta":{"credit_n":1,"real_j":0},"question_id":0,"restart":{"roles_topo":["A"]},"target_role":"A"}"#;
    fs::write(folder.path().join("buckets_1.jsonl"), format!("{bucket}\n{{broken\n")).unwrap();
    let summary = validated(folder.path());
    assert_eq!((summary.bad_lines, summary.episodes.len()), (1, 1));
}
