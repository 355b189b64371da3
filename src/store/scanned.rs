//! Lines to rows, without knowing what came before: the part of the index pass that several threads do at
//! once, each on its own stretch of a file.
//!
//! ```text
//! whole lines -> LineScanner -> Scanned     names numbered within the stretch, lines counted from its start
//!                                  `-> Store::add, stretch after stretch, joins them to episodes
//! ```

use std::ops::Range;

use super::{
    Pass,
    names::{Id, Names},
};
use crate::{
    log::{
        Body, Credit, Header, PlainHeader, Problem, Record, RecordType, Run, Scanner, Writer, is_sound,
        parse_line,
    },
    model::{LogSummary, Severity, Timestamp, is_person, rule},
    text,
};

/// A record without an agent.
pub(super) const NOBODY: u32 = u32::MAX;

/// A record of a stretch. Its names are numbers of the stretch's dictionaries.
#[derive(Clone, Copy, Debug)]
pub(super) struct ScannedRow {
    /// First byte, from the start of the file.
    pub(super) offset: u64,
    /// Bytes without the line end.
    pub(super) len: u32,
    /// Line, from 0 at the start of the stretch.
    pub(super) line: u32,
    pub(super) kind: RecordType,
    pub(super) episode: u32,
    /// Who takes part by it, or [`NOBODY`].
    pub(super) agent: u32,
    pub(super) id: Id,
    pub(super) time: Option<Timestamp>,
    /// Value of a reward.
    pub(super) value: Option<f64>,
    /// Whether it is an action that says that something went wrong.
    pub(super) failed: bool,
}

/// What a row does not hold.
#[derive(Debug)]
pub(super) enum Extra {
    /// Another agent takes part in the episode of the row.
    Agent(u32),
    /// The row names the agents of its episode.
    Roster,
    /// The row ends its episode.
    End { status: Option<Box<str>>, total: Option<f64> },
    /// The row assigns credit: numbers, or a judgement.
    Credit { declared: bool, label: Option<Box<str>>, by: Judge },
    /// Another run begins before the next row.
    Run { offset: u64, run: Box<Run> },
    /// Something is wrong with a line before the next row.
    Problem { offset: u64, len: u32, line: u32, problem: Problem },
}

/// Who judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judge {
    /// A person that the record names.
    NamedPerson,
    /// Some person.
    Person,
    /// A model, a trainer, or nobody.
    Other,
}

impl Judge {
    fn of(credit: &Credit) -> Self {
        match is_person(&credit.algorithm) {
            true if credit.params.iter().any(|it| it.0 == "annotator") => Judge::NamedPerson,
            true => Judge::Person,
            false => Judge::Other,
        }
    }
}

/// A record with a writer's counter.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) offset: u64,
    pub(super) len: u32,
    /// From 0 at the start of the stretch.
    pub(super) line: u32,
    pub(super) seq: i64,
    /// Whose counter it is, if the record says so.
    pub(super) writer: Option<Box<Writer>>,
}

/// The rows of a stretch of a file.
#[derive(Default)]
pub struct Scanned {
    /// Where its lines stand.
    pub(super) bytes: Range<u64>,
    pub(super) rows: Vec<ScannedRow>,
    /// With the number of rows up to it.
    pub(super) extras: Vec<(u32, Extra)>,
    pub(super) counted: Vec<Counted>,
    pub(super) episodes: Names,
    pub(super) agents: Names,
    pub(super) prefixes: Names,
    pub(super) records: u64,
    pub(super) types: [u64; RecordType::KNOWN.len() + 1],
    /// Lines, of whatever kind.
    pub(super) lines: u32,
    pub(super) bad_lines: u64,
    /// Lines that were read in full, and where those among them begin that have a problem.
    pub(super) in_full: u32,
    pub(super) listed: Vec<u64>,
    /// Problems beyond those that are listed.
    pub(super) more_problems: u64,
    problems: usize,
}

/// How NUL bytes are listed.
pub(super) fn hole(offset: u64, len: u64) -> Problem {
    let message = format!(
        "{len} NUL bytes at byte {offset}: a hole, as a crash or a truncation under its writer leaves; what stood there is not in this file"
    );
    Problem::new(rule::NUL_BYTES, 0, message)
}

impl Scanned {
    /// Forgets everything but the room it takes.
    pub fn clear(&mut self) {
        let Self { rows, extras, counted, episodes, agents, prefixes, .. } = std::mem::take(self);
        (self.rows, self.extras, self.counted) = (rows, extras, counted);
        (self.episodes, self.agents, self.prefixes) = (episodes, agents, prefixes);
        self.rows.clear();
        self.extras.clear();
        self.counted.clear();
        for names in [&mut self.episodes, &mut self.agents, &mut self.prefixes] {
            names.clear();
        }
    }

    /// Counts a line of `len` bytes at `offset` that is too long to be handed on, or cannot be.
    pub fn skip(&mut self, offset: u64, problem: Problem) {
        let place = Place { offset, len: 0, line: self.lines };
        self.lines += 1;
        self.in_full += 1;
        self.bad_lines += 1;
        self.problem(place, problem);
    }

    /// Lists `len` NUL bytes at `offset` where a line would begin.
    pub fn hole(&mut self, offset: u64, len: u64) {
        let place = Place { offset, len: len.min(u32::MAX.into()) as u32, line: self.lines };
        self.problem(place, hole(offset, len));
    }

    fn extra(&mut self, extra: Extra) {
        self.extras.push((self.rows.len() as u32, extra));
    }

    fn count(&mut self, place: Place, seq: Option<i64>, writer: Option<&Writer>) {
        if let Some(seq) = seq {
            let Place { offset, len, line } = place;
            self.counted.push(Counted { offset, len, line, seq, writer: writer.cloned().map(Box::new) });
        }
    }

    fn agent(&mut self, name: &str) -> u32 {
        self.agents.number(name.as_bytes(), usize::MAX).unwrap_or(NOBODY)
    }

    #[inline(always)]
    fn plain(&mut self, place: Place, kind: RecordType, header: &PlainHeader<'_>) {
        self.records += 1;
        self.types[kind as usize] += 1;
        self.count(place, header.seq, None);
        let Some(episode) = header.episode else { return };
        let Some(episode) = self.episodes.number(episode, usize::MAX) else { return };
        let agent = header.agent.filter(|_| names_agent(kind));
        let row = ScannedRow {
            offset: place.offset,
            len: place.len,
            line: place.line,
            kind,
            episode,
            agent: agent.and_then(|it| self.agents.number(it, usize::MAX)).unwrap_or(NOBODY),
            id: header.id.map_or(Id::None, |it| Id::of(it, &mut self.prefixes)),
            time: header.ts,
            value: header.value,
            failed: header.failed,
        };
        self.rows.push(row);
        if let Some(to) = header.to.filter(|it| *it != b"*") {
            let to = self.agents.number(to, usize::MAX).unwrap_or(NOBODY);
            self.extra(Extra::Agent(to));
        }
    }

    /// Adds the fields that headers and records share; `false` if it belongs to no episode.
    fn row(&mut self, place: Place, common: &Common<'_>) -> bool {
        let kind = common.kind;
        self.records += 1;
        self.types[kind as usize] += 1;
        let Some(episode) = common.episode else { return false };
        let Some(episode) = self.episodes.number(episode.as_bytes(), usize::MAX) else { return false };
        let agent = common.agent.map_or(NOBODY, |it| self.agent(it));
        let id = common.id.map_or(Id::None, |it| Id::of(it.as_bytes(), &mut self.prefixes));
        let Place { offset, len, line } = place;
        let Common { time, value, failed, .. } = *common;
        self.rows.push(ScannedRow { offset, len, line, kind, episode, agent, id, time, value, failed });
        true
    }

    fn take_part<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        for name in names.filter(|it| *it != "*") {
            let agent = self.agent(name);
            self.extra(Extra::Agent(agent));
        }
    }

    fn header(&mut self, place: Place, header: &Header<'_>) {
        self.count(place, header.seq, None);
        let kind = header.record_type;
        let of_reward = kind == RecordType::Reward;
        let common = Common {
            kind,
            episode: header.episode.as_deref(),
            // A state or a credit record may also have an `agent` field, but that agent does not take part by
            // it.
            agent: header.agent.as_deref().filter(|_| names_agent(kind)),
            id: header.id.as_deref(),
            time: header.ts,
            value: header.value.filter(|_| of_reward),
            failed: header.failed,
        };
        if !self.row(place, &common) {
            return;
        }
        self.take_part(header.others.iter().map(AsRef::as_ref));
        match kind {
            RecordType::EpisodeStart if !header.others.is_empty() => self.extra(Extra::Roster),
            RecordType::EpisodeEnd => {
                self.extra(Extra::End {
                    status: header.status.as_deref().map(Into::into),
                    total: header.value,
                });
            }
            // A judgement has a label, and is read in full.
            RecordType::Credit => self.extra(Extra::Credit { declared: true, label: None, by: Judge::Other }),
            _ => {}
        }
    }

    fn record(&mut self, place: Place, record: &Record) {
        let mut writer = None;
        if let Body::Run(run) = &record.body {
            self.extra(Extra::Run { offset: place.offset, run: Box::new(run.clone()) });
            writer = run.writer.as_ref();
        }
        self.count(place, record.seq, writer);
        let value = match &record.body {
            Body::Reward(reward) => reward.value,
            _ => None,
        };
        let common = Common {
            kind: record.record_type(),
            episode: record.episode.as_deref(),
            agent: record.agent(),
            id: record.id.as_deref(),
            time: record.ts,
            value,
            failed: matches!(&record.body, Body::Action(it) if it.error.is_some()),
        };
        if !self.row(place, &common) {
            return;
        }
        match &record.body {
            Body::EpisodeStart(start) => {
                self.take_part(start.agents.iter().map(|it| it.id.as_str()));
                if !start.agents.is_empty() {
                    self.extra(Extra::Roster);
                }
            }
            Body::Message(message) => self.take_part(message.to.iter().map(String::as_str)),
            Body::EpisodeEnd(end) => {
                self.extra(Extra::End { status: end.status.as_deref().map(Into::into), total: end.total });
            }
            Body::Credit(credit) => {
                let numbers = credit.items.iter().any(|it| it.value.is_some());
                let judged = credit.items.iter().find(|it| it.label.is_some() || it.reason.is_some());
                let label = judged.map(|item| {
                    let who = item.agent.as_deref().unwrap_or("?");
                    let at = item.of.as_deref().map_or(String::new(), |it| format!("{it} "));
                    text::clean(&format!("{at}{who}")).into()
                });
                let by = Judge::of(credit);
                self.extra(Extra::Credit { declared: numbers || !credit.agents.is_empty(), label, by });
            }
            _ => {}
        }
    }

    /// Adds the records of a line that must be read in full.
    fn parsed(&mut self, offset: u64, line: &[u8]) {
        // As a truncated file leaves them: they belong to no line.
        let nuls = line.iter().take_while(|it| **it == 0).count();
        if nuls > 0 {
            self.hole(offset, nuls as u64);
        }
        let (offset, line) = (offset + nuls as u64, &line[nuls..]);
        let place = Place { offset, len: line.len() as u32, line: self.lines };
        self.lines += 1;
        self.in_full += 1;
        let parsed = parse_line(line);
        if !parsed.problems.is_empty() {
            self.listed.push(offset);
        }
        self.bad_lines += u64::from(parsed.problems.iter().any(|it| it.severity == Severity::Error));
        for problem in parsed.problems {
            self.problem(place, problem);
        }
        for (record, range) in parsed.records {
            let place = Place { offset: offset + range.start as u64, len: range.len() as u32, ..place };
            self.record(place, &record);
        }
    }

    fn problem(&mut self, place: Place, problem: Problem) {
        if self.problems < LogSummary::DIAGNOSTICS {
            self.problems += 1;
            let Place { offset, len, line } = place;
            self.extra(Extra::Problem { offset, len, line, problem });
        } else {
            self.more_problems += 1;
        }
    }
}

/// What every record has.
struct Common<'a> {
    kind: RecordType,
    episode: Option<&'a str>,
    agent: Option<&'a str>,
    id: Option<&'a str>,
    time: Option<Timestamp>,
    value: Option<f64>,
    failed: bool,
}

/// Where a record stands.
#[derive(Clone, Copy)]
struct Place {
    offset: u64,
    len: u32,
    line: u32,
}

/// Scans lines; learns from each how the next may look.
pub struct LineScanner {
    pass: Pass,
    scanner: Scanner,
}

impl LineScanner {
    /// Reads lines as thoroughly as `pass` says.
    pub fn new(pass: Pass) -> Self {
        Self { pass, scanner: Scanner::default() }
    }

    /// Adds the whole lines that stand at `offset` of a file to the rows of its stretch.
    pub fn scan(&mut self, offset: u64, bytes: &[u8], into: &mut Scanned) {
        let start = if into.bytes.is_empty() { offset } else { into.bytes.start };
        into.bytes = start..offset + bytes.len() as u64;
        if self.pass == Pass::Places {
            return;
        }
        let by_headers = self.pass == Pass::Headers;
        self.scanner.scan(bytes, |line, scan| {
            let (at, line) = (offset + line.start as u64, &bytes[line]);
            // A sound line has the header that it seems to have, and no problem.
            if let Some(scan) = scan
                && (by_headers || is_sound(line))
            {
                let place = Place { offset: at, len: line.len() as u32, line: into.lines };
                if let Some(header) = scan.plain() {
                    into.lines += 1;
                    return into.plain(place, scan.record_type, &header);
                }
                if let Some(header) = scan.header().filter(|it| it.complete) {
                    into.lines += 1;
                    return into.header(place, &header);
                }
            }
            into.parsed(at, line);
        });
    }
}

/// Whether records of this kind name an agent that takes part; like [`Record::agent`].
fn names_agent(kind: RecordType) -> bool {
    use RecordType::{Action, Counterfactual, Message, Metric, Reward};
    matches!(kind, Action | Message | Reward | Counterfactual | Metric)
}
