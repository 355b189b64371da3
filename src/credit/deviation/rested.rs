//! The runs that values of alternatives rest on, and how the credit of every act follows from them.

use std::sync::Arc;

use crate::model::{AgentId, Value};
use crate::stats::{Against, Arm, Credit, NoInterval, Pick, Table, Weights};

use super::super::question::Question;
use super::super::runs::{Runs, with_interval};
use super::{Deviation, Deviations, Gain, own_acts, uses};

/// The runs, and the credit of every act in the order of [`Deviations::acts`].
pub(super) struct Rested {
    pub(super) table: Arc<Table>,
    pub(super) acts: Vec<Credit>,
}

impl Rested {
    /// `None` if every value is stated: nothing was run.
    pub(super) fn of(question: &Question<'_>, deviations: &Deviations<'_>) -> Option<Self> {
        let tables = &question.episode.tables;
        let mut all = tables.iter().flat_map(|it| &it.alternatives).map(|it| &it.q);
        if !all.any(|it| it.n.is_some() || !it.returns.is_empty()) {
            return None;
        }
        let mut runs = Runs::of(question.episode);
        for table in tables {
            for alternative in table.alternatives.iter().filter(|it| it.q.mean.is_some()) {
                runs.place(&alternative.q);
            }
            runs.end_group();
        }
        let credit = |it: &Result<Deviation<'_>, String>, runs: &mut Runs| {
            it.as_ref().map(|it| credit(it, runs)).unwrap_or_default()
        };
        let acts = deviations.acts.iter().map(|it| credit(&it.1, &mut runs)).collect();
        Some(Self { table: runs.table(), acts })
    }

    /// How an agent's number follows from the runs.
    pub(super) fn of_agent(
        &self,
        question: &Question<'_>,
        deviations: &Deviations<'_>,
        agent: AgentId,
    ) -> Credit {
        let own = own_acts(question, deviations, agent);
        Credit::sum(own.into_iter().filter_map(|act| self.acts.get(deviations.place(act)?)))
    }

    /// The value with the interval that its runs carry; without runs it is stated.
    pub(super) fn interval(runs: Option<&Self>, credit: &Credit, value: Value) -> Value {
        match (runs, value) {
            (Some(runs), value) => with_interval(&runs.table, credit, value),
            (None, Value::Number(mut number)) => {
                number.no_interval = Some(NoInterval::Stated);
                Value::Number(number)
            }
            (None, value) => value,
        }
    }
}

/// How the credit of one act follows from the runs.
fn credit(deviation: &Deviation<'_>, runs: &mut Runs) -> Credit {
    let subtracted = &deviation.subtracted;
    if let Some((against, set)) = &subtracted.picked {
        let taken = match &deviation.gain {
            Gain::Expected(taken, _) => Some(*taken),
            Gain::Realised(_) => None,
        };
        let is_taken = |it: &crate::model::Alternative| taken.is_some_and(|taken| std::ptr::eq(it, taken));
        let among = set.iter().any(|it| is_taken(it));
        let others: Vec<usize> = set.iter().filter(|it| !is_taken(it)).map(|it| runs.place(&it.q)).collect();
        let taken = match (&deviation.gain, taken) {
            (Gain::Realised(pot), _) => runs.push(Arm::Within(pot.value, pot.value)),
            (Gain::Expected(..), Some(taken)) => runs.place(&taken.q),
            (Gain::Expected(..), None) => return Credit::default(),
        };
        let against = match against {
            Against::Best if among => Against::BestResponse,
            Against::Worst if among => Against::WorstResponse,
            against => *against,
        };
        let picks = if others.is_empty() { Vec::new() } else { vec![Pick { taken, others, against }] };
        return Credit { weights: Weights::default(), picks };
    }
    let used = uses(&deviation.gain, subtracted);
    let mut terms: Vec<(usize, f64)> =
        used.into_iter().map(|(it, weight)| (runs.place(&it.q), weight)).collect();
    if let Gain::Realised(pot) = &deviation.gain {
        terms.push((runs.push(Arm::Within(pot.value, pot.value)), 1.0));
    }
    if let Some((weight, value)) = deviation.received {
        terms.push((runs.push(Arm::Within(value, value)), weight));
    }
    if subtracted.constant != 0.0 {
        let constant = subtracted.constant;
        // A critic does not tell its own error.
        let arm = if subtracted.modelled { Arm::Stated(constant) } else { Arm::Within(constant, constant) };
        terms.push((runs.push(arm), -1.0));
    }
    Credit::of(Weights::of(terms))
}
