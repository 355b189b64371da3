//! Credits of another measurement, drawn together.
//!
//! Where returns are real numbers and credits are sums of weighted means, what arms are off by adds up to errors of the
//! credits that are jointly normal, or jointly t. So a credit for each agent is drawn, not a mean for each of many arms:
//! the same distribution for a fraction of the draws.

use super::chance::{End, FlipDraws, FlipRange};
use super::contrast::Weights;
use super::drawn::{BUDGET, count_range, scale_of_t};
use super::errors::Errors;
use super::noise::Noise;
use super::normals::Normals;
use super::sum;
use super::table::{ReturnKind, Table};

/// Arms for each credit from which drawing credits is worth their covariances.
const MANY_ARMS: usize = 4;
/// The most credits whose covariances are worth computing.
const MOST_CREDITS: usize = 64;

/// Whether `credits` over so many arms are drawn together.
pub(super) fn is_worth_it(table: &Table, credits: usize, arms: usize) -> bool {
    table.kind() == ReturnKind::Real && credits <= MOST_CREDITS && arms >= MANY_ARMS * credits
}

/// Both answers for `weights`, whose credits are `now`.
pub(super) fn joint_range(
    table: &Table,
    weights: &[Weights],
    now: &[f64],
    end: End,
    noise: &Noise,
    draws: FlipDraws,
    normals: &mut Normals,
) -> FlipRange {
    let triangle = Errors(noise).triangle(weights);
    let mean = sum(now.iter().copied()) / now.len() as f64;
    let count = draws.within(BUDGET / (now.len() * now.len()));
    let shares: Vec<(f64, f64)> = noise.shares(now).collect();
    let mut stream = normals.begin(draws.seed);
    let mut drawn = vec![0.0; now.len()];
    count_range(now, end, table.scale(), count, &shares, |share| {
        let scale = scale_of_t(&mut stream, noise.df);
        drawn.iter_mut().for_each(|it| *it = scale * stream.normal());
        let errors: Vec<f64> =
            triangle.iter().map(|row| row.iter().zip(&drawn).map(|(a, b)| a * b).sum()).collect();
        let moved = |share: f64| {
            let of = |(now, error): (&f64, &f64)| now - share * (now - mean) + (2.0 - share).sqrt() * error;
            now.iter().zip(&errors).map(of).collect()
        };
        [moved(0.0), moved(share)]
    })
}

#[cfg(test)]
mod tests {
    use super::super::drawn::Drawn;
    use super::*;
    use crate::stats::{Arm, Credit, Draws};

    #[test]
    fn arm_by_arm_gives_the_same() {
        // Three agents of eight arms each and one arm that all share; the least is not clear.
        let mut stream = Draws::new(11);
        let mut arm = |mean: f64| Arm::Returns((0..6).map(|_| mean + stream.normal()).collect());
        let mut arms = vec![arm(0.0)];
        for agent in 0..3 {
            arms.extend((0..8).map(|_| arm(f64::from(agent) * 0.15)));
        }
        let table = Table::new(arms, None);
        let weights: Vec<Weights> = (0..3)
            .map(|agent| {
                let own = (0..8).map(|it| (1 + 8 * agent + it, 0.5));
                Weights::of(own.chain([(0, -1.0)]).collect())
            })
            .collect();
        let credits: Vec<Credit> = weights.iter().cloned().map(Credit::of).collect();
        let now: Vec<f64> = credits.iter().map(|it| it.value(table.means())).collect();
        let all: Vec<usize> = (0..25).collect();
        let noise = Noise::of(&table, &weights, &all, &[0]).expect("a spread");
        let draws = FlipDraws { most: 20_000, seed: 5 };
        let together = joint_range(&table, &weights, &now, End::Least, &noise, draws, &mut Normals::new(5));
        let by_arm = Drawn::of(&table, &credits, &weights, all, noise, &now).range(
            &now,
            End::Least,
            draws,
            &mut Normals::new(5),
        );
        // Two counts of 20,000 differ by less than 4 sqrt(2 (1/4) / 20000) = 0.02.
        let near = |a: f64, b: f64| assert!((a - b).abs() < 0.02, "{together:?} {by_arm:?}");
        near(together.plain, by_arm.plain);
        near(together.shrunk, by_arm.shrunk);
        together.least.iter().zip(&by_arm.least).for_each(|(a, b)| near(*a, *b));
        assert!((0.05..0.95).contains(&together.plain), "{together:?}");
    }
}
