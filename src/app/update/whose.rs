//! The key that credits the next reward of those that may be credited.

use super::form::edit;
use crate::app::{
    message::Effect,
    model::Model,
    whatif::{form, whose},
};

/// Credits the reward after the one on the screen; after the last what the log has by default.
pub(super) fn next(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(open) = model.open.as_ref() else { return };
    let choices = whose::choices(open);
    if choices.is_empty() {
        model.notice = Some("no agent of this episode has a reward of its own".to_owned());
        return;
    }
    let Some(scenario) = form::current(open) else {
        model.notice = Some("computing credit".to_owned());
        return;
    };
    let at = choices.iter().position(|it| *it == scenario.whose).map_or(0, |it| it + 1);
    let next = choices.get(at).cloned().flatten();
    let logged = open.logged.get().map(|it| &it.scenario);
    let by_default = logged.filter(|_| next.is_none() && !scenario.edits_episode()).cloned();
    let words = format!("credited: the reward of {}", whose::name(open, next.as_ref()));
    let wanted = by_default.unwrap_or_else(|| whose::with_whose(open, &scenario, next));
    edit(model, wanted, effects);
    model.notice.get_or_insert(words);
}
