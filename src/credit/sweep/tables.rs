//! What the coalition tables beside the chosen one say: each is a measurement of its own.
//!
//! Formulas of the sweep read one table ([`crate::credit`] says which). Another with the same players was run apart,
//! as another group or with another meaning of absence, so it has a voice of its own: its Shapley value.

use crate::model::{AgentId, CoalitionTable, Episode, Scenario};

use super::super::blame::blame;
use super::super::coalition::best_supported;
use super::super::{answer, question};
use super::{Agreement, agreement};

/// What a coalition table beside the chosen one says.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherTable {
    /// Its name in quotes: `'g2'`; that of another meaning of absence is `'g2 (null)'`.
    pub name: String,
    /// Whom it names; ties: all of them. Never empty.
    pub blamed: Vec<AgentId>,
    /// How that stands to the reference.
    pub agrees: Agreement,
}

/// Those that name somebody, in the order of the log, `named` by the reference. `scenario` is of the Shapley value.
pub(super) fn other_tables(episode: &Episode, scenario: &Scenario, named: &[AgentId]) -> Vec<OtherTable> {
    let tables = &episode.coalitions;
    let Some(chosen) = best_supported(tables) else { return Vec::new() };
    let others =
        tables.iter().enumerate().filter(|it| it.0 != chosen && it.1.players == tables[chosen].players);
    let one = |(at, table): (usize, &CoalitionTable)| {
        let mut question = question(episode, scenario).ok()?;
        question.coalitions = Some(at);
        let attribution = answer(&question).ok()?;
        let found = blame(episode.failed(), &attribution).filter(|it| it.known >= 2 && !it.all_equal)?;
        let name = format!("'{}'", table.name);
        Some(OtherTable { name, agrees: agreement(named, &found.agents), blamed: found.agents })
    };
    others.filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use crate::credit::{Agreement, sweep};
    use crate::model::draft::Draft;
    use crate::model::{AgentId, Scenario, Status};

    /// v(S) of two tables: the first charges agent 0 with 2, the second agent 1.
    fn two_tables() -> Draft {
        Draft::of(2)
            .acts(&[0, 1])
            .coalitions(&[0.0, -2.0, 0.0, -2.0])
            .coalitions(&[0.0, 0.0, -2.0, -2.0])
            .end(Status::Failure)
    }

    #[test]
    fn each_table_has_a_voice() {
        let other = two_tables().with(|it| it.coalitions[1].name = "again".to_owned()).episode();
        let found = sweep(&other, &Scenario::of_method("shapley"));
        let [table] = found.tables.as_slice() else { panic!("{:?}", found.tables) };
        assert_eq!((table.name.as_str(), table.blamed.as_slice()), ("'again'", &[AgentId(1)][..]));
        assert_eq!(table.agrees, Agreement::Flips);
        assert_eq!((found.count(Agreement::Holds), found.counted()), (1, 2));
        assert_eq!(found.tally(), "1 of 2 measurements agree (coalitions, coalitions 'again')");
    }

    #[test]
    fn a_table_that_tells_nobody_apart_or_has_other_players_has_none() {
        let flat = Draft::of(2).coalitions(&[0.0, -2.0, 0.0, -2.0]).coalitions(&[0.0, -1.0, -1.0, -2.0]);
        let found = sweep(&flat.end(Status::Failure).episode(), &Scenario::of_method("shapley"));
        assert!(found.tables.is_empty(), "{:?}", found.tables);
        let alone = two_tables().with(|it| it.coalitions[1].players = vec![AgentId(1)]).episode();
        assert!(sweep(&alone, &Scenario::of_method("shapley")).tables.is_empty());
    }
}
