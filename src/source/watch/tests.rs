//! Which file events count as news, and what is watched.

use std::fs;
use std::sync::mpsc::{Receiver, channel};

use notify::event::{CreateKind, DataChange, Flag};

use super::*;

fn event(kind: EventKind, path: &str) -> Event {
    Event::new(kind).add_path(path.into())
}

#[test]
fn only_what_others_did_to_our_files_is_news() {
    let interest = Interest {
        names: HashSet::from(["live.jsonl".into()]),
        directories: HashSet::from(["/runs".into()]),
        expects: true,
    };
    let check =
        |event: Event, news: bool| assert_eq!(is_news(&Ok(event.clone()), &interest), news, "{event:?}");
    let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
    check(event(written, "/x/live.jsonl"), true);
    check(event(written, "/x/other.jsonl"), false);
    check(event(written, "/runs/other.jsonl"), true);
    check(event(EventKind::Create(CreateKind::File), "/runs/new"), true);
    check(event(EventKind::Access(AccessKind::Open(AccessMode::Any)), "/x/live.jsonl"), false);
    check(event(EventKind::Access(AccessKind::Read), "/x/live.jsonl"), false);
    check(event(EventKind::Access(AccessKind::Close(AccessMode::Read)), "/x/live.jsonl"), false);
    check(event(EventKind::Access(AccessKind::Close(AccessMode::Write)), "/x/live.jsonl"), true);
    check(event(EventKind::Modify(ModifyKind::Metadata(MetadataKind::AccessTime)), "/x/live.jsonl"), false);
    check(event(EventKind::Remove(RemoveKind::Folder), "/x"), true);
    check(Event::new(EventKind::Other).set_flag(Flag::Rescan), true);
    assert!(is_news(&Err(notify::Error::generic("overflow")), &interest));
}

fn watch() -> (Watch, Receiver<()>) {
    let (sender, receiver) = channel();
    let wake = move || sender.send(()).unwrap_or(());
    (Watch::new(wake), receiver)
}

/// A machine may have no watches left; then the tests of live events have nothing to see.
fn has_events(watch: &Watch) -> bool {
    watch.polling_because().is_none()
}

#[test]
fn polling_is_told_where_it_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let (sender, woken) = channel();
    let mut watch = Watch::of(News::Polling, move || sender.send(()).unwrap_or(()));
    watch.cover([], [dir.path()], []);
    assert_eq!(watch.polling_because(), Some("as asked"));
    fs::write(dir.path().join("new"), "").unwrap();
    // Nobody is left who could call.
    assert!(woken.try_recv().is_err());
}

const LONG: Duration = Duration::from_secs(10);

#[test]
fn wakes_for_appends_replacements_and_new_files() {
    let dir = tempfile::tempdir().unwrap();
    let (file, runs) = (dir.path().join("live.jsonl"), dir.path().join("runs"));
    fs::write(&file, "").unwrap();
    fs::create_dir(&runs).unwrap();
    let (mut watch, woken) = watch();
    watch.cover([file.as_path()], [runs.as_path()], []);
    if !has_events(&watch) {
        return;
    }
    let expect = |what: &str, act: &dyn Fn()| {
        while woken.try_recv().is_ok() {}
        watch.take_changed();
        act();
        woken.recv_timeout(LONG).unwrap_or_else(|_| panic!("no wake after {what}"));
    };
    expect("an append", &|| fs::write(&file, "a\n").unwrap());
    expect("a replacement", &|| {
        fs::write(dir.path().join("tmp"), "b\n").unwrap();
        fs::rename(dir.path().join("tmp"), &file).unwrap();
    });
    expect("an append after the replacement", &|| fs::write(&file, "b\nc\n").unwrap());
    expect("a new file", &|| fs::write(runs.join("1.jsonl"), "").unwrap());
}

#[test]
fn a_directory_that_comes_back_is_watched_again() {
    let dir = tempfile::tempdir().unwrap();
    let runs = dir.path().join("runs");
    fs::create_dir(&runs).unwrap();
    let (mut watch, woken) = watch();
    watch.cover([], [runs.as_path()], []);
    if !has_events(&watch) {
        return;
    }
    fs::remove_dir(&runs).unwrap();
    woken.recv_timeout(LONG).expect("a wake for the removal");
    fs::create_dir(&runs).unwrap();
    watch.cover([], [runs.as_path()], []);
    while woken.try_recv().is_ok() {}
    watch.take_changed();
    fs::write(runs.join("1.jsonl"), "").unwrap();
    woken.recv_timeout(LONG).expect("a wake for the new file");
}

#[test]
fn what_happened_is_told_by_name_until_it_was_asked_for() {
    let event = |paths: &[&str]| {
        let event = Event::new(EventKind::Modify(ModifyKind::Any));
        Ok(paths.iter().fold(event, |it, path| it.add_path(path.into())))
    };
    let mut changed = Changed::default();
    assert!(changed.is_empty() && !changed.names(Path::new("/x/a")));
    assert!(changed.add(&event(&["/x/a"])) && !changed.add(&event(&["/x/a"])));
    // A renamed file has two names.
    assert!(changed.add(&event(&["/x/a", "/x/b"])));
    assert!(["/x/a", "/x/b", "/link/b"].iter().all(|it| changed.names(Path::new(it))));
    assert!(!changed.is_empty() && !changed.names(Path::new("/x/c")));
    for anything in [event(&[]), Err(notify::Error::generic("overflow"))] {
        let mut changed = changed.clone();
        assert!(changed.add(&anything) && changed.names(Path::new("/x/c")) && !changed.add(&anything));
    }
    assert!(Changed::anything().names(Path::new("/x/c")));
}

#[test]
fn a_burst_wakes_once_until_somebody_asks() {
    let dir = tempfile::tempdir().unwrap();
    let files: Vec<_> = (0..50).map(|it| dir.path().join(format!("{it}.jsonl"))).collect();
    let (mut watch, woken) = watch();
    watch.cover([], [dir.path()], []);
    if !has_events(&watch) {
        return;
    }
    let mut changed = Changed::default();
    let mut wakes = 0;
    for file in &files {
        fs::write(file, "a\n").unwrap();
    }
    while !files.iter().all(|it| changed.names(it)) {
        woken.recv_timeout(LONG).expect("a wake for what is not changed yet");
        wakes += 1;
        // What comes in the meantime is reported with it.
        std::thread::sleep(Duration::from_millis(300));
        changed.names.extend(watch.take_changed().names);
    }
    assert!(wakes < files.len() / 2, "{wakes} wakes");
}

/// Events come in order: after the one wake for the sentinel, those of our reading are all handled.
#[test]
fn our_own_reading_does_not_wake() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("live.jsonl");
    fs::write(&file, "a\n").unwrap();
    let sentinel = dir.path().join("sentinel");
    let (mut watch, woken) = watch();
    watch.cover([file.as_path(), sentinel.as_path()], [], []);
    if !has_events(&watch) {
        return;
    }
    for _ in 0..100 {
        fs::read(&file).unwrap();
    }
    fs::write(&sentinel, "").unwrap();
    woken.recv_timeout(LONG).expect("a wake for the sentinel");
    // Creating, writing and closing it make a few more events; a hundred reads would make two hundred.
    let more = (0..10).take_while(|_| woken.recv_timeout(Duration::from_millis(100)).is_ok()).count();
    assert!(more < 5, "{more} more wakes");
}

#[test]
fn what_cannot_be_watched_is_no_error() {
    let (mut watch, _woken) = watch();
    watch.cover([Path::new("/no/such/directory/a.jsonl")], [Path::new("/no/such/directory")], []);
    watch.cover([Path::new("relative.jsonl")], [], []);
}
