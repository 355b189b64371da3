//! A message and everything that follows from it, one after the other and without threads.

use std::collections::VecDeque;

use super::{OpenedLogs, analyse};
use crate::app::{Effect, Message, Model, update};

/// Applies `message`, answers what it asks of the log and of the credit methods, and goes on until nothing is
/// asked any more. What is about the terminal or a clock comes back, in order.
pub fn settle(model: &mut Model, logs: &OpenedLogs, message: Message) -> Vec<Effect> {
    let mut outside = Vec::new();
    let mut messages = VecDeque::from([message]);
    while let Some(message) = messages.pop_front() {
        for effect in update(model, message) {
            match effect {
                Effect::Open(id) => {
                    let revision = logs.store.revision(id);
                    let result = logs.store.episode(id).map(Into::into);
                    messages.push_back(Message::Episode { id, revision, result });
                }
                Effect::Analyse { request, episode, scenario } => {
                    let result = Box::new(analyse(&episode, &scenario));
                    messages.push_back(Message::Analysis { request, result });
                }
                Effect::Payload(origin) => {
                    let result = logs.store.record(origin).map(Into::into);
                    messages.push_back(Message::Payload { origin, result });
                }
                Effect::Wake(_)
                | Effect::Copy(_)
                | Effect::Mouse(_)
                | Effect::Redraw
                | Effect::Suspend
                | Effect::Quit(_) => outside.push(effect),
            }
        }
    }
    outside
}
