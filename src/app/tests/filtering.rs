//! Filters: typed, listed, turned on and off, and what they leave of the lists.

use super::*;
use crate::app::OpenEpisode;

fn filter(stage: &mut Stage, text: &str) {
    stage.press(&format!("f{text}\n"));
}

/// The acts that the views list, by id.
fn acts(stage: &Stage) -> Vec<&str> {
    let open: &OpenEpisode = stage.episode();
    open.timeline_acts().to_vec().into_iter().map(|it| open.episode.act(it).id.as_str()).collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let mut stage = Stage::of(FAILED);
    filter(&mut stage, text);
    assert_eq!(acts(&stage), expected, "{text}");
    let mut by_size: Vec<String> = Vec::new();
    let open = stage.episode();
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
    let mut stage = Stage::of(FAILED);
    let before = stage.episode().analysis().unwrap().clone();
    filter(&mut stage, "agent=coder");
    filter(&mut stage, "kind=action");
    assert_eq!(acts(&stage), ["a2", "a=4"]);
    assert_eq!(stage.episode().listed.note().as_deref(), Some("2 of 6 acts, 2 filters"));
    assert!(std::sync::Arc::ptr_eq(&before, stage.episode().analysis().unwrap()));
}

#[test]
fn they_are_turned_off_on_and_deleted_in_their_list() {
    let mut stage = Stage::of(FAILED);
    filter(&mut stage, "agent=coder");
    filter(&mut stage, "kind=action");
    stage.press("Fg ");
    assert_eq!(acts(&stage), ["a1", "a2", "a3", "a=4"]);
    stage.press("\n");
    assert_eq!(acts(&stage), ["a2", "a=4"]);
    stage.press("jd");
    assert_eq!(acts(&stage), ["a2", "m2", "a=4"]);
    assert_eq!(stage.notice(), "kind=action is deleted; f and Up bring it back");
    stage.press("f");
    stage.key(Key::named(KeyCode::Up));
    stage.press("\n");
    assert_eq!(acts(&stage), ["a2", "a=4"]);
    stage.press("D");
    assert_eq!((acts(&stage).len(), stage.episode().listed.note()), (6, None));
    assert_eq!(stage.notice(), "2 filters deleted: everything is listed");
    // The same filter again is the same filter.
    filter(&mut stage, "agent=coder");
    stage.press(" ");
    filter(&mut stage, " agent=coder ");
    assert_eq!(stage.model().filters.entries.len(), 1);
    assert_eq!(acts(&stage).len(), 3);
}

#[test]
fn what_is_wrong_is_said_and_the_line_stays() {
    let mut stage = Stage::of(FAILED);
    filter(&mut stage, "agent");
    let prompt = stage.model().prompt.clone().unwrap();
    assert_eq!(prompt.error.as_deref(), Some("what about agent? agent= and a value"));
    stage.press("=coder");
    assert_eq!(stage.model().prompt.as_ref().unwrap().error, None);
    stage.press("\n");
    assert_eq!((stage.model().prompt.clone(), acts(&stage).len()), (None, 3));
    stage.press("fagent=x\x1b");
    assert_eq!((stage.model().prompt.clone(), acts(&stage).len()), (None, 3));
}

#[test]
fn tab_completes_fields_and_agents() {
    let mut stage = Stage::of(FAILED);
    let typed = |stage: &Stage| stage.model().prompt.as_ref().map(|it| it.text.clone()).unwrap();
    stage.press("fa\t");
    assert_eq!(typed(&stage), "agent=");
    stage.press("\t");
    assert_eq!(typed(&stage), "agent=coder");
    stage.press("\t");
    assert_eq!(typed(&stage), "agent=planner");
    stage.key(Key::named(KeyCode::BackTab));
    stage.press("\n");
    assert_eq!(acts(&stage), ["a2", "m2", "a=4"]);
}

#[test]
fn the_cursor_goes_to_what_is_listed_and_motions_stay_there() {
    let mut stage = Stage::of(FAILED);
    stage.press("3G");
    filter(&mut stage, "agent=planner");
    assert_eq!(stage.act(), "m1");
    stage.press("j");
    assert_eq!(stage.act(), "m1");
    stage.press("k");
    assert_eq!(stage.act(), "a1");
    stage.press("}}");
    assert_eq!(stage.act(), "m1");
}

#[test]
fn a_jump_to_what_is_not_listed_says_so() {
    let mut stage = Stage::of(FAILED);
    filter(&mut stage, "agent=planner");
    stage.press("b");
    assert!(!["a1", "m1"].contains(&stage.act()));
    assert!(stage.notice().starts_with("(not listed: F) "), "{}", stage.notice());
    stage.press("/\"red\"\n");
    assert_eq!(stage.act(), "a3");
    assert!(stage.notice().starts_with("(not listed: F) hit 1 of 1"), "{}", stage.notice());
}

#[test]
fn they_stay_from_episode_to_episode() {
    let mut stage = two();
    filter(&mut stage, "/go/");
    assert!(acts(&stage).is_empty());
    stage.open(1);
    assert_eq!((acts(&stage), stage.act()), (vec!["b1"], "b1"));
    assert_eq!(stage.episode().listed.note().as_deref(), Some("1 of 2 acts, 1 filter"));
}

#[track_caller]
fn check_episodes(text: &str, expected: &[usize]) {
    let mut stage = Stage::of(&format!("{FAILED}{OPEN}"));
    filter(&mut stage, text);
    let filters = &stage.model().filters;
    assert_eq!(filters.rows.as_deref().map(Vec::as_slice), Some(expected), "{text}");
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
    let mut stage = Stage::of(&format!("{FAILED}{OPEN}"));
    filter(&mut stage, "status=open");
    assert_eq!(stage.model().filters.episodes_note(2).as_deref(), Some("1 of 2, 1 filter"));
    assert_eq!(stage.model().row, 1);
    stage.press("k");
    assert_eq!(stage.model().row, 1);
    stage.press("\n");
    assert_eq!(stage.episode().episode.name, "f");
    stage.press("[");
    assert_eq!(stage.notice(), "the first episode that passes the filters");
    stage.press("0");
    filter(&mut stage, "reward>5");
    stage.press("\n");
    assert_eq!(stage.notice(), "no episode passes the filters: F lists them");
    stage.press("FD\x1b");
    stage.press("k");
    assert_eq!(stage.model().row, 0);
}

#[test]
fn a_log_that_grows_is_filtered_as_it_comes() {
    let mut stage = two();
    filter(&mut stage, "!/on/");
    filter(&mut stage, "agent=coder");
    let more = r#"{"type":"action","episode":"f","id":"b3","ts":22,"agent":"coder","action":"more"}"#;
    let mut grown = Stage::of(&format!("{FAILED}{OPEN}{more}\n"));
    grown.open(1);
    stage.open(1);
    assert_eq!(acts(&stage), Vec::<&str>::new());
    // The same filters, on the same episode with one record more.
    for text in ["!/\"on\"/", "agent=coder"] {
        filter(&mut grown, text);
    }
    assert_eq!(acts(&grown), ["b1", "b3"]);
}

#[test]
fn answers_nobody_waits_for_are_dropped() {
    let mut stage = two();
    filter(&mut stage, "/plan/");
    let before = acts(&stage).len();
    stage.send(Message::Matched { request: RequestId(1), places: vec![Vec::new()] });
    assert_eq!(acts(&stage).len(), before);
    let stale = SiftNews { request: 0, done: true, ..SiftNews::default() };
    let rows = stage.model().filters.rows.clone();
    stage.send(Message::Sifted(stale));
    assert_eq!(stage.model().filters.rows, rows);
}

#[test]
fn until_records_were_read_every_act_is_listed_and_it_says_so() {
    let mut stage = Stage::of(FAILED);
    for key in "f/red/".chars() {
        update(stage.model_mut(), Message::Key(Key::char(key)));
    }
    let asked = update(stage.model_mut(), Message::Key(Key::named(KeyCode::Enter)));
    assert!(asked.iter().any(|it| matches!(it, Effect::Match { .. })), "{asked:?}");
    assert_eq!(stage.episode().listed.note().as_deref(), Some("6 of 6 acts, 1 filter, being read"));
}
