//! What goes with failure over the episodes of one task: deeds, each an agent, a kind and a text, counted in every episode.
//!
//! Source of the score: Ge et al. 2025, Who is Introducing the Failure? (2509.13782, Famas), equations 2 to 7, with lambda 0.9.
//! For a deed of an agent, over the trajectories of a task: gamma, trajectories with it by trajectories with the agent; beta, how
//! often it comes by how often the agent acts; alpha = 1 + log_{1/lambda} of how often it comes in the failure that is looked at;
//! and Kulczynski2, (cf / (cf + uf) + cf / (cf + cs)) / 2, where a trajectory in which it comes k times counts lambda^(k - 1) in cf
//! (failed) and cs (passed), and uf counts failures without it. The score is alpha * Kulczynski2 * (1 + beta) * (1 + gamma). There
//! a language model groups deeds that mean the same; here texts are only normalised. Ochiai and Tarantula stand beside it.
//!
//! It is an association. How often chance alone would do as much is Fisher's exact test, one-sided, times the number of deeds.

use std::collections::BTreeMap;

use super::Suspicion;
use crate::model::{ActId, AgentId, Episode, Status};

const LAMBDA: f64 = 0.9;
/// Characters of a text that count.
const TEXT: usize = 120;
/// Deeds of an episode that are told apart; the rest of a very long one is left out.
const MOST: usize = 5_000;
/// Chance below which a deed is named.
const CHANCE: f64 = 0.05;

/// What somebody did: who, what kind, and the normalised text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskDeed {
    /// The agent.
    pub agent: String,
    /// `llm`, `tool`, ...; empty if none is logged.
    pub kind: String,
    /// The text, in lower case, with `#` for every number.
    pub text: String,
}

/// An episode of a task, as far as the spectrum needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskRun {
    /// Its group, or else its task.
    task: String,
    failed: bool,
    /// How often each deed comes.
    deeds: BTreeMap<TaskDeed, u32>,
}

impl TaskRun {
    /// Of an episode; `None`: it names no task, did not end, or broke off.
    pub fn of(episode: &Episode) -> Option<Self> {
        let task = episode.group.clone().or_else(|| episode.task.clone())?;
        let status = episode.outcome.as_ref()?.status.as_ref();
        if matches!(status, Some(Status::Error | Status::Aborted)) {
            return None;
        }
        let mut deeds = BTreeMap::new();
        for (deed, _) in deeds_of(episode) {
            if deeds.len() < MOST || deeds.contains_key(&deed) {
                *deeds.entry(deed).or_insert(0) += 1;
            }
        }
        Some(Self { task, failed: episode.failed(), deeds })
    }

    fn of_agent(&self, agent: &str) -> u32 {
        self.deeds.iter().filter(|it| it.0.agent == agent).map(|it| it.1).sum()
    }
}

/// The deeds of an episode with their acts, in order.
fn deeds_of(episode: &Episode) -> impl Iterator<Item = (TaskDeed, ActId)> + '_ {
    episode.act_ids().zip(episode.acts.iter()).filter(|it| !it.1.label.is_empty()).map(|(id, act)| {
        let (agent, kind) = (episode.agent(act.agent).name.clone(), act.category.clone());
        (TaskDeed { agent, kind, text: normal(&act.label) }, id)
    })
}

/// Lower case, one blank where there are several, and `#` for a number.
fn normal(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let c = match c {
            _ if c.is_numeric() => '#',
            _ if c.is_whitespace() => ' ',
            _ => c,
        };
        if !(matches!(c, '#' | ' ') && out.ends_with(c)) {
            out.push(c);
        }
    }
    out.trim().chars().take(TEXT).collect()
}

/// How far a deed goes with failure.
#[derive(Clone, Debug, PartialEq)]
pub struct DeedScore {
    /// The deed.
    pub deed: TaskDeed,
    /// Its first act in the episode.
    pub act: ActId,
    /// In how many failures and successes it comes.
    pub counts: Suspicion,
    /// The score of Famas.
    pub famas: f64,
    /// How likely chance alone does as much for one deed or more: at most 1.
    pub chance: f64,
}

/// The deeds of a failed episode, beside the other episodes of its task.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskSpectrum {
    /// Failed episodes of the task.
    pub failed: u32,
    /// Others.
    pub passed: u32,
    /// The deeds of the episode, the highest score first.
    pub deeds: Vec<DeedScore>,
}

/// A deed that goes with failure by more than chance: where nothing else tells, it leads the verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskClue {
    /// Whose.
    pub agent: AgentId,
    /// How it was.
    pub score: DeedScore,
    /// Episodes of the task: failed, others.
    pub episodes: (u32, u32),
}

impl TaskSpectrum {
    /// Of a failed episode, which is one of `runs`; `None`: its task has no other outcome.
    pub fn of(episode: &Episode, runs: &[TaskRun]) -> Option<Self> {
        let own = TaskRun::of(episode).filter(|it| it.failed)?;
        let same: Vec<&TaskRun> = runs.iter().filter(|it| it.task == own.task).collect();
        let failed = same.iter().filter(|it| it.failed).count() as u32;
        let passed = same.len() as u32 - failed;
        if failed == 0 || passed == 0 {
            return None;
        }
        let mut first: BTreeMap<TaskDeed, ActId> = BTreeMap::new();
        for (deed, act) in deeds_of(episode) {
            first.entry(deed).or_insert(act);
        }
        let mut agents: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for deed in own.deeds.keys() {
            let counts = || same.iter().map(|it| it.of_agent(&deed.agent)).collect();
            agents.entry(&deed.agent).or_insert_with(counts);
        }
        let logarithms = log_factorials(same.len());
        let scored = own.deeds.iter().filter_map(|(deed, times)| {
            let with: Vec<u32> = same.iter().map(|it| it.deeds.get(deed).copied().unwrap_or(0)).collect();
            let count = |is_failed: bool| {
                same.iter().zip(&with).filter(|it| it.0.failed == is_failed && *it.1 > 0).count() as u32
            };
            let (failed_with, passed_with) = (count(true), count(false));
            let counts = Suspicion {
                element: format!("{}: {}", deed.agent, deed.text),
                failed_with,
                failed_without: failed - failed_with,
                passed_with,
                passed_without: passed - passed_with,
            };
            let of_agent = agents.get(deed.agent.as_str())?;
            let famas = famas(*times, &with, of_agent, &same, counts.failed_without);
            let chance = fisher(&counts, &logarithms) * own.deeds.len() as f64;
            Some(DeedScore {
                deed: deed.clone(),
                act: *first.get(deed)?,
                counts,
                famas,
                chance: chance.min(1.0),
            })
        });
        let mut deeds: Vec<DeedScore> = scored.collect();
        deeds.sort_by(|a, b| b.famas.total_cmp(&a.famas).then(a.act.cmp(&b.act)));
        Some(Self { failed, passed, deeds })
    }

    /// The deed with the highest score among those that chance does not explain.
    pub fn clue(&self, episode: &Episode) -> Option<TaskClue> {
        let score = self.deeds.iter().find(|it| it.chance <= CHANCE)?.clone();
        let agent = episode.act(score.act).agent;
        Some(TaskClue { agent, score, episodes: (self.failed, self.passed) })
    }
}

/// `times`: in the failure that is looked at; `with` and `of_agent`: in each of the trajectories.
fn famas(times: u32, with: &[u32], of_agent: &[u32], runs: &[&TaskRun], failed_without: u32) -> f64 {
    let share = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
    let sum = |it: &[u32]| it.iter().map(|it| f64::from(*it)).sum::<f64>();
    let met = |it: &[u32]| it.iter().filter(|it| **it > 0).count() as f64;
    let gamma = share(met(with), met(of_agent));
    let beta = share(sum(with), sum(of_agent));
    let alpha = 1.0 + f64::from(times.max(1)).ln() / (1.0 / LAMBDA).ln();
    let decayed = |is_failed: bool| -> f64 {
        let of = runs.iter().zip(with).filter(|it| it.0.failed == is_failed && *it.1 > 0);
        of.map(|it| LAMBDA.powi(*it.1 as i32 - 1)).sum()
    };
    let (cf, cs) = (decayed(true), decayed(false));
    let kulczynski = (share(cf, cf + f64::from(failed_without)) + share(cf, cf + cs)) / 2.0;
    alpha * kulczynski * (1.0 + beta) * (1.0 + gamma)
}

/// Logarithms of the factorials up to `n`.
fn log_factorials(n: usize) -> Vec<f64> {
    let mut all = vec![0.0];
    for it in 1..=n {
        all.push(all[it - 1] + (it as f64).ln());
    }
    all
}

/// The chance that so many or more of the episodes with the deed failed, were failure and deed independent (Fisher 1934).
fn fisher(counts: &Suspicion, logarithms: &[f64]) -> f64 {
    let failed = (counts.failed_with + counts.failed_without) as usize;
    let with = (counts.failed_with + counts.passed_with) as usize;
    let all = failed + (counts.passed_with + counts.passed_without) as usize;
    let choose = |n: usize, k: usize| logarithms[n] - logarithms[k] - logarithms[n - k];
    let whole = choose(all, with);
    let most = failed.min(with);
    (counts.failed_with as usize..=most)
        .filter(|it| with - it <= all - failed)
        .map(|it| (choose(failed, it) + choose(all - failed, with - it) - whole).exp())
        .sum::<f64>()
        .min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Act, draft, draft::Draft};

    /// An episode of the task, with what two agents say.
    fn run(said: &[(u32, &str)], status: Status) -> Episode {
        let mut draft = Draft::team(&["coder", "tester"]);
        for (at, (agent, text)) in said.iter().enumerate() {
            let act = Act { id: format!("a{at}"), label: (*text).to_owned(), ..draft::action(*agent) };
            draft = draft.given(act, &[]);
        }
        draft.end(status).with(|it| it.task = Some("mend it".to_owned())).episode()
    }

    fn spectrum(episodes: &[Episode]) -> TaskSpectrum {
        let runs: Vec<TaskRun> = episodes.iter().filter_map(TaskRun::of).collect();
        TaskSpectrum::of(&episodes[0], &runs).expect("a failure and a success")
    }

    #[test]
    fn the_score_worked_by_hand() {
        let episodes = [
            run(&[(0, "Skip test 7"), (0, "skip  test 12"), (1, "fine")], Status::Failure),
            run(&[(0, "skip test 1"), (1, "fine")], Status::Failure),
            run(&[(0, "skip test 3"), (0, "write"), (1, "fine")], Status::Success),
            run(&[(0, "write"), (1, "fine")], Status::Success),
        ];
        let found = spectrum(&episodes);
        let skip = found.deeds.iter().find(|it| it.deed.text == "skip test #").unwrap();
        // In both failures and one success: gamma 3/4, beta 4/6 (of the 6 acts of coder), alpha 1 + ln 2 / ln (1 / 0.9) = 7.578813;
        // cf 0.9 + 1, cs 1, uf 0: Kulczynski2 (1 + 1.9 / 2.9) / 2 = 0.827586. 7.578813 * 0.827586 * 5/3 * 7/4 = 18.293688.
        assert!((skip.famas - 18.293_688).abs() < 1e-4, "{}", skip.famas);
        assert_eq!((skip.counts.failed_with, skip.counts.passed_with, skip.act), (2, 1, ActId(0)));
        // 2 of 2 failures among 3 with it of 4: C(2, 2) C(2, 1) / C(4, 3) = 1/2, times 2 deeds.
        assert!((skip.chance - 1.0).abs() < 1e-12);
        assert_eq!(found.deeds[0].deed.text, "skip test #");
        assert_eq!(found.clue(&episodes[0]), None, "chance would do as much");
    }

    #[test]
    fn a_deed_of_all_failures_and_no_success_is_a_clue() {
        let lost = || run(&[(1, "read"), (0, "submit without a test")], Status::Failure);
        let won = || run(&[(1, "read"), (0, "test, then submit")], Status::Success);
        let episodes = [lost(), lost(), lost(), lost(), lost(), won(), won(), won(), won(), won()];
        let found = spectrum(&episodes);
        let clue = found.clue(&episodes[0]).unwrap();
        // Of 10, 5 failed and 5 have it, all the same: 1 / C(10, 5) = 1/252, times 2 deeds.
        assert!((clue.score.chance - 2.0 / 252.0).abs() < 1e-12);
        assert_eq!((clue.agent, clue.score.act, clue.episodes), (AgentId(0), ActId(1), (5, 5)));
        assert_eq!((clue.score.counts.ochiai(), clue.score.counts.tarantula()), (Some(1.0), Some(1.0)));
    }

    #[test]
    fn other_tasks_and_episodes_that_broke_off_do_not_count() {
        let other = run(&[(0, "x")], Status::Success);
        let other = Episode { task: Some("another".to_owned()), ..other };
        let episodes = [run(&[(0, "x")], Status::Failure), other, run(&[(0, "x")], Status::Aborted)];
        let runs: Vec<TaskRun> = episodes.iter().filter_map(TaskRun::of).collect();
        assert_eq!((runs.len(), TaskSpectrum::of(&episodes[0], &runs)), (2, None));
    }
}
