//! The spans of one trace as a tree, and whose each of them is.
//!
//! ```text
//! spans -> tree (ids, parents; circles cut) -> scopes: what one agent did when it was asked once
//!                                                `-> acts: model calls, tools, steps; handoffs
//! ```
//!
//! The agent of a span is the one that its own attributes name, else the nearest scope around it, else the
//! root. A scope without acts of its own only holds others together, and nobody is said to act in it. Tools
//! that a node of a graph runs for others belong to the agent whose model asked for them.

use std::collections::{HashMap, HashSet};

use super::{
    content,
    dialect::{Role, TABLE},
    span::Span,
};
use crate::model::Timestamp;

/// A trace, ordered.
pub(super) struct Tree<'a> {
    pub(super) spans: &'a [Span],
    pub(super) nodes: Vec<Node>,
    pub(super) scopes: Vec<Scope>,
    /// The spans, those around others first, in the order in which they began.
    pub(super) order: Vec<usize>,
    /// Spans whose parent came of them.
    pub(super) circles: Vec<usize>,
    /// Spans with an id that an earlier one has.
    pub(super) repeated: Vec<usize>,
}

/// A span in the tree.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) parent: Option<usize>,
    children: Vec<usize>,
    pub(super) role: Role,
    pub(super) scope: usize,
    /// When it began and ended; without a time of its own, as the span around it.
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    /// It is an act of its scope's agent.
    pub(super) acts: bool,
    /// A call of a model is part of this one, which another instrument wrote.
    pub(super) part_of: Option<usize>,
}

/// What one agent did when it was asked once.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) agent: String,
    /// The span that opens it; `None`: only attributes of its acts name the agent.
    pub(super) span: Option<usize>,
    /// The scope around it.
    pub(super) parent: Option<usize>,
    /// It only holds others together.
    pub(super) holds: bool,
    /// A node of a graph: who called it is not said.
    pub(super) is_node: bool,
    /// The file says whose it is.
    pub(super) known: bool,
}

/// A name without what two processes may spell otherwise: `helm-agent` and `helm_agent`.
fn plain(name: &str) -> String {
    name.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Scope {
    /// Whether it may be a node that runs the tools of others: it has a span of its own, and is no agent by it.
    fn runs_for_others(&self) -> bool {
        self.is_node && self.span.is_some()
    }
}

impl<'a> Tree<'a> {
    /// Of the spans of one trace.
    pub(super) fn of(spans: &'a [Span]) -> Self {
        let mut tree = Self {
            spans,
            nodes: Vec::with_capacity(spans.len()),
            scopes: Vec::new(),
            order: Vec::with_capacity(spans.len()),
            circles: Vec::new(),
            repeated: Vec::new(),
        };
        tree.link();
        tree.assign();
        tree.merge_parts();
        tree.find_acts();
        tree.give_tools_to_callers();
        tree
    }

    /// Parents, children and order.
    fn link(&mut self) {
        let mut by_id: HashMap<&str, usize> = HashMap::with_capacity(self.spans.len());
        for (at, span) in self.spans.iter().enumerate() {
            if by_id.contains_key(span.id.as_str()) {
                self.repeated.push(at);
            } else {
                by_id.insert(&span.id, at);
            }
            let zero = Timestamp::from_micros(0);
            self.nodes.push(Node {
                parent: None,
                children: Vec::new(),
                role: TABLE.role(span),
                scope: 0,
                start: span.start.unwrap_or(zero),
                end: span.end.or(span.start).unwrap_or(zero),
                acts: false,
                part_of: None,
            });
        }
        let mut is_repeated = vec![false; self.spans.len()];
        self.repeated.iter().for_each(|it| is_repeated[*it] = true);
        for (at, span) in self.spans.iter().enumerate() {
            let parent = span.parent.as_deref().and_then(|it| by_id.get(it).copied());
            self.nodes[at].parent = parent.filter(|it| *it != at && !is_repeated[at]);
        }
        let mut ordered: Vec<usize> = (0..self.spans.len()).filter(|it| !is_repeated[*it]).collect();
        ordered.sort_by_key(|it| (self.nodes[*it].start, *it));
        for at in &ordered {
            if let Some(parent) = self.nodes[*at].parent {
                self.nodes[parent].children.push(*at);
            }
        }
        let mut seen = vec![false; self.spans.len()];
        for at in &ordered {
            if self.nodes[*at].parent.is_none() {
                self.walk(*at, &mut seen);
            }
        }
        // What no root leads to goes round in a circle: it is cut where it began.
        for at in &ordered {
            if !seen[*at] {
                if let Some(parent) = self.nodes[*at].parent.take() {
                    self.nodes[parent].children.retain(|it| it != at);
                }
                self.circles.push(*at);
                self.walk(*at, &mut seen);
            }
        }
    }

    /// Lists a root and what is below it.
    fn walk(&mut self, root: usize, seen: &mut [bool]) {
        let mut left = vec![root];
        while let Some(at) = left.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            if let Some(parent) = self.nodes[at].parent
                && self.spans[at].start.is_none()
            {
                (self.nodes[at].start, self.nodes[at].end) =
                    (self.nodes[parent].start, self.nodes[parent].start);
            }
            self.order.push(at);
            left.extend(self.nodes[at].children.iter().rev());
        }
    }

    /// The scope of every span.
    fn assign(&mut self) {
        // Scopes that attributes alone open, by the scope around them and the agent.
        let mut named: HashMap<(usize, String), usize> = HashMap::new();
        for at in self.order.clone() {
            let span = &self.spans[at];
            let (parent, role) = (self.nodes[at].parent, self.nodes[at].role);
            let around = match parent {
                Some(parent) => self.nodes[parent].scope,
                None => {
                    // Nobody is named yet: the root stands for the agent.
                    let agent = if span.parent.is_none() { Some(&span.name) } else { span.service.as_ref() };
                    let agent = agent.unwrap_or(&span.name).clone();
                    self.scopes.push(Scope {
                        agent,
                        span: Some(at),
                        parent: None,
                        holds: false,
                        is_node: true,
                        known: false,
                    });
                    self.scopes.len() - 1
                }
            };
            let opened = match role {
                Role::Agent => Some(TABLE.agent_of(span)),
                Role::Node => Some(TABLE.node(span).unwrap_or_else(|| span.name.clone())),
                _ => None,
            };
            let own = opened.clone().or_else(|| {
                let node = matches!(role, Role::Model).then(|| TABLE.node(span)).flatten();
                node.or_else(|| TABLE.agent(span))
            });
            let known = self.scopes[around].known;
            self.nodes[at].scope = match (own, opened) {
                (Some(agent), _) if known && self.scopes[around].agent == agent => around,
                (Some(agent), Some(_)) => {
                    let is_node = role == Role::Node;
                    self.scopes.push(Scope {
                        agent,
                        span: Some(at),
                        parent: Some(around),
                        holds: false,
                        is_node,
                        known: true,
                    });
                    self.scopes.len() - 1
                }
                // Only calls of models and tools say whose they are; a chain may carry the name of another.
                (Some(agent), None) if role != Role::Chain && role != Role::Other => {
                    let next = self.scopes.len();
                    let scope = *named.entry((around, agent.clone())).or_insert(next);
                    if scope == next {
                        self.scopes.push(Scope {
                            agent,
                            span: None,
                            parent: Some(around),
                            holds: false,
                            is_node: true,
                            known: true,
                        });
                    }
                    scope
                }
                _ => around,
            };
        }
    }

    /// Calls of models within calls of models, which two instruments wrote of one.
    fn merge_parts(&mut self) {
        for at in self.order.clone() {
            if self.nodes[at].role != Role::Model {
                continue;
            }
            let mut above = self.nodes[at].parent;
            while let Some(it) = above {
                let node = &self.nodes[it];
                match node.role {
                    Role::Model => {
                        let whole = node.part_of.unwrap_or(it);
                        self.nodes[at].part_of = Some(whole);
                        break;
                    }
                    Role::Chain | Role::Other => above = node.parent,
                    _ => break,
                }
            }
            // The step of an agent stands for its model call only where there is none.
            let mut above = self.nodes[at].parent;
            while let Some(it) = above {
                let node = &mut self.nodes[it];
                match node.role {
                    Role::Step => {
                        node.role = Role::Chain;
                        break;
                    }
                    Role::Agent | Role::Node => break,
                    _ => above = node.parent,
                }
            }
        }
    }

    /// Which spans are acts, and which scopes have none.
    fn find_acts(&mut self) {
        let mut acting = vec![false; self.scopes.len()];
        for at in &self.order {
            let node = &mut self.nodes[*at];
            node.acts = match node.role {
                Role::Model => node.part_of.is_none(),
                Role::Step | Role::Tool | Role::Retrieval | Role::Embedding | Role::Guardrail => true,
                Role::Handoff => true,
                Role::Agent | Role::Node | Role::Chain | Role::Other => false,
            };
            acting[node.scope] |= node.acts;
        }
        // A call of a tool that calls an agent is a message, and so no act, but its agent has acted.
        let mut filled = acting.clone();
        let named = self.scopes.iter().zip(&acting).filter(|it| *it.1);
        let seen: HashSet<String> = named.map(|it| plain(&it.0.agent)).collect();
        for scope in (0..self.scopes.len()).rev() {
            let parent = self.scopes[scope].parent;
            if filled[scope]
                && let Some(parent) = parent
            {
                filled[parent] = true;
            }
            // An agent in whose scope nothing is said to happen acts as a whole, unless its acts stand elsewhere:
            // the process that called it wrote a span too.
            let elsewhere = || seen.contains(&plain(&self.scopes[scope].agent));
            let alone = !filled[scope] && self.scopes[scope].known && !elsewhere();
            if alone && let Some(span) = self.scopes[scope].span {
                self.nodes[span].acts = true;
                acting[scope] = true;
                if let Some(parent) = parent {
                    filled[parent] = true;
                }
            }
            self.scopes[scope].holds = !acting[scope];
        }
    }

    /// Tools that a node runs for the agent whose model asked for them.
    fn give_tools_to_callers(&mut self) {
        let mut asked: HashMap<String, usize> = HashMap::new();
        let mut by_scope: Vec<(bool, Vec<usize>)> = vec![(true, Vec::new()); self.scopes.len()];
        for at in &self.order {
            let node = &self.nodes[*at];
            if node.acts {
                let (only_tools, acts) = &mut by_scope[node.scope];
                *only_tools &= node.role == Role::Tool;
                acts.push(*at);
            }
        }
        let mut moves = Vec::new();
        let mut timed: Vec<usize> = self.order.clone();
        timed.sort_by_key(|it| self.nodes[*it].start);
        for at in timed {
            let node = &self.nodes[at];
            if !node.acts {
                continue;
            }
            match node.role {
                Role::Model => {
                    for call in content::output(&self.spans[at].attributes).calls {
                        asked.insert(call, node.scope);
                    }
                }
                Role::Tool if self.scopes[node.scope].runs_for_others() && by_scope[node.scope].0 => {
                    if let Some(caller) = asked.get(&TABLE.tool(&self.spans[at])) {
                        moves.push((at, *caller));
                    }
                }
                _ => {}
            }
        }
        for (at, caller) in moves {
            let node = std::mem::replace(&mut self.nodes[at].scope, caller);
            by_scope[node].1.retain(|it| *it != at);
            self.scopes[node].holds = by_scope[node].1.is_empty();
        }
    }

    /// The nearest scope around `scope` in which somebody acts.
    pub(super) fn caller(&self, scope: usize) -> Option<usize> {
        let mut above = self.scopes[scope].parent;
        while let Some(it) = above {
            if !self.scopes[it].holds {
                return Some(it);
            }
            above = self.scopes[it].parent;
        }
        None
    }

    /// The call of a tool in `caller` within which `scope` was opened.
    pub(super) fn called_by(&self, scope: usize, caller: usize) -> Option<usize> {
        let mut above = self.nodes[self.scopes[scope].span?].parent;
        while let Some(it) = above {
            let node = &self.nodes[it];
            if matches!(node.role, Role::Tool | Role::Handoff) {
                return (node.scope == caller).then_some(it);
            }
            if self.scopes[caller].span == Some(it) {
                return None;
            }
            above = node.parent;
        }
        None
    }

    /// The nearest act of `scope` around a span.
    pub(super) fn act_around(&self, at: usize, scope: usize) -> Option<usize> {
        let mut above = self.nodes[at].parent;
        while let Some(it) = above {
            let node = &self.nodes[it];
            if node.acts && node.scope == scope {
                return Some(it);
            }
            above = node.parent;
        }
        None
    }

    /// The root of the trace, if it is there: the first span that has no parent.
    pub(super) fn root(&self) -> Option<usize> {
        self.order.iter().copied().find(|it| self.spans[*it].parent.is_none())
    }

    /// Whether it is certain whose a span is, whatever comes.
    pub(super) fn is_known(&self, at: usize) -> bool {
        self.scopes[self.nodes[at].scope].known
    }
}
