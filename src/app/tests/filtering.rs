//! Filters: typed, listed, turned on and off, and what they leave of the lists.

use super::*;
use crate::app::OpenEpisode;

fn filter(program: &mut TestProgram, text: &str) {
    program.press(&format!("f{text}\n"));
}

/// The acts that the views list, by id.
fn acts(program: &TestProgram) -> Vec<&str> {
    let open: &OpenEpisode = program.episode();
    open.timeline_acts().to_vec().into_iter().map(|it| open.episode.act(it).id.as_str()).collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let mut program = TestProgram::of(FAILED);
    filter(&mut program, text);
    assert_eq!(acts(&program), expected, "{text}");
    let mut by_size: Vec<String> = Vec::new();
    let open = program.episode();
    by_size.extend(open.act_order().to_vec().into_iter().map(|it| open.episode.act(it).id.clone()));
    by_size.sort();
    let mut sorted = expected.to_vec();
    sorted.sort_unstable();
    assert_eq!(by_size, sorted, "{text}");
}

#[test]
fn acts_that_pass() {
    check("agent=coder", &["a2", "m2", "a=4"]);
    check("!agent=coder", &["a1", "m1", "a3"]);
    check("agent=planner,tester", &["a1", "m1", "a3"]);
    check("type=message", &["m1", "m2"]);
    check("type=reward", &["a=4"]);
    check("type=credit", &["a3"]);
    check("type=counterfactual", &["a1", "a2"]);
    check("kind=action", &["a1", "a2", "a3", "a=4"]);
    check("/\"red\"|default/", &["a2", "a3"]);
    check("!text=parents", &[]);
    check("it's = \"x\"", &["a1", "m1", "a2", "m2", "a3", "a=4"]);
    check("/it's = \"x\"/", &["a2"]);
    check("status=success", &["a1", "m1", "a2", "m2", "a3", "a=4"]);
}

#[test]
fn filters_add_up_and_never_change_a_number() {
    let mut program = TestProgram::of(FAILED);
    let before = program.episode().analysis().unwrap().clone();
    filter(&mut program, "agent=coder");
    filter(&mut program, "kind=action");
    assert_eq!(acts(&program), ["a2", "a=4"]);
    assert_eq!(program.episode().listed.note().as_deref(), Some("2 of 6 acts, 2 filters"));
    assert!(std::sync::Arc::ptr_eq(&before, program.episode().analysis().unwrap()));
}

#[test]
fn they_are_turned_off_on_and_deleted_in_their_list() {
    let mut program = TestProgram::of(FAILED);
    filter(&mut program, "agent=coder");
    filter(&mut program, "kind=action");
    program.press("Fg ");
    assert_eq!(acts(&program), ["a1", "a2", "a3", "a=4"]);
    program.press("\n");
    assert_eq!(acts(&program), ["a2", "a=4"]);
    program.press("jd");
    assert_eq!(acts(&program), ["a2", "m2", "a=4"]);
    assert_eq!(program.notice(), "kind=action is deleted; f and Up bring it back");
    program.press("f");
    program.key(Key::named(KeyCode::Up));
    program.press("\n");
    assert_eq!(acts(&program), ["a2", "a=4"]);
    program.press("D");
    assert_eq!((acts(&program).len(), program.episode().listed.note()), (6, None));
    assert_eq!(program.notice(), "2 filters deleted: everything is listed");
    // The same filter again is the same filter.
    filter(&mut program, "agent=coder");
    program.press(" ");
    filter(&mut program, " agent=coder ");
    assert_eq!(program.model().filters.entries.len(), 1);
    assert_eq!(acts(&program).len(), 3);
}

#[test]
fn what_is_wrong_is_said_and_the_line_stays() {
    let mut program = TestProgram::of(FAILED);
    filter(&mut program, "agent");
    let prompt = program.model().prompt.clone().unwrap();
    assert_eq!(prompt.error.as_deref(), Some("what about agent? agent= and a value"));
    program.press("=coder");
    assert_eq!(program.model().prompt.as_ref().unwrap().error, None);
    program.press("\n");
    assert_eq!((program.model().prompt.clone(), acts(&program).len()), (None, 3));
    program.press("fagent=x\x1b");
    assert_eq!((program.model().prompt.clone(), acts(&program).len()), (None, 3));
}

#[test]
fn tab_completes_fields_and_agents() {
    let mut program = TestProgram::of(FAILED);
    let typed = |program: &TestProgram| program.model().prompt.as_ref().map(|it| it.text.clone()).unwrap();
    program.press("fa\t");
    assert_eq!(typed(&program), "agent=");
    program.press("\t");
    assert_eq!(typed(&program), "agent=coder");
    program.press("\t");
    assert_eq!(typed(&program), "agent=planner");
    program.key(Key::named(KeyCode::BackTab));
    program.press("\n");
    assert_eq!(acts(&program), ["a2", "m2", "a=4"]);
}

#[test]
fn the_cursor_goes_to_what_is_listed_and_motions_stay_there() {
    let mut program = TestProgram::of(FAILED);
    program.press("3G");
    filter(&mut program, "agent=planner");
    assert_eq!(program.act(), "m1");
    program.press("j");
    assert_eq!(program.act(), "m1");
    program.press("k");
    assert_eq!(program.act(), "a1");
    program.press("}}");
    assert_eq!(program.act(), "m1");
}

#[test]
fn a_jump_to_what_is_not_listed_says_so() {
    let mut program = TestProgram::of(FAILED);
    filter(&mut program, "agent=planner");
    program.press("b");
    assert!(!["a1", "m1"].contains(&program.act()));
    assert!(program.notice().starts_with("(not listed: F) "), "{}", program.notice());
    program.press("/\"red\"\n");
    assert_eq!(program.act(), "a3");
    assert!(program.notice().starts_with("(not listed: F) hit 1 of 1"), "{}", program.notice());
}

#[test]
fn they_stay_from_episode_to_episode() {
    let mut program = two();
    filter(&mut program, "/go/");
    assert!(acts(&program).is_empty());
    program.open(1);
    assert_eq!((acts(&program), program.act()), (vec!["b1"], "b1"));
    assert_eq!(program.episode().listed.note().as_deref(), Some("1 of 2 acts, 1 filter"));
}

#[track_caller]
fn check_episodes(text: &str, expected: &[usize]) {
    let mut program = TestProgram::of(&format!("{FAILED}{OPEN}"));
    filter(&mut program, text);
    assert_eq!(listed(program.model()), expected, "{text}");
}

/// The episodes in the rows of the list.
fn listed(model: &Model) -> Vec<usize> {
    (0..model.list.len(model.log.episodes.len())).map(|it| model.list.episode_at(it)).collect()
}

#[test]
fn episodes_that_pass() {
    check_episodes("status=failure", &[0]);
    check_episodes("status=open", &[1]);
    check_episodes("reward<0", &[0]);
    check_episodes("!reward<0", &[1]);
    check_episodes("agent=coder", &[0, 1]);
    check_episodes("agent=tester", &[0]);
    check_episodes("!agent=tester", &[1]);
    check_episodes("type=credit", &[0]);
    check_episodes("!type=reward", &[1]);
    check_episodes("kind=action", &[0, 1]);
    check_episodes("kind=message", &[0]);
    check_episodes("/tested late/", &[0]);
    check_episodes("!/tested late/", &[1]);
    check_episodes("/nowhere/", &[]);
}

#[test]
fn the_list_of_episodes_moves_among_those_that_pass() {
    let mut program = TestProgram::of(&format!("{FAILED}{OPEN}"));
    filter(&mut program, "status=open");
    assert_eq!(program.model().filters.episodes_note(1, 2).as_deref(), Some("1 of 2, 1 filter"));
    assert_eq!(program.model().row, 1);
    program.press("k");
    assert_eq!(program.model().row, 1);
    program.press("\n");
    assert_eq!(program.episode().episode.name, "f");
    program.press("[");
    assert_eq!(program.notice(), "the first episode that passes the filters");
    program.press("0");
    filter(&mut program, "reward>5");
    program.press("\n");
    assert_eq!(program.notice(), "no episode passes the filters: F lists them");
    program.press("FD\x1b");
    program.press("k");
    assert_eq!(program.model().row, 0);
}

#[test]
fn a_log_that_grows_is_filtered_as_it_comes() {
    let mut program = two();
    filter(&mut program, "!/on/");
    filter(&mut program, "agent=coder");
    let more = r#"{"type":"action","episode":"f","id":"b3","ts":22,"agent":"coder","action":"more"}"#;
    let mut grown = TestProgram::of(&format!("{FAILED}{OPEN}{more}\n"));
    grown.open(1);
    program.open(1);
    assert_eq!(acts(&program), Vec::<&str>::new());
    // The same filters, on the same episode with one record more.
    for text in ["!/\"on\"/", "agent=coder"] {
        filter(&mut grown, text);
    }
    assert_eq!(acts(&grown), ["b1", "b3"]);
}

#[test]
fn answers_nobody_waits_for_are_dropped() {
    let mut program = two();
    filter(&mut program, "/plan/");
    let before = acts(&program).len();
    program.send(Message::Matched { request: RequestId(1), places: vec![Vec::new()] });
    assert_eq!(acts(&program).len(), before);
    let stale = FilterNews { request: RequestId(0), done: true, ..FilterNews::default() };
    let rows = listed(program.model());
    program.send(Message::Filtered(stale));
    assert_eq!(listed(program.model()), rows);
}

#[test]
fn until_records_were_read_every_act_is_listed_and_it_says_so() {
    let mut program = TestProgram::of(FAILED);
    for key in "f/red/".chars() {
        update(program.model_mut(), Message::Key(Key::char(key)));
    }
    let asked = update(program.model_mut(), Message::Key(Key::named(KeyCode::Enter)));
    assert!(asked.iter().any(|it| matches!(it, Effect::Match { .. })), "{asked:?}");
    assert_eq!(program.episode().listed.note().as_deref(), Some("6 of 6 acts, 1 filter, being read"));
}
