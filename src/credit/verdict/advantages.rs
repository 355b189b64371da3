//! What contradicts the advantages of a log, in words.

use crate::forensics::{Level, Summary};
use crate::text::Clause;

use super::words::{credit, listed};

/// What is said of the numbers; where room is short the first clause stays.
///
/// `the 6 declared grpo numbers fit a mistake: the baseline counts turns, not rollouts (10 other formulas fit too)`.
pub(super) fn words(it: &Summary) -> [Clause; 3] {
    let rivals = match it.rivals {
        _ if !matches!(it.level, Level::Named | Level::Fits) => String::new(),
        0 => String::new(),
        1 => " (another formula fits too)".to_owned(),
        n => format!(" ({n} other formulas fit too)"),
    };
    [head(it), Clause::of(format!("{rivals}{}", harm(it))), Clause::of(own(it))]
}

fn head(it: &Summary) -> Clause {
    let numbers = if it.numbers == 1 { "number" } else { "numbers" };
    let start = match it.level {
        Level::Zero => format!("all {} declared ", it.numbers),
        Level::None => format!("none of {} forms gives all {} declared ", it.tried, it.numbers),
        Level::Named | Level::Fits => format!("the {} declared ", it.numbers),
    };
    let verb = match (it.level, it.numbers) {
        (Level::Named, 1) => "is made by",
        (Level::Named, _) => "are made by",
        (_, 1) => "fits",
        _ => "fit",
    };
    let rest = match (it.level, it.slip, &it.form) {
        (Level::Zero, ..) => " are 0 though the returns differ: each baseline is its own return".to_owned(),
        (Level::None, ..) => String::new(),
        (_, Some(_), _) if it.stopping.is_some() => format!(" {verb} a mistake: compared turn by turn"),
        (_, Some(slip), _) => format!(" {verb} a mistake: {slip}"),
        (_, None, form) => format!(" {verb} the {}", form.as_deref().unwrap_or_default()),
    };
    Clause::of(start).quote(&it.algorithm).and(format!(" {numbers}{rest}{}", stopping(it)))
}

/// `: -0.25 for going on, +0.25 for stopping: a hidden length bonus`.
fn stopping(it: &Summary) -> String {
    let Some(it) = &it.stopping else { return String::new() };
    let largest = it.went_on.abs().max(it.stopped.abs());
    let pays = if it.went_on * it.stopped < 0.0 { ": a hidden length bonus" } else { "" };
    format!(
        ": {} for going on, {} for stopping{pays}",
        credit(it.went_on, largest),
        credit(it.stopped, largest)
    )
}

/// `; 1 sign is wrong, 2 are pushed though 0 is right (scout, coder)`.
fn harm(it: &Summary) -> String {
    let of = |n: usize, one: &str, many: &str| match n {
        0 => None,
        1 => Some(one.to_owned()),
        n => Some(format!("{n} {many}")),
    };
    let parts = [
        of(it.wrong_sign, "1 sign is wrong", "signs are wrong"),
        of(it.pushed, "1 is pushed though 0 is right", "are pushed though 0 is right"),
        of(it.lost, "1 has no signal though there is one", "have no signal though there is one"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = it.hurt.iter().take(3).cloned().collect();
    let whose =
        if shown.is_empty() { String::new() } else { format!(" ({})", listed(&shown, it.hurt.len(), "and")) };
    format!("; {}{whose}", parts.join(", "))
}

/// `; act t0 has -0.67, right is -0.50`.
fn own(it: &Summary) -> String {
    let Some(first) = it.own.first() else { return String::new() };
    let Some(right) = first.right else { return String::new() };
    let largest = first.declared.abs().max(right.abs());
    let who = if first.act.is_empty() { &first.agent } else { &first.act };
    format!("; {who} has {}, right is {}", credit(first.declared, largest), credit(right, largest))
}
