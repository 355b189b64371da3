//! Notes of the person at the screen.

use crate::{
    app::{Effect, Message},
    model::Note,
    runtime::test_program::TestProgram,
};

const LOG: &str = r#"{"type":"action","episode":"e","id":"a1","agent":"x","action":"go"}
{"type":"action","episode":"e","id":"a2","agent":"y","action":"stay"}
{"type":"episode_end","episode":"e","status":"failure"}
"#;

fn program() -> TestProgram {
    let mut program = TestProgram::of(LOG);
    program.model_mut().user = "ana".to_owned();
    program
}

/// The note that is asked to be written after these keys; it is not written.
fn noted(program: &mut TestProgram, keys: &str) -> Option<Note> {
    let mut found = None;
    for key in keys.chars() {
        let effects =
            crate::app::update(program.model_mut(), Message::Key(crate::runtime::Headless::key(key)));
        found = effects.into_iter().find_map(|it| match it {
            Effect::Annotate(note) => Some(*note),
            _ => None,
        });
    }
    found
}

#[track_caller]
fn check(keys: &str, expected: (&str, Option<&str>, bool, &str, &str)) {
    let mut program = program();
    let note = noted(&mut program, keys).expect("a note");
    let act = note.act.as_deref();
    assert_eq!((note.agent.as_str(), act, note.is_culprit, note.reason.as_str(), note.by.as_str()), expected);
    assert!(program.model().prompt.is_none() && program.model().noting.is_none());
    assert_eq!(program.model().user, expected.4, "the next note is by the same");
}

#[test]
fn a_note_says_of_whom_why_and_by_whom() {
    check("ayit went\n\n", ("x", None, true, "it went", "ana"));
    // In the timeline the cursor is on an act.
    check("3jan \n\n", ("y", Some("a2"), false, "", "ana"));
    check("3ay\n\u{15}ben\n", ("x", Some("a1"), true, "", "anaben"));
}

#[test]
fn a_note_is_left_without_a_trace() {
    for keys in ["a\u{1b}", "ayno\u{1b}", "ay\n\u{1b}"] {
        let mut program = program();
        assert_eq!(noted(&mut program, keys), None);
        let model = program.model();
        assert!(model.prompt.is_none() && model.noting.is_none(), "{keys:?}");
        assert_eq!(program.notice(), "nothing was noted");
    }
}

#[test]
fn it_is_yes_or_no_and_somebody_says_so() {
    let mut program = program();
    program.model_mut().user.clear();
    program.press("ax");
    let error =
        |it: &TestProgram| it.model().prompt.as_ref().and_then(|it| it.error.clone()).unwrap_or_default();
    assert_eq!(error(&program), "y or n");
    program.press("y\n\n");
    assert!(error(&program).starts_with("a name"), "{}", error(&program));
}

#[test]
fn why_a_note_was_not_written_is_said() {
    let mut program = program();
    program.press("3ay\n\n");
    assert!(program.notice().starts_with("a1 (x) is not noted: the log is no file"), "{}", program.notice());
}
