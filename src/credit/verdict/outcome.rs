//! How the episode ended: status and reason, the reward and who says so, what was asked, expected and given.

use crate::model::{AgentId, Episode, RewardSource, RewardTotal, Status, Whose, as_logged};
use crate::text::{Clause, Sentence};

use super::super::figure::earned;
use super::words::name;

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
    /// The team's reward, or that of `whose`; `None`: none is logged (a status alone is no reward).
    pub reward: Option<RewardTotal>,
    /// Whose reward that is, where somebody chose another than the log's.
    pub whose: Option<Whose>,
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
            (_, Some(Status::Failure | Status::Error | Status::Truncated | Status::Aborted)) => {
                Ending::Failed
            }
            _ if episode.failed() => Ending::Failed,
            // A reward above 0 without a word for it is no proof of success.
            _ => Ending::Unknown,
        };
        let own: Vec<(AgentId, f64)> = episode.own_rewards().iter().map(|it| (it.agent, it.value)).collect();
        let whose = episode.whose.clone().filter(|it| Some(it) != episode.whose_by_default().as_ref());
        let is_of_team = |it: &RewardTotal| match it.source {
            RewardSource::Rewards(_) | RewardSource::Return => true,
            RewardSource::PerAgent(_) | RewardSource::Ends(_) => own.len() < 2 || whose.is_some(),
            RewardSource::Outcome => false,
        };
        Self {
            ending,
            status: status.map(|it| it.word().to_owned()),
            reason: end.and_then(|it| it.reason.clone()),
            reward: reward.filter(is_of_team),
            whose,
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
            let of = self.whose.as_ref().map(|it| format!(" of {}", episode.whose_words(it)));
            out.push(Clause::of(format!("R {}{}", as_logged(reward.value), of.unwrap_or_default())));
        }
        if !self.own.is_empty() {
            out.push(self.own_words(
                episode,
                match self.reward {
                    None => Clause::of("Own rewards: "),
                    Some(_) => Clause::ranked(1, "; own rewards: "),
                },
            ));
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
        if self.has_no_sum() {
            out.push(Clause::ranked(1, ". No team reward logged"));
        }
        if self.own.is_empty() && self.reward.is_none() {
            let word = if status.is_none() { "No" } else { ", no" };
            out.push(Clause::of(format!("{word} reward logged")));
        }
        if let Some(reason) = &self.reason {
            out.push(Clause::ranked(1, " (").quote(reason).and(")"));
        }
        if let Some(answer) = &self.answer {
            out.push(Clause::ranked(3, ". Said: ").quote(without_stop(answer)));
        }
        if let Some(expected) = &self.expected {
            out.push(Clause::ranked(3, ". Expected: ").quote(without_stop(expected)));
        }
        if let Some(task) = &self.task {
            out.push(Clause::ranked(2, ". Task: ").quote(task));
        }
        out
    }

    /// Whether agents have rewards of both signs, nobody chose whose is meant, and the team has none.
    pub(super) fn has_no_sum(&self) -> bool {
        self.reward.is_none() && self.has_both_signs()
    }

    /// Whether what one agent won another lost, and their sum stands or would stand for a team's reward.
    pub(super) fn hides_in_sum(&self) -> bool {
        (self.reward.is_none() || self.whose == Some(Whose::Sum)) && self.has_both_signs()
    }

    fn has_both_signs(&self) -> bool {
        let of_sign = |sign: f64| self.own.iter().any(|it| it.1 * sign > 0.0);
        of_sign(1.0) && of_sign(-1.0)
    }

    /// `clause` and `ada +1, bob -1 and 3 more`. Names give way where room is short: how it ended must not.
    fn own_words(&self, episode: &Episode, mut clause: Clause) -> Clause {
        for (at, (agent, value)) in self.own.iter().take(OWN).enumerate() {
            let between = if at > 0 { ", " } else { "" };
            clause = clause.and(between).quote(&name(episode, *agent)).and(format!(" {}", earned(*value)));
        }
        let more = self.own.len().saturating_sub(OWN);
        if more > 0 { clause.and(format!(" and {more} more")) } else { clause }
    }
}

/// A text without the full stop at its end: the sentence sets its own.
fn without_stop(text: &str) -> &str {
    let text = text.trim_end();
    text.strip_suffix('.').filter(|it| !it.ends_with('.')).unwrap_or(text)
}

/// Own rewards beyond this number are counted.
const OWN: usize = 4;
