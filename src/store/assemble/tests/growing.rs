//! Appending gives what assembling anew gives, or says that it cannot.

use proptest::prelude::*;

use super::*;
use crate::{check, model::Growth};

fn records(lines: &[String]) -> Vec<(Box<Record>, Origin)> {
    let records = lines.iter().enumerate().flat_map(|(index, line)| {
        let origin = Origin { line: index as u32 + 1, offset: index as u64 * 10, ..Origin::default() };
        parse_line(line.as_bytes()).records.into_iter().map(move |(record, _)| (Box::new(record), origin))
    });
    records.filter(|it| it.0.episode.as_deref() == Some("e")).collect()
}

/// By text, as NaN does not equal itself; findings in the order in which they are shown.
fn text(episode: &Episode) -> String {
    let mut episode = episode.clone();
    episode.diagnostics = check::sorted(std::mem::take(&mut episode.diagnostics));
    episode.diagnostics.sort_by_key(|it| format!("{it:?}"));
    format!("{episode:#?}")
}

/// Puts the first `start` records together and appends the others one at a time; how many could be appended.
fn check_growth(records: &[(Box<Record>, Origin)], start: usize) -> Result<usize, TestCaseError> {
    let whole = |to: usize| assemble("e", None, records[..to].to_vec(), Vec::new());
    let (mut episode, growing) = assemble_growing("e", None, records[..start].to_vec(), Vec::new());
    prop_assert_eq!(text(&episode), text(&whole(start)));
    let Some(mut growing) = growing else { return Ok(0) };
    for to in start..records.len() {
        let Some(growth) = growing.append(&records[to..=to]) else { return Ok(to - start) };
        episode.grow(growth);
        prop_assert_eq!(text(&episode), text(&whole(to + 1)), "after {:?}", records[to]);
    }
    Ok(records.len() - start)
}

/// What a worker appends: acts and rewards, mostly later than all before.
fn appended() -> impl Strategy<Value = Vec<String>> {
    let one = (0..12_u32, 0..4_u32, 0..40_u32, 0..9_u32, proptest::bool::weighted(0.93));
    proptest::collection::vec(one, 1..30).prop_map(|all| {
        let mut ts = 100;
        let mut lines = Vec::new();
        for (n, (shape, agent, other, step, forward)) in all.into_iter().enumerate() {
            ts = if forward { ts + u32::from(step > 2) } else { ts - 1 };
            let (agent, parent) = (["ann", "bob", "eve", "*"][agent as usize], format!("n{other}"));
            let to = ["ann", "bob", "eve", "zoe"][(other % 4) as usize];
            let from = if agent == "*" { "ann" } else { agent };
            let common = format!(r#""episode":"e","ts":{ts}"#);
            lines.push(match shape {
                0..=3 => format!(r#"{{"type":"action",{common},"id":"n{n}","agent":"{from}","action":"go"}}"#),
                4 => format!(
                    r#"{{"type":"action",{common},"id":"n{n}","agent":"{from}","parents":["{parent}","n0","n0"],"step":{step}}}"#
                ),
                5 => format!(
                    r#"{{"type":"action",{common},"agent":"{from}","seq":{step},"policy":{{"probs":{{"a":0.5,"b":0.5}},"q":{{"a":1}},"chosen":"a"}},"default":"b"}}"#
                ),
                6 => format!(
                    r#"{{"type":"message",{common},"id":"n{n}","from":"{from}","to":["{to}","*"],"content":"x"}}"#
                ),
                7 => format!(r#"{{"type":"message",{common},"from":"{from}","to":"{to}"}}"#),
                8 | 9 => format!(r#"{{"type":"reward",{common},"value":{step},"of":["{parent}"]}}"#),
                10 => format!(r#"{{"type":"reward",{common},"id":"r{other}","agent":"{to}","value":1}}"#),
                _ => format!(r#"{{"type":"action","episode":"e","agent":"{from}","id":"n{other}"}}"#),
            });
        }
        lines
    })
}

const BEGINNING: &str = r#"{"type":"episode_start","episode":"e","ts":1,"agents":["ann","bob","eve"]}"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn appending_to_any_records_is_putting_them_together(
        lines in proptest::collection::vec(super::any::record(), 0..16),
        start in 0..12_usize,
    ) {
        let records = records(&lines);
        check_growth(&records, start.min(records.len()))?;
    }

    #[test]
    fn appending_what_workers_write_is_putting_it_together(lines in appended(), start in 0..12_usize) {
        let lines: Vec<String> = [BEGINNING.to_owned()].into_iter().chain(lines).collect();
        let records = records(&lines);
        check_growth(&records, (start + 1).min(records.len()))?;
    }
}

/// How many of `lines` can be appended to the beginning and one act.
#[track_caller]
fn check(lines: &[&str], expected: usize) {
    let first =
        r#"{"type":"action","episode":"e","ts":2,"id":"a","agent":"ann","parents":["later"],"seq":4}"#;
    let of = |it: &&str| it.replacen('{', r#"{"episode":"e","#, 1);
    let lines: Vec<String> =
        [BEGINNING.to_owned(), first.to_owned()].into_iter().chain(lines.iter().map(of)).collect();
    assert_eq!(check_growth(&records(&lines), 2).unwrap(), expected, "{lines:#?}");
}

#[test]
fn acts_and_rewards_of_known_agents_are_appended() {
    check(
        &[
            r#"{"type":"action","ts":3,"id":"b","agent":"bob","parents":["a","gone"]}"#,
            r#"{"type":"message","ts":3,"from":"bob","to":"*","content":"x"}"#,
            r#"{"type":"action","ts":4,"agent":"eve"}"#,
            r#"{"type":"reward","ts":4,"value":1,"of":["b"]}"#,
            r#"{"type":"action","ts":5,"id":"c","agent":"ann","policy":{"probs":{"x":1.0}}}"#,
        ],
        5,
    );
    // Without a time: as late as what stands before it.
    check(&[r#"{"type":"action","id":"b","agent":"bob","seq":1}"#], 0);
    check(&[r#"{"type":"action","ts":2,"id":"b","agent":"bob","seq":5}"#], 1);
}

#[test]
fn what_changes_more_than_the_end_is_not() {
    for line in [
        r#"{"type":"action","ts":1,"id":"b","agent":"bob"}"#,
        r#"{"type":"action","ts":2,"id":"b","agent":"bob","seq":3}"#,
        r#"{"type":"action","ts":3,"id":"b","agent":"zoe"}"#,
        r#"{"type":"message","ts":3,"id":"b","from":"ann","to":"zoe"}"#,
        r#"{"type":"action","ts":3,"id":"a","agent":"ann","result":"x"}"#,
        r#"{"type":"action","ts":3,"id":"later","agent":"ann"}"#,
        r#"{"type":"action","ts":3,"id":"b","agent":"ann","parents":["b"]}"#,
        r#"{"type":"reward","ts":3,"value":1,"agent":"zoe"}"#,
        r#"{"type":"state","ts":3,"id":"s","after":["a"],"state":{}}"#,
        r#"{"type":"episode_end","ts":3,"status":"success"}"#,
        r#"{"type":"credit","ts":3,"algorithm":"x","agents":{"ann":1}}"#,
        r#"{"type":"novel","ts":3}"#,
    ] {
        check(&[line], 0);
    }
    check(
        &[r#"{"type":"reward","ts":3,"id":"r","value":1}"#, r#"{"type":"reward","ts":3,"id":"r","value":2}"#],
        1,
    );
}

#[test]
fn records_of_several_files_are_put_together_anew() {
    let mut records = records(&[BEGINNING.to_owned()]);
    let mut other = records[0].clone();
    other.1.file = crate::model::FileId(1);
    records.push(other);
    assert!(assemble_growing("e", None, records, Vec::new()).1.is_none());
    assert!(Growth::default().is_empty());
}
