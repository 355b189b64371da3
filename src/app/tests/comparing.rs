//! Two episodes side by side.

use super::*;
use crate::{
    app::{ComparePane, Screen},
    compare::Side,
};

/// `passed` and `failed` of one task: scout searched in one of them.
const DAYS: &str = include_str!("../../../tests/data/compare/days.jsonl");

/// The two, the one that passed as A.
fn compared() -> TestProgram {
    let mut program = TestProgram::of(DAYS);
    program.press("=j=");
    program
}

fn label(model: &Model, side: Side) -> String {
    let compared = model.compare.compared.get().unwrap();
    let row = compared.comparison.acts.rows[model.compare.row().unwrap()];
    let episode = if side == Side::A { &compared.a } else { &compared.b };
    row.of(side).map_or(String::new(), |it| episode.act(it).label.clone())
}

#[test]
fn one_is_marked_and_another_compared_with_it() {
    let mut program = TestProgram::of(DAYS);
    program.press("=");
    let notice = program.model().notice.clone().unwrap();
    assert_eq!(notice, "passed is marked; = on another compares the two");
    program.press("=");
    assert_eq!(program.model().compare.marked, None);
    program.press("=j=");
    let model = program.model();
    assert_eq!(model.screen, Screen::Compare);
    // The cursor is where they part, on the side that has an act there.
    assert_eq!(
        (label(model, Side::A), label(model, Side::B)),
        ("search holiday calendars".into(), String::new())
    );
    assert_eq!(model.compare.side, Side::A);
    // What the records hold has come.
    assert_eq!(model.compare.inside.get().unwrap().states.len(), 2);
}

#[test]
fn n_goes_to_the_next_difference_and_back() {
    let mut program = compared();
    program.press("n");
    assert_eq!(label(program.model(), Side::A), "open hit 1");
    program.press("n");
    assert_eq!(label(program.model(), Side::B), "tell coder: pass");
    program.press("nn");
    assert_eq!(label(program.model(), Side::A), "run tests");
    program.press("NNN");
    assert_eq!(label(program.model(), Side::A), "open hit 1");
    program.press("9n");
    assert_eq!(program.model().notice.as_deref(), Some("no further difference"));
}

#[test]
fn enter_opens_the_act_and_the_way_back_leads_here() {
    let mut program = compared();
    program.press("nnl\n");
    let model = program.model();
    let open = model.open.as_ref().unwrap();
    assert_eq!((model.screen, open.episode.name.as_str()), (Screen::Episode, "failed"));
    assert_eq!(open.episode.act(open.act.unwrap()).label, "tell coder: pass");
    program.press("\u{1b}");
    assert_eq!(program.model().overlay, None);
    program.press("\u{1b}");
    assert_eq!(program.model().screen, Screen::Compare);
    // Of the other side too, and from there to the list.
    program.press("h\n");
    let model = program.model();
    let open = model.open.as_ref().unwrap();
    assert_eq!((open.episode.name.as_str(), open.episode.acts.len()), ("passed", 9));
    assert_eq!(open.episode.act(open.act.unwrap()).label, "tell coder: use holiday calendars");
    program.press("0");
    assert_eq!(program.model().screen, Screen::Episodes);
}

#[test]
fn swapped_folded_and_copied() {
    let mut program = compared();
    program.press("s");
    assert_eq!(
        (label(program.model(), Side::A), label(program.model(), Side::B)),
        (String::new(), "search holiday calendars".into())
    );
    assert_eq!(program.model().compare.side, Side::B);
    program.press("\t");
    assert_eq!(program.model().compare.pane, ComparePane::Texts);
    program.key(Key::char('y'));
    let copied = program.effects.iter().find_map(|it| match it {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    assert_eq!(copied.unwrap(), "creditscope diff 'log.jsonl#failed' 'log.jsonl#passed'\n");
    program.press("q");
    assert_eq!(program.model().screen, Screen::Episodes);
}

#[test]
fn from_an_episode_the_way_back_leads_to_it() {
    let mut program = TestProgram::of(DAYS);
    program.press("=j\n=");
    assert_eq!(program.model().screen, Screen::Compare);
    program.press("q");
    assert_eq!(program.model().screen, Screen::Episode);
}

#[test]
fn equal_rows_are_folded() {
    let act = |at: usize, episode: &str, what: &str| {
        format!(
            "{{\"type\":\"action\",\"episode\":\"{episode}\",\"id\":\"a{at}\",\"agent\":\"x\",\"action\":\"{what} {at}\"}}\n"
        )
    };
    let mut log = String::new();
    for episode in ["e", "f"] {
        log.extend((0..9).map(|at| act(at, episode, "go")));
        log += &act(9, episode, episode);
    }
    let mut program = TestProgram::of(&log);
    program.press("=j=");
    assert_eq!((program.model().compare.lines().len(), program.model().compare.line), (2, 1));
    program.press("k\n");
    assert_eq!((program.model().compare.lines().len(), program.model().compare.line), (10, 0));
    program.press("j.");
    assert_eq!((program.model().compare.lines().len(), program.model().compare.line), (2, 0));
}

#[test]
fn of_bare_traces_no_credit_is_set_side_by_side() {
    let episode = |name: &str, parent: &str| {
        format!(
            r#"{{"type":"action","episode":"{name}","id":"a1","agent":"ann","action":"x"}}
{{"type":"action","episode":"{name}","id":"b1","agent":"ben","parents":["{parent}"],"action":"y"}}
{{"type":"episode_end","episode":"{name}","status":"failure","return":-1}}
"#
        )
    };
    let mut program = TestProgram::of(&(episode("one", "a1") + &episode("two", "")));
    program.press("=j=");
    let compared = program.model().compare.compared.get().unwrap();
    for analysis in [&compared.of_a, &compared.of_b] {
        let refused = analysis.credit.as_ref().unwrap_err();
        assert!(refused.missing.contains("nothing was measured"), "{}", refused.missing);
    }
    assert!(compared.comparison.credit.is_none());
}
