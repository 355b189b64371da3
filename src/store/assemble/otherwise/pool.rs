//! One value that several records give. Runs are pooled: `returns` of one candidate or coalition are put
//! together, whatever record they came with. Values without runs cannot be pooled: where two differ, neither
//! is used.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::{Builder, Places};
use crate::{
    log::{Body, Payload, Record},
    model::{Sample, Timestamp},
};

/// Two values are the same if they differ by no more than this part of the larger: writers round.
const ROUNDING: f64 = 1e-9;

/// Two records give one thing different values.
pub(super) struct Contradiction {
    /// The value of the earlier records.
    pub(super) before: f64,
    /// The value of the later record.
    pub(super) now: f64,
}

/// Adds what a later record says of a value, to the team and to single agents. Of runs and a value without runs, the
/// runs count.
///
/// The mean, standard deviation and number of pooled runs are old until [`settle`].
pub(super) fn pool(known: &mut Sample, mut later: Sample) -> Result<(), Contradiction> {
    let later_own = std::mem::take(&mut later.own);
    let mut own = std::mem::take(&mut known.own);
    let mut result = pool_one(known, later);
    for (agent, later) in later_own {
        match own.binary_search_by_key(&agent, |it| it.0) {
            Ok(at) => result = result.and(pool_one(&mut own[at].1, later)),
            Err(at) => own.insert(at, (agent, later)),
        }
    }
    known.own = own;
    result
}

fn pool_one(known: &mut Sample, later: Sample) -> Result<(), Contradiction> {
    let contradiction = match (known.mean, later.mean) {
        // Runs differ from each other by chance.
        (Some(_), Some(_)) if !known.returns.is_empty() && !later.returns.is_empty() => None,
        (Some(before), Some(now)) if !agree(before, now) => Some(Contradiction { before, now }),
        _ => None,
    };
    match (known.returns.is_empty(), later.returns.is_empty()) {
        (false, false) => {
            known.returns.extend(later.returns);
            known.seeds.extend(later.seeds);
        }
        (true, false) => *known = later,
        (false, true) => {}
        (true, true) if contradiction.is_some() => *known = Sample::default(),
        (true, true) => {
            // The one that says more of how it was measured.
            let detail = |it: &Sample| (it.mean.is_some(), it.n, it.std.is_some());
            if detail(&later) > detail(known) {
                *known = later;
            }
        }
    }
    contradiction.map_or(Ok(()), Err)
}

fn agree(a: f64, b: f64) -> bool {
    (a - b).abs() <= ROUNDING * a.abs().max(b.abs())
}

/// Works out means and deviations of pooled runs, and puts candidates in order.
pub(super) fn settle(builder: &mut Builder) {
    let episode = &mut builder.episode;
    for group in &mut episode.replays {
        let left_out = group.left_out.iter_mut().map(|it| &mut it.candidate);
        group.candidates.iter_mut().chain(left_out).for_each(|it| settled(&mut it.returns));
        group.candidates.sort_by_key(|it| it.j);
        group.left_out.sort_by_key(|it| it.candidate.j);
    }
    episode.coalitions.iter_mut().for_each(|it| it.values.update_runs(settled));
    let alternatives = builder.tables.iter_mut().flat_map(|it| &mut it.alternatives);
    alternatives.for_each(|it| settled(&mut it.q));
}

fn settled(sample: &mut Sample) {
    sample.own.iter_mut().for_each(|it| settled(&mut it.1));
    // `n` counts finite returns, so that one that is not may be counted again; the result is the same.
    if !sample.returns.is_empty() && sample.returns.len() != sample.n.unwrap_or(0) as usize {
        let Sample { own, seeds, returns, .. } = std::mem::take(sample);
        *sample = Sample { own, seeds, ..Sample::of_returns(returns) };
    }
}

impl Places {
    /// Whether no record like `record` came before. Only one that bears a counter, an id or a time to less
    /// than a second can be known again: of others, two that say the same are two runs with the same end.
    pub(super) fn is_new(&mut self, record: &Record) -> bool {
        let fine_time = record.ts.filter(|it| it.micros() % 1_000_000 != 0);
        if record.id.is_none() && record.seq.is_none() && fine_time.is_none() {
            return true;
        }
        self.records.insert(fingerprint(record))
    }
}

/// A number that two records share only if they say the same of the same.
fn fingerprint(record: &Record) -> u64 {
    let mut hasher = FxHasher::default();
    (&record.id, record.seq, record.ts.map(Timestamp::micros), record.step).hash(&mut hasher);
    if let Body::Counterfactual(it) = &record.body {
        (&it.kind, &it.group, &it.of, &it.agent, &it.absence).hash(&mut hasher);
        let mut numbers = |value: Option<f64>, returns: &[f64]| {
            value.map(f64::to_bits).hash(&mut hasher);
            returns.iter().for_each(|it| it.to_bits().hash(&mut hasher));
        };
        it.candidates.iter().for_each(|it| numbers(it.value.or(it.q), &it.returns));
        it.coalitions.iter().for_each(|it| numbers(it.value, it.returns));
        let own = it.candidates.iter().flat_map(|it| &it.rewards);
        own.chain(it.coalitions.iter().flat_map(|it| it.rewards))
            .for_each(|it| numbers(it.value, &it.returns));
        for candidate in &it.candidates {
            (candidate.j, candidate.action.as_ref().map(Payload::json)).hash(&mut hasher);
        }
        for it in it.coalitions.iter() {
            it.agents().for_each(|it| it.hash(&mut hasher));
            it.places().count().hash(&mut hasher);
        }
    }
    hasher.finish()
}
