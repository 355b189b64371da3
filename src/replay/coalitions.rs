//! The plan of coalitions: who earns what when others are absent, which of that the log lacks, and which run is worth most.
//!
//! Decided here:
//! * The first runs go to coalitions without any, as many to each: without all of them there is no exact Shapley value.
//! * Further runs go where they most reduce the variance of the difference that is least clear: between who has least (in a
//!   success: most) and the one that is nearest to it. A run of coalition S reduces it by
//!   `w_S^2 s_S^2 (1/n_S - 1/(n_S + k))`, w being the difference of the two Shapley weights (Neyman 1934, one step at a
//!   time). The spread s of few runs is drawn towards that of all coalitions: `(df s^2 + 4 pooled^2) / (df + 4)`.
//! * The chance of a flip after runs that are not made yet is that of the same means with the errors of more runs.

use crate::{
    credit::Coefficients,
    model::{Absence, AgentId, CoalitionTable, Episode, Sample},
    stats::{Arm, Credit, End, FlipDraws, Normals, Table, Weights, can_be_least, flip_range},
};

/// Exact plans have at most so many players: 4096 coalitions.
pub const MOST_PLAYERS: usize = 12;
/// Draws behind a chance.
const DRAWS: u32 = 2000;
/// How many runs the spread of all coalitions counts for in that of one.
const BORROWED: f64 = 4.0;
/// The level of the set that can be worst.
const LEVEL: f64 = 0.95;

/// What is to be run of coalitions, and what came of it.
#[derive(Clone, Debug)]
pub struct CoalitionPlan {
    players: Vec<AgentId>,
    absence: Absence,
    group: String,
    /// By the mask of its members, bit i being player i.
    arms: Vec<Known>,
    end: End,
}

/// What is known of one coalition.
#[derive(Clone, Debug, Default)]
struct Known {
    value: Option<Sample>,
    /// Runs that were made in this plan.
    run: Vec<f64>,
}

impl Known {
    fn runs(&self) -> u32 {
        let logged = self.value.as_ref().and_then(|it| it.n.or(it.mean.map(|_| 1))).unwrap_or(0);
        logged + self.run.len() as u32
    }

    /// All that was run, or the mean and spread that are logged, with `more` runs of the same.
    fn arm(&self) -> Arm {
        let logged = self.value.clone().unwrap_or_default();
        if logged.returns.is_empty() && self.run.is_empty() {
            return match (logged.mean, logged.std, logged.n) {
                (Some(mean), Some(std), n @ Some(_)) => Arm::Summary { mean, std, n },
                (mean, ..) => Arm::Stated(mean.unwrap_or(0.0)),
            };
        }
        Arm::Returns(logged.returns.iter().chain(&self.run).copied().filter(|it| it.is_finite()).collect())
    }
}

/// How sure it is who has the least (in a success: the most) of the Shapley value.
#[derive(Clone, Debug, PartialEq)]
pub struct Certainty {
    /// Chance that measuring again names another, lower and upper end; `None`: the runs show no spread.
    pub flip: Option<(f64, f64)>,
    /// Who can be it, ascending.
    pub candidates: Vec<AgentId>,
    /// The Shapley value of each player.
    pub credit: Vec<(AgentId, f64)>,
}

impl CoalitionPlan {
    /// The coalitions of `episode` where an absent agent does this; `None`: what most of the logged ones have, or else its
    /// acts are drawn again.
    ///
    /// # Errors
    /// There are too few or too many agents: why.
    pub fn of(episode: &Episode, absence: Option<Absence>) -> Result<Self, String> {
        let fits = |it: &&CoalitionTable| absence.as_ref().is_none_or(|wanted| *wanted == it.absence);
        let table =
            episode.coalitions.iter().filter(fits).max_by_key(|it| (it.players.len(), it.values.known()));
        let players: Vec<AgentId> =
            table.map_or_else(|| episode.agent_ids().collect(), |it| it.players.clone());
        if players.len() < 2 {
            return Err(format!("{} has fewer than two agents", episode.name));
        }
        if players.len() > MOST_PLAYERS {
            return Err(format!(
                "{} agents have 2^{} coalitions; an exact plan has at most {MOST_PLAYERS} agents",
                players.len(),
                players.len()
            ));
        }
        let mut arms = vec![Known::default(); 1 << players.len()];
        for it in table.into_iter().flat_map(|it| it.values.iter()) {
            let mask = it.agents.iter().filter_map(|it| players.binary_search(&it).ok());
            let at: usize = mask.map(|it| 1 << it).sum();
            if it.value.mean.is_some() {
                arms[at].value = Some(it.value.into_owned());
            }
        }
        Ok(Self {
            absence: table.map(|it| it.absence.clone()).or(absence).unwrap_or(Absence::Resampled),
            group: table.map_or_else(|| "replayed".to_owned(), |it| it.name.clone()),
            players,
            arms,
            end: if episode.failed() { End::Least } else { End::Largest },
        })
    }

    /// The players, ascending: bit i of a mask is the i-th.
    pub fn players(&self) -> &[AgentId] {
        &self.players
    }

    /// What an absent agent does.
    pub fn absence(&self) -> &Absence {
        &self.absence
    }

    /// The name of the group that the results belong to.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The whole team.
    pub fn everybody(&self) -> usize {
        self.arms.len() - 1
    }

    /// The members of a coalition, and who is absent.
    pub fn sides(&self, mask: usize) -> (Vec<AgentId>, Vec<AgentId>) {
        let all = self.players.iter().copied().enumerate();
        let (in_it, out): (Vec<_>, Vec<_>) = all.partition(|it| mask >> it.0 & 1 == 1);
        let ids = |of: Vec<(usize, AgentId)>| of.into_iter().map(|it| it.1).collect();
        (ids(in_it), ids(out))
    }

    /// What the log has of a coalition.
    pub fn logged(&self, mask: usize) -> Option<&Sample> {
        self.arms[mask].value.as_ref()
    }

    /// How many coalitions there are, and of how many the log has a value.
    pub fn counts(&self) -> (usize, usize) {
        (self.arms.len(), self.arms.iter().filter(|it| it.value.is_some()).count())
    }

    /// Coalitions without a value, ascending by mask.
    pub fn missing(&self) -> Vec<usize> {
        (0..self.arms.len()).filter(|it| self.arms[*it].runs() == 0).collect()
    }

    /// Runs of a coalition that are known: logged and made.
    pub fn runs(&self, mask: usize) -> u32 {
        self.arms[mask].runs()
    }

    /// Takes what a coalition returned.
    pub fn add(&mut self, mask: usize, returns: &[f64]) {
        self.arms[mask].run.extend_from_slice(returns);
    }

    /// The Shapley weights of each player over the coalitions.
    fn weights(&self) -> Vec<Vec<f64>> {
        let n = self.players.len();
        let shapley = Coefficients::shapley(n);
        let weight =
            |mask: usize, player: usize| shapley.of(mask.count_ones() as usize, mask >> player & 1 == 1);
        (0..n).map(|player| (0..self.arms.len()).map(|mask| weight(mask, player)).collect()).collect()
    }

    /// How sure the answer is with `more` runs of each coalition (by mask) than there are; `None` while a coalition has no
    /// value.
    pub fn certainty(&self, more: &[u32], seed: u64) -> Option<Certainty> {
        if !self.missing().is_empty() {
            return None;
        }
        let is_now = more.iter().all(|it| *it == 0);
        let spreads = self.spreads();
        let arm = |(at, known): (usize, &Known)| {
            let arm = known.arm();
            match (&arm, is_now) {
                (Arm::Stated(_), _) | (_, true) => arm,
                // The same mean, known by more runs.
                _ => Arm::Summary {
                    mean: arm.mean(),
                    std: spreads[at],
                    n: Some(known.runs() + more.get(at).copied().unwrap_or(0)),
                },
            }
        };
        let table = Table::new(self.arms.iter().enumerate().map(arm).collect(), None);
        let weights = self.weights();
        let credits: Vec<Credit> = weights.iter().map(|it| Credit::of(Weights::dense(it))).collect();
        let sign = if self.end == End::Least { 1.0 } else { -1.0 };
        let signed: Vec<Credit> =
            weights.iter().map(|it| Credit::of(Weights::dense(it).times(sign))).collect();
        let draws = FlipDraws { most: DRAWS, seed };
        let flip = flip_range(&table, &credits, self.end, draws, &mut Normals::new(seed)).ok();
        let candidates =
            can_be_least(&table, &signed, LEVEL).into_iter().map(|it| self.players[it]).collect();
        let value = |it: &Credit| it.value(table.means());
        Some(Certainty {
            flip: flip.map(|it| it.ends()),
            candidates,
            credit: self.players.iter().copied().zip(credits.iter().map(value)).collect(),
        })
    }

    /// Standard deviation of one run of each coalition; few runs borrow from all.
    fn spreads(&self) -> Vec<f64> {
        let sample = |it: &Known| match it.arm() {
            Arm::Returns(returns) => Sample::of_returns(returns),
            Arm::Summary { mean, std, n } => {
                Sample { mean: Some(mean), std: Some(std), n, ..Sample::default() }
            }
            _ => Sample::default(),
        };
        let known: Vec<Option<(f64, f64)>> = self
            .arms
            .iter()
            .map(sample)
            .map(|it| Some((it.std?.powi(2), f64::from(it.n?.saturating_sub(1)))))
            .collect();
        let (sum, df) =
            known.iter().flatten().fold((0.0, 0.0), |(sum, df), it| (sum + it.0 * it.1, df + it.1));
        let pooled = if df > 0.0 { sum / df } else { 0.0 };
        let of = |it: &Option<(f64, f64)>| {
            let (variance, df) = it.unwrap_or((0.0, 0.0));
            ((df * variance + BORROWED * pooled) / (df + BORROWED)).sqrt()
        };
        known.iter().map(of).collect()
    }

    /// Where the next `budget` runs go, `at_a_time` together, by mask: where they most reduce the chance of a flip. None where
    /// the runs show no spread, or a coalition has no value yet.
    pub fn next(&self, budget: u32, at_a_time: u32) -> Vec<u32> {
        let mut more = vec![0; self.arms.len()];
        let Some(contrast) = self.least_clear() else { return more };
        let spreads = self.spreads();
        // Values that are stated have no runs to add to.
        let gain = |at: usize, more: u32| {
            let is_run = !matches!(self.arms[at].arm(), Arm::Stated(_)) || self.arms[at].value.is_none();
            let n = f64::from(self.arms[at].runs() + more);
            let part = (contrast[at] * spreads[at]).powi(2);
            if is_run { part * (1.0 / n - 1.0 / (n + f64::from(at_a_time))) } else { 0.0 }
        };
        let mut left = budget;
        while left > 0 {
            let best = (0..more.len()).max_by(|a, b| gain(*a, more[*a]).total_cmp(&gain(*b, more[*b])));
            let Some(best) = best.filter(|it| gain(*it, more[*it]) > 0.0) else { break };
            let step = at_a_time.min(left);
            more[best] += step;
            left -= step;
        }
        more
    }

    /// The weights of the difference between who stands out and who is nearest to it in standard errors.
    fn least_clear(&self) -> Option<Vec<f64>> {
        if !self.missing().is_empty() {
            return None;
        }
        let spreads = self.spreads();
        let weights = self.weights();
        let means: Vec<f64> = self.arms.iter().map(|it| it.arm().mean()).collect();
        let sign = if self.end == End::Least { 1.0 } else { -1.0 };
        let credit: Vec<f64> = weights
            .iter()
            .map(|row| sign * row.iter().zip(&means).map(|(w, v)| w * v).sum::<f64>())
            .collect();
        let first = (0..credit.len()).min_by(|a, b| credit[*a].total_cmp(&credit[*b]))?;
        let contrast = |other: usize| -> Vec<f64> {
            weights[first].iter().zip(&weights[other]).map(|(a, b)| a - b).collect()
        };
        let error = |other: usize| {
            let parts = contrast(other).into_iter().zip(&spreads).zip(&self.arms);
            parts.map(|((w, s), it)| (w * s).powi(2) / f64::from(it.runs().max(1))).sum::<f64>().sqrt()
        };
        let clear = |other: usize| (credit[other] - credit[first]) / error(other);
        let others = (0..credit.len()).filter(|it| *it != first && error(*it) > 0.0);
        others.min_by(|a, b| clear(*a).total_cmp(&clear(*b))).map(contrast)
    }
}

#[cfg(test)]
mod tests;
