//! How alike two acts of two episodes are: by agent, kind and text.
//!
//! Agents are the same by their names. Texts are compared word by word, by the coefficient of Dice (1945) of their words:
//! 2 x words that both have / words of both, each word as often as it stands there.

use rustc_hash::FxHashMap;

use super::align::Likeness;
use crate::model::{Act, ActKind, Episode};

/// A text of up to so many words is a command, which any other word makes another one.
const COMMAND: usize = 8;
/// Longer texts with this likeness say the same in other words.
const ALIKE: f32 = 0.6;
/// Acts with this likeness are one act that changed; with less, another one in its place.
pub(super) const CHANGED: f32 = 0.3;

/// Share of what is done, beside what came of it, in the score of a pair.
const DEED: f32 = 0.75;
/// The scores of acts of one agent and kind that have no word and all words in common.
const LEAST: f32 = -0.8;
const MOST: f32 = 1.9;
/// What the same environment step adds: it decides among equals.
const SAME_STEP: f32 = 0.05;

/// A text: which one it is, and its words, ascending.
#[derive(Clone, Copy)]
struct Text<'a> {
    id: u32,
    words: &'a [u32],
}

impl Text<'_> {
    /// 0..1.
    fn likeness(self, other: Self) -> f32 {
        if self.id == other.id {
            return 1.0;
        }
        let all = self.words.len() + other.words.len();
        let (mut at, mut with, mut both) = (0, 0, 0u32);
        while at < self.words.len() && with < other.words.len() {
            let order = self.words[at].cmp(&other.words[with]);
            both += u32::from(order.is_eq());
            at += usize::from(order.is_le());
            with += usize::from(order.is_ge());
        }
        if all == 0 { 0.0 } else { 2.0 * both as f32 / all as f32 }
    }

    /// Whether they say the same, if not in the same words.
    fn is_alike(self, other: Self) -> bool {
        let long = self.words.len().min(other.words.len()) > COMMAND;
        self.id == other.id || long && self.likeness(other) >= ALIKE
    }
}

/// What of an act is compared, as numbers that both episodes share.
struct Features {
    agent: u32,
    kind: ActKind,
    category: u32,
    to: u32,
    deed: u32,
    result: u32,
    failed: bool,
    step: Option<i64>,
}

/// The acts of two episodes, ready to be compared.
pub(super) struct Acts {
    a: Vec<Features>,
    b: Vec<Features>,
    /// The words of every text.
    words: Vec<Vec<u32>>,
}

impl Acts {
    pub(super) fn new(a: &Episode, b: &Episode) -> Self {
        let mut names = Names::default();
        let (a, b) = (names.features(a), names.features(b));
        Self { a, b, words: names.texts }
    }

    fn text(&self, id: u32) -> Text<'_> {
        Text { id, words: &self.words[id as usize] }
    }

    /// Likeness of what was done, 0..1.
    pub(super) fn deeds(&self, a: usize, b: usize) -> f32 {
        self.text(self.a[a].deed).likeness(self.text(self.b[b].deed))
    }

    /// Whether the episodes part here: another command, another result, or an error in one of them.
    pub(super) fn parts(&self, a: usize, b: usize) -> bool {
        let (a, b) = (&self.a[a], &self.b[b]);
        let alike = |one, other| self.text(one).is_alike(self.text(other));
        a.failed != b.failed || a.to != b.to || !alike(a.deed, b.deed) || !alike(a.result, b.result)
    }

    /// What tells an act from others wherever it stands: who did what.
    pub(super) fn deed_of_a(&self, a: usize) -> (u32, u32, u32) {
        let it = &self.a[a];
        (it.agent, it.to, it.deed)
    }

    /// The same of B.
    pub(super) fn deed_of_b(&self, b: usize) -> (u32, u32, u32) {
        let it = &self.b[b];
        (it.agent, it.to, it.deed)
    }
}

impl Likeness for Acts {
    fn same(&self, a: usize, b: usize) -> bool {
        let (a, b) = (&self.a[a], &self.b[b]);
        (a.agent, a.kind, a.category, a.to, a.deed, a.result, a.failed)
            == (b.agent, b.kind, b.category, b.to, b.deed, b.result, b.failed)
    }

    fn score(&self, at: usize, with: usize) -> Option<f32> {
        let (a, b) = (&self.a[at], &self.b[with]);
        if (a.agent, a.kind) != (b.agent, b.kind) {
            return None;
        }
        let step = if a.step.is_some() && a.step == b.step { SAME_STEP } else { 0.0 };
        if self.same(at, with) {
            return Some(2.0 + step);
        }
        let results = self.text(a.result).likeness(self.text(b.result));
        let likeness = DEED * self.deeds(at, with) + (1.0 - DEED) * results;
        let other_way = f32::from(u8::from(a.category != b.category || a.to != b.to)) * 0.2;
        Some(LEAST + (MOST - LEAST) * likeness - other_way + step)
    }
}

/// Numbers for names and texts.
#[derive(Default)]
struct Names {
    texts: Vec<Vec<u32>>,
    by_text: FxHashMap<String, u32>,
    by_word: FxHashMap<String, u32>,
}

impl Names {
    fn text(&mut self, text: &str) -> u32 {
        if let Some(id) = self.by_text.get(text) {
            return *id;
        }
        let id = self.texts.len() as u32;
        let mut words: Vec<u32> = text
            .split(|it: char| !it.is_alphanumeric())
            .filter(|it| !it.is_empty())
            .map(|word| {
                let next = self.by_word.len() as u32;
                *self.by_word.entry(word.to_lowercase()).or_insert(next)
            })
            .collect();
        words.sort_unstable();
        self.by_text.insert(text.to_owned(), id);
        self.texts.push(words);
        id
    }

    fn features(&mut self, episode: &Episode) -> Vec<Features> {
        let agents: Vec<u32> = episode.agents.iter().map(|it| self.text(&it.name)).collect();
        let features = |act: &Act| {
            let to: Vec<&str> = act.to.iter().map(|it| episode.agent(*it).name.as_str()).collect();
            Features {
                agent: agents[act.agent.index()],
                kind: act.kind,
                category: self.text(&act.category),
                to: self.text(&to.join("\n")),
                deed: self.text(&act.label),
                result: self.text(&act.result),
                failed: act.error.is_some(),
                step: act.step,
            }
        };
        episode.acts.iter().map(features).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(one: &str, other: &str) -> (f32, bool) {
        let mut names = Names::default();
        let (one, other) = (names.text(one), names.text(other));
        let text = |id: u32| Text { id, words: &names.texts[id as usize] };
        (text(one).likeness(text(other)), text(one).is_alike(text(other)))
    }

    #[test]
    fn texts_are_compared_word_by_word() {
        assert_eq!(likeness("move left", "move left"), (1.0, true));
        // One of two words: 2 x 1 / 4. A short text is a command: it is another one.
        assert_eq!(likeness("move left", "move right"), (0.5, false));
        assert_eq!(likeness("Edit, days.py", "edit days py"), (1.0, false));
        assert_eq!(likeness("", "x"), (0.0, false));
        assert_eq!(likeness("a a b", "a b b"), (2.0 * 2.0 / 6.0, false));
        // 9 of 10 words each: 0.9.
        let long = "one two three four five six seven eight nine ten";
        assert_eq!(likeness(long, "one two three four five six seven eight nine eleven"), (0.9, true));
    }
}
