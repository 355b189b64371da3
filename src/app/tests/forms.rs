//! What-ifs: every field, what is typed, undo and redo.

use super::*;
use crate::{
    app::whatif::{Field, FieldKind, Form, WindowEnd, form},
    credit,
    model::{ActId, Number, Scenario},
};

fn fields(stage: &Stage) -> Vec<Field> {
    Form::fields(stage.episode())
}

/// The scenario on the screen.
fn scenario(stage: &Stage) -> Scenario {
    form::current(stage.episode()).unwrap()
}

/// Puts the cursor of the form on a field.
fn go(stage: &mut Stage, kind: &FieldKind) {
    let at = fields(stage).iter().position(|it| it.kind == *kind).unwrap();
    stage.model_mut().view = View::WhatIf;
    let open = stage.model_mut().open.as_mut().unwrap();
    (open.form.field, open.form.choice) = (at, 0);
}

#[test]
fn every_choice_of_every_field_can_be_picked_or_says_why_not() {
    for method in ["shapley", "difference", "replay-loo", "discount"] {
        let mut stage = Stage::of(FAILED);
        // On an act with alternatives there are fields of all kinds.
        stage.press("3gjjx");
        go(&mut stage, &FieldKind::Method);
        let at = credit::methods().iter().position(|it| it.name == method).unwrap();
        stage.model_mut().open.as_mut().unwrap().form.choice = at;
        stage.press("\n");
        assert_eq!(scenario(&stage).method, method);
        check_choices(&mut stage, method);
    }
}

/// Picks everything there is, one after the other; the first fork is `method`.
fn check_choices(stage: &mut Stage, method: &str) {
    let count = fields(stage).len();
    assert!(count >= 5, "{count}");
    let first = stage.episode().forks.number();
    for at in 0..count {
        for choice in 0..fields(stage)[at].choices.len() {
            let field = fields(stage)[at].clone();
            go(stage, &field.kind);
            stage.model_mut().open.as_mut().unwrap().form.choice = choice;
            let wanted = field.choices[choice].clone();
            stage.press(" ");
            let what = format!("{method}: {:?} {}", field.kind, wanted.label);
            if let Some(why) = &wanted.blocked {
                assert!(stage.notice().contains(&why.missing), "{what}: {}", stage.notice());
                continue;
            }
            let shown = scenario(stage);
            // If the method cannot follow the edit, another replaces it and the edit stays.
            let edit = |it: &Scenario| (it.dropped.clone(), it.substitutes.clone(), it.reward, it.discount);
            assert_eq!(edit(&shown), edit(&wanted.scenario), "{what}");
            assert!(
                shown == wanted.scenario || stage.notice().contains("; now "),
                "{what}: {}",
                stage.notice()
            );
            let analysis = stage.episode().analysis().expect("computed at once");
            assert_eq!(analysis.scenario.method, shown.method, "{what}");
            while stage.episode().forks.number() > first {
                stage.press("u");
            }
        }
    }
}

#[test]
fn every_choice_is_in_the_list_of_its_field() {
    let mut stage = Stage::of(FAILED);
    stage.press("5\n");
    assert!(stage.episode().form.list, "the method in force: nothing to pick, so all are listed");
    let methods = fields(&stage)[0].choices.clone();
    assert_eq!(methods.len(), credit::methods().len());
    for _ in 1..methods.len() {
        stage.press("j");
    }
    assert_eq!(stage.episode().form.choice, methods.len() - 1);
    stage.press("gG\x1b");
    assert!(!stage.episode().form.list && stage.model().view == View::WhatIf, "Esc closes the list alone");
    // A choice that cannot be picked says why, and the list stays.
    let blocked = methods.iter().position(|it| it.blocked.is_some()).unwrap();
    go(&mut stage, &FieldKind::Method);
    stage.press(".");
    stage.model_mut().open.as_mut().unwrap().form.choice = blocked;
    stage.press("\n");
    let why = methods[blocked].blocked.clone().unwrap();
    assert!(stage.episode().form.list && stage.notice().contains(&why.missing), "{}", stage.notice());
    assert!(why.nearest.is_some() && stage.notice().contains("; nearest: "), "{}", stage.notice());
    let banzhaf = methods.iter().position(|it| it.label == "banzhaf").unwrap();
    stage.model_mut().open.as_mut().unwrap().form.choice = banzhaf;
    stage.press("\n");
    assert!(!stage.episode().form.list);
    assert_eq!(scenario(&stage).method, "banzhaf");
    // Players are several choices: the list stays while they come and go.
    go(&mut stage, &FieldKind::Players);
    stage.press(".\nj\n");
    assert!(stage.episode().form.list);
    assert_eq!(scenario(&stage).dropped.len(), 2);
}

#[test]
fn parameters_show_where_they_have_a_say() {
    let mut stage = Stage::of(FAILED);
    let mut shown = |method: &str, baseline: Option<&str>| -> Vec<&str> {
        let next = Scenario { baseline: baseline.map(str::to_owned), ..Scenario::of_method(method) };
        let open = stage.model_mut().open.as_mut().unwrap();
        let logged = open.logged.get().unwrap().scenario.clone();
        open.forks.push(next, &logged);
        let params = Form::fields(open).into_iter().filter_map(|it| match it.kind {
            FieldKind::Param(name) => Some(name),
            _ => None,
        });
        params.collect()
    };
    assert_eq!(shown("difference", Some("null")), ["realised", "null"]);
    assert_eq!(shown("difference", Some("tempered")), ["realised", "tau"]);
    assert_eq!(shown("difference", Some("constant")), ["realised", "k"]);
    assert_eq!(shown("backprop", None), ["rho"]);
    assert_eq!(shown("backprop", Some("recency")), ["rho", "tau"]);
    // Every coalition is logged: there is nothing to bound.
    assert!(shown("shapley", None).is_empty());
    assert_eq!(shown("eligibility", None), ["gamma", "lambda", "tau", "conserve"]);
}

#[test]
fn the_window_is_cut_and_opened_again() {
    let mut stage = Stage::of(FAILED);
    let acts = stage.episode().episode.acts.len();
    let end = |end| FieldKind::Window(end);
    go(&mut stage, &end(WindowEnd::First));
    stage.press("\n3\n");
    assert_eq!(scenario(&stage).window, Some((ActId(2), ActId::from_index(acts - 1))));
    go(&mut stage, &end(WindowEnd::Last));
    // It cannot end before it begins.
    stage.press("\n1\n");
    assert_eq!(scenario(&stage).window, Some((ActId(2), ActId(2))));
    go(&mut stage, &end(WindowEnd::Last));
    stage.press("\n99\n");
    go(&mut stage, &end(WindowEnd::First));
    stage.press("\n1\n");
    assert_eq!(scenario(&stage).window, None, "all of it is what the log says");
}

#[test]
fn every_number_can_be_typed_and_stepped() {
    let mut stage = Stage::of(FAILED);
    stage.press("5");
    for field in fields(&stage).into_iter().filter(|it| it.number.is_some()) {
        go(&mut stage, &field.kind);
        // Acts and seeds are counted.
        let counted = matches!(field.kind, FieldKind::Window(_) | FieldKind::Seed);
        let typed: f64 = if counted { 0.0 } else { 0.25 };
        stage.press("\n0.25\n");
        let (value, given) = fields(&stage).iter().find(|it| it.kind == field.kind).unwrap().number.unwrap();
        assert!(
            value == typed.clamp(field.range.0, field.range.1),
            "{:?}: {value}, given {given:?}",
            field.kind
        );
        go(&mut stage, &field.kind);
        stage.press("l");
        let (after, _) = fields(&stage).iter().find(|it| it.kind == field.kind).unwrap().number.unwrap();
        let grew = after > value && after - value < 2.0 * field.step;
        assert!(grew || value >= field.range.1, "{:?}: {after}", field.kind);
        stage.press("X");
    }
}

#[test]
fn a_number_is_typed_key_by_key() {
    let mut stage = Stage::of(FAILED);
    go(&mut stage, &FieldKind::Reward);
    stage.press("\n-1x");
    // A key that is not part of a number keeps its own meaning.
    assert_eq!(stage.episode().form.typing, None);
    go(&mut stage, &FieldKind::Reward);
    stage.press("\n-1\n");
    assert_eq!(scenario(&stage).reward, Some(Number::new(-1.0)));
    go(&mut stage, &FieldKind::Reward);
    stage.press("\n--\n");
    assert_eq!(stage.notice(), "'--' is not a number");
    stage.press("\n12");
    stage.key(Key::named(KeyCode::Backspace));
    assert_eq!(stage.episode().form.typing.as_deref(), Some("1"));
    stage.press("\x1b");
    assert_eq!((stage.episode().form.typing.clone(), stage.model().view), (None, View::WhatIf));
    // What the log says is no edit.
    stage.press("\n-0.6\n");
    assert_eq!(scenario(&stage).reward, None);
}

#[test]
fn numbers_stay_in_their_range() {
    let mut stage = Stage::of(FAILED);
    go(&mut stage, &FieldKind::Discount);
    stage.press("\n7\n");
    assert_eq!(scenario(&stage).discount, None, "1 is the most, and what the log has");
    stage.press("\n-3\n");
    assert_eq!(scenario(&stage).discount, Some(Number::new(0.0)));
}

#[test]
fn edits_are_undone_and_done_again() {
    let mut stage = Stage::of(FAILED);
    go(&mut stage, &FieldKind::Reward);
    stage.press("\n1\n\n2\n");
    assert_eq!(stage.model().state_word(), "WHAT-IF #2");
    stage.press("u");
    assert_eq!(
        (stage.model().state_word().as_str(), scenario(&stage).reward),
        ("WHAT-IF #1", Some(Number::new(1.0)))
    );
    stage.press("u");
    assert_eq!(stage.model().state_word(), "SAVED");
    stage.press("u");
    assert_eq!(stage.notice(), "nothing to undo");
    stage.key(Key::ctrl('r'));
    stage.key(Key::ctrl('r'));
    assert_eq!(scenario(&stage).reward, Some(Number::new(2.0)));
    assert_eq!(stage.episode().analysis().unwrap().scenario.reward, Some(Number::new(2.0)));
    stage.key(Key::ctrl('r'));
    assert_eq!(stage.notice(), "nothing to redo");
    stage.press("X");
    assert_eq!((stage.model().state_word().as_str(), stage.episode().forks.number()), ("SAVED", 0));
    stage.key(Key::ctrl('r'));
    assert_eq!(stage.model().state_word(), "WHAT-IF #1");
    // A new edit takes a new number and forgets what could be redone.
    go(&mut stage, &FieldKind::Reward);
    stage.press("\n5\n");
    assert_eq!(stage.model().state_word(), "WHAT-IF #3");
}

#[test]
fn somebody_has_to_play() {
    let mut stage = Stage::of(FAILED);
    for player in 0..3 {
        go(&mut stage, &FieldKind::Players);
        stage.model_mut().open.as_mut().unwrap().form.choice = player;
        stage.press("\n");
    }
    assert_eq!(scenario(&stage).dropped.len(), 2);
    assert!(stage.notice().contains("somebody has to play"), "{}", stage.notice());
}

#[test]
fn an_act_without_alternatives_cannot_do_otherwise() {
    let mut stage = Stage::of(FAILED);
    stage.press("3gjx");
    assert_eq!(stage.model().view, View::WhatIf);
    assert!(stage.notice().contains("no alternatives of m1"), "{}", stage.notice());
    stage.press("3jx");
    let open = stage.episode();
    assert!(matches!(Form::fields(open)[open.form.field].kind, FieldKind::Action(_)));
}
