//! How the episode ended: status and reason, the reward and who says so, what was asked, expected and given.

use crate::model::{AgentId, Episode, RewardSource, RewardTotal, Status, places, signed};
use crate::stats::sum;
use crate::text::{Clause, Sentence};

use super::words::{credit, name};

/// Whether it succeeded, as far as the log says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// It failed.
    Failed,
    /// It reached its goal.
    Succeeded,
    /// It goes on.
    Open,
    /// It ended; whether well, the log does not say.
    Unknown,
}

impl Ending {
    /// The word in the gutter, at most four letters.
    pub fn word(self) -> &'static str {
        match self {
            Ending::Failed => "FAIL",
            Ending::Succeeded => "OK",
            Ending::Open => "OPEN",
            Ending::Unknown => "END",
        }
    }
}

/// How the episode ended. Texts are display-safe.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Whether it succeeded.
    pub ending: Ending,
    /// The status as the log has it, in a word; `None`: none is logged.
    pub status: Option<String>,
    /// Why it ended.
    pub reason: Option<String>,
    /// The team's reward; `None`: none is logged (a status alone is no reward).
    pub reward: Option<RewardTotal>,
    /// Own rewards of agents, summed, by agent; empty: none is logged.
    pub own: Vec<(AgentId, f64)>,
    /// What was asked of the team.
    pub task: Option<String>,
    /// The right answer.
    pub expected: Option<String>,
    /// The team's answer.
    pub answer: Option<String>,
}

impl Outcome {
    /// Of an episode.
    pub fn of(episode: &Episode) -> Self {
        let end = episode.outcome.as_ref();
        let status = end.and_then(|it| it.status.as_ref());
        let reward = episode.reward();
        let ending = match (end, status) {
            (None, _) => Ending::Open,
            (_, Some(Status::Success)) => Ending::Succeeded,
            _ if episode.failed() => Ending::Failed,
            // A reward above 0 without a word for it is no proof of success.
            _ => Ending::Unknown,
        };
        let own = own_rewards(episode);
        let is_of_team = |it: &RewardTotal| match it.source {
            RewardSource::Rewards(_) | RewardSource::Return => true,
            RewardSource::PerAgent(_) => own.len() < 2,
            RewardSource::Outcome => false,
        };
        Self {
            ending,
            status: status.map(status_word),
            reason: end.and_then(|it| it.reason.clone()),
            reward: reward.filter(is_of_team),
            own,
            task: episode.task.clone(),
            expected: end.and_then(|it| it.ground_truth.clone()),
            answer: end.and_then(|it| it.answer.clone()),
        }
    }

    /// In words: what never goes comes first, texts of the log are cut to the room there is.
    pub fn words(&self, episode: &Episode) -> Sentence {
        let mut out = Sentence::default();
        if let Some(reward) = &self.reward {
            out.push(Clause::of(format!("R {}", as_logged(reward.value))));
        }
        if !self.own.is_empty() {
            let text = self.own_words(episode);
            out.push(match self.reward {
                None => Clause::of(format!("Own rewards: {text}")),
                Some(_) => Clause::ranked(1, format!("; own rewards: {text}")),
            });
        }
        let status = match (self.ending, &self.status) {
            (Ending::Open, _) => Some("not ended"),
            // The gutter says so.
            (_, Some(word)) if matches!(word.as_str(), "failure" | "success") => None,
            (_, Some(word)) => Some(word.as_str()),
            (_, None) => Some("no status logged"),
        };
        if let Some(status) = status {
            out.push(Clause::of(format!(", {status}")));
        }
        if self.own.is_empty() && self.reward.is_none() {
            let word = if status.is_none() { "No" } else { ", no" };
            out.push(Clause::of(format!("{word} reward logged")));
        }
        if let Some(reason) = &self.reason {
            out.push(Clause::ranked(1, " (").quote(reason).and(")"));
        }
        if let Some(answer) = &self.answer {
            out.push(Clause::ranked(3, ". Said: ").quote(answer));
        }
        if let Some(expected) = &self.expected {
            out.push(Clause::ranked(3, ". Expected: ").quote(expected));
        }
        if let Some(task) = &self.task {
            out.push(Clause::ranked(2, ". Task: ").quote(task));
        }
        out
    }

    /// `ada +1, bob -1 and 3 more`.
    fn own_words(&self, episode: &Episode) -> String {
        let largest = self.own.iter().map(|it| it.1.abs()).fold(0.0, f64::max);
        let one = |it: &(AgentId, f64)| format!("{} {}", name(episode, it.0), credit(it.1, largest));
        let shown: Vec<String> = self.own.iter().take(OWN).map(one).collect();
        let more = self.own.len().saturating_sub(OWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", shown.join(", "))
    }
}

/// Own rewards beyond this number are counted.
const OWN: usize = 4;

/// The sum of the own rewards of each agent that has one, by agent.
fn own_rewards(episode: &Episode) -> Vec<(AgentId, f64)> {
    let mut by_agent: Vec<Vec<f64>> = vec![Vec::new(); episode.agents.len()];
    for reward in &episode.rewards {
        if let (Some(agent), Some(value)) = (reward.agent, reward.value)
            && let Some(values) = by_agent.get_mut(agent.index())
        {
            values.push(value);
        }
    }
    let known = by_agent.into_iter().enumerate().filter(|it| !it.1.is_empty());
    known.map(|(agent, values)| (AgentId::from_index(agent), sum(values))).collect()
}

fn status_word(status: &Status) -> String {
    match status {
        Status::Success => "success".to_owned(),
        Status::Failure => "failure".to_owned(),
        Status::Truncated => "truncated".to_owned(),
        Status::Error => "error".to_owned(),
        Status::Aborted => "aborted".to_owned(),
        Status::Other(word) => word.clone(),
    }
}

/// A reward as it is logged, if that takes no more than four decimals: with two at least, and no `+`.
fn as_logged(value: f64) -> String {
    let decimals = (2..=4).find(|it| (value * 10f64.powi(*it)).fract().abs() < 1e-9);
    let text = signed(value, decimals.map_or_else(|| places(value), |it| it as usize));
    text.trim_start_matches([' ', '+']).to_owned()
}
