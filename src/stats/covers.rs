//! A few cells of docs/STATISTICS.md with few draws: nothing there has become untrue.

use super::simulation::{Calibration, Design, Returns, Team, World};
use super::{simulation as sim, student_quantile};

const DRAWS: u32 = 800;

/// At least 92% covered, within three standard errors of that many draws.
#[track_caller]
fn check(what: &str, found: &sim::Coverage) {
    let error = (0.92f64 * 0.08 / f64::from(found.draws)).sqrt();
    assert!(found.covered >= 0.92 - 3.0 * error, "{what}: {found:?}");
    assert!(found.error() < 0.015 && found.width > 0.0 && found.none < 0.05, "{what}: {found:?}");
}

#[test]
fn normal_returns() {
    for (design, n) in [
        (Design::Difference, 2),
        (Design::Difference, 4),
        (Design::LeaveOneOut(4), 2),
        (Design::LeaveOneOut(8), 4),
        (Design::Shapley(3), 2),
        (Design::Shapley(3), 8),
    ] {
        let cell = design.cell("normal", n, |it| Returns::Normal { mean: it as f64, sd: 1.0 });
        check(&cell.name, &sim::coverage(&cell, DRAWS, 1));
        let cell =
            design.cell("unequal", n.max(4), |it| Returns::Normal { mean: 0.0, sd: [0.3, 1.0, 3.0][it % 3] });
        check(&cell.name, &sim::coverage(&cell, DRAWS, 2));
    }
}

#[test]
fn one_arm_that_rules() {
    for design in [Design::Shapley(3), Design::Shapley(5)] {
        let last = design.weights().len() - 1;
        for n in [2, 3] {
            let sd = |it| if it == last { 10.0 } else { 1.0 };
            let cell = design.cell("one wide", n, |it| Returns::Normal { mean: 0.0, sd: sd(it) });
            // 0.88 without the cautious mix; three standard errors of these draws are 0.014.
            check(&cell.name, &sim::coverage(&cell, 4 * DRAWS, 6));
        }
    }
    let mut cell = Design::Difference.cell("2 and 64", 2, |_| Returns::Normal { mean: 0.0, sd: 1.0 });
    cell.arms[1].1 = 64;
    check(&cell.name, &sim::coverage(&cell, 4 * DRAWS, 7));
}

#[test]
fn an_interval_is_as_wide_as_it_must_be() {
    // Of a difference of two means of 16 at sd 1: about 2 t(30) sqrt(2/16).
    let cell = Design::Difference.cell("normal", 16, |_| Returns::Normal { mean: 0.0, sd: 1.0 });
    let want = 2.0 * student_quantile(0.975, 30.0) * (2.0f64 / 16.0).sqrt();
    let found = sim::coverage(&cell, DRAWS, 3);
    assert!((found.width / want - 1.0).abs() < 0.03, "{found:?}, not {want}");
    assert!((found.covered - 0.95).abs() < 0.025, "{found:?}");
}

#[test]
fn pass_fail_returns() {
    for design in [Design::Difference, Design::LeaveOneOut(4), Design::Shapley(3)] {
        for (p, q) in [(0.95, 0.9), (0.95, 0.05), (0.5, 0.5), (0.3, 0.1)] {
            for n in [2, 8] {
                let weights = design.weights();
                let returns = |it: usize| Returns::Pass(if weights[it] > 0.0 { p } else { q });
                let cell = design.cell(&format!("{p} and {q}"), n, returns);
                check(&cell.name, &sim::coverage(&cell, DRAWS, 4));
            }
        }
    }
}

#[test]
fn other_returns() {
    for returns in [
        Returns::Three([1.0 / 3.0; 3]),
        Returns::Three([0.9, 0.05, 0.05]),
        Returns::Grade,
        Returns::Uniform,
        Returns::Exponential,
        Returns::ZeroOr(0.7),
    ] {
        let cell = Design::Shapley(3).cell(&format!("{returns:?}"), 4, |_| returns);
        check(&cell.name, &sim::coverage(&cell, DRAWS, 5));
    }
}

#[test]
fn the_set_holds_the_least_one_where_all_are_alike() {
    for team in [Team { agents: 3, shapley: false }, Team { agents: 3, shapley: true }] {
        for returns in [Returns::Normal { mean: 0.0, sd: 1.0 }, Returns::Pass(0.5)] {
            let found = sim::set_of_ties(team, 4, |_| returns, 400, 6);
            check(&team.name(), &found);
            assert!(found.width > 2.5, "{found:?}");
        }
    }
}

#[test]
fn regret_is_covered_though_the_best_was_picked() {
    for (spread, rate) in [(0.0, None), (1.0, None), (0.0, Some(0.5))] {
        check("regret", &sim::regret_of(4, 4, spread, rate, DRAWS, 7));
    }
}

#[test]
fn shared_seeds_narrow_and_sorted_runs_do_not_mislead() {
    let of = |rho, sorted| sim::paired(Design::LeaveOneOut(4), 8, rho, sorted, DRAWS, 8);
    let (plain, shared, sorted) = (of(0.0, false), of(0.8, false), of(0.0, true));
    for found in [&plain, &shared, &sorted] {
        check("paired", found);
    }
    assert!(shared.width < 0.7 * plain.width, "{shared:?} {plain:?}");
    // In order of outcome they would pair by rank: refused, so as wide as without.
    assert!((sorted.width / plain.width - 1.0).abs() < 0.05, "{sorted:?} {plain:?}");
}

#[test]
fn what_happens_lies_around_the_range() {
    // Mean chances of 200 measurements, standard error 0.035; the range is off by up to 0.1 where truths are of one kind.
    for world in World::ALL {
        let (plain, shrunk) = sim::flips(Team { agents: 3, shapley: true }, 6, world, false, 200, 9);
        let (low, happened) = plain.means();
        let (high, _) = shrunk.means();
        let name = world.name();
        assert!(low < high, "{name}: {low} {high}");
        assert!(happened > low - 0.15 && happened < high + 0.15, "{name}: {low} {happened} {high}");
        let error = |it: &Calibration| it.error();
        assert!(error(&plain).min(error(&shrunk)) < 0.15, "{name}");
    }
}
