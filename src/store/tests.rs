//! The index of files in memory: whose records they are, what is counted, and what is read again.

mod any;
mod revised;
mod rollouts;

use super::*;
use crate::{
    log::Problem,
    model::{EpisodeSummary, Status, rule},
    source::{Spool, SpoolWriter, Tail},
};

/// A store, and files of it that the test writes as it goes.
struct Files {
    store: Store,
    spools: Vec<(Spool, SpoolWriter)>,
}

impl Files {
    fn new(pass: Pass) -> Self {
        Self { store: Store::new(pass), spools: Vec::new() }
    }

    fn add(&mut self) -> FileId {
        self.life(None, None)
    }

    fn life(&mut self, before: Option<FileId>, lines: Option<Vec<u32>>) -> FileId {
        let (spool, writer) = Spool::create("test").unwrap();
        let summary = FileSummary {
            path: format!("file{}", self.spools.len()),
            format: "native".into(),
            read: 0,
            size: 0,
            generation: 0,
            state: FileState::Reading,
            began: None,
            inode: None,
        };
        let id = self.store.add_life(summary, spool.source(), lines, before);
        self.spools.push((spool, writer));
        id
    }

    /// Appends `text` to a file and indexes it.
    fn write(&mut self, file: FileId, text: &str) {
        let (_, writer) = &mut self.spools[file.index()];
        let offset = writer.written();
        writer.write(text.as_bytes()).unwrap();
        self.store.read(file, offset, text.as_bytes());
    }

    fn summaries(&mut self) -> Vec<EpisodeSummary> {
        self.store.summary().episodes.iter().cloned().collect()
    }
}

/// A store of one file.
fn one(text: &str) -> Files {
    let mut files = Files::new(Pass::Headers);
    let file = files.add();
    files.write(file, text);
    files
}

fn action(episode: &str, agent: &str) -> String {
    format!(r#"{{"type":"action","episode":"{episode}","agent":"{agent}","action":"go"}}"#) + "\n"
}

fn run(name: &str) -> String {
    format!(r#"{{"type":"run","credit_log":1,"run":"{name}"}}"#) + "\n"
}

/// `run/episode acts` of every episode.
fn list(files: &mut Files) -> Vec<String> {
    let row = |it: &EpisodeSummary| format!("{}/{} {}", it.run.as_deref().unwrap_or("-"), it.name, it.acts);
    files.summaries().iter().map(row).collect()
}

#[test]
fn files_of_one_run_share_its_episodes() {
    let mut files = Files::new(Pass::Headers);
    let (first, second) = (files.add(), files.add());
    files.write(first, &run("r"));
    files.write(second, &run("r"));
    files.write(first, &action("e1", "a"));
    files.write(second, &action("e2", "b"));
    files.write(first, &action("e2", "a"));
    files.write(second, &action("e1", "b"));
    assert_eq!(list(&mut files), ["r/e1 2", "r/e2 2"]);
    let episode = files.store.episode(EpisodeId(0)).unwrap();
    assert_eq!(episode.agents.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let files_of = episode.acts.iter().map(|it| it.origin.file).collect::<Vec<_>>();
    assert_eq!(files_of, [first, second]);
}

#[test]
fn an_episode_name_of_another_run_is_another_episode() {
    let mut files = Files::new(Pass::Headers);
    let (first, second, third, fourth) = (files.add(), files.add(), files.add(), files.add());
    files.write(first, &(run("r") + &action("e", "a")));
    files.write(second, &(run("s") + &action("e", "a")));
    // Without a header nobody knows whether it is the same run.
    files.write(third, &action("e", "a"));
    files.write(fourth, &action("e", "a"));
    files.write(first, &action("e", "a"));
    assert_eq!(list(&mut files), ["r/e 2", "s/e 1", "-/e 1", "-/e 1"]);
}

/// `run/episode acts` after these texts were written, each to a file of its own; those that name no run may
/// join one.
fn joined(texts: &[String]) -> (Files, Vec<String>) {
    let mut files = Files::new(Pass::Headers);
    for text in texts {
        let file = files.add();
        if !text.contains("\"run\"") {
            files.store.may_join_a_run(file);
        }
        files.write(file, text);
    }
    let found = list(&mut files);
    (files, found)
}

#[test]
fn a_file_without_a_run_joins_the_one_run_that_has_its_episode() {
    let named = run("r") + &action("e1", "a") + &action("e2", "a");
    let rest = action("e3", "b") + &action("e2", "b");
    for (texts, expected) in
        [([&named, &rest], ["r/e1 1", "r/e2 2", "r/e3 1"]), ([&rest, &named], ["r/e3 1", "r/e2 2", "r/e1 1"])]
    {
        let (mut files, found) = joined(&texts.map(String::clone));
        assert_eq!(found, expected);
        let summary = files.store.summary();
        let told: Vec<_> =
            summary.diagnostics.iter().map(|it| (it.rule.name(), it.origin.unwrap())).collect();
        let file = FileId::from_index(texts.iter().position(|it| **it == rest).unwrap());
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].0, told[0].1.file, told[0].1.line), ("joined-run", file, 2));
        let shared = summary.episodes.iter().find(|it| &*it.name == "e2").unwrap().id;
        let episode = files.store.episode(shared).unwrap();
        assert_eq!((episode.acts.len(), episode.run.as_deref()), (2, Some("r")));
        // What comes later of any of its episodes, too.
        let late = run("r") + &action("e3", "c");
        let other = files.add();
        files.write(other, &late);
        assert!(list(&mut files).contains(&"r/e3 2".to_owned()));
    }
}

#[test]
fn files_of_a_chain_join_one_after_another() {
    // The oldest names the run; each shares an episode with the one before it.
    let files = [
        run("r") + &action("e1", "a"),
        action("e2", "a") + &action("e3", "a"),
        action("e1", "a") + &action("e2", "a"),
    ];
    assert_eq!(joined(&files).1, ["r/e1 2", "r/e2 2", "r/e3 1"]);
}

#[test]
fn a_file_stays_by_itself_where_two_runs_have_its_episode() {
    let named = |it: &str| run(it) + &action("e", "a");
    let texts = [named("r"), named("s"), action("e", "b")];
    assert_eq!(joined(&texts).1, ["r/e 1", "s/e 1", "-/e 1"]);
    // So it does without any run, and if it may not join.
    assert_eq!(joined(&[action("e", "a"), action("e", "b")]).1, ["-/e 1", "-/e 1"]);
    let mut files = one(&named("r"));
    let other = files.add();
    files.write(other, &action("e", "b"));
    assert_eq!(list(&mut files), ["r/e 1", "-/e 1"]);
}

#[test]
fn a_file_may_begin_another_run() {
    let mut files = one(&(run("r") + &action("e", "a") + &run("s") + &action("e", "a") + &action("e", "b")));
    assert_eq!(list(&mut files), ["r/e 1", "s/e 2"]);
}

#[test]
fn a_rotated_file_goes_on_with_its_run() {
    let mut files = Files::new(Pass::Headers);
    let old = files.add();
    files.write(old, &(run("r") + &action("e", "a")));
    let new = files.life(Some(old), None);
    files.write(new, &action("e", "b"));
    // A late line of the old file.
    files.write(old, &action("e", "c"));
    assert_eq!(list(&mut files), ["r/e 3"]);
    let origins: Vec<(FileId, u32)> = files
        .store
        .episode(EpisodeId(0))
        .unwrap()
        .acts
        .iter()
        .map(|it| (it.origin.file, it.origin.line))
        .collect();
    // Without times a file is read to its end before the next one, whenever its lines came.
    assert_eq!(origins, [(old, 2), (old, 3), (new, 1)]);
}

#[test]
fn lines_are_counted_whatever_they_hold() {
    let mut files = Files::new(Pass::Headers);
    let file = files.add();
    files.write(file, &format!("\n\njunk\n{}", action("e", "a")));
    files.store.skip(file, 99, Problem::new(rule::LINE_TOO_LONG, 0, "too long"));
    files.write(file, &format!("{}{}", action("e", "a"), action("e", "a").trim_end()));
    let lines: Vec<u32> =
        files.store.episode(EpisodeId(0)).unwrap().acts.iter().map(|it| it.origin.line).collect();
    assert_eq!(lines, [4, 6, 7]);
    let summary = files.store.summary();
    assert_eq!((summary.records, summary.bad_lines), (3, 2));
    let found: Vec<(&str, u32)> =
        summary.diagnostics.iter().map(|it| (it.rule.name(), it.origin.unwrap().line)).collect();
    assert_eq!(found, [("bad-json", 3), ("line-too-long", 5)]);
}

#[test]
fn lines_of_an_imported_document_are_those_of_the_document() {
    let mut files = Files::new(Pass::Headers);
    let file = files.life(None, Some(vec![10, 20]));
    files.write(file, &(action("e", "a") + &action("e", "a") + &action("e", "a")));
    let episode = files.store.episode(EpisodeId(0)).unwrap();
    assert_eq!(episode.acts.iter().map(|it| it.origin.line).collect::<Vec<_>>(), [10, 20, 0]);
}

#[test]
fn glued_records_are_two_records_of_one_line() {
    let glued = format!("{}{}", action("e", "a").trim_end(), action("e", "b"));
    let files = one(&glued);
    let episode = files.store.episode(EpisodeId(0)).unwrap();
    let origins: Vec<(u32, u64)> = episode.acts.iter().map(|it| (it.origin.line, it.origin.offset)).collect();
    assert_eq!(origins, [(1, 0), (1, action("e", "a").len() as u64 - 1)]);
    let record = files.store.record(episode.acts[1].origin).unwrap();
    assert_eq!(record.fields, [("action".to_owned(), vec!["go".to_owned()])]);
}

#[test]
fn a_broken_payload_is_found_when_everything_is_read() {
    let line = r#"{"type":"action","episode":"e","agent":"a","dur":"long"}"#;
    let mut quick = one(line);
    assert_eq!(quick.store.summary().bad_lines, 0);
    let episode = quick.store.episode(EpisodeId(0)).unwrap();
    assert_eq!(episode.diagnostics.iter().map(|it| it.rule.name()).collect::<Vec<_>>(), ["wrong-type"]);
    let mut thorough = Files::new(Pass::Everything);
    let file = thorough.add();
    thorough.write(file, line);
    assert_eq!(thorough.store.summary().bad_lines, 1);
}

#[test]
fn diagnostics_are_kept_up_to_a_number_and_then_counted() {
    let mut files = one(&"junk\n".repeat(LogSummary::DIAGNOSTICS + 5));
    let summary = files.store.summary();
    assert_eq!((summary.diagnostics.len(), summary.more_diagnostics), (LogSummary::DIAGNOSTICS, 5));
    assert_eq!(summary.bad_lines, LogSummary::DIAGNOSTICS as u64 + 5);
}

#[test]
fn what_did_not_change_is_shared_with_the_last_summary() {
    let mut text: String = (0..300).map(|it| action(&format!("e{it}"), "a")).collect();
    text.push_str("junk\n");
    let mut files = one(&text);
    let first = files.store.summary();
    let again = files.store.summary();
    assert!(Arc::ptr_eq(&first.episodes, &again.episodes));
    assert!(Arc::ptr_eq(&first.diagnostics, &again.diagnostics));
    files.write(FileId(0), &(action("e299", "b") + &action("e300", "a")));
    let last = files.store.summary();
    let same = |it: usize| std::ptr::eq(&raw const first.episodes[it], &raw const last.episodes[it]);
    assert!(same(0) && !same(299));
    assert_eq!((first.episodes.len(), first.episodes[299].agents), (300, 1));
    assert_eq!((last.episodes.len(), last.episodes[299].agents), (301, 2));
    assert!(last.episodes[299].revision > first.episodes[299].revision);
}

#[test]
fn a_row_of_the_list() {
    let lines = [
        r#"{"type":"episode_start","episode":"e","agents":["a","b"]}"#,
        r#"{"type":"action","episode":"e","agent":"a","id":"x"}"#,
        r#"{"type":"action","episode":"e","agent":"a","id":"x","result":1}"#,
        r#"{"type":"message","episode":"e","from":"c","to":["d","*"]}"#,
        r#"{"type":"reward","episode":"e","id":"r","value":1}"#,
        r#"{"type":"reward","episode":"e","id":"r","value":-0.5}"#,
        r#"{"type":"credit","episode":"e","algorithm":"m","items":[{"agent":"b","of":"x","label":"mistake"}]}"#,
    ];
    let mut files = one(&lines.join("\n"));
    let row = files.summaries().remove(0);
    assert_eq!((row.agents, row.acts, row.records, row.revision), (4, 2, 7, 7));
    assert_eq!((row.reward, row.open, row.status.clone()), (Some(-0.5), true, None));
    assert_eq!((row.declared, row.counterfactuals, row.label.as_deref()), (false, false, Some("x b")));
    assert!(files.store.has_open_episode());
    let more = [
        r#"{"type":"credit","episode":"e","algorithm":"m","agents":{"a":1}}"#,
        r#"{"type":"counterfactual","episode":"e","kind":"replay"}"#,
        r#"{"type":"episode_end","episode":"e","status":"Solved","return":9}"#,
    ];
    files.write(FileId(0), &("\n".to_owned() + &more.join("\n")));
    let row = files.summaries().remove(0);
    assert_eq!((row.reward, row.open, row.status.clone()), (Some(-0.5), false, Some(Status::Success)));
    assert!(row.declared && row.counterfactuals && !files.store.has_open_episode());
}

#[test]
fn a_run_named_late_goes_for_its_episodes() {
    let mut files = one(&action("e", "a"));
    assert_eq!(list(&mut files), ["-/e 1"]);
    let second = files.add();
    files.write(second, &(run("r") + &action("f", "a")));
    assert_eq!(files.summaries()[1].agents, 1);
    files.write(second, r#"{"type":"run","credit_log":1,"run":"r","agents":["p","q"]}"#);
    assert_eq!(files.summaries()[1].agents, 3);
    assert_eq!(files.store.episode(EpisodeId(1)).unwrap().agents.len(), 3);
}

#[test]
fn hostile_names_are_safe_to_show() {
    let line = r#"{"type":"action","episode":"\u001b[2J","agent":"a\u202e"}"#;
    let mut files = one(line);
    let name = files.summaries().remove(0).name;
    let episode = files.store.episode(EpisodeId(0)).unwrap();
    for shown in [&*name, &episode.name, &episode.agents[0].name] {
        assert!(!shown.chars().any(|it| it.is_control() || it == '\u{202e}'), "{shown:?}");
    }
}

#[track_caller]
fn check_fields(line: &str, expected: &[(&str, &[&str])]) {
    let files = one(line);
    let origin = Origin { line: 1, len: line.len() as u32, ..Origin::default() };
    let record = files.store.record(origin).unwrap();
    let fields: Vec<(&str, Vec<&str>)> = record
        .fields
        .iter()
        .map(|(name, lines)| (name.as_str(), lines.iter().map(String::as_str).collect()))
        .collect();
    let expected: Vec<(&str, Vec<&str>)> =
        expected.iter().map(|(name, lines)| (*name, lines.to_vec())).collect();
    assert_eq!(fields, expected, "{line}");
}

#[test]
fn a_record_as_text() {
    check_fields(
        r#"{"type":"action","episode":"e","agent":"a","obs":null,"result":[1,2],"action":"one\ntwo","span_id":"s\u001b","note":7}"#,
        &[("action", &["one", "two"]), ("result", &["[1,2]"]), ("span_id", &["s^["]), ("note", &["7"])],
    );
    check_fields(
        r#"{"type":"message","episode":"e","from":"a","to":"b","content":true}"#,
        &[("content", &["true"])],
    );
    check_fields(r#"{"type":"state","episode":"e","scope":"env","delta":[]}"#, &[("delta", &["[]"])]);
    let reward = r#"{"type":"reward","episode":"e","value":1}"#;
    check_fields(reward, &[("record", &[reward])]);
    check_fields("not a record", &[("unreadable", &["not a record"])]);
    let long = r#"{"type":"message","episode":"e","from":"a","to":"b","content":{"key":"0123456789012345678901234567890123456789012345678901234567890123456789"}}"#;
    let value = r#"  "key": "0123456789012345678901234567890123456789012345678901234567890123456789""#;
    check_fields(long, &[("content", &["{", value, "}"])]);
}

#[test]
fn a_record_of_very_many_lines_is_cut() {
    let line = format!(
        r#"{{"type":"message","episode":"e","from":"a","to":"b","content":"{}"}}"#,
        "x\\n".repeat(30_000)
    );
    let files = one(&line);
    let origin = Origin { line: 1, len: line.len() as u32, ..Origin::default() };
    let record = files.store.record(origin).unwrap();
    assert_eq!(record.fields[0].1.len(), 20_001);
    assert!(record.fields[0].1[20_000].contains("more lines"));
}

#[test]
fn bytes_that_are_gone_are_an_error_and_other_records_stay() {
    let mut files = one(&action("e", "a"));
    let nowhere = Origin { file: FileId(7), ..Origin::default() };
    assert!(files.store.record(nowhere).is_err());
    // Indexed but never written, as if the file had been cut shorter since.
    files.store.read(FileId(0), 1_000, action("e", "b").as_bytes());
    let episode = files.store.episode(EpisodeId(0)).unwrap();
    assert_eq!(episode.acts.len(), 1);
    assert_eq!(episode.diagnostics.iter().map(|it| it.rule.name()).collect::<Vec<_>>(), ["lost-record"]);
    files.store.read(FileId(0), 2_000, action("lost", "b").as_bytes());
    assert!(files.store.episode(EpisodeId(1)).is_err());
}

#[test]
fn an_unterminated_line_is_a_record_when_it_is_whole() {
    let check = |line: &str, whole: bool| assert_eq!(is_record(line.as_bytes()), whole, "{line}");
    check(action("e", "a").trim_end(), true);
    check(r#"{"type":"reward","episode":"e","value":NaN}"#, true);
    check(r#"{"type":"action","episode":"e","age"#, false);
    check("", false);
    check("{}", false);
}

/// To a scan the first line is an action. Read in full it is damaged, and what is saved belongs to another
/// episode.
#[test]
fn records_saved_from_a_damaged_line_stay_in_their_episode() {
    let damaged = concat!(
        r#"{"type":"action","episode":"e","id":"a","agent":"x","action":{"k":"r[{"type":"reward","#,
        r#""episode":"f","value":1}ank":0}}"#,
        "\n",
        r#"{"type":"action","episode":"e","id":"b","agent":"x","action":"go"}"#,
        "\n"
    );
    let episode = one(damaged).store.episode(EpisodeId(0)).unwrap();
    assert_eq!((episode.acts.len(), episode.rewards.len()), (1, 0));
    assert!(episode.diagnostics.iter().any(|it| it.rule == "glued-lines"), "{:?}", episode.diagnostics);
}

#[test]
fn an_episode_that_cannot_fit_is_refused_in_words() {
    let act = r#"{"type":"action","episode":"e","agent":"a"}"#;
    let mut files = one(&[act; 4].join("\n"));
    assert_eq!(files.store.episode(EpisodeId(0)).unwrap().acts.len(), 4);
    files.store.most_records = 3;
    let why = files.store.episode(EpisodeId(0)).unwrap_err().to_string();
    assert!(why.contains("has 4 records and at most 3 are read at once"), "{why}");
    assert!(files.store.live_episode(EpisodeId(0)).is_err());
}
