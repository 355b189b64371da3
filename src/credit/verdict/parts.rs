//! The verdict in words: five parts in order, each with its word for the gutter, and one short line for
//! lists.

use crate::model::{ActId, Episode};
use crate::text::{Sentence, at_words, width};

use super::words::{NAME, act_name, name, names};
use super::{Finding, Rung, Verdict, against, task};

/// Columns the short form may take.
const SHORT: usize = 76;

/// Which of the five parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartKind {
    /// How it ended.
    Outcome,
    /// Who, at which act, what it is worth.
    Finding,
    /// On what grounds.
    Ground,
    /// How sure.
    Stability,
    /// What contradicts.
    Against,
}

/// One part of a verdict, to be shown beside its word.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Which.
    pub kind: PartKind,
    /// `FAIL`, `WHO` (of an estimate `WHO?`), `FROM`, `SURE`, `BUT`: at most five columns.
    pub word: &'static str,
    /// What it says.
    pub sentence: Sentence,
}

/// A verdict in a row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    /// Who: `porter`, `porter or scout`, `perhaps porter`, `nobody can be named`.
    pub who: String,
    /// At which act: ` at a13`; empty: at none.
    pub at: String,
    /// The rung of the ladder that this stands on.
    pub rung: Rung,
}

impl Verdict {
    /// The parts that have something to say, in order.
    pub fn parts(&self, episode: &Episode) -> Vec<Part> {
        // An estimate looks weak without colour, too.
        let by_task = self.by_task();
        let is_weak = self.ground.rung == Rung::Estimated || by_task.is_some();
        let who = if is_weak { "WHO?" } else { "WHO" };
        let (from, sure) = match self.suspected() {
            _ if let Some(clue) = by_task => (task::ground(clue), task::beside(clue, self, episode)),
            None if matches!(self.finding, Finding::Entered(_)) => {
                (self.ground.words_of_entry(episode), Sentence::default())
            }
            Some(it) => (self.ground.words_of_estimate(&it.estimate, episode), it.spread(episode)),
            None => (self.ground.words(episode), self.stability.words(episode, self.named())),
        };
        let parts = [
            (PartKind::Outcome, self.outcome.ending.word(), self.outcome.words(episode)),
            (
                PartKind::Finding,
                who,
                by_task.map_or_else(
                    || self.finding.words(episode, &self.outcome),
                    |clue| task::words(clue, episode),
                ),
            ),
            (PartKind::Ground, "FROM", from),
            (PartKind::Stability, "SURE", sure),
            (PartKind::Against, "BUT", against::words(&self.against, episode)),
        ];
        let spoken = parts.into_iter().filter(|it| !it.2.is_empty());
        spoken.map(|(kind, word, sentence)| Part { kind, word, sentence }).collect()
    }

    /// All parts in one line, for a place without lines: a notice, a log.
    pub fn sentence(&self, episode: &Episode) -> String {
        let parts = self.parts(episode);
        let parts = parts.iter().map(|it| format!("{} {}", it.word, it.sentence.whole()));
        parts.collect::<Vec<_>>().join(" · ")
    }

    /// Who, at which act, and on what grounds: a row of a list.
    pub fn headline(&self, episode: &Episode) -> Headline {
        let who = match self.named() {
            _ if self.is_all_equal() => "nobody stands out".to_owned(),
            [] => match &self.finding {
                Finding::Judged(it) if !it.agent_text.is_empty() => at_words(&it.agent_text, NAME),
                Finding::Estimated(it) => format!("perhaps {}", name(episode, it.suspect().0)),
                Finding::Entered(it) => format!("perhaps {}", name(episode, it.agent)),
                _ => "nobody can be named".to_owned(),
            },
            agents => names(episode, agents, "or"),
        };
        let at = self.headline_act().map(|it| format!(" at {}", act_name(episode, it))).unwrap_or_default();
        Headline { who, at, rung: self.ground.rung }
    }

    /// The act of the headline: the one named, or else the one to look at first.
    pub fn headline_act(&self) -> Option<ActId> {
        let suspected = || self.suspected().and_then(|it| it.act);
        self.act().or_else(suspected).or(match &self.finding {
            Finding::Entered(it) => Some(it.act),
            _ => None,
        })
    }

    /// Outcome, who, and on what grounds, in at most 76 columns.
    pub fn short(&self, episode: &Episode) -> String {
        let ending = self.outcome.ending.word();
        let Headline { who, at, rung } = self.headline(episode);
        let ground = match rung {
            Rung::Nothing => String::new(),
            rung => format!(" ({})", rung.word()),
        };
        let room = SHORT.saturating_sub(width(ending) + width(&ground) + 2);
        format!("{ending}  {}{ground}", at_words(&format!("{who}{at}"), room))
    }
}
