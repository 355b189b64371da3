//! Causes before effects, also where the clocks of writers contradict what the log says.
//!
//! ```text
//! records by time -> a parent stands behind its child? -> clocks put right (`clocks`) -> by time again
//!                                                              -> an effect waits for its causes
//! ```
//!
//! Decided here:
//! * Nothing moves unless a logged link goes back in time, or a message arrives before it was sent.
//! * Acts that cause each other in a circle stay in the order of time; `links` breaks the circle.
//! * Acts of one agent without an id keep their order, which is what counts them.

use std::{cmp::Reverse, collections::BinaryHeap};

use petgraph::{
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    clocks::{self, WrongClock},
    order::{self, Placed},
};
use crate::log::{Body, Record};

/// Records in causal order.
pub(super) struct Causal {
    pub(super) records: Vec<Placed>,
    /// Clocks that were put right, by the name of their agent.
    pub(super) clocks: Vec<WrongClock>,
    /// The order of time contradicted the log somewhere.
    pub(super) contradicts: bool,
}

/// Puts `records`, which are in the order of time, into causal order.
pub(super) fn ordered(records: Vec<Placed>) -> Causal {
    if !contradicts(&records) {
        return Causal { records, clocks: Vec::new(), contradicts: false };
    }
    let mut records = records;
    let (by_cause, parts) = in_order(&records);
    let clocks = clocks::wrong(&records, &by_cause, &parts);
    if !clocks.is_empty() {
        clocks::put_right(&mut records, &clocks);
        order::sort(&mut records);
    }
    let (order, _) = in_order(&records);
    let mut places: Vec<Option<Placed>> = records.into_iter().map(Some).collect();
    let records = order.into_iter().filter_map(|at| places[at].take()).collect();
    Causal { records, clocks, contradicts: true }
}

fn is_act(record: &Record) -> bool {
    matches!(record.body, Body::Action(_) | Body::Message(_))
}

/// Whether a message arrives before it was sent.
pub(super) fn arrives_early(record: &Record) -> bool {
    match &record.body {
        Body::Message(it) => it.recv_ts.zip(record.ts).is_some_and(|(received, sent)| received < sent),
        _ => false,
    }
}

/// Whether a parent stands behind its child, or a message arrives before it was sent.
fn contradicts(records: &[Placed]) -> bool {
    let acts = || records.iter().map(|it| &*it.record).filter(|it| is_act(it));
    if acts().any(arrives_early) {
        return true;
    }
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    let mut awaited: FxHashSet<&str> = FxHashSet::default();
    for record in acts() {
        for parent in record.parents().unwrap_or_default() {
            if !seen.contains(parent.as_str()) {
                awaited.insert(parent);
            }
        }
        if let Some(id) = &record.id {
            if awaited.contains(id.as_str()) {
                return true;
            }
            seen.insert(id);
        }
    }
    false
}

/// The places of `records` in an order in which an effect follows its causes and, where these do not matter,
/// what came first stands first. Also a number for each: acts of one circle share it.
fn in_order(records: &[Placed]) -> (Vec<usize>, Vec<usize>) {
    let mut by_id: FxHashMap<&str, usize> = FxHashMap::default();
    for (at, record) in records.iter().map(|it| &it.record).enumerate().filter(|it| is_act(it.1)) {
        if let Some(id) = &record.id {
            by_id.entry(id).or_insert(at);
        }
    }
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(records.len(), records.len());
    records.iter().for_each(|_| _ = graph.add_node(()));
    let mut unnamed: FxHashMap<&str, usize> = FxHashMap::default();
    for (at, record) in records.iter().map(|it| &it.record).enumerate().filter(|it| is_act(it.1)) {
        let named = record.parents().unwrap_or_default().iter();
        for parent in named.filter_map(|it| by_id.get(it.as_str()).copied()) {
            graph.add_edge(NodeIndex::new(parent), NodeIndex::new(at), ());
        }
        if record.id.is_none()
            && let Some(before) = unnamed.insert(record.agent().unwrap_or_default(), at)
        {
            graph.add_edge(NodeIndex::new(before), NodeIndex::new(at), ());
        }
    }
    let mut parts = vec![0; records.len()];
    for (number, part) in kosaraju_scc(&graph).iter().enumerate() {
        part.iter().for_each(|it| parts[it.index()] = number);
    }
    // Links within a circle say nothing about order.
    graph.retain_edges(|graph, edge| {
        graph.edge_endpoints(edge).is_some_and(|(from, to)| parts[from.index()] != parts[to.index()])
    });
    let mut waits: Vec<usize> =
        graph.node_indices().map(|it| graph.neighbors_directed(it, petgraph::Incoming).count()).collect();
    let mut ready: BinaryHeap<Reverse<usize>> =
        (0..records.len()).filter(|it| waits[*it] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(records.len());
    while let Some(Reverse(at)) = ready.pop() {
        order.push(at);
        for effect in graph.neighbors(NodeIndex::new(at)) {
            waits[effect.index()] -= 1;
            if waits[effect.index()] == 0 {
                ready.push(Reverse(effect.index()));
            }
        }
    }
    (order, parts)
}
