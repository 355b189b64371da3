//! The five parts of the verdict on small logs, one per kind of log.

use std::path::Path;

use creditscope::{
    credit::{self, Verdict},
    model::{Episode, Scenario, Value},
    text::width,
};

use super::open::open;

fn episode(name: &str) -> Episode {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/verdicts").join(format!("{name}.jsonl"));
    open(&path).episodes.remove(0)
}

fn verdict(episode: &Episode, scenario: Option<Scenario>) -> Verdict {
    let Some(scenario) = scenario.or_else(|| credit::best_scenario(episode)) else {
        return Verdict::nothing(episode);
    };
    match credit::compute(episode, &scenario) {
        Ok(credit) => credit::verdict(episode, &credit, &credit::sweep(episode, &scenario)),
        Err(_) => Verdict::nothing(episode),
    }
}

#[track_caller]
fn check_by(name: &str, scenario: Option<Scenario>, parts: &[&str]) {
    let episode = episode(name);
    let found = verdict(&episode, scenario);
    let said: Vec<String> =
        found.parts(&episode).iter().map(|it| format!("{} {}", it.word, it.sentence.whole())).collect();
    assert_eq!(said, parts, "{name}");
}

#[track_caller]
fn check(name: &str, parts: &[&str]) {
    check_by(name, None, parts);
}

const UNKNOWN: &str = "FROM Nothing was measured, modelled, declared or judged. To know, log replays of an act \
                       (`counterfactual` of kind `replay`)";

#[test]
fn a_proven_error_is_named_whatever_the_reward() {
    // All coalitions earn 0, so Shapley is 0 for both; the pilot's act came out 0 of 6, the other 6 of 6. With one
    // success and one failure added to each (Agresti and Caffo 2000): 1/8 - 7/8 = -0.75, standard error
    // sqrt(2 (7/64) / 8) = 0.165, t(0.975, 64) = 1.998, so -0.75 +- 0.33, cut to what can be.
    for (name, outcome) in [
        ("proven-error-reward-0", "FAIL R 0.00"),
        ("proven-error-reward-minus-1", "FAIL R -1.00"),
        ("proven-error-no-reward", "FAIL No reward logged"),
    ] {
        check(
            name,
            &[
                outcome,
                "WHO pilot at p1: \"north\" succeeds 0 of 6 against 6 of 6 for \"south\": -1.00 [-1.00, -0.42]",
                "FROM Measured: 2 groups, 4 candidates, 24 replays. Coalitions tell nobody apart",
                "SURE One measurement, replays: no second one checks it",
            ],
        );
    }
}

#[test]
fn a_wrong_value_is_traced_to_where_it_enters() {
    check(
        "wrong-value-enters",
        &[
            "FAIL No reward logged (38.5 written, 64.2 measured). Task: Note the depth of the wreck",
            "WHO? Perhaps diver: the wrong value enters at d1: \"5101\" and \"38.5\" stand there first; \"5107\" stood \
             before; k1 repeats it",
            "FROM Estimated from where values stand first in the texts: that one entered there is so, that it decided is \
             not shown. Nothing was measured, modelled, declared or judged. To know, log replays of an act \
             (`counterfactual` of kind `replay`)",
        ],
    );
}

#[test]
fn parts_that_no_link_joins_stand_in_the_verdict() {
    check(
        "parts-not-linked",
        &[
            "FAIL No reward logged",
            "WHO Nothing in this log can tell who lost it, of 2 agents and 2 acts",
            UNKNOWN,
            "BUT 2 parts are not linked (trace ids t1 and t2): blame cannot cross from one to another; log a link",
        ],
    );
}

#[test]
fn the_shape_of_a_trace_names_nobody_whatever_the_reward() {
    let who = "WHO Nothing in this log can tell who lost it, of 3 agents and 3 acts";
    for (name, outcome) in [
        ("trace-reward-0", "FAIL R 0.00 (17 written, 71 counted). Task: Count the crates"),
        ("trace-reward-minus-1", "FAIL R -1.00 (17 written, 71 counted). Task: Count the crates"),
        ("trace-no-reward", "FAIL No reward logged (17 written, 71 counted). Task: Count the crates"),
    ] {
        check(name, &[outcome, who, UNKNOWN]);
        // Not even where it is asked for.
        let asked = Some(Scenario::of_method("backprop"));
        check_by(name, asked, &[outcome, who, UNKNOWN]);
    }
    check(
        "one-act",
        &["FAIL R -1.00", "WHO Nothing in this log can tell which act it is due to, of 1 act", UNKNOWN],
    );
}

#[test]
fn a_person_leads_on_a_trace_in_his_own_words_and_before_a_model() {
    check(
        "trace-judged",
        &[
            "FAIL No reward logged. Said: 17. Expected: 71. Task: Count the crates",
            "WHO diver at d1. A person: \"The diver counted bay 2 although the chief had asked for all bays, and \
             nobody could know that from what was passed on\"",
            "FROM Judged by a person. Nothing was measured in this log",
            "BUT gpt judge names clerk at k1: \"The clerk did not check the number\"",
        ],
    );
}

#[test]
fn probabilities_of_a_judge_are_blame_and_no_reward() {
    check(
        "judge-in-probabilities",
        &[
            "FAIL R -1.00",
            "WHO ben, 75% of the blame; ann 25%, says panel judge",
            "FROM Judged by panel judge. Nothing was measured in this log",
        ],
    );
}

#[test]
fn parts_of_the_blame_are_no_reward_and_the_most_blamed_comes_first() {
    let episode = episode("judge-in-probabilities");
    let declared = Scenario { baseline: Some("panel_judge".to_owned()), ..Scenario::of_method("declared") };
    let credit = credit::compute(&episode, &declared).unwrap();
    assert!(credit.is_blame());
    assert_eq!(credit.title, "declared (panel_judge): parts of the blame");
    let sum = credit::total_words(&episode, &credit, 2).whole();
    assert_eq!(sum, "+1.00 in units of probability, no reward");
}

#[test]
fn a_value_that_the_log_contradicts_is_not_said_to_be_missing() {
    // v({ann}) is 2 at line 3 and -4 at line 4: removal of ben needs it, removal of ann does not: -3 - 1 = -4.
    let episode = episode("values-contradict");
    let credit = credit::compute(&episode, &Scenario::of_method("removal")).unwrap();
    assert_eq!(credit.agents[0].value.number().unwrap().value, -4.0);
    let why = Value::Unavailable("v({ann}) has no value that holds: see the findings".to_owned());
    assert_eq!(credit.agents[1].value, why);
}

#[test]
fn reward_that_the_coalitions_do_not_explain_is_nobodys() {
    // v({ann, ben}) = -2 of R = -12; eve, the only one who acts, plays in no coalition.
    check(
        "agent-outside-the-table",
        &[
            "FAIL R -12.00",
            "WHO -10.00 of R -12.00 is not explained: eve is in no coalition. Of the rest ann: -2.00 of the 2.00 \
             lost against a team of nobody",
            "FROM Measured: 4 of 4 coalitions",
        ],
    );
}

#[test]
fn no_loss_where_nothing_was_lost() {
    // v(team) is 4.998 above v(nobody): ben's -0.002 is no part of a loss.
    check(
        "tiny-loser",
        &[
            "FAIL R 4.998",
            "WHO ben takes 0.002",
            "FROM Measured: 4 of 4 coalitions",
            "SURE One measurement, coalitions: no second one checks it",
        ],
    );
}

#[test]
fn what_a_critic_foresees_is_nobodys_credit() {
    // V to come 2 and 1.5, rewards 0.5 and 1.5: 0.5 + 1.5 - 2 and 1.5 - 1.5.
    check(
        "critic-foresees",
        &[
            "OK R 2.00",
            "WHO Nobody stands out: both, ann and ben, have 0.00 by declared/gae",
            "FROM Declared by gae, and confirmed here by gae. To know, log replays of an act (`counterfactual` of kind `replay`)",
        ],
    );
}

#[test]
fn unknown_is_not_innocent() {
    // One alternative of ann's act has no value: a baseline that knows both agents without it is preferred.
    check(
        "unknown-value",
        &[
            "FAIL R -1.00",
            "WHO ann at a1: \"x\" is worth -1.00 against 2.00 for \"y\"",
            "FROM Modelled: values that the log states, nothing was run again (2 acts, 2 alternatives)",
        ],
    );
    check(
        "unknown-act",
        &[
            "FAIL R -1.00",
            "WHO Of those with a number, ben at b1: \"x\" is worth -1.00 against 1.00 for \"y\"; ann has none: not known",
            "FROM Modelled: values that the log states, nothing was run again (2 acts, 2 alternatives)",
        ],
    );
}

#[test]
fn with_one_agent_nothing_votes() {
    // 1/6 - 5/6 = -0.667, standard error sqrt(2 (5/36) / 6) = 0.215, t(0.975, 48) = 2.011: -0.667 +- 0.433.
    check(
        "one-agent",
        &[
            "FAIL R 0.00",
            "WHO solo at a1: \"left\" succeeds 0 of 4 against 4 of 4 for \"right\": -1.00 [-1.00, -0.23]. It is the only agent: nothing \
             is to be divided between agents",
            "FROM Measured: 1 group, 2 candidates, 8 replays",
        ],
    );
}

#[test]
fn rounding_is_not_blamed() {
    // -0.3 less the mean of three times -0.3 is 5.6e-17 in doubles.
    check(
        "equal-but-for-rounding",
        &[
            "FAIL R -0.30",
            "WHO Nobody stands out: both, ann and ben, have 0.00 by replay-loo/equal",
            "FROM Measured: 2 groups, 7 candidates, 7 replays. To know, log replays of other acts, or more of them \
             (`counterfactual` of kind `replay`)",
        ],
    );
}

#[test]
fn values_that_fall_have_a_whole() {
    // V falls from 0.95 to 0.15 after h1; R - V(start) = 0.1 - 0.9 = -0.8.
    check(
        "values-fall",
        &[
            "FAIL R 0.10",
            "WHO hunter: -0.80 of the 0.80 lost against the value before the first act; at h1: \"read page 12\"",
            "FROM Modelled: values that the log states, nothing was run again (3 known values)",
        ],
    );
}

#[test]
fn declared_credit_is_confirmed_refuted_or_somebodys_word() {
    // Shapley: north -0.2 alone and half of the 0.4 that it loses with east: -0.4; east -0.2; south 0.
    let who = "WHO north: -0.40 of the 0.60 lost against a team of nobody";
    let from = "FROM Measured: 8 of 8 coalitions";
    check(
        "declared-confirmed",
        &[
            "FAIL R -0.60",
            who,
            from,
            "SURE One measurement, coalitions: no second one checks it; declared shapley_values: confirmed by \
             recomputation",
        ],
    );
    check(
        "declared-split-wrong",
        &[
            "FAIL R -0.60",
            who,
            from,
            "SURE One measurement, coalitions: no second one checks it",
            "BUT declared shapley_values has the sum right and the split wrong; gets too much: north by 0.20; too \
             little: south by 0.20",
        ],
    );
    check_by(
        "declared-confirmed",
        Some(Scenario::of_method("declared")),
        &[
            "FAIL R -0.60",
            "WHO north takes 0.40",
            "FROM Declared by shapley_values, and confirmed here by shapley",
            "SURE One measurement, coalitions: no second one checks it",
        ],
    );
    check(
        "declared-alone",
        &["FAIL R -0.50", "WHO ann takes 0.75", "FROM Declared by qmix: nothing in this log can check it"],
    );
}

#[test]
fn an_advantage_on_every_act_counts_once() {
    check(
        "advantage-on-every-act",
        &[
            "FAIL R 0.00",
            "WHO player takes 1.25; at m0: \"move\". It is the only agent: nothing is to be divided between agents",
            "FROM Declared by grpo: nothing in this log can check it",
        ],
    );
}

#[test]
fn pay_that_points_the_other_way() {
    // blue's act costs 3 against its default; red is paid for it.
    check(
        "paid-for-the-other",
        &[
            "FAIL Own rewards: red -3, blue 0",
            "WHO blue at b1, step 0: \"run\" is worth -3.00 against 0.00 for \"wait\"",
            "FROM Modelled: values that the log states, nothing was run again (2 acts, 2 alternatives)",
            "BUT paid: red -3, blue 0; pay and credit point opposite ways",
        ],
    );
}

#[test]
fn own_rewards_are_facts_and_their_cause_is_not_known() {
    check(
        "own-rewards",
        &[
            "FAIL Own rewards: fox +2, hare -2. No team reward logged",
            "WHO Nothing in this log can tell which act cost hare 2 or won fox 2, of 2 agents and 2 acts",
            "FROM The rewards are logged, one per agent. Nothing was measured or judged. To know, log what each agent \
             gets otherwise (`rewards` of `counterfactual` candidates)",
            "BUT they add up to 0: divided as one team, every credit would be 0 and wrong",
        ],
    );
}

#[test]
fn ties_say_by_what() {
    check(
        "exact-tie",
        &[
            "FAIL R -1.00",
            "WHO Nobody stands out: both, left and right, have -0.50 by shapley",
            "FROM Measured: 4 of 4 coalitions. To know, log replays of an act (`counterfactual` of kind `replay`)",
        ],
    );
    check(
        "two-hundred-tie",
        &[
            "FAIL R -1.00",
            "WHO Nobody stands out: all 200 agents have -0.0050 by declared/even",
            "FROM Declared by even: nothing in this log can check it. To know, log replays of an act \
             (`counterfactual` of kind `replay`)",
        ],
    );
}

#[test]
fn measurements_that_differ_and_a_judge_stand_against_it() {
    // Coalitions: v = -1 wherever ann is. Replays: ann's other act gets -1 too, ben's -0.375 on average.
    check(
        "measurements-differ",
        &[
            "FAIL R -1.00",
            "WHO ann: -1.00 of the 1.00 lost against a team of nobody",
            "FROM Measured: 4 of 4 coalitions",
            "SURE 1 of 2 measurements (coalitions, replays) name ann",
            "BUT replays blame ben (difference/uniform). a person names ben at b1: \"it signed without reading\"",
        ],
    );
}

#[test]
fn what_was_asked_for_leads_only_if_it_may() {
    // The shape of the trace was asked for: the coalitions lead, and the verdict says that they do.
    let episode = episode("declared-confirmed");
    let found = verdict(&episode, Some(Scenario::of_method("backprop")));
    assert_eq!((found.method.as_str(), found.ground.shown.as_deref()), ("shapley", Some("backprop/uniform")));
}

#[test]
fn null_actions_alone_give_difference_rewards() {
    // D = G - G(null), G the reward that came out: -2 - 1 and -2 + 2 (Wolpert and Tumer 2002).
    check(
        "null-actions-alone",
        &[
            "FAIL R -2.00",
            "WHO ann takes 3.00; at a1: \"x\"",
            "FROM Modelled: values that the log states, nothing was run again (2 acts, 2 alternatives)",
        ],
    );
}

#[test]
fn an_open_episode_and_an_empty_one() {
    check(
        "still-open",
        &[
            "OPEN not ended, no reward logged. Task: Carry the box",
            "WHO Nothing in this log can tell who does well or badly, of 2 agents and 1 act",
            UNKNOWN,
        ],
    );
    check(
        "nothing-at-all",
        &[
            "FAIL No reward logged",
            "WHO No agent acted: there is nobody to name",
            "FROM Nothing was measured, modelled, declared or judged. To know, log acts, and then replays of an act \
             (`counterfactual` of kind `replay`)",
        ],
    );
}

#[test]
fn every_part_fits_two_lines_of_80_columns_and_one_of_160() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/verdicts");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let episode = episode(&path.file_stem().unwrap().to_string_lossy());
        let found = verdict(&episode, None);
        for (columns, rows) in [(73, 2), (153, 1)] {
            for part in found.parts(&episode) {
                let lines = part.sentence.lines(columns, rows);
                let whole = part.sentence.whole();
                assert!(lines.len() <= rows && lines.iter().all(|it| width(it) <= columns), "{lines:?}");
                // What the outcome is stands first, and is never cut.
                let first = whole.split(['.', '(']).next().unwrap();
                let outcome = part.word == "FAIL" && width(first) < columns;
                assert!(!outcome || lines[0].starts_with(first.trim_end()), "{lines:?}");
            }
        }
        assert!(width(&found.short(&episode)) <= 76, "{}", found.short(&episode));
        seen += 1;
    }
    assert!(seen > 25, "{seen} logs");
}

#[test]
fn credit_that_its_own_formula_refutes_leads_over_no_measurement() {
    // Any two make -6: by symmetry each has a third of it.
    check(
        "refuted-leads-nothing",
        &[
            "FAIL R -6.00",
            "WHO Nobody stands out: all 3 agents have -2.00 by shapley",
            "FROM Measured: 8 of 8 coalitions. The credit by declared/shapley is not what this says. To know, log \
             replays of an act (`counterfactual` of kind `replay`)",
            "BUT declared shapley has the sum right and the split wrong; gets too much: quin by 2.00, sol by 2.00; too \
             little: pia by 4.00",
        ],
    );
}

#[test]
fn an_act_is_not_given_the_blame_of_its_agent_and_another_judge_is_heard() {
    // p1 and p2 have 30 % each, so 60 % is no act's; q1 has 40 %. 90 of 100 are 90 %.
    check(
        "judges-differ",
        &[
            "FAIL R -1.00",
            "WHO pia, 60% of the blame; quin 40%, says judge1",
            "FROM Judged by judge1. Nothing was measured in this log",
            "BUT judge2 names quin, 90% of the blame",
        ],
    );
}

#[test]
fn a_measured_tie_is_not_broken_by_another_formula() {
    // Both: (-1 - 2 + 0 - 1.5) / 4 - (2 + 3 + 1.5 + 1) / 4 = -1.125 - 1.875.
    check(
        "tie-of-unlike-runs",
        &[
            "FAIL R -1.00",
            "WHO Nobody stands out: both, pia and quin, have -3.00 by replay-loo/equal",
            "FROM Measured: 2 groups, 4 candidates, 24 replays. To know, log replays of other acts, or more of them \
             (`counterfactual` of kind `replay`)",
        ],
    );
}

#[test]
fn a_tie_of_modelled_values_is_said() {
    // Both: q(x) less the policy's mean, -1 - 0 and 0 - 1.
    check(
        "modelled-tie",
        &[
            "FAIL R -1.00",
            "WHO Nobody stands out: both, pia and quin, have -1.00 by difference/policy",
            "FROM Modelled: values that the log states, nothing was run again (2 acts, 4 alternatives). The credit by \
             backprop/uniform is not what this says. To know, log the value of every alternative (`policy.q`), or \
             replays",
        ],
    );
}
