//! Computes credit off the loop, so that a key press never waits for it.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::{analyse, spawn};
use crate::{
    app::Message,
    model::{Episode, Scenario},
};

/// A request for credit.
struct Request {
    number: u64,
    episode: Arc<Episode>,
    scenario: Scenario,
}

/// Hands requests to the worker thread.
pub struct Worker {
    requests: Sender<Request>,
}

impl Worker {
    /// Starts the thread; answers go to `send`.
    pub fn start(send: impl Fn(Message) + Send + 'static) -> Self {
        let (requests, queue) = unbounded();
        spawn("credit", move || work(&queue, send));
        Self { requests }
    }

    /// Asks for credit. A request for what the log says and one for a what-if do not push each other out;
    /// of each kind the newest wins.
    pub fn request(&self, number: u64, episode: Arc<Episode>, scenario: Scenario) {
        // The thread ends only with the process.
        let _ = self.requests.send(Request { number, episode, scenario });
    }
}

fn work(queue: &Receiver<Request>, send: impl Fn(Message)) {
    while let Ok(first) = queue.recv() {
        let mut pending = vec![first];
        while let Ok(next) = queue.try_recv() {
            let logged = next.scenario == Scenario::default();
            pending.retain(|it| (it.scenario == Scenario::default()) != logged);
            pending.push(next);
        }
        for request in pending {
            let result = Box::new(analyse(&request.episode, &request.scenario));
            send(Message::Analysis { request: request.number, result });
        }
    }
}
