//! Runs jobs off the loop, so that a key press never waits for them: a thread for each lane.
//!
//! All that waits in a lane is considered together: of jobs that replace each other only the newest runs. A
//! job whose answer comes in parts continues in a thread of its own until it ends, is stopped, or its lane
//! gets another.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::{cores::Threads, spawn};
use crate::app::{Cores, Host, Job, Lane, Message, Order, Remainder, RequestId, SlotRef, Start};

/// How often an answer that comes in parts is shown.
const SHOWN_EVERY: Duration = Duration::from_millis(100);

/// Hands jobs to their lanes.
pub struct Worker {
    lanes: Vec<LaneThread>,
}

/// A lane, seen from outside.
struct LaneThread {
    lane: Lane,
    jobs: Sender<(SlotRef, Job)>,
    control: Arc<Control>,
}

impl Worker {
    /// Starts the threads; answers go to `send`.
    pub fn start(send: impl Fn(Message) + Send + Clone + 'static) -> Self {
        let lanes = Lane::ALL.map(|lane| {
            let (jobs, queue) = unbounded();
            let control = Arc::new(Control::default());
            let (theirs, send) = (control.clone(), send.clone());
            spawn(lane.name(), move || work(&queue, &theirs, &send));
            LaneThread { lane, jobs, control }
        });
        Self { lanes: lanes.into() }
    }

    /// Runs a job. Of jobs that replace each other the newest wins.
    pub fn submit(&self, slot: SlotRef, job: Job) {
        let Some(it) = self.lanes.iter().find(|it| it.lane == job.lane()) else { return };
        // Nobody waits any more for the rest of an older job.
        it.control.want(slot.request);
        // The thread ends only with the process.
        let _ = it.jobs.send((slot, job));
    }

    /// Stops the job of a request whose answer comes in parts: what there is is its last answer.
    pub fn stop(&self, request: RequestId) {
        self.lanes.iter().for_each(|it| it.control.stop(request));
    }
}

/// Which request of a lane continues, and which is to stop. Their numbers rise and are never used twice; 0 is
/// nobody.
#[derive(Debug, Default)]
struct Control {
    /// The newest request; the rest of any other ends silently.
    newest: AtomicU64,
    /// The request that is to stop where it is.
    stopped: AtomicU64,
}

impl Control {
    fn want(&self, request: RequestId) {
        self.newest.store(request.0, Ordering::Relaxed);
    }

    fn stop(&self, request: RequestId) {
        self.stopped.store(request.0, Ordering::Relaxed);
    }

    fn order(&self, request: RequestId) -> Order {
        if self.newest.load(Ordering::Relaxed) != request.0 {
            Order::Drop
        } else if self.stopped.load(Ordering::Relaxed) == request.0 {
            Order::Stop
        } else {
            Order::GoOn
        }
    }
}

fn work(
    queue: &Receiver<(SlotRef, Job)>,
    control: &Arc<Control>,
    send: &(impl Fn(Message) + Send + Clone + 'static),
) {
    while let Ok(first) = queue.recv() {
        let mut waiting = Vec::new();
        for (slot, job) in std::iter::once(first).chain(queue.try_iter()) {
            waiting.retain(|(_, older)| !job.replaces(older));
            waiting.push((slot, job));
        }
        waiting.sort_by_key(|(_, job)| job.turn());
        for (slot, job) in waiting {
            let started = job.start(&Threads::all());
            // Before the answer is sent: what grows is copied while somebody else holds it.
            drop(job);
            match started {
                Start::Done(answer) => send(Message::Worked { slot, answer }),
                Start::Begun(first, rest) => {
                    send(Message::Worked { slot, answer: first });
                    let (control, send) = (control.clone(), send.clone());
                    spawn("sampling", move || {
                        finish(rest, slot.request, &control, |answer| send(Message::Worked { slot, answer }));
                    });
                }
            }
        }
    }
}

/// Runs the rest of a job for as long as somebody waits for it.
fn finish<A>(rest: Box<dyn Remainder<A>>, request: RequestId, control: &Control, tell: impl Fn(A)) {
    let mut host = LaneHost { request, control, cores: Threads::all(), shown: Instant::now() };
    rest.finish(&mut host, &mut |answer| {
        if control.order(request) != Order::Drop {
            tell(answer);
        }
    });
}

/// A lane, seen by the rest of a job.
struct LaneHost<'a> {
    request: RequestId,
    control: &'a Control,
    cores: Threads,
    shown: Instant,
}

impl Host for LaneHost<'_> {
    fn cores(&self) -> &dyn Cores {
        &self.cores
    }

    fn order(&self) -> Order {
        self.control.order(self.request)
    }

    fn is_due(&mut self) -> bool {
        let is_due = self.shown.elapsed() >= SHOWN_EVERY;
        if is_due {
            self.shown = Instant::now();
        }
        is_due
    }
}

#[cfg(test)]
mod tests;
