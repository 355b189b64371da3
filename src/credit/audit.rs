//! Declared credit beside the same computation done anew from the log.
//!
//! For every `credit` record: its items, each beside the recomputed number if the algorithm it names is one
//! of the method table; the sum against R if the algorithm's contract is to divide it; and what is wrong with
//! the record itself: unknown or repeated names, numbers that are not finite. Parameters that the record logs
//! (`counterfactual`: which group; `convention`; numbers by name) are used if the method has them.
//!
//! What a name leaves open is tried ([`forms`]): the recomputed numbers are of the first form that gives every
//! declared one, else of the one that the name means.

mod forms;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    AgentId, Attribution, Caveat, CreditItem, DeclaredCredit, Episode, Number, Scenario, Unavailable, Value,
};

use super::declared::{keys, named_method};
use super::figure;
use super::method::{Family, Target};
use super::question::{Question, caveat, missing};
use super::whose::of_declared;
use super::{compute_plain, method, methods, scenario_name};

use forms::{forms, precision};

/// One declared number and the same recomputed.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditItem {
    /// What the item credits; `None` if that is nothing of this episode.
    pub target: Option<Target>,
    /// Its name; display-safe.
    pub name: String,
    /// As logged.
    pub declared: Option<f64>,
    /// Recomputed; unavailable says why.
    pub recomputed: Value,
    /// Declared minus recomputed, if both are numbers.
    pub difference: Option<f64>,
}

/// One declared credit, audited.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRow {
    /// Index into [`Episode::declared`].
    pub declared: usize,
    /// Its name among the declared credits of the episode, as a baseline of `declared`.
    pub key: String,
    /// What it was recomputed with, or why it cannot be recomputed.
    pub recomputed: Result<Scenario, Unavailable>,
    /// Of the forms that its name leaves open, those that give every declared number to its written precision.
    pub fits: Vec<String>,
    /// How many forms were tried; 1: the name leaves nothing open.
    pub forms: usize,
    /// Item by item, in logged order.
    pub items: Vec<AuditItem>,
    /// Sum of the declared agents' credits.
    pub sum: f64,
    /// Sum minus what it must be, for algorithms whose contract is to divide it.
    pub residual: Option<f64>,
    /// The largest absolute difference.
    pub worst: Option<f64>,
    /// What is wrong with the record.
    pub findings: Vec<Caveat>,
}

/// Audits every declared credit of `episode`, in order.
pub fn audit(episode: &Episode) -> Vec<AuditRow> {
    let keys = keys(episode);
    let mut precisions: BTreeMap<&str, f64> = BTreeMap::new();
    let rows = episode.declared.iter().zip(keys).enumerate();
    rows.map(|(at, (declared, key))| {
        let known = precisions.entry(declared.algorithm.as_str());
        let precision = *known.or_insert_with(|| precision(episode, declared));
        audit_one(episode, at, key, precision)
    })
    .collect()
}

/// Audits the declared credit at one place; `None`: there is none.
pub(super) fn audit_record(episode: &Episode, at: usize) -> Option<AuditRow> {
    let declared = episode.declared.get(at)?;
    Some(audit_one(episode, at, super::declared::key(episode, at)?, precision(episode, declared)))
}

fn audit_one(episode: &Episode, at: usize, key: String, precision: f64) -> AuditRow {
    let declared = &episode.declared[at];
    let Recomputed { scenario: recomputed, items, fits, forms } = recompute(episode, declared, precision);
    let scenario = Scenario { baseline: Some(key.clone()), ..Scenario::of_method("declared") };
    let as_logged = compute_plain(episode, &scenario).ok();
    let differences = items.iter().filter_map(|it| it.difference).map(f64::abs);
    AuditRow {
        declared: at,
        key,
        findings: findings(episode, declared),
        sum: as_logged.as_ref().map_or(0.0, |it| it.sum),
        residual: as_logged.as_ref().and_then(Attribution::residual),
        worst: differences.fold(None, |worst: Option<f64>, it| Some(worst.map_or(it, |worst| worst.max(it)))),
        items,
        recomputed,
        fits,
        forms,
    }
}

/// Declared items beside those of an attribution.
fn beside(
    episode: &Episode,
    declared: &DeclaredCredit,
    anew: Result<&Attribution, &Unavailable>,
) -> Vec<AuditItem> {
    let one = |item: &CreditItem| {
        let target = item.act.map(Target::Act).or(item.agent.map(Target::Agent));
        let recomputed = match (anew, target) {
            (Err(missing), _) => Value::Unavailable(missing.missing.clone()),
            (Ok(_), None) => Value::Unavailable("not in this episode".to_owned()),
            (Ok(it), Some(Target::Agent(agent))) => it.agents[agent.index()].value.clone(),
            (Ok(it), Some(Target::Act(act))) => {
                let found = it.acts.iter().find(|it| it.0 == act).map(|it| it.1.clone());
                found.unwrap_or_else(|| Value::Unavailable(format!("{} says nothing of it", it.title)))
            }
        };
        let number = recomputed.number().map(|it| it.value);
        AuditItem {
            target,
            name: match target {
                Some(Target::Agent(agent)) => episode.agent(agent).name.clone(),
                Some(Target::Act(act)) => episode.act(act).id.clone(),
                None => item.unknown.clone().unwrap_or_default(),
            },
            declared: item.value,
            difference: item.value.zip(number).map(|(declared, number)| declared - number),
            recomputed,
        }
    };
    declared.items.iter().map(one).collect()
}

/// A declared credit computed anew.
struct Recomputed {
    scenario: Result<Scenario, Unavailable>,
    items: Vec<AuditItem>,
    fits: Vec<String>,
    forms: usize,
}

/// Recomputes what is declared by every form that its name leaves open, with the logged parameters that the
/// method has.
fn recompute(episode: &Episode, declared: &DeclaredCredit, precision: f64) -> Recomputed {
    let refused = |missing: Unavailable| {
        let items = beside(episode, declared, Err(&missing));
        Recomputed { scenario: Err(missing), items, fits: Vec::new(), forms: 1 }
    };
    let Some((row, baseline)) = named_method(methods(), declared) else {
        let missing = format!("'{}' is not one of the methods here", declared.algorithm);
        return refused(Unavailable { missing, nearest: None });
    };
    let mut scenario = Scenario { baseline: baseline.map(str::to_owned), ..Scenario::of_method(row.name) };
    for (name, value) in &declared.params {
        let number = value.parse::<f64>().ok();
        if let (Some(param), Some(number)) = (row.param(name), number)
            && (param.min..=param.max).contains(&number)
        {
            scenario.params.insert(name.clone(), Number::new(number));
        }
    }
    let episode = &of_declared(episode, declared);
    let forms = forms(episode, row, &scenario, declared);
    let of_values = row.family != Family::Replay;
    // What was made of logged values is off by their rounding too, once for each of two.
    let precision = if of_values { 3.0 * precision } else { precision };
    let (mut first, mut fitting) = (None, None);
    let mut fits = Vec::new();
    let mut tried: Vec<Vec<AuditItem>> = Vec::new();
    for form in &forms {
        let anew = attribution(episode, declared, &form.scenario);
        let items = beside(episode, declared, anew.as_ref());
        // Where values give the same whatever they are of, nothing is left open.
        if of_values && tried.contains(&items) {
            continue;
        }
        tried.push(items.clone());
        let fit = fits_all(&items, precision);
        if fit {
            fits.push(form.name.clone());
        }
        if fit && fitting.is_none() {
            fitting = Some((form.scenario.clone(), items));
        } else if first.is_none() {
            first = Some((anew.map(|_| form.scenario.clone()), items));
        }
    }
    let forms = tried.len();
    match (fitting, first) {
        (Some((scenario, items)), _) => Recomputed { scenario: Ok(scenario), items, fits, forms },
        (None, Some((scenario, items))) => Recomputed { scenario, items, fits, forms },
        (None, None) => refused(Unavailable { missing: "nothing to compute".to_owned(), nearest: None }),
    }
}

fn attribution(
    episode: &Episode,
    declared: &DeclaredCredit,
    scenario: &Scenario,
) -> Result<Attribution, Unavailable> {
    let row = method(&scenario.method).ok_or_else(|| missing("no such method"))?;
    let mut question = Question::new(episode, scenario, row, methods())?;
    let group = declared.params.iter().find(|it| it.0 == "counterfactual");
    question.group = group.map(|it| it.1.trim_matches('"'));
    (row.compute)(&question)
}

/// Whether every declared number that a form speaks of is what it gives, and it speaks of any.
fn fits_all(items: &[AuditItem], precision: f64) -> bool {
    let mut differences = items.iter().filter_map(|it| it.difference).peekable();
    differences.peek().is_some() && differences.all(|it| it.abs() <= precision)
}

fn findings(episode: &Episode, declared: &DeclaredCredit) -> Vec<Caveat> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for item in &declared.items {
        let name = match (item.act, item.agent, &item.unknown) {
            (_, _, Some(unknown)) => {
                findings.push(caveat(format!("'{unknown}' is not in this episode")));
                continue;
            }
            (Some(act), _, None) => episode.act(act).id.clone(),
            (None, Some(agent), None) => episode.agent(agent).name.clone(),
            (None, None, None) => {
                findings.push(caveat("an item credits nobody"));
                continue;
            }
        };
        if !seen.insert((item.act, item.agent)) {
            findings.push(caveat(format!("'{name}' is credited more than once; the last one counts")));
        }
        if !item.value.is_some_and(f64::is_finite) {
            findings.push(caveat(format!("the credit of '{name}' is not a finite number")));
        }
    }
    if seen.iter().any(|it| it.0.is_none()) {
        let named: BTreeSet<AgentId> = seen.iter().filter_map(|it| it.1).collect();
        let left_out = episode.agent_ids().filter(|it| !named.contains(it)).count();
        if left_out > 0 {
            findings.push(caveat(format!("{} not credited", figure::count(left_out, "agent"))));
        }
    }
    findings
}

impl AuditRow {
    /// Which forms fit, in words; `None`: its name leaves nothing open.
    pub fn fit_words(&self) -> Option<String> {
        let others = self.forms - self.fits.len();
        if self.forms < 2 {
            return None;
        }
        let others = match others {
            0 => String::new(),
            1 => "; one other form does not".to_owned(),
            n => format!("; {n} other forms do not"),
        };
        Some(match self.fits.as_slice() {
            [] => format!("none of {} known forms fits every number", self.forms),
            [one] => format!("fits {one}{others}"),
            fits => format!("fits {}, which these numbers do not tell apart{others}", fits.join(", ")),
        })
    }

    /// The recomputed method, as `method/baseline`.
    pub fn method(&self) -> Option<String> {
        self.recomputed.as_ref().ok().map(scenario_name)
    }

    /// Whether every item that could be recomputed agrees within `tolerance` (in reward units). `None` if
    /// nothing could be recomputed.
    pub fn agrees(&self, tolerance: f64) -> Option<bool> {
        self.worst.map(|it| it <= tolerance)
    }
}

#[cfg(test)]
mod tests;
