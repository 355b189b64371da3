//! The thread that searches. The newest search wins; what it finds goes to the log thread as it comes.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, TryRecvError, unbounded};

use super::{Blocks, HitCollector, KEPT_HITS};
use crate::{
    runtime::spawn,
    search::{Found, Pattern},
    store::Searchable,
};

/// The least time between two reports of a search under way.
const PAUSE: Duration = Duration::from_millis(50);

/// Something asked of the thread.
enum Order {
    /// Search for this, and for nothing else any more.
    Begin { request: u64, pattern: Arc<Pattern>, all: Vec<Searchable> },
    /// More has come.
    Cover(Vec<Searchable>),
    /// Search for nothing.
    End,
}

/// What was found since the last report.
pub(crate) struct Sought {
    pub(crate) request: u64,
    pub(crate) hits: Vec<(Found, u32)>,
    /// Over the whole search.
    pub(crate) found: u64,
    pub(crate) searched: u64,
    pub(crate) size: u64,
    pub(crate) done: bool,
    pub(crate) problem: Option<String>,
}

/// Hands orders to the search thread.
pub(crate) struct Searcher {
    orders: Sender<Order>,
}

impl Searcher {
    /// Starts the thread; what it finds goes to `send`.
    pub(crate) fn start(send: impl Fn(Sought) + Send + 'static) -> Self {
        let (orders, queue) = unbounded();
        spawn("search", move || work(&queue, &send));
        Self { orders }
    }

    /// Searches `all`; an older search ends.
    pub(crate) fn begin(&self, request: u64, pattern: Arc<Pattern>, all: Vec<Searchable>) {
        let _ = self.orders.send(Order::Begin { request, pattern, all });
    }

    /// Goes on with what has come.
    pub(crate) fn cover(&self, all: Vec<Searchable>) {
        let _ = self.orders.send(Order::Cover(all));
    }

    /// Ends the search.
    pub(crate) fn end(&self) {
        let _ = self.orders.send(Order::End);
    }
}

/// A search under way, or at the end of what there is.
struct Job {
    request: u64,
    blocks: Blocks,
    collector: HitCollector,
    began: Instant,
    /// When it was last told about, and whether all there is was searched then.
    told: Option<(Instant, bool)>,
}

fn work(queue: &Receiver<Order>, send: &impl Fn(Sought)) {
    let mut job: Option<Job> = None;
    loop {
        let busy = job.as_ref().is_some_and(|it| it.told.is_none_or(|it| !it.1));
        let order = if busy {
            match queue.try_recv() {
                Ok(order) => Some(order),
                Err(TryRecvError::Empty) => None,
                Err(TryRecvError::Disconnected) => return,
            }
        } else {
            match queue.recv() {
                Ok(order) => Some(order),
                Err(_) => return,
            }
        };
        match order {
            Some(Order::Begin { request, pattern, all }) => {
                let mut blocks = Blocks::default();
                blocks.cover(all);
                let collector = HitCollector::new(pattern, KEPT_HITS);
                job = Some(Job { request, blocks, collector, began: Instant::now(), told: None });
            }
            Some(Order::Cover(all)) => {
                if let Some(job) = &mut job {
                    job.blocks.cover(all);
                    job.told = job.told.map(|it| (it.0, false));
                }
            }
            Some(Order::End) => job = None,
            None => {
                if let Some(sought) = job.as_mut().and_then(Job::step) {
                    send(sought);
                }
            }
        }
    }
}

impl Job {
    /// Searches one block; what there is to tell, where it is time to.
    fn step(&mut self) -> Option<Sought> {
        let Self { blocks, collector, .. } = self;
        let done = !blocks.next(&mut |block| collector.take(&block));
        // The first hit is told at once: somebody waits for it.
        let due = match self.told {
            None => self.collector.found() > 0 || self.began.elapsed() >= PAUSE,
            Some((told, _)) => told.elapsed() >= PAUSE,
        };
        if !done && !due {
            return None;
        }
        self.told = Some((Instant::now(), done));
        let (searched, size) = self.blocks.progress();
        Some(Sought {
            request: self.request,
            hits: self.collector.drain(),
            found: self.collector.found(),
            searched,
            size,
            done,
            problem: self.blocks.problem().map(str::to_owned),
        })
    }
}
