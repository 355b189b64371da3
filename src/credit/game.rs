//! Coalition games: what a set of agents would have earned.
//!
//! The seam of the coalition methods: logged tables implement [`Game`] here; a replayer or a test may too.

use crate::model::Estimate;

/// A set of players; bit `i` is player `i` of the game (not agent `i` of the episode).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Coalition(pub u64);

impl Coalition {
    /// The most players a coalition can hold.
    pub const MAX_PLAYERS: usize = 64;

    /// Nobody.
    pub const EMPTY: Self = Self(0);

    /// All of `n` players, `n` at most 64.
    pub fn all(n: usize) -> Self {
        Self(if n >= 64 { u64::MAX } else { (1 << n) - 1 })
    }

    /// Whether `player` is in it.
    pub fn contains(self, player: usize) -> bool {
        self.0 >> player & 1 == 1
    }

    /// With `player` in it.
    pub fn with(self, player: usize) -> Self {
        Self(self.0 | 1 << player)
    }

    /// With `player` out of it.
    pub fn without(self, player: usize) -> Self {
        Self(self.0 & !(1 << player))
    }

    /// How many players are in it.
    pub fn size(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The players in it, ascending.
    pub fn players(self) -> impl Iterator<Item = usize> {
        (0..Self::MAX_PLAYERS).filter(move |it| self.contains(*it))
    }
}

/// A coalition whose value nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing(pub Coalition);

/// What a set of agents would have earned in one episode, in the log's reward unit.
pub trait Game {
    /// How many players there are, at most [`Coalition::MAX_PLAYERS`].
    fn n_players(&self) -> usize;

    /// What `coalition` earns.
    ///
    /// # Errors
    /// [`Missing`] if the value is not known; it is never made up.
    fn value(&mut self, coalition: Coalition) -> Result<Estimate, Missing>;
}

/// A game written out: one value per coalition, for the methods that need all of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Table {
    pub(super) n: usize,
    /// By mask; 0 where missing.
    pub(super) values: Vec<f64>,
    /// Variance of each value (0 for a missing one), if it is known for all known values.
    pub(super) variances: Option<Vec<f64>>,
    /// The coalitions without a value, ascending.
    pub(super) missing: Vec<Coalition>,
    /// How many known values have no known uncertainty.
    pub(super) uncertain: usize,
    /// Fewest and most runs behind a value, if known.
    pub(super) runs: Option<(u32, u32)>,
}

impl Table {
    /// At most this many players for a table: 2^24 values take 128 MiB.
    pub(super) const MAX_PLAYERS: usize = 24;

    /// Asks `game` for every coalition. At most [`Table::MAX_PLAYERS`] players.
    pub(super) fn of(game: &mut impl Game) -> Self {
        let n = game.n_players();
        let count = 1usize << n;
        let (mut values, mut variances) = (vec![0.0; count], Vec::new());
        let (mut missing, mut uncertain, mut runs) = (Vec::new(), 0, None::<(u32, u32)>);
        for (mask, slot) in values.iter_mut().enumerate() {
            let coalition = Coalition(mask as u64);
            let Ok(estimate) = game.value(coalition) else {
                missing.push(coalition);
                continue;
            };
            *slot = estimate.value;
            match estimate.standard_error {
                Some(error) if uncertain == 0 => {
                    variances.resize(count, 0.0);
                    variances[mask] = error * error;
                }
                Some(_) => {}
                None => uncertain += 1,
            }
            if let Some(n) = estimate.n {
                runs = Some(runs.map_or((n, n), |(low, high)| (low.min(n), high.max(n))));
            }
        }
        let known = count - missing.len();
        let variances = (uncertain == 0 && known > 0).then_some(variances);
        Self { n, values, variances, missing, uncertain, runs }
    }

    pub(super) fn known(&self) -> usize {
        self.values.len() - self.missing.len()
    }

    /// The value of a coalition, if it is known.
    pub(super) fn get(&self, coalition: Coalition) -> Option<f64> {
        let known = self.missing.binary_search(&coalition).is_err();
        known.then(|| self.values[coalition.0 as usize])
    }

    /// Smallest and largest known value.
    pub(super) fn range(&self) -> Option<(f64, f64)> {
        let mut missing = self.missing.iter().peekable();
        let mut range = None::<(f64, f64)>;
        for (mask, value) in self.values.iter().enumerate() {
            if missing.next_if(|it| it.0 == mask as u64).is_none() {
                range =
                    Some(range.map_or((*value, *value), |(low, high)| (low.min(*value), high.max(*value))));
            }
        }
        range
    }
}
