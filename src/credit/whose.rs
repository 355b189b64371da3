//! Whose reward is credited: the episode as one whose R, and whose logged values, are those of the choice.
//!
//! Every method reads an episode through this, so the choice means the same everywhere:
//!
//! * R is the team's reward, the sum of own rewards, or the own reward of one agent or team
//!   ([`crate::model::Whose`]).
//! * The value of an alternative, a replayed candidate or a coalition is what its `rewards` say of the choice; of
//!   several agents their sum, run by run. A record that lacks one of them has no value.
//! * Values of the team stand in only where the choice is the sum and the log has no reward of the team: then the
//!   sum is the team's reward. So do V and q of policies, which do not say whose they are.
//! * Declared credit is of the reward that it names; without one, of the team's.
//!
//! A copy that was made for a choice keeps what it was made from: it can be asked for another.

use std::{borrow::Cow, sync::Arc};

use crate::model::{AgentId, DeclaredCredit, Episode, Sample, Scenario, Unavailable, Whose};

use super::method::{Family, Method};

/// `episode` as one whose R is what `scenario` credits. Costs nothing where that is what the log says, or where it
/// was made so already.
pub fn rewarded<'a>(episode: &'a Episode, scenario: &Scenario) -> Cow<'a, Episode> {
    let whose = match (&scenario.whose, &episode.whose) {
        (Some(asked), Some(made)) if asked == made => return Cow::Borrowed(episode),
        (Some(asked), _) => asked.clone(),
        (None, Some(_)) => return Cow::Borrowed(episode),
        // By default the sum: what single agents earn in an alternative is what counts there.
        (None, None) if has_own_values(episode) && episode.whose_by_default() == Some(Whose::Sum) => {
            Whose::Sum
        }
        (None, None) => return Cow::Borrowed(episode),
    };
    let logged = episode.logged.clone().unwrap_or_else(|| Arc::new(episode.clone()));
    Cow::Owned(made_for(&logged, whose))
}

/// `episode` as it is logged, whatever choice it was made for.
pub(super) fn as_logged(episode: &Episode) -> &Episode {
    episode.logged.as_deref().unwrap_or(episode)
}

/// Every logged value of an alternative, a candidate or a coalition that may say what single agents earn.
fn samples(episode: &Episode) -> impl Iterator<Item = &Sample> {
    let alternatives = episode.tables.iter().flat_map(|it| &it.alternatives).map(|it| &it.q);
    let candidates = episode.replays.iter().flat_map(|it| &it.candidates);
    let coalitions = episode.coalitions.iter().flat_map(|it| it.values.with_runs());
    alternatives.chain(candidates.map(|it| &it.returns)).chain(coalitions)
}

/// Whether any record says what single agents earn otherwise.
pub(super) fn has_own_values(episode: &Episode) -> bool {
    samples(episode).any(|it| !it.own.is_empty())
}

fn made_for(episode: &Arc<Episode>, whose: Whose) -> Episode {
    let mut made = Episode::clone(episode);
    if whose != Whose::Team {
        let stands_in = whose == Whose::Sum && !episode.has_team_reward();
        let paid = paid(episode, &whose);
        let of = |it: &mut Sample| *it = own_value(it, &paid, stands_in);
        for table in made.tables.iter_mut() {
            table.value = table.value.filter(|_| stands_in);
            table.alternatives.iter_mut().for_each(|it| of(&mut it.q));
        }
        for group in &mut made.replays {
            for candidate in &mut group.candidates {
                of(&mut candidate.returns);
                candidate.q = candidate.q.filter(|_| stands_in);
            }
            group.left_out.iter_mut().for_each(|it| of(&mut it.candidate.returns));
        }
        made.coalitions.iter_mut().for_each(|it| it.values.update_all(of));
        // The bounds of the team's reward are none of a part of it.
        made.bounds = made.bounds.filter(|_| stands_in);
    }
    made.declared.retain(|it| is_of(episode, it, &whose));
    made.whose = Some(whose);
    made.logged = Some(Arc::clone(episode));
    made
}

/// The agents whose rewards `whose` adds up: those that earn something in this episode or otherwise.
fn paid(episode: &Episode, whose: &Whose) -> Vec<AgentId> {
    let mut paid: Vec<AgentId> = episode.own_rewards().iter().map(|it| it.agent).collect();
    paid.extend(samples(episode).flat_map(|it| &it.own).map(|it| it.0));
    paid.retain(|it| episode.is_among(whose, *it));
    paid.sort_unstable();
    paid.dedup();
    paid
}

/// What the agents `paid` earn together.
fn own_value(sample: &Sample, paid: &[AgentId], stands_in: bool) -> Sample {
    let of = |agent: &AgentId| {
        let at = sample.own.binary_search_by_key(agent, |it| it.0).ok()?;
        Some(&sample.own[at].1)
    };
    let parts: Option<Vec<&Sample>> = paid.iter().map(of).collect();
    let value = match parts.as_deref() {
        None | Some([]) if stands_in => return sample.clone(),
        None | Some([]) => Sample::default(),
        Some([one]) => (*one).clone(),
        Some(parts) => added(parts),
    };
    Sample { own: sample.own.clone(), seeds: sample.seeds.clone(), ..value }
}

/// The sum of what several earn in the same runs: run by run where all are logged so, else of means, of which the
/// spread is not known.
fn added(parts: &[&Sample]) -> Sample {
    let runs = parts[0].returns.len();
    if runs > 0 && parts.iter().all(|it| it.returns.len() == runs) {
        let sum = |run: usize| parts.iter().map(|it| it.returns[run]).sum();
        // Runs of one record have the same seeds for all agents.
        let seeds = parts[0].seeds.clone();
        return Sample { seeds, ..Sample::of_returns((0..runs).map(sum).collect()) };
    }
    let means: Option<Vec<f64>> = parts.iter().map(|it| it.mean).collect();
    let counts: Option<Vec<u32>> = parts.iter().map(|it| it.n).collect();
    Sample {
        mean: means.map(crate::stats::sum),
        n: counts.and_then(|it| it.into_iter().min()),
        ..Sample::default()
    }
}

/// Whether declared credit divides the reward of `whose`.
fn is_of(episode: &Episode, declared: &DeclaredCredit, whose: &Whose) -> bool {
    let named = declared.reward.as_ref();
    let reward = named.and_then(|id| episode.rewards.iter().find(|it| it.id.as_ref() == Some(id)));
    match reward.and_then(|it| it.agent) {
        Some(agent) => episode.is_among(whose, agent),
        None => *whose == Whose::Team || (*whose == Whose::Sum && !episode.has_team_reward()),
    }
}

/// `episode` as one whose R is what a declared credit divides, where that is an own reward.
pub(super) fn of_declared<'a>(episode: &'a Episode, declared: &DeclaredCredit) -> Cow<'a, Episode> {
    let named = declared.reward.as_ref();
    let reward = named.and_then(|id| episode.rewards.iter().find(|it| it.id.as_ref() == Some(id)));
    match reward.and_then(|it| it.agent) {
        Some(agent) => {
            rewarded(episode, &Scenario { whose: Some(Whose::Agent(agent)), ..Scenario::default() })
        }
        None => Cow::Borrowed(episode),
    }
}

/// Whether logged values of policies (V, q) are of the reward that is credited.
pub(super) fn is_of_policies(episode: &Episode) -> bool {
    match &episode.whose {
        None | Some(Whose::Team) => true,
        Some(Whose::Sum) => !episode.has_team_reward(),
        Some(Whose::Agent(_) | Whose::Members(_)) => false,
    }
}

/// Why there is no reward to divide.
pub(super) fn no_reward(episode: &Episode) -> String {
    match episode.whose() {
        None => no_choice(episode),
        Some(Whose::Team) if episode.agents.is_empty() => {
            "no agent acted: there is nobody to credit".to_owned()
        }
        Some(Whose::Team) => "no reward logged: nothing to divide".to_owned(),
        Some(whose) => format!(
            "no reward of {} is logged (`reward` with `agent`, or `rewards` of `episode_end`)",
            episode.whose_words(&whose)
        ),
    }
}

/// Own rewards named one by one; more are counted.
const NAMED: usize = 4;

/// `ada +1, bob -1: no team reward; choose whose is credited`.
fn no_choice(episode: &Episode) -> String {
    let own = episode.own_rewards();
    let one = |it: &crate::model::OwnReward| {
        format!("{} {}", episode.agent(it.agent).name, super::figure::earned(it.value))
    };
    let shown: Vec<String> = own.iter().take(NAMED).map(one).collect();
    let more = own.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}: no team reward; choose whose is credited", shown.join(", "))
}

/// `missing` with the record that would say it of the reward that was chosen.
pub(super) fn with_choice(episode: &Episode, method: &Method, mut missing: Unavailable) -> Unavailable {
    let by_default = episode.whose_by_default();
    let whose = match &episode.whose {
        Some(Whose::Team) | None => {
            if by_default.is_none() && has_own_values(episode) && is_about_values(method) {
                missing.missing = format!("{}; {}", no_choice(episode), missing.missing);
            }
            return missing;
        }
        Some(whose) => whose,
    };
    let words = episode.whose_words(whose);
    let record = match method.family {
        Family::Deviation | Family::Replay => format!("`rewards` of {words} in the candidates of each act"),
        Family::Coalition => format!("`rewards` of {words} in the coalitions"),
        Family::Declared => format!("a `credit` record whose `reward` is one of {words}"),
        Family::Time if !is_of_policies(episode) => {
            format!("V of the reward of {words}: logged values are the team's")
        }
        Family::Time | Family::Graph | Family::Split | Family::Group => return missing,
    };
    missing.missing = format!("{}; it takes {record}", missing.missing);
    missing
}

fn is_about_values(method: &Method) -> bool {
    matches!(method.family, Family::Deviation | Family::Replay | Family::Coalition)
}

/// `, of ada's reward` behind the title of a method, where it is not what the log has by default.
pub(super) fn title(episode: &Episode) -> String {
    match &episode.whose {
        Some(whose) if Some(whose) != episode.whose_by_default().as_ref() => {
            format!(", reward of {}", episode.whose_words(whose))
        }
        Some(_) | None => String::new(),
    }
}

#[cfg(test)]
mod tests;
