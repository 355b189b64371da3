//! Searching: typing, hits as they come, from hit to hit, and back.

use super::*;
use crate::{
    model::{EpisodeId, EpisodeSummary, Segmented},
    search::Hit,
};
use std::sync::Arc;

fn search(program: &mut TestProgram, pattern: &str) {
    program.press(&format!("/{pattern}\n"));
}

fn pattern(program: &TestProgram) -> &str {
    program.model().search.pattern.as_ref().map_or("", |it| it.text())
}

#[test]
fn a_search_goes_to_the_first_hit_and_on() {
    let mut program = TestProgram::of(FAILED);
    program.press("\tg");
    program.press("1sg");
    assert_eq!(program.act(), "a1");
    search(&mut program, "coder");
    // The message to the coder is the first record after the plan that names one.
    assert_eq!(program.act(), "m1");
    assert!(
        program.notice().starts_with("hit 2 of 7 log.jsonl:4 message m1 planner: "),
        "{}",
        program.notice()
    );
    program.press("n");
    assert_eq!(program.act(), "a2");
    program.press("nn");
    assert_eq!(program.act(), "a=4");
    program.press("N");
    assert_eq!(program.act(), "m2");
}

#[test]
fn beyond_the_last_hit_comes_the_first_and_it_says_so() {
    let mut program = TestProgram::of(FAILED);
    search(&mut program, "\"red\"");
    assert_eq!((program.act(), program.model().search.status()), ("a3", "1 of 1".to_owned()));
    program.press("n");
    assert!(program.notice().starts_with("wrapped to the first: hit 1 of 1"), "{}", program.notice());
    search(&mut program, "write it|\"red\"");
    program.press("n");
    assert_eq!(program.act(), "m1");
    program.press("N");
    assert!(program.notice().starts_with("wrapped: hit 2 of 2"), "{}", program.notice());
}

#[test]
fn a_record_that_is_no_act_is_passed_like_any_other() {
    let mut program = TestProgram::of(FAILED);
    program.press("\tg");
    // The planner's act, the start and the end of the episode.
    search(&mut program, "\"plan\"|max_steps_exceeded|\"task\"");
    let all = program.model().search.hits.len();
    assert!(all > 2, "{all}");
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..all {
        seen.insert(program.model().search.at);
        program.press("n");
    }
    assert_eq!(seen.len(), all, "{seen:?}");
}

#[test]
fn a_record_about_an_act_leads_to_the_act() {
    for (text, act) in [
        (r#""type":"reward""#, "a=4"),
        ("tested late", "a3"),
        ("default_action", "a2"),
        (r#""kind":"replay""#, "a1"),
    ] {
        let mut program = TestProgram::of(FAILED);
        search(&mut program, text);
        assert_eq!(program.act(), act, "{text}");
        let found =
            program.episode().episode.act_ids().find(|it| program.episode().found.holds(*it)).unwrap();
        assert_eq!(program.episode().episode.act(found).id, act, "{text}");
    }
}

#[test]
fn a_hit_in_another_episode_opens_it() {
    let mut program = two();
    search(&mut program, "\"b2\"");
    assert_eq!((program.episode().episode.name.as_str(), program.act()), ("f", "b2"));
    search(&mut program, "action\":\"go\"|action\":\"plan\",\"parents");
    assert_eq!((program.episode().episode.name.as_str(), program.act()), ("e", "a1"));
    assert!(program.notice().starts_with("wrapped to the first"), "{}", program.notice());
    program.press("n");
    assert_eq!((program.episode().episode.name.as_str(), program.act()), ("f", "b1"));
}

#[test]
fn on_the_list_of_episodes_the_row_moves_and_enter_opens_at_the_hit() {
    let mut program = TestProgram::of(&format!("{FAILED}{OPEN}"));
    assert_eq!(program.model().row, 0);
    search(&mut program, "\"b2\"");
    assert_eq!((program.model().screen, program.model().row), (Screen::Episodes, 1));
    program.press("\n");
    assert_eq!((program.episode().episode.name.as_str(), program.act()), ("f", "b2"));
}

#[test]
fn every_view_shows_the_hit() {
    for view in views::VIEWS.iter().map(|it| it.view) {
        let mut program = TestProgram::of(FAILED);
        program.press(&view.digit().to_string());
        search(&mut program, "\"red\"");
        let open = program.episode();
        assert_eq!(
            (program.act(), open.episode.agent(open.agent).name.as_str()),
            ("a3", "tester"),
            "{view:?}"
        );
        assert_eq!(program.model().view, view);
    }
}

#[test]
fn what_is_typed_is_searched_at_once_and_esc_brings_everything_back() {
    let mut program = TestProgram::of(FAILED);
    search(&mut program, "plan");
    program.press("3gj");
    let before = program.act().to_owned();
    program.press("/do");
    assert_eq!((pattern(&program), program.act()), ("do", "m2"));
    program.press("es not|\"red");
    assert_eq!((pattern(&program), program.act()), ("does not|\"red", "a3"));
    program.press("\x1b");
    assert_eq!((pattern(&program), program.act()), ("plan", before.as_str()));
    assert_eq!(program.model().prompt, None);
    // Nothing was searched for before, so nothing is now.
    let mut program = TestProgram::of(FAILED);
    let before = program.act().to_owned();
    program.press("/red\x1b");
    assert_eq!((pattern(&program), program.act(), program.model().search.found), ("", before.as_str(), 0));
}

#[test]
fn a_broken_expression_says_why_and_the_last_good_one_stays() {
    let mut program = TestProgram::of(FAILED);
    program.press("/re(");
    let error = program.model().prompt.as_ref().unwrap().error.clone();
    assert_eq!((error.as_deref(), pattern(&program)), (Some("unclosed group"), "re"));
    program.press("\n");
    assert!(program.model().prompt.is_some() && program.notice().contains("unclosed group"));
    program.press("d)");
    assert_eq!(program.model().prompt.as_ref().unwrap().error, None);
    assert_eq!(pattern(&program), "re(d)");
}

#[test]
fn keys_mean_letters_while_one_types_and_control_c_quits() {
    let mut program = TestProgram::of(FAILED);
    program.press("/qb12?");
    assert_eq!(program.model().prompt.as_ref().unwrap().text, "qb12?");
    program.key(Key::ctrl('c'));
    assert_eq!(program.effects, [Effect::Quit(130)]);
}

#[test]
fn earlier_searches_come_back() {
    let mut program = TestProgram::of(FAILED);
    search(&mut program, "plan");
    search(&mut program, "red");
    search(&mut program, "plan");
    assert_eq!(program.model().search.history, ["red", "plan"]);
    program.press("/");
    program.key(Key::named(KeyCode::Up));
    program.key(Key::named(KeyCode::Up));
    assert_eq!(program.model().prompt.as_ref().unwrap().text, "red");
    program.press("\x1b");
    // An empty line searches for the last again.
    program.press("\x1b");
    assert_eq!(pattern(&program), "");
    program.press("/\n");
    assert_eq!(pattern(&program), "plan");
}

#[test]
fn esc_ends_a_search_before_it_backs_out() {
    let mut program = two();
    program.press("3");
    search(&mut program, "coder");
    program.press("\x1b");
    assert_eq!((pattern(&program), program.model().view), ("", View::TIMELINE));
    assert_eq!(program.effects.len() + program.model().search.hits.len(), 0);
    program.press("\x1b");
    assert_eq!(program.model().view, View::CREDIT);
    // q is not asked about searches.
    search(&mut program, "coder");
    program.press("3q");
    assert_eq!((pattern(&program), program.model().view), ("coder", View::CREDIT));
}

#[test]
fn without_a_search_there_is_no_next_hit() {
    let mut program = TestProgram::of(FAILED);
    program.press("n");
    assert_eq!(program.notice(), "nothing is searched for: / searches");
    search(&mut program, "nowhere");
    assert_eq!(program.notice(), "no record matches /nowhere");
    program.press("N");
    assert_eq!(program.notice(), "no record matches /nowhere");
}

#[test]
fn the_list_of_hits_has_a_cursor_of_its_own() {
    let mut program = TestProgram::of(FAILED);
    search(&mut program, "agent\":\"coder");
    program.press("L");
    let here = program.act().to_owned();
    program.press("gj");
    assert_eq!((program.model().search.rank(), program.act()), (Some(1), here.as_str()));
    program.press("\n");
    assert_eq!((program.act(), program.model().overlay.clone()), ("a=4", None));
}

/// What the search thread would report of the hits in these lines.
fn news(program: &TestProgram, hits: &[Hit], lines: &[u32], done: bool) -> Message {
    let told: Vec<Hit> = hits.iter().filter(|it| lines.contains(&it.origin.line)).cloned().collect();
    let (request, found) = (program.model().search.request, told.len() as u64);
    let before = program.model().search.found;
    Message::Search(SearchNews {
        request,
        hits: told,
        found: before + found,
        searched: if done { 100 } else { 45 },
        size: 100,
        done,
        problem: None,
    })
}

/// A program with the pattern typed and nothing answered yet, and what would be found.
fn unanswered(keys: &str) -> (TestProgram, Vec<Hit>) {
    let mut answered = TestProgram::of(FAILED);
    answered.press(keys);
    let hits = answered.model().search.hits.clone();
    let mut program = TestProgram::of(FAILED);
    for key in keys.chars() {
        let key = if key == '\n' { Key::named(KeyCode::Enter) } else { Key::char(key) };
        update(program.model_mut(), Message::Key(key));
    }
    (program, hits)
}

#[test]
fn hits_are_shown_as_they_come() {
    let (mut program, hits) = unanswered("3g/coder\n");
    assert_eq!(program.model().search.status(), "no hit 0%");
    program.press("n");
    assert_eq!(program.notice(), "no record matches /coder yet, 0% searched");
    let some = news(&program, &hits, &[6], false);
    program.send(some);
    // The cursor goes to the first that comes; later ones are put before it in their order.
    assert_eq!((program.act(), program.model().search.status()), ("m2", "1 of 1 45%".to_owned()));
    let rest = news(&program, &hits, &[2, 4, 5], true);
    program.send(rest);
    assert_eq!((program.act(), program.model().search.status()), ("m2", "4 of 4".to_owned()));
    program.press("N");
    assert_eq!(program.act(), "a2");
}

#[test]
fn news_of_an_older_search_are_dropped() {
    let (mut program, hits) = unanswered("/coder\n");
    let stale = news(&program, &hits, &[4], false);
    update(program.model_mut(), Message::Key(Key::char('/')));
    update(program.model_mut(), Message::Key(Key::char('x')));
    program.send(stale.clone());
    assert_eq!(program.model().search.found, 0);
    program.press("\x1b\x1b");
    program.send(stale);
    assert_eq!((program.model().search.found, program.model().search.is_on()), (0, false));
}

#[test]
fn a_search_that_ends_without_a_hit_behind_the_cursor_goes_to_the_first() {
    let (mut program, hits) = unanswered("3G/write it\n");
    let found = news(&program, &hits, &[4], false);
    program.send(found);
    assert_eq!(program.act(), "a=4");
    let end = news(&program, &[], &[], true);
    program.send(end);
    assert_eq!(program.act(), "m1");
    assert!(program.notice().starts_with("wrapped to the first: hit 1 of 1"), "{}", program.notice());
}

#[test]
fn a_hit_of_an_episode_that_is_not_shown_yet_says_so() {
    let mut program = two();
    search(&mut program, "\"b2\"");
    let live = following(&mut program);
    let fewer: Segmented<EpisodeSummary> = live.episodes.range(0..1).cloned().collect();
    program.open(0);
    program.model_mut().log.episodes = Arc::new(fewer);
    program.press("n");
    assert_eq!(program.notice(), "hit 1 is in an episode that is not on the screen yet");
    assert_eq!(program.episode().id, EpisodeId(0));
}

#[test]
fn a_record_without_an_episode_is_told_in_place() {
    let mut program = two();
    let before = program.act().to_owned();
    search(&mut program, "credit_log");
    assert!(
        program.notice().contains("hit 1 of 1 log.jsonl:1 run: {\"type\":\"run\",\""),
        "{}",
        program.notice()
    );
    assert_eq!((program.act(), program.episode().id), (before.as_str(), EpisodeId(0)));
}
