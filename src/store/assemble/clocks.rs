//! Clocks that are wrong: how far, by what crosses from one agent to another.
//!
//! If `b` reacts to `a` after no less than `d(a, b)` and `a` to `b` after no less than `d(b, a)`, both by their own
//! clocks, then the clock of `b` is about `(d(a, b) - d(b, a)) / 2` ahead: half the difference of the two least delays
//! (Cristian 1989; NTP, RFC 5905, section 8), as if both took as long.
//!
//! Decided here:
//! * Only what is impossible shows a wrong clock: a reaction before its cause. Agents whose clocks do not contradict
//!   each other are taken to have the same one, since a slow answer looks like a wrong clock too.
//! * What is known of one direction only gives no offset.
//! * Right is the clock that most agents share, or else that of the agent who began.
//! * Offsets that do not take away any contradiction are not used.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use rustc_hash::FxHashMap;

use super::order::Placed;
use crate::{
    log::{Body, Record},
    model::Timestamp,
};

/// Clocks that differ by less are one clock, in microseconds.
const SAME: i64 = 1_000_000;

/// The clock of an agent that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WrongClock {
    pub(super) agent: String,
    /// How far it is ahead, in microseconds; negative: behind.
    pub(super) ahead: i64,
    /// How many links and messages cross between it and others.
    pub(super) crossings: u32,
}

/// Something that goes from one agent to another.
struct Crossing {
    from: usize,
    to: usize,
    /// By the two clocks.
    delay: i64,
}

/// Agents by number, and what crosses between them.
struct Crossings<'a> {
    names: Vec<&'a str>,
    all: Vec<Crossing>,
}

impl<'a> Crossings<'a> {
    /// Agents are numbered in the order in which they act, by `order`. Acts of one circle, which share a number in
    /// `parts`, tell nothing.
    fn of(records: &'a [Placed], order: &[usize], parts: &[usize]) -> Self {
        let mut numbers: FxHashMap<&str, usize> = FxHashMap::default();
        let mut it = Self { names: Vec::new(), all: Vec::new() };
        let acts = || {
            let placed = order.iter().map(|at| (&records[*at].record, parts[*at]));
            placed.filter(|it| time(it.0).is_some())
        };
        for (record, _) in acts() {
            let agents = record.agent().into_iter().chain(recipient(record));
            for name in agents {
                let next = it.names.len();
                if *numbers.entry(name).or_insert(next) == next {
                    it.names.push(name);
                }
            }
        }
        let mut known: FxHashMap<&str, (usize, i64, usize)> = FxHashMap::default();
        for (record, part) in acts() {
            let (Some(agent), Some(at), Some(id)) = (record.agent(), time(record), &record.id) else {
                continue;
            };
            known.entry(id).or_insert((numbers[agent], at, part));
        }
        for (record, part) in acts() {
            let (Some(agent), Some(at)) = (record.agent(), time(record)) else { continue };
            let to = numbers[agent];
            for parent in record.parents().unwrap_or_default() {
                let other = known.get(parent.as_str()).filter(|it| it.0 != to && it.2 != part);
                if let Some((from, then, _)) = other {
                    it.all.push(Crossing { from: *from, to, delay: at.saturating_sub(*then) });
                }
            }
            if let (Body::Message(message), Some(name)) = (&record.body, recipient(record))
                && let Some(received) = message.recv_ts.filter(|_| name != agent)
            {
                let delay = received.micros().saturating_sub(at);
                it.all.push(Crossing { from: to, to: numbers[name], delay });
            }
        }
        it
    }

    /// The least delay and the number of crossings of every pair, in each direction.
    fn least(&self) -> BTreeMap<(usize, usize), (i64, u32)> {
        let mut least: BTreeMap<(usize, usize), (i64, u32)> = BTreeMap::new();
        for it in &self.all {
            let known = least.entry((it.from, it.to)).or_insert((it.delay, 0));
            *known = (known.0.min(it.delay), known.1 + 1);
        }
        least
    }

    /// How many are impossible with these offsets.
    fn impossible(&self, ahead: &[i64]) -> usize {
        let right = |it: &&Crossing| it.delay.saturating_sub(ahead[it.to].saturating_sub(ahead[it.from])) < 0;
        self.all.iter().filter(right).count()
    }
}

/// When an act happened by its own clock, in microseconds.
fn time(record: &Record) -> Option<i64> {
    let is_act = matches!(record.body, Body::Action(_) | Body::Message(_));
    record.ts.filter(|_| is_act).map(Timestamp::micros)
}

/// Whose clock says when a message arrived, if it has one recipient.
fn recipient(record: &Record) -> Option<&str> {
    match &record.body {
        Body::Message(it) => match it.to.as_slice() {
            [one] if one != "*" => Some(one),
            _ => None,
        },
        _ => None,
    }
}

/// The clocks that are wrong, in the order in which their agents act; `order` is a causal order of `records`, and
/// `parts` numbers their circles.
pub(super) fn wrong(records: &[Placed], order: &[usize], parts: &[usize]) -> Vec<WrongClock> {
    let crossings = Crossings::of(records, order, parts);
    let least = crossings.least();
    let mut ahead = vec![0; crossings.names.len()];
    for group in groups(&least, crossings.names.len(), &mut ahead) {
        share(&group, &mut ahead);
    }
    if crossings.impossible(&ahead) >= crossings.impossible(&vec![0; ahead.len()]) {
        return Vec::new();
    }
    let count = |agent: usize| {
        let own = least.iter().filter(|it| it.0.0 == agent || it.0.1 == agent);
        own.map(|it| it.1.1).sum()
    };
    let wrong = ahead.iter().enumerate().filter(|it| *it.1 != 0);
    wrong
        .map(|(agent, ahead)| WrongClock {
            agent: crossings.names[agent].to_owned(),
            ahead: *ahead,
            crossings: count(agent),
        })
        .collect()
}

/// Works out how far each clock is ahead of that of the first agent of its group: those that something crosses
/// between. Of several ways the one with the shortest round trip counts, wrong clocks before others.
fn groups(least: &BTreeMap<(usize, usize), (i64, u32)>, agents: usize, ahead: &mut [i64]) -> Vec<Vec<usize>> {
    // By agent: whether the two clocks are taken for one, the round trip, the other agent, how far it is ahead.
    let mut ways: Vec<Vec<(bool, i64, usize, i64)>> = vec![Vec::new(); agents];
    for (&(from, to), &(there, _)) in least {
        let back = least.get(&(to, from)).map(|it| it.0);
        let way = match back {
            Some(back) if there < 0 || back < 0 => {
                Some((false, there.saturating_add(back), to, (there.saturating_sub(back)) / 2))
            }
            None if there < 0 => None,
            _ => Some((true, there.saturating_add(back.unwrap_or(there)), to, 0)),
        };
        let Some(way) = way else { continue };
        ways[from].push(way);
        if back.is_none() {
            ways[to].push((way.0, way.1, from, 0));
        }
    }
    let mut groups = Vec::new();
    let mut is_known = vec![false; agents];
    for first in 0..agents {
        if is_known[first] {
            continue;
        }
        let mut group = Vec::new();
        let mut next = BinaryHeap::from([Reverse((false, 0, first, 0))]);
        while let Some(Reverse((_, _, agent, offset))) = next.pop() {
            if std::mem::replace(&mut is_known[agent], true) {
                continue;
            }
            ahead[agent] = offset;
            group.push(agent);
            let onward = ways[agent].iter().filter(|it| !is_known[it.2]);
            next.extend(onward.map(|it| Reverse((it.0, it.1, it.2, offset.saturating_add(it.3)))));
        }
        groups.push(group);
    }
    groups
}

/// Lets the clock be right that most of a group share; if as many share another, that of its first agent.
fn share(group: &[usize], ahead: &mut [i64]) {
    let mut offsets: Vec<i64> = group.iter().map(|it| ahead[*it]).collect();
    offsets.sort_unstable();
    let among = |of: i64| {
        let from = offsets.partition_point(|it| *it <= of.saturating_sub(SAME));
        offsets.partition_point(|it| *it < of.saturating_add(SAME)) - from
    };
    let mut right = (among(0), 0);
    for offset in &offsets {
        if among(*offset) > right.0 {
            right = (among(*offset), *offset);
        }
    }
    group.iter().for_each(|it| ahead[*it] = ahead[*it].saturating_sub(right.1));
}

/// Puts the times of acts right.
pub(super) fn put_right(records: &mut [Placed], clocks: &[WrongClock]) {
    let ahead: FxHashMap<&str, i64> = clocks.iter().map(|it| (it.agent.as_str(), it.ahead)).collect();
    let right = |time: Option<Timestamp>, ahead: i64| {
        time.map(|it| Timestamp::from_micros(it.micros().saturating_sub(ahead)))
    };
    for placed in records {
        let record = &mut placed.record;
        if !matches!(record.body, Body::Action(_) | Body::Message(_)) {
            continue;
        }
        let received = recipient(record).and_then(|it| ahead.get(it)).copied();
        if let (Body::Message(it), Some(ahead)) = (&mut record.body, received) {
            it.recv_ts = right(it.recv_ts, ahead);
        }
        if let Some(ahead) = record.agent().and_then(|it| ahead.get(it)).copied() {
            record.ts = right(record.ts, ahead);
            placed.when = right(placed.when, ahead);
        }
    }
}
