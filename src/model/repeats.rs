//! Where a team goes round in circles: a stretch of acts that say what was said before, and what it costs.
//!
//! Only words count. In a game the same move is made again and again, and that is no loop; so what is written as JSON, or in
//! less than two words, is left out.

use std::collections::{BTreeSet, HashMap};

use super::{Act, ActId, ActKind, AgentId, Episode};

/// Fewer repeated acts in a row may be a courtesy.
const LEAST: usize = 4;
/// Shorter texts, in characters, are no sentences.
const SHORT: usize = 12;

/// The longest stretch of an episode in which every act repeats an earlier one of its agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Loop {
    /// The first act of the circle, which repeats nothing: what follows is the loop.
    pub after: ActId,
    /// The last.
    pub last: ActId,
    /// Who takes turns in it.
    pub agents: Vec<AgentId>,
    /// Acts with words after the first.
    pub acts: usize,
    /// Those of them that repeat earlier text.
    pub repeats: usize,
    /// Acts with words in the whole episode.
    pub of: usize,
    /// What it costs.
    pub spent: Spent,
}

/// What some acts cost, as far as the log says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// Input and output tokens.
    pub tokens: Option<u64>,
    /// Cost, in the log's currency.
    pub cost: Option<f64>,
    /// Seconds.
    pub seconds: Option<f64>,
}

impl Spent {
    /// `161260 tokens, cost 0.803, 22 s`; empty: the log does not say.
    pub fn words(&self) -> String {
        let seconds = |it: f64| if it < 10.0 { format!("{it:.1} s") } else { format!("{it:.0} s") };
        let parts = [
            self.tokens.map(|it| format!("{it} tokens")),
            self.cost.map(|it| format!("cost {}", super::unsigned(it, 3))),
            self.seconds.map(seconds),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Of acts.
    pub fn of<'a>(acts: impl Iterator<Item = &'a Act>) -> Self {
        let mut spent = Self::default();
        for act in acts {
            if let Some(tokens) = act.usage.tokens() {
                *spent.tokens.get_or_insert(0) += tokens;
            }
            if let Some(cost) = act.usage.cost {
                *spent.cost.get_or_insert(0.0) += cost;
            }
        }
        spent
    }
}

/// What an act says, if that is a sentence, however it is spaced and capitalised.
pub fn sentence(act: &Act) -> Option<String> {
    let label = act.label.trim();
    if label.starts_with(['{', '[']) || label.chars().count() < SHORT {
        return None;
    }
    let words: Vec<String> = label.split_whitespace().map(str::to_lowercase).collect();
    // Bookkeeping of a chat.
    if words.starts_with(&["next".to_owned(), "speaker".to_owned()]) {
        return None;
    }
    let is_word = |it: &&String| it.chars().filter(|c| c.is_alphabetic()).count() > 1;
    (words.iter().filter(is_word).count() > 1).then(|| words.join(" "))
}

impl Loop {
    /// The longest loop of an episode; `None`: nothing is said again and again.
    pub fn longest(episode: &Episode) -> Option<Self> {
        // Where agents act, what they tell each other about it may well be the same again.
        let has_actions = episode.acts.iter().any(|it| it.kind == ActKind::Action);
        let kind = if has_actions { ActKind::Action } else { ActKind::Message };
        let said: Vec<(ActId, AgentId, String)> = episode
            .act_ids()
            .zip(episode.acts.iter())
            .filter(|it| it.1.kind == kind)
            .filter_map(|(id, act)| Some((id, act.agent, sentence(act)?)))
            .collect();
        let mut first: HashMap<(AgentId, &str), usize> = HashMap::new();
        let repeats: Vec<bool> = said
            .iter()
            .enumerate()
            .map(|(at, it)| *first.entry((it.1, it.2.as_str())).or_insert(at) != at)
            .collect();
        let (from, to) = longest_run(&repeats)?;
        if to - from < LEAST {
            return None;
        }
        // What is repeated there was said for the first time right before it.
        let texts: BTreeSet<(AgentId, &str)> =
            said[from..to].iter().map(|it| (it.1, it.2.as_str())).collect();
        let mut start = from;
        while start > 0 && texts.contains(&(said[start - 1].1, said[start - 1].2.as_str())) {
            start -= 1;
        }
        let after = if start < from { start } else { start.saturating_sub(1) };
        let agents: BTreeSet<AgentId> = texts.iter().map(|it| it.0).collect();
        let (first, last) = (said[after].0, said[to - 1].0);
        let inside = episode.acts.iter().skip(first.index() + 1).take(last.index() - first.index());
        let seconds = episode.act(last).time.zip(episode.act(first).time);
        Some(Self {
            after: first,
            last,
            agents: agents.into_iter().collect(),
            acts: to - after - 1,
            repeats: to - from.max(after + 1),
            of: said.len(),
            spent: Spent {
                seconds: seconds.map(|(last, first)| last.seconds_since(first)),
                ..Spent::of(inside)
            },
        })
    }

    /// Whether it is a third of the episode or more.
    pub fn is_large(&self) -> bool {
        self.acts * 3 >= self.of
    }

    /// `11 of 13 acts come after r0, and 10 of them repeat earlier text (dev and reviewer in turn): 161260 tokens`.
    pub fn words(&self, episode: &Episode) -> String {
        let names: Vec<&str> =
            self.agents.iter().take(3).map(|it| episode.agent(*it).name.as_str()).collect();
        let more = self.agents.len().saturating_sub(names.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let turn = if self.agents.len() > 1 { " in turn" } else { "" };
        let spent = self.spent.words();
        let spent = if spent.is_empty() { spent } else { format!(": {spent}") };
        let after = &episode.act(self.after).id;
        format!(
            "{} of {} acts come after {after}, and {} of them repeat earlier text ({}{more}{turn}){spent}",
            self.acts,
            self.of,
            self.repeats,
            names.join(" and ")
        )
    }
}

/// The longest run of `true`, from and to; the first of equal ones.
fn longest_run(repeats: &[bool]) -> Option<(usize, usize)> {
    let mut best: Option<(usize, usize)> = None;
    let mut from = None;
    for (at, is_repeat) in repeats.iter().chain([&false]).enumerate() {
        match (is_repeat, from) {
            (true, None) => from = Some(at),
            (false, Some(start)) => {
                if best.is_none_or(|it| at - start > it.1 - it.0) {
                    best = Some((start, at));
                }
                from = None;
            }
            _ => {}
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Timestamp, draft::Draft};

    /// Who says what, a second apart, at 100 tokens each.
    fn said(acts: &[(u32, &str)]) -> Episode {
        let mut draft = Draft::team(&["dev", "reviewer"]);
        for (at, (agent, text)) in acts.iter().enumerate() {
            let time = Some(Timestamp::from_seconds(at as f64));
            let id = format!("a{at}");
            let usage = super::super::Usage { input: Some(90), output: Some(10), cost: Some(0.5) };
            let label = (*text).to_owned();
            draft = draft.given(Act { id, label, time, usage, ..crate::model::draft::action(*agent) }, &[]);
        }
        draft.episode()
    }

    const DONE: (u32, &str) = (0, "thanks, confirming");
    const OK: (u32, &str) = (1, "approved, please confirm");

    #[test]
    fn a_ping_pong_and_what_it_costs() {
        let new = (0, "change the label");
        let episode = said(&[new, OK, DONE, OK, DONE, OK, DONE]);
        let found = Loop::longest(&episode).unwrap();
        // After the first approval: 5 acts, of which the first says something new; 5 acts of 100 tokens and 0.5, in 5 s.
        assert_eq!(
            found.words(&episode),
            "5 of 7 acts come after a1, and 4 of them repeat earlier text (dev and reviewer in turn): 500 tokens, cost \
             2.500, 5.0 s"
        );
        assert!(found.is_large());
    }

    #[test]
    fn what_is_no_loop() {
        let new = (0, "change the label");
        assert_eq!(Loop::longest(&said(&[new, OK, DONE, OK, DONE, OK])), None, "three repeats");
        let moves: Vec<(u32, &str)> = (0..20).map(|at| (at % 2, "north")).collect();
        assert_eq!(Loop::longest(&said(&moves)), None, "moves of a game");
        let calls: Vec<(u32, &str)> = (0..20).map(|at| (at % 2, r#"{"move": "to the north"}"#)).collect();
        assert_eq!(Loop::longest(&said(&calls)), None, "moves in JSON");
        let news = [OK, DONE, OK, DONE, (0, "something new at last"), OK, DONE];
        assert_eq!(Loop::longest(&said(&news)), None, "new words in between");
    }

    #[test]
    fn one_who_says_the_same_again_is_a_loop_too() {
        let episode = said(&[OK, (1, "Approved,  please confirm"), OK, OK, OK]);
        let found = Loop::longest(&episode).unwrap();
        assert_eq!((found.acts, found.repeats, found.of, found.agents.len()), (4, 4, 5, 1));
        assert!(found.words(&episode).contains("(reviewer)"), "{}", found.words(&episode));
    }
}
