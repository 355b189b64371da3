//! An episode as a sequence of spans between known values of the situation.
//!
//! `V(h)` is logged before an act. Neighbouring acts with one time stamp are one joint step; their values are
//! of one situation (their mean, if they differ). A step without a value is merged into the span before it:
//! what happens between two known values belongs to all the acts in between.

use smallvec::SmallVec;

use crate::model::{ActId, ActKind, AgentId, Unavailable};
use crate::stats::{Sum, sum};

use super::super::arrivals::{Placing, arrivals};
use super::super::question::{Question, missing};
use super::super::whose::is_of_policies;

/// Acts between one known value and the next.
pub(super) struct Span {
    /// Ascending.
    pub(super) acts: SmallVec<[ActId; 4]>,
    /// How many joint steps it covers; 1 if the value of each is known.
    pub(super) steps: usize,
    /// V(h) before it, as logged.
    pub(super) value: f64,
    /// How much of it is of the whole episode: 0 where all acts of the step log V of what is to come.
    whole: f64,
    /// Reward received in it.
    pub(super) reward: f64,
}

impl Span {
    /// The only agent that acts in it; `None` if several do.
    pub(super) fn agent(&self, question: &Question<'_>) -> Option<AgentId> {
        let agent = |act: &ActId| question.episode.act(*act).agent;
        let first = agent(self.acts.first()?);
        self.acts.iter().all(|it| agent(it) == first).then_some(first)
    }

    /// `act t3`, `acts t3 to t5`.
    pub(super) fn name(&self, question: &Question<'_>) -> String {
        let id = |act: Option<&ActId>| act.map_or("", |it| question.episode.act(*it).id.as_str());
        match self.acts.as_slice() {
            [one] => format!("act {}", id(Some(one))),
            acts => format!("acts {} to {}", id(acts.first()), id(acts.last())),
        }
    }
}

/// The spans of an episode, in order.
pub(super) struct Timeline {
    pub(super) spans: Vec<Span>,
    /// Acts before the first known value: nothing can be said of them.
    pub(super) before: Vec<ActId>,
}

impl Timeline {
    /// Actions are steps. Messages are steps if they have a value, or if nothing but messages is logged.
    ///
    /// # Errors
    /// When no act has a value.
    pub(super) fn of(question: &Question<'_>, reward: f64) -> Result<Self, Unavailable> {
        let episode = question.episode;
        let any_action = episode.acts.iter().any(|it| it.kind == ActKind::Action);
        let (mut spans, mut before): (Vec<Span>, Vec<ActId>) = (Vec::new(), Vec::new());
        let mut pending: Vec<(ActId, Option<f64>)> = Vec::new();
        let mut close = |step: &mut Vec<(ActId, Option<f64>)>| {
            let acts = || step.iter().map(|it| it.0);
            let values: Vec<(ActId, f64)> = step.iter().filter_map(|it| Some((it.0, it.1?))).collect();
            if !values.is_empty() {
                let n = values.len() as f64;
                let value = sum(values.iter().map(|it| it.1)) / n;
                let whole = values.iter().filter(|it| !question.is_value_to_come(it.0)).count() as f64 / n;
                spans.push(Span { acts: acts().collect(), steps: 1, value, whole, reward: 0.0 });
            } else if let Some(last) = spans.last_mut() {
                last.acts.extend(acts());
                last.steps += usize::from(!step.is_empty());
            } else {
                before.extend(acts());
            }
            step.clear();
        };
        for act in episode.act_ids() {
            let value = value_before(question, act);
            let it = episode.act(act);
            if it.kind == ActKind::Message && any_action && value.is_none() {
                continue;
            }
            let joins =
                pending.last().is_some_and(|last| it.time.is_some() && episode.act(last.0).time == it.time);
            if !joins {
                close(&mut pending);
            }
            pending.push((act, value));
        }
        close(&mut pending);
        if spans.is_empty() {
            return Err(missing("V(h) is not logged for any act (`policy.value`)"));
        }
        let mut timeline = Self { spans, before };
        timeline.place_rewards(question, reward);
        Ok(timeline)
    }

    /// Each reward goes to the span in which it came (see [`arrivals`]). What R holds beyond the logged rewards
    /// comes at the end; a single one is all of R, also of an edited R.
    fn place_rewards(&mut self, question: &Question<'_>, reward: f64) {
        let placing = if question.switch("by-time") { Placing::Time } else { Placing::Of };
        let found = arrivals(question.episode, placing);
        let last = self.spans.len() - 1;
        let span_of = |act: ActId| {
            let begun = self.spans.partition_point(|it| it.acts.first().is_some_and(|it| *it <= act));
            begun.saturating_sub(1)
        };
        let mut placed = vec![0.0; self.spans.len()];
        match found.as_slice() {
            [only] if only.is_all_of_r(question.episode) => placed[span_of(only.act)] = reward,
            found => {
                found.iter().for_each(|it| placed[span_of(it.act)] += it.value);
                placed[last] += reward - sum(found.iter().map(|it| it.value));
            }
        }
        for (span, reward) in self.spans.iter_mut().zip(placed) {
            span.reward = reward;
        }
    }

    /// V before every span as the expected return of the whole episode.
    pub(super) fn whole_values(&self) -> Vec<f64> {
        self.values(|span, received| (1.0 - span.whole) * received)
    }

    /// V before every span as the expected reward still to come.
    pub(super) fn values_to_come(&self) -> Vec<f64> {
        self.values(|span, received| -span.whole * received)
    }

    /// The logged values, with a part of what was received before each span added.
    fn values(&self, part: impl Fn(&Span, f64) -> f64) -> Vec<f64> {
        let mut received = Sum::default();
        let value = |span: &Span| {
            let value = span.value + part(span, received.value());
            received.add(span.reward);
            value
        };
        self.spans.iter().map(value).collect()
    }
}

/// V(h) before an act.
pub(super) fn value_before(question: &Question<'_>, act: ActId) -> Option<f64> {
    let logged = question.episode.table(act).and_then(|it| it.value);
    let of_policy = || question.episode.act(act).policy.as_ref().and_then(|it| it.value);
    let logged = logged.or_else(|| if is_of_policies(question.episode) { of_policy() } else { None });
    logged.filter(|it| it.is_finite())
}
