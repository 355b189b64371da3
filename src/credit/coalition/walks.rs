//! The Shapley value from the walks a log holds. Whoever recorded a large team did not run all 2^n
//! coalitions, but some orders of joining, each from nobody to the whole team.
//!
//! A *walk* is a chain of logged coalitions from nobody to everybody, one more player at a time. Nothing that
//! is not logged is made up: an order with a missing coalition is no walk and counts for nothing.
//!
//! A log does not say which orders were run; they are read from the coalitions. Coalitions of one size belong
//! to different walks. So the size with the most coalitions that lie on complete walks tells how many walks
//! there are, and each of these coalitions stands for one. Near both ends walks meet (50 players begin in at
//! most 50 ways): the chains through one coalition of that size differ in how they got there or went on, and
//! weigh evenly in the sample of that coalition. The mean over the samples is the estimate, their spread its
//! standard error. A sample telescopes, so estimates sum to v(N) - v(0) for any number of walks. If all
//! coalitions are logged, this is the Shapley value itself.
//!
//! It estimates the Shapley value if the walks were drawn at random, which nobody can see in the log. Holes
//! in a table are not random draws: see [`Refusal::Holes`].

use std::collections::BTreeMap;

use crate::model::Estimate;
use crate::stats::Moments;

use super::super::game::Coalition;

/// At most this many steps between coalitions before giving up: well below a second.
const MOST_WORK: usize = 20_000_000;

/// What the walks of a log say.
#[derive(Debug)]
pub(super) struct LoggedWalks {
    /// By player.
    pub(super) estimates: Vec<Estimate>,
    /// How many walks there are.
    pub(super) walks: usize,
    /// Coalitions that lie on none.
    pub(super) unused: usize,
    /// The steps of all walks.
    pub(super) steps: Vec<Step>,
}

/// One player joins one coalition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) before: Coalition,
    pub(super) player: usize,
    /// The share of the walks in which that happens.
    pub(super) share: f64,
    /// What it adds.
    pub(super) value: f64,
}

/// Why there is no estimate.
#[derive(Debug, PartialEq)]
pub(super) enum Refusal {
    /// No walk is complete. Holds the largest coalition that can be reached from nobody, if v(nobody) is
    /// logged.
    NoWalk(Option<Coalition>),
    /// Most coalitions are logged: a table with holes, whose orders are not a random sample of all orders.
    Holes,
    /// Walks cross so often that they cannot be told apart.
    Tangled,
}

/// A logged coalition.
struct Node {
    mask: u64,
    value: f64,
    /// Chains that lead here from nobody.
    from: f64,
    /// Chains that lead on to everybody.
    to: f64,
}

impl Node {
    fn on_a_walk(&self) -> bool {
        self.from > 0.0 && self.to > 0.0
    }
}

/// The estimate for `n` players (at most 64) from the coalitions in `known`, ascending by mask.
pub(super) fn estimate(n: usize, known: &[(Coalition, f64)]) -> Result<LoggedWalks, Refusal> {
    if n < 64 && known.len() as u64 > 1 << n.saturating_sub(1) {
        return Err(Refusal::Holes);
    }
    of_chains(n, known)
}

fn of_chains(n: usize, known: &[(Coalition, f64)]) -> Result<LoggedWalks, Refusal> {
    let mut sizes: Vec<Vec<Node>> = (0..=n).map(|_| Vec::new()).collect();
    for (coalition, value) in known {
        sizes[coalition.size()].push(Node { mask: coalition.0, value: *value, from: 0.0, to: 0.0 });
    }
    count_chains(n, &mut sizes);
    let whole = sizes[n].first().is_some_and(Node::on_a_walk);
    if !whole {
        let reached = sizes.iter().rev().flatten().find(|it| it.from > 0.0);
        return Err(Refusal::NoWalk(reached.map(|it| Coalition(it.mask))));
    }
    let walks = |size: &Vec<Node>| size.iter().filter(|it| it.on_a_walk()).count();
    let widest = (0..=n).max_by_key(|it| (walks(&sizes[*it]), std::cmp::Reverse(*it))).unwrap_or(0);
    let through: Vec<usize> = (0..sizes[widest].len()).filter(|it| sizes[widest][*it].on_a_walk()).collect();
    let mut moments = vec![Moments::default(); n];
    let mut steps: BTreeMap<(u64, usize), (f64, f64)> = BTreeMap::new();
    let mut work = 0;
    for at in &through {
        let mut sample = vec![0.0; n];
        let mut take = |before: &Node, player: usize, share: f64, after: &Node| {
            let value = after.value - before.value;
            sample[player] += share * value;
            let step = steps.entry((before.mask, player)).or_insert((0.0, value));
            step.0 += share / through.len() as f64;
        };
        work += follow(&sizes, widest, *at, Way::Back, &mut take);
        work += follow(&sizes, widest, *at, Way::On, &mut take);
        if work > MOST_WORK {
            return Err(Refusal::Tangled);
        }
        for (moments, value) in moments.iter_mut().zip(sample) {
            moments.add(value);
        }
    }
    let n_walks = u32::try_from(through.len()).unwrap_or(u32::MAX);
    let estimate = |it: &Moments| match (it.mean(), it.standard_error()) {
        (Some(mean), Some(error)) => Estimate::with_standard_error(mean, error, Some(n_walks)),
        (mean, _) => Estimate { n: Some(n_walks), ..Estimate::exact(mean.unwrap_or(f64::NAN)) },
    };
    let used: usize = sizes.iter().map(walks).sum();
    let step = |((mask, player), (share, value)): ((u64, usize), (f64, f64))| Step {
        before: Coalition(mask),
        player,
        share,
        value,
    };
    Ok(LoggedWalks {
        estimates: moments.iter().map(estimate).collect(),
        walks: through.len(),
        unused: known.len() - used,
        steps: steps.into_iter().map(step).collect(),
    })
}

/// How many chains lead from nobody to each coalition, and from it to everybody. As floats: 64! is 1e89.
fn count_chains(n: usize, sizes: &mut [Vec<Node>]) {
    sizes[0].iter_mut().for_each(|it| it.from = 1.0);
    sizes[n].iter_mut().for_each(|it| it.to = 1.0);
    for size in 1..=n {
        let (below, here) = sizes.split_at_mut(size);
        let below = &below[size - 1];
        for node in &mut here[0] {
            node.from = members(node.mask)
                .filter_map(|it| find(below, node.mask & !(1 << it)))
                .map(|it| below[it].from)
                .sum();
        }
    }
    for size in (0..n).rev() {
        let (here, above) = sizes.split_at_mut(size + 1);
        let above = &above[0];
        for node in &mut here[size] {
            let joining = Coalition::all(n).0 & !node.mask;
            node.to = members(joining)
                .filter_map(|it| find(above, node.mask | 1 << it))
                .map(|it| above[it].to)
                .sum();
        }
    }
}

/// Which way along chains.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// To nobody.
    Back,
    /// To everybody.
    On,
}

/// Takes every step of the chains from the coalition at `sizes[size][at]` on, each with the share of the
/// chains that take it. Returns how many steps it looked at.
fn follow(
    sizes: &[Vec<Node>],
    size: usize,
    at: usize,
    way: Way,
    take: &mut impl FnMut(&Node, usize, f64, &Node),
) -> usize {
    let n = sizes.len() - 1;
    let mut here = BTreeMap::from([(at, 1.0)]);
    let (mut size, mut work) = (size, 0);
    while size != if way == Way::Back { 0 } else { n } {
        let next_size = if way == Way::Back { size - 1 } else { size + 1 };
        let mut next = BTreeMap::new();
        for (at, share) in here {
            let node = &sizes[size][at];
            let players = if way == Way::Back { node.mask } else { Coalition::all(n).0 & !node.mask };
            for player in members(players) {
                work += 1;
                let Some(to) = find(&sizes[next_size], node.mask ^ 1 << player) else { continue };
                let other = &sizes[next_size][to];
                let (chains, all, before, after) = match way {
                    Way::Back => (other.from, node.from, other, node),
                    Way::On => (other.to, node.to, node, other),
                };
                if chains > 0.0 {
                    let share = share * chains / all;
                    take(before, player, share, after);
                    *next.entry(to).or_insert(0.0) += share;
                }
            }
        }
        here = next;
        size = next_size;
    }
    work
}

fn find(nodes: &[Node], mask: u64) -> Option<usize> {
    nodes.binary_search_by_key(&mask, |it| it.mask).ok()
}

fn members(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let player = (mask != 0).then(|| mask.trailing_zeros() as usize)?;
        mask &= mask - 1;
        Some(player)
    })
}

#[cfg(test)]
mod tests;
