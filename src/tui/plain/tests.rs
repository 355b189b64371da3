//! What is said of which model, and when.

use super::*;
use crate::{
    app::{Key, KeyCode},
    graph::Charset,
    runtime::test_program::TestProgram,
    tui::theme::{ColorMode, Theme},
};

fn said(program: &TestProgram) -> Statements {
    let model = program.model();
    Statements::of(model, &Theme::new(ColorMode::Mono, model.charset))
}

/// What a key changes.
fn after(program: &mut TestProgram, keys: &str) -> Vec<String> {
    let before = said(program);
    program.press(keys);
    changes(&before, &said(program))
}

fn trace() -> TestProgram {
    TestProgram::of(
        "{\"type\":\"action\",\"episode\":\"e\",\"agent\":\"a\",\"id\":\"x1\",\"action\":\"go\"}\n\
         {\"type\":\"action\",\"episode\":\"e\",\"agent\":\"b\",\"id\":\"x2\",\"action\":\"st\u{f6}p\",\"parents\":[\"x1\"]}\n",
    )
}

fn demo() -> TestProgram {
    let mut program = TestProgram::sample("forage-saboteur.jsonl");
    program.open(0);
    program
}

#[test]
fn every_view_of_a_rich_log_and_of_a_bare_one_has_statements_of_a_line_each() {
    for mut program in [demo(), trace()] {
        for keys in ["1", "\t", "2", "3", "4", "v", "v", "v", "v", "5", "6", "1", "S", "?", "0"] {
            let is_tab = keys == "\t";
            if is_tab {
                program.key(Key::named(KeyCode::Tab))
            } else {
                program.press(keys)
            }
            let now = said(&program);
            assert!(!now.place.is_empty() && !now.head.is_empty() && !now.rows.is_empty(), "{keys}: {now:?}");
            let lines = all(&now);
            let strange = lines.iter().find(|it| it.chars().any(char::is_control));
            assert_eq!(strange, None, "{keys}");
            let strokes = |it: &&String| it.chars().any(|c| ('\u{2500}'..='\u{259f}').contains(&c));
            assert_eq!(lines.iter().find(strokes), None, "{keys}");
        }
    }
}

#[test]
fn a_step_is_one_line_with_its_place() {
    let mut program = demo();
    assert_eq!(after(&mut program, "j").len(), 1);
    let told = after(&mut program, "3");
    assert!(told[0].starts_with("3 Timeline"), "{told:?}");
    let told = after(&mut program, "gj");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("act 2 of 98: "), "{told:?}");
    assert_eq!(after(&mut program, "?")[1], "MOVE:");
}

#[test]
fn a_bare_trace_has_no_credit_in_its_sentences() {
    let program = trace();
    let now = said(&program);
    assert!(now.rows.iter().any(|it| it.starts_with("a: ") && it.contains("1 act")), "{now:?}");
    assert!(now.rows.iter().all(|it| !it.contains("credit")), "{now:?}");
}

#[test]
fn without_unicode_every_line_is_ascii() {
    let mut program = trace();
    program.model_mut().charset = Charset::Ascii;
    program.press("3");
    assert!(all(&said(&program)).iter().all(|it| it.is_ascii()));
}

#[test]
fn what_nobody_asked_for_waits() {
    let mut program = demo();
    let mut reader = Reader::default();
    let start = Instant::now();
    assert!(reader.news(program.model(), said(&program), start).contains(&help_line()));
    // The first answer by itself is told at once, the next one not before its time.
    for (notice, after, is_told) in [("one", 0, true), ("two", 1, false), ("two", 2, true)] {
        program.model_mut().notice = Some(notice.to_owned());
        let told = reader.news(program.model(), said(&program), start + Duration::from_secs(after));
        assert_eq!(told == [notice], is_told, "{told:?}");
        assert_eq!(reader.again().is_some(), !is_told);
    }
    program.model_mut().notice = Some("three".to_owned());
    reader.asked();
    let told = reader.news(program.model(), said(&program), start + Duration::from_secs(2));
    assert_eq!(told, ["three"]);
    assert_eq!(reader.news(program.model(), said(&program), start + Duration::from_secs(9)), [""; 0]);
}
