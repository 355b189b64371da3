//! The forms that a declared credit may follow, and which of them give its numbers.
//!
//! A trainer's log names a family (`grpo`, `gae`) and not what its implementation made of it: which spread, which
//! values, when a reward counts. So each form is tried, and those are named that give every declared number to
//! the precision in which it is written. Nothing is guessed: where several fit, all of them are named.

use crate::model::{DeclaredCredit, Episode, Number, Scenario, ValueOf};

use super::super::arrivals::{Placing, arrivals};
use super::super::convention::{CONVENTIONS, Convention};
use super::super::method::{Family, Method};

/// One form: what to call it, and what computes it.
pub(super) struct Form {
    pub(super) name: String,
    pub(super) scenario: Scenario,
}

/// Single precision, in which trainers compute: what a number of size 1 may be off after a few operations.
const SINGLE: f64 = 5e-7;

/// The forms of a record that means `scenario`, that one first.
pub(super) fn forms(
    episode: &Episode,
    row: &Method,
    scenario: &Scenario,
    declared: &DeclaredCredit,
) -> Vec<Form> {
    if row.family == Family::Replay {
        of_groups(scenario, declared)
    } else {
        of_values(episode, row, scenario)
    }
}

/// What values are of and when rewards count, where either makes a difference.
fn of_values(episode: &Episode, row: &Method, scenario: &Scenario) -> Vec<Form> {
    let own = |name: &str| Form { name: name.to_owned(), scenario: scenario.clone() };
    let open = |name: &str| {
        let param = row.param(name).filter(|it| it.applies(episode, scenario));
        param.is_some() && !scenario.params.contains_key(name)
    };
    if !open("to-come") {
        return vec![own("")];
    }
    let by_act = episode.acts.iter().any(|it| it.policy.as_ref().is_some_and(|it| it.value_of.is_some()));
    let mut forms: Vec<Form> = by_act.then(|| own("values as each act says")).into_iter().collect();
    let differ = arrivals(episode, Placing::Of) != arrivals(episode, Placing::Time);
    let mut values = [("V to come", 1.0), ("V of the episode", 0.0)];
    if episode.value_of == ValueOf::Episode {
        values.reverse();
    }
    for (rewards, by_time) in [("", 0.0), (", rewards when they came", 1.0)] {
        if by_time > 0.0 && !(differ && open("by-time")) {
            continue;
        }
        for (values, to_come) in values {
            let mut form = own(&format!("{values}{rewards}"));
            form.scenario.params.insert("to-come".to_owned(), Number::new(to_come));
            if by_time > 0.0 {
                form.scenario.params.insert("by-time".to_owned(), Number::new(by_time));
            }
            forms.push(form);
        }
    }
    forms
}

/// The conventions of the GRPO family, which all name themselves much alike. The one that the record's
/// parameters or algorithm name comes first, then that which its name means here.
fn of_groups(scenario: &Scenario, declared: &DeclaredCredit) -> Vec<Form> {
    let said = declared.params.iter().find(|it| it.0 == "convention").map(|it| it.1.trim_matches('"'));
    let said = said.unwrap_or(declared.algorithm.trim());
    let means = |it: &Convention| {
        scenario.method == it.method && scenario.baseline.as_deref().is_none_or(|name| name == it.baseline)
    };
    let of = |it: &Convention| {
        let row = super::methods().iter().find(|row| row.name == it.method);
        let params =
            scenario.params.iter().filter(|(name, _)| row.is_some_and(|it| it.param(name).is_some()));
        Form {
            name: it.name.to_owned(),
            scenario: Scenario {
                method: it.method.to_owned(),
                baseline: Some(it.baseline.to_owned()),
                params: params.map(|(name, value)| (name.clone(), *value)).collect(),
                ..scenario.clone()
            },
        }
    };
    let mut all: Vec<&Convention> = CONVENTIONS.iter().collect();
    all.sort_by_key(|it| (!it.name.eq_ignore_ascii_case(said), !means(it)));
    let mut forms: Vec<Form> = all.iter().map(|it| of(it)).collect();
    if !CONVENTIONS.iter().any(means) {
        forms.insert(0, Form { name: super::scenario_name(scenario), scenario: scenario.clone() });
    }
    forms
}

/// How far a declared number may be from a computed one: half of the last digit that the numbers of its
/// algorithm are written with, but at least what single precision loses. Numbers of less than two digits say
/// nothing of their precision: they count as exact.
pub(super) fn precision(episode: &Episode, declared: &DeclaredCredit) -> f64 {
    let same = episode.declared.iter().filter(|it| it.algorithm == declared.algorithm);
    let (mut digits, mut largest) = (0, 0.0_f64);
    for value in same.flat_map(|it| &it.items).filter_map(|it| it.value).filter(|it| it.is_finite()) {
        digits = digits.max(fraction_digits(value));
        largest = largest.max(value.abs());
    }
    let written = if digits < 2 { 0.0 } else { 0.5 * 10f64.powi(-(digits.min(18) as i32)) };
    // The half itself is not exact in binary.
    let rounding = 1e-12 * episode.reward().map_or(0.0, |it| it.value.abs());
    (written * (1.0 + 1e-9)).max(SINGLE * largest).max(rounding)
}

/// Digits after the point of the shortest text that reads as this number.
pub(super) fn fraction_digits(value: f64) -> usize {
    format!("{value}").split_once('.').map_or(0, |it| it.1.len())
}
