//! The fit of a table: a conditional logit with weights that are bounded to one sign each.
//!
//! ```text
//! loss(w) = sum over failures of  log(sum over acts of exp(w_k . x)) - w_k . x of the act named   +  sum of l * w^2
//! w_chat = shared + of chats,  w_lead = shared + of logs with a lead
//! ```
//!
//! It is convex, so there is one best table: descent by the gradient, projected on the bounds, accelerated (Beck and
//! Teboulle 2009, with a restart where the loss rises).

use super::signals::{COUNT, Row};

/// Penalty of the shared weights and of those of one kind.
const SHARED: f64 = 2.0;
const OWN: f64 = 4.0;
/// Part of the penalty for `tool` and `human`, which are nearly facts.
const FREE: f64 = 0.1;
/// The sign that each weight may have, in the order of [`super::signals::NAMES`].
const SIGNS: [f64; COUNT] = [
    -1.0, -1.0, -1.0, -1.0, -1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0,
    1.0, 1.0, -1.0,
];
/// The most steps, and the length of a step below which nothing changes any more.
const STEPS: usize = 2_000;
const LEAST_STEP: f64 = 1e-6;

/// One failure: the signals of its acts, and which of them was named.
#[derive(Clone, Debug)]
pub(super) struct Named<'a> {
    pub(super) rows: &'a [Row],
    pub(super) row: usize,
    pub(super) has_lead: bool,
}

/// Weights for chats and for logs with a lead.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Of chats, in the order of the signals.
    pub chat: [f64; COUNT],
    /// Of logs with a lead.
    pub lead: [f64; COUNT],
}

impl Fit {
    /// The weights for one kind.
    pub(super) fn of(&self, has_lead: bool) -> &[f64; COUNT] {
        if has_lead { &self.lead } else { &self.chat }
    }
}

/// All weights: shared, of logs with a lead, of chats.
type Blocks = [[f64; COUNT]; 3];

/// The best table for these failures.
pub(super) fn fit(failures: &[Named<'_>]) -> Fit {
    let mut at: Blocks = [[0.0; COUNT]; 3];
    let (mut ahead, mut momentum, mut step) = (at, 1.0_f64, 1.0);
    let mut loss = value(&at, failures).0;
    for _ in 0..STEPS {
        let (here, gradient) = value(&ahead, failures);
        let (next, found) = loop {
            let next = projected(&ahead, &gradient, step);
            let (found, moved) = (value(&next, failures).0, difference(&next, &ahead));
            let bound = here + dot(&gradient, &moved) + dot(&moved, &moved) / (2.0 * step);
            if found <= bound + 1e-12 * bound.abs() || step < 1e-12 {
                break (next, found);
            }
            step /= 2.0;
        };
        let moved = difference(&next, &at);
        if found > loss && momentum > 1.0 {
            // It went too far: from here without what it gathered.
            (ahead, momentum) = (at, 1.0);
            continue;
        }
        let gathered = (1.0 + (1.0 + 4.0 * momentum * momentum).sqrt()) / 2.0;
        ahead = next;
        add(&mut ahead, &moved, (momentum - 1.0) / gathered);
        (at, momentum, loss) = (next, gathered, found);
        if dot(&moved, &moved).sqrt() < LEAST_STEP {
            break;
        }
    }
    let of = |own: usize| std::array::from_fn(|it| at[0][it] + at[own][it]);
    Fit { lead: of(1), chat: of(2) }
}

fn penalty(block: usize, signal: usize) -> f64 {
    let base = if block == 0 { SHARED } else { OWN };
    if signal < 2 { FREE * base } else { base }
}

/// The loss and its gradient.
fn value(w: &Blocks, failures: &[Named<'_>]) -> (f64, Blocks) {
    let (mut loss, mut gradient) = (0.0, [[0.0; COUNT]; 3]);
    for it in failures {
        let own = if it.has_lead { 1 } else { 2 };
        let weights: [f64; COUNT] = std::array::from_fn(|at| w[0][at] + w[own][at]);
        let score = |row: &Row| row.iter().zip(&weights).map(|it| it.0 * it.1).sum::<f64>();
        let scores: Vec<f64> = it.rows.iter().map(score).collect();
        let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = scores.iter().map(|it| (it - most).exp()).sum();
        loss += sum.ln() + most - scores[it.row];
        for (at, (row, score)) in it.rows.iter().zip(&scores).enumerate() {
            let p = (score - most).exp() / sum - f64::from(u8::from(at == it.row));
            for signal in 0..COUNT {
                gradient[0][signal] += p * row[signal];
                gradient[own][signal] += p * row[signal];
            }
        }
    }
    for block in 0..3 {
        for signal in 0..COUNT {
            let (penalty, weight) = (penalty(block, signal), w[block][signal]);
            loss += penalty * weight * weight;
            gradient[block][signal] += 2.0 * penalty * weight;
        }
    }
    (loss, gradient)
}

/// A step down the gradient, and back to the bounds.
fn projected(from: &Blocks, gradient: &Blocks, step: f64) -> Blocks {
    let bounded = |it: f64, sign: f64| if it * sign < 0.0 { 0.0 } else { it };
    std::array::from_fn(|block| {
        std::array::from_fn(|at| bounded(from[block][at] - step * gradient[block][at], SIGNS[at]))
    })
}

fn difference(a: &Blocks, b: &Blocks) -> Blocks {
    std::array::from_fn(|block| std::array::from_fn(|at| a[block][at] - b[block][at]))
}

fn add(to: &mut Blocks, more: &Blocks, times: f64) {
    to.iter_mut().flatten().zip(more.iter().flatten()).for_each(|(to, more)| *to += times * more);
}

fn dot(a: &Blocks, b: &Blocks) -> f64 {
    a.iter().flatten().zip(b.iter().flatten()).map(|it| it.0 * it.1).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Failures of two acts each, of which one has the signal; it was named in `named` of `of`.
    fn rows(signal: usize) -> [Row; 2] {
        let mut with = [0.0; COUNT];
        with[signal] = 1.0;
        [with, [0.0; COUNT]]
    }

    fn failures(rows: &[Row; 2], named: usize, of: usize) -> Vec<Named<'_>> {
        (0..of).map(|at| Named { rows, row: usize::from(at >= named), has_lead: false }).collect()
    }

    #[test]
    fn one_signal_has_the_weight_that_its_equation_says() {
        // With weight s + c, s shared and c of chats: s = 2c, as the penalties 2 and 4 are in that ratio, so the whole is
        // w = 3c. The loss is n log(1 + e^w) - k w + 2 s^2 + 4 c^2 = ... + (4/3) w^2, and at its least
        // n / (1 + e^-w) - k + (8/3) w = 0.
        let (n, k, signal) = (40.0, 30.0, 5);
        let rows = rows(signal);
        let w = fit(&failures(&rows, 30, 40)).chat[signal];
        let slope = n / (1.0 + (-w).exp()) - k + 8.0 / 3.0 * w;
        assert!(slope.abs() < 1e-3, "{w}: {slope}");
        assert!(w > 0.3 && w < 1.1, "log(30 / 10) = 1.1 without a penalty: {w}");
    }

    #[test]
    fn a_weight_keeps_to_its_sign_and_what_is_not_there_has_none() {
        let of = rows(5);
        // Named where the signal is missing: it would be negative.
        let found = fit(&failures(&of, 5, 40));
        assert_eq!(found.chat[5], 0.0);
        let of = rows(18);
        let found = fit(&failures(&of, 5, 40));
        assert!(found.chat[18] < 0.0);
        assert!(found.chat.iter().enumerate().all(|it| it.0 == 18 || *it.1 == 0.0));
        // What is shared reaches logs with a lead, which had none of their own.
        assert!(found.lead[18] < 0.0 && found.lead[18] > found.chat[18]);
    }

    #[test]
    fn without_failures_nothing_weighs() {
        assert_eq!(fit(&[]), Fit { chat: [0.0; COUNT], lead: [0.0; COUNT] });
    }
}
