//! One row per record, in columns: kind, episode, agent, time, id and place, in about 15 bytes.
//!
//! ```text
//! chunk   <= 64 Ki rows     dictionaries of its episodes and agents, and a base for times
//! column  2 bytes or 4      a value that does not fit is in a list beside the column
//! place   a length; if records follow each other without a gap, the offset is a sum of at most 32 lengths
//! ```
//!
//! A full chunk never changes, except that rows of it may be left out later (see `removed`). The last chunk
//! grows; nothing else is kept of what came before it.

mod removed;

use rustc_hash::FxHashMap;

use super::names::Id;
use crate::{
    log::RecordType,
    model::{FileId, Origin, Timestamp},
};

/// The most rows of a chunk.
const CHUNK: usize = 1 << 16;
/// A chunk with fewer rows is not closed because times are far apart.
const LEAST: usize = 1 << 10;
/// Rows whose offsets are counted from one place.
const STRIDE: u32 = 32;
/// Bits of `who` that are the kind.
const KIND_BITS: u32 = 4;
/// The kind of an action that says that something went wrong.
const FAILED: u16 = (1 << KIND_BITS) - 1;
/// Agents of a chunk: what 16 bits leave room for, minus the value that stands for nobody.
const AGENTS: usize = (1 << (16 - KIND_BITS)) - 1;
/// In the column of lengths: the length is in the list of long ones.
const LONG: u16 = u16::MAX;
/// In the column of times: no time.
const NO_TIME: i32 = i32::MIN;
/// In the column of times: the time is in the list of far ones.
const FAR: i32 = i32::MAX;
/// In the column of ids: no id.
const NO_ID: u32 = u32::MAX;
/// The prefix of ids that are in the list of hashed ids.
const HASHED: u32 = 0xfe;
/// Bits of an id that are its counter.
const COUNT_BITS: u32 = 24;

/// What the index keeps of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    /// Where it stands. For an imported record the line is that of the spool.
    pub(super) origin: Origin,
    pub(super) kind: RecordType,
    /// Index of the episode.
    pub(super) episode: u32,
    /// Who takes part by it, over all episodes.
    pub(super) agent: Option<u32>,
    pub(super) id: Id,
    pub(super) time: Option<Timestamp>,
    /// Value of a reward.
    pub(super) value: Option<f64>,
    /// Whether it is an action that says that something went wrong.
    pub(super) failed: bool,
}

/// Number of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RowId(pub(super) u32);

/// Rows that follow each other in a file, each one line after the one before.
#[derive(Clone, Copy)]
struct Stretch {
    /// First row, in the chunk.
    row: u32,
    file: FileId,
    line: u32,
    offset: u64,
}

/// Rows that were read together.
#[derive(Default)]
struct Chunk {
    /// Number of its first row.
    first: u32,
    /// Indices of its episodes and of its agents, by their number in the chunk.
    episodes: Vec<u32>,
    agents: Vec<u32>,
    episode: Vec<u16>,
    /// The kind in the low bits, and above it the number of the agent, from 1.
    who: Vec<u16>,
    len: Vec<u16>,
    time: Vec<i32>,
    id: Vec<u32>,
    stretches: Vec<Stretch>,
    /// Offset and line after the last record and its line end.
    next: (u64, u32),
    /// The base of `time`, in microseconds; `None` before the first time.
    base: Option<i64>,
    long: Vec<(u32, u32)>,
    far: Vec<(u32, i64)>,
    hashed: Vec<u64>,
    values: Vec<(u32, f64)>,
    /// Rows that turned out to be none, ascending.
    removed: Vec<u32>,
}

/// All rows, in the order read.
#[derive(Default)]
pub(super) struct Rows {
    chunks: Vec<Chunk>,
    len: u32,
    /// Numbers in the last chunk.
    episodes: FxHashMap<u32, u16>,
    agents: FxHashMap<u32, u16>,
}

impl Rows {
    /// The number that the next row gets.
    pub(super) fn next(&self) -> RowId {
        RowId(self.len)
    }

    /// Adds a row.
    pub(super) fn push(&mut self, row: &Row) -> RowId {
        let id = RowId(self.len);
        self.len = self.len.checked_add(1).expect("fewer than 2^32 records are opened at once");
        if self.chunks.last().is_none_or(|it| it.is_full(row, &self.agents)) {
            self.begin();
        }
        let chunk = self.chunks.last_mut().expect("a chunk was just begun");
        let episode = *self.episodes.entry(row.episode).or_insert_with(|| {
            chunk.episodes.push(row.episode);
            (chunk.episodes.len() - 1) as u16
        });
        let agent = row.agent.map_or(0, |agent| {
            *self.agents.entry(agent).or_insert_with(|| {
                chunk.agents.push(agent);
                chunk.agents.len() as u16
            })
        });
        chunk.push(row, episode, agent);
        id
    }

    fn begin(&mut self) {
        if let Some(last) = self.chunks.last_mut() {
            last.close();
        }
        self.episodes.clear();
        self.agents.clear();
        // The first chunk grows, so that a small log stays small.
        let room = if self.chunks.is_empty() { 0 } else { CHUNK };
        self.chunks.push(Chunk {
            first: self.len - 1,
            episode: Vec::with_capacity(room),
            who: Vec::with_capacity(room),
            len: Vec::with_capacity(room),
            time: Vec::with_capacity(room),
            id: Vec::with_capacity(room),
            ..Chunk::default()
        });
    }

    /// The row `id`.
    #[cfg(test)]
    pub(super) fn get(&self, id: RowId) -> Row {
        let chunk = &self.chunks[self.chunk_of(id)];
        chunk.row((id.0 - chunk.first) as usize)
    }

    fn chunk_of(&self, id: RowId) -> usize {
        self.chunks.partition_point(|it| it.first <= id.0) - 1
    }

    /// The rows of an episode, in the order read; all of them lie in `first..=last`.
    pub(super) fn of_episode(
        &self,
        episode: u32,
        first: RowId,
        last: RowId,
    ) -> impl Iterator<Item = Row> + '_ {
        self.numbered(episode, first, last).map(|it| it.1)
    }

    /// The same with their numbers.
    pub(super) fn numbered(
        &self,
        episode: u32,
        first: RowId,
        last: RowId,
    ) -> impl Iterator<Item = (RowId, Row)> + '_ {
        let from = if self.chunks.is_empty() { 0 } else { self.chunk_of(first) };
        let chunks = self.chunks[from..].iter().take_while(move |it| it.first <= last.0);
        chunks.flat_map(move |chunk| {
            let number = chunk.episodes.iter().position(|it| *it == episode);
            let start = first.0.saturating_sub(chunk.first) as usize;
            let end = ((last.0 - chunk.first) as usize + 1).min(chunk.episode.len());
            let rows = if number.is_some() { start..end } else { 0..0 };
            let number = number.unwrap_or_default() as u16;
            let mine = rows.filter(move |it| chunk.episode[*it] == number && chunk.has(*it));
            mine.map(|it| (RowId(chunk.first + it as u32), chunk.row(it)))
        })
    }

    /// The rows from `first` on that begin an episode: which, and where they stand.
    pub(super) fn starts(&self, first: RowId) -> Vec<(u32, Origin)> {
        let from = if self.chunks.is_empty() || first >= self.next() {
            return Vec::new();
        } else {
            self.chunk_of(first)
        };
        let mut found = Vec::new();
        for chunk in &self.chunks[from..] {
            let start = first.0.saturating_sub(chunk.first) as usize;
            let is_start =
                |at: &usize| chunk.who[*at] & ((1 << KIND_BITS) - 1) == RecordType::EpisodeStart as u16;
            let starts = (start..chunk.who.len()).filter(is_start).filter(|it| chunk.has(*it));
            found.extend(starts.map(|at| (chunk.episodes[usize::from(chunk.episode[at])], chunk.origin(at))));
        }
        found
    }

    /// Bytes of memory that the columns take.
    pub(super) fn bytes(&self) -> usize {
        self.chunks.iter().map(Chunk::bytes).sum()
    }
}

impl Chunk {
    fn is_full(&self, row: &Row, agents: &FxHashMap<u32, u16>) -> bool {
        let rows = self.len.len();
        let no_room = self.agents.len() == AGENTS && row.agent.is_some_and(|it| !agents.contains_key(&it));
        rows == CHUNK || no_room || (rows >= LEAST && row.time.is_some_and(|it| self.delta(it).is_none()))
    }

    /// The distance of a time from the base of the column.
    fn delta(&self, time: Timestamp) -> Option<i32> {
        let base = self.base.unwrap_or(time.micros());
        let delta = i32::try_from(time.micros().checked_sub(base)?).ok()?;
        (delta != NO_TIME && delta != FAR).then_some(delta)
    }

    fn push(&mut self, row: &Row, episode: u16, agent: u16) {
        let at = self.len.len() as u32;
        self.place(at, row.origin);
        self.episode.push(episode);
        self.who.push(if row.failed { FAILED } else { row.kind as u16 } | agent << KIND_BITS);
        self.base = self.base.or(row.time.map(Timestamp::micros));
        self.time.push(match row.time {
            None => NO_TIME,
            Some(time) => self.delta(time).unwrap_or_else(|| {
                self.far.push((at, time.micros()));
                FAR
            }),
        });
        self.id.push(match row.id {
            Id::None => NO_ID,
            Id::Counted { prefix, count } => u32::from(prefix) << COUNT_BITS | count,
            Id::Hashed(hash) => {
                self.hashed.push(hash);
                HASHED << COUNT_BITS | (self.hashed.len() - 1) as u32
            }
        });
        self.values.extend(row.value.map(|it| (at, it)));
    }

    fn place(&mut self, at: u32, origin: Origin) {
        self.len.push(u16::try_from(origin.len).ok().filter(|it| *it != LONG).unwrap_or_else(|| {
            self.long.push((at, origin.len));
            LONG
        }));
        let follows = self.stretches.last().is_some_and(|it| {
            it.file == origin.file && at - it.row < STRIDE && self.next == (origin.offset, origin.line)
        });
        if !follows {
            let Origin { file, line, offset, .. } = origin;
            self.stretches.push(Stretch { row: at, file, line, offset });
        }
        self.next = (origin.offset + u64::from(origin.len) + 1, origin.line.wrapping_add(1));
    }

    fn length(&self, at: usize) -> u32 {
        match self.len[at] {
            LONG => beside(&self.long, at).unwrap_or_default(),
            len => u32::from(len),
        }
    }

    fn origin(&self, at: usize) -> Origin {
        let stretch = &self.stretches[self.stretches.partition_point(|it| it.row as usize <= at) - 1];
        let start = stretch.row as usize;
        let before: u64 = (start..at).map(|it| u64::from(self.length(it)) + 1).sum();
        Origin {
            file: stretch.file,
            line: stretch.line.wrapping_add((at - start) as u32),
            offset: stretch.offset + before,
            len: self.length(at),
        }
    }

    fn row(&self, at: usize) -> Row {
        let (kind, agent) = (self.who[at] & ((1 << KIND_BITS) - 1), self.who[at] >> KIND_BITS);
        Row {
            origin: self.origin(at),
            kind: match kind {
                FAILED => RecordType::Action,
                _ => RecordType::KNOWN.get(usize::from(kind)).copied().unwrap_or(RecordType::Unknown),
            },
            episode: self.episodes[usize::from(self.episode[at])],
            agent: usize::from(agent).checked_sub(1).map(|it| self.agents[it]),
            id: match (self.id[at], self.id[at] >> COUNT_BITS) {
                (NO_ID, _) => Id::None,
                (id, HASHED) => Id::Hashed(self.hashed[(id & ((1 << COUNT_BITS) - 1)) as usize]),
                (id, prefix) => Id::Counted { prefix: prefix as u8, count: id & ((1 << COUNT_BITS) - 1) },
            },
            time: match self.time[at] {
                NO_TIME => None,
                FAR => beside(&self.far, at).map(Timestamp::from_micros),
                delta => self.base.map(|it| Timestamp::from_micros(it + i64::from(delta))),
            },
            value: if kind == RecordType::Reward as u16 { beside(&self.values, at) } else { None },
            failed: kind == FAILED,
        }
    }

    /// Frees the room for rows that will not come.
    fn close(&mut self) {
        self.episodes.shrink_to_fit();
        self.agents.shrink_to_fit();
        self.episode.shrink_to_fit();
        self.who.shrink_to_fit();
        self.len.shrink_to_fit();
        self.time.shrink_to_fit();
        self.id.shrink_to_fit();
        self.stretches.shrink_to_fit();
        self.long.shrink_to_fit();
        self.far.shrink_to_fit();
        self.hashed.shrink_to_fit();
        self.values.shrink_to_fit();
    }

    fn bytes(&self) -> usize {
        fn of<T>(column: &Vec<T>) -> usize {
            column.capacity() * size_of::<T>()
        }
        let narrow = of(&self.episode) + of(&self.who) + of(&self.len);
        let wide = of(&self.time) + of(&self.id) + of(&self.stretches);
        let beside = of(&self.long) + of(&self.far) + of(&self.hashed) + of(&self.values) + of(&self.removed);
        size_of::<Self>() + of(&self.episodes) + of(&self.agents) + narrow + wide + beside
    }
}

/// What a list beside a column, ordered by row, holds for a row.
fn beside<T: Copy>(list: &[(u32, T)], at: usize) -> Option<T> {
    list.binary_search_by_key(&at, |it| it.0 as usize).ok().map(|it| list[it].1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn origin() -> impl Strategy<Value = Origin> {
        let len = prop_oneof![4 => 0..300_u32, 1 => 65_530..65_540_u32, 1 => Just(1 << 26)];
        (0..3_u32, 0..50_u32, 0..9_000_u64, len).prop_map(|(file, line, offset, len)| Origin {
            file: FileId(file),
            line,
            offset,
            len,
        })
    }

    fn row() -> impl Strategy<Value = (Row, bool)> {
        let kinds = RecordType::KNOWN.into_iter().chain([RecordType::Unknown]).collect::<Vec<_>>();
        let id = prop_oneof![
            Just(Id::None),
            (0..250_u8, 0..10_000_000_u32).prop_map(|(prefix, count)| Id::Counted { prefix, count }),
            any::<u64>().prop_map(Id::Hashed),
        ];
        let time = prop_oneof![
            4 => (0..9_000_000_i64).prop_map(Some),
            1 => any::<i64>().prop_map(Some),
            1 => Just(None),
        ];
        let rest = (proptest::option::of(0..5_000_u32), id, time, proptest::option::of(-9.0..9.0_f64));
        (origin(), proptest::sample::select(kinds), 0..900_u32, rest, any::<(bool, bool)>()).prop_map(
            |(origin, kind, episode, (agent, id, time, value), (follows, failed))| {
                let time = time.map(Timestamp::from_micros);
                let value = value.filter(|_| kind == RecordType::Reward);
                let failed = failed && kind == RecordType::Action;
                (Row { origin, kind, episode, agent, id, time, value, failed }, follows)
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]

        #[test]
        fn rows_come_back_whatever_they_hold(some in proptest::collection::vec(row(), 1..400), times in 1..60_usize) {
            let mut rows = Rows::default();
            let mut pushed: Vec<Row> = Vec::new();
            for (at, (row, follows)) in some.iter().cycle().take(some.len() * times).enumerate() {
                let mut row = *row;
                row.agent = row.agent.map(|it| it + at as u32 % 5_000);
                if let Some(before) = pushed.last().filter(|_| *follows) {
                    row.origin = Origin {
                        offset: before.origin.offset + u64::from(before.origin.len) + 1,
                        line: before.origin.line + 1,
                        file: before.origin.file,
                        ..row.origin
                    };
                }
                prop_assert_eq!(rows.push(&row), RowId(at as u32));
                pushed.push(row);
            }
            for (at, row) in pushed.iter().enumerate() {
                prop_assert_eq!(rows.get(RowId(at as u32)), *row);
            }
            let last = RowId(pushed.len() as u32 - 1);
            let episode = pushed[0].episode;
            let found: Vec<Row> = rows.of_episode(episode, RowId(0), last).collect();
            let expected: Vec<Row> = pushed.iter().filter(|it| it.episode == episode).copied().collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn ordinary_rows_take_15_bytes_across_chunks() {
        let mut rows = Rows::default();
        let n = CHUNK as u32 * 3;
        let row = |at: u32| Row {
            origin: Origin { file: FileId(0), line: at + 1, offset: u64::from(at) * 151, len: 150 },
            kind: RecordType::Action,
            episode: at / 200,
            agent: Some(at % 8),
            id: Id::Counted { prefix: 0, count: at % 200 },
            time: Some(Timestamp::from_micros(1_760_000_000_000_000 + i64::from(at) * 10_000)),
            value: None,
            failed: at.is_multiple_of(3),
        };
        for at in 0..n {
            rows.push(&row(at));
        }
        assert!((0..n).step_by(997).all(|at| rows.get(RowId(at)) == row(at)));
        assert_eq!(rows.of_episode(700, RowId(700 * 200), RowId(701 * 200 - 1)).count(), 200);
        assert!(rows.bytes() < 16 * n as usize, "{} bytes a row", rows.bytes() as f64 / f64::from(n));
    }
}
