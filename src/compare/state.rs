//! The state of the world at a moment of two episodes, and in what it differs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The most characters of one value.
const VALUE: usize = 60;

/// States by scope (`env`, `collective`, an agent), rebuilt from whole states and changes (RFC 6902).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WorldState {
    scopes: BTreeMap<String, Value>,
    /// Changes that could not be applied to what was there.
    pub broken: usize,
}

impl WorldState {
    /// A whole state of a scope.
    pub fn set(&mut self, scope: &str, state: Value) {
        self.scopes.insert(scope.to_owned(), state);
    }

    /// A change to the state of a scope.
    pub fn change(&mut self, scope: &str, delta: Value) {
        let state = self.scopes.entry(scope.to_owned()).or_insert_with(|| Value::Object(Default::default()));
        let patch: Result<json_patch::Patch, _> = serde_json::from_value(delta);
        let changed = patch.is_ok_and(|it| json_patch::patch(state, &it).is_ok());
        self.broken += usize::from(!changed);
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.scopes.is_empty()
    }

    /// Where this state of A and that of B differ, in the order of the keys.
    pub fn changes(&self, b: &Self) -> Vec<StateChange> {
        let (a, b) = (self.values(), b.values());
        let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
        let change = |key: &String| {
            let (a, b) = (a.get(key), b.get(key));
            let short = |it: Option<&String>| it.map(|it| crate::text::label(it, VALUE));
            (a != b).then(|| StateChange { key: crate::text::clean(key), a: short(a), b: short(b) })
        };
        keys.into_iter().filter_map(change).collect()
    }

    /// How many values it holds.
    pub fn len(&self) -> usize {
        self.values().len()
    }

    /// Every value by its path: `agents.scout.hits`.
    fn values(&self) -> BTreeMap<String, String> {
        let mut values = BTreeMap::new();
        // A single scope needs no name.
        let named = self.scopes.len() > 1;
        for (scope, state) in &self.scopes {
            flatten(if named { scope } else { "" }, state, &mut values);
        }
        values
    }
}

/// A value that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// Its path; display-safe.
    pub key: String,
    /// In A, as JSON; `None`: it is not there.
    pub a: Option<String>,
    /// In B.
    pub b: Option<String>,
}

fn flatten(path: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            fields.iter().for_each(|(key, it)| flatten(&below(key), it, into));
        }
        value => {
            into.insert(path.to_owned(), value.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn states_are_rebuilt_and_told_apart() {
        let mut a = WorldState::default();
        a.set("collective", json!({"env": {"left": 10}, "scout": {"hits": 7, "asked": "x"}, "list": [1]}));
        let mut b = a.clone();
        b.change("collective", json!([{"op": "replace", "path": "/env/left", "value": 14}]));
        b.change("collective", json!([{"op": "remove", "path": "/scout/asked"}]));
        b.change("collective", json!([{"op": "add", "path": "/list/-", "value": 2}]));
        let change = |key: &str, a: Option<&str>, b: Option<&str>| StateChange {
            key: key.into(),
            a: a.map(Into::into),
            b: b.map(Into::into),
        };
        let expected = [
            change("env.left", Some("10"), Some("14")),
            change("list", Some("[1]"), Some("[1,2]")),
            change("scout.asked", Some("\"x\""), None),
        ];
        assert_eq!((a.changes(&b), a.len(), b.broken), (expected.to_vec(), 4, 0));
        // A change of something that is not there is counted, and changes nothing.
        b.change("collective", json!([{"op": "replace", "path": "/nothing/here", "value": 1}]));
        b.change("collective", json!("no patch"));
        assert_eq!((b.broken, a.changes(&b).len()), (2, 3));
        // Two scopes are told apart by name.
        b.set("env", json!(3));
        assert!(a.changes(&b).contains(&change("env", None, Some("3"))));
    }
}
