//! Verdicts of small episodes, part by part.

use crate::credit::{
    Against, Data, Ending, Rung, Verdict, VerdictFinding, act_scenario, best_scenario, compute,
    scenario_name, sweep, verdict,
};
use crate::model::draft::Draft;
use crate::model::{ActId, AgentId, Episode, Label, Origin, Provenance, Sample, Scenario, Status};
use crate::text::width;

fn by(episode: &Episode, scenario: &Scenario) -> Verdict {
    let attribution = compute(episode, scenario).expect("available");
    verdict(episode, &attribution, &sweep(episode, scenario))
}

fn judged(episode: &Episode) -> Verdict {
    best_scenario(episode).map_or_else(|| Verdict::nothing(episode), |it| by(episode, &it))
}

/// The parts of the verdict on `draft`, each as `WORD what it says`.
#[track_caller]
fn check(draft: Draft, parts: &[&str]) -> Verdict {
    let episode = draft.episode();
    let found = judged(&episode);
    let said: Vec<String> =
        found.parts(&episode).iter().map(|it| format!("{} {}", it.word, it.sentence.whole())).collect();
    assert_eq!(said, parts);
    found
}

fn label(judge: &str, agent: u32, name: &str, act: u32) -> Label {
    Label {
        judge: judge.to_owned(),
        annotator: None,
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
        Some(Sample { mean, std: Some(0.08), n: Some(16), ..Sample::default() })
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
        &[
            "FAIL R -0.50",
            "WHO coder at t1: \"c0\" gets -0.50 against -0.20 for \"c1\" (8 replays each); coder: -0.40 ±0.03 of the 0.50 lost \
             against a team of nobody",
            "FROM Measured: 8 of 8 coalitions x 16 runs; 8 replays of each option of 2 acts",
            // Nobody else was replayed: that replays name the coder says nothing.
            "SURE One measurement, coalitions: no second one checks it",
        ],
    );
    let VerdictFinding::Named(named) = &found.finding else { panic!("{:?}", found.finding) };
    let deed = named.deed.as_ref().expect("an act");
    assert_eq!((deed.provenance, deed.method.as_str()), (Some(Provenance::Replayed), "replay-loo/equal"));
    assert_eq!((found.ground.rung, found.outcome.ending), (Rung::Measured, Ending::Failed));
}

#[test]
fn those_who_disagree_are_named() {
    let found = check(
        coalitions().declared("qmix", &[(0, 0.0), (1, -0.1), (2, -0.4)]),
        &[
            "FAIL R -0.50",
            "WHO coder: -0.40 ±0.03 of the 0.50 lost against a team of nobody",
            "FROM Measured: 8 of 8 coalitions x 16 runs",
            "SURE One measurement, coalitions: no second one checks it",
            "BUT credit declared by qmix says executor",
        ],
    );
    assert_eq!(found.against, [Against::Declared { key: "qmix".to_owned(), agents: vec![AgentId(2)] }]);
}

#[test]
fn a_cleared_act_is_not_decisive() {
    // Both acts of coder gained against their siblings: neither is where it lost, whatever the trace's shape.
    let draft = coalitions().replay(1, 0, &[(-0.2, 8), (-0.5, 8)]).replay(3, 0, &[(-0.4, 8), (-0.5, 8)]);
    assert_eq!(judged(&draft.episode()).act(), None);
}

#[test]
fn the_shape_of_a_trace_names_no_act() {
    assert_eq!(judged(&coalitions().episode()).act(), None);
}

#[test]
fn the_first_of_equal_acts_is_decisive() {
    let pair = [(-0.5, 8), (-0.2, 8)];
    let draft = coalitions().replay(3, 0, &pair).replay(1, 0, &pair);
    assert_eq!(judged(&draft.episode()).act(), Some(ActId(1)));
}

#[test]
fn modelled() {
    let table = [("x", -0.5, 0.5), ("y", 0.1, 0.5)];
    let draft = Draft::team(&["planner", "coder"]).acts(&[0, 1]);
    let draft = draft.table(0, &table, Some(1), None).table(1, &table, Some(0), None).end(Status::Failure);
    check(
        draft,
        &[
            "FAIL No reward logged",
            "WHO coder at t1: \"x\" is worth -0.50 against 0.10 for \"y\"",
            "FROM Modelled: values that the log states, nothing was run again (2 acts, 4 alternatives)",
        ],
    );
}

#[test]
fn a_judge_leads_on_a_trace_and_stands_against_a_measurement() {
    let trace = Draft::team(&["planner", "coder", "executor"]).acts(&[0, 1, 2]).end(Status::Failure);
    let labels = |it: &mut Episode| {
        it.labels = vec![label("llm_judge", 2, "executor", 2), label("human_annotation", 0, "planner", 0)];
    };
    let found = check(
        trace.with(labels),
        &[
            "FAIL No reward logged",
            "WHO planner at t0, says a person",
            "FROM Judged by a person. Nothing was measured in this log",
            "BUT llm judge names executor at t2",
        ],
    );
    assert_eq!((found.named(), found.act()), ([AgentId(0)].as_slice(), Some(ActId(0))));
    let measured = judged(&coalitions().with(labels).episode());
    let judges = measured.against.iter().filter(|it| matches!(it, Against::Judge(_))).count();
    assert_eq!((measured.named(), judges), ([AgentId(1)].as_slice(), 2));
}

#[test]
fn ties_name_all_or_nobody() {
    let values = [0.0, -0.3, -0.3, -0.6, 0.0, -0.3, -0.3, -0.6];
    let tie = Draft::team(&["coder", "tester", "critic"]).acts(&[0, 1]).coalitions(&values);
    let found = check(
        tie.end(Status::Failure),
        &[
            "FAIL No reward logged",
            "WHO coder and tester: an exact tie at -0.30 each by shapley",
            "FROM Measured: 8 of 8 coalitions",
            "SURE One measurement, coalitions: no second one checks it",
        ],
    );
    assert_eq!((found.named().len(), found.act()), (2, None));
    let all = Draft::team(&["coder", "tester"]).coalitions(&[0.0, -0.3, -0.3, -0.6]).end(Status::Failure);
    assert!(judged(&all.episode()).is_all_equal());
}

#[test]
fn a_success_names_who_earned() {
    let draft = Draft::team(&["coder", "tester"]).acts(&[0, 1]).coalitions(&[0.0, 0.3, 0.1, 0.8]);
    check(
        draft.reward(0.8, &[]).end(Status::Success),
        &[
            "OK R 0.80",
            "WHO coder: +0.50 of the 0.80 gained over a team of nobody",
            "FROM Measured: 4 of 4 coalitions",
            "SURE One measurement, coalitions: no second one checks it",
        ],
    );
}

#[test]
fn a_failure_in_which_nobody_lost() {
    let draft = Draft::team(&["coder", "tester"]).acts(&[0, 1]).coalitions(&[0.0, 0.3, 0.1, 0.3]);
    check(
        draft.clone().reward(0.3, &[]).end(Status::Failure),
        &[
            "FAIL R 0.30",
            "WHO tester adds least, +0.05; nobody takes anything",
            "FROM Measured: 4 of 4 coalitions",
            "SURE One measurement, coalitions: no second one checks it",
        ],
    );
    // Replays by which somebody lost say more of a failure.
    let replayed = draft.reward(0.3, &[]).end(Status::Failure).replay(0, 0, &[(0.25, 8), (0.75, 8)]);
    let found = judged(&replayed.episode());
    assert_eq!((found.method.as_str(), found.named()), ("replay-loo/equal", [AgentId(0)].as_slice()));
    // A person's word of who failed says more than somebody's word of who earned least.
    let declared = Draft::team(&["coder", "tester"]).acts(&[0, 1]).declared("loo", &[(0, 0.5), (1, 0.25)]);
    let declared = declared.with(|it| it.labels = vec![label("human_annotation", 0, "coder", 0)]);
    assert_eq!(judged(&declared.end(Status::Failure).episode()).ground.rung, Rung::Judged);
}

#[test]
fn a_measurement_has_one_voice() {
    let draft = coalitions().replay(1, 0, &[(-0.5, 8), (-0.2, 8)]).replay(2, 0, &[(-0.2, 8), (-0.2, 8)]);
    let episode = draft.episode();
    let found = sweep(&episode, &Scenario::of_method("shapley"));
    let voices: Vec<Option<Data>> = found.rows.iter().filter(|it| it.counted).map(|it| it.data).collect();
    assert_eq!(voices, [Some(Data::Coalitions), Some(Data::Replays)]);
    let readers = found.rows.iter().filter(|it| it.data == Some(Data::Coalitions)).count();
    assert!(readers > 5, "{readers} formulas read the coalitions");
    let stability = judged(&episode).stability;
    assert_eq!((stability.agree(), stability.votes.len()), (2, 2));
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
            .with(|it| it.labels = vec![label("human_annotation", 1, long, 1)])
            .end(Status::Error),
    ] {
        let episode = draft.episode();
        let short = judged(&episode).short(&episode);
        assert!(width(&short) <= 76, "{short}");
    }
    let episode = coalitions().replay(1, 0, &[(-0.5, 8), (-0.2, 8)]).episode();
    assert_eq!(judged(&episode).short(&episode), "FAIL  coder at t1 (measured)");
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

#[test]
fn a_second_table_that_says_otherwise_is_against_it() {
    // By the first table agent 0 costs 2, by the second agent 1.
    let draft = Draft::team(&["coder", "tester"]).acts(&[0, 1]).reward(-2.0, &[]).end(Status::Failure);
    let first = draft.coalitions(&[0.0, -2.0, 0.0, -2.0]);
    let second = |values: &[f64]| {
        let draft = first.clone().coalitions(values);
        draft.with(|it| it.coalitions[1].name = "again".to_owned())
    };
    check(
        second(&[0.0, 0.0, -2.0, -2.0]),
        &[
            "FAIL R -2.00",
            "WHO coder: -2.00 of the 2.00 lost against a team of nobody",
            "FROM Measured: 4 of 4 coalitions",
            "SURE 1 of 2 measurements (coalitions, coalitions 'again') name coder",
            "BUT coalitions 'again' name tester (shapley)",
        ],
    );
    let same = judged(&second(&[0.0, -1.0, 0.0, -1.0]).episode());
    assert_eq!((same.stability.agree(), same.stability.votes.len(), same.against.len()), (2, 2, 0));
}

/// An act of each agent, before which the situation is worth this, and R = 0.
fn valued(values: &[f64]) -> Draft {
    let names: Vec<String> = (0..values.len()).map(|it| format!("agent-{it}")).collect();
    let draft = Draft::team(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let act = |draft: Draft, (at, value): (usize, &f64)| {
        let policy = crate::model::Policy { value: Some(*value), ..Default::default() };
        draft.act(at as u32, &[]).last(|it| it.policy = Some(policy))
    };
    values.iter().enumerate().fold(draft, act).reward(0.0, &[]).end(Status::Failure)
}

#[test]
fn a_tie_of_values_is_a_tie_however_the_rest_of_r_is_put() {
    // 0.9, 0.6, 0.3 and then 0: -0.3 each. With the rest of -0.3 shared by all steps it would be -0.4, -0.4, -0.1.
    let found = check(
        valued(&[0.9, 0.6, 0.3]),
        &[
            "FAIL R 0.00",
            "WHO Nobody stands out: all 3 agents have -0.30 by redistribution/last",
            "FROM Modelled: values that the log states, nothing was run again (3 known values). To know, log replays of \
             an act (`counterfactual` of kind `replay`)",
        ],
    );
    assert!(found.is_all_equal());
}

#[test]
fn another_way_to_put_the_rest_of_r_that_names_others_is_against_it() {
    // Last: -0.1, -0.3 and 0 - 0.5. The rest of -0.5 shared by the three steps: -0.27, -0.47, -0.17.
    let found = judged(&valued(&[0.9, 0.8, 0.5]).episode());
    assert_eq!((found.method.as_str(), found.named()), ("redistribution/last", [AgentId(2)].as_slice()));
    let rows = vec![
        ("redistribution/uniform".to_owned(), vec![AgentId(1)]),
        ("redistribution/proportional".to_owned(), vec![AgentId(1)]),
    ];
    assert_eq!(found.against, [Against::Formulas { data: Data::Model, rows, of: 3 }]);
}

#[test]
fn runs_of_what_was_done_that_broke_off_are_what_is_missing() {
    let draft = Draft::team(&["coder", "tester"]).acts(&[0, 1]).replay(0, 0, &[(0.0, 1), (1.0, 1)]);
    let draft = draft.last_replay(|it| {
        let candidate = it.candidates.remove(0);
        it.left_out.push(crate::model::BrokenOff { status: Status::Aborted, candidate });
    });
    check(
        draft.reward(-2.0, &[]).end(Status::Failure),
        &[
            "FAIL R -2.00",
            "WHO Nothing in this log can tell who lost it, of 2 agents and 2 acts",
            "FROM Other options of an act were replayed, and the runs of what was done broke off. Nothing was modelled, \
             declared or judged. To know, log a whole run of what was done there (`real` candidate of the replay group)",
        ],
    );
}

#[test]
fn a_reward_that_the_coalitions_do_not_explain_is_said() {
    // v(team) - v(nobody) = -0.5, and this run got -9: 8.5 more than all that is divided.
    let draft = Draft::team(&["coder", "tester"]).acts(&[0, 1]).coalitions(&[0.0, -0.5, 0.0, -0.5]);
    let against =
        |reward: f64| judged(&draft.clone().reward(reward, &[]).end(Status::Failure).episode()).against;
    let found = against(-9.0);
    assert_eq!(found, [Against::Elsewhere { reward: -9.0, team: -0.5 }]);
    let words = "this run got -9.00, the whole team gets -0.50 by the coalitions: 8.50 is not explained";
    assert_eq!(found[0].in_words(&draft.clone().episode()), words);
    assert!(against(-0.9).is_empty());
    // Runs that spread as far explain it.
    let sample = |mean: f64, std: f64| {
        Some(Sample { mean: Some(mean), std: Some(std), n: Some(64), ..Sample::default() })
    };
    let wide = [sample(0.0, 0.1), sample(-0.5, 0.1), sample(0.0, 0.1), sample(-0.5, 3.0)];
    let draft = Draft::team(&["coder", "tester"]).acts(&[0, 1]).coalition_samples(&wide);
    assert!(judged(&draft.reward(-9.0, &[]).end(Status::Failure).episode()).against.is_empty());
}

#[test]
fn declared_credit_that_is_the_shape_of_the_trace_leads_nothing() {
    // gamma 0.9: the later act has more of R = -1, whatever was done.
    let draft = Draft::team(&["coder", "tester"]).acts(&[0, 1]).reward(-1.0, &[]).end(Status::Failure);
    let draft = draft.declared("return_to_go", &[(0, -0.9), (1, -1.0)]).last_declared(|it| {
        it.items.iter_mut().zip(0..).for_each(|(it, at)| it.act = Some(ActId(at)));
        it.params = vec![("gamma".to_owned(), "0.9".to_owned())];
    });
    let found = judged(&draft.episode());
    assert!(found.named().is_empty(), "{found:?}");
    assert_eq!(found.ground.shape, Some(("return_to_go".to_owned(), "discount".to_owned())));
}

#[test]
fn rounding_of_declared_credit_is_no_error() {
    // A third of -1 each.
    let values = [0.0, -1.0 / 3.0, -1.0 / 3.0, -2.0 / 3.0, -1.0 / 3.0, -2.0 / 3.0, -2.0 / 3.0, -1.0];
    let draft = Draft::of(3).acts(&[0, 1, 2]).coalitions(&values).reward(-1.0, &[]).end(Status::Failure);
    let against =
        |numbers: &[(u32, f64)]| judged(&draft.clone().declared("shapley", numbers).episode()).against;
    assert!(against(&[(0, -0.33), (1, -0.33), (2, -0.34)]).is_empty());
    assert!(matches!(against(&[(0, -0.32), (1, -0.33), (2, -0.35)])[..], [Against::Refuted(_)]));
}
