//! An agent's credit split over its messages: both ways add up to the agent's credit.
//!
//! Structural, not causal: scores of steps only steer how an existing number is divided.

use crate::model::{
    ActId, ActKind, AgentId, Attribution, CreditItem, DeclaredCredit, Episode, Origin, Scenario, Unavailable,
};
use crate::stats::sum;

use super::choice::carry;
use super::figure;
use super::question::missing;
use super::{compute_plain, rewarded};

/// How an agent's credit is split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MessageSplit {
    /// `phi/|M| + beta (s_m - mean s)`: an even share, moved by how a message scored.
    Centred {
        /// Reward units per unit of score.
        beta: f64,
    },
    /// `phi softmax(s/tau)`: shares by score.
    Softmax {
        /// Temperature above 0, in units of score: large evens out.
        tau: f64,
    },
}

/// How messages are divided on a screen: both splits at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MessageSetting {
    /// Reward units per unit of score of the centred split.
    pub beta: f64,
    /// Temperature above 0 of the softmax split, in units of score.
    pub tau: f64,
}

impl Default for MessageSetting {
    fn default() -> Self {
        Self { beta: 0.1, tau: 1.0 }
    }
}

/// One message and every number there is for it.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageRow {
    /// The message.
    pub act: ActId,
    /// What it keeps when the reward walks back through the graph; `None` if that cannot be computed.
    pub flow: Option<f64>,
    /// The logged score; `None` if none is logged: it then counts as the mean of its sender's others.
    pub score: Option<f64>,
    /// The record of the score.
    pub origin: Option<Origin>,
    /// Its part of the sender's credit by `phi/|M| + beta (s - mean s)`; `None` if the sender has no number.
    pub centred: Option<f64>,
    /// The same by `phi softmax(s/tau)`.
    pub softmax: Option<f64>,
}

/// The messages of one agent, with the sums that must come out.
#[derive(Clone, Debug, PartialEq)]
pub struct Sender {
    /// Who.
    pub agent: AgentId,
    /// Its credit, which both splits divide; `None`: no number.
    pub credit: Option<f64>,
    /// Its messages, in order of time.
    pub messages: Vec<MessageRow>,
    /// Sum of the messages' part in the propagation; less than the agent's own if it also acted.
    pub flow: Option<f64>,
    /// Sum of the centred split minus the credit: 0 up to rounding.
    pub centred_residual: Option<f64>,
    /// Sum of the softmax split minus the credit.
    pub softmax_residual: Option<f64>,
}

/// Credit of every message: by propagation, and by both splits of its sender's credit. Structural, not
/// causal.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageTable {
    /// What was used.
    pub setting: MessageSetting,
    /// Title of the credit that is split.
    pub title: String,
    /// Title of the propagation, or why there is none.
    pub flow: Result<String, Unavailable>,
    /// The algorithm whose scores steer the splits; `None` if no message is scored: both splits are then
    /// even.
    pub scores: Option<String>,
    /// Agents that sent something, ascending by id.
    pub senders: Vec<Sender>,
}

/// The messages of `episode` with their parts of `credit`, the answer to `scenario`.
///
/// # Errors
/// When no message is logged.
pub fn message_table(
    episode: &Episode,
    scenario: &Scenario,
    credit: &Attribution,
    setting: MessageSetting,
) -> Result<MessageTable, Unavailable> {
    let episode = &rewarded(episode, scenario);
    let mut by_agent: Vec<Vec<ActId>> = vec![Vec::new(); episode.agents.len()];
    let messages = episode.act_ids().filter(|it| episode.act(*it).kind == ActKind::Message);
    messages.for_each(|it| by_agent[episode.act(it).agent.index()].push(it));
    if by_agent.iter().all(Vec::is_empty) {
        return Err(missing("no message is logged (`message` records)"));
    }
    let propagation = match scenario.method.as_str() {
        "backprop" => scenario.clone(),
        _ => carry(scenario, Scenario::of_method("backprop")),
    };
    let flow = compute_plain(episode, &propagation);
    let flow_of = |act: ActId| flow.as_ref().ok()?.act(act).map(|it| it.value);
    let MessageSetting { beta, tau } = setting;
    let mut scores = None;
    let mut senders = Vec::new();
    let items = ScoredItems::of(episode);
    for (agent, acts) in episode.agent_ids().zip(by_agent).filter(|it| !it.1.is_empty()) {
        let scored = Scores::of(&items, &acts);
        if scored.algorithm.is_some() {
            scores = scores.or(scored.algorithm.clone());
        }
        let phi = credit.agent(agent).map(|it| it.value);
        let split = |how: MessageSplit| phi.map(|phi| split_credit(phi, &scored.filled(), how));
        let (centred, softmax) =
            (split(MessageSplit::Centred { beta }), split(MessageSplit::Softmax { tau }));
        let residual = |parts: &Option<Vec<f64>>| {
            parts.as_ref().zip(phi).map(|(parts, phi)| sum(parts.iter().copied().chain([-phi])))
        };
        let part = |parts: &Option<Vec<f64>>, at: usize| parts.as_ref().map(|it| it[at]);
        let rows: Vec<MessageRow> = acts
            .iter()
            .enumerate()
            .map(|(at, act)| MessageRow {
                act: *act,
                flow: flow_of(*act),
                score: scored.values[at].map(|it| it.0),
                origin: scored.values[at].map(|it| it.1),
                centred: part(&centred, at),
                softmax: part(&softmax, at),
            })
            .collect();
        senders.push(Sender {
            agent,
            credit: phi,
            flow: flow.is_ok().then(|| sum(rows.iter().filter_map(|it| it.flow))),
            centred_residual: residual(&centred),
            softmax_residual: residual(&softmax),
            messages: rows,
        });
    }
    let title = credit.title.clone();
    Ok(MessageTable { setting, title, flow: flow.map(|it| it.title), scores, senders })
}

impl MessageTable {
    /// How the splits are made, one sentence.
    pub fn sentence(&self) -> String {
        let MessageSetting { beta, tau } = self.setting;
        let (beta, tau) = (figure::significant(beta), figure::significant(tau));
        match &self.scores {
            Some(algorithm) => format!(
                "steps scored by '{algorithm}': phi/|M| + beta (s - mean s), beta {beta}; phi softmax(s/tau), tau {tau}"
            ),
            None => "no message is scored (`credit.items[].of`): both splits are even".to_owned(),
        }
    }
}

/// What the log says a message scored.
struct Scores {
    algorithm: Option<String>,
    values: Vec<Option<(f64, Origin)>>,
}

/// What each declared credit says of acts.
struct ScoredItems<'a> {
    /// By record, the last item about each act, ascending.
    records: Vec<(&'a DeclaredCredit, Vec<(ActId, &'a CreditItem)>)>,
}

impl<'a> ScoredItems<'a> {
    fn of(episode: &'a Episode) -> Self {
        let last_of_each = |declared: &'a DeclaredCredit| {
            let mut items: Vec<(ActId, &CreditItem)> =
                declared.items.iter().rev().filter_map(|it| Some((it.act?, it))).collect();
            // Stable: of one act the last stays first.
            items.sort_by_key(|it| it.0);
            items.dedup_by_key(|it| it.0);
            (declared, items)
        };
        let records = episode.declared.iter().map(last_of_each);
        Self { records: records.filter(|it| !it.1.is_empty()).collect() }
    }
}

impl Scores {
    /// Of the first declared credit that scores any of `acts`.
    fn of(items: &ScoredItems<'_>, acts: &[ActId]) -> Self {
        let none = Self { algorithm: None, values: vec![None; acts.len()] };
        let scored = items.records.iter().map(|(declared, items)| {
            let score = |act: &ActId| {
                let item = items[items.binary_search_by_key(act, |it| it.0).ok()?].1;
                Some((item.value.filter(|it| it.is_finite())?, item.origin))
            };
            let algorithm = Some(declared.algorithm.clone());
            Self { algorithm, values: acts.iter().map(score).collect() }
        });
        scored.into_iter().find(|it| it.values.iter().any(Option::is_some)).unwrap_or(none)
    }

    /// With the mean of the others where none is logged.
    fn filled(&self) -> Vec<f64> {
        let known: Vec<f64> = self.values.iter().flatten().map(|it| it.0).collect();
        let mean = if known.is_empty() { 0.0 } else { sum(known.iter().copied()) / known.len() as f64 };
        self.values.iter().map(|it| it.map_or(mean, |it| it.0)).collect()
    }
}

/// Splits `credit` over messages with these scores; empty for none.
pub fn split_credit(credit: f64, scores: &[f64], how: MessageSplit) -> Vec<f64> {
    let n = scores.len() as f64;
    match how {
        MessageSplit::Centred { beta } => {
            let mean = sum(scores.iter().copied()) / n;
            scores.iter().map(|it| credit / n + beta * (it - mean)).collect()
        }
        MessageSplit::Softmax { tau } => {
            // Relative to the best, so that nothing overflows.
            let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let weights: Vec<f64> = scores.iter().map(|it| ((it - best) / tau).exp()).collect();
            let all = sum(weights.iter().copied());
            weights.iter().map(|it| credit * it / all).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::credit::compute;
    use crate::credit::fixture::{assert_close, list, vectors};
    use crate::model::Scenario;
    use crate::model::draft::Draft;

    #[test]
    fn vectors_of_message_splits() {
        let vector = &vectors()["message_split"];
        let number = |name: &str| vector[name].as_f64().expect("a number");
        let (credit, scores) = (number("agent_credit"), list(&vector["message_scores"]));
        let centred = split_credit(credit, &scores, MessageSplit::Centred { beta: number("beta") });
        assert_close(&centred, &list(&vector["centered_additive"]));
        let softmax = split_credit(credit, &scores, MessageSplit::Softmax { tau: 0.5 });
        assert_close(&softmax, &list(&vector["softmax_tau0.5"]));
    }

    #[test]
    fn messages_share_their_senders_credit() {
        let draft = Draft::of(2).message(0, &[]).message(0, &[]).act(1, &[]).reward(1.0, &[]);
        let draft =
            draft.declared("scores", &[(0, 1.0)]).last_declared(|it| it.items[0].act = Some(ActId(1)));
        let episode = draft.episode();
        let scenario = Scenario::of_method("uniform");
        let attribution = compute(&episode, &scenario).expect("a reward");
        let setting = MessageSetting { beta: 1.0, tau: 1.0 };
        let table = message_table(&episode, &scenario, &attribution, setting).expect("two messages");
        let [sender] = table.senders.as_slice() else { panic!("a1 sent nothing: {table:?}") };
        let parts = &sender.messages;
        // One score only: the other message counts as average, so the split is even.
        assert_close(&parts.iter().filter_map(|it| it.centred).collect::<Vec<_>>(), &[0.25, 0.25]);
        assert_eq!((parts[0].score, parts[1].score), (None, Some(1.0)));
    }

    #[test]
    fn a_table_has_every_number_of_a_message_and_its_sums() {
        // Act 0 and 1 are messages of a0, act 2 an action of a1 that came of both; R = 1 starts at act 2.
        let draft = Draft::of(2).message(0, &[]).message(0, &[0]).act(1, &[1]).reward(1.0, &[]);
        let draft = draft.declared("judge", &[(0, 2.0), (0, 4.0)]).last_declared(|it| {
            it.items[0].act = Some(ActId(0));
            it.items[1].act = Some(ActId(1));
        });
        let (episode, scenario) = (draft.episode(), Scenario::of_method("uniform"));
        let credit = compute(&episode, &scenario).expect("a reward");
        let setting = MessageSetting { beta: 0.1, tau: 2.0 };
        let table = message_table(&episode, &scenario, &credit, setting).expect("messages");
        let [sender] = table.senders.as_slice() else { panic!("one sender: {table:?}") };
        let column = |of: fn(&MessageRow) -> Option<f64>| -> Vec<f64> {
            sender.messages.iter().map(|it| of(it).expect("a number")).collect()
        };
        // rho 0.5: act 2 keeps 1/2, message 1 a quarter, message 0, which came of nothing, the other quarter.
        assert_close(&column(|it| it.flow), &[0.25, 0.25]);
        // phi = 1/2: half of it each, moved by 0.1 (s - 3); softmax of 1 and 2.
        assert_close(&column(|it| it.centred), &[0.15, 0.35]);
        let e = 1f64.exp();
        assert_close(&column(|it| it.softmax), &[0.5 / (1.0 + e), 0.5 * e / (1.0 + e)]);
        let residuals = [sender.centred_residual, sender.softmax_residual].map(|it| it.expect("a number"));
        assert!(residuals.iter().all(|it| it.abs() < 1e-12), "{residuals:?}");
        assert_eq!((sender.flow, table.scores.as_deref()), (Some(0.5), Some("judge")));
        assert!(sender.messages.iter().all(|it| it.origin.is_some()));
        let silent = Draft::of(1).acts(&[0]).reward(1.0, &[]).episode();
        let refused = message_table(&silent, &scenario, &credit, setting).expect_err("no message");
        assert_eq!(refused.missing, "no message is logged (`message` records)");
    }

    proptest! {
        #[test]
        fn both_splits_conserve(credit in -5.0..5.0f64, scores in proptest::collection::vec(-3.0..3.0f64, 1..9)) {
            for how in [MessageSplit::Centred { beta: 0.3 }, MessageSplit::Softmax { tau: 0.7 }] {
                let all = sum(split_credit(credit, &scores, how));
                prop_assert!((all - credit).abs() < 1e-12);
            }
        }
    }
}
