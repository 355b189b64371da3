//! Computes credit off the loop, so that a key press never waits for it, and what takes longer than credit off
//! that, so that a what-if does not wait for curves.

use std::{mem::discriminant, sync::Arc};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::{
    analyse::{self, study},
    sampling::{self, Control, Stream},
    spawn,
};
use crate::{
    app::{Analysis, ExplainQuestion, Message, MessageRows, Question, Shape},
    credit::{self, MessageSetting},
    model::{Episode, Scenario},
};

/// A request for credit.
struct Request {
    number: u64,
    episode: Arc<Episode>,
    scenario: Scenario,
    or_nearest: bool,
}

/// A request for a study.
struct StudyRequest {
    number: u64,
    episode: Arc<Episode>,
    analysis: Arc<Analysis>,
    setting: MessageSetting,
}

/// A request for what takes a look at every act and is no credit.
enum ShapeRequest {
    /// The graph and what is wrong with the log.
    Shape(u64, Arc<Episode>),
    /// The arithmetic of a number.
    Explain(u64, Arc<Episode>, Arc<Analysis>, ExplainQuestion),
    /// What takes a look at every act for a key.
    Ask(u64, Arc<Episode>, Question),
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

    /// Asks what takes a look at every act. Of each kind of question the newest wins.
    pub fn ask(&self, number: u64, episode: Arc<Episode>, question: Question) {
        let _ = self.shapes.send(ShapeRequest::Ask(number, episode, question));
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
    /// of each kind the newest wins. With `or_nearest` the nearest method takes the place of one that cannot follow
    /// the edits. Values that take long to draw are answered several times: see `sampling`.
    pub fn request(&self, number: u64, episode: Arc<Episode>, scenario: Scenario, or_nearest: bool) {
        // Whatever is being drawn, nobody waits for it any more.
        self.control.want(number);
        // The thread ends only with the process.
        let _ = self.requests.send(Request { number, episode, scenario, or_nearest });
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
    let Request { number, episode, scenario, or_nearest } = request;
    let (scenario, instead) = analyse::followed(&episode, &scenario, or_nearest);
    let scenario = analyse::resolved(&episode, &scenario);
    let long = credit::first_look(&scenario).and_then(|look| {
        let sampling = credit::sampling(&episode, &scenario)?.ok()?;
        // Logged walks are there at once.
        sampling.progress().map(|_| (look, sampling.asked()))
    });
    let Some((look, asked)) = long else {
        let result = Box::new(Analysis { instead, ..analyse::analyse(&episode, &scenario) });
        return send(Message::Analysis { request: number, result });
    };
    let first = sampling::first_answer(&episode, &scenario, &look, asked);
    let first = Analysis { instead, ..first };
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
        let mut asked: Vec<(u64, Arc<Episode>, Question)> = Vec::new();
        for request in std::iter::once(first).chain(queue.try_iter()) {
            match request {
                ShapeRequest::Shape(number, episode) => shape = Some((number, episode)),
                ShapeRequest::Ask(number, episode, question) => {
                    asked.retain(|it| discriminant(&it.2) != discriminant(&question));
                    asked.push((number, episode, question));
                }
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
        for (request, episode, question) in asked {
            let answer = Box::new(question.answer(&episode));
            // Before the answer is sent: what grows is copied while somebody else holds it.
            drop(episode);
            send(Message::Answered { request, answer });
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
        let rows = Box::new(MessageRows::of(&result.messages));
        // Whoever gets the answer changes the analysis, and should not have to copy it for that.
        drop(analysis);
        send(Message::Study { request: number, result, rows });
    }
}
