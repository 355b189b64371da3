//! The arithmetic shared by Shapley and Banzhaf: every agent's number is linear in the coalition values,
//! with coefficients that depend on the size of the coalition and on whether the agent is in it.
//!
//! `phi_i = sum over S with i of with(|S|) v(S) + sum over S without i of without(|S|) v(S)`
//! `      = sum over S with i of (with - without)(|S|) v(S) + sum over all S of without(|S|) v(S)`,
//!
//! so one pass over the table serves all agents: the second sum is common, and the first needs, per bit, the
//! sum over the half of the table where that bit is set.

use crate::stats::{Sum, sum};

/// What a coalition value weighs in a player's number, by size of the coalition, 0..=n.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficients {
    /// If the agent is in the coalition; `with[0]` is 0.
    pub(super) with: Vec<f64>,
    /// Where it is not; `without[n]` is 0.
    pub(super) without: Vec<f64>,
}

impl Coefficients {
    /// Shapley (1953): `(s-1)!(n-s)!/n!` with the agent, `-s!(n-s-1)!/n!` without it.
    pub fn shapley(n: usize) -> Self {
        // s!(n-s-1)!/n! = 1 / (n binomial(n-1, s))
        let mut binomial = 1.0;
        let mut marginal = Vec::with_capacity(n);
        for s in 0..n {
            marginal.push(1.0 / (n as f64 * binomial));
            binomial = binomial * (n - 1 - s) as f64 / (s + 1) as f64;
        }
        Self::of_marginals(&marginal)
    }

    /// Banzhaf (1965): every marginal contribution weighs `2^-(n-1)`.
    pub fn banzhaf(n: usize) -> Self {
        Self::of_marginals(&vec![0.5f64.powi(n as i32 - 1); n])
    }

    /// From the weight of a marginal contribution to a coalition of `s` others, s = 0..n.
    fn of_marginals(marginal: &[f64]) -> Self {
        let with = std::iter::once(0.0).chain(marginal.iter().copied()).collect();
        let without = marginal.iter().map(|it| -it).chain([0.0]).collect();
        Self { with, without }
    }

    /// Squared, for variances: `Var(phi_i) = sum over S of coefficient^2 Var v(S)`.
    pub(super) fn squared(&self) -> Self {
        let square = |it: &Vec<f64>| it.iter().map(|it| it * it).collect();
        Self { with: square(&self.with), without: square(&self.without) }
    }

    /// The coefficient of v(S) for an agent: `size` = |S|, `inside` = whether the agent is in S.
    pub fn of(&self, size: usize, inside: bool) -> f64 {
        if inside { self.with[size] } else { self.without[size] }
    }

    /// The number of each player of a game written out: `values` by mask, bit i is player i, `2^n` of them; unknown
    /// ones must be 0.
    ///
    /// # Panics
    /// If the coefficients are for another number of players.
    pub fn apply(&self, values: &[f64]) -> Vec<f64> {
        let n = self.with.len() - 1;
        assert_eq!(values.len(), 1 << n, "one value per coalition");
        if n < LOW { self.apply_small(values, n) } else { self.apply_blocks(values, n) }
    }

    fn apply_small(&self, values: &[f64], n: usize) -> Vec<f64> {
        let number = |player: usize| {
            sum(values
                .iter()
                .enumerate()
                .map(|(mask, value)| self.of(mask.count_ones() as usize, mask >> player & 1 == 1) * value))
        };
        (0..n).map(number).collect()
    }

    /// One pass in blocks of 64: inside a block the low six bits vary, and the coefficients depend only on
    /// how many high bits are set. Values accumulate per position and class of block, unweighted: the low
    /// bits and the common sum follow from these at the end. The weighted totals of blocks fold into the high
    /// bits like a carry: a block is the right half of a pair for every trailing one of its number. Partial
    /// sums stay short and their sums are compensated, so the error does not grow with the table.
    ///
    /// The pass runs on the widest registers the machine has. Every lane adds in the same order on all of
    /// them, and nothing is fused, so the bits are the same everywhere.
    fn apply_blocks(&self, values: &[f64], n: usize) -> Vec<f64> {
        let high = n - LOW;
        let differences: Vec<[f64; SIZE]> = (0..=high).map(|set| self.differences(set)).collect();
        let (classes, by_high_bit) = pulp::Arch::new().dispatch(Blocks { values, differences: &differences });
        let sums: Vec<[f64; SIZE]> = classes.iter().map(|it| it.map(Sum::value)).collect();
        let entries =
            || sums.iter().enumerate().flat_map(|(set, it)| it.iter().enumerate().map(move |it| (set, it)));
        let size = |set: usize, at: usize| set + at.count_ones() as usize;
        let common = sum(entries().map(|(set, (at, value))| self.without[size(set, at)] * value));
        let low = (0..LOW).map(|bit| {
            let set_in = entries().filter(|it| it.1.0 >> bit & 1 == 1);
            sum(set_in.map(|(set, (at, value))| differences[set][at] * value).chain([common]))
        });
        let high = by_high_bit.iter().map(|it| sum([it.value(), common]));
        low.chain(high).collect()
    }

    /// `with - without` inside a block whose number has `set` bits set.
    fn differences(&self, set: usize) -> [f64; SIZE] {
        std::array::from_fn(|at| {
            let size = set + at.count_ones() as usize;
            self.with[size] - self.without[size]
        })
    }
}

/// The pass over all blocks.
struct Blocks<'a> {
    values: &'a [f64],
    /// `with - without` inside a block, by the number of high bits set.
    differences: &'a [[f64; SIZE]],
}

impl pulp::NullaryFnOnce for Blocks<'_> {
    /// Sums of values by class and position, and the weighted sums of the halves where a high bit is set.
    type Output = (Vec<[Sum; SIZE]>, Vec<Sum>);

    #[inline(always)]
    fn call(self) -> Self::Output {
        let high = self.differences.len() - 1;
        let mut classes = vec![[Sum::default(); SIZE]; high + 1];
        let mut running = vec![[0.0; SIZE]; high + 1];
        let mut by_high_bit = vec![Sum::default(); high];
        let mut left = vec![0.0; high + 1];
        for (number, block) in self.values.as_chunks::<SIZE>().0.iter().enumerate() {
            let class = number.count_ones() as usize;
            let mut total = accumulate(block, &self.differences[class], &mut running[class]);
            let mut bit = 0;
            while number >> bit & 1 == 1 {
                by_high_bit[bit].add(total);
                total += left[bit];
                bit += 1;
            }
            left[bit] = total;
            if number % FLUSH == FLUSH - 1 {
                flush(&mut running, &mut classes);
            }
        }
        flush(&mut running, &mut classes);
        (classes, by_high_bit)
    }
}

/// Bits that vary inside a block.
const LOW: usize = 6;
/// Values in a block.
const SIZE: usize = 1 << LOW;
/// Independent sums, so that they can run side by side.
const LANES: usize = 8;
/// Blocks after which running sums are put away.
const FLUSH: usize = 1024;

/// Adds a block to the running sums of its class; its weighted total.
#[inline(always)]
fn accumulate(block: &[f64; SIZE], weights: &[f64; SIZE], running: &mut [f64; SIZE]) -> f64 {
    let mut totals = [0.0; LANES];
    for start in (0..SIZE).step_by(LANES) {
        for (lane, total) in totals.iter_mut().enumerate() {
            let at = start + lane;
            running[at] += block[at];
            *total += weights[at] * block[at];
        }
    }
    ((totals[0] + totals[4]) + (totals[1] + totals[5])) + ((totals[2] + totals[6]) + (totals[3] + totals[7]))
}

fn flush(running: &mut [[f64; SIZE]], into: &mut [[Sum; SIZE]]) {
    for (one, sum) in running.iter_mut().flatten().zip(into.iter_mut().flatten()) {
        sum.add(std::mem::take(one));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::credit::fixture::{assert_close, vectors};
    use crate::stats::Draws;

    /// The textbook: for each agent, every coalition without it.
    fn textbook(values: &[f64], n: usize) -> Vec<f64> {
        let factorial = |n: usize| (1..=n).map(|it| it as f64).product::<f64>();
        let number = |player: usize| {
            let without = (0..values.len()).filter(|it| it >> player & 1 == 0);
            sum(without.map(|mask| {
                let s = mask.count_ones() as usize;
                let weight = factorial(s) * factorial(n - s - 1) / factorial(n);
                weight * (values[mask | 1 << player] - values[mask])
            }))
        };
        (0..n).map(number).collect()
    }

    #[test]
    fn blocks_agree_with_the_textbook() {
        let mut draws = Draws::new(3);
        for n in 1..=10 {
            let values: Vec<f64> = (0..1 << n).map(|_| draws.uniform() - 0.5).collect();
            assert_close(&Coefficients::shapley(n).apply(&values), &textbook(&values, n));
        }
    }

    #[test]
    fn many_players_stay_exact() {
        // Additive plus pairwise synergy has the closed form phi_i = a_i + sum_j g_ij / 2; here g = 0.01.
        let n = 16;
        let value = |mask: usize| {
            let s = mask.count_ones() as f64;
            let own: f64 = (0..n).filter(|it| mask >> it & 1 == 1).map(|it| it as f64 * 0.1).sum();
            own + 0.01 * s * (s - 1.0) / 2.0
        };
        let values: Vec<f64> = (0..1 << n).map(value).collect();
        let want: Vec<f64> = (0..n).map(|it| it as f64 * 0.1 + 0.01 * 15.0 / 2.0).collect();
        assert_close(&Coefficients::shapley(n).apply(&values), &want);
        assert_close(&Coefficients::banzhaf(n).apply(&values), &want);
    }

    #[test]
    fn security_council() {
        let vector = &vectors()["security_council"];
        let passes = |mask: usize| mask & 31 == 31 && mask.count_ones() >= 9;
        let values: Vec<f64> = (0..1 << 15).map(|it| f64::from(u8::from(passes(it)))).collect();
        let want = |name: &str| -> Vec<f64> {
            let one = |kind| vector[format!("{name}_{kind}")].as_f64().expect(name);
            (0..15).map(|it| one(if it < 5 { "permanent" } else { "nonpermanent" })).collect()
        };
        assert_close(&Coefficients::shapley(15).apply(&values), &want("shapley"));
        assert_close(&Coefficients::banzhaf(15).apply(&values), &want("banzhaf"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn axioms(n in 1usize..9, seed in 0u64..1000, scale in -3.0..3.0f64, shift in -3.0..3.0f64) {
            let mut draws = Draws::new(seed);
            let mut table = || -> Vec<f64> { (0..1 << n).map(|_| draws.uniform() * 2.0 - 1.0).collect() };
            let (v, w) = (table(), table());
            let shapley = |values: &[f64]| Coefficients::shapley(n).apply(values);
            let (phi, psi) = (shapley(&v), shapley(&w));
            let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
            // Efficiency.
            prop_assert!(close(sum(phi.iter().copied()), v[v.len() - 1] - v[0]));
            // Linearity, and a constant changes nothing.
            let mixed: Vec<f64> = v.iter().zip(&w).map(|(v, w)| v + scale * w + shift).collect();
            for (at, got) in shapley(&mixed).into_iter().enumerate() {
                prop_assert!(close(got, phi[at] + scale * psi[at]));
            }
            // Symmetry: swapping two players in the game swaps their numbers.
            let (a, b) = (0, n - 1);
            let swapped = |mask: usize| {
                let (has_a, has_b) = (mask >> a & 1, mask >> b & 1);
                (mask & !(1 << a) & !(1 << b)) | has_a << b | has_b << a
            };
            let turned = shapley(&(0..v.len()).map(|it| v[swapped(it)]).collect::<Vec<_>>());
            prop_assert!(close(turned[a], phi[b]) && close(turned[b], phi[a]));
            // Dummy: a player that adds d to every coalition gets d.
            let dummy: Vec<f64> =
                (0..v.len()).map(|it| v[it & !1] + if it & 1 == 1 { scale } else { 0.0 }).collect();
            prop_assert!(close(shapley(&dummy)[0], scale));
            prop_assert!(close(Coefficients::banzhaf(n).apply(&dummy)[0], scale));
        }
    }
}
