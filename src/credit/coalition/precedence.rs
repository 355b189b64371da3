//! Shapley under precedence (Faigle and Kern 1992; asymmetric Shapley values, Frye et al. 2020): agents join
//! only after those they build on.
//!
//! The mean marginal contribution over the linear extensions of an order of agents. Without constraints it is
//! Shapley, along a chain the differences telescope, and only sets closed under predecessors need to be
//! logged (for a chain of n: n+1 values).
//!
//! Decided here: agent a comes before b if an act of a is a causal ancestor of b's *first* act. That cannot
//! run in a circle, since the ancestor is earlier. (Later acts may depend on each other both ways.)

use std::collections::BTreeMap;

use crate::model::{AgentId, LinkKind, Unavailable};

use super::super::figure;
use super::super::game::Coalition;
use super::super::method::{Family, Method, Need};
use super::super::question::{Question, missing};
use super::linear::Form;
use super::rows::BOUNDS;
use super::structured::{self, Divides, Structure};

/// The row of Shapley under precedence.
pub(in crate::credit) const METHOD: Method = Method {
    name: "precedence",
    title: "Shapley under precedence",
    family: Family::Coalition,
    needs: &[Need::Coalitions, Need::Parents],
    baselines: &[],
    params: BOUNDS,
    formula: "c_i = mean of v(before i + i) - v(before i) over the orders that respect who builds on whom",
    source: "Faigle and Kern 1992; Frye et al. 2020",
    caveats: &["who comes first is read from what the first act of each agent came from"],
    efficient: true,
    names_culprit: true,
    variant_of: None,
    aliases: &[("precedence_shapley", None), ("asymmetric_shapley", None)],
    compute: |question| structured::compute(question, structure),
    terms: |question, target| structured::terms(question, structure, target),
};

fn structure(question: &Question<'_>, players: &[AgentId]) -> Result<Structure, Unavailable> {
    let before = predecessors(question, players)?;
    let pairs: u32 = before.iter().map(|it| it.count_ones()).sum();
    let links = question.episode.act_ids().flat_map(|it| question.episode.links.parents(it));
    let inferred = links.filter(|it| it.kind == LinkKind::Inferred).count();
    let mut note = format!("{pairs} pairs ordered");
    if inferred > 0 {
        note.push_str(&format!(", {} inferred", figure::count(inferred, "link")));
    }
    Ok(Structure { form: form(&before)?, name: "precedence Shapley", note, divides: Divides::Team })
}

/// The most closed sets that are looked at.
const MOST: usize = 1 << 18;

/// The predecessors of each player, transitively.
///
/// # Errors
/// When no causal link between agents is logged.
pub(super) fn predecessors(question: &Question<'_>, players: &[AgentId]) -> Result<Vec<u64>, Unavailable> {
    let episode = question.episode;
    if episode.links.is_empty() {
        return Err(missing("no act says what it came from (`parents`)"));
    }
    let mut of_act: Vec<u64> = vec![0; episode.acts.len()];
    let mut before = vec![None::<u64>; players.len()];
    for (id, act) in episode.act_ids().zip(&episode.acts) {
        // Parents are earlier in the order of acts; if clocks disagree, only what is known so far counts.
        let mut ancestors = 0;
        for parent in episode.links.parents(id) {
            ancestors |= of_act[parent.act.index()];
            if let Ok(player) = players.binary_search(&episode.act(parent.act).agent) {
                ancestors |= 1 << player;
            }
        }
        of_act[id.index()] = ancestors;
        if let Ok(player) = players.binary_search(&act.agent) {
            before[player].get_or_insert(ancestors & !(1 << player));
        }
    }
    Ok(closed(before.into_iter().map(Option::unwrap_or_default).collect()))
}

/// The transitive closure. Leaves out what would run in a circle, the later player's constraint first.
pub(super) fn closed(mut before: Vec<u64>) -> Vec<u64> {
    loop {
        let mut changed = false;
        for player in 0..before.len() {
            let more = Coalition(before[player]).players().fold(before[player], |mask, it| mask | before[it]);
            let more = more & !(1 << player);
            changed |= more != before[player];
            before[player] = more;
        }
        if !changed {
            break;
        }
    }
    for player in 0..before.len() {
        let circle = Coalition(before[player]).players().filter(|it| before[*it] >> player & 1 == 1);
        before[player] &= !circle.fold(0, |mask, it| mask | 1 << it);
    }
    before
}

/// The form of an order of players, given the predecessors of each.
///
/// # Errors
/// When too many sets are closed.
pub(super) fn form(before: &[u64]) -> Result<Form, Unavailable> {
    let n = before.len();
    // Layer by layer: how many ways lead to each closed set.
    let mut layers: Vec<BTreeMap<u64, f64>> = vec![[(0, 1.0)].into()];
    let mut sets = 1;
    for _ in 0..n {
        let mut next: BTreeMap<u64, f64> = BTreeMap::new();
        for (mask, ways) in layers.last().into_iter().flatten() {
            for player in can_join(*mask, before) {
                *next.entry(mask | 1 << player).or_default() += ways;
            }
        }
        sets += next.len();
        if sets > MOST {
            return Err(missing(format!("the order of agents leaves more than {MOST} sets to look at")));
        }
        layers.push(next);
    }
    // Backwards: how many ways lead from each to everybody.
    let total = layers.last().and_then(|it| it.values().next()).copied().unwrap_or(1.0);
    let mut onward: BTreeMap<u64, f64> = layers.last().into_iter().flatten().map(|it| (*it.0, 1.0)).collect();
    let mut entries = Vec::new();
    for layer in layers.iter().rev().skip(1) {
        let mut here = BTreeMap::new();
        for (mask, ways) in layer {
            let mut all = 0.0;
            for player in can_join(*mask, before) {
                let with = mask | 1 << player;
                let rest = onward.get(&with).copied().unwrap_or(0.0);
                all += rest;
                let share = ways * rest / total;
                entries.push((Coalition(with), player, share));
                entries.push((Coalition(*mask), player, -share));
            }
            here.insert(*mask, all);
        }
        onward = here;
    }
    Form::of(n, entries)
}

fn can_join(mask: u64, before: &[u64]) -> impl Iterator<Item = usize> {
    (0..before.len()).filter(move |it| mask >> it & 1 == 0 && before[*it] & !mask == 0)
}
