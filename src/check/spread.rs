//! How many runs a number rests on, against the spread that is given of them.

use crate::model::{Episode, Origin, Sample, rule};

use super::finding::{Check, Finding};

/// The rules of this file.
pub(super) const CHECKS: &[Check] = &[Check { rule: rule::SPREAD_OF_ONE_RUN, run: of_one_run }];

pub(super) fn of_one_run(episode: &Episode) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_alone = |it: &Sample| it.std.is_some() && it.n == Some(1);
    let mut look = |what: &str, alone: &mut dyn Iterator<Item = Origin>| {
        let Some(origin) = alone.next() else { return };
        let more = match alone.count() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!(
            "{what}{more}: `std` is given of one run (`n` 1), which shows no spread: no interval follows from it"
        );
        findings.push(Finding::at(origin, message));
    };
    for group in &episode.replays {
        let alone = group.candidates.iter().filter(|it| is_alone(&it.returns));
        look(&format!("a candidate of replay group '{}'", group.name), &mut alone.map(|it| it.origin));
    }
    for table in &episode.coalitions {
        let alone = table.values.iter().filter(|it| is_alone(&it.value));
        look(&format!("a coalition of '{}'", table.name), &mut alone.map(|it| it.origin));
    }
    for table in &episode.tables {
        // Those of a replay group are told with it.
        let replayed = episode.replays.iter().any(|it| it.act == Some(table.act));
        let alone = table.alternatives.iter().filter(|it| !replayed && is_alone(&it.q));
        look(&format!("an alternative of '{}'", episode.act(table.act).id), &mut alone.map(|it| it.origin));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::sample::{check, sound};
    use crate::model::Sample;

    #[test]
    fn one_run_has_no_spread() {
        let mut episode = sound();
        check("spread-of-one-run", &episode, &[]);
        let of = |n| Sample { mean: Some(0.3), std: Some(0.0), n: Some(n), ..Sample::default() };
        episode.coalitions[0].values.update(1, |it| *it = of(1));
        check("spread-of-one-run", &episode, &["a coalition of 'game': `std` is given of one run"]);
        episode.coalitions[0].values.update(2, |it| *it = of(1));
        episode.tables[0].alternatives[0].q = of(1);
        check(
            "spread-of-one-run",
            &episode,
            &["a coalition of 'game' and 1 more: `std`", "an alternative of 'a1': `std`"],
        );
        episode.coalitions[0].values.update(1, |it| *it = of(2));
        episode.coalitions[0].values.update(2, |it| it.std = None);
        episode.tables[0].alternatives[0].q.n = None;
        check("spread-of-one-run", &episode, &[]);
    }
}
