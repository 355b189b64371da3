//! Who is to blame, what caused it, and moving about.

use super::*;
use crate::model::{ActId, AgentId};

/// The ids of acts after each of these keys.
fn walk(stage: &mut Stage, keys: &str) -> Vec<String> {
    let step = |key: char| {
        stage.press(&key.to_string());
        stage.act().to_owned()
    };
    keys.chars().map(step).collect()
}

/// Ids of the acts to blame, most first.
fn culprits(stage: &Stage) -> Vec<String> {
    let open = stage.episode();
    open.culprits().iter().map(|it| open.episode.act(*it).id.clone()).collect()
}

#[test]
fn an_episode_opens_on_the_agent_the_verdict_names() {
    let stage = Stage::of(FAILED);
    let verdict = &stage.episode().analysis().unwrap().verdict;
    assert_eq!(verdict.named, [AgentId(1)]);
    assert_eq!(stage.episode().agent, AgentId(1));
    assert_eq!(stage.episode().pane, Pane::Agents);
}

#[test]
fn blame_goes_down_the_list_and_back_up_and_around() {
    let mut stage = Stage::of(FAILED);
    let culprits = culprits(&stage);
    assert_eq!(culprits.len(), 3, "{culprits:?}");
    // What a person blames comes second.
    assert_eq!(culprits[1], "a3");
    stage.press("b");
    assert_eq!((stage.act(), stage.episode().pane), (culprits[0].as_str(), Pane::Acts));
    assert!(stage.notice().contains(&format!("1 of {}", culprits.len())), "{}", stage.notice());
    assert_eq!(walk(&mut stage, "bbb"), [&culprits[1..], &culprits[..1]].concat());
    assert_eq!(walk(&mut stage, "BBB"), [&culprits[2], &culprits[1], &culprits[0]].map(String::clone));
    let first = stage.episode().analysis().unwrap().verdict.act.unwrap();
    assert_eq!(stage.episode().act, Some(first));
}

#[test]
fn a_judgement_is_quoted_as_one() {
    let mut stage = Stage::of(FAILED);
    stage.press("bb");
    assert!(stage.notice().contains("a3 named by human: mistake"), "{}", stage.notice());
}

#[test]
fn blame_without_any_says_so() {
    let mut stage = Stage::of(OPEN);
    stage.press("b");
    assert!(stage.notice().contains("no act has credit"), "{}", stage.notice());
}

#[test]
fn causes_and_effects() {
    let mut stage = Stage::of(FAILED);
    stage.press("3G");
    assert_eq!(stage.act(), "a=4");
    // Of two parents the one with the larger credit.
    let sizes = |id: u32| stage.episode().act_credit(ActId(id)).map_or(0.0, |it| it.value.abs());
    let larger = if sizes(4) >= sizes(0) { "a3" } else { "a1" };
    assert_eq!(walk(&mut stage, "c"), [larger]);
    assert!(stage.notice().starts_with("why: "), "{}", stage.notice());
    stage.press("3g");
    stage.press("c");
    assert_eq!((stage.act(), stage.notice().contains("no cause")), ("a1", true));
    stage.press("9C");
    assert_eq!(stage.act(), "a=4");
    stage.press("C");
    assert!(stage.notice().contains("nothing in the log came of"), "{}", stage.notice());
    stage.press("6c");
    assert_eq!(stage.act(), "a1");
}

#[test]
fn acts_of_the_same_agent() {
    let mut stage = Stage::of(FAILED);
    stage.press("3gC");
    assert_eq!(walk(&mut stage, "C}}}{{{"), ["a2", "m2", "a=4", "a=4", "m2", "a2", "a2"]);
    stage.press("9}");
    assert_eq!(stage.act(), "a=4");
}

#[test]
fn episodes_next_and_previous() {
    let mut stage = two();
    stage.press("]");
    assert_eq!(stage.episode().episode.name, "f");
    stage.press("]");
    assert_eq!((stage.notice(), stage.episode().id.0), ("the last episode", 1));
    stage.press("9[");
    assert_eq!(stage.episode().episode.name, "e");
    stage.press("[");
    assert_eq!(stage.notice(), "the first episode");
    // In the list the keys move the row and open nothing.
    stage.press("0]");
    assert_eq!((stage.model().screen, stage.model().row, stage.episode().id.0), (Screen::Episodes, 1, 0));
    stage.press("\n");
    assert_eq!((stage.model().screen, stage.episode().id.0), (Screen::Episode, 1));
}

#[test]
fn back_goes_one_level_at_a_time_and_then_quits() {
    let mut stage = two();
    stage.press("4S?");
    assert_eq!(stage.model().overlay, Some(Overlay::Help));
    stage.press("q");
    assert_eq!((stage.model().overlay.clone(), stage.model().view), (None, View::Methods));
    stage.press("q");
    assert_eq!((stage.model().view, stage.model().screen), (View::Credit, Screen::Episode));
    stage.press("q");
    assert_eq!(stage.model().screen, Screen::Episodes);
    stage.press("\x1b");
    assert_eq!(stage.notice(), "q quits");
    stage.key(Key::char('q'));
    assert_eq!(stage.effects, [Effect::Quit(0)]);
    stage.key(Key::ctrl('c'));
    assert_eq!(stage.effects, [Effect::Quit(130)]);
}

#[test]
fn every_view_and_overlay_has_its_key() {
    let mut stage = Stage::of(FAILED);
    for view in View::ALL {
        stage.press(&view.digit().to_string());
        assert_eq!(stage.model().view, view);
    }
    stage.press("1");
    for (key, is_it) in [
        ("?", (|it| matches!(it, Overlay::Help)) as fn(&Overlay) -> bool),
        ("!", |it| matches!(it, Overlay::Findings)),
        ("i", |it| matches!(it, Overlay::Caveats)),
        ("S", |it| matches!(it, Overlay::Sweep)),
        ("e", |it| matches!(it, Overlay::Explain(it) if it.is_ok())),
    ] {
        stage.press(key);
        assert!(stage.model().overlay.as_ref().is_some_and(is_it), "{key}");
        stage.press("\x1b");
        assert_eq!(stage.model().overlay, None, "{key}");
    }
    stage.press("b\n");
    assert_eq!(stage.model().overlay, Some(Overlay::Detail));
}

#[test]
fn the_record_under_the_cursor_is_read() {
    let mut stage = Stage::of(FAILED);
    stage.press("3g");
    let fields = |stage: &Stage| stage.episode().detail.payload.as_ref().unwrap().fields.clone();
    assert_eq!(fields(&stage)[0].1, ["plan"]);
    stage.press("j");
    assert_eq!(fields(&stage)[0], ("content".to_owned(), vec!["write it".to_owned()]));
}

#[test]
fn scopes_of_the_timeline_keep_the_cursor_among_what_is_shown() {
    let mut stage = Stage::of(FAILED);
    stage.press("3");
    for scope in [Scope::Top, Scope::BlamePath, Scope::All] {
        stage.press(".");
        let open = stage.episode();
        assert_eq!(open.timeline.scope, scope);
        assert!(open.timeline_acts().row_of(open.act.unwrap()).is_some(), "{scope:?}");
    }
}

#[test]
fn an_unknown_key_is_told_so() {
    let mut stage = Stage::of(FAILED);
    stage.press("Q");
    assert_eq!(stage.notice(), "Q does nothing here; ? lists the keys");
    stage.press("7");
    assert_eq!(stage.model().count, Some(7));
    stage.press("Q");
    assert_eq!(stage.model().count, None);
}

#[test]
fn what_is_copied() {
    let mut stage = Stage::of(FAILED);
    let copied = |stage: &mut Stage| {
        stage.key(Key::char('y'));
        match stage.effects.as_slice() {
            [Effect::Copy(text)] => text.clone(),
            other => panic!("{other:?}"),
        }
    };
    let text = copied(&mut stage);
    assert!(
        text.lines().any(|it| it.starts_with("creditscope report log.jsonl --episode e --method ")),
        "{text}"
    );
    stage.press("5");
    let command = copied(&mut stage);
    assert_eq!(command.lines().count(), 1);
    let mut list = two();
    list.press("0");
    assert_eq!(copied(&mut list), "e\nf\n");
}

#[test]
fn weights_pass_over_what_pairs_earn_where_the_log_does_not_tell() {
    let weight = |stage: &Stage| stage.episode().graph.weight;
    let mut stage = two();
    walk(&mut stage, "2WWWW");
    assert_eq!(weight(&stage), crate::graph::Weight::Pairs);
    let shown = stage.episode().graph.shown().unwrap();
    assert!(shown.edge_count() > 0 && shown.edges().all(|it| it.1.joint.is_some()));
    stage.open(1);
    walk(&mut stage, "2WWWW");
    assert_eq!(weight(&stage), crate::graph::Weight::Messages);
    let notice = stage.model().notice.clone().unwrap();
    assert!(notice.contains("synergy of pairs: "), "{notice}");
}
