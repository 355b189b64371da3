//! Everything at once, against the whole reader: a directory of logs, polled every 100 ms, with a hazard
//! every 250 ms, in random order. Every record is an episode of its own, so the list of episodes tells what
//! was read: nothing lost, nothing twice, and exactly the bad lines that were written.
//!
//! The one thing a writer must not do is what no reader of files survives: destroy bytes that no poll has
//! seen. So it is silent for one poll before it overwrites a file in place; before a rotation it need not be.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::time::Duration;

use creditscope::model::{Diagnostic, Severity};
use creditscope::runtime::OpenedLogs;
use creditscope::store::Pass;

use super::packed::{gz, zst};
use super::tailing::append;
use super::torture::Dice;

/// Milliseconds between two steps of the writer, two polls, two rescans, two hazards.
const STEP: u64 = 10;
const POLL: u64 = 100;
const RESCAN: u64 = 1000;
const HAZARD: u64 = 250;

/// What may happen to a log. The order is that of the table in `tests/follow.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hazard {
    SplitCharacter,
    Unterminated,
    Truncate,
    RewriteSameSize,
    RewriteLarger,
    RenameWithLateWrites,
    CopyTruncate,
    CopyTruncateLeavingNuls,
    AtomicReplace,
    Recreate,
    Glued,
    Interleaved,
    Junk,
    OddValues,
    LongLine,
    LateFile,
    LateDirectory,
    VanishedFile,
    RepeatedRecord,
    PackedMember,
    CutMember,
    CompressRotated,
    CompressWorker,
}

use Hazard::*;

const HAZARDS: [Hazard; 23] = [
    SplitCharacter,
    Unterminated,
    Truncate,
    RewriteSameSize,
    RewriteLarger,
    RenameWithLateWrites,
    CopyTruncate,
    CopyTruncateLeavingNuls,
    AtomicReplace,
    Recreate,
    Glued,
    Interleaved,
    Junk,
    OddValues,
    LongLine,
    LateFile,
    LateDirectory,
    VanishedFile,
    RepeatedRecord,
    PackedMember,
    CutMember,
    CompressRotated,
    CompressWorker,
];

impl Hazard {
    /// Whether it overwrites bytes in place.
    fn destroys(self) -> bool {
        matches!(self, Truncate | RewriteSameSize | RewriteLarger | CopyTruncate | CopyTruncateLeavingNuls)
    }
}

struct Storm {
    dice: Dice,
    dir: tempfile::TempDir,
    logs: OpenedLogs,
    /// Milliseconds.
    now: u64,
    live: PathBuf,
    file: File,
    /// The rest of a record that is half written.
    rest: Option<Vec<u8>>,
    /// A process that still holds a rotated file, and until when.
    late: Option<(File, u64)>,
    workers: Vec<PathBuf>,
    packed: PathBuf,
    /// Logs that are to be compressed.
    compressing: Vec<Compressing>,
    names: u32,
    /// Every record written, and how often.
    written: BTreeMap<String, u32>,
    bad_lines: u64,
    longest: usize,
    happened: BTreeMap<Hazard, u32>,
}

/// A log that nobody writes to any more. It is compressed as `gzip` works: into a new file, a piece at a
/// time; then the plain one is deleted.
struct Compressing {
    plain: PathBuf,
    packed: PathBuf,
    /// When the next piece is written, and what there is to write.
    due: u64,
    left: Option<Vec<u8>>,
}

impl Storm {
    fn new(seed: u64, longest: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let live = dir.path().join("live.jsonl");
        let packed = dir.path().join("packed.jsonl.gz");
        fs::write(&live, "").unwrap();
        fs::write(&packed, "").unwrap();
        let file = OpenOptions::new().append(true).open(&live).unwrap();
        let pass = if seed.is_multiple_of(2) { Pass::Headers } else { Pass::Everything };
        let logs = OpenedLogs::open(&[dir.path().display().to_string()], pass, || {}).unwrap();
        Self {
            dice: Dice(seed),
            dir,
            logs,
            now: 0,
            live,
            file,
            rest: None,
            late: None,
            workers: Vec::new(),
            packed,
            compressing: Vec::new(),
            names: 0,
            written: BTreeMap::new(),
            bad_lines: 0,
            longest,
            happened: BTreeMap::new(),
        }
    }

    fn name(&mut self) -> String {
        let name = format!("e{}", self.written.len());
        self.written.insert(name.clone(), 1);
        name
    }

    /// A whole record of a new episode, with its end.
    fn record(&mut self) -> String {
        let name = self.name();
        let pad = "é漢👋".repeat(self.dice.roll(30) as usize);
        format!(
            "{{\"type\":\"action\",\"episode\":\"{name}\",\"agent\":\"a\",\"id\":\"x\",\"action\":\"{pad}\"}}\n"
        )
    }

    fn records(&mut self, sides: u64) -> String {
        (0..self.dice.roll(sides)).map(|_| self.record()).collect()
    }

    /// Completes a half-written record and writes `text` after it.
    fn write(&mut self, text: impl AsRef<[u8]>) {
        let rest = self.rest.take().unwrap_or_default();
        self.file.write_all(&[&rest, text.as_ref()].concat()).unwrap();
    }

    fn path(&mut self, stem: &str, ending: &str) -> PathBuf {
        self.names += 1;
        self.dir.path().join(format!("{stem}-{}{ending}", self.names))
    }

    fn poll(&mut self) {
        while !self.logs.poll(Duration::from_millis(self.now), 4 << 20).caught_up {}
    }

    /// One step of the writers, ten milliseconds: mostly nothing.
    fn step(&mut self, may_write_to_live: bool) {
        self.now += STEP;
        match self.dice.roll(12) {
            0 | 1 if may_write_to_live => {
                let records = self.records(4);
                self.write(records);
            }
            2 if may_write_to_live => {
                let record = self.record().into_bytes();
                // Anywhere, also within a character.
                let cut = self.dice.roll(record.len() as u64) as usize;
                self.write(&record[..cut]);
                self.rest = Some(record[cut..].to_vec());
            }
            3 if !self.workers.is_empty() => {
                let at = self.dice.roll(self.workers.len() as u64) as usize;
                let records = self.records(3);
                append(&self.workers[at].clone(), records);
            }
            4 => {
                if let Some((mut file, until)) = self.late.take()
                    && self.now < until
                {
                    let record = self.record();
                    file.write_all(record.as_bytes()).unwrap();
                    self.late = Some((file, until));
                }
            }
            _ => {}
        }
        self.compress();
        if self.now.is_multiple_of(POLL) {
            self.poll();
        }
        if self.now.is_multiple_of(RESCAN) {
            self.logs.rescan();
        }
    }

    /// Compresses a log that nobody writes to from `due` on.
    fn compress_later(&mut self, plain: PathBuf, due: u64) {
        let ending = [".gz", ".zst"][self.dice.roll(2) as usize];
        let packed = PathBuf::from(plain.display().to_string() + ending);
        self.compressing.push(Compressing { plain, packed, due, left: None });
    }

    /// Writes the next pieces of what is being compressed.
    fn compress(&mut self) {
        let (dice, now) = (&mut self.dice, self.now);
        self.compressing.retain_mut(|it| {
            if now < it.due {
                return true;
            }
            let whole = || {
                let text = fs::read(&it.plain).unwrap();
                if it.packed.extension().unwrap() == "gz" { gz(&text) } else { zst(&text) }
            };
            let left = it.left.get_or_insert_with(whole);
            if left.is_empty() {
                fs::remove_file(&it.plain).unwrap();
                return false;
            }
            let count = (dice.roll(left.len() as u64) as usize + 1).max(left.len() / 8).min(left.len());
            let piece: Vec<u8> = left.drain(..count).collect();
            let mut file = OpenOptions::new().append(true).create(true).open(&it.packed).unwrap();
            file.write_all(&piece).unwrap();
            it.due = now + dice.roll(60) * STEP;
            true
        });
    }

    /// Waits until the next hazard, then runs it.
    fn blow(&mut self, hazard: Hazard) {
        for step in 1..=HAZARD / STEP {
            // A poll and some silence before bytes are overwritten, with no record half written.
            let last = hazard.destroys() && step > (HAZARD - POLL) / STEP - 1;
            if last && self.rest.is_some() {
                self.write("");
            }
            self.step(!last);
        }
        *self.happened.entry(hazard).or_default() += 1;
        self.happen(hazard);
    }

    fn happen(&mut self, hazard: Hazard) {
        match hazard {
            SplitCharacter => {
                let record = self.record().replace("\"action\":\"", "\"action\":\"👋").into_bytes();
                let cut = record.iter().position(|it| *it == 0xf0).unwrap() + 2;
                self.write(&record[..cut]);
                self.rest = Some(record[cut..].to_vec());
            }
            Unterminated => {
                let record = self.record();
                self.write(record.trim_end());
                for _ in 0..2500 / STEP {
                    self.step(false);
                }
                let counted = self.logs.store.summary().episodes.len();
                assert!(counted > 0);
                self.write("\n");
            }
            Truncate => {
                self.file.set_len(0).unwrap();
                let records = self.records(4);
                self.write(records);
            }
            RewriteSameSize => {
                let size = self.live.metadata().unwrap().len() as usize;
                let mut text = String::new();
                while text.len() + 400 < size {
                    text += &self.record();
                }
                // Blanks are no record, and make up the rest.
                let pad = size.saturating_sub(text.len() + 1);
                if size > text.len() {
                    text += &(" ".repeat(pad) + "\n");
                }
                self.overwrite(&text);
            }
            RewriteLarger => {
                let size = self.live.metadata().unwrap().len() as usize;
                let mut text = String::new();
                while text.len() <= size {
                    text += &self.record();
                }
                self.overwrite(&text);
            }
            RenameWithLateWrites => {
                let records = self.records(3);
                self.write(records);
                // Under a name that the next rescan finds.
                let rotated = self.path("live", ".jsonl");
                fs::rename(&self.live, rotated).unwrap();
                let record = self.record();
                self.write(record);
                let next = OpenOptions::new().append(true).create(true).open(&self.live).unwrap();
                let old = std::mem::replace(&mut self.file, next);
                self.late = Some((old, self.now + 5000));
                let records = self.records(3);
                self.write(records);
            }
            CopyTruncate => {
                fs::copy(&self.live, self.dir.path().join("live.jsonl.1")).unwrap();
                self.file.set_len(0).unwrap();
                let records = self.records(4);
                self.write(records);
            }
            CopyTruncateLeavingNuls => {
                let mut file = OpenOptions::new().write(true).open(&self.live).unwrap();
                file.seek(SeekFrom::End(0)).unwrap();
                file.set_len(0).unwrap();
                let records = self.record() + &self.records(3);
                file.write_all(records.as_bytes()).unwrap();
            }
            AtomicReplace => {
                self.write("");
                let records = self.records(4);
                fs::write(self.dir.path().join("new"), records).unwrap();
                fs::rename(self.dir.path().join("new"), &self.live).unwrap();
                self.file = OpenOptions::new().append(true).open(&self.live).unwrap();
            }
            Recreate => {
                self.write("");
                fs::remove_file(&self.live).unwrap();
                for _ in 0..self.dice.roll(30) {
                    self.step(false);
                }
                self.file = OpenOptions::new().append(true).create(true).open(&self.live).unwrap();
                let records = self.records(3);
                self.write(records);
            }
            Glued => {
                let (one, two) = (self.record(), self.record());
                self.write(one.trim_end().to_owned() + &two);
            }
            Interleaved => {
                // The second writer's record, which is whole, cuts off the first one's.
                let record = self.record();
                self.write(
                    "{\"type\":\"action\",\"episode\":\"torn\",\"agent\":\"a\",\"action\":\"hal".to_owned()
                        + &record,
                );
                self.bad_lines += 1;
            }
            Junk => {
                let junk = ["Traceback (most recent call last):", "[1,2]", "{\"type\":", "\u{1}\u{2}"];
                let junk = junk[self.dice.roll(4) as usize];
                self.write(format!("{junk}\n"));
                self.bad_lines += 1;
            }
            OddValues => self.odd_values(),
            LongLine => {
                let name = self.name();
                let text = "z".repeat(self.longest);
                self.write(format!(
                    "{{\"type\":\"action\",\"episode\":\"{name}\",\"agent\":\"a\",\"action\":\"{text}\"}}\n"
                ));
            }
            LateFile => {
                let path = self.path("worker", ".jsonl");
                let records = self.records(4);
                fs::write(&path, records).unwrap();
                self.workers.push(path);
            }
            LateDirectory => {
                let folder = self.path("node", "");
                fs::create_dir(&folder).unwrap();
                let record = self.record();
                fs::write(folder.join("rank-0.jsonl"), record).unwrap();
                self.workers.push(folder.join("rank-0.jsonl"));
            }
            VanishedFile => {
                // One that a rescan and a poll have seen.
                for _ in 0..(RESCAN + 2 * POLL) / STEP {
                    self.step(true);
                }
                if let Some(path) = self.workers.pop() {
                    fs::remove_file(path).unwrap();
                }
            }
            RepeatedRecord => {
                let record = self.record();
                let name = format!("e{}", self.written.len() - 1);
                self.written.insert(name, 2);
                self.write(record.repeat(2));
            }
            PackedMember => {
                let records = self.records(4);
                let member = if self.dice.roll(2) == 0 { gz(&records) } else { zst(&records) };
                append(&self.packed.clone(), member);
            }
            CompressRotated => {
                let records = self.record();
                self.write(records);
                let rotated = self.path("live", ".jsonl");
                fs::rename(&self.live, &rotated).unwrap();
                self.file = OpenOptions::new().append(true).create(true).open(&self.live).unwrap();
                // At once, or at some later time.
                let due = self.now + self.dice.roll(5) * 1500;
                self.compress_later(rotated, due);
            }
            CompressWorker => {
                for _ in 0..(RESCAN + 2 * POLL) / STEP {
                    self.step(true);
                }
                if let Some(path) = self.workers.pop() {
                    self.compress_later(path, self.now);
                }
            }
            CutMember => {
                // What a killed writer leaves: nothing of it can be unpacked, and the next member is whole.
                append(&self.packed.clone(), &gz("{\"type\":\"action\"}\n")[..12]);
                for _ in 0..3000 / STEP {
                    self.step(true);
                }
                let records = self.record() + &self.records(3);
                append(&self.packed.clone(), gz(&records));
                for _ in 0..3000 / STEP {
                    self.step(true);
                }
            }
        }
    }

    /// Other content in the same file.
    fn overwrite(&mut self, text: &str) {
        fs::write(&self.live, text).unwrap();
    }

    fn odd_values(&mut self) {
        let odd: [&[u8]; 10] = [
            b"NaN",
            b"-Infinity",
            b"1e400",
            b"\"\\ud800\"",
            b"\"\xff\xfe\"",
            b"123456789012345678901234567890",
            b"\"0.5\"",
            b"\"tab\there\"",
            b"{\"k\":1,\"k\":2}",
            b"\"\\x41\"",
        ];
        let deep = [vec![b'['; 200], vec![b']'; 200]].concat();
        for value in odd.into_iter().chain([&deep[..]]) {
            let name = self.name();
            let head = format!("{{\"type\":\"action\",\"episode\":\"{name}\",\"agent\":\"a\",\"action\":");
            let end: &[u8] = if self.dice.roll(2) == 0 { b"}\n" } else { b"}\r\n" };
            let bom: &[u8] = if self.dice.roll(4) == 0 { b"\xef\xbb\xbf" } else { b"" };
            self.write([bom, head.as_bytes(), value, end].concat());
        }
    }

    /// What was read against what was written.
    fn compare(&mut self, seed: u64) {
        self.write("");
        for _ in 0..15_000 / STEP {
            self.step(false);
        }
        assert!(self.compressing.is_empty(), "seed {seed}");
        self.poll();
        self.logs.finish();
        let summary = self.logs.store.summary();
        let mut read: BTreeMap<String, u32> = BTreeMap::new();
        for episode in summary.episodes.iter() {
            *read.entry(episode.name.to_string()).or_default() += episode.records;
        }
        let lost: Vec<_> = self.written.iter().filter(|it| !read.contains_key(it.0)).collect();
        let other: Vec<_> = read.iter().filter(|it| self.written.get(it.0) != Some(it.1)).collect();
        let happened = &self.happened;
        assert!(
            lost.is_empty() && other.is_empty(),
            "seed {seed}: lost {lost:?}, other {other:?}; {happened:?}"
        );
        // A cut member is listed too, and what it swallowed of the next one's head.
        let packed = |it: &Diagnostic| {
            it.origin.is_some_and(|it| summary.files[it.file.index()].path.ends_with("packed.jsonl.gz"))
        };
        let damaged = summary.diagnostics.iter().filter(|it| packed(it)).count() as u64;
        let listed: Vec<_> = summary.diagnostics.iter().filter(|it| it.severity == Severity::Error).collect();
        assert_eq!(summary.bad_lines - damaged, self.bad_lines, "seed {seed}: {happened:?} {listed:#?}");
    }
}

/// Every hazard once, in an order drawn by the seed, then some more.
fn check(seed: u64, longest: usize) {
    let mut storm = Storm::new(seed, longest);
    let mut hazards: Vec<Hazard> = HAZARDS.to_vec();
    for at in (1..hazards.len()).rev() {
        hazards.swap(at, storm.dice.roll(at as u64 + 1) as usize);
    }
    for _ in 0..20 {
        hazards.push(HAZARDS[storm.dice.roll(HAZARDS.len() as u64) as usize]);
    }
    for hazard in hazards {
        storm.blow(hazard);
    }
    assert_eq!(storm.happened.len(), HAZARDS.len());
    storm.compare(seed);
}

#[test]
fn nothing_is_lost_and_nothing_comes_twice_at_a_poll_of_100_ms() {
    for seed in 0..24 {
        check(seed, 300_000);
    }
}

/// The largest line that is read.
#[test]
fn lines_of_64_mib_in_the_storm() {
    check(1000, (64 << 20) - 200);
}
