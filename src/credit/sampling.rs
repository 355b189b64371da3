//! Sampled Shapley values: anytime, cancellable, the same bytes for a seed whatever the thread count.
//!
//! Data flow: a [`Walk`] (a game that is entered one player at a time) -> [`Estimator::step`] as often as
//! there is time -> [`Estimator::estimate`], with intervals that shrink. To cancel, stop calling `step`.
//! Whoever owns threads gives each an [`Estimator::worker`] and a part of [`Estimator::next_units`], and
//! hands back what they drew, in order.
//!
//! Work is cut into fixed units. Each draws from a stream that depends only on the seed and its number, and
//! sums what it drew. The sums of units are added in the order of their numbers: threads decide when, not
//! what.
//!
//! Every walk telescopes from v(nobody) to v(all), so estimates sum to `v(N) - v(0)` for any number of walks.
//! The unit of evidence is what is independent: a permutation, a permutation with its reverse, or one round
//! of all rotations of a permutation (which puts every player once in every place: stratified by size).

use std::ops::Range;

use crate::model::Estimate;
use crate::stats::{Draws, Moments};

use super::game::{Coalition, Game, Missing};

/// A game entered by one player after the other.
pub trait Walk {
    /// How many players there are.
    fn n_players(&self) -> usize;

    /// Begins anew. Returns the value of nobody, in reward units.
    fn start(&mut self) -> f64;

    /// The value with `player` in as well; each player joins once after a start. NaN if not known.
    fn join(&mut self, player: usize) -> f64;
}

/// A game written out by mask.
#[derive(Clone, Debug)]
pub struct TableWalk<V> {
    values: V,
    mask: usize,
}

impl<V: AsRef<[f64]>> TableWalk<V> {
    /// `values` by mask.
    ///
    /// # Panics
    /// When their number is not a power of two.
    pub fn new(values: V) -> Self {
        assert!(values.as_ref().len().is_power_of_two(), "one value per coalition");
        Self { values, mask: 0 }
    }
}

impl<V: AsRef<[f64]>> Walk for TableWalk<V> {
    fn n_players(&self) -> usize {
        self.values.as_ref().len().trailing_zeros() as usize
    }

    #[inline]
    fn start(&mut self) -> f64 {
        self.mask = 0;
        self.values.as_ref()[0]
    }

    #[inline]
    fn join(&mut self, player: usize) -> f64 {
        self.mask |= 1 << player;
        self.values.as_ref()[self.mask]
    }
}

/// A [`Game`] as a walk; what it does not know is NaN, and remembered.
#[derive(Clone, Debug)]
pub struct GameWalk<G> {
    game: G,
    at: Coalition,
    missing: Option<Missing>,
}

impl<G: Game> GameWalk<G> {
    /// Walks `game`.
    pub fn new(game: G) -> Self {
        Self { game, at: Coalition::EMPTY, missing: None }
    }

    /// The first coalition that was asked for and is not known.
    pub fn missing(&self) -> Option<Missing> {
        self.missing
    }

    fn value(&mut self) -> f64 {
        match self.game.value(self.at) {
            Ok(estimate) => estimate.value,
            Err(missing) => {
                self.missing = self.missing.or(Some(missing));
                f64::NAN
            }
        }
    }
}

impl<G: Game> Walk for GameWalk<G> {
    fn n_players(&self) -> usize {
        self.game.n_players()
    }

    fn start(&mut self) -> f64 {
        self.at = Coalition::EMPTY;
        self.value()
    }

    fn join(&mut self, player: usize) -> f64 {
        self.at = self.at.with(player);
        self.value()
    }
}

/// How permutations are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Drawing {
    /// Independent permutations (Castro et al. 2009).
    Plain,
    /// Each with its reverse (Mitchell et al. 2022).
    Antithetic,
    /// All rotations of each: every player once in every place, so once per size of coalition.
    Stratified,
}

impl Drawing {
    /// Permutations that make one independent sample.
    fn permutations(self, n: usize) -> usize {
        match self {
            Drawing::Plain => 1,
            Drawing::Antithetic => 2,
            Drawing::Stratified => n.max(1),
        }
    }
}

/// How far an estimator has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Permutations walked so far.
    pub permutations: u64,
    /// Independent samples so far.
    pub samples: u64,
    /// The largest standard error of any player; `None` with too few samples or missing values.
    pub widest: Option<f64>,
}

/// Permutations of one unit of work, about.
const UNIT: usize = 64;

/// Sampled Shapley values of a game.
#[derive(Clone, Debug)]
pub struct Estimator<W> {
    worker: Worker<W>,
    next_unit: u64,
    players: Vec<Moments>,
}

/// Draws for an [`Estimator`], on whatever thread.
#[derive(Clone, Debug)]
pub struct Worker<W> {
    walk: W,
    drawing: Drawing,
    seed: u64,
    /// By player, a value near its number, that sums are taken around.
    pivots: Vec<f64>,
}

/// Neighbouring units of work, done.
#[derive(Clone, Debug)]
pub struct Portion {
    first: u64,
    units: Vec<Unit>,
}

/// What one unit adds: by player, the sum of distances from the pivot and of their squares.
#[derive(Clone, Debug)]
struct Unit {
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl<W: Walk> Estimator<W> {
    /// Begins; walks once, to know about where the numbers lie.
    pub fn new(mut walk: W, drawing: Drawing, seed: u64) -> Self {
        let n = walk.n_players();
        let mut pivots = vec![0.0; n];
        let order: Vec<u32> = (0..n as u32).collect();
        let finite = |it: f64| if it.is_finite() { it } else { 0.0 };
        walk_along(&mut walk, order.iter(), &mut pivots, |slot, value| *slot = finite(value));
        let players = pivots.iter().map(|it| Moments::around(*it)).collect();
        Self { worker: Worker { walk, drawing, seed, pivots }, next_unit: 0, players }
    }

    /// Walks `budget` more permutations, rounded up to whole units of work.
    pub fn step(&mut self, budget: usize) -> Progress {
        let portion = self.worker.draw(self.next_units(budget));
        self.give(&portion)
    }

    /// The units of work that walk the next `budget` permutations, for [`Worker::draw`]. They may be divided
    /// in any way.
    pub fn next_units(&self, budget: usize) -> Range<u64> {
        let n = self.players.len();
        let each = samples_per_unit(self.worker.drawing, n) * self.worker.drawing.permutations(n);
        self.next_unit..self.next_unit + budget.div_ceil(each) as u64
    }

    /// Takes what a worker drew. Give the portions in the order of their units.
    ///
    /// # Panics
    /// When a portion is not the next one.
    pub fn give(&mut self, portion: &Portion) -> Progress {
        assert_eq!(portion.first, self.next_unit, "portions are given in order");
        let samples = samples_per_unit(self.worker.drawing, self.players.len()) as u64;
        for unit in &portion.units {
            for (player, (sum, squares)) in self.players.iter_mut().zip(unit.sums.iter().zip(&unit.squares)) {
                player.add_portion(*sum, *squares, samples);
            }
        }
        self.next_unit += portion.units.len() as u64;
        self.progress()
    }

    /// A worker that draws for it, with a walk of its own.
    pub fn worker(&self) -> Worker<W>
    where
        W: Clone,
    {
        self.worker.clone()
    }

    /// The estimates so far: mean, 95% interval, and how many permutations they rest on. NaN if a value is
    /// missing or nothing was drawn yet.
    pub fn estimate(&self) -> Vec<Estimate> {
        let n = u32::try_from(self.progress().permutations).unwrap_or(u32::MAX);
        let one = |it: &Moments| match (it.mean(), it.standard_error()) {
            (Some(mean), Some(error)) => Estimate::with_standard_error(mean, error, Some(n)),
            (mean, _) => Estimate { n: Some(n), ..Estimate::exact(mean.unwrap_or(f64::NAN)) },
        };
        self.players.iter().map(one).collect()
    }

    /// How far it has come.
    pub fn progress(&self) -> Progress {
        let samples = self.players.first().map_or(0, Moments::n);
        let errors: Option<Vec<f64>> = self.players.iter().map(Moments::standard_error).collect();
        let widest = errors.filter(|it| it.iter().all(|it| it.is_finite()));
        Progress {
            permutations: samples * self.worker.drawing.permutations(self.players.len()) as u64,
            samples,
            widest: widest.map(|it| it.into_iter().fold(0.0, f64::max)),
        }
    }

    /// The game.
    pub fn walk(&self) -> &W {
        &self.worker.walk
    }
}

impl<W: Walk> Worker<W> {
    /// Does these units of work.
    pub fn draw(&mut self, units: Range<u64>) -> Portion {
        Portion { first: units.start, units: units.map(|it| self.unit(it)).collect() }
    }

    fn unit(&mut self, number: u64) -> Unit {
        let n = self.pivots.len();
        let mut draws = Draws::of_unit(self.seed, number);
        let mut order: Vec<u32> = (0..n as u32).collect();
        let mut unit = Unit { sums: vec![0.0; n], squares: vec![0.0; n] };
        let mut sample = vec![0.0; n];
        let walk = &mut self.walk;
        for _ in 0..samples_per_unit(self.drawing, n) {
            draws.shuffle(&mut order);
            let add = |slot: &mut f64, value: f64| *slot += value;
            match self.drawing {
                Drawing::Plain => walk_along(walk, order.iter(), &mut sample, |slot, value| *slot = value),
                Drawing::Antithetic => {
                    sample.fill(0.0);
                    walk_along(walk, order.iter(), &mut sample, add);
                    walk_along(walk, order.iter().rev(), &mut sample, add);
                }
                Drawing::Stratified => {
                    sample.fill(0.0);
                    for first in 0..n {
                        let (head, tail) = order.split_at(first);
                        walk_along(walk, tail.iter().chain(head), &mut sample, add);
                    }
                }
            }
            let walks = self.drawing.permutations(n) as f64;
            let slots = unit.sums.iter_mut().zip(&mut unit.squares);
            for ((sum, square), (value, pivot)) in slots.zip(sample.iter().zip(&self.pivots)) {
                let off = value / walks - pivot;
                *sum += off;
                *square += off * off;
            }
        }
        unit
    }
}

fn samples_per_unit(drawing: Drawing, n: usize) -> usize {
    (UNIT / drawing.permutations(n)).max(1)
}

/// One walk: gives each player's marginal contribution to its slot.
#[inline]
fn walk_along<'a>(
    walk: &mut impl Walk,
    order: impl Iterator<Item = &'a u32>,
    slots: &mut [f64],
    put: impl Fn(&mut f64, f64),
) {
    let mut before = walk.start();
    for player in order {
        let player = *player as usize;
        let value = walk.join(player);
        put(&mut slots[player], value - before);
        before = value;
    }
}

#[cfg(test)]
mod tests;
