//! Which formula wrote the advantages of a log? From declared numbers and returns alone.
//!
//! ```text
//! rollouts -> Rows -> search: every form of the grammar -> those that reproduce every number   Fits
//!                `--> right: what the numbers should be -> signs that are wrong, who was hurt   Right
//! both -> Report: named, fits, or none
//! ```
//!
//! The answer is a set. Several forms often give the same few numbers, so all that reproduce every declared number to
//! its written precision are listed, the plainest first; one is named where the numbers say more than there are forms
//! to choose from and no other formula gives them. docs/FORENSICS.md tells how often that is right.

mod core;
mod extras;
mod layout;
mod ledger;
mod parts;
mod posts;
mod right;
mod rows;
mod screen;
mod search;
mod sources;
mod summary;
mod targets;
mod words;

use std::collections::BTreeSet;

use crate::model::Rollout;

pub use ledger::{GroupLedgers, Ledger, LedgerRow, UpdateCell, WrongPush, ledgers};
pub use parts::{Base, BrokenOff, Factor, Key, Post, Scale, Source, Taken, Unit, Weight};
pub use right::{Beside, Hurt, Right};
pub use search::{Form, Nearest};
pub use summary::{Stopping, Summary, summaries};

use right::right;
use rows::{Rows, declared_by};
use search::{Found, Precision, search};

/// How much is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// One formula gives every number, and the numbers are evidence enough for its name.
    Named,
    /// Formulas give every number: so many, or one on too little evidence.
    Fits,
    /// Every declared number is 0.
    Zero,
    /// No formula gives every number.
    None,
}

impl Level {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Level::Named => "named",
            Level::Fits => "fits",
            Level::Zero => "zero",
            Level::None => "none",
        }
    }
}

/// What the advantages of one algorithm in one run are.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The run.
    pub run: Option<String>,
    /// The algorithm as the log names it.
    pub algorithm: String,
    /// Declared numbers, and how many of them differ in size.
    pub numbers: usize,
    /// See `numbers`.
    pub magnitudes: usize,
    /// Rollouts they are of.
    pub rollouts: usize,
    /// How much is known.
    pub level: Level,
    /// The forms that give every number, the plainest first.
    pub fits: Vec<Form>,
    /// How many different formulas these are; constants and weights of one are no others.
    pub families: usize,
    /// By how many bits the next formula is dearer than the first; `None`: there is no other.
    pub ahead: Option<f64>,
    /// Whether the numbers say more than there are outcomes to choose from.
    pub is_evidence: bool,
    /// Forms tried.
    pub tried: u64,
    /// Whether they fit only within the rounding of the logged returns.
    pub by_rounding: bool,
    /// How far a declared number may be off.
    pub tolerance: f64,
    /// The formula that comes nearest, where none fits.
    pub nearest: Option<Nearest>,
    /// What the numbers should be, as the log names its algorithm.
    pub right: Right,
    /// What stopping earned beside what is right; `None`: no turn tells.
    pub stopping: Option<Stopping>,
}

/// Bits by which a formula has to be dearer than the first for the first to be named beside it.
const CLEARLY_DEARER: f64 = 4.0;
/// Bits of evidence that a name needs beyond the number of different outcomes there are to choose from.
const BEYOND_CHANCE: f64 = 3.0;

/// Whether an algorithm's name means advantages among rollouts.
pub fn is_of_group(algorithm: &str) -> bool {
    let name = algorithm.to_ascii_lowercase();
    let words =
        ["grpo", "rloo", "reinforce", "gigpo", "gspo", "dapo", "gpg", "advantage", "dr_mas", "pass@k"];
    words.iter().any(|it| name.contains(it))
}

/// The algorithms that declare numbers of groups, in order of name, each within its run.
pub fn examine(rollouts: &[&Rollout]) -> Vec<Report> {
    let runs: BTreeSet<Option<&str>> = rollouts.iter().map(|it| it.run.as_deref()).collect();
    let mut reports = Vec::new();
    for run in runs {
        let of_run: Vec<&Rollout> =
            rollouts.iter().copied().filter(|it| it.run.as_deref() == run && !it.open).collect();
        let declared = of_run.iter().flat_map(|it| &it.declared);
        let algorithms: BTreeSet<&str> =
            declared.map(|it| &*it.algorithm).filter(|it| is_of_group(it)).collect();
        for algorithm in algorithms {
            reports.extend(
                examine_one(&of_run, algorithm).map(|it| Report { run: run.map(str::to_owned), ..it }),
            );
        }
    }
    reports
}

/// What is said of the numbers of one algorithm; `None`: there is none.
fn examine_one(rollouts: &[&Rollout], algorithm: &str) -> Option<Report> {
    let rows = Rows::of(rollouts, algorithm);
    let declared: Vec<f64> = rows.declared.iter().copied().filter(|it| !it.is_nan()).collect();
    if declared.is_empty() {
        return None;
    }
    let params = rollouts.iter().flat_map(|it| &it.declared).find(|it| &*it.algorithm == algorithm);
    let param = |name: &str| {
        let found = params?.params.iter().find(|it| it.0 == name)?;
        Some(found.1.as_str())
    };
    let gamma = param("gamma").and_then(|it| it.parse().ok()).or(rollouts.iter().find_map(|it| it.gamma));
    let most = declared.iter().map(|it| it.abs()).fold(0.0, f64::max);
    let written = Written::of(&declared);
    let zero = most <= written.tolerance(most);
    let (found, tolerance, by_rounding) = find(&rows, rollouts, algorithm, &written, most, gamma, zero);
    let std = param("std").map(|it| it == "true");
    let fits = without_idle_parts(found.fits);
    let families = families(&fits);
    let right = right(&rows, rollouts, algorithm, std, fits.first(), tolerance);
    let (magnitudes, bits) = evidence(&declared, tolerance);
    let ahead = fits.first().and_then(|first| {
        let rival = fits.iter().find(|it| family(it) != family(first));
        rival.map(|it| it.bits - first.bits)
    });
    let clear = ahead.is_none_or(|it| it >= CLEARLY_DEARER);
    let is_evidence = !by_rounding && bits >= (found.different.max(2) as f64).log2() + BEYOND_CHANCE;
    let level = match fits.first() {
        _ if zero => Level::Zero,
        None => Level::None,
        Some(_) if clear && is_evidence => Level::Named,
        Some(_) => Level::Fits,
    };
    Some(Report {
        stopping: summary::stopping(&rows, &right),
        run: None,
        algorithm: algorithm.to_owned(),
        numbers: declared.len(),
        magnitudes,
        rollouts: rollouts.iter().filter(|it| declared_by(it, algorithm).next().is_some()).count(),
        level,
        fits,
        families,
        ahead,
        is_evidence,
        tried: found.tried,
        by_rounding,
        tolerance,
        nearest: found.nearest,
        right,
    })
}

/// The search to the written precision; of few decimals first to more than is written, as they may be exact; and at
/// last within the rounding of the returns.
fn find(
    rows: &Rows,
    rollouts: &[&Rollout],
    algorithm: &str,
    written: &Written,
    most: f64,
    gamma: Option<f64>,
    zero: bool,
) -> (Found, f64, bool) {
    let look = |tolerance: f64, rounding: f64| {
        let precision = Precision { tolerance, rounding, gamma };
        (search(rows, precision, zero), tolerance, rounding > 0.0)
    };
    let tolerance = written.tolerance(most);
    let mut found = if written.digits <= 2 {
        let strict = look(tolerance.min(5e-4).max(1e-9 * most), 0.0);
        if strict.0.fits.is_empty() && tolerance > 5e-4 { look(tolerance, 0.0) } else { strict }
    } else {
        look(tolerance, 0.0)
    };
    let rounding = rounding_of_returns(rollouts, algorithm);
    if found.0.fits.is_empty() && rounding > 0.0 && !zero {
        let again = look(tolerance, rounding);
        if !again.0.fits.is_empty() {
            found = again;
        }
    }
    found
}

/// Digits after the point of the shortest text that reads as this number.
fn digits(value: f64) -> i32 {
    format!("{value}").split_once('.').map_or(0, |it| it.1.len() as i32)
}

/// How numbers are written.
struct Written {
    digits: i32,
    is_single: bool,
}

impl Written {
    fn of(values: &[f64]) -> Self {
        let most = values.iter().map(|it| digits(*it)).max().unwrap_or(0);
        let is_single = most > 9 && values.iter().all(|it| f64::from(*it as f32) == *it);
        Self { digits: most, is_single }
    }

    /// Half of the last digit, or what single precision loses; `most`: the largest of the numbers.
    fn tolerance(&self, most: f64) -> f64 {
        let written = if self.digits <= 9 { 0.500_000_1 * 10f64.powi(-self.digits) } else { 0.0 };
        let single = if self.is_single { 4e-6 * most } else { 0.0 };
        written.max(1e-9 * most).max(single)
    }
}

/// Half of the last digit of returns and rewards, where most are written with as many; else they are exact.
fn rounding_of_returns(rollouts: &[&Rollout], algorithm: &str) -> f64 {
    let of = |it: &&Rollout| it.acts.iter().map(|it| it.reward).chain(it.total).collect::<Vec<f64>>();
    let with = rollouts.iter().filter(|it| declared_by(it, algorithm).next().is_some());
    let all: Vec<i32> = with.flat_map(of).filter(|it| *it != 0.0).map(digits).collect();
    let most = all.iter().copied().max().unwrap_or(0);
    let full = all.iter().filter(|it| **it == most).count();
    if (3..=9).contains(&most) && full * 10 > all.len() * 3 { 0.5 * 10f64.powi(-most) } else { 0.0 }
}

/// The form without what is done to all, taken or multiplied.
fn core_of(form: &Form) -> String {
    let Form { sources, keys, units, base, keeps_alone, scale, broken_off, .. } = form;
    format!("{broken_off:?} {:?} {:?} {:?} {base:?} {keeps_alone} {scale:?}", sources[0], keys[0], units[0])
}

fn outer_of(form: &Form) -> (Post, Taken, Factor) {
    let (taken, factor) = form.taken.first().copied().unwrap_or((Taken::Own, Factor::One));
    (form.post, taken, factor)
}

/// Without forms of which a simpler one gives the same: a part that changes no number of this log is no finding.
fn without_idle_parts(fits: Vec<Form>) -> Vec<Form> {
    let known: Vec<(String, (Post, Taken, Factor))> =
        fits.iter().map(|it| (core_of(it), outer_of(it))).collect();
    let is_plain = |it: &(Post, Taken, Factor)| *it == (Post::Nothing, Taken::Own, Factor::One);
    let is_idle = |at: usize| {
        let (core, outer) = &known[at];
        let simpler = |it: &(String, (Post, Taken, Factor))| {
            let (post, taken, factor) = it.1;
            it.0 == *core
                && it.1 != *outer
                && (post == Post::Nothing || post == outer.0)
                && (taken == Taken::Own || taken == outer.1)
                && (factor == Factor::One || factor == outer.2)
        };
        !is_plain(outer) && known.iter().any(simpler)
    };
    let idle: Vec<bool> = (0..fits.len()).map(is_idle).collect();
    let mut kept = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (form, idle) in fits.into_iter().zip(idle) {
        if !idle && seen.insert(format!("{} {:?}", core_of(&form), outer_of(&form))) {
            kept.push(form);
        }
    }
    kept
}

/// What a reader would call another formula: small constants and the weights of one normalisation are no others.
fn family(form: &Form) -> String {
    let Form { sources, keys, units, base, scale, post, broken_off, .. } = form;
    let base = match base {
        Base::Moving { .. } => "moving mean".to_owned(),
        Base::Steps { .. } => "steps".to_owned(),
        base => format!("{base:?}"),
    };
    let alone = form.base == Base::Nothing && *scale == Scale::Nothing;
    let key = if alone { String::new() } else { format!("{:?} {:?}", keys[0], units[0]) };
    let (_, taken, factor) = outer_of(form);
    format!(
        "{:?} {key} {base} {} {} {taken:?} {factor:?} {broken_off:?}",
        sources[0],
        scale.kind(),
        post.kind()
    )
}

fn families(fits: &[Form]) -> usize {
    fits.iter().map(family).collect::<BTreeSet<_>>().len()
}

/// How many sizes the declared numbers have, and what these say in bits: a number its digits, or a small fraction
/// little (1/2 says next to nothing).
fn evidence(declared: &[f64], tolerance: f64) -> (usize, f64) {
    let grain = (2.0 * tolerance).max(1e-12);
    let sizes: BTreeSet<i64> = declared.iter().map(|it| (it.abs() / grain).round() as i64).collect();
    let sizes: Vec<f64> =
        sizes.into_iter().map(|it| it as f64 * grain).filter(|it| *it > tolerance).collect();
    let Some(most) = sizes.last() else { return (0, 0.0) };
    let full = (most / grain).max(1.0).log2();
    let of = |size: &f64| {
        let is_fraction = |q: &u32| {
            let times = size * f64::from(*q);
            (times.round() / f64::from(*q) - size).abs() <= tolerance + 1e-9
        };
        (1..65).find(is_fraction).map_or(full, |q| full.min(2.0 * f64::from(q).log2() + 1.0))
    };
    let first: Vec<f64> = sizes.iter().take(40).map(of).collect();
    let sum: f64 = first.iter().sum();
    let mean = sum / first.len() as f64;
    (sizes.len(), sum + mean * (sizes.len() - first.len()) as f64)
}

#[cfg(test)]
mod tests;
