//! Reads again what was read before, and counts the descriptors that takes.

use std::fs;
use std::time::Duration;

use creditscope::source::{OpenFiles, Read, ReadError, Tail, TailFile, TailOptions};

use super::tailing::Tailing;

/// Reads every line again from where it was found.
#[track_caller]
fn check_all_lines(it: &Tailing) {
    let mut bytes = Vec::new();
    for (generation, offset, line) in &it.lines {
        let at = Read { generation: *generation, offset: *offset, len: line.len() };
        it.tail.source().read(at, &mut bytes).unwrap();
        assert_eq!(&bytes, line);
    }
}

#[test]
fn rotated_and_deleted_files_are_still_readable() {
    let mut it = Tailing::of("one\ntwo\n");
    it.poll();
    check_all_lines(&it);
    for generation in 1..5 {
        fs::rename(&it.path, it.beside(&format!("live.jsonl.{generation}"))).unwrap();
        it.append(format!("life {generation}\n"));
        it.poll_after(Duration::from_secs(100));
        check_all_lines(&it);
    }
    fs::remove_file(&it.path).unwrap();
    assert_eq!(it.poll(), "[gone]");
    check_all_lines(&it);
    it.rewrite("again\n");
    it.poll();
    check_all_lines(&it);
}

#[test]
fn a_log_continued_in_a_copy_is_read_there() {
    let mut it = Tailing::of("one\ntwo\n");
    it.poll();
    fs::write(it.beside("new"), "one\ntwo\nthree\n").unwrap();
    fs::rename(it.beside("new"), &it.path).unwrap();
    assert_eq!(it.poll(), "three|");
    check_all_lines(&it);
}

#[test]
fn overwritten_lines_are_said_to_be() {
    let mut it = Tailing::of("one\ntwo\n");
    it.poll();
    it.rewrite("six\nten\n");
    it.poll();
    let read = |generation| {
        let mut bytes = Vec::new();
        it.tail.source().read(Read { generation, offset: 0, len: 4 }, &mut bytes).map(|()| bytes)
    };
    assert!(matches!(read(0), Err(ReadError::Truncated { offset: 0, len: 4, .. })));
    assert_eq!(read(1).unwrap(), b"six\n");
    assert!(matches!(read(2), Err(ReadError::Vanished { generation: 2, .. })));
}

#[test]
fn a_rotated_file_is_known_under_its_new_name() {
    let mut it = Tailing::of("one\ntwo\n");
    fs::write(it.beside("stranger.jsonl"), "one\ntwo\n").unwrap();
    it.poll();
    assert!(it.tail.has_read(&it.path.clone()));
    assert!(!it.tail.has_read(&it.beside("stranger.jsonl")), "a copy is a file of its own");
    fs::rename(&it.path, it.beside("live-1.jsonl")).unwrap();
    assert!(it.tail.has_read(&it.beside("live-1.jsonl")), "before the poll that sees it");
    it.append("three\n");
    it.poll();
    assert!(it.tail.has_read(&it.beside("live-1.jsonl")), "after the poll that sees it");
    assert!(!it.tail.has_read(&it.beside("absent.jsonl")));
}

#[test]
fn a_thousand_files_do_not_take_a_thousand_descriptors() {
    let dir = tempfile::tempdir().unwrap();
    let mut tails = Vec::new();
    let open_files = OpenFiles::at_most(100);
    let options = TailOptions { open_files: open_files.clone(), ..TailOptions::default() };
    for at in 0..1000 {
        let path = dir.path().join(format!("worker-{at}.jsonl"));
        fs::write(&path, format!("from {at}\n")).unwrap();
        tails.push(TailFile::open_with(&path, options.clone()).unwrap());
    }
    let poll = |tails: &mut Vec<TailFile>| {
        let mut bytes = 0;
        for tail in tails.iter_mut() {
            tail.poll(Duration::from_secs(1), 4096, &mut |event| {
                if let creditscope::source::TailEvent::Lines { bytes: lines, .. } = event {
                    bytes += lines.len();
                }
            })
            .unwrap();
        }
        bytes
    };
    assert_eq!(poll(&mut tails), (0..1000).map(|it| format!("from {it}\n").len()).sum::<usize>());
    assert_eq!(open_files.count(), 100);
    for at in 0..1000 {
        let path = dir.path().join(format!("worker-{at}.jsonl"));
        super::tailing::append(&path, "more\n");
        fs::rename(&path, dir.path().join(format!("worker-{at}.jsonl.1"))).unwrap();
        fs::write(&path, "new\n").unwrap();
    }
    assert_eq!(poll(&mut tails), 1000 * "more\nnew\n".len(), "rotated with and without a descriptor");
    assert!(open_files.count() <= 100, "{} descriptors", open_files.count());
    drop(tails);
    assert_eq!(open_files.count(), 0);
}
