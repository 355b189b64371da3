//! What is known of the advantages of one algorithm, in brief: what the verdict of one episode says of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Rollout;

use super::parts::{Base, Factor, Key, Post, Scale, Source, Taken};
use super::rows::Rows;
use super::search::Form;
use super::{Beside, Level, Report, Right, examine_one};

/// What stopping earned beside what is right, where turns were compared with the same turn of other rollouts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stopping {
    /// Mean of declared minus right over acts after which their rollout went on, where another of the group stopped.
    pub went_on: f64,
    /// The same over acts with which their rollout stopped, where another of the group went on.
    pub stopped: f64,
}

/// The report in brief, and the numbers of one episode.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The algorithm as the log names it.
    pub algorithm: String,
    /// Declared numbers, and the rollouts they are of.
    pub numbers: usize,
    /// See `numbers`.
    pub rollouts: usize,
    /// How much is known.
    pub level: Level,
    /// Forms tried.
    pub tried: u64,
    /// The plainest form that gives every number.
    pub form: Option<String>,
    /// The mistake in it.
    pub slip: Option<&'static str>,
    /// How many other formulas give every number.
    pub rivals: usize,
    /// What the numbers should be.
    pub right: String,
    /// How many are not.
    pub off: usize,
    /// Of these: of the wrong sign; 0 though there is a signal; not 0 though there is none.
    pub wrong_sign: usize,
    /// See `wrong_sign`.
    pub lost: usize,
    /// See `wrong_sign`.
    pub pushed: usize,
    /// Agents with such a number; empty where there is one agent only.
    pub hurt: Vec<String>,
    /// What stopping earned, where that is the mistake.
    pub stopping: Option<Stopping>,
    /// The numbers of the episode that are not right, the worst first.
    pub own: Vec<Beside>,
    /// Whether this contradicts the numbers.
    pub contradicts: bool,
}

impl Summary {
    /// Whether any number has the wrong sign, or is 0 or not 0 where it should not be.
    pub fn is_hurt(&self) -> bool {
        self.wrong_sign + self.lost + self.pushed > 0
    }

    /// Whether every number is what it should be, by a formula that gives all of them.
    pub fn confirms(&self) -> bool {
        self.off == 0 && matches!(self.level, Level::Named | Level::Fits)
    }
}

impl Report {
    /// In brief, with the numbers of the episode of this name.
    pub fn summary(&self, episode: &str) -> Summary {
        let (wrong_sign, lost, pushed) = self.right.counts();
        let first = self.fits.first();
        let slip = first.and_then(|it| self.equals_return().or_else(|| self.slip_of(it)));
        let of_several = self.right.agents.len() > 1;
        let hurt = self.right.agents.iter().filter(|it| of_several && it.is_hurt());
        let is_off = |it: &&Beside| it.episode == episode && it.distance() > 2.0 * self.tolerance + 1e-9;
        let mut own: Vec<Beside> = self.right.numbers.iter().filter(is_off).cloned().collect();
        own.sort_by(|a, b| b.distance().total_cmp(&a.distance()));
        Summary {
            algorithm: self.algorithm.clone(),
            numbers: self.numbers,
            rollouts: self.rollouts,
            level: self.level,
            tried: self.tried,
            form: first.map(Form::words),
            slip,
            rivals: self.families.saturating_sub(1),
            right: self.right.how.clone(),
            off: self.right.off,
            wrong_sign,
            lost,
            pushed,
            hurt: hurt.map(|it| it.agent.clone()).collect(),
            stopping: self.stopping.filter(|_| slip.is_some_and(|it| it == super::words::BY_TURN)),
            own,
            contradicts: self.contradicts(),
        }
    }

    /// What is wrong with a form, as these numbers are meant.
    pub fn slip_of(&self, form: &Form) -> Option<&'static str> {
        let has = |keys: &[Key]| keys.iter().any(|it| form.keys.contains(it));
        let by_state = [Key::GroupState, Key::GroupAgentState, Key::Alone];
        let by_agent = [Key::GroupAgent, Key::GroupAgentTurn, Key::AllAgent, Key::TrajectoryAgent];
        let pools_states = self.right.is_by_state && !has(&by_state);
        let is_own = form.sources.contains(&Source::Own);
        let mixes_agents = self.right.is_by_agent && is_own && !has(&by_state) && !has(&by_agent);
        form.slip()
            .or(pools_states.then_some("different starts are pooled"))
            .or(mixes_agents.then_some("each agent is compared with all agents"))
    }

    /// That every number is its own return is the plainest thing that can be said of them.
    fn equals_return(&self) -> Option<&'static str> {
        let is_bare = |it: &&Form| it.base == Base::Nothing && it.scale == Scale::Nothing && is_untouched(it);
        self.fits.iter().find(is_bare).and_then(|it| self.slip_of(it))
    }

    /// Whether the numbers are not what they should be: by a form with a mistake, by no form though the name promises
    /// one, or by another mean or scale than the name says. What no mean is subtracted from may be meant.
    fn contradicts(&self) -> bool {
        let is_mean = |it: &Form| matches!(it.base, Base::Mean | Base::Others | Base::Nothing);
        match self.fits.first() {
            _ if self.level == Level::Zero => self.right.has_signal,
            _ if self.right.off == 0 => false,
            Some(first) if self.slip_of(first).is_some() => true,
            Some(first) => is_mean(first) && promises_group(&self.algorithm),
            None => promises_group(&self.algorithm),
        }
    }
}

/// Whether nothing is done to all advantages at once, and each act has its own.
fn is_untouched(form: &Form) -> bool {
    let own = form.taken.first().is_none_or(|it| *it == (Taken::Own, Factor::One));
    own && form.post == Post::Nothing
}

/// Whether a name says that samples of a group are compared, and nothing else is subtracted.
fn promises_group(algorithm: &str) -> bool {
    let name = algorithm.to_ascii_lowercase();
    ["grpo", "rloo", "gspo", "dapo", "dr_mas"].iter().any(|it| name.contains(it))
}

/// What stopping earned beside what is right, over the turns at which some rollouts of a group went on and others
/// stopped; `None`: there is no such turn.
pub(super) fn stopping(rows: &Rows, right: &Right) -> Option<Stopping> {
    let mut turns: BTreeMap<(u32, u32), [Vec<f64>; 2]> = BTreeMap::new();
    for (at, it) in rows.declared_rows().into_iter().zip(&right.numbers) {
        let Some(right) = it.right else { continue };
        let stops = f64::from(rows.turn[at]) + 1.0 >= rows.length[at];
        let of = turns.entry((rows.group[at], rows.turn[at])).or_default();
        of[usize::from(stops)].push(it.declared - right);
    }
    let mixed: Vec<&[Vec<f64>; 2]> = turns.values().filter(|it| it.iter().all(|it| !it.is_empty())).collect();
    let mean = |which: usize| {
        let all = mixed.iter().flat_map(|it| &it[which]);
        all.clone().sum::<f64>() / all.count() as f64
    };
    (!mixed.is_empty()).then(|| Stopping { went_on: mean(0), stopped: mean(1) })
}

/// What is known of each of these algorithms in the rollouts of one run, with the numbers of the episode of this name.
pub fn summaries(rollouts: &[&Rollout], algorithms: &BTreeSet<&str>, episode: &str) -> Vec<Summary> {
    let ended: Vec<&Rollout> = rollouts.iter().copied().filter(|it| !it.open).collect();
    let examined = algorithms.iter().filter_map(|it| examine_one(&ended, it));
    examined.map(|it| it.summary(episode)).collect()
}
