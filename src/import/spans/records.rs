//! From the tree of a trace to native records: who acted, who told whom, what came of it.
//!
//! * a call of a model, a tool, a step: an `action`
//! * an agent that another calls, as a tool or by itself: a `message` to it, and one back with what it answers,
//!   which has the id of the agent's span
//! * a handover: a `message`; the next scope of that agent follows from it
//! * an error of an agent as a whole: of its last act, unless one of its acts has it
//! * an evaluation: a `reward`, of the agent whose span it is about, or of the team
//! * tokens that are logged of an agent as a whole, where its calls have none: a `metric`
//!
//! Within a scope, what an act follows from is told by the spans (see `causes`). The first act of a scope that
//! nobody is said to have called names no parents, so the order decides, marked as inferred.

use std::collections::{HashMap, HashSet};

use super::{
    causes::{Causes, New},
    content,
    dialect::{Role, TABLE},
    span::{Evaluation, text},
    tree::Tree,
};
use crate::{
    log::{
        Action, Body, Credit, CreditItem, EpisodeEnd, EpisodeStart, Message, Metric, Payload, Record, Reward,
        RosterAgent, Usage,
    },
    model::Timestamp,
    text::label,
};

/// How much of a trace is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it, as far as anybody knows.
    Whole,
    /// Spans around these are still to come: only acts whose agent is certain can be told.
    Part,
}

/// What the ids of evaluations begin with.
pub(super) const EVALUATION: &str = "evaluation/";

/// A native record and the line that it was made from.
pub(super) type Made = (u32, Record);

/// The records of a trace.
pub(super) fn records(tree: &Tree<'_>, evaluations: &[Evaluation], extent: Extent) -> Vec<Made> {
    let mut maker = Maker::new(tree);
    maker.find_calls();
    if extent == Extent::Part {
        return maker.known_acts();
    }
    if tree.nodes.iter().any(|it| it.acts) {
        maker.start();
    }
    maker.play();
    maker.sums();
    for (number, evaluation) in evaluations.iter().enumerate() {
        maker.evaluation(number, evaluation);
    }
    maker.end();
    maker.made
}

/// An agent that another called.
#[derive(Clone, Copy, Debug)]
struct Call {
    caller: usize,
    /// The call of a tool that did it.
    via: Option<usize>,
}

/// Something that happens in a trace.
#[derive(Clone, Copy, Debug)]
enum Event {
    Act(usize),
    Handoff(usize),
    Call(usize, Call),
    Return(usize, Call),
}

struct Maker<'a> {
    tree: &'a Tree<'a>,
    calls: Vec<Option<Call>>,
    causes: Vec<Causes>,
    /// Handovers that nobody has taken: to whom, and the id.
    handed: Vec<(String, String)>,
    /// Scopes that were called by a message of their own, so an answer goes back.
    answering: HashSet<usize>,
    /// What instruments below a call of a model wrote of it.
    parts: HashMap<usize, Vec<usize>>,
    /// Errors of agents as a whole, by the act that gets them.
    errors: HashMap<usize, String>,
    begun: bool,
    made: Vec<Made>,
}

impl<'a> Maker<'a> {
    fn new(tree: &'a Tree<'a>) -> Self {
        let mut parts: HashMap<usize, Vec<usize>> = HashMap::new();
        for at in &tree.order {
            if let Some(whole) = tree.nodes[*at].part_of {
                parts.entry(whole).or_default().push(*at);
            }
        }
        Self {
            tree,
            calls: vec![None; tree.scopes.len()],
            causes: (0..tree.scopes.len()).map(|_| Causes::default()).collect(),
            handed: Vec::new(),
            answering: HashSet::new(),
            parts,
            errors: HashMap::new(),
            begun: false,
            made: Vec::new(),
        }
    }

    fn push(&mut self, line: u32, id: Option<String>, ts: Option<Timestamp>, body: Body) {
        let trace = self.tree.spans.first().map(|it| it.trace.clone());
        self.made.push((line, Record { episode: trace, id, ts, ..Record::new(body) }));
    }

    /// The acts of which it is certain whose they are, without what only the spans around them tell.
    fn known_acts(&self) -> Vec<Made> {
        let tree = self.tree;
        let calling: HashSet<usize> = self.calls.iter().flatten().filter_map(|it| it.via).collect();
        let acts = tree.order.iter().copied().filter(|at| tree.nodes[*at].acts && tree.is_known(*at));
        let acts = acts.filter(|at| tree.nodes[*at].role != Role::Handoff && !calling.contains(at));
        let mut made: Vec<Made> = acts.map(|at| self.act(at, None)).collect();
        // A trace that never ends has a name in the list all the same: what its first span was asked. The root, if it
        // comes, has the last word.
        let first = tree.order.first().filter(|_| !made.is_empty()).map(|at| &tree.spans[*at]);
        let task = tree.order.iter().find_map(|at| content::asked(&tree.spans[*at].attributes));
        if let (Some(span), Some(task)) = (first, task) {
            let trace = Some(span.trace.clone());
            let start = EpisodeStart { task: Some(task), trace_id: trace.clone(), ..EpisodeStart::default() };
            let record = Record { episode: trace, ts: span.start, ..Record::new(Body::EpisodeStart(start)) };
            made.insert(0, (span.line, record));
        }
        made
    }

    /// Who called whom, and whose the errors of agents are.
    fn find_calls(&mut self) {
        let tree = self.tree;
        let mut failed = vec![false; tree.scopes.len()];
        let mut last: Vec<Option<usize>> = vec![None; tree.scopes.len()];
        for at in &tree.order {
            let node = &tree.nodes[*at];
            if node.acts {
                failed[node.scope] |= tree.spans[*at].error.is_some();
                let later = last[node.scope].is_none_or(|it| tree.nodes[it].start <= node.start);
                if later {
                    last[node.scope] = Some(*at);
                }
            }
        }
        for (scope, it) in tree.scopes.iter().enumerate() {
            let Some(span) = it.span.filter(|_| !it.holds) else { continue };
            if !it.is_node
                && let Some(caller) = tree.caller(scope)
            {
                self.calls[scope] = Some(Call { caller, via: tree.called_by(scope, caller) });
            }
            let via = self.calls[scope].and_then(|it| it.via);
            let error = tree.spans[span].error.as_ref().or_else(|| tree.spans[via?].error.as_ref());
            if let (Some(error), false, Some(act)) = (error, failed[scope], last[scope]) {
                self.errors.insert(act, error.clone());
            }
        }
    }

    /// `episode_start`, as the root says it.
    fn start(&mut self) {
        let tree = self.tree;
        let mut agents: Vec<RosterAgent> = Vec::new();
        for at in tree.order.iter().filter(|at| tree.nodes[**at].acts) {
            let name = &tree.scopes[tree.nodes[*at].scope].agent;
            let place = agents.iter().position(|it| it.id == *name).unwrap_or_else(|| {
                agents.push(RosterAgent { id: name.clone(), ..RosterAgent::default() });
                agents.len() - 1
            });
            if tree.nodes[*at].role == Role::Model && agents[place].model.is_none() {
                let parts = self.parts.get(at).into_iter().flatten();
                let model = std::iter::once(at).chain(parts).find_map(|it| TABLE.model(&tree.spans[*it]));
                agents[place].model = model;
            }
        }
        let Some(first) = tree.root().or(tree.order.first().copied()) else { return };
        // Up to the first act: what the team was asked stands on the root or soon below it.
        let acts = tree.order.iter().position(|at| tree.nodes[*at].acts).unwrap_or(0);
        let above =
            || tree.order[..=acts.min(tree.order.len() - 1)].iter().map(|at| &tree.spans[*at].attributes);
        let task = above().find_map(content::asked).or_else(|| above().find_map(content::task));
        let span = &tree.spans[first];
        let start =
            EpisodeStart { agents, task, trace_id: Some(span.trace.clone()), ..EpisodeStart::default() };
        self.push(span.line, None, span.start, Body::EpisodeStart(start));
    }

    /// Everything that happens, in its order.
    fn play(&mut self) {
        let tree = self.tree;
        let mut rank = vec![0; tree.spans.len()];
        tree.order.iter().enumerate().for_each(|(place, at)| rank[*at] = place);
        let agents: HashSet<&str> =
            tree.scopes.iter().filter(|it| !it.holds).map(|it| it.agent.as_str()).collect();
        let mut calling: HashSet<usize> = HashSet::new();
        let mut events: Vec<(Timestamp, u8, usize, Event)> = Vec::new();
        for (scope, call) in self.calls.iter().enumerate() {
            let (Some(call), Some(span)) = (call, tree.scopes[scope].span) else { continue };
            let outer = call.via.unwrap_or(span);
            calling.extend(call.via);
            let (start, end) = (tree.nodes[outer].start, tree.nodes[outer].end);
            events.push((start, 1, rank[outer], Event::Call(scope, *call)));
            // An answer comes before what begins at the moment it is there, but behind what led to it.
            let phase = if end > start { 0 } else { 2 };
            events.push((end.max(start), phase, usize::MAX - rank[outer], Event::Return(scope, *call)));
        }
        for at in tree.order.iter().copied().filter(|at| tree.nodes[*at].acts && !calling.contains(at)) {
            let node = &tree.nodes[at];
            let event = match (node.role, TABLE.target(&tree.spans[at])) {
                (Role::Handoff, Some(target)) if agents.contains(target.as_str()) => Event::Handoff(at),
                // An edge to the end of a graph, or to a node that is no agent.
                (Role::Handoff, _) if TABLE.source(&tree.spans[at]).is_some() => continue,
                _ => Event::Act(at),
            };
            events.push((node.start, 1, rank[at], event));
        }
        events.sort_by_key(|it| (it.0, it.1, it.2));
        for (_, _, _, event) in events {
            match event {
                Event::Act(at) => {
                    let parents = self.parents(at, tree.nodes[at].scope, tree.nodes[at].end);
                    let made = self.act(at, parents);
                    self.made.push(made);
                    self.add(at, tree.nodes[at].scope, &tree.spans[at].id, tree.nodes[at].end);
                }
                Event::Handoff(at) => self.handoff(at),
                Event::Call(scope, call) => self.call(scope, call),
                Event::Return(scope, call) => self.answer(scope, call),
            }
        }
    }

    /// What a span in `scope` follows from. The first one of a scope decides what the scope comes from.
    fn parents(&mut self, at: usize, scope: usize, end: Timestamp) -> Option<Vec<String>> {
        if self.causes[scope].is_new() {
            let entry = match self.take_handover(scope) {
                Some(id) => Some(vec![id]),
                None if !self.begun => Some(Vec::new()),
                None => None,
            };
            self.causes[scope].enter(entry);
        }
        self.begun = true;
        if self.tree.scopes[scope].span.is_none() {
            // Acts that only attributes join: others may have acted between them.
            let causes = std::mem::take(&mut self.causes[scope]);
            return causes.first();
        }
        let around = self.tree.act_around(at, scope);
        self.causes[scope].of(New { start: self.tree.nodes[at].start, end, around })
    }

    fn add(&mut self, at: usize, scope: usize, id: &str, end: Timestamp) {
        let around = self.tree.act_around(at, scope);
        self.causes[scope].add(id, end, Some(at), around);
    }

    fn take_handover(&mut self, scope: usize) -> Option<String> {
        let agent = &self.tree.scopes[scope].agent;
        let at = self.handed.iter().position(|it| it.0 == *agent)?;
        Some(self.handed.remove(at).1)
    }

    fn handoff(&mut self, at: usize) {
        let tree = self.tree;
        let span = &tree.spans[at];
        let scope = tree.nodes[at].scope;
        let Some(target) = TABLE.target(span) else { return };
        let from = TABLE.source(span).unwrap_or_else(|| tree.scopes[scope].agent.clone());
        let parents = self.parents(at, scope, tree.nodes[at].end);
        let content = content::call(&TABLE.tool(span), &span.attributes);
        let content = content.get("args").map(Payload::from_value);
        let message = Message { from, to: vec![target.clone()], content, parents, ..Message::default() };
        self.push(span.line, Some(span.id.clone()), span.start, Body::Message(message));
        self.add(at, scope, &span.id, tree.nodes[at].end);
        self.handed.push((target, span.id.clone()));
    }

    fn call(&mut self, scope: usize, call: Call) {
        let tree = self.tree;
        if let Some(id) = self.take_handover(scope) {
            self.causes[scope].enter(Some(vec![id]));
            return;
        }
        let Some(agent) = tree.scopes[scope].span else { return };
        let (outer, span) = (call.via.unwrap_or(agent), &tree.spans[agent]);
        let parents = self.parents(outer, call.caller, tree.nodes[outer].end);
        let (id, said) = match call.via {
            Some(via) => {
                let said = content::call(&TABLE.tool(&tree.spans[via]), &tree.spans[via].attributes);
                (tree.spans[via].id.clone(), said.get("args").cloned())
            }
            None => (format!("{}/call", span.id), None),
        };
        let said = said.or_else(|| content::task(&span.attributes).map(Into::into));
        let message = Message {
            from: tree.scopes[call.caller].agent.clone(),
            to: vec![tree.scopes[scope].agent.clone()],
            content: said.as_ref().map(Payload::from_value),
            parents,
            ..Message::default()
        };
        let from = &tree.spans[outer];
        self.push(from.line, Some(id.clone()), from.start, Body::Message(message));
        self.causes[scope].enter(Some(vec![id]));
        self.answering.insert(scope);
    }

    fn answer(&mut self, scope: usize, call: Call) {
        let tree = self.tree;
        let Some(agent) = tree.scopes[scope].span else { return };
        let outer = call.via.unwrap_or(agent);
        let said = call.via.and_then(|via| content::result(&tree.spans[via].attributes));
        let said = said.or_else(|| content::outcome(&tree.spans[agent].attributes));
        let returns = call.via.and_then(|via| TABLE.returns(&tree.spans[via]));
        let last = self.causes[scope].last();
        let end = tree.nodes[outer].end;
        if !self.answering.contains(&scope) || !returns.unwrap_or(said.is_some() || call.via.is_some()) {
            // Nothing is said to come back, but what the caller does next comes after this.
            last.iter().for_each(|id| self.add(outer, call.caller, id, end));
            return;
        }
        let span = &tree.spans[agent];
        let message = Message {
            from: tree.scopes[scope].agent.clone(),
            to: vec![tree.scopes[call.caller].agent.clone()],
            content: said.as_ref().map(Payload::from_value),
            parents: Some(last),
            ..Message::default()
        };
        let line = tree.spans[outer].line;
        self.push(line, Some(span.id.clone()), tree.spans[outer].end, Body::Message(message));
        self.add(outer, call.caller, &span.id, end);
    }

    /// The action that a span is.
    fn act(&self, at: usize, parents: Option<Vec<String>>) -> Made {
        let tree = self.tree;
        let (span, node) = (&tree.spans[at], &tree.nodes[at]);
        let attributes = &span.attributes;
        let parts = self.parts.get(&at).into_iter().flatten();
        let all = || std::iter::once(attributes).chain(parts.clone().map(|it| &tree.spans[*it].attributes));
        let (kind, action, obs, result) = match node.role {
            Role::Model => {
                let said = all().find_map(|it| content::output(it).payload);
                ("llm", said, all().find_map(content::input), None)
            }
            Role::Step => ("step", content::outcome(attributes), content::input(attributes), None),
            Role::Agent | Role::Node => {
                ("agent", content::outcome(attributes), content::input(attributes), None)
            }
            role => {
                let kind = match role {
                    Role::Retrieval => "retrieval",
                    Role::Embedding => "embedding",
                    Role::Guardrail => "guardrail",
                    _ => "tool",
                };
                let call = content::call(&TABLE.tool(span), attributes);
                (kind, Some(call), None, content::result(attributes))
            }
        };
        let usage = matches!(node.role, Role::Model | Role::Embedding)
            .then(|| all().find_map(content::usage))
            .flatten();
        let dur = span.start.zip(span.end).map(|(start, end)| end.seconds_since(start));
        let payload = |it: Option<serde_json::Value>| it.as_ref().map(Payload::from_value);
        let action = Action {
            agent: tree.scopes[node.scope].agent.clone(),
            action: payload(action).or_else(|| Some(Payload::from_text(&span.name))),
            kind: Some(kind.to_owned()),
            parents,
            obs: payload(obs),
            result: payload(result),
            dur,
            usage,
            span_id: Some(span.id.clone()),
            error: span.error.clone().or_else(|| self.errors.get(&at).cloned()),
            ..Action::default()
        };
        let mut record = Record {
            episode: Some(span.trace.clone()),
            id: Some(span.id.clone()),
            ts: span.start,
            ..Record::new(Body::Action(Box::new(action)))
        };
        record.extra.extend(content::rest(attributes).map(|it| ("attributes".to_owned(), it)));
        (span.line, record)
    }

    /// Tokens of agents as a whole, where their calls have none.
    fn sums(&mut self) {
        let tree = self.tree;
        let mut counted = vec![false; tree.scopes.len()];
        for at in &tree.order {
            let node = &tree.nodes[*at];
            counted[node.scope] |=
                node.role == Role::Model && content::usage(&tree.spans[*at].attributes).is_some();
        }
        for (scope, it) in tree.scopes.iter().enumerate() {
            let Some(span) = it.span.filter(|_| it.known && !it.holds && !counted[scope]) else { continue };
            let span = &tree.spans[span];
            let Some(Usage { input, output, cost }) = content::usage(&span.attributes) else { continue };
            let values = [
                ("tokens_in", input.map(|it| it as f64)),
                ("tokens_out", output.map(|it| it as f64)),
                ("cost", cost),
            ];
            let values = values.into_iter().filter_map(|(name, it)| Some((name.to_owned(), it?))).collect();
            let metric = Metric { agent: Some(it.agent.clone()), values, ..Metric::default() };
            self.push(span.line, None, span.end, Body::Metric(metric));
        }
    }

    /// A judgement of a span or of all.
    fn evaluation(&mut self, number: usize, it: &Evaluation) {
        let tree = self.tree;
        let span = it.span.as_ref().and_then(|id| tree.spans.iter().position(|it| it.id == *id));
        let scope = span.map(|at| tree.nodes[at].scope).filter(|scope| !tree.scopes[*scope].holds);
        let is_root = span.is_none_or(|at| tree.nodes[at].parent.is_none());
        let agent = scope.filter(|_| !is_root).map(|it| tree.scopes[it].agent.clone());
        let of = span.filter(|_| !is_root).map(|at| tree.spans[at].id.clone());
        let has = |id: &String| self.made.iter().any(|(_, record)| record.id.as_ref() == Some(id));
        let of: Vec<String> = of.filter(has).into_iter().collect();
        // What is said of something that is not there is said all the same.
        let lost = it.span.as_ref().filter(|_| span.is_none() && !tree.spans.is_empty());
        // Unique also where two files tell evaluations of one trace.
        let (of_what, name) = (it.span.as_deref().unwrap_or("all"), it.name.as_deref().unwrap_or("score"));
        let id = format!("{EVALUATION}{of_what}/{name}");
        let id = Some(if has(&id) { format!("{id}/{number}") } else { id });
        let body = match it.value {
            _ if it.is_judgement => {
                let name = it.name.clone().unwrap_or_else(|| "score".to_owned());
                let values = it.value.map(|value| (name, value)).into_iter().collect();
                Body::Metric(Metric { agent, values, ..Metric::default() })
            }
            Some(_) => Body::Reward(Reward {
                value: it.value,
                agent,
                source: it.source.clone(),
                name: it.name.clone(),
                components: it.components.clone(),
                of,
                ..Reward::default()
            }),
            None => Body::Credit(Credit {
                algorithm: it.name.clone().unwrap_or_else(|| "evaluation".to_owned()),
                units: Some("label".to_owned()),
                items: vec![CreditItem {
                    // Of the spans nothing is known here: whoever has them may know the id.
                    of: if tree.spans.is_empty() { it.span.clone() } else { of.into_iter().next() },
                    agent,
                    label: it.label.clone(),
                    reason: match lost {
                        Some(lost) => {
                            let why = it.explanation.as_deref().unwrap_or_default();
                            Some(format!("at '{}', which is no span of the trace: {why}", label(lost, 40)))
                        }
                        None => it.explanation.clone(),
                    },
                    ..CreditItem::default()
                }],
                ..Credit::default()
            }),
        };
        let trace = tree.spans.first().map_or_else(|| it.trace.clone(), |it| it.trace.clone());
        let mut record = Record { episode: Some(trace), id, ts: it.time, ..Record::new(body) };
        let source = it.source.clone().filter(|_| it.is_judgement);
        let more = [("label", &it.label), ("explanation", &it.explanation), ("source", &source)];
        record.extra = more
            .into_iter()
            .filter_map(|(key, it)| Some((key.to_owned(), Payload::from_text(it.as_ref()?))))
            .collect();
        self.made.push((it.line, record));
    }

    /// `episode_end`, as the root says it.
    fn end(&mut self) {
        let tree = self.tree;
        let Some(root) = tree.root() else { return };
        if self.made.is_empty() {
            return;
        }
        let roots = tree.order.iter().copied().filter(|at| tree.spans[*at].parent.is_none());
        let (mut error, mut end) = (None, tree.spans[root].end);
        for at in roots {
            error = error.or_else(|| tree.spans[at].error.clone());
            end = end.max(tree.spans[at].end);
        }
        let outcome = tree.order.iter().filter(|at| tree.nodes[**at].parent.is_none_or(|it| it == root));
        let answer = outcome.filter(|at| !tree.nodes[**at].acts || tree.nodes[**at].parent.is_none());
        let mut answers = answer.filter_map(|at| content::outcome(&tree.spans[*at].attributes));
        // Of several roots, one after the other, the last one has the last word.
        let is_one = tree.spans.iter().filter(|it| it.parent.is_none()).nth(1).is_none();
        let answer = if is_one { answers.next() } else { answers.next_back() };
        let answer = answer.map(content::answer);
        let end_record = EpisodeEnd {
            status: error.is_some().then(|| "error".to_owned()),
            reason: error,
            answer: text(answer.as_ref()),
            ..EpisodeEnd::default()
        };
        self.push(tree.spans[root].line, None, end, Body::EpisodeEnd(end_record));
    }
}
