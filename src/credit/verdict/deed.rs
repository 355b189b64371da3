//! One act with what it brought and what would have been better there, as far as alternatives of it are
//! logged.
//!
//! Better (after a success: worse) are the alternatives that are not known to be less good than the best one:
//! where the data leave open which of several is best, all of them are named.

use crate::model::{ActId, Alternative, Candidate, Episode, Estimate, Provenance, ReplayGroup, Sample};
use crate::text::Clause;

use super::super::figure::count;
use super::words::{act_name, estimate, mean, name};

/// What was done at an act.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// The act.
    pub act: ActId,
    /// What was done, as a label of the log; empty: nothing is logged of it.
    pub did: String,
    /// What that brought on average; `None`: it was never tried again, and nobody states its value.
    pub got: Option<Worth>,
    /// What would have been better, the best first; empty: nothing is known to be.
    pub instead: Vec<(String, Worth)>,
    /// The credit of the act.
    pub credit: Option<Estimate>,
    /// `method/baseline` of that credit; empty: nobody's.
    pub method: String,
    /// What that credit rests on.
    pub provenance: Option<Provenance>,
}

/// The value of one option.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worth {
    /// Mean return, in reward units.
    pub mean: f64,
    /// Standard error of it, where known.
    pub standard_error: Option<f64>,
    /// How many replays it is the mean of; `None`: it was stated, not measured.
    pub n: Option<u32>,
    /// How many of them came out 1, where all came out 0 or 1.
    pub successes: Option<u32>,
}

impl Worth {
    fn of(sample: &Sample) -> Option<Self> {
        let pass_fail =
            !sample.returns.is_empty() && sample.returns.iter().all(|it| *it == 0.0 || *it == 1.0);
        Some(Self {
            mean: sample.mean?,
            standard_error: sample.standard_error(),
            n: sample.n,
            successes: pass_fail.then(|| sample.returns.iter().filter(|it| **it == 1.0).count() as u32),
        })
    }
}

impl Deed {
    /// What is known of `act` but its credit; `low`: what would have been better is asked for, else what was
    /// worse.
    pub(super) fn of(episode: &Episode, act: ActId, low: bool) -> Self {
        let options = options(episode, act);
        let taken = options.iter().find(|it| it.done);
        let got = taken.and_then(|it| it.worth);
        Self {
            act,
            did: did(&episode.act(act).label, taken.map_or("", |it| it.label.as_str())),
            instead: got.map_or(Vec::new(), |got| better(&options, got, low)),
            got,
            credit: None,
            method: String::new(),
            provenance: None,
        }
    }

    /// `porter at a13, step 13: "call plum" gets 0.31 against 0.69 for "call melon" (256 replays each)`.
    pub(super) fn words(&self, episode: &Episode) -> Vec<Clause> {
        let act = episode.act(self.act);
        let step = act.step.map(|it| format!(", step {it}")).unwrap_or_default();
        let mut first =
            Clause::of(format!("{} at {}{step}", name(episode, act.agent), act_name(episode, self.act)));
        if !self.did.is_empty() {
            first = first.and(": \"").quote(&self.did).and("\"");
        }
        let Some(got) = self.got else { return vec![first] };
        let values = self.instead.iter().map(|it| it.1.mean.abs()).chain([got.mean.abs()]);
        let largest = values.fold(0.0, f64::max);
        let mut clauses = vec![first.and(self.brought(got, largest))];
        clauses.extend(self.instead_words(largest));
        clauses.extend(self.replays().map(|it| Clause::ranked(1, it)));
        if let Some(credit) = self.credit.filter(|it| it.interval.is_some()) {
            clauses.push(Clause::ranked(2, format!(": {}", estimate(&credit, largest))));
        }
        clauses
    }

    /// Whether the credit of the act is all there is to say of its agent's.
    pub(super) fn is_all_of(&self, agent: &Estimate) -> bool {
        self.credit.is_some_and(|it| (it.value - agent.value).abs() <= 1e-9 * agent.value.abs())
    }

    /// ` against 0.69 to 0.70 for "gourd" or "melon"`.
    fn instead_words(&self, largest: f64) -> Option<Clause> {
        let ((label, best), (_, last)) = (self.instead.first()?, self.instead.last()?);
        let (low, high) = (mean(last.mean, largest), mean(best.mean, largest));
        let same = low == high || best.successes.is_some();
        let worth = if same { value(*best, largest) } else { format!("{low} to {high}") };
        let mut clause = Clause::of(format!(" against {worth} for \"")).quote(label).and("\"");
        if let Some((second, _)) = self.instead.get(1) {
            let separator = if self.instead.len() > 2 { ", \"" } else { " or \"" };
            clause = clause.and(separator).quote(second).and("\"");
        }
        let more = self.instead.len().saturating_sub(2);
        Some(if more > 0 { clause.and(format!(" or {more} more")) } else { clause })
    }

    fn brought(&self, got: Worth, largest: f64) -> String {
        let verb = match (got.successes, got.n) {
            (Some(_), _) => "succeeds",
            (None, Some(_)) => "gets",
            (None, None) => "is worth",
        };
        format!(" {verb} {}", value(got, largest))
    }

    /// ` (256 replays each)`.
    fn replays(&self) -> Option<String> {
        let got = self.got.filter(|it| it.successes.is_none())?;
        let counts: Option<Vec<u32>> = self.instead.iter().map(|it| it.1.n).chain([got.n]).collect();
        let counts = counts?;
        let (low, high) = (counts.iter().min()?, counts.iter().max()?);
        Some(match (low == high, counts.len()) {
            (true, 1) => format!(" ({})", count(*low as usize, "replay")),
            (true, _) if *low == 1 => " (1 replay each)".to_owned(),
            (true, _) => format!(" ({low} replays each)"),
            (false, _) => format!(" ({low} to {high} replays each)"),
        })
    }
}

/// `0.31`, or `0 of 8`.
fn value(worth: Worth, largest: f64) -> String {
    match (worth.successes, worth.n) {
        (Some(successes), Some(n)) => format!("{successes} of {n}"),
        _ => mean(worth.mean, largest),
    }
}

/// What was done: the act's own words where they hold the label of the option taken.
fn did(act: &str, option: &str) -> String {
    if act.contains(option) { act.to_owned() } else { option.to_owned() }
}

/// What could have been done at an act.
struct Choice {
    label: String,
    worth: Option<Worth>,
    done: bool,
}

/// All options of an act. How many succeed is said of all of them or of none.
fn options(episode: &Episode, act: ActId) -> Vec<Choice> {
    let of_table =
        |it: &Alternative| Choice { label: it.label.clone(), worth: Worth::of(&it.q), done: it.taken };
    let mut options: Vec<Choice> =
        episode.table(act).map(|it| it.alternatives.iter().map(of_table).collect()).unwrap_or_default();
    if !options.iter().any(|it| it.done && it.worth.is_some()) {
        let of_act = |it: &&ReplayGroup| {
            it.act == Some(act)
                && it.candidates.iter().any(|it| it.real)
                && episode.wrongly_real(it).is_none()
        };
        let candidates = episode.replays.iter().find(of_act).into_iter().flat_map(|it| &it.candidates);
        let of_group =
            |it: &Candidate| Choice { label: it.label.clone(), worth: Worth::of(&it.returns), done: it.real };
        options = candidates.map(of_group).collect();
    }
    if options.iter().filter_map(|it| it.worth).any(|it| it.successes.is_none()) {
        options.iter_mut().filter_map(|it| it.worth.as_mut()).for_each(|it| it.successes = None);
    }
    options
}

/// The options that beat `got`, but for those that are known to be less good than the best of them.
fn better(options: &[Choice], got: Worth, low: bool) -> Vec<(String, Worth)> {
    let sign = if low { 1.0 } else { -1.0 };
    let others = options.iter().filter(|it| !it.done).filter_map(|it| Some((it.label.clone(), it.worth?)));
    let least = 1e-9 * got.mean.abs().max(1e-3);
    let mut better: Vec<(String, Worth)> =
        others.filter(|it| sign * (it.1.mean - got.mean) > least).collect();
    better.sort_by(|a, b| (sign * b.1.mean).total_cmp(&(sign * a.1.mean)));
    let Some(best) = better.first().map(|it| it.1) else { return better };
    let error = |it: Worth| it.standard_error.unwrap_or(0.0);
    better.retain(|(_, it)| {
        let half = 1.96 * error(*it).hypot(error(best));
        // What is told neither from the best nor from what was done is no advice.
        let from_done = 1.96 * error(*it).hypot(error(got));
        let apart = (best.mean - it.mean).abs();
        apart <= 1e-12 * best.mean.abs() || (apart <= half && (it.mean - got.mean).abs() > from_done)
    });
    better
}
