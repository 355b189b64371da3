//! Coalition tables: which values are missing, and which contradict each other.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{AgentId, CoalitionTable, Episode, Members, Origin, Sample, rule};

use super::finding::{Check, Finding};
use super::rounding::{half_unit, shown, slack};

/// The rules of this file.
pub(super) const CHECKS: &[Check] = &[
    Check { rule: rule::COALITION_INCOMPLETE, run: incomplete },
    Check { rule: rule::COALITION_INCONSISTENT, run: inconsistent },
];

/// How many missing coalitions a message names.
const NAMED: usize = 4;
/// How many of its members a message names.
const MEMBERS: usize = 12;
/// With how many values of the same coalition each value is compared.
const COMPARED: usize = 64;
/// A double counts coalitions of this many players exactly.
const COUNTED: usize = 52;
/// Two measurements of one value count as different only if they are this many standard errors apart.
const ERRORS: f64 = 4.0;

pub(super) fn incomplete(episode: &Episode) -> Vec<Finding> {
    if episode.outcome.is_none() {
        return Vec::new();
    }
    episode.coalitions.iter().filter_map(|it| incomplete_table(episode, it)).collect()
}

fn incomplete_table(episode: &Episode, table: &CoalitionTable) -> Option<Finding> {
    let players = table.players.len();
    if players == 0 || table.is_complete() {
        return None;
    }
    let known: FxHashSet<&Members> =
        table.values.iter().filter(|it| is_known(&it.value)).map(|it| it.agents).collect();
    let total = 2_f64.powi(i32::try_from(players).unwrap_or(i32::MAX));
    if known.len() as f64 >= total {
        return None;
    }
    let missing: Vec<String> = missing(table, &known).iter().map(|it| set(episode, it)).collect();
    let rest = total - known.len() as f64 - missing.len() as f64;
    let (total, more) = match rest {
        _ if players > COUNTED => (format!("2^{players}"), " and others".to_owned()),
        _ if rest > 0.0 => (format!("{total:.0}"), format!(" and {rest:.0} more")),
        _ => (format!("{total:.0}"), String::new()),
    };
    let message = format!(
        "coalition table '{}' knows {} of {total} values, not {}{more}: Shapley and Banzhaf need them all, and nothing is filled in",
        table.name,
        known.len(),
        missing.join(", "),
    );
    Some(Finding { message, origin: table.values.get(0).map(|it| it.origin) })
}

/// Whether a record says what the coalition earned: as a team, or each agent for itself.
fn is_known(value: &Sample) -> bool {
    let mut all = std::iter::once(value).chain(value.own.iter().map(|it| &it.1));
    all.any(|it| it.mean.is_some_and(f64::is_finite))
}

/// The first few missing coalitions: everybody and nobody, which all methods need, then the others as the
/// binary numbers of their members.
fn missing(table: &CoalitionTable, known: &FxHashSet<&Members>) -> Vec<Members> {
    let everybody: Members = table.players.iter().copied().collect();
    let mut found = vec![everybody, Members::from_iter([])];
    found.retain(|it| !known.contains(it));
    // Of any `known + NAMED` coalitions at least `NAMED` are missing.
    let bound = known.len() as u64 + NAMED as u64 + 2;
    let end = 1_u64.checked_shl(table.players.len() as u32).unwrap_or(u64::MAX);
    for mask in 1..end.saturating_sub(1).min(bound) {
        let chosen = table.players.iter().enumerate().filter(|(at, _)| *at < 64 && mask >> at & 1 == 1);
        let coalition: Members = chosen.map(|it| *it.1).collect();
        if found.len() >= NAMED {
            break;
        }
        if !known.contains(&coalition) {
            found.push(coalition);
        }
    }
    found
}

/// `{planner, coder}`.
fn set(episode: &Episode, agents: &Members) -> String {
    let names = agents.iter().take(MEMBERS).map(|it: AgentId| episode.agent(it).name.as_str());
    let more = match agents.len().saturating_sub(MEMBERS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{{{}{more}}}", names.collect::<Vec<_>>().join(", "))
}

/// What a table says of a coalition.
struct Said<'a> {
    table: usize,
    value: std::borrow::Cow<'a, Sample>,
}

pub(super) fn inconsistent(episode: &Episode) -> Vec<Finding> {
    let mut findings = Vec::new();
    for table in &episode.coalitions {
        for row in table.values.iter() {
            if let Some(std) = row.value.std.filter(|it| *it < 0.0) {
                let message = format!(
                    "`std` of v({}) in '{}' is {}, which cannot be negative",
                    set(episode, row.agents),
                    table.name,
                    shown(std)
                );
                findings.push(Finding::at(row.origin, message));
            }
        }
    }
    // No table has two rows of one coalition.
    if episode.coalitions.len() > 1 {
        contrary(episode, &mut findings);
    }
    findings
}

/// Values of one coalition in several tables.
fn contrary(episode: &Episode, findings: &mut Vec<Finding>) {
    let mut said: FxHashMap<&Members, Vec<Said<'_>>> = FxHashMap::default();
    for (at, table) in episode.coalitions.iter().enumerate() {
        for row in table.values.iter() {
            let before = said.entry(row.agents).or_default();
            let other = before
                .iter()
                .find(|it| comparable(&episode.coalitions[it.table], table) && differ(&it.value, &row.value));
            if let (Some(other), Some(now)) = (other, row.value.mean) {
                findings.push(contradiction(episode, row.agents, other, (now, table), row.origin));
            }
            if before.len() < COMPARED {
                before.push(Said { table: at, value: row.value });
            }
        }
    }
}

fn contradiction(
    episode: &Episode,
    agents: &Members,
    before: &Said<'_>,
    (now, table): (f64, &CoalitionTable),
    origin: Origin,
) -> Finding {
    let message = format!(
        "v({}) is {} in '{}' but {} in '{}': if they ask different questions, say what absence means in `absence`",
        set(episode, agents),
        shown(before.value.mean.unwrap_or(f64::NAN)),
        episode.coalitions[before.table].name,
        shown(now),
        table.name
    );
    Finding::at(origin, message)
}

/// Whether two tables speak of one game.
fn comparable(a: &CoalitionTable, b: &CoalitionTable) -> bool {
    a.players == b.players && a.absence == b.absence
}

/// Whether two values of one coalition contradict each other: by more than rounding if they are stated, by
/// more than their errors if they are measured. A measurement of unknown error contradicts nothing.
fn differ(a: &Sample, b: &Sample) -> bool {
    let (Some(x), Some(y)) = (a.mean, b.mean) else { return false };
    let error = |it: &Sample| match (it.standard_error(), it.n) {
        (Some(error), _) => Some(error),
        (None, None) => Some(0.0),
        (None, Some(_)) => None,
    };
    let (Some(first), Some(second)) = (error(a), error(b)) else { return false };
    let rounded = half_unit([x].into_iter()) + half_unit([y].into_iter()) + slack([x, y].into_iter());
    (x - y).abs() > rounded + ERRORS * (first * first + second * second).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::sample::{check, sound};
    use crate::model::{Absence, AgentId, CoalitionTable, Sample};

    #[test]
    fn missing_coalitions_are_named() {
        let mut episode = sound();
        check("coalition-incomplete", &episode, &[]);
        episode.coalitions[0].values.remove(1);
        check(
            "coalition-incomplete",
            &episode,
            &["coalition table 'game' knows 3 of 4 values, not {planner}: Shapley"],
        );
        episode.coalitions[0].values.update(0, |it| *it = Sample::default());
        check("coalition-incomplete", &episode, &["knows 2 of 4 values, not {}, {planner}: Shapley"]);
        episode.outcome = None;
        check("coalition-incomplete", &episode, &[]);
    }

    #[test]
    fn many_players_are_no_trouble() {
        let mut episode = sound();
        let agent = episode.agents[0].clone();
        episode.agents = (0..100).map(|_| agent.clone()).collect();
        episode.coalitions[0].players = (0..100).map(AgentId).collect();
        let found = super::incomplete(&episode);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("knows 4 of 2^100 values, not {planner, "), "{found:?}");
    }

    #[test]
    fn one_value_per_coalition() {
        let mut episode = sound();
        let mut other = CoalitionTable { name: "again".to_owned(), ..episode.coalitions[0].clone() };
        episode.coalitions.push(other.clone());
        check("coalition-inconsistent", &episode, &[]);
        other.values.update(1, |it| *it = Sample::stated(0.7));
        episode.coalitions[1] = other.clone();
        check("coalition-inconsistent", &episode, &["v({planner}) is 0.3 in 'game' but 0.7 in 'again'"]);
        // Another game, or a measurement within its error.
        episode.coalitions[1].absence = Absence::Resampled;
        check("coalition-inconsistent", &episode, &[]);
        other.values.update(1, |it| {
            *it = Sample { mean: Some(0.7), std: Some(0.8), n: Some(16), ..Sample::default() };
        });
        episode.coalitions[1] = other;
        check("coalition-inconsistent", &episode, &[]);
    }

    #[test]
    fn a_spread_is_not_negative() {
        let mut episode = sound();
        episode.coalitions[0].values.update(2, |it| it.std = Some(-0.1));
        check("coalition-inconsistent", &episode, &["`std` of v({coder}) in 'game' is -0.1"]);
    }
}
