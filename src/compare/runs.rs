//! Two runs compared pair by pair: R, the credit of each agent by one method, who has the least, and how much of the
//! difference is the method's.
//!
//! As logged, B differs from A by what the policies do and by how their credit was computed. With both recomputed by one
//! method only the first is left. Which method that is matters, so both are tried, and the policy's part is a range.

use super::{
    facts::RunEpisode,
    pairs::{PairedBy, Pairs, pairs},
};
use crate::{
    model::LEVEL,
    stats::{holm, paired_bootstrap, sign_test, sum},
};

/// Two credits, or rewards, are one below this.
const SAME: f64 = 1e-9;
/// Tests this sure say that an agent changed.
const ALPHA: f64 = 0.05;
/// Pairs that are told one by one, at most.
const MOVED: usize = 5;

/// A number of A and of B for each pair.
type Series = Vec<(f64, f64)>;

/// Differences of pairs, B - A.
#[derive(Clone, Debug, PartialEq)]
pub struct Paired {
    /// How many pairs have both numbers.
    pub pairs: usize,
    /// Means of A and of B.
    pub means: (f64, f64),
    /// Mean difference.
    pub difference: f64,
    /// Its interval, by the bootstrap of pairs; `None`: fewer than two.
    pub interval: Option<(f64, f64)>,
    /// Pairs in which B has more, less, the same.
    pub signs: (usize, usize, usize),
    /// Sign test; of agents by one method as one of several tests (Holm).
    pub p: f64,
}

impl Paired {
    /// Whether the interval is known and holds 0.
    pub fn sign_unsure(&self) -> bool {
        self.interval.is_none_or(|(low, high)| low <= 0.0 && high >= 0.0)
    }

    /// Of series of the same pairs, each as (A, B), with bootstraps that take the same pairs.
    fn all(series: &[Series]) -> Vec<Self> {
        let differences: Vec<Vec<f64>> =
            series.iter().map(|it| it.iter().map(|(a, b)| b - a).collect()).collect();
        let slices: Vec<&[f64]> = differences.iter().map(Vec::as_slice).collect();
        let intervals = paired_bootstrap(&slices, LEVEL, 0);
        let paired = |(at, values): (usize, &Series)| {
            let n = values.len().max(1) as f64;
            let mean = |of: fn(&(f64, f64)) -> f64| sum(values.iter().map(of)) / n;
            let ups = differences[at].iter().filter(|it| **it > SAME).count();
            let downs = differences[at].iter().filter(|it| **it < -SAME).count();
            Self {
                pairs: values.len(),
                means: (mean(|it| it.0), mean(|it| it.1)),
                difference: sum(differences[at].iter().copied()) / n,
                interval: intervals.as_ref().map(|it| it[at]),
                signs: (ups, downs, values.len() - ups - downs),
                p: sign_test(ups, downs),
            }
        };
        series.iter().enumerate().map(paired).collect()
    }
}

/// One agent in both runs.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentInRuns {
    /// Its name.
    pub name: String,
    /// As logged: each run by its own method.
    pub logged: Paired,
    /// By A's method, and by B's, for both runs; `None`: not all pairs have that.
    pub by: [Option<Paired>; 2],
}

impl AgentInRuns {
    /// The policy's part by both methods, the least first; `None`: it is not told from 0 by one of them, or not known.
    pub fn policy(&self) -> Option<(f64, f64)> {
        let [Some(one), Some(other)] = &self.by else { return None };
        let told = !one.sign_unsure() && !other.sign_unsure();
        let same_side = one.difference * other.difference > 0.0;
        let (least, most) = (one.difference.min(other.difference), one.difference.max(other.difference));
        (told && same_side).then_some((least, most))
    }
}

/// A task in both runs.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskInRuns {
    /// What was asked.
    pub task: String,
    /// R of its pairs.
    pub reward: Paired,
    /// The credit of the agent that moved most over all pairs, if credit is known.
    pub mover: Option<Paired>,
}

/// Who has the least credit: the agents, then a tie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrossTable {
    /// Rows and columns: names of agents, and `tie`.
    pub names: Vec<String>,
    /// Pairs by who has the least in A (rows) and in B (columns).
    pub counts: Vec<Vec<usize>>,
}

/// Two runs side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct RunComparison {
    /// What makes a pair.
    pub by: PairedBy,
    /// Places of the episodes in A and in B.
    pub pairs: Vec<(usize, usize)>,
    /// Places of those without partner.
    pub alone: (Vec<usize>, Vec<usize>),
    /// R.
    pub reward: Paired,
    /// Which of the two methods is the ruler below: 0 that of A, 1 that of B; `None`: no credit is known of all pairs.
    pub ruler: Option<usize>,
    /// Agents that all pairs have, in the order of A. Their p are of as many tests as there are agents.
    pub agents: Vec<AgentInRuns>,
    /// Who has the least by the ruler.
    pub least: Option<CrossTable>,
    /// By task, if there are several.
    pub tasks: Vec<TaskInRuns>,
    /// The agent whose credit moved most by the ruler, as a place in `agents`.
    pub mover: Option<usize>,
    /// The pairs in which that one's credit moved most that way, as places in `pairs`.
    pub moved: Vec<usize>,
}

impl RunComparison {
    /// Compares run B with run A.
    pub fn of(a: &[RunEpisode], b: &[RunEpisode]) -> Self {
        let Pairs { by, pairs, alone } = pairs(a, b);
        let both: Vec<(&RunEpisode, &RunEpisode)> = pairs.iter().map(|it| (&a[it.0], &b[it.1])).collect();
        let rewards: Series = both.iter().filter_map(|(a, b)| Some((a.reward?, b.reward?))).collect();
        let reward = Paired::all(&[rewards]).swap_remove(0);
        let agents = agents(&both);
        let known = |ruler: usize| agents.iter().all(|it| it.by[ruler].is_some()) && !agents.is_empty();
        // That of B, unless only A's is known of all.
        let ruler = [1, 0].into_iter().find(|it| known(*it));
        let size =
            |it: &AgentInRuns| ruler.and_then(|at| it.by[at].as_ref()).map_or(0.0, |it| it.difference.abs());
        let mover = ruler.and_then(|_| {
            (0..agents.len()).max_by(|x, y| size(&agents[*x]).total_cmp(&size(&agents[*y])).then(y.cmp(x)))
        });
        let least = ruler.map(|ruler| cross(&agents, &both, ruler));
        let change = |at: usize| {
            let (ruler, mover) = (ruler?, mover?);
            let name = &agents[mover].name;
            Some(of(both[at].1, ruler, name)? - of(both[at].0, ruler, name)?)
        };
        let down = mover
            .zip(ruler)
            .and_then(|(at, ruler)| agents[at].by[ruler].as_ref())
            .is_some_and(|it| it.difference < 0.0);
        let mut moved: Vec<usize> = (0..both.len()).filter(|it| change(*it).is_some()).collect();
        let key = |at: usize| change(at).map_or(0.0, |it| if down { it } else { -it });
        moved.sort_by(|x, y| key(*x).total_cmp(&key(*y)).then(x.cmp(y)));
        moved.truncate(MOVED);
        let tasks = tasks(&both, mover.zip(ruler).map(|(at, ruler)| (agents[at].name.as_str(), ruler)));
        Self { by, pairs, alone, reward, ruler, agents, least, tasks, mover, moved }
    }

    /// The agents that changed by the ruler: told from 0 by their interval and by the sign test.
    pub fn changed(&self) -> Vec<&AgentInRuns> {
        let Some(ruler) = self.ruler else { return Vec::new() };
        let is_changed =
            |it: &&AgentInRuns| it.by[ruler].as_ref().is_some_and(|it| !it.sign_unsure() && it.p < ALPHA);
        self.agents.iter().filter(is_changed).collect()
    }
}

/// The credit of an agent by one of the two methods.
fn of(episode: &RunEpisode, ruler: usize, name: &str) -> Option<f64> {
    episode.by[ruler].as_ref()?.iter().find(|it| it.0 == name).map(|it| it.1)
}

fn agents(both: &[(&RunEpisode, &RunEpisode)]) -> Vec<AgentInRuns> {
    let Some((first, _)) = both.first() else { return Vec::new() };
    let logged = |episode: &RunEpisode, side: usize, name: &str| {
        episode.as_logged(side)?.iter().find(|it| it.0 == name).map(|it| it.1)
    };
    let names: Vec<&str> =
        first.as_logged(0).map_or(Vec::new(), |it| it.iter().map(|it| it.0.as_str()).collect());
    let series = |of: &dyn Fn(&RunEpisode, usize, &str) -> Option<f64>, name: &str| -> Option<Series> {
        both.iter().map(|(a, b)| Some((of(a, 0, name)?, of(b, 1, name)?))).collect()
    };
    let mut known: Vec<(&str, Series)> = Vec::new();
    for name in names {
        known.extend(series(&logged, name).map(|it| (name, it)));
    }
    // All in one bootstrap, so that the same pairs are drawn for every agent and method.
    let by = |ruler: usize, name: &str| series(&|episode, _, name| of(episode, ruler, name), name);
    let rulers: Vec<[Option<Series>; 2]> = known.iter().map(|(name, _)| [by(0, name), by(1, name)]).collect();
    let mut all: Vec<Series> = known.iter().map(|it| it.1.clone()).collect();
    all.extend(rulers.iter().flatten().flatten().cloned());
    let mut found = Paired::all(&all).into_iter();
    let logged: Vec<Paired> = found.by_ref().take(known.len()).collect();
    let mut agents: Vec<AgentInRuns> = Vec::new();
    for (((name, _), logged), rulers) in known.iter().zip(logged).zip(&rulers) {
        let mut next = |it: &Option<Series>| it.as_ref().and_then(|_| found.next());
        let by = [next(&rulers[0]), next(&rulers[1])];
        agents.push(AgentInRuns { name: (*name).to_owned(), logged, by });
    }
    for ruler in 0..2 {
        let p: Vec<f64> = agents.iter().filter_map(|it| it.by[ruler].as_ref()).map(|it| it.p).collect();
        let together = agents.iter_mut().filter_map(|it| it.by[ruler].as_mut()).zip(holm(&p));
        together.for_each(|(it, p)| it.p = p);
    }
    agents
}

fn cross(agents: &[AgentInRuns], both: &[(&RunEpisode, &RunEpisode)], ruler: usize) -> CrossTable {
    let tie = agents.len();
    let least = |episode: &RunEpisode| {
        let credits: Vec<f64> = agents.iter().filter_map(|it| of(episode, ruler, &it.name)).collect();
        let lowest = credits.iter().copied().fold(f64::INFINITY, f64::min);
        let mut lowest_of = (0..credits.len()).filter(|it| credits[*it] <= lowest + SAME);
        match (lowest_of.next(), lowest_of.next()) {
            (Some(one), None) => one,
            _ => tie,
        }
    };
    let mut counts = vec![vec![0; tie + 1]; tie + 1];
    for (a, b) in both {
        counts[least(a)][least(b)] += 1;
    }
    let names = agents.iter().map(|it| it.name.clone()).chain(["tie".to_owned()]).collect();
    CrossTable { names, counts }
}

fn tasks(both: &[(&RunEpisode, &RunEpisode)], mover: Option<(&str, usize)>) -> Vec<TaskInRuns> {
    let mut names: Vec<&str> = both.iter().filter_map(|it| it.0.task.as_deref()).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() < 2 || names.len() * 2 > both.len() {
        return Vec::new();
    }
    let row = |task: &str| {
        let of_task = || both.iter().filter(|it| it.0.task.as_deref() == Some(task));
        let rewards = of_task().filter_map(|(a, b)| Some((a.reward?, b.reward?))).collect();
        let moved: Option<Series> = mover.and_then(|(name, ruler)| {
            of_task().map(|(a, b)| Some((of(a, ruler, name)?, of(b, ruler, name)?))).collect()
        });
        // Not every pair has a reward: the two are no series of the same pairs.
        let one = |series: Series| Paired::all(&[series]).swap_remove(0);
        Some(TaskInRuns { task: task.to_owned(), reward: one(rewards), mover: moved.map(one) })
    };
    names.into_iter().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn episode(name: usize, reward: f64, logged: [f64; 2], by: [[f64; 2]; 2]) -> RunEpisode {
        let credits = |it: [f64; 2]| vec![("x".to_owned(), it[0]), ("y".to_owned(), it[1])];
        RunEpisode {
            name: name.to_string(),
            reward: Some(reward),
            logged: Some(credits(logged)),
            by: by.map(|it| Some(credits(it))),
            ..RunEpisode::default()
        }
    }

    #[test]
    fn a_difference_is_split_in_policy_and_method() {
        // In B x earns .25 less by the first method and .5 less by the second; A logs by the first, B by the second,
        // which gives x .125 more of the same game.
        let a: Vec<RunEpisode> =
            (0..40).map(|it| episode(it, 1.0, [0.5, 0.5], [[0.5, 0.5], [0.625, 0.375]])).collect();
        let b: Vec<RunEpisode> =
            (0..40).map(|it| episode(it, 0.75, [0.125, 0.625], [[0.25, 0.5], [0.125, 0.625]])).collect();
        let found = RunComparison::of(&a, &b);
        assert_eq!((found.by, found.pairs.len(), found.ruler), (PairedBy::Name, 40, Some(1)));
        assert_eq!((found.reward.difference, found.reward.signs), (-0.25, (0, 40, 0)));
        let x = &found.agents[0];
        assert_eq!((x.logged.difference, x.policy()), (-0.375, Some((-0.5, -0.25))));
        // The rest is the method's: -.375 + .5, or -.375 + .25.
        assert_eq!(x.by[1].as_ref().unwrap().interval, Some((-0.5, -0.5)));
        // By the first method y has the same in both: nobody knows whether its policy changed.
        assert_eq!((found.agents[1].policy(), found.mover, found.moved.len()), (None, Some(0), MOVED));
        // Both agents changed by the ruler, sign tests of 40 pairs each: 2 x 2 / 2^40.
        assert_eq!(found.changed().len(), 2);
        assert!((x.by[1].as_ref().unwrap().p - 2.0 * 2.0 * 0.5f64.powi(40)).abs() < 1e-20);
        // The least: y in A (.375), x in B (.125).
        let least = found.least.unwrap();
        assert_eq!(least.names, ["x", "y", "tie"]);
        assert_eq!(least.counts, [[0, 0, 0], [40, 0, 0], [0, 0, 0]]);
    }

    #[test]
    fn runs_without_credit_or_pairs_are_told_too() {
        let bare =
            |name: usize| RunEpisode { name: name.to_string(), reward: Some(1.0), ..RunEpisode::default() };
        let (a, b) = ([bare(1), bare(2)], [bare(2), bare(3)]);
        let found = RunComparison::of(&a, &b);
        assert_eq!((found.pairs.len(), found.reward.interval, found.ruler), (1, None, None));
        assert!(found.agents.is_empty() && found.moved.is_empty() && found.reward.sign_unsure());
        let found = RunComparison::of(&a, &[]);
        assert_eq!((found.pairs.len(), found.alone.0.len()), (0, 2));
    }
}
