//! The states of an episode and what its acts found, read where they stand.

use std::collections::HashMap;

use super::{Store, assemble};
use crate::{
    context::{Content, Context, PreState, StateRecord, context},
    log::{Body, Payload, Record},
    model::{Episode, EpisodeId, Origin},
};

impl Store {
    /// What surrounds the acts of an episode: states, metrics, teamwork.
    ///
    /// # Errors
    /// When none of the episode's bytes can be read any more, or it has too many records: why.
    pub fn context(&self, id: EpisodeId) -> Result<(Episode, Context), String> {
        let read = || self.lines(id, &self.few_origins(id)?);
        let lines = read().map_err(|it: super::RereadError| it.to_string())?;
        let (states, found) = contents(&lines.records);
        let (name, run) = (self.episodes.name(id), self.episodes.run(id));
        let episode = assemble::assemble(name, run, lines.records, lines.diagnostics);
        let (records, pre_states) = (of_states(&episode, states), of_acts(&episode, &found));
        let context = context(&episode, records, &pre_states);
        Ok((episode, context))
    }
}

/// Contents of `state` records, several where a line holds several; what actions found.
type Contents = (HashMap<Origin, Vec<Content>>, HashMap<Origin, Payload>);

fn contents(records: &[(Box<Record>, Origin)]) -> Contents {
    let (mut states, mut found): Contents = Default::default();
    for (record, origin) in records {
        match &record.body {
            Body::State(it) => {
                let whole = it.state.as_ref().map(|it| Content::Whole(it.value()));
                let content = whole.or_else(|| Some(Content::Change(it.delta.as_ref()?.value())));
                states.entry(*origin).or_default().extend(content);
            }
            Body::Action(it) => {
                let state = it.pre_state.as_ref().filter(|it| !it.is_null());
                found.extend(state.map(|it| (*origin, it.clone())));
            }
            _ => {}
        }
    }
    (states, found)
}

fn of_states(episode: &Episode, mut contents: HashMap<Origin, Vec<Content>>) -> Vec<StateRecord> {
    contents.values_mut().for_each(|it| it.reverse());
    let record = |(state, it): (usize, &crate::model::State)| {
        let content = contents.get_mut(&it.origin)?.pop()?;
        Some(StateRecord { state, content })
    };
    episode.states.iter().enumerate().filter_map(record).collect()
}

fn of_acts(episode: &Episode, found: &HashMap<Origin, Payload>) -> Vec<PreState> {
    let pre_state = |act| {
        let origin = episode.act(act).origin;
        let state = found.get(&origin)?.value();
        Some(PreState { act, state, origin })
    };
    episode.act_ids().filter_map(pre_state).collect()
}
