//! Every rule on one small team, and what each says if it lacks data.

use super::*;
use crate::model::draft::Draft;
use crate::model::{Label, Sample, Status};

/// A group at `act`: how often of 8 what happened, and the one alternative, succeed.
fn group(draft: Draft, act: u32, happened: u32, other: u32) -> Draft {
    let returns =
        |successes: u32| Sample::of_returns((0..8).map(|it| f64::from(u8::from(it < successes))).collect());
    draft.replay(act, 0, &[(0.0, 1), (0.0, 1)]).last_replay(|it| {
        it.candidates[0].returns = returns(happened);
        it.candidates[1].returns = returns(other);
    })
}

/// Planner, coder, planner, coder act. `rates` are successes of 8, of what happened and of the other, act by
/// act.
fn lost(rates: &[(u32, u32)]) -> Episode {
    let team = Draft::team(&["planner", "coder"]).acts(&[0, 1, 0, 1]);
    let draft = rates.iter().enumerate().fold(team, |draft, (act, it)| group(draft, act as u32, it.0, it.1));
    draft.reward(0.0, &[]).end(Status::Failure).episode()
}

fn found(study: &FailureStudy, rule: Rule) -> &Found {
    study.of(rule).result.as_ref().expect("available")
}

#[test]
fn every_rule_names_its_act_and_its_numbers() {
    let episode = lost(&[(8, 8), (0, 7), (0, 0)]);
    let study = failure_study(&episode, None, None);
    assert_eq!(study.success, Ok(1.0));
    let check = |rule: Rule, act: Option<u32>, certain: bool, text: &str| {
        let it = found(&study, rule);
        assert_eq!((it.act.map(|it| it.0), it.certain), (act, certain), "{rule:?}");
        assert_eq!(it.text, text, "{rule:?}");
        assert_eq!(it.origins.is_empty(), act.is_none());
    };
    // Wilson 95%: 8 of 8 [68%, 100%], 0 of 8 [0%, 32%], 7 of 8 [53%, 98%]; 0.05^(1/8) = 0.688.
    check(
        Rule::DecisiveError,
        Some(1),
        true,
        "'c1' succeeded 7 of 8 [53%, 98%], what happened 0 of 8 [0%, 32%]",
    );
    let first = "0 of 8 succeed after it, which allows a rate of up to 31%";
    check(Rule::FirstError, Some(1), false, first);
    check(Rule::FirstErrorByHalving, Some(1), false, &format!("halving agrees: {first}"));
    check(Rule::LargestDrop, Some(1), true, "from 8 of 8 [68%, 100%] to 0 of 8 [0%, 32%]");
    // The null arm is 8 of 24; 7 of 8 lies above its 33%, 0 of 8 does not. The two intervals meet at 53%.
    let text = "others rescue it 7 of 8 [53%, 98%], null arm 8 of 24 [18%, 53%]; it may be chance";
    check(Rule::Commitment, Some(1), false, text);
    assert_eq!(study.null_arm, Some(Tally { successes: 8, n: 24 }));
    let row = &study.rows[1];
    assert_eq!((row.0, row.1.rules.len()), (ActId(1), 5));
    assert_eq!(row.1.others, Some(Tally { successes: 7, n: 8 }));
}

#[test]
fn a_commitment_is_sure_only_where_the_intervals_part() {
    // 8 of 8 [68%, 100%] against 8 of 24 [18%, 53%].
    let study = failure_study(&lost(&[(8, 8), (0, 8), (0, 0)]), None, None);
    let it = found(&study, Rule::Commitment);
    assert_eq!((it.act, it.certain), (Some(ActId(1)), true));
    assert_eq!(it.text, "others rescue it 8 of 8 [68%, 100%], null arm 8 of 24 [18%, 53%]");
}

#[test]
fn an_error_that_may_be_chance_has_the_first_sure_one_beside_it() {
    let study = failure_study(&lost(&[(1, 2), (0, 7)]), None, None);
    let it = found(&study, Rule::DecisiveError);
    assert_eq!((it.act, it.certain), (Some(ActId(0)), false));
    let text = "it may be chance; surely t1 (coder): 'c1' 7 of 8 against 0 of 8; so could 1 act after it";
    assert!(it.text.ends_with(text), "{}", it.text);
}

#[test]
fn a_repair_makes_the_searches_disagree_and_says_so() {
    // Lost at t1, won back at t2, lost at t3: halving looks at t2 first and ends at t3.
    let study = failure_study(&lost(&[(8, 8), (0, 8), (4, 8), (0, 0)]), None, None);
    let (linear, halving) = (found(&study, Rule::FirstError), found(&study, Rule::FirstErrorByHalving));
    assert_eq!((linear.act, halving.act), (Some(ActId(1)), Some(ActId(3))));
    assert!(!linear.certain && !halving.certain);
    let text = "the other search says t3 (coder): success was won back at t2 (planner)";
    assert!(linear.text.ends_with(text), "{}", linear.text);
    assert!(halving.text.contains("the other search says t1 (coder)"), "{}", halving.text);
}

#[test]
fn a_rule_that_finds_nothing_is_not_one_that_lacks_data() {
    let study = failure_study(&lost(&[(4, 4), (4, 4)]), None, None);
    for rule in &Rule::ALL[..5] {
        let it = found(&study, *rule);
        assert!(it.act.is_none() && it.text.starts_with("none: "), "{rule:?} {}", it.text);
    }
    let bare = failure_study(&lost(&[]), None, None);
    for rule in &Rule::ALL[..5] {
        let missing = &bare.of(*rule).result.as_ref().expect_err("no replays").missing;
        assert!(missing.contains("`counterfactual`"), "{missing}");
    }
    let one = failure_study(&lost(&[(0, 4)]), None, None);
    let missing = &one.of(Rule::LargestDrop).result.as_ref().expect_err("one prefix").missing;
    assert!(missing.starts_with("what happened was replayed at 1 act only"), "{missing}");
}

#[test]
fn judgements_stand_beside_and_move_nothing() {
    let mut episode = lost(&[(8, 8), (0, 7)]);
    let plain = failure_study(&episode, None, None);
    episode.labels.push(Label {
        judge: "human_annotation".to_owned(),
        annotator: None,
        agent: Some(AgentId(1)),
        agent_text: "coder".to_owned(),
        act: Some(ActId(3)),
        act_text: None,
        label: "mistake".to_owned(),
        reason: None,
        origin: Origin::default(),
    });
    let judged = failure_study(&episode, None, None);
    assert_eq!(judged.findings, plain.findings);
    let last = judged.rows.last().expect("a row");
    assert_eq!((last.0, &last.1.labels), (ActId(3), &vec![0]));
    assert_eq!((last.1.happened, last.1.rules.len()), (None, 0));
}

fn run(episodes: &[(&[u32], Status)]) -> RunOutcomes {
    let mut run = RunOutcomes { ended: episodes.len(), ..RunOutcomes::default() };
    for (acts, status) in episodes {
        run.add(&Draft::team(&["planner", "coder"]).acts(acts).end(status.clone()).episode());
    }
    run
}

#[test]
fn the_spectrum_needs_failures_and_successes() {
    let episode = lost(&[]);
    let (ok, bad) = (Status::Success, Status::Failure);
    let missing = |run: Option<&RunOutcomes>| {
        let study = failure_study(&episode, None, run);
        assert!(study.agents.is_empty());
        study.of(Rule::Spectrum).result.as_ref().expect_err("cannot").missing.clone()
    };
    assert!(missing(None).contains("have not been looked at"));
    assert!(missing(Some(&run(&[(&[0], bad.clone())]))).contains("no other episode"));
    let all = run(&[(&[0], bad.clone()), (&[1], bad.clone())]);
    assert!(missing(Some(&all)).contains("all 2 episodes of the run failed"));
    // The coder is in both failures and one of two successes: 2 / sqrt(2 x 3) = 0.82; planner 2 / sqrt(2 x
    // 4).
    let mixed = run(&[(&[0, 1], bad.clone()), (&[0, 1], bad), (&[0], ok.clone()), (&[0, 1], ok)]);
    let study = failure_study(&episode, None, Some(&mixed));
    let it = found(&study, Rule::Spectrum);
    assert_eq!((it.agent, it.certain), (Some(AgentId(1)), false));
    let text = "coder: Ochiai 0.82, Tarantula 0.67; in 2 of 2 failures and 1 of 2 successes; an association, no cause";
    assert_eq!(it.text, text);
    assert_eq!((study.agents.len(), study.run), (2, Some((4, 4, 2))));
}

#[test]
fn the_run_may_say_what_counts_as_success() {
    // Returns up to 9 say nothing by themselves; the run's successes have 7 and more, its failures 2.
    let draft = Draft::of(1).acts(&[0]).replay(0, 0, &[(0.0, 1), (0.0, 1)]).last_replay(|it| {
        it.candidates[0].returns = Sample::of_returns(vec![2.0, 2.0]);
        it.candidates[1].returns = Sample::of_returns(vec![9.0, 7.0]);
    });
    let episode = draft.reward(2.0, &[]).end(Status::Failure).episode();
    let alone = failure_study(&episode, None, None);
    assert!(alone.success.is_err() && alone.of(Rule::DecisiveError).result.is_err());
    let mut run = RunOutcomes { ended: 2, ..RunOutcomes::default() };
    run.add(&episode);
    run.add(&Draft::of(1).acts(&[0]).reward(7.0, &[]).end(Status::Success).episode());
    let study = failure_study(&episode, None, Some(&run));
    assert_eq!(study.success, Ok(7.0));
    assert_eq!(found(&study, Rule::DecisiveError).act, Some(ActId(0)));
    assert_eq!(failure_study(&episode, Some(8.0), Some(&run)).success, Ok(8.0));
}
