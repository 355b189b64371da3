//! The follow machine against a model of a file.

use super::*;

const A: FileKey = FileKey { device: 1, inode: 10, born: None };
const B: FileKey = FileKey { device: 1, inode: 20, born: None };

fn stat(key: FileKey, size: u64) -> Stat {
    Stat { key, size, stamp: Stamp::default(), links: 1 }
}

fn look(path: Option<Stat>, read: u64, delivered: u64) -> Observation {
    Observation {
        now: Duration::ZERO,
        path,
        open: None,
        position: Position { read, delivered },
        check: Check::Same,
        successor: Check::Changed,
    }
}

#[track_caller]
fn check(seen: Observation, expected: Action) {
    assert_eq!(Follow::new(A).step(&seen), expected, "{seen:?}");
}

#[test]
fn same_file_at_the_path() {
    let at = |size, read, delivered| look(Some(stat(A, size)), read, delivered);
    let with = |seen: Observation, check| Observation { check, ..seen };
    let truncated = Action::Restart { reason: RestartReason::Truncated };
    let rewritten = Action::Restart { reason: RestartReason::Rewritten };
    check(at(0, 0, 0), Action::Idle);
    check(at(9, 0, 0), Action::Read { from: 0, to: 9 });
    check(at(9, 4, 2), Action::Read { from: 4, to: 9 });
    check(at(9, 9, 9), Action::Idle);
    check(at(9, 9, 7), Action::Idle);
    check(at(8, 9, 9), truncated);
    check(at(0, 9, 9), truncated);
    check(with(at(5, 9, 9), Check::NotAsked), truncated);
    check(at(8, 9, 7), Action::Rewind { to: 7 });
    check(at(0, 9, 0), Action::Rewind { to: 0 });
    check(with(at(9, 9, 9), Check::Changed), rewritten);
    check(with(at(20, 9, 9), Check::Changed), rewritten);
    check(with(at(20, 9, 7), Check::PartialChanged), Action::Rewind { to: 7 });
}

#[test]
fn another_file_at_the_path() {
    let next = |open: Option<Stat>| Observation { open, ..look(Some(stat(B, 5)), 9, 9) };
    let replace = |reason| Action::Replace { reason };
    let old = stat(A, 9);
    check(next(Some(old)), replace(RestartReason::Rotated));
    check(next(Some(Stat { links: 0, ..old })), replace(RestartReason::Replaced));
    check(next(None), replace(RestartReason::Replaced));
    check(next(Some(stat(A, 12))), Action::Read { from: 9, to: 12 });
    check(next(Some(stat(A, 3))), Action::Restart { reason: RestartReason::Truncated });
}

#[test]
fn another_file_that_continues_the_old_one() {
    let next = |size, read, delivered, successor| Observation {
        open: Some(Stat { links: 0, ..stat(A, read) }),
        successor,
        ..look(Some(stat(B, size)), read, delivered)
    };
    let replaced = Action::Replace { reason: RestartReason::Replaced };
    check(next(12, 9, 9, Check::Same), Action::Adopt);
    check(next(9, 9, 9, Check::Same), Action::Adopt);
    check(next(12, 9, 7, Check::PartialChanged), Action::Adopt);
    check(next(12, 0, 0, Check::Same), replaced);
    check(next(8, 9, 9, Check::Same), replaced);
    check(next(12, 9, 0, Check::PartialChanged), replaced);
    check(next(12, 9, 9, Check::Changed), replaced);
}

#[test]
fn a_path_that_goes_and_comes() {
    let gone = |open| Observation { open, ..look(None, 9, 9) };
    let mut follow = Follow::new(A);
    let mut step = |seen: Observation, expected| assert_eq!(follow.step(&seen), expected, "{seen:?}");
    step(gone(Some(stat(A, 12))), Action::Read { from: 9, to: 12 });
    step(gone(Some(stat(A, 9))), Action::Gone);
    step(gone(Some(stat(A, 9))), Action::Idle);
    step(gone(Some(stat(A, 10))), Action::Read { from: 9, to: 10 });
    step(gone(None), Action::Idle);
    step(look(Some(stat(A, 9)), 9, 9), Action::Returned);
    step(look(Some(stat(A, 9)), 9, 9), Action::Idle);
    step(gone(None), Action::Gone);
    step(look(Some(stat(B, 9)), 9, 9), Action::Returned);
    step(look(Some(stat(B, 9)), 9, 9), Action::Replace { reason: RestartReason::Recreated });
    step(look(Some(stat(B, 9)), 0, 0), Action::Read { from: 0, to: 9 });
    step(look(None, 9, 9), Action::Gone);
    step(look(Some(stat(B, 9)), 9, 9), Action::Returned);
    let reused = Observation { check: Check::Changed, ..look(Some(stat(B, 9)), 9, 9) };
    step(reused, Action::Restart { reason: RestartReason::Recreated });
}

#[test]
fn compares_when_touched_and_until_the_clock_of_the_file_system_has_moved_on() {
    let second = Duration::from_secs(1);
    let at = Position { read: 9, delivered: 9 };
    let touched = |modified| Stat { stamp: Stamp { modified, changed: 0 }, ..stat(A, 9) };
    let mut follow = Follow::new(A);
    assert!(follow.needs_check(Duration::ZERO, &touched(1), at), "first look");
    assert!(!follow.needs_check(Duration::ZERO, &touched(1), Position::default()), "nothing to compare");
    assert!(!follow.needs_check(Duration::ZERO, &stat(A, 8), at), "shorter: no need to compare");
    follow.step(&look(Some(touched(1)), 9, 9));
    assert!(follow.needs_check(second, &touched(1), at), "same stamp, within its granularity");
    assert!(!follow.needs_check(3 * second, &touched(1), at), "settled");
    assert!(follow.needs_check(3 * second, &touched(2), at), "touched");
    assert!(follow.needs_check(3 * second, &stat(A, 10), at), "grown");
}

mod model {
    use proptest::prelude::*;

    use crate::corpus::follow::{Step, World};

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (1..4_u8).prop_map(Step::Append),
            2 => (1..9_u8).prop_map(Step::Partial),
            1 => Just(Step::Truncate),
            1 => Just(Step::TakeBackPartial),
            1 => Just(Step::RewriteSameSize),
            1 => (0..3_u8).prop_map(Step::Rotate),
            1 => Just(Step::Delete),
            1 => (0..3_u8).prop_map(Step::CopyAndContinue),
            1 => (0..5_u8).prop_map(Step::Pass),
            4 => Just(Step::Poll),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
        #[test]
        fn nothing_is_lost_and_nothing_comes_twice(steps in prop::collection::vec(step(), 0..40)) {
            let mut world = World::new();
            for step in &steps {
                world.apply(step);
            }
            world.finish();
        }
    }
}
