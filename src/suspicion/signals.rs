//! What is counted of every act: 22 signals, none of which names an agent or a benchmark.

use std::collections::HashMap;

use super::roles::{Actor, actor};
use crate::model::{ActKind, AgentId, Clue, Clues, Episode};

/// Number of signals.
pub const COUNT: usize = 22;

/// The signals, in the order of their values.
pub const NAMES: [&str; COUNT] = [
    "tool",
    "human",
    "first",
    "thought",
    "done",
    "code",
    "changed",
    "worker",
    "second_worker",
    "last_worker",
    "since_worker",
    "nth",
    "length",
    "growth",
    "simulated",
    "any_new",
    "final_origin",
    "final_share",
    "dropped",
    "before_error",
    "fixed",
    "error_far",
];

/// The signals of one row of the clues.
pub(super) type Row = [f64; COUNT];

/// Who says a row: an agent, or what ran for the act of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Speaker {
    Agent(AgentId),
    Result,
}

/// A row of the clues with what is known of its speaker.
#[derive(Clone, Copy, Debug)]
struct Line<'a> {
    clue: &'a Clue,
    speaker: Speaker,
    actor: Actor,
    is_thought: bool,
}

impl Line<'_> {
    /// Whether an agent did or said something: no result, no person, no bookkeeping.
    fn is_deed(&self) -> bool {
        self.actor == Actor::Agent && !self.clue.is_routing
    }

    fn is_tool(&self) -> bool {
        self.actor == Actor::Tool
    }

    fn fails(&self) -> bool {
        self.is_tool() && self.clue.error.is_some()
    }

    fn size(&self) -> f64 {
        f64::from(self.clue.chars).ln_1p()
    }
}

/// What the signals are of a whole episode.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Signals {
    /// For each row of the clues.
    pub(super) rows: Vec<[f64; COUNT]>,
    /// Whether the row is an act of an agent that decides.
    pub(super) is_agent: Vec<bool>,
    /// The row of the first result that fails.
    pub(super) first_error: Option<usize>,
    /// For each row, how many values had come up before it.
    pub(super) known_before: Vec<u32>,
    /// Whether somebody thinks to itself or tells single others what to do.
    pub(super) has_lead: bool,
}

impl Signals {
    /// Of an episode and its clues. Takes O(rows and their values).
    pub(super) fn of(episode: &Episode, clues: &Clues) -> Self {
        let rows: Vec<Line<'_>> = clues.rows.iter().map(|it| row(episode, it)).collect();
        let known_before = known_before(clues);
        let whole = Whole::of(&rows);
        let mut spoke: HashMap<Speaker, u32> = HashMap::new();
        let mut last: HashMap<Speaker, f64> = HashMap::new();
        let mut signals = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            let times = spoke.entry(row.speaker).or_default();
            let before = last.insert(row.speaker, row.size()).unwrap_or(row.size());
            signals.push(whole.signals(at, *times, before, known_before[at]));
            *times += 1;
        }
        let decides = |it: AgentId| actor(episode.agent(it)) == Actor::Agent;
        let is_dispatch = |it: &Line<'_>| {
            let act = episode.act(it.clue.act);
            act.kind == ActKind::Message && decides(act.agent) && act.to.iter().any(|it| decides(*it))
        };
        Self {
            is_agent: rows.iter().map(|it| it.actor == Actor::Agent).collect(),
            first_error: whole.first_error,
            has_lead: rows.iter().any(|it| it.is_thought || is_dispatch(it)),
            rows: signals,
            known_before,
        }
    }
}

impl Signals {
    /// The mean of each signal over the acts of agents that decide.
    pub(super) fn mean_of_agents(&self) -> [f64; COUNT] {
        let rows: Vec<&[f64; COUNT]> =
            self.rows.iter().zip(&self.is_agent).filter(|it| *it.1).map(|it| it.0).collect();
        let count = rows.len().max(1) as f64;
        std::array::from_fn(|at| rows.iter().map(|it| it[at]).sum::<f64>() / count)
    }
}

fn row<'a>(episode: &Episode, clue: &'a Clue) -> Line<'a> {
    let act = episode.act(clue.act);
    let own = actor(episode.agent(act.agent));
    let is_result_of_other = clue.is_result && own != Actor::Tool;
    Line {
        clue,
        speaker: if is_result_of_other { Speaker::Result } else { Speaker::Agent(act.agent) },
        actor: if clue.is_result { Actor::Tool } else { own },
        is_thought: !clue.is_result && matches!(act.category.as_str(), "plan" | "thought"),
    }
}

/// For each row how many values had come up before it: those with a higher place are new.
fn known_before(clues: &Clues) -> Vec<u32> {
    let mut known = 0;
    let rows = clues.rows.iter().map(|it| {
        let before = known;
        known = it.values.iter().map(|it| it + 1).fold(known, u32::max);
        before
    });
    rows.collect()
}

/// What one row's signals need of the others.
struct Whole<'a> {
    rows: &'a [Line<'a>],
    /// Who acts most.
    lead: Option<Speaker>,
    /// The deeds of all others.
    workers: Vec<usize>,
    first_error: Option<usize>,
    /// Of the last two rows.
    ends: Vec<u32>,
    /// The last deed that says more than a word or two.
    answer: usize,
    mean_size: f64,
}

impl<'a> Whole<'a> {
    fn of(rows: &'a [Line<'a>]) -> Self {
        let mut counts: Vec<(Speaker, u32)> = Vec::new();
        for row in rows.iter().filter(|it| it.actor == Actor::Agent) {
            match counts.iter_mut().find(|it| it.0 == row.speaker) {
                Some(it) => it.1 += 1,
                None => counts.push((row.speaker, 1)),
            }
        }
        // Of equal ones the first.
        let lead = counts.iter().rev().max_by_key(|it| it.1).map(|it| it.0);
        let deeds = || rows.iter().enumerate().filter(|it| it.1.is_deed());
        let ends = rows.iter().rev().take(2).flat_map(|it| it.clue.values.iter().copied());
        Self {
            lead,
            workers: deeds().filter(|it| Some(it.1.speaker) != lead).map(|it| it.0).collect(),
            first_error: rows.iter().position(Line::fails),
            ends: ends.collect(),
            answer: deeds().rfind(|it| it.1.clue.chars > 30).map_or(rows.len().saturating_sub(1), |it| it.0),
            mean_size: rows.iter().map(Line::size).sum::<f64>() / rows.len().max(1) as f64,
            rows,
        }
    }

    /// `times`: how often its speaker spoke before; `before`: how long it was then; `known`: values that had come up.
    fn signals(&self, at: usize, times: u32, before: f64, known: u32) -> [f64; COUNT] {
        let row = &self.rows[at];
        let (clue, is_deed, is_tool) = (row.clue, row.is_deed(), row.is_tool());
        let previous = at.checked_sub(1).map(|it| &self.rows[it]);
        let is_worker = is_deed && Some(row.speaker) != self.lead;
        let new = || clue.values.iter().filter(|it| **it >= known);
        let far = |it: usize| (it as f64).ln_1p();
        let third = |count: usize| count.min(3) as f64 / 3.0;
        let when = |it: bool| f64::from(u8::from(it));
        [
            when(is_tool),
            when(row.actor == Actor::Person),
            when(at == 0),
            when(row.is_thought),
            when(is_deed && clue.is_end),
            when(clue.has_code && !is_tool),
            when(is_deed && previous.is_some_and(|it| it.speaker != row.speaker)),
            when(is_worker),
            when(self.workers.get(1) == Some(&at)),
            when(self.workers.last() == Some(&at)),
            self.workers.first().map_or(0.0, |first| far(at.saturating_sub(*first))),
            if is_deed { f64::from(times).ln_1p() / 2.0 } else { 0.0 },
            (row.size() - self.mean_size) / 2.0,
            (row.size() - before) / 2.0,
            if is_tool { 0.0 } else { third(clue.guesses.len()) },
            when(is_deed && new().next().is_some()),
            if is_tool { 0.0 } else { third(new().filter(|it| self.ends.contains(it)).count()) },
            if is_deed && at != self.answer { self.share_of_answer(clue) } else { 0.0 },
            when(previous.is_some_and(|it| self.drops(it, clue))),
            when(self.first_error.is_some_and(|it| at + 1 == it)),
            when(self.is_repaired(at)),
            match self.first_error {
                Some(error) if at < error => far(error - 1 - at) / 2.0,
                _ => 0.0,
            },
        ]
    }

    /// The share of the values of the final answer that it holds.
    fn share_of_answer(&self, clue: &Clue) -> f64 {
        let answer = &self.rows[self.answer].clue.values;
        let held = clue.values.iter().filter(|it| answer.contains(it)).count();
        held as f64 / (1 + answer.len()) as f64
    }

    /// Whether it uses nothing of a result before it that brought something.
    fn drops(&self, previous: &Line<'_>, clue: &Clue) -> bool {
        let task = &self.rows[0].clue.values;
        let mut fresh = previous.clue.values.iter().filter(|it| !task.contains(it)).peekable();
        previous.is_tool() && fresh.peek().is_some() && !fresh.any(|it| clue.values.contains(it))
    }

    /// Whether it ran into an error, and one of the three rows after that went well.
    fn is_repaired(&self, at: usize) -> bool {
        let went_well = |it: &Line<'_>| it.is_tool() && it.clue.went_well;
        self.rows.get(at + 1).is_some_and(Line::fails) && self.rows.iter().skip(at + 2).take(3).any(went_well)
    }
}
