//! The thread that searches. The newest search wins, and so does the newest set of filters. What it finds
//! goes to the log thread as it comes.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, TryRecvError, unbounded};

use super::{Block, Blocks, EpisodeCollector, HitCollector, KEPT_HITS, collect::Passing};
use crate::{
    app::RequestId,
    filter::Filter,
    runtime::spawn,
    search::{Found, Pattern},
    store::Searchable,
};

/// The least time between two reports of a search under way.
const PAUSE: Duration = Duration::from_millis(50);
/// This many finds are reported without waiting for the pause, so that they do not pile up.
const MANY: usize = 10_000;

/// Something asked of the thread.
enum Order {
    /// Search for this, and for nothing else any more.
    Search { request: RequestId, pattern: Arc<Pattern>, all: Vec<Searchable> },
    /// Look for episodes with records that pass these filters, and for no others any more.
    Filter { request: RequestId, filters: Vec<Arc<Filter>>, all: Vec<Searchable> },
    /// More has come.
    Cover(Vec<Searchable>),
    /// Search for nothing.
    EndSearch,
    /// Look for no episodes.
    EndFilter,
}

/// The state of a job: what was found since the last report, and how far it is.
pub(in crate::runtime) struct Sought {
    pub(in crate::runtime) request: RequestId,
    pub(in crate::runtime) findings: Findings,
    pub(in crate::runtime) searched: u64,
    pub(in crate::runtime) size: u64,
    pub(in crate::runtime) done: bool,
    pub(in crate::runtime) problem: Option<String>,
}

/// What was found.
pub(in crate::runtime) enum Findings {
    /// From a search: new hits, each with its index among the lines; and how many there are in all.
    Hits(Vec<(Found, u32)>, u64),
    /// By filters.
    Passing(Vec<Passing>),
}

/// Hands orders to the search thread, which ends with the process.
pub(in crate::runtime) struct Searcher {
    orders: Sender<Order>,
}

impl Searcher {
    /// Starts the thread; what it finds goes to `send`.
    pub(in crate::runtime) fn start(send: impl Fn(Sought) + Send + 'static) -> Self {
        let (orders, queue) = unbounded();
        spawn("search", move || work(&queue, &send));
        Self { orders }
    }

    /// Searches `all`; an older search ends.
    pub(in crate::runtime) fn search(&self, request: RequestId, pattern: Arc<Pattern>, all: Vec<Searchable>) {
        let _ = self.orders.send(Order::Search { request, pattern, all });
    }

    /// Looks in `all` for episodes with records that pass; forgets older filters.
    pub(in crate::runtime) fn filter(
        &self,
        request: RequestId,
        filters: Vec<Arc<Filter>>,
        all: Vec<Searchable>,
    ) {
        let _ = self.orders.send(Order::Filter { request, filters, all });
    }

    /// Goes on with what has come.
    pub(in crate::runtime) fn cover(&self, all: Vec<Searchable>) {
        let _ = self.orders.send(Order::Cover(all));
    }

    /// Ends the search.
    pub(in crate::runtime) fn end_search(&self) {
        let _ = self.orders.send(Order::EndSearch);
    }

    /// Forgets the filters.
    pub(in crate::runtime) fn end_filter(&self) {
        let _ = self.orders.send(Order::EndFilter);
    }
}

/// What a job looks for.
enum Collector {
    Hits(Box<HitCollector>),
    Episodes(EpisodeCollector),
}

/// A search under way, or at the end of what there is.
struct Job {
    request: RequestId,
    blocks: Blocks,
    collector: Collector,
    began: Instant,
    /// When it was last told about.
    told: Option<Instant>,
    /// Everything there is has been searched, and that was reported.
    rests: bool,
}

fn work(queue: &Receiver<Order>, send: &impl Fn(Sought)) {
    let (mut search, mut filter): (Option<Job>, Option<Job>) = (None, None);
    loop {
        // Somebody waits for a search, so filters come after it.
        let busy = [search.as_mut(), filter.as_mut()].into_iter().flatten().find(|it| !it.rests);
        let order = match busy {
            Some(job) => match queue.try_recv() {
                Ok(order) => order,
                Err(TryRecvError::Empty) => {
                    job.step().into_iter().for_each(send);
                    continue;
                }
                Err(TryRecvError::Disconnected) => return,
            },
            None => match queue.recv() {
                Ok(order) => order,
                Err(_) => return,
            },
        };
        match order {
            Order::Search { request, pattern, all } => {
                let collector = Collector::Hits(Box::new(HitCollector::new(pattern, KEPT_HITS)));
                search = Some(Job::new(request, collector, all));
            }
            Order::Filter { request, filters, all } => {
                let collector = Collector::Episodes(EpisodeCollector::new(&filters));
                filter = Some(Job::new(request, collector, all));
            }
            Order::Cover(all) => {
                for job in [search.as_mut(), filter.as_mut()].into_iter().flatten() {
                    job.blocks.cover(all.clone());
                    job.rests = false;
                }
            }
            Order::EndSearch => search = None,
            Order::EndFilter => filter = None,
        }
    }
}

impl Job {
    fn new(request: RequestId, collector: Collector, all: Vec<Searchable>) -> Self {
        let mut blocks = Blocks::default();
        blocks.cover(all);
        Self { request, blocks, collector, began: Instant::now(), told: None, rests: false }
    }

    /// Searches one block. Returns what there is to report, if it is time to.
    fn step(&mut self) -> Option<Sought> {
        let Self { blocks, collector, .. } = self;
        let done = !blocks.next(&mut |block| collector.take(&block));
        // The first find is reported at once: somebody waits for it.
        let first = self.told.is_none() && self.collector.waiting() > 0;
        let due = self.told.unwrap_or(self.began).elapsed() >= PAUSE || self.collector.waiting() >= MANY;
        if !(done || first || due) {
            return None;
        }
        self.told = Some(Instant::now());
        self.rests = done;
        let (searched, size) = self.blocks.progress();
        let findings = match &mut self.collector {
            Collector::Hits(it) => Findings::Hits(it.drain(), it.found()),
            Collector::Episodes(it) => Findings::Passing(it.drain()),
        };
        let problem = self.blocks.problem().map(str::to_owned);
        Some(Sought { request: self.request, findings, searched, size, done, problem })
    }
}

impl Collector {
    fn take(&mut self, block: &Block<'_>) {
        match self {
            Collector::Hits(it) => it.take(block),
            Collector::Episodes(it) => it.take(block),
        }
    }

    /// Finds that were not told of.
    fn waiting(&self) -> usize {
        match self {
            Collector::Hits(it) => it.waiting(),
            Collector::Episodes(it) => it.waiting(),
        }
    }
}
