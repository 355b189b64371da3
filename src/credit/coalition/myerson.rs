//! The Myerson value (Myerson 1977): Shapley if only agents that can talk to each other work together.
//!
//! A coalition earns what its connected parts earn: `v^g(S) = v(0) + sum over parts C of [v(C) - v(0)]`. The
//! Shapley value of that game has a closed form over connected sets C with b neighbours outside: an agent
//! inside gets `(c-1)! b!/(c+b)!` of `v(C) - v(0)`, a neighbour `-c! (b-1)!/(c+b)!`, and the others nothing
//! (they change neither whether C is whole nor whether it is a part). So only connected coalitions need to be
//! logged.
//!
//! Decided here: the graph is the declared one if the log declares edges, and otherwise that of messages and
//! causal links between agents. Directions and weights do not matter.

use crate::model::{ActKind, AgentId, Unavailable};

use super::super::figure;
use super::super::game::Coalition;
use super::super::method::{Family, Method, Need};
use super::super::question::{Question, missing};
use super::linear::Form;
use super::rows::BOUNDS;
use super::structured::{self, Divides, Structure};

/// The row of Myerson value (graph).
pub(in crate::credit) const METHOD: Method = Method {
    name: "myerson",
    title: "Myerson value (graph)",
    family: Family::Coalition,
    needs: &[Need::Coalitions, Need::Graph],
    baselines: &[],
    params: BOUNDS,
    formula: "c_i = Shapley of v^g(S) = v(0) + sum over connected parts C of [v(C) - v(0)]",
    source: "Myerson 1977",
    caveats: &["agents that are not connected are taken to earn apart"],
    efficient: true,
    names_culprit: true,
    variant_of: None,
    aliases: &[("myerson", None), ("myerson_value", None)],
    compute: |question| structured::compute(question, structure),
    terms: |question, target| structured::terms(question, structure, target),
};

fn structure(question: &Question<'_>, players: &[AgentId]) -> Result<Structure, Unavailable> {
    let graph = neighbours(question, players)?;
    let edges: u32 = graph.masks.iter().map(|it| it.count_ones()).sum::<u32>() / 2;
    let from = if graph.declared { "declared" } else { "from messages and links" };
    let mut left = Coalition::all(players.len()).0;
    let mut parts = Vec::new();
    while left != 0 {
        let part = part(left, &graph.masks);
        parts.push(Coalition(part));
        left &= !part;
    }
    Ok(Structure {
        form: form(&graph.masks)?,
        name: "Myerson",
        note: format!("{}, {from}", figure::count(edges as usize, "edge")),
        // It divides what the connected parts earn, which may be less than v(N).
        divides: Divides::Parts(parts),
    })
}

/// The neighbours of each player, and where that comes from.
pub(super) struct Neighbours {
    pub(super) masks: Vec<u64>,
    pub(super) declared: bool,
}

/// The interaction graph among the players.
///
/// # Errors
/// When nobody is connected.
pub(super) fn neighbours(question: &Question<'_>, players: &[AgentId]) -> Result<Neighbours, Unavailable> {
    let episode = question.episode;
    let declared = !episode.edges.is_empty();
    let player = |agent: AgentId| players.binary_search(&agent).ok();
    let mut masks = vec![0u64; players.len()];
    let mut join = |a: AgentId, b: AgentId| {
        if let (Some(a), Some(b)) = (player(a), player(b))
            && a != b
        {
            masks[a] |= 1 << b;
            masks[b] |= 1 << a;
        }
    };
    if declared {
        for edge in &episode.edges {
            join(edge.from, edge.to);
        }
    } else {
        for (id, act) in episode.act_ids().zip(&episode.acts) {
            if act.kind == ActKind::Message {
                act.to.iter().for_each(|to| join(act.agent, *to));
            }
            for parent in episode.links.parents(id) {
                join(episode.act(parent.act).agent, act.agent);
            }
        }
    }
    if masks.iter().all(|it| *it == 0) {
        return Err(missing(
            "no interaction between agents is logged (`episode_start.graph`, messages, `parents`)",
        ));
    }
    Ok(Neighbours { masks, declared })
}

/// The form of a graph.
///
/// # Errors
/// When too many coalitions are connected.
pub(super) fn form(neighbours: &[u64]) -> Result<Form, Unavailable> {
    let n = neighbours.len();
    if n > 20 {
        return Err(missing(format!("the graph has {n} agents; the most is 20")));
    }
    let mut entries = Vec::new();
    for mask in 1..1u64 << n {
        if !is_connected(mask, neighbours) {
            continue;
        }
        let border = border(mask, neighbours) & !mask;
        let (c, b) = (mask.count_ones() as usize, border.count_ones() as usize);
        let inside = 1.0 / (c as f64 * choose(c + b, c));
        for player in 0..n {
            let coefficient = if mask >> player & 1 == 1 {
                inside
            } else if border >> player & 1 == 1 {
                // c! (b-1)!/(c+b)! = 1 / (b binomial(c+b, b)).
                -1.0 / (b as f64 * choose(c + b, c))
            } else {
                continue;
            };
            entries.push((Coalition(mask), player, coefficient));
            entries.push((Coalition::EMPTY, player, -coefficient));
        }
        if entries.len() > 1 << 25 {
            return Err(missing("too many coalitions are connected in this graph"));
        }
    }
    Form::of(n, entries)
}

fn border(mask: u64, neighbours: &[u64]) -> u64 {
    Coalition(mask).players().fold(0, |border, it| border | neighbours[it])
}

fn is_connected(mask: u64, neighbours: &[u64]) -> bool {
    part(mask, neighbours) == mask
}

/// The connected part of `mask` that holds its first player.
pub(super) fn part(mask: u64, neighbours: &[u64]) -> u64 {
    let mut reached = mask & mask.wrapping_neg();
    loop {
        let more = (reached | border(reached, neighbours)) & mask;
        if more == reached {
            return reached;
        }
        reached = more;
    }
}

fn choose(n: usize, k: usize) -> f64 {
    (0..k).fold(1.0, |product, it| product * (n - it) as f64 / (it + 1) as f64).round()
}
