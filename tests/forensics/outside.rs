//! Fifty formulas that are in no grammar: what they give must get no name.

use super::logs::{Made, Row};
use super::plant::median;

/// A formula: the return, all returns of the group, the row and its rollout.
pub type Formula = fn(f64, &[f64], &Row, &Made) -> f64;

fn m(v: &[f64]) -> f64 {
    v.iter().sum::<f64>() / v.len() as f64
}

fn s(v: &[f64]) -> f64 {
    let squares: f64 = v.iter().map(|it| (it - m(v)).powi(2)).sum();
    (squares / (v.len() as f64 - 1.0).max(1.0)).sqrt() + 1e-6
}

fn most(v: &[f64]) -> f64 {
    v.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn least(v: &[f64]) -> f64 {
    v.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The quantile as numpy interpolates it.
fn quantile(v: &[f64], q: f64) -> f64 {
    let mut v = v.to_vec();
    v.sort_by(f64::total_cmp);
    let at = q * (v.len() - 1) as f64;
    let low = v[at.floor() as usize];
    low + (v[at.ceil() as usize] - low) * at.fract()
}

fn sign(of: f64, size: f64) -> f64 {
    if of < 0.0 { -size } else { size }
}

fn turn(row: &Row) -> f64 {
    row.turn as f64
}

/// All of them with a name.
pub const ALL: [(&str, Formula); 50] = [
    ("tanh z", |x, v, _, _| ((x - m(v)) / s(v)).tanh()),
    ("A|A|", |x, v, _, _| (x - m(v)) * (x - m(v)).abs()),
    ("signed root", |x, v, _, _| sign(x - m(v), (x - m(v)).abs().sqrt())),
    ("relu", |x, v, _, _| (x - m(v)).max(0.0)),
    ("leaky", |x, v, _, _| (x - m(v)) * if x > m(v) { 1.0 } else { 0.3 }),
    ("losses halved", |x, v, _, _| (x - m(v)) / s(v) * if x > m(v) { 1.0 } else { 0.5 }),
    ("softmax", |x, v, _, _| x.exp() / v.iter().map(|it| it.exp()).sum::<f64>() - 1.0 / v.len() as f64),
    ("exp weight", |x, v, _, _| ((x - m(v)) / 2.0).exp() - 1.0),
    ("log", |x, v, _, _| {
        let log = |it: f64| (2.5 + it.max(-2.0)).ln();
        log(x) - v.iter().map(|it| log(*it)).sum::<f64>() / v.len() as f64
    }),
    ("rank", |x, v, _, _| {
        let below = v.iter().filter(|it| **it < x).count() as f64;
        let equal = v.iter().filter(|it| **it == x).count() as f64;
        (below + 0.5 * equal) / v.len() as f64 - 0.47
    }),
    ("upper quartile", |x, v, _, _| x - quantile(v, 0.75) - 0.01),
    ("lower third", |x, v, _, _| x - quantile(v, 0.3) * 0.97),
    ("third of best", |x, v, _, _| x - 0.31 * most(v)),
    ("range baseline", |x, v, _, _| x - m(v) - 0.1 * (most(v) - least(v))),
    ("midrange shifted", |x, v, _, _| x - 0.5 * (least(v) + most(v)) - 0.013),
    ("range scale", |x, v, _, _| (x - m(v)) / (most(v) - least(v) + 0.3)),
    ("rms scale", |x, v, _, _| {
        let rms = (v.iter().map(|it| it * it).sum::<f64>() / v.len() as f64).sqrt();
        (x - m(v)) / (rms + 1e-6)
    }),
    ("variance scale", |x, v, _, _| (x - m(v)) / (s(v).powi(2) + 0.1)),
    ("ddof 2", |x, v, _, _| {
        let n = v.len() as f64;
        (x - m(v)) / (s(v) * ((n - 1.0) / (n - 2.0).max(0.5)).sqrt() + 1e-6)
    }),
    ("eps 0.1", |x, v, _, _| (x - m(v)) / (s(v) + 0.1)),
    ("eps 0.01", |x, v, _, _| (x - m(v)) / (s(v) + 0.01)),
    ("beta prior", |x, v, _, _| x - (v.iter().sum::<f64>() + 1.0) / (v.len() as f64 + 2.0)),
    ("shrunk", |x, v, _, _| x - (v.iter().sum::<f64>() + 1.2) / (v.len() as f64 + 3.0)),
    ("constant", |x, _, _, _| x - 0.37),
    ("scaled", |x, v, _, _| 0.7 * (x - m(v))),
    ("by 13", |x, v, _, _| (x - m(v)) / 13.0),
    ("cube", |x, v, _, _| (x - m(v)).powi(3)),
    ("difficulty", |x, v, _, _| (x - m(v)) * (1.2 - m(v))),
    ("p (1 - p)", |x, v, _, _| (x - m(v)) / ((m(v) * (1.0 - m(v))).max(0.0) + 0.05).sqrt()),
    ("root n", |x, v, _, _| (x - m(v)) * (v.len() as f64).sqrt()),
    ("geometric", |x, v, _, _| {
        x - (v.iter().map(|it| (it.abs() + 0.3).ln()).sum::<f64>() / v.len() as f64).exp()
    }),
    ("linear decay", |x, v, row, _| (x - m(v)) * (1.0 - 0.13 * turn(row) / row.length as f64)),
    ("turn bonus", |x, v, row, _| x - m(v) + 0.03 * turn(row)),
    ("length penalty", |x, v, row, it| x - m(v) - 0.002 * it.tokens[row.turn] as f64),
    ("length baseline", |x, v, row, _| x - m(v) - 0.017 * (row.length as f64 - 2.3)),
    ("exploration", |x, v, row, _| (x - m(v)) / s(v) + 0.1 * ((row.at * 7919) % 13) as f64 / 13.0),
    ("sine", |x, v, _, _| (3.0 * (x - m(v)) + 0.2).sin()),
    ("soft clip", |x, v, _, _| (x - m(v)) / (1.0 + (x - m(v)).abs())),
    ("uneven clip", |x, v, _, _| (x - m(v)).clamp(-0.2, 0.45) + 0.001),
    ("winsor", |x, v, _, _| ((x - m(v)) / s(v)).clamp(-1.3, 1.1) * 1.02),
    ("huber", |x, v, _, _| {
        let a = x - m(v);
        if a.abs() < 0.31 { a } else { sign(a, 0.31 + 0.5 * (a.abs() - 0.31)) }
    }),
    ("half best", |x, v, _, _| x - 0.5 * (m(v) + most(v))),
    ("mixed median", |x, v, _, _| x - (0.6 * m(v) + 0.4 * median(v)) + 0.002),
    ("pairwise", |x, v, _, _| {
        v.iter().map(|it| 1.0 / (1.0 + (-2.0 * (x - it)).exp())).sum::<f64>() / v.len() as f64 - 0.5
    }),
    ("noise", |x, v, row, _| x - m(v) + 0.02 * (row.at as f64 * 12.9898).sin()),
    ("agent weight", |x, v, row, _| (x - m(v)) * [1.0, 0.8, 1.3, 0.6][row.agent] * 1.07),
    ("dropped", |x, v, row, _| if (row.at * 2_654_435_761) % 11 == 0 { 0.0 } else { (x - m(v)) * 0.93 }),
    ("power 1.5", |x, v, _, _| sign(x - m(v), (x - m(v)).abs().powf(1.5))),
    ("square of rank", |x, v, _, _| {
        let below = v.iter().filter(|it| **it < x).count() as f64 / v.len() as f64;
        below * below - 0.21
    }),
    ("loo shrunk", |x, v, _, _| x - 0.9 * (v.iter().sum::<f64>() - x) / (v.len() as f64 - 1.0).max(1.0)),
];
