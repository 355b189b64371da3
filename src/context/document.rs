//! The states of all scopes as one document, and which of its values a record changes.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value};

use super::Content;
use crate::text;

/// The most characters kept of a value.
const VALUE: usize = 2_000;

/// The names from the root of the document down.
pub(super) type Path = Vec<String>;

/// A value that is another than before; `None`: it is gone.
pub(super) type Change = (Path, Option<Arc<str>>);

/// The state of `collective`; other scopes are parts of it: `env`, and each agent below `agents`, or where the collective
/// state has it.
#[derive(Debug, Default)]
pub(super) struct Document {
    root: Map<String, Value>,
    /// Every value that is no object with fields.
    flat: BTreeMap<Path, Arc<str>>,
}

impl Document {
    /// Takes what a record of `scope` holds. Returns what it changes; `None`: it cannot be applied to what is there, and
    /// nothing was changed.
    pub(super) fn apply(&mut self, scope: &str, content: Content) -> Option<Vec<Change>> {
        let at = self.place_of(scope);
        match content {
            Content::Whole(Value::Object(fields)) if at.is_empty() => {
                self.root = fields;
                Some(self.refresh(&at))
            }
            Content::Whole(value) => {
                // A collective state that has no fields stands beside the others.
                let at = if at.is_empty() { vec!["collective".to_owned()] } else { at };
                *self.node(&at)? = value;
                Some(self.refresh(&at))
            }
            Content::Change(delta) => {
                let patch: json_patch::Patch = serde_json::from_value(delta).ok()?;
                let mut root = Value::Object(std::mem::take(&mut self.root));
                let done = node_in(&mut root, &at).map(|it| json_patch::patch(it, &patch));
                self.root = match root {
                    Value::Object(root) => root,
                    // The patch replaced the collective state by something without fields.
                    other => Map::from_iter([("collective".to_owned(), other)]),
                };
                done?.ok()?;
                let touched = patch.0.iter().flat_map(touched);
                let paths: Vec<Path> = touched.map(|it| at.iter().cloned().chain(it).collect()).collect();
                Some(paths.iter().flat_map(|it| self.refresh(it)).collect())
            }
        }
    }

    fn place_of(&self, scope: &str) -> Path {
        match scope {
            "collective" => Vec::new(),
            "env" => vec!["env".to_owned()],
            agent
                if self.root.contains_key(agent)
                    && !self.root.get("agents").is_some_and(Value::is_object) =>
            {
                vec![agent.to_owned()]
            }
            agent => vec!["agents".to_owned(), agent.to_owned()],
        }
    }

    /// The value at `path`, made if it is not there; `None` if something without fields is in the way.
    fn node(&mut self, path: &[String]) -> Option<&mut Value> {
        let (first, rest) = path.split_first()?;
        let top = self.root.entry(first.clone()).or_insert_with(|| Value::Object(Map::new()));
        node_in(top, rest)
    }

    /// Compares what stands at and below `path` with what was known of it.
    fn refresh(&mut self, path: &[String]) -> Vec<Change> {
        let (path, node) = self.deepest(path);
        let mut now = BTreeMap::new();
        match node {
            Some(node) => flatten(&path, node, &mut now),
            None if path.is_empty() => self.root.iter().for_each(|(key, it)| {
                flatten(std::slice::from_ref(key), it, &mut now);
            }),
            None => {}
        }
        // An object that got its first field is no value any more; one that lost its last is.
        if let Some((_, above)) = path.split_last().filter(|it| !it.1.is_empty()) {
            let (at, node) = self.deepest(above);
            if node.is_some_and(is_leaf) && at == above {
                now.insert(at, Arc::from("{}"));
            }
        }
        let mut changes = Vec::new();
        let below = self.flat.range(path.clone()..).take_while(|it| it.0.starts_with(&path));
        let mut gone: Vec<Path> = below.map(|it| it.0).filter(|it| !now.contains_key(*it)).cloned().collect();
        let above = &path[..path.len().saturating_sub(1)];
        gone.extend((self.flat.contains_key(above) && !now.contains_key(above)).then(|| above.to_vec()));
        for key in gone {
            self.flat.remove(&key);
            changes.push((key, None));
        }
        for (key, value) in now {
            if self.flat.get(&key) != Some(&value) {
                self.flat.insert(key.clone(), value.clone());
                changes.push((key, Some(value)));
            }
        }
        changes
    }

    /// The part of `path` that leads through objects, and what is there; of a field that is gone, its path.
    fn deepest(&self, path: &[String]) -> (Path, Option<&Value>) {
        let mut fields = &self.root;
        for (at, name) in path.iter().enumerate() {
            match fields.get(name) {
                None => return (path[..=at].to_vec(), None),
                Some(Value::Object(below)) if at + 1 < path.len() => fields = below,
                Some(value) => return (path[..=at].to_vec(), Some(value)),
            }
        }
        (Vec::new(), None)
    }
}

fn node_in<'a>(mut node: &'a mut Value, path: &[String]) -> Option<&'a mut Value> {
    for name in path {
        let Value::Object(fields) = node else { return None };
        node = fields.entry(name.clone()).or_insert_with(|| Value::Object(Map::new()));
    }
    Some(node)
}

/// The paths that an operation may change.
fn touched(operation: &json_patch::PatchOperation) -> Vec<Path> {
    let value = serde_json::to_value(operation).unwrap_or_default();
    let is_move = value["op"] == "move";
    let pointers = [Some(&value["path"]), Some(&value["from"]).filter(|_| is_move)];
    let read = |pointer: &str| {
        let names = pointer.split('/').skip(1);
        names.map(|it| it.replace("~1", "/").replace("~0", "~")).collect::<Path>()
    };
    match value["op"] == "test" {
        true => Vec::new(),
        false => pointers.into_iter().flatten().filter_map(Value::as_str).map(read).collect(),
    }
}

fn is_leaf(value: &Value) -> bool {
    !matches!(value, Value::Object(fields) if !fields.is_empty())
}

/// Every value below `node` by its path.
pub(super) fn flatten(path: &[String], node: &Value, into: &mut BTreeMap<Path, Arc<str>>) {
    match node {
        Value::Object(fields) if !fields.is_empty() => {
            for (key, it) in fields {
                let below: Path = path.iter().chain([key]).cloned().collect();
                flatten(&below, it, into);
            }
        }
        value => {
            let json = text::clean(&text::shorten(&value.to_string(), VALUE));
            into.insert(path.to_vec(), json.into());
        }
    }
}
