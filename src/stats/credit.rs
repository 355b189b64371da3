//! A credit: a sum of weighted means, and of regrets against the best (or the gain over the worst) of several.

use super::contrast::{Interval, NoInterval, Weights};
use super::regret::{Pick, PickEnds};
use super::table::Table;

/// How a number follows from the arms of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Credit {
    /// Weights of the arms' means.
    pub weights: Weights,
    /// Comparisons with the best or worst of several.
    pub picks: Vec<Pick>,
}

impl Credit {
    /// A sum of weighted means alone.
    pub fn of(weights: Weights) -> Self {
        Self { weights, picks: Vec::new() }
    }

    /// The sum of several.
    pub fn sum<'a>(credits: impl IntoIterator<Item = &'a Credit>) -> Self {
        let (mut terms, mut picks) = (Vec::new(), Vec::new());
        for credit in credits {
            terms.extend_from_slice(credit.weights.terms());
            picks.extend_from_slice(&credit.picks);
        }
        Self { weights: Weights::of(terms), picks }
    }

    /// The number, where the arms have these means.
    pub fn value(&self, means: &[f64]) -> f64 {
        self.weights.apply(means) + self.picks.iter().map(|it| it.value(means)).sum::<f64>()
    }

    /// The same without compensation, for means that are drawn anyway.
    pub(super) fn value_plainly(&self, means: &[f64]) -> f64 {
        self.weights.apply_plainly(means) + self.picks.iter().map(|it| it.value(means)).sum::<f64>()
    }

    /// The weights it has where the arms have these means: those of the best are those of an arm.
    pub fn linear(&self, means: &[f64]) -> Weights {
        let mut terms = self.weights.terms().to_vec();
        self.picks.iter().for_each(|it| terms.extend(it.terms(means)));
        Weights::of(terms)
    }
}

/// The arms that take part, ascending.
pub(super) fn arms_of(credits: &[Credit]) -> Vec<usize> {
    let mut arms = Vec::new();
    for credit in credits {
        arms.extend(credit.weights.terms().iter().map(|it| it.0));
        credit.picks.iter().for_each(|it| arms.extend(it.others.iter().copied().chain([it.taken])));
    }
    arms.sort_unstable();
    arms.dedup();
    arms
}

impl Table {
    /// The interval of a credit at `level`.
    ///
    /// Regrets of several acts are added: at the end that the luck of picking cannot reach, errors add as those of
    /// independent numbers do; at the other the bounds themselves are added, as each may be off the same way.
    ///
    /// # Errors
    /// Why the data carry no interval.
    pub fn interval(&self, credit: &Credit, level: f64) -> Result<Interval, NoInterval> {
        if credit.picks.is_empty() {
            return Ok(self.contrast(&credit.weights)?.interval(level));
        }
        let value = credit.value(self.means());
        let (mut below, mut above) = (Reach::default(), Reach::default());
        let (mut df, mut variance) = (f64::INFINITY, 0.0);
        if !credit.weights.terms().is_empty() {
            let contrast = self.contrast(&credit.weights)?;
            let interval = contrast.interval(level);
            below.add_independent(contrast.value - interval.low);
            above.add_independent(interval.high - contrast.value);
            (df, variance) = (contrast.df, contrast.standard_error.powi(2));
        }
        for pick in &credit.picks {
            let PickEnds { value, interval, picked_low } = pick.ends(self, level)?;
            let (low, high) = (value - interval.low, interval.high - value);
            if picked_low {
                below.add_biased(low);
                above.add_independent(high);
            } else {
                below.add_independent(low);
                above.add_biased(high);
            }
            df = df.min(interval.df);
            variance += interval.standard_error.powi(2);
        }
        let standard_error = variance.sqrt();
        Ok(Interval { low: value - below.get(), high: value + above.get(), level, df, standard_error })
    }

    /// The interval of `a` minus `b` at `level`. Where both are sums of weighted means what they share cancels; else
    /// they are taken as independent.
    ///
    /// # Errors
    /// Why the data carry no interval.
    pub fn difference(&self, a: &Credit, b: &Credit, level: f64) -> Result<Interval, NoInterval> {
        if a.picks.is_empty() && b.picks.is_empty() {
            return Ok(self.contrast(&a.weights.minus(&b.weights))?.interval(level));
        }
        let ends = |it: &Credit| match self.interval(it, level) {
            Err(NoInterval::NothingMeasured) => {
                let value = it.value(self.means());
                Ok(Interval { low: value, high: value, level, df: f64::INFINITY, standard_error: 0.0 })
            }
            found => found,
        };
        let (of_a, of_b) = (ends(a)?, ends(b)?);
        let (at, bt) = (a.value(self.means()), b.value(self.means()));
        let low = (at - of_a.low).hypot(of_b.high - bt);
        let high = (of_a.high - at).hypot(bt - of_b.low);
        let standard_error = of_a.standard_error.hypot(of_b.standard_error);
        let df = of_a.df.min(of_b.df);
        Ok(Interval { low: at - bt - low, high: at - bt + high, level, df, standard_error })
    }

    /// Whether `a` is above `b`, told with an error of at most `alpha`.
    pub fn is_above(&self, a: &Credit, b: &Credit, alpha: f64) -> bool {
        if a.picks.is_empty() && b.picks.is_empty() {
            return self.contrast(&a.weights.minus(&b.weights)).is_ok_and(|it| it.is_above_zero(alpha));
        }
        self.difference(a, b, 1.0 - 2.0 * alpha).is_ok_and(|it| it.low > 0.0)
    }
}

/// How far a sum may be off at one end.
#[derive(Default)]
struct Reach {
    squares: f64,
    biased: f64,
}

impl Reach {
    fn add_independent(&mut self, distance: f64) {
        self.squares += distance * distance;
    }

    fn add_biased(&mut self, distance: f64) {
        self.biased += distance;
    }

    fn get(&self) -> f64 {
        self.biased + self.squares.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Against, Arm};

    fn table() -> Table {
        let arms = [[0.3, -0.4], [1.1, 0.2], [0.9, 1.7], [-0.2, 0.6]];
        Table::new(arms.map(|it| Arm::Returns(it.to_vec())).to_vec(), None)
    }

    fn pick(against: Against) -> Credit {
        Credit { weights: Weights::default(), picks: vec![Pick { taken: 0, others: vec![1, 2, 3], against }] }
    }

    #[test]
    fn one_regret_is_that_of_the_recipe() {
        // -1.35 [-3.664136, 2.788601]: the regret of case 2 of tests/data/intervals.json.
        let found = table().interval(&pick(Against::Best), 0.95).expect("an interval");
        assert!((found.low + 3.664_136).abs() < 1e-6 && (found.high - 2.788_601).abs() < 1e-6, "{found:?}");
        assert_eq!(table().interval(&pick(Against::BestResponse), 0.95).expect("an interval").high, 0.0);
        // The worst of the others has mean 0.2: -0.05 - 0.2. Mirrored, it is the regret of the negated returns.
        let credit = pick(Against::Worst);
        assert!((credit.value(table().means()) + 0.25).abs() < 1e-12);
        let found = table().interval(&credit, 0.95).expect("an interval");
        assert!(found.low < -0.25 && found.high > -0.25);
    }

    #[test]
    fn a_difference_of_regrets_is_wider_than_either() {
        let one = pick(Against::Best);
        let other = Credit {
            weights: Weights::default(),
            picks: vec![Pick { taken: 3, others: vec![2], against: Against::Best }],
        };
        let width = |it: Interval| it.high - it.low;
        let table = table();
        let alone = width(table.interval(&one, 0.95).expect("an interval"));
        let both = table.difference(&one, &other, 0.95).expect("an interval");
        assert!(width(both) > alone);
        assert!(!table.is_above(&one, &other, 0.025));
        // Against nothing measured it is the credit itself.
        let alone = table.interval(&one, 0.95).expect("an interval");
        let against = table.difference(&one, &Credit::default(), 0.95).expect("an interval");
        assert!((against.low - alone.low).abs() < 1e-12 && (against.high - alone.high).abs() < 1e-12);
    }

    #[test]
    fn bounds_add_to_the_noise() {
        // 5/12 the variance of the mean, t(0.975, 3) = 3.182446: half 2.0542, and 0.5 of bounds.
        let arms =
            vec![Arm::Returns(vec![1.0, 2.0, 3.0, 4.0]), Arm::Within(-1.0, 0.0), Arm::Within(7.0, 7.0)];
        let table = Table::new(arms, None);
        let credit = Credit::of(Weights::of(vec![(0, 1.0), (1, 1.0), (2, -1.0)]));
        assert!((credit.value(table.means()) + 5.0).abs() < 1e-12);
        let found = table.interval(&credit, 0.95).expect("an interval");
        let half = 3.182_446_3 * (5.0f64 / 12.0).sqrt() + 0.5;
        assert!((found.high + 5.0 - half).abs() < 1e-6, "{found:?}");
        // Bounds of something stated are bounds alone.
        let table = Table::new(vec![Arm::Stated(1.0), Arm::Within(0.0, 1.0)], None);
        let found = table.interval(&Credit::of(Weights::of(vec![(0, 1.0), (1, 2.0)])), 0.95).expect("bounds");
        assert_eq!((found.low, found.high), (1.0, 3.0));
        assert_eq!(table.interval(&Credit::of(Weights::of(vec![(0, 1.0)])), 0.95), Err(NoInterval::Stated));
    }
}
