//! What the rollouts of a run say against declared advantages, beside the verdict.

use super::*;
use crate::credit::PartKind;

/// Two groups of two, all advantages 0 though the returns differ.
fn log() -> String {
    let one = |at: usize| {
        format!(
            r#"{{"type":"episode_start","episode":"e{at}","group":"g{}"}}
{{"type":"action","episode":"e{at}","id":"e{at}-0","agent":"ada","action":"go"}}
{{"type":"credit","episode":"e{at}","algorithm":"grpo","items":[{{"of":"e{at}-0","value":0}}]}}
{{"type":"episode_end","episode":"e{at}","status":"failure","return":{}}}
"#,
            at / 2,
            at % 2
        )
    };
    (0..4).map(one).collect()
}

#[test]
fn they_come_after_the_verdict_and_stay_with_it() {
    let mut program = TestProgram::of(&log());
    program.open(0);
    // Nobody asked: the verdict is there and says nothing of them.
    assert!(program.episode().analysis().unwrap().verdict.advantages.is_empty());
    program.model_mut().works_ahead = true;
    program.open(0);
    let but = |program: &TestProgram| {
        let open = program.episode();
        let parts = open.analysis().unwrap().verdict.parts(&open.episode);
        parts.into_iter().find(|it| it.kind == PartKind::Against).map(|it| it.sentence.whole())
    };
    let words =
        "all 4 declared grpo numbers are 0 though the returns differ: each baseline is its own return";
    assert!(but(&program).unwrap().starts_with(words), "{:?}", but(&program));
    // Once.
    program.press("j");
    assert_eq!(but(&program).unwrap().matches("declared grpo numbers").count(), 1);
}
