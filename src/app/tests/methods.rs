//! View 4 and its variants, with keys.

use super::*;
use crate::{app::MethodsVariant, credit, model::ActId};

fn on(variant: MethodsVariant) -> TestProgram {
    let mut program = TestProgram::of(FAILED);
    program.press("4");
    while program.episode().methods.variant != variant {
        program.press("v");
    }
    program
}

#[test]
fn v_goes_through_all_variants_and_back() {
    let mut program = TestProgram::of(FAILED);
    program.press("4");
    for variant in MethodsVariant::ALL {
        assert_eq!(program.episode().methods.variant, variant);
        program.press("v");
    }
    assert_eq!(program.episode().methods.variant, MethodsVariant::Table);
}

#[test]
fn what_nobody_looks_at_is_not_studied_and_what_is_looked_at_is() {
    let mut program = TestProgram::of(FAILED);
    assert!(program.episode().study().is_none());
    program.press("4v");
    let study = program.episode().study().expect("asked for");
    assert!(!study.curves.is_empty() && study.messages.is_ok());
    // The row of the method shown has errors without values: the verdict says nothing about P(flip).
    assert!(program.episode().analysis().expect("computed").verdict.stability.flip.is_none());
}

#[test]
fn a_value_of_a_curve_becomes_a_what_if_and_goes_back() {
    let mut program = on(MethodsVariant::Curves);
    let before = program.episode().forks.number();
    let name = |program: &TestProgram| program.episode().curve().expect("a curve").name();
    while name(&program) != "backprop/uniform rho" {
        let here = name(&program);
        program.press("j");
        assert_ne!(name(&program), here, "no curve of rho");
    }
    let at = |program: &TestProgram| {
        let open = program.episode();
        let curve = open.curve().expect("a curve");
        curve.points[open.curve_point(curve)].at
    };
    // The cursor begins at the value in force, 0.5; two steps of 1/40 on.
    assert!((at(&program) - 0.5).abs() < 1e-12);
    program.press("ll");
    assert!((at(&program) - 0.55).abs() < 1e-12);
    program.press("\n");
    let open = program.episode();
    assert!(open.forks.number() > before);
    let scenario = open.forks.scenario();
    assert_eq!((scenario.method.as_str(), scenario.params["rho"].get()), ("backprop", 0.55));
    let credit = open.credit().expect("computed");
    assert!(credit.title.contains("rho 0.55"), "{}", credit.title);
    assert!(program.notice().contains("rho = 0.55"), "{}", program.notice());
    program.press("u");
    assert!(program.episode().forks.is_logged());
    // Back at the log's own credit its study is there again.
    assert!(program.episode().study().is_some());
}

#[test]
fn the_acts_of_a_failed_episode_are_walked_and_explained() {
    // Returns of 0 and 1, so that successes can be counted.
    let log =
        FAILED.replace("[-0.6,-0.5]", "[0,0]").replace("[0.5,0.4]", "[1,1]").replace("[0,0.2]", "[0,0]");
    let mut program = TestProgram::of(&log.replace("\"value\":-0.6,\"of\"", "\"value\":0,\"of\""));
    program.press("4vv");
    let failure = program.episode().methods.failure.get().cloned().expect("shown");
    // Replayed: a1; named by the human: a3.
    let rows: Vec<&str> =
        failure.rows.iter().map(|it| program.episode().episode.act(it.0).id.as_str()).collect();
    assert_eq!(rows, ["a1", "a3"]);
    program.press("g");
    assert_eq!(program.act(), "a1");
    program.press("j");
    assert_eq!(program.act(), "a3");
    program.press("ge");
    let explained =
        matches!(&program.model().overlay, Some(Overlay::Explain(it)) if it.as_ref().as_ref().is_ok());
    assert!(explained, "{:?}", program.model().overlay);
    // One episode is no run.
    let run = program.episode().methods.run.clone().expect("looked at");
    assert_eq!((run.agents.len(), run.ended), (1, 1));
}

#[test]
fn messages_are_divided_anew_with_every_key_and_still_add_up() {
    let mut program = on(MethodsVariant::Messages);
    let table = |program: &TestProgram| program.episode().messages().expect("messages").clone();
    let before = table(&program);
    assert_eq!(before.senders.len(), 2);
    program.press("l>>");
    let after = table(&program);
    assert_eq!(after.setting.tau, before.setting.tau * 1.25);
    assert!((after.setting.beta - before.setting.beta - 0.1).abs() < 1e-12);
    program.press("h<<");
    assert_eq!(table(&program), before);
    for sender in &after.senders {
        assert!(sender.centred_residual.is_some_and(|it| it.abs() < 1e-12), "{sender:?}");
        assert!(sender.softmax_residual.is_some_and(|it| it.abs() < 1e-12), "{sender:?}");
    }
    program.press("g");
    assert_eq!(program.act(), "m1");
    program.press("j");
    assert_eq!(program.act(), "m2");
}

#[test]
fn the_table_begins_with_the_method_on_the_screen() {
    let mut program = TestProgram::of(FAILED);
    program.press("4");
    let open = program.episode();
    let shown = &open.analysis().expect("computed").scenario;
    let at = open.method_column();
    let row = &open.sweep().expect("computed").rows[at];
    assert!(row.result.is_ok() && row.scenario.method == shown.method, "{}", row.title);
    program.press("l");
    assert_eq!(program.episode().method_column(), at + 1);
    program.press("h");
    assert_eq!(program.episode().method_column(), at);
    program.press("99h");
    assert_eq!(program.episode().method_column(), 0);
    program.press("99l");
    assert_eq!(
        program.episode().method_column(),
        program.episode().sweep().expect("computed").rows.len() - 1
    );
}

#[test]
fn the_sweep_moves_by_cells_and_applies_the_row_under_the_cursor() {
    let mut program = TestProgram::of(FAILED);
    program.press("S");
    let (first, agent) = (program.episode().method_column(), program.episode().agent);
    program.press("jl");
    let open = program.episode();
    let row = open.method_column();
    assert_ne!((row, open.agent), (first, agent));
    let name = open.sweep().unwrap().rows[row].name();
    program.press("\n");
    assert!(program.model().overlay.is_none());
    let open = program.episode();
    assert_eq!(crate::credit::scenario_name(&open.analysis().unwrap().scenario), name);
    assert!(program.notice().starts_with(&format!("credit by {name}")), "{}", program.notice());
}

#[test]
fn the_arithmetic_of_a_cell_is_that_of_its_row_and_agent() {
    let mut program = TestProgram::of(FAILED);
    program.press("Sjl");
    let open = program.episode();
    let (row, agent) = (open.method_column(), open.agent);
    let number = open.sweep().unwrap().rows[row].result.as_ref().unwrap().agent(agent).unwrap().value;
    program.press("e");
    let Some(Overlay::Explain(explained)) = &program.model().overlay else { panic!("no arithmetic") };
    let explained = explained.as_ref().as_ref().unwrap();
    assert!((explained.result.number().unwrap().value - number).abs() < 1e-12);
}

#[test]
fn what_would_have_been_better_is_the_best_alternative_by_its_mean() {
    let program = TestProgram::sample("forage-saboteur.jsonl");
    let episode = &program.episode().episode;
    let of = |id: &str| {
        let act = episode.act_ids().find(|it| episode.act(*it).id == id).unwrap();
        crate::app::sentences::better(episode, act)
    };
    let (mean, label) = of("porter-call-13").unwrap();
    assert_eq!(label, "gourd");
    assert!((mean - 0.70).abs() < 0.01, "{mean}");
    // Nothing is better than what lifter did there.
    assert_eq!(of("lifter-10"), None);
}

/// What the rules of failure attribution say of the saboteur's episode, with this act as the costliest.
fn together(log: &str, costliest: Option<usize>) -> Option<String> {
    let program = TestProgram::of(log);
    let episode = &program.episode().episode;
    let study = credit::failure_study(episode, None, None);
    credit::together(episode, &study, costliest.map(ActId::from_index))
}

#[test]
fn the_answers_of_rules_are_told_at_their_acts_in_order_of_time() {
    let log = include_str!("../../../sample-logs/forage-saboteur.jsonl");
    let told = together(log, None).expect("rules point at acts");
    assert_eq!(
        told,
        "scout-call-00: first that another choice saves (may be chance); porter-call-11: no replay succeeds \
         after it, success falls most (may be chance); scout-call-12: last that others rescue"
    );
    let with_costs = together(log, Some(0)).expect("rules point at acts");
    assert!(
        with_costs.starts_with("scout-call-00: first that another choice saves (may be chance), costs most;")
    );
    // One answer alone needs no reconciling.
    assert_eq!(together(OPEN, Some(0)), None);
}
