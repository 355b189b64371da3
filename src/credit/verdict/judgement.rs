//! The word of a person or a model: whom it names, and why. Never a measurement.

use crate::model::{ActId, AgentId, DeclaredCredit, Episode, Label, is_person, whole_blame};
use crate::text::{Clause, Sentence, at_words};

use super::super::declared::{self, Parts};
use super::super::figure::percent;
use super::words::{name, names};

/// The word of a person or a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Who judged, as the log names it; display-safe.
    pub judge: String,
    /// Whether that is a person.
    pub human: bool,
    /// The person's name, where the log tells.
    pub person: Option<String>,
    /// Whom it names, where that is an agent of the episode.
    pub agent: Option<AgentId>,
    /// Whom it names, as written.
    pub agent_text: String,
    /// The act.
    pub act: Option<ActId>,
    /// The act as written, where it is none of the episode's.
    pub act_text: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// How much of the blame it puts on each agent, 0..=1, the largest first; empty: it gives no number.
    pub probabilities: Vec<(AgentId, f64)>,
}

impl Judgement {
    /// Of a label.
    pub(super) fn of(label: &Label) -> Self {
        Self {
            judge: label.judge.clone(),
            human: is_person(&label.judge),
            person: label.annotator.clone().filter(|_| is_person(&label.judge)),
            agent: label.agent,
            agent_text: label.agent_text.clone(),
            act: label.act,
            act_text: label.act_text.clone(),
            reason: label.reason.clone().filter(|it| !it.trim().is_empty()),
            probabilities: Vec::new(),
        }
    }

    /// What models say in probabilities of blame, in the order of the log: each such record that puts some on an
    /// agent.
    pub(super) fn by_probability(episode: &Episode) -> impl Iterator<Item = Self> {
        episode
            .declared
            .iter()
            .filter_map(|it| Self::of_blame(episode, it, whole_blame(it.units.as_deref()?)?))
    }

    /// The blame of a record of which `whole` is all.
    fn of_blame(episode: &Episode, record: &DeclaredCredit, whole: f64) -> Option<Self> {
        let Parts { agents: mut probabilities, acts } = declared::parts(episode, record);
        probabilities.iter_mut().for_each(|it| it.1 /= whole);
        probabilities.retain(|it| it.1 > 0.0 && it.1 <= 1.0 + 1e-6);
        probabilities.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let most = probabilities.first()?.1;
        let first: Vec<AgentId> = tied(&probabilities).map(|it| it.0).collect();
        let agent = if let [only] = first[..] { Some(only) } else { None };
        // The act of the agent blamed most, if no other act has as much of the blame.
        let largest = acts.iter().map(|it| it.2).fold(f64::NEG_INFINITY, f64::max);
        let mut worst = acts.iter().filter(|it| it.2 >= largest - EQUAL * whole * most);
        let act = worst.next().filter(|it| worst.next().is_none() && Some(it.1) == agent);
        Some(Self {
            judge: record.algorithm.clone(),
            human: false,
            person: None,
            agent,
            agent_text: names(episode, &first, "or"),
            act: act.map(|it| it.0),
            act_text: None,
            reason: None,
            probabilities,
        })
    }

    /// `a person`, `a person (ana)`, or the judge's name.
    pub fn judge_words(&self) -> String {
        match &self.person {
            Some(name) => format!("a person ({name})"),
            None if self.human => "a person".to_owned(),
            None => self.judge.replace('_', " "),
        }
    }

    /// ` at act 9`.
    pub(super) fn at(&self, episode: &Episode) -> String {
        let act = self.act.map(|it| episode.act(it).id.clone()).or_else(|| self.act_text.clone());
        act.map(|it| format!(" at {}", at_words(&it, 32))).unwrap_or_default()
    }

    pub(super) fn words(&self, episode: &Episode) -> Sentence {
        let mut out = Sentence::default();
        out.push(Clause::of("").quote(&self.agent_text).and(self.at(episode)));
        let equal = tied(&self.probabilities).count();
        if let Some((_, first)) = self.probabilities.first() {
            let rest = &self.probabilities[equal..];
            let others: Vec<String> =
                rest.iter().take(3).map(|it| format!("{} {}", name(episode, it.0), percent(it.1))).collect();
            let others = if others.is_empty() { others.concat() } else { format!("; {}", others.join(", ")) };
            let each = if equal > 1 { " each" } else { "" };
            out.push(Clause::of(format!(", {} of the blame{each}", percent(*first))));
            out.push(Clause::ranked(1, others));
        }
        let judge = match self.judge_words().strip_prefix("a person") {
            Some(name) if self.human => format!("A person{name}"),
            _ => self.judge_words(),
        };
        out.push(match &self.reason {
            Some(reason) => Clause::of(format!(". {judge}: \"")).quote(reason).and("\""),
            None => Clause::ranked(1, format!(", says {}", self.judge_words())),
        });
        out
    }
}

/// Parts of the blame that differ by less, as a share of the largest, are equal.
const EQUAL: f64 = 1e-9;

/// Those with the most of the blame, of `probabilities` in order.
fn tied(probabilities: &[(AgentId, f64)]) -> impl Iterator<Item = &(AgentId, f64)> {
    let most = probabilities.first().map_or(0.0, |it| it.1);
    probabilities.iter().take_while(move |it| it.1 >= most * (1.0 - EQUAL))
}
