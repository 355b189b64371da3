//! Scanning first and reading in full later gives what reading in full at once gives.

use proptest::prelude::*;

use super::*;
use crate::model::Severity;

/// Reads in full what was only scanned, in steps of `bytes`, and applies the result.
fn review(store: &mut Store, bytes: u64) -> Vec<Suspect> {
    let mut suspects = Vec::new();
    for unread in store.take_unread() {
        let mut reviewer = Reviewer::new(unread);
        while reviewer.left() > 0 {
            reviewer.step(bytes, &mut suspects).unwrap();
        }
    }
    for some in suspects.chunks(3) {
        store.revise(some);
    }
    while store.is_to_recount() {
        store.recount(2);
    }
    suspects
}

fn scanned(text: &str) -> Files {
    let mut files = Files::new(Pass::Headers);
    let file = files.add();
    files.write(file, text);
    files
}

/// Findings about lines: line, offset, rule, message.
fn findings(store: &mut Store) -> Vec<(u32, u64, &'static str, String)> {
    let all = store.summary().diagnostics.to_vec();
    let mut told: Vec<_> = all
        .into_iter()
        .map(|it| {
            let origin = it.origin.unwrap();
            (origin.line, origin.offset, it.rule.name(), it.message)
        })
        .collect();
    told.sort();
    told
}

/// The list's row of each episode that has a record left, without its revision and its place.
fn rows(files: &mut Files) -> Vec<EpisodeSummary> {
    let mut rows = files.summaries();
    rows.retain(|it| it.records > 0);
    for it in &mut rows {
        (it.id, it.revision) = (EpisodeId(0), 0);
    }
    rows.sort_by(|a, b| (&a.name, &a.run).cmp(&(&b.name, &b.run)));
    rows
}

/// The places of the records of each episode, as line and offset.
fn places(files: &mut Files) -> Vec<(String, Vec<(u32, u64)>)> {
    let names: Vec<String> = files.summaries().iter().map(|it| it.name.to_string()).collect();
    let of = |at| files.store.origins(EpisodeId::from_index(at)).into_iter().map(|it| (it.line, it.offset));
    let mut all: Vec<(String, Vec<_>)> =
        names.into_iter().enumerate().map(|(at, name)| (name, of(at).collect())).collect();
    all.retain(|it| !it.1.is_empty());
    all.iter_mut().for_each(|it| it.1.sort_unstable());
    all.sort();
    all
}

#[track_caller]
fn check(lines: &[&str]) -> Files {
    let text: String = lines.iter().map(|it| format!("{it}\n")).collect();
    let mut quick = scanned(&text);
    review(&mut quick.store, 100);
    let mut full = Files::new(Pass::Everything);
    let file = full.add();
    full.write(file, &text);
    same(&mut quick, &mut full);
    quick
}

#[track_caller]
fn same(quick: &mut Files, full: &mut Files) {
    assert_eq!(findings(&mut quick.store), findings(&mut full.store));
    assert_eq!(rows(quick), rows(full));
    assert_eq!(places(quick), places(full));
    let (quick, full) = (quick.store.summary(), full.store.summary());
    assert_eq!((quick.records, quick.bad_lines), (full.records, full.bad_lines));
}

const GOOD: &str = r#"{"type":"action","episode":"e","agent":"a","id":"a1"}"#;

#[test]
fn a_line_with_a_broken_payload_is_listed_and_is_no_act() {
    let mut files = check(&[
        GOOD,
        r#"{"type":"action","episode":"e","agent":"b","id":"a2","action":"half \x of it", "result":[1,,2]}"#,
        r#"{"type":"message","episode":"e","from":"a","to":"c","id":"m1","content":[01]}"#,
        r#"{"type":"reward","episode":"e","value":1}"#,
        r#"{"type":"reward","episode":"e","value":2,"name":[}]}"#,
    ]);
    let row = &files.summaries()[0];
    assert_eq!((row.acts, row.records, row.agents, row.reward), (1, 2, 1, Some(1.0)));
    let summary = files.store.summary();
    assert_eq!((summary.records, summary.bad_lines), (2, 3));
    assert!(summary.diagnostics.iter().all(|it| it.severity == Severity::Error && it.origin.is_some()));
    assert_eq!(files.store.episode(EpisodeId(0)).unwrap().acts.len(), 1);
    assert_eq!(files.store.records_by_type(), [("action".to_owned(), 1), ("reward".to_owned(), 1)]);
}

#[test]
fn every_broken_line_of_a_long_file_leaves() {
    let broken = r#"{"type":"action","episode":"e","agent":"b","x":[01]}"#;
    let mut files = scanned(&format!("{}{broken}\n", format!("{GOOD}\n").repeat(700)).repeat(9));
    review(&mut files.store, 10_000);
    let row = &files.summaries()[0];
    assert_eq!((row.records, row.acts, row.agents, files.store.summary().bad_lines), (6_300, 1, 1, 9));
}

#[test]
fn a_record_with_an_odd_payload_is_listed_and_stays() {
    let files = check(&[GOOD, r#"{"type":"action","episode":"e","agent":"b","dur":"slow"}"#]);
    assert_eq!(files.store.origins(EpisodeId(0)).len(), 2);
}

#[test]
fn an_episode_of_broken_lines_alone_has_nothing_left_and_may_begin_again() {
    let broken = r#"{"type":"episode_end","episode":"e","status":"success","answer":"\q", "x":[tru]}"#;
    let mut files = scanned(&format!("{broken}\n"));
    assert_eq!(files.summaries()[0].records, 1);
    review(&mut files.store, 1);
    let row = files.summaries().remove(0);
    assert_eq!((row.records, row.open, row.status, row.acts), (0, false, None, 0));
    assert!(!files.store.has_open_episode());
    files.write(FileId(0), &format!("{GOOD}\n"));
    assert_eq!(files.summaries().iter().map(|it| it.records).collect::<Vec<_>>(), [0, 1]);
    assert!(files.store.has_open_episode());
}

#[test]
fn the_number_of_a_revision_never_comes_again() {
    let broken = r#"{"type":"action","episode":"e","agent":"b","x":[01]}"#;
    let mut files = scanned(&format!("{GOOD}\n{broken}\n"));
    let mut seen = vec![files.store.revision(EpisodeId(0))];
    review(&mut files.store, 1);
    seen.push(files.store.revision(EpisodeId(0)));
    files.write(FileId(0), &format!("{GOOD}\n"));
    seen.push(files.store.revision(EpisodeId(0)));
    assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
}

#[test]
fn lines_are_read_in_full_once_and_what_was_listed_not_again() {
    let broken = r#"{"type":"action","episode":"e","agent":"b","x":[01]}"#;
    let listed = r#"{"type":"action","episode":"e"}"#;
    let mut files = scanned(&format!("{listed}\n{broken}\n"));
    assert_eq!(files.store.scanned_lines(), 1);
    assert_eq!(review(&mut files.store, 10).iter().map(|it| it.line).collect::<Vec<_>>(), [1]);
    assert!(review(&mut files.store, 10).is_empty());
    files.write(FileId(0), &format!("\n{broken}\n"));
    assert_eq!(review(&mut files.store, 10).iter().map(|it| it.line).collect::<Vec<_>>(), [3]);
    assert_eq!(files.store.summary().bad_lines, 3);
}

#[test]
fn what_was_overwritten_since_is_not_told_of() {
    let broken = "{\"type\":\"action\",\"episode\":\"e\",\"agent\":\"b\",\"x\":[01]}\n".to_owned();
    let mut folder = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut folder, broken.as_bytes()).unwrap();
    let mut tail = crate::source::TailFile::open(folder.path()).unwrap();
    let mut store = Store::new(Pass::Headers);
    let file = store.add_life(FileSummary::default(), tail.source(), None, None);
    store.read(file, 0, broken.as_bytes());
    let mut suspects = Vec::new();
    Reviewer::new(store.take_unread().remove(0)).step(100, &mut suspects).unwrap();
    assert_eq!(suspects.len(), 1);
    // The tail finds out before anything is reported.
    std::fs::write(folder.path(), "{}\n").unwrap();
    for second in 0..2 {
        tail.poll(std::time::Duration::from_secs(second), 1 << 20, &mut |_| {}).unwrap();
    }
    assert!(!store.revise(&suspects));
    assert_eq!((store.summary().bad_lines, store.summary().records), (0, 1));
}

/// A sound line as long as `line`, for which an index may take `line` if it has not looked at the end.
fn believed(line: &str, number: usize) -> Option<String> {
    let whose = ["e", "f", "g"][number % 3];
    let start = match number % 4 {
        0 => format!(r#"{{"type":"action","episode":"{whose}","agent":"z","id":"x{number}","x":""#),
        1 => format!(r#"{{"type":"message","episode":"{whose}","from":"y","to":"k","x":""#),
        2 => format!(r#"{{"type":"reward","episode":"{whose}","value":7,"x":""#),
        _ => r#"{"type":"metric","values":{},"x":""#.to_owned(),
    };
    let fill = line.len().checked_sub(start.len() + 2)?;
    Some(format!("{start}{}\"}}", "p".repeat(fill)))
}

/// Lines of two episodes, many of which break in their payload only.
fn lines() -> impl Strategy<Value = Vec<String>> {
    let payload = prop::sample::select(vec![
        "1",
        "\"x\"",
        "{\"a\":[1,2]}",
        "[1,,2]",
        "[01]",
        "{\"a\":1,}",
        "\"\\q\"",
        "\"\\ud800\"",
        "NaN",
        "\"a\tb\"",
        "1e400",
        "{]}",
        "\"12345678901234567890\"",
        "tru",
        "[\"a\" \"b\"]",
        "{\"type\":\"action\",\"episode\":\"f\",\"agent\":\"z\"}",
        "\"half\"}{\"type\":\"action\",\"episode\":\"f\",\"agent\":\"g\",\"x\":1",
    ]);
    let head = prop_oneof![
        4 => (0..6_u32, 0..3_usize).prop_map(|(id, agent)| {
            format!(r#""type":"action","agent":"{}","id":"x{id}""#, ["a", "b", "c"][agent])
        }),
        2 => prop::sample::select(vec![r#""c""#, r#"["d","*"]"#, "7", "[]"])
            .prop_map(|to| format!(r#""type":"message","from":"a","to":{to}"#)),
        2 => (-4..4_i32, 0..3_u32).prop_map(|(value, id)| format!(r#""type":"reward","value":{value},"id":"r{id}""#)),
        1 => Just(r#""type":"reward","value":"2","agent":"a""#.to_owned()),
        1 => Just(r#""type":"episode_start","agents":["q",{"id":"a"},{"name":"n"}]"#.to_owned()),
        1 => (-2..2_i32).prop_map(|it| format!(r#""type":"episode_end","status":"success","return":{it}"#)),
        1 => Just(r#""type":"metric","agent":"m","values":{}"#.to_owned()),
        1 => Just(r#""type":"credit","algorithm":"s","agents":{"a":1}"#.to_owned()),
        1 => Just(r#""type":"credit","algorithm":"s","items":[{"of":"x1","label":"mistake"}]"#.to_owned()),
        1 => Just(r#""type":"state","scope":"env","state":1"#.to_owned()),
        1 => Just(r#""type":"counterfactual","kind":"replay","agent":"r""#.to_owned()),
        1 => Just(r#""type":"novel""#.to_owned()),
        1 => Just(r#""type":"run","credit_log":1,"run":"r","agents":["p"]"#.to_owned()),
    ];
    let tail = prop::sample::select(vec!["", "", "", ",\"agent\":\"late\"", ",\"dur\":\"1\"", " ", ","]);
    let line = (head, prop::sample::select(vec!["e", "f"]), any::<bool>(), payload, tail).prop_map(
        |(head, episode, has_episode, payload, tail)| {
            let of = if has_episode { format!(",\"episode\":\"{episode}\"") } else { String::new() };
            format!("{{{head}{of},\"obs\":{payload}{tail}}}")
        },
    );
    prop::collection::vec(line, 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn scanned_and_then_read_is_read(lines in lines(), pieces in 1..4_usize, step in 1..2_000_u64) {
        let mut quick = Files::new(Pass::Headers);
        let mut full = Files::new(Pass::Everything);
        for files in [&mut quick, &mut full] {
            let file = files.add();
            for piece in lines.chunks(lines.len().div_ceil(pieces).max(1)) {
                files.write(file, &piece.iter().map(|it| format!("{it}\n")).collect::<String>());
                review(&mut files.store, step);
            }
        }
        same(&mut quick, &mut full);
    }

    #[test]
    fn whatever_a_line_was_taken_for_it_is_read(lines in lines(), twist in 0..12_usize) {
        // Only a line with a problem is read again. What is found later counts as later, so each reward has
        // its own id and there is one end; and a run does not begin after the fact.
        let mut ends = 0;
        let lines: Vec<String> = lines
            .iter()
            .enumerate()
            .map(|(at, it)| it.replace(r#""id":"r"#, &format!(r#""id":"r{at}_"#)))
            .filter(|it| !it.contains("\"run\""))
            .filter(|it| {
                ends += usize::from(it.contains("episode_end"));
                ends < 2 || !it.contains("episode_end")
            })
            .collect();
        let mut quick = Files::new(Pass::Headers);
        let mut full = Files::new(Pass::Everything);
        let (of_quick, of_full) = (quick.add(), full.add());
        for (at, line) in lines.iter().enumerate() {
            let told = !parse_line(line.as_bytes()).problems.is_empty();
            let taken_for = believed(line, at + twist).filter(|_| told).unwrap_or_else(|| line.clone());
            let (_, writer) = &mut quick.spools[0];
            let offset = writer.written();
            writer.write(format!("{line}\n").as_bytes()).unwrap();
            quick.store.read(of_quick, offset, format!("{taken_for}\n").as_bytes());
            full.write(of_full, &format!("{line}\n"));
        }
        review(&mut quick.store, 500);
        same(&mut quick, &mut full);
    }
}
