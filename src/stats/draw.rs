//! Seeded draws: the same seed gives the same numbers on any machine.

/// A stream of draws from a seed (SplitMix64, Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub struct Draws {
    state: u64,
}

impl Draws {
    /// A stream that depends on `seed` alone.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The stream of one unit of work. It depends on `seed` and `unit` alone, not on who draws it or when.
    pub fn of_unit(seed: u64, unit: u64) -> Self {
        let mut keyed = Self::new(seed);
        let key = keyed.next();
        Self::new(Self::new(key ^ unit.wrapping_mul(0xD134_2543_DE82_EF95)).next())
    }

    /// Puts `items` in a random order, every order equally likely (Fisher and Yates 1938; the bias of drawing
    /// from 32 bits is below `items.len() / 2^32`).
    #[inline]
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        let mut left = items.len();
        // Two draws from each 64 bits.
        while left > 2 {
            let bits = self.next();
            items.swap(left - 1, below(bits >> 32, left));
            items.swap(left - 2, below(bits & 0xFFFF_FFFF, left - 1));
            left -= 2;
        }
        if left == 2 && self.next() >> 63 == 1 {
            items.swap(0, 1);
        }
    }

    #[inline]
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Uniform in (0, 1).
    pub fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// Standard normal (Box and Muller 1958; the cosine branch alone, so one normal for two draws).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Uniform in [0, 1), by 53 bits.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 * 0.5f64.powi(53)
    }
}

/// 32 random bits as a number below `n`.
#[inline]
fn below(bits: u64, n: usize) -> usize {
    ((bits * n as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_stream() {
        // First output of SplitMix64 with seed 0: 0xE220A8397B1DCDAF (reference implementation).
        assert_eq!(Draws::new(0).next(), 0xE220_A839_7B1D_CDAF);
    }

    #[test]
    fn units_are_streams_of_their_own() {
        let first = |seed, unit| Draws::of_unit(seed, unit).next();
        assert_eq!(first(1, 2), first(1, 2));
        let all = [first(1, 2), first(2, 1), first(1, 3), first(0, 0), first(0, 1)];
        assert!((1..all.len()).all(|at| !all[..at].contains(&all[at])), "{all:?}");
    }

    #[test]
    fn every_order_is_as_likely() {
        let mut draws = Draws::new(5);
        let mut seen = std::collections::BTreeMap::<[u8; 4], u32>::new();
        for _ in 0..24_000 {
            let mut items = [0, 1, 2, 3];
            draws.shuffle(&mut items);
            *seen.entry(items).or_default() += 1;
        }
        // 24 orders, 1000 each; the standard deviation of a count is 31.
        assert_eq!(seen.len(), 24);
        assert!(seen.values().all(|it| (850..1150).contains(it)), "{seen:?}");
    }

    #[test]
    fn known_normals() {
        // By the formulas above in Python: seed 1 gives -0.034267, -2.500067, 0.087722.
        let mut draws = Draws::new(1);
        for want in [-0.034_267, -2.500_067, 0.087_722] {
            let got = draws.normal();
            assert!((got - want).abs() < 5.1e-7, "{got}");
        }
    }

    #[test]
    fn moments() {
        let mut draws = Draws::new(7);
        let normals: Vec<f64> = (0..20_000).map(|_| draws.normal()).collect();
        let mean = normals.iter().sum::<f64>() / 20_000.0;
        let variance = normals.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / 20_000.0;
        // Three standard errors: 3 / sqrt(20000) and 3 sqrt(2 / 20000).
        assert!(mean.abs() < 0.0213 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }
}
