//! A scenario put to an episode: what is asked, after the what-if edits.
//!
//! Every method reads the episode through this, so an edit means the same everywhere:
//!
//! * `reward` replaces R (and the value of the grand coalition, see `coalition`). It wins over what dropping
//!   agents or discounting would make of R, and a caveat says so.
//! * `dropped`: R becomes the logged value of the team without them. If that is not logged, R stays and a
//!   caveat says so.
//! * `discount`: R = sum of `gamma^k r_k`, where k is the logged step of the reward if every reward has one,
//!   and otherwise its place in order (from 0). A return or a status is one number without a step and stays
//!   as it is.
//! * `window`: acts outside it get no credit and count for nothing. Methods that divide R divide it among the
//!   acts inside; methods that know whole agents only (coalitions, even splits) say that it does not touch
//!   them.
//! * `substitutes`: R' = R - Q(taken) + Q(alternative), in expectation, only if both are logged.

use std::cell::OnceCell;

use crate::model::{
    Act, ActId, ActKind, AgentCredit, AgentId, Alternative, Attribution, Caveat, Episode, Members, Origin,
    Provenance, Reward, RewardSource, Scenario, Status, Substitute, Unavailable, Value, ValueOf, Whose,
};
use crate::stats::sum;

use super::arrivals::received;
use super::figure;
pub(super) use super::method::Question;
use super::method::{Family, Method};
use super::whose;

/// The reward to be divided, after edits.
#[derive(Clone, Debug)]
pub(super) struct Pot {
    pub(super) value: f64,
    pub(super) origin: Option<Origin>,
    pub(super) caveats: Vec<Caveat>,
}

/// An [`Unavailable`] that names what is missing; the nearest method is filled in by the caller.
pub(super) fn missing(text: impl Into<String>) -> Unavailable {
    Unavailable { missing: text.into(), nearest: None }
}

pub(super) fn caveat(text: impl Into<String>) -> Caveat {
    Caveat { text: text.into() }
}

impl<'a> Question<'a> {
    /// Checks the scenario against the method table.
    ///
    /// # Errors
    /// When it names a baseline or parameter the method does not have, or a value out of range.
    pub(super) fn new(
        episode: &'a Episode,
        scenario: &'a Scenario,
        method: &'static Method,
        table: &'static [Method],
    ) -> Result<Self, Unavailable> {
        let baseline = match &scenario.baseline {
            Some(_) if method.name == "declared" => None,
            Some(name) => Some(method.baseline(name).ok_or_else(|| {
                let known: Vec<&str> = method.baselines.iter().map(|it| it.name).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                missing(format!("{} has no baseline '{name}'; it has: {known}", method.name))
            })?),
            None => method.baselines.first(),
        };
        for (name, value) in &scenario.params {
            let param = method
                .param(name)
                .ok_or_else(|| missing(format!("{} has no parameter '{name}'", method.name)))?;
            let value = value.get();
            if !(param.min..=param.max).contains(&value) {
                let range = format!("{} to {}", param.min, param.max);
                return Err(missing(format!("'{value}' is out of range for {name} ({range})")));
            }
        }
        if let Some(gamma) = scenario.discount.map(crate::model::Number::get)
            && !(0.0..=1.0).contains(&gamma)
        {
            return Err(missing(format!("'{gamma}' is out of range for the discount (0 to 1)")));
        }
        let ends = scenario.window.iter().flat_map(|it| [&it.0, &it.1]);
        for act in scenario.substitutes.keys().chain(ends) {
            if act.index() >= episode.acts.len() {
                return Err(missing(format!("the episode has no act number {}", act.index())));
            }
        }
        if scenario.window.is_some_and(|(first, last)| first > last) {
            return Err(missing("the window ends before it begins"));
        }
        Ok(Self {
            episode,
            scenario,
            method,
            table,
            baseline,
            group: None,
            coalitions: None,
            agents_only: false,
            acts: OnceCell::new(),
            received: OnceCell::new(),
        })
    }

    /// The acts of an agent, in order of time.
    pub(super) fn acts_of(&self, agent: AgentId) -> &[ActId] {
        let by_agent = self.acts.get_or_init(|| {
            let mut by_agent = vec![Vec::new(); self.episode.agents.len()];
            for act in self.episode.act_ids() {
                by_agent[self.episode.act(act).agent.index()].push(act);
            }
            by_agent
        });
        by_agent.get(agent.index()).map_or(&[], Vec::as_slice)
    }

    /// The value of a parameter: the scenario's, or else its default; `None` if it is to be taken from the
    /// log.
    pub(super) fn param(&self, name: &str) -> Option<f64> {
        let set = self.scenario.params.get(name).map(|it| it.get());
        set.or_else(|| self.method.param(name).and_then(|it| it.default))
    }

    /// Whether a 0/1 parameter is on.
    pub(super) fn switch(&self, name: &str) -> bool {
        self.param(name).is_some_and(|it| it >= 0.5)
    }

    pub(super) fn is_dropped(&self, agent: AgentId) -> bool {
        self.scenario.dropped.contains(&agent)
    }

    /// Whether an act gets no credit: its agent is dropped, or it lies outside the window.
    pub(super) fn leaves_out(&self, act: ActId) -> bool {
        self.is_dropped(self.episode.act(act).agent) || !self.in_window(act)
    }

    pub(super) fn in_window(&self, act: ActId) -> bool {
        self.scenario.window.is_none_or(|(first, last)| (first..=last).contains(&act))
    }

    /// What the window does to the numbers of this method, as a sentence.
    fn window_caveat(&self) -> Option<Caveat> {
        let (first, last) = self.scenario.window?;
        let episode = self.episode;
        let untouched = match self.method.family {
            Family::Coalition => "coalition values are of whole episodes",
            Family::Split | Family::Group if self.method.needs.contains(&super::method::Need::Acts) => "",
            Family::Split => "the split does not look at acts",
            Family::Group => "numbers of whole rollouts do not look at acts",
            Family::Declared | Family::Deviation | Family::Replay | Family::Time | Family::Graph => "",
        };
        if !untouched.is_empty() {
            return Some(caveat(format!("{untouched}: the window changes nothing")));
        }
        let inside = episode.act_ids().filter(|it| self.in_window(*it)).count();
        let (first, last) = (&episode.act(first).id, &episode.act(last).id);
        let all = figure::count(episode.acts.len(), "act");
        Some(caveat(format!("only acts from {first} to {last} are credited: {inside} of {all}")))
    }

    /// The agents that are not taken out, ascending.
    pub(super) fn remaining(&self) -> Vec<AgentId> {
        self.episode.agent_ids().filter(|it| !self.is_dropped(*it)).collect()
    }

    /// The name of an agent.
    pub(super) fn agent(&self, agent: AgentId) -> &'a str {
        &self.episode.agent(agent).name
    }

    /// `action a7 (coder)` or `message m2 (coder)`.
    pub(super) fn act(&self, act: ActId) -> String {
        let Act { id, kind, agent, .. } = self.episode.act(act);
        let kind = if *kind == ActKind::Message { "message" } else { "action" };
        format!("{kind} {id} ({})", self.agent(*agent))
    }

    /// Names of the agents taken out.
    pub(super) fn dropped_names(&self) -> String {
        let ids = self.scenario.dropped.iter().filter(|it| it.index() < self.episode.agents.len());
        let names: Vec<&str> = ids.map(|it| self.agent(*it)).collect();
        figure::list(&names)
    }

    /// An attribution without numbers yet: every agent [`Value::Unavailable`], the dropped ones undefined.
    pub(super) fn start(&self, title: impl Into<String>, provenance: Provenance) -> Attribution {
        let value = |agent| {
            if self.agents_only {
                // Why there is no number is not asked for.
                Value::Unavailable(String::new())
            } else if self.is_dropped(agent) {
                Value::Undefined("taken out of the game".to_owned())
            } else {
                Value::Unavailable("not covered by the log".to_owned())
            }
        };
        let agents =
            self.episode.agent_ids().map(|agent| AgentCredit { agent, value: value(agent) }).collect();
        Attribution {
            method: self.method.name.to_owned(),
            baseline: self.baseline.map(|it| it.name.to_owned()),
            title: title.into(),
            agents,
            acts: Vec::new(),
            sum: 0.0,
            contract: None,
            reward: None,
            units: None,
            empty_value: None,
            provenance,
            absence: None,
            sample: String::new(),
            caveats: self.method.caveats.iter().copied().map(caveat).chain(self.window_caveat()).collect(),
            measured: None,
        }
    }

    /// The reward to divide.
    ///
    /// # Errors
    /// When the log holds neither reward nor outcome, or a substitute's value is not logged.
    pub(super) fn pot(&self) -> Result<Pot, Unavailable> {
        let mut pot = self.edited_reward()?;
        for (act, substitute) in &self.scenario.substitutes {
            let whole = |it| Ok(self.value_of(*act, it)? + self.left_out_of(*act, it));
            let taken = self.taken(*act).and_then(whole);
            let other = self.substitute(*act, substitute).and_then(|it| Ok((it, whole(it)?)));
            let (taken, (alternative, other)) = (taken.map_err(missing)?, other.map_err(missing)?);
            pot.value = sum([pot.value, -taken, other]);
            pot.caveats.push(caveat(format!(
                "R is an expectation: {} takes '{}' instead",
                self.act(*act),
                alternative.label
            )));
        }
        Ok(pot)
    }

    fn edited_reward(&self) -> Result<Pot, Unavailable> {
        let logged = self.episode.reward();
        // Methods of time take the discount as their own gamma.
        let discount = self.scenario.discount.filter(|_| self.method.family != Family::Time);
        if let Some(value) = self.scenario.reward {
            let mut caveats = vec![caveat(match logged {
                Some(logged) => format!(
                    "the reward is set to {}; the log says {}",
                    figure::plain(value.get()),
                    figure::plain(logged.value)
                ),
                None => format!("the reward is set to {}; the log has none", figure::plain(value.get())),
            })];
            if discount.is_some() {
                caveats.push(caveat("the discount does not change a reward set by hand"));
            }
            return Ok(Pot { value: value.get(), origin: None, caveats });
        }
        let logged = logged.ok_or_else(|| missing(whose::no_reward(self.episode)))?;
        let mut pot = Pot { value: logged.value, origin: logged.origin, caveats: Vec::new() };
        match logged.source {
            RewardSource::Rewards(_) | RewardSource::Return => {}
            RewardSource::PerAgent(n) | RewardSource::Ends(n) => pot.caveats.push(self.own_caveat(n)),
            RewardSource::Outcome => pot.caveats.push(caveat(outcome_words(self.episode))),
        }
        if !self.scenario.dropped.is_empty() {
            match self.team_without_dropped() {
                Some((value, origin)) => {
                    pot.value = value;
                    pot.origin = Some(origin);
                    pot.caveats = vec![caveat(format!(
                        "R is the logged value of the team without {}",
                        self.dropped_names()
                    ))];
                    if discount.is_some() {
                        pot.caveats.push(caveat("the value of a team cannot be discounted again"));
                    }
                    return Ok(pot);
                }
                None => pot.caveats.push(caveat(format!(
                    "R stays {}: the log does not say what the team earns without {}",
                    figure::plain(pot.value),
                    self.dropped_names()
                ))),
            }
        }
        if let Some(gamma) = discount {
            match logged.source {
                RewardSource::Rewards(_) | RewardSource::PerAgent(_) => {
                    pot.value = discounted(self.episode.counted_rewards(), gamma.get());
                    let gamma = figure::exact(gamma.get());
                    pot.caveats.push(caveat(format!("R is discounted by {gamma} per step")));
                }
                RewardSource::Return | RewardSource::Ends(_) | RewardSource::Outcome => {
                    pot.caveats.push(caveat("R is one number without a step: the discount leaves it"))
                }
            }
        }
        Ok(pot)
    }

    /// Whose reward R is, where it is the sum of `n` own rewards.
    fn own_caveat(&self, n: u32) -> Caveat {
        let episode = self.episode;
        let n = figure::count(n as usize, "per-agent reward");
        caveat(match episode.whose() {
            Some(Whose::Sum) | None if !episode.has_team_reward() => {
                format!("R is the sum of {n}: no global reward is logged")
            }
            Some(Whose::Sum) | None => format!("R is the sum of {n}, not the team's reward"),
            Some(whose) => format!("R is what {} earned: the sum of {n}", episode.whose_words(&whose)),
        })
    }

    fn team_without_dropped(&self) -> Option<(f64, Origin)> {
        let tables = self.episode.coalitions.iter();
        // If none of the dropped agents is a player, the grand coalition remains, which says nothing new.
        tables.filter(|it| it.players.iter().any(|it| self.is_dropped(*it))).find_map(|table| {
            let rest: Members = table.players.iter().copied().filter(|it| !self.is_dropped(*it)).collect();
            let row = table.values.get(table.values.members().position(|it| *it == rest)?)?;
            Some((row.value.mean?, row.origin))
        })
    }

    /// The alternative really taken at `act`.
    ///
    /// # Errors
    /// What is missing.
    pub(super) fn taken(&self, act: ActId) -> Result<&'a Alternative, String> {
        let table = self.episode.table(act);
        table.ok_or_else(|| format!("no alternatives are logged for {}", self.act(act)))?;
        self.known_taken(act).ok_or_else(|| {
            let (name, it) = (self.act(act), self.episode.act(act));
            if it.is_contradicted() {
                let chosen = it.taken_label();
                return format!(
                    "{name} is '{}' and `policy.chosen` '{chosen}': what was taken is not known",
                    it.label
                );
            }
            format!("the value of the action taken at {name} is not logged")
        })
    }

    /// The same without the message about what is missing: for a million acts that takes a while to write.
    pub(super) fn known_taken(&self, act: ActId) -> Option<&'a Alternative> {
        self.episode.table(act)?.alternatives.iter().find(|it| it.taken)
    }

    /// The alternative a substitute means.
    ///
    /// # Errors
    /// What is missing.
    pub(super) fn substitute(&self, act: ActId, substitute: &Substitute) -> Result<&'a Alternative, String> {
        let table = self.episode.table(act);
        let table = table.ok_or_else(|| format!("no alternatives are logged for {}", self.act(act)))?;
        match substitute {
            Substitute::Default => table.alternatives.iter().find(|it| it.default).ok_or_else(|| {
                format!("no default (null) action with a value is logged for {}", self.act(act))
            }),
            Substitute::Alternative(label) => table
                .alternatives
                .iter()
                .find(|it| it.label == *label)
                .ok_or_else(|| format!("{} has no logged alternative '{label}'", self.act(act))),
        }
    }

    /// Whether V before `act` is of the rewards still to come: what a model states is, unless the scenario or
    /// the log says otherwise. What was drawn anew from the context is of the whole episode.
    pub(super) fn is_value_to_come(&self, act: ActId) -> bool {
        let stated = self.episode.act(act).policy.as_ref().is_some_and(|it| it.value.is_some());
        stated && self.is_stated_to_come(act)
    }

    /// Whether what a model states at `act` is of the rewards still to come.
    pub(super) fn is_stated_to_come(&self, act: ActId) -> bool {
        match self.param("to-come") {
            Some(it) => it >= 0.5,
            None => self.episode.value_of(act) == ValueOf::ToCome,
        }
    }

    /// What had been received before `act`, in reward units.
    pub(super) fn received(&self, act: ActId) -> f64 {
        self.received.get_or_init(|| received(self.episode)).get(act.index()).copied().unwrap_or(0.0)
    }

    /// What Q of `alternative` leaves out of the return of the whole episode: what was received before the act,
    /// where it is of what is to come.
    pub(super) fn left_out_of(&self, act: ActId, alternative: &Alternative) -> f64 {
        if alternative.stated && self.is_stated_to_come(act) { self.received(act) } else { 0.0 }
    }

    /// Q of an alternative.
    ///
    /// # Errors
    /// That it is not logged.
    pub(super) fn value_of(&self, act: ActId, alternative: &Alternative) -> Result<f64, String> {
        alternative
            .q
            .mean
            .ok_or_else(|| format!("no value of '{}' is logged for {}", alternative.label, self.act(act)))
    }
}

/// How the status stands in for a reward.
pub(super) fn outcome_words(episode: &Episode) -> String {
    let status = episode.outcome.as_ref().and_then(|it| it.status.as_ref());
    match status {
        Some(Status::Success) => "no reward logged: the success is counted as +1".to_owned(),
        _ => "no reward logged: the failure is counted as -1".to_owned(),
    }
}

fn discounted<'r>(rewards: impl Iterator<Item = &'r Reward>, gamma: f64) -> f64 {
    let rewards: Vec<(f64, Option<i64>)> =
        rewards.filter_map(|it| it.value.map(|value| (value, it.step))).collect();
    let steps: Option<Vec<i64>> = rewards.iter().map(|it| it.1).collect();
    let power = |k: i64| gamma.powi(i32::try_from(k).unwrap_or(i32::MAX));
    match steps {
        Some(steps) => sum(rewards.iter().zip(steps).map(|(reward, step)| reward.0 * power(step))),
        None => sum(rewards.iter().enumerate().map(|(k, reward)| reward.0 * power(k as i64))),
    }
}

/// The sum of the agents' numbers.
pub(super) fn total(agents: &[AgentCredit]) -> f64 {
    sum(agents.iter().filter_map(|it| it.value.number()).map(|it| it.value))
}

#[cfg(test)]
mod tests;
