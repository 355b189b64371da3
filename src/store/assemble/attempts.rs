//! Several records of one action: updates of a try, and further tries.
//!
//! Decided here:
//! * A record that gives what was not given yet is an update. One that changes what was given, or has a result
//!   after an error, is the next attempt; `attempt` says so outright.
//! * An attempt goes on with what the one before says of the situation (parents, action, state, policy), and has
//!   its own result, error, duration, usage and span.
//! * A record that stands twice counts once, whatever came between.

use std::{
    fmt::{self, Write},
    hash::Hasher,
};

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::updates;
use crate::{
    log::{Action, Body, Record},
    model::{Origin, Timestamp},
};

/// What was read of one action of which there is more than one record.
struct Tries {
    /// Fingerprints of its records.
    seen: FxHashSet<u64>,
    /// The attempts before the last, which is in the record that is kept, by number.
    before: Vec<Try>,
    /// Number, time and place of the last.
    number: u32,
    time: Option<Timestamp>,
    origin: Origin,
}

/// An attempt that another followed.
pub(super) struct Try {
    pub(super) action: Action,
    pub(super) time: Option<Timestamp>,
    pub(super) origin: Origin,
    number: u32,
}

/// What a later record of an action is.
pub(super) enum Later {
    Repeated,
    Updated,
    /// An update of an attempt before the last, which was taken.
    Earlier,
    /// The attempt of this number, from 1.
    Next(u32),
}

/// Actions with more than one record, by the place of the record that is kept.
#[derive(Default)]
pub(super) struct Attempts(FxHashMap<usize, Tries>);

impl Attempts {
    /// Adds a later record of the action that is kept in `before`, which came from `first`.
    pub(super) fn add(
        &mut self,
        (at, before, first): (usize, &mut Record, Origin),
        later: &Record,
        origin: Origin,
    ) -> Later {
        let (Body::Action(kept), Body::Action(new)) = (&before.body, &later.body) else {
            return Later::Updated;
        };
        let print = fingerprint(later);
        let tries = self.0.entry(at).or_insert_with(|| Tries {
            seen: FxHashSet::from_iter([fingerprint(before)]),
            before: Vec::new(),
            number: kept.attempt.unwrap_or(1),
            time: before.ts,
            origin: first,
        });
        if !tries.seen.insert(print) {
            return Later::Repeated;
        }
        let number = match new.attempt {
            Some(number) => number,
            None if contradicts(kept, new) => tries.number + 1,
            None => tries.number,
        };
        let place = tries.before.partition_point(|it| it.number < number);
        if let Some(earlier) = tries.before.get_mut(place).filter(|it| it.number == number) {
            updates::update_action(&mut earlier.action, Action::clone(new));
            return Later::Earlier;
        }
        if number == tries.number {
            return Later::Updated;
        }
        if number < tries.number {
            let earlier = Try { action: Action::clone(new), time: later.ts, origin, number };
            tries.before.insert(place, earlier);
            return Later::Earlier;
        }
        let action = Action::clone(kept);
        tries.before.push(Try { action, time: tries.time, origin: tries.origin, number: tries.number });
        (tries.number, tries.time, tries.origin) = (number, later.ts, origin);
        if let Body::Action(it) = &mut before.body {
            **it = Action {
                result: None,
                error: None,
                dur: None,
                usage: None,
                span_id: None,
                ..Action::clone(it)
            };
        }
        Later::Next(u32::try_from(tries.before.len() + 1).unwrap_or(u32::MAX))
    }

    /// The attempts before the last of the action that is kept at this place, and where the last begins; `None` if
    /// it was tried once.
    pub(super) fn take(&mut self, at: usize) -> Option<(Vec<Try>, Origin)> {
        self.0.remove(&at).filter(|it| !it.before.is_empty()).map(|it| (it.before, it.origin))
    }
}

/// Whether a record says otherwise than what was given.
fn contradicts(before: &Action, later: &Action) -> bool {
    fn differ<T: PartialEq>(before: &Option<T>, later: &Option<T>) -> bool {
        before.as_ref().zip(later.as_ref()).is_some_and(|(before, later)| before != later)
    }
    before.agent != later.agent
        || differ(&before.action, &later.action)
        || differ(&before.kind, &later.kind)
        || differ(&before.parents, &later.parents)
        || differ(&before.pre_state, &later.pre_state)
        || differ(&before.obs, &later.obs)
        || differ(&before.result, &later.result)
        || differ(&before.dur, &later.dur)
        || differ(&before.policy, &later.policy)
        || differ(&before.default, &later.default)
        || differ(&before.usage, &later.usage)
        || differ(&before.span_id, &later.span_id)
        || differ(&before.error, &later.error)
        || (before.error.is_some()
            && before.result.is_none()
            && later.result.is_some()
            && later.error.is_none())
}

/// A number that two records share only if they say the same.
fn fingerprint(record: &Record) -> u64 {
    struct Hashed(FxHasher);
    impl Write for Hashed {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut hashed = Hashed(FxHasher::default());
    // A hasher takes whatever it is given.
    _ = write!(hashed, "{record:?}");
    hashed.0.finish()
}
