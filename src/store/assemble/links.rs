//! Causal links between acts: logged, or inferred and marked as such.

use std::hash::BuildHasher;

use petgraph::{
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
};

use rustc_hash::FxBuildHasher;

use super::{Builder, acts::Node};
use crate::{
    log::Record,
    model::{Act, ActId, ActKind, AgentId, Link, LinkKind, Links, Origin, Timestamp, rule},
};

/// Adds the links of every act.
///
/// An act without `parents` is linked to the previous action of the episode or the previous message addressed
/// to its agent, whichever is later. Actions of one step (or one moment) are joint: none of them causes
/// another, and the next step of each agent follows from its own part. In a cycle, the links that go back in
/// time are left out and listed.
pub(super) fn add(builder: &mut Builder, nodes: &[Node], records: &[(Box<Record>, Origin)]) {
    let mut parents: Vec<Vec<Link>> = vec![Vec::new(); nodes.len()];
    let mut backward: Vec<(ActId, ActId, Origin)> = Vec::new();
    let mut before = Before::new(builder.episode.agents.len());
    for node in nodes {
        let (record, origin) = &records[node.record];
        match record.parents() {
            Some(ids) => {
                for parent in builder.references(ids, "parents", *origin) {
                    if parent < node.act {
                        parents[node.act.index()].push(Link { act: parent, kind: LinkKind::Logged });
                    } else {
                        backward.push((parent, node.act, *origin));
                    }
                }
            }
            None => {
                parents[node.act.index()].extend(before.cause_of(builder.episode.act(node.act)));
            }
        }
        before.add(node.act, builder.episode.act(node.act));
    }
    // A parent that comes later may be clock skew between writers, or a wrong link that closes a cycle. Every
    // cycle goes back in time somewhere, so there is no cycle without a backward link.
    let parts = parts(&parents, &backward);
    for (parent, child, origin) in backward {
        if parts[parent.index()] == parts[child.index()] {
            let (parent, child) = (&builder.episode.act(parent).id, &builder.episode.act(child).id);
            let message = format!("'{child}' names '{parent}' as a parent, which comes of it: link left out");
            builder.find(rule::PARENT_CYCLE, origin, message);
        } else {
            parents[child.index()].push(Link { act: parent, kind: LinkKind::Logged });
        }
    }
    builder.episode.links = Links::from_parents(parents);
}

/// When an act happened, for recognising joint actions: its step, or else its time.
type Moment = (Option<i64>, Option<Timestamp>);

fn moment(act: &Act) -> Moment {
    (act.step, act.time.filter(|_| act.step.is_none()))
}

/// A number for the trace of an act, if it names one.
fn trace(act: &Act) -> Option<u64> {
    act.trace.as_ref().map(|it| FxBuildHasher.hash_one(it))
}

/// A moment in which somebody took an action.
#[derive(Clone, Copy, Debug)]
struct Acted {
    moment: Moment,
    /// The last action, its trace, and how many there were.
    last: ActId,
    trace: Option<u64>,
    count: u32,
}

/// The acts so far, as far as inferring links needs them.
#[derive(Debug)]
pub(super) struct Before {
    /// The last message that each agent received, and the last action it took.
    told: Vec<Option<ActId>>,
    own: Vec<Option<(ActId, Moment)>>,
    /// The last two moments in which somebody took an action.
    moments: [Option<Acted>; 2],
}

impl Before {
    pub(super) fn new(agents: usize) -> Self {
        Self { told: vec![None; agents], own: vec![None; agents], moments: [None; 2] }
    }

    /// The cause of `act`, which names no parents.
    pub(super) fn cause_of(&self, act: &Act) -> Option<Link> {
        let cause = self.cause(act.agent, moment(act), trace(act));
        cause.map(|act| Link { act, kind: LinkKind::Inferred })
    }

    /// What an act of `agent` at `now`, in `trace`, follows from. That another trace was busy before is no cause.
    fn cause(&self, agent: AgentId, now: Moment, trace: Option<u64>) -> Option<ActId> {
        let known = now.0.is_some() || now.1.is_some();
        let previous = self.moments.into_iter().flatten().find(|it| !known || it.moment != now);
        let action = previous.and_then(|before| {
            let own = self.own[agent.index()].filter(|it| !known || it.1 != now).map(|it| it.0);
            let is_elsewhere = trace.zip(before.trace).is_some_and(|(mine, other)| mine != other);
            if before.count > 1 || is_elsewhere { own } else { Some(before.last) }
        });
        action.max(self.told[agent.index()])
    }

    pub(super) fn add(&mut self, id: ActId, act: &Act) {
        if act.kind == ActKind::Message {
            for to in &act.to {
                self.told[to.index()] = Some(id);
            }
            return;
        }
        let now = moment(act);
        self.own[act.agent.index()] = Some((id, now));
        let known = now.0.is_some() || now.1.is_some();
        match &mut self.moments[0] {
            Some(it) if known && it.moment == now => {
                (it.last, it.trace, it.count) = (id, trace(act), it.count + 1);
            }
            _ => {
                let first = Acted { moment: now, last: id, trace: trace(act), count: 1 };
                self.moments = [Some(first), self.moments[0]];
            }
        }
    }
}

/// The number of every act's strongly connected component in the graph of all links: two acts of one
/// component cause each other.
fn parts(parents: &[Vec<Link>], backward: &[(ActId, ActId, Origin)]) -> Vec<usize> {
    if backward.is_empty() {
        return Vec::new();
    }
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(parents.len(), backward.len());
    for _ in parents {
        graph.add_node(());
    }
    let node = |it: ActId| NodeIndex::new(it.index());
    for (child, links) in parents.iter().enumerate() {
        for link in links {
            graph.add_edge(node(link.act), NodeIndex::new(child), ());
        }
    }
    for (parent, child, _) in backward {
        graph.add_edge(node(*parent), node(*child), ());
    }
    let mut parts = vec![0; parents.len()];
    // Not Tarjan's algorithm: petgraph's calls itself for every step down a chain of acts.
    for (number, part) in kosaraju_scc(&graph).iter().enumerate() {
        part.iter().for_each(|it| parts[it.index()] = number);
    }
    parts
}
