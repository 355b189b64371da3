//! Small logs by hand: each is one public bug report, re-created.

use super::*;
use crate::model::{Credited, RolloutAct, RolloutCandidate, RolloutCredit, Status};

/// A rollout of one agent that earned `total`, with what is declared of each act.
fn rollout(group: &str, total: f64, declared: &[f64]) -> Rollout {
    let act = |at: usize| RolloutAct {
        id: format!("t{at}").into(),
        agent: 0,
        turn: None,
        state: None,
        tokens: None,
        reward: if at + 1 == declared.len() { total } else { 0.0 },
        origin: Default::default(),
    };
    let item = |(at, value): (usize, &f64)| Credited { act: Some(at as u32), agent: Some(0), value: *value };
    Rollout {
        name: "r".into(),
        total: Some(total),
        status: Some(Status::Success),
        group: Some(group.into()),
        task: Some("t".into()),
        agents: vec!["solver".into()],
        roles: vec![None],
        own: vec![None],
        acts: (0..declared.len()).map(act).collect(),
        declared: vec![RolloutCredit {
            algorithm: "grpo".into(),
            params: vec![("std".to_owned(), "false".to_owned())],
            items: declared.iter().enumerate().map(item).collect(),
        }],
        ..Rollout::default()
    }
}

fn of(log: &[Rollout]) -> Report {
    let log: Vec<&Rollout> = log.iter().collect();
    examine(&log).into_iter().next().expect("declared numbers")
}

#[test]
fn a_mean_that_counts_turns_is_told() {
    // 1 with two turns and 0 with one, twice: the mean over turns is 4/6.
    let (won, lost) = ([1.0 / 3.0, 1.0 / 3.0], [-2.0 / 3.0]);
    let log = [(1.0, &won[..]), (0.0, &lost[..]), (1.0, &won[..]), (0.0, &lost[..])];
    let found = of(&log.map(|(total, declared)| rollout("g", total, declared)));
    assert_eq!(found.fits[0].slip(), Some("the baseline counts turns, not rollouts"), "{}", found.sentence());
    assert_eq!((found.fits[0].base, found.fits[0].units[0]), (Base::Mean, Unit::Act));
    // Two sizes are too few: others give them too.
    assert!(found.level == Level::Fits && found.families > 1);
    let right: Vec<Option<f64>> = found.right.numbers.iter().map(|it| it.right).collect();
    assert_eq!(right, [0.5, 0.5, -0.5, 0.5, 0.5, -0.5].map(Some));
    assert_eq!((found.right.off, found.right.counts()), (6, (0, 0, 0)));
}

#[test]
fn groups_of_one_keep_the_score() {
    let log: Vec<Rollout> = [1.0, 0.0, 1.0, 0.0]
        .iter()
        .enumerate()
        .map(|(at, it)| rollout(&at.to_string(), *it, &[*it]))
        .collect();
    let found = of(&log);
    assert!(found.fits.iter().any(|it| it.base == Base::Nothing && it.scale == Scale::Nothing));
    // By task +-0.5: the failures were pushed by nothing.
    assert_eq!(found.right.counts(), (0, 2, 0));
    assert_eq!(found.right.numbers[1].right, Some(-0.5));
}

#[test]
fn a_group_that_is_one_trajectory_loses_every_signal() {
    let found = of(&[1.0, 0.0, 1.0, 0.0].map(|it| rollout("g", it, &[0.0, 0.0, 0.0])));
    assert_eq!((found.level, found.right.counts()), (Level::Zero, (0, 12, 0)));
    assert!(found.sentence().contains("each baseline is its own return"), "{}", found.sentence());
    let flat = of(&[1.0, 1.0].map(|it| rollout("g", it, &[0.0])));
    assert!(flat.sentence().contains("no group has a spread"), "{}", flat.sentence());
}

#[test]
fn advantages_that_were_normalised_twice() {
    // 1, 1, 1, 0 and 1, 0, 0, 0; the failure of the first has three acts, those of the second two each.
    let turns = [1, 1, 1, 3, 1, 2, 2, 2];
    let returns = [1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0];
    // Std over n: sqrt(0.1875). Each act counts once in the second pass.
    let first: Vec<f64> = returns
        .iter()
        .enumerate()
        .map(|(at, it)| (it - if at < 4 { 0.75 } else { 0.25 }) / 0.1875_f64.sqrt())
        .collect();
    let rows: Vec<f64> = first.iter().zip(turns).flat_map(|(it, n)| vec![*it; n]).collect();
    let mean = rows.iter().sum::<f64>() / rows.len() as f64;
    let std = (rows.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / rows.len() as f64).sqrt();
    let log: Vec<Rollout> = (0..8)
        .map(|at| {
            let declared = vec![(first[at] - mean) / std; turns[at]];
            rollout(if at < 4 { "easy" } else { "hard" }, returns[at], &declared)
        })
        .collect();
    let found = of(&log);
    assert_eq!(found.fits[0].slip(), Some("normalised twice"), "{}", found.sentence());
    assert_eq!(found.right.counts(), (0, 0, 0));
}

#[test]
fn candidates_of_other_contexts_are_samples_too() {
    // Two contexts of one prompt: four candidates that all earn 0, and four that all earn 1. Leave-one-out over all
    // eight: 0 - 4/7 and 1 - 3/7.
    let of_context = |state: u64, value: f64, declared: f64| {
        let mut it = rollout("g", value, &[declared]);
        it.acts[0].state = Some(state);
        it.declared[0].algorithm = "rloo".into();
        let candidate = |j: i64| RolloutCandidate { act: 0, j, value, real: j == 0, broken_off: false };
        it.candidates = (0..4).map(candidate).collect();
        it
    };
    let found = of(&[of_context(1, 0.0, -4.0 / 7.0), of_context(2, 1.0, 4.0 / 7.0)]);
    assert_eq!((found.fits[0].base, found.level), (Base::Others, Level::Fits));
    assert!(found.sentence().contains("different starts are pooled"), "{}", found.sentence());
    // Each context has no spread.
    assert_eq!(found.right.counts(), (0, 0, 2));
}

#[test]
fn numbers_of_trl_are_named_and_others_are_of_no_form() {
    // Continuous returns of four groups of five, with six decimals.
    let mut state = 1_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let groups: Vec<Vec<f64>> = (0..4).map(|_| (0..5).map(|_| draw()).collect()).collect();
    let log = |advantage: &dyn Fn(f64, &[f64]) -> f64| -> Vec<Rollout> {
        let of = |(at, group): (usize, &Vec<f64>)| -> Vec<Rollout> {
            let one = |(k, it): (usize, &f64)| {
                let declared = (advantage(*it, group) * 1e6).round() / 1e6;
                let name = format!("r{at}-{k}");
                // Lengths differ, so that turns and rollouts can be told apart.
                Rollout {
                    name: name.into(),
                    ..rollout(&at.to_string(), *it, &vec![declared; 1 + (at + k) % 3])
                }
            };
            group.iter().enumerate().map(one).collect()
        };
        groups.iter().enumerate().flat_map(of).collect()
    };
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let std =
        |v: &[f64]| (v.iter().map(|it| (it - mean(v)).powi(2)).sum::<f64>() / (v.len() - 1) as f64).sqrt();
    let mut trl = log(&|x, v| (x - mean(v)) / (std(v) + 1e-4));
    trl.iter_mut().for_each(|it| it.declared[0].params.clear());
    let found = of(&trl);
    assert_eq!(found.level, Level::Named, "{}", found.sentence());
    assert_eq!(found.fits[0].scale, Scale::Std { ddof: 1, epsilon: 1e-4 });
    assert_eq!((found.right.off, found.harm()), (0, None));
    let other = of(&log(&|x, v| ((x - mean(v)) * 3.0).sin()));
    assert_eq!((other.level, other.fits.len()), (Level::None, 0), "{}", other.sentence());
    let nearest = other.nearest.as_ref().expect("a nearest form");
    assert!(nearest.rms > 1e-3 && other.sentence().starts_with("none of "), "{}", other.sentence());
}

#[test]
fn what_is_no_algorithm_of_groups_is_not_looked_at() {
    let mut log = rollout("g", 1.0, &[0.5]);
    log.declared[0].algorithm = "shapley".into();
    assert!(examine(&[&log]).is_empty());
    let open = Rollout { open: true, ..rollout("g", 1.0, &[0.5]) };
    assert!(examine(&[&open]).is_empty());
    // Numbers of one rollout that broke off are of rows that the right ones leave out.
    let aborted = Rollout { status: Some(Status::Aborted), ..rollout("g", 1.0, &[0.5]) };
    let found = of(&[aborted, rollout("g", 1.0, &[0.0]), rollout("g", 0.0, &[0.0])]);
    assert_eq!(found.right.numbers[0].right, None);
}

#[test]
fn the_ledger_counts_flat_groups_and_each_rollout_once() {
    // Group a: 1 and 0, two acts each, +-0.5 with the sign of the second wrong; group b: 1 and 1, pushed all the same.
    let log = [
        rollout("a", 1.0, &[0.5, 0.5]),
        rollout("a", 0.0, &[0.5, 0.5]),
        rollout("b", 1.0, &[0.25]),
        rollout("b", 1.0, &[-0.25]),
        Rollout { status: Some(Status::Aborted), ..rollout("b", 0.0, &[0.0]) },
        Rollout { open: true, ..rollout("b", 0.0, &[0.0]) },
    ];
    let named = log.iter().enumerate().map(|(at, it)| Rollout { name: at.to_string().into(), ..it.clone() });
    let named: Vec<Rollout> = named.collect();
    let all: Vec<&Rollout> = named.iter().collect();
    let found = ledgers(&all);
    let [ledger] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(
        (ledger.rollouts, ledger.broken_off, ledger.groups, ledger.algorithm.as_deref()),
        (5, 1, 2, Some("grpo"))
    );
    let row = &ledger.all[0];
    assert_eq!((row.groups, row.flat, row.rollouts, row.broken_off, row.flat_rollouts), (2, 1, 4, 1, 2));
    assert_eq!((row.up, row.down, row.mass), (3, 1, 1.0));
    assert_eq!((row.wrong_sign, row.pushed, row.lost), (1, 2, 0));
    assert!(!row.is_without_signal());
    let flat = ledgers(&all[2..4]);
    assert!(flat[0].all[0].is_without_signal());
}
