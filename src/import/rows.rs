//! Rows of any columns: JSON Lines or CSV, by a map of what the columns mean.
//!
//! A row is an episode of its own, unless the map says which episode it is part of. What becomes what:
//!
//! * `action` (or `agent`): an `action` of the agent, of `policy` where no agent is named; with `to` a `message`
//! * `reward`, `own`: `reward` records for that act, the team's and the agent's own
//! * `advantage`: declared credit of the act; where an episode has several rows, it is kept as a field of the act
//! * `done`, `return`, `status`: the episode ends; a row that is an episode ends it;
//!   without these columns episodes end with the file
//! * columns that the map does not use: fields of the act, as they are
//!
//! Without a map one is proposed from the first row, and a note says it. In CSV a cell that holds JSON is read as
//! that, and an empty one is none.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};

use super::{
    Format, Head, LineReader, Reader, RowMap, Score, Sink, Start,
    cells::Cells,
    json::{Fields, integer, items, number, objects_of_line, payload, text},
    map::{Target, propose},
    row::{Act, Deed, POLICY, Row, group_name, own_reward, status, task_line, team_reward},
};
use crate::{
    log::{
        Action, EpisodeEnd, EpisodeStart, Message, Payload, Policy, Problem, Usage, timestamp_from_number,
        timestamp_from_text,
    },
    model::{Severity, Timestamp, rule},
    text::clean,
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "rows",
    title: "rows",
    about: "rows of any columns, JSON Lines or CSV (or `parquet`): `--map` says what they mean, `creditscope map FILE` proposes it",
    score,
    reader: Reader::Lines(|start| Box::new(Rows::new(start))),
};

/// Only rows that are rollouts by the names of their columns, and only where nothing else knows them.
fn score(head: &Head<'_>) -> Score {
    let rows = first_rows(head.bytes);
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    if propose(&rows).is_rollout() { Score::WEAK } else { Score::NONE }
}

/// The first rows of a file with this head, as JSON texts.
pub(super) fn first_rows(head: &[u8]) -> Vec<String> {
    const ROWS: usize = 50;
    let whole = memchr::memrchr(b'\n', head).map_or(head, |end| &head[..end]);
    let mut writing = Writing::Unknown;
    let mut found = Vec::new();
    for line in whole.split_inclusive(|it| *it == b'\n') {
        writing.rows(line, &mut NoSink, |_, fields, _| found.push(as_json(fields)));
        // A document over several lines is no rows.
        let is_document = found.is_empty() && matches!(writing, Writing::Json);
        if found.len() >= ROWS || is_document {
            break;
        }
    }
    found
}

fn as_json(fields: &Fields<'_>) -> String {
    let pairs = fields.iter().map(|(key, raw)| format!("{}:{raw}", serde_json::Value::from(key)));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
}

struct NoSink;

impl Sink for NoSink {
    fn record(&mut self, _: u32, _: &crate::log::Record) {}
    fn problem(&mut self, _: Problem) {}
}

/// How rows are written in the file; its first line tells.
enum Writing {
    Unknown,
    Json,
    Csv(Cells),
}

impl Writing {
    /// Hands on the rows of a line, each with its place in the line.
    fn rows(
        &mut self,
        line: &[u8],
        sink: &mut dyn Sink,
        mut each: impl FnMut(usize, &Fields<'_>, &mut dyn Sink),
    ) {
        if let Writing::Unknown = self {
            let is_mark = |it: &u8| it.is_ascii_whitespace() || b"\xef\xbb\xbf\0".contains(it);
            match line.iter().find(|it| !is_mark(it)) {
                None => return,
                Some(b'{' | b'[') => *self = Writing::Json,
                Some(_) => *self = Writing::Csv(Cells::default()),
            }
        }
        match self {
            Writing::Csv(cells) => {
                if let Some(row) = cells.row(line, sink) {
                    each(0, &Fields::of(&row), sink);
                }
            }
            Writing::Json | Writing::Unknown => objects_of_line(line, sink, each),
        }
    }
}

/// Turns rows into native records.
struct Rows {
    writing: Writing,
    mapped: Mapped,
}

/// What rows mean.
pub(super) struct Mapped {
    name: String,
    map: Option<RowMap>,
    /// Hashes of the episodes that have begun.
    begun: HashSet<u64>,
    hasher: RandomState,
    /// Episodes of which no column says that they end, in their order, and the line that was read last.
    open: Vec<String>,
    line: u32,
    /// Whether it was said that advantages are no declared credit here.
    told: bool,
}

impl Rows {
    fn new(start: &Start<'_>) -> Self {
        Self { writing: Writing::Unknown, mapped: Mapped::new(start) }
    }
}

impl LineReader for Rows {
    /// Where no column says that an episode ends, it does with the file.
    fn settle(&mut self, ended: bool, sink: &mut dyn Sink) {
        if ended {
            self.mapped.end(sink);
        }
    }

    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        let Rows { writing, mapped } = self;
        writing.rows(line, sink, |at, fields, sink| mapped.row(fields, number, at, sink));
    }
}

impl Mapped {
    pub(super) fn new(start: &Start<'_>) -> Self {
        Self {
            name: start.name.to_owned(),
            map: start.map.cloned(),
            begun: HashSet::new(),
            hasher: RandomState::new(),
            open: Vec::new(),
            line: 1,
            told: false,
        }
    }

    /// No row follows.
    pub(super) fn end(&mut self, sink: &mut dyn Sink) {
        for episode in self.open.drain(..) {
            Row { episode, end: Some(EpisodeEnd::default()), ..Row::default() }.write(self.line, sink);
        }
    }

    /// Hands on the records of a row: the one at place `at` of `line`.
    pub(super) fn row(&mut self, fields: &Fields<'_>, line: u32, at: usize, sink: &mut dyn Sink) {
        let map = self.map.take().unwrap_or_else(|| {
            let map = propose(&[&as_json(fields)]).map;
            let message =
                format!("read by a map that its first row suggests: --map '{}'", clean(&map.to_string()));
            sink.problem(Problem::new(rule::MISSING_FIELD, 0, message).milder(Severity::Note));
            map
        });
        match self.read_row(&View { map: &map, fields }, line, at) {
            Ok(row) => {
                row.write(line, sink);
                if map.has(Target::Advantage) && map.has(Target::Episode) && !self.told {
                    self.told = true;
                    let message = "advantages of rows that share an episode are shown with their acts, and are no credit";
                    sink.problem(Problem::new(rule::MISSING_FIELD, 0, message).milder(Severity::Note));
                }
            }
            Err(message) => sink.problem(Problem::new(rule::MISSING_FIELD, 0, message)),
        }
        self.map = Some(map);
    }

    fn read_row(&mut self, it: &View<'_>, line: u32, at: usize) -> Result<Row, String> {
        let own = !it.map.has(Target::Episode);
        let place = if at == 0 { line.to_string() } else { format!("{line}.{at}") };
        let episode = match it.text(Target::Episode) {
            _ if own => format!("{}:{place}", self.name),
            Some(episode) => episode,
            None => return Err("the row does not say which episode it is part of".to_owned()),
        };
        let hash = self.hasher.hash_one(&episode);
        let starts = own || self.begun.insert(hash);
        let says_end =
            [Target::Done, Target::Return, Target::Status].iter().any(|target| it.map.has(*target));
        if starts && !own && !says_end {
            self.open.push(episode.clone());
        }
        self.line = line;
        let agent = it.text(Target::Agent).unwrap_or_else(|| POLICY.to_owned());
        let act = it.deed(&agent).map(|deed| {
            let id = it.text(Target::Id).unwrap_or_else(|| format!("r{place}"));
            Act { id, deed }
        });
        let mut rewards = Vec::new();
        rewards.extend(it.number(Target::Reward).map(team_reward));
        rewards.extend(it.number(Target::Own).map(|value| own_reward(&agent, value)));
        let end = it.end(own);
        if act.is_none() && rewards.is_empty() && end.is_none() {
            return Err("the row has nothing of what the map names".to_owned());
        }
        let advantage = it.number(Target::Advantage);
        let mut extra = it.unused();
        if !own && let Some(value) = it.raw(Target::Advantage).and_then(payload) {
            extra.push(("advantage".to_owned(), value));
        }
        Ok(Row {
            episode,
            start: starts.then(|| it.start()),
            act,
            rewards,
            advantage: advantage.filter(|_| own),
            end,
            step: it.integer(Target::Step),
            ts: it.time(),
            extra,
        })
    }
}

/// A row as its map sees it.
struct View<'a> {
    map: &'a RowMap,
    fields: &'a Fields<'a>,
}

impl View<'_> {
    fn raw(&self, target: Target) -> Option<&str> {
        self.map.find(target, |key| self.fields.raw(key))
    }

    fn text(&self, target: Target) -> Option<String> {
        self.raw(target).map(text)
    }

    fn number(&self, target: Target) -> Option<f64> {
        self.raw(target).and_then(number)
    }

    fn integer(&self, target: Target) -> Option<i64> {
        self.raw(target).and_then(integer)
    }

    fn payload(&self, target: Target) -> Option<Payload> {
        self.raw(target).and_then(payload)
    }

    fn time(&self) -> Option<Timestamp> {
        let raw = self.raw(Target::Time)?;
        if raw.starts_with('"') { timestamp_from_text(&text(raw)) } else { timestamp_from_number(raw) }
    }

    fn start(&self) -> EpisodeStart {
        EpisodeStart {
            task: self.text(Target::Task).map(|it| task_line(&it)),
            group: self.text(Target::Group).map(|it| group_name(&it)),
            seed: self.text(Target::Seed),
            global_step: self.integer(Target::Update),
            ..EpisodeStart::default()
        }
    }

    fn deed(&self, agent: &str) -> Option<Deed> {
        let action = self.payload(Target::Action);
        if action.is_none() && !self.map.has(Target::Agent) {
            return None;
        }
        let names = |raw: &str| match items(raw) {
            list if list.is_empty() => vec![text(raw)],
            list => list.into_iter().map(text).collect(),
        };
        let parents = self.raw(Target::Parents).map(|raw| if raw == "[]" { Vec::new() } else { names(raw) });
        if let Some(to) = self.raw(Target::To) {
            let to = names(to);
            let message =
                Message { from: agent.to_owned(), to, content: action, parents, ..Message::default() };
            return Some(Deed::Message(message));
        }
        let count = |target| self.integer(target).and_then(|it| u64::try_from(it).ok());
        let usage = Usage { input: count(Target::In), output: count(Target::Out), cost: None };
        let policy = Policy {
            logp: self.number(Target::Logp),
            value: self.number(Target::Value),
            ..Policy::default()
        };
        Some(Deed::Action(Box::new(Action {
            agent: agent.to_owned(),
            action,
            kind: self.text(Target::Kind),
            parents,
            obs: self.payload(Target::Obs),
            result: self.payload(Target::Result),
            error: self.text(Target::Error),
            usage: (usage != Usage::default()).then_some(usage),
            policy: (policy != Policy::default()).then_some(policy),
            ..Action::default()
        })))
    }

    /// How the episode ended, if it did: `own` is whether the row is all of it.
    fn end(&self, own: bool) -> Option<EpisodeEnd> {
        let total = self.number(Target::Return);
        let status = self.raw(Target::Status).map(status);
        let done = self.raw(Target::Done).map(|it| it == "true" || number(it).is_some_and(|it| it != 0.0));
        let ends = done.unwrap_or(own || total.is_some() || status.is_some());
        ends.then(|| EpisodeEnd {
            status,
            total,
            answer: self.text(Target::Answer),
            ground_truth: self.text(Target::Truth),
            ..EpisodeEnd::default()
        })
    }

    fn unused(&self) -> Vec<(String, Payload)> {
        let unused = self.fields.iter().filter(|it| !self.map.uses(it.0) && it.1 != "null");
        unused.filter_map(|(key, raw)| Some((key.to_owned(), payload(raw)?))).collect()
    }
}

#[cfg(test)]
mod tests;
