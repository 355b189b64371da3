//! Rules that only a file that changes while it is read can break, or one that is not there.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use creditscope::{runtime::OpenedLogs, store::Pass};
use tempfile::TempDir;

use super::open::found;

const FIRST: &str = "{\"type\":\"action\",\"episode\":\"e\",\"agent\":\"a\",\"action\":\"first\"}\n";
const SECOND: &str = "{\"type\":\"action\",\"episode\":\"e\",\"agent\":\"a\",\"action\":\"second\"}\n";

/// A folder whose logs are followed.
struct Followed {
    folder: TempDir,
    logs: OpenedLogs,
    now: Duration,
}

impl Followed {
    /// With `log.jsonl` that begins with these bytes.
    fn beginning(bytes: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("log.jsonl"), bytes).unwrap();
        let logs = OpenedLogs::open(&[folder.path().display().to_string()], Pass::Everything, || ()).unwrap();
        let mut followed = Self { folder, logs, now: Duration::ZERO };
        followed.pass();
        followed
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Some seconds pass, in which files are looked for and read.
    fn pass(&mut self) {
        for _ in 0..4 {
            self.logs.rescan();
            while !self.logs.poll(self.now, 1 << 20).caught_up {}
            self.now += Duration::from_secs(1);
        }
    }

    /// The rules that are broken, but for an episode that goes on.
    fn broken(&mut self) -> Vec<&'static str> {
        let found = found(&mut self.logs.store).findings;
        found.iter().map(|it| it.rule.name()).filter(|it| *it != "open-episode").collect()
    }
}

fn replace(path: &Path, bytes: &str) {
    let new = path.with_extension("new");
    fs::write(&new, bytes).unwrap();
    fs::rename(new, path).unwrap();
}

#[test]
fn a_line_that_is_torn_and_a_record_that_is_lost_by_a_truncation() {
    let mut it = Followed::beginning(&format!("{FIRST}{}", &SECOND[..30]));
    fs::write(it.path("log.jsonl"), SECOND).unwrap();
    it.pass();
    let mut broken = it.broken();
    broken.sort_unstable();
    assert_eq!(broken, ["file-restarted", "lost-record", "torn-line"]);
}

#[test]
fn a_file_that_is_replaced() {
    let mut it = Followed::beginning(FIRST);
    assert_eq!(it.broken(), <[&str; 0]>::default());
    replace(&it.path("log.jsonl"), SECOND);
    it.pass();
    assert_eq!(it.broken(), ["file-restarted"]);
}

#[test]
fn a_copy_that_is_compressed_later() {
    let mut it = Followed::beginning(FIRST);
    let mut copy = flate2::write::GzEncoder::new(
        File::create(it.path("log.1.jsonl.gz")).unwrap(),
        flate2::Compression::default(),
    );
    copy.write_all(FIRST.as_bytes()).unwrap();
    copy.finish().unwrap();
    it.pass();
    assert_eq!(it.broken(), ["compressed-copy"]);
}

#[test]
fn a_link_to_nowhere() {
    let mut it = Followed::beginning(FIRST);
    std::os::unix::fs::symlink("nowhere.jsonl", it.path("link.jsonl")).unwrap();
    it.pass();
    assert_eq!(it.broken(), ["unreadable-file"]);
}
