//! A rotated log that is compressed under a new name in a watched directory is not read a second time.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use creditscope::model::{EpisodeId, FileState, LogSummary};
use creditscope::runtime::OpenedLogs;
use creditscope::store::Pass;

use super::packed::{gz, zst};
use super::tailing::append;

/// A watched directory.
struct Watched {
    dir: tempfile::TempDir,
    logs: OpenedLogs,
    now: Duration,
}

impl Watched {
    fn of(name: &str, text: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(name), text).unwrap();
        let logs = OpenedLogs::open(&[dir.path().display().to_string()], Pass::Headers, || {}).unwrap();
        let mut watched = Self { dir, logs, now: Duration::ZERO };
        watched.after(100);
        watched
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Looks for new files and reads what there is, after some milliseconds.
    fn after(&mut self, milliseconds: u64) {
        self.now += Duration::from_millis(milliseconds);
        self.logs.rescan();
        while !self.logs.poll(self.now, 4 << 20).caught_up {}
    }

    fn summary(&mut self) -> LogSummary {
        self.logs.store.summary()
    }

    /// State of the file with this name, its last life.
    fn state(&mut self, name: &str) -> Option<FileState> {
        let path = self.path(name).display().to_string();
        self.summary().files.iter().rev().find(|it| it.path == path).map(|it| it.state.clone())
    }

    /// Acts that can be read of all episodes, and the texts of their payloads.
    fn payloads(&self) -> Vec<String> {
        let store = &self.logs.store;
        let mut all = Vec::new();
        for id in (0..store.episode_count()).map(EpisodeId::from_index) {
            // What was overwritten cannot be read.
            let Ok(episode) = store.episode(id) else { continue };
            for act in &episode.acts {
                all.extend(store.record(act.origin).map(|it| it.fields[0].1.join("")));
            }
        }
        all
    }

    #[track_caller]
    fn check(&mut self, records: u64, payloads: &[&str]) {
        assert_eq!(self.summary().records, records);
        let mut read = self.payloads();
        read.sort();
        assert_eq!(read, payloads);
    }
}

fn same(path: &Path) -> Option<FileState> {
    Some(FileState::SameAs(path.display().to_string()))
}

/// A record whose episode and payload are called `name`.
fn record(name: &str) -> String {
    format!("{{\"type\":\"action\",\"episode\":\"{name}\",\"agent\":\"a\",\"action\":\"{name}\"}}\n")
}

const RUN: &str = "{\"type\":\"run\",\"credit_log\":1,\"run\":\"of all files the same\"}\n";

#[test]
fn a_rotated_log_that_is_compressed_later_is_read_once() {
    for delayed in [false, true] {
        let mut it = Watched::of("live.jsonl", &(record("a") + &record("b")));
        let (live, rotated) = (it.path("live.jsonl"), it.path("live.1.jsonl"));
        fs::rename(&live, &rotated).unwrap();
        fs::write(&live, record("c")).unwrap();
        // A late line of a process that still holds the old file.
        append(&rotated, record("late"));
        if delayed {
            (0..50).for_each(|_| it.after(1_000));
        } else {
            it.after(200);
        }
        // As gzip works: a piece, the rest, then the plain file is deleted.
        let packed = gz(record("a") + &record("b") + &record("late"));
        fs::write(it.path("live.1.jsonl.gz"), &packed[..20]).unwrap();
        it.after(1_000);
        it.after(1_000);
        append(&it.path("live.1.jsonl.gz"), &packed[20..]);
        it.after(100);
        fs::remove_file(&rotated).unwrap();
        (0..20).for_each(|_| it.after(1_000));
        it.check(4, &["a", "b", "c", "late"]);
        assert_eq!(it.state("live.1.jsonl.gz"), same(&live));
        append(&live, record("d"));
        it.after(100);
        it.check(5, &["a", "b", "c", "d", "late"]);
    }
}

#[test]
fn a_log_that_was_copied_compressed_and_truncated_can_be_read_again() {
    let mut it = Watched::of("live.jsonl", &(record("a") + &record("b")));
    let live = it.path("live.jsonl");
    let packed = zst(fs::read(&live).unwrap());
    fs::write(&live, record("c")).unwrap();
    it.after(2_500);
    // What was truncated is gone.
    it.check(3, &["c"]);
    fs::write(it.path("live-old.jsonl.zst"), packed).unwrap();
    (0..4).for_each(|_| it.after(1_000));
    it.check(3, &["a", "b", "c"]);
    assert_eq!(it.state("live-old.jsonl.zst"), same(&live));
}

#[test]
fn a_copy_beside_the_log_is_no_news_and_takes_its_place_when_it_goes() {
    let mut it = Watched::of("live.jsonl", &(record("a") + &record("b")));
    let live = it.path("live.jsonl");
    fs::write(it.path("live.jsonl.gz"), gz(fs::read(&live).unwrap())).unwrap();
    it.after(1_000);
    append(&live, record("c"));
    it.after(1_000);
    it.check(3, &["a", "b", "c"]);
    assert_eq!(it.state("live.jsonl.gz"), same(&live));
    // And now the same of a worker that is done.
    fs::write(it.path("worker.jsonl"), record("w")).unwrap();
    it.after(1_000);
    fs::write(it.path("worker.jsonl.gz"), gz(record("w"))).unwrap();
    fs::remove_file(it.path("worker.jsonl")).unwrap();
    (0..4).for_each(|_| it.after(1_000));
    it.check(4, &["a", "b", "c", "w"]);
}

#[test]
fn what_a_copy_has_more_is_read() {
    let mut it = Watched::of("live.jsonl", &(record("a") + &record("b")));
    let live = it.path("live.jsonl");
    fs::remove_file(&live).unwrap();
    it.after(1_000);
    // The last line was written between a poll and the end of the file.
    fs::write(it.path("live.jsonl.gz"), gz(record("a") + &record("b") + &record("last"))).unwrap();
    (0..8).for_each(|_| it.after(1_000));
    it.check(3, &["a", "b", "last"]);
    assert_eq!(it.state("live.jsonl.gz"), same(&live));
}

#[test]
fn another_log_with_the_same_first_line_is_read() {
    let mut it = Watched::of("one.jsonl", &(RUN.to_owned() + &record("a") + &record("b")));
    fs::write(it.path("two.jsonl.gz"), gz(RUN.to_owned() + &record("x") + &record("b"))).unwrap();
    it.after(1_000);
    it.check(6, &["a", "b", "b", "x"]);
    // One that has only begun waits until it says what it is, but not for ever.
    fs::write(it.path("three.jsonl.gz"), gz(RUN)).unwrap();
    it.after(1_000);
    assert_eq!(it.summary().records, 6);
    (0..6).for_each(|_| it.after(1_000));
    assert_eq!(it.summary().records, 7);
    append(&it.path("three.jsonl.gz"), gz(record("y")));
    it.after(1_000);
    assert_eq!(it.summary().records, 8);
    // At the end of a pass over saved logs nothing is waited for.
    fs::write(it.path("four.jsonl.gz"), gz(RUN)).unwrap();
    it.after(1_000);
    it.logs.finish();
    assert_eq!(it.summary().records, 9);
}

#[test]
fn names_of_compressed_logs_that_shift_are_no_news() {
    let mut it = Watched::of("live.jsonl", &record("0"));
    let live = it.path("live.jsonl");
    for turn in 1..6_u32 {
        for old in (1..turn).rev() {
            let from = it.path(&format!("live.{old}.jsonl.gz"));
            fs::rename(from, it.path(&format!("live.{}.jsonl.gz", old + 1))).unwrap();
        }
        let text = fs::read(&live).unwrap();
        fs::rename(&live, it.path("live.1.jsonl")).unwrap();
        fs::write(&live, record(&turn.to_string())).unwrap();
        it.after(300);
        fs::write(it.path("live.1.jsonl.gz"), gz(text)).unwrap();
        fs::remove_file(it.path("live.1.jsonl")).unwrap();
        (0..8).for_each(|_| it.after(1_000));
    }
    it.check(6, &["0", "1", "2", "3", "4", "5"]);
}
