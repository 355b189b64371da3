//! Acts: their agents, ids, order, and updates of them.

use super::*;
use crate::model::{Act, ActKind};

#[track_caller]
fn check_names(lines: &[&str], expected: &[&str]) {
    assert_eq!(names(&episode(lines)), expected);
}

#[test]
fn an_episode_opens_with_its_first_record_and_stays_open() {
    let episode = episode(&[r#"{"type":"action","agent":"a","action":"go"}"#]);
    assert_eq!((names(&episode), ids(&episode)), (vec!["a"], vec!["a#0"]));
    assert!(!episode.agents[0].in_roster);
    assert_eq!(episode.outcome, None);
    assert_eq!(episode.reward(), None);
}

#[test]
fn agents_stand_in_the_order_of_the_roster_then_of_first_use() {
    let start = r#"{"type":"episode_start","agents":[{"id":"b","role":"r","team":"t"},"c"]}"#;
    let lines =
        [start, r#"{"type":"message","from":"a","to":["c","d"]}"#, r#"{"type":"action","agent":"b"}"#];
    let episode = episode(&lines);
    assert_eq!(names(&episode), ["b", "c", "a", "d"]);
    assert_eq!(episode.agents.iter().map(|it| it.in_roster).collect::<Vec<_>>(), [true, true, false, false]);
    assert_eq!(
        (episode.agents[0].role.as_deref(), episode.agents[0].team.as_deref()),
        (Some("r"), Some("t"))
    );
}

#[test]
fn whoever_a_record_names_takes_part() {
    check_names(&[r#"{"type":"reward","agent":"a","value":1}"#], &["a"]);
    check_names(&[r#"{"type":"metric","agent":"a","values":{"x":1}}"#], &["a"]);
    check_names(&[r#"{"type":"counterfactual","kind":"replay","agent":"a"}"#], &["a"]);
    let coalitions =
        r#"{"type":"counterfactual","kind":"coalition","coalitions":[{"agents":["b","a"],"value":1}]}"#;
    check_names(&[coalitions], &["b", "a"]);
    check_names(&[r#"{"type":"episode_start","graph":{"edges":[{"from":"x","to":"y"}]}}"#], &["x", "y"]);
    // Credit is somebody's word: it may name anybody and adds nobody to the episode.
    check_names(&[r#"{"type":"credit","algorithm":"x","agents":{"ghost":1}}"#], &[]);
    check_names(&[r#"{"type":"state","scope":"env","state":1}"#], &[]);
}

#[test]
fn the_roster_of_the_run_stands_in_for_a_missing_one() {
    let run = r#"{"type":"run","credit_log":1,"agents":["p","q"]}"#;
    check_names(&[run, r#"{"type":"action","agent":"a"}"#], &["p", "q", "a"]);
    check_names(&[run, r#"{"type":"episode_start","agents":["a"]}"#], &["a"]);
    check_names(&[run, r#"{"type":"episode_start","task":"t"}"#], &["p", "q"]);
}

#[test]
fn ids_that_are_missing_count_the_acts_of_an_agent() {
    let lines = [
        r#"{"type":"action","agent":"a"}"#,
        r#"{"type":"action","agent":"b"}"#,
        r#"{"type":"action","agent":"a","id":"named"}"#,
        r#"{"type":"message","from":"a","to":"b"}"#,
    ];
    assert_eq!(ids(&episode(&lines)), ["a#0", "b#0", "named", "a#2"]);
}

#[track_caller]
fn check_recipients(to: &str, expected: &[&str]) {
    let message = format!(r#"{{"type":"message","from":"b","to":{to}}}"#);
    let episode = episode(&[r#"{"type":"episode_start","agents":["a","b","c"]}"#, &message]);
    let names: Vec<&str> = episode.acts[0].to.iter().map(|it| episode.agent(*it).name.as_str()).collect();
    assert_eq!(names, expected, "{to}");
}

#[test]
fn recipients() {
    check_recipients(r#""a""#, &["a"]);
    check_recipients(r#"["c","a","c"]"#, &["c", "a"]);
    check_recipients(r#""*""#, &["a", "c"]);
    check_recipients(r#"["c","*"]"#, &["c", "a"]);
    check_recipients("[]", &[]);
    check_recipients(r#""b""#, &["b"]);
}

#[test]
fn acts_stand_in_order_of_time_then_counter_then_place() {
    let lines = [
        r#"{"type":"action","agent":"a","id":"third","ts":3}"#,
        r#"{"type":"action","agent":"a","id":"with third"}"#,
        r#"{"type":"action","agent":"a","id":"second","ts":2,"seq":9}"#,
        r#"{"type":"action","agent":"a","id":"first","ts":2,"seq":8}"#,
        r#"{"type":"action","agent":"a","id":"also first","ts":2,"seq":8}"#,
    ];
    assert_eq!(ids(&episode(&lines)), ["first", "also first", "second", "third", "with third"]);
}

/// Ids of acts over several files, each with its lines; the same in whatever order they are read.
#[track_caller]
fn check_files(files: &[&[&str]], expected: &[&str]) {
    let mut records = Vec::new();
    for (file, lines) in (0..).zip(files) {
        for (line, text) in (0..).zip(*lines) {
            let whole = text.replacen('{', r#"{"episode":"e","type":"action","agent":"a","#, 1);
            let origin = Origin { file: crate::model::FileId(file), line, offset: u64::from(line), len: 1 };
            records.push((Box::new(parse_line(whole.as_bytes()).records.remove(0).0), origin));
        }
    }
    let read = |records| assemble("e", None, records, Vec::new());
    assert_eq!(ids(&read(records.clone())), expected);
    // As a reader in turns, and one that begins with the last file.
    let mut in_turns = records.clone();
    in_turns.sort_by_key(|it| it.1.line);
    assert_eq!(read(in_turns).acts, read(records.clone()).acts);
    let mut last_first = records.clone();
    last_first.sort_by_key(|it| std::cmp::Reverse(it.1.file));
    assert_eq!(read(last_first).acts, read(records).acts);
}

#[test]
fn files_are_merged_by_time_then_counter() {
    let a = [r#"{"id":"a0","ts":1}"#, r#"{"id":"a1","ts":3}"#, r#"{"id":"a2","ts":5,"seq":2}"#];
    let b = [r#"{"id":"b0","ts":2}"#, r#"{"id":"b1","ts":4}"#, r#"{"id":"b2","ts":5,"seq":1}"#];
    check_files(&[&a, &b], &["a0", "b0", "a1", "b1", "b2", "a2"]);
    check_files(&[&b, &a], &["a0", "b0", "a1", "b1", "b2", "a2"]);
}

#[test]
fn a_record_without_a_time_stays_with_its_file() {
    let a = [r#"{"id":"a0","ts":1}"#, r#"{"id":"a1"}"#, r#"{"id":"a2","ts":9}"#];
    let b = [r#"{"id":"b0"}"#, r#"{"id":"b1","ts":5}"#, r#"{"id":"b2"}"#];
    check_files(&[&a, &b], &["a0", "a1", "b0", "b1", "b2", "a2"]);
    let untimed = [r#"{"id":"u0"}"#, r#"{"id":"u1"}"#];
    check_files(&[&a, &untimed], &["a0", "a1", "a2", "u0", "u1"]);
    check_files(&[&untimed, &untimed], &["u0", "u1"]);
}

#[test]
fn an_update_is_what_its_file_says_last_and_between_files_what_came_last() {
    let label = |files: &[&[&str]]| {
        let mut records = Vec::new();
        for (file, lines) in (0..).zip(files) {
            for (line, text) in (0..).zip(*lines) {
                let whole = text.replacen('{', r#"{"episode":"e","type":"action","agent":"a","id":"x","#, 1);
                let origin =
                    Origin { file: crate::model::FileId(file), line, offset: u64::from(line), len: 1 };
                records.push((Box::new(parse_line(whole.as_bytes()).records.remove(0).0), origin));
            }
        }
        assemble("e", None, records, Vec::new()).acts[0].label.clone()
    };
    let (early, late) = (r#"{"ts":1,"action":"early"}"#, r#"{"ts":2,"action":"late"}"#);
    assert_eq!(label(&[&[early], &[late]]), "late");
    assert_eq!(label(&[&[late], &[early]]), "late");
    assert_eq!(label(&[&[late, early]]), "early", "a file is append-only, whatever its clock says");
}

#[test]
fn fields_of_an_act() {
    let line = r#"{"type":"action","agent":"a","id":"x","ts":5,"step":2,"dur":0.5,"kind":"tool","action":{"tool":"grep","args":{"q":"b\u001b[31m"}},"result":"two\nlines","error":"no","default":null,"usage":{"in":3,"out":4,"cost":0.5},"policy":{"id":"p","chosen":"s","probs":{"s":0.5,"t":0.5},"q":{"s":1,"t":"NaN"},"value":0.7,"logp":-1}}"#;
    let episode = episode(&[line]);
    let act = &episode.acts[0];
    assert_eq!((act.kind, act.step, act.duration), (ActKind::Action, Some(2), Some(0.5)));
    assert_eq!((act.category.as_str(), act.result.as_str()), ("tool", "two lines"));
    assert_eq!((act.error.as_deref(), act.default_action.as_deref()), (Some("no"), Some("null")));
    assert_eq!((act.usage.tokens(), act.usage.cost), (Some(7), Some(0.5)));
    let policy = act.policy.as_ref().unwrap();
    assert_eq!((policy.chosen.as_deref(), policy.value, policy.logp), (Some("s"), Some(0.7), Some(-1.0)));
    assert!(!act.label.chars().any(char::is_control) && act.label.contains("grep"), "{}", act.label);
    assert!(act.label.chars().count() <= Act::LABEL_CHARS);
}

#[test]
fn a_policy_says_what_was_done_where_the_action_does_not() {
    let line = r#"{"type":"action","agent":"a","policy":{"chosen":1,"probs":[0.5,0.5]}}"#;
    assert_eq!(episode(&[line]).acts[0].label, "1");
}

#[test]
fn a_later_record_with_the_same_id_updates_the_first() {
    let lines = [
        r#"{"type":"action","agent":"a","id":"x","ts":1,"action":"go","kind":"tool","parents":[]}"#,
        r#"{"type":"action","agent":"a","id":"y","ts":2,"action":"on"}"#,
        r#"{"type":"action","agent":"a","id":"x","ts":3,"step":4,"result":"done","dur":2}"#,
    ];
    let episode = episode(&lines);
    assert_eq!(ids(&episode), ["x", "y"]);
    let act = &episode.acts[0];
    assert_eq!((act.label.as_str(), act.result.as_str(), act.category.as_str()), ("go", "done", "tool"));
    assert_eq!((act.step, act.duration, act.origin.line), (Some(4), Some(2.0), 1));
    assert_eq!(rules(&episode), ["updated-record"]);
}

#[test]
fn a_result_after_an_error_is_the_next_attempt() {
    let tries = [
        r#"{"type":"action","agent":"a","id":"x","ts":1,"parents":[],"action":"go","kind":"tool","error":"timeout","dur":30,"usage":{"in":7}}"#,
        r#"{"type":"action","agent":"a","id":"x","ts":40,"result":"done"}"#,
        // What comes of an attempt is told of the last; what stands twice says nothing new.
        r#"{"type":"action","agent":"a","id":"x","ts":41,"usage":{"in":3}}"#,
        r#"{"type":"action","agent":"a","id":"x","ts":40,"result":"done"}"#,
    ];
    let episode = episode(&tries);
    assert_eq!(rules(&episode), ["next-attempt", "updated-record", "repeated-record"]);
    let act = &episode.acts[0];
    assert_eq!((act.label.as_str(), act.result.as_str(), act.category.as_str()), ("go", "done", "tool"));
    // 30 s are those of the attempt that timed out.
    assert_eq!((act.error.as_deref(), act.duration, act.usage.input), (None, None, Some(3)));
    assert_eq!((act.attempt_words().as_deref(), act.attempts.len()), (Some("attempt 2 of 2"), 1));
    let first = &act.attempts[0];
    assert_eq!(
        (first.error.as_deref(), first.duration, first.usage.input),
        (Some("timeout"), Some(30.0), Some(7))
    );
    assert_eq!((first.origin.line, first.label.as_str()), (1, "go"));
    // What is shown of the act is the record of the attempt that stands.
    assert_eq!(act.origin.line, 2);
}

#[test]
fn attempts_by_number_and_by_what_they_change() {
    let act = |lines: &[&str]| {
        let whole: Vec<String> =
            lines.iter().map(|it| it.replacen('{', r#"{"type":"action","agent":"a","id":"x","#, 1)).collect();
        let episode = episode(&whole.iter().map(String::as_str).collect::<Vec<_>>());
        let act = &episode.acts[0];
        let before: Vec<String> = act.attempts.iter().map(|it| it.result.clone()).collect();
        (act.result.clone(), before)
    };
    let before = |them: &[&str]| them.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    // Another result; a third.
    let three = [r#"{"result":"1"}"#, r#"{"result":"2"}"#, r#"{"result":"3"}"#];
    assert_eq!(act(&three), ("3".to_owned(), before(&["1", "2"])));
    // A number makes an attempt that contradicts nothing, or an update of one that does.
    let numbered = [r#"{"result":"1","attempt":1}"#, r#"{"attempt":2,"error":"x"}"#];
    assert_eq!(act(&numbered), (String::new(), before(&["1"])));
    let same = [r#"{"result":"1","attempt":1}"#, r#"{"result":"2","attempt":1}"#];
    assert_eq!(act(&same), ("2".to_owned(), before(&[])));
    // Whatever comes first.
    let late = [r#"{"result":"2","attempt":2}"#, r#"{"result":"1","attempt":1}"#, r#"{"attempt":1,"dur":1}"#];
    assert_eq!(act(&late), ("2".to_owned(), before(&["1"])));
}

#[test]
fn a_record_that_a_resumed_run_repeats_counts_once() {
    let reward = r#"{"type":"reward","id":"r","value":1}"#;
    let message = r#"{"type":"message","from":"a","to":"b","id":"m","content":"hi"}"#;
    let episode = episode(&[message, reward, message, reward]);
    assert_eq!((episode.acts.len(), episode.rewards.len()), (1, 1));
    assert_eq!(rules(&episode), ["repeated-record", "repeated-record"]);
}

#[test]
fn records_without_an_id_or_of_another_type_are_not_updates() {
    let action = r#"{"type":"action","agent":"a","action":"go"}"#;
    assert_eq!(episode(&[action, action]).acts.len(), 2);
    let both =
        [r#"{"type":"action","agent":"a","id":"x"}"#, r#"{"type":"message","from":"a","to":"b","id":"x"}"#];
    let episode = episode(&both);
    assert_eq!((episode.acts.len(), rules(&episode)), (2, vec!["ambiguous-id"]));
}

#[test]
fn ids_that_differ_in_a_joiner_alone_are_shown_apart() {
    let act = |agent: &str| format!(r#"{{"type":"action","agent":"{agent}"}}"#);
    let (joined, apart) = (act("👨\u{200d}👩"), act("👨👩"));
    check_names(&[&joined, &apart], &["👨<ZW>👩", "👨👩"]);
    // Alone it is an ordinary picture.
    check_names(&[&joined], &["👨👩"]);
}
