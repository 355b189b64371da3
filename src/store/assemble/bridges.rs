//! Records of unknown types that stand between acts: hooks, attachments, spans of a framework. A reference to
//! one means the acts that it follows, through as many others as there are.

use rustc_hash::FxHashMap;
use serde_json::Value;

use super::Builder;
use crate::{
    log::{Body, Record},
    model::{ActId, Origin},
};

/// At most this many acts stand behind one record.
const ACTS: usize = 64;

/// The ids that a record of an unknown type names as its parents; `None` for other records.
pub(super) fn parents(record: &Record) -> Option<Vec<String>> {
    let Body::Unknown { .. } = record.body else { return None };
    let named = record.extra.iter().filter(|it| matches!(it.0.as_str(), "parents" | "parent" | "parent_id"));
    let mut ids = Vec::new();
    for (_, payload) in named {
        match payload.value() {
            Value::Array(items) => ids.extend(items.iter().filter_map(name)),
            one => ids.extend(name(&one)),
        }
    }
    Some(ids)
}

fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Notes which acts every record of an unknown type follows. All acts are known.
pub(super) fn add(builder: &mut Builder, records: &[(Box<Record>, Origin)]) {
    let mut open: FxHashMap<&str, Vec<String>> = FxHashMap::default();
    let mut order: Vec<&str> = Vec::new();
    for (record, _) in records {
        if let (Some(id), Some(parents)) = (&record.id, parents(record)) {
            order.push(id);
            open.insert(id, parents);
        }
    }
    for id in order {
        follow(builder, &mut open, id);
    }
}

/// Follows the parents of `id` to acts, deepest first. In a circle the way back leads nowhere.
fn follow(builder: &mut Builder, open: &mut FxHashMap<&str, Vec<String>>, id: &str) {
    // Records whose parents are being followed: id, parents, how many of these are done, acts found.
    let mut way: Vec<(String, Vec<String>, usize, Vec<ActId>)> = Vec::new();
    let begin = |open: &mut FxHashMap<&str, Vec<String>>, id: &str| {
        open.remove(id).map(|parents| (id.to_owned(), parents, 0, Vec::new()))
    };
    way.extend(begin(open, id));
    while let Some((id, parents, done, found)) = way.last_mut() {
        let Some(parent) = parents.get(*done) else {
            let (id, found) = (std::mem::take(id), std::mem::take(found));
            builder.bridges.insert(id, found);
            way.pop();
            continue;
        };
        if !builder.acts.contains_key(parent)
            && !builder.states.contains_key(parent)
            && let Some(next) = begin(open, parent)
        {
            way.push(next);
            continue;
        }
        *done += 1;
        let acts = match builder.acts.get(parent) {
            Some(act) => std::slice::from_ref(act),
            None => builder
                .states
                .get(parent)
                .or_else(|| builder.bridges.get(parent))
                .map_or(&[][..], Vec::as_slice),
        };
        for act in acts {
            if found.len() < ACTS && !found.contains(act) {
                found.push(*act);
            }
        }
    }
}
