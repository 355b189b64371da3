//! Unpacking, with and without damage.

use std::io::{Read, Write};

use flate2::{Compression, write::GzEncoder};

use super::super::damage::Damage;
use super::*;

fn gz(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn zst(text: &str) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// All of `packed`, fed in pieces of `piece` bytes with `room` bytes of room: the output, and the damage.
fn unpack(packed: &[u8], piece: usize, room: usize) -> (String, Vec<Damage>) {
    let mut unpacker = Unpacker::new();
    let (mut out, mut damage) = (Vec::new(), Vec::new());
    let mut output = vec![0; room];
    for bytes in packed.chunks(piece).chain([&[][..]]) {
        unpacker.feed(bytes);
        loop {
            let outcome = unpacker.unpack(&mut output);
            out.extend_from_slice(&output[..outcome.produced]);
            damage.extend(outcome.damage);
            if !outcome.hungry {
                continue;
            }
            match bytes.is_empty().then(|| unpacker.rescue()).flatten() {
                Some(cut) => damage.push(cut),
                None => break,
            }
        }
    }
    let (rest, cut) = unpacker.end();
    out.extend(rest);
    damage.extend(cut);
    (String::from_utf8_lossy(&out).into_owned(), damage)
}

#[track_caller]
fn check(packed: &[u8], expected: &str, damage: &[(u64, &str)]) {
    for (piece, room) in [(packed.len().max(1), 1 << 20), (1, 1), (7, 5), (1000, 3), (3, 1000)] {
        let (got, found) = unpack(packed, piece, room);
        assert_eq!(got, expected, "pieces of {piece}, room of {room}");
        assert_eq!(found.len(), damage.len(), "{found:?}");
        for (found, (at, what)) in found.iter().zip(damage) {
            assert_eq!(found.at, *at, "pieces of {piece}, room of {room}: {found:?}");
            assert!(found.what.contains(what), "{found:?}");
        }
    }
}

fn text() -> String {
    (0..300).map(|it| format!("line {it} of some text that is packed {}\n", it * it)).collect()
}

#[test]
fn members_and_frames_follow_each_other() {
    let text = text();
    check(&gz(&text), &text, &[]);
    check(&zst(&text), &text, &[]);
    check(&[gz("one\n"), gz(""), gz(&text)].concat(), &format!("one\n{text}"), &[]);
    check(&[zst("one\n"), zst(""), zst(&text)].concat(), &format!("one\n{text}"), &[]);
    check(&[gz("one\n"), zst("two\n")].concat(), "one\ntwo\n", &[]);
    let skippable = [0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    check(&[&skippable[..], &zst("one\n"), &skippable, &zst("two\n")].concat(), "one\ntwo\n", &[]);
    check(&[gz("one\n"), vec![0; 1000]].concat(), "one\n", &[]);
}

#[test]
fn every_part_of_a_gzip_header_is_passed_over() {
    let mut packed = vec![0x1f, 0x8b, 8, 0b1_1111, 0, 0, 0, 0, 0, 255];
    packed.extend([2, 0, b'x', b'y']);
    packed.extend(b"run.jsonl\0a comment\0");
    packed.extend([1, 2]);
    packed.extend(&gz("one\n")[10..]);
    check(&packed, "one\n", &[]);
    packed[10] = 0;
    packed.drain(12..14);
    check(&packed, "one\n", &[]);
}

#[test]
fn what_is_not_packed_passes_through() {
    check(b"", "", &[]);
    check(b"{\"type\":\"run\"}\n", "{\"type\":\"run\"}\n", &[]);
    for head in ["(", "(\u{35}", "P", "P*", "\u{1f}"] {
        check(head.as_bytes(), head, &[]);
    }
}

#[test]
fn damage_costs_its_member_only() {
    let text = text();
    let (first, third) = (gz(&text), gz("three\n"));
    let mut second = gz("two is spoiled\n");
    let at = second.len() - 8;
    second[at] ^= 1;
    let all = [first.clone(), second.clone(), third.clone()].concat();
    let place = (first.len() + second.len()) as u64;
    check(&all, &format!("{text}two is spoiled\nthree\n"), &[(place, "its checksum is wrong")]);

    let junk = [first.clone(), b"junk between".to_vec(), third.clone()].concat();
    check(&junk, &format!("{text}three\n"), &[(first.len() as u64, "is no packed data")]);

    let mut header = gz("two\n");
    header[2] = 9;
    let all = [gz("one\n"), header, third.clone()].concat();
    let (got, damage) = unpack(&all, 1000, 1000);
    assert_eq!((got.as_str(), damage.len()), ("one\nthree\n", 1), "{damage:?}");
    assert!(damage[0].what.contains("does not begin like one"), "{damage:?}");

    let mut frame = zst(&text);
    let middle = frame.len() / 2;
    frame[middle] ^= 0xff;
    let (got, damage) = unpack(&[zst("one\n"), frame, zst("three\n")].concat(), 100, 100);
    assert!(got.starts_with("one\n") && got.ends_with("three\n"), "{got}");
    assert_eq!(damage.len(), 1, "{damage:?}");
}

/// A writer that was killed, and the next one that appends to its file.
#[test]
fn a_member_behind_a_cut_one_is_found() {
    let text = text();
    for pack in [gz, zst] {
        let packed = pack(&text);
        for cut in [packed.len() / 3, packed.len() / 2, packed.len() - 5] {
            let all = [pack("one\n"), packed[..cut].to_vec(), pack("three\n"), pack("four\n")].concat();
            for piece in [1, 10, 4000] {
                let (got, damage) = unpack(&all, piece, 100);
                assert!(
                    got.starts_with("one\n") && got.ends_with("three\nfour\n"),
                    "{cut} {piece}: {damage:?}"
                );
                assert_eq!(damage.len(), 1, "{cut} {piece}: {damage:?}");
            }
        }
    }
}

#[test]
fn a_cut_end_gives_what_was_there() {
    let text = text();
    for packed in [gz(&text), zst(&text)] {
        let all = [packed.clone(), packed.clone()].concat();
        let cut = &all[..all.len() - 9];
        let (got, damage) = unpack(cut, 64, 64);
        assert!(got.starts_with(&text) && format!("{text}{text}").starts_with(&got), "{}", got.len());
        assert_eq!(damage.len(), 1);
        assert_eq!(damage[0].at, cut.len() as u64);
        let expected = format!("that begins at byte {}: cut, or still being written", packed.len());
        assert!(damage[0].what.ends_with(&expected), "{damage:?}");
    }
}

#[test]
fn a_sleeping_decoder_goes_on_where_it_was() {
    let text = text();
    for packed in [gz(&text), zst(&text)] {
        let packed = [gz("first\n"), packed].concat();
        let mut unpacker = Unpacker::new();
        let (mut got, mut room) = (Vec::new(), vec![0; 100]);
        let mut fed = 0;
        for piece in packed.chunks(50) {
            let woken = unpacker.wake(&mut |from, to, into| {
                into.clear();
                into.extend(&packed[from as usize..(to as usize).min(from as usize + 33)]);
                Ok(())
            });
            assert_eq!(woken, Ok(()), "after {fed} bytes");
            unpacker.feed(piece);
            fed += piece.len();
            loop {
                let outcome = unpacker.unpack(&mut room);
                got.extend_from_slice(&room[..outcome.produced]);
                assert_eq!(outcome.damage, None);
                if outcome.hungry {
                    break;
                }
            }
            unpacker.sleep();
            assert_eq!(unpacker.memory(), 0);
        }
        assert_eq!(String::from_utf8(got).unwrap(), format!("first\n{text}"));
        // What it was fed from is another file now.
        let mut unpacker = Unpacker::new();
        unpacker.feed(&packed[..packed.len() - 20]);
        while !unpacker.unpack(&mut room).hungry {}
        unpacker.sleep();
        let woken = unpacker.wake(&mut |_, _, into| {
            *into = b"something else".to_vec();
            Ok(())
        });
        assert!(woken.unwrap_err().what.contains("cannot be read on"));
    }
}

#[test]
fn a_bomb_comes_out_in_pieces() {
    let zeros = vec![b'0'; 40 << 20];
    for packed in [gz(std::str::from_utf8(&zeros).unwrap()), zst(std::str::from_utf8(&zeros).unwrap())] {
        let mut unpacker = Unpacker::new();
        let mut room = vec![0; 256 << 10];
        unpacker.feed(&packed);
        let mut total = 0;
        while total < zeros.len() {
            let outcome = unpacker.unpack(&mut room);
            assert!(outcome.produced > 0 && outcome.damage.is_none());
            total += outcome.produced;
        }
        assert_eq!(total, zeros.len());
    }
}

/// Zeros by the gigabyte must not fill the disk.
#[test]
fn what_unpacks_to_far_too_much_is_given_up() {
    let zeros = "\0".repeat(20 << 20);
    for packed in [gz(&zeros), zst(&zeros)] {
        let mut unpacker = Unpacker::new();
        unpacker.free = 8 << 20;
        let mut room = vec![0; 256 << 10];
        // Another member behind it is not read either.
        unpacker.feed(&[packed.as_slice(), &gz("one\n")].concat());
        let (mut total, mut damage) = (0, Vec::new());
        loop {
            let outcome = unpacker.unpack(&mut room);
            total += outcome.produced;
            damage.extend(outcome.damage);
            if outcome.hungry {
                break;
            }
        }
        assert!((8 << 20..9 << 20).contains(&total), "{total}");
        assert!(matches!(damage.as_slice(), [it] if it.what.contains("more than 500 times")), "{damage:?}");
        assert_eq!(unpacker.end(), (Vec::new(), None));
    }
    // A log that repeats itself is packed well, and read.
    let log = "{\"type\":\"action\",\"episode\":\"e\",\"agent\":\"a\",\"action\":1}\n".repeat(1 << 18);
    let packed = gz(&log);
    assert!(log.len() / packed.len() > 100);
    let mut unpacker = Unpacker::new();
    unpacker.free = 1 << 20;
    unpacker.feed(&packed);
    let mut room = vec![0; log.len() + 1];
    let outcome = unpacker.unpack(&mut room);
    assert_eq!((outcome.produced, outcome.damage), (log.len(), None));
}

#[test]
fn a_reader_unpacks_and_says_what_is_wrong() {
    let read = |packed: &[u8]| {
        let mut text = String::new();
        Unpacking::new(packed).read_to_string(&mut text).map(|_| text)
    };
    assert_eq!(read(&[gz("one\n"), gz("two\n")].concat()).unwrap(), "one\ntwo\n");
    assert_eq!(read(b"plain").unwrap(), "plain");
    assert_eq!(read(b"(").unwrap(), "(");
    let packed = gz("one\n");
    let error = read(&packed[..packed.len() - 1]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
    assert!(error.to_string().starts_with("at byte 23: ends within the gzip member"), "{error}");
}

#[test]
fn names_and_first_bytes_tell_a_packed_file() {
    let stem = |it: &str| without_ending(Path::new(it)).map(|it| it.display().to_string());
    assert_eq!(stem("a/run.jsonl.gz").as_deref(), Some("a/run.jsonl"));
    assert_eq!(stem("run.JSON.ZST").as_deref(), Some("run.JSON"));
    assert_eq!(stem("run.jsonl"), None);
    assert_eq!(stem("gz"), None);
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, bytes: &[u8], packed: bool| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(is_packed(&path).unwrap(), packed, "{name}: {bytes:?}");
    };
    check("a.jsonl.gz", b"", true);
    check("a.jsonl", b"", false);
    check("a.jsonl", &gz("x"), true);
    check("a.jsonl.gz", b"{\"type\":1}", false);
    check("a.zst", &[0x28, 0xb5], true);
}

mod any {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]
        /// However the bytes are spoiled, unpacking ends, and reports if anything is missing.
        #[test]
        fn nothing_makes_it_panic_or_hang(
            texts in prop::collection::vec("[a-c]{0,300}", 1..5),
            as_zstd in any::<bool>(),
            spoils in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
            cut in any::<prop::sample::Index>(),
            piece in 1..400_usize,
        ) {
            let whole: String = texts.concat();
            let mut packed: Vec<u8> = texts.iter().flat_map(|it| if as_zstd { zst(it) } else { gz(it) }).collect();
            for (at, byte) in &spoils {
                let at = at.index(packed.len());
                packed[at] = *byte;
            }
            packed.truncate(cut.index(packed.len() + 1));
            let (got, damage) = unpack(&packed, piece, 64);
            prop_assert!(damage.len() < 100);
            // Nobody can tell that a cut magic number was one.
            if spoils.is_empty() && damage.is_empty() && packed.len() > 3 {
                prop_assert!(whole.starts_with(&got), "{got}");
            }
        }
    }
}
