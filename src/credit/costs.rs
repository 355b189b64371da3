//! Who cost whom: what each agent or act did to each reward, where agents have rewards of their own.
//!
//! For every reward that may be credited ([`crate::model::Whose`]) the best-supported method is asked, as for an
//! episode of which it is the only reward. What rests on the shape of the trace alone says who may have had a part
//! and blames nobody: it stands beside the choice and never in the matrix. The columns of the matrix are agents, or
//! teams where there are several; where one method knows several columns it fills all of them, so that they can be
//! compared.

use crate::model::{
    ActId, AgentId, Attribution, Episode, Estimate, Link, LinkKind, OwnReward, Provenance, Scenario,
    Unavailable, Whose,
};

use super::figure::list;
use super::method::scenario_name;
use super::question::missing;
use super::whose::as_logged;
use super::{act_scenario, best_scenario, compute, rewarded};

/// Rewards beyond this number are not asked for one by one: it takes the credit of the episode each time.
const MOST: usize = 32;
/// Nor are those of an episode with more acts than this, times the rewards.
const MOST_ACTS: usize = 40_000;

/// What agents earned, and to whom it is due.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnStudy {
    /// What each agent earned, ascending by agent.
    pub own: Vec<OwnReward>,
    /// Whose reward is credited if nobody chooses; `None`: nobody's.
    pub by_default: Option<Whose>,
    /// Everybody whose reward may be credited.
    pub choices: Vec<ChoiceRow>,
    /// Who cost whom.
    pub costs: Vec<CostColumn>,
}

/// A reward that may be credited.
#[derive(Clone, Debug, PartialEq)]
pub struct ChoiceRow {
    /// Whose.
    pub whose: Whose,
    /// The reward.
    pub reward: Option<f64>,
    /// Its credit by the best-supported method, or why there is none.
    pub credit: Result<Attribution, Unavailable>,
}

impl ChoiceRow {
    /// What its credit rests on, in a few words: `difference/null`, `by links` for the shape of the trace.
    pub fn by(&self) -> String {
        match &self.credit {
            Ok(it) if it.provenance == Provenance::Structural => "by links".to_owned(),
            Ok(it) => name(it),
            Err(_) => "-".to_owned(),
        }
    }
}

/// What everybody did to one reward.
#[derive(Clone, Debug, PartialEq)]
pub struct CostColumn {
    /// Whose reward.
    pub whose: Whose,
    /// What was paid.
    pub paid: Option<f64>,
    /// Credit of agents; `None`: nothing but the shape of the trace tells.
    pub agents: Option<Attribution>,
    /// Credit of acts, likewise.
    pub acts: Option<Attribution>,
}

impl CostColumn {
    /// What an agent did to this reward.
    pub fn agent(&self, agent: AgentId) -> Option<&Estimate> {
        self.agents.as_ref()?.agent(agent)
    }

    /// What an act did to this reward.
    pub fn act(&self, act: ActId) -> Option<&Estimate> {
        self.acts.as_ref()?.act(act)
    }
}

impl OwnStudy {
    /// Of an episode; `None` if no agent has a reward of its own.
    ///
    /// # Errors
    /// When there are too many agents or acts to ask for every reward.
    pub fn of(episode: &Episode) -> Option<Result<Self, Unavailable>> {
        let episode = as_logged(episode);
        let own = episode.own_rewards();
        if own.is_empty() {
            return None;
        }
        if own.len() > MOST || own.len() * episode.acts.len() > MOST_ACTS {
            return Some(Err(missing(format!(
                "{} agents have rewards of their own, with {} acts: too many to ask for each",
                own.len(),
                episode.acts.len()
            ))));
        }
        let choices: Vec<ChoiceRow> =
            episode.whose_choices().into_iter().map(|it| choice(episode, it)).collect();
        let choices = by_one_method(episode, choices);
        let costs = costs(episode, &choices);
        Some(Ok(Self { own, by_default: episode.whose_by_default(), choices, costs }))
    }

    /// Whether any cell of the matrix is known.
    pub fn is_measured(&self) -> bool {
        self.costs.iter().any(|it| it.agents.is_some() || it.acts.is_some())
    }

    /// The names of the methods in the matrix, each once.
    pub fn methods(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for it in self.costs.iter().filter_map(|it| it.agents.as_ref().or(it.acts.as_ref())) {
            let name = name(it);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// At most `most` acts, in order of time: those that did most to any reward, of equal ones the first.
    pub fn acts(&self, episode: &Episode, most: usize) -> Vec<ActId> {
        let size = |act: &ActId| {
            let sizes = self.costs.iter().filter_map(|it| it.act(*act)).map(|it| it.value.abs());
            sizes.fold(0.0, f64::max)
        };
        let mut acts: Vec<ActId> = episode.act_ids().collect();
        if acts.len() > most {
            acts.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.cmp(b)));
            acts.truncate(most);
            acts.sort_unstable();
        }
        acts
    }

    /// Where an act stands among others: `first act; b1 follows from it`, `caused by a1 (logged parent)`.
    pub fn note(episode: &Episode, act: ActId) -> String {
        let named = |links: &[Link]| {
            let names: Vec<&str> = links.iter().map(|it| episode.act(it.act).id.as_str()).collect();
            list(&names)
        };
        let (causes, effects) = (episode.links.parents(act), episode.links.children(act));
        let mut words = Vec::new();
        if let [first, ..] = causes {
            let kind = if first.kind == LinkKind::Logged { "logged parent" } else { "by order of time" };
            words.push(format!("caused by {} ({kind})", named(causes)));
        } else {
            words.push(if act == ActId(0) { "first act" } else { "no cause logged" }.to_owned());
        }
        if !effects.is_empty() {
            let verb = if effects.len() == 1 { "follows" } else { "follow" };
            words.push(format!("{} {verb} from it", named(effects)));
        }
        words.join("; ")
    }

    /// A record that would fill cells of the matrix, as a line of the log.
    pub fn unlocking_record(&self, episode: &Episode) -> Option<String> {
        let act = episode.acts.first()?;
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let rewards: Vec<String> = self
            .own
            .iter()
            .take(4)
            .map(|it| format!("{}:0", quoted(&episode.agent(it.agent).name)))
            .collect();
        Some(format!(
            "{{\"type\":\"counterfactual\",\"kind\":\"default_action\",\"episode\":{},\"of\":{},\"candidates\":\
             [{{\"action\":null,\"rewards\":{{{}}},\"n\":8}}]}}",
            quoted(&episode.name),
            quoted(&act.id),
            rewards.join(",")
        ))
    }
}

fn of_whose(whose: &Whose) -> Scenario {
    Scenario { whose: Some(whose.clone()), ..Scenario::default() }
}

fn choice(episode: &Episode, whose: Whose) -> ChoiceRow {
    let scenario = of_whose(&whose);
    let episode = rewarded(episode, &scenario);
    let credit = compute(&episode, &scenario);
    ChoiceRow { reward: episode.reward().map(|it| it.value), credit, whose }
}

/// The same choices by the method of the first that is measured, where it knows them: by one method they can be
/// compared.
fn by_one_method(episode: &Episode, choices: Vec<ChoiceRow>) -> Vec<ChoiceRow> {
    let measured = choices.iter().find_map(|it| it.credit.as_ref().ok().filter(|it| is_measured(it)));
    let Some(first) = measured.cloned() else { return choices };
    let is_same = |it: &Attribution| it.method == first.method && it.baseline == first.baseline;
    let same = |row: ChoiceRow| match &row.credit {
        Ok(it) if is_measured(it) && !is_same(it) => {
            let of_whose = of_whose(&row.whose);
            let found = by_method_of(&first, &rewarded(episode, &of_whose), &of_whose);
            ChoiceRow { credit: found.map_or(row.credit, Ok), ..row }
        }
        Ok(_) | Err(_) => row,
    };
    choices.into_iter().map(same).collect()
}

/// The credit of `episode` by the method of `first`; `None` if it gives nobody a number.
fn by_method_of(first: &Attribution, episode: &Episode, of_whose: &Scenario) -> Option<Attribution> {
    let (method, baseline) = (first.method.clone(), first.baseline.clone());
    let found = compute(episode, &Scenario { method, baseline, ..of_whose.clone() }).ok()?;
    let known = found.agents.iter().any(|it| it.value.number().is_some());
    (known && is_measured(&found)).then_some(found)
}

fn is_measured(attribution: &Attribution) -> bool {
    attribution.provenance != Provenance::Structural
}

fn costs(episode: &Episode, choices: &[ChoiceRow]) -> Vec<CostColumn> {
    let has_teams = choices.iter().any(|it| matches!(it.whose, Whose::Members(_)));
    let columns = choices.iter().filter(|it| match it.whose {
        Whose::Agent(_) => !has_teams,
        Whose::Members(_) => true,
        Whose::Team | Whose::Sum => false,
    });
    let columns: Vec<&ChoiceRow> = columns.collect();
    let first = columns.iter().find_map(|it| it.credit.as_ref().ok().filter(|it| is_measured(it)));
    columns.iter().map(|it| column(episode, it, first)).collect()
}

/// The column of a reward, by the method of `first` if that knows it, else by its own best.
fn column(episode: &Episode, row: &ChoiceRow, first: Option<&Attribution>) -> CostColumn {
    let of_whose = of_whose(&row.whose);
    let episode = &rewarded(episode, &of_whose);
    let own = || row.credit.as_ref().ok().filter(|it| is_measured(it)).cloned();
    let agents = first.and_then(|it| by_method_of(it, episode, &of_whose)).or_else(own);
    let scenario = agents.as_ref().map(|it| Scenario {
        method: it.method.clone(),
        baseline: it.baseline.clone(),
        ..of_whose.clone()
    });
    let scenario = scenario.or_else(|| best_scenario(episode));
    let acts = scenario.and_then(|it| compute(episode, &act_scenario(episode, &it)?).ok());
    CostColumn { whose: row.whose.clone(), paid: row.reward, agents, acts: acts.filter(is_measured) }
}

/// `method` or `method/baseline`.
fn name(attribution: &Attribution) -> String {
    scenario_name(&Scenario {
        baseline: attribution.baseline.clone(),
        ..Scenario::of_method(attribution.method.clone())
    })
}

#[cfg(test)]
mod tests;
