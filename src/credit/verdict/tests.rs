//! Verdicts of small episodes.

use crate::credit::{
    BlameKind, Level, Verdict, act_scenario, best_scenario, compute, scenario_name, sweep, verdict,
};
use crate::model::draft::Draft;
use crate::model::{ActId, AgentId, Episode, Label, Origin, Provenance, Sample, Scenario, Status};

fn by(episode: &Episode, scenario: &Scenario) -> Verdict {
    let attribution = compute(episode, scenario).expect("available");
    verdict(episode, &attribution, &sweep(episode, scenario))
}

fn judged(episode: &Episode) -> Verdict {
    best_scenario(episode).map_or_else(|| Verdict::nothing(episode), |it| by(episode, &it))
}

#[track_caller]
fn check(draft: Draft, sentence: &str, short: &str) -> Verdict {
    let episode = draft.episode();
    let found = judged(&episode);
    assert_eq!(found.sentence(&episode), sentence);
    assert_eq!(found.short(&episode), short);
    found
}

fn label(agent: u32, name: &str, act: u32) -> Label {
    Label {
        judge: "human_annotation".to_owned(),
        agent: Some(AgentId(agent)),
        agent_text: name.to_owned(),
        act: Some(ActId(act)),
        act_text: None,
        label: "mistake".to_owned(),
        reason: None,
        origin: Origin::default(),
    }
}

/// v = -0.4 [coder] - 0.2 [executor] + 0.1 [planner], each value with SE 0.02.
fn coalitions() -> Draft {
    let value = |mask: usize| {
        let has = |bit: usize| f64::from((mask >> bit & 1) as u8);
        let mean = Some(0.1 * has(0) - 0.4 * has(1) - 0.2 * has(2));
        Some(Sample { mean, std: Some(0.08), n: Some(16), returns: Vec::new() })
    };
    let samples: Vec<Option<Sample>> = (0..8).map(value).collect();
    let draft = Draft::team(&["planner", "coder", "executor"]).acts(&[0, 1, 2, 1]);
    draft.coalition_samples(&samples).reward(-0.5, &[]).end(Status::Failure)
}

#[test]
fn coalitions_and_replays() {
    // t1 of coder lost 0.3 against its sibling; t3 gained 0.1.
    let draft = coalitions().replay(1, 0, &[(-0.5, 8), (-0.2, 8)]).replay(3, 0, &[(-0.4, 8), (-0.5, 8)]);
    let found = check(
        draft,
        "coder -0.40 ±0.03 is 67% of the loss · worst act t1 · holds under 4 of 4 methods and baselines",
        "coder -0.40 ±0.03 is 67% of the loss · worst act t1 · holds 4/4",
    );
    assert_eq!((found.level, found.act_provenance), (Level::Measured, Some(Provenance::Replayed)));
    assert_eq!(found.act_method.as_deref(), Some("replay-loo/equal"));
}

#[test]
fn those_who_disagree_are_named() {
    let found = check(
        coalitions().declared("qmix", &[(0, 0.0), (1, -0.1), (2, -0.4)]),
        "coder -0.40 ±0.03 is 67% of the loss · heaviest act t1 (by trace shape) · holds under 4 of 5 methods and \
         baselines; `declared/qmix` says executor",
        "coder -0.40 ±0.03 is 67% of the loss · heaviest act t1 (by trace shape)",
    );
    assert_eq!(found.flips, [("declared/qmix".to_owned(), AgentId(2))]);
}

#[test]
fn a_cleared_act_is_not_decisive() {
    // Both acts of coder gained against their siblings: neither is where it lost, whatever the trace's shape.
    let draft = coalitions().replay(1, 0, &[(-0.2, 8), (-0.5, 8)]).replay(3, 0, &[(-0.4, 8), (-0.5, 8)]);
    assert_eq!(judged(&draft.episode()).act, None);
}

#[test]
fn the_first_of_equal_acts_is_decisive() {
    let pair = [(-0.5, 8), (-0.2, 8)];
    let draft = coalitions().replay(3, 0, &pair).replay(1, 0, &pair);
    assert_eq!(judged(&draft.episode()).act, Some(ActId(1)));
}

#[test]
fn modelled() {
    let table = [("x", -0.5, 0.5), ("y", 0.1, 0.5)];
    let draft = Draft::team(&["planner", "coder"]).acts(&[0, 1]);
    let draft = draft.table(0, &table, Some(1), None).table(1, &table, Some(0), None).end(Status::Failure);
    check(
        draft,
        "not measured, a model's estimate (difference/policy): coder -0.30 is 100% of the loss · worst act \
         t1 · holds under 3 of 3 methods and baselines",
        "modelled: coder -0.30 is 100% of the loss · worst act t1 · holds 3/3",
    );
}

#[test]
fn declared_only() {
    let draft = Draft::team(&["planner", "coder"]).acts(&[0, 1]).end(Status::Failure);
    let found = check(
        draft.declared("qmix", &[(0, 0.1), (1, -0.4)]),
        "declared by qmix, not recomputable from this log: coder -0.40 is 100% of the loss · heaviest act t1 (by \
         trace shape) · no other method can check it",
        "declared by qmix: coder -0.40 (100% of loss)",
    );
    assert_eq!(found.level, Level::Declared);
    // The trainer's Shapley can be recomputed if its coalitions are logged; asked for directly, it says no
    // more.
    let episode = coalitions().declared("shapley", &[(0, 0.1), (1, -0.4), (2, -0.2)]).episode();
    let found = by(&episode, &Scenario::of_method("declared"));
    assert!(
        found.recomputable && found.sentence(&episode).starts_with("declared by shapley: coder -0.40 is 67%")
    );
}

#[test]
fn trace_and_outcome_only() {
    let draft = Draft::team(&["Orchestrator", "WebSurfer", "Coder"]);
    let draft = draft.message(0, &[]).message(1, &[0]).message(0, &[1]).message(2, &[2]).message(0, &[3]);
    let draft = draft.end(Status::Failure);
    // Along the chain: 0.5 + 0.125 + 0.0625 of the first and last.
    check(
        draft.clone(),
        "no measurement in this log; by the shape of the trace alone (backprop/uniform): Orchestrator -0.69 is 69% \
         of the loss · heaviest act t4 · 3 of 3 such rules agree · no reward logged, failure counted as -1",
        "trace shape only: Orchestrator -0.69 (69% of loss) · heaviest act t4",
    );
    check(
        draft.with(|it| it.labels = vec![label(1, "WebSurfer", 1)]),
        "no measurement in this log; by the shape of the trace alone (backprop/uniform): Orchestrator -0.69 is 69% \
         of the loss · human annotation: WebSurfer at t1 · heaviest act t4 · 3 of 3 such rules agree · no reward \
         logged, failure counted as -1",
        "trace shape only: Orchestrator -0.69 (69% of loss) · human: WebSurfer at t1",
    );
}

#[test]
fn nothing_to_divide() {
    let found = check(
        Draft::of(1).acts(&[0]),
        "the episode is still open · no reward logged: nothing to divide",
        "still open · no reward logged: nothing to divide",
    );
    assert_eq!((found.level, found.named.len()), (Level::Nothing, 0));
    let labelled = Draft::of(1).acts(&[0]).with(|it| it.labels = vec![label(0, "a0", 0)]);
    check(
        labelled.end(Status::Other("paused".to_owned())),
        "no reward logged: nothing to divide · human annotation: a0 at t0",
        "no reward logged: nothing to divide · human: a0 at t0",
    );
    check(
        Draft::of(2).acts(&[0, 1]).reward(0.0, &[]).end(Status::Failure),
        "every credit is 0 as the reward is 0: nobody stands out",
        "every credit is 0 as the reward is 0: nobody stands out",
    );
}

#[test]
fn ties_name_all() {
    let values = [0.0, -0.3, -0.3, -0.6, 0.0, -0.3, -0.3, -0.6];
    let tie = Draft::team(&["coder", "tester", "critic"]).acts(&[0, 1]).coalitions(&values);
    let found = check(
        tie.end(Status::Failure),
        "coder and tester tie at -0.30 each, 50% of the loss each · holds under 4 of 4 methods and baselines",
        "coder and tester tie at -0.30 each, 50% of the loss each · holds 4/4",
    );
    assert_eq!((found.named.len(), found.act), (2, None));
    let all = Draft::team(&["coder", "tester"]).coalitions(&[0.0, -0.3, -0.3, -0.6]).end(Status::Failure);
    let same = "all 2 tie at -0.30: nobody stands out";
    check(all, same, same);
}

#[test]
fn a_success_names_who_earned() {
    let draft = Draft::team(&["coder", "tester"]).acts(&[0, 1]).coalitions(&[0.0, 0.3, 0.1, 0.8]);
    let found = check(
        draft.reward(0.8, &[]).end(Status::Success),
        "coder +0.50 is 62% of the gain · heaviest act t0 (by trace shape) · holds under 4 of 4 methods and baselines",
        "coder +0.50 is 62% of the gain · heaviest act t0 (by trace shape)",
    );
    assert_eq!((found.failed, found.kind), (false, Some(BlameKind::Earned)));
}

#[test]
fn a_failure_in_which_nobody_lost() {
    let draft = Draft::team(&["coder", "tester"]).acts(&[0, 1]).coalitions(&[0.0, 0.3, 0.1, 0.3]);
    let found = check(
        draft.reward(0.3, &[]).end(Status::Failure),
        "nobody lost reward; tester earned least (+0.05) · holds under 4 of 4 methods and baselines",
        "nobody lost reward; tester earned least (+0.05) · holds 4/4",
    );
    assert_eq!((found.share, found.act), (None, None));
}

#[test]
fn short_is_short() {
    let long = "an_agent_with_a_name_that_goes_on_and_on_and_on";
    let values = [0.0, -0.1, -0.3, -0.6];
    for draft in [
        Draft::team(&[long, "协调者协调者协调者协调者协调者"])
            .acts(&[0, 1])
            .coalitions(&values)
            .end(Status::Failure),
        Draft::team(&["b", long]).acts(&[0, 1]).declared(long, &[(0, 0.1), (1, -0.4)]),
        Draft::team(&["b", long])
            .acts(&[0, 1])
            .with(|it| it.labels = vec![label(1, long, 1)])
            .end(Status::Error),
    ] {
        let episode = draft.episode();
        let short = judged(&episode).short(&episode);
        assert!(unicode_width::UnicodeWidthStr::width(short.as_str()) <= 76, "{short}");
    }
}

#[test]
fn the_best_method_is_the_best_supported() {
    let best = |draft: &Draft| best_scenario(&draft.clone().episode()).map(|it| scenario_name(&it));
    let mut draft = Draft::of(2).acts(&[0, 1]);
    assert_eq!(best(&draft), None);
    draft = draft.end(Status::Failure);
    assert_eq!(best(&draft).as_deref(), Some("backprop/uniform"));
    draft = draft.declared("x", &[(0, -0.5), (1, -0.1)]);
    assert_eq!(best(&draft).as_deref(), Some("declared"));
    let table = [("x", -0.5, -1.0), ("y", 0.1, -1.0)];
    let modelled = draft.clone().table(0, &table, Some(0), None).table(1, &table, Some(1), None);
    assert_eq!(best(&modelled).as_deref(), Some("difference/uniform"));
    draft = draft.replay(0, 0, &[(-0.5, 8), (0.0, 8)]);
    assert_eq!(best(&draft).as_deref(), Some("replay-loo/equal"));
    // Of three players only v(N) and v(N without i): the bounds of Shapley overlap.
    let nan = f64::NAN;
    let three = Draft::of(3).coalitions(&[nan, nan, nan, -0.1, nan, -0.5, -0.5, -0.6]).end(Status::Failure);
    assert_eq!(best(&three).as_deref(), Some("removal"));
    assert_eq!(best(&draft.coalitions(&[0.0, -0.5, 0.0, -0.5])).as_deref(), Some("shapley"));
}

#[test]
fn the_decisive_act_is_read_from_the_best_founded_row() {
    let acts = |episode: &Episode, method: &str| {
        act_scenario(episode, &Scenario::of_method(method)).map(|it| scenario_name(&it))
    };
    let episode = coalitions().episode();
    assert_eq!(acts(&episode, "shapley").as_deref(), Some("backprop/uniform"));
    let episode = coalitions().replay(1, 0, &[(-0.5, 8), (-0.2, 8)]).episode();
    assert_eq!(acts(&episode, "shapley").as_deref(), Some("replay-loo/equal"));
    assert_eq!(acts(&episode, "discount").as_deref(), Some("discount"));
}
