//! Spools written and read at the same time.

use std::io::Read;

use super::super::byte_range::Read as ByteRange;
use super::super::feed;
use super::*;

fn poll(spool: &mut Spool, seconds: u64) -> (String, Progress) {
    let mut got = String::new();
    let progress = spool
        .poll(Duration::from_secs(seconds), usize::MAX, &mut |event| match event {
            TailEvent::Lines { bytes, .. } => got.push_str(&String::from_utf8_lossy(bytes)),
            TailEvent::Unterminated { bytes, .. } => got += &format!("~{}", String::from_utf8_lossy(bytes)),
            TailEvent::Ended { error } => got += &error.map_or("END".into(), |it| format!("END: {it}")),
            other => got += &format!("{other:?}"),
        })
        .unwrap();
    (got, progress)
}

/// An ended spool of `lines`, each without its `\n`.
fn spool_of<L: AsRef<[u8]>>(lines: impl IntoIterator<Item = L>) -> Spool {
    SpoolStore::create().unwrap().add("x.json", lines).unwrap()
}

/// Gives one of `pieces` per read, then fails if told to.
struct Pieces(Vec<&'static str>, Option<io::ErrorKind>);

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() {
            return self.1.map_or(Ok(0), |it| Err(it.into()));
        }
        let piece = self.0.remove(0);
        if piece == "EINTR" {
            return Err(io::ErrorKind::Interrupted.into());
        }
        into[..piece.len()].copy_from_slice(piece.as_bytes());
        Ok(piece.len())
    }
}

#[test]
fn is_read_while_it_is_written() {
    let (mut spool, writer) = Spool::create("stdin").unwrap();
    assert_eq!(poll(&mut spool, 0).0, "");
    writer.write(b"a\nb").unwrap();
    let (got, progress) = poll(&mut spool, 1);
    assert_eq!((got.as_str(), progress), ("a\n", Progress { caught_up: true, offset: 3, size: 3 }));
    writer.write(b"b\n{}").unwrap();
    assert_eq!(poll(&mut spool, 2).0, "bb\n");
    assert_eq!(poll(&mut spool, 3).0, "");
    assert_eq!(poll(&mut spool, 4).0, "~{}", "two seconds later");
    assert!(spool.end().is_none());
    writer.write(b"\nc").unwrap();
    writer.finish(None);
    assert_eq!(poll(&mut spool, 4).0, "~cEND");
    assert_eq!(poll(&mut spool, 9).0, "", "ends once");
    assert!(matches!(spool.end(), Some(Ok(()))));
}

#[test]
fn what_was_read_is_read_again() {
    let spool = spool_of(["first", "second"]);
    let mut bytes = Vec::new();
    spool.source().read(ByteRange { generation: 0, offset: 6, len: 6 }, &mut bytes).unwrap();
    assert_eq!(bytes, b"second");
    assert_eq!(spool.source().path(), Path::new("x.json"));
    assert_eq!(spool.size(), 13);
}

#[test]
fn many_lines_of_an_importer_arrive_in_order() {
    let lines = (0..100_000).map(|it| format!("line {it}"));
    let mut spool = spool_of(lines.clone());
    let (got, progress) = poll(&mut spool, 0);
    assert!(progress.caught_up);
    assert_eq!(got, lines.map(|it| it + "\n").collect::<String>() + "END");
}

#[test]
fn a_store_holds_many_spools_in_one_file() {
    let store = SpoolStore::create().unwrap();
    let mut spools = (0..50)
        .map(|it| store.add(&format!("{it}.json"), (0..it).map(|line| format!("{it}/{line}"))).unwrap())
        .collect::<Vec<_>>();
    for (it, spool) in spools.iter_mut().enumerate() {
        let expected = (0..it).map(|line| format!("{it}/{line}\n")).collect::<String>();
        assert_eq!(poll(spool, 0).0, expected.clone() + "END");
        let read = |offset, len| {
            let mut bytes = Vec::new();
            spool.source().read(ByteRange { generation: 0, offset, len }, &mut bytes).map(|()| bytes)
        };
        assert_eq!(read(0, expected.len()).unwrap(), expected.as_bytes());
        assert!(read(1, expected.len()).is_err(), "the neighbour's bytes are not ours");
        assert!(Arc::ptr_eq(&spool.shared.descriptor, &store.descriptor));
    }
}

#[test]
fn the_budget_holds() {
    let mut spool = spool_of(["12345678"; 100]);
    let progress = spool.poll(Duration::ZERO, 100, &mut |_| {}).unwrap();
    assert_eq!(progress, Progress { caught_up: false, offset: 100, size: 900 });
}

#[test]
fn feeding_tells_how_it_ended() {
    let check = |mut reader: Pieces, expected: &str| {
        let (mut spool, writer) = Spool::create("stdin").unwrap();
        let wakes = std::cell::Cell::new(0);
        feed(&mut reader, writer, &|| wakes.set(wakes.get() + 1));
        assert_eq!(poll(&mut spool, 0).0, expected);
        assert!(wakes.get() > 0);
    };
    check(Pieces(vec![], None), "END");
    check(Pieces(vec!["a\n", "EINTR", "b\nc"], None), "a\nb\n~cEND");
    let torn = "a\nEND: cannot read stdin after byte 2: connection reset; what came before is kept";
    check(Pieces(vec!["a\n"], Some(io::ErrorKind::ConnectionReset)), torn);
}

#[test]
fn a_writer_that_goes_away_is_told() {
    let (mut spool, writer) = Spool::create("stdin").unwrap();
    writer.write(b"a\n").unwrap();
    drop(writer);
    assert_eq!(poll(&mut spool, 0).0, "a\nEND: stdin was given up after byte 2; what came before is kept");
}

#[test]
fn a_full_disk_is_told_with_what_to_do() {
    let (_spool, writer) = Spool::create("stdin").unwrap();
    writer.write(b"a\n").unwrap();
    let error = writer.write_error(io::ErrorKind::StorageFull.into());
    let temp = std::env::temp_dir();
    let expected = format!(
        "no space left in '{}' to hold stdin: its first 2 bytes are kept; point TMPDIR to a larger disk",
        temp.display()
    );
    assert_eq!(error.to_string(), expected);
    let error = writer.write_error(io::ErrorKind::PermissionDenied.into()).to_string();
    assert!(error.ends_with("permission denied; its first 2 bytes are kept"), "{error}");
}

/// `/dev/full` refuses every write as a full disk does.
#[cfg(target_os = "linux")]
#[test]
fn a_write_to_a_full_disk_keeps_what_came_before() {
    let (mut spool, mut writer) = Spool::create("stdin").unwrap();
    writer.write(b"a\n").unwrap();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let broken = Shared {
        from: "stdin".into(),
        directory: "/tmp".into(),
        descriptor: Arc::new(Descriptor::of(full, &TailOptions::default().open_files).unwrap()),
        base: 0,
        written: AtomicU64::new(writer.written()),
        damage: Mutex::default(),
        end: OnceLock::new(),
    };
    let good = std::mem::replace(&mut writer.0, Arc::new(broken));
    let error = writer.write(b"b\n").unwrap_err();
    assert!(matches!(error, SpoolError::DiskFull { kept: 2, .. }), "{error}");
    good.end.set(Some(error)).unwrap();
    assert!(poll(&mut spool, 0).0.starts_with("a\nEND: no space left"));
}
