//! How often falls ring in healthy runs, and how soon they do when an agent goes lazy: a table of docs/STATISTICS.md.
//!
//! `cargo bench --bench alarms` prints it as Markdown, always the same for the same code. Other runs, such as that of
//! `cargo test --benches`, simulate a tenth of the runs.

use creditscope::{stats::Draws, training::Falling};

/// Runs of a cell.
const RUNS: u64 = 200;
/// Episodes of a run, and the one from which on an agent is lazy.
const EPISODES: usize = 1000;
const LAZY: usize = 600;
/// Agents of a team; the second goes lazy.
const AGENTS: usize = 4;
/// How far a sum may go before it rings.
const REACHES: [f64; 3] = [6.0, 8.0, 10.0];

/// How credit is drawn around its mean.
#[derive(Clone, Copy)]
enum Noise {
    /// Three tests, an eighth each: what a coding team earns.
    Eighths,
    /// Normal, standard deviation a third of the mean at the end.
    Normal,
    /// The same, one value in twenty five times as wide.
    HeavyTails,
}

fn main() {
    let part = if std::env::args().any(|it| it == "--bench") { 1 } else { 10 };
    println!("\n### Falls: {} runs of {EPISODES} episodes of {AGENTS} agents that learn\n", RUNS / part);
    println!(
        "| credit | reach | false alarms in 1,000 healthy episodes | lazy from {LAZY} on: found | median delay | 95% | longest |"
    );
    println!("|---|---|---|---|---|---|---|");
    let worlds = [("eighths", Noise::Eighths), ("normal", Noise::Normal), ("heavy tails", Noise::HeavyTails)];
    for (name, noise) in worlds {
        for reach in REACHES {
            row(name, noise, reach, RUNS / part);
        }
    }
}

fn row(name: &str, noise: Noise, reach: f64, runs: u64) {
    let rings = |seed: u64, lazy: usize| -> Vec<Option<usize>> {
        let mut draws = Draws::new(seed);
        let mut sums = vec![Falling::default(); AGENTS];
        let mut rang = vec![None; AGENTS];
        for at in 0..EPISODES {
            // Half of what there is to learn within 150 episodes.
            let skill = 0.35 + 0.45 * (1.0 - (-(at as f64) / 215.0).exp());
            for (agent, sum) in sums.iter_mut().enumerate() {
                let drawn = drawn(&mut draws, noise, skill);
                let value = if agent == 1 && at >= lazy { 0.0 } else { drawn };
                sum.push(value, 1.0);
                if rang[agent].is_none() && sum.down().is_some_and(|it| it > reach) {
                    rang[agent] = Some(at);
                }
            }
        }
        rang
    };
    let healthy: usize = (0..runs).map(|seed| rings(seed, usize::MAX).iter().flatten().count()).sum();
    let lazy = (0..runs).filter_map(|seed| rings(10_000 + seed, LAZY)[1].filter(|it| *it >= LAZY));
    let mut delays: Vec<usize> = lazy.map(|it| it - LAZY + 1).collect();
    delays.sort_unstable();
    let at = |part: f64| delays[((delays.len() as f64 * part) as usize).min(delays.len() - 1)];
    println!(
        "| {name} | {reach} | {:.3} | {} of {runs} | {} | {} | {} |",
        healthy as f64 / runs as f64 * 1000.0 / EPISODES as f64,
        delays.len(),
        at(0.5),
        at(0.95),
        at(1.0),
    );
}

fn drawn(draws: &mut Draws, noise: Noise, skill: f64) -> f64 {
    match noise {
        Noise::Eighths => (0..3).filter(|_| draws.uniform() < skill).count() as f64 / 8.0,
        Noise::Normal => 0.3 * skill + 0.08 * draws.normal(),
        Noise::HeavyTails => {
            let wide = if draws.uniform() < 0.05 { 5.0 } else { 1.0 };
            0.3 * skill + 0.08 * wide * draws.normal()
        }
    }
}
