//! On what grounds a verdict stands: a rung of the ladder, how much of it there is, and what was measured in
//! vain.

use crate::model::{Attribution, Candidate, CoalitionTable, Episode, Provenance, ReplayGroup};
use crate::suspicion::TextEstimate;
use crate::text::{Clause, Sentence};

use super::super::figure::{self, count};
use super::super::method::is_complete;
use super::super::sweep::Data;
use super::super::whose::{has_own_values, is_of_policies};
use super::judgement::Judgement;

/// The ladder of grounds, best first. The shape of a trace is no rung: it never leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// Coalitions or replays that were run.
    Measured,
    /// Values a model estimates.
    Modelled,
    /// Credit of the log that a recomputation confirms.
    DeclaredChecked,
    /// Credit of the log that nothing in it can check.
    Declared,
    /// The word of a person or a model.
    Judged,
    /// Signals in the text, with fitted probabilities: it may lead, and is never strong.
    Estimated,
    /// Nothing.
    Nothing,
}

impl Rung {
    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Rung::Measured => "measured",
            Rung::Modelled => "modelled",
            Rung::DeclaredChecked => "declared, checked",
            Rung::Declared => "declared",
            Rung::Judged => "judged",
            Rung::Estimated => "estimated",
            Rung::Nothing => "none",
        }
    }

    /// The same in at most nine columns.
    pub fn short_word(self) -> &'static str {
        match self {
            Rung::DeclaredChecked => "checked",
            it => it.word(),
        }
    }

    /// The rung of numbers of this provenance; `None`: the shape of a trace, which is no ground.
    pub fn of(provenance: Provenance) -> Option<Self> {
        match provenance {
            Provenance::Replayed => Some(Rung::Measured),
            Provenance::Modelled => Some(Rung::Modelled),
            Provenance::Declared => Some(Rung::Declared),
            Provenance::Structural => None,
        }
    }

    /// Whether numbers of this rung are shown as strong.
    pub fn is_strong(self) -> bool {
        self < Rung::Estimated
    }
}

/// What a verdict rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Ground {
    /// The rung of the ladder.
    pub rung: Rung,
    /// Who says so: the algorithm of declared credit, the judge; empty: the log's own data.
    pub by: String,
    /// How much of it there is: `16 of 16 coalitions x 256 runs`; empty: it is not counted.
    pub amount: String,
    /// How much there is of what the act named rests on, where that is something else.
    pub act_amount: String,
    /// `method/baseline` that confirms declared credit, where it is that which leads.
    pub checked_by: Option<String>,
    /// What computed declared credit anew and did not find it.
    pub refuted_by: Option<String>,
    /// Declared credit that is the shape of the trace alone, and the method that gives it: it never leads.
    pub shape: Option<(String, String)>,
    /// Measurements that were made and tell nobody apart.
    pub silent: Vec<Data>,
    /// `method/baseline` of the credit that was asked for, where it may not lead.
    pub shown: Option<String>,
    /// The record that would let something tell; `None`: something does.
    pub unlock: Option<Unlock>,
}

/// A record that would unlock a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unlock {
    /// Replays of an act: nothing of the kind is there.
    Replays,
    /// A whole run of what was really done: those that were replayed broke off.
    WholeRun,
    /// Replays of other acts: those that were replayed tell nothing.
    MoreReplays,
    /// The coalitions that are missing.
    Coalitions,
    /// Values of all alternatives: some are there.
    Values,
    /// What single agents earn otherwise: they are paid apart, and nobody is paid for the team.
    OwnValues,
}

impl Unlock {
    /// The nearest record that is missing from an episode.
    pub(super) fn of(episode: &Episode) -> Self {
        let has_values = episode.tables.iter().any(|it| it.alternatives.iter().any(|it| it.q.mean.is_some()));
        let is_open = |it: &CoalitionTable| !is_complete(it);
        let is_own = episode.whose().is_none() || !is_of_policies(episode);
        if is_own && !has_own_values(episode) {
            Unlock::OwnValues
        } else if episode.replays.iter().any(is_lost) {
            Unlock::WholeRun
        } else if !episode.replays.is_empty() {
            Unlock::MoreReplays
        } else if episode.coalitions.iter().any(is_open) {
            Unlock::Coalitions
        } else if has_values {
            Unlock::Values
        } else {
            Unlock::Replays
        }
    }

    /// The record, in words.
    pub fn words(self) -> &'static str {
        match self {
            Unlock::Replays => "replays of an act (`counterfactual` of kind `replay`)",
            Unlock::WholeRun => "a whole run of what was done there (`real` candidate of the replay group)",
            Unlock::MoreReplays => {
                "replays of other acts, or more of them (`counterfactual` of kind `replay`)"
            }
            Unlock::Coalitions => {
                "what other sets of agents earn (`counterfactual` of kind `coalition`), or replays"
            }
            Unlock::OwnValues => "what each agent gets otherwise (`rewards` of `counterfactual` candidates)",
            Unlock::Values => "the value of every alternative (`policy.q`), or replays",
        }
    }
}

/// Whether what really happened broke off wherever a group replays it.
fn is_lost(group: &ReplayGroup) -> bool {
    let is_real = |it: &Candidate| it.real && !it.extra;
    group.left_out.iter().any(|it| is_real(&it.candidate)) && !group.candidates.iter().any(is_real)
}

impl Ground {
    pub(super) fn of_numbers(rung: Rung, attribution: &Attribution) -> Self {
        let by = match attribution.provenance {
            Provenance::Declared => attribution.baseline.clone().unwrap_or_else(|| "the log".to_owned()),
            _ => String::new(),
        };
        Self { by, amount: attribution.sample.clone(), ..Self::nothing(rung) }
    }

    pub(super) fn of_judge(judge: &Judgement) -> Self {
        Self { by: judge.judge_words(), ..Self::nothing(Rung::Judged) }
    }

    pub(super) fn nothing(rung: Rung) -> Self {
        Self {
            rung,
            by: String::new(),
            amount: String::new(),
            act_amount: String::new(),
            checked_by: None,
            refuted_by: None,
            shape: None,
            silent: Vec::new(),
            shown: None,
            unlock: None,
        }
    }

    /// As [`Ground::words`], of where a value entered.
    pub(super) fn words_of_entry(&self, episode: &Episode) -> Sentence {
        let mut out = super::entered::ground();
        out.push_unlock(self.unlock, episode);
        out
    }

    /// As [`Ground::words`], of an estimate.
    pub(super) fn words_of_estimate(&self, estimate: &TextEstimate, episode: &Episode) -> Sentence {
        let mut out = super::estimated::ground_words(estimate);
        out.push_unlock(self.unlock, episode);
        out
    }

    pub(super) fn words(&self, episode: &Episode) -> Sentence {
        let mut out = Sentence::default();
        let by = crate::text::at_words(&self.by, 40);
        out.push(match self.rung {
            Rung::Measured if self.amount.is_empty() => Clause::of("Measured"),
            Rung::Measured => Clause::of(format!("Measured: {}", self.amount)),
            Rung::Modelled => Clause::of("Modelled: values that the log states, nothing was run again"),
            Rung::DeclaredChecked => {
                let with = self.checked_by.as_deref().unwrap_or("its own formula");
                Clause::of(format!("Declared by {by}, and confirmed here by {with}"))
            }
            Rung::Declared => Clause::of(match &self.refuted_by {
                Some(with) => format!("Declared by {by}, and not what {with} gives here"),
                None => format!("Declared by {by}: nothing in this log can check it"),
            }),
            Rung::Judged => Clause::of(format!("Judged by {by}")),
            Rung::Estimated => Clause::of("Estimated from the text"),
            Rung::Nothing if episode.whose().is_none() && has_own_values(episode) => {
                Clause::of("The rewards are logged, one per agent, and what each would have got otherwise")
            }
            Rung::Nothing if episode.whose().is_none() => {
                Clause::of("The rewards are logged, one per agent. Nothing was measured or judged")
            }
            Rung::Nothing if self.unlock == Some(Unlock::WholeRun) => Clause::of(
                "Other options of an act were replayed, and the runs of what was done broke off. Nothing was modelled, \
                 declared or judged",
            ),
            Rung::Nothing if let Some((key, method)) = &self.shape => {
                Clause::of("Credit declared by ").quote(key).and(format!(
                    " is {method}, the shape of the trace alone. Nothing was measured, modelled or judged"
                ))
            }
            Rung::Nothing => Clause::of("Nothing was measured, modelled, declared or judged"),
        });
        if !self.act_amount.is_empty() {
            out.push(Clause::ranked(2, format!("; {}", self.act_amount)));
        }
        if self.rung == Rung::Modelled && !self.amount.is_empty() {
            out.push(Clause::ranked(3, format!(" ({})", self.amount)));
        }
        if !self.silent.is_empty() {
            let silent: Vec<&str> = self.silent.iter().map(|it| it.word()).collect();
            let verb = if silent == ["coalition"] { "tells" } else { "tell" };
            out.push(Clause::ranked(1, format!(". {} {verb} nobody apart", capital(&figure::list(&silent)))));
        } else if self.rung == Rung::Judged {
            out.push(Clause::ranked(2, ". Nothing was measured in this log"));
        }
        if let Some(shown) = &self.shown {
            out.push(Clause::ranked(2, format!(". The credit by {shown} is not what this says")));
        }
        out.push_unlock(self.unlock, episode);
        out
    }
}

trait PushUnlock {
    fn push_unlock(&mut self, unlock: Option<Unlock>, episode: &Episode);
}

impl PushUnlock for Sentence {
    fn push_unlock(&mut self, unlock: Option<Unlock>, episode: &Episode) {
        if let Some(unlock) = unlock {
            let what = if episode.acts.is_empty() { "acts, and then " } else { "" };
            self.push(Clause::ranked(1, format!(". To know, log {what}{}", unlock.words())));
        }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |it| it.to_uppercase().chain(letters).collect())
}

/// `256 replays of each alternative of 86 acts`: how much stands behind the numbers of acts.
pub(super) fn act_amount(acts: &Attribution) -> String {
    let counts: Vec<u32> = acts.acts.iter().filter_map(|it| it.1.number()?.n).collect();
    let acts = count(counts.len(), "act");
    match (counts.iter().min(), counts.iter().max()) {
        (Some(low), Some(high)) if low == high => {
            format!("{} of each option of {acts}", count(*low as usize, "replay"))
        }
        (Some(low), Some(high)) => format!("{low} to {high} replays of each option of {acts}"),
        _ => String::new(),
    }
}
