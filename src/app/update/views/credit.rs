//! View 1: credit, acts, the act under the cursor; on a large terminal also graph and timeline.

use super::{Rows, ViewRow, has_errors};
use crate::{
    app::{
        action::Action as A,
        layout,
        message::Effect,
        model::Model,
        open::OpenEpisode,
        screen::{ActOrder, Pane, View},
        update::{graph, handled::Handled, select::select},
        view::CreditVariant,
    },
    model::{ActId, AgentId},
};

pub(super) const ROW: ViewRow = ViewRow {
    hints,
    drawing: layout::wide_graph,
    hint,
    rows: |open| match (open.credit_variant(), open.pane) {
        (CreditVariant::CostsByAct, _) => Rows::Acts(open.act_order()),
        (CreditVariant::Bars, pane) if pane.is_of_acts() => Rows::Acts(open.act_order()),
        (CreditVariant::CostsByAgent | CreditVariant::Bars, _) => Rows::Agents(open.agent_order()),
    },
    on_action,
    ..ViewRow::plain(View::CREDIT, "Credit", "credit: the overview")
};

fn hints(model: &Model) -> &'static [A] {
    match model.open.as_ref().map(OpenEpisode::credit_variant) {
        None | Some(CreditVariant::Bars) => {}
        Some(CreditVariant::CostsByAct | CreditVariant::CostsByAgent) => {
            return &[A::RewardOf, A::Variant, A::Down, A::Open, A::WhatIf, A::Sweep, A::Help, A::Quit];
        }
    }
    let in_acts = model.open.as_ref().is_some_and(|it| it.pane.is_of_acts());
    match (in_acts, has_errors(model)) {
        (true, false) => {
            &[A::NextCulprit, A::Explain, A::Cause, A::WhatIf, A::Open, A::Sweep, A::Help, A::Quit]
        }
        (true, true) => {
            &[A::NextCulprit, A::NextError, A::Explain, A::Cause, A::WhatIf, A::Open, A::Help, A::Quit]
        }
        (false, false) => {
            &[A::NextCulprit, A::Explain, A::WhatIf, A::Sweep, A::NextPane, A::EpisodeOn, A::Help, A::Quit]
        }
        (false, true) => {
            &[A::NextCulprit, A::NextError, A::Explain, A::WhatIf, A::Sweep, A::NextPane, A::Help, A::Quit]
        }
    }
}

/// What the key for variants shows next.
fn hint(model: &Model, action: A) -> Option<&'static str> {
    let open = model.open.as_ref().filter(|it| it.own_study().is_some())?;
    (action == A::Variant).then(|| open.credit_variant().next().hint())
}

fn on_action(model: &mut Model, action: A, _: usize, _: &mut Vec<Effect>) -> Handled {
    let charset = model.charset;
    let Some(open) = model.open.as_mut() else { return Handled::No };
    if action == A::Variant && open.own_study().is_some() {
        open.credit_form = Some(open.credit_variant().next());
        return Handled::Yes;
    }
    if open.credit_variant() != CreditVariant::Bars && action != A::Sort {
        return Handled::No;
    }
    match (action, open.pane) {
        (A::Open, Pane::Agents) => {
            open.pane = Pane::Acts;
            if let Some(act) = first_act_of(open, open.agent) {
                select(open, act);
            }
        }
        (A::Open, Pane::Graph) => model.view = View::GRAPH,
        (A::NextPane, pane) => open.pane = pane.step(1),
        (A::PreviousPane, pane) => open.pane = pane.step(Pane::ALL.len() - 1),
        (A::Zoom, _) => open.is_zoomed = !open.is_zoomed,
        (A::Sort, Pane::Acts) => open.acts_in = Some(open.next_act_order()),
        (A::Variant, _) => graph::next_drawing(open, charset),
        _ => return Handled::No,
    }
    Handled::Yes
}

/// The first act of an agent in the order of the list of acts.
fn first_act_of(open: &OpenEpisode, agent: AgentId) -> Option<ActId> {
    let mut own = open.index.acts_of(agent).iter().copied().filter(|it| open.listed.holds(*it));
    match open.ranking().filter(|_| open.acts_in() != ActOrder::Time) {
        Some(ranking) => own.min_by_key(|it| ranking.place(*it)),
        None => own.next(),
    }
}
