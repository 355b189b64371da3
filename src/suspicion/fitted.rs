//! Failures with a person's finding: what a table is fitted on, and how often it is right about those it was not.

use super::{
    TextEstimate, estimate,
    signals::{COUNT, NAMES, Row},
    softmax,
    solve::{Fit, Named, fit},
};
use crate::model::{ActId, AgentId, Episode, is_person};

/// Parts that the failures are divided into: each is asked of a table that was fitted on the others.
pub const FOLDS: usize = 10;

/// A failure with a person's finding.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What it was about: failures of one task stay together.
    group: String,
    rows: Vec<Row>,
    /// Whose act each row is, and whether that agent may be named.
    agents: Vec<(AgentId, bool)>,
    acts: Vec<ActId>,
    has_lead: bool,
    /// The act that was named, its first row, and the agent.
    act: ActId,
    row: usize,
    agent: AgentId,
}

/// In how many failures something names what a person named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Right {
    /// The agent.
    pub agent: u32,
    /// The act.
    pub act: u32,
    /// The act is among the first three.
    pub top3: u32,
}

/// How often a table is right about failures it was not fitted on, beside rules that read nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Failures.
    pub failures: u32,
    /// The tables fitted on the others.
    pub fitted: Right,
    /// The first act of an agent other than the one that acts most.
    pub first_worker: Right,
    /// The agent that acts most.
    pub busiest: u32,
}

impl Failure {
    /// Of an episode that failed and in which a person named an act; `None`: it is none.
    pub fn of(episode: &Episode) -> Option<Self> {
        let label =
            episode.labels.iter().find(|it| it.blames() && it.act.is_some() && is_person(&it.judge))?;
        let (act, agent) = (label.act?, label.agent?);
        let TextEstimate { signals, agents: may_be_named, has_lead, .. } = estimate(episode)?;
        let clues = episode.clues.as_deref()?;
        let of = |act: ActId| episode.act(act).agent;
        let is_named = |it: AgentId| may_be_named.iter().any(|named| named.0 == it);
        let agents = clues.rows.iter().map(|it| (of(it.act), !it.is_result && is_named(of(it.act))));
        Some(Self {
            group: episode.group.clone().unwrap_or_else(|| episode.name.clone()),
            agents: agents.collect(),
            acts: clues.rows.iter().map(|it| it.act).collect(),
            row: clues.rows.iter().position(|it| it.act == act)?,
            rows: signals.rows,
            has_lead,
            act,
            agent,
        })
    }

    /// Whether a lead thinks to itself or tells others what to do.
    pub fn has_lead(&self) -> bool {
        self.has_lead
    }

    fn named(&self) -> Named<'_> {
        Named { rows: &self.rows, row: self.row, has_lead: self.has_lead }
    }

    /// What a table says of it.
    fn asked(&self, weights: &[f64; COUNT]) -> Right {
        let score = |row: &Row| row.iter().zip(weights).map(|it| it.0 * it.1).sum::<f64>();
        let p = softmax(&self.rows.iter().map(score).collect::<Vec<f64>>());
        let mut sums: Vec<(AgentId, f64)> = Vec::new();
        let mut acts: Vec<(ActId, f64)> = Vec::new();
        for (((agent, may_be_named), act), p) in self.agents.iter().zip(&self.acts).zip(&p) {
            if *may_be_named {
                acts.push((*act, *p));
            }
            match sums.iter_mut().find(|it| it.0 == *agent) {
                Some(it) => it.1 += p,
                None => sums.push((*agent, *p)),
            }
        }
        sums.retain(|it| self.agents.iter().any(|agent| agent.0 == it.0 && agent.1));
        sums.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        acts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let one = |it: bool| u32::from(it);
        Right {
            agent: one(sums.first().is_some_and(|it| it.0 == self.agent)),
            act: one(acts.first().is_some_and(|it| it.0 == self.act)),
            top3: one(acts.iter().take(3).any(|it| it.0 == self.act)),
        }
    }

    /// What the rules that read nothing say of it: the first act of a worker, and the agent that acts most.
    fn by_rules(&self) -> (Right, u32) {
        let mut counts: Vec<(AgentId, u32)> = Vec::new();
        for (agent, _) in self.agents.iter().filter(|it| it.1) {
            match counts.iter_mut().find(|it| it.0 == *agent) {
                Some(it) => it.1 += 1,
                None => counts.push((*agent, 1)),
            }
        }
        let busiest = counts.iter().rev().max_by_key(|it| it.1).map(|it| it.0);
        let first =
            self.agents.iter().skip(1).position(|it| it.1 && Some(it.0) != busiest).map_or(0, |it| it + 1);
        let right = Right {
            agent: u32::from(self.agents[first].0 == self.agent),
            act: u32::from(self.acts[first] == self.act),
            top3: u32::from(self.acts[first] == self.act),
        };
        (right, u32::from(busiest == Some(self.agent)))
    }
}

impl Right {
    fn add(&mut self, other: Right) {
        self.agent += other.agent;
        self.act += other.act;
        self.top3 += other.top3;
    }
}

/// The table for all of them.
pub fn fit_all(failures: &[Failure]) -> Fit {
    fit(&failures.iter().map(Failure::named).collect::<Vec<_>>())
}

/// The names of the signals with their weights in chats and in logs with a lead.
pub fn named_weights(fit: &Fit) -> impl Iterator<Item = (&'static str, f64, f64)> + '_ {
    NAMES.into_iter().zip(fit.chat.iter().zip(&fit.lead)).map(|(name, (chat, lead))| (name, *chat, *lead))
}

/// How often tables are right about failures that they were not fitted on: chats, and logs with a lead. Signals and their
/// signs were chosen on other failures and are not chosen anew.
pub fn cross_validated(failures: &[Failure]) -> [Figures; 2] {
    let mut groups: Vec<&str> = failures.iter().map(|it| it.group.as_str()).collect();
    groups.sort_unstable();
    groups.dedup();
    let fold = |it: &Failure| groups.binary_search(&it.group.as_str()).unwrap_or(0) % FOLDS;
    let mut figures = [Figures::default(); 2];
    for part in 0..FOLDS {
        if !failures.iter().any(|it| fold(it) == part) {
            continue;
        }
        let others: Vec<Named<'_>> =
            failures.iter().filter(|it| fold(it) != part).map(Failure::named).collect();
        let table = fit(&others);
        for failure in failures.iter().filter(|it| fold(it) == part) {
            let of = &mut figures[usize::from(failure.has_lead)];
            let (first_worker, busiest) = failure.by_rules();
            of.failures += 1;
            of.fitted.add(failure.asked(table.of(failure.has_lead)));
            of.first_worker.add(first_worker);
            of.busiest += busiest;
        }
    }
    figures
}
