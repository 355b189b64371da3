//! Advantages of one source over one layout, before anything is done to all of them at once.

use super::layout::Layout;
use super::parts::{Base, EPSILONS, Scale};

/// What is known of the groups of a layout for one source.
#[derive(Clone, Debug)]
pub(super) struct Groups<'a> {
    pub(super) layout: &'a Layout,
    /// The source by row, and by sample.
    x: &'a [f64],
    of_sample: Vec<f64>,
    mean: Vec<f64>,
    /// Roots of the mean square from the mean, over n and over n - 1.
    std: [Vec<f64>; 2],
    most: Vec<f64>,
    median: Vec<f64>,
    mad: Vec<f64>,
}

impl<'a> Groups<'a> {
    /// `medians`: also those, which take a sort.
    pub(super) fn new(layout: &'a Layout, x: &'a [f64], medians: bool) -> Self {
        let samples = layout.group.len();
        let groups = layout.samples.len();
        let mut of_sample = vec![0.0; samples];
        if layout.first {
            for (local, at) in layout.sample.iter().enumerate().rev() {
                of_sample[*at as usize] = x[local];
            }
        } else {
            layout.sample.iter().zip(x).for_each(|(at, x)| of_sample[*at as usize] += x);
            of_sample.iter_mut().zip(&layout.rows).for_each(|(sum, n)| *sum /= n);
        }
        let mut mean = vec![0.0; groups];
        let mut most = vec![f64::NEG_INFINITY; groups];
        let mut size = vec![0.0_f64; groups];
        let mut weight = vec![0.0; groups];
        for (at, x) in of_sample.iter().enumerate() {
            let group = layout.group[at] as usize;
            let share = layout.tokens.as_ref().map_or(1.0, |it| it[at]);
            mean[group] += share * x;
            weight[group] += share;
            most[group] = most[group].max(*x);
            size[group] = size[group].max(x.abs());
        }
        mean.iter_mut().zip(&weight).for_each(|(sum, n)| *sum /= n.max(1e-300));
        let mut squares = vec![0.0; groups];
        for (at, x) in of_sample.iter().enumerate() {
            let group = layout.group[at] as usize;
            squares[group] += (x - mean[group]).powi(2);
        }
        let root = |ddof: f64| {
            let of = |(at, squares): (usize, &f64)| {
                let std = (squares / (layout.samples[at] - ddof).max(1.0)).sqrt();
                if std <= 1e-12 * size[at] { 0.0 } else { std }
            };
            squares.iter().enumerate().map(of).collect::<Vec<f64>>()
        };
        let std = [root(0.0), root(1.0)];
        let (median, mad) = if medians { spreads(layout, &of_sample) } else { (Vec::new(), Vec::new()) };
        Self { layout, x, of_sample, mean, std, most, median, mad }
    }

    fn scale(&self, scale: Scale, group: usize) -> f64 {
        match scale {
            Scale::Nothing => 1.0,
            Scale::Std { ddof, epsilon } => self.std[usize::from(ddof)][group] + epsilon,
            Scale::Root { ddof, epsilon } => (self.std[usize::from(ddof)][group].powi(2) + epsilon).sqrt(),
            Scale::Mad { factor, epsilon } => factor * self.mad[group] + epsilon,
        }
    }

    /// The advantage of a row. `keeps_alone`: what is alone in its group keeps its number, as in verl.
    pub(super) fn advantage(&self, local: usize, base: Base, scale: Scale, keeps_alone: bool) -> f64 {
        let sample = self.layout.sample[local] as usize;
        let group = self.layout.group[sample] as usize;
        let (x, n) = (self.x[local], self.layout.samples[group]);
        if n == 1.0 && !matches!((base, scale), (Base::Nothing, Scale::Nothing)) {
            let epsilon = if let Scale::Std { epsilon, .. } = scale { epsilon } else { 0.0 };
            return match (keeps_alone, base) {
                (true, _) => x / (1.0 + epsilon),
                (false, Base::Nothing) => {
                    let scale = self.scale(scale, group);
                    if scale > 0.0 { x / scale } else { 0.0 }
                }
                (false, _) => 0.0,
            };
        }
        let above = match base {
            Base::Mean => x - self.mean[group],
            Base::Others => x - (n * self.mean[group] - self.of_sample[sample]) / (n - 1.0).max(1.0),
            Base::Best => x - self.most[group],
            Base::Median => x - self.median[group],
            _ => x,
        };
        let scale = self.scale(scale, group);
        if scale > 0.0 { above / scale } else { 0.0 }
    }

    /// How far an error of the source may carry over to the advantage of a row.
    pub(super) fn reach(&self, local: usize, value: f64, scale: Scale, error: f64) -> f64 {
        let group = self.layout.group[self.layout.sample[local] as usize] as usize;
        let of_scale = match scale {
            Scale::Mad { factor, .. } => 2.0 * factor,
            _ => 1.5,
        };
        let scale = if scale == Scale::Nothing { 1.0 } else { self.scale(scale, group).max(3.0 * error) };
        error * (2.0 + of_scale * value.abs()) / scale
    }

    /// The best of each group alone keeps its lead over the second best; `None`: a group has no second.
    pub(super) fn best_only(&self, scale: Scale) -> Option<Vec<f64>> {
        let groups = self.layout.samples.len();
        let mut second = vec![f64::NEG_INFINITY; groups];
        let mut winner: Vec<Option<usize>> = vec![None; groups];
        for (at, x) in self.of_sample.iter().enumerate() {
            let group = self.layout.group[at] as usize;
            if *x == self.most[group] && winner[group].is_none() {
                winner[group] = Some(at);
            } else {
                second[group] = second[group].max(*x);
            }
        }
        if second.iter().any(|it| !it.is_finite()) {
            return None;
        }
        let of = |local: usize| {
            let sample = self.layout.sample[local] as usize;
            let group = self.layout.group[sample] as usize;
            let scale = self.scale(scale, group);
            if winner[group] == Some(sample) && scale > 0.0 {
                (self.most[group] - second[group]) / scale
            } else {
                0.0
            }
        };
        Some((0..self.x.len()).map(of).collect())
    }
}

/// The median of each group, and the median distance from it.
fn spreads(layout: &Layout, of_sample: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut by_group: Vec<Vec<f64>> = vec![Vec::new(); layout.samples.len()];
    of_sample.iter().zip(&layout.group).for_each(|(x, group)| by_group[*group as usize].push(*x));
    let median = |values: &mut Vec<f64>| {
        values.sort_by(f64::total_cmp);
        let n = values.len();
        if n == 0 { 0.0 } else { (values[(n - 1) / 2] + values[n / 2]) / 2.0 }
    };
    let medians: Vec<f64> = by_group.iter_mut().map(median).collect();
    let far = by_group.into_iter().zip(&medians);
    let mads = far.map(|(it, from)| median(&mut it.into_iter().map(|it| (it - from).abs()).collect()));
    (medians.clone(), mads.collect())
}

/// Every scale that a trainer is known to use: none, those of a standard deviation, and those of the median distance.
pub(super) fn scales() -> Vec<Scale> {
    let mut all = vec![Scale::Nothing];
    for ddof in [1, 0] {
        all.extend(EPSILONS.map(|epsilon| Scale::Std { ddof, epsilon }));
        all.extend(EPSILONS[2..].iter().map(|epsilon| Scale::Root { ddof, epsilon: *epsilon }));
    }
    for factor in [1.0, 1.4826] {
        all.extend(EPSILONS.map(|epsilon| Scale::Mad { factor, epsilon }));
    }
    all
}
