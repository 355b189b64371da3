//! The list of episodes in another order, and in groups.

use super::*;
use crate::app::episode_list::{Column, Line};

/// Four episodes: two pass, two fail, with these rewards and tasks.
fn four() -> TestProgram {
    let one = |(name, task, status, reward): (&str, &str, &str, f64)| {
        format!(
            r#"{{"type":"episode_start","episode":"{name}","task":"{task}"}}
{{"type":"action","episode":"{name}","id":"a1","agent":"ada","action":"plan"}}
{{"type":"action","episode":"{name}","id":"a2","agent":"bob","action":"drop"}}
{{"type":"episode_end","episode":"{name}","status":"{status}","return":{reward}}}
"#
        )
    };
    let all = [
        ("ep1", "lift", "success", 1.0),
        ("ep10", "fetch", "failure", -0.5),
        ("ep2", "lift", "failure", 0.25),
        ("ep3", "lift", "success", 0.75),
    ];
    TestProgram::of(&all.map(one).concat())
}

/// The names in the lines, heads of groups in brackets.
fn lines(program: &TestProgram) -> Vec<String> {
    let model = program.model();
    let count = model.list.line_count(model.log.episodes.len());
    let name = |it| match model.list.line(it) {
        Line::Group(group) => format!("[{}]", group.title.as_deref().unwrap_or("?")),
        Line::Episode(at) => model.log.episodes[at].name.to_string(),
    };
    (0..count).map(name).collect()
}

#[test]
fn columns_order_the_rows_one_after_the_other() {
    let mut program = four();
    assert_eq!(lines(&program), ["ep1", "ep10", "ep2", "ep3"]);
    program.press("s");
    assert_eq!(program.model().list.sort, Some(Column::Episode));
    assert_eq!(lines(&program), ["ep1", "ep2", "ep3", "ep10"]);
    program.press("S");
    assert_eq!(lines(&program), ["ep10", "ep3", "ep2", "ep1"]);
    program.press("ss");
    assert_eq!(program.model().list.sort, Some(Column::Reward));
    assert_eq!(lines(&program), ["ep10", "ep2", "ep3", "ep1"]);
}

#[test]
fn the_cursor_stays_on_its_episode_and_moves_in_the_order_shown() {
    let mut program = four();
    program.press("jjsss");
    assert_eq!(program.model().log.episodes[program.model().row].name.as_ref(), "ep2");
    program.press("j");
    assert_eq!(program.model().log.episodes[program.model().row].name.as_ref(), "ep3");
    program.press("\n[");
    assert_eq!(program.episode().episode.name, "ep2");
}

#[test]
fn groups_stand_under_their_heads_the_largest_first() {
    let mut program = four();
    program.press("T");
    assert_eq!(lines(&program), ["[lift]", "ep1", "ep2", "ep3", "[fetch]", "ep10"]);
    program.press("sss");
    assert_eq!(lines(&program), ["[lift]", "ep2", "ep3", "ep1", "[fetch]", "ep10"]);
    program.press("T");
    assert_eq!(lines(&program), ["[FAIL]", "ep10", "ep2", "[ok]", "ep3", "ep1"]);
    program.press("TT");
    assert_eq!(lines(&program), ["ep10", "ep2", "ep3", "ep1"]);
}

#[test]
fn a_filter_leaves_order_and_groups() {
    let mut program = four();
    program.press("s");
    for key in "fstatus=failure\n".chars() {
        program.press(&key.to_string());
    }
    assert_eq!(lines(&program), ["ep2", "ep10"]);
    assert_eq!(program.model().list.totals.episodes, 2);
}
