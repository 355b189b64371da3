//! A writer that does everything a log can suffer, in random order. What was read must be what was written.
//!
//! Every record is numbered. A poll comes between two destructive events (no reader can tell two in one
//! interval apart); everything else happens between polls as it likes.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::time::Duration;

use creditscope::source::{OpenFiles, TailFile, TailOptions};

use super::tailing::Tailing;

/// SplitMix64: a seed gives the same run everywhere.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (x ^ (x >> 31)) % sides
    }
}

struct Writer {
    dice: Dice,
    it: Tailing,
    file: File,
    /// A process that still holds a rotated file; it ends before the reader gives that file up.
    late: Option<Late>,
    late_lines: bool,
    /// Records written whole, in order. Late ones are kept apart, as they may be read after newer ones.
    written: u64,
    /// The rest of a record that is half written.
    rest: Option<Vec<u8>>,
    rotations: u32,
}

struct Late {
    file: File,
    /// When it was rotated or last written to.
    since: Duration,
    replaced_since: u32,
}

impl Writer {
    /// If `open_files` is none, the log is closed between polls and late lines would be lost: then there are
    /// none.
    fn new(seed: u64, open_files: usize) -> Self {
        let mut it = Tailing::of("");
        let late_lines = open_files > 0;
        let open_files = OpenFiles::at_most(open_files);
        let options = TailOptions { block: 512, longest_line: 1 << 20, open_files, ..TailOptions::default() };
        it.tail = TailFile::open_with(&it.path, options).unwrap();
        let file = it.open_for_append();
        Self { dice: Dice(seed), it, file, late: None, late_lines, written: 0, rest: None, rotations: 0 }
    }

    fn record(&mut self) -> Vec<u8> {
        self.written += 1;
        let pad = match self.dice.roll(20) {
            0 => 20_000,
            1 => 700,
            n => n,
        };
        let pad = "é".repeat(usize::try_from(pad).unwrap());
        format!("{{\"id\":{},\"pad\":\"{pad}\"}}\n", self.written).into_bytes()
    }

    fn records(&mut self, sides: u64) -> Vec<u8> {
        (0..self.dice.roll(sides)).flat_map(|_| self.record()).collect()
    }

    /// Writes the rest of a half-written record.
    fn complete(&mut self) {
        if let Some(rest) = self.rest.take() {
            self.file.write_all(&rest).unwrap();
        }
    }

    fn poll(&mut self) {
        self.it.poll();
    }

    fn step(&mut self) {
        match self.dice.roll(16) {
            0..=4 => {
                self.complete();
                let records = self.records(6);
                self.file.write_all(&records).unwrap();
            }
            5 | 6 => {
                self.complete();
                let mut record = self.record();
                let cut = usize::try_from(self.dice.roll(record.len() as u64)).unwrap();
                let rest = record.split_off(cut);
                self.file.write_all(&record).unwrap();
                self.rest = Some(rest);
            }
            7 => {
                // Well within the grace of ten seconds, also if the next poll is three seconds away.
                if let Some(mut late) =
                    self.late.take_if(|it| self.it.now < it.since + Duration::from_secs(6))
                {
                    let record = self.record();
                    late.file.write_all(&record).unwrap();
                    late.since = self.it.now;
                    self.late = Some(late);
                }
            }
            8 | 9 => self.poll(),
            10 => {
                let seconds = self.dice.roll(4);
                self.it.poll_after(Duration::from_secs(seconds));
            }
            11 => {
                self.complete();
                self.it.poll_after(Duration::from_secs(70));
                self.late = None;
            }
            _ => {
                // A record cut by a destructive event is nobody's: it is completed and read first.
                self.complete();
                self.poll();
                self.destroy();
                self.poll();
                // Not all of so many replaced files are watched.
                if let Some(late) = &mut self.late {
                    late.replaced_since += 1;
                }
                self.late.take_if(|it| it.replaced_since > 14);
            }
        }
    }

    fn destroy(&mut self) {
        match self.dice.roll(6) {
            0 => {
                // A restarted run, or copytruncate under an appending writer.
                self.file.set_len(0).unwrap();
                let records = self.records(5);
                self.file.write_all(&records).unwrap();
            }
            1 => {
                // Copytruncate under a writer that keeps its own offset: NULs.
                let mut file = OpenOptions::new().write(true).open(&self.it.path).unwrap();
                file.seek(SeekFrom::End(0)).unwrap();
                file.set_len(0).unwrap();
                let records = self.records(5);
                file.write_all(&records).unwrap();
                self.file = self.it.open_for_append();
            }
            2 => {
                // Rewritten in place, at least as large.
                let size = self.it.path.metadata().unwrap().len();
                let mut records = Vec::new();
                while (records.len() as u64) < size {
                    records.extend(self.record());
                }
                self.it.rewrite(&records);
            }
            3 => {
                // Rename rotation: a last record in the old file, first ones in the new.
                let records = self.records(3);
                self.file.write_all(&records).unwrap();
                self.rotations += 1;
                fs::rename(&self.it.path, self.it.beside(&format!("live.jsonl.{}", self.rotations))).unwrap();
                let record = self.record();
                self.file.write_all(&record).unwrap();
                let next = self.it.open_for_append();
                let file = std::mem::replace(&mut self.file, next);
                self.late = self.late_lines.then(|| Late { file, since: self.it.now, replaced_since: 0 });
                let records = self.records(3);
                self.file.write_all(&records).unwrap();
            }
            4 => {
                // Atomic replace by new content.
                let records = self.records(4);
                fs::write(self.it.beside("new"), records).unwrap();
                fs::rename(self.it.beside("new"), &self.it.path).unwrap();
                self.file = self.it.open_for_append();
            }
            _ => {
                fs::remove_file(&self.it.path).unwrap();
                if self.dice.roll(2) == 0 {
                    self.poll();
                }
                self.file = self.it.open_for_append();
                let records = self.records(4);
                self.file.write_all(&records).unwrap();
            }
        }
    }
}

fn id_of(line: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(line).ok()?.strip_prefix("{\"id\":")?.trim_end();
    let (id, rest) = text.split_once(',')?;
    rest.ends_with("\"}").then_some(())?;
    id.parse().ok()
}

/// Lets a writer loose and compares.
fn check(seed: u64, open_files: usize) {
    let mut writer = Writer::new(seed, open_files);
    for _ in 0..120 {
        writer.step();
    }
    writer.complete();
    writer.poll();
    let id = |it: &(u32, u64, Vec<u8>)| id_of(&it.2).unwrap_or_else(|| panic!("seed {seed}: {it:?}"));
    let mut got = writer.it.lines.iter().map(id).collect::<Vec<_>>();
    got.sort_unstable();
    let lost = (1..=writer.written).filter(|it| got.binary_search(it).is_err()).collect::<Vec<_>>();
    let twice = got.windows(2).filter(|it| it[0] == it[1]).map(|it| it[0]).collect::<Vec<_>>();
    assert_eq!((lost, twice), (vec![], vec![]), "seed {seed}: lost, twice");
}

#[test]
fn nothing_is_lost_and_nothing_comes_twice() {
    for seed in 0..60 {
        check(seed, 64);
    }
}

#[test]
fn nothing_is_lost_among_very_many_files() {
    for seed in 2000..2040 {
        check(seed, 0);
    }
}

/// Lines of one generation come in the order of their offsets, whatever happens.
#[test]
fn order_within_a_generation_is_kept() {
    for seed in 1000..1020 {
        let mut writer = Writer::new(seed, 64);
        for _ in 0..120 {
            writer.step();
        }
        let mut last = std::collections::BTreeMap::new();
        for (generation, offset, line) in &writer.it.lines {
            let before = last.insert(*generation, *offset);
            assert!(before < Some(*offset), "seed {seed}: {}", String::from_utf8_lossy(line));
        }
    }
}
