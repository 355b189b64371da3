//! The thread that reads in full what the index pass only scanned, after everything else, so that a line with
//! a broken payload is listed like any other.
//!
//! ```text
//! log thread: Store::take_unread -> Validator -> Reviewer -> suspects -> log thread: Store::revise
//!             when all is indexed    a slice, then as long a pause;      after the next poll, which tells whether
//!             and as lines come      none while somebody waits           these are still the bytes that were read
//! ```
//!
//! Its memory does not depend on what it reads, and it opens a file for one slice at a time. Without work it
//! sleeps.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, TryRecvError, unbounded};

use super::{OpenedLogs, spawn};
use crate::store::{Reviewer, Suspect, Unread};

/// Bytes read between two checks whether somebody waits: about a millisecond of work.
const SLICE: u64 = 1 << 20;
/// Time between two checks whether somebody still waits.
const PAUSE: Duration = Duration::from_millis(5);
/// The least time between two reports of how far it is.
const REPORT: Duration = Duration::from_secs(1);
/// The same where there is something to list.
const NEWS: Duration = Duration::from_millis(100);
/// At most this many suspects may be waiting to be examined; then it waits too.
const WAITING: usize = 10_000;

/// Reads in full, here and now, what was only scanned, and lists what comes of it. For callers that print
/// what they read.
pub fn validate(logs: &mut OpenedLogs) {
    let mut suspects = Vec::new();
    for mut reviewer in logs.store.take_unread().into_iter().map(Reviewer::new) {
        // What can no longer be read was told of.
        while reviewer.left() > 0 && reviewer.step(SLICE, &mut suspects).is_ok() {
            logs.store.revise(&suspects);
            suspects.clear();
        }
    }
    while logs.store.is_to_recount() {
        logs.store.recount(usize::MAX);
    }
}

/// How reading goes on.
pub(super) struct Validated {
    /// Lines about which there is something to tell.
    pub(super) suspects: Vec<Suspect>,
    /// Bytes read since the last report.
    pub(super) bytes: u64,
}

/// What both sides see.
#[derive(Default)]
struct Shared {
    /// Somebody waits for something else.
    yields: AtomicBool,
    /// Suspects that were told of and not looked at.
    waiting: AtomicUsize,
}

/// Hands lines to the thread, which ends with it.
pub(super) struct Validator {
    orders: Sender<Vec<Unread>>,
    shared: Arc<Shared>,
}

impl Validator {
    /// Starts the thread; what it finds goes to `send`.
    pub(super) fn start(send: impl Fn(Validated) + Send + 'static) -> Self {
        let (orders, queue) = unbounded();
        let shared = Arc::new(Shared::default());
        let seen = Arc::clone(&shared);
        spawn("validate", move || work(&queue, &seen, &send));
        Self { orders, shared }
    }

    /// Reads these lines too.
    pub(super) fn read(&self, unread: Vec<Unread>) {
        let _ = self.orders.send(unread);
    }

    /// Whether it is to wait for others.
    pub(super) fn yield_to_others(&self, yields: bool) {
        self.shared.yields.store(yields, Ordering::Relaxed);
    }

    /// Says that so many suspects were looked at.
    pub(super) fn looked_at(&self, suspects: usize) {
        self.shared.waiting.fetch_sub(suspects, Ordering::Relaxed);
    }
}

fn work(queue: &Receiver<Vec<Unread>>, shared: &Shared, send: &impl Fn(Validated)) {
    // On Linux this lowers the priority of this thread; elsewhere the pauses alone must do.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(10);
    let mut left: VecDeque<Reviewer> = VecDeque::new();
    let mut found = Validated { suspects: Vec::new(), bytes: 0 };
    let mut told = Instant::now();
    loop {
        let order = match (left.is_empty(), queue.try_recv()) {
            (true, Err(TryRecvError::Empty)) => {
                let Ok(order) = queue.recv() else { return };
                told = Instant::now();
                Some(order)
            }
            (_, Err(TryRecvError::Disconnected)) => return,
            (_, order) => order.ok(),
        };
        left.extend(order.into_iter().flatten().map(Reviewer::new));
        if shared.yields.load(Ordering::Relaxed) || shared.waiting.load(Ordering::Relaxed) >= WAITING {
            sleep(PAUSE);
            continue;
        }
        let Some(reviewer) = left.front_mut() else { continue };
        let began = Instant::now();
        let before = reviewer.left();
        // Whoever follows the file has reported what is gone, or will.
        let failed = reviewer.step(SLICE, &mut found.suspects).is_err();
        let after = if failed { 0 } else { reviewer.left() };
        found.bytes += before - after;
        if after == 0 {
            left.pop_front();
        }
        let pause = if found.suspects.is_empty() { REPORT } else { NEWS };
        if left.is_empty() || told.elapsed() >= pause || found.suspects.len() >= WAITING {
            told = Instant::now();
            let suspects = std::mem::take(&mut found.suspects);
            shared.waiting.fetch_add(suspects.len(), Ordering::Relaxed);
            send(Validated { suspects, bytes: std::mem::take(&mut found.bytes) });
        }
        sleep(began.elapsed().min(PAUSE));
    }
}
