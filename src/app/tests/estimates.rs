//! What the screen does with an estimate from the text.

use super::*;
use crate::{
    app::MethodsVariant,
    model::{ActId, AgentId},
};

/// A failure of which only text is logged, and the same one with a person's judgement.
const LOG: &str = include_str!("../../../tests/data/estimate.jsonl");

fn opened(row: usize) -> TestProgram {
    let mut program = TestProgram::of(LOG);
    program.open(row);
    program
}

fn ids(program: &TestProgram, acts: &ActRows<'_>) -> Vec<String> {
    acts.to_vec().iter().map(|it| program.episode().episode.act(*it).id.clone()).collect()
}

#[test]
fn where_it_leads_acts_are_ordered_by_p_and_the_cursor_is_on_the_suspect() {
    let program = opened(0);
    let open = program.episode();
    let estimate = &open.suspected().unwrap().estimate;
    let order = ids(&program, &open.act_order());
    assert_eq!(order[..3], ["s1", "s3", "s5"]);
    let p: Vec<f64> = open.act_order().to_vec().iter().map(|it| estimate.act(*it)).collect();
    assert!(p.is_sorted_by(|a, b| a >= b), "{p:?}");
    assert_eq!(sentences::act_figure(open, open.act.unwrap(), 3), "0.78");
    assert_eq!((program.act(), &*open.episode.agent(open.agent).name), ("s1", "Counter"));
    // It names nobody: nothing is a path of blame.
    assert_eq!(open.ranking().unwrap().path, []);
}

#[test]
fn the_key_for_blame_goes_through_the_acts_to_look_at_first() {
    let mut program = opened(0);
    let mut walked = Vec::new();
    for _ in 0..4 {
        program.press("b");
        walked.push(program.act().to_owned());
    }
    assert_eq!(walked, ["s1", "s3", "s5", "s1"]);
    assert_eq!(program.notice(), "s1 P 0.78 by the text alone: 1 of 3 acts to look at first");
}

#[test]
fn the_variant_has_a_row_for_each_act_also_where_a_person_judged() {
    for row in [0, 1] {
        let mut program = opened(row);
        program.press("4vvvv");
        let open = program.episode();
        assert_eq!(open.methods.variant, MethodsVariant::Estimate);
        assert_eq!(ids(&program, &open.methods_acts()), ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"]);
        program.press("gjj");
        assert_eq!(program.act(), "s2");
    }
    let judged = opened(1);
    assert!(judged.episode().suspected().is_none());
    assert!(judged.episode().analysis().unwrap().estimate.is_some());
}

#[test]
fn without_an_estimate_the_variant_has_rows_of_agents() {
    let mut program = two();
    program.press("4vvvv");
    assert!(program.episode().methods_acts().is_empty());
}

#[test]
fn agents_of_a_bare_trace_stand_in_the_order_of_their_p() {
    for (row, order_of_acts) in [(0, ["s1", "s3", "s5"]), (1, ["s0", "s1", "s2"])] {
        let program = opened(row);
        let open = program.episode();
        assert!(open.is_bare());
        let estimate = open.estimate().unwrap();
        let agents: Vec<AgentId> = open.agent_order().shown(0, usize::MAX).collect();
        let suspects: Vec<AgentId> = estimate.agents.iter().map(|it| it.0).collect();
        assert_eq!(agents[..suspects.len()], suspects);
        assert_eq!(agents.len(), open.episode.agents.len());
        // Where a person judged, the acts tell what happened, in order of time, each with its P.
        assert_eq!(ids(&program, &open.act_order())[..3], order_of_acts);
        assert_eq!(open.figures(), Figures::Suspicion);
    }
}

#[test]
fn a_trace_without_text_shows_no_number_until_a_method_is_asked_for() {
    let mut program = TestProgram::of(
        r#"{"type":"action","episode":"e","id":"a1","agent":"ann","action":"x"}
{"type":"action","episode":"e","id":"b1","agent":"ben","action":"y"}
{"type":"episode_end","episode":"e","status":"failure","return":-1}
"#,
    );
    let open = program.episode();
    assert!(open.is_bare() && open.estimate().is_none());
    assert_eq!(open.figures(), Figures::None);
    assert_eq!(sentences::act_figure(open, ActId(0), 2), "");
    assert_eq!(open.acts_in(), ActOrder::Time);
    // A what-if is a question about numbers.
    program.press("5");
    let fields = crate::app::whatif::Form::fields(program.episode());
    let reward = fields.iter().position(|it| it.kind == crate::app::whatif::FieldKind::Reward);
    program.model_mut().open.as_mut().unwrap().form.field = reward.unwrap();
    program.press("l1");
    let edited = program.episode();
    assert!(!edited.forks.is_logged() && !edited.is_bare());
    assert_eq!(edited.figures(), Figures::Credit);
}

#[test]
fn what_was_measured_is_shown_by_its_numbers() {
    let mut program = TestProgram::sample("forage-saboteur.jsonl");
    program.open(0);
    assert!(!program.episode().is_bare());
    assert_eq!(program.episode().figures(), Figures::Credit);
}
