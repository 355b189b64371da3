//! Who, at which act, what it did, what it should have done, and what that is worth.

use crate::model::{ActId, AgentId, Attribution, Episode, Estimate, Provenance};
use crate::suspicion::Entered;
use crate::text::{Clause, Sentence};

use super::super::blame::{Blame, BlameKind, Margin};
use super::super::figure::exact;
use super::super::method::Family;
use super::super::whose::has_own_values;
use super::deed::Deed;
use super::entered;
use super::estimated::Estimated;
use super::judgement::Judgement;
use super::outcome::{Ending, Outcome};
use super::words::{credit, estimate, is_even, name, names, size};

/// What stands at the top.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// Numbers single out one agent, or a few that cannot be told apart.
    Named(Box<Named>),
    /// Numbers are there, and equal for all that have one.
    Equal(Equal),
    /// A person or a model says who.
    Judged(Judgement),
    /// Nothing in the log says who; an estimate from the text does, for what it is worth.
    Estimated(Box<Estimated>),
    /// Nothing in the log says who; its texts tell where a wrong value entered.
    Entered(Box<Entered>),
    /// Nothing in the log can tell.
    Unknown,
}

/// Who stands out by numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// In what sense.
    pub kind: BlameKind,
    /// The one with the extreme number first, then those that cannot be told from it.
    pub agents: Vec<AgentId>,
    /// Credit of the first.
    pub credit: Estimate,
    /// The largest size of a credit beside it: it decides the decimals.
    pub largest: f64,
    /// What it is a part of, where the method divides a loss or a gain.
    pub share: Option<Share>,
    /// How far the first is from the next: the second of those named, else the nearest that is not named.
    pub margin: Option<Margin>,
    /// Whether all named have one number, and nothing shows that it may be another.
    pub is_exact_tie: bool,
    /// Whether that holds as far as declared numbers are written.
    pub is_as_written: bool,
    /// Whether the credit is a sum over acts whose credits overlap.
    pub overlaps: bool,
    /// The name of the method.
    pub by: String,
    /// The act to look at; `None`: no act of the named is known to matter.
    pub deed: Option<Deed>,
    /// Agents without a number: unknown is not innocent.
    pub unknown: Vec<AgentId>,
    /// Whether the episode has one agent only.
    pub alone: bool,
    /// What the numbers leave out, where that is more than they explain.
    pub unexplained: Option<Unexplained>,
}

/// A loss or gain that a method divides, below or above a named reference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// What is divided, negative for a loss.
    pub whole: f64,
    /// Against what.
    pub reference: Reference,
}

/// What a loss is a loss against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// What the log says is earned with none of the players: v(nobody).
    Nobody,
    /// The value of the situation before the first act.
    Start,
}

impl Reference {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Reference::Nobody => "a team of nobody",
            Reference::Start => "the value before the first act",
        }
    }
}

/// Reward that the numbers do not explain.
#[derive(Clone, Debug, PartialEq)]
pub struct Unexplained {
    /// The team's reward.
    pub reward: f64,
    /// How much of it the numbers divide.
    pub explained: f64,
    /// Agents that no number speaks of.
    pub outside: Vec<AgentId>,
}

/// All agents with a number have the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Equal {
    /// Who.
    pub agents: Vec<AgentId>,
    /// The number of each.
    pub credit: f64,
    /// The name of the method.
    pub by: String,
    /// Agents without a number.
    pub unknown: Vec<AgentId>,
}

impl Finding {
    /// Who is named; empty: nobody is.
    pub fn agents(&self) -> &[AgentId] {
        match self {
            Finding::Named(it) if it.unexplained.is_none() => &it.agents,
            Finding::Judged(it) => it.agent.as_slice(),
            Finding::Named(_)
            | Finding::Equal(_)
            | Finding::Estimated(_)
            | Finding::Entered(_)
            | Finding::Unknown => &[],
        }
    }

    /// The act named.
    pub fn act(&self) -> Option<ActId> {
        match self {
            Finding::Named(it) if it.unexplained.is_none() => it.deed.as_ref().map(|it| it.act),
            Finding::Judged(it) => it.act,
            Finding::Named(_)
            | Finding::Equal(_)
            | Finding::Estimated(_)
            | Finding::Entered(_)
            | Finding::Unknown => None,
        }
    }

    /// The word for its kind.
    pub fn word(&self) -> &'static str {
        match self {
            Finding::Named(it) if it.unexplained.is_some() => "unexplained",
            Finding::Named(it) if it.agents.len() > 1 => "set",
            Finding::Named(_) => "named",
            Finding::Equal(_) => "equal",
            Finding::Judged(_) => "judged",
            Finding::Estimated(_) => "estimated",
            Finding::Entered(_) => "entered",
            Finding::Unknown => "unknown",
        }
    }

    /// In words.
    pub(super) fn words(&self, episode: &Episode, outcome: &Outcome) -> Sentence {
        match self {
            Finding::Named(it) => it.words(episode),
            Finding::Equal(it) => it.words(episode),
            Finding::Judged(it) => it.words(episode),
            Finding::Estimated(it) => it.words(episode),
            Finding::Entered(it) => entered::finding(it, episode),
            Finding::Unknown => unknown_words(episode, outcome),
        }
    }
}

impl Named {
    pub(super) fn of(episode: &Episode, found: &Blame, attribution: &Attribution) -> Option<Self> {
        let first = *found.agents.first()?;
        let value = attribution.agent(first).copied()?;
        let numbers = attribution.agents.iter().filter_map(|it| it.value.number());
        let family = super::super::method(&attribution.method).map(|it| it.family);
        Some(Self {
            kind: found.kind,
            agents: found.agents.clone(),
            credit: value,
            largest: numbers.map(|it| it.value.abs()).filter(|it| it.is_finite()).fold(0.0, f64::max),
            share: matches!(found.kind, BlameKind::Lost | BlameKind::Earned)
                .then(|| share(attribution, &value))
                .flatten(),
            margin: found.margin,
            is_exact_tie: found.equal == found.agents.len() && value.interval.is_none(),
            is_as_written: attribution.provenance == Provenance::Declared,
            overlaps: matches!(family, Some(Family::Deviation))
                && is_sum_of_acts(episode, attribution, first),
            by: super::name(attribution),
            deed: None,
            unknown: without_number(attribution),
            alone: episode.agents.len() == 1,
            unexplained: Unexplained::of(episode, attribution),
        })
    }

    fn words(&self, episode: &Episode) -> Sentence {
        let mut out = Sentence::default();
        if let Some(rest) = &self.unexplained {
            out.push(rest.words(episode));
            out.push(Clause::ranked(1, format!(". Of the rest {}", self.amount(episode))));
            return out;
        }
        if !self.unknown.is_empty() {
            out.push(Clause::of("Of those with a number, "));
        }
        match self.deed.as_ref().filter(|_| self.agents.len() == 1) {
            Some(deed) if deed.got.is_some() => {
                deed.words(episode).into_iter().for_each(|it| out.push(it));
                if !(self.alone || deed.is_all_of(&self.credit)) {
                    out.push(Clause::ranked(3, format!("; {}", self.amount(episode))));
                }
            }
            Some(deed) => {
                out.push(Clause::of(self.amount(episode)));
                let at = super::words::act_name(episode, deed.act);
                let most = if deed.is_all_of(&self.credit) { "" } else { "most of it " };
                let mut clause = Clause::ranked(1, format!("; {most}at {at}"));
                if !deed.did.is_empty() {
                    clause = clause.and(": \"").quote(&deed.did).and("\"");
                }
                if let Some(credit) = deed.credit.filter(|_| !most.is_empty()) {
                    clause = clause.and(format!(" ({})", estimate(&credit, self.largest)));
                }
                out.push(clause);
            }
            None => out.push(Clause::of(self.amount(episode))),
        }
        out.push_unknown(episode, &self.unknown);
        if self.alone {
            out.push(Clause::ranked(4, ". It is the only agent: nothing is to be divided between agents"));
        }
        out
    }

    /// `porter takes 0.07 ±0.01`, `porter or scout: they cannot be told apart (0.10 ±0.98)`.
    fn amount(&self, episode: &Episode) -> String {
        let who = names(episode, &self.agents, "or");
        let value = estimate(&self.credit, self.largest);
        if self.agents.len() > 1 {
            if self.is_exact_tie {
                let who = names(episode, &self.agents, "and");
                let how =
                    if self.is_as_written { "a tie, as far as they are written," } else { "an exact tie" };
                let (sense, nobody) = match self.kind {
                    BlameKind::Lost | BlameKind::Earned => ("", ""),
                    BlameKind::EarnedLeast => (" add least", "; nobody takes anything"),
                    BlameKind::LostLeast => (" cost least", "; nobody adds anything"),
                };
                return format!("{who}{sense}: {how} at {value} each by {}{nobody}", self.by);
            }
            let how = match self.margin.map(|it| (-it.difference, it.interval)) {
                // The difference is the other way around: first minus second.
                Some((apart, Ok(it))) => apart_words(apart, (-it.high, -it.low), self.largest),
                Some((_, Err(why))) => format!("{}, the first has {value}", why.words()),
                None => format!("the first has {value}"),
            };
            return format!("{who}: they cannot be told apart ({how})");
        }
        if let Some(share) = self.share {
            let (word, beside) = if share.whole < 0.0 { ("lost", "against") } else { ("gained", "over") };
            return format!(
                "{who}: {value} of the {} {word} {beside} {}",
                size(share.whole, self.largest.max(share.whole.abs())),
                share.reference.words()
            );
        }
        let amount = value.trim_start_matches(['+', '-']);
        let overlaps = if self.overlaps { " (credits of acts overlap; they do not add up)" } else { "" };
        match self.kind {
            BlameKind::Lost if self.overlaps => format!("{who} costs {amount}{overlaps}"),
            BlameKind::Lost => format!("{who} takes {amount}"),
            BlameKind::EarnedLeast => format!("{who} adds least, {value}{overlaps}; nobody takes anything"),
            BlameKind::Earned => format!("{who} adds most, {value}{overlaps}"),
            BlameKind::LostLeast => format!("{who} costs least, {value}{overlaps}; nobody adds anything"),
        }
    }
}

/// `0.10 ±0.98`, `0.10 [-0.40, 0.98]`: a difference and its interval.
fn apart_words(apart: f64, (low, high): (f64, f64), largest: f64) -> String {
    let largest = largest.max(low.abs()).max(high.abs());
    if is_even(apart, low, high) {
        format!("{} ±{}", size(apart, largest), size((high - low) / 2.0, largest))
    } else {
        format!("{} [{}, {}]", credit(apart, largest), credit(low, largest), credit(high, largest))
    }
}

impl Equal {
    fn words(&self, episode: &Episode) -> Sentence {
        let who = match self.agents.len() {
            1 => name(episode, self.agents[0]),
            2 => format!("both, {},", names(episode, &self.agents, "and")),
            n => format!("all {n} agents"),
        };
        let verb = if self.agents.len() == 1 { "has" } else { "have" };
        let mut out = Sentence::of([Clause::of(format!(
            "Nobody stands out: {who} {verb} {} by {}",
            credit(self.credit, self.credit.abs()),
            self.by
        ))]);
        out.push_unknown(episode, &self.unknown);
        out
    }
}

impl Unexplained {
    /// What the coalitions leave out of the reward, where players are missing from them and most of the
    /// reward is.
    fn of(episode: &Episode, attribution: &Attribution) -> Option<Self> {
        let of_coalitions =
            super::super::method(&attribution.method).is_some_and(|it| it.family == Family::Coalition);
        let acted = |agent: AgentId| episode.acts.iter().any(|it| it.agent == agent);
        let outside: Vec<AgentId> = without_number(attribution).into_iter().filter(|it| acted(*it)).collect();
        if !of_coalitions || outside.is_empty() {
            return None;
        }
        let reward = Outcome::of(episode).reward?.value;
        let explained = attribution.contract.unwrap_or(attribution.sum);
        ((reward - explained).abs() > explained.abs()).then_some(Self { reward, explained, outside })
    }

    fn words(&self, episode: &Episode) -> Clause {
        let largest = self.reward.abs().max(self.explained.abs());
        let rest = self.reward - self.explained;
        let verb = if self.outside.len() == 1 { "is" } else { "are" };
        Clause::of(format!(
            "{} of R {} is not explained: {} {verb} in no coalition",
            credit(rest, largest),
            super::words::mean(self.reward, largest),
            names(episode, &self.outside, "and")
        ))
    }
}

trait PushUnknown {
    fn push_unknown(&mut self, episode: &Episode, unknown: &[AgentId]);
}

impl PushUnknown for Sentence {
    fn push_unknown(&mut self, episode: &Episode, unknown: &[AgentId]) {
        if !unknown.is_empty() {
            let verb = if unknown.len() == 1 { "has" } else { "have" };
            let who = names(episode, unknown, "and");
            self.push(Clause::of(format!("; {who} {verb} none: not known")));
        }
    }
}

/// Agents that have no number although they are not taken out of the game.
fn without_number(attribution: &Attribution) -> Vec<AgentId> {
    let unknown =
        attribution.agents.iter().filter(|it| matches!(it.value, crate::model::Value::Unavailable(_)));
    unknown.map(|it| it.agent).collect()
}

/// Whether the credit of `agent` adds up more than one act.
fn is_sum_of_acts(episode: &Episode, attribution: &Attribution, agent: AgentId) -> bool {
    let of_agent = attribution.acts.iter().filter(|it| episode.act(it.0).agent == agent);
    of_agent.filter(|it| it.1.number().is_some()).count() > 1
}

/// The loss or gain that a credit is a part of: where the method divides one, and the credit is no more than
/// that.
fn share(attribution: &Attribution, of: &Estimate) -> Option<Share> {
    let whole = attribution.contract?;
    let reference = match (attribution.empty_value, super::super::method(&attribution.method)?.family) {
        (Some(_), Family::Coalition) => Reference::Nobody,
        (_, Family::Time) if attribution.method == "redistribution" => Reference::Start,
        _ => return None,
    };
    // Where somebody else pulls the other way a part may be more than the whole, and says nothing of it.
    let is_part = whole * of.value > 0.0 && of.value.abs() <= whole.abs() * (1.0 + 1e-9);
    is_part.then_some(Share { whole, reference })
}

fn unknown_words(episode: &Episode, outcome: &Outcome) -> Sentence {
    if episode.agents.is_empty() {
        return Sentence::of([Clause::of("No agent acted: there is nobody to name")]);
    }
    let paid = |sign: f64| outcome.own.iter().filter(move |it| it.1 * sign > 0.0);
    let amounts = |sign: f64, verb: &str| -> Vec<String> {
        let mut all: Vec<&(AgentId, f64)> = paid(sign).collect();
        all.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
        let one = |it: &&(AgentId, f64)| format!("{verb} {} {}", name(episode, it.0), exact(it.1.abs()));
        let more = (all.len() > 2).then(|| format!("{verb} {} more", all.len() - 2));
        all.iter().take(2).map(one).chain(more).collect()
    };
    let own: Vec<String> = amounts(-1.0, "cost").into_iter().chain(amounts(1.0, "won")).collect();
    let chosen = outcome.whose.as_ref().zip(outcome.reward.as_ref());
    let due = chosen.filter(|it| it.1.value != 0.0).map(|(whose, reward)| {
        let verb = if reward.value < 0.0 { "cost" } else { "won" };
        format!("which act {verb} {} {}", episode.whose_words(whose), exact(reward.value.abs()))
    });
    let what = match outcome.ending {
        _ if due.is_some() => due.unwrap_or_default(),
        _ if outcome.reward.is_none() && !own.is_empty() => format!("which act {}", own.join(" or ")),
        _ if episode.agents.len() == 1 => "which act it is due to".to_owned(),
        Ending::Failed => "who lost it".to_owned(),
        Ending::Succeeded => "who earned it".to_owned(),
        Ending::Open => "who does well or badly".to_owned(),
        Ending::Unknown => "who earned or lost it".to_owned(),
    };
    if episode.whose().is_none() && has_own_values(episode) {
        return Sentence::of([
            Clause::of("Nobody, until it is chosen whose reward is meant"),
            Clause::ranked(1, ": this log measures what was done to each (who cost whom)"),
        ]);
    }
    let of = super::super::figure::count(episode.acts.len(), "act");
    let among = match episode.agents.len() {
        1 => of,
        n => format!("{n} agents and {of}"),
    };
    Sentence::of([
        Clause::of(format!("Nothing in this log can tell {what}")),
        Clause::ranked(1, format!(", of {among}")),
    ])
}
