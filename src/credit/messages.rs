//! An agent's credit split over its messages (METHODS 7): both ways add up to the agent's credit.
//!
//! Structural, not causal: scores of steps steer how a number that is already there is divided.

use crate::model::{ActId, ActKind, AgentId, Attribution, Episode};
use crate::stats::sum;

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

/// One message's part of its sender's credit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MessageCredit {
    /// The message.
    pub act: ActId,
    /// Its part, in reward units.
    pub value: f64,
    /// The logged score it was split by; `None`: none is logged, it counts as the mean of the others.
    pub score: Option<f64>,
}

/// The messages of `agent` with their parts of its credit; scores are what a declared credit says of each
/// message (the first record that scores any of them). `None`: the agent has no number or sent nothing.
pub fn message_credit(
    episode: &Episode,
    attribution: &Attribution,
    agent: AgentId,
    how: MessageSplit,
) -> Option<Vec<MessageCredit>> {
    let credit = attribution.agent(agent)?.value;
    let sent = |act: &ActId| episode.act(*act).kind == ActKind::Message && episode.act(*act).agent == agent;
    let messages: Vec<ActId> = episode.act_ids().filter(sent).collect();
    if messages.is_empty() {
        return None;
    }
    let scores_of = |declared: &crate::model::DeclaredCredit| -> Vec<Option<f64>> {
        let score = |act: &ActId| declared.items.iter().rev().find(|it| it.act == Some(*act))?.value;
        messages.iter().map(score).collect()
    };
    let scored = episode.declared.iter().map(scores_of).find(|it| it.iter().any(Option::is_some));
    let scored = scored.unwrap_or_else(|| vec![None; messages.len()]);
    let known: Vec<f64> = scored.iter().flatten().copied().collect();
    let mean = if known.is_empty() { 0.0 } else { sum(known.iter().copied()) / known.len() as f64 };
    let scores: Vec<f64> = scored.iter().map(|it| it.unwrap_or(mean)).collect();
    let values = split_credit(credit, &scores, how);
    let parts = messages.into_iter().zip(values).zip(scored);
    Some(parts.map(|((act, value), score)| MessageCredit { act, value, score }).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::credit::compute;
    use crate::credit::fixture::{Draft, assert_close, list, vectors};
    use crate::model::Scenario;

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
        let attribution = compute(&episode, &Scenario::of_method("uniform")).expect("a reward");
        let how = MessageSplit::Centred { beta: 1.0 };
        let parts = message_credit(&episode, &attribution, AgentId(0), how).expect("two messages");
        // One score only: the other message counts as average, so the split is even.
        assert_close(&parts.iter().map(|it| it.value).collect::<Vec<_>>(), &[0.25, 0.25]);
        assert_eq!((parts[0].score, parts[1].score), (None, Some(1.0)));
        assert_eq!(message_credit(&episode, &attribution, AgentId(1), how), None);
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
