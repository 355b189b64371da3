//! Replay groups of many episodes, with as little of each as the diagnostics need.

use crate::model::{AgentId, Candidate, Episode, ReplayGroup, Sample};

use super::Symbol;

/// A replay group: candidates of one frozen context.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Its episode.
    pub episode: String,
    /// Its name in the log.
    pub name: String,
    /// Whose act was replaced, if the log says so.
    pub agent: Option<String>,
    /// Whether its returns are what that agent earns for itself: no record says what the team does.
    pub own: bool,
    /// The candidates by `j`.
    pub candidates: Vec<Replayed>,
}

/// A candidate of a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replayed {
    /// Its index in the log.
    pub j: i64,
    /// Finite returns, in logged order; empty if only a mean is logged.
    pub returns: Vec<f64>,
    /// Mean return; `None` if the log holds none. The candidate then takes no part.
    pub mean: Option<f64>,
    /// Replays behind the mean; 1 if the log does not say.
    pub n: f64,
    /// Whether it is what really happened.
    pub real: bool,
    /// Whether it only serves to estimate V(h).
    pub extra: bool,
    /// What the next agent said, one per replay.
    pub next: Vec<Symbol>,
}

impl Group {
    /// The candidates that earn credit and have a mean.
    pub fn credited(&self) -> impl Iterator<Item = &Replayed> {
        self.candidates.iter().filter(|it| !it.extra && it.mean.is_some())
    }

    /// The candidates that only serve to estimate V(h), with a mean.
    pub fn drawn_anew(&self) -> impl Iterator<Item = &Replayed> {
        self.candidates.iter().filter(|it| it.extra && it.mean.is_some())
    }
}

/// The replay groups of `episode`, by the team's returns or else by those of the agent that acted. `next` gives the whole texts that followed a candidate, because the model
/// shortens them and two long texts may begin alike.
pub fn groups(episode: &Episode, next: &mut dyn FnMut(&Candidate) -> Vec<String>) -> Vec<Group> {
    let group = |it: &ReplayGroup| {
        let of_team = it.candidates.iter().any(|it| it.returns.mean.is_some());
        let own =
            it.agent.filter(|agent| !of_team && it.candidates.iter().any(|it| own(it, *agent).is_some()));
        let one = |it: &Candidate| {
            let sample = own.map_or(Some(&it.returns), |agent| self::own(it, agent));
            replayed(it, sample.unwrap_or(&it.returns), next)
        };
        Group {
            episode: episode.name.clone(),
            name: it.name.clone(),
            agent: it.agent.map(|agent| episode.agent(agent).name.clone()),
            own: own.is_some(),
            candidates: it.candidates.iter().map(one).collect(),
        }
    };
    episode.replays.iter().map(group).collect()
}

/// What `agent` earns for itself with a candidate.
fn own(candidate: &Candidate, agent: AgentId) -> Option<&Sample> {
    let own = &candidate.returns.own;
    own.iter().find(|it| it.0 == agent).map(|it| &it.1)
}

fn replayed(
    candidate: &Candidate,
    sample: &Sample,
    next: &mut dyn FnMut(&Candidate) -> Vec<String>,
) -> Replayed {
    let texts = if candidate.next.is_empty() || candidate.extra { Vec::new() } else { next(candidate) };
    Replayed {
        j: candidate.j,
        returns: sample.returns.iter().copied().filter(|it| it.is_finite()).collect(),
        mean: sample.mean.filter(|it| it.is_finite()),
        n: sample.n.map_or(1.0, f64::from),
        real: candidate.real,
        extra: candidate.extra,
        next: texts.iter().map(|it| Symbol::of(it)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::draft::Draft;

    #[test]
    fn candidates_with_own_rewards_alone_are_judged_by_these() {
        let draft = Draft::team(&["ada", "bob"]).acts(&[0]).replay(0, 0, &[(9.0, 1), (9.0, 1)]);
        let episode = draft.with(|it| {
            for (candidate, value) in it.replays[0].candidates.iter_mut().zip([-2.0, 0.5]) {
                let own = [(AgentId(0), Sample::stated(value)), (AgentId(1), Sample::stated(7.0))];
                candidate.returns = Sample { own: own.into(), ..Sample::default() };
            }
        });
        let found = groups(&episode.episode(), &mut |_| Vec::new());
        let means: Vec<Option<f64>> = found[0].candidates.iter().map(|it| it.mean).collect();
        assert_eq!((found[0].own, means), (true, vec![Some(-2.0), Some(0.5)]));
        // The team's returns count where there are any.
        let of_team = Draft::of(1).acts(&[0]).replay(0, 0, &[(9.0, 1), (8.0, 1)]).episode();
        let found = groups(&of_team, &mut |_| Vec::new());
        assert_eq!((found[0].own, found[0].credited().count()), (false, 2));
    }
}
