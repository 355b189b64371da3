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

/// A file in memory that obeys what the machine says, against what a writer did to it.
mod model {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Append(u8),
        Partial(u8),
        Truncate,
        TakeBackPartial,
        RewriteSameSize,
        Rotate(u8),
        Delete,
        CopyAndContinue(u8),
        Pass(u8),
        Poll,
    }

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

    #[derive(Clone, Default)]
    struct Node {
        bytes: Vec<u8>,
        touched: i128,
        links: u64,
    }

    /// The world (inodes, and which one the path names), the reader, and the truth.
    struct World {
        nodes: HashMap<u64, Node>,
        path: Option<u64>,
        next_inode: u64,
        clock: Duration,
        records: u64,
        written: Vec<u64>,
        follow: Follow,
        read: Vec<u8>,
        delivered: usize,
        got: Vec<u64>,
    }

    impl World {
        fn new() -> Self {
            let key = FileKey { device: 1, inode: 0, born: None };
            Self {
                nodes: HashMap::from([(0, Node { links: 1, ..Node::default() })]),
                path: Some(0),
                next_inode: 1,
                clock: Duration::ZERO,
                records: 0,
                written: Vec::new(),
                follow: Follow::new(key),
                read: Vec::new(),
                delivered: 0,
                got: Vec::new(),
            }
        }

        fn current(&mut self) -> &mut Node {
            let inode = self.path.unwrap_or_else(|| self.create(Vec::new()));
            let node = self.nodes.get_mut(&inode).unwrap();
            node.touched = self.clock.as_nanos().try_into().unwrap();
            node
        }

        fn create(&mut self, bytes: Vec<u8>) -> u64 {
            let inode = self.next_inode;
            self.next_inode += 1;
            self.nodes.insert(inode, Node { bytes, touched: 0, links: 1 });
            self.path = Some(inode);
            inode
        }

        fn records(&mut self, count: u8) -> Vec<u8> {
            let mut bytes = Vec::new();
            for _ in 0..count {
                self.records += 1;
                self.written.push(self.records);
                bytes.extend(format!("{:06}\n", self.records).bytes());
            }
            bytes
        }

        /// Ends a partial line, so that what follows is a record of its own.
        fn end_line(&mut self) {
            let node = self.current();
            if node.bytes.last().is_some_and(|it| *it != b'\n') {
                node.bytes.push(b'\n');
            }
        }

        /// A writer's step; destructive ones are seen by a poll before and after, as two of them in one
        /// interval cannot be told apart.
        fn apply(&mut self, step: &Step) {
            let destructive = matches!(
                step,
                Step::Truncate
                    | Step::TakeBackPartial
                    | Step::RewriteSameSize
                    | Step::Rotate(_)
                    | Step::Delete
                    | Step::CopyAndContinue(_)
            );
            if destructive {
                self.poll();
            }
            match step {
                Step::Append(count) => {
                    self.end_line();
                    let bytes = self.records(*count);
                    self.current().bytes.extend(bytes);
                }
                Step::Partial(count) => {
                    let count = *count as usize;
                    self.current().bytes.extend(std::iter::repeat_n(b'p', count));
                }
                Step::Truncate => self.current().bytes.clear(),
                Step::TakeBackPartial => {
                    let bytes = &mut self.current().bytes;
                    let whole = bytes.iter().rposition(|it| *it == b'\n').map_or(0, |it| it + 1);
                    bytes.truncate(whole);
                }
                Step::RewriteSameSize => {
                    let count = self.current().bytes.len() / 7;
                    let bytes = self.records(count.try_into().unwrap_or(u8::MAX));
                    self.current().bytes = bytes;
                }
                Step::Rotate(count) => {
                    let bytes = self.records(*count);
                    self.create(bytes);
                }
                Step::Delete => {
                    if let Some(inode) = self.path.take() {
                        self.nodes.get_mut(&inode).unwrap().links = 0;
                    }
                }
                Step::CopyAndContinue(count) => {
                    self.end_line();
                    let mut bytes = self.current().bytes.clone();
                    bytes.extend(self.records(*count));
                    self.create(bytes);
                }
                Step::Pass(seconds) => self.clock += Duration::from_secs((*seconds).into()),
                Step::Poll => self.poll(),
            }
            if destructive {
                self.poll();
            }
        }

        fn stat(&self, inode: u64) -> Stat {
            let node = &self.nodes[&inode];
            Stat {
                key: FileKey { device: 1, inode, born: None },
                size: node.bytes.len() as u64,
                stamp: Stamp { modified: node.touched, changed: node.touched },
                links: node.links,
            }
        }

        fn compare(&self, inode: u64) -> Check {
            let bytes = &self.nodes[&inode].bytes;
            if !bytes.starts_with(&self.read[..self.delivered]) {
                Check::Changed
            } else if !bytes.starts_with(&self.read) {
                Check::PartialChanged
            } else {
                Check::Same
            }
        }

        fn poll(&mut self) {
            for _ in 0..20 {
                let followed = self.follow.key().inode;
                let path = self.path.map(|it| self.stat(it));
                let position = Position { read: self.read.len() as u64, delivered: self.delivered as u64 };
                let is_at_path = self.path == Some(followed);
                let open = (!is_at_path).then(|| self.stat(followed));
                let asked = self.follow.needs_check(self.clock, &self.stat(followed), position);
                let seen = Observation {
                    now: self.clock,
                    path,
                    open,
                    position,
                    check: if asked { self.compare(followed) } else { Check::NotAsked },
                    successor: self.path.map_or(Check::NotAsked, |it| self.compare(it)),
                };
                match self.follow.step(&seen) {
                    Action::Idle => return,
                    Action::Read { from, to } => {
                        assert_eq!(from, self.read.len() as u64);
                        let bytes = &self.nodes[&followed].bytes[from as usize..to as usize];
                        self.read.extend(bytes);
                        self.deliver();
                    }
                    Action::Rewind { to } => {
                        assert_eq!(to, self.delivered as u64);
                        self.read.truncate(self.delivered);
                    }
                    Action::Restart { .. } | Action::Replace { .. } => {
                        self.read.clear();
                        self.delivered = 0;
                    }
                    Action::Adopt | Action::Gone | Action::Returned => {}
                }
            }
            panic!("the machine does not come to rest");
        }

        fn deliver(&mut self) {
            let whole = self.read.iter().rposition(|it| *it == b'\n').map_or(0, |it| it + 1);
            for line in self.read[self.delivered.min(whole)..whole].split(|it| *it == b'\n') {
                if let Ok(record) = std::str::from_utf8(line).unwrap().parse() {
                    self.got.push(record);
                }
            }
            self.delivered = whole.max(self.delivered);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
        #[test]
        fn nothing_is_lost_and_nothing_comes_twice(steps in prop::collection::vec(step(), 0..40)) {
            let mut world = World::new();
            for step in &steps {
                world.apply(step);
            }
            world.poll();
            prop_assert_eq!(world.got, world.written);
        }
    }
}
