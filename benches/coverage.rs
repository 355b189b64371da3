//! How often the statistics of few runs are right, by simulation: the tables of docs/STATISTICS.md.
//!
//! `cargo bench --bench coverage` prints them as Markdown, always the same for the same code. Other runs, such as that of
//! `cargo test --benches`, draw a hundredth as often.

#[allow(dead_code, reason = "the suite uses the rest")]
#[path = "../src/stats/simulation.rs"]
mod simulation;

use simulation::{Cell, Coverage, Design, Returns, Team, World};

/// Draws of a cell.
const DRAWS: u32 = 10_000;

fn main() {
    let part = if std::env::args().any(|it| it == "--bench") { 1 } else { 100 };
    let draws = DRAWS / part;
    normal(draws);
    pass_fail(draws);
    graded(draws);
    unequal(draws);
    sets(draws / 2);
    regrets(draws / 2);
    pairs(draws / 2);
    chances(draws / 2);
}

fn heading(title: &str, columns: &[&str]) {
    println!("\n### {title}\n");
    println!("| {} |", columns.join(" | "));
    println!("|{}", "---|".repeat(columns.len()));
}

fn row(name: &str, cells: &[String]) {
    println!("| {name} | {} |", cells.join(" | "));
}

fn with_width(it: &Coverage) -> String {
    format!("{:.3} ({:.2})", it.covered, it.width)
}

/// One row per cell name, one column per number of runs.
fn by_runs(title: &str, rows: &[(String, &dyn Fn(usize) -> Cell)], runs: &[usize], draws: u32) {
    let columns: Vec<String> = runs.iter().map(|it| format!("n = {it}")).collect();
    let mut names = vec!["cell"];
    names.extend(columns.iter().map(String::as_str));
    heading(title, &names);
    for (at, (name, cell)) in rows.iter().enumerate() {
        let cells = runs.iter().map(|n| with_width(&simulation::coverage(&cell(*n), draws, at as u64)));
        row(name, &cells.collect::<Vec<_>>());
    }
}

const DESIGNS: [Design; 6] = [
    Design::Difference,
    Design::LeaveOneOut(2),
    Design::LeaveOneOut(4),
    Design::LeaveOneOut(8),
    Design::Shapley(3),
    Design::Shapley(5),
];

fn normal(draws: u32) {
    type Spread = (&'static str, fn(usize, usize) -> f64);
    let spreads: [Spread; 3] = [
        ("sd 1", |_, _| 1.0),
        ("sd .3, 1, 3 in turn", |it, _| [0.3, 1.0, 3.0][it % 3]),
        ("one arm ten times as wide", |it, arms| if it + 1 == arms { 10.0 } else { 1.0 }),
    ];
    let runs = [2, 3, 4, 8, 16];
    for (what, sd) in spreads {
        let cell = |design: Design| {
            move |n: usize| {
                let arms = design.weights().len();
                design.cell(what, n, |it| Returns::Normal { mean: it as f64 / 7.0, sd: sd(it, arms) })
            }
        };
        let cells: Vec<_> = DESIGNS.iter().map(|it| (it.name(), cell(*it))).collect();
        let rows: Vec<(String, &dyn Fn(usize) -> Cell)> =
            cells.iter().map(|it| (it.0.clone(), &it.1 as &dyn Fn(usize) -> Cell)).collect();
        by_runs(&format!("Normal returns, {what}: coverage (mean width)"), &rows, &runs, draws);
    }
}

const RATES: [f64; 6] = [0.05, 0.1, 0.3, 0.5, 0.9, 0.95];

fn pass_fail(draws: u32) {
    let runs = [2, 3, 4, 8, 16];
    heading(
        "Pass/fail, every pair of the rates .05 .1 .3 .5 .9 .95 on the arms with positive and negative weight: least, mean \
         coverage; share of cells under .93",
        &["design", "n = 2", "n = 3", "n = 4", "n = 8", "n = 16"],
    );
    for design in DESIGNS {
        let weights = design.weights();
        let cells = runs.iter().map(|n| {
            let (mut least, mut all, mut under) = (1.0f64, 0.0, 0);
            for (at, (p, q)) in RATES.iter().flat_map(|p| RATES.iter().map(move |q| (*p, *q))).enumerate() {
                let cell = design.cell("", *n, |it| Returns::Pass(if weights[it] > 0.0 { p } else { q }));
                let found = simulation::coverage(&cell, draws, at as u64);
                least = least.min(found.covered);
                all += found.covered / 36.0;
                under += u32::from(found.covered < 0.93);
            }
            format!("{least:.3}, {all:.3}; {under} of 36")
        });
        row(&design.name(), &cells.collect::<Vec<_>>());
    }
}

fn graded(draws: u32) {
    let kinds: [(&str, Returns); 8] = [
        ("0, 1/2, 1 alike", Returns::Three([1.0 / 3.0; 3])),
        ("0 in .9", Returns::Three([0.9, 0.05, 0.05])),
        ("1/2 in .9", Returns::Three([0.05, 0.9, 0.05])),
        ("1 in .9", Returns::Three([0.05, 0.05, 0.9])),
        ("grades 0 to 10", Returns::Grade),
        ("uniform", Returns::Uniform),
        ("exponential", Returns::Exponential),
        ("0 in .7, else uniform", Returns::ZeroOr(0.7)),
    ];
    let runs = [2, 4, 8, 16];
    for design in [Design::Difference, Design::LeaveOneOut(4), Design::Shapley(3)] {
        let cells: Vec<_> = kinds
            .iter()
            .map(|(name, returns)| ((*name).to_owned(), move |n: usize| design.cell(name, n, |_| *returns)))
            .collect();
        let rows: Vec<(String, &dyn Fn(usize) -> Cell)> =
            cells.iter().map(|it| (it.0.clone(), &it.1 as &dyn Fn(usize) -> Cell)).collect();
        by_runs(&format!("Other returns, {}: coverage (mean width)", design.name()), &rows, &runs, draws);
    }
}

fn unequal(draws: u32) {
    heading(
        "Unequal numbers of runs: coverage (mean width)",
        &["runs", "normal", "pass/fail, rate .3", "pass/fail, rate .9"],
    );
    let cells: [(&str, Design, &[usize]); 7] = [
        ("removal, 1 and 8", Design::Difference, &[1, 8]),
        ("removal, 2 and 64", Design::Difference, &[2, 64]),
        ("removal, 4 and 16", Design::Difference, &[4, 16]),
        ("leave-one-out of 4, 1 and 8", Design::LeaveOneOut(4), &[1, 8, 8, 8]),
        ("leave-one-out of 4, 8 and 2", Design::LeaveOneOut(4), &[8, 2, 2, 2]),
        ("Shapley, 3 agents, 1 1 1 1 2 2 4 8", Design::Shapley(3), &[1, 1, 1, 1, 2, 2, 4, 8]),
        ("Shapley, 3 agents, one each", Design::Shapley(3), &[1, 1, 1, 1, 1, 1, 1, 1]),
    ];
    let kinds = [Returns::Normal { mean: 0.0, sd: 1.0 }, Returns::Pass(0.3), Returns::Pass(0.9)];
    for (at, (name, design, runs)) in cells.into_iter().enumerate() {
        let cells = kinds.iter().map(|returns| {
            let arms = runs.iter().map(|it| (*returns, *it)).collect();
            let cell = Cell { name: name.to_owned(), arms, weights: design.weights() };
            let found = simulation::coverage(&cell, draws, at as u64);
            if found.none == 1.0 { "no interval".to_owned() } else { with_width(&found) }
        });
        row(name, &cells.collect::<Vec<_>>());
    }
}

fn teams() -> impl Iterator<Item = Team> {
    let of = |shapley: bool| move |agents: usize| Team { agents, shapley };
    [2, 3, 5, 10].into_iter().map(of(false)).chain([2, 3, 5].into_iter().map(of(true)))
}

fn sets(draws: u32) {
    heading(
        "Which agents can be the least, all alike: how often the set holds one given agent (mean size)",
        &["agents", "n", "normal", "sd .3, 1, 3 in turn", "pass/fail .5", "pass/fail .2"],
    );
    for team in teams() {
        for n in [2, 4, 8] {
            let of = |returns: &dyn Fn(usize) -> Returns| {
                with_width(&simulation::set_of_ties(team, n, returns, draws, n as u64))
            };
            let cells = [
                of(&|_| Returns::Normal { mean: 0.0, sd: 1.0 }),
                of(&|it| Returns::Normal { mean: 0.0, sd: [0.3, 1.0, 3.0][it % 3] }),
                of(&|_| Returns::Pass(0.5)),
                of(&|_| Returns::Pass(0.2)),
            ];
            row(&format!("{} | {n}", team.name()), &cells);
        }
    }
}

fn regrets(draws: u32) {
    heading(
        "Regret against the best of the others: coverage (mean width)",
        &[
            "candidates",
            "runs",
            "normal, alike",
            "normal, spread 1",
            "pass/fail .5, alike",
            "pass/fail .5, spread .2",
        ],
    );
    for k in [2, 4, 8] {
        for m in [2, 4, 8] {
            let of = |spread, rate| with_width(&simulation::regret_of(k, m, spread, rate, draws, 5));
            let cells = [of(0.0, None), of(1.0, None), of(0.0, Some(0.5)), of(0.2, Some(0.5))];
            row(&format!("{k} | {m}"), &cells);
        }
    }
}

fn pairs(draws: u32) {
    heading(
        "Shared seeds, paired where the test allows it: coverage (mean width)",
        &["design", "n", "rho 0", "rho .5", "rho .8", "rho 0, in order of outcome"],
    );
    for design in [Design::Difference, Design::LeaveOneOut(4), Design::Shapley(3)] {
        for n in [4, 8, 16] {
            let of = |rho, sorted| with_width(&simulation::paired(design, n, rho, sorted, draws, 9));
            row(
                &format!("{} | {n}", design.name()),
                &[of(0.0, false), of(0.5, false), of(0.8, false), of(0.0, true)],
            );
        }
    }
}

fn chances(draws: u32) {
    heading(
        "P(flip): what was said and what happened, by how true credits are spread",
        &["agents, returns", "world", "happened", "plain said (error)", "shrunk said (error)"],
    );
    let mut errors = [[0.0; 2]; 3];
    let mut cells = 0.0;
    for team in [
        Team { agents: 2, shapley: false },
        Team { agents: 4, shapley: false },
        Team { agents: 3, shapley: true },
        Team { agents: 4, shapley: true },
    ] {
        for (n, pass_fail) in [(3, false), (6, false), (3, true), (6, true)] {
            cells += 1.0;
            for (at, world) in World::ALL.into_iter().enumerate() {
                let (plain, shrunk) = simulation::flips(team, n, world, pass_fail, draws, 3);
                errors[at][0] += plain.error();
                errors[at][1] += shrunk.error();
                let said = |it: &simulation::Calibration| format!("{:.2} ({:.3})", it.means().0, it.error());
                let what = if pass_fail { "pass/fail" } else { "normal" };
                row(
                    &format!("{}, {what}, n {n} | {}", team.name(), world.name()),
                    &[format!("{:.2}", plain.means().1), said(&plain), said(&shrunk)],
                );
            }
        }
    }
    heading(
        "P(flip): mean error over those cells, by how true credits are spread",
        &["world", "plain", "shrunk", "the better of the two"],
    );
    for (at, world) in World::ALL.into_iter().enumerate() {
        let [plain, shrunk] = errors[at].map(|it| it / cells);
        row(world.name(), &[plain, shrunk, plain.min(shrunk)].map(|it| format!("{it:.3}")));
    }
}
