//! Compressed files: read while they grow, through damage, truncation and rotation; and read again.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use creditscope::source::{OpenFiles, PackedTail, Read, SpoolStore, Tail, TailEvent, TailOptions};
use flate2::{Compression, write::GzEncoder};

use super::tailing::{append, show};

pub fn gz(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}

pub fn zst(text: impl AsRef<[u8]>) -> Vec<u8> {
    zstd::encode_all(text.as_ref(), 3).unwrap()
}

struct Packed {
    dir: tempfile::TempDir,
    path: std::path::PathBuf,
    tail: PackedTail,
    now: Duration,
    lines: Vec<(u32, u64, Vec<u8>)>,
}

impl Packed {
    fn of(name: &str, content: &[u8]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        fs::write(&path, content).unwrap();
        let tail = open(&path, SpoolStore::create().unwrap());
        Self { dir, path, tail, now: Duration::ZERO, lines: Vec::new() }
    }

    #[track_caller]
    fn poll_after(&mut self, passed: Duration) -> String {
        self.now += passed;
        let mut shown = String::new();
        for _ in 0..10_000 {
            let lines = &mut self.lines;
            let progress = self.tail.poll(self.now, 1000, &mut |event| {
                if let TailEvent::Lines { generation, offset, bytes } = event {
                    let mut offset = offset;
                    for line in bytes.split_inclusive(|it| *it == b'\n') {
                        lines.push((generation, offset, line.to_vec()));
                        offset += line.len() as u64;
                    }
                }
                shown.push_str(&show(event));
            });
            if progress.unwrap().caught_up {
                return shown;
            }
        }
        panic!("never catches up: {shown}");
    }

    #[track_caller]
    fn poll(&mut self) -> String {
        self.poll_after(Duration::from_millis(100))
    }

    /// Reads every line again from where it was found.
    #[track_caller]
    fn check_all_lines(&self) {
        let mut bytes = Vec::new();
        for (generation, offset, line) in &self.lines {
            let at = Read { generation: *generation, offset: *offset, len: line.len() };
            self.tail.source().read(at, &mut bytes).unwrap();
            assert_eq!(&bytes, line);
        }
    }
}

fn open(path: &Path, spool: SpoolStore) -> PackedTail {
    let options = TailOptions { open_files: OpenFiles::at_most(64), ..TailOptions::default() };
    PackedTail::open(path, spool, options).unwrap()
}

#[test]
fn members_are_read_as_they_are_appended() {
    for pack in [gz, zst] {
        let mut it = Packed::of("a.jsonl.gz", &pack("one\ntwo\n"));
        assert_eq!(it.poll(), "one|two|");
        append(&it.path, pack("three\n"));
        assert_eq!(it.poll(), "three|");
        append(&it.path, [pack("fo"), pack("ur\nfive\n")].concat());
        assert_eq!(it.poll(), "four|five|");
        assert_eq!(it.poll_after(Duration::from_secs(60)), "");
        let offsets: Vec<u64> = it.lines.iter().map(|it| it.1).collect();
        assert_eq!(offsets, [0, 4, 8, 14, 19], "offsets are those of the unpacked log");
        it.check_all_lines();
    }
}

#[test]
fn bytes_that_come_one_at_a_time_are_unpacked() {
    let text = "{\"a\":1}\n".repeat(5);
    for packed in [gz(&text), zst(&text)] {
        let mut it = Packed::of("a.zst", b"");
        let mut got = String::new();
        for byte in &packed {
            append(&it.path, [*byte]);
            got += &it.poll();
        }
        assert_eq!(got, text.replace('\n', "|"));
    }
}

/// A compressor that flushes: its member does not end, but what was flushed can be read.
#[test]
fn a_member_that_is_being_written_is_read_as_far_as_it_goes() {
    let mut it = Packed::of("a.gz", b"");
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(b"one\ntw").unwrap();
    encoder.flush().unwrap();
    append(&it.path, encoder.get_ref());
    assert_eq!(it.poll(), "one|");
    let told = it.poll_after(Duration::from_secs(2));
    let size = encoder.get_ref().len();
    let cut = "ends within the gzip member that begins at byte 0: cut, or still being written";
    assert_eq!(told, format!("[damaged at {size}: {cut}]"));
    assert_eq!(it.poll_after(Duration::from_secs(2)), "", "told once");
    encoder.write_all(b"o\nthree\n").unwrap();
    let packed = encoder.finish().unwrap();
    append(&it.path, &packed[size..]);
    assert_eq!(it.poll(), "two|three|");
    it.check_all_lines();
}

#[test]
fn damage_is_told_with_its_byte_and_the_rest_is_read() {
    let mut broken = gz("spoiled\n");
    let at = broken.len() - 7;
    broken[at] ^= 1;
    let first = gz("one\ntor");
    let place = first.len() + broken.len();
    let mut it = Packed::of("a.gz", &[first, broken, gz("three\n")].concat());
    let got = it.poll();
    assert!(got.starts_with("one|torspoiled|[damaged at "), "{got}");
    assert!(
        got.contains(&format!("at {place}: the gzip member")) && got.contains("its checksum is wrong"),
        "{got}"
    );
    assert!(got.ends_with("]three|"), "{got}");
    append(&it.path, gz("four\n"));
    assert_eq!(it.poll(), "four|");
    it.check_all_lines();
}

/// A writer that was killed within a member, and the next one appends to its file.
#[test]
fn a_cut_member_costs_no_other() {
    let packed = gz("a line that was written before the writer was killed\n".repeat(50));
    let mut it = Packed::of("a.gz", &packed[..packed.len() / 2]);
    it.poll();
    append(&it.path, [gz("next one\n"), gz("next two\n")].concat());
    let got = it.poll() + &it.poll_after(Duration::from_secs(3));
    assert!(got.ends_with("next one|next two|"), "{got}");
}

#[test]
fn compressed_files_are_truncated_rotated_and_replaced() {
    let mut it = Packed::of("a.jsonl.gz", &gz("one\n"));
    assert_eq!(it.poll(), "one|");
    fs::write(&it.path, gz("2\n")).unwrap();
    let got = it.poll();
    assert!(got.ends_with("]2|") && got.starts_with("[1 "), "{got}");
    fs::rename(&it.path, it.dir.path().join("a.1.gz")).unwrap();
    fs::write(&it.path, gz("three\n")).unwrap();
    assert_eq!(it.poll(), "[2 Rotated]three|");
    append(&it.dir.path().join("a.1.gz"), gz("late\n"));
    assert_eq!(it.poll(), "late|");
    assert_eq!(it.lines.last().unwrap().0, 1, "a late line carries its own generation");
    fs::write(it.dir.path().join("new"), zst("four\n")).unwrap();
    fs::rename(it.dir.path().join("new"), &it.path).unwrap();
    assert_eq!(it.poll(), "[3 Replaced]four|");
    fs::write(it.dir.path().join("new"), "plain\n").unwrap();
    fs::rename(it.dir.path().join("new"), &it.path).unwrap();
    assert_eq!(it.poll(), "[4 Replaced]plain|");
    fs::remove_file(&it.path).unwrap();
    assert_eq!(it.poll(), "[gone]");
    it.poll_after(Duration::from_secs(60));
    it.check_all_lines();
}

#[test]
fn a_saved_file_that_is_cut_is_told_at_its_end() {
    let packed = gz("one\ntwo\n");
    let mut it = Packed::of("a.gz", &packed[..packed.len() - 8]);
    assert_eq!(it.poll(), "one|two|");
    let mut told = String::new();
    it.tail.finish(&mut |event| told += &show(event));
    assert!(told.contains("cut, or still being written"), "{told}");
}

/// The first rows come long before the last, and a poll does no more than its budget.
#[test]
fn a_bomb_is_unpacked_a_budget_at_a_time() {
    let text = "0123456789abcde\n".repeat(1 << 20);
    for packed in [gz(&text), zst(&text)] {
        assert!(packed.len() < 1 << 20);
        let mut it = Packed::of("bomb", &packed);
        let (mut polls, mut bytes, mut most) = (0, 0, 0);
        loop {
            let mut here = 0;
            let progress = it.tail.poll(Duration::ZERO, 1 << 20, &mut |event| {
                if let TailEvent::Lines { bytes, .. } = event {
                    here += bytes.len();
                }
            });
            assert!(polls > 0 || here > 0);
            polls += 1;
            bytes += here;
            most = most.max(here);
            if progress.unwrap().caught_up {
                break;
            }
        }
        assert_eq!(bytes, text.len());
        assert!(most <= (1 << 20) + 16, "{most} bytes in a poll");
        assert!(polls >= 16, "{polls}");
    }
}

#[test]
fn a_line_longer_than_is_read_takes_no_memory_and_no_room_in_the_spool() {
    let text = format!("one\n{}\ntwo\n", "x".repeat(30 << 20));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zst");
    fs::write(&path, zst(&text)).unwrap();
    let options = TailOptions { longest_line: 1 << 20, ..TailOptions::default() };
    let mut tail = PackedTail::open(&path, SpoolStore::create().unwrap(), options).unwrap();
    let mut shown = String::new();
    while !tail.poll(Duration::ZERO, 4 << 20, &mut |event| shown += &show(event)).unwrap().caught_up {}
    assert_eq!(shown, format!("one|[skipped 4+{} TooLong]two|", 30 << 20));
}

/// More unfinished frames than there are decoders to keep: each begins again when it grows.
#[test]
fn very_many_growing_files_share_few_decoders() {
    let dir = tempfile::tempdir().unwrap();
    let spool = SpoolStore::create().unwrap();
    let text =
        |it: usize| (0..40).map(|line| format!("{{\"file\":{it},\"line\":{line}}}\n")).collect::<String>();
    let packed: Vec<Vec<u8>> =
        (0..100).map(|it| if it % 2 == 0 { gz(text(it)) } else { zst(text(it)) }).collect();
    let path = |it: usize| dir.path().join(format!("{it}.jsonl.gz"));
    for (it, bytes) in packed.iter().enumerate() {
        fs::write(path(it), &bytes[..bytes.len() / 3]).unwrap();
    }
    let mut tails: Vec<PackedTail> = (0..100).map(|it| open(&path(it), spool.clone())).collect();
    let mut got = vec![String::new(); 100];
    for round in 1..=3 {
        for (it, tail) in tails.iter_mut().enumerate() {
            let until = if round == 3 { packed[it].len() } else { packed[it].len() * round / 3 };
            fs::write(dir.path().join("piece"), &packed[it][..until]).unwrap();
            let there = fs::metadata(path(it)).unwrap().len() as usize;
            append(&path(it), &packed[it][there..until]);
            let mut sink = |event: TailEvent<'_>| match event {
                TailEvent::Lines { bytes, .. } => got[it].push_str(std::str::from_utf8(bytes).unwrap()),
                other => panic!("{it}: {}", show(other)),
            };
            while !tail.poll(Duration::from_millis(100 * round as u64), 1 << 20, &mut sink).unwrap().caught_up
            {
            }
        }
    }
    for (it, got) in got.iter().enumerate() {
        assert_eq!(*got, text(it), "{it}");
    }
}

/// What decoders that begin their member again are fed a second time is bounded: a long member waits for its
/// turn, and nothing of it is lost.
#[test]
fn long_members_of_very_many_growing_files_wait_for_their_turn() {
    let dir = tempfile::tempdir().unwrap();
    let spool = SpoolStore::create().unwrap();
    let mut dice = super::torture::Dice(7);
    let mut line = |it: usize| format!("{{\"file\":{it},\"x\":\"{:016x}\"}}\n", dice.roll(u64::MAX));
    let texts: Vec<String> = (0..60).map(|it| (0..9_000).map(|_| line(it)).collect()).collect();
    let path = |it: usize| dir.path().join(format!("{it}.jsonl.zst"));
    let packed: Vec<Vec<u8>> = texts.iter().map(zst).collect();
    for (it, bytes) in packed.iter().enumerate() {
        fs::write(path(it), &bytes[..bytes.len() / 2]).unwrap();
    }
    let mut tails: Vec<PackedTail> = (0..60).map(|it| open(&path(it), spool.clone())).collect();
    let mut got = vec![String::new(); 60];
    let poll = |tails: &mut [PackedTail], got: &mut [String], at: u64, last: bool| {
        for (tail, got) in tails.iter_mut().zip(got) {
            let mut sink = |event: TailEvent<'_>| {
                if let TailEvent::Lines { bytes, .. } = event {
                    got.push_str(std::str::from_utf8(bytes).unwrap());
                }
            };
            while !tail.poll(Duration::from_millis(at), 1 << 20, &mut sink).unwrap().caught_up {}
            if last {
                tail.finish(&mut sink);
            }
        }
    };
    poll(&mut tails, &mut got, 0, false);
    for (it, bytes) in packed.iter().enumerate() {
        append(&path(it), &bytes[bytes.len() / 2..bytes.len() - 100]);
    }
    let whole = |got: &[String]| got.iter().zip(&texts).filter(|it| it.0.len() * 3 > it.1.len() * 2).count();
    poll(&mut tails, &mut got, 10, false);
    let at_once = whole(&got);
    assert!(at_once < 60, "nobody waited");
    poll(&mut tails, &mut got, 60_000, false);
    assert_eq!(whole(&got), 60);
    // At the end nobody waits.
    for (it, bytes) in packed.iter().enumerate() {
        append(&path(it), &bytes[bytes.len() - 100..]);
    }
    poll(&mut tails, &mut got, 60_010, true);
    assert!(got == texts);
}
