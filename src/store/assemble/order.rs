//! The order of an episode's records: by `ts`, then `seq`, then place. Over several files it does not depend
//! on which file was read first. Within one file, updates follow the order of the file.
//!
//! A record without a time stands after the timed record before it in its file. At the start of a file it
//! stands before the first timed one. In a file without any time it stands after the end of the file before
//! it.

use crate::{
    log::Record,
    model::{Origin, Timestamp},
};

/// A record, its place, and the time at which it counts as written.
pub(super) struct Placed {
    /// In a box: sorting moves it often, and it is large.
    pub(super) record: Box<Record>,
    pub(super) origin: Origin,
    pub(super) when: Option<Timestamp>,
}

/// Records with the times at which they count as written, in an order in which an update follows what it
/// updates: within a file the order of the file, between files the order of time.
pub(super) fn merged(mut records: Vec<(Box<Record>, Origin)>) -> Vec<Placed> {
    records.sort_by_key(|it| (it.1.file, it.1.offset, it.1.line));
    let mut placed: Vec<Placed> = Vec::with_capacity(records.len());
    let mut last: Option<Timestamp> = None;
    // Where the current file begins, and whether any of its records has a time.
    let (mut begun, mut timed) = (0, false);
    for (record, origin) in records {
        let is_next_file = placed.last().is_some_and(|it| it.origin.file != origin.file);
        if is_next_file {
            (begun, timed) = (placed.len(), false);
        }
        if let Some(ts) = record.ts {
            if !std::mem::replace(&mut timed, true) {
                placed[begun..].iter_mut().for_each(|it| it.when = Some(ts));
            }
            last = Some(ts);
        }
        placed.push(Placed { record, origin, when: last });
    }
    // A file whose clock goes back is still read forwards.
    let mut latest: Option<Timestamp> = None;
    let mut file = None;
    let mut keyed: Vec<(Option<Timestamp>, Placed)> = Vec::with_capacity(placed.len());
    for it in placed {
        if file.replace(it.origin.file) != Some(it.origin.file) {
            latest = None;
        }
        latest = latest.max(it.when);
        keyed.push((latest, it));
    }
    keyed.sort_by_key(|it| it.0);
    keyed.into_iter().map(|it| it.1).collect()
}

/// Sorts records by time, then `seq`, then place.
pub(super) fn sort(placed: &mut [Placed]) {
    let seq = |it: &Placed| it.record.seq.filter(|_| it.record.ts.is_some());
    placed.sort_by(|a, b| {
        let when = |it: &Placed| it.record.ts.or(it.when);
        let key = |it: &Placed| (when(it), seq(it), it.origin.file, it.origin.offset, it.origin.line);
        key(a).cmp(&key(b))
    });
}
