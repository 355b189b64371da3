//! Names that stand in coalitions and nowhere else.
//!
//! Every agent that a coalition names is a player, so one row with a wrong name would make a full table one of a
//! larger game, most of it not logged. A name is a stranger where the episode has other agents, no record but
//! coalitions speaks of it, and the table is full without it and not with it. Its rows are left out, and listed.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::log::{Body, Record};
use crate::model::Origin;

/// The most players for which it is asked whether a table is full.
const PLAYERS: usize = 20;

/// The rows of one table, as sets of names.
#[derive(Default)]
struct Rows<'a> {
    known: BTreeSet<Vec<&'a str>>,
    names: BTreeSet<&'a str>,
}

/// The names in coalitions of `records` that are strangers to an episode in which `is_agent` tells who is not.
pub(super) fn strangers(records: &[(Record, Origin)], is_agent: impl Fn(&str) -> bool) -> HashSet<String> {
    let mut tables: BTreeMap<(Option<&str>, Option<&str>), Rows<'_>> = BTreeMap::new();
    for (record, _) in records {
        let Body::Counterfactual(it) = &record.body else { continue };
        if it.coalitions.is_empty() {
            continue;
        }
        let table = tables.entry((it.group.as_deref(), it.absence.as_deref())).or_default();
        for row in &it.coalitions {
            let members: BTreeSet<&str> = row.agents.iter().map(String::as_str).collect();
            table.names.extend(&members);
            table.known.insert(members.into_iter().collect());
        }
    }
    let mut strangers: HashSet<&str> = HashSet::new();
    let mut players: HashSet<&str> = HashSet::new();
    for table in tables.values() {
        let unknown: Vec<&str> = table.names.iter().copied().filter(|it| !is_agent(it)).collect();
        match table.is_full_without(&unknown) {
            true => strangers.extend(unknown),
            false => players.extend(unknown),
        }
    }
    strangers.retain(|it| !players.contains(it));
    strangers.into_iter().map(str::to_owned).collect()
}

impl Rows<'_> {
    /// Whether these names alone keep the table from being full.
    fn is_full_without(&self, names: &[&str]) -> bool {
        let all = self.names.len();
        let rest = all - names.len();
        if names.is_empty() || rest == 0 || rest > PLAYERS {
            return false;
        }
        let is_full = all <= PLAYERS && self.known.len() == 1 << all;
        let without = self.known.iter().filter(|row| !row.iter().any(|it| names.contains(it))).count();
        !is_full && without == 1 << rest
    }
}
