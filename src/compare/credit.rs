//! The credit of each agent in two episodes, and the difference.

use super::Difference;
use crate::{
    model::{Attribution, Episode, Estimate, LEVEL, Value},
    stats::Credit,
};

/// One agent, or the team, in both.
#[derive(Clone, Debug, PartialEq)]
pub struct CreditRow {
    /// The agent's name; display-safe.
    pub agent: String,
    /// In A; `None`: it is no agent of A.
    pub a: Option<Value>,
    /// In B.
    pub b: Option<Value>,
    /// B - A, where both are numbers.
    pub difference: Option<Difference>,
}

impl CreditRow {
    fn new(agent: &str, a: Option<Value>, b: Option<Value>) -> Self {
        let number = |it: &Option<Value>| it.as_ref().and_then(Value::number).copied();
        let difference = number(&a).zip(number(&b)).map(|(a, b)| Difference::of(&a, &b));
        Self { agent: agent.to_owned(), a, b, difference }
    }
}

/// Credit in two episodes.
#[derive(Clone, Debug, PartialEq)]
pub struct CreditTable {
    /// The agents of A in their order, then those that only B has.
    pub rows: Vec<CreditRow>,
    /// The sum of what all agents have, where the method divides a total.
    pub team: Option<CreditRow>,
}

impl CreditTable {
    /// Agents of both are the same by their names.
    pub fn of(a: (&Episode, &Attribution), b: (&Episode, &Attribution)) -> Self {
        let mut names: Vec<&str> = Vec::new();
        for agent in a.0.agents.iter().chain(&b.0.agents) {
            if !names.contains(&agent.name.as_str()) {
                names.push(&agent.name);
            }
        }
        let rows = names.iter().map(|name| CreditRow::new(name, value(a, name), value(b, name)));
        let team = team(a.1).zip(team(b.1));
        Self {
            rows: rows.collect(),
            team: team.map(|(a, b)| CreditRow::new("team", Some(Value::Number(a)), Some(Value::Number(b)))),
        }
    }
}

fn value((episode, credit): (&Episode, &Attribution), name: &str) -> Option<Value> {
    let at = episode.agents.iter().position(|it| it.name == name)?;
    Some(credit.agents.get(at)?.value.clone())
}

/// What all agents have together, if that is a total: its interval follows from the same runs.
fn team(credit: &Attribution) -> Option<Estimate> {
    credit.contract?;
    let interval = || {
        let measured = credit.measured.as_ref()?;
        let agents: Option<Vec<&Credit>> = credit.agents.iter().map(|it| measured.credit(it.agent)).collect();
        measured.table.interval(&Credit::sum(agents?), LEVEL).ok()
    };
    Some(Estimate { interval: interval().map(|it| (it.low, it.high)), ..Estimate::exact(credit.sum) })
}
