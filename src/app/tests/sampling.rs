//! Values that are drawn while one watches: newer answers to one request, Esc, and what ends it.

use super::*;
use crate::model::{AgentId, Number, Scenario};

/// A what-if with sampled values under way, its request, and the effects it came with.
fn under_way() -> (TestProgram, RequestId) {
    let mut program = TestProgram::of(FAILED);
    let open = program.model_mut().open.as_mut().unwrap();
    let logged = open.logged.get().unwrap().scenario.clone();
    let params = [("permutations".to_owned(), Number::new(4096.0))].into();
    open.forks.push(
        Scenario { params, baseline: Some("plain".to_owned()), ..Scenario::of_method("shapley-sampled") },
        &logged,
    );
    open.edited.ask(RequestId(70), ());
    answer(&mut program, RequestId(70), 1024, SamplingEnd::Open);
    (program, RequestId(70))
}

/// Sends an answer to `request` with this many permutations.
fn answer(program: &mut TestProgram, request: RequestId, permutations: u64, end: SamplingEnd) {
    let open = program.episode();
    let scenario = Scenario {
        params: [("permutations".to_owned(), Number::new(permutations as f64))].into(),
        baseline: Some("plain".to_owned()),
        ..Scenario::of_method("shapley-sampled")
    };
    let mut analysis = crate::runtime::analyse(&open.episode, &scenario);
    analysis.scenario = open.forks.scenario().clone();
    analysis.sampling = Some(SamplingState { permutations, asked: 4096, widest: Some(0.01), end });
    program.send(Message::worked::<CreditJob>(request, analysis));
}

fn title(program: &TestProgram) -> &str {
    &program.episode().credit().unwrap().title
}

#[test]
fn newer_answers_take_the_place_of_older_ones() {
    let (mut program, request) = under_way();
    assert_eq!(title(&program), "Shapley, plain (sampled, 1024 permutations)");
    assert!(program.episode().sampling().is_some() && !program.episode().edited.is_pending());
    answer(&mut program, request, 2048, SamplingEnd::Open);
    assert_eq!(title(&program), "Shapley, plain (sampled, 2048 permutations)");
    answer(&mut program, request, 4096, SamplingEnd::Done);
    assert_eq!(title(&program), "Shapley, plain (sampled, 4096 permutations)");
    assert!(program.episode().sampling().is_none());
    // It has ended: what still comes under its number is ignored.
    answer(&mut program, request, 1024, SamplingEnd::Open);
    assert_eq!(title(&program), "Shapley, plain (sampled, 4096 permutations)");
}

#[test]
fn esc_stops_and_what_is_there_stays() {
    let (mut program, request) = under_way();
    program.press("?");
    program.key(Key::named(KeyCode::Esc));
    assert!(program.effects.is_empty() && program.episode().sampling().is_some(), "Esc closed the help");
    program.key(Key::named(KeyCode::Esc));
    assert_eq!(program.effects, [Effect::StopWork(request)]);
    answer(&mut program, request, 2048, SamplingEnd::Stopped);
    assert_eq!(program.notice(), "stopped at 2048 permutations of 4096");
    assert_eq!(title(&program), "Shapley, plain (sampled, 2048 permutations)");
    // Then it means what it means elsewhere.
    program.key(Key::named(KeyCode::Esc));
    assert!(!program.effects.contains(&Effect::StopWork(request)));
}

#[test]
fn another_edit_and_undo_end_it() {
    let (mut program, request) = under_way();
    program.send(Message::Key(Key::char('u')));
    assert_eq!(program.effects, [Effect::StopWork(request)]);
    answer(&mut program, request, 2048, SamplingEnd::Open);
    assert!(program.episode().forks.is_logged() && program.notice() == "");
    let (mut program, request) = under_way();
    program.key(Key::ctrl('r'));
    program.press("5jl\n");
    answer(&mut program, request, 2048, SamplingEnd::Open);
    assert!(program.episode().sampling().is_none(), "the answer to an older question");
}

#[test]
fn numbers_on_the_screen_are_explained_and_add_up() {
    let (mut program, _) = under_way();
    let mut off = 0;
    for agent in 0..3 {
        program.model_mut().open.as_mut().unwrap().agent = AgentId(agent);
        program.press("e");
        let Some(Overlay::Explain(told)) = &program.model().overlay else { panic!("no explanation") };
        let told = told.as_ref().as_ref().unwrap();
        let total: f64 = told.terms.iter().map(|it| it.weight * it.value.unwrap()).sum();
        assert!((total - told.result.number().unwrap().value).abs() < 1e-9);
        off +=
            told.terms.iter().filter(|it| it.text.contains("what the permutations drawn are off by")).count();
        program.press("e");
    }
    assert!(off > 0);
}
