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
mod policy_gradient;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    AgentId, Attribution, Caveat, CreditItem, DeclaredCredit, Episode, Estimate, Number, Scenario,
    Unavailable, Value,
};

use super::declared::{keys, named_method};
use super::figure;
use super::method::{Family, Target};
use super::question::{Question, caveat, missing};
use super::whose::of_declared;
use super::{compute_plain, method, methods, scenario_name};

use forms::{forms, precision};
use policy_gradient::Made;

/// Forms that fit, named one by one; more are counted.
const FITS: usize = 3;

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

impl AuditItem {
    /// The recomputed number is this.
    fn set(&mut self, value: f64) {
        self.recomputed = Value::Number(Estimate::exact(value));
        self.difference = self.declared.map(|it| it - value);
    }

    /// It cannot be recomputed.
    fn unset(&mut self, why: &str) {
        self.recomputed = Value::Unavailable(why.to_owned());
        self.difference = None;
    }
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
    /// Whether a shift and a scale were read off the declared numbers: then they fit, and are not confirmed.
    pub is_fitted: bool,
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
    let Recomputed { scenario: recomputed, items, fits, forms, is_fitted } =
        recompute(episode, declared, precision);
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
        is_fitted,
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
    is_fitted: bool,
}

/// Recomputes what is declared by every form that its name leaves open, with the logged parameters that the
/// method has.
fn recompute(episode: &Episode, declared: &DeclaredCredit, precision: f64) -> Recomputed {
    let refused = |missing: Unavailable, forms: usize| {
        let items = beside(episode, declared, Err(&missing));
        Recomputed { scenario: Err(missing), items, fits: Vec::new(), forms, is_fitted: false }
    };
    let named = named_method(methods(), declared);
    let is_weight = policy_gradient::is_named(declared);
    if named.is_none() && !is_weight {
        let missing = format!("'{}' is not one of the methods here", declared.algorithm);
        return refused(Unavailable { missing, nearest: None }, 1);
    }
    let mut tried = Tried::new(episode, declared, precision);
    let mut of_values = None;
    if let Some((row, baseline)) = named {
        let mut scenario =
            Scenario { baseline: baseline.map(str::to_owned), ..Scenario::of_method(row.name) };
        for (name, value) in &declared.params {
            let number = value.parse::<f64>().ok();
            if let (Some(param), Some(number)) = (row.param(name), number)
                && (param.min..=param.max).contains(&number)
            {
                scenario.params.insert(name.clone(), Number::new(number));
            }
        }
        // What was made of logged values is off by their rounding too, once for each of two.
        let is_replayed = row.family == Family::Replay;
        for form in forms(&tried.episode, row, &scenario, declared) {
            tried.add(&form.name, form.scenario, Made::AsIs, !is_replayed);
        }
        of_values = (row.name == "gae").then_some(scenario);
    }
    if tried.fits.is_empty() && (is_weight || of_values.is_some()) {
        let scenario = of_values.clone().unwrap_or_else(|| Scenario::of_method("gae"));
        let values = method("gae").map_or(Vec::new(), |row| forms(&tried.episode, row, &scenario, declared));
        let values: Vec<(String, Scenario)> = values.into_iter().map(|it| (it.name, it.scenario)).collect();
        for it in policy_gradient::weights(&tried.episode, declared, &values) {
            // What is read off the numbers is no news where a form gives them as they are.
            if it.made != Made::Fitted || tried.fits.is_empty() {
                tried.add(&it.name, it.scenario, it.made, true);
            }
        }
    }
    let count = tried.items.len();
    match (tried.fitting, tried.first) {
        (Some((scenario, made, items)), _) => Recomputed {
            scenario: Ok(scenario),
            items,
            fits: tried.fits,
            forms: count,
            is_fitted: made == Made::Fitted,
        },
        // Such a name may mean a baseline over other episodes, which nothing here gives.
        _ if named.is_none() => {
            let why = format!(
                "none of {count} forms of a policy gradient gives these numbers (returns to go, advantages, as they \
                 are or normalised); a baseline over other episodes cannot be recomputed here"
            );
            refused(missing(why), count)
        }
        (None, Some((scenario, items))) => {
            Recomputed { scenario, items, fits: tried.fits, forms: count, is_fitted: false }
        }
        (None, None) => refused(missing("nothing to compute"), 1),
    }
}

/// The forms that were tried so far.
struct Tried<'a> {
    episode: Cow<'a, Episode>,
    declared: &'a DeclaredCredit,
    precision: f64,
    /// The numbers of each form.
    items: Vec<Vec<AuditItem>>,
    fits: Vec<String>,
    /// The first form that fits.
    fitting: Option<(Scenario, Made, Vec<AuditItem>)>,
    /// The first that does not.
    first: Option<(Result<Scenario, Unavailable>, Vec<AuditItem>)>,
}

impl<'a> Tried<'a> {
    fn new(episode: &'a Episode, declared: &'a DeclaredCredit, precision: f64) -> Self {
        let episode = of_declared(episode, declared);
        Self { episode, declared, precision, items: Vec::new(), fits: Vec::new(), fitting: None, first: None }
    }

    /// Tries one form. `of_values`: its numbers are made of logged values, which may give the same whatever they are
    /// of; then nothing was left open.
    fn add(&mut self, name: &str, scenario: Scenario, made: Made, of_values: bool) {
        let (episode, declared) = (self.episode.as_ref(), self.declared);
        let anew = attribution(episode, declared, &scenario);
        // What cannot be computed leaves nothing open.
        if anew.is_err() && !self.items.is_empty() {
            return;
        }
        let mut items = beside(episode, declared, anew.as_ref());
        let rounding = made.apply(episode, declared, anew.as_ref().ok(), &mut items);
        if of_values && self.items.contains(&items) {
            return;
        }
        self.items.push(items.clone());
        let precision = if of_values { (3.0 * self.precision).max(rounding) } else { self.precision };
        if fits_all(&items, precision) {
            self.fits.push(name.to_owned());
            if self.fitting.is_none() {
                self.fitting = Some((scenario, made, items));
            }
        } else if self.first.is_none() {
            self.first = Some((anew.map(|_| scenario), items));
        }
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
            fits => {
                let between = if fits.iter().any(|it| it.contains(',')) { "; " } else { ", " };
                let shown = fits[..fits.len().min(FITS)].join(between);
                let more = fits.len().saturating_sub(FITS);
                let more = if more > 0 { format!("{between}{more} more") } else { String::new() };
                format!("fits {shown}{more}, which these numbers do not tell apart{others}")
            }
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
