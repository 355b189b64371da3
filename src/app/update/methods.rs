//! View 4: its variants, and asking for what they show when they show it.

use std::sync::Arc;

use super::{form, jobs, select::select};
use crate::{
    app::{
        action::Action,
        job::{FailureAnswer, FailureJob, MessageRows, MessagesJob, StudyAnswer, StudyJob},
        message::{Effect, Receive},
        model::Model,
        request::RequestId,
        screen::{Overlay, Screen, View},
        view::MethodsVariant,
    },
    credit::{self, MessageSetting, MessageTable, RunOutcomes},
    model::{ActId, Unavailable},
};

/// What one step changes of the split of messages.
const BETA_STEP: f64 = 0.05;
/// Least and greatest temperature of the split by softmax; a step is a factor of 1.25.
const TAU: (f64, f64) = (0.05, 100.0);

/// The next variant.
pub(super) fn next_variant(model: &mut Model) {
    let Some(open) = model.open.as_mut() else { return };
    open.methods.variant = open.methods.variant.next();
    let acts = open.methods_acts();
    let is_listed = |act: ActId| acts.row_of(act).is_some();
    if let Some(first) = acts.get(0).filter(|_| !open.act.is_some_and(is_listed)) {
        let suspected = || open.suspected().and_then(|it| it.act);
        let named = open.analysis().and_then(|it| it.verdict.act()).or_else(suspected);
        let named = named.filter(|it| is_listed(*it));
        select(open, named.unwrap_or(first));
    }
}

/// Actions that mean something else in a variant. `false` if it is none.
pub(super) fn on_action(model: &mut Model, action: Action, count: usize, effects: &mut Vec<Effect>) -> bool {
    let Some(open) = model.open.as_mut() else { return false };
    match (open.methods.variant, action) {
        (MethodsVariant::Curves, Action::Left | Action::Right) => {
            let Some(curve) = open.curve() else { return true };
            let (at, last) = (open.curve_point(curve), curve.points.len().saturating_sub(1));
            let next =
                if action == Action::Right { (at + count).min(last) } else { at.saturating_sub(count) };
            open.methods.point = Some(next);
        }
        (MethodsVariant::Curves, Action::Down | Action::Up | Action::First | Action::Last) => {
            let last = open.study().map_or(0, |it| it.curves.len()).saturating_sub(1);
            let at = open.curve_at();
            open.methods.curve = Some(match action {
                Action::Down => (at + count).min(last),
                Action::Up => at.saturating_sub(count),
                Action::First => 0,
                _ => last,
            });
            open.methods.point = None;
        }
        (MethodsVariant::Curves, Action::Open) => fork(model, effects),
        (MethodsVariant::Messages, Action::Left | Action::Right) => {
            let factor = 1.25f64.powi(if action == Action::Right { count as i32 } else { -(count as i32) });
            let tau = (open.methods.split.tau * factor).clamp(TAU.0, TAU.1);
            open.methods.split = MessageSetting { tau, ..open.methods.split };
        }
        (MethodsVariant::Messages, Action::ScrollLeft | Action::ScrollRight) => {
            let by = count as f64 * if action == Action::ScrollRight { 1.0 } else { -1.0 };
            let steps = (open.methods.split.beta / BETA_STEP).round() + by;
            // Divided by the inverse, so that 0.15 is 0.15.
            let beta = steps / (1.0 / BETA_STEP).round();
            open.methods.split = MessageSetting { beta, ..open.methods.split };
        }
        _ => return false,
    }
    true
}

/// Makes the value under the cursor a what-if.
fn fork(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(open) = model.open.as_mut() else { return };
    let Some(curve) = open.curve() else { return };
    let at = open.curve_point(curve);
    let Some(point) = curve.points.get(at) else { return };
    let (scenario, param) = (curve.scenario_at(point.at), curve.param);
    let value = scenario.params.get(param).map_or(point.at, |it| it.get());
    let name = credit::scenario_name(&scenario);
    let undo = Action::Undo.key();
    model.notice = Some(format!("what-if: {name}, {param} = {value} ({undo} takes it back)"));
    form::edit(model, scenario, effects);
}

/// Asks for what the screen shows and does not have.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    let variant = model.open.as_ref().map(|it| it.methods.variant);
    let on_methods = model.screen == Screen::Episode && model.view == View::METHODS;
    let shown = variant.filter(|_| on_methods);
    let asked =
        shown.is_some_and(|it| it != MethodsVariant::Table) || matches!(model.overlay, Some(Overlay::Sweep));
    // A growing episode is studied when somebody looks; a finished one is studied ahead.
    let growing = model.log.following && model.open.as_ref().is_some_and(|it| it.episode.outcome.is_none());
    let ahead = model.works_ahead && !growing;
    let Some(open) = model.open.as_mut() else { return };
    if let Some(analysis) = open.analysis().cloned()
        && open.study().is_none()
        && !open.methods.study.is_pending()
        && (asked || ahead)
    {
        let (request, setting) = (model.request.take_next(), open.methods.split);
        open.methods.study.ask(request, (analysis.scenario.clone(), setting));
        let job = StudyJob { episode: open.episode.clone(), analysis, setting };
        jobs::ask(model, request, job, effects);
    }
    let Some(open) = model.open.as_mut() else { return };
    if shown == Some(MethodsVariant::Failure) && !open.methods.surveyed {
        open.methods.surveyed = true;
        effects.push(Effect::Survey(open.id));
    }
    survey_ahead(model, ahead, effects);
    tell_by_task(model);
    let Some(open) = model.open.as_mut() else { return };
    let failure = &mut open.methods.failure;
    let is_told = ahead && open.episode.failed() && open.logged.get().is_some();
    let is_asked = shown == Some(MethodsVariant::Failure) || is_told;
    if is_asked && failure.get().is_none() && !failure.is_pending() {
        let request = model.request.take_next();
        failure.ask(request, ());
        let job = FailureJob { episode: open.episode.clone(), run: open.methods.run.clone() };
        jobs::ask(model, request, job, effects);
    }
    divide(model, effects);
}

/// Asks how the other episodes of the task went, where the verdict has nothing better to go by.
fn survey_ahead(model: &mut Model, ahead: bool, effects: &mut Vec<Effect>) {
    let is_alone = model.log.episodes.len() < 2 || model.log.following;
    let Some(open) = model.open.as_mut().filter(|_| ahead && !is_alone) else { return };
    let episode = &open.episode;
    let names_task = episode.group.is_some() || episode.task.is_some();
    let is_open_question = open.analysis().is_some_and(|it| it.verdict.may_be_told_by_task());
    if names_task && episode.failed() && is_open_question && !open.methods.surveyed {
        open.methods.surveyed = true;
        effects.push(Effect::Survey(open.id));
    }
}

/// Tells the verdict what goes with failure over the episodes of the task.
fn tell_by_task(model: &mut Model) {
    let Some(open) = model.open.as_mut() else { return };
    let Some(clue) = open.methods.task.clone() else { return };
    if open.analysis().is_none_or(|it| it.verdict.task.is_some() || !it.verdict.may_be_told_by_task()) {
        return;
    }
    let slot = if open.forks.is_logged() { &mut open.logged } else { &mut open.edited };
    if let Some(analysis) = slot.get_mut() {
        Arc::make_mut(analysis).verdict.task = Some(clue);
    }
}

/// Has messages divided as requested, if they are not. The study holds the rest, which stays.
fn divide(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(open) = model.open.as_mut() else { return };
    let setting = open.methods.split;
    if open.study().is_none() || open.methods.messages.newest() == Some(&setting) {
        return;
    }
    let Some(analysis) = open.analysis().filter(|it| it.credit.is_ok()).cloned() else { return };
    let (episode, request) = (open.episode.clone(), model.request.take_next());
    open.methods.messages.ask(request, setting);
    jobs::ask(model, request, MessagesJob { episode, analysis, setting }, effects);
}

impl Receive for FailureJob {
    fn receive(model: &mut Model, request: RequestId, answer: FailureAnswer, _: &mut Vec<Effect>) {
        let Some(open) = model.open.as_mut() else { return };
        if open.methods.failure.fill(request, Arc::new(answer.study)) {
            open.methods.failure_acts = answer.acts;
        }
    }
}

impl Receive for MessagesJob {
    fn receive(
        model: &mut Model,
        request: RequestId,
        (table, rows): (Result<MessageTable, Unavailable>, MessageRows),
        _: &mut Vec<Effect>,
    ) {
        let Some(methods) = model.open.as_mut().map(|it| &mut it.methods) else { return };
        if let Some(study) = methods.study.get_mut().filter(|_| methods.messages.fill(request, rows)) {
            Arc::make_mut(study).messages = table;
        }
    }
}

impl Receive for StudyJob {
    fn receive(model: &mut Model, request: RequestId, answer: StudyAnswer, _: &mut Vec<Effect>) {
        let Some(open) = model.open.as_mut() else { return };
        let Some((scenario, setting)) = open.methods.study.take(request) else { return };
        // Nobody else may hold it: it would be copied.
        open.compared.outdate();
        let slot = if open.forks.is_logged() { &mut open.logged } else { &mut open.edited };
        // Meanwhile another scenario may be on the screen.
        let Some(analysis) = slot.get_mut().filter(|it| it.scenario == scenario) else { return };
        let analysis = Arc::make_mut(analysis);
        let StudyAnswer { study, rows } = answer;
        study.tell(&mut analysis.sweep, &mut analysis.verdict);
        open.methods.study.put(Arc::new(study), (scenario, setting));
        open.methods.messages.cancel();
        open.methods.messages.put(rows, setting);
    }
}

/// The outcomes of the run of an episode.
pub(super) fn run(model: &mut Model, id: crate::model::EpisodeId, outcomes: RunOutcomes) {
    if let Some(open) = model.open.as_mut().filter(|it| it.id == id) {
        let spectrum = credit::TaskSpectrum::of(&open.episode, &outcomes.tasks);
        open.methods.task = spectrum.and_then(|it| it.clue(&open.episode));
        open.methods.run = Some(Arc::new(outcomes));
        open.methods.failure.clear();
    }
}
