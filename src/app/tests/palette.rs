//! The palette: what it offers, and what its lines do.

use crate::{
    app::{
        Effect, Key, KeyCode, Message, Overlay, Screen, ThemeChoice, View, palette::Command,
        prompt::PromptKind,
    },
    runtime::test_program::TestProgram,
};

use super::two;

fn texts(program: &TestProgram) -> Vec<&str> {
    program.model().palette.found.iter().map(|it| it.entry.text.as_str()).collect()
}

/// The first line that fits after these keys.
#[track_caller]
fn first(keys: &str, expected: &str) {
    let mut program = two();
    program.press(keys);
    assert_eq!(texts(&program).first().copied(), Some(expected), "{keys}");
}

#[test]
fn it_offers_who_is_to_blame_first_and_then_everything_by_name() {
    let mut program = two();
    program.press(":");
    let offered = texts(&program);
    assert!(offered[0].starts_with("go to a2 coder"), "{offered:?}");
    for text in [
        "go to agent coder",
        "explain coder",
        "filter agent=coder",
        "view 3: timeline",
        "sweep all",
        "export to",
    ] {
        assert!(offered.iter().any(|it| it.starts_with(text)), "{text}: {offered:?}");
    }
    for text in ["method shapley", "theme light"] {
        assert!(offered.contains(&text), "{text}: {offered:?}");
    }
    // Episodes and words wait for a letter.
    assert!(!offered.iter().any(|it| it.starts_with("open episode") || it.starts_with("word ")));
    first(":open f", "open episode f");
    first(":word residual", "word residual");
    first(":method uniform", "method uniform");
    first(":goto a3", "go to a3 tester test");
    first(":a=4", "go to a=4 coder fix");
    first(":3", "go to act 3 of 6");
    first(":theme saf", "theme safe");
}

#[test]
fn a_line_that_names_a_key_does_what_the_key_does() {
    let mut program = two();
    program.press(":view timel\n");
    assert_eq!((program.model().view, program.model().prompt.as_ref()), (View::TIMELINE, None));
    program.press(":sweep\n");
    assert_eq!(program.model().overlay, Some(Overlay::Sweep));
    program.press(":episode list\n");
    program.press(":show episodes\n");
    assert_eq!(program.model().screen, Screen::Episodes);
}

#[test]
fn acts_and_agents_and_episodes_are_gone_to() {
    let mut program = two();
    program.press(":goto a3\n");
    assert_eq!(program.act(), "a3");
    program.press(":agent planner\n");
    let planner = program.episode().agent;
    assert_eq!(&*program.episode().episode.agent(planner).name, "planner");
    program.press(":1\n");
    assert_eq!(program.act(), "a1");
    program.press(":open f\n");
    assert_eq!(&*program.episode().episode.name, "f");
}

#[test]
fn a_method_credits_and_is_taken_back_and_one_that_the_log_lacks_says_why() {
    let mut program = two();
    let logged = program.episode().forks.scenario().clone();
    program.press(":method uniform\n");
    assert_eq!(program.episode().forks.scenario().method, "uniform");
    assert!(program.notice().starts_with("credit by uniform"), "{}", program.notice());
    program.press("u");
    assert_eq!(*program.episode().forks.scenario(), logged);
    program.press(":method activity/tokens\n");
    assert!(program.notice().starts_with("activity/tokens cannot be computed: "), "{}", program.notice());
    assert_eq!(*program.episode().forks.scenario(), logged);
}

#[test]
fn filters_searches_and_exports_are_typed_in_one_line() {
    let mut program = two();
    program.press(":filter agent=coder\n");
    assert_eq!(program.model().filters.on().map(|it| it.text()).collect::<Vec<_>>(), ["agent=coder"]);
    program.press(":filter nonsense=\n");
    let prompt = program.model().prompt.as_ref().expect("it says what is wrong");
    assert!(prompt.kind == PromptKind::Filter && prompt.error.is_some());
    program.key(Key::named(KeyCode::Esc));
    program.press(":search late\n");
    assert_eq!(program.model().search.pattern.as_ref().map(|it| it.text()), Some("late"));
    program.press(":export svg shot");
    let command = program.model().palette.chosen().map(|it| it.command.clone());
    assert_eq!(command, Some(Command::Export("shot.svg".to_owned())));
    let effects = crate::app::update(program.model_mut(), Message::Key(Key::named(KeyCode::Enter)));
    let is_export = |it: &Effect| matches!(it, Effect::Export(it) if it.path == "shot.svg");
    assert!(effects.iter().any(is_export), "{effects:?}");
}

#[test]
fn the_cursor_moves_and_stays_within_and_leaving_changes_nothing() {
    let mut program = two();
    program.press(":");
    program.key(Key::named(KeyCode::Up));
    assert_eq!(program.model().palette.row, 0);
    program.key(Key::named(KeyCode::Down));
    assert_eq!(program.model().palette.row, 1);
    for _ in 0..100 {
        program.key(Key::named(KeyCode::PageDown));
    }
    assert_eq!(program.model().palette.row, program.model().palette.found.len() - 1);
    // What narrows begins at the best line again.
    program.press("a");
    assert_eq!(program.model().palette.row, 0);
    program.key(Key::named(KeyCode::Backspace));
    program.key(Key::named(KeyCode::Backspace));
    assert_eq!((program.model().prompt.as_ref(), program.model().palette.all), (None, 0));
    program.press(":qqqqzz\n");
    let prompt = program.model().prompt.as_ref().expect("nothing fits, so it stays");
    assert_eq!(prompt.error.as_deref(), Some("nothing fits"));
    program.key(Key::named(KeyCode::Esc));
    assert_eq!((program.model().prompt.as_ref(), program.model().view), (None, View::CREDIT));
}

#[test]
fn the_help_is_narrowed_to_keys_and_words_and_closes_when_one_is_chosen() {
    let mut program = two();
    program.press("?/sweep");
    assert!(
        texts(&program).iter().any(|it| it.starts_with("sweep all"))
            && texts(&program).iter().any(|it| it.starts_with("word "))
    );
    assert!(!texts(&program).iter().any(|it| it.starts_with("method ")));
    program.key(Key::named(KeyCode::Esc));
    assert_eq!(program.model().overlay, Some(Overlay::Help));
    program.press("/caveats\n");
    assert_eq!(program.model().overlay, Some(Overlay::Caveats));
    program.press("?/word residual\n");
    assert_eq!(program.model().overlay, Some(Overlay::Glossary("residual".to_owned())));
}

#[test]
fn colours_go_in_turn_and_by_name() {
    let mut program = two();
    program.press("t");
    assert_eq!(program.model().theme, ThemeChoice::Dark);
    program.press(":theme mono\n");
    assert_eq!(program.model().theme, ThemeChoice::Mono);
    assert!(program.notice().starts_with("colours mono: "), "{}", program.notice());
    program.press("t");
    assert_eq!(program.model().theme, ThemeChoice::Terminal);
}

#[test]
fn it_works_without_an_episode() {
    let mut program = TestProgram::of(super::FAILED);
    program.press(":");
    assert!(texts(&program).contains(&"theme dark"));
    program.press("17\n");
    program.press("\u{1b}");
    let mut nothing = TestProgram::of("");
    nothing.press(":search x\n");
    nothing.press(":view graph\n");
}
