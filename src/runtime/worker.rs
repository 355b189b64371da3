//! Computes credit off the loop, so that a key press never waits for it, and what takes longer than credit off
//! that, so that a what-if does not wait for curves.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::{analyse, spawn, study};
use crate::{
    app::{Analysis, Message},
    credit::MessageSetting,
    model::{Episode, Scenario},
};

/// A request for credit.
struct Request {
    number: u64,
    episode: Arc<Episode>,
    scenario: Scenario,
}

/// A request for a study.
struct StudyRequest {
    number: u64,
    episode: Arc<Episode>,
    analysis: Arc<Analysis>,
    setting: MessageSetting,
}

/// Hands requests to the worker threads.
pub struct Worker {
    requests: Sender<Request>,
    studies: Sender<StudyRequest>,
}

impl Worker {
    /// Starts the threads; answers go to `send`.
    pub fn start(send: impl Fn(Message) + Clone + Send + 'static) -> Self {
        let (requests, queue) = unbounded();
        let answer = send.clone();
        spawn("credit", move || work(&queue, answer));
        let (studies, queue) = unbounded();
        spawn("study", move || work_on_studies(&queue, send));
        Self { requests, studies }
    }

    /// Asks for a study. The newest wins.
    pub fn study(
        &self,
        number: u64,
        episode: Arc<Episode>,
        analysis: Arc<Analysis>,
        setting: MessageSetting,
    ) {
        let _ = self.studies.send(StudyRequest { number, episode, analysis, setting });
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

fn work_on_studies(queue: &Receiver<StudyRequest>, send: impl Fn(Message)) {
    while let Ok(first) = queue.recv() {
        let newest = queue.try_iter().last().unwrap_or(first);
        let StudyRequest { number, episode, analysis, setting } = newest;
        let result = Box::new(study(&episode, &analysis, setting));
        // Whoever gets the answer changes the analysis, and should not have to copy it for that.
        drop(analysis);
        send(Message::Study { request: number, result });
    }
}
