//! The runs behind the numbers of a method, as a table of arms.
//!
//! Decided here:
//! * An arm is one logged sample, whoever uses it: what two numbers share they share.
//! * All samples of a method are one table, so that pass/fail is told from all of them.
//! * Runs of one group are paired where the log gives them the same seeds. Where it gives none, they are if a test
//!   shows that they share them ([`share_seeds`]); where it gives others, they are not.
//! * Where the log gives the bounds of the reward, and every return is one of them, it is pass or fail.
//! * A standard deviation without a number of runs says nothing of a mean.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::model::{AgentCredit, AgentId, Attribution, Episode, Estimate, LEVEL, Measured, Sample, Value};
use crate::stats::{Arm, Credit, Table, share_seeds};

/// The most weights of agents that are kept: about what a few milliseconds go through, in pairs. A game with more
/// coalitions has so many degrees of freedom that 1.96 standard errors are right.
pub(super) const MOST_WEIGHTS: usize = 1 << 18;

/// Arms being gathered.
#[derive(Default)]
pub(super) struct Runs {
    arms: Vec<Arm>,
    /// Of the arms whose runs have seeds, all finite: these, in the order of the runs.
    seeds: FxHashMap<usize, Vec<String>>,
    places: FxHashMap<*const Sample, usize>,
    paired: Vec<std::ops::Range<usize>>,
    group: usize,
    /// The least and the greatest return there can be, where the log says so.
    bounds: Option<(f64, f64)>,
}

impl Runs {
    /// None yet, of an episode.
    pub(super) fn of(episode: &Episode) -> Self {
        Self { bounds: episode.bounds, ..Self::default() }
    }

    /// The arm of a sample; the same one each time. The sample must stay where it is as long as this is used.
    pub(super) fn place(&mut self, sample: &Sample) -> usize {
        let key = std::ptr::from_ref(sample);
        if let Some(at) = self.places.get(&key) {
            return *at;
        }
        let at = self.add(sample);
        self.places.insert(key, at);
        at
    }

    /// The arm of a sample that was not placed before.
    pub(super) fn add(&mut self, sample: &Sample) -> usize {
        let at = self.push(arm(sample));
        let has_all =
            sample.seeds.len() == sample.returns.len() && sample.returns.iter().all(|it| it.is_finite());
        if has_all && !sample.seeds.is_empty() {
            self.seeds.insert(at, sample.seeds.clone());
        }
        at
    }

    /// An arm of its own.
    pub(super) fn push(&mut self, arm: Arm) -> usize {
        self.arms.push(arm);
        self.arms.len() - 1
    }

    /// Says that the samples placed since the last call are one group. Its runs may share their seeds.
    pub(super) fn end_group(&mut self) {
        let group = self.group..self.arms.len();
        self.group = self.arms.len();
        let share = match self.by_seed(group.clone()) {
            Some(share) => share,
            None => {
                let returns: Option<Vec<&[f64]>> =
                    self.arms[group.clone()].iter().map(Arm::returns).collect();
                returns.is_some_and(|it| share_seeds(&it))
            }
        };
        if share {
            self.paired.push(group);
        }
    }

    /// Whether the arms of a group were run on the same seeds; then their runs are put in the order of these. `None`:
    /// the log does not give them.
    fn by_seed(&mut self, group: std::ops::Range<usize>) -> Option<bool> {
        let mut orders: Vec<Vec<usize>> = Vec::with_capacity(group.len());
        let mut first: Option<Vec<&String>> = None;
        let mut same = true;
        for at in group.clone() {
            let seeds = self.seeds.get(&at)?;
            let mut order: Vec<usize> = (0..seeds.len()).collect();
            order.sort_by_key(|it| &seeds[*it]);
            let sorted: Vec<&String> = order.iter().map(|it| &seeds[*it]).collect();
            same &= first.get_or_insert_with(|| sorted.clone()) == &sorted;
            orders.push(order);
        }
        if same {
            for (at, order) in group.zip(orders) {
                if let Arm::Returns(returns) = &mut self.arms[at] {
                    *returns = order.iter().map(|it| returns[*it]).collect();
                }
            }
        }
        Some(same && !first?.is_empty())
    }

    /// The table of all arms.
    pub(super) fn table(self) -> Arc<Table> {
        Arc::new(Table::new(self.arms, self.bounds).with_shared_seeds(self.paired).without_returns())
    }
}

fn arm(sample: &Sample) -> Arm {
    let finite: Vec<f64> = sample.returns.iter().copied().filter(|it| it.is_finite()).collect();
    let Some(mean) = sample.mean else { return Arm::Returns(finite) };
    let std = sample.std.filter(|it| it.is_finite() && *it >= 0.0);
    match (finite.is_empty(), std, sample.n) {
        (false, _, _) => Arm::Returns(finite),
        // One run shows no spread, whatever is written beside it.
        (true, None, Some(1)) => Arm::Summary { mean, std: 0.0, n: Some(1) },
        (true, Some(std), Some(n)) if n > 0 => Arm::Summary { mean, std, n: Some(n) },
        (true, _, _) => Arm::Stated(mean),
    }
}

/// A number that follows from `table` by `credit`.
pub(super) fn estimate(table: &Table, credit: &Credit, value: f64, n: Option<u32>) -> Estimate {
    let plain = Estimate { n, ..Estimate::exact(value) };
    match table.interval(credit, LEVEL) {
        Ok(it) => Estimate {
            interval: Some((it.low, it.high)),
            standard_error: (it.standard_error > 0.0).then_some(it.standard_error),
            ..plain
        },
        Err(why) => Estimate { no_interval: Some(why), ..plain },
    }
}

/// A value with the interval that its runs carry, if it is a number.
pub(super) fn with_interval(table: &Table, credit: &Credit, value: Value) -> Value {
    match value {
        Value::Number(it) => Value::Number(estimate(table, credit, it.value, it.n)),
        Value::Undefined(_) | Value::Unavailable(_) => value,
    }
}

/// Puts what agents' numbers rest on beside them: `credits` by agent.
pub(super) fn measured(
    attribution: &Attribution,
    table: Arc<Table>,
    mut credits: FxHashMap<AgentId, Credit>,
) -> Measured {
    let known = |it: &AgentCredit| matches!(it.value, Value::Number(_));
    let agents = attribution.agents.iter();
    Measured { table, agents: agents.map(|it| credits.remove(&it.agent).filter(|_| known(it))).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::ReturnKind;

    #[test]
    fn what_samples_say() {
        let sample = |std, n, returns: &[f64]| Sample {
            mean: Some(0.5),
            std,
            n,
            returns: returns.to_vec(),
            ..Sample::default()
        };
        assert_eq!(arm(&sample(None, Some(2), &[0.0, f64::NAN, 1.0])), Arm::Returns(vec![0.0, 1.0]));
        assert_eq!(arm(&sample(Some(0.1), Some(4), &[])), Arm::Summary { mean: 0.5, std: 0.1, n: Some(4) });
        assert_eq!(arm(&sample(Some(0.1), None, &[])), Arm::Stated(0.5));
        assert_eq!(arm(&sample(None, Some(1), &[])), Arm::Summary { mean: 0.5, std: 0.0, n: Some(1) });
        assert_eq!(arm(&sample(None, None, &[])), Arm::Stated(0.5));
    }

    #[test]
    fn bounds_of_the_log_say_what_else_can_come_out() {
        let alike = [Sample::of_returns(vec![2.0, 2.0]), Sample::of_returns(vec![2.0, 2.0])];
        let kind = |bounds| {
            let mut runs = Runs { bounds, ..Runs::default() };
            alike.iter().for_each(|it| _ = runs.place(it));
            runs.table().kind()
        };
        assert_eq!((kind(None), kind(Some((-5.0, 2.0)))), (ReturnKind::Constant, ReturnKind::PassFail));
        assert_eq!(kind(Some((-5.0, 3.0))), ReturnKind::Constant);
    }

    #[test]
    fn seeds_of_the_log_say_what_is_paired() {
        let sample = |returns: [f64; 3], seeds: [&str; 3]| Sample {
            seeds: seeds.map(str::to_owned).to_vec(),
            ..Sample::of_returns(returns.to_vec())
        };
        let table = |samples: &[Sample]| {
            let mut runs = Runs::default();
            samples.iter().for_each(|it| _ = runs.place(it));
            runs.end_group();
            runs.table()
        };
        // In whatever order: the differences are 1, 1, 1.
        let first = sample([1.0, 5.0, 3.0], ["1", "2", "3"]);
        let shared = table(&[first.clone(), sample([4.0, 2.0, 6.0], ["3", "1", "2"])]);
        assert!(shared.has_shared_seeds());
        assert_eq!(shared.arms()[1].returns(), Some(&[2.0, 6.0, 4.0][..]));
        let others = table(&[first.clone(), sample([2.0, 6.0, 4.0], ["1", "2", "4"])]);
        assert!(!others.has_shared_seeds());
        // Five returns that go together, of other seeds: no test is asked.
        let five = |add: f64, seed: &str| Sample {
            seeds: (0..5).map(|it| format!("{seed}{it}")).collect(),
            ..Sample::of_returns([1.0, 3.0, 2.0, 0.0, 1.5].map(|it| it + add).to_vec())
        };
        assert!(!table(&[five(0.0, "a"), five(1.0, "b")]).has_shared_seeds());
        assert!(table(&[five(0.0, "a"), Sample { seeds: Vec::new(), ..five(1.0, "b") }]).has_shared_seeds());
    }

    #[test]
    fn one_sample_is_one_arm_and_shared_seeds_are_found() {
        let samples = [
            Sample::of_returns(vec![1.0, 3.0, 2.0, 0.0, 1.5]),
            Sample::of_returns(vec![2.0, 4.0, 3.0, 1.0, 2.6]),
            Sample::of_returns(vec![2.0, 0.0, 1.0, 3.0, 1.5]),
        ];
        let mut runs = Runs::default();
        assert_eq!([0, 1, 0].map(|it| runs.place(&samples[it])), [0, 1, 0]);
        runs.end_group();
        assert_eq!(runs.place(&samples[2]), 2);
        runs.end_group();
        let table = runs.table();
        assert!(table.has_shared_seeds());
        // Only what is paired keeps its runs.
        let kept: Vec<bool> = table.arms().iter().map(|it| it.returns().is_some()).collect();
        assert_eq!(kept, [true, true, false]);
    }
}
