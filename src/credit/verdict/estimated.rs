//! An estimate from the text, where nothing was measured, modelled, declared or judged: who may be to blame, never who
//! is.

use std::sync::Arc;

use crate::model::{ActId, AgentId, Episode};
use crate::suspicion::{self, Apart, Evidence, TABLE, TextEstimate};
use crate::text::{Clause, Sentence};

use super::words::{act_name, name};

/// Reasons that are told with a name.
const REASONS: usize = 2;
/// A reason of this weight that quotes the text is told before all others.
const QUOTING: f64 = 0.1;
/// Agents whose P is told.
const AGENTS: usize = 3;

/// Who may be to blame, by the text alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimated {
    /// P of every act and agent.
    pub estimate: Arc<TextEstimate>,
    /// The most suspect act of the most suspect agent.
    pub act: Option<ActId>,
    /// Why that act.
    pub evidence: Vec<Evidence>,
}

impl Estimated {
    pub(super) fn of(episode: &Episode) -> Option<Self> {
        let estimate = suspicion::estimate(episode)?;
        let act = estimate.first_act(episode);
        let evidence = act.map(|it| estimate.evidence(episode, it)).unwrap_or_default();
        Some(Self { estimate: Arc::new(estimate), act, evidence })
    }

    /// The most suspect agent and its P.
    pub fn suspect(&self) -> (AgentId, f64) {
        self.estimate.first()
    }

    /// `Perhaps WebSurfer, P 0.64; at act 4 (P 0.15): by a worker; longer than usual here (3669 characters)`.
    pub(super) fn words(&self, episode: &Episode) -> Sentence {
        let (agent, p) = self.suspect();
        let mut out = Sentence::default();
        // Of one agent alone it only says where.
        if self.estimate.agents.len() > 1 {
            out.push(Clause::of(format!("Perhaps {}, P {p:.2}", name(episode, agent))));
        } else {
            out.push(Clause::of(format!("Perhaps {}", name(episode, agent))));
        }
        let Some(act) = self.act else { return out };
        out.push(Clause::of(format!("; at {} (P {:.2})", act_name(episode, act), self.estimate.act(act))));
        let speaks_against = self.evidence.iter().filter(|it| it.weight > 0.0);
        let mut reasons: Vec<&Evidence> = speaks_against.collect();
        // What quotes the text says more to a reader than how long it is.
        reasons.sort_by_key(|it| !(it.words.contains('"') && it.weight >= QUOTING));
        for (at, it) in reasons.into_iter().take(REASONS).enumerate() {
            let separator = if at == 0 { ": " } else { "; " };
            out.push(Clause::ranked(1 + at as u8, separator).quote(&it.words));
        }
        out
    }

    /// How the P are spread.
    pub(super) fn spread(&self, episode: &Episode) -> Sentence {
        let estimate = &self.estimate;
        let one = |it: &ActId| format!("{} {:.2}", act_name(episode, *it), estimate.act(*it));
        let top: Vec<String> = estimate.top.iter().map(one).collect();
        let held: f64 = estimate.top.iter().map(|it| estimate.act(*it)).sum();
        let mut out = Sentence::of([Clause::of(format!("First acts to look at: {}", top.join(", ")))]);
        out.push(Clause::ranked(2, format!(", together {held:.2}")));
        let others = estimate.agents.iter().take(AGENTS);
        let others: Vec<String> = others.map(|it| format!("{} {:.2}", name(episode, it.0), it.1)).collect();
        out.push(Clause::ranked(1, format!(". By agent: {}", others.join(", "))));
        if !estimate.is_unlike() {
            let (from, to) = estimate.window;
            let acts = to.index() + 1 - from.index();
            let window = estimate.table().window;
            out.push(Clause::ranked(
                3,
                format!(
                    ". {} to {}, {acts} of {} acts, hold it in {:.0} of 100 such failures",
                    act_name(episode, from),
                    act_name(episode, to),
                    episode.acts.len(),
                    100.0 * window.held
                ),
            ));
        }
        out
    }
}

/// What an estimate rests on, and how often it was right beside a rule that reads nothing.
pub(super) fn ground_words(estimate: &TextEstimate) -> Sentence {
    let Apart { episodes, agent, top3, first_worker, .. } = estimate.table().apart;
    Sentence::of([
        Clause::of("Estimated from the text alone"),
        Clause::ranked(1, format!(": 22 signals fitted on {} annotated failures", TABLE.fitted.episodes)),
        Clause::ranked(
            2,
            format!(
                ". Of {episodes} others it named the agent a person names in {agent} (the first worker to act: {})",
                first_worker.agent
            ),
        ),
        Clause::ranked(3, format!(", and has the act among its first three in {top3}")),
    ])
}
