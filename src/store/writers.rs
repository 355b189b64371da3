//! Counters of writers. `seq` rises by one from record to record, so a gap means lost records, and a counter
//! that begins again is another life of its writer. Records do not name their writer; the numbers themselves
//! tell whose counter they belong to.
//!
//! ```text
//! (file over all its generations, place, seq) -> lane -> Counters: gaps, restarts, turns
//! lane: the counter that the number continues, fills a hole of or jumps ahead of; or else a new one
//! ```
//!
//! Two counters that go on in turns are two writers of one file. A counter that ends where the next begins
//! was restarted. If several counters could have jumped, the smallest jump is assumed, so gaps are never
//! overstated. Numbers that come late, from another thread or from a rotated file, fill the hole they left.

use std::{collections::HashSet, sync::Arc};

use crate::{
    log::Writer,
    model::{Counters, Diagnostic, Origin, rule},
    text,
};

/// Counters of one file that are told apart; beyond that, the one unused for longest is forgotten.
const LANES: usize = 256;
/// Holes of one counter that may still be filled; beyond that, the oldest are only counted.
const HOLES: usize = 1024;
/// A counter that has been silent for this many records of others is not taken to have jumped.
const STALE: u64 = 1000;
/// Counters begin at 0 or at this.
const FIRST: i64 = 1;
/// Findings of a kind that are listed; more are counted in one line.
const LISTED: usize = 50;

/// A file over all its generations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stream(u32);

/// Numbers that have not been seen.
#[derive(Clone, Copy, Debug)]
struct Hole {
    from: i64,
    /// The number after it, and where that stands.
    to: i64,
    origin: Origin,
}

/// One counter.
#[derive(Debug)]
struct Lane {
    first: i64,
    next: i64,
    /// Where it begins.
    origin: Origin,
    /// The lane that was current when it began, and the last number of that lane.
    after: Option<(usize, i64)>,
    /// When it was used last, counted in records of the file with a counter.
    used: u64,
    /// Whether it was used again after a later one had begun.
    in_turns: bool,
    holes: Vec<Hole>,
    writer: Option<String>,
}

#[derive(Debug, Default)]
struct File {
    lanes: Vec<Lane>,
    current: usize,
    clock: u64,
    /// How often the file changes from one counter to another that was there before.
    turns: u64,
    /// Where it did so first.
    turned: Option<Origin>,
    /// Gaps and missing numbers that are only counted, and lanes that were forgotten.
    forgotten: (u64, u64, u64),
}

/// All counters of all files.
#[derive(Debug, Default)]
pub(super) struct Writers {
    files: Vec<File>,
    records: u64,
    /// The last answer, kept until something other than the next number comes.
    told: Option<Arc<Counters>>,
}

impl Writers {
    /// A file of which nothing was read.
    pub(super) fn stream(&mut self) -> Stream {
        self.files.push(File::default());
        Stream(self.files.len() as u32 - 1)
    }

    /// Takes a record with a counter, in the order in which the records stand in their file.
    pub(super) fn see(&mut self, stream: Stream, origin: Origin, seq: i64) {
        self.records += 1;
        let file = &mut self.files[stream.0 as usize];
        file.clock += 1;
        let clock = file.clock;
        if let Some(lane) = file.lanes.get_mut(file.current)
            && lane.next == seq
        {
            lane.next = seq.saturating_add(1);
            lane.used = clock;
            return;
        }
        self.told = None;
        file.place(origin, seq);
    }

    /// The record just seen is the header of `writer`.
    pub(super) fn name(&mut self, stream: Stream, writer: &Writer) {
        let host = writer.host.as_deref().map(|it| format!("host {it}"));
        let number = |name: &str, it: Option<i64>| it.map(|it| format!("{name} {it}"));
        let parts = [host, number("pid", writer.pid), number("rank", writer.rank)];
        let text: Vec<String> = parts.into_iter().flatten().collect();
        let file = &mut self.files[stream.0 as usize];
        if let Some(lane) = file.lanes.get_mut(file.current)
            && !text.is_empty()
        {
            lane.writer = Some(text::clean(&text.join(" ")));
            self.told = None;
        }
    }

    /// What the counters tell so far.
    pub(super) fn counters(&mut self) -> Arc<Counters> {
        let (files, records) = (&self.files, self.records);
        let told = self.told.get_or_insert_with(|| Arc::new(judge(files)));
        if told.records != records {
            let told = Arc::make_mut(told);
            told.records = records;
            // A file read later may have come to where another one begins, by the expected numbers alone.
            if told.begun_late > 0 {
                told.begun_late = begun_late(files);
            }
        }
        Arc::clone(told)
    }
}

impl File {
    /// Finds the lane of a number that the current one does not expect.
    fn place(&mut self, origin: Origin, seq: i64) {
        let newest = |it: &(usize, &Lane)| it.1.used;
        let lanes = || self.lanes.iter().enumerate();
        let expected = lanes().filter(|it| it.1.next == seq).max_by_key(newest).map(|it| it.0);
        let filled = || lanes().filter(|it| it.1.hole(seq).is_some()).max_by_key(newest).map(|it| it.0);
        let last = self.current;
        let clock = self.clock;
        let alive = |it: &(usize, &Lane)| it.0 == last || clock - it.1.used <= STALE;
        let jumped = || {
            let behind = lanes().filter(alive).filter(|it| it.1.next < seq);
            behind.max_by_key(|it| (it.1.next, it.1.used)).map(|it| it.0)
        };
        let at = if let Some(at) = expected {
            self.lanes[at].next = seq.saturating_add(1);
            at
        } else if let Some(at) = filled() {
            self.lanes[at].fill(seq);
            at
        } else if let Some(at) = jumped() {
            let lane = &mut self.lanes[at];
            lane.holes.push(Hole { from: lane.next, to: seq, origin });
            lane.next = seq.saturating_add(1);
            if lane.holes.len() > HOLES {
                let hole = lane.holes.remove(0);
                self.forgotten.0 += 1;
                self.forgotten.1 += hole.to.abs_diff(hole.from);
            }
            at
        } else {
            self.begin(origin, seq)
        };
        let lane = &mut self.lanes[at];
        lane.used = clock;
        // Back to a counter that another one had followed: both are alive.
        let is_new = lane.first == seq && lane.origin == origin;
        if at != self.current && !is_new {
            lane.in_turns = true;
            self.turns += 1;
            self.turned.get_or_insert(origin);
        }
        self.current = at;
    }

    fn begin(&mut self, origin: Origin, seq: i64) -> usize {
        let after = self.lanes.get(self.current).map(|it| (self.current, it.next.saturating_sub(1)));
        let (next, used) = (seq.saturating_add(1), self.clock);
        let lane =
            Lane { first: seq, next, origin, after, used, in_turns: false, holes: Vec::new(), writer: None };
        if self.lanes.len() < LANES {
            self.lanes.push(lane);
            return self.lanes.len() - 1;
        }
        let oldest = self.lanes.iter().enumerate().min_by_key(|it| it.1.used).map_or(0, |it| it.0);
        let holes = &self.lanes[oldest].holes;
        self.forgotten.0 += holes.len() as u64;
        self.forgotten.1 += holes.iter().map(|it| it.to.abs_diff(it.from)).sum::<u64>();
        self.forgotten.2 += u64::from(self.lanes[oldest].after.is_some());
        self.lanes[oldest] = lane;
        oldest
    }
}

impl Lane {
    fn hole(&self, seq: i64) -> Option<usize> {
        self.holes.iter().rposition(|it| (it.from..it.to).contains(&seq))
    }

    fn fill(&mut self, seq: i64) {
        let Some(at) = self.hole(seq) else { return };
        let hole = self.holes.remove(at);
        if seq + 1 < hole.to {
            self.holes.insert(at, Hole { from: seq + 1, ..hole });
        }
        if hole.from < seq {
            self.holes.insert(at, Hole { to: seq, ..hole });
        }
    }

    /// Its name, for a message. If writers share the file, their counters may be mixed up.
    fn called(&self, file: &File) -> String {
        self.writer.as_ref().filter(|_| file.turns == 0).map_or(String::new(), |it| format!(" of {it}"))
    }
}

/// What the lanes add up to.
fn judge(files: &[File]) -> Counters {
    let mut counters = Counters::default();
    let (mut gaps, mut restarts, mut shared) = (Vec::new(), Vec::new(), Vec::new());
    for file in files {
        counters.gaps += file.forgotten.0;
        counters.missing += file.forgotten.1;
        counters.restarts += file.forgotten.2;
        for (at, lane) in file.lanes.iter().enumerate() {
            for hole in &lane.holes {
                counters.gaps += 1;
                let missing = hole.to.abs_diff(hole.from);
                counters.missing += missing;
                let records = if missing == 1 { "1 record is" } else { "records are" };
                let number = if missing == 1 { String::new() } else { format!("{missing} ") };
                let message = format!(
                    "`seq`{} goes from {} to {}: {number}{records} missing",
                    lane.called(file),
                    hole.from - 1,
                    hole.to
                );
                gaps.push(Diagnostic::at(rule::SEQ_GAP, hole.origin, message));
            }
            let Some((before, last)) = lane.after else { continue };
            // The earlier one continued later: two writers. Otherwise it ended here.
            if lane.in_turns || file.lanes.get(before).is_some_and(|it| it.in_turns && before != at) {
                continue;
            }
            if lane.first == last {
                counters.repeated += 1;
                continue;
            }
            counters.restarts += 1;
            let message = format!("`seq`{} begins again at {} after {last}", lane.called(file), lane.first);
            restarts.push(Diagnostic::at(rule::SEQ_RESTART, lane.origin, message));
        }
        let writers = file.lanes.iter().filter(|it| it.in_turns || it.after.is_none()).count();
        let concurrent = file.lanes.iter().filter(|it| it.in_turns).count();
        let alive = if file.turns > 0 { concurrent.max(2) } else { 1.min(writers) };
        counters.writers += alive as u64;
        counters.turns += file.turns;
        if let Some(origin) = file.turned {
            counters.shared_files += 1;
            let names: Vec<&str> = file.lanes.iter().filter_map(|it| it.writer.as_deref()).collect();
            let names = if names.is_empty() { String::new() } else { format!(" ({})", names.join("; ")) };
            let times = if file.turns == 1 { "once".to_owned() } else { format!("{} times", file.turns) };
            let message = format!("{alive} writers share this file{names}; they take turns {times}");
            shared.push(Diagnostic::at(rule::INTERLEAVED_WRITERS, origin, message));
        }
    }
    for mut findings in [gaps, restarts, shared] {
        let more = findings.len().saturating_sub(LISTED);
        findings.truncate(LISTED);
        if let Some(last) = findings.last().filter(|_| more > 0).cloned() {
            findings.push(Diagnostic { message: format!("{more} more of this kind"), ..last });
        }
        counters.findings.append(&mut findings);
    }
    counters.begun_late = begun_late(files);
    counters
}

/// The lanes that begin in the middle, other than those that go on where another one ends.
fn begun_late(files: &[File]) -> u64 {
    let lanes = || files.iter().flat_map(|it| &it.lanes);
    let late: Vec<i64> =
        lanes().filter(|it| it.after.is_none() && it.first > FIRST).map(|it| it.first).collect();
    if late.is_empty() {
        return 0;
    }
    let ends: HashSet<i64> = lanes().map(|it| it.next).collect();
    late.iter().filter(|it| !ends.contains(it)).count() as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counters(numbers: impl IntoIterator<Item = i64>) -> Counters {
        let mut writers = Writers::default();
        let stream = writers.stream();
        for (line, seq) in (1..).zip(numbers) {
            writers.see(stream, Origin { line, ..Origin::default() }, seq);
        }
        (*writers.counters()).clone()
    }

    #[track_caller]
    fn check(numbers: &[i64], expected: &[(&str, u32, &str)]) {
        let counters = counters(numbers.iter().copied());
        let found: Vec<(&str, u32, &str)> = counters
            .findings
            .iter()
            .map(|it| (it.rule.name(), it.origin.map_or(0, |it| it.line), it.message.as_str()))
            .collect();
        assert_eq!(found, expected, "{numbers:?}");
        assert_eq!(counters.records, numbers.len() as u64);
    }

    #[test]
    fn a_counter_that_goes_on_says_nothing() {
        check(&[], &[]);
        check(&[0, 1, 2, 3], &[]);
        check(&[512, 513], &[]);
        check(&[-1, 0, 1], &[]);
        check(&[i64::MAX - 1, i64::MAX], &[]);
    }

    #[test]
    fn a_gap_is_records_that_are_missing() {
        check(&[0, 1, 5, 6], &[("seq-gap", 3, "`seq` goes from 1 to 5: 3 records are missing")]);
        check(&[0, 2], &[("seq-gap", 2, "`seq` goes from 0 to 2: 1 record is missing")]);
        let counters = counters([0, 1, 5, 6, 10]);
        assert_eq!((counters.gaps, counters.missing), (2, 6));
    }

    #[test]
    fn what_came_before_the_first_number_is_not_known() {
        for begins in [[0, 1], [1, 2], [-5, -4]] {
            assert_eq!(counters(begins).begun_late, 0, "{begins:?}");
        }
        assert_eq!(counters([2, 3]).begun_late, 1);
        assert_eq!(counters([15, 16, 0, 1]).begun_late, 1, "its restart is known");
        // Unless it stands in another file, as after a rotation.
        let mut writers = Writers::default();
        let (new, old) = (writers.stream(), writers.stream());
        let at = |line| Origin { line, ..Origin::default() };
        writers.see(new, at(1), 15);
        writers.see(old, at(1), 13);
        assert_eq!(writers.counters().begun_late, 2);
        writers.see(old, at(2), 14);
        assert_eq!(writers.counters().begun_late, 1);
    }

    #[test]
    fn what_comes_late_is_not_missing() {
        check(&[0, 2, 1, 3], &[]);
        check(&[0, 4, 3, 2, 1, 5], &[]);
        check(
            &[0, 4, 2, 5],
            &[
                ("seq-gap", 2, "`seq` goes from 0 to 2: 1 record is missing"),
                ("seq-gap", 2, "`seq` goes from 2 to 4: 1 record is missing"),
            ],
        );
    }

    #[test]
    fn a_counter_that_begins_again_is_another_life() {
        check(&[0, 1, 2, 0, 1, 2, 3], &[("seq-restart", 4, "`seq` begins again at 0 after 2")]);
        check(&[7, 8, 9, 3, 4], &[("seq-restart", 4, "`seq` begins again at 3 after 9")]);
        let counters = counters([0, 1, 2, 0, 1, 0]);
        assert_eq!((counters.restarts, counters.gaps, counters.writers, counters.shared_files), (2, 0, 1, 0));
    }

    #[test]
    fn a_record_that_is_written_twice_is_no_restart() {
        check(&[0, 1, 2, 2, 3], &[]);
        assert_eq!(counters([0, 1, 2, 2, 3]).repeated, 1);
    }

    #[test]
    fn writers_that_share_a_file_are_told_apart() {
        check(
            &[0, 0, 1, 1, 2, 2, 3, 3],
            &[("interleaved-writers", 4, "2 writers share this file; they take turns 3 times")],
        );
        let far = [100, 0, 101, 1, 102, 103, 2, 3, 104];
        check(&far, &[("interleaved-writers", 3, "2 writers share this file; they take turns 5 times")]);
        // Of two counters the nearer one has jumped.
        let lost = [100, 0, 101, 1, 102, 3, 103];
        assert_eq!((counters(lost).gaps, counters(lost).missing), (1, 1));
    }

    #[test]
    fn writers_are_named_where_they_say_who_they_are() {
        let mut writers = Writers::default();
        let stream = writers.stream();
        let at = |line| Origin { line, ..Origin::default() };
        let writer = |pid| Writer { host: Some("n1".into()), pid: Some(pid), rank: None };
        for (line, seq, pid) in [(1, 0, Some(7)), (2, 0, Some(8)), (3, 1, None), (4, 1, None), (5, 5, None)] {
            writers.see(stream, at(line), seq);
            if let Some(pid) = pid {
                writers.name(stream, &writer(pid));
            }
        }
        let counters = writers.counters();
        let messages: Vec<&str> = counters.findings.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "`seq` goes from 1 to 5: 3 records are missing",
                "2 writers share this file (host n1 pid 7; host n1 pid 8); they take turns once",
            ]
        );
        assert_eq!(counters.writers, 2);
        let mut alone = Writers::default();
        let stream = alone.stream();
        for (line, seq) in [(1, 0), (2, 1), (3, 5)] {
            alone.see(stream, at(line), seq);
            alone.name(stream, &writer(7));
        }
        let message = &alone.counters().findings[0].message;
        assert_eq!(message, "`seq` of host n1 pid 7 goes from 1 to 5: 3 records are missing");
    }

    #[test]
    fn memory_is_bounded() {
        let holes = counters((0..5000).map(|it| it * 2));
        assert_eq!((holes.gaps, holes.missing), (4999, 4999));
        assert_eq!(holes.findings.len(), LISTED + 1);
        assert_eq!(holes.findings[LISTED].message, "974 more of this kind");
        let lanes = counters((0..1000).rev());
        assert_eq!(lanes.restarts, 999);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
        /// In whatever order the numbers of some writers come, no more are missing than were left out.
        #[test]
        fn gaps_are_never_overstated(
            lengths in prop::collection::vec(1..40_usize, 1..4),
            left_out in prop::collection::vec((0..4_usize, 1..39_usize), 0..4),
            choices in prop::collection::vec(0..4_usize, 0..200),
        ) {
            let mut queues: Vec<Vec<i64>> = lengths.iter().map(|it| (0..*it as i64).collect()).collect();
            let mut out = 0;
            for (writer, at) in left_out {
                // Not the last one, which nobody can miss.
                if let Some(queue) = queues.get_mut(writer)
                    && at + 1 < queue.len()
                {
                    queue.remove(at);
                    out += 1;
                }
            }
            let mut numbers = Vec::new();
            for choice in choices.into_iter().chain((0..4).cycle().take(600)) {
                if let Some(queue) = queues.get_mut(choice)
                    && !queue.is_empty()
                {
                    numbers.push(queue.remove(0));
                }
            }
            let counters = counters(numbers);
            prop_assert!(counters.missing <= out, "{counters:?}");
        }
    }
}
