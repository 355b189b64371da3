//! Whose reward is credited, by its key and by the form; the variants of view 1.

use super::*;
use crate::{
    app::{
        CreditVariant,
        whatif::{FieldKind, Form, form},
    },
    model::{ActId, AgentId, Whose},
};

/// The fox wins what the hare loses; what both get if the fox does nothing was run again.
const RAID: &str = r#"{"type":"action","episode":"e","id":"f1","agent":"fox","action":"raid","parents":[]}
{"type":"action","episode":"e","id":"h1","agent":"hare","action":"flee","parents":["f1"]}
{"type":"reward","episode":"e","value":2,"agent":"fox"}
{"type":"reward","episode":"e","value":-2,"agent":"hare"}
{"type":"counterfactual","kind":"default_action","episode":"e","of":"f1","candidates":[{"action":"raid","real":true,"rewards":{"fox":2,"hare":-2},"n":8},{"action":null,"rewards":{"fox":0,"hare":0},"n":8}]}
{"type":"episode_end","episode":"e","status":"failure"}"#;

fn whose(program: &TestProgram) -> Option<Whose> {
    form::current(program.episode()).unwrap().whose
}

fn agent(at: u32) -> Option<Whose> {
    Some(Whose::Agent(AgentId(at)))
}

#[test]
fn a_key_goes_from_reward_to_reward_and_back() {
    let mut program = TestProgram::of(RAID);
    assert!(program.episode().credit().is_none());
    let mut seen = Vec::new();
    for _ in 0..4 {
        program.press("R");
        seen.push((whose(&program), program.episode().credit().map(|it| it.sum)));
    }
    // f1 brings the fox 2 and the hare -2; nobody else acts otherwise.
    assert_eq!(
        seen,
        [(agent(0), Some(2.0)), (agent(1), Some(-2.0)), (Some(Whose::Sum), Some(0.0)), (None, None)]
    );
    assert!(program.notice().contains("credited: the reward of nobody"), "{}", program.notice());
    program.press("u");
    assert_eq!(whose(&program), Some(Whose::Sum));
    // Lost by the hare: the one that cost most stands first.
    program.press("u");
    assert!(program.episode().failed());
    assert_eq!(program.episode().agent_order().get(0), Some(AgentId(0)));
}

#[test]
fn the_form_offers_every_reward() {
    let mut program = TestProgram::of(RAID);
    let field = |program: &TestProgram| {
        let fields = Form::fields(program.episode());
        fields.into_iter().find(|it| it.kind == FieldKind::Whose).unwrap()
    };
    let labels: Vec<String> = field(&program).choices.iter().map(|it| it.label.clone()).collect();
    assert_eq!(labels, ["nobody", "fox", "hare", "sum"]);
    program.press("RR");
    assert!(field(&program).choices[2].selected && field(&program).changed);
    let no_own = TestProgram::of(FAILED);
    assert!(Form::fields(no_own.episode()).iter().all(|it| it.kind != FieldKind::Whose));
}

#[test]
fn view_1_has_variants_where_agents_are_paid_apart() {
    let mut program = TestProgram::of(RAID);
    assert_eq!(program.episode().credit_variant(), CreditVariant::CostsByAct);
    for wanted in [CreditVariant::CostsByAgent, CreditVariant::Bars, CreditVariant::CostsByAct] {
        program.press("v");
        assert_eq!(program.episode().credit_variant(), wanted);
    }
    // j and k move over what the rows are.
    program.press("gj");
    assert_eq!(program.episode().act, Some(ActId(1)));
    program.press("vgj");
    assert_ne!(program.episode().agent_order().row_of(program.episode().agent), Some(0));
}

#[test]
fn without_own_rewards_there_is_nothing_to_choose() {
    let mut program = TestProgram::of(FAILED);
    program.press("R");
    assert_eq!(program.notice(), "no agent of this episode has a reward of its own");
    assert_eq!(program.episode().credit_variant(), CreditVariant::Bars);
}
