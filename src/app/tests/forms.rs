//! What-ifs: every field, what is typed, undo and redo.

use super::*;
use crate::{
    app::whatif::{Field, FieldKind, Form, WindowEnd, form},
    credit,
    model::{ActId, Number, Scenario},
};

fn fields(program: &TestProgram) -> Vec<Field> {
    Form::fields(program.episode())
}

/// The scenario on the screen.
fn scenario(program: &TestProgram) -> Scenario {
    form::current(program.episode()).unwrap()
}

/// Puts the cursor of the form on a field.
fn go(program: &mut TestProgram, kind: &FieldKind) {
    let at = fields(program).iter().position(|it| it.kind == *kind).unwrap();
    program.model_mut().view = View::WHAT_IF;
    let open = program.model_mut().open.as_mut().unwrap();
    (open.form.field, open.form.choice) = (at, 0);
}

#[test]
fn every_choice_of_every_field_can_be_picked_or_says_why_not() {
    for method in ["shapley", "difference", "replay-loo", "discount"] {
        let mut program = TestProgram::of(FAILED);
        // On an act with alternatives there are fields of all kinds.
        program.press("3gjjx");
        go(&mut program, &FieldKind::Method);
        let at = credit::methods().iter().position(|it| it.name == method).unwrap();
        program.model_mut().open.as_mut().unwrap().form.choice = at;
        program.press("\n");
        assert_eq!(scenario(&program).method, method);
        check_choices(&mut program, method);
    }
}

/// Picks everything there is, one after the other; the first fork is `method`.
fn check_choices(program: &mut TestProgram, method: &str) {
    let count = fields(program).len();
    assert!(count >= 5, "{count}");
    let first = program.episode().forks.number();
    for at in 0..count {
        for choice in 0..fields(program)[at].choices.len() {
            let field = fields(program)[at].clone();
            go(program, &field.kind);
            program.model_mut().open.as_mut().unwrap().form.choice = choice;
            let wanted = field.choices[choice].clone();
            program.press(" ");
            let what = format!("{method}: {:?} {}", field.kind, wanted.label);
            if let Some(why) = &wanted.blocked {
                assert!(program.notice().contains(&why.missing), "{what}: {}", program.notice());
                continue;
            }
            let shown = scenario(program);
            // If the method cannot follow the edit, another replaces it and the edit stays.
            let edit = |it: &Scenario| (it.dropped.clone(), it.substitutes.clone(), it.reward, it.discount);
            assert_eq!(edit(&shown), edit(&wanted.scenario), "{what}");
            assert!(
                shown == wanted.scenario || program.notice().contains("; now "),
                "{what}: {}",
                program.notice()
            );
            let analysis = program.episode().analysis().expect("computed at once");
            assert_eq!(analysis.scenario.method, shown.method, "{what}");
            while program.episode().forks.number() > first {
                program.press("u");
            }
        }
    }
}

#[test]
fn every_choice_is_in_the_list_of_its_field() {
    let mut program = TestProgram::of(FAILED);
    program.press("5\n");
    assert!(program.episode().form.list, "the method in force: nothing to pick, so all are listed");
    let methods = fields(&program)[0].choices.clone();
    assert_eq!(methods.len(), credit::methods().len());
    for _ in 1..methods.len() {
        program.press("j");
    }
    assert_eq!(program.episode().form.choice, methods.len() - 1);
    program.press("gG\x1b");
    assert!(
        !program.episode().form.list && program.model().view == View::WHAT_IF,
        "Esc closes the list alone"
    );
    // A choice that cannot be picked says why, and the list stays.
    let blocked = methods.iter().position(|it| it.blocked.is_some()).unwrap();
    go(&mut program, &FieldKind::Method);
    program.press(".");
    program.model_mut().open.as_mut().unwrap().form.choice = blocked;
    program.press("\n");
    let why = methods[blocked].blocked.clone().unwrap();
    assert!(program.episode().form.list && program.notice().contains(&why.missing), "{}", program.notice());
    assert!(why.nearest.is_some() && program.notice().contains("; nearest: "), "{}", program.notice());
    let banzhaf = methods.iter().position(|it| it.label == "banzhaf").unwrap();
    program.model_mut().open.as_mut().unwrap().form.choice = banzhaf;
    program.press("\n");
    assert!(!program.episode().form.list);
    assert_eq!(scenario(&program).method, "banzhaf");
    // Players are several choices: the list stays while they come and go.
    go(&mut program, &FieldKind::Players);
    program.press(".\nj\n");
    assert!(program.episode().form.list);
    assert_eq!(scenario(&program).dropped.len(), 2);
}

#[test]
fn parameters_show_where_they_have_a_say() {
    let mut program = TestProgram::of(FAILED);
    let mut shown = |method: &str, baseline: Option<&str>| -> Vec<&str> {
        let next = Scenario { baseline: baseline.map(str::to_owned), ..Scenario::of_method(method) };
        let open = program.model_mut().open.as_mut().unwrap();
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
    let mut program = TestProgram::of(FAILED);
    let acts = program.episode().episode.acts.len();
    let end = |end| FieldKind::Window(end);
    go(&mut program, &end(WindowEnd::First));
    program.press("\n3\n");
    assert_eq!(scenario(&program).window, Some((ActId(2), ActId::from_index(acts - 1))));
    go(&mut program, &end(WindowEnd::Last));
    // It cannot end before it begins.
    program.press("\n1\n");
    assert_eq!(scenario(&program).window, Some((ActId(2), ActId(2))));
    go(&mut program, &end(WindowEnd::Last));
    program.press("\n99\n");
    go(&mut program, &end(WindowEnd::First));
    program.press("\n1\n");
    assert_eq!(scenario(&program).window, None, "all of it is what the log says");
}

#[test]
fn every_number_can_be_typed_and_stepped() {
    let mut program = TestProgram::of(FAILED);
    program.press("5");
    for field in fields(&program).into_iter().filter(|it| it.number.is_some()) {
        go(&mut program, &field.kind);
        // Acts and seeds are counted.
        let counted = matches!(field.kind, FieldKind::Window(_) | FieldKind::Seed);
        let typed: f64 = if counted { 0.0 } else { 0.25 };
        program.press("\n0.25\n");
        let (value, given) =
            fields(&program).iter().find(|it| it.kind == field.kind).unwrap().number.unwrap();
        assert!(
            value == typed.clamp(field.range.0, field.range.1),
            "{:?}: {value}, given {given:?}",
            field.kind
        );
        go(&mut program, &field.kind);
        program.press("l");
        let (after, _) = fields(&program).iter().find(|it| it.kind == field.kind).unwrap().number.unwrap();
        let grew = after > value && after - value < 2.0 * field.step;
        assert!(grew || value >= field.range.1, "{:?}: {after}", field.kind);
        program.press("X");
    }
}

#[test]
fn a_number_is_typed_key_by_key() {
    let mut program = TestProgram::of(FAILED);
    go(&mut program, &FieldKind::Reward);
    program.press("\n-1x");
    // A key that is not part of a number keeps its own meaning.
    assert_eq!(program.episode().form.typing, None);
    go(&mut program, &FieldKind::Reward);
    program.press("\n-1\n");
    assert_eq!(scenario(&program).reward, Some(Number::new(-1.0)));
    go(&mut program, &FieldKind::Reward);
    program.press("\n--\n");
    assert_eq!(program.notice(), "'--' is not a number");
    program.press("\n12");
    program.key(Key::named(KeyCode::Backspace));
    assert_eq!(program.episode().form.typing.as_deref(), Some("1"));
    program.press("\x1b");
    assert_eq!((program.episode().form.typing.clone(), program.model().view), (None, View::WHAT_IF));
    // What the log says is no edit.
    program.press("\n-0.6\n");
    assert_eq!(scenario(&program).reward, None);
}

#[test]
fn numbers_stay_in_their_range() {
    let mut program = TestProgram::of(FAILED);
    go(&mut program, &FieldKind::Discount);
    program.press("\n7\n");
    assert_eq!(scenario(&program).discount, None, "1 is the most, and what the log has");
    program.press("\n-3\n");
    assert_eq!(scenario(&program).discount, Some(Number::new(0.0)));
}

#[test]
fn edits_are_undone_and_done_again() {
    let mut program = TestProgram::of(FAILED);
    go(&mut program, &FieldKind::Reward);
    program.press("\n1\n\n2\n");
    assert_eq!(program.model().state_word(), "WHAT-IF #2");
    program.press("u");
    assert_eq!(
        (program.model().state_word().as_str(), scenario(&program).reward),
        ("WHAT-IF #1", Some(Number::new(1.0)))
    );
    program.press("u");
    assert_eq!(program.model().state_word(), "SAVED");
    program.press("u");
    assert_eq!(program.notice(), "nothing to undo");
    program.key(Key::ctrl('r'));
    program.key(Key::ctrl('r'));
    assert_eq!(scenario(&program).reward, Some(Number::new(2.0)));
    assert_eq!(program.episode().analysis().unwrap().scenario.reward, Some(Number::new(2.0)));
    program.key(Key::ctrl('r'));
    assert_eq!(program.notice(), "nothing to redo");
    program.press("X");
    assert_eq!((program.model().state_word().as_str(), program.episode().forks.number()), ("SAVED", 0));
    program.key(Key::ctrl('r'));
    assert_eq!(program.model().state_word(), "WHAT-IF #1");
    // A new edit takes a new number and forgets what could be redone.
    go(&mut program, &FieldKind::Reward);
    program.press("\n5\n");
    assert_eq!(program.model().state_word(), "WHAT-IF #3");
}

#[test]
fn somebody_has_to_play() {
    let mut program = TestProgram::of(FAILED);
    for player in 0..3 {
        go(&mut program, &FieldKind::Players);
        program.model_mut().open.as_mut().unwrap().form.choice = player;
        program.press("\n");
    }
    assert_eq!(scenario(&program).dropped.len(), 2);
    assert!(program.notice().contains("somebody has to play"), "{}", program.notice());
}

#[test]
fn an_act_without_alternatives_cannot_do_otherwise() {
    let mut program = TestProgram::of(FAILED);
    program.press("3gjx");
    assert_eq!(program.model().view, View::WHAT_IF);
    assert!(program.notice().contains("no alternatives of m1"), "{}", program.notice());
    program.press("3jx");
    let open = program.episode();
    assert!(matches!(Form::fields(open)[open.form.field].kind, FieldKind::Action(_)));
}

#[test]
fn quitting_with_what_ifs_asks_once() {
    let quits = |program: &mut TestProgram| {
        let effects = update(program.model_mut(), Message::Key(Key::char('q')));
        effects.iter().any(|it| matches!(it, Effect::Quit(0)))
    };
    let mut program = TestProgram::of(FAILED);
    // Another method is no edit.
    program.press(":method uniform\n");
    assert!(quits(&mut program));
    program.press("3gjjxl\n");
    assert!(program.episode().forks.has_edits());
    program.press("1");
    assert!(!quits(&mut program));
    assert!(
        program.notice().starts_with("what-if edits would be lost: q again quits"),
        "{}",
        program.notice()
    );
    // Whoever does something else meanwhile is asked again.
    program.press("j");
    assert!(!quits(&mut program));
    assert!(quits(&mut program));
    program.press("X");
    assert!(quits(&mut program));
}
