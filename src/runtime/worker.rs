//! Computes credit off the loop, so that a key press never waits for it, and what takes longer than credit off
//! that, so that a what-if does not wait for curves.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::{
    analyse::{self, study},
    sampling::{self, Control, Stream},
    spawn,
};
use crate::{
    app::{Analysis, ExplainQuestion, Message, Shape},
    credit::{self, MessageSetting},
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

/// A request for what the graph view shows.
enum ShapeRequest {
    /// The graph and what is wrong with the log.
    Shape(u64, Arc<Episode>),
    /// The arithmetic of a number.
    Explain(u64, Arc<Episode>, Arc<Analysis>, ExplainQuestion),
    /// The credit on the edges.
    Flow(u64, Arc<Episode>, Arc<Analysis>),
}

/// Hands requests to the worker threads.
pub struct Worker {
    shapes: Sender<ShapeRequest>,
    requests: Sender<Request>,
    control: Arc<Control>,
    studies: Sender<StudyRequest>,
}

impl Worker {
    /// Starts the threads; answers go to `send`.
    pub fn start(send: impl Fn(Message) + Send + Clone + 'static) -> Self {
        let (requests, queue) = unbounded();
        let control = Arc::new(Control::default());
        let (theirs, answer) = (control.clone(), send.clone());
        spawn("credit", move || work(&queue, &theirs, &answer));
        let (shapes, queue) = unbounded();
        let answer = send.clone();
        spawn("shape", move || work_on_shapes(&queue, answer));
        let (studies, queue) = unbounded();
        spawn("study", move || work_on_studies(&queue, send));
        Self { shapes, requests, control, studies }
    }

    /// Asks for the graph of an episode and what is wrong with it. The newest wins.
    pub fn shape(&self, number: u64, episode: Arc<Episode>) {
        let _ = self.shapes.send(ShapeRequest::Shape(number, episode));
    }

    /// Asks for the credit on the edges of the graph. The newest wins.
    pub fn flow(&self, number: u64, episode: Arc<Episode>, analysis: Arc<Analysis>) {
        let _ = self.shapes.send(ShapeRequest::Flow(number, episode, analysis));
    }

    /// Asks for the arithmetic of a number. The newest wins.
    pub fn explain(
        &self,
        number: u64,
        episode: Arc<Episode>,
        analysis: Arc<Analysis>,
        question: ExplainQuestion,
    ) {
        let _ = self.shapes.send(ShapeRequest::Explain(number, episode, analysis, question));
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
    /// of each kind the newest wins. Values that take long to draw are answered several times: see `sampling`.
    pub fn request(&self, number: u64, episode: Arc<Episode>, scenario: Scenario) {
        // Whatever is being drawn, nobody waits for it any more.
        self.control.want(number);
        // The thread ends only with the process.
        let _ = self.requests.send(Request { number, episode, scenario });
    }

    /// Stops drawing for a request: what there is is its last answer.
    pub fn stop(&self, number: u64) {
        self.control.stop(number);
    }
}

fn work(
    queue: &Receiver<Request>,
    control: &Arc<Control>,
    send: &(impl Fn(Message) + Send + Clone + 'static),
) {
    while let Ok(first) = queue.recv() {
        let mut pending = vec![first];
        while let Ok(next) = queue.try_recv() {
            let logged = next.scenario == Scenario::default();
            pending.retain(|it| (it.scenario == Scenario::default()) != logged);
            pending.push(next);
        }
        for request in pending {
            answer(request, control, send);
        }
    }
}

/// Answers a request; where that is only a first look, a thread of its own draws the rest.
fn answer(request: Request, control: &Arc<Control>, send: &(impl Fn(Message) + Send + Clone + 'static)) {
    let Request { number, episode, scenario } = request;
    let scenario = analyse::resolved(&episode, &scenario);
    let long = credit::first_look(&scenario).and_then(|look| {
        let sampling = credit::sampling(&episode, &scenario)?.ok()?;
        // Logged walks are there at once.
        sampling.progress().map(|_| (look, sampling.asked()))
    });
    let Some((look, asked)) = long else {
        let result = Box::new(analyse::analyse(&episode, &scenario));
        return send(Message::Analysis { request: number, result });
    };
    let first = sampling::first_answer(&episode, &scenario, &look, asked);
    send(Message::Analysis { request: number, result: Box::new(first.clone()) });
    let (control, send) = (control.clone(), send.clone());
    spawn("sampling", move || {
        let stream = Stream { request: number, episode, scenario, first };
        sampling::stream(&stream, &control, |request, analysis| {
            send(Message::Analysis { request, result: Box::new(analysis) });
        });
    });
}

fn work_on_shapes(queue: &Receiver<ShapeRequest>, send: impl Fn(Message)) {
    while let Ok(first) = queue.recv() {
        let (mut shape, mut flow, mut explain) = (None, None, None);
        for request in std::iter::once(first).chain(queue.try_iter()) {
            match request {
                ShapeRequest::Shape(number, episode) => shape = Some((number, episode)),
                ShapeRequest::Flow(number, episode, analysis) => flow = Some((number, episode, analysis)),
                ShapeRequest::Explain(number, episode, analysis, question) => {
                    explain = Some((number, episode, analysis, question));
                }
            }
        }
        // Somebody waits for that.
        if let Some((request, episode, analysis, question)) = explain {
            let result = Box::new(analyse::explain(&episode, &analysis, &question));
            drop(analysis);
            send(Message::Explained { request, result });
        }
        if let Some((request, episode)) = shape {
            send(Message::Shape { request, result: Box::new(Shape::of(&episode)) });
        }
        if let Some((request, episode, analysis)) = flow {
            let result = Box::new(analyse::flow(&episode, &analysis));
            drop(analysis);
            send(Message::Flow { request, result });
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
