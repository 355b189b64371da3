//! A key of the state, whose it is, and what it was set to when.

use std::sync::Arc;

use crate::{
    model::{ActId, AgentId, Episode},
    text,
};

/// A moment between acts: 0 before the first, n after the n-th.
pub type Moment = u32;

/// Whose a key is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// Of the environment.
    Env,
    /// Of an agent.
    Agent(AgentId),
    /// Of an agent that the episode does not name otherwise; display-safe.
    Unknown(String),
    /// Of all.
    Team,
}

impl Owner {
    /// The name on the screen.
    pub fn name<'a>(&'a self, episode: &'a Episode) -> &'a str {
        match self {
            Owner::Env => "env",
            Owner::Agent(agent) => &episode.agent(*agent).name,
            Owner::Unknown(name) => name,
            Owner::Team => "team",
        }
    }

    /// Whose a path of the collective state is, and the rest of the path; display-safe.
    pub(super) fn of(episode: &Episode, path: &[String]) -> (Self, String) {
        let agent = |name: &str| {
            let name = text::clean(name);
            let found = episode.agents.iter().position(|it| it.name == name);
            found.map(AgentId::from_index).ok_or(name)
        };
        let join = |rest: &[String]| match rest {
            [] => "state".to_owned(),
            rest => text::clean(&rest.join(".")),
        };
        match path {
            [first, rest @ ..] if first == "env" => (Owner::Env, join(rest)),
            [first, name, rest @ ..] if first == "agents" => {
                (agent(name).map_or_else(Owner::Unknown, Owner::Agent), join(rest))
            }
            [first, rest @ ..] => match agent(first) {
                Ok(agent) => (Owner::Agent(agent), join(rest)),
                Err(_) => (Owner::Team, join(path)),
            },
            [] => (Owner::Team, join(path)),
        }
    }
}

/// Who set a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Nobody: it was there before the first act.
    Start,
    /// This act, as the record says (`after`).
    Act(ActId),
    /// By time or place in the log, this act: the record names none.
    Order(ActId),
    /// Nobody knows; this act found it so (`pre_state`).
    Seen(ActId),
}

impl By {
    /// The act, if any.
    pub fn act(self) -> Option<ActId> {
        match self {
            By::Start => None,
            By::Act(act) | By::Order(act) | By::Seen(act) => Some(act),
        }
    }
}

/// A value that a key was set to.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// From when on it holds.
    pub moment: Moment,
    /// Compact JSON, display-safe and cut after 2,000 characters; `None`: the key was removed.
    pub value: Option<Arc<str>>,
    /// Who set it.
    pub by: By,
}

/// A key of the state.
#[derive(Clone, Debug, PartialEq)]
pub struct StateKey {
    /// Whose it is.
    pub owner: Owner,
    /// Its path below the owner, with periods between; display-safe.
    pub name: String,
    /// What it was set to, in the order of the acts; each another value than the one before.
    pub writes: Vec<Write>,
}

impl StateKey {
    /// What it was set to last, up to a moment.
    pub fn at(&self, moment: Moment) -> Option<&Write> {
        self.writes[..self.writes.partition_point(|it| it.moment <= moment)].last()
    }

    /// What it was set to last, before a moment.
    pub fn before(&self, moment: Moment) -> Option<&Write> {
        self.writes[..self.writes.partition_point(|it| it.moment < moment)].last()
    }

    /// The first value it was set to after a moment.
    pub fn after(&self, moment: Moment) -> Option<&Write> {
        self.writes.get(self.writes.partition_point(|it| it.moment <= moment))
    }

    /// Its value at a moment; `None`: it is not there.
    pub fn value(&self, moment: Moment) -> Option<&str> {
        self.at(moment)?.value.as_deref()
    }

    /// Whether it was set, or removed, at this very moment.
    pub fn is_changed(&self, moment: Moment) -> bool {
        self.at(moment).is_some_and(|it| it.moment == moment)
    }
}
