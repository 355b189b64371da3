//! The same question put to every method and baseline: who would each of them name?
//!
//! Every row carries the edits of the reference scenario, and says on which data of the log it rests
//! ([`Data`]).
//!
//! **A measurement has one voice, whatever the number of formulas that read it.** All that is computed from
//! coalitions is one, all that is computed from replays and from values of alternatives that were replayed is
//! another. For each one row speaks: the reference, if it rests on these data, else the row that the ladder
//! of methods has first; it can name a culprit, its numbers can have the blamed sign, and they tell at least
//! two agents apart. What a model states, what the log declares and what only looks at the shape of the trace
//! has no voice; with one agent nothing has.

mod budget;
mod tables;

use crate::model::{AgentId, Attribution, DeclaredCredit, Episode, Provenance, Scenario, Unavailable};
use crate::stats::kendall_tau_b;

use super::blame::{Blame, blame, tolerance_of};
use super::choice::{
    LADDER_LENGTH, alternatives, carry, ladder_place, names_culprit, resolve, same_choice, variants,
};
use super::flip::FlipProbability;
use super::method::{Family, scenario_name};
use super::{compute_plain, declared, method, rewarded};

use budget::Budget;
pub use tables::OtherTable;
use tables::other_tables;

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
            Agreement::Holds => "agrees",
            Agreement::Tie => "undecided",
            Agreement::Flips => "FLIPS",
            Agreement::NoVoice => "names nobody",
        }
    }
}

/// What the numbers of a row rest on. Rows with the same are no second opinion of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Data {
    /// What sets of agents earned.
    Coalitions,
    /// What came out when acts were replayed.
    Replays,
    /// Values that a model states.
    Model,
    /// Other rollouts of the task.
    Rollouts,
    /// Credit that the log assigns.
    Declared,
    /// The shape of the trace and the reward alone.
    Trace,
}

impl Data {
    /// All of them, the best first.
    pub const ALL: [Data; 6] =
        [Data::Coalitions, Data::Replays, Data::Model, Data::Rollouts, Data::Declared, Data::Trace];

    /// What an attribution rests on.
    pub fn of(attribution: &Attribution) -> Option<Self> {
        let family = method(&attribution.method)?.family;
        Some(match (attribution.provenance, family) {
            (Provenance::Declared, _) => Data::Declared,
            (Provenance::Structural, _) => Data::Trace,
            (Provenance::Modelled, _) => Data::Model,
            (Provenance::Replayed, Family::Coalition) => Data::Coalitions,
            (Provenance::Replayed, Family::Group) => Data::Rollouts,
            (Provenance::Replayed, _) => Data::Replays,
        })
    }

    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Data::Coalitions => "coalitions",
            Data::Replays => "replays",
            Data::Model => "model",
            Data::Rollouts => "rollouts",
            Data::Declared => "declared",
            Data::Trace => "trace",
        }
    }

    /// Whether it is a measurement, which votes.
    pub fn is_measured(self) -> bool {
        matches!(self, Data::Coalitions | Data::Replays)
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
    /// What its numbers rest on; `None`: there are none.
    pub data: Option<Data>,
    /// Whom it names; ties: all of them. Empty where it names nobody.
    pub blamed: Vec<AgentId>,
    /// How that stands to the reference.
    pub agrees: Agreement,
    /// Whether it is the row that speaks for its measurement.
    pub counted: bool,
    /// Kendall's tau-b of its agents' numbers against the reference's.
    pub tau: Option<f64>,
    /// The same against the credit that the log assigned: [`Sweep::declared`].
    pub declared_tau: Option<f64>,
    /// How often it would name another if its values were drawn anew; `None` if not known, or not counted yet
    /// ([`super::study_without_curves`]).
    pub flip: Option<FlipProbability>,
    /// Whether it is left out because the sweep would take too much time or memory; `result` says so.
    pub left_out: bool,
}

impl SweepRow {
    /// `method/baseline`.
    pub fn name(&self) -> String {
        scenario_name(&self.scenario)
    }

    /// Whether those it names did not lose (after a success: gain) anything: they only have the least of it.
    pub fn names_least(&self, failed: bool) -> bool {
        let first = self.blamed.first().and_then(|it| self.result.as_ref().ok()?.agent(*it));
        first.is_some_and(|it| if failed { it.value >= 0.0 } else { it.value <= 0.0 })
    }
}

/// Every method and baseline on one question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sweep {
    /// In the order of the method table.
    pub rows: Vec<SweepRow>,
    /// The logged credit that rows are ranked against: the first in reward units. `None` if there is none.
    pub declared: Option<String>,
    /// Coalition tables beside the one that the rows read, where they name somebody.
    pub tables: Vec<OtherTable>,
}

impl Sweep {
    /// How many measurements agree in this way.
    pub fn count(&self, agreement: Agreement) -> usize {
        let rows = self.rows.iter().filter(|it| it.counted && it.agrees == agreement).count();
        rows + self.tables.iter().filter(|it| it.agrees == agreement).count()
    }

    /// Whether all that there is of these data tells nobody apart by the formula that has the last word on
    /// them.
    pub fn is_silent(&self, data: Data) -> bool {
        self.rows.iter().any(|it| it.data == Some(data) && is_last_word(it))
    }

    /// How many rows are left out because the sweep would take too much time or memory.
    pub fn left_out(&self) -> usize {
        self.rows.iter().filter(|it| it.left_out).count()
    }

    /// How many measurements agree, in words: `2 of 2 measurements agree (coalitions, replays)`; and how many rows are
    /// left out.
    pub fn tally(&self) -> String {
        match self.left_out() {
            0 => self.agreement(),
            1 => format!("{}; 1 row is left out", self.agreement()),
            n => format!("{}; {n} rows are left out", self.agreement()),
        }
    }

    fn agreement(&self) -> String {
        let rows = self.rows.iter().filter(|it| it.counted).filter_map(|it| Some(it.data?.word().to_owned()));
        let tables = self.tables.iter().map(|it| format!("{} {}", Data::Coalitions.word(), it.name));
        let voices: Vec<String> = rows.chain(tables).collect();
        match voices.as_slice() {
            [] => "no measurement votes".to_owned(),
            [one] => match self.count(Agreement::Holds) {
                1 => format!("one measurement ({one})"),
                _ => format!("the one measurement ({one}) does not agree"),
            },
            all => {
                let (agree, of) = (self.count(Agreement::Holds), all.len());
                format!("{agree} of {of} measurements agree ({})", all.join(", "))
            }
        }
    }

    /// How many measurements speak: the m of "k of m measurements".
    pub fn counted(&self) -> usize {
        self.rows.iter().filter(|it| it.counted).count() + self.tables.len()
    }
}

/// Puts the question of `reference` to every method and baseline. Each declared credit has a row of its own.
pub fn sweep(episode: &Episode, reference: &Scenario) -> Sweep {
    let episode = &rewarded(episode, reference);
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
    sweep_within(episode, reference, computed, (budget::WORK, budget::NUMBERS))
}

/// [`sweep_of`] with so much work for what reads coalitions, and so many numbers; the reference's own credit is known.
fn sweep_within(
    episode: &Episode,
    reference: &Scenario,
    computed: &Result<Attribution, Unavailable>,
    limits: (u64, usize),
) -> Sweep {
    let episode = &rewarded(episode, reference);
    // The attribution names the declared record it used, if the scenario left that open.
    let mut choice = reference.clone();
    if let (Ok(attribution), "declared") = (computed, choice.method.as_str()) {
        choice.baseline.clone_from(&attribution.baseline);
    }
    let mut rows: Vec<SweepRow> = Vec::new();
    let mut records: Vec<Option<&DeclaredCredit>> = Vec::new();
    let mut own_row = None;
    let mut budget = Budget::of(episode, limits);
    for (variant, record) in expanded(episode) {
        records.push(record);
        let is_reference = same_choice(&variant, &choice);
        let scenario = if is_reference { choice.clone() } else { carry(reference, variant) };
        // The outer result is whether there is room for the row, the inner one what it is.
        let row = match is_reference {
            true => Ok(computed.clone()),
            false => budget.take(&scenario).and_then(|()| match compute_plain(episode, &scenario) {
                Ok(attribution) => budget.keep(attribution).map(Ok),
                Err(why) => Ok(Err(why)),
            }),
        };
        let left_out = row.is_err();
        let result = row.unwrap_or_else(Err);
        if is_reference {
            own_row = Some(rows.len());
        }
        rows.push(SweepRow {
            title: title(&scenario, &result),
            scenario,
            data: result.as_ref().ok().and_then(Data::of),
            result,
            blamed: Vec::new(),
            agrees: Agreement::NoVoice,
            counted: false,
            tau: None,
            declared_tau: None,
            flip: None,
            left_out,
        });
    }
    fill_nearest(&mut rows);
    let mut tables = Vec::new();
    if let Ok(attribution) = computed {
        let named = named(episode, attribution);
        judge(episode, attribution, &named, own_row, &records, &mut rows);
        tables = other_tables(episode, &carry(reference, Scenario::of_method("shapley")), &named);
    }
    let declared = against_declared(&records, &mut rows);
    Sweep { rows, declared, tables }
}

/// Ranks every row against the first logged credit in reward units. Returns its algorithm.
fn against_declared(records: &[Option<&DeclaredCredit>], rows: &mut [SweepRow]) -> Option<String> {
    let usable = |at: usize| records[at].is_some_and(declared::has_reward_units) && rows[at].result.is_ok();
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
    // Without another rollout there is nothing to say of groups.
    let is_asked = |it: &Scenario| {
        episode.peers.is_some() || method(&it.method).is_none_or(|row| row.family != Family::Group)
    };
    variants().into_iter().filter(is_asked).flat_map(expand).collect()
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
    for row in rows.iter_mut().filter(|it| !it.left_out) {
        if let Err(missing) = &mut row.result
            && missing.nearest.is_none()
        {
            let near = alternatives(&row.scenario);
            let near = near.iter().find(|it| available.iter().any(|other| same_choice(other, it)));
            missing.nearest = near.map(scenario_name);
        }
    }
}

/// Whom the reference names.
fn named(episode: &Episode, reference: &Attribution) -> Vec<AgentId> {
    let found = blame(episode.failed(), reference).filter(|it| !it.all_equal || it.known == 1);
    let named =
        found.filter(|it| declared::is_in_reward_units(episode, reference) && says(episode, reference, it));
    named.map(|it| it.agents).unwrap_or_default()
}

/// Whether numbers name those that stand out by them. Where nobody's reward was chosen declared credit does not, as it
/// does not say whose it divides; and of the shape of a trace nobody is named who got nothing of R.
fn says(episode: &Episode, attribution: &Attribution, found: &Blame) -> bool {
    let first = found.agents.first().and_then(|it| attribution.agent(*it)).map_or(0.0, |it| it.value.abs());
    match attribution.provenance {
        Provenance::Declared => episode.whose().is_some(),
        Provenance::Structural => first > tolerance_of(attribution),
        Provenance::Replayed | Provenance::Modelled => true,
    }
}

fn judge(
    episode: &Episode,
    reference: &Attribution,
    named: &[AgentId],
    own_row: Option<usize>,
    records: &[Option<&DeclaredCredit>],
    rows: &mut [SweepRow],
) {
    let failed = episode.failed();
    for (at, row) in rows.iter_mut().enumerate() {
        let Ok(attribution) = &row.result else { continue };
        row.tau = tau(reference, attribution);
        if own_row == Some(at) {
            named.clone_into(&mut row.blamed);
        } else if names_culprit(&row.scenario)
            && !one_sided(&row.scenario, episode.failed())
            && records[at].is_none_or(declared::has_reward_units)
        {
            let found = blame(failed, attribution);
            let found = found.filter(|it| it.known >= 2 && !it.all_equal || episode.agents.len() == 1);
            let found = found.filter(|it| says(episode, attribution, it));
            row.blamed = found.map(|it| it.agents).unwrap_or_default();
        }
        row.agrees = agreement(named, &row.blamed);
    }
    if episode.agents.len() < 2 {
        return;
    }
    for data in Data::ALL.into_iter().filter(|it| it.is_measured()) {
        let speaks = |at: &usize| rows[*at].data == Some(data) && !rows[*at].blamed.is_empty();
        let speaking: Vec<usize> = (0..rows.len()).filter(speaks).collect();
        let place = |at: &usize| ladder_place(&rows[*at].scenario).unwrap_or(LADDER_LENGTH);
        let own = own_row.filter(|it| speaking.contains(it));
        if own.is_none() && rows.iter().any(|it| it.data == Some(data) && is_last_word(it)) {
            continue;
        }
        if let Some(at) = own.or_else(|| speaking.iter().copied().min_by_key(place)) {
            rows[at].counted = true;
        }
    }
}

/// Whether a row that names nobody says all that its data can say: Shapley of a complete table. What other
/// formulas make of the same coalitions, or permutations drawn from them, cannot tell apart whom these do
/// not.
fn is_last_word(row: &SweepRow) -> bool {
    let exact =
        |it: &Attribution| it.contract.is_some() && it.agents.iter().all(|it| it.value.number().is_some());
    row.scenario.method == "shapley" && row.blamed.is_empty() && row.result.as_ref().is_ok_and(exact)
}

/// Whether the credits cannot have the blamed sign: a gain over the worst alternative is never a loss, and a
/// regret against the best response never a gain. Such a row has no say in who is to blame (to praise).
pub(super) fn one_sided(scenario: &Scenario, failed: bool) -> bool {
    match scenario.baseline.as_deref() {
        Some("worst") => scenario.method == "difference" && failed,
        Some("best-response") => scenario.method == "difference" && !failed,
        _ => false,
    }
}

pub(super) fn agreement(reference: &[AgentId], row: &[AgentId]) -> Agreement {
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

fn tau(reference: &Attribution, other: &Attribution) -> Option<f64> {
    let pairs = reference.agents.iter().zip(&other.agents);
    let numbers = pairs.filter_map(|(a, b)| Some((a.value.number()?.value, b.value.number()?.value)));
    let (a, b): (Vec<f64>, Vec<f64>) = numbers.unzip();
    kendall_tau_b(&a, &b)
}

#[cfg(test)]
mod tests;
