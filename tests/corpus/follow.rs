//! The follow machine against a model of a file: whatever a writer does, nothing is lost and nothing comes
//! twice.
//!
//! A file in memory does what the machine says. A poll comes before and after every destructive step, because
//! no reader of files can tell two of them in one interval from one.

use std::collections::HashMap;
use std::time::Duration;

use creditscope::source::follow::{Action, Check, FileKey, Follow, Observation, Position, Stamp, Stat};

use super::script::Script;

/// What a writer, or time, does.
#[derive(Clone, Debug)]
pub enum Step {
    /// Writes whole records.
    Append(u8),
    /// Writes bytes of a line without its end.
    Partial(u8),
    /// Empties the file.
    Truncate,
    /// Cuts the partial line off.
    TakeBackPartial,
    /// Writes other records over those there are.
    RewriteSameSize,
    /// Begins a new file under the path; the old one has another name.
    Rotate(u8),
    /// Takes the name away.
    Delete,
    /// Replaces the file by a copy with more at its end.
    CopyAndContinue(u8),
    /// Lets seconds pass.
    Pass(u8),
    /// The reader looks.
    Poll,
}

/// Runs the steps that `input` spells.
pub fn run(input: &[u8]) {
    let mut script = Script::new(input);
    let mut world = World::new();
    while !script.is_over() {
        let step = step(&mut script);
        world.apply(&step);
    }
    world.finish();
}

fn step(script: &mut Script<'_>) -> Step {
    match script.below(16) {
        0..=3 => Step::Append(1 + script.below(3)),
        4 | 5 => Step::Partial(1 + script.below(8)),
        6 => Step::Truncate,
        7 => Step::TakeBackPartial,
        8 => Step::RewriteSameSize,
        9 => Step::Rotate(script.below(3)),
        10 => Step::Delete,
        11 => Step::CopyAndContinue(script.below(3)),
        12 => Step::Pass(script.below(5)),
        _ => Step::Poll,
    }
}

#[derive(Clone, Default)]
struct Node {
    bytes: Vec<u8>,
    touched: i128,
    links: u64,
}

/// The world (inodes, and which one the path names), the reader, and the truth.
pub struct World {
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
    /// An empty file that is followed.
    pub fn new() -> Self {
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

    /// Looks a last time, and asserts that what was read is what was written.
    pub fn finish(mut self) {
        self.poll();
        assert_eq!(self.got, self.written);
    }

    /// Does one step.
    pub fn apply(&mut self, step: &Step) {
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
                let bytes = self.records(u64::from(*count));
                self.current().bytes.extend(bytes);
            }
            Step::Partial(count) => {
                let count = usize::from(*count);
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
                let bytes = self.records(count as u64);
                self.current().bytes = bytes;
            }
            Step::Rotate(count) => {
                let bytes = self.records(u64::from(*count));
                self.create(bytes);
            }
            Step::Delete => {
                if let Some(inode) = self.path.take() {
                    self.node(inode).links = 0;
                }
            }
            Step::CopyAndContinue(count) => {
                self.end_line();
                let mut bytes = self.current().bytes.clone();
                bytes.extend(self.records(u64::from(*count)));
                self.create(bytes);
            }
            Step::Pass(seconds) => self.clock += Duration::from_secs(u64::from(*seconds)),
            Step::Poll => self.poll(),
        }
        if destructive {
            self.poll();
        }
    }

    fn node(&mut self, inode: u64) -> &mut Node {
        self.nodes.get_mut(&inode).expect("inodes are never taken away")
    }

    fn current(&mut self) -> &mut Node {
        let inode = self.path.unwrap_or_else(|| self.create(Vec::new()));
        let touched = self.clock.as_nanos().cast_signed();
        let node = self.node(inode);
        node.touched = touched;
        node
    }

    fn create(&mut self, bytes: Vec<u8>) -> u64 {
        let inode = self.next_inode;
        self.next_inode += 1;
        self.nodes.insert(inode, Node { bytes, touched: 0, links: 1 });
        self.path = Some(inode);
        inode
    }

    /// New records, seven bytes each.
    fn records(&mut self, count: u64) -> Vec<u8> {
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
            self.got.extend(std::str::from_utf8(line).ok().and_then(|it| it.parse::<u64>().ok()));
        }
        self.delivered = whole.max(self.delivered);
    }
}
