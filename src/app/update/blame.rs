//! Who is to blame, what caused it, and how the number came about.

use super::{jobs, select::select, toggle_overlay};
use crate::{
    app::{
        action::Action,
        command_line,
        job::ExplainJob,
        message::{Effect, Receive},
        model::Model,
        request::RequestId,
        screen::{Overlay, Pane, Screen, View},
        sentences,
        view::MethodsVariant,
    },
    credit,
    model::{ActId, Explanation, Unavailable},
};

/// To the act to blame, then to the next (`by` > 0) or back.
pub(super) fn culprit(model: &mut Model, by: isize) {
    let Some(open) = model.open.as_mut() else { return };
    let culprits = open.culprits();
    if culprits.is_empty() {
        model.notice = Some(match open.analysis() {
            Some(_) => {
                let (caveats, sweep) = (Action::Caveats.key(), Action::Sweep.key());
                format!("no act has credit of the blamed sign ({caveats}: caveats, {sweep}: other methods)")
            }
            None => "credit is being computed".to_owned(),
        });
        return;
    }
    let last = culprits.len() as isize;
    let next = open.blamed.map_or(0, |it| (it as isize + by).rem_euclid(last) as usize);
    let (act, of) = (culprits[next], culprits.len());
    select(open, act);
    open.blamed = Some(next);
    open.pane = Pane::Acts;
    let text = sentences::culprit_notice(open, act, (next + 1, of));
    model.notice = Some(text);
}

/// To the act with an error that comes `by` after the one under the cursor (if negative, before it), around the ends.
pub(super) fn error(model: &mut Model, by: isize) {
    let Some(open) = model.open.as_mut() else { return };
    let errors = &open.index.errors;
    if errors.is_empty() {
        model.notice = Some("no act of this episode says that something went wrong".to_owned());
        return;
    }
    // From an act without an error its neighbours are one step away.
    let at = open.act.map_or(Err(0), |it| errors.binary_search(&it));
    let from = match at {
        Ok(at) => at as isize,
        Err(at) if by > 0 => at as isize - 1,
        Err(at) => at as isize,
    };
    let (next, of) = ((from + by).rem_euclid(errors.len() as isize) as usize, errors.len());
    let act = errors[next];
    select(open, act);
    if model.view == View::CREDIT {
        open.pane = Pane::Acts;
    }
    model.notice = Some(sentences::error_notice(&open.episode, act, (next + 1, of)));
}

/// Which way along the causal links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// To parents.
    Cause,
    /// To children.
    Effect,
}

/// Follows `count` causal links. If several lead on, takes the one with the largest credit.
pub(super) fn follow_link(model: &mut Model, direction: Direction, count: usize) {
    let Some(open) = model.open.as_mut() else { return };
    let Some(mut act) = open.act else { return };
    let mut moved = false;
    for _ in 0..count {
        let links = match direction {
            Direction::Cause => open.episode.links.parents(act),
            Direction::Effect => open.episode.links.children(act),
        };
        let size = |it: ActId| open.act_credit(it).map_or(0.0, |it| it.value.abs());
        let best = links.iter().rev().max_by(|a, b| size(a.act).total_cmp(&size(b.act)));
        let Some(link) = best else { break };
        act = link.act;
        moved = true;
    }
    if !moved {
        let id = &open.episode.act(act).id;
        model.notice = Some(match direction {
            Direction::Cause => format!("{id} has no cause in the log: it is where a chain begins"),
            Direction::Effect => format!("nothing in the log came of {id}"),
        });
        return;
    }
    let chain = sentences::chain(open, act);
    select(open, act);
    if model.view == View::CREDIT {
        open.pane = Pane::Acts;
    }
    model.notice = Some(chain);
}

/// Asks for the arithmetic of the number of `act`, or else of the agent under the cursor. For a number made
/// of those of many acts that takes a while.
pub(super) fn explain(model: &mut Model, act: Option<ActId>, effects: &mut Vec<Effect>) {
    let Some(open) = &model.open else { return };
    let Some(analysis) = open.analysis().cloned() else {
        model.notice = Some("credit is being computed".to_owned());
        return;
    };
    let in_table = model.view == View::METHODS && open.methods.variant == MethodsVariant::Table;
    let in_table = in_table || model.overlay == Some(Overlay::Sweep);
    let row = Some(open.method_column()).filter(|it| in_table && *it < analysis.sweep.rows.len());
    let mut scenario = row.map_or(&analysis.scenario, |it| &analysis.sweep.rows[it].scenario).clone();
    let target = match act {
        Some(act) => {
            let knows_acts = analysis.credit.as_ref().is_ok_and(|it| !it.acts.is_empty());
            if !knows_acts && let Some(acts) = &analysis.acts {
                scenario.method.clone_from(&acts.method);
                scenario.baseline.clone_from(&acts.baseline);
                scenario.params.clear();
            }
            credit::Target::Act(act)
        }
        None => credit::Target::Agent(open.agent),
    };
    let job = ExplainJob { episode: open.episode.clone(), analysis, scenario, row, target };
    let request = model.request.take_next();
    model.explaining.ask(request, ());
    model.notice = Some(EXPLAINING.to_owned());
    jobs::ask(model, request, job, effects);
}

/// What is said until the arithmetic is there.
const EXPLAINING: &str = "the arithmetic is being worked out";

impl Receive for ExplainJob {
    /// Shows the arithmetic, or hides it if it was shown. Drops it if the user has gone on to something else
    /// meanwhile.
    fn receive(
        model: &mut Model,
        request: RequestId,
        result: Result<Explanation, Unavailable>,
        _: &mut Vec<Effect>,
    ) {
        if model.explaining.take(request).is_none() {
            return;
        }
        model.notice.take_if(|it| it == EXPLAINING);
        if matches!(model.overlay, None | Some(Overlay::Explain(_) | Overlay::Sweep))
            && model.screen == Screen::Episode
        {
            toggle_overlay(model, Overlay::Explain(Box::new(result)));
        }
    }
}

/// Copies what is on the screen: the command line of a what-if, and otherwise verdict and act.
pub(super) fn copy(model: &Model, effects: &mut Vec<Effect>) {
    let Some(open) = model.open.as_ref().filter(|_| model.screen == Screen::Episode) else {
        let rows = model.log.episodes.iter().map(|it| format!("{}\n", it.name));
        effects.push(Effect::Copy(rows.collect()));
        return;
    };
    let command = open
        .analysis()
        .map(|it| command_line::of_scenario(&model.arguments, &open.episode, &it.scenario))
        .unwrap_or_default();
    if model.view == View::WHAT_IF {
        effects.push(Effect::Copy(command + "\n"));
        return;
    }
    let mut text = String::new();
    if let Some(analysis) = open.analysis() {
        text = format!("{}\n", analysis.verdict.sentence(&open.episode));
    }
    if let Some(act) = open.act {
        text += &format!("{}\n", sentences::act_line(open, act));
    }
    effects.push(Effect::Copy(text + &command + "\n"));
}
