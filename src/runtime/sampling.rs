//! Sampled values: drawn on several threads, shown as they come, stopped when somebody has seen enough.
//!
//! ```text
//! credit thread   what can be told at once (`credit::first_look`)
//!       '-> sampling thread   a block of permutations after the other, each drawn by all cores
//!                             -> Analysis about ten times a second -> the last one, done or stopped
//! ```
//!
//! Threads decide when, not what: a block is cut into the same units of work whoever draws them, and what was
//! drawn is added in the order of the units. Whether the precision asked for is reached is looked at between
//! blocks only. So the end is the same bytes on any machine; only where somebody stops is up to them.

use std::{
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::analyse::{conclude, with_credit};
use crate::{
    app::{Analysis, SamplingEnd, SamplingState},
    credit::{self, Portion, Sampling},
    model::{Attribution, Episode, Scenario},
};

/// How often an estimate that is under way is shown.
const SHOWN_EVERY: Duration = Duration::from_millis(100);

/// Cores to draw with.
pub(super) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// Walks to the end on `threads` threads.
pub(super) fn finish(sampling: &mut Sampling<'_>, threads: usize) {
    while draw_block(sampling, threads) {}
}

/// Walks the next block; `false`: there is none.
fn draw_block(sampling: &mut Sampling<'_>, threads: usize) -> bool {
    let units = sampling.next_units();
    let Some(worker) = sampling.worker().filter(|_| !units.is_empty()) else { return false };
    let share = (units.end - units.start).div_ceil(threads.max(1) as u64);
    let parts = (0..threads.max(1) as u64).map(|it| {
        let start = (units.start + it * share).min(units.end);
        start..(start + share).min(units.end)
    });
    let portions: Vec<Portion> = std::thread::scope(|scope| {
        let draw = |part: std::ops::Range<u64>| {
            let mut worker = worker.clone();
            scope.spawn(move || worker.draw(part))
        };
        let drawing: Vec<_> = parts.filter(|it| !it.is_empty()).map(draw).collect();
        drawing.into_iter().map(|it| it.join().expect("drawing does not panic")).collect()
    });
    portions.iter().for_each(|it| sampling.give(it));
    true
}

/// Who may draw, and who is to stop. A request's number is never used twice; 0 is nobody.
#[derive(Debug, Default)]
pub(super) struct Control {
    /// The request whose values are wanted; any other ends without a word.
    wanted: AtomicU64,
    /// The request that is to stop where it is.
    stopped: AtomicU64,
}

impl Control {
    pub(super) fn want(&self, request: u64) {
        self.wanted.store(request, Ordering::Relaxed);
    }

    pub(super) fn stop(&self, request: u64) {
        self.stopped.store(request, Ordering::Relaxed);
    }
}

/// One request that goes on after its first answer.
pub(super) struct Stream {
    pub(super) request: u64,
    pub(super) episode: Arc<Episode>,
    /// What was asked, with all its permutations.
    pub(super) scenario: Scenario,
    /// What was answered at once.
    pub(super) first: Analysis,
}

/// Draws until all that was asked for is there or somebody stops it, and sends what it has in between.
pub(super) fn stream(stream: &Stream, control: &Control, send: impl Fn(u64, Analysis)) {
    let Some(Ok(mut sampling)) = credit::sampling(&stream.episode, &stream.scenario) else { return };
    let mut shown = Instant::now();
    let end = loop {
        if control.wanted.load(Ordering::Relaxed) != stream.request {
            return;
        }
        if control.stopped.load(Ordering::Relaxed) == stream.request {
            break SamplingEnd::Stopped;
        }
        if !draw_block(&mut sampling, threads()) {
            break SamplingEnd::Done;
        }
        if shown.elapsed() >= SHOWN_EVERY {
            shown = Instant::now();
            let (state, credit) = (state(&sampling, SamplingEnd::Open), sampling.attribution());
            send(stream.request, with_credit(&stream.first, credit, state));
        }
    };
    let state = state(&sampling, end);
    let credit: Attribution = sampling.attribution();
    let analysis = conclude(&stream.episode, &stream.scenario, Ok(credit), Some(state));
    if control.wanted.load(Ordering::Relaxed) == stream.request {
        send(stream.request, analysis);
    }
}

/// What can be told at once of `scenario`, which asks for `asked` permutations, from the fewer of `look`.
pub(super) fn first_answer(episode: &Episode, scenario: &Scenario, look: &Scenario, asked: u64) -> Analysis {
    let Some(Ok(mut sampling)) = credit::sampling(episode, look) else {
        return conclude(episode, scenario, credit::compute(episode, look), None);
    };
    finish(&mut sampling, threads());
    let state = SamplingState { asked, ..state(&sampling, SamplingEnd::Open) };
    conclude(episode, scenario, Ok(sampling.attribution()), Some(state))
}

/// How far it has come.
fn state(sampling: &Sampling<'_>, end: SamplingEnd) -> SamplingState {
    let progress = sampling.progress();
    SamplingState {
        permutations: progress.map_or(0, |it| it.permutations),
        asked: sampling.asked(),
        widest: progress.and_then(|it| it.widest),
        end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{app::tests::FAILED, runtime::stage::Stage};

    fn scenario(permutations: f64, precision: f64) -> Scenario {
        let params =
            [("permutations".to_owned(), permutations.into()), ("precision".to_owned(), precision.into())];
        Scenario { params: params.into(), seed: 7, ..Scenario::of_method("shapley-sampled") }
    }

    #[test]
    fn the_thread_count_does_not_show() {
        let episode = Stage::of(FAILED).episode().episode.clone();
        for baseline in ["antithetic", "plain", "stratified"] {
            for (permutations, precision) in [(20_000.0, 0.0), (1e9, 0.001), (100.0, 0.0)] {
                let asked =
                    Scenario { baseline: Some(baseline.to_owned()), ..scenario(permutations, precision) };
                let run = |threads: usize| {
                    let mut sampling = credit::sampling(&episode, &asked).unwrap().unwrap();
                    finish(&mut sampling, threads);
                    sampling.attribution()
                };
                let alone = credit::compute(&episode, &asked).unwrap();
                for threads in [1, 2, 4, 7] {
                    // Equal in every bit: an estimate is compared as the numbers it is made of.
                    assert_eq!(run(threads), alone, "{baseline} on {threads} threads");
                }
            }
        }
    }

    /// What a stream sends, with `meddle` called after each answer.
    fn streamed(asked: &Scenario, control: &Control, meddle: impl Fn(&Control, usize)) -> Vec<Analysis> {
        let episode = Stage::of(FAILED).episode().episode.clone();
        let first =
            conclude(&episode, asked, credit::compute(&episode, &credit::first_look(asked).unwrap()), None);
        let sent = std::sync::Mutex::new(Vec::new());
        let one = Stream { request: 3, episode, scenario: asked.clone(), first };
        stream(&one, control, |request, analysis| {
            assert_eq!(request, 3);
            let mut sent = sent.lock().unwrap();
            sent.push(analysis);
            meddle(control, sent.len());
        });
        sent.into_inner().unwrap()
    }

    #[test]
    fn a_stream_ends_with_all_that_was_asked_for() {
        let control = Control::default();
        control.want(3);
        let sent = streamed(&scenario(100_000.0, 0.0), &control, |_, _| {});
        let last = sent.last().unwrap();
        let state = last.sampling.unwrap();
        assert!(state.end == SamplingEnd::Done && state.permutations >= 100_000, "{state:?}");
        let episode = Stage::of(FAILED).episode().episode.clone();
        assert_eq!(last.credit, credit::compute(&episode, &scenario(100_000.0, 0.0)));
        // The verdict is of the last numbers, and the scenario still says what was asked.
        assert_eq!(last.scenario.params["permutations"].get(), 100_000.0);
    }

    #[test]
    fn who_stops_it_keeps_what_there_is() {
        let control = Control::default();
        control.want(3);
        let sent = streamed(&scenario(1e9, 0.0), &control, |control, answers| {
            if answers == 2 {
                control.stop(3);
            }
        });
        let widest: Vec<f64> = sent.iter().map(|it| it.sampling.unwrap().widest.unwrap()).collect();
        assert!(widest.windows(2).all(|it| it[1] <= it[0] * 1.01), "intervals shrink: {widest:?}");
        let state = sent.last().unwrap().sampling.unwrap();
        assert!(state.end == SamplingEnd::Stopped && state.permutations < 1_000_000_000, "{state:?}");
        let credit = sent.last().unwrap().credit.clone().unwrap();
        let said = format!("stopped at {} permutations of 1000000000 asked for", state.permutations);
        assert!(credit.caveats.iter().any(|it| it.text == said), "{:?}", credit.caveats);
    }

    #[test]
    fn what_nobody_wants_any_more_says_nothing() {
        let control = Control::default();
        control.want(4);
        assert!(streamed(&scenario(1e9, 0.0), &control, |_, _| {}).is_empty());
    }
}
