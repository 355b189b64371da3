//! A scenario to a command line and back, through the parser of the program.

use clap::Parser;
use proptest::prelude::*;

use super::*;
use crate::{
    app::command_line::of_scenario,
    cli::{Arguments, Command},
    credit,
    model::{ActId, AgentId, Episode, Number, Scenario, Substitute, Whose},
};

/// Splits a line as a POSIX shell does: blanks, single quotes, backslashes.
fn shell_words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' => words.extend(word.take()),
            '\'' => word.get_or_insert_default().extend(chars.by_ref().take_while(|it| *it != '\'')),
            '\\' => word.get_or_insert_default().extend(chars.next()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// The scenario that the command line of `scenario` means.
#[track_caller]
fn back(episode: &Episode, scenario: &Scenario) -> Scenario {
    let line = of_scenario(&["my log.jsonl".to_owned()], episode, scenario);
    let arguments = Arguments::try_parse_from(shell_words(&line)).unwrap_or_else(|it| panic!("{line}\n{it}"));
    let Some(Command::Report(report)) = arguments.command else { panic!("{line}") };
    assert_eq!(
        (report.logs.logs, report.episode),
        (vec!["my log.jsonl".to_owned()], Some(episode.name.clone()))
    );
    report.scenario.options().scenario(episode).unwrap_or_else(|it| panic!("{line}\n{it}"))
}

fn any_scenario() -> impl Strategy<Value = Scenario> {
    let method = proptest::sample::select(credit::methods().iter().collect::<Vec<_>>());
    let number = || proptest::num::f64::NORMAL | proptest::num::f64::ZERO;
    let drop = proptest::collection::btree_set((0..3_u32).prop_map(AgentId), 0..3);
    let label = proptest::sample::select(vec!["wait", "it's = \"x\"", "--all", "a b", "", "$(x) `y` é", "="]);
    let substitute =
        prop_oneof![Just(Substitute::Default), label.prop_map(|it| Substitute::Alternative(it.to_owned()))];
    let substitutes = proptest::collection::btree_map((0..6_u32).prop_map(ActId), substitute, 0..4);
    let window = proptest::option::of((0..6_u32, 0..6_u32).prop_filter_map("a part", |(first, last)| {
        (first <= last && (first, last) != (0, 5)).then_some((ActId(first), ActId(last)))
    }));
    let whose = prop_oneof![
        Just(Whose::Team),
        Just(Whose::Sum),
        (0..3_u32).prop_map(|it| Whose::Agent(AgentId(it))),
    ];
    let edits = (
        (proptest::option::of(whose), drop),
        proptest::option::of(number()),
        proptest::option::of(0.0..=1.0),
        substitutes,
        window,
        any::<u64>(),
    );
    (method, any::<proptest::sample::Index>(), proptest::collection::vec(0.0..=1.0, 8), edits).prop_map(
        |(method, baseline, shares, ((whose, dropped), reward, discount, substitutes, window, seed))| {
            let baselines = method.baselines;
            let known =
                (!baselines.is_empty()).then(|| baselines[baseline.index(baselines.len())].name.to_owned());
            let params =
                method.params.iter().zip(shares).filter(|it| it.1 > 0.5).map(|(param, share): (_, f64)| {
                    let value = param.min.max(-1e6) * (1.0 - share) + param.max.min(1e6) * share;
                    (param.name.to_owned(), Number::new(value.clamp(param.min, param.max)))
                });
            Scenario {
                method: method.name.to_owned(),
                baseline: known,
                whose,
                dropped,
                reward: reward.map(Number::new),
                discount: discount.map(Number::new),
                substitutes,
                window,
                params: params.collect(),
                seed,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_command_line_computes_the_scenario_it_was_made_of(scenario in any_scenario()) {
        let program = TestProgram::of(FAILED);
        let episode = &program.episode().episode;
        prop_assert_eq!(back(episode, &scenario), scenario);
    }
}

#[test]
fn names_that_look_like_options_or_need_quotes() {
    let log = r#"{"type":"action","episode":"-e p","id":"x=y","agent":"--drop"}
{"type":"action","episode":"-e p","id":"x","agent":"it's $HOME"}"#;
    let program = TestProgram::of(log);
    let episode = &program.episode().episode;
    let scenario = Scenario {
        dropped: [AgentId(0)].into(),
        substitutes: [(ActId(0), Substitute::Alternative("z=w".to_owned())), (ActId(1), Substitute::Default)]
            .into(),
        whose: Some(Whose::Agent(AgentId(0))),
        ..Scenario::of_method("uniform")
    };
    assert_eq!(back(episode, &scenario), scenario);
    let other = Scenario { dropped: [AgentId(1)].into(), ..scenario };
    assert_eq!(back(episode, &other), other);
}

#[track_caller]
fn check_refused(options: &[&str], message: &str) {
    let program = TestProgram::of(FAILED);
    let words = [&["creditscope", "report", "log"], options].concat();
    let Some(Command::Report(report)) = Arguments::try_parse_from(words).unwrap().command else { panic!() };
    let error = report.scenario.options().scenario(&program.episode().episode).unwrap_err();
    assert!(error.contains(message), "{error}");
}

#[test]
fn what_is_not_there_is_refused_with_what_is() {
    check_refused(&["--method", "magic"], "--method: no method 'magic'; there are");
    check_refused(
        &["--method", "shapley", "--baseline", "x"],
        "--baseline: no baseline 'x' for method 'shapley'",
    );
    check_refused(
        &["--drop", "ghost"],
        "--drop: no agent 'ghost' in this episode; it has planner, coder, tester",
    );
    check_refused(
        &["--reward-of", "ghost"],
        "--reward-of: nobody is called 'ghost'; no agent of this episode has",
    );
    check_refused(&["--set", "a2"], "--set: 'a2' is not ACT=ACTION");
    check_refused(&["--set", "a9=wait"], "--set: no act 'a9' in this episode");
    check_refused(&["--window", "a2"], "--window: 'a2' is not FIRST..LAST with acts of this episode");
    check_refused(&["--method", "uniform", "--param", "zeta=1"], "has no parameter 'zeta'");
    check_refused(&["--param", "gamma"], "--param: 'gamma' is not NAME=NUMBER");
}
