//! Sampled values: drawn on several cores, shown as they come, stopped when the user has seen enough.
//!
//! ```text
//! Drawing::begin    the answer that is ready at once (`credit::first_look`)
//!      '-> finish   one block of permutations after the other, each drawn by all cores
//!                   -> Analysis whenever the host wants to show one -> the last one, done or stopped
//! ```
//!
//! Cores decide when, not what: a block is divided into the same units of work whoever draws them, and the
//! draws are added in the order of the units. Whether the requested precision is reached is checked only
//! between blocks. So the end is the same bytes on any machine; only the point at which somebody stops may
//! differ.

use std::sync::Arc;

use super::{Analysis, Cores, Host, Order, Remainder, SamplingEnd, SamplingState, Task, analysis::conclude};
use crate::{
    app::agents::AgentRanking,
    credit::{self, Portion, Sampling},
    model::{Attribution, Episode, Scenario},
};

/// Walks to the end.
pub(super) fn finish(sampling: &mut Sampling<'_>, cores: &dyn Cores) {
    while draw_block(sampling, cores) {}
}

/// Walks the next block; `false`: there is none.
fn draw_block(sampling: &mut Sampling<'_>, cores: &dyn Cores) -> bool {
    let units = sampling.next_units();
    let Some(worker) = sampling.worker().filter(|_| !units.is_empty()) else { return false };
    let count = cores.count().max(1) as u64;
    let share = (units.end - units.start).div_ceil(count);
    let parts = (0..count).map(|it| {
        let start = (units.start + it * share).min(units.end);
        start..(start + share).min(units.end)
    });
    let parts: Vec<_> = parts.filter(|it| !it.is_empty()).collect();
    let mut portions: Vec<Option<Portion>> = parts.iter().map(|_| None).collect();
    let tasks = parts.into_iter().zip(&mut portions).map(|(part, portion)| {
        let mut worker = worker.clone();
        Box::new(move || *portion = Some(worker.draw(part))) as Task<'_>
    });
    cores.run(tasks.collect());
    portions.iter().flatten().for_each(|it| sampling.give(it));
    true
}

/// A value that is drawn further after its first answer.
pub(super) struct Drawing {
    /// The episode, as one whose reward is the one that is asked for.
    pub(super) episode: Arc<Episode>,
    /// The request, with all its permutations and its method named.
    pub(super) scenario: Scenario,
    /// What was answered at once.
    pub(super) first: Analysis,
}

impl Drawing {
    /// The answer to `scenario` that is ready at once, and what remains to be drawn. `None` if it does not
    /// take long.
    pub(super) fn begin(
        episode: &Episode,
        scenario: &Scenario,
        cores: &dyn Cores,
    ) -> Option<(Analysis, Scenario)> {
        let look = credit::first_look(scenario)?;
        let whole = credit::sampling(episode, scenario)?.ok()?;
        // Logged walks are there at once.
        whole.progress()?;
        let Some(Ok(mut sampling)) = credit::sampling(episode, &look) else {
            let first = conclude(episode, scenario, credit::compute(episode, &look), None);
            return Some((first, scenario.clone()));
        };
        finish(&mut sampling, cores);
        let state = SamplingState { asked: whole.asked(), ..state(&sampling, SamplingEnd::Open) };
        let first = conclude(episode, scenario, Ok(sampling.attribution()), Some(state));
        Some((first, scenario.clone()))
    }
}

impl Remainder<Analysis> for Drawing {
    fn finish(self: Box<Self>, host: &mut dyn Host, tell: &mut dyn FnMut(Analysis)) {
        let Some(Ok(mut sampling)) = credit::sampling(&self.episode, &self.scenario) else { return };
        let end = loop {
            match host.order() {
                Order::GoOn => {}
                Order::Stop => break SamplingEnd::Stopped,
                Order::Drop => return,
            }
            if !draw_block(&mut sampling, host.cores()) {
                break SamplingEnd::Done;
            }
            if host.is_due() {
                let (state, credit) = (state(&sampling, SamplingEnd::Open), sampling.attribution());
                tell(with_credit(&self.first, credit, state));
            }
        };
        let state = state(&sampling, end);
        tell(conclude(&self.episode, &self.scenario, Ok(sampling.attribution()), Some(state)));
    }
}

/// The same analysis with newer numbers; sweep and verdict follow when they are final.
fn with_credit(first: &Analysis, credit: Attribution, sampling: SamplingState) -> Analysis {
    let agents = Arc::new(AgentRanking::of(credit.agents.len(), Ok(&credit)));
    Analysis { credit: Ok(credit), agents, sampling: Some(sampling), ..first.clone() }
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
