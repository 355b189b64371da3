//! What several hold a key of, and who holds an old value of it.
//!
//! Two keys speak of one thing if they have the same name, once words that only say who believes it (`beliefs`, `memory`, ...)
//! are left out, and either the environment has that name too or such a word stands before each. Keys that merely share a name,
//! such as every agent's own `retries`, say nothing of each other.

use std::collections::BTreeMap;

use super::{Owner, StateKey};

/// Words that say that what follows is what somebody believes.
const BELIEFS: [&str; 10] =
    ["belief", "beliefs", "believes", "memory", "knows", "known", "knowledge", "view", "observed", "world"];

/// Something that more than one holds a key of.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// The name that their keys share.
    pub name: String,
    /// The keys, by their place in [`History::keys`](super::History::keys).
    pub keys: Vec<u32>,
    /// The key of the environment among them, if it has one.
    pub of_env: Option<u32>,
}

/// The key of the environment, and those of agents with whether each is said to be believed.
type Holders = (Option<u32>, Vec<(u32, bool)>);

/// Everything that more than one holds a key of, by name.
pub(super) fn subjects(keys: &[StateKey]) -> Vec<Subject> {
    let mut by_name: BTreeMap<&str, Holders> = BTreeMap::new();
    for (at, key) in keys.iter().enumerate() {
        let (name, believed) = subject_of(&key.name);
        let entry = by_name.entry(name).or_default();
        match key.owner {
            Owner::Env => entry.0 = Some(at as u32),
            Owner::Agent(_) | Owner::Unknown(_) => entry.1.push((at as u32, believed)),
            Owner::Team => {}
        }
    }
    let subject = |(name, (of_env, held)): (&str, Holders)| {
        let held: Vec<u32> = held.iter().filter(|it| of_env.is_some() || it.1).map(|it| it.0).collect();
        let keys: Vec<u32> = of_env.into_iter().chain(held).collect();
        (keys.len() > 1).then(|| Subject { name: name.to_owned(), keys, of_env })
    };
    by_name.into_iter().filter_map(subject).collect()
}

/// The name without the words that say who believes it; whether there were any.
fn subject_of(name: &str) -> (&str, bool) {
    let mut rest = name;
    while let Some((first, after)) = rest.split_once('.') {
        if !BELIEFS.contains(&first) {
            break;
        }
        rest = after;
    }
    (rest, rest.len() < name.len())
}
