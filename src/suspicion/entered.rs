//! Where a wrong value entered an episode: the act in which it stands first, and the acts that repeat it.
//!
//! What is wrong is read from the end of the episode: values of its reason, or of an answer that the right one does not have.
//! Without either, only a call that asks for another number than the one that was given (2030 for 2031) counts, where the
//! answer has what came of it. That a value entered somewhere is a fact of the texts; that it is to blame is not.

use rustc_hash::{FxHashMap, FxHashSet};

use super::roles::{Actor, actor};
use super::values::values_in;
use crate::model::{ActId, AgentId, Clue, Clues, Episode};

/// A wrong value, as far as its texts tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Entered {
    /// The act in which it stands first: what an agent said, or whose result has it.
    pub act: ActId,
    /// Whose.
    pub agent: AgentId,
    /// What stands there first and goes on to the end, as written.
    pub values: Vec<String>,
    /// What the call asks for and no text before has.
    pub asked: Vec<String>,
    /// What stood before in place of the first of these.
    pub instead: Option<String>,
    /// Whether it came as a result of the act.
    pub in_result: bool,
    /// Later acts that have it, in order.
    pub repeats: Vec<ActId>,
    /// Whether the end of the episode says that it is wrong.
    pub is_known_wrong: bool,
}

/// Where a wrong value entered; `None`: the episode has no clues, or nothing in it tells.
pub fn entered(episode: &Episode) -> Option<Entered> {
    let texts = Texts::of(episode)?;
    let wrong = texts.known_wrong(episode);
    let is_known_wrong = !wrong.is_empty();
    let wrong = if is_known_wrong { wrong } else { texts.of_answer() };
    let mut found: Vec<Entered> = Vec::new();
    let first_of = |value: u32| texts.clues.rows.iter().position(|it| it.values.contains(&value));
    for (row, value) in wrong.iter().filter_map(|it| Some((first_of(*it)?, *it))) {
        let Some(entry) = texts.entry(episode, row, value) else { continue };
        let entry = Entered { is_known_wrong, ..entry };
        // A number of two digits may stand anywhere by chance.
        let is_told = is_known_wrong && (texts.text(value).len() > 2 || !entry.asked.is_empty());
        if !(is_told || entry.in_result && entry.instead.is_some()) {
            continue;
        }
        match found.iter_mut().find(|it| it.act == entry.act) {
            Some(known) => {
                known.values.extend(entry.values);
                known.repeats.extend(entry.repeats);
                known.repeats.sort_unstable();
                known.repeats.dedup();
            }
            None => found.push(entry),
        }
    }
    found.into_iter().min_by_key(|it| it.act)
}

/// The values of all texts of an episode.
struct Texts<'a> {
    clues: &'a Clues,
    /// Values of the task, by what they are.
    task: FxHashSet<String>,
    /// How many values had come up before each row: those with a higher place are new.
    before: Vec<u32>,
}

impl<'a> Texts<'a> {
    fn of(episode: &'a Episode) -> Option<Self> {
        let clues = episode.clues.as_deref()?;
        let before = clues.rows.iter().scan(0, |known, it| {
            let before = *known;
            *known = it.values.iter().map(|it| it + 1).fold(*known, u32::max);
            Some(before)
        });
        let task = values_in(episode.task.as_deref().unwrap_or_default()).map(key).collect();
        Some(Self { clues, task, before: before.collect() })
    }

    fn text(&self, value: u32) -> &str {
        &self.clues.values[value as usize]
    }

    /// Values of the end that stand in texts, and neither in the task nor in the right answer.
    fn known_wrong(&self, episode: &Episode) -> Vec<u32> {
        let Some(end) = &episode.outcome else { return Vec::new() };
        let right: FxHashSet<String> =
            end.ground_truth.iter().flat_map(|it| values_in(it)).map(key).collect();
        let answer = end.answer.as_deref().filter(|_| !right.is_empty());
        let said = end.reason.as_deref().into_iter().chain(answer).flat_map(values_in);
        let said: FxHashSet<String> = said.map(key).filter(|it| !right.contains(it)).collect();
        let last = self.answer();
        let is_wrong = |it: &u32| {
            let it = key(self.text(*it));
            it.chars().count() > 1 && said.contains(&it) && !self.task.contains(&it)
        };
        // What no text takes to the end went elsewhere: `41.2, should be 57.9` names the right value, too.
        let reaches = |it: &u32| last.is_some_and(|last| last.values.contains(it)) || answer.is_some();
        (0..self.clues.values.len() as u32).filter(is_wrong).filter(reaches).collect()
    }

    /// The last text of an agent that has a value.
    fn answer(&self) -> Option<&'a Clue> {
        let has_value = |it: &&Clue| !it.is_result && it.values.iter().any(|it| self.text(*it).len() > 1);
        self.clues.rows.iter().rev().find(has_value)
    }

    fn of_answer(&self) -> Vec<u32> {
        let values = self.answer().map_or(&[][..], |it| &it.values);
        let is_new = |it: &&u32| self.text(**it).len() > 1 && !self.task.contains(&key(self.text(**it)));
        values.iter().filter(is_new).copied().collect()
    }

    /// How a value entered in this row, which is the first that has it.
    fn entry(&self, episode: &Episode, row: usize, value: u32) -> Option<Entered> {
        let rows = &self.clues.rows;
        let actor_of = |row: usize| actor(episode.agent(episode.act(rows[row].act).agent));
        // The result of a tool belongs to whoever called it.
        let in_result = rows[row].is_result || actor_of(row) == Actor::Tool;
        let said = (0..=row).rev().find(|it| !rows[*it].is_result && actor_of(*it) != Actor::Tool)?;
        if actor_of(said) == Actor::Person {
            return None;
        }
        let act = rows[said].act;
        let is_new = |it: &&u32| {
            **it >= self.before[said] && **it != value && !self.task.contains(&key(self.text(**it)))
        };
        let new = rows[said].values.iter().filter(|_| in_result).filter(is_new);
        let asked: Vec<String> = new.map(|it| self.text(*it).to_owned()).filter(|it| it.len() > 1).collect();
        let mut seen: FxHashMap<ActId, ()> = FxHashMap::default();
        let has = |it: &&Clue| it.values.contains(&value) && it.act > act;
        let repeats = rows[row..].iter().filter(has).map(|it| it.act);
        Some(Entered {
            act,
            agent: episode.act(act).agent,
            values: vec![self.text(value).to_owned()],
            instead: asked.first().and_then(|it| self.like(it, said)),
            asked,
            in_result,
            repeats: repeats.filter(|it| seen.insert(*it, ()).is_none()).collect(),
            is_known_wrong: false,
        })
    }

    /// A number that was known before a row and differs from this one in one digit.
    fn like(&self, asked: &str, row: usize) -> Option<String> {
        let is_like = |it: &str| {
            let digits = |it: &str| it.len() > 2 && it.bytes().all(|it| it.is_ascii_digit());
            let differ = it.bytes().zip(asked.bytes()).filter(|it| it.0 != it.1).count();
            digits(it) && digits(asked) && it.len() == asked.len() && differ == 1
        };
        let known = self.clues.values[..self.before[row] as usize].iter().map(ToString::to_string);
        self.task.iter().cloned().chain(known).find(|it| is_like(it))
    }
}

/// The same for all ways to write a value.
fn key(value: &str) -> String {
    let is_number = value.starts_with(|it: char| it.is_ascii_digit());
    if is_number { value.replace(',', "") } else { value.to_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Agent, Outcome, draft};
    use crate::suspicion::{Words, read};

    /// A lead names 2031, a finder looks something up, a writer answers, the lead repeats it; then it ends for this reason.
    fn told(call: &str, result: &str, answer: &str, reason: &str) -> Episode {
        let said = [(0, "find it for 2031"), (1, call), (2, answer), (0, "written")];
        let mut episode = Episode {
            agents: ["lead", "finder", "writer"]
                .map(|it| Agent { name: it.to_owned(), ..Agent::default() })
                .into(),
            outcome: Some(Outcome { reason: Some(reason.to_owned()), ..Outcome::default() }),
            ..Episode::default()
        };
        said.iter().for_each(|it| episode.acts.push(draft::action(it.0)));
        let words = said.iter().enumerate().map(|(at, it)| Words {
            act: ActId::from_index(at),
            said: it.1.to_owned(),
            result: (at == 1).then(|| result.to_owned()),
        });
        episode.clues = Some(std::sync::Arc::new(read(&episode, words)));
        episode
    }

    /// The act, whether it came as a result, what was asked for in place of what, and the acts that repeat it.
    type Told<'a> = (usize, bool, &'a [&'a str], Option<&'a str>, &'a [usize]);

    #[track_caller]
    fn check(episode: &Episode, expected: Option<Told<'_>>) {
        let found = entered(episode);
        let repeats: Vec<usize> = found.iter().flat_map(|it| &it.repeats).map(|it| it.index()).collect();
        let found = found.as_ref().map(|it| {
            (
                it.act.index(),
                it.in_result,
                it.asked.iter().map(String::as_str).collect(),
                it.instead.as_deref(),
            )
        });
        let of = expected.map(|it| (it.0, it.1, it.2.to_vec(), it.3));
        assert_eq!(found, of);
        assert_eq!(repeats, expected.map_or(Vec::new(), |it| it.4.to_vec()));
    }

    #[test]
    fn a_wrong_value_is_followed_to_the_call_that_brought_it() {
        let log = |reason: &str| told("look up 2030", "it is 41.2", "the row is 41.2", reason);
        let expected = Some((1, true, &["2030"][..], Some("2031"), &[2][..]));
        check(&log("41.2 is wrong, should be 57.9"), expected);
        // Without a word of what is wrong: the call asks for another number than was given.
        check(&log("wrong row"), expected);
        // It asks for what was given: nothing tells that what came of it is wrong, unless the end does.
        let asked = told("look up 2031", "it is 41.2", "the row is 41.2", "wrong row");
        check(&asked, None);
        let known = told("look up 2031", "it is 41.2", "the row is 41.2", "not 41.2");
        check(&known, Some((1, true, &[], None, &[2])));
    }

    #[test]
    fn a_value_that_an_agent_made_up_is_its_own() {
        let log = told("look up 2031", "it is 57.9", "the row is 41.2", "41.2 should be 57.9");
        check(&log, Some((2, false, &[], None, &[])));
        // The right value never is the wrong one, wherever it stood.
        let dropped = told("look up 2031", "it is 57.9", "no row", "should be 57.9");
        check(&dropped, None);
    }
}
