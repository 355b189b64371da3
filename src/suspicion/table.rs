//! The fitted table: what each signal weighs, how far from it a log may be, and how often it was right. Its provenance
//! stands in the file itself.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::signals::{COUNT, NAMES};

/// The table that is part of the program.
pub static TABLE: LazyLock<Table> = LazyLock::new(|| {
    Table::parse(include_str!("../../assets/suspicion.json")).expect("a test reads the file")
});

/// Weights by the shape of the conversation.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Table {
    /// What it was fitted on.
    pub fitted: Fitted,
    /// Chats and pipelines.
    pub chat: Weights,
    /// A lead who thinks to itself and tells workers what to do.
    pub lead: Weights,
}

/// What a table was fitted on.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Fitted {
    /// In words.
    pub data: String,
    /// Failures with a person's finding.
    pub episodes: u32,
}

/// The weights for one shape of conversation.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Weights {
    /// Log odds by unit of each signal.
    weights: BTreeMap<String, f64>,
    /// The probability that the window must hold, so that it covers what it promises.
    pub window_mass: f64,
    /// How often the window covers the act.
    pub window: Window,
    /// Mean over the fitted failures of the mean and of the deviation of each signal over the acts.
    mean: Vec<f64>,
    /// Their standard deviations.
    deviation: Vec<f64>,
    /// A distance above this had one in twenty of the fitted failures.
    pub limit: f64,
    /// How often it was right where it had never been fitted.
    pub apart: Apart,
}

/// How often the window covers the act that a person named.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
pub struct Window {
    /// Where it was calibrated.
    pub promised: f64,
    /// On failures kept apart.
    pub held: f64,
}

/// Failures that were kept apart, and in how many of them what was named is what a person named.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
pub struct Apart {
    /// Failures.
    pub episodes: u32,
    /// The agent.
    pub agent: u32,
    /// The act.
    pub act: u32,
    /// The act is among the first three.
    pub top3: u32,
    /// What naming the first act of a worker would have got right: the yardstick.
    pub first_worker: Yardstick,
}

/// How often a rule without a table is right.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
pub struct Yardstick {
    /// The agent.
    pub agent: u32,
    /// The act.
    pub act: u32,
}

impl Table {
    fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl Weights {
    /// The weight of each signal, in the order of [`NAMES`].
    pub(super) fn by_signal(&self) -> [f64; COUNT] {
        NAMES.map(|it| self.weights.get(it).copied().unwrap_or(0.0))
    }

    /// How far signals of acts are from those of the fitted failures: the root mean square of the standardised
    /// means and deviations.
    pub(super) fn distance(&self, rows: &[[f64; COUNT]]) -> f64 {
        let n = rows.len().max(1) as f64;
        let mean = |at: usize| rows.iter().map(|it| it[at]).sum::<f64>() / n;
        let deviation = |at: usize| {
            let mean = mean(at);
            (rows.iter().map(|it| (it[at] - mean).powi(2)).sum::<f64>() / n).sqrt()
        };
        let profile: Vec<f64> = (0..COUNT).map(mean).chain((0..COUNT).map(deviation)).collect();
        let far = profile.iter().zip(self.mean.iter().zip(&self.deviation));
        let square: f64 = far.map(|(it, (mean, deviation))| ((it - mean) / deviation).powi(2)).sum();
        (square / profile.len() as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_a_weight_and_a_profile_for_every_signal() {
        for weights in [&TABLE.chat, &TABLE.lead] {
            let names: Vec<&str> = weights.weights.keys().map(String::as_str).collect();
            assert_eq!(names.len(), COUNT);
            assert!(NAMES.iter().all(|it| names.contains(it)), "{names:?}");
            assert_eq!((weights.mean.len(), weights.deviation.len()), (2 * COUNT, 2 * COUNT));
            assert!(weights.apart.act <= weights.apart.top3 && weights.apart.top3 <= weights.apart.episodes);
        }
        assert_eq!(TABLE.fitted.episodes, 92);
    }

    #[test]
    fn sentences_do_not_contradict_themselves() {
        // What makes an act more suspicious in one kind of conversation never makes it less in the other.
        let (chat, lead) = (TABLE.chat.by_signal(), TABLE.lead.by_signal());
        for (at, name) in NAMES.iter().enumerate() {
            assert!(chat[at] * lead[at] >= 0.0, "{name}: {} and {}", chat[at], lead[at]);
        }
    }

    #[test]
    fn the_mean_profile_has_no_distance() {
        // One row equal to the means, but without their deviations: only these are missing.
        let weights = &TABLE.chat;
        let row: [f64; COUNT] = std::array::from_fn(|at| weights.mean[at]);
        let missing: f64 =
            (COUNT..2 * COUNT).map(|at| (weights.mean[at] / weights.deviation[at]).powi(2)).sum();
        let expected = (missing / (2 * COUNT) as f64).sqrt();
        assert!((weights.distance(&[row]) - expected).abs() < 1e-12);
    }
}
