//! Threads that scan stretches of large files, each with a scanner and a buffer of its own.
//!
//! ```text
//! OpenedLogs -> Readers::start(stretch) -> Ticket           any number under way, see Readers::ahead
//!                     `-> thread: SourceFile::lines -> LineScanner -> Scanned
//!               Ticket::wait -> Store::add                  in the order in which they were started
//! ```
//!
//! The result does not depend on the number of threads. With one there is no extra thread: a stretch is
//! scanned when it is waited for.

use std::ops::Range;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::spawn;
use crate::{
    log::Problem,
    model::rule,
    source::{SkipReason, SourceFile, StretchEvent},
    store::{LineScanner, Pass, Scanned},
    text,
};

/// At most this many threads: more would wait for memory, or for the thread that joins their results.
const MOST: usize = 4;

/// A stretch of one generation of a file.
pub(super) struct Stretch {
    pub(super) source: SourceFile,
    pub(super) generation: u32,
    pub(super) bytes: Range<u64>,
}

/// A scanned stretch.
pub(super) struct Filled {
    pub(super) scanned: Scanned,
    /// Why not all of it could be read.
    pub(super) problem: Option<String>,
}

struct Job {
    stretch: Stretch,
    into: Scanned,
    reply: Sender<Filled>,
}

/// A stretch that is being scanned, or will be when it is waited for.
pub(super) enum Ticket {
    Elsewhere(Receiver<Filled>),
    Here(Box<(Stretch, Scanned)>),
}

/// The threads, and what is used again.
pub(super) struct Readers {
    threads: usize,
    pass: Pass,
    jobs: Option<Sender<Job>>,
    /// For stretches that are scanned here.
    scanner: LineScanner,
    spare: Vec<Scanned>,
}

impl Readers {
    /// With `threads` threads, started with the first stretch; 0 means one per core, up to four.
    pub(super) fn new(pass: Pass, threads: usize) -> Self {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from).min(MOST);
        let threads = if threads == 0 { cores() } else { threads };
        Self { threads, pass, jobs: None, scanner: LineScanner::new(pass), spare: Vec::new() }
    }

    /// The same, not started yet.
    pub(super) fn renewed(&self) -> Self {
        Self::new(self.pass, self.threads)
    }

    /// How many stretches may be under way.
    pub(super) fn ahead(&self) -> usize {
        if self.threads == 1 { 1 } else { 2 * self.threads }
    }

    /// Begins to scan a stretch.
    pub(super) fn start(&mut self, stretch: Stretch) -> Ticket {
        let into = self.spare.pop().unwrap_or_default();
        if self.threads == 1 {
            return Ticket::Here(Box::new((stretch, into)));
        }
        let (threads, pass) = (self.threads, self.pass);
        let jobs = self.jobs.get_or_insert_with(|| {
            let (jobs, queue) = unbounded::<Job>();
            for _ in 0..threads {
                let queue = queue.clone();
                spawn("scan", move || work(&queue, pass));
            }
            jobs
        });
        let (reply, filled) = bounded(1);
        // Without threads the reply is dropped, and the ticket reports that.
        let _ = jobs.send(Job { stretch, into, reply });
        Ticket::Elsewhere(filled)
    }

    /// What came of a stretch, once it is there.
    pub(super) fn wait(&mut self, ticket: Ticket) -> Filled {
        match ticket {
            Ticket::Here(job) => {
                let (stretch, into) = *job;
                scan(&stretch, &mut self.scanner, into)
            }
            Ticket::Elsewhere(filled) => filled.recv().unwrap_or_else(|_| Filled {
                scanned: Scanned::default(),
                problem: Some("the thread that read it has ended".to_owned()),
            }),
        }
    }

    /// Takes back what is not needed any more.
    pub(super) fn give_back(&mut self, scanned: Scanned) {
        self.spare.push(scanned);
    }
}

fn work(queue: &Receiver<Job>, pass: Pass) {
    let mut scanner = LineScanner::new(pass);
    while let Ok(Job { stretch, into, reply }) = queue.recv() {
        // Nobody waits for it when the logs were closed.
        let _ = reply.send(scan(&stretch, &mut scanner, into));
    }
}

fn scan(stretch: &Stretch, scanner: &mut LineScanner, mut scanned: Scanned) -> Filled {
    scanned.clear();
    let result = stretch.source.lines(stretch.generation, stretch.bytes.clone(), &mut |event| match event {
        StretchEvent::Lines { offset, bytes } => scanner.scan(offset, bytes, &mut scanned),
        StretchEvent::Skipped { offset, len, reason } => {
            scanned.skip(offset, skipped(len, reason));
        }
        StretchEvent::Hole { offset, len } => scanned.hole(offset, len),
    });
    Filled { scanned, problem: result.err().map(|it| text::clean(&it.to_string())) }
}

/// How a line that is not handed on is listed.
pub(super) fn skipped(len: u64, reason: SkipReason) -> Problem {
    match reason {
        SkipReason::TooLong => {
            Problem::new(rule::LINE_TOO_LONG, 0, format!("a line of {len} bytes is longer than is read"))
        }
        SkipReason::Torn => {
            Problem::new(rule::TORN_LINE, 0, format!("{len} bytes of a line whose end was never written"))
        }
    }
}
