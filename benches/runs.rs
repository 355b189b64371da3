//! Long runs: a rule asked of one more episode, all rules of all episodes, the film, and two runs compared.
//!
//! `cargo bench --bench runs`. Asked for: at most 5 ms for a new episode of 10,000 with 6 agents, 1 s to open, 1 s for a comparison
//! of two runs of 1,000 with 10,000 draws.

#![allow(missing_docs, reason = "the macro of criterion makes a public function")]

use std::{hint::black_box, sync::Arc, time::Duration};

use criterion::{Criterion, criterion_group, criterion_main};

use creditscope::{
    compare::{RunComparison, RunEpisode},
    rules::{Rule, Watch},
    stats::Draws,
    training::{Facts, Film, Point},
};

const EPISODES: usize = 10_000;
const AGENTS: [&str; 6] = ["planner", "scout", "coder", "tester", "critic", "writer"];
const RULES: [&str; 8] = [
    "fall(*) > 10",
    "drift(scout) > 5sigma",
    "drift(coder) < -.05 per 100",
    "acts(scout) < 2 for 5",
    "rate(residual > .05, 30) > .1",
    "tau(prev) < 0.2 for 10",
    "R < -0.5 and share(coder) > 0.5",
    "errors > 3",
];
/// Cells of a film on a screen of 160 columns.
const CELLS: usize = 128;

fn points() -> Vec<Arc<Point>> {
    let mut draws = Draws::new(1);
    let point = |at: usize| {
        let credit: Vec<(String, f64)> =
            AGENTS.iter().map(|it| ((*it).to_owned(), 0.1 + 0.05 * draws.normal())).collect();
        let sum: f64 = credit.iter().map(|it| it.1).sum();
        let acts = AGENTS.iter().map(|it| ((*it).to_owned(), 4)).collect();
        let name = format!("ep-{at:05}");
        let facts = Facts { at, name, reward: Some(sum), credit, acts, divides: true, ..Facts::default() };
        Arc::new(Point::from(facts))
    };
    (0..EPISODES).map(point).collect()
}

fn watched(points: &[Arc<Point>]) -> Vec<Watch> {
    let mut watches: Vec<Watch> =
        RULES.iter().map(|it| Watch::of(Rule::parse(it).expect("a rule"))).collect();
    for watch in &mut watches {
        points.iter().for_each(|it| {
            watch.push(it);
        });
    }
    watches
}

fn rules(criterion: &mut Criterion) {
    let points = points();
    let mut group = criterion.benchmark_group("runs");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    let mut watches = watched(&points);
    group.bench_function("8 rules, one more of 10000 episodes", |it| {
        it.iter(|| {
            watches
                .iter_mut()
                .map(|watch| usize::from(watch.push(black_box(&points[EPISODES - 1]))))
                .sum::<usize>()
        });
    });
    group.bench_function("8 rules, 10000 episodes", |it| it.iter(|| watched(black_box(&points))));
    group.bench_function("film of 10000 episodes", |it| {
        it.iter(|| Film::of(black_box(&points), EPISODES, CELLS));
    });
    let run = |seed: u64| -> Vec<RunEpisode> {
        let mut draws = Draws::new(seed);
        (0..1000)
            .map(|at| {
                let credit: Vec<(String, f64)> =
                    AGENTS.iter().map(|it| ((*it).to_owned(), 0.1 + 0.05 * draws.normal())).collect();
                RunEpisode {
                    name: format!("ep-{at}"),
                    task: Some(format!("task-{}", at % 20)),
                    seed: Some(at.to_string()),
                    reward: Some(credit.iter().map(|it| it.1).sum()),
                    by: [Some(credit.clone()), Some(credit)],
                    ..RunEpisode::default()
                }
            })
            .collect()
    };
    let (a, b) = (run(2), run(3));
    group.bench_function("two runs of 1000 episodes, 10000 draws", |it| {
        it.iter(|| RunComparison::of(black_box(&a), black_box(&b)));
    });
    group.finish();
}

criterion_group!(benches, rules);
criterion_main!(benches);
