//! Parts of an episode that no link joins: each a trace of its own.

use std::collections::{HashMap, HashSet};

use petgraph::unionfind::UnionFind;

use super::{ActId, ActKind, Episode, LinkKind};

/// Parts that no link joins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlinkedParts {
    /// The first act of the second part.
    pub second: ActId,
    /// The trace id of each part, in order of their first acts.
    pub traces: Vec<String>,
}

impl UnlinkedParts {
    /// Of an episode; `None`: links join all of it, or its acts name no trace. That an act comes after another does not join
    /// them; that it was told something does.
    pub fn of(episode: &Episode) -> Option<Self> {
        let mut ids = episode.acts.iter().filter_map(|it| it.trace.as_deref());
        let first = ids.next()?;
        if ids.all(|it| it == first) {
            return None;
        }
        let mut parts: UnionFind<usize> = UnionFind::new(episode.acts.len());
        let mut of_trace: HashMap<&str, usize> = HashMap::new();
        for (at, act) in episode.acts.iter().enumerate() {
            if let Some(trace) = act.trace.as_deref() {
                parts.union(*of_trace.entry(trace).or_insert(at), at);
            }
            for link in episode.links.parents(ActId::from_index(at)) {
                if link.kind == LinkKind::Logged || episode.act(link.act).kind == ActKind::Message {
                    parts.union(link.act.index(), at);
                }
            }
        }
        let mut roots: Vec<(usize, &str)> = Vec::new();
        let mut seen = HashSet::new();
        for (at, act) in episode.acts.iter().enumerate() {
            if let Some(trace) = act.trace.as_deref()
                && seen.insert(parts.find(at))
            {
                roots.push((at, trace));
            }
        }
        let [_, (second, _), ..] = roots.as_slice() else { return None };
        Some(Self {
            second: ActId::from_index(*second),
            traces: roots.iter().map(|it| it.1.to_owned()).collect(),
        })
    }
}
