//! The mouse, on the frames that are drawn.

use crate::{
    app::{
        Key, Message, Overlay, Pane, Screen, View,
        pointer::{Gesture, Pointed},
    },
    graph::Charset,
    runtime::test_program::TestProgram,
    tui::{
        run::{frame, pointed},
        theme::{ColorMode, Theme},
    },
};

use super::{FAILED, two};

fn theme() -> Theme {
    Theme::new(ColorMode::Mono, Charset::Unicode)
}

/// The first cell of this text on the screen that is such a thing to point at.
#[track_caller]
fn cell(program: &TestProgram, text: &str, of: fn(Pointed) -> bool) -> (u16, u16) {
    let frame = frame(program.model(), theme());
    let rows = frame.area.height;
    for y in 0..rows {
        let row: Vec<&str> = (0..frame.area.width).map(|x| frame[(x, y)].symbol()).collect();
        let is_target = |x: usize| pointed(program.model(), theme(), (x as u16, y)).is_some_and(of);
        let found = (0..row.len()).find(|x| row[*x..].concat().starts_with(text) && is_target(*x));
        if let Some(x) = found {
            return (x as u16, y);
        }
    }
    panic!("{text} is not on the screen");
}

fn point(program: &mut TestProgram, text: &str, gesture: Gesture) -> Option<Pointed> {
    point_at(program, text, |_| true, gesture)
}

fn point_at(
    program: &mut TestProgram,
    text: &str,
    of: fn(Pointed) -> bool,
    gesture: Gesture,
) -> Option<Pointed> {
    let what = pointed(program.model(), theme(), cell(program, text, of));
    program.send(Message::Pointed { what, gesture });
    what
}

#[test]
fn a_click_selects_and_a_second_one_opens() {
    let mut program = TestProgram::of(FAILED);
    program.press("3g");
    assert!(matches!(point(&mut program, "a3", Gesture::Click), Some(Pointed::Act(_))));
    assert_eq!((program.act(), &program.model().overlay), ("a3", &None));
    point(&mut program, "a3", Gesture::Double);
    assert_eq!(program.model().overlay, Some(Overlay::Detail));
    // What lies over the view is in the way.
    assert_eq!(pointed(program.model(), theme(), (10, 10)), None);
}

#[test]
fn panes_agents_and_the_wheel_go_where_the_mouse_is() {
    let is_agent = |it| matches!(it, Pointed::Agent(_));
    let mut program = TestProgram::of(FAILED);
    point_at(&mut program, "planner", is_agent, Gesture::Click);
    let agent = |program: &TestProgram| program.episode().episode.agent(program.episode().agent).name.clone();
    assert_eq!((agent(&program).as_str(), program.episode().pane), ("planner", Pane::Agents));
    point(&mut program, "Story", Gesture::Click);
    assert_eq!(program.episode().pane, Pane::Acts);
    program.press("g");
    let before = program.act().to_owned();
    point_at(&mut program, "plan", |it| matches!(it, Pointed::Act(_)), Gesture::WheelDown);
    assert_ne!(program.act(), before);
    point_at(&mut program, "planner", is_agent, Gesture::WheelDown);
    assert_eq!(program.episode().pane, Pane::Agents);
}

#[test]
fn keys_of_the_last_line_are_pressed() {
    let mut program = TestProgram::of(FAILED);
    assert_eq!(point(&mut program, "? help", Gesture::Click), Some(Pointed::Key(Key::char('?'))));
    assert_eq!(program.model().overlay, Some(Overlay::Help));
    program.press("\u{1b}3");
    // Of two keys each is its own.
    let at = cell(&program, "c C cause", |_| true);
    assert_eq!(pointed(program.model(), theme(), at), Some(Pointed::Key(Key::char('c'))));
    assert_eq!(pointed(program.model(), theme(), (at.0 + 2, at.1)), Some(Pointed::Key(Key::char('C'))));
}

#[test]
fn episodes_of_the_list_and_lines_of_the_palette_are_chosen() {
    let mut program = two();
    program.press("0");
    let what = point(&mut program, "f ", Gesture::Click);
    assert_eq!((what, program.model().row), (Some(Pointed::Episode(1)), 1));
    point(&mut program, "f ", Gesture::Double);
    assert_eq!((program.model().screen, &*program.episode().episode.name), (Screen::Episode, "f"));
    program.press(":view ");
    point(&mut program, "view 3", Gesture::Click);
    assert_eq!(program.model().palette.row, 2);
    point(&mut program, "view 3", Gesture::Double);
    assert_eq!(program.model().view, View::TIMELINE);
}
