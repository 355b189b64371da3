//! Causal links between acts: as logged, or inferred and marked so.

use super::{Builder, acts::Node};
use crate::{
    log::{Body, Record},
    model::{ActId, ActKind, Link, LinkKind, Links, Origin, Severity},
};

/// Adds the links of every act. One without `parents` is linked to the last act before it that its agent did
/// or that was addressed to its agent. A link that would close a cycle is left out and listed.
pub(super) fn add(builder: &mut Builder, nodes: &[Node], records: &[(Record, Origin)]) {
    let mut parents: Vec<Vec<Link>> = vec![Vec::new(); nodes.len()];
    let mut backward: Vec<(ActId, ActId, Origin)> = Vec::new();
    // The last act that each agent did or was told.
    let mut latest: Vec<Option<ActId>> = vec![None; builder.episode.agents.len()];
    for node in nodes {
        let (record, origin) = &records[node.record];
        let logged = match &record.body {
            Body::Action(action) => action.parents.as_deref(),
            Body::Message(message) => message.parents.as_deref(),
            _ => None,
        };
        let agent = builder.episode.act(node.act).agent;
        match logged {
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
                let inferred = latest[agent.index()].map(|act| Link { act, kind: LinkKind::Inferred });
                parents[node.act.index()].extend(inferred);
            }
        }
        let act = builder.episode.act(node.act);
        latest[agent.index()] = Some(node.act);
        if act.kind == ActKind::Message {
            for to in act.to.clone() {
                latest[to.index()] = Some(node.act);
            }
        }
    }
    for (parent, child, origin) in backward {
        // A parent that comes later may be clock skew between writers, or a wrong link that closes a cycle.
        if parent == child || reaches(&parents, child, parent) {
            let (parent, child) = (&builder.episode.act(parent).id, &builder.episode.act(child).id);
            let message = format!("'{child}' names '{parent}' as a parent, which comes of it: link left out");
            builder.find("parent-cycle", Severity::Error, origin, message);
        } else {
            parents[child.index()].push(Link { act: parent, kind: LinkKind::Logged });
        }
    }
    builder.episode.links = Links::from_parents(parents);
}

/// Whether `cause` is among the causes of `effect`.
fn reaches(parents: &[Vec<Link>], cause: ActId, effect: ActId) -> bool {
    let mut seen = vec![false; parents.len()];
    let mut todo = vec![effect];
    while let Some(at) = todo.pop() {
        if at == cause {
            return true;
        }
        if !std::mem::replace(&mut seen[at.index()], true) {
            todo.extend(parents[at.index()].iter().map(|it| it.act));
        }
    }
    false
}
