//! What agents earn for themselves, and whose reward R is.

use super::{AgentId, Episode, Origin, Reward, RewardSource, RewardTotal, Whose};

/// What one agent earned for itself in one episode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OwnReward {
    /// Who.
    pub agent: AgentId,
    /// In reward units.
    pub value: f64,
    /// How many `reward` records it is the sum of; 0: `episode_end` says it.
    pub records: u32,
    /// The last record that says so.
    pub origin: Origin,
}

impl Episode {
    /// What each agent earned for itself, ascending by agent; only those for which a number is logged. Rewards that
    /// name the agent are summed; without any, `rewards` of `episode_end`.
    pub fn own_rewards(&self) -> Vec<OwnReward> {
        let mut by_agent: Vec<Option<OwnReward>> = vec![None; self.agents.len()];
        for reward in &self.rewards {
            let Some((agent, value)) = reward.agent.zip(reward.value) else { continue };
            let Some(slot) = by_agent.get_mut(agent.index()) else { continue };
            let own = slot.get_or_insert(OwnReward { agent, value: 0.0, records: 0, origin: reward.origin });
            *own = OwnReward { value: own.value + value, records: own.records + 1, ..*own };
            own.origin = reward.origin;
        }
        let ends = self.outcome.iter().flat_map(|end| end.own.iter().map(|it| (it, end.origin)));
        for ((agent, value), origin) in ends {
            if let Some(slot @ None) = by_agent.get_mut(agent.index()) {
                *slot = Some(OwnReward { agent: *agent, value: *value, records: 0, origin });
            }
        }
        by_agent.into_iter().flatten().collect()
    }

    /// The teams of agents that earn something for themselves, in the order of the agents; empty if all are of one
    /// team or of none.
    pub fn teams(&self) -> Vec<&str> {
        let mut teams: Vec<&str> = Vec::new();
        for own in self.own_rewards() {
            match self.agent(own.agent).team.as_deref() {
                Some(team) if !teams.contains(&team) => teams.push(team),
                Some(_) | None => {}
            }
        }
        if teams.len() < 2 { Vec::new() } else { teams }
    }

    /// Whose reward R is: what was chosen, else [`Episode::whose_by_default`].
    pub fn whose(&self) -> Option<Whose> {
        self.whose.clone().or_else(|| self.whose_by_default())
    }

    /// The team, if its reward is logged or no agent has one of its own; else the sum of these, if none is of the
    /// other sign than another; else nobody: somebody has to choose.
    pub fn whose_by_default(&self) -> Option<Whose> {
        let own = self.own_rewards();
        if own.is_empty() || self.has_team_reward() {
            return Some(Whose::Team);
        }
        let of_sign = |sign: f64| own.iter().any(|it| it.value * sign > 0.0);
        (!(of_sign(1.0) && of_sign(-1.0))).then_some(Whose::Sum)
    }

    /// Whether a reward of the team as a whole is logged.
    pub fn has_team_reward(&self) -> bool {
        self.rewards.iter().any(|it| it.agent.is_none() && it.value.is_some())
            || self.outcome.as_ref().is_some_and(|it| it.total.is_some())
    }

    /// Whether `whose` speaks of what `agent` earns for itself.
    pub fn is_among(&self, whose: &Whose, agent: AgentId) -> bool {
        match whose {
            Whose::Team => false,
            Whose::Sum => true,
            Whose::Agent(one) => *one == agent,
            Whose::Members(team) => {
                self.agents.get(agent.index()).is_some_and(|it| it.team.as_ref() == Some(team))
            }
        }
    }

    /// The `reward` records that R is the sum of, in order; none where R is a `return`, stands in `episode_end`, or
    /// is not logged.
    pub fn counted_rewards(&self) -> impl Iterator<Item = &Reward> {
        let whose = self.whose();
        self.rewards.iter().filter(move |reward| match (&whose, reward.agent) {
            (None, _) => false,
            (Some(Whose::Team), agent) => agent.is_none(),
            (Some(whose), Some(agent)) => self.is_among(whose, agent),
            (Some(_), None) => false,
        })
    }

    /// The sum of the own rewards that `whose` speaks of; `None` if none is logged.
    pub(super) fn own_total(&self, whose: &Whose) -> Option<RewardTotal> {
        let own = self.own_rewards();
        let own: Vec<&OwnReward> = own.iter().filter(|it| self.is_among(whose, it.agent)).collect();
        let last = own.iter().max_by_key(|it| (it.records > 0, it.origin))?;
        let records: u32 = own.iter().map(|it| it.records).sum();
        let source =
            if records > 0 { RewardSource::PerAgent(records) } else { RewardSource::Ends(own.len() as u32) };
        let value = own.iter().map(|it| it.value).sum();
        Some(RewardTotal { value, source, origin: Some(last.origin) })
    }

    /// Whose, in words: `the team`, `all agents together`, `ada`, `team red`.
    pub fn whose_words(&self, whose: &Whose) -> String {
        match whose {
            Whose::Team => "the team".to_owned(),
            Whose::Sum => "all agents together".to_owned(),
            Whose::Agent(agent) => {
                self.agents.get(agent.index()).map_or_else(|| "?".to_owned(), |it| it.name.clone())
            }
            Whose::Members(team) => format!("team {team}"),
        }
    }

    /// How a command names it: `team`, `sum`, the name of an agent, the name of a team. `agent:` or `team:` stands
    /// before a name that means something else too.
    pub fn whose_name(&self, whose: &Whose) -> String {
        let (prefix, name) = match whose {
            Whose::Team => return "team".to_owned(),
            Whose::Sum => return "sum".to_owned(),
            Whose::Agent(_) => ("agent", self.whose_words(whose)),
            Whose::Members(team) => ("team", team.clone()),
        };
        if self.whose_named(&name).as_ref() == Some(whose) { name } else { format!("{prefix}:{name}") }
    }

    /// Whose reward `name` means; `None`: nobody's.
    pub fn whose_named(&self, name: &str) -> Option<Whose> {
        let agent = |name: &str| {
            let at = self.agents.iter().position(|it| it.name == name)?;
            Some(Whose::Agent(AgentId::from_index(at)))
        };
        let team = |name: &str| {
            let known = self.agents.iter().any(|it| it.team.as_deref() == Some(name));
            known.then(|| Whose::Members(name.to_owned()))
        };
        match name {
            "team" => return Some(Whose::Team),
            "sum" => return Some(Whose::Sum),
            _ => {}
        }
        let by_prefix = |prefix: &str| name.strip_prefix(prefix);
        agent(name)
            .or_else(|| team(name))
            .or_else(|| by_prefix("agent:").and_then(agent))
            .or_else(|| by_prefix("team:").and_then(team))
    }

    /// Everybody whose reward may be credited: the team if its reward is logged, each agent that earns for itself,
    /// each team of several, and the sum. Empty if no agent earns for itself.
    pub fn whose_choices(&self) -> Vec<Whose> {
        let own = self.own_rewards();
        if own.is_empty() {
            return Vec::new();
        }
        let mut all = Vec::new();
        all.extend(self.has_team_reward().then_some(Whose::Team));
        all.extend(own.iter().map(|it| Whose::Agent(it.agent)));
        all.extend(self.teams().into_iter().map(|it| Whose::Members(it.to_owned())));
        all.push(Whose::Sum);
        all
    }
}
