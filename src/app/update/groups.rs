//! The groups of a run: has them read while they are on the screen, and moves over tasks, agents and wrong pushes.

use std::sync::Arc;

use super::{compare, cursor, handled::Handled, jobs};
use crate::{
    app::{
        action::Action,
        job::FormsJob,
        message::{Effect, Receive},
        model::Model,
        request::RequestId,
        screen::Screen,
    },
    model::{EpisodeId, Rollout},
};

/// Asks for what has changed, and once for the rollouts that tell which formula wrote the numbers.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    // Until all is indexed, rows may still move.
    if !model.groups.shown || model.screen != Screen::Episodes || !model.log.loaded {
        return;
    }
    if model.groups.lacks(model.log.records) {
        effects.push(Effect::Groups);
    }
    let declares = model.groups.ledger().is_some_and(|it| it.algorithm.is_some());
    let last =
        model.groups.ledger().and_then(|it| it.all.iter().find_map(|it| it.least)).map(|it| EpisodeId(it.1));
    if let Some(id) =
        last.filter(|_| declares && model.groups.gathering.is_none() && !model.groups.is_reading())
    {
        model.groups.gathering = Some(id);
        effects.push(Effect::Gather(id));
    }
}

/// The rollouts around an episode were read.
pub(super) fn gathered(
    model: &mut Model,
    id: EpisodeId,
    rollouts: &Arc<Vec<Arc<Rollout>>>,
    effects: &mut Vec<Effect>,
) {
    if model.groups.gathering != Some(id) || model.groups.forms.newest().is_some() {
        return;
    }
    let request = model.request.take_next();
    model.groups.forms.ask(request, (id, rollouts.len()));
    jobs::ask(model, request, FormsJob { rollouts: Arc::clone(rollouts) }, effects);
}

impl Receive for FormsJob {
    fn receive(model: &mut Model, request: RequestId, answer: Arc<Vec<String>>, _: &mut Vec<Effect>) {
        model.groups.forms.fill(request, answer);
    }
}

/// What keys do while the groups stand in place of the list.
pub(super) fn on_action(
    model: &mut Model,
    action: Action,
    count: usize,
    effects: &mut Vec<Effect>,
) -> Handled {
    if matches!(action, Action::Variant | Action::Back) {
        model.groups.shown = false;
        return Handled::Yes;
    }
    let Some(ledger) = model.groups.ledger() else { return Handled::No };
    let (tasks, agents, wrong) = (ledger.task_count(), ledger.all.len(), ledger.wrong.len());
    let state = &mut model.groups;
    if matches!(
        action,
        Action::Left | Action::Right | Action::Up | Action::Down | Action::First | Action::Last
    ) {
        state.wrong = None;
    }
    match action {
        Action::Left => state.agent = state.agent.saturating_sub(count),
        Action::Right => state.agent = (state.agent + count).min(agents.saturating_sub(1)),
        Action::Up => state.task = state.task.saturating_sub(count),
        Action::Down => state.task = (state.task + count).min(tasks),
        Action::First => state.task = 0,
        Action::Last => state.task = tasks,
        Action::NextHit | Action::PreviousHit if wrong == 0 => {
            model.notice = Some("no declared number has the wrong sign".to_owned());
        }
        Action::NextHit => state.wrong = Some(state.wrong.map_or(0, |it| (it + count) % wrong)),
        Action::PreviousHit => {
            state.wrong = Some(state.wrong.map_or(wrong - 1, |it| (it + wrong - count % wrong) % wrong));
        }
        Action::Open => {
            if let Some(row) = worst(model) {
                model.row = row;
                cursor::open_row(model, effects);
            }
        }
        Action::Compare => {
            if let Some(row) = worst(model) {
                model.row = row;
                compare::pick(model, effects);
            }
        }
        _ => return Handled::No,
    }
    Handled::Yes
}

/// The episode under the cursor: of the wrong push; else of the worst wrong push of the task and the agent; else the one
/// in which the agent got least.
fn worst(model: &Model) -> Option<usize> {
    let (state, ledger) = (&model.groups, model.groups.ledger()?);
    let agent = ledger.all.get(state.agent)?.agent.as_str();
    let of_task = ledger.task(state.task);
    let is_here = |task: &str, of: &str| of == agent && of_task.is_none_or(|it| it.0 == task);
    let push = match state.wrong {
        Some(at) => ledger.wrong.get(at),
        None => ledger.wrong.iter().find(|it| is_here(&it.task, &it.agent)),
    };
    let rows = of_task.map_or(ledger.all.as_slice(), |it| it.1);
    let least = || rows.iter().find(|it| it.agent == agent)?.least.map(|it| it.1);
    let at = push.map(|it| it.at).or_else(least)? as usize;
    (at < model.log.episodes.len()).then_some(at)
}
