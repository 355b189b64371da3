//! A later record of one id over an earlier one.

use std::collections::HashMap;

use crate::log::{Action, Body, Message, Record};

/// Puts later fields over earlier ones; fields that the update lacks stay. `places` is empty before the first
/// update of a record, and afterwards says where its unknown fields stand.
pub(super) fn update(before: &mut Record, after: Record, places: &mut HashMap<String, usize>) {
    match (&mut before.body, after.body) {
        (Body::Action(old), Body::Action(new)) => update_action(old, *new),
        (Body::Message(old), Body::Message(new)) => update_message(old, new),
        (old, new) => *old = new,
    }
    before.step = after.step.or(before.step);
    before.ts = before.ts.or(after.ts);
    if places.is_empty() {
        places.extend(before.extra.iter().enumerate().map(|(at, it)| (it.0.clone(), at)));
    }
    for (name, payload) in after.extra {
        match places.get(&name) {
            Some(at) => before.extra[*at].1 = payload,
            None => {
                places.insert(name.clone(), before.extra.len());
                before.extra.push((name, payload));
            }
        }
    }
}

pub(super) fn update_action(old: &mut Action, new: Action) {
    old.agent = new.agent;
    old.action = new.action.or(old.action.take());
    old.kind = new.kind.or(old.kind.take());
    old.parents = new.parents.or(old.parents.take());
    old.pre_state = new.pre_state.or(old.pre_state.take());
    old.obs = new.obs.or(old.obs.take());
    old.result = new.result.or(old.result.take());
    old.dur = new.dur.or(old.dur);
    old.policy = new.policy.or(old.policy.take());
    old.default = new.default.or(old.default.take());
    old.usage = new.usage.or(old.usage.take());
    old.span_id = new.span_id.or(old.span_id.take());
    old.error = new.error.or(old.error.take());
    old.attempt = new.attempt.or(old.attempt);
    old.turn = new.turn.or(old.turn);
}

fn update_message(old: &mut Message, new: Message) {
    old.from = new.from;
    if !new.to.is_empty() {
        old.to = new.to;
    }
    old.content = new.content.or(old.content.take());
    old.parents = new.parents.or(old.parents.take());
    old.recv_ts = new.recv_ts.or(old.recv_ts);
}
