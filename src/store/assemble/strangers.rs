//! Names that stand in coalitions and nowhere else.
//!
//! Every agent that a coalition names is a player, so one row with a wrong name would make a full table one of a
//! larger game, most of it not logged. A name is a stranger where the episode has other agents, no record but
//! coalitions speaks of it, and the table is full without it and not with it. Its rows are left out, and listed.

use std::collections::{BTreeMap, HashMap, HashSet};

use rustc_hash::FxHashSet;

use crate::log::{Body, Record};
use crate::model::{AgentId, Members, Origin};

/// The most players for which it is asked whether a table is full.
const PLAYERS: usize = 20;

/// The rows of one table, as sets of its names.
#[derive(Default)]
struct Rows<'a> {
    names: HashMap<&'a str, AgentId>,
    known: FxHashSet<Members>,
}

/// The names in coalitions of `records` that are strangers to an episode in which `is_agent` tells who is not.
pub(super) fn strangers(
    records: &[(Box<Record>, Origin)],
    is_agent: impl Fn(&str) -> bool,
) -> HashSet<String> {
    let tables = || {
        records.iter().filter_map(|it| match &it.0.body {
            Body::Counterfactual(it) if !it.coalitions.is_empty() => Some(it),
            _ => None,
        })
    };
    // Most logs name agents only, and need no look at every row.
    if tables().flat_map(|it| it.coalitions.names()).all(&is_agent) {
        return HashSet::new();
    }
    let mut by_name: BTreeMap<(Option<&str>, Option<&str>), Rows<'_>> = BTreeMap::new();
    for it in tables() {
        let table = by_name.entry((it.group.as_deref(), it.absence.as_deref())).or_default();
        let place = |name| {
            let next = AgentId::from_index(table.names.len());
            *table.names.entry(name).or_insert(next)
        };
        let places: Vec<AgentId> = it.coalitions.names().map(place).collect();
        table.known.extend(it.coalitions.iter().map(|row| row.places().map(|it| places[it]).collect()));
    }
    let mut strangers: HashSet<&str> = HashSet::new();
    let mut players: HashSet<&str> = HashSet::new();
    for table in by_name.values() {
        let unknown: Vec<&str> = table.names.keys().copied().filter(|it| !is_agent(it)).collect();
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
        let places: HashSet<AgentId> = names.iter().filter_map(|it| self.names.get(it)).copied().collect();
        let without = self.known.iter().filter(|row| !row.iter().any(|it| places.contains(&it))).count();
        !is_full && without == 1 << rest
    }
}
