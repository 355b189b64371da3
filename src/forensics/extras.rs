//! Forms that are no advantage over one layout: moving means, two layouts added, and the best alone.

use super::core::Groups;
use super::layout::Layout;
use super::parts::{Base, Key, Scale, Source, Unit};
use super::rows::Rows;
use super::sources::Column;

/// One of them, with its number for each row.
pub(super) struct Extra {
    pub(super) sources: Vec<Source>,
    pub(super) keys: Vec<Key>,
    pub(super) units: Vec<Unit>,
    pub(super) base: Base,
    pub(super) scale: Scale,
    pub(super) keeps_alone: bool,
    pub(super) values: Vec<f64>,
}

/// What the extras are made of.
pub(super) struct Made<'a> {
    pub(super) rows: &'a Rows,
    pub(super) of: &'a [usize],
    pub(super) columns: &'a [Column],
    pub(super) layouts: &'a [Layout],
    pub(super) gammas: &'a [f64],
    pub(super) tolerance: f64,
}

impl Made<'_> {
    pub(super) fn all(&self) -> Vec<Extra> {
        let mut found = self.moving();
        found.extend(self.by_state());
        found.extend(self.best_only());
        found
    }

    /// Columns of whole rollouts.
    fn whole(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|it| matches!(it.names[0], Source::Return | Source::Own))
    }

    fn layout(&self, key: Key, unit: Unit) -> Option<&Layout> {
        self.layouts.iter().find(|it| it.keys.contains(&key) && it.units.contains(&unit))
    }

    /// Moving means of returns over episodes in the order of the log.
    fn moving(&self) -> Vec<Extra> {
        let mut found = Vec::new();
        // The first row of each episode, in order.
        let mut first: Vec<(u32, usize)> = Vec::new();
        for (local, at) in self.of.iter().enumerate().filter(|it| self.rows.place[*it.1].1.is_some()) {
            if first.last().is_none_or(|it| it.0 != self.rows.episode[*at]) {
                first.push((self.rows.episode[*at], local));
            }
        }
        let mut by_episode =
            vec![usize::MAX; self.rows.episode.iter().max().map_or(0, |it| *it as usize + 1)];
        first.iter().enumerate().for_each(|(at, it)| by_episode[it.0 as usize] = at);
        let one_group =
            first.iter().all(|it| self.rows.group[self.of[it.1]] == self.rows.group[self.of[first[0].1]]);
        let of_all = if one_group { vec![Key::All, Key::Group] } else { vec![Key::All] };
        let mut sequences = vec![(of_all, vec![0; first.len()])];
        if !one_group {
            let groups = first.iter().map(|it| self.rows.group[self.of[it.1]] as usize).collect();
            sequences.push((vec![Key::Group], groups));
        }
        for column in self.whole() {
            let x: Vec<f64> = first.iter().map(|it| column.values[it.1]).collect();
            for (keys, sequence) in &sequences {
                let mut betas = vec![0.5, 0.8, 0.9, 0.95, 0.99, 0.999];
                let fitted = self.beta(&first, &x, sequence).filter(|it| !betas.contains(it));
                betas.extend(fitted);
                for beta in betas {
                    for (from_first, before) in [(false, false), (false, true), (true, false), (true, true)] {
                        let baseline = moving_means(&x, sequence, beta, from_first, before);
                        let of = |(local, at): (usize, &usize)| {
                            let place = by_episode[self.rows.episode[*at] as usize];
                            column.values[local] - baseline.get(place).copied().unwrap_or(0.0)
                        };
                        found.push(Extra {
                            sources: column.names.clone(),
                            keys: keys.clone(),
                            units: vec![Unit::Rollout],
                            base: Base::Moving { beta, from_first, before },
                            scale: Scale::Nothing,
                            keeps_alone: false,
                            values: self.of.iter().enumerate().map(of).collect(),
                        });
                    }
                }
            }
        }
        found
    }

    /// The weight of the past, read off baselines that follow each other, if it has at most three digits.
    fn beta(&self, first: &[(u32, usize)], x: &[f64], sequence: &[usize]) -> Option<f64> {
        let baseline: Vec<f64> =
            first.iter().zip(x).map(|(it, x)| x - self.rows.declared[self.of[it.1]]).collect();
        let mut last: std::collections::HashMap<usize, usize> = std::collections::HashMap::new();
        let mut ratios = Vec::new();
        for at in 0..first.len() {
            if let Some(before) = last.insert(sequence[at], at) {
                let far = baseline[before] - x[before];
                let ratio = (baseline[at] - x[before]) / far;
                if far.abs() > 100.0 * self.tolerance.max(1e-9) && ratio.is_finite() {
                    ratios.push(ratio);
                }
            }
        }
        ratios.sort_by(f64::total_cmp);
        let middle = (ratios.len() >= 2).then(|| ratios[ratios.len() / 2])?;
        let round = (middle * 1000.0).round() / 1000.0;
        (0.0 < round && round < 1.0).then_some(round)
    }

    /// GiGPO: the mean by rollout, and with a weight the mean by state.
    fn by_state(&self) -> Vec<Extra> {
        let mut found = Vec::new();
        let returns = self.columns.iter().find(|it| it.names.contains(&Source::Return));
        let steps = self.layout(Key::GroupState, Unit::Act);
        let (Some(returns), Some(steps)) = (returns, steps) else { return found };
        for key in [Key::Group, Key::GroupAgent] {
            for unit in [Unit::Rollout, Unit::Act] {
                let Some(whole) = self.layout(key, unit) else { continue };
                if unit == Unit::Act && whole.units.contains(&Unit::Rollout) {
                    continue;
                }
                let whole_groups = Groups::new(whole, &returns.values, false);
                for gamma in self.gammas.iter().copied().chain([1.0]) {
                    let to_go = self.columns.iter().find(|it| it.names.contains(&Source::ToGo(gamma)));
                    let Some(to_go) = to_go else { continue };
                    let step_groups = Groups::new(steps, &to_go.values, false);
                    for scale in [Scale::Nothing, Scale::Std { ddof: 1, epsilon: 1e-6 }] {
                        for keeps_alone in [true, false] {
                            if keeps_alone && !whole.has_alone() {
                                continue;
                            }
                            let n = self.of.len();
                            let of = |groups: &Groups<'_>, keeps| -> Vec<f64> {
                                (0..n).map(|it| groups.advantage(it, Base::Mean, scale, keeps)).collect()
                            };
                            let (a, s) = (of(&whole_groups, keeps_alone), of(&step_groups, false));
                            let Some(weight) = self.weight(&a, &s) else { continue };
                            found.push(Extra {
                                sources: vec![Source::Return],
                                keys: whole.keys.clone(),
                                units: whole.units.clone(),
                                base: Base::Steps { weight, gamma },
                                scale,
                                keeps_alone,
                                values: a.iter().zip(&s).map(|(a, s)| a + weight * s).collect(),
                            });
                        }
                    }
                }
            }
        }
        found
    }

    /// The weight of the part by state that fits best, in as few digits as fit.
    fn weight(&self, whole: &[f64], step: &[f64]) -> Option<f64> {
        let declared = |local: &usize| !self.rows.declared[self.of[*local]].is_nan();
        let locals: Vec<usize> = (0..self.of.len()).filter(declared).collect();
        let squares: f64 = locals.iter().map(|it| step[*it].powi(2)).sum();
        if squares < 1e-12 {
            return None;
        }
        let products: f64 =
            locals.iter().map(|it| (self.rows.declared[self.of[*it]] - whole[*it]) * step[*it]).sum();
        let exact = products / squares;
        let round = |digits: i32| (exact * 10f64.powi(digits)).round() / 10f64.powi(digits);
        let near = |it: &f64| (it - exact).abs() < 20.0 * self.tolerance.max(1e-9) / squares.sqrt() + 1e-6;
        let weight = (1..=3).map(round).find(near).unwrap_or_else(|| round(3));
        (weight.abs() > 1e-9).then_some(weight)
    }

    /// pass@k: the best of each group alone.
    fn best_only(&self) -> Vec<Extra> {
        let mut found = Vec::new();
        let Some(layout) = self.layout(Key::Group, Unit::Rollout) else { return found };
        for column in self.whole() {
            let groups = Groups::new(layout, &column.values, false);
            for scale in [Scale::Nothing, Scale::Std { ddof: 1, epsilon: 1e-6 }] {
                found.extend(groups.best_only(scale).map(|values| Extra {
                    sources: column.names.clone(),
                    keys: layout.keys.clone(),
                    units: layout.units.clone(),
                    base: Base::BestOnly,
                    scale,
                    keeps_alone: false,
                    values,
                }));
            }
        }
        found
    }
}

/// The baseline of each episode: the mean before its own return is counted, or after (`before`: counted first).
fn moving_means(x: &[f64], sequence: &[usize], beta: f64, from_first: bool, before: bool) -> Vec<f64> {
    let mut known: std::collections::HashMap<usize, f64> = std::collections::HashMap::new();
    let of = |(x, sequence): (&f64, &usize)| {
        let old = *known.entry(*sequence).or_insert(if from_first { *x } else { 0.0 });
        let new = beta * old + (1.0 - beta) * x;
        known.insert(*sequence, new);
        if before { new } else { old }
    };
    x.iter().zip(sequence).map(of).collect()
}
