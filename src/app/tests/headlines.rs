//! Who is named in the list of episodes.

use super::*;
use crate::{app::Headlines, model::EpisodeSummary};

/// `e0` to `e<n>`, each failed and judged to be bob's fault at its second act.
fn judged(n: usize) -> String {
    let one = |at: usize| {
        format!(
            r#"{{"type":"action","episode":"e{at}","id":"a1","agent":"ada","action":"plan"}}
{{"type":"action","episode":"e{at}","id":"a2","agent":"bob","action":"drop"}}
{{"type":"credit","episode":"e{at}","algorithm":"human_annotation","items":[{{"of":"a2","label":"mistake"}}]}}
{{"type":"episode_end","episode":"e{at}","status":"failure","return":0}}
"#
        )
    };
    (0..n).map(one).collect()
}

fn known(model: &Model) -> Vec<usize> {
    let headlines: &Headlines = &model.headlines;
    let is_known = |row: &EpisodeSummary| headlines.card(row).is_some();
    model.log.episodes.iter().enumerate().filter(|it| is_known(it.1)).map(|it| it.0).collect()
}

#[test]
fn the_rows_around_the_cursor_say_who() {
    let mut program = TestProgram::of(&judged(1_001));
    // 24 rows of the screen: as many below the cursor, which begins at the top.
    assert_eq!(known(program.model()), (0..24).collect::<Vec<_>>());
    let first = &program.model().headlines.card(&program.model().log.episodes[0]).unwrap().headline;
    assert_eq!((first.who.as_str(), first.at.as_str(), first.rung.word()), ("bob", " at a2", "judged"));
    program.press("70j");
    assert_eq!(known(program.model()), (0..24).chain(46..94).collect::<Vec<_>>());
}

#[test]
fn of_a_list_that_is_not_long_every_row_says_who() {
    let program = TestProgram::of(&judged(100));
    assert_eq!(known(program.model()), (0..100).collect::<Vec<_>>());
    let totals = &program.model().list.totals;
    assert_eq!((totals.judged, totals.failed, totals.blamed[0].count), (100, 100, 100));
    let said = totals.sentences(80);
    assert_eq!((said[1].0, said[1].1.whole().as_str()), ("WHO", "In 100 failures, judged: bob 100."));
}

#[test]
fn a_wide_screen_has_a_look_at_the_episode_under_the_cursor() {
    let mut program = TestProgram::of(&judged(3));
    let seen = |program: &TestProgram| {
        let model = program.model();
        model.headlines.preview(&model.log.episodes[model.row]).map(|it| it.episode.name.clone())
    };
    assert_eq!(seen(&program), None);
    program.send(Message::Resize(120, 36));
    assert_eq!(seen(&program).as_deref(), Some("e0"));
    program.press("jj");
    assert_eq!(seen(&program).as_deref(), Some("e2"));
}

#[test]
fn an_episode_that_is_still_written_is_judged_when_it_ends() {
    let mut program = TestProgram::of(&judged(2));
    let mut live = following(&mut program);
    let rows = std::sync::Arc::make_mut(&mut live.episodes);
    (rows[1].open, rows[1].revision) = (true, rows[1].revision + 1);
    let mut model = program.model().clone();
    let effects = update(&mut model, Message::Log(live.clone()));
    assert!(!effects.iter().any(|it| matches!(it, Effect::Peek(_))), "{effects:?}");
    let rows = std::sync::Arc::make_mut(&mut live.episodes);
    (rows[1].open, rows[1].revision) = (false, rows[1].revision + 1);
    let id = rows[1].id;
    let effects = update(&mut model, Message::Log(live));
    assert!(effects.contains(&Effect::Peek(id)), "{effects:?}");
}

#[test]
fn a_large_episode_is_judged_when_it_is_opened() {
    let acts = |at: usize| {
        format!("{{\"type\":\"action\",\"episode\":\"big\",\"id\":\"a{at}\",\"agent\":\"ada\"}}\n")
    };
    let text: String = (0..2_001).map(acts).collect::<String>() + &judged(1);
    assert_eq!(known(TestProgram::of(&text).model()), [1]);
}
