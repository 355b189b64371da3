//! Lines cut from bytes that arrive in pieces.

use std::fs::File;
use std::io::Write;

use super::*;

fn file_of(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// An event in a form to compare: `L<offset>:<text>`, `U...` unterminated, `S<offset>+<len>` skipped, `H...` a hole.
fn show(event: TailEvent<'_>) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).replace('\n', "|");
    match event {
        TailEvent::Lines { offset, bytes, .. } => format!("L{offset}:{}", text(bytes)),
        TailEvent::Unterminated { offset, bytes, .. } => format!("U{offset}:{}", text(bytes)),
        TailEvent::Hole { offset, len, .. } => format!("H{offset}+{len}"),
        TailEvent::Skipped { offset, len, reason, .. } => format!("S{offset}+{len}{reason:?}"),
        other => format!("{other:?}"),
    }
}

#[track_caller]
fn check(block: usize, longest: usize, content: &[u8], expected: &[&str], partial: &str) {
    let mut lines = LineBuffer::new(0, block, longest);
    let mut got = Vec::new();
    let size = content.len() as u64;
    let count = lines.read(&file_of(content), size, usize::MAX, &mut |it| got.push(show(it))).unwrap();
    assert_eq!(count, content.len());
    assert_eq!(got, expected);
    assert_eq!(lines.partial(), partial.as_bytes());
    assert_eq!(lines.position().read, size);
    assert_eq!(lines.fingerprint().len(), lines.position().delivered);
}

#[test]
fn hands_on_whole_lines_in_blocks() {
    check(64, 64, b"", &[], "");
    check(64, 64, b"a\nb\n", &["L0:a|b|"], "");
    check(64, 64, b"a\nb\nc", &["L0:a|b|"], "c");
    check(3, 64, b"a\nbb\nccc\n", &["L0:a|", "L2:bb|", "L5:ccc|"], "");
    check(4, 64, b"\n\n\n\n\n", &["L0:||||", "L4:|"], "");
    check(2, 64, "é漢\n".as_bytes(), &["L0:é漢|"], "");
    check(2, 64, b"a\r\n", &["L0:a\r|"], "");
}

#[test]
fn skips_lines_over_the_limit_and_says_where() {
    check(4, 6, b"123456\nb\n", &["L0:123456|", "L7:b|"], "");
    check(4, 6, b"1234567\nb\n", &["S0+7TooLong", "L8:b|"], "");
    check(4, 6, b"a\n12345678901234567890\nb\n", &["L0:a|", "S2+20TooLong", "L23:b|"], "");
    check(4, 6, b"1234567\n1234567\n", &["S0+7TooLong", "S8+7TooLong"], "");
    check(4, 6, b"a\n12345678", &["L0:a|"], "");
}

#[test]
fn the_size_of_a_read_does_not_change_what_is_skipped() {
    let content = b"12345\n123456\n1234567\n12345678\n\n1234567890123456789\n1\n";
    let lines = |budget: usize| {
        let mut buffer = LineBuffer::new(0, 6, 6);
        let (file, size) = (file_of(content), content.len() as u64);
        let mut whole = String::new();
        while buffer.position().read < size {
            buffer
                .read(&file, size, budget, &mut |it| {
                    let event = show(it);
                    whole.push_str(if event.starts_with('L') {
                        event.split_once(':').unwrap().1
                    } else {
                        &event
                    });
                })
                .unwrap();
        }
        whole
    };
    for budget in 1..content.len() {
        assert_eq!(lines(budget), "12345|123456|S13+7TooLongS21+8TooLong|S31+19TooLong1|", "budget {budget}");
    }
}

#[test]
fn cuts_nuls_off_the_start_of_lines_only() {
    check(64, 64, b"\0\0\0a\n", &["H0+3", "L3:a|"], "");
    check(2, 64, b"\0\0\0a\n", &["H0+3", "L3:a|"], "");
    check(64, 64, b"a\n\0\0b\nc\n", &["L0:a|", "H2+2", "L4:b|c|"], "");
    check(64, 64, b"a\0b\n\0", &["L0:a\0b|"], "");
    check(64, 64, b"\0\0\n\0", &["H0+2", "L2:|"], "");
    check(2, 4, &[0; 100], &[], "");
}

#[cfg(target_os = "linux")]
#[test]
fn jumps_over_a_hole() {
    let mut file = tempfile::tempfile().unwrap();
    let size = (8_u64 << 30) + 6;
    file.set_len(size - 6).unwrap();
    std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0)).unwrap();
    file.write_all(b"after\n").unwrap();
    let mut lines = LineBuffer::new(0, 4096, 4096);
    let mut got = Vec::new();
    let count = lines.read(&file, size, 1 << 20, &mut |it| got.push(show(it))).unwrap();
    assert!(count < 1 << 20);
    assert_eq!(got, [format!("H0+{}", size - 6), format!("L{}:after|", size - 6)]);
    assert_eq!(lines.check(&file, size, true).unwrap(), Check::Same);
}

#[test]
fn reads_no_more_than_the_budget_and_goes_on() {
    let content = b"first line\nsecond line\nthird";
    let mut lines = LineBuffer::new(0, 8, 64);
    let file = file_of(content);
    let mut got = String::new();
    for _ in 0..content.len().div_ceil(3) {
        let mut sink = |it: TailEvent<'_>| got.push_str(show(it).split_once(':').unwrap().1);
        assert!(lines.read(&file, content.len() as u64, 3, &mut sink).unwrap() <= 3);
    }
    assert_eq!(got, "first line|second line|");
    assert_eq!(lines.partial(), b"third");
}

#[test]
fn an_unterminated_line_is_handed_on_once() {
    let run = |rest: &str| {
        let (mut got, mut lines) = (Vec::new(), LineBuffer::new(0, 64, 64));
        let first = "a\n{}";
        lines.read(&file_of(first.as_bytes()), 4, 64, &mut |it| got.push(show(it))).unwrap();
        assert!(!lines.settle(&|_| false, &mut |it| got.push(show(it))));
        assert!(lines.settle(&|it| it == b"{}", &mut |it| got.push(show(it))));
        assert!(!lines.settle(&|_| true, &mut |it| got.push(show(it))), "nothing is left");
        let all = format!("{first}{rest}");
        lines.read(&file_of(all.as_bytes()), all.len() as u64, 64, &mut |it| got.push(show(it))).unwrap();
        got.join(" ")
    };
    assert_eq!(run("\nb\n"), "L0:a| U2:{} L5:b|");
    assert_eq!(run("\r\nb\n"), "L0:a| U2:{} L6:b|");
    assert_eq!(run("\n"), "L0:a| U2:{}");
    assert_eq!(run("{\"glued\":1}\n"), "L0:a| U2:{} L4:{\"glued\":1}|");
}

#[test]
fn closing_reports_what_was_torn() {
    let run = |content: &[u8], longest: usize| {
        let (mut got, mut lines) = (Vec::new(), LineBuffer::new(0, 4, longest));
        lines.read(&file_of(content), content.len() as u64, 64, &mut |it| got.push(show(it))).unwrap();
        lines.close(&|it| it == b"{}", &mut |it| got.push(show(it)));
        got.join(" ")
    };
    assert_eq!(run(b"a\n{}", 64), "L0:a| U2:{}");
    assert_eq!(run(b"a\n{\"x", 64), "L0:a| S2+3Torn");
    assert_eq!(run(b"a\n1234567890", 6), "L0:a| S2+10TooLong");
    assert_eq!(run(b"a\n", 64), "L0:a|");
}

#[test]
fn compares_what_was_read_with_a_file() {
    let mut lines = LineBuffer::new(0, 64, 64);
    lines.read(&file_of(b"one\ntwo\nthr"), 11, 64, &mut |_| {}).unwrap();
    let check = |content: &[u8], expected: Check| {
        assert_eq!(lines.check(&file_of(content), content.len() as u64, true).unwrap(), expected);
    };
    check(b"one\ntwo\nthr", Check::Same);
    check(b"one\ntwo\nthree\n", Check::Same);
    check(b"one\ntwo\nth", Check::PartialChanged);
    check(b"one\ntwo\nsecond", Check::PartialChanged);
    check(b"one\ntwo\n", Check::PartialChanged);
    check(b"one\ntwo", Check::Changed);
    check(b"one\nTWO\nthree\n", Check::Changed);
    check(b"", Check::Changed);
}

#[test]
fn rewinding_reads_the_partial_line_again() {
    let (mut got, mut lines) = (Vec::new(), LineBuffer::new(0, 64, 64));
    lines.read(&file_of(b"a\nold"), 5, 64, &mut |it| got.push(show(it))).unwrap();
    lines.rewind();
    lines.relax();
    assert_eq!(lines.position(), Position { read: 2, delivered: 2 });
    lines.read(&file_of(b"a\nnew\n"), 6, 64, &mut |it| got.push(show(it))).unwrap();
    assert_eq!(got, ["L0:a|", "L2:new|"]);
}
