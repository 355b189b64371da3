//! Files read in stretches by threads, the end first: in the end the index is that of a plain pass.

use proptest::prelude::*;

use super::*;
use crate::{
    model::{Episode, EpisodeSummary},
    runtime::opened::Portions,
};

/// Every file is a large one.
const SMALL: Portions = Portions { large: 1, tail: 400, stretch: 150 };
/// None is.
const PLAIN: Portions = Portions { large: u64::MAX, tail: 1, stretch: 1 };

fn open_in(path: &Path, portions: Portions, threads: usize) -> OpenedLogs {
    let arguments = [path.display().to_string()];
    let mut logs = OpenedLogs::open_in(&arguments, Pass::Headers, portions, || {}).unwrap();
    logs.set_threads(threads);
    logs
}

/// All that can be seen of an index: the list, what was counted and listed, every episode with its places.
#[derive(Debug, PartialEq)]
struct Whole {
    list: Vec<EpisodeSummary>,
    counts: [u64; 5],
    types: Vec<(String, u64)>,
    findings: Vec<crate::model::Diagnostic>,
    episodes: Vec<Result<Episode, String>>,
}

fn whole(logs: &mut OpenedLogs) -> Whole {
    let summary = logs.read_all();
    let (read, size) = summary.bytes();
    let ids = (0..summary.episodes.len()).map(EpisodeId::from_index);
    Whole {
        list: summary.episodes.iter().cloned().collect(),
        counts: [summary.records, summary.bad_lines, summary.more_diagnostics, read, size],
        types: logs.store.records_by_type(),
        findings: summary.diagnostics.to_vec(),
        episodes: ids.map(|it| logs.episode(it).map_err(|it| it.to_string())).collect(),
    }
}

/// A line of a log that is not always a good one.
fn line() -> impl Strategy<Value = String> {
    let episode = || proptest::sample::select(vec!["e1", "e2", "e3", "e4"]);
    let agent = || proptest::sample::select(vec!["a", "b", "ü"]);
    prop_oneof![
        6 => (episode(), agent(), 0..40_u32).prop_map(|(e, a, n)| {
            format!(r#"{{"type":"action","episode":"{e}","id":"x{n}","agent":"{a}","ts":{n}.5,"action":{n}}}"#)
        }),
        2 => (episode(), -3..3_i32, 0..4_u32).prop_map(|(e, v, n)| {
            format!(r#"{{"type":"reward","episode":"{e}","id":"r{n}","value":{v}.125}}"#)
        }),
        2 => (episode(), agent()).prop_map(|(e, a)| {
            format!(r#"{{"from":"{a}","to":["c","*"],"type":"message","episode":"{e}","content":"hi"}}"#)
        }),
        1 => episode().prop_map(|e| format!(r#"{{"type":"episode_end","episode":"{e}","status":"success"}}"#)),
        1 => episode().prop_map(|e| {
            format!(r#"{{"type":"episode_start","episode":"{e}","agents":["q",{{"id":"a"}}]}}"#)
        }),
        1 => "[rs]".prop_map(|it| format!(r#"{{"type":"run","credit_log":1,"run":"{it}","agents":["p"]}}"#)),
        1 => Just(r#"{"type":"metric","values":{"x":1}}"#.to_owned()),
        1 => prop_oneof![Just("junk"), Just(""), Just("{\"type\":"), Just("\0\0")].prop_map(str::to_owned),
        1 => Just(r#"{"type":"action","episode":"e1","agent":"a"}{"type":"action","episode":"e2","agent":"b"}"#
            .to_owned()),
        1 => (100..900_usize).prop_map(|it| {
            format!(r#"{{"type":"action","episode":"e1","agent":"a","action":"{}"}}"#, "x".repeat(it))
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn stretches_end_as_a_plain_pass(
        lines in proptest::collection::vec(line(), 0..60),
        more in proptest::collection::vec(line(), 0..6),
        (tail, stretch, threads) in (1..900_u64, 1..700_u64, 1..4_usize),
        (show, rounds, ends) in (any::<bool>(), 0..6, any::<bool>()),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        let text = |lines: &[String]| lines.iter().map(|it| format!("{it}\n")).collect::<String>();
        // A first line by which it is known for a log.
        let first = act("e0", 0);
        fs::write(&path, first + &text(&lines)).unwrap();
        let mut logs = open_in(&path, Portions { large: 1, tail, stretch }, threads);
        if show {
            logs.show_tail_first();
        }
        for _ in 0..rounds {
            logs.poll(Duration::ZERO, 200);
            let summary = logs.summary();
            // Whatever is listed can be opened, and keeps its row until it is settled.
            for (row, it) in summary.episodes.iter().enumerate() {
                prop_assert_eq!(summary.row(it.id), Some(row));
                prop_assert!(logs.episode(it.id).is_ok());
            }
        }
        let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
        let mut more = text(&more);
        if ends {
            more.truncate(more.trim_end().len());
        }
        file.write_all(more.as_bytes()).unwrap();
        prop_assert_eq!(whole(&mut logs), whole(&mut open_in(&path, PLAIN, 1)));
    }
}

/// `n` episodes of some acts.
fn log(n: usize) -> String {
    let of = |episode: usize| (0..9).map(|it| act(&format!("e{episode}"), it)).collect::<String>();
    r#"{"type":"run","credit_log":1,"run":"r"}"#.to_owned() + "\n" + &(0..n).map(of).collect::<String>()
}

#[test]
fn the_end_is_shown_first_and_becomes_the_episodes_of_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    fs::write(&path, log(40)).unwrap();
    let mut logs = open_in(&path, Portions { tail: 1_500, ..SMALL }, 2);
    logs.show_tail_first();
    let round = logs.poll(Duration::ZERO, 4 << 20);
    assert_eq!((round.changed, round.caught_up), (true, false));
    let first = logs.summary();
    let names: Vec<&str> = first.episodes.iter().map(|it| &*it.name).collect();
    assert_eq!(names, ["e37", "e38", "e39"]);
    assert!(first.reading.unwrap().tail && first.episodes.iter().all(|it| it.run.as_deref() == Some("r")));
    let newest = first.episodes[2].id;
    let (of_newest, of_cut) = (logs.episode(newest).unwrap(), logs.episode(first.episodes[0].id).unwrap());
    assert!(of_newest.acts.len() == 9 && of_cut.acts.len() < 9);
    // What is not counted yet has no line.
    assert!(of_newest.acts.iter().all(|it| it.origin.line == 0));
    assert!(logs.store.record(of_newest.acts[0].origin).is_ok());

    logs.poll(Duration::ZERO, 4 << 10);
    let second = logs.summary();
    assert!(second.episodes.len() > 4, "{}", second.episodes.len());
    assert_eq!(&*second.episodes[0].name, "e0");
    assert_eq!(second.episodes.last().unwrap().id, newest);
    let (read, size) = second.bytes();
    assert!(0 < read && read < size && second.moved.is_empty());

    // Whatever id the list has for an episode, it has a row, also once the index knows its beginning.
    let mut both = 0;
    while !logs.poll(Duration::ZERO, 100).caught_up {
        let summary = logs.summary();
        for it in first.episodes.iter() {
            let row = summary.row(summary.settled(it.id)).expect("a row");
            assert_eq!(summary.episodes[row].name, it.name);
            both += usize::from(row + 1 < summary.episodes.len() && summary.moved.is_empty());
        }
    }
    assert!(both > 0);

    logs.read_all();
    let last = logs.summary();
    let settled = last.settled(newest);
    assert_eq!((settled, last.row(settled), last.reading), (EpisodeId(39), Some(39), None));
    assert_eq!(logs.settled(newest), settled);
    assert!(logs.episode(newest).is_err());
    let origin = logs.episode(settled).unwrap().acts[0].origin;
    assert_eq!(origin.line, 1 + 39 * 9 + 1);
    let cut = logs.episode(last.settled(first.episodes[0].id)).unwrap();
    assert_eq!((cut.name.as_str(), cut.acts.len()), ("e37", 9));
}

#[test]
fn a_file_that_begins_anew_meanwhile_is_read_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    fs::write(&path, log(40)).unwrap();
    let mut logs = open_in(&path, SMALL, 2);
    logs.show_tail_first();
    logs.poll(Duration::ZERO, 1 << 10);
    logs.poll(Duration::ZERO, 1 << 10);
    fs::rename(&path, folder.path().join("log.jsonl.1")).unwrap();
    fs::write(&path, act("new", 0)).unwrap();
    let mut now = Duration::from_secs(1);
    while !logs.poll(now, 1 << 10).caught_up {
        now += Duration::from_secs(1);
    }
    let summary = logs.summary();
    assert_eq!((summary.episodes.len(), summary.files.len(), summary.bad_lines), (41, 2, 0));
    assert_eq!(&*summary.episodes[40].name, "new");
    assert_eq!(logs.episode(EpisodeId(39)).unwrap().acts.len(), 9);
    assert_eq!(logs.episode(EpisodeId(40)).unwrap().acts[0].origin.file, crate::model::FileId(1));
}

#[test]
fn bytes_that_are_gone_before_they_are_read_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    fs::write(&path, log(40)).unwrap();
    let mut logs = open_in(&path, SMALL, 1);
    logs.poll(Duration::ZERO, 1 << 10);
    fs::write(&path, act("new", 0)).unwrap();
    let summary = logs.read_all();
    let lost = summary.diagnostics.iter().find(|it| it.rule == "unreadable-file").unwrap();
    assert!(lost.message.contains("are lost"), "{}", lost.message);
    assert_eq!(&*summary.episodes.last().unwrap().name, "new");
}

#[test]
fn several_large_files_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    for file in 0..5 {
        fs::write(folder.path().join(format!("{file}.jsonl")), log(20 + file).replace("\"r\"", "\"s\""))
            .unwrap();
    }
    let by_one = whole(&mut open_in(folder.path(), SMALL, 1));
    let mut logs = open_in(folder.path(), SMALL, 3);
    logs.show_tail_first();
    logs.poll(Duration::ZERO, 4 << 20);
    assert_eq!(logs.summary().episodes.len(), 5);
    assert_eq!(whole(&mut logs), by_one);
}

#[test]
fn the_thread_shows_the_end_first_and_sends_the_open_episode_again_when_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    fs::write(&path, log(2_000)).unwrap();
    let (send, messages) = unbounded();
    let arguments = [path.display().to_string()];
    let thread = LogThread::start(
        |wake| OpenedLogs::open_in(&arguments, Pass::Headers, SMALL, wake),
        Follow::Never,
        News::Events,
        move |message| {
            let _ = send.send(message);
        },
    )
    .unwrap();
    let first = wait_for(&messages, |it| !it.episodes.is_empty());
    let cut = first.episodes.first().unwrap();
    assert!(cut.id.provisional_index().is_some() && cut.acts < 9, "{cut:?}");
    thread.open(cut.id);
    // The id by which it is known, then the episode under it, then all there is, each at its own time.
    let (mut moved, mut whole, mut loaded) = (None, false, false);
    while !(whole && loaded) {
        match messages.recv_timeout(Duration::from_secs(20)).unwrap() {
            Message::Log(it) => {
                assert!(!it.loaded || (it.episodes.len(), it.reading) == (2_000, None));
                loaded |= it.loaded;
                moved = moved.or(Some(it.settled(cut.id)).filter(|id| *id != cut.id));
            }
            Message::Episode { id, result, .. } => {
                assert!(id == cut.id || moved == Some(id), "{id:?} is not known");
                whole |= moved == Some(id) && result.unwrap().episode.acts.len() == 9;
            }
            _ => {}
        }
    }
}
