//! Standard normals of a seed, kept once they are drawn.
//!
//! Every row of a sweep asks with the same seed how sure it is, so all rows draw the same normals. Drawing them is most
//! of the work.

use super::Draws;

/// So many are kept: 8 MB. What is asked beyond is drawn anew.
const MOST_KEPT: usize = 1 << 20;

/// The normals of the seed that was asked last.
#[derive(Debug)]
pub struct Normals {
    seed: u64,
    kept: Vec<f64>,
    /// Where the draws stand after those that are kept.
    rest: Draws,
}

impl Normals {
    /// None drawn yet.
    pub fn new(seed: u64) -> Self {
        Self { seed, kept: Vec::new(), rest: Draws::new(seed) }
    }

    /// The normals of `seed` from the first on: those of [`Draws::normal`].
    pub fn begin(&mut self, seed: u64) -> NormalRun<'_> {
        if self.seed != seed {
            *self = Self::new(seed);
        }
        NormalRun { normals: self, at: 0, beyond: None }
    }
}

/// Normals one by one.
pub struct NormalRun<'a> {
    normals: &'a mut Normals,
    at: usize,
    beyond: Option<Draws>,
}

impl NormalRun<'_> {
    /// The next one.
    pub fn normal(&mut self) -> f64 {
        if let Some(beyond) = &mut self.beyond {
            return beyond.normal();
        }
        if self.at == MOST_KEPT {
            return self.beyond.insert(self.normals.rest.clone()).normal();
        }
        if self.at == self.normals.kept.len() {
            let drawn = self.normals.rest.normal();
            self.normals.kept.push(drawn);
        }
        self.at += 1;
        self.normals.kept[self.at - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn again_and_beyond_what_is_kept_they_are_the_normals_of_the_seed() {
        let mut normals = Normals::new(3);
        for (seed, count) in [(7, 5), (7, MOST_KEPT + 3), (7, MOST_KEPT + 5), (8, 4), (7, 2)] {
            let mut plain = Draws::new(seed);
            let mut run = normals.begin(seed);
            assert!((0..count).all(|_| run.normal().to_bits() == plain.normal().to_bits()), "{seed} {count}");
        }
    }
}
