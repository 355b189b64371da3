//! Sweeps of small episodes.

use crate::credit::fixture::{assert_close, numbers};
use crate::credit::{
    Agreement, Data, Family, Sweep, SweepRow, best_scenario, compute, method, sweep, variants,
};
use crate::model::draft::Draft;
use crate::model::{AgentId, Episode, Scenario, Status};

fn row<'a>(sweep: &'a Sweep, name: &str) -> &'a SweepRow {
    sweep.rows.iter().find(|it| it.name() == name).unwrap_or_else(|| panic!("no row {name}"))
}

fn swept(episode: &Episode) -> Sweep {
    sweep(episode, &best_scenario(episode).expect("something to divide"))
}

/// coder loses most by Shapley, executor by removal.
fn team() -> Draft {
    // v(S) = -0.5 [coder] - 0.25 [executor] - 0.6 [planner and coder without executor].
    let value = |mask: usize| {
        let (planner, coder, executor) = (mask & 1 == 1, mask & 2 == 2, mask & 4 == 4);
        let lost = |if_so: bool, by: f64| if if_so { -by } else { 0.0 };
        lost(coder, 0.5) + lost(executor, 0.25) + lost(coder && planner && !executor, 0.6)
    };
    let values: Vec<f64> = (0..8).map(value).collect();
    Draft::team(&["planner", "coder", "executor"]).acts(&[0, 1, 2]).coalitions(&values).end(Status::Failure)
}

#[test]
fn every_variant_is_a_row() {
    let found = swept(&team().episode());
    // Other rollouts are asked about where there are some.
    let of_group = |it: &Scenario| method(&it.method).is_some_and(|row| row.family == Family::Group);
    let (of_group, rest): (Vec<Scenario>, Vec<Scenario>) = variants().into_iter().partition(of_group);
    assert_eq!((found.rows.len(), of_group.len()), (rest.len(), 5));
    for row in &found.rows {
        assert!(row.result.is_ok() || row.blamed.is_empty() && !row.counted, "{}", row.name());
    }
}

#[test]
fn who_agrees_and_who_counts() {
    let found = swept(&team().episode());
    let shapley = row(&found, "shapley");
    assert_eq!((shapley.blamed.as_slice(), shapley.agrees), (&[AgentId(1)][..], Agreement::Holds));
    assert!(shapley.counted && shapley.tau == Some(1.0));
    // v(all) = -0.75: without the coder -0.25, without the executor -1.1.
    let removal = row(&found, "removal");
    assert_close(&numbers(removal.result.as_ref().expect("available")), &[0.0, -0.5, 0.35]);
    // The shape of the trace is no evidence against coalitions.
    assert!(!row(&found, "backprop/uniform").counted);
    assert_eq!(row(&found, "uniform").agrees, Agreement::NoVoice);
    assert_eq!(row(&found, "broadcast").agrees, Agreement::NoVoice);
    // All formulas on the coalitions are one voice.
    assert!(!removal.counted && removal.data == Some(Data::Coalitions));
    assert_eq!((found.count(Agreement::Holds), found.counted()), (1, 1));
    assert_eq!(found.tally(), "one measurement (coalitions)");
}

/// The budget is 16 looks at members: a table of eight coalitions of three players takes 24.
#[test]
fn what_would_take_too_long_is_left_out_and_says_so() {
    let (episode, reference) = (team().episode(), Scenario::of_method("shapley"));
    let computed = compute(&episode, &reference);
    let whole = super::sweep_within(&episode, &reference, &computed, (24 * 100, 1_000));
    let found = super::sweep_within(&episode, &reference, &computed, (16, 1_000));
    assert_eq!((whole.left_out(), whole.tally().as_str()), (0, "one measurement (coalitions)"));
    for (row, before) in found.rows.iter().zip(&whole.rows) {
        let reads = method(&row.scenario.method).is_some_and(|it| it.family == Family::Coalition);
        assert_eq!(row.left_out, reads && row.name() != "shapley", "{}", row.name());
        match (row.left_out, &row.result) {
            (true, Err(why)) => {
                assert!(why.missing.contains("8 coalitions of 3 players"), "{why:?}");
                assert_eq!(why.nearest, None);
            }
            // One without numbers may have had a nearest method that is left out now.
            _ => assert_eq!(row.result.as_ref().ok(), before.result.as_ref().ok(), "{}", row.name()),
        }
    }
    let tally = format!("one measurement (coalitions); {} rows are left out", found.left_out());
    assert_eq!(found.tally(), tally);
    // Three agents and three acts: a row with both has six numbers, and one of them fits. What the log has no data for
    // is not left out.
    let narrow = super::sweep_within(&episode, &reference, &computed, (24 * 100, 6));
    let numbers: usize =
        narrow.rows.iter().filter_map(|it| it.result.as_ref().ok()).map(|it| it.agents.len()).sum();
    assert!(numbers <= 3 + 6 && narrow.left_out() > 0, "{numbers}");
    for (row, before) in narrow.rows.iter().zip(&whole.rows) {
        assert!(!row.left_out || before.result.is_ok(), "{}", row.name());
    }
}

#[test]
fn formulas_on_the_same_data_are_one_voice() {
    let draft =
        Draft::of(2).acts(&[0, 1]).replay(0, 1, &[(1.0, 4), (0.0, 4)]).replay(1, 0, &[(1.0, 4), (0.5, 4)]);
    let found = swept(&draft.end(Status::Failure).episode());
    let counted: Vec<String> = found.rows.iter().filter(|it| it.counted).map(SweepRow::name).collect();
    assert_eq!(counted, ["replay-loo/equal"]);
    // What the log declares is somebody's word, and no measurement.
    let draft = team().declared("shapley", &[(0, 0.0), (1, -0.6), (2, -0.1)]);
    let found = swept(&draft.declared("qmix", &[(0, 0.0), (1, -0.1), (2, -0.6)]).episode());
    let declared = row(&found, "declared/qmix");
    assert!(!row(&found, "declared/shapley").counted && !declared.counted);
    assert_eq!((declared.agrees, declared.data), (Agreement::Flips, Some(Data::Declared)));
}

#[test]
fn the_row_that_was_asked_for_speaks_for_its_data() {
    let baseline = Some("plain".to_owned());
    let found = sweep(&team().episode(), &Scenario { baseline, ..Scenario::of_method("shapley-sampled") });
    assert!(row(&found, "shapley-sampled/plain").counted && !row(&found, "shapley").counted);
    // Another one does not: of complete coalitions exact Shapley is the best reader.
    let found = sweep(&team().episode(), &Scenario::of_method("uniform"));
    assert!(row(&found, "shapley").counted && !row(&found, "removal").counted);
}

#[test]
fn coalitions_that_shapley_cannot_tell_apart_have_no_voice() {
    // Two switches, each of which alone would have been right: Shapley is 0 and 0.
    let draft = Draft::of(2).acts(&[0, 1]).coalitions(&[0.0, 1.0, 1.0, 0.0]).end(Status::Failure);
    let found = sweep(&draft.episode(), &Scenario::of_method("shapley"));
    assert!(found.is_silent(Data::Coalitions) && found.counted() == 0);
}

#[test]
fn with_one_agent_nothing_votes() {
    let draft = Draft::of(1).acts(&[0]).replay(0, 0, &[(0.0, 4), (1.0, 4)]).end(Status::Failure);
    assert_eq!(swept(&draft.episode()).counted(), 0);
}

#[test]
fn a_row_by_which_nobody_lost_names_the_least() {
    let draft = Draft::of(2).acts(&[0, 1]).coalitions(&[0.0, 0.25, 0.75, 1.0]).end(Status::Failure);
    let found = swept(&draft.episode());
    assert!(row(&found, "shapley").names_least(true) && !row(&found, "shapley").names_least(false));
    assert!(!row(&swept(&team().episode()), "shapley").names_least(true));
}

#[test]
fn edits_carry_over() {
    let reference = Scenario { reward: Some((-2.0).into()), ..Scenario::of_method("uniform") };
    let found = sweep(&team().episode(), &reference);
    assert!(found.rows.iter().all(|it| it.scenario.reward == reference.reward));
    assert_close(&[row(&found, "backprop/uniform").result.as_ref().expect("available").sum], &[-2.0]);
    assert!(row(&found, "declared").result.is_err());
}

#[test]
fn unavailable_rows_name_the_nearest() {
    let table = [("x", 0.1, -1.0), ("y", 0.9, -1.0)];
    let draft = Draft::of(2).acts(&[0, 1]).table(0, &table, Some(0), None).table(1, &table, Some(1), None);
    let found = swept(&draft.end(Status::Failure).episode());
    let missing = row(&found, "difference/policy").result.as_ref().expect_err("no probabilities");
    assert_eq!(missing.nearest.as_deref(), Some("difference/uniform"));
}

#[test]
fn one_agent_of_several_names_nobody() {
    let draft = team().replay(0, 1, &[(0.5, 4), (0.0, 4)]);
    let found = swept(&draft.episode());
    let replay = row(&found, "replay-loo/equal");
    assert!(replay.result.is_ok() && replay.agrees == Agreement::NoVoice && !replay.counted);
}

#[test]
fn a_tie_is_neither_hold_nor_flip() {
    let draft = Draft::of(3).declared("mine", &[(0, -0.5), (1, -0.1), (2, 0.0)]);
    let draft = draft.declared("theirs", &[(0, -0.5), (1, -0.5), (2, 0.0)]).end(Status::Failure);
    let found = swept(&draft.episode());
    assert_eq!(row(&found, "declared/theirs").agrees, Agreement::Tie);
    assert_eq!(row(&found, "declared/theirs").blamed.len(), 2);
}

#[test]
fn rows_are_ranked_against_the_first_credit_of_the_log_in_reward_units() {
    let undeclared = swept(&team().episode());
    assert!(undeclared.declared.is_none() && undeclared.rows.iter().all(|it| it.declared_tau.is_none()));
    let declared = team().declared("reinforce", &[(0, 0.5), (1, -0.1), (2, -0.4)]).episode();
    let found = swept(&declared);
    assert_eq!(found.declared.as_deref(), Some("reinforce"));
    let own = found.rows.iter().find(|it| it.scenario.method == "declared").expect("a row");
    assert_eq!(own.declared_tau, Some(1.0));
    // Removal gives 0, -0.5, 0.35: the executor is above both, where the log has it below both.
    let tau = row(&found, "removal").declared_tau.expect("ranked");
    assert_close(&[tau], &[-1.0 / 3.0]);
}

#[test]
fn of_the_shape_of_a_trace_nobody_is_named_who_got_nothing() {
    // All of the reward is of the second act; the first has 0 of it, which is the least.
    let found = swept(&Draft::of(2).acts(&[0, 1]).reward(1.0, &[1]).end(Status::Failure).episode());
    let shape = row(&found, "backprop/uniform");
    assert_close(&numbers(shape.result.as_ref().expect("available")), &[0.0, 1.0]);
    assert_eq!((shape.blamed.len(), shape.agrees), (0, Agreement::NoVoice));
}

#[test]
fn declared_credit_names_nobody_where_nobodys_reward_was_chosen() {
    let draft = Draft::of(2).acts(&[0, 1]).reward(1.0, &[]).reward(-1.0, &[]).with(|it| {
        it.rewards[0].agent = Some(AgentId(0));
        it.rewards[1].agent = Some(AgentId(1));
    });
    let episode = draft.declared("x", &[(0, -0.5), (1, -2.0)]).end(Status::Failure).episode();
    let found = swept(&episode);
    assert!(row(&found, "declared/x").result.is_ok() && row(&found, "declared/x").blamed.is_empty());
    let of_sum = Scenario { whose: Some(crate::model::Whose::Sum), ..Scenario::of_method("declared") };
    assert_eq!(row(&sweep(&episode, &of_sum), "declared/x").blamed, [AgentId(1)]);
}
