//! A run as a film: cells of a few episodes for each agent, and what is known of its trend.

use std::borrow::Borrow;

use super::{
    change::ChangePoint,
    falls::{Fall, sums},
    point::Point,
    trend::{Correlation, Slope},
};
use crate::{model::signed, stats::sum};

/// Values that "now" and the slope are of, from the newest back.
const NOW: usize = 100;
const RECENT: usize = 150;
/// Fewer episodes have no change per 100.
const TREND_LEAST: usize = 10;
/// Episodes before and after a change whose R is compared.
const AROUND: usize = 60;
/// Episodes that are listed, the newest first.
const NEWEST: usize = 8;
/// A cell is out of its band beyond so many standard errors.
const BAND: f64 = 3.0;
/// Credit is nobody's share below this part of the largest reward.
const NOTHING: f64 = 1e-9;
/// A sum that misses R by more than this part of the largest reward is off.
const OFF: f64 = 0.05;

/// A row of cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Mean of each cell; `None`: no episode of it is known.
    pub cells: Vec<Option<f64>>,
    /// The largest without its sign: the height of a full cell.
    pub largest: f64,
}

impl Row {
    fn of(values: &[(usize, f64)], per_cell: usize, cells: usize) -> Self {
        let mut totals = vec![(0.0, 0usize); cells];
        for (at, value) in values {
            if let Some(cell) = totals.get_mut(at / per_cell) {
                *cell = (cell.0 + value, cell.1 + 1);
            }
        }
        let mean = |it: &(f64, usize)| (it.1 > 0).then(|| it.0 / it.1 as f64);
        let cells: Vec<Option<f64>> = totals.iter().map(mean).collect();
        let largest = cells.iter().flatten().fold(0.0f64, |largest, it| largest.max(it.abs()));
        Self { cells, largest }
    }

    /// How high a cell is: 1 to 8 for a gain, -1 to -3 for a loss, 0 for what is nearly nothing.
    pub fn level(&self, cell: usize) -> Option<i8> {
        let value = (*self.cells.get(cell)?)?;
        let share = if self.largest > 0.0 { value / self.largest } else { 0.0 };
        let steps = |of: f64| (share.abs() * of).ceil().clamp(1.0, of) as i8;
        Some(match share {
            it if it.abs() < 0.02 => 0,
            it if it > 0.0 => steps(8.0),
            _ => -steps(3.0),
        })
    }
}

/// A fall that rang, by episodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    /// The place of the episode at which it rang, and its name.
    pub rang: (usize, Box<str>),
    /// Where it began: place and name.
    pub began: Option<(usize, Box<str>)>,
    /// The names between which it began, with 95%.
    pub between: Option<(Box<str>, Box<str>)>,
    /// Mean credit before and after it.
    pub means: Option<(f64, f64)>,
    /// Mean R of the 60 episodes before and after it.
    pub rewards: Option<(f64, f64)>,
    /// Shares of episodes in which credit was 0, before and after.
    pub zero: Option<(f64, f64)>,
}

/// One agent.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentFilm {
    /// Its name; display-safe.
    pub name: String,
    /// Mean credit by cell.
    pub row: Row,
    /// Whether a cell is below its band.
    pub below: Vec<bool>,
    /// How far the sum of falls is in a cell, in deviations; `None`: too early.
    pub falls: Vec<Option<f64>>,
    /// Mean of the newest 100 values, half its 95% interval, and how many they are.
    pub now: (f64, f64, usize),
    /// Trend of the newest 150.
    pub slope: Option<Slope>,
    /// Its fall, if it rang.
    pub alarm: Option<Alarm>,
}

/// Two agents whose credit moves together.
#[derive(Clone, Debug, PartialEq)]
pub struct Together {
    /// Who.
    pub names: (String, String),
    /// Before the first fall, or over all of the run.
    pub before: Correlation,
    /// After it.
    pub after: Option<Correlation>,
}

/// An episode at the end of the run.
#[derive(Clone, Debug, PartialEq)]
pub struct Newest {
    /// Its place in the list, and its name.
    pub at: usize,
    /// Its name; display-safe.
    pub name: Box<str>,
    /// R.
    pub reward: Option<f64>,
    /// Whether it failed.
    pub failed: bool,
    /// Whether it broke off or is still open.
    pub left_out: bool,
    /// Who has the least credit, if one alone has it.
    pub least: Option<(Box<str>, f64)>,
    /// Why it ended.
    pub ending: Box<str>,
}

/// A run as a film.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Film {
    /// Episodes of the run.
    pub episodes: usize,
    /// Those that were read.
    pub known: usize,
    /// Of these, those that broke off or have not ended.
    pub left_out: usize,
    /// Episodes of a cell.
    pub per_cell: usize,
    /// Agents in the order in which they first have credit.
    pub agents: Vec<AgentFilm>,
    /// R by cell.
    pub reward: Row,
    /// Trend of R over the newest 150 episodes.
    pub reward_slope: Option<Slope>,
    /// |R - sum of credit| by cell.
    pub residual: Row,
    /// Episodes whose sum misses R by more than a twentieth of the largest R, and those of which that is known.
    pub off: (usize, usize),
    /// Agents that move together most, at most three pairs.
    pub together: Vec<Together>,
    /// The newest episodes, the newest first.
    pub newest: Vec<Newest>,
}

impl Film {
    /// Of the points that are known, ascending by place, of a run of so many episodes, in at most so many cells.
    pub fn of<P: Borrow<Point>>(points: &[P], episodes: usize, most_cells: usize) -> Self {
        let per_cell = episodes.div_ceil(most_cells.max(1)).max(1);
        let cells = episodes.div_ceil(per_cell);
        let points: Vec<&Point> = points.iter().map(Borrow::borrow).collect();
        let known: Vec<&Point> = points.iter().copied().filter(|it| !it.left_out()).collect();
        let rewards: Vec<(usize, f64)> =
            known.iter().filter_map(|it| Some((it.at(), it.reward()?))).collect();
        let largest = rewards.iter().fold(0.0f64, |largest, it| largest.max(it.1.abs()));
        let missed: Vec<(usize, f64)> =
            known.iter().filter_map(|it| Some((it.at(), it.residual()?.abs()))).collect();
        let off = missed.iter().filter(|it| it.1 > OFF * largest + 1e-12).count();
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in known.iter().flat_map(|it| it.credit()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let agents: Vec<AgentFilm> = names.iter().map(|it| agent(it, &known, (per_cell, cells))).collect();
        let change = agents.iter().filter_map(|it| it.alarm.as_ref()?.began.as_ref()).map(|it| it.0).min();
        Self {
            episodes,
            known: points.len(),
            left_out: points.len() - known.len(),
            per_cell,
            reward: Row::of(&rewards, per_cell, cells),
            reward_slope: slope(&rewards),
            residual: Row::of(&missed, per_cell, cells),
            off: (off, missed.len()),
            together: together(&names, &known, change),
            newest: points.iter().rev().take(NEWEST).map(|it| newest(it)).collect(),
            agents,
        }
    }

    /// What to know first, a sentence each.
    pub fn sentences(&self) -> Vec<String> {
        let number = |it: f64| signed(it, 3).trim_start().to_owned();
        let mut sentences = Vec::new();
        for agent in &self.agents {
            let Some(alarm) = &agent.alarm else { continue };
            let means = alarm.means.map_or(String::new(), |(before, after)| {
                format!(": {} -> {} an episode", number(before), number(after))
            });
            let began = match (&alarm.began, &alarm.between) {
                (Some((_, name)), Some((low, high))) => format!("at {name} (95% {low}..{high})"),
                _ => format!("before {}", alarm.rang.1),
            };
            let word = match alarm.means {
                Some((before, after)) if before > 0.0 && after < before / 4.0 => "stopped earning",
                _ => "fell",
            };
            sentences.push(format!("{} {word} {began}{means}; it rang at {}.", agent.name, alarm.rang.1));
            if let Some((before, after)) =
                alarm.rewards.filter(|(before, after)| *after >= before - 0.1 * before.abs())
            {
                sentences.push(format!("R hides it: {} before, {} after.", number(before), number(after)));
            }
        }
        if sentences.is_empty() {
            sentences.push(match self.agents.is_empty() {
                true if self.known > 0 => {
                    "Nothing was measured, modelled or declared in the episodes read: no credit to show."
                        .to_owned()
                }
                true => "No credit is known of any episode yet.".to_owned(),
                false => "No agent's credit has fallen.".to_owned(),
            });
        }
        if let Some(slope) = self.reward_slope {
            let half = (slope.interval.1 - slope.interval.0) / 2.0;
            let mark = if slope.sign_unsure() { "?" } else { "" };
            sentences.push(format!("R {}{mark} \u{b1}{half:.3} per 100 episodes.", number(slope.per_100)));
        }
        if self.off.0 > 0 {
            sentences.push(format!("Sums of credit miss R in {} of {} episodes.", self.off.0, self.off.1));
        }
        sentences
    }

    /// How many cells there are.
    pub fn cells(&self) -> usize {
        self.reward.cells.len()
    }

    /// The places of the episodes of a cell.
    pub fn episodes_of(&self, cell: usize) -> std::ops::Range<usize> {
        (cell * self.per_cell).min(self.episodes)..((cell + 1) * self.per_cell).min(self.episodes)
    }
}

fn slope(values: &[(usize, f64)]) -> Option<Slope> {
    let newest = &values[values.len().saturating_sub(RECENT)..];
    (newest.len() >= TREND_LEAST).then_some(())?;
    Slope::of(&newest.iter().map(|it| (it.0 as f64, it.1)).collect::<Vec<_>>())
}

fn agent(name: &str, known: &[&Point], (per_cell, cells): (usize, usize)) -> AgentFilm {
    let of: Vec<(&Point, f64)> = known.iter().filter_map(|it| Some((*it, it.of_agent(name)?))).collect();
    let values: Vec<f64> = of.iter().map(|it| it.1).collect();
    let placed: Vec<(usize, f64)> = of.iter().map(|it| (it.0.at(), it.1)).collect();
    let mut largest = 0.0f64;
    let scale: Vec<f64> = of
        .iter()
        .map(|it| {
            largest = largest.max(it.0.reward().unwrap_or(0.0).abs());
            largest
        })
        .collect();
    let found = sums(&values, &scale);
    let row = Row::of(&placed, per_cell, cells);
    let mut falls = vec![None; cells];
    let mut bands: Vec<Option<(f64, f64, usize)>> = vec![None; cells];
    for (at, (place, _)) in placed.iter().enumerate() {
        let (cell, Some(band)) = (place / per_cell, found.band[at]) else { continue };
        falls[cell] = Some(falls[cell].unwrap_or(0.0f64).max(found.down[at]));
        let count = bands[cell].map_or(0, |it| it.2) + 1;
        bands[cell] = Some((band.0, band.1, count));
    }
    let is_below = |cell: usize| {
        row.cells[cell]
            .zip(bands[cell])
            .is_some_and(|(mean, (of, deviation, n))| mean < of - BAND * deviation / (n as f64).sqrt())
    };
    let newest = &values[values.len().saturating_sub(NOW)..];
    AgentFilm {
        name: name.to_owned(),
        below: (0..cells).map(is_below).collect(),
        falls,
        now: mean_and_half(newest),
        slope: slope(&placed),
        alarm: found.fall.map(|it| alarm(it, &of, &values, largest)),
        row,
    }
}

/// The mean, half of its 95% interval, and how many there are.
fn mean_and_half(values: &[f64]) -> (f64, f64, usize) {
    let n = values.len() as f64;
    if values.is_empty() {
        return (0.0, 0.0, 0);
    }
    let mean = sum(values.iter().copied()) / n;
    let squares = sum(values.iter().map(|it| (it - mean).powi(2)));
    let half = if values.len() > 1 { 1.959_963_984_540_054 * (squares / (n - 1.0) / n).sqrt() } else { 0.0 };
    (mean, half, values.len())
}

fn alarm(fall: Fall, of: &[(&Point, f64)], values: &[f64], largest: f64) -> Alarm {
    let point = |at: usize| (of[at].0.at(), of[at].0.name().into());
    let change = ChangePoint::around(values, fall.at);
    let mean = |it: &[f64]| (!it.is_empty()).then(|| sum(it.iter().copied()) / it.len() as f64);
    let reward = |it: &[(&Point, f64)]| mean(&it.iter().filter_map(|it| it.0.reward()).collect::<Vec<_>>());
    let is_nothing = |it: &f64| it.abs() <= NOTHING * largest.max(1e-12);
    let zero =
        |it: &[f64]| mean(&it.iter().map(|it| f64::from(u8::from(is_nothing(it)))).collect::<Vec<_>>());
    Alarm {
        rang: point(fall.at),
        began: change.map(|it| point(it.at)),
        between: change.map(|it| (point(it.interval.0).1, point(it.interval.1).1)),
        means: change.map(|it| it.means),
        rewards: change.and_then(|it| {
            let before = reward(&of[it.at.saturating_sub(AROUND)..it.at])?;
            Some((before, reward(&of[it.at..of.len().min(it.at + AROUND)])?))
        }),
        zero: change.and_then(|it| Some((zero(&values[..it.at])?, zero(&values[it.at..])?))),
    }
}

/// The pairs that move together most, before and after a change.
fn together(names: &[&str], known: &[&Point], change: Option<usize>) -> Vec<Together> {
    const MOST: usize = 3;
    const AGENTS: usize = 12;
    let mut found = Vec::new();
    for (at, one) in names.iter().take(AGENTS).enumerate() {
        for other in names.iter().take(AGENTS).skip(at + 1) {
            let pairs = |is_of: &dyn Fn(usize) -> bool| -> Vec<(f64, f64)> {
                let both = |it: &&Point| Some((it.of_agent(one)?, it.of_agent(other)?));
                known.iter().filter(|it| is_of(it.at())).filter_map(both).collect()
            };
            let before = pairs(&|at| change.is_none_or(|change| at < change));
            let after = change.map(|change| pairs(&move |at| at >= change));
            found.extend(Correlation::of(&before).map(|before| Together {
                names: ((*one).to_owned(), (*other).to_owned()),
                before,
                after: after.and_then(|it| Correlation::of(&it)),
            }));
        }
    }
    found.sort_by(|a, b| b.before.r.abs().total_cmp(&a.before.r.abs()));
    found.truncate(MOST);
    found
}

fn newest(point: &Point) -> Newest {
    Newest {
        at: point.at(),
        name: point.name().into(),
        reward: point.reward(),
        failed: point.failed(),
        left_out: point.left_out(),
        least: point.least().map(|(name, value)| (name.into(), value)),
        ending: point.ending().into(),
    }
}
