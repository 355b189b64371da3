//! An episode that was assembled, for the first time or anew.

use std::{collections::HashMap, sync::Arc};

use super::{credit::request_all, select::select, shape::pairs};
use crate::{
    app::{
        index::ReadEpisode,
        lists::ActLists,
        message::Effect,
        model::Model,
        open::{OpenEpisode, Settling},
        screen::{Overlay, Screen},
        search::FoundActs,
    },
    model::{ActId, AgentId, Episode, EpisodeId, Whose},
};

/// An episode was put together.
pub(super) fn episode(
    model: &mut Model,
    id: EpisodeId,
    revision: u64,
    result: Result<ReadEpisode, String>,
    effects: &mut Vec<Effect>,
) {
    let read = match result {
        Ok(read) => read,
        Err(why) => {
            model.opening = model.opening.filter(|it| *it != id);
            model.notice = Some(why);
            return;
        }
    };
    let growing = model.open.as_ref().is_some_and(|it| it.id == id);
    let mut goes_to = None;
    if model.opening == Some(id) {
        model.opening = None;
        model.screen = Screen::Episode;
        goes_to = model.opening_at.take();
    } else if !growing || model.held.is_some() {
        return;
    }
    let is_next = model.open.is_some() && !growing;
    match model.open.as_mut().filter(|_| growing) {
        Some(open) => {
            grow(open, read, revision);
            open.settling = Settling::Resting;
        }
        None => model.open = Some(OpenEpisode::new(id, read, revision)),
    }
    if let (Some(act), Some(open)) = (goes_to, model.open.as_mut())
        && act.index() < open.episode.acts.len()
    {
        select(open, act);
        open.placed = true;
        model.overlay = Some(Overlay::Detail);
    }
    // Whoever goes along with a growing log sees what came last.
    if model.follows_newest
        && let Some(open) = model.open.as_mut().filter(|it| is_next && it.episode.outcome.is_none())
        && let Some(last) = open.episode.act_ids().next_back()
    {
        select(open, last);
        open.placed = true;
    }
    let rest = request_all(model, effects);
    if growing {
        effects.extend(rest.map(Effect::Rest));
    }
}

/// The same episode with more records, or with fewer if some can no longer be read. A late record may shift
/// the ids of agents and acts: cursors and what-ifs stay with their names.
fn grow(open: &mut OpenEpisode, read: ReadEpisode, revision: u64) {
    let old = std::mem::replace(&mut open.episode, read.episode);
    open.index = read.index;
    let new = &open.episode;
    let agents = moved(&agent_names(&old), &agent_names(new));
    let acts = moved(&act_names(&old), &act_names(new));
    let new_agent = |id: AgentId| agents[id.index()].map(AgentId::from_index);
    let new_act = |id: ActId| acts[id.index()].map(ActId::from_index);
    let followed = open.act.is_none_or(|it| it.index() + 1 == old.acts.len());
    let same = open.act.and_then(new_act).filter(|_| !followed);
    open.act = same.or(new.act_ids().next_back());
    open.agent = agents.get(open.agent.index()).copied().flatten().map_or(AgentId(0), AgentId::from_index);
    // Credit goes by ids: until it is computed anew, the old may stay only if the ids mean the same.
    let stays = |moved: &[Option<usize>]| moved.iter().enumerate().all(|(at, to)| *to == Some(at));
    let same_ids = stays(&agents) && stays(&acts);
    if new.agents.len() != old.agents.len() || !same_ids {
        open.logged.empty();
        open.edited.empty();
        open.forks.change(|scenario| {
            scenario.dropped = scenario.dropped.iter().filter_map(|it| new_agent(*it)).collect();
            scenario.whose = match scenario.whose.take() {
                Some(Whose::Agent(agent)) => new_agent(agent).map(Whose::Agent),
                other => other,
            };
            let substitutes = std::mem::take(&mut scenario.substitutes);
            let moved = substitutes.into_iter().filter_map(|(act, it)| Some((new_act(act)?, it)));
            scenario.substitutes = moved.collect();
            let ends = scenario.window.and_then(|(first, last)| new_act(first).zip(new_act(last)));
            scenario.window = ends.filter(|(first, last)| first <= last);
        });
    }
    // So may the graph, without what the new records add, until it is computed anew.
    if new.agents.len() != old.agents.len() || !same_ids {
        open.graph.flow.empty();
    }
    match open.graph.shape.get_mut() {
        Some(shape) if same_ids => Arc::make_mut(shape).add_agents(new.agents.len()),
        _ => open.graph.shape.empty(),
    }
    open.graph.pairs = pairs(open);
    open.blamed = None;
    open.found = FoundActs::default();
    open.lists = ActLists::default();
    open.listed.forget();
    open.revision = revision;
    open.methods.outdate();
}

/// Names of agents, by id.
fn agent_names(episode: &Episode) -> Vec<&str> {
    episode.agents.iter().map(|it| it.name.as_str()).collect()
}

/// Logged ids of acts, by id.
fn act_names(episode: &Episode) -> Vec<&str> {
    episode.acts.iter().map(|it| it.id.as_str()).collect()
}

/// For each old name its place among the new ones. A place that still has the name is preferred, as an act
/// may have the name of another.
fn moved(old: &[&str], new: &[&str]) -> Vec<Option<usize>> {
    let places: HashMap<&str, usize> = new.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let place = |(at, name): (usize, &&str)| match new.get(at) {
        Some(same) if same == name => Some(at),
        _ => places.get(name).copied(),
    };
    old.iter().enumerate().map(place).collect()
}
