//! Whose reward is credited, as a choice of the form and of a key.

use crate::{
    app::open::OpenEpisode,
    credit::ChoiceRow,
    model::{Provenance, Scenario, Whose},
};

/// Everybody whose reward may be credited, what the log has by default first; `None`: nobody's. Empty if no agent has
/// a reward of its own.
pub(crate) fn choices(open: &OpenEpisode) -> Vec<Option<Whose>> {
    let all = open.episode.whose_choices();
    if all.is_empty() {
        return Vec::new();
    }
    let by_default = open.episode.whose_by_default();
    let others = all.into_iter().filter(|it| Some(it) != by_default.as_ref());
    std::iter::once(None).chain(others.map(Some)).collect()
}

/// How a choice is called on the screen; without one, what the log has by default.
pub(crate) fn name(open: &OpenEpisode, whose: Option<&Whose>) -> String {
    match whose.cloned().or_else(|| open.episode.whose_by_default()) {
        Some(whose) => open.episode.whose_name(&whose),
        None => "nobody".to_owned(),
    }
}

/// `scenario` with the reward of `whose`: by its own method, unless that looks at the shape of the trace alone; then by
/// the one that knows most of that reward.
pub(crate) fn with_whose(open: &OpenEpisode, scenario: &Scenario, whose: Option<Whose>) -> Scenario {
    let row =
        |it: &&ChoiceRow| whose.as_ref().or(open.episode.whose_by_default().as_ref()) == Some(&it.whose);
    let best =
        open.own_study().and_then(|it| it.choices.iter().find(row)).and_then(|it| it.credit.as_ref().ok());
    let is_shape = open.credit().is_none_or(|it| it.provenance == Provenance::Structural);
    match best.filter(|_| is_shape || scenario.method.is_empty()) {
        Some(best) => Scenario {
            whose,
            method: best.method.clone(),
            baseline: best.baseline.clone(),
            params: Default::default(),
            ..scenario.clone()
        },
        None => Scenario { whose, ..scenario.clone() },
    }
}
