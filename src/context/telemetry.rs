//! Numbers that were measured beside the acts (`metric` records), and when each reward came.

use std::collections::BTreeMap;

use super::{History, Moment, history::last_before};
use crate::model::{ActId, AgentId, Episode, Metric, Reward};

/// The numbers of one name, of one agent or of the episode.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The name; display-safe.
    pub name: String,
    /// The unit, if a record gives one; display-safe.
    pub unit: Option<String>,
    /// Whose; `None`: of the episode.
    pub agent: Option<AgentId>,
    /// When and what, in the order of the acts; of several at one moment the last.
    pub points: Vec<(Moment, f64)>,
    /// The least value.
    pub least: f64,
    /// The greatest.
    pub most: f64,
}

impl Series {
    /// The last value up to a moment.
    pub fn at(&self, moment: Moment) -> Option<f64> {
        let until = self.points.partition_point(|it| it.0 <= moment);
        self.points[..until].last().map(|it| it.1)
    }

    /// How high a bar of `levels` steps for a value is, 1 to `levels`: from 0, or from below the least value where that is over
    /// half of the greatest.
    pub fn level(&self, value: f64, levels: usize) -> usize {
        let base = if self.least < 0.0 || self.least > self.most / 2.0 { self.least } else { 0.0 };
        let share = if self.most > base { (value - base) / (self.most - base) } else { 0.0 };
        1 + (share * (levels - 1) as f64).round().clamp(0.0, (levels - 1) as f64) as usize
    }
}

/// The numbers of the metric records of an episode, those of the episode first, in the order in which names come up. Values that
/// are not finite are left out. A record belongs to the last act before its time, or else before its place in the log.
pub fn series(episode: &Episode) -> Vec<Series> {
    let mut places: BTreeMap<(Option<AgentId>, &str), usize> = BTreeMap::new();
    let mut all: Vec<Series> = Vec::new();
    for metric in episode.metrics.iter().filter(|it| it.value.is_finite()) {
        let at = *places.entry((metric.agent, &metric.name)).or_insert_with(|| {
            all.push(Series {
                name: metric.name.clone(),
                unit: metric.unit.clone(),
                agent: metric.agent,
                points: Vec::new(),
                least: metric.value,
                most: metric.value,
            });
            all.len() - 1
        });
        let it = &mut all[at];
        (it.least, it.most) = (it.least.min(metric.value), it.most.max(metric.value));
        it.points.push((moment_of(episode, metric), metric.value));
    }
    for it in &mut all {
        it.points.sort_by_key(|it| it.0);
        // The last of a moment stays.
        it.points.reverse();
        it.points.dedup_by_key(|it| it.0);
        it.points.reverse();
    }
    all.sort_by_key(|it| it.agent.is_some());
    all
}

fn moment_of(episode: &Episode, metric: &Metric) -> Moment {
    last_before(episode, metric.time, metric.origin).map_or(0, History::after)
}

/// When a reward came, and after which act.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    /// Its place in [`Episode::rewards`].
    pub reward: usize,
    /// The act it is for: the last that it names, or else the last before it.
    pub act: Option<ActId>,
    /// Seconds from that act to the reward; `None`: not logged, and times are missing.
    pub delay: Option<f64>,
    /// Whether the log says so (`delay`).
    pub is_logged: bool,
}

/// When each reward came, in the order of the log.
pub fn arrivals(episode: &Episode) -> Vec<Arrival> {
    let arrival = |(at, reward): (usize, &Reward)| {
        let act =
            reward.of.iter().max().copied().or_else(|| last_before(episode, reward.time, reward.origin));
        let computed = || Some(reward.time?.seconds_since(episode.act(act?).time?));
        Arrival { reward: at, act, delay: reward.delay.or_else(computed), is_logged: reward.delay.is_some() }
    };
    episode.rewards.iter().enumerate().map(arrival).collect()
}
