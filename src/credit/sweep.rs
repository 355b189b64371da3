//! The same question put to every method and baseline: who would each of them name?
//!
//! Every row carries the edits of the reference scenario. Three conditions make a row count for "holds under
//! k of m":
//!
//! * The row is available and can name a culprit: its method and baseline can
//!   ([`super::Method::names_culprit`]), at least two agents have a number (or there is only one agent), and
//!   these differ.
//! * It asks the reference's question. Numbers from the mere shape of the trace are no evidence for or
//!   against what a measurement, a model or a record says, so structural rows count only for a structural
//!   reference. Declared numbers in other units than the reward are not comparable.
//! * It is not a duplicate: equal in every number to a counted row of the same method (replays weighted by
//!   equal counts; Owen with one agent to a team beside Shapley), the declared twin of a counted row (the
//!   trainer's own Shapley beside ours), or a variant of a counted method ([`super::Method::variant_of`]:
//!   eligibility beside discount, a sampled Shapley value beside the exact one).
//!
//! The reference itself is one of the m if it names anybody.

use crate::model::{AgentId, Attribution, DeclaredCredit, Episode, Provenance, Scenario, Unavailable};
use crate::stats::kendall_tau_b;

use super::blame::{blame, tolerance};
use super::choice::{alternatives, carry, names_culprit, resolve, same_choice, variants};
use super::flip::FlipProbability;
use super::method::{Family, scenario_name};
use super::{compute_plain, declared, method, methods};

/// What a row says of the reference's verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Agreement {
    /// It names the same.
    Holds,
    /// It names some of the same agents, and others: undecided.
    Tie,
    /// It names others.
    Flips,
    /// It names nobody: unavailable, unable to, or all equal.
    NoVoice,
}

impl Agreement {
    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Agreement::Holds => "holds",
            Agreement::Tie => "tie",
            Agreement::Flips => "FLIPS",
            Agreement::NoVoice => "no voice",
        }
    }
}

/// One method and baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepRow {
    /// What was asked, edits included.
    pub scenario: Scenario,
    /// Name to show.
    pub title: String,
    /// Its numbers, or what is missing for them.
    pub result: Result<Attribution, Unavailable>,
    /// Whom it names; of a tie all. Empty without a voice.
    pub blamed: Vec<AgentId>,
    /// How that stands to the reference.
    pub agrees: Agreement,
    /// Whether it is one of the m of "holds under k of m".
    pub counted: bool,
    /// Kendall's tau-b of its agents' numbers against the reference's.
    pub tau: Option<f64>,
    /// The same against the credit that the log assigned: [`Sweep::declared`].
    pub declared_tau: Option<f64>,
    /// How often it would name another if its values were drawn anew; `None` if not known, or not counted yet
    /// ([`super::study`]).
    pub flip: Option<FlipProbability>,
}

impl SweepRow {
    /// `method/baseline`.
    pub fn name(&self) -> String {
        scenario_name(&self.scenario)
    }
}

/// Every method and baseline on one question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sweep {
    /// In the order of the method table.
    pub rows: Vec<SweepRow>,
    /// The logged credit that rows are ranked against: the first in reward units. `None` if there is none.
    pub declared: Option<String>,
}

impl Sweep {
    /// How many counted rows agree in this way.
    pub fn count(&self, agreement: Agreement) -> usize {
        self.rows.iter().filter(|it| it.counted && it.agrees == agreement).count()
    }

    /// How many rows count: the m of "holds under k of m".
    pub fn counted(&self) -> usize {
        self.rows.iter().filter(|it| it.counted).count()
    }
}

/// Puts the question of `reference` to every method and baseline. Each declared credit has a row of its own.
pub fn sweep(episode: &Episode, reference: &Scenario) -> Sweep {
    let resolved = resolve(episode, reference);
    let reference = resolved.as_ref().unwrap_or(reference);
    sweep_of(episode, reference, &compute_plain(episode, reference))
}

/// [`sweep`] if the reference's own credit is known already; its method is named.
pub fn sweep_of(
    episode: &Episode,
    reference: &Scenario,
    computed: &Result<Attribution, Unavailable>,
) -> Sweep {
    // The attribution names the declared record it used, if the scenario left that open.
    let mut choice = reference.clone();
    if let (Ok(attribution), "declared") = (computed, choice.method.as_str()) {
        choice.baseline.clone_from(&attribution.baseline);
    }
    let mut rows: Vec<SweepRow> = Vec::new();
    let mut records: Vec<Option<&DeclaredCredit>> = Vec::new();
    let mut own_row = None;
    for (variant, record) in expanded(episode) {
        records.push(record);
        let is_reference = same_choice(&variant, &choice);
        let scenario = if is_reference { choice.clone() } else { carry(reference, variant) };
        let result = if is_reference { computed.clone() } else { compute_plain(episode, &scenario) };
        if is_reference {
            own_row = Some(rows.len());
        }
        rows.push(SweepRow {
            title: title(&scenario, &result),
            scenario,
            result,
            blamed: Vec::new(),
            agrees: Agreement::NoVoice,
            counted: false,
            tau: None,
            declared_tau: None,
            flip: None,
        });
    }
    fill_nearest(&mut rows);
    if let Ok(attribution) = computed {
        judge(episode, attribution, own_row, &records, &mut rows);
    }
    let declared = against_declared(&records, &mut rows);
    Sweep { rows, declared }
}

/// Ranks every row against the first logged credit in reward units. Returns its algorithm.
fn against_declared(records: &[Option<&DeclaredCredit>], rows: &mut [SweepRow]) -> Option<String> {
    let usable = |at: usize| records[at].is_some_and(has_reward_units) && rows[at].result.is_ok();
    let at = (0..rows.len()).find(|at| usable(*at))?;
    let declared = rows[at].result.as_ref().ok()?.clone();
    for row in rows {
        row.declared_tau = row.result.as_ref().ok().and_then(|it| tau(&declared, it));
    }
    Some(records[at]?.algorithm.clone())
}

/// All variants, with one row per declared credit and that credit.
fn expanded(episode: &Episode) -> Vec<(Scenario, Option<&DeclaredCredit>)> {
    let keys = declared::keys(episode);
    let expand = |variant: Scenario| -> Vec<(Scenario, Option<&DeclaredCredit>)> {
        if variant.method != "declared" || keys.is_empty() {
            return vec![(variant, None)];
        }
        let one = |(key, declared): (&String, _)| {
            (Scenario { baseline: Some(key.clone()), ..variant.clone() }, Some(declared))
        };
        keys.iter().zip(&episode.declared).map(one).collect()
    };
    variants().into_iter().flat_map(expand).collect()
}

fn title(scenario: &Scenario, result: &Result<Attribution, Unavailable>) -> String {
    if let Ok(attribution) = result {
        return attribution.title.clone();
    }
    let Some(row) = method(&scenario.method) else { return scenario.method.clone() };
    match scenario.baseline.as_deref() {
        Some(name) => format!("{} ({})", row.title, row.baseline(name).map_or(name, |it| it.title)),
        None => row.title.to_owned(),
    }
}

fn fill_nearest(rows: &mut [SweepRow]) {
    let available: Vec<Scenario> =
        rows.iter().filter(|it| it.result.is_ok()).map(|it| it.scenario.clone()).collect();
    for row in rows {
        if let Err(missing) = &mut row.result
            && missing.nearest.is_none()
        {
            let near = alternatives(&row.scenario);
            let near = near.iter().find(|it| available.iter().any(|other| same_choice(other, it)));
            missing.nearest = near.map(scenario_name);
        }
    }
}

fn judge(
    episode: &Episode,
    reference: &Attribution,
    own_row: Option<usize>,
    records: &[Option<&DeclaredCredit>],
    rows: &mut [SweepRow],
) {
    let failed = episode.failed();
    let named = blame(failed, reference).filter(|it| !it.all_equal || it.known == 1);
    let named: Vec<AgentId> = named.map(|it| it.agents).unwrap_or_default();
    for (at, row) in rows.iter_mut().enumerate() {
        let Ok(attribution) = &row.result else { continue };
        row.tau = tau(reference, attribution);
        if own_row == Some(at) {
            row.blamed.clone_from(&named);
        } else if names_culprit(&row.scenario)
            && !one_sided(&row.scenario, episode.failed())
            && records[at].is_none_or(has_reward_units)
        {
            let found = blame(failed, attribution);
            let found = found.filter(|it| it.known >= 2 && !it.all_equal || episode.agents.len() == 1);
            row.blamed = found.map(|it| it.agents).unwrap_or_default();
        }
        row.agrees = agreement(&named, &row.blamed);
    }
    // The reference goes first, so that its duplicates are the ones left out.
    let order = own_row.into_iter().chain((0..rows.len()).filter(|it| Some(*it) != own_row));
    let mut counted: Vec<usize> = Vec::new();
    let methods: Vec<Option<Scenario>> = records.iter().map(|it| it.and_then(computation)).collect();
    for at in order.collect::<Vec<_>>() {
        let row = &rows[at];
        let structural = |it: &Attribution| it.provenance == Provenance::Structural;
        let same_question = row.result.as_ref().is_ok_and(|it| structural(reference) || !structural(it));
        if row.agrees == Agreement::NoVoice || !same_question {
            continue;
        }
        let repeats = |other: usize| {
            let twin =
                |a: usize, b: usize| methods[a].as_ref().is_some_and(|it| same_choice(it, &rows[b].scenario));
            twin(at, other)
                || twin(other, at)
                || is_variant(row, &rows[other])
                || is_duplicate(row, &rows[other])
        };
        if !counted.iter().any(|other| repeats(*other)) {
            counted.push(at);
        }
    }
    for at in counted {
        rows[at].counted = true;
    }
}

/// Whether the credits cannot have the blamed sign: a gain over the worst alternative is never a loss, and a
/// regret against the best response never a gain. Such a row has no vote on whom to blame (or praise).
fn one_sided(scenario: &Scenario, failed: bool) -> bool {
    match scenario.baseline.as_deref() {
        Some("worst") => scenario.method == "difference" && failed,
        Some("best-response") => scenario.method == "difference" && !failed,
        _ => false,
    }
}

fn agreement(reference: &[AgentId], row: &[AgentId]) -> Agreement {
    if reference.is_empty() || row.is_empty() {
        return Agreement::NoVoice;
    }
    let shared = row.iter().filter(|it| reference.contains(it)).count();
    if shared == row.len() && shared == reference.len() {
        Agreement::Holds
    } else if shared > 0 {
        Agreement::Tie
    } else {
        Agreement::Flips
    }
}

fn has_reward_units(declared: &DeclaredCredit) -> bool {
    matches!(declared.units.as_deref(), None | Some("reward" | "normalised"))
}

/// Whether `row` repeats what `other` said: the same method, or another way to divide the same game, with the
/// same numbers. Two declared credits never do: each is a statement of its own.
fn is_duplicate(row: &SweepRow, other: &SweepRow) -> bool {
    let (Ok(a), Ok(b)) = (&row.result, &other.result) else { return false };
    if row.scenario.method == "declared"
        || !(row.scenario.method == other.scenario.method || both_divide(row, other))
    {
        return false;
    }
    let values = |it: &Attribution| -> Vec<Option<f64>> {
        it.agents.iter().map(|it| it.value.number().map(|it| it.value)).collect()
    };
    let (a, b) = (values(a), values(b));
    let tolerance = tolerance(a.iter().chain(&b).flatten().copied());
    a.iter().zip(&b).all(|pair| match pair {
        (Some(a), Some(b)) => (a - b).abs() <= tolerance,
        (a, b) => a.is_none() && b.is_none(),
    })
}

/// Whether both divide the value of coalitions: with equal numbers (one agent to a team, everybody connected)
/// these are one method under two names.
fn both_divide(row: &SweepRow, other: &SweepRow) -> bool {
    let divides = |it: &SweepRow| {
        method(&it.scenario.method).is_some_and(|it| it.family == Family::Coalition && it.efficient)
    };
    divides(row) && divides(other)
}

/// Whether two rows ask one question, one of them by a variant of the other's method.
fn is_variant(row: &SweepRow, other: &SweepRow) -> bool {
    let (a, b) = (method(&row.scenario.method), method(&other.scenario.method));
    let (Some(a), Some(b)) = (a, b) else { return false };
    let root = |it: &super::Method| it.variant_of.unwrap_or(it.name);
    (a.variant_of.is_some() || b.variant_of.is_some()) && root(a) == root(b)
}

/// The computation that the algorithm of a declared credit names.
fn computation(declared: &DeclaredCredit) -> Option<Scenario> {
    let (named, baseline) = declared::named_method(methods(), declared)?;
    Some(Scenario { baseline: baseline.map(str::to_owned), ..Scenario::of_method(named.name) })
}

fn tau(reference: &Attribution, other: &Attribution) -> Option<f64> {
    let pairs = reference.agents.iter().zip(&other.agents);
    let numbers = pairs.filter_map(|(a, b)| Some((a.value.number()?.value, b.value.number()?.value)));
    let (a, b): (Vec<f64>, Vec<f64>) = numbers.unzip();
    kendall_tau_b(&a, &b)
}

#[cfg(test)]
mod tests;
