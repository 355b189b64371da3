//! Searching: typing, hits as they come, from hit to hit, and back.

use super::*;
use crate::{
    model::{EpisodeId, EpisodeSummary, Segmented},
    search::Hit,
};
use std::sync::Arc;

fn search(stage: &mut Stage, pattern: &str) {
    stage.press(&format!("/{pattern}\n"));
}

fn pattern(stage: &Stage) -> &str {
    stage.model().search.pattern.as_ref().map_or("", |it| it.text())
}

#[test]
fn a_search_goes_to_the_first_hit_and_on() {
    let mut stage = Stage::of(FAILED);
    stage.press("\tg");
    stage.press("1sg");
    assert_eq!(stage.act(), "a1");
    search(&mut stage, "coder");
    // The message to the coder is the first record after the plan that names one.
    assert_eq!(stage.act(), "m1");
    assert!(stage.notice().starts_with("hit 2 of 7 log.jsonl:4 message m1 planner: "), "{}", stage.notice());
    stage.press("n");
    assert_eq!(stage.act(), "a2");
    stage.press("nn");
    assert_eq!(stage.act(), "a=4");
    stage.press("N");
    assert_eq!(stage.act(), "m2");
}

#[test]
fn beyond_the_last_hit_comes_the_first_and_it_says_so() {
    let mut stage = Stage::of(FAILED);
    search(&mut stage, "\"red\"");
    assert_eq!((stage.act(), stage.model().search.status()), ("a3", "1 of 1".to_owned()));
    stage.press("n");
    assert!(stage.notice().starts_with("wrapped to the first: hit 1 of 1"), "{}", stage.notice());
    search(&mut stage, "write it|\"red\"");
    stage.press("n");
    assert_eq!(stage.act(), "m1");
    stage.press("N");
    assert!(stage.notice().starts_with("wrapped: hit 2 of 2"), "{}", stage.notice());
}

#[test]
fn a_record_about_an_act_leads_to_the_act() {
    for (text, act) in [
        (r#""type":"reward""#, "a=4"),
        ("tested late", "a3"),
        ("default_action", "a2"),
        (r#""kind":"replay""#, "a1"),
    ] {
        let mut stage = Stage::of(FAILED);
        search(&mut stage, text);
        assert_eq!(stage.act(), act, "{text}");
        let found = stage.episode().episode.act_ids().find(|it| stage.episode().found.holds(*it)).unwrap();
        assert_eq!(stage.episode().episode.act(found).id, act, "{text}");
    }
}

#[test]
fn a_hit_in_another_episode_opens_it() {
    let mut stage = two();
    search(&mut stage, "\"b2\"");
    assert_eq!((stage.episode().episode.name.as_str(), stage.act()), ("f", "b2"));
    search(&mut stage, "action\":\"go\"|action\":\"plan\",\"parents");
    assert_eq!((stage.episode().episode.name.as_str(), stage.act()), ("e", "a1"));
    assert!(stage.notice().starts_with("wrapped to the first"), "{}", stage.notice());
    stage.press("n");
    assert_eq!((stage.episode().episode.name.as_str(), stage.act()), ("f", "b1"));
}

#[test]
fn on_the_list_of_episodes_the_row_moves_and_enter_opens_at_the_hit() {
    let mut stage = Stage::of(&format!("{FAILED}{OPEN}"));
    assert_eq!(stage.model().row, 0);
    search(&mut stage, "\"b2\"");
    assert_eq!((stage.model().screen, stage.model().row), (Screen::Episodes, 1));
    stage.press("\n");
    assert_eq!((stage.episode().episode.name.as_str(), stage.act()), ("f", "b2"));
}

#[test]
fn every_view_shows_the_hit() {
    for view in View::ALL {
        let mut stage = Stage::of(FAILED);
        stage.press(&view.digit().to_string());
        search(&mut stage, "\"red\"");
        let open = stage.episode();
        assert_eq!((stage.act(), open.episode.agent(open.agent).name.as_str()), ("a3", "tester"), "{view:?}");
        assert_eq!(stage.model().view, view);
    }
}

#[test]
fn what_is_typed_is_searched_at_once_and_esc_brings_everything_back() {
    let mut stage = Stage::of(FAILED);
    search(&mut stage, "plan");
    stage.press("3gj");
    let before = stage.act().to_owned();
    stage.press("/do");
    assert_eq!((pattern(&stage), stage.act()), ("do", "m2"));
    stage.press("es not|\"red");
    assert_eq!((pattern(&stage), stage.act()), ("does not|\"red", "a3"));
    stage.press("\x1b");
    assert_eq!((pattern(&stage), stage.act()), ("plan", before.as_str()));
    assert_eq!(stage.model().prompt, None);
    // Nothing was searched for before, so nothing is now.
    let mut stage = Stage::of(FAILED);
    let before = stage.act().to_owned();
    stage.press("/red\x1b");
    assert_eq!((pattern(&stage), stage.act(), stage.model().search.found), ("", before.as_str(), 0));
}

#[test]
fn a_broken_expression_says_why_and_the_last_good_one_stays() {
    let mut stage = Stage::of(FAILED);
    stage.press("/re(");
    let error = stage.model().prompt.as_ref().unwrap().error.clone();
    assert_eq!((error.as_deref(), pattern(&stage)), (Some("unclosed group"), "re"));
    stage.press("\n");
    assert!(stage.model().prompt.is_some() && stage.notice().contains("unclosed group"));
    stage.press("d)");
    assert_eq!(stage.model().prompt.as_ref().unwrap().error, None);
    assert_eq!(pattern(&stage), "re(d)");
}

#[test]
fn keys_mean_letters_while_one_types_and_control_c_quits() {
    let mut stage = Stage::of(FAILED);
    stage.press("/qb12?");
    assert_eq!(stage.model().prompt.as_ref().unwrap().text, "qb12?");
    stage.key(Key::ctrl('c'));
    assert_eq!(stage.effects, [Effect::Quit(130)]);
}

#[test]
fn earlier_searches_come_back() {
    let mut stage = Stage::of(FAILED);
    search(&mut stage, "plan");
    search(&mut stage, "red");
    search(&mut stage, "plan");
    assert_eq!(stage.model().search.history, ["red", "plan"]);
    stage.press("/");
    stage.key(Key::named(KeyCode::Up));
    stage.key(Key::named(KeyCode::Up));
    assert_eq!(stage.model().prompt.as_ref().unwrap().text, "red");
    stage.press("\x1b");
    // An empty line searches for the last again.
    stage.press("\x1b");
    assert_eq!(pattern(&stage), "");
    stage.press("/\n");
    assert_eq!(pattern(&stage), "plan");
}

#[test]
fn esc_ends_a_search_before_it_backs_out() {
    let mut stage = two();
    stage.press("3");
    search(&mut stage, "coder");
    stage.press("\x1b");
    assert_eq!((pattern(&stage), stage.model().view), ("", View::Timeline));
    assert_eq!(stage.effects.len() + stage.model().search.hits.len(), 0);
    stage.press("\x1b");
    assert_eq!(stage.model().view, View::Credit);
    // q is not asked about searches.
    search(&mut stage, "coder");
    stage.press("3q");
    assert_eq!((pattern(&stage), stage.model().view), ("coder", View::Credit));
}

#[test]
fn without_a_search_there_is_no_next_hit() {
    let mut stage = Stage::of(FAILED);
    stage.press("n");
    assert_eq!(stage.notice(), "nothing is searched for: / searches");
    search(&mut stage, "nowhere");
    assert_eq!(stage.notice(), "no record matches /nowhere");
    stage.press("N");
    assert_eq!(stage.notice(), "no record matches /nowhere");
}

#[test]
fn the_list_of_hits_has_a_cursor_of_its_own() {
    let mut stage = Stage::of(FAILED);
    search(&mut stage, "agent\":\"coder");
    stage.press("L");
    let here = stage.act().to_owned();
    stage.press("gj");
    assert_eq!((stage.model().search.rank(), stage.act()), (Some(1), here.as_str()));
    stage.press("\n");
    assert_eq!((stage.act(), stage.model().overlay.clone()), ("a=4", None));
}

/// What the search thread would report of the hits in these lines.
fn news(stage: &Stage, hits: &[Hit], lines: &[u32], done: bool) -> Message {
    let told: Vec<Hit> = hits.iter().filter(|it| lines.contains(&it.origin.line)).cloned().collect();
    let (request, found) = (stage.model().search.request, told.len() as u64);
    let before = stage.model().search.found;
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

/// A stage with the pattern typed and nothing answered yet, and what would be found.
fn unanswered(keys: &str) -> (Stage, Vec<Hit>) {
    let mut answered = Stage::of(FAILED);
    answered.press(keys);
    let hits = answered.model().search.hits.clone();
    let mut stage = Stage::of(FAILED);
    for key in keys.chars() {
        let key = if key == '\n' { Key::named(KeyCode::Enter) } else { Key::char(key) };
        update(stage.model_mut(), Message::Key(key));
    }
    (stage, hits)
}

#[test]
fn hits_are_shown_as_they_come() {
    let (mut stage, hits) = unanswered("3g/coder\n");
    assert_eq!(stage.model().search.status(), "no hit 0%");
    stage.press("n");
    assert_eq!(stage.notice(), "no record matches /coder yet, 0% searched");
    let some = news(&stage, &hits, &[6], false);
    stage.send(some);
    // The cursor goes to the first that comes; later ones are put before it in their order.
    assert_eq!((stage.act(), stage.model().search.status()), ("m2", "1 of 1 45%".to_owned()));
    let rest = news(&stage, &hits, &[2, 4, 5], true);
    stage.send(rest);
    assert_eq!((stage.act(), stage.model().search.status()), ("m2", "4 of 4".to_owned()));
    stage.press("N");
    assert_eq!(stage.act(), "a2");
}

#[test]
fn news_of_an_older_search_are_dropped() {
    let (mut stage, hits) = unanswered("/coder\n");
    let stale = news(&stage, &hits, &[4], false);
    update(stage.model_mut(), Message::Key(Key::char('/')));
    update(stage.model_mut(), Message::Key(Key::char('x')));
    stage.send(stale.clone());
    assert_eq!(stage.model().search.found, 0);
    stage.press("\x1b\x1b");
    stage.send(stale);
    assert_eq!((stage.model().search.found, stage.model().search.is_on()), (0, false));
}

#[test]
fn a_search_that_ends_without_a_hit_behind_the_cursor_goes_to_the_first() {
    let (mut stage, hits) = unanswered("3G/write it\n");
    let found = news(&stage, &hits, &[4], false);
    stage.send(found);
    assert_eq!(stage.act(), "a=4");
    let end = news(&stage, &[], &[], true);
    stage.send(end);
    assert_eq!(stage.act(), "m1");
    assert!(stage.notice().starts_with("wrapped to the first: hit 1 of 1"), "{}", stage.notice());
}

#[test]
fn a_hit_of_an_episode_that_is_not_shown_yet_says_so() {
    let mut stage = two();
    search(&mut stage, "\"b2\"");
    let live = following(&mut stage);
    let fewer: Segmented<EpisodeSummary> = live.episodes.range(0..1).cloned().collect();
    stage.open(0);
    stage.model_mut().log.episodes = Arc::new(fewer);
    stage.press("n");
    assert_eq!(stage.notice(), "hit 1 is in an episode that is not on the screen yet");
    assert_eq!(stage.episode().id, EpisodeId(0));
}

#[test]
fn a_record_without_an_episode_is_told_in_place() {
    let mut stage = two();
    let before = stage.act().to_owned();
    search(&mut stage, "credit_log");
    assert!(
        stage.notice().contains("hit 1 of 1 log.jsonl:1 run: {\"type\":\"run\",\""),
        "{}",
        stage.notice()
    );
    assert_eq!((stage.act(), stage.episode().id), (before.as_str(), EpisodeId(0)));
}
