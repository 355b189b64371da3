//! The arithmetic of one replay group.
//!
//! leave-one-out `A_j = Rbar_j - sum_{k != j} w_k Rbar_k / sum_{k != j} w_k`; full mean
//! `A_j = Rbar_j - sum w Rbar / sum w`; `w` is 1 or the number of replays behind a candidate;
//! value-assisted `A = r - [(1-alpha) base(r) + alpha base(q)]`; value-only `A = q - base(q)`; normalised
//! `(A - mean A) / s`, with s of a convention (`credit::convention`); tree: what happened earns the mean over all leaves below it;
//! pooled: the groups of one role are one group.
//!
//! Decided here:
//! * Below what really happened lie its own replays and every candidate of the groups at later acts: all of
//!   those began from what it led to.
//! * A pool is all groups whose agents share a role (if the roster gives one; otherwise the agent).
//! * Options combine: any of these can be normalised, weighed by replays, and (except for the tree, whose
//!   groups are nested) pooled.
//! * The spread by which a normalised credit is divided counts as known: its own uncertainty is left out.
//! * Of candidates with one label the one that happened is kept, or else the first.

use rustc_hash::FxHashMap;

use crate::model::{AgentId, Candidate, Estimate, ReplayGroup, Sample, Substitute, Value};
use crate::stats::{settled, sum};

use super::super::convention::Spread;
use super::super::question::Question;
use super::left_out;
use super::weighed::{Against, Share, Weighed, Weights};

/// One number's part in the credit of what happened.
pub(super) struct Part<'a> {
    pub(super) candidate: &'a Candidate,
    /// Whether it is the critic's value of the candidate, not its mean return.
    pub(super) modelled: bool,
    /// How much of the critic's value was received before the act; the critic leaves it out.
    pub(super) received: f64,
    pub(super) value: f64,
    pub(super) standard_error: Option<f64>,
    pub(super) weight: f64,
    /// The samples it is the weighted mean of; empty if no run is behind it.
    pub(super) samples: Vec<(&'a Sample, f64)>,
}

/// The arithmetic of one group.
pub(super) struct GroupCredit<'a> {
    pub(super) parts: Vec<Part<'a>>,
    pub(super) estimate: Estimate,
}

/// Why a group gives no number.
pub(super) enum NoCredit {
    Undefined(String),
    Missing(String),
}

impl NoCredit {
    pub(super) fn value(self) -> Value {
        match self {
            NoCredit::Undefined(why) => Value::Undefined(why),
            NoCredit::Missing(why) => Value::Unavailable(why),
        }
    }
}

/// Which arithmetic.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    LeaveOneOut,
    Mean,
    Assisted,
    ValueOnly,
    Normalised,
    Tree,
    Pooled,
}

impl Kind {
    pub(super) fn of(question: &Question<'_>) -> Self {
        match question.method.name {
            "replay-mean" => Kind::Mean,
            "replay-assisted" => Kind::Assisted,
            "replay-value" => Kind::ValueOnly,
            "replay-normalised" => Kind::Normalised,
            "replay-tree" => Kind::Tree,
            "replay-pooled" => Kind::Pooled,
            _ => Kind::LeaveOneOut,
        }
    }
}

/// A candidate that takes part.
struct Sibling<'a> {
    candidate: &'a Candidate,
    /// Mean return; 0 if the method asks for values only.
    mean: f64,
    standard_error: Option<f64>,
    samples: Vec<(&'a Sample, f64)>,
    /// The critic's value of the whole episode; 0 if the method does not ask for it.
    q: f64,
    weight: f64,
}

/// The credit of what happened in `group`.
pub(super) fn credit<'a>(
    question: &Question<'a>,
    group: &'a ReplayGroup,
) -> Result<GroupCredit<'a>, NoCredit> {
    let kind = Kind::of(question);
    let happened = happened(question, group)?;
    let siblings = siblings(question, group, happened, kind)?;
    let name = &group.name;
    let own = siblings.iter().position(|it| std::ptr::eq(it.candidate, happened)).ok_or_else(|| {
        NoCredit::Missing(format!("replay group '{name}' has no return of what really happened"))
    })?;
    let spread = question.baseline.filter(|_| kind == Kind::Normalised);
    if let ([_], Some(factor)) = (siblings.as_slice(), spread.and_then(|it| Spread::alone(it.name))) {
        let parts = vec![returned(&siblings[0], factor)];
        return Ok(GroupCredit { estimate: estimate(&parts), parts });
    }
    if siblings.len() < 2 {
        let left_out = left_out::count(group).map_or(String::new(), |it| format!(" ({it})"));
        let why = format!(
            "replay group '{name}' has one candidate with returns: nothing to compare with{left_out}"
        );
        return Err(NoCredit::Undefined(why));
    }
    let full_mean = kind == Kind::Mean || question.switch("mean") || spread.is_some_and(|it| it.rescales);
    let weights: Vec<f64> = siblings.iter().map(|it| it.weight).collect();
    let of_all = |number: fn(&Sibling<'_>) -> f64| -> Vec<f64> { siblings.iter().map(number).collect() };
    let normalises = kind == Kind::Normalised || question.switch("normalise");
    let weighed = Weighed::of(weights, against(question, kind, full_mean), own);
    let weights = weighed.and_then(|it| match normalises {
        true => {
            let numbers = (of_all(|it| it.mean), of_all(|it| it.q));
            it.normalised((&numbers.0, &numbers.1), own, Spread::of(spread.map_or("", |it| it.name)))
        }
        false => Some(it.row(own)),
    });
    let Weights { returns, values } = weights.ok_or_else(|| {
        NoCredit::Undefined(format!("the candidates of replay group '{name}' weigh nothing"))
    })?;
    let of_returns = siblings.iter().zip(&returns).map(|(it, weight)| returned(it, *weight));
    let of_values = siblings.iter().zip(values.iter().flatten()).map(|(it, weight)| Part {
        candidate: it.candidate,
        modelled: true,
        received: received(question, group),
        value: it.q,
        standard_error: None,
        weight: *weight,
        samples: Vec::new(),
    });
    let only_values = kind == Kind::ValueOnly;
    let parts: Vec<Part<'_>> =
        of_returns.filter(|_| !only_values).chain(of_values.filter(|it| it.weight != 0.0)).collect();
    Ok(GroupCredit { estimate: estimate(&parts), parts })
}

/// What a candidate is compared with.
fn against(question: &Question<'_>, kind: Kind, full_mean: bool) -> Against {
    let whole = Share { own: 1.0, baseline: 1.0 };
    let (returns, values) = match kind {
        Kind::LeaveOneOut | Kind::Mean | Kind::Normalised | Kind::Tree | Kind::Pooled => (whole, None),
        Kind::ValueOnly => (Share { own: 0.0, baseline: 0.0 }, Some(whole)),
        Kind::Assisted => {
            let alpha = question.param("alpha").unwrap_or(0.5);
            (Share { own: 1.0, baseline: 1.0 - alpha }, Some(Share { own: 0.0, baseline: alpha }))
        }
    };
    Against { full_mean, returns, values }
}

/// The part of a sibling's mean return.
fn returned<'a>(it: &Sibling<'a>, weight: f64) -> Part<'a> {
    Part {
        candidate: it.candidate,
        modelled: false,
        received: 0.0,
        value: it.mean,
        standard_error: it.standard_error,
        weight,
        samples: it.samples.clone(),
    }
}

fn happened<'a>(question: &Question<'a>, group: &'a ReplayGroup) -> Result<&'a Candidate, NoCredit> {
    let name = &group.name;
    let mut candidates = group.candidates.iter().filter(|it| !it.extra);
    match group.act.and_then(|act| question.scenario.substitutes.get(&act)) {
        None => really_happened(question, group),
        Some(Substitute::Alternative(label)) => candidates
            .find(|it| it.label == *label)
            .ok_or_else(|| NoCredit::Missing(format!("replay group '{name}' has no candidate '{label}'"))),
        Some(Substitute::Default) => Err(NoCredit::Missing(format!(
            "replay group '{name}' does not say which candidate is the default action"
        ))),
    }
}

/// The candidate that is marked as what happened. Of several the one that is the act itself, if one is.
fn really_happened<'a>(question: &Question<'_>, group: &'a ReplayGroup) -> Result<&'a Candidate, NoCredit> {
    let name = &group.name;
    let marked: Vec<&Candidate> = group.candidates.iter().filter(|it| !it.extra && it.real).collect();
    let why = match marked.as_slice() {
        [only] => match (question.episode.wrongly_real(group), group.act) {
            (Some(real), Some(act)) => {
                let (real, label) = (&real.label, &question.episode.act(act).label);
                let act = question.act(act);
                format!(
                    "replay group '{name}' marks '{real}' as what really happened, and {act} is '{label}'"
                )
            }
            _ => return Ok(only),
        },
        [] => match group.left_out.iter().find(|it| it.candidate.real) {
            Some(it) => {
                let how = left_out::word(&it.status);
                format!("what really happened in replay group '{name}' {how}: its returns say nothing")
            }
            None => format!("replay group '{name}' does not mark which candidate really happened"),
        },
        several => {
            let act = group.act.map(|it| question.episode.act(it).taken_label());
            let mut same = several.iter().filter(|it| act == Some(it.label.as_str()));
            if let (Some(one), None) = (same.next(), same.next()) {
                return Ok(one);
            }
            let count = several.len();
            format!("replay group '{name}' marks {count} candidates as what really happened")
        }
    };
    Err(NoCredit::Missing(why))
}

/// The candidates that take part, with their numbers.
fn siblings<'a>(
    question: &Question<'a>,
    group: &'a ReplayGroup,
    happened: &'a Candidate,
    kind: Kind,
) -> Result<Vec<Sibling<'a>>, NoCredit> {
    let by_replays =
        question.baseline.is_some_and(|it| it.name == "replays") || question.switch("by-replays");
    let needs_value = matches!(kind, Kind::Assisted | Kind::ValueOnly);
    let mut known: Vec<Sibling<'_>> = Vec::new();
    for group in pool(question, group, kind) {
        let name = &group.name;
        for candidate in taking_part(question, group, happened) {
            let j = candidate.j;
            let (mean, standard_error, samples) = if kind == Kind::ValueOnly {
                (0.0, None, Vec::new())
            } else if kind == Kind::Tree && std::ptr::eq(candidate, happened) && candidate.real {
                match leaves_below(question, group, candidate) {
                    Some(leaves) => leaves,
                    None => continue,
                }
            } else {
                let Some(mean) = candidate.returns.mean else { continue };
                (mean, candidate.returns.standard_error(), vec![(&candidate.returns, 1.0)])
            };
            let weight = match (by_replays, candidate.returns.n) {
                (false, _) => 1.0,
                (true, Some(n)) => f64::from(n),
                (true, None) => {
                    let why = format!(
                        "candidate {j} of replay group '{name}' does not say how often it was replayed"
                    );
                    return Err(NoCredit::Missing(why));
                }
            };
            let q = match (needs_value, candidate.q) {
                (false, _) => 0.0,
                // A critic's values are of what is to come, returns of the whole episode.
                (true, Some(q)) => q + received(question, group),
                (true, None) => {
                    let why = format!("candidate {j} of replay group '{name}' has no critic's value (`q`)");
                    return Err(NoCredit::Missing(why));
                }
            };
            known.push(Sibling { candidate, mean, standard_error, samples, q, weight });
        }
    }
    Ok(known)
}

/// What the critic's values of a group leave out: what was received before its act.
fn received(question: &Question<'_>, group: &ReplayGroup) -> f64 {
    let act = group.act.filter(|it| question.is_stated_to_come(*it));
    act.map_or(0.0, |it| question.received(it))
}

/// Candidates of `group` that count, after the options.
fn taking_part<'a>(
    question: &Question<'_>,
    group: &'a ReplayGroup,
    happened: &Candidate,
) -> Vec<&'a Candidate> {
    let least = question.param("min-replays").unwrap_or(0.0);
    let enough = |it: &Candidate| least <= 0.0 || it.returns.n.is_some_and(|n| f64::from(n) >= least);
    let mut counted: Vec<&Candidate> = group.candidates.iter().filter(|it| !it.extra && enough(it)).collect();
    if question.switch("drop-duplicates") {
        let mut kept: FxHashMap<&str, &Candidate> = FxHashMap::default();
        for it in &counted {
            let first = kept.entry(&it.label).or_insert(it);
            if std::ptr::eq(*it, happened) {
                *first = it;
            }
        }
        counted.retain(|it| kept.get(it.label.as_str()).is_some_and(|kept| std::ptr::eq(*kept, *it)));
    }
    counted
}

/// The groups whose candidates are compared: the one asked for, or all of its role.
fn pool<'a>(question: &Question<'a>, group: &'a ReplayGroup, kind: Kind) -> Vec<&'a ReplayGroup> {
    if kind != Kind::Pooled && !question.switch("pooled") {
        return vec![group];
    }
    let episode = question.episode;
    let of = |it: &ReplayGroup| it.act.map(|act| episode.act(act).agent).or(it.agent);
    let role = |agent: AgentId| episode.agent(agent).role.as_deref();
    let same = |a: AgentId, b: AgentId| a == b || role(a).is_some_and(|it| role(b) == Some(it));
    let mine = of(group);
    let joins = |it: &&ReplayGroup| match (mine, of(it)) {
        (Some(a), Some(b)) => same(a, b),
        _ => std::ptr::eq(*it, group),
    };
    episode.replays.iter().filter(joins).collect()
}

/// A mean over leaves, its standard error, and the samples with their weights in it.
type Leaves<'a> = (f64, Option<f64>, Vec<(&'a Sample, f64)>);

/// Mean over the leaves below what really happened: its own replays and all those of the groups at later
/// acts.
fn leaves_below<'a>(question: &Question<'a>, group: &ReplayGroup, own: &'a Candidate) -> Option<Leaves<'a>> {
    let later = question.episode.replays.iter().filter(|it| group.act.is_some() && it.act > group.act);
    let below = later.flat_map(|it| it.candidates.iter().filter(|it| !it.extra));
    let leaves: Vec<(f64, f64, &Sample)> = std::iter::once(own)
        .chain(below)
        .filter_map(|it| Some((it.returns.mean?, it.returns.n.map_or(1.0, f64::from), &it.returns)))
        .collect();
    let all = sum(leaves.iter().map(|it| it.1));
    let mean = sum(leaves.iter().map(|it| it.0 * it.1 / all));
    let errors: Option<Vec<f64>> =
        leaves.iter().map(|it| it.2.standard_error().map(|error| error * it.1 / all)).collect();
    let error = errors.map(|it| sum(it.iter().map(|it| it * it)).sqrt());
    let samples = leaves.iter().map(|it| (it.2, it.1 / all)).collect();
    (all > 0.0).then_some((mean, error, samples))
}

/// The number and its standard error. Its interval is known with the runs of all groups.
fn estimate(parts: &[Part<'_>]) -> Estimate {
    let value = settled(parts.iter().map(|it| it.weight * it.value));
    let measured = || parts.iter().filter(|it| !it.modelled);
    let n = measured().filter_map(|it| it.candidate.returns.n).min();
    // A critic does not tell its own error: that of the replays alone would be too small.
    let errors: Option<Vec<f64>> =
        parts.iter().map(|it| it.standard_error.map(|error| error * it.weight)).collect();
    let errors = errors.filter(|it| !it.is_empty());
    let standard_error = errors.map(|it| sum(it.iter().map(|it| it * it)).sqrt());
    Estimate { n, standard_error, ..Estimate::exact(value) }
}
