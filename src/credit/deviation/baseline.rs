//! The baselines: what is subtracted from the value of the act taken.
//!
//! Decided here:
//! * The action set is every logged alternative, with two exceptions: a default action that the policy gives
//!   no probability while it gives others one (the null action lies outside the policy's choice), and actions
//!   with probability 0 and no value (masked ones), which must not poison a sum.
//! * Alternatives without a probability count as impossible if the logged ones sum to 1 within `1e-6`. If
//!   they do not and one is missing, the policy is not known; if none is missing, they are renormalised and a
//!   caveat says so.
//! * The best and the worst are those of the alternatives with a value, as long as the others cannot clear anybody:
//!   a regret is at least what it is over those with a value, and a gain at least what it is over them. A regret of
//!   0 over some says nothing, and a mean needs the value of each.
//! * If only the action taken is there to compare with, the credit is 0, flagged "no contrast".

use crate::model::{ActId, Alternative, Origin};
use crate::stats::{Against, sum};

use super::super::figure;
use super::super::method::{Baseline, Need};
use super::super::question::Question;

/// Every baseline; the first is the default.
pub(in super::super) const BASELINES: &[Baseline] = &[
    Baseline {
        name: "null",
        title: "null action",
        formula: "b = Q(default action)",
        source: "Wolpert and Tumer 2002, wonderful life utility",
        needs: &[Need::DefaultValue],
        names_culprit: true,
        rescales: false,
    },
    Baseline {
        name: "policy",
        title: "policy (COMA)",
        formula: "b = sum_a pi(a) Q(a)",
        source: "Foerster et al. 2018, COMA",
        needs: &[Need::Probabilities, Need::AlternativeValues],
        names_culprit: true,
        rescales: false,
    },
    Baseline {
        name: "uniform",
        title: "uniform mean (aristocrat)",
        formula: "b = mean_a Q(a)",
        source: "Wolpert and Tumer 2002, aristocrat utility with even odds",
        needs: &[Need::AlternativeValues],
        names_culprit: true,
        rescales: false,
    },
    Baseline {
        name: "tempered",
        title: "tempered policy",
        formula: "b = sum_a p(a) Q(a), p ~ pi^(1/tau)",
        source: "COMA with tempered odds: tau 0 greedy, 1 COMA, large uniform",
        needs: &[Need::Probabilities, Need::AlternativeValues],
        names_culprit: true,
        rescales: false,
    },
    Baseline {
        name: "best-alternative",
        title: "best alternative (regret)",
        formula: "b = max over a not taken of Q(a)",
        source: "regret",
        needs: &[Need::AlternativeValues],
        names_culprit: true,
        rescales: false,
    },
    Baseline {
        name: "others-mean",
        title: "mean of the others",
        formula: "b = mean over a not taken of Q(a)",
        source: "leave-one-out mean",
        needs: &[Need::AlternativeValues],
        names_culprit: true,
        rescales: false,
    },
    Baseline {
        name: "critic",
        title: "critic V(h)",
        formula: "b = V(h)",
        source: "Yu et al. 2022, MAPPO style advantage",
        needs: &[Need::StateValues],
        names_culprit: true,
        rescales: false,
    },
    Baseline {
        name: "best-response",
        title: "best response (full regret)",
        formula: "b = max_a Q(a)",
        source: "regret against the best response; never above 0",
        needs: &[Need::AlternativeValues],
        names_culprit: true,
        rescales: false,
    },
    Baseline {
        name: "worst",
        title: "worst alternative",
        formula: "b = min_a Q(a)",
        source: "gain over the worst; never below 0",
        needs: &[Need::AlternativeValues],
        names_culprit: true,
        rescales: false,
    },
    Baseline {
        name: "zero",
        title: "zero (team reward)",
        formula: "b = 0",
        source: "the team reward itself",
        needs: &[Need::Reward],
        names_culprit: false,
        rescales: false,
    },
    Baseline {
        name: "constant",
        title: "constant k",
        formula: "b = k",
        source: "a number of your own",
        needs: &[Need::Reward],
        names_culprit: false,
        rescales: false,
    },
];

/// What is subtracted at one act: `constant + sum of weight x Q(alternative)`.
#[derive(Default)]
pub(super) struct Subtracted<'a> {
    pub(super) weights: Vec<Weighted<'a>>,
    /// What was picked from, if one of several was picked by its value: the best or the worst of these.
    pub(super) picked: Option<(Against, Vec<&'a Alternative>)>,
    pub(super) constant: f64,
    pub(super) constant_text: &'static str,
    pub(super) constant_origin: Option<Origin>,
    /// Whether the constant is a model's estimate.
    pub(super) modelled: bool,
    /// Whether there was nothing but the action taken.
    pub(super) no_contrast: bool,
    /// The first alternative without a value that a best or worst of them is picked without.
    pub(super) unvalued: Option<&'a Alternative>,
    /// What the probabilities summed to, if that is not 1.
    pub(super) renormalised: Option<f64>,
}

/// One alternative in a baseline.
pub(super) struct Weighted<'a> {
    pub(super) alternative: &'a Alternative,
    pub(super) weight: f64,
    pub(super) q: f64,
}

/// The chosen baseline's name.
pub(super) fn name(question: &Question<'_>) -> &'static str {
    question.baseline.map_or("null", |it| it.name)
}

/// What the method is known by with this baseline.
fn known_as(name: &str) -> &'static str {
    match name {
        "null" => "difference rewards",
        "policy" => "COMA",
        "uniform" => "aristocrat utility",
        "tempered" => "tempered COMA",
        "best-alternative" => "regret",
        "best-response" => "full regret",
        "worst" => "gain over the worst",
        "others-mean" => "gain over the others",
        "critic" => "advantage",
        _ => "team return",
    }
}

/// `difference rewards (null action)`, `COMA (policy baseline)`.
pub(super) fn title(question: &Question<'_>) -> String {
    let name = name(question);
    let number = |param| figure::exact(question.param(param).unwrap_or(0.0));
    let detail = match name {
        "null" => match question.param("null").unwrap_or(0.0) as usize {
            0 => "null action".to_owned(),
            picked => format!("alternative {picked} as the null action"),
        },
        "policy" => "policy baseline".to_owned(),
        "uniform" => "uniform baseline".to_owned(),
        "tempered" => format!("tau {}", number("tau")),
        "best-alternative" => "best alternative".to_owned(),
        "best-response" => "best response".to_owned(),
        "worst" => "worst alternative".to_owned(),
        "others-mean" => "mean of the others".to_owned(),
        "critic" => "critic V(h)".to_owned(),
        "constant" => format!("minus k = {}", number("k")),
        _ => "zero baseline".to_owned(),
    };
    let realised = if question.switch("realised") { ", realised R" } else { "" };
    format!("{} ({detail}{realised})", known_as(name))
}

/// What is subtracted at `act`, where `taken` was (or is assumed to be) taken.
///
/// # Errors
/// What it lacks, naming the act.
pub(super) fn subtracted<'a>(
    question: &Question<'a>,
    act: ActId,
    taken: Option<&'a Alternative>,
) -> Result<Subtracted<'a>, String> {
    let name = name(question);
    let table = question.episode.table(act);
    match name {
        "zero" => return Ok(Subtracted { constant_text: "zero", ..Subtracted::default() }),
        "constant" => {
            let constant = question.param("k").unwrap_or(0.0);
            return Ok(Subtracted { constant, constant_text: "k", ..Subtracted::default() });
        }
        "critic" => {
            let value = table.and_then(|it| it.value);
            let constant = value.ok_or_else(|| format!("V(h) is not logged for {}", question.act(act)))?;
            return Ok(Subtracted {
                constant,
                constant_text: "V(h)",
                constant_origin: Some(question.episode.act(act).origin),
                modelled: true,
                ..Subtracted::default()
            });
        }
        _ => {}
    }
    let table = table.ok_or_else(|| format!("no alternatives are logged for {}", question.act(act)))?;
    if name == "null" {
        // A pick is counted from 1, as the list of alternatives is shown; 0 is the logged default.
        let picked = question.param("null").unwrap_or(0.0) as usize;
        let picked = picked.checked_sub(1).and_then(|it| table.alternatives.get(it));
        let default =
            picked.or_else(|| table.alternatives.iter().find(|it| it.default)).ok_or_else(|| {
                format!(
                    "difference rewards need the value of the default (null) action for {}",
                    question.act(act)
                )
            })?;
        let no_contrast = table.alternatives.len() < 2 && default.taken;
        let weights = weighted(question, act, vec![(default, 1.0)])?;
        return Ok(Subtracted { weights, no_contrast, ..Subtracted::default() });
    }
    let set = action_set(&table.alternatives);
    if name == "best-alternative" || name == "others-mean" {
        let others: Vec<&Alternative> =
            set.iter().copied().filter(|it| !taken.is_some_and(|taken| std::ptr::eq(*it, taken))).collect();
        return match (others.is_empty(), taken) {
            (true, Some(taken)) => {
                let weights = weighted(question, act, vec![(taken, 1.0)])?;
                Ok(Subtracted { weights, no_contrast: true, ..Subtracted::default() })
            }
            _ if name == "others-mean" => {
                Ok(Subtracted { weights: weighted(question, act, even(&others))?, ..Subtracted::default() })
            }
            _ => picked(question, act, others, Against::Best),
        };
    }
    if taken.is_none() {
        return Err(format!(
            "{} needs the action taken among the alternatives of {}: its value is not logged",
            known_as(name),
            question.act(act)
        ));
    }
    let no_contrast = set.len() < 2;
    let plain = |weights| Subtracted { weights, no_contrast, ..Subtracted::default() };
    match name {
        "uniform" => Ok(plain(weighted(question, act, even(&set))?)),
        "best-response" => Ok(Subtracted { no_contrast, ..picked(question, act, set, Against::Best)? }),
        "worst" => Ok(Subtracted { no_contrast, ..picked(question, act, set, Against::Worst)? }),
        _ => {
            let (odds, renormalised) = policy(question, act, &set)?;
            let odds = if name == "tempered" { tempered(&odds, question.param("tau")) } else { odds };
            Ok(Subtracted { renormalised, ..plain(weighted(question, act, odds)?) })
        }
    }
}

/// The best or the worst of those of `set` that have a value.
fn picked<'a>(
    question: &Question<'a>,
    act: ActId,
    set: Vec<&'a Alternative>,
    against: Against,
) -> Result<Subtracted<'a>, String> {
    let unvalued = set.iter().copied().find(|it| it.q.mean.is_none());
    let valued: Vec<&Alternative> = set.iter().copied().filter(|it| it.q.mean.is_some()).collect();
    let sign = if against == Against::Worst { -1.0 } else { 1.0 };
    let compared = if valued.is_empty() { set } else { valued.clone() };
    let weights = extreme(question, act, weighted(question, act, even(&compared))?, sign);
    Ok(Subtracted { weights, unvalued, picked: Some((against, valued)), ..Subtracted::default() })
}

/// Why alternatives without a value leave nothing to say: over those with a value `gain` is no loss (or, against
/// the worst, no gain). `None`: they cannot change the sign.
pub(super) fn open(
    question: &Question<'_>,
    act: ActId,
    subtracted: &Subtracted<'_>,
    gain: f64,
) -> Option<String> {
    let unvalued = subtracted.unvalued?;
    let lost = if name(question) == "worst" { -gain } else { gain };
    let name = known_as(name(question));
    (lost >= 0.0).then(|| format!("{name} needs the value of '{}' for {}", unvalued.label, question.act(act)))
}

fn action_set(alternatives: &[Alternative]) -> Vec<&Alternative> {
    let has_odds = alternatives.iter().any(|it| it.probability.is_some());
    let outside = |it: &Alternative| it.default && !it.taken && has_odds && it.probability.is_none();
    let masked = |it: &Alternative| it.probability == Some(0.0) && it.q.mean.is_none();
    alternatives.iter().filter(|it| !outside(it) && !masked(it)).collect()
}

/// Alternatives with their weights.
type Odds<'a> = Vec<(&'a Alternative, f64)>;

fn even<'a>(set: &[&'a Alternative]) -> Odds<'a> {
    let weight = 1.0 / set.len() as f64;
    set.iter().map(|it| (*it, weight)).collect()
}

/// Weighted alternatives with their values. Leaves out those of weight 0.
fn weighted<'a>(question: &Question<'a>, act: ActId, odds: Odds<'a>) -> Result<Vec<Weighted<'a>>, String> {
    let used = odds.into_iter().filter(|it| it.1 != 0.0);
    used.map(|(alternative, weight)| {
        let q = alternative.q.mean.ok_or_else(|| {
            let name = known_as(name(question));
            format!("{name} needs the value of '{}' for {}", alternative.label, question.act(act))
        })?;
        Ok(Weighted { alternative, weight, q })
    })
    .collect()
}

/// All weight on the first alternative with the highest (`sign` 1) or lowest (-1) value.
fn extreme<'a>(
    question: &Question<'_>,
    act: ActId,
    weights: Vec<Weighted<'a>>,
    sign: f64,
) -> Vec<Weighted<'a>> {
    let whole = |it: &Weighted<'_>| it.q + question.left_out_of(act, it.alternative);
    let mut best: Option<Weighted<'_>> = None;
    for one in weights {
        if best.as_ref().is_none_or(|best| sign * whole(&one) > sign * whole(best)) {
            best = Some(Weighted { weight: 1.0, ..one });
        }
    }
    best.into_iter().collect()
}

/// The policy's probabilities, summing to 1, and their logged sum if it was another.
fn policy<'a>(
    question: &Question<'a>,
    act: ActId,
    set: &[&'a Alternative],
) -> Result<(Odds<'a>, Option<f64>), String> {
    let name = known_as(name(question));
    let needs = || format!("{name} needs policy probabilities for {}", question.act(act));
    let odds = set.iter().filter_map(|it| Some((*it, it.probability?))).collect::<Vec<_>>();
    if odds.is_empty() {
        return Err(format!("{}: the alternatives have values but no probabilities", needs()));
    }
    if let Some(bad) = odds.iter().find(|it| !it.1.is_finite() || it.1 < 0.0) {
        return Err(format!("{}: that of '{}' is {}", needs(), bad.0.label, bad.1));
    }
    let total = sum(odds.iter().map(|it| it.1));
    if (total - 1.0).abs() <= 1e-6 {
        return Ok((odds, None));
    }
    if let Some(unknown) = set.iter().find(|it| it.probability.is_none()) {
        return Err(format!(
            "{}: '{}' has none, and the others sum to {}",
            needs(),
            unknown.label,
            figure::exact(total)
        ));
    }
    if total <= 0.0 {
        return Err(format!("{}: they sum to 0", needs()));
    }
    Ok((odds.into_iter().map(|it| (it.0, it.1 / total)).collect(), Some(total)))
}

/// `p^(1/tau)`, normalised; tau 0 is greedy, ties even.
fn tempered<'a>(odds: &[(&'a Alternative, f64)], tau: Option<f64>) -> Odds<'a> {
    let tau = tau.unwrap_or(1.0);
    let top = odds.iter().map(|it| it.1).fold(0.0, f64::max);
    // Relative to the top, so that a small tau cannot underflow all of them.
    let power = |p: f64| match tau {
        0.0 => f64::from(u8::from(p == top)),
        _ if p == 0.0 => 0.0,
        _ => (p / top).powf(1.0 / tau),
    };
    let total = sum(odds.iter().map(|it| power(it.1)));
    odds.iter().map(|it| (it.0, power(it.1) / total)).collect()
}
