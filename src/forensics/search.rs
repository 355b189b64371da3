//! Tries every form on the declared numbers.
//!
//! ```text
//! sources x layouts -> Groups -> advantages at a few rows -> Screen: a line to some target?
//!     those that are -> all rows, every small constant, every normalisation -> Form, if every number is reproduced
//! ```

use std::collections::{BTreeMap, HashSet};

use super::core::{Groups, scales};
use super::extras::{Extra, Made};
use super::layout::{Layout, layouts};
use super::parts::{Base, BrokenOff, Factor, GAMMAS, Key, Post, Scale, Source, Taken, Unit};
use super::posts::{Weights, normalisations};
use super::rows::Rows;
use super::screen::{Hit, Screen};
use super::sources::{Column, columns};
use super::targets::{Target, targets};

/// A form that reproduces every declared number. Names that this log cannot tell apart stand beside each other, the
/// plainest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// What is compared.
    pub sources: Vec<Source>,
    /// Within what.
    pub keys: Vec<Key>,
    /// What counts as one sample.
    pub units: Vec<Unit>,
    /// What is subtracted.
    pub base: Base,
    /// Whether what is alone in its group keeps its number.
    pub keeps_alone: bool,
    /// What is divided by.
    pub scale: Scale,
    /// What is done to all advantages at once.
    pub post: Post,
    /// Whose advantage an act gets, and times what.
    pub taken: Vec<(Taken, Factor)>,
    /// What becomes of rollouts that broke off.
    pub broken_off: BrokenOff,
    /// How far it is from what trainers mean to do.
    pub bits: f64,
    /// The largest difference from a declared number.
    pub worst: f64,
}

/// What the declared numbers are known to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Precision {
    /// How far a declared number may be off.
    pub(super) tolerance: f64,
    /// How far a logged return may be off; 0: it is as written.
    pub(super) rounding: f64,
    /// The discount that the log names.
    pub(super) gamma: Option<f64>,
}

/// The formula that comes nearest, where none fits.
#[derive(Clone, Debug, PartialEq)]
pub struct Nearest {
    /// In words.
    pub form: String,
    /// Declared = slope x form + offset.
    pub slope: f64,
    /// See `slope`.
    pub offset: f64,
    /// Root mean square of what is left, over some of the numbers.
    pub rms: f64,
}

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) fits: Vec<Form>,
    /// Forms tried, and how many of them give different numbers.
    pub(super) tried: u64,
    pub(super) different: u64,
    pub(super) nearest: Option<Nearest>,
}

/// Forms this many bits dearer than the cheapest that fits are not looked for.
const DEARER: f64 = 16.0;
/// At most this many are tried on all rows.
const VERIFIED: usize = 20_000;
/// Above this many rows medians are of whole returns only: they take a sort.
const FEW_ROWS: usize = 2_000;

/// What passed the screen.
struct Candidate {
    what: What,
    hit: Hit,
    bits: f64,
}

#[derive(Clone)]
enum What {
    Core { layout: usize, column: usize, base: Base, keeps_alone: bool, scales: Vec<Scale> },
    Extra(usize),
}

/// Discounts: those of the grid, the log's own, and one that neighbouring turns show.
fn gammas(rows: &Rows, precision: Precision) -> Vec<f64> {
    let mut all = GAMMAS.to_vec();
    let logged = precision.gamma.filter(|it| 0.0 < *it && *it < 1.0);
    all.extend(logged.filter(|it| !GAMMAS.contains(it)));
    let seen = ratio(rows, precision.tolerance).filter(|it| !all.contains(it));
    all.extend(seen);
    all
}

/// The ratio of the numbers of neighbouring acts, where half of them have the same.
fn ratio(rows: &Rows, tolerance: f64) -> Option<f64> {
    let big = |it: f64| it.abs() > 50.0 * tolerance.max(1e-12);
    let pairs = (1..rows.len()).filter(|it| rows.episode[*it] == rows.episode[it - 1]);
    let pairs = pairs.map(|it| (rows.declared[it - 1], rows.declared[it]));
    let ratios: Vec<(f64, f64)> = pairs
        .filter(|(a, b)| big(*a) && big(*b))
        .map(|(a, b)| (a / b, b.abs()))
        .filter(|it| 0.05 < it.0 && it.0 < 1.0)
        .collect();
    let (first, size) = *ratios.iter().max_by(|a, b| a.1.total_cmp(&b.1)).filter(|_| ratios.len() > 1)?;
    let same =
        ratios.iter().filter(|it| (it.0 - first).abs() < 4.0 * tolerance.max(1e-9) / it.1 + 1e-9).count();
    if same * 2 < ratios.len() {
        return None;
    }
    let round = |digits: i32| (first * 10f64.powi(digits)).round() / 10f64.powi(digits);
    (2..=4).map(round).find(|it| (it - first).abs() < 4.0 * tolerance.max(1e-9) / size + 1e-9)
}

/// Tries every form. `zero`: every declared number is 0, so only what makes a group says something.
pub(super) fn search(rows: &Rows, precision: Precision, zero: bool) -> Found {
    let gammas = gammas(rows, precision);
    let targets = targets(rows, precision.tolerance, &gammas, zero);
    let ways: &[BrokenOff] = if rows.broken_off.iter().any(|it| *it) {
        &[BrokenOff::Dropped, BrokenOff::AsLogged, BrokenOff::AsZero]
    } else {
        &[BrokenOff::None]
    };
    let mut found = Found::default();
    let mut different = HashSet::new();
    let mut nearest = f64::INFINITY;
    let is_sign = |it: &f64| it.abs() <= precision.tolerance || (it.abs() - 1.0).abs() <= precision.tolerance;
    let is_signs = !zero && rows.declared.iter().filter(|it| !it.is_nan()).all(is_sign);
    let zero_anyway = |it: usize| rows.total[it] == 0.0 && rows.own[it] == 0.0 && rows.act[it] == 0.0;
    let broken: Vec<usize> = (0..rows.len()).filter(|it| rows.broken_off[*it]).collect();
    for way in ways {
        if *way == BrokenOff::AsZero && broken.iter().all(|it| zero_anyway(*it)) {
            continue;
        }
        let of: Vec<usize> =
            (0..rows.len()).filter(|it| *way != BrokenOff::Dropped || !rows.broken_off[*it]).collect();
        if of.is_empty() {
            continue;
        }
        let mut local = vec![None; rows.len()];
        of.iter().enumerate().for_each(|(at, row)| local[*row] = Some(at as u32));
        let look = Look {
            rows,
            way: *way,
            precision,
            targets: &targets,
            columns: columns(rows, &of, *way, &gammas, precision.gamma),
            layouts: layouts(rows, &of),
            weights: Weights::new(rows, &of),
            declared: rows.declared_rows(),
            local,
            of,
            gammas: &gammas,
            zero,
            is_signs,
        };
        look.run(&mut found, &mut different, &mut nearest);
    }
    found.different = different.len() as u64 * targets.len() as u64;
    found.fits.sort_by(|a, b| a.bits.total_cmp(&b.bits));
    found
}

/// All of it for one way to take rollouts that broke off.
struct Look<'a> {
    rows: &'a Rows,
    way: BrokenOff,
    precision: Precision,
    targets: &'a [Target],
    of: Vec<usize>,
    local: Vec<Option<u32>>,
    columns: Vec<Column>,
    layouts: Vec<Layout>,
    weights: Weights,
    declared: Vec<usize>,
    gammas: &'a [f64],
    zero: bool,
    /// Whether every declared number is -1, 0 or 1.
    is_signs: bool,
}

impl Look<'_> {
    fn run(&self, found: &mut Found, different: &mut HashSet<u64>, nearest: &mut f64) {
        let loose = 4.0 * self.precision.rounding;
        let screen = Screen::new(self.rows, self.targets, &self.local, loose);
        let extras = self.extras();
        let mut candidates = self.cores(&screen, found, different, nearest);
        for (at, extra) in extras.iter().enumerate() {
            let values: Vec<f64> = screen.probes.iter().map(|it| extra.values[*it]).collect();
            found.tried += self.targets.len() as u64;
            different.insert(outcome(&values));
            let mut hits = Vec::new();
            screen.hits(&values, 0.0, &mut hits);
            let bits = extra_bits(extra, self.precision.gamma);
            candidates.extend(hits.into_iter().map(|hit| Candidate { what: What::Extra(at), hit, bits }));
        }
        for it in &mut candidates {
            let target = &self.targets[it.hit.target];
            it.bits += self.taken_bits(target) + if target.clip.is_some() { 5.0 } else { 0.0 };
        }
        candidates.sort_by(|a, b| a.bits.total_cmp(&b.bits));
        self.verify(&candidates, &extras, found);
    }

    fn extras(&self) -> Vec<Extra> {
        if self.zero {
            return Vec::new();
        }
        let made = Made {
            rows: self.rows,
            of: &self.of,
            columns: &self.columns,
            layouts: &self.layouts,
            gammas: self.gammas,
            tolerance: self.precision.tolerance,
        };
        made.all()
    }

    /// Advantages over one layout that pass the screen.
    fn cores(
        &self,
        screen: &Screen,
        found: &mut Found,
        different: &mut HashSet<u64>,
        nearest: &mut f64,
    ) -> Vec<Candidate> {
        let all_scales = if self.zero { vec![Scale::Nothing] } else { scales() };
        let mut candidates = Vec::new();
        let mut hits = Vec::new();
        for (at_layout, layout) in self.layouts.iter().enumerate() {
            for (at_column, column) in self.columns.iter().enumerate() {
                let is_plain =
                    !matches!(column.names[0], Source::ToGo(_) | Source::ToGoAfter(_) | Source::OwnToGo(_));
                if layout.units[0] == Unit::Turn && !is_plain {
                    continue;
                }
                let medians = self.rows.len() <= FEW_ROWS || is_plain && layout.units[0] == Unit::Rollout;
                let groups = Groups::new(layout, &column.values, medians);
                for (base, keeps_alone) in self.bases(layout, medians) {
                    let mut seen: Vec<(Vec<Scale>, Vec<f64>)> = Vec::new();
                    for scale in &all_scales {
                        let is_mad = matches!(scale, Scale::Mad { .. });
                        let is_token = layout.units[0] == Unit::Token;
                        let is_odd = base == Base::Nothing && *scale == Scale::Nothing && at_layout > 0;
                        if is_mad && (!medians || is_token) || is_odd {
                            continue;
                        }
                        let of = |it: &usize| groups.advantage(*it, base, *scale, keeps_alone);
                        let values: Vec<f64> = screen.probes.iter().map(of).collect();
                        match seen.iter_mut().find(|it| self.is_near(&it.1, &values)) {
                            Some((names, _)) => names.push(*scale),
                            None => seen.push((vec![*scale], values)),
                        }
                    }
                    for (scales, values) in seen {
                        found.tried += (scales.len() * self.targets.len()) as u64;
                        different.insert(outcome(&values));
                        hits.clear();
                        screen.hits(&values, 0.25 * self.precision.tolerance, &mut hits);
                        if self.is_signs && screen.has_signs(&values, self.precision.tolerance) {
                            hits.push(Hit { target: 0, slope: 1.0 });
                        }
                        let bits = self.core_bits(layout, column, base, keeps_alone, scales[0]);
                        if let Some((slope, offset, rms)) = screen.nearest(&values)
                            && rms < *nearest * 0.999
                        {
                            *nearest = rms;
                            let form = self.form(layout, column, base, keeps_alone, scales[0]);
                            found.nearest = Some(Nearest { form: form.words(), slope, offset, rms });
                        }
                        candidates.extend(hits.iter().map(|hit| Candidate {
                            what: What::Core {
                                layout: at_layout,
                                column: at_column,
                                base,
                                keeps_alone,
                                scales: scales.clone(),
                            },
                            hit: *hit,
                            bits,
                        }));
                    }
                }
            }
        }
        candidates
    }

    /// Whether two constants make no difference that the declared numbers could show.
    fn is_near(&self, a: &[f64], b: &[f64]) -> bool {
        let least = 0.25 * self.precision.tolerance;
        a.iter().zip(b).all(|(a, b)| (a - b).abs() <= least + 1e-13)
    }

    fn bases(&self, layout: &Layout, medians: bool) -> Vec<(Base, bool)> {
        let mut found = Vec::new();
        for base in [Base::Mean, Base::Others, Base::Nothing, Base::Best, Base::Median] {
            let is_token = layout.units[0] == Unit::Token;
            if base == Base::Median && !medians || is_token && base != Base::Mean {
                continue;
            }
            found.push((base, false));
            if layout.has_alone() && base != Base::Nothing {
                found.push((base, true));
            }
        }
        found
    }

    fn core_bits(&self, layout: &Layout, column: &Column, base: Base, keeps: bool, scale: Scale) -> f64 {
        let gamma = self.precision.gamma;
        let named_key = layout.keys[0].bits(self.rows.has_own);
        let by_agent = self.rows.has_own && layout.keys.contains(&Key::GroupAgent);
        let own = by_agent && matches!(column.names[0], Source::Own | Source::OwnToGo(_));
        column.names[0].bits(gamma) + named_key + layout.units[0].bits() + base.bits(gamma) + scale.bits()
            - if own { 1.0 } else { 0.0 }
            + if keeps { 0.5 } else { 0.0 }
    }

    /// Of how many logged numbers a source is the sum, at most: so often their rounding counts.
    fn summed(&self, column: &Column) -> f64 {
        let longest = self.of.iter().map(|it| self.rows.length[*it]).fold(1.0, f64::max);
        match column.names[0] {
            Source::ToGo(gamma) | Source::ToGoAfter(gamma) | Source::OwnToGo(gamma) if gamma < 1.0 => {
                longest.min(1.0 / (1.0 - gamma))
            }
            Source::ToGo(_) | Source::ToGoAfter(_) | Source::OwnToGo(_) | Source::FromStart => longest,
            _ => 1.0,
        }
    }

    fn taken_bits(&self, target: &Target) -> f64 {
        let (taken, factor) = target.names[0];
        taken.bits() + factor.bits(self.precision.gamma)
    }

    fn form(&self, layout: &Layout, column: &Column, base: Base, keeps_alone: bool, scale: Scale) -> Form {
        Form {
            sources: column.names.clone(),
            keys: layout.keys.clone(),
            units: layout.units.clone(),
            base,
            keeps_alone,
            scale,
            post: Post::Nothing,
            taken: vec![(Taken::Own, Factor::One)],
            broken_off: self.way,
            bits: self.core_bits(layout, column, base, keeps_alone, scale) + self.way.bits(),
            worst: 0.0,
        }
    }

    /// Tries candidates on all rows, the cheapest first.
    fn verify(&self, candidates: &[Candidate], extras: &[Extra], found: &mut Found) {
        let mut best = found.fits.iter().map(|it| it.bits).fold(f64::INFINITY, f64::min);
        // Candidates over one layout and source stand together, so that these are worked out once.
        let mut by_groups: BTreeMap<(usize, usize), Vec<&Candidate>> = BTreeMap::new();
        let mut of_extras: Vec<&Candidate> = Vec::new();
        for it in candidates.iter().take(VERIFIED) {
            match &it.what {
                What::Core { layout, column, .. } => {
                    by_groups.entry((*layout, *column)).or_default().push(it)
                }
                What::Extra(_) => of_extras.push(it),
            }
        }
        let mut groups: Vec<((usize, usize), Vec<&Candidate>)> = by_groups.into_iter().collect();
        groups.sort_by(|a, b| a.1[0].bits.total_cmp(&b.1[0].bits));
        for ((at_layout, at_column), list) in groups {
            if list[0].bits > best + DEARER {
                continue;
            }
            let (layout, column) = (&self.layouts[at_layout], &self.columns[at_column]);
            let groups = Groups::new(layout, &column.values, true);
            for candidate in list {
                if candidate.bits > best + DEARER {
                    break;
                }
                let What::Core { base, keeps_alone, scales, .. } = &candidate.what else { continue };
                for scale in scales {
                    let of = |it: usize| groups.advantage(it, *base, *scale, *keeps_alone);
                    let values: Vec<f64> = (0..self.of.len()).map(of).collect();
                    let error = self.precision.rounding * self.summed(column);
                    let reach = |it: usize| groups.reach(it, values[it], *scale, error);
                    let form = self.form(layout, column, *base, *keeps_alone, *scale);
                    let source = (*scale == Scale::Nothing).then_some(column.values.as_slice());
                    self.try_all(&form, &values, &reach, source, candidate.hit, found);
                }
                best = found.fits.iter().map(|it| it.bits).fold(best, f64::min);
            }
        }
        for candidate in of_extras.into_iter().filter(|it| it.bits <= best + DEARER) {
            let What::Extra(at) = &candidate.what else { continue };
            let extra = &extras[*at];
            let form = Form {
                sources: extra.sources.clone(),
                keys: extra.keys.clone(),
                units: extra.units.clone(),
                base: extra.base,
                keeps_alone: extra.keeps_alone,
                scale: extra.scale,
                post: Post::Nothing,
                taken: Vec::new(),
                broken_off: self.way,
                bits: extra_bits(extra, self.precision.gamma) + self.way.bits(),
                worst: 0.0,
            };
            let reach = |it: usize| self.precision.rounding * (2.0 + 1.5 * extra.values[it].abs());
            self.try_all(&form, &extra.values, &reach, None, candidate.hit, found);
        }
    }

    /// A form as it is, flipped, clipped, and normalised again.
    fn try_all(
        &self,
        form: &Form,
        values: &[f64],
        reach: &dyn Fn(usize) -> f64,
        source: Option<&[f64]>,
        hit: Hit,
        found: &mut Found,
    ) {
        let target = &self.targets[hit.target];
        let mut add = |post: Post, worst: f64| {
            let bits = form.bits + post.bits() + self.taken_bits(target);
            found.fits.push(Form { post, taken: target.names.clone(), bits, worst, ..form.clone() });
        };
        if let Some(at) = target.clip {
            let most = values.iter().fold(0.0_f64, |most, it| most.max(it.abs()));
            let clipped: Vec<f64> = values.iter().map(|it| it.clamp(-at, at)).collect();
            if most > at + 2.0 * self.precision.tolerance
                && let Some(worst) = self.worst(&clipped, 0.0, 1.0, reach, target)
            {
                add(Post::Clipped(at), worst);
            }
            return;
        }
        if let Some(worst) = self.worst(values, 0.0, 1.0, reach, target) {
            return add(Post::Nothing, worst);
        }
        if let Some(worst) = self.worst(values, 0.0, -1.0, reach, target) {
            return add(Post::Flipped, worst);
        }
        if self.zero {
            return;
        }
        for it in normalisations(values, &self.weights, source, hit.slope < 0.0) {
            if let Some(worst) = self.worst(values, it.shift, it.scale, reach, target) {
                add(it.post, worst);
            }
        }
        if hit.target == 0 && self.is_signs {
            let sign = |it: &f64| if it.abs() < 1e-9 { 0.0 } else { it.signum() };
            let signs: Vec<f64> = values.iter().map(sign).collect();
            if let Some(worst) = self.worst(&signs, 0.0, 1.0, &|_| 0.0, target) {
                add(Post::SignOnly, worst);
            }
        }
    }

    /// The largest difference from a declared number; `None`: some number is not reproduced.
    fn worst(
        &self,
        values: &[f64],
        shift: f64,
        scale: f64,
        reach: &dyn Fn(usize) -> f64,
        target: &Target,
    ) -> Option<f64> {
        let mut worst = 0.0_f64;
        let exact = self.precision.rounding == 0.0;
        for ((row, source), factor) in self.declared.iter().zip(&target.source).zip(&target.factor) {
            let local = source.and_then(|it| self.local[it as usize]);
            let value = local.map_or(0.0, |it| factor * (values[it as usize] - shift) / scale);
            let off = (value - self.rows.declared[*row]).abs();
            let more = match local {
                Some(it) if !exact => 2.0 * reach(it as usize) * factor.abs() / scale.abs(),
                _ => 0.0,
            };
            if off > self.precision.tolerance + more + 1e-12 {
                return None;
            }
            worst = worst.max(off);
        }
        Some(worst)
    }
}

fn extra_bits(extra: &Extra, gamma: Option<f64>) -> f64 {
    extra.sources[0].bits(gamma) + extra.base.bits(gamma) + extra.scale.bits() + extra.units[0].bits()
}

/// Equal for equal numbers at the probes.
fn outcome(values: &[f64]) -> u64 {
    values.iter().fold(0xcbf2_9ce4_8422_2325, |hash, it| {
        let round = (it.clamp(-1e6, 1e6) * 1e7).round() as i64 as u64;
        (hash ^ round).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23)
    })
}
