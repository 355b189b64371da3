//! What arrives from outside: the log, episodes, computed credit, records.

use std::{collections::HashMap, sync::Arc};

use super::{cursor, form, jobs, methods, search};
use crate::{
    app::{
        index::ReadEpisode,
        job::{Analysis, CreditJob, FlowJob, RequestId, SamplingEnd, ShapeJob},
        lists::ActLists,
        message::{Effect, Receive},
        model::Model,
        open::{OpenEpisode, Settling},
        rest::Rest,
        screen::Screen,
        search::FoundActs,
        shape::Shape,
        slot::Slot,
    },
    credit::{Interaction, InteractionKind},
    graph,
    model::{ActId, AgentId, Episode, EpisodeId, LogSummary, Origin, RecordText, Scenario},
};

/// The logs grew. A held screen keeps what it shows.
pub(super) fn log(model: &mut Model, summary: LogSummary, effects: &mut Vec<Effect>) {
    if model.held.is_some() {
        model.held = Some(summary);
        return;
    }
    let at_end = model.row + 1 >= model.log.episodes.len();
    let cursor = model.log.episodes.get(model.row).map(|it| it.id);
    model.log = summary;
    let last = model.log.episodes.len().saturating_sub(1);
    let (log, settled) = (&model.log, |id| model.log.settled(id));
    model.opening = model.opening.map(settled);
    if let Some(open) = &mut model.open {
        open.id = settled(open.id);
    }
    // The end of a large log is what is there first, and what a log that grows is opened for.
    let newest = log.following || log.reading.is_some_and(|it| it.tail);
    model.row = match cursor.and_then(|it| log.row(settled(it))) {
        _ if at_end && newest && model.open.is_none() => last,
        Some(row) => row,
        None => model.row.min(last),
    };
    if let Some(name) = &model.wanted {
        if let Some(row) = model.log.episodes.iter().position(|it| *it.name == **name) {
            model.wanted = None;
            model.row = row;
            cursor::open_row(model, effects);
        } else if model.log.loaded {
            model.notice = Some(format!("no episode '{name}' in this log"));
            model.wanted = None;
        }
    } else if model.log.loaded && model.log.episodes.len() == 1 && model.open.is_none() {
        cursor::open_row(model, effects);
    }
}

/// Holds the screen, or lets it go on with everything that came meanwhile.
pub(super) fn hold(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(summary) = model.held.take() {
        log(model, summary, effects);
        if let Some(open) = &model.open {
            effects.push(Effect::Open(open.id));
        }
    } else if model.log.following {
        model.held = Some(model.log.clone());
    } else {
        model.notice = Some("the log is not growing: nothing to hold".to_owned());
    }
}

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
    if model.opening == Some(id) {
        model.opening = None;
        model.screen = Screen::Episode;
    } else if !growing || model.held.is_some() {
        return;
    }
    match model.open.as_mut().filter(|_| growing) {
        Some(open) => {
            grow(open, read, revision);
            open.settling = Settling::Resting;
        }
        None => model.open = Some(OpenEpisode::new(id, read, revision)),
    }
    let rest = request_all(model, effects);
    if growing {
        effects.extend(rest.map(Effect::Rest));
    }
}

/// The same episode with more records, or with fewer when some can no longer be read. A late record may shift
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
    // Credit goes by ids: until it is computed anew, the old may stay only where they mean the same.
    let stays = |moved: &[Option<usize>]| moved.iter().enumerate().all(|(at, to)| *to == Some(at));
    let same_ids = stays(&agents) && stays(&acts);
    if new.agents.len() != old.agents.len() || !same_ids {
        open.logged.empty();
        open.edited.empty();
        open.forks.change(|scenario| {
            scenario.dropped = scenario.dropped.iter().filter_map(|it| new_agent(*it)).collect();
            let substitutes = std::mem::take(&mut scenario.substitutes);
            let moved = substitutes.into_iter().filter_map(|(act, it)| Some((new_act(act)?, it)));
            scenario.substitutes = moved.collect();
            let ends = scenario.window.and_then(|(first, last)| new_act(first).zip(new_act(last)));
            scenario.window = ends.filter(|(first, last)| first <= last);
        });
    }
    // So may the graph, without what the new records add, until it is worked out anew.
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
    methods::outdated(open);
}

/// Names of agents, by id.
fn agent_names(episode: &Episode) -> Vec<&str> {
    episode.agents.iter().map(|it| it.name.as_str()).collect()
}

/// Logged ids of acts, by id.
fn act_names(episode: &Episode) -> Vec<&str> {
    episode.acts.iter().map(|it| it.id.as_str()).collect()
}

/// For each old name its place among the new ones: its own where that still has the name, as an act may have
/// the name of another.
fn moved(old: &[&str], new: &[&str]) -> Vec<Option<usize>> {
    let places: HashMap<&str, usize> = new.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let place = |(at, name): (usize, &&str)| match new.get(at) {
        Some(same) if same == name => Some(at),
        _ => places.get(name).copied(),
    };
    old.iter().enumerate().map(place).collect()
}

/// Which analysis is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Of what the log says.
    Logged,
    /// Of the what-if on the screen.
    Edited,
}

/// Asks for all that is computed from the whole of the episode on the screen; the rest that is due afterwards.
pub(super) fn request_all(model: &mut Model, effects: &mut Vec<Effect>) -> Option<Rest> {
    let edited = !model.open.as_ref()?.forks.is_logged();
    // They have a lane each: neither waits for the other.
    let shape = request_shape(model, effects)?;
    let logged = request(model, Wanted::Logged, effects)?;
    let last = if edited { request(model, Wanted::Edited, effects)? } else { logged };
    Some(Rest::after(last, shape))
}

/// Asks for credit; an older request of the same kind is forgotten.
pub(super) fn request(model: &mut Model, wanted: Wanted, effects: &mut Vec<Effect>) -> Option<RequestId> {
    let open = model.open.as_mut()?;
    let request = model.request.take_next();
    let (slot, scenario, or_nearest) = match wanted {
        Wanted::Logged => (&mut open.logged, Scenario::default(), false),
        Wanted::Edited => {
            let or_nearest = open.forks.may_be_replaced();
            (&mut open.edited, open.forks.scenario().clone(), or_nearest)
        }
    };
    slot.ask(request, ());
    let job = CreditJob { episode: open.episode.clone(), scenario, or_nearest };
    jobs::ask(model, request, job, effects);
    Some(request)
}

impl Receive for CreditJob {
    fn receive(model: &mut Model, request: RequestId, result: Analysis, _: &mut Vec<Effect>) {
        let Some(open) = model.open.as_mut() else { return };
        if let Some(state) = result.sampling.filter(|it| it.end == SamplingEnd::Stopped) {
            model.notice = Some(format!("stopped at {} permutations of {}", state.permutations, state.asked));
        }
        let is_part = result.sampling.is_some_and(|it| it.end == SamplingEnd::Open);
        let result = Arc::new(result);
        let keep = |slot: &mut Slot<_>, result| {
            if is_part { slot.fill_part(request, result) } else { slot.fill(request, result) }
        };
        if open.logged.awaits(request) {
            keep(&mut open.logged, result);
            if !std::mem::replace(&mut open.placed, true) {
                cursor::to_culprit_agent(open);
            }
        } else if open.edited.awaits(request) {
            if let Some(notice) = form::decided(open, &result) {
                model.notice = Some(notice);
            }
            keep(&mut open.edited, result);
        } else {
            return;
        }
        methods::outdated(open);
        open.graph.flow.cancel();
        open.graph.pairs = pairs(open);
        if open.graph.pairs.is_none() && !open.graph.weight.is_directed() {
            // There is nothing to show of pairs: back to the messages.
            open.graph.weight = graph::Weight::default();
            open.graph.edge = None;
        }
    }
}

/// What pairs earn together, as a graph; pairs that add nothing to each other have no edge.
fn pairs(open: &OpenEpisode) -> Option<Arc<graph::InteractionGraph>> {
    let known = open.analysis()?.pairs.as_ref().ok()?;
    let joint = |it: &Interaction| graph::Joint {
        value: it.value.value,
        is_sure: it.kind != InteractionKind::Unsure,
    };
    let felt = known.pairs.iter().filter(|it| it.kind != InteractionKind::Additive);
    let joints: Vec<_> = felt.map(|it| ((it.a, it.b), joint(it))).collect();
    Some(Arc::new(graph::pair_graph(&open.graph.shape.get()?.interaction, &joints)))
}

/// Asks for the graph of the episode on the screen and what is wrong with it.
fn request_shape(model: &mut Model, effects: &mut Vec<Effect>) -> Option<RequestId> {
    let open = model.open.as_mut()?;
    let request = model.request.take_next();
    open.graph.shape.ask(request, ());
    let job = ShapeJob { episode: open.episode.clone() };
    jobs::ask(model, request, job, effects);
    Some(request)
}

impl Receive for ShapeJob {
    fn receive(model: &mut Model, request: RequestId, mut shape: Shape, _: &mut Vec<Effect>) {
        let Some(open) = model.open.as_mut() else { return };
        let is_first = open.graph.shape.get().is_none();
        // More may have been appended since it was asked for.
        shape.grow(&open.episode);
        if !open.graph.shape.fill(request, Arc::new(shape)) {
            return;
        }
        open.graph.pairs = pairs(open);
        open.found = FoundActs::default();
        if is_first {
            search::arrived(model);
        }
    }
}

/// Asks for the credit on the edges of the graph, where they show it and it is not there.
pub(super) fn request_flow(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(open) = model.open.as_mut() else { return };
    let wanted = open.graph.weight == graph::Weight::CreditFlow && open.graph.shape.get().is_some();
    let Some(analysis) = open.analysis().cloned().filter(|_| wanted) else { return };
    let is_known = open.graph.flow.of().is_some_and(|it| Arc::ptr_eq(it, &analysis.ranking));
    if is_known || open.graph.flow.is_pending() {
        return;
    }
    let (episode, request) = (open.episode.clone(), model.request.take_next());
    open.graph.flow.ask(request, analysis.ranking.clone());
    jobs::ask(model, request, FlowJob { episode, analysis }, effects);
}

impl Receive for FlowJob {
    fn receive(model: &mut Model, request: RequestId, flow: graph::InteractionGraph, _: &mut Vec<Effect>) {
        let Some(open) = model.open.as_mut() else { return };
        open.graph.flow.fill(request, Arc::new(flow));
    }
}

/// A record was read.
pub(super) fn payload(model: &mut Model, origin: Origin, result: Result<Arc<RecordText>, String>) {
    let Some(open) = model.open.as_mut() else { return };
    if open.detail.pending != Some(origin) {
        return;
    }
    match result {
        Ok(payload) => {
            open.detail.payload = Some(payload);
            open.detail.error = None;
        }
        Err(why) => {
            open.detail.payload = None;
            open.detail.error = Some(why);
        }
    }
}
