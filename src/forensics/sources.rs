//! What is compared, by row: returns, rewards of acts and agents, and sums of them over turns.

use super::parts::{BrokenOff, Source};
use super::rows::Rows;

/// A source with its names, the plainest first: those that are the same in this log are one.
pub(super) struct Column {
    pub(super) names: Vec<Source>,
    pub(super) values: Vec<f64>,
}

/// The order of rows in sequences of one number each, by turn.
fn by_turn(rows: &Rows, of: &[u32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|it| (of[*it], rows.turn[*it], *it));
    order
}

/// Discounted sums from each row on within its sequence; `after`: without the row itself.
fn to_go(rows: &Rows, order: &[usize], of: &[u32], gamma: f64, after: bool) -> Vec<f64> {
    let mut found = vec![0.0; rows.len()];
    let (mut sum, mut last) = (0.0, None);
    for at in order.iter().rev() {
        if last != Some(of[*at]) {
            (sum, last) = (0.0, Some(of[*at]));
        }
        let before = sum;
        sum = rows.act[*at] + gamma * sum;
        found[*at] = if after { before } else { sum };
    }
    found
}

/// All sources of the rows `of`, as `broken_off` has it.
pub(super) fn columns(
    rows: &Rows,
    of: &[usize],
    broken_off: BrokenOff,
    gammas: &[f64],
    logged: Option<f64>,
) -> Vec<Column> {
    let n = rows.len();
    let mut all: Vec<(Source, Vec<f64>)> = vec![(Source::Return, rows.total.clone())];
    let several = rows.agents.len() > 1;
    if rows.has_own {
        all.push((Source::Own, rows.own.clone()));
    }
    if rows.has_own && several {
        let mut own = std::collections::HashMap::new();
        (0..n).for_each(|at| _ = own.entry((rows.episode[at], rows.agent[at])).or_insert(rows.own[at]));
        let agents = rows.agents.len() as u32;
        let other = |at: usize| own.get(&(rows.episode[at], (rows.agent[at] + 1) % agents)).copied();
        all.push((Source::OtherOwn, (0..n).map(|it| other(it).unwrap_or(0.0)).collect()));
    }
    if rows.length.iter().any(|it| *it > 1.0) {
        all.push((Source::Act, rows.act.clone()));
        all.push((Source::PerTurn, (0..n).map(|it| rows.total[it] / rows.length[it]).collect()));
        let order = by_turn(rows, &rows.episode);
        let mut from_start = vec![0.0; n];
        let (mut sum, mut last) = (0.0, None);
        for at in &order {
            if last != Some(rows.episode[*at]) {
                (sum, last) = (0.0, Some(rows.episode[*at]));
            }
            sum += rows.act[*at];
            from_start[*at] = sum;
        }
        all.push((Source::FromStart, from_start));
        let agents = rows.agents.len() as u32;
        let parts: Vec<u32> = (0..n).map(|it| rows.episode[it] * agents + rows.agent[it]).collect();
        let by_part = by_turn(rows, &parts);
        for gamma in gammas.iter().copied().chain([1.0]) {
            all.push((Source::ToGo(gamma), to_go(rows, &order, &rows.episode, gamma, false)));
            all.push((Source::ToGoAfter(gamma), to_go(rows, &order, &rows.episode, gamma, true)));
            if rows.has_own && several {
                all.push((Source::OwnToGo(gamma), to_go(rows, &by_part, &parts, gamma, false)));
            }
        }
    }
    all.sort_by(|a, b| a.0.bits(logged).total_cmp(&b.0.bits(logged)));
    let mut found: Vec<Column> = Vec::new();
    for (name, values) in all {
        let zero = |at: &usize| broken_off == BrokenOff::AsZero && rows.broken_off[*at];
        let values: Vec<f64> = of.iter().map(|at| if zero(at) { 0.0 } else { values[*at] }).collect();
        let same = |it: &&mut Column| it.values.iter().zip(&values).all(|(a, b)| (a - b).abs() < 1e-12);
        match found.iter_mut().find(same) {
            Some(known) => known.names.push(name),
            None => found.push(Column { names: vec![name], values }),
        }
    }
    found
}
