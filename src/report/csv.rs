//! The credit table as CSV (RFC 4180, `\n` line ends): one row per agent, numbers at full precision.
//!
//! Columns: `log, episode, agent, method, baseline, state, value, ci95_low, ci95_high, standard_error, n,
//! reason, provenance, absence, low, high, level, outcome, named, act, ground, own`. `low` and `high` are the interval at its `level`, `ci95_low` and
//! `ci95_high` the same if that is 0.95. `state` is `number`, `undefined` or `unavailable `; only a number has a
//! value, only the others have a reason. `own` is
//! what the agent earned for itself, where that is logged. The four before it are the verdict's, alike in all rows but for `named`: the word
//! of the outcome (`FAIL`), whether this agent is named (`yes`, `no`), the act named, the rung that stands on. If the method cannot be computed at all, every agent is unavailable.

use super::{Output, Printed, Report, figures};
use crate::{
    model::{AgentId, Attribution, Estimate, OwnReward, Value},
    text::clean,
};

const HEADER: &str = "log,episode,agent,method,baseline,state,value,ci95_low,ci95_high,standard_error,n,reason,\
                      provenance,absence,low,high,level,outcome,named,act,ground,own";

/// The row of this format.
pub(super) const OUTPUT: Output = Output {
    name: "csv",
    about: "The credit table alone",
    has_study: false,
    explains_named: false,
    matches: None,
    print: |report| Printed::Text(csv(report)),
};

/// The credit table of `report` as CSV, heading first.
pub fn csv(report: &Report<'_>) -> String {
    let mut out = format!("{HEADER}\n");
    let earned = report.episode.own_rewards();
    for agent in report.episode.agent_ids() {
        let name = &report.episode.agent(agent).name;
        let mut cells = vec![clean(report.log), report.episode.name.clone(), name.clone()];
        match report.credit {
            Ok(credit) => {
                cells.extend([credit.method.clone(), credit.baseline.clone().unwrap_or_default()]);
                let value = credit.agents.get(agent.index()).map(|it| &it.value);
                cells.extend(value.map_or_else(blank, cells_of));
                cells.extend(grounds(credit));
                cells.extend(interval(value));
            }
            Err(unavailable) => {
                let scenario = report.scenario;
                cells.extend([scenario.method.clone(), scenario.baseline.clone().unwrap_or_default()]);
                cells.extend(cells_of(&Value::Unavailable(unavailable.missing.clone())));
                cells.extend([String::new(), String::new()]);
                cells.extend(interval(None));
            }
        }
        cells.extend(verdict_cells(report, agent));
        cells.push(own(&earned, agent));
        let cells = cells.into_iter().map(|it| if report.raw_cells { it } else { harmless(it) });
        let cells: Vec<String> = cells.map(|it| quoted(&it)).collect();
        out += &format!("{}\n", cells.join(","));
    }
    out
}

/// `outcome` to `ground`.
fn verdict_cells(report: &Report<'_>, agent: AgentId) -> [String; 4] {
    let verdict = report.verdict;
    let named = if verdict.named().contains(&agent) { "yes" } else { "no" };
    let act = verdict.act().map_or(String::new(), |it| report.episode.act(it).id.to_string());
    [verdict.outcome.ending.word().to_owned(), named.to_owned(), act, verdict.ground.rung.word().to_owned()]
}

/// What the agent earned for itself; nothing where that is not logged.
fn own(earned: &[OwnReward], agent: AgentId) -> String {
    number(earned.binary_search_by_key(&agent, |it| it.agent).ok().map(|at| earned[at].value))
}

fn blank() -> [String; 7] {
    cells_of(&Value::Unavailable("no credit for this agent".to_owned()))
}

/// `state` to `reason`.
fn cells_of(value: &Value) -> [String; 7] {
    let nothing = String::new;
    let without = |state: &str, why: &String| {
        [state.to_owned(), nothing(), nothing(), nothing(), nothing(), nothing(), why.clone()]
    };
    match value {
        Value::Undefined(why) => without("undefined", why),
        Value::Unavailable(why) => without("unavailable", why),
        Value::Number(it) if !it.value.is_finite() => without("undefined", &"not a finite number".to_owned()),
        Value::Number(it) => numbers(it),
    }
}

fn number(it: Option<f64>) -> String {
    it.filter(|it| it.is_finite()).map_or(String::new(), |it| it.to_string())
}

/// `low`, `high` and `level`.
fn interval(value: Option<&Value>) -> [String; 3] {
    let known = value.and_then(Value::number).and_then(|it| Some((it.interval?, it.level)));
    [known.map(|it| it.0.0), known.map(|it| it.0.1), known.map(|it| it.1)].map(number)
}

fn numbers(estimate: &Estimate) -> [String; 7] {
    let interval = estimate.interval.filter(|_| estimate.has_usual_level());
    [
        "number".to_owned(),
        number(Some(estimate.value)),
        number(interval.map(|it| it.0)),
        number(interval.map(|it| it.1)),
        number(estimate.standard_error),
        estimate.n.map_or(String::new(), |it| it.to_string()),
        String::new(),
    ]
}

fn grounds(credit: &Attribution) -> [String; 2] {
    let absence = credit.absence.as_ref().map_or("", figures::absence);
    [credit.provenance.word().to_owned(), absence.to_owned()]
}

/// A cell that no spreadsheet takes for a formula (OWASP, CSV injection): text that begins like one gets an apostrophe.
/// Numbers stay.
pub(super) fn harmless(cell: String) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    if is_formula { format!("'{cell}") } else { cell }
}

pub(super) fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::Sample;

    #[test]
    fn three_states_are_three_words() {
        let sample = Sample::new();
        let text = csv(&sample.report());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], HEADER);
        let columns = HEADER.split(',').count();
        assert_eq!(
            lines[1],
            "run.jsonl,e,planner,shapley,,number,-0.25,-0.35,-0.15,0.051,16,,replayed,null,-0.35,-0.15,0.95,FAIL,yes,a1,measured,"
        );
        assert_eq!(
            lines[3],
            "run.jsonl,e,idle,shapley,,undefined,,,,,,\"taken out, as asked\",replayed,null,,,,FAIL,no,a1,measured,"
        );
        assert_eq!(
            lines[4],
            "run.jsonl,e,late,shapley,,unavailable,,,,,,v({late}) is not logged,replayed,null,,,,FAIL,no,a1,measured,"
        );
        assert_eq!(lines[1].split(',').count(), columns);
    }

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("@ada", "'@ada"),
            ("-x", "'-x"),
            ("\tx", "'\tx"),
            ("-0.25", "-0.25"),
            ("+1e-9", "+1e-9"),
            ("ada=", "ada="),
        ] {
            assert_eq!(harmless(cell.to_owned()), expected);
        }
    }

    #[test]
    fn what_cannot_be_computed_is_unavailable() {
        let sample = Sample::unavailable();
        let text = csv(&sample.report());
        assert!(text.lines().skip(1).all(|it| it.contains(",unavailable,,,,,,")), "{text}");
    }
}
