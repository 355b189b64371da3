//! What quantities over several episodes remember of the last ones.

use std::collections::VecDeque;

use crate::{
    stats::{kendall_tau_b, sum},
    training::{Falling, Point, Slope},
};

/// Values that a drift is the slope of, and the fewest.
const DRIFT: usize = 150;
const DRIFT_LEAST: usize = 10;

/// An agent that a rule names, and where.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Agent {
    pub(super) name: String,
    pub(super) column: usize,
}

/// A sum of falls for each agent that has credit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Falls {
    /// The largest reward so far.
    largest: f64,
    sums: Vec<(Box<str>, Falling)>,
}

/// The newest values of an agent, by place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Drift {
    values: VecDeque<(f64, f64)>,
    /// In standard errors, either way, instead of units per 100 episodes.
    pub(super) in_errors: bool,
}

/// Whether a condition held in each of the last episodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rate {
    pub(super) span: usize,
    pub(super) held: VecDeque<bool>,
}

/// The part of the gross loss of a failure, or of the gross gain of a success; `None`: nobody lost or gained.
pub(super) fn share(point: &Point, name: &str) -> Option<f64> {
    let sign = if point.failed() { -1.0 } else { 1.0 };
    let part = |value: f64| (sign * value).max(0.0);
    let gross = sum(point.credit().map(|it| part(it.1)));
    let own = point.of_agent(name)?;
    (gross > 0.0).then(|| part(own) / gross)
}

impl Falls {
    pub(super) fn push(&mut self, agent: Option<&str>, point: &Point) -> Option<f64> {
        self.largest = self.largest.max(point.reward().unwrap_or(0.0).abs());
        for (name, value) in point.credit().filter(|it| agent.is_none_or(|agent| it.0 == agent)) {
            let at = self.sums.iter().position(|it| *it.0 == *name).unwrap_or_else(|| {
                self.sums.push((name.into(), Falling::default()));
                self.sums.len() - 1
            });
            self.sums[at].1.push(value, self.largest);
        }
        self.sums.iter().filter_map(|it| it.1.down()).reduce(f64::max)
    }

    /// Who has fallen furthest.
    pub(super) fn furthest(&self) -> Option<&str> {
        let known = self.sums.iter().filter_map(|it| Some((&*it.0, it.1.down()?)));
        known.max_by(|a, b| a.1.total_cmp(&b.1)).map(|it| it.0)
    }
}

impl Drift {
    pub(super) fn push(&mut self, agent: &str, point: &Point) -> Option<f64> {
        if let Some(value) = point.of_agent(agent) {
            if self.values.len() == DRIFT {
                self.values.pop_front();
            }
            self.values.push_back((point.at() as f64, value));
        }
        if self.values.len() < DRIFT_LEAST {
            return None;
        }
        let slope = Slope::of(self.values.make_contiguous())?;
        if !self.in_errors {
            return Some(slope.per_100);
        }
        // Without any spread around the line there is no error to count in.
        (slope.error > 0.0).then(|| slope.per_100.abs() / slope.error)
    }
}

impl Rate {
    pub(super) fn push(&mut self, held: Option<bool>) -> Option<f64> {
        if let Some(held) = held {
            if self.held.len() == self.span {
                self.held.pop_front();
            }
            self.held.push_back(held);
        }
        let hits = self.held.iter().filter(|it| **it).count();
        (self.held.len() == self.span).then(|| hits as f64 / self.span as f64)
    }
}

/// How far the order of the agents of this episode agrees with that of the one before, which it takes the place of.
pub(super) fn tau(before: &mut Vec<(Box<str>, f64)>, point: &Point) -> Option<f64> {
    let pairs = before.iter().filter_map(|(name, value)| Some((*value, point.of_agent(name)?)));
    let (a, b): (Vec<f64>, Vec<f64>) = pairs.unzip();
    // Most often the same agents have credit in the next episode.
    if before.len() == point.credit().count()
        && before.iter().zip(point.credit()).all(|it| *it.0.0 == *it.1.0)
    {
        before.iter_mut().zip(point.credit()).for_each(|it| it.0.1 = it.1.1);
    } else {
        *before = point.credit().map(|it| (it.0.into(), it.1)).collect();
    }
    kendall_tau_b(&a, &b)
}
