//! Logs being read, all at once or by the thread.

use std::{fs, io::Write, path::Path, time::Duration};

use crossbeam_channel::{Receiver, unbounded};

mod large;
mod validated;

use super::*;
use crate::{
    app::{CreditJob, Job, Message, RequestId, SlotRef},
    model::{Episode, EpisodeId, FileState, LogSummary},
    source::{Changed, News},
    store::Pass,
};

fn act(episode: &str, id: usize) -> String {
    format!(r#"{{"type":"action","episode":"{episode}","agent":"a","id":"x{id}","action":"go"}}"#) + "\n"
}

/// A folder of logs with `acts` records each, every one of an episode of its own.
fn folder(files: usize, acts: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in 0..files {
        let text: String = (0..acts).map(|it| act(&format!("e{file}"), it)).collect();
        fs::write(folder.path().join(format!("{file:03}.jsonl")), text).unwrap();
    }
    folder
}

fn open(path: &Path) -> OpenedLogs {
    OpenedLogs::open(&[path.display().to_string()], Pass::Headers, || {}).unwrap()
}

#[test]
fn of_many_files_those_are_looked_at_that_something_is_known_of_and_each_within_a_second() {
    let directory = tempfile::tempdir().unwrap();
    let file = |at: usize| directory.path().join(format!("w{at:03}.jsonl"));
    let write = |at: usize, id: usize| {
        let mut file = std::fs::File::options().append(true).create(true).open(file(at)).unwrap();
        let line = format!(r#"{{"type":"action","episode":"e{at}","id":"a{id}","agent":"x","action":"go"}}"#);
        writeln!(file, "{line}").unwrap();
    };
    (0..200).for_each(|it| write(it, 0));
    let mut logs = open(directory.path());
    logs.read_all();
    let records = |logs: &mut OpenedLogs| logs.summary().records;
    let mut poll = |ms: u64, which: Which<'_>| {
        let round = logs.poll_some(Duration::from_millis(ms), 1 << 20, which);
        assert!(round.caught_up);
        records(&mut logs)
    };
    assert_eq!(poll(5_000, Which::All), 200);
    write(7, 1);
    write(8, 1);
    // A file of which nothing is known gets its turn after a fifth of a second: a millisecond for each file.
    assert_eq!(poll(5_050, Which::Growing), 200);
    assert_eq!(poll(5_060, Which::Named(&Changed::default())), 200);
    assert_eq!(poll(5_199, Which::Growing), 200);
    assert_eq!(poll(5_200, Which::Growing), 202);
    write(7, 2);
    write(9, 1);
    // What grew is expected to go on.
    assert_eq!(poll(5_210, Which::Growing), 203);
    assert_eq!(poll(5_220, Which::Named(&Changed::anything())), 204);
    write(9, 2);
    assert_eq!(poll(5_230, Which::Named(&Changed::default())), 204);
    assert_eq!(poll(5_420, Which::Named(&Changed::default())), 205);
}

#[test]
fn a_round_reads_about_its_budget_and_every_file_has_its_turn() {
    let folder = folder(40, 2_000);
    let mut logs = open(folder.path());
    let mut rounds = 0;
    let mut before = 0;
    loop {
        let round = logs.poll(Duration::ZERO, 256 << 10);
        let (read, size) = logs.store.summary().bytes();
        assert!(read - before < 1 << 20, "{} bytes in a round", read - before);
        before = read;
        rounds += 1;
        if rounds == 12 {
            // Long before the end something of every file has been read.
            let summary = logs.store.summary();
            assert!(read < size && summary.episodes.len() == 40, "{read} of {size}");
        }
        if round.caught_up {
            break;
        }
    }
    assert_eq!(before, 40 * (0..2_000).map(|it| act("e0", it).len() as u64).sum::<u64>() + 30 * 2_000);
    assert!(rounds > 14, "{rounds}");
    assert!(!logs.poll(Duration::ZERO, 256 << 10).changed);
}

#[test]
fn a_rotated_file_is_a_part_of_the_run_whatever_is_read_first() {
    const RUN: &str = "{\"type\":\"run\",\"credit_log\":1,\"run\":\"r\"}\n";
    let reward = |value: i32| format!(r#"{{"type":"reward","episode":"e","value":{value}}}"#) + "\n";
    let first = format!("{RUN}{}{}", act("e", 1), reward(-1));
    let rest = act("e", 2) + &reward(5) + &act("f", 3);
    // The `run` record may also stand behind the first lines.
    let behind = format!("{}{RUN}{}", act("e", 1), reward(-1));
    for names in [["a", "b"], ["b", "a"]] {
        for start in [&first, &behind] {
            let folder = tempfile::tempdir().unwrap();
            for (name, text) in names.iter().zip([start, &rest]) {
                fs::write(folder.path().join(format!("{name}.jsonl")), text).unwrap();
            }
            let summary = open(folder.path()).read_all();
            let row =
                |it: &crate::model::EpisodeSummary| (it.name.to_string(), it.run.clone(), it.acts, it.reward);
            let run = Some("r".into());
            let expected = [("e".to_owned(), run.clone(), 2, Some(4.0)), ("f".to_owned(), run, 1, None)];
            assert_eq!(summary.episodes.iter().map(row).collect::<Vec<_>>(), expected);
        }
    }
}

#[test]
fn a_log_in_memory_is_read_to_its_end() {
    let mut logs =
        OpenedLogs::embedded("memory", (act("e", 0) + &act("e", 1)).trim_end().as_bytes(), Pass::Headers)
            .unwrap();
    let summary = logs.read_all();
    assert_eq!((summary.records, summary.episodes.len(), summary.loaded), (2, 1, true));
    assert!(logs.is_finished() && !logs.is_piped());
}

#[test]
fn a_file_that_appears_later_is_found() {
    let folder = folder(1, 1);
    let mut logs = open(folder.path());
    logs.read_all();
    assert!(!logs.rescan());
    fs::write(folder.path().join("later.jsonl"), act("f", 0)).unwrap();
    assert!(logs.rescan());
    assert_eq!(logs.read_all().episodes.len(), 2);
}

/// The next summary that is as wanted; skips the others.
#[track_caller]
fn wait_for(messages: &Receiver<Message>, wanted: impl Fn(&LogSummary) -> bool) -> LogSummary {
    loop {
        match messages.recv_timeout(Duration::from_secs(20)) {
            Ok(Message::Log(summary)) if wanted(&summary) => return summary,
            Ok(_) => {}
            Err(error) => panic!("no such summary: {error}"),
        }
    }
}

/// Waits until the episode sent, with what is appended to it, has this many acts.
#[track_caller]
fn wait_for_acts(messages: &Receiver<Message>, episode: &mut (u64, Episode), acts: usize) {
    while episode.1.acts.len() != acts {
        match messages.recv_timeout(Duration::from_secs(20)) {
            Ok(Message::Episode { revision, result, .. }) => {
                *episode = (revision, result.unwrap().episode.as_ref().clone());
            }
            Ok(Message::Grown { revisions, growth, .. }) => {
                assert_eq!(revisions.0, episode.0, "appended to another state");
                episode.0 = revisions.1;
                episode.1.grow(*growth);
            }
            Ok(_) => {}
            Err(error) => panic!("no episode of {acts} acts: {error}"),
        }
    }
}

fn start(path: &Path, follow: Follow) -> (LogThread, Receiver<Message>) {
    let (send, messages) = unbounded();
    let arguments = [path.display().to_string()];
    let thread = LogThread::start(
        |wake| OpenedLogs::open(&arguments, Pass::Headers, wake),
        follow,
        News::Events,
        move |message| {
            let _ = send.send(message);
        },
    );
    (thread.unwrap(), messages)
}

#[test]
fn the_thread_answers_what_it_is_asked() {
    let folder = folder(1, 3);
    let (thread, messages) = start(folder.path(), Follow::Never);
    let summary = wait_for(&messages, |it| it.loaded);
    assert_eq!((summary.records, summary.following), (3, false));
    assert_eq!(summary.files[0].state, FileState::CaughtUp);
    // An episode that does not exist is not answered and does no harm.
    thread.open(EpisodeId(7));
    thread.open(EpisodeId(0));
    let Ok(Message::Episode { id, revision, result }) = messages.recv_timeout(Duration::from_secs(20)) else {
        panic!("no episode");
    };
    let episode = result.unwrap().episode;
    assert_eq!((id, revision, episode.acts.len()), (EpisodeId(0), 3, 3));
    thread.payload(episode.acts[1].origin);
    let Ok(Message::Payload { origin, result }) = messages.recv_timeout(Duration::from_secs(20)) else {
        panic!("no record");
    };
    assert_eq!((origin, result.unwrap().fields[0].1.join("")), (episode.acts[1].origin, "go".to_owned()));
}

#[test]
fn what_is_appended_to_a_log_that_is_not_followed_stays_unread() {
    let folder = folder(1, 2);
    let path = folder.path().join("000.jsonl");
    let (thread, messages) = start(&path, Follow::Never);
    wait_for(&messages, |it| it.loaded);
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(act("e0", 2).as_bytes()).unwrap();
    // Whatever wakes the thread.
    for _ in 0..3 {
        thread.open(EpisodeId(0));
        wait_for_acts(&messages, &mut Default::default(), 2);
    }
}

#[test]
fn the_thread_sends_an_open_episode_again_when_it_grows() {
    let folder = folder(1, 2);
    let path = folder.path().join("000.jsonl");
    let (thread, messages) = start(&path, Follow::WhileOpen);
    wait_for(&messages, |it| it.loaded && it.following);
    thread.open(EpisodeId(0));
    let mut episode = Default::default();
    wait_for_acts(&messages, &mut episode, 2);
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    for id in 2..500 {
        file.write_all(act("e0", id).as_bytes()).unwrap();
    }
    // However many changes there were, the last state arrives.
    wait_for_acts(&messages, &mut episode, 500);
    let mut logs = open(&path);
    logs.read_all();
    assert_eq!(episode, (500, logs.episode(EpisodeId(0)).unwrap()));
    file.write_all(b"{\"type\":\"episode_end\",\"episode\":\"e0\",\"status\":\"success\"}\n").unwrap();
    wait_for(&messages, |it| it.episodes.first().is_some_and(|it| !it.open));
}

#[test]
fn the_worker_answers_the_newest_request_of_a_kind() {
    let episode = std::sync::Arc::new(
        test_program::TestProgram::sample("dev-team.jsonl")
            .headless
            .logs
            .store
            .episode(EpisodeId(0))
            .unwrap(),
    );
    let (send, messages) = unbounded();
    let worker = Worker::start(move |message| {
        let _ = send.send(message);
    });
    let edited = crate::model::Scenario::of_method("uniform");
    for number in 1..=200 {
        let scenario = if number % 2 == 0 { crate::model::Scenario::default() } else { edited.clone() };
        let job = CreditJob { episode: episode.clone(), scenario, preferred: None, or_nearest: false };
        worker.submit(SlotRef::of::<CreditJob>(RequestId(number)), Job::new(job));
    }
    let mut answered = Vec::new();
    while !(answered.contains(&199) && answered.contains(&200)) {
        match messages.recv_timeout(Duration::from_secs(60)) {
            Ok(Message::Worked { slot, .. }) => answered.push(slot.request.0),
            other => panic!("{other:?} after {answered:?}"),
        }
    }
    assert!(answered.len() < 200, "every one of them was computed");
    assert!(answered.iter().filter(|it| *it % 2 == 0).is_sorted(), "{answered:?}");
}
