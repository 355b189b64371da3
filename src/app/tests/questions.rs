//! Who is to blame, what caused it, and moving about.

use super::*;
use crate::model::{ActId, AgentId};

/// The ids of acts after each of these keys.
fn walk(program: &mut TestProgram, keys: &str) -> Vec<String> {
    let step = |key: char| {
        program.press(&key.to_string());
        program.act().to_owned()
    };
    keys.chars().map(step).collect()
}

/// Ids of the acts to blame, most first.
fn culprits(program: &TestProgram) -> Vec<String> {
    let open = program.episode();
    open.culprits().iter().map(|it| open.episode.act(*it).id.clone()).collect()
}

#[test]
fn an_episode_opens_on_the_agent_the_verdict_names() {
    let program = TestProgram::of(FAILED);
    let verdict = &program.episode().analysis().unwrap().verdict;
    assert_eq!(verdict.named(), [AgentId(1)]);
    assert_eq!(program.episode().agent, AgentId(1));
    assert_eq!(program.episode().pane, Pane::Agents);
}

#[test]
fn blame_goes_down_the_list_and_back_up_and_around() {
    let mut program = TestProgram::of(FAILED);
    let culprits = culprits(&program);
    assert_eq!(culprits.len(), 3, "{culprits:?}");
    // What a person blames comes second.
    assert_eq!(culprits[1], "a3");
    program.press("b");
    assert_eq!((program.act(), program.episode().pane), (culprits[0].as_str(), Pane::Acts));
    assert!(program.notice().contains(&format!("1 of {}", culprits.len())), "{}", program.notice());
    assert_eq!(walk(&mut program, "bbb"), [&culprits[1..], &culprits[..1]].concat());
    assert_eq!(walk(&mut program, "BBB"), [&culprits[2], &culprits[1], &culprits[0]].map(String::clone));
    let first = program.episode().analysis().unwrap().verdict.act().unwrap();
    assert_eq!(program.episode().act, Some(first));
}

#[test]
fn a_judgement_is_quoted_as_one() {
    let mut program = TestProgram::of(FAILED);
    program.press("bb");
    assert!(program.notice().contains("a3 named by human: mistake"), "{}", program.notice());
}

#[test]
fn blame_without_any_says_so() {
    let mut program = TestProgram::of(OPEN);
    program.press("b");
    assert!(program.notice().contains("no act has credit"), "{}", program.notice());
}

#[test]
fn causes_and_effects() {
    let mut program = TestProgram::of(FAILED);
    program.press("3G");
    assert_eq!(program.act(), "a=4");
    // Of two parents the one with the larger credit.
    let sizes = |id: u32| program.episode().act_credit(ActId(id)).map_or(0.0, |it| it.value.abs());
    let larger = if sizes(4) >= sizes(0) { "a3" } else { "a1" };
    assert_eq!(walk(&mut program, "c"), [larger]);
    assert!(program.notice().starts_with("why: "), "{}", program.notice());
    program.press("3g");
    program.press("c");
    assert_eq!((program.act(), program.notice().contains("no cause")), ("a1", true));
    program.press("9C");
    assert_eq!(program.act(), "a=4");
    program.press("C");
    assert!(program.notice().contains("nothing in the log came of"), "{}", program.notice());
    program.press("6c");
    assert_eq!(program.act(), "a1");
}

#[test]
fn acts_of_the_same_agent() {
    let mut program = TestProgram::of(FAILED);
    program.press("3gC");
    assert_eq!(walk(&mut program, "C}}}{{{"), ["a2", "m2", "a=4", "a=4", "m2", "a2", "a2"]);
    program.press("9}");
    assert_eq!(program.act(), "a=4");
}

#[test]
fn episodes_next_and_previous() {
    let mut program = two();
    program.press("]");
    assert_eq!(program.episode().episode.name, "f");
    program.press("]");
    assert_eq!((program.notice(), program.episode().id.0), ("the last episode", 1));
    program.press("9[");
    assert_eq!(program.episode().episode.name, "e");
    program.press("[");
    assert_eq!(program.notice(), "the first episode");
    // In the list the keys move the row and open nothing.
    program.press("0]");
    assert_eq!(
        (program.model().screen, program.model().row, program.episode().id.0),
        (Screen::Episodes, 1, 0)
    );
    program.press("\n");
    assert_eq!((program.model().screen, program.episode().id.0), (Screen::Episode, 1));
}

#[test]
fn back_goes_one_level_at_a_time_and_then_quits() {
    let mut program = two();
    program.press("4S?");
    assert_eq!(program.model().overlay, Some(Overlay::Help));
    program.press("q");
    assert_eq!((program.model().overlay.clone(), program.model().view), (None, View::METHODS));
    program.press("q");
    assert_eq!((program.model().view, program.model().screen), (View::CREDIT, Screen::Episode));
    program.press("q");
    assert_eq!(program.model().screen, Screen::Episodes);
    program.press("\x1b");
    assert_eq!(program.notice(), "q quits");
    program.key(Key::char('q'));
    assert_eq!(program.effects, [Effect::Quit(0)]);
    program.key(Key::ctrl('c'));
    assert_eq!(program.effects, [Effect::Quit(130)]);
}

#[test]
fn the_glossary_is_narrowed_by_typing() {
    let mut program = TestProgram::of(FAILED);
    let shown = |program: &TestProgram| match &program.model().overlay {
        Some(Overlay::Glossary(typed)) => Some(typed.clone()),
        _ => None,
    };
    // Without the help the key goes to the first row, as everywhere.
    program.press("g");
    assert_eq!(shown(&program), None);
    program.press("?gjq");
    assert_eq!(shown(&program).as_deref(), Some("jq"), "letters are typed");
    program.key(Key::named(KeyCode::Backspace));
    program.key(Key::named(KeyCode::Down));
    assert_eq!((shown(&program).as_deref(), program.model().overlay_top), (Some("j"), 1));
    program.press("u");
    assert_eq!(
        (shown(&program).as_deref(), program.model().overlay_top),
        (Some("ju"), 0),
        "from the first on"
    );
    // What was typed stays, and letters are keys again.
    program.press("\nj");
    assert_eq!((shown(&program).as_deref(), program.model().overlay_top), (Some("ju"), 1));
    program.press("?g");
    program.send(Message::Paste("blame\n".to_owned()));
    assert_eq!(shown(&program).as_deref(), Some("blame"));
    program.press("\x1b");
    assert_eq!(program.model().overlay, Some(Overlay::Help));
    program.press("g");
    program.key(Key::named(KeyCode::Backspace));
    assert_eq!((program.model().overlay.clone(), &program.model().prompt), (Some(Overlay::Help), &None));
    program.press("\x1b");
    assert_eq!(program.model().overlay, None);
}

#[test]
fn every_view_and_overlay_has_its_key() {
    let mut program = TestProgram::of(FAILED);
    for view in views::VIEWS.iter().map(|it| it.view) {
        program.press(&view.digit().to_string());
        assert_eq!(program.model().view, view);
    }
    program.press("1");
    for (key, is_it) in [
        ("?", (|it| matches!(it, Overlay::Help)) as fn(&Overlay) -> bool),
        ("!", |it| matches!(it, Overlay::Findings)),
        ("i", |it| matches!(it, Overlay::Caveats)),
        ("S", |it| matches!(it, Overlay::Sweep)),
        ("e", |it| matches!(it, Overlay::Explain(it) if it.is_ok())),
    ] {
        program.press(key);
        assert!(program.model().overlay.as_ref().is_some_and(is_it), "{key}");
        program.press("\x1b");
        assert_eq!(program.model().overlay, None, "{key}");
    }
    program.press("b\n");
    assert_eq!(program.model().overlay, Some(Overlay::Detail));
}

#[test]
fn the_record_under_the_cursor_is_read() {
    let mut program = TestProgram::of(FAILED);
    program.press("3g");
    let fields = |program: &TestProgram| program.episode().detail.payload.as_ref().unwrap().fields.clone();
    assert_eq!(fields(&program)[0].1, ["plan"]);
    program.press("j");
    assert_eq!(fields(&program)[0], ("content".to_owned(), vec!["write it".to_owned()]));
}

#[test]
fn scopes_of_the_timeline_keep_the_cursor_among_what_is_shown() {
    let mut program = TestProgram::of(FAILED);
    program.press("3");
    for scope in [Scope::Top, Scope::BlamePath, Scope::All] {
        program.press(".");
        let open = program.episode();
        assert_eq!(open.timeline.scope, scope);
        assert!(open.timeline_acts().row_of(open.act.unwrap()).is_some(), "{scope:?}");
    }
}

#[test]
fn an_unknown_key_is_told_so() {
    let mut program = TestProgram::of(FAILED);
    program.press("Q");
    assert_eq!(program.notice(), "Q does nothing here; ? lists the keys");
    program.press("7");
    assert_eq!(program.model().count, Some(7));
    program.press("Q");
    assert_eq!(program.model().count, None);
}

#[test]
fn what_is_copied() {
    let mut program = TestProgram::of(FAILED);
    let copied = |program: &mut TestProgram| {
        program.key(Key::char('y'));
        match program.effects.as_slice() {
            [Effect::Copy(text)] => text.clone(),
            other => panic!("{other:?}"),
        }
    };
    let text = copied(&mut program);
    assert!(
        text.lines().any(|it| it.starts_with("creditscope report log.jsonl --episode e --method ")),
        "{text}"
    );
    program.press("5");
    let command = copied(&mut program);
    assert_eq!(command.lines().count(), 1);
    let mut list = two();
    list.press("0");
    assert_eq!(copied(&mut list), "e\nf\n");
}

#[test]
fn weights_pass_over_what_pairs_earn_where_the_log_does_not_tell() {
    let weight = |program: &TestProgram| program.episode().graph.weight;
    let mut program = two();
    walk(&mut program, "2WWWW");
    assert_eq!(weight(&program), crate::graph::Weight::Pairs);
    let shown = program.episode().graph.shown().unwrap();
    assert!(shown.edge_count() > 0 && shown.edges().all(|it| it.1.joint.is_some()));
    program.open(1);
    walk(&mut program, "2WWWW");
    assert_eq!(weight(&program), crate::graph::Weight::Messages);
    let notice = program.model().notice.clone().unwrap();
    assert!(notice.contains("synergy of pairs: "), "{notice}");
}

#[test]
fn a_method_that_changes_from_one_episode_to_the_next_says_so() {
    let episode = |name: &str, credit: &str| {
        format!(
            "{{\"type\":\"episode_start\",\"episode\":\"{name}\",\"agents\":[{{\"id\":\"a\"}},{{\"id\":\"b\"}}]}}\n\
             {{\"type\":\"action\",\"episode\":\"{name}\",\"id\":\"x\",\"agent\":\"a\",\"action\":\"go\"}}\n{credit}\
             {{\"type\":\"episode_end\",\"episode\":\"{name}\",\"status\":\"failure\"}}\n"
        )
    };
    let declared = |name: &str| {
        format!(
            "{{\"type\":\"credit\",\"episode\":\"{name}\",\"algorithm\":\"m\",\"agents\":{{\"a\":-1,\"b\":0}}}}\n"
        )
    };
    let log = episode("e", "") + &episode("f", &declared("f")) + &episode("g", &declared("g"));
    let mut program = TestProgram::of(&log);
    program.press("\n");
    program.press("]");
    assert_eq!(
        program.notice(),
        "credit is by declared here, and was by backprop/uniform in the episode before"
    );
    program.press("]");
    assert!(!program.notice().contains("credit is by"), "{}", program.notice());
}
