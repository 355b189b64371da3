//! What rules mean, where they hit, and what is no rule.

use super::*;
use crate::training::{Facts, Point};

/// An episode with this reward and the credit of two agents.
fn point(at: usize, reward: f64, credit: [f64; 2]) -> Point {
    facts(at, reward, credit).into()
}

fn facts(at: usize, reward: f64, credit: [f64; 2]) -> Facts {
    let [a, b] = credit;
    Facts {
        at,
        name: format!("ep-{at}"),
        reward: Some(reward),
        credit: vec![("a".into(), a), ("b".into(), b)],
        divides: true,
        failed: reward < 0.0,
        acts: vec![("a".into(), 3), ("b".into(), at as u32 % 4)],
        errors: u32::from(at % 2 == 1),
        ..Facts::default()
    }
}

/// The places at which a rule hits.
#[track_caller]
fn hits(rule: &str, points: &[Point]) -> Vec<usize> {
    let mut watch = Watch::of(Rule::parse(rule).unwrap());
    points.iter().for_each(|it| {
        watch.push(it);
    });
    assert_eq!(watch.never(), None, "{rule}");
    watch.hits.iter().map(|it| it.at).collect()
}

#[test]
fn rules_about_one_episode_hit_wherever_they_hold() {
    let points = [
        point(0, -1.0, [-0.9, -0.1]),
        point(1, 1.0, [0.25, 0.75]),
        point(2, -0.25, [0.25, -0.5]),
        point(3, 0.5, [0.5, 0.5]),
    ];
    assert_eq!(hits("R < -0.5", &points), [0]);
    assert_eq!(hits("reward<=-.25", &points), [0, 2]);
    assert_eq!(hits("R = 1", &points), [1]);
    assert_eq!(hits("R != 1", &points), [0, 2, 3]);
    // .5 - .5 - .5 = -.5, without its sign; the other sums come out.
    assert_eq!(hits("residual > 0.05", &points), [3]);
    assert_eq!(hits("errors > 0", &points), [1, 3]);
    assert_eq!(hits("acts > 5", &points), [3]);
    assert_eq!(hits("acts(b) < 1", &points), [0]);
    assert_eq!(hits("credit(a) >= 0.5", &points), [3]);
    assert_eq!(hits("c(a) < 0 and failed", &points), [0]);
    // Of the gross loss .9 of 1, and b alone in episode 2; of the gross gain b has .75 and .5.
    assert_eq!(hits("share(a) > 0.5", &points), [0]);
    assert_eq!(hits("share(b) >= 0.5 and not failed", &points), [1, 3]);
    assert_eq!(hits("least = b", &points), [2]);
    assert_eq!(hits("least != b", &points), [0, 1, 3]);
    assert_eq!(hits("R < -0.5 and share(a) > 0.5 or R > 0.9", &points), [0, 1]);
    assert_eq!(hits("R < 2 and (R < -0.5 or R > 0.9)", &points), [0, 1]);
    assert_eq!(hits("not (failed or errors = 0)", &points), [1, 3]);
}

#[test]
fn rules_about_several_episodes_hit_where_they_begin_to_hold() {
    let points: Vec<Point> =
        (0..12).map(|at| point(at, if at < 4 { 1.0 } else { -1.0 }, [0.5, 0.25])).collect();
    assert_eq!(hits("R < 0 for 3", &points), [6]);
    // Of 4 episodes more than half: 3, with the seventh.
    assert_eq!(hits("rate(R < 0, 4) > .5", &points), [6]);
    assert_eq!(hits("rate(R < 0, 4) >= .25", &points), [4]);
    let mut turning = points.clone();
    turning[6] = point(6, -1.0, [0.125, 0.25]);
    // The order turns at 6 and back at 7: one hit for each time it begins.
    assert_eq!(hits("tau(prev) < 0", &turning), [6]);
    let mut open = points.clone();
    open[5] = Facts { left_out: true, ..facts(5, -1.0, [0.5, 0.25]) }.into();
    assert_eq!(hits("R < 0 for 3", &open), [7]);
}

#[test]
fn falls_and_drifts() {
    let noise = |at: usize| [0.1, -0.1][at % 2];
    let fallen: Vec<Point> = (0..150)
        .map(|at| point(at, 1.0, [if at < 100 { 0.5 } else { 0.0 } + noise(at), 0.5 + noise(at)]))
        .collect();
    // As `training::falls` derives it.
    assert_eq!(hits("fall(a) > 10", &fallen), [102]);
    assert_eq!(hits("fall(b) > 10", &fallen), [] as [usize; 0]);
    let mut watch = Watch::of(Rule::parse("fall(*) > 10").unwrap());
    fallen.iter().for_each(|it| {
        watch.push(it);
    });
    assert_eq!(watch.hits.len(), 1);
    assert!(
        watch.hits[0].numbers.starts_with("fall(*) ") && watch.hits[0].numbers.ends_with(" (a)"),
        "{:?}",
        watch.hits
    );
    // A line of slope -.002 an episode is -.2 per 100, whatever the noise of alternating sign does over many.
    let line: Vec<Point> = (0..100).map(|at| point(at, 1.0, [1.0 - 0.002 * at as f64, 0.5])).collect();
    assert_eq!(hits("drift(a) < -.199 per 100", &line), [9]);
    assert_eq!(hits("drift(a) < -.201 per 100", &line), [] as [usize; 0]);
    assert_eq!(hits("drift(a) < -.199", &line), [9]);
    let noisy: Vec<Point> =
        (0..100).map(|at| point(at, 1.0, [0.5 - 0.01 * at as f64 + noise(at), 0.5 + noise(at)])).collect();
    assert_eq!(hits("drift(a) > 3sigma", &noisy).len(), 1);
    assert_eq!(hits("drift(b) > 3 sigma", &noisy), [] as [usize; 0]);
}

#[test]
fn a_drift_is_what_scipy_says() {
    // scipy.stats.linregress(range(12), values): slope -0.027534965034965038, slope / stderr -2.7298574445000843.
    let values = [0.375, 0.25, 0.5, 0.25, 0.125, 0.375, 0.125, 0.25, 0.0, 0.125, 0.25, 0.0];
    let drift = |in_errors: bool| {
        let mut drift = super::windows::Drift::default();
        drift.in_errors = in_errors;
        let points = values.iter().enumerate().map(|(at, it)| point(at, 1.0, [*it, 0.0]));
        points.map(|it| drift.push("a", &it)).last().flatten().unwrap()
    };
    assert!((drift(false) + 2.753_496_503_496_503_8).abs() < 1e-12, "{}", drift(false));
    assert!((drift(true) - 2.729_857_444_500_084_3).abs() < 1e-12, "{}", drift(true));
}

#[test]
fn what_is_not_known_holds_nothing() {
    let bare = Facts { reward: None, credit: Vec::new(), ..facts(0, 1.0, [0.0, 0.0]) };
    let points = [bare.into(), point(1, 1.0, [0.5, 0.5])];
    assert_eq!(hits("R > 5 or R < 5", &points), [1]);
    assert_eq!(hits("not R > 5", &points), [1]);
    assert_eq!(hits("failed or acts(b) = 0", &points), [0]);
    assert_eq!(hits("R > 5 or acts(b) = 0", &points), [0]);
}

#[test]
fn what_no_episode_can_satisfy_is_told() {
    let never = |rule: &str| {
        let mut watch = Watch::of(Rule::parse(rule).unwrap());
        watch.push(&Facts { divides: false, ..facts(0, 1.0, [0.5, 0.5]) }.into());
        watch.never().map(|it| it.to_string())
    };
    assert_eq!(
        never("drift(scuot) < 0"),
        Some("column 7: no agent 'scuot' in any episode; agents: a, b".to_owned())
    );
    assert_eq!(
        never("R > 0 and rate(c(x) < 0, 3) > .5"),
        Some("column 18: no agent 'x' in any episode; agents: a, b".to_owned())
    );
    assert_eq!(never("R > 0 and residual > 1"), Some("column 11: no episode has residual".to_owned()));
    assert_eq!(never("fall(a) > 10"), None);
    assert_eq!(Watch::of(Rule::parse("c(x) > 0").unwrap()).never(), None);
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    let error = Rule::parse(text).unwrap_err().to_string();
    assert!(error.starts_with(expected), "{text}: {error}");
}

#[test]
fn what_is_no_rule_says_where() {
    check_error("", "column 1: a condition is missing; there are R, residual, ");
    check_error("reward2 > 1", "column 7: how is reward compared? < <= > >= = or != and a number");
    check_error("rewrd > 1", "column 1: no quantity 'rewrd'; there are R, ");
    check_error("R", "column 2: how is R compared?");
    check_error("R >", "column 4: a number is missing: R > 0.5");
    check_error("R > x", "column 5: 'x' is no number: R > 0.5");
    check_error("R > nan", "column 5: it can never be told: no number is beyond or below nan");
    check_error("R < inf", "column 5: it can never be told");
    check_error("R < -1e999", "column 5: it can never be told");
    check_error("R < 1 and", "column 7: 'and' needs a second condition");
    check_error("drift(scuot) < -.05 per 100 and", "column 29: 'and' needs a second condition");
    check_error("R < 1 R > 2", "column 7: 'R > 2' is too much");
    check_error("R < 1 for", "column 10: a number of episodes from 1 to 100000");
    check_error("R < 1 for 0", "column 11: a number of episodes");
    check_error("(R < 1", "column 7: ')' is missing");
    check_error("share > 1", "column 6: share of whom? share(coder)");
    check_error("share() > 1", "column 7: of whom? share(coder)");
    check_error("share(a > 1", "column 12: ')' is missing");
    check_error("tau(next) < 1", "column 5: tau is that of the episode before: tau(prev)");
    check_error("rate(failed) > 1", "column 12: of how many episodes? rate(failed, 30)");
    check_error("residual(a) > 1", "column 9: residual is of the whole episode");
    check_error("drift(a) < 1 per 50", "column 18: a drift is per 100 episodes");
    check_error("least coder", "column 7: least = AGENT or least != AGENT");
    check_error("é > 1", "column 1: a condition is missing");
    check_error("share(é) > 2", "column 12: it can never hold: share(é) is from 0 to 1");
    check_error("errors < 0", "column 10: it can never hold: errors is 0 or more");
    check_error("tau(prev) > 1", "column 13: it can never hold: tau(prev) is from -1 to 1");
    check_error("rate(failed, 3) > 1", "column 19: it can never hold");
    check_error(&"(".repeat(100), "column ");
    check_error(&"not ".repeat(100), "column ");
}

#[test]
fn rules_of_the_documents_parse() {
    for text in [
        "R < -0.5 and share(coder) > 0.5",
        "residual > 0.05",
        "fall(coder) > 10",
        "drift(coder) > 3sigma",
        "tau(prev) < 0.2 for 10",
        "errors > 3",
        "acts(scout) < 2 for 5",
        "rate(residual > .05, 30) > .1",
        "R < .5 and least = scout and c(scout) < 0",
        "credit(\"a b)\") > 0",
        "R > 1e-3",
    ] {
        let rule = Rule::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert_eq!(rule.text(), text);
    }
}
