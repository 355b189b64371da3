//! Which formulas may give a target up to a shift and a scale, told from a few rows of each.
//!
//! Whitening, a sign and a batch's spread are shifts and scales, so one look covers all of them: whether the target is
//! a line over the advantage. It takes the least and the largest advantage among the probed rows, draws the line, and
//! stops at the first row that is off it.

use std::collections::HashMap;

use super::rows::Rows;
use super::targets::Target;

/// Rows probed for each kind of target.
const PROBES: usize = 32;

/// Rows that targets of one kind speak of.
struct Class {
    /// Places in the list of probes.
    probes: Vec<usize>,
    targets: Vec<Line>,
}

/// A target at the probes of its class.
struct Line {
    target: usize,
    value: Vec<f64>,
    slack: Vec<f64>,
    is_flat: bool,
}

/// What is probed.
pub(super) struct Screen {
    /// The probed rows, as places among the rows that count.
    pub(super) probes: Vec<usize>,
    classes: Vec<Class>,
    /// What rounding of logged returns may add.
    loose: f64,
}

/// A target that is a line over an advantage, and its slope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub(super) target: usize,
    pub(super) slope: f64,
}

impl Screen {
    /// `local`: the place of each row among those that count.
    pub(super) fn new(rows: &Rows, targets: &[Target], local: &[Option<u32>], loose: f64) -> Self {
        let mut screen = Self { probes: Vec::new(), classes: Vec::new(), loose };
        let mut place: HashMap<usize, usize> = HashMap::new();
        let mut known: HashMap<Vec<bool>, usize> = HashMap::new();
        let mut chosen: Vec<Vec<usize>> = Vec::new();
        for (number, target) in targets.iter().enumerate() {
            let said: Vec<bool> =
                (0..rows.len()).map(|it| !target.value[it].is_nan() && local[it].is_some()).collect();
            let class = *known.entry(said).or_insert_with_key(|said| {
                let all: Vec<usize> = (0..rows.len()).filter(|it| said[*it]).collect();
                let rows = spread(rows, &all, &target.value);
                let probes = rows.iter().map(|row| {
                    *place.entry(*row).or_insert_with(|| {
                        screen.probes.push(local[*row].unwrap_or_default() as usize);
                        screen.probes.len() - 1
                    })
                });
                screen.classes.push(Class { probes: probes.collect(), targets: Vec::new() });
                chosen.push(rows);
                chosen.len() - 1
            });
            let value: Vec<f64> = chosen[class].iter().map(|it| target.value[*it]).collect();
            let slack: Vec<f64> = chosen[class].iter().map(|it| target.slack[*it]).collect();
            let (low, high) = ends(&value);
            let is_flat = value.is_empty() || high - low <= 2.0 * slack.iter().copied().fold(0.0, f64::max);
            screen.classes[class].targets.push(Line { target: number, value, slack, is_flat });
        }
        screen
    }

    /// The targets that are a line over these advantages at the probes. `span`: how far constants that were left open
    /// may move an advantage.
    pub(super) fn hits(&self, values: &[f64], span: f64, into: &mut Vec<Hit>) {
        for class in &self.classes {
            let Some(first) = class.probes.first() else { continue };
            let (mut low, mut high) = (0, 0);
            let at = |k: usize| values[class.probes[k]];
            for k in 0..class.probes.len() {
                if at(k) < at(low) {
                    low = k;
                }
                if at(k) > at(high) {
                    high = k;
                }
            }
            let range = at(high) - at(low);
            let is_flat = range <= 1e-9 * (1.0 + values[*first].abs());
            for line in &class.targets {
                let hit = if is_flat {
                    line.is_flat.then_some(Hit { target: line.target, slope: 1.0 })
                } else {
                    self.line(line, at, (low, high), range, span)
                };
                into.extend(hit);
            }
        }
    }

    fn line(
        &self,
        line: &Line,
        at: impl Fn(usize) -> f64,
        (low, high): (usize, usize),
        range: f64,
        span: f64,
    ) -> Option<Hit> {
        let rise = line.value[high] - line.value[low];
        let ends = line.slack[low].max(line.slack[high]);
        if line.is_flat || rise.abs() <= 2.0 * ends {
            return None;
        }
        let slope = rise / range;
        let few = line.value.len() < 4 && line.target > 0;
        if few && (slope.abs() - 1.0).abs() * range > 4.0 * ends + 6.0 * span + self.loose + 1e-9 {
            // Two or three points are a line over anything.
            return None;
        }
        let (from, least) = (line.value[low], at(low));
        let more = 3.0 * slope.abs() * span + self.loose + 1e-9 * (1.0 + from.abs());
        for k in 0..line.value.len() {
            let off = line.value[k] - from - slope * (at(k) - least);
            if off.abs() > line.slack[k] + ends + more {
                return None;
            }
        }
        Some(Hit { target: line.target, slope })
    }

    /// Whether these advantages have the signs of the declared numbers as they are.
    pub(super) fn has_signs(&self, values: &[f64], tolerance: f64) -> bool {
        let sign = |it: f64, least: f64| if it.abs() <= least { 0.0 } else { it.signum() };
        let of_own = |it: &&Class| it.targets.iter().any(|it| it.target == 0);
        let Some(class) = self.classes.iter().find(of_own) else { return false };
        let Some(line) = class.targets.iter().find(|it| it.target == 0) else { return false };
        let at = |k: usize| sign(values[class.probes[k]], 1e-9) == sign(line.value[k], tolerance);
        (0..line.value.len()).all(at)
    }

    /// The line of least squares from advantages to declared numbers as they are: slope, offset, root mean square.
    pub(super) fn nearest(&self, values: &[f64]) -> Option<(f64, f64, f64)> {
        let class = self.classes.iter().find(|it| it.targets.iter().any(|it| it.target == 0))?;
        let line = class.targets.iter().find(|it| it.target == 0).filter(|it| it.value.len() > 2)?;
        let n = line.value.len() as f64;
        let at = |k: usize| values[class.probes[k]];
        let indices = || 0..line.value.len();
        let (x, y) = (indices().map(at).sum::<f64>() / n, line.value.iter().sum::<f64>() / n);
        let squares: f64 = indices().map(|k| (at(k) - x).powi(2)).sum();
        let products: f64 = indices().map(|k| (at(k) - x) * (line.value[k] - y)).sum();
        if squares <= 1e-18 {
            return None;
        }
        let slope = products / squares;
        let offset = y - slope * x;
        let off: f64 = indices().map(|k| (line.value[k] - slope * at(k) - offset).powi(2)).sum();
        Some((slope, offset, (off / n).sqrt()))
    }
}

fn ends(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| (low.min(*it), high.max(*it)))
}

/// A few of these rows: half of them ends of rollouts, and numbers that differ first.
fn spread(rows: &Rows, all: &[usize], value: &[f64]) -> Vec<usize> {
    if all.len() <= 2 * PROBES {
        return all.to_vec();
    }
    let mixed = |at: &usize| (*at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let is_last = |at: &usize| f64::from(rows.turn[*at]) + 1.0 >= rows.length[*at];
    let take = |mut from: Vec<usize>, n: usize| {
        from.sort_by_key(mixed);
        let mut seen = std::collections::HashSet::new();
        let (mut new, old): (Vec<usize>, Vec<usize>) =
            from.into_iter().partition(|it| seen.insert((value[*it] * 1e9).round() as i64));
        new.extend(old);
        new.truncate(n);
        new
    };
    let (last, other): (Vec<usize>, Vec<usize>) = all.iter().partition(|it| is_last(it));
    let mut found = take(other, PROBES / 2);
    found.extend(take(last, PROBES - found.len()));
    found
}
