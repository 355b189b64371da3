//! The traces of a file while it is read: spans come when they end, so those around others come last.
//!
//! A trace is told when its root has come, and again what comes behind it. Until then its spans are kept; those
//! of a trace whose root comes first, until nothing more comes. Where
//! nothing comes for a while, those acts are told whose agent is certain; the rest waits for the spans around
//! it, or for the end of the file. So an act is told once, and of the agent that did it.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{
    records::{EVALUATION, Extent, Made, records},
    span::{Batch, Evaluation, Span},
    tree::Tree,
};
use crate::{
    import::Sink,
    log::{Body, Problem, Record},
    model::rule,
    text::label,
};

/// So many spans of traces that were told are kept, for those that come behind.
const KEPT: usize = 100_000;

/// Puts the spans of a file together.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// By the id of the trace.
    open: HashMap<String, Trace>,
    /// Those with something new, in the order in which it came.
    touched: Vec<String>,
    /// Those that were told, the oldest first, and how many spans they hold.
    told: VecDeque<String>,
    kept: usize,
    /// No span is the root of all others.
    rootless: bool,
}

#[derive(Debug, Default)]
struct Trace {
    spans: Vec<Span>,
    evaluations: Vec<Evaluation>,
    /// A span without a parent is there, and came with or behind others: those that are below it.
    has_root: bool,
    /// What was told already.
    made: HashSet<String>,
    is_told: bool,
    /// Its spans are those of another file, which tells them.
    is_lent: bool,
    /// Something is there that was not told yet.
    is_new: bool,
}

impl Traces {
    /// Of a format whose traces have no root: they end with the file.
    pub(super) fn rootless() -> Self {
        Self { rootless: true, ..Self::default() }
    }

    /// Takes what has come.
    pub(super) fn add(&mut self, batch: Batch) {
        let mut roots = Vec::new();
        for span in batch.spans {
            if span.parent.is_none() && !self.rootless {
                roots.push(span.trace.clone());
            }
            self.touch(&span.trace).spans.push(span);
        }
        for trace in roots {
            let trace = self.touch(&trace);
            // A root that comes first and alone has all below it still to come.
            trace.has_root |= trace.spans.len() > 1;
        }
        for it in batch.evaluations {
            self.touch(&it.trace.clone()).evaluations.push(it);
        }
    }

    /// The traces of which there are evaluations, but no span.
    pub(super) fn without_spans(&self) -> Vec<String> {
        let lacking = self.open.iter().filter(|it| it.1.spans.is_empty() && !it.1.evaluations.is_empty());
        lacking.map(|it| it.0.clone()).collect()
    }

    /// Takes the spans of another file for those traces.
    pub(super) fn lend(&mut self, batch: Batch) {
        for span in batch.spans {
            if let Some(trace) = self.open.get_mut(&span.trace)
                && (trace.spans.is_empty() || trace.is_lent)
            {
                trace.is_lent = true;
                trace.spans.push(span);
            }
        }
    }

    fn touch(&mut self, id: &str) -> &mut Trace {
        if !self.open.contains_key(id) {
            self.open.insert(id.to_owned(), Trace::default());
        }
        let trace = self.open.get_mut(id).expect("it is there");
        if !std::mem::replace(&mut trace.is_new, true) {
            self.touched.push(id.to_owned());
        }
        trace
    }

    /// Tells the traces whose root is there.
    pub(super) fn tell_whole(&mut self, sink: &mut dyn Sink) {
        let touched = std::mem::take(&mut self.touched);
        for id in touched {
            if self.open.get(&id).is_some_and(|it| it.has_root) {
                self.tell(&id, Extent::Whole, sink);
            } else {
                self.touched.push(id);
            }
        }
    }

    /// Tells what can be told of the others; with `ended` all of it.
    pub(super) fn settle(&mut self, ended: bool, sink: &mut dyn Sink) {
        let touched = std::mem::take(&mut self.touched);
        for id in touched {
            if ended {
                self.tell(&id, Extent::Whole, sink);
            } else {
                self.tell(&id, Extent::Part, sink);
                // What comes next may tell more of it.
                self.touched.push(id);
            }
        }
    }

    fn tell(&mut self, id: &str, extent: Extent, sink: &mut dyn Sink) {
        let Some(trace) = self.open.get_mut(id) else { return };
        let mut problems = Vec::new();
        let made = trace.tell(extent, &mut problems);
        made.iter().for_each(|(line, record)| sink.record(*line, record));
        problems.into_iter().for_each(|it| sink.problem(it));
        if extent == Extent::Part {
            return;
        }
        trace.is_new = false;
        if !std::mem::replace(&mut trace.is_told, true) {
            self.told.push_back(id.to_owned());
            self.kept += trace.spans.len();
        }
        while self.kept > KEPT && self.told.len() > 1 {
            let Some(oldest) = self.told.pop_front() else { break };
            if let Some(trace) = self.open.remove(&oldest) {
                self.kept = self.kept.saturating_sub(trace.spans.len());
            }
        }
    }
}

impl Trace {
    /// The records that were not told yet.
    fn tell(&mut self, extent: Extent, problems: &mut Vec<Problem>) -> Vec<Made> {
        let tree = Tree::of(&self.spans);
        if extent == Extent::Whole && !self.is_told && !self.is_lent {
            let name = |at: &usize| label(&self.spans[*at].name, 40);
            if let Some(first) = tree.repeated.first() {
                let message = format!(
                    "{} spans have the id of an earlier one ('{}' in line {} is the first): left out",
                    tree.repeated.len(),
                    name(first),
                    self.spans[*first].line
                );
                problems.push(Problem::new(rule::REPEATED_RECORD, 0, message));
            }
            if let Some(first) = tree.circles.first() {
                let message = format!("span '{}' is within itself: that link is left out", name(first));
                problems.push(Problem::new(rule::PARENT_CYCLE, 0, message));
            }
        }
        let mut made = records(&tree, &self.evaluations, extent);
        let is_own = |record: &Record| record.id.as_ref().is_some_and(|it| it.starts_with(EVALUATION));
        made.retain(|(_, record)| (!self.is_lent || is_own(record)) && self.made.insert(key(record)));
        made
    }
}

/// What tells a record of a trace from its others.
fn key(record: &Record) -> String {
    let kind = record.type_name();
    match (&record.id, &record.body) {
        (Some(id), _) => format!("{kind} {id}"),
        (None, Body::Metric(it)) => format!("{kind} of {}", it.agent.as_deref().unwrap_or_default()),
        // What is told before a trace is whole names no agents.
        (None, Body::EpisodeStart(it)) if it.agents.is_empty() => format!("{kind} ahead"),
        (None, _) => kind.to_owned(),
    }
}
