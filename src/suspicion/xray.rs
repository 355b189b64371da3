//! The way of each value of an answer back to where it entered: copied from the task or a result, computed, altered on the way,
//! or from nowhere.
//!
//! ```text
//! texts in order (task, what acts say, their results) -> values of each -> first text and all texts of every value
//! values of the answer -> the text in which each entered -> a mark
//! ```
//!
//! Numbers match by what they are (48,210 is 48210), names, urls and paths by their letters whatever the case. What is known is not
//! said to be true, and what is from nowhere not to be false: it was brought in by an agent without a source in the log. Numbers
//! below 10, names of agents, months and the first word of a sentence are not traced.

mod alter;
mod value;

use rustc_hash::FxHashMap;

use super::{Words, roles::is_tool};
use crate::model::{ActId, Episode};

use alter::{Written, computed, is_altered_name};
use value::{Found, values};

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// An agent brought it in; no text before has it, or anything like it.
    Nowhere,
    /// An agent changed a value that was known.
    Altered,
    /// Code printed it, or it is the outcome of an operation on two values beside it.
    Computed,
    /// It stands in the task or in a result, and was passed on.
    Passed,
}

impl Mark {
    /// The sign beside it.
    pub fn sign(self) -> char {
        match self {
            Mark::Passed => '=',
            Mark::Computed => '+',
            Mark::Altered => '~',
            Mark::Nowhere => '!',
        }
    }

    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Mark::Passed => "passed on",
            Mark::Computed => "computed",
            Mark::Altered => "altered",
            Mark::Nowhere => "from nowhere",
        }
    }
}

/// Where a value entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// In the task.
    Task,
    /// In what came of an act: of a tool, a terminal, the environment.
    Result(ActId),
    /// In what an agent said.
    Said(ActId),
}

/// A value of the answer and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Traced {
    /// As it is written there.
    pub text: String,
    /// What became of it.
    pub mark: Mark,
    /// Where it entered.
    pub entry: Entry,
    /// What it was made from: the known value of one that was altered, `935 / 48,210` of one that was computed.
    pub from: Option<String>,
    /// The acts that have it, in order.
    pub way: Vec<ActId>,
}

/// A value of a result that no act took up.
#[derive(Clone, Debug, PartialEq)]
pub struct Dropped {
    /// As it is written there.
    pub text: String,
    /// Whose result.
    pub act: ActId,
    /// Whether its line has a value of the answer, too: it may have changed it.
    pub is_beside: bool,
}

/// The values of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Xray {
    /// The act whose text it is.
    pub act: ActId,
    /// Its values, in the order of the text.
    pub values: Vec<Traced>,
    /// What was known and dropped, those beside a value of the answer first.
    pub dropped: Vec<Dropped>,
    /// Whether the log has results of their own: where it has none, what an agent read is not told from what it made up.
    pub has_results: bool,
}

impl Xray {
    /// How many values have a mark.
    pub fn count(&self, mark: Mark) -> usize {
        self.values.iter().filter(|it| it.mark == mark).count()
    }

    /// Those from nowhere first, then altered, computed and passed on.
    pub fn worst_first(&self) -> Vec<&Traced> {
        let mut values: Vec<&Traced> = self.values.iter().collect();
        values.sort_by_key(|it| it.mark);
        values
    }
}

/// A text of the episode.
struct Text<'a> {
    entry: Entry,
    text: &'a str,
    /// Whether it is what code printed that its act ran.
    is_printed: bool,
}

/// A value, as it first came up, and the texts that have it.
struct Known {
    first: usize,
    text: String,
    number: Option<Written>,
    texts: Vec<usize>,
}

/// The act with the answer: the last that says something.
pub fn answer_of(episode: &Episode, words: &[Words]) -> Option<ActId> {
    let says =
        |it: &&Words| !is_tool(episode.agent(episode.act(it.act).agent)) && values(&it.said).next().is_some();
    words.iter().rev().find(says).or(words.last()).map(|it| it.act)
}

/// Traces what `act` says. `words` are the texts of the acts of `episode`, in order.
pub fn xray(episode: &Episode, words: &[Words], act: ActId) -> Xray {
    let texts = texts(episode, words);
    let names: Vec<Vec<u8>> = episode.agents.iter().map(|it| it.name.bytes().map(plain).collect()).collect();
    let is_name = |it: &str| names.iter().any(|agent| is_same_name(agent, it));
    let mut known: FxHashMap<String, Known> = FxHashMap::default();
    for (at, text) in texts.iter().enumerate() {
        for found in values(text.text).filter(|it| !is_name(it.text)) {
            match known.get_mut(&*found.key) {
                Some(it) if it.texts.last() == Some(&at) => {}
                Some(it) => it.texts.push(at),
                None => {
                    let number = found.number.map(|it| Written::of(found.text, it));
                    let new = Known { first: at, text: found.text.to_owned(), number, texts: vec![at] };
                    known.insert(found.key.into_owned(), new);
                }
            }
        }
    }
    let own = texts.iter().position(|it| it.entry == Entry::Said(act));
    let answer = own.map_or("", |it| declared(texts[it].text));
    let mut seen: Vec<String> = Vec::new();
    let mut traced = Vec::new();
    for found in values(answer).filter(|it| !is_name(it.text)) {
        if !seen.iter().any(|it| *it == found.key) {
            traced.extend(trace(&texts, &known, &found, own.unwrap_or_default()));
            seen.push(found.key.into_owned());
        }
    }
    let dropped = dropped(&texts, &known, &seen);
    let has_results = texts.iter().any(|it| matches!(it.entry, Entry::Result(_)) && !it.text.is_empty());
    Xray { act, values: traced, dropped, has_results }
}

/// What a text declares to be the answer, if it says so and that has values; otherwise all of it.
fn declared(text: &str) -> &str {
    const SIGN: &str = "FINAL ANSWER";
    let rest = text.rfind(SIGN).map(|it| &text[it + SIGN.len()..]);
    rest.filter(|it| values(it).next().is_some()).unwrap_or(text)
}

/// The texts in order: the task, then what each act says and what came of it.
fn texts<'a>(episode: &'a Episode, words: &'a [Words]) -> Vec<Text<'a>> {
    let mut texts = Vec::with_capacity(2 * words.len() + 1);
    let task = episode.task.as_deref().unwrap_or_default();
    texts.push(Text { entry: Entry::Task, text: task, is_printed: false });
    let mut ran_code = false;
    for it in words {
        let of_tool = is_tool(episode.agent(episode.act(it.act).agent));
        let is_person = super::roles::is_person(episode.agent(episode.act(it.act).agent));
        let entry = match (of_tool, is_person) {
            (true, _) => Entry::Result(it.act),
            (false, true) => Entry::Task,
            (false, false) => Entry::Said(it.act),
        };
        texts.push(Text { entry, text: &it.said, is_printed: of_tool && ran_code });
        let has_code = it.said.contains("```") || episode.act(it.act).category == "code";
        if let Some(result) = &it.result {
            texts.push(Text { entry: Entry::Result(it.act), text: result, is_printed: has_code });
        }
        ran_code = has_code;
    }
    texts
}

/// Where a value of the text `own` entered, and what became of it there.
fn trace(
    texts: &[Text<'_>],
    known: &FxHashMap<String, Known>,
    found: &Found<'_>,
    own: usize,
) -> Option<Traced> {
    let it = known.get(&*found.key)?;
    let way = it.texts.iter().filter(|it| **it <= own).filter_map(|it| act_of(texts[*it].entry)).collect();
    let text = found.text.to_owned();
    let whole = |first: usize, mark, from| {
        Some(Traced { text: text.clone(), mark, entry: texts[first].entry, from, way })
    };
    let first = &texts[it.first];
    match first.entry {
        Entry::Task => return whole(it.first, Mark::Passed, None),
        Entry::Result(_) => {
            let mark = if first.is_printed { Mark::Computed } else { Mark::Passed };
            return whole(it.first, mark, None);
        }
        Entry::Said(_) => {}
    }
    // A part of a longer name, url or word of an earlier text: it was there, only not as a value of its own.
    if it.number.is_none()
        && let Some(at) = texts[..it.first].iter().position(|text| holds(text.text, found.text))
    {
        let mark = if matches!(texts[at].entry, Entry::Said(_)) { Mark::Nowhere } else { Mark::Passed };
        return whole(at, mark, None);
    }
    let before = || known.values().filter(|other| other.first < it.first);
    if let Some(number) = &it.number {
        let is_rounded = |other: &&Known| other.number.as_ref().is_some_and(|it| number.is_rounded(it));
        if let Some(of) = before().filter(is_rounded).min_by_key(|other| other.first) {
            let mark =
                if matches!(texts[of.first].entry, Entry::Said(_)) { Mark::Nowhere } else { Mark::Passed };
            return whole(of.first, mark, Some(of.text.clone()));
        }
        let beside: Vec<Found<'_>> =
            values(first.text).filter(|it| it.number.is_some() && it.key != found.key).collect();
        if let Some(sum) = computed(number, &beside) {
            return whole(it.first, Mark::Computed, Some(sum));
        }
    }
    let mut like: Vec<&Known> = before()
        .filter(|other| !matches!(texts[other.first].entry, Entry::Said(_)))
        .filter(|other| match (&it.number, &other.number) {
            (Some(own), Some(other)) => own.is_altered(other),
            (None, None) => is_altered_name(&it.text, &other.text),
            _ => false,
        })
        .collect();
    like.sort_by(|a, b| a.first.cmp(&b.first).then_with(|| a.text.cmp(&b.text)));
    match like.first() {
        Some(of) => whole(it.first, Mark::Altered, Some(of.text.clone())),
        None => whole(it.first, Mark::Nowhere, None),
    }
}

fn act_of(entry: Entry) -> Option<ActId> {
    match entry {
        Entry::Task => None,
        Entry::Result(act) | Entry::Said(act) => Some(act),
    }
}

/// Whether a text has these letters, whatever the case.
fn holds(text: &str, part: &str) -> bool {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    !part.is_empty() && text.windows(part.len()).any(|it| it.eq_ignore_ascii_case(part))
}

/// Whether a name is that of an agent, which is plain, or a part of it.
fn is_same_name(agent: &[u8], name: &str) -> bool {
    let is_it = |part: &[u8]| part.iter().copied().eq(name.bytes().map(plain));
    name.is_empty() || agent.windows(name.len()).any(is_it)
}

/// The same for both cases, and for all that parts words.
fn plain(byte: u8) -> u8 {
    match byte {
        b'_' | b'-' => b' ',
        it => it.to_ascii_lowercase(),
    }
}

/// Values of results that no later text of an agent has.
fn dropped(texts: &[Text<'_>], known: &FxHashMap<String, Known>, answer: &[String]) -> Vec<Dropped> {
    let is_said = |at: &usize| matches!(texts[*at].entry, Entry::Said(_));
    let mut dropped: Vec<(usize, &Known, bool)> = Vec::new();
    for it in known.values().filter(|it| !it.texts.iter().any(is_said)) {
        let Entry::Result(_) = texts[it.first].entry else { continue };
        let line = texts[it.first].text.lines().find(|line| line.contains(&it.text)).unwrap_or_default();
        let is_beside = values(line).any(|found| answer.iter().any(|it| *it == found.key));
        dropped.push((it.first, it, is_beside));
    }
    dropped.sort_by(|a, b| (!a.2, a.0, &a.1.text).cmp(&(!b.2, b.0, &b.1.text)));
    let one = |(at, it, is_beside): (usize, &Known, bool)| {
        Some(Dropped { text: it.text.clone(), act: act_of(texts[at].entry)?, is_beside })
    };
    dropped.into_iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests;
