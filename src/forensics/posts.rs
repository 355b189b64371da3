//! What is done to all advantages at once: normalised again, clipped, flipped.

use super::parts::{EPSILONS, Post, Weight};
use super::rows::Rows;

/// How often each row counts, where all of them are made one batch. Equal columns are one.
pub(super) struct Weights {
    pub(super) columns: Vec<(Weight, Vec<f64>)>,
}

impl Weights {
    pub(super) fn new(rows: &Rows, of: &[usize]) -> Self {
        let count = |key: &dyn Fn(usize) -> (u32, u32)| {
            let mut n = std::collections::HashMap::new();
            of.iter().for_each(|it| *n.entry(key(*it)).or_insert(0.0) += 1.0);
            of.iter().map(|it| 1.0 / n[&key(*it)]).collect::<Vec<f64>>()
        };
        let mut all = vec![
            (Weight::Act, vec![1.0; of.len()]),
            (Weight::Rollout, count(&|it| (rows.unit[it], 0))),
            (Weight::Part, count(&|it| (rows.unit[it], rows.agent[it] + 1))),
        ];
        if of.iter().any(|it| rows.tokens[*it] > 0.0) {
            all.push((Weight::Token, of.iter().map(|it| rows.tokens[*it]).collect()));
        }
        let mut columns: Vec<(Weight, Vec<f64>)> = Vec::new();
        for (name, column) in all {
            if !columns.iter().any(|it| it.1 == column) {
                columns.push((name, column));
            }
        }
        Self { columns }
    }
}

/// Mean and population variance, each row with its weight.
fn moments(values: &[f64], weight: &[f64]) -> (f64, f64, f64) {
    let n: f64 = weight.iter().sum();
    let mean = values.iter().zip(weight).map(|(it, w)| it * w).sum::<f64>() / n;
    let variance = values.iter().zip(weight).map(|(it, w)| w * (it - mean).powi(2)).sum::<f64>() / n;
    (n, mean, variance)
}

/// A shift and a scale of all advantages: `(A - shift) / scale`.
pub(super) struct Affine {
    pub(super) post: Post,
    pub(super) shift: f64,
    pub(super) scale: f64,
}

/// Every normalisation of all advantages. `source`: what they were made of, where they were not divided by anything.
pub(super) fn normalisations(
    values: &[f64],
    weights: &Weights,
    source: Option<&[f64]>,
    falls: bool,
) -> Vec<Affine> {
    let mut found = Vec::new();
    for (by, weight) in &weights.columns {
        let (n, mean, variance) = moments(values, weight);
        if variance <= 1e-18 {
            continue;
        }
        for ddof in [0_u8, 1] {
            let correction = if ddof == 1 && n > 1.0 { n / (n - 1.0) } else { 1.0 };
            for (root, epsilon) in [(true, 1e-8), (false, 1e-6), (false, 1e-4), (false, 0.0)] {
                let variance = variance * correction;
                let scale = if root { (variance + epsilon).sqrt() } else { variance.sqrt() + epsilon };
                let by = *by;
                found.push(if falls {
                    let post = Post::WhitenedFlipped { by, ddof, root, epsilon };
                    Affine { post, shift: mean, scale: -scale }
                } else {
                    Affine { post: Post::Whitened { by, ddof, root, epsilon }, shift: mean, scale }
                });
            }
        }
    }
    if let Some(source) = source.filter(|_| !falls) {
        for (by, weight) in weights.columns.iter().filter(|it| it.0 != Weight::Token) {
            let (n, _, variance) = moments(source, weight);
            for ddof in [1_u8, 0] {
                let correction = if ddof == 1 && n > 1.0 { n / (n - 1.0) } else { 1.0 };
                let std = (variance * correction).sqrt();
                if std <= 1e-12 {
                    continue;
                }
                for epsilon in EPSILONS {
                    let post = Post::BatchStd { by: *by, ddof, epsilon };
                    found.push(Affine { post, shift: 0.0, scale: std + epsilon });
                }
            }
        }
        let weight = weights.columns.iter().find(|it| it.0 == Weight::Rollout).or(weights.columns.first());
        if let Some((_, weight)) = weight {
            let all: f64 = weight.iter().sum();
            let counted: f64 = weight.iter().zip(source).filter(|it| it.1.abs() > 0.0).map(|it| it.0).sum();
            if counted > 0.0 {
                found.push(Affine { post: Post::NonZero, shift: 0.0, scale: counted / all });
            }
        }
    }
    found
}
