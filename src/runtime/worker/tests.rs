//! Lanes, and answers that come in parts.

use std::sync::Mutex;

use super::*;
use crate::{
    app::{Analysis, CreditJob, SamplingEnd, Turn, Work, analyse, tests::FAILED},
    credit,
    model::{Episode, Scenario},
    runtime::test_program::TestProgram,
};

fn scenario(permutations: f64, precision: f64) -> Scenario {
    let params =
        [("permutations".to_owned(), permutations.into()), ("precision".to_owned(), precision.into())];
    Scenario { params: params.into(), seed: 7, ..Scenario::of_method("shapley-sampled") }
}

fn episode() -> Arc<Episode> {
    TestProgram::of(FAILED).episode().episode.clone()
}

#[test]
fn the_thread_count_does_not_show() {
    let episode = episode();
    for baseline in ["antithetic", "plain", "stratified"] {
        for (permutations, precision) in [(20_000.0, 0.0), (1e9, 0.001), (100.0, 0.0)] {
            let asked = Scenario { baseline: Some(baseline.to_owned()), ..scenario(permutations, precision) };
            let alone = credit::compute(&episode, &asked);
            for threads in [1, 2, 4, 7] {
                // Equal in every bit: an estimate is compared as the numbers it is made of.
                let credit = analyse(&episode, &asked, &Threads(threads)).credit;
                assert_eq!(credit, alone, "{baseline} on {threads} threads");
            }
        }
    }
}

/// The request that is streamed in the tests.
const REQUEST: RequestId = RequestId(3);

/// The answers of the rest of a job, with `meddle` called after each.
fn streamed(asked: &Scenario, control: &Control, meddle: impl Fn(&Control, usize)) -> Vec<Analysis> {
    let job = CreditJob { episode: episode(), scenario: asked.clone(), preferred: None, or_nearest: false };
    let Start::Begun(_, rest) = Work::start(&job, &Threads(2)) else { panic!("it takes long") };
    let told = Mutex::new(Vec::new());
    finish(rest, REQUEST, control, |analysis| {
        let mut told = told.lock().unwrap();
        told.push(analysis);
        meddle(control, told.len());
    });
    told.into_inner().unwrap()
}

#[test]
fn a_stream_ends_with_all_that_was_asked_for() {
    let control = Control::default();
    control.want(REQUEST);
    let told = streamed(&scenario(100_000.0, 0.0), &control, |_, _| {});
    let last = told.last().unwrap();
    let state = last.sampling.unwrap();
    assert!(state.end == SamplingEnd::Done && state.permutations >= 100_000, "{state:?}");
    assert_eq!(last.credit, credit::compute(&episode(), &scenario(100_000.0, 0.0)));
    // The verdict belongs to the last numbers, and the scenario still says what was asked.
    assert_eq!(last.scenario.params["permutations"].get(), 100_000.0);
}

#[test]
fn who_stops_it_keeps_what_there_is() {
    let control = Control::default();
    control.want(REQUEST);
    let told = streamed(&scenario(1e9, 0.0), &control, |control, answers| {
        if answers == 2 {
            control.stop(REQUEST);
        }
    });
    let widest: Vec<f64> = told.iter().map(|it| it.sampling.unwrap().widest.unwrap()).collect();
    assert!(widest.windows(2).all(|it| it[1] <= it[0] * 1.01), "intervals shrink: {widest:?}");
    let state = told.last().unwrap().sampling.unwrap();
    assert!(state.end == SamplingEnd::Stopped && state.permutations < 1_000_000_000, "{state:?}");
    let credit = told.last().unwrap().credit.clone().unwrap();
    let said = format!("stopped at {} permutations of 1000000000 asked for", state.permutations);
    assert!(credit.caveats.iter().any(|it| it.text == said), "{:?}", credit.caveats);
}

#[test]
fn what_nobody_wants_any_more_says_nothing() {
    let control = Control::default();
    control.want(RequestId(4));
    assert!(streamed(&scenario(1e9, 0.0), &control, |_, _| {}).is_empty());
}

/// A job of a kind of its own, with a number.
#[derive(Debug, PartialEq)]
struct Numbered<const KIND: u8>(u64);

impl<const KIND: u8> Work for Numbered<KIND> {
    type Answer = u64;

    const LANE: Lane = Lane::Acts;
    const TURN: Turn = if KIND == 0 { Turn::First } else { Turn::Next };

    fn run(&self) -> u64 {
        self.0
    }
}

/// Reports when it has begun, and waits until the test lets go.
#[derive(Debug)]
struct Blocker {
    begun: Sender<()>,
    go: Receiver<()>,
}

impl PartialEq for Blocker {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

impl Work for Blocker {
    type Answer = ();

    const LANE: Lane = Lane::Acts;

    fn run(&self) {
        self.begun.send(()).unwrap();
        self.go.recv().unwrap();
    }
}

#[test]
fn of_a_kind_the_newest_is_done_and_what_somebody_looks_at_first() {
    let (send, messages) = unbounded();
    let worker = Worker::start(move |message| {
        let _ = send.send(message);
    });
    let submit = |request: u64, job: Job| {
        worker.submit(SlotRef::of::<CreditJob>(RequestId(request)), job);
    };
    let ((begun, is_begun), (go, wait)) = (unbounded(), unbounded());
    submit(1, Job::new(Blocker { begun, go: wait }));
    is_begun.recv_timeout(Duration::from_secs(60)).unwrap();
    for number in 2..9 {
        submit(number, Job::new(Numbered::<1>(number)));
    }
    submit(9, Job::new(Numbered::<2>(9)));
    submit(10, Job::new(Numbered::<0>(10)));
    go.send(()).unwrap();
    let mut done = Vec::new();
    while done.len() < 4 {
        match messages.recv_timeout(Duration::from_secs(60)) {
            Ok(Message::Worked { slot, .. }) => done.push(slot.request.0),
            other => panic!("{other:?} after {done:?}"),
        }
    }
    assert_eq!(done, [1, 10, 8, 9]);
}
